"""Which uncertain numbers carry the spread of an effect over plausible worlds, and which only seem to.

A world draws hundreds of numbers, so some of them correlate with any effect by chance. Numbers are screened
by their rank correlation with the effect; of the CANDIDATES with the largest, PAWN (Pianosi & Wagener 2015;
SALib's) measures how far the distribution of the effect moves if the number is known. Both steps are repeated
with shuffled ranks: a number carries the spread if its index is above the largest that nine of ten shuffles
stay below, which is the *noise floor*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers
from ...engine.texts.errors import UserError
from ..comparison.compare import Comparison, arms_without_and_with
from ..comparison.plausible_pairs import paths_set
from ..evidence.plausible_worlds import worlds_of_arms
from ..sweep.sampling import salib

CANDIDATES = 10  # numbers that are looked at more closely
SHUFFLES = 20  # of the effect, for the noise floor
FLOOR = 0.9  # share of shuffles whose largest index is below the floor
SLICES = 5  # of the range of a number, with as many worlds each
FEW = 20  # worlds; with fewer, a slice holds too few


def find_carriers(
    numbers: Sequence[Mapping[str, float]], effect: np.ndarray, floor: float | None = None
) -> pd.DataFrame:
    """Return the numbers that may carry the spread of an effect (worlds,), the strongest first.

    `numbers` holds the uncertain numbers of each world: path -> value. `floor` is their `noise_floor`, if it
    is known already. One row per candidate; columns: pawn (0 to 1), floor (the same for all), carries,
    correlation (Spearman's, with its sign), share (its square: the share of the variance of ranks). Empty if
    there are fewer than FEW worlds, or no spread. Raises UserError if SALib is not installed.
    """
    columns = ["pawn", "floor", "carries", "correlation", "share"]
    known = np.isfinite(effect)
    effect = np.asarray(effect, float)[known]
    if len(effect) < FEW or not np.ptp(effect) > 0.0:
        return pd.DataFrame(columns=columns).rename_axis("path")
    names, table = tabulate([row for row, ok in zip(numbers, known) if ok])
    found, correlation = indices(table, centred_ranks(table), effect)
    floor = noise_floor(table) if floor is None else floor
    rows = {
        names[i]: [value, floor, value > floor, correlation[i], correlation[i] ** 2]
        for i, value in sorted(found.items(), key=lambda item: -item[1])
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("path")


def carriers_of_comparison(result: Comparison, measure: str = "resolution_rate") -> pd.DataFrame:
    """Return what may carry the spread of the effect of a comparison over its worlds: see `find_carriers`."""
    arms = arms_without_and_with(result.case, result.mechanisms)
    held = paths_set(result.case, result.asked.get("settings", ()))
    drawn = worlds_of_arms(arms, held, result.seed, result.worlds_file)
    values = result.worlds[measure].unstack("arm")
    effect = (values["with"] - values["without"]).to_numpy(float)
    return find_carriers([drawn.numbers(int(world)) for world in values.index], effect)


def carriers_or_none(result: Comparison) -> pd.DataFrame | None:
    """Return what the effect of a comparison hangs on; None if SALib is not installed."""
    try:
        return carriers_of_comparison(result)
    except UserError:
        return None


def tabulate(numbers: Sequence[Mapping[str, float]]) -> tuple[list[str], np.ndarray]:
    """Return the paths of the numbers that differ between worlds, and their values: (worlds, numbers)."""
    paths = list(numbers[0])
    table = np.array([[row[path] for path in paths] for row in numbers], float)
    varies = np.ptp(table, axis=0) > 0.0
    return [path for path, ok in zip(paths, varies) if ok], table[:, varies]


def noise_floor(table: np.ndarray) -> float:
    """Return the index that the strongest of the numbers (worlds, numbers) reaches by chance.

    Correlations of ranks and PAWN's distances between distributions depend on the ranks of an effect only:
    the floor is the same for every effect without ties, and is computed for shuffled ranks.
    """
    draw, ranks, worlds = RandomNumbers("carriers"), centred_ranks(table), np.arange(len(table))
    largest = [
        max(indices(table, ranks, np.argsort(draw("shuffle", worlds, n)).astype(float))[0].values())
        for n in range(SHUFFLES)
    ]
    return float(np.quantile(largest, FLOOR))


def centred_ranks(table: np.ndarray) -> np.ndarray:
    """Return the ranks of each column (worlds, numbers), with mean 0 and length 1."""
    ranks = pd.DataFrame(table).rank().to_numpy()
    ranks = ranks - ranks.mean(axis=0)
    return ranks / np.sqrt((ranks**2).sum(axis=0))


def indices(table: np.ndarray, ranks: np.ndarray, effect: np.ndarray) -> tuple[dict[int, float], np.ndarray]:
    """Return PAWN's median index of the CANDIDATES by column, and the rank correlation of every column."""
    correlation = centred_ranks(effect[:, None])[:, 0] @ ranks
    chosen = np.argsort(-np.abs(correlation), kind="stable")[:CANDIDATES]
    problem = {
        "num_vars": len(chosen),
        "names": [str(i) for i in chosen],
        "bounds": [[float(table[:, i].min()), float(table[:, i].max())] for i in chosen],
    }
    found = salib("analyze.pawn").analyze(problem, table[:, chosen], effect, S=SLICES)
    return {int(i): float(value) for i, value in zip(chosen, found["median"])}, correlation
