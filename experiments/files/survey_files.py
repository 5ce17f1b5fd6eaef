"""Read where buildings are from a file: a table of cells, GeoJSON, or an OpenStreetMap extract."""

from pathlib import Path

from ...engine.texts.errors import UserError, reason_of
from .building_survey import Box, Survey
from .cell_table import read_cells
from .footprint_files import EXTRACTS, LARGEST, read_extract, read_geojson

GEOJSON = (".geojson", ".json")
TABLES = (".csv", ".tsv", ".txt")


def read_survey(path: Path, box: Box | None = None) -> Survey:
    """Read a file by its ending. Raises UserError."""
    if path.name.lower().endswith(EXTRACTS):
        if not path.is_file():
            raise UserError("{path} is not a file", path=path)
        return read_extract(path, box)
    return read_survey_text(_read_text(path), str(path), box)


def read_survey_text(text: str, name: str, box: Box | None = None) -> Survey:
    """Read the text of a table or of GeoJSON; `name` is that of the file. Raises UserError."""
    ending = "." + name.lower().rpartition(".")[2]
    if ending in GEOJSON:
        return read_geojson(text, name, box)
    if ending in TABLES:
        return read_cells(text, name)
    raise UserError(
        "{file}: is neither a table of cells (.csv) nor footprints (.geojson, .osm, .osm.pbf)", file=name
    )


def _read_text(path: Path) -> str:
    """Read the text of a file. Raises UserError if it is too large or not UTF-8."""
    most = LARGEST * 1024 * 1024
    try:
        with open(path, "rb") as file:
            raw = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise UserError("{path}: cannot be read: {reason}", path=path, reason=reason_of(error)) from None
    if len(raw) > most:
        raise UserError(
            "{file}: is larger than {most} MiB: cut out your community in the program that wrote it",
            file=path,
            most=LARGEST,
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UserError(
            "{file}:{line}: is not UTF-8: save the file as UTF-8 (in Excel: CSV UTF-8)", file=path, line=line
        ) from None


def read_box(text: str) -> Box:
    """Return a box from "west,south,east,north" in degrees. Raises UserError."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise UserError(
            "--box {text}: allowed is west,south,east,north in degrees, such as 104.06,30.65,104.07,30.66",
            text=text,
        )
    return west, south, east, north
