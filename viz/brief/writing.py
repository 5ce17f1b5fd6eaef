"""Write a brief: two pages as PDF and Word document, and three slides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.texts import LANGUAGES
from ...engine.texts.errors import UserError
from .content import content_of
from .figure import draw_figure
from .findings import Findings, findings_of, refuse_too_few
from .pdf import fit_pdf
from .reading import read_folder
from .slides import build_slides
from .word_document import build_document
from .wording import name_arm

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.comparison.compare import Comparison
    from ...experiments.robustness.weighing import Robustness

FILES = {"docx": "brief.docx", "pdf": "brief.pdf", "pptx": "slides.pptx"}
PAGE, SLIDE = 6.6, 7.2  # inches: width of the figure on a page and on a slide


def write_brief(
    results: Comparison | Robustness | str | Path,
    language: str,
    out: str | Path,
    *,
    gains: pd.DataFrame | None = None,
    case: str = "",
    kinds: Iterable[str] = tuple(FILES),
) -> list[Path]:
    """Write brief.docx, brief.pdf and slides.pptx into the folder `out`; return the paths of the files.

    `results` are of `compare` or `weigh`, or the folder that `cogov compare` or `cogov robust` wrote; `gains`
    is the table of `who_gains`, if it is not in them; `case` is how commands name the case, by default its
    name. Raises UserError.
    """
    if language not in LANGUAGES:
        raise UserError("--lang {lang}: there are {languages}", lang=language, languages=", ".join(LANGUAGES))
    if isinstance(results, (str, Path)):
        results, named = read_folder(results)
        case = case or named
    return write_files(findings_of(results, case, gains), language, out, kinds)


def write_files(
    findings: Findings,
    lang: str,
    out: str | Path,
    kinds: Iterable[str] = tuple(FILES),
    progress: Callable[[], object] = lambda: None,
) -> list[Path]:
    """Write the files of these kinds; return their paths. Raises UserError.

    `progress` is called after each file.
    """
    kinds = check_kinds(kinds)
    refuse_too_few(findings)
    content = content_of(findings, lang)
    draw = partial(draw_figure, findings, lang, lambda arm: name_arm(arm, lang))
    folder, paths = Path(out), []
    folder.mkdir(parents=True, exist_ok=True)
    # what fits two pages as PDF fits them as a Word document
    pdf, short, scale = fit_pdf(content, draw("svg"))
    for kind in kinds:
        if kind == "pdf":
            data = pdf
        elif kind == "docx":
            data = build_document(short, draw("png", PAGE), scale)
        else:
            data = build_slides(content, draw("png", SLIDE))
        paths.append(folder / FILES[kind])
        paths[-1].write_bytes(data)
        progress()
    return paths


def check_kinds(kinds: Iterable[str]) -> list[str]:
    """Return the kinds of files, each once. Raises UserError if one is unknown."""
    kinds = list(dict.fromkeys(kinds))
    for kind in kinds:
        if kind not in FILES:
            raise UserError("--only {kind}: there are {kinds}", kind=kind, kinds=", ".join(FILES))
    return kinds
