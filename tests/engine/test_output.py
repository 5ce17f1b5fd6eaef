"""No output fails because of encoding or markup, and a user's text is shown as it was written."""

import csv
import io
import json
import os
import sys

import pandas as pd
import pytest
from cli_runner import typist
from rich.progress import Progress
from rich.table import Table

from cogov.engine import output
from cogov.experiments.files.csv_tables import escape_formulas, write_csv
from cogov.viz.text.console import PlainConsole
from cogov.viz.text.progress_bars import PlainColumn

ENCODINGS = ("ascii", "gbk", "cp1252", "latin-1", "cp437", "shift_jis", "utf-8", "utf-16")
WORDS = "共治 é ± … 😀 caf\udce9 \ud800"
MARKUP = (
    "[bold]",
    "[/]",
    "[/red] half",
    "[link=file:///x]name[/link]",
    r"\[draft]",
    ":smile:",
    "[[x]] [@click=a]b",
    "[red]t[/]",
)


@pytest.fixture
def stream(monkeypatch):
    """Print to a strict stream of an encoding; the returned function gives what arrived, as text."""

    def printed(encoding, job):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding))
        with output.safe_streams():
            job()
        return raw.getvalue().decode(encoding)

    return printed


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_nothing_that_is_printed_fails_for_its_encoding(stream, encoding):
    assert r"caf\xe9 \ud800" in stream(encoding, lambda: print(WORDS))
    assert r"caf\xe9 \ud800" in stream(encoding, lambda: PlainConsole(width=100).print(WORDS))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_the_same_in_every_encoding(stream, encoding):
    told = json.loads(stream(encoding, lambda: output.print_json({"words": WORDS, "共": 1})))
    assert told == {"words": r"共治 é ± … 😀 caf\xe9 \ud800", "共": 1}


def test_json_has_no_number_that_is_none_and_no_text_that_is_a_number():
    numbers = pd.DataFrame(
        {
            "a": [1, 2],
            "b": [float("nan"), float("inf")],
            "c": pd.Categorical(["x", None]),
            "d": pd.to_datetime(["2020-01-01", None]),
        }
    )
    told = json.loads(output.to_json(numbers.to_dict("records")), parse_constant=pytest.fail)
    assert told == [
        {"a": 1, "b": None, "c": "x", "d": "2020-01-01 00:00:00"},
        {"a": 2, "b": None, "c": None, "d": None},
    ]
    assert (
        output.to_json({"n": numbers["a"].to_numpy(), "yes": numbers["a"].to_numpy()[0] == 1}, None)
        == '{"n": [1, 2], "yes": true}'
    )


def test_a_reader_who_has_gone_ends_it_quietly(monkeypatch):
    away, into = os.pipe()
    os.close(away)
    with open(into, "w") as closed:
        monkeypatch.setattr(sys, "stdout", closed)
        with pytest.raises(SystemExit) as left, output.safe_streams():
            print("who reads this?")
        assert left.value.code == 1
        print("and this goes nowhere", flush=True)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk to write on is there on Linux only")
def test_a_full_disk_is_said_once(monkeypatch):
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(OSError, match="No space"), output.safe_streams():
            print("no room")


def test_a_broken_pipe_of_another_kind_is_no_reader_who_has_gone():
    with pytest.raises(BrokenPipeError), output.safe_streams():
        raise BrokenPipeError("a worker's")


@pytest.mark.parametrize("words", MARKUP)
def test_the_console_shows_what_was_written(words):
    console = PlainConsole(width=100, file=io.StringIO(), force_terminal=False)
    table = Table(words, title=words, caption=words)
    table.add_row(words)
    console.print(table, words)
    console.print(words, style="bold", markup=True)
    assert console.file.getvalue().count(words) == 6
    with Progress(PlainColumn("{task.description}"), console=console) as bar:
        bar.add_task(words, total=1)
    assert console.file.getvalue().count(words) == 7
    console.print(console.status(words).renderable)
    assert console.file.getvalue().count(words) == 8


def test_what_a_user_wrote_is_no_command_to_the_terminal():
    console = PlainConsole(width=100, file=io.StringIO())
    console.print("a\x1b[2Jb\x07\x9b1m\x00c\nd")
    assert console.file.getvalue() == "a\\x1b[2Jb\\x07\\x9b1m\\x00c\nd\n"


def test_names_with_markup_and_paths_that_are_not_utf_8_go_through_a_command(monkeypatch, capsys, tmp_path):
    case = "[community]\n[[compound]]\n".join(('name = "[red]t"\ntitle = "[bold] half [/]"\n', ""))
    monkeypatch.chdir(tmp_path)
    there = os.fsdecode(b"caf\xe9")
    try:
        os.mkdir(there)
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    with open(f"{there}/m.toml", "w", encoding="utf-8") as file:
        file.write(case)
    status, out, err = typist(monkeypatch, capsys)(
        "compare",
        f"{there}/m.toml",
        "--mechanism",
        "grid_patrol",
        "--replicates",
        "2",
        "--days",
        "9",
        "--workers",
        "1",
        "--out",
        f"{there}/o",
    )
    assert status == 0, err
    assert "[bold] half [/]" in out and r"Tables: caf\xe9/o" in out
    with open(f"{there}/o/manifest.json", encoding="utf-8") as file:
        told = json.load(file)
    assert told["case"] == "[red]t" and r"caf\xe9/m.toml" in told["command"]
    status, _, err = typist(monkeypatch, capsys)("run", f"{there}/none.toml")
    assert status == 2 and err.startswith(r"cogov: caf\xe9/none.toml: ")


# -------------------------------------------------------------------------------------------------------- CSV


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "－1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_head_or_index_is_run_by_a_spreadsheet(tmp_path, formula):
    table = pd.DataFrame(
        {formula: [formula, "fine"], "n": [-1, 2], "kind": pd.Categorical([formula, "x"])},
        index=pd.MultiIndex.from_tuples([(formula, 1), ("y", 2)], names=[formula + "i", "k"]),
    )
    write_csv(table, tmp_path / "t.csv")
    with open(tmp_path / "t.csv", encoding="utf-8-sig", newline="") as file:
        head, row, _ = csv.reader(file)
    safe = "'" + formula.replace("\r", "\n")
    assert head == [f"{safe}i", "k", safe, "n", "kind"] and row == [safe, "1", safe, "-1", safe]


def test_excel_sees_utf_8_and_pandas_reads_what_was_written(tmp_path):
    table = pd.DataFrame(
        {"楼": ["长", "b"], "n": [0.1, float("nan")]}, index=pd.Index(["一", "二"], name="case")
    )
    write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "t.csv", index_col="case"), table)
    write_csv(pd.Series({"reported": 3.0}), tmp_path / "s.csv")
    assert pd.read_csv(tmp_path / "s.csv", index_col=0).loc["reported"].item() == 3.0
    # of a table without rows, too
    assert escape_formulas(pd.DataFrame(columns=["=a"])).columns.tolist() == ["'=a"]
