"""Write job scripts for a sweep on many machines: a SLURM array or a Kubernetes Indexed Job.

Only text is written here; nothing is submitted. Names given by the user stay names: they are quoted for the
shell; in YAML they are JSON strings, which YAML accepts; and for Kubernetes, which expands `$(NAME)`, every
dollar is doubled.
"""

import json
import re
import shlex
from dataclasses import dataclass
from math import ceil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ...engine.texts.errors import UserError
from .memory import peak_memory_mib

if TYPE_CHECKING:
    from ..sweep.sweep import CostEstimate, SweepPlan

MOST = 1000  # shards: SLURM's MaxArraySize is 1001, unless a site sets another
SLACK = 3.0  # factor on the estimated time: other machines may be slower, and runs differ
START = 10  # minutes to load, and to compile if nothing is compiled yet
WASTE = 1.5  # factor on the memory measured in a process
RETRIES = 6  # for a shard that fails


@dataclass(frozen=True)
class Job:
    """Describe a sweep in shards, and the resources that each shard requests."""

    name: str  # letters, digits and hyphens
    file: str  # path of the experiment, on the machine that runs it
    out: str  # folder of the results; each shard has its own folder in it
    runs: int
    shards: int
    cpus: int  # of each shard
    minutes: int
    megabytes: int


def plan_job(
    plan: "SweepPlan", guess: "CostEstimate", file: str | Path, out: str | Path, shards: int, cpus: int
) -> Job:
    """Return the job of a planned sweep; `guess` is the result of `sweep.estimate_cost`. Raises UserError."""
    replicates = plan.experiment.replicates
    if not 1 <= shards <= min(guess.runs, MOST):
        raise UserError(
            "--shards {shards} is out of range; allowed is 1 to {most:,}, and at most the number of runs",
            shards=shards,
            most=min(guess.runs, MOST),
        )
    check_names({"FILE": file, "--results": out})
    largest = (
        ceil(replicates / shards) * len(plan.arms) if replicates >= shards else ceil(guess.runs / shards)
    )
    minutes = START + ceil(SLACK * largest * guess.seconds / guess.runs / cpus / 60)
    megabytes = 256 * ceil(WASTE * (cpus + 1) * peak_memory_mib() / 256)
    return Job(
        plain_name(plan.experiment.name), str(file), str(out), guess.runs, shards, cpus, minutes, megabytes
    )


def check_names(names: dict[str, object]) -> None:
    """Raise UserError for a name (option -> name) with unprintable characters, such as a line break."""
    for option, name in names.items():
        if not str(name).isprintable():
            raise UserError(
                "{option} {name!r} has characters that cannot be shown; rename it",
                option=option,
                name=str(name),
            )


def plain_name(name: str) -> str:
    """Return a name that any system accepts: at most 40 lower-case letters, digits and hyphens.

    >>> plain_name("Captains & Co. (2)"), plain_name("楼长"), plain_name("3 shifts")
    ('captains-co-2', 'cogov', 'cogov-3-shifts')
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower())[:40].strip("-")
    return slug if slug[:1].isalpha() else f"cogov-{slug}".strip("-")


def slurm_script(job: Job) -> str:
    """Return a SLURM script that submits itself as an array, and then the merge of its shards."""
    return f"""\
#!/bin/bash
#SBATCH --job-name={job.name}
#SBATCH --array=1-{job.shards}
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={job.cpus}
#SBATCH --mem={job.megabytes}M
#SBATCH --time={job.minutes}
#SBATCH --signal=B:TERM@60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={job.name}-%A-%a.log
#
# {job.runs} runs in {job.shards} shards. Run it in the folder where it was written, with cogov on the PATH:
#
#   bash THIS_SCRIPT
#
# The same command runs what is missing after a time limit, a lost node, or for more replicates.
set -eu
file={shlex.quote(job.file)}
out={shlex.quote(job.out)}

if [ "${{1-}}" = merge ]; then
    exec cogov merge -- "$out" "$out"/shard-{{1..{job.shards}}}
elif [ -z "${{SLURM_ARRAY_TASK_ID-}}" ]; then
    shards=$(sbatch --parsable "$0")
    sbatch --dependency="afterok:${{shards%%;*}}" --kill-on-invalid-dep=yes \
--job-name={job.name}-merge --array=1 --cpus-per-task=1 "$0" merge
else
    exec cogov sweep --allow-failed --out "$out/shard-$SLURM_ARRAY_TASK_ID" \
--shard "$SLURM_ARRAY_TASK_ID/{job.shards}" --workers "$SLURM_CPUS_PER_TASK" -- "$file"
fi
"""


SHARD = (
    "k=$((JOB_COMPLETION_INDEX + 1)); "
    'exec cogov sweep --allow-failed --out "$2/shard-$k" --shard "$k/{shards}" --workers {cpus} -- "$1"'
)


def kubernetes_manifests(job: Job, image: str, claim: str) -> str:
    """Return two manifests: an Indexed Job of the shards, and their merge, suspended until they are done.

    Pods that are preempted or evicted do not count as failures. A failed shard is retried, which needs
    `restartPolicy: Never`; its next pod continues where the last one stopped. Raises UserError.
    """
    check_names({"--image": image, "--claim": claim})
    for option, name in (("FILE", job.file), ("--results", job.out)):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise UserError(
                "{option} {name} is not on the volume (claim): give its path from the root of the "
                "volume, such as studies/captains.toml",
                option=option,
                name=name,
            )
    shards = [str(PurePosixPath(job.out) / f"shard-{k}") for k in range(1, job.shards + 1)]
    shard_spec = f"""\
  completionMode: Indexed
  completions: {job.shards}
  parallelism: {job.shards}
  backoffLimitPerIndex: {RETRIES}
  podFailurePolicy:
    rules:
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
"""
    merge_spec = f"""\
  suspend: true
  backoffLimit: {RETRIES}
  podFailurePolicy:
    rules:
      - action: FailJob
        onExitCodes: {{operator: In, values: [1]}}
"""
    shard = ["/bin/sh", "-c", SHARD.format(shards=job.shards, cpus=job.cpus), "shard", job.file, job.out]
    merge = ["cogov", "merge", "--", job.out, *shards]
    return f"""\
# {job.runs} runs in {job.shards} shards. \
The experiment and its results are on the claim {quote_yaml(claim)}, which all pods may write to.
#
#   kubectl apply -f THIS_FILE
#   kubectl wait --for=condition=complete --timeout=-1s job/{job.name}
#   kubectl patch job/{job.name}-merge --type=merge -p '{{"spec":{{"suspend":false}}}}'
{manifest(job.name, shard_spec, image, claim, shard, job.cpus, job.megabytes)}---
{manifest(f"{job.name}-merge", merge_spec, image, claim, merge, 1, job.megabytes)}"""


def quote_yaml(text: str | list[str]) -> str:
    """Quote a text, or a list of texts, for YAML: as JSON, but not as ASCII (YAML has no surrogate pairs)."""
    return json.dumps(text, ensure_ascii=False)


def manifest(
    name: str, spec: str, image: str, claim: str, command: list[str], cpus: int, megabytes: int
) -> str:
    """Return the manifest of one Job, whose container works on the claim."""
    return f"""\
apiVersion: batch/v1
kind: Job
metadata:
  name: {quote_yaml(name)}
spec:
{spec}  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 60
      automountServiceAccountToken: false
      containers:
        - name: cogov
          image: {quote_yaml(image)}
          workingDir: /work
          command: {quote_yaml([word.replace("$", "$$") for word in command])}
          resources:
            requests: {{cpu: {cpus}, memory: {megabytes}Mi}}
            limits: {{memory: {megabytes}Mi}}
          volumeMounts:
            - {{name: work, mountPath: /work}}
      volumes:
        - name: work
          persistentVolumeClaim: {{claimName: {quote_yaml(claim)}}}
"""
