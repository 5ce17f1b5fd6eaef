"""One day, top to bottom. Read this to know what happens, and in what order."""

from typing import TYPE_CHECKING

from ..agents import relocation, residents
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
    world.make_room(world.call(move_world))
    world.run(LESSONS)


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
def move_world(w) -> int:
    """Change the community; nothing else does. Return for how many issues there is room.

    Twin: reference/day.py, simulate_day.
    """
    n = len(w.issues)
    w.log = ensure_capacity(w.log, w.lines[0], w.lines[0] + LINES_PER_ISSUE * n)
    w.ended = ensure_capacity(w.ended, w.gone[0], w.gone[0] + n)
    mask_pulls(w)
    sum_levers(w.pulls, w.strength, n)

    # Issues are reported; desks take them in; parties talk, households sign, funds pay, work is done.
    reporting.report_issues(w)
    given = w.hours.copy()
    triage.take_in(w)
    deliberation.talk(w)
    consent.sign(w)
    for fund in range(len(w.funds)):
        w.funds[fund] += w.income[fund]
    payment.pay(w)
    work.work(w)
    charge_desks(w.ledger, given, w.hours, w.lent, w.spending)

    # In the evening issues are checked, forgotten or given up; then a seventh of the buildings takes stock.
    stays = closing.close(w)
    residents.collect_pulls(w)
    relocation.relocate(w)
    residents.take_stock(w)

    # Overnight new issues arise, and what mechanisms bring in becomes available.
    fresh = arrivals.advance_clocks(w)
    staying = compact(w.rows, n, stays, w.ended, w.gone)
    w.rows = ensure_capacity(w.rows, staying, staying + len(fresh))
    w.issues = w.rows[: staying + len(fresh)]
    w.log = ensure_capacity(w.log, w.lines[0], w.lines[0] + len(fresh))
    arrivals.fill_new_issues(w, w.rows[staying : staying + len(fresh)], fresh)
    list_by_state(w)
    for pool in range(len(w.more)):
        w.more[pool] = w.lever.supply[pool]
    w.funds[-1] += round(w.lever.money[0] * 100)
    return len(w.rows)


# what a day calls before and after the community changes: kernels, and steps of all mechanisms
UNTIL_PULLS = (morning, "ask", share_out, "pull")
LESSONS = ("learn",)
