"""The commands that list what there is: `cogov cases`, `mechanisms` and `knobs`."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from ..engine.parameters import UserError, span
from .completion import complete_case, complete_knob, complete_mechanism
from .options import (
    Days,
    Json,
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
def cases(json_: Json = False):
    """List the cases that ship."""
    from ..model.cases import list_cases, read_case

    every = [read_case(name) for name in list_cases()]
    if json_:
        return print_json(
            [
                {
                    "name": s.name,
                    "title": s.title,
                    "provenance": s.provenance,
                    "residents": s.community.residents,
                    "given": list(s.community.given),
                    "mechanisms": sorted(s.mechanisms),
                }
                for s in every
            ]
        )
    table = Table("case", Column("what it is", overflow="fold"), "residents", "mechanisms it reports")
    for s in every:
        table.add_row(s.name, s.title, f"{s.community.residents:,}", ", ".join(s.mechanisms))
    out.print(table)


@app.command("mechanisms")
def mechanisms_(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=complete_mechanism,
            metavar="[NAME]...",
            help="those to describe; else all",
            show_default=False,
        ),
    ] = None,
    effects: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete_case,
            metavar="CASE",
            help="instead: what each does by itself in this case, under the same luck",
        ),
    ] = None,
    among: Annotated[
        bool,
        typer.Option("--among", help="with --effects: beside the case's other mechanisms, instead of alone"),
    ] = False,
    replicates: Annotated[int, typer.Option(min=2, help="with --effects: pairs of runs")] = 20,
    days: Days = None,
    seed: Seed = 0,
    set_: Set = None,
    within: Within = 30,
    workers: Workers = None,
    out_: Annotated[
        Path, typer.Option("--out", help="folder for the figure and the table of --effects")
    ] = Path("out"),
    json_: Json = False,
):
    """List the mechanisms: what each does, how it disappoints, and its knobs. With --effects, one-at-a-time effects in a case."""
    from ..model import mechanisms

    if effects and names:
        raise UserError(f"--effects measures every mechanism there is: leave out {', '.join(names)}")
    if effects:
        return effects_(
            effects,
            {"days": days, "settings": set_ or ()},
            {"replicates": replicates, "seed": seed, "within": within, "among": among, "workers": workers},
            out_,
            json_,
        )
    chosen = [mechanisms.mechanism_class(name) and name for name in names or mechanisms.names()]
    broken = {} if names else mechanisms.broken_files()
    if json_:
        return print_json(
            [
                *map(describe_mechanism, chosen),
                *({"name": name, "broken": why} for name, why in broken.items()),
            ]
        )
    for name in chosen:
        one = describe_mechanism(name)
        out.print(
            Text.assemble(
                (name, "bold"), f" {one['zh']}\n  {one['does']}\n  ", (one["disappoints"], "italic")
            )
        )
        table = Table("knob", "default", "range", "unit", "source", box=None, padding=(0, 2, 0, 2))
        for knob in one["knobs"]:
            table.add_row(knob["name"], f"{knob['default']:g}", span(knob), knob["unit"], knob["source"])
        out.print(table)
    for name, why in broken.items():
        out.print(f"{name} is broken: {why}", style="bold red", highlight=False, markup=False, soft_wrap=True)


def effects_(name, changes, options, folder, json_):
    """Run, show and keep the effects of all mechanisms in the case `name`."""
    from ..experiments.comparison.effects import mechanism_effects
    from ..experiments.files import manifest
    from ..experiments.files.csv_tables import write_csv
    from ..model import mechanisms
    from ..model.cases import alter_scenario, read_case
    from ..viz.figures import figures
    from ..viz.text import tables

    manifest.refuse_sweep_folder(folder)
    case = alter_scenario(read_case(name), (), (), changes["settings"], changes["days"])
    prepare_run(case, folder, mechanisms.names())
    with progress() as bar:
        task = bar.add_task(f"{case.name}, all mechanisms", total=options["replicates"])
        table = mechanism_effects(case, **options, progress=lambda: bar.advance(task))
    write_csv(table, folder / "effects.csv")
    asked = {
        **manifest.changes_as_given(settings=changes["settings"]),
        "days": case.days,
        **{name: value for name, value in options.items() if name != "workers"},
    }
    manifest.write_manifest(
        folder, "effects", command=typed_command(), cases=[case], tables=["effects.csv"], **asked
    )
    title = f"{case.name}: each mechanism {'beside the others' if options['among'] else 'alone'}; {options['replicates']} pairs, {case.days} days"
    picture = figures.save(figures.effects(table, title), folder, "effects")
    if json_:
        return print_json(table.reset_index().to_dict("records"))
    out.print(tables.effects(table, case, options["replicates"], options["among"]))
    out.print(
        f"Figure: {picture} (and .svg)\nTable: {folder / 'effects.csv'}", soft_wrap=True, highlight=False
    )


def describe_mechanism(name):
    """A mechanism in words and numbers."""
    from ..model import mechanisms

    kind = mechanisms.mechanism_class(name)
    does, disappoints = mechanisms.describe(name)
    knobs = [{"name": f.name, "default": f.default, **f.metadata} for f in fields(kind)]
    return {"name": name, "zh": kind.zh, "does": does, "disappoints": disappoints, "knobs": knobs}


@app.command()
def knobs(
    prefix: Annotated[
        str,
        typer.Argument(
            autocompletion=complete_knob,
            metavar="[PREFIX]",
            help="what a path begins with, e.g. committee or issues.litter",
            show_default=False,
        ),
    ] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="print the page docs/parameters.md, all of it")
    ] = False,
    json_: Json = False,
):
    """List every number that `--set` turns: default, range, unit, source, and the cases that turn it."""
    from ..experiments.comparison.parameter_paths import parameters
    from ..viz.text.parameter_tables import page, parameter_table

    found = parameters("" if markdown else prefix)
    if json_:
        return print_json([asdict(one) for one in found])
    if markdown:
        return print(page(found), end="")
    for table in parameter_table(found):
        out.print(table)
