"""Arms of the first screen: which mechanisms are on, how strongly and when, as one text, the arm's key."""

import re

from ...engine.texts.errors import UserError
from ...model import mechanisms
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario

KNOBS = {"strength": float, "first_day": int, "last_day": int}
KEY = re.compile(r"(\w+)((?::\w+=[\d.]+)*)")
LONGEST = 4096  # characters of a key


def scenario_of(case: Scenario, key: str) -> Scenario:
    """Return a case with the mechanisms of a key, and no others: "" or "NAME:strength=0.5+NAME".

    What the case tells of a mechanism is kept. Raises UserError.
    """
    names, settings = [], {}
    for part in key[:LONGEST].split("+") if key else ():
        found = KEY.fullmatch(part)
        if not found or found[1] not in mechanisms.list_mechanisms():
            raise UserError("{part} is not a mechanism of the page", part=repr(part[:60]))
        names.append(found[1])
        for setting in found[2].split(":")[1:]:
            knob, value = setting.split("=")
            if knob not in KNOBS:
                raise UserError("{part} is not a mechanism of the page", part=repr(part[:60]))
            settings[f"mechanisms.{found[1]}.{knob}"] = KNOBS[knob](float(value))
    return alter_scenario(case, names, [name for name in case.mechanisms if name not in names], settings)


def key_of_names(names: tuple[str, ...] | list[str]) -> str:
    """Return the key of mechanisms at their full strength."""
    return "+".join(sorted(names))


def held_by(key: str) -> frozenset[str]:
    """Return the paths of the knobs that a key sets: plausible worlds do not draw them."""
    return frozenset(
        f"mechanisms.{found[1]}.{setting.split('=')[0]}"
        for found in KEY.finditer(key)
        for setting in found[2].split(":")[1:]
    )
