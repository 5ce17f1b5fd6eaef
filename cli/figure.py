"""`cogov figure`: draw figures for print."""

from pathlib import Path
from typing import Annotated

import typer

from ..engine.parameters import UserError
from .completion import complete_mechanism
from .options import (
    COMPARE,
    Case,
    Days,
    Json,
    Off,
    On,
    Seed,
    Set,
    Within,
    Workers,
    app,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)


@app.command(rich_help_panel=COMPARE)
def figure(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism to show without and with; repeatable, then all of them together.",
        ),
    ] = None,
    chart: Annotated[str, typer.Option(help="comparison, backlog, survival, hours or pairs.")] = "comparison",
    journal: Annotated[str, typer.Option(help="Sizes to use: nature, plos, thesis or slide.")] = "nature",
    columns: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=2,
            help="Width in columns of the journal; default: 2 for a comparison, 1 for a single chart.",
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language, en or zh.")] = "en",
    format_lists: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="png, svg or pdf; repeatable, or separated by commas; default: all.",
        ),
    ] = None,
    replicates: Annotated[
        int,
        typer.Option(min=1, max=10_000, help="Pairs of runs; both runs of a pair use the same random seed."),
    ] = 20,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    workers: Workers = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the figures.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Draw a case without and with a mechanism for print.

    Figures have the sizes of a journal, labels in English or Chinese, and are PNG, SVG and PDF files.
    """
    from ..experiments.comparison.compare import arms_of
    from ..experiments.comparison.streaming_comparison import StreamingComparison
    from ..experiments.files import manifest
    from ..model.cases import read_case
    from ..viz.figures import chart_specs, print_figures

    manifest.refuse_sweep_folder(out_folder)
    formats = tuple(part for item in format_lists or print_figures.FORMATS for part in item.split(","))
    for option, given, known in (
        ("chart", chart, print_figures.CHARTS),
        ("journal", journal, print_figures.JOURNALS),
        ("lang", lang, chart_specs.WORDS),
        *(("format", name, print_figures.FORMATS) for name in formats),
    ):
        if given not in known:
            raise UserError(f"--{option} {given}: there is {', '.join(known)}")
    arms = arms_of(
        read_case(case), mechanism or (), on=on or (), off=off or (), settings=settings or (), days=days
    )
    look = print_figures.look_of(journal, len(print_figures.CHARTS[chart]))
    with print_figures.setting(look, lang):  # first, because it raises UserError if no font is found
        prepare_run(arms[1], out_folder)
        pairs = StreamingComparison(arms, seed=seed, within=within, workers=workers)
        with progress() as bar:
            task = bar.add_task(f"{case}: pairs with the same luck", total=replicates)
            for summary in pairs.until(replicates):
                bar.update(task, completed=len(summary.pairs))
        verdict = summary.verdict(lang)
        paths = print_figures.save(
            print_figures.chart(summary, chart, look, columns, lang),
            out_folder,
            f"{chart}_{journal}_{lang}",
            formats,
        )
    manifest.write_manifest(
        out_folder,
        "figure",
        command=typed_command(),
        cases=[arms[1]],
        verdict=verdict,
        mechanisms=mechanism,
        **manifest.changes_as_given(on or (), off or (), settings or ()),
        chart=chart,
        journal=journal,
        lang=lang,
        replicates=len(summary.pairs),
        days=arms[1].days,
        seed=seed,
        within=within,
    )
    if as_json:
        return print_json({"verdict": verdict, "figures": paths})
    out.print(verdict, style="bold", highlight=False, soft_wrap=True)
    out.print("Figures: " + ", ".join(map(str, paths)), soft_wrap=True, highlight=False)
