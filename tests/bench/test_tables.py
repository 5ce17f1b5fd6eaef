"""Tables of benches are printed without words cut in two, as narrow as the terminal asks for."""

import io

import pytest

from cogov.bench.tables import BenchTable, show, wrap_headers
from cogov.viz.text.console import PlainConsole

COLUMNS = ("what", "seconds of a year", "ns per resident-day", "times faster than the twin")
CELLS = [["engine, no mechanisms", "0.0153", "2.62", "1,034"]]


def test_headers_have_one_line_where_there_is_room():
    assert wrap_headers(COLUMNS, CELLS, 110) == list(COLUMNS)


def test_headers_are_broken_between_words_only_as_far_as_needed():
    headers = wrap_headers(COLUMNS, CELLS, 80)
    assert headers == ["what", "seconds\nof a year", "ns per\nresident-day", "times faster\nthan the twin"]
    assert wrap_headers(COLUMNS, CELLS, 20)[3] == "times\nfaster\nthan the\ntwin"


@pytest.mark.parametrize("width", [62, 80, 100])
def test_a_table_has_whole_words_and_whole_cells(width):
    out = io.StringIO()
    console = PlainConsole(file=out, width=width)
    show(console, False, [BenchTable("a title", COLUMNS, [("engine, no mechanisms", 0.0153, 2.62, 1034)])])
    lines = out.getvalue().splitlines()
    words = out.getvalue().split()
    assert max(map(len, lines)) <= width and "…" not in out.getvalue()
    assert {word for column in COLUMNS for word in column.split()} <= set(words)
    assert any("engine, no mechanisms" in line and "1,034" in line for line in lines)


def test_a_note_is_as_wide_as_the_terminal():
    out = io.StringIO()
    show(PlainConsole(file=out, width=80), False, [BenchTable("a", ("b",), [("c",)], "a short note")])
    assert "a short note" in out.getvalue()
