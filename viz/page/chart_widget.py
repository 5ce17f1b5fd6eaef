"""Chart widget: draws a spec of `chart_specs` in the browser, and saves it there as PNG, SVG or CSV."""

from pathlib import Path

import anywidget
import traitlets

from ...engine.texts import LANGUAGES, sections

SCRIPT = Path(__file__).parent / "static" / "chart.js"
WORDS = {lang: {f"chart_{key}": text for key, text in sections(lang)["chart"].items()} for lang in LANGUAGES}


class Chart(anywidget.AnyWidget):
    """Draw a spec of `chart_specs`.

    `day` is where the cursor stands, -1 for none; a click on a chart over days sets it.
    """

    # as text: given a Path, anywidget watches the file and keeps every widget for ever
    _esm = SCRIPT.read_text("utf-8")
    spec = traitlets.Dict().tag(sync=True)
    day = traitlets.Int(-1).tag(sync=True)
    words = traitlets.Dict(WORDS["en"]).tag(sync=True)
