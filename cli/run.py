"""`cogov run`: one case, simulated once."""

from pathlib import Path
from typing import Annotated

import typer

from .options import (
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


@app.command()
def run(
    case: Case,
    days: Days = None,
    seed: Seed = 0,
    set_: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    out_: Annotated[Path | None, typer.Option("--out", help="folder for the tables")] = None,
    json_: Json = False,
):
    """Live through a case once, and print every measure and who spent what."""
    from ..experiments.comparison.runs import census, simulate
    from ..model.cases import alter_scenario, read_case
    from ..viz.text import tables

    if out_:
        from ..experiments.files import manifest

        manifest.refuse_sweep_folder(out_)
    scenario = alter_scenario(read_case(case), on or (), off or (), set_ or (), days)
    prepare_run(scenario, out_, notice=False)
    with progress() as bar:
        task = bar.add_task(f"{case}: days", total=scenario.days)
        done = simulate(scenario, seed=seed, within=within, progress=lambda: bar.advance(task))
    if out_:
        from ..experiments.files.csv_tables import (
            write_csv,  # and with it pandas, which is slow to load
        )

        names = [f"{name}.csv" for name in ("measures", "series", "issues", "history", "ledger")]
        for name in names:
            write_csv(getattr(done, name.removesuffix(".csv")), out_ / name)
        manifest.write_manifest(
            out_,
            "run",
            command=typed_command(),
            cases=[scenario],
            tables=names,
            **manifest.changes_as_given(on or (), off or (), set_ or ()),
            days=scenario.days,
            seed=seed,
            within=within,
        )
    if json_:
        return print_json(
            {
                "case": done.scenario.name,
                "seed": seed,
                "days": done.scenario.days,
                "mechanisms": sorted(done.scenario.mechanisms),
                **census(done.scenario),
                "measures": done.summary,
                "ledger": done.spending,
            }
        )
    out.print(tables.measures_table(done))
    out.print(tables.spending_table({"": done.spending}))
    out.print(tables.census(done.scenario), highlight=False)
    if out_:
        out.print(f"Tables: {out_}", soft_wrap=True, highlight=False)
