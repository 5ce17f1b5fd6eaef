"""Compute every statistic of the report of a sweep, from checked results.

Designs that name or cross their arms are analysed arm against arm. Sampled designs (Latin hypercube, Sobol,
Morris, Saltelli) have no arms of interest, and are analysed over their factors.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ...model.measures import HORIZON, SHARES, SMALLER, SUMMARY
from ..statistics import paired
from ..statistics.cost_effectiveness import classify_arms, price_arms
from ..statistics.multiple_comparisons import compare_with_best
from ..statistics.survival import Survival, survival
from .design import SAMPLED
from .registration import abbreviate, history, statement
from .results import Results, read_results

EQUITY = ("spread_between_buildings", "owners_minus_tenants", "registered_minus_migrants")
OTHER_MEASURES = (
    "resolution_rate",
    "resolution_rate_of_reported",
    "restricted_mean_time",
    "backlog",
    "unknown",
    "trust_committee",
    "satisfaction",
    "volunteering",
    "hours",
    "yuan",
    *EQUITY,
)
AGED = ("resolution_rate", "resolution_rate_of_reported", *EQUITY)  # defined for old enough issues only


@dataclass
class Analysis:
    """The tables of a report; each is computed when first used."""

    results: Results
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.estimand = self.results.experiment.estimand
        self.level, self.reference = self.estimand.level, self.results.plan.reference

    @property
    def runs(self) -> pd.DataFrame:
        return self.results.runs

    @cached_property
    def whole(self) -> pd.DataFrame:
        """The runs, and a row without values for each arm that has no run, so that no table lacks an arm."""
        present = set(zip(self.runs["case"], self.runs["arm"]))
        absent = [arm for arm in self.results.plan.arms if (arm.case, arm.name) not in present]
        rows = [
            {
                "case": arm.case,
                "arm": arm.name,
                "replicate": 0,
                "status": paired.ABSENT,
                "failure": "",
                **arm.factors,
                **dict.fromkeys(SUMMARY, np.nan),
            }
            for arm in absent
        ]
        parts = [part for part in (self.runs, pd.DataFrame(rows)) if len(part)]
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def by_arm(self) -> bool:
        """Whether arms are compared; otherwise factors are."""
        return self.results.experiment.design.kind not in SAMPLED and len(self.results.plan.arms) > len(
            self.results.plan.cases
        )

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The estimand: every arm against the reference, with joint intervals over the arms of a case."""
        return paired.contrasts(
            self.whole, self.estimand.measure, self.reference, self.estimand.matters, self.level
        )

    @cached_property
    def other_measures(self) -> pd.DataFrame:
        """The other measures, in the same way, but without a smallest effect that matters."""
        return paired.tabulate_contrasts(
            self.whole,
            [name for name in OTHER_MEASURES if name != self.estimand.measure],
            self.reference,
            level=self.level,
        )

    @cached_property
    def best(self) -> pd.DataFrame:
        """Multiple comparisons with the best, for cases in which at least two arms have a value."""
        valued = self.runs[self.runs[self.estimand.measure].notna()].groupby("case")["arm"].nunique()
        return compare_with_best(
            self.runs[self.runs["case"].isin(valued.index[valued > 1])],
            self.estimand.measure,
            self.estimand.measure not in SMALLER,
            self.estimand.matters,
            self.level,
        )

    @cached_property
    def price(self) -> pd.DataFrame:
        return price_arms(self.whole, self.reference, level=self.level)

    @cached_property
    def frontiers(self) -> dict[str, pd.DataFrame]:
        return {cost: classify_arms(self.whole, cost) for cost in ("yuan", "hours")}

    @cached_property
    def survival(self) -> Survival | None:
        """Curves and restricted means; None if issues were not kept, no run is done, or no issue arose."""
        if (
            "issues" not in self.results.experiment.keep
            or not self.done.any()
            or not len(self.results.issues)
        ):
            return None
        days = {name: scenario.days for name, scenario in self.results.plan.cases.items()}
        parts = []
        for case, issues in self.results.issues.groupby("case", observed=True):
            first = self.reference if self.by_arm and (issues["arm"] == self.reference).any() else None
            parts.append(survival(issues, min(HORIZON, days[case]), days[case], first, self.level))
        return type(parts[0])(
            pd.concat([part.curves for part in parts]), pd.concat([part.means for part in parts])
        )

    @cached_property
    def convergence(self) -> pd.DataFrame:
        return paired.convergence(self.whole, self.estimand.measure, self.reference, self.level)

    @cached_property
    def failures(self) -> pd.DataFrame:
        counts = paired.failures(self.runs)
        index = pd.MultiIndex.from_tuples(
            [(arm.case, arm.name) for arm in self.results.plan.arms], names=["case", "arm"]
        )
        return counts.reindex(index).fillna({"runs": 0, "failed": 0}).astype({"runs": int, "failed": int})

    @property
    def done(self) -> pd.Series:
        """Which of the runs are done: (runs,) bool."""
        return self.runs["status"] == "done"

    def limits(self) -> list[str]:
        """Say what cannot be concluded, and why: a sentence each."""
        experiment, plan, measure = self.results.experiment, self.results.plan, self.estimand.measure
        last_lines = self.runs.loc[self.runs["status"] == "failed", "failure"]
        if not len(self.runs):
            return ["No run is done yet; continue with `cogov sweep`."]
        if not self.done.any():
            return [
                f"All {len(self.runs):,} runs failed, so no arm can be evaluated; "
                f"the most common failure: {last_lines.mode()[0]}."
            ]
        sentences = []
        if len(self.runs) < len(plan.arms) * experiment.replicates and not experiment.stopping.half_width:
            sentences.append("The sweep is not finished: all results are based on the runs done so far.")
        counts = self.failures
        for words, which in (
            ("no run is done", counts["runs"] == 0),
            ("all runs failed", (counts["runs"] > 0) & (counts["runs"] == counts["failed"])),
        ):
            if which.any():
                sentences.append(
                    f"{int(which.sum()):,} arm{'s' * int(which.sum() > 1)} cannot be evaluated, "
                    f"because {words}: "
                    f"{abbreviate(f'{case}, {arm}' for case, arm in counts.index[which])}."
                )
        for name, case in plan.cases.items():
            case_runs = self.runs[self.done & (self.runs["case"] == name)]
            without = [
                arm for arm, part in case_runs.groupby("arm", sort=False) if not part[measure].notna().any()
            ]
            if case.days < self.estimand.within:
                sentences.append(
                    f"{name}: {case.days} days are fewer than the {self.estimand.within} "
                    "that count as in time (estimand.within), "
                    "so the share resolved in time and its cost cannot be computed."
                )
            if without and not (measure in AGED and case.days < self.estimand.within):
                which = (
                    "any run"
                    if len(without) == case_runs["arm"].nunique()
                    else f"any run of {abbreviate(without)}"
                )
                sentences.append(
                    f"{name}: {measure} has no value in {which}: "
                    "the measured events do not exist there, or never happened."
                )
        if experiment.replicates == 1:
            sentences.append("There is only one replicate: intervals and verdicts need at least two.")
        return sentences

    @cached_property
    def registration(self) -> dict:
        """The log entry that first registered the present question, estimand and stopping rule."""
        return statement(self.results.manifest["registered"], self.results.experiment)

    def history(self) -> list[str]:
        """Return a sentence for every change since the first run, and one for runs that are left out."""
        others = self.results.others
        return [
            *history(self.results.manifest["registered"]),
            *(
                [
                    f"{others:,} more run{'s' * (others != 1)} in the folder, "
                    "which the experiment no longer includes, are left out here; "
                    "programs that read the parts directly include them."
                ]
                if others
                else []
            ),
        ]

    @cached_property
    def means(self) -> pd.DataFrame:
        """Mean, standard deviation, Monte Carlo standard error, and number of replicates, of each arm."""
        means = self.whole.groupby(["case", "arm"], sort=False)[self.estimand.measure].agg(
            ["mean", "std", "count"]
        )
        return means.assign(error=means["std"] / np.sqrt(means["count"]))

    def sentences(self) -> list[tuple]:
        """Return the verdicts in words: (case, arm, verdict, sentence)."""
        if not self.by_arm:
            return []
        return [
            (
                case,
                arm,
                row.verdict,
                paired.describe_contrast(row, self.estimand.matters, self.estimand.measure in SHARES),
            )
            for (case, arm), row in self.verdicts.iterrows()
        ]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name."""
        tables = {"runs": self.runs, "means": self.means, "failures": self.failures}
        if self.by_arm:
            tables |= {
                "verdicts": self.verdicts,
                "other_measures": self.other_measures,
                "best": self.best,
                "price": self.price,
                "convergence": self.convergence,
            }
            tables |= {f"frontier_{cost}": table for cost, table in self.frontiers.items()}
        if self.survival and len(self.results.plan.arms) <= CURVES:
            tables |= {"curves": self.survival.curves, "restricted_means": self.survival.means}
        return tables


CURVES = 60  # most arms for which survival curves are computed


def analyse_sweep(folder: str | Path) -> Analysis:
    """Return the `Analysis` of the sweep in a folder. Raises UserError, Damaged."""
    return Analysis(read_results(folder))
