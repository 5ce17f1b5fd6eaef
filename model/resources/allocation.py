"""Hours and money: who has them, who asks for them, and what is granted. Nothing is free."""

from math import floor

import numpy as np

from ...agents import committee, departments, grid_workers, property_managers
from ...agents.reporters import confidence
from ...engine.codes import POOL_MEMBERS, POOL_VOLUNTEERS, TRUST_COMPANY
from ...engine.jit import inner_kernel, lean_kernel, outer_kernel
from .levers import (
    ALL,
    CAPTAIN,
    COMMITTEE,
    GRID,
    MEMBER,
    POOLS,
    PROPERTY,
    VOLUNTEER,
    YUAN,
)

WEEKEND = (6, 0)  # days of the week
YEAR = 365


@inner_kernel
def supply(w) -> None:
    """Fill `have` (7,) with today's hours by role and the yuan to spend, and `crew` (compounds,) with hours.

    What mechanisms made available yesterday (`more`) is included. The calendar leaves a share of each role at
    work. A crew has fewer hours where few trust the company, because fees are withheld. Evenings that were
    promised and not asked for yet are `saved` (2,) within the week: they are given when they are asked for.

    Twin: reference/resources.py, supply.
    """
    have, k, more, pledged, crew = w.have, w.knobs, w.more, w.mood.pledged, w.crew
    at_work = w.there[w.day % YEAR]
    for pool in range(len(POOLS)):
        have[1 + pool] = more[pool]
    have[COMMITTEE] += k.committee
    have[GRID] += k.grid
    have[MEMBER] += k.member * pledged[POOL_MEMBERS]
    have[VOLUNTEER] += k.volunteer * pledged[POOL_VOLUNTEERS]
    have[PROPERTY] = 0.0
    trusted = confidence(w.mood, w.buildings, w.compounds)
    for c in range(len(crew)):
        crew[c] = property_managers.crew_hours(
            w.crews[c], at_work[PROPERTY], trusted[c, TRUST_COMPANY], k.hours_withheld
        )
        have[PROPERTY] += crew[c]
    for role in range(COMMITTEE, CAPTAIN + 1):
        have[role] *= at_work[role]
        w.ledger.supplied[role] += have[role]
    w.ledger.supplied[PROPERTY] += have[PROPERTY]
    have[MEMBER] += w.saved[POOL_MEMBERS]
    have[VOLUNTEER] += w.saved[POOL_VOLUNTEERS]
    have[YUAN] = committee.spendable(w.funds[ALL], k.daily_spending_share)


@outer_kernel
def grant(wants, shares, strength, first_claim, have, crews) -> np.ndarray:
    """Fill `shares` (acting, compounds + 1) with the share 0..1 of its request that each mechanism gets.

    `wants` (acting, 7, compounds + 1) and `have` (7,) are hours and yuan by role, `crews` (compounds,) the
    hours of each company; `wants` is scaled by `strength` (acting,) in place. Return what each asks for in
    all, (7, acting).

    The share is that of the scarcest role asked for, so no granted hour waits for another; a scarce role is
    split in proportion to what was asked, first among mechanisms with a `first_claim` (acting,), whose people
    have promised these hours to somebody, then among the others. Crews know no such claims. The last column
    is the least share of all compounds.

    Twin: reference/resources.py, grant_hours.
    """
    acting, compounds = len(strength), len(crews)
    amount = np.zeros((7, acting))  # asked for in all
    for m in range(acting):
        # the whole community has no company: crews' hours are asked for compound by compound
        wants[m, PROPERTY, ALL] = 0.0
        for c in range(compounds + 1):
            for role in range(7):
                wants[m, role, c] *= strength[m]
                amount[role, m] += wants[m, role, c]
        for c in range(compounds + 1):
            shares[m, c] = 1.0
    for role in range(COMMITTEE, YUAN + 1):
        left = have[role]
        for first in (True, False):
            asked = 0.0
            for m in range(acting):
                if first_claim[m] == first:
                    asked += amount[role, m]
            if asked > left:
                for m in range(acting):
                    if first_claim[m] == first and amount[role, m] > 0.0:
                        for c in range(compounds):
                            shares[m, c] = min(shares[m, c], left / asked)
            left = max(0.0, left - asked)
    for c in range(compounds):
        asked = 0.0
        for m in range(acting):
            asked += wants[m, PROPERTY, c]
        if asked > crews[c]:
            for m in range(acting):
                if wants[m, PROPERTY, c] > 0.0:
                    shares[m, c] = min(shares[m, c], crews[c] / asked)
    for m in range(acting):
        for c in range(compounds):
            shares[m, ALL] = min(shares[m, ALL], shares[m, c])
    return amount


@inner_kernel
def charge_granted(w, amount) -> None:
    """Charge mechanisms with what was granted, and leave the rest to the desks in `hours` (compounds + 2,).

    `amount` (7, acting) is what each asked for. Rows of `hours` are crews, committee and departments. Grid
    workers' hours that no mechanism uses help at the committee's desk (`lent`). Yuan leave the community's
    fund at once, rounded down to the fen.

    Twin: reference/resources.py, charge_hours.
    """
    wants, shares, have, hours, ledger, compounds = w.wants, w.shares, w.have, w.hours, w.ledger, len(w.crew)
    for c in range(compounds):
        hours[c] = w.crew[c]
    desk, patrolled, got_of = have[COMMITTEE], 0.0, np.zeros(2)
    for m in range(len(w.strength)):
        row = w.codes[m]
        for role in range(YUAN):
            got = 0.0
            for c in range(compounds + 1 if amount[role, m] > 0.0 else 0):
                part = shares[m, c] * wants[m, role, c]
                got += part
                if role == PROPERTY and c < compounds:
                    hours[c] -= part
            ledger.hours[row, role] += got
            if role == COMMITTEE:
                desk -= got
            elif role == GRID:
                patrolled += got
            elif role == MEMBER:
                got_of[POOL_MEMBERS] += got
            elif role == VOLUNTEER:
                got_of[POOL_VOLUNTEERS] += got
        for c in range(compounds + 1 if amount[YUAN, m] > 0.0 else 0):
            fen = floor(shares[m, c] * wants[m, YUAN, c] * 100)
            w.funds[ALL] -= fen
            w.spending[ALL] += fen
            ledger.fen[row] += fen
    k = w.knobs
    for pool, role, evening in ((POOL_MEMBERS, MEMBER, k.member), (POOL_VOLUNTEERS, VOLUNTEER, k.volunteer)):
        today = evening * w.mood.pledged[pool]  # a seventh of the week's
        w.saved[pool] = min(max(have[role] - got_of[pool], 0.0), 6.0 * today)
        w.used[pool] = min(
            1.0, w.used[pool] * 6.0 / 7.0 + (got_of[pool] / (7.0 * today) if today > 0.0 else 0.0)
        )
    own = departments.hours_today(w.knobs.departments, w.there[w.day % YEAR, -1])
    outside = max(own + w.sent[w.day % len(w.sent)], 0.0)
    ledger.supplied[-1] += outside
    for c in range(compounds):
        hours[c] = max(hours[c], 0.0)
    w.lent[0] = grid_workers.hours_at_desk(have[GRID], patrolled, k.desk_share)
    hours[compounds], hours[compounds + 1] = max(desk, 0.0) + w.lent[0], outside


@lean_kernel
def spend_hours(left, place, want) -> float:
    """Take up to `want` hours from those `left` (places,) at a place, and return how many were taken.

    Twin: reference/mechanism.py, spend_hours.
    """
    part = min(want, left[place])
    left[place] -= part
    return part
