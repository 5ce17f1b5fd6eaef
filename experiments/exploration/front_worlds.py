"""Try the mixes of a Pareto front in plausible worlds: do they beat the unchanged case where numbers differ?

A search looks at one world, that of the case's own numbers. A mix that is best there may owe that to a number
that nobody knows. So every mix of the front and the unchanged case are simulated in the same plausible
worlds, with the same people and luck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from ...model import measures
from ..comparison.plausible_pairs import run_in_world
from ..evidence.plausible_worlds import PlausibleWorlds, worlds_of_arms
from ..statistics.plausible_effects import LEAST, amount, describe_ranges, unit_of
from .search_space import SearchSpace, describe_design, design_scenario

WORLDS = 30  # if nothing else is asked


def try_front(room: SearchSpace, designs: Sequence[dict], worlds: int, ask: Callable) -> pd.DataFrame:
    """Return how each design differs from the unchanged case over worlds: one row per (mix, measure).

    Columns: those of `describe_ranges`. `ask(job, numbers)` yields (number, result) of jobs. What the search
    varies is not drawn. Empty without designs or worlds.
    """
    if not designs or not worlds:
        return pd.DataFrame()
    drawn = worlds_of_arms([room.scenario], room.knobs, room.seed)
    values = dict(ask(partial(objectives_in_world, room, drawn, designs), range(worlds)))
    table = np.array([values[world] for world in range(worlds)])  # (worlds, 1 + designs, objectives)
    parts = {}
    for n, name in enumerate(room.objectives):
        mixes = [describe_design(design) for design in designs]
        effects = pd.DataFrame(table[:, 1:, n] - table[:, :1, n], columns=mixes)
        parts[name] = describe_ranges(effects, smaller=room.objectives[name] == "minimise")
    return (
        pd.concat(parts, names=["measure", "mix"]).swaplevel().sort_index(level="mix", sort_remaining=False)
    )


def objectives_in_world(
    room: SearchSpace, drawn: PlausibleWorlds, designs: Sequence[dict], world: int
) -> list[list[float]]:
    """Return the objectives of the unchanged case and of every design in a world."""
    rows = []
    for scenario in (room.base, *(design_scenario(room, design) for design in designs)):
        summary = measures.summary(run_in_world(drawn, scenario, world), room.within)
        rows.append([summary[name] for name in room.objectives])
    return rows


def front_sentences(table: pd.DataFrame) -> Iterator[str]:
    """Describe in how many worlds each mix is better than the unchanged case, in plain English."""
    for (mix, measure), row in table.iterrows():
        worlds = int(row["worlds"])
        if worlds < LEAST:
            yield f"{mix}: {measure} has a value in {worlds} plausible worlds, too few for a range."
            continue
        low, high = (amount(measure, row[end], "+") for end in ("p5", "p95"))
        span = f"{low} to {high}{unit_of(measure, 'en')}"
        yield (
            f"{mix}: {measure} is better than in the unchanged case in {round(row['better'] * worlds)} of "
            f"{worlds} plausible worlds, and changes by {span} in nine of ten."
        )
