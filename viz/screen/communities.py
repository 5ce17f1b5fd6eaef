"""The communities of the first screen, and what of an address can be shown of them."""

import os
from functools import cache
from typing import Any

from ...engine.texts import LANGUAGES
from ...engine.texts.errors import UserError
from ...model.scenarios.cases import list_cases, read_case
from ...model.scenarios.scenario import Scenario
from .arms import scenario_of

MOST = 50_000_000  # residents x days of a simulation on the page: some seconds
FIRST = ("osmanthus_court", "guiyuan", "shuian")  # communities that have a button of their own
LARGEST = 2**53  # numbers of an address: seed, day, home
KEYS = {"place": str, "a": str, "b": str, "seed": int, "lang": str, "light": str, "day": int, "home": int}


def communities() -> list[Scenario]:
    """Return the communities of the page: that of `cogov serve`, then those that ship."""
    return read_communities(os.environ.get("COGOV_CASE", ""))


@cache
def read_communities(own: str) -> list[Scenario]:
    """Return the community `own`, if any, then those that ship; one of its name is left out."""
    first = [read_case(own)] if own else []
    others = [read_case(name) for name in dict.fromkeys([*FIRST, *list_cases()])]
    return first + [case for case in others if case.name not in [one.name for one in first]]


def check_size(scenario: Scenario) -> None:
    """Raise UserError if a community takes too long to simulate on a page."""
    if scenario.community.residents * scenario.days > MOST:
        raise UserError(
            "{residents:,} residents for {days:,} days are too many for a page; allowed is {most:,} "
            "residents x days: use `cogov run`",
            residents=scenario.community.residents,
            days=scenario.days,
            most=MOST,
        )


def checked_view(view: Any) -> dict[str, Any]:
    """Return what of a view can be shown, without parts such as a mechanism that is unknown."""
    if not isinstance(view, dict):
        return {}
    known = {
        name: value
        for name, value in view.items()
        if type(value) is KEYS.get(name) and (type(value) is str or 0 <= value < LARGEST)
    }
    if known.get("lang") not in (None, *LANGUAGES):
        del known["lang"]
    cases = {scenario.name: scenario for scenario in communities()}
    case = cases.get(known.get("place", ""), next(iter(cases.values())))
    for side in ("a", "b"):
        try:
            scenario_of(case, known.get(side, ""))
        except (UserError, ValueError):
            known.pop(side)
    return known
