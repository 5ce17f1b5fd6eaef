"""Compute digests of the model's sources: of their syntax trees, without docstrings and comments.

They have two uses. Runs with the same seed are the same as long as `version()` is the same, so a sweep stores
it. And a kernel is recompiled only when the meaning of its own file, or of a file that this one imports,
changes (`kernel_digest`).

Roads not taken: the bytes of the files, as in earlier versions; a comment then made every stored sweep
"another version of the model" and recompiled everything. And the bytecode; it differs between versions of
Python, this digest does not.
"""

import ast
import json
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

ROOT = Path(__file__).parent.parent  # the folder of the package
PACKAGE = __package__.partition(".")[0]
# Folders with mechanisms of the user, in the format of PATH. An environment variable, so that workers inherit
# it.
OUTSIDE = tuple(Path(folder) for folder in os.environ.get("COGOV_MECHANISMS", "").split(os.pathsep) if folder)
# Files with measures of the user: model/measures/own_measures.py.
OWN_MEASURES = tuple(Path(file) for file in os.environ.get("COGOV_MEASURES", "").split(os.pathsep) if file)
MECHANISMS_PACKAGE = f"{PACKAGE}.model.mechanisms"  # the package to which modules in those folders belong
# Fields of a syntax tree without a meaning.
MEANINGLESS_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def version(outside: Iterable[Path] = OUTSIDE) -> str:
    """Return the digest of the sources of the model and of the user's own files; 16 hexadecimal digits.

    Runs of the same version with the same seed give the same results, whatever number a release has.
    """
    shipped = sorted(path for room in ("engine", "agents", "model") for path in ROOT.glob(f"{room}/**/*.py"))
    added = [*(path for folder in outside for path in sorted(folder.glob("*.py"))), *OWN_MEASURES]
    names = [path.relative_to(ROOT).as_posix() for path in shipped] + [path.name for path in added]
    data = sorted(ROOT.glob("model/**/*.toml"))
    digests = [*map(_meaning, shipped), *map(_meaning_or_bytes, added), *map(_meaning_of_data, data)]
    return _join_digests(zip([*names, *(path.name for path in data)], digests))


def _meaning_of_data(path: Path) -> str:
    """Return the digest of the values of a TOML file, without its comments and white space."""
    return blake2b(repr(tomllib.loads(path.read_text("utf-8"))).encode(), digest_size=16).hexdigest()


def _meaning_or_bytes(path: Path) -> str:
    """Return the digest of a user's file: of its bytes if it is not Python, "" if it cannot be read."""
    try:
        return _meaning(path)
    except (SyntaxError, ValueError, RecursionError):
        return blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""


@cache
def kernel_digest(path: str | Path, module: str) -> str | None:
    """Return the digest of a source file and of all that it imports; None if one of them cannot be read.

    `path` is the file of `module` (a dotted name). Imports of the package and of the user's files count,
    those inside functions too.
    """
    pending, seen = [(Path(path), module)], {}
    while pending:
        path, module = pending.pop()
        if path in seen:
            continue
        try:
            seen[path] = module, _meaning(path)
        except (OSError, SyntaxError, ValueError):
            return None
        pending += [source for name in _imports(path, module) if (source := find_source(name))]
    return _join_digests(sorted(seen.values()))


def _join_digests(named: Iterable[tuple]) -> str:
    return blake2b(
        "\n".join(f"{name} {digest}" for name, digest in named).encode(), digest_size=8
    ).hexdigest()


@cache
def find_source(module: str) -> tuple[Path, str] | None:
    """Return (path, module) of a module of the package or of the user; None for all other modules."""
    base, *rest = module.split(".")
    if base != PACKAGE:
        path = getattr(sys.modules.get(module), "__file__", None)
        if (
            not path
            or not path.endswith(".py")
            or path.startswith((sys.prefix, sys.base_prefix, sys.exec_prefix))
        ):
            return None
        return Path(path), module
    places = [ROOT.joinpath(*rest)]
    if module.rpartition(".")[0] == MECHANISMS_PACKAGE:
        places += [folder / rest[-1] for folder in OUTSIDE]
    for place in places:
        for path in (place.with_name(place.name + ".py"), place / "__init__.py"):
            if path.is_file():
                return path, module
    return None


def _imports(path: Path, module: str) -> Iterator[str]:
    """Yield the dotted names that a file imports: modules, and names in them, which may be modules too."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for level, base, names in _read(path)[1]:
        if level:
            above = package.split(".")
            base = ".".join(above[: len(above) - level + 1] + ([base] if base else []))
        yield base
        yield from (f"{base}.{name}" for name in names)


def _meaning(path: Path) -> str:
    return _read(path)[0]


# ----------------------------------------------------------------------------------------- reading a file

unsaved = False  # whether a file was parsed whose digest no earlier process has saved
# Digest of a file's bytes -> (digest of its syntax tree, its imports [(level, module, names), ...]).
_KNOWN: dict[str, tuple[str, list[tuple]]] = {}


def remember(paths: Iterable[Path]) -> None:
    """Load what earlier processes have saved in files at `paths`; parsing a source file takes some 4 ms."""
    for path in paths:
        try:
            known = json.loads(path.read_text(encoding="ascii"))
            _KNOWN.update(
                {
                    key: (str(digest), [tuple(statement) for statement in imports])
                    for key, (digest, imports) in known.items()
                }
            )
        except (OSError, ValueError, TypeError, AttributeError):
            continue  # missing or damaged: the sources are parsed again


def save(path: Path) -> None:
    """Save what is known about the sources in a file at `path`, for later processes. Raises OSError."""
    global unsaved
    unsaved = False
    with NamedTemporaryFile("w", dir=path.parent, encoding="ascii", delete=False) as file:
        json.dump(_KNOWN, file)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def _read(path: Path) -> tuple[str, list[tuple]]:
    """Return (digest of the syntax tree, imports) of a file. Raises OSError, SyntaxError, ValueError."""
    raw = path.read_bytes()
    key = blake2b(raw, digest_size=16).hexdigest()
    if key not in _KNOWN:
        global unsaved
        unsaved = True
        tree = ast.parse(raw)
        digest = blake2b(outline(tree).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        _KNOWN[key] = (
            digest,
            [
                statement
                for node in walk_at_run_time(tree)
                if isinstance(node, (ast.Import, ast.ImportFrom))
                for statement in (
                    [(0, name.name, []) for name in node.names]
                    if isinstance(node, ast.Import)
                    else [(node.level, node.module or "", [name.name for name in node.names])]
                )
            ],
        )
    return _KNOWN[key]


def walk_at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a syntax tree, but skip blocks under `if TYPE_CHECKING:`, which never run."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from walk_at_run_time(child)


def outline(node: Any) -> str:
    """Write a syntax tree as text: the same for sources of the same meaning, in every version of Python.

    >>> outline(ast.parse("x = 1  # one")) == outline(ast.parse("'a docstring'\\nx=(1)"))
    True
    """
    if isinstance(node, ast.AST):
        entries = [
            (name, value)
            for name, value in ast.iter_fields(node)
            if value not in (None, []) and name not in MEANINGLESS_FIELDS
        ]
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            entries = [
                (name, value[1:] if name == "body" and _is_text(value[0]) else value)
                for name, value in entries
            ]
        if isinstance(node, ast.JoinedStr):  # some versions of Python put empty texts between the parts
            entries = [
                (name, [part for part in value if getattr(part, "value", part) != ""])
                for name, value in entries
            ]
        return f"{type(node).__name__}({','.join(f'{name}={outline(value)}' for name, value in entries)})"
    if isinstance(node, list):
        return f"[{','.join(map(outline, node))}]"
    return repr(node)


def _is_text(statement: ast.AST) -> bool:
    """Return whether a statement is just a string, such as a docstring."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
