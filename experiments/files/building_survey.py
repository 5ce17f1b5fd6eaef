"""What a table of cells or a file of footprints says of the buildings: their ground plan, floors and homes.

Footprints are corners in longitude and latitude. They are projected to metres around their own middle,
simplified, and each building gets the cell that is nearest to its centre.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians, sqrt
from typing import NamedTuple

import numpy as np

from ...engine.texts.errors import Message, UserError
from ...model.scenarios.ground_plan import (
    CORNERS,
    FARTHEST,
    POINTS,
    WIDEST,
    GroundPlan,
    Point,
    area_of,
    centre_of,
    crosses_itself,
    write_outline,
)

MOST_BUILDINGS = 500  # as many as the form takes
LEAST_AREA = 20.0  # square metres; what is smaller is a kiosk, a shed or a mistake
METRES = 111_320.0  # of a degree of latitude
TOLERANCE = 0.4  # metres by which a corner may be moved by simplifying
RAW_CORNERS = 2_000  # of one footprint, before it is simplified
FLOORS, HOMES, LIFTS = (1, 60), (1, 2_000), (0, 8)  # of one building; lifts of a stairwell

Box = tuple[float, float, float, float]  # west, south, east, north


class Footprint(NamedTuple):
    """A building of a file of footprints."""

    where: str  # what an error calls it
    corners: tuple[Point, ...]  # longitude and latitude, the first corner is not repeated
    floors: int | None = None
    homes: int | None = None


@dataclass(frozen=True)
class Survey:
    """What a file says of the buildings, in the order of the file."""

    plan: GroundPlan
    floors: tuple[int | None, ...]
    homes: tuple[int | None, ...]
    lifts: tuple[int | None, ...]  # of each stairwell
    notes: tuple[Message, ...] = ()  # what was left out, for the user

    @property
    def buildings(self) -> int:
        """Return the number of buildings."""
        return len(self.plan.cells)


def survey_footprints(
    found: Sequence[Footprint], source: str, box: Box | None = None, notes: Sequence[Message] = ()
) -> Survey:
    """Make the survey of footprints; those outside `box`, or smaller than a shed, are left out.

    Raises UserError if none is left, if there are too many, or if they are too far apart.
    """
    inside = [each for each in found if box is None or _is_inside(centre_of(each.corners), box)]
    if not inside:
        raise UserError(
            "{file}: none of the {count} footprints is in the box: give --box west,south,east,north in "
            "degrees",
            file=source,
            count=len(found),
        )
    corners = project([each.corners for each in inside])
    large = [n for n, ring in enumerate(corners) if area_of(ring) >= LEAST_AREA]
    if not large:
        raise UserError(
            "{file}: all {count} footprints are smaller than {least:g} square metres: give outlines of "
            "buildings in degrees of longitude and latitude",
            file=source,
            count=len(corners),
            least=LEAST_AREA,
        )
    if len(large) > MOST_BUILDINGS:
        raise UserError(
            "{file}: has {count:,} buildings; allowed is 1 to {most}: cut out your community with --box "
            "west,south,east,north, or in the program that wrote the file",
            file=source,
            count=len(large),
            most=MOST_BUILDINGS,
        )
    small = len(corners) - len(large)
    said = [*notes]
    if small:
        said.append(
            Message(
                "{count} footprints of less than {least:g} square metres are left out.",
                count=small,
                least=LEAST_AREA,
            )
        )
    kept = [inside[n] for n in large]
    rings = move_to_corner([corners[n] for n in large])
    wide, high = (max(point[axis] for ring in rings for point in ring) for axis in (0, 1))
    if max(wide, high) > FARTHEST:
        raise UserError(
            "{file}: the buildings are {far:,.0f} km apart; allowed is {most:g} km: a footprint is at a "
            "wrong place, or longitude and latitude are swapped in some of them",
            file=source,
            far=max(wide, high) / 1000,
            most=FARTHEST / 1000,
        )
    simple = simplify_all(rings)
    outlines = tuple(write_outline(ring) for ring in simple)
    cells = tuple(f"{x},{y}" for x, y in cells_of_centres([centre_of(ring) for ring in simple]))
    return Survey(
        GroundPlan(cells, outlines),
        tuple(each.floors for each in kept),
        tuple(each.homes for each in kept),
        (None,) * len(kept),
        tuple(said),
    )


def check_footprint(each: Footprint, source: str) -> Footprint:
    """Return a footprint that has corners in degrees and does not cross itself. Raises UserError."""
    corners = _without_repeats(each.corners)
    if len(corners) < 3:
        raise UserError(
            "{file}: {where} has {count} different corners; an outline needs at least 3",
            file=source,
            where=each.where,
            count=len(corners),
        )
    if len(corners) > RAW_CORNERS:
        raise UserError(
            "{file}: {where} has {count:,} corners; allowed is 3 to {most:,}: simplify it",
            file=source,
            where=each.where,
            count=len(corners),
            most=RAW_CORNERS,
        )
    for east, north in corners:
        if abs(north) > 90 >= abs(east):
            raise UserError(
                "{file}: {where} has the corner {east:g}, {north:g}, and no latitude is beyond 90: longitude "
                "and latitude are swapped; write longitude first",
                file=source,
                where=each.where,
                east=east,
                north=north,
            )
        if abs(east) > 180 or abs(north) > 90:
            raise UserError(
                "{file}: {where} has the corner {east:g}, {north:g}, which is not in degrees: allowed is "
                "longitude -180 to 180 and latitude -90 to 90; export the file as WGS 84 (EPSG:4326)",
                file=source,
                where=each.where,
                east=east,
                north=north,
            )
    if crosses_itself(corners):
        raise UserError(
            "{file}: {where} crosses itself: list the corners of its outline in order, each once",
            file=source,
            where=each.where,
        )
    return each._replace(corners=tuple(corners))


def _without_repeats(corners: Sequence[Point]) -> list[Point]:
    """Return corners without those that repeat the one before, and without the last if it is the first."""
    kept = [corner for n, corner in enumerate(corners) if not n or corner != corners[n - 1]]
    return kept[:-1] if len(kept) > 1 and kept[0] == kept[-1] else kept


def _is_inside(point: Point, box: Box) -> bool:
    """Return whether a point is in a box."""
    west, south, east, north = box
    return west <= point[0] <= east and south <= point[1] <= north


def project(rings: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Return corners in metres to the east and north of the middle of all, from longitude and latitude.

    Equirectangular around the mean latitude: within 20 km the error is below a thousandth.
    """
    norths = [point[1] for ring in rings for point in ring]
    middle = sum(norths) / len(norths)
    narrow = METRES * max(cos(radians(middle)), 1e-6)
    first = rings[0][0][0]
    return [[((x - first) * narrow, (y - middle) * METRES) for x, y in ring] for ring in rings]


def move_to_corner(rings: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Return corners in metres from the south-western corner of all."""
    west, south = (min(point[axis] for ring in rings for point in ring) for axis in (0, 1))
    return [[(x - west, y - south) for x, y in ring] for ring in rings]


def simplify_all(rings: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Return outlines with few corners, so that all of them fit into a case file."""
    tolerance = TOLERANCE
    while True:
        simple = [simplify(ring, tolerance) for ring in rings]
        if sum(map(len, simple)) <= POINTS:
            return simple
        tolerance *= 2


def simplify(ring: Sequence[Point], tolerance: float) -> list[Point]:
    """Return an outline with at most CORNERS corners, moved by at most `tolerance` where that is enough.

    The corners are rounded to a tenth of a metre. If the outline crosses itself then, its bounding box is
    returned.
    """
    for step in range(12):
        corners = _round(_thin(ring, tolerance * 2**step))
        if len(corners) <= CORNERS and len(corners) >= 3 and not crosses_itself(corners):
            return corners
    (west, east), (south, north) = ((min(axis), max(axis)) for axis in zip(*ring))
    return _round([(west, south), (east, south), (east, north), (west, north)])


def _round(corners: Sequence[Point]) -> list[Point]:
    """Return corners rounded to a tenth of a metre, without repeats."""
    return _without_repeats([(round(x, 1), round(y, 1)) for x, y in corners])


def _thin(ring: Sequence[Point], tolerance: float) -> list[Point]:
    """Thin an outline out by Douglas and Peucker's rule, from its two corners that are farthest apart."""
    start = max(range(len(ring)), key=lambda n: _distance(ring[n], ring[0]))
    turned = [*ring[start:], *ring[:start]]
    middle = max(range(len(turned)), key=lambda n: _distance(turned[n], turned[0]))
    return [
        *_thin_line(turned[: middle + 1], tolerance)[:-1],
        *_thin_line([*turned[middle:], turned[0]], tolerance)[:-1],
    ]


def _thin_line(line: Sequence[Point], tolerance: float) -> list[Point]:
    """Thin a line out; its ends stay."""
    keep = {0, len(line) - 1}
    parts = [(0, len(line) - 1)]
    while parts:
        begin, end = parts.pop()
        if end - begin < 2:
            continue
        far = max(range(begin + 1, end), key=lambda n: _off_line(line[n], line[begin], line[end]))
        if _off_line(line[far], line[begin], line[end]) > tolerance:
            keep.add(far)
            parts += [(begin, far), (far, end)]
    return [line[n] for n in sorted(keep)]


def _distance(a: Point, b: Point) -> float:
    """Return the distance of two points."""
    return hypot(a[0] - b[0], a[1] - b[1])


def _off_line(point: Point, a: Point, b: Point) -> float:
    """Return the distance of a point from the line through a and b."""
    long = _distance(a, b)
    if long == 0:
        return _distance(point, a)
    return abs((b[0] - a[0]) * (a[1] - point[1]) - (a[0] - point[0]) * (b[1] - a[1])) / long


def cells_of_centres(centres: Sequence[Point]) -> list[tuple[int, int]]:
    """Return a cell (column, row) of its own for each building; row 0 is the north.

    A cell is as wide as the median distance to the nearest other building, so that a cell is a building, as
    on the square grid of communities without a plan. Where two centres fall into one cell, the second gets
    the nearest free one.
    """
    points = np.array(centres, float)
    west, north = points[:, 0].min(), points[:, 1].max()
    place = np.stack([points[:, 0] - west, north - points[:, 1]], axis=1)
    apart = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    size = float(np.median(apart.min(axis=1))) if len(place) > 1 else 1.0
    size = max(size, float(place.max()) / (WIDEST - 20), 1e-6)
    taken: set[tuple[int, int]] = set()
    cells = []
    for x, y in place / size:
        cell = next(
            near for near in _rings_around(round(x), round(y)) if near not in taken and min(near) >= 0
        )
        taken.add(cell)
        cells.append(cell)
    least = [min(cell[axis] for cell in cells) for axis in (0, 1)]
    return [(column - least[0], row - least[1]) for column, row in cells]


def _rings_around(column: int, row: int) -> Iterator[tuple[int, int]]:
    """Yield cells around a cell, the nearest first."""
    for reach in range(2 * round(sqrt(MOST_BUILDINGS))):
        ring = [
            (column + dx, row + dy)
            for dx in range(-reach, reach + 1)
            for dy in range(-reach, reach + 1)
            if max(abs(dx), abs(dy)) == reach
        ]
        yield from sorted(ring, key=lambda cell: hypot(cell[0] - column, cell[1] - row))
