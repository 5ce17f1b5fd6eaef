"""Results never change unnoticed: every case gives the recorded numbers.

A change of results needs a reason in the changelog.
"""

import baselines
import pytest
from baselines import (
    FOLDER,
    MOVED,
    NAMES,
    QUICK,
    before,
    moved,
    now,
    path_of,
    results,
    write,
)


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_a_case_comes_to_what_is_written(name):
    difference = moved(before(name)[0], now(name))
    assert not difference, f"{name}: {MOVED}\n{difference}"


def test_every_case_is_written_and_nothing_else():
    assert sorted(path.stem for path in FOLDER.glob("*")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_not_changed_by_hand_nor_their_reasons_taken_away(name):
    table, count, sealed = before(name)
    assert sealed, f"{path_of(name)} was changed by hand: run make baselines"
    assert count == len(results()), (
        f"{path_of(name)} knows of {count} lines of **Results:**; CHANGELOG.md has {len(results())}: "
        "such lines stay, and after a new one comes make baselines"
    )


@pytest.fixture
def temporary_baselines(tmp_path, monkeypatch):
    """Return a folder with one baseline file, and a changelog with one line."""
    monkeypatch.setattr(baselines, "FOLDER", tmp_path / "baselines")
    monkeypatch.setattr(baselines, "CHANGELOG", tmp_path / "CHANGELOG.md")
    monkeypatch.setattr(baselines, "now", lambda name: {"reported": ["1", "2", "3", "4", "5", "3"]})
    baselines.CHANGELOG.write_text("- **Results:** a first engine.\n", encoding="utf-8")
    assert write("a")[1]
    return monkeypatch


def test_other_numbers_are_written_only_after_a_line_that_says_why(temporary_baselines):
    assert write("a") == ("a: as before", True)
    temporary_baselines.setattr(baselines, "now", lambda name: {"reported": ["1", "2", "3", "4", "10", "4"]})
    said, written = write("a")
    assert not written and "add one that says why" in said and before("a")[0]["reported"][4] == "5"
    with baselines.CHANGELOG.open("a", encoding="utf-8") as log:
        log.write("- More tests.\n- **Results:** more is told.\n")
    said, written = write("a")
    assert (
        written
        and "before" in said
        and "after" in said
        and before("a") == ({"reported": ["1", "2", "3", "4", "10", "4"]}, 2, True)
    )
    assert "more is told" in path_of("a").read_text(encoding="utf-8")


def test_a_line_of_results_that_moved_nothing_here_allows_nothing_later(temporary_baselines):
    with baselines.CHANGELOG.open("a", encoding="utf-8") as log:
        log.write("- **Results:** another case moves.\n")
    assert write("a") == ("a: as before", True)
    assert before("a")[1:] == (2, True) and "a first engine" in path_of("a").read_text(encoding="utf-8")
    temporary_baselines.setattr(baselines, "now", lambda name: {"reported": ["1", "2", "3", "4", "10", "4"]})
    assert not write("a")[1]


def test_a_number_changed_by_hand_breaks_the_seal(temporary_baselines):
    path = path_of("a")
    for was, is_ in ((",5,", ",6,"), ("# after 1", "# after 0"), ("a first engine", "another")):
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole.replace(was, is_), encoding="utf-8")
        assert not before("a")[2]
        path.write_text(whole, encoding="utf-8")
    assert before("a")[2]


def test_before_and_after_are_shown_side_by_side():
    shown = moved({"reported": ["1", "2"], "yuan": ["3", "4"]}, {"reported": ["1", "20"], "yuan": ["3", "4"]})
    assert shown.splitlines()[1:] == [
        "reported          before    1   2",
        "                  after     1  20",
    ]
