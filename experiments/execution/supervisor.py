"""Run tasks on any `concurrent.futures.Executor`, and recover when its workers die.

No run is lost when a pool breaks: every run in flight is then a suspect. Suspects run one at a time, so that
the next death has one cause. A run that dies twice alone is a failed run, and the rest continue.
"""

import os
import signal
import sys
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from multiprocessing import (
    current_process,
    get_all_start_methods,
    get_context,
    get_start_method,
    resource_tracker,
)
from pathlib import Path
from types import ModuleType
from typing import Any

from ...engine.cores import count_cores
from ...engine.texts.errors import UserError
from ...model.mechanisms import Mechanism
from .worker_process import init_worker

DEATHS = 2  # of a run on its own, after which it is a failed run
BIRTHS = 3  # attempts to start a pool
MOST = 512  # processes
WATCH = 1.0  # seconds between two checks for workers that died unnoticed
# a worker has one thread
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Serial(Executor):
    """Run tasks in this process: when they are submitted, or when their results are taken from `map`."""

    def map(
        self,
        fn: Callable,
        *iterables: Iterable,
        timeout: float | None = None,
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> Iterator:
        return map(fn, *iterables)

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def count_processes(workers: int | None) -> int:
    """Return how many processes to start for `workers`: None means one per core; 0 if none can be started.

    Raises UserError if it is not a number in that range; warns if processes are requested and cannot be
    started.
    """
    if workers is not None and (not hasattr(workers, "__index__") or not 0 <= workers <= MOST):
        raise UserError(
            "workers = {workers!r} is out of range; allowed is 0 (only this process) to {most}, "
            "or None (one for every core)",
            workers=workers,
            most=MOST,
        )
    problem = why_alone()
    if problem and (workers or workers is None and problem != WORKER):
        warnings.warn(
            f"cogov continues in this process, without workers: {problem}", RuntimeWarning, stacklevel=2
        )
    return 0 if problem else count_cores() if workers is None else workers


WORKER = "it is a worker of a multiprocessing.Pool or of joblib, and cannot start processes"


def why_alone() -> str:
    """Say why this process cannot start others; empty if it can."""
    # joblib has a start method of its own
    if current_process().daemon or get_start_method(allow_none=True) not in (None, *get_all_start_methods()):
        return WORKER
    main = sys.modules["__main__"]
    if needs_main_script(main) and not has_main_guard(main):
        return (
            "the script defines a mechanism, so worker processes would load and run the script: "
            'move the mechanism to another file, or the code that runs below `if __name__ == "__main__":`'
        )
    return ""


def needs_main_script(main: ModuleType) -> bool:
    """Return whether workers must load the script that was started: only if it defines a mechanism."""
    return any(
        isinstance(c, type) and issubclass(c, Mechanism) and c.__module__ == "__main__"
        for c in tuple(vars(main).values())
    )


def has_main_guard(main: ModuleType) -> bool:
    """Return whether a script can be loaded without being run: it mentions `__name__`."""
    try:
        script: Any = main.__file__
        return "__name__" in Path(script).read_text(encoding="utf-8", errors="replace")
    except (AttributeError, TypeError, OSError):  # a notebook, standard input
        return False


@contextmanager
def hide_main_script() -> Iterator[None]:
    """Hide the main script from processes started meanwhile: without need, they would run it again."""
    main = sys.modules["__main__"]
    if needs_main_script(main):
        yield
        return
    stand_in = ModuleType("__main__")
    vars(stand_in).update(vars(main), __file__=None, __spec__=None)
    sys.modules["__main__"] = stand_in
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def start_checked_pool(workers: int) -> Executor:
    """Start a process pool (spawn, one thread per worker) that ignores SIGINT; `Serial` for 0 workers.

    Raises OSError if the workers die as they start. If no process can be started at all, warns and returns
    `Serial`.
    """
    if not workers:
        return Serial()
    for _ in range(BIRTHS):
        try:
            executor, calls = start_pool(workers)
        except NO_PROCESS as error:
            return fall_back_to_serial(error)
        try:
            calls[0].result()
            return executor
        except BaseException as error:
            stop_executor(executor)
            if not isinstance(error, BrokenExecutor):
                raise
    raise OSError(
        None,
        "worker processes die while starting, for lack of memory or because of a limit on processes; "
        "use fewer workers, or workers=0",
    )


# what `start_pool` raises if no process can be started
NO_PROCESS = (OSError, ImportError, NotImplementedError)


def fall_back_to_serial(error: BaseException) -> Serial:
    """Warn that no process can be started, with the reason, and return an executor in this process."""
    warnings.warn(f"cogov continues in this process, without workers: {error}", RuntimeWarning, stacklevel=3)
    return Serial()


def start_pool(workers: int) -> tuple[Executor, list[Future]]:
    """Return a pool and the first call of each of its processes. Raises one of NO_PROCESS."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    resource_tracker.ensure_running()  # started later, it would unblock SIGINT again
    # a process inherits the signal mask of the thread that starts it
    signal_mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        executor = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=init_worker)
        try:
            with hide_main_script():
                # each call starts a process, with this environment and signal mask
                return executor, [executor.submit(os.getpid) for _ in range(workers)]
        except BaseException:
            stop_executor(executor)
            raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, signal_mask)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def supervise(
    make: Callable[[], Executor], job: Callable, give: Callable, in_flight: int
) -> Generator[tuple, None, None]:
    """Yield (chunk, its results, None), or ([run], None, why) for a run whose worker died twice.

    `make()` returns a new executor. `job(chunk)` returns a result for each run of the chunk, in its order.
    `give()` returns the next chunk, a list of hashable runs, or None if there is none now: it is called again
    after each result. Exceptions of the job are raised here; it should not raise any.
    """
    executor = make()
    suspects: deque = deque()
    deaths: Counter = Counter()
    pending: dict[Future, Sequence] = {}
    try:
        while True:
            one_at_a_time = bool(suspects)
            while (
                not one_at_a_time
                and len(pending) < tasks_in_flight(executor, in_flight)
                and (chunk := give())
            ):
                if not send(executor, job, chunk, pending):
                    suspects.extend(chunk)
                    break
            if one_at_a_time and not pending:
                run = suspects.popleft()
                if not send(executor, job, [run], pending):
                    suspects.appendleft(run)
            if not pending:
                if not suspects:
                    return
                executor = restart_pool(executor, make)  # it broke while nothing was in flight
                continue
            lost: list = []
            only_one = len(pending) == 1 and len(next(iter(pending.values()))) == 1
            done = collect_finished(executor, pending)
            for future in done:
                chunk, error = pending.pop(future), exception_of(future)
                if is_worker_death(error):
                    lost.extend(chunk)
                elif error is not None:
                    raise error
                else:
                    yield chunk, future.result(), None
            if lost or not done:
                if not recovers(executor):  # of a cluster, only what it gave up is lost
                    lost.extend(run for chunk in pending.values() for run in chunk)
                    pending.clear()
                    executor = restart_pool(executor, make)
                if only_one:
                    run = lost.pop()
                    deaths[run] += 1
                    if deaths[run] >= DEATHS:
                        yield [run], None, f"its worker died {DEATHS} times, with no other run in flight"
                    else:
                        suspects.appendleft(run)
                suspects.extend(lost)
    finally:
        stop_executor(executor)


def send(executor: Executor, job: Callable, chunk: Sequence, pending: dict) -> bool:
    """Submit a chunk and add it to `pending`; return False if the executor is broken or closed."""
    try:
        pending[executor.submit(job, chunk)] = chunk
        return True
    except (BrokenExecutor, RuntimeError):
        return False


def collect_finished(executor: Executor, pending: dict) -> Sequence[Future]:
    """Wait for finished futures and return them in the order of submission.

    Returns none once a worker has been dead for two seconds or more without the pool noticing.
    """
    first_seen = None
    while True:
        done, _ = wait(pending, timeout=WATCH, return_when=FIRST_COMPLETED)
        if done:
            return [future for future in pending if future in done]
        # the pool may hang on an incomplete message of a dead worker
        if any(process.exitcode is not None for process in processes(executor)):
            first_seen = first_seen or time.monotonic()
            if time.monotonic() - first_seen > 2 * WATCH:
                return ()


def exception_of(future: Future) -> BaseException | None:
    """Return what a task raised, if anything. A task that its cluster gave up counts as a dead worker."""
    return BrokenExecutor("given up") if future.cancelled() else future.exception()


def is_worker_death(error: BaseException | None) -> bool:
    """Return whether an error means that a worker is gone, rather than that a run raised it."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"  # of Dask


def recovers(executor: Executor) -> bool:
    return getattr(executor, "heals", False)


def tasks_in_flight(executor: Executor, in_flight: int) -> int:
    """Return how many tasks to keep in flight; a cluster determines that itself."""
    width = getattr(executor, "width", None)
    return width() if width and recovers(executor) else in_flight


def processes(executor: Executor) -> list:
    """Return the worker processes of a standard pool; before Python 3.14 they are a private attribute."""
    return list((getattr(executor, "_processes", None) or {}).values())


def restart_pool(executor: Executor, make: Callable[[], Executor]) -> Executor:
    stop_executor(executor)
    return make()


def stop_executor(executor: Executor) -> None:
    """Stop an executor now and kill its workers; results not yet returned are discarded."""
    # looked up first: `shutdown` deletes both
    workers, queue = processes(executor), getattr(executor, "_result_queue", None)
    executor.shutdown(wait=False, cancel_futures=True)
    for process in workers:
        process.kill()
    if workers and queue is not None:
        queue._writer.close()  # else the pool may wait for the rest of a dead worker's message


class stoppable:
    """Context in which SIGTERM, as schedulers send it, acts like Ctrl-C: completed runs are kept."""

    def __enter__(self) -> None:
        try:
            self.before = signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        except ValueError:  # not in the main thread
            self.before = None

    def __exit__(self, *_: object) -> None:
        if self.before is not None:
            signal.signal(signal.SIGTERM, self.before)
