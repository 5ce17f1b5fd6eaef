"""Make a scenario of a draft.

A case file that was opened is the base: what the form does not show stays as the file has it, and a field
that was not changed changes nothing. Without one, what is left empty is computed by the model: a share of
what is given.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ...agents.committee import CommitteeParameters
from ...agents.property_managers import PropertyParameters, workers
from ...engine.parameters import FORBIDDEN, LeftOut, complain_about_name
from ...engine.texts.errors import FieldError, Message, Named, UserError
from ...model.places import apportion
from ...model.scenarios.census import Census, counts
from ...model.scenarios.ground_plan import GroundPlan
from ...model.scenarios.scenario import Compound, Scenario
from ...model.simulate import build_community
from ..files.survey_totals import Kind
from .community_draft import FIELDS, Draft, find_problems, missing_fields
from .draft_contradictions import Values, too_many_let

CENSUS = {  # field -> name in the census that holds the same number
    "households": "households",
    "residents": "residents",
    "elders": "elders",
    "alone": "elders_alone",
    "absent": "away",
    "members": "members",
    "volunteers": "volunteers",
}
HIDDEN = [f.name for f in counts(Census) if f.name not in {*CENSUS.values(), "owners"}]  # not in the form
PATHS = {  # path of a knob -> field that sets it
    **{f"community.{name}": field for field, name in CENSUS.items()},
    "community.owners": "tenants",
    "committee.staff": "staff",
    "committee.budget_yuan": "fund",
    "grid_workers.full_time": "grid_workers",
    "property_managers.households_per_worker": "property_staff",
    "compound.0.buildings": "buildings",
    "compound.0.stairwells": "stairwells",
    "compound.0.floors": "floors",
    "compound.0.lifts": "lifts",
    "compound.0.age_years": "built",
    "compound.0.company": "company",
    "name": "name",
}


BUILT = ("buildings", "stairwells", "floors", "lifts", "built", "company")  # fields of a compound
LIFTS = ((18, 2), (8, 1))  # from so many floors: so many lifts in a stairwell
SHOWN = (  # field -> name in a compound
    ("stairwells", "stairwells"),
    ("floors", "floors"),
    ("lifts", "lifts"),
    ("built", "age_years"),
)


class DraftRefused(UserError):
    """A draft that is no community: `problems` holds a sentence for each field, "" for the whole."""

    def __init__(self, problems: dict[str, Message]):
        self.problems = problems
        super().__init__("{problem}", problem=next(iter(problems.values())))

    def __reduce__(self) -> tuple:
        return type(self), (self.problems,)


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
        return tuple(
            replace(
                one,
                buildings=kind.buildings,
                floors=kind.floors,
                lifts=usual_lifts(kind.floors) if kind.lifts is None else kind.lifts,
            )
            for kind in layout.kinds
        )
    each, larger = divmod(values["buildings"], layout.compounds)
    sizes = ((larger, each + 1), (layout.compounds - larger, each))
    return tuple(replace(one, count=count, buildings=size) for count, size in sizes if count and size)


def scenario_of_draft(
    draft: Draft, base: Scenario | None = None, lang: str = "en", layout: Layout = PLAIN
) -> Scenario:
    """Return the scenario of a draft, whose community can be built.

    `base` is the scenario of an opened file, of which the draft was made in `lang`. Raises DraftRefused.
    """
    values, problems = find_problems(draft, layout.on_plan, layout.compounds)
    if problems:
        raise DraftRefused(problems)
    if missing := missing_fields(values):
        raise DraftRefused({name: Message("This is still needed.") for name in missing})
    shown = read_scenario(base, lang) if base else {}
    hidden: dict[str, int] | None = None  # numbers of the file that are not shown stay if they still fit
    for _ in range(len(HIDDEN) + 2):
        try:
            scenario = compose(values, base or Scenario(), shown, hidden, layout)
            build_community(scenario)
            return scenario
        except UserError as error:
            refused = DraftRefused(_problems_of(error, values))
            hidden = {} if hidden is None else hidden | _lowered(error)
    raise refused


def _lowered(error: UserError) -> dict[str, int]:
    """Return the number of the census that is not shown and too large, at the most that is possible."""
    return {
        name: int(message.values["most"])
        for message in _messages(error.message)
        for value in message.values.values()
        if isinstance(value, Named) and "most" in message.values
        for name in HIDDEN
        if value.name == f"community.{name}"
    }


def read_scenario(scenario: Scenario, lang: str) -> Values:
    """Return what the form shows of a scenario: field -> value.

    Of several kinds of compounds it shows the mean. What the file leaves out is missing.
    """
    census, kinds = scenario.community, scenario.compound
    buildings = [kind.count * kind.buildings for kind in kinds]
    company = any(kind.company for kind in kinds)
    title = (scenario.short_title_zh if lang == "zh" else "") or scenario.short_title or scenario.name
    values = {
        "name": title,
        "buildings": sum(buildings),
        **{
            field: round(float(np.average([getattr(kind, name) for kind in kinds], weights=buildings)))
            for field, name in SHOWN
        },
        **{field: getattr(census, name) for field, name in CENSUS.items()},
        "tenants": census.owners if isinstance(census.owners, LeftOut) else census.households - census.owners,
        "company": company,
        "property_staff": _property_staff(scenario),
        "grid_workers": scenario.grid_workers.full_time,
        "staff": scenario.committee.staff,
        "fund": scenario.committee.budget_yuan,
    }
    return {field: value for field, value in values.items() if not isinstance(value, LeftOut)}


def _property_staff(scenario: Scenario) -> int:
    """Return the number of workers of all property companies."""
    knobs, homes = scenario.property_managers, _homes(scenario)
    return sum(
        kind.count * workers(knobs, each) for kind, each in zip(scenario.compound, homes) if kind.company
    )


def _homes(scenario: Scenario) -> list[float]:
    """Return the households of a compound of each kind, on average."""
    kinds = scenario.compound
    stairwells = np.array([kind.count * kind.buildings * kind.stairwells for kind in kinds])
    floors = stairwells * [kind.floors for kind in kinds]
    homes = stairwells + apportion(scenario.community.households - int(stairwells.sum()), floors)
    return [float(n / kind.count) for n, kind in zip(homes, kinds)]


def compose(
    values: Values,
    base: Scenario,
    shown: Values,
    hidden: dict[str, int] | None,
    layout: Layout = PLAIN,
) -> Scenario:
    """Return `base` with what differs from `shown`. Raises UserError.

    Numbers of the census that the form does not show are those of `base`, or those in `hidden` and shares.
    """
    changed = {name for name in FIELDS if values.get(name) != shown.get(name)}
    compound = base.compound
    if changed & set(BUILT) or not shown:
        compound = compounds_of_draft(values, base, shown, layout)
    stairwells = sum(kind.count * kind.buildings * kind.stairwells for kind in compound)
    floors = sum(kind.count * kind.buildings * kind.stairwells * kind.floors for kind in compound)
    census = _compose_census(values, base.community, changed, hidden, (stairwells, floors))
    names = {}
    if "name" in changed:
        title = values["name"]
        names = {"name": file_name(title), "title": title, "short_title": title, "short_title_zh": ""}
    managers = base.property_managers
    if "property_staff" in values and changed & {"property_staff", "households", *BUILT}:
        managers = _staffed(values["property_staff"], managers, census.households, compound)
    committee = {
        name: values.get(field, CommitteeParameters.__dataclass_fields__[name].default)
        for field, name in (("staff", "staff"), ("fund", "budget_yuan"))
        if field in changed
    }
    grid = {"full_time": values.get("grid_workers", 0)} if "grid_workers" in changed else {}
    return replace(
        base,
        **names,
        compound=compound,
        place=base.place if layout.plan is None else layout.plan,
        community=census,
        property_managers=managers,
        committee=replace(base.committee, **committee),
        grid_workers=replace(base.grid_workers, **grid),
    )


def _compose_census(
    values: Values, base: Census, changed: set[str], hidden: dict[str, int] | None, homes: tuple[int, int]
) -> Census:
    """Return the census of a draft. What is empty is left out; what is not shown is kept or left out.

    Raises DraftRefused if the households that are left out are fewer than the homes that are let.
    """
    default: dict[str, Any] = {f.name: f.default for f in counts(Census)}
    totals: dict[str, Any] = {CENSUS[field]: values.get(field) for field in CENSUS if field in changed}
    if "tenants" in changed and "tenants" not in values:
        totals["owners"] = None
    given = {name for name in base.given if totals.get(name, 0) is not None}
    given |= {name for name, value in totals.items() if value is not None}
    if hidden is not None:
        totals |= dict.fromkeys(HIDDEN) | hidden
        given -= {*HIDDEN}
    census = replace(
        base, **{name: default[name] if value is None else value for name, value in totals.items()}
    )
    census = census.with_homes(homes)
    if "tenants" in values and changed & {"tenants", "households", "residents", *BUILT}:
        if values["tenants"] > census.households:
            raise DraftRefused({"tenants": too_many_let(values["tenants"], census.households)})
        given |= {"owners"} if "tenants" in changed else set()
        census = replace(census, owners=int(census.households) - values["tenants"])
    return replace(census, given=tuple(name for name in default if name in given))


def _staffed(
    staff: int, knobs: PropertyParameters, households: int, compound: tuple[Compound, ...]
) -> PropertyParameters:
    """Return the property companies' numbers with which they have so many workers in all."""
    if not staff or not any(kind.company for kind in compound):
        return knobs
    return replace(knobs, households_per_worker=max(households / staff, 50.0))


def file_name(title: str) -> str:
    """Return a title as a name that every system allows for a file."""
    name = "".join("-" if sign in FORBIDDEN or not sign.isprintable() else sign for sign in title)
    name = name.strip(" .-")[:60].strip(" .-")
    return name if name and not complain_about_name(name) else f"community {name}".strip()


def _problems_of(error: UserError, values: Values) -> dict[str, Message]:
    """Map an error of the scenario or of the community to the field that it is about, "" if there is none."""
    if isinstance(error, DraftRefused):
        return error.problems
    if isinstance(error, FieldError):
        path = f"{error.owner}.{error.field}" if "." not in error.field else error.field
        field = next((PATHS[p] for p in (path, error.field) if p in PATHS), "")
        return {field: Message("{problem}", problem=error)}
    for message in _messages(error.message):
        for value in message.values.values():
            if isinstance(value, Named):
                field = PATHS.get(value.name.partition(" ")[0], "")
                most = message.values.get("most")
                if field in values and most is not None:
                    excess = int(message.values["count"]) - int(most)
                    return {
                        field: Message(
                            "{value} are too many beside the other numbers: enter at most {most}.",
                            value=f"{values[field]:,}",
                            most=f"{values[field] - excess:,}",
                        )
                    }
                if field and field not in values:
                    return {
                        field: Message(
                            "The usual share does not fit the other numbers here: enter a smaller number."
                        )
                    }
                return {field: Message("{problem}", problem=message)}
    return {"": Message("{problem}", problem=error)}


def _messages(message: Message) -> Iterator[Message]:
    """Yield the messages within a message that name a knob themselves, the innermost first."""
    for value in message.values.values():
        if isinstance(value, Message):
            yield from _messages(value)
    yield message
