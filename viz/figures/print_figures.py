"""Draw chart specs for print, in a journal's sizes and fonts, with the looks of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from . import chart_specs
from .figures import QUIET
from .fonts import Figure, register_chinese_fonts
from .plotting import font_manager, settings, ticker
from .plotting import lines as strokes

if TYPE_CHECKING:
    from pathlib import Path

    from ...experiments.comparison.streaming_comparison import PairSummary

MM = 25.4  # per inch
ROUND = (1, 2, 5, 10)


@dataclass(frozen=True)
class Journal:
    """Requirements of a journal for figures."""

    one: float  # mm  width of a figure in one column
    two: float  # mm  across two columns, or the page
    text: float  # pt  of titles; ticks and notes are 1 pt smaller
    line: float  # pt
    dpi: int  # resolution of PNG
    tall: float = 0.68  # height of a panel over its width
    high: float = 0.0  # mm  fixed height of every figure; 0: follows from the panels
    many: float = 0.0  # pt  of titles if a figure has several panels; 0: as `text`


JOURNALS = {  # from their guides for authors, 2024-2025; text is at least 6 pt
    "nature": Journal(89.0, 183.0, 7.0, 1.0, 450),
    "plos": Journal(132.0, 190.5, 9.0, 1.2, 300),
    "thesis": Journal(100.0, 150.0, 9.0, 1.2, 300, tall=0.85),
    "slide": Journal(254.0, 254.0, 15.0, 2.4, 150, high=142.875, many=10.5),
}
FORMATS = ("png", "svg", "pdf")
LATIN = ("Arial", "Helvetica", "Liberation Sans", "Noto Sans", "DejaVu Sans")


def fonts(lang: str) -> list[str]:
    """Return the fonts for a language, in order of preference.

    In Chinese, the Chinese font also sets the Latin letters that it has.
    """
    if lang == "zh":
        return [*register_chinese_fonts(), "DejaVu Sans"]
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in LATIN if name in installed][:1]


def look_of(journal: str, panels: int = 1) -> Journal:
    """Return the requirements of a journal for a figure with this number of panels."""
    look = JOURNALS[journal]
    return (
        replace(look, text=look.many, line=look.line * look.many / look.text)
        if look.many and panels > 1
        else look
    )


@contextmanager
def journal_settings(look: Journal, lang: str) -> Iterator[None]:
    """Set matplotlib up for a journal and a language, and restore the previous settings afterwards.

    Fonts are embedded; Chinese fonts as Type 3, because their outlines are often not TrueType outlines.
    """
    size = look.text
    with settings(
        {
            "font.family": fonts(lang),
            "font.size": size,
            "axes.titlesize": size,
            "axes.labelsize": size - 1,
            "xtick.labelsize": size - 1,
            "ytick.labelsize": size - 1,
            "legend.fontsize": size,
            "axes.linewidth": 0.5,
            "xtick.major.width": 0.5,
            "ytick.major.width": 0.5,
            "xtick.major.size": 2.5,
            "ytick.major.size": 0,
            "pdf.fonttype": 3 if lang == "zh" else 42,
            "svg.fonttype": "path",
            "svg.hashsalt": "cogov",
            "axes.unicode_minus": True,
        }
    ):
        yield


def sheet(specs: list[dict], look: Journal, columns: int = 1, note: str = "") -> Figure:
    """Draw one panel per spec under a shared legend; the figure is exactly `columns` journal columns wide.

    Several panels are lettered. Draw and save the figure within `journal_settings`.
    """
    per_row = 2 if len(specs) > 1 else 1
    width = (look.one if columns == 1 else look.two) / MM
    rows = -(-len(specs) // per_row)
    height = look.high / MM if look.high else rows * (width / per_row) * look.tall + 4.5 * look.text / 72
    figure = Figure(figsize=(width, height), dpi=look.dpi, layout="constrained")
    pad = 2.5 * look.text / 72
    figure.get_layout_engine().set(w_pad=0.4 * pad, h_pad=0.4 * pad, wspace=0.03, hspace=0.04)
    panels = figure.subplots(rows, per_row, squeeze=False).flat
    for n, (axes, spec) in enumerate(zip(panels, specs)):
        panel(axes, spec, look, width / per_row, "" if len(specs) == 1 else "abcdefgh"[n])
    for axes in list(panels)[len(specs) :]:
        axes.set_visible(False)
    if len(specs[0]["lines"]) > 1:
        legend(figure, specs[0]["lines"], look)
    if note:
        figure.supxlabel(
            wrap_text(note, width - pad, look.text - 1),
            fontsize=look.text - 1,
            color=QUIET,
            x=0.4 * pad / width,
            ha="left",
            linespacing=1.35,
        )
    return figure


def wrap_text(text: str, inches: float, points: float) -> str:
    """Break text into lines that fit into a width in inches.

    Chinese may break between any two characters, except before a punctuation mark.
    """
    line_width, lines = inches * 72 / points, [""]
    for part in re.findall(
        r"[\u3000-\u9fff\uff00-\uffef][，。；：、）？]*|[^\s\u3000-\u9fff\uff00-\uffef]+\s*", text
    ):
        if lines[-1] and ems(lines[-1] + part.rstrip()) > line_width:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def ems(text: str) -> float:
    """Estimate the width of a text in ems; Latin letters count as in the widest font of LATIN."""
    return sum(1.0 if ord(letter) > 0x2E80 else 0.6 for letter in text)


def panel(axes, spec, look, width, letter) -> None:
    """Draw one spec on its axes, with title and unit above, as on the page."""
    {"lines": lines, "bars": bars, "pairs": pairs}[spec.get("kind", "lines")](axes, spec, look)
    title = wrap_text(spec["title"], width - 5 * look.text / 72, look.text)
    axes.set_title(title, loc="left", pad=1.3 * look.text + 6 if spec["ylabel"] else 5, linespacing=1.3)
    axes.annotate(
        spec["ylabel"],
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=look.text - 1,
        color=QUIET,
        va="bottom",
    )
    if letter:
        axes.annotate(
            letter,
            (0, 1),
            xycoords="axes fraction",
            xytext=(-2.2 * look.text, 4),
            textcoords="offset points",
            fontsize=look.text + 1,
            fontweight="bold",
            va="bottom",
            ha="right",
        )
    axes.set_xlabel(spec["xlabel"], loc="right", color=QUIET)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(color=QUIET, labelcolor="#333333")


def legend(figure, lines, look) -> None:
    """Write the names of all lines in a row above the panels."""
    keys = [strokes.Line2D([], [], color=line["colour"], ls=dash(line), lw=1.6 * look.line) for line in lines]
    names = [line["name"] for line in lines]
    rows = 1 if sum(map(len, names)) * look.text * 0.7 + 40 * len(names) < 72 * figure.get_figwidth() else 2
    figure.legend(
        keys,
        names,
        frameon=False,
        loc="outside upper left",
        ncols=-(-len(names) // rows),
        handlelength=2.4,
        borderaxespad=0.2,
        columnspacing=1.6,
    )


def dash(line: dict) -> tuple | str:
    """Convert the dash of a spec, in pixels of the page, into a matplotlib line style in line widths."""
    return (0, tuple(float(part) / 2 for part in line["dash"].split())) if line["dash"] else "-"


def numbers(column) -> np.ndarray:
    """Convert a column of a spec to floats; None becomes NaN."""
    return np.array([np.nan if value is None else value for value in column], float)


def lines(axes, spec, look) -> None:
    """Draw the lines of a spec and their bands."""
    x_axis, step = axes.xaxis, "post" if spec.get("step") else None
    for line in spec["lines"]:
        x = numbers(line.get("x", spec.get("x")))
        if "low" in line:
            axes.fill_between(
                x,
                numbers(line["low"]),
                numbers(line["high"]),
                step=step,
                color=line["colour"],
                alpha=0.17,
                lw=0,
            )
        axes.plot(
            x,
            numbers(line["y"]),
            color=line["colour"],
            ls=dash(line),
            lw=look.line,
            drawstyle="steps-post" if step else "default",
        )
    all_x = np.concatenate([numbers(line.get("x", spec.get("x"))) for line in spec["lines"]])
    axes.set_xlim(all_x.min(), max(all_x.max(), all_x.min() + 1))
    span = all_x.max() - all_x.min()
    x_axis.set_major_locator(
        ticker.MultipleLocator(next(n for n in (30, 60, 90, 180, 365, 1825) if span / n <= 7))
        if span > 60
        else ticker.MaxNLocator(6, integer=True, steps=ROUND)
    )
    upright(axes, spec)
    if "vline" in spec and spec["vline"]["x"] <= all_x.max():
        axes.axvline(spec["vline"]["x"], color=QUIET, lw=0.8, ls=":")
        axes.annotate(
            spec["vline"]["label"],
            (spec["vline"]["x"], 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -1),
            textcoords="offset points",
            va="top",
            color=QUIET,
            fontsize=look.text - 1,
        )


def number(value: float, spec: dict) -> str:
    """Format a tick: a share in percent, a difference with its sign."""
    if spec.get("percent"):
        return f"{100 * value:.4g}%"
    return f"{value:+,.6g}" if spec.get("zero") and abs(value) > 1e-9 else f"{value:,.6g}"


def upright(axes, spec) -> None:
    """Set up the y axis: range, ticks, faint grid lines, and a line at zero for differences."""
    if spec.get("zero"):
        axes.axhline(0, color=QUIET, lw=0.6)
    axes.set_ylim(spec.get("ymin"), spec.get("ymax"))
    axes.yaxis.set_major_locator(ticker.MaxNLocator(5, steps=ROUND))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: number(y, spec)))
    axes.grid(axis="y", color="#DDDDDD", lw=0.5)
    axes.set_axisbelow(True)


def bars(axes, spec, look) -> None:
    """Draw horizontal bars, one per category and line."""
    y, count = np.arange(len(spec["categories"])), len(spec["lines"])
    for k, line in enumerate(spec["lines"]):
        axes.barh(y + (k - (count - 1) / 2) * 0.38, numbers(line["y"]), 0.34, color=line["colour"])
    axes.set_yticks(y)
    axes.set_yticklabels(spec["categories"])
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(ticker.MaxNLocator(4, steps=ROUND))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.grid(axis="x", color="#DDDDDD", lw=0.5)
    axes.set_axisbelow(True)


def pairs(axes, spec, look) -> None:
    """Draw the dots of all lines, joined where they share an x."""
    x, columns = numbers(spec["x"]), [numbers(line["y"]) for line in spec["lines"]]
    axes.vlines(x, np.nanmin(columns, axis=0), np.nanmax(columns, axis=0), color="#BBBBBB", lw=0.7)
    for line, column in zip(spec["lines"], columns):
        axes.plot(
            x,
            column,
            "o",
            ms=1.1 * look.line + 2,
            mfc="white" if line["dash"] else line["colour"],
            mec=line["colour"],
            mew=0.9 * look.line,
        )
    axes.xaxis.set_major_locator(ticker.MaxNLocator(6, integer=True, steps=ROUND))
    upright(axes, spec)


CHARTS = {  # charts of `cogov figure`, drawn from a PairSummary
    "comparison": (
        chart_specs.survival_of,
        chart_specs.backlog_of,
        chart_specs.pair_by_pair,
        chart_specs.hours_of,
    ),
    "backlog": (chart_specs.backlog_of,),
    "survival": (chart_specs.survival_of,),
    "hours": (chart_specs.hours_of,),
    "pairs": (chart_specs.pair_by_pair,),
}


def draw_chart(
    summary: PairSummary, which: str, look: Journal, columns: int | None = None, lang: str = "en"
) -> Figure:
    """Draw a chart of CHARTS from a PairSummary.

    "comparison" takes two journal columns by default, and has the verdict below it.
    """
    specs = [build(summary, chart_specs.words_of(lang)) for build in CHARTS[which]]
    return sheet(
        specs,
        look,
        columns or min(2, len(specs)),
        summary.verdict(lang) if len(specs) > 1 else specs[0].get("note", ""),
    )


def save(figure, folder: Path, name: str, formats: tuple) -> list[Path]:
    """Write the figure in these formats and return the paths.

    The sizes are exact: nothing is trimmed. Metadata that changes between runs is left out.
    """
    paths = [folder / f"{name}.{ending}" for ending in formats]
    for path in paths:
        metadata = {"png": {"Software": "cogov"}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[
            path.suffix[1:]
        ]
        figure.savefig(path, dpi=figure.dpi, metadata=metadata)
    return paths
