"""The commands of a city: `cogov city`, and what it costs to grow to one."""

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..engine.parameters import UserError
from .completion import complete_case
from .options import (
    Insecure,
    Json,
    Off,
    On,
    Scheduler,
    Seed,
    Set,
    Workers,
    app,
    err,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)


@app.command()
def city(
    cases: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=complete_case,
            help="names or .toml files, taken in turn; else all that ship and are as large as a community",
        ),
    ] = None,
    communities: Annotated[int, typer.Option(help="how many, each with people of its own")] = 14,
    street: Annotated[
        int,
        typer.Option(
            help="communities to a street office, where departments' work queues and within which households move"
        ),
    ] = 10,
    residents: Annotated[
        int,
        typer.Option(
            help="people in all: every community is grown or thinned alike; 0 is as many as the cases have"
        ),
    ] = 0,
    stay: Annotated[float, typer.Option(help="share of moving households that stay within the street")] = 0.5,
    keep: Annotated[float, typer.Option(help="share of their trust that they bring along")] = 0.5,
    days: Annotated[int, typer.Option(help="days to live through, in every community")] = 365,
    seed: Seed = 0,
    set_: Set = None,
    on: On = None,
    off: Off = None,
    workers: Workers = None,
    executor: Annotated[
        str,
        typer.Option(
            help="pool (of processes on this machine), threads (of this process: a third of the memory, but slower) or dask"
        ),
    ] = "pool",
    scheduler: Scheduler = None,
    insecure: Insecure = False,
    out_: Annotated[
        Path, typer.Option("--out", help="folder of the results; the same command again does what is missing")
    ] = Path("out/city"),
    json_: Json = False,
):
    """Live through a city: streets of communities, whose departments queue for all and between which households move."""
    from ..experiments.city import city as cities
    from ..experiments.execution.executors import choose_executor
    from ..experiments.files import manifest
    from ..model.precompile import STREET
    from ..model.street import StreetParameters
    from ..viz.figures.city_figures import draw_city, save, summary

    manifest.refuse_sweep_folder(out_)
    make = choose_executor(executor, scheduler, workers, insecure, ("pool", "threads", "dask"))
    made = cities.compose_city(
        cases or (),
        on or (),
        off or (),
        set_ or (),
        days,
        communities=communities,
        street=street,
        residents=residents,
        seed=seed,
        between=StreetParameters(stay, keep),
    )
    prepare_run(
        made.scenarios(0)[0], out_, (STREET, *(name for one in made.scenarios(0) for name in one.mechanisms))
    )
    with progress("{task.fields[rate]}") as bar:
        task, began = (
            bar.add_task(f"{communities:,} communities: streets", total=made.streets(), rate=""),
            time.monotonic(),
        )

        def tell(done, of):
            bar.update(task, completed=done, total=of, rate=f"{done / (time.monotonic() - began):,.2f}/s")

        try:
            done = cities.live(made, out_, make=make, workers=workers, progress=tell)
        except KeyboardInterrupt:
            bar.stop()
            err.print(
                f"cogov: stopped. Streets that were done are kept in {out_}; the same command goes on from there",
                highlight=False,
                soft_wrap=True,
            )
            sys.exit(130)
    if done.failed:
        raise UserError(
            f"{len(done.failed)} of {done.streets} streets failed; the same command does them again: "
            + "; ".join(f"{n}: {why}" for n, why in list(done.failed.items())[:3])
        )
    table, series = cities.load_table(out_), cities.load_table(out_, "series")
    path = save(draw_city(table, series), out_)
    manifest.write_manifest(
        out_,
        "city",
        command=typed_command(),
        cases=made.cases,
        tables=[part.relative_to(out_) for part in sorted(out_.glob("*/street-*.parquet"))],
        **manifest.changes_as_given(on or (), off or (), set_ or ()),
        communities=communities,
        street=street,
        residents=residents,
        between=asdict(made.between),
        days=days,
        seed=seed,
    )
    if json_:
        return print_json(
            {
                **cities.summarise_city(table).to_dict(),
                "digest": cities.digest(out_),
                **{k: v for k, v in asdict(done).items() if k not in ("folder", "failed")},
                "folder": str(out_),
            }
        )
    out.print(summary(table))
    out.print(
        f"{done.streets:,} streets: {done.before:,} were there, the others done in {done.seconds:,.1f} s.",
        highlight=False,
    )
    out.print(
        f"Results: {out_} (communities/, series/: pandas.read_parquet)\nFigure: {path} (and .svg)",
        soft_wrap=True,
        highlight=False,
    )
