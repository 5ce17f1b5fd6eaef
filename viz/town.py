"""The town: one or two films played side by side in the browser, as buildings whose lit windows are open issues.

A film is sent once, as bytes; playing, scrubbing and looking around happen in `static/town.js` and cost Python nothing.
"""

from pathlib import Path

import anywidget
import traitlets

from ..experiments.film import LAYERS, packed
from ..model import mechanisms
from ..model.categories import CATEGORIES, FAMILIES, SCOPES
from ..model.issues import STATES

HERE = Path(__file__).parent / "static"
UNKNOWN = "unknown"  # the layer that is counted from the issues themselves
SPEEDS = (1, 3, 7, 30)  # days a second


def plain(name):
    """A name as words: 'lift_stopped' is 'lift stopped'."""
    return name.replace("_", " ")


def letters(name):
    """What stands on the chest of a mechanism's helpers: 'building_captains' is 'BC'."""
    return {"consent_campaign": "SG"}.get(name) or "".join(word[0] for word in name.split("_")).upper()[:2]


WORDS = {  # every text the town shows; a word in braces is filled in by the browser
    "play": "Play", "pause": "Pause", "back": "One day back", "forward": "One day forward", "speed": "Days a second",
    "speed_n": "{n} days a second", "timeline": "Time line: the day on show", "timeline_about": "open issues through the year, each line one community",
    "zoom_in": "Zoom in", "zoom_out": "Zoom out", "fit": "Show everything",
    "day": "Day {day} of {days}", "open": "open", "unknown_now": "nobody told of", "resolved": "settled so far",
    "spoken": "{title}: {open} open, {unknown} of them nobody told of, {resolved} settled.",
    "map": "Town of {title}. Arrow keys step a day, space plays, plus and minus zoom, shift with arrows moves, brackets choose a building, enter picks it.",
    "empty": "Nothing to show yet.", "office": "Community office",
    "building": "{compound}, building {n}", "home": "stairwell {stairwell}, floor {floor}, flat {flat}", "stairwell": "stairwell {stairwell}",
    "age": "{n} days old", "settled": "settled {n} days ago", "settled_today": "settled today", "today": "arose today", "more": "and {n} more here",
    "nothing": "nothing open here", "open_here": "{n} open in this building", "value": "{layer}: {value}", "helping": "at work here: {names}", "people_away": "its people are mostly away",
    "legend": "What the marks mean", "families": "Kind of issue", "families_about": "Press to show these only", "states": "Where it stands", "differences": "Beside the other community",
    "places": "Where it is", "helpers": "Helpers at work that day", "layer": "Tint of the buildings", "low": "low", "high": "high",
    "old": "open over 30 days", "resolved_mark": "settled just now", "away": "flat mostly empty",
    "place.household": "a window: a home", "place.stairwell": "on the stairs", "place.building": "on the roof: the building", "place.compound": "in the yard", "place.street": "on the street",
    "difference.sooner": "settled sooner here", "difference.later": "settled later here", "difference.behind": "open here, settled there", "difference.only": "never arose there",
    "layer.unknown": "issues nobody told of", "layer.acquaintances": "neighbours known by name", "layer.satisfaction": "satisfaction", "layer.trust_committee": "trust in the committee",
    "layer.trust_company": "trust in the property company", "layer.trust_neighbours": "trust in neighbours",
    **{f"state.{state}": state for state in STATES}, "state.unknown": "nobody told of it",
    **{f"family.{family}": family for family in FAMILIES},
    **{f"scope.{scope}": scope for scope in SCOPES},
    **{f"category.{category}": plain(category) for category in CATEGORIES},
    **{f"mechanism.{name}": plain(name) for name in mechanisms.names()},
    **{f"letters.{name}": letters(name) for name in mechanisms.names()},
}  # fmt: skip


class Town(anywidget.AnyWidget):
    """Plays `left` and, where there is one, `right`: films as bytes (`experiments.film.packed`)."""

    _esm = HERE / "town.js"
    _css = HERE / "town.css"

    left = traitlets.Bytes(b"").tag(sync=True)
    right = traitlets.Bytes(b"").tag(sync=True)                    # b"": one community only
    words = traitlets.Dict(dict(WORDS)).tag(sync=True)             # key -> text; keys that are missing are said in English
    titles = traitlets.List(["", ""]).tag(sync=True)
    layer = traitlets.Unicode("").tag(sync=True)                   # one of film.LAYERS, "unknown", or none
    families = traitlets.List([]).tag(sync=True)                   # on show, the others dimmed; empty: all of them
    day = traitlets.Int(0).tag(sync=True)                          # both ways; a few times a second while it plays
    playing = traitlets.Bool(False).tag(sync=True)                 # both ways
    speed = traitlets.Float(float(SPEEDS[2])).tag(sync=True)       # days a second; both ways
    picked = traitlets.Dict({}).tag(sync=True)                     # browser -> Python: arm, kind, building, flat, issue, ids

    @traitlets.validate("words")
    def _complete(self, proposal):
        return {**WORDS, **proposal["value"]}

    @traitlets.validate("layer")
    def _known(self, proposal):
        layer = proposal["value"]
        if layer not in ("", UNKNOWN, *LAYERS):
            raise traitlets.TraitError(f"no layer is called {layer!r}; there are: {', '.join((UNKNOWN, *LAYERS))}")
        return layer

    def show(self, left, right=None):
        """Put one or two experiments.film.Film on show at once."""
        with self.hold_sync():
            self.left, self.right = packed(left), packed(right) if right else b""
