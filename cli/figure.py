"""The command that makes figures for print: `cogov figure`."""

from pathlib import Path
from typing import Annotated

import typer

from ..engine.parameters import UserError
from .completion import complete_mechanism
from .options import (
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


@app.command()
def figure(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="the mechanism to show without and with; repeatable, then all of them together",
        ),
    ] = None,
    chart: Annotated[str, typer.Option(help="comparison, backlog, survival, hours or pairs")] = "comparison",
    journal: Annotated[str, typer.Option(help="whose sizes: nature, plos, thesis or slide")] = "nature",
    columns: Annotated[
        int | None,
        typer.Option(
            min=1, max=2, help="of the journal, that it is wide; else 2 for a comparison, 1 for one chart"
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    format_: Annotated[
        list[str] | None,
        typer.Option(
            "--format", metavar="FORMAT", help="png, svg or pdf; repeatable, or with commas; else all"
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option(min=1, max=10_000, help="pairs of runs, each pair with the same luck")
    ] = 20,
    days: Days = None,
    seed: Seed = 0,
    set_: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    workers: Workers = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for the figures")] = Path("out"),
    json_: Json = False,
):
    """Draw a case without and with a mechanism for print: in a journal's sizes, English or Chinese, as PNG, SVG and PDF."""
    from ..experiments.comparison.compare import arms_of
    from ..experiments.comparison.streaming_comparison import StreamingComparison
    from ..experiments.files import manifest
    from ..model.cases import read_case
    from ..viz.figures import chart_specs, print_figures

    manifest.refuse_sweep_folder(out_)
    formats = tuple(part for told in format_ or print_figures.FORMATS for part in told.split(","))
    for option, given, known in (
        ("chart", chart, print_figures.CHARTS),
        ("journal", journal, print_figures.JOURNALS),
        ("lang", lang, chart_specs.WORDS),
        *(("format", one, print_figures.FORMATS) for one in formats),
    ):
        if given not in known:
            raise UserError(f"--{option} {given}: there is {', '.join(known)}")
    arms = arms_of(
        read_case(case), mechanism or (), on=on or (), off=off or (), settings=set_ or (), days=days
    )
    look = print_figures.look_of(journal, len(print_figures.CHARTS[chart]))
    with print_figures.setting(look, lang):  # before anything takes long: it says so where there is no font
        prepare_run(arms[1], out_)
        pairs = StreamingComparison(arms, seed=seed, within=within, workers=workers)
        with progress() as bar:
            task = bar.add_task(f"{case}: pairs with the same luck", total=replicates)
            for found in pairs.until(replicates):
                bar.update(task, completed=len(found.pairs))
        verdict = found.verdict(lang)
        paths = print_figures.save(
            print_figures.chart(found, chart, look, columns, lang), out_, f"{chart}_{journal}_{lang}", formats
        )
    manifest.write_manifest(
        out_,
        "figure",
        command=typed_command(),
        cases=[arms[1]],
        verdict=verdict,
        mechanisms=mechanism,
        **manifest.changes_as_given(on or (), off or (), set_ or ()),
        chart=chart,
        journal=journal,
        lang=lang,
        replicates=len(found.pairs),
        days=arms[1].days,
        seed=seed,
        within=within,
    )
    if json_:
        return print_json({"verdict": verdict, "figures": paths})
    out.print(verdict, style="bold", highlight=False, soft_wrap=True)
    out.print("Figures: " + ", ".join(map(str, paths)), soft_wrap=True, highlight=False)
