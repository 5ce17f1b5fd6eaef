"""Find the worlds of a sweep in which a mechanism wins, or an arm is best.

A world is a case at one point of the design.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...engine.texts.errors import UserError
from ...model.measures import SMALLER
from ..statistics.replicate_table import SWITCH
from ..sweep.design import SAMPLED
from ..sweep.results import Results
from . import scenario_discovery, world_outcomes
from .prim import OUTCOMES
from .sweep_analyses import choose_measure, named_arms, pair, runs_by_arm


@dataclass(frozen=True)
class WorldQuestion:
    """The worlds in which something wins, and the boxes that describe them."""

    name: str  # short: what wins
    words: str  # when it wins
    worlds: pd.DataFrame  # a row per world: its factors, its outcomes, and `wins`
    factors: tuple  # columns of `worlds` that distinguish worlds
    discovery: scenario_discovery.Discovery

    def sentences(self) -> Iterator[str]:
        """Describe the results in plain English."""
        yield self.words
        yield from self.discovery.sentences(self.name)


def discover_wins(
    results: Results,
    mechanism: str,
    measure: str | None = None,
    matters: float | None = None,
    loses: bool = False,
    sure: bool = False,
    seed: int = 0,
) -> list[WorldQuestion]:
    """Find in which worlds `mechanism` wins or, with `loses`, loses.

    A world is a case at a point of the design that is simulated without and with the mechanism. It is won
    where the difference is better by more than `matters` (default: the estimand's); with `sure`, where the
    whole interval is. Raises UserError.
    """
    measure, e = choose_measure(results, measure), results.experiment
    matters = e.estimand.matters if matters is None else matters
    better = (measure not in SMALLER) != loses
    runs, factors = pair_worlds(results, mechanism)
    table = world_outcomes.tabulate_worlds(runs, mechanism, measure, factors, e.estimand.level)
    wins = world_outcomes.wins_where(table, matters, better, sure)
    margin = f" by more than {matters:g}" if matters else ""
    how = f"{'raises' if better else 'lowers'} {measure}{margin}{' (whole interval)' if sure else ''}"
    verb = "loses" if loses else "wins"
    return [ask_worlds(f"{mechanism} {verb}", f"{mechanism} {verb} where it {how}.", table, wins, seed)]


def pair_worlds(results: Results, mechanism: str) -> tuple[pd.DataFrame, list[str] | None]:
    """Return the runs without and with a mechanism, and the factors of their worlds (None: all that vary).

    Raises UserError.
    """
    kind = results.experiment.design.kind
    if not results.experiment.arm or kind == "arms":
        if kind in SAMPLED:
            raise UserError(
                "the design has no [[arm]]: add one without {mechanism} and one with it, so that "
                "every point is simulated with both",
                mechanism=mechanism,
            )
        return results.runs.infer_objects(), None
    parts = []
    for case in results.plan.cases:
        arms = runs_by_arm(results, case)
        parts += [arms[policy.name] for policy in pair(results, case, mechanism)]
    return pd.concat(parts, ignore_index=True).infer_objects(), [
        f.path for f in results.experiment.factors() if f.path != SWITCH + mechanism
    ]


def best_arm_questions(results: Results, measure: str | None = None, seed: int = 0) -> list[WorldQuestion]:
    """Find in which worlds each named arm is best; the arm that is best in most comes first.

    Raises UserError.
    """
    measure, e = choose_measure(results, measure), results.experiment
    if not all(len(named_arms(results, case)) > 1 for case in results.plan.cases):
        raise UserError(
            "at some points there are not two arms to choose from; add [[arm]]s beside the design"
        )
    parts, means = [], []
    for case in results.plan.cases:
        runs = pd.concat(
            [runs.assign(arm=name) for name, runs in runs_by_arm(results, case).items()], ignore_index=True
        )
        means.append(runs.groupby("arm")[measure].mean())
        parts.append(
            world_outcomes.best_arms(
                runs, measure, ["arm"], [f.path for f in e.factors()], measure not in SMALLER
            ).assign(case=case)
        )
    table = pd.concat(parts, ignore_index=True)
    table = table if len(parts) > 1 else table.drop(columns="case")
    table["best"] = table["best"].str.removeprefix("arm ")
    mean = pd.concat(means).groupby(level=0).mean()
    order = rank_arms(table["best"].value_counts().reindex(mean.index, fill_value=0), mean, measure)
    ranking = describe_ranking(order, len(table), measure).items()
    return [
        ask_worlds(f"{arm} is best", words, table, (table["best"] == arm).to_numpy(), seed)
        for arm, (n, words) in ranking
        if n
    ]


def rank_arms(count: pd.Series, mean: pd.Series, measure: str) -> pd.DataFrame:
    """Rank arms by the number of worlds in which they are best, then by their mean over all worlds.

    Returns (arm) -> count, mean, the best arm first.
    """
    table = pd.DataFrame({"count": count, "mean": mean})
    return table.sort_values(["count", "mean"], ascending=[False, measure in SMALLER], kind="stable")


def describe_ranking(order: pd.DataFrame, worlds: int, measure: str) -> dict[str, tuple[int, str]]:
    """Map each arm to (number of worlds in which it is best, description), the best overall first.

    `order` is the table of `rank_arms`, `worlds` the number of worlds.
    """
    shares = [
        f"{arm} in {row['count'] / worlds:.0%} of worlds (mean {row['mean']:.3g})"
        for arm, row in order.iterrows()
    ]
    first, better = order.index[0], order["mean"].idxmin() if measure in SMALLER else order["mean"].idxmax()
    head = f"Best overall by {measure}: {first}. Best arm in the {worlds} worlds: " + ", ".join(shares) + "."
    head += (
        f" The mean over all worlds is best for {better}, which leads by more where it is best."
        if better != first
        else ""
    )
    descriptions = {first: (int(order["count"].iloc[0]), head)}
    for arm, row in order.iloc[1:].iterrows():
        descriptions[arm] = (
            int(row["count"]),
            f"Best overall is {first}; {arm} is best in {row['count'] / worlds:.0%} of worlds.",
        )
    return descriptions


def ask_worlds(name: str, words: str, table: pd.DataFrame, wins: np.ndarray, seed: int) -> WorldQuestion:
    """Search boxes in the worlds of `table` in which something `wins`."""
    factors = tuple(column for column in table if column not in OUTCOMES)
    return WorldQuestion(
        name,
        words,
        table.assign(wins=wins),
        factors,
        scenario_discovery.discover(table, wins, factors, seed=seed),
    )


def tabulate_boxes(question: WorldQuestion) -> pd.DataFrame:
    """Tabulate the restrictions of all boxes: one row per box and factor.

    Columns: question, box, factor, limit; quasi_p to high_p95: how certain the restriction is; density to p:
    quality of the box as a whole.
    """
    parts = []
    for n, box in enumerate(question.discovery.boxes, 1):
        whole = {
            "density": box.density,
            "coverage": box.coverage,
            "mass": box.mass,
            "held_out": box.held_out,
            "p": box.p,
        }
        parts.append(box.limits.reset_index().assign(question=question.name, box=n, **whole))
    columns = [
        "question",
        "box",
        "factor",
        "limit",
        "quasi_p",
        "restricted",
        "low_p5",
        "low_p95",
        "high_p5",
        "high_p95",
        "density",
        "coverage",
        "mass",
        "held_out",
        "p",
    ]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def main_factors(box: scenario_discovery.BoxReport, most: int = 2) -> list[str]:
    """List at most `most` factors that a box restricts, the most certain first."""
    return list(box.limits.sort_values("quasi_p", kind="stable").index[:most])
