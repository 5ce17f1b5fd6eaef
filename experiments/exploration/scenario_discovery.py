"""Scenario discovery: in which worlds does a mechanism win, told as boxes in the space of what is uncertain.

The patient rule induction method, PRIM (Friedman & Fisher 1999), as Bryant & Lempert (2010) use it: from the whole space a
thin slice is peeled off again and again, always the one that wins least; the box is chosen on that trajectory, simplified,
and pasted back where that does no harm; its worlds are covered, and the next box is looked for in the rest. *Density* is
the share of wins in a box, *coverage* the share of all wins that it holds, *mass* the share of all worlds.

A search finds something in any noise. So a box is only told when shuffled outcomes seldom give one as good, and it comes
with its density in worlds that took no part in the search.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...engine.parameters import UserError
from ...engine.randomness import RandomNumbers, whole_seed
from ..statistics.replicate_table import (
    LEVEL,
    SWITCH,
    complete,
    factors_of,
    halfwidth,
    pivot_arms,
    some,
)
from .prim import Box, BoxTerms, Worlds, choose_step, gain, paste, peel, simplify_box

SHUFFLES = 99
HALVES = 50  # resamples for stability
FEWEST = 10  # worlds that win, and that do not: with fewer nothing is looked for
PATIENT = BoxTerms()
CHANCE = 0.05  # share of shuffled outcomes above which a box is not told


@dataclass(frozen=True)
class BoxReport:
    """One box."""

    box: Box
    density: float
    coverage: float
    mass: float
    held_out: float  # density of boxes found in random halves of the worlds, in the other halves; NaN if none was found
    p: float  # share of shuffled outcomes, the real one included, whose best box is as good
    limits: pd.DataFrame  # (factor) -> limit in words, quasi_p; of resamples: restricted (share), low_p5, low_p95, high_p5, high_p95
    trajectory: (
        pd.DataFrame
    )  # (step) -> coverage, density, mass, restricted (number of dimensions), factor that was peeled, chosen

    def sentence(self, wins="wins"):
        """The box in a sentence."""
        out = f", {self.held_out:.0%} in worlds left out of the search" if np.isfinite(self.held_out) else ""
        return (
            f"Where {self.box}: {wins} in {self.density:.0%} of worlds (density{out}); holds "
            f"{self.coverage:.0%} of all such worlds (coverage) in {self.mass:.0%} of the space."
        )


@dataclass(frozen=True)
class Discovery:
    """The boxes, and why there are no more."""

    boxes: tuple  # of Found, in the order of covering; coverage and mass are of all worlds, density of those not covered before
    worlds: int
    wins: int
    why: str  # why the search ended

    def sentences(self, wins="wins"):
        """What came out, in plain English."""
        yield f"Of {self.worlds} worlds {self.wins} ({self.wins / self.worlds:.0%}): {wins}."
        yield from (found.sentence(wins) for found in self.boxes)
        for found in self.boxes:
            loose = found.limits.index[found.limits.restricted < 0.5]
            if len(loose):
                yield f"Not to be relied on: {some(loose)}, restricted in less than half of the resamples."
        yield self.why


def discover(worlds, wins, factors=None, *, boxes=3, terms=PATIENT, shuffles=SHUFFLES, halves=HALVES, seed=0):
    """Boxes in which `wins` are dense.

    `worlds`: a frame with a row per world; `factors` names its columns to look at (numbers, bools, texts), by default all
    that are no outcome. `wins`: (n,) bool. `boxes` is how many to look for at most. Chance is `seed`'s. Returns a
    `Discovery`; raises UserError.
    """
    if not (
        terms.alphas
        and all(0 < alpha < 0.5 for alpha in terms.alphas)
        and 0 < terms.mass < 1
        and boxes >= 1
        and shuffles >= 19
    ):
        raise UserError(
            f"{terms}, boxes = {boxes}, shuffles = {shuffles}; allowed are 0 < alpha < 0.5 each, 0 < mass < "
            "1, boxes >= 1, shuffles >= 19"
        )
    seed = whole_seed(seed)
    space, wins, found = Worlds(worlds, factors), as_outcomes(wins, len(worlds)), []
    left = np.ones(len(wins), bool)
    while len(found) < boxes:
        luck = RandomNumbers("discover", seed, len(found))
        few = min(wins[left].sum(), (~wins[left]).sum())
        if few < FEWEST:
            return Discovery(
                tuple(found),
                len(wins),
                int(wins.sum()),
                f"{'No further' if found else 'No'} box: only {few} worlds are on one side, {FEWEST} are "
                "needed.",
            )
        one = best(space, wins, left, terms)
        p = as_good(space, wins, left, one, terms, shuffles, luck) if one.box.limits else 1.0
        if p > CHANCE:
            return Discovery(
                tuple(found),
                len(wins),
                int(wins.sum()),
                f"{'No further' if found else 'No'} box: {because(one, p, shuffles)}.",
            )
        found.append(describe_box(space, wins, left, one, p, terms, halves, luck))
        left = left & ~one.inside
    return Discovery(
        tuple(found),
        len(wins),
        int(wins.sum()),
        f"The search ended after {boxes} {'box' if boxes == 1 else 'boxes'}, as asked.",
    )


def as_outcomes(wins, n):
    """Outcomes as (n,) bool. Raises UserError."""
    wins = np.asarray(wins)
    if wins.shape != (n,) or not np.isin(wins, (0, 1)).all():
        raise UserError(
            f"the outcome has shape {wins.shape} and values such as {some(pd.unique(wins.ravel()), 3)}; "
            f"allowed is one true or false for each of {n} worlds"
        )
    return wins.astype(bool)


def because(one, p, shuffles):
    if not one.box.limits:
        return "no restriction that peeling found makes wins denser beyond chance"
    return (
        f"{p * (shuffles + 1) - 1:.0f} of {shuffles} shuffles of the outcome give a box as good as the best "
        f"that was found ({one.box})"
    )


@dataclass(frozen=True)
class BestBox:
    """The best box of one search."""

    box: Box
    inside: np.ndarray  # (n,) bool, of the worlds looked at
    gain: float  # coverage minus mass
    quasi: dict  # factor -> quasi-p
    steps: list  # the trajectory, as boxes.peeled tells it
    step: int  # which of them was chosen


def best(space, wins, left, terms):
    """The best box among the worlds `left`, of the searches with each of the alphas."""
    return max(
        (find_box(space, wins, left, terms, alpha) for alpha in terms.alphas),
        key=lambda one: (dense(one, wins, terms), one.gain),
    )


def dense(one, wins, terms):
    """Whether a box has the density that was asked for, if any was."""
    return terms.density is None or wins[one.inside].mean() >= terms.density


def find_box(space, wins, left, terms, alpha):
    """Peel by slices of `alpha`, choose a box, drop what chance could explain, paste."""
    steps = peel(space, wins, left, terms, alpha)
    step = choose_step(steps, terms)
    box, _ = simplify_box(space, wins, left, steps[step].box, terms)
    box, quasi = simplify_box(space, wins, left, paste(space, wins, left, box, alpha), terms)
    inside = space.inside(box) & left
    return BestBox(
        box, inside, gain(wins[inside].sum(), inside.sum(), wins[left].sum(), left.sum()), quasi, steps, step
    )


def as_good(space, wins, left, one, terms, shuffles, luck):
    """Permutation p: how often shuffled outcomes, searched in the same way, give as much gain."""
    rows, better = np.flatnonzero(left), 0
    for turn in range(shuffles):
        other = wins.copy()
        other[rows] = wins[rows[np.argsort(luck("shuffle", rows, turn), kind="stable")]]
        better += best(space, other, left, terms).gain >= one.gain
    return (1 + better) / (1 + shuffles)


def describe_box(space, wins, left, one, p, terms, halves, luck):
    """All that is told of a box."""
    again, held_out = resample_boxes(space, wins, left, terms, halves, luck)
    hits = wins[one.inside].sum()
    return BoxReport(
        one.box,
        hits / one.inside.sum(),
        hits / wins.sum(),
        one.inside.mean(),
        held_out,
        p,
        limits(one, again),
        trajectory(one),
    )


def limits(one, again):
    """A box's restrictions, and how they fare in the boxes of resamples."""
    table = pd.DataFrame(index=pd.Index(one.box.limits, name="factor"))
    table["limit"] = [one.box.words(name) for name in table.index]
    table["quasi_p"] = [one.quasi[name] for name in table.index]
    table["restricted"] = [np.mean([name in box.limits for box in again]) for name in table.index]
    for side, word in enumerate(("low", "high")):
        spread = [ends(again, name, side) for name in table.index]
        table[f"{word}_p5"], table[f"{word}_p95"] = ([s[k] for s in spread] for k in (0, 1))
    return table


def ends(again, name, side):
    """5 % and 95 % of one end of a factor's limits over the boxes that have it; NaN for categories, and where none has."""
    found = [box.limits[name][side] for box in again if isinstance(box.limits.get(name), tuple)]
    found = [v for v in found if np.isfinite(v)]
    return np.quantile(found, [0.05, 0.95]) if found else (np.nan, np.nan)


def trajectory(one):
    """The peeling trajectory as a table; shares are of the worlds that no earlier box holds."""
    whole = one.steps[0]
    told = [
        {
            "coverage": s.hits / whole.hits,
            "density": s.hits / s.count,
            "mass": s.count / whole.count,
            "restricted": len(s.box.limits),
            "factor": s.factor,
        }
        for s in one.steps
    ]
    return pd.DataFrame(told).assign(chosen=np.arange(len(told)) == one.step).rename_axis("step")


def resample_boxes(space, wins, left, terms, halves, luck):
    """The boxes of random halves of the worlds, and the mean density of those that have a limit in the other halves."""
    rows, found, densities = np.flatnonzero(left), [], []
    for turn in range(halves):
        half = np.zeros(len(wins), bool)
        half[rows[np.argsort(luck("half", rows, turn), kind="stable")[: len(rows) // 2]]] = True
        box = best(space, wins, half, terms).box
        test = space.inside(box) & left & ~half
        found.append(box)
        if box.limits and test.any():
            densities.append(wins[test].mean())
    return found, float(np.mean(densities)) if densities else np.nan


# --------------------------------------------------------------------------- outcomes, from the runs of a sweep


def tabulate_worlds(runs, mechanism, measure, factors=None, level=LEVEL):
    """What `mechanism` changes in every world: one row per world, with its factors and difference, low, high (95 %), pairs.

    A world is what the arms without and with it have in common: the case and all other `factors` (by default every factor
    that varies). Pairs share their luck; those of which one run failed are left out, and so are worlds that have none or
    only one of both arms. Raises UserError.
    """
    switch = SWITCH + mechanism
    if switch not in runs or runs[switch].nunique() < 2:
        raise UserError(
            f"{mechanism} is not switched on in some runs and off in others; switches that are: "
            f"{some([c for c in factors_of(runs) if c.startswith(SWITCH)]) or 'none'}"
        )
    own = [c for c in factors_of(runs) if c.startswith(f"{switch}.")]
    factors = world_factors(runs, factors, switch)
    keys = (["case"] if "case" in runs and runs["case"].nunique() > 1 else []) + [
        f for f in factors if f not in own
    ]
    without, with_ = runs[~runs[switch].astype(bool)], runs[runs[switch].astype(bool)]
    both = with_[[*keys, *(f for f in factors if f in own), "replicate", measure]].merge(
        without[[*keys, "replicate", measure]], on=[*keys, "replicate"], suffixes=("_with", "_without")
    )
    both["difference"] = both[f"{measure}_with"].astype(float) - both[f"{measure}_without"].astype(float)
    every = keys + [f for f in factors if f in own]
    check_factors(both, every)
    table = pd.DataFrame(
        [
            row(dict(zip(every, key)), group["difference"].to_numpy(), level)
            for key, group in both.dropna(subset="difference").groupby(every, sort=False)
        ]
    )
    if not len(table):
        raise UserError(
            f"no world has runs without and with {mechanism} of the same replicate; a sweep must have both "
            "arms in every world"
        )
    return table


def row(world, difference, level):
    mean, half = difference.mean(), float(halfwidth(difference, level))
    return {**world, "difference": mean, "low": mean - half, "high": mean + half, "pairs": len(difference)}


def world_factors(runs, factors, *arms):
    """The factors that tell worlds apart. Raises UserError when one does not exist, or none is left."""
    factors = [f for f in (factors_of(runs) if factors is None else factors) if f not in arms]
    lost = [f for f in factors if f not in runs]
    if lost or not factors:
        raise UserError(
            f"{'the runs have no column ' + some(lost) if lost else 'no factor but the arms varies, so there is one world only'}; vary knobs or choices too"
        )
    return factors


def check_factors(runs, factors):
    """Refuse factors that some run has no value of. Raises UserError."""
    empty = [f for f in factors if runs[f].isna().any()]
    if empty:
        raise UserError(
            f"{some(empty)} has no value in some runs, so their world is not known; leave those runs out, or "
            "name the factors that matter"
        )


def wins_where(table, matters=0.0, maximise=True, sure=False):
    """Of `tabulate_worlds`: where the mechanism wins, its difference better than by `matters`; with `sure`, its whole interval."""
    sign = 1 if maximise else -1
    least = sign * table["difference"] if not sure else table["low"] if maximise else -table["high"]
    return (least > matters).to_numpy()


def best_arms(runs, measure, arms, factors=None, maximise=True):
    """Which of the arms is best in every world: one row per world, with its factors, `best` in words, and `lead` over the second.

    `arms` are the columns that are ours to choose (switches, knobs, choices); the other factors are the world. An arm's
    outcome is its mean over the replicates that all arms of the world have. Raises UserError.
    """
    arms = list(arms)
    world_factors(runs, arms)
    factors = world_factors(runs, factors, *arms)
    check_factors(runs, factors)
    named = runs.assign(
        **{
            "": [
                ", ".join(f"{a.removeprefix(SWITCH)} {v}" for a, v in zip(arms, one))
                for one in zip(*(format_value(runs[a]) for a in arms))
            ]
        }
    )
    rows = []
    for key, group in named.groupby(factors, sort=False):
        means = (
            complete(pivot_arms(group, measure, by=""), 1)
            .mean()
            .sort_values(ascending=not maximise, kind="stable")
        )
        rows.append(
            {
                **dict(zip(factors, key)),
                "best": means.index[0],
                "lead": abs(means.iloc[0] - means.iloc[1]) if len(means) > 1 else np.nan,
            }
        )
    return pd.DataFrame(rows)


def format_value(column):
    return column.map({True: "on", False: "off"}) if column.dtype == bool else column.astype(str)
