"""Badges in the report that show the grade of the evidence for each mechanism."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from ..experiments.evidence.grades import grade_of_mechanism
from ..experiments.files.user_mechanisms import active_mechanisms
from ..model import mechanisms
from .text.evidence_words import describe_mechanism_grade, format_grade

if TYPE_CHECKING:
    from ..experiments.sweep.sweep import SweepPlan

STYLE = ".grade { border: 1px solid #999; border-radius: .6rem; padding: 0 .5rem; font-size: .8rem }"


def evidence_section(plan: SweepPlan) -> Iterator[str]:
    """Yield the section on evidence: one badge for each mechanism that is on in some arm."""
    active = set().union(*active_mechanisms(plan))
    names = sorted(name for name in active if not mechanisms.explain_unusable(name))
    if not names:
        return
    yield "<h2>Evidence 证据</h2>"
    yield (
        "<p class='quiet'>How well the strengths of these mechanisms are known, from 0 (assumed) to 4 "
        "(randomised, without transfer). 各机制作用力度的证据等级，从0（假定）到4。</p>"
    )
    for name in names:
        yield f"<p>{badge(name)} {escape(name)} {escape(mechanisms.load_class(name).zh)}</p>"


def badge(name: str) -> str:
    """Return the badge of a mechanism, whose title explains the grade in both languages."""
    title = " ".join(describe_mechanism_grade(lang, name) for lang in ("en", "zh"))
    words = format_grade("en", grade_of_mechanism(name))
    return f"<span class='grade' title='{escape(title)}'>{escape(words)}</span>"
