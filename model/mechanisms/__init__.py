"""Mechanisms of governance: one file each, found by name.

To add one, add a file here, or in a folder that the environment variable COGOV_MECHANISMS names; its name is its name in a case. Inside is one frozen dataclass derived from `Mechanism`.
Its fields are its knobs. It says which levers it `pulls`, and what it does in three methods, called in this order every
day; each is handed `m`, what the mechanism has (`pull.Hand`), and may read the world `w` but never change it:

    ask(m, w)    fill `m.want[role, compound]`, or `[role, ALL]`: the hours or yuan it needs today
    pull(m, w)   fill the levers it pulls, `m.lever.sight` and so on, with what it does with the share `m.share` that it got
    learn(m, w)  write its own columns `m.own`, as they will be tomorrow

They are marked `@kernel` and then compiled; without the mark (`@staticmethod`) they are plain Python, slower and freer.
`begin(world, luck)` makes its own columns, once. `k = m.knobs[0]` are its knobs by name.

The first line of its file says what it does, the second paragraph how it disappoints; `zh` is its Chinese name.
"""

import os
import sys
from dataclasses import dataclass, field, make_dataclass
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

import numpy as np

from ..compiled import OUTSIDE
from ..knobs import ScenarioError, knob

__path__ += map(str, OUTSIDE)


@dataclass(frozen=True)
class Mechanism:
    """Does nothing; override what you need."""

    zh: ClassVar[str] = ""
    pulls: ClassVar[tuple] = ()  # the levers it pulls; what it writes on others counts for nothing
    strength: float = knob(1.0, 0.0, 1.0, unit="share of full: of what it asks for and of what it pulls", source="a choice of the user")
    begins: int = knob(0, 0, 36_500, unit="day of the run from which it is at work", source="a choice of the user")
    ends: int = knob(36_500, 0, 36_500, unit="last day of the run on which it is", source="a choice of the user")

    ask: ClassVar = None
    pull: ClassVar = None
    learn: ClassVar = None

    def begin(self, world, luck):
        return np.zeros(0)


def names():
    """Every mechanism there is, in the order of the alphabet."""
    try:
        return list(_names(tuple((path, os.stat(path).st_mtime_ns) for path in __path__)))
    except OSError as error:
        raise ScenarioError(f"COGOV_MECHANISMS names {error.filename}: {error.strerror}; name folders with mechanisms of your own, or leave it out") from None


@lru_cache(maxsize=4)
def _names(folders):
    """Those in folders as they were last changed: a look into a folder costs a hundred times as much as one at it."""
    return sorted(m.name for m in iter_modules([path for path, _ in folders]))


ABSENT = {}  # name -> stand-in of a mechanism of somebody's own that results name, and whose file is not here


class Absent(Mechanism):
    """Stands in for a mechanism whose file is not here: results that used it can be read, and nothing can be run with it."""

    def begin(self, world, luck):
        name = next(name for name, kind in ABSENT.items() if kind is type(self))
        raise ScenarioError(f"the mechanism {name} is one of a user's own, and its file is not here; set COGOV_MECHANISMS to the folder that has it")


def stand_in(name, knobs):
    """Let results name a mechanism whose file is not here; `knobs` is name -> its default, metadata and type."""
    own = [(knob, kind, field(default=default, metadata=metadata)) for knob, (default, metadata, kind) in knobs.items() if knob not in Mechanism.__dataclass_fields__]
    ABSENT[name] = make_dataclass(f"Absent_{name}", own, bases=(Absent,), frozen=True)


def known():
    """Every name of a mechanism that can be read of: those that there are, and those that results stand in for."""
    return [*names(), *(name for name in ABSENT if name not in names())]


def named(name):
    """The mechanism in the file of that name, or its stand-in. Raises ScenarioError when there is none."""
    if name in ABSENT and name not in names():
        return ABSENT[name]
    if name not in names():
        raise ScenarioError(f"no mechanism is called {name!r}; there are: {', '.join(names())}")
    module = import_module(f".{name}", __name__)
    return next(c for c in vars(module).values() if isinstance(c, type) and issubclass(c, Mechanism) and c.__module__ == module.__name__)


def told(name):
    """What a mechanism does and how it disappoints, as its file says. Raises ScenarioError when there is none."""
    does, _, disappoints = (sys.modules[named(name).__module__].__doc__ or "").strip().partition("\n\n")
    return " ".join(does.split()), " ".join(disappoints.split())


def every():
    """name -> the mechanism with all knobs at their defaults."""
    return {name: named(name)() for name in known()}
