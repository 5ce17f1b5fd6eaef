"""Measured facts: one file per fact in `facts/`, and which of them are held out from every fit."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from ...engine.parameters import knob
from ...engine.renamed import suggest_names
from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import build_dataclass, load
from ...model.scenarios.cases import alter_scenario, list_cases, read_case
from ...model.scenarios.scenario import Scenario

FOLDER = Path(__file__).with_name("facts")
CONFIDENCE = ("A", "B", "C")
CASES = ("guiyuan", "lianhe", "datianba")  # where nothing else is said: large, and of different kinds
ALL = "all"  # mechanisms, in `off`
HELD_OUT = 3  # one fact in so many
Kind = TypeVar("Kind")


def text(most: int, **more: str) -> str:
    """Declare a text of at most `most` characters; without a default, a file must give it."""
    return field(metadata={"text": most}, **more)  # type: ignore[call-overload]


def amount(unit: str, default: float | None = None) -> float:
    """Declare a number of a fact; without a default, a file must give it."""
    if default is None:
        return field(metadata={"low": -1e12, "high": 1e12, "unit": unit, "source": "the source of the fact"})
    return knob(default, -1e12, 1e12, unit=unit, source="the source of the fact")


def choice(names: tuple[str, ...]) -> str:
    """Declare a text that is one of `names`, and that a file must give."""
    return field(metadata={"choices": names})


def name_list() -> tuple[str, ...]:
    """Declare an array of names that a file must give."""
    return field(metadata={"names": True})


def outside_own_interval(value: float, low: float, high: float) -> Iterator[tuple[str, str | Message]]:
    """Yield the contradiction, as (field, words), of a value that is not between its own low and high."""
    if not low <= value <= high:
        yield (
            "value",
            Message("= {value:g} is outside of {low:g} to {high:g}", value=value, low=low, high=high),
        )


@dataclass(frozen=True)
class Fact:
    """A measured number, its own interval, where it was measured, and which measure is held against it."""

    words: str = text(300)
    zh: str = text(300)
    measure: str = text(120)  # as in `cogov patterns`; see docs/evidence.md
    value: float = amount("of the measure")
    low: float = amount("of the measure")
    high: float = amount("of the measure")
    width: str = text(300)  # by which rule low and high were set
    place: str = text(80)
    year: str = text(20)
    source: str = text(500)
    confidence: str = choice(CONFIDENCE)
    transfer: str = text(400)  # what differs between where it was measured and what the model has
    url: str = text(300, default="")
    unit: str = text(60, default="share")
    zh_unit: str = text(60, default="份额")
    cases: tuple[str, ...] = field(default=CASES, metadata={"names": True})
    on: tuple[str, ...] = field(default=(), metadata={"names": True})  # mechanisms that it takes for granted
    # those that were not there; ["all"]: none was, as in logs of the service lines of foreign cities
    off: tuple[str, ...] = field(default=(), metadata={"names": True})
    days: int = knob(365, 1, 36_500, unit="day of the run on which it is measured", source="a year")
    # what is below it counts as this, because the measure cannot tell it from 0: half a day, for days
    floor: float = knob(0.0, 0.0, 1e12, unit="of the measure", source="precision of the measure")
    name: str = field(default="", init=False)  # the name of its file

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield what cannot be true together, as (field, words)."""
        yield from outside_own_interval(self.value, self.low, self.high)
        if not self.low < self.high:
            yield "low", Message("= {low:g} must be less than high = {high:g}", low=self.low, high=self.high)
        for name in self.cases:
            if name not in list_cases():
                yield (
                    "cases",
                    Message("{name!r} is unknown{hint}", name=name, hint=suggest_names(name, list_cases())),
                )
        if not self.cases:
            yield "cases", Message("is empty")

    @property
    def is_held_out(self) -> bool:
        """Whether the fact is held out from every fit: see `is_held_out`."""
        return is_held_out(self.name)

    def scenario_in(self, case: str) -> Scenario:
        """Return the scenario in which it is measured in a case. Raises UserError for unknown names."""
        scenario = read_case(case)
        off = tuple(scenario.mechanisms) if self.off == (ALL,) else self.off
        return alter_scenario(scenario, self.on, tuple(set(off) - set(self.on)), days=self.days)


def is_held_out(name: str) -> bool:
    """Return whether the fact of that name is held out; nothing but its name decides.

    A third is, by a hash, once and for all: adding, removing or editing facts moves no other fact.

    >>> is_held_out("reporters_top_tenth"), is_held_out("requests_china")
    (False, True)
    """
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") % HELD_OUT == 0


def read_named(kind: type[Kind], path: Path) -> Kind:
    """Read a fact or an effect from its file, whose name is its own. Raises UserError with file and line."""
    table, at = load(path)
    item = build_dataclass(kind, table, at)
    object.__setattr__(item, "name", path.stem)
    return item


def read_fact(path: Path) -> Fact:
    """Read a fact from its file. Raises UserError with file and line."""
    return read_named(Fact, path)


@cache
def all_facts() -> dict[str, Fact]:
    """Read all facts that ship: name -> fact, in alphabetical order."""
    return {path.stem: read_fact(path) for path in sorted(FOLDER.glob("*.toml"))}


def choose_facts(names: list[str] | None = None) -> list[Fact]:
    """Return the facts of the given names, or all. Raises UserError for a name that does not exist."""
    facts = all_facts()
    for name in names or ():
        if name not in facts:
            raise UserError("no fact is called {name!r}{hint}", name=name, hint=suggest_names(name, facts))
    return [facts[name] for name in names] if names else list(facts.values())


def with_name(fact: Fact, name: str) -> Fact:
    """Return the same fact under another name."""
    renamed = replace(fact)
    object.__setattr__(renamed, "name", name)
    return renamed
