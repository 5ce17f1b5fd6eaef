"""One-to-one care (一对一结对): each elder living alone gets one visitor, who looks in before emergencies.

Disappoints when a pairing lapses: the sooner the less time there is for it, or when the visitor gives no
evening for weeks or moves away. The elder then waits for another visitor, who must be willing and live
nearby.

Each elder who lives alone is paired with one member or listed volunteer. At first there are up to
`initial_pairs` pairs.

- *Asks* `pair_hours / 7` hours a pair, of members or of volunteers as that person is, and `search_hours`
  member hours for each search; `min(pairs_per_month / 30, elders without a visitor)` searches are made a
  day.
- *Pulls*, with p the paired share of a building's elders alone: `ease = -prevention_log_rate * p s` on
  care, `sight = detection_rate * p s` on care at home.
- *Learns*: s times the searches is added up. For each whole one, a visitor is drawn for the next elder in
  turn without one: by a race with weight presence among members and listed volunteers who give this week,
  are not paired and are not such elders themselves, in the building, else in the compound. If there is
  none, the search was in vain. A pair ends with chance `(lapse_rate + neglect_lapse_rate * (1 - s)) / 365`
  a day, when the visitor has given no evening for `max_gap_days` days, or when the visitor has moved away.
- *Limits*: pairs end.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import ELDER, SCOPE_HOUSEHOLD
from ...engine.jit import inner_kernel, kernel, outer_kernel, struct
from ...engine.parameters import knob
from ...engine.randomness import decision, exponential, key_of, uniform
from ..issues.categories import FAMILIES
from ..resources.levers import ALL, MEMBER, VOLUNTEER
from . import Count, Mechanism

CARE = FAMILIES.index("care")
LAPSES, WHO = decision("one-to-one care: a pairing lapses"), decision("one-to-one care: who is found")
PAIRS, VISITS, PAIRED, ENDED = range(4)  # places of `counts`


class Pairs(NamedTuple):
    """Elders living alone, one row each; their number by building; and the search for visitors."""

    elder: np.ndarray  # (n,) int64    row among residents
    building: np.ndarray  # (n,) int64
    by: np.ndarray  # (n,) int64    visitor, a row among residents; -1 none
    idle: np.ndarray  # (n,) float64  days since the visitor last gave an evening
    # the visitor's fatigue yesterday: whoever has given an evening never recovers fully, newcomers have none
    tired: np.ndarray  # (n,) float64
    alone: np.ndarray  # (buildings,) float64  number of elders living alone
    found: np.ndarray  # (1,) float64  searches completed and not yet used
    turn: np.ndarray  # (1,) int64    row of the elder whose visitor is searched for next


@dataclass(frozen=True)
class OneToOneCare(Mechanism):
    zh: ClassVar[str] = "一对一结对"
    zh_letter: ClassVar[str] = "伴"
    zh_does: ClassVar[str] = "每位独居老人与一人结对，结对人常去看望，在小需求变成急事之前处理。"
    zh_disappoints: ClassVar[str] = (
        "没有时间，结对就会中断；结对人几周不来或者搬走，老人就要等下一位愿意而且住得近的人。"
    )
    group: ClassVar[str] = "prevents"
    pulls: ClassVar[tuple] = ("ease", "sight")
    counts: ClassVar[tuple] = (
        Count("pairs", "pairs today", "现有结对", "pairs", "对", level=True),
        Count("visits", "visits, one a week for each pair", "上门看望，每对每周一次", "visits", "次"),
        Count("paired", "pairs made, those of the first day not counted", "新结对", "pairs", "对"),
        Count("ended", "pairs that ended", "中断的结对", "pairs", "对"),
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
        unit="hours/pair and week, of a member's or a volunteer's evenings",
        source="assumed",
        words=("Time per pair", "每对投入", "小时/对·周"),
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
    lapse_rate: float = knob(
        0.5,
        0.0,
        20.0,
        unit="1/year, that a pairing lapses although there is time",
        source="assumed; reports tell of lapses",
        words=("Pairings that lapse anyway", "结对自然中断", "1/年，有时间也中断"),
    )
    neglect_lapse_rate: float = knob(
        6.0,
        0.0,
        60.0,
        unit="1/year in addition, that it lapses when there is no time",
        source="assumed",
        words=("Pairings that lapse without time", "结对因没时间中断", "1/年，另加"),
    )
    max_gap_days: int = knob(
        60,
        1,
        1000,
        unit="days without an evening of the visitor after which a pairing lapses",
        source="assumed; two months",
        words=("Days without an evening", "多久不来算中断", "天"),
    )
    prevention_log_rate: float = knob(
        0.4,
        0.0,
        3.0,
        unit="log rate by which fewer needs arise if all elders living alone are paired",
        source="assumed; vary it",
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
        pairs = Pairs(
            elder,
            building,
            np.full(n, -1),
            np.zeros(n),
            np.zeros(n),
            alone,
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
        )
        pairs.found[0], pairs.turn[0] = 0.0, 0
        return pairs

    @kernel
    def ask(m, w) -> None:
        k, own, member = m.knobs[0], m.own, w.residents.member
        members, others = 0.0, 0.0
        for i in range(len(own.by)):
            if own.by[i] >= 0 and member[own.by[i]]:
                members += 1.0
            elif own.by[i] >= 0:
                others += 1.0
        m.want[MEMBER, ALL] = k.pair_hours / 7 * members + k.search_hours * searches_today(own, k)
        m.want[VOLUNTEER, ALL] = k.pair_hours / 7 * others

    @kernel
    def pull(m, w) -> None:
        k, own, share, issues = m.knobs[0], m.own, m.share[ALL], w.issues
        cared = np.zeros(len(own.alone))
        for i in range(len(own.elder)):
            cared[own.building[i]] += own.by[i] >= 0
            m.counts[VISITS] += share / 7 if own.by[i] >= 0 else 0.0
        for b in range(len(cared)):
            cared[b] = cared[b] / max(own.alone[b], 1.0) * share
            m.lever.ease[b, CARE] = -k.prevention_log_rate * cared[b]
        for i in range(len(issues)):
            if issues[i].family == CARE and issues[i].scope == SCOPE_HOUSEHOLD:
                m.lever.sight[i] = k.detection_rate * cared[issues[i].building]

    @kernel
    def learn(m, w) -> None:
        k, own, share = m.knobs[0], m.own, m.share[ALL]
        lapses, people = key_of(w.seed, LAPSES, w.day), w.residents
        own.found[0] += searches_today(own, k) * share
        for i in range(len(own.elder)):
            if own.by[i] >= 0:
                own.idle[i] = 0.0 if people.gives[own.by[i]] else own.idle[i] + 1.0
                before, own.tired[i] = own.tired[i], float(people.fatigue[own.by[i]])
                moved = before > 0.0 and own.tired[i] == 0.0  # a newcomer has the visitor's row now
                if (
                    moved
                    or own.idle[i] >= k.max_gap_days
                    or uniform(lapses, own.elder[i])
                    < (k.lapse_rate + k.neglect_lapse_rate * (1.0 - share)) / 365
                ):
                    own.by[i] = -1
                    m.counts[ENDED] += 1.0
        left = count_pairs(own)
        if own.found[0] >= 1.0:
            willing = np.empty(len(people.gives), np.bool_)
            for i in range(len(willing)):
                willing[i] = people.gives[i] and (people.member[i] or people.volunteer[i])
            pair_elders(
                own,
                willing,
                people.presence,
                w.stairwells,
                w.buildings,
                w.compounds,
                key_of(w.seed, WHO, w.day),
            )
        m.counts[PAIRS] = count_pairs(own)
        m.counts[PAIRED] += m.counts[PAIRS] - left


@inner_kernel
def count_pairs(own) -> float:
    """Return the number of elders who have a visitor."""
    n = 0.0
    for i in range(len(own.by)):
        n += own.by[i] >= 0
    return n


@inner_kernel
def searches_today(own, k) -> float:
    """Return the number of searches begun today, at most one per elder without a visitor."""
    n = 0.0
    for i in range(len(own.by)):
        n += own.by[i] < 0
    return min(k.pairs_per_month / 30, n)


@outer_kernel
def pair_elders(own, willing, presence, stairwells, buildings, compounds, key) -> None:
    """Assign a visitor to one elder in turn for each completed search in `own.found`.

    Visitors are drawn from the `willing` residents of the elder's building, or else of the compound, in
    proportion to their presence. Elders living alone and residents who are paired already are removed from
    `willing`. A search is used up even if it finds nobody.
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
            if visitor >= 0:
                own.by[i], own.idle[i], own.tired[i], willing[visitor] = visitor, 0.0, 0.0, False


@inner_kernel
def draw_visitor(first, last, willing, presence, key) -> int:
    """Draw a willing resident of rows `first` to `last` - 1, in proportion to presence; -1 if there is none.

    The resident with the shortest exponential waiting time at rate `presence` is chosen.
    """
    best, winner = np.inf, -1
    for i in range(np.int64(first), np.int64(last)):
        if willing[i] and presence[i] > 0.0 and exponential(key, i) / float(presence[i]) < best:
            best, winner = exponential(key, i) / float(presence[i]), i
    return winner
