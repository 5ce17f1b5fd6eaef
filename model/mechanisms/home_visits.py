"""Home visits (入户走访): members talk in flats and on stairs, and hear of problems that nobody reports.

Disappoints when there are more homes than evenings: in a large building few homes are visited, and far fewer
when members stay away.

From the 15th day on, members visit each building on its weekday. The committee's people make the visits
that members cannot; at first, while few members give evenings, these are most of them. An evening takes `e
= min(building_hours, visit_hours * homes)` hours. The members' part of tomorrow's evenings is what a day's
promised hours allow (`party_members.evening_hours / 7` for each who gives); the committee takes the rest,
up to `committee_hours` hours. r is both parts together, known the evening before. Instead of visits,
`study_evenings_per_quarter` evenings a quarter, spread over weeks and buildings, are study evenings of the
members.

- *Asks* `e` times the members' part of members, and `e` times the committee's part of the committee.
- *Pulls*: a visiting evening reaches `v = s * r * min(1, building_hours / (visit_hours * homes))` of the
  doors, with `sight = detection_per_visit * v` on issues at home and `trust in committee = trust_per_visit
  * v`. A study evening reaches `v = s * r * min(1, study_people / grown-ups of the building)`, the share of
  its people who come, which stands for the share of its homes, with `trust in neighbours =
  neighbour_trust_per_home * v`. `wish = volunteering_logit * s * mean found` on members and listed
  volunteers.
- *Learns* who lives there, by both kinds of evening: `found = f + v (1 - f)`, where f is `found` after
  fading by `loss_rate / 365` a day.
- *Limits*: more doors than evenings.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import CHILD, SCOPE_HOUSEHOLD, TRUST_COMMITTEE, TRUST_NEIGHBOURS
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..resources.levers import COMMITTEE, MEMBER, STANDINGS
from . import Count, Mechanism

WEEKS = 13  # weeks of a quarter
QUIET = 14  # first days of a run, without visits: no evenings have been promised yet
VISITS, STUDY_EVENINGS, ATTENDANCES = range(3)  # places of `counts`


class Rounds(NamedTuple):
    """What the visitors have reached in each building, and who makes tonight's visits."""

    homes: np.ndarray  # (buildings,) float64  number of homes
    adults: np.ndarray  # (buildings,) float64  number of grown-ups who are ever at home, at least 1
    # share of the building's members and willing neighbours whom the visitors have discovered, 0..1
    found: np.ndarray  # (buildings,) float64
    # share of tonight's visits that members can make, and that the committee makes in their place
    who: np.ndarray  # (2,) float64


@dataclass(frozen=True)
class HomeVisits(Mechanism):
    zh: ClassVar[str] = "入户走访"
    zh_letter: ClassVar[str] = "访"
    meant_for: ClassVar[tuple[str, ...]] = ("care", "dispute", "pipe_leak")
    zh_does: ClassVar[str] = "党员到居民家里和楼道里交谈，听到无人反映的事项，也找到身边的党员。"
    zh_disappoints: ClassVar[str] = "住户多、晚上少：大楼里只有少数住户能访到；党员来得少，访到的更少。"
    group: ClassVar[str] = "finds"
    pulls: ClassVar[tuple] = ("sight", "trust", "wish")
    counts: ClassVar[tuple] = (
        Count("visits", "homes visited", "入户走访", "visits", "户次"),
        Count("study_evenings", "study evenings", "院落学习", "evenings", "次"),
        Count("attendances", "people at study evenings", "院落学习参加人次", "attendances", "人次"),
    )
    building_hours: float = knob(
        1.5,
        0.0,
        24.0,
        unit="hours/building and week at most, on the building's own weekday",
        source="assumed",
        words=("Time per building", "每栋上门时间", "小时/栋·周，最多"),
    )
    committee_hours: float = knob(
        2.0,
        0.0,
        100.0,
        unit="committee hours/day at most, for visits that members cannot make",
        source="assumed: the secretary starts",
        words=("Committee's time", "居委会补位", "小时/天，最多"),
    )
    visit_hours: float = knob(
        0.5,
        0.05,
        4.0,
        unit="hours/visit",
        source="assumed; a grid worker makes one to five visits a day",
        words=("Time per visit", "每户用时", "小时/户"),
    )
    study_evenings_per_quarter: int = knob(
        16,
        0,
        2000,
        unit="evenings/quarter of members' study in place of visits, one building at a time",
        source="guiyuan: 16 talks within three months",
        words=("Study evenings per quarter", "每季度院落学习", "晚/季度，逐栋进行，当晚不走访"),
    )
    study_people: float = knob(
        30.0,
        1.0,
        1000.0,
        unit="people who take part in a study evening, if the building has as many grown-ups",
        source="assumed: a courtyard; how many came to guiyuan's talks is an outcome, not an input",
        words=("People per study evening", "每次学习参加人数", "人，不超过本栋成年人数"),
    )
    detection_per_visit: float = knob(
        1.0,
        0.0,
        6.0,
        unit="1/visit, of finding an issue in that home",
        source="assumed: two visits in three",
        words=("Finds issues in homes", "发现家里的事项", "1/次"),
    )
    trust_per_visit: float = knob(
        0.1,
        0.0,
        0.5,
        unit="share of distrust in the committee per visit",
        source="assumed, with the next two so that furong_south tips; vary it",
        words=("Trust gained per visit", "每次走访增加的信任", "消除不信任的比例，对居委会"),
    )
    neighbour_trust_per_home: float = knob(
        0.1,
        0.0,
        0.5,
        unit="share of distrust in neighbours per home that takes part in a study evening",
        source="assumed; vary it",
        words=("Trust among neighbours", "邻里信任", "消除不信任的比例，每户每次院落学习"),
    )
    volunteering_logit: float = knob(
        2.5,
        0.0,
        4.0,
        unit="logit of giving an evening, of members found by visits",
        source="assumed; reported of shuian",
        words=("Members found: willing to volunteer", "找到的党员更愿出力", "愿出一个晚上的对数几率"),
    )
    loss_rate: float = knob(
        0.5,
        0.0,
        5.0,
        unit="1/year, of members found who are lost again",
        source="assumed",
        words=("Members lost again", "再度失联的党员", "1/年"),
    )

    def begin(self, world, random_numbers) -> Rounds:
        b, people = len(world.buildings.compound), world.residents
        adult = (people.band != CHILD) & (people.presence > 0.0)
        return Rounds(
            np.bincount(world.households.building, minlength=b).astype(float),
            np.maximum(np.bincount(people.building[adult], minlength=b), 1).astype(float),
            np.zeros(b),
            np.zeros(2),
        )

    @kernel
    def ask(m, w) -> None:
        k, where = m.knobs[0], w.buildings.compound
        for b in range(w.day % 7, len(where) if w.day > QUIET else 0, 7):
            for n, role in ((0, MEMBER), (1, COMMITTEE)):
                m.want[role, where[b]] += m.own.who[n] * min(k.building_hours, k.visit_hours * m.own.homes[b])

    @kernel
    def pull(m, w) -> None:
        k, own, share, issues = m.knobs[0], m.own, m.share, w.issues
        where, trust = w.buildings.compound, m.lever.trust
        discovered, buildings = np.zeros(len(share) - 1), np.zeros(len(share) - 1)
        visited, found = np.zeros(len(where)), own.found
        for b in range(w.day % 7, len(where), 7):
            reached = share_visited(b, where[b], w.day, own, share, k)
            talk = has_talk(b, w.day, len(where), k.study_evenings_per_quarter)
            visited[b] = 0.0 if talk else reached
            m.counts[VISITS] += visited[b] * own.homes[b]
            if talk:
                m.counts[ATTENDANCES] += reached * own.adults[b]
                m.counts[STUDY_EVENINGS] += reached / min(1.0, k.study_people / own.adults[b])
            trust[b, TRUST_COMMITTEE], trust[b, TRUST_NEIGHBOURS] = (
                k.trust_per_visit * visited[b],
                k.neighbour_trust_per_home * (reached if talk else 0.0),
            )
        for b in range(len(where)):
            discovered[where[b]] += found[b]
            buildings[where[b]] += 1.0
        for i in range(len(issues)):
            if issues[i].scope == SCOPE_HOUSEHOLD:
                m.lever.sight[i] = k.detection_per_visit * visited[issues[i].building]
        for c in range(len(discovered)):
            for standing in range(1, STANDINGS):
                m.lever.wish[c, standing] = k.volunteering_logit * discovered[c] / buildings[c] * share[c]

    @kernel
    def learn(m, w) -> None:
        k, own, found, where = m.knobs[0], m.own, m.own.found, w.buildings.compound
        homes, share = own.homes, m.share
        remaining = 1.0 - k.loss_rate / 365
        for b in range(len(found)):
            found[b] *= remaining
        for b in range(w.day % 7, len(found), 7):
            found[b] += share_visited(b, where[b], w.day, own, share, k) * (1.0 - found[b])
        hours = 0.0  # of tomorrow's visits
        for b in range((w.day + 1) % 7, len(where), 7):
            hours += min(k.building_hours, k.visit_hours * homes[b])
        members_hours = min(hours, w.knobs.member * w.mood.pledged[0])
        if hours > 0.0:
            m.own.who[0], m.own.who[1] = (
                members_hours / hours,
                min(hours - members_hours, k.committee_hours) / hours,
            )


@lean_kernel
def share_visited(b, compound, day, own, share, k) -> float:
    """Return the share of a building's homes that are visited, or hear the talk, if `day` is its weekday."""
    if day <= QUIET:
        return 0.0
    evenings_share = share[compound] * (own.who[0] + own.who[1])
    if has_talk(b, day, len(own.homes), k.study_evenings_per_quarter):
        return (
            evenings_share
            * min(1.0, k.study_people / own.adults[b])
            * (1.0 if k.building_hours > 0.0 else 0.0)
        )
    return evenings_share * min(1.0, k.building_hours / (k.visit_hours * own.homes[b]))


@lean_kernel
def has_talk(b, day, buildings, talks) -> bool:
    """Say whether a building's evening in the week of `day` is one of the quarter's `talks`.

    Talks are spread evenly over weeks and buildings, and fall on other buildings each quarter.
    """
    week = (day - 1 - QUIET) // 7
    evening = (week % WEEKS) * buildings + (b + week // WEEKS) % buildings
    return (evening + 1) * talks // (WEEKS * buildings) > evening * talks // (WEEKS * buildings)
