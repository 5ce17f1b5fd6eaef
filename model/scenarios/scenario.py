"""A scenario: everything in which communities differ, and nothing that happens in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from ...agents.committee import SIZED, CommitteeParameters
from ...agents.departments import DepartmentParameters
from ...agents.grid_workers import GridWorkerParameters
from ...agents.party_members import PartyMemberParameters
from ...agents.property_managers import PropertyParameters
from ...agents.resident_parameters import ResidentParameters
from ...agents.volunteers import VolunteerParameters
from ...engine.parameters import LeftOut, check, describe_problem, knob
from ...engine.renamed import suggest_names
from ...engine.texts.errors import Message
from .. import mechanisms
from ..issues.all_issues import AllIssues
from ..issues.categories import CATEGORIES, Category, encode_category
from ..issues.project_parameters import ProjectParameters
from ..mechanisms import Mechanism
from ..places import BUILDINGS
from ..resources.calendar import CalendarParameters, InitialIssues, Shock
from ..resources.rollout import RollOut
from .census import Census, counts
from .ground_plan import GroundPlan
from .structure import Structure

MAX_INITIAL_ISSUES = (
    100_000  # issues that a case may begin with, at most: more than a city of millions has open
)


@dataclass(frozen=True)
class Compound:
    """A group of identical compounds."""

    name: str = field(default="yard", metadata={"text": 60})
    count: int = knob(1, 1, 5000, unit="compounds", source="given or assumed by the case")
    buildings: int = knob(4, 1, 2000, unit="buildings/compound", source="given or assumed by the case")
    stairwells: int = knob(3, 1, 40, unit="stairwells/building", source="assumed")
    floors: int = knob(7, 1, 60, unit="floors", source="assumed; old walk-ups have seven at most")
    age_years: float = knob(25.0, 0.0, 150.0, unit="years", source="given or assumed by the case")
    lifts: int = knob(0, 0, 8, unit="lifts/stairwell", source="assumed")
    company: bool = False  # has a property company
    maintenance_fund_yuan: float = knob(
        0.0,
        0.0,
        1e10,
        unit="yuan in its maintenance fund (维修资金) on day 0",
        source="given or assumed by the case",
    )
    zh: str = field(default="", metadata={"text": 60})  # its Chinese name


@dataclass(frozen=True)
class ReportedOutcome:
    """An outcome stated in the report, for comparison with the model: wording, measure, accepted range."""

    name: str = field(default="outcome", metadata={"text": 60})
    words: str = field(default="", metadata={"text": 400})
    # as in experiments/observation/pattern_measures.py
    measure: str = field(default="resolution_rate", metadata={"text": 100})
    low: float = knob(
        -1e12, -1e12, 1e12, unit="of the measure", source="the report, or words converted to a range"
    )
    high: float = knob(
        1e12, -1e12, 1e12, unit="of the measure", source="the report, or words converted to a range"
    )
    tolerance: float = knob(
        0.0, 0.0, 1e12, unit="of the measure, added at both ends", source="precision of the report"
    )
    days: int = knob(
        0,
        0,
        36_500,
        unit="day of the run on which it is measured; 0 is the last day",
        source="given or assumed by the case",
    )
    off: tuple[str, ...] = field(default=(), metadata={"names": True})  # mechanisms that were not there yet
    on: tuple[str, ...] = field(default=(), metadata={"names": True})
    number: bool = False  # whether the report itself gives the number

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield what cannot be true together, as (field, words)."""
        if self.low > self.high:
            yield "low", Message("= {low:g} is more than high = {high:g}", low=self.low, high=self.high)


def every_category() -> dict[str, Category]:
    """Return a new dict of all categories that ship, name -> Category."""
    return dict(CATEGORIES)


@dataclass(frozen=True)
class Scenario:
    """A community and its institutions. Frozen and checked: every Scenario that exists can be run."""

    name: str = field(default="plain", metadata={"text": 60, "file_name": True})
    title: str = field(default="", metadata={"text": 200})
    # what the page calls it, and its story in a sentence or two, in English and Chinese
    short_title: str = field(default="", metadata={"text": 60})
    short_title_zh: str = field(default="", metadata={"text": 60})
    story: str = field(default="", metadata={"text": 400})
    story_zh: str = field(default="", metadata={"text": 400})
    provenance: str = field(default="", metadata={"text": 1000})
    days: int = knob(
        365,
        1,
        36_500,
        unit="days",
        source="a year",
        words=("Days", "天数", "天"),
    )
    community: Census = field(default_factory=Census)
    compound: tuple[Compound, ...] = field(default=(Compound(),), metadata={"each": Compound})
    place: GroundPlan = field(default_factory=GroundPlan)
    residents: ResidentParameters = field(default_factory=ResidentParameters)
    party_members: PartyMemberParameters = field(default_factory=PartyMemberParameters)
    volunteers: VolunteerParameters = field(default_factory=VolunteerParameters)
    property_managers: PropertyParameters = field(default_factory=PropertyParameters)
    grid_workers: GridWorkerParameters = field(default_factory=GridWorkerParameters)
    committee: CommitteeParameters = field(default_factory=CommitteeParameters)
    departments: DepartmentParameters = field(default_factory=DepartmentParameters)
    projects: ProjectParameters = field(default_factory=ProjectParameters)
    calendar: CalendarParameters = field(default_factory=CalendarParameters)
    shock: tuple[Shock, ...] = field(default=(), metadata={"each": Shock})
    initial_issues: tuple[InitialIssues, ...] = field(default=(), metadata={"each": InitialIssues})
    all_issues: AllIssues = field(default_factory=AllIssues)
    structure: Structure = field(default_factory=Structure)
    issues: dict[str, Category] = field(
        default_factory=every_category, metadata={"named": every_category, "new": Category}
    )
    mechanisms: dict[str, Mechanism] = field(default_factory=dict, metadata={"named": mechanisms.Registry})
    rollout: tuple[RollOut, ...] = field(default=(), metadata={"each": RollOut})
    reported: tuple[ReportedOutcome, ...] = field(default=(), metadata={"each": ReportedOutcome})

    def __post_init__(self) -> None:
        kinds = [
            kind
            for kind in self.compound
            if not any(
                describe_problem(f, getattr(kind, f.name)) for f in fields(kind) if "low" in f.metadata
            )
        ]
        stairwells, floors = (
            sum(
                kind.count * kind.buildings * kind.stairwells * (kind.floors if high else 1) for kind in kinds
            )
            for high in (False, True)
        )
        if stairwells:
            object.__setattr__(self, "community", self.community.with_homes((stairwells, floors)))
        object.__setattr__(self, "committee", self.committee.serving(self.community.residents))
        check(self, self.name)
        for f in fields(self):
            part = getattr(self, f.name)
            if f.metadata.get("each"):
                for i, item in enumerate(part):
                    check(item, f"{f.name}.{i}")
            elif "named" in f.metadata:
                for name, item in part.items():
                    check(item, f"{f.name}.{name}")
            elif hasattr(part, "__dataclass_fields__"):
                check(part, f.name)
        # the order in which a case lists its categories has no meaning
        object.__setattr__(self, "issues", dict(sorted(self.issues.items())))

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield what cannot be true together, as (field, words)."""
        stairwells, buildings = (
            sum(c.count * c.buildings * c.stairwells for c in self.compound),
            sum(c.count * c.buildings for c in self.compound),
        )
        codes: dict[int, str] = {}
        for name in self.issues:
            other = codes.setdefault(encode_category(name), name)
            if not name or {*name} & {*"./"}:
                yield (
                    "issues",
                    Message(
                        "has a category {name!r}; a name must not be empty or contain '.' or '/'",
                        name=name,
                    ),
                )
            if other != name:
                yield (
                    f"issues.{name}",
                    Message(
                        "has the same code as {other!r}, and its random numbers depend on the code: rename "
                        "one of the two",
                        other=other,
                    ),
                )
        if sum(begin.count for begin in self.initial_issues) > MAX_INITIAL_ISSUES:
            yield (
                "initial_issues",
                Message(
                    "has {count:,} issues; allowed is {most:,} in all",
                    count=sum(begin.count for begin in self.initial_issues),
                    most=MAX_INITIAL_ISSUES,
                ),
            )
        if not self.compound:
            yield "compound", "needs at least one compound"
        elif buildings > BUILDINGS:
            yield (
                "compound",
                Message(
                    "has {buildings:,} buildings; allowed is {most:,} in all",
                    buildings=buildings,
                    most=BUILDINGS,
                ),
            )
        elif self.community.households < stairwells:
            yield (
                "community.households",
                Message(
                    "= {households} is less than the {stairwells} stairwells: every stairwell has at least "
                    "one household{left_out}",
                    households=self.community.households,
                    stairwells=stairwells,
                    left_out=self.community.left_out_note("households"),
                ),
            )
        elif self.place.cells and len(self.place.cells) != buildings:
            yield (
                "place.cells",
                Message(
                    "has {count:,} cells, but there are {buildings:,} buildings: give one for each, or none",
                    count=len(self.place.cells),
                    buildings=buildings,
                ),
            )
        yield from self.rollouts_that_contradict()
        for n, begin in enumerate(self.initial_issues):
            if begin.category not in self.issues:
                yield (
                    f"initial_issues.{n}.category",
                    Message(
                        "= {category!r} is not one of {issues}",
                        category=begin.category,
                        issues=", ".join(self.issues),
                    ),
                )
            elif not self.has(self.issues[begin.category].unit):
                yield (
                    f"initial_issues.{n}.category",
                    Message(
                        "= {category!r} can occur nowhere: its unit is {unit!r}, and this community has none",
                        category=begin.category,
                        unit=self.issues[begin.category].unit,
                    ),
                )

    def rollouts_that_contradict(self) -> Iterator[tuple[str, str | Message]]:
        """Yield what cannot be true of roll-outs, as (field, words)."""
        known = sorted({*mechanisms.list_mechanisms(), *self.mechanisms})
        for n, rollout in enumerate(self.rollout):
            if rollout.mechanism not in known:
                yield (
                    f"rollout.{n}.mechanism",
                    Message(
                        "= {mechanism!r} is unknown{hint}",
                        mechanism=rollout.mechanism,
                        hint=suggest_names(rollout.mechanism, known),
                    ),
                )
            elif rollout.mechanism in [other.mechanism for other in self.rollout[:n]]:
                yield (
                    f"rollout.{n}.mechanism",
                    Message("= {mechanism!r} is rolled out twice", mechanism=rollout.mechanism),
                )

    def has(self, unit: str) -> bool:
        """Whether the community has any of `unit`, one of UNITS, from which categories arise."""
        census, lifts = self.community, [kind.lifts > 0 for kind in self.compound]
        counted = {
            "elder": census.elders,
            "alone": census.elders_alone,
            "housebound": census.housebound,
            "child": census.children,
            "shop": census.shops,
        }
        return bool(counted.get(unit, True)) and {
            "lift": any(lifts),
            "garage": any(lifts),
            "walkup": not all(lifts),
        }.get(unit, True)


def census_of(scenario: Scenario) -> tuple[dict[str, float], list[str]]:
    """Return the numbers of community and committee in a run, path -> number, and the paths left out."""
    parts = (
        ("community", scenario.community, [f.name for f in counts(Census)]),
        ("committee", scenario.committee, SIZED),
    )
    numbers = {f"{part}.{name}": getattr(owner, name) for part, owner, names in parts for name in names}
    return numbers, [path for path, value in numbers.items() if isinstance(value, LeftOut)]
