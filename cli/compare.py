"""The commands that hold a case against itself or its reports: `cogov compare`, `patterns` and `story`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..engine.parameters import UserError
from .completion import complete_case, complete_mechanism
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
def compare(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="the mechanism to compare with and without; repeatable, then all of them together",
        ),
    ] = None,
    replicates: Annotated[int, typer.Option(min=1, help="pairs of runs, each pair with the same luck")] = 20,
    days: Days = None,
    seed: Seed = 0,
    set_: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    workers: Workers = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for the figure, tables and manifest")] = Path(
        "out"
    ),
    json_: Json = False,
):
    """Compare a case without and with a mechanism under the same luck: difference, interval, price, figure."""
    from ..experiments.comparison.compare import arms_of, compare
    from ..experiments.comparison.runs import census
    from ..experiments.files import manifest
    from ..model.cases import read_case
    from ..viz.figures import figures
    from ..viz.text import tables

    manifest.refuse_sweep_folder(out_)
    changes = {"on": on or (), "off": off or (), "settings": set_ or (), "days": days}
    prepare_run(arms_of(read_case(case), mechanism or (), **changes)[1], out_, notice=False)
    with progress() as bar:
        task = bar.add_task(f"{case}: pairs with the same luck", total=replicates)
        result = compare(
            case,
            mechanism or (),
            replicates=replicates,
            seed=seed,
            **changes,
            within=within,
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    folder = result.save(out_, typed_command())
    picture = figures.save(figures.comparison(result), folder, "compare")
    if json_:
        return print_json(
            {
                "verdict": result.verdict(),
                **census(result.case),
                "table": result.table.to_dict("index"),
                "figure": str(picture),
                "folder": str(folder),
            }
        )
    both = sorted(set(result.case.mechanisms) - set(result.mechanisms))
    out.print(tables.comparison_table(result))
    out.print(
        tables.spending_table(
            {
                arm: part.droplevel("arm").to_dict("index")
                for arm, part in result.ledger.groupby(level="arm", sort=False)
            }
        )
    )
    out.print(f"In both arms: {', '.join(both) or 'no other mechanism'}.", highlight=False)
    out.print(tables.census(result.case), highlight=False)
    out.print(result.verdict(), style="bold", highlight=False)
    out.print(f"Figure: {picture} (and .svg)\nTables: {folder}", soft_wrap=True, highlight=False)


@app.command()
def patterns(
    case: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_case, metavar="CASE", help="a case; repeatable, else all that ship"
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option(min=2, help="runs, each with its own luck and its own assumed parameters")
    ] = 30,
    spread: Annotated[
        float,
        typer.Option(
            min=0.0, max=2.0, help="how far assumed parameters vary: by up to this in their logarithm"
        ),
    ] = 0.25,
    seed: Seed = 0,
    workers: Workers = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for the figure and the table")] = Path("out"),
    json_: Json = False,
):
    """Hold every reported outcome against the model: inside, near or outside its 90 % interval."""
    import pandas as pd

    from ..experiments.calibration.reported_patterns import check_patterns as held
    from ..experiments.files import manifest
    from ..experiments.files.csv_tables import write_csv
    from ..model.cases import list_cases, read_case
    from ..viz.figures import figures
    from ..viz.text import tables

    manifest.refuse_sweep_folder(out_)
    every = [scenario for scenario in map(read_case, case or list_cases()) if scenario.reported]
    for scenario in every[:1]:
        prepare_run(
            scenario,
            out_,
            {
                name
                for one in every
                for name in (*one.mechanisms, *(name for outcome in one.reported for name in outcome.on))
            },
        )
    found = []
    with progress() as bar:
        task = bar.add_task("replicates", total=replicates * len(every))
        for scenario in every:
            bar.update(task, description=scenario.name)
            found.append(
                held(
                    scenario,
                    replicates=replicates,
                    seed=seed,
                    spread=spread,
                    workers=workers,
                    progress=lambda: bar.advance(task),
                )
            )
    if not found:
        raise UserError("none of these cases has a [[reported]] outcome to hold the model against")
    table = pd.concat(found, ignore_index=True)
    write_csv(table, out_ / "patterns.csv", index=False)
    manifest.write_manifest(
        out_,
        "patterns",
        command=typed_command(),
        cases=every,
        tables=["patterns.csv"],
        replicates=replicates,
        spread=spread,
        seed=seed,
    )
    picture = figures.save(figures.patterns(table), out_, "patterns")
    if json_:
        return print_json(table.to_dict("records"))
    out.print(tables.patterns(table))
    out.print(
        f"Figure: {picture} (and .svg)\nTable: {out_ / 'patterns.csv'}", soft_wrap=True, highlight=False
    )


@app.command()
def story(
    case: Case,
    issue: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="whose story: building/category/number, as in 7/lamp_out/2, or the id"
        ),
    ] = None,
    surprising: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="list the N issues whose histories differ most")
    ] = None,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="the mechanism to tell it without and with; repeatable; else all of the case",
        ),
    ] = None,
    days: Days = None,
    seed: Seed = 0,
    set_: Set = None,
    on: On = None,
    off: Off = None,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    json_: Json = False,
):
    """Tell one issue's history without and with a mechanism, in the first pair of `compare`; or list those that differ most."""
    from ..experiments.narrative.divergence import choose_arms
    from ..experiments.narrative.divergence import surprising_issues as differing
    from ..experiments.narrative.story import tell_story
    from ..viz.text import stories

    if (issue is None) == (surprising is None):
        raise UserError("say which story: --issue 7/lamp_out/2, or --surprising 10 for a list to choose from")
    if lang not in stories.LANGUAGES:
        raise UserError(f"--lang {lang}: stories are told in {' or '.join(stories.LANGUAGES)}")
    changes = {"days": days, "on": on or (), "off": off or (), "settings": set_ or ()}
    prepare_run(choose_arms(case, mechanism, **changes)[1][1], None)
    found = (
        differing(case, mechanism, surprising, seed=seed, **changes)
        if surprising
        else tell_story(case, mechanism, issue=issue, seed=seed, **changes)
    )
    if json_:
        return print_json(asdict(found))
    if surprising:
        return out.print(stories.most(found, lang))
    out.print("\n".join(stories.sentences(found, lang)), soft_wrap=True, highlight=False)
