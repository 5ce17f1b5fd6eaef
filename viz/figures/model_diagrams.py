"""Draw diagrams of the model from its own tables: the states of an issue, and the levers of each mechanism.

Text stays text in the SVG and uses the reader's fonts, so that Chinese is shown wherever a font for it is
installed. Each arrow and each dot has an id in the SVG (`unknown-reported`, `whistle-hurry`), from which a
test reads what is drawn.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from ...engine.texts import LANGUAGES, translate
from ...model import mechanisms
from ...model.issues.issue_table import ALLOWED, LAPSED, STATES, VERIFIED, WITHDRAWN
from ...model.resources.levers import LEVERS
from .figures import GREEN, ORANGE, PURPLE, QUIET, SKY, WITH, WITHOUT
from .plotting import figure as figures
from .plotting import patches, settings

if TYPE_CHECKING:
    from pathlib import Path

FONTS = [
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "sans-serif",
]
PALE = "#F3F3F3"

# the event that leads from each state to the next
WORDS = ("reported", "taken in", "agreed", "consented", "paid", "answered", "done", "verified")

PULLED = {  # the levers, by what they change; their names are in the catalogues
    "hearing": ("sight", "voice", "keep"),
    "settling": ("work", "accord", "hurry"),
    "signing": ("doors", "reach", "consent"),
    "arising": ("ease",),
    "residents": ("wish", "trust", "ties", "serve"),
    "means": ("supply", "money"),
}
COLOURS = (WITH, GREEN, PURPLE, ORANGE, WITHOUT, QUIET)  # of the groups of levers


def identity(first: str, second: str) -> str:
    """Return the SVG id of what connects two names."""
    return f"{first}-{second}".replace(" ", "_")


@settings()
def lifecycle() -> figures.Figure:
    """Draw the states of an issue and all allowed transitions."""
    figure = figures.Figure(figsize=(15, 5.3))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.55, 8.55), ylim=(-2.2, 1.95))
    axes.set_axis_off()
    axes.text(-0.42, 1.68, "States of an issue", fontsize=13, weight="bold")
    axes.text(
        -0.42,
        1.45,
        "stages that an issue does not need are skipped; words on arrows are the events in its history",
        fontsize=9,
        color=QUIET,
    )
    for state in range(VERIFIED + 1):
        box(
            axes,
            state,
            0.0,
            0.66,
            STATES[state],
            translate("zh", "state", STATES[state]),
            SKY if state < VERIFIED else GREEN,
        )
    ends = {
        WITHDRAWN: (-1.05, PURPLE, "the reporter gave up, and this kind of issue ends on its own"),
        LAPSED: (-1.8, QUIET, "ended on its own before it was worked on, paid for or agreed by vote"),
    }
    for end, (y, colour, words) in ends.items():
        into = [state for state, allowed in ALLOWED.items() if end in allowed]
        text = f"{STATES[end]} {translate('zh', 'state', STATES[end])}: {words}"
        box(axes, (min(into) + max(into)) / 2, y, max(into) - min(into) + 0.66, text, "", colour)
    for state, allowed in ALLOWED.items():
        for to in sorted(allowed):
            draw_arrow(axes, int(state), int(to), {end: (y, colour) for end, (y, colour, _) in ends.items()})
    axes.text(1.9, 1.13, "forgotten or abandoned 被遗忘、被搁置", fontsize=9, color=WITHOUT, ha="center")
    axes.text(2.92, -0.63, "voted down 未通过", fontsize=9, color=WITHOUT, ha="left")
    axes.text(4.0, 1.2, "skipped 跳过", fontsize=9, color=WITH, ha="center")
    axes.text(6.5, -0.68, "reopened 重新办理", fontsize=9, color=WITHOUT, ha="center")
    return figure


def box(axes, x, y, width, words, below, colour) -> None:
    """Draw a state as a box, with its English and Chinese name."""
    style = {
        "boxstyle": "round,pad=0,rounding_size=0.08",
        "facecolor": "white",
        "edgecolor": colour,
        "lw": 1.8,
        "zorder": 3,
    }
    axes.add_patch(patches.FancyBboxPatch((x - width / 2, y - 0.22), width, 0.44, **style))
    axes.text(x, y + (0.08 if below else 0.0), words, fontsize=9.5, ha="center", va="center", zorder=4)
    axes.text(x, y - 0.1, below, fontsize=9, ha="center", va="center", zorder=4, color=QUIET)


def draw_arrow(axes, state, to, ends) -> None:
    """Draw the arrow of one transition; `ends` is final state -> (y, colour)."""
    gid = identity(STATES[state], STATES[to])
    if to in ends:
        y, colour = ends[to]
        x = state + (0.14 if to == WITHDRAWN else -0.14)
        arrow(axes, gid, (x, -0.22), (x, y + 0.22), colour, "arc3", 1.0, zorder=1)
    elif to == state + 1:
        arrow(axes, gid, (state + 0.34, 0), (to - 0.35, 0), WITH, "arc3", 2.0)
        axes.text(
            state + 0.5, 0.05, WORDS[state], fontsize=7, ha="center", va="bottom", color=WITH, style="italic"
        )
    elif to > state:
        span = to - state
        arrow(
            axes,
            gid,
            (state + 0.05 * (8 - span) - 0.1, 0.22),
            (to - 0.05 * (8 - span) + 0.1, 0.22),
            WITH,
            f"arc3,rad={-0.22 - 0.08 / span}",
            0.9,
        )
    elif to < state - 1 or to == 0:
        arrow(
            axes,
            gid,
            (state - 0.2, 0.22),
            (to + 0.05 * (3 - state), 0.22),
            WITHOUT,
            f"arc3,rad={(0.75, 0.6, 0.6, 0.34)[state - 1]}",
            1.2,
        )
    elif to == state:
        arrow(axes, gid, (state + 0.26, -0.22), (to + 0.02, -0.22), WITHOUT, "arc3,rad=-1.4", 1.2)
    else:
        arrow(axes, gid, (state - 0.1, -0.22), (to + 0.1, -0.22), WITHOUT, "arc3,rad=-0.6", 1.2)


def arrow(axes, gid, start, end, colour, curve, width, zorder=2) -> None:
    """Draw an arrow with the SVG id `gid`; `curve` is a matplotlib connection style."""
    style = {
        "arrowstyle": "-|>",
        "mutation_scale": 9,
        "shrinkA": 0,
        "shrinkB": 0,
        "color": colour,
        "lw": width,
        "zorder": zorder,
    }
    patch = patches.FancyArrowPatch(start, end, connectionstyle=curve, **style)
    patch.set_gid(gid)
    axes.add_patch(patch)


@settings()
def levers() -> figures.Figure:
    """Draw which mechanism pulls which lever: one row per mechanism, one column per lever, both in groups."""
    groups = {group: [] for group in mechanisms.GROUPS}
    for name in mechanisms.list_mechanisms():
        groups[mechanisms.group_of(name)].append(name)
    columns = [
        (lever, translate("zh", "lever_short", lever), colour)
        for names, colour in zip(PULLED.values(), COLOURS)
        for lever in names
    ]
    columns += [(lever, "", QUIET) for lever in LEVERS if lever not in {lever for lever, *_ in columns}]
    height = sum(map(len, groups.values())) + 0.3 * len(groups)
    figure = figures.Figure(figsize=(13, 0.3 * (height + 7.2)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-7.8, len(columns)), ylim=(height + 0.2, -7.0))
    axes.set_axis_off()
    axes.text(-7.6, -6.0, "Which mechanism pulls which lever", fontsize=13, weight="bold")
    axes.text(
        -7.6, -5.15, "a mechanism acts on the community through these levers only", fontsize=9, color=QUIET
    )
    heads(axes, columns)
    y = 0.0
    for group, names in groups.items():
        axes.add_patch(
            patches.Rectangle(
                (-7.6, y - 0.5), len(columns) + 7.2, len(names), facecolor=PALE, edgecolor="none", zorder=0
            )
        )
        for line, lang in enumerate(LANGUAGES):
            words = translate(lang, "group", group)
            axes.text(-7.5, y + 0.85 * line, words, fontsize=9, color=QUIET, va="center")
        for name in names:
            row(axes, y, name, columns)
            y += 1.0
        y += 0.3
    return figure


def heads(axes, columns) -> None:
    """Draw the heads of the columns: groups and names of levers, and how many mechanisms pull each."""
    x = 0
    for (group, names), colour in zip(PULLED.items(), COLOURS):
        axes.plot([x - 0.42, x + len(names) - 0.58], [-3.45] * 2, color=colour, lw=2.5, solid_capstyle="butt")
        for offset, lang in zip((0.75, 1.55), reversed(LANGUAGES)):
            axes.text(
                x + len(names) / 2 - 0.5,
                -3.4 - offset,
                translate(lang, "lever_group", group),
                fontsize=9,
                color=colour,
                ha="center",
                va="center",
            )
        x += len(names)
    for x, (lever, zh, colour) in enumerate(columns):
        pulled = sum(lever in mechanisms.load_class(name).pulls for name in mechanisms.list_mechanisms())
        axes.text(x, -2.75, lever, fontsize=9, ha="center", va="center", weight="bold", color=colour)
        axes.text(x, -1.95, zh, fontsize=9, ha="center", va="center", color=QUIET)
        axes.text(x, -1.05, pulled, fontsize=8.5, ha="center", va="center", color=QUIET)
    axes.text(-0.6, -1.05, "mechanisms that pull it", fontsize=8.5, ha="right", va="center", color=QUIET)


def row(axes, y, name, columns) -> None:
    """Draw one mechanism and the levers it pulls."""
    kind = mechanisms.load_class(name)
    axes.text(-2.75, y, name, fontsize=9.5, ha="right", va="center")
    axes.text(-2.55, y, kind.zh, fontsize=9.5, ha="left", va="center", color=QUIET)
    for x, (lever, _, colour) in enumerate(columns):
        axes.plot(x, y, ".", color="#CCCCCC", ms=3, zorder=1)
        if lever in kind.pulls:
            axes.plot(x, y, "o", color=colour, ms=11, gid=identity(name, lever))


def save(figure, path: Path) -> None:
    """Write a diagram; the same diagram always gives the same file."""
    with (
        settings({"svg.fonttype": "none", "svg.hashsalt": "cogov", "font.sans-serif": FONTS}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph")  # fonts of this machine may lack Chinese
        figure.savefig(
            path, dpi=110, metadata={"Date": None, "Creator": "cogov docs"} if path.suffix == ".svg" else None
        )
