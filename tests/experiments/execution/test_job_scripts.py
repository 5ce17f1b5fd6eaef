"""Job scripts do what the user would do.

Any file name works, and the shards make up the whole sweep, killed in between or not.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_runner import typist

from cogov.engine.texts.errors import UserError
from cogov.experiments.execution.job_scripts import MOST, Job, kubernetes_manifests, plan_job, slurm_script
from cogov.experiments.sweep.results import read_results
from cogov.experiments.sweep.sweep import CostEstimate, plan_sweep, sweep

ASKED = """
name = "asked"
cases = ["wuzi_yard"]
days = 30
replicates = {replicates}
[[arm]]
name = "as it is"
[[arm]]
name = "watched"
on = ["grid_patrol"]
"""
HOSTILE = [
    "two words.toml",
    "it's.toml",
    '"quoted".toml',
    "$(touch pwned).toml",
    "`touch pwned`.toml",
    "a;touch pwned;.toml",
    "-rf.toml",
    "*.toml",
    "$HOME ${HOME} $(HOME) $$.toml",
    "back\\slash\\n.toml",
    "#: {x} [y] %s & !.toml",
    "楼长 😀.toml",
]


def make_job(file="asked.toml", out="out/asked", shards=3):
    return Job("asked", file, out, 12, shards, 2, 11, 512)


@pytest.fixture
def run_words(tmp_path):
    """Run words in an empty folder with stand-ins for `cogov` and `sbatch` that only log their arguments.

    Returns (status, [words of each]).
    """
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, answer in (("cogov", ""), ("sbatch", "echo '17;north'")):
        (tools / name).write_text(
            f'#!/bin/sh\nprintf "%s\\0" {name} "$@" >> "$SEEN"; printf "\\n" >> "$SEEN"\n{answer}\n'
        )
        (tools / name).chmod(0o755)

    def run(*words, **environ):
        here = tmp_path / "here"
        here.mkdir(exist_ok=True)
        (tmp_path / "seen").write_text("")
        done = subprocess.run(
            words,
            cwd=here,
            env={
                "PATH": f"{tools}:{os.environ['PATH']}",
                "SEEN": str(tmp_path / "seen"),
                "HOME": "/home/of/nobody",
                **environ,
            },
            capture_output=True,
            text=True,
        )
        assert list(here.iterdir()) == [], "what was only a name has been run"
        return done.returncode, [
            line.split("\0")[:-1] for line in (tmp_path / "seen").read_text().split("\n") if line
        ]

    return run


def write_script(tmp_path, text):
    path = tmp_path / "the script.sh"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_file_is_called_it_stays_a_name(tmp_path, run_words, name):
    one = make_job(name, f"results of {name}")
    path = write_script(tmp_path, slurm_script(one))
    assert subprocess.run(["bash", "-n", path]).returncode == 0
    shard = [
        "cogov",
        "sweep",
        "--allow-failed",
        "--out",
        f"{one.out}/shard-2",
        "--shard",
        "2/3",
        "--workers",
        "2",
        "--",
        name,
    ]
    merge = ["cogov", "merge", "--", one.out, *(f"{one.out}/shard-{k}" for k in (1, 2, 3))]
    assert run_words("bash", path, SLURM_ARRAY_TASK_ID="2", SLURM_CPUS_PER_TASK="2") == (0, [shard])
    assert run_words("bash", path, "merge") == (0, [merge])
    yaml = pytest.importorskip("yaml")
    first, second = (
        container(one)
        for one in yaml.safe_load_all(kubernetes_manifests(one, "registry.example.org/cogov:1", "cogov"))
    )
    assert run_words(*fill_in(first["command"], JOB_COMPLETION_INDEX="1"), JOB_COMPLETION_INDEX="1") == (
        0,
        [shard],
    )
    assert run_words(*fill_in(second["command"])) == (0, [merge])


def container(manifest):
    (one,) = manifest["spec"]["template"]["spec"]["containers"]
    return one


def fill_in(command, **environ):
    """Return a command after Kubernetes has filled in $(NAME); a doubled dollar is one."""
    return [
        re.sub(
            r"\$\$|\$\(([^)]*)\)",
            lambda found: "$" if found[0] == "$$" else {"HOME": "/root", **environ}.get(found[1], found[0]),
            word,
        )
        for word in command
    ]


def test_typed_by_a_person_it_hands_in_the_shards_and_then_their_merge(tmp_path, run_words):
    path = write_script(tmp_path, slurm_script(make_job()))
    status, (shards, merge) = run_words("bash", path)
    assert status == 0 and shards == ["sbatch", "--parsable", str(path)]
    assert "--dependency=afterok:17" in merge and merge[-2:] == [str(path), "merge"]


def test_an_array_has_an_element_for_each_shard():
    text = slurm_script(make_job(shards=5))
    told = dict(re.findall(r"^#SBATCH --([a-z-]+)=(.*)$", text, re.M))
    assert told["array"] == "1-5" and '"$SLURM_ARRAY_TASK_ID/5"' in text and "shard-{1..5}" in text
    assert {
        "time": "11",
        "mem": "512M",
        "cpus-per-task": "2",
        "signal": "B:TERM@60",
    }.items() <= told.items() and "#SBATCH --requeue\n" in text
    assert all("$" not in line and "`" not in line for line in re.findall(r"^#SBATCH.*", text, re.M))


def test_manifests_are_an_indexed_job_and_a_merge_that_waits():
    yaml = pytest.importorskip("yaml")
    shards, merge = yaml.safe_load_all(kubernetes_manifests(make_job(shards=5), 'a"b', "no"))
    spec = shards["spec"]
    assert (shards["apiVersion"], shards["kind"], spec["completionMode"], spec["completions"]) == (
        "batch/v1",
        "Job",
        "Indexed",
        5,
    )
    assert spec["backoffLimitPerIndex"] > 0 and spec["podFailurePolicy"]["rules"][0]["onPodConditions"] == [
        {"type": "DisruptionTarget"}
    ]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"  # the API takes both of these with no other
    # runs failed: a retry does not help
    assert merge["spec"]["podFailurePolicy"]["rules"] == [
        {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [1]}}
    ]
    assert merge["spec"]["suspend"] is True and merge["metadata"]["name"] == "asked-merge"
    for one in (shards, merge):
        assert container(one)["image"] == 'a"b' and one["spec"]["template"]["spec"]["volumes"][0][
            "persistentVolumeClaim"
        ] == {"claimName": "no"}
        assert container(one)["volumeMounts"][0]["mountPath"] == container(one)["workingDir"]


@pytest.mark.parametrize("name", ["/home/me/asked.toml", "../asked.toml", "a/../../b.toml"])
def test_what_is_not_on_the_claim_is_refused(name):
    with pytest.raises(UserError, match="is not on the volume"):
        kubernetes_manifests(make_job(name), "image", "claim")


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "asked.toml").write_text(ASKED.format(replicates=6))
    return plan_sweep(tmp_path / "asked.toml")


def test_shards_are_as_many_as_there_are_runs_at_most(plan):
    guess = CostEstimate(runs=12, seconds=36_000.0, bytes=1, a_run=1.0)
    ask = lambda shards, cpus=1, name="f": plan_job(plan, guess, name, "out", shards, cpus)
    for shards in (0, 13, MOST + 1):
        with pytest.raises(UserError, match=f"--shards {shards} is out of range; allowed is 1 to 12"):
            ask(shards)
    with pytest.raises(UserError, match="rename it"):
        ask(2, name="two\nlines.toml")
    minutes = [ask(shards).minutes for shards in range(1, 13)]
    assert (
        minutes == sorted(minutes, reverse=True)
        and minutes[0] == 10 + 3 * 600
        and ask(1, 2).minutes == 10 + 3 * 300
    )
    assert ask(4).minutes == 10 + 3 * 200, "the largest share counts: two replicates of six"
    assert ask(1, 8).megabytes > ask(1, 1).megabytes >= 256
    for shards in (1, 4, 5, 7, 12):
        shares = [
            [order.key for order in plan.orders_in_shard(0, 6, (k, shards))] for k in range(1, shards + 1)
        ]
        assert all(shares) and sorted(sum(shares, [])) == sorted(order.key for order in plan.orders(0, 6))


@pytest.fixture
def shard_script(tmp_path):
    """Write the script of `cogov cluster slurm`, with an environment for one shard and cogov on the PATH."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "cogov").write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m cogov "$@"\n'
    )
    (tmp_path / "tools" / "cogov").chmod(0o755)
    path = os.pathsep.join(filter(None, sys.path))
    environ = {
        **os.environ,
        "PATH": f"{tmp_path / 'tools'}:{os.environ['PATH']}",
        "PYTHONPATH": path,
        "SLURM_CPUS_PER_TASK": "1",
    }

    def made(replicates, shards):
        (tmp_path / "as asked.toml").write_text(ASKED.format(replicates=replicates))
        words = [
            "cogov",
            "cluster",
            "slurm",
            "as asked.toml",
            "--shards",
            str(shards),
            "--results",
            "the results",
            "--out",
            "asked.sh",
        ]
        subprocess.run(words, cwd=tmp_path, env=environ, check=True, capture_output=True)
        return lambda *words, **more: subprocess.Popen(
            ["bash", "asked.sh", *words],
            cwd=tmp_path,
            env=environ | more,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    return made


def test_its_shards_come_to_the_whole(tmp_path, run_words, monkeypatch, capsys):
    """What the script asks of cogov is typed here.

    That it starts processes is tested where they are killed.
    """
    monkeypatch.chdir(tmp_path)
    cogov = typist(monkeypatch, capsys)
    (tmp_path / "as asked.toml").write_text(ASKED.format(replicates=5))
    assert (
        cogov(
            "cluster",
            "slurm",
            "as asked.toml",
            "--shards",
            2,
            "--results",
            "the results",
            "--out",
            "asked.sh",
        )[0]
        == 0
    )
    for words, environ in (
        ((), {"SLURM_ARRAY_TASK_ID": "1"}),
        ((), {"SLURM_ARRAY_TASK_ID": "2"}),
        (("merge",), {}),
    ):
        status, (asked,) = run_words(
            "bash", tmp_path / "asked.sh", *words, SLURM_CPUS_PER_TASK="0", **environ
        )
        assert status == 0 and cogov(*asked[1:])[0] == 0
    whole = sweep_whole(tmp_path)
    assert len(whole.ledger) == 10 and read_results(tmp_path / "the results").digest() == whole.digest()


def sweep_whole(tmp_path):
    sweep(plan_sweep(tmp_path / "as asked.toml"), tmp_path / "whole", workers=0)
    return read_results(tmp_path / "whole")


@pytest.mark.slow
def test_a_shard_that_is_killed_goes_on_where_it_was(tmp_path, shard_script):
    """By the scheduler, with and without warning; as often as it takes."""
    start = shard_script(replicates=400, shards=2)
    had = 0
    for sent in (signal.SIGTERM, signal.SIGKILL):
        shard = start(SLURM_ARRAY_TASK_ID="1")
        while count_parts(tmp_path / "the results" / "shard-1") < had + 2 and shard.poll() is None:
            time.sleep(0.02)
        assert shard.poll() is None, "it was not killed in time"
        shard.send_signal(sent)
        told = shard.communicate(timeout=60)[1]
        assert (
            shard.returncode == (130 if sent == signal.SIGTERM else -signal.SIGKILL)
            and "Traceback" not in told
        )
        had = count_parts(tmp_path / "the results" / "shard-1")
        assert 50 * had <= len(read_results(tmp_path / "the results" / "shard-1").ledger) < 400
    shards = [start(SLURM_ARRAY_TASK_ID=k) for k in "12"]
    assert [shard.wait(120) for shard in shards] == [0, 0]
    assert start("merge").wait(60) == 0 and start("merge").wait(60) == 0
    whole = sweep_whole(tmp_path)
    assert len(whole.ledger) == 800 and read_results(tmp_path / "the results").digest() == whole.digest()


def count_parts(folder):
    return len(list(Path(folder, "runs").glob("part-*.parquet")))


def test_a_merge_says_what_is_missing(tmp_path, monkeypatch, capsys):
    from cogov.cli.main import main
    from cogov.experiments.sweep.experiment import Experiment, NamedArm
    from cogov.experiments.sweep.sweep import sweep

    half = Experiment(
        name="half", cases=("wuzi_yard",), days=5, replicates=4, keep=(), arm=(NamedArm("as it is"),)
    )
    sweep(half, tmp_path / "one", workers=0, shard=(1, 2), limit=0)
    monkeypatch.setattr("sys.argv", ["cogov", "merge", str(tmp_path / "all"), str(tmp_path / "one")])
    with pytest.raises(SystemExit):
        main()
    assert "2 runs of 1 shard; 2 runs are missing" in capsys.readouterr().out.replace("\n", " ")
