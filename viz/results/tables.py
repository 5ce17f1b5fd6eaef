"""Tabulate a stored sweep for one measure: its arms, their single runs, and what each factor moves.

Every number is computed by the room that the report and the commands take it from.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ...experiments.exploration.sensitivity import sort_by_swing
from ...experiments.exploration.sweep_analyses import KINDS as SCREENED
from ...experiments.exploration.sweep_analyses import runs_of_case, sensitivities
from ...experiments.statistics.paired import half_width
from ...experiments.statistics.plausible_effects import describe_ranges, effects_by_world, values_by_world
from ...experiments.statistics.replicate_table import complete, interval, pivot_arms
from ...experiments.sweep.report_statistics import Analysis
from ...model.measures import SUMMARY

CROSSED = ("grid", "factorial")  # designs in which every value of a factor meets all values of the others
RANGE = ["median", "p5", "p95", "worlds"]  # columns of a range over plausible worlds


def measures_with_values(analysis: Analysis) -> list[str]:
    """List the measures that have a value in some run, in the order of declaration."""
    return [name for name in SUMMARY if analysis.runs[name].notna().any()]


def of_measure(analysis: Analysis, measure: str) -> Analysis:
    """Return the analysis of the same runs with `measure` in place of that of the estimand.

    Which effect is too small to matter was stated for the measure of the estimand only.
    """
    if measure == analysis.estimand.measure:
        return analysis
    other = Analysis(analysis.results)
    other.estimand = replace(analysis.estimand, measure=measure, matters=0.0)
    return other


def tabulate_arms(one: Analysis) -> pd.DataFrame:
    """Tabulate every arm: one row per (case, arm), the reference included.

    Columns: mean, low, high (Student's interval of the mean over replicates), replicates (with a value);
    where arms are compared, difference, low_all, high_all (joint interval) and verdict of the report; where
    replicates are in plausible worlds, world_median, world_p5, world_p95 and world_worlds of the measure, and
    the same of the difference (effect_...).
    """
    measure = one.estimand.measure
    table = one.means[["mean", "count"]].rename(columns={"count": "replicates"})
    half = pd.Series(
        {
            place: half_width(values.dropna().to_numpy(float), one.level)
            for place, values in one.whole.groupby(["case", "arm"], sort=False)[measure]
        },
        dtype=float,
    )
    table = table.assign(low=table["mean"] - half, high=table["mean"] + half)
    if one.by_arm:
        table = table.join(one.verdicts[["difference", "low_all", "high_all", "verdict"]])
    if one.results.experiment.lucks_per_world and one.done.any():
        table = table.join(tabulate_worlds(one))
    return table


def tabulate_worlds(one: Analysis) -> pd.DataFrame:
    """Tabulate the ranges over plausible worlds of each arm, of which some run is done: (case, arm).

    The columns are those of `tabulate_arms`.
    """
    measure, lucks = one.estimand.measure, one.results.experiment.lucks_per_world
    parts = {}
    for case in one.results.plan.cases:
        runs = one.runs[(one.runs["case"] == case) & one.done]
        if not len(runs):
            continue
        values = values_by_world(runs, measure, lucks)
        table = describe_ranges(values)[RANGE].add_prefix("world_")
        if one.by_arm and one.reference in values:
            effects = describe_ranges(effects_by_world(values, one.reference))
            table = table.join(effects[RANGE].add_prefix("effect_")) if len(effects) else table
        parts[case] = table
    return pd.concat(parts, names=["case"])


def tabulate_runs(one: Analysis) -> dict[tuple[str, str], np.ndarray]:
    """Return the values of the measure in the single runs of each arm: (case, arm) -> (replicates,)."""
    grouped = one.runs.groupby(["case", "arm"], sort=False)[one.estimand.measure]
    found = {place: values.dropna().to_numpy(float) for place, values in grouped}
    return {place: values for place, values in found.items() if len(values)}


def factor_tables(one: Analysis) -> dict[tuple[str, str], pd.DataFrame]:
    """Return what each factor moves, by case and named arm ("" where none is): a table per pair.

    Of a design of one factor at a time, a grid or a factorial, rows are (factor, value) with the columns
    difference, low, high and swing; of Morris' and Saltelli's designs the tables of `cogov sensitivity`.
    Empty for other designs. Raises UserError where too few runs are complete.
    """
    kind, measure = one.results.experiment.design.kind, one.estimand.measure
    if kind in SCREENED:
        for case in one.results.plan.cases:
            all_arms(one, case)
        found = sensitivities(one.results, measure)
        return {place: result.table for place, result in found.items()}
    if kind in CROSSED:
        return {(case, ""): tabulate_values(one, case) for case in one.results.plan.cases}
    return {}


def all_arms(one: Analysis, case: str) -> pd.DataFrame:
    """Return the measure in all arms of a case: (replicates, arms). Raises UserError if an arm has no run."""
    planned = [arm.name for arm in one.results.plan.arms if arm.case == case]
    return pivot_arms(runs_of_case(one.results, case), one.estimand.measure, planned)


def tabulate_values(one: Analysis, case: str) -> pd.DataFrame:
    """Tabulate the values of each factor of a crossed design against its first value, in one case.

    The arms that have a value are averaged, replicate by replicate, over all values of the other factors.
    (factor, value) -> difference, low, high (Student, over replicates), swing. Raises UserError.
    """
    runs = runs_of_case(one.results, case)
    wide = complete(all_arms(one, case))
    arms = runs.drop_duplicates("arm").set_index("arm")
    rows = {}
    for path in (factor.path for factor in one.results.experiment.factors()):
        first, *others = (
            (value, wide[part.index].mean(axis=1)) for value, part in arms.groupby(path, sort=False)
        )
        for value, mean in others:
            difference, low, high = interval((mean - first[1]).to_numpy(), one.level)
            rows[path, value] = {"difference": difference, "low": low, "high": high}
    return sort_by_swing(pd.DataFrame.from_dict(rows, orient="index").rename_axis(["factor", "value"]))


def tabulate_points(one: Analysis) -> pd.DataFrame:
    """Tabulate the points of a sampled design: the mean of the measure over replicates, and each factor.

    One row per (case, arm), as in the report's figure of factors.
    """
    measure, factors = one.estimand.measure, [factor.path for factor in one.results.experiment.factors()]
    return one.runs.groupby(["case", "arm"], sort=False).agg(
        {measure: "mean", **dict.fromkeys(factors, "first")}
    )
