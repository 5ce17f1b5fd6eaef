"""Commands that explain an effect over plausible worlds: `cogov gains`, `paths` and `structures`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ..engine.texts import translate
from .analyse import write_tables
from .options import (
    EXPLAIN,
    Case,
    Days,
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
    check_language,
    complete_mechanism,
    out,
    prepare_run,
    print_json,
    progress,
)


@app.command(rich_help_panel=EXPLAIN)
def gains(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism to compare without and with; repeatable, then all of them together.",
        ),
    ] = None,
    worlds: Worlds = 60,
    worlds_file: WorldsFile = None,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    workers: Workers = None,
    lang: Lang = "en",
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the table.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Say who gains from mechanisms: each household's burden without and with them, under the same luck.

    By tenure, registration, elders, floor and lift; over plausible worlds.
    """
    from ..experiments.comparison.compare import arms_of
    from ..experiments.comparison.plausible_pairs import paths_set
    from ..experiments.comparison.who_gains import who_gains
    from ..experiments.files import manifest
    from ..model.scenarios.cases import read_case
    from ..viz.text.robust_tables import gains_sentence, gains_table

    check_language(lang)
    manifest.refuse_sweep_folder(out_folder)
    changes = {"on": on or (), "off": off or (), "settings": settings or (), "days": days}
    arms = arms_of(read_case(case), mechanism or (), **changes)
    prepare_run(arms[1], out_folder)
    with progress() as bar:
        task = bar.add_task(f"{arms[1].name}: plausible worlds", total=worlds)
        table = who_gains(
            arms,
            worlds=worlds,
            held=frozenset(paths_set(arms[1], settings or ())),
            seed=seed,
            worlds_file=str(worlds_file or ""),
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    write_tables(
        out_folder,
        "gains",
        {"gains": table},
        cases=[arms[1]],
        mechanisms=mechanism,
        worlds=worlds,
        **({"worlds_file": manifest.file_of(worlds_file)} if worlds_file else {}),
        seed=seed,
    )
    names = " + ".join(mechanism or ())
    sentence = gains_sentence(table, names, lang)
    if as_json:
        return print_json({"sentence": sentence, "groups": table.reset_index().to_dict("records")})
    title = translate(
        lang, "gains", "title", case=arms[1].name, names=names, worlds=worlds, days=arms[1].days
    )
    out.print(gains_table(table, title, lang), highlight=False)
    out.print(sentence, style="bold", highlight=False)
    out.print(f"Table: {out_folder / 'gains.csv'}", soft_wrap=True, highlight=False)


@app.command(rich_help_panel=EXPLAIN)
def paths(
    case: Case,
    mechanism: Annotated[
        str,
        typer.Option(
            autocompletion=complete_mechanism, metavar="NAME", help="Mechanism to take apart; required."
        ),
    ],
    measure: Annotated[
        str, typer.Option(metavar="NAME", help="Measure whose change is taken apart.")
    ] = "resolution_rate",
    worlds: Worlds = 60,
    days: Days = None,
    seed: Seed = 0,
    on: On = None,
    off: Off = None,
    workers: Workers = None,
    lang: Lang = "en",
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the table.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Say through what a mechanism works: its effect lever by lever, which sum to the total.

    Each of its levers is switched off, and pulled alone, under the same luck; over plausible worlds.
    """
    from ..experiments.comparison.compare import arms_of
    from ..experiments.comparison.lever_paths import levers_of, path_effects
    from ..experiments.files import manifest
    from ..experiments.robustness.weighing import check_measure
    from ..model.measures import MEASURES
    from ..model.scenarios.cases import read_case
    from ..viz.text.robust_tables import paths_sentence, paths_table

    check_language(lang)
    check_measure(measure)
    manifest.refuse_sweep_folder(out_folder)
    arms = arms_of(read_case(case), [mechanism], on=on or (), off=off or (), settings=(), days=days)
    levers_of(mechanism)
    prepare_run(arms[1], out_folder)
    with progress() as bar:
        task = bar.add_task(f"{arms[1].name}: plausible worlds", total=worlds)
        table = path_effects(
            arms,
            mechanism,
            measure,
            worlds=worlds,
            seed=seed,
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    write_tables(
        out_folder,
        "paths",
        {"paths": table},
        cases=[arms[1]],
        mechanism=mechanism,
        measure=measure,
        worlds=worlds,
        seed=seed,
    )
    sentence = paths_sentence(table, mechanism, measure, lang)
    if as_json:
        return print_json({"sentence": sentence, "parts": table.reset_index().to_dict("records")})
    title = translate(
        lang,
        "paths",
        "title",
        case=arms[1].name,
        mechanism=mechanism,
        measure=getattr(MEASURES[measure], lang),
        worlds=worlds,
        days=arms[1].days,
    )
    out.print(paths_table(table, title, measure, lang), highlight=False)
    out.print(sentence, style="bold", highlight=False)
    out.print(f"Table: {out_folder / 'paths.csv'}", soft_wrap=True, highlight=False)


@app.command(rich_help_panel=EXPLAIN)
def structures(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism whose effect is asked for; repeatable, then all of them together.",
        ),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism to compare with; repeatable. Default: none.",
        ),
    ] = None,
    measure: Annotated[
        str, typer.Option(metavar="NAME", help="Measure that is asked for.")
    ] = "resolution_rate",
    worlds: Annotated[
        int, typer.Option(min=10, max=10_000, help="Plausible worlds in which every structure is tried.")
    ] = 10,
    samples: Annotated[
        int, typer.Option(min=0, max=10_000, help="Samples of the split, with 16 mixtures each; 0: no split.")
    ] = 24,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    workers: Workers = None,
    lang: Lang = "en",
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for tables and figure.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Ask whether an answer survives other rules: of reporting, giving, queueing and neglect.

    Prints in how many structures the verdict holds, which rule matters, and how much of the spread is due to
    rules, numbers, people and luck.
    """
    from ..experiments.comparison.plausible_pairs import paths_set
    from ..experiments.files import manifest
    from ..experiments.robustness.structures import arms_against, question_of, try_structures
    from ..experiments.robustness.weighing import check_measure
    from ..model.scenarios.cases import read_case
    from ..viz.figures import figures
    from ..viz.figures.robust_figures import draw_structures
    from ..viz.text.robust_tables import structures_tables

    check_language(lang)
    check_measure(measure)
    manifest.refuse_sweep_folder(out_folder)
    changes = {"on": on or (), "off": off or (), "settings": settings or (), "days": days}
    arms = arms_against(read_case(case), mechanism or (), against or (), **changes)
    prepare_run(arms[1], out_folder, set(arms[0].mechanisms))
    name = " + ".join(mechanism or ())
    if against:
        name = translate(lang, "structures", "instead", arm=name, against=" + ".join(against))
    with progress() as bar:
        task = bar.add_task(f"{arms[1].name}: rules", total=worlds + samples)
        held = frozenset(paths_set(arms[1], settings or ()))
        result = try_structures(
            question_of(arms, measure, held, seed, within),
            name,
            worlds=worlds,
            samples=samples,
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    frames = {"structures": result.table, "rules": result.by_rule, "split": result.parts}
    write_tables(
        out_folder,
        "structures",
        frames,
        cases=[arms[1]],
        sentences=list(result.sentences()),
        mechanisms=mechanism,
        against=against,
        measure=measure,
        worlds=worlds,
        samples=samples,
        seed=seed,
        within=within,
    )
    figure_path = figures.save(draw_structures(result, arms[1].name, lang), out_folder, "structures")
    if as_json:
        return print_json(
            {
                "sentences": list(result.sentences(lang)),
                **{name: table.reset_index().to_dict("records") for name, table in frames.items()},
                "figure": str(figure_path),
                "folder": str(out_folder),
            }
        )
    for part in structures_tables(result, arms[1].name, lang):
        out.print(part, highlight=False)
    out.print(f"Figure: {figure_path} (and .svg)\nTables: {out_folder}", soft_wrap=True, highlight=False)


@app.command(rich_help_panel=EXPLAIN)
def year(
    case: Case,
    left: Annotated[
        str, typer.Option(metavar="ARM", help="What is on the left: NAME+NAME:strength=0.5; '' for nothing.")
    ] = "",
    right: Annotated[str, typer.Option(metavar="ARM", help="What is on the right.")] = "building_captains",
    days: Days = None,
    seed: Seed = 0,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Print the numbers of the page's cards that are of the one year on show, on both sides."""
    from ..model.scenarios.cases import read_case
    from ..viz.i18n.words import translate as say
    from ..viz.screen.year_numbers import year_numbers
    from ..viz.text.tables import PLAIN

    check_language(lang)
    scenario = read_case(case)
    numbers = year_numbers(scenario, left, right, seed, days)
    if as_json:
        return print_json(vars(numbers))
    title = translate(lang, "year", "title", case=scenario.name, days=days or scenario.days, seed=seed)
    sides = Table("", *(translate(lang, "year", side) for side in ("left", "right")), title=title, **PLAIN)
    for name, pair in (("half", numbers.half_days), ("trust", numbers.trust)):
        sides.add_row(
            translate(lang, "year", name), *("-" if value is None else str(value) for value in pair)
        )
    homes = Table(*(translate(lang, "year", word) for word in ("homes", "fewer", "more")), **PLAIN)
    for name, (_, fewer, more) in numbers.homes.items():
        homes.add_row(say(lang, f"screen.{name}"), str(fewer), str(more))
    out.print(sides, homes)
