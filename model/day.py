"""One day, top to bottom. Read this to know what happens, and in what order."""

from typing import TYPE_CHECKING

from ..agents import relocation, residents, weekly_round
from ..engine.jit import outer_kernel
from .issues import arrivals, closing, consent, deliberation, payment, reporting, triage, work
from .issues.issue_table import compact, ensure_capacity, list_by_state
from .resources.allocation import charge_granted, grant, supply
from .resources.ledger import charge_desks
from .resources.levers import reset_levers, sum_levers
from .resources.rollout import mark_begun, mask_pulls, scale_wants

if TYPE_CHECKING:
    from .world import World

LINES_PER_ISSUE = 10  # of history that one issue can write in a day, at most


def simulate_day(world: "World") -> None:
    """Simulate one day."""
    begin_day(world)
    end_day(world)


def begin_day(world: "World") -> None:
    """Run the day until every mechanism has pulled its levers; the community has not changed yet."""
    world.start_day()
    world.run(UNTIL_PULLS)


def end_day(world: "World") -> None:
    """Run the rest of the day: the community changes, and mechanisms learn from it."""
    world.run(DAY_AND_EVENING)
    world.make_room(world.call(spend_night))
    world.run(("learn",))


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
    closing.count_newly_overdue(w)
    pending = reporting.report_issues(w)
    given = w.hours.copy()
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
    """Check, forget or give up issues; then a seventh of the buildings sees who moves, and takes stock.

    Twin: reference/day.py, simulate_day.
    """
    w.leaving = closing.close(w)
    residents.collect_pulls(w)
    relocation.relocate(w)
    weekly_round.take_stock(w)


@outer_kernel
def spend_night(w) -> int:
    """Let new issues arise, and what mechanisms bring in become available. Return the room for issues.

    Twin: reference/day.py, simulate_day.
    """
    n = len(w.issues)
    fresh = arrivals.advance_clocks(w)
    w.ended = ensure_capacity(w.ended, w.gone[0], w.gone[0] + n)
    staying = compact(w.rows, n, w.leaving, w.ended, w.gone)
    w.rows = ensure_capacity(w.rows, staying, staying + len(fresh))
    w.issues = w.rows[: staying + len(fresh)]
    w.log = ensure_capacity(w.log, w.lines[0], w.lines[0] + len(fresh))
    arrivals.fill_new_issues(w, w.rows[staying : staying + len(fresh)], fresh)
    list_by_state(w)
    for pool in range(len(w.more)):
        w.more[pool] = w.lever.supply[pool]
    w.funds[-1] += round(w.lever.money[0] * 100)
    return len(w.rows)


# what a day calls: kernels, and steps of all mechanisms
UNTIL_PULLS = (morning, "ask", share_out, "pull")
DAY_AND_EVENING = (spend_day, spend_evening)
