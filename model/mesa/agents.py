"""Mesa agents: views of the world's columns, created on first use, with no state of their own.

They are all in this file, which only the Mesa model imports. In the files of each kind's rules they would
make every worker of a sweep load Mesa, 0.7 s and 80 MB each.
"""

from numbers import Real
from typing import TYPE_CHECKING, Any, NoReturn

import mesa
from mesa.discrete_space import Cell

from ...engine.codes import (
    STANDING_IN_SERVICE_MEMBER,
    STANDING_NEIGHBOUR,
    STANDING_RETIRED_MEMBER,
    STANDING_VOLUNTEER,
    TRUST_COMMITTEE,
    TRUST_COMPANY,
    TRUST_NEIGHBOURS,
)

if TYPE_CHECKING:
    from .model import Community

MESA = ("model", "unique_id", "pos")  # what Mesa itself writes on an agent


class View(mesa.Agent):
    """One person as a Mesa agent, identified by `row` for the whole run. Only the model creates them."""

    def __init__(self, model: "Community", row: int) -> None:
        self.__dict__["row"] = row
        super().__init__(model)

    def __setattr__(self, name: str, value: Any) -> None:
        """Write a column. Raises AttributeError for attributes that are fixed or do not exist."""
        if name not in MESA and not hasattr(getattr(type(self), name, None), "__set__"):
            raise AttributeError(f"{self}: {name} cannot be written; {writable(type(self))}")
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        """Return None for attributes of other kinds of people, so that one reporter can read all agents."""
        if not hasattr(type(self), name) and any(hasattr(kind, name) for kind in View.__subclasses__()):
            return None
        return self.__getattribute__(name)  # raises the original AttributeError again

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.row}"

    def remove(self) -> NoReturn:
        """Raise RuntimeError: rows of a community cannot be removed."""
        raise RuntimeError(f"{self} cannot be removed: a community's rows are for life")


class Column:
    """A resident's cell in a column of `world.residents`, at index `at` of the row if the column is a matrix.

    It can be written, 0 to `high`, if `high` is given.
    """

    def __init__(self, column: str = "", *at: int, high: float | None = None) -> None:
        self.column, self.at, self.high = column, at, high

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.column = self.column or name

    def __get__(self, view: View | None, kind: type | None = None) -> Any:
        return (
            self
            if view is None
            else getattr(view.model.world.residents, self.column).item(view.row, *self.at)
        )

    def __set__(self, view: View, value: Any) -> None:
        if self.high is None:
            raise AttributeError(f"{view}: {self.name} is for life; {writable(type(view))}")
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= self.high:
            raise ValueError(
                f"{view}: {self.name} = {value!r} is out of range; allowed is a number, 0 to {self.high:g}"
            )
        getattr(view.model.world.residents, self.column)[view.row, *self.at] = value


def writable(kind: type) -> str:
    """Say which attributes of a kind of person can be written."""
    names = [name for name in dir(kind) if getattr(getattr(kind, name), "high", None) is not None]
    return f"what can be: {', '.join(names) or 'nothing'}"


class Resident(View):
    """A resident as a Mesa agent.

    Columns that change from day to day can be written; this has effects when the building next takes stock,
    within a week.
    """

    home, building, band, skill = Column(), Column(), Column(), Column()
    registered, member, in_service, volunteer, housebound = Column(), Column(), Column(), Column(), Column()
    presence, voice, zeal, evenings, ties = Column(), Column(), Column(), Column(), Column()
    post_hours = Column()
    trust_committee = Column("trust", TRUST_COMMITTEE, high=1.0)
    trust_company = Column("trust", TRUST_COMPANY, high=1.0)
    trust_neighbours = Column("trust", TRUST_NEIGHBOURS, high=1.0)
    satisfaction = Column(high=1.0)
    fatigue = Column(high=1000.0)
    standing = STANDING_NEIGHBOUR

    @property
    def duty(self) -> float:
        """Duty to give an evening that comes with the resident's standing, a logit."""
        return self.model.world.duty[self.standing].item()

    @property
    def gives(self) -> bool:
        """Whether the resident has promised an evening this week."""
        return self.evenings > 0

    @property
    def evening(self) -> float:
        """Hours promised this week."""
        return self.evenings * self.model.case.volunteers.evening_hours

    @property
    def owner(self) -> bool:
        """Whether the owner lives in the home; else it is let."""
        return self.model.world.households.owner[self.home].item()

    @property
    def compound(self) -> int:
        """Row of the compound."""
        return self.model.world.buildings.compound[self.building].item()

    @property
    def cell(self) -> Cell:
        """The building as a cell of `model.grid`."""
        return self.model.building_cell(self.building)

    @property
    def knows(self) -> list["Resident"]:
        """Acquaintances, as agents."""
        return [self.model.residents[i] for i in self.model.world.residents.known[self.row, : self.ties]]


class PartyMember(Resident):
    """A party member as a Mesa agent, whether or not on a volunteer team's list."""

    @property
    def standing(self) -> int:  # type: ignore[override]  # nor can it be written elsewhere: see View
        """STANDING_... of a member."""
        return STANDING_IN_SERVICE_MEMBER if self.in_service else STANDING_RETIRED_MEMBER

    @property
    def evening(self) -> float:
        """Hours promised this week."""
        return self.evenings * self.model.case.party_members.evening_hours


class Volunteer(Resident):
    """A resident on a volunteer team's list, as a Mesa agent."""

    standing = STANDING_VOLUNTEER


class PartyVolunteer(PartyMember, Volunteer):  # type: ignore[override]  # as in PartyMember
    """A party member on a volunteer team's list, who is asked for evenings as a member."""


class PropertyManager(View):
    """One of the crew of a compound's property company, as a Mesa agent; `row` is the compound."""

    @property
    def compound(self) -> int:
        """Row of the compound."""
        return self.row

    @property
    def hours(self) -> float:
        """Hours a day on residents' issues."""
        return self.model.case.property_managers.shift_hours

    @property
    def crew(self) -> float:
        """Hours a day of the compound's whole crew."""
        return self.model.world.crews[self.row].item()


class GridWorker(View):
    """A grid worker as a Mesa agent, the full-time ones first."""

    @property
    def full_time(self) -> bool:
        """Whether the worker is full-time."""
        return self.row < self.model.case.grid_workers.full_time

    @property
    def hours(self) -> float:
        """Hours a day."""
        knobs = self.model.case.grid_workers
        return knobs.shift_hours if self.full_time else knobs.part_time_hours
