"""Steps of a lesson: what each kind holds, and what cannot be true together in it."""

from dataclasses import dataclass, field

from ...engine.parameters import knob
from ...engine.toml_reader import guess
from ...experiments.narrative.lesson_runs import arm
from ...experiments.narrative.recording import LAYERS

DECIDES = ("left", "right", "difference", "change", "clear")  # what of a measure decides a prediction
OPEN = 1e12  # a bound that bounds nothing


@dataclass(frozen=True)
class Words:
    """The same in both languages."""

    en: str = field(metadata={"text": 4000})
    zh: str = field(metadata={"text": 4000})


def words(most=4000):
    return field(metadata={"text": most})


@dataclass(frozen=True)
class LessonSide:
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
    left: LessonSide = field(default_factory=LessonSide)
    right: LessonSide = field(default_factory=LessonSide)
    layer: str = field(default="", metadata={"choices": ("", *LAYERS, "unknown")})
    families: tuple = field(default=(), metadata={"names": True})  # on show; none: all
    day: int = knob(0, 0, 3650, unit="day to stand at", source="the lesson")

    def arms(self):
        """The scenarios (left, right). Raises UserError."""
        return tuple(
            arm(self.case, self.days, one.none, one.on, one.off, (*self.set, *one.set))
            for one in (self.left, self.right)
        )


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
    answer: int = knob(
        1,
        1,
        9,
        unit="choice, from 1, that the texts take to be right; a test holds the model to it",
        source="the lesson",
    )
    choice: tuple = field(default=(), metadata={"each": Choice})

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        if not 2 <= len(self.choice) <= 6:
            yield (
                "choice",
                f"has {len(self.choice)}; a question has 2 to 6, each below its own [[step.choice]]",
            )
        elif self.answer > len(self.choice):
            yield "answer", f"= {self.answer}: there are {len(self.choice)} choices"
        ranges = sorted((one.low, one.high) for one in self.choice)
        if any(low >= high for low, high in ranges):
            yield "choice", "has a range that is empty: low must be less than high"
        elif any(a[1] != b[0] for a, b in zip(ranges, ranges[1:])) or (
            ranges and (ranges[0][0], ranges[-1][1]) != (-OPEN, OPEN)
        ):
            yield (
                "choice",
                "leaves out a value or has one twice: each begins where another ends, the lowest has no low, the highest no high",
            )


@dataclass(frozen=True)
class PlayStep:
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
    add: tuple = field(
        default=(), metadata={"names": True}
    )  # "path=number", added to the knob for each that is bought


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
    base: LessonSide = field(default_factory=LessonSide)
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
        """The community before the shopping. Raises UserError."""
        return arm(self.case, self.days, self.base.none, self.base.on, self.base.off, self.base.set)


STEPS = {
    "text": Text,
    "setup": Setup,
    "predict": Predict,
    "run": PlayStep,
    "result": Result,
    "twist": Twist,
    "score": Score,
}


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
