"""What a user types is answered, in words or in JSON; what is typed wrongly is one line and exit status 2."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_runner import typist

from cogov.bench import speed, tables
from cogov.model import mechanisms
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.viz.text.console import PlainConsole


@pytest.fixture
def cogov(monkeypatch, capsys, tmp_path):
    """Type a command; returns (exit status, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    return typist(monkeypatch, capsys)


def test_cases_and_mechanisms_are_listed(cogov):
    status, out, _ = cogov("cases", "--json")
    assert status == 0 and [case["name"] for case in json.loads(out)] == list_cases()
    status, out, _ = cogov("mechanisms", "--json")
    assert status == 0 and [m["name"] for m in json.loads(out)] == mechanisms.list_mechanisms()
    assert all(
        m["zh"] and m["disappoints"] and all(k["unit"] and k["source"] for k in m["knobs"])
        for m in json.loads(out)
    )
    _, out, _ = cogov("mechanisms")
    assert all(name in out for name in mechanisms.list_mechanisms())
    assert "物资大院" in cogov("cases")[1]


def test_a_run_is_described_in_words_and_in_json(cogov, tmp_path):
    status, out, _ = cogov(
        "run",
        "wuzi_yard",
        "--days",
        "40",
        "--seed",
        "3",
        "--on",
        "grid_patrol",
        "--off",
        "party_volunteers",
        "--json",
    )
    told = json.loads(out)
    assert (
        status == 0
        and told["mechanisms"]
        == sorted({*read_case("wuzi_yard").mechanisms, "grid_patrol"} - {"party_volunteers"})
        and told["days"] == 40
    )
    status, out, _ = cogov("run", "wuzi_yard", "--days", "40", "--seed", "3", "--out", "tables")
    assert status == 0 and "issues that arose" in out and (tmp_path / "tables" / "history.csv").exists()


def test_the_same_seed_is_the_same_answer_and_another_is_not(cogov):
    told = [
        cogov("run", "wuzi_yard", "--days", "60", "--seed", seed, "--json")[1] for seed in ("1", "1", "2")
    ]
    assert told[0] == told[1] != told[2]


def test_a_comparison_leaves_table_figure_and_manifest(cogov, tmp_path):
    words = ("compare", "wuzi_yard", "--mechanism", "grid_patrol", "--replicates", "3", "--days", "60")
    words += ("--worlds", "10")
    status, out, _ = cogov(*words, "--out", "mine")
    assert status == 0 and "grid_patrol" in out and "mine/compare.png" in out
    made = json.loads((tmp_path / "mine" / "manifest.json").read_text(encoding="utf-8"))
    assert made["command"].endswith("--out mine") and made["in_both_arms"] == sorted(
        read_case("wuzi_yard").mechanisms
    )
    assert (tmp_path / "mine" / "compare.svg").exists()
    status, out, _ = cogov(*words, "--json")
    assert (
        status == 0
        and json.loads(out)["table"]["reported"]["pairs"] == 3
        and json.loads(out)["verdict"] == made["verdict"]
    )


WRONG = {
    "a case that is none": (["run", "guiyuann"], ["did you mean 'guiyuan'"]),
    "a file that is not there": (["run", "none.toml"], ["none.toml"]),
    "a mechanism misspelt": (["run", "wuzi_yard", "--on", "grid_patroll"], ["'grid_patrol'"]),
    "on and off at once": (
        ["run", "wuzi_yard", "--on", "grid_patrol", "--off", "grid_patrol"],
        ["grid_patrol", "at once"],
    ),
    "a knob misspelt": (["run", "wuzi_yard", "--set", "committee.staf=3"], ["committee.staff"]),
    "a number out of range": (["run", "wuzi_yard", "--set", "committee.staff=-3"], ["-3", "0 to 500"]),
    "a knob without a value": (["run", "wuzi_yard", "--set", "committee.staff"], ["path=value"]),
    "a contradiction": (["run", "wuzi_yard", "--set", "community.members=191"], ["members", "191", "190"]),
    "more elders than grown-ups": (["run", "wuzi_yard", "--set", "community.elders=190"], ["elders"]),
    "no day at all": (["run", "wuzi_yard", "--days", "0"], ["1 to 36,500"]),
    "effects of some only": (["mechanisms", "whistle", "--effects", "wuzi_yard"], ["leave out whistle"]),
    "a building that is not there": (
        ["story", "wuzi_yard", "--issue", "99/litter/0", "--days", "9"],
        ["buildings go from 0 to 4"],
    ),
    "nothing to compare": (["compare", "wuzi_yard"], ["grid_patrol"]),
    "a folder that cannot be": (["run", "wuzi_yard", "--days", "2", "--out", "/proc/none"], ["/proc/none"]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_one_line_with_the_way_out(cogov, wrong):
    words, hints = WRONG[wrong]
    status, out, err = cogov(*words)
    assert status == 2 and out == ""
    assert err.startswith("cogov: ") and err.count("\n") == 1
    assert all(hint in err for hint in hints)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('[[shock]]\nrole = "comittee"', "did you mean 'committee'"),
        ("[[reported]]\nlow = 0.5\nhigh = 0.2", "reported.0.low = 0.5 is more than high = 0.2"),
    ],
)
def test_an_error_in_a_case_is_reported_with_its_line(cogov, tmp_path, wrong, told):
    (tmp_path / "mine.toml").write_text(f"[community]\n[[compound]]\n{wrong}\n", encoding="utf-8")
    status, _, err = cogov("run", "mine.toml")
    assert status == 2 and err.startswith("cogov: mine.toml:4: ") and told in err


def test_a_title_is_never_cut_short(cogov):
    assert "…" not in cogov("cases")[1]


def test_effects_that_nothing_is_old_enough_to_tell_are_a_dash(cogov):
    status, out, _ = cogov("mechanisms", "--effects", "wuzi_yard", "--replicates", "2", "--days", "5")
    assert status == 0 and "nan±" not in out and "±nan" not in out


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are seen in /proc only")
def test_an_interrupt_ends_every_process_quietly(tmp_path):
    words = "compare", "guiyuan", "--mechanism", "grid_patrol", "--replicates", "2000", "--workers", "2"
    running = subprocess.Popen(
        [sys.executable, "-m", "cogov", *words],
        cwd=tmp_path,
        stdout=-1,
        stderr=-1,
        text=True,
        start_new_session=True,
    )
    while not Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().strip():
        time.sleep(0.05)  # workers are starting: the worst moment
    time.sleep(1)
    os.killpg(running.pid, signal.SIGINT)
    assert "Traceback" not in running.communicate(timeout=60)[1] and running.returncode != 0


def test_an_unknown_option_is_refused(cogov):
    status, _, err = cogov("run", "wuzi_yard", "--dayz", "3")
    assert status == 2 and "--dayz" in err


def test_a_title_is_shown_as_it_is_written(cogov, tmp_path):
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\ntitle = "[draft] half done [/]"\n[community]\n[[compound]]\n', encoding="utf-8"
    )
    status, out, _ = cogov("run", "mine.toml", "--days", "20")
    assert status == 0 and "[draft] half done [/]" in " ".join(out.split())


def test_a_case_says_who_lives_where(cogov, tmp_path):
    (tmp_path / "empty.toml").write_text("")
    status, _, err = cogov("run", "empty.toml")
    assert status == 2 and "[community]" in err


def test_nothing_old_enough_is_said_not_guessed(cogov):
    status, out, _ = cogov(
        "compare",
        "wuzi_yard",
        "--mechanism",
        "grid_patrol",
        "--replicates",
        "2",
        "--days",
        "20",
        "--within",
        "100",
        "--json",
    )
    assert status == 0 and "no issue arose" in json.loads(out)["verdict"]


def test_a_parameter_of_what_is_not_switched_on_is_refused_with_the_way_out(cogov):
    status, _, err = cogov("run", "wuzi_yard", "--set", "mechanisms.grid_patrol.patrol_hours=1")
    assert status == 2 and "--on grid_patrol" in err


def test_the_benches_run_on_a_small_sweep(capsys):
    """The benchmarks are for reading, not for CI; the test checks only that they run."""
    tables.show(None, True, speed.count_key_collisions(PlainConsole(), sweep=3, horizon=5))
    assert json.loads(capsys.readouterr().out)["tables"][0]["rows"][0]["collisions"] == 0
    tables.show(
        PlainConsole(width=160),
        False,
        speed.measure_pairing(PlainConsole(), replicates=3, only=("grid_patrol",)),
    )
    assert "guiyuan: grid_patrol, reported" in capsys.readouterr().out


@pytest.mark.parametrize("by", ["option", "environment"])
def test_an_error_is_said_in_the_language_that_is_asked_for(cogov, monkeypatch, by):
    words = ["story", "wuzi_yard", "--surprising", "3", "--set", "committee.staff=-1"]
    if by == "environment":
        monkeypatch.setenv("COGOV_LANG", "zh")
    status, _, err = cogov(*words, *(["--lang", "zh"] if by == "option" else []))
    assert status == 2 and err == "cogov: 居委会人手 = -1，超出范围；允许0到500 人\n"
