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

`w.issues` are all issues that are open or still to be checked, in the order in which they arose. `w.known`,
`w.workable`, `w.at_table`, `w.passed_upward` and `w.resolved` are the rows of those that are so since last
night: `for i in w.workable:` visits each `w.issues[i]` on which hours can be spent (see `state.State`).

`pull` and `learn` also count what is done, in the places of `m.counts` that `counts` declares: they add to a
total, and set a level. Whoever reads the counts multiplies them by the mechanism's strength.

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
from ...engine.renamed import new_name, suggest_names
from ...engine.texts.errors import Message, Translated, UserError
from ..resources.levers import LEVERS
from ._base import GROUPS as GROUPS
from ._base import Count as Count
from ._base import Mechanism as Mechanism

if TYPE_CHECKING:
    from types import ModuleType

    from ...engine.randomness import RandomNumbers
    from ..world import World

__path__ += map(str, OUTSIDE)


def list_mechanisms() -> list[str]:
    """List the mechanisms that can be used, in alphabetical order."""
    return list(_scan()[0])


def find_broken() -> dict[str, Message]:
    """Return name -> reason, with file and line, for every user mechanism that cannot be used."""
    return dict(_scan()[1])


def explain_unusable(name: str) -> Message | None:
    """Say why no mechanism of that name can be used; None if one can."""
    usable, wrong, helpers = _scan()
    if name in usable or name in STAND_INS:
        return None
    if name in wrong:
        return Message("mechanism {name!r} is broken: {reason}", name=name, reason=wrong[name])
    hint = suggest_names(name, usable)
    if name in helpers:
        hint = Message(
            "; {path} defines no class derived from Mechanism, as in `class Board(Mechanism)`",
            path=helpers[name],
        )
    return Message("no mechanism is called {name!r}{hint}", name=name, hint=hint)


STAND_INS: dict[
    str, type[Mechanism]
] = {}  # name -> stand-in class of a user mechanism that results name and whose file is missing


class StandIn(Mechanism):
    """Stand-in for a mechanism whose file is missing: its results can be read, but not run again."""

    def begin(self, world: "World", random_numbers: "RandomNumbers") -> np.ndarray | tuple:
        """Raise UserError: the mechanism cannot be run."""
        name = next(name for name, kind in STAND_INS.items() if kind is type(self))
        if name in find_broken():
            raise UserError("mechanism {name!r} is broken: {reason}", name=name, reason=find_broken()[name])
        raise UserError(
            "the mechanism {name} is the user's own, and its file is missing; set "
            "COGOV_MECHANISMS to the folder that contains it",
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


def _scan() -> tuple[tuple[str, ...], dict[str, Message], dict[str, str]]:
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
            "COGOV_MECHANISMS names {filename}: {reason}; name folders with mechanisms of your "
            "own, or unset it",
            filename=error.filename,
            reason=error.strerror,
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
) -> tuple[tuple[str, ...], dict[str, Message], dict[str, str]]:
    """Classify files as `_scan` does; `files` holds (path, modification time), so that it can be cached.

    A file is imported only if it defines a mechanism, so that the folder may hold scripts too.
    """
    usable = dict.fromkeys(shipped, "")
    wrong: dict[str, Message] = {}
    helpers: dict[str, str] = {}
    first: dict[str, str] = {}
    for path, _ in files:
        name = Path(path).stem
        lines, problem = _read(path)
        if name in shipped:
            problem = Message("{path} has the name of a mechanism of cogov; rename the file", path=path)
        elif not lines and not problem:
            helpers[name] = path
            continue
        elif name in first:
            problem = Message(
                "{path} and {other} have the same name; rename one", path=path, other=first[name]
            )
        elif not name.isidentifier() or iskeyword(name):
            problem = Message(
                "{path}: {name!r} is not a name in Python; rename the file: a letter first, then letters, "
                "digits and _",
                path=path,
                name=name,
            )
        elif name in RESERVED_NAMES:
            problem = Message(
                "{path}: {name!r} is a name that cogov uses itself; rename the file", path=path, name=name
            )
        else:
            problem = problem or _load(name, path, lines)
        first[name] = path
        if problem:
            wrong[name] = problem
            usable.pop(name, None)
        else:
            usable[name] = path
    return tuple(sorted(usable)), wrong, helpers


def _read(path: str) -> tuple[dict[str, int], Message | None]:
    """Parse a file: (name -> line of each class derived from `Mechanism`, why it cannot be read)."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except SyntaxError as error:
        return {}, Message("{place}: {problem}", place=f"{path}:{error.lineno or 1}", problem=error.msg)
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        return {}, Message("{place}: {problem}", place=path, problem=error)
    classes = (
        node for node in tree.body if isinstance(node, ast.ClassDef) and not Path(path).stem.startswith("_")
    )
    return {
        node.name: node.lineno
        for node in classes
        if any("Mechanism" in (getattr(base, "id", ""), getattr(base, "attr", "")) for base in node.bases)
    }, None


def _load(name: str, path: str, lines: dict[str, int]) -> Message | None:
    """Import a file that defines a mechanism; return why it cannot be used, or None."""
    # importing a helper called `list_mechanisms` would replace our function of that name
    saved = {name: globals()[name] for name in RESERVED_NAMES}
    try:
        module = import_module(f".{name}", __name__)
    except (Exception, SystemExit) as error:
        return Message("{place}: {problem}", place=locate_error(error, path), problem=summarise_error(error))
    finally:
        globals().update(saved)
    kinds = find_classes(module)
    if len(kinds) != 1:
        return Message(
            "{path}:{line}: a file must define one mechanism, and this one defines {count}: {classes}; put "
            "each in its own file, and what they share in a helper",
            path=path,
            line=min(lines.values()),
            count=len(kinds),
            classes=", ".join(sorted(kind.__name__ for kind in kinds)) or Translated("none", "无"),
        )
    (kind,) = kinds
    problem = _find_faults(kind)
    place = f"{path}:{lines.get(kind.__name__, 1)}"
    return Message("{place}: {problem}", place=place, problem=problem) if problem else None


def _find_faults(kind: type[Mechanism]) -> Message | str | None:
    """Say what a class lacks to be a mechanism; None if nothing."""
    name = kind.__name__
    if "__dataclass_params__" not in vars(kind):
        return Message("{name} is not a dataclass; write @dataclass(frozen=True) above it", name=name)
    for f in fields(kind):
        if "low" not in f.metadata:
            return Message(
                "{name}.{field} is not a knob; write {field}: float = knob(default, low, high, unit=..., "
                "source=...)",
                name=name,
                field=f.name,
            )
    if not isinstance(kind.pulls, tuple):
        return Message(
            '{name}.pulls = {pulls!r} is not a tuple; write pulls: ClassVar[tuple] = ("voice",)',
            name=name,
            pulls=kind.pulls,
        )
    for lever in kind.pulls:
        if lever not in LEVERS:
            return Message(
                "{name}.pulls names {lever!r}, which is not a lever{hint}",
                name=name,
                lever=lever,
                hint=suggest_names(str(lever), LEVERS),
            )
    counts = kind.counts if isinstance(kind.counts, tuple) else (None,)
    if not all(isinstance(c, Count) for c in counts) or len({c.name for c in counts}) < len(counts):
        return Message(
            "{name}.counts is not a tuple of Count with different names; write counts: ClassVar[tuple] = "
            '(Count("walks", "walks", "巡逻"),)',
            name=name,
        )
    try:
        check(kind())
    except Exception as error:
        return summarise_error(error)
    return None


def summarise_error(error: BaseException) -> Message | str:
    """Summarise an error in one line; a UserError as its message, so that it is worded in Chinese."""
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # raised by the error's own __str__
        message = ""
    line = next((line.strip()[:500] for line in message.splitlines() if line.strip()), "")
    if isinstance(error, UserError):
        return error.message if line == message else line
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
