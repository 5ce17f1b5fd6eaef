"""Commands for maintainers: `cogov bench` measures speed and reliability, `docs`, `compile`."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from ..engine.texts.errors import UserError
from .options import (
    KNOBS,
    MAINTAIN,
    Json,
    Workers,
    app,
    bench,
    compile_engine,
    complete_mechanism,
    err,
    out,
    print_json,
    progress,
)


@bench.command()
def speed(as_json: Json = False) -> None:
    """Measure speed and memory, with up to a million residents; takes about two minutes.

    The engine is timed in turn with the reference model, and with a small reference workload that is
    programmed in C (where there is a compiler), in compiled columns and in Mesa agents.
    """
    from ..bench import speed
    from ..bench.tables import show

    show(out, as_json, speed.speed(err))


@bench.command()
def pairing(
    replicates: Annotated[int, typer.Option(min=3, help="Pairs of runs per mechanism.")] = 30,
    as_json: Json = False,
) -> None:
    """Measure how much common random numbers reduce the variance of each mechanism's effect."""
    from ..bench import speed
    from ..bench.tables import show

    show(out, as_json, speed.measure_pairing(err, replicates))


@bench.command()
def randomness(as_json: Json = False) -> None:
    """Count collisions of random number keys over a sweep of 10,000 runs."""
    from ..bench import speed
    from ..bench.tables import show

    show(out, as_json, speed.count_key_collisions(err))


@bench.command()
def determinism(
    short: Annotated[
        bool, typer.Option("--short", help="Fewer execution modes and days; takes less than a minute.")
    ] = False,
    python: Annotated[
        list[Path] | None,
        typer.Option(
            "--python",
            metavar="PATH",
            help="Another Python, 3.11 to 3.13, with NumPy and numba; repeatable. Those on the PATH and "
            "those of pyenv are found automatically.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that a run is bit-identical in every execution mode; exit status 1 if it is not.

    Prints a table of sets (a case and its mechanisms) by execution modes (processes, Dask, threads, other
    Pythons, ...).
    """
    from ..bench.determinism import determinism as check_determinism

    with progress() as bar:
        task = bar.add_task("first execution mode", total=None)
        passed = check_determinism(
            out, short, python or (), as_json, lambda what: bar.update(task, description=what)
        )
    if not passed:
        raise typer.Exit(1)


@bench.command()
def page(
    sessions: Annotated[int, typer.Option(min=1, max=50, help="Simultaneous visitors.")] = 10,
    visits: Annotated[
        int,
        typer.Option(min=20, max=1000, help="Visits after which the memory that is not freed is measured."),
    ] = 200,
    browser: Annotated[
        bool,
        typer.Option(
            "--browser/--no-browser",
            help="Measure in a browser, too; without it, only many visitors and memory after visits.",
        ),
    ] = True,
    as_json: Json = False,
) -> None:
    """Measure the browser page: loading, switching, frame rate, traffic, memory, many visitors.

    Also measures the memory that is not freed after visits.
    """
    from ..bench.page import page
    from ..bench.tables import show

    with progress() as bar:
        task = bar.add_task("page", total=None)
        tables = page.measure_page(sessions, visits, browser, lambda what: bar.update(task, description=what))
    show(out, as_json, tables)


@bench.command()
def logs(
    rows: Annotated[int, typer.Option(min=10, max=1_000_000, help="Issues in the larger log.")] = 500_000,
    as_json: Json = False,
) -> None:
    """Measure how long it takes to read an issue log of half a million rows, and how much memory."""
    from ..bench import speed
    from ..bench.tables import show

    show(out, as_json, speed.log_reading(err, rows))


@bench.command()
def coverage(
    experiments: Annotated[
        int,
        typer.Option(
            min=100,
            help="Synthetic experiments with known truth, for each kind of interval and distribution.",
        ),
    ] = 2000,
    as_json: Json = False,
) -> None:
    """Measure the coverage of the intervals in reports, over synthetic experiments with known truth."""
    from ..bench.coverage import coverage
    from ..bench.tables import BenchTable, show

    with err.status("simulating experiments ..."):
        table = coverage(experiments).reset_index()
    show(
        out,
        as_json,
        [
            BenchTable(
                f"coverage of nominal intervals over {experiments:,} synthetic experiments",
                tuple(table),
                list(table.itertuples(index=False, name=None)),
            )
        ],
    )


@bench.command()
def worlds(
    case: Annotated[str, typer.Option(help="Case to simulate.")] = "guiyuan",
    truths: Annotated[int, typer.Option(min=20, help="Worlds that answers are not made from.")] = 200,
    used: Annotated[int, typer.Option(min=20, help="Worlds that an answer is made from.")] = 60,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Test ranges, shares and regrets over plausible worlds against worlds they were not made from."""
    from ..bench.tables import show
    from ..bench.world_coverage import world_coverage

    with progress() as bar:
        task = bar.add_task(f"{case}: worlds", total=truths + used)
        tables = list(world_coverage(case, truths, used, workers, lambda: bar.advance(task)))
    show(out, as_json, tables)


@bench.command()
def faults(
    kills: Annotated[
        int, typer.Option(min=1, help="Workers and parent processes to kill (SIGKILL) at random moments.")
    ] = 200,
    each: Annotated[
        int,
        typer.Option(
            min=1, help="Faulty runs of each kind: raise an error, exit, kill their worker, never end."
        ),
    ] = 20,
    below: Annotated[
        int,
        typer.Option(
            min=0, help="Faulty runs that never end in compiled code; each takes about ten seconds."
        ),
    ] = 3,
    every: Annotated[
        int, typer.Option(min=1, help="Fail every n-th write, one per sweep; 1: every write.")
    ] = 1,
    as_json: Json = False,
) -> None:
    """Inject faults into sweeps and count what is lost, which should be 0.

    Faults: killed processes, failing runs, full disks, and disks that lose writes.
    """
    from ..bench.fault_injection import faults as inject_faults
    from ..bench.tables import show

    show(out, as_json, inject_faults(err, kills, each, below, every))


@bench.command()
def flips(
    count: Annotated[int, typer.Option(min=1, help="Bits to flip in each of three folders.")] = 1000,
    as_json: Json = False,
) -> None:
    """Flip bits in the files of sweeps, one at a time, and count how many are detected or harmless.

    Parquet files with default settings are measured for comparison.
    """
    from ..bench import bit_flips
    from ..bench.tables import show

    show(out, as_json, bit_flips.bench(err, count))


@bench.command("sweep")
def bench_sweep(
    runs: Annotated[int, typer.Option(min=10, help="Runs of a small community.")] = 10_000,
    large: Annotated[int, typer.Option(min=10, help="Runs of guiyuan.")] = 1000,
    mesa_runs: Annotated[int, typer.Option(min=1, help="Runs for the comparison with mesa.batch_run.")] = 100,
    as_json: Json = False,
) -> None:
    """Measure the overhead of a sweep: parent time per run, memory and disk; compare with mesa.batch_run."""
    from ..bench import sweep_overhead
    from ..bench.tables import show

    show(out, as_json, sweep_overhead.bench(err, runs, large, mesa_runs))


@bench.command("city")
def bench_city(
    residents: Annotated[int, typer.Option(min=16_000, help="Residents of the largest city.")] = 10_000_000,
    communities: Annotated[int, typer.Option(min=1, help="Communities of the largest city.")] = 700,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Measure scaling from one community to a city, over a year with eight mechanisms.

    Reports time per resident and day, memory, and whether results depend on how work is divided.
    """
    from ..bench import city_scaling
    from ..bench.tables import show

    show(out, as_json, city_scaling.bench(err, residents, communities, workers))


@app.command(rich_help_panel=MAINTAIN)
def docs(
    folder: Annotated[Path, typer.Argument(help="Folder of the documentation.")] = Path("docs"),
) -> None:
    """Regenerate the documentation pages and diagrams that are derived from the code."""
    from ..experiments.comparison.parameter_paths import list_parameters
    from ..viz.figures.agent_diagram import relations
    from ..viz.figures.model_diagrams import levers, lifecycle, save
    from ..viz.text.agent_catalogue import describe_agents
    from ..viz.text.agent_tables import agents_page
    from ..viz.text.evidence_tables import evidence_page
    from ..viz.text.model_pages import measures_page, with_section
    from ..viz.text.parameter_tables import page

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "parameters.md").write_text(page(list_parameters()), encoding="utf-8")
    if folder.resolve() == Path(__file__).parent.parent / "docs":
        KNOBS.write_text(  # for shell completion
            "".join(f"{knob.path}\n" for knob in list_parameters() if not knob.path.startswith("[[")),
            encoding="utf-8",
        )
    save(lifecycle(), folder / "lifecycle.svg")
    save(levers(), folder / "levers.svg")
    save(relations(), folder / "agents.svg")
    (folder / "agents.md").write_text(agents_page(describe_agents()), encoding="utf-8")
    (folder / "evidence.md").write_text(evidence_page(), encoding="utf-8")
    (folder / "measures.md").write_text(measures_page(), encoding="utf-8")
    if (odd := folder / "ODD.md").exists():
        odd.write_text(with_section(odd.read_text(encoding="utf-8")), encoding="utf-8")


@app.command("compile", rich_help_panel=MAINTAIN)
def compile_kernels(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=complete_mechanism,
            metavar="[MECHANISM]...",
            help="Mechanisms to compile for; default: all.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compile the engine ahead of time, for a container or a cluster; list what was compiled.

    Other commands compile what they need when they need it.
    """
    from ..engine import kernel_store
    from ..model import mechanisms, precompile

    names = [mechanisms.load_class(name) and name for name in names or mechanisms.list_mechanisms()]
    folder = kernel_store.writable()
    if folder is None:
        raise UserError(kernel_store.unwritable_message())
    compiled = compile_engine([*names, precompile.STREET])
    if as_json:
        return print_json({"compiled": compiled, "folder": str(folder)})
    for name, count in sorted(Counter(compiled).items()):
        out.print(
            f"{name}{f' (for {count} sets of argument types)' if count > 1 else ''}",
            highlight=False,
            soft_wrap=True,
        )
    out.print(f"{len(compiled)} kernels compiled; kept in {folder}", highlight=False, soft_wrap=True)
