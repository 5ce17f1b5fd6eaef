"""The commands of a community's own log: `cogov import` and `cogov calibrate`."""

from pathlib import Path
from typing import Annotated

import typer

from .completion import complete_knob
from .options import (
    Case,
    Days,
    Json,
    Off,
    On,
    Seed,
    Set,
    Workers,
    app,
    keep_inputs,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)

Residents = Annotated[float | None, typer.Option(help="how many people the log is about")]
IMPORTED = (
    "log.csv",
    "log.toml",
    "rejected.csv",
    "summary.csv",
    "months.csv",
    "weekdays.csv",
    "log.png",
    "log.svg",
)  # what `import` writes
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="FILE.toml",
        help="what its columns and categories mean; else FILE.toml beside FILE.csv",
    ),
]


@app.command("import")
def import_(
    log: Annotated[
        Path,
        typer.Argument(
            metavar="LOG.csv",
            help="an issue log: one row per issue, with the days it was opened and closed, and its category",
        ),
    ],
    opened: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="the day it was reported; guessed from usual names")
    ] = None,
    closed: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="the day it was resolved; empty while it is open")
    ] = None,
    category: Annotated[str | None, typer.Option(metavar="COLUMN", help="what kind of issue")] = None,
    place: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="where; never guessed, for it may be somebody's address"),
    ] = None,
    id_: Annotated[
        str | None, typer.Option("--id", metavar="COLUMN", help="its number; twice the same is set aside")
    ] = None,
    dates: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="how days are written, e.g. '%d/%m/%Y'; recognised where there is one reading",
        ),
    ] = None,
    drawn: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="the day the log was drawn, as 2025-01-09; else its last date"),
    ] = None,
    residents: Residents = None,
    mapping: MappingFile = None,
    encoding: Annotated[str | None, typer.Option(help="e.g. utf-8, gbk; else recognised")] = None,
    delimiter: Annotated[str | None, typer.Option(help="between columns; else recognised")] = None,
    out_: Annotated[
        Path, typer.Option("--out", help="folder for the clean log, the rows set aside, tables and figure")
    ] = Path("out"),
    json_: Json = False,
):
    """Read a community's own issue log: checked row by row, stripped of personal columns, summed up by category."""
    from ..experiments.calibration import log_summary
    from ..experiments.calibration.issue_log import read_log, save
    from ..experiments.files import manifest
    from ..experiments.files.csv_tables import write_csv
    from ..viz.figures import figures, log_figures

    said = {
        "opened": opened,
        "closed": closed,
        "category": category,
        "place": place,
        "id": id_,
        "dates": dates,
        "drawn": drawn,
        "residents": residents,
        "encoding": encoding,
        "delimiter": delimiter,
    }
    manifest.refuse_sweep_folder(out_)
    one = read_log(log, mapping, **said)
    keep_inputs(out_, IMPORTED, log, mapping or log.with_suffix(".toml"))
    clean, table = save(one, out_), log_summary.summarise_log(one)
    for name, made in (
        ("summary", table),
        ("months", log_summary.months(one)),
        ("weekdays", log_summary.weekdays(one)),
    ):
        write_csv(made, out_ / f"{name}.csv")
    written = [clean.name, "rejected.csv", "summary.csv", "months.csv", "weekdays.csv"]
    manifest.write_manifest(
        out_,
        "import",
        command=typed_command(),
        tables=written,
        log=manifest.file_of(log),
        mapping=mapping and manifest.file_of(mapping),
        asked={name: value for name, value in said.items() if value is not None},
    )
    picture = figures.save(log_figures.log(one), out_, "log")
    rows = {"rows": one.rows, "used": len(one.issues), "rejected": len(one.rejected)}
    if json_:
        return print_json(
            {
                **rows,
                "drawn": f"{one.drawn:%Y-%m-%d}",
                "said": one.said,
                "summary": table.reset_index().to_dict("records"),
                "log": str(clean),
                "figure": str(picture),
            }
        )
    for sentence in one.said:
        out.print(sentence, highlight=False)
    out.print(log_figures.waiting(table))
    out.print(
        f"{one.rows:,} rows in = {len(one.issues):,} used + {len(one.rejected):,} set aside.",
        style="bold",
        highlight=False,
    )
    for reason, n in one.rejected["reason"].value_counts().head(8).items():
        out.print(f"  {n:,}: {reason}", highlight=False)
    out.print(
        f"Clean log: {clean} (and log.toml, rejected.csv)\nTables: {out_}\nFigure: {picture} (and .svg)",
        soft_wrap=True,
        highlight=False,
    )


@app.command()
def calibrate(
    case: Case,
    log: Annotated[
        Path, typer.Option(metavar="LOG.csv", help="an issue log, as `cogov import` reads or has written it")
    ],
    fit: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_knob,
            metavar="PATH[=LOW:HIGH]",
            help="a parameter to fit; issues.FAMILY.KNOB is a factor on a family; repeatable; else a handful",
        ),
    ] = None,
    trials: Annotated[int, typer.Option(help="parameter settings to try, 24 to 100,000")] = 200,
    replicates: Annotated[int, typer.Option(help="runs of each, 1 to 1,000")] = 2,
    held_out: Annotated[
        float,
        typer.Option("--held-out", help="share of the log, its last, that is not fitted to, 0.05 to 0.9"),
    ] = 0.25,
    factor: Annotated[
        float, typer.Option(help="by which an assumed number may be larger or smaller, 1.01 to 1,000")
    ] = 4.0,
    method: Annotated[
        str, typer.Option(help="of the search: tpe or cma (need the extra `search`), or sobol")
    ] = "tpe",
    residents: Residents = None,
    mapping: MappingFile = None,
    days: Days = None,
    seed: Seed = 0,
    set_: Set = None,
    on: On = None,
    off: Off = None,
    workers: Workers = None,
    out_: Annotated[
        Path, typer.Option("--out", help="folder for the fitted case, the ensemble, tables and figure")
    ] = Path("out"),
    json_: Json = False,
):
    """Fit a case's assumed numbers to a community's own log, with intervals; score the fit on the part of the log it has not seen."""
    from ..experiments.calibration.calibrate import calibrate, plan_calibration
    from ..experiments.calibration.calibration_result import files_to_write, path_of_fitted_case
    from ..experiments.calibration.issue_log import read_log
    from ..experiments.files import manifest
    from ..model.cases import alter_scenario, read_case
    from ..viz.figures import figures, log_figures

    manifest.refuse_sweep_folder(out_)
    one = read_log(log, mapping, residents=residents)
    scenario = alter_scenario(read_case(case), on or (), off or (), set_ or (), days)
    options = {
        "fit": fit or (),
        "trials": trials,
        "replicates": replicates,
        "held_out": held_out,
        "factor": factor,
        "method": method,
    }
    plan_calibration(scenario, one, **options)
    path_of_fitted_case(out_, scenario)
    keep_inputs(
        out_,
        files_to_write(scenario),
        *([case] if case.endswith(".toml") else []),
        log,
        mapping or log.with_suffix(".toml"),
    )
    prepare_run(scenario, out_)
    with progress() as bar:
        task = bar.add_task(f"{scenario.name}: trials", total=trials)
        done = calibrate(
            scenario, one, **options, seed=seed, workers=workers, progress=lambda: bar.advance(task)
        )
    path = done.save(out_, typed_command())
    picture = figures.save(log_figures.calibration(done), out_, "calibration")
    if json_:
        return print_json(
            {
                "verdict": done.verdict(),
                "parameters": done.parameters.reset_index().to_dict("records"),
                "scores": done.scores.reset_index().to_dict("records"),
                "effective": done.effective,
                "widened": done.widened,
                "said": [*one.said, *done.said],
                "case": str(path),
                "figure": str(picture),
            }
        )
    for sentence in (*one.said, *done.said):
        out.print(sentence, highlight=False)
    out.print(log_figures.parameters(done))
    out.print(log_figures.scores(done))
    out.print(done.verdict(), style="bold", highlight=False)
    out.print(
        f"Case to go on with: {path}\nTables: {out_}\nFigure: {picture} (and .svg)",
        soft_wrap=True,
        highlight=False,
    )
