"""The command that reads a user's own issue log: `cogov import`."""

from pathlib import Path
from typing import Annotated

import typer

from ..options import (
    COMMUNITY,
    Json,
    app,
    out,
    print_json,
    refuse_overwriting_inputs,
    typed_command,
)

Residents = Annotated[float | None, typer.Option(help="Number of residents that the log covers.")]
IMPORTED = (
    "log.csv",
    "log.toml",
    "rejected.csv",
    "summary.csv",
    "months.csv",
    "weekdays.csv",
    "log.png",
    "log.svg",
)  # files that `import` writes
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        metavar="FILE.toml",
        help="Meaning of columns and categories; default: the .toml next to LOG.csv.",
    ),
]


@app.command("import", rich_help_panel=COMMUNITY)
def import_log(
    log: Annotated[
        Path,
        typer.Argument(
            metavar="LOG.csv",
            help="Issue log: one row per issue, with the dates it was opened and closed, and its category.",
        ),
    ],
    opened: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Date an issue was reported; default: guessed from common names."
        ),
    ] = None,
    closed: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Date an issue was resolved; empty while it is open.")
    ] = None,
    category: Annotated[str | None, typer.Option(metavar="COLUMN", help="Category of an issue.")] = None,
    place: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Place of an issue; never guessed, because it may be a personal address."
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="COLUMN", help="Identifier of an issue; rows with a repeated one are rejected."
        ),
    ] = None,
    dates: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="Date format, e.g. '%d/%m/%Y'; default: recognised if unambiguous.",
        ),
    ] = None,
    drawn: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="Date of the extract, e.g. 2025-01-09; default: the last date in the log."
        ),
    ] = None,
    residents: Residents = None,
    mapping: MappingFile = None,
    encoding: Annotated[
        str | None, typer.Option(help="Text encoding, e.g. utf-8 or gbk; default: recognised.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="Character between columns; default: recognised.")
    ] = None,
    out_folder: Annotated[
        Path, typer.Option("--out", help="Folder for the clean log, the rejected rows, tables and figure.")
    ] = Path("out"),
    as_json: Json = False,
) -> None:
    """Import a community's own issue log: check each row, drop personal columns, summarise by category."""
    from ...experiments.files import manifest
    from ...experiments.files.csv_tables import write_csv
    from ...experiments.logs import log_summary
    from ...experiments.logs.issue_log import read_log, write_log
    from ...viz.figures import figures, log_figures

    given = {
        "opened": opened,
        "closed": closed,
        "category": category,
        "place": place,
        "id": id_column,
        "dates": dates,
        "drawn": drawn,
        "residents": residents,
        "encoding": encoding,
        "delimiter": delimiter,
    }
    manifest.refuse_sweep_folder(out_folder)
    issue_log = read_log(log, mapping, **given)
    refuse_overwriting_inputs(out_folder, IMPORTED, log, mapping or log.with_suffix(".toml"))
    clean_path, summary = write_log(issue_log, out_folder), log_summary.summarise_log(issue_log)
    for name, frame in (
        ("summary", summary),
        ("months", log_summary.months(issue_log)),
        ("weekdays", log_summary.weekdays(issue_log)),
    ):
        write_csv(frame, out_folder / f"{name}.csv")
    tables = [clean_path.name, "rejected.csv", "summary.csv", "months.csv", "weekdays.csv"]
    manifest.write_manifest(
        out_folder,
        "import",
        command=typed_command(),
        tables=tables,
        log=manifest.file_of(log),
        mapping=mapping and manifest.file_of(mapping),
        asked={name: value for name, value in given.items() if value is not None},
    )
    figure_path = figures.save(log_figures.draw_log(issue_log), out_folder, "log")
    rows = {"rows": issue_log.rows, "used": len(issue_log.issues), "rejected": len(issue_log.rejected)}
    if as_json:
        return print_json(
            {
                **rows,
                "drawn": f"{issue_log.drawn:%Y-%m-%d}",
                "said": issue_log.said,
                "summary": summary.reset_index().to_dict("records"),
                "log": str(clean_path),
                "figure": str(figure_path),
            }
        )
    for sentence in issue_log.said:
        out.print(sentence, highlight=False)
    out.print(log_figures.tabulate_waiting(summary))
    out.print(
        f"{issue_log.rows:,} rows read: {len(issue_log.issues):,} used, "
        f"{len(issue_log.rejected):,} rejected.",
        style="bold",
        highlight=False,
    )
    for reason, count in issue_log.rejected["reason"].value_counts().head(8).items():
        out.print(f"  {count:,}: {reason}", highlight=False)
    out.print(
        f"Clean log: {clean_path} (and log.toml, rejected.csv)\nTables: {out_folder}\n"
        f"Figure: {figure_path} (and .svg)",
        soft_wrap=True,
        highlight=False,
    )
