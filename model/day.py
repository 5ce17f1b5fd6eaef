"""One day, top to bottom. Read this to know what happens, and in what order.

`DAY`, at the end, is the order: kernels, and by name the steps of all mechanisms that act. Before each day
`World.start_day` loads the calendar of a new year, and lets mechanisms begin or end. New issues may need more
room than the levers have: `World.simulate` makes it, and then comes `LATE`.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..agents import relocation, residents, weekly_round
from ..engine.jit import outer_kernel
from .daily_counts import measure_day
from .issues import arrivals, closing, consent, deliberation, payment, reporting, triage, work
from .issues.issue_table import ensure_capacity, list_by_state
from .resources.allocation import charge_granted, grant, supply
from .resources.ledger import charge_desks
from .resources.levers import reset_levers, sum_levers
from .resources.rollout import mark_begun, mask_pulls, scale_wants

if TYPE_CHECKING:
    from .world import World

NO_SERIES, NO_COUNTS = np.zeros((0, 0)), np.zeros((0, 0, 0), np.float32)
LINES_PER_ISSUE = 10  # of history that one issue can write in a day, at most


def simulate_day(world: "World") -> None:
    """Simulate one day."""
    simulate_days(world, 1)


def simulate_days(
    world: "World", days: int, series: np.ndarray = NO_SERIES, counts: np.ndarray = NO_COUNTS
) -> None:
    """Simulate days, and keep what is counted at the end of each in its row of the tables that have rows.

    `series` is (days of the run, 13), `counts` (days of the run, acting, most counts of any).
    """
    world.simulate(days, DAY, LATE, series, counts)


@outer_kernel
def morning(w) -> None:
    """Supply the hours and money of the day. No mechanism has asked or pulled yet.

    Twin: reference/day.py, simulate_day.
    """
    w.day += 1
    mark_begun(w)
    supply(w)
    w.wants.fill(0.0)
    reset_levers(w.pulls, len(w.issues))


@outer_kernel
def share_out(w) -> None:
    """Grant hours and money to the mechanisms that asked; the rest is left to the desks.

    Twin: reference/day.py, simulate_day.
    """
    scale_wants(w)
    charge_granted(w, grant(w.wants, w.shares, w.strength, w.first_claim, w.have, w.crew))


@outer_kernel
def spend_day(w) -> None:
    """Let issues be reported, desks take them in, parties talk, households sign, funds pay, and work be done.

    Twin: reference/day.py, simulate_day.
    """
    n = len(w.issues)
    w.log = ensure_capacity(w.log, w.lines[0], w.lines[0] + LINES_PER_ISSUE * n)
    mask_pulls(w)
    sum_levers(w.pulls, w.strength, n)
    closing.count_newly_overdue(w)  # whatever resolves or ends one of these takes it off again
    pending = reporting.report_issues(w)
    given = w.hours.copy()  # to desks, to charge them what is gone in the end
    triage.take_in(w, pending)
    deliberation.talk(w, pending)
    consent.sign(w, pending)
    for fund in range(len(w.funds)):
        w.funds[fund] += w.income[fund]
    payment.pay(w, pending)
    work.work(w, pending)
    charge_desks(w.ledger, given, w.hours, w.lent, w.spending)


@outer_kernel
def spend_evening(w) -> None:
    """Settle what becomes of issues; then a seventh of the buildings sees who moves, and takes stock.

    Twin: reference/day.py, simulate_day.
    """
    w.leaving = closing.close(w)
    residents.collect_pulls(w)
    relocation.relocate(w)
    weekly_round.take_stock(w)


@outer_kernel
def spend_night(w) -> None:
    """Let new issues arise, and what mechanisms bring in become available.

    Twin: reference/day.py, simulate_day.
    """
    fresh = arrivals.advance_clocks(w)
    staying = closing.remove_ended(w, len(fresh))
    arrivals.fill_new_issues(w, w.issues[staying:], fresh)
    if len(w.strength):  # only mechanisms look for issues by their state
        list_by_state(w)
    for pool in range(len(w.more)):
        w.more[pool] = w.lever.supply[pool]
    w.funds[-1] += round(w.lever.money[0] * 100)


DAY = (morning, "ask", share_out, "pull", spend_day, spend_evening, spend_night)
LATE = ("learn", measure_day)  # when there is room for the new issues
