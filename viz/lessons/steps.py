"""Define the kinds of steps of a lesson, and check each step for contradictions."""

from collections.abc import Iterator
from dataclasses import Field, dataclass, field

from ...engine.parameters import knob
from ...engine.renamed import suggest_names
from ...engine.texts.errors import Message
from ...experiments.narrative.lesson_runs import build_arm
from ...experiments.narrative.recording import LAYERS
from ...model.scenarios.scenario import Scenario

# the numbers of a measure that may decide a prediction
DECIDES = ("left", "right", "difference", "change", "clear")
OPEN = 1e12  # no bound
FORMATS = ("%", "pt", "0", "1", "2")  # of a measured number, see reader.py
# bars of both sides, the differences of all pairs as dots, or the doors of a yard that fill as homes sign
PICTURES = ("bars", "dots", "doors")


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    en: str = field(metadata={"text": 4000})
    zh: str = field(metadata={"text": 4000})


def words(most: int = 4000) -> Field:
    """Declare a text field of at most `most` characters."""
    return field(metadata={"text": most})


@dataclass(frozen=True)
class LessonSide:
    """The changes to one of the two communities."""

    none: bool = False  # start without any mechanism; else with those of the case
    on: tuple = field(default=(), metadata={"names": True})
    off: tuple = field(default=(), metadata={"names": True})
    set: tuple = field(default=(), metadata={"names": True})  # "path=value", as on the command line
    label: Words = field(default=None)  # what the page calls this side; None: by its mechanisms


@dataclass(frozen=True)
class Text:
    """A text to read."""

    text: Words


@dataclass(frozen=True)
class Setup:
    """Two communities to compare, with the same random numbers."""

    text: Words
    case: str = words(200)
    days: int = knob(0, 0, 3650, unit="days; 0 those of the case", source="the lesson")
    seed: int = knob(0, 0, 10**9, unit="random seed", source="the lesson")
    replicates: int = knob(10, 1, 200, unit="pairs of runs that decide", source="the lesson")
    set: tuple = field(default=(), metadata={"names": True})  # in both arms
    left: LessonSide = field(default_factory=LessonSide)
    right: LessonSide = field(default_factory=LessonSide)
    layer: str = field(default="", metadata={"choices": ("", *LAYERS, "unknown")})
    kinds: tuple = field(default=(), metadata={"names": True})  # categories counted and drawn; empty: all
    signing: bool = False  # whether homes are lit once they have signed
    day: int = knob(0, 0, 3650, unit="day to stand at", source="the lesson")

    def arms(self) -> tuple[Scenario, Scenario]:
        """Return the scenarios (left, right). Raises UserError."""
        return tuple(
            build_arm(self.case, self.days, side.none, side.on, side.off, (*self.set, *side.set))
            for side in (self.left, self.right)
        )


@dataclass(frozen=True)
class Choice:
    """One answer, and the values for which it is right: low <= value < high."""

    en: str = words(300)
    zh: str = words(300)
    low: float = knob(-OPEN, -OPEN, OPEN, unit="of what decides", source="the lesson")
    high: float = knob(OPEN, -OPEN, OPEN, unit="of what decides", source="the lesson")


@dataclass(frozen=True)
class Predict:
    """A question that is answered before the run, and decided by the run."""

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
    holds: int = knob(
        -1,
        -1,
        100,
        unit="of 100 plausible worlds in which the answer is right, from docs/lessons.md; -1 not said",
        source="`make lessons-table`",
    )
    choice: tuple = field(default=(), metadata={"each": Choice})

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield the contradictions within the step as (field, words)."""
        if not 2 <= len(self.choice) <= 6:
            yield (
                "choice",
                Message(
                    "has {choice_count} choices; allowed are 2 to 6, each below its own [[step.choice]]",
                    choice_count=len(self.choice),
                ),
            )
        elif self.answer > len(self.choice):
            yield (
                "answer",
                Message(
                    "= {answer}: there are {choice_count} choices",
                    answer=self.answer,
                    choice_count=len(self.choice),
                ),
            )
        ranges = sorted((choice.low, choice.high) for choice in self.choice)
        if any(low >= high for low, high in ranges):
            yield "choice", "has an empty range: low must be less than high"
        elif any(a[1] != b[0] for a, b in zip(ranges, ranges[1:])) or (
            ranges and (ranges[0][0], ranges[-1][1]) != (-OPEN, OPEN)
        ):
            yield (
                "choice",
                (
                    "has a gap or an overlap between ranges: each must begin where another ends, the "
                    "lowest without low, the highest without high"
                ),
            )


@dataclass(frozen=True)
class PlayStep:
    """Play the recordings from one day to another; if the days are equal, stop there."""

    text: Words
    begin: int = knob(0, 0, 3650, unit="day to play from", source="the lesson")
    to: int = knob(0, 0, 3650, unit="day to play to; 0 the last", source="the lesson")
    speed: float = knob(20.0, 0.5, 200.0, unit="days per second", source="the lesson")


@dataclass(frozen=True)
class Number:
    """One measure that a result shows in large digits, one number for each side."""

    measure: str = words(100)
    en: str = words(100)  # what follows the number
    zh: str = words(100)
    form: str = field(default="%", metadata={"choices": FORMATS})


@dataclass(frozen=True)
class Result:
    """A text on what happened and why, with the measured numbers; the first number is also drawn."""

    text: Words
    number: tuple = field(default=(), metadata={"each": Number})
    picture: str = field(default="bars", metadata={"choices": PICTURES})


@dataclass(frozen=True)
class Twist(Setup):
    """The same question again, with something changed."""


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
    # "path=number", added to the knob for each unit bought
    add: tuple = field(default=(), metadata={"names": True})


@dataclass(frozen=True)
class Par:
    """One option in the reference design against which the learner is scored."""

    name: str = words(60)
    count: int = knob(1, 1, 100, unit="of the option", source="found by trying; a test holds it to its score")


@dataclass(frozen=True)
class Score:
    """A design game: spend a budget, and be scored on random seeds not used before."""

    text: Words
    case: str = words(200)
    measure: str = words(100)
    days: int = knob(0, 0, 3650, unit="days; 0 those of the case", source="the lesson")
    seed: int = knob(0, 0, 10**9, unit="random seed", source="the lesson")
    replicates: int = knob(10, 2, 200, unit="pairs of runs that decide", source="the lesson")
    base: LessonSide = field(default_factory=LessonSide)
    budget: float = knob(200_000.0, 0.0, 1e9, unit="yuan", source="the lesson")
    more: bool = True  # whether a larger difference scores better
    pace: float = knob(
        0.0, -1e9, 1e9, unit="difference to beat; 0 none", source="the lesson; a test holds it"
    )
    option: tuple = field(default=(), metadata={"each": Option})
    par: tuple = field(default=(), metadata={"each": Par})

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield the contradictions within the step as (field, words)."""
        if not self.option:
            yield "option", "is missing: a game needs options to buy, each below its own [[step.option]]"
        prices = {option.name: option.price for option in self.option}
        if len(prices) < len(self.option):
            yield "option", "has two with the same name"
        for n, par in enumerate(self.par):
            if par.name not in prices:
                yield (
                    f"par.{n}.name",
                    Message(
                        "= {name!r} is not an option{hint}",
                        name=par.name,
                        hint=suggest_names(par.name, list(prices)),
                    ),
                )
        if sum(prices.get(par.name, 0) * par.count for par in self.par) > self.budget:
            yield "par", Message("costs more than budget = {budget:g}", budget=self.budget)

    def scenario(self) -> Scenario:
        """Return the scenario before anything is bought. Raises UserError."""
        return build_arm(self.case, self.days, self.base.none, self.base.on, self.base.off, self.base.set)


STEPS = {
    "text": Text,
    "setup": Setup,
    "predict": Predict,
    "run": PlayStep,
    "result": Result,
    "twist": Twist,
    "score": Score,
}

Step = Text | Setup | Predict | PlayStep | Result | Score


@dataclass(frozen=True)
class Lesson:
    """A lesson; `steps` are instances of STEPS."""

    name: str = words(60)
    minutes: int = knob(12, 1, 120, unit="minutes", source="the lesson")
    order: int = knob(100, 1, 1000, unit="place in the list", source="the lesson")
    title: Words = field(default=None)
    question: Words = field(default=None)
    aim: Words = field(default=None)  # what the lesson is for, on its card
    reference: Words = field(default=None)  # to the real case
    steps: tuple = ()
