"""One lesson for a whole class: the teacher's page leads, all others follow; shared by all visitors.

The server is one process, so one `Classroom` holds what all visits share. It knows nothing of pages: a visit
is any text that names it, e.g. a session's id.
"""

import hmac
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ...engine.texts.errors import UserError
from .progress import Walk
from .steps import Lesson, Predict

AWAY = 6.0  # seconds without a sign of life after which a visit is no longer counted


class Classroom:
    """Where a class stands in a lesson, what it predicted, and who is there; guarded by one lock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.changed = threading.Condition()
        self.lesson, self.token, self.version = "", "", 0
        self.at, self.steps = 0, 0
        self.shown: set[int] = set()  # steps whose results are released
        self.choices: dict[int, dict[str, int]] = {}  # step -> visit -> choice
        self.seen: dict[str, float] = {}  # visit -> its last sign of life

    def open(self, lesson: Lesson, token: str) -> None:
        """Begin a lesson; who has `token` is the teacher."""
        with self.changed:
            self.lesson, self.token, self.steps, self.at = lesson.name, token, len(lesson.steps), 0
            self.shown, self.choices, self.seen = set(), {}, {}
            self.tell()

    def close(self) -> None:
        """End the lesson: there is no class any more."""
        with self.changed:
            self.lesson, self.token = "", ""
            self.tell()

    def is_teacher(self, presented: Iterable[str]) -> bool:
        """Return whether one of the tokens that a visit presents is the teacher's."""
        own = self.token.encode()
        fits = [hmac.compare_digest(one.encode("utf-8", "replace"), own) for one in presented]
        return bool(own) and any(fits)

    def steer(self, presented: Iterable[str], by: int = 0, release: bool = False) -> None:
        """Go `by` steps on, or release the results of the step. Raises UserError if it is not the teacher."""
        if not self.is_teacher(presented):
            raise UserError("only the teacher can lead the class")
        with self.changed:
            self.at = min(max(self.at + by, 0), max(self.steps - 1, 0))
            if release:
                self.shown.add(self.at)
            self.tell()

    def predict(self, visit: str, step: int, choice: int) -> None:
        """Take the prediction of a visit; the first one stands."""
        with self.changed:
            self.choices.setdefault(step, {}).setdefault(visit, choice)
            self.tell()

    def greet(self, visit: str) -> None:
        """Note that a visit is there."""
        with self.changed:
            was = self.count()
            self.seen[visit] = self.clock()
            if self.count() != was:
                self.tell()

    def count(self) -> int:
        """Count the visits that are there; those that left are forgotten."""
        with self.changed:
            now = self.clock()
            self.seen = {visit: when for visit, when in self.seen.items() if now - when <= AWAY}
            return len(self.seen)

    def votes(self, step: int, question: Predict) -> list[int]:
        """Return how many visits chose each answer to the question of a step."""
        with self.changed:
            chosen = list(self.choices.get(step, {}).values())
            return [chosen.count(n) for n in range(len(question.choice))]

    def predicted(self, visit: str) -> dict[int, int]:
        """Return what a visit has predicted: step -> choice."""
        with self.changed:
            return {step: chosen[visit] for step, chosen in self.choices.items() if visit in chosen}

    def released(self, step: int) -> bool:
        """Return whether the results of a step may be seen."""
        with self.changed:
            return step in self.shown

    def tell(self) -> None:
        """Note a change, and wake those who wait for one; called with the lock held."""
        self.version += 1
        self.changed.notify_all()

    def wait(self, version: int, patience: float) -> int:
        """Return the version once it is another than `version`, or after `patience` seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.version != version, patience)
            return self.version


CLASS = Classroom()  # that of this process; closed unless `cogov serve --classroom --lesson` opened it


@dataclass(frozen=True)
class Seat:
    """One visit's place in a class that takes `lesson`; without such a class it changes nothing."""

    room: Classroom
    lesson: str
    visit: str
    presented: tuple[str, ...] = ()  # tokens

    @property
    def active(self) -> bool:
        """Whether there is a class that takes this lesson."""
        return self.room.lesson == self.lesson != ""

    @property
    def teacher(self) -> bool:
        """Whether this visit leads the class."""
        return self.active and self.room.is_teacher(self.presented)

    @property
    def follows(self) -> bool:
        """Whether this visit goes where the class is led."""
        return self.active and not self.teacher

    def lead(self, walk: Walk) -> Walk:
        """Return the walk where the class stands, with what this visit has predicted there."""
        if not self.active:
            return walk
        return replace(walk, at=self.room.at, predicted=self.room.predicted(self.visit) | walk.predicted)

    def is_open(self, step: int) -> bool:
        """Return whether the results of a step may be seen."""
        return not self.active or self.room.released(step)

    def predict(self, step: int, choice: int) -> None:
        """Add a prediction to those of the class."""
        if self.follows:
            self.room.predict(self.visit, step, choice)

    def steer(self, by: int) -> None:
        """Lead the class `by` steps on. Raises UserError if this is not the teacher's visit."""
        self.room.steer(self.presented, by)

    def release(self) -> None:
        """Show the class the results of this step. Raises UserError if this is not the teacher's visit."""
        self.room.steer(self.presented, release=True)

    def look(self) -> tuple:
        """Return what of the class this visit shows: it is drawn again when that changes."""
        if not self.active:
            return ()
        own = (self.room.at, self.is_open(self.room.at))
        return (*own, self.room.version) if self.teacher else own
