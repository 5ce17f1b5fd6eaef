"""What a sweep says: every statistic of its report, from checked results, in one place.

Designs that name or cross their arms are read arm against arm; sampled ones (Latin hypercube, Sobol, Morris, Saltelli) have no
arm worth naming, and are read over their factors.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from ..model.measures import SHARES
from . import statistics
from .best import best
from .design import SAMPLED
from .price import frontier, price
from .results import Results, results
from .survival import survival

EQUITY = ("spread_between_buildings", "owners_minus_tenants", "registered_minus_migrants")
BESIDE = ("resolution_rate", "resolution_rate_of_told", "restricted_mean_time", "backlog", "unknown", "trust_committee", "satisfaction", "giving",
          "hours", "yuan", *EQUITY)  # fmt: skip
SMALLER = ("restricted_mean_time", "backlog", "unknown", "reopened", "withdrawn", "lapsed", "hours", "yuan", "hours_per_resolved", "yuan_per_resolved",
           "spread_between_buildings")  # fmt: skip  is better
HORIZON = 180  # days, of curves and restricted means


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
    def by_arm(self):
        """Whether arms are compared; else factors are."""
        return self.found.experiment.design.kind not in SAMPLED and len(self.found.plan.arms) > len(self.found.plan.cases)

    @cached_property
    def verdicts(self):
        """The estimand: every arm against the reference, joint intervals over the arms of a case."""
        return statistics.contrasts(self.runs, self.estimand.measure, self.reference, self.estimand.matters, self.level)

    @cached_property
    def beside(self):
        """The other measures, likewise, with no smallest effect that matters."""
        return statistics.table(self.runs, [name for name in BESIDE if name != self.estimand.measure], self.reference, level=self.level)

    @cached_property
    def best(self):
        return best(self.runs, self.estimand.measure, self.estimand.measure not in SMALLER, self.estimand.matters, self.level)

    @cached_property
    def price(self):
        return price(self.runs, self.reference, level=self.level)

    @cached_property
    def frontiers(self):
        return {cost: frontier(self.runs, cost) for cost in ("yuan", "hours")}

    @cached_property
    def survival(self):
        """Curves and restricted means; None where issues were not kept, or nothing was resolved in any run."""
        if "issues" not in self.found.experiment.keep or not len(self.found.issues):
            return None
        days = {name: scenario.days for name, scenario in self.found.plan.cases.items()}
        parts = []
        for case, here in self.found.issues.groupby("case", observed=True):
            first = self.reference if self.by_arm else None
            parts.append(survival(here, min(HORIZON, days[case]), days[case], first, self.level))
        return type(parts[0])(pd.concat([one.curves for one in parts]), pd.concat([one.means for one in parts]))

    @cached_property
    def convergence(self):
        return statistics.convergence(self.runs, self.estimand.measure, self.reference, self.level)

    @cached_property
    def failures(self):
        return statistics.failures(self.runs)

    @cached_property
    def means(self):
        """Of every arm: mean, standard deviation and Monte Carlo standard error of the estimand's measure, and replicates."""
        told = self.runs.groupby(["case", "arm"], sort=False)[self.estimand.measure].agg(["mean", "std", "count"])
        return told.assign(error=told["std"] / np.sqrt(told["count"]))

    def sentences(self):
        """The verdicts in words: (case, arm, verdict, sentence)."""
        if not self.by_arm:
            return []
        return [(case, arm, row.verdict, statistics.sentence(row, self.estimand.matters, self.estimand.measure in SHARES)) for (case, arm), row in self.verdicts.iterrows()]

    def tables(self):
        """Every table by name."""
        told = {"runs": self.runs, "means": self.means, "failures": self.failures}
        if self.by_arm:
            told |= {"verdicts": self.verdicts, "beside": self.beside, "best": self.best, "price": self.price, "convergence": self.convergence}
            told |= {f"frontier_{cost}": table for cost, table in self.frontiers.items()}
        if self.survival and len(self.found.plan.arms) <= CURVES:
            told |= {"curves": self.survival.curves, "restricted_means": self.survival.means}
        return told


CURVES = 60  # arms of which curves are made


def analysed(folder):
    """The `Analysis` of the sweep in a folder. Raises ScenarioError, Damaged."""
    return Analysis(results(folder))
