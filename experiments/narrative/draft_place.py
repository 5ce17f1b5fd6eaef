"""The place of a draft: its compounds, and the ground plan that a file of buildings gives.

The draft has one kind of building. A file may know the floors of each building; the draft takes their mean,
because the buildings of a compound are alike in the model.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from ...engine.texts.errors import Message
from ...model.scenarios.ground_plan import GroundPlan
from ...model.scenarios.scenario import Compound, Scenario
from ..files.building_survey import Survey
from .draft_contradictions import Values

BUILT = ("buildings", "stairwells", "floors", "lifts", "built", "company")  # fields of a compound
LIFTS = ((18, 2), (8, 1))  # from so many floors: so many lifts in a stairwell
APART = 2.0  # ratio of the floors of two buildings from which their mean misleads


class Layout(NamedTuple):
    """What a draft has besides its fields."""

    plan: GroundPlan | None = None  # None: that of the file that was opened, if any
    compounds: int = 1  # into which the buildings are divided, in their order
    source: str = ""  # name of the file that the plan was read from

    @property
    def on_plan(self) -> int:
        """Return the number of buildings on the plan, 0 without one."""
        return len(self.plan.cells) if self.plan else 0


PLAIN = Layout()  # one compound, and the plan of the opened file


def usual_lifts(floors: int) -> int:
    """Return the lifts of a stairwell with so many floors."""
    return next((lifts for least, lifts in LIFTS if floors >= least), 0)


def _new(name: str) -> Compound:
    """Return a compound with a name in both languages."""
    return Compound(name=name, zh=name)


def compounds_of_draft(
    values: Values, base: Scenario, shown: Values, compounds: int = 1
) -> tuple[Compound, ...]:
    """Return the compounds of a draft, all alike but for one building more in the first of them.

    They keep what the form does not show of a file that has one kind of compound.
    """
    one = base.compound[0] if shown and len(base.compound) == 1 else _new(values["name"])
    floors = values["floors"]
    keeps_lifts = floors == shown.get("floors") and "lifts" not in values
    one = replace(
        one,
        count=1,
        stairwells=values["stairwells"],
        floors=floors,
        age_years=float(values.get("built", one.age_years)),
        lifts=one.lifts if keeps_lifts else values.get("lifts", usual_lifts(floors)),
        company=values.get("company", bool(values.get("property_staff"))),
    )
    each, larger = divmod(values["buildings"], compounds)
    sizes = ((larger, each + 1), (compounds - larger, each))
    return tuple(replace(one, count=count, buildings=size) for count, size in sizes if count and size)


def values_of_survey(survey: Survey) -> dict[str, Any]:
    """Return what a file of buildings says of the fields of a draft: field -> value.

    Floors and lifts are means of the buildings whose number is known; homes are given only if all are.
    """
    values: dict[str, Any] = {"buildings": survey.buildings}
    if floors := [number for number in survey.floors if number is not None]:
        values["floors"] = max(round(sum(floors) / len(floors)), 1)
    if lifts := [number for number in survey.lifts if number is not None]:
        values["lifts"] = round(sum(lifts) / len(lifts))
    homes = [number for number in survey.homes if number is not None]
    if len(homes) == survey.buildings:
        values["households"] = sum(homes)
    return values


def notes_of_survey(survey: Survey) -> Iterator[Message]:
    """Yield what a user should know of the file: what was left out, and where a mean misleads."""
    yield from survey.notes
    floors = [number for number in survey.floors if number is not None]
    if floors and max(floors) >= APART * min(floors):
        yield Message(
            "The buildings have {low} to {high} floors; the buildings of a compound are alike in the "
            "model, so "
            "all get {mean}. To keep them apart, write a [[compound]] for each kind into the case file.",
            low=min(floors),
            high=max(floors),
            mean=max(round(sum(floors) / len(floors)), 1),
        )
    elif floors and len(floors) < survey.buildings:
        yield Message(
            "{known} of {all} buildings have a number of floors; the others get the mean.",
            known=len(floors),
            all=survey.buildings,
        )
