"""Set a brief as a PDF of two pages, with Typst and the Chinese font that ships with cogov."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from ...engine.texts.errors import UserError
from ..figures.fonts import FOLDER as FONTS
from ..figures.plotting import matplotlib
from .parts import Content

TEMPLATE = Path(__file__).with_name("brief.typ")
PAGES = 2
# steps of shortening and scales of the text, in the order in which they are tried
ATTEMPTS = (
    (0, 1.12),
    (0, 1.06),
    (0, 1.0),
    (0, 0.95),
    (0, 0.9),
    (1, 0.95),
    (1, 0.9),
    (2, 0.9),
    (2, 0.85),
    (3, 0.85),
    (3, 0.78),
)


def fit_pdf(content: Content, figure: bytes) -> tuple[bytes, Content, float]:
    """Return the brief as PDF, the content as it was shortened to fit two pages, and the scale of its text.

    The text is made smaller, then shorter, until it fits. Raises UserError if it never does, or if Typst is
    not installed.
    """
    compiler = load_compiler()
    for steps, scale in ATTEMPTS:
        short = content.shortened(steps)
        data = {**asdict(short), "figure": figure.decode("utf-8")}
        inputs = {"data": json.dumps(data, ensure_ascii=False), "scale": str(scale)}
        pdf = compiler.compile(format="pdf", sys_inputs=inputs)
        if int(json.loads(compiler.query("<pages>", field="value", one=True))) == PAGES:
            return pdf, short, scale
    raise UserError(
        "the brief does not fit {pages} pages, even shortened; compare fewer mechanisms", pages=PAGES
    )


def load_compiler():
    """Return Typst's compiler with the template. Raises UserError if Typst is not installed."""
    try:
        import typst
    except ImportError:
        raise UserError(
            "a brief as PDF needs Typst, which is not installed; install it with: pip install 'cogov[brief]'"
        ) from None
    return typst.Compiler(TEMPLATE, font_paths=[FONTS, Path(matplotlib.get_data_path(), "fonts", "ttf")])
