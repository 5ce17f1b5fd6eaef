"""A scenario: everything that makes one community differ from another, and nothing that happens in it."""

from dataclasses import dataclass, field, fields, replace
from math import ceil, exp, inf

from ..agents.grid_workers import GridWorkerParameters
from ..agents.party_members import PartyMemberParameters
from ..agents.property_managers import PropertyParameters
from ..agents.residents import ResidentParameters
from ..agents.volunteers import VolunteerParameters
from ..engine.parameters import (
    LeftOut,
    LeftOutAmount,
    LeftOutCount,
    check,
    complaint,
    knob,
)
from . import mechanisms
from .issues.categories import CATEGORIES, encode_category
from .issues.consent import ProjectParameters
from .places import BUILDINGS
from .resources.calendar import CalendarParameters, InitialIssues, Shock

CROWDED = 30  # people in a household on average, at most
OUTSET = 100_000  # issues that a case may begin with: more than a city of millions has open
FLATS = 8 / 7  # households to a floor of a stairwell, where a case gives neither them nor residents
WITHIN = (  # no more of the first than of the second
    ("households", "residents"),
    ("registered", "residents"),
    ("children", "residents"),
    ("elders", "residents"),
    ("members", "residents"),
    ("volunteers", "residents"),
    ("elders_alone", "elders"),
    ("elders_alone", "households"),
    ("housebound", "elders"),
    ("in_service", "members"),
    ("member_volunteers", "members"),
    ("member_volunteers", "volunteers"),
    ("owners", "households"),
    ("away", "owners"),
)


def share(default, of, high, unit):
    """Declare a number of the census that is a share of `of` where it is left out: the same share as `default` of that one's default."""
    f = knob(
        LeftOutCount(default), 0, high, unit=unit, source=f"given by the case; left out, a share of {of}"
    )
    return field(default=f.default, metadata={**f.metadata, "of": of})


@dataclass(frozen=True)
class Census:
    """Who lives there: totals that the community meets exactly. Those not in `given` are assumptions of the case.

    What a case leaves out is LeftOut: a share of what it gives, and of `homes` (stairwells, floors of all of them) where it gives
    neither residents nor households. It is worked out anew whenever a number is changed, and kept within what the others allow.
    """

    residents: int = knob(
        LeftOutCount(240),
        1,
        20_000_000,
        unit="people",
        source="given by the case; left out, 2.5 to a household",
    )
    households: int = knob(
        LeftOutCount(96),
        1,
        10_000_000,
        unit="households",
        source="given by the case; left out, a share of residents, or 8 to a stairwell of 7 floors",
    )
    registered: int = share(
        180, "residents", 20_000_000, "people"
    )  # registered locally; the others are migrants
    children: int = share(30, "residents", 20_000_000, "people")
    elders: int = share(60, "residents", 20_000_000, "people")
    elders_alone: int = share(8, "elders", 5_000_000, "people")
    housebound: int = share(4, "elders", 5_000_000, "people")
    members: int = share(16, "residents", 5_000_000, "people")
    in_service: int = share(6, "members", 5_000_000, "people")  # of the members
    volunteers: int = share(20, "residents", 5_000_000, "people")
    member_volunteers: int = share(4, "members", 5_000_000, "people")  # members among the volunteers
    owners: int = share(
        70, "households", 10_000_000, "households"
    )  # households whose owner lives there; the others are let
    away: int = share(
        6, "owners", 10_000_000, "households"
    )  # owners' households that live elsewhere most days
    shops: int = share(4, "residents", 100_000, "shops")
    given: tuple = field(default=(), metadata={"names": True})  # which of these the report gives
    homes: tuple = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        known = {
            f.name: getattr(self, f.name)
            for f in counts(self)
            if not isinstance(getattr(self, f.name), LeftOut)
        }
        if len(known) < len(counts(self)) and not any(
            complaint(f, known[f.name]) for f in counts(self) if f.name in known
        ):
            for name, value in fill(known, self.homes).items():
                object.__setattr__(self, name, LeftOutCount(value))

    def with_homes(self, homes):
        """The same census in buildings with so many (stairwells, floors of all of them)."""
        return replace(self, homes=homes) if isinstance(self.households, LeftOut) else self

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        for part, whole in WITHIN:
            if getattr(self, part) > getattr(self, whole):
                yield (
                    part,
                    f"= {getattr(self, part)} is more than {whole} = {getattr(self, whole)}{self.left(part, whole)}",
                )
        if self.children > self.residents - self.households:
            most, left = self.residents - self.households, self.left("children", "households", "residents")
            yield (
                "children",
                f"= {self.children} leaves no grown-up for each of {self.households} households: at most {most}{left}",
            )
        if self.residents > CROWDED * self.households:
            yield (
                "residents",
                f"= {self.residents} are more than {CROWDED} to each of {self.households} households{self.left('residents', 'households')}",
            )
        names = [f.name for f in counts(self)]
        for name in self.given:
            if name not in names:
                yield "given", f"names {name!r}, which is none of {', '.join(names)}"

    def left(self, *names):
        """Which of these the case leaves out, in words to end a sentence with; empty when it gives them all."""
        out = [name for name in names if isinstance(getattr(self, name), LeftOut)]
        return (
            f"; the case leaves out {' and '.join(out)}, so a share was taken: give {'them' if len(out) > 1 else 'it'}"
            if out
            else ""
        )


def counts(census):
    """The fields of a census that are numbers."""
    return [f for f in fields(census) if "low" in f.metadata]


def fill(known, homes):
    """The numbers of a census that are not `known` (name -> number), name -> whole number, each kept within what the others allow.

    `homes` (stairwells, floors of all of them) counts where neither residents nor households are known; there is a household in
    every stairwell.
    """
    default, highest = (
        {f.name: number(f) for f in counts(Census)}
        for number in (lambda f: int(f.default), lambda f: f.metadata["high"])
    )
    stairwells, floors = homes or (1, 0)
    all_ = dict(known)

    def take(name, value, least=0, most=inf):
        if name not in all_:
            least = max([least, *(known[part] for part, whole in WITHIN if whole == name and part in known)])
            most = min(
                [
                    most,
                    highest[name],
                    *(all_[whole] for part, whole in WITHIN if part == name and whole in all_),
                ]
            )
            all_[name] = int(max(min(round(value), most), least))

    if "residents" not in all_ and homes:
        take("households", floors * FLATS, stairwells)
    each = default["residents"] / default["households"]
    least = max(
        known.get("children", 0) + all_.get("households", 1),
        known.get("elders", 0) + known.get("children", 0),
    )
    take("residents", all_["households"] * each if "households" in all_ else default["residents"], least)
    take(
        "households",
        all_["residents"] / each,
        max(min(stairwells, all_["residents"]), ceil(all_["residents"] / CROWDED)),
        max(all_["residents"] - known.get("children", 0), 1),
    )
    beside = all_["residents"] - all_["households"]  # residents who share a home
    most = {
        "children": lambda: beside,
        "elders": lambda: all_["residents"] - all_["children"],
        "members": lambda: all_["residents"] - all_["children"],
        "elders_alone": lambda: all_["households"] - (beside > 0),
        "in_service": lambda: int(0.9 * (all_["residents"] - all_["children"] - all_["elders"])),
        "away": lambda: all_["owners"] - all_["elders_alone"],
        "volunteers": lambda: (
            all_["residents"] - all_["children"] - all_["members"] + known.get("member_volunteers", 0)
        ),
    }
    for f in (f for f in counts(Census) if "of" in f.metadata):
        value = default[f.name] / default[f.metadata["of"]] * all_[f.metadata["of"]]
        take(
            f.name,
            living_alone(all_, value) if f.name == "elders_alone" else value,
            0,
            max(most.get(f.name, lambda: inf)(), 0),
        )
    return {name: value for name, value in all_.items() if name not in known}


def living_alone(census, elders_alone):
    """As many elders living alone as asked for, or more, where the homes that people share cannot be expected to have room for the others."""
    homes, beside = census["households"], census["residents"] - census["households"]
    for _ in range(20):  # who lives alone leaves fewer homes to share
        others = max(homes - elders_alone, 1)
        room = 0.97 * (others * (1 - exp(-beside / others)) + beside - census["children"]) - 2
        elders_alone = max(elders_alone, census["elders"] - max(room, 0))
    return elders_alone


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
    maintenance: float = knob(
        0.0,
        0.0,
        1e10,
        unit="yuan in its maintenance fund (维修资金) on day 0",
        source="given or assumed by the case",
    )


@dataclass(frozen=True)
class ReportedOutcome:
    """An outcome that the report tells of, to hold the model against: its words, what measures it, and the range that is like it."""

    name: str = field(default="outcome", metadata={"text": 60})
    words: str = field(default="", metadata={"text": 400})
    measure: str = field(
        default="resolution_rate", metadata={"text": 100}
    )  # as in experiments/calibration/reported_patterns.py
    low: float = knob(
        -1e12, -1e12, 1e12, unit="of the measure", source="the report, or words turned into a range"
    )
    high: float = knob(
        1e12, -1e12, 1e12, unit="of the measure", source="the report, or words turned into a range"
    )
    tolerance: float = knob(
        0.0, 0.0, 1e12, unit="of the measure, added at both ends", source="how exactly the report counts"
    )
    days: int = knob(
        0,
        0,
        36_500,
        unit="day of the run on which it is measured; 0 the last",
        source="given or assumed by the case",
    )
    off: tuple = field(default=(), metadata={"names": True})  # mechanisms that were not there yet
    on: tuple = field(default=(), metadata={"names": True})
    number: bool = False  # whether the report itself gives the number

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        if self.low > self.high:
            yield "low", f"= {self.low:g} is more than high = {self.high:g}"


SIZED = {
    "staff": (2.0, 12 / 16_000),
    "budget": (20_000.0, 300_000 / 16_000),
    "fund": (5000.0, 50_000 / 16_000),
}  # at least; to a resident, as in guiyuan


def committee_size(name, low, high, unit):
    """Declare a number of the committee that grows with the residents where it is left out."""
    least, each = SIZED[name]
    words = f"{each:g} to a resident as in guiyuan, {least:,g} at least"
    return knob(LeftOutAmount(least), low, high, unit=unit, source=f"assumed; left out, {words}")


@dataclass(frozen=True)
class CommitteeParameters:
    """The residents' committee (居委会), its desk and its fund."""

    staff: float = committee_size("staff", 0.0, 500.0, "people")
    shift: float = knob(
        3.0, 0.0, 12.0, unit="hours/person/day on residents' issues", source="assumed: the rest is paperwork"
    )
    weekend: float = knob(0.4, 0.0, 1.0, unit="share of a weekday's hours", source="assumed: by rota")
    intake: float = knob(0.25, 0.0, 5.0, unit="hours to take in an issue", source="assumed")
    phone: float = knob(
        0.02,
        0.0,
        1.0,
        unit="sittings' worth a day by telephone, of those around who trust the caller",
        source="assumed",
    )
    forget: float = knob(0.005, 0.0, 1.0, unit="1/day that a waiting issue is forgotten", source="assumed")
    verify: int = knob(7, 1, 60, unit="days till what was done is checked", source="assumed")
    redo: float = knob(0.5, 0.0, 1.0, unit="share of the work to do again when reopened", source="assumed")
    budget: float = committee_size("budget", 0.0, 1e9, "yuan/year into the community's fund")
    fund: float = committee_size("fund", 0.0, 1e9, "yuan in the fund on day 0")
    thrift: float = knob(
        0.05, 0.0, 1.0, unit="share of the fund that mechanisms may spend in a day", source="assumed"
    )

    def serving(self, residents):
        """The same committee, what is left out of it in proportion to so many residents."""
        left = [name for name in SIZED if isinstance(getattr(self, name), LeftOut)]
        most = {f.name: f.metadata["high"] for f in fields(self)}
        amounts = {name: min(max(SIZED[name][0], SIZED[name][1] * residents), most[name]) for name in left}
        return (
            replace(self, **{name: LeftOutAmount(amount) for name, amount in amounts.items()})
            if left
            else self
        )


@dataclass(frozen=True)
class DepartmentParameters:
    """The street office and the city's departments: an outside queue."""

    hours: float = knob(16.0, 0.0, 10_000.0, unit="hours/day for this community", source="assumed")
    shift: float = knob(8.0, 0.0, 24.0, unit="hours/day in one job", source="assumed")


def every_category():
    return dict(CATEGORIES)


@dataclass(frozen=True)
class Scenario:
    """A community and its institutions. Frozen and checked: one that exists can be run."""

    name: str = field(default="plain", metadata={"text": 60, "file_name": True})
    title: str = field(default="", metadata={"text": 200})
    provenance: str = field(default="", metadata={"text": 1000})
    days: int = knob(365, 1, 36_500, unit="days", source="a year")
    community: Census = field(default_factory=Census)
    compound: tuple = field(default=(Compound(),), metadata={"each": Compound})
    residents: ResidentParameters = field(default_factory=ResidentParameters)
    party_members: PartyMemberParameters = field(default_factory=PartyMemberParameters)
    volunteers: VolunteerParameters = field(default_factory=VolunteerParameters)
    property_managers: PropertyParameters = field(default_factory=PropertyParameters)
    grid_workers: GridWorkerParameters = field(default_factory=GridWorkerParameters)
    committee: CommitteeParameters = field(default_factory=CommitteeParameters)
    departments: DepartmentParameters = field(default_factory=DepartmentParameters)
    projects: ProjectParameters = field(default_factory=ProjectParameters)
    calendar: CalendarParameters = field(default_factory=CalendarParameters)
    shock: tuple = field(default=(), metadata={"each": Shock})
    outset: tuple = field(default=(), metadata={"each": InitialIssues})
    issues: dict = field(default_factory=every_category, metadata={"named": every_category})
    mechanisms: dict = field(default_factory=dict, metadata={"named": mechanisms.Registry})
    reported: tuple = field(default=(), metadata={"each": ReportedOutcome})

    def __post_init__(self):
        kinds = [
            kind
            for kind in self.compound
            if not any(complaint(f, getattr(kind, f.name)) for f in fields(kind) if "low" in f.metadata)
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
                for i, one in enumerate(part):
                    check(one, f"{f.name}.{i}")
            elif "named" in f.metadata:
                for name, one in part.items():
                    check(one, f"{f.name}.{name}")
            elif hasattr(part, "__dataclass_fields__"):
                check(part, f.name)
        object.__setattr__(
            self, "issues", dict(sorted(self.issues.items()))
        )  # the order in which categories are written means nothing

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        stairwells, buildings = (
            sum(c.count * c.buildings * c.stairwells for c in self.compound),
            sum(c.count * c.buildings for c in self.compound),
        )
        codes = {}
        for name in self.issues:
            other = codes.setdefault(encode_category(name), name)
            if not name or {*name} & {*"./"}:
                yield (
                    "issues",
                    f"holds a category {name!r}; a category's name is not empty and has neither '.' nor '/'",
                )
            if other != name:
                yield (
                    f"issues.{name}",
                    f"has the same code as {other!r}, by which luck knows a category: rename one of the two",
                )
        if sum(begin.count for begin in self.outset) > OUTSET:
            yield (
                "outset",
                f"holds {sum(begin.count for begin in self.outset):,} issues; allowed is {OUTSET:,} in all",
            )
        if not self.compound:
            yield "compound", "is empty: a community has at least one"
        elif buildings > BUILDINGS:
            yield "compound", f"holds {buildings:,} buildings; allowed is {BUILDINGS:,} in all"
        elif self.community.households < stairwells:
            yield (
                "community.households",
                f"= {self.community.households} are fewer than the {stairwells} stairwells: every stairwell has one at least{self.community.left('households')}",
            )
        for n, begin in enumerate(self.outset):
            if begin.category not in self.issues:
                yield f"outset.{n}.category", f"= {begin.category!r} is not one of {', '.join(self.issues)}"
            elif not self.has(self.issues[begin.category].unit):
                yield (
                    f"outset.{n}.category",
                    f"= {begin.category!r} can be nowhere: it arises from each {self.issues[begin.category].unit}, and there is none in this community",
                )

    def has(self, unit):
        """Whether there is any of what categories arise from, one of UNITS."""
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


def census_of(scenario):
    """(path -> number, the paths among them that the case leaves out): who lives there and what the committee has, as a run takes them."""
    parts = (
        ("community", scenario.community, [f.name for f in counts(Census)]),
        ("committee", scenario.committee, SIZED),
    )
    numbers = {f"{part}.{name}": getattr(owner, name) for part, owner, names in parts for name in names}
    return numbers, [path for path, value in numbers.items() if isinstance(value, LeftOut)]
