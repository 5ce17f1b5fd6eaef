"""Runs of one arm for a page: years that differ by luck alone, and plausible worlds.

Any two arms of a case are paired afterwards, by the number of the run: they share random numbers, and in a
world everything that nobody knows. So a page that has the runs of an arm can compare it with every other arm.
"""

from collections.abc import Callable

from ...engine.parameters import set_parameters
from ...model import measures, mechanisms
from ...model.resources.calendar import PAYERS
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, simulate
from ..evidence.plausible_worlds import PlausibleWorlds
from .plausible_pairs import run_in_world
from .streaming_comparison import pair_seed

LUCKS, WORLDS = 20, 40
SHOWN = (  # measures that pages show
    "resolution_rate",
    "resolution_rate_of_serious",
    "burden",
    "restricted_mean_time",
    "hours",
    "unpaid_hours",
    "yuan",
    "trust_committee",
    "satisfaction",
    "backlog",
    "unknown",
)
DIGITS = 6  # significant digits of a number that is sent


def worlds_of_case(scenario: Scenario, held: frozenset[str] = frozenset(), seed: int = 0) -> PlausibleWorlds:
    """Return the worlds in which any mix of mechanisms is tried: those of the scenario with all of them.

    `held` are the paths of knobs that are not drawn, because a user sets them.
    """
    every = {
        name: scenario.mechanisms.get(name, mechanisms.load_class(name)())
        for name in mechanisms.list_mechanisms()
    }
    return PlausibleWorlds(set_parameters(scenario, {"mechanisms": every}), held, seed)


def year_of_luck(arm: Scenario, seed: int, number: int, progress: Callable | None = None) -> dict:
    """Simulate one replicate, with the luck of the same replicate of `compare`; return what pages show."""
    return values_of(simulate(arm, pair_seed(arm, seed, number), progress=progress))


def year_in_world(
    worlds: PlausibleWorlds, arm: Scenario, number: int, progress: Callable | None = None
) -> dict:
    """Simulate an arm in a plausible world; return what pages show."""
    return values_of(run_in_world(worlds, arm, number, progress=progress))


def values_of(run: Run) -> dict:
    """Return the measures SHOWN, and the hours of each role as "hours.ROLE"; None where undefined."""
    summary = measures.summary(run)
    hours = dict(zip(PAYERS, run.ledger.hours.sum(axis=0)))
    values = {name: summary[name] for name in SHOWN} | {f"hours.{role}": hours[role] for role in PAYERS}
    return {name: float(f"{value:.{DIGITS}g}") if value == value else None for name, value in values.items()}
