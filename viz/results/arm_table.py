"""The table of all arms of a sweep, as text for a widget of the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anywidget
import numpy as np
import traitlets

from ...model.measures import SHARES
from .names import arm_name, case_name, say
from .specs import MOST

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.sweep.report_statistics import Analysis

WORDS = ("case", "arm", "verdict")
COUNTS = ("replicates", "world_worlds", "effect_worlds")


class ArmTable(anywidget.AnyWidget):
    """Show what `shown_table` returns."""

    _esm = (Path(__file__).parent / "static" / "arm_table.js").read_text("utf-8")
    table = traitlets.Dict().tag(sync=True)


def shown_table(one: Analysis, table: pd.DataFrame, lang: str) -> dict:
    """Return the first MOST rows of the table of arms as text: label, columns, rows, and a note."""
    arms = {(arm.case, arm.name): arm_name(one, arm, lang) for arm in one.results.plan.arms}
    several = len(one.results.plan.cases) > 1
    names = [*(["case"] if several else []), "arm", *table.columns]
    rows = []
    for (case, arm), values in zip(table.index[:MOST], table.head(MOST).itertuples(index=False)):
        first = [case_name(one, case, lang)] if several else []
        cells = (cell(one, lang, name, value) for name, value in zip(table.columns, values))
        rows.append([*first, arms[case, arm], *cells])
    return {
        "label": say(lang, "section.table"),
        "columns": [{"name": say(lang, f"column.{name}"), "number": name not in WORDS} for name in names],
        "rows": rows,
        "note": say(lang, "first rows", most=MOST, n=len(table)) if len(table) > MOST else "",
    }


def cell(one: Analysis, lang: str, column: str, value: object) -> str:
    """Return a cell: shares in per cent, their differences in points, verdicts in words; a dash for none."""
    if column == "verdict":
        return say(lang, f"verdict.{value}") if isinstance(value, str) else ""
    number = float(value)
    if not np.isfinite(number):
        return "–"
    if column in COUNTS:
        return f"{number:,.0f}"
    is_difference = column in ("difference", "low_all", "high_all") or column.startswith("effect_")
    if one.estimand.measure in SHARES:
        return f"{100 * number:+.1f}" if is_difference else f"{number:.1%}"
    return f"{number:{'+' if is_difference else ''},.4g}"
