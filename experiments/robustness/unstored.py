"""Weigh mechanisms over plausible worlds without storing a run: the same runs, and the same answer.

`cogov robust` stores its runs, and continues them after an interruption; the server for assistants may have
no folder to write to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...model.measures import SUMMARY
from ..comparison.parallel_jobs import run_jobs
from ..sweep.worker import RunOutcome, RunTerms, work

if TYPE_CHECKING:
    from ..sweep.experiment import Experiment
    from ..sweep.sweep import SweepPlan

NO_LIMIT = 0.0  # seconds that a run may take


@dataclass
class UnstoredResults:
    """The runs of a sweep that is in memory only, as `Results` has them of one that is stored."""

    plan: SweepPlan
    runs: pd.DataFrame  # one row per run: case, arm, replicate, status, and measures

    @property
    def experiment(self) -> Experiment:
        """What was asked."""
        return self.plan.experiment


def simulate_unstored(
    plan: SweepPlan, workers: int | None = None, progress: Callable[[], object] | None = None
) -> UnstoredResults:
    """Simulate every run of a sweep over plausible worlds; `progress` is called after each world."""
    lucks = plan.experiment.lucks_per_world
    worlds = plan.experiment.replicates // lucks
    job = partial(simulate_world, plan, plan.terms(NO_LIMIT))
    done = run_jobs(job, worlds, workers, progress, lucks * len(plan.arms))
    return UnstoredResults(plan, tabulate_outcomes([outcome for world in done for outcome in world]))


def simulate_world(plan: SweepPlan, terms: RunTerms, world: int) -> list[RunOutcome]:
    """Simulate all runs in the world of a number."""
    return work(terms, plan.orders(world * terms.lucks, (world + 1) * terms.lucks))


def tabulate_outcomes(outcomes: list[RunOutcome]) -> pd.DataFrame:
    """Return a row per run, in the order of the sweep; NaN where a run failed."""
    none = np.full(len(SUMMARY), np.nan)
    rows = [
        {
            "case": outcome.order.arm.case,
            "arm": outcome.order.arm.name,
            "replicate": outcome.order.replicate,
            "status": outcome.status,
            **dict(zip(SUMMARY, np.frombuffer(outcome.measures) if outcome.measures else none)),
        }
        for outcome in outcomes
    ]
    return pd.DataFrame(rows)
