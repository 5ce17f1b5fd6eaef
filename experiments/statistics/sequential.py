"""When to stop: replicates are added until every contrast is known as closely as was asked, or the cap is reached.

A first look at thirty replicates, fifty where the measure is a share, then a look every so many: a spread estimated
from few pairs is now and then far too small, and a rule that looks early stops on just those. With the first look this late
the loss of coverage is small (Chow & Robbins 1965; Anscombe 1953); `cogov bench coverage` measures it. Road not taken: to wait
until ten pairs differ; it stops on the tenth event, and for rare events covered less (85 % instead of 86).
"""

from dataclasses import dataclass

import numpy as np

from ...engine.parameters import UserError
from . import paired

FIRST, FIRST_OF_SHARES = 30, 50


@dataclass(frozen=True)
class Rule:
    """What precision of which measure is asked for, and what it may cost."""

    measure: str
    half_width: float  # of every contrast's interval, in the measure's own unit
    first: int | None = (
        None  # replicates at the first look; None: 30, or 50 where every value lies within -1 .. 1
    )
    step: int = 10  # replicates between looks
    most: int = 1000  # replicates at which it stops in any case
    level: float = 0.95  # that all intervals of a case hold jointly

    def __post_init__(self):
        """Raises UserError for a number out of its range."""
        paired.in_range("half_width", self.half_width, np.nextafter(0.0, 1.0), np.inf)
        paired.in_range("level", self.level, 0.5, 1.0)
        for name, low, high in (("first", 2, 1_000_001), ("step", 1, 1_000_001), ("most", 2, 1_000_001)):
            if getattr(self, name) is not None:
                paired.in_range(name, getattr(self, name), low, high)

    def looks(self, share=False):
        """The numbers of replicates at which it looks, the cap last.

        >>> Rule("trust", 0.01, step=20, most=75).looks(), Rule("trust", 0.01, most=20).looks()
        ([30, 50, 70, 75], [20])
        """
        first = self.first or (FIRST_OF_SHARES if share else FIRST)
        return [*range(first, self.most, self.step), self.most]


@dataclass(frozen=True)
class Decision:
    """Go on or stop, and why."""

    go_on: bool
    why: str  # "first look" not reached yet, "half-width" not reached yet; "reached", "cap", "failures": stop
    until: int  # replicates to live through before asking again; those there are, when it stops
    replicates: int  # there are, as the case with fewest has them
    widest: float  # the largest half-width so far; NaN where some contrast has none
    contrast: tuple  # (case, arm) it belongs to; () before the first look
    words: str


def decide(runs, rule, reference):
    """Go on or stop, given the runs so far: a `Decision`. A function of the runs alone, so any batching comes to the same.

    Stops when the half-width of every contrast with the arm `reference` is at most the rule's, intervals being joint over the
    arms of a case (`statistics.contrasts`); at the cap; or when every run of an arm has failed. Pairs that are lost to a
    failure make an interval wider, never narrower. Raises UserError.
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
        words = f"Going on to {looks[0]} replicates, where the first look is taken; {n} are there."
        return Decision(True, "first look", looks[0], n, np.nan, (), words)
    if dead:
        words = (
            f"Stopped at {n} replicates: every run of arm {dead[0][1]!r} in case {dead[0][0]!r} failed; see "
            "what its failures say."
        )
        return Decision(False, "failures", n, n, np.nan, dead[0], words)
    table = paired.contrasts(runs, rule.measure, reference, level=rule.level)
    if not len(table):
        raise UserError(f"there is no arm beside {reference!r}, so nothing to compare and no rule to stop by")
    half = ((table["high_all"] - table["low_all"]) / 2.0).fillna(np.inf)
    contrast = half.idxmax()
    widest = float(half[contrast]) if np.isfinite(half[contrast]) else np.nan
    found = (
        f"{int((half <= rule.half_width).sum())} of {len(half)} intervals of {rule.measure} are within ± "
        f"{rule.half_width:g}"
    )
    width = f"is ± {widest:.3g}" if np.isfinite(widest) else "has no interval"
    found += (
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
            f"Stopped at {n} replicates, half-width reached: {found}",
        )
    if n >= rule.most:
        return Decision(
            False,
            "cap",
            n,
            n,
            widest,
            contrast,
            f"Stopped at the cap of {rule.most} replicates, half-width not reached: {found}",
        )
    until = next(look for look in looks if look > n)
    return Decision(
        True, "half-width", until, n, widest, contrast, f"Going on from {n} to {until} replicates: {found}"
    )


def describe_exceptions(table):
    """What has to be said beside a half-width: pairs lost, and contrasts that never varied."""
    lost, alike = int(table[["failed", "missing"]].to_numpy().sum()), int((table["verdict"] == "alike").sum())
    words = (
        f" {lost} of {lost + int(table['pairs'].sum())} pairs are lost to failed runs or missing values."
        if lost
        else ""
    )
    return words + (
        f" {alike} arms differ from the reference in no pair, and so have no width at all." if alike else ""
    )
