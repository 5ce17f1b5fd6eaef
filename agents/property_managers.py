"""Property managers (物业): the crew of one compound, paid by fees that are partly unpaid."""

from dataclasses import dataclass

from ..model.knobs import knob
from .views import View


@dataclass(frozen=True)
class PropertyKnobs:
    """The property company of a compound that has one."""

    homes: float = knob(350.0, 50.0, 5000.0, unit="households/worker", source="numbers.md: one repairer per 220-390 homes, one desk person per 400-800")
    shift: float = knob(4.0, 0.0, 12.0, unit="hours/worker/day on residents' issues", source="assumed: half the shift is routine")
    fee: float = knob(6.0, 0.0, 500.0, unit="yuan/household/month kept for repairs", source="assumed")
    paid: float = knob(0.7, 0.0, 1.0, unit="share of fees paid", source="assumed; partly unpaid is reported")


def workers(knobs, households):
    """Staff of a compound with that many households: at least one."""
    return max(1, round(households / knobs.homes))


class PropertyManager(View):
    """One of the crew of a compound's property company, as a Mesa agent; `row` is the compound."""

    @property
    def compound(self):
        return self.row

    @property
    def hours(self):
        """Hours a day on residents' issues."""
        return self.model.case.property_managers.shift

    @property
    def crew(self):
        """Hours a day of all the compound's crew."""
        return self.model.world.crews[self.row].item()
