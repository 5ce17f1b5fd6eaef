"""A running Dask cluster as an executor: asked who it is before the first run, and let go at the end.

The cluster heals itself: a worker that dies is replaced by its nanny, and what it held is done elsewhere. Tasks may so be done
twice, and are the same twice. What only Dask gives up on (`KilledWorker`) comes back to `supervisor`, which finds the culprit.

Whoever can talk to a Dask scheduler can run code on all of the cluster and, through what comes back, here. So an address
beyond this machine is TLS, or the user says otherwise.
"""

import gc
import logging
import time
from concurrent.futures import Executor
from functools import lru_cache
from ipaddress import ip_address

from ...engine import jit
from ...engine.parameters import UserError

PATIENCE = 20.0  # seconds to wait for the scheduler to answer, and for a first worker
LOOK = 5.0  # seconds between looks at how wide the cluster is
SAFE = ("tls", "wss")
CONFIGURE = "set distributed.comm.tls.ca-file, .client.cert and .client.key in Dask's configuration"


class Cluster(Executor):
    """`concurrent.futures` on a Dask cluster. Closing it closes the connection, not the cluster."""

    heals = True

    def __init__(self, client, address):
        self.client, self.address, self.source = client, address, jit.version()
        self.futures = client.get_executor(pure=False)
        self.threads, self.looked = 0, -LOOK

    def submit(self, fn, /, *args):
        """Send a task to whichever worker is free. Raises UserError once the scheduler is gone."""
        if self.client.status != "running":
            raise UserError(
                f"--scheduler {self.address}: the connection is lost. What was handed in is kept; the same command goes on from there when the scheduler is back"
            )
        return self.futures.submit(at_home, self.source, fn, *args)

    def width(self):
        """Tasks to keep in flight: two for each worker thread there is now, so that none waits for its next."""
        if self.client.status == "running" and time.monotonic() - self.looked > LOOK:
            self.threads, self.looked = sum(self.client.nthreads().values()), time.monotonic()
        return max(2, 2 * self.threads)

    def shutdown(self, wait=True, *, cancel_futures=False):
        """Let the cluster go; tasks that are still there are cancelled unless they are waited for."""
        if self.client.status == "running":
            self.futures.shutdown(wait=wait and not cancel_futures)
        self.client.close(timeout=2)


def at_home(source, job, *args):
    """Do a task where the model is the one of the sweep: workers may join at any time. Raises UserError elsewhere."""
    if here() != source:
        raise UserError(
            f"a worker has another version of the model ({here()}, the sweep is of {source}): install the same cogov there. What was handed in is kept"
        )
    return job(*args)


@lru_cache(maxsize=1)
def here():
    return jit.version()


def connect(address, insecure=False):
    """A `Cluster` on the scheduler at `address`, every worker of which has this cogov. Raises UserError."""
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--executor dask needs Dask: pip install 'cogov[dask]'") from None
    check_security(address, insecure)
    for name in ("distributed.batched", "distributed.client"):
        logging.getLogger(name).setLevel(
            logging.CRITICAL
        )  # of a lost connection they print what came from where; `submit` says it in a line
    try:
        client, problem = Client(address, timeout=PATIENCE, set_as_default=False), ""
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        problem = str(error)
    if problem:
        gc.collect()  # what was half made closes itself now; let go any later, it may do so while the next is made, and both wait for ever
        raise UserError(
            f"--scheduler {address}: {problem}; is `dask scheduler` running there, and does it speak {protocol(address)}?"
        )
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        check_same_model(client)
        return Cluster(client, address)
    except BaseException as error:
        client.close(timeout=2)
        if isinstance(error, TimeoutError):
            raise UserError(
                f"--scheduler {address} has no worker: start some with `dask worker {address} --nthreads 1`; an adaptive cluster must keep one at least"
            ) from None
        raise


def protocol(address):
    return address.partition("://")[0] if "://" in address else "tcp"


def check_security(address, insecure):
    """Raise UserError where others could listen in or, worse, join in; or where TLS is asked for and not set up."""
    from distributed.security import Security

    if protocol(address) in SAFE:
        try:
            certified = Security().get_connection_args("client").get("ssl_context")
        except (OSError, ValueError) as error:
            raise UserError(
                f"--scheduler {address}: the certificates of Dask's configuration cannot be used: {error}; {CONFIGURE}"
            ) from None
        if not certified:
            raise UserError(f"--scheduler {address} needs certificates: {CONFIGURE} (docs/cluster.md)")
    elif not insecure and not loopback(address):
        raise UserError(
            f"--scheduler {address} is neither encrypted nor on this machine: anyone on the network between could run code on it, and here. "
            "Use tls://, or an SSH tunnel to tcp://127.0.0.1; --insecure where the network is yours alone"
        )


def loopback(address):
    """Whether an address is of this machine.

    >>> [loopback(a) for a in ("tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:8786", "tcp://10.0.0.1:8786", "tcp://localhost.example.org:8786")]
    [True, True, True, False, False]
    """
    host = address.rpartition("://")[2].rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name, which may be anyone's
        return False


def check_same_model(client):
    """Raise UserError unless the scheduler and all workers have this very model, on the same Python, NumPy and numba, and a thread each."""
    package = __package__.partition(".")[0]

    def identity(
        package,
    ):  # defined in here, it is sent whole: whoever is asked need not have cogov to answer
        import platform
        from importlib import import_module
        from importlib.metadata import version

        try:
            model = import_module(f"{package}.engine.jit").version()
        except ImportError as error:
            return f"has no cogov ({error})"
        return {
            "model": model,
            "Python": platform.python_version().rpartition(".")[0],
            "numpy": version("numpy"),
            "numba": version("numba"),
        }

    ours = identity(package)
    theirs = {"the scheduler": client.run_on_scheduler(identity, package)}
    theirs |= {
        f"worker {name}": told
        for name, told in client.run(identity, package, on_error="return").items()
        if not isinstance(told, OSError)
    }  # gone meanwhile
    broad = [
        f"worker {name} has {threads} threads" for name, threads in client.nthreads().items() if threads > 1
    ]
    if broad:  # a limit of time is kept by a process, not by a thread
        raise UserError(
            f"{broad[0]}: a run that is stuck can only be stopped with its process; start workers with --nthreads 1, and --nworkers as many as there are cores"
        )
    strange = [f"{name} {difference(told, ours)}" for name, told in theirs.items() if told != ours]
    if strange:
        more = f"; and {len(strange) - 3} others" if len(strange) > 3 else ""
        raise UserError(
            f"the cluster is not what the sweep was planned with: {'; '.join(strange[:3])}{more}. Install the same cogov and requirements.lock on all of it"
        )


def difference(told, ours):
    """What somebody has that is not ours, in words."""
    if not isinstance(told, dict):
        return told if isinstance(told, str) else f"cannot answer ({type(told).__name__}: {told})"
    return "has " + ", ".join(
        f"{name} {told[name]} (here {ours[name]})" for name in ours if told[name] != ours[name]
    )
