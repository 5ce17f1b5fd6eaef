"""How far the cells of a workbook reach: what would take all memory is refused before it is read."""

import zipfile

import pytest
import xlsxwriter

from cogov.engine.texts.errors import UserError
from cogov.experiments.files import workbook_extent
from cogov.experiments.files.workbook_extent import check_extent
from cogov.experiments.logs.tables import open_tables


def archive(path, *parts):
    """Write an archive with sheets of these texts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for n, text in enumerate(parts, 1):
            file.writestr(f"xl/worksheets/sheet{n}.xml", text)
    return path


def cell(place, inner="<v>1</v>", quote='"'):
    """Return a cell of a sheet, empty without `inner`."""
    start = f"<c r={quote}{place}{quote} s={quote}3{quote}"
    return f"{start}>{inner}</c>" if inner else f"{start}/>"


def two_cells(path, row, column):
    """Write a workbook with a cell in the first corner and one at (row, column), from 0."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "受理时间")
        sheet.write(row, column, "x")
    return path


def test_two_cells_in_opposite_corners_are_refused(tmp_path):
    with pytest.raises(UserError, match="reaches to row 1,048,576 and column 16,384; allowed are 60,000,000"):
        check_extent(two_cells(tmp_path / "far.xlsx", 1_048_575, 16_383))


def test_a_workbook_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = two_cells(tmp_path / "far.xlsx", 200, 99)
    assert len(open_tables(path)) == 1
    monkeypatch.setattr(workbook_extent, "MOST_CELLS", 20_000)
    with pytest.raises(UserError, match="reaches to row 201 and column 100; allowed are 20,000 cells"):
        open_tables(path)


@pytest.mark.parametrize(
    "cells",
    [
        cell("A1") + cell("xfd900000", quote="'"),
        cell("B99999999"),
        cell("A1") + '<c r="ZZ800000" t="/>"><v>1</v></c>',
        f"{cell('A1')}<row r='4000000'><c><v>1</v></c></row>",
    ],
)
def test_it_cannot_be_hidden_how_far_a_sheet_reaches(tmp_path, cells):
    with pytest.raises(UserError, match="delete the cells that are far from the list"):
        check_extent(archive(tmp_path / "a.xlsx", cell("A1"), f"<sheetData> {cells} </sheetData>"))


def test_a_long_list_and_a_wide_one_are_read_and_empty_cells_do_not_count(tmp_path):
    check_extent(archive(tmp_path / "long.xlsx", cell("A1") + cell("Z1048576")))
    check_extent(archive(tmp_path / "wide.xlsx", cell("A1") + cell("ALL50000")))
    check_extent(archive(tmp_path / "styled.xlsx", cell("A500") + cell("XFD1048576", "")))
    (tmp_path / "a.csv").write_text("no archive")
    check_extent(tmp_path / "a.csv")


def test_a_place_at_the_border_of_two_blocks_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_extent, "BLOCK", 7)
    with pytest.raises(UserError, match="row 1,000,000 and column 16,384"):
        check_extent(archive(tmp_path / "a.xlsx", cell("A1") + cell("XFD1000000")))


def test_a_part_that_is_larger_than_the_file_says_is_refused(tmp_path):
    path = archive(tmp_path / "a.xlsx", cell("A1") * 1000)
    content = bytearray(path.read_bytes())
    size = len(cell("A1") * 1000).to_bytes(4, "little")
    for at in (content.find(size), content.rfind(size)):
        content[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(zipfile.BadZipFile):
        check_extent(path)
    with pytest.raises(UserError, match="is a workbook that cannot be read"):
        open_tables(path)
