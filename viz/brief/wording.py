"""Name arms and knobs, and format numbers as the command line prints them, typeset for print."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ...engine.texts import translate
from ...experiments.statistics.plausible_effects import NONE, unit_of
from ...model import mechanisms
from ..i18n import words
from ..text.tables import MANY, interval, number

if TYPE_CHECKING:
    from .findings import Findings

NAMED = 3  # mechanisms of an arm that are named, if there are many
WHOLE = ("hours", "unpaid_hours", "yuan", "shadow_cost_yuan")  # measures whose decimals say nothing


def name_mechanisms(names: tuple[str, ...], lang: str) -> str:
    """Return the names of mechanisms as the name of one arm; of many, the first and how many more."""
    joint = " + ".join(words.mechanism(lang, name) for name in names[:NAMED])
    if len(names) <= NAMED + 1:
        return " + ".join((joint, *(words.mechanism(lang, name) for name in names[NAMED:])))
    return translate(lang, "brief", "many", names=joint, all=len(names))


def name_arm(arm: str, lang: str) -> str:
    """Return the name of an arm of `cogov robust`: "a + b" in words."""
    parts = arm.split(" + ")
    if not set(parts) <= set(mechanisms.list_mechanisms()):
        return translate(lang, "brief", "none") if arm == NONE else arm
    return name_mechanisms(tuple(parts), lang)


def typeset(text: str) -> str:
    """Write minus signs as such; the terminal prints hyphens.

    >>> typeset("-0.3 to +1.2, one-to-one")
    '−0.3 to +1.2, one-to-one'
    """
    return re.sub(r"(?<![A-Za-z0-9_-])-(?=\d)", "−", text)


def quoted(name: str, lang: str) -> str:
    """Return the name of an arm as it stands in a sentence."""
    return translate(lang, "brief", "quoted", name=name)


def plain_number(measure: str, value: float, sign: str = "") -> str:
    """Format a value or a difference of a measure as `cogov compare` prints it; whole hours and yuan."""
    if measure in WHOLE and np.isfinite(value):
        return typeset(f"{value:{sign},.0f}")
    return typeset(number(measure, value, sign).removesuffix(" pt"))


def change(measure: str, value: float, lang: str) -> str:
    """Format a difference of a measure, with the unit of points."""
    return plain_number(measure, value, "+") + unit_of(measure, lang)


def spread(measure: str, low: float, high: float, lang: str, whole: bool = True) -> str:
    """Format the ends of a range as `cogov compare` prints them; thousands are written out.

    Costs are whole numbers, unless `whole` is false, because only their thousands are printed.
    """
    text = interval(measure, low, high)
    if measure in WHOLE and np.isfinite(low) and (whole or max(abs(low), abs(high)) < MANY):
        text = " to ".join(f"{end:+,.0f}" for end in (low, high))
    elif max(abs(low), abs(high)) >= MANY:
        text = re.sub(r"([\d,.]+)k", lambda match: f"{1000 * float(match[1].replace(',', '')):,.0f}", text)
    return typeset(text.replace(" to ", translate(lang, "brief", "to")))


def name_knob(path: str, findings: Findings, lang: str) -> str:
    """Return the words of a knob, with the category or mechanism that it belongs to."""
    part, _, rest = path.partition(".")
    label = words.knob(lang, path)[0]
    owner = rest.partition(".")[0]
    if part == "issues":
        name = words.category(lang, owner, findings.scenario)
    elif part == "mechanisms":
        name = words.mechanism(lang, owner)
    else:
        return label
    colon = words.translate(lang, "story.colon")
    return f"{words.capital(name)}{colon}{label[:1].lower() + label[1:] if lang == 'en' else label}"
