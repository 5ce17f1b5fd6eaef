"""Compare two scenarios of one case pair by pair, with a summary of the pairs so far.

Both arms of a pair use the same random numbers. Replicate 0 has the random seed of the first pair of
`compare` and of `tell_story`: a page that records both arms with `pair_seed(scenario)` shows the first of the
pairs whose interval it prints. Summaries do not depend on the number of processes.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, TimeoutError
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from ...engine.randomness import seed_of, whole_seed
from ...engine.texts import sections
from ...engine.texts.errors import UserError
from ...model import measures
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, simulate
from ..evidence.plausible_worlds import PlausibleWorlds, worlds_of_arms
from ..execution.supervisor import NO_PROCESS, count_processes, fall_back_to_serial, start_pool, stop_executor
from ..statistics.paired import half_width, is_too_rare
from ..statistics.plausible_effects import NONE, sentence_of_disagreement, sentence_of_effect
from .compare import (
    ARMS,
    EXPERIMENT,
    paired_differences,
    reduce_runs,
    tabulate_curves,
    tabulate_ledgers,
    tabulate_open_issues,
    tabulate_pairs,
)
from .plausible_pairs import range_of_each_measure, run_arms_in_world

STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # pairs after which a summary is given
MOST = 10_000
LOOK = 0.05  # seconds between checks for a cancellation
FEW = 10  # issues; of fewer, no share is given
# daily value -> series of a run; "resolution" is added
DAILY = {"backlog": "open", "trust": "trust_committee"}


def pair_seed(scenario: Scenario, seed: int = 0, number: int = 0) -> int:
    """Return the random seed of a replicate, as in `compare`, `tell_story` and the recordings of the page."""
    return seed_of(EXPERIMENT, scenario.name, seed, number)


def simulate_pair(
    arms: Sequence[Scenario], seed: int, within: int, number: int, progress: Callable | None = None
) -> dict:
    """Simulate one replicate of both arms; return what a summary needs of it."""
    return summarise_pair(
        [simulate(arm, pair_seed(arm, seed, number), progress=progress) for arm in arms], within
    )


def simulate_world_pair(
    arms: Sequence[Scenario],
    worlds: PlausibleWorlds,
    within: int,
    number: int,
    progress: Callable | None = None,
) -> dict:
    """Simulate both arms in a plausible world; return what a summary needs of it."""
    return summarise_pair(run_arms_in_world(worlds, arms, number, progress), within)


def summarise_pair(done: list[Run], within: int) -> dict:
    """Reduce the runs of both arms to what `compare` needs and the daily values named in DAILY."""
    daily = {name: [np.asarray(run.series[series], float) for run in done] for name, series in DAILY.items()}
    return {
        **reduce_runs(done, within),
        "daily": {"resolution": [rate_by_day(run, within)[1:] for run in done], **daily},
    }


def rate_by_day(run: Run, within: int = measures.WITHIN) -> np.ndarray:
    """Compute the resolution rate as known on each day: (days + 1,).

    It is the share resolved within `within` days, of the issues that arose at least `within` days before that
    day. The last value is the run's resolution rate. NaN while fewer than FEW issues (or than all, if there
    are fewer) are old enough.
    """
    issues = run.issues
    old, resolved = measures.in_time(issues, run.days, within)
    due = np.clip(issues["arose_day"] + within, 0, run.days)  # the day from which the outcome is known
    old_enough, in_time = (
        np.bincount(due[which], minlength=run.days + 1).cumsum() for which in (old, resolved)
    )
    return np.where(
        old_enough >= max(1, min(FEW, old_enough[-1])), in_time / np.maximum(old_enough, 1), np.nan
    )


@dataclass(frozen=True)
class PairSummary:
    """Results of the first pairs; the tables are those of `compare.Comparison`."""

    pairs: tuple  # results of `simulate_pair`, in the order of replicates
    of: int  # pairs requested
    days: int
    within: int
    wide: str = ""  # what plausible worlds say, if they were simulated: begins the verdict

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Return one row per replicate and arm, one column per measure."""
        return tabulate_pairs(self.pairs)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Return one row per measure: without, with, difference, low, high, correlation, pairs."""
        return paired_differences(self.rows)

    @cached_property
    def series(self) -> pd.DataFrame:
        """Return median and middle 90 % of open issues over replicates: (arm, day) -> low, median, high."""
        return tabulate_open_issues(self.pairs)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Return the Kaplan-Meier share of unresolved issues of all pairs: (arm, step): days, unresolved."""
        return tabulate_curves(self.pairs, self.days)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Return mean hours by role and mean yuan: one row per (arm, mechanism)."""
        return tabulate_ledgers(self.pairs)

    def differences(self, what: str = "backlog") -> pd.DataFrame:
        """Return the mean paired difference of "backlog", "resolution" or "trust" per day.

        The 95 % intervals (Student's) hold for each day separately.
        """
        a, b = (np.array([pair["daily"][what][k] for pair in self.pairs]) for k in (0, 1))
        mean, half = (b - a).mean(axis=0), half_width(b - a)
        return pd.DataFrame(
            {"difference": mean, "low": mean - half, "high": mean + half},
            index=pd.RangeIndex(1, self.days + 1, name="day"),
        )

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """Return the range of the effect on each measure, if the pairs are plausible worlds."""
        return range_of_each_measure(self.rows.set_index(["replicate", "arm"]))

    def sentence_of_worlds(self, lang: str = "en", arms: tuple[str, str] = (NONE, "")) -> str:
        """Return what the pairs say if they are plausible worlds, in a sentence or two.

        `arms` are names of the two arms.
        """
        reference, arm = arms
        effect = sentence_of_effect(
            arm, reference, self.ranges.loc["resolution_rate"], "resolution_rate", lang
        )
        warning = sentence_of_disagreement(arm, self.ranges, "resolution_rate", lang)
        return " ".join(part for part in (effect, warning) if part)

    def settling(self, measure: str = "resolution_rate") -> pd.DataFrame:
        """Return the paired difference of a measure, with its interval, after the first 1, 2, 3 ... pairs."""
        wide = self.rows.set_index(["replicate", "arm"])[measure].unstack("arm")
        d = (wide[ARMS[1]] - wide[ARMS[0]]).dropna().to_numpy()
        intervals = [(d[:n].mean(), half_width(d[:n])) for n in range(1, len(d) + 1)]
        return pd.DataFrame(
            [(mean, mean - half, mean + half) for mean, half in intervals],
            columns=["difference", "low", "high"],
            index=pd.RangeIndex(1, len(d) + 1, name="pairs"),
        )

    def classify(self) -> str:
        """Classify the difference in resolution rate.

        Returns "none" (no issue is old enough), "one" (a single pair), "alike" (no difference in any pair),
        "open" (not clear), "raises" or "lowers".
        """
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
            if rate.low <= 0 <= rate.high or is_too_rare(d)
            else "raises"
            if rate.difference > 0
            else "lowers"
        )

    def verdict(self, lang: str = "en", arms: tuple[str, str] | None = None) -> str:
        """Return the result in a sentence or two, in English or Chinese.

        `arms` are names of the two arms.
        """
        templates = sections(lang)["verdict"]
        rate, hours, yuan = (self.table.loc[name] for name in ("resolution_rate", "hours", "yuan"))
        a, b = arms or (templates["without"], templates["with"])
        values = {
            "a": a,
            "b": b,
            "without": f"{rate['without']:.1%}",
            "with_": f"{rate['with']:.1%}",
            "points": f"{100 * abs(rate.difference):.1f}",
            "within": self.within,
            "pairs": int(rate.pairs),
        }
        interval = templates["interval"].format(
            low=f"{100 * rate.low:+.1f}", high=f"{100 * rate.high:+.1f}", pairs=values["pairs"]
        )
        sentence = templates[f"{self.classify()}"].format(interval=interval, **values)
        changed = {
            name: templates[f"{name}{'_open' if row.low <= 0 <= row.high else ''}"].format(
                n=f"{row.difference:+,.0f}"
            )
            for name, row in (("hours", hours), ("yuan", yuan))
        }
        price = templates["price"].format(days=self.days, **changed)
        space = " " if lang == "en" else ""
        return space.join(part for part in (self.wide, sentence, price) if part)


class Cancelled(Exception):
    """Raised at most one simulated day after a cancellation."""


class StreamingComparison:
    """Two scenarios of one case, simulated pair by pair.

    `until(20)` yields a summary after 1, 2, 5, 10 and 20 pairs; a later `until(100)` continues from there.
    `cancel()`, from any thread, stops it and its processes; finished pairs are kept.

    `workers` is the number of processes of its own. With 0, pairs run in this process, and a cancellation
    takes effect within a simulated day. `first` are the runs of both arms in replicate 0, if they exist
    already (from two recordings): the first summary then needs no simulation. `simulate(number,
    look)` is another function that returns a pair; with workers it must be picklable. Raises UserError if
    the arms are not of one case or differ in their number of days.
    """

    def __init__(
        self,
        arms: Sequence[Scenario],
        *,
        seed: int = 0,
        within: int = measures.WITHIN,
        workers: int | None = None,
        first: list[Run] | None = None,
        simulate: Callable | None = None,
    ):
        self.arms, self.seed, self.within = tuple(arms), (seed := whole_seed(seed)), within
        self.simulate = simulate or partial(simulate_pair, self.arms, seed, within)
        left, right = self.arms
        if (left.name, left.days) != (right.name, right.days):
            raise UserError(
                "{first}, {first_days} days, and {second}, {second_days} days, cannot be paired: "
                "both arms must have the same case and days",
                first=left.name,
                first_days=left.days,
                second=right.name,
                second_days=right.days,
            )
        processes = count_processes(workers)
        # by default one core is left for the browser or terminal
        self.workers = min(4, max(1, processes - 1), processes) if workers is None else processes
        self.pairs = [summarise_pair(first, within)] if first else []
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._pool: Executor | None = None

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        """Stop now; no process is left running."""
        self._stop.set()
        self._close()

    def until(self, count: int) -> Iterator[PairSummary]:
        """Yield summaries up to `count` pairs; stop after a cancellation.

        Raises UserError for a count out of range, and OSError if its processes die.
        """
        if not 1 <= count <= MOST:
            raise UserError("pairs = {count} is out of range; allowed is 1 to {most}", count=count, most=MOST)
        finished = len(self.pairs)
        if finished and not self.cancelled:
            yield self.summary(count)
        try:
            for pair in self._simulate_pairs(range(finished, count)):
                self.pairs.append(pair)
                if len(self.pairs) in (*STEPS, count):
                    yield self.summary(count)
        except (Cancelled, CancelledError):
            return
        except BrokenExecutor:
            if not self.cancelled:
                raise OSError(None, "the worker processes died; try workers=0") from None
        finally:
            self._close()

    def summary(self, of: int | None = None) -> PairSummary:
        """Return a summary of the pairs so far; there must be at least one."""
        return PairSummary(tuple(self.pairs), max(of or 0, len(self.pairs)), self.arms[0].days, self.within)

    def _simulate_pairs(self, numbers: range) -> Iterator[dict]:
        """Yield the pairs of these numbers, in their order."""
        if self.workers == 0 or not numbers:
            for number in numbers:
                yield self.simulate(number, self._look)
            return
        executor = self._open()
        waiting: deque[Future] = deque()
        for number in numbers:
            waiting.append(executor.submit(self.simulate, number))
            if len(waiting) > 2 * self.workers:
                yield self._result(waiting.popleft())
        while waiting:
            yield self._result(waiting.popleft())

    def _open(self) -> Executor:
        with self._lock:
            self._look()
            try:
                self._pool, _ = start_pool(self.workers)
            except NO_PROCESS as error:
                self._pool = fall_back_to_serial(error)
            return self._pool

    def _close(self) -> None:
        with self._lock:
            executor, self._pool = self._pool, None
        if executor:
            stop_executor(executor)

    def _result(self, future: Future) -> dict:
        while True:
            self._look()
            try:
                return future.result(timeout=LOOK)
            except TimeoutError:
                if future.done():
                    raise  # raised by the model itself

    def _look(self) -> None:
        if self.cancelled:
            raise Cancelled


def stream_worlds(
    arms: Sequence[Scenario],
    held: Collection[str] = (),
    *,
    seed: int = 0,
    within: int = measures.WITHIN,
    workers: int | None = None,
) -> StreamingComparison:
    """Return a comparison whose pairs are plausible worlds; `held` are paths of knobs that are not drawn."""
    worlds = worlds_of_arms(arms, held, seed)
    job = partial(simulate_world_pair, tuple(arms), worlds, within)
    return StreamingComparison(arms, seed=seed, within=within, workers=workers, simulate=job)
