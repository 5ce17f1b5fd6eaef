"""Run a sweep: every run of an experiment exactly once, even if the machine fails in between.

Runs go replicate by replicate, all arms of each, so that an interrupted sweep is balanced. Repeating the
command does exactly the missing runs: a run is identified by a digest of the model's sources, its case, arm,
seed and terms.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from shutil import disk_usage

from ...engine import jit
from ...engine.texts.errors import UserError
from ...engine.toml_reader import table_of
from ...model.scenarios.scenario import Scenario
from ..evidence.plausible_worlds import members_digest
from ..execution.executors import choose_executor
from ..execution.supervisor import count_processes, stoppable, supervise
from ..statistics.sequential import FIRST, Rule, decide
from .design import DesignArm
from .experiment import Experiment, build_arms, build_scenarios, read_experiment
from .ledger import OWN, TEXTS
from .parts import Parcel, write_parcel
from .registration import changes, refuse_other, register
from .store import ASIDE, Store
from .worker import RunOrder, RunOutcome, RunTerms, work

TASK = 0.25  # seconds of work in one task
LARGEST = 25  # most runs in one task
TRIAL = 60.0  # seconds that a trial run may take
STARTING = 3.0  # seconds to start the worker processes, measured on two cores
# time limit of a run if none is given, in durations of the slowest trial run; at least a minute
PATIENCE = 200


@dataclass
class SweepPlan:
    """An experiment that is ready to run."""

    experiment: Experiment
    cases: dict[str, Scenario]
    arms: list[DesignArm]
    command: str = ""

    def __post_init__(self) -> None:
        self.source = jit.version()
        case_texts = {name: json.dumps(table_of(case), sort_keys=True) for name, case in self.cases.items()}
        e = self.experiment
        self.worlds = e.worlds(self.cases, self.arms)
        terms: tuple = (e.name, e.seed, e.estimand.within, e.keep)
        if self.worlds:  # the numbers of a world depend on the mechanisms of all arms only by their paths
            terms = (
                *terms,
                e.lucks_per_world,
                *(sorted(w.held) for w in self.worlds.values()),
                members_digest(e.worlds_file),
            )
        self.stems = [
            blake2b(
                repr(
                    (
                        self.source,
                        case_texts[a.case],
                        a.name,
                        sorted(a.on),
                        sorted(a.off),
                        sorted(a.settings.items()),
                        terms,
                    )
                ).encode(),
                digest_size=16,
            ).digest()
            for a in self.arms
        ]
        self.varied = {(a.case, a.name): a.factors for a in self.arms}
        self.reference = e.estimand.reference or self.arms[0].name

    def factors(self, case: str, arm: str) -> dict:
        """Return what the design varies, of one arm: path -> value."""
        return self.varied.get((case, arm), {})

    def orders(self, first: int, last: int) -> Iterator[RunOrder]:
        """Yield every run of replicates `first` to `last` - 1, replicate by replicate."""
        for replicate in range(first, last):
            seeds = {case: self.experiment.seeds(case, replicate) for case in self.cases}
            for arm, stem in zip(self.arms, self.stems):
                yield RunOrder(self.key_of(stem, replicate), arm, replicate, seeds[arm.case])

    def orders_in_shard(self, first: int, last: int, shard: tuple[int, int]) -> Iterator[RunOrder]:
        """Return those of `orders` that are in shard k of m (k from 1).

        A shard gets whole replicates if there are at least m of them, else single runs.
        """
        k, m = shard
        grouped, orders = self.experiment.replicates >= m, enumerate(self.orders(first, last))
        return (order for n, order in orders if (order.replicate if grouped else n) % m == k - 1)

    def terms(self, limit: float) -> RunTerms:
        e = self.experiment
        return RunTerms(self.cases, e.estimand.within, e.keep, limit, self.worlds, max(1, e.lucks_per_world))

    @staticmethod
    def key_of(stem: bytes, replicate: int) -> str:
        """Return the key of a run, from the digest of its arm."""
        return blake2b(stem + replicate.to_bytes(8, "little"), digest_size=16).hexdigest()


@dataclass
class SweepResult:
    """The result of a sweep."""

    folder: Path
    asked: int  # runs of the design, up to where the sweep stopped
    before: int  # runs that existed already
    now: int  # runs done in this call
    failed: int  # failed runs among those asked for
    seconds: float
    overhead: float  # CPU seconds of this process, without the trial
    why: str  # reason why it ended
    causes: dict[str, int] = field(default_factory=dict)  # last line of a failure -> number of runs
    changes: list[str] = field(
        default_factory=list
    )  # of what is asked, since it was last registered, in words
    mended: list[str] = field(default_factory=list)  # damaged and stray files, and what was done about them


def plan_sweep(experiment: str | Path | Experiment, command: str = "") -> SweepPlan:
    """Return the plan of an experiment, which is a path of a TOML file or an Experiment. Raises UserError."""
    if isinstance(experiment, Experiment):
        cases = build_scenarios(experiment)
        return SweepPlan(experiment, cases, build_arms(experiment, cases), command)
    return SweepPlan(*read_experiment(experiment), command)


@dataclass
class CostEstimate:
    """The expected cost of a sweep, from a trial of three runs in each case."""

    runs: int
    seconds: float  # on one process
    bytes: int  # on disk, approximately
    a_run: float  # seconds of the slowest trial run


def estimate_cost(plan: SweepPlan) -> CostEstimate:
    """Estimate the cost of all runs from the first and last arm of each case.

    The first arm is run twice, and its first run, which may compile, does not count.
    """
    terms, trials = plan.terms(TRIAL), []
    for case in plan.cases:
        orders = [order for order in plan.orders(0, 1) if order.arm.case == case]
        for outcome in work(terms, [orders[0], orders[0], orders[-1]])[1:]:
            trials.append((outcome.seconds, len(outcome.series) + len(outcome.issues), len(orders)))
    weight = sum(count for *_, count in trials)
    mean = [sum(trial[k] * trial[2] for trial in trials) / weight for k in (0, 1)]
    runs = len(plan.arms) * plan.experiment.replicates
    return CostEstimate(
        runs, runs * mean[0], int(runs * (0.5 * mean[1] + 300)), max(trial[0] for trial in trials)
    )


def check_room(guess: CostEstimate, runs: int, folder: str | Path) -> None:
    """Raise UserError if the disk has no room for `runs` more runs."""
    needed, free = guess.bytes * runs / guess.runs, disk_usage(folder).free
    if needed > free:
        raise UserError(
            "{folder}: {runs:,} more runs need about {needed:,.1f} GB, but only {free:,.1f} GB are free; "
            'keep less (keep = ["series"] or []), or give another --out',
            folder=folder,
            runs=runs,
            needed=needed / 1e9,
            free=free / 1e9,
        )


@dataclass(frozen=True)
class Execution:
    """How the runs of a sweep are executed."""

    make: Callable[[], Executor] | None = None  # starts a `concurrent.futures.Executor`; else a pool
    chunk: int | None = None  # runs in a task; else by the estimate
    job: Callable = work  # (terms, orders) -> outcomes
    estimate: CostEstimate | None = None  # if the caller has made it already


def sweep(
    experiment: str | Path | Experiment | SweepPlan,
    out: str | Path,
    *,
    workers: int | None = None,
    shard: tuple[int, int] = (1, 1),
    limit: float | None = None,
    retry: bool = False,
    progress: Callable | None = None,
    execution: Execution | None = None,
) -> SweepResult:
    """Do all missing runs of an experiment in the folder `out`.

    `experiment` is a path, an Experiment or a SweepPlan. `workers` processes share the runs: all cores if
    None, only this process if 0; `execution` may name another executor. `shard` (k, m) does the k-th of m
    shares. A run may take `limit` seconds (0: no limit), `retry` repeats failed runs. `progress(done, of,
    failed, now)` is called as runs are completed, `now` of them by this call. The results do not depend on
    any of these. Raises UserError, OSError; on KeyboardInterrupt, completed runs are kept.
    """
    plan = experiment if isinstance(experiment, SweepPlan) else plan_sweep(experiment)
    k, m = shard
    if not 1 <= k <= m <= 100_000:
        raise UserError("--shard {k}/{m} is out of range; allowed is 1/m to m/m", k=k, m=m)
    began, spent = time.perf_counter(), time.process_time()
    execution = execution or Execution()
    guess = execution.estimate or estimate_cost(plan)
    limit = max(60.0, PATIENCE * guess.a_run) if limit is None else limit
    chunk = execution.chunk or max(1, min(LARGEST, int(TASK / max(guess.a_run, 1e-6))))
    if plan.experiment.lucks_per_world and not execution.chunk:
        # a task is a world where it can be: its numbers are drawn, and its people are built, once
        chunk = max(chunk, min(LARGEST, len(plan.arms) // len(plan.cases) * plan.experiment.lucks_per_world))
    workers = count_processes(workers)
    make = execution.make or choose_executor("pool", workers=workers)
    spent_on_trial = time.process_time() - spent
    store = Store(out)
    try:
        refuse_other(store, plan)
        rule = stopping_rule(plan, shard)
        stored_keys = store.keys(failed=not retry)
        check_room(guess, count_missing(plan, shard, stored_keys) if stored_keys else guess.runs // m, out)
        altered, mended = changes(store, plan), []
        if not store.is_sealed or altered or store.find_damage() or store.stray_parts():
            mended = mend(store, plan)
        stored_keys = store.keys(failed=not retry)
        before = done = asked = first = 0
        last = min(rule.first or FIRST, rule.most) if rule else plan.experiment.replicates
        while True:
            present = [order.key in stored_keys for order in plan.orders_in_shard(first, last, shard)]
            asked, before = asked + len(present), before + sum(present)
            if not all(present):
                if store.is_sealed:
                    register(store, plan)
                if retry:
                    store.withdraw_failed()
                orders = plan.orders_in_shard(first, last, shard)
                absent = (order for order in orders if order.key not in stored_keys)
                report = partial(report_progress, progress, before + done, max(asked, guess.runs // m))
                do = partial(execution.job, plan.terms(limit))
                done += run(store, plan, absent, do, make, chunk, max(2, 2 * workers), report)
            # a sweep that is resumed holds runs beyond this look
            looked_at = store.runs(plan.factors).query("replicate < @last") if rule else None
            decision = decide(looked_at, rule, plan.reference) if rule else None
            if not (decision and decision.go_on):
                break
            first, last = last, decision.until
        if not store.is_sealed:
            store.finish(plan.factors)
        causes = store.failures(
            {order.key for order in plan.orders_in_shard(0, last, shard)}
            if store.keys() - store.keys(failed=False)
            else ()
        )
        mended += [
            f"{name} does not belong to this sweep, "
            f"but programs that read all of {name.partition('/')[0]}/ include it; move it away"
            for name in store.strays()
        ]
    finally:
        store.close()
    why = decision.words if decision else "Every replicate is done."
    overhead = time.process_time() - spent - spent_on_trial
    return SweepResult(
        Path(out),
        asked,
        before,
        done,
        sum(causes.values()),
        time.perf_counter() - began,
        overhead,
        why,
        dict(causes.most_common()),
        altered,
        mended,
    )


def count_missing(plan: SweepPlan, shard: tuple[int, int], stored_keys: set[str]) -> int:
    """Return how many runs are missing, of the most that the experiment may need."""
    orders = plan.orders_in_shard(0, plan.experiment.replicates, shard)
    return sum(order.key not in stored_keys for order in orders)


def mend(store: Store, plan: SweepPlan) -> list[str]:
    """Register the question, and set damaged and stray files aside; return what was done, in words.

    Runs of damaged parts will be done again.
    """
    damaged, strays = store.find_damage(), store.stray_parts() if store.is_sealed else []
    again = store.withdraw_damaged(damaged)
    register(store, plan)
    actions = [f"{name} does not belong to this sweep: moved to {ASIDE}/" for name in strays]
    actions += [
        f"{name} {why}: "
        + ("written again from the ledger" if name in (*TEXTS, OWN) else f"set aside in {ASIDE}/")
        for name, why in damaged.items()
    ]
    if again:
        not_asked = len(set(again) - {order.key for order in plan.orders(0, plan.experiment.replicates)})
        actions.append(
            f"{len(again):,} runs of damaged parts are run again"
            + (f", except {not_asked:,} that the experiment no longer includes" if not_asked else "")
        )
    return actions


def report_progress(progress: Callable | None, base: int, of: int, done: int, failed: int) -> None:
    if progress:
        progress(base + done, of, failed, done)


def stopping_rule(plan: SweepPlan, shard: tuple[int, int]) -> Rule | None:
    """Return the rule by which a sweep may stop early; None if it may not. Raises UserError."""
    e, stop = plan.experiment, plan.experiment.stopping
    if not stop.half_width:
        return None
    if shard[1] > 1:
        raise UserError(
            "--shard {shard}/{shards}: a single shard has too few runs to stop by half-width; set "
            "stopping.half_width = 0, or sweep without --shard",
            shard=shard[0],
            shards=shard[1],
        )
    if len(plan.arms) == len(plan.cases):
        raise UserError(
            "stopping.half_width is for differences between arms, but there is only one arm; set it to 0, or "
            "add an arm"
        )
    return Rule(
        e.estimand.measure, stop.half_width, stop.first or None, stop.step, e.replicates, e.estimand.level
    )


def run(
    store: Store,
    plan: SweepPlan,
    orders: Iterator[RunOrder],
    job: Callable,
    make: Callable[[], Executor],
    chunk: int,
    in_flight: int,
    progress: Callable[[int, int], object],
) -> int:
    """Simulate `orders`, and store each outcome when it arrives; return their number."""
    out = done = failed = 0

    def give() -> tuple | None:
        """Return the next task: a parcel to write as a part, or some orders.

        A parcel comes first if enough runs wait, and last when no outcome is pending.
        """
        nonlocal out
        task: tuple = () if store.has_full_part() else tuple(islice(orders, chunk))
        out += len(task)
        return task or (
            (store.parcel(plan.factors),)
            if store.has_full_part() or out == done and store.queue["done"]
            else None
        )

    with stoppable():
        stream = supervise(make, partial(do_task, job), give, in_flight)
        try:
            for task, results, why in stream:
                if isinstance(task[0], Parcel):
                    store.record(task[0], write_parcel(task[0]) if why else results[0])
                    continue
                outcomes = [RunOutcome(task[0], "failed", 0.0, failure=why)] if why else results
                store.store_outcomes(outcomes)
                done += len(outcomes)
                failed += sum(o.status == "failed" for o in outcomes)
                progress(done, failed)
        finally:
            stream.close()
    return done


def do_task(job: Callable, task: tuple) -> list:
    """Do a task in a worker: run orders with `job`, or turn a parcel into Parquet."""
    return [write_parcel(task[0])] if isinstance(task[0], Parcel) else job(task)
