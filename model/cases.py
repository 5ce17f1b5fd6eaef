"""Cases: the communities that ship with cogov, and a user's own; found by name or path, and altered by mechanism and knob."""

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from . import mechanisms
from .knobs import ScenarioError, all_turned
from .reading import build, guess, load, parse_setting
from .scenario import Scenario

SHIPPED = Path(__file__).parent.parent / "experiments" / "cases"


def shipped():
    """Names of the cases that ship, in the order of the alphabet."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def read(case):
    """The scenario of a case: the name of one that ships, or the path of a TOML file. Raises ScenarioError with file and line."""
    path = Path(case)
    if path.suffix != ".toml":
        if str(case) not in shipped():
            raise ScenarioError(f"no case is called {str(case)!r}{guess(str(case), shipped())}; or give the path of a .toml file")
        path = SHIPPED / f"{case}.toml"
        return read_shipped(path, path.stat().st_mtime_ns)
    return read_file(path)


@lru_cache(maxsize=64)
def read_shipped(path, changed):
    """As `read_file`; lessons and tests ask for the same few cases hundreds of times."""
    return read_file(path)


def read_file(path):
    """The scenario of a TOML file. Raises ScenarioError with file and line."""
    table, at = load(path)
    scenario = build(Scenario, table, at)
    for part, header in (("community", "[community]"), ("compound", "[[compound]]")):
        if part not in table:
            raise at.error("", f"has no {header}: say who lives there and in what; the cases that ship show how")
    return scenario


def plain_number(value):
    """A number of NumPy's as Python's own; what else no TOML file could say is told as it is written."""
    return value.item() if isinstance(value, np.generic) else str(value)


def altered(scenario, on=(), off=(), settings=(), days=None):
    """The same community with mechanisms switched on or off and knobs set: `settings` are "path=value" texts or a dict path -> value."""
    on, off = ((names,) if isinstance(names, str) else tuple(names) for names in (on, off))
    for name in (*on, *(name for name in off if name not in mechanisms.broken())):
        if problem := mechanisms.why_not(name):
            raise ScenarioError(problem)
    both = set(on) & set(off)
    if both:
        raise ScenarioError(f"{', '.join(sorted(both))}: switched on and off at once; leave one out")
    active = {name: m for name, m in scenario.mechanisms.items() if name not in off}
    active |= {name: mechanisms.named(name)() for name in on if name not in active}
    scenario = replace(scenario, mechanisms=active)
    texts = [f"{path}={json.dumps(value, default=plain_number)}" for path, value in settings.items()] if isinstance(settings, dict) else list(settings)
    if days is not None:
        texts.append(f"days={days}")
    for text in texts:
        part, name, *_ = (*text.split("."), "")
        if part == "mechanisms" and name in mechanisms.known() and name not in active:
            raise ScenarioError(f"--set {text}: {name} is not switched on; add --on {name}")
    return all_turned(scenario, dict(parse_setting(scenario, text) for text in texts))
