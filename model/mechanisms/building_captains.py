"""Building captains (楼长): someone on the stairs to tell, who settles small things on the spot and knows who is never in.

Disappoints when a captain tires of a long list, or moves away: the post stays empty until somebody is found. With alley
captains (巷长) a neighbouring post covers a vacancy; with street captains (街长) what was told is not forgotten.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..categories import HANDS
from ..hours import spent
from ..issues import loads, wants
from ..knobs import knob
from ..pull import POOLS, Pull
from . import Mechanism

CAPTAIN = HANDS.index("captain")
REPAIR, CHILD = 1, 0  # among residents' skills and age bands
CHOICE = 3            # people in a building who could be its captain
CAPTAINS = np.array([float(pool == "captain") for pool in POOLS])


class Posts(NamedTuple):
    """The captains' posts, one row per building."""

    weary: np.ndarray   # (buildings,) float64  at 1 the captain steps down
    since: np.ndarray   # (buildings,) float64  day from which the post is filled
    ready: np.ndarray   # (buildings, 3) int64  residents who could be captain, the best first; -1 where there are fewer
    who: np.ndarray     # (buildings,) int64    the captain, or the next one; -1 where nobody is grown up
    filled: np.ndarray  # (buildings,) float64  how much of a captain there is today, 0..1


@dataclass(frozen=True)
class BuildingCaptains(Mechanism):
    zh: ClassVar[str] = "楼长"
    tiers: int = knob(3, 1, 3, unit="tiers: building; and alley; and street captains", source="press reports of 2019-2024: 楼长, 巷长, 街长")
    evening: float = knob(0.3, 0.05, 3.0, unit="hours/captain/day", source="assumed")
    ear: float = knob(0.7, 0.0, 3.0, unit="log rate of telling, where a captain is", source="assumed; docs/sources.md: block leaders")
    eyes: float = knob(0.5, 0.0, 8.0, unit="1/hour, of finding what is in common space", source="assumed: a round a week")
    small: float = knob(2.0, 0.0, 12.0, unit="hours, the largest thing settled on the spot without a trade", source="assumed")
    door: float = knob(2.5, 0.0, 6.0, unit="logit, that a household called upon is found", source="assumed; the captain knows when people are in")
    word: float = knob(1.05, 0.0, 6.0, unit="logit of willingness to sign, per talk with the captain", source="docs/sources.md: block leaders won 28 %, a leaflet 12 %")
    trade: float = knob(2.0, 1.0, 6.0, unit="times as large a thing, when the captain has a trade", source="assumed")
    cover: float = knob(0.4, 0.0, 1.0, unit="share of a post that an alley captain covers", source="assumed")
    memory: float = knob(1.5, 0.0, 6.0, unit="log rate, what a street captain does not let be forgotten", source="assumed")
    patience: float = knob(400.0, 10.0, 5000.0, unit="known open issues x days that tire a captain out", source="assumed")
    search: int = knob(60, 0, 1000, unit="days to find a new captain", source="assumed")
    leaving: float = knob(0.08, 0.0, 1.0, unit="captains who move away/year", source="docs/sources.md: volunteers' attrition 13.5 % a year")

    def begin(self, world, luck):
        b = len(world.buildings.compound)
        ready = candidates(world)
        return self.posted(Posts(np.zeros(b), np.ones(b), ready, ready[:, 0], np.zeros(b)), 1)

    def posted(self, own, day):
        """The posts as they are filled on `day`."""
        vacant = self.cover if self.tiers >= 2 else 0.0
        filled = np.where((own.since <= day) & (own.who >= 0), 1.0, vacant)
        return own._replace(filled=filled)

    def largest(self, world, own):
        """Hours of the largest thing that each captain settles on the spot; (buildings,)."""
        return self.small * np.where((own.who >= 0) & (world.residents.skill[own.who] == REPAIR), self.trade, 1.0)

    def hours(self, own):
        """Hours all captains give today."""
        return self.evening * float(own.filled.sum())

    def ask(self, world, own):
        return {"captain": self.hours(own)}

    def pull(self, world, own, share):
        post = own.filled * share[world.buildings.compound]
        issues = world.issues
        where = issues["building"]
        here = post[where]
        return Pull(
            voice=self.ear * post,
            sight=self.eyes * self.evening * here * ((issues["scope"] > 0) & (issues["scope"] < 4)),
            work=spent(self.evening * post, where, wants(issues, world.cats.hands[:, CAPTAIN]) * (issues["left"] <= self.largest(world, own)[where])),
            reach=self.door * post,
            consent=self.word * post,
            keep=self.memory * here if self.tiers >= 3 else 0.0,
            supply=self.hours(own) * CAPTAINS,  # they give their own evenings, to the day or to whoever asks
        )

    def learn(self, world, own, share, luck):
        day, b = world.day, len(own.weary)
        serving = own.since <= day
        weary = np.where(serving, own.weary * 0.99 + loads(world.issues, b) / self.patience, 0.0)
        moved = luck("captain moves", np.arange(b), day) < self.leaving / 365
        ends = serving & ((weary >= 1.0) | moved)
        if not ends.any():
            return self.posted(own._replace(weary=weary), day + 1)
        next_ = own.ready[np.arange(b), (np.argmax(own.ready == own.who[:, None], axis=1) + 1) % CHOICE]
        who = np.where(ends, np.where(next_ >= 0, next_, own.ready[:, 0]), own.who)
        return self.posted(own._replace(weary=np.where(ends, 0.0, weary), since=np.where(ends, day + self.search, own.since), who=who), day + 1)


def candidates(world):
    """The three in each building whom the neighbours would choose: members, retired, often at home, willing; (buildings, 3), -1 if fewer."""
    people = world.residents
    score = 2.0 * people.member - 1.0 * people.in_service + people.volunteer + people.presence + 0.2 * people.zeal
    order = np.lexsort((-score, people.building))
    place = people.building[order]
    turn = np.arange(len(order)) - np.searchsorted(place, place)  # 0 for the best of each building, 1 for the next
    best = np.full((len(world.buildings.compound), CHOICE), -1)
    first = (turn < CHOICE) & (people.band[order] != CHILD)
    best[place[first], turn[first]] = order[first]
    return best
