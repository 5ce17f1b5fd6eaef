"""A run, observed day by day: what measures of patterns and facts need besides its results."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...model import daily_counts
from ...model.issues.issue_table import unpack_id as called
from ...model.resources.calendar import PAYERS
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, days, finish_run
from .fact_measures import PeopleCounts
from .project_stages import Polls, watch_votes

WEEKS = 4  # weeks at the end of a run in which volunteering is observed


@dataclass
class ObservedRun:
    """A run, and quantities observed day by day that the run does not record."""

    scenario: Scenario
    run: Run
    signed: dict[str, float]  # category -> largest share of households that had signed for one project
    answered: float  # share of members and volunteers who gave an evening in the last WEEKS weeks
    helping: np.ndarray  # (households,) bool  whether a resident of the home gave an evening then
    evenings: float  # evenings that party members worked
    polls: Polls  # when projects were voted and willing: see `project_stages`
    people: PeopleCounts  # who gave evenings, who knows whom, where they live
    # mechanism -> its first day in another arm: measures of "since it began" can then be computed without it
    starts: Mapping[str, int] = field(default_factory=dict)

    def first_day(self, mechanism: str) -> int:
        """Return the day on which a mechanism begins, here or in the arm that this one is compared with."""
        if mechanism in self.scenario.mechanisms:
            return self.scenario.mechanisms[mechanism].first_day
        return self.starts.get(mechanism, 0)

    def of(self, category: str) -> np.ndarray:
        """Return the issues of one category."""
        return self.run.issues[self.run.issues["category"] == list(self.scenario.issues).index(category)]


def simulate_with_seed(scenario: Scenario, run_seed: int) -> ObservedRun:
    """Simulate a scenario with one random seed, and observe signatures and volunteering on the way."""
    series, names = np.zeros((scenario.days, len(daily_counts.DAILY))), list(scenario.issues)
    gave: Any = False
    counts = PeopleCounts()
    signed = {name: 0.0 for name in names if scenario.issues[name].consent_rule}
    polls: Polls = {}
    for world in days(scenario, run_seed):
        watch_votes(world, polls)
        series[world.day - 1] = daily_counts.measure_today(world)
        if (scenario.days - world.day) % 7 == 0 and scenario.days - world.day < WEEKS * 7:
            gave = gave | world.residents.gives
        if world.day % 7 == 0:
            counts.count_week(world)
        p = world.projects
        for c in np.flatnonzero(p.all > 0):
            _, which, _ = called(p.active[c], names)
            assert which is not None  # its issues are of categories of the case
            signed[which] = max(signed[which], 1.0 - p.open[c] / p.all[c])
    people, evening = world.residents, scenario.party_members.evening_hours
    asked = people.member | people.volunteer
    hours = world.ledger.hours[:-1, PAYERS.index("member")].sum()
    run = finish_run(world, scenario, dict(zip(daily_counts.DAILY, series.T)))
    helping = np.bincount(people.home, gave) > 0
    counts.finish(world)
    return ObservedRun(
        scenario,
        run,
        signed,
        gave[asked].mean() if asked.any() else 0.0,
        helping,
        hours / evening if evening else 0.0,
        polls,
        counts,
    )
