"""Say what a stored sweep planned and how far it has got, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...experiments.statistics.replicate_table import format_factor
from ..i18n.words import translate
from .names import arm_name, case_name, factor_name, reference_name, say

if TYPE_CHECKING:
    from ...experiments.sweep.experiment import Factor
    from ...experiments.sweep.report_statistics import Analysis

NAMED = 8  # arms that are named in the plan


def state(analysis: Analysis, lang: str) -> str:
    """Say how many of the planned runs are done, and how many failed."""
    plan, done = analysis.results.plan, int(analysis.done.sum())
    return say(
        lang,
        "state",
        runs=f"{done:,}",
        planned=f"{len(plan.arms) * plan.experiment.replicates:,}",
        failed=f"{len(analysis.runs) - done:,}",
    )


def summary(analysis: Analysis, lang: str) -> str:
    """Say in a line which communities were simulated, for how long, in how many arms and how often."""
    plan = analysis.results.plan
    return say(
        lang,
        "summary",
        cases=translate(lang, "story.comma").join(case_name(analysis, case, lang) for case in plan.cases),
        days=" / ".join(dict.fromkeys(f"{case.days:,}" for case in plan.cases.values())),
        arms=f"{len(dict.fromkeys(arm.name for arm in plan.arms)):,}",
        replicates=f"{plan.experiment.replicates:,}",
        state=state(analysis, lang),
    )


def plan_rows(analysis: Analysis, lang: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of the plan: (name, text)."""
    results = analysis.results
    experiment, plan, manifest = results.experiment, results.plan, results.manifest
    comma, none = translate(lang, "story.semicolon"), say(lang, "plan.none")
    arms = [arm for arm in plan.arms if arm.case == plan.arms[0].case]
    named = [arm_name(analysis, arm, lang) for arm in arms[:NAMED]]
    more = "" if len(arms) <= NAMED else " …"
    factors = [factor_text(factor, lang) for factor in experiment.factors()]
    lucks = experiment.lucks_per_world
    yield (
        say(lang, "plan.cases"),
        comma.join(case_name(analysis, case, lang) for case in plan.cases),
    )
    yield say(lang, "plan.days"), comma.join(dict.fromkeys(f"{case.days:,}" for case in plan.cases.values()))
    yield say(lang, "plan.design"), say(lang, f"design.{experiment.design.kind}")
    colon = translate(lang, "story.colon")
    yield say(lang, "plan.arms"), f"{len(arms):,}{colon}{comma.join(named)}{more}"
    yield say(lang, "plan.factors"), comma.join(factors) or none
    yield say(lang, "plan.replicates"), f"{experiment.replicates:,}"
    yield (
        say(lang, "plan.worlds"),
        say(lang, "worlds are", n=f"{-(-experiment.replicates // lucks):,}", lucks=lucks)
        if lucks
        else say(lang, "worlds none"),
    )
    if analysis.by_arm:
        yield say(lang, "plan.reference"), reference_name(analysis, lang)
    yield say(lang, "plan.level"), f"{analysis.level:.0%}"
    yield say(lang, "plan.seed"), f"{experiment.seed}"
    version = manifest.get("versions", {}).get("cogov", "?")
    yield say(lang, "plan.version"), say(lang, "plan.version is", version=version, model=manifest["model"])
    yield say(lang, "plan.command"), manifest["command"] or none


def factor_text(factor: Factor, lang: str) -> str:
    """Return a factor's name and path, and the values or the range that were asked for."""
    given = ""
    if factor.values:
        given = ": " + ", ".join(format_factor(value) for value in factor.values)
    elif factor.range:
        given = ": " + "–".join(format_factor(value) for value in factor.range)
    return f"{factor_name(lang, factor.path)} ({factor.path}{given})"
