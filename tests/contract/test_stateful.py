"""Random sequences of operations on a community and on a store: the invariants of both hold at every step.

The communities switch mechanisms on and off as days pass, are read and written through Mesa, and run beside a
twin that nobody inspects. The stores receive runs, are interrupted in the middle of a call, meet a full disk,
flipped bits, files of other programs and other processes, and are reopened. test_store has a smaller machine,
in which the disk is full; `cogov bench faults` kills whole processes.
"""

import errno
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from scenarios import WORLDS, measured_bytes
from test_invariants import COLUMNS, Story, needs, rows

from cogov.bench import bit_flips, fault_injection
from cogov.engine.codes import DESK_NONE
from cogov.engine.texts.errors import UserError
from cogov.experiments.sweep import store
from cogov.experiments.sweep.ledger import Damaged
from cogov.experiments.sweep.results import read_results
from cogov.experiments.sweep.sweep import register
from cogov.experiments.sweep.worker import RunOutcome, work
from cogov.model import mechanisms
from cogov.model.daily_counts import DAILY
from cogov.model.issues.issue_table import AROSE, STATES
from cogov.model.measures import SUMMARY
from cogov.model.mesa.model import Community

NAMES = mechanisms.list_mechanisms()
DAYS = 400


def quick_settings(examples, steps):
    """Take the same steps every time, and do not shrink failures, which would take minutes."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


# ------------------------------------------------------------------------------------------------ a community

spells = st.tuples(st.integers(0, 40), st.integers(0, 80), st.sampled_from([0.0, 0.5, 1.0])).map(
    lambda s: {"first_day": s[0], "last_day": s[0] + s[1], "strength": s[2]}
)


class SwitchedCommunity(RuleBasedStateMachine):
    """A community whose mechanisms are switched, and its twin that nobody inspects."""

    @initialize(
        place=st.sampled_from(sorted(WORLDS)),
        seed=st.integers(0, 99),
        who=st.dictionaries(st.sampled_from(NAMES), spells, max_size=8),
    )
    def founded(self, place, seed, who):
        scenario = replace(
            WORLDS[place],
            days=DAYS,
            mechanisms={name: replace(mechanisms.load_class(name)(), **spell) for name, spell in who.items()},
        )
        self.model, self.twin = (Community(scenario, seed=seed) for _ in range(2))
        self.roads = list(scenario.issues.values())
        self.start, self.brought = self.model.world.funds.copy(), 0
        self.stories, self.read, self.named, self.hours = {}, 0, {}, self.model.world.ledger.hours.copy()

    @rule(count=st.sampled_from([1, 1, 2, 7, 30]))
    def days(self, count):
        for _ in range(count):
            self.model.step(), self.twin.step()
            world = self.model.world
            self.brought += round(sum(hand.lever.money[0] for hand in world.hands.values()) * 100)
            self.followed()
            now = world.ledger.hours
            assert (now >= self.hours).all() and (
                now.sum(axis=0) <= world.ledger.supplied * (1 + 1e-12) + 1e-9
            ).all(), "hours that nobody had"
            self.hours = now.copy()

    def followed(self):
        """Replay today's history line by line: no step is left out or taken that is not allowed."""
        world = self.model.world
        all_, lines = rows(world), world.history()
        at = {int(issue["id"]): issue for issue in all_}
        assert len(at) == len(all_), "an id for two"
        for line in lines[self.read :]:
            id_ = int(line["issue"])
            assert line["day"] == world.day
            if line["what"] == AROSE:
                assert id_ not in self.stories
                self.stories[id_] = Story(world.day)
            else:
                self.stories[id_].goes_on(line, needs(at[id_], self.roads[at[id_]["category"]]))
        self.read = len(lines)

    @rule()
    def looked_at(self):
        model = self.model
        before = measured_bytes(model.world)
        assert (
            set(model.summary()) == set(SUMMARY)
            and len(model.agents) >= len(model.residents)
            and (model.grid.backlog.data >= 0).all()
        )
        assert sum(agent.evenings for agent in model.residents) == model.world.mood.pledged.sum()
        assert measured_bytes(model.world) == before

    @rule(
        share=st.floats(0, 1),
        name=st.sampled_from(
            ["trust_committee", "trust_company", "trust_neighbours", "satisfaction", "fatigue"]
        ),
        value=st.floats(0, 1, width=32),
    )
    def written(self, share, name, value):
        """To both: a view writes one cell and no other."""
        row = min(int(share * len(self.model.residents)), len(self.model.residents) - 1)
        for community in (self.model, self.twin):
            setattr(community.residents[row], name, value)
        assert getattr(self.model.residents[row], name) == value

    @rule(share=st.floats(0, 1), value=st.sampled_from([-0.1, 1.5, float("nan"), True, "much"]))
    def written_wrongly(self, share, value):
        with pytest.raises(ValueError):
            self.model.residents[int(share * (len(self.model.residents) - 1))].trust_committee = value

    @invariant()
    def the_columns_say_what_the_history_says(self):
        if hasattr(self, "model"):
            all_ = rows(self.model.world)
            assert len(all_) == len(self.stories) == self.model.world.clocks.number.sum()
            for issue in all_:
                story = self.stories[int(issue["id"])]
                assert [getattr(story, name) for name in COLUMNS] == [
                    issue[name].item() for name in COLUMNS
                ], f"{issue['id']}, {STATES[issue['state']]}"
                assert self.named.setdefault(
                    int(issue["id"]),
                    (issue["building"].item(), issue["category"].item(), issue["work_hours"].item()),
                ) == (issue["building"], issue["category"], issue["work_hours"])

    @invariant()
    def all_are_counted_and_every_fen_too(self):
        if hasattr(self, "model") and self.model.day:
            world, counted = self.model.world, dict(zip(DAILY, self.model.today))
            all_ = rows(world)
            assert (
                counted["arisen"]
                == np.count_nonzero(all_["desk"] != DESK_NONE)
                == counted["open"] + counted["resolved"] + counted["withdrawn"] + counted["lapsed"]
            )
            assert world.funds.min() >= 0 and world.spending.sum() == world.ledger.fen.sum()
            assert (world.funds + world.spending)[:-1].tolist() == (self.start + world.income * world.day)[
                :-1
            ].tolist()
            assert (world.funds + world.spending - self.start - world.income * world.day)[-1] == self.brought

    @invariant()
    def looking_changed_nothing(self):
        if hasattr(self, "model"):
            a, b = self.model.world, self.twin.world
            assert measured_bytes(a) == measured_bytes(b) and [c.tobytes() for c in a.residents] == [
                c.tobytes() for c in b.residents
            ]


def test_a_community_as_a_state_machine():
    run_state_machine_as_test(SwitchedCommunity, settings=quick_settings(8, 8))


@pytest.mark.slow
def test_many_communities_as_state_machines():
    run_state_machine_as_test(SwitchedCommunity, settings=quick_settings(200, 20))


def test_the_machine_sees_a_fen_that_is_lost():
    """Otherwise it could not fail: every day a mechanism takes a fen out of a fund without recording it."""

    class Robbed(SwitchedCommunity):
        def followed(self):
            super().followed()
            for community in (self.model, self.twin):
                community.world.funds[-1] -= 1

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Robbed, settings=quick_settings(8, 8))


# ---------------------------------------------------------------------------------------------------- a store

RUNS = 18
CALLS = ("fsync", "replace")
PLAN = OUTCOMES = None


class PowerCut(BaseException):
    """A power cut."""


def open_store(folder):
    made = store.Store(folder)
    register(made, PLAN)
    return made


class CheckedStore(RuleBasedStateMachine):
    """A store and what it has acknowledged: run -> digest, or "" for one that failed."""

    @initialize()
    def begin(self):
        self.folder, self.have, self.unsure = Path(mkdtemp()), {}, {}
        self.store = open_store(self.folder)

    def given(self, which):
        return [OUTCOMES[n] for n in which if self.have.get(OUTCOMES[n].order.key, "") == ""]

    def hand_in(self, outcomes):
        """Hand in, and make parts, as a sweep does."""
        self.unsure = {o.order.key: o.digest for o in outcomes}
        self.store.store_outcomes(outcomes)
        self.have |= self.unsure
        self.unsure = {}
        while self.store.has_full_part():
            parcel = self.store.parcel(PLAN.factors)
            self.store.record(parcel, store.write_parcel(parcel))

    def ends_at(self, at, call, wrong, does):
        """Do something; at the `at`-th call of that name raise `wrong`, or never if 0."""
        true, left = getattr(os, call), [at]

        def counted(*words):
            left[0] -= 1
            if not left[0]:
                raise wrong
            return true(*words)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store.os, call, counted)
            try:
                does()
            except type(wrong):
                return True
        return False

    @rule(which=st.lists(st.integers(0, RUNS - 1), min_size=1, max_size=9, unique=True))
    def take(self, which):
        self.hand_in(self.given(which))

    @rule(which=st.lists(st.integers(0, RUNS - 1), min_size=1, max_size=3, unique=True))
    def take_failures(self, which):
        self.hand_in(
            [
                RunOutcome(OUTCOMES[n].order, "failed", 0.0, failure="as asked")
                for n in which
                if OUTCOMES[n].order.key not in self.have
            ]
        )

    @rule(
        which=st.lists(st.integers(0, RUNS - 1), min_size=1, max_size=9, unique=True),
        at=st.integers(1, 8),
        call=st.sampled_from(CALLS),
    )
    def disk_full(self, which, at, call):
        if self.ends_at(
            at,
            call,
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
            lambda: self.hand_in(self.given(which)),
        ):
            assert not list((self.folder / "tmp").glob("*.*")), "half a file is left"
            self.reopen()

    @rule(
        which=st.lists(st.integers(0, RUNS - 1), min_size=1, max_size=9, unique=True),
        at=st.integers(1, 8),
        call=st.sampled_from(CALLS),
    )
    def cut_off(self, which, at, call):
        """In the middle of a call; the process is gone with all its memory."""
        if self.ends_at(at, call, PowerCut(), lambda: self.hand_in(self.given(which))):
            self.reopen()
            assert not list((self.folder / "tmp").glob("*.*"))

    @rule(at=st.integers(1, 12), call=st.sampled_from(CALLS))
    def cut_off_at_the_end(self, at, call):
        self.ends_at(at, call, PowerCut(), lambda: self.store.finish(PLAN.factors))
        self.reopen()  # or it was whole before; either way a finished store is reopened before it takes more

    @rule()
    def reopen(self):
        self.store.close()
        self.store = open_store(self.folder)
        here = self.store.keys()
        assert {key for key in self.have if key not in here} == set(), "a run that was acknowledged is lost"
        # interrupted before it was acknowledged: there or not, but whole
        self.have |= {key: digest for key, digest in self.unsure.items() if key in here}
        self.unsure = {}

    @rule()
    def finish(self):
        self.store.finish(PLAN.factors)
        assert (self.folder / store.SUMS).exists() and fault_injection.unreadable(self.folder) == []
        self.reopen()

    @rule()
    def failed_ones_are_done_again(self):
        self.store.withdraw_failed()
        bad = [o for o in OUTCOMES if self.have.get(o.order.key) == ""]
        self.hand_in(bad)

    @rule()
    def a_second_one_is_kept_out(self):
        with pytest.raises(UserError, match="another process is writing"):
            store.Store(self.folder)

    @precondition(lambda self: self.have)
    @rule(where=st.floats(0, 1, exclude_max=True), share=st.floats(0, 1, exclude_max=True))
    def a_bit_is_flipped(self, where, share):
        """In any file: it is named, or what is read is what was written; once flipped back, all is well."""
        self.store.close()
        paths = sorted(
            path
            for path in self.folder.rglob("*")
            if path.is_file() and path.stat().st_size and path.parent.name != "tmp"
        )
        path = paths[int(share * len(paths))]
        before = bit_flips.flip_bit(path, where)
        try:
            self.nothing_is_lost()
        except UserError as error:
            assert self.folder.name in str(error)
        path.write_bytes(before)
        self.store = open_store(self.folder)

    @rule()
    def what_a_kill_left_is_swept_up_and_files_of_others_are_left_alone(self):
        (self.folder / "runs" / "notes.txt").write_text("mine")
        (self.folder / "tmp" / "part-0123456789abcdef.parquet.1").write_bytes(b"half a fi")
        self.reopen()
        assert not list((self.folder / "tmp").glob("*.*"))
        assert (self.folder / "runs" / "notes.txt").read_text() == "mine"

    @invariant()
    def nothing_is_lost(self):
        if hasattr(self, "store"):
            found = read_results(self.folder)
            assert {row["key"]: row["digest"] for row in found.ledger} == self.have
            done = sum(digest != "" for digest in self.have.values())
            assert len(found.runs) == len(self.have) and (found.runs["status"] == "done").sum() == done
            if done:
                assert found.issues.replicate.nunique() == found.series.replicate.nunique() == done
                want = {
                    o.order.replicate: np.frombuffer(o.measures)[SUMMARY.index("arisen")]
                    for o in OUTCOMES
                    if self.have.get(o.order.key)
                }
                assert (
                    dict(
                        zip(
                            *(
                                found.runs[found.runs.status == "done"][name]
                                for name in ("replicate", "arisen")
                            )
                        )
                    )
                    == want
                )

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def plan_and_outcomes():
    """Return a small plan and the outcome of every run of it; parts have six runs."""
    global PLAN, OUTCOMES
    PLAN = fault_injection.tiny(RUNS, days=8)
    OUTCOMES = work(PLAN.terms(0.0), list(PLAN.orders(0, RUNS)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "PART", 6)
        yield OUTCOMES


@pytest.mark.slow
def test_a_store_as_a_state_machine(plan_and_outcomes):
    run_state_machine_as_test(CheckedStore, settings=quick_settings(8, 10))


@pytest.mark.slow
def test_many_stores_as_state_machines(plan_and_outcomes):
    run_state_machine_as_test(CheckedStore, settings=quick_settings(100, 25))


def test_the_machine_sees_a_run_that_is_lost(plan_and_outcomes):
    """Otherwise it could not fail: a store that acknowledges what it does not keep."""

    class Careless(store.Store):
        def store_outcomes(self, outcomes):
            super().store_outcomes(outcomes[:-1])

    with pytest.MonkeyPatch.context() as patch, pytest.raises(AssertionError):
        patch.setattr(store, "Store", Careless)
        run_state_machine_as_test(CheckedStore, settings=quick_settings(8, 10))


def test_a_bit_flipped_in_the_head_of_the_ledger_is_damage_too(tmp_path, plan_and_outcomes):
    open_store(tmp_path).close()
    bit_flips.flip_bit(tmp_path / store.LEDGER, 0.0)
    for reader in (read_results, store.Store):
        with pytest.raises(Damaged):
            reader(tmp_path)


SECOND = "import sys; from cogov.experiments.sweep.store import Store; Store(sys.argv[1])"


def test_another_process_is_kept_out_until_the_first_has_gone(tmp_path, plan_and_outcomes):
    """With a real process; and the lock of one that was killed belongs to nobody."""
    held = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{SECOND.replace('Store(sys', 'one = Store(sys')}; print('here', flush=True); sys.stdin.read()",
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert held.stdout.readline() == b"here\n"
        with pytest.raises(UserError, match="another process is writing"):
            store.Store(tmp_path)
    finally:
        held.kill()
        held.wait()
    open_store(tmp_path).close()
