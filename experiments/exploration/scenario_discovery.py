"""Scenario discovery: find boxes in the space of uncertain factors in which a mechanism wins.

The patient rule induction method, PRIM (Friedman & Fisher 1999), as Bryant & Lempert (2010) use it: starting
from the whole space, the thin slice with the lowest share of wins is peeled off repeatedly; a box is chosen
on that trajectory, simplified, and enlarged (pasted) where its density does not fall. Its worlds are removed,
and the next box is searched in the rest. *Density* is the share of wins in a box, *coverage* the share of all
wins that it holds, *mass* the share of all worlds.

A search finds something in any noise. So a box is only reported if shuffled outcomes seldom give one as good,
and together with its density in worlds that the search did not use.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers, whole_seed
from ...engine.texts.errors import UserError
from ..statistics.replicate_table import join_names
from .prim import Box, BoxTerms, Worlds, choose_step, gain, paste, peel, simplify_box

SHUFFLES = 99
HALVES = 50  # resamples for stability
FEWEST = 10  # fewest worlds with each outcome; with fewer there is no search
PATIENT = BoxTerms()
CHANCE = 0.05  # a box is not reported if its p exceeds this


@dataclass(frozen=True)
class BoxReport:
    """One box with its quality, significance and stability."""

    box: Box
    density: float
    coverage: float
    mass: float
    # mean density, in the other half, of boxes found in random halves of the worlds; NaN if none was found
    held_out: float
    p: float  # share of shuffled outcomes, the real one included, whose best box is as good
    # (factor) -> limit in words, quasi_p; of resamples: restricted (share), low_p5, low_p95, high_p5,
    # high_p95
    limits: pd.DataFrame
    # (step) -> coverage, density, mass, restricted (number of dimensions), factor that was peeled, chosen
    trajectory: pd.DataFrame

    def sentence(self, wins: str = "wins") -> str:
        """Describe the box in a sentence."""
        out = f", {self.held_out:.0%} in held-out worlds" if np.isfinite(self.held_out) else ""
        return (
            f"Where {self.box}: {wins} in {self.density:.0%} of worlds (density{out}); contains "
            f"{self.coverage:.0%} of all such worlds (coverage) in {self.mass:.0%} of the space (mass)."
        )


@dataclass(frozen=True)
class Discovery:
    """The boxes, and the reason why there are no more."""

    # of BoxReport, in the order of the search; coverage and mass refer to all worlds, density to those that
    # no earlier box holds
    boxes: tuple
    worlds: int
    wins: int
    why: str  # why the search ended

    def sentences(self, wins: str = "wins") -> Iterator[str]:
        """Describe the results in plain English."""
        yield f"Of {self.worlds} worlds {self.wins} ({self.wins / self.worlds:.0%}): {wins}."
        yield from (report.sentence(wins) for report in self.boxes)
        for report in self.boxes:
            unreliable = report.limits.index[report.limits.restricted < 0.5]
            if len(unreliable):
                names = join_names(unreliable)
                yield f"Not reliable: {names}, restricted in less than half of the resamples."
        yield self.why


def discover(
    worlds: pd.DataFrame,
    wins: np.ndarray,
    factors: Iterable[str] | None = None,
    *,
    boxes: int = 3,
    terms: BoxTerms = PATIENT,
    shuffles: int = SHUFFLES,
    halves: int = HALVES,
    seed: int = 0,
) -> Discovery:
    """Find boxes in which `wins` are dense.

    `worlds`: a frame with a row per world; `factors` names the columns to use (numbers, bools, texts), by
    default all columns that are not outcomes. `wins`: (n,) bool. `boxes`: the maximum number of boxes.
    `shuffles` and `halves`: numbers of permutations and of resamples; `seed`: their random seed. Raises
    UserError.
    """
    if not (
        terms.alphas
        and all(0 < alpha < 0.5 for alpha in terms.alphas)
        and 0 < terms.mass < 1
        and boxes >= 1
        and shuffles >= 19
    ):
        raise UserError(
            "alphas = {alphas}, mass = {mass}, boxes = {boxes}, shuffles = {shuffles}; allowed are 0 < alpha "
            "< 0.5 each, 0 < mass < 1, boxes >= 1, shuffles >= 19",
            alphas=terms.alphas,
            mass=terms.mass,
            boxes=boxes,
            shuffles=shuffles,
        )
    seed = whole_seed(seed)
    space, wins = Worlds(worlds, factors), as_outcomes(wins, len(worlds))
    reports: list[BoxReport] = []
    left = np.ones(len(wins), bool)
    while len(reports) < boxes:
        random = RandomNumbers("discover", seed, len(reports))
        few = min(wins[left].sum(), (~wins[left]).sum())
        if few < FEWEST:
            return Discovery(
                tuple(reports),
                len(wins),
                int(wins.sum()),
                f"{'No further' if reports else 'No'} box: only {few} worlds have one of the outcomes, "
                f"{FEWEST} are needed.",
            )
        candidate = find_best_box(space, wins, left, terms)
        p = (
            permutation_p(space, wins, left, candidate, terms, shuffles, random)
            if candidate.box.limits
            else 1.0
        )
        if p > CHANCE:
            return Discovery(
                tuple(reports),
                len(wins),
                int(wins.sum()),
                f"{'No further' if reports else 'No'} box: {explain_rejection(candidate, p, shuffles)}.",
            )
        reports.append(describe_box(space, wins, left, candidate, p, terms, halves, random))
        left = left & ~candidate.inside
    return Discovery(
        tuple(reports),
        len(wins),
        int(wins.sum()),
        f"The search ended after {boxes} {'box' if boxes == 1 else 'boxes'}, the maximum.",
    )


def as_outcomes(wins: np.ndarray, n: int) -> np.ndarray:
    """Return outcomes as (n,) bool. Raises UserError for another shape or other values than 0 and 1."""
    wins = np.asarray(wins)
    if wins.shape != (n,) or not np.isin(wins, (0, 1)).all():
        raise UserError(
            "the outcome has shape {shape} and values such as {values}; allowed is one true or "
            "false for each of {worlds_count} worlds",
            shape=wins.shape,
            values=join_names(pd.unique(wins.ravel()), 3),
            worlds_count=n,
        )
    return wins.astype(bool)


def explain_rejection(candidate: "BestBox", p: float, shuffles: int) -> str:
    """Explain why a box is not reported."""
    if not candidate.box.limits:
        return "no restriction makes wins more frequent than chance would"
    return (
        f"{p * (shuffles + 1) - 1:.0f} of {shuffles} shuffles of the outcome give a box at least as good as "
        f"the best one ({candidate.box})"
    )


@dataclass(frozen=True)
class BestBox:
    """The best box of one search."""

    box: Box
    inside: np.ndarray  # (n,) bool: the searched worlds in it
    gain: float  # coverage minus mass
    quasi: dict  # factor -> quasi-p
    steps: list  # the trajectory, as `prim.peel` returns it
    step: int  # index of the chosen step


def find_best_box(space: Worlds, wins: np.ndarray, left: np.ndarray, terms: BoxTerms) -> BestBox:
    """Return the best box among the worlds `left`, over searches with each of the alphas."""
    return max(
        (find_box(space, wins, left, terms, alpha) for alpha in terms.alphas),
        key=lambda candidate: (is_dense(candidate, wins, terms), candidate.gain),
    )


def is_dense(candidate: BestBox, wins: np.ndarray, terms: BoxTerms) -> bool:
    """Return whether a box has the density of `terms`; True if there is none."""
    return terms.density is None or wins[candidate.inside].mean() >= terms.density


def find_box(space: Worlds, wins: np.ndarray, left: np.ndarray, terms: BoxTerms, alpha: float) -> BestBox:
    """Peel by slices of `alpha`, choose a box, drop restrictions that noise could explain, and paste."""
    steps = peel(space, wins, left, terms, alpha)
    step = choose_step(steps, terms)
    box, _ = simplify_box(space, wins, left, steps[step].box, terms)
    box, quasi = simplify_box(space, wins, left, paste(space, wins, left, box, alpha), terms)
    inside = space.inside(box) & left
    return BestBox(
        box, inside, gain(wins[inside].sum(), inside.sum(), wins[left].sum(), left.sum()), quasi, steps, step
    )


def permutation_p(
    space: Worlds,
    wins: np.ndarray,
    left: np.ndarray,
    candidate: BestBox,
    terms: BoxTerms,
    shuffles: int,
    random: RandomNumbers,
) -> float:
    """Return how often shuffled outcomes, searched in the same way, give as much gain (permutation p)."""
    rows, better = np.flatnonzero(left), 0
    for turn in range(shuffles):
        shuffled = wins.copy()
        shuffled[rows] = wins[rows[np.argsort(random("shuffle", rows, turn), kind="stable")]]
        better += find_best_box(space, shuffled, left, terms).gain >= candidate.gain
    return (1 + better) / (1 + shuffles)


def describe_box(
    space: Worlds,
    wins: np.ndarray,
    left: np.ndarray,
    candidate: BestBox,
    p: float,
    terms: BoxTerms,
    halves: int,
    random: RandomNumbers,
) -> BoxReport:
    """Report a box, with its stability over resamples."""
    resampled, held_out = resample_boxes(space, wins, left, terms, halves, random)
    hits = wins[candidate.inside].sum()
    return BoxReport(
        candidate.box,
        hits / candidate.inside.sum(),
        hits / wins.sum(),
        candidate.inside.mean(),
        held_out,
        p,
        tabulate_limits(candidate, resampled),
        tabulate_trajectory(candidate),
    )


def tabulate_limits(candidate: BestBox, resampled: list[Box]) -> pd.DataFrame:
    """Tabulate the restrictions of a box, and their stability in the boxes of resamples."""
    table = pd.DataFrame(index=pd.Index(candidate.box.limits, name="factor"))
    table["limit"] = [candidate.box.words(name) for name in table.index]
    table["quasi_p"] = [candidate.quasi[name] for name in table.index]
    table["restricted"] = [np.mean([name in box.limits for box in resampled]) for name in table.index]
    for side, word in enumerate(("low", "high")):
        spread = [limit_quantiles(resampled, name, side) for name in table.index]
        table[f"{word}_p5"], table[f"{word}_p95"] = ([s[k] for s in spread] for k in (0, 1))
    return table


def limit_quantiles(boxes: list[Box], name: str, side: int) -> np.ndarray | tuple[float, float]:
    """Return the 5 % and 95 % quantiles of one end of a factor's limits over the boxes that have it.

    `side` is 0 for the low end, 1 for the high end. NaN for categories, and where no box has the limit.
    """
    values = [box.limits[name][side] for box in boxes if isinstance(box.limits.get(name), tuple)]
    values = [v for v in values if np.isfinite(v)]
    return np.quantile(values, [0.05, 0.95]) if values else (np.nan, np.nan)


def tabulate_trajectory(candidate: BestBox) -> pd.DataFrame:
    """Tabulate the peeling trajectory; shares are of the worlds that no earlier box holds."""
    whole = candidate.steps[0]
    rows = [
        {
            "coverage": s.hits / whole.hits,
            "density": s.hits / s.count,
            "mass": s.count / whole.count,
            "restricted": len(s.box.limits),
            "factor": s.factor,
        }
        for s in candidate.steps
    ]
    return pd.DataFrame(rows).assign(chosen=np.arange(len(rows)) == candidate.step).rename_axis("step")


def resample_boxes(
    space: Worlds,
    wins: np.ndarray,
    left: np.ndarray,
    terms: BoxTerms,
    halves: int,
    random: RandomNumbers,
) -> tuple[list[Box], float]:
    """Search boxes in random halves of the worlds; return them and their mean density in the other halves.

    The mean is over boxes that have a limit; NaN if there is none.
    """
    rows, boxes, densities = np.flatnonzero(left), [], []
    for turn in range(halves):
        half = np.zeros(len(wins), bool)
        half[rows[np.argsort(random("half", rows, turn), kind="stable")[: len(rows) // 2]]] = True
        box = find_best_box(space, wins, half, terms).box
        test = space.inside(box) & left & ~half
        boxes.append(box)
        if box.limits and test.any():
            densities.append(wins[test].mean())
    return boxes, float(np.mean(densities)) if densities else np.nan
