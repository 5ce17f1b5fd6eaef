"""Runs on any `concurrent.futures.Executor`: few in flight, none lost to a dead pool, and the one that kills its worker named.

When a pool breaks, every run that was in flight is suspect. Suspects run one at a time, so that the next death has one
culprit; a run that dies twice alone is a failed run, and the rest go on.
"""

import os
import signal
import sys
import time
import warnings
from collections import Counter, deque
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

from ...engine.cores import count_cores
from ...engine.parameters import UserError
from ...model.mechanisms import Mechanism
from .worker_process import init_worker

DEATHS = 2  # alone, that make a run a failed one
BIRTHS = 3  # of a pool, before it is given up
MOST = 512  # processes
WATCH = 1.0  # seconds between looks at whether a worker has died unnoticed
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)  # a worker is one thread


class Serial(Executor):
    """No other process: a task is done when it is submitted, or when its result is taken from `map`."""

    def map(self, fn, *iterables, timeout=None, chunksize=1):
        return map(fn, *iterables)

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def processes_of(workers):
    """How many processes `workers` asks for beside this one: None is one for every core, and none where no process can be started.

    Raises UserError where it is no such number; warns where processes are asked for and cannot be had.
    """
    if workers is not None and (not hasattr(workers, "__index__") or not 0 <= workers <= MOST):
        raise UserError(
            f"workers = {workers!r} is out of range; allowed is 0, only this process, to {MOST}; None is one for every core"
        )
    problem = single()
    if problem and (workers or workers is None and problem != WORKER):
        warnings.warn(
            f"cogov goes on in this process alone, without workers: {problem}", RuntimeWarning, stacklevel=2
        )
    return 0 if problem else count_cores() if workers is None else workers


WORKER = "it is itself a worker, of a multiprocessing.Pool or of joblib, and can start none"


def single():
    """Why this process can start no others, in words; empty when it can."""
    if current_process().daemon or get_start_method(allow_none=True) not in (
        None,
        *get_all_start_methods(),
    ):  # joblib's is its own
        return WORKER
    main = sys.modules["__main__"]
    if needs_main_script(main) and not has_main_guard(main):
        return 'a mechanism is defined in the script itself, which worker processes must load and would run: put it in a file of its own, or what runs below `if __name__ == "__main__":`'
    return ""


def needs_main_script(main):
    """Whether worker processes must load the script that was started: only if a mechanism is defined in it."""
    return any(
        isinstance(c, type) and issubclass(c, Mechanism) and c.__module__ == "__main__"
        for c in tuple(vars(main).values())
    )


def has_main_guard(main):
    """Whether a script can be loaded without running: it asks for its `__name__`."""
    try:
        return "__name__" in Path(main.__file__).read_text(encoding="utf-8", errors="replace")
    except (AttributeError, TypeError, OSError):  # a notebook, standard input
        return False


@contextmanager
def unseen_main():
    """Hide the script that was started from the processes that are started meanwhile, which would run it again to no purpose."""
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


def pool(workers):
    """The standard process pool of fresh processes, a thread each, deaf to Ctrl-C from their first moment; none of them where there are to be 0.

    Raises OSError when they die as they begin.
    """
    if not workers:
        return Serial()
    for _ in range(BIRTHS):
        try:
            executor, calls = start_pool(workers)
        except NO_PROCESS as error:
            return alone(error)
        try:
            calls[0].result()
            return executor
        except BaseException as error:
            end(executor)
            if not isinstance(error, BrokenExecutor):
                raise
    raise OSError(
        None,
        "worker processes die as they begin, for want of memory or under a limit on processes; fewer workers may do, and workers=0 needs none",
    )


NO_PROCESS = (OSError, ImportError, NotImplementedError)  # what begun raises where no process can be started


def alone(error):
    """Go on without other processes, and say why."""
    warnings.warn(
        f"cogov goes on in this process alone, without workers: {error}", RuntimeWarning, stacklevel=3
    )
    return Serial()


def start_pool(workers):
    """(a pool, the first call of each of its processes)."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    resource_tracker.ensure_running()  # it would unblock what is blocked here
    heard = signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGINT}
    )  # a process begins with the mask of the thread that begins it
    try:
        executor = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=init_worker)
        try:
            with unseen_main():
                return executor, [
                    executor.submit(os.getpid) for _ in range(workers)
                ]  # each begins a process, under these settings
        except BaseException:
            end(executor)
            raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def supervise(make, job, give, in_flight):
    """Yield (chunk, its results, None), or ([run], None, why) for a run whose worker died twice, as they come.

    `make()` gives a fresh executor, `job(chunk)` a result for each run of the chunk, in its order; `give()` gives the
    next chunk, a list of hashable runs, or None while there is none: it is asked again after each result. What the job raises is
    raised here: it should not.
    """
    executor, suspects, deaths, pending = make(), deque(), Counter(), {}
    try:
        while True:
            alone = bool(suspects)
            while not alone and len(pending) < wide(executor, in_flight) and (chunk := give()):
                if not send(executor, job, chunk, pending):
                    suspects.extend(chunk)
                    break
            if alone and not pending:
                run = suspects.popleft()
                if not send(executor, job, [run], pending):
                    suspects.appendleft(run)
            if not pending:
                if not suspects:
                    return
                executor = restart_pool(executor, make)  # it died while nothing was in flight
                continue
            lost, single = [], len(pending) == 1 and len(next(iter(pending.values()))) == 1
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
                if not remote(executor):  # a cluster heals itself; only what it gave up is lost
                    lost.extend(run for chunk in pending.values() for run in chunk)
                    pending.clear()
                    executor = restart_pool(executor, make)
                if single:
                    run = lost.pop()
                    deaths[run] += 1
                    if deaths[run] >= DEATHS:
                        yield [run], None, f"its worker died {DEATHS} times, with no other run beside it"
                    else:
                        suspects.appendleft(run)
                suspects.extend(lost)
    finally:
        end(executor)


def send(executor, job, chunk, pending):
    """Submit a chunk; whether the executor still takes any."""
    try:
        pending[executor.submit(job, chunk)] = chunk
        return True
    except (BrokenExecutor, RuntimeError):
        return False


def collect_finished(executor, pending):
    """Futures that are done, in the order in which they were handed out; none once a worker has been dead for some time and the pool has not noticed."""
    since = None
    while True:
        done, _ = wait(pending, timeout=WATCH, return_when=FIRST_COMPLETED)
        if done:
            return [future for future in pending if future in done]
        if any(
            process.exitcode is not None for process in processes(executor)
        ):  # it may hang on half a message of the dead
            since = since or time.monotonic()
            if time.monotonic() - since > 2 * WATCH:
                return ()


def exception_of(future):
    """What a task raised, if it did; one that its cluster gave up is like one whose worker died."""
    return BrokenExecutor("given up") if future.cancelled() else future.exception()


def is_worker_death(error):
    """Whether an error says that a worker is gone, rather than what a run raised."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"  # Dask's word for it


def remote(executor):
    return getattr(executor, "heals", False)


def wide(executor, in_flight):
    """How many tasks to have in flight; a cluster knows that better."""
    return executor.width() if remote(executor) else in_flight


def processes(executor):
    """The worker processes of a standard pool; it has no public word for them before Python 3.14."""
    return list((getattr(executor, "_processes", None) or {}).values())


def restart_pool(executor, make):
    end(executor)
    return make()


def end(executor):
    """Stop an executor now, whatever its workers are at: what they have not handed in is not wanted."""
    at_work, queue = (
        processes(executor),
        getattr(executor, "_result_queue", None),
    )  # it forgets them as it shuts down
    executor.shutdown(wait=False, cancel_futures=True)
    for process in at_work:
        process.kill()
    if at_work and queue is not None:
        queue._writer.close()  # a pool that waits for the rest of a dead worker's message is told that none comes
