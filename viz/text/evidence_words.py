"""Grades of evidence in words, for tables, the report and the page."""

import numpy as np

from ...engine.texts import translate
from ...experiments.evidence.grades import evidence_of_mechanism, grade_of_mechanism


def format_grade(lang: str, grade: int | None) -> str:
    """Say a grade in words: "grade 2 of 4"."""
    if grade is None:
        return translate(lang, "evidence", "given")
    return translate(lang, "evidence", "grade", grade=grade)


def explain_grade(lang: str, grade: int | None) -> str:
    """Say what a grade means."""
    return translate(lang, "evidence", "given" if grade is None else f"grade.{grade}")


def describe_mechanism_grade(lang: str, name: str) -> str:
    """Say the grade of the evidence for a mechanism, and how many of its strengths are assumed."""
    grade = grade_of_mechanism(name)
    strengths = [e for e in evidence_of_mechanism(name) if e.is_strength]
    assumed = sum(e.grade == 0 for e in strengths)
    stop = "。" if lang == "zh" else ". "
    words = translate(
        lang, "evidence", "of mechanism", grade=format_grade(lang, grade), meaning=explain_grade(lang, grade)
    )
    return words + stop + translate(lang, "evidence", "of knobs", assumed=assumed, strengths=len(strengths))


def short(number: float) -> str:
    """Format a number with three digits."""
    return "-" if not np.isfinite(number) else f"{number:,.3g}" if abs(number) < 1e5 else f"{number:,.0f}"
