"""The ground plan of a community: on which cell each building is, and its outline as it is drawn.

Both are optional. Where the model uses positions (the distance to a station of service_centre, the grid of
Mesa), it uses the cells; without them the buildings are on a square grid in the order of their compounds.
Outlines are drawn and change no result.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ...engine.texts.errors import Message

Point = tuple[float, float]

WIDEST = 256  # columns, and rows
FARTHEST = 20_000  # metres from the corner of the plan to a point of an outline
CORNERS = 40  # of an outline
POINTS = 8_000  # of all outlines: more would not fit into a case file
CELL = re.compile(r"(\d{1,3}),(\d{1,3})")
NUMBER = r"\d{1,5}(?:\.\d)?"
CORNER = rf"{NUMBER},{NUMBER}"
OUTLINE = re.compile(rf"{CORNER}(?: {CORNER}){{2,{CORNERS - 1}}}")


@dataclass(frozen=True)
class GroundPlan:
    """Where the buildings are, in the order of the compounds: texts, so that a case file stays short."""

    # (buildings,) "column,row" from 0; column 0 is the west, row 0 the north
    cells: tuple[str, ...] = field(default=(), metadata={"names": True, "lines": True})
    # (buildings,) "x,y x,y x,y": corners in metres, x to the east and y to the north of the plan's corner
    outlines: tuple[str, ...] = field(default=(), metadata={"names": True, "lines": True})

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield what is wrong with a cell or an outline, as (field, words)."""
        yield from problems_of(tuple(self.cells), tuple(self.outlines))

    def columns_and_rows(self) -> list[tuple[int, int]]:
        """Return the cell of each building as (column, row)."""
        return [cell_of(text) for text in self.cells]

    def corners(self) -> list[list[Point]]:
        """Return the corners of each outline in metres: (to the east, to the north)."""
        return [corners_of(text) for text in self.outlines]


NO_PLAN = GroundPlan()


def cell_of(text: str) -> tuple[int, int]:
    """Return a cell that is well written as (column, row)."""
    column, row = text.split(",")
    return int(column), int(row)


def corners_of(text: str) -> list[Point]:
    """Return the corners of an outline that is well written."""
    return [(float(x), float(y)) for x, y in (corner.split(",") for corner in text.split(" "))]


def write_outline(corners: Sequence[Point]) -> str:
    """Write corners in metres as the text of an outline, to a tenth of a metre."""
    return " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in corners)


@lru_cache(maxsize=32)  # a scenario is checked whenever a number of it is changed
def problems_of(cells: tuple, outlines: tuple) -> tuple[tuple[str, str | Message], ...]:
    """Return what is wrong with cells and outlines, as (field, words)."""
    return (*_problems_of_cells(cells), *_problems_of_outlines(cells, outlines))


def _problems_of_cells(cells: tuple) -> Iterator[tuple[str, str | Message]]:
    """Yield what is wrong with cells."""
    first: dict[object, int] = {}
    for n, text in enumerate(cells):
        match = CELL.fullmatch(text) if isinstance(text, str) else None
        if not match or max(map(int, match.groups())) >= WIDEST:
            yield (
                f"cells.{n}",
                Message(
                    '= {text!r} is not a cell: write column and row as "3,0", each 0 to {most}',
                    text=str(text)[:40],
                    most=WIDEST - 1,
                ),
            )
            return
        other = first.setdefault(cell_of(text), n)
        if other != n:
            yield (
                f"cells.{n}",
                Message(
                    "= {text} is the cell of building {other} already: give each building its own",
                    text=text,
                    other=other + 1,
                ),
            )
            return


def _problems_of_outlines(cells: tuple, outlines: tuple) -> Iterator[tuple[str, str | Message]]:
    """Yield what is wrong with outlines."""
    if outlines and len(outlines) != len(cells):
        yield (
            "outlines",
            Message(
                "has {count} outlines, but there are {cells} cells: give both for every building, or no "
                "outlines",
                count=len(outlines),
                cells=len(cells),
            ),
        )
        return
    points = 0
    for n, text in enumerate(outlines):
        if not isinstance(text, str) or not OUTLINE.fullmatch(text):
            yield (
                f"outlines.{n}",
                Message(
                    '= {text!r} is not an outline: write 3 to {most} corners in metres as "0,0 12.5,0 '
                    '12.5,60"',
                    text=str(text)[:40],
                    most=CORNERS,
                ),
            )
            return
        corners = corners_of(text)
        points += len(corners)
        if max(max(corner) for corner in corners) > FARTHEST:
            yield (
                f"outlines.{n}",
                Message("has a corner more than {most:,} metres from the plan's corner", most=FARTHEST),
            )
            return
        if crosses_itself(corners) or area_of(corners) <= 0:
            yield f"outlines.{n}", Message("crosses itself or has no area: list its corners in order")
            return
    if points > POINTS:
        yield (
            "outlines",
            Message(
                "have {points:,} corners in all; allowed is {most:,}: simplify them",
                points=points,
                most=POINTS,
            ),
        )


def area_of(corners: Sequence[Point]) -> float:
    """Return the area within corners, by the shoelace formula; not negative."""
    return abs(_twice_signed_area(corners)) / 2


def _twice_signed_area(corners: Sequence[Point]) -> float:
    """Return twice the area within corners, positive if they run counter-clockwise."""
    x0, y0 = corners[0]  # from a corner, so that large coordinates lose no digits
    moved = [(x - x0, y - y0) for x, y in corners]
    return sum(x * v - u * y for (x, y), (u, v) in zip(moved, [*moved[1:], moved[0]]))


def centre_of(corners: Sequence[Point]) -> Point:
    """Return the centroid of the area within corners."""
    x0, y0 = corners[0]
    moved = [(x - x0, y - y0) for x, y in corners]
    twice = _twice_signed_area(corners)
    if abs(twice) < 1e-12:
        return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)
    east = north = 0.0
    for (x, y), (u, v) in zip(moved, [*moved[1:], moved[0]]):
        cross = x * v - u * y
        east += (x + u) * cross
        north += (y + v) * cross
    return x0 + east / (3 * twice), y0 + north / (3 * twice)


def crosses_itself(corners: Sequence[Point]) -> bool:
    """Return whether two sides that are not neighbours meet, or a corner is there twice."""
    if len(set(corners)) != len(corners):
        return True
    n = len(corners)
    sides = [(corners[i], corners[(i + 1) % n]) for i in range(n)]
    return any(_meet(*sides[i], *sides[j]) for i in range(n) for j in range(i + 2, n) if (i, j) != (0, n - 1))


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Return whether the segments ab and cd have a point in common."""
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0


def _turn(a: Point, b: Point, c: Point) -> int:
    """Return 1 if c is to the left of the line from a to b, -1 to its right, 0 on it."""
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)
