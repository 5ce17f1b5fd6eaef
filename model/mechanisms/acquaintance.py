"""Making strangers familiar (创熟): a neighbourhood association with clubs, festivals and matchmaking.

Disappoints because it is slow: a habit forms over a year of evenings, and fades without them. Owners who live
elsewhere do not come. Of many introductions few make a couple, and none do while fewer than two are looking.

A neighbourhood association holds a club evening a week in each building, a matchmaking station on Sundays,
and `festivals_per_year` festivals a year for all, spread evenly from the Lantern Festival (元宵) on. The
share that comes is `come = 1 - absence_penalty * share of homes away`; where people gather (club or
festival), g = come * s.

- *Asks* `club_hours` volunteer hours a building on its weekday, and `station_hours` hours a building on
  Sundays; on festival days `festival_yuan` yuan a building instead.
- *Pulls*: `ties = contacts_per_attendance * turnout_share * g`; every day, `ease = -prevention_log_rate *
  habit * s` on environment and safety and `wish = volunteering_logit * mean habit * s`; on Sundays without a
  festival, for people who look for a partner, `sight = detection_rate * station_hours * s`, by which they
  register, and `work` that ends the search of two registered people, drawn at random, for each couple that is
  due.
- *Learns* `habit = h + habit_gain * g (1 - h)`, where h is `habit` after fading by `habit_loss_rate` a day;
  and, on Sundays without a festival, how many are registered: n, from anywhere in the community, if two or
  more. There are then `min(n / 2 * introductions_per_year / 52, station hours got / introduction_hours)`
  introductions, and `couple_share` of them is added to the couples due. Couples that come about are taken
  off.
- *Limits*: slow growth, owners who are away, and few introductions that make a couple.
"""

from dataclasses import dataclass
from math import floor
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..issues.categories import FAMILIES
from ..issues.issue_table import RESOLVED, is_registered
from ..resources.levers import ALL, STANDINGS, VOLUNTEER, YUAN
from . import Count, Mechanism

ENVIRONMENT, SAFETY = FAMILIES.index("environment"), FAMILIES.index("safety")
LOOKING = "partner_search"  # category that the matchmaking station handles
MATCH = decision("acquaintance: who becomes a couple")
WEEKS = 52
SUNDAY, YEAR = 0, 365
LANTERNS = 45  # day of the year: mean date of the Lantern Festival
# places of `counts`
CLUB_EVENINGS, FESTIVALS, ATTENDANCES, SESSIONS, INTRODUCTIONS, COUPLES = range(6)


class Neighbours(NamedTuple):
    """Participation and habits by building; the association's festivals, and its matchmaking station."""

    come: np.ndarray  # (buildings,) float64  share of homes that take part
    habit: np.ndarray  # (buildings,) float64  habit of treating shared space as one's own, 0..1
    homes: np.ndarray  # (buildings,) float64  number of homes
    feast: np.ndarray  # (YEAR,) bool          whether there is a festival, by day of the run
    looks: np.ndarray  # (categories,) bool    whether the matchmaking station handles it
    code: np.ndarray  # (1,) int64   the mechanism's row in `names`
    registered: np.ndarray  # (1,) float64  people who look for a partner and are known, last Sunday
    due: np.ndarray  # (1,) float64  couples that introductions have made and that are not counted yet
    couples: np.ndarray  # (1,) float64  couples so far


@dataclass(frozen=True)
class Acquaintance(Mechanism):
    zh: ClassVar[str] = "创熟"
    zh_letter: ClassVar[str] = "熟"
    meant_for: ClassVar[tuple[str, ...]] = ("environment", "safety")
    zh_does: ClassVar[str] = (
        "创熟：邻里协会办社团、过节庆、设婚恋角给人牵线，让陌生邻居变成熟人，也让居民更守公约、更愿意出力。"
    )
    zh_disappoints: ClassVar[str] = (
        "见效慢：习惯要一年的活动才能养成，活动一停就淡忘；不常住的业主不来。牵线多，成的少；登记的人太少就牵不成。"
    )
    group: ClassVar[str] = "together"
    pulls: ClassVar[tuple] = ("ties", "ease", "wish", "sight", "work")
    counts: ClassVar[tuple] = (
        Count("club_evenings", "club evenings", "社团活动", "evenings", "次"),
        Count("festivals", "festivals", "节庆活动", "festivals", "次"),
        Count(
            "attendances",
            "attendances at club evenings and festivals",
            "社团和节庆参加人次",
            "attendances",
            "人次",
        ),
        Count("sessions", "matchmaking sessions", "婚恋角值守", "sessions", "次"),
        Count("introductions", "people introduced to each other", "牵线", "introductions", "次"),
        Count("couples", "couples", "牵线成功", "couples", "对"),
    )
    club_hours: float = knob(
        0.75,
        0.05,
        8.0,
        unit="volunteers' hours/building and club evening, one per week",
        source="assumed",
        words=("Time for a club evening", "每次社团活动的人手", "志愿者小时/栋·次，每周一次"),
    )
    festivals_per_year: int = knob(
        4,
        0,
        24,
        unit="festivals/year, evenly spaced from the Lantern Festival on",
        source="assumed; lianhe held 22 cultural events in a year",
        words=("Festivals per year", "每年节庆活动", "次/年，从元宵节起均匀分布"),
    )
    station_hours: float = knob(
        0.1,
        0.0,
        1.0,
        unit="volunteers' hours/building at the matchmaking station, on Sundays",
        source="assumed: two volunteers for three hours in a community of 60 buildings; yiduan has a station",
        words=("Time for the matchmaking station", "婚恋角的人手", "志愿者小时/栋，每周日"),
    )
    detection_rate: float = knob(
        1.0,
        0.0,
        8.0,
        unit="1/hour at the station per building, of hearing who looks for a partner",
        source="assumed",
        words=("Finds people who look for a partner", "发现有婚恋需求的人", "1/小时，在婚恋角为一栋楼值守时"),
    )
    introductions_per_year: float = knob(
        4.0,
        0.0,
        52.0,
        unit="introductions/year of each person registered, at most",
        source="a dating site's survey (2019): 40 % of singles meet three people a year so, 30 % five",
        words=("Introductions per person", "每人每年牵线", "次/年，最多"),
    )
    introduction_hours: float = knob(
        0.5,
        0.1,
        20.0,
        unit="hours of the station per introduction of two people",
        source="assumed",
        words=("Time per introduction", "每次牵线用时", "小时"),
    )
    couple_share: float = knob(
        0.075,
        0.0,
        1.0,
        unit="share of introductions that make a couple",
        source="300 of 4,000 in a community's station (Baihe, Ningbo, 2016; 70 of them had married)",
        words=("Introductions that succeed", "牵线成功", "比例"),
    )
    festival_yuan: float = knob(
        60.0,
        5.0,
        5000.0,
        unit="yuan/building and festival",
        source="assumed",
        words=("Cost of a festival", "节庆花费", "元/栋·次"),
    )
    turnout_share: float = knob(
        0.05,
        0.0,
        1.0,
        unit="share of homes that send somebody to a club evening or festival, of those not away",
        source="assumed",
        words=("Turnout at gatherings", "活动参加率", "占常住住户的比例"),
    )
    contacts_per_attendance: float = knob(
        0.4,
        0.0,
        10.0,
        unit="new acquaintances per attendance at a club evening or festival",
        source="assumed; vary it",
        words=("New acquaintances per attendance", "每次参加新结识", "人/人次"),
    )
    absence_penalty: float = knob(
        1.0,
        0.0,
        1.0,
        unit="share of effect lost for homes of absent owners",
        source="assumed; reports tell of absent owners",
        words=("Effect lost, absent owners", "不常住业主损失的效果", "比例"),
    )
    habit_gain: float = knob(
        0.03,
        0.0,
        0.5,
        unit="share of the missing habit gained per gathering",
        source="assumed: most of it within a year",
        words=("Speed of forming habits", "习惯养成的快慢", "每次活动补上所缺习惯的比例"),
    )
    habit_loss_rate: float = knob(
        0.002,
        0.0,
        0.1,
        unit="share of the habit lost/day",
        source="assumed: a year without gatherings leaves half",
        words=("Speed of losing habits", "习惯淡忘的快慢", "每天失去的比例"),
    )
    prevention_log_rate: float = knob(
        0.4,
        0.0,
        3.0,
        unit="log rate by which fewer nuisances (litter, e-bikes) arise at full habit",
        source="assumed; vary it",
        words=(
            "Fewer nuisances by habit",
            "习惯减少不文明行为",
            "对数率，习惯养成后垃圾和电动车上楼减少的程度",
        ),
    )
    volunteering_logit: float = knob(
        0.3,
        0.0,
        3.0,
        unit="logit of giving an evening, at full habit",
        source="assumed",
        words=("Willingness to volunteer", "更愿意出力", "愿出一个晚上的对数几率，习惯养成后"),
    )

    def begin(self, world, random_numbers) -> Neighbours:
        homes, b = world.households, len(world.buildings.compound)
        number = np.bincount(homes.building, minlength=b).astype(float)
        away = np.bincount(homes.building, homes.away, b) / number
        first = (world.scenario.calendar.first_month - 1) * YEAR // 12  # date of day 1, to within a day
        dates = (
            LANTERNS + np.arange(self.festivals_per_year) * YEAR // max(self.festivals_per_year, 1)
        ) % YEAR
        feast = np.isin((np.arange(YEAR) - 1 + first) % YEAR, dates)
        return Neighbours(
            1.0 - self.absence_penalty * away,
            np.zeros(b),
            number,
            feast,
            np.isin(world.categories, LOOKING),
            np.array([world.names.index("acquaintance")]),
            *np.zeros((3, 1)),
        )

    @kernel
    def ask(m, w) -> None:
        k, where = m.knobs[0], w.buildings.compound
        if is_festival(w.day, m.own):
            m.want[YUAN, ALL] = k.festival_yuan * len(where)
        else:
            for b in range(w.day % 7, len(where), 7):
                m.want[VOLUNTEER, where[b]] += k.club_hours
            for b in range(len(where) if w.day % 7 == SUNDAY else 0):
                m.want[VOLUNTEER, where[b]] += k.station_hours

    @kernel
    def pull(m, w) -> None:
        k, own, share, where, ease = m.knobs[0], m.own, m.share, w.buildings.compound, m.lever.ease
        come, habit, ties = own.come, own.habit, m.lever.ties
        sums, buildings = np.zeros(len(share) - 1), np.zeros(len(share) - 1)
        m.counts[FESTIVALS] += share[ALL] if is_festival(w.day, own) else 0.0
        for b in buildings_gathering(w.day, own):
            ties[b] = k.contacts_per_attendance * k.turnout_share * (come[b] * share[where[b]])
            m.counts[CLUB_EVENINGS] += 0.0 if is_festival(w.day, own) else share[where[b]]
            m.counts[ATTENDANCES] += own.homes[b] * k.turnout_share * (come[b] * share[where[b]])
        for b in range(len(where)):
            c = where[b]
            ease[b, ENVIRONMENT] = ease[b, SAFETY] = -k.prevention_log_rate * habit[b] * share[c]
            sums[c] += habit[b]
            buildings[c] += 1.0
        for c in range(len(sums)):
            for standing in range(STANDINGS):
                m.lever.wish[c, standing] = k.volunteering_logit * sums[c] / buildings[c] * share[c]
        if w.day % 7 == SUNDAY and not is_festival(w.day, own):
            for c in range(len(sums)):
                m.counts[SESSIONS] += share[c] * buildings[c] / len(where) if k.station_hours > 0.0 else 0.0
            for i in range(len(w.issues)):
                if own.looks[w.issues[i].category]:
                    m.lever.sight[i] = k.detection_rate * k.station_hours * share[w.issues[i].compound]
            if hours_at_station(k, share, where) > 0.0:
                match(own, w.issues, key_of(w.seed, MATCH, w.day), m.lever.work)

    @kernel
    def learn(m, w) -> None:
        k, habit, come, share, where = m.knobs[0], m.own.habit, m.own.come, m.share, w.buildings.compound
        own, remaining = m.own, 1.0 - k.habit_loss_rate
        if w.day % 7 == SUNDAY and not is_festival(w.day, own):
            own.registered[0], ended = 0.0, 0
            for i in range(len(w.issues)):
                issue = w.issues[i]
                own.registered[0] += own.looks[issue.category] and is_registered(issue)
                ended += (
                    own.looks[issue.category]
                    and issue.state == RESOLVED
                    and issue.resolved_day == w.day
                    and issue.resolved_by == own.code[0]
                )
            own.couples[0] += ended / 2
            m.counts[COUPLES] += ended / 2
            own.due[0] -= ended / 2
            if own.registered[0] >= 2.0:
                wanted = own.registered[0] / 2 * k.introductions_per_year / WEEKS
                possible = hours_at_station(k, share, where) / k.introduction_hours
                own.due[0] += k.couple_share * min(wanted, possible)
                m.counts[INTRODUCTIONS] += min(wanted, possible)
        for b in range(len(habit)):
            habit[b] *= remaining
        for b in buildings_gathering(w.day, m.own):
            habit[b] += k.habit_gain * (come[b] * share[where[b]]) * (1.0 - habit[b])


@lean_kernel
def is_festival(day, own) -> bool:
    """Say whether the whole community celebrates on `day`."""
    return own.feast[day % YEAR]


@lean_kernel
def buildings_gathering(day, own) -> range:
    """Return the buildings that meet on `day`: all on a festival, else those whose club weekday it is."""
    return range(0, len(own.come), 1) if is_festival(day, own) else range(day % 7, len(own.come), 7)


@lean_kernel
def hours_at_station(k, share, where) -> float:
    """Sum the hours that the matchmaking station got for this Sunday."""
    hours = 0.0
    for b in range(len(where)):
        hours += k.station_hours * share[where[b]]
    return hours


@lean_kernel
def match(own, issues, key, work) -> None:
    """Pull `work` (issues,) for the couples that are due: two registered people each, drawn without order."""
    free = 0
    for i in range(len(issues)):
        free += own.looks[issues[i].category] and is_registered(issues[i])
    for _ in range(2 * min(floor(own.due[0]), free // 2)):
        best, chosen = np.inf, -1
        for i in range(len(issues)):
            issue = issues[i]
            if own.looks[issue.category] and is_registered(issue) and work[i] == 0.0:
                u = uniform(key, issue.key)
                if u < best:
                    best, chosen = u, i
        work[chosen] = issues[chosen].hours_left
