"""A walk through a lesson: where the learner stands, what was predicted, what was measured. Pure: every step makes a new Walk."""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs

from ...engine.parameters import UserError
from ...experiments.narrative.lesson_runs import price
from ..i18n.words import translate
from .reader import PLACEHOLDER, blocks, parse_placeholder, text_of
from .steps import PlayStep, Predict, Result, Score, Setup


@dataclass(frozen=True)
class Walk:
    """One learner in one lesson."""

    lesson: object
    at: int = 0  # the step that is shown
    predicted: dict = field(default_factory=dict)  # step -> choice, from 0; once committed it stands
    facts: dict = field(
        default_factory=dict
    )  # setup's step -> measure -> row, see experiments/narrative/lesson_runs.py
    scores: dict = field(default_factory=dict)  # score's step -> list of (design, row), the latest last

    @property
    def step(self):
        return self.lesson.steps[self.at]

    @property
    def last(self):
        return self.at == len(self.lesson.steps) - 1


def setup_of(walk, at=None):
    """The step of the setup that holds at a step; -1 before the first."""
    at = walk.at if at is None else at
    return next((n for n in range(at, -1, -1) if isinstance(walk.lesson.steps[n], Setup)), -1)


def needs(walk):
    """What must come before the learner may go on: "prediction", "facts", "score", or nothing."""
    if isinstance(walk.step, Predict) and walk.at not in walk.predicted:
        return "prediction"
    if isinstance(walk.step, (PlayStep, Result)) and setup_of(walk) not in walk.facts:
        return "facts"
    if isinstance(walk.step, Score) and walk.at not in walk.scores:
        return "score"
    return ""


def predict(walk, choice):
    """The learner commits to a choice. Raises UserError where there is none to make, or one was made."""
    if not isinstance(walk.step, Predict):
        raise UserError(f"step {walk.at + 1} of {walk.lesson.name} asks nothing")
    if walk.at in walk.predicted:
        raise UserError("a prediction that is made stands")
    if not 0 <= choice < len(walk.step.choice):
        raise UserError(f"choice {choice + 1} is out of range; allowed is 1 to {len(walk.step.choice)}")
    return replace(walk, predicted=walk.predicted | {walk.at: choice})


def record_facts(walk, at, facts):
    """What came of the setup at step `at`."""
    return replace(walk, facts=walk.facts | {at: facts})


def record_score(walk, design, row):
    """What came of a design. Raises UserError where there is no game, or it costs more than there is."""
    if not isinstance(walk.step, Score):
        raise UserError(f"step {walk.at + 1} of {walk.lesson.name} is no game")
    cost = price(walk.step.option, design)
    if cost > walk.step.budget:
        raise UserError(f"the design costs {cost:,.0f} yuan; the budget is {walk.step.budget:,.0f}")
    return replace(walk, scores=walk.scores | {walk.at: [*walk.scores.get(walk.at, ()), (dict(design), row)]})


def forward(walk):
    """The next step. Raises UserError while something is needed first; at the end it stays."""
    if needs(walk):
        raise UserError(f"step {walk.at + 1} of {walk.lesson.name} waits for a {needs(walk)}")
    return walk if walk.last else replace(walk, at=walk.at + 1)


def back(walk):
    return replace(walk, at=max(walk.at - 1, 0))


def link(walk):
    """Where the learner stands and what was predicted, as a part of the page's address; what was measured is measured again, games begin anew."""
    return f"lesson={walk.lesson.name}&step={walk.at + 1}&said=" + "_".join(
        f"{step + 1}-{choice + 1}" for step, choice in walk.predicted.items()
    )


def walk_from_link(query, lessons, lang="en"):
    """The walk of `link`, no further than its predictions reach; None where an address has none. Raises UserError where there is no such lesson."""
    asked = {name: told[-1] for name, told in parse_qs((query or "").lstrip("?")).items()}
    if "lesson" not in asked:
        return None
    lesson = next((one for one in lessons if one.name == asked["lesson"]), None)
    if lesson is None:
        raise UserError(
            translate(
                lang,
                "wrong.lesson",
                value=repr(asked["lesson"])[:60],
                there=", ".join(one.name for one in lessons),
            )
        )
    pairs = (
        pair.split("-")
        for pair in asked.get("said", "").split("_")
        if re.fullmatch(r"[0-9]{1,3}-[0-9]{1,3}", pair, re.ASCII)
    )
    chosen = {int(step) - 1: int(choice) - 1 for step, choice in pairs}
    walk = Walk(
        lesson,
        predicted={
            n: chosen[n]
            for n, step in enumerate(lesson.steps)
            if isinstance(step, Predict) and 0 <= chosen.get(n, -1) < len(step.choice)
        },
    )
    waits = (
        n
        for n, step in enumerate(lesson.steps)
        if isinstance(step, Score) or (isinstance(step, Predict) and n not in walk.predicted)
    )
    step = int(asked["step"]) - 1 if re.fullmatch(r"[0-9]{1,3}", asked.get("step", ""), re.ASCII) else 0
    return replace(walk, at=max(0, min(step, next(waits, len(lesson.steps) - 1), len(lesson.steps) - 1)))


def deciding_number(step, row):
    """The number that decides a prediction: `change` is relative to the left, `clear` is the interval's sign, 0 where it holds zero."""
    if step.of == "clear":
        return float((row["low"] > 0) - (row["high"] < 0))
    if step.of == "change":
        return row["difference"] / row["without"] if row["without"] else 0.0
    return row[{"left": "without", "right": "with"}.get(step.of, step.of)]


def right(step, row):
    """Which choice, from 0, is right."""
    value = deciding_number(step, row)
    return next((n for n, one in enumerate(step.choice) if one.low <= value < one.high), -1)


def outcomes(walk):
    """The predictions about the runs that hold here: (step, choice, right choice) each; nothing before they are measured."""
    begin = setup_of(walk)
    if begin not in walk.facts:
        return []
    steps = range(begin + 1, walk.at + 1)
    return [
        (n, walk.predicted[n], right(walk.lesson.steps[n], walk.facts[begin][walk.lesson.steps[n].measure]))
        for n in steps
        if n in walk.predicted
    ]


def step_text(walk, lang):
    """The text of the step as `lessons.blocks`, measured numbers in their places; nothing while these are missing."""
    text = getattr(text_of(walk.step), lang)
    if PLACEHOLDER.search(text) and setup_of(walk) not in walk.facts:
        return []
    facts = walk.facts.get(setup_of(walk), {})
    return blocks(PLACEHOLDER.sub(lambda found: format_fact(facts, *parse_placeholder(found[1])), text))


def format_fact(facts, arm, measure, how):
    """One measured number, written."""
    value = facts[measure][{"left": "without", "right": "with"}.get(arm, arm)]
    if value != value:
        return "–"
    if how == "%":
        return f"{value:.0%}"
    return f"{100 * value:.1f}" if how == "pt" else f"{value:,.{int(how)}f}"
