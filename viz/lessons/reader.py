"""Read lessons from TOML files with texts in both languages; invalid input is refused with its line.

A text is paragraphs with an empty line between them; lines that begin with "- " are a list; *so* is emphasis.
In the text of a step that comes after a run, {left.resolution_rate:%} is replaced by a measured number: left,
right, difference, low or high (of the difference's 95 % interval), then the measure, then the format: % a
share, pt a difference of shares in percentage points, 0, 1 or 2 decimals. docs/lessons.md explains how to
write a lesson.
"""

import re
import threading
from functools import cache
from pathlib import Path

from ...engine.renamed import suggest_names
from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import build_dataclass, load
from ...experiments.narrative.lesson_runs import apply_purchases, complain_about_addition, complaint
from ...model.scenarios.cases import read_case
from .steps import FORMATS, STEPS, Lesson, PlayStep, Predict, Result, Score, Setup, Words

SHIPPED = Path(__file__).parent
ANSWERS = ("left", "right", "difference", "low", "high")  # the numbers of a measure that a text may contain
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def read_lesson(path: Path) -> Lesson:
    """Read the lesson in a file. Raises UserError with file and line."""
    table, at = load(path)
    steps = table.pop("step", [])
    for name in ("title", "question", "reference"):
        if name not in table:
            raise at.error("", "has no {name}: write {name}.en and {name}.zh", name=name)
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps) or not steps:
        raise at.error("step", "is missing: write each step below its own [[step]]")
    built = []
    for n, step in enumerate(steps):
        kind = step.pop("kind", None)
        if not isinstance(kind, str) or kind not in STEPS:
            raise at.error(
                f"step.{n}.kind",
                "= {kind!r} is unknown{hint}",
                kind=kind,
                hint=suggest_names(str(kind), list(STEPS)),
            )
        built.append(build_dataclass(STEPS[kind], step, at, f"step.{n}."))
        check_step(built, at, f"step.{n}")
    plain = build_dataclass(Lesson, table, at)
    return Lesson(**{**vars(plain), "steps": tuple(built)})


def check_step(steps, at, path) -> None:
    """Refuse the last of `steps` if it refers to something that does not exist.

    This may be a case, a mechanism, a measure, or a run before it. Raises UserError.
    """
    step, before = steps[-1], [item for item in steps if isinstance(item, Setup)]
    if isinstance(step, (Predict, PlayStep, Result)) and not before:
        raise at.error(path, "needs a setup before it")
    fault: tuple[str, Message] | None = None
    try:
        if isinstance(step, Setup):
            step.arms()
            known = list(read_case(step.case).issues)
            if strange := [name for name in step.kinds if name not in known]:
                hint = suggest_names(strange[0], known)
                fault = f"{path}.kinds", Message("= {name!r} is unknown{hint}", name=strange[0], hint=hint)
        if isinstance(step, Score):
            scenario = step.scenario()
            for n, item in enumerate(step.option):
                problems = filter(None, (complain_about_addition(text, scenario) for text in item.add))
                if problem := next(problems, None):
                    fault = f"{path}.option.{n}.add", problem
                    break
                apply_purchases(scenario, step.option, {item.name: item.most})
            if not fault and (problem := complaint(step.measure, scenario.issues)):
                problem = Message("= {measure!r} {problem}", measure=step.measure, problem=problem)
                fault = f"{path}.measure", problem
    except UserError as error:
        fault = path, error.message
    if fault:
        raise at.error(*fault)
    if isinstance(step, Predict):
        check_measures(step.measure, before[-1], at, f"{path}.measure")
    for n, number in enumerate(step.number if isinstance(step, Result) else ()):
        check_measures(number.measure, before[-1], at, f"{path}.number.{n}.measure")
    for language in ("en", "zh"):
        for placeholder in PLACEHOLDER.findall(getattr(text_of(step), language)):
            arm, measure, number_format = parse_placeholder(placeholder)
            if not before:
                raise at.error(
                    f"{path}.text",
                    "contains {{{placeholder}}}, but no setup comes before it",
                    placeholder=placeholder,
                )
            if arm not in ANSWERS or number_format not in FORMATS:
                raise at.error(
                    f"{path}.text",
                    "{{{placeholder}}} is not understood; write {{left.resolution_rate:%}}: one of "
                    "{answers}, a measure, one of {formats}",
                    placeholder=placeholder,
                    answers=", ".join(ANSWERS),
                    formats=" ".join(FORMATS),
                )
            check_measures(measure, before[-1], at, f"{path}.text")
    if sorted(PLACEHOLDER.findall(text_of(step).en)) != sorted(PLACEHOLDER.findall(text_of(step).zh)):
        raise at.error(f"{path}.text", "does not contain the same numbers in both languages")


def check_measures(name, setup, at, path) -> None:
    """Raise UserError if a measure does not exist for the case of the setup."""
    wrong = complaint(name, read_case(setup.case).issues)
    if wrong:
        raise at.error(path, Message("{measure!r} {problem}", measure=name, problem=wrong))


def parse_placeholder(placeholder: str) -> tuple[str, str, str]:
    """Split a placeholder into (arm, measure, format).

    >>> parse_placeholder("left.reported:lamp_out:%")
    ('left', 'reported:lamp_out', '%')
    """
    arm, _, rest = placeholder.partition(".")
    measure, _, number_format = rest.rpartition(":")
    return arm, measure, number_format


def text_of(step) -> Words:
    """Return the text of a step, which for a prediction is its question."""
    return step.question if isinstance(step, Predict) else step.text


def measures_wanted(lesson: Lesson, at: int) -> tuple[str, ...]:
    """Return the measures used between the setup at step `at` and the next setup."""
    names = []
    for step in lesson.steps[at + 1 :]:
        if isinstance(step, Setup):
            break
        names += [step.measure] if isinstance(step, Predict) else []
        names += [number.measure for number in step.number] if isinstance(step, Result) else []
        names += [parse_placeholder(placeholder)[1] for placeholder in PLACEHOLDER.findall(text_of(step).en)]
    return tuple(dict.fromkeys(names))


def read_lessons(folder: Path = SHIPPED) -> list[Lesson]:
    """Read all lessons of a folder, sorted by their `order` and name.

    Raises UserError if a file is invalid or two lessons have one name.
    """
    unsorted = [read_lesson(path) for path in sorted(Path(folder).glob("*.toml"))]
    names = [lesson.name for lesson in unsorted]
    for name in names:
        if names.count(name) > 1:
            raise UserError("{folder}: two lessons are called {name!r}", folder=folder, name=name)
    return sorted(unsorted, key=lambda lesson: (lesson.order, lesson.name))


@cache
def picture(name: str) -> str:
    """Return the picture on the card of a shipped lesson as SVG text; "" if it has none."""
    path = SHIPPED / f"{name}.svg"
    return path.read_text("utf-8") if name.isidentifier() and path.is_file() else ""


read_once, READING = cache(read_lessons), threading.Lock()


def shipped_lessons() -> list[Lesson]:
    """Return the lessons that ship with cogov, read once for all visitors.

    The lock prevents many visitors of a fresh server from reading them at the same time.
    """
    with READING:
        return read_once()


def blocks(text: str) -> list:
    """Parse a text into ("paragraph", spans) and ("list", [spans, ...]), where spans are (words, emphasised).

    >>> for block in blocks("So *it* is.\\n\\n- one\\n- two"):
    ...     print(block)
    ('paragraph', [('So ', False), ('it', True), (' is.', False)])
    ('list', [[('one', False)], [('two', False)]])
    """
    result = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in part.splitlines()]
        if all(line.startswith("- ") for line in lines):
            result.append(("list", [spans(line[2:]) for line in lines]))
        else:
            result.append(("paragraph", spans(join_lines(lines))))
    return result


def join_lines(lines: list[str]) -> str:
    """Join lines with spaces, but without a space between two Chinese characters."""
    return re.sub(r"(?<=[^\x00-\xff])\n(?=[^\x00-\xff])", "", "\n".join(lines)).replace("\n", " ")


def spans(text: str) -> list[tuple[str, bool]]:
    """Split a line into (words, emphasised)."""
    parts = re.split(r"\*([^*]+)\*", text)
    return [(part, n % 2 == 1) for n, part in enumerate(parts) if part]
