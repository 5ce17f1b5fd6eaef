"""Pairs that stream in: two settings of one case under the same luck, replicate by replicate, summed up as they come.

Replicate 0 has the luck that `compare` and `story` begin with: a page that films both arms with `luck(scenario)` shows the
first of the pairs whose interval it prints. Summaries do not depend on the number of processes.
"""

import threading
from collections import deque
from concurrent.futures import BrokenExecutor, CancelledError, TimeoutError
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...engine.parameters import UserError
from ...engine.randomness import seed_of, whole_seed
from ...model import measures
from ...model.simulate import simulate
from ..execution.supervisor import NO_PROCESS, alone, end, processes_of, start_pool
from ..statistics.paired import half_width, too_few
from .compare import (
    ARMS,
    EXPERIMENT,
    bands,
    curves,
    ledgers,
    paired_differences,
    reduce_runs,
    tabulate_pairs,
)

STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # pairs after which a summary is given
MOST = 10_000
LOOK = 0.05  # seconds between looks at whether it was cancelled
FEW = 10  # issues below which a share of them is not told
DAILY = {
    "backlog": "open",
    "trust": "trust_committee",
}  # what is kept day by day -> series of a run; and "resolution"

WORDS = {  # of `verdict`
    "en": {
        "verdict_raises": "{b}: {with_} of issues are resolved within {within} days; {a}: {without}. That is {points} percentage points more {interval}.",
        "verdict_lowers": "{b}: {with_} of issues are resolved within {within} days; {a}: {without}. That is {points} percentage points fewer {interval}.",
        "verdict_open": "No clear difference yet in the share of issues resolved within {within} days: {a} {without}, {b} {with_} {interval}.",
        "verdict_alike": "In none of {pairs} pairs is there any difference in the share of issues resolved within {within} days: {without} in both.",
        "verdict_one": "{a}: {without} of issues are resolved within {within} days; {b}: {with_}. One pair is an anecdote; with more pairs there will be an interval.",
        "verdict_none": "No issue arose {within} days or more before the end, so none is old enough to tell.",
        "verdict_interval": "(95 % interval of the difference {low} to {high} points; {pairs} pairs with the same luck)",
        "verdict_price": "In {days} days: {hours}, {yuan}.",
        "verdict_hours": "{n} hours of work",
        "verdict_yuan": "{n} yuan",
        "verdict_hours_open": "no clear change in hours of work",
        "verdict_yuan_open": "no clear change in yuan",
        "verdict_without": "without",
        "verdict_with": "with",
    },
    "zh": {
        "verdict_raises": "{b}：{with_}的问题在{within}天内解决；{a}：{without}。多了{points}个百分点{interval}。",
        "verdict_lowers": "{b}：{with_}的问题在{within}天内解决；{a}：{without}。少了{points}个百分点{interval}。",
        "verdict_open": "{within}天内解决的比例目前看不出明显差别：{a}{without}，{b}{with_}{interval}。",
        "verdict_alike": "{pairs}对模拟中，{within}天内解决的比例没有任何差别：两边都是{without}。",
        "verdict_one": "{a}：{without}的问题在{within}天内解决；{b}：{with_}。只有一对模拟，说明不了什么；多跑几对才有置信区间。",
        "verdict_none": "没有问题在结束前{within}天或更早出现，无法判断。",
        "verdict_interval": "（差值的95%置信区间为{low}到{high}个百分点；{pairs}对运气相同的模拟）",
        "verdict_price": "{days}天里：{hours}，{yuan}。",
        "verdict_hours": "工时{n}小时",
        "verdict_yuan": "花费{n}元",
        "verdict_hours_open": "工时没有明显变化",
        "verdict_yuan_open": "花费没有明显变化",
        "verdict_without": "没有",
        "verdict_with": "有",
    },
}


def luck(scenario, seed=0, number=0):
    """The luck of a replicate: that of `compare` and of `story`, and of the film on show."""
    return seed_of(EXPERIMENT, scenario.name, seed, number)


def simulate_pair(arms, seed, within, number, progress=None):
    """One replicate of both arms, boiled down."""
    return summarise_pair([simulate(arm, luck(arm, seed, number), progress=progress) for arm in arms], within)


def summarise_pair(done, within):
    """What `compare` keeps of the runs of both arms, and day by day what DAILY names."""
    daily = {name: [np.asarray(run.series[series], float) for run in done] for name, series in DAILY.items()}
    return {
        **reduce_runs(done, within),
        "daily": {"resolution": [rate_by_day(run, within)[1:] for run in done], **daily},
    }


def rate_by_day(run, within=measures.WITHIN):
    """(days + 1,): of the issues that arose `within` days or more before each day, the share resolved within so many days.

    Its last number is the run's resolution rate. NaN while fewer than FEW are old enough, or than there are in all.
    """
    issues = run.issues
    old, done = measures.in_time(issues, run.days, within)
    due = np.clip(issues["born"] + within, 0, run.days)  # the day on which it is known
    of, hits = (np.bincount(due[which], minlength=run.days + 1).cumsum() for which in (old, done))
    return np.where(of >= max(1, min(FEW, of[-1])), hits / np.maximum(of, 1), np.nan)


@dataclass(frozen=True)
class PairSummary:
    """What the first pairs say; tables are those of `compare.Comparison`."""

    pairs: tuple  # of `simulate_pair`, in the order of replicates
    of: int  # pairs that were asked for
    days: int
    within: int

    @cached_property
    def rows(self):
        return tabulate_pairs(self.pairs)

    @cached_property
    def table(self):
        """Per measure: without, with, difference, low, high, correlation, pairs."""
        return paired_differences(self.rows)

    @cached_property
    def series(self):
        """(arm, day): low, median, high of open issues: the middle 90 % of replicates."""
        return bands(self.pairs)

    @cached_property
    def curves(self):
        """(arm, step): days, share unresolved. Kaplan-Meier over the issues of all pairs."""
        return curves(self.pairs, self.days)

    @cached_property
    def ledger(self):
        """(arm, mechanism): mean hours by role, and yuan."""
        return ledgers(self.pairs)

    def differences(self, what="backlog"):
        """Per day the mean paired difference of "backlog", "resolution" or "trust", with Student's 95 % interval, each day by itself."""
        a, b = (np.array([both["daily"][what][k] for both in self.pairs]) for k in (0, 1))
        mean, half = (b - a).mean(axis=0), half_width(b - a)
        return pd.DataFrame(
            {"difference": mean, "low": mean - half, "high": mean + half},
            index=pd.RangeIndex(1, self.days + 1, name="day"),
        )

    def settling(self, measure="resolution_rate"):
        """The paired difference of a measure after the first 1, 2, 3 ... pairs, with its interval."""
        wide = self.rows.set_index(["replicate", "arm"])[measure].unstack("arm")
        d = (wide[ARMS[1]] - wide[ARMS[0]]).dropna().to_numpy()
        told = [(d[:n].mean(), half_width(d[:n])) for n in range(1, len(d) + 1)]
        return pd.DataFrame(
            [(mean, mean - half, mean + half) for mean, half in told],
            columns=["difference", "low", "high"],
            index=pd.RangeIndex(1, len(d) + 1, name="pairs"),
        )

    def found(self):
        """What the pairs say of the resolution rate: "none", "one", "alike", "open", "raises" or "lowers"."""
        rate = self.table.loc["resolution_rate"]
        wide = self.rows.set_index(["replicate", "arm"])["resolution_rate"].unstack("arm")
        d = (wide[ARMS[1]] - wide[ARMS[0]]).dropna().to_numpy()
        if not len(d):
            return "none"
        if len(d) > 1 and not d.any():
            return "alike"
        if not np.isfinite(rate.low):
            return "one"
        return (
            "open"
            if rate.low <= 0 <= rate.high or too_few(d)
            else "raises"
            if rate.difference > 0
            else "lowers"
        )

    def verdict(self, lang="en", arms=None, words=None):
        """The answer in a sentence or two, English or Chinese; `arms`: what to call the two."""
        say = words or WORDS[lang]
        rate, hours, yuan = (self.table.loc[name] for name in ("resolution_rate", "hours", "yuan"))
        a, b = arms or (say["verdict_without"], say["verdict_with"])
        told = {
            "a": a,
            "b": b,
            "without": f"{rate['without']:.1%}",
            "with_": f"{rate['with']:.1%}",
            "points": f"{100 * abs(rate.difference):.1f}",
            "within": self.within,
            "pairs": int(rate.pairs),
        }
        interval = say["verdict_interval"].format(
            low=f"{100 * rate.low:+.1f}", high=f"{100 * rate.high:+.1f}", pairs=told["pairs"]
        )
        sentence = say[f"verdict_{self.found()}"].format(interval=interval, **told)
        changed = {
            name: say[f"verdict_{name}{'_open' if row.low <= 0 <= row.high else ''}"].format(
                n=f"{row.difference:+,.0f}"
            )
            for name, row in (("hours", hours), ("yuan", yuan))
        }
        price = say["verdict_price"].format(days=self.days, **changed)
        return f"{sentence} {price}" if lang == "en" else sentence + price


class Cancelled(Exception):
    """Raised within a day of being cancelled."""


class StreamingComparison:
    """Two scenarios of one case, lived through pair by pair.

    `until(20)` yields a Summary after 1, 2, 5, 10 and 20 pairs; `until(100)` later goes on from there. `cancel()`, from any
    thread, ends it and its processes; what was lived is kept. `workers`: processes of its own, 0 for none beside this one, which then
    answers a cancel within a simulated day. `first`: the runs of both arms in replicate 0, where they are there already (of two
    films), so that the first summary costs nothing. `live(number, look)`, with no workers, is another way to come by a pair. Raises UserError where the arms are not of one case, or not of as many days.
    """

    def __init__(self, arms, *, seed=0, within=measures.WITHIN, workers=None, first=None, live=None):
        self.arms, self.seed, self.within = tuple(arms), (seed := whole_seed(seed)), within
        self.live = live or (lambda number, look: simulate_pair(self.arms, seed, within, number, look))
        left, right = self.arms
        if (left.name, left.days) != (right.name, right.days):
            raise UserError(
                f"{left.name}, {left.days} days, and {right.name}, {right.days} days, are no pair: arms are of one case and of as many days"
            )
        every = processes_of(workers)
        self.workers = (
            min(4, max(1, every - 1), every) if workers is None else every
        )  # of all cores one is left to who looks on
        self.pairs = [summarise_pair(first, within)] if first else []
        self._stop, self._lock, self._pool = threading.Event(), threading.Lock(), None

    @property
    def cancelled(self):
        return self._stop.is_set()

    def cancel(self):
        """End it now; nothing of it is left running."""
        self._stop.set()
        self._close()

    def until(self, count):
        """Yield summaries up to `count` pairs; nothing more once it is cancelled. Raises UserError, OSError when its processes die."""
        if not 1 <= count <= MOST:
            raise UserError(f"pairs = {count} is out of range; allowed is 1 to {MOST}")
        had = len(self.pairs)
        if had and not self.cancelled:
            yield self.summary(count)
        try:
            for pair in self._live(range(had, count)):
                self.pairs.append(pair)
                if len(self.pairs) in (*STEPS, count):
                    yield self.summary(count)
        except (Cancelled, CancelledError):
            return
        except BrokenExecutor:
            if not self.cancelled:
                raise OSError(None, "the processes that live through pairs died; try workers=0") from None
        finally:
            self._close()

    def summary(self, of=None):
        """What there is so far; one pair at least."""
        return PairSummary(tuple(self.pairs), max(of or 0, len(self.pairs)), self.arms[0].days, self.within)

    def _live(self, numbers):
        """Pairs by their numbers, in that order."""
        if self.workers == 0 or not numbers:
            for number in numbers:
                yield self.live(number, self._look)
            return
        executor, waiting = self._open(), deque()
        for number in numbers:
            waiting.append(executor.submit(simulate_pair, self.arms, self.seed, self.within, number))
            if len(waiting) > 2 * self.workers:
                yield self._result(waiting.popleft())
        while waiting:
            yield self._result(waiting.popleft())

    def _open(self):
        with self._lock:
            self._look()
            try:
                self._pool, _ = start_pool(self.workers)
            except NO_PROCESS as error:
                self._pool = alone(error)
            return self._pool

    def _close(self):
        with self._lock:
            executor, self._pool = self._pool, None
        if executor:
            end(executor)

    def _result(self, future):
        while True:
            self._look()
            try:
                return future.result(timeout=LOOK)
            except TimeoutError:
                if future.done():
                    raise  # the model's own

    def _look(self):
        if self.cancelled:
            raise Cancelled
