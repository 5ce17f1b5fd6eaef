"""The page: its rooms, the address of what is shown, and the visitor's state.

Start it with `cogov serve`, or `solara run cogov.viz.page.app`.

All state of a visitor is created inside `Page`, so it belongs to that visit alone: module-level state would
be shared by all visitors.
"""

import itertools
import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, quote

import anywidget
import solara
import traitlets

from ...engine.texts.errors import UserError
from ..figures import fonts
from ..i18n import words
from ..i18n.words import translate
from ..lessons.progress import Walk, link, walk_from_link
from ..lessons.reader import shipped_lessons
from ..screen.communities import FIRST, checked_view
from ..screen.room import CompareRoom
from . import page_state
from .lessons_room import LessonsRoom
from .researchers_room import ResearchersRoom

STYLE = """
.v-app-bar.v-toolbar { background: #f8f4eb !important; box-shadow: none !important }
.v-app-bar.v-toolbar { border-bottom: 1px solid #ddd4c2 !important }
.v-app-bar .v-toolbar__content, .v-app-bar .v-btn, .v-app-bar .v-icon { color: #1f2138 !important }
.v-btn { text-transform: none !important; letter-spacing: 0 !important }
.co-grade { border: 1px solid #999; border-radius: 8px; padding: 0 .5rem; font-size: .8rem }
.co-quiet { color: #666; font-size: .85rem } .co-card { border-radius: 10px !important }
.co-on { border-left: 4px solid #0072B2 !important }
.co-mechanism { border-left: 4px solid transparent; padding-left: 4px }
.co-name { flex: 1; justify-content: flex-start !important; min-width: 0 !important }
.co-name .v-btn__content { white-space: normal; text-align: left; justify-content: flex-start }
.co-mechanism .v-input--checkbox { margin: 0 !important; padding: 0 !important }
.co-mechanism .v-messages { display: none } .co-mechanism .v-label { font-size: .75rem }
.co-mechanism .v-input__slot { margin: 0 }
.co-mechanism .v-input--selection-controls__input { margin-right: 2px } .co-head { margin-top: 8px }
.co-group { margin-top: 4px } .co-side { min-width: 3rem } .co-about { padding: 2px 4px 10px 10px }
.co-account { font-variant-numeric: tabular-nums }
.co-presets-0 .v-btn, .co-presets-1 .v-btn { padding: 0 6px !important; font-size: .8rem }
.co-knob { line-height: 1.1 } .co-bar { line-height: 1.3 } .co-bar .v-progress-linear { max-width: 22rem }
.v-navigation-drawer { max-width: 85vw !important }
.co-presets-0 .v-btn, .co-presets-1 .v-btn { border: 1px solid #ccc; margin: 2px }
.co-field { max-width: 6.5rem; flex: none !important }
.co-field input { text-align: right; padding: 0 !important } .co-line { line-height: 1.55 }
.co-line > * { display: inline }
.co-people { max-height: 26rem; overflow-y: auto } .co-story { font-size: .9rem; line-height: 1.5 }
.co-title { font-weight: 600 } .co-stays { position: sticky; top: 4px }
"""
COMPARE, RESEARCHERS, LESSONS = "compare", "researchers", "lessons"
ROOMS = (COMPARE, RESEARCHERS, LESSONS)
CHANGES = itertools.count(1)  # so that every change of any visit has a number of its own


@dataclass(frozen=True)
class Visit:
    """What a visitor sees: a room, the state of both sides, and the progress through a lesson."""

    room: str
    state: page_state.PageState
    view: dict = field(default_factory=dict)  # of the first screen
    walk: Walk | None = None
    wrong: str = ""  # why a link could not be opened

    def address(self, *without: str) -> str:
        """Return the query string of the address that opens the same again.

        `without` are parts of the first screen's view that are left out.
        """
        if self.room == COMPARE:
            view = {name: value for name, value in self.view.items() if name not in without}
            return f"room={COMPARE}&view={quote(json.dumps(view, separators=(',', ':')), safe='')}"
        lesson = f"&{link(self.walk)}" if self.walk else ""
        return f"room={self.room}&{self.state.link()}{lesson}"


def open_page(query: str | None) -> Visit:
    """Return the visit that an address asks for, with the options of `cogov serve` where it is silent."""
    default_case, lang = os.environ.get("COGOV_CASE", FIRST[0]), os.environ.get("COGOV_LANG", "en")
    state, walk, wrong, lesson = None, None, "", os.environ.get("COGOV_LESSON")
    query = (query or "").lstrip("?") or (f"lesson={lesson}" if lesson else "")
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    room, view = asked.get("room", ""), {}
    try:
        state = page_state.state_from_link(query, default_case, lang)
        walk = walk_from_link(query, shipped_lessons(), state.lang if state else lang)
    except UserError as error:
        wrong = words.translate_exception(lang, error)
    with suppress(ValueError, RecursionError):
        view = checked_view(json.loads(asked.get("view", "{}")))
    if walk or room not in ROOMS:
        room = LESSONS if walk else RESEARCHERS if state or wrong else COMPARE
    return Visit(room, state or page_state.open_state(default_case, lang), view, walk, wrong)


def use_visit(first: Callable[[], Visit]) -> tuple[Visit, Callable]:
    """Return the visit, and `change(transform)`, which replaces it by `transform(visit)` and draws it again.

    A click and a measurement that has ended come in threads of their own; a state of Solara would be read and
    written by both, and one of the two changes could be lost.
    """
    lock, latest = solara.use_memo(threading.Lock, []), solara.use_ref(None)
    _, draw_again = solara.use_state(0)
    if latest.current is None:
        latest.current = first()

    def change(transform: Callable[[Visit], Visit]) -> None:
        with lock:
            latest.current = transform(latest.current)
        draw_again(next(CHANGES))

    return latest.current, change


@solara.component
def Layout(children) -> None:
    """Frame of the page; the sidebar is open if there is room for it."""
    return solara.AppLayout(children=children, sidebar_open=None)


class Address(anywidget.AnyWidget):
    """Keep what is shown in the browser's address bar: it can be copied, survives a reload, and Back works.

    A change of the day alone replaces the entry of the browser's history; any other change adds one. It
    greets the server, whose answer in bytes tells AccessControl that this visit has its page.
    """

    _esm = """export default { render({ model }) {
      const put = () => {
        const query = "?" + model.get("query"), step = model.get("step");
        if (query === location.search) return;
        const adds = history.state?.cogov !== undefined && history.state.cogov !== step;
        history[adds ? "pushState" : "replaceState"]({ ...history.state, cogov: step }, "", query);
      };
      let turn = 0;  // so that the same address can be asked for again
      const back = () => {
        model.set("asked", `${location.search.slice(1)}#${++turn}`);
        model.save_changes();
      };
      model.on("change:query", put);
      addEventListener("popstate", back);
      put();
      model.send("hello");
      return () => removeEventListener("popstate", back);
    } }"""
    query = traitlets.Unicode("").tag(sync=True)
    step = traitlets.Unicode("").tag(sync=True)  # what Back goes back over: the query without the day
    # the address that Back or Forward leads to, "#", and a number that differs each time
    asked = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **traits) -> None:
        super().__init__(**traits)
        self.on_msg(greet)


def greet(address: Address, message: object, buffers: object) -> None:
    """Answer the greeting of a page."""
    address.send("hello", [b"\0"])


@solara.component
def Page() -> None:
    router = solara.use_router()
    visit, change = use_visit(lambda: open_page(router.search))
    state = visit.state

    def set_state(new: page_state.PageState) -> None:
        change(lambda now: replace(now, state=new, wrong=""))

    def set_walk(new: Walk | None | Callable) -> None:
        change(lambda now: replace(now, walk=new(now.walk) if callable(new) else new))

    def set_day(day: int) -> None:
        change(lambda now: replace(now, state=replace(now.state, day=day)))

    def set_view(view: dict) -> None:
        change(lambda now: replace(now, view=view))

    def go(room: str, new: page_state.PageState | None = None) -> None:
        """Go to a room, with another state if one is given."""
        change(lambda now: enter(replace(now, state=new or now.state), room))

    def leave(new: page_state.PageState | None) -> None:
        """Leave the lessons, with the two sides of one to go on with, or none."""
        go(RESEARCHERS if new else COMPARE, new)

    # elements that are placed elsewhere; gaps between them would leave a blank strip at the top of the page
    with solara.Column(gap="0px"):
        solara.Title("cogov · 共治")
        solara.Style(STYLE)
        solara.Style(fonts.serve_fonts())
        Address.element(
            query=visit.address(),
            step=replace(visit, state=replace(state, day=0)).address("day", "light", "lang"),
            on_asked=lambda asked: change(lambda now: open_page(asked.partition("#")[0])),
        )
        if visit.room != COMPARE:
            TopBar(state, set_state, go)
    if visit.room == COMPARE:
        CompareRoom(visit.view, set_view, go)
    elif visit.room == LESSONS:
        LessonsRoom(state, visit.walk, set_walk, leave)
    else:
        ResearchersRoom(state, set_state, set_day, visit.wrong, lambda: go(LESSONS))


def enter(visit: Visit, room: str) -> Visit:
    """Return the visit in another room, with the two sides that were shown."""
    if room not in ROOMS:
        return visit
    new = replace(visit, room=room, walk=None)
    if visit.room == COMPARE and room != COMPARE:
        return replace(new, state=page_state.state_of_view(visit.view, visit.state))
    if visit.room != COMPARE and room == COMPARE:
        return replace(new, view={**visit.view, "lang": visit.state.lang})
    return new


@solara.component
def TopBar(state, set_state, go) -> None:
    """The bar of the rooms besides the first: the way back, and the language."""
    lang = state.lang
    with solara.AppBar():
        solara.Button(
            translate(lang, "room.compare"), text=True, on_click=lambda: go(COMPARE), classes=["co-home"]
        )
        solara.Button(
            translate(lang, "language"),
            text=True,
            on_click=lambda: set_state(replace(state, lang="zh" if lang == "en" else "en")),
            classes=["co-language"],
        )
    with solara.AppBarTitle():
        solara.Text(translate(lang, "title"))
