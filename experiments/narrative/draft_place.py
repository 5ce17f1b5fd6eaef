"""The place of a draft: its compounds, and the ground plan that a file of buildings gives.

The draft has one kind of building. A file may know the floors of each building; the draft takes their mean,
because the buildings of a compound are alike in the model, or makes a compound of each number of floors.
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


class Kind(NamedTuple):
    """A compound of buildings that are alike."""

    buildings: int
    floors: int
    lifts: int


class Layout(NamedTuple):
    """What a draft has besides its fields."""

    plan: GroundPlan | None = None  # None: that of the file that was opened, if any
    compounds: int = 1  # into which the buildings are divided, in their order
    source: str = ""  # name of the file that the plan was read from
    kinds: tuple[Kind, ...] = ()  # the compounds by their floors, in the order of the plan

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
    values: Values, base: Scenario, shown: Values, layout: Layout = PLAIN
) -> tuple[Compound, ...]:
    """Return the compounds of a draft: by their floors, or alike but for one building more in the first.

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
    if layout.kinds:
        return tuple(replace(one, **kind._asdict()) for kind in layout.kinds)
    each, larger = divmod(values["buildings"], layout.compounds)
    sizes = ((larger, each + 1), (layout.compounds - larger, each))
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


def divide_by_floors(survey: Survey) -> tuple[Survey, tuple[Kind, ...]]:
    """Return the survey with its buildings in the order of their floors, and a compound for each number.

    Buildings whose floors are not known get the mean.
    """
    mean = values_of_survey(survey).get("floors")
    if mean is None:
        return survey, ()
    floors = [mean if number is None else number for number in survey.floors]
    order = sorted(range(survey.buildings), key=floors.__getitem__)
    kinds = []
    for number in sorted(set(floors)):
        lifts = [survey.lifts[n] for n in order if floors[n] == number]
        known = [count for count in lifts if count is not None]
        usual = round(sum(known) / len(known)) if known else usual_lifts(number)
        kinds.append(Kind(len(lifts), number, usual))
    plan = GroundPlan(
        tuple(survey.plan.cells[n] for n in order),
        tuple(survey.plan.outlines[n] for n in order if survey.plan.outlines),
    )
    columns = [tuple(column[n] for n in order) for column in (survey.floors, survey.homes, survey.lifts)]
    return Survey(plan, columns[0], columns[1], columns[2], survey.notes), tuple(kinds)


def notes_of_survey(survey: Survey) -> Iterator[Message]:
    """Yield what a user should know of the file: what was left out, and where a mean misleads."""
    yield from survey.notes
    floors = [number for number in survey.floors if number is not None]
    if floors and max(floors) >= APART * min(floors):
        yield Message(
            "The buildings have {low} to {high} floors; the buildings of a compound are alike in the "
            "model, so all get {mean}; "
            "`cogov new case --by-floors` makes a compound of each number of floors.",
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
