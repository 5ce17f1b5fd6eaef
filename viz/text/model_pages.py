"""Pages about the model that `cogov docs` writes: docs/measures.md, and the mechanisms of docs/ODD.md."""

import re
from collections.abc import Iterator

from ...engine.texts import LANGUAGES, translate
from ...model import mechanisms
from ...model.activities import BY_LEVER, RATIOS
from ...model.measures import MEASURES
from .parameter_tables import table

BEGIN, END = "<!-- mechanisms: written by `cogov docs` -->", "<!-- end of mechanisms -->"
HEAD = """<!-- Written by `cogov docs` from model/measures; change the measures there, not this page. -->
# Measures

Every command that prints measures prints these; in files and in Python they are called by the name in the
first column.

"""
TAIL = """
*Resolution rate*: of the issues that **arose** at least 30 days (`--within`) before the end, the share that
was resolved within 30 days of arising and not reopened since. Issues that were never reported count as not
resolved.

*Time to resolution*: days from arising to resolution. Open issues are right-censored. The restricted mean is
the area under the Kaplan-Meier curve up to day 180, or to the end of a shorter run. Withdrawn and lapsed
issues never count as resolved: they stay at risk to the end, so that giving up does not count as speed.

*Hours and yuan* are also given by role (property crew, committee, grid workers, members, volunteers,
captains, departments), by source (the community's fund, the compounds' funds) and by mechanism: `ledger` in
Python, `ledger.csv`.

To add a measure, add a function with `@measure(...)` in `model/measures/__init__.py`.

## What is done

Of every mechanism that is on, what it does is counted: `cogov run` and `cogov compare` print it, `activities`
holds it in Python and with `--json`, `daily_activities` day by day in Python, and a reported outcome can be
held against it with `measure = "count:MECHANISM:NAME"`. A count is a total since day 0, or a level: how many
there are today. All are times the mechanism's strength. A mechanism declares its counts in `counts`, and adds
to them in `pull` and `learn`.

"""


def measures_page() -> str:
    """Return the text of docs/measures.md."""
    rows = [
        (f"`{m.name}`", f"{m.en} {m.zh}", m.description, m.unit, f"{m.better} is better")
        for m in MEASURES.values()
    ]
    lines = table(("name", "shown as", "definition", "unit", "direction"), rows)
    return HEAD + "\n".join(lines) + TAIL + "\n".join(count_tables())


def count_tables() -> Iterator[str]:
    """Yield the lines of the tables of what is counted: by mechanisms, by their levers, and ratios."""
    rows = [
        (name, f"`{c.name}`", f"{c.en} {c.zh}", c.unit, "level" if c.level else "total")
        for name in mechanisms.shipped_names()
        for c in mechanisms.load_class(name).counts
    ]
    yield from table(("mechanism", "count", "shown as", "unit", "kind"), rows)
    yield "\nOf every mechanism that pulls the lever, from the history of the issues:\n"
    of_levers = [
        (f"`{lever}`", f"`{c.name}`", f"{c.en} {c.zh}", c.unit) for lever, (c, _) in BY_LEVER.items()
    ]
    yield from table(("lever", "count", "shown as", "unit"), of_levers)
    yield "\nOf every mechanism that counts both:\n"
    ratios = [(f"`{c.name}`", f"{c.en} {c.zh}", f"`{part}` / `{base}`") for c, part, base in RATIOS]
    yield from table(("ratio", "shown as", "what is divided"), ratios)
    yield ""


def mechanisms_section() -> str:
    """Return the section: mechanisms by purpose, each with its Chinese name and its rules."""
    parts = []
    for group in mechanisms.GROUPS:
        names = [name for name in mechanisms.shipped_names() if mechanisms.group_of(name) == group]
        parts.append("#### " + " ".join(translate(lang, "group", group) for lang in LANGUAGES))
        parts += [
            f"**`{name}`** {mechanisms.load_class(name).zh}. {mechanisms.describe_rules(name)}"
            for name in names
        ]
    return "\n\n".join(parts)


def with_section(page: str) -> str:
    """Return the text of docs/ODD.md with its section on mechanisms written again."""
    section = f"{BEGIN}\n\n{mechanisms_section()}\n\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: section, page, flags=re.DOTALL)
