"""Simulate a day: all mechanisms ask and pull, then the world moves. `simulate_day` shows the order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ..model.resources.calendar import YEAR, almanac
from ..model.resources.levers import POOLS
from .arithmetic import times
from .arrivals import draw_new_issues
from .consent import Pulls, sign
from .mechanism import credit_levers, mask_pulls, scale_asks, sum_levers
from .people import move_house, take_stock
from .processing import close, pay, take_in, talk, work
from .reporting import report_issues
from .resources import charge_desks, charge_hours, grant_hours, supply
from .stages import RESOLVED
from .world import World

if TYPE_CHECKING:
    from ..model.scenarios.scenario import Scenario


def iterate_days(scenario: Scenario, *seed: str | int) -> Iterator[World]:
    """Yield the world at the end of each day of the scenario; it is the same object every day."""
    w = World(scenario, *seed)
    for _ in range(scenario.days):
        simulate_day(w)
        yield w


def simulate(scenario: Scenario, *seed: str | int, days: int | None = None) -> World:
    """Simulate a scenario, and return the world after `days` days; None: after all of them."""
    w = World(scenario, *seed)
    for _ in range(scenario.days if days is None else days):
        simulate_day(w)
    return w


def simulate_day(w: World) -> None:
    """Simulate one day."""
    w.day += 1
    w.year = (
        almanac(w.scenario, w.day // YEAR, np.uint64(w.random_numbers.key("leave")))
        if w.day % YEAR == 0
        else w.year
    )
    w.weather, w.there = (year[w.day % YEAR].tolist() for year in w.year)

    # Mechanisms ask for hours and money, get a share, and pull levers; nothing else has moved yet.
    have = supply(w)
    active = {name: m for name, m in w.mechanisms.items() if m.first_day <= w.day <= m.last_day}
    asks = {
        name: {role: times(m.strength, hours) for role, hours in scale_asks(w, m, m.ask(w)).items()}
        for name, m in active.items()
    }
    shares = grant_hours(w, have, asks)
    hours = charge_hours(w, have, asks, shares)
    pulls = w.pulls = {name: mask_pulls(w, m, m.pull(w, shares[name])) for name, m in active.items()}
    lever = sum_levers(w, pulls)

    # Issues are reported and taken in; parties talk, households sign, funds pay, people work.
    report_issues(w, lever["voice"], credit_levers(w, pulls, "sight"))
    hours_before = list(hours)
    take_in(w, hours, credit_levers(w, pulls, "work"))
    talk(w, hours, credit_levers(w, pulls, "accord"))
    sign(w, Pulls(credit_levers(w, pulls, "doors"), lever["reach"], lever["consent"]))
    w.funds = [fund + income for fund, income in zip(w.funds, w.income)]
    pay(w, lever["consent"])
    work(w, hours, credit_levers(w, pulls, "work"))
    charge_desks(w, hours_before, hours)

    # In the evening issues are checked, lapse or are forgotten; a seventh of the buildings moves house and
    # takes stock.
    close(w, lever["keep"], lever["hurry"], credit_levers(w, pulls, "hurry"))
    w.wished[w.day % 7] = lever["wish"]
    for person, hours in zip(w.people, lever["serve"]):
        person.post_hours += hours
    for b in w.buildings:
        b.drift = [so_far + today for so_far, today in zip(b.drift, lever["trust"][b.id])]
        b.meet += lever["ties"][b.id]
    for b in w.buildings:
        if b.id % 7 == w.day % 7:
            move_house(w, b)
    for b in w.buildings:
        if b.id % 7 == w.day % 7:
            take_stock(w, b)

    # Overnight new issues arise, what mechanisms bring in becomes available, and mechanisms learn.
    w.ended += [issue for issue in w.issues if issue.state > RESOLVED]
    w.issues = [issue for issue in w.issues if issue.state <= RESOLVED] + draw_new_issues(w, lever["ease"])
    w.more = dict(zip(POOLS, lever["supply"]))
    w.funds[-1] += round(lever["money"] * 100)
    for m in active.values():
        m.learn(w)
