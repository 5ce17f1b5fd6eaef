"""What a sweep's design lets one read, case by case: whose the effect is, which numbers it hangs on, in which worlds it is won.

The statistics are in `attribute.py`, `sensitivity.py` and `discover.py`, on plain tables; here they meet the experiment that
made the runs: its estimand, its design, and its named arms, each of which lives through every point.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd

from ...engine.parameters import UserError, paths
from ...engine.toml_reader import guess
from ...model.measures import SUMMARY
from ...model.resources.ledger import PAYERS
from ..statistics.replicate_table import SWITCH, factors_of, some, switches
from ..sweep.design import SAMPLED, cube, policies, space
from ..sweep.report_statistics import SMALLER
from . import attribution, scenario_discovery, sensitivity, world_outcomes
from .prim import OUTCOMES
from .search_space import HOURS

KINDS = {
    "morris": "Morris' screening",
    "saltelli": "Sobol indices",
    "one_at_a_time": "one at a time",
}  # that `sensitivities` reads
ELSEWHERE = {
    "factorial": "`cogov attribute` reads it",
    "sobol": "`cogov discover` reads it, where it is crossed with arms",
    "latin": "`cogov discover` reads it, where it is crossed with arms",
}


@dataclass(frozen=True)
class Tornado:
    """One at a time. In the outcome's unit."""

    measure: str
    table: pd.DataFrame  # as sensitivity.tornado tells it

    def sentences(self):
        """What came out, in plain English."""
        yield from sensitivity.swings(self.table, self.measure)


@dataclass(frozen=True)
class WorldQuestion:
    """A question to worlds, and the boxes that answer it."""

    name: str  # of what wins, short
    words: str  # when it counts as won
    worlds: pd.DataFrame  # a row per world: its factors, what came out there, and `wins`
    factors: tuple  # columns of `worlds` that tell worlds apart
    found: scenario_discovery.Discovery

    def sentences(self):
        """What came out, in plain English."""
        yield self.words
        yield from self.found.sentences(self.name)


def choose_measure(found, measure=None):
    """The measure that is asked for, else the estimand's. Raises UserError where there is none, or no run has it."""
    name = measure or found.experiment.estimand.measure
    if name not in SUMMARY:
        raise UserError(f"no measure is called {name!r}{guess(name, list(SUMMARY))}")
    if not found.runs[name].notna().any():
        raise UserError(
            f"{name} exists in none of {len(found.runs)} runs: they failed, or have no more days than count "
            f"as in time (estimand.within = {found.experiment.estimand.within}); take another --measure, or "
            "more days"
        )
    return name


def of_case(found, case):
    """The runs of one case; a switch that its arms vary is a bool, though other cases do not know it."""
    return found.runs[found.runs["case"] == case].infer_objects()


# --------------------------------------------------------------------------- whose


def attributions(found, measure=None, given=(), names=None):
    """case -> (`attribute.Attribution`, the table of `attribute.next_to` beside `given`), of a sweep of all combinations. Raises UserError."""
    measure, e = choose_measure(found, measure), found.experiment
    if e.design.kind in (*SAMPLED, "one_at_a_time"):
        raise UserError(
            f"design.kind = {e.design.kind!r} has not every combination of mechanisms; sweep one of kind = "
            "'factorial' with mechanisms = [...]"
        )
    told = {}
    for case in found.plan.cases:
        runs = of_case(found, case)
        others = [path for path in factors_of(runs) if path.removeprefix(SWITCH) not in switches(runs)]
        if others:
            raise UserError(
                f"the arms of {case} differ in {some(others)} too, not only in which mechanisms are on; "
                "sweep arms that do not, as kind = 'factorial' makes them"
            )
        one = attribution.attribute(runs, measure, names, e.estimand.level)
        told[case] = (
            one,
            attribution.next_to(runs, measure, given, names, measure not in SMALLER, e.estimand.level),
        )
    return told


# --------------------------------------------------------------------------- what it hangs on


def sensitivities(found, measure=None, effect=None):
    """(case, arm) -> `Screening`, `Indices` or `Tornado`, as the design allows; arm is "" where none is named.

    With `effect`, a mechanism, the outcome is what it changes at each point: the paired difference of the two named arms that
    differ in it only. Raises UserError where the design is none of these.
    """
    measure, kind = choose_measure(found, measure), found.experiment.design.kind
    if kind not in KINDS:
        raise UserError(
            f"design.kind = {kind!r} is not what `cogov sensitivity` reads; it reads {', '.join(KINDS)}; "
            f"{ELSEWHERE.get(kind, '`cogov report` reads it')}"
        )
    told = {}
    for case in found.plan.cases:
        parts = runs_by_arm(found, case)
        if effect:
            parts = {
                f"effect of {effect}": paired_difference(
                    *(parts[one.name] for one in pair(found, case, effect)), measure
                )
            }
        for arm, runs in parts.items():
            told[case, arm] = analyse_sensitivity(found, case, runs, measure)
    return told


def runs_by_arm(found, case):
    """What each named arm lived through: its name ("" where none is named) -> its runs, `arm` being the point's own name."""
    runs, own = of_case(found, case), named_arms(found, case)
    if not own:
        return {"": runs}
    names = [arm.name for arm in found.plan.arms if arm.case == case]
    parts = {}
    for k, policy in enumerate(own):
        points = {name: name.removeprefix(f"{policy.name} @ ") for name in names[k :: len(own)]}
        parts[policy.name] = runs[runs["arm"].isin(points)].assign(
            arm=lambda here, points=points: here["arm"].map(points)
        )
    return parts


def named_arms(found, case):
    """The named arms that a design of points is crossed with."""
    return (
        policies(found.experiment, found.plan.cases[case])
        if found.experiment.design.kind not in ("arms", "list")
        else []
    )


def pair(found, case, mechanism):
    """The two named arms, without and with, that differ in `mechanism` (and its own knobs) only. Raises UserError unless there is one such pair."""
    switch, own = SWITCH + mechanism, named_arms(found, case)

    def rest(arm):
        return {
            path: value
            for path, value in arm.factors.items()
            if path != switch and not path.startswith(f"{switch}.")
        }

    pairs = [
        (a, b)
        for a, b in permutations(own, 2)
        if a.factors.get(switch) is False and b.factors.get(switch) is True and rest(a) == rest(b)
    ]
    if len(pairs) != 1:
        differ = sorted({path for arm in own for path in arm.factors})
        raise UserError(
            f"{len(pairs)} pairs of arms of {case} differ in {mechanism} only, and one is needed: an [[arm]] "
            "without and one with it beside the "
            f"design (arms: {some([arm.name for arm in own]) or 'none'}; they differ in "
            f"{some(differ) or 'nothing'})"
        )
    return pairs[0]


def paired_difference(without, with_, measure):
    """Runs with the paired difference of two arms in place of the measure: a row per point and replicate that both have."""
    before = without.set_index(["arm", "replicate"])[measure]
    after = with_.set_index(["arm", "replicate"], drop=False)
    return after.assign(**{measure: after[measure] - before.reindex(after.index)}).reset_index(drop=True)


def analyse_sensitivity(found, case, runs, measure):
    """The analysis that the design is for, of one arm's runs."""
    e, scenario = found.experiment, found.plan.cases[case]
    paths = [f.path for f in e.factors()]
    if e.design.kind == "one_at_a_time":
        runs = runs[runs["arm"].isin(order := points_of(found, case))]
        return Tornado(measure, sensitivity.tornado(runs, measure, paths, order[0], e.estimand.level))
    y = sensitivity.outcomes(runs, measure, points_of(found, case))
    if e.design.kind == "saltelli":
        return sensitivity.sobol(paths, y, e.estimand.level)
    spaces = [space(scenario, f, n) for n, f in enumerate(e.factors())]
    points = cube(e.design, len(paths), e.seed)
    return sensitivity.morris(
        paths, np.array([[place(s, u) for s, u in zip(spaces, row)] for row in points]), y, e.estimand.level
    )


def points_of(found, case):
    """The names of a design's points, in its order."""
    names, own = [arm.name for arm in found.plan.arms if arm.case == case], named_arms(found, case)
    return [name.removeprefix(f"{own[0].name} @ ") for name in names[:: len(own)]] if own else names


def place(space, u):
    """Where in its range, 0 to 1, a factor stands at `u`: a switch at an end, a whole number on itself, else `u`.

    Morris' steps are two thirds of the cube, or thereabouts; a switch that they turn has gone all its way.
    """
    if space.values:
        return space.values.index(space.at(u)) / max(len(space.values) - 1, 1)
    return (space.at(u) - space.low) / (space.high - space.low) if space.whole else u


# --------------------------------------------------------------------------- where it is won


def discoveries(found, mechanism, measure=None, matters=None, loses=False, sure=False, seed=0):
    """[`WorldQuestion`]: in which worlds `mechanism` wins by more than `matters` (else the estimand's), or, with `loses`, loses.

    A world is a case at a point of the design that arms without and with the mechanism live through; `sure` counts it where
    the whole interval lies beyond. Raises UserError.
    """
    measure, e = choose_measure(found, measure), found.experiment
    matters = e.estimand.matters if matters is None else matters
    better = (measure not in SMALLER) != loses
    runs, factors = pair_worlds(found, mechanism)
    table = world_outcomes.tabulate_worlds(runs, mechanism, measure, factors, e.estimand.level)
    wins = world_outcomes.wins_where(table, matters, better, sure)
    how = (
        f"{'raises' if better else 'lowers'} "
        f"{measure}{f' by more than {matters:g}' if matters else ''}{', its whole interval' if sure else ''}"
    )
    verb = "loses" if loses else "wins"
    return [one(f"{mechanism} {verb}", f"{mechanism} {verb} where it {how}.", table, wins, seed)]


def pair_worlds(found, mechanism):
    """The runs without and with a mechanism, and the factors of their worlds (None: all that vary). Raises UserError."""
    kind = found.experiment.design.kind
    if not found.experiment.arm or kind == "arms":
        if kind in SAMPLED:
            raise UserError(
                f"the design has no [[arm]]: add one without {mechanism} and one with it, and every point is "
                "lived by both"
            )
        return found.runs.infer_objects(), None
    parts = []
    for case in found.plan.cases:
        arms = runs_by_arm(found, case)
        parts += [arms[policy.name] for policy in pair(found, case, mechanism)]
    return pd.concat(parts, ignore_index=True).infer_objects(), [
        f.path for f in found.experiment.factors() if f.path != SWITCH + mechanism
    ]


def bests(found, measure=None, seed=0):
    """[`WorldQuestion`]: in which worlds each named arm is best; first the arm that is best in most worlds. Raises UserError."""
    measure, e = choose_measure(found, measure), found.experiment
    if not all(len(named_arms(found, case)) > 1 for case in found.plan.cases):
        raise UserError(
            "there are not two arms to choose from at every point; add [[arm]]s beside the design"
        )
    parts, means = [], []
    for case in found.plan.cases:
        runs = pd.concat(
            [runs.assign(arm=name) for name, runs in runs_by_arm(found, case).items()], ignore_index=True
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
    asked = describe_ranking(order, len(table), measure).items()
    return [
        one(f"{arm} is best", words, table, (table["best"] == arm).to_numpy(), seed)
        for arm, (n, words) in asked
        if n
    ]


def rank_arms(count, mean, measure):
    """(arm) -> worlds in which it is best, and its mean over all worlds, the best first: in most worlds; of equals, by mean."""
    table = pd.DataFrame({"count": count, "mean": mean})
    return table.sort_values(["count", "mean"], ascending=[False, measure in SMALLER], kind="stable")


def describe_ranking(order, worlds, measure):
    """arm -> (worlds in which it is best, how it stands), the best overall first."""
    shares = [
        f"{arm} in {row['count'] / worlds:.0%} of worlds (mean {row['mean']:.3g})"
        for arm, row in order.iterrows()
    ]
    first, better = order.index[0], order["mean"].idxmin() if measure in SMALLER else order["mean"].idxmax()
    head = f"Best overall by {measure}: {first}. Of {worlds} worlds, best are " + ", ".join(shares) + "."
    head += (
        f" The mean over all worlds is best for {better}: where it wins, it wins by more."
        if better != first
        else ""
    )
    told = {first: (int(order["count"].iloc[0]), head)}
    for arm, row in order.iloc[1:].iterrows():
        told[arm] = (
            int(row["count"]),
            f"Best overall is {first}; {arm} is best in {row['count'] / worlds:.0%} of worlds.",
        )
    return told


def one(name, words, table, wins, seed):
    factors = tuple(column for column in table if column not in OUTCOMES)
    return WorldQuestion(
        name,
        words,
        table.assign(wins=wins),
        factors,
        scenario_discovery.discover(table, wins, factors, seed=seed),
    )


def tabulate_boxes(asked):
    """Every restriction of every box as a table: (box, factor) -> limit, how sure it is, and what the box as a whole holds."""
    told = []
    for n, box in enumerate(asked.found.boxes, 1):
        whole = {
            "density": box.density,
            "coverage": box.coverage,
            "mass": box.mass,
            "held_out": box.held_out,
            "p": box.p,
        }
        told.append(box.limits.reset_index().assign(question=asked.name, box=n, **whole))
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
    return pd.concat(told, ignore_index=True)[columns] if told else pd.DataFrame(columns=columns)


def sides(box, most=2):
    """The factors that a box restricts, the surest first; `most` of them."""
    return list(box.limits.sort_values("quasi_p", kind="stable").index[:most])


# --------------------------------------------------------------------------- what a search is asked


def parse_range(scenario, text):
    """(path, (low, high)) of PATH=LOW..HIGH, or of PATH over all that is allowed. Raises UserError.

    >>> from ...model.scenario import Scenario
    >>> parse_range(Scenario(), "committee.staff=1..4"), parse_range(Scenario(), "residents.trust_committee")
    (('committee.staff', (1.0, 4.0)), ('residents.trust_committee', (0.0, 1.0)))
    """
    path, equals, limits = (part.strip() for part in text.partition("="))
    known = paths(scenario)
    if path not in known:
        raise UserError(
            f"--vary {text}: no knob is called "
            f"{path!r}{guess(path, list(known)) if not path.startswith(SWITCH) else '; the mechanism must be on, or one that --may be on'}"
        )
    if not equals:
        return path, (known[path].metadata["low"], known[path].metadata["high"])
    try:
        low, high = map(float, limits.split(".."))
    except ValueError:
        raise UserError(f"--vary {text}: write its range as PATH=LOW..HIGH") from None
    return path, (low, high)


def parse_budget(text):
    """(measure, most) of HOURS, of all hours of work, or of ROLE=HOURS. Raises UserError.

    >>> parse_budget("400"), parse_budget("committee=200")
    (('hours', 400.0), ('hours.committee', 200.0))
    """
    role, _, hours = (part.strip() for part in text.rpartition("="))
    try:
        most = float(hours)
    except ValueError:
        most = -1.0
    if not 0 <= most < np.inf:
        raise UserError(
            f"--budget-hours {text}: write hours, 0 or more, as 400 for all work, or committee=200 for a "
            "role's"
        )
    if role and role not in PAYERS:
        there = f"{guess(role, list(PAYERS))}; there are {', '.join(PAYERS)}"
        raise UserError(f"--budget-hours {text}: no role is called {role!r}{there}")
    return f"{HOURS}{role}" if role else "hours", most


def parse_objective(text):
    """(measure, maximise or minimise) of MEASURE=WAY, or of MEASURE the way in which it is better. Raises UserError.

    >>> parse_objective("resolution_rate"), parse_objective("yuan"), parse_objective("arisen=minimise")
    (('resolution_rate', 'maximise'), ('yuan', 'minimise'), ('arisen', 'minimise'))
    """
    name, _, way = (part.strip() for part in text.partition("="))
    return name, way or ("minimise" if name in SMALLER else "maximise")
