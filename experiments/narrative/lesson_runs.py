"""What a lesson asks of the model: two arms of a case lived through side by side, their measures, and a score for a design.

Pairs have the luck of `compare`, so that the first of them is the one whose story `cogov story` tells. A design is scored on
luck of its own (`FRESH`), which nobody has seen while trying.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from ...engine.parameters import UserError, paths
from ...engine.randomness import seed_of
from ...engine.toml_reader import guess
from ...model import measures, mechanisms
from ...model.cases import alter_scenario, read_case
from ...model.issues.issue_table import AGREED
from ..calibration import reported_patterns
from ..comparison.parameter_paths import at
from ..statistics.paired import difference

PRACTICE, FRESH = "compare", "fresh"


def rate(world, category):
    """Of a category's issues old enough to tell, the share resolved in time."""
    old, done = measures.in_time(world.of(category), world.run.days)
    return measures.share(np.count_nonzero(done), np.count_nonzero(old))


def count_agreements(world):
    """How many matters their parties agreed on."""
    return np.count_nonzero(world.run.history["what"] == AGREED)


def till_told(world, category):
    """Median days from arising till somebody told; those that nobody told of count to the end."""
    i = world.of(category)
    return np.median(np.where(i["told"] >= 0, i["told"], world.run.days) - i["born"]) if len(i) else np.nan


CATEGORY = {  # measures of one category, "rate:lamp_out"; those of `patterns` beside them
    "rate": rate,
    "told": lambda world, category: reported_patterns.share(world.of(category)["told"] >= 0),
    "till_told": till_told,
} | {
    name: reported_patterns.MEASURES[name]
    for name in ("signed", "days", "done", "arose", "resolved", "sittings", "longest")
}
SERIES = {
    name: reported_patterns.MEASURES[name] for name in ("slope", "rise")
}  # of a count over days, "rise:open"
WHOLE = {"agreed": count_agreements}


def complaint(measure, categories):
    """What is wrong with the name of a measure; empty when nothing is."""
    kind, colon, what = measure.partition(":")
    if kind in CATEGORY and colon:
        return "" if what in categories else f"is of no category {what!r}{guess(what, list(categories))}"
    if kind in SERIES and colon:
        return "" if what in measures.DAILY else f"counts no {what!r}{guess(what, measures.DAILY)}"
    if measure in measures.SUMMARY or measure in WHOLE:
        return ""
    return f"is unknown{guess(measure, [*measures.SUMMARY, *WHOLE, *(f'{name}:CATEGORY' for name in CATEGORY), *(f'{name}:COUNT' for name in SERIES)])}"


def arm(case, days=0, none=False, on=(), off=(), settings=()):
    """A case as an arm of a lesson has it: `none` takes all its mechanisms away first; days 0 are the case's. Raises UserError."""
    scenario = replace(read_case(case), mechanisms={}) if none else read_case(case)
    return alter_scenario(scenario, on, off, list(settings), days or None)


def simulate_measures(scenario, wanted, experiment, seed, number):
    """One run's values of the measures `wanted`: name -> number."""
    there = reported_patterns.simulate_with_seed(scenario, seed_of(experiment, scenario.name, seed, number))
    whole = measures.summary(there.run)
    return {name: float(value_of_measure(there, whole, name)) for name in wanted}


def value_of_measure(there, whole, measure):
    kind, colon, what = measure.partition(":")
    if colon:
        return (CATEGORY | SERIES)[kind](there, what)
    return WHOLE[kind](there) if kind in WHOLE else whole[kind]


def facts(arms, wanted, replicates, seed=0, progress=None):
    """What came of two arms with the same luck: measure -> the row that `statistics.difference` gives; `progress` after every pair."""
    rows = []
    for number in range(replicates):
        rows.append([simulate_measures(one, wanted, PRACTICE, seed, number) for one in arms])
        if progress:
            progress()
    return {name: compare_sides(*([row[k][name] for row in rows] for k in (0, 1))) for name in wanted}


def compare_sides(left, right):
    """The row of `statistics.difference` as plain numbers."""
    return {name: float(value) for name, value in difference(pd.Series(left), pd.Series(right)).items()}


# ------------------------------------------------------------------------------------------------------- the design game


def price(options, design):
    """Yuan that a design costs: name of an option -> how many of it."""
    return sum(one.price * design.get(one.name, 0) for one in options)


def apply_purchases(scenario, options, design):
    """The community after the shopping. Raises UserError for more of an option than there is, or an option that there is not."""
    known = {one.name: one for one in options}
    on, settings, added = [], [], {}
    for name, count in design.items():
        if name not in known:
            raise UserError(f"no option is called {name!r}{guess(name, list(known))}")
        one = known[name]
        if not 0 <= count <= one.most:
            raise UserError(f"{name} = {count} is out of range; allowed is 0 to {one.most}")
        if count:
            on += one.on
            settings += one.set
        for text in one.add if count else ():
            path, _, more = text.partition("=")
            added[path.strip()] = added.get(path.strip(), 0) + count * float(more)
    made = alter_scenario(scenario, tuple(dict.fromkeys(on)), (), settings)
    known = paths(made)
    new = {path: at(made, path) + more for path, more in added.items()}
    for path, value in new.items():
        if not np.isfinite(value) or abs(value) > 1e300:
            raise UserError(f"{path} = {value} is too large")
    return alter_scenario(
        made,
        (),
        (),
        {path: round(value) if known[path].type in (int, "int") else value for path, value in new.items()},
    )


def score_design(scenario, options, design, measure, replicates, seed=0, experiment=FRESH, progress=None):
    """What a design changes on fresh luck against buying nothing: the row of `statistics.difference` for the measure."""
    both = scenario, apply_purchases(scenario, options, design)
    rows = []
    for number in range(replicates):
        rows.append([simulate_measures(one, [measure], experiment, seed, number)[measure] for one in both])
        if progress:
            progress()
    return compare_sides(*zip(*rows))


def adds(text, scenario):
    """What is wrong with an option's "path=number"; empty when nothing is."""
    path, equals, more = (part.strip() for part in text.partition("="))
    try:
        float(more)
    except ValueError:
        return f"= {text!r} adds no number; write path=number"
    known = paths(replace(scenario, mechanisms=mechanisms.all_mechanisms()))
    return "" if equals and path in known else f"= {text!r}: {path} is unknown{guess(path, list(known))}"
