"""Cases: the communities that ship with cogov, and a user's own.

They are read by name or path, and altered by mechanism and knob.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ...engine.parameters import set_parameters
from ...engine.renamed import suggest_names
from ...engine.settings import parse_setting
from ...engine.texts.errors import Named, UserError
from ...engine.toml_reader import At, build_dataclass, load
from .. import mechanisms
from .scenario import Scenario

Names = str | Iterable[str] | None  # of mechanisms
Settings = Iterable[str] | dict[str, Any] | None  # "path=value", or path -> value

SHIPPED = Path(__file__).parents[2] / "experiments" / "cases"


def list_cases() -> list[str]:
    """Return the names of the cases that ship, in alphabetical order."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def list_examples() -> list[str]:
    """Return the names of the communities that ship but that no report tells of.

    They are read like a case, and are not among the cases that the model is held against.
    """
    return sorted(path.stem for path in (SHIPPED / "examples").glob("*.toml"))


def read_case(case: str | PathLike) -> Scenario:
    """Read the scenario of a case or an example: the name of one that ships, or the path of a TOML file.

    Raises UserError with file and line.
    """
    if not isinstance(case, (str, PathLike)):
        raise UserError(
            "case = {case!r} is neither a name nor a path; there are: {cases}",
            case=case,
            cases=", ".join(list_cases()),
        )
    path = Path(case)
    if path.suffix != ".toml":
        names = dict.fromkeys(list_cases(), SHIPPED)
        names |= dict.fromkeys(list_examples(), SHIPPED / "examples")
        if str(case) not in names:
            raise UserError(
                "no case is called {case!r}; or give the path of a .toml file{hint}",
                case=str(case),
                hint=suggest_names(str(case), [*names]),
            )
        path = names[str(case)] / f"{case}.toml"
        return read_shipped(path, path.stat().st_mtime_ns)
    return read_file(path)


@lru_cache(maxsize=64)
def read_shipped(path: Path, changed: int) -> Scenario:
    """Read a file as `read_file` does, once; lessons and tests ask for the same few cases hundreds of times.

    `changed` is the time of its last change, a part of the cache's key.
    """
    return read_file(path)


def read_file(path: Path) -> Scenario:
    """Read the scenario of a TOML file. Raises UserError with file and line."""
    return scenario_of_table(*load(path))


def scenario_of_table(table: dict, at: At) -> Scenario:
    """Build the scenario of a parsed case file. Raises UserError with file and line."""
    scenario = build_dataclass(Scenario, table, at)
    for part, header in (("community", "[community]"), ("compound", "[[compound]]")):
        if part not in table:
            raise at.error(
                "",
                "has no {header}: describe who lives there and in which buildings, as in the cases "
                "that come with cogov",
                header=header,
            )
    return scenario


def as_text(path: str, value: object) -> str:
    """Format a setting as the command line takes it, "path=value"; NumPy's numbers are accepted too."""
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0 else value
    if isinstance(value, float) and not isfinite(value):
        return f"{path}={value}"
    return f"{path}={json.dumps(value, default=str)}"


def names_in(value: Names, what: str) -> tuple[str, ...]:
    """Return names of mechanisms as a tuple, from one name, several, or None.

    `what` names the argument in the error. Raises UserError.
    """
    names = (value,) if isinstance(value, str) else value or ()
    if (
        not isinstance(names, Iterable)
        or isinstance(names, bytes)
        or not all(isinstance(name, str) for name in names)
    ):
        raise UserError(
            '{what} = {value!r} does not name mechanisms; write a name such as "whistle", or a list of names',
            what=what,
            value=value,
        )
    return tuple(names)


def alter_scenario(
    scenario: Scenario,
    on: Names = (),
    off: Names = (),
    settings: Settings = (),
    days: int | None = None,
) -> Scenario:
    """Return the same community with mechanisms switched on or off and knobs set.

    `settings` are "path=value" texts, or a dict path -> value. Raises UserError.
    """
    on, off = names_in(on, "on"), names_in(off, "off")
    for name in (*on, *(name for name in off if name not in mechanisms.find_broken())):
        if problem := mechanisms.explain_unusable(name):
            raise UserError(problem)
    both = set(on) & set(off)
    if both:
        raise UserError("{both}: switched on and off at once; leave one out", both=", ".join(sorted(both)))
    active = {name: m for name, m in scenario.mechanisms.items() if name not in off}
    active |= {name: mechanisms.load_class(name)() for name in on if name not in active}
    scenario = replace(scenario, mechanisms=active)
    texts: list[str] = (
        [as_text(path, value) for path, value in settings.items()]
        if isinstance(settings, dict)
        else list(settings or ())
    )
    if days is not None:
        texts.append(as_text("days", days))
    for text in texts:
        part, name, *_ = (*text.split("."), "")
        if part == "mechanisms" and name in mechanisms.list_known() and name not in active:
            raise UserError(
                "--set {path}={value}: {name} is not switched on; add --on {option}",
                path=Named("knob", text.partition("=")[0]),
                value=text.partition("=")[2],
                name=Named("mechanism", name),
                option=name,
            )
    return set_parameters(scenario, dict(parse_setting(scenario, text) for text in texts))
