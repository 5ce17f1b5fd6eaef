"""Structure: which rule decides, where the literature knows more than one.

A number that nobody knows is drawn; a rule that nobody knows is chosen. Each decision below has two or three
rules, which are small functions beside each other, and the first is the model's own: what numbers were fitted
with, and what every result rests on if nothing is said. `cogov structures` asks whether an answer survives
the others. Many structures fit what is known equally well (JASSS 28(4) 10).
"""

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from ...agents.giving import GIVING
from ...engine.parameters import knob
from ..issues.closing import NEGLECT
from ..issues.reporting import REPORTING
from ..issues.triage import QUEUEING


def rule(known: tuple[str, ...]) -> Any:
    """Declare a decision: the names of its rules, of which the first is the model's own."""
    return field(default=known[0], metadata={"choices": known})


@dataclass(frozen=True)
class Structure:
    """The rules by which residents report and give, desks queue, and neglect spreads; and their numbers."""

    reporting: str = rule(REPORTING)  # how readily bystanders report, by how many they are
    giving: str = rule(GIVING)  # what makes residents give an evening, beside duty, fatigue and character
    queueing: str = rule(QUEUEING)  # which of the issues that wait for a desk is next
    neglect: str = rule(NEGLECT)  # what becomes of recurring issues to which nobody attends
    crowd_bystanders: float = knob(
        20.0,
        1.0,
        500.0,
        unit="independent bystanders who report as readily as a crowd in the volunteer's dilemma",
        source="assumed: about those at home in a stairwell",
        words=("Independent bystanders as ready as a crowd", "互不相靠时相当于一群人的旁观者", "人"),
    )
    word_of_mouth_rate: float = knob(
        0.5,
        0.01,
        10.0,
        unit="1/day, of telling others, per person who knows of an issue",
        source="assumed: in a stairwell of 20 half have heard after six days",
        words=("Word of mouth", "口口相传的快慢", "1/天，每个知情的人"),
    )
    helpers_half: float = knob(
        0.5,
        0.1,
        50.0,
        unit="neighbours seen to help at which conditional givers are as keen as at trust of one half",
        source="assumed: in guiyuan and lianhe about as many give in a year as by trust",
        words=("Helpers for a neutral mood", "有条件的志愿者要看到几位邻居出力", "人，本楼"),
    )
    habit_logit: float = knob(
        1.5,
        0.0,
        10.0,
        unit="logit of giving an evening, if one gave last week",
        source="assumed",
        words=("Habit of giving", "出力的习惯", "上周出过力的人愿出一个晚上的对数几率"),
    )


# the rule that reads each number of the structure
READ_BY = {
    "crowd_bystanders": ("reporting", "independent"),
    "word_of_mouth_rate": ("reporting", "word_of_mouth"),
    "helpers_half": ("giving", "conditional"),
    "habit_logit": ("giving", "habit"),
}
DECISIONS = tuple(f.name for f in fields(Structure) if "choices" in f.metadata)


class Rules(NamedTuple):
    """A `Structure` for kernels: each rule is its place among the names of its decision."""

    reporting: int
    giving: int
    queueing: int
    neglect: int
    crowd_bystanders: float
    word_of_mouth_rate: float
    helpers_half: float
    habit_logit: float


def rules_of(structure: Structure) -> Rules:
    """Return a structure for kernels."""
    codes = (rules_named(decision).index(getattr(structure, decision)) for decision in DECISIONS)
    numbers: Any = (float(getattr(structure, name)) for name in READ_BY)
    return Rules(*codes, *numbers)


def rules_named(decision: str) -> tuple[str, ...]:
    """Return the names of the rules of a decision; the first is the model's own."""
    return Structure.__dataclass_fields__[decision].metadata["choices"]
