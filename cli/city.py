"""`cogov city`: simulate a city of many communities."""

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..engine.texts.errors import UserError
from .options import (
    CITY,
    Insecure,
    Json,
    Off,
    On,
    Scheduler,
    Seed,
    Set,
    Workers,
    app,
    complete_case,
    err,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)


@app.command(rich_help_panel=CITY)
def city(
    cases: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=complete_case,
            help="Names of cases or .toml files, used in turn; "
            "default: all shipped cases with at least 3,000 residents.",
        ),
    ] = None,
    communities: Annotated[
        int, typer.Option(help="Number of communities, each with its own population.")
    ] = 14,
    street: Annotated[
        int,
        typer.Option(
            help="Communities per street office; they share departments, and households move between them."
        ),
    ] = 10,
    residents: Annotated[
        int,
        typer.Option(
            help="Residents of the city; all communities are scaled by one factor. 0: do not scale the cases."
        ),
    ] = 0,
    stay: Annotated[
        float, typer.Option(help="Share of moving households that stay within the street.")
    ] = 0.5,
    keep: Annotated[
        float, typer.Option(help="Share of their trust that residents keep when they move.")
    ] = 0.5,
    days: Annotated[int, typer.Option(help="Days to simulate.")] = 365,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    workers: Workers = None,
    executor: Annotated[
        str,
        typer.Option(
            help="pool (processes on this machine), threads (of this process: half the memory, "
            "1.5 times the time, as measured on two cores) or dask."
        ),
    ] = "pool",
    scheduler: Scheduler = None,
    insecure: Insecure = False,
    out_folder: Annotated[
        Path,
        typer.Option("--out", help="Folder of the results; the same command again runs what is missing."),
    ] = Path("out/city"),
    as_json: Json = False,
) -> None:
    """Simulate a city of many communities.

    Communities of one street share departments, and households move between communities.
    """
    from ..experiments.city import city as cities
    from ..experiments.execution.executors import choose_executor
    from ..experiments.files import manifest
    from ..model.precompile import STREET
    from ..model.street import StreetParameters
    from ..viz.figures.city_figures import draw_city, save, summary

    manifest.refuse_sweep_folder(out_folder)
    make_executor = choose_executor(executor, scheduler, workers, insecure, ("pool", "threads", "dask"))
    plan = cities.compose_city(
        cases or (),
        on or (),
        off or (),
        settings or (),
        days,
        communities=communities,
        street=street,
        residents=residents,
        seed=seed,
        between=StreetParameters(stay, keep),
    )
    prepare_run(
        plan.scenarios(0)[0],
        out_folder,
        (STREET, *(name for scenario in plan.scenarios(0) for name in scenario.mechanisms)),
    )
    with progress("{task.fields[rate]}") as bar:
        task, began = (
            bar.add_task(f"{communities:,} communities: streets", total=plan.streets(), rate=""),
            time.monotonic(),
        )

        def show_progress(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of, rate=f"{done / (time.monotonic() - began):,.2f}/s")

        try:
            result = cities.simulate_city(
                plan, out_folder, make=make_executor, workers=workers, progress=show_progress
            )
        except KeyboardInterrupt:
            bar.stop()
            err.print(
                f"cogov: interrupted. Finished streets are kept in {out_folder}; "
                "run the same command again to continue",
                highlight=False,
                soft_wrap=True,
            )
            sys.exit(130)
    if result.failed:
        raise UserError(
            "{failed} of {streets} streets failed; run the same command again to repeat them: {reasons}",
            failed=len(result.failed),
            streets=result.streets,
            reasons="; ".join(f"{n}: {why}" for n, why in list(result.failed.items())[:3]),
        )
    table, series = cities.load_table(out_folder), cities.load_table(out_folder, "series")
    figure_path = save(draw_city(table, series), out_folder)
    manifest.write_manifest(
        out_folder,
        "city",
        command=typed_command(),
        cases=plan.cases,
        tables=[part.relative_to(out_folder) for part in sorted(out_folder.glob("*/street-*.parquet"))],
        **manifest.changes_as_given(on or (), off or (), settings or ()),
        communities=communities,
        street=street,
        residents=residents,
        between=asdict(plan.between),
        days=days,
        seed=seed,
    )
    if as_json:
        return print_json(
            {
                **cities.summarise_city(table).to_dict(),
                "digest": cities.digest(out_folder),
                **{k: v for k, v in asdict(result).items() if k not in ("folder", "failed")},
                "folder": str(out_folder),
            }
        )
    out.print(summary(table))
    out.print(
        f"{result.streets:,} streets: {result.before:,} were done before, "
        f"the others were simulated in {result.seconds:,.1f} s.",
        highlight=False,
    )
    out.print(
        f"Results: {out_folder} (communities/, series/: pandas.read_parquet)\n"
        f"Figure: {figure_path} (and .svg)",
        soft_wrap=True,
        highlight=False,
    )
