"""Commands to look around: `cogov cases`, `mechanisms`, `evidence`, `knobs`, `agents` and `run`."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from ..engine.parameters import format_range
from ..engine.renamed import suggest_names
from ..engine.texts.errors import UserError
from .options import (
    LOOK,
    Case,
    Days,
    Fixed,
    Json,
    Lang,
    Off,
    On,
    Seed,
    Set,
    Within,
    Workers,
    app,
    complete_case,
    complete_knob,
    complete_mechanism,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)

TABLES_OF_A_RUN = ("measures", "series", "issues", "history", "ledger", "activities")  # files of `run --out`


@app.command(rich_help_panel=LOOK)
def cases(as_json: Json = False) -> None:
    """List the cases that ship with cogov."""
    from ..model.scenarios.cases import list_cases, read_case

    scenarios = [read_case(name) for name in list_cases()]
    if as_json:
        return print_json(
            [
                {
                    "name": scenario.name,
                    "title": scenario.title,
                    "provenance": scenario.provenance,
                    "residents": scenario.community.residents,
                    "given": list(scenario.community.given),
                    "mechanisms": sorted(scenario.mechanisms),
                }
                for scenario in scenarios
            ]
        )
    table = Table("case", Column("description", overflow="fold"), "residents", "reported mechanisms")
    for scenario in scenarios:
        table.add_row(
            scenario.name, scenario.title, f"{scenario.community.residents:,}", ", ".join(scenario.mechanisms)
        )
    out.print(table)


@app.command("mechanisms", rich_help_panel=LOOK)
def list_mechanisms(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=complete_mechanism,
            metavar="[NAME]...",
            help="Mechanisms to describe; default: all.",
            show_default=False,
        ),
    ] = None,
    effects: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete_case,
            metavar="CASE",
            help="Measure the effect of each mechanism alone in this case (common random numbers).",
        ),
    ] = None,
    among: Annotated[
        bool,
        typer.Option(
            "--among",
            help="With --effects: measure each mechanism together with the case's others, not alone.",
        ),
    ] = False,
    replicates: Annotated[
        int, typer.Option(min=2, help="With --effects: plausible worlds, or pairs with --fixed.")
    ] = 60,
    fixed: Fixed = False,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    within: Within = 30,
    workers: Workers = None,
    out_folder: Annotated[
        Path, typer.Option("--out", help="Folder for the figure and the table of --effects.")
    ] = Path("out"),
    as_json: Json = False,
) -> None:
    """List the mechanisms: what each does, how it can disappoint, and its knobs.

    With --effects CASE, simulate a case without and with each mechanism, one at a time.
    """
    from ..model import mechanisms
    from ..viz.text.evidence_words import describe_mechanism_grade

    if effects and names:
        raise UserError("--effects measures all mechanisms; leave out {names}", names=", ".join(names))
    if effects:
        return run_effects(
            effects,
            {"days": days, "settings": settings or ()},
            {
                "replicates": replicates,
                "fixed": fixed,
                "seed": seed,
                "within": within,
                "among": among,
                "workers": workers,
            },
            out_folder,
            as_json,
        )
    chosen = [mechanisms.load_class(name) and name for name in names or mechanisms.list_mechanisms()]
    broken = {} if names else mechanisms.find_broken()
    if as_json:
        return print_json(
            [
                *map(describe_mechanism, chosen),
                *({"name": name, "broken": str(why)} for name, why in broken.items()),
            ]
        )
    for name in chosen:
        description = describe_mechanism(name)
        out.print(
            Text.assemble(
                (name, "bold"),
                f" {description['zh']}\n  {description['does']}\n  ",
                (description["disappoints"], "italic"),
            )
        )
        out.print(f"  {describe_mechanism_grade('en', name)}", highlight=False)
        heads = ("knob", "default", "range", "unit", "grade", "source")
        table = Table(*heads, box=None, padding=(0, 2, 0, 2))
        for knob in description["knobs"]:
            grade = "-" if knob["grade"] is None else str(knob["grade"])
            table.add_row(
                knob["name"],
                f"{knob['default']:g}",
                str(format_range(knob)),
                knob["unit"],
                grade,
                knob["source"],
            )
        out.print(table)
    for name, why in broken.items():
        out.print(f"{name} is broken: {why}", style="bold red", highlight=False, markup=False, soft_wrap=True)


def run_effects(name: str, changes: dict, options: dict, folder: Path, as_json: bool) -> None:
    """Measure, print and write to `folder` the effects of all mechanisms in the case `name`."""
    from ..experiments.comparison.effects import mechanism_effects
    from ..experiments.comparison.plausible_pairs import paths_set
    from ..experiments.files import manifest
    from ..experiments.files.csv_tables import write_csv
    from ..model import mechanisms
    from ..model.scenarios.cases import alter_scenario, read_case
    from ..viz.figures import figures
    from ..viz.text import tables

    manifest.refuse_sweep_folder(folder)
    case = alter_scenario(read_case(name), (), (), changes["settings"], changes["days"])
    prepare_run(case, folder, mechanisms.list_mechanisms())
    with progress() as bar:
        task = bar.add_task(f"{case.name}, all mechanisms", total=options["replicates"])
        held = paths_set(case, changes["settings"])
        table = mechanism_effects(case, **options, held=held, progress=lambda: bar.advance(task))
    write_csv(table, folder / "effects.csv")
    arguments = {
        **manifest.changes_as_given(settings=changes["settings"]),
        "days": case.days,
        **{name: value for name, value in options.items() if name != "workers"},
    }
    manifest.write_manifest(
        folder, "effects", command=typed_command(), cases=[case], tables=["effects.csv"], **arguments
    )
    title = (
        f"{case.name}: each mechanism {'with the others' if options['among'] else 'alone'}; "
        f"{options['replicates']} {'pairs' if options['fixed'] else 'plausible worlds'}, {case.days} days"
    )
    picture = figures.save(figures.effects(table, title), folder, "effects")
    if as_json:
        return print_json(table.reset_index().to_dict("records"))
    out.print(tables.effects(table, title))
    out.print(
        f"Figure: {picture} (and .svg)\nTable: {folder / 'effects.csv'}", soft_wrap=True, highlight=False
    )


def describe_mechanism(name: str) -> dict:
    """Return what a mechanism does and how it disappoints, and its knobs."""
    from ..experiments.evidence.grades import grade_of, grade_of_mechanism
    from ..model import mechanisms

    mechanism = mechanisms.load_class(name)
    does, disappoints = mechanisms.describe(name)
    knobs = [
        {
            "name": f.name,
            "default": f.default,
            **f.metadata,
            "grade": grade_of(f"mechanisms.{name}.{f.name}", f.metadata["source"]),
        }
        for f in fields(mechanism)
    ]
    words = {"zh": mechanism.zh, "does": does, "disappoints": disappoints}
    return {"name": name, **words, "grade": grade_of_mechanism(name), "knobs": knobs}


@app.command(rich_help_panel=LOOK)
def evidence(
    what: Annotated[
        str,
        typer.Argument(
            autocompletion=complete_knob,
            metavar="[MECHANISM or PATH]",
            help="A mechanism, or the beginning of the paths of knobs; default: all.",
            show_default=False,
        ),
    ] = "",
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """List what each number rests on: its grade, its prior and the measured effects that inform it."""
    from ..engine.texts import LANGUAGES
    from ..experiments.evidence.grades import all_evidence
    from ..model import mechanisms
    from ..viz.text.evidence_tables import evidence_table
    from ..viz.text.evidence_words import describe_mechanism_grade

    if lang not in LANGUAGES:
        raise UserError("--lang {lang}: there are {languages}", lang=lang, languages=", ".join(LANGUAGES))
    is_mechanism = what in mechanisms.list_mechanisms()
    prefix = f"mechanisms.{what}." if is_mechanism else what
    known = list(all_evidence())
    rows = [row for row in known if row.path.startswith(prefix)]
    if not rows:
        names = [*mechanisms.list_mechanisms(), *(row.path for row in known)]
        raise UserError(
            "no mechanism or knob begins with {prefix!r}{hint}",
            prefix=what,
            hint=suggest_names(what, names),
        )
    if as_json:
        return print_json([row.as_record() for row in rows])
    if is_mechanism:
        out.print(describe_mechanism_grade(lang, what), style="bold", highlight=False)
    for part in evidence_table(rows, lang, prefix if is_mechanism else ""):
        out.print(part, highlight=False)


@app.command(rich_help_panel=LOOK)
def knobs(
    prefix: Annotated[
        str,
        typer.Argument(
            autocompletion=complete_knob,
            metavar="[PREFIX]",
            help="Beginning of the paths to list, e.g. committee or issues.litter; default: all.",
            show_default=False,
        ),
    ] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the whole page docs/parameters.md.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the knobs that `--set` can set: default, range, unit, source, and the cases that set them."""
    from ..experiments.comparison.parameter_paths import list_parameters
    from ..viz.text.parameter_tables import page, parameter_table

    listed = list_parameters("" if markdown else prefix)
    if as_json:
        return print_json([asdict(knob) for knob in listed])
    if markdown:
        return print(page(listed), end="")
    for table in parameter_table(listed):
        out.print(table)


@app.command(rich_help_panel=LOOK)
def agents(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="[KIND]", help="Kind of person, e.g. residents; default: all.", show_default=False
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """List the kinds of people: attributes, decision rules, knobs, and mechanisms that use their hours."""
    from ..viz.text.agent_catalogue import KINDS, describe_agents, describe_kind
    from ..viz.text.agent_tables import agent_tables

    if kind and kind not in KINDS:
        raise UserError(
            "no kind of person is called {kind!r}{hint}", kind=kind, hint=suggest_names(kind, KINDS)
        )
    kinds = [describe_kind(kind)] if kind else describe_agents()
    if as_json:
        return print_json([asdict(kind) for kind in kinds])
    for part in agent_tables(kinds):
        out.print(part)


@app.command(rich_help_panel=LOOK)
def run(
    case: Case,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for the tables; default: write none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Simulate a case once; print all measures, spending by role, and what each mechanism did."""
    from ..experiments.comparison.runs import census, simulate
    from ..model.activities import list_activities
    from ..model.scenarios.cases import alter_scenario, read_case
    from ..viz.text import tables

    if out_folder:
        from ..experiments.files import manifest

        manifest.refuse_sweep_folder(out_folder)
    scenario = alter_scenario(read_case(case), on or (), off or (), settings or (), days)
    prepare_run(scenario, out_folder, notice=False)
    with progress() as bar:
        task = bar.add_task(f"{case}: days", total=scenario.days)
        result = simulate(scenario, seed=seed, within=within, progress=lambda: bar.advance(task))
    if out_folder:
        from ..experiments.files.csv_tables import write_csv  # here, because it loads pandas, which is slow

        names = [f"{name}.csv" for name in TABLES_OF_A_RUN]
        for name in names:
            write_csv(getattr(result, name.removesuffix(".csv")), out_folder / name)
        manifest.write_manifest(
            out_folder,
            "run",
            command=typed_command(),
            cases=[scenario],
            tables=names,
            **manifest.changes_as_given(on or (), off or (), settings or ()),
            days=scenario.days,
            seed=seed,
            within=within,
        )
    if as_json:
        return print_json(
            {
                "case": result.scenario.name,
                "seed": seed,
                "days": result.scenario.days,
                "mechanisms": sorted(result.scenario.mechanisms),
                **census(result.scenario),
                "measures": result.summary,
                "ledger": result.spending,
                "activities": result.done,
            }
        )
    out.print(tables.measures_table(result))
    out.print(tables.spending_table({"": result.spending}, scenario.volunteers.shadow_wage_yuan))
    out.print(
        tables.activities_table(
            (a.mechanism, a.count.en, a.count.unit, a.value) for a in list_activities(result.run)
        )
    )
    out.print(tables.census(result.scenario), highlight=False)
    if out_folder:
        out.print(f"Tables: {out_folder}", soft_wrap=True, highlight=False)
