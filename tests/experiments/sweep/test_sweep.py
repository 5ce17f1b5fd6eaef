"""A sweep does every run once, whatever happens; its results do not depend on how the work is shared."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from hashlib import sha256

import numpy as np
import pytest
from cli_runner import typist

from cogov.bench import fault_injection, faulty_sweeps
from cogov.engine.texts.errors import UserError
from cogov.engine.toml_reader import At, build_dataclass, table_of
from cogov.experiments.execution import supervisor
from cogov.experiments.statistics.paired import contrasts, convergence
from cogov.experiments.sweep.experiment import (
    Design,
    Estimand,
    Experiment,
    Factor,
    NamedArm,
    Stopping,
)
from cogov.experiments.sweep.ledger import Damaged
from cogov.experiments.sweep.merge import merge_shards
from cogov.experiments.sweep.results import read_results, verify
from cogov.experiments.sweep.sweep import Execution, plan_sweep, sweep
from cogov.experiments.sweep.worker import work
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.model.scenarios.scenario import Scenario

SMALL = Experiment(
    name="small",
    cases=("wuzi_yard",),
    days=12,
    replicates=6,
    arm=(
        NamedArm("as it is"),
        NamedArm("patrol", on=("grid_patrol",)),
        NamedArm("no staff", set={"committee": {"staff": 0}}),
    ),
)
serially = partial(sweep, workers=0, limit=0)


@pytest.fixture(scope="module")
def finished_folder(tmp_path_factory):
    """Return the folder of a small sweep, done in this process."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    serially(SMALL, folder)
    return folder


@pytest.fixture(scope="module")
def pooled(tmp_path_factory):
    """Return the same by two other processes, in other chunks."""
    folder = tmp_path_factory.mktemp("pooled") / "out"
    sweep(SMALL, folder, workers=2, execution=Execution(chunk=4))
    return folder


def test_what_mechanisms_did_in_each_run_is_stored_whoever_runs_it(finished_folder, pooled):
    done = read_results(finished_folder).activities
    assert done.equals(read_results(pooled).activities)
    case = replace(read_case("wuzi_yard"), days=SMALL.days)
    patrolled = done[done.mechanism == "grid_patrol"]
    assert set(patrolled.arm) == {"patrol"} and set(patrolled.replicate) == set(range(SMALL.replicates))
    assert (patrolled[patrolled["count"] == "patrol_hours"].value > 0).all()
    assert set(done[done.arm == "as it is"].mechanism) == set(case.mechanisms)


def content_digest(folder):
    """Return a digest of the tables' content in any order, without code of the store: rows sorted as text."""
    import pyarrow.parquet as pq

    digest = sha256()
    for name in ("runs", "series", "issues"):
        rows = [
            repr(sorted(row.items()))
            for path in folder.glob(f"{name}/*.parquet")
            for row in pq.read_table(path).to_pylist()
        ]
        digest.update("\n".join(sorted(rows)).encode())
    return digest.hexdigest()


def stop_sweep(folder, after, experiment=SMALL, **options):
    """Sweep, and press Ctrl-C once `after` runs are in."""

    def progress(done, *_):
        if done >= after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serially(experiment, folder, progress=progress, **options, execution=Execution(chunk=1))


class Backwards(supervisor.Serial):
    """A pool that hands results in late, and the last one first."""

    def __init__(self):
        self.held = []

    def submit(self, fn, /, *args, **kwargs):
        future, done = supervisor.Future(), super().submit(fn, *args, **kwargs)
        self.held.append((future, done))
        threading.Timer(0.02, self.hand_in).start()
        return future

    def hand_in(self):
        future, done = self.held.pop()
        future.set_result(done.result())


def test_the_answer_is_the_same_however_the_work_is_shared(finished_folder, pooled, tmp_path):
    for k in (1, 2, 3):
        serially(SMALL, tmp_path / f"shard{k}", shard=(k, 3), execution=Execution(chunk=k))
    assert merge_shards(tmp_path / "joined", [tmp_path / f"shard{k}" for k in (2, 3, 1)]) == 18
    sweep(SMALL, tmp_path / "backwards", workers=3, limit=0, execution=Execution(make=Backwards, chunk=2))
    found = [
        read_results(folder)
        for folder in (finished_folder, pooled, tmp_path / "joined", tmp_path / "backwards")
    ]
    assert len({one.digest() for one in found}) == len({content_digest(one.folder) for one in found}) == 1
    assert all(
        one.runs.equals(found[0].runs)
        and one.issues.equals(found[0].issues)
        and one.series.equals(found[0].series)
        for one in found
    )


@pytest.mark.slow
def test_workers_chunks_and_order_change_nothing(finished_folder, tmp_path):
    told = set()
    for workers in (0, 1, 2, 3):
        for chunk in (1, 5, 25):
            folder = tmp_path / f"{workers} {chunk}"
            sweep(SMALL, folder, workers=workers, execution=Execution(chunk=chunk))
            told.add((read_results(folder).digest(), content_digest(folder)))
    assert told == {(read_results(finished_folder).digest(), content_digest(finished_folder))}


@pytest.mark.parametrize(
    "change",
    [
        {"days": 13},
        {"seed": 1},
        {"name": "other"},
        {"set": {"committee": {"staff": 3}}},
        {"estimand": replace(SMALL.estimand, within=3)},
    ],
)
def test_what_is_asked_otherwise_is_another_run(finished_folder, tmp_path, change):
    other = replace(SMALL, **change)
    one, two = ({order.key for order in plan_sweep(e).orders(0, 6)} for e in (SMALL, other))
    assert not one & two
    with pytest.raises(UserError, match="already.*another --out"):
        serially(other, finished_folder)
    assert read_results(finished_folder).experiment == SMALL  # the refusal left no trace


def test_the_same_command_again_does_exactly_what_is_missing(finished_folder, tmp_path):
    stop_sweep(tmp_path / "out", 7)
    had = read_results(tmp_path / "out").runs
    assert 7 <= len(had) < 10 and had.groupby("replicate").size().sort_index().tolist()[:-1] == [3] * (
        len(had) // 3 - (len(had) % 3 == 0)
    )
    done = serially(SMALL, tmp_path / "out")
    assert (done.before, done.now, done.asked) == (len(had), 18 - len(had), 18)
    assert serially(SMALL, tmp_path / "out").now == 0
    assert read_results(tmp_path / "out").digest() == read_results(
        finished_folder
    ).digest() and content_digest(tmp_path / "out") == content_digest(finished_folder)


def test_a_sweep_may_grow_and_shrink(tmp_path):
    serially(replace(SMALL, replicates=2), tmp_path / "out")
    assert serially(replace(SMALL, replicates=4), tmp_path / "out").now == 6
    serially(replace(SMALL, replicates=3, arm=SMALL.arm[:2]), tmp_path / "out")
    found = read_results(tmp_path / "out")
    assert (
        len(found.runs) == 6
        and set(found.runs.arm) == set(found.issues.arm) == {"as it is", "patrol"}
        and found.series.replicate.max() == 2
    )


def test_a_run_that_raises_is_named_and_is_data(tmp_path):
    plan = fault_injection.tiny(9, days=10)
    bad = [order.seed for order in plan.orders(0, 9)][3:5]
    faulty = partial(faulty_sweeps.run_and_log, tmp_path / "log", {bad[0]: "raises", bad[1]: "exits"})
    assert serially(plan, tmp_path / "out", execution=Execution(job=faulty)).failed == 2
    runs = read_results(tmp_path / "out").runs
    assert runs.status.tolist() == ["done"] * 3 + ["failed"] * 2 + ["done"] * 4
    assert runs.arisen.isna().tolist() == (runs.status == "failed").tolist()
    assert "planned failure" in runs.failure[3] and "SystemExit" in runs.failure[4]
    assert serially(plan, tmp_path / "out").now == 0  # a failed run is a result
    again = serially(plan, tmp_path / "out", retry=True)
    assert (again.now, again.failed) == (2, 0) and content_digest(tmp_path / "out") == content_of(
        plan, tmp_path / "calm"
    )


def content_of(plan, folder):
    serially(plan, folder)
    return content_digest(folder)


@pytest.mark.slow
def test_a_run_that_kills_its_worker_or_never_ends_is_named_and_the_rest_goes_on(tmp_path):
    plan = fault_injection.tiny(30, days=10)
    seeds = [order.seed for order in plan.orders(0, 30)]
    done = fault_injection.sweep_with_faults(
        tmp_path / "out",
        plan,
        2,
        tmp_path / "log",
        faults={seeds[4]: "kills its worker", seeds[11]: "never ends", seeds[29]: "raises"},
    )
    failure = read_results(tmp_path / "out").runs.failure
    assert done.failed == 3 and np.flatnonzero(failure).tolist() == [4, 11, 29]
    assert "its worker died 2 times" in failure[4] and "did not end within 2 s" in failure[11]


def send_half(chunk):
    """Die in the middle of handing in a result that is larger than a pipe takes."""
    from multiprocessing.connection import Connection

    if chunk[0] == 3:
        true = Connection._send

        def torn(self, raw, *more):
            true(self, bytes(raw)[: len(raw) // 2], *more)
            os.kill(os.getpid(), signal.SIGKILL)

        Connection._send = torn
    return [bytes(1_000_000) for _ in chunk]


@pytest.mark.slow
def test_half_a_message_of_a_dead_worker_blocks_nothing(monkeypatch):
    """Neither the sweep, nor Python on exit.

    It would wait for the pool's thread, which would wait for the rest.
    """
    monkeypatch.setattr(supervisor, "WATCH", 0.2)
    told = list(
        supervisor.supervise(
            partial(supervisor.start_checked_pool, 2),
            send_half,
            partial(next, iter([(n,) for n in range(8)]), None),
            3,
        )
    )
    assert sorted(chunk[0] for chunk, _, why in told if why is None) == [0, 1, 2, 4, 5, 6, 7]
    assert [chunk for chunk, _, why in told if why] == [[3]]
    for thread in threading.enumerate():
        if "Executor" in type(thread).__name__:
            thread.join(10)
            assert not thread.is_alive()


def test_processes_that_die_as_they_begin_are_not_blamed_on_runs(monkeypatch):
    monkeypatch.setattr(supervisor, "init_worker", exit_at_once)
    monkeypatch.setattr(supervisor, "BIRTHS", 1)
    with pytest.raises(OSError, match="die while starting"):
        next(supervisor.supervise(partial(supervisor.start_checked_pool, 1), send_half, lambda: (1,), 2))


def exit_at_once():
    os._exit(1)


def test_where_tables_are_not_kept_only_runs_are(tmp_path):
    serially(replace(SMALL, keep=(), replicates=2), tmp_path / "out")
    found = read_results(tmp_path / "out")
    assert len(found.runs) == 6 and not list((tmp_path / "out" / "issues").iterdir())
    with pytest.raises(UserError, match="were not kept"):
        found.issues  # noqa: B018


def test_verify_runs_a_sample_again_and_finds_one_that_does_not_agree(tmp_path):
    plan = plan_sweep(replace(SMALL, replicates=2))
    serially(plan, tmp_path / "good")
    assert verify(tmp_path / "good", 1.0)["differ"] == {}
    assert verify(tmp_path / "good", 0.01)["again"] == 1
    serially(plan, tmp_path / "bad", execution=Execution(job=work_with_other_seed))
    assert len(verify(tmp_path / "bad", 1.0)["differ"]) == 3


def test_runs_of_a_sampled_design_are_those_of_the_design_that_is_read_back(tmp_path):
    asked = replace(
        SMALL,
        replicates=1,
        arm=(),
        keep=(),
        design=Design("sobol", points=2),
        factor=(Factor("committee.staff", range=(0.1, 1.0)), Factor("residents.trust_committee")),
    )
    serially(asked, tmp_path / "out")
    told = verify(tmp_path / "out", 1.0)
    assert (told["again"], told["differ"]) == (2, {})


def work_with_other_seed(terms, orders):
    """Simulate the second replicate with another seed."""
    return [
        replace(o, order=order)
        for order in orders
        for o in work(terms, [replace(order, seed=order.seed + (order.replicate == 1))])
    ]


def test_shards_of_another_experiment_are_not_joined(finished_folder, tmp_path):
    serially(replace(SMALL, seed=5, replicates=1), tmp_path / "other")
    with pytest.raises(UserError, match="not shards of one experiment"):
        merge_shards(tmp_path / "joined", [finished_folder, tmp_path / "other"])
    with pytest.raises(UserError, match="not shards of one experiment"):
        merge_shards(tmp_path / "other", [finished_folder])


def test_shards_that_overlap_are_joined_once_and_contradictions_are_named(finished_folder, tmp_path):
    serially(SMALL, tmp_path / "half", shard=(1, 2))
    for _ in range(2):  # a second time changes nothing
        assert merge_shards(tmp_path / "joined", [tmp_path / "half", finished_folder]) == 18
        assert content_digest(tmp_path / "joined") == content_digest(finished_folder)
    serially(SMALL, tmp_path / "lies", shard=(2, 2), execution=Execution(job=work_with_other_seed))
    with pytest.raises(Damaged, match="differs from the record of another shard"):
        merge_shards(tmp_path / "joined", [tmp_path / "lies", finished_folder])


@pytest.mark.parametrize("name", list_cases())
def test_a_case_is_written_out_and_read_back_whole(name):
    case = read_case(name)
    assert build_dataclass(Scenario, json.loads(json.dumps(table_of(case))), At("cases.json", {})) == case


def test_a_folder_may_move_and_what_it_was_read_from_may_go(tmp_path):
    (tmp_path / "mine.toml").write_text('name = "mine"\n[community]\n[[compound]]\n')
    (tmp_path / "arms.csv").write_text("arm,committee.staff\nfew,1\nmany,4.5\n")
    (tmp_path / "e.toml").write_text(
        'cases = ["mine.toml"]\ndays = 8\nreplicates = 2\n[design]\nkind = "list"\ntable = "arms.csv"\n'
    )
    serially(tmp_path / "e.toml", tmp_path / "out")
    told = read_results(tmp_path / "out").runs
    (tmp_path / "mine.toml").unlink()
    (tmp_path / "arms.csv").unlink()
    (tmp_path / "out").rename(tmp_path / "there")
    assert read_results(tmp_path / "there").runs.equals(told) and told["committee.staff"].tolist() == [
        1.0,
        1.0,
        4.5,
        4.5,
    ]
    assert verify(tmp_path / "there", 1.0)["differ"] == {}


@pytest.fixture
def command(tmp_path):
    """Start a command in a process group of its own."""
    (tmp_path / "long.toml").write_text(
        'cases = ["wuzi_yard"]\ndays = 60\nreplicates = 50000\nkeep = []\n[[arm]]\nname = "as it is"\n'
    )
    started = []

    def typed(*words):
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "cogov", *words],
                cwd=tmp_path,
                start_new_session=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield typed
    for one in started:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)


def wait_for_runs(folder, least=30):
    """Wait until a sweep has some runs."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        time.sleep(0.2)
        try:
            if len(fault_injection.keys_in_store(folder)) >= least:
                return
        except OSError:
            continue  # it is writing
    raise AssertionError("it did not begin")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_stopped_from_outside_it_says_so_in_a_line_and_keeps_what_it_has(command, tmp_path, name):
    one = command("sweep", "long.toml", "--out", "out", "--workers", "1")
    wait_for_runs(tmp_path / "out")
    second = command("sweep", "long.toml", "--out", "out", "--workers", "0") if name == "SIGTERM" else None
    if second:
        _, err = second.communicate(timeout=60)
        assert second.returncode == 2 and "another process is writing" in err.splitlines()[-1]
    os.killpg(one.pid, signal.SIGINT) if name == "SIGINT" else one.terminate()
    _, err = one.communicate(timeout=30)
    assert one.returncode == 130
    told = [line for line in err.splitlines() if line.strip()]
    assert len(told) == 2 and told[1].startswith("cogov: interrupted")  # what it would cost, and this
    assert len(read_results(tmp_path / "out").runs) >= 30
    until = time.monotonic() + 10
    while time.monotonic() < until and (left := fault_injection.children(one.pid)):
        time.sleep(0.1)
    assert not left


def test_what_is_damaged_is_one_line_and_exit_status_2(finished_folder, tmp_path, monkeypatch, capsys):
    from shutil import copytree

    from cogov.bench.bit_flips import flip_bit

    copytree(finished_folder, tmp_path / "out")
    part = next((tmp_path / "out").glob("issues/*"))
    flip_bit(part, 0.5)
    status, _, err = typist(monkeypatch, capsys, "verify")(tmp_path / "out")
    assert status == 2 and err.startswith("cogov: ") and err.count("\n") == 1 and part.name in err


@pytest.mark.slow
def test_killed_again_and_again_it_ends_as_if_undisturbed(tmp_path):
    told = fault_injection.kill_sweeps(tmp_path, 15, replicates=600)
    for name in (
        "acknowledged runs lost",
        "unreadable parts under final names",
        "refusals to read what was kept",
        "acknowledged runs done again",
        "orphans",
        "sweeps that differ",
    ):
        assert told[name] == 0, name


def test_a_sweep_stops_when_every_interval_is_narrow_enough(tmp_path):
    """It looks at thirty replicates or later, never at fewer; resumed, it ends the same without new runs."""
    arm = (NamedArm("without", off=("building_captains",)), NamedArm("with"))
    e = Experiment(
        name="narrow",
        cases=("wuzi_yard",),
        days=15,
        replicates=60,
        keep=(),
        arm=arm,
        estimand=Estimand("reported"),
        stopping=Stopping(half_width=0.6, step=10),
    )
    done = sweep(e, tmp_path / "a", workers=0, limit=0)
    table = contrasts(read_results(tmp_path / "a").runs, "reported", "without")
    half = (table["high_all"] - table["low_all"]).iloc[0] / 2
    assert (
        60 <= done.asked < 120 and half <= 0.6 and done.why.startswith("Stopped at") and "reached" in done.why
    )
    again = sweep(e, tmp_path / "a", workers=0, limit=0)
    assert (again.now, again.before, again.why) == (0, done.asked, done.why)
    with pytest.raises(UserError, match="a single shard has too few runs"):
        sweep(e, tmp_path / "b", workers=0, shard=(1, 2))


def test_a_sweep_that_is_resumed_looks_where_it_would_have_looked(tmp_path):
    """Killed between two looks, or after the last, it stops at the same one and counts the same runs."""
    e = Experiment(
        name="looks",
        cases=("wuzi_yard",),
        days=15,
        replicates=60,
        keep=(),
        arm=(NamedArm("without", off=("building_captains",)), NamedArm("with")),
        estimand=Estimand("reported"),
    )
    sweep(e, tmp_path / "all", workers=0, limit=0)
    half = convergence(read_results(tmp_path / "all").runs, "reported", "without").half_width
    half = half.droplevel(["case", "arm"])
    assert half[[40, 50, 60]].min() < half[30], "the first look is the last"
    e = replace(e, stopping=Stopping(half_width=half[[40, 50, 60]].min() * 1.000001, step=10))
    done = sweep(e, tmp_path / "a", workers=0, limit=0)
    assert done.asked > 60
    for folder, replicates in (("a", 0), ("b", 35)):
        if replicates:
            sweep(replace(e, replicates=replicates), tmp_path / folder, workers=0, limit=0)
        again = sweep(e, tmp_path / folder, workers=0, limit=0)
        assert (again.before + again.now, again.asked, again.why) == (done.asked, done.asked, done.why)
