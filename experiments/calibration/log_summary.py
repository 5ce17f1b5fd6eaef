"""What a log says: how often things go wrong and how long they wait, by category, with open issues as censored."""

import numpy as np
import pandas as pd

from ...model.measures import kaplan_meier, restricted_mean
from .issue_log import times

HORIZON = 180  # days up to which a mean is taken, as in `measures.summary`
ALL = "(all)"  # the row of all categories together


def survival_at(time, event, at):
    """Kaplan-Meier's share not yet resolved so many days after opening: (len(at),), by the evening of that day."""
    when, left = kaplan_meier(time, event)
    return np.concatenate([[1.0], left])[np.searchsorted(when, at, side="right")]


def quantile(time, event, share):
    """Days by which a share was resolved, the first on which Kaplan-Meier's curve is at 1 - share or below; NaN where it never gets there.

    >>> float(quantile([1, 2, 3, 9], [True, True, False, False], 0.5)), float(quantile([1, 2, 3, 9], [True, True, False, False], 0.6))
    (2.0, nan)
    """
    when, left = kaplan_meier(time, event)
    there = np.flatnonzero(left <= 1.0 - share + 1e-12)
    return when[there[0]] if len(there) else np.nan


def span(issues):
    """Years from the first opening to the last, both days included."""
    return ((issues["opened"].max() - issues["opened"].min()).days + 1) / 365.25 if len(issues) else np.nan


def summarise_log(log, horizon=HORIZON):
    """One row per category of the log, and one for all: how many, how often, and how long.

    Columns: means (cogov's categories), issues, per_year, per_1000_year (per 1,000 residents and year; NaN where residents are not
    known), closed (share), q25, median, q75 (days, Kaplan-Meier; NaN not reached), restricted_mean (days up to `horizon`).
    """
    years, people, whole = span(log.issues), log.mapping.residents, log.issues
    rows = {}
    for name, issues in [(ALL, whole), *whole.groupby("category", sort=True)]:
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


def months(log):
    """Issues opened in each month from the first to the last, by category: (months, categories), zeros where there were none."""
    every = pd.period_range(log.issues["opened"].min(), log.issues["opened"].max(), freq="M", name="month")
    return pd.crosstab(log.issues["opened"].dt.to_period("M"), log.issues["category"]).reindex(
        every, fill_value=0
    )


def weekdays(log):
    """Issues opened a day on each day of the week, by category and in all: (7, categories + 1)."""
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
