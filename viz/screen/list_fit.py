"""Fit a visitor's community to their list of issues, in turn with all simulations of the page."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from ...engine.texts import sections
from ...experiments.calibration.calibrate import calibrate
from ...experiments.calibration.calibration_result import Calibration
from ...experiments.calibration.verdicts import CLEARLY, HELD_OUT, NULL, ROUGH
from ...experiments.calibration.visibility import UNSEEN
from ...experiments.evidence.worlds import settings_of_worlds
from ...experiments.logs.issue_log import IssueLog
from ...model.scenarios.scenario import Scenario
from ..i18n import words
from .year_cache import shared_turn

TRIALS = 200
OWN_WORLDS = 60
SUFFIX = "_fitted"  # of the name of a community that was fitted
LONGEST_NAME = 40


def fit_case(
    case: Scenario,
    log: IssueLog,
    tell: Callable[[int, int], None],
    check: Callable[[], None],
    trials: int = TRIALS,
) -> Calibration:
    """Fit a case to a log of its residents. `tell` is told the steps done, and of how many.

    `check` raises to stop. Raises UserError.
    """
    with shared_turn() as give_way:

        def one_more(done: int, of: int) -> None:
            tell(done, of)
            check()
            give_way()

        return calibrate(
            case,
            log,
            trials=trials,
            own_worlds=OWN_WORLDS,
            residents=float(case.community.residents),
            worlds=settings_of_worlds(case),
            method="tpe" if find_spec("optuna") else "sobol",
            workers=0,
            progress=one_more,
        )


def name_fitted(case: Scenario, lang: str) -> Scenario:
    """Return a case under the name of a fitted one, so that it stands beside the case before the fit."""
    if case.name.endswith(SUFFIX):
        return case
    titles = {
        field: phrase(lang, "fit.title", title=title)
        for field in ("title", "short_title", "short_title_zh")
        if (title := getattr(case, field))
    }
    return replace(case, name=case.name[:LONGEST_NAME] + SUFFIX, **titles)


def describe_fit(result: Calibration, lang: str) -> dict[str, Any]:
    """Return what a fit came to, as JSON: what it says in plain words, and files to take.

    `verdict` is "no" (the log is implausible under the model), "harm", "same" or "better"; `toml` is empty
    where there is nothing to show, because nothing was learned.
    """
    from ..fit_page import fit_page

    rows = result.parameters.loc
    usable = bool(result.learned or result.together) and not result.is_misspecified
    return {
        "verdict": verdict_of(result),
        "says": list(sentences_of(result, lang)),
        "learned": [describe_number(path, rows[path], result, lang) for path in result.learned],
        "together": [describe_best(path, rows[path], result, lang) for path in result.together],
        "unknown": describe_unknown(result.not_learned, result, lang),
        "said": [sentence.in_language(lang) for sentence in result.said],
        "toml": result.case_file() if usable else "",
        "file_name": f"{result.fitted.name}.toml",
        "page": fit_page(result, lang, has_folder=False),
    }


def phrase(lang: str, key: str, **values: object) -> str:
    """Return a text of the section issue_list."""
    return sections(lang)["issue_list"][key].format(**values)


def number(value: float) -> str:
    """Return a number with three figures.

    >>> number(0.001234), number(1234.5)
    ('0.00123', '1230')
    """
    return np.format_float_positional(float(f"{value:.3g}"), trim="-")


def describe_number(path: str, row: Any, result: Calibration, lang: str) -> str:
    """Return what was learned of a number, with its range."""
    what, factor, unit = name_number(path, result, lang)
    numbers = {name: number(row[name]) for name in ("default", "median", "p5", "p95")}
    return phrase(lang, "fit.factor" if factor else "fit.value", what=what, unit=unit, **numbers)


def describe_best(path: str, row: Any, result: Calibration, lang: str) -> str:
    """Return what a number is in the fitted case, which has no range by itself."""
    what, factor, unit = name_number(path, result, lang)
    numbers = {name: number(row[name]) for name in ("default", "best")}
    return phrase(lang, "fit.best_factor" if factor else "fit.best", what=what, unit=unit, **numbers)


def name_number(path: str, result: Calibration, lang: str) -> tuple[str, bool, str]:
    """Return what a parameter is called, whether it is a factor, and its unit."""
    factor, kind, knob = parts_of(path, result)
    label, unit = words.knob(lang, knob)
    what = phrase(lang, "fit.of_kind", kind=kind, knob=label) if kind else label
    return what, factor, unit


def describe_unknown(unknown: list[str], result: Calibration, lang: str) -> list[str]:
    """Return what was not learned: a knob each, with the categories of the list that it is about."""
    kinds: dict[str, list[str]] = {}
    for path in unknown:
        _, kind, knob = parts_of(path, result)
        kinds.setdefault(words.knob(lang, knob)[0], []).extend([kind] if kind else [])
    comma = sections(lang)["story"]["comma"]
    return [
        phrase(lang, "fit.unknown_of", knob=knob, kinds=comma.join(names)) if names else knob
        for knob, names in kinds.items()
    ]


def parts_of(path: str, result: Calibration) -> tuple[bool, str, str]:
    """Return whether a parameter is a factor, the category of the list or "", and the path of a knob."""
    if not result.free[path].factor:
        return False, "", path
    kind, _, knob = path.removeprefix("issues.").rpartition(".")
    return True, kind, f"issues.x.{knob}"


def verdict_of(result: Calibration) -> str:
    """Return "no", "harm", "same" or "better", see `describe_fit`."""
    if result.is_misspecified:
        return "no"
    scores = result.scores.loc[HELD_OUT]["log_score"]
    gain = scores["fitted"] - scores["default"]
    return "harm" if gain < -CLEARLY else "same" if gain < CLEARLY else "better"


def sentences_of(result: Calibration, lang: str) -> Iterator[str]:
    """Yield what the part of the list that was held out says of the fit, and what it says nothing about."""
    say = partial(phrase, lang)
    if result.is_misspecified:
        yield say("fit.implausible", errors=f"{np.sqrt(result.widened):.1f}")
    points = result.scores.loc[HELD_OUT]["points"]
    yield say(
        "fit.held_out",
        split=f"{result.split:%Y-%m-%d}",
        last=f"{result.log.issues['opened'].max():%Y-%m-%d}",
        fitted=f"{points['fitted']:.0f}",
        before=f"{points['default']:.0f}",
        own=f"{points[NULL]:.0f}",
    )
    scores = result.scores.loc[HELD_OUT]["log_score"]
    gain = scores["fitted"] - scores[NULL]
    yield say(
        "fit.null_better" if gain < -CLEARLY else "fit.null_same" if gain < CLEARLY else "fit.null_worse"
    )
    if result.effective < ROUGH and not result.is_misspecified:
        yield say("fit.rough")
    hidden = result.visible[result.visible["seen"].isin(UNSEEN)]
    if len(hidden):
        yield say("fit.unseen", n=len(hidden), of=len(result.visible), share=f"{hidden['share'].sum():.0%}")
