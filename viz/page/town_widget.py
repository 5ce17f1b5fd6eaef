"""The town: one or two films played side by side in the browser, as buildings whose lit windows are open issues.

A film is sent once, as bytes; playing, scrubbing and looking around happen in `static/town/*.js` and cost Python nothing.
"""

from pathlib import Path

import anywidget
import traitlets

from ...experiments.narrative.recording import FULL, LAYERS, UNKNOWN, pack_recording
from ...model.issues import issue_table
from ...model.issues.categories import SCOPES
from ..i18n.words import town as words_of

HERE = Path(__file__).parent / "static"
SPEED = 7  # days a second, to begin with
STATES = (
    "UNKNOWN",
    "TOLD",
    "TABLE",
    "SIGN",
    "MONEY",
    "UPWARD",
    "WORK",
    "RESOLVED",
    "VERIFIED",
)  # that the script knows by name
SCRIPTS = (  # in the order in which they are joined: what a file uses when it is read stands above it
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
    "town",
)


def script():
    """The town's JavaScript, one module: numbers that Python and the browser share, then the files of static/town."""
    numbers = {name: int(getattr(issue_table, name)) for name in STATES} | {
        scope.upper(): number for number, scope in enumerate(SCOPES)
    }
    shared = "".join(f"const {name} = {number};\n" for name, number in numbers.items())
    shared += f"const FULL = {{ acquaintances: {FULL} }};\n"
    return "\n".join([shared, *((HERE / "town" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)])


class Town(anywidget.AnyWidget):
    """Plays `left` and, where there is one, `right`: films as bytes (`experiments.film.packed`)."""

    _esm = script()  # as text: of a Path anywidget watches the file, and keeps every widget for good
    _css = (HERE / "town.css").read_text("utf-8")

    left = traitlets.Bytes(b"").tag(sync=True)
    right = traitlets.Bytes(b"").tag(sync=True)  # b"": one community only
    words = traitlets.Dict(words_of("en")).tag(
        sync=True
    )  # key -> text; keys that are missing are said in English
    titles = traitlets.List(["", ""]).tag(sync=True)
    layer = traitlets.Unicode("").tag(sync=True)  # one of film.LAYERS, "unknown", or none
    families = traitlets.List([]).tag(sync=True)  # on show, the others dimmed; empty: all of them
    day = traitlets.Int(0).tag(sync=True)  # both ways; a few times a second while it plays
    playing = traitlets.Bool(False).tag(sync=True)  # both ways
    speed = traitlets.Float(float(SPEED)).tag(sync=True)  # days a second; both ways
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

    def show(self, left, right=None):
        """Put one or two experiments.film.Film on show at once."""
        with self.hold_sync():
            self.left, self.right = pack_recording(left), pack_recording(right) if right else b""
