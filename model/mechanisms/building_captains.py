"""Building captains (楼长): someone on the stairs to tell, who settles small things on the spot and knows who is never in.

Disappoints when a captain tires of a long list, or moves away: the post stays empty until somebody is found. With alley
captains (巷长) a neighbouring post covers a vacancy; with street captains (街长) what was told is not forgotten.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ..categories import HANDS
from ..compiled import compiled, kernel, part, struct
from ..hours import spent
from ..issues import loads, workable
from ..knobs import knob
from ..luck import chance, decision, key
from ..pull import ALL, CAPTAIN
from . import Mechanism

HAND = HANDS.index("captain")
REPAIR, CHILD = 1, 0  # among residents' skills and age bands
CHOICE = 3            # people in a building who could be its captain
MOVES = decision("captain moves")


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
    pulls: ClassVar[tuple] = ("voice", "sight", "work", "reach", "consent", "keep", "supply")
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
        b, ready = len(world.buildings.compound), candidates(struct(world.residents), len(world.buildings.compound))
        posts = Posts(np.zeros(b), np.ones(b, np.int64), ready, ready[:, 0].copy(), np.zeros(b))
        post(posts, 1, float(self.cover), int(self.tiers))
        return posts

    @kernel
    def ask(m, w):
        m.want[CAPTAIN, ALL] = m.knobs[0].evening * all_of(m.own.filled)

    @kernel
    def pull(m, w):
        k, own, share, issues, hands = m.knobs[0], m.own, m.share, w.issues, w.cats.hands
        sight, work, keep, skill, where = m.lever.sight, m.lever.work, m.lever.keep, w.residents.skill, w.buildings.compound
        here, left, largest = np.empty(len(where)), np.empty(len(where)), np.empty(len(where))
        for b in range(len(where)):
            here[b] = own.filled[b] * share[where[b]]
            left[b] = k.evening * here[b]
            largest[b] = k.small * (k.trade if own.who[b] >= 0 and skill[own.who[b]] == REPAIR else 1.0)
            m.lever.voice[b] = k.ear * here[b]
            m.lever.reach[b] = k.door * here[b]
            m.lever.consent[b] = k.word * here[b]
        for i in range(len(issues)):
            issue = issues[i]
            b = issue.building
            if 0 < issue.scope < 4:
                sight[i] = k.eyes * k.evening * here[b]
            if hands[issue.category, HAND] and workable(issue) and issue.left <= largest[b]:
                work[i] = spent(left, b, issue.left)
            if k.tiers >= 3:
                keep[i] = k.memory * here[b]
        m.lever.supply[CAPTAIN - 1] = k.evening * all_of(own.filled)  # they give their own evenings, to the day or to whoever asks

    @kernel
    def learn(m, w):
        k, own = m.knobs[0], m.own
        load, moves = loads(w.issues, len(own.weary)), key(w.seed, MOVES, w.day)
        for b in range(len(own.weary)):
            if own.since[b] > w.day:
                own.weary[b] = 0.0
                continue
            own.weary[b] = own.weary[b] * 0.99 + load[b] / k.patience
            if own.weary[b] >= 1.0 or chance(moves, b) < k.leaving / 365:
                own.weary[b], own.since[b] = 0.0, w.day + k.search
                own.who[b] = successor(own.ready[b], own.who[b])
        post(own, w.day + 1, k.cover, k.tiers)


@compiled
def post(own, day, cover, tiers):
    """Fill the posts as they are on `day`: a captain, or an alley captain's part of one."""
    for b in range(len(own.filled)):
        own.filled[b] = 1.0 if own.since[b] <= day and own.who[b] >= 0 else (cover if tiers >= 2 else 0.0)


@part
def all_of(filled):
    """How many captains there are, parts of one counted as parts."""
    n = 0.0
    for b in range(len(filled)):
        n += filled[b]
    return n


@part
def successor(ready, who):
    """Who of the three is next after `who`; the first again when there is no next."""
    for turn in range(CHOICE):
        if ready[turn] == who and ready[(turn + 1) % CHOICE] >= 0:
            return ready[(turn + 1) % CHOICE]
    return ready[0]


@compiled
def candidates(people, buildings):
    """The three in each building whom the neighbours would choose: members, retired, often at home, willing; (buildings, 3), -1 if fewer."""
    best, best_score = np.empty((buildings, CHOICE), np.int64), np.empty((buildings, CHOICE))
    for b in range(buildings):
        for n in range(CHOICE):
            best[b, n], best_score[b, n] = -1, -np.inf
    for i in range(len(people.home)):
        if people.band[i] == CHILD:
            continue
        b = people.building[i]
        score = 2.0 * people.member[i] - 1.0 * people.in_service[i] + people.volunteer[i] + people.presence[i] + 0.2 * float(people.zeal[i])
        place = CHOICE
        while place > 0 and score > best_score[b, place - 1]:
            place -= 1
        for n in range(CHOICE - 1, place, -1):
            best[b, n], best_score[b, n] = best[b, n - 1], best_score[b, n - 1]
        if place < CHOICE:
            best[b, place], best_score[b, place] = i, score
    return best
