"""Count how far collective projects get, over several runs: `cogov funnel`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from ...engine.randomness import seed_of, whole_seed
from ...engine.texts.errors import UserError
from ...model.scenarios.scenario import Scenario
from ..comparison.parallel_jobs import run_jobs
from ..comparison.runs import check_count, read_scenario
from ..observation.observed_run import simulate_with_seed
from ..observation.pattern_measures import stages_of
from ..observation.project_stages import STAGES, median_days

COLUMNS = ["stage", "projects", "share", "median_days"]


def tabulate_funnel(
    case: Scenario | str | Path,
    category: str = "lift_adding",
    *,
    replicates: int = 20,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable | None = None,
) -> pd.DataFrame:
    """Return how many projects of a category reach each stage, over all replicates together.

    Columns: stage, projects (that reached it), share (of those told), median_days (from being told; NaN if no
    project reached it). Raises UserError.
    """
    seed, scenario = whole_seed(seed), read_scenario(case)
    replicates = check_count("replicates", replicates, 1, 100_000)
    projects = [name for name, one in scenario.issues.items() if one.consent_rule]
    if category not in projects:
        raise UserError(
            "{category} needs no consent; projects are: {projects}",
            category=category,
            projects=", ".join(projects),
        )
    job = partial(replicate, scenario, category, seed)
    days = np.concatenate(list(run_jobs(job, replicates, workers, progress)))
    reached = (~np.isnan(days)).sum(axis=0)
    medians = [median_days(days, stage) for stage in STAGES]
    shares = reached / len(days) if len(days) else np.zeros(len(STAGES))
    return pd.DataFrame(zip(STAGES, reached.tolist(), shares.tolist(), medians), columns=COLUMNS)


def replicate(scenario: Scenario, category: str, seed: int, number: int) -> np.ndarray:
    """Simulate one replicate; return `days_to_stages` of its projects."""
    return stages_of(simulate_with_seed(scenario, seed_of("funnel", scenario.name, seed, number)), category)
