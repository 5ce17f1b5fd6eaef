"""Find and open the stored sweep that a page shows; what is read is checked, and kept for all visitors."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ...engine.texts.errors import UserError
from ...experiments.robustness.weighing import find_sweep
from ...experiments.sweep.ledger import Damaged
from ...experiments.sweep.report_statistics import Analysis, analyse_sweep
from ...model.scenarios.cases import list_cases


def stored_sweep(given: str, lesson: str = "") -> Path | None:
    """Return the folder of the sweep that `given` is the folder of; None if it is no folder, but a case.

    The runs of `cogov robust` are found in its folder. Raises UserError, if it holds no sweep, if the sweep
    is damaged, or if a lesson is asked for, which no sweep has.
    """
    if given in list_cases() or not Path(given).is_dir():
        return None
    if lesson:
        raise UserError(
            "--lesson {lesson}: {folder} is a folder of a sweep, which has no lessons; leave out --lesson, "
            "or name a case instead of the folder",
            lesson=lesson,
            folder=given,
        )
    folder = find_sweep(Path(given).resolve())
    try:
        open_sweep(folder)
    except Damaged:
        raise
    except UserError as error:
        raise UserError(
            "{folder} is a folder that cannot be shown ({error}): give the name of a case, the path of a "
            ".toml file, or the --out folder of `cogov sweep` or `cogov robust`",
            folder=given,
            error=error,
        ) from None
    return folder


@cache
def open_sweep(folder: Path) -> Analysis:
    """Return the analysis of the sweep in a folder, as it was when it was first asked for.

    Raises UserError, Damaged.
    """
    return analyse_sweep(folder)
