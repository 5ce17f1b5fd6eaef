"""The almanac (历): weekends and festivals, seasons, shocks, staff who left, and the initial issues.

It is computed from the scenario and the run's random numbers, a year at a time: two tables with a row per
day. It has no last day.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from ...agents.property_managers import workers
from ...engine.jit import outer_kernel
from ...engine.parameters import knob
from ...engine.randomness import derive_key, exponential, hash_name, uniforms
from ...engine.texts.errors import Message, UserError
from ..issues.categories import FAMILIES, SEASONS, encode_category
from .allocation import WEEKEND, YEAR
from .levers import ROLES

if TYPE_CHECKING:
    from ..places import Buildings
    from ..scenarios.scenario import Scenario

PAYERS = (*ROLES, "departments")
# month of each day of the year
MONTHS = np.repeat(np.arange(12), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
# days of the year, the last not included: Spring Festival (the mean of its dates) and the National Day week
FESTIVALS = ((31, 45), (273, 280))
ROWS = YEAR + 7  # of an almanac: whoever looks a week ahead on the last day of a year needs these
OFFICES = ("committee", "departments")  # offices, which have weekend hours on a festival


@dataclass(frozen=True)
class CalendarParameters:
    """The month in which a run begins, and the effects of seasons, staff turnover and festivals."""

    first_month: int = knob(
        3,
        1,
        12,
        unit="month on whose first day the run starts",
        source="assumed; a year starts after the Spring Festival",
        words=("First month", "起始月份", "月，从1日开始"),
    )
    season_strength: float = knob(
        1.0,
        0.0,
        1.0,
        unit="share of full strength of seasonal variation",
        source="assumed; SEASONS in model/issues/categories.py",
        words=("Seasons", "季节变化", "占全部季节变化的比例"),
    )
    staff_leaving_rate: float = knob(
        0.15,
        0.0,
        4.0,
        unit="share of paid staff (committee, grid, company) who leave/year",
        source="assumed",
        words=("Paid staff who leave", "工作人员离职", "比例/年"),
    )
    vacancy_days: float = knob(
        45.0,
        1.0,
        730.0,
        unit="days until a successor is fully productive",
        source="assumed",
        words=("Days to replace staff", "接替人员上手", "天"),
    )
    festival_evenings: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of members' and volunteers' evenings left in festival weeks",
        source="assumed: many travel home",
        words=("Evenings left in festival weeks", "节日周可用的晚上", "剩下的比例"),
    )


@dataclass(frozen=True)
class Shock:
    """An event that affects the community for some days: a storm, rounds of testing that take up hours."""

    name: str = field(default="shock", metadata={"text": 60})
    day: int = knob(
        1, 1, 36_500, unit="day of the run on which it starts", source="given or assumed by the case"
    )
    days: int = knob(1, 1, 3650, unit="days it lasts", source="given or assumed by the case")
    # of issues that arise more readily; "" none
    family: str = field(default="", metadata={"choices": ("", *FAMILIES)})
    ease: float = knob(
        0.0, -5.0, 5.0, unit="log rate of issues of that family", source="given or assumed by the case"
    )
    role: str = field(default="", metadata={"choices": ("", *PAYERS)})  # whose hours it takes; "" none
    share: float = knob(
        0.0, 0.0, 1.0, unit="share of those hours that it takes", source="given or assumed by the case"
    )

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield contradictions between fields, as (field, words)."""
        for name, known in (("family", FAMILIES), ("role", PAYERS)):
            if getattr(self, name) and getattr(self, name) not in known:
                yield (
                    name,
                    Message(
                        "= {value!r} is not one of {known}", value=getattr(self, name), known=", ".join(known)
                    ),
                )


@dataclass(frozen=True)
class InitialIssues:
    """Issues that exist from the first day."""

    category: str = field(metadata={"text": 60})
    count: int = knob(1, 1, 100_000, unit="issues", source="given or assumed by the case")
    stubborn: bool = False  # their parties have refused to agree for years


def almanac(scenario: "Scenario", year: int, key: np.uint64) -> tuple[np.ndarray, np.ndarray]:
    """Compute factors on the rate of each category, (ROWS, categories), and on each payer's hours, (ROWS, 7).

    Row r is day year * YEAR + r of the run; day 0 is the day before it. The last rows are the first of the
    next year, for whoever looks a week ahead. `key` is that of the random numbers by which staff leave.
    """
    calendar, kinds = scenario.calendar, scenario.issues.values()
    day, month, festival, rest = dates(year, calendar.first_month)
    seasons = tuple(kind.season for kind in kinds)
    weather = weather_by_month(seasons, float(calendar.season_strength))[month]
    at_work = np.ones((len(day), len(PAYERS)))
    for payer in OFFICES:
        at_work[rest | festival, PAYERS.index(payer)] = scenario.committee.weekend_share
    for payer in ("member", "volunteer"):
        at_work[festival, PAYERS.index(payer)] = calendar.festival_evenings
    for payer, people in staff(scenario).items():
        posts = np.uint64(derive_key(key, hash_name(payer)))
        at_work[:, PAYERS.index(payer)] *= share_filled(people, calendar, day, posts)
    for shock in scenario.shock:
        during = (day >= shock.day) & (day < shock.day + shock.days)
        for j in (j for j, kind in enumerate(kinds) if kind.family == shock.family):
            weather[during, j] *= np.exp(shock.ease)
        if shock.role:
            at_work[during, PAYERS.index(shock.role)] *= 1.0 - shock.share
    return weather, at_work


def staff(scenario: "Scenario") -> dict[str, int]:
    """Count paid staff by payer."""
    company, grid, kinds = scenario.property_managers, scenario.grid_workers, scenario.compound
    size = {kind: kind.buildings * kind.stairwells * kind.floors for kind in kinds}
    # homes on a floor, on average
    each = scenario.community.households / sum(kind.count * size[kind] for kind in kinds)
    crews = sum(kind.count * workers(company, each * size[kind]) for kind in kinds if kind.company)
    return {
        "committee": ceil(scenario.committee.staff),
        "grid": grid.full_time + grid.part_time,
        "property": crews,
    }


def share_filled(people: int, calendar: CalendarParameters, day: np.ndarray, key: np.uint64) -> np.ndarray:
    """Compute the share of `people` posts filled on each `day` (n,); a vacancy lasts `vacancy_days`."""
    leaving_rate, vacancy_days = float(calendar.staff_leaving_rate), float(calendar.vacancy_days)
    return 1.0 - count_vacancies(people, leaving_rate, vacancy_days, day, key) / max(people, 1)


@outer_kernel
def count_vacancies(
    people: int, leaving_rate: float, vacancy_days: float, day: np.ndarray, key: np.uint64
) -> np.ndarray:
    """Count the vacant of `people` posts on each `day` (n,), of which the last comes last: (n,) float64.

    Each post is left at `leaving_rate` a year.
    """
    empty = np.zeros(len(day))
    for number in range(people if leaving_rate > 0.0 else 0):
        person, time, spell, first = derive_key(key, number), 0.0, 0, 0
        while time <= day[-1]:
            time += exponential(person, spell) / leaving_rate * YEAR
            while first < len(day) and day[first] <= time:
                first += 1
            while first < len(day) and day[first] <= time + vacancy_days:
                empty[first] += 1.0
                first += 1
            time, spell = time + vacancy_days, spell + 1
    return empty


@lru_cache(maxsize=64)
def dates(year: int, first_month: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return of each row of the almanac of a year: its day, its month, whether it is a festival, a weekend.

    `first_month` is the month in which the run begins. Each is (ROWS,); do not write them.
    """
    day = year * YEAR + np.arange(ROWS)
    date = (day - 1 + int(np.searchsorted(MONTHS, first_month - 1))) % YEAR
    festival = np.zeros(len(day), bool)
    for first, last in FESTIVALS:
        festival |= (date >= first) & (date < last)
    return day, MONTHS[date], festival, np.isin(day % 7, WEEKEND)


@lru_cache(maxsize=64)
def weather_by_month(seasons: tuple[str, ...], strength: float) -> np.ndarray:
    """Return the factor of each month on the rates of categories of these seasons; do not write it.

    It is (12, categories). `strength` is the share of full strength of the variation.
    """
    factor = np.ones((12, len(seasons)))
    for j, season in enumerate(seasons):
        if season:
            factor[:, j] = 1.0 + strength * (np.array(SEASONS[season]) - 1.0)
    return factor


def place_initial_issues(
    scenario: "Scenario", units: np.ndarray, buildings: "Buildings", key: np.uint64
) -> list[tuple[int, int, int, int]]:
    """Place the initial issues: (building, category, count, stubborn count).

    Buildings are taken in turn, in an order drawn at random, from those that have units of the category.
    Issues of a whole compound are spread over compounds first. `units` (buildings, categories) counts what
    each category arises from, `key` is a key of random numbers. Raises UserError where no building has such
    a unit.
    """
    names, compound = list(scenario.issues), buildings.compound
    placed: Counter[tuple[int, int]] = Counter()
    firm: Counter[tuple[int, int]] = Counter()
    for n, begin in enumerate(scenario.initial_issues):
        j = names.index(begin.category)
        can = np.flatnonzero(units[:, j] > 0)
        if not len(can):
            raise UserError(
                "initial_issues.{n}.category = {category!r} can occur nowhere: nobody whom it "
                "could concern is ever at home; raise residents.absentees_at_home",
                n=n,
                category=begin.category,
            )
        turn = can[
            np.argsort(
                uniforms(np.uint64(derive_key(key, encode_category(begin.category))), buildings.key[can]),
                kind="stable",
            )
        ].tolist()
        if scenario.issues[begin.category].scope == "compound":
            before: Counter[int] = Counter()  # compound -> buildings of it that come earlier
            turns = {b: (before.update([compound[b]]), before[compound[b]])[1] for b in turn}
            turn.sort(key=turns.get)
        for place in range(begin.count):
            cell = turn[place % len(turn)], j
            placed[cell] += 1
            firm[cell] += begin.stubborn
    return [(*cell, n, firm[cell]) for cell, n in placed.items()]
