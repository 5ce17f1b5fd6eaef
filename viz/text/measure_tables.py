"""The page of measures, docs/measures.md: `cogov docs` writes it from model/measures.py."""

from ...model.measures import MEASURES
from .parameter_tables import table

HEAD = """<!-- Written by `cogov docs` from model/measures.py; change the measures there, not this page. -->
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

To add a measure, add a function with `@measure(...)` in `model/measures.py`.
"""


def measures_page() -> str:
    """Return the text of docs/measures.md."""
    rows = [
        (f"`{m.name}`", f"{m.en} {m.zh}", m.description, m.unit, f"{m.better} is better")
        for m in MEASURES.values()
    ]
    lines = table(("name", "shown as", "definition", "unit", "direction"), rows)
    return HEAD + "\n".join(lines) + TAIL
