"""Where runs are lived through: the seam is any `concurrent.futures.Executor`."""

import os
import re
from functools import partial

from ..model.knobs import ScenarioError
from .supervisor import Serial, pool


def share(text):
    """"K/M" as (k, m). Raises ScenarioError."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    k, m = map(int, found.groups()) if found else (0, 0)
    if not 1 <= k <= m:
        raise ScenarioError(f"--shard {text}: write K/M, as 1/8 to 8/8")
    return k, m


def chosen(executor, scheduler=None, workers=None):
    """A function that makes the executor of that name. Raises ScenarioError."""
    if executor == "pool":
        if scheduler:
            raise ScenarioError(f"--scheduler {scheduler} is for --executor dask")
        workers = (os.cpu_count() or 1) if workers is None else workers
        return partial(pool, workers) if workers else Serial
    if executor == "dask":
        return partial(dask, scheduler)
    raise ScenarioError(f"--executor {executor}: there are pool and dask")


def dask(scheduler):
    """An executor on a running Dask cluster; `tls://` addresses need TLS as configured in Dask, others refuse it."""
    if not scheduler:
        raise ScenarioError("--executor dask needs the address of a scheduler: --scheduler tcp://HOST:8786, or tls://HOST:8786")
    try:
        from distributed import Client
    except ImportError:
        raise ScenarioError("--executor dask needs Dask: pip install 'cogov[dask]'") from None
    try:
        client = Client(scheduler, timeout="20s", set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ScenarioError(f"--scheduler {scheduler}: {error}; is `dask scheduler` running there, and does it speak {scheduler.partition(':')[0]}?") from None
    return client.get_executor(pure=False)
