"""Show the table of all arms of a sweep as HTML; every text of a user is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from ...model.measures import SHARES
from .names import arm_name, case_name, say
from .specs import MOST

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.sweep.report_statistics import Analysis

WORDS = ("case", "arm", "verdict")
COUNTS = ("replicates", "world_worlds", "effect_worlds")


def table_html(one: Analysis, table: pd.DataFrame, lang: str) -> str:
    """Return the first MOST rows of the table of arms, with its columns named in the language."""
    arms = {arm.name: arm_name(one, arm, lang) for arm in one.results.plan.arms}
    flat = table.reset_index().assign(
        case=lambda rows: [case_name(one, case, lang) for case in rows["case"]],
        arm=lambda rows: rows["arm"].map(arms),
    )
    flat = flat if len(one.results.plan.cases) > 1 else flat.drop(columns="case")
    head = "".join(
        f"<th scope='col' class='{'text' if name in WORDS else 'number'}'>"
        f"{escape(say(lang, f'column.{name}'))}</th>"
        for name in flat
    )
    body = "".join(
        "<tr>" + "".join(cell(one, lang, name, value) for name, value in zip(flat, row)) + "</tr>"
        for row in flat.head(MOST).itertuples(index=False)
    )
    more = (
        f"<p class='rs-quiet'>{escape(say(lang, 'first rows', most=MOST, n=len(flat)))}</p>"
        if len(flat) > MOST
        else ""
    )
    rows = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f"<div class='rs-scroll' tabindex='0'><table>{rows}</table></div>{more}"


def cell(one: Analysis, lang: str, column: str, value: object) -> str:
    """Return a cell: shares in per cent, differences of shares in points, verdicts in words."""
    if column == "verdict":
        text = say(lang, f"verdict.{value}") if isinstance(value, str) else ""
        return f"<td>{escape(text)}</td>"
    if isinstance(value, str):
        return f"<td>{escape(value)}</td>"
    return f"<td class='number'>{escape(number(one, column, float(value)))}</td>"


def number(one: Analysis, column: str, value: float) -> str:
    """Return a number of a column in words; a dash where there is none."""
    if not np.isfinite(value):
        return "–"
    if column in COUNTS:
        return f"{value:,.0f}"
    is_difference = column in ("difference", "low_all", "high_all") or column.startswith("effect_")
    if one.estimand.measure in SHARES:
        return f"{100 * value:+.1f}" if is_difference else f"{value:.1%}"
    return f"{value:{'+' if is_difference else ''},.4g}"
