"""Property managers (物业): the crew of one compound, paid by fees that are partly unpaid."""

from dataclasses import dataclass

from ..engine.parameters import knob


@dataclass(frozen=True)
class PropertyParameters:
    """The property company of a compound that has one."""

    homes: float = knob(
        350.0,
        50.0,
        5000.0,
        unit="households/worker",
        source="docs/sources.md: one repairer per 220-390 homes, one desk person per 400-800",
    )
    shift: float = knob(
        4.0,
        0.0,
        12.0,
        unit="hours/worker/day on residents' issues",
        source="assumed: half the shift is routine",
    )
    fee: float = knob(6.0, 0.0, 500.0, unit="yuan/household/month kept for repairs", source="assumed")
    paid: float = knob(0.7, 0.0, 1.0, unit="share of fees paid", source="assumed; partly unpaid is reported")
    withheld: float = knob(
        0.6,
        0.0,
        1.0,
        unit="share of the crew's hours gone where nobody trusts the company: fees are withheld",
        source="assumed; sweep it",
    )


def workers(knobs, households):
    """Staff of a compound with that many households: at least one."""
    return max(1, round(households / knobs.homes))
