"""How long issues take: days to resolution, which were resolved in time, and the Kaplan-Meier estimate."""

from typing import TYPE_CHECKING

import numpy as np

from ...engine.codes import DESK_NONE
from ...engine.jit import outer_kernel
from ..issues.issue_table import CEASED

if TYPE_CHECKING:
    from ..simulate import Run

WITHIN = 30  # days that count as in time, if nothing else is asked


@outer_kernel
def select_rows(rows: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the rows that are `chosen`, (rows,) bool; much faster than NumPy for long rows."""
    count, n = 0, 0
    for i in range(len(rows)):
        count += chosen[i]
    out = np.empty(count, rows.dtype)
    for i in range(len(rows)):
        if chosen[i]:
            out[n] = rows[i]
            n += 1
    return out


def times(run: "Run") -> tuple[np.ndarray, np.ndarray]:
    """Return days to resolution of every issue that arose, (n,) float, and which were resolved, (n,) bool.

    Issues that were not resolved are censored at the end.
    """
    resolved = run.issues["resolved_day"] >= 0
    end = np.where(resolved, run.issues["resolved_day"], run.days)
    return (end - run.issues["arose_day"]).astype(float), resolved


def days_open(run: "Run") -> np.ndarray:
    """Return for how many days each issue was there, (n,) int: until resolved or lapsed, or to the end.

    One that its reporter gave up on is still there.
    """
    issues, ceased = run.issues, run.history[run.history["what"] == CEASED]
    end = np.full(len(issues), run.days, np.int64)
    end[np.searchsorted(issues["id"], ceased["issue"])] = ceased["day"]
    return np.where(issues["resolved_day"] >= 0, issues["resolved_day"], end) - issues["arose_day"]


def is_at_desk(issues: np.ndarray) -> np.ndarray:
    """Say which issues a desk takes in, (n,) bool: no hours resolve the others."""
    return issues["desk"] != DESK_NONE


def times_at_desks(run: "Run") -> tuple[np.ndarray, np.ndarray]:
    """Return `times` of the issues that a desk takes in."""
    time, resolved = times(run)
    chosen = is_at_desk(run.issues)
    return time[chosen], resolved[chosen]


def in_time(issues: np.ndarray, days: int, within: int = WITHIN) -> tuple[np.ndarray, np.ndarray]:
    """Select issues that arose `within` days or more before the end, and those resolved within `within` days.

    Issues of no desk are in neither. Returns two (n,) bool arrays; the second is a part of the first.
    """
    old = (issues["arose_day"] <= days - within) & is_at_desk(issues)
    return old, old & (issues["resolved_day"] >= 0) & (issues["resolved_day"] - issues["arose_day"] <= within)


def share(hits: float | np.integer, of: float | np.integer) -> float:
    """Return hits / of, NaN when `of` is 0."""
    return hits / of if of else float("nan")


def kaplan_meier(time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimate survival after each distinct event time (Kaplan and Meier 1958): (times (m,), S (m,)).

    `event` False is censored.
    """
    time, event = np.asarray(time, float), np.asarray(event, bool)
    when, dead = np.unique(time[event], return_counts=True)
    at_risk = len(time) - np.searchsorted(np.sort(time), when, side="left")
    return when, np.cumprod(1.0 - dead / at_risk)


def restricted_mean(time: np.ndarray, event: np.ndarray, horizon: float) -> float:
    """Mean time to the event, restricted to `horizon`: the area under the Kaplan-Meier curve up to there."""
    when, survival = kaplan_meier(time, event)
    inside = when < horizon
    edges = np.concatenate([[0.0], when[inside], [horizon]])
    return float(np.sum(np.diff(edges) * np.concatenate([[1.0], survival[inside]])))
