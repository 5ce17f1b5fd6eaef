"""Read footprints of buildings from GeoJSON text, and from an OpenStreetMap extract.

Of GeoJSON, features with a Polygon or a MultiPolygon are read: of several parts the largest, without its
courtyards. If some features have the property `building`, only those are buildings. `building:levels` gives
the floors and `building:flats` the homes.
"""

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from ...engine.output import short
from ...engine.texts.errors import Message, UserError
from ...model.scenarios.ground_plan import Point, area_of
from .building_survey import FLOORS, HOMES, Box, Footprint, Survey, check_footprint, survey_footprints

LARGEST = 8  # MiB of GeoJSON
LARGEST_EXTRACT = 400  # MiB of an OpenStreetMap extract
FEATURES = 50_000
EXTRACTS = (".osm", ".pbf", ".osm.gz", ".osm.bz2")
OUTBUILDINGS = {"no", "garage", "garages", "carport", "shed", "kiosk", "roof", "service", "hut", "greenhouse"}
COLLECTIONS = {"FeatureCollection": "features", "GeometryCollection": "geometries"}


class NotANumber(ValueError):
    """Raised for NaN and Infinity, which JSON does not have."""


def read_geojson(text: str, source: str, box: Box | None = None) -> Survey:
    """Read the footprints of GeoJSON text; `source` is what errors call it. Raises UserError."""
    if len(text.encode()) > LARGEST * 1024 * 1024:
        raise UserError(
            "{file}: is larger than {most} MiB: cut out your community in the program that wrote it",
            file=source,
            most=LARGEST,
        )
    features = list(_features(_parse(text, source), source))
    if not features:
        raise UserError(
            "{file}: has no features: export the outlines of your buildings as polygons", file=source
        )
    tagged = any("building" in properties for _, properties in features)
    found: list[Footprint] = []
    skipped, unread = 0, list[str]()
    for n, (geometry, properties) in enumerate(features, 1):
        where = _name_of(n, properties)
        kind = str(properties.get("building", "no" if tagged else "yes"))
        if kind in OUTBUILDINGS or not _is_area(geometry):
            skipped += 1
            continue
        floors = _number_of(properties, "building:levels", FLOORS, source, where, unread)
        homes = _number_of(properties, "building:flats", HOMES, source, where, unread)
        corners = _corners(geometry, source, where)
        found.append(check_footprint(Footprint(where, corners, floors, homes), source))
    if not found:
        raise UserError(
            "{file}: none of its {count} features is the outline of a building: export polygons, not points "
            "or lines",
            file=source,
            count=len(features),
        )
    return survey_footprints(found, source, box, _notes(skipped, unread))


def _notes(skipped: int, unread: list[str]) -> list[Message]:
    """Return what was left out, in words."""
    notes = []
    if skipped:
        notes.append(
            Message("{count} features are not outlines of buildings and are left out.", count=skipped)
        )
    if unread:
        notes.append(
            Message(
                "{count} numbers of floors or homes cannot be read and are left out, such as {value!r}.",
                count=len(unread),
                value=short(unread[0], 20),
            )
        )
    return notes


def _parse(text: str, source: str) -> Any:
    """Parse JSON strictly. Raises UserError."""

    def refuse(name: str) -> None:
        raise NotANumber(name)

    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=refuse)
    except NotANumber as error:
        raise UserError(
            "{file}: has {value}, which is not a number: correct or remove that corner",
            file=source,
            value=str(error),
        ) from None
    except json.JSONDecodeError as error:
        raise UserError(
            "{file}:{line}: is not JSON at column {column}: export the file again as GeoJSON",
            file=source,
            line=error.lineno,
            column=error.colno,
        ) from None
    except (RecursionError, ValueError):
        raise UserError("{file}: is not GeoJSON: export the file again", file=source) from None


def _features(data: Any, source: str) -> Iterator[tuple[Mapping, Mapping]]:
    """Yield the geometry and properties of each feature. Raises UserError."""
    kind = data.get("type") if isinstance(data, dict) else None
    if kind in COLLECTIONS:
        parts = data.get(COLLECTIONS[kind])
        if not isinstance(parts, list):
            raise UserError(
                "{file}: its {name} are not an array: export the file again as GeoJSON",
                file=source,
                name=COLLECTIONS[kind],
            )
        if len(parts) > FEATURES:
            raise UserError(
                "{file}: has {count:,} features; allowed is {most:,}: cut out your community",
                file=source,
                count=len(parts),
                most=FEATURES,
            )
        for part in parts:
            if isinstance(part, dict) and part.get("type") in COLLECTIONS:
                raise UserError(
                    "{file}: has a collection within a collection: export one collection", file=source
                )
            yield from _features(part, source)
    elif kind == "Feature":
        geometry, properties = data.get("geometry"), data.get("properties")
        yield (
            geometry if isinstance(geometry, dict) else {},
            properties if isinstance(properties, dict) else {},
        )
    elif isinstance(kind, str) and "coordinates" in data:
        yield data, {}
    else:
        raise UserError(
            "{file}: is not GeoJSON: its type is {kind!r}, and not FeatureCollection, Feature or Polygon",
            file=source,
            kind=short(str(kind), 40),
        )


def _name_of(number: int, properties: Mapping) -> str:
    """Return what an error calls a feature: its number, and its house number or name if it has one."""
    for key in ("addr:housenumber", "name", "ref"):
        if isinstance(properties.get(key), str) and properties[key].strip():
            return f"features[{number - 1}] ({short(properties[key].strip(), 30)})"
    return f"features[{number - 1}]"


def _is_area(geometry: Mapping) -> bool:
    """Return whether a geometry is one or several polygons."""
    return geometry.get("type") in ("Polygon", "MultiPolygon")


def _number_of(
    properties: Mapping,
    key: str,
    allowed: tuple[int, int],
    source: str,
    where: str,
    unread: list[str],
) -> int | None:
    """Return a whole number from the properties, None without; a text that is none is added to `unread`.

    Raises UserError for a number out of range and for what is neither a number nor text.
    """
    raw = properties.get(key)
    if raw is None or raw == "":
        return None
    number: Any = raw
    if isinstance(raw, str):
        try:
            number = float(raw)
        except ValueError:
            unread.append(raw)
            return None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not isfinite(number):
        number = None
    if number is None or not allowed[0] <= round(number) <= allowed[1]:
        raise UserError(
            "{file}: {where} has {key} = {value!r}; allowed is a number from {low} to {high}: correct it or "
            "leave it out",
            file=source,
            where=where,
            key=key,
            value=short(str(raw), 30),
            low=allowed[0],
            high=allowed[1],
        )
    return round(number)


def _corners(geometry: Mapping, source: str, where: str) -> tuple[Point, ...]:
    """Return the outer corners of a geometry, of several polygons of the largest. Raises UserError."""
    parts = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        parts = [parts]
    if not isinstance(parts, list) or not parts or not all(isinstance(part, list) and part for part in parts):
        raise UserError(
            "{file}: {where} has no coordinates: give the corners of its outline, or leave it out",
            file=source,
            where=where,
        )
    rings = [_ring(part[0], source, where) for part in parts]
    return max(rings, key=area_of)


def _ring(raw: Any, source: str, where: str) -> tuple[Point, ...]:
    """Return the corners of a ring; the first is repeated at the end. Raises UserError."""
    corners = []
    for position in raw if isinstance(raw, list) else [raw]:
        numbers = position[:2] if isinstance(position, list) else []
        if len(numbers) < 2 or not all(
            isinstance(number, (int, float)) and not isinstance(number, bool) and abs(number) < 1e12
            for number in numbers
        ):
            raise UserError(
                "{file}: {where} has the corner {corner}, which is not longitude and latitude: write two "
                "numbers in degrees",
                file=source,
                where=where,
                corner=short(json.dumps(position, ensure_ascii=False), 40),
            )
        corners.append((float(numbers[0]), float(numbers[1])))
    if len(corners) < 4 or corners[0] != corners[-1]:
        raise UserError(
            "{file}: {where} has an outline that is not closed: it needs at least 4 corners, the last of "
            "which repeats the first",
            file=source,
            where=where,
        )
    return tuple(corners)


def read_extract(path: Path, box: Box | None = None) -> Survey:
    """Read the footprints of an OpenStreetMap extract (.osm, .osm.pbf). Raises UserError.

    Broken outlines, which are common in extracts, are left out.
    """
    try:
        import osmium
    except ImportError:
        raise UserError(
            "{file}: reading an OpenStreetMap extract needs osmium: pip install 'cogov[places]'; or export "
            "the buildings as GeoJSON",
            file=path,
        ) from None
    size = path.stat().st_size / 1024 / 1024
    if size > LARGEST_EXTRACT:
        raise UserError(
            "{file}: is {size:,.0f} MiB; allowed is {most} MiB: take the extract of a smaller area",
            file=path,
            size=size,
            most=LARGEST_EXTRACT,
        )
    found: list[Footprint] = []
    broken, unread = 0, list[str]()
    try:
        # the filter is before the areas, so that only what is needed is kept in memory
        areas = osmium.FileProcessor(str(path)).with_areas(osmium.filter.KeyFilter("building"))
        area: Any  # the library calls every object by one type
        for area in areas.with_filter(osmium.filter.KeyFilter("building")):
            if not area.is_area() or area.tags.get("building") in OUTBUILDINGS:
                continue
            where = f"{'way' if area.from_way() else 'relation'} {area.orig_id()}"
            rings = [tuple((n.lon, n.lat) for n in ring) for ring in area.outer_rings()]
            if box and not any(_near(ring, box) for ring in rings):
                continue
            try:
                corners = max(rings, key=area_of)
                found.append(check_footprint(Footprint(where, corners, *_tags(area.tags, unread)), str(path)))
            except (UserError, ValueError):
                broken += 1
            if len(found) > FEATURES:
                break
    except RuntimeError as error:  # what the library raises for every damage
        raise UserError(
            "{file}: is not an OpenStreetMap extract: {reason}; take a .osm or .osm.pbf file",
            file=path,
            reason=short(str(error), 100),
        ) from None
    if not found:
        raise UserError(
            "{file}: has no outlines of buildings{there}: take an extract with buildings and the corners of "
            "their outlines",
            file=path,
            there=Message(" in the box") if box else "",
        )
    return survey_footprints(found, str(path), box, _notes(broken, unread))


def _near(ring: tuple[Point, ...], box: Box) -> bool:
    """Return whether a corner of a ring is in a box."""
    return any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in ring)


def _tags(tags: Any, unread: list[str]) -> tuple[int | None, int | None]:
    """Return floors and homes from the tags of an extract; what cannot be read is added to `unread`."""
    numbers: list[int | None] = []
    for key, allowed in (("building:levels", FLOORS), ("building:flats", HOMES)):
        try:
            numbers.append(_number_of({key: tags.get(key)}, key, allowed, "", "", unread))
        except UserError:
            unread.append(str(tags.get(key)))
            numbers.append(None)
    return numbers[0], numbers[1]
