"""One-to-one care (结对帮扶): each elder living alone gets one visitor, who looks in before emergencies.

Disappoints when a visitor is seldom at home or tired, and misses visits; when visitors stop, or stay away for
weeks, or move away; and when those who are asked to take their place refuse. The elder then waits for weeks.

Each elder who lives alone is paired with one member or listed volunteer. At first there are up to
`initial_pairs` pairs. On the weekday of the elder's building it is drawn whether the visitor makes this
week's visit: with chance `presence / (1 + exp(fatigue_logit * fatigue - promise_logit))`. c is 1 in a week
with a visit, else 0. A visit is promised to one elder: it is no part of the evening that others may ask for.

- *Asks* `pair_hours / 7 * c` hours a pair, of members or of volunteers as that person is, and `search_hours`
  member hours for each search; `min(pairs_per_month / 30, elders without a visitor / search_days)` searches
  are made a day. Visitors supply the hours of visits themselves, a day ahead, and these requests come first.
- *Pulls* `sight = detection_rate * c s` on care in the elder's home. With p the mean of c over a building's
  elders alone, and a the share of its care needs that arise from them, `ease = log(1 - a (1 -
  exp(-prevention_log_rate * p s)))` on care: as many needs fewer as if only theirs were prevented.
- *Learns*: s times the searches is added up. For each whole one, somebody is asked for the next elder in
  turn without a visitor, who accepts with chance `acceptance_share`: drawn by a race with weight presence
  among members and listed volunteers who are not paired and are not such elders themselves, in the building,
  else in the compound. If there is none, or the answer is no, the search was in vain. A pair ends with chance
  `lapse_rate / 365` a day, when there was no visit for `max_gap_days` days, or when visitor or elder has
  moved away.
- *Limits*: pairs end, and few live nearby who could begin another.
"""

from dataclasses import dataclass
from math import exp, log
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import ELDER, SCOPE_HOUSEHOLD
from ...engine.jit import kernel, lean_kernel, outer_kernel, struct
from ...engine.parameters import knob
from ...engine.randomness import decision, derive_key, exponential, key_of, uniform
from ..issues.categories import FAMILIES, UNITS
from ..resources.levers import ALL, MEMBER, VOLUNTEER
from . import Count, Mechanism

CARE = FAMILIES.index("care")
LAPSES, WHO = decision("one-to-one care: a pairing lapses"), decision("one-to-one care: who is found")
VISITS = decision("one-to-one care: this week's visit")
PAIRS, VISITS_MADE, PAIRED, ENDED, SEARCHES = range(5)  # places of `counts`


class Pairs(NamedTuple):
    """Elders living alone, one row each; their number by building; and the search for visitors."""

    elder: np.ndarray  # (n,) int64    row among residents
    building: np.ndarray  # (n,) int64
    by: np.ndarray  # (n,) int64    visitor, a row among residents; -1 none
    visits: np.ndarray  # (n,) float64  1 if the visitor makes this week's visit, else 0
    idle: np.ndarray  # (n,) float64  days without a visit
    alone: np.ndarray  # (buildings,) float64  number of elders living alone
    part: np.ndarray  # (buildings,) float64  share of the care needs that arise there which are theirs
    found: np.ndarray  # (1,) float64  searches completed and not yet used
    turn: np.ndarray  # (1,) int64    row of the elder whose visitor is searched for next


@dataclass(frozen=True)
class OneToOneCare(Mechanism):
    en: ClassVar[str] = "One-to-one care"
    zh: ClassVar[str] = "结对帮扶"
    zh_letter: ClassVar[str] = "伴"
    meant_for: ClassVar[tuple[str, ...]] = ("elder_alone",)
    zh_does: ClassVar[str] = "每位独居老人与一人结对，结对人常去看望，在小需求变成急事之前处理。"
    zh_disappoints: ClassVar[str] = (
        "结对人常不在家或者累了，就会少来；结对人退出、几周不来或者搬走，接替的人又不答应，老人就要等几周。"
    )
    group: ClassVar[str] = "prevents"
    pulls: ClassVar[tuple] = ("ease", "sight", "supply")
    first_claim: ClassVar[bool] = True
    counts: ClassVar[tuple] = (
        Count("pairs", "pairs today", "现有结对", "pairs", "对", level=True),
        Count("visits", "visits made, at most one a week for each pair", "上门看望", "visits", "次"),
        Count("paired", "pairs made, those of the first day not counted", "新结对", "pairs", "对"),
        Count("ended", "pairs that ended", "中断的结对", "pairs", "对"),
        Count("searches", "searches for a visitor, also in vain", "物色结对人", "searches", "次"),
    )
    initial_pairs: int = knob(
        0,
        0,
        2000,
        unit="pairs on day 0, if there are enough elders living alone and people nearby",
        source="a choice of the user; yiduan: 18",
        words=("Initial pairs", "最初结对", "对"),
    )
    pair_hours: float = knob(
        1.0,
        0.1,
        10.0,
        unit="hours/pair and week with a visit",
        source="assumed; befriending and visits to elders (周探访) are mostly weekly",
        words=("Time per pair", "每对投入", "小时/对·周，来访的周"),
    )
    search_hours: float = knob(
        2.0,
        0.1,
        40.0,
        unit="members' hours to find and introduce a visitor, or to search without success",
        source="assumed",
        words=("Time to find a visitor", "寻找结对人", "党员小时，找不到也算"),
    )
    pairs_per_month: float = knob(
        6.0,
        0.0,
        60.0,
        unit="pairs formed/month at most",
        source="assumed",
        words=("New pairs per month", "每月新结对", "对，最多"),
    )
    search_days: float = knob(
        45.0,
        1.0,
        1000.0,
        unit="days from the end of a pair until somebody else is asked, mean",
        source="assumed; a befriending service took three months (ALONE, Ireland, 2015)",
        words=("Time until somebody else is asked", "多久另找结对人", "天，平均"),
    )
    acceptance_share: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of those asked who agree to visit",
        source="assumed; 35 % of those who enquired applied as befrienders (ALONE, Ireland, 2015)",
        words=("Agree to visit", "答应结对", "比例，在被问到的人中"),
    )
    promise_logit: float = knob(
        2.5,
        -4.0,
        6.0,
        unit="logit that a visitor who is at home and not tired makes the week's visit",
        source="assumed: 92 %",
        words=("Keeping the promise", "守约来访", "在家且不累时来访的对数几率"),
    )
    lapse_rate: float = knob(
        0.145,
        0.0,
        20.0,
        unit="1/year, that a visitor stops for other reasons",
        source="attrition of volunteers of 13.5 % a year",
        words=("Visitors who stop", "结对人退出", "1/年"),
    )
    max_gap_days: int = knob(
        60,
        1,
        1000,
        unit="days without a visit after which a pairing lapses",
        source="assumed; two months",
        words=("Days without a visit", "多久不来算中断", "天"),
    )
    prevention_log_rate: float = knob(
        0.33,
        0.0,
        3.0,
        unit="log rate by which fewer needs of elders living alone arise if all of them are visited",
        source="assumed, from the effect of befriending, .18 SD (-.00 to .36), as a log odds ratio",
        words=("Fewer needs arise", "需求减少", "对数率，独居老人全部结对时"),
    )
    detection_rate: float = knob(
        0.1,
        0.0,
        2.0,
        unit="1/day, of finding a care need in that home",
        source="assumed: half within a week",
        words=("Finds care needs", "发现照护需求", "1/天"),
    )

    def begin(self, world, random_numbers) -> Pairs:
        homes, people, b = world.households, world.residents, len(world.buildings.compound)
        head = homes.first[:-1][np.diff(homes.first) == 1]
        elder = head[people.band[head] == ELDER].astype(np.int64)
        n, building = len(elder), people.building[elder].astype(np.int64)
        alone = np.bincount(building, minlength=b).astype(float)
        rate, care = world.clocks.rate, world.cats.family == CARE
        theirs = rate[:, care & (world.cats.unit == UNITS.index("alone"))].sum(axis=1)
        pairs = Pairs(
            elder,
            building,
            np.full(n, -1),
            np.zeros(n),
            np.zeros(n),
            alone,
            theirs / np.maximum(rate[:, care].sum(axis=1), 1e-300),
            np.array([float(self.initial_pairs)]),
            np.zeros(1, np.int64),
        )
        places = struct(world.stairwells), struct(world.buildings), struct(world.compounds)
        pair_elders(
            pairs,
            people.member | people.volunteer,
            people.presence,
            *places,
            random_numbers.key("one-to-one care: who is there at first"),
            1.0,
        )
        pairs.found[0], pairs.turn[0] = 0.0, 0
        return pairs

    @kernel
    def ask(m, w) -> None:
        k, own = m.knobs[0], m.own
        members, others = visits_by_pool(own, w.residents.member)
        m.want[MEMBER, ALL] = k.pair_hours / 7 * members + k.search_hours * searches_today(own, k)
        m.want[VOLUNTEER, ALL] = k.pair_hours / 7 * others

    @kernel
    def pull(m, w) -> None:
        k, own, share, issues = m.knobs[0], m.own, m.share[ALL], w.issues
        members, others = visits_by_pool(own, w.residents.member)
        m.lever.supply[MEMBER - 1] = k.pair_hours / 7 * members
        m.lever.supply[VOLUNTEER - 1] = k.pair_hours / 7 * others
        cared, visited = np.zeros(len(own.alone)), np.zeros(len(w.households.building))
        for i in range(len(own.elder)):
            if own.visits[i] > 0.0:
                cared[own.building[i]] += own.visits[i]
                visited[w.residents.home[own.elder[i]]] = own.visits[i]
                m.counts[VISITS_MADE] += own.visits[i] / 7 * share
        for b in range(len(cared)):
            if cared[b] > 0.0:
                mean = cared[b] / own.alone[b] * share
                m.lever.ease[b, CARE] = log(1.0 - own.part[b] * (1.0 - exp(-k.prevention_log_rate * mean)))
        for i in range(len(issues)):
            if issues[i].family == CARE and issues[i].scope == SCOPE_HOUSEHOLD:
                m.lever.sight[i] = k.detection_rate * visited[issues[i].household] * share

    @kernel
    def learn(m, w) -> None:
        k, own, share, people = m.knobs[0], m.own, m.share[ALL], w.residents
        lapses, this_week = key_of(w.seed, LAPSES, w.day), key_of(w.seed, VISITS, w.day)
        own.found[0] += searches_today(own, k) * share
        for i in range(len(own.elder)):
            if own.by[i] >= 0:
                visitor = own.by[i]
                own.idle[i] = 0.0 if own.visits[i] * share > 0.0 else own.idle[i] + 1.0
                if own.building[i] % 7 == w.day % 7:
                    tired = w.knobs.residents.fatigue_logit * float(people.fatigue[visitor])
                    comes = float(people.presence[visitor]) / (1.0 + exp(tired - k.promise_logit))
                    own.visits[i] = 1.0 if uniform(this_week, own.elder[i]) < comes else 0.0
                if (
                    own.idle[i] >= k.max_gap_days
                    or uniform(lapses, own.elder[i]) < k.lapse_rate / 365
                    or has_moved(w, visitor)
                    or has_moved(w, own.elder[i])
                ):
                    own.by[i], own.visits[i] = -1, 0.0
                    m.counts[ENDED] += 1.0
        left, found = count_pairs(own), own.found[0]
        if own.found[0] >= 1.0:
            willing = people.member | people.volunteer
            pair_elders(
                own,
                willing,
                people.presence,
                w.stairwells,
                w.buildings,
                w.compounds,
                key_of(w.seed, WHO, w.day),
                k.acceptance_share,
            )
        m.counts[PAIRS] = count_pairs(own)
        m.counts[PAIRED] += m.counts[PAIRS] - left
        m.counts[SEARCHES] += found - own.found[0]


@lean_kernel
def count_pairs(own) -> float:
    """Return the number of elders who have a visitor."""
    n = 0.0
    for i in range(len(own.by)):
        n += own.by[i] >= 0
    return n


@lean_kernel
def visits_by_pool(own, member) -> tuple[float, float]:
    """Count this week's visits by members, and by other volunteers."""
    members, others = 0.0, 0.0
    for i in range(len(own.by)):
        if own.visits[i] > 0.0:
            if member[own.by[i]]:
                members += own.visits[i]
            else:
                others += own.visits[i]
    return members, others


@lean_kernel
def has_moved(w, resident) -> bool:
    """Say whether the household that lived in a resident's home has left it today."""
    return w.left[w.residents.building[resident]] == w.residents.home[resident]


@lean_kernel
def searches_today(own, k) -> float:
    """Return the number of searches made today, at most one in `search_days` per elder without a visitor."""
    n = 0.0
    for i in range(len(own.by)):
        n += own.by[i] < 0
    return min(k.pairs_per_month / 30, n / k.search_days)


@outer_kernel
def pair_elders(own, willing, presence, stairwells, buildings, compounds, key, acceptance) -> None:
    """Ask somebody to visit one elder in turn for each completed search in `own.found`.

    Visitors are drawn from the `willing` residents of the elder's building, or else of the compound, in
    proportion to their presence, and agree with chance `acceptance`. Elders living alone and residents who
    are paired already are removed from `willing`. A search is used up even if it finds nobody.
    """
    for i in range(len(own.by)):
        willing[own.elder[i]] = False
        if own.by[i] >= 0:
            willing[own.by[i]] = False
    for _ in range(len(own.by)):
        if own.found[0] < 1.0:
            break
        i = own.turn[0]
        own.turn[0] = (i + 1) % len(own.by)
        if own.by[i] < 0:
            b, own.found[0] = own.building[i], own.found[0] - 1.0
            c = buildings.compound[b]
            visitor = draw_visitor(
                stairwells.people[buildings.first[b]],
                stairwells.people[buildings.first[b + 1]],
                willing,
                presence,
                key,
            )
            if visitor < 0:
                houses = compounds.first[c], compounds.first[c + 1]
                visitor = draw_visitor(
                    stairwells.people[buildings.first[houses[0]]],
                    stairwells.people[buildings.first[houses[1]]],
                    willing,
                    presence,
                    key,
                )
            if visitor >= 0 and uniform(derive_key(key, own.elder[i]), 0) < acceptance:
                own.by[i], own.idle[i], own.visits[i], willing[visitor] = visitor, 0.0, 1.0, False


@lean_kernel
def draw_visitor(first, last, willing, presence, key) -> int:
    """Draw a willing resident of rows `first` to `last` - 1, in proportion to presence; -1 if there is none.

    The resident with the shortest exponential waiting time at rate `presence` is chosen.
    """
    best, winner = np.inf, -1
    for i in range(np.int64(first), np.int64(last)):
        # -log(1 - u) is never less than u, so most candidates need no logarithm
        if willing[i] and presence[i] > 0.0 and uniform(key, i) < best * float(presence[i]):
            time = exponential(key, i) / float(presence[i])
            if time < best:
                best, winner = time, i
    return winner
