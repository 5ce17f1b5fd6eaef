"""Building captains (楼长): a neighbour to report to, who fixes small things and knows when people are in.

Disappoints when a captain has too many homes to look after, and when a captain is exhausted by a long list of
open issues, gives up or moves away (`leaving_rate` covers the last two): the post then stays empty until a
successor is found. Alley captains (巷长) cover vacancies; the more vacancies, the less time for each. Street
captains (街长) make sure that reported issues are not forgotten. They too have limited hours, tire of their
workload, and leave.

Each building has a building captain. With `tiers` 2 there is also an alley captain (巷长) for each
`buildings_per_alley` buildings, with 3 also a street captain (街长) for each `alleys_per_street` alleys. f of
a building is 1 if its post is filled, else `vacancy_cover / vacant posts of the alley` if there is an alley
captain in post, else 0.

- *Asks* `captain_hours * sum of f + upper_tier_hours * (alley and street captains in post)` captain hours.
  The captains supply these hours themselves to the pool *captain*, a day ahead.
- *Pulls*, with `h = s * f * min(1, homes_per_captain / homes)`: `voice = report_log_rate * h`, `reach =
  contact_logit * h`, `consent = persuasion_logit * h`, `sight = detection_rate * captain_hours * h` on
  common space (not the street), `keep = reminder_log_rate * h` where the street captain is in post, and
  `work` with `captain_hours * s * f` hours a building, on what captains can do of at most `max_spot_hours`
  hours (times `trade_factor` if the captain has the skill repair).
- *Learns*: `weary = 0.99 weary + load / fatigue_threshold_issue_days`. The load of a building's captain is
  the known open issues of the building, of an alley captain those of buildings with vacant posts, of a
  street captain the mean over the street's buildings. At weary = 1, or with chance `leaving_rate / 365` a
  day, the captain leaves and the post is vacant for `search_days` days. The next captain of a building is
  the next in turn of its three best candidates: the grown-ups, ever at home, with the highest `2 member -
  in service + volunteer + presence + 0.2 zeal`.
- *Limits*: too many homes per captain, weariness and vacancies.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import CHILD, REPAIR, SCOPE_HOUSEHOLD, SCOPE_STREET
from ...engine.jit import inner_kernel, kernel, outer_kernel, struct
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..issues.categories import HANDS
from ..issues.issue_table import is_workable, loads
from ..resources.allocation import spend_hours
from ..resources.levers import ALL, CAPTAIN
from . import Count, Mechanism

HAND = HANDS.index("captain")
CHOICE = 3  # candidates per building
MOVES = decision("captain moves")
CAPTAINS, UPPER_CAPTAINS, DEPARTURES = range(3)  # places of `counts`


class Posts(NamedTuple):
    """The captains' posts: one row per building, then one per alley, then one per street."""

    weary: np.ndarray  # (posts,) float64      weariness; at 1 the captain steps down
    since: np.ndarray  # (posts,) float64      day from which the post is filled
    # share of a captain that the post has today, 0..1; a covered vacancy counts in part
    filled: np.ndarray  # (posts,) float64
    ready: np.ndarray  # (buildings, 3) int64  candidates, the best first; -1 where there are fewer
    who: np.ndarray  # (buildings,) int64    the captain, or the next one; -1 without an adult
    width: np.ndarray  # (buildings,) float64  homes
    alley: np.ndarray  # (buildings,) int64    row of the alley captain above
    street: np.ndarray  # (buildings,) int64    row of the street captain above


@dataclass(frozen=True)
class BuildingCaptains(Mechanism):
    zh: ClassVar[str] = "楼长"
    zh_letter: ClassVar[str] = "楼"
    zh_does: ClassVar[str] = (
        "每栋楼有一位楼长：居民有事可以找楼长反映，小事当场办好，楼长也知道各户什么时候在家。巷长补缺，"
        "街长跟进已反映的事项，避免遗忘。"
    )
    zh_disappoints: ClassVar[str] = (
        "照管的户数太多就顾不过来；未办结的事项积累太久，楼长会累倒、辞任或搬走，岗位空缺，直到找到新人。"
        "巷长、街长同样时间有限，会累，也会离开。"
    )
    group: ClassVar[str] = "finds"
    pulls: ClassVar[tuple] = ("voice", "sight", "work", "reach", "consent", "keep", "supply")
    counts: ClassVar[tuple] = (
        Count("captains", "building captains in post today", "在任楼长", "people", "人", level=True),
        Count(
            "upper_captains",
            "alley and street captains in post today",
            "在任巷长街长",
            "people",
            "人",
            level=True,
        ),
        Count("departures", "captains who stepped down or left", "卸任的楼长巷长街长", "people", "人"),
    )
    tiers: int = knob(
        3,
        1,
        3,
        unit="tiers: 1 building, 2 also alley, 3 also street captains",
        source="press reports of 2019-2024: 楼长, 巷长, 街长",
        words=("Tiers of captains", "楼长层级", "级：1楼长，2加巷长，3再加街长"),
    )
    buildings_per_alley: int = knob(
        3,
        1,
        60,
        unit="buildings/alley captain",
        source="assumed; reports name the tier, but not how many buildings",
        words=("Buildings per alley captain", "每位巷长管几栋楼", "栋/巷长"),
    )
    alleys_per_street: int = knob(
        5,
        1,
        60,
        unit="alleys/street captain",
        source="assumed; reports name the tier, but not how many alleys",
        words=("Alleys per street captain", "每位街长管几条巷", "巷/街长"),
    )
    captain_hours: float = knob(
        0.3,
        0.05,
        3.0,
        unit="hours/captain/day",
        source="assumed",
        words=("Time of a captain", "楼长每天投入", "小时/人·天"),
    )
    upper_tier_hours: float = knob(
        0.15,
        0.0,
        3.0,
        unit="hours/alley or street captain/day, in addition to covering vacancies",
        source="assumed: an hour per week",
        words=("Time of alley and street captains", "巷长街长每天投入", "小时/人·天，补缺另计"),
    )
    homes_per_captain: float = knob(
        60.0,
        1.0,
        1000.0,
        unit="homes that a captain can look after; with more, each gets less time",
        source="assumed",
        words=("Homes a captain can look after", "楼长能照管的户数", "户；超过后每户分到的时间减少"),
    )
    report_log_rate: float = knob(
        0.7,
        0.0,
        3.0,
        unit="log rate of reporting, where there is a captain",
        source="assumed; docs/sources.md: block leaders",
        words=("Readier to report", "更愿意反映", "反映意愿的对数率，有楼长的地方"),
    )
    detection_rate: float = knob(
        0.5,
        0.0,
        8.0,
        unit="1/hour, of finding an issue in common space",
        source="assumed: one round per week",
        words=("Finds issues in common space", "发现公共部位的事项", "1/小时"),
    )
    max_spot_hours: float = knob(
        2.0,
        0.0,
        12.0,
        unit="hours, the largest job done on the spot without a skill",
        source="assumed",
        words=("Largest job done on the spot", "当场能办多大的事", "小时，没有专长时"),
    )
    contact_logit: float = knob(
        2.5,
        0.0,
        6.0,
        unit="logit of finding a household at home",
        source="assumed; the captain knows when people are at home",
        words=("Finds households at home", "上门找到住户", "找到住户的对数几率"),
    )
    persuasion_logit: float = knob(
        1.05,
        0.0,
        6.0,
        unit="logit of signing, per talk with the captain",
        source="docs/sources.md: block leaders won 28 %, a leaflet 12 %",
        words=("Persuasion by the captain", "楼长劝说的效果", "每谈一次，愿签名的对数几率"),
    )
    trade_factor: float = knob(
        2.0,
        1.0,
        6.0,
        unit="times as large a job, if the captain is skilled",
        source="assumed",
        words=("Larger jobs by a skilled captain", "有专长的楼长能办更大的事", "倍"),
    )
    vacancy_cover: float = knob(
        0.4,
        0.0,
        1.0,
        unit="share of a post that an alley captain covers, divided among the vacancies",
        source="assumed",
        words=("Vacancies covered", "巷长补缺", "占一个岗位的比例，由各空缺分摊"),
    )
    reminder_log_rate: float = knob(
        1.5,
        0.0,
        6.0,
        unit="log rate by which street captains reduce forgetting",
        source="assumed",
        words=("Less forgetting", "减少遗忘", "对数率，街长跟进时"),
    )
    fatigue_threshold_issue_days: float = knob(
        400.0,
        10.0,
        5000.0,
        unit="issue-days that exhaust a captain; alley: those of vacancies; street: mean of its buildings",
        source="assumed",
        words=("Workload until exhaustion", "多大负担会累倒", "件·天，已知未办结事项累积到此"),
    )
    search_days: int = knob(
        60,
        0,
        1000,
        unit="days to find a new captain",
        source="assumed",
        words=("Days to find a new captain", "找新楼长要多久", "天"),
    )
    leaving_rate: float = knob(
        0.08,
        0.0,
        1.0,
        unit="share of captains who move away or give up/year",
        source="docs/sources.md: volunteers' attrition 13.5 % a year",
        words=("Captains who leave", "楼长流失", "搬走或辞任的比例/年"),
    )

    def begin(self, world, random_numbers) -> Posts:
        b = len(world.buildings.compound)
        ready = choose_candidates(struct(world.residents), b)
        alley, street = (
            np.arange(b) // self.buildings_per_alley,
            np.arange(b) // self.buildings_per_alley // self.alleys_per_street,
        )
        alleys = int(alley[-1]) + 1
        n = b + alleys + int(street[-1]) + 1
        homes = np.bincount(world.households.building, minlength=b).astype(float)
        posts = Posts(
            np.zeros(n),
            np.ones(n),
            np.zeros(n),
            ready,
            ready[:, 0].copy(),
            homes,
            b + alley,
            b + alleys + street,
        )
        fill_posts(posts, 1, float(self.vacancy_cover), int(self.tiers))
        return posts

    @kernel
    def ask(m, w) -> None:
        m.want[CAPTAIN, ALL] = captain_hours(m.own, m.knobs[0])

    @kernel
    def pull(m, w) -> None:
        k, own, share, issues, hands = m.knobs[0], m.own, m.share, w.issues, w.cats.done_by
        sight, work, keep = m.lever.sight, m.lever.work, m.lever.keep
        skill, where = w.residents.skill, w.buildings.compound
        coverage, left, largest = np.empty(len(where)), np.empty(len(where)), np.empty(len(where))
        filled, street = own.filled, own.street
        m.counts[CAPTAINS] = m.counts[UPPER_CAPTAINS] = 0.0
        for p in range(len(where), len(filled)):
            m.counts[UPPER_CAPTAINS] += filled[p]
        for b in range(len(where)):
            got = own.filled[b] * share[where[b]]
            coverage[b] = got * min(1.0, k.homes_per_captain / own.width[b])
            left[b] = k.captain_hours * got
            in_post = own.since[b] <= w.day and own.who[b] >= 0
            m.counts[CAPTAINS] += in_post
            tradesman = in_post and skill[own.who[b]] == REPAIR
            largest[b] = k.max_spot_hours * (k.trade_factor if tradesman else 1.0)
            m.lever.voice[b] = k.report_log_rate * coverage[b]
            m.lever.reach[b] = k.contact_logit * coverage[b]
            m.lever.consent[b] = k.persuasion_logit * coverage[b]
        for i in range(len(issues)):
            issue = issues[i]
            b = issue.building
            if SCOPE_HOUSEHOLD < issue.scope < SCOPE_STREET:
                sight[i] = k.detection_rate * k.captain_hours * coverage[b]
            if hands[issue.category, HAND] and is_workable(issue) and issue.hours_left <= largest[b]:
                work[i] = spend_hours(left, b, issue.hours_left)
            keep[i] = k.reminder_log_rate * coverage[b] * filled[street[b]]
        # the captains' own evenings, available to every mechanism that asks for them
        m.lever.supply[CAPTAIN - 1] = captain_hours(own, k)

    @kernel
    def learn(m, w) -> None:
        k, own, b = m.knobs[0], m.own, len(w.buildings.compound)
        load, moves = workloads(own, loads(w.issues, b), w.day), key_of(w.seed, MOVES, w.day)
        weary, since = own.weary, own.since
        for p in range(len(weary)):
            if since[p] > w.day:
                weary[p] = 0.0
                continue
            weary[p] = weary[p] * 0.99 + load[p] / k.fatigue_threshold_issue_days
            if weary[p] >= 1.0 or uniform(moves, p) < k.leaving_rate / 365:
                weary[p], since[p] = 0.0, w.day + k.search_days
                m.counts[DEPARTURES] += own.filled[p] > 0.0 and (p >= b or own.who[p] >= 0)
                if p < b:
                    own.who[p] = next_captain(own.ready[p], own.who[p])
        fill_posts(own, w.day + 1, k.vacancy_cover, k.tiers)


@outer_kernel
def fill_posts(own, day, cover, tiers) -> None:
    """Set `own.filled` to the state of all posts on `day`.

    1 for a captain, a share where an alley captain covers a vacancy; 0 for posts of tiers above `tiers`.
    """
    filled, since, who, alley, b = own.filled, own.since, own.who, own.alley, len(own.who)
    streets, vacancies = alley[b - 1] + 1, np.zeros(alley[b - 1] + 1)
    for p in range(len(filled)):
        in_use = tiers >= (1 if p < b else 2 if p < streets else 3)
        filled[p] = 1.0 if in_use and since[p] <= day and (p >= b or who[p] >= 0) else 0.0
        if p < b:
            vacancies[alley[p]] += 1.0 - filled[p]
    for p in range(b):
        if filled[p] == 0.0:
            filled[p] = cover * filled[alley[p]] / vacancies[alley[p]]


@inner_kernel
def captain_hours(own, k) -> float:
    """Return the hours that all captains give today."""
    b, houses, above = len(own.who), 0.0, 0.0
    for p in range(b):
        houses += own.filled[p]
    for p in range(b, len(own.filled)):
        above += own.filled[p]
    return k.captain_hours * houses + k.upper_tier_hours * above


@inner_kernel
def workloads(own, load, day) -> np.ndarray:
    """Return the known issues that tire each captain, (posts,); `load` is (buildings,).

    For a building's captain those of the building, for an alley captain those of buildings with a vacant
    post, for a street captain the mean over the street's buildings.
    """
    since, who, alley, street = own.since, own.who, own.alley, own.street
    total, buildings = np.zeros(len(since)), np.zeros(len(since))
    for p in range(len(load)):
        total[p] = load[p]
        if since[p] > day or who[p] < 0:
            total[alley[p]] += load[p]
        total[street[p]] += load[p]
        buildings[street[p]] += 1.0
    for p in range(street[0], len(total)):
        total[p] /= buildings[p]
    return total


@inner_kernel
def next_captain(ready, who) -> int:
    """Return the candidate after `who`, in turn; `who` again only where there is no other."""
    for turn in range(CHOICE):
        if ready[turn] == who and ready[(turn + 1) % CHOICE] >= 0:
            return ready[(turn + 1) % CHOICE]
    return ready[0]


@outer_kernel
def choose_candidates(people, buildings) -> np.ndarray:
    """Choose the three best candidates of each building, (buildings, 3) int64, best first; -1 if missing.

    Neighbours prefer members, retired people, and people who are often at home and willing to help.
    """
    best, best_score = np.empty((buildings, CHOICE), np.int64), np.empty((buildings, CHOICE))
    for b in range(buildings):
        for n in range(CHOICE):
            best[b, n], best_score[b, n] = -1, -np.inf
    for i in range(len(people.home)):
        if people.band[i] == CHILD or people.presence[i] <= 0.0:
            continue
        b = people.building[i]
        score = (
            2.0 * people.member[i]
            - 1.0 * people.in_service[i]
            + people.volunteer[i]
            + people.presence[i]
            + 0.2 * float(people.zeal[i])
        )
        place = CHOICE
        while place > 0 and score > best_score[b, place - 1]:
            place -= 1
        for n in range(CHOICE - 1, place, -1):
            best[b, n], best_score[b, n] = best[b, n - 1], best_score[b, n - 1]
        if place < CHOICE:
            best[b, place], best_score[b, place] = i, score
    return best
