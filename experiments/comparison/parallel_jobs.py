"""Share numbered jobs among processes."""

from collections.abc import Callable, Iterator

from ..execution.supervisor import count_processes, start_checked_pool, stop_executor

WORTH_A_POOL = 60  # runs; with fewer, starting workers takes longer than it saves


def run_jobs(
    job: Callable[[int], object], count: int, workers: int | None, progress: Callable | None, runs: int = 2
) -> Iterator:
    """Yield the results of job(0) ... job(count - 1), in order, computed by `workers` processes.

    `runs` is the number of runs of the model that a job takes.
    """
    workers = 0 if workers is None and runs * count < WORTH_A_POOL else count_processes(workers)
    executor = start_checked_pool(workers if workers > 1 else 0)
    try:
        for result in executor.map(
            job, range(count), chunksize=max(1, min(8, count // (4 * max(workers, 1))))
        ):
            yield result
            if progress:
                progress()
    finally:
        stop_executor(executor)
