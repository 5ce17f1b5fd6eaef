"""Ask whether an answer survives other rules, and how much of its spread is due to rules.

Every structure, one rule per decision of `Structure`, is tried in the same plausible worlds, with the same
people and luck. Then the variance of the effect is split among four groups of what nobody knows: rules,
numbers, people and luck (`split_variance`), each structure being as likely as any other.

The numbers of a world were fitted to facts with the model's own rules, and are used with the others
unchanged: a structure that needs other numbers to meet the facts is not given them. The road not taken, a fit
for each structure, would take half an hour each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers, seed_of, whole_seed
from ...engine.texts import translate
from ...engine.texts.errors import UserError
from ...model import measures
from ...model.measures import MEASURES, SMALLER
from ...model.scenarios.scenario import Scenario
from ...model.scenarios.structure import DECISIONS, Structure, rules_named
from ...model.simulate import simulate
from ..comparison.compare import arms_of
from ..comparison.parallel_jobs import run_jobs
from ..evidence.plausible_worlds import PlausibleWorlds, worlds_of_arms
from ..statistics.plausible_effects import amount, describe_ranges, unit_of
from ..statistics.shapley_split import Split, split_variance

EXPERIMENT = "structures"  # the random seeds of its lucks are hashed from this name
GROUPS = ("rules", "numbers", "people", "luck")  # whose parts of the variance are told apart
WORLDS, SAMPLES = 10, 24  # in which every structure is tried; of the split, with 16 mixtures each


def all_structures() -> list[Structure]:
    """Return every structure, the model's own first; their numbers are the defaults."""
    every = product(*(rules_named(name) for name in DECISIONS))
    chosen: Iterator[Any] = (dict(zip(DECISIONS, rules)) for rules in every)
    return [replace(Structure(), **rules) for rules in chosen]


def arms_against(
    scenario: Scenario, names: Sequence[str], against: Sequence[str] = (), **changes: Any
) -> tuple[Scenario, Scenario]:
    """Return the scenario with the mechanisms `against` and with `names` instead, `changes` applied to both.

    Raises UserError.
    """
    both = tuple(dict.fromkeys((*names, *against)))
    without, full = arms_of(scenario, both if names else (), **changes)

    def with_them(these: Sequence[str]) -> Scenario:
        own = {name: full.mechanisms[name] for name in sorted(these)}
        return replace(without, mechanisms={**without.mechanisms, **own})

    return with_them(against), with_them(names)


@dataclass(frozen=True)
class Question:
    """The effect of an arm against another on a measure, in any world and under any rules."""

    worlds: PlausibleWorlds
    arms: tuple[Scenario, Scenario]  # without, with
    measure: str
    within: int = measures.WITHIN

    def effect(self, structure: Structure, world: int, people: int, luck: int) -> float:
        """Return the effect with the numbers, people and luck of these numbers; NaN if there is no value."""
        without, treated = (
            measures.summary(
                simulate(
                    self.worlds.apply(self.with_rules(arm, structure), world, people),
                    seed_of(EXPERIMENT, arm.name, self.worlds.seed, luck),
                ),
                self.within,
            )[self.measure]
            for arm in self.arms
        )
        return treated - without

    def with_rules(self, arm: Scenario, structure: Structure) -> Scenario:
        """Return an arm with the rules of a structure; the numbers of rules are its own."""
        return replace(
            arm, structure=replace(arm.structure, **{name: getattr(structure, name) for name in DECISIONS})
        )


def effects_in_world(question: Question, world: int) -> list[float]:
    """Return the effect under every structure of `all_structures` in one world."""
    return [question.effect(structure, world, world, world) for structure in all_structures()]


def mixtures_of_sample(question: Question, first: int, sample: int) -> np.ndarray:
    """Return the effects of all mixtures of two draws of GROUPS, (2, 2, 2, 2); see `split_variance`.

    Worlds are numbered from `first`, behind those in which every structure is tried.
    """
    structures = all_structures()
    draw = RandomNumbers(EXPERIMENT, question.worlds.seed)("rules", 2 * sample + np.arange(2))
    rules = [structures[int(u * len(structures))] for u in draw]
    number = first + 2 * sample
    effects = np.empty((2,) * len(GROUPS))
    for r, n, p, luck in product(range(2), repeat=len(GROUPS)):
        effects[r, n, p, luck] = question.effect(rules[r], number + n, number + p, number + luck)
    return effects


@dataclass(frozen=True)
class Structures:
    """The effect of an arm under every structure, and what its spread is due to."""

    arm: str
    measure: str
    effects: pd.DataFrame  # (worlds, structures): each column is named by its rules, the model's own first
    split: Split | None  # None where it was not asked for, or nothing varies

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per structure: its rules, `describe_ranges` of the effect, and whether the verdict holds.

        It holds if the median has the sign that it has under the model's own rules.
        """
        ranges = describe_ranges(
            self.effects.set_axis(range(self.effects.shape[1]), axis=1), 0.0, self.smaller
        )
        rules = pd.DataFrame([name.split(" ") for name in self.effects], columns=list(DECISIONS))
        out = rules.join(ranges.reset_index(drop=True))
        return out.assign(holds=np.sign(out["median"]) == np.sign(out["median"].iloc[0]))

    @property
    def smaller(self) -> bool:
        """Whether less of the measure is better."""
        return self.measure in SMALLER

    @cached_property
    def by_rule(self) -> pd.DataFrame:
        """One row per rule: structures that have it, in how many the verdict holds, and their medians.

        Columns: structures, holds, median (mean of the medians), low, high (the least and the largest).
        """
        rows = {}
        for decision in DECISIONS:
            for rule in rules_named(decision):
                part = self.table[self.table[decision] == rule]
                medians = part["median"]
                rows[decision, rule] = [
                    len(part),
                    int(part["holds"].sum()),
                    medians.mean(),
                    medians.min(),
                    medians.max(),
                ]
        columns = ["structures", "holds", "median", "low", "high"]
        out = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return out.set_index(pd.MultiIndex.from_tuples(rows, names=["decision", "rule"]))

    @cached_property
    def parts(self) -> pd.DataFrame:
        """What the spread is due to, one row per group of GROUPS: share of the variance, standard error."""
        if self.split is None:
            return pd.DataFrame(columns=["share", "error"]).rename_axis("group")
        return pd.DataFrame(
            {"share": self.split.share, "error": self.split.error / self.split.variance}, index=list(GROUPS)
        ).rename_axis("group")

    def sentences(self, lang: str = "en") -> Iterator[str]:
        """Yield in how many structures the verdict holds, which rule matters most, and what the spread is."""
        table, own = self.table, self.table.iloc[0]
        sign = {1.0: "better", -1.0: "worse"}.get(
            float(np.sign(own["median"])) * (-1.0 if self.smaller else 1.0), "none"
        )
        yield translate(
            lang,
            "structures",
            sign,
            arm=self.arm,
            measure=getattr(MEASURES[self.measure], lang),
            holds=int(table["holds"].sum()),
            structures=len(table),
            own=amount(self.measure, own["median"], "+"),
            low=amount(self.measure, table["median"].min(), "+"),
            high=amount(self.measure, table["median"].max(), "+"),
            unit=unit_of(self.measure, lang),
        )
        medians = self.by_rule["median"]
        spans = medians.groupby(level="decision", sort=False).agg(lambda part: part.max() - part.min())
        decision = spans.idxmax()
        yield translate(
            lang,
            "structures",
            "matters",
            decision=translate(lang, "structures", decision),
            high=translate(lang, "structures", medians[decision].idxmax()),
            most=amount(self.measure, medians[decision].max(), "+"),
            low=translate(lang, "structures", medians[decision].idxmin()),
            least=amount(self.measure, medians[decision].min(), "+"),
            unit=unit_of(self.measure, lang),
        )
        if self.split is not None:
            shares = {f"{name}": f"{max(share, 0.0):.0%}" for name, share in zip(GROUPS, self.split.share)}
            yield translate(lang, "structures", "split", **shares)


def question_of(
    arms: tuple[Scenario, Scenario],
    measure: str = "resolution_rate",
    held: Collection[str] = (),
    seed: int = 0,
    within: int = measures.WITHIN,
) -> Question:
    """Return the question what the second arm does against the first; `held` are paths that are not drawn."""
    seed = whole_seed(seed)
    return Question(replace(worlds_of_arms(arms, held, seed), every_rule=True), arms, measure, within)


def try_structures(
    question: Question,
    name: str,
    *,
    worlds: int = WORLDS,
    samples: int = SAMPLES,
    workers: int | None = None,
    progress: Callable | None = None,
) -> Structures:
    """Return the answer to a question under every structure; the arm that is asked for is called `name`.

    `worlds` is in how many plausible worlds each structure is tried, `samples` how many the split has (0:
    none). `progress` is called after every world and every sample. Raises UserError.
    """
    names = [
        " ".join(getattr(structure, decision) for decision in DECISIONS) for structure in all_structures()
    ]
    rows = list(run_jobs(partial(effects_in_world, question), worlds, workers, progress, 2 * len(names)))
    effects = pd.DataFrame(rows, columns=names).rename_axis("world")
    if effects.isna().all(axis=None):
        raise UserError("{measure} has no value in any world; simulate more days", measure=question.measure)
    mixtures: Sequence[np.ndarray] = list(
        run_jobs(
            partial(mixtures_of_sample, question, worlds), samples, workers, progress, 2 ** (len(GROUPS) + 1)
        )
    )
    whole = np.array([sample for sample in mixtures if np.isfinite(sample).all()])
    split = split_variance(whole) if len(whole) > 1 else None
    return Structures(name, question.measure, effects, split if split and split.variance > 0.0 else None)
