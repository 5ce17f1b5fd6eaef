"""Commands for experiments of many runs: `cogov sweep`, and those that report, check and join its results."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..engine.texts.errors import UserError, join
from .options import (
    SWEEP,
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

if TYPE_CHECKING:
    from ..experiments.execution.job_scripts import Job
    from ..experiments.sweep.sweep import SweepPlan


@app.command(rich_help_panel=SWEEP)
def sweep(
    file: Annotated[Path, typer.Argument(help="Experiment file, see docs/experiments.md.")],
    out_folder: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder of the results; the same command again runs what is missing. Optional with --plan.",
        ),
    ] = None,
    workers: Workers = None,
    shard: Annotated[
        str, typer.Option(metavar="K/M", help="Run the K-th of M shards; `cogov merge` joins them.")
    ] = "1/1",
    executor: Executor = "pool",
    scheduler: Scheduler = None,
    insecure: Insecure = False,
    allow_failed: Annotated[
        bool,
        typer.Option(
            "--allow-failed", help="Exit with status 0 even if runs failed; for the shards of a job."
        ),
    ] = False,
    limit: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Time limit of a run in seconds; 0: no limit; default: 200 times the duration of a trial "
            "run, at least 60.",
        ),
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Run failed runs again.")] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only print the number of runs and estimate time and disk space.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run an experiment: simulate every replicate of every arm, and resume after an interruption.

    Exit status: 0 if every run is done, 1 if some failed, 2 if nothing was run, 130 if interrupted (Ctrl-C).
    """
    from ..experiments.execution.executors import choose_executor, parse_shard
    from ..experiments.execution.supervisor import count_processes
    from ..experiments.sweep import sweep as sweeping
    from ..viz.text.tables import describe_cost

    if not (out_folder or plan):
        raise UserError("--out is missing: name a folder for the results, or give --plan, which stores none")
    make_executor, shard_numbers = choose_executor(executor, scheduler, workers, insecure), parse_shard(shard)
    plan_of_sweep = sweeping.plan_sweep(file, typed_command())
    first, *others = plan_of_sweep.cases.values()
    prepare_run(first, None if plan else out_folder, mechanisms_of_plan(plan_of_sweep))
    for scenario in others:
        show_left_out(scenario)
    cost = sweeping.estimate_cost(plan_of_sweep)
    if plan and as_json:
        return print_json(vars(cost))
    cores = max(1, count_processes(workers)) if executor == "pool" else 1
    err.print(
        f"{plan_of_sweep.experiment.name}: {describe_cost(cost, cores, plan_of_sweep.experiment)}",
        highlight=False,
        soft_wrap=True,
    )
    if plan:
        return
    with progress("{task.fields[rate]}") as bar:
        task, began = bar.add_task("runs", total=cost.runs, rate=""), time.monotonic()

        def show_progress(done: int, of: int, failed: int, now: int) -> None:
            rate = f"{now / (time.monotonic() - began):,.1f}/s" + (f", {failed} failed" if failed else "")
            bar.update(task, completed=done, total=of, rate=rate)

        try:
            result = sweeping.sweep(
                plan_of_sweep,
                out_folder,
                workers=workers,
                shard=shard_numbers,
                limit=limit,
                retry=retry,
                progress=show_progress,
                execution=sweeping.Execution(make_executor, estimate=cost),
            )
        except KeyboardInterrupt:
            bar.stop()
            err.print(
                f"cogov: interrupted. Finished runs are kept in {out_folder}; "
                "run the same command again to continue",
                highlight=False,
                soft_wrap=True,
            )
            sys.exit(130)
    if as_json:
        print_json({**vars(result), "folder": str(result.folder)})
        return exit_if_failed(result.failed, allow_failed)
    for message in result.mended:
        out.print(message, highlight=False, soft_wrap=True)
    for message in result.changes:
        out.print(f"Changed since the previous sweep: {message}", highlight=False, soft_wrap=True)
    out.print(
        f"{result.asked:,} runs: {result.before:,} were done before, "
        f"{result.now:,} now in {result.seconds:,.1f} s. {result.why}",
        highlight=False,
    )
    if result.failed:
        out.print(
            f"{result.failed:,} failed; `cogov report {out_folder}` lists them; --retry runs them again.",
            highlight=False,
            soft_wrap=True,
        )
        for message, count in list(result.causes.items())[:5]:
            out.print(f"  {count:,}: {message}", highlight=False, soft_wrap=True)
    out.print(f"Results: {out_folder}", soft_wrap=True, highlight=False)
    exit_if_failed(result.failed, allow_failed)


def exit_if_failed(failed: int, allowed: bool = False) -> None:
    """Exit with status 1 if runs failed and that is not allowed."""
    if failed and not allowed:
        raise typer.Exit(1)


def mechanisms_of_plan(plan: SweepPlan) -> set[str]:
    """Return the mechanisms that are on in a case of the plan or switched on by one of its arms."""
    return {name for case in plan.cases.values() for name in case.mechanisms} | {
        name for arm in plan.arms for name in arm.on
    }


@app.command(rich_help_panel=SWEEP)
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a sweep, finished or not.")],
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder of the report; default: FOLDER/report.")
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only print a table of the report, e.g. verdicts; write nothing."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Report the results of a sweep: verdicts, a self-contained HTML page, figures and tables."""
    from ..experiments.sweep.report_statistics import analyse_sweep
    from ..viz import report as reporting
    from ..viz.report_tables import print_table
    from ..viz.text import tables
    from ..viz.world_section import world_sentences

    with err.status("reading the sweep, estimating, drawing ..."):
        report_data = analyse_sweep(folder)
        if table is not None:
            lines = list(print_table(report_data, table))
            return out.print("\n".join(lines), soft_wrap=True, highlight=False)
        folder_written = out_folder or folder / "report"
        page_path = reporting.save(report_data, folder_written)
        worlds = list(world_sentences(report_data))
    sentences = report_data.sentences()
    if as_json:
        verdicts = [
            {"case": case, "arm": arm, "verdict": verdict, "words": sentence}
            for case, arm, verdict, sentence in sentences
        ]
        return print_json(
            {
                "verdicts": verdicts,
                "limits": report_data.limits(),
                "worlds": [{"case": case, "words": words} for case, words in worlds],
                "stated": report_data.registration["when"],
                "runs_before": report_data.registration["runs_before"],
                "history": report_data.history(),
                "digest": report_data.results.digest(),
                "report": str(page_path),
            }
        )
    out.print(reporting.state(report_data), highlight=False)
    for line in (
        *report_data.limits(),
        *report_data.history(),
        *([] if report_data.by_arm else [reporting.unpaired_section(report_data)]),
    ):
        out.print(line, highlight=False)
    if sentences:
        out.print(reporting.estimand(report_data), highlight=False)
        out.print(tables.verdicts(sentences))
        out.print(reporting.choice_section(report_data), highlight=False)
        for line in reporting.price_section(report_data):
            out.print(line, highlight=False)
    for case, line in worlds:
        out.print(f"{case}: {line}" if case else line, highlight=False)
    out.print(
        f"Report: {page_path}\nFigures and tables: {folder_written / 'figures'}, {folder_written / 'tables'}",
        soft_wrap=True,
        highlight=False,
    )


@app.command(rich_help_panel=SWEEP)
def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of a sweep.")],
    again: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share of the runs to re-run, at least one run; 0: none."),
    ] = 0.01,
    seed: Annotated[int, typer.Option(help="Random seed of the sample of runs.")] = 0,
    as_json: Json = False,
) -> None:
    """Check the checksums of a sweep and re-run a sample of its runs; they must match bit for bit."""
    from ..experiments.sweep.results import verify as verify_sweep

    with err.status("reading the sweep and re-running a sample ..."):
        checked = verify_sweep(folder, again, seed)
    if as_json:
        print_json(checked)
    else:
        out.print(
            f"{folder}: {checked['runs']:,} runs in {checked['parts']} parts match their checksums; "
            f"{checked['again']} re-run, {len(checked['differ'])} differ.",
            highlight=False,
            soft_wrap=True,
        )
    if checked["differ"]:
        differences = join(list(checked["differ"].values())[:5])
        raise UserError("{folder}: {differences}", folder=folder, differences=differences)


@app.command(rich_help_panel=SWEEP)
def merge(
    out_folder: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the joined sweep.")],
    shards: Annotated[list[Path], typer.Argument(help="Folders of the shards of one experiment.")],
) -> None:
    """Join the shards of a sweep into one folder, identical to a sweep that was never divided.

    Exit status: 1 if runs failed.
    """
    from ..experiments.sweep.merge import merge_shards
    from ..experiments.sweep.results import read_results

    count, results = merge_shards(out_folder, shards), read_results(out_folder)
    plan, failed = results.plan, int((results.runs["status"] == "failed").sum())
    missing = len(plan.arms) * plan.experiment.replicates - count
    missing_text = f"; {missing:,} runs are missing: in other shards, or not done yet" if missing > 0 else ""
    out.print(
        f"{out_folder}: {count:,} runs of {len(shards)} shard{'s' * (len(shards) > 1)}"
        f"{missing_text}{f'; {failed:,} failed' if failed else ''}",
        highlight=False,
        soft_wrap=True,
    )
    exit_if_failed(failed)


@app.command(rich_help_panel=SWEEP)
def archive(
    folder: Annotated[Path, typer.Argument(help="Folder of a sweep.")],
    out_file: Annotated[
        Path | None, typer.Option("--out", help="ZIP file to write; default: FOLDER.zip.")
    ] = None,
) -> None:
    """Pack a sweep for a data repository, as a ZIP file.

    It holds data, manifest, report, model description, citation and RO-Crate metadata.
    """
    from ..experiments.sweep.archive import pack_sweep

    path = pack_sweep(folder, out_file or folder.with_name(folder.name + ".zip"))
    out.print(f"Archive: {path}", soft_wrap=True, highlight=False)


cluster = typer.Typer(
    help="Write job scripts that divide a sweep among several machines.", no_args_is_help=True
)
app.add_typer(cluster, name="cluster", rich_help_panel=SWEEP)

Experiment = Annotated[Path, typer.Argument(help="Experiment file, see docs/experiments.md.")]
Results = Annotated[
    Path | None,
    typer.Option("--results", help="Folder of the results; default: out/NAME.", show_default=False),
]
Shards = Annotated[int, typer.Option(min=1, help="Number of shards that the runs are divided into.")]
Cpus = Annotated[int, typer.Option(min=1, max=512, help="Processor cores of each shard.")]
Script = Annotated[Path | None, typer.Option("--out", help="File to write; default: standard output.")]


@cluster.command()
def slurm(
    file: Experiment, results: Results = None, shards: Shards = 8, cpus: Cpus = 4, out_file: Script = None
) -> None:
    """Write an array job for SLURM and the job that merges its shards; `bash SCRIPT` submits both."""
    from ..experiments.execution.job_scripts import slurm_script

    write_or_print(slurm_script(plan_job(file, results, shards, cpus)), out_file, file)


@cluster.command()
def k8s(
    file: Experiment,
    image: Annotated[str, typer.Option(help="Container image with cogov on its PATH.")],
    claim: Annotated[
        str, typer.Option(help="Persistent volume claim that holds the experiment file and the results.")
    ] = "cogov",
    results: Results = None,
    shards: Shards = 8,
    cpus: Cpus = 4,
    out_file: Script = None,
) -> None:
    """Write an Indexed Job for Kubernetes and the job that merges its shards.

    `kubectl apply -f MANIFEST` starts the first.
    """
    from ..experiments.execution.job_scripts import kubernetes_manifests

    write_or_print(kubernetes_manifests(plan_job(file, results, shards, cpus), image, claim), out_file, file)


def plan_job(file: Path, results: Path | None, shards: int, cpus: int) -> Job:
    """Return the job that runs an experiment file in shards. Raises UserError where it cannot be divided."""
    from ..experiments.execution.job_scripts import plain_name, plan_job
    from ..experiments.sweep import sweep as sweeping

    plan = sweeping.plan_sweep(file)
    sweeping.stopping_rule(plan, (1, shards))  # refuse here what each shard would refuse after queueing
    prepare_run(next(iter(plan.cases.values())), None, mechanisms_of_plan(plan))
    return plan_job(
        plan,
        sweeping.estimate_cost(plan),
        file,
        results or Path("out") / plain_name(plan.experiment.name),
        shards,
        cpus,
    )


def write_or_print(text: str, path: Path | None, *inputs: Path) -> None:
    """Write `text` to the file `path`, or print it if `path` is None.

    Raises UserError if the file is one of `inputs`, or if the output's encoding lacks a character.
    """
    if path is None:
        try:
            text.encode(sys.stdout.encoding or "utf-8")
        except UnicodeEncodeError:  # an escaped path would be a different path
            raise UserError(
                "the script has characters that this output ({encoding}) cannot show; write it to a file "
                "with --out FILE",
                encoding=sys.stdout.encoding,
            ) from None
        return print(text, end="")
    if any(path.exists() and source.exists() and path.samefile(source) for source in inputs):
        raise UserError("--out {path}: would overwrite what this command reads; name another file", path=path)
    path.write_text(text, encoding="utf-8")
    err.print(f"Written: {path}", highlight=False, soft_wrap=True)
