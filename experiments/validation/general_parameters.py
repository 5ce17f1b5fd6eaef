"""General parameters: the uncertain knobs that no case of the fitted facts sets for itself.

They are what a world of the ensemble consists of. A world gives each a *score*: the quantile of its prior as
a standard normal deviate, so that the prior of every score is the standard normal distribution.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from ...engine.parameters import set_parameters
from ...engine.randomness import RandomNumbers
from ...engine.texts.errors import UserError
from ...model.scenarios.cases import alter_scenario, read_case
from ...model.scenarios.scenario import Scenario
from ..evidence.facts import Fact, all_facts
from ..evidence.grades import prior_of
from ..evidence.knobs import iter_knobs
from ..evidence.priors import NORMAL, Prior
from ..evidence.sampling import default_values, inside, is_whole, settings_in, told_by

FITTED_DAYS = 366  # of a run in which a fact is measured, at most, for the fit

Arm = tuple[str, tuple[str, ...], int]  # case, mechanisms that are on, days


def fitted_facts() -> list[Fact]:
    """Return the facts that parameters are fitted to: none that is held out, and none that takes years.

    A run of four years costs as much as all others of a world together.
    """
    allowed = [fact for fact in all_facts().values() if not fact.is_held_out]
    return [fact for fact in allowed if fact.days <= FITTED_DAYS]


def arms_of(facts: Sequence[Fact]) -> list[Arm]:
    """Return the arms that facts need, each once, sorted; those that differ only in their days apart."""
    return sorted({arm_of(fact, case) for fact in facts for case in fact.cases})


@cache
def scenario_of(arm: Arm) -> Scenario:
    """Return the scenario of an arm."""
    case, names, days = arm
    scenario = read_case(case)
    return alter_scenario(scenario, names, tuple(set(scenario.mechanisms) - set(names)), days=days)


@cache
def arm_of(fact: Fact, case: str) -> Arm:
    """Return the arm in which a fact is measured in a case."""
    return case, tuple(sorted(fact.scenario_in(case).mechanisms)), fact.days


def general_parameters(scenarios: Sequence[Scenario]) -> dict[str, Prior]:
    """Return the general parameters of scenarios, with their priors, sorted by path.

    A knob is one if it has a prior that is not a point, and its default in each of the scenarios that has it.
    """
    defaults, priors, own = default_values(), {}, set()
    for scenario in scenarios:
        for path, f, value in iter_knobs(scenario):
            if value != defaults[path]:
                own.add(path)
            elif path not in priors:
                priors[path] = prior_of(path, f.metadata, value, is_whole(f))
    return {
        path: prior for path, prior in sorted(priors.items()) if path not in own and prior.shape != "point"
    }


def values_of(priors: Mapping[str, Prior], scores: np.ndarray) -> dict[str, float]:
    """Return the values of the parameters at `scores`, in the order of `priors`: path -> value."""
    return {
        path: prior.quantile(inside(NORMAL.cdf(float(z)))) for (path, prior), z in zip(priors.items(), scores)
    }


def score_of(prior: Prior, value: float) -> float:
    """Return the score at which a parameter has a value, from -5 to 5; the inverse of `values_of`.

    >>> round(score_of(Prior("lognormal", 2.0, 3.0, 0.0, 100.0), 6.0), 3)
    1.645
    """
    low, high = -5.0, 5.0
    for _ in range(50):  # bisection: quantiles increase, and have no closed inverse where they are truncated
        middle = (low + high) / 2.0
        if replace(prior, whole=False).quantile(inside(NORMAL.cdf(middle))) < value:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def draw_the_rest(
    scenario: Scenario, world: Mapping[str, float], random_numbers: RandomNumbers
) -> Scenario | None:
    """Return the scenario with a world's values, and every other uncertain number drawn from its prior.

    What the case tells (`told_by`) stays. None if the numbers contradict each other.
    """
    settings: dict[str, float] = settings_in(scenario, world)
    told = told_by(scenario)
    for path, f, value in iter_knobs(scenario):
        if path not in settings and path not in told:
            prior = prior_of(path, f.metadata, value, is_whole(f))
            settings[path] = prior.quantile(inside(float(random_numbers(path, [0])[0])))
    try:
        return set_parameters(scenario, settings)
    except UserError:
        return None
