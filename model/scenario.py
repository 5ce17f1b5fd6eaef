"""A scenario: everything that makes one community differ from another, and nothing that happens in it."""

from dataclasses import dataclass, field, fields

from ..agents.grid_workers import GridKnobs
from ..agents.party_members import MemberKnobs
from ..agents.property_managers import PropertyKnobs
from ..agents.residents import ResidentKnobs
from ..agents.volunteers import VolunteerKnobs
from . import mechanisms
from .almanac import CalendarKnobs, Outset, Shock
from .categories import CATEGORIES, encode_category
from .knobs import check, knob
from .places import BUILDINGS
from .signing import ProjectKnobs

CROWDED = 30  # people in a household on average, at most
OUTSET = 100_000  # issues that a case may begin with: more than a city of millions has open
PEOPLE = {"unit": "people", "source": "given by the case"}
HOMES = {"unit": "households", "source": "given by the case"}


@dataclass(frozen=True)
class Census:
    """Who lives there: totals that the community meets exactly. Those not in `given` are assumptions of the case."""

    residents: int = knob(240, 1, 20_000_000, **PEOPLE)
    households: int = knob(96, 1, 10_000_000, **HOMES)
    registered: int = knob(180, 0, 20_000_000, **PEOPLE)  # registered locally; the others are migrants
    children: int = knob(30, 0, 20_000_000, **PEOPLE)
    elders: int = knob(60, 0, 20_000_000, **PEOPLE)
    elders_alone: int = knob(8, 0, 5_000_000, **PEOPLE)
    housebound: int = knob(4, 0, 5_000_000, **PEOPLE)
    members: int = knob(16, 0, 5_000_000, **PEOPLE)
    in_service: int = knob(6, 0, 5_000_000, **PEOPLE)  # of the members
    volunteers: int = knob(20, 0, 5_000_000, **PEOPLE)
    member_volunteers: int = knob(4, 0, 5_000_000, **PEOPLE)  # members among the volunteers
    owners: int = knob(70, 0, 10_000_000, **HOMES)  # households whose owner lives there; the others are let
    away: int = knob(6, 0, 10_000_000, **HOMES)  # owners' households that live elsewhere most days
    shops: int = knob(4, 0, 100_000, unit="shops", source="given by the case")
    given: tuple = field(default=(), metadata={"names": True})  # which of these the report gives

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        within = (
            ("households", "residents"), ("registered", "residents"), ("children", "residents"), ("elders", "residents"), ("members", "residents"),
            ("volunteers", "residents"), ("elders_alone", "elders"), ("elders_alone", "households"), ("housebound", "elders"),
            ("in_service", "members"), ("member_volunteers", "members"), ("member_volunteers", "volunteers"), ("owners", "households"), ("away", "owners"),
        )  # fmt: skip
        for part, whole in within:
            if getattr(self, part) > getattr(self, whole):
                yield part, f"= {getattr(self, part)} is more than {whole} = {getattr(self, whole)}"
        if self.children > self.residents - self.households:
            yield "children", f"= {self.children} leaves no grown-up for each of {self.households} households: at most {self.residents - self.households}"
        if self.residents > CROWDED * self.households:
            yield "residents", f"= {self.residents} are more than {CROWDED} to each of {self.households} households"
        names = [f.name for f in fields(self) if "low" in f.metadata]
        for name in self.given:
            if name not in names:
                yield "given", f"names {name!r}, which is none of {', '.join(names)}"


@dataclass(frozen=True)
class Compound:
    """Compounds of one kind: so many, alike."""

    name: str = field(default="yard", metadata={"text": 60})
    count: int = knob(1, 1, 5000, unit="compounds", source="given or assumed by the case")
    buildings: int = knob(4, 1, 2000, unit="buildings/compound", source="given or assumed by the case")
    stairwells: int = knob(3, 1, 40, unit="stairwells/building", source="assumed")
    floors: int = knob(7, 1, 60, unit="floors", source="assumed; old walk-ups have seven at most")
    age: float = knob(25.0, 0.0, 150.0, unit="years", source="given or assumed by the case")
    lifts: int = knob(0, 0, 8, unit="lifts/stairwell", source="assumed")
    company: bool = False  # has a property company
    maintenance: float = knob(0.0, 0.0, 1e10, unit="yuan in its maintenance fund (维修资金) on day 0", source="given or assumed by the case")


@dataclass(frozen=True)
class Reported:
    """An outcome that the report tells of, to hold the model against: its words, what measures it, and the range that is like it."""

    name: str = field(default="outcome", metadata={"text": 60})
    words: str = field(default="", metadata={"text": 400})
    measure: str = field(default="resolution_rate", metadata={"text": 100})  # as in experiments/patterns.py
    low: float = knob(-1e12, -1e12, 1e12, unit="of the measure", source="the report, or words turned into a range")
    high: float = knob(1e12, -1e12, 1e12, unit="of the measure", source="the report, or words turned into a range")
    tolerance: float = knob(0.0, 0.0, 1e12, unit="of the measure, added at both ends", source="how exactly the report counts")
    days: int = knob(0, 0, 36_500, unit="day of the run on which it is measured; 0 the last", source="given or assumed by the case")
    off: tuple = field(default=(), metadata={"names": True})  # mechanisms that were not there yet
    on: tuple = field(default=(), metadata={"names": True})
    number: bool = False  # whether the report itself gives the number

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        if self.low > self.high:
            yield "low", f"= {self.low:g} is more than high = {self.high:g}"


@dataclass(frozen=True)
class CommitteeKnobs:
    """The residents' committee (居委会), its desk and its fund."""

    staff: float = knob(2.0, 0.0, 500.0, unit="people", source="assumed")
    shift: float = knob(3.0, 0.0, 12.0, unit="hours/person/day on residents' issues", source="assumed: the rest is paperwork")
    weekend: float = knob(0.4, 0.0, 1.0, unit="share of a weekday's hours", source="assumed: by rota")
    intake: float = knob(0.25, 0.0, 5.0, unit="hours to take in an issue", source="assumed")
    phone: float = knob(0.02, 0.0, 1.0, unit="sittings' worth a day by telephone, of those around who trust the caller", source="assumed")
    forget: float = knob(0.005, 0.0, 1.0, unit="1/day that a waiting issue is forgotten", source="assumed")
    verify: int = knob(7, 1, 60, unit="days till what was done is checked", source="assumed")
    redo: float = knob(0.5, 0.0, 1.0, unit="share of the work to do again when reopened", source="assumed")
    budget: float = knob(20_000.0, 0.0, 1e9, unit="yuan/year into the community's fund", source="assumed")
    fund: float = knob(5000.0, 0.0, 1e9, unit="yuan in the fund on day 0", source="assumed")
    thrift: float = knob(0.05, 0.0, 1.0, unit="share of the fund that mechanisms may spend in a day", source="assumed")


@dataclass(frozen=True)
class DepartmentKnobs:
    """The street office and the city's departments: an outside queue."""

    hours: float = knob(16.0, 0.0, 10_000.0, unit="hours/day for this community", source="assumed")
    shift: float = knob(8.0, 0.0, 24.0, unit="hours/day in one job", source="assumed")


def every_category():
    return dict(CATEGORIES)


@dataclass(frozen=True)
class Scenario:
    """A community and its institutions. Frozen and checked: one that exists can be run."""

    name: str = field(default="plain", metadata={"text": 60})
    title: str = field(default="", metadata={"text": 200})
    provenance: str = field(default="", metadata={"text": 1000})
    days: int = knob(365, 1, 36_500, unit="days", source="a year")
    community: Census = field(default_factory=Census)
    compound: tuple = field(default=(Compound(),), metadata={"each": Compound})
    residents: ResidentKnobs = field(default_factory=ResidentKnobs)
    party_members: MemberKnobs = field(default_factory=MemberKnobs)
    volunteers: VolunteerKnobs = field(default_factory=VolunteerKnobs)
    property_managers: PropertyKnobs = field(default_factory=PropertyKnobs)
    grid_workers: GridKnobs = field(default_factory=GridKnobs)
    committee: CommitteeKnobs = field(default_factory=CommitteeKnobs)
    departments: DepartmentKnobs = field(default_factory=DepartmentKnobs)
    projects: ProjectKnobs = field(default_factory=ProjectKnobs)
    calendar: CalendarKnobs = field(default_factory=CalendarKnobs)
    shock: tuple = field(default=(), metadata={"each": Shock})
    outset: tuple = field(default=(), metadata={"each": Outset})
    issues: dict = field(default_factory=every_category, metadata={"named": every_category})
    mechanisms: dict = field(default_factory=dict, metadata={"named": mechanisms.every})
    reported: tuple = field(default=(), metadata={"each": Reported})

    def __post_init__(self):
        check(self, self.name)
        for f in fields(self):
            part = getattr(self, f.name)
            if f.metadata.get("each"):
                for i, one in enumerate(part):
                    check(one, f"{f.name}.{i}")
            elif "named" in f.metadata:
                for name, one in part.items():
                    check(one, f"{f.name}.{name}")
            elif hasattr(part, "__dataclass_fields__"):
                check(part, f.name)
        object.__setattr__(self, "issues", dict(sorted(self.issues.items())))  # the order in which categories are written means nothing

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        stairwells, buildings = sum(c.count * c.buildings * c.stairwells for c in self.compound), sum(c.count * c.buildings for c in self.compound)
        codes = {}
        for name in self.issues:
            other = codes.setdefault(encode_category(name), name)
            if not name or {*name} & {*"./"}:
                yield "issues", f"holds a category {name!r}; a category's name is not empty and has neither '.' nor '/'"
            if other != name:
                yield f"issues.{name}", f"has the same code as {other!r}, by which luck knows a category: rename one of the two"
        if sum(begin.count for begin in self.outset) > OUTSET:
            yield "outset", f"holds {sum(begin.count for begin in self.outset):,} issues; allowed is {OUTSET:,} in all"
        if not self.compound:
            yield "compound", "is empty: a community has at least one"
        elif buildings > BUILDINGS:
            yield "compound", f"holds {buildings:,} buildings; allowed is {BUILDINGS:,} in all"
        elif self.community.households < stairwells:
            yield "community.households", f"= {self.community.households} are fewer than the {stairwells} stairwells: every stairwell has one at least"
        for n, begin in enumerate(self.outset):
            if begin.category not in self.issues:
                yield f"outset.{n}.category", f"= {begin.category!r} is not one of {', '.join(self.issues)}"
            elif not self.has(self.issues[begin.category].unit):
                yield f"outset.{n}.category", f"= {begin.category!r} can be nowhere: it arises from each {self.issues[begin.category].unit}, and there is none in this community"

    def has(self, unit):
        """Whether there is any of what categories arise from, one of UNITS."""
        census, lifts = self.community, [kind.lifts > 0 for kind in self.compound]
        counted = {"elder": census.elders, "alone": census.elders_alone, "housebound": census.housebound, "child": census.children, "shop": census.shops}
        return bool(counted.get(unit, True)) and {"lift": any(lifts), "garage": any(lifts), "walkup": not all(lifts)}.get(unit, True)
