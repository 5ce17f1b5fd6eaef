"""A street (街道): communities with one calendar, one queue for departments, and moves between them.

Communities of a street meet once a week: the street office shares out its departments' hours by what waits,
and flats that are about to be vacated are found by households that look for one. In between each lives for
itself, so that its columns stay in the processor's cache. Road not taken: a queue and moves that are settled
daily, which took half as long again. What it costs: where hours are short, a community in which nothing waits
at the beginning of a week can be without any until the next.

Streets share nothing, so the streets of a city are simulated in any order, by any number of processes, with
the same result. Road not taken: offices of a whole city, and moves across it. Then every community would have
to be in memory at once, and every process would wait for every other every day, for flows that are small
compared with those within a street.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..agents import departments
from ..agents.relocation import draw_leaving_household
from ..engine.codes import CHILD, DESK_DEPARTMENT
from ..engine.jit import lean_kernel, outer_kernel
from ..engine.parameters import knob
from ..engine.randomness import RandomNumbers
from . import daily_counts
from .day import simulate_days
from .initial_community import construct_community, mean_trust
from .issues.issue_table import UPWARD, WORK
from .issues.triage import queue_rank
from .issues.work import hours_today
from .places import BUILDINGS
from .resources.calendar import YEAR
from .scenarios.scenario import Scenario
from .simulate import Run, finish_run
from .world import WEEK, start_run


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
        self.lacked = 0.0  # hours that departments of the whole street lacked, summed over weeks
        self.days = max(scenario.days for scenario in self.scenarios)
        self.series = np.zeros((len(self.worlds), self.days, len(daily_counts.DAILY)))

    @property
    def day(self) -> int:
        """Days simulated so far."""
        return self.worlds[0].day

    def simulate_week(self) -> None:
        """Simulate a week of all communities, or what is left of the last one; nothing after the end."""
        if self.day >= self.days:
            return
        days = np.arange(self.day + 1, min(self.day + WEEK, self.days) + 1)
        self.share_hours(days)
        self.assign_flats(days)
        for series, world in zip(self.series, self.worlds):
            simulate_days(world, len(days), series)
            world.lines[0] = 0  # a city's history is not read, and would be half of the memory

    def share_hours(self, days: np.ndarray) -> None:
        """Share out departments' hours of the coming `days` by what waits; each day's in the same parts.

        Where no community's departments lack hours, none are sent to another.
        """
        coming = self.day % YEAR + days - self.day  # rows of this year's calendar
        own = np.array(
            [
                departments.hours_today.py_func(
                    world.scenario.departments.daily_hours, world.there[coming, -1]
                )
                for world in self.worlds
            ]
        )
        waiting = [world.call(waiting_issues) for world in self.worlds]
        for world, issues in zip(self.worlds, waiting):
            issues[:, 2] = np.minimum(issues[:, 2], len(days) * issues[:, 3])
            world.sent[:] = 0.0
        asked, there = np.array([issues[:, 2].sum() for issues in waiting]), own.sum(axis=1)
        self.lacked += max(asked.sum() - there.sum(), 0.0)
        if len(own) > 1 and (asked > there).any():
            for world, hours, part in zip(
                self.worlds, own, grant_hours(waiting, there) / max(there.sum(), 1e-12)
            ):
                world.sent[days % WEEK] = part * own.sum(axis=0) - hours

    def assign_flats(self, days: np.ndarray) -> None:
        """Draw which households move away on the coming `days`, and set who moves in there.

        Newcomers come from within the street as long as any household looks for a flat; flats vacated on one
        day are assigned by lot. Who moves away looks for a flat from next week on.
        """
        rows = [world.call(leavers) for world in self.worlds]
        n, left = np.repeat(np.arange(len(rows)), list(map(len, rows))), np.concatenate(rows)
        n, left = n[left[:, 0] <= days[-1]], left[left[:, 0] <= days[-1]]
        draw, vacated = self.random_numbers, n * BUILDINGS + left[:, 1].astype(np.int64)
        lots, stays = draw("lot", vacated, days[0]), draw("stay", vacated, days[0])
        for world, trust in zip(self.worlds, self.mean_trust):
            world.newcomers[:] = trust
        self.moved[:, 0] += np.bincount(n, minlength=len(rows))
        for k in np.lexsort((lots, left[:, 0]))[: len(self.looking)]:
            world, building = self.worlds[n[k]], int(left[k, 1])
            world.newcomers[building] += self.knobs.keep * (self.looking.pop(0) - self.mean_trust[n[k]])
            self.moved[n[k], 1] += 1
        order = np.argsort(left[:, 0], kind="stable")
        self.looking += list(left[order[stays[order] < self.knobs.stay], 2:])

    def runs(self) -> list[Run]:
        """Return the Run of every community, without its history."""
        return [
            finish_run(world, scenario, dict(zip(daily_counts.DAILY, self.series[n].T)), self.funds[n])
            for n, (world, scenario) in enumerate(zip(self.worlds, self.scenarios))
        ]


def grant_hours(waiting: Sequence[np.ndarray], own: np.ndarray) -> np.ndarray:
    """Return the hours that each community gets, (communities,), of those of all; `own` are each one's.

    `waiting` are the issues of each, (n, 3 or more): rank, day reported, hours wanted. The most urgent come
    first, then the oldest. Hours that no issue waits for stay where they are.
    """
    rows = np.concatenate(waiting)
    n = np.repeat(np.arange(len(waiting)), [len(issues) for issues in waiting])
    order = np.lexsort((n, rows[:, 1], -rows[:, 0]))
    granted = np.diff(np.minimum(np.cumsum(rows[order, 2]), own.sum()), prepend=0.0)
    got = np.bincount(n[order], granted, len(waiting))
    spare = np.maximum(own - got, 0.0)  # of these, what others get is sent
    return got + max(own.sum() - got.sum(), 0.0) * spare / max(spare.sum(), 1e-12)


@outer_kernel
def waiting_issues(w) -> np.ndarray:
    """List the issues that departments can work on within a week, (n, 4).

    They are the rank in the queue, the day reported, the hours left, and the most hours in a day.
    """
    issues, desk, n = w.issues, len(w.hours) - 1, 0
    for i in range(len(issues)):
        n += can_be_done(issues[i], w.day)
    out, n = np.empty((n, 4)), 0
    for i in range(len(issues)):
        issue = issues[i]
        if can_be_done(issue, w.day):
            out[n, 0], out[n, 1] = queue_rank(issue, w.knobs.rules), issue.reported_day
            out[n, 2], out[n, 3] = issue.hours_left, hours_today(w, issue, desk)
            n += 1
    return out


@lean_kernel
def can_be_done(issue, day) -> bool:
    """Whether a department has an issue that it has answered, or will within a week, and can begin to do."""
    passed_on = issue.state == UPWARD or issue.state == WORK
    return issue.desk == DESK_DEPARTMENT and passed_on and issue.due_day < day + WEEK


@outer_kernel
def leavers(w) -> np.ndarray:
    """List buildings that a household leaves in the coming seven days, (n, 5).

    They are the day, the building, and the mean trust (3) of the household's adults and elders, as it is now.
    """
    people, homes, buildings = w.residents, w.households, w.buildings
    n, out = 0, np.empty((len(buildings.compound), 5))
    for day in range(w.day + 1, w.day + WEEK + 1):
        for b in range(day % WEEK, len(buildings.compound), WEEK):
            h = draw_leaving_household(w, b, day)
            if h < 0:
                continue
            out[n, 0], out[n, 1], grown = day, b, 0
            for kind in range(3):
                out[n, 2 + kind] = 0.0
            for i in range(homes.first[h], homes.first[h + 1]):
                if people.band[i] != CHILD:
                    grown += 1
                    for kind in range(3):
                        out[n, 2 + kind] += people.trust[i, kind]
            for kind in range(3):
                out[n, 2 + kind] /= max(grown, 1)
            n += 1
    return out[:n]
