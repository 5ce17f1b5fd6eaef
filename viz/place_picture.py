"""Draw a founded community from above: as an SVG, and as a small plan of numbers for a terminal.

Outlines are drawn in true proportions with a scale; without them each building is a square on its cell.
"""

from math import floor, log10
from xml.sax.saxutils import escape

import numpy as np

from ..engine.texts import translate
from ..model.scenarios.ground_plan import Point, area_of
from ..model.scenarios.scenario import Scenario
from ..model.state import InitialCommunity

WIDTH, TALLEST, MARGIN, HEAD, FOOT = 960.0, 1_200.0, 36.0, 84.0, 64.0  # pixels of the picture
SQUARE = 0.72  # share of a cell that a building's square takes
PAPER, INK, MUTED, EDGE = "#f8f4eb", "#2c2a26", "#6b665c", "#5d574c"
STOREYS = ("#efd9b4", "#e3bd8a", "#cf9a6a", "#b0765a", "#84565a", "#5a4159")  # from low to high
STEPS = (3, 6, 9, 12, 18)  # floors up to which each colour but the last is used
COLUMNS, LINES = 25, 24  # numbers in a line of the plan for a terminal, and lines


def picture_of(scenario: Scenario, community: InitialCommunity, title: str, lang: str) -> str:
    """Return the text of an SVG of the community on day 0."""
    shapes, metres = shapes_of(scenario, community)
    floors, homes = floors_and_homes(scenario, community)
    points = np.array([point for shape in shapes for point in shape])
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.maximum(high - low, 1e-9)
    scale = float(min((WIDTH - 2 * MARGIN) / span[0], (TALLEST - HEAD - FOOT) / span[1]))
    scale = min(scale, 12.0 if metres else 90.0)
    height = HEAD + float(span[1]) * scale + FOOT
    left = (WIDTH - float(span[0]) * scale) / 2

    def place(point: Point) -> Point:
        """Return a point of the picture; north is up."""
        return left + (point[0] - float(low[0])) * scale, HEAD + (float(high[1]) - point[1]) * scale

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH:g} {height:.0f}" font-family="sans-serif" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        _text(MARGIN, 38, title, 24, INK, bold=True),
        _text(MARGIN, 62, summary_of(scenario, community, lang), 15, MUTED),
    ]
    for n, shape in enumerate(shapes):
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, shape))
        parts.append(
            f'<polygon points="{corners}" fill="{colour_of(floors[n])}" stroke="{EDGE}" stroke-width="1"/>'
        )
        if (size := min(14.0, scale * area_of(shape) ** 0.5 * 0.35)) >= 7:
            x, y = place(point_within(shape))
            ink = "#fff" if floors[n] > STEPS[2] else INK
            parts.append(_text(x, y + size / 3, str(homes[n]), size, ink, middle=True))
    parts += _legend(sorted(set(floors)), height, lang)
    north = f"↑ {translate(lang, 'new_case', 'north')}"
    parts.append(_text(WIDTH - MARGIN, 38, north, 16, MUTED, end=True))
    if metres:
        parts += _scale_bar(scale, height, lang)
    else:
        key = "cells" if scenario.place.cells else "rows"
        parts.append(
            _text(WIDTH - MARGIN, height - 22, translate(lang, "new_case", key), 13, MUTED, end=True)
        )
    return "\n".join([*parts, "</svg>", ""])


def shapes_of(scenario: Scenario, community: InitialCommunity) -> tuple[list[list[Point]], bool]:
    """Return the outline of each building, north up, and whether they are in metres."""
    if scenario.place.outlines:
        return scenario.place.corners(), True
    shapes, half = [], SQUARE / 2
    for x, y in zip(community.buildings.x.tolist(), community.buildings.y.tolist()):
        shapes.append([(x + i * half, -y + j * half) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    return shapes, False


def point_within(corners: list[Point]) -> Point:
    """Return a point for a label: the middle of a wide stretch within an outline."""
    south, north = (f(y for _, y in corners) for f in (min, max))
    stretches = []
    for share in (0.5, 0.3, 0.7, 0.15, 0.85):
        level = south + share * (north - south)
        sides = zip(corners, [*corners[1:], corners[0]])
        cuts = sorted(
            x + (level - y) * (u - x) / (v - y) for (x, y), (u, v) in sides if (y <= level) != (v <= level)
        )
        stretches += [(end - begin, (begin + end) / 2, level) for begin, end in zip(cuts[::2], cuts[1::2])]
    wide = max(stretch[0] for stretch in stretches)
    _, x, y = next(stretch for stretch in stretches if stretch[0] > 0.9 * wide)
    return x, y


def floors_and_homes(scenario: Scenario, community: InitialCommunity) -> tuple[list[int], list[int]]:
    """Return the floors and the homes of each building."""
    kinds = [kind for kind in scenario.compound for _ in range(kind.count)]
    floors = [kinds[compound].floors for compound in community.buildings.compound.tolist()]
    homes = np.bincount(community.households.building, minlength=len(floors))
    return floors, homes.tolist()


def summary_of(scenario: Scenario, community: InitialCommunity, lang: str) -> str:
    """Return the size of the community in a line."""
    floors = sorted({kind.floors for kind in scenario.compound})
    return translate(
        lang,
        "new_case",
        "summary",
        buildings=f"{len(community.buildings.compound):,}",
        floors="–".join(map(str, (floors[0], floors[-1]) if len(floors) > 1 else floors)),
        homes=f"{len(community.households.building):,}",
        residents=f"{len(community.residents.home):,}",
    )


def colour_of(floors: int) -> str:
    """Return the colour of a building with so many floors."""
    return STOREYS[sum(floors > step for step in STEPS)]


def _legend(floors: list[int], height: float, lang: str) -> list[str]:
    """Return the legend of the floors that occur, six at most."""
    parts, x = [], MARGIN
    chosen = floors if len(floors) <= 6 else [floors[round(i * (len(floors) - 1) / 5)] for i in range(6)]
    for number in chosen:
        words = translate(lang, "new_case", "floors", n=number)
        parts.append(
            f'<rect x="{x:g}" y="{height - 34:.0f}" width="14" height="14" fill="{colour_of(number)}" '
            f'stroke="{EDGE}"/>'
        )
        parts.append(_text(x + 20, height - 22, words, 13, MUTED))
        x += 34 + 9 * len(words)
    parts.append(_text(x, height - 22, translate(lang, "new_case", "homes"), 13, MUTED))
    return parts


def _scale_bar(scale: float, height: float, lang: str) -> list[str]:
    """Return a bar of a round number of metres, about a seventh of the width."""
    wanted = WIDTH / 7 / scale
    unit = 10 ** floor(log10(wanted))
    metres = max(step * unit for step in (1, 2, 5) if step * unit <= wanted)
    end = WIDTH - MARGIN
    y = height - 24
    words = translate(lang, "new_case", "scale", n=f"{metres:g}")
    return [
        f'<path d="M{end - metres * scale:.1f} {y - 5:.0f}v5H{end:g}v-5" fill="none" stroke="{INK}"/>',
        _text(end, y - 9, words, 13, MUTED, end=True),
    ]


def _text(
    x: float,
    y: float,
    words: str,
    size: float,
    colour: str,
    *,
    bold: bool = False,
    middle: bool = False,
    end: bool = False,
) -> str:
    """Return an SVG text."""
    anchor = ' text-anchor="middle"' if middle else ' text-anchor="end"' if end else ""
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.3g}" fill="{colour}"{weight}{anchor}>'
        f"{escape(words)}</text>"
    )


def text_plan(scenario: Scenario, community: InitialCommunity, lang: str) -> str:
    """Return a plan of numbers for a terminal: floors on cells, or of a large place how many buildings."""
    x, y = community.buildings.x, community.buildings.y
    floors, _ = floors_and_homes(scenario, community)
    step = max(-(-(int(x.max()) + 1) // COLUMNS), -(-(int(y.max()) + 1) // LINES), 1)
    grid: dict[tuple[int, int], list[int]] = {}
    for column, row, number in zip((x // step).tolist(), (y // step).tolist(), floors):
        grid.setdefault((row, column), []).append(number)
    many = any(len(numbers) > 1 for numbers in grid.values())
    lines = [translate(lang, "new_case", "text.plan.many" if many else "text.plan")]
    for row in range(int(y.max()) // step + 1):
        cells = (grid.get((row, column), []) for column in range(int(x.max()) // step + 1))
        shown = ("" if not numbers else str(len(numbers) if many else numbers[0]) for numbers in cells)
        lines.append("  " + "".join(f"{number:>3}" for number in shown).rstrip())
    return "\n".join(line.rstrip() for line in lines)
