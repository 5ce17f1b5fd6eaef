"""Building captains (楼长): someone on the stairs to tell, who settles small things on the spot and knows who is never in.

Disappoints when a captain tires of a long list, or moves away: the post stays empty until somebody is found. With alley
captains (巷长) a neighbouring post covers a vacancy; with street captains (街长) what was told is not forgotten.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..hours import spent
from ..issues import known, wants
from ..knobs import knob
from ..pull import Pull
from . import Mechanism

CAPTAIN = 2  # among categories.HANDS


class Posts(NamedTuple):
    """The captains' posts, one row per building."""

    weary: np.ndarray   # (buildings,) float64  at 1 the captain steps down
    since: np.ndarray   # (buildings,) float64  day from which the post is filled
    who: np.ndarray     # (buildings,) int64    resident; -1 where nobody is grown up
    member: np.ndarray  # (buildings,) bool     the captain is a party member
    filled: np.ndarray  # (buildings,) float64  how much of a captain there is today, 0..1
    hours: tuple        # (members', others')   hours a day that all of them give


@dataclass(frozen=True)
class BuildingCaptains(Mechanism):
    zh: ClassVar[str] = "楼长"
    tiers: int = knob(3, 1, 3, unit="tiers: building; and alley; and street captains", source="guiyuan: building, alley and street captains")
    evening: float = knob(0.3, 0.0, 3.0, unit="hours/captain/day", source="assumed")
    ear: float = knob(0.7, 0.0, 3.0, unit="log rate of telling, where a captain is", source="assumed; block leaders moved 28 % against 12 % by leaflet")
    eyes: float = knob(0.15, 0.0, 2.0, unit="1/day, of finding what is in common space", source="assumed: a round a week")
    small: float = knob(2.0, 0.0, 12.0, unit="hours, the largest thing settled on the spot", source="assumed")
    door: float = knob(2.5, 0.0, 6.0, unit="logit, that a household called upon is found", source="assumed; the captain knows when people are in")
    word: float = knob(1.5, 0.0, 6.0, unit="logit, willingness to sign when the captain asks", source="assumed; block leaders 28 % against 12 %")
    cover: float = knob(0.4, 0.0, 1.0, unit="share of a post that an alley captain covers", source="assumed")
    memory: float = knob(1.5, 0.0, 6.0, unit="log rate, what a street captain does not let be forgotten", source="assumed")
    patience: float = knob(400.0, 10.0, 5000.0, unit="known open issues x days that tire a captain out", source="assumed")
    search: int = knob(60, 0, 1000, unit="days to find a new captain", source="assumed")
    leaving: float = knob(0.08, 0.0, 1.0, unit="captains who move away/year", source="docs/sources.md: volunteers' attrition 13.5 % a year")

    def begin(self, world, luck):
        b = len(world.buildings.compound)
        who = captains(world)
        return self.posted(Posts(np.zeros(b), np.ones(b), who, world.residents.member[who] & (who >= 0), None, None), 1)

    def posted(self, own, day):
        """The posts as they are filled on `day`."""
        vacant = self.cover if self.tiers >= 2 else 0.0
        filled = np.where((own.since <= day) & (own.who >= 0), 1.0, vacant)
        hours = self.evening * float(filled[own.member].sum()), self.evening * float(filled[~own.member].sum())
        return own._replace(filled=filled, hours=hours)

    def ask(self, world, own):
        return dict(zip(("member", "volunteer"), own.hours))

    def pull(self, world, own, share):
        post = own.filled * share[world.buildings.compound]
        issues = world.issues
        where = issues["building"]
        here = post[where]
        return Pull(
            voice=self.ear * post,
            sight=self.eyes * here * ((issues["scope"] > 0) & (issues["scope"] < 4)),
            work=spent(self.evening * post, where, wants(issues, world.cats.hands[:, CAPTAIN], self.small)),
            reach=self.door * post,
            consent=self.word * post,
            keep=self.memory * here if self.tiers >= 3 else 0.0,
            supply=np.array([0.0, 0.0, *own.hours]),  # captains give their own evenings; others may ask for them too
        )

    def learn(self, world, own, share, luck):
        day, b = world.day, len(own.weary)
        load = np.bincount(world.issues["building"][known(world.issues)], minlength=b)
        serving = own.since <= day
        weary = np.where(serving, own.weary * 0.99 + load / self.patience, 0.0)
        moved = luck("captain moves", np.arange(b), day) < self.leaving / 365
        ends = serving & ((weary >= 1.0) | moved)
        return self.posted(own._replace(weary=np.where(ends, 0.0, weary), since=np.where(ends, day + self.search, own.since)), day + 1)


def captains(world):
    """The one in each building whom the neighbours would choose: a member, retired, often at home, willing; -1 if none is grown up."""
    people = world.residents
    score = 2.0 * people.member - 1.0 * people.in_service + people.volunteer + people.presence + 0.2 * people.zeal
    order = np.lexsort((score, people.building))
    last = np.append(np.flatnonzero(np.diff(people.building[order])), len(order) - 1)
    best = np.full(len(world.buildings.compound), -1)
    best[people.building[order[last]]] = order[last]
    return best
