"""The sources of the model as they are meant: digests of their syntax trees, without docstrings, comments and formatting.

Two things hang on them. A run is the same run as long as `version()` is the same, so a sweep remembers it. And a kernel is
compiled again only when its own file, or a file that this one imports, has come to mean something else (`kernel_digest`).

Road not taken: the bytes of the files, as before. A comment then made every stored sweep "another version of the model",
and everything was compiled again. Nor the bytecode: it differs between versions of Python, the digest here does not.
"""

import ast
import json
import os
import sys
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile

ROOT = Path(__file__).parent.parent  # the package's own folder
PACKAGE = __package__.partition(".")[0]
# Folders with mechanisms of a user's own, written as PATH is. An environment variable, for worker processes inherit it.
OUTSIDE = tuple(Path(folder) for folder in os.environ.get("COGOV_MECHANISMS", "").split(os.pathsep) if folder)
BESIDE = f"{PACKAGE}.model.mechanisms"  # the package that modules in those folders belong to
UNSAID = frozenset(
    {"ctx", "kind", "type_comment", "type_ignores"}
)  # fields of a syntax tree that mean nothing


def version(outside=OUTSIDE):
    """The digest of the model's sources, a user's own mechanisms included; 16 hexadecimal digits.

    Whatever a release is called: a run of the same version with the same seed is the same run.
    """
    own = sorted(path for room in ("engine", "agents", "model") for path in ROOT.glob(f"{room}/**/*.py"))
    added = [path for folder in outside for path in sorted(folder.glob("*.py"))]
    names = [path.relative_to(ROOT).as_posix() for path in own] + [path.name for path in added]
    return _join_digests(zip(names, [*map(_meaning, own), *map(_meaning_or_bytes, added)]))


def _meaning_or_bytes(path):
    """The digest of a file of a user's own: of its bytes where it is no Python, of nothing where it cannot be read."""
    try:
        return _meaning(path)
    except (SyntaxError, ValueError, RecursionError):
        return blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""


@cache
def kernel_digest(path, module):
    """The digest of a source file and all that it imports, files of the package and a user's own; None where it cannot be read.

    `path` is the file of `module` (a dotted name). Imports inside functions count as well.
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
        pending += [found for name in _imports(path, module) if (found := find(name))]
    return _join_digests(sorted(seen.values()))


def _join_digests(named):
    return blake2b(
        "\n".join(f"{name} {digest}" for name, digest in named).encode(), digest_size=8
    ).hexdigest()


@cache
def find(module):
    """(path, module) of a module that is the package's, or a user's own; None for Python's and installed ones."""
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
    if module.rpartition(".")[0] == BESIDE:
        places += [folder / rest[-1] for folder in OUTSIDE]
    for place in places:
        for path in (place.with_name(place.name + ".py"), place / "__init__.py"):
            if path.is_file():
                return path, module
    return None


def _imports(path, module):
    """The dotted names that a file imports: modules, and whatever is taken from them, for that may be a module too."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for level, base, names in _read(path)[1]:
        if level:
            above = package.split(".")
            base = ".".join(above[: len(above) - level + 1] + ([base] if base else []))
        yield base
        yield from (f"{base}.{name}" for name in names)


def _meaning(path):
    return _read(path)[0]


# ----------------------------------------------------------------------------------------------------------- reading a file

unsaved = False  # whether a file was parsed whose meaning no earlier process has kept
_KNOWN = {}  # digest of a file's bytes -> (digest of its syntax tree, [(level, module, names), ...] that it imports)


def remember(paths):
    """Take over what earlier processes have kept in files at `paths`: to parse a source file takes some 4 ms."""
    for path in paths:
        try:
            known = json.loads(path.read_text(encoding="ascii"))
            _KNOWN.update(
                {
                    key: (str(digest), [tuple(one) for one in imports])
                    for key, (digest, imports) in known.items()
                }
            )
        except (OSError, ValueError, TypeError, AttributeError):
            continue  # nothing there, or damaged: the sources are parsed again


def save(path):
    """Keep what is known of the sources in a file at `path`, for later processes. Raises OSError."""
    global unsaved
    unsaved = False
    with NamedTemporaryFile("w", dir=path.parent, encoding="ascii", delete=False) as file:
        json.dump(_KNOWN, file)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def _read(path):
    """(digest of the syntax tree, imports) of a file. Raises OSError, SyntaxError, ValueError."""
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
                (node.level, node.module or "", [name.name for name in node.names])
                if isinstance(node, ast.ImportFrom)
                else (0, name.name, [])
                for node in ast.walk(tree)
                if isinstance(node, (ast.Import, ast.ImportFrom))
                for name in (node.names if isinstance(node, ast.Import) else [None])
            ],
        )
    return _KNOWN[key]


def outline(node):
    """A syntax tree as text that is the same for sources that mean the same, in every version of Python.

    >>> outline(ast.parse("x = 1  # one")) == outline(ast.parse("'a docstring'\\nx=(1)"))
    True
    """
    if isinstance(node, ast.AST):
        said = [
            (name, value)
            for name, value in ast.iter_fields(node)
            if value not in (None, []) and name not in UNSAID
        ]
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            said = [
                (name, value[1:] if name == "body" and _is_text(value[0]) else value) for name, value in said
            ]
        if isinstance(node, ast.JoinedStr):  # some versions of Python put empty texts between the parts
            said = [
                (name, [part for part in value if getattr(part, "value", part) != ""]) for name, value in said
            ]
        return f"{type(node).__name__}({','.join(f'{name}={outline(value)}' for name, value in said)})"
    if isinstance(node, list):
        return f"[{','.join(map(outline, node))}]"
    return repr(node)


def _is_text(statement):
    """Whether a statement is a text by itself: a docstring."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
