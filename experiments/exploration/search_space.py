"""The space of a search: what may vary, objectives, limits; and the scenario of a design."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ...engine.parameters import format_range, paths, set_parameters, unit_of
from ...engine.renamed import suggest_names, suggest_paths
from ...engine.texts.errors import UserError
from ...model import measures, mechanisms
from ...model.resources.ledger import PAYERS
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario
from ..comparison import runs
from ..statistics.replicate_table import SWITCH, format_factor
from .pareto import SIGN, beyond

HOURS = "hours."  # prefix of a role: its hours of work


@dataclass(frozen=True)
class SearchSpace:
    """What may vary, within which limits, and the objectives."""

    scenario: Scenario  # with every mechanism of `mechanisms` on
    mechanisms: tuple  # that may be on or off
    knobs: dict  # path -> (low, high)
    objectives: dict  # measure -> "maximise" or "minimise"
    limits: dict  # measure or "hours.ROLE" -> most by which its mean may exceed that of the unchanged case
    within: int  # days that count as resolved in time
    most: int  # number of `mechanisms` that a mix may have in addition to those in `given`
    given: tuple  # the `mechanisms` that the unchanged case has
    replicates: int = 2  # in every trial
    seed: int = 0
    # replicate -> {measure: number}: the limited measures in the unchanged case
    spent: dict = field(default_factory=dict)

    @property
    def measures_to_keep(self) -> tuple[str, ...]:
        """Return the measures to keep of every run."""
        return tuple(dict.fromkeys((*self.objectives, *map(beyond, self.limits), "hours", "yuan")))

    @property
    def base(self) -> Scenario:
        """Return the unchanged case with what every mix has; of `mechanisms`, only `given` are on."""
        return without(self.scenario, set(self.mechanisms) - set(self.given))


def build_search_space(
    scenario: Scenario,
    names: tuple[str, ...],
    knobs: dict[str, tuple[float, float]],
    objectives: dict[str, str],
    limits: dict[str, float],
    most: int | None = None,
    within: int = measures.WITHIN,
    changes: Mapping[str, Any] = MappingProxyType({}),
) -> SearchSpace:
    """Build the search space from the arguments of `search`, checked. Raises UserError.

    `changes` to the scenario are on, off, settings and days as in `alter_scenario`.
    """
    if not names and not knobs:
        raise UserError("nothing may vary; name mechanisms that may be on, or knobs with their ranges")
    if not objectives:
        raise UserError("no objective is named; name measures, each with maximise or minimise")
    wrong = {m: way for m, way in objectives.items() if way not in SIGN}
    if wrong:
        raise UserError(
            "objective {measure!r} = {direction!r} is unknown; allowed are {directions}",
            measure=next(iter(wrong)),
            direction=wrong[next(iter(wrong))],
            directions=", ".join(SIGN),
        )
    known = simulate_outcome(replace(scenario, days=1), 0, 0, within)
    for name in (*objectives, *limits):
        if name not in known:
            raise UserError(
                "no measure is called {name!r}{hint}", name=name, hint=suggest_names(name, list(known))
            )
    if most is not None and not (names and 0 <= most <= len(mechanisms.list_mechanisms())):
        if not names:
            raise UserError("most = {most}, but no mechanism may vary; name those that may", most=most)
        raise UserError(
            "most = {most} mechanisms is out of range; allowed is 0 to {count}",
            most=most,
            count=len(mechanisms.list_mechanisms()),
        )
    on = tuple(changes.get("on", ()))
    present = {*scenario.mechanisms, *on} - {*changes.get("off", ())}
    full = alter_scenario(scenario, **{**changes, "on": (*on, *names)})
    for path, ends in knobs.items():
        check_knob(full, path, ends)
    given = tuple(name for name in names if name in present)
    most = len(names) if most is None else most
    return SearchSpace(full, names, knobs, objectives, limits, within, most, given)


def without(scenario: Scenario, names: Collection[str]) -> Scenario:
    """Return a scenario without these mechanisms."""
    left = {name: mechanism for name, mechanism in scenario.mechanisms.items() if name not in names}
    return replace(scenario, mechanisms=left)


def check_knob(scenario: Scenario, path: str, ends: tuple[float, float]) -> None:
    """Raise UserError if a knob does not exist, or its range is not within the allowed one."""
    known = paths(scenario)
    if path not in known:
        part, name, *_ = (*path.split("."), "")
        off = (
            part == "mechanisms" and name in mechanisms.list_mechanisms() and name not in scenario.mechanisms
        )
        if off:
            raise UserError(
                "no knob is called {path!r}: {name} is not switched on; name it among the mechanisms",
                path=path,
                name=name,
            )
        raise UserError("no knob is called {path!r}{hint}", path=path, hint=suggest_paths(path, known))
    low, high, m = *ends, known[path].metadata
    if not m["low"] <= low < high <= m["high"]:
        raise UserError(
            "{path}: {low} to {high} is not a range within the allowed {range} {unit}",
            path=path,
            low=low,
            high=high,
            range=format_range(m),
            unit=unit_of(m),
        )


def is_whole(room: SearchSpace, path: str) -> bool:
    """Return whether a knob takes whole numbers only."""
    return paths(room.scenario)[path].type in (int, "int")


def is_idle(room: SearchSpace, path: str, on: Collection[str]) -> bool:
    """Return whether a knob belongs to a mechanism that is off."""
    part, name, *_ = (*path.split("."), "")
    return part == "mechanisms" and name in room.mechanisms and name not in on


def design_scenario(room: SearchSpace, design: dict) -> Scenario:
    """Build the scenario of a design {"on": names, "knobs": path -> value}.

    Raises UserError where knobs contradict each other.
    """
    full = set_parameters(
        room.scenario,
        {path: (int if is_whole(room, path) else float)(value) for path, value in design["knobs"].items()},
    )
    return without(full, set(room.mechanisms) - set(design["on"]))


def describe_design(design: dict) -> str:
    """Describe a design in words.

    >>> knobs = {"mechanisms.whistle.strength": 0.5, "committee.staff": 3}
    >>> describe_design({"on": ["whistle"], "knobs": knobs})
    'whistle (strength 0.5) with committee.staff 3'
    >>> describe_design({"on": [], "knobs": {}})
    'nothing'
    """
    knobs_of = {
        name: [
            f"{path.removeprefix(f'{SWITCH}{name}.')} {format_factor(v)}"
            for path, v in design["knobs"].items()
            if path.startswith(f"{SWITCH}{name}.")
        ]
        for name in design["on"]
    }
    rest = [
        f"{path} {format_factor(v)}"
        for path, v in design["knobs"].items()
        if path.removeprefix(SWITCH).split(".")[0] not in knobs_of
    ]
    text = (
        " + ".join(name + (f" ({', '.join(knobs)})" if knobs else "") for name, knobs in knobs_of.items())
        or "nothing"
    )
    return text + (f" with {', '.join(rest)}" if rest else "")


def simulate_outcome(scenario: Scenario, seed: int, number: int, within: int) -> dict[str, float]:
    """Simulate replicate `number`, and return all measures and the hours of each role."""
    run = runs.replicate(scenario, "search", seed, number)
    hours = run.ledger.hours.sum(axis=0).tolist()
    return measures.summary(run, within) | {HOURS + role: number for role, number in zip(PAYERS, hours)}
