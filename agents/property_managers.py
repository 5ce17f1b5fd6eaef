"""Property managers (物业): the crew of one compound, paid by fees that are partly unpaid."""

from dataclasses import dataclass

import numpy as np

from ..engine.jit import lean_kernel
from ..engine.parameters import knob


@dataclass(frozen=True)
class PropertyParameters:
    """The property company of a compound that has one."""

    households_per_worker: float = knob(
        350.0,
        50.0,
        5000.0,
        unit="households/worker",
        source="docs/sources.md: one repairer per 220-390 homes, one desk person per 400-800 (C)",
        words=("Households per worker", "每名物业人员负责户数", "户/人"),
    )
    shift_hours: float = knob(
        4.0,
        0.0,
        12.0,
        unit="hours/worker/day on residents' issues",
        source="assumed: half the shift is routine",
        words=("Hours for residents' issues", "办理居民事项的时间", "小时/人·天"),
    )
    repair_fee_yuan: float = knob(
        6.0,
        0.0,
        500.0,
        unit="yuan/household/month kept for repairs",
        source="assumed",
        words=("Fees kept for repairs", "留作维修的物业费", "元/户·月"),
    )
    fees_paid: float = knob(
        0.7,
        0.0,
        1.0,
        unit="share of fees paid",
        source="assumed; reports tell of unpaid fees",
        words=("Fees paid", "物业费缴费率", "比例"),
    )
    hours_withheld: float = knob(
        0.6,
        0.0,
        1.0,
        unit="share of the crew's hours lost where nobody trusts the company, because fees are withheld",
        source="assumed; vary it",
        words=(
            "Hours lost without trust",
            "不信任造成的工时损失",
            "占物业工时的比例，业主不信任而拒缴物业费",
        ),
    )


def workers(knobs: PropertyParameters, households: float) -> int:
    """Staff of a compound with that many households, at least one person."""
    return max(1, round(households / knobs.households_per_worker))


def hours_per_day(knobs: PropertyParameters, households: int) -> float:
    """Hours a day of a compound's crew for residents' issues, with everybody at work and all fees paid."""
    return workers(knobs, households) * knobs.shift_hours


def fees_per_day(knobs: PropertyParameters, households: np.ndarray) -> np.ndarray:
    """Fen a day that fees bring to the repair funds of compounds with `households` (n,), unrounded."""
    return households * knobs.repair_fee_yuan * knobs.fees_paid * 12 / 365 * 100


@lean_kernel
def crew_hours(full, at_work, confidence, withheld) -> float:
    """Hours of a crew today: the share `at_work` of its `full` hours, less the hours lost to unpaid fees.

    Twin: reference/resources.py, supply.
    """
    return full * at_work * (1.0 - withheld * (1.0 - confidence))


DECISIONS = (
    (workers, "once, at the start"),
    (hours_per_day, "once, at the start: with everybody at work and all fees paid"),
    (fees_per_day, "every day: what comes into the repair fund"),
    (crew_hours, "every day: fees are withheld where few trust the company"),
)
