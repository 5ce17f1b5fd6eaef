"""Tabulate parameters for the terminal, and as the Markdown page docs/parameters.md."""

from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby

from rich.table import Table

from ...model import mechanisms
from ...model.issues.categories import CATEGORIES, Category
from ...model.mechanisms import Mechanism
from ...model.scenarios.cases import list_cases, read_case
from ...model.scenarios.structure import DECISIONS, rules_named
from .tables import PLAIN

MANY = 3  # in the terminal, up to this many cases are listed; of more, only the extremes
HEADS = ("knob", "default", "range", "unit", "source", "cases")
RULES = ("decision", "rules, the model's own first")
SHORT = {
    "severity": "sev.",
    "telling": "tell",
    "sittings": "sitt.",
    "stubborn": "stubb.",
    "patience": "pat.",
    "reopen": "reop.",
}  # heads of narrow columns
OPENING = """<!-- Written by `cogov docs`; change the knobs, not this page. -->
# Parameters

Every number that a case or `--set` can change, as declared in the code. `cogov knobs` prints the same, \
`cogov knobs residents` a part of it, and `cogov knobs --json` all of it as JSON.
A source that begins with *assumed* marks an assumption, to be varied over its range in a sweep; one that \
names `docs/sources.md` is listed in [sources.md](sources.md).
The last column lists the cases that set another value, with that value; for a table that may occur several \
times in a case, each different value is listed once.
[ODD.md](ODD.md) describes what each number does.
"""


def format_number(number: float) -> str:
    """Format a number as it would be typed, with commas between thousands."""
    return f"{number:,.15g}"


def cells(parameter, most: int | None) -> tuple[str, ...]:
    """Return the texts of the cells of a parameter, in the order of HEADS."""
    return (
        parameter.path,
        format_number(parameter.default),
        f"{format_number(parameter.low)} to {format_number(parameter.high)}",
        parameter.unit,
        parameter.source,
        describe_changes(parameter.cases, most),
    )


def describe_changes(cases: dict, most: int | None = None) -> str:
    """List the cases that change a knob, and their values.

    With more than `most` cases, only the smallest and the largest value are named.
    """
    values = {
        name: list(dict.fromkeys(value)) if isinstance(value, list) else [value]
        for name, value in cases.items()
    }
    if most is None or len(cases) <= most:
        return "; ".join(
            f"{name}: {' and '.join(map(format_number, numbers))}" for name, numbers in values.items()
        )
    ends = sorted((value, name) for name, numbers in values.items() for value in numbers)
    (low, least), (high, largest) = ends[0], ends[-1]
    return f"{len(cases)} cases: {format_number(low)} ({least}) to {format_number(high)} ({largest})"


def parameter_table(parameters) -> Iterator[Table]:
    """Yield a table for each part of a scenario, headed by the common path of its knobs."""
    for part, group in groupby(parameters, key=lambda parameter: part_of(parameter.path)):
        if part == "structure.":
            yield rules_table()
        table = Table(title=part, **PLAIN)
        for head in HEADS:
            table.add_column(
                head,
                overflow="fold",
                no_wrap=head in HEADS[:3],
                justify="right" if head == "default" else "left",
            )
        for parameter in group:
            table.add_row(parameter.path.removeprefix(part).strip(), *cells(parameter, MANY)[1:])
        yield table


def rules_table() -> Table:
    """Return a table of the rules that a case or `--set` may choose."""
    out = Table(title="structure.", **PLAIN)
    for head in RULES:
        out.add_column(head)
    for decision in DECISIONS:
        out.add_row(decision, ", ".join(rules_named(decision)))
    return out


def part_of(path: str) -> str:
    """Return the part of a scenario that a knob belongs to, with the trailing dot that `--set` needs."""
    return path.partition(" ")[0] if path.startswith("[[") else path[: path.rfind(".") + 1]


def page(parameters) -> str:
    """Return all parameters as Markdown: a table for each part of a scenario.

    Categories of issues have one row each, with their numbers in columns.
    """
    lines = [OPENING]
    for head, group in groupby(
        parameters, key=lambda parameter: parameter.path.partition(" ")[0].partition(".")[0]
    ):
        group = list(group)
        lines.append(f"## `{head}`\n")
        if head == "structure":
            rows = ((f"`structure.{name}`", ", ".join(rules_named(name))) for name in DECISIONS)
            lines += table(RULES, rows)
        if head == "issues":
            lines += categories(group)
        elif head == "mechanisms":
            lines += of_mechanisms(group)
        else:
            lines += table(HEADS, map(format_path, group))
    lines += patterns()
    return "\n".join(lines).rstrip("\n") + "\n"


def table(heads, rows) -> list[str]:
    """Return the lines of a Markdown table, and an empty line."""
    return [line(heads), line(["---"] * len(heads)), *map(line, rows), ""]


def line(texts) -> str:
    """Return a row of a Markdown table, with vertical bars escaped."""
    return f"| {' | '.join(text.replace('|', '&#124;') for text in texts)} |"


def format_path(parameter, path: str | None = None) -> list[str]:
    """Return the cells of a parameter for Markdown, with its path (or `path` instead) as code."""
    first, *rest = cells(parameter, None)
    return [f"`{path or first}`", *rest]


def categories(group: list) -> Iterator[str]:
    """Yield the lines on `issues.NAME.FIELD`: a table of fields, then one row of numbers per category."""
    columns = [f for f in fields(Category) if "low" in f.metadata]
    by_path = {parameter.path: parameter for parameter in group}
    yield "`issues.NAME.FIELD`: first the fields, then one row per category; `-` means 0.\n"
    rows = (
        [
            f"`{f.name}`",
            f"{format_number(f.metadata['low'])} to {format_number(f.metadata['high'])}",
            f.metadata["unit"],
            f.metadata["source"],
        ]
        for f in columns
    )
    yield from table(("field", "range", "unit", "source"), rows)
    rows = []
    for name, category in CATEGORIES.items():
        numbers = [by_path[f"issues.{name}.{f.name}"] for f in columns]
        changes = "; ".join(
            f"{f.name} {describe_changes(parameter.cases)}"
            for f, parameter in zip(columns, numbers)
            if parameter.cases
        )
        extra = ", ".join(word for word in (category.consent_rule, category.season) if word)
        rows.append(
            [
                f"`{name}` {category.zh}",
                category.family,
                category.unit,
                category.scope,
                category.done_by,
                *(format_number(parameter.default) if parameter.default else "-" for parameter in numbers),
                extra,
                changes,
            ]
        )
    heads = (
        "category",
        "family",
        "arises per",
        "seen by",
        "done by",
        *(SHORT.get(f.name, f.name) for f in columns),
        "rule, season",
        "cases",
    )
    yield from table(heads, rows)


def patterns() -> Iterator[str]:
    """Yield the lines on the `[[reported]]` patterns of all cases, against which the model is tested."""
    yield "## `[[reported]]`: the patterns\n"
    yield (
        "Reported outcomes that `cogov patterns` compares with the model. *inf* means no bound; "
        "`*` marks a number that the report itself gives.\n"
    )
    heads = ("case", "pattern", "words of the report", "measure", "range", "day", "switched off or on")
    rows = []
    for case in map(read_case, list_cases()):
        for pattern in case.reported:
            low, high = (
                format_number(end) if abs(end) < 1e12 else "inf"
                for end in (pattern.low - pattern.tolerance, pattern.high + pattern.tolerance)
            )
            arm = ", ".join(
                [*(f"off {name}" for name in pattern.off), *(f"on {name}" for name in pattern.on)]
            )
            target = f"{low if low != 'inf' else '-inf'} to {high}" + " *" * pattern.number
            rows.append(
                [
                    case.name,
                    pattern.name,
                    pattern.words,
                    f"`{pattern.measure}`",
                    target,
                    format_number(pattern.days or case.days),
                    arm,
                ]
            )
    yield from table(heads, rows)


def of_mechanisms(group: list) -> Iterator[str]:
    """Yield a table of the knobs common to all mechanisms, then one table per mechanism."""
    common = [f.name for f in fields(Mechanism) if "low" in f.metadata]
    by_path = {parameter.path: parameter for parameter in group}
    first = mechanisms.list_mechanisms()[0]
    yield "Every mechanism has these knobs. A case switches one on by its name, as does `--on NAME`.\n"
    yield from table(
        HEADS[:-1],
        (
            format_path(by_path[f"mechanisms.{first}.{name}"], f"mechanisms.NAME.{name}")[:-1]
            for name in common
        ),
    )
    cases_with = {
        name: [case for case in list_cases() if name in read_case(case).mechanisms]
        for name in mechanisms.list_mechanisms()
    }
    for name, knobs in groupby(group, key=lambda parameter: parameter.path.split(".")[1]):
        yield f"### `{name}` {mechanisms.load_class(name).zh}\n"
        yield f"On in: {', '.join(cases_with[name]) or 'no shipped case'}.\n"
        yield from table(
            HEADS,
            (
                format_path(parameter)
                for parameter in knobs
                if parameter.cases or parameter.path.split(".")[2] not in common
            ),
        )
