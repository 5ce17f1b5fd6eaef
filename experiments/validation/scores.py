"""Hold the model against the measured facts, with null models beside it and a test that it can fail.

For each fact, the model's 90 % interval is that over replicates, each with its own random seed and its own
draw of every uncertain number from its prior; a fact that names several cases is the mean over them. The
*score* is the interval score at 90 % (`experiments/statistics/interval_score.py`): the width of the interval,
plus 20 times the distance by which it misses the fact, averaged over the low end, the value and the high end
of the fact's own interval. Less is better; neither a wide nor an overconfident interval is rewarded.

A fact is *inside* if the model's median is in the fact's interval, or the fact's value in the model's, and
the model's interval is at most WIDEST times as wide as the fact's; *too wide* if only the last fails;
*outside* otherwise. Null models are scored alike: all mechanisms off, another community, and random worlds in
which every assumed number is halved or doubled. The p-value is the share of random worlds, the model itself
counted as one of them, whose mean score is as good as the model's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers, seed_of, whole_seed
from ...engine.texts.errors import Message
from ...model.scenarios.cases import alter_scenario, list_cases
from ...model.scenarios.scenario import ReportedOutcome, Scenario
from ...model.scenarios.structure import Structure
from ..comparison.parallel_jobs import run_jobs
from ..comparison.runs import check_count
from ..evidence.facts import Fact, choose_facts
from ..evidence.sampling import draw_scenario, halve_or_double, told_by
from ..observation.observed_run import ObservedRun, simulate_with_seed
from ..observation.pattern_measures import check_measure, evaluate_measure
from ..statistics.interval_score import POWER, WIDEST, scale, score_interval

NULLS = ("all off", "another community")
Members = Sequence[Mapping[str, float]]  # worlds of the ensemble: path -> value
VERDICTS = ("inside", "too wide", "outside", "no value")


@dataclass
class FactScores:
    """The facts beside the model and the null models.

    `scores` and `inside` are (worlds, facts): the model, the NULLS, then the random worlds.
    """

    table: pd.DataFrame  # one row per fact: see COLUMNS
    scores: np.ndarray
    inside: np.ndarray
    replicates: int

    @property
    def random(self) -> int:
        """The number of random worlds."""
        return len(self.scores) - 1 - len(NULLS)

    def totals(self) -> pd.DataFrame:
        """Return one row for the fitted facts, one for those held out, and one for all: see TOTALS."""
        held_out = self.table["held_out"].to_numpy(bool)
        groups = {"fitted": ~held_out, "held out": held_out, "all": np.ones(len(held_out), bool)}
        return pd.DataFrame(
            [[name, *self.total(chosen)] for name, chosen in groups.items() if chosen.any()],
            columns=TOTALS,
        )

    def total(self, chosen: np.ndarray) -> list:
        """Return a row of `totals` for the facts that are `chosen`, (facts,) bool."""
        scores = self.scores[:, chosen]
        model, nulls = scores[0], [compare_means(scores[0], null) for null in scores[1:]]
        worlds = nulls[len(NULLS) :]
        row = [
            int(np.count_nonzero(~np.isnan(model))),
            int(self.inside[0][chosen].sum()),
            mean(model),
        ]
        for ours, theirs in nulls[: len(NULLS)]:
            row += [ours, theirs]
        means = np.array([theirs for _, theirs in worlds])
        as_good = sum(theirs <= ours for ours, theirs in worlds)
        inside = self.inside[1 + len(NULLS) :][:, chosen].sum(axis=1)
        return [
            *row,
            mean(means),
            float(np.std(means, ddof=1)) if len(means) > 1 else np.nan,
            float(np.median(inside)) if len(inside) else np.nan,
            (1 + as_good) / (1 + len(worlds)) if len(worlds) else np.nan,
        ]

    def power(self) -> Message:
        """Say which difference the test of all facts could detect."""
        row = self.totals().iloc[-1]
        if self.random < 2:
            return Message("Power: unknown, because there are fewer than two random worlds.")
        return Message(
            "Power: random worlds score {mean:.2f} with a standard deviation of {deviation:.2f}. A model "
            "that is better by {difference:.2f}, that is {share:.0%}, would be told from them in 80 % of "
            "cases (one-sided test at 5 %); with {count} worlds the smallest possible p is {least:.3f}.",
            mean=row.random_score,
            deviation=row.random_deviation,
            difference=POWER * row.random_deviation,
            share=POWER * row.random_deviation / row.random_score,
            count=self.random,
            least=1.0 / (1.0 + self.random),
        )


COLUMNS = [
    "fact",
    "held_out",
    "words",
    "zh",
    "unit",
    "zh_unit",
    "place",
    "year",
    "confidence",
    "measure",
    "cases",
    "low",
    "value",
    "high",
    "median",
    "p5",
    "p95",
    "score",
    "width_ratio",
    "verdict",
    "all_off_score",
    "another_score",
    "random_score",
    "p",
]
TOTALS = [
    "facts",
    "count",
    "inside",
    "score",
    "score_where_all_off_has_values",
    "all_off_score",
    "score_where_another_has_values",
    "another_score",
    "random_score",
    "random_deviation",
    "random_inside",
    "p",
]


def score_facts(
    names: list[str] | None = None,
    *,
    replicates: int = 20,
    worlds: int = 20,
    seed: int = 0,
    members: Members = (),
    structure: Structure | None = None,
    workers: int | None = None,
    progress: Callable | None = None,
) -> FactScores:
    """Score the model and the null models on facts; by default on all of them.

    `worlds` is the number of random worlds. With `members` of the fitted ensemble, the model and the NULLS
    take one for each replicate, and draw only the other numbers from their priors. `structure` gives all of
    them other rules, with the same numbers. `progress` is called after
    every job, of which there are `count_jobs(replicates, worlds)`. Raises UserError.
    """
    seed, facts = whole_seed(seed), choose_facts(names)
    replicates = check_count("replicates", replicates, 4, 100_000)
    worlds = check_count("worlds", worlds, 0, 10_000)
    for fact in facts:
        check_fact(fact)
    jobs = count_jobs(replicates, worlds)
    rows = list(
        run_jobs(
            partial(simulate_world, facts, seed, replicates, members, structure or Structure()),
            jobs,
            workers,
            progress,
        )
    )
    values = np.array(rows).reshape(-1, replicates, len(facts))
    return summarise(facts, values)


def count_jobs(replicates: int, worlds: int) -> int:
    """Return how many jobs `score_facts` runs: one per replicate of each world."""
    return replicates * (1 + len(NULLS) + worlds)


def check_fact(fact: Fact) -> None:
    """Check that the measure of a fact exists. Raises UserError."""
    for case in fact.cases:
        check_measure(ReportedOutcome(fact.name[:60], measure=fact.measure), fact.scenario_in(case))


def simulate_world(
    facts: Sequence[Fact], seed: int, replicates: int, members: Members, structure: Structure, number: int
) -> list[float]:
    """Simulate one replicate of one world in every case that the facts need; return the value of each fact.

    World 0 is the model, the next ones are the NULLS, then come random worlds. A replicate has the same
    random seed and the same draws relative to the centre in every world.
    """
    world, replicate = divmod(number, replicates)
    arms: dict[tuple, ObservedRun] = {}
    values = []
    for fact in facts:
        cases = others(fact.cases) if world == 1 + NULLS.index("another community") else fact.cases
        draw, given = (seed, replicate), (members, structure)
        by_case = [value_in_case(fact, case, world, draw, arms, given) for case in cases]
        numbers = [value for value in by_case if not np.isnan(value)]
        values.append(float(np.mean(numbers)) if numbers else float("nan"))
    return values


def value_in_case(
    fact: Fact,
    case: str,
    world: int,
    draw: tuple[int, int],
    arms: dict[tuple, ObservedRun],
    given: tuple[Members, Structure],
) -> float:
    """Return the measure of a fact in one case; `arms` caches runs that several facts share.

    `given` are the members of the ensemble and the rules.
    """
    members, structure = given
    scenario = replace(fact.scenario_in(case), structure=structure)
    if world == 1 + NULLS.index("all off"):
        scenario = alter_scenario(scenario, (), tuple(scenario.mechanisms))
    key = (case, tuple(sorted(scenario.mechanisms)), fact.days)
    if key not in arms:
        arms[key] = simulate_arm(scenario, world, draw, members)
    return evaluate_measure(fact.measure, arms[key])


def simulate_arm(scenario: Scenario, world: int, draw: tuple[int, int], members: Members = ()) -> ObservedRun:
    """Simulate a scenario with the numbers that `draw` (seed, replicate) gives it in a world."""
    seed, replicate = draw
    member = members[replicate % len(members)] if members and world <= len(NULLS) else None
    told = told_by(scenario)
    if world > len(NULLS):
        scenario = halve_or_double(scenario, RandomNumbers("facts world", seed, world))
    scenario = draw_scenario(scenario, RandomNumbers("facts", seed, replicate), member, told)
    return simulate_with_seed(scenario, seed_of("facts", scenario.name, seed, replicate))


def others(cases: Sequence[str]) -> list[str]:
    """Return as many other cases: for each, the next in the alphabet that is not among them.

    >>> others(["guiyuan", "lianhe"])
    ['pozijie', 'shuian']
    """
    known = list_cases()
    free = [name for name in known if name not in cases]
    start = sum(name < min(cases) for name in free)
    later = [name for name in free[start:] + free[:start] if name > max(cases)] or free
    return [later[n % len(later)] for n in range(len(cases))]


def scaled(fact: Fact, values: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return values of a fact's measure on the scale of its score."""
    return scale(values, fact.low, fact.high, fact.floor)


def interval_score(fact: Fact, p5: float, p95: float) -> float:
    """Return the interval score of a 90 % interval, averaged over the ends and the value of a fact."""
    low, high = scaled(fact, [p5, p95])
    return score_interval(low, high, scaled(fact, [fact.low, fact.value, fact.high]))


def width_ratio(fact: Fact, p5: float, p95: float) -> float:
    """Return how many times as wide as the fact's own interval an interval is, on the scale of the score."""
    (low, high), (least, most) = scaled(fact, [p5, p95]), scaled(fact, [fact.low, fact.high])
    return float((high - low) / (most - least))


def verdict(fact: Fact, median: float, p5: float, p95: float) -> str:
    """Classify the model's interval against a fact: see the top of this file."""
    if np.isnan(median):
        return "no value"
    if not (fact.low <= median <= fact.high or p5 <= fact.value <= p95):
        return "outside"
    return "inside" if width_ratio(fact, p5, p95) <= WIDEST else "too wide"


def describe(values: np.ndarray) -> tuple[float, float, float]:
    """Return median, 5 % and 95 % quantile of the values that are numbers; NaN if fewer than half are."""
    numbers = values[~np.isnan(values)]
    if 2 * len(numbers) < len(values) or not len(numbers):
        return np.nan, np.nan, np.nan
    p5, median, p95 = np.percentile(numbers, (5, 50, 95))
    return float(median), float(p5), float(p95)


def summarise(facts: Sequence[Fact], values: np.ndarray) -> FactScores:
    """Score `values`, (worlds, replicates, facts) with NaN where a run cannot say."""
    worlds = len(values)
    scores, inside = np.full((worlds, len(facts)), np.nan), np.zeros((worlds, len(facts)), bool)
    rows = []
    for n, fact in enumerate(facts):
        for world in range(worlds):
            median, p5, p95 = describe(values[world, :, n])
            if not np.isnan(median):
                scores[world, n] = interval_score(fact, p5, p95)
                inside[world, n] = verdict(fact, median, p5, p95) == "inside"
        rows.append(row_of(fact, values[0, :, n], scores[:, n]))
    return FactScores(pd.DataFrame(rows, columns=COLUMNS), scores, inside, values.shape[1])


def row_of(fact: Fact, values: np.ndarray, scores: np.ndarray) -> list:
    """Return the table row of a fact, from the model's values and the scores of all worlds."""
    median, p5, p95 = describe(values)
    worlds = scores[1 + len(NULLS) :]
    worlds = worlds[~np.isnan(worlds)]
    p = np.nan
    if len(worlds) and not np.isnan(scores[0]):
        p = (1 + np.count_nonzero(worlds <= scores[0])) / (1 + len(worlds))
    return [
        fact.name,
        fact.is_held_out,
        fact.words,
        fact.zh,
        fact.unit,
        fact.zh_unit,
        fact.place,
        fact.year,
        fact.confidence,
        fact.measure,
        ", ".join(fact.cases),
        fact.low,
        fact.value,
        fact.high,
        median,
        p5,
        p95,
        scores[0],
        width_ratio(fact, p5, p95),
        verdict(fact, median, p5, p95),
        *scores[1 : 1 + len(NULLS)],
        float(np.median(worlds)) if len(worlds) else np.nan,
        p,
    ]


def mean(values: np.ndarray) -> float:
    """Return the mean of the values that are numbers; NaN if there are none."""
    numbers = values[~np.isnan(values)]
    return float(numbers.mean()) if len(numbers) else np.nan


def compare_means(model: np.ndarray, null: np.ndarray) -> tuple[float, float]:
    """Return the mean scores of the model and of a null model over the facts for which both have one."""
    both = ~np.isnan(model) & ~np.isnan(null)
    return mean(model[both]), mean(null[both])
