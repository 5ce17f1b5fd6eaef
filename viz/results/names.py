"""What measures, arms, factors and numbers of a stored sweep are called on its page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...experiments.statistics.plausible_effects import NONE
from ...experiments.statistics.replicate_table import SWITCH, format_factor
from ...experiments.sweep.factor_space import is_switch
from ...model import mechanisms
from ...model.measures import SHARES
from ..i18n import words
from ..i18n.words import translate

if TYPE_CHECKING:
    from ...experiments.sweep.design import DesignArm
    from ...experiments.sweep.report_statistics import Analysis


def say(lang: str, key: str, **values: object) -> str:
    """Return a text of the section "results"."""
    return translate(lang, f"results.{key}", **values)


def measure_name(lang: str, measure: str) -> str:
    """Return what a measure is called."""
    return words.capital(translate(lang, f"measure.{measure}"))


def factor_name(lang: str, path: str) -> str:
    """Return what a factor is called: a mechanism or a knob in words, anything else by its path."""
    if is_switch(path):
        return words.mechanism(lang, path.partition(".")[2])
    name = words.knob(lang, path)[0]
    if not path.startswith(SWITCH):
        return name
    return words.mechanism(lang, path.split(".")[1]) + translate(lang, "story.colon") + name


def value_name(lang: str, value: object) -> str:
    """Return a value of a factor in words."""
    text = format_factor(value)
    return say(lang, text) if text in ("on", "off") else text


def arm_names(one: Analysis, places: Iterable[tuple[str, str]], lang: str) -> list[str]:
    """Return the names of (case, arm), with the case where there are several."""
    known = {(arm.case, arm.name): arm for arm in one.results.plan.arms}
    several, colon = len(one.results.plan.cases) > 1, translate(lang, "story.colon")
    return [
        (f"{case_name(one, case, lang)}{colon}" if several else "") + arm_name(one, known[case, name], lang)
        for case, name in places
    ]


def case_name(one: Analysis, case: str, lang: str) -> str:
    """Return what a case is called."""
    return words.case(lang, case, scenario=one.results.plan.cases[case])


def reference_name(one: Analysis, lang: str) -> str:
    """Return what the reference is called."""
    return arm_name(one, next(arm for arm in one.results.plan.arms if arm.name == one.reference), lang)


def arm_name(one: Analysis, arm: DesignArm, lang: str) -> str:
    """Return what an arm is called: of a design of factors alone, by their values, else its own name.

    Names of mechanisms, and none of them, are in the words of the language.
    """
    experiment = one.results.experiment
    kind = experiment.design.kind
    if experiment.arm or kind in ("arms", "list"):
        named = arm.name.split(" + ")
        if all(name in mechanisms.list_mechanisms() for name in named):  # as `cogov robust` calls its arms
            return " + ".join(words.mechanism(lang, name) for name in named)
        return translate(lang, "nothing on") if arm.name == NONE else arm.name
    shown = arm.factors
    if kind == "one_at_a_time":
        first = next(other for other in one.results.plan.arms if other.case == arm.case)  # the unchanged case
        shown = {path: value for path, value in shown.items() if value != first.factors[path]}
        if not shown:
            return say(lang, "unchanged")
    if kind == "factorial" and all(is_switch(path) for path in shown):
        on = [factor_name(lang, path) for path, value in shown.items() if value]
        return " + ".join(on) or translate(lang, "nothing on")
    named = (
        say(lang, "factor is", factor=factor_name(lang, path), value=value_name(lang, value))
        for path, value in shown.items()
    )
    return translate(lang, "story.comma").join(named)


def amount(measure: str, value: float) -> str:
    """Format a value of a measure.

    >>> amount("resolution_rate", 0.4567), amount("hours", 1234.5), amount("backlog", 2.345)
    ('45.7%', '1,234', '2.35')
    """
    if measure in SHARES:
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def signed(value: float) -> str:
    """Format a difference, with its sign.

    >>> signed(4390.2), signed(-0.12345), signed(0.0)
    ('+4,390', '-0.123', '0')
    """
    return "0" if not value else f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3g}"
