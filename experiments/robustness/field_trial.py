"""Simulate a field trial before the field trial: what would an evaluation see, and how often?

In every plausible world the same community lives three lives with the same luck: without the mechanism, with
it everywhere, and in a trial, in which clusters get it one group after another by a lot of their own. The
trial is analysed as its statistician would (`stepped_wedge`), who sees the third life only. The *truth* is
the difference between the first two lives in the periods in which the trial treats anybody. Because luck is
shared, what the trial changes in cells that are treated, and in cells that are not (*spillover*), is known
exactly. The first life is analysed with the same lot, too: it is a trial of nothing, and shows how often the
test errs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from ...engine.randomness import seed_of, whole_seed
from ...engine.texts.errors import UserError
from ...model import measures
from ...model.measures.issue_times import is_at_desk
from ...model.resources.rollout import CLUSTERS, RollOut, cluster_of, days_of_groups, draw_groups
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, build_community, simulate
from ..comparison.parallel_jobs import run_jobs
from ..evidence.plausible_worlds import PlausibleWorlds, worlds_of_arms
from ..statistics.stepped_wedge import TrialEstimate, analyse_cells, mixed_model, power_of

EXPERIMENT = "field trial"  # the random seeds of its lucks are hashed from this name
DESIGNS = ("wedge", "parallel")
ALPHA = 0.05
CURVE = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)  # multiples of the clusters, for the power curve


def check_design(clusters: str, design: str) -> None:
    """Raise UserError for a kind of clusters or a design that there is not."""
    for option, value, known in (("clusters", clusters, CLUSTERS), ("design", design, DESIGNS)):
        if value not in known:
            raise UserError(
                "--{option} {value}: is not one of {known}",
                option=option,
                value=value,
                known=", ".join(known),
            )


@dataclass(frozen=True)
class TrialDesign:
    """A trial of one mechanism: clusters, periods, and who begins when."""

    mechanism: str
    clusters: str = "compound"
    periods: int = 6  # the first is a baseline without the mechanism
    period_days: int = 30
    number: int = 0  # clusters that take part; 0: all
    design: str = "wedge"  # one group begins each period; parallel: half begin, half never
    burn_in_days: int = 60  # before the baseline: the community finds its own level
    within: int = measures.WITHIN  # days in which an issue must be resolved

    @property
    def groups(self) -> int:
        """Groups that begin one after another."""
        return self.periods - 1 if self.design == "wedge" else 2

    @property
    def first_day(self) -> int:
        """Day on which the first group begins."""
        return self.burn_in_days + self.period_days + 1

    @property
    def days(self) -> int:
        """Days to simulate: to the end of the last period, and until all of its issues had their time."""
        return self.burn_in_days + self.periods * self.period_days + self.within

    def roll_out(self, lot: int) -> RollOut:
        """Return the roll-out of the trial with a lot."""
        return RollOut(
            mechanism=self.mechanism,
            clusters=self.clusters,
            groups=self.groups,
            first_day=self.first_day,
            step_days=self.period_days if self.design == "wedge" else 36_500,
            taking_part=self.number,
            lot=lot,
        )

    def check(self, scenario: Scenario) -> int:
        """Return how many clusters take part. Raises UserError if the community has too few."""
        kinds = scenario.compound
        there = sum(kind.count * (kind.buildings if self.clusters == "building" else 1) for kind in kinds)
        number = self.number or there
        least = max(self.groups, 3)
        if number > there or number < least:
            raise UserError(
                "{case} has {there} clusters ({clusters}), of which {number} are to take part, and a trial "
                "of {periods} periods needs {least} or more; choose fewer --periods, another --number or "
                "--clusters building",
                case=scenario.name,
                there=there,
                clusters=self.clusters,
                number=number,
                periods=self.periods,
                least=least,
            )
        return number


@dataclass(frozen=True)
class Cells:
    """Which cluster and period each issue of a run belongs to, and which cells a trial treats."""

    cluster: np.ndarray  # (buildings,) int64  the cluster of each building; -1 if it takes no part
    treated: np.ndarray  # (clusters, periods) bool

    def values(self, run: Run, plan: TrialDesign) -> np.ndarray:
        """Return the share of issues resolved in time by cluster and period; NaN where none arose."""
        issues = run.issues
        period = (issues["arose_day"] - plan.burn_in_days - 1) // plan.period_days
        cluster = self.cluster[issues["building"]]
        counted = is_at_desk(issues) & (period >= 0) & (period < plan.periods) & (cluster >= 0)
        where = cluster[counted] * plan.periods + period[counted]
        took = issues["resolved_day"] - issues["arose_day"]
        good = ((issues["resolved_day"] >= 0) & (took <= plan.within))[counted]
        number, hits = (np.bincount(where, weights, self.treated.size) for weights in (None, good))
        with np.errstate(invalid="ignore", divide="ignore"):
            return (hits / number).reshape(self.treated.shape)


def cells_of(plan: TrialDesign, scenario: Scenario, lot: int) -> Cells:
    """Return the cells of a trial with a lot in a scenario."""
    community, rollout = build_community(scenario), plan.roll_out(lot)
    group = draw_groups(rollout, community.buildings, community.compounds)
    begins = days_of_groups(rollout, group)
    starts = plan.burn_in_days + 1 + plan.period_days * np.arange(plan.periods)
    number = np.where(group >= 0, np.cumsum(group >= 0) - 1, -1)  # of those that take part, in their order
    treated = begins[group >= 0, None] <= starts
    return Cells(number[cluster_of(plan.clusters, community.buildings)], treated)


def trial_in_world(
    plan: TrialDesign, worlds: PlausibleWorlds | None, arms: tuple[Scenario, Scenario], world: int
) -> dict[str, float]:
    """Return what a trial says in a world, and the truth; `worlds` None: with the numbers of the case.

    Keys: effect, error, freedom, p (of the trial), placebo and placebo_p (of the trial of nothing), truth,
    direct, spillover (NaN if no cell of the periods after the baseline is untreated), hours and yuan (more
    than without).
    """
    without, treated = (worlds.apply(arm, world) if worlds else arm for arm in arms)
    everywhere = {**treated.mechanisms}
    everywhere[plan.mechanism] = replace(everywhere[plan.mechanism], first_day=plan.first_day)
    lives = (
        without,
        replace(treated, mechanisms=everywhere),
        replace(treated, rollout=(*treated.rollout, plan.roll_out(world))),
    )
    seed = seed_of(EXPERIMENT, arms[0].name, worlds.seed if worlds else 0, world)
    runs = [simulate(life, seed) for life in lives]
    cells = cells_of(plan, without, world)
    none, every, trial = (cells.values(run, plan) for run in runs)
    after = cells.treated.any(axis=0)
    said, placebo = analyse_cells(trial, cells.treated), analyse_cells(none, cells.treated)
    rest = ~cells.treated & after
    spent, base = (measures.summary(run, plan.within) for run in (runs[2], runs[0]))
    return {
        **said._asdict(),
        "placebo": placebo.effect,
        "placebo_p": placebo.p,
        "truth": mean_of((every - none)[:, after]),
        "direct": mean_of((trial - none)[cells.treated]),
        "spillover": mean_of((trial - none)[rest]),
        "hours": spent["hours"] - base["hours"],
        "yuan": spent["yuan"] - base["yuan"],
    }


def mean_of(values: np.ndarray) -> float:
    """Return the mean of the known values; NaN if there is none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


@dataclass(frozen=True)
class TrialResult:
    """What trials of one design say in many worlds."""

    plan: TrialDesign
    number: int  # clusters that take part
    trials: pd.DataFrame  # one row per world: the keys of `trial_in_world`
    wage_yuan: float  # of an hour

    @cached_property
    def fitted(self) -> pd.DataFrame:
        """The trials whose model could be fitted."""
        return self.trials.dropna(subset=["effect", "p"])

    @cached_property
    def found(self) -> pd.Series:
        """Which trials find an effect of the sign of the truth; one that cannot be fitted finds none."""
        table = self.trials
        return (table["p"] < ALPHA) & (np.sign(table["effect"]) == np.sign(table["truth"]))

    @cached_property
    def summary(self) -> dict[str, float]:
        """What a district would want to know.

        Keys: trials, failed (that cannot be fitted), power and its Monte Carlo error, size (share of trials
        of nothing that find something), truth, estimate, bias, direct, spillover (means), covered (share of
        95 % intervals that hold the truth of their world), error (median standard error), hours, yuan and
        cost_yuan (means; cost with hours at the shadow wage).
        """
        table, fitted = self.trials, self.fitted
        ends = [
            TrialEstimate(*row).interval() for row in fitted[["effect", "error", "freedom", "p"]].to_numpy()
        ]
        covered = [low <= truth <= high for (low, high), truth in zip(ends, fitted["truth"])]
        power = float(self.found.mean())
        return {
            "trials": len(table),
            "failed": len(table) - len(fitted),
            "power": power,
            "power_error": float(np.sqrt(power * (1.0 - power) / len(table))),
            "size": float((table["placebo_p"] < ALPHA).mean()),
            "truth": float(table["truth"].mean()),
            "estimate": float(fitted["effect"].mean()),
            "bias": float((fitted["effect"] - fitted["truth"]).mean()),
            "direct": float(table["direct"].mean()),
            "spillover": float(table["spillover"].mean()),
            "covered": float(np.mean(covered)) if covered else float("nan"),
            "error": float(fitted["error"].median()),
            "hours": float(table["hours"].mean()),
            "yuan": float(table["yuan"].mean()),
            "cost_yuan": float((table["yuan"] + table["hours"] * self.wage_yuan).mean()),
        }

    @cached_property
    def curve(self) -> pd.DataFrame:
        """Power with other numbers of clusters: one row per number; columns clusters and power.

        The effect of each world is what the trial changed in treated cells less its spillover, free of noise;
        the standard error falls with the root of the number of clusters.
        """
        table = self.fitted
        effect = (table["direct"] - table["spillover"].fillna(0.0)).to_numpy()
        right = np.sign(effect) == np.sign(table["truth"])
        rows = []
        for times in CURVE:
            number = max(3, round(times * self.number))
            error = table["error"].to_numpy() * np.sqrt(self.number / number)
            found = np.where(right, power_of(effect, error, np.array(number - 2.0), ALPHA), 0.0)
            rows.append([number, float(found.sum() / len(self.trials))])
        return pd.DataFrame(rows, columns=["clusters", "power"]).drop_duplicates(
            "clusters", ignore_index=True
        )


def try_trial(
    arms: tuple[Scenario, Scenario],
    plan: TrialDesign,
    *,
    worlds: int,
    held: Collection[str] = (),
    fixed: bool = False,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable | None = None,
) -> TrialResult:
    """Simulate a trial in many worlds; `arms` are the community without and with the mechanism.

    `held` are paths of knobs that are not drawn; `fixed`: none is, and trials differ by luck and lot only.
    `progress` is called after every world. Raises UserError.
    """
    seed = whole_seed(seed)
    mixed_model()
    number = plan.check(arms[1])
    long_enough = replace(arms[0], days=plan.days), replace(arms[1], days=plan.days)
    drawn = None if fixed else worlds_of_arms(long_enough, held, seed)
    job = partial(trial_in_world, plan, drawn, long_enough)
    rows = list(run_jobs(job, worlds, workers, progress, 3))
    trials = pd.DataFrame(rows).rename_axis("world")
    if not trials["truth"].notna().any():
        raise UserError("no issue arose in the trial; take longer --period-days, or larger clusters")
    return TrialResult(plan, number, trials, arms[0].volunteers.shadow_wage_yuan)
