"""A street (街道): communities with one calendar, one queue for departments, and moves between them.

Streets share nothing, so the streets of a city are simulated in any order, by any number of processes, with
the same result. Road not taken: offices of a whole city, and moves across it. Then every community would have
to be in memory at once, and every process would wait for every other every day, for flows that are small
compared with those within a street.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ..agents.relocation import draw_leaving_household
from ..engine.codes import CHILD, DESK_DEPARTMENT
from ..engine.jit import lean_kernel, outer_kernel
from ..engine.parameters import knob
from ..engine.randomness import RandomNumbers
from . import daily_counts
from .day import begin_day, end_day
from .initial_community import construct_community, mean_trust
from .issues.issue_table import REPORTED, WORK
from .issues.triage import queue_rank
from .places import BUILDINGS
from .scenarios.scenario import Scenario
from .simulate import Run, finish_run
from .world import start_run


@dataclass(frozen=True)
class StreetParameters:
    """How households move between the communities of a street."""

    stay: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of households that move and stay within the street",
        source="assumed: most moves are short",
    )
    keep: float = knob(
        0.5,
        0.0,
        1.0,
        unit="share of their trust that they bring along; the rest is as anybody's",
        source="assumed",
    )


class Street:
    """Communities as worlds, and the households and hours that move between them."""

    def __init__(
        self,
        name: str,
        scenarios: Iterable[Scenario],
        seed_of: Callable[[Scenario], tuple],
        knobs: StreetParameters = StreetParameters(),
    ):
        """Start a run of every community, one scenario each; `seed_of(scenario)` is the seed of its run."""
        self.knobs, self.scenarios = knobs, list(scenarios)
        self.random_numbers = RandomNumbers("street", name, *seed_of(self.scenarios[0]))
        initial = [construct_community(scenario) for scenario in self.scenarios]
        self.funds = [community.funds.copy() for community in initial]  # fen on day 0
        self.worlds = [
            start_run(community, scenario, RandomNumbers(*seed_of(scenario)), alone=True)
            for community, scenario in zip(initial, self.scenarios)
        ]
        self.mean_trust = [mean_trust(scenario.residents) for scenario in self.scenarios]
        # trust (3,) of households that have left and look for a flat in the street, the longest wait first
        self.looking: list[np.ndarray] = []
        # households that left, and newcomers that came from within the street
        self.moved = np.zeros((len(self.worlds), 2), np.int64)
        self.lacked = 0.0  # hours that departments of the whole street lacked, summed over days
        self.days = max(scenario.days for scenario in self.scenarios)
        self.series = np.zeros((len(self.worlds), self.days, len(daily_counts.DAILY)))

    def simulate_day(self) -> None:
        """Simulate one day of all communities."""
        for world in self.worlds:
            begin_day(world)
        self.queue()
        self.arrive()
        for n, world in enumerate(self.worlds):
            end_day(world)
            world.lines[0] = 0  # a city's history is not read, and would be half of the memory
            world.call(daily_counts.measure_day)
            self.series[n, world.day - 1] = world.count

    def queue(self) -> None:
        """Share out all departments' hours of the day: to the most urgent issues first, then to the oldest.

        Where no community's departments lack hours, none are sent to another.
        """
        own_hours = np.array([world.hours[-1] for world in self.worlds])
        waiting = [world.call(waiting_issues) for world in self.worlds]
        if len(own_hours) == 1 or all(
            issues[:, 2].sum() <= hours for issues, hours in zip(waiting, own_hours)
        ):
            return
        available, rows = own_hours.sum(), np.concatenate(waiting)
        n = np.repeat(np.arange(len(waiting)), [len(issues) for issues in waiting])
        order = np.lexsort((n, rows[:, 1], -rows[:, 0]))
        got = np.diff(np.minimum(np.cumsum(rows[order, 2]), available), prepend=0.0)
        self.lacked += rows[:, 2].sum() - got.sum()
        # hours that no issue waits for stay where they are
        granted = np.bincount(n[order], got, len(waiting)) + max(
            available - got.sum(), 0.0
        ) * own_hours / max(available, 1e-12)
        for world, hours in zip(self.worlds, granted):
            world.hours[-1] = hours

    def arrive(self) -> None:
        """Draw which households move away today, and set who moves in there.

        Newcomers come from within the street as long as any household looks for a flat; the vacated flats are
        assigned by lot.
        """
        left, draw, day = [], self.random_numbers, self.worlds[0].day
        for n, world in enumerate(self.worlds):
            world.newcomers[:] = self.mean_trust[n]
            left += [(n, int(row[0]), row[1:]) for row in world.call(leavers)]
        vacated = [n * BUILDINGS + b for n, b, _ in left]
        for k in np.argsort(draw("lot", vacated, day), kind="stable"):
            n, b, _ = left[k]
            self.moved[n, 0] += 1
            if self.looking:
                self.worlds[n].newcomers[b] += self.knobs.keep * (self.looking.pop(0) - self.mean_trust[n])
                self.moved[n, 1] += 1
        stay = draw("stay", vacated, day) < self.knobs.stay
        self.looking += [trust for (_, _, trust), stays in zip(left, stay) if stays]

    def runs(self) -> list[Run]:
        """Return the Run of every community, without its history."""
        return [
            finish_run(world, scenario, dict(zip(daily_counts.DAILY, self.series[n].T)), self.funds[n])
            for n, (world, scenario) in enumerate(zip(self.worlds, self.scenarios))
        ]


@outer_kernel
def waiting_issues(w) -> np.ndarray:
    """List issues that wait for departments, (n, 3): rank in the queue, day reported, hours of today."""
    issues, desk = w.issues, len(w.hours) - 1
    n = 0
    for i in range(len(issues)):
        n += waits_for_department(issues[i])
    out, n = np.empty((n, 3)), 0
    for i in range(len(issues)):
        issue = issues[i]
        if waits_for_department(issue):
            out[n, 0], out[n, 1] = queue_rank(issue, w.knobs.rules), issue.reported_day
            out[n, 2] = (
                w.knobs.intake_hours if issue.state == REPORTED else min(issue.hours_left, w.pair[desk])
            )
            n += 1
    return out


@lean_kernel
def waits_for_department(issue) -> bool:
    """Whether an issue waits for hours of a department today."""
    return issue.desk == DESK_DEPARTMENT and (issue.state == REPORTED or issue.state == WORK)


@outer_kernel
def leavers(w) -> np.ndarray:
    """List buildings that a household leaves today, with mean trust (3) of its adults and elders: (n, 4)."""
    people, homes, buildings = w.residents, w.households, w.buildings
    n = 0
    out = np.empty((len(buildings.compound) // 7 + 1, 4))
    for b in range(w.day % 7, len(buildings.compound), 7):
        h = draw_leaving_household(w, b)
        if h < 0:
            continue
        out[n, 0], grown = b, 0
        for kind in range(3):
            out[n, 1 + kind] = 0.0
        for i in range(homes.first[h], homes.first[h + 1]):
            if people.band[i] != CHILD:
                grown += 1
                for kind in range(3):
                    out[n, 1 + kind] += people.trust[i, kind]
        for kind in range(3):
            out[n, 1 + kind] /= max(grown, 1)
        n += 1
    return out[:n]
