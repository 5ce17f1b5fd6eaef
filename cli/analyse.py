"""Commands that explain results: `cogov attribute`, `sensitivity`, `discover` of a sweep, and `funnel`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..engine.texts.errors import UserError
from .options import (
    EXPLAIN,
    LOOK,
    Case,
    Days,
    Json,
    Off,
    On,
    Seed,
    Set,
    Workers,
    app,
    complete_mechanism,
    err,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)

if TYPE_CHECKING:
    import pandas as pd

    from ..experiments.sweep.results import Results

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a sweep.")]
Measure = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Measure of a run, as `cogov run` lists them; default: the experiment's estimand.",
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for the figure and tables; default: DIR/COMMAND.")
]


@app.command(rich_help_panel=EXPLAIN)
def attribute(
    folder: Folder,
    measure: Measure = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism assumed to be on already when ranking what to add next; repeatable.",
        ),
    ] = None,
    out_folder: Out = None,
    as_json: Json = False,
) -> None:
    """Attribute an effect to mechanisms (Shapley values) from a full-factorial sweep.

    Also estimates interactions (synergy), and which mechanism to add next.
    """
    import pandas as pd

    from ..experiments.exploration.attribution_sentences import describe_next
    from ..experiments.exploration.sweep_analyses import attributions
    from ..experiments.sweep.results import read_results
    from ..viz.figures import analysis_figures
    from ..viz.world_section import BOTH, LUCK_ONLY

    with err.status("reading the sweep, attributing, drawing ..."):
        results = read_results(folder)
        shares_by_case = attributions(results, measure, given or ())
        frames = {
            name: pd.concat(
                {case: table(attribution, after) for case, (attribution, after) in shares_by_case.items()},
                names=["case"],
            )
            for name, table in (
                ("shares", lambda attribution, after: attribution.shares),
                ("interactions", lambda attribution, after: attribution.interactions),
                ("next", lambda attribution, after: after),
                ("effect", lambda attribution, after: attribution.effect.to_frame().T.set_index("without")),
            )
        }
        arguments = {"measure": measure, "given": list(given or ())}
        folder_written, figure_path = write_results(
            out_folder or folder / "attribute",
            "attribute",
            analysis_figures.draw_attribution(shares_by_case),
            frames,
            **manifest_entries(results),
            **arguments,
        )
    sentences = {
        case: [
            *attribution.sentences(),
            describe_next(after, given or (), attribution.measure),
            BOTH if results.experiment.lucks_per_world else LUCK_ONLY,
        ]
        for case, (attribution, after) in shares_by_case.items()
    }
    if as_json:
        return results_as_json(sentences, frames, figure_path)
    print_results(sentences, folder_written, figure_path)


@app.command(rich_help_panel=EXPLAIN)
def sensitivity(
    folder: Folder,
    measure: Measure = None,
    effect: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="MECHANISM",
            help="Analyse the effect of this mechanism; needs arms without and with it at each point.",
        ),
    ] = None,
    out_folder: Out = None,
    as_json: Json = False,
) -> None:
    """Rank the parameters that an outcome depends on (sensitivity analysis).

    Morris screening, Sobol indices or a tornado plot, depending on the design of the sweep.
    """
    import pandas as pd

    from ..experiments.exploration.sweep_analyses import choose_measure, sensitivities
    from ..experiments.sweep.results import read_results
    from ..viz.figures import analysis_figures

    with err.status("reading the sweep, analysing, drawing ..."):
        results = read_results(folder)
        analyses = sensitivities(results, measure, effect)
        frames = {
            "sensitivity": pd.concat(
                {key: analysis.table for key, analysis in analyses.items()}, names=["case", "arm"]
            )
        }
        folder_written, figure_path = write_results(
            out_folder or folder / "sensitivity",
            "sensitivity",
            analysis_figures.draw_sensitivity(analyses, choose_measure(results, measure)),
            frames,
            **manifest_entries(results),
            measure=measure,
            effect=effect,
        )
    sentences = {
        f"{case}, {arm}" if arm else case: list(analysis.sentences())
        for (case, arm), analysis in analyses.items()
    }
    if as_json:
        return results_as_json(sentences, frames, figure_path)
    print_results(sentences, folder_written, figure_path)


@app.command(rich_help_panel=EXPLAIN)
def discover(
    folder: Folder,
    mechanism: Annotated[
        str | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism that is on in one arm of every world and off in another.",
        ),
    ] = None,
    measure: Measure = None,
    matters: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Smallest effect that matters, in the unit of the measure; "
            "default: that of the experiment's estimand.",
        ),
    ] = None,
    loses: Annotated[
        bool, typer.Option("--loses", help="Find where the mechanism harms instead of where it helps.")
    ] = False,
    sure: Annotated[
        bool,
        typer.Option(
            "--sure", help="Count a world only if the whole interval of its effect lies beyond --matters."
        ),
    ] = False,
    best: Annotated[
        bool, typer.Option("--best", help="Find where each named arm is best, instead of --mechanism.")
    ] = False,
    seed: Seed = 0,
    out_folder: Out = None,
    as_json: Json = False,
) -> None:
    """Find the parameter regions in which a mechanism helps or harms (scenario discovery, PRIM).

    Regions are boxes in the space of worlds; a world is a case at one point of the design.
    """
    import pandas as pd

    from ..experiments.exploration.world_questions import best_arm_questions, discover_wins, tabulate_boxes
    from ..experiments.sweep.results import read_results
    from ..viz.figures import discovery_figures

    if bool(mechanism) == best:
        raise UserError(
            "say what to find: --mechanism NAME for where it wins, or --best for which arm is best where"
        )
    if best and (loses or sure or matters is not None):
        raise UserError(
            "--best cannot be used with --loses, --sure or --matters: it finds the arm with the best mean"
        )
    with err.status("reading the sweep, searching for boxes, testing their significance ..."):
        results = read_results(folder)
        answers = (
            best_arm_questions(results, measure, seed)
            if best
            else discover_wins(results, mechanism, measure, matters, loses, sure, seed)
        )
        frames = {
            "boxes": pd.concat([tabulate_boxes(answer) for answer in answers]).set_index(
                ["question", "box", "factor"]
            ),
            "worlds": pd.concat([answer.worlds.assign(question=answer.name) for answer in answers]).set_index(
                "question"
            ),
            "trajectories": pd.concat(
                [
                    box.trajectory.reset_index().assign(question=answer.name, box=n)
                    for answer in answers
                    for n, box in enumerate(answer.discovery.boxes, 1)
                ]
                or [pd.DataFrame({"question": [], "box": []})]
            ).set_index(["question", "box"]),
        }
        arguments = {
            "mechanism": mechanism,
            "measure": measure,
            "matters": matters,
            "loses": loses,
            "sure": sure,
            "best": best,
            "seed": seed,
        }
        folder_written, figure_path = write_results(
            out_folder or folder / "discover",
            "discover",
            discovery_figures.draw_discovery(answers),
            frames,
            **manifest_entries(results),
            **arguments,
        )
    sentences = {answer.name: list(answer.sentences()) for answer in answers}
    if as_json:
        return results_as_json(
            sentences, {name: frames[name] for name in ("boxes", "trajectories")}, figure_path
        )
    print_results(sentences, folder_written, figure_path)


# --------------------------------------------------------------------------- shared by the commands


def manifest_entries(results: Results) -> dict:
    """Return the manifest's entries about the sweep that was analysed."""
    from ..experiments.files import manifest

    return {"cases": results.plan.cases.values(), "sweep": manifest.describe_sweep(results)}


@app.command(rich_help_panel=LOOK)
def funnel(
    case: Case,
    category: Annotated[str, typer.Option(help="Category of projects, one that needs consent.")] = (
        "lift_adding"
    ),
    replicates: Annotated[int, typer.Option(min=1, help="Runs, each with its own random seed.")] = 20,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Print how many projects are told, voted, willing, agreed, paid and built, and the median days."""
    from ..experiments.calibration.funnel import tabulate_funnel
    from ..model.scenarios.cases import alter_scenario, read_case
    from ..viz.text import tables

    scenario = alter_scenario(read_case(case), on or (), off or (), settings or (), days)
    prepare_run(scenario, None)
    with progress() as bar:
        task = bar.add_task(f"{case}: replicates", total=replicates)
        table = tabulate_funnel(
            scenario,
            category,
            replicates=replicates,
            seed=seed,
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    if as_json:
        return print_json(table.astype(object).where(table.notna(), None).to_dict("records"))
    out.print(tables.funnel(table, category))


def write_results(
    folder: Path, name: str, figure, frames: dict[str, pd.DataFrame], **arguments
) -> tuple[Path, Path]:
    """Write figure, tables and a manifest with `arguments`; return the folder and the figure's path."""
    from ..viz.figures import figures

    write_tables(folder, name, frames, **arguments)
    return folder, figures.save(figure, folder, name)


def write_tables(folder: Path, name: str, frames: dict[str, pd.DataFrame], **arguments) -> None:
    """Write tables, and a manifest of the command `name` with `arguments`."""
    from ..experiments.files import manifest
    from ..experiments.files.csv_tables import write_csv

    manifest.refuse_sweep_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for title, table in frames.items():
        write_csv(table, folder / f"{title}.csv")
    manifest.write_manifest(
        folder, name, command=typed_command(), tables=[f"{title}.csv" for title in frames], **arguments
    )


def results_as_json(
    sentences: dict[str, list[str]], frames: dict[str, pd.DataFrame], figure_path: Path
) -> None:
    """Print sentences and tables as one JSON document."""
    tables = {name: table.reset_index().to_dict("records") for name, table in frames.items()}
    print_json({"sentences": sentences, **tables, "figure": str(figure_path)})


def print_results(sentences: dict[str, list[str]], folder: Path, figure_path: Path) -> None:
    """Print the sentences about each case, and the paths of figure and tables."""
    for name, lines in sentences.items():
        out.print(name, style="bold", highlight=False)
        for line in lines:
            out.print(f"  {line}", highlight=False)
    out.print(f"Figure: {figure_path} (and .svg)\nTables: {folder}", soft_wrap=True, highlight=False)
