"""Choose where runs are executed: any `concurrent.futures.Executor`."""

import re
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from ...engine.cores import count_cores
from ...engine.texts.errors import UserError
from .dask_cluster import connect
from .supervisor import Serial, count_processes, start_checked_pool


def parse_shard(text: str) -> tuple[int, int]:
    """Parse "K/M" to (k, m). Raises UserError."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    k, m = map(int, match.groups()) if match else (0, 0)
    if not 1 <= k <= m:
        raise UserError("--shard {text}: write K/M, such as 1/8 to 8/8", text=text)
    return k, m


def choose_executor(
    executor: str,
    scheduler: str | None = None,
    workers: int | None = None,
    insecure: bool = False,
    kinds: tuple[str, ...] = ("pool", "dask"),
) -> Callable[[], Executor]:
    """Return a function that makes the executor of that name, one of `kinds`. Raises UserError.

    A sweep does not use threads: only a process can be ended when its run takes too long.
    """
    if executor not in kinds:
        raise UserError(
            "--executor {executor} is unknown; there are: {kinds}",
            executor=executor,
            kinds=", ".join(kinds),
        )
    if executor == "dask":
        if workers is not None:
            raise UserError(
                "--workers {workers} is for processes on this machine; a Dask cluster uses all its workers",
                workers=workers,
            )
        return partial(connect_dask, scheduler, insecure)
    if scheduler:
        raise UserError("--scheduler {scheduler} is for --executor dask", scheduler=scheduler)
    if executor == "threads":
        workers = count_cores() if workers is None else workers
        return partial(ThreadPoolExecutor, workers) if workers else Serial
    return partial(start_checked_pool, count_processes(workers))


def connect_dask(scheduler: str | None, insecure: bool = False) -> Executor:
    """Connect to a running Dask cluster as an executor. Raises UserError."""
    if not scheduler:
        raise UserError(
            "--executor dask needs the address of a scheduler: "
            "--scheduler tls://HOST:8786, or tcp://127.0.0.1:8786"
        )
    return connect(scheduler, insecure)
