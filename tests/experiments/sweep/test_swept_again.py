"""A folder that is swept again is not harmed.

Damage is named, and it is recorded when each setting was requested.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from functools import partial
from hashlib import sha256

import pandas as pd
import pytest
from cli_runner import typist

from cogov.bench import fault_injection
from cogov.engine import jit
from cogov.engine.texts.errors import UserError
from cogov.experiments.sweep import store
from cogov.experiments.sweep import sweep as sweeping
from cogov.experiments.sweep.experiment import Estimand, Experiment, NamedArm
from cogov.experiments.sweep.ledger import Damaged
from cogov.experiments.sweep.merge import merge_shards
from cogov.experiments.sweep.report_statistics import analyse_sweep
from cogov.experiments.sweep.results import read_results, verify
from cogov.experiments.sweep.sweep import plan_sweep, sweep
from cogov.viz import report

ARMS = (NamedArm("as it is"), NamedArm("patrol", on=("grid_patrol",)))
ASKED = Experiment(name="again", cases=("wuzi_yard",), days=6, replicates=4, arm=ARMS)
serially = partial(sweep, workers=0, limit=0)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the folder of a finished sweep, to be copied: parts of four runs."""
    folder = tmp_path_factory.mktemp("finished") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "PART", 4)
        serially(ASKED, folder)
    return folder


@pytest.fixture
def folder(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "out")


def digests_of(folder):
    """Return every file of a folder, but for the lock: name -> digest."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def read_rows(folder):
    """Return what README's one line reads, as (arm, replicate)."""
    table = pd.read_parquet(folder / "runs")
    return sorted(zip(table["arm"], table["replicate"]))


ALL = sorted((arm.name, replicate) for arm in ARMS for replicate in range(4))

# -------------------------------------------------------------------------------------------- no harm is done


def test_a_finished_sweep_swept_again_is_the_same_to_the_byte(folder):
    before = digests_of(folder)
    done = serially(ASKED, folder)
    assert (done.before, done.now, done.mended, done.changes) == (8, 0, [], []) and digests_of(
        folder
    ) == before


REFUSED = {  # changed setting -> what the refusal names
    "days": ({"days": 7}, "days = 6, now 7"),
    "seed": ({"seed": 1}, "seed = 0, now 1"),
    "name": ({"name": "other"}, 'name = "again", now "other"'),
    "within": ({"estimand": Estimand(within=3)}, "within = 30, now 3"),
    "keep": ({"keep": ()}, "keep = "),
    "a setting of all arms": ({"set": {"committee": {"staff": 3}}}, "staff = "),
    "an arm": ({"arm": (ARMS[0], NamedArm("patrol", on=("whistle",)))}, "'patrol' of wuzi_yard already"),
    "all arms": ({"arm": (NamedArm("x"), NamedArm("y"))}, "not in this experiment"),
    "another case": ({"cases": ("shuian",)}, "not in this experiment"),
}


@pytest.mark.parametrize("change", REFUSED)
def test_a_sweep_that_is_refused_changes_no_byte_and_names_what_differs(folder, change):
    before, (fields, words) = digests_of(folder), REFUSED[change]
    with pytest.raises(UserError, match="another --out") as error:
        serially(replace(ASKED, **fields), folder)
    assert words in str(error.value) and "\n" not in str(error.value) and digests_of(folder) == before


def test_after_an_upgrade_a_sweep_is_refused_and_stays_whole(folder, monkeypatch):
    monkeypatch.setattr(jit, "version", lambda *_: "0123456789abcdef")
    before = digests_of(folder)
    with pytest.raises(UserError, match="another version of the model"):
        serially(replace(ASKED, replicates=9, arm=(*ARMS, NamedArm("new"))), folder)
    assert digests_of(folder) == before and verify(folder, 0)["runs"] == 8


@pytest.mark.parametrize("wound", ["flipped", "gone", "emptied"])
@pytest.mark.parametrize("table", ["runs", "series", "issues"])
def test_a_damaged_part_is_named_set_aside_and_its_runs_are_done_again(finished, folder, table, wound):
    path = next((folder / table).glob("part-*"))
    raw = path.read_bytes()
    if wound == "gone":
        path.unlink()
    else:
        path.write_bytes(b"" if wound == "emptied" else raw[:99] + bytes([raw[99] ^ 1]) + raw[100:])
    done = serially(ASKED, folder)
    assert done.now == 4 and path.name in done.mended[0] and "are run again" in done.mended[-1]
    assert (
        read_results(folder).digest() == read_results(finished).digest()
        and read_rows(folder) == ALL
        and verify(folder, 0)["runs"] == 8
    )
    assert len(read_results(folder).issues) == len(read_results(finished).issues)
    assert wound == "gone" or [one for one in (folder / "set_aside").iterdir() if path.name in one.name]


def test_where_only_runs_are_kept_a_damaged_part_is_written_again_from_the_ledger(tmp_path):
    asked = replace(ASKED, keep=())
    serially(asked, tmp_path / "out")
    before = read_rows(tmp_path / "out")
    next((tmp_path / "out" / "runs").iterdir()).write_bytes(b"nothing")
    done = serially(asked, tmp_path / "out")
    assert (
        done.now == 0
        and done.mended
        and read_rows(tmp_path / "out") == before
        and verify(tmp_path / "out", 0)["runs"] == 8
    )


def test_a_damaged_text_is_written_again_from_the_ledger(folder):
    (folder / "manifest.json").write_text("{}")
    assert "manifest.json" in serially(ASKED, folder).mended[0]
    assert read_results(folder).manifest["registered"][0]["runs_before"] == 0


@pytest.mark.parametrize("way", ["emptied", "gone"])
@pytest.mark.parametrize("sums", [True, False])
def test_parts_without_their_ledger_are_never_added_to(folder, way, sums):
    (folder / "ledger.sqlite").write_bytes(b"") if way == "emptied" else (folder / "ledger.sqlite").unlink()
    sums or (folder / "SHA256SUMS").unlink()
    before = digests_of(folder)
    for reader in (partial(serially, ASKED), read_results, verify):
        with pytest.raises(Damaged, match="ledger.sqlite is missing or empty"):
            reader(folder)
    assert digests_of(folder) == before and read_rows(folder) == ALL


def test_an_older_ledger_with_newer_sums_is_refused(folder, tmp_path):
    serially(replace(ASKED, replicates=2), tmp_path / "older")
    shutil.copy(tmp_path / "older" / "ledger.sqlite", folder / "ledger.sqlite")
    before = digests_of(folder)
    with pytest.raises(Damaged, match="one of the two is damaged"):
        serially(ASKED, folder)
    with pytest.raises(Damaged, match="one of the two is damaged"):
        read_results(folder)
    assert digests_of(folder) == before


@pytest.mark.parametrize("name", ["part-0123456789abcdef.parquet", "copy of part.parquet", "notes.txt"])
def test_a_stray_among_the_parts_is_seen_and_never_counted(folder, name):
    shutil.copy(next((folder / "runs").glob("part-*")), folder / "runs" / name)
    with pytest.raises(Damaged, match="not part of this sweep"):
        verify(folder, 0)
    assert len(read_results(folder).runs) == 8
    done = serially(ASKED, folder)
    assert name in done.mended[0]
    if name.startswith("part-"):  # it is named like one of ours: moved aside, and not lost
        assert (
            read_rows(folder) == ALL
            and (folder / "set_aside" / f"runs-{name}").exists()
            and verify(folder, 0)["runs"] == 8
        )
    else:  # somebody's own file: theirs to move
        assert (folder / "runs" / name).exists()


def test_what_hidden_files_are_no_reader_takes_and_none_is_complained_of(folder):
    (folder / "runs" / ".DS_Store").write_text("mine")
    assert verify(folder, 0)["runs"] == 8 and read_rows(folder) == ALL


def test_a_resume_asks_for_the_disk_that_the_missing_runs_need(tmp_path, monkeypatch):
    guess = sweeping.CostEstimate(8, 1.0, 8_000, 0.01)
    monkeypatch.setattr(sweeping, "disk_usage", lambda _: namedtuple("Usage", "free")(4_500))
    with pytest.raises(UserError, match="8 more runs need"):
        serially(ASKED, tmp_path / "out", execution=sweeping.Execution(estimate=guess))
    monkeypatch.setattr(sweeping, "disk_usage", lambda _: namedtuple("Usage", "free")(9_000))
    serially(
        replace(ASKED, replicates=2),
        tmp_path / "out",
        execution=sweeping.Execution(estimate=sweeping.CostEstimate(4, 1.0, 4_000, 0.01)),
    )
    monkeypatch.setattr(sweeping, "disk_usage", lambda _: namedtuple("Usage", "free")(4_500))
    assert serially(ASKED, tmp_path / "out", execution=sweeping.Execution(estimate=guess)).now == 4
    with pytest.raises(UserError, match="4 more runs"):
        serially(
            replace(ASKED, replicates=6),
            tmp_path / "out",
            execution=sweeping.Execution(estimate=sweeping.CostEstimate(12, 1.0, 24_000, 0.01)),
        )


@pytest.mark.parametrize("name", ["manifest.json", "cases.json"])
def test_the_results_of_another_command_are_not_overwritten(tmp_path, name):
    (tmp_path / name).write_text('{"verdict": "mine"}')
    with pytest.raises(UserError, match=f"{name} belongs to the results of another command.*another --out"):
        serially(ASKED, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name] and "mine" in (tmp_path / name).read_text()


# --------------------------------------------------------------------------------------- what was stated when


def test_what_is_asked_is_written_down_whole_before_the_first_run(finished):
    (one,) = read_results(finished).manifest["registered"]
    assert (one["runs_before"], one["replicates"], one["arms"], one["cases"]) == (
        0,
        4,
        ["as it is", "patrol"],
        {"wuzi_yard": 6},
    )
    assert one["estimand"]["measure"] == "resolution_rate" and one["changes"] == []


CHANGED = {  # changed setting -> how it is reported
    "estimand": (
        {"estimand": Estimand("hours", matters=5.0)},
        'estimand.measure: "resolution_rate" -> "hours"; estimand.matters: 0.0 -> 5.0',
    ),
    "question": ({"question": "Why?"}, 'question: "" -> "Why?"'),
    "fewer replicates": ({"replicates": 2}, "replicates: 4 -> 2"),
    "a dropped arm": ({"arm": ARMS[:1]}, "arm dropped: patrol"),
    "an arm more": ({"arm": (*ARMS, NamedArm("whistle", on=("whistle",)))}, "arm added: whistle"),
    "a case more": ({"cases": ("wuzi_yard", "shuian")}, "case added: shuian"),
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_change_is_reported_with_its_date_and_how_many_runs_were_there(folder, change):
    fields, words = CHANGED[change]
    done = serially(replace(ASKED, **fields), folder)
    assert "; ".join(done.changes) == words
    found = analyse_sweep(folder)
    last = found.results.manifest["registered"][-1]
    told = f"Changed {last['when']}, when 8 runs existed: {words}."
    assert (
        last["runs_before"] == 8
        and told == found.history()[0]
        and told in report.methods(found).replace("&quot;", '"').replace("&gt;", ">")
    )
    again = serially(replace(ASKED, **fields), folder)
    assert again.changes == [] and len(read_results(folder).manifest["registered"]) == 2
    assert (
        (found.results.others > 0)
        == (change in ("fewer replicates", "a dropped arm"))
        == ("no longer includes" in " ".join(found.history()))
    )


def test_an_estimand_that_was_changed_later_is_not_said_to_be_stated_before_the_first_run(folder):
    assert "stated before the first run" in report.estimand(analyse_sweep(folder))
    serially(replace(ASKED, estimand=Estimand("hours")), folder)
    words = report.estimand(analyse_sweep(folder))
    assert (
        "before the first run:" not in words
        and "when 8 runs already existed (not before the first run)" in words
    )
    # another change does not alter when it was stated
    serially(replace(ASKED, replicates=3, estimand=Estimand("hours")), folder)
    assert report.estimand(analyse_sweep(folder)) == words
    serially(ASKED, folder)  # changed back: stated before the first run, and both changes are reported
    assert (
        "stated before the first run" in report.estimand(analyse_sweep(folder))
        and len(analyse_sweep(folder).history()) == 3
    )


def test_what_changes_before_any_run_is_still_stated_before_the_first_run(tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serially(ASKED, tmp_path / "out", execution=sweeping.Execution(job=stop))
    serially(replace(ASKED, days=5, estimand=Estimand("reported")), tmp_path / "out")
    found = analyse_sweep(tmp_path / "out")
    assert (
        "stated before the first run" in report.estimand(found)
        and "when 0 runs existed" in found.history()[0]
        and "days: 6 -> 5" in found.history()[0]
    )


def test_a_merge_keeps_what_each_shard_was_asked_when(tmp_path):
    other = replace(ASKED, estimand=Estimand("hours"))
    for k in (1, 2):
        serially(other if k == 1 else ASKED, tmp_path / f"shard{k}", shard=(k, 2))
    serially(other, tmp_path / "shard2", shard=(2, 2))
    assert merge_shards(tmp_path / "whole", [tmp_path / "shard1", tmp_path / "shard2"]) == 8
    log = read_results(tmp_path / "whole").manifest["registered"]
    assert any(one["runs_before"] == 4 and "estimand.measure" in one["changes"][0] for one in log)
    assert analyse_sweep(tmp_path / "whole").history()


def test_a_folder_as_it_was_written_before_still_reads_and_tells_its_changes(folder):
    made = store.Store(folder)
    manifest = json.loads(made.text("manifest.json"))
    old = {
        name: manifest["registered"][0][name]
        for name in ("when", "runs_before", "digest", "question", "estimand", "stopping")
    }
    manifest["registered"] = [
        {**old, "estimand": {**old["estimand"], "measure": "hours"}},
        {**old, "runs_before": 3},
    ]
    made.write({"manifest.json": json.dumps(manifest)})
    made.finish(plan_sweep(ASKED).factors)
    made.close()
    found = analyse_sweep(folder)
    assert (
        found.registration["runs_before"] == 3
        and 'estimand.measure: "hours" -> "resolution_rate"' in found.history()[0]
    )
    assert serially(ASKED, folder).now == 0


# ------------------------------------------------------------------------------------------------ exit status


def test_a_sweep_whose_runs_failed_ends_with_status_1_and_says_what_failed(tmp_path, monkeypatch, capsys):
    (tmp_path / "e.toml").write_text(
        'cases = ["wuzi_yard"]\ndays = 200\nreplicates = 1\n[[arm]]\n[[arm]]\non = ["whistle"]\n'
    )
    typed = typist(
        monkeypatch,
        capsys,
        "sweep",
        str(tmp_path / "e.toml"),
        "--out",
        str(tmp_path / "out"),
        "--workers",
        "0",
        "--limit",
        "0.0001",
    )
    status, told, _ = typed()
    assert (
        status == 1
        and "2 failed" in told
        and "2: cogov.experiments.execution.worker_process.TooLong: it did not end within 0.0001 s" in told
    )
    status, told, _ = typed("--json")
    assert status == 1 and json.loads(told)["causes"] == {
        "cogov.experiments.execution.worker_process.TooLong: it did not end within 0.0001 s": 2
    }
    assert typed("--allow-failed")[0] == 0


def test_failed_runs_of_an_arm_that_is_no_longer_asked_for_are_not_counted(tmp_path):
    plan = fault_injection.tiny(2, days=5)
    asked = replace(plan.experiment, arm=(*plan.experiment.arm, NamedArm("bad", on=("whistle",))))

    def job(terms, orders):
        from cogov.experiments.sweep.worker import RunOutcome, work

        return [
            RunOutcome(o, "failed", 0.0, failure="as asked") if o.arm.name == "bad" else work(terms, [o])[0]
            for o in orders
        ]

    assert serially(asked, tmp_path / "out", execution=sweeping.Execution(job=job)).failed == 2
    assert serially(plan.experiment, tmp_path / "out").failed == 0


# --------------------------------------------------------------------------------- mechanisms of a user's own

OWN = '''"""Tea round: neighbours drink tea.

Disappoints by cold tea.
"""
from dataclasses import dataclass
from typing import ClassVar

from ...engine.parameters import knob
from . import Mechanism


@dataclass(frozen=True)
class TeaRound(Mechanism):
    zh: ClassVar[str] = "茶会"
    pulls: ClassVar[tuple] = ("ties",)
    cups: float = knob(0.01, 0.0, 1.0, unit="ties", source="assumed")

    @staticmethod
    def pull(m, w):
        m.lever.ties[:] = m.knobs[0].cups
'''


READ = """
from pathlib import Path
from cogov.experiments.sweep.report_statistics import analyse_sweep
from cogov.experiments.sweep.archive import pack_sweep
from cogov.experiments.sweep.merge import merge_shards
from cogov.experiments.exploration.sweep_analyses import sensitivities
from cogov.experiments.sweep.results import read_results, verify
from cogov.viz import report
try:
    verify("out")
except ValueError as error:
    print(f"{type(error).__name__}: {error}")
print("{runs} runs, {again} again".format(**verify("out", 0)))
print("tea_round is told of" if "on in every arm" in report.page(analyse_sweep("out"), {}) \
and "tea_round" in report.page(analyse_sweep("out"), {}) else "")
print(len(sensitivities(read_results("out"))), "screening")
print(merge_shards("joined", ["out"]), "joined")
pack_sweep("out", Path("out.zip"))
"""


@pytest.mark.slow
def test_results_with_a_mechanism_of_a_users_own_are_read_without_it_and_run_again_with_what_the_archive_has(
    tmp_path,
):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "tea_round.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "e.toml").write_text(
        'cases = ["wuzi_yard"]\n'
        "days = 40\n"
        "replicates = 2\n"
        "[design]\n"
        'kind = "morris"\n'
        "points = 2\n"
        "[[factor]]\n"
        'path = "mechanisms.tea_round.cups"\n'
        "[[factor]]\n"
        'path = "committee.staff"\n'
        "range = [0.1, 1.0]\n"
        "[[arm]]\n"
        'name = "tea"\n'
        'on = ["tea_round"]\n',
        encoding="utf-8",
    )

    def said(code, folder=None):
        """Return what a new process prints, with COGOV_MECHANISMS or without."""
        environment = {name: value for name, value in os.environ.items() if name != "COGOV_MECHANISMS"} | (
            {"COGOV_MECHANISMS": folder} if folder else {}
        )
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert (
        said("import cogov; print(cogov.sweep('e.toml', 'out', workers=0, limit=0).failed)", "mine") == "0\n"
    )
    lines = said(READ).splitlines()
    assert lines[0].startswith(
        "UserError: out is intact; to run some of its runs again, set COGOV_MECHANISMS to the folder "
        "with tea_round"
    ) and lines[1:] == ["12 runs, 0 again", "tea_round is told of", "1 screening", "12 joined"]
    shutil.unpack_archive(tmp_path / "out.zip", tmp_path / "there")
    assert (tmp_path / "there" / "mechanisms" / "tea_round.py").read_text("utf-8") == OWN
    assert (
        said(
            "from cogov.experiments.sweep.results import verify; print(verify('there', 0.2))",
            "there/mechanisms",
        )
        == "{'runs': 12, 'parts': 3, 'again': 2, 'differ': {}}\n"
    )
