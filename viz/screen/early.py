"""The first screen before its session is there: plain files, for which no visitor waits for another.

The server puts a script into Solara's page that fetches these files and plays at once. When the session's
widget arrives, it takes over what is on show (`startServed` in static/start.js). Without this, a visitor
would see Solara's own loading page until the session is there: seconds alone, half a minute in a full class.
"""

import gzip
import json
import threading
from collections.abc import Sequence
from hashlib import blake2b

from ...experiments.comparison.arm_answers import (
    LUCKS,
    WORLDS,
    worlds_of_case,
    year_in_world,
    year_of_luck,
)
from ...model.scenarios.scenario import Scenario
from .arms import DEFAULT, scenario_of
from .page_data import page_data
from .recordings import difference_of, packed_reference, place_of
from .scripts import script, shell
from .single_file import as_text
from .year_cache import RUNS

FOLDER = "/cogov/"
START = """
const asked = new URLSearchParams(location.search), room = asked.get("room");
const isOther = (room && room !== "compare") || asked.has("state") || asked.has("lesson");
if (!isOther) window.cogovEarly = startEarly("{first}");
"""
# our own loading page for the other rooms: Solara's elements stay, for it removes them itself
STYLE = """<style>
#loader-container { background: #f8f4eb; justify-content: center; }
#loader-container > * { display: none !important; }
.cogov-gone { background: #fffdf8; color: #1f2138; padding: 24px 32px; border-radius: 14px; max-width: 34em }
#loader-container::after { content: "共治 cogov …"; font: 28px Georgia, serif; color: #1f2138; }
</style>"""


# texts of Solara's frame -> ours, in both languages, since they are shown when nothing can be asked any more
FRAME = {
    "<title>Solara ☀️</title>": "<title>cogov · 共治</title>",
    ", maximum-scale=1, user-scalable=no, minimal-ui": "",  # phones may zoom
    """<v-progress-circular indeterminate size="128" style="text-align: center;">Server
                disconnected.</v-progress-circular>""": """<div class="cogov-gone">The server does not answer.
                What is shown stays. Start it again, and reload this page: its address holds what you see.<br>
                服务器没有回应。图上的内容不会消失；请重新启动服务器再刷新本页，网址里记着现在的内容。</div>""",
    "App is disconnected, and may not function properly. Please refresh the page.": "Not connected 已断开",
    "Please refresh the page</v-card-title>": "Please reload the page 请刷新本页</v-card-title>",
    "Could not restore session. Please refresh.": "The server has started anew, and the address of this page "
    "holds what you see. 服务器已重新启动，网址里记着现在的内容。",
    "Refresh now": "Reload 刷新",
    "Restoring session…": "Connecting again … 正在重新连接……",
}


class Dress:
    """What Solara's page gets from us: title, language, viewport and loading page."""

    files: tuple[str, ...] = ()  # paths that `file` of a first screen knows

    def __init__(self, lang: str = "en"):
        self.lang = lang

    def dress(self, html: str, more: str = "") -> str:
        """Return Solara's page with our title, language, viewport and loading page; `more` is in its head."""
        language = "zh-CN" if self.lang == "zh" else "en"
        html = html.replace("<html>", f'<html lang="{language}">', 1)
        for theirs, ours in FRAME.items():
            html = html.replace(theirs, ours, 1)
        return html.replace("</head>", f"{STYLE}{more}</head>", 1)


class EarlyScreen(Dress):
    """The files of the first screen of some communities; the first community is shown."""

    files = (f"{FOLDER}start.js", f"{FOLDER}first.json")

    def __init__(self, communities: Sequence[Scenario], lang: str = "en", root: str = "", plays: bool = True):
        super().__init__(lang)
        self.case, self.root, self.plays = communities[0], root, plays
        self.place = place_of(self.case, 0)
        text = json.dumps(
            {"data": page_data(communities, lang), "shell": shell()},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        self.told = text[1:-1]  # without its braces: the films are joined to it
        start = script() + START.replace("{first}", f"{root}{FOLDER}first.json")
        self.script = start.encode()
        self.version = blake2b(self.script, digest_size=6).hexdigest()

    def file(self, path: str) -> tuple[str, bytes, bool] | None:
        """Return a file's kind, its bytes, compressed, and whether it may be kept; None if there is none."""
        if path == f"{FOLDER}start.js":
            return "text/javascript", gzip.compress(self.script, 6), True
        if path == f"{FOLDER}first.json":
            return "application/json", gzip.compress(self.first().encode(), 1), False
        return None

    def first(self) -> str:
        """Return the texts of the page, the years of both sides, and the runs that are known by now."""
        film = {
            "reference": as_text(packed_reference(self.case, self.place)),
            "years": {DEFAULT: as_text(difference_of(self.case, self.place, DEFAULT))},
            "runs": {key: self.known_runs(key) for key in ("", DEFAULT)},
        }
        films = json.dumps({self.case.name: film}, separators=(",", ":"))
        return f'{{{self.told},"films":{films}}}'

    def known_runs(self, key: str) -> dict[str, list]:
        """Return the runs of an arm that were simulated, up to the first that was not."""
        out: dict[str, list] = {"luck": [], "worlds": []}
        for what, runs in out.items():
            while (run := RUNS.peek(("screen", self.place, key, what, len(runs)))) is not None:
                runs.append(run)
        return out

    def prepare(self) -> None:
        """Simulate what the first visitor sees, in a thread; visitors come before it."""
        threading.Thread(target=self.simulate, daemon=True).start()

    def simulate(self) -> None:
        """Simulate the years and the runs of both sides of the first screen."""
        self.first()
        worlds = worlds_of_case(self.case)  # of seed 0, with which the page begins
        arms = {key: scenario_of(self.case, key) for key in ("", DEFAULT)}
        for at in range(LUCKS):
            for key, arm in arms.items():
                RUNS.get(("screen", self.place, key, "luck", at), lambda: year_of_luck(arm, 0, at))
        for at in range(WORLDS):
            for key, arm in arms.items():
                RUNS.get(("screen", self.place, key, "worlds", at), lambda: year_in_world(worlds, arm, at))

    def dress(self, html: str, more: str = "") -> str:
        """Return the page that `Dress` returns, with the early script in its head."""
        early = f'<script type="module" async src="{self.root}{FOLDER}start.js?v={self.version}"></script>'
        return super().dress(html, more + (early if self.plays else ""))
