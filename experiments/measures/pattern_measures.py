"""What is measured of a run to compare it with a report: sittings, signatures, evenings given, and so on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...engine.texts.errors import Message, Translated, UserError
from ...model import daily_counts, measures, mechanisms
from ...model.activities import declare_counts, list_activities
from ...model.issues.issue_table import PAID
from ...model.issues.issue_table import unpack_id as called
from ...model.scenarios.scenario import ReportedOutcome, Scenario
from ...model.simulate import Run, days, finish_run
from .fact_measures import FACT_MEASURES, PeopleCounts
from .measure_arguments import check_arguments
from .project_stages import (
    STAGES,
    Polls,
    days_to_stages,
    median_days,
    share_reached,
    watch_votes,
)

WEEKS = 4  # weeks at the end of a run in which volunteering is observed


@dataclass
class ObservedRun:
    """A run, and quantities observed day by day that the run does not record."""

    scenario: Scenario
    run: Run
    signed: dict[str, float]  # category -> largest share of households that had signed for one project
    answered: float  # share of members and volunteers who gave an evening in the last WEEKS weeks
    helping: np.ndarray  # (households,) bool  whether a resident of the home gave an evening then
    polls: Polls  # when projects were voted and willing: see `project_stages`
    people: PeopleCounts  # who gave evenings, who knows whom, where they live

    def of(self, category: str) -> np.ndarray:
        """Return the issues of one category."""
        return self.run.issues[self.run.issues["category"] == list(self.scenario.issues).index(category)]


def simulate_with_seed(scenario: Scenario, run_seed: int) -> ObservedRun:
    """Simulate a scenario with one random seed, and observe signatures and volunteering on the way."""
    series, names = np.zeros((scenario.days, len(daily_counts.DAILY))), list(scenario.issues)
    gave: Any = False
    counts = PeopleCounts()
    signed = {name: 0.0 for name in names if scenario.issues[name].consent_rule}
    polls: Polls = {}
    for world in days(scenario, run_seed):
        watch_votes(world, polls)
        series[world.day - 1] = daily_counts.measure_today(world)
        if (scenario.days - world.day) % 7 == 0 and scenario.days - world.day < WEEKS * 7:
            gave = gave | world.residents.gives
        if world.day % 7 == 0:
            counts.count_week(world)
        p = world.projects
        for c in np.flatnonzero(p.all > 0):
            _, which, _ = called(p.active[c], names)
            assert which is not None  # its issues are of categories of the case
            signed[which] = max(signed[which], 1.0 - p.open[c] / p.all[c])
    people = world.residents
    asked = people.member | people.volunteer
    run = finish_run(world, scenario, dict(zip(daily_counts.DAILY, series.T)))
    helping = np.bincount(people.home, gave) > 0
    counts.finish(world)
    return ObservedRun(
        scenario,
        run,
        signed,
        gave[asked].mean() if asked.any() else 0.0,
        helping,
        polls,
        counts,
    )


def stages_of(observed: ObservedRun, category: str) -> np.ndarray:
    """Return `days_to_stages` of the projects of a category."""
    return days_to_stages(observed.of(category), observed.run.history, observed.polls)


def late_slope(series: np.ndarray) -> float:
    """Return the mean rise per day over the second half of a series."""
    return (series[-1] - series[len(series) // 2]) / max(len(series) - 1 - len(series) // 2, 1)


def spans(observed: ObservedRun, category: str) -> np.ndarray:
    """Return days from arising to resolution; for unresolved issues the length of the run."""
    issues = observed.of(category)
    return np.where(
        issues["resolved_day"] >= 0, issues["resolved_day"] - issues["arose_day"], observed.run.days
    )


def share(hits: np.ndarray) -> float:
    """Return the share of true values; 0 if there are none."""
    return hits.mean() if len(hits) else 0.0


def late(observed: ObservedRun, name: str) -> float:
    """Return the resolution rate of issues that arose in the last quarter of the run.

    Only issues old enough for their outcome to be known are counted.
    """
    issues, length = observed.run.issues, observed.run.days
    old_enough, in_time = measures.in_time(issues, length)
    recent = issues["arose_day"] > 0.75 * length
    return measures.share(np.count_nonzero(in_time & recent), np.count_nonzero(old_enough & recent))


def share_of_homes_that_helped(observed: ObservedRun, category: str) -> float:
    """Return the share of homes with a resolved issue of a category in which a resident volunteered.

    Volunteering in the last WEEKS weeks counts. NaN without such homes.
    """
    issues = observed.of(category)
    homes = issues["household"][(issues["resolved_day"] >= 0) & (issues["household"] >= 0)]
    return observed.helping[homes].mean() if len(homes) else np.nan


def issues_met(observed: ObservedRun, category: str, mechanism: str) -> np.ndarray:
    """Return the issues of a category that were open when a mechanism began, or arose later."""
    issues, start = (
        observed.of(category),
        observed.scenario.mechanisms[mechanism].first_day if mechanism else 0,
    )
    return issues[(issues["resolved_day"] < 0) | (issues["resolved_day"] >= start)]


def median_days_after(observed: ObservedRun, mechanism: str, category: str) -> float:
    """Return the median days from the start of a mechanism, or from arising if later, to resolution.

    Unresolved issues count to the end of the run. NaN without issues.
    """
    issues, start = (
        issues_met(observed, category, mechanism),
        observed.scenario.mechanisms[mechanism].first_day,
    )
    end = np.where(issues["resolved_day"] >= 0, issues["resolved_day"], observed.run.days)
    return np.median(end - np.maximum(issues["arose_day"], start)) if len(issues) else np.nan


def share_resolved(observed: ObservedRun, category: str, mechanism: str = "") -> float:
    """Return the share of issues resolved; with a mechanism, only of those it met (see `issues_met`)."""
    return share(issues_met(observed, category, mechanism)["resolved_day"] >= 0)


def share_credited(observed: ObservedRun, mechanism: str) -> float:
    """Return the share of resolved issues in which a mechanism had a part.

    That is, it reported them, brought about an agreement, a consent or a department's answer, began work or
    finished it.
    """
    code, events = observed.run.names.index(mechanism), observed.run.history
    resolved = observed.run.issues["id"][observed.run.issues["resolved_day"] >= 0]
    return share(np.isin(resolved, events["issue"][events["by"] == code]))


def count_of(observed: ObservedRun, mechanism: str, name: str) -> float:
    """Return how much a mechanism did of what is counted under `name`; 0 where it is not on."""
    amounts = {(a.mechanism, a.count.name): a.value for a in list_activities(observed.run)}
    return amounts.get((mechanism, name), 0.0)


def yuan_paid(observed: ObservedRun, category: str) -> float:
    """Return the yuan paid for issues of a category."""
    events = observed.run.history
    which = (events["what"] == PAID) & np.isin(events["issue"], observed.of(category)["id"])
    return int(np.count_nonzero(which)) * observed.scenario.issues[category].cost_yuan


def sittings(of: Callable[[np.ndarray], float]) -> Callable[[ObservedRun, str], float]:
    """Return a measure: the statistic `of` of the sittings that resolved issues of a category took."""

    def measure_sittings(observed: ObservedRun, category: str) -> float:
        issues = observed.of(category)
        held = issues["sittings_held"][(issues["resolved_day"] >= 0) & (issues["sittings_needed"] > 0)]
        return of(held) if len(held) else 0.0

    return measure_sittings


# name -> function of an `ObservedRun` and of the text after the colon; measures of a run's summary exist too
MEASURES: dict[str, Callable] = {
    "slope": lambda world, name: late_slope(world.run.series[{"backlog": "open"}.get(name, name)]),
    "rise": lambda world, name: (
        world.run.series[name][-1] - world.run.series[name][min(29, world.run.days - 1)]
    ),
    "signed": lambda world, category: world.signed[category],
    "days": lambda world, category: (
        np.median(spans(world, category)) if len(world.of(category)) else world.run.days
    ),
    "done": share_resolved,
    "arose": lambda world, category: len(world.of(category)),
    "resolved": lambda world, category: np.count_nonzero(world.of(category)["resolved_day"] >= 0),
    "answered": lambda world, *_: world.answered,
    "count": count_of,
    "sittings": sittings(np.median),
    "longest": sittings(np.max),
    "late": late,
    "after": median_days_after,
    "settled_by": share_credited,
    "turned_out": share_of_homes_that_helped,
    "yuan": yuan_paid,
    "funnel": lambda world, category, stage: share_reached(stages_of(world, category), stage),
    "funnel_days": lambda world, category, stage: median_days(stages_of(world, category), stage),
    **FACT_MEASURES,
}
OF_CATEGORY = (
    *("signed", "days", "done", "arose", "resolved", "sittings", "longest", "turned_out", "yuan"),
    *("funnel", "funnel_days"),
)


def check_measure(outcome: ReportedOutcome, scenario: Scenario) -> None:
    """Check the measure of a reported outcome. Raises UserError if it does not exist."""
    kind, _, what = outcome.measure.removeprefix("gain:").partition(":")
    path = Message(
        "{case}: reported {name!r}: measure = {measure!r}",
        case=scenario.name,
        name=outcome.name,
        measure=outcome.measure,
    )
    if what and kind in OF_CATEGORY and what.partition(":")[0] not in scenario.issues:
        raise UserError("{path}: no category is called {category!r}", path=path, category=what)
    if kind == "count":
        check_count_name(path, *what.partition(":")[::2])
    if kind.startswith("funnel") and what.partition(":")[2] not in STAGES:
        raise UserError("{path}: the stages are: {stages}", path=path, stages=", ".join(STAGES))
    if kind in FACT_MEASURES:
        return check_arguments(outcome.measure.removeprefix("gain:"), scenario)
    if kind not in MEASURES and kind not in measures.SUMMARY:
        raise UserError(
            "{measure} is unknown; there are: {measures}",
            measure=path,
            measures=", ".join(sorted({*MEASURES, *measures.SUMMARY})),
        )


def check_count_name(path: Message, mechanism: str, name: str) -> None:
    """Check that a mechanism counts something under `name`. Raises UserError if not."""
    if problem := mechanisms.explain_unusable(mechanism):
        raise UserError("{path}: {problem}", path=path, problem=problem)
    kind = mechanisms.load_class(mechanism)
    there = [count.name for count in declare_counts(kind.counts, kind.pulls)]
    if name not in there:
        raise UserError(
            "{path}: {mechanism} counts nothing called {name!r}; there are: {names}",
            path=path,
            mechanism=mechanism,
            name=name,
            names=", ".join(there) or Translated("none", "无"),
        )
