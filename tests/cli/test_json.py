"""`--json` prints one document that a strict parser reads.

Numbers are numbers, and keys never change. This holds for every command.
"""

import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pandas as pd
import pytest
import typer
from cli_runner import typist
from experiment_texts import BEST, SCREEN, WHOSE

from cogov.bench import (
    bit_flips,
    city_scaling,
    coverage,
    determinism,
    execution_modes,
    fault_injection,
    fingerprints,
    speed,
    sweep_overhead,
)
from cogov.bench.workload.rounds import Size
from cogov.cli.options import app
from cogov.experiments.comparison.compare import compare
from cogov.experiments.robustness import structures
from cogov.experiments.sweep.sweep import sweep
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.model.scenarios.structure import Structure
from cogov.viz.figures import figures

SMALL = ("--days", "20")
PAIRS = ("--replicates", "2", *SMALL)
HOOK = {"title", "rows", "note"}
KEYS = {  # words of a command -> keys of its document; of a list, those of its elements
    ("agents", "residents"): {"name", "title", "attributes", "decisions", "parameters", "asked_by"},
    ("cases",): {"name", "title", "provenance", "residents", "given", "mechanisms"},
    ("mechanisms", "whistle"): {"name", "zh", "does", "disappoints", "grade", "knobs"},
    ("evidence", "whistle"): {
        "path",
        "value",
        "unit",
        "source",
        "grade",
        "prior",
        "p5",
        "p95",
        "effects",
    },
    ("facts", "resolved_same_day", "--replicates", "4", "--worlds", "0", "--workers", "0"): {
        "facts",
        "totals",
        "power",
    },
    ("mechanisms", "--effects", "wuzi_yard", *PAIRS, "--workers", "1"): {
        "mechanism",
        "measure",
        "reported",
        "without",
        "with",
        "difference",
        "low",
        "high",
        "correlation",
        "pairs",
        *("worlds", "median", "p5", "p25", "p75", "p95", "better", "worse", "matters", "harms"),
    },
    ("ensemble",): {
        "worlds",
        "parameters",
        "screened",
        "sha256",
        "model",
        "probe",
        "facts",
        "seed",
        "runs",
        "cut",
        "discrepancy",
        "fitted_to",
        "out_of_reach",
        "versions",
        "coverage",
        "wave",
        "fact",
        "problems",
    },
    ("knobs", "committee"): {"path", "default", "low", "high", "unit", "source", "cases"},
    ("compile", "whistle"): {"compiled", "folder"},
    ("run", "wuzi_yard", *SMALL, "--within", "100"): {
        "case",
        "seed",
        "days",
        "mechanisms",
        "measures",
        "ledger",
        "activities",
        "census",
        "left_out",
    },
    ("robust", "wuzi_yard", "--mechanism", "whistle", "--worlds", "10", *SMALL, "--within", "5"): {
        "sentences",
        "choices",
        "pairs",
        "hangs_on",
        "effects",
        "staff_added",
        "failed",
        "figure",
        "folder",
    },
    ("compare", "wuzi_yard", "--mechanism", "grid_patrol", *PAIRS, "--worlds", "10", "--workers", "1"): {
        "verdict",
        "hangs_on",
        "ranges",
        "groups",
        "table",
        "activities",
        "figure",
        "folder",
        "census",
        "left_out",
    },
    ("patterns", "--case", "wuzi_yard", "--replicates", "2", "--worlds", "2", "--workers", "1"): {
        "patterns",
        "totals",
        "summary",
        "power",
    },
    ("funnel", "wuzi_yard", "--replicates", "2", "--workers", "1"): {
        "stage",
        "projects",
        "share",
        "median_days",
    },
    ("story", "wuzi_yard", "--surprising", "1", *SMALL): {
        "case",
        "mechanisms",
        "seed",
        "days",
        "sooner",
        "later",
        "alike",
        "only",
        "most",
    },
    ("import", "log.csv"): {
        "rows",
        "used",
        "open",
        "rejected",
        "reasons",
        "drawn",
        "said",
        "proposals",
        "summary",
        "log",
        "figure",
    },  # fmt: skip
    (
        "calibrate",
        "wuzi_yard",
        "--log",
        "log.csv",
        "--trials",
        "24",
        "--replicates",
        "1",
        "--days",
        "60",
        "--method",
        "sobol",
        "--workers",
        "1",
    ): {
        "verdict",
        "parameters",
        "learned",
        "together",
        "not_learned",
        "scores",
        "visible",
        "effective",
        "widened",
        "said",
        "case",
        "worlds",
        "page",
        "figure",
    },
    (
        "figure",
        "wuzi_yard",
        "--mechanism",
        "grid_patrol",
        "--chart",
        "backlog",
        "--format",
        "svg",
        "--workers",
        "0",
        *PAIRS,
    ): {"verdict", "figures"},
    (
        "search",
        "wuzi_yard",
        "--may",
        "grid_patrol",
        "--objective",
        "hours=minimise",
        "--trials",
        "2",
        "--replicates",
        "2",
        "--confirm",
        "2",
        "--worlds",
        "10",
        *SMALL,
    ): {"sentences", "trials", "front", "worlds", "figure"},
    ("attribute", "WHOSE"): {"sentences", "shares", "interactions", "next", "effect", "figure"},
    ("sensitivity", "SCREEN"): {"sentences", "sensitivity", "figure"},
    ("paths", "wuzi_yard", "--mechanism", "whistle", "--worlds", "10", "--measure", "burden", *SMALL): {
        *("sentence", "parts"),
    },
    (
        "structures",
        "wuzi_yard",
        *("--mechanism", "whistle", "--samples", "2", "--workers", "0", *SMALL, "--within", "5"),
    ): {
        *("sentences", "structures", "rules", "split", "figure", "folder"),
    },
    (
        *("trial", "wuzi_yard", "--mechanism", "grid_patrol", "--clusters", "building", "--periods", "3"),
        *("--period-days", "14", "--within", "7", "--worlds", "10", "--workers", "0"),
    ): {"sentences", "summary", "power", "figure", "folder"},
    ("brief", "COMPARED"): {"files"},
    ("gains", "wuzi_yard", "--mechanism", "grid_patrol", "--worlds", "10", *SMALL): {"sentence", "groups"},
    ("decide", "WEIGHED", "--worth", "100"): {
        *("case", "sentences", "choices", "everything", "numbers", "pilots"),
    },
    ("discover", "BEST", "--best"): {"sentences", "boxes", "trajectories", "figure"},
    ("sweep", "e.toml", "--plan"): {"runs", "seconds", "bytes", "a_run"},
    ("sweep", "e.toml", "--out", "swept", "--workers", "0"): {
        "folder",
        "asked",
        "before",
        "now",
        "failed",
        "seconds",
        "overhead",
        "why",
        "causes",
        "changes",
        "mended",
    },
    ("verify", "WHOSE"): {"runs", "parts", "again", "differ"},
    ("report", "WHOSE"): {
        "verdicts",
        "limits",
        "worlds",
        "stated",
        "runs_before",
        "history",
        "digest",
        "report",
    },
    ("city", "wuzi_yard", "--communities", "1", "--days", "3", "--workers", "0"): {
        "residents",
        "communities",
        "resolution_rate",
        "digest",
        "folder",
    },
    ("check", "case", "wuzi_yard"): {"name", "kept", "promises"},
    ("check", "mechanism", "grid_patrol"): {"name", "kept", "promises"},
    ("year", "wuzi_yard", "--days", "60"): {"half_days", "trust", "homes"},
    ("bench", "speed"): {"tables"},
    ("bench", "logs", "--rows", "50"): {"tables"},
    ("bench", "pairing", "--replicates", "3"): {"tables"},
    ("bench", "randomness"): {"tables"},
    ("bench", "coverage", "--experiments", "100"): {"tables"},
    ("bench", "worlds", "--truths", "20", "--used", "20", "--case", "wuzi_yard"): {"tables"},
    ("bench", "page"): {"tables"},
    ("bench", "faults"): {"tables"},
    ("bench", "flips"): {"tables"},
    ("bench", "sweep"): {"tables"},
    ("bench", "city"): {"tables"},
    ("bench", "determinism"): {"title", "cells", "same", "note", "good"},
}
GROWS = {"city"}  # documents whose other keys are measures


def commands(group, *words):
    """Return the words of every command that has --json."""
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, *words, name)
        elif any("--json" in option.opts for option in one.params):
            yield (*words, name)


def test_every_command_that_has_json_is_tried():
    assert {words[: 2 if words[0] in ("bench", "check") else 1] for words in KEYS} == set(
        commands(typer.main.get_command(app))
    )


def parse_strictly(text):
    """Return the one document of a text; refuse NaN, infinity and duplicate keys."""

    def once(pairs):
        assert len(dict(pairs)) == len(pairs), f"twice the same key: {pairs}"
        return dict(pairs)

    return json.loads(text, parse_constant=pytest.fail, object_pairs_hook=once)


WEIGHED = """
cases = ["wuzi_yard"]
days = 40
replicates = 12
lucks_per_world = 1
keep = []

[[arm]]
name = "as it is"

[[arm]]
name = "patrol"
on = ["grid_patrol"]
"""


def iter_texts(value, name=""):
    """Yield every text of a document, with the key that it belongs to."""
    if isinstance(value, (dict, list)):
        for key, one in value.items() if isinstance(value, dict) else ((name, one) for one in value):
            yield from iter_texts(one, key)
    elif isinstance(value, str):
        yield name, value


@pytest.fixture(scope="module")
def sweep_folder(tmp_path_factory):
    """Return the folder of a finished sweep by its name, swept on first request.

    Any other word is returned as it is.
    """
    texts, made = {"WHOSE": WHOSE, "SCREEN": SCREEN, "BEST": BEST, "WEIGHED": WEIGHED}, {}

    def folder(word):
        if word in texts and word not in made:
            made[word] = tmp_path_factory.mktemp(word) / "out"
            (made[word].parent / "e.toml").write_text(texts[word], "utf-8")
            sweep(made[word].parent / "e.toml", made[word], workers=0)
        if word == "COMPARED" and word not in made:
            made[word] = tmp_path_factory.mktemp(word)
            compare("wuzi_yard", "grid_patrol", replicates=2, worlds=10, days=60, workers=0).save(made[word])
        return made.get(word, word)

    return folder


@pytest.fixture
def cogov(monkeypatch, capsys, tmp_path):
    """Type a command in a folder with a log and an experiment; benchmarks measure next to nothing."""
    monkeypatch.chdir(tmp_path)
    rows = [
        (
            f"2020-{1 + n % 9:02}-{1 + n % 27:02},2020-{1 + n % 9:02}-{min(28, 3 + n % 27):02},"
            f"{('litter', 'lamp_out')[n % 2]}"
        )
        for n in range(60)
    ]
    (tmp_path / "log.csv").write_text(
        "\n".join(["opened,closed,category", *rows, "2020-09-30,,litter"]) + "\n", "utf-8"
    )
    (tmp_path / "e.toml").write_text(WHOSE, "utf-8")
    few = alter_scenario(read_case("wuzi_yard"), days=5)
    for name, value in (
        ("read_case", lambda name: replace(few, name=name)),
        ("PEOPLE", (200,)),
        ("ROUNDS", 1),
        ("TWIN_DAYS", 1),
        ("WORKLOAD", Size(1000, 5, 1)),
        ("PAIRED", {"wuzi_yard": ("reported",)}),
        ("count_key_collisions", partial(speed.count_key_collisions, sweep=2, horizon=3)),
    ):
        monkeypatch.setattr(speed, name, value)
    monkeypatch.setattr(
        coverage,
        "coverage",
        partial(
            coverage.coverage,
            kinds={"paired difference": coverage.paired_interval},
            sequential={},
            laws={"normal": coverage.draw_normal},
        ),
    )
    monkeypatch.setattr(bit_flips, "subjects", lambda folder: dict.fromkeys(bit_flips.WORDS))
    monkeypatch.setattr(bit_flips, "flip_bits", lambda folder, count, read: bit_flips.Tally(count, count))
    monkeypatch.setattr(fault_injection, "kill_sweeps", lambda folder, count: {"kills": count})
    monkeypatch.setattr(
        fault_injection, "fail_runs", lambda folder, each, below: [("raises", each, each, 0, each, True, 0.1)]
    )
    monkeypatch.setattr(fault_injection, "break_writes", lambda folder, fault, steps: {"ended by it": 1})
    monkeypatch.setattr(sweep_overhead, "measure_sweep", lambda case, runs, keep: (1.0, 0.1, 0.1, 0.1))
    monkeypatch.setattr(sweep_overhead, "time_mesa_batch", lambda case, runs, processes: 1.0)
    monkeypatch.setattr(
        sweep_overhead,
        "sweep",
        SimpleNamespace(**vars(sweep_overhead.sweep) | {"sweep": lambda *asked, **more: None}),
    )
    monkeypatch.setattr(sweep_overhead, "simulate", lambda case, seed: None)
    done = SimpleNamespace(seconds=1.0, work=1.0)
    fakes = {
        "simulate_street": lambda city, street: None,
        "simulate_city": lambda *asked: done,
        "load_table": lambda folder: pd.DataFrame({"residents": [100], "resolution_rate": [float("nan")]}),
        "digest": lambda folder: "d",
    }
    assert fakes.keys() <= vars(city_scaling.cities).keys()  # otherwise a whole city would be simulated
    monkeypatch.setattr(city_scaling, "cities", SimpleNamespace(**vars(city_scaling.cities) | fakes))
    monkeypatch.setattr(determinism, "SETS", dict(list(fingerprints.SETS.items())[:1]))
    monkeypatch.setattr(
        determinism,
        "list_modes",
        lambda *asked: [
            execution_modes.ExecutionMode("here", execution_modes.run_in_process),
            execution_modes.ExecutionMode("again", execution_modes.run_in_process),
        ],
    )

    def save_nothing(figure, folder, name):  # drawing takes most of the time
        (folder / f"{name}.svg").write_bytes(b"<svg/>")
        return folder / f"{name}.png"

    monkeypatch.setattr(figures, "save", save_nothing)
    monkeypatch.setattr("cogov.viz.report.keep", save_nothing)
    return typist(monkeypatch, capsys)


@pytest.mark.parametrize("words", KEYS, ids=lambda words: " ".join(words[:2]))
def test_json_is_one_strict_document_with_its_keys(cogov, sweep_folder, monkeypatch, words):
    if words == ("bench", "page"):
        page_bench = pytest.importorskip("cogov.bench.page.page")
        monkeypatch.setattr(
            page_bench,
            "measure_page",
            lambda *asked: [page_bench.waiting_table(([1.0], [2.0], [3.0]), ([0.1], [1024]), ([0.1], [2.0]))],
        )
    if words[0] == "structures":
        few = [Structure(), Structure(giving="habit")]
        monkeypatch.setattr(structures, "all_structures", lambda: few)
    status, out, err = cogov(*map(sweep_folder, words), "--json")
    assert status == 0, err
    told = parse_strictly(out)
    assert isinstance(told, dict) or words[0] != "bench", "one object for all tables of a bench"
    for one in told if isinstance(told, list) else [told]:
        assert one.keys() >= KEYS[words] if words[0] in GROWS else one.keys() == KEYS[words]
    if words[0] == "bench" and words[1] != "determinism":
        assert told["tables"] and all(table.keys() == HOOK and table["rows"] for table in told["tables"])
    numbers = [
        (name, text)
        for name, text in iter_texts(told)
        if text.replace(",", "").replace(".", "", 1).removeprefix("-").isdigit()
    ]
    assert not numbers, "numbers as text"


def test_a_measure_that_does_not_exist_is_null(cogov):
    told = parse_strictly(cogov("run", "wuzi_yard", *SMALL, "--within", "100", "--json")[1])
    assert told["measures"]["resolution_rate"] is None and told["measures"]["arisen"] > 0
    assert (
        parse_strictly(
            cogov("city", "wuzi_yard", "--communities", "1", "--days", "3", "--workers", "0", "--json")[1]
        )["least"]
        is None
    )
