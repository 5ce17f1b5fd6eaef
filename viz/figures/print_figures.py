"""Figures for print: the specs of `curves`, in a journal's sizes and fonts, looking as they do on the page."""

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from . import chart_specs
from .figures import QUIET
from .fonts import Figure, chinese
from .plotting import font_manager, settings, ticker
from .plotting import lines as strokes

MM = 25.4  # in an inch
ROUND = (1, 2, 5, 10)


@dataclass(frozen=True)
class Journal:
    """What a journal asks of a figure."""

    one: float  # mm  width of a figure in one column
    two: float  # mm  across two columns, or the page
    text: float  # pt  of titles; ticks and notes one less
    line: float  # pt
    dpi: int  # of pixels
    tall: float = 0.68  # height of a panel over its width
    high: float = 0.0  # mm  height of every figure, where it is fixed
    many: float = 0.0  # pt  of titles where several panels share it


JOURNALS = {  # as their guides for authors say, 2024-2025; text at least 6 pt
    "nature": Journal(89.0, 183.0, 7.0, 1.0, 450),
    "plos": Journal(132.0, 190.5, 9.0, 1.2, 300),
    "thesis": Journal(100.0, 150.0, 9.0, 1.2, 300, tall=0.85),
    "slide": Journal(254.0, 254.0, 15.0, 2.4, 150, high=142.875, many=10.5),
}
FORMATS = ("png", "svg", "pdf")
LATIN = ("Arial", "Helvetica", "Liberation Sans", "Noto Sans", "DejaVu Sans")


def fonts(lang):
    """Names of fonts to set the language in, the first of them for all that it has: Latin letters of a Chinese font go with it."""
    if lang == "zh":
        return [*chinese(), "DejaVu Sans"]
    there = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in LATIN if name in there][:1]


def look_of(journal, panels=1):
    """What a journal asks of a figure of so many panels."""
    look = JOURNALS[journal]
    return (
        replace(look, text=look.many, line=look.line * look.many / look.text)
        if look.many and panels > 1
        else look
    )


@contextmanager
def setting(look, lang):
    """matplotlib as such a journal wants it, and afterwards as it was. Fonts are embedded: Chinese ones, whose outlines are
    often not TrueType's, as Type 3, which draws them right."""
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


def sheet(specs, look, columns=1, note=""):
    """A figure exactly as wide as `columns` of a journal, with a panel for each spec, lettered where there are several, under one legend.

    Draw and save it within `setting`."""
    across = 2 if len(specs) > 1 else 1
    width = (look.one if columns == 1 else look.two) / MM
    down = -(-len(specs) // across)
    height = look.high / MM if look.high else down * (width / across) * look.tall + 4.5 * look.text / 72
    figure = Figure(figsize=(width, height), dpi=look.dpi, layout="constrained")
    pad = 2.5 * look.text / 72
    figure.get_layout_engine().set(w_pad=0.4 * pad, h_pad=0.4 * pad, wspace=0.03, hspace=0.04)
    panels = figure.subplots(down, across, squeeze=False).flat
    for n, (axes, spec) in enumerate(zip(panels, specs)):
        panel(axes, spec, look, width / across, "" if len(specs) == 1 else "abcdefgh"[n])
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


def wrap_text(text, inches, points):
    """Text in lines that fit so many inches; Chinese breaks between any two characters, but not before a comma."""
    room, lines = inches * 72 / points, [""]
    for part in re.findall(
        r"[\u3000-\u9fff\uff00-\uffef][，。；：、）？]*|[^\s\u3000-\u9fff\uff00-\uffef]+\s*", text
    ):
        if lines[-1] and ems(lines[-1] + part.rstrip()) > room:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def ems(text):
    """How wide a text is, about, in its own size; Latin letters by the widest of LATIN."""
    return sum(1.0 if ord(letter) > 0x2E80 else 0.6 for letter in text)


def panel(axes, spec, look, width, letter):
    """One spec on its axes: title and what is counted above, as on the page."""
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


def legend(figure, lines, look):
    """The names of all lines in a row above."""
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


def dash(line):
    """The page's dash, in widths of this line."""
    return (0, tuple(float(part) / 2 for part in line["dash"].split())) if line["dash"] else "-"


def numbers(column):
    return np.array([np.nan if value is None else value for value in column], float)


def lines(axes, spec, look):
    across, step = axes.xaxis, "post" if spec.get("step") else None
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
    every = np.concatenate([numbers(line.get("x", spec.get("x"))) for line in spec["lines"]])
    axes.set_xlim(every.min(), max(every.max(), every.min() + 1))
    span = every.max() - every.min()
    across.set_major_locator(
        ticker.MultipleLocator(next(n for n in (30, 60, 90, 180, 365, 1825) if span / n <= 7))
        if span > 60
        else ticker.MaxNLocator(6, integer=True, steps=ROUND)
    )
    upright(axes, spec)
    if "vline" in spec and spec["vline"]["x"] <= every.max():
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


def number(value, spec):
    """A tick in words: a share in percent, a difference with its sign."""
    if spec.get("percent"):
        return f"{100 * value:.4g}%"
    return f"{value:+,.6g}" if spec.get("zero") and abs(value) > 1e-9 else f"{value:,.6g}"


def upright(axes, spec):
    """The axis of values: faint lines, percent where it is a share."""
    if spec.get("zero"):
        axes.axhline(0, color=QUIET, lw=0.6)
    axes.set_ylim(spec.get("ymin"), spec.get("ymax"))
    axes.yaxis.set_major_locator(ticker.MaxNLocator(5, steps=ROUND))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda y, _: number(y, spec)))
    axes.grid(axis="y", color="#DDDDDD", lw=0.5)
    axes.set_axisbelow(True)


def bars(axes, spec, look):
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


def pairs(axes, spec, look):
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


CHARTS = {  # what `cogov figure` draws, of a Summary of pairs
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


def chart(found, which, look, columns=None, lang="en"):
    """A chart of CHARTS of a Summary of pairs; a comparison goes across two columns, with the verdict below it."""
    specs = [made(found, chart_specs.WORDS[lang]) for made in CHARTS[which]]
    return sheet(
        specs,
        look,
        columns or min(2, len(specs)),
        found.verdict(lang) if len(specs) > 1 else specs[0].get("note", ""),
    )


def save(figure, folder, name, formats):
    """Write the figure in these formats; returns their paths. Sizes are exact: nothing is trimmed."""
    paths = [folder / f"{name}.{ending}" for ending in formats]
    for path in paths:
        nameless = {"png": {"Software": "cogov"}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[
            path.suffix[1:]
        ]
        figure.savefig(path, dpi=figure.dpi, metadata=nameless)
    return paths
