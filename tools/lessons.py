"""Ask the questions of all lessons in plausible worlds, and write the table of docs/lessons.md.

    make lessons-table                              # 100 worlds, four minutes
    .venv/bin/python tools/lessons.py --worlds 60

A lesson decides a prediction with the numbers of its case. Its surprise should hold in most worlds, or the
lesson should say that it does not. What the table says of 100 worlds is `holds` in the lesson's file, which
the page tells the class; a test compares them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cogov.engine.output import safe_streams
from cogov.experiments.narrative.lesson_worlds import measure_in_worlds
from cogov.viz.lessons.reader import shipped_lessons
from cogov.viz.lessons.steps import Predict, Setup
from cogov.viz.text.parameter_tables import table
from cogov.viz.text.validation_page import replace_part

PAGE = Path(__file__).parent.parent / "docs" / "lessons.md"
PART = "worlds"


def main() -> None:
    """Simulate all lessons, and write the page."""
    parser = argparse.ArgumentParser(description="Write the table of plausible worlds of docs/lessons.md.")
    parser.add_argument("--worlds", type=int, default=100)
    worlds = parser.parse_args().worlds
    heads = ("lesson", "question", "answer with the lesson's numbers", "mean over worlds", "worlds")
    text = "\n".join(table(heads, [row for lesson in shipped_lessons() for row in ask(lesson, worlds)]))
    page = replace_part(PAGE.read_text("utf-8"), PART, text, "lessons-table")
    PAGE.write_text(page, encoding="utf-8")
    print(PAGE)


def ask(lesson, worlds: int) -> Iterator[list[str]]:
    """Yield a row for each question of a lesson that worlds can decide."""
    setup, values = None, {}
    for step in lesson.steps:
        if isinstance(step, Setup):
            setup, values = step, {}
        elif isinstance(step, Predict) and setup and step.of != "clear":
            if step.measure not in values:
                arms = setup.arms()
                held = {text.partition("=")[0] for side in (setup.left, setup.right) for text in side.set}
                held |= {text.partition("=")[0] for text in setup.set}
                values[step.measure] = measure_in_worlds(arms, held, step.measure, worlds)
            yield row_of(lesson.name, step, values[step.measure])


def row_of(name: str, step: Predict, sides: np.ndarray) -> list[str]:
    """Return the cells of one question: what decides it, and in how many worlds the answer is right."""
    left, right = sides.T
    with np.errstate(divide="ignore", invalid="ignore"):
        kinds = {"left": left, "right": right, "difference": right - left, "change": (right - left) / left}
    value, answer = kinds[step.of], step.choice[step.answer - 1]
    value = value[np.isfinite(value)]
    mean = (
        float(np.mean(kinds["right"] - kinds["left"]) / np.mean(left))
        if step.of == "change"
        else value.mean()
    )
    once = np.mean(np.isin(sides, (0.0, 1.0))) > 0.9  # happens or not: only the mean can be right
    right_in = np.mean((answer.low <= value) & (value < answer.high))
    verdict = f"{'right' if answer.low <= mean < answer.high else 'wrong'} on average"
    return [
        f"`{name}`",
        f"`{step.measure}`, {step.of}",
        answer.en,
        f"{mean:+.2f}",
        verdict if once else f"{verdict}; in {right_in:.0%}",
    ]


if __name__ == "__main__":
    with safe_streams():
        main()
