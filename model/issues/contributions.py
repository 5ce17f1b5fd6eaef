"""Contributions: what each household pays for a project, and what is left to funds.

For most projects the funds pay all, and a household's share is an equal part of the bill. A category with an
`owners_share` is paid by its owners: a subsidy is deducted, and the rest is divided by floor where it is a
lift. Low floors pay nothing and may be compensated by those above.
"""

from ...engine.codes import SIGNED
from ...engine.jit import lean_kernel
from .categories import UNITS

WALKUP = UNITS.index("walkup")


@lean_kernel
def is_lift(w, issue) -> bool:
    """Whether a project adds a lift to a stairwell.

    Twin: reference/consent.py, is_lift.
    """
    return w.cats.unit[issue.category] == WALKUP


@lean_kernel
def floor_weight(floor, k) -> float:
    """Weight of a household on a floor in the owners' bill for a lift; 0 below the floor that breaks even.

    Twin: reference/consent.py, floor_weight.
    """
    if floor < k.break_even_floor:
        return 0.0
    return 1.0 + k.floor_share_step * (floor - k.break_even_floor)


@lean_kernel
def floors_saved(floor, k) -> float:
    """Floors by which a lift is worth more than nothing to a household; negative below the break-even floor.

    Twin: reference/consent.py, floors_saved.
    """
    above = floor - k.break_even_floor
    return above + 1.0 if above >= 0.0 else above


@lean_kernel
def net_fen(w, issue) -> int:
    """Cost of a project less its subsidy, in fen.

    Twin: reference/consent.py, net_fen.
    """
    return max(0, w.cats.cost_fen[issue.category] - w.cats.subsidy_fen[issue.category])


@lean_kernel
def divide_bill(w, issue, low, high) -> tuple[float, bool, int]:
    """Divide the bill of a project among households `low` to `high`.

    Returns the yuan per unit of weight, whether weights are those of floors (else each is 1), and the fen
    that are to be collected in all.

    Twin: reference/consent.py, divide_bill.
    """
    k, floor, fen = w.knobs.projects, w.households.floor, net_fen(w, issue)
    if w.cats.owners_share[issue.category] > 0.0 and is_lift(w, issue):
        weights, below = 0.0, 0
        for h in range(low, high):
            weight = floor_weight(floor[h], k)
            weights += weight
            below += weight == 0.0
        if weights > 0.0:
            total = fen + int(round(100.0 * k.low_floor_compensation_yuan)) * below
            return total / 100 / weights, True, total
    return fen / 100 / (high - low), False, fen


@lean_kernel
def weight_of(w, h, by_floor) -> float:
    """Weight of household `h` in a bill that is divided `by_floor`, or equally.

    Twin: reference/consent.py, weight_of.
    """
    return floor_weight(w.households.floor[h], w.knobs.projects) if by_floor else 1.0


@lean_kernel
def own_yuan(w, h, unit_yuan, by_floor) -> float:
    """Yuan that household `h` is to pay for a project; negative for one that is compensated.

    Twin: reference/consent.py, own_yuan.
    """
    weight = weight_of(w, h, by_floor)
    return unit_yuan * weight if weight > 0.0 else -w.knobs.projects.low_floor_compensation_yuan


@lean_kernel
def expect_shares(w, issue, low, high) -> None:
    """Expect a share of each household that signed for a project that owners pay; of all if none did.

    Twin: reference/consent.py, expect_shares.
    """
    households = w.households
    _, by_floor, _ = divide_bill(w, issue, low, high)
    signers = 0
    for h in range(low, high):
        signers += households.stance[h] == SIGNED and weight_of(w, h, by_floor) > 0.0
    for h in range(low, high):
        if signers > 0 and households.stance[h] != SIGNED:
            households.settled_for[h] = issue.id


@lean_kernel
def due_from_funds(w, issue) -> int:
    """Fen that funds are expected to pay for an issue: all, or what the plan does not ask of owners.

    Twin: reference/consent.py, due_from_funds.
    """
    share = w.cats.owners_share[issue.category]
    if share == 0.0:
        return issue.cost_fen
    return min(issue.cost_fen, int((1.0 - share) * net_fen(w, issue)))
