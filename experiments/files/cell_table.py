"""Read a table of cells: which building is in which row and column of the estate.

Columns are building, row and column, and optional floors, households and lift; Chinese names are known too.
Rows are counted from the north, columns from the west.
"""

import csv
import io
import unicodedata

from ...engine.output import short
from ...engine.renamed import suggest_names
from ...engine.texts.errors import UserError
from ...model.scenarios.ground_plan import WIDEST, GroundPlan
from .building_survey import FLOORS, HOMES, LIFTS, MOST_BUILDINGS, Survey

LARGEST = 256  # KiB
NEEDED = ("building", "row", "column")
NAMES = {
    **{name: name for name in (*NEEDED, "floors", "households", "lift")},
    "lifts": "lift",
    "col": "column",
    "homes": "households",
    **dict.fromkeys(("楼栋", "楼号", "楼", "栋", "幢"), "building"),
    **dict.fromkeys(("行", "排"), "row"),
    **dict.fromkeys(("列", "位"), "column"),
    **dict.fromkeys(("层数", "楼层", "楼层数"), "floors"),
    **dict.fromkeys(("户数", "住户"), "households"),
    **dict.fromkeys(("电梯", "电梯数"), "lift"),
}
YES_NO = {"yes": 1, "true": 1, "是": 1, "有": 1, "no": 0, "false": 0, "否": 0, "无": 0}
ALLOWED = {"floors": FLOORS, "households": HOMES, "lift": LIFTS}


def read_cells(text: str, source: str) -> Survey:
    """Read the text of a table of cells; `source` is what errors call it. Raises UserError."""
    if len(text.encode()) > LARGEST * 1024:
        raise UserError("{path}: is larger than {largest} KiB", path=source, largest=LARGEST)
    rows, columns = _table(text, source)
    buildings: dict[str, int] = {}
    cells: dict[tuple[int, int], int] = {}
    more: dict[str, list[int | None]] = {name: [] for name in ALLOWED}
    for line, row in rows:
        values = {name: row[n].strip() if n < len(row) else "" for name, n in columns.items()}
        building = unicodedata.normalize("NFKC", values["building"]) or str(len(buildings) + 1)
        if (first := buildings.setdefault(building, line)) != line:
            raise UserError(
                "{file}:{line}: building {building!r} is in line {first} already: give each building once",
                file=source,
                line=line,
                building=short(building, 30),
                first=first,
            )
        place = tuple(_whole(values[name], name, (0, 999), source, line) for name in ("column", "row"))
        if (first := cells.setdefault((place[0], place[1]), line)) != line:
            raise UserError(
                "{file}:{line}: row {row}, column {column} is taken by the building in line {first}: give "
                "each building its own cell",
                file=source,
                line=line,
                row=place[1],
                column=place[0],
                first=first,
            )
        for name, allowed in ALLOWED.items():
            raw = values.get(name, "")
            known = YES_NO.get(raw.lower()) if name == "lift" else None
            whole = _whole(raw, name, allowed, source, line) if raw and known is None else known
            more[name].append(whole)
    if not cells:
        raise UserError("{file}: has no buildings below its header: write a line for each", file=source)
    if len(cells) > MOST_BUILDINGS:
        raise UserError(
            "{file}: has {count:,} buildings; allowed is 1 to {most}",
            file=source,
            count=len(cells),
            most=MOST_BUILDINGS,
        )
    least = [min(cell[axis] for cell in cells) for axis in (0, 1)]
    moved = [(column - least[0], row - least[1]) for column, row in cells]
    if max(map(max, moved)) >= WIDEST:
        raise UserError(
            "{file}: has buildings {far} rows or columns apart; allowed is {most}: leave out empty rows and "
            "columns",
            file=source,
            far=max(map(max, moved)),
            most=WIDEST - 1,
        )
    plan = GroundPlan(tuple(f"{column},{row}" for column, row in moved))
    return Survey(plan, tuple(more["floors"]), tuple(more["households"]), tuple(more["lift"]))


def _table(text: str, source: str) -> tuple[list[tuple[int, list[str]]], dict[str, int]]:
    """Return the rows of a table with their lines, and the place of each column. Raises UserError."""
    text = text.removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t，", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text.replace("，", ",")), delimiter=separator.replace("，", ","))
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UserError(
            "{file}: is not a table: {reason}; save it as CSV", file=source, reason=str(error)
        ) from None
    header = [unicodedata.normalize("NFKC", cell).strip().lower() for cell in (rows[0][1] if rows else [])]
    columns: dict[str, int] = {}
    for n, cell in enumerate(header):
        if not cell:
            continue
        if cell not in NAMES:
            raise UserError(
                "{file}:{line}: column {name!r} is unknown{hint}",
                file=source,
                line=rows[0][0],
                name=short(cell, 30),
                hint=suggest_names(cell, [*NEEDED, *ALLOWED]),
            )
        if NAMES[cell] in columns:
            raise UserError(
                "{file}:{line}: two columns are called {name}: keep one",
                file=source,
                line=rows[0][0],
                name=NAMES[cell],
            )
        columns[NAMES[cell]] = n
    if missing := [name for name in NEEDED if name not in columns]:
        raise UserError(
            "{file}: has no column {missing}: its first line names the columns building, row, column, and "
            "perhaps floors, households, lift",
            file=source,
            missing=", ".join(missing),
        )
    return rows[1:], columns


def _whole(raw: str, name: str, allowed: tuple[int, int], source: str, line: int) -> int:
    """Return a whole number of a table. Raises UserError."""
    text = unicodedata.normalize("NFKC", raw)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not allowed[0] <= number <= allowed[1]:
        raise UserError(
            "{file}:{line}: {name} = {value!r}; allowed is a whole number from {low} to {high}",
            file=source,
            line=line,
            name=name,
            value=short(raw, 30),
            low=allowed[0],
            high=allowed[1],
        )
    return number
