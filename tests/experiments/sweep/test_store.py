"""The store keeps every acknowledged run unchanged, despite killed processes, disk errors and bit flips."""

import errno
import os
import sqlite3

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cogov.bench import bit_flips, fault_injection
from cogov.engine.texts.errors import UserError
from cogov.experiments.sweep import store
from cogov.experiments.sweep.ledger import Damaged
from cogov.experiments.sweep.results import read_results
from cogov.experiments.sweep.sweep import register
from cogov.experiments.sweep.worker import RunOutcome, work

RUNS = 24


@pytest.fixture(scope="module", autouse=True)
def small_parts():
    """Set parts of eight runs, so that a small sweep has some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "PART", 8)
        yield


@pytest.fixture(scope="module")
def plan():
    return fault_injection.tiny(RUNS, days=10)


@pytest.fixture(scope="module")
def outcomes(plan):
    """Simulate every run of the plan."""
    return work(plan.terms(0.0), list(plan.orders(0, RUNS)))


def open_store(folder, plan):
    made = store.Store(folder)
    register(made, plan)
    return made


def hand_in(made, outcomes, plan):
    """Hand in outcomes, and make parts of them as a sweep does."""
    made.store_outcomes(outcomes)
    while made.has_full_part():
        parcel = made.parcel(plan.factors)
        made.record(parcel, store.write_parcel(parcel))


@pytest.fixture
def finished_folder(tmp_path, plan, outcomes):
    """Return the folder of a finished sweep."""
    made = open_store(tmp_path / "whole", plan)
    hand_in(made, outcomes, plan)
    made.finish(plan.factors)
    made.close()
    return made.folder


def test_what_was_handed_in_is_read_back_bit_for_bit(finished_folder, outcomes):
    found = read_results(finished_folder)
    assert {row["key"]: row["digest"] for row in found.ledger} == {o.order.key: o.digest for o in outcomes}
    assert len(found.runs) == RUNS and found.series.groupby("replicate").day.max().eq(10).all()
    at_desks = found.issues[found.issues["category"] != "partner_search"]  # which no desk takes in
    assert at_desks.groupby("replicate").size().sum() == found.runs.arisen.sum()
    assert (finished_folder / "SHA256SUMS").exists() and len(
        list((finished_folder / "runs").iterdir())
    ) == RUNS / 8


def test_a_sweep_that_was_stopped_is_read_with_what_waits_in_its_ledger(tmp_path, plan, outcomes):
    made = open_store(tmp_path / "some", plan)
    hand_in(made, outcomes[:11], plan)
    made.close()
    found = read_results(made.folder)
    assert len(found.files) == 3 and found.runs.replicate.tolist() == list(range(11))
    assert found.issues.replicate.nunique() == found.series.replicate.nunique() == 11


def test_one_process_at_a_time_writes_to_a_folder(tmp_path, plan):
    made = open_store(tmp_path / "mine", plan)
    with pytest.raises(UserError, match="another process is writing"):
        store.Store(tmp_path / "mine")
    made.close()
    store.Store(tmp_path / "mine").close()


def test_files_that_are_not_its_own_are_left_alone(tmp_path, plan, outcomes):
    theirs, left = (
        ("runs/part-00000-theirs.parquet", "issues/notes.txt"),
        tmp_path / "runs/part-0123456789abcdef.parquet",
    )
    for name in theirs:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    made = open_store(tmp_path, plan)
    hand_in(made, outcomes[:8], plan)
    made.close()
    left.write_text("half")
    store.Store(tmp_path).close()  # nothing is changed, so nothing is removed
    assert left.exists()
    # it has begun by now: a file named like a part that is none was left by a kill
    made = open_store(tmp_path, plan)
    assert not left.exists()
    hand_in(made, outcomes[8:], plan)
    made.finish(plan.factors)
    left.write_text("mine")
    made.close()
    open_store(tmp_path, plan).close()  # finished by now: it belongs to somebody
    assert not left.exists() and (tmp_path / "set_aside" / f"runs-{left.name}").read_text() == "mine"
    assert all((tmp_path / name).read_text() == "mine" for name in theirs)


def flip_bit_at(path, at=0.5):
    bit_flips.flip_bit(path, at)
    return path


@pytest.mark.parametrize(
    "which",
    [
        "runs/*.parquet",
        "series/*.parquet",
        "issues/*.parquet",
        "ledger.sqlite",
        "experiment.json",
        "cases.json",
        "arms.json",
        "manifest.json",
        "SHA256SUMS",
    ],
)
def test_a_flipped_bit_is_named(finished_folder, which):
    path = flip_bit_at(next(finished_folder.glob(which)))
    with pytest.raises(UserError, match=path.name):
        read_results(finished_folder)


def test_a_part_that_is_gone_is_named(finished_folder):
    path = next(finished_folder.glob("issues/*"))
    path.unlink()
    with pytest.raises(UserError, match=f"{path.name}.*cannot be read"):
        read_results(finished_folder)


@pytest.mark.parametrize(
    "statement",
    [
        "update runs set replicate = 999 where replicate = 3",
        "update runs set measures = zeroblob(length(measures)) where replicate = 3",
        "update runs set status = 'failed' where replicate = 3",
        "update parts set sha256 = replace(sha256, 'a', 'b')",
        "update facts set value = value || ' '",
        "delete from runs where replicate = 3",
        "delete from parts where file like 'issues%'",
        "delete from facts",
        "alter table facts rename to other",
        "update runs set series = issues where replicate = 19",
    ],
)
def test_a_ledger_that_says_other_things_than_were_written_is_damaged(tmp_path, plan, outcomes, statement):
    made = open_store(tmp_path / "some", plan)
    hand_in(made, outcomes[:20], plan)
    made.close()
    with sqlite3.connect(made.folder / store.LEDGER) as ledger:
        assert ledger.execute(statement).rowcount
    for reader in (read_results, store.Store):
        with pytest.raises(Damaged, match="ledger.sqlite is damaged"):
            reader(made.folder)


def test_a_ledger_whose_making_was_interrupted_is_begun_again(tmp_path, plan, outcomes, monkeypatch):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / store.LEDGER).touch()
    with pytest.raises(UserError, match="before it began"):
        read_results(tmp_path / "new")
    open_store(tmp_path / "new", plan).close()


def raise_full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path, plan, outcomes, call, monkeypatch):
    made = open_store(tmp_path / "some", plan)
    with monkeypatch.context() as patch:
        patch.setattr(store.os, call, raise_full)
        with pytest.raises(OSError, match="No space"):
            hand_in(made, outcomes[:8], plan)
    made.close()
    assert (
        not list(made.folder.glob("tmp/*.*"))
        and len(read_results(made.folder).issues.replicate.unique()) == 8
    )
    again = open_store(made.folder, plan)
    hand_in(again, outcomes[8:], plan)
    again.finish(plan.factors)
    again.close()
    assert fault_injection.unreadable(made.folder) == [] and len(read_results(made.folder).runs) == RUNS


def test_a_ledger_that_cannot_grow_is_an_error_of_the_disk_not_damage(tmp_path, plan, outcomes):
    made = open_store(tmp_path / "some", plan)
    hand_in(made, outcomes[:3], plan)
    made.ledger.execute(f"pragma max_page_count = {made.ledger.execute('pragma page_count').fetchone()[0]}")
    with pytest.raises(OSError, match="full; runs that were stored before are kept"):
        hand_in(made, outcomes[3:], plan)
    made.close()
    assert len(read_results(made.folder).runs) == 3


def test_what_reads_back_otherwise_is_never_given_a_name(tmp_path, plan, outcomes, monkeypatch):
    """A disk that confirms a write that it did not make."""
    made = open_store(tmp_path / "some", plan)
    with monkeypatch.context() as patch:
        patch.setattr(store.os, "fsync", lambda file: os.ftruncate(file, 7))
        with pytest.raises(OSError, match="reads back other"):
            hand_in(made, outcomes[:8], plan)
    assert list(made.folder.glob("*/part-*")) == []
    made.close()


@pytest.mark.parametrize(
    "fault", ["killed", "write fails", "file size limit", pytest.param("short write", marks=pytest.mark.slow)]
)
def test_wherever_it_breaks_nothing_is_lost_or_done_twice(tmp_path, fault):
    """At some of the calls of fsync, rename and the ledger; `cogov bench faults` goes through them all."""
    steps = [9000, 70_000] if fault == "file size limit" else [4, 13] if fault != "killed" else [20, 60, 90]
    told = fault_injection.break_writes(tmp_path, fault, steps, replicates=RUNS)
    assert told.pop("tried") == len(steps) and told.pop("ended by it") >= 1
    assert told == dict.fromkeys(told, 0)


def test_failed_runs_leave_their_parts_when_they_are_done_again(tmp_path, plan, outcomes):
    made, bad = (
        open_store(tmp_path / "some", plan),
        [RunOutcome(o.order, "failed", 0.0, failure="as asked") for o in outcomes[:5]],
    )
    hand_in(made, bad + outcomes[5:], plan)
    made.finish(plan.factors)
    made.close()
    made = store.Store(made.folder)
    made.withdraw_failed()
    hand_in(made, outcomes[:2], plan)
    made.close()
    # what was not redone is as it was
    assert read_results(made.folder).runs.status.tolist() == ["done"] * 2 + ["failed"] * 3 + ["done"] * 19
    again = store.Store(made.folder)
    hand_in(again, outcomes[2:5], plan)
    again.finish(plan.factors)
    again.close()
    read = [row for path in made.folder.glob("runs/*") for row in pq.read_table(path).to_pylist()]
    assert sorted(row["replicate"] for row in read) == list(range(RUNS)) and {
        row["status"] for row in read
    } == {"done"}


def test_flipped_bits_are_never_read_in_silence(tmp_path):
    """And default Parquet, the control, silently reads some of them.

    `cogov bench flips` flips more of them.
    """
    subjects = bit_flips.subjects(tmp_path, 20)
    for name in ("whole", "stopped"):
        told = bit_flips.flip_bits(tmp_path / name, 40, read=subjects[name])
        assert told.wrong == told.crashed == 0 and told.named > 5
    assert bit_flips.flip_bits(tmp_path / "plain", 40, read=subjects["plain"]).wrong > 0


class Stored(RuleBasedStateMachine):
    """Hand in anything in any order, with failures in between: what was acknowledged is there, and right."""

    @initialize()
    def begin(self):
        from tempfile import mkdtemp

        self.plan = PLAN
        self.folder, self.have, self.calls = mkdtemp(), {}, 0
        self.store = open_store(self.folder, self.plan)

    @rule(
        which=st.lists(st.integers(0, RUNS - 1), min_size=1, max_size=9, unique=True),
        at=st.integers(0, 6),
        call=st.sampled_from(["fsync", "replace"]),
    )
    def take(self, which, at, call):
        """Hand in runs; at the `at`-th call the disk is full, or never if 0."""
        true, left = getattr(os, call), [at]

        def counted(*told):
            left[0] -= 1
            return raise_full() if not left[0] else true(*told)

        given = [OUTCOMES[n] for n in which if OUTCOMES[n].order.key not in self.have]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store.os, call, counted)
            try:
                hand_in(self.store, given, self.plan)
            except OSError:
                self.reopen()
        self.have = dict.fromkeys(self.store.keys(), True)
        # the ledger had them before anything was packed
        assert {o.order.key for o in given} <= set(self.have)

    @rule()
    def reopen(self):
        self.store.close()
        self.store = open_store(self.folder, self.plan)

    @rule()
    def finish(self):
        self.store.finish(self.plan.factors)
        self.reopen()

    @invariant()
    def nothing_is_lost(self):
        if hasattr(self, "store"):
            found = read_results(self.folder)
            assert {row["key"]: row["digest"] for row in found.ledger} == {
                o.order.key: o.digest for o in OUTCOMES if o.order.key in self.have
            }
            if self.have:
                assert found.issues.replicate.nunique() == len(self.have)

    def teardown(self):
        from shutil import rmtree

        if hasattr(self, "store"):
            self.store.close()
            rmtree(self.folder)


PLAN, OUTCOMES = None, None


def test_the_store_as_a_state_machine(plan, outcomes):
    global PLAN, OUTCOMES
    PLAN, OUTCOMES = plan, outcomes
    Stored.TestCase.settings = settings(
        max_examples=8,
        stateful_step_count=8,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    Stored.TestCase().runTest()
