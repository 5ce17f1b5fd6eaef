"""What each mechanism asks for and what it gets, day by day: who falls short, and of what; and which mechanisms a community can afford."""

from dataclasses import dataclass

import numpy as np

from ...model import mechanisms
from ...model.cases import alter_scenario
from ...model.issues.issue_table import WHAT as HAPPENED
from ...model.resources.levers import PROPERTY, ROLES
from ...model.simulate import days

ENOUGH = 0.95  # share of what it asks for with which a mechanism counts as afforded; a choice of ours
WHAT = (*ROLES, "yuan")


@dataclass
class ResourceUse:
    """Of one run. Hours by role, and yuan, in the order of WHAT; day 0, before anything, is nought."""

    names: tuple  # mechanisms that are switched on
    asked: np.ndarray  # (days + 1, mechanisms, 7) float32
    got: np.ndarray  # (days + 1, mechanisms, 7) float32
    had: np.ndarray  # (days + 1, 7) float32  that there were for all; evenings that nobody wanted are there again within the week

    def share(self, day=None):
        """(mechanisms,) how much of the hours and yuan that it asked for each got, on a day or in all; 1 where it asked for nothing."""
        asked, got = (
            part.sum(axis=0, dtype=float) if day is None else part[day].astype(float)
            for part in (self.asked, self.got)
        )
        return np.divide(got, asked, out=np.ones_like(got), where=asked > 0).min(axis=1)

    def short(self, day=None):
        """(7,) by how much all that was asked exceeded what there was, as a share of what was asked, on a day or in all."""
        asked, had = self.asked.sum(axis=1, dtype=float), self.had.astype(float)
        if day is not None:
            asked, had = asked[day : day + 1], had[day : day + 1]
        return np.maximum(asked - had, 0.0).sum(axis=0) / np.maximum(asked.sum(axis=0), 1e-12)


class ResourceLog:
    """Writes down the effort of every day of a run."""

    def __init__(self, scenario):
        on = tuple(name for name in mechanisms.names() if name in scenario.mechanisms)
        shape = scenario.days + 1, len(on), len(WHAT)
        self.effort = ResourceUse(
            on,
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
            np.zeros((shape[0], len(WHAT)), np.float32),
        )

    def see(self, world):
        """Note today's asks and grants of a world whose day is done."""
        e = self.effort
        e.asked[world.day] = world.wants.sum(axis=2)
        e.got[world.day] = (world.wants * world.shares[:, None, :]).sum(axis=2)
        e.had[world.day] = world.have
        e.had[world.day, PROPERTY] = world.crew.sum()


def effort(scenario, luck):
    """The Effort of a scenario lived through with one luck."""
    watch = ResourceLog(scenario)
    for world in days(scenario, luck):
        watch.see(world)
    return watch.effort


def issues_moved(run, name, day=None):
    """What a mechanism did to issues, on a day or in all, as the history has it: {what happened (issues.WHAT): how often}, most often first."""
    h = run.history[run.history["by"] == run.names.index(name)]
    counts = np.bincount(h["what"] if day is None else h["what"][h["day"] == day], minlength=len(HAPPENED))
    return {HAPPENED[k]: int(counts[k]) for k in np.argsort(-counts, kind="stable") if counts[k]}


def affordable(scenario, luck, enough=ENOUGH, progress=None):
    """Names of mechanisms that together get `enough` of what each asks for, out of all there are.

    Everything is switched on; then, as long as one falls short, the mechanism goes that asks most of what is scarcest. Which
    hands are scarce depends on the luck too, and on the knobs of `scenario`, which are kept. `progress`, if given, is called after every year.
    """
    on = list(mechanisms.names())
    while on:
        found = effort(
            alter_scenario(scenario, on, [name for name in scenario.mechanisms if name not in on]), luck
        )
        if progress:
            progress()
        if (found.share() >= enough).all():
            break
        scarce = (
            int(found.short().argmax()) if found.short().any() else PROPERTY
        )  # a compound's crew may be short where all crews together are not
        on.remove(found.names[int(found.asked[:, :, scarce].sum(axis=0).argmax())])
    return tuple(on)
