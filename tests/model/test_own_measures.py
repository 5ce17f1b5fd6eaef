"""A user's own measures stand beside ours: an expression or a function of the issues, checked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scenarios import YARD

import cogov
from cogov.engine.texts.errors import UserError
from cogov.model.measures import FinishedRun, own_measures, resolution_rate
from cogov.model.measures.own_measures import COLUMNS, issue_columns
from cogov.model.simulate import simulate

FINISHED = FinishedRun(simulate(YARD, 1), 30, 365)
ISSUES = issue_columns(FINISHED)


def measures_of(monkeypatch, path, text):
    """Return name -> function of the measures in a file of this text."""
    path.write_text(text, "utf-8")
    monkeypatch.setattr(own_measures, "OWN_MEASURES", (path,))
    return {name: compute for name, _, compute, _ in own_measures.iter_own_measures()}


def test_columns_are_those_that_are_named_one_row_per_issue_that_counts():
    assert tuple(sorted(ISSUES)) == tuple(sorted(COLUMNS))
    assert {len(column) for column in ISSUES.values()} == {len(FINISHED.issues)}
    assert {*ISSUES["tenure"]} <= {"owner", "let", ""} and {*ISSUES["scope"]} > {"household"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('value = "in_time"\nwhere = "old"', resolution_rate(FINISHED)),
        ('value = "resolved and days <= 7"', np.mean(ISSUES["resolved"] & (ISSUES["days"] <= 7))),
        (
            'value = "(1 + severity) * days"\nstatistic = "sum"',
            np.sum((1 + ISSUES["severity"]) * ISSUES["days"]),
        ),
        (
            'value = "days"\n'
            "where = \"not resolved and family in ('dispute', 'care') and 0 < severity <= 2\"",
            np.mean(
                ISSUES["days"][
                    ~ISSUES["resolved"]
                    & np.isin(ISSUES["family"], ["dispute", "care"])
                    & (ISSUES["severity"] > 0)
                    & (ISSUES["severity"] <= 2)
                ]
            ),
        ),
        ('value = "-days / 2"\nstatistic = "median"', np.median(-ISSUES["days"] / 2)),
        ('value = "days"\nwhere = "severity > 9"', np.nan),
    ],
)
def test_an_expression_is_what_it_says(monkeypatch, tmp_path, entry, expected):
    (compute,) = measures_of(monkeypatch, tmp_path / "m.toml", f"[mine]\n{entry}\n").values()
    assert compute(FINISHED) == pytest.approx(float(expected), nan_ok=True)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('value = "dayz"', "mine.value = 'dayz': 'dayz' is not a column; there are: category"),
        ("value = \"__import__('os').system('x')\"", "is not allowed"),
        ('value = "days.sum()"', "Call is not allowed; write columns"),
        ('value = "days[0]"', "Subscript is not allowed"),
        ('value = "days +"', "mine.value = 'days +'"),
        ('value = "days"\nunit = "share of all"', "mine.unit = 'share of all' is unknown"),
        ('where = "old"', "mine.value is missing"),
        ('value = "days"\nwher = "old"', "mine.wher is unknown"),
        ('value = "9 ** 9 ** 9"', "Pow is not allowed"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_line(monkeypatch, tmp_path, entry, said):
    with pytest.raises(UserError) as error:
        measures_of(monkeypatch, tmp_path / "m.toml", f"[mine]\n{entry}\n")
    assert said in str(error.value) and "m.toml:" in str(error.value)


def test_what_cannot_be_computed_is_named(monkeypatch, tmp_path):
    compute = measures_of(monkeypatch, tmp_path / "m.toml", '[mine]\nvalue = "family + 1"\n')["mine"]
    with pytest.raises(UserError, match=r"m\.toml:1: mine cannot be computed"):
        compute(FINISHED)


def test_a_function_gets_columns_that_it_cannot_write_and_returns_a_number(monkeypatch, tmp_path):
    text = '''
def slow(issues):
    """Issues that took more than a month."""
    return (issues["days"] > 30).mean()
slow.unit = "share"
slow.better = "less"
def _helper(issues): return "no"
def writes(issues):
    issues["days"][0] = 1.0
def says(issues):
    return "much"
'''
    found = measures_of(monkeypatch, tmp_path / "mine.py", text)
    assert [*found] == ["slow", "writes", "says"]
    assert found["slow"](FINISHED) == np.mean(ISSUES["days"] > 30)
    with pytest.raises(UserError, match="writes raised ValueError: assignment destination is read-only"):
        found["writes"](FINISHED)
    with pytest.raises(UserError, match="says returned 'much'; a measure returns a number"):
        found["says"](FINISHED)
    ((_, own, _, _), *_) = own_measures.iter_own_measures()
    assert (own.en, own.unit, own.better) == ("Issues that took more than a month", "share", "less")


def test_files_that_cannot_be_measures_are_refused(monkeypatch, tmp_path):
    for name, said in (("m.csv", "ends in .toml or .py"), ("none.py", "there is no such file")):
        monkeypatch.setattr(own_measures, "OWN_MEASURES", (tmp_path / name,))
        with pytest.raises(UserError, match=said):
            [*own_measures.iter_own_measures()]
    with pytest.raises(UserError, match="cannot be imported: ZeroDivisionError"):
        measures_of(monkeypatch, tmp_path / "b.py", "1 / 0")
    with pytest.raises(UserError, match=r"f\.unit = 'metres' is not one of"):
        measures_of(monkeypatch, tmp_path / "u.py", "def f(issues): return 1\nf.unit = 'metres'")


def run_cogov(tmp_path, *words, **variables):
    """Run cogov as a user does, in a process of its own."""
    where = {"PYTHONPATH": str(Path(cogov.__file__).parent.parent)}
    return subprocess.run(
        [sys.executable, "-m", "cogov", *words],
        cwd=tmp_path,
        env=os.environ | where | variables,
        capture_output=True,
        text=True,
    )


def test_every_command_knows_them_and_a_bad_one_ends_with_one_line(tmp_path):
    (tmp_path / "m.toml").write_text('[within_a_week]\nvalue = "resolved and days <= 7"\nunit = "share"\n')
    words = (
        "compare",
        "wuzi_yard",
        "--mechanism",
        "grid_patrol",
        "--days",
        "40",
        "--replicates",
        "2",
        "--fixed",
    )
    done = run_cogov(tmp_path, *words, "--workers", "2", "--json", COGOV_MEASURES="m.toml")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)["table"]["within_a_week"]
    assert 0.0 < row["with"] <= 1.0
    (tmp_path / "m.toml").write_text('[burden]\nvalue = "days"\n')
    done = run_cogov(tmp_path, *words, COGOV_MEASURES="m.toml")
    assert done.returncode == 2 and "there is a measure of the name 'burden' already" in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3 and "Traceback" not in done.stderr
