"""The commands of experiments of many runs: `cogov sweep`, and what reads, checks and joins what it left."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from ..engine.parameters import UserError
from .options import (
    Executor,
    Insecure,
    Json,
    Scheduler,
    Workers,
    app,
    err,
    out,
    prepare_run,
    print_json,
    progress,
    show_left_out,
    typed_command,
)


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(help="an experiment, as in docs/experiments.md")],
    out_: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="folder of the results; the same command again does what is missing; --plan needs none",
        ),
    ] = None,
    workers: Workers = None,
    shard: Annotated[
        str, typer.Option(metavar="K/M", help="do the K-th of M shares; `cogov merge` joins them")
    ] = "1/1",
    executor: Executor = "pool",
    scheduler: Scheduler = None,
    insecure: Insecure = False,
    allow_failed: Annotated[
        bool,
        typer.Option("--allow-failed", help="exit status 0 although runs failed, as for the shards of a job"),
    ] = False,
    limit: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="seconds that a run may take; 0 is no limit; else 200 times a trial run, a minute at least",
        ),
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="do failed runs again")] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="only say how many runs it is, and guess time and disk")
    ] = False,
    json_: Json = False,
):
    """Run an experiment: every arm, every replicate, whatever happens to the machine, once.

    Exit status: 0 when every run is done, 1 when some failed, 2 when nothing was run, 130 when it was stopped (Ctrl-C).
    """
    from ..experiments.execution.executors import choose_executor, share
    from ..experiments.execution.supervisor import processes_of
    from ..experiments.sweep import sweep as sweeping

    if not (out_ or plan):
        raise UserError("--out is missing: name a folder for the results, or give --plan, which keeps none")
    make, part = choose_executor(executor, scheduler, workers, insecure), share(shard)
    made = sweeping.plan_sweep(file, typed_command())
    first, *others = made.cases.values()
    prepare_run(first, None if plan else out_, mechanisms_of_plan(made))
    for one in others:
        show_left_out(one)
    guess = sweeping.estimate_cost(made)
    if plan and json_:
        return print_json(vars(guess))
    cores = max(1, processes_of(workers)) if executor == "pool" else 1
    err.print(
        f"{made.experiment.name}: {sweeping.describe_cost(guess, cores, made.experiment)}",
        highlight=False,
        soft_wrap=True,
    )
    if plan:
        return
    with progress("{task.fields[rate]}") as bar:
        task, began = bar.add_task("runs", total=guess.runs, rate=""), time.monotonic()

        def tell(done, of, failed, now):
            rate = f"{now / (time.monotonic() - began):,.1f}/s" + (f", {failed} failed" if failed else "")
            bar.update(task, completed=done, total=of, rate=rate)

        try:
            done = sweeping.sweep(
                made,
                out_,
                workers=workers,
                make=make,
                shard=part,
                limit=limit,
                retry=retry,
                progress=tell,
                guess=guess,
            )
        except KeyboardInterrupt:
            bar.stop()
            err.print(
                f"cogov: stopped. What was done is kept in {out_}; the same command goes on from there",
                highlight=False,
                soft_wrap=True,
            )
            sys.exit(130)
    if json_:
        print_json({**vars(done), "folder": str(done.folder)})
        return exit_if_failed(done.failed, allow_failed)
    for words in done.mended:
        out.print(words, highlight=False, soft_wrap=True)
    for words in done.changes:
        out.print(f"Asked otherwise than before: {words}", highlight=False, soft_wrap=True)
    out.print(
        f"{done.asked:,} runs: {done.before:,} were there, {done.now:,} done now in {done.seconds:,.1f} s. {done.why}",
        highlight=False,
    )
    if done.failed:
        out.print(
            f"{done.failed:,} failed; `cogov report {out_}` names them, --retry does them again.",
            highlight=False,
            soft_wrap=True,
        )
        for words, count in list(done.causes.items())[:5]:
            out.print(f"  {count:,}: {words}", highlight=False, soft_wrap=True)
    out.print(f"Results: {out_}", soft_wrap=True, highlight=False)
    exit_if_failed(done.failed, allow_failed)


def exit_if_failed(failed, allowed=False):
    """End with status 1 where runs failed."""
    if failed and not allowed:
        raise typer.Exit(1)


def mechanisms_of_plan(plan):
    """The mechanisms that an experiment's arms switch on, or may leave on."""
    return {name for case in plan.cases.values() for name in case.mechanisms} | {
        name for arm in plan.arms for name in arm.on
    }


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="of a sweep")],
    again: Annotated[
        float,
        typer.Option(min=0, max=1, help="share of the runs to live through again, one at least; 0 is none"),
    ] = 0.01,
    seed: Annotated[int, typer.Option(help="which of them")] = 0,
    json_: Json = False,
):
    """Check every byte of a sweep, and live through some of its runs again: they must agree bit for bit."""
    from ..experiments.sweep.results import verify as check

    with err.status("reading and living again ..."):
        found = check(folder, again, seed)
    if json_:
        print_json(found)
    else:
        out.print(
            f"{folder}: {found['runs']:,} runs in {found['parts']} parts are what was written; {found['again']} lived again, {len(found['differ'])} differ.",
            highlight=False,
            soft_wrap=True,
        )
    if found["differ"]:
        raise UserError(f"{folder}: " + "; ".join(list(found["differ"].values())[:5]))


@app.command()
def merge(
    out_: Annotated[Path, typer.Argument(metavar="OUT", help="folder to join them in")],
    shards: Annotated[list[Path], typer.Argument(help="folders of shards of one experiment")],
):
    """Join the shards of a sweep into one folder; the result is that of a sweep that was never divided. Exit status 1 when runs failed."""
    from ..experiments.sweep.merge import merge_shards
    from ..experiments.sweep.results import read_results

    count, found = merge_shards(out_, shards), read_results(out_)
    plan, failed = found.plan, int((found.runs["status"] == "failed").sum())
    missing = len(plan.arms) * plan.experiment.replicates - count
    words = f"; {missing:,} more are asked for, in other shards or not done yet" if missing > 0 else ""
    out.print(
        f"{out_}: {count:,} runs of {len(shards)} shard{'s' * (len(shards) > 1)}{words}{f'; {failed:,} failed' if failed else ''}",
        highlight=False,
        soft_wrap=True,
    )
    exit_if_failed(failed)


cluster = typer.Typer(help="Write the job script of a sweep that many machines share.", no_args_is_help=True)
app.add_typer(cluster, name="cluster")

Experiment = Annotated[Path, typer.Argument(help="an experiment, as in docs/experiments.md")]
Results = Annotated[
    Path | None,
    typer.Option("--results", help="folder of the results [default: out/NAME]", show_default=False),
]
Shards = Annotated[int, typer.Option(min=1, help="that the runs are divided into")]
Cpus = Annotated[int, typer.Option(min=1, max=512, help="of each shard")]
Script = Annotated[Path | None, typer.Option("--out", help="file to write; else it is printed")]


@cluster.command()
def slurm(file: Experiment, results: Results = None, shards: Shards = 8, cpus: Cpus = 4, out_: Script = None):
    """An array job for SLURM and the merge of its shards; `bash SCRIPT` submits both."""
    from ..experiments.execution.job_scripts import slurm

    write_or_print(slurm(write_job_script(file, results, shards, cpus)), out_, file)


@cluster.command()
def k8s(
    file: Experiment,
    image: Annotated[str, typer.Option(help="of a container with cogov on its PATH")],
    claim: Annotated[
        str, typer.Option(help="name of the volume claim that FILE and the results are on")
    ] = "cogov",
    results: Results = None,
    shards: Shards = 8,
    cpus: Cpus = 4,
    out_: Script = None,
):
    """An Indexed Job for Kubernetes and the merge of its shards; `kubectl apply -f MANIFEST` starts the first."""
    from ..experiments.execution.job_scripts import kubernetes

    write_or_print(kubernetes(write_job_script(file, results, shards, cpus), image, claim), out_, file)


def write_job_script(file, results, shards, cpus):
    """The job of an experiment in a file."""
    from ..experiments.execution.job_scripts import job, plain
    from ..experiments.sweep import sweep as sweeping

    made = sweeping.plan_sweep(file)
    sweeping.stopping(made, (1, shards))  # each shard would refuse it, once it has waited for its node
    prepare_run(next(iter(made.cases.values())), None, mechanisms_of_plan(made))
    return job(
        made,
        sweeping.estimate_cost(made),
        file,
        results or Path("out") / plain(made.experiment.name),
        shards,
        cpus,
    )


def write_or_print(text, path, *inputs):
    """Print it, or write it to the file `path`."""
    if path is None:
        try:
            text.encode(sys.stdout.encoding or "utf-8")
        except UnicodeEncodeError:  # a path that is escaped would be another path
            raise UserError(
                f"the script holds characters that this output ({sys.stdout.encoding}) cannot; write it to a file with --out FILE"
            ) from None
        return print(text, end="")
    if any(path.exists() and one.exists() and path.samefile(one) for one in inputs):
        raise UserError(f"--out {path}: would overwrite what this command reads; name another file")
    path.write_text(text, encoding="utf-8")
    err.print(f"Written: {path}", highlight=False, soft_wrap=True)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="of a sweep, finished or not")],
    out_: Annotated[
        Path | None, typer.Option("--out", help="folder of the report; else FOLDER/report")
    ] = None,
    json_: Json = False,
):
    """Say what a sweep found: verdicts, then one HTML page that opens offline, figures, and tables."""
    from ..experiments.sweep.report_statistics import analyse_sweep
    from ..viz import report as reporting
    from ..viz.text import tables

    with err.status("reading, estimating, drawing ..."):
        found = analyse_sweep(folder)
        target = out_ or folder / "report"
        path = reporting.save(found, target)
    told = found.sentences()
    if json_:
        verdicts = [
            {"case": case, "arm": arm, "verdict": verdict, "words": words}
            for case, arm, verdict, words in told
        ]
        return print_json(
            {
                "verdicts": verdicts,
                "limits": found.limits(),
                "stated": found.registration["when"],
                "runs_before": found.registration["runs_before"],
                "history": found.history(),
                "digest": found.found.digest(),
                "report": str(path),
            }
        )
    out.print(reporting.state(found), highlight=False)
    for line in (
        *found.limits(),
        *found.history(),
        *([] if found.by_arm else [reporting.unpaired_section(found)]),
    ):
        out.print(line, highlight=False)
    if told:
        out.print(reporting.estimand(found), highlight=False)
        out.print(tables.verdicts(told))
        out.print(reporting.choice_section(found), highlight=False)
    out.print(
        f"Report: {path}\nFigures and tables: {target / 'figures'}, {target / 'tables'}",
        soft_wrap=True,
        highlight=False,
    )


@app.command()
def archive(
    folder: Annotated[Path, typer.Argument(help="of a sweep")],
    out_: Annotated[Path | None, typer.Option("--out", help="the ZIP file; else FOLDER.zip")] = None,
):
    """Pack a sweep for a repository: data, manifest, report, the model's description, how to cite it, an RO-Crate."""
    from ..experiments.sweep.archive import pack_sweep

    path = pack_sweep(folder, out_ or folder.with_name(folder.name + ".zip"))
    out.print(f"Archive: {path}", soft_wrap=True, highlight=False)
