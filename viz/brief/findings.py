"""Collect what a brief is about, from a comparison or from arms weighed over worlds; runs no model."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ...engine.texts.errors import UserError
from ...experiments.comparison.compare import Comparison
from ...experiments.robustness.carriers import FEW, carriers_or_none
from ...experiments.robustness.weighing import MATTERS, Robustness
from ...experiments.statistics.plausible_effects import describe_ranges
from ...model.measures import SMALLER, WITHIN
from ...model.scenarios.cases import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...model.scenarios.scenario import Scenario

RATE = "resolution_rate"
SHOWN = (RATE, "resolution_rate_of_reported", "resolution_rate_of_serious")  # effects that are drawn
COSTS = ("hours", "unpaid_hours", "yuan", "shadow_cost_yuan")
PAIRS, WORLDS, SEED = 20, 60, 0  # defaults of `cogov compare`, `robust` and `gains`, which commands leave out


@dataclass(frozen=True)
class GainsAsked:
    """What `cogov gains` is asked, to say who gains in the same worlds."""

    case: str  # name, or path of a case file
    mechanisms: tuple[str, ...]
    on: tuple[str, ...]
    off: tuple[str, ...]
    settings: list[str]  # "path=value"
    days: int | None
    seed: int
    worlds: int

    def changes(self) -> list[str]:
        """Return the options that all commands share."""
        return [
            *option("--on", self.on),
            *option("--off", self.off),
            *option("--set", self.settings),
            *given("--days", self.days),
            *given("--seed", self.seed, SEED),
        ]

    @property
    def command(self) -> str:
        """The command that prints who gains."""
        chosen = option("--mechanism", self.mechanisms)
        return command_line(
            "gains", self.case, chosen, given("--worlds", self.worlds, WORLDS), self.changes()
        )


@dataclass(frozen=True)
class Findings:
    """What results say of one arm against none, whatever command they came from."""

    scenario: Scenario  # with the mechanisms of the arm
    mechanisms: tuple[str, ...]
    measure: str
    matters: float  # smallest effect that matters
    effects: pd.DataFrame  # (worlds, measures): difference in each world; without worlds, in each pair
    worlds: int  # 0: luck only, so that `effects` are of pairs
    days: int
    within: int
    command: str  # prints the numbers of `ranges`
    gains_asked: GainsAsked  # its command prints the numbers of `gains`
    luck: pd.DataFrame | None = None  # measure -> without, with, difference, low, high; of a comparison only
    carriers: pd.DataFrame | None = None  # path -> correlation, carries; None if it cannot be known
    gains: pd.DataFrame | None = None  # group of households -> change, low, high, better, worse
    weighed: Robustness | None = None  # all arms, where several were weighed
    counted: str = ""  # which issues count, if not all

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """The range of the effect on each measure over worlds (or pairs): see `describe_ranges`."""
        parts = [
            describe_ranges(
                self.effects[[name]], self.matters if name == self.measure else 0.0, name in SMALLER
            )
            for name in self.effects
        ]
        return pd.concat(parts).rename_axis("measure")

    def with_gains(self, gains: pd.DataFrame) -> Findings:
        """Return them with the table of who gains."""
        return replace(self, gains=gains)


def findings_of(
    results: Comparison | Robustness, case: str = "", gains: pd.DataFrame | None = None
) -> Findings:
    """Return the findings of results in memory.

    `case` is how commands name the case, by default its name; `gains` is the table of `who_gains`, if there
    is one. Raises UserError.
    """
    if isinstance(results, Comparison):
        return findings_of_comparison(results, case or results.case.name, gains)
    return findings_of_arms(results, case or results.results.experiment.cases[0], gains)


def findings_of_comparison(result: Comparison, case: str, gains: pd.DataFrame | None) -> Findings:
    """Return the findings of `cogov compare`."""
    in_worlds = len(result.worlds) > 0
    rows = result.worlds if in_worlds else result.rows
    effects = rows.xs("with", level="arm") - rows.xs("without", level="arm")
    worlds = len(effects) if in_worlds else 0
    gains_asked = GainsAsked(
        case,
        result.mechanisms,
        tuple(result.asked.get("on", ())),
        tuple(result.asked.get("off", ())),
        settings_as_text(result.asked.get("settings", ())),
        result.case.days,
        result.seed,
        worlds or WORLDS,
    )
    selection = result.selection
    options = [
        option("--mechanism", result.mechanisms),
        given("--replicates", result.replicates, PAIRS),
        given("--worlds", worlds, WORLDS) if worlds else ["--fixed"],
        given("--within", result.within, WITHIN),
        option("--family", selection.families),
        given("--severity", selection.severity, 0),
        option("--where", [f"{key}={value}" for key, value in selection.where]),
        ["--common"] if selection.common else [],
    ]
    return Findings(
        result.case,
        result.mechanisms,
        RATE,
        MATTERS,
        effects.reset_index(drop=True),
        worlds,
        result.case.days,
        result.within,
        command_line("compare", case, *options, gains_asked.changes()),
        gains_asked,
        luck=result.table,
        carriers=carriers_or_none(result) if worlds >= FEW else None,
        gains=gains if gains is not None or not len(result.gains) else result.gains,
        counted=selection.describe(),
    )


def findings_of_arms(result: Robustness, case: str, gains: pd.DataFrame | None) -> Findings:
    """Return the findings of `cogov robust`: of the best arm, and of all as choices."""
    experiment, plan = result.results.experiment, result.results.plan
    best = result.ranked.index[0]
    arm = next(one for one in experiment.arm if one.name == best)
    shown = dict.fromkeys((result.measure, *SHOWN, *COSTS))
    effects = pd.DataFrame({name: result.effects_on(name)[best] for name in shown})
    worlds, estimand = experiment.replicates // experiment.lucks_per_world, experiment.estimand
    of_arms = {path: value for one in experiment.arm for path, value in one.set.items()}
    asked = GainsAsked(
        case,
        tuple(arm.on),
        experiment.on,
        tuple(name for name in experiment.off if name not in arm.on),
        settings_as_text({**experiment.set, **arm.set}),
        experiment.days or None,
        experiment.seed,
        worlds,
    )
    weighed = replace(
        asked,
        off=tuple(name for name in asked.off if not any(name in one.on for one in experiment.arm)),
        settings=settings_as_text({**experiment.set, **of_arms}),
    )
    options = [
        option("--mechanism", ["+".join(one.on) for one in experiment.arm[1:]]),
        given("--worlds", worlds, WORLDS),
        given("--lucks", experiment.lucks_per_world, 1),
        given("--measure", result.measure, RATE),
        given("--matters", result.matters, MATTERS),
        given("--within", estimand.within, WITHIN),
        given("--enough", result.enough),
        given("--budget-yuan", result.budget_yuan),
    ]
    scenario, known = plan.cases[result.case], result.carriers
    return Findings(
        scenario,
        tuple(arm.on),
        result.measure,
        result.matters,
        effects.reset_index(drop=True),
        worlds,
        experiment.days or scenario.days,
        estimand.within,
        command_line("robust", case, *options, weighed.changes()),
        asked,
        carriers=known.loc[best] if best in known.index.get_level_values("arm") else None,
        gains=gains,
        weighed=result,
    )


def command_line(name: str, case: str, *options: Iterable[str]) -> str:
    """Return a command as it is typed."""
    return shlex.join(["cogov", name, case, *(word for words in options for word in words)])


def option(name: str, values: Iterable[str]) -> list[str]:
    """Return an option that is repeated for each of its values."""
    return [word for value in values for word in (name, value)]


def given(name: str, value: object, default: object = None) -> list[str]:
    """Return an option with its value; nothing if the value is the default."""
    if value is None or value == default:
        return []
    return [name, f"{value:g}" if isinstance(value, float) else str(value)]


def settings_as_text(settings: dict | Iterable[str]) -> list[str]:
    """Return settings as the command line takes them."""
    if isinstance(settings, dict):
        return [as_text(path, value) for path, value in settings.items()]
    return list(settings)


def refuse_too_few(findings: Findings) -> None:
    """Raise UserError if there is no range to report: too few worlds, or no issue is old enough."""
    if findings.ranges.loc[findings.measure, "worlds"] < 2:
        raise UserError(
            "{command}: has too few runs for a brief; simulate more worlds or more days",
            command=findings.command,
        )
