"""Commands that compare a case with itself or its reports: `cogov compare`, `page`, `patterns`, `story`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..engine.texts import LANGUAGES
from ..engine.texts.errors import UserError
from .options import (
    COMPARE,
    PAGE,
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
    Worlds,
    WorldsFile,
    app,
    complete_case,
    complete_mechanism,
    err,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)


@app.command(rich_help_panel=COMPARE)
def compare(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism to compare without and with; repeatable, then all of them together.",
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option(min=1, help="Pairs of runs; both runs of a pair use the same random seed.")
    ] = 20,
    worlds: Worlds = 60,
    worlds_file: WorldsFile = None,
    fixed: Fixed = False,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    family: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Count only issues of this family, e.g. dispute; repeatable."),
    ] = None,
    severity: Annotated[
        int, typer.Option(min=0, max=3, help="Count only issues of this severity (0 to 3) or more.")
    ] = 0,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Count only issues with tenure=owner or let, category=NAME or scope=NAME; repeatable.",
        ),
    ] = None,
    common: Annotated[
        bool, typer.Option("--common", help="Count only issues that arose in both arms of a pair.")
    ] = False,
    workers: Workers = None,
    out_folder: Annotated[
        Path, typer.Option("--out", help="Folder for the figure, tables and manifest.")
    ] = Path("out"),
    as_json: Json = False,
) -> None:
    """Compare a case without and with a mechanism, using common random numbers.

    Prints and writes the differences with two intervals, costs and a figure: the range over plausible worlds,
    in which what nobody knows is drawn anew, and the interval of luck with the numbers of the case.
    """
    from ..experiments.comparison.compare import arms_of, compare
    from ..experiments.comparison.issue_selection import parse_selection
    from ..experiments.comparison.runs import census
    from ..experiments.files import manifest
    from ..experiments.robustness.carriers import FEW, carriers_or_none
    from ..experiments.robustness.weighing import sentence_of_carriers
    from ..model.scenarios.cases import read_case
    from ..viz.figures import figures
    from ..viz.text import tables

    manifest.refuse_sweep_folder(out_folder)
    changes = {"on": on or (), "off": off or (), "settings": settings or (), "days": days}
    prepare_run(arms_of(read_case(case), mechanism or (), **changes)[1], out_folder, notice=False)
    if fixed and worlds_file:
        raise UserError("--worlds-file is not used with --fixed; leave one out")
    worlds = 0 if fixed else worlds
    selection = parse_selection(family or (), severity, where or (), common)
    with progress() as bar:
        task = bar.add_task(f"{case}: pairs with common random numbers", total=replicates + worlds)
        result = compare(
            case,
            mechanism or (),
            replicates=replicates,
            worlds=worlds,
            seed=seed,
            **changes,
            within=within,
            selection=selection,
            worlds_file=worlds_file or "",
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    folder = result.save(out_folder, typed_command())
    figure_path = figures.save(figures.comparison(result), folder, "compare")
    carriers = carriers_or_none(result) if worlds >= FEW else None
    if as_json:
        return print_json(
            {
                "verdict": result.verdict(),
                "hangs_on": carriers.to_dict("index") if carriers is not None else {},
                **census(result.case),
                "ranges": result.ranges.to_dict("index") if worlds else {},
                "table": result.table.to_dict("index"),
                "groups": result.groups.reset_index().to_dict("records"),
                "activities": {
                    arm: {
                        name: part[arm].droplevel("mechanism").to_dict()
                        for name, part in result.activities.groupby(level="mechanism")
                        if arm == "with" or name not in result.mechanisms
                    }
                    for arm in ("without", "with")
                },
                "figure": str(figure_path),
                "folder": str(folder),
            }
        )
    in_both = sorted(set(result.case.mechanisms) - set(result.mechanisms))
    out.print(tables.comparison_table(result))
    out.print(tables.groups_table(result.groups))
    out.print(
        tables.spending_table(
            {
                arm: part.droplevel("arm").to_dict("index")
                for arm, part in result.ledger.groupby(level="arm", sort=False)
            },
            result.case.volunteers.shadow_wage_yuan,
        )
    )
    rows = ((name, *row) for (name, _), *row in result.activities.itertuples())
    out.print(tables.activities_table(rows, ("without", "with")))
    out.print(f"On in both arms: {', '.join(in_both) or 'no other mechanism'}.", highlight=False)
    out.print(tables.census(result.case), highlight=False)
    out.print(result.verdict(), style="bold", highlight=False)
    if worlds:
        out.print(tables.price_in_worlds(result), highlight=False)
    if carriers is not None:
        out.print(sentence_of_carriers(carriers).strip(), highlight=False)
    out.print(f"Figure: {figure_path} (and .svg)\nTables: {folder}", soft_wrap=True, highlight=False)


@app.command(rich_help_panel=COMPARE)
def patterns(
    case: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_case,
            metavar="CASE",
            help="Case to check; repeatable; default: all shipped cases.",
        ),
    ] = None,
    replicates: Annotated[
        int,
        typer.Option(
            min=2, help="Runs, each with its own random seed and its own draw of the assumed parameters."
        ),
    ] = 30,
    worlds: Annotated[
        int, typer.Option(min=0, help="Random worlds, in which assumed numbers are halved or doubled.")
    ] = 8,
    spread: Annotated[
        float,
        typer.Option(
            min=0.0, max=2.0, help="How far assumed parameters vary: by up to this much in their logarithm."
        ),
    ] = 0.25,
    seed: Seed = 0,
    workers: Workers = None,
    lang: Lang = "en",
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the figure and the table.")] = Path(
        "out"
    ),
    as_json: Json = False,
) -> None:
    """Score the model on every reported outcome, with governance on and off and null models beside it."""
    from ..experiments.files import manifest
    from ..experiments.files.csv_tables import write_csv
    from ..experiments.validation.pattern_scores import count_jobs, score_patterns
    from ..model.scenarios.cases import list_cases, read_case
    from ..viz.figures import figures
    from ..viz.text.pattern_tables import pattern_tables

    if lang not in LANGUAGES:
        raise UserError("--lang {lang}: there are {languages}", lang=lang, languages=", ".join(LANGUAGES))
    manifest.refuse_sweep_folder(out_folder)
    scenarios = [scenario for scenario in map(read_case, case or list_cases()) if scenario.reported]
    if not scenarios:
        raise UserError("none of these cases has a [[reported]] outcome to compare the model with")
    used = {name for scenario in scenarios for name in scenario.mechanisms}
    used |= {name for scenario in scenarios for outcome in scenario.reported for name in outcome.on}
    prepare_run(scenarios[0], out_folder, used)
    given = {"replicates": replicates, "worlds": worlds, "spread": spread, "seed": seed}
    with progress() as bar:
        task = bar.add_task("patterns", total=count_jobs(scenarios, replicates, worlds))
        result = score_patterns(scenarios, **given, workers=workers, progress=lambda: bar.advance(task))
    table_path = out_folder / "patterns.csv"
    write_csv(result.table, table_path, index=False)
    manifest.write_manifest(
        out_folder, "patterns", command=typed_command(), cases=scenarios, tables=["patterns.csv"], **given
    )
    figure_path = figures.save(figures.patterns(result.table), out_folder, "patterns")
    if as_json:
        return print_json(
            {
                "patterns": result.table.to_dict("records"),
                "totals": result.totals().to_dict("records"),
                "summary": str(result.summary()),
                "power": str(result.power()),
            }
        )
    for part in pattern_tables(result, lang):
        out.print(part, highlight=False)
    out.print(f"Figure: {figure_path} (and .svg)\nTable: {table_path}", soft_wrap=True, highlight=False)


@app.command(rich_help_panel=PAGE)
def page(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism that the page can show alone; repeatable. What the case reports is always there.",
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every mechanism alone.")] = False,
    replicates: Annotated[
        int, typer.Option(min=2, max=1000, help="Years that differ by luck alone, of each choice.")
    ] = 20,
    worlds: Annotated[
        int, typer.Option(min=10, max=1000, help="Plausible worlds in which each choice is tried.")
    ] = 40,
    days: Days = None,
    seed: Seed = 0,
    lang: Lang = "en",
    workers: Workers = None,
    out_file: Annotated[Path, typer.Option("--out", help="The file.")] = Path("cogov.html"),
) -> None:
    """Write the page of a community as one HTML file, for a colleague or a course.

    It needs no network and no server: it opens from disk, in a frame of another page, or on a phone. It holds
    the recorded year of each choice, and the answers that `cogov compare` gives.
    """
    from ..model import mechanisms
    from ..model.scenarios.cases import alter_scenario, read_case
    from ..viz.screen.arms import DEFAULT
    from ..viz.screen.single_file import FilePlan, build_file, keys_of_file

    if lang not in LANGUAGES:
        raise UserError(
            "--lang {lang}: the page is in {languages}", lang=lang, languages=" or ".join(LANGUAGES)
        )
    if out_file.suffix.lower() not in (".html", ".htm"):
        raise UserError("--out {file}: the file is an HTML page; let its name end with .html", file=out_file)
    names = list(mechanisms.list_mechanisms()) if every else list(mechanism or ())
    scenario = alter_scenario(read_case(case), days=days)
    alter_scenario(scenario, names)  # raises UserError if a mechanism is unknown
    if not (names or scenario.mechanisms):
        names = [DEFAULT]
        err.print(
            f"{scenario.name} reports no mechanism, so the page holds {DEFAULT}; "
            "--mechanism NAME or --all for others.",
            highlight=False,
            soft_wrap=True,
        )
    prepare_run(scenario, out_file.parent, names)
    plan = FilePlan(scenario, keys_of_file(scenario, names), seed, replicates, worlds)
    with progress() as bar:
        task = bar.add_task(f"{case}: years of {len(plan.keys) + 1} choices", total=plan.runs)
        text = build_file(plan, lang, workers, lambda: bar.advance(task))
    out_file.write_text(text, encoding="utf-8")
    size = len(text.encode()) / 1e6
    out.print(f"{out_file}: {size:.1f} MB; open it in a browser", soft_wrap=True, highlight=False)


@app.command(rich_help_panel=COMPARE)
def story(
    case: Case,
    issue: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Issue, as building/category/number, e.g. 7/lamp_out/2, or its id."),
    ] = None,
    surprising: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="List the N issues whose histories differ most.")
    ] = None,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism to compare without and with; repeatable, then all of them together; default: all "
            "mechanisms of the case.",
        ),
    ] = None,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Print the history of one issue without and with a mechanism, or list the issues that differ most.

    The two runs are the first pair of `cogov compare`.
    """
    from ..experiments.narrative.divergence import choose_arms, surprising_issues
    from ..experiments.narrative.story import tell_story
    from ..viz.text import stories

    if (issue is None) == (surprising is None):
        raise UserError("choose a story: --issue 7/lamp_out/2, or --surprising 10 for a list to choose from")
    if lang not in LANGUAGES:
        raise UserError(
            "--lang {lang}: stories are available in {languages}", lang=lang, languages=", ".join(LANGUAGES)
        )
    changes = {"days": days, "on": on or (), "off": off or (), "settings": settings or ()}
    prepare_run(choose_arms(case, mechanism, **changes)[1][1], None)
    result = (
        surprising_issues(case, mechanism, surprising, seed=seed, **changes)
        if surprising
        else tell_story(case, mechanism, issue=issue, seed=seed, **changes)
    )
    if as_json:
        return print_json(asdict(result))
    if surprising:
        return out.print(stories.tabulate_surprises(result, lang))
    out.print("\n".join(stories.sentences(result, lang)), soft_wrap=True, highlight=False)
