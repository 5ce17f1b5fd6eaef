"""`cogov run`: simulate a case once."""

from pathlib import Path
from typing import Annotated

import typer

from .options import (
    LOOK,
    Case,
    Days,
    Json,
    Off,
    On,
    Seed,
    Set,
    Within,
    app,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)


@app.command(rich_help_panel=LOOK)
def run(
    case: Case,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the tables; default: write none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Simulate a case once; print all measures and spending by role."""
    from ..experiments.comparison.runs import census, simulate
    from ..model.scenarios.cases import alter_scenario, read_case
    from ..viz.text import tables

    if out_folder:
        from ..experiments.files import manifest

        manifest.refuse_sweep_folder(out_folder)
    scenario = alter_scenario(read_case(case), on or (), off or (), settings or (), days)
    prepare_run(scenario, out_folder, notice=False)
    with progress() as bar:
        task = bar.add_task(f"{case}: days", total=scenario.days)
        result = simulate(scenario, seed=seed, within=within, progress=lambda: bar.advance(task))
    if out_folder:
        from ..experiments.files.csv_tables import write_csv  # here, because it loads pandas, which is slow

        names = [f"{name}.csv" for name in ("measures", "series", "issues", "history", "ledger")]
        for name in names:
            write_csv(getattr(result, name.removesuffix(".csv")), out_folder / name)
        manifest.write_manifest(
            out_folder,
            "run",
            command=typed_command(),
            cases=[scenario],
            tables=names,
            **manifest.changes_as_given(on or (), off or (), settings or ()),
            days=scenario.days,
            seed=seed,
            within=within,
        )
    if as_json:
        return print_json(
            {
                "case": result.scenario.name,
                "seed": seed,
                "days": result.scenario.days,
                "mechanisms": sorted(result.scenario.mechanisms),
                **census(result.scenario),
                "measures": result.summary,
                "ledger": result.spending,
            }
        )
    out.print(tables.measures_table(result))
    out.print(tables.spending_table({"": result.spending}))
    out.print(tables.census(result.scenario), highlight=False)
    if out_folder:
        out.print(f"Tables: {out_folder}", soft_wrap=True, highlight=False)
