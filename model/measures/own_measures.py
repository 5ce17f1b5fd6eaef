"""Measures of a user's own, computed from the issues of a finished run: an expression, or a Python function.

The environment variable COGOV_MEASURES names files (in the format of PATH), so that workers inherit it:

- a TOML file with a table for each measure (`OwnMeasure`), whose expressions name columns of `issue_columns`;
- a Python file, whose public functions take these columns (name -> array) and return a number. Attributes of
  a function set `unit`, `better` and `zh`; the first line of its docstring is its label.

Road not taken: `eval` or pandas' queries. An expression in a file that one is sent must not run code, and the
model uses no tables.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.source_digests import OWN_MEASURES
from ...engine.texts.errors import UserError
from ...engine.toml_reader import At, build_dataclass, load
from ..issues.categories import FAMILIES, SCOPES
from .issue_times import times

if TYPE_CHECKING:
    from . import FinishedRun

Columns = Mapping[str, np.ndarray]
STATISTICS: dict[str, Callable] = {"mean": np.mean, "sum": np.sum, "median": np.median, "max": np.max}
UNITS = ("", "share", "issues", "hours", "yuan", "days")
BETTER = ("more", "less")
OPERATORS: dict[type, Callable] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: np.isin(left, right),
    ast.NotIn: lambda left, right: ~np.isin(left, right),
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
    ast.Not: np.logical_not,
    ast.USub: operator.neg,
}
PARTS = (ast.Name, ast.Constant, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Tuple, ast.List)
ALLOWED = (*PARTS, ast.Load, *OPERATORS)  # kinds of nodes of an expression


@dataclass(frozen=True)
class OwnMeasure:
    """A measure of a user's own: a statistic of an expression over the issues that a condition selects."""

    value: str = field(metadata={"text": 500})  # such as "resolved and days <= 7"
    where: str = field(default="", metadata={"text": 500})  # such as "severity >= 2"; "" all
    statistic: str = field(default="mean", metadata={"choices": tuple(STATISTICS)})
    en: str = field(default="", metadata={"text": 60})  # what tables call it; "" its name
    zh: str = field(default="", metadata={"text": 60})
    unit: str = field(default="", metadata={"choices": UNITS})
    better: str = field(default="more", metadata={"choices": BETTER})


def issue_columns(finished: "FinishedRun") -> dict[str, np.ndarray]:
    """Return the columns of the issues that count: name -> (issues,) array.

    Texts: category, family, scope, tenure (owner, let, or "" for an issue outside of homes). Whole numbers:
    severity (0..3), building, compound, household (-1: none), arose_day, reported_day, resolved_day (-1:
    never), reports, reopened. days: to resolution, or to the end of the run. work_hours. Yes or no: resolved,
    reported, old (arose long enough before the end), in_time.
    """
    run, issues = finished.run, finished.issues
    took, resolved = (column[finished.counted] for column in times(run))
    home, owner = issues["household"], run.places["owner"]
    whole = ("severity", "building", "compound", "household", "arose_day", "reported_day", "resolved_day")
    return {
        "category": np.array(run.categories)[issues["category"]],
        "family": np.array(FAMILIES)[issues["family"]],
        "scope": np.array(SCOPES)[issues["scope"]],
        "tenure": np.where(home < 0, "", np.where(owner[np.maximum(home, 0)], "owner", "let")),
        **{name: issues[name].astype(np.int64) for name in (*whole, "reports", "reopened")},
        "days": took,
        "work_hours": issues["work_hours"].astype(float),
        "resolved": resolved,
        "reported": issues["reported_day"] >= 0,
        "old": finished.old,
        "in_time": finished.done,
    }


COLUMNS = (
    *("category", "family", "scope", "tenure", "severity", "building", "compound", "household", "arose_day"),
    *("reported_day", "resolved_day", "reports", "reopened", "days", "work_hours", "resolved", "reported"),
    *("old", "in_time"),
)


def parse(text: str) -> ast.expr:
    """Parse an expression over COLUMNS. Raises UserError for anything else."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UserError("{problem}", problem=getattr(error, "msg", None) or str(error)) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in COLUMNS:
            raise UserError(
                "{name!r} is not a column; there are: {known}", name=node.id, known=", ".join(COLUMNS)
            )
        if isinstance(node, ast.Constant) and not isinstance(node.value, (bool, int, float, str)):
            raise UserError("{value!r} is neither a number nor a text", value=node.value)
        if not isinstance(node, ALLOWED):
            raise UserError(
                "{kind} is not allowed; write columns, numbers, texts, comparisons, + - * /, and, or, not, "
                "in",
                kind=type(node).__name__,
            )
    return tree


def evaluate(node: ast.expr, columns: Columns) -> Any:
    """Return the value of a parsed expression: an array over issues, a number, a text or a list."""
    match node:
        case ast.Name():
            return columns[node.id]
        case ast.Constant():
            return node.value
        case ast.Tuple() | ast.List():
            return [evaluate(part, columns) for part in node.elts]
        case ast.BoolOp():
            first, *rest = (evaluate(part, columns) for part in node.values)
            for part in rest:
                first = OPERATORS[type(node.op)](first, part)
            return first
        case ast.BinOp():
            return OPERATORS[type(node.op)](evaluate(node.left, columns), evaluate(node.right, columns))
        case ast.UnaryOp():
            return OPERATORS[type(node.op)](evaluate(node.operand, columns))
        case ast.Compare():
            sides = [evaluate(part, columns) for part in (node.left, *node.comparators)]
            said: Any = True
            for n, kind in enumerate(node.ops):
                said = np.logical_and(said, OPERATORS[type(kind)](sides[n], sides[n + 1]))
            return said
    raise AssertionError(type(node).__name__)


def expression_measure(name: str, own: OwnMeasure, at: At) -> Callable[["FinishedRun"], float]:
    """Return the function of an expression. Raises UserError for one that cannot be computed."""
    parsed = {}
    for part in ("value", "where"):
        text = getattr(own, part) or "True"
        try:
            parsed[part] = parse(text)
        except UserError as error:
            raise at.error(f"{name}.{part}", "= {text}: {why}", text=repr(text), why=error.message) from None

    def compute(finished: "FinishedRun") -> float:
        columns = issue_columns(finished)
        number = len(finished.issues)
        try:
            with np.errstate(invalid="ignore", divide="ignore"):
                chosen = np.broadcast_to(evaluate(parsed["where"], columns), number).astype(bool)
                values = np.broadcast_to(evaluate(parsed["value"], columns), number)[chosen].astype(float)
        except (TypeError, ValueError) as error:
            raise at.error(name, "cannot be computed: {error}", error=error) from None
        return float(STATISTICS[own.statistic](values)) if len(values) else float("nan")

    return compute


def function_measure(path: str, function: Callable) -> Callable[["FinishedRun"], float]:
    """Return a user's function as a measure; what it raises or returns wrongly becomes a UserError."""

    def compute(finished: "FinishedRun") -> float:
        columns = issue_columns(finished)
        for column in columns.values():
            column.setflags(write=False)
        try:
            value = function(columns)
        except Exception as error:
            raise UserError(
                "{path}: {name} raised {kind}: {error}",
                path=path,
                name=function.__name__,
                kind=type(error).__name__,
                error=error,
            ) from None
        if isinstance(value, (bool, int, float, np.number, np.bool_)):
            return float(value)
        raise UserError(
            "{path}: {name} returned {value!r}; a measure returns a number, or NaN where there is none",
            path=path,
            name=function.__name__,
            value=str(value)[:60],
        )

    return compute


def iter_own_measures() -> Iterator[tuple[str, OwnMeasure, Callable[["FinishedRun"], float], str]]:
    """Yield (name, how it is called, its function, its file) of every measure of COGOV_MEASURES.

    Raises UserError for a file that is not there or not what it should be.
    """
    for path in OWN_MEASURES:
        if path.suffix == ".toml":
            table, at = load(path)
            for name, entry in table.items():
                own = build_dataclass(OwnMeasure, entry, at, f"{name}.")
                yield name, own, expression_measure(name, own, at), str(path)
        elif path.suffix == ".py":
            yield from functions_in(path)
        else:
            raise UserError("COGOV_MEASURES names {path}: a file of measures ends in .toml or .py", path=path)


def functions_in(path: Path) -> Iterator[tuple[str, OwnMeasure, Callable[["FinishedRun"], float], str]]:
    """Yield the measures of a Python file. Raises UserError if it cannot be imported."""
    spec = spec_from_file_location(f"own_measures_{path.stem}", path)
    if spec is None or spec.loader is None or not path.exists():
        raise UserError("COGOV_MEASURES names {path}: there is no such file", path=path)
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise UserError(
            "{path} cannot be imported: {kind}: {error}", path=path, kind=type(error).__name__, error=error
        ) from None
    for name, function in vars(module).items():
        if isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
            own = OwnMeasure("", en=(function.__doc__ or name).strip().splitlines()[0].rstrip(".")[:60])
            given = {key: value for key, value in vars(function).items() if key in ("unit", "better", "zh")}
            for key, known in (("unit", UNITS), ("better", BETTER)):
                if key in given and given[key] not in known:
                    raise UserError(
                        "{path}: {name}.{key} = {value!r} is not one of {known}",
                        path=path,
                        name=name,
                        key=key,
                        value=given[key],
                        known=", ".join(map(repr, known)),
                    )
            yield name, replace(own, **given), function_measure(str(path), function), str(path)
