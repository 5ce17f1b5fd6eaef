"""Write a brief: two pages as PDF and Word document, and three slides."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.texts import LANGUAGES
from ...engine.texts.errors import UserError
from .content import content_of, name_arm
from .figure import draw_figure
from .findings import findings_of, refuse_too_few
from .pdf import set_pdf

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.comparison.compare import Comparison
    from ...experiments.robustness.weighing import Robustness

FILES = {"pdf": "brief.pdf"}


def write_brief(
    results: Comparison | Robustness,
    language: str,
    out: str | Path,
    *,
    gains: pd.DataFrame | None = None,
    case: str = "",
) -> list[Path]:
    """Write brief.pdf into the folder `out`; return the paths of the files.

    `results` are of `compare` or `weigh`; `gains` is the table of `who_gains`, if there is one; `case` is how
    commands name the case, by default its name. Raises UserError.
    """
    if language not in LANGUAGES:
        raise UserError("--lang {lang}: there are {languages}", lang=language, languages=", ".join(LANGUAGES))
    findings = findings_of(results, case, gains)
    refuse_too_few(findings)
    content = content_of(findings, language)
    draw = partial(draw_figure, findings, language, lambda arm: name_arm(arm, language))
    pdf, _ = set_pdf(content, draw())
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILES["pdf"]
    path.write_bytes(pdf)
    return [path]
