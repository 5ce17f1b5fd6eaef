"""Is a log fit to be fitted to? Refuse one that cannot tell what is asked, and warn of what it leaves out."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...engine.texts.errors import Message, UserError
from ..logs.issue_log import IssueLog, times
from ..logs.log_summary import survival_at
from .distance import FEW

SHORT = 28  # days; a fitting part that is shorter says nothing of how often issues arise
YEAR = 365  # days; a shorter log does not show its seasons
LOST = 5.0  # issues that should still be open by a log's own times; that none is has a probability of e^-5
ASIDE = 0.1  # share of rows set aside from which on it is warned of


def check_log(log: IssueLog, early: pd.DataFrame, split: pd.Timestamp) -> None:
    """Raise UserError if a log is too short, has too few closings, or has lost its open issues.

    `early` is the part that is fitted to, which ends before `split`.
    """
    days = (split - early["opened"].min()).days
    if days < SHORT:
        raise UserError(
            "{path}: the part to fit to has only {days} days, up to {split:%Y-%m-%d}; fitting needs {least} "
            "or more: export a longer log, or hold out less (--held-out)",
            path=log.path,
            days=days,
            split=split,
            least=SHORT,
        )
    closed = int((early["closed"] < split).sum())
    if closed < FEW:
        raise UserError(
            "{path}: only {closed} of the mapped issues were closed before {split:%Y-%m-%d}; fitting needs "
            "{few} closings or more: export a longer log, map more categories, or hold out less (--held-out)",
            path=log.path,
            closed=closed,
            split=split,
            few=FEW,
        )
    missing = expected_open(log)
    if missing > LOST:
        raise UserError(
            "{path}: not one issue is open on {drawn:%Y-%m-%d}, though by the log's own times about "
            "{missing:.0f} should be: it seems to hold closed issues only, which look faster than all. "
            "Export the open ones, too; or, if all were closed later, give the day on which that was known "
            "(drawn in the mapping)",
            path=log.path,
            drawn=log.drawn,
            missing=missing,
        )


def expected_open(log: IssueLog) -> float:
    """Return how many issues should be open on the day of extraction; 0 if any is.

    Times are those of the earlier half of the log, which have mostly ended. They look too short if open
    issues are missing, so the true number is larger.
    """
    time, closed = times(log.issues, log.drawn)
    if not closed.all() or not len(time):
        return 0.0
    age = (log.drawn - log.issues["opened"]).dt.days.to_numpy(float)
    earlier = age >= np.median(age)
    return float(survival_at(time[earlier], closed[earlier], age).sum())


def warnings_of(log: IssueLog) -> Iterator[Message]:
    """Yield sentences on what a log leaves out, though it can be fitted to."""
    days = (log.drawn - log.issues["opened"].min()).days
    if days < YEAR:
        yield Message(
            "The log covers {days} days, less than a year, so its seasons are not seen: what was fitted "
            "holds for these months.",
            days=days,
        )
    rejected = len(log.rejected)
    if rejected > ASIDE * log.rows:
        yield Message(
            "{count} of {rows} rows were set aside ({share}): if they differ from the others, so would the "
            "fit.",
            count=f"{rejected:,}",
            rows=f"{log.rows:,}",
            share=f"{rejected / log.rows:.0%}",
        )
    if times(log.issues, log.drawn)[1].all():
        yield Message("No issue of the log is open, so nothing is known of those that take longest.")


def said_of_rejected(log: IssueLog, most: int = 8) -> Iterator[Message]:
    """Yield how many rows were set aside, and why, most frequent first."""
    if len(log.rejected):
        yield Message(
            "{count} of {rows} rows were set aside:", count=f"{len(log.rejected):,}", rows=f"{log.rows:,}"
        )
    for reason, count in list(log.reasons.items())[:most]:
        yield Message("{count} rows: {reason}", count=f"{count:,}", reason=reason)
