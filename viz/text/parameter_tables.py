"""Parameters as a table for the terminal, and as a page of Markdown for docs/parameters.md."""

from dataclasses import fields
from itertools import groupby

from rich.table import Table

from ...model import mechanisms
from ...model.cases import list_cases, read_case
from ...model.issues.categories import CATEGORIES, Category
from ...model.mechanisms import Mechanism
from .tables import PLAIN

MANY = 3  # cases that are named one by one in the terminal; of more only the ends are
HEADS = ("knob", "default", "range", "unit", "source", "cases")
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

Every number a case or `--set` may turn, as the code declares it: `cogov knobs` prints the same, `cogov knobs residents` a part of it,
`cogov knobs --json` for machines. A source that begins with *assumed* is a labelled prior, to be swept over its range; one that names
`docs/sources.md` is in [sources.md](sources.md). The last column has the cases whose value is another, and that value; the values of a
table that may stand several times in a case are told once each. What each number does is in [ODD.md](ODD.md).
"""


def format_number(number):
    """A number as it would be typed, with commas for the eye."""
    return f"{number:,.15g}"


def cells(one, most):
    """A parameter as the text of its cells, by HEADS."""
    return (
        one.path,
        format_number(one.default),
        f"{format_number(one.low)} to {format_number(one.high)}",
        one.unit,
        one.source,
        describe_changes(one.cases, most),
    )


def describe_changes(cases, most=None):
    """Which cases turn a knob, and to what; of more than `most` only the smallest and the largest."""
    values = {
        name: list(dict.fromkeys(told)) if isinstance(told, list) else [told] for name, told in cases.items()
    }
    if most is None or len(cases) <= most:
        return "; ".join(f"{name}: {' and '.join(map(format_number, told))}" for name, told in values.items())
    ends = sorted((value, name) for name, told in values.items() for value in told)
    (low, least), (high, largest) = ends[0], ends[-1]
    return f"{len(cases)} cases: {format_number(low)} ({least}) to {format_number(high)} ({largest})"


def parameter_table(found):
    """Parameters for the terminal: a table for each part of a scenario, its path once above them."""
    for part, group in groupby(found, key=lambda one: above(one.path)):
        table = Table(title=part, **PLAIN)
        for head in HEADS:
            table.add_column(
                head,
                overflow="fold",
                no_wrap=head in HEADS[:3],
                justify="right" if head == "default" else "left",
            )
        for one in group:
            table.add_row(one.path.removeprefix(part).strip(), *cells(one, MANY)[1:])
        yield table


def above(path):
    """The part of a scenario that a knob belongs to, with the dot that `--set` wants behind it."""
    return path.partition(" ")[0] if path.startswith("[[") else path[: path.rfind(".") + 1]


def page(found):
    """All parameters as Markdown, a table for each part of a scenario, one row for each category of issues."""
    out = [OPENING]
    for head, group in groupby(found, key=lambda one: one.path.partition(" ")[0].partition(".")[0]):
        group = list(group)
        out.append(f"## `{head}`\n")
        if head == "issues":
            out += categories(group)
        elif head == "mechanisms":
            out += of_mechanisms(group)
        else:
            out += table(HEADS, map(format_path, group))
    out += patterns()
    return "\n".join(out).rstrip("\n") + "\n"


def table(heads, rows):
    """The lines of a Markdown table, and an empty one."""
    return [line(heads), line(["---"] * len(heads)), *map(line, rows), ""]


def line(texts):
    return f"| {' | '.join(text.replace('|', '&#124;') for text in texts)} |"


def format_path(one, path=None):
    first, *rest = cells(one, None)
    return [f"`{path or first}`", *rest]


def categories(group):
    """`issues.NAME.FIELD`: what each field is, then a row of numbers for each category."""
    kinds = [f for f in fields(Category) if "low" in f.metadata]
    told = {one.path: one for one in group}
    yield "`issues.NAME.FIELD`: the fields, then a row for each category; `-` is 0.\n"
    rows = (
        [
            f"`{f.name}`",
            f"{format_number(f.metadata['low'])} to {format_number(f.metadata['high'])}",
            f.metadata["unit"],
            f.metadata["source"],
        ]
        for f in kinds
    )
    yield from table(("field", "range", "unit", "source"), rows)
    rows = []
    for name, kind in CATEGORIES.items():
        numbers = [told[f"issues.{name}.{f.name}"] for f in kinds]
        theirs = "; ".join(
            f"{f.name} {describe_changes(one.cases)}" for f, one in zip(kinds, numbers) if one.cases
        )
        extra = ", ".join(word for word in (kind.rule, kind.season) if word)
        rows.append(
            [
                f"`{name}` {kind.zh}",
                kind.family,
                kind.unit,
                kind.scope,
                kind.hands,
                *(format_number(one.default) if one.default else "-" for one in numbers),
                extra,
                theirs,
            ]
        )
    heads = (
        "category",
        "family",
        "arises per",
        "seen by",
        "hands",
        *(SHORT.get(f.name, f.name) for f in kinds),
        "rule, season",
        "cases",
    )
    yield from table(heads, rows)


def patterns():
    """What the model is held against: the `[[reported]]` of every case."""
    yield "## `[[reported]]`: the patterns\n"
    yield "What `cogov patterns` holds against the model; *inf* is no bound, and a number the report itself gives is marked `*`.\n"
    heads = ("case", "pattern", "the report's words", "measure", "range", "day", "switched off or on for it")
    rows = []
    for case in map(read_case, list_cases()):
        for one in case.reported:
            low, high = (
                format_number(end) if abs(end) < 1e12 else "inf"
                for end in (one.low - one.tolerance, one.high + one.tolerance)
            )
            arm = ", ".join([*(f"off {name}" for name in one.off), *(f"on {name}" for name in one.on)])
            asked = f"{low if low != 'inf' else '-inf'} to {high}" + " *" * one.number
            rows.append(
                [
                    case.name,
                    one.name,
                    one.words,
                    f"`{one.measure}`",
                    asked,
                    format_number(one.days or case.days),
                    arm,
                ]
            )
    yield from table(heads, rows)


def of_mechanisms(group):
    """A table for what every mechanism has, and one for each mechanism."""
    common = [f.name for f in fields(Mechanism) if "low" in f.metadata]
    told = {one.path: one for one in group}
    first = mechanisms.names()[0]
    yield "Every mechanism has these; a case switches it on by naming it, `--on NAME` does the same.\n"
    yield from table(
        HEADS[:-1],
        (format_path(told[f"mechanisms.{first}.{name}"], f"mechanisms.NAME.{name}")[:-1] for name in common),
    )
    on = {
        name: [case for case in list_cases() if name in read_case(case).mechanisms]
        for name in mechanisms.names()
    }
    for name, own in groupby(group, key=lambda one: one.path.split(".")[1]):
        yield f"### `{name}` {mechanisms.mechanism_class(name).zh}\n"
        yield f"On in: {', '.join(on[name]) or 'no case that ships'}.\n"
        yield from table(
            HEADS, (format_path(one) for one in own if one.cases or one.path.split(".")[2] not in common)
        )
