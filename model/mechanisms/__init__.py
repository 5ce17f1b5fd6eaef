"""Mechanisms of governance: one file each, found by name.

To add one, add a file here; its name is its name in a case. Inside is one frozen dataclass derived from `Mechanism`.
Its fields are its knobs. Its methods are asked in this order every day, and may read the world but never change it:

    begin(world, luck) -> own               its own columns, once
    ask(world, own) -> {role: hours}        what it needs today: roles of `pull.ROLES`, or "yuan"; a number, or one per
                                            compound (the property crew's hours are always one per compound)
    pull(world, own, share) -> Pull         what it does with the share (compounds,) 0..1 of its wish that it got
    learn(world, own, share, luck) -> own   its own columns tomorrow

The first line of its file says what it does, the second paragraph how it disappoints; `zh` is its Chinese name.
"""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

from ..knobs import ScenarioError, knob
from ..pull import Pull


@dataclass(frozen=True)
class Mechanism:
    """Does nothing; override what you need."""

    zh: ClassVar[str] = ""
    strength: float = knob(1.0, 0.0, 1.0, unit="share of full: of what it asks for and of what it pulls", source="a choice of the user")

    def begin(self, world, luck):
        return None

    def ask(self, world, own):
        return {}

    def pull(self, world, own, share):
        return Pull()

    def learn(self, world, own, share, luck):
        return own


def names():
    """Every mechanism there is, in the order of the alphabet."""
    return sorted(m.name for m in iter_modules(__path__))


def named(name):
    """The mechanism in the file of that name. Raises ScenarioError when there is none."""
    if name not in names():
        raise ScenarioError(f"no mechanism is called {name!r}; there are: {', '.join(names())}")
    module = import_module(f".{name}", __name__)
    return next(c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Mechanism) and c.__module__ == module.__name__)


def every():
    """name -> the mechanism with all knobs at their defaults."""
    return {name: named(name)() for name in names()}
