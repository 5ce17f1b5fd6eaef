"""Build the world: everything that exists on one day."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, exp, gamma
from types import SimpleNamespace
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from ..engine.codes import CHILD
from ..model.issues.categories import FAMILIES
from ..model.mechanisms import list_mechanisms
from ..model.resources.calendar import almanac, place_initial_issues
from ..model.resources.levers import POOLS
from ..model.resources.rollout import begin_days
from ..model.simulate import build_community
from .arithmetic import sum_in_order
from .arrivals import build_clock, hazard_of_first
from .mechanism import find_mechanism_class
from .people import promise_first_week
from .places import nest_places, sum_bystanders
from .random_numbers import RandomNumbers, derive_key

if TYPE_CHECKING:
    from ..model.issues.all_issues import AllIssues
    from ..model.issues.categories import Category
    from ..model.scenarios.scenario import Scenario


class World:
    """The places, people, issues, funds and mechanisms of one community, as of the evening of `day`.

    Money is in fen, hours are person-hours. Lists by building or compound are in the order of `buildings` or
    `compounds`; lists of funds end with the fund of the whole community, lists by pool follow `POOLS`.
    """

    def __init__(self, scenario: Scenario, *seed: str | int) -> None:
        """Build the community of `scenario` on day 0; `seed` affects the run only, not the community."""
        community = build_community(scenario)
        self.scenario, self.random_numbers, self.day = scenario, RandomNumbers(*seed), 0
        self.compounds, self.buildings, self.stairwells, self.households, self.people = nest_places(community)
        self.kinds = [
            build_category(name, category, scenario.all_issues)
            for name, category in sorted(scenario.issues.items())
        ]
        self.names = sorted({*list_mechanisms(), *scenario.mechanisms})

        # Money and hours. The ledger has a row for each mechanism, and a last one for the desks.
        self.crews, self.funds = community.crews.tolist(), community.funds.tolist()
        self.income = community.income.tolist()
        self.spending, ledger_rows = [0 for _ in self.funds], (*self.names, "desks")
        self.ledger = SimpleNamespace(
            hours=[[0.0] * (len(POOLS) + 2) for _ in ledger_rows],
            fen=[0 for _ in ledger_rows],
            supplied=[0.0] * (len(POOLS) + 2),
        )
        self.more = dict.fromkeys(POOLS, 0.0)  # hours that mechanisms bring in for tomorrow

        # Party members and volunteers: share of promised evenings used, hours saved, evenings promised.
        self.used, self.saved, self.pledged = [0.0, 0.0], [0.0, 0.0], [0, 0]
        self.lent = 0.0  # hours of grid workers at the committee's desk today
        # The lever "wish" on each day of the week, by compound and standing.
        self.wished = [[[0.0] * 4 for _ in self.compounds] for _ in range(7)]

        self.issues, self.ended, self.history = [], [], []
        for stairwell in self.stairwells:
            sum_bystanders(stairwell)
        for b, building_id in zip(self.buildings, random_ids(scenario), strict=True):
            b.key = building_id
            b.promised, b.helpers, b.good, b.standing, b.dropped, b.drift, b.meet = (
                [0, 0],  # evenings promised by members and volunteers
                [0, 0],  # members and volunteers who have promised any
                [0.0, 0.0],  # resolved issues seen, by whom they make one trust
                [0.0, 0.0],  # overdue issues seen, likewise
                [0.0, 0.0],  # the same that lately ended unresolved
                [0.0, 0.0, 0.0],  # lever "trust", summed since the building last took stock
                0.0,  # lever "ties", likewise
            )
            b.clocks = [build_clock(self, b, j) for j in range(len(self.kinds))]
            # by family: lever "ease", summed since the building's week began, and the factor of this week
            b.eased, b.factor = [0.0] * len(FAMILIES), [1.0] * len(FAMILIES)
        self.year = almanac(scenario, 0, np.uint64(self.random_numbers.key("leave")))
        for b, j, n, firm in place_initial_issues(
            scenario, community.units, community.buildings, np.uint64(self.random_numbers.key("outset"))
        ):
            clock = self.buildings[b].clocks[j]
            clock.passed, clock.firm = hazard_of_first(self, b, j, n), firm
        for c in self.compounds:
            c.active, c.cursor, c.steps, c.open, c.all, c.opens = -1, 0, 0.0, 0, 0, 0
            c.posted, c.by, c.owners_fen = -1, -1, 0
            adults = [person for person in c.people if person.band != CHILD and person.presence > 0.0]
            c.around = sum_in_order(person.presence for person in adults) / max(len(adults), 1)
        promise_first_week(self)
        self.begins = {  # the day on which a mechanism that is rolled out begins in each building
            rollout.mechanism: begin_days(rollout, community.buildings, community.compounds).tolist()
            for rollout in scenario.rollout
        }
        self.mechanisms = {
            name: find_mechanism_class(name)(self, knobs, self.begins.get(name))
            for name, knobs in sorted(scenario.mechanisms.items())
        }

    def note(self, issue: SimpleNamespace, what: int, by: int = -1, who: int = -1) -> None:
        """Add an event to the history.

        `by` is the number of a mechanism, `who` that of a resident or a fund; -1 for none.
        """
        self.history.append((issue.id, self.day, who, what, by))


def random_ids(scenario: Scenario) -> Iterator[int]:
    """Yield the key of random numbers of each building.

    It depends on the name of the compound, which compound of that name it is, and which building in it.
    """
    names = [compound.name for compound in scenario.compound for _ in range(compound.count)]
    sizes = [compound.buildings for compound in scenario.compound for _ in range(compound.count)]
    for n, (name, size) in enumerate(zip(names, sizes)):
        key = derive_key(RandomNumbers("compound", name).seed, names[:n].count(name))
        yield from (derive_key(key, building) for building in range(size))


def build_category(name: str, category: Category, factors: AllIssues) -> SimpleNamespace:
    """Copy a category times the `factors`, and add its code, rates per day, price in fen and scale of work.

    `work` becomes the scale at which a Weibull distribution has the declared mean.
    """
    derived = {
        "code": crc32(name.encode()) >> 9,
        "rate": category.rate * factors.rate_factor / 365.0,
        "report_rate": category.report_rate * factors.report_factor,
        "appointment_scale_days": category.appointment_days
        * factors.appointment_factor
        / gamma(1 + factors.appointment_spread),
        "appointment_spread": factors.appointment_spread,
        "recurrence_share": 1.0 - exp(-1.0 / category.recurrence_days),
        "invites_days": (days := ceil(category.lapse_days) or 365),
        "invited": category.neglect_recurrence * (1.0 - category.recurrence) / days
        if category.recurrence > 0.0 and category.scope != "household"
        else 0.0,
        "cost_fen": round(category.cost_yuan * 100),
        "subsidy_fen": round(category.subsidy_yuan * 100),
        "work_scale_hours": category.work_hours / gamma(1 + category.work_spread),
    }
    return SimpleNamespace(**vars(category) | derived | {"done_by": category.done_by.split()})
