"""The command that fits a case to a user's own issue log: `cogov calibrate`."""

from pathlib import Path
from typing import Annotated

import typer

from ...engine.texts import translate
from ..options import (
    COMMUNITY,
    Case,
    Days,
    Json,
    Lang,
    Off,
    On,
    Seed,
    Set,
    Workers,
    app,
    check_language,
    complete_knob,
    out,
    prepare_run,
    print_json,
    progress,
    refuse_overwriting_inputs,
    typed_command,
)
from .logs import MappingFile, Residents


@app.command(rich_help_panel=COMMUNITY)
def calibrate(
    case: Case,
    log: Annotated[
        Path, typer.Option(metavar="LOG.csv", help="Issue log, as `cogov import` reads or writes it.")
    ],
    fit: Annotated[
        list[str] | None,
        typer.Option(
            autocompletion=complete_knob,
            metavar="PATH[=LOW:HIGH]",
            help="Knob to fit; issues.FAMILY.KNOB is a factor for a family of issues; repeatable; default: a "
            "few knobs.",
        ),
    ] = None,
    trials: Annotated[int, typer.Option(help="Parameter settings to try, 24 to 100,000.")] = 200,
    replicates: Annotated[int, typer.Option(help="Runs of each setting, 1 to 1,000.")] = 2,
    held_out: Annotated[
        float,
        typer.Option("--held-out", help="Share of the log, at its end, held out from the fit, 0.05 to 0.9."),
    ] = 0.25,
    factor: Annotated[
        float, typer.Option(help="Factor by which an assumed number may be larger or smaller, 1.01 to 1,000.")
    ] = 4.0,
    method: Annotated[
        str, typer.Option(help="Search method: tpe or cma (both need the extra `search`), or sobol.")
    ] = "tpe",
    ensemble: Annotated[
        bool,
        typer.Option(
            "--ensemble/--fixed",
            help="Numbers that are not fitted: from the worlds of the ensemble, or fixed at their defaults.",
        ),
    ] = True,
    own_worlds: Annotated[
        int,
        typer.Option(help="Worlds of the ensemble of your own, 10 to 10,000; each is simulated three times."),
    ] = 100,
    residents: Residents = None,
    mapping: MappingFile = None,
    days: Days = None,
    seed: Seed = 0,
    settings: Set = None,
    on: On = None,
    off: Off = None,
    workers: Workers = None,
    lang: Lang = "en",
    out_folder: Annotated[
        Path,
        typer.Option("--out", help="Folder for the fitted case, the worlds, the page, tables and figure."),
    ] = Path("out"),
    as_json: Json = False,
) -> None:
    """Fit a case's assumed numbers to a community's own issue log, and say whether the fit is any good.

    Ends in a case, worlds of your own (`--worlds-file` of robust and compare), and a page, fit.html. The fit
    is scored on the last part of the log, which is held out, beside the log's own averages.
    """
    from ...experiments.calibration.calibrate import calibrate, plan_calibration
    from ...experiments.calibration.calibration_result import (
        PAGE,
        WORLDS,
        files_to_write,
        path_of_fitted_case,
    )
    from ...experiments.evidence.worlds import settings_of_worlds
    from ...experiments.files import manifest
    from ...experiments.logs.issue_log import read_log
    from ...model.scenarios.cases import alter_scenario, read_case
    from ...viz.figures import figures, log_figures
    from ...viz.fit_page import write_fit_page

    check_language(lang)
    manifest.refuse_sweep_folder(out_folder)
    issue_log = read_log(log, mapping, residents=residents)
    scenario = alter_scenario(read_case(case), on or (), off or (), settings or (), days)
    options = {
        "fit": fit or (),
        "trials": trials,
        "replicates": replicates,
        "held_out": held_out,
        "factor": factor,
        "method": method,
    }
    plan_calibration(scenario, issue_log, **options)
    path_of_fitted_case(out_folder, scenario)
    refuse_overwriting_inputs(
        out_folder,
        files_to_write(scenario),
        *([case] if case.endswith(".toml") else []),
        log,
        mapping or log.with_suffix(".toml"),
    )
    prepare_run(scenario, out_folder)
    with progress() as bar:
        task = bar.add_task(f"{scenario.name}: trials and worlds", total=None)
        result = calibrate(
            scenario,
            issue_log,
            **options,
            worlds=settings_of_worlds(scenario) if ensemble else (),
            own_worlds=own_worlds,
            seed=seed,
            workers=workers,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
    case_path = result.save(out_folder, typed_command())
    figure_path = figures.save(log_figures.draw_calibration(result), out_folder, "calibration")
    page_path = write_fit_page(result, out_folder / PAGE, lang, typed_command())
    sentences = [sentence.in_language(lang) for sentence in result.said_in_all()]
    if as_json:
        return print_json(
            {
                "verdict": result.verdict(lang),
                "parameters": result.parameters.reset_index().to_dict("records"),
                "learned": result.learned,
                "together": result.together,
                "not_learned": result.not_learned,
                "scores": result.scores.reset_index().to_dict("records"),
                "visible": result.visible.reset_index().to_dict("records"),
                "effective": result.effective,
                "widened": result.widened,
                "said": sentences,
                "case": str(case_path),
                "worlds": str(out_folder / WORLDS) if result.has_worlds else "",
                "page": str(page_path),
                "figure": str(figure_path),
            }
        )
    for sentence in sentences:
        out.print(sentence, highlight=False, markup=False, soft_wrap=True)
    out.print(log_figures.parameters(result, lang))
    out.print(log_figures.scores(result, lang))
    out.print(result.verdict(lang), style="bold", highlight=False, markup=False)
    out.print(
        translate(
            lang,
            "fit",
            "written",
            case=case_path,
            worlds=out_folder / WORLDS if result.has_worlds else translate(lang, "fit", "no worlds"),
            page=page_path,
            tables=out_folder,
            figure=figure_path,
        ),
        soft_wrap=True,
        highlight=False,
    )
