"""Lessons: plain TOML files of words and settings, both languages side by side, read strictly; whatever is wrong is refused with its line.

A text is paragraphs with an empty line between them; lines that begin with "- " are a list; *so* is emphasis. In the text of a
step that comes after a run, {left.resolution_rate:%} is a number that was measured: left, right, difference, low or high (of the
difference's 95 % interval), then the measure, then how to write it: % a share, pt a difference of shares in percentage points,
0, 1 or 2 decimals. docs/lessons.md tells how to write a lesson.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from ..experiments.classroom import adds, arm, complaint, designed
from ..experiments.film import LAYERS
from ..model.cases import read
from ..model.categories import FAMILIES
from ..model.knobs import ScenarioError, knob
from ..model.reading import build, guess, load

SHIPPED = Path(__file__).parent / "lessons"
DECIDES = ("left", "right", "difference", "change", "clear")  # what of a measure decides a prediction
ANSWERS = ("left", "right", "difference", "low", "high")      # what of a measure a text may tell
FORMATS = ("%", "pt", "0", "1", "2")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
OPEN = 1e12  # a bound that bounds nothing


@dataclass(frozen=True)
class Words:
    """The same in both languages."""

    en: str = field(metadata={"text": 4000})
    zh: str = field(metadata={"text": 4000})


def words(most=4000):
    return field(metadata={"text": most})


@dataclass(frozen=True)
class Arm:
    """One of the two communities: what is changed in it."""

    none: bool = False  # begins with nothing switched on; else with what the case has
    on: tuple = field(default=(), metadata={"names": True})
    off: tuple = field(default=(), metadata={"names": True})
    set: tuple = field(default=(), metadata={"names": True})  # "path=value", as on the command line


@dataclass(frozen=True)
class Text:
    """Something to read."""

    text: Words


@dataclass(frozen=True)
class Setup:
    """Two communities to look at, with the same luck."""

    text: Words
    case: str = words(200)
    days: int = knob(0, 0, 3650, unit="days; 0 those of the case", source="the lesson")
    seed: int = knob(0, 0, 10**9, unit="of luck", source="the lesson")
    replicates: int = knob(10, 1, 200, unit="pairs of runs that decide", source="the lesson")
    set: tuple = field(default=(), metadata={"names": True})  # in both arms
    left: Arm = field(default_factory=Arm)
    right: Arm = field(default_factory=Arm)
    layer: str = field(default="", metadata={"choices": ("", *LAYERS, "unknown")})
    families: tuple = field(default=(), metadata={"names": True})  # on show; none: all
    day: int = knob(0, 0, 3650, unit="day to stand at", source="the lesson")

    def arms(self):
        """The scenarios (left, right). Raises ScenarioError."""
        return tuple(arm(self.case, self.days, one.none, one.on, one.off, (*self.set, *one.set)) for one in (self.left, self.right))


@dataclass(frozen=True)
class Choice:
    """One answer, and for which values it is right: low <= value < high."""

    en: str = words(300)
    zh: str = words(300)
    low: float = knob(-OPEN, -OPEN, OPEN, unit="of what decides", source="the lesson")
    high: float = knob(OPEN, -OPEN, OPEN, unit="of what decides", source="the lesson")


@dataclass(frozen=True)
class Predict:
    """A question that is answered before the run; the run decides it."""

    question: Words
    measure: str = words(100)
    of: str = field(default="difference", metadata={"choices": DECIDES})
    answer: int = knob(1, 1, 9, unit="choice, from 1, that the texts take to be right; a test holds the model to it", source="the lesson")
    choice: tuple = field(default=(), metadata={"each": Choice})

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        if not 2 <= len(self.choice) <= 6:
            yield "choice", f"has {len(self.choice)}; a question has 2 to 6, each below its own [[step.choice]]"
        elif self.answer > len(self.choice):
            yield "answer", f"= {self.answer}: there are {len(self.choice)} choices"
        ranges = sorted((one.low, one.high) for one in self.choice)
        if any(low >= high for low, high in ranges):
            yield "choice", "has a range that is empty: low must be less than high"
        elif any(a[1] != b[0] for a, b in zip(ranges, ranges[1:])) or (ranges and (ranges[0][0], ranges[-1][1]) != (-OPEN, OPEN)):
            yield "choice", "leaves out a value or has one twice: each begins where another ends, the lowest has no low, the highest no high"


@dataclass(frozen=True)
class Run:
    """The films are played from one day to another; with equal days, they stand there."""

    text: Words
    begin: int = knob(0, 0, 3650, unit="day to play from", source="the lesson")
    to: int = knob(0, 0, 3650, unit="day to play to; 0 the last", source="the lesson")
    speed: float = knob(20.0, 0.5, 200.0, unit="days a second", source="the lesson")


@dataclass(frozen=True)
class Result:
    """What happened, with the numbers that were measured, and why."""

    text: Words


@dataclass(frozen=True)
class Twist(Setup):
    """The same question once more, with something changed."""


@dataclass(frozen=True)
class Option:
    """Something to buy."""

    name: str = words(60)
    en: str = words(300)
    zh: str = words(300)
    price: float = knob(0.0, 0.0, 1e9, unit="yuan for each", source="assumed by the lesson")
    most: int = knob(1, 1, 100, unit="that can be bought", source="the lesson")
    on: tuple = field(default=(), metadata={"names": True})
    set: tuple = field(default=(), metadata={"names": True})
    add: tuple = field(default=(), metadata={"names": True})  # "path=number", added to the knob for each that is bought


@dataclass(frozen=True)
class Par:
    """A part of the design that the learner is measured against."""

    name: str = words(60)
    count: int = knob(1, 1, 100, unit="of the option", source="found by trying; a test holds it to its score")


@dataclass(frozen=True)
class Score:
    """A design game: spend a budget, and be scored on luck that nobody has seen."""

    text: Words
    case: str = words(200)
    measure: str = words(100)
    days: int = knob(0, 0, 3650, unit="days; 0 those of the case", source="the lesson")
    seed: int = knob(0, 0, 10**9, unit="of luck", source="the lesson")
    replicates: int = knob(10, 2, 200, unit="pairs of runs that decide", source="the lesson")
    base: Arm = field(default_factory=Arm)
    budget: float = knob(200_000.0, 0.0, 1e9, unit="yuan", source="the lesson")
    more: bool = True  # whether a larger difference is a better score
    option: tuple = field(default=(), metadata={"each": Option})
    par: tuple = field(default=(), metadata={"each": Par})

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        if not self.option:
            yield "option", "is missing: a game needs something to buy, below [[step.option]]"
        prices = {one.name: one.price for one in self.option}
        if len(prices) < len(self.option):
            yield "option", "has two of one name"
        for n, one in enumerate(self.par):
            if one.name not in prices:
                yield f"par.{n}.name", f"= {one.name!r} is no option{guess(one.name, list(prices))}"
        if sum(prices.get(one.name, 0) * one.count for one in self.par) > self.budget:
            yield "par", f"costs more than budget = {self.budget:g}"

    def scenario(self):
        """The community before the shopping. Raises ScenarioError."""
        return arm(self.case, self.days, self.base.none, self.base.on, self.base.off, self.base.set)


STEPS = {"text": Text, "setup": Setup, "predict": Predict, "run": Run, "result": Result, "twist": Twist, "score": Score}


@dataclass(frozen=True)
class Lesson:
    """A lesson; `steps` are instances of STEPS."""

    name: str = words(60)
    minutes: int = knob(12, 1, 120, unit="minutes", source="the lesson")
    order: int = knob(100, 1, 1000, unit="place in the list", source="the lesson")
    title: Words = field(default=None)
    question: Words = field(default=None)
    reference: Words = field(default=None)  # to the real case
    steps: tuple = ()


def read_lesson(path):
    """The lesson in a file. Raises ScenarioError with file and line."""
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
    if isinstance(step, (Predict, Run, Result)) and not before:
        raise at.error(path, "needs a setup before it")
    try:
        if isinstance(step, Setup):
            step.arms()
            known((name for name in step.families if name not in FAMILIES), f"{path}.families", FAMILIES, at)
        if isinstance(step, Score):
            scenario = step.scenario()
            for n, one in enumerate(step.option):
                problem = next(filter(None, (adds(text, scenario) for text in one.add)), "")
                if problem:
                    raise at.error(f"{path}.option.{n}.add", problem)
                designed(scenario, step.option, {one.name: one.most})
            wrong = complaint(step.measure, scenario.issues)
            if wrong:
                raise at.error(f"{path}.measure", f"= {step.measure!r} {wrong}")
    except ScenarioError as error:
        raise error if str(error).startswith(at.file) else at.error(path, str(error)) from None
    if isinstance(step, Predict):
        measured(step.measure, before[-1], at, f"{path}.measure")
    for language in ("en", "zh"):
        for found in PLACEHOLDER.findall(getattr(text_of(step), language)):
            arm_, measure, format_ = placed(found)
            if not before:
                raise at.error(f"{path}.text", f"tells of {{{found}}}, and nothing has run before it")
            if arm_ not in ANSWERS or format_ not in FORMATS:
                raise at.error(f"{path}.text", f"{{{found}}} is not understood; write {{left.resolution_rate:%}}: one of {', '.join(ANSWERS)}, a measure, one of {' '.join(FORMATS)}")
            measured(measure, before[-1], at, f"{path}.text")
    if sorted(PLACEHOLDER.findall(text_of(step).en)) != sorted(PLACEHOLDER.findall(text_of(step).zh)):
        raise at.error(f"{path}.text", "does not tell the same numbers in both languages")


def known(strangers, path, known_, at):
    for name in strangers:
        raise at.error(path, f"= {name!r} is unknown{guess(name, known_)}")


def measured(name, setup, at, path):
    wrong = complaint(name, read(setup.case).issues)
    if wrong:
        raise at.error(path, f"{name!r} {wrong}")


def placed(found):
    """What a placeholder asks for: (arm, measure, format).

    >>> placed("left.told:lamp_out:%")
    ('left', 'told:lamp_out', '%')
    """
    arm_, _, rest = found.partition(".")
    measure, _, format_ = rest.rpartition(":")
    return arm_, measure, format_


def text_of(step):
    return step.question if isinstance(step, Predict) else step.text


def wanted(lesson, at):
    """The measures that the steps from the setup `at` on ask for, until the next setup."""
    names = []
    for step in lesson.steps[at + 1 :]:
        if isinstance(step, Setup):
            break
        names += [step.measure] if isinstance(step, Predict) else []
        names += [placed(found)[1] for found in PLACEHOLDER.findall(text_of(step).en)]
    return tuple(dict.fromkeys(names))


def lessons(folder=SHIPPED):
    """Every lesson of a folder, in the order they ask for. Raises ScenarioError."""
    found = [read_lesson(path) for path in sorted(Path(folder).glob("*.toml"))]
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f"{folder}: two lessons are called {name!r}")
    return sorted(found, key=lambda lesson: (lesson.order, lesson.name))


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
            made.append(("paragraph", spans(joined(lines))))
    return made


def joined(lines):
    """Lines as one; between two Chinese characters a line's end is no space."""
    return re.sub(r"(?<=[^\x00-\xff])\n(?=[^\x00-\xff])", "", "\n".join(lines)).replace("\n", " ")


def spans(text):
    parts = re.split(r"\*([^*]+)\*", text)
    return [(part, n % 2 == 1) for n, part in enumerate(parts) if part]


