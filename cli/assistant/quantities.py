"""Numbers of an answer: each with its range, what the range holds, its evidence, and how to reproduce it.

An assistant that quotes one has everything beside it, in one object and in one sentence; there is no number
without them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.parameters import LeftOut
from ...engine.texts import sections, translate
from ...experiments.evidence.grades import grade_of_mechanism
from ...model.measures import MEASURES, SHARES
from ...viz.i18n.words import mechanism
from ...viz.text.evidence_words import explain_grade, format_grade

if TYPE_CHECKING:
    from ...model.scenarios.scenario import Scenario

NUMBER = {"type": ["number", "null"]}
QUANTITY = {  # the JSON schema of a quantity; nothing in it may be left out
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "label": {"type": "string"},
        "value": NUMBER,
        "low": NUMBER,
        "high": NUMBER,
        "level": NUMBER,
        "range_holds": {"type": "string"},
        "unit": {"type": "string"},
        "runs": {"type": "integer"},
        "evidence": {
            "type": "object",
            "properties": {"grade": {"type": ["integer", "null"]}, "words": {"type": "string"}},
            "required": ["grade", "words"],
        },
        "sentence": {"type": "string"},
        "reproduce": {"type": "string"},
    },
    "required": [
        "name",
        "label",
        "value",
        "low",
        "high",
        "level",
        "range_holds",
        "unit",
        "runs",
        "evidence",
        "sentence",
        "reproduce",
    ],
    "additionalProperties": False,
}
ANSWER = {  # the JSON schema of every answer
    "type": "object",
    "properties": {
        "verdict": {"type": "string"},
        "numbers": {"type": "array", "items": QUANTITY},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"numbers": {"type": "array", "items": QUANTITY}},
                "required": ["name"],
            },
        },
        "notes": {"type": "array", "items": {"type": "string"}},
        "reproduce": {"type": "string"},
        "stored": {"type": ["string", "null"]},
    },
    "required": ["verdict", "numbers", "items", "notes", "reproduce", "stored"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Evidence:
    """What a number rests on: a grade from 0 (assumed) to 4, or None where there is none, in words."""

    grade: int | None
    words: str


@dataclass(frozen=True)
class Quantity:
    """One number with its range."""

    name: str
    label: str
    value: float
    low: float
    high: float
    level: float | None  # probability of the range; None if it is not one of a probability
    holds: str  # what the range holds, in words
    unit: str
    runs: int  # runs, pairs or worlds that it comes from; 0: of none
    evidence: Evidence
    reproduce: str

    def sentence(self, lang: str) -> str:
        """Return the number with its range and evidence in a sentence."""
        if not np.isfinite(self.value):
            return translate(lang, "assistant", "no value", label=self.label, runs=self.runs)
        if self.level is None and self.low == self.value == self.high:
            spread = self.holds
        elif np.isfinite(self.low) and np.isfinite(self.high):
            ends = {"low": show(self.low), "high": show(self.high)}
            spread = translate(lang, "assistant", "range", holds=self.holds, **ends)
        else:
            spread = translate(lang, "assistant", "no range")
        words = {"label": self.label, "value": show(self.value), "unit": self.unit, "spread": spread}
        return translate(lang, "assistant", "number", **words, evidence=self.evidence.words)

    def as_record(self, lang: str) -> dict[str, Any]:
        """Return the quantity as plain values, for the structured part of an answer."""
        return {
            "name": self.name,
            "label": self.label,
            "value": finite(self.value),
            "low": finite(self.low),
            "high": finite(self.high),
            "level": self.level,
            "range_holds": self.holds,
            "unit": self.unit,
            "runs": self.runs,
            "evidence": vars(self.evidence),
            "sentence": self.sentence(lang),
            "reproduce": self.reproduce,
        }


@dataclass
class Answer:
    """What a tool answers: a plain sentence first, then numbers, or items that have numbers."""

    verdict: str
    reproduce: str
    numbers: list[Quantity] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)  # with a name; "numbers" are quantities
    notes: list[str] = field(default_factory=list)
    stored: str | None = None  # folder of the tables

    def as_record(self, lang: str) -> dict[str, Any]:
        """Return the answer as plain values, as ANSWER describes them."""
        return {
            "verdict": self.verdict,
            "numbers": [number.as_record(lang) for number in self.numbers],
            "items": [
                {**item, "numbers": [number.as_record(lang) for number in item.get("numbers", ())]}
                for item in self.items
            ],
            "notes": self.notes,
            "reproduce": self.reproduce,
            "stored": self.stored,
        }

    def text(self, lang: str) -> str:
        """Return the answer as text: the verdict, a line per number, the command."""
        lines = [self.verdict, *(number.sentence(lang) for number in self.numbers)]
        for item in self.items:
            words = [item[key] for key in ("title", "does", "disappoints", "remark") if item.get(key)]
            lines.append(f"{item['name']}: {' '.join(words)}" if words else item["name"])
            lines += [f"  {number.sentence(lang)}" for number in item.get("numbers", ())]
        lines += self.notes
        lines.append(translate(lang, "assistant", "reproduce", command=self.reproduce))
        if self.stored:
            lines.append(translate(lang, "assistant", "stored", folder=self.stored))
        return "\n".join(lines)


def finite(number: float) -> float | None:
    """Return a number that JSON can hold; None if it is not finite."""
    return float(number) if np.isfinite(number) else None


def show(number: float) -> str:
    """Format a number: whole where it is large, else with three digits.

    >>> [show(number) for number in (6400, 12.3456, -0.01234, 0.0)]
    ['6,400', '12.3', '-0.0123', '0']
    """
    if number == int(number) or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def label_of(measure: str, lang: str) -> str:
    """Return the name of a measure in a language."""
    return getattr(MEASURES[measure], lang)


def scale_of(measure: str) -> float:
    """Return the factor by which a measure is shown: shares in percent."""
    return 100.0 if measure in SHARES else 1.0


def unit_of(measure: str, lang: str, change: bool = False) -> str:
    """Return the unit of a measure, or of a change of it: percent, or percentage points."""
    if measure in SHARES:
        return translate(lang, "assistant", "points" if change else "percent")
    unit = MEASURES[measure].unit
    return sections(lang)["assistant"].get(f"unit.{unit}", unit)  # a user's own measure has a unit of its own


def evidence_of_mechanisms(names: Iterable[str], lang: str) -> Evidence:
    """Return the lowest grade of the evidence for mechanisms, with the name of the one that has it."""
    grades = {name: grade_of_mechanism(name) for name in dict.fromkeys(names)}
    if not grades:
        return Evidence(None, translate(lang, "assistant", "no mechanism"))
    weakest = min(grades, key=lambda name: grades[name])
    return evidence_of_grade(grades[weakest], lang, "" if len(grades) == 1 else mechanism(lang, weakest))


def evidence_of_grade(grade: int | None, lang: str, of: str = "") -> Evidence:
    """Return a grade in words; `of` names what has it, if it is the weakest of several."""
    words = f"{format_grade(lang, grade)}, {explain_grade(lang, grade)}"
    if lang == "zh":
        words = words.replace(", ", "，")
    return Evidence(grade, translate(lang, "assistant", "weakest", words=words, name=of) if of else words)


def evidence_of_census(scenario: Scenario, name: str, lang: str) -> Evidence:
    """Return whether a number of the census is reported, assumed by the case, or a share of the others."""
    census = scenario.community
    key = "derived" if isinstance(getattr(census, name), LeftOut) else "assumed"
    key = "given" if name in census.given else key
    return Evidence(None, translate(lang, "assistant", key, name=scenario.name))


def census_quantities(scenario: Scenario, lang: str, reproduce: str) -> list[Quantity]:
    """Return residents and households of a case, and whether the case gives them."""
    exactly = translate(lang, "assistant", "exact")
    numbers = []
    for name in ("residents", "households"):
        value = int(getattr(scenario.community, name))
        numbers.append(
            Quantity(
                name,
                translate(lang, "assistant", name),
                value,
                value,
                value,
                None,
                exactly,
                translate(lang, "assistant", f"unit.{name}"),
                0,
                evidence_of_census(scenario, name, lang),
                reproduce,
            )
        )
    return numbers


def command_line(words: Iterable[object], options: Mapping[str, Any]) -> str:
    """Return a command of the terminal: `words`, then options that have a value, those of lists repeated."""
    parts = ["cogov", *map(str, words)]
    for name, value in options.items():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is True:
                parts.append(f"--{name}")
            elif one is not None and one is not False:
                parts += [f"--{name}", str(one)]
    return shlex.join(parts)
