"""Say plainly what a calibration found: what was learned, what was not, and whether averages do better."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...engine.texts.errors import Message, Named, join

if TYPE_CHECKING:
    import pandas as pd

    from .calibration_result import Calibration

MISFIT = 3.0  # standard errors by which even the best trial misses the log, from which on nothing is fitted
ROUGH = 10  # effective members of an ensemble; with fewer, its intervals are called rough
# difference of log scores from which on one candidate is clearly better: odds of 7 to 1 (Kass & Raftery 1995)
CLEARLY = 2.0
# what a log says of a number: something, only what it is if the others are known, next to nothing; or nothing
# may be said, because the log is implausible under the model
LEARNED, TOGETHER, NOT_LEARNED, NO_RESULT = "learned", "together", "not learned", "no result"
END = 0.02  # share of a range, at each end, that counts as its end
HELD_OUT = "held out"
NULL = "earlier log"  # the log's own mean rate and closing curve, of the part that is fitted to


def is_implausible(widened: float) -> bool:
    """Return whether a log is implausible under the model, from the factor on its squared errors."""
    return bool(np.sqrt(widened) > MISFIT)


def verdict_of(result: Calibration) -> Iterator[Message]:
    """Yield the sentences of the verdict."""
    if result.is_misspecified:
        yield Message(
            "Misspecification: this log is implausible under the model. Even the best trial misses it by "
            "{errors:.1f} standard errors (root mean square; at most {most:g} are plausible), so the fitted "
            "numbers are not a result. Check residents, mapping and dates of the log, or fit other numbers.",
            errors=float(np.sqrt(result.widened)),
            most=MISFIT,
        )
        yield from compare_with_null(result)
        return
    yield from compare_with_null(result)
    yield from what_was_learned(result)
    if result.widened > 1.5:
        yield Message(
            "Even the best trial differs from the log by more than chance explains: intervals are based on "
            "errors {factor:.1f} times as large.",
            factor=float(np.sqrt(result.widened)),
        )
    if result.effective < ROUGH:
        yield Message(
            "The effective size of the ensemble is only {size:.1f}: intervals are rough; use more trials.",
            size=result.effective,
        )


def compare_with_null(result: Calibration) -> Iterator[Message]:
    """Yield what the part held out says of the fit, beside the case before it and the log's own averages."""
    scores = result.scores.loc[HELD_OUT]
    better = scores["log_score"]["fitted"] - scores["log_score"]
    if better[NULL] < -CLEARLY:
        yield Message(
            "The log's own averages predict better than the fitted model: use them to forecast this log, and "
            "the fitted case only to ask what a change would do."
        )
    elif better[NULL] < CLEARLY:
        yield Message(
            "The fitted model predicts about as well as the log's own averages: it adds no forecast, but can "
            "be asked what a change would do."
        )
    else:
        yield Message("The fitted model predicts better than the log's own averages.")
    if better["default"] < -CLEARLY:
        yield Message("The case before the fit was nearer to the part held out: the fit did harm.")
    elif better["default"] < CLEARLY:
        yield Message(
            "On the part held out it is not clearly nearer than the case before the fit: the fit did not "
            "help."
        )
    distance, points = scores["distance"], scores["points"]
    yield Message(
        "On the part held out, from {split:%Y-%m-%d} on, the fitted case misses the log by {fitted:.1f} "
        "standard errors, the case before the fit by {before:.1f}, and the averages of the earlier part of "
        "the log by {null:.1f} (closing curves: {fitted_points:.0f}, {before_points:.0f} and "
        "{null_points:.0f} points).",
        split=result.split,
        fitted=distance["fitted"],
        before=distance["default"],
        null=distance[NULL],
        fitted_points=points["fitted"],
        before_points=points["default"],
        null_points=points[NULL],
    )


def what_was_learned(result: Calibration) -> Iterator[Message]:
    """Yield which numbers the log tells, with how much, and which it does not."""
    rows = result.parameters
    if result.learned:
        yield Message(
            "Learned from the log: {numbers}.",
            numbers=join(
                [
                    Message(
                        "{path} {median:.3g} ({low:.3g} to {high:.3g})",
                        path=Named("knob", path),
                        median=rows["median"][path],
                        low=rows["p5"][path],
                        high=rows["p95"][path],
                    )
                    for path in result.learned
                ]
            ),
        )
    else:
        yield Message(
            "Of no number by itself was anything learned: the log identifies none of these parameters."
        )
    if result.together:
        yield Message(
            "Fixed only together with other numbers: {paths}. The log says what they are if all others are "
            "known; in the fitted case and in each world of your own they are where that one meets the log.",
            paths=join_paths(result.together),
        )
    if ends := [path for path in (*result.learned, *result.together) if is_at_end(rows.loc[path])]:
        yield Message(
            "At the end of the range that was searched: {paths}. The log asks for more than it allows: widen "
            "it (--fit PATH=LOW:HIGH), or doubt that the case is like the community of the log.",
            paths=join_paths(ends),
        )
    if result.not_learned:
        yield not_learned(result.not_learned)


def is_at_end(row: pd.Series) -> bool:
    """Return whether the fitted value of a number is at an end of its range: in the outer 2 % of it."""
    ends = np.array([row.low, row.high, row.best], float)
    low, high, best = np.log(ends) if row.low > 0 else ends
    return bool(not END <= (best - low) / (high - low) <= 1 - END)


def join_paths(paths: Iterable[str]) -> Message:
    """Join the paths of numbers, which pages call by their names."""
    return join([Named("knob", path) for path in paths], comma=True)


def not_learned(paths: Iterable[str]) -> Message:
    """Say which numbers the log does not tell."""
    return Message(
        "Not learned: {paths}; the log says next to nothing about them, so they stay as they were.",
        paths=join_paths(paths),
    )
