"""The stages of a collective project: told, voted, willing, agreed, paid, built, and the days until each.

A project is told when it is first reported, voted when a household signs, willing when more than half of its
households have signed at once, agreed when consent stands, paid when its bill is, and built when its works
are done.
"""

from collections.abc import Mapping

import numpy as np

from ...model.issues.issue_table import CONSENTED, PAID
from ...model.world import World

STAGES = ("told", "voted", "willing", "agreed", "paid", "built")
VOTED, WILLING = 0.0, 0.5  # shares of the households with a say: more than this have signed
Polls = dict[tuple[int, float], int]  # (issue, share) -> first day on which more than this share had signed


def watch_votes(world: World, polls: Polls) -> None:
    """Note in `polls` the first days on which projects under way are voted and willing."""
    p = world.projects
    for c in np.flatnonzero(p.all > 0):
        for share in (VOTED, WILLING):
            if p.all[c] - p.open[c] > share * p.all[c]:
                polls.setdefault((int(p.active[c]), share), world.day)


def days_to_stages(issues: np.ndarray, history: np.ndarray, polls: Mapping) -> np.ndarray:
    """Return the days from being told to each stage, for each issue that was told; NaN: not reached.

    The result is (issues told, stages) float64.
    """
    told = issues[issues["reported_day"] >= 0]

    def first_days(what: np.int8) -> list[float]:
        events = history[history["what"] == what][::-1]
        first = dict(zip(events["issue"].tolist(), events["day"].tolist()))
        return [first.get(one, np.nan) for one in told["id"].tolist()]

    columns = (
        told["reported_day"],
        *([polls.get((one, share), np.nan) for one in told["id"].tolist()] for share in (VOTED, WILLING)),
        first_days(CONSENTED),
        first_days(PAID),
        np.where(told["resolved_day"] >= 0, told["resolved_day"], np.nan),
    )
    return np.array(columns, float).T.reshape(-1, len(STAGES)) - told["reported_day"][:, None]


def share_reached(days: np.ndarray, stage: str) -> float:
    """Return the share of the projects told that reached a stage; NaN if none was told."""
    reached = ~np.isnan(days[:, STAGES.index(stage)])
    return float(reached.mean()) if len(reached) else np.nan


def median_days(days: np.ndarray, stage: str) -> float:
    """Return the median days from being told to a stage, of the projects that reached it; NaN if none did."""
    reached = days[:, STAGES.index(stage)]
    reached = reached[~np.isnan(reached)]
    return float(np.median(reached)) if len(reached) else np.nan
