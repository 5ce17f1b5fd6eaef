"""Lessons: plain TOML files of words and settings, both languages side by side, read strictly; whatever is wrong is refused with its line.

A text is paragraphs with an empty line between them; lines that begin with "- " are a list; *so* is emphasis. In the text of a
step that comes after a run, {left.resolution_rate:%} is a number that was measured: left, right, difference, low or high (of the
difference's 95 % interval), then the measure, then how to write it: % a share, pt a difference of shares in percentage points,
0, 1 or 2 decimals. docs/lessons.md tells how to write a lesson.
"""

import re
import threading
from functools import cache
from pathlib import Path

from ...engine.parameters import UserError
from ...engine.toml_reader import build, guess, load
from ...experiments.narrative.lesson_runs import adds, apply_purchases, complaint
from ...model.cases import read_case
from ...model.issues.categories import FAMILIES
from .steps import STEPS, Lesson, PlayStep, Predict, Result, Score, Setup

SHIPPED = Path(__file__).parent
ANSWERS = ("left", "right", "difference", "low", "high")  # what of a measure a text may tell
FORMATS = ("%", "pt", "0", "1", "2")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def read_lesson(path):
    """The lesson in a file. Raises UserError with file and line."""
    table, at = load(path)
    steps = table.pop("step", [])
    for name in ("title", "question", "reference"):
        if name not in table:
            raise at.error("", f"has no {name}: write {name}.en and {name}.zh")
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps) or not steps:
        raise at.error("step", "is missing: each step stands below its own [[step]]")
    made = []
    for n, step in enumerate(steps):
        kind = step.pop("kind", None)
        if not isinstance(kind, str) or kind not in STEPS:
            raise at.error(f"step.{n}.kind", f"= {kind!r} is unknown{guess(str(kind), list(STEPS))}")
        made.append(build(STEPS[kind], step, at, f"step.{n}."))
        sound(made, at, f"step.{n}")
    plain = build(Lesson, table, at)
    return Lesson(**{**vars(plain), "steps": tuple(made)})


def sound(steps, at, path):
    """Refuse a last step that asks for what is not there: a case, a mechanism, a measure, a run before it."""
    step, before = steps[-1], [one for one in steps if isinstance(one, Setup)]
    if isinstance(step, (Predict, PlayStep, Result)) and not before:
        raise at.error(path, "needs a setup before it")
    try:
        if isinstance(step, Setup):
            step.arms()
            check_known(
                (name for name in step.families if name not in FAMILIES), f"{path}.families", FAMILIES, at
            )
        if isinstance(step, Score):
            scenario = step.scenario()
            for n, one in enumerate(step.option):
                problem = next(filter(None, (adds(text, scenario) for text in one.add)), "")
                if problem:
                    raise at.error(f"{path}.option.{n}.add", problem)
                apply_purchases(scenario, step.option, {one.name: one.most})
            wrong = complaint(step.measure, scenario.issues)
            if wrong:
                raise at.error(f"{path}.measure", f"= {step.measure!r} {wrong}")
    except UserError as error:
        raise error if str(error).startswith(at.file) else at.error(path, str(error)) from None
    if isinstance(step, Predict):
        check_measures(step.measure, before[-1], at, f"{path}.measure")
    for language in ("en", "zh"):
        for found in PLACEHOLDER.findall(getattr(text_of(step), language)):
            arm_, measure, format_ = parse_placeholder(found)
            if not before:
                raise at.error(f"{path}.text", f"tells of {{{found}}}, and nothing has run before it")
            if arm_ not in ANSWERS or format_ not in FORMATS:
                raise at.error(
                    f"{path}.text",
                    f"{{{found}}} is not understood; write {{left.resolution_rate:%}}: one of {', '.join(ANSWERS)}, a measure, one of {' '.join(FORMATS)}",
                )
            check_measures(measure, before[-1], at, f"{path}.text")
    if sorted(PLACEHOLDER.findall(text_of(step).en)) != sorted(PLACEHOLDER.findall(text_of(step).zh)):
        raise at.error(f"{path}.text", "does not tell the same numbers in both languages")


def check_known(strangers, path, known_, at):
    for name in strangers:
        raise at.error(path, f"= {name!r} is unknown{guess(name, known_)}")


def check_measures(name, setup, at, path):
    wrong = complaint(name, read_case(setup.case).issues)
    if wrong:
        raise at.error(path, f"{name!r} {wrong}")


def parse_placeholder(found):
    """What a placeholder asks for: (arm, measure, format).

    >>> parse_placeholder("left.told:lamp_out:%")
    ('left', 'told:lamp_out', '%')
    """
    arm_, _, rest = found.partition(".")
    measure, _, format_ = rest.rpartition(":")
    return arm_, measure, format_


def text_of(step):
    return step.question if isinstance(step, Predict) else step.text


def measures_wanted(lesson, at):
    """The measures that the steps from the setup `at` on ask for, until the next setup."""
    names = []
    for step in lesson.steps[at + 1 :]:
        if isinstance(step, Setup):
            break
        names += [step.measure] if isinstance(step, Predict) else []
        names += [parse_placeholder(found)[1] for found in PLACEHOLDER.findall(text_of(step).en)]
    return tuple(dict.fromkeys(names))


def lessons(folder=SHIPPED):
    """Every lesson of a folder, in the order they ask for. Raises UserError."""
    found = [read_lesson(path) for path in sorted(Path(folder).glob("*.toml"))]
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"{folder}: two lessons are called {name!r}")
    return sorted(found, key=lambda lesson: (lesson.order, lesson.name))


once, READING = cache(lessons), threading.Lock()


def shipped_lessons():
    """The lessons that ship, read once for all visitors, who wait for each other: fifty at a fresh server would read them fifty times."""
    with READING:
        return once()


def blocks(text):
    """A text as data: ("paragraph", spans) and ("list", [spans, ...]), where spans are (words, emphasised).

    >>> blocks("So *it* is.\\n\\n- one\\n- two")
    [('paragraph', [('So ', False), ('it', True), (' is.', False)]), ('list', [[('one', False)], [('two', False)]])]
    """
    made = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in part.splitlines()]
        if all(line.startswith("- ") for line in lines):
            made.append(("list", [spans(line[2:]) for line in lines]))
        else:
            made.append(("paragraph", spans(join_lines(lines))))
    return made


def join_lines(lines):
    """Lines as one; between two Chinese characters a line's end is no space."""
    return re.sub(r"(?<=[^\x00-\xff])\n(?=[^\x00-\xff])", "", "\n".join(lines)).replace("\n", " ")


def spans(text):
    parts = re.split(r"\*([^*]+)\*", text)
    return [(part, n % 2 == 1) for n, part in enumerate(parts) if part]
