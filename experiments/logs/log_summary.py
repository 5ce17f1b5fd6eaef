"""Summarise an issue log: how often issues arise and how long they wait, by category.

Open issues are censored.
"""

from typing import Any

import numpy as np
import pandas as pd

from ...model.measures import kaplan_meier, restricted_mean
from .issue_log import IssueLog, times

HORIZON = 180  # days; the restricted mean counts up to here, as in `measures.summary`
ALL = "(all)"  # the row of all categories together
MOST_WEEKS = 130  # of a series by week; a longer one is by month


def survival_at(time: np.ndarray, event: np.ndarray, at: Any) -> np.ndarray:
    """Compute the Kaplan-Meier share not resolved `at` days after opening: (len(at),).

    Issues resolved on that day count as resolved.
    """
    when, remaining = kaplan_meier(time, event)
    return np.concatenate([[1.0], remaining])[np.searchsorted(when, at, side="right")]


def quantile(time: Any, event: Any, share: float) -> float:
    """Return the days by which a share of issues was resolved; NaN if that share is never reached.

    It is the first day on which the Kaplan-Meier curve is at 1 - share or below.

    >>> times, closed = [1, 2, 3, 9], [True, True, False, False]
    >>> float(quantile(times, closed, 0.5)), float(quantile(times, closed, 0.6))
    (2.0, nan)
    """
    when, left = kaplan_meier(time, event)
    reached = np.flatnonzero(left <= 1.0 - share + 1e-12)
    return when[reached[0]] if len(reached) else np.nan


def span(issues: pd.DataFrame) -> float:
    """Return the years from the first opening to the last, both days included; NaN without issues."""
    return ((issues["opened"].max() - issues["opened"].min()).days + 1) / 365.25 if len(issues) else np.nan


def summarise_log(log: IssueLog, horizon: float = HORIZON) -> pd.DataFrame:
    """Summarise a log: one row per category of the log, and one for all.

    Columns: means (cogov's categories), issues, per_year, per_1000_year (per 1,000 residents and year; NaN if
    the number of residents is unknown), closed (share), q25, median, q75 (days, Kaplan-Meier; NaN if not
    reached), restricted_mean (days up to `horizon`).
    """
    years, people, all_issues = span(log.issues), log.mapping.residents, log.issues
    rows = {}
    for name, issues in [(ALL, all_issues), *all_issues.groupby("category", sort=True)]:
        time, closed = times(issues, log.drawn)
        rate = len(issues) / years
        rows[name] = {
            "means": " ".join(log.kinds.get(name, ())),
            "issues": len(issues),
            "per_year": rate,
            "per_1000_year": 1000 * rate / people if people else np.nan,
            "closed": closed.mean(),
            **{f"{q}": quantile(time, closed, s) for q, s in (("q25", 0.25), ("median", 0.5), ("q75", 0.75))},
            "restricted_mean": restricted_mean(time, closed, horizon),
        }
    return pd.DataFrame(rows).T.infer_objects().rename_axis("category")


def months(log: IssueLog) -> pd.DataFrame:
    """Count issues opened per month and category, from the first month to the last: (months, categories).

    Months without issues are zero.
    """
    all_months = pd.period_range(
        log.issues["opened"].min(), log.issues["opened"].max(), freq="M", name="month"
    )
    return pd.crosstab(log.issues["opened"].dt.to_period("M"), log.issues["category"]).reindex(
        all_months, fill_value=0
    )


def count_openings(log: IssueLog) -> pd.Series:
    """Count issues opened per week (from Monday), or per month if there are more than MOST_WEEKS weeks.

    The index holds periods, from the first to the last; those without issues are zero.
    """
    opened = log.issues["opened"]
    first, last = opened.min(), opened.max()
    freq = "W-SUN" if (last - first).days <= 7 * MOST_WEEKS else "M"
    periods = pd.period_range(first, last, freq=freq, name="from")
    return opened.dt.to_period(freq).value_counts().reindex(periods, fill_value=0).rename("issues")


def weekdays(log: IssueLog) -> pd.DataFrame:
    """Average issues opened per day on each day of the week, by category and in all: (7, categories + 1)."""
    opened = log.issues["opened"]
    days = (
        pd.date_range(opened.min(), opened.max()).day_of_week.value_counts().reindex(range(7), fill_value=0)
    )
    table = pd.crosstab(opened.dt.day_of_week, log.issues["category"]).reindex(range(7), fill_value=0)
    table[ALL] = table.sum(axis=1)
    table = table.div(days.where(days > 0), axis=0)
    return table.set_axis(
        pd.Index(
            ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), name="weekday"
        )
    )
