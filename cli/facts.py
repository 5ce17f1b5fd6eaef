"""Command `cogov facts`: the model beside measured facts and null models."""

from pathlib import Path
from typing import Annotated

import typer

from .options import (
    COMPARE,
    Json,
    Lang,
    Seed,
    Workers,
    app,
    check_language,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)


@app.command(rich_help_panel=COMPARE)
def facts(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Facts to score; default: all.", show_default=False),
    ] = None,
    replicates: Annotated[
        int, typer.Option(min=4, help="Runs per world, each with its own seed and draw of all numbers.")
    ] = 20,
    worlds: Annotated[
        int, typer.Option(min=0, help="Random worlds, in which assumed numbers are halved or doubled.")
    ] = 20,
    ensemble: Annotated[
        bool,
        typer.Option(
            "--ensemble/--prior",
            help="Take fitted numbers from the ensemble (see `cogov ensemble`), or all from their priors.",
        ),
    ] = True,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="DECISION=RULE",
            help="Another rule than the model's own, e.g. giving=habit; repeatable.",
        ),
    ] = None,
    seed: Seed = 0,
    workers: Workers = None,
    lang: Lang = "en",
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the table; default: write none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score the model against measured facts, with null models beside it and a p-value."""
    from ..engine.parameters import set_parameters
    from ..engine.settings import parse_setting
    from ..experiments.evidence.facts import choose_facts
    from ..experiments.evidence.worlds import read_worlds
    from ..experiments.files import manifest
    from ..experiments.files.csv_tables import write_csv
    from ..experiments.validation.scores import count_jobs, score_facts
    from ..model.scenarios.cases import read_case
    from ..model.scenarios.scenario import Scenario
    from ..viz.text.evidence_tables import facts_tables

    check_language(lang)
    if out_folder:
        manifest.refuse_sweep_folder(out_folder)
    chosen = choose_facts(names)
    plain = Scenario()
    chosen_rules = dict(parse_setting(plain, f"structure.{text}") for text in rules or ())
    structure = set_parameters(plain, chosen_rules).structure
    cases = {case: read_case(case) for fact in chosen for case in fact.cases}
    used = {name for case in cases.values() for name in case.mechanisms}
    used |= {name for fact in chosen for name in fact.on}
    prepare_run(next(iter(cases.values())), out_folder, used)
    members = read_worlds().to_dict("records") if ensemble else []
    with progress() as bar:
        task = bar.add_task("facts", total=count_jobs(replicates, worlds))
        result = score_facts(
            names,
            replicates=replicates,
            worlds=worlds,
            seed=seed,
            members=members,
            structure=structure,
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    if out_folder:
        write_csv(result.table, out_folder / "facts.csv", index=False)
        manifest.write_manifest(
            out_folder,
            "facts",
            command=typed_command(),
            cases=list(cases.values()),
            tables=["facts.csv"],
            replicates=replicates,
            worlds=worlds,
            ensemble=ensemble,
            rules=rules,
            seed=seed,
        )
    if as_json:
        return print_json(
            {
                "facts": result.table.to_dict("records"),
                "totals": result.totals().to_dict("records"),
                "power": str(result.power()),
            }
        )
    for part in facts_tables(result, lang):
        out.print(part, highlight=False)
    if out_folder:
        out.print(f"Table: {out_folder / 'facts.csv'}", soft_wrap=True, highlight=False)
