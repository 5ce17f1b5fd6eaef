"""A street (街道): communities that live the same days, queue for the same departments, and between which households move.

Streets share nothing, so a city is as many of them as there are, lived through in any order, by any number of processes: the
result is the same. Road not taken: offices of a whole city, and moves across it. Then every community must be in memory
at once, and every process must wait for every other every day, for flows that are small beside those within a street.
"""

from dataclasses import dataclass

import numpy as np

from ..agents.relocation import draw_leaving_household
from ..engine.codes import CHILD, DESK_COMMITTEE, DESK_COMPANY
from ..engine.jit import inner_kernel, outer_kernel
from ..engine.parameters import knob
from ..engine.randomness import RandomNumbers
from . import measures
from .day import begin_day, end_day
from .initial_community import construct_community, mean_trust
from .issues.issue_table import TOLD, WORK, rank
from .places import BUILDINGS
from .simulate import finish_run
from .world import start_run


@dataclass(frozen=True)
class StreetParameters:
    """What holds between the communities of a street."""

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
    """Communities as worlds, and what is between them."""

    def __init__(self, name, scenarios, luck_of, knobs=StreetParameters()):
        """`scenarios`: one of each community; `luck_of(scenario)`: the seed of its run, as a tuple."""
        self.knobs, self.scenarios = knobs, list(scenarios)
        self.luck = RandomNumbers("street", name, *luck_of(self.scenarios[0]))
        self.founded = [construct_community(one) for one in self.scenarios]
        self.worlds = [
            start_run(there, one, RandomNumbers(*luck_of(one)))
            for there, one in zip(self.founded, self.scenarios)
        ]
        self.usual = [mean_trust(one.residents) for one in self.scenarios]
        self.looking = []  # trust (3,) of households that have left and look for a flat in the street, the longest wait first
        self.moved = np.zeros(
            (len(self.worlds), 2), np.int64
        )  # households that left, and newcomers that came from within the street
        self.lacked = 0.0  # hours that departments of the whole street lacked, summed over days
        self.days = max(one.days for one in self.scenarios)
        self.series = np.zeros((len(self.worlds), self.days, len(measures.DAILY)))

    def live(self):
        """One day of all."""
        for world in self.worlds:
            begin_day(world)
        self.queue()
        self.arrive()
        for n, world in enumerate(self.worlds):
            end_day(world)
            world.lines[0] = 0  # of a city nobody reads every line of history; it would be half of the memory
            world.call(measures.measure_day)
            self.series[n, world.day - 1] = world.count

    def queue(self):
        """Share out all departments' hours of the day: the most urgent of the street first, and of those the oldest.

        Where no community's departments lack hours, none are sent to another.
        """
        own = np.array([world.hours[-1] for world in self.worlds])
        waiting = [world.call(waiting_issues) for world in self.worlds]
        if len(own) == 1 or all(one[:, 2].sum() <= hours for one, hours in zip(waiting, own)):
            return
        there, rows = own.sum(), np.concatenate(waiting)
        n = np.repeat(np.arange(len(waiting)), [len(one) for one in waiting])
        order = np.lexsort((n, rows[:, 1], -rows[:, 0]))
        got = np.diff(np.minimum(np.cumsum(rows[order, 2]), there), prepend=0.0)
        self.lacked += rows[:, 2].sum() - got.sum()
        mine = np.bincount(n[order], got, len(waiting)) + max(there - got.sum(), 0.0) * own / max(
            there, 1e-12
        )  # what nobody waits for yet stays where it is
        for world, hours in zip(self.worlds, mine):
            world.hours[-1] = hours

    def arrive(self):
        """Who moves away today, and who moves in there, by lot: households from within the street as long as any look for a flat."""
        left, luck, day = [], self.luck, self.worlds[0].day
        for n, world in enumerate(self.worlds):
            world.newcomers[:] = self.usual[n]
            left += [(n, int(b), np.array(trust)) for b, *trust in world.call(leavers)]
        vacated = [n * BUILDINGS + b for n, b, _ in left]
        for k in np.argsort(luck("lot", vacated, day), kind="stable"):
            n, b, _ = left[k]
            self.moved[n, 0] += 1
            if self.looking:
                self.worlds[n].newcomers[b] += self.knobs.keep * (self.looking.pop(0) - self.usual[n])
                self.moved[n, 1] += 1
        stay = luck("stay", vacated, day) < self.knobs.stay
        self.looking += [trust for (_, _, trust), stays in zip(left, stay) if stays]

    def runs(self):
        """The Run of every community, its history left out."""
        return [
            finish_run(world, one, dict(zip(measures.DAILY, self.series[n].T)), there)
            for n, (world, one, there) in enumerate(zip(self.worlds, self.scenarios, self.founded))
        ]


@outer_kernel
def waiting_issues(w):
    """(n, 3): of each issue that waits for the departments, its urgency, the day it was told, and the hours it could take today."""
    issues, desk = w.issues, len(w.hours) - 1
    n = 0
    for i in range(len(issues)):
        n += departmental(issues[i])
    out, n = np.empty((n, 3)), 0
    for i in range(len(issues)):
        issue = issues[i]
        if departmental(issue):
            out[n, 0], out[n, 1] = rank(issue), issue.told
            out[n, 2] = w.knobs.intake if issue.state == TOLD else min(issue.left, w.pair[desk])
            n += 1
    return out


@inner_kernel
def departmental(issue):
    """Whether an issue waits for hours of a department today."""
    return (
        issue.desk != DESK_COMPANY
        and issue.desk != DESK_COMMITTEE
        and (issue.state == TOLD or issue.state == WORK)
    )


@outer_kernel
def leavers(w):
    """(n, 4): the buildings that a household moves away from today, and the mean trust (3) of its grown-ups."""
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
