"""Scripts as people write them: without a main guard, from standard input, inside a worker of their own."""

import subprocess
import sys

import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.calibration import reported_patterns
from cogov.experiments.comparison import effects, parallel_jobs
from cogov.experiments.comparison.compare import compare
from cogov.experiments.comparison.streaming_comparison import StreamingComparison
from cogov.experiments.execution import supervisor
from cogov.experiments.execution.executors import choose_executor
from cogov.experiments.exploration.search import search
from cogov.model.scenarios.cases import read_case

SHORT = "replicates=2, days=5, workers={workers}"
PLAIN = """
import cogov
print("begins", flush=True)
print(len(cogov.compare("wuzi_yard", "grid_patrol", replicates=2, worlds=2, days=5, workers=2).rows))
"""
INSIDE = """
import multiprocessing, warnings, cogov
def both(workers):
    with warnings.catch_warnings(record=True) as reported:
        warnings.simplefilter("always")
        return len(cogov.compare("wuzi_yard", "grid_patrol", replicates=2, worlds=2, days=5, \
workers=workers).rows), len(reported)
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(pool.map(both, [None, 2, 0]))
"""
OWN = """
from dataclasses import dataclass, replace
import cogov
from cogov.model.mechanisms import Mechanism
@dataclass(frozen=True)
class Mine(Mechanism):
    pulls = ("voice",)
print("begins", flush=True)
case = cogov.read_case("wuzi_yard")
print(len(cogov.compare(replace(case, mechanisms={"mine": Mine()}), "grid_patrol", replicates=2, worlds=2, \
days=5, workers=2).rows))
"""


def run_python(*words, **options):
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=300, **options)


@pytest.fixture
def write_script(tmp_path):
    def written(text):
        (tmp_path / "study.py").write_text(text, encoding="utf-8")
        return run_python("study.py", cwd=tmp_path)

    return written


def test_a_script_without_a_main_guard_runs_once_with_workers_and_says_nothing(write_script):
    done = write_script(PLAIN)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["begins", "4"], "")


@pytest.mark.slow
def test_a_script_from_standard_input_has_workers_too():
    done = run_python("-", input=PLAIN)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["begins", "4"], "")


@pytest.mark.slow
def test_a_worker_of_a_pool_goes_on_alone_and_says_so_only_where_workers_were_asked_for(write_script):
    done = write_script(INSIDE)
    assert done.stdout.strip() == "[(4, 0), (4, 1), (4, 0)]", done.stderr


@pytest.mark.slow
def test_a_mechanism_in_an_unguarded_script_goes_on_alone_and_says_why(write_script):
    done = write_script(OWN)
    assert (
        done.stdout.split() == ["begins", "4"]
        and done.stderr.count("RuntimeWarning") == 1
        and "move the mechanism to another file" in done.stderr
    )


def test_a_worker_of_joblib_goes_on_alone(monkeypatch):
    monkeypatch.setattr(supervisor, "get_start_method", lambda allow_none: "loky")
    assert supervisor.count_processes(None) == 0
    with pytest.warns(RuntimeWarning, match="joblib"):
        assert supervisor.count_processes(2) == 0


def test_where_no_process_can_be_started_it_goes_on_alone(monkeypatch):
    def refuse(workers):
        raise NotImplementedError("this system has no semaphores")

    monkeypatch.setattr(supervisor, "start_pool", refuse)
    with pytest.warns(RuntimeWarning, match="no semaphores"):
        assert len(compare("wuzi_yard", "grid_patrol", replicates=2, worlds=2, days=5, workers=2).rows) == 4


def test_no_workers_means_none_everywhere(monkeypatch):
    """However many runs there are: no process is started with workers=0."""
    monkeypatch.setattr(
        supervisor, "start_pool", lambda workers: pytest.fail(f"{workers} processes were started")
    )
    monkeypatch.setattr(parallel_jobs, "WORTH_A_POOL", 2)
    case = read_case("wuzi_yard")
    assert len(compare(case, "grid_patrol", replicates=2, worlds=2, days=5, workers=0).rows) == 4
    effects.mechanism_effects(case, replicates=2, days=5, workers=0)
    reported_patterns.check_patterns(case, replicates=2, workers=0)
    search(
        case,
        {"hours": "minimise"},
        mechanisms=("grid_patrol",),
        trials=2,
        replicates=2,
        confirm=2,
        days=5,
        workers=0,
    )
    assert choose_executor("pool", workers=0)().submit(int).result() == 0
    assert StreamingComparison((case, case), workers=0).workers == 0


@pytest.mark.parametrize("workers", [-1, 513, 2.5, "two"])
def test_a_number_of_workers_that_is_none_is_refused_with_the_way_out(workers):
    with pytest.raises(
        UserError,
        match=r"workers = .* allowed is 0 \(only this process\) to 512, or None \(one for every core\)",
    ):
        compare("wuzi_yard", "grid_patrol", replicates=2, worlds=2, days=5, workers=workers)
