"""Readers of files accept any content, or say in one line what is wrong. The long form is tools/fuzz.py."""

import csv

import pytest
from fuzz import tried
from fuzz_targets import LOG, TARGETS, bytes_of
from hypothesis import HealthCheck, given, settings

from cogov.viz.lessons.reader import SHIPPED as LESSONS

EXAMPLES = {"case": 30, "experiment": 15, "log": 50, "lesson": 25, "state": 40, "link": 40}
QUESTION = b'name = "x"\ncases = ["wuzi_yard"]\nreplicates = 1\n'
GAME = bytes_of([LESSONS / "budget.toml"])[0]


def log_with_mapping(*lines):
    return {"mine.csv": LOG.encode(), "mine.toml": "\n".join(lines).encode()}


ESCAPES = {  # what once raised another error, the smallest file that caused it, and how
    "a delimiter of two letters": (
        "log",
        log_with_mapping('delimiter = "id"'),
        "TypeError at experiments/files/csv_tables.py (records)",
    ),
    "an encoding with a zero byte": (
        "log",
        log_with_mapping('encoding = "a\\u0000b"'),
        "ValueError at experiments/files/csv_tables.py (decoded)",
    ),
    "an encoding that never decodes": (
        "log",
        log_with_mapping('encoding = "undefined"'),
        "UnicodeError at experiments/files/csv_tables.py (decoded)",
    ),
    "a format with the year twice": (
        "log",
        log_with_mapping('dates = "%Y-%m-%d %Y"'),
        "error at experiments/files/csv_tables.py (dates)",
    ),
    "categories in an array": (
        "log",
        log_with_mapping("categories = [1]"),
        "AttributeError at experiments/logs/issue_log.py (kinds)",
    ),
    "a category that is a number": (
        "log",
        log_with_mapping("[categories]", "litter = 3"),
        "TypeError at experiments/logs/issue_log.py (kinds)",
    ),
    "a category that is an array of arrays": (
        "log",
        log_with_mapping("[categories]", "litter = [[]]"),
        "TypeError at experiments/logs/issue_log.py (kinds)",
    ),
    "a header that rings": (
        "log",
        {"mine.csv": b"a\x07,b\n"},
        "a UserError that is not one line at experiments/logs/issue_log.py (columns)",
    ),
    "nothing but a comma": (
        "log",
        {"mine.csv": b","},
        "TypeError at experiments/logs/issue_log.py (columns)",
    ),
    "settings in an array": (
        "experiment",
        {"experiment.toml": QUESTION + b"set = [1]\n[[arm]]\n"},
        "AttributeError at experiments/sweep/design.py (flat)",
    ),
    "an arm's settings in an array": (
        "experiment",
        {"experiment.toml": QUESTION + b"[[arm]]\nset = [1]\n"},
        "AttributeError at experiments/sweep/design.py (flat)",
    ),
    "a cell without end": (
        "experiment",
        {
            "experiment.toml": QUESTION + b'[design]\nkind = "list"\ntable = "list.csv"\n',
            "list.csv": b"arm,days\na," + b"9" * 140_000,
        },
        "Error at experiments/sweep/design.py (<listcomp>)",
    ),
    "a case of two lines": (
        "experiment",
        {"experiment.toml": QUESTION.replace(b"wuzi_yard", b"a\\nb.toml") + b"[[arm]]\n"},
        "a UserError that is not one line at experiments/sweep/experiment.py (read_experiment)",
    ),
    "an option that adds more than there is": (
        "lesson",
        {"lesson.toml": GAME.replace(b"add = [", b'add = ["days=1e308", ')},
        "OverflowError at experiments/narrative/lesson_runs.py (<dictcomp>)",
    ),
}
FINE = ("read", "refused")


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_a_file_holds_only_a_scenario_error_of_one_line_escapes(name):
    verdicts = {tried(TARGETS[name], TARGETS[name].right())}
    assert verdicts == {"read"}

    @settings(
        max_examples=EXAMPLES[name],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(TARGETS[name].files())
    def throw(files):
        verdict = tried(TARGETS[name], files)
        verdicts.add(verdict)
        assert verdict in FINE, verdict

    throw()
    assert "refused" in verdicts


@pytest.mark.parametrize("escape", ESCAPES)
def test_what_escaped_once_escapes_no_more(escape):
    name, files, _ = ESCAPES[escape]
    csv.field_size_limit(131_072)  # Python's own, which a log that is refused may leave changed
    assert tried(TARGETS[name], files) in FINE


def test_an_error_that_is_none_of_ours_is_seen(monkeypatch):
    monkeypatch.setattr("fuzz_targets.read_lesson", lambda path: {}["nothing"])
    assert tried(TARGETS["lesson"], TARGETS["lesson"].right()).startswith("KeyError at ")


def test_a_scenario_that_comes_back_as_another_is_seen(monkeypatch):
    monkeypatch.setattr(
        "fuzz_targets.write_case", lambda scenario, header: "name = 'x'\n[community]\n[[compound]]\n"
    )
    assert "AssertionError" in tried(
        TARGETS["case"], TARGETS["case"].right()
    ) and "another scenario" in tried(TARGETS["case"], TARGETS["case"].right())
