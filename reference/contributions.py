"""Divide the bill of a project among households and funds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..engine.codes import SIGNED
from .arithmetic import sum_in_order

if TYPE_CHECKING:
    from .world import World


def is_lift(w: World, issue: SimpleNamespace) -> bool:
    """Return whether a project adds a lift to a stairwell."""
    return w.kinds[issue.category].unit == "walkup"


def floor_weight(w: World, h: SimpleNamespace) -> float:
    """Return the weight of a household in the bill for a lift: 0 below the floor that breaks even."""
    k = w.scenario.projects
    above = h.floor - k.break_even_floor
    return 1.0 + k.floor_share_step * above if above >= 0 else 0.0


def floors_saved(w: World, h: SimpleNamespace) -> float:
    """Return the floors that count for a lift: 1 on the break-even floor, then one more each; -1 below."""
    above = h.floor - w.scenario.projects.break_even_floor
    return above + 1.0 if above >= 0 else float(above)


def net_fen(w: World, issue: SimpleNamespace) -> int:
    """Return the cost of a project less its subsidy."""
    kind = w.kinds[issue.category]
    return max(0, kind.cost_fen - kind.subsidy_fen)


def divide_bill(w: World, issue: SimpleNamespace, homes: list[SimpleNamespace]) -> tuple[float, bool, int]:
    """Return the yuan per unit of weight, whether floors are the weights, and the fen to collect in all."""
    fen = net_fen(w, issue)
    if w.kinds[issue.category].owners_share and is_lift(w, issue):
        weights = [floor_weight(w, h) for h in homes]
        if any(weights):
            fen += round(100 * w.scenario.projects.low_floor_compensation_yuan) * weights.count(0.0)
            return fen / 100 / sum_in_order(weights), True, fen
    return fen / 100 / len(homes), False, fen


def weight_of(w: World, h: SimpleNamespace, by_floor: bool) -> float:
    """Return the weight of a household in a bill that is divided by floor, or equally."""
    return floor_weight(w, h) if by_floor else 1.0


def own_yuan(w: World, h: SimpleNamespace, unit_yuan: float, by_floor: bool) -> float:
    """Return what a household is to pay; less than 0 where it is compensated."""
    weight = weight_of(w, h, by_floor)
    return unit_yuan * weight if weight else -w.scenario.projects.low_floor_compensation_yuan


def expect_shares(w: World, issue: SimpleNamespace, homes: list[SimpleNamespace]) -> None:
    """Expect a share of each household that signed for a project that owners pay; of all if none did."""
    _, by_floor, _ = divide_bill(w, issue, homes)
    signed = [h for h in homes if h.stance == SIGNED]
    if any(weight_of(w, h, by_floor) for h in signed):
        for h in homes:
            if h not in signed:
                h.settled_for = issue.id


def due_from_funds(w: World, issue: SimpleNamespace) -> int:
    """Return what funds are expected to pay, in fen: all, or what the plan does not ask of owners."""
    share = w.kinds[issue.category].owners_share
    return min(issue.cost_fen, int((1.0 - share) * net_fen(w, issue))) if share else issue.cost_fen
