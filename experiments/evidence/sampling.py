"""Draw a scenario's uncertain numbers: from their priors, or halved and doubled at random."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from math import inf, isclose
from typing import Any

from ...agents.committee import SIZED
from ...engine.parameters import LeftOut, set_parameters
from ...engine.randomness import RandomNumbers
from ...engine.texts.errors import UserError
from ...model import mechanisms
from ...model.scenarios.scenario import Scenario
from .grades import grade_of, prior_of
from .knobs import iter_knobs

# parts of a scenario in which what a case sets is what its report tells, and not a guess of ours
TOLD = ("committee.", "grid_workers.", "mechanisms.")
NEAR_NORM = 0.05  # a number of the committee this near to its share of the residents is that share, rounded
ATTEMPTS = 20  # draws of a scenario whose numbers contradict each other are repeated this often


@cache
def default_values() -> dict[str, Any]:
    """Return the default of every knob that a case does not give, all mechanisms being on: path -> value."""
    plain = Scenario(mechanisms=mechanisms.all_mechanisms())
    return {path: value for path, _, value in iter_knobs(plain)}


def settings_in(scenario: Scenario, world: Mapping[str, float]) -> dict[str, float]:
    """Return the settings of a world that apply to a scenario: of all numbers that it does not set itself."""
    defaults = default_values()
    return {
        path: within_range(f, world[path])
        for path, f, value in iter_knobs(scenario)
        if path in world and value == defaults.get(path)
    }


def told_by(scenario: Scenario) -> set[str]:
    """Return the paths of what a case tells of its staff, its money and its mechanisms: they are not drawn.

    What it leaves out, and is computed from its residents, is not told; nor is what it sets to that.
    """
    defaults, residents = default_values(), scenario.community.residents
    by_norm = {f"committee.{name}": each * residents for name, (_, each) in SIZED.items()}
    return {
        path
        for path, _, value in iter_knobs(scenario)
        if path.startswith(TOLD)
        and value != defaults.get(path)
        and not isinstance(value, LeftOut)
        and not isclose(value, by_norm.get(path, inf), rel_tol=NEAR_NORM)
    }


def draw_scenario(
    scenario: Scenario,
    random_numbers: RandomNumbers,
    world: Mapping[str, float] | None = None,
    told: Collection[str] | None = None,
) -> Scenario:
    """Return the scenario with every uncertain number drawn from its prior.

    The random number of a knob is hashed from its path, so that it does not depend on the other knobs. What a
    case gives, what is `told` (paths; default: `told_by(scenario)`) and what a user chooses is not drawn.
    Numbers of a `world` of the ensemble are taken from it, except where the scenario sets its own.
    """
    given = settings_in(scenario, world or {})
    told = told_by(scenario) if told is None else told

    def change(path: str, f: Any, value: float, attempt: int) -> float:
        if path in given:
            return given[path]
        if path in told:
            return value
        prior = prior_of(path, f.metadata, value, is_whole(f))
        return prior.quantile(inside(float(random_numbers(path, [attempt])[0])))

    return redraw(scenario, change)


def halve_or_double(scenario: Scenario, random_numbers: RandomNumbers) -> Scenario:
    """Return the scenario with every assumed number (grade 0) halved or doubled, within its range."""

    def change(path: str, f: Any, value: float, attempt: int) -> float:
        if grade_of(path, f.metadata["source"]) != 0:
            return value
        factor = 2.0 if float(random_numbers(path, [attempt])[0]) < 0.5 else 0.5
        changed = min(max(value * factor, f.metadata["low"]), f.metadata["high"])
        return round(changed) if is_whole(f) else changed

    return redraw(scenario, change)


def redraw(scenario: Scenario, change: Callable[[str, Any, float, int], float]) -> Scenario:
    """Return the scenario with every knob that its case does not give changed, as `change` says.

    A draw whose numbers contradict each other is repeated. Raises UserError if all ATTEMPTS are.
    """
    knobs = list(iter_knobs(scenario))
    problem = None
    for attempt in range(ATTEMPTS):
        try:
            return set_parameters(
                scenario, {path: change(path, f, value, attempt) for path, f, value in knobs}
            )
        except UserError as error:
            problem = error
    assert problem
    raise problem


def is_whole(f: Any) -> bool:
    """Return whether a knob is a whole number."""
    return f.type in (int, "int")


def inside(u: float) -> float:
    """Return `u`, from [0, 1), moved into (0, 1), where every prior has a quantile."""
    return min(max(u, 1e-9), 1.0 - 1e-9)


def within_range(f: Any, value: float) -> float:
    """Return a stored number as its knob takes it: within its range, and whole if it must be."""
    return round(value) if is_whole(f) else min(max(value, f.metadata["low"]), f.metadata["high"])
