"""What a call is about: its case, read and kept within the sizes that the server allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine.texts.errors import UserError, join
from ...engine.toml_reader import parse_text
from ...model.scenarios.cases import alter_scenario, list_cases, list_examples, read_case, scenario_of_table
from ...model.scenarios.scenario import Scenario
from .requests import OfCase, OfRuns
from .storage import ResultFolder

MOST_HOUSEHOLDS = 30_000
MOST_STAIRWELLS = 20_000
MOST_DAYS = 3650
MOST_WORK = 5_000_000_000  # households times days times runs; some minutes on one core
GIVEN_TEXT = "case.toml"  # what a case that was given as text is called, in errors and commands


@dataclass(frozen=True)
class CaseInput:
    """A case, and how a command of the terminal names it."""

    scenario: Scenario
    named: str  # a name or a path
    text: str = ""  # of a case that was given as text


def read_input(request: OfCase, folder: ResultFolder) -> CaseInput:
    """Read the case of a request: one that ships, a file in the folder, or a text. Raises UserError."""
    if request.case_toml:
        scenario = scenario_of_table(*parse_text(request.case_toml, GIVEN_TEXT))
        given = CaseInput(scenario, GIVEN_TEXT, request.case_toml)
    elif request.case in (*list_cases(), *list_examples()):
        given = CaseInput(read_case(request.case), request.case)
    elif request.case.endswith(".toml") or "/" in request.case or "\\" in request.case:
        path = folder.find_case(request.case)
        given = CaseInput(read_case(path), str(path))
    else:
        given = CaseInput(read_case(request.case), request.case)  # raises UserError with a proposal
    refuse_large(given.scenario)
    return given


def refuse_large(scenario: Scenario) -> None:
    """Raise UserError if a community is larger than the server simulates."""
    stairwells = sum(kind.count * kind.buildings * kind.stairwells for kind in scenario.compound)
    for name, value, most in (
        ("households", scenario.community.households, MOST_HOUSEHOLDS),
        ("stairwells", stairwells, MOST_STAIRWELLS),
        ("days", scenario.days, MOST_DAYS),
    ):
        if value > most:
            raise UserError(
                "{case}: {name} = {value:,}, and this server simulates at most {most:,}; make it smaller, or "
                "use the commands of cogov in a terminal, which have no such limit",
                case=scenario.name,
                name=name,
                value=value,
                most=most,
            )


def refuse_long(scenario: Scenario, runs: int, fewer: Sequence[str]) -> None:
    """Raise UserError if so many runs of a case are too much for a call; `fewer` are arguments to lower."""
    households, days = scenario.community.households, scenario.days
    if households * days * runs > MOST_WORK:
        raise UserError(
            "{runs:,} runs of {households:,} households and {days:,} days are too much for one call; at most "
            "{most:,} runs of that size: choose fewer {fewer} or fewer days",
            runs=runs,
            households=households,
            days=days,
            most=MOST_WORK // (households * days),
            fewer=join(fewer, comma=True),
        )


def altered(given: CaseInput, request: OfRuns, more: Iterable[str] = ()) -> Scenario:
    """Return the case with what the request changes, and with mechanisms `more` on. Raises UserError."""
    scenario = alter_scenario(given.scenario, (*request.on, *more), **without_on(request))
    refuse_large(scenario)
    return scenario


def changes_of(request: OfRuns) -> dict[str, Any]:
    """Return what a request changes of its case, as `alter_scenario` and `compare` take it."""
    return {"on": request.on, **without_on(request)}


def without_on(request: OfRuns) -> dict[str, Any]:
    """Return `changes_of` but for the mechanisms that are switched on."""
    return {"off": request.off, "settings": request.settings, "days": request.days or None}


def options_of(request: OfRuns) -> dict[str, Any]:
    """Return the options of the command line that say the same; those at their default are left out."""
    return {
        "days": request.days or None,
        "seed": request.seed or None,
        "within": None if request.within == OfRuns.within else request.within,
        "on": list(request.on),
        "off": list(request.off),
        "set": [f"{path}={as_word(value)}" for path, value in request.settings.items()],
    }


def as_word(value: Any) -> str:
    """Return the value of a setting as `--set` takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
