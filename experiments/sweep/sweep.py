"""A sweep: every run of an experiment, whatever happens to the machine, once.

Replicate by replicate, all arms of each, so that a sweep that is stopped is balanced. The same command again does exactly
what is missing: a run is known by a digest of the model's sources, its case, arm, luck and terms.
"""

import json
import signal
import time
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from shutil import disk_usage

from ...engine import jit
from ...engine.parameters import UserError
from ...engine.toml_reader import table_of
from ..execution.executors import choose_executor
from ..execution.supervisor import processes_of, supervise
from ..statistics.sequential import FIRST, Rule, decide
from .experiment import Experiment, arms, read_experiment, scenarios
from .registration import changes, refuse_other, register
from .store import ASIDE, OWN, PART_NAME, TEXTS, Parcel, Store, write_parcel
from .worker import RunOrder, RunOutcome, RunTerms, work

TASK = 0.25  # seconds of work to hand out at once
LARGEST = 25  # runs to hand out at once
TRIAL = 60.0  # seconds that a trial run may take
STARTING = 3.0  # seconds until worker processes are there, as measured on two cores
PATIENCE = 200  # times the first run's seconds that a run may take, if no limit is given; a minute at least


@dataclass
class SweepPlan:
    """An experiment made ready to run."""

    experiment: Experiment
    cases: dict  # name -> Scenario
    arms: list  # of Arm
    command: str = ""

    def __post_init__(self):
        self.source = jit.version()
        told = {name: json.dumps(table_of(case), sort_keys=True) for name, case in self.cases.items()}
        e = self.experiment
        terms = (e.name, e.seed, e.estimand.within, e.keep)
        self.stems = [
            blake2b(
                repr(
                    (
                        self.source,
                        told[a.case],
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

    def factors(self, case, arm):
        """What the design varies, of one arm: path -> value."""
        return self.varied.get((case, arm), {})

    def orders(self, first, last):
        """Every run of replicates `first` to `last` - 1, replicate by replicate."""
        for replicate in range(first, last):
            luck = {case: self.experiment.seeds(case, replicate) for case in self.cases}
            for arm, stem in zip(self.arms, self.stems):
                yield RunOrder(self.key_of(stem, replicate), arm, replicate, luck[arm.case])

    def mine(self, orders, shard):
        """Those that fall to shard k of m (k from 1): whole replicates where there are enough of them, else run by run."""
        k, m = shard
        whole = self.experiment.replicates >= m
        return (order for n, order in enumerate(orders) if (order.replicate if whole else n) % m == k - 1)

    def terms(self, limit):
        e = self.experiment
        return RunTerms(self.cases, e.estimand.within, e.keep, limit)

    @staticmethod
    def key_of(stem, replicate):
        """What a run is known by, from its arm's digest."""
        return blake2b(stem + replicate.to_bytes(8, "little"), digest_size=16).hexdigest()


@dataclass
class SweepResult:
    """What came of a sweep."""

    folder: Path
    asked: int  # runs of the design, up to where it stopped
    before: int  # that were there already
    now: int  # done in this sweep
    failed: int  # in all, of those asked for
    seconds: float
    overhead: float  # seconds of this process' own, in all
    why: str  # it ended
    causes: dict = field(default_factory=dict)  # what failed runs say -> how many of them
    changes: list = field(default_factory=list)  # of what is asked since it was last written down, in words
    mended: list = field(default_factory=list)  # what was found damaged or astray, and what was done about it


def plan_sweep(experiment, command=""):
    """The plan of an experiment: a path of a TOML file, or an Experiment. Raises UserError."""
    if isinstance(experiment, Experiment):
        cases = scenarios(experiment)
        return SweepPlan(experiment, cases, arms(experiment, cases), command)
    return SweepPlan(*read_experiment(experiment), command)


@dataclass
class CostEstimate:
    """What a sweep will cost, from a trial of one run in each case."""

    runs: int
    seconds: float  # on one process
    bytes: int  # on disk, more or less
    a_run: float  # seconds of the slowest trial


def estimate_cost(plan):
    """Try a run of the first and last arm of each case, and guess what all of them will cost."""
    terms, tried = plan.terms(TRIAL), []
    for case in plan.cases:
        own = [order for order in plan.orders(0, 1) if order.arm.case == case]
        for outcome in work(terms, [own[0], own[0], own[-1]])[1:]:
            tried.append((outcome.seconds, len(outcome.series) + len(outcome.issues), len(own)))
    weight = sum(count for *_, count in tried)
    mean = [sum(one[k] * one[2] for one in tried) / weight for k in (0, 1)]
    runs = len(plan.arms) * plan.experiment.replicates
    return CostEstimate(runs, runs * mean[0], int(runs * (0.8 * mean[1] + 300)), max(one[0] for one in tried))


def describe_cost(guess, workers, experiment):
    """What a sweep will cost, in a sentence."""
    seconds = guess.seconds / max(workers, 1) + STARTING * (workers > 1)
    arms = guess.runs // experiment.replicates
    time_ = (
        f"{max(seconds, 1):,.0f} s"
        if seconds < 120
        else f"{seconds / 60:,.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:,.1f} h"
    )
    size_ = f"{guess.bytes / 1e6:,.1f} MB" if guess.bytes < 1e9 else f"{guess.bytes / 1e9:,.1f} GB"
    most = "at most " if experiment.stopping.half_width else ""
    return f"{most}{guess.runs:,} runs ({arms:,} arm{'s' * (arms != 1)} x {experiment.replicates:,} replicates); some {time_} on {workers} process{'es' * (workers > 1)}, some {size_} of disk"


def check_room(guess, runs, folder):
    """Raise UserError where the disk has no room for so many more runs."""
    needed, free = guess.bytes * runs / guess.runs, disk_usage(folder).free
    if needed > free:
        raise UserError(
            f'{folder}: {runs:,} more runs take some {needed / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB are free; keep less (keep = ["series"] or []), or give another --out'
        )


def sweep(
    experiment,
    out,
    *,
    workers=None,
    make=None,
    shard=(1, 1),
    chunk=None,
    limit=None,
    retry=False,
    progress=None,
    job=work,
    guess=None,
):
    """Run all of an experiment that is missing in the folder `out`; returns `SweepResult`.

    `experiment` is a path, an Experiment or a Plan. `workers` processes share the runs (all cores if None, none beside this
    one if 0); `make()` gives another `concurrent.futures.Executor`. `shard` (k, m) does the k-th of m shares. `chunk` runs are
    handed out at once, `limit` seconds a run may take (0: no limit), `retry` does failed runs again. `progress(done, of, failed,
    now)` is called as runs come in, `now` of them done by this call. The results are the same whatever these are. Raises
    UserError, OSError; on KeyboardInterrupt, what was handed in is kept.
    """
    plan = experiment if isinstance(experiment, SweepPlan) else plan_sweep(experiment)
    k, m = shard
    if not 1 <= k <= m <= 100_000:
        raise UserError(f"--shard {k}/{m} is out of range; allowed is 1/m to m/m")
    began, spent = time.perf_counter(), time.process_time()
    guess = guess or estimate_cost(plan)
    limit = max(60.0, PATIENCE * guess.a_run) if limit is None else limit
    chunk = chunk or max(1, min(LARGEST, int(TASK / max(guess.a_run, 1e-6))))
    workers = processes_of(workers)
    make = make or choose_executor("pool", workers=workers)
    spent_on_trial = time.process_time() - spent
    store = Store(out)
    try:
        refuse_other(store, plan)
        rule = stopping(plan, shard)
        have = store.keys(failed=not retry)
        check_room(guess, missing(plan, shard, have) if have else guess.runs // m, out)
        altered, mended = changes(store, plan), []
        if not store.is_sealed or altered or store.find_damage() or set_apart(store):
            mended = mend(store, plan)
        have = store.keys(failed=not retry)
        before = done = asked = first = 0
        last = min(rule.first or FIRST, rule.most) if rule else plan.experiment.replicates
        while True:
            there = [order.key in have for order in plan.mine(plan.orders(first, last), shard)]
            asked, before = asked + len(there), before + sum(there)
            if not all(there):
                if store.is_sealed:
                    register(store, plan)
                if retry:
                    store.withdraw_failed()
                absent = (
                    order for order in plan.mine(plan.orders(first, last), shard) if order.key not in have
                )
                tell = partial(report_progress, progress, before + done, max(asked, guess.runs // m))
                done += run(
                    store,
                    plan,
                    absent,
                    partial(job, plan.terms(limit)),
                    make,
                    chunk,
                    max(2, 2 * workers),
                    tell,
                )
            look = decide(store.runs(plan.factors), rule, plan.reference) if rule else None
            if not (look and look.go_on):
                break
            first, last = last, look.until
        if not store.is_sealed:
            store.finish(plan.factors)
        causes = store.failures(
            {order.key for order in plan.mine(plan.orders(0, last), shard)}
            if store.keys() - store.keys(failed=False)
            else ()
        )
        mended += [
            f"{name} is not of this sweep, though whoever reads all of {name.partition('/')[0]}/ reads it too; move it away"
            for name in store.strays()
        ]
    finally:
        store.close()
    why = look.words if look else "Every replicate is done."
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


def missing(plan, shard, have):
    """How many runs are not there yet, of all that may be asked."""
    orders = plan.mine(plan.orders(0, plan.experiment.replicates), shard)
    return sum(order.key not in have for order in orders)


def set_apart(store):
    """Stray files that are called like parts."""
    return [name for name in store.strays() if Path(name).match(PART_NAME)]


def mend(store, plan):
    """Write down what is asked; what is damaged or astray is set aside, for its runs to be done again. Returns what was done, in words."""
    damaged, strays = store.find_damage(), set_apart(store) if store.is_sealed else []
    again = store.forget(damaged)
    register(store, plan)
    told = [f"{name} is not of this sweep: moved to {ASIDE}/" for name in strays]
    told += [
        f"{name} {why}: {'written again from the ledger' if name in (*TEXTS, OWN) else f'set aside in {ASIDE}/'}"
        for name, why in damaged.items()
    ]
    if again:
        gone = len(set(again) - {order.key for order in plan.orders(0, plan.experiment.replicates)})
        told.append(
            f"{len(again):,} runs of damaged parts are done again"
            + (f", but for {gone:,} that are no longer asked for" if gone else "")
        )
    return told


def report_progress(progress, base, of, done, failed):
    if progress:
        progress(base + done, of, failed, done)


def stopping(plan, shard):
    """The rule by which a sweep may stop before its last replicate; None where it may not. Raises UserError."""
    e, stop = plan.experiment, plan.experiment.stopping
    if not stop.half_width:
        return None
    if shard[1] > 1:
        raise UserError(
            f"--shard {shard[0]}/{shard[1]}: no shard sees enough to stop by half-width; set stopping.half_width = 0, or sweep in one piece"
        )
    if len(plan.arms) == len(plan.cases):
        raise UserError(
            "stopping.half_width is of differences between arms, and there is one arm only; set it to 0, or add an arm"
        )
    return Rule(
        e.estimand.measure, stop.half_width, stop.first or None, stop.step, e.replicates, e.estimand.level
    )


def run(store, plan, orders, job, make, chunk, in_flight, progress):
    """Live through `orders`, keeping each as it comes; returns how many came."""
    out = done = failed = 0

    def give():
        """What to hand out next: runs that are to become a part, where enough of them wait or no others will come, else some orders."""
        nonlocal out
        task = () if store.ripe() else tuple(islice(orders, chunk))
        out += len(task)
        return task or (
            (store.parcel(plan.factors),) if store.ripe() or out == done and store.queue["done"] else None
        )

    with stoppable():
        stream = supervise(make, partial(do_task, job), give, in_flight)
        try:
            for task, told, why in stream:
                if isinstance(task[0], Parcel):
                    store.record(task[0], write_parcel(task[0]) if why else told[0])
                    continue
                outcomes = [RunOutcome(task[0], "failed", 0.0, failure=why)] if why else told
                store.take(outcomes)
                done += len(outcomes)
                failed += sum(o.status == "failed" for o in outcomes)
                progress(done, failed)
        finally:
            stream.close()
    return done


def do_task(job, task):
    """What a worker does with what it is handed: orders for the job, or a parcel."""
    return [write_parcel(task[0])] if isinstance(task[0], Parcel) else job(task)


class stoppable:
    """A politely asked end (SIGTERM, as schedulers send it) is like Ctrl-C: what was handed in is kept."""

    def __enter__(self):
        try:
            self.before = signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        except ValueError:  # not in the main thread
            self.before = None

    def __exit__(self, *_):
        if self.before is not None:
            signal.signal(signal.SIGTERM, self.before)
