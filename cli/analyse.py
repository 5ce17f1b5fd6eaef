"""The commands that say why: `cogov attribute`, `sensitivity` and `discover` read a sweep, `cogov search` looks for a mix."""

from pathlib import Path
from typing import Annotated

import typer

from ..engine.parameters import UserError
from .completion import complete_knob, complete_mechanism
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
    err,
    keep_inputs,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="of a sweep")]
Measure = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="of a run, as `cogov run` lists them; else the experiment's estimand"),
]
Out = Annotated[
    Path | None, typer.Option("--out", help="folder for figure and tables; else DIR/ and the command's name")
]


@app.command()
def attribute(
    folder: Folder,
    measure: Measure = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="a mechanism that is there already, when asking what to add next; repeatable",
        ),
    ] = None,
    out_: Out = None,
    json_: Json = False,
):
    """Say whose an effect is, of mechanisms that were swept in every combination: Shapley values, synergy, what to add next."""
    import pandas as pd

    from ..experiments.exploration.attribution import advice
    from ..experiments.exploration.sweep_analyses import attributions
    from ..experiments.sweep.results import read_results
    from ..viz.figures import analysis_figures

    with err.status("reading, attributing, drawing ..."):
        swept = read_results(folder)
        found = attributions(swept, measure, given or ())
        frames = {
            name: pd.concat({case: table(one, after) for case, (one, after) in found.items()}, names=["case"])
            for name, table in (
                ("shares", lambda one, after: one.shares),
                ("interactions", lambda one, after: one.interactions),
                ("next", lambda one, after: after),
                ("effect", lambda one, after: one.effect.to_frame().T.set_index("without")),
            )
        }
        asked = {"measure": measure, "given": list(given or ())}
        target, picture = write_results(
            out_ or folder / "attribute",
            "attribute",
            analysis_figures.attribution(found),
            frames,
            **of(swept),
            **asked,
        )
    said = {
        case: [*one.sentences(), advice(after, given or (), one.measure)]
        for case, (one, after) in found.items()
    }
    if json_:
        return results_as_json(said, frames, picture)
    print_results(said, target, picture)


@app.command()
def sensitivity(
    folder: Folder,
    measure: Measure = None,
    effect: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="MECHANISM",
            help="of what this mechanism changes at each point, where arms without and with it stand beside the design",
        ),
    ] = None,
    out_: Out = None,
    json_: Json = False,
):
    """Say which numbers an outcome hangs on: Morris' screening, Sobol indices or a tornado, as the sweep's design allows."""
    import pandas as pd

    from ..experiments.exploration.sweep_analyses import choose_measure, sensitivities
    from ..experiments.sweep.results import read_results
    from ..viz.figures import analysis_figures

    with err.status("reading, analysing, drawing ..."):
        swept = read_results(folder)
        found = sensitivities(swept, measure, effect)
        frames = {
            "sensitivity": pd.concat({key: one.table for key, one in found.items()}, names=["case", "arm"])
        }
        target, picture = write_results(
            out_ or folder / "sensitivity",
            "sensitivity",
            analysis_figures.sensitivity(found, choose_measure(swept, measure)),
            frames,
            **of(swept),
            measure=measure,
            effect=effect,
        )
    said = {f"{case}, {arm}" if arm else case: list(one.sentences()) for (case, arm), one in found.items()}
    if json_:
        return results_as_json(said, frames, picture)
    print_results(said, target, picture)


@app.command()
def discover(
    folder: Folder,
    mechanism: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="that is in one arm of every world and not in another",
        ),
    ] = None,
    measure: Measure = None,
    matters: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="by how much more it must win, in the measure's own unit; else the experiment's estimand",
        ),
    ] = None,
    loses: Annotated[bool, typer.Option("--loses", help="where it does harm, instead")] = False,
    sure: Annotated[
        bool, typer.Option("--sure", help="count a world only where its whole interval lies beyond")
    ] = False,
    best: Annotated[
        bool, typer.Option("--best", help="instead: where which of the named arms is best")
    ] = False,
    seed: Seed = 0,
    out_: Out = None,
    json_: Json = False,
):
    """Say in which worlds a mechanism wins, in plain words: boxes in the space of what is uncertain."""
    import pandas as pd

    from ..experiments.exploration.world_questions import bests, discoveries, tabulate_boxes
    from ..experiments.sweep.results import read_results
    from ..viz.figures import discovery_figures

    if bool(mechanism) == best:
        raise UserError("say which: --mechanism NAME, where it wins; or --best, where which arm is best")
    if best and (loses or sure or matters is not None):
        raise UserError("--best takes no --loses, --sure or --matters: it asks which arm has the best mean")
    with err.status("reading, looking for boxes, holding them against chance ..."):
        swept = read_results(folder)
        found = (
            bests(swept, measure, seed)
            if best
            else discoveries(swept, mechanism, measure, matters, loses, sure, seed)
        )
        frames = {
            "boxes": pd.concat([tabulate_boxes(one) for one in found]).set_index(
                ["question", "box", "factor"]
            ),
            "worlds": pd.concat([one.worlds.assign(question=one.name) for one in found]).set_index(
                "question"
            ),
            "trajectories": pd.concat(
                [
                    box.trajectory.reset_index().assign(question=one.name, box=n)
                    for one in found
                    for n, box in enumerate(one.found.boxes, 1)
                ]
                or [pd.DataFrame({"question": [], "box": []})]
            ).set_index(["question", "box"]),
        }
        asked = {
            "mechanism": mechanism,
            "measure": measure,
            "matters": matters,
            "loses": loses,
            "sure": sure,
            "best": best,
            "seed": seed,
        }
        target, picture = write_results(
            out_ or folder / "discover",
            "discover",
            discovery_figures.discovery(found),
            frames,
            **of(swept),
            **asked,
        )
    said = {one.name: list(one.sentences()) for one in found}
    if json_:
        return results_as_json(said, {name: frames[name] for name in ("boxes", "trajectories")}, picture)
    print_results(said, target, picture)


@app.command()
def search(
    case: Case,
    may: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="a mechanism that may be on or off; repeatable",
        ),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_knob,
            metavar="PATH[=LOW..HIGH]",
            help="a number that may be turned, else over all its range; repeatable",
        ),
    ] = None,
    objective: Annotated[
        list[str] | None,
        typer.Option(metavar="MEASURE[=maximise|minimise]", help="what to be best in; repeatable"),
    ] = None,
    budget_yuan: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="YUAN",
            help="the most that a run may cost on average, beyond what the case as it stands costs",
        ),
    ] = None,
    budget_hours: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[ROLE=]HOURS",
            help="the most hours of work in a run on average, beyond the case as it stands; of a role, e.g. committee=200; repeatable",
        ),
    ] = None,
    most: Annotated[
        int | None, typer.Option(help="the most mechanisms that a mix may add to those the case has")
    ] = None,
    trials: Annotated[int, typer.Option(help="mixes to try, 1 to 100,000")] = 100,
    replicates: Annotated[int, typer.Option(help="runs of each, with the same lucks, 2 to 100,000")] = 5,
    confirm: Annotated[
        int, typer.Option(help="runs with fresh luck of each mix on the front, 2 to 100,000")
    ] = 20,
    sampler: Annotated[str, typer.Option(help="nsga2 or tpe")] = "nsga2",
    days: Days = None,
    seed: Seed = 0,
    set_: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    workers: Workers = 1,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="where every trial is noted as it comes; the same command again goes on from there",
        ),
    ] = None,
    out_: Annotated[Path, typer.Option("--out", help="folder for figure and tables")] = Path("out/search"),
    json_: Json = False,
):
    """Search for the mix of mechanisms that does most within a budget; the front is lived through again with fresh luck."""
    from ..experiments.exploration import search_options
    from ..experiments.exploration.search import search as searching
    from ..experiments.exploration.search_space import room_of
    from ..model.cases import alter_scenario, read_case
    from ..viz.figures import discovery_figures

    scenario = read_case(case)
    full = alter_scenario(
        scenario, on=[*(on or ()), *(may or ())], off=off or (), settings=set_ or (), days=days
    )
    knobs = dict(search_options.parse_range(full, one) for one in vary or ())
    limits = {"yuan": budget_yuan} if budget_yuan is not None else {}
    limits |= dict(map(search_options.parse_budget, budget_hours or ()))
    options = {
        "mechanisms": may or (),
        "knobs": knobs,
        "limits": limits,
        "trials": trials,
        "replicates": replicates,
        "confirm": confirm,
        "seed": seed,
        "sampler": sampler,
        "days": days,
        "on": on or (),
        "off": off or (),
        "settings": set_ or (),
        "within": within,
        "workers": workers,
        "record": record,
        "most": most,
    }
    objectives = dict(map(search_options.parse_objective, objective or ()))
    room_of(
        scenario,
        tuple(may or ()),
        knobs,
        objectives,
        limits,
        replicates,
        seed,
        within,
        days,
        on or (),
        off or (),
        set_ or (),
        most,
    )
    keep_inputs(out_, ("trials.csv", "front.csv", "search.png", "search.svg"), record)
    prepare_run(full, out_)
    with progress() as bar:
        task = bar.add_task(f"{scenario.name}: mixes", total=trials)
        done = searching(scenario, objectives, **options, progress=lambda: bar.advance(task))
    frames = {"trials": done.trials, "front": done.front.set_index("trial")}
    asked = {name: value for name, value in options.items() if name not in ("workers", "record")}
    target, picture = write_results(
        out_, "search", discovery_figures.front(done), frames, cases=[full], objectives=objectives, **asked
    )
    said = {scenario.name: list(done.sentences())}
    if json_:
        return results_as_json(said, frames, picture)
    print_results(said, target, picture)


# --------------------------------------------------------------------------- what they share


def of(swept):
    """What the manifest says of the sweep that is read."""
    from ..experiments.files import manifest

    return {"cases": swept.plan.cases.values(), "sweep": manifest.describe_sweep(swept)}


def write_results(folder, name, figure, frames, **made):
    """Write figure, tables and the manifest, which says what `made` them; returns the folder and the picture's path."""
    from ..experiments.files import manifest
    from ..experiments.files.csv_tables import write_csv
    from ..viz.figures import figures

    manifest.refuse_sweep_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for title, table in frames.items():
        write_csv(table, folder / f"{title}.csv")
    manifest.write_manifest(
        folder, name, command=typed_command(), tables=[f"{title}.csv" for title in frames], **made
    )
    return folder, figures.save(figure, folder, name)


def results_as_json(said, frames, picture):
    """What was found, as JSON."""
    tables = {name: table.reset_index().to_dict("records") for name, table in frames.items()}
    print_json({"sentences": said, **tables, "figure": str(picture)})


def print_results(said, folder, picture):
    """What was found, in words, and where the rest is."""
    for name, sentences in said.items():
        out.print(name, style="bold", highlight=False)
        for sentence in sentences:
            out.print(f"  {sentence}", highlight=False)
    out.print(f"Figure: {picture} (and .svg)\nTables: {folder}", soft_wrap=True, highlight=False)
