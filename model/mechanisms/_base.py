"""What a mechanism is: the base class, and the purposes by which mechanisms are grouped."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...engine.parameters import knob

if TYPE_CHECKING:
    from ...engine.randomness import RandomNumbers
    from ..resources.levers import MechanismHand
    from ..world import World

# purposes of mechanisms -> the levers that serve each
GROUPS = {
    "finds": ("sight", "voice"),
    "works": ("work", "hurry", "supply"),
    "together": ("accord", "ties", "trust", "wish"),
    "prevents": ("ease", "keep"),
    "money": ("money", "consent", "doors", "reach"),
}


@dataclass(frozen=True)
class Count:
    """Something that a mechanism does, and that is counted in one place of `m.counts`."""

    name: str  # of its row in all tables
    en: str  # a few words for tables, without unit
    zh: str
    unit: str = ""  # in plural; "" where the words say it
    unit_zh: str = ""
    level: bool = False  # how many there are today, set anew every day; else a total since day 0


@dataclass(frozen=True)
class Mechanism:
    """Base class of mechanisms: does nothing; override what you need."""

    en: ClassVar[str] = ""  # its English name, where it is not that of its file
    zh: ClassVar[str] = ""  # its Chinese name
    zh_letter: ClassVar[str] = ""  # one character, for its helpers in the town
    # families or categories of issues that it is meant for; () stands for all
    meant_for: ClassVar[tuple[str, ...]] = ()
    letters: ClassVar[str] = ""  # `zh_letter` in English; "" takes the initials of the file name
    zh_does: ClassVar[str] = ""  # what it does, and how it disappoints: in English, the docstring of its file
    zh_disappoints: ClassVar[str] = ""
    group: ClassVar[str] = ""  # its purpose, one of GROUPS; "" takes that of its first lever
    pulls: ClassVar[tuple] = ()  # levers it pulls; what it writes to other levers is ignored
    counts: ClassVar[tuple[Count, ...]] = ()  # what it does, in the order of `m.counts`
    # whether its requests come before those of others: its people have promised these hours to somebody
    first_claim: ClassVar[bool] = False
    # whether its own state and what it asks for follow `m.here`, where it is rolled out building by building
    own_pace: ClassVar[bool] = False
    strength: float = knob(
        1.0,
        0.0,
        1.0,
        unit="share of full strength: of what it asks for and of its effects",
        source="a choice of the user",
        words=("Strength", "力度", "占全力的比例，投入和效果同时按此缩放"),
    )
    first_day: int = knob(
        0,
        0,
        36_500,
        unit="day of the run on which it starts",
        source="a choice of the user",
        words=("First day", "第几天开始", "第几天"),
    )
    last_day: int = knob(
        36_500,
        0,
        36_500,
        unit="last day of the run on which it works",
        source="a choice of the user",
        words=("Last day", "第几天结束", "第几天"),
    )

    if TYPE_CHECKING:  # for editors, which complete `m` and `w` by these in what overrides them

        @staticmethod
        def ask(m: "MechanismHand[Any]", w: "World") -> None: ...

        @staticmethod
        def pull(m: "MechanismHand[Any]", w: "World") -> None: ...

        @staticmethod
        def learn(m: "MechanismHand[Any]", w: "World") -> None: ...

    else:
        ask: ClassVar = None
        pull: ClassVar = None
        learn: ClassVar = None

    def begin(self, world: "World", random_numbers: "RandomNumbers") -> np.ndarray | tuple:
        """Return the mechanism's own columns on day 0: an array, or a NamedTuple of arrays."""
        return np.zeros(0)
