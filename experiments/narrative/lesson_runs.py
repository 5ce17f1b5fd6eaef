"""Run the model for lessons: measures of two arms of a case, and the score of a design.

Pairs have the random seeds of `compare`; the first of them is the pair whose story `cogov story` tells. A
design is scored with other random seeds (`FRESH`), which no participant has seen before.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ...engine.parameters import paths
from ...engine.randomness import seed_of
from ...engine.renamed import suggest_names
from ...engine.texts.errors import Message, UserError
from ...model import daily_counts, measures, mechanisms
from ...model.issues.issue_table import AGREED
from ...model.scenarios.cases import Names, alter_scenario, read_case
from ...model.scenarios.scenario import Scenario
from ..evidence.knobs import value_at
from ..observation import pattern_measures
from ..observation.observed_run import ObservedRun, simulate_with_seed
from ..statistics.paired import difference

PRACTICE, FRESH = "compare", "fresh"


def rate(observed: ObservedRun, category: str) -> float:
    """Compute the share resolved in time, of the issues of a category that are old enough."""
    old_enough, in_time = measures.in_time(observed.of(category), observed.run.days)
    return measures.share(np.count_nonzero(in_time), np.count_nonzero(old_enough))


def count_agreements(observed: ObservedRun) -> int:
    """Count the issues on which the parties agreed."""
    return int(np.count_nonzero(observed.run.history["what"] == AGREED))


def median_days_to(column: str) -> Callable[[ObservedRun, str], float]:
    """Return a measure: median days from arising to the day in `column`.

    Where there is no such day, days to the end of the run, so that differences of arms are finite.
    """

    def measure_days(observed: ObservedRun, category: str) -> float:
        issues = observed.of(category)
        end = np.where(issues[column] >= 0, issues[column], observed.run.days)
        return np.median(end - issues["arose_day"]) if len(issues) else np.nan

    return measure_days


# measures of one category, as in "rate:lamp_out"; some are those of `pattern_measures`
CATEGORY: dict[str, Callable] = {
    "rate": rate,
    "reported": lambda world, category: pattern_measures.share(world.of(category)["reported_day"] >= 0),
    "days_to_report": median_days_to("reported_day"),
    "days": median_days_to("resolved_day"),
} | {
    name: pattern_measures.MEASURES[name]
    for name in ("signed", "done", "arose", "resolved", "sittings", "longest")
}
# measures of a daily count, as in "rise:open"
SERIES: dict[str, Callable] = {name: pattern_measures.MEASURES[name] for name in ("slope", "rise")}
WHOLE = {"agreed": count_agreements}


def complaint(measure: str, categories: Collection[str]) -> Message | None:
    """Return what is wrong with the name of a measure; None if nothing is."""
    kind, colon, what = measure.partition(":")
    if kind in CATEGORY and colon:
        if what in categories:
            return None
        hint = suggest_names(what, list(categories))
        return Message("has an unknown category {category!r}{hint}", category=what, hint=hint)
    if kind in SERIES and colon:
        if what in daily_counts.DAILY:
            return None
        hint = suggest_names(what, daily_counts.DAILY)
        return Message("has an unknown daily count {count!r}{hint}", count=what, hint=hint)
    if measure in measures.SUMMARY or measure in WHOLE:
        return None
    by_category, by_count = (f"{name}:CATEGORY" for name in CATEGORY), (f"{name}:COUNT" for name in SERIES)
    known = [*measures.SUMMARY, *WHOLE, *by_category, *by_count]
    return Message("is unknown{hint}", hint=suggest_names(measure, known))


def build_arm(
    case: str,
    days: int = 0,
    none: bool = False,
    on: Names = (),
    off: Names = (),
    settings: Iterable[str] = (),
) -> Scenario:
    """Build the scenario of a lesson's arm. Raises UserError.

    `none` removes all mechanisms of the case first; `days` 0 keeps the days of the case.
    """
    scenario = replace(read_case(case), mechanisms={}) if none else read_case(case)
    return alter_scenario(scenario, on, off, list(settings), days or None)


def simulate_measures(
    scenario: Scenario, wanted: Iterable[str], experiment: str, seed: int, number: int
) -> dict[str, float]:
    """Simulate one run; return the measures `wanted`: name -> number."""
    observed = simulate_with_seed(scenario, seed_of(experiment, scenario.name, seed, number))
    whole = measures.summary(observed.run)
    return {name: float(value_of_measure(observed, whole, name)) for name in wanted}


def value_of_measure(observed: ObservedRun, whole: dict[str, float], measure: str) -> float:
    """Return the value of one measure of a run; `whole` is the summary of the run."""
    kind, colon, what = measure.partition(":")
    if colon:
        return (CATEGORY | SERIES)[kind](observed, what)
    return WHOLE[kind](observed) if kind in WHOLE else whole[kind]


def compare_arms(
    arms: Sequence[Scenario], wanted: Collection[str], replicates: int, seed: int = 0
) -> dict[str, dict[str, Any]]:
    """Compare two arms with the same random numbers: measure -> row, see `compare_pairs`."""
    return compare_pairs([simulate_pair(arms, wanted, seed, number) for number in range(replicates)], wanted)


def simulate_pair(
    arms: Sequence[Scenario], wanted: Collection[str], seed: int, number: int
) -> list[dict[str, float]]:
    """Simulate pair `number` of two arms with the same random numbers: the measures of each."""
    return [simulate_measures(arm, wanted, PRACTICE, seed, number) for arm in arms]


def compare_pairs(
    pairs: Sequence[Sequence[dict[str, float]]], wanted: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Compare the arms of pairs from `simulate_pair`: measure -> row of `paired.difference`.

    A row also has `each`: the difference of every pair, in order.
    """
    sides = {name: [[pair[k][name] for pair in pairs] for k in (0, 1)] for name in wanted}
    return {
        name: compare_sides(left, right) | {"each": [b - a for a, b in zip(left, right)]}
        for name, (left, right) in sides.items()
    }


def compare_sides(left: Sequence[float], right: Sequence[float]) -> dict[str, Any]:
    """Return the row of `paired.difference` as plain numbers."""
    return {name: float(value) for name, value in difference(pd.Series(left), pd.Series(right)).items()}


# ------------------------------------------------------------------------------------------- the design game


def price(options: Iterable[Any], design: dict[str, int]) -> float:
    """Return the cost of a design in yuan; `design` is option name -> count."""
    return sum(option.price * design.get(option.name, 0) for option in options)


def apply_purchases(scenario: Scenario, options: Iterable[Any], design: dict[str, int]) -> Scenario:
    """Return the scenario with the purchased options.

    Raises UserError for an unknown option, a count out of range or a number that is too large.
    """
    known = {option.name: option for option in options}
    on: list[str] = []
    settings: list[str] = []
    added: dict[str, float] = {}
    for name, count in design.items():
        if name not in known:
            raise UserError(
                "no option is called {name!r}{hint}", name=name, hint=suggest_names(name, list(known))
            )
        option = known[name]
        if not 0 <= count <= option.most:
            raise UserError(
                "{name} = {count} is out of range; allowed is 0 to {most}",
                name=name,
                count=count,
                most=option.most,
            )
        if count:
            on += option.on
            settings += option.set
        for text in option.add if count else ():
            path, _, more = text.partition("=")
            added[path.strip()] = added.get(path.strip(), 0) + count * float(more)
    altered = alter_scenario(scenario, tuple(dict.fromkeys(on)), (), settings)
    known = paths(altered)
    new = {path: value_at(altered, path) + more for path, more in added.items()}
    for path, value in new.items():
        if not np.isfinite(value) or abs(value) > 1e300:
            raise UserError("{path} = {value} is too large", path=path, value=value)
    return alter_scenario(
        altered,
        (),
        (),
        {path: round(value) if known[path].type in (int, "int") else value for path, value in new.items()},
    )


def score_design(
    scenario: Scenario,
    options: Iterable[Any],
    design: dict[str, int],
    measure: str,
    replicates: int,
    seed: int = 0,
    experiment: str = FRESH,
    progress: Callable | None = None,
) -> dict[str, float]:
    """Estimate the effect of a design on a measure, against buying nothing: the row of `paired.difference`.

    By default with the random seeds of FRESH.
    """
    arms = scenario, apply_purchases(scenario, options, design)
    rows = []
    for number in range(replicates):
        rows.append([simulate_measures(arm, [measure], experiment, seed, number)[measure] for arm in arms])
        if progress:
            progress()
    return compare_sides(*zip(*rows))


def complain_about_addition(text: str, scenario: Scenario) -> Message | None:
    """Return what is wrong with an option's "path=number"; None if nothing is."""
    path, equals, number = (part.strip() for part in text.partition("="))
    try:
        float(number)
    except ValueError:
        return Message("= {text!r} adds no number; write path=number", text=text)
    known = paths(replace(scenario, mechanisms=mechanisms.all_mechanisms()))
    if equals and path in known:
        return None
    hint = suggest_names(path, list(known))
    return Message("= {text!r}: {path} is unknown{hint}", text=text, path=path, hint=hint)
