"""A sweep on a Dask cluster gives the same as in one process, whichever worker dies.

Strangers and eavesdroppers are kept out.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.city import city as cities
from cogov.experiments.execution import dask_cluster as joining
from cogov.experiments.execution.executors import choose_executor
from cogov.experiments.sweep.experiment import Experiment, NamedArm
from cogov.experiments.sweep.results import read_results, verify
from cogov.experiments.sweep.sweep import Execution, sweep
from cogov.experiments.sweep.worker import work

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")


def make_experiment(replicates=6):
    return Experiment(
        name="asked",
        cases=("wuzi_yard",),
        days=30,
        replicates=replicates,
        arm=(NamedArm("as it is"), NamedArm("watched", on=("grid_patrol",))),
    )


def work_slowly(terms, orders):
    time.sleep(0.1)
    return work(terms, orders)


def kill_worker(terms, orders):
    if any(order.replicate == 2 and order.arm.name == "watched" for order in orders):
        os._exit(1)
    return work_slowly(terms, orders)


@contextmanager
def start_cluster(**options):
    """Start a cluster of processes on loopback, without dashboard."""
    settings = {"distributed.scheduler.allowed-failures": 1, "distributed.comm.timeouts.connect": "10s"}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            **{
                "n_workers": 2,
                "threads_per_worker": 1,
                "dashboard_address": ":0",
                "host": "127.0.0.1",
                **options,
            }
        ) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="module")
def cluster():
    """Start one in this process, for others take seconds to start; in slow tests they do start, and die."""
    with start_cluster(processes=False, protocol="tcp://") as cluster:
        yield cluster


def tls_settings(authority, cert, key):
    """Return Dask's configuration of TLS, the same for everyone."""
    told = {
        f"{who}.{what}": value
        for who in ("client", "scheduler", "worker")
        for what, value in (("cert", cert), ("key", key))
    }
    return dask.config.set(
        {f"distributed.comm.tls.{name}": value for name, value in (told | {"ca-file": authority}).items()}
    )


def sweep_digest(folder):
    return read_results(folder).digest()


def worker_pids(cluster):
    return [nanny.process.pid for nanny in cluster.workers.values() if nanny.process and nanny.process.pid]


def test_a_city_on_a_cluster_is_the_city_of_one_process(cluster, tmp_path):
    made = cities.compose_city(["wuzi_yard"], days=20, communities=5, street=2)
    cities.simulate_city(made, tmp_path / "here", workers=0)
    done = cities.simulate_city(
        made, tmp_path / "dask", make=choose_executor("dask", cluster.scheduler_address)
    )
    assert (
        done.streets == 3
        and not done.failed
        and cities.digest(tmp_path / "dask") == cities.digest(tmp_path / "here")
    )


def test_a_cluster_gives_what_one_process_gives(cluster, tmp_path):
    done = sweep(
        make_experiment(),
        tmp_path / "dask",
        execution=Execution(make=choose_executor("dask", cluster.scheduler_address), chunk=2),
    )
    assert done.now == 12 and done.failed == 0
    sweep(make_experiment(), tmp_path / "one", workers=0)
    assert sweep_digest(tmp_path / "dask") == sweep_digest(tmp_path / "one")
    assert verify(tmp_path / "dask")["differ"] == {}


def test_it_is_let_go_and_may_be_joined_again(cluster, tmp_path):
    """The same cluster serves the next sweep, which has nothing to redo."""
    make = choose_executor("dask", cluster.scheduler_address)
    sweep(make_experiment(2), tmp_path, execution=Execution(make=make))
    assert len(cluster.scheduler.clients) <= 1 and not cluster.scheduler.tasks  # the cluster's own, at most
    done = sweep(make_experiment(3), tmp_path, execution=Execution(make=make))
    assert (done.before, done.now) == (4, 2)


def test_it_is_kept_as_busy_as_it_is_wide(cluster):
    with joining.connect(cluster.scheduler_address) as executor:
        assert executor.width() == 4


def test_what_a_task_raises_is_raised_here(cluster, tmp_path):
    with pytest.raises(ZeroDivisionError):
        sweep(
            make_experiment(2),
            tmp_path,
            execution=Execution(
                make=choose_executor("dask", cluster.scheduler_address), job=lambda terms, orders: 1 / 0
            ),
        )


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.1:8786", "10.0.0.1:8786", "ws://cluster.example.org:8786", "tcp://[2001:db8::1]:8786"],
)
def test_an_open_line_beyond_this_machine_needs_the_users_word(address, monkeypatch):
    # nothing leaves this machine, even then
    monkeypatch.setattr(distributed, "Client", lambda *_, **__: pytest.fail("it was called"))
    with pytest.raises(UserError, match="anyone on the network.*tls://.*--insecure"):
        choose_executor("dask", address)()
    assert joining.check_security(address, insecure=True) is None


def test_tls_needs_certificates():
    with pytest.raises(UserError, match="distributed.comm.tls.ca-file"):
        choose_executor("dask", "tls://127.0.0.1:8786")()
    with tls_settings("/none/ca.pem", "/none/cert.pem", None):
        with pytest.raises(UserError, match="certificates.*cannot be used"):
            choose_executor("dask", "tls://127.0.0.1:8786")()


def test_where_dask_is_set_to_encrypt_no_open_line_is_used(cluster):
    with (
        dask.config.set({"distributed.comm.require-encryption": True}),
        pytest.raises(UserError, match="encrypt"),
    ):
        choose_executor("dask", cluster.scheduler_address)()


def test_a_typing_error_is_reported(monkeypatch):
    for words, hint in [
        (("dask",), "--scheduler"),
        (("dusk",), "there are: pool, dask"),
        (("pool", "tcp://127.0.0.1:1"), "--executor dask"),
        (("dask", "tcp://127.0.0.1:1", 2), "--workers"),
    ]:
        with pytest.raises(UserError, match=hint):
            choose_executor(*words)()
    monkeypatch.setattr(joining, "PATIENCE", 0.5)
    with pytest.raises(UserError, match="is `dask scheduler` running there"):
        choose_executor("dask", "tcp://127.0.0.1:1")()
    with pytest.raises(UserError, match="another version of the model"):
        joining.run_if_same_model("the model of yesterday", work)


def test_a_cluster_without_workers_or_of_threads_is_refused(monkeypatch):
    monkeypatch.setattr(joining, "PATIENCE", 1.0)
    with (
        start_cluster(n_workers=0, processes=False, protocol="tcp://") as empty,
        pytest.raises(UserError, match="has no worker: start some"),
    ):
        choose_executor("dask", empty.scheduler_address)()
    with (
        start_cluster(n_workers=1, threads_per_worker=2, processes=False, protocol="tcp://") as broad,
        pytest.raises(UserError, match="has 2 threads.*--nthreads 1"),
    ):
        choose_executor("dask", broad.scheduler_address)()


STRANGERS = {
    "has no cogov": {"__init__.py": "raise ImportError('an old folder')"},
    "has model yesterday": {
        "__init__.py": "",
        "model/__init__.py": "",
        "engine/jit.py": "def version():\n    return 'yesterday'\n",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", STRANGERS)
def test_a_worker_with_another_model_is_named_before_the_first_run(cluster, tmp_path, fault):
    for name, text in STRANGERS[fault].items():
        path = tmp_path / "cogov" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    words = [
        "-m",
        "distributed.cli.dask_worker",
        cluster.scheduler_address,
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
        "--local-directory",
        tmp_path / "scratch",
    ]
    stranger = subprocess.Popen(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    try:
        with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
            client.wait_for_workers(3, timeout=60)
            with pytest.raises(UserError, match=f"worker tcp://127.0.0.1:[0-9]+ {fault}"):
                sweep(
                    make_experiment(),
                    tmp_path / "out",
                    execution=Execution(make=choose_executor("dask", cluster.scheduler_address)),
                )
    finally:
        stranger.kill()
        stranger.wait()
    assert not read_results(tmp_path / "out").ledger


@pytest.mark.slow
def test_workers_killed_in_mid_sweep_cost_nothing(tmp_path):
    """One of the workers is killed again and again, and later all of them at once."""
    killed = []

    def kill(done, of, failed, now):
        alive = worker_pids(cluster)
        for pid in alive if done == 12 else alive[:1] if done % 4 == 0 and done < 20 else ():
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    with start_cluster() as cluster:
        done = sweep(
            make_experiment(16),
            tmp_path / "dask",
            progress=kill,
            execution=Execution(
                make=choose_executor("dask", cluster.scheduler_address), chunk=1, job=work_slowly
            ),
        )
    assert len(killed) > 4 and done.failed == 0 and done.now == 32
    sweep(make_experiment(16), tmp_path / "one", workers=0)
    assert sweep_digest(tmp_path / "dask") == sweep_digest(tmp_path / "one")


@pytest.mark.slow
def test_a_run_that_kills_its_worker_is_named_and_the_others_go_on(tmp_path):
    with start_cluster() as cluster:
        done = sweep(
            make_experiment(),
            tmp_path / "dask",
            execution=Execution(
                make=choose_executor("dask", cluster.scheduler_address), chunk=3, job=kill_worker
            ),
        )
    runs = read_results(tmp_path / "dask").runs
    (lost,) = runs[runs.status == "failed"].itertuples()
    assert (done.now, done.failed, lost.arm, lost.replicate) == (
        12,
        1,
        "watched",
        2,
    ) and "its worker died" in lost.failure
    assert sweep(make_experiment(), tmp_path / "dask", workers=0, retry=True).failed == 0
    sweep(make_experiment(), tmp_path / "one", workers=0)
    assert sweep_digest(tmp_path / "dask") == sweep_digest(tmp_path / "one")


@pytest.mark.slow
def test_a_scheduler_that_is_gone_is_said_and_what_was_done_is_kept(tmp_path):
    """Typed as a user would: exit status 2, one line, and the same sweep continues elsewhere."""
    (tmp_path / "asked.toml").write_text(
        'name = "asked"\n'
        'cases = ["wuzi_yard"]\n'
        "days = 60\n"
        "replicates = 600\n"
        "keep = []\n"
        "[[arm]]\n"
        'name = "as it is"\n'
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    quiet = {"env": environ, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    scheduler = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            "where.json",
        ],
        **quiet,
    )
    while not (tmp_path / "where.json").exists() and scheduler.poll() is None:
        time.sleep(0.05)
    workers = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "distributed.cli.dask_worker",
            "--scheduler-file",
            "where.json",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--death-timeout",
            "60",
        ],
        **quiet,
    )
    try:
        with distributed.Client(
            scheduler_file=str(tmp_path / "where.json"), set_as_default=False, timeout=30
        ) as client:
            address = client.scheduler.address
            client.wait_for_workers(1, timeout=60)
        words = ["sweep", "asked.toml", "--out", "out", "--executor", "dask", "--scheduler", address]
        typed = subprocess.Popen(
            [sys.executable, "-m", "cogov", *words],
            env=environ,
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        ledger = tmp_path / "out" / "ledger.sqlite"
        while (
            not (ledger.exists() and len(list((tmp_path / "out" / "runs").glob("*.parquet"))))
            and typed.poll() is None
        ):
            time.sleep(0.05)
        scheduler.kill()
        _, told = typed.communicate(timeout=60)
    finally:
        for process in (scheduler, workers):
            process.terminate()
            process.wait(30)
    assert (
        typed.returncode == 2
        and "the connection is lost. Finished results are kept" in told
        and "Traceback" not in told
    )
    assert 50 <= len(read_results(tmp_path / "out").ledger) < 600


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make certificates")
def test_a_sweep_under_tls(tmp_path):
    run = lambda *words: subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)
    run(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
        "-days",
        "2",
        "-subj",
        "/CN=cogov",
    )
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    with tls_settings(cert, cert, key):
        with start_cluster(
            protocol="tls://", security=distributed.Security(require_encryption=True)
        ) as cluster:
            assert cluster.scheduler_address.startswith("tls://")
            assert (
                sweep(
                    make_experiment(2),
                    tmp_path / "dask",
                    execution=Execution(make=choose_executor("dask", cluster.scheduler_address)),
                ).now
                == 4
            )
            with tls_settings(None, None, None), pytest.raises(UserError, match="needs certificates"):
                choose_executor("dask", cluster.scheduler_address)()
    sweep(make_experiment(2), tmp_path / "one", workers=0)
    assert sweep_digest(tmp_path / "dask") == sweep_digest(tmp_path / "one")
