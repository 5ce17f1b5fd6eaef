"""Distribute hours and money: who has how much today, and what share of its request each mechanism gets."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from ..model.resources.levers import POOLS
from .arithmetic import sum_in_order
from .places import confidence
from .stages import COMPANY

if TYPE_CHECKING:
    from .world import World


def total_hours(hours: float | list[float]) -> float:
    """Return all the hours of an ask: a number, or the sum of a list over compounds."""
    return sum_in_order(hours) if isinstance(hours, list) else hours


def supply(w: World) -> dict[str, Any]:
    """Return what each role has today: hours, with those that mechanisms brought in yesterday, and yuan.

    "property" is a list by compound: the crew of its company, which withholds more hours the less residents
    trust it.
    """
    s, c, grid, present = (
        w.scenario,
        w.scenario.committee,
        w.scenario.grid_workers,
        dict(zip(("property", *POOLS), w.there)),
    )
    usual_hours = {
        "committee": c.staff * c.shift_hours,
        "grid": grid.full_time * grid.shift_hours + grid.part_time * grid.part_time_hours,
        "member": s.party_members.evening_hours / 7 * w.pledged[0],
        "volunteer": s.volunteers.evening_hours / 7 * w.pledged[1],
        "captain": 0.0,
    }
    pools = {pool: (w.more[pool] + hours) * present[pool] for pool, hours in usual_hours.items()}
    crews = [
        crew
        * present["property"]
        * (1.0 - s.property_managers.hours_withheld * (1.0 - confidence(c, COMPANY)))
        for crew, c in zip(w.crews, w.compounds)
    ]
    for row, hours in enumerate((sum_in_order(crews), *pools.values())):
        w.ledger.supplied[row] += hours
    pools["member"] += w.saved[0]
    pools["volunteer"] += w.saved[1]
    return {"property": crews, **pools, "yuan": max(0, w.funds[-1]) / 100 * c.daily_spending_share}


def grant_hours(w: World, have: dict[str, Any], asks: dict[str, dict[str, Any]]) -> dict[str, list[float]]:
    """Return the share of its request that each mechanism gets, by compound: that of its scarcest role.

    Of a role of the whole community, mechanisms with a first claim get theirs before the others.
    """
    shares = {name: [1.0 for _ in w.compounds] for name in asks}
    for role in have:
        of_role = {name: ask[role] for name, ask in asks.items() if role in ask}
        promised, other = (
            sum_in_order(
                total_hours(ask) for name, ask in of_role.items() if w.mechanisms[name].first_claim == first
            )
            for first in (True, False)
        )
        for name, ask in of_role.items():
            for c in w.compounds:
                if role == "property":
                    asked, available = ask[c.id], have[role][c.id]
                    wanted = sum_in_order(each[c.id] for each in of_role.values())
                elif w.mechanisms[name].first_claim:
                    asked, available, wanted = total_hours(ask), have[role], promised
                else:
                    asked, available, wanted = total_hours(ask), max(0.0, have[role] - promised), other
                if asked > 0.0 and wanted > available:
                    shares[name][c.id] = min(shares[name][c.id], available / wanted)
    return shares


def charge_hours(
    w: World,
    have: dict[str, Any],
    asks: dict[str, dict[str, Any]],
    shares: dict[str, list[float]],
) -> list[float]:
    """Charge what is granted, and return the hours left to the desks.

    These are each compound's crew, the committee (with a share of the grid workers' unused hours) and the
    departments. Party members and volunteers save unused hours, up to six days of what is promised.
    """
    crews, committee, pools = list(have["property"]), have["committee"], dict.fromkeys(POOLS, 0.0)
    for name, ask in asks.items():
        row, share = w.names.index(name), shares[name]
        for role, hours in ask.items():
            granted = (
                [part * each for part, each in zip(share, hours)]
                if isinstance(hours, list)
                else min(share) * hours
            )
            if role == "yuan":
                fen = (
                    sum(floor(each * 100) for each in granted)
                    if isinstance(granted, list)
                    else floor(granted * 100)
                )
                w.funds[-1] -= fen
                w.spending[-1] += fen
                w.ledger.fen[row] += fen
                continue
            if role == "property":
                crews = [left - each for left, each in zip(crews, granted)]
            else:
                pools[role] += total_hours(granted)
                committee -= total_hours(granted) if role == "committee" else 0.0
            w.ledger.hours[row][("property", *POOLS).index(role)] += total_hours(granted)
    w.ledger.supplied[-1] += w.scenario.departments.daily_hours * w.there[-1]
    for i, (role, knobs) in enumerate(
        (("member", w.scenario.party_members), ("volunteer", w.scenario.volunteers))
    ):
        promised = knobs.evening_hours / 7 * w.pledged[i]
        w.saved[i] = min(max(have[role] - pools[role], 0.0), 6.0 * promised)
        w.used[i] = min(
            1.0, w.used[i] * 6.0 / 7.0 + (pools[role] / (7.0 * promised) if promised > 0.0 else 0.0)
        )
    w.lent = max(have["grid"] - pools["grid"], 0.0) * w.scenario.grid_workers.desk_share
    return [
        *(max(hours, 0.0) for hours in crews),
        max(committee, 0.0) + w.lent,
        w.scenario.departments.daily_hours * w.there[-1],
    ]


def charge_desks(w: World, before: list[float], left: list[float]) -> None:
    """Charge the desks, in the ledger's last row, for the hours they used.

    They are also charged all fen that are not charged to a mechanism. `before` and `left` are the hours of
    the desks: each compound's crew, committee, departments.
    """
    used = [a - b for a, b in zip(before, left)]
    committee = min(used[-2], before[-2] - w.lent)  # its own hours first, then the grid workers'
    for payer, hours in (
        (0, sum_in_order(used[:-2])),
        (1, committee),
        (2, used[-2] - committee),
        (-1, used[-1]),
    ):
        w.ledger.hours[-1][payer] += hours
    w.ledger.fen[-1] = sum(w.spending) - sum(w.ledger.fen[:-1])
