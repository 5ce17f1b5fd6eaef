"""`cogov bench`: what cogov costs, and whether it can be trusted, measured on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Json, Workers, bench, err, out, progress


@bench.command()
def speed(json_: Json = False):
    """Guiyuan for a year against the slow twin, growth to a million residents, memory per resident."""
    from ..bench import speed
    from ..bench.tables import show

    show(out, json_, speed.speed(err))


@bench.command()
def pairing(replicates: Annotated[int, typer.Option(min=3)] = 30, json_: Json = False):
    """How much the same luck narrows the difference that each mechanism makes."""
    from ..bench import speed
    from ..bench.tables import show

    show(out, json_, speed.pairing(err, replicates))


@bench.command()
def luck(json_: Json = False):
    """Count collisions of the keys of luck over a sweep of 10,000 runs."""
    from ..bench import speed
    from ..bench.tables import show

    show(out, json_, speed.luck(err))


@bench.command()
def determinism(
    short: Annotated[bool, typer.Option("--short", help="fewer ways and days, within a minute")] = False,
    python: Annotated[
        list[Path] | None,
        typer.Option(
            "--python",
            metavar="PATH",
            help="another Python, 3.11 to 3.13, with NumPy and numba; repeatable; those of the PATH and of pyenv are found",
            show_default=False,
        ),
    ] = None,
    json_: Json = False,
):
    """Is a run the same run, whoever lives it, when and where? Sets of case and mechanisms by ways to live them; exit status 1 if not."""
    from ..bench.determinism import determinism as tried

    with progress() as bar:
        task = bar.add_task("the first way", total=None)
        good = tried(out, short, python or (), json_, lambda what: bar.update(task, description=what))
    if not good:
        raise typer.Exit(1)


@bench.command()
def page(
    sessions: Annotated[int, typer.Option(min=1, max=50, help="visitors at once")] = 10,
    visits: Annotated[
        int, typer.Option(min=20, max=1000, help="visits that come and go, for what they leave behind")
    ] = 200,
    browser: Annotated[
        bool,
        typer.Option(
            "--browser/--no-browser",
            help="only what needs no browser: many visitors at once, and what ended visits leave",
        ),
    ] = True,
    json_: Json = False,
):
    """The browser page: first view, a switch, frames while it plays, bytes, memory, many visitors at once, what they leave behind."""
    from ..bench.page import page
    from ..bench.tables import show

    with progress() as bar:
        task = bar.add_task("the page", total=None)
        tables = page.measure_page(sessions, visits, browser, lambda what: bar.update(task, description=what))
    show(out, json_, tables)


@bench.command()
def coverage(
    experiments: Annotated[
        int, typer.Option(min=100, help="synthetic experiments with known truth, of each kind and law")
    ] = 2000,
    json_: Json = False,
):
    """How often the intervals of reports hold what they promise, over synthetic experiments whose truth is known."""
    from ..bench.coverage import coverage
    from ..bench.tables import BenchTable, show

    with err.status("thousands of experiments ..."):
        table = coverage(experiments).reset_index()
    show(
        out,
        json_,
        [
            BenchTable(
                f"coverage of nominal intervals over {experiments:,} synthetic experiments",
                tuple(table),
                list(table.itertuples(index=False, name=None)),
            )
        ],
    )


@bench.command()
def faults(
    kills: Annotated[
        int, typer.Option(min=1, help="SIGKILLs of workers and parents, at random moments")
    ] = 200,
    each: Annotated[
        int, typer.Option(min=1, help="runs that raise, exit, kill their worker, never end")
    ] = 20,
    below: Annotated[
        int, typer.Option(min=0, help="runs that never end below Python, some ten seconds each")
    ] = 3,
    every: Annotated[int, typer.Option(min=1, help="1: break every write in turn; n: every n-th")] = 1,
    json_: Json = False,
):
    """What a sweep survives: kills, runs that fail, disks that are full or lie; with what it lost, which ought to be 0."""
    from ..bench.fault_injection import faults as tried
    from ..bench.tables import show

    show(out, json_, tried(err, kills, each, below, every))


@bench.command()
def flips(
    count: Annotated[int, typer.Option(min=1, help="bits to flip, in each of three folders")] = 1000,
    json_: Json = False,
):
    """Flip bits in what sweeps left, one at a time: is each named, or what is read right? Default Parquet beside it."""
    from ..bench import bit_flips as flipped
    from ..bench.tables import show

    show(out, json_, flipped.bench(err, count))


@bench.command("sweep")
def sweep_(
    runs: Annotated[int, typer.Option(min=10, help="of a small community")] = 10_000,
    large: Annotated[int, typer.Option(min=10, help="of guiyuan")] = 1000,
    beside: Annotated[int, typer.Option(min=1, help="runs in turn with mesa.batch_run")] = 100,
    json_: Json = False,
):
    """What a sweep costs beyond its model: time of the parent a run, memory, disk; and mesa.batch_run beside it."""
    from ..bench import sweep_overhead
    from ..bench.tables import show

    show(out, json_, sweep_overhead.bench(err, runs, large, beside))


@bench.command("city")
def city_(
    residents: Annotated[int, typer.Option(min=16_000, help="of the largest")] = 10_000_000,
    communities: Annotated[int, typer.Option(min=1, help="of the largest")] = 700,
    workers: Workers = None,
    json_: Json = False,
):
    """Grow from one community to a city, a year and eight mechanisms: time by resident and day, memory, and whether the split matters."""
    from ..bench import city_scaling
    from ..bench.tables import show

    show(out, json_, city_scaling.bench(err, residents, communities, workers))
