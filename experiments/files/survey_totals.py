"""Totals of a file of buildings: their number, floors, lifts and homes, and their kinds.

The draft of a community has one kind of building. A file may know the floors of each; the draft takes their
mean, because buildings of a compound are alike in the model, or makes a compound of each number of floors.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...engine.texts.errors import Message
from ...model.scenarios.ground_plan import GroundPlan
from .building_survey import Survey

APART = 2.0  # ratio of the floors of two buildings from which their mean misleads


class Kind(NamedTuple):
    """A compound of buildings that are alike."""

    buildings: int
    floors: int
    lifts: int | None  # of each stairwell; None: not known


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
        kinds.append(Kind(len(lifts), number, round(sum(known) / len(known)) if known else None))
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
            "The buildings have {low} to {high} floors; the buildings of a compound are alike in the model, "
            "so all get {mean}; `cogov new case --by-floors` makes a compound of each number of floors.",
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
