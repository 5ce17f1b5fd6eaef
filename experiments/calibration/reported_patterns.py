"""Patterns: every outcome that a report tells of, held against what the model does.

Each replicate has luck of its own, and its own value of every assumed parameter: the default times exp(s (2u - 1)), u
uniform, s the `spread`, within the knob's range. What a case gives (census, compounds, calendar, what is on and when) stays. A
pattern is *inside* when the model's median is in the reported range (or that range within the model's 90 % interval), *near*
when range and interval overlap, *outside* else. An outside stays and is shown.
"""

from dataclasses import dataclass, fields, is_dataclass, replace
from functools import partial
from math import exp

import numpy as np
import pandas as pd

from ...engine.parameters import UserError, all_turned
from ...engine.randomness import RandomNumbers, seed_of, whole_seed
from ...model import measures
from ...model.cases import alter_scenario, list_cases, read_case
from ...model.issues.issue_table import PAID
from ...model.issues.issue_table import name as called
from ...model.resources.calendar import PAYERS
from ...model.simulate import days, finish_run
from ..comparison.compare import each
from ..comparison.runs import whole

SPREAD = 0.25
GIVEN = (
    "community",
    "compound",
    "calendar",
    "shock",
    "outset",
    "reported",
    "days",
)  # of a scenario: never varied
TIMES = ("begins", "ends", "strength")  # knobs of a mechanism that are the case's
INTERVAL = (5, 95)
WEEKS = 4  # in which a call is answered, or is not


def check_patterns(case, *, replicates=30, seed=0, spread=SPREAD, workers=None, progress=None):
    """Hold `case` against its report; a table with one row per reported outcome.

    Columns: case, name, words, measure, number (whether the report gives one), low, high (reported), median, p5, p95 (the
    model's, over replicates), verdict. `progress` is called after every replicate. Raises UserError.
    """
    seed, scenario = whole_seed(seed), read_case(case) if isinstance(case, str) else case
    replicates = whole("replicates", replicates, 2, 100_000)
    if not 0.0 <= spread <= 2.0:
        raise UserError(f"spread = {spread} is out of range; allowed is 0 to 2")
    for one in scenario.reported:
        check_measure(one, scenario)
    told = (
        list(each(partial(replicate, scenario, seed, spread), replicates, workers, progress))
        if scenario.reported
        else []
    )
    return pd.DataFrame(
        [row(scenario, one, np.array([values[one.name] for values in told])) for one in scenario.reported],
        columns=COLUMNS,
    )


COLUMNS = ["case", "name", "words", "measure", "number", "low", "high", "median", "p5", "p95", "verdict"]


def row(scenario, one, values):
    """One outcome, the reported range beside the model's."""
    low, high = one.low - one.tolerance, one.high + one.tolerance
    values = (
        values[~np.isnan(values)] if not np.isnan(values).all() else np.array([0.0])
    )  # what a replicate cannot say is left out
    median, (p5, p95) = np.median(values), np.percentile(values, INTERVAL)
    shown = [bound if abs(bound) < 1e12 else np.nan for bound in (low, high)]
    return [
        scenario.name,
        one.name,
        one.words,
        one.measure,
        one.number,
        *shown,
        median,
        p5,
        p95,
        verdict(low, high, median, p5, p95),
    ]


def verdict(low, high, median, p5, p95):
    """How a reported range and the model's interval stand to each other.

    >>> verdict(0.1, 0.3, 0.2, 0.0, 0.5), verdict(0.6, 0.9, 0.2, 0.0, 0.7), verdict(0.6, 0.9, 0.2, 0.0, 0.5), verdict(8, 8, 6, 2, 20)
    ('inside', 'near', 'outside', 'inside')
    """
    if low <= median <= high or (p5 <= low and high <= p95):
        return "inside"
    return "near" if p5 <= high and low <= p95 else "outside"


def replicate(scenario, seed, spread, number):
    """One replicate of every arm that the reported outcomes need: name of the outcome -> value."""
    lucky = seed_of("patterns", scenario.name, seed, number)
    drawn = perturb_assumptions(scenario, RandomNumbers("patterns", seed, number), spread)
    arms, values = {}, {}
    for one in scenario.reported:
        if one.measure.startswith("gain:"):
            plain = replace(one, measure=one.measure.removeprefix("gain:"))
            values[one.name] = value(replace(plain, off=(), on=()), drawn, lucky, arms) - value(
                plain, drawn, lucky, arms
            )
        else:
            values[one.name] = value(one, drawn, lucky, arms)
    return values


def value(one, scenario, lucky, arms):
    """One measure in its arm, on its day; arms that several outcomes share are lived through once."""
    last = one.days or scenario.days
    key = (one.off, one.on, last)
    if key not in arms:
        arms[key] = simulate_with_seed(replace(alter_scenario(scenario, one.on, one.off), days=last), lucky)
    kind, _, what = one.measure.partition(":")
    return float(
        MEASURES[kind](arms[key], *what.split(":"))
        if kind in MEASURES
        else measures.summary(arms[key].run)[kind]
    )


def perturb_assumptions(scenario, luck, spread):
    """The scenario with every assumed parameter drawn anew; a name's luck is its own, whatever else there is."""
    settings = {}
    for path, f, now in numbers(scenario):
        if f.metadata["source"].startswith("assumed") and now:
            low, high = f.metadata["low"], f.metadata["high"]
            new = min(max(now * exp(spread * (2.0 * float(luck(path, [0])[0]) - 1.0)), low), high)
            settings[path] = round(new) if f.type in (int, "int") else new
    return all_turned(scenario, settings)


def numbers(part, prefix=""):
    """(path, field, value) of every knob below `part` that is not the case's own."""
    for name, inner in (
        part.items() if isinstance(part, dict) else ((f.name, getattr(part, f.name)) for f in fields(part))
    ):
        if (prefix + name).startswith(GIVEN) or (prefix.startswith("mechanisms.") and name in TIMES):
            continue
        f = None if isinstance(part, dict) else part.__dataclass_fields__[name]
        if f is not None and "low" in f.metadata:
            yield prefix + name, f, inner
        elif is_dataclass(inner) or isinstance(inner, dict):
            yield from numbers(inner, f"{prefix}{name}.")


# ------------------------------------------------------------------------------------------------------------- measures


@dataclass
class ObservedRun:
    """A run, and what was seen on the way."""

    scenario: object
    run: object
    signed: dict  # category -> largest share of households that had signed for one project
    answered: float  # share of members and listed volunteers who gave an evening in the last four weeks
    helping: np.ndarray  # (households,) bool  whether somebody there did
    evenings: float  # of members, that found work

    def of(self, category):
        """The issues of one category."""
        return self.run.issues[self.run.issues["category"] == list(self.scenario.issues).index(category)]


def simulate_with_seed(scenario, lucky):
    """Live through a scenario with one luck, and look at what signatures are collected."""
    series, names, gave = np.zeros((scenario.days, len(measures.DAILY))), list(scenario.issues), False
    signed = {name: 0.0 for name in names if scenario.issues[name].rule}
    for world in days(scenario, lucky):
        series[world.day - 1] = measures.today(world)
        if (scenario.days - world.day) % 7 == 0 and scenario.days - world.day < WEEKS * 7:
            gave = gave | world.residents.gives
        p = world.projects
        for c in np.flatnonzero(p.all > 0):
            _, which, _ = called(p.active[c], names)
            signed[which] = max(signed[which], 1.0 - p.open[c] / p.all[c])
    people, evening = world.residents, scenario.party_members.evening
    asked = people.member | people.volunteer
    hours = world.ledger.hours[:-1, PAYERS.index("member")].sum()
    run = finish_run(world, scenario, dict(zip(measures.DAILY, series.T)))
    helping = np.bincount(people.home, gave) > 0
    return ObservedRun(
        scenario,
        run,
        signed,
        gave[asked].mean() if asked.any() else 0.0,
        helping,
        hours / evening if evening else 0.0,
    )


def half(series):
    """Rise a day over the second half."""
    return (series[-1] - series[len(series) // 2]) / max(len(series) - 1 - len(series) // 2, 1)


def spans(world, category):
    """Days from arising to resolution; the length of the run for those not resolved."""
    i = world.of(category)
    return np.where(i["resolved"] >= 0, i["resolved"] - i["born"], world.run.days)


def share(hits):
    return hits.mean() if len(hits) else 0.0


def late(world, name):
    """The resolution rate of what arose in the last quarter of the run and is old enough."""
    i, days_ = world.run.issues, world.run.days
    old, done = measures.in_time(i, days_)
    recent = i["born"] > 0.75 * days_
    return measures.share(np.count_nonzero(done & recent), np.count_nonzero(old & recent))


def share_of_homes_that_helped(world, category):
    """Share of the homes where an issue of a category was resolved, in which somebody helped in the last weeks; nothing where none was."""
    i = world.of(category)
    homes = i["household"][(i["resolved"] >= 0) & (i["household"] >= 0)]
    return world.helping[homes].mean() if len(homes) else np.nan


def since(world, category, mechanism):
    """The issues of a category that a mechanism met: they stood when it began, or arose later."""
    i, begin = world.of(category), world.scenario.mechanisms[mechanism].begins if mechanism else 0
    return i[(i["resolved"] < 0) | (i["resolved"] >= begin)]


def after(world, mechanism, category):
    """Median days from when a mechanism began, or from arising if that was later, to resolution; the rest of the run if never.

    Nothing can be said where none stood.
    """
    i, begin = since(world, category, mechanism), world.scenario.mechanisms[mechanism].begins
    end = np.where(i["resolved"] >= 0, i["resolved"], world.run.days)
    return np.median(end - np.maximum(i["born"], begin)) if len(i) else np.nan


def share_resolved(world, category, mechanism=""):
    """Share of issues resolved; of those that a mechanism met, if it is named."""
    return share(since(world, category, mechanism)["resolved"] >= 0)


def share_credited(world, mechanism):
    """Share of resolved issues that a mechanism had a hand in: told, agreed, consented, begun or done by it."""
    code, h = world.run.names.index(mechanism), world.run.history
    done = world.run.issues["id"][world.run.issues["resolved"] >= 0]
    return share(np.isin(done, h["issue"][h["by"] == code]))


def yuan_paid(world, category):
    """Yuan paid for issues of a category."""
    h = world.run.history
    which = (h["what"] == PAID) & np.isin(h["issue"], world.of(category)["id"])
    return np.count_nonzero(which) * world.scenario.issues[category].cost


def sittings(of):
    """A statistic of the sittings that resolved issues of a category took."""

    def taken(world, category):
        i = world.of(category)
        held = i["accord"][(i["resolved"] >= 0) & (i["hard"] > 0)]
        return of(held) if len(held) else 0.0

    return taken


MEASURES = {  # name -> function of a `ObservedRun` and of what stands behind the colon; any measure of a run's summary is one too
    "slope": lambda world, name: half(world.run.series[{"backlog": "open"}.get(name, name)]),
    "rise": lambda world, name: (
        world.run.series[name][-1] - world.run.series[name][min(29, world.run.days - 1)]
    ),
    "signed": lambda world, category: world.signed[category],
    "days": lambda world, category: (
        np.median(spans(world, category)) if len(world.of(category)) else world.run.days
    ),
    "done": share_resolved,
    "arose": lambda world, category: len(world.of(category)),
    "resolved": lambda world, category: np.count_nonzero(world.of(category)["resolved"] >= 0),
    "answered": lambda world, *_: world.answered,
    "attendances": lambda world, *_: world.evenings,
    "sittings": sittings(np.median),
    "longest": sittings(np.max),
    "late": late,
    "after": after,
    "settled_by": share_credited,
    "turned_out": share_of_homes_that_helped,
    "yuan": yuan_paid,
}
OF_CATEGORY = ("signed", "days", "done", "arose", "resolved", "sittings", "longest", "turned_out", "yuan")


def check_measure(one, scenario):
    """Refuse a measure that does not exist. Raises UserError."""
    kind, _, what = one.measure.removeprefix("gain:").partition(":")
    path = f"{scenario.name}: reported {one.name!r}: measure = {one.measure!r}"
    if what and kind in OF_CATEGORY and what.partition(":")[0] not in scenario.issues:
        raise UserError(f"{path}: no category is called {what!r}")
    if kind not in MEASURES and kind not in measures.SUMMARY:
        raise UserError(f"{path} is unknown; there are: {', '.join(sorted({*MEASURES, *measures.SUMMARY}))}")


def everything(cases=(), **options):
    """The patterns of several cases, or of all that ship, one below the other."""
    return pd.concat([check_patterns(case, **options) for case in cases or list_cases()], ignore_index=True)
