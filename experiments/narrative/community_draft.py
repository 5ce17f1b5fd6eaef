"""A community of one's own as a draft: some 19 numbers, checked together, each problem with its field.

A draft maps the names of FIELDS to what somebody typed: text, a number, a boolean, or None. Nothing of it is
thrown away because it is wrong. `draft_scenario` makes a scenario of it, and `draft_filling` fills what is
empty.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ...engine.texts import LANGUAGES, translate
from ...engine.texts.errors import Message, Translated
from .draft_contradictions import Values, contradicting_place, contradictions

Draft = Mapping[str, Any]  # name of a field -> what was typed

TEXT, WHOLE, NUMBER, BUILT, YES_NO = "text", "whole", "number", "built", "yes_no"  # kinds of fields
OLDEST = 150  # years; a larger number is the year in which the buildings were built
FIRST_YEAR = 1800
NUMBER_TEXT = re.compile(r"(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(\.\d{1,6})?(万)?")


@dataclass(frozen=True)
class FormField:
    """A field of the form; its words are in the texts, section community_form."""

    name: str
    group: str  # under which heading it stands
    kind: str = WHOLE
    low: float = 0
    high: float = 0
    required: bool = False


FIELDS = {
    f.name: f
    for f in (
        FormField("name", "place", TEXT, 1, 60, required=True),
        FormField("buildings", "place", WHOLE, 1, 500, required=True),
        FormField("stairwells", "place", WHOLE, 1, 40, required=True),
        FormField("floors", "place", WHOLE, 1, 60, required=True),
        FormField("lifts", "place", WHOLE, 0, 8),
        FormField("built", "place", BUILT, 0, OLDEST),
        FormField("households", "people", WHOLE, 1, 40_000),
        FormField("residents", "people", WHOLE, 1, 100_000, required=True),
        FormField("elders", "people", WHOLE, 0, 100_000),
        FormField("alone", "people", WHOLE, 0, 40_000),
        FormField("tenants", "people", WHOLE, 0, 40_000),
        FormField("absent", "people", WHOLE, 0, 40_000),
        FormField("members", "people", WHOLE, 0, 100_000),
        FormField("volunteers", "people", WHOLE, 0, 100_000),
        FormField("company", "hands", YES_NO),
        FormField("property_staff", "hands", WHOLE, 0, 800),
        FormField("grid_workers", "hands", WHOLE, 0, 500),
        FormField("staff", "hands", NUMBER, 0, 500),
        FormField("fund", "hands", NUMBER, 0, 100_000_000),
    )
}


def describe_fields(lang: str) -> list[dict[str, Any]]:
    """Return what a page needs to draw the form: a dict for each field, with its words in a language."""
    return [
        {
            "name": f.name,
            "group": f.group,
            "kind": f.kind,
            "required": f.required,
            **{part: field_words(lang, f.name, part) for part in ("label", "unit", "hint")},
        }
        for f in FIELDS.values()
    ]


def field_words(lang: str, name: str, part: str) -> str:
    """Return the "label", "unit" or "hint" of a field."""
    return translate(lang, "community_form", f"{part}.{name}")


def read_values(draft: Draft) -> tuple[Values, dict[str, Message]]:
    """Return the valid values of a draft, and what is wrong with the others: (values, field -> problem)."""
    values: Values = {}
    problems: dict[str, Message] = {}
    for f in FIELDS.values():
        raw = draft.get(f.name)
        raw = raw.strip() if isinstance(raw, str) else raw
        if raw is None or raw == "":
            continue
        value = _read(f, raw)
        if isinstance(value, Message):
            problems[f.name] = value
        else:
            values[f.name] = value
    return values, problems


def _read(f: FormField, raw: Any) -> Any:
    """Return the value of a field, or a Message that says why it has none."""
    if f.kind == TEXT:
        return _read_name(f, str(raw))
    if f.kind == YES_NO:
        if isinstance(raw, bool):
            return raw
        return Message("{value!r} is neither yes nor no.", value=_shown(raw))
    value = _read_number(raw)
    unit = Translated(*(field_words(lang, f.name, "unit") for lang in LANGUAGES))
    allowed = {"low": f"{f.low:,}", "high": f"{f.high:,}", "unit": unit}
    if value is None:
        return Message(
            "{value!r} is not a number: enter {low} to {high} {unit}.", value=_shown(raw), **allowed
        )
    if f.kind == BUILT:
        return _read_age(value, raw)
    if f.kind == WHOLE and value != int(value):
        return Message(
            "{value} is not a whole number: enter {low} to {high} {unit}.", value=_shown(raw), **allowed
        )
    if not f.low <= value <= f.high:
        return Message("{value} is out of range: enter {low} to {high} {unit}.", value=_shown(raw), **allowed)
    return int(value) if f.kind == WHOLE else value


def _read_name(f: FormField, name: str) -> str | Message:
    """Return a name that can be shown, or what is wrong with it."""
    if not name.isprintable():
        return Message("The name has signs that cannot be shown: type it again.")
    if len(name) > f.high:
        return Message(
            "The name has {length} characters: shorten it to {most}.", length=len(name), most=f.high
        )
    return name


def _read_number(raw: Any) -> float | None:
    """Return the number that was typed: full-width digits, 12,000 and 1.2万 are numbers too."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, (int, float)):
        return raw if abs(raw) < 1e15 else None
    match = NUMBER_TEXT.fullmatch(unicodedata.normalize("NFKC", str(raw)[:40]).replace(" ", ""))
    if not match:
        return None
    digits, decimals, ten_thousand = match.groups()
    return round(float(digits.replace(",", "") + (decimals or "")) * (10_000 if ten_thousand else 1), 6)


def _read_age(value: float, raw: Any) -> float | Message:
    """Return the age in years: of the year in which the buildings were built, or the age itself."""
    year = date.today().year
    if 0 <= value <= OLDEST:
        return value
    if FIRST_YEAR <= value <= year:
        return min(year - int(value), OLDEST)
    return Message(
        "{value} is neither a year from {first} to {year} nor an age of at most {most} years.",
        value=_shown(raw),
        first=FIRST_YEAR,
        year=year,
        most=OLDEST,
    )


def _shown(raw: Any) -> str:
    """Return what was typed, shortened for a sentence."""
    if isinstance(raw, int) and raw.bit_length() > 64:
        return "..."  # Python refuses to write some longer numbers
    text = str(raw)
    return text if len(text) <= 20 else text[:17] + "..."


def missing_fields(values: Values) -> list[str]:
    """Return the names of required fields without a valid value."""
    return [f.name for f in FIELDS.values() if f.required and f.name not in values]


def check_draft(draft: Draft, lang: str) -> dict[str, str]:
    """Return the problems of a draft in a language: field -> sentence. An empty field is no problem."""
    return {field: problem.in_language(lang) for field, problem in find_problems(draft)[1].items()}


def find_problems(draft: Draft, on_plan: int = 0, compounds: int = 1) -> tuple[Values, dict[str, Message]]:
    """Return (valid values, field -> problem); of several contradictions of a field the first.

    `on_plan` is the number of buildings on the ground plan, 0 without one; `compounds` that of compounds.
    """
    values, problems = read_values(draft)
    for field, problem in (*contradictions(values), *contradicting_place(values, on_plan, compounds)):
        problems.setdefault(field, problem)
    return values, problems
