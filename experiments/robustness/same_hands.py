"""Give every arm the same hands to spend: the hours that a mechanism takes, others get as committee staff.

A mechanism that brings volunteers or sends grid workers has more hands than an arm without it. A comparison
then asks two questions at once: are more hands better, and is this a good way to use them? Here the arms are
simulated first as they are. Then every arm gets so many more staff of the committee that all arms have, on
average over worlds, the hours of the arm that took most; and they are simulated again.

Staff are the hands that any desk work needs and that a district can hire. The road not taken: scaling
mechanisms down to the hours of the cheapest; half a captain is not what anybody proposes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...model.resources.calendar import PAYERS, YEAR, almanac
from ...model.scenarios.scenario import Scenario
from ..sweep.experiment import Experiment
from .weighing import Robustness

STAFF = "committee.staff"


def hours_of_one(scenario: Scenario) -> float:
    """Return the hours that one member of the committee's staff has in the days of a scenario."""
    steady = replace(scenario, calendar=replace(scenario.calendar, staff_leaving_rate=0.0))
    years = [almanac(steady, year, np.uint64(0))[1][:YEAR] for year in range(scenario.days // YEAR + 1)]
    at_work = np.concatenate(years)[1 : scenario.days + 1, PAYERS.index("committee")]
    return float(at_work.sum()) * scenario.committee.shift_hours


def staff_to_add(first: Robustness) -> dict[str, float]:
    """Return how many staff each arm needs to have the hours of the one that took most: arm -> staff.

    `first` are the arms as they are; hours are means over worlds, of what was worked.
    """
    hours, scenario = first.by_world("hours").mean(), first.results.plan.cases[first.case]
    if first.results.experiment.days:
        scenario = replace(scenario, days=first.results.experiment.days)
    return {str(arm): round((hours.max() - hours[arm]) / hours_of_one(scenario), 2) for arm in hours.index}


def with_same_hands(experiment: Experiment, first: Robustness, added: Mapping[str, float]) -> Experiment:
    """Return the experiment whose arms have so many more staff; the committee's staff is no longer drawn."""
    staff = float(first.results.plan.cases[first.case].committee.staff)
    base = float(experiment.set.get(STAFF, staff))
    arms = tuple(
        replace(arm, set={**arm.set, STAFF: round(base + added[arm.name], 4)}) for arm in experiment.arm
    )
    return replace(
        experiment,
        name="robust, same hands",
        arm=arms,
        set={path: value for path, value in experiment.set.items() if path != STAFF},
    )
