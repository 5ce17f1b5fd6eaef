"""Use a running Dask cluster as an executor; its workers are checked before the first run.

The cluster recovers automatically: a worker that dies is replaced by its nanny, and its tasks are done
elsewhere. Tasks may therefore be done twice, with the same result. Only what Dask gives up on
(`KilledWorker`) comes back to `supervisor`, which identifies the run that caused it.

Anyone who can connect to a Dask scheduler can run code on the whole cluster and, through the results, on this
machine. So an address beyond this machine must be TLS, unless the user overrides that.
"""

import gc
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from ...engine import jit
from ...engine.texts.errors import Message, Translated, UserError, join, join_first

PATIENCE = 20.0  # seconds to wait for an answer of the scheduler, and for a first worker
LOOK = 5.0  # seconds between two queries of the number of worker threads
SAFE = ("tls", "wss")
CONFIGURE = Message("set distributed.comm.tls.ca-file, .client.cert and .client.key in Dask's configuration")


class Cluster(Executor):
    """Wrap a Dask client as a `concurrent.futures.Executor`.

    Closing it closes the connection, not the cluster.
    """

    heals = True

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address, self.source = client, address, jit.version()
        self.futures = client.get_executor(pure=False)
        self.threads, self.looked = 0, -LOOK

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        """Send a task to any free worker. Raises UserError once the scheduler is gone."""
        if self.client.status != "running":
            raise UserError(
                "--scheduler {address}: the connection is lost. Finished results are kept; when the "
                "scheduler is back, run the same command again to continue",
                address=self.address,
            )
        return self.futures.submit(run_if_same_model, self.source, fn, *args, **kwargs)

    def width(self) -> int:
        """Return how many tasks to keep in flight: two per worker thread, so that none waits for a task."""
        if self.client.status == "running" and time.monotonic() - self.looked > LOOK:
            self.threads, self.looked = sum(self.client.nthreads().values()), time.monotonic()
        return max(2, 2 * self.threads)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the connection; unfinished tasks are cancelled unless they are waited for."""
        if self.client.status == "running":
            self.futures.shutdown(wait=wait and not cancel_futures)
        self.client.close(timeout=2)


def run_if_same_model(source: str, job: Callable, *args: Any, **kwargs: Any) -> object:
    """Do a task if this worker has the sweep's version of the model.

    Raises UserError otherwise; workers may join at any time.
    """
    if model_version() != source:
        raise UserError(
            "a worker has another version of the model ({worker_version}; the sweep has "
            "{source}): install the same cogov there. Finished results are kept",
            worker_version=model_version(),
            source=source,
        )
    return job(*args, **kwargs)


@lru_cache(maxsize=1)
def model_version() -> str:
    return jit.version()


def connect(address: str, insecure: bool = False) -> Cluster:
    """Connect to the scheduler at `address`, and check that every worker has this cogov. Raises UserError."""
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--executor dask needs Dask: pip install 'cogov[dask]'") from None
    check_security(address, insecure)
    # when a connection is lost they print tracebacks; `submit` reports it in one line
    for name in ("distributed.batched", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client, problem = Client(address, timeout=PATIENCE, set_as_default=False), ""
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        problem = str(error)
    if problem:
        # Close the half-made client now: if it is collected while the next one is made, both may deadlock.
        gc.collect()
        raise UserError(
            "--scheduler {address}: {problem}; is `dask scheduler` running there, and does it "
            "use {protocol}?",
            address=address,
            problem=problem,
            protocol=protocol(address),
        )
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        check_same_model(client)
        return Cluster(client, address)
    except BaseException as error:
        client.close(timeout=2)
        if isinstance(error, TimeoutError):
            raise UserError(
                "--scheduler {address} has no worker: start some with `dask worker {address} "
                "--nthreads 1`; an adaptive cluster must keep at least one",
                address=address,
            ) from None
        raise


def protocol(address: str) -> str:
    return address.partition("://")[0] if "://" in address else "tcp"


def check_security(address: str, insecure: bool) -> None:
    """Raise UserError if others could eavesdrop or run code, or if TLS is requested but not set up."""
    from distributed.security import Security

    if protocol(address) in SAFE:
        try:
            certified = Security().get_connection_args("client").get("ssl_context")
        except (OSError, ValueError) as error:
            raise UserError(
                "--scheduler {address}: the certificates of Dask's configuration cannot be used: "
                "{error}; {configure}",
                address=address,
                error=error,
                configure=CONFIGURE,
            ) from None
        if not certified:
            raise UserError(
                "--scheduler {address} needs certificates: {configure} (docs/cluster.md)",
                address=address,
                configure=CONFIGURE,
            )
    elif not insecure and not loopback(address):
        raise UserError(
            "--scheduler {address} is neither encrypted nor on this machine: anyone on the "
            "network between could run code there and on this machine. Use tls://, or an SSH "
            "tunnel to tcp://127.0.0.1; or --insecure if nobody else uses the network",
            address=address,
        )


def loopback(address: str) -> bool:
    """Return whether an address is of this machine.

    >>> [loopback(address) for address in ("tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:8786")]
    [True, True, True]
    >>> loopback("tcp://10.0.0.1:8786"), loopback("tcp://localhost.example.org:8786")
    (False, False)
    """
    host = address.rpartition("://")[2].rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a host name, which may point anywhere
        return False


def check_same_model(client: Any) -> None:
    """Raise UserError unless the scheduler and all workers have this version of the model.

    Python, NumPy and numba must be the same, too, and each worker must have one thread.
    """
    package = __package__.partition(".")[0]

    # a nested function is sent by value: a machine need not have cogov to answer
    def identity(package: str) -> dict | str:
        import platform
        from importlib import import_module
        from importlib.metadata import version

        try:
            model = import_module(f"{package}.engine.jit").version()
        except ImportError as error:
            return str(error)
        return {
            "model": model,
            "Python": platform.python_version().rpartition(".")[0],
            "numpy": version("numpy"),
            "numba": version("numba"),
        }

    local_identity = identity(package)
    identities: list[tuple[object, object]] = [
        (Translated("the scheduler", "调度器"), client.run_on_scheduler(identity, package))
    ]
    identities += [
        (f"worker {name}", answer)
        for name, answer in client.run(identity, package, on_error="return").items()
        if not isinstance(answer, OSError)  # it left meanwhile
    ]
    multithreaded = [
        Message("worker {name} has {threads} threads", name=name, threads=threads)
        for name, threads in client.nthreads().items()
        if threads > 1
    ]
    if multithreaded:  # a time limit is enforced per process, not per thread
        raise UserError(
            "{worker}: a run that is stuck can only be stopped with its process; start workers "
            "with --nthreads 1, and --nworkers equal to the number of cores",
            worker=multithreaded[0],
        )
    mismatches = [
        Message("{name} {difference}", name=name, difference=describe_difference(answer, local_identity))
        for name, answer in identities
        if answer != local_identity
    ]
    if mismatches:
        raise UserError(
            "the cluster differs from the environment in which the sweep was planned: "
            "{mismatches}. Install the same cogov and requirements.lock on all machines",
            mismatches=join_first(mismatches, 3),
        )


def describe_difference(answer: object, ours: Any) -> Message:
    """Describe how the answer of a worker or scheduler differs from ours; a text is why cogov is missing."""
    if isinstance(answer, str):
        return Message("has no cogov ({error})", error=answer)
    if not isinstance(answer, dict):
        return Message("cannot answer ({error})", error=f"{type(answer).__name__}: {answer}")
    differ = [
        Message("{part} {theirs} (here {ours})", part=part, theirs=answer[part], ours=ours[part])
        for part in ours
        if answer[part] != ours[part]
    ]
    return Message("has {parts}", parts=join(differ, comma=True))
