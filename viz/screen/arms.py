"""Arms of the first screen: which mechanisms are on, how strongly and when, as one text, the arm's key.

A key is "" for no mechanism, else "NAME+NAME:strength=0.5:first_day=90", as static/arms.js writes it.
"""

import re
from collections.abc import Iterable

from ...engine.texts.errors import UserError
from ...model import mechanisms
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario

KNOBS = {"strength": float, "first_day": int, "last_day": int}
PART = re.compile(r"(\w+)((?::\w+=[\d.]{1,12})*)")
LONGEST = 4096  # characters of a key
DEFAULT = "building_captains"  # what the right side has at first


def parse_key(key: str) -> tuple[list[str], dict[str, float]]:
    """Return the mechanisms of a key, and the settings of their knobs by path. Raises UserError."""
    names, settings = [], {}
    for part in key[:LONGEST].split("+") if key else ():
        found = PART.fullmatch(part)
        knobs = [setting.split("=") for setting in found[2].split(":")[1:]] if found else []
        if not found or found[1] not in mechanisms.list_mechanisms() or any(k not in KNOBS for k, _ in knobs):
            raise UserError("{part} is not a mechanism of the page", part=repr(part[:60]))
        names.append(found[1])
        for knob, value in knobs:
            try:
                settings[f"mechanisms.{found[1]}.{knob}"] = KNOBS[knob](float(value))
            except ValueError:
                raise UserError("{part} is not a mechanism of the page", part=repr(part[:60])) from None
    return names, settings


def scenario_of(case: Scenario, key: str) -> Scenario:
    """Return a case with the mechanisms of a key, and no others; what it tells of them is kept.

    Raises UserError.
    """
    names, settings = parse_key(key)
    return alter_scenario(case, names, [name for name in case.mechanisms if name not in names], settings)


def held_by(key: str) -> frozenset[str]:
    """Return the paths of the knobs that a key sets: plausible worlds do not draw them. Raises UserError."""
    return frozenset(parse_key(key)[1])


def key_of_names(names: Iterable[str]) -> str:
    """Return the key of mechanisms as the case has them."""
    return "+".join(sorted(names))
