"""Measures of a finished run that measured facts are held against, one small function each.

Each takes an `ObservedRun` and the texts after the colons of its expression, such as
`found_mix:grid_patrol:litter`, and returns a number; NaN where the run cannot say. A set of issues is named
by categories and families joined with plus signs: `litter+clutter`, `facility`, or `all`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...engine.codes import STANDING_CHILD
from ...model.issues.categories import FAMILIES
from ...model.issues.issue_table import ANSWERED, CONSENTED, REPORTED_AGAIN, WAS_REPORTED
from ...model.measures import kaplan_meier
from ...model.resources.calendar import PAYERS

if TYPE_CHECKING:
    from ...model.world import World
    from .observed_run import ObservedRun

REGULAR = 12  # weeks a year with an evening given, from which on a volunteer is regular: once a month
LEAST = 50  # residents of a compound, from which on its rate of requests counts


@dataclass
class PeopleCounts:
    """What is counted of people and places while a run proceeds, and is not in its results."""

    evenings: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # (n,) weeks with one given
    grown: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))  # (n,) adults and elders
    ties: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # (n,) acquaintances at the end
    residents: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # (compounds,)
    lifts: int = 0
    walkup_households: int = 0  # in buildings without a lift
    listed: int = 0  # residents on a list of volunteers

    def count_week(self, world: World) -> None:
        """Count who gives an evening this week; call it once a week."""
        if not len(self.evenings):
            self.evenings = np.zeros(len(world.residents.gives), np.int64)
        self.evenings += world.residents.gives

    def finish(self, world: World) -> None:
        """Count places and acquaintances at the end of a run."""
        people = world.residents
        self.grown = people.standing != STANDING_CHILD
        self.ties = people.ties.astype(np.int64)
        compounds = world.buildings.compound[people.building]
        self.residents = np.bincount(compounds, minlength=len(world.compounds.company))
        walkup = world.buildings.lifts == 0
        self.walkup_households = int(walkup[world.households.building].sum())
        self.lifts, self.listed = int(world.buildings.lifts.sum()), int(people.volunteer.sum())
        if not len(self.evenings):
            self.evenings = np.zeros(len(people.gives), np.int64)


def ratio(hits: float | np.integer, of: float | np.integer) -> float:
    """Return hits / of as a float; NaN when `of` is 0."""
    return float(hits) / float(of) if of else float("nan")


def select(observed: ObservedRun, names: str) -> np.ndarray:
    """Return which issues are of the categories and families in `names`, (issues,) bool."""
    issues, categories = observed.run.issues, list(observed.scenario.issues)
    if names in ("", "all"):
        return np.ones(len(issues), bool)
    chosen = np.zeros(len(issues), bool)
    for name in names.split("+"):
        chosen |= (
            issues["family"] == FAMILIES.index(name)
            if name in FAMILIES
            else issues["category"] == categories.index(name)
        )
    return chosen


def found_by(observed: ObservedRun, mechanism: str) -> np.ndarray:
    """Return which issues a mechanism found, (issues,) bool; none while it is off."""
    issues = observed.run.issues
    if mechanism not in observed.scenario.mechanisms:
        return np.zeros(len(issues), bool)
    code = observed.run.names.index(mechanism)
    return (issues["reported_day"] >= 0) & (issues["found_by"] == code)


def years(observed: ObservedRun) -> float:
    """Return the length of the run in years."""
    return observed.run.days / 365.0


def is_request(observed: ObservedRun) -> np.ndarray:
    """Return which events are reports by residents, first or repeated, (events,) bool."""
    events = observed.run.history
    return ((events["what"] == WAS_REPORTED) | (events["what"] == REPORTED_AGAIN)) & (events["by"] < 0)


def requests_per_resident_year(observed: ObservedRun, *_: str) -> float:
    """Return reports by residents, repeated ones included, per resident and year."""
    requests = np.count_nonzero(is_request(observed))
    return ratio(requests, observed.scenario.community.residents * years(observed))


def requests_spread(observed: ObservedRun, *_: str) -> float:
    """Return the coefficient of variation between compounds of reports per resident.

    Weighted by residents; compounds with fewer than LEAST residents do not count.
    """
    run, people = observed.run, observed.people
    issue = run.history["issue"][is_request(observed)]
    order = np.argsort(run.issues["id"], kind="stable")
    rows = order[np.searchsorted(run.issues["id"][order], issue)]
    count = np.bincount(run.issues["compound"][rows], minlength=len(people.residents))
    enough = people.residents >= LEAST
    if np.count_nonzero(enough) < 2 or not count[enough].any():
        return float("nan")
    weight = people.residents[enough].astype(float)
    rate = count[enough] / weight
    mean = np.average(rate, weights=weight)
    return float(np.sqrt(np.average((rate - mean) ** 2, weights=weight)) / mean)


def is_told(observed: ObservedRun) -> np.ndarray:
    """Return which issues residents reported first, (issues,) bool: no mechanism found them."""
    issues = observed.run.issues
    return (issues["reported_day"] >= 0) & (issues["found_by"] < 0)


def reported_ratio(observed: ObservedRun, names: str, to: str) -> float:
    """Return issues of the kinds `names` that residents reported per such issue of the kinds `to`."""
    told = is_told(observed)
    return ratio(
        np.count_nonzero(told & select(observed, names)), np.count_nonzero(told & select(observed, to))
    )


def reports_per_reporter(observed: ObservedRun) -> np.ndarray:
    """Return the number of reports of each resident who reported at all, the most first."""
    who = observed.run.history["who"][is_request(observed)]
    return np.sort(np.unique(who[who >= 0], return_counts=True)[1])[::-1]


def top_share(amounts: np.ndarray, share: str) -> float:
    """Return what the top `share` of people contribute to the sum of `amounts`, which is sorted, most first.

    The last of them counts in part, so that the result does not jump with the number of people.

    >>> top_share(np.array([6, 2, 1, 1]), "0.25"), top_share(np.array([6, 2, 1, 1]), "0.375")
    (0.6, 0.7)
    """
    if not len(amounts):
        return float("nan")
    people = float(share) * len(amounts)
    whole = int(people)
    part = (people - whole) * amounts[whole] if whole < len(amounts) else 0.0
    return ratio(amounts[:whole].sum() + part, amounts.sum())


def reporters_top_share(observed: ObservedRun, share: str) -> float:
    """Return the share of all reports that the top `share` of reporters make."""
    return top_share(reports_per_reporter(observed), share)


def single_reporters_share(observed: ObservedRun, *_: str) -> float:
    """Return the share of reporters who report once in the run."""
    reports = reports_per_reporter(observed)
    return ratio(np.count_nonzero(reports == 1), len(reports))


def single_reports_share(observed: ObservedRun, *_: str) -> float:
    """Return the share of all reports that come from residents who report once in the run."""
    reports = reports_per_reporter(observed)
    return ratio(np.count_nonzero(reports == 1), reports.sum())


def finds_per_hour(observed: ObservedRun, mechanism: str) -> float:
    """Return issues that a mechanism found per hour worked for it."""
    if mechanism not in observed.scenario.mechanisms:
        return float("nan")
    hours = observed.run.ledger.hours[observed.run.names.index(mechanism)].sum()
    return ratio(np.count_nonzero(found_by(observed, mechanism)), hours)


def found_share(observed: ObservedRun, mechanism: str, names: str = "all") -> float:
    """Return the share that a mechanism found of issues that it found or residents reported.

    Of the given kinds. NaN while it is off.
    """
    if mechanism not in observed.scenario.mechanisms:
        return float("nan")
    chosen, found = select(observed, names), found_by(observed, mechanism)
    return ratio(np.count_nonzero(chosen & found), np.count_nonzero(chosen & (found | is_told(observed))))


def found_mix(observed: ObservedRun, mechanism: str, names: str) -> float:
    """Return the share of what a mechanism found that is of the given kinds."""
    found = found_by(observed, mechanism)
    return ratio(np.count_nonzero(found & select(observed, names)), np.count_nonzero(found))


def on_the_spot_share(observed: ObservedRun, mechanism: str) -> float:
    """Return the share of what a mechanism found that it also finished."""
    found, names = found_by(observed, mechanism), observed.run.names
    if not found.any():
        return float("nan")
    return ratio(
        np.count_nonzero(found & (observed.run.issues["resolved_by"] == names.index(mechanism))),
        np.count_nonzero(found),
    )


def mediated(observed: ObservedRun) -> np.ndarray:
    """Return which issues are disputes of which at least one whole sitting was held, (issues,) bool.

    Telephone calls count as parts of a sitting; a record of mediation is not made of one call.
    """
    return select(observed, "dispute") & (observed.run.issues["sittings_held"] >= 1.0)


def disputes_mediated_per_year(observed: ObservedRun, residents: str) -> float:
    """Return disputes in which parties sat down, per year and that many `residents`.

    A community of the model has one committee, but several times the residents of an average committee.
    """
    served = observed.scenario.community.residents * years(observed)
    return ratio(float(residents) * np.count_nonzero(mediated(observed)), served)


def mediated_success_share(observed: ObservedRun, *_: str) -> float:
    """Return the share resolved of mediated disputes that arose in the first half of the run."""
    early = mediated(observed) & (observed.run.issues["arose_day"] <= observed.run.days // 2)
    resolved = early & (observed.run.issues["resolved_day"] >= 0)
    return ratio(np.count_nonzero(resolved), np.count_nonzero(early))


def mediated_ratio(observed: ObservedRun, names: str, to: str) -> float:
    """Return mediated disputes of the kinds `names` per mediated dispute of the kinds `to`."""
    cases = mediated(observed)
    return ratio(
        np.count_nonzero(cases & select(observed, names)), np.count_nonzero(cases & select(observed, to))
    )


def built_per_1000_walkup_households_year(observed: ObservedRun, names: str) -> float:
    """Return projects of the given kinds that are finished, per 1,000 households without a lift and year."""
    done = np.count_nonzero(select(observed, names) & (observed.run.issues["resolved_day"] >= 0))
    return ratio(1000.0 * done, observed.people.walkup_households * years(observed))


def built_share_of_consented(observed: ObservedRun, names: str) -> float:
    """Return the share finished of the projects of the given kinds that got their consents."""
    events, issues = observed.run.history, observed.run.issues
    consented = select(observed, names) & np.isin(issues["id"], events["issue"][events["what"] == CONSENTED])
    return ratio(np.count_nonzero(consented & (issues["resolved_day"] >= 0)), np.count_nonzero(consented))


def arose_per_lift_year(observed: ObservedRun, names: str) -> float:
    """Return issues of the given kinds that arose per lift and year."""
    return ratio(np.count_nonzero(select(observed, names)), observed.people.lifts * years(observed))


def evenings_of_givers(observed: ObservedRun) -> np.ndarray:
    """Return the weeks with an evening given of each grown-up who gave at all, the most first."""
    evenings = observed.people.evenings[observed.people.grown]
    return np.sort(evenings[evenings > 0])[::-1]


def givers_share(observed: ObservedRun, *_: str) -> float:
    """Return the share of adults and elders who gave at least one evening in the run."""
    return ratio(len(evenings_of_givers(observed)), np.count_nonzero(observed.people.grown))


def regular_givers_share(observed: ObservedRun, *_: str) -> float:
    """Return the share of givers who gave an evening in at least REGULAR weeks of a year."""
    evenings = evenings_of_givers(observed)
    return ratio(np.count_nonzero(evenings >= REGULAR * years(observed)), len(evenings))


def giving_top_share(observed: ObservedRun, share: str) -> float:
    """Return the share of all evenings that the top `share` of givers give."""
    return top_share(evenings_of_givers(observed), share)


def hours_per_giver_year(observed: ObservedRun, *_: str) -> float:
    """Return the median hours a year of those who gave at least one evening."""
    evenings = evenings_of_givers(observed)
    if not len(evenings):
        return float("nan")
    return float(np.median(evenings) * observed.scenario.volunteers.evening_hours / years(observed))


def hours_per_listed_year(observed: ObservedRun, *_: str) -> float:
    """Return the volunteers' hours that found work, per listed volunteer and year."""
    hours = observed.run.ledger.hours[:, PAYERS.index("volunteer")].sum()
    return ratio(hours, observed.people.listed * years(observed))


def waits(observed: ObservedRun, names: str) -> tuple[np.ndarray, np.ndarray]:
    """Return days from the first report to resolution, (n,), and which were resolved, (n,) bool.

    Of the issues of the given kinds that were reported; those not resolved are censored at the end.
    """
    issues = observed.run.issues
    issues = issues[select(observed, names) & (issues["reported_day"] >= 0)]
    resolved = issues["resolved_day"] >= 0
    end = np.where(resolved, issues["resolved_day"], observed.run.days)
    return (end - issues["reported_day"]).astype(float), resolved


def resolved_within(observed: ObservedRun, days: str, names: str = "all") -> float:
    """Return the share resolved within `days` of their first report (0: on the same day), by Kaplan-Meier."""
    time, resolved = waits(observed, names)
    if not len(time):
        return float("nan")
    when, survival = kaplan_meier(time, resolved)
    before = survival[when <= float(days)]
    return 1.0 - float(before[-1]) if len(before) else 0.0


def report_quantile(observed: ObservedRun, names: str, quantile: str) -> float:
    """Return a quantile of the days from first report to resolution, by Kaplan-Meier.

    Where it is not reached, the length of the run: a lower bound. NaN without reported issues.
    """
    time, resolved = waits(observed, names)
    if not len(time):
        return float("nan")
    when, survival = kaplan_meier(time, resolved)
    reached = when[survival <= 1.0 - float(quantile) + 1e-12]
    return float(reached[0]) if len(reached) else float(observed.run.days)


def answer_quantile(observed: ObservedRun, quantile: str) -> float:
    """Return a quantile of the days from an issue's first report to the first answer of a department."""
    events, issues = observed.run.history, observed.run.issues
    answers = events[events["what"] == ANSWERED]
    if not len(answers):
        return float("nan")
    first = np.unique(answers["issue"], return_index=True)[1]  # the log is in the order of days
    answers = answers[first]
    reported = issues["reported_day"][np.searchsorted(issues["id"], answers["issue"])]
    return float(np.quantile(answers["day"] - reported, float(quantile)))


def without_acquaintances_share(observed: ObservedRun, *_: str) -> float:
    """Return the share of adults and elders who know nobody in their building at the end."""
    ties = observed.people.ties[observed.people.grown]
    return ratio(np.count_nonzero(ties == 0), len(ties))


# name -> function of an `ObservedRun` and of the texts after the colons
FACT_MEASURES: dict[str, Callable[..., float]] = {
    function.__name__: function
    for function in (
        requests_per_resident_year,
        requests_spread,
        reported_ratio,
        reporters_top_share,
        single_reporters_share,
        single_reports_share,
        finds_per_hour,
        found_share,
        found_mix,
        on_the_spot_share,
        disputes_mediated_per_year,
        mediated_success_share,
        mediated_ratio,
        built_per_1000_walkup_households_year,
        built_share_of_consented,
        arose_per_lift_year,
        givers_share,
        regular_givers_share,
        giving_top_share,
        hours_per_giver_year,
        hours_per_listed_year,
        resolved_within,
        report_quantile,
        answer_quantile,
        without_acquaintances_share,
    )
}
