"""Commands that answer over plausible worlds: `cogov robust`, `decide` and `trial`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..engine.texts import translate
from .analyse import write_tables
from .options import (
    COMPARE,
    EXPLAIN,
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
    WorldsFile,
    app,
    check_language,
    complete_mechanism,
    err,
    out,
    prepare_run,
    print_json,
    progress,
    typed_command,
)

if TYPE_CHECKING:
    from ..experiments.robustness.weighing import Robustness
    from ..experiments.sweep.sweep import SweepPlan


@app.command(rich_help_panel=COMPARE)
def robust(
    case: Case,
    mechanism: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_mechanism,
            metavar="NAME",
            help="Mechanism to weigh; repeatable. A+B weighs both together.",
        ),
    ] = None,
    worlds: Annotated[int, typer.Option(min=10, max=10_000, help="Plausible worlds.")] = 60,
    lucks: Annotated[
        int, typer.Option(min=1, max=100, help="Runs of every arm in each world, each with its own luck.")
    ] = 1,
    measure: Annotated[str, typer.Option(metavar="NAME", help="Measure to weigh by.")] = "resolution_rate",
    matters: Annotated[
        float,
        typer.Option(min=0, help="Smallest effect that matters, in the unit of the measure (0.01: a point)."),
    ] = 0.01,
    enough: Annotated[
        float | None,
        typer.Option(help="Value of the measure that is good enough; default: near the best of each world."),
    ] = None,
    budget_yuan: Annotated[
        float | None,
        typer.Option(
            min=0, help="Budget in yuan, with hours at the shadow wage; what costs more is no choice."
        ),
    ] = None,
    same_hours: Annotated[
        bool,
        typer.Option(
            "--same-hours",
            help="Give every arm the hours of the arm that takes most, as more committee staff.",
        ),
    ] = False,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    within: Within = 30,
    worlds_file: WorldsFile = None,
    workers: Workers = None,
    lang: Lang = "en",
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the runs, tables and figure; default: out/robust-CASE."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Weigh mechanisms over plausible worlds, in which everything that nobody knows is drawn anew.

    Prints ranges, shares of worlds, regret, prices, and the numbers that the answer hangs on. After an
    interruption, the same command runs what is missing.
    """
    from ..experiments.files import manifest
    from ..experiments.robustness.same_hands import staff_to_add, with_same_hands
    from ..experiments.robustness.weighing import check_measure, robust_experiment, stored, weigh
    from ..experiments.sweep import sweep as sweeping
    from ..experiments.sweep.experiment import Estimand
    from ..experiments.sweep.results import read_results
    from ..model.scenarios.cases import read_case
    from ..viz.figures import figures
    from ..viz.figures.robust_figures import draw_strips
    from ..viz.text.robust_tables import robust_tables

    check_language(lang)
    folder = out_folder or Path("out") / f"robust-{read_case(case).name}"
    check_measure(measure)
    experiment = robust_experiment(
        case,
        mechanism or (),
        worlds=worlds,
        lucks=lucks,
        seed=seed,
        days=days,
        changes={"on": on or (), "off": off or (), "settings": settings or ()},
        estimand=Estimand(measure=measure, matters=matters, within=within),
    )
    if worlds_file:
        experiment = replace(experiment, worlds_file=str(worlds_file.resolve()))
    plan = sweeping.plan_sweep(experiment, typed_command())
    manifest.refuse_sweep_folder(folder)
    (scenario,) = plan.cases.values()
    prepare_run(scenario, folder, {name for arm in plan.arms for name in arm.on})

    def simulate(plan: SweepPlan, where: Path) -> Robustness:
        with progress() as bar:
            task = bar.add_task(f"{scenario.name}: runs in plausible worlds", total=None)

            def advance(done: int, of: int, failed: int, now: int) -> None:
                bar.update(task, completed=done, total=of)

            try:
                sweeping.sweep(plan, where, workers=workers, progress=advance)
            except KeyboardInterrupt:
                bar.stop()
                err.print(
                    f"cogov: interrupted. Finished runs are kept in {folder}; run the same command again."
                )
                sys.exit(130)
        (result,) = weigh(read_results(where), measure, enough, budget_yuan).values()
        return result

    result, added = simulate(plan, stored(folder)), {}
    if same_hours:
        added = staff_to_add(result)
        again = sweeping.plan_sweep(with_same_hands(experiment, result, added), typed_command())
        result = simulate(again, folder / "same-hours")
    failed = result.failed
    with err.status("weighing ..."):
        frames = {
            "choices": result.table,
            "pairs": result.pairs,
            "hangs_on": result.carriers,
            "effects": result.effects,
        }
        write_tables(
            folder,
            "robust",
            frames,
            cases=[scenario],
            sentences=list(result.sentences()),
            worlds=worlds,
            lucks=lucks,
            measure=measure,
            matters=matters,
            enough=enough,
            budget_yuan=budget_yuan,
            staff_added=added,
            seed=seed,
            within=within,
        )
        figure_path = figures.save(draw_strips(result, lang), folder, "worlds")
    if as_json:
        return print_json(
            {
                "sentences": [line.strip() for line in result.sentences(lang)],
                **{name: table.reset_index().to_dict("records") for name, table in frames.items()},
                "failed": failed,
                "staff_added": added,
                "figure": str(figure_path),
                "folder": str(folder),
            }
        )
    for part in robust_tables(result, lang):
        out.print(part, highlight=False)
    if added:
        staff = ", ".join(f"{arm} {number:+.1f}" for arm, number in added.items())
        out.print(translate(lang, "robust", "same hours", staff=staff), highlight=False)
    if failed:
        out.print(f"{failed:,} runs failed and are left out.", style="red", highlight=False)
    out.print(f"Figure: {figure_path} (and .svg)\nTables: {folder}", soft_wrap=True, highlight=False)


@app.command(rich_help_panel=EXPLAIN)
def decide(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of `cogov robust`, or of a sweep over plausible worlds."),
    ],
    worth: Annotated[
        float, typer.Option(min=0, help="Yuan that one unit of the measure is worth; required.")
    ],
    measure: Annotated[
        str, typer.Option(metavar="NAME", help="Measure that is worth something.")
    ] = "resolved_in_time",
    pilot_share: Annotated[
        float, typer.Option(min=0.001, max=1.0, help="Share of the homes in which a pilot tries an arm.")
    ] = 0.125,
    pilot_days: Annotated[int, typer.Option(min=1, help="Days of a pilot.")] = 183,
    lang: Lang = "en",
    as_json: Json = False,
) -> None:
    """Choose between arms in yuan, and say what knowing more is worth: everything, a number, a pilot.

    The net benefit of an arm is what the measure is worth, less yuan spent and hours at the shadow wage.
    """
    from ..experiments.robustness.deciding import Decision
    from ..experiments.robustness.weighing import check_measure, find_sweep, weigh
    from ..experiments.sweep.results import read_results
    from ..viz.text.robust_tables import decision_tables

    check_language(lang)
    check_measure(measure)
    documents, tables = [], folder / "decide"
    with err.status("reading the worlds, weighing ..."):
        weighed = weigh(read_results(find_sweep(folder)), measure)
        decisions = {case: Decision(one, worth, pilot_share, pilot_days) for case, one in weighed.items()}
    write_tables(
        tables,
        "decide",
        {case: decision.table for case, decision in decisions.items()},
        cases=[one.results.plan.cases[case] for case, one in weighed.items()],
        sweep=str(find_sweep(folder)),
        worth=worth,
        measure=measure,
        pilot_share=pilot_share,
        pilot_days=pilot_days,
    )
    for case, decision in decisions.items():
        one = decision.weighed
        if as_json:
            documents.append(
                {
                    "case": case,
                    "sentences": list(decision.sentences(lang)),
                    "choices": decision.table.reset_index().to_dict("records"),
                    "everything": decision.everything,
                    "numbers": decision.numbers.reset_index().to_dict("records"),
                    "pilots": decision.pilots.reset_index().to_dict("records") if one.lucks > 1 else [],
                }
            )
            continue
        for part in decision_tables(decision, lang):
            out.print(part, highlight=False)
    if as_json:
        return print_json(documents)
    out.print(f"Tables: {tables}", soft_wrap=True, highlight=False)


@app.command(rich_help_panel=COMPARE)
def trial(
    case: Case,
    mechanism: Annotated[
        str,
        typer.Option(
            autocompletion=complete_mechanism, metavar="NAME", help="Mechanism to be tried; required."
        ),
    ],
    clusters: Annotated[
        str, typer.Option(metavar="compound|building", help="What gets the mechanism as a whole.")
    ] = "compound",
    number: Annotated[
        int, typer.Option(min=0, help="Clusters that take part, drawn by lot; 0: all of the community.")
    ] = 0,
    periods: Annotated[
        int, typer.Option(min=2, max=60, help="Periods; in the first nobody has the mechanism.")
    ] = 6,
    period_days: Annotated[int, typer.Option(min=7, max=365, help="Days of a period.")] = 30,
    design: Annotated[
        str,
        typer.Option(
            metavar="wedge|parallel",
            help="Stepped wedge: one group begins each period. Parallel: half begin, half never.",
        ),
    ] = "wedge",
    worlds: Annotated[int, typer.Option(min=10, max=10_000, help="Trials, each in a plausible world.")] = 100,
    fixed: Fixed = False,
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
    """Simulate a field trial before the field trial: what would an evaluation see, and how often?

    Clusters get the mechanism by lot; the trial is analysed by a mixed model, as its statistician would.
    Prints power, bias against the truth that only a simulation knows, spillover, cost, and the power curve.
    """
    from ..experiments.comparison.compare import arms_of
    from ..experiments.comparison.plausible_pairs import paths_set
    from ..experiments.files import manifest
    from ..experiments.robustness.field_trial import TrialDesign, check_design, try_trial
    from ..model.scenarios.cases import read_case
    from ..viz.figures import figures
    from ..viz.figures.robust_figures import draw_trial
    from ..viz.text.robust_tables import trial_sentences, trial_tables

    check_language(lang)
    check_design(clusters, design)
    manifest.refuse_sweep_folder(out_folder)
    changes = {"on": on or (), "off": off or (), "settings": settings or ()}
    arms = arms_of(read_case(case), [mechanism], **changes)
    plan = TrialDesign(mechanism, clusters, periods, period_days, number=number, design=design, within=within)
    plan.check(arms[1])
    prepare_run(arms[1], out_folder)
    with progress() as bar:
        task = bar.add_task(f"{arms[1].name}: trials", total=worlds)
        result = try_trial(
            arms,
            plan,
            worlds=worlds,
            held=frozenset(paths_set(arms[1], settings or ())),
            fixed=fixed,
            seed=seed,
            workers=workers,
            progress=lambda: bar.advance(task),
        )
    write_tables(
        out_folder,
        "trial",
        {"trials": result.trials, "power": result.curve.set_index("clusters")},
        cases=[arms[1]],
        sentences=list(trial_sentences(result)),
        mechanism=mechanism,
        clusters=clusters,
        number=result.number,
        periods=periods,
        period_days=period_days,
        design=design,
        worlds=worlds,
        fixed=fixed,
        seed=seed,
        within=within,
    )
    figure_path = figures.save(draw_trial(result, arms[1].name, lang), out_folder, "trial")
    if as_json:
        return print_json(
            {
                "sentences": list(trial_sentences(result, lang)),
                "summary": result.summary,
                "power": result.curve.to_dict("records"),
                "figure": str(figure_path),
                "folder": str(out_folder),
            }
        )
    for part in trial_tables(result, arms[1].name, lang):
        out.print(part, highlight=False)
    out.print(f"Figure: {figure_path} (and .svg)\nTables: {out_folder}", soft_wrap=True, highlight=False)
