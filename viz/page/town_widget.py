"""Town widget: plays one or two recordings side by side in the browser; lit windows are open issues.

A recording is sent once, as bytes; playing, scrubbing and picking happen in `static/town/*.js`, without
Python.
"""

import json
from pathlib import Path

import anywidget
import traitlets

from ...experiments.narrative.recording import LAYERS, UNKNOWN, Recording, pack_recording
from ...model.daily_counts import FULL
from ...model.issues import issue_table
from ...model.issues.categories import SCOPES
from ..figures.chart_specs import ARMS, FAMILY
from ..i18n.words import town as words_of

HERE = Path(__file__).parent / "static"
SPEED = 7  # initial days per second
STATES = (
    "UNKNOWN",
    "REPORTED",
    "TABLE",
    "SIGN",
    "MONEY",
    "UPWARD",
    "WORK",
    "RESOLVED",
    "VERIFIED",
)  # states that the script uses by name
SCRIPTS = (  # in the order in which they are joined: a file comes after those that it uses while loading
    "constants",
    "films",
    "places",
    "spots",
    "marks",
    "colours",
    "draw_buildings",
    "draw_marks",
    "draw_pane",
    "elements",
    "widget",
    "widget_films",
    "widget_time",
    "widget_picture",
    "widget_pointing",
    "widget_keys",
    "widget_words",
    "widget_lesson",
    "town",
)


def script() -> str:
    """Return the town's JavaScript module: constants shared with Python, then the files of static/town."""
    numbers = {name: int(getattr(issue_table, name)) for name in STATES} | {
        scope.upper(): number for number, scope in enumerate(SCOPES)
    }
    shared = "".join(f"const {name} = {number};\n" for name, number in numbers.items())
    shared += f"const FULL = {{ acquaintances: {FULL} }};\n"
    shared += f"const FAMILY = {json.dumps(FAMILY)}, ARM = {json.dumps([colour for colour, _ in ARMS])};\n"
    return "\n".join([shared, *((HERE / "town" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)])


class Town(anywidget.AnyWidget):
    """Play the recordings `left` and, if any, `right`; both are bytes from `pack_recording`."""

    _esm = script()  # as text: anywidget watches the file of a Path, and keeps every widget for ever
    _css = (HERE / "town.css").read_text("utf-8")

    left = traitlets.Bytes(b"").tag(sync=True)
    right = traitlets.Bytes(b"").tag(sync=True)  # b"": one community only
    words = traitlets.Dict(words_of("en")).tag(sync=True)  # key -> text; missing keys are in English
    titles = traitlets.List(["", ""]).tag(sync=True)
    layer = traitlets.Unicode("").tag(sync=True)  # one of recording.LAYERS, UNKNOWN, or "" for none
    families = traitlets.List([]).tag(sync=True)  # families shown, the others are dimmed; empty: all
    day = traitlets.Int(0).tag(sync=True)  # both ways; sent a few times per second while it plays
    playing = traitlets.Bool(False).tag(sync=True)  # both ways
    speed = traitlets.Float(float(SPEED)).tag(sync=True)  # days per second; both ways
    # what a lesson asks of it, see static/town/widget_lesson.js; {}: there is no lesson
    lesson = traitlets.Dict({}).tag(sync=True)
    picked = traitlets.Dict({}).tag(sync=True)  # browser -> Python: arm, kind, building, flat, issue, ids

    @traitlets.validate("words")
    def _complete(self, proposal):
        return {**words_of("en"), **proposal["value"]}

    @traitlets.validate("layer")
    def _check_layer(self, proposal):
        layer = proposal["value"]
        if layer not in ("", UNKNOWN, *LAYERS):
            raise traitlets.TraitError(
                f"no layer is called {layer!r}; there are: {', '.join((UNKNOWN, *LAYERS))}"
            )
        return layer

    def show(self, left: Recording, right: Recording | None = None) -> None:
        """Show one recording, or two side by side."""
        with self.hold_sync():
            self.left, self.right = pack_recording(left), pack_recording(right) if right else b""
