"""Record what each mechanism requests and receives, day by day.

`find_affordable` finds the mechanisms that a community can afford together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...model import mechanisms
from ...model.issues.issue_table import WHAT as HAPPENED
from ...model.resources.levers import PROPERTY, ROLES
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, days
from ...model.world import World

ENOUGH = 0.95  # share of its requests that an affordable mechanism receives; assumed
WHAT = (*ROLES, "yuan")


@dataclass
class ResourceUse:
    """Hours by role, and yuan, of one run, in the order of WHAT.

    Day 0, before the first day, is all zeros.
    """

    names: tuple  # mechanisms that are on
    asked: np.ndarray  # (days + 1, mechanisms, 7) float32
    got: np.ndarray  # (days + 1, mechanisms, 7) float32
    # (days + 1, 7) float32  available to all; evenings not used remain available within the week
    had: np.ndarray

    def share(self, day: int | None = None) -> np.ndarray:
        """Compute the share of requested hours and yuan that each mechanism received: (mechanisms,).

        It is the smallest share over roles and yuan, on one day or over the whole run; 1 for a mechanism that
        requested nothing.
        """
        asked, got = (
            hours.sum(axis=0, dtype=float) if day is None else hours[day].astype(float)
            for hours in (self.asked, self.got)
        )
        return np.divide(got, asked, out=np.ones_like(got), where=asked > 0).min(axis=1)

    def short(self, day: int | None = None) -> np.ndarray:
        """Compute by how much requests exceeded what was available, as a share of the requests: (7,).

        On one day or over the whole run.
        """
        asked, had = self.asked.sum(axis=1, dtype=float), self.had.astype(float)
        if day is not None:
            asked, had = asked[day : day + 1], had[day : day + 1]
        return np.maximum(asked - had, 0.0).sum(axis=0) / np.maximum(asked.sum(axis=0), 1e-12)


class ResourceLog:
    """Record the resource use of every day of a run."""

    def __init__(self, scenario: Scenario):
        on = tuple(name for name in mechanisms.list_mechanisms() if name in scenario.mechanisms)
        shape = scenario.days + 1, len(on), len(WHAT)
        self.effort = ResourceUse(
            on,
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
            np.zeros((shape[0], len(WHAT)), np.float32),
        )

    def record_day(self, world: World) -> None:
        """Record the requests and grants of a world's current day, once the day is over."""
        e = self.effort
        e.asked[world.day] = world.wants.sum(axis=2)
        e.got[world.day] = (world.wants * world.shares[:, None, :]).sum(axis=2)
        e.had[world.day] = world.have
        e.had[world.day, PROPERTY] = world.crew.sum()


def record_resource_use(scenario: Scenario, seed: int) -> ResourceUse:
    """Simulate a scenario with one random seed; return its ResourceUse."""
    log = ResourceLog(scenario)
    for world in days(scenario, seed):
        log.record_day(world)
    return log.effort


def issues_moved(run: Run, name: str, day: int | None = None) -> dict[str, int]:
    """Count what a mechanism did to issues, on one day or over the whole run, from the history.

    Returns {event (one of issue_table.WHAT): count}, most frequent first.
    """
    events = run.history[run.history["by"] == run.names.index(name)]
    counts = np.bincount(
        events["what"] if day is None else events["what"][events["day"] == day], minlength=len(HAPPENED)
    )
    return {HAPPENED[k]: int(counts[k]) for k in np.argsort(-counts, kind="stable") if counts[k]}


def find_affordable(
    scenario: Scenario, seed: int, enough: float = ENOUGH, progress: Callable | None = None
) -> tuple[str, ...]:
    """Return the names of mechanisms that together receive `enough` of what each requests.

    Starts with all mechanisms on. While one of them receives too little, the mechanism that requests most of
    the scarcest resource is removed. Which resource is scarce also depends on the random seed and on the
    knobs of `scenario`, which are kept. `progress`, if given, is called after every simulated run.
    """
    on = list(mechanisms.list_mechanisms())
    while on:
        use = record_resource_use(
            alter_scenario(scenario, on, [name for name in scenario.mechanisms if name not in on]), seed
        )
        if progress:
            progress()
        if (use.share() >= enough).all():
            break
        # the crew of one compound may be short of hours while all crews together are not
        scarce = int(use.short().argmax()) if use.short().any() else PROPERTY
        on.remove(use.names[int(use.asked[:, :, scarce].sum(axis=0).argmax())])
    return tuple(on)
