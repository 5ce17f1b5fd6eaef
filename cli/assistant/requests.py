"""The arguments of every tool, declared once: they are checked by the strict reader and become its schema."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from ...engine.parameters import knob
from ...engine.texts import LANGUAGES
from ...engine.texts.errors import Message
from ...engine.toml_reader import At, build_dataclass, default, expect
from ...model.measures import MEASURES, WITHIN

CHOICE = "a choice of the user"
LONGEST_TEXT = 100_000  # characters of a case or a sweep file
FEWEST_RUNS = 20  # below, nine of ten runs cannot be told apart from all
SHOWN = (  # measures that an answer gives if none are named
    "resolution_rate",
    "restricted_mean_time",
    "trust_committee",
    "satisfaction",
    "hours",
    "yuan",
)


def count(default: int, low: int, high: int, unit: str, about: str) -> Any:
    """Declare a whole number with its range, unit and description."""
    f = knob(default, low, high, unit=unit, source=CHOICE)
    return field(default=f.default, metadata={**f.metadata, "about": about})


def text(most: int, about: str, default: Any = "") -> Any:
    """Declare a text of at most `most` characters; MISSING as default makes it required."""
    return field(default=default, metadata={"text": most, "about": about})


def names(about: str, default: Any = ()) -> Any:
    """Declare an array of names."""
    return field(default=default, metadata={"names": True, "about": about})


@dataclass(frozen=True, kw_only=True)
class Request:
    """What every tool takes."""

    language: str = field(
        default="", metadata={"choices": ("", *LANGUAGES), "about": "Language of the answer: en or zh."}
    )


@dataclass(frozen=True, kw_only=True)
class ListCases(Request):
    """List the communities that ship with cogov: who lives there, and the mechanisms that reports tell of."""


@dataclass(frozen=True, kw_only=True)
class ListMechanisms(Request):
    """List the governance mechanisms: what each does, how it can disappoint, and its grade of evidence."""

    contains: str = text(100, "Only those whose name or text contains this; empty: all.")


@dataclass(frozen=True, kw_only=True)
class ListKnobs(Request):
    """List the numbers that `settings` can set: default, plausible values, allowed range, evidence."""

    contains: str = text(100, "Only those whose path, name or source contains this; empty: all.")
    first: int = count(1, 1, 100_000, "number of the first one listed", "For the next page of a long list.")
    most: int = count(20, 1, 100, "knobs in one answer", "How many to list.")


@dataclass(frozen=True, kw_only=True)
class OfCase(Request):
    """What every tool takes that reads a case."""

    case: str = text(400, "Name of a case that ships, or of a .toml file in the folder of the server.")
    case_toml: str = text(LONGEST_TEXT, "The text of a case file, instead of `case`.")

    def contradictions(self) -> Any:
        """Yield what cannot be true together, as (field, words)."""
        if bool(self.case) == bool(self.case_toml):
            yield "case", Message("or case_toml is needed, one of them: a name, or the text of a case file")


@dataclass(frozen=True, kw_only=True)
class CheckCase(OfCase):
    """Check a case: whether every number is in its range, whether it runs, and which texts it lacks."""


@dataclass(frozen=True, kw_only=True)
class OfRuns(OfCase):
    """What every tool takes that simulates."""

    days: int = count(0, 0, 3650, "days to simulate", "0: as many as the case says.")
    seed: int = count(0, 0, 2**53, "random seed", "The same seed gives the same random numbers in every arm.")
    within: int = count(WITHIN, 1, 3650, "days that count as in time", "For the share resolved in time.")
    on: tuple[str, ...] = names("Mechanisms to switch on in all runs.")
    off: tuple[str, ...] = names("Mechanisms to switch off in all runs.")
    settings: dict[str, Any] = field(
        default_factory=dict,
        metadata={"free": True, "about": 'Knobs to set, path -> value: {"committee.staff": 4}.'},
    )
    save_as: str = text(60, "Name of the subfolder for the tables; only with `cogov mcp --folder DIR`.")

    def contradictions(self) -> Any:
        """Yield what cannot be true together, as (field, words)."""
        yield from super().contradictions()
        if not isinstance(self.settings, dict):
            yield "settings", Message('is not a table; write {"PATH": VALUE}, path -> value')


@dataclass(frozen=True, kw_only=True)
class OfMeasures(OfRuns):
    """What every tool takes that answers with several measures."""

    measures: tuple[str, ...] = names("Measures in the answer.", SHOWN)

    def contradictions(self) -> Any:
        """Yield what cannot be true together, as (field, words)."""
        yield from super().contradictions()
        for name in self.measures:
            if name not in MEASURES:
                known = ", ".join(MEASURES)
                yield "measures", Message("names {name!r}; there are: {known}", name=name, known=known)


@dataclass(frozen=True, kw_only=True)
class Run(OfMeasures):
    """Simulate a case several times with other random numbers: the median of each measure, and its range."""

    replicates: int = count(FEWEST_RUNS, FEWEST_RUNS, 200, "runs", "Runs, each with its own random seed.")


@dataclass(frozen=True, kw_only=True)
class Compare(OfMeasures):
    """Compare a case without and with mechanisms, under the same random numbers, over plausible worlds."""

    mechanisms: tuple[str, ...] = names("Mechanisms to compare without and with, all of them together.")
    replicates: int = count(20, 2, 200, "pairs of runs", "Pairs with the numbers of the case.")
    worlds: int = count(60, 10, 300, "plausible worlds", "In each, what nobody knows is drawn anew.")
    fixed: bool = field(default=False, metadata={"about": "Only the numbers of the case: luck alone."})

    def contradictions(self) -> Any:
        """Yield what cannot be true together, as (field, words)."""
        yield from super().contradictions()
        if not self.mechanisms:
            yield "mechanisms", Message("is empty: name at least one; list_mechanisms lists them")


@dataclass(frozen=True, kw_only=True)
class Robust(OfRuns):
    """Weigh mechanisms against each other over plausible worlds: ranges, shares of worlds, regret."""

    choices: tuple[str, ...] = names('Mechanisms to weigh; "A+B" weighs both together.')
    worlds: int = count(60, 10, 300, "plausible worlds", "In each, what nobody knows is drawn anew.")
    lucks: int = count(1, 1, 20, "runs of every arm in each world", "Each with its own random numbers.")
    measure: str = field(
        default="resolution_rate", metadata={"choices": tuple(MEASURES), "about": "Measure to weigh by."}
    )

    def contradictions(self) -> Any:
        """Yield what cannot be true together, as (field, words)."""
        yield from super().contradictions()
        if not self.choices:
            yield "choices", Message("is empty: name at least one; list_mechanisms lists them")


@dataclass(frozen=True, kw_only=True)
class SweepPlan(Request):
    """Count the runs and arms of a sweep file, and estimate its time; the sweep itself is not run."""

    sweep_toml: str = text(
        LONGEST_TEXT, "The text of an experiment file, as docs/experiments.md says.", MISSING
    )
    measure_time: bool = field(
        default=True,
        metadata={"about": "Estimate the time from some trial runs of each case, whose results are dropped."},
    )


TOOLS: dict[str, type[Request]] = {
    "list_cases": ListCases,
    "list_mechanisms": ListMechanisms,
    "list_knobs": ListKnobs,
    "check_case": CheckCase,
    "run": Run,
    "compare": Compare,
    "robust": Robust,
    "sweep_plan": SweepPlan,
}


def read_request(tool: str, arguments: Any) -> Request:
    """Read the arguments of a call. Raises UserError that names the tool, the field, its value and its range.

    A whole number may be written as 20.0, as some clients do.
    """
    kind, at = TOOLS[tool], At(tool, {}, option=True)
    expect((dict,), Message("a table"), arguments, at, "arguments")
    whole = {f.name for f in fields(kind) if f.type in (int, "int")}
    arguments = {
        name: int(value) if name in whole and isinstance(value, float) and value.is_integer() else value
        for name, value in arguments.items()
    }
    return build_dataclass(kind, arguments, at)


def schema_of(kind: type[Request]) -> dict[str, Any]:
    """Return the JSON schema of the arguments of a tool."""
    known = {f.name: schema_of_field(kind, f) for f in fields(kind)}
    required = [f.name for f in fields(kind) if default(kind, f) is MISSING]
    return {"type": "object", "properties": known, "required": required, "additionalProperties": False}


def schema_of_field(kind: type[Request], f: Field) -> dict[str, Any]:
    """Return the JSON schema of one argument, with its range and default."""
    m: Mapping[str, Any] = f.metadata
    schema: dict[str, Any] = {"description": m["about"]}
    if "low" in m:
        schema |= {"type": "integer", "minimum": m["low"], "maximum": m["high"]}
        schema["description"] = f"{m['about']} {m['low']:,} to {m['high']:,} {m['unit']}."
    elif "text" in m:
        schema |= {"type": "string", "maxLength": m["text"]}
    elif "choices" in m:
        schema |= {"type": "string", "enum": [*m["choices"]]}
    elif "names" in m:
        schema |= {"type": "array", "items": {"type": "string"}}
    else:
        schema["type"] = "boolean" if f.type is bool else "object"
    start = default(kind, f)
    if start is not MISSING:
        schema["default"] = list(start) if isinstance(start, tuple) else start
    return schema
