"""Mechanisms of governance: one file each, found by name.

To add one, add a file here, or in a folder that the environment variable COGOV_MECHANISMS names; its name is its name in a case. Inside is one frozen dataclass derived from `Mechanism`.
Files in such a folder that define no class `...(Mechanism)`, or whose name begins with _, are helpers: a mechanism imports them with
`from .helpers import ...`, and nothing else runs them. A mechanism that cannot be used is `broken_files`: no command minds but the one that asks for it.
Its fields are its knobs. It says which levers it `pulls`, and what it does in three methods, called in this order every
day; each is handed `m`, what the mechanism has (`pull.Hand`), and may read the world `w` but never change it:

    ask(m, w)    fill `m.want[role, compound]`, or `[role, ALL]`: the hours or yuan it needs today
    pull(m, w)   fill the levers it pulls, `m.lever.sight` and so on, with what it does with the share `m.share` that it got
    learn(m, w)  write its own columns `m.own`, as they will be tomorrow

They are marked `@kernel` and then compiled; without the mark (`@staticmethod`) they are plain Python, slower and freer.
`begin(world, luck)` makes its own columns, once. `k = m.knobs[0]` are its knobs by name.

The first line of its file says what it does, the second paragraph how it disappoints; `zh` is its Chinese name.
"""

import ast
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from functools import lru_cache
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import ClassVar

import numpy as np

from ...engine.jit import OUTSIDE
from ...engine.parameters import UserError, check, knob
from ...engine.toml_reader import guess
from ..resources.levers import LEVERS

__path__ += map(str, OUTSIDE)


@dataclass(frozen=True)
class Mechanism:
    """Does nothing; override what you need."""

    zh: ClassVar[str] = ""
    pulls: ClassVar[tuple] = ()  # the levers it pulls; what it writes on others counts for nothing
    strength: float = knob(
        1.0,
        0.0,
        1.0,
        unit="share of full: of what it asks for and of what it pulls",
        source="a choice of the user",
    )
    begins: int = knob(
        0, 0, 36_500, unit="day of the run from which it is at work", source="a choice of the user"
    )
    ends: int = knob(
        36_500, 0, 36_500, unit="last day of the run on which it is", source="a choice of the user"
    )

    ask: ClassVar = None
    pull: ClassVar = None
    learn: ClassVar = None

    def begin(self, world, luck):
        return np.zeros(0)


def names():
    """Every mechanism that can be used, in the order of the alphabet."""
    return list(_scan()[0])


def broken_files():
    """name -> why it cannot be used, with file and line, of every file of a user's own that is meant to be a mechanism."""
    return dict(_scan()[1])


def why_not(name):
    """Say why no mechanism can be used by that name; empty when one can."""
    usable, wrong, helpers = _scan()
    if name in usable or name in ABSENT:
        return ""
    if name in wrong:
        return f"mechanism {name!r} is broken: {wrong[name]}"
    beside = (
        f"; {helpers[name]} defines no class derived from Mechanism, as in `class Board(Mechanism)`"
        if name in helpers
        else ""
    )
    return f"no mechanism is called {name!r}{beside or guess(name, usable)}"


ABSENT = {}  # name -> stand-in of a mechanism of somebody's own that results name, and whose file is not here


class Absent(Mechanism):
    """Stands in for a mechanism whose file is not here: results that used it can be read, and nothing can be run with it."""

    def begin(self, world, luck):
        name = next(name for name, kind in ABSENT.items() if kind is type(self))
        if name in broken_files():
            raise UserError(f"mechanism {name!r} is broken: {broken_files()[name]}")
        raise UserError(
            f"the mechanism {name} is one of a user's own, and its file is not here; set COGOV_MECHANISMS to the folder that has it"
        )


def stand_in(name, knobs):
    """Let results name a mechanism whose file is not here; `knobs` is name -> its default, metadata and type."""
    own = [
        (knob, kind, field(default=default, metadata=metadata))
        for knob, (default, metadata, kind) in knobs.items()
        if knob not in Mechanism.__dataclass_fields__
    ]
    ABSENT[name] = make_dataclass(f"Absent_{name}", own, bases=(Absent,), frozen=True)


def known_names():
    """Every name of a mechanism that can be read of: those that there are, and those that results stand in for."""
    return [*names(), *(name for name in ABSENT if name not in names())]


def mechanism_class(name):
    """The mechanism in the file of that name, or its stand-in. Raises UserError when there is none, or none that can be used."""
    if problem := why_not(name):
        raise UserError(problem)
    if name not in _scan()[0]:
        return ABSENT[name]
    (kind,) = kinds_in(import_module(f".{name}", __name__))
    return kind


def describe(name):
    """What a mechanism does and how it disappoints, as its file says. Raises UserError when there is none."""
    does, _, disappoints = (
        (sys.modules[mechanism_class(name).__module__].__doc__ or "").strip().partition("\n\n")
    )
    return " ".join(does.split()), " ".join(disappoints.split())


def all_mechanisms():
    """name -> the mechanism with all knobs at their defaults."""
    return {name: mechanism_class(name)() for name in known_names()}


class Registry(Mapping):
    """name -> the mechanism with all knobs at their defaults, loaded when it is asked for; broken ones have names too, and raise UserError."""

    def __getitem__(self, name):
        return mechanism_class(name)()

    def __contains__(self, name):
        return name in list(self)

    def __iter__(self):
        usable, wrong, _ = _scan()
        return iter(sorted({*usable, *wrong, *ABSENT}))

    def __len__(self):
        return len(list(iter(self)))


def kinds_in(module):
    """The mechanisms that a module defines."""
    return {
        c
        for c in vars(module).values()
        if isinstance(c, type) and issubclass(c, Mechanism) and c.__module__ == module.__name__
    }


@lru_cache(maxsize=256)
def ships(kind):
    """Whether a class of mechanisms is one that comes with cogov, and so is tested."""
    return Path(getattr(sys.modules.get(kind.__module__), "__file__", None) or "?").parent == Path(
        __path__[0]
    )


# ------------------------------------------------------------------------------------------------------ files of a user's own


def _scan():
    """(names that can be used, name -> why it cannot, name -> file of a helper), of all folders as they are now."""
    try:
        files = tuple(
            (entry.path, entry.stat().st_mtime_ns)
            for folder in __path__[1:]
            for entry in sorted(os.scandir(folder), key=lambda entry: entry.name)
            if entry.name.endswith(".py")
        )
        return _classify_files(shipped_names(), files)
    except OSError as error:
        raise UserError(
            f"COGOV_MECHANISMS names {error.filename}: {error.strerror}; name folders with mechanisms of your own, or leave it out"
        ) from None


def shipped_names():
    """Names of the mechanisms that come with cogov, in the order of the alphabet."""
    return _list_shipped(os.stat(__path__[0]).st_mtime_ns)


@lru_cache(maxsize=4)
def _list_shipped(changed):
    return tuple(
        sorted(path.stem for path in Path(__path__[0]).glob("*.py") if not path.name.startswith("_"))
    )


@lru_cache(maxsize=4)
def _classify_files(shipped, files):
    """As `_scan`. A file is run only if it defines a mechanism, so that a script may stand beside; what it raises is its own affair."""
    usable, wrong, helpers, first = dict.fromkeys(shipped, ""), {}, {}, {}
    for path, _ in files:
        name = Path(path).stem
        lines, problem = _read(path)
        if name in shipped:
            problem = f"{path} has the name of a mechanism that ships; rename the file"
        elif not lines and not problem:
            helpers[name] = path
            continue
        elif name in first:
            problem = f"{path} and {first[name]} have the same name; rename one"
        elif not name.isidentifier() or iskeyword(name):
            problem = f"{path}: {name!r} is no name in Python; rename the file: letters, digits and _, a letter first"
        elif name in TAKEN:
            problem = f"{path}: {name!r} is a name that cogov needs itself; rename the file"
        else:
            problem = problem or _load(name, path, lines)
        first[name] = path
        if problem:
            wrong[name] = problem
            usable.pop(name, None)
        else:
            usable[name] = path
    return tuple(sorted(usable)), wrong, helpers


def _read(path):
    """(name -> line of every class in a file that is derived from Mechanism by name, why it cannot be read)."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except SyntaxError as error:
        return {}, f"{path}:{error.lineno or 1}: {error.msg}"
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        return {}, f"{path}: {error}"
    classes = (
        node for node in tree.body if isinstance(node, ast.ClassDef) and not Path(path).stem.startswith("_")
    )
    return {
        node.name: node.lineno
        for node in classes
        if any("Mechanism" in (getattr(base, "id", ""), getattr(base, "attr", "")) for base in node.bases)
    }, ""


def _load(name, path, lines):
    """Import a file that defines a mechanism; why it cannot be used, or nothing."""
    kept = {name: globals()[name] for name in TAKEN}  # a helper called `names` would take the place of ours
    try:
        module = import_module(f".{name}", __name__)
    except (Exception, SystemExit) as error:
        return f"{where(error, path)}: {gist(error)}"
    finally:
        globals().update(kept)
    kinds = kinds_in(module)
    if len(kinds) != 1:
        told = ", ".join(sorted(f"{kind.__name__}" for kind in kinds)) or "none"
        return f"{path}:{min(lines.values())}: a file is one mechanism, and this one defines {len(kinds)}: {told}; put each in a file of its own, and what they share in a helper"
    (kind,) = kinds
    return f"{path}:{lines.get(kind.__name__, 1)}: {problem}" if (problem := _find_faults(kind)) else ""


def _find_faults(kind):
    """What a class lacks to be a mechanism, in words."""
    if "__dataclass_params__" not in vars(kind):
        return f"{kind.__name__} is no dataclass; write @dataclass(frozen=True) above it"
    for f in fields(kind):
        if "low" not in f.metadata:
            return f"{kind.__name__}.{f.name} is no knob; write {f.name}: float = knob(default, low, high, unit=..., source=...)"
    if not isinstance(kind.pulls, tuple):
        return (
            f'{kind.__name__}.pulls = {kind.pulls!r} is no tuple; write pulls: ClassVar[tuple] = ("voice",)'
        )
    for lever in kind.pulls:
        if lever not in LEVERS:
            return f"{kind.__name__}.pulls names {lever!r}, which is no lever{guess(str(lever), LEVERS)}"
    try:
        check(kind())
    except Exception as error:
        return gist(error)
    return ""


def gist(error):
    """An error in one line."""
    try:
        told = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # of its own
        told = ""
    words = next((line.strip()[:500] for line in told.splitlines() if line.strip()), "")
    return (
        words
        if isinstance(error, UserError)
        else f"{type(error).__name__}: {words}"
        if words
        else type(error).__name__
    )


def where(error, path):
    """The line of a user's own that an error comes from, as file:line; the file alone where none is known."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    folders = [str(Path(folder)) for folder in (Path(path).parent, *__path__[1:])]
    lines = [
        f"{frame.filename}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if str(Path(frame.filename).parent) in folders
    ]
    return lines[-1] if lines else str(path)


TAKEN = frozenset(globals())
