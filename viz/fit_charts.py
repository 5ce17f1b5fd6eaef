"""Draw a log beside a case that was fitted to it, as SVG: weeks, closing curves, days until closed.

The colours are classes of the page's style sheet, so that a chart follows light, dark and print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import isfinite, log10
from textwrap import shorten
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MOST_DAYS = 400.0  # right end of the axis of days; what takes longer is drawn at the end
TICKS_OF_DAYS = (1, 3, 7, 30, 90, 365)
LONG = 34  # letters of the name of a kind in a chart


def text(x: float, y: float, words: object, anchor: str = "start", kind: str = "") -> str:
    """Return a text of a chart."""
    css = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{css}>{escape(str(words))}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Return a straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def path(points: Sequence[tuple[float, float]], kind: str, close: bool = False) -> str:
    """Return a line through points, or the area within them."""
    steps = " ".join(f"{'L' if n else 'M'}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(points))
    return f'<path d="{steps}{" Z" if close else ""}" class="{kind}"/>' if points else ""


def svg(width: float, height: float, label: str, parts: Sequence[str]) -> str:
    """Return a chart with a label for those who cannot see it."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">'
        + "".join(parts)
        + "</svg>"
    )


def round_step(most: float, ticks: int = 4) -> float:
    """Return a round step that divides an axis up to `most` into some `ticks` parts.

    >>> [round_step(most) for most in (3, 17, 90, 1300)]
    [1, 5, 25, 500]
    """
    if most <= 0:
        return 1
    raw = most / ticks
    base = 10 ** np.floor(log10(raw))
    step = next(k * base for k in (1, 2, 2.5, 5, 10) if k * base >= raw)
    return max(1, int(step) if step >= 1 else step)


def draw_weeks(weekly: pd.DataFrame, words: dict[str, str]) -> str:
    """Draw the issues opened in each week, with the middle 90 % of the simulated weeks."""
    width, height, left, right, top, bottom = 860.0, 240.0, 46.0, 12.0, 22.0, 30.0
    n, has_band = len(weekly), bool(np.isfinite(weekly["high"]).all())
    most = float(max(weekly["log"].max(), weekly["high"].iloc[0] if has_band else 0.0, 1.0)) * 1.05

    def x(week: float) -> float:
        return left + (width - left - right) * week / max(n, 1)

    def y(value: float) -> float:
        return height - bottom - (height - top - bottom) * min(value, most) / most

    parts = []
    if has_band:
        row = weekly.iloc[0]
        corners = [(x(0), y(row.low)), (x(n), y(row.low)), (x(n), y(row.high)), (x(0), y(row.high))]
        parts += [path(corners, "band", True), line(x(0), y(row["median"]), x(n), y(row["median"]), "fitted")]
    for value in np.arange(0.0, most, round_step(most)):
        parts += [
            line(left, y(value), width - right, y(value), "grid"),
            text(left - 6, y(value) + 4, f"{value:g}", "end"),
        ]
    points = [(x(week + side), y(count)) for week, count in enumerate(weekly["log"]) for side in (0, 1)]
    parts.append(path(points, "log"))
    parts += list(dates_below(weekly, x, height - bottom))
    later = int((weekly["part"] == "fitted to").sum())
    if later < n:
        parts += [
            line(x(later), top - 8, x(later), height - bottom, "split"),
            text(x(later) + 4, top - 4, words["held out"], kind="quiet"),
        ]
    return svg(width, height, words["weeks"], parts)


def dates_below(weekly: pd.DataFrame, x: object, base: float) -> Iterator[str]:
    """Yield the dates below the axis: years of a long log, months of a short one, never too many."""
    months = weekly["week"].dt.to_period("Y" if len(weekly) > 130 else "M")
    first = [week for week in range(1, len(weekly)) if months.iloc[week] != months.iloc[week - 1]]
    every = max(1, -(-len(first) // 12))
    for week in first[::every]:
        yield line(x(week), base, x(week), base + 4, "axis")  # type: ignore[operator]
        yield text(x(week), base + 18, months.iloc[week], "middle")  # type: ignore[operator]


def draw_closing(rows: pd.DataFrame, kind: str, words: dict[str, str]) -> str:
    """Draw the share of one kind that is closed after so many days: the log, the case, its worlds."""
    width, height, left, right, top, bottom = 270.0, 216.0, 38.0, 10.0, 40.0, 34.0
    curve = rows[rows["days"] != "mean"]
    parts_of_log = {part: curve[curve["part"] == part] for part in ("fitted to", "held out")}
    days = list(parts_of_log["fitted to"]["days"])

    def x(n: float) -> float:
        return left + (width - left - right) * (n + 0.5) / len(days)

    def y(share: float) -> float:
        return height - bottom - (height - top - bottom) * share

    first = parts_of_log["fitted to"].reset_index(drop=True)
    band = [(x(n), y(1 - low)) for n, low in enumerate(first["low"])]
    band += [(x(n), y(1 - first["high"][n])) for n in reversed(range(len(first)))]
    parts = [path(band, "band", True)]
    for share in (0.0, 0.5, 1.0):
        parts += [
            line(left, y(share), width - right, y(share), "grid"),
            text(left - 5, y(share) + 4, f"{share:.0%}", "end"),
        ]
    parts += [text(x(n), height - bottom + 15, day, "middle") for n, day in enumerate(days)]
    parts.append(text((left + width) / 2, height - 4, words["days"], "middle", "quiet"))
    for column, css in (("default", "before"), ("fitted", "fitted")):
        parts.append(path([(x(n), y(1 - value)) for n, value in enumerate(first[column])], css))
    for part, css, aside in (("fitted to", "dot", -3.0), ("held out", "ring", 3.0)):
        for n, row in enumerate(parts_of_log[part].itertuples()):
            if isfinite(row.log):
                at = x(n) + aside
                parts.append(line(at, y(1 - row.log_low), at, y(1 - row.log_high), "error"))
                parts.append(f'<circle cx="{at:.1f}" cy="{y(1 - row.log):.1f}" r="3.4" class="{css}"/>')
    counts = " + ".join(f"{int(part['issues'].iloc[0]):,}" for part in parts_of_log.values())
    parts += [
        text(4, 14, shorten(kind, LONG, placeholder="…"), kind="head"),
        text(4, 29, words["issues"].format(count=counts), kind="quiet"),
    ]
    return svg(width, height, f"{words['closing']}: {kind}", parts)


def draw_days(table: pd.DataFrame, words: dict[str, str]) -> str:
    """Draw the days until half of a kind is closed: the log, from a quarter to three quarters, and worlds."""
    kinds = list(dict.fromkeys(table["kind"]))
    width, left, right, top, row_height = 860.0, 250.0, 40.0, 10.0, 44.0
    height = top + row_height * len(kinds) + 34

    def x(days: float) -> float:
        days = MOST_DAYS if not isfinite(days) else min(max(days, 0.0), MOST_DAYS)
        return left + (width - left - right) * log10(1 + days) / log10(1 + MOST_DAYS)

    parts = []
    for day in TICKS_OF_DAYS:
        parts += [line(x(day), top, x(day), height - 34, "grid"), text(x(day), height - 18, day, "middle")]
    parts.append(text((left + width) / 2, height - 3, words["days"], "middle", "quiet"))
    for n, kind in enumerate(kinds):
        middle = top + row_height * (n + 0.5)
        rows = table[table["kind"] == kind].set_index(["part", "share"])
        half = rows.loc[("fitted to", 0.5)]
        ends = x(half.low), max(x(half.high), x(half.low) + 2)
        parts += [
            text(4, middle + 4, shorten(kind, LONG, placeholder="…"), kind="head"),
            path(
                [(at, middle + up) for at, up in zip((*ends, *ends[::-1]), (-15, -15, -4, -4))], "band", True
            ),
            line(x(half["median"]), middle - 17, x(half["median"]), middle - 2, "fitted"),
        ]
        for part, css, below in (("fitted to", "dot", 4.0), ("held out", "ring", 14.0)):
            quarter, median, three = (rows.loc[(part, share)]["days"] for share in (0.25, 0.5, 0.75))
            if isfinite(quarter):
                parts.append(line(x(quarter), middle + below, x(three), middle + below, "error"))
            if isfinite(median):
                parts.append(
                    f'<circle cx="{x(median):.1f}" cy="{middle + below:.1f}" r="3.6" class="{css}"/>'
                )
    return svg(width, height, words["days closed"], parts)
