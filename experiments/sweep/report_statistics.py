"""What a sweep says: every statistic of its report, from checked results, in one place.

Designs that name or cross their arms are read arm against arm; sampled ones (Latin hypercube, Sobol, Morris, Saltelli) have no
arm worth naming, and are read over their factors.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from ...model.measures import SHARES, SUMMARY
from ..statistics import paired
from ..statistics.cost_effectiveness import frontier, price
from ..statistics.multiple_comparisons import best
from ..statistics.survival import survival
from .design import SAMPLED
from .registration import abbreviate, history, statement
from .results import Results, read_results

EQUITY = ("spread_between_buildings", "owners_minus_tenants", "registered_minus_migrants")
BESIDE = (
    "resolution_rate",
    "resolution_rate_of_told",
    "restricted_mean_time",
    "backlog",
    "unknown",
    "trust_committee",
    "satisfaction",
    "giving",
    "hours",
    "yuan",
    *EQUITY,
)
SMALLER = (
    "restricted_mean_time",
    "backlog",
    "unknown",
    "reopened",
    "withdrawn",
    "lapsed",
    "hours",
    "yuan",
    "hours_per_resolved",
    "yuan_per_resolved",
    "spread_between_buildings",
)  # fmt: skip  is better
HORIZON = 180  # days, of curves and restricted means
AGED = ("resolution_rate", "resolution_rate_of_told", *EQUITY)  # of issues that are old enough only


@dataclass
class Analysis:
    """The tables of a report; each is made when it is first asked for."""

    found: Results
    level: float = field(init=False)

    def __post_init__(self):
        self.estimand = self.found.experiment.estimand
        self.level, self.reference = self.estimand.level, self.found.plan.reference

    @property
    def runs(self):
        return self.found.runs

    @cached_property
    def whole(self):
        """The runs, and for each arm that has none a row that says so: every table tells of every arm."""
        there = set(zip(self.runs["case"], self.runs["arm"]))
        absent = [arm for arm in self.found.plan.arms if (arm.case, arm.name) not in there]
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
    def by_arm(self):
        """Whether arms are compared; else factors are."""
        return self.found.experiment.design.kind not in SAMPLED and len(self.found.plan.arms) > len(
            self.found.plan.cases
        )

    @cached_property
    def verdicts(self):
        """The estimand: every arm against the reference, joint intervals over the arms of a case."""
        return paired.contrasts(
            self.whole, self.estimand.measure, self.reference, self.estimand.matters, self.level
        )

    @cached_property
    def beside(self):
        """The other measures, likewise, with no smallest effect that matters."""
        return paired.table(
            self.whole,
            [name for name in BESIDE if name != self.estimand.measure],
            self.reference,
            level=self.level,
        )

    @cached_property
    def best(self):
        """Of those cases in which two arms or more have a value."""
        valued = self.runs[self.runs[self.estimand.measure].notna()].groupby("case")["arm"].nunique()
        return best(
            self.runs[self.runs["case"].isin(valued.index[valued > 1])],
            self.estimand.measure,
            self.estimand.measure not in SMALLER,
            self.estimand.matters,
            self.level,
        )

    @cached_property
    def price(self):
        return price(self.whole, self.reference, level=self.level)

    @cached_property
    def frontiers(self):
        return {cost: frontier(self.whole, cost) for cost in ("yuan", "hours")}

    @cached_property
    def survival(self):
        """Curves and restricted means; None where issues were not kept, no run is done, or nothing arose in any run."""
        if "issues" not in self.found.experiment.keep or not self.done.any() or not len(self.found.issues):
            return None
        days = {name: scenario.days for name, scenario in self.found.plan.cases.items()}
        parts = []
        for case, here in self.found.issues.groupby("case", observed=True):
            first = self.reference if self.by_arm and (here["arm"] == self.reference).any() else None
            parts.append(survival(here, min(HORIZON, days[case]), days[case], first, self.level))
        return type(parts[0])(
            pd.concat([one.curves for one in parts]), pd.concat([one.means for one in parts])
        )

    @cached_property
    def convergence(self):
        return paired.convergence(self.whole, self.estimand.measure, self.reference, self.level)

    @cached_property
    def failures(self):
        told = paired.failures(self.runs)
        every = pd.MultiIndex.from_tuples(
            [(arm.case, arm.name) for arm in self.found.plan.arms], names=["case", "arm"]
        )
        return told.reindex(every).fillna({"runs": 0, "failed": 0}).astype({"runs": int, "failed": int})

    @property
    def done(self):
        """Which of the runs are done."""
        return self.runs["status"] == "done"

    def limits(self):
        """What cannot be said, and why: a sentence each."""
        e, plan, measure = self.found.experiment, self.found.plan, self.estimand.measure
        lasts = self.runs.loc[self.runs["status"] == "failed", "failure"]
        if not len(self.runs):
            return ["No run is there yet, so nothing can be said; `cogov sweep` goes on from here."]
        if not self.done.any():
            return [
                f"All {len(self.runs):,} runs failed, so nothing can be said of any arm; the commonest failure: {lasts.mode()[0]}."
            ]
        told = []
        if len(self.runs) < len(plan.arms) * e.replicates and not e.stopping.half_width:
            told.append("The sweep is not finished: what is said here is of those runs that are there.")
        counts = self.failures
        for words, which in (
            ("no run is there", counts["runs"] == 0),
            ("all runs failed", (counts["runs"] > 0) & (counts["runs"] == counts["failed"])),
        ):
            if which.any():
                told.append(
                    f"Nothing can be said of {int(which.sum()):,} arm{'s' * int(which.sum() > 1)}, of which {words}: {abbreviate(f'{case}, {arm}' for case, arm in counts.index[which])}."
                )
        for name, case in plan.cases.items():
            here = self.runs[self.done & (self.runs["case"] == name)]
            without = [
                arm for arm, part in here.groupby("arm", sort=False) if not part[measure].notna().any()
            ]
            if case.days < self.estimand.within:
                told.append(
                    f"{name}: {case.days} days are fewer than the {self.estimand.within} that count as in time (estimand.within), so no share in time and no price can be given."
                )
            if without and not (measure in AGED and case.days < self.estimand.within):
                which = (
                    "any run"
                    if len(without) == here["arm"].nunique()
                    else f"any run of {abbreviate(without)}"
                )
                told.append(
                    f"{name}: {measure} has no value in {which}: what it measures does not exist there, or never happened."
                )
        if e.replicates == 1:
            told.append(
                "There is one replicate: means only; an interval, and so a verdict, needs two at least."
            )
        return told

    @cached_property
    def registration(self):
        """The entry of the log in which what is to be known now was first written down."""
        return statement(self.found.manifest["registered"], self.found.experiment)

    def history(self):
        """What was asked otherwise since the first run, and what of the folder is left out: a sentence each."""
        others = self.found.others
        return [
            *history(self.found.manifest["registered"]),
            *(
                [
                    f"{others:,} more run{'s' * (others != 1)} in the folder, of what is no longer asked for, are left out here; whoever reads its parts reads them too."
                ]
                if others
                else []
            ),
        ]

    @cached_property
    def means(self):
        """Of every arm: mean, standard deviation and Monte Carlo standard error of the estimand's measure, and replicates."""
        told = self.whole.groupby(["case", "arm"], sort=False)[self.estimand.measure].agg(
            ["mean", "std", "count"]
        )
        return told.assign(error=told["std"] / np.sqrt(told["count"]))

    def sentences(self):
        """The verdicts in words: (case, arm, verdict, sentence)."""
        if not self.by_arm:
            return []
        return [
            (
                case,
                arm,
                row.verdict,
                paired.sentence(row, self.estimand.matters, self.estimand.measure in SHARES),
            )
            for (case, arm), row in self.verdicts.iterrows()
        ]

    def tables(self):
        """Every table by name."""
        told = {"runs": self.runs, "means": self.means, "failures": self.failures}
        if self.by_arm:
            told |= {
                "verdicts": self.verdicts,
                "beside": self.beside,
                "best": self.best,
                "price": self.price,
                "convergence": self.convergence,
            }
            told |= {f"frontier_{cost}": table for cost, table in self.frontiers.items()}
        if self.survival and len(self.found.plan.arms) <= CURVES:
            told |= {"curves": self.survival.curves, "restricted_means": self.survival.means}
        return told


CURVES = 60  # arms of which curves are made


def analyse_sweep(folder):
    """The `Analysis` of the sweep in a folder. Raises UserError, Damaged."""
    return Analysis(read_results(folder))
