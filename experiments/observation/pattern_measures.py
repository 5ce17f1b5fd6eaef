"""Measures of an observed run that reported outcomes are compared with, and the table of all measures."""

from collections.abc import Callable

import numpy as np

from ...engine.texts.errors import Message, Translated, UserError
from ...model import measures, mechanisms
from ...model.activities import declare_counts, list_activities
from ...model.issues.issue_table import PAID
from ...model.scenarios.scenario import ReportedOutcome, Scenario
from .fact_measures import FACT_MEASURES
from .measure_arguments import check_arguments
from .observed_run import ObservedRun
from .project_stages import STAGES, days_to_stages, share_reached


def stages_of(observed: ObservedRun, category: str) -> np.ndarray:
    """Return `days_to_stages` of the projects of a category."""
    return days_to_stages(observed.of(category), observed.run.history, observed.polls)


def late_slope(series: np.ndarray) -> float:
    """Return the mean rise per day over the second half of a series."""
    return (series[-1] - series[len(series) // 2]) / max(len(series) - 1 - len(series) // 2, 1)


def median_time(time: np.ndarray, ended: np.ndarray) -> float:
    """Return the median of right-censored times, by Kaplan-Meier.

    Infinity if the curve does not reach a half: the median is beyond what was observed. NaN without times.
    """
    if not len(time):
        return np.nan
    when, survival = measures.kaplan_meier(time, ended)
    reached = when[survival <= 0.5 + 1e-12]
    return float(reached[0]) if len(reached) else np.inf


def median_days_to_resolution(observed: ObservedRun, category: str) -> float:
    """Return the median days from arising to resolution; unresolved issues are censored at the end."""
    issues = observed.of(category)
    resolved = issues["resolved_day"] >= 0
    end = np.where(resolved, issues["resolved_day"], observed.run.days)
    return median_time(end - issues["arose_day"], resolved)


def median_days_to_stage(observed: ObservedRun, category: str, stage: str) -> float:
    """Return the median days from being told to a stage; projects that did not reach it are censored."""
    days = stages_of(observed, category)[:, STAGES.index(stage)]
    told = observed.of(category)["reported_day"]
    followed = observed.run.days - told[told >= 0]
    return median_time(np.where(np.isnan(days), followed, days), ~np.isnan(days))


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
    issues, start = observed.of(category), observed.first_day(mechanism)
    return issues[(issues["resolved_day"] < 0) | (issues["resolved_day"] >= start)]


def median_days_after(observed: ObservedRun, mechanism: str, category: str) -> float:
    """Return the median days from the start of a mechanism, or from arising if later, to resolution.

    Unresolved issues are censored at the end.
    """
    issues, start = issues_met(observed, category, mechanism), observed.first_day(mechanism)
    resolved = issues["resolved_day"] >= 0
    end = np.where(resolved, issues["resolved_day"], observed.run.days)
    return median_time(end - np.maximum(issues["arose_day"], start), resolved)


def share_resolved(observed: ObservedRun, category: str, mechanism: str = "") -> float:
    """Return the share of issues resolved; with a mechanism, only of those it met (see `issues_met`)."""
    return share(issues_met(observed, category, mechanism)["resolved_day"] >= 0)


def share_credited(observed: ObservedRun, mechanism: str) -> float:
    """Return the share of resolved issues in which a mechanism had a part.

    That is, it reported them, brought about an agreement, a consent or a department's answer, began work or
    finished it.
    """
    if mechanism not in observed.run.names:
        return 0.0
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
    "days": median_days_to_resolution,
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
    "funnel_days": median_days_to_stage,
    **FACT_MEASURES,
}


def evaluate_measure(expression: str, observed: ObservedRun) -> float:
    """Return the value of a measure in an observed run: one of MEASURES, or one of a run's summary."""
    kind, *texts = expression.split(":")
    if kind in MEASURES:
        return float(MEASURES[kind](observed, *(texts or [""])))
    return float(measures.summary(observed.run)[kind])


OF_CATEGORY = (
    *("signed", "days", "done", "arose", "resolved", "sittings", "longest", "turned_out", "yuan"),
    *("funnel", "funnel_days"),
)
# measures of what one mechanism does, named after the colon: 0 or undefined where it is off, by definition
OF_MECHANISM = ("settled_by", "count", "found_share", "found_mix", "finds_per_hour", "on_the_spot_share")


def only_with(measure: str) -> str:
    """Return the mechanism without which a measure is 0 or undefined by definition; "" if there is none.

    >>> only_with("settled_by:whistle"), only_with("gain:count:whistle:answered"), only_with("days:litter")
    ('whistle', 'whistle', '')
    """
    kind, _, what = measure.removeprefix("gain:").partition(":")
    return what.partition(":")[0] if kind in OF_MECHANISM else ""


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
        return check_count_name(path, *what.partition(":")[::2])
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
