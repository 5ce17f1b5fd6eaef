"""Registry of governance mechanisms: one file each, found by file name.

To add a mechanism, add a file here, or in a folder that the environment variable COGOV_MECHANISMS names; the
file name is the mechanism's name in a case. The file holds one frozen dataclass derived from `Mechanism`. In
a folder of the user's, files without a class `...(Mechanism)`, or whose name begins with _, are helpers: a
mechanism imports them with `from .helpers import ...`, and nothing else runs them. A mechanism that cannot
be used is listed by `find_broken`; it affects only commands that ask for it.

The fields of the dataclass are its knobs. `pulls` names the levers it pulls. Three methods are called in
this order every day; each gets `m`, the mechanism's own arrays (`levers.MechanismHand`), and `w`, the world,
which is read-only:

    ask(m, w)    fill `m.want[role, compound]`, or `[role, ALL]`: the hours or yuan it needs today
    pull(m, w)   fill its levers, `m.lever.sight` and so on, given the share `m.share` of its wants
    learn(m, w)  update its own columns `m.own` for tomorrow

Methods marked `@kernel` are compiled; without the mark they are `@staticmethod` in plain Python, slower but
free of numba's limits. `begin(world, random_numbers)` creates the own columns, once. `k = m.knobs[0]` gives
the knobs by name.

The first line of the file says what the mechanism does, the second paragraph how it disappoints, and the rest
by which formulas it asks, pulls and learns (docs/ODD.md shows them). `zh` is its Chinese name, and so on: see
`Mechanism`.
"""

import ast
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import field, fields, make_dataclass
from functools import lru_cache
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...engine.jit import OUTSIDE
from ...engine.parameters import check
from ...engine.renamed import new_name
from ...engine.texts.errors import UserError
from ...engine.toml_reader import suggest_names
from ..resources.levers import LEVERS
from ._base import GROUPS as GROUPS
from ._base import Mechanism as Mechanism

if TYPE_CHECKING:
    from types import ModuleType

    from ...engine.randomness import RandomNumbers
    from ..world import World

__path__ += map(str, OUTSIDE)


def list_mechanisms() -> list[str]:
    """List the mechanisms that can be used, in alphabetical order."""
    return list(_scan()[0])


def find_broken() -> dict[str, str]:
    """Return name -> reason, with file and line, for every user mechanism that cannot be used."""
    return dict(_scan()[1])


def explain_unusable(name: str) -> str:
    """Say why no mechanism of that name can be used; empty if one can."""
    usable, wrong, helpers = _scan()
    if name in usable or name in STAND_INS:
        return ""
    if name in wrong:
        return f"mechanism {name!r} is broken: {wrong[name]}"
    hint = (
        f"; {helpers[name]} defines no class derived from Mechanism, as in `class Board(Mechanism)`"
        if name in helpers
        else ""
    )
    return f"no mechanism is called {name!r}{hint or suggest_names(name, usable)}"


STAND_INS: dict[
    str, type[Mechanism]
] = {}  # name -> stand-in class of a user mechanism that results name and whose file is missing


class StandIn(Mechanism):
    """Stand-in for a mechanism whose file is missing: its results can be read, but not run again."""

    def begin(self, world: "World", random_numbers: "RandomNumbers") -> np.ndarray | tuple:
        """Raise UserError: the mechanism cannot be run."""
        name = next(name for name, kind in STAND_INS.items() if kind is type(self))
        if name in find_broken():
            raise UserError(
                "mechanism {name!r} is broken: {find_broken}", name=name, find_broken=find_broken()[name]
            )
        raise UserError(
            "the mechanism {name} is one of a user's own, and its file is not here; set "
            "COGOV_MECHANISMS to the folder that has it",
            name=name,
        )


def register_stand_in(name: str, knobs: dict) -> None:
    """Register a stand-in for a missing mechanism; `knobs` is name -> (default, metadata, type)."""
    added = [
        (knob, kind, field(default=default, metadata=metadata))
        for knob, (default, metadata, kind) in knobs.items()
        if knob not in Mechanism.__dataclass_fields__
    ]
    STAND_INS[name] = make_dataclass(f"Absent_{name}", added, bases=(StandIn,), frozen=True)


def list_known() -> list[str]:
    """List all mechanisms that results can name: those that can be used, then the stand-ins."""
    return [*list_mechanisms(), *(name for name in STAND_INS if name not in list_mechanisms())]


def load_class(name: str) -> type[Mechanism]:
    """Return a mechanism's class, or its stand-in. Raises UserError if none can be used."""
    if problem := explain_unusable(name):
        raise UserError(problem)
    if name not in _scan()[0]:
        return STAND_INS[name]
    (kind,) = find_classes(import_module(f".{name}", __name__))
    return kind


def docstring(name: str) -> str:
    """Return the docstring of a mechanism's file. Raises UserError if it is unknown."""
    return (sys.modules[load_class(name).__module__].__doc__ or "").strip()


def describe(name: str) -> tuple[str, str]:
    """Return what a mechanism does and how it disappoints, the first two paragraphs of its docstring.

    Raises UserError if it is unknown.
    """
    does, disappoints, *_ = (*docstring(name).split("\n\n"), "", "")
    return " ".join(does.split()), " ".join(disappoints.split())


def describe_rules(name: str) -> str:
    """Return how a mechanism works, in Markdown: its docstring after the second paragraph."""
    return "\n\n".join(docstring(name).split("\n\n")[2:])


def group_of(name: str) -> str:
    """Return the purpose of a mechanism, one of GROUPS: declared, or that of the first lever it pulls."""
    kind = load_class(name)
    levers = ((lever, group) for lever in kind.pulls for group, levers in GROUPS.items() if lever in levers)
    return kind.group or next((group for _, group in levers), "works")


def all_mechanisms() -> dict[str, Mechanism]:
    """Return name -> mechanism with all knobs at their defaults."""
    return {name: load_class(name)() for name in list_known()}


class Registry(Mapping[str, Mechanism]):
    """Map name -> mechanism with all knobs at their defaults, loaded on access.

    Broken mechanisms have keys too; to get one raises UserError.
    """

    def __getitem__(self, name: str) -> Mechanism:
        return load_class(name)()

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __iter__(self) -> Iterator[str]:
        usable, wrong, _ = _scan()
        return iter(sorted({*usable, *wrong, *STAND_INS}))

    def __len__(self) -> int:
        return len(list(iter(self)))


def find_classes(module: "ModuleType") -> set[type[Mechanism]]:
    """Return the mechanism classes that a module defines itself."""
    return {
        c
        for c in vars(module).values()
        if isinstance(c, type) and issubclass(c, Mechanism) and c.__module__ == module.__name__
    }


@lru_cache(maxsize=256)
def is_shipped(kind: type) -> bool:
    """Say whether a mechanism class comes with cogov, and so is tested."""
    return Path(getattr(sys.modules.get(kind.__module__), "__file__", None) or "?").parent == Path(
        __path__[0]
    )


# ------------------------------------------------------------------------------------- user mechanisms


def _scan() -> tuple[tuple[str, ...], dict[str, str], dict[str, str]]:
    """Scan all folders: (names that can be used, name -> why it cannot be used, name -> file of a helper)."""
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
            "COGOV_MECHANISMS names {filename}: {strerror}; name folders with mechanisms of your "
            "own, or leave it out",
            filename=error.filename,
            strerror=error.strerror,
        ) from None


def shipped_names() -> tuple[str, ...]:
    """Return the names of the mechanisms that come with cogov, in alphabetical order."""
    return _list_shipped(os.stat(__path__[0]).st_mtime_ns)


@lru_cache(maxsize=4)
def _list_shipped(changed: int) -> tuple[str, ...]:
    return tuple(
        sorted(path.stem for path in Path(__path__[0]).glob("*.py") if not path.name.startswith("_"))
    )


@lru_cache(maxsize=4)
def _classify_files(
    shipped: tuple[str, ...], files: tuple[tuple[str, int], ...]
) -> tuple[tuple[str, ...], dict[str, str], dict[str, str]]:
    """Classify files as `_scan` does; `files` holds (path, modification time), so that it can be cached.

    A file is imported only if it defines a mechanism, so that the folder may hold scripts too.
    """
    usable = dict.fromkeys(shipped, "")
    wrong: dict[str, str] = {}
    helpers: dict[str, str] = {}
    first: dict[str, str] = {}
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
            problem = (
                f"{path}: {name!r} is no name in Python; "
                "rename the file: letters, digits and _, a letter first"
            )
        elif name in RESERVED_NAMES:
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


def _read(path: str) -> tuple[dict[str, int], str]:
    """Parse a file: (name -> line of each class derived from `Mechanism`, why it cannot be read)."""
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


def _load(name: str, path: str, lines: dict[str, int]) -> str:
    """Import a file that defines a mechanism; return why it cannot be used, or an empty text."""
    # importing a helper called `list_mechanisms` would replace our function of that name
    saved = {name: globals()[name] for name in RESERVED_NAMES}
    try:
        module = import_module(f".{name}", __name__)
    except (Exception, SystemExit) as error:
        return f"{locate_error(error, path)}: {summarise_error(error)}"
    finally:
        globals().update(saved)
    kinds = find_classes(module)
    if len(kinds) != 1:
        classes = ", ".join(sorted(f"{kind.__name__}" for kind in kinds)) or "none"
        return (
            f"{path}:{min(lines.values())}: a file is one mechanism, and this one defines {len(kinds)}: "
            f"{classes}; put each in a file of its own, and what they share in a helper"
        )
    (kind,) = kinds
    return f"{path}:{lines.get(kind.__name__, 1)}: {problem}" if (problem := _find_faults(kind)) else ""


def _find_faults(kind: type[Mechanism]) -> str:
    """Say what a class lacks to be a mechanism; empty if nothing."""
    if "__dataclass_params__" not in vars(kind):
        return f"{kind.__name__} is no dataclass; write @dataclass(frozen=True) above it"
    for f in fields(kind):
        if "low" not in f.metadata:
            return (
                f"{kind.__name__}.{f.name} is no knob; "
                f"write {f.name}: float = knob(default, low, high, unit=..., source=...)"
            )
    if not isinstance(kind.pulls, tuple):
        return (
            f'{kind.__name__}.pulls = {kind.pulls!r} is no tuple; write pulls: ClassVar[tuple] = ("voice",)'
        )
    for lever in kind.pulls:
        if lever not in LEVERS:
            return (
                f"{kind.__name__}.pulls names {lever!r}, which is no lever{suggest_names(str(lever), LEVERS)}"
            )
    try:
        check(kind())
    except Exception as error:
        return summarise_error(error)
    return ""


def summarise_error(error: BaseException) -> str:
    """Summarise an error in one line."""
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # raised by the error's own __str__
        message = ""
    line = next((line.strip()[:500] for line in message.splitlines() if line.strip()), "")
    if isinstance(error, UserError):
        return line
    if isinstance(error, ModuleNotFoundError) and (now := new_name(error.name or "")):
        line += f"; it is now {now}"
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def locate_error(error: BaseException, path: str) -> str:
    """Return the line of user code that an error comes from, as file:line; the file alone if unknown."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    folders = [str(folder) for folder in (Path(path).parent, *map(Path, __path__[1:]))]
    lines = [
        f"{frame.filename}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if str(Path(frame.filename).parent) in folders
    ]
    return lines[-1] if lines else str(path)


RESERVED_NAMES = frozenset(globals())
