"""Track a learner's progress through a lesson: the current step, predictions, and measured results.

All functions are pure: each returns a new Walk.
"""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs

from ...engine.texts.errors import Translated, UserError
from ...experiments.narrative.lesson_runs import price
from ..i18n.words import translate
from .reader import PLACEHOLDER, blocks, parse_placeholder, text_of
from .steps import PlayStep, Predict, Result, Score, Setup, Step

VIEWS = ("", "present", "handout")  # beside the town, in large type for a wall, or as a sheet to print


@dataclass(frozen=True)
class Walk:
    """One learner's progress through one lesson."""

    lesson: object
    at: int = 0  # index of the step that is shown
    predicted: dict = field(default_factory=dict)  # step -> choice, from 0; final once made
    # step of the setup -> measure -> row, see experiments/narrative/lesson_runs.py
    facts: dict = field(default_factory=dict)
    scores: dict = field(default_factory=dict)  # step of the game -> list of (design, row), the latest last
    view: str = ""  # one of VIEWS

    @property
    def step(self) -> Step:
        """The current step."""
        return self.lesson.steps[self.at]

    @property
    def last(self) -> bool:
        """Whether the current step is the last one."""
        return self.at == len(self.lesson.steps) - 1


def setup_of(walk: Walk, at: int | None = None) -> int:
    """Return the index of the last setup at or before step `at`; -1 if there is none.

    `at` is the current step by default.
    """
    at = walk.at if at is None else at
    return next((n for n in range(at, -1, -1) if isinstance(walk.lesson.steps[n], Setup)), -1)


def shown_setup(walk: Walk) -> int:
    """Return the index of the setup whose towns are shown: the latest, or else the first; -1 if none."""
    at = setup_of(walk)
    return at if at >= 0 else next((n for n, s in enumerate(walk.lesson.steps) if isinstance(s, Setup)), -1)


def questions_of(lesson, at: int) -> list[int]:
    """Return the indices of the questions about the setup at step `at`."""
    found = []
    for n, step in enumerate(lesson.steps[at + 1 :], at + 1):
        if isinstance(step, Setup):
            break
        found += [n] if isinstance(step, Predict) else []
    return found


def is_covered(walk: Walk) -> bool:
    """Return whether what happens is hidden: a question about the setup is still to be answered.

    A class that was led past a question no longer has to answer it.
    """
    return any(n >= walk.at and n not in walk.predicted for n in questions_of(walk.lesson, shown_setup(walk)))


def day_to_stand_at(walk: Walk, last: int, covered: bool) -> int:
    """Return the day that the towns show at this step; `last` is their last day.

    While one reads what happened, they stand where it ended; a part to play begins where it is played from.
    If what happens is `covered`, it has not begun.
    """
    step, at = walk.step, shown_setup(walk)
    begin = min(walk.lesson.steps[at].day, last) if at >= 0 else 0
    if covered:
        return begin
    if isinstance(step, PlayStep):
        return min(step.begin, last)
    if isinstance(step, Result):
        return last
    return begin if walk.at <= at else last


MISSING = {
    "prediction": Translated("a prediction", "预测"),
    "facts": Translated("measured results", "实测结果"),
    "score": Translated("a played design", "试过的方案"),
}


def missing_input(walk: Walk) -> str:
    """Return what is required before the next step: "prediction", "facts", "score", or "" for nothing."""
    if isinstance(walk.step, Predict) and walk.at not in walk.predicted:
        return "prediction"
    if isinstance(walk.step, (PlayStep, Result)) and setup_of(walk) not in walk.facts:
        return "facts"
    if isinstance(walk.step, Score) and walk.at not in walk.scores:
        return "score"
    return ""


def predict(walk: Walk, choice: int) -> Walk:
    """Record the prediction of the current step; `choice` counts from 0.

    Raises UserError if the step asks for no prediction, if one was already made, or if the choice does not
    exist.
    """
    if not isinstance(walk.step, Predict):
        raise UserError("step {step} of {lesson} has no question", step=walk.at + 1, lesson=walk.lesson.name)
    if walk.at in walk.predicted:
        raise UserError("a prediction cannot be changed")
    if not 0 <= choice < len(walk.step.choice):
        raise UserError(
            "choice {choice} is out of range; allowed is 1 to {choice_count}",
            choice=choice + 1,
            choice_count=len(walk.step.choice),
        )
    return replace(walk, predicted=walk.predicted | {walk.at: choice})


def record_facts(walk: Walk, at: int, facts: dict) -> Walk:
    """Record the measured results of the setup at step `at`."""
    return replace(walk, facts=walk.facts | {at: facts})


def record_score(walk: Walk, design: dict, row: dict) -> Walk:
    """Record the result of a design in the current game.

    Raises UserError if the step is not a game, or if the design costs more than the budget.
    """
    if not isinstance(walk.step, Score):
        raise UserError("step {step} of {lesson} is not a game", step=walk.at + 1, lesson=walk.lesson.name)
    cost = price(walk.step.option, design)
    if cost > walk.step.budget:
        raise UserError(
            "the design costs {cost:,.0f} yuan; the budget is {budget:,.0f}",
            cost=cost,
            budget=walk.step.budget,
        )
    return replace(walk, scores=walk.scores | {walk.at: [*walk.scores.get(walk.at, ()), (dict(design), row)]})


def forward(walk: Walk) -> Walk:
    """Go to the next step; at the last step, stay there.

    Raises UserError while something is still required (see `missing_input`).
    """
    if missing_input(walk):
        raise UserError(
            "step {step} of {lesson} first needs {missing}",
            step=walk.at + 1,
            lesson=walk.lesson.name,
            missing=MISSING[missing_input(walk)],
        )
    return walk if walk.last else replace(walk, at=walk.at + 1)


def back(walk: Walk) -> Walk:
    """Go to the previous step; at the first step, stay there."""
    return replace(walk, at=max(walk.at - 1, 0))


def link(walk: Walk) -> str:
    """Return the current step and the predictions as part of the page's address.

    Results are not included: they are measured again when the link is opened, and games start over.
    """
    view = f"&look={walk.view}" if walk.view else ""
    said = "_".join(f"{step + 1}-{choice + 1}" for step, choice in walk.predicted.items())
    return f"lesson={walk.lesson.name}&step={walk.at + 1}{view}&said={said}"


def walk_from_link(query: str | None, lessons, lang: str = "en") -> Walk | None:
    """Restore the walk from an address written by `link`; None if the address names no lesson.

    The walk goes no further than its predictions allow. Raises UserError if the lesson does not exist.
    """
    parameters = {name: values[-1] for name, values in parse_qs((query or "").lstrip("?")).items()}
    if "lesson" not in parameters:
        return None
    lesson = next((known for known in lessons if known.name == parameters["lesson"]), None)
    if lesson is None:
        raise UserError(
            translate(
                lang,
                "wrong.lesson",
                value=repr(parameters["lesson"])[:60],
                there=", ".join(known.name for known in lessons),
            )
        )
    pairs = (
        pair.split("-")
        for pair in parameters.get("said", "").split("_")
        if re.fullmatch(r"[0-9]{1,3}-[0-9]{1,3}", pair, re.ASCII)
    )
    chosen = {int(step) - 1: int(choice) - 1 for step, choice in pairs}
    view = parameters.get("look", "")
    walk = Walk(
        lesson,
        view=view if view in VIEWS else "",
        predicted={
            n: chosen[n]
            for n, step in enumerate(lesson.steps)
            if isinstance(step, Predict) and 0 <= chosen.get(n, -1) < len(step.choice)
        },
    )
    blocking = (
        n
        for n, step in enumerate(lesson.steps)
        if isinstance(step, Score) or (isinstance(step, Predict) and n not in walk.predicted)
    )
    step = (
        int(parameters["step"]) - 1
        if re.fullmatch(r"[0-9]{1,3}", parameters.get("step", ""), re.ASCII)
        else 0
    )
    return replace(walk, at=max(0, min(step, next(blocking, len(lesson.steps) - 1), len(lesson.steps) - 1)))


def deciding_number(step: Predict, row) -> float:
    """Return the number that decides a prediction.

    `change` is the difference relative to the left arm; `clear` is the sign of the interval, 0 if it contains
    zero.
    """
    if step.of == "clear":
        return float((row["low"] > 0) - (row["high"] < 0))
    if step.of == "change":
        return row["difference"] / row["without"] if row["without"] else 0.0
    return row[{"left": "without", "right": "with"}.get(step.of, step.of)]


def right_choice(step: Predict, row) -> int:
    """Return the index of the right choice, from 0; -1 if there is none."""
    value = deciding_number(step, row)
    return next((n for n, choice in enumerate(step.choice) if choice.low <= value < choice.high), -1)


def outcomes(walk: Walk) -> list[tuple[int, int, int]]:
    """Return (step, choice, right choice) for each prediction since the current setup.

    The list is empty until the results of the setup are measured.
    """
    begin = setup_of(walk)
    if begin not in walk.facts:
        return []
    steps = range(begin + 1, walk.at + 1)
    return [
        (
            n,
            walk.predicted[n],
            right_choice(walk.lesson.steps[n], walk.facts[begin][walk.lesson.steps[n].measure]),
        )
        for n in steps
        if n in walk.predicted
    ]


def step_text(walk: Walk, lang: str) -> list:
    """Return the text of the step as `reader.blocks`, with measured numbers filled in.

    The list is empty while these numbers are missing.
    """
    text = getattr(text_of(walk.step), lang)
    if PLACEHOLDER.search(text) and setup_of(walk) not in walk.facts:
        return []
    facts = walk.facts.get(setup_of(walk), {})
    return blocks(PLACEHOLDER.sub(lambda match: format_fact(facts, *parse_placeholder(match[1])), text))


def format_fact(facts: dict, arm: str, measure: str, how: str) -> str:
    """Format one measured number as the placeholder asks."""
    value = facts[measure][{"left": "without", "right": "with"}.get(arm, arm)]
    if value != value:
        return "–"
    if how == "%":
        return f"{value:.0%}"
    return f"{100 * value:.1f}" if how == "pt" else f"{value:,.{int(how)}f}"
