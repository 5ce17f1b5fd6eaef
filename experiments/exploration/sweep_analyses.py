"""Apply attribution and sensitivity analysis to the results of a sweep, case by case.

The statistics are in `attribution.py` and `sensitivity.py`, on plain tables. This module connects them with
the experiment that produced the runs: its estimand, its design, and its named arms, each of which is
simulated at every point of the design. `world_questions.py` does the same for scenario discovery.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd

from ...engine.renamed import suggest_names
from ...engine.texts.errors import Translated, UserError
from ...model.measures import SMALLER, SUMMARY
from ..statistics.replicate_table import SWITCH, factors_of, join_names, switches
from ..sweep.design import SAMPLED, DesignArm, policies
from ..sweep.factor_space import FactorSpace, factor_space, unit_cube_points
from ..sweep.results import Results
from . import attribution, sensitivity

# kinds of design that `sensitivities` reads
KINDS = {
    "morris": "Morris' screening",
    "saltelli": "Sobol indices",
    "one_at_a_time": "one at a time",
}
SAMPLED_ELSEWHERE = Translated(
    "`cogov discover` reads it if it is crossed with arms", "与组交叉时，请用`cogov discover`"
)
ELSEWHERE = {
    "factorial": Translated("`cogov attribute` reads it", "请用`cogov attribute`"),
    "sobol": SAMPLED_ELSEWHERE,
    "latin": SAMPLED_ELSEWHERE,
}


@dataclass(frozen=True)
class Tornado:
    """Results of a one-at-a-time design, in the unit of the outcome."""

    measure: str
    table: pd.DataFrame  # of `sensitivity.tornado`

    def sentences(self) -> Iterator[str]:
        """Describe the results in plain English."""
        yield from sensitivity.describe_tornado(self.table, self.measure)


def choose_measure(results: Results, measure: str | None = None) -> str:
    """Return `measure`, by default the estimand's. Raises UserError if it is unknown, or no run has it."""
    name = measure or results.experiment.estimand.measure
    if name not in SUMMARY:
        raise UserError(
            "no measure is called {name!r}{hint}", name=name, hint=suggest_names(name, list(SUMMARY))
        )
    if not results.runs[name].notna().any():
        raise UserError(
            "{name} has no value in any of {runs_count} runs: they failed, or have no more days "
            "than count as in time (estimand.within = {within}); use another --measure, or more "
            "days",
            name=name,
            runs_count=len(results.runs),
            within=results.experiment.estimand.within,
        )
    return name


def runs_of_case(results: Results, case: str) -> pd.DataFrame:
    """Return the runs of one case.

    A switch that varies in the case is a bool column, even if other cases do not have it.
    """
    return results.runs[results.runs["case"] == case].infer_objects()


# ------------------------------------------------------------ attribution


def attributions(
    results: Results,
    measure: str | None = None,
    given: Sequence[str] = (),
    names: Iterable[str] | None = None,
) -> dict[str, tuple[attribution.Attribution, pd.DataFrame]]:
    """Attribute effects by case: case -> (`Attribution`, table of `rank_next`).

    The sweep must have all combinations of mechanisms. `given`: mechanisms that the table of `rank_next` adds
    to; `names`: mechanisms, by default all that vary. Raises UserError.
    """
    measure, e = choose_measure(results, measure), results.experiment
    if e.design.kind in (*SAMPLED, "one_at_a_time"):
        raise UserError(
            "design.kind = {kind!r} does not have every combination of mechanisms; use kind = "
            "'factorial' with mechanisms = [...]",
            kind=e.design.kind,
        )
    by_case = {}
    for case in results.plan.cases:
        runs = runs_of_case(results, case)
        others = [path for path in factors_of(runs) if path.removeprefix(SWITCH) not in switches(runs)]
        if others:
            raise UserError(
                "the arms of {case} differ also in {others}, not only in which mechanisms are on; "
                "use arms that differ only in mechanisms, such as those of kind = 'factorial'",
                case=case,
                others=join_names(others),
            )
        by_case[case] = (
            attribution.attribute(runs, measure, names, e.estimand.level),
            attribution.rank_next(runs, measure, given, names, measure not in SMALLER, e.estimand.level),
        )
    return by_case


# ------------------------------------------------------------ sensitivity


def sensitivities(
    results: Results, measure: str | None = None, effect: str | None = None
) -> dict[tuple[str, str], sensitivity.Screening | sensitivity.Indices | Tornado]:
    """Analyse sensitivity by (case, arm), with the method of the design; arm is "" where none is named.

    With `effect`, a mechanism, the outcome is its effect at each point: the paired difference of the two
    named arms that differ in it only. Raises UserError for other designs.
    """
    measure, kind = choose_measure(results, measure), results.experiment.design.kind
    if kind not in KINDS:
        raise UserError(
            "design.kind = {kind!r} is not a design that `cogov sensitivity` reads ({kinds}); {reader}",
            kind=kind,
            kinds=", ".join(KINDS),
            reader=ELSEWHERE.get(kind, Translated("`cogov report` reads it", "请用`cogov report`")),
        )
    analyses = {}
    for case in results.plan.cases:
        parts = runs_by_arm(results, case)
        if effect:
            without, treated = (parts[arm.name] for arm in pair(results, case, effect))
            parts = {f"effect of {effect}": paired_difference(without, treated, measure)}
        for arm, runs in parts.items():
            analyses[case, arm] = analyse_sensitivity(results, case, runs, measure)
    return analyses


def runs_by_arm(results: Results, case: str) -> dict[str, pd.DataFrame]:
    """Split the runs of a case by named arm ("" where none is named); column `arm` then names the point."""
    runs, arms = runs_of_case(results, case), named_arms(results, case)
    if not arms:
        return {"": runs}
    names = [arm.name for arm in results.plan.arms if arm.case == case]
    parts = {}
    for k, policy in enumerate(arms):
        points = {name: name.removeprefix(f"{policy.name} @ ") for name in names[k :: len(arms)]}
        parts[policy.name] = runs[runs["arm"].isin(points)].assign(
            arm=lambda part, points=points: part["arm"].map(points)
        )
    return parts


def named_arms(results: Results, case: str) -> list[DesignArm]:
    """Return the named arms that a design of points is crossed with."""
    return (
        policies(results.experiment, results.plan.cases[case])
        if results.experiment.design.kind not in ("arms", "list")
        else []
    )


def pair(results: Results, case: str, mechanism: str) -> tuple[DesignArm, DesignArm]:
    """Return the two named arms, without and with, that differ in `mechanism` and its knobs only.

    Raises UserError unless there is exactly one such pair.
    """
    switch, arms = SWITCH + mechanism, named_arms(results, case)

    def rest(arm: DesignArm) -> dict:
        """Return the factors of an arm other than the switch and the knobs of the mechanism."""
        return {
            path: value
            for path, value in arm.factors.items()
            if path != switch and not path.startswith(f"{switch}.")
        }

    pairs = [
        (a, b)
        for a, b in permutations(arms, 2)
        if a.factors.get(switch) is False and b.factors.get(switch) is True and rest(a) == rest(b)
    ]
    if len(pairs) != 1:
        differ = sorted({path for arm in arms for path in arm.factors})
        raise UserError(
            "{pairs_count} pairs of arms of {case} differ only in {mechanism}, and exactly one "
            "is needed: an [[arm]] without it and one with it beside the design (arms: {arms}; "
            "they differ in {differ})",
            pairs_count=len(pairs),
            case=case,
            mechanism=mechanism,
            arms=join_names([arm.name for arm in arms]) or Translated("none", "无"),
            differ=join_names(differ) or Translated("nothing", "无"),
        )
    return pairs[0]


def paired_difference(without: pd.DataFrame, treated: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the runs of `treated` with the measure replaced by its paired difference from `without`.

    One row per point and replicate; NaN where `without` lacks it.
    """
    baseline = without.set_index(["arm", "replicate"])[measure]
    runs = treated.set_index(["arm", "replicate"], drop=False)
    return runs.assign(**{measure: runs[measure] - baseline.reindex(runs.index)}).reset_index(drop=True)


def analyse_sensitivity(
    results: Results, case: str, runs: pd.DataFrame, measure: str
) -> sensitivity.Screening | sensitivity.Indices | Tornado:
    """Analyse the runs of one arm with the method of the design."""
    e, scenario = results.experiment, results.plan.cases[case]
    paths = [f.path for f in e.factors()]
    if e.design.kind == "one_at_a_time":
        runs = runs[runs["arm"].isin(order := points_of(results, case))]
        return Tornado(measure, sensitivity.tornado(runs, measure, paths, order[0], e.estimand.level))
    y = sensitivity.arrange_outcomes(runs, measure, points_of(results, case))
    if e.design.kind == "saltelli":
        return sensitivity.sobol(paths, y, e.estimand.level)
    spaces = [factor_space(scenario, f, n) for n, f in enumerate(e.factors())]
    points = unit_cube_points(e.design, len(paths), e.seed)
    return sensitivity.morris(
        paths, np.array([[place(s, u) for s, u in zip(spaces, row)] for row in points]), y, e.estimand.level
    )


def points_of(results: Results, case: str) -> list[str]:
    """List the names of a design's points, in its order."""
    names, arms = [arm.name for arm in results.plan.arms if arm.case == case], named_arms(results, case)
    return [name.removeprefix(f"{arms[0].name} @ ") for name in names[:: len(arms)]] if arms else names


def place(space: FactorSpace, u: float) -> float:
    """Return the position of a factor in its range, 0 to 1, at `u` of the unit cube.

    A switch is at an end, a whole number at its value, any other factor at `u`. Morris' steps are about two
    thirds of the cube, but a switch that they turn changes by its whole range.
    """
    if space.values:
        return space.values.index(space.at(u)) / max(len(space.values) - 1, 1)
    return (space.at(u) - space.low) / (space.high - space.low) if space.whole else u
