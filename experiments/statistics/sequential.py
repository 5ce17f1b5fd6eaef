"""Decide when to stop adding replicates: when every contrast is precise enough, or at a cap.

The first look is at thirty replicates, at fifty where the measure is a share; further looks follow at regular
steps. A spread estimated from few pairs is sometimes far too small, and a rule that looks early stops on just
those. With so late a first look the loss of coverage is small (Chow & Robbins 1965; Anscombe 1953); `cogov
bench coverage` measures it. Road not taken: to wait until ten pairs differ. That stops on the tenth event,
and covered less for rare events (85 % instead of 86).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...engine.texts.errors import UserError
from . import paired

if TYPE_CHECKING:
    import pandas as pd

FIRST, FIRST_OF_SHARES = 30, 50


@dataclass(frozen=True)
class Rule:
    """Stopping rule: the precision asked of a measure, the schedule of looks, and the cap."""

    measure: str
    half_width: float  # largest allowed, over the intervals of all contrasts; in the unit of the measure
    # replicates at the first look; None: 30, or 50 where every value is within -1 .. 1
    first: int | None = None
    step: int = 10  # replicates between looks
    most: int = 1000  # cap on replicates
    level: float = 0.95  # joint, of all intervals of a case

    def __post_init__(self) -> None:
        """Check the ranges of all numbers. Raises UserError."""
        paired.check_range("half_width", self.half_width, np.nextafter(0.0, 1.0), np.inf)
        paired.check_range("level", self.level, 0.5, 1.0)
        for name, low, high in (("first", 2, 1_000_001), ("step", 1, 1_000_001), ("most", 2, 1_000_001)):
            if getattr(self, name) is not None:
                paired.check_range(name, getattr(self, name), low, high)

    def looks(self, share: bool = False) -> list[int]:
        """List the numbers of replicates at which to look, the cap last.

        >>> Rule("trust", 0.01, step=20, most=75).looks(), Rule("trust", 0.01, most=20).looks()
        ([30, 50, 70, 75], [20])
        """
        first = self.first or (FIRST_OF_SHARES if share else FIRST)
        return [*range(first, self.most, self.step), self.most]


@dataclass(frozen=True)
class Decision:
    """Whether to continue or stop, and why."""

    go_on: bool
    why: str  # "first look" not reached yet, "half-width" not reached yet; "reached", "cap", "failures": stop
    until: int  # replicates to simulate before the next decision; the present number when stopping
    replicates: int  # present, in the case with the fewest
    widest: float  # the largest half-width so far; NaN where some contrast has none
    contrast: tuple  # (case, arm) with the largest half-width; () before the first look
    words: str


def decide(runs: "pd.DataFrame", rule: Rule, reference: str) -> Decision:
    """Decide whether to continue or stop, given the runs so far.

    Depends on the runs only, so the result is the same for any batching. Stops when the half-width of every
    contrast with the arm `reference` is at most the rule's (intervals are joint over the arms of a case, see
    `paired.contrasts`); at the cap; or when every run of an arm has failed. Pairs lost to a failure make an
    interval wider, never narrower. Raises UserError.
    """
    n, largest, dead = np.inf, 0.0, []
    for case, values, failed in paired.iter_samples(runs, rule.measure):
        paired.other_arms(reference, failed.columns, case)
        n = min(n, len(failed))
        largest = max(largest, np.nanmax(np.abs(values[rule.measure].to_numpy()), initial=0.0))
        dead += [(case, arm) for arm in failed if failed[arm].all()]
    n = int(n) if np.isfinite(n) else 0
    looks = rule.looks(share=largest <= 1.0)
    if n < looks[0]:
        words = f"Continuing to {looks[0]} replicates, where the first look is taken; {n} are done."
        return Decision(True, "first look", looks[0], n, np.nan, (), words)
    if dead:
        words = (
            f"Stopped at {n} replicates: every run of arm {dead[0][1]!r} in case {dead[0][0]!r} failed; see "
            "the messages of its failures."
        )
        return Decision(False, "failures", n, n, np.nan, dead[0], words)
    table = paired.contrasts(runs, rule.measure, reference, level=rule.level)
    if not len(table):
        raise UserError(
            "{reference!r} is the only arm: there is nothing to compare, and no rule for stopping",
            reference=reference,
        )
    half = ((table["high_all"] - table["low_all"]) / 2.0).fillna(np.inf)
    contrast = half.idxmax()
    widest = float(half[contrast]) if np.isfinite(half[contrast]) else np.nan
    progress = (
        f"{int((half <= rule.half_width).sum())} of {len(half)} intervals of {rule.measure} are within ± "
        f"{rule.half_width:g}"
    )
    width = f"is ± {widest:.3g}" if np.isfinite(widest) else "has no interval"
    progress += (
        f"; the widest, of arm {contrast[1]!r} in case {contrast[0]!r}, {width}.{describe_exceptions(table)}"
    )
    if widest <= rule.half_width:
        return Decision(
            False,
            "reached",
            n,
            n,
            widest,
            contrast,
            f"Stopped at {n} replicates, half-width reached: {progress}",
        )
    if n >= rule.most:
        return Decision(
            False,
            "cap",
            n,
            n,
            widest,
            contrast,
            f"Stopped at the cap of {rule.most} replicates, half-width not reached: {progress}",
        )
    until = next(look for look in looks if look > n)
    return Decision(
        True,
        "half-width",
        until,
        n,
        widest,
        contrast,
        f"Continuing from {n} to {until} replicates: {progress}",
    )


def describe_exceptions(table: "pd.DataFrame") -> str:
    """Describe what qualifies a half-width: lost pairs, and contrasts without variation; else ""."""
    lost, identical = (
        int(table[["failed", "missing"]].to_numpy().sum()),
        int((table["verdict"] == "identical").sum()),
    )
    words = (
        f" {lost} of {lost + int(table['pairs'].sum())} pairs are lost to failed runs or missing values."
        if lost
        else ""
    )
    return words + (
        f" {identical} arms do not differ from the reference in any pair, so their intervals have no width."
        if identical
        else ""
    )
