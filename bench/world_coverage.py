"""Test answers over plausible worlds against worlds that they were not made from.

Worlds are split at random: the answer is made from some of them, the rest are truths that it never saw. A
range over worlds must hold nine of ten truths, a stated share of worlds must be the share of truths, and a
stated regret must be the regret among truths. One set of simulated worlds is split many times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from ..engine.randomness import RandomNumbers
from ..experiments.comparison.parallel_jobs import run_jobs
from ..experiments.comparison.plausible_pairs import job_of_worlds
from ..experiments.statistics.plausible_effects import (
    NONE,
    compare_pairs,
    describe_ranges,
    effects_by_world,
    regrets,
)
from ..model.scenarios.cases import alter_scenario, read_case
from .tables import BenchTable

MECHANISMS = (
    "building_captains",
    "grid_patrol",
    "party_volunteers",
    "home_visits",
    "chat_groups",
    "task_pipeline",
)
SPLITS = 40
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)  # of stated shares of worlds


def simulate_arms(
    case: str, worlds: int, workers: int | None = None, progress: Callable | None = None
) -> pd.DataFrame:
    """Return the resolution rate of each mechanism alone, and of none, in each world: (worlds, arms)."""
    scenario = read_case(case)
    plain = alter_scenario(scenario, off=tuple(scenario.mechanisms))
    arms = {NONE: plain} | {name: alter_scenario(plain, on=(name,)) for name in MECHANISMS}
    rows = run_jobs(job_of_worlds([*arms.values()]), worlds, workers, progress, len(arms))
    rates = [[values["resolution_rate"] for values in row] for row in rows]
    return pd.DataFrame(rates, columns=[*arms]).rename_axis("world").dropna()


def measure_world_coverage(values: pd.DataFrame, used: int, case: str = "") -> Iterator[BenchTable]:
    """Yield the tables: ranges, shares and regrets from `used` worlds, against all others of `values`."""
    splits = list(split_worlds(len(values), used))
    rest = len(values) - used
    note = (
        f"{SPLITS} random splits of {len(values)} worlds of {case or 'a case'}: answers from {used}, "
        f"truths are the other {rest}."
    )
    yield cover_ranges(values, splits, note)
    yield check_shares(values, splits, note)
    yield check_regrets(values, splits, note)


def split_worlds(worlds: int, used: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield SPLITS random splits of the numbers of worlds: those an answer is made from, and the truths."""
    draw = RandomNumbers("world coverage")
    for split in range(SPLITS):
        order = np.argsort(draw("split", np.arange(worlds), split))
        yield order[:used], order[used:]


Splits = Sequence[tuple[np.ndarray, np.ndarray]]


def cover_ranges(values: pd.DataFrame, splits: Splits, note: str) -> BenchTable:
    """Return how many truths lie within the ranges of half and of nine tenths of the worlds."""
    effects = effects_by_world(values, NONE)
    rows = []
    for arm in effects:
        d, held = effects[arm].to_numpy(), []
        for used, truths in splits:
            row = describe_ranges(pd.DataFrame({arm: d[used]})).loc[arm]
            held.append([np.mean((low <= d[truths]) & (d[truths] <= high)) for low, high in ends_of(row)])
        rows.append((arm, *np.mean(held, axis=0).tolist()))
    mean = np.mean([row[1:] for row in rows], axis=0).tolist()
    return BenchTable(
        "share of truths within the ranges of worlds",
        ("arm", "half", "nine of ten"),
        [*rows, ("all", *mean)],
        note,
    )


def ends_of(row: pd.Series) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ends of the ranges of half and of nine tenths of worlds."""
    return (row["p25"], row["p75"]), (row["p5"], row["p95"])


def check_shares(values: pd.DataFrame, splits: Splits, note: str) -> BenchTable:
    """Return, for stated shares of worlds in which one arm is better than another, the share of truths."""
    stated, true = [], []
    for used, truths in splits:
        said, found = (compare_pairs(values.iloc[which]).to_numpy() for which in (used, truths))
        upper = np.triu_indices(len(said), 1)
        stated += [*said[upper], *(1.0 - said[upper])]
        true += [*found[upper], *(1.0 - found[upper])]
    bins = np.clip(np.digitize(stated, BINS) - 1, 0, len(BINS) - 2)
    rows = [
        (
            f"{low:.0%} to {high:.0%}",
            float(np.mean(np.array(stated)[bins == n])),
            float(np.mean(np.array(true)[bins == n])),
            int(np.count_nonzero(bins == n)),
        )
        for n, (low, high) in enumerate(zip(BINS, BINS[1:]))
        if (bins == n).any()
    ]
    return BenchTable(
        "one arm better than another: stated share of worlds, and share of truths",
        ("stated", "mean stated", "share of truths", "pairs"),
        rows,
        note,
    )


def check_regrets(values: pd.DataFrame, splits: Splits, note: str) -> BenchTable:
    """Return the expected regret of each arm as stated and among truths; last that of the arm chosen."""
    said, found, chosen = [], [], []
    for used, truths in splits:
        stated, true = (regrets(values.iloc[which]).mean() for which in (used, truths))
        said.append(stated)
        found.append(true)
        first = stated.idxmin()
        chosen.append((stated[first], true[first]))
    rows = [
        (arm, 100 * float(np.mean([s[arm] for s in said])), 100 * float(np.mean([f[arm] for f in found])))
        for arm in values
    ]
    rows.append(("the arm with the least", *(100 * np.mean(chosen, axis=0)).tolist()))
    return BenchTable("expected regret, points", ("arm", "stated", "among truths"), rows, note)


def world_coverage(
    case: str, truths: int, used: int, workers: int | None, progress: Callable
) -> Iterator[BenchTable]:
    """Simulate `used` + `truths` worlds of a case, and yield the tables. Raises UserError."""
    values = simulate_arms(case, used + truths, workers, progress)
    yield from measure_world_coverage(values, used, case)
