"""Fit a visitor's community to their list of issues, in turn with all simulations of the page."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ...engine.texts import sections
from ...experiments.calibration.calibrate import calibrate
from ...experiments.calibration.calibration_result import ROUGH, Calibration
from ...experiments.evidence.worlds import settings_of_worlds
from ...experiments.logs.issue_log import IssueLog
from ...model.scenarios.scenario import Scenario
from ..i18n import words
from .year_cache import shared_turn

TRIALS = 240  # half a minute for a community of 1,500 residents
CURVE_MISS = 1.5  # times the miss of the list's own earlier part, up to which a fitted curve is close


def fit_case(
    case: Scenario,
    log: IssueLog,
    tell: Callable[[int], None],
    check: Callable[[], None],
    trials: int = TRIALS,
) -> Calibration:
    """Fit a case to a log of its residents. `tell` is told the trials done; `check` raises to stop.

    Raises UserError.
    """
    done = 0
    with shared_turn() as give_way:

        def one_more() -> None:
            nonlocal done
            done += 1
            tell(done)
            check()
            give_way()

        return calibrate(
            case,
            log,
            trials=trials,
            residents=float(case.community.residents),
            worlds=settings_of_worlds(case),
            workers=1,
            progress=one_more,
        )


def describe_fit(result: Calibration, lang: str) -> dict[str, Any]:
    """Return what a fit came to, in plain words, as JSON: verdict, learned, open, said, and the case file."""
    say = partial(phrase, lang)
    learned, unknown = [], []
    for path, row in result.parameters.iterrows():
        label = label_of(str(path), result, lang)
        if not row.identified:
            unknown.append(label)
            continue
        numbers = {name: number(row[name]) for name in ("default", "median", "p5", "p95")}
        unit = "" if row.factor else words.knob(lang, str(path))[1]
        learned.append(
            say("fit.factor" if row.factor else "fit.value", what=label, unit=unit and f" {unit}", **numbers)
        )
    comma = sections(lang)["story"]["comma"]
    return {
        "verdict": verdict_of(result),
        "says": sentences_of(result, lang),
        "learned": learned,
        "unknown": comma.join(dict.fromkeys(unknown)),
        "toml": result.case_file(),
        "file_name": f"{result.fitted.name}.toml",
    }


def phrase(lang: str, key: str, **values: object) -> str:
    """Return a text of the section issue_list."""
    return sections(lang)["issue_list"][key].format(**values)


def number(value: float) -> str:
    """Return a number with three figures."""
    return np.format_float_positional(float(f"{value:.3g}"), trim="-")


def label_of(path: str, result: Calibration, lang: str) -> str:
    """Return what a parameter is called: a knob, or a knob of a category of the list."""
    if not result.free[path].factor:
        return words.knob(lang, path)[0]
    kind, _, knob = path.removeprefix("issues.").rpartition(".")
    return phrase(lang, "fit.of_kind", knob=words.knob(lang, f"issues.x.{knob}")[0], kind=kind)


def verdict_of(result: Calibration) -> str:
    """Return "no" for an implausible list, "better" if the fit came closer to it, else "same"."""
    if result.is_misspecified:
        return "no"
    points = result.scores["points"]
    return "better" if points["held out", "fitted"] < points["held out", "default"] else "same"


def sentences_of(result: Calibration, lang: str) -> list[str]:
    """Return what the part of the list that was held out says of the fit, and how rough it is."""
    points = result.scores["points"]
    fitted, before, own = (points["held out", name] for name in ("fitted", "default", "earlier log"))
    say = partial(phrase, lang)
    last = result.log.issues["opened"].max()
    says = [
        say(
            "fit.held_out",
            split=f"{result.split:%Y-%m-%d}",
            last=f"{last:%Y-%m-%d}",
            fitted=f"{fitted:.0f}",
            before=f"{before:.0f}",
            own=f"{own:.0f}",
        )
    ]
    if result.is_misspecified:
        return [say("fit.implausible", errors=f"{np.sqrt(result.widened):.1f}")]
    if fitted > CURVE_MISS * max(own, 1.0):
        says.append(say("fit.far"))
    if result.effective < ROUGH:
        says.append(say("fit.rough"))
    used = int(pd.Index(result.log.issues["category"]).isin(list(result.log.kinds)).sum())
    if rest := len(result.log.issues) - used:
        says.append(say("fit.left_out", n=f"{rest:,}"))
    return says
