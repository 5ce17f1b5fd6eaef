"""Weigh mechanisms over plausible worlds: how good each is, how surely, at which price, and what it hangs on.

`cogov robust` is a sweep whose replicates are worlds (`lucks_per_world` of an experiment): every arm is
simulated in the same worlds with the same luck, so it can be stored, interrupted, shared and verified like
any other. What is computed here is read from its runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from ...engine.randomness import whole_seed
from ...engine.renamed import suggest_names
from ...engine.settings import parse_setting
from ...engine.texts import sections, translate
from ...engine.texts.errors import UserError
from ...model.measures import MEASURES, SMALLER
from ...model.scenarios.cases import alter_scenario, read_case
from ...model.scenarios.scenario import Scenario
from ..evidence.plausible_worlds import WORLDS
from ..statistics.plausible_effects import (
    NONE,
    WATCHED,
    amount,
    compare_pairs,
    describe_choices,
    describe_ranges,
    effects_by_world,
    ratio_of_means,
    sentence_of_disagreement,
    sentence_of_effect,
    unit_of,
    values_by_world,
)
from ..sweep.experiment import Estimand, Experiment, NamedArm
from ..sweep.results import Results
from .carriers import FEW, find_carriers, noise_floor, tabulate
from .unstored import UnstoredResults

MATTERS = 0.01  # smallest effect on a share that matters, if nothing else is asked: a percentage point
PER_HOURS, PER_YUAN = 1000.0, 10_000.0  # units of the prices
CARRIERS = 3  # numbers that are named


def robust_experiment(
    case: str | Scenario,
    choices: Sequence[str],
    *,
    worlds: int = WORLDS,
    lucks: int = 1,
    seed: int = 0,
    days: int | None = None,
    changes: dict[str, Sequence[str]] | None = None,
    estimand: Estimand | None = None,
) -> Experiment:
    """Return the experiment that weighs choices of mechanisms in one case, against none of them.

    A choice is a mechanism, or several joined by "+". `changes` are on, off and settings ("path=value") of
    all arms; other mechanisms of the case stay on. A Scenario is called by its name in the experiment, and
    must be given to `build_scenarios` again. Raises UserError.
    """
    seed = whole_seed(seed)
    named = [tuple(part.strip() for part in choice.split("+")) for choice in choices]
    if not named:
        raise UserError("no mechanism is named to weigh; name at least one with --mechanism")
    changes = changes or {}
    used = tuple(dict.fromkeys(name for names in named for name in names))
    scenario = read_case(case) if isinstance(case, str) else case
    full = alter_scenario(scenario, (*used, *changes.get("on", ())), changes.get("off", ()))
    settings = dict(parse_setting(full, text) for text in changes.get("settings", ()))
    own = {path for path in settings if path.startswith(tuple(f"mechanisms.{name}." for name in used))}
    arms = [NamedArm(NONE)]
    for names in dict.fromkeys(named):
        inside = tuple(f"mechanisms.{name}." for name in names)
        arms.append(
            NamedArm(
                " + ".join(names),
                on=names,
                set={path: settings[path] for path in sorted(own) if path.startswith(inside)},
            )
        )
    return Experiment(
        name="robust",
        question=f"How good are {', '.join(arm.name for arm in arms[1:])} in {scenario.name}?",
        cases=(case if isinstance(case, str) else case.name,),
        days=days or 0,
        replicates=worlds * lucks,
        lucks_per_world=lucks,
        seed=seed,
        on=tuple(name for name in changes.get("on", ()) if name not in used),
        off=tuple(dict.fromkeys((*changes.get("off", ()), *(n for n in used if n in scenario.mechanisms)))),
        set={path: value for path, value in settings.items() if path not in own},
        keep=(),
        estimand=estimand or Estimand(matters=MATTERS),
        arm=tuple(arms),
    )


@dataclass
class Robustness:
    """What a sweep over plausible worlds says of its arms, in one case."""

    results: Results | UnstoredResults
    case: str
    measure: str
    matters: float
    enough: float | None = None  # value of the measure that is good enough; None: near the best
    budget_yuan: float | None = None  # arms that cost more on average are no choice

    @cached_property
    def lucks(self) -> int:
        """Replicates in each world."""
        return self.results.experiment.lucks_per_world

    @cached_property
    def reference(self) -> str:
        """The arm that the others are compared with."""
        return self.results.plan.reference

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The runs of the case that are done."""
        runs = self.results.runs
        return runs[(runs["case"] == self.case) & (runs["status"] == "done")]

    @property
    def failed(self) -> int:
        """Runs of the case that failed, and are left out."""
        runs = self.results.runs
        return int(((runs["case"] == self.case) & (runs["status"] != "done")).sum())

    def by_world(self, measure: str) -> pd.DataFrame:
        """Return a measure, mean over the lucks of a world: (worlds, arms)."""
        return values_by_world(self.runs, measure, self.lucks)

    @cached_property
    def values(self) -> pd.DataFrame:
        """The measure in every world: (worlds, arms)."""
        return self.by_world(self.measure)

    @cached_property
    def _effects(self) -> dict[str, pd.DataFrame]:
        """Effects that were asked for already, by measure."""
        return {}

    def effects_on(self, measure: str) -> pd.DataFrame:
        """Return the difference of every other arm to the reference in every world: (worlds, arms)."""
        if measure not in self._effects:
            self._effects[measure] = effects_by_world(self.by_world(measure), self.reference)
        return self._effects[measure]

    @property
    def effects(self) -> pd.DataFrame:
        """The effects on the measure of the question: (worlds, arms)."""
        return self.effects_on(self.measure)

    @property
    def smaller(self) -> bool:
        """Whether less of the measure is better."""
        return self.measure in SMALLER

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per arm but the reference: `describe_ranges`, `describe_choices` and the prices.

        per_1000_hours and per_10000_yuan are the mean effect per mean cost; NaN where the mean cost is not
        positive. Yuan include all hours at the shadow wage of the case.
        """
        ranges = describe_ranges(self.effects, self.matters, self.smaller)
        table = ranges.join(self.choices)
        hours, cost = self.costs
        gain = -self.effects if self.smaller else self.effects
        for name, spent, unit in (("hours", hours, PER_HOURS), ("yuan", cost, PER_YUAN)):
            table[f"per_{unit:.0f}_{name}"] = [
                ratio_of_means(gain[arm], spent[arm] / unit) for arm in table.index
            ]
        return table.assign(hours=hours.mean(), cost_yuan=cost.mean())

    @cached_property
    def costs(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What every other arm costs more than the reference: hours, and yuan with all hours at the wage."""
        hours, yuan = self.effects_on("hours"), self.effects_on("yuan")
        return hours, yuan + hours * self.results.plan.cases[self.case].volunteers.shadow_wage_yuan

    @cached_property
    def too_dear(self) -> list[str]:
        """The arms that cost more than the budget on average."""
        mean = self.costs[1].mean()
        return [] if self.budget_yuan is None else [arm for arm in mean.index if mean[arm] > self.budget_yuan]

    @cached_property
    def choices(self) -> pd.DataFrame:
        """One row per arm within the budget, the reference included: `describe_choices`."""
        values = self.values.drop(columns=self.too_dear)
        return describe_choices(values, self.matters, self.enough, self.smaller)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """In which share of worlds the arm of a row is better than that of a column."""
        return compare_pairs(self.values, self.smaller)

    def numbers_in(self, worlds: Iterable[int]) -> list[Mapping[str, float]]:
        """Return the uncertain numbers of each of these worlds: path -> value."""
        drawn = self.results.plan.worlds[self.case]
        return [drawn.numbers(int(world)) for world in worlds]

    @cached_property
    def carriers(self) -> pd.DataFrame:
        """The numbers that may carry the spread of each effect: (arm, path); see `find_carriers`."""
        plan = self.results.plan
        numbers, named = self.numbers_in(self.effects.index), plan.worlds[self.case].scenario.mechanisms
        floor = noise_floor(tabulate(numbers)[1]) if len(numbers) >= FEW else None
        active = {a.name: {*plan.cases[self.case].mechanisms, *a.on} - {*a.off} for a in plan.arms}
        parts = {}
        for arm in self.effects:
            on = active[arm] | active[self.reference]
            off = tuple(f"mechanisms.{name}." for name in named if name not in on)
            parts[arm] = find_carriers(
                [{path: row[path] for path in row if not (off and path.startswith(off))} for row in numbers],
                self.effects[arm].to_numpy(),
                floor,
            )
        return pd.concat(parts, names=["arm"])

    @property
    def ranked(self) -> pd.DataFrame:
        """The rows of `table`, the best median first."""
        return self.table.sort_values("median", ascending=self.smaller, kind="stable")

    def sentences(self, lang: str = "en") -> Iterator[str]:
        """Yield what the worlds say of each arm, the best first, then of the choice between them."""
        for arm, row in self.ranked.iterrows():
            yield sentence_of_effect(arm, self.reference, row, self.measure, lang)
            if warning := sentence_of_disagreement(arm, self.watched(arm), self.measure, lang):
                yield f"  {warning}"
            known = self.carriers.loc[[arm]] if arm in self.carriers.index.get_level_values("arm") else None
            yield sentence_of_carriers(known, lang)
        if self.too_dear:
            yield translate(
                lang,
                "robust",
                "too dear",
                arms=", ".join(self.too_dear),
                budget=f"{self.budget_yuan:,.0f}",
            )
        yield self.sentence_of_choice(lang)

    def watched(self, arm: str) -> pd.DataFrame:
        """Return `describe_ranges` of an arm's effect on the measure and on those of WATCHED, by measure."""
        parts = {
            name: describe_ranges(self.effects_on(name)[[arm]], smaller=name in SMALLER).loc[arm]
            for name in dict.fromkeys((self.measure, *WATCHED))
        }
        return pd.DataFrame(parts).T

    def price_ranges(self, name: str) -> pd.DataFrame:
        """Return the range over worlds of what every other arm costs more, in "hours" or "yuan"."""
        return describe_ranges(self.effects_on(name), smaller=True)

    def sentence_of_choice(self, lang: str, name: Callable[[str], str] = str) -> str:
        """Return which arm is the best choice by expected regret, and by the worst case, in a sentence.

        `name` says what an arm is called in it.
        """
        choices = self.choices
        first, safest = choices["regret"].idxmin(), choices["most_regret"].idxmin()
        say = sections(lang)["robust"]
        values = {
            "first": name(first),
            "best": f"{choices['best'][first]:.0%}",
            "regret": amount(self.measure, choices["regret"][first]),
            "safest": name(safest),
            "most": amount(self.measure, choices["most_regret"][safest]),
            "unit": unit_of(self.measure, lang),
        }
        return say["choice" if first == safest else "choices"].format(**values)


def sentence_of_carriers(carriers: pd.DataFrame | None, lang: str = "en") -> str:
    """Return which numbers carry the spread of an effect, in a sentence."""
    found = carriers[carriers["carries"].astype(bool)] if carriers is not None else None
    if found is None or not len(found):
        return translate(lang, "robust", "no carrier")
    named = [
        f"{path} ({row['correlation']:+.2f})"
        for path, row in zip(found.index.get_level_values("path"), found.to_dict("records"))
    ]
    return translate(lang, "robust", "carriers", names=", ".join(named[:CARRIERS]))


def weigh(
    results: Results | UnstoredResults,
    measure: str | None = None,
    enough: float | None = None,
    budget_yuan: float | None = None,
) -> dict[str, Robustness]:
    """Return what a sweep over plausible worlds says of its arms: case -> Robustness. Raises UserError."""
    experiment = results.experiment
    if not experiment.lucks_per_world:
        raise UserError(
            "{folder}: all replicates of this sweep have the same numbers; set lucks_per_world = 1 in the "
            "experiment, and sweep again into another folder",
            folder=getattr(results, "folder", experiment.name),
        )
    measure = check_measure(measure or experiment.estimand.measure)
    matters = experiment.estimand.matters if measure == experiment.estimand.measure else 0.0
    return {
        case: Robustness(results, case, measure, matters, enough, budget_yuan) for case in results.plan.cases
    }


def check_measure(name: str) -> str:
    """Return the name of a measure. Raises UserError if there is none of that name."""
    if name not in MEASURES:
        raise UserError(
            "--measure {name}: is not a measure{hint}; `cogov run` lists them",
            name=name,
            hint=suggest_names(name, list(MEASURES)),
        )
    return name


def stored(folder: Path) -> Path:
    """Return the subfolder in which `cogov robust` keeps its runs."""
    return folder / "runs"


def find_sweep(folder: Path) -> Path:
    """Return the folder of the sweep: that of `cogov robust` in `folder`, else `folder` itself."""
    return stored(folder) if (stored(folder) / "experiment.json").exists() else folder
