"""Every command that fills a folder writes a manifest there.

It is enough to regenerate the results and to check that they are the same.
"""

import json
from hashlib import sha256

import pandas as pd
import pytest
from cli_runner import typist

from cogov.engine import jit
from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison.compare import compare
from cogov.experiments.files import manifest
from cogov.experiments.sweep.sweep import sweep
from cogov.model.scenarios.cases import alter_scenario, read_case

SWEPT = """
cases = ["wuzi_yard"]
days = 12
replicates = 2
keep = []
[estimand]
measure = "hours"
within = 5
[design]
kind = "factorial"
mechanisms = ["grid_patrol"]
"""
SHORT = ["--days", "12", "--seed", "3"]
SET = ["--set", "committee.staff=0.8", "--off", "party_volunteers"]
LOG = (
    "opened,closed,category\n"
    + "\n".join(f"2024-01-{1 + n % 28:02d},2024-02-{1 + n % 28:02d},litter" for n in range(60))
    + "\n"
)
COMMANDS = {  # name -> the words, where it writes, the settings it must record
    "run": (
        ["run", "wuzi_yard", *SHORT, *SET, "--within", "5", "--out", "mine"],
        {
            "days": 12,
            "seed": 3,
            "within": 5,
            "settings": ["committee.staff=0.8"],
            "off": ["party_volunteers"],
            "on": [],
        },
    ),
    "compare": (
        [
            "compare",
            "wuzi_yard",
            "--mechanism",
            "grid_patrol",
            "--replicates",
            "2",
            "--worlds",
            "10",
            *SHORT,
            *SET,
            "--within",
            "5",
            "--out",
            "mine",
        ],
        {
            "days": 12,
            "seed": 3,
            "within": 5,
            "replicates": 2,
            "mechanisms": ["grid_patrol"],
            "settings": ["committee.staff=0.8"],
            "off": ["party_volunteers"],
            "on": [],
            "case": "wuzi_yard",
        },
    ),
    "effects": (
        [
            "mechanisms",
            "--effects",
            "wuzi_yard",
            "--replicates",
            "2",
            "--days",
            "3",
            "--set",
            "committee.staff=0.8",
            "--seed",
            "3",
            "--within",
            "2",
            "--out",
            "mine",
        ],
        {
            "days": 3,
            "seed": 3,
            "within": 2,
            "replicates": 2,
            "among": False,
            "settings": ["committee.staff=0.8"],
        },
    ),
    "import": (
        ["import", "log.csv", "--residents", "500", "--out", "mine"],
        {
            "asked": {"residents": 500.0},
            "log": {"name": "log.csv", "sha256": sha256(LOG.encode()).hexdigest()},
        },
    ),
    "city": (
        [
            "city",
            "wuzi_yard",
            "--communities",
            "2",
            "--days",
            "5",
            "--seed",
            "3",
            "--workers",
            "0",
            "--set",
            "committee.staff=0.8",
            "--out",
            "mine",
        ],
        {"days": 5, "seed": 3, "communities": 2, "settings": ["committee.staff=0.8"]},
    ),
    "trial": (
        [
            *("trial", "wuzi_yard", "--mechanism", "grid_patrol", "--clusters", "building", "--periods", "3"),
            *("--period-days", "14", "--within", "7", "--worlds", "10", "--seed", "3", "--out", "mine"),
        ],
        {"seed": 3, "within": 7, "periods": 3, "number": 5, "clusters": "building", "fixed": False},
    ),
    "attribute": (["attribute", "swept", "--out", "mine"], {"given": []}),
}


@pytest.fixture(scope="module")
def sweep_folder(tmp_path_factory):
    """Return a small sweep."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "e.toml").write_text(SWEPT, "utf-8")
    sweep(folder / "e.toml", folder / "out", workers=0)
    return folder / "out"


@pytest.fixture
def cogov(monkeypatch, capsys, folder):
    """Type a command; returns (exit status, standard output, standard error)."""
    return typist(monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path, monkeypatch, sweep_folder):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "swept").symlink_to(sweep_folder)
    (tmp_path / "log.csv").write_text(LOG, "utf-8")
    return tmp_path


def read_manifest(folder):
    return json.loads((folder / manifest.FILE).read_text("utf-8"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_says_what_made_it(cogov, folder, name):
    words, asked = COMMANDS[name]
    status, out, err = cogov(*words)
    assert status == 0, err
    told = read_manifest(folder / "mine")
    assert (
        told["made_by"] == name
        and told["command"].startswith(f"cogov {words[0]} ")
        and told["model"] == jit.version()
        and told["versions"].keys() >= {"cogov", "numpy", "numba", "python"}
    )
    assert {key: told[key] for key in asked} == asked
    tables = {
        str(path.relative_to(folder / "mine"))
        for kind in ("*.csv", "*/*.parquet")
        for path in (folder / "mine").glob(kind)
    }
    assert tables and told["results"] == {
        one: sha256((folder / "mine" / one).read_bytes()).hexdigest() for one in tables
    }
    for case in told["cases"]:
        (folder / "again.toml").write_text(case["case_file"], "utf-8")
        assert manifest.case_of(read_case(folder / "again.toml")) == case
    assert bool(told["cases"]) == (name != "import")
    if name in ("run", "compare"):
        assert (
            told["cases"][0]["digest"]
            == manifest.case_of(
                alter_scenario(
                    read_case("wuzi_yard"),
                    on=["grid_patrol"] if name == "compare" else [],
                    off=["party_volunteers"],
                    settings=["committee.staff=0.8"],
                    days=12,
                )
            )["digest"]
        )
    if name == "attribute":
        assert (
            told["sweep"]["experiment"] == "experiment"
            and told["sweep"]["model"] == jit.version()
            and len(told["sweep"]["digest"]) == 32
        )


def test_the_digest_of_results_is_the_same_for_the_same_and_another_for_others(tmp_path):
    def digest(name, **more):
        return read_manifest(
            compare(
                "wuzi_yard",
                "grid_patrol",
                **{"replicates": 2, "worlds": 2, "days": 12, "within": 5, "workers": 1, **more},
            ).save(tmp_path / name)
        )["digest"]

    first = digest("a")
    assert first == digest("b") != digest("c", seed=1) and first != digest(
        "d", settings={"committee.staff": 2.0}
    )


def test_what_another_command_left_is_kept(tmp_path):
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "a.csv")
    manifest.write_manifest(tmp_path, "compare", tables=["a.csv"], seed=1)
    manifest.write_manifest(tmp_path, "patterns", seed=2)
    assert (
        read_manifest(tmp_path)["seed"] == 2
        and json.loads((tmp_path / "manifest-compare.json").read_text("utf-8"))["seed"] == 1
    )
    manifest.write_manifest(tmp_path, "compare", seed=3)
    assert {path.name for path in tmp_path.glob("*.json")} == {
        "manifest.json",
        "manifest-patterns.json",
    } and read_manifest(tmp_path)["seed"] == 3


@pytest.mark.parametrize(
    "words",
    [
        COMMANDS["run"][0],
        COMMANDS["compare"][0],
        COMMANDS["effects"][0],
        COMMANDS["import"][0],
        ["attribute", "swept"],
    ],
    ids=lambda words: words[0],
)
def test_the_folder_of_a_sweep_is_left_alone(cogov, folder, sweep_folder, words):
    before = (sweep_folder / manifest.FILE).read_bytes()
    status, _, err = cogov(*words[: -2 if "--out" in words else None], "--out", "swept")
    assert (
        status == 2
        and "--out swept: contains a sweep" in err
        and (sweep_folder / manifest.FILE).read_bytes() == before
        and not list(sweep_folder.glob("*.csv"))
    )


def test_a_manifest_that_is_none_is_written_over(tmp_path):
    (tmp_path / manifest.FILE).write_text('["mine"]', "utf-8")
    manifest.write_manifest(tmp_path, "run")
    assert read_manifest(tmp_path)["made_by"] == "run"
    (tmp_path / "ledger.sqlite").touch()
    with pytest.raises(UserError, match="contains a sweep"):
        manifest.write_manifest(tmp_path, "run")
