"""`cogov search`: the best mixes within a budget; `cogov ensemble`: plausible worlds, fitted to facts."""

from pathlib import Path
from typing import Annotated

import typer

from .analyse import print_results, results_as_json, write_results
from .options import (
    COMPARE,
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
    app,
    check_language,
    complete_knob,
    complete_mechanism,
    out,
    prepare_run,
    print_json,
    progress,
    refuse_overwriting_inputs,
)


@app.command(rich_help_panel=EXPLAIN)
def search(
    case: Case,
    may: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism that may be on or off; repeatable.",
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_knob,
            metavar="PATH[=LOW..HIGH]",
            help="Knob that may vary, by default over its whole range; repeatable.",
        ),
    ] = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(metavar="MEASURE[=maximise|minimise]", help="Measure to optimise; repeatable."),
    ] = None,
    budget_yuan: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="YUAN",
            help="Budget: mean cost of a run in yuan, in addition to the unchanged case.",
        ),
    ] = None,
    budget_hours: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[ROLE=]HOURS",
            help="Budget: mean hours of work in a run, in addition to the unchanged case; for one role: "
            "e.g. committee=200; repeatable.",
        ),
    ] = None,
    most: Annotated[
        int | None, typer.Option(help="Largest number of mechanisms that a mix may add to the case.")
    ] = None,
    trials: Annotated[int, typer.Option(help="Mixes to try, 1 to 100,000.")] = 100,
    replicates: Annotated[
        int, typer.Option(help="Runs of each mix; all mixes use the same random seeds; 2 to 100,000.")
    ] = 5,
    confirm: Annotated[
        int, typer.Option(help="Runs with new random seeds of each mix on the Pareto front, 2 to 100,000.")
    ] = 20,
    worlds: Annotated[
        int,
        typer.Option(min=0, max=10_000, help="Plausible worlds to try the front in; 0: none."),
    ] = 30,
    sampler: Annotated[str, typer.Option(help="Search algorithm: nsga2 or tpe.")] = "nsga2",
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    workers: Workers = 1,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Log of the trials, written as they finish; the same command resumes from it.",
        ),
    ] = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the figure and tables.")] = Path(
        "out/search"
    ),
    as_json: Json = False,
) -> None:
    """Search for the mixes of mechanisms that achieve most within a budget (Pareto front).

    The mixes on the front are simulated again with new random seeds, because the best of many trials
    owe part of their results to chance.
    """
    from ..experiments.exploration import search_options
    from ..experiments.exploration.search import search as search_mixes
    from ..experiments.exploration.search_space import build_search_space
    from ..model.scenarios.cases import alter_scenario, read_case
    from ..viz.figures import discovery_figures

    scenario = read_case(case)
    full = alter_scenario(
        scenario, on=[*(on or ()), *(may or ())], off=off or (), settings=settings or (), days=days
    )
    knobs = dict(search_options.parse_range(full, text) for text in vary or ())
    limits = {"yuan": budget_yuan} if budget_yuan is not None else {}
    limits |= dict(map(search_options.parse_budget, budget_hours or ()))
    options = {
        "mechanisms": may or (),
        "knobs": knobs,
        "limits": limits,
        "trials": trials,
        "replicates": replicates,
        "confirm": confirm,
        "worlds": worlds,
        "seed": seed,
        "sampler": sampler,
        "days": days,
        "on": on or (),
        "off": off or (),
        "settings": settings or (),
        "within": within,
        "workers": workers,
        "record": record,
        "most": most,
    }
    objectives = dict(map(search_options.parse_objective, objective or ()))
    build_search_space(
        scenario,
        tuple(may or ()),
        knobs,
        objectives,
        limits,
        most,
        within,
        {"on": on or (), "off": off or (), "settings": settings or (), "days": days},
    )
    refuse_overwriting_inputs(out_folder, ("trials.csv", "front.csv", "search.png", "search.svg"), record)
    prepare_run(full, out_folder)
    with progress() as bar:
        task = bar.add_task(f"{scenario.name}: mixes", total=trials)
        result = search_mixes(scenario, objectives, **options, progress=lambda: bar.advance(task))
    frames = {"trials": result.trials, "front": result.front.set_index("trial")}
    if len(result.worlds):
        frames["worlds"] = result.worlds
    arguments = {name: value for name, value in options.items() if name not in ("workers", "record")}
    folder_written, figure_path = write_results(
        out_folder,
        "search",
        discovery_figures.draw_front(result),
        frames,
        cases=[full],
        objectives=objectives,
        **arguments,
    )
    sentences = {scenario.name: list(result.sentences())}
    if as_json:
        return results_as_json(sentences, frames, figure_path)
    print_results(sentences, folder_written, figure_path)


@app.command(rich_help_panel=COMPARE)
def ensemble(
    make: Annotated[
        bool, typer.Option("--make", help="Fit the ensemble again; default: show the one that is stored.")
    ] = False,
    runs: Annotated[
        int,
        typer.Option(
            min=100,
            max=100_000,
            help="Runs of the three waves; each is a year of every case that facts need.",
        ),
    ] = 720,
    worlds: Annotated[int, typer.Option(min=20, max=10_000, help="Worlds of the ensemble.")] = 200,
    coverage: Annotated[
        int,
        typer.Option(min=0, max=10_000, help="Synthetic sets of facts on which its intervals are tested."),
    ] = 0,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Exit with status 1 if the stored ensemble belongs to another version of the model.",
        ),
    ] = False,
    seed: Seed = 0,
    workers: Workers = None,
    lang: Lang = "en",
    folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of worlds.parquet and worlds.toml; default: the one that ships."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show or fit the ensemble: plausible worlds, found by matching general parameters to fitted facts."""
    from ..experiments.evidence import worlds as store
    from ..experiments.validation.ensemble_file import check_ensemble
    from ..viz.text.ensemble_tables import ensemble_tables, parameter_records

    check_language(lang)
    folder = folder or store.FOLDER
    if make:
        fit_ensemble(folder, runs, worlds, coverage, seed, workers)
    problems = check_ensemble(folder)
    manifest, table = store.read_manifest(folder), store.read_worlds(folder)
    if as_json:
        print_json(
            {
                **{name: value for name, value in manifest.items() if name != "parameter"},
                "parameters": parameter_records(manifest, table),
                "problems": [str(problem) for problem in problems],
            }
        )
    else:
        for part in () if check else ensemble_tables(manifest, table, lang):
            out.print(part, highlight=False)
        for problem in problems:
            out.print(problem.in_language(lang), style="red", highlight=False)
    if check and problems:
        raise typer.Exit(1)


def fit_ensemble(folder: Path, runs: int, worlds: int, coverage: int, seed: int, workers: int | None) -> None:
    """Fit the ensemble with a progress bar, and write it to `folder`."""
    from ..experiments.validation import ensemble as matching
    from ..experiments.validation.ensemble_file import save_ensemble
    from ..experiments.validation.general_parameters import arms_of, fitted_facts, scenario_of

    scenarios = [scenario_of(arm) for arm in arms_of(fitted_facts())]
    prepare_run(scenarios[0], folder, {name for scenario in scenarios for name in scenario.mechanisms})
    with progress() as bar:
        task = bar.add_task("ensemble", total=runs + worlds + coverage)
        result = matching.build_ensemble(
            matching.Sizes(runs, worlds, coverage),
            seed=seed,
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    save_ensemble(result, folder)
