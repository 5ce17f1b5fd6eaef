"""Score the model on reported outcomes, with null models beside it and a test that it can fail.

Three statistics, over the outcomes that are not 0 by definition without a mechanism: the mean interval score
of numbers with two ends (less is better), the mean share of replicates that meet the other ones (more is
better), and the number of outcomes inside. Each is computed for the model, with all mechanisms off, and for
random worlds in which every assumed number is halved or doubled. The p-value is the share of random worlds,
the model itself counted as one of them, that are as good as the model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers, whole_seed
from ...engine.texts.errors import Message
from ...model.scenarios.scenario import Scenario
from ..calibration.reported_patterns import (
    COLUMNS,
    SPREAD,
    check_outcomes,
    check_spread,
    replicate,
    tabulate,
)
from ..comparison.parallel_jobs import run_jobs
from ..comparison.runs import check_count, read_scenario
from ..evidence.sampling import halve_or_double
from ..statistics.interval_score import POWER

TOTALS = [
    *("patterns", "count", "inside", "off_inside", "random_inside"),
    *("statistic", "value", "off_value", "random_value", "random_deviation", "p"),
]


@dataclass
class PatternScores:
    """Reported outcomes beside the model and the null models."""

    table: pd.DataFrame  # one row per outcome: see `reported_patterns.COLUMNS`
    worlds: list[pd.DataFrame]  # the same table for each random world
    replicates: int

    @property
    def is_evidence(self) -> np.ndarray:
        """Which outcomes are not 0 by definition without a mechanism, (outcomes,) bool."""
        return (self.table["only_with"] == "").to_numpy(bool)

    def totals(self) -> pd.DataFrame:
        """Return a row for numbers with two ends, one for the other outcomes, one for all: see TOTALS."""
        numbers = self.table["two_ends"].to_numpy(bool)
        groups = (
            ("numbers", self.is_evidence & numbers, "score", mean_score, -1.0),
            ("words", self.is_evidence & ~numbers, "met", mean_share, 1.0),
            ("all", self.is_evidence, "inside", count_inside, 1.0),
        )
        return pd.DataFrame([self.total(*group) for group in groups if group[1].any()], columns=TOTALS)

    def total(self, name: str, chosen: np.ndarray, column: str, statistic: Callable, better: float) -> list:
        """Return a row of `totals`; `better` is 1 if more of the statistic is better, and else -1."""
        model = self.table[chosen]
        off = model.assign(verdict=model["off_verdict"], score=model["off_score"], met=model["off_met"])
        worlds = [world[chosen] for world in self.worlds]
        ours = statistic(model)
        values = np.array([statistic(world) for world in worlds])
        as_good = np.count_nonzero(better * values >= better * ours - 1e-12)
        return [
            name,
            len(model),
            count_inside(model),
            count_inside(off),
            float(np.mean([count_inside(world) for world in worlds])) if worlds else np.nan,
            column,
            ours,
            statistic(off),
            float(np.mean(values)) if worlds else np.nan,
            float(np.std(values, ddof=1)) if len(worlds) > 1 else np.nan,
            (1 + as_good) / (1 + len(worlds)) if worlds else np.nan,
        ]

    def summary(self) -> Message:
        """Say how many outcomes are inside, separate governance on from off, and are 0 by definition."""
        inside = (self.table["verdict"] == "inside").to_numpy(bool)
        separates = self.table["separates"].to_numpy(bool)
        gains = self.table["measure"].str.startswith("gain:").to_numpy(bool)
        return Message(
            "Of {count} reported outcomes {inside} are inside. {separate} separate governance on from off "
            "({both} of them are inside, {gains} are contrasts of two arms); {only} more are 0 by definition "
            "without one mechanism, and are no evidence that it works.",
            count=len(self.table),
            inside=int(inside.sum()),
            separate=int(separates.sum()),
            both=int((separates & inside).sum()),
            gains=int((separates & gains).sum()),
            only=int((~self.is_evidence).sum()),
        )

    def power(self) -> Message:
        """Say which difference in the number of outcomes inside the test could detect."""
        totals = self.totals()
        if len(self.worlds) < 2 or not len(totals):
            return Message("Power: unknown, because there are fewer than two random worlds.")
        row = totals.iloc[-1]
        detectable = POWER * row.random_deviation
        return Message(
            "Power: of {count} outcomes that are not 0 by definition, {mean:.1f} are inside in a random "
            "world, with a standard deviation of {deviation:.1f}. A model with {least:.1f} inside would be "
            "told from random worlds in 80 % of cases (one-sided test at 5 %){never}; with {worlds} worlds "
            "the smallest possible p is {p:.3f}.",
            count=row["count"],
            mean=row.random_value,
            deviation=row.random_deviation,
            least=row.random_value + detectable,
            never=Message(", which is more than there are")
            if row.random_value + detectable > row["count"]
            else "",
            worlds=len(self.worlds),
            p=1.0 / (1.0 + len(self.worlds)),
        )


def count_inside(table: pd.DataFrame) -> int:
    """Return how many outcomes are inside."""
    return int((table["verdict"] == "inside").sum())


def mean_score(table: pd.DataFrame) -> float:
    """Return the mean interval score of the outcomes that have one; NaN if none has."""
    return float(table["score"].mean())


def mean_share(table: pd.DataFrame) -> float:
    """Return the mean share of replicates that meet an outcome; one without a value is met by none."""
    return float(table["met"].fillna(0.0).mean())


def score_patterns(
    cases: Sequence[Scenario | str | Path],
    *,
    replicates: int = 30,
    worlds: int = 8,
    seed: int = 0,
    spread: float = SPREAD,
    workers: int | None = None,
    progress: Callable | None = None,
) -> PatternScores:
    """Score the model and the null models on the reported outcomes of cases.

    `worlds` is the number of random worlds. `progress` is called after every job, of which there are
    `count_jobs(cases, replicates, worlds)`. Raises UserError.
    """
    scenarios = [read_scenario(case) for case in cases]
    check_spread(spread)
    replicates = check_count("replicates", replicates, 2, 100_000)
    worlds = check_count("worlds", worlds, 0, 10_000)
    for scenario in scenarios:
        check_outcomes(scenario)
    scenarios = [scenario for scenario in scenarios if scenario.reported]
    job = partial(simulate_world, scenarios, whole_seed(seed), spread, (1 + worlds, replicates))
    results = list(run_jobs(job, count_jobs(scenarios, replicates, worlds), workers, progress))
    by_world: list[list[pd.DataFrame]] = [[] for _ in range(1 + worlds)]
    for start in range(0, len(results), replicates):
        case, world = divmod(start // replicates, 1 + worlds)
        by_world[world].append(tabulate(scenarios[case], results[start : start + replicates]))
    tables = [
        pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
        for tables in by_world
    ]
    return PatternScores(tables[0], tables[1:], replicates)


def count_jobs(cases: Sequence, replicates: int, worlds: int) -> int:
    """Return how many jobs `score_patterns` runs: one per case, world and replicate."""
    return len(cases) * (1 + worlds) * replicates


def simulate_world(
    scenarios: Sequence[Scenario], seed: int, spread: float, shape: tuple[int, int], number: int
) -> dict[str, tuple[float, float]]:
    """Simulate one replicate of one case in one world; `shape` is the number of worlds and of replicates.

    World 0 is the model; the others are random, and are not simulated with all mechanisms off. A replicate
    has the same random seed and the same factors of its assumed parameters in every world.
    """
    worlds, replicates = shape
    rest, one = divmod(number, replicates)
    case, world = divmod(rest, worlds)
    if not world:
        return replicate(scenarios[case], seed, spread, one)
    changed = halve_or_double(scenarios[case], RandomNumbers("patterns world", seed, world))
    return replicate(changed, seed, spread, one, with_all_off=False)
