"""Where runs are lived through: the seam is any `concurrent.futures.Executor`."""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ...engine.cores import count_cores
from ...engine.parameters import UserError
from .dask_cluster import connect
from .supervisor import Serial, pool, processes_of


def share(text):
    """ "K/M" as (k, m). Raises UserError."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    k, m = map(int, found.groups()) if found else (0, 0)
    if not 1 <= k <= m:
        raise UserError(f"--shard {text}: write K/M, as 1/8 to 8/8")
    return k, m


def choose_executor(executor, scheduler=None, workers=None, insecure=False, kinds=("pool", "dask")):
    """A function that makes the executor of that name, one of `kinds`. Raises UserError.

    A sweep has no threads: only a process can be ended when its run takes too long.
    """
    if executor not in kinds:
        raise UserError(f"--executor {executor}: there are {', '.join(kinds[:-1])} and {kinds[-1]}")
    if executor == "dask":
        if workers is not None:
            raise UserError(
                f"--workers {workers} is for processes on this machine; a Dask cluster is as wide as it is"
            )
        return partial(dask, scheduler, insecure)
    if scheduler:
        raise UserError(f"--scheduler {scheduler} is for --executor dask")
    if executor == "threads":
        workers = count_cores() if workers is None else workers
        return partial(ThreadPoolExecutor, workers) if workers else Serial
    return partial(pool, processes_of(workers))


def dask(scheduler, insecure=False):
    """An executor on a running Dask cluster. Raises UserError."""
    if not scheduler:
        raise UserError(
            "--executor dask needs the address of a scheduler: --scheduler tls://HOST:8786, or tcp://127.0.0.1:8786"
        )
    return connect(scheduler, insecure)
