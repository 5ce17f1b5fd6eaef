"""The command that reads a user's own issue log: `cogov import`."""

from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import (
    COMMUNITY,
    Json,
    Lang,
    app,
    check_language,
    out,
    print_json,
    progress,
    refuse_overwriting_inputs,
    typed_command,
)

if TYPE_CHECKING:
    from ...experiments.logs.issue_log import IssueLog

Residents = Annotated[float | None, typer.Option(help="Number of residents that the log covers.")]
LONG = 2_000_000  # bytes of a log that takes seconds to read
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
            metavar="LOG",
            help="Issue log, CSV, .xlsx, .xls or .ods: one row per issue, with the dates it was opened and "
            "closed, and its category.",
        ),
    ],
    opened: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Date an issue was reported; default: recognised by common names."
        ),
    ] = None,
    closed: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Date an issue was resolved; empty while it is open. 'A|B': the first that is filled.",
        ),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Category of an issue."),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Whether an issue is open; `none`: go by the dates alone."),
    ] = None,
    place: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Place of an issue; never recognised, because it may be a personal address.",
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="COLUMN", help="Identifier of an issue; rows with a repeated one are rejected."
        ),
    ] = None,
    means_open: Annotated[
        list[str] | None,
        typer.Option(
            "--open", metavar="VALUE", help="What stands for an open issue, e.g. 9999-12-31; repeatable."
        ),
    ] = None,
    means_closed: Annotated[
        list[str] | None,
        typer.Option("--closed-value", metavar="VALUE", help="What stands for a closed issue; repeatable."),
    ] = None,
    blank: Annotated[
        str | None,
        typer.Option(
            metavar="above|none", help="What an empty category means: that of the row above, or none."
        ),
    ] = None,
    dates: Annotated[
        str | None,
        typer.Option(
            metavar="ORDER",
            help="Order of dates such as 7/1/2023: dmy, mdy or ymd; or a format, e.g. '%d/%m/%Y'; default: "
            "recognised.",
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(help="Year of dates without one; default: that of the title or the file's name."),
    ] = None,
    drawn: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="Date of the extract, e.g. 2025-01-09; default: the last date in the log."
        ),
    ] = None,
    residents: Residents = None,
    mapping: MappingFile = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Accept the categories of cogov that the words propose.")
    ] = False,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook; default: those that look like a log.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(metavar="NAME,NAME,...", help="Names of the columns, for a file that has no header."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Text encoding, e.g. utf-8 or gbk; default: recognised.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="Character between columns; default: recognised.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is understood, and write nothing.")
    ] = False,
    lang: Lang = "en",
    out_folder: Annotated[
        Path, typer.Option("--out", help="Folder for the clean log, the rejected rows, tables and figure.")
    ] = Path("out"),
    as_json: Json = False,
) -> None:
    """Import a community's own issue log: check each row, drop personal columns, summarise by category."""
    from ...experiments.files import manifest
    from ...experiments.logs.issue_log import read_log

    check_language(lang)
    given = {
        "opened": opened,
        "closed": closed,
        "category": category,
        "status": status,
        "place": place,
        "id": id_column,
        "open": means_open,
        "closed_value": means_closed,
        "blank": blank,
        "dates": dates,
        "year": year,
        "drawn": drawn,
        "residents": residents,
        "sheet": sheet,
        "columns": [name.strip() for name in columns.split(",")] if columns else None,
        "encoding": encoding,
        "delimiter": delimiter,
    }
    if not dry_run:
        manifest.refuse_sweep_folder(out_folder)
        refuse_overwriting_inputs(out_folder, IMPORTED, log, mapping or log.with_suffix(".toml"))
    with progress() if log.is_file() and log.stat().st_size > LONG else nullcontext() as bar:
        task = bar and bar.add_task(log.name, total=None)
        issue_log = read_log(
            log,
            mapping,
            bar and (lambda done, of: bar.update(task, completed=done, total=of or None)),
            **given,
        )
    issue_log = issue_log.accept() if accept else issue_log
    asked = {name: value for name, value in given.items() if value is not None}
    written = {} if dry_run else write_import(issue_log, out_folder, log, mapping, asked)
    print_log(issue_log, written, lang, as_json)


def write_import(
    issue_log: "IssueLog", folder: Path, log: Path, mapping: Path | None, asked: dict[str, object]
) -> dict[str, str]:
    """Write the clean log, tables, a figure and a manifest; return the paths of log and figure."""
    from ...experiments.files import manifest
    from ...experiments.files.csv_tables import write_csv
    from ...experiments.logs import log_summary
    from ...experiments.logs.issue_log import write_log
    from ...viz.figures import figures, log_figures

    clean_path = write_log(issue_log, folder)
    tables = {
        "summary": log_summary.summarise_log(issue_log),
        "months": log_summary.months(issue_log),
        "weekdays": log_summary.weekdays(issue_log),
    }
    for name, frame in tables.items():
        write_csv(frame, folder / f"{name}.csv")
    manifest.write_manifest(
        folder,
        "import",
        command=typed_command(),
        tables=[clean_path.name, "rejected.csv", *(f"{name}.csv" for name in tables)],
        log=manifest.file_of(log),
        mapping=mapping and manifest.file_of(mapping),
        asked=asked,
    )
    return {
        "log": str(clean_path),
        "figure": str(figures.save(log_figures.draw_log(issue_log), folder, "log")),
    }


def print_log(issue_log: "IssueLog", written: dict[str, str], lang: str, as_json: bool) -> None:
    """Print what was understood of a log, its summary, and what was written."""
    from ...engine.texts import translate
    from ...engine.texts.errors import Message
    from ...experiments.logs.log_summary import summarise_log
    from ...viz.figures.log_figures import tabulate_waiting

    summary, still_open = summarise_log(issue_log), int((~issue_log.times()[1]).sum())
    if as_json:
        return print_json(
            {
                "rows": issue_log.rows,
                "used": len(issue_log.issues),
                "open": still_open,
                "rejected": len(issue_log.rejected),
                "reasons": {
                    words.zh if lang == "zh" else str(words): count
                    for words, count in issue_log.reasons.items()
                },
                "drawn": f"{issue_log.drawn:%Y-%m-%d}",
                "said": [sentence.in_language(lang) for sentence in issue_log.said],
                "proposals": {
                    theirs: {"ours": it.ours, "because": it.because.in_language(lang)} if it else None
                    for theirs, it in issue_log.proposals.items()
                },
                "summary": summary.reset_index().to_dict("records"),
                **written,
            }
        )
    for sentence in issue_log.said:
        out.print(sentence.in_language(lang), highlight=False, markup=False, soft_wrap=True)
    out.print(tabulate_waiting(summary, issue_log.proposals, lang))
    sentences = [
        Message(
            "{rows} rows read: {used} used, {rejected} rejected. Of those used, {open} ({share}) are open.",
            rows=f"{issue_log.rows:,}",
            used=f"{len(issue_log.issues):,}",
            rejected=f"{len(issue_log.rejected):,}",
            open=f"{still_open:,}",
            share=f"{still_open / len(issue_log.issues):.0%}",
        )
    ]
    proposed = sum(proposal is not None for proposal in issue_log.proposals.values())
    if issue_log.proposals:
        unmapped = {"count": f"{len(issue_log.proposals):,}", "proposed": f"{proposed:,}"}
        sentences.append(
            Message(
                "{count} categories are not mapped to cogov's, so they are not used in a fit; for {proposed} "
                "of them log.toml proposes one. Edit it, or say --accept.",
                **unmapped,
            )
            if written
            else Message(
                "{count} categories are not mapped to cogov's, so they are not used in a fit; for {proposed} "
                "of them the words propose one, which --accept takes.",
                **unmapped,
            )
        )
    for sentence in sentences:
        out.print(sentence.in_language(lang), style="bold", highlight=False, soft_wrap=True)
    for reason, count in islice(issue_log.reasons.items(), 8):
        words = reason.zh if lang == "zh" else reason
        out.print(f"  {count:,}: {words}", highlight=False, markup=False, soft_wrap=True)
    if written:
        folder = Path(written["log"]).parent
        places = {"log": written["log"], "folder": folder, "figure": written["figure"]}
        for word in ("written", "tables", "figure"):
            out.print(translate(lang, "log", word, **places), soft_wrap=True, highlight=False)
