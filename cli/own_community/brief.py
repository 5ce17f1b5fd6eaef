"""The command that writes two pages to take along: `cogov brief`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import (
    COMMUNITY,
    Json,
    Lang,
    Workers,
    app,
    check_language,
    out,
    prepare_run,
    print_json,
    progress,
)

if TYPE_CHECKING:
    import pandas as pd

    from ...viz.brief.findings import GainsAsked


@app.command(rich_help_panel=COMMUNITY)
def brief(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of `cogov compare` or `cogov robust`.")
    ],
    kinds: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="KIND", help="Write only this: docx, pdf or pptx; repeatable."),
    ] = None,
    workers: Workers = None,
    lang: Lang = "en",
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files; default: DIR.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write two pages and three slides to take along: verdict, who gains, price, what it hangs on, evidence.

    brief.docx, brief.pdf and slides.pptx; under each number stands the command that prints it.
    """
    from ...viz.brief.findings import findings_of
    from ...viz.brief.reading import read_folder
    from ...viz.brief.writing import FILES, check_kinds, write_files

    check_language(lang)
    check_kinds(kinds or FILES)
    results, case = read_folder(folder)
    findings = findings_of(results, case)
    target = out_folder or folder
    gains = (
        findings.gains
        if findings.gains is not None
        else simulate_gains(findings.gains_asked, target, workers)
    )
    with progress() as bar:
        task = bar.add_task("brief: pages and slides", total=len(kinds or FILES))
        paths = write_files(
            findings.with_gains(gains), lang, target, kinds or FILES, progress=lambda: bar.advance(task)
        )
    if as_json:
        return print_json({"files": [str(path) for path in paths]})
    for path in paths:
        out.print(str(path), soft_wrap=True, highlight=False)


def simulate_gains(asked: GainsAsked, folder: Path, workers: int | None) -> pd.DataFrame:
    """Return who gains, as `cogov gains` computes it; kept for the next brief. Raises UserError."""
    from ...engine.source_digests import version as model_version
    from ...experiments.comparison.compare import arms_of
    from ...experiments.comparison.plausible_pairs import paths_set
    from ...experiments.comparison.stored_comparison import find_manifest, read_table
    from ...experiments.comparison.who_gains import who_gains
    from ...experiments.files.csv_tables import write_csv
    from ...experiments.files.manifest import write_manifest
    from ...model.scenarios.cases import read_case

    kept = folder / "gains"
    known = find_manifest(kept, "gains") or {}
    if (known.get("command"), known.get("model")) == (asked.command, model_version()):
        return read_table(kept / "gains.csv", ["group"])
    changes = {"on": asked.on, "off": asked.off, "settings": asked.settings, "days": asked.days}
    arms = arms_of(read_case(asked.case), asked.mechanisms, **changes)
    prepare_run(arms[1], folder, notice=False)
    with progress() as bar:
        task = bar.add_task(f"{arms[1].name}: who gains, plausible worlds", total=asked.worlds)
        table = who_gains(
            arms,
            worlds=asked.worlds,
            held=frozenset(paths_set(arms[1], asked.settings)),
            seed=asked.seed,
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    kept.mkdir(parents=True, exist_ok=True)
    write_csv(table, kept / "gains.csv")
    write_manifest(kept, "gains", command=asked.command, cases=[arms[1]], tables=["gains.csv"])
    return table
