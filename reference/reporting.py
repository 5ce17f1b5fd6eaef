"""Report issues: who sees an open issue, and who reports it first or seconds the report."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..model.issues.categories import SCOPES
from .arithmetic import single, sum_in_order
from .issues import count_bystanders, place_that_sees, trust_at_stake
from .random_numbers import chance, derive_key, exponential, race
from .stages import REPORTED, REPORTED_AGAIN, RESOLVED, UNKNOWN, WAS_REPORTED

if TYPE_CHECKING:
    from .world import World


def bystander_factor(n: float, alone: float) -> float:
    """Return how many times sooner `n` bystanders report than very many do: n / (n - 1), at most `alone`."""
    return alone * n if n <= 1.0 else min(alone, n / (n - 1.0))


def independent_factor(n: float, crowd: float) -> float:
    """Return the same of `n` bystanders who do not rely on each other; `crowd` of them report as many do."""
    return n / crowd


def heard_share(n: float, age: int, rate: float) -> float:
    """Return which share of `n` bystanders has heard of an issue `age` days after one of them saw it."""
    return 1.0 if n <= 1.0 else 1.0 / (1.0 + (n - 1.0) * exp(-rate * age))


def reporting_factor(w: World, n: float, age: int) -> float:
    """Return how many times sooner `n` bystanders report than very many do, by the scenario's rule."""
    rules, alone = w.scenario.structure, w.scenario.residents.sole_bystander_factor
    return {
        "volunteers_dilemma": lambda: bystander_factor(n, alone),
        "independent": lambda: independent_factor(n, rules.crowd_bystanders),
        "word_of_mouth": lambda: bystander_factor(n, alone) * heard_share(n, age, rules.word_of_mouth_rate),
    }[rules.reporting]()


def recount(w: World) -> None:
    """Count how readily neighbours report the open issues of last night, and of buildings that took stock.

    Word of mouth spreads daily: by that rule it is counted for all issues every day.
    """
    for issue in w.issues:
        yesterday = w.day - 1
        if issue.state < RESOLVED and (
            issue.arose_day == yesterday
            or issue.building % 7 == yesterday % 7
            or w.scenario.structure.reporting == "word_of_mouth"
        ):
            n, voices = count_bystanders(w, issue)
            issue.report_rate = 0.0
            if n > 0.0:
                factor = reporting_factor(w, n, w.day - issue.arose_day)
                issue.report_rate = w.kinds[issue.category].report_rate * factor * (voices / n)


def report_issues(w: World, voice: list[float], sight: list[tuple[int, list[float]]]) -> None:
    """Advance the reporting clock of each open issue; each threshold brings one more report, at most 3 a day.

    `voice` (buildings) is a log rate factor of neighbours. `sight` lists (mechanism, rates by issue) of those
    who look for unknown issues.
    """
    k, keys = w.scenario.residents, w.random_numbers
    recount(w)
    for i, issue in enumerate(w.issues):
        if issue.state >= RESOLVED or (issue.reports >= 100 and issue.state != UNKNOWN):
            continue
        neighbours = issue.report_rate * exp(voice[issue.building])
        looks = [(by, part[i]) for by, part in sight if part[i] > 0.0] if issue.state == UNKNOWN else []
        rate = neighbours if issue.state == UNKNOWN else neighbours * k.repeat_report_factor
        rate += sum_in_order(part for _, part in looks)
        issue.report_hazard += rate
        for _ in range(3):
            if issue.report_hazard < issue.next_report_hazard:
                break
            issue.reports += 1
            issue.next_report_hazard += exponential(derive_key(keys.key("hear"), issue.key), issue.reports)
            if issue.state == UNKNOWN:
                report_first(w, issue, rate, neighbours, looks)
            else:
                w.note(issue, REPORTED_AGAIN, who=draw_reporter(w, issue))


def draw_reporter(w: World, issue: SimpleNamespace) -> int:
    """Return the number of the resident who makes this report, -1 for nobody or a passer-by in the street.

    Of a building or a compound a stairwell is drawn first, by its voices when they were last counted.
    """
    desk, place = trust_at_stake(issue), place_that_sees(w, issue)
    readiness = lambda person: single(single(person.presence * person.voice) * person.trust[desk])
    key, door = (
        derive_key(derive_key(w.random_numbers.key(name), issue.key), issue.reports)
        for name in ("tell", "door")
    )
    buildings = {"building": [place], "compound": place.parts}.get(SCOPES[issue.scope], [])
    stairwells = [stairwell for building in buildings for stairwell in building.parts]
    if stairwells:
        place = race(stairwells, lambda stairwell: stairwell.voices[desk], door) or stairwells[0]
    who = race(place.people, readiness, key)
    return who.id if who else -1


def report_first(
    w: World, issue: SimpleNamespace, rate: float, neighbours: float, looks: list[tuple[int, float]]
) -> None:
    """Report an unknown issue: by a neighbour or a mechanism, in proportion to their parts of `rate`."""
    drawn = chance(derive_key(w.random_numbers.key("find"), issue.key), issue.reports) * rate
    by, reporter, part = -1, -1, drawn - neighbours
    if part < 0.0:
        reporter = draw_reporter(w, issue)
    else:
        for by, looked in looks:
            part -= looked
            if part < 0.0:
                break
    issue.state = REPORTED
    issue.reporter = reporter
    if issue.reported_day < 0:
        issue.reported_day, issue.found_by = w.day, by
    wait = exponential(derive_key(w.random_numbers.key("wait"), issue.key), issue.reports)
    issue.give_up_day = w.day + 1 + int(w.kinds[issue.category].patience_days * wait)
    w.note(issue, WAS_REPORTED, by, reporter)
