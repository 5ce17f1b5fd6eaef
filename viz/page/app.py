"""The page: two communities side by side with the same random seed.

Start it with `cogov serve`, or `solara run cogov.viz.page.app`.

All state of a visitor is created inside `Page`, so it belongs to that visit alone: module-level state would
be shared by all visitors.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace

import anywidget
import solara
import solara.lab
import traitlets

from ...engine.texts.errors import UserError
from ..figures import fonts
from ..i18n import words
from ..i18n.words import translate
from ..lessons.progress import Walk, link, setup_of, walk_from_link
from ..lessons.reader import shipped_lessons
from ..server import responses
from . import page_state
from .controls import Controls
from .details_panel import Inside, still_open
from .lesson_panel import Lesson
from .results_panel import Budget, Charts, Replicates
from .town_widget import Town

STYLE = """
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
.co-line > * { display: inline } .co-lesson { border-left: 6px solid #E69F00 !important }
.co-choice .v-btn__content { white-space: normal; text-align: left }
.co-people { max-height: 26rem; overflow-y: auto } .co-story { font-size: .9rem; line-height: 1.5 }
.co-title { font-weight: 600 } .co-stays { position: sticky; top: 4px }
"""
FIRST = 60  # day shown first


class Superseded(Exception):
    """Raised to stop a simulation when the visitor has asked for another."""


def open_page(query: str | None) -> tuple[page_state.PageState, Walk | None, str]:
    """Return the initial (state, walk, error text), from the link or the options of `cogov serve`."""
    default_case, lang = os.environ.get("COGOV_CASE", "guiyuan"), os.environ.get("COGOV_LANG", "en")
    state, walk, wrong, lesson = None, None, "", os.environ.get("COGOV_LESSON")
    query = query or (f"lesson={lesson}" if lesson else "")
    try:
        state = page_state.state_from_link(query, default_case, lang)
        walk = walk_from_link(query, shipped_lessons(), state.lang if state else lang)
    except UserError as error:
        wrong = words.translate_exception(lang, error)
    return state or page_state.open_state(default_case, lang), walk, wrong


@solara.component
def Layout(children) -> None:
    """Frame of the page; the sidebar is open if there is room for it."""
    return solara.AppLayout(children=children, sidebar_open=None)


class Address(anywidget.AnyWidget):
    """Keep the page's state in the browser's address bar, so that it can be copied and survives a reload."""

    _esm = """export default { render({ model }) {
      const put = () => history.replaceState(history.state, "", "?" + model.get("query"));
      model.on("change:query", put); put();
    } }"""
    query = traitlets.Unicode("").tag(sync=True)


@solara.component
def Page() -> None:
    router = solara.use_router()
    start = solara.use_memo(lambda: open_page(router.search), [])
    state, set_state = solara.use_state(start[0])
    wanted = solara.use_ref(state)  # the newest: a click may come before the last one is rendered
    wrong, set_wrong = solara.use_state(start[2])
    picked, set_picked = solara.use_state({})
    issue, set_issue = solara.use_state("")
    day, set_day = solara.use_state(state.day or FIRST)
    walk, set_walk = solara.use_state(start[1])
    playing, set_playing = solara.use_state(None)  # (from, to, days per second) that a lesson plays
    setup = walk.lesson.steps[setup_of(walk)] if walk and setup_of(walk) >= 0 else None
    key = state.key() if setup is None else (walk.lesson.name, setup_of(walk))
    latest = solara.use_ref(key)
    latest.current = key

    def simulate() -> page_state.SimulatedSides | None:
        def check_current() -> None:
            if latest.current != key:
                raise Superseded

        try:
            return (
                page_state.simulate_sides(
                    setup.arms(), setup.seed, [(*key, side) for side in page_state.SIDES], check_current
                )
                if setup
                else page_state.simulate_state(state, check_current)
            )
        except Superseded:
            return None

    simulation = solara.lab.use_task(simulate, dependencies=[key], prefer_threaded=True, raise_error=False)
    latest_shown = solara.use_ref(None)
    error_number = solara.use_memo(
        lambda: (
            responses.log_error(simulation.exception, "year")
            if simulation.error and not isinstance(simulation.exception, UserError)
            else ""
        ),
        [id(simulation.exception)],
    )
    if simulation.finished and simulation.value is not None:
        latest_shown.current = simulation.value
    lang = state.lang

    def change(**fields) -> None:
        """Change fields of the state; if the result is invalid, show the error and keep the state."""
        new = replace(wanted.current, **fields)
        try:
            for side in range(2):
                new.scenario(side)
        except UserError as error:
            return set_wrong(words.translate_exception(lang, error))
        set_wrong("")
        wanted.current = new
        set_state(new)

    def reopen(raw: bytes) -> None:
        """Open the state in the bytes of a file; if it is invalid, show the error and keep the state."""
        try:
            reopened = page_state.state_from_text(raw.decode("utf-8", errors="replace"), state.case, lang)
            wanted.current = reopened
            set_state(reopened)
            set_day(reopened.day)
            set_wrong("")
        except UserError as error:
            set_wrong(words.translate_exception(lang, error))

    def alter(sides: Iterable[int], transform: Callable) -> None:
        """Replace the settings of some sides by `transform(setting)`."""
        change(
            settings=tuple(
                transform(setting) if side in sides else setting
                for side, setting in enumerate(wanted.current.settings)
            )
        )

    def select(place: dict) -> None:
        """Show the picked place, and select an issue there that is open on that day, if any."""
        set_picked(place)
        ids = place.get("ids") or [""]
        set_issue(next((i for i in ids if i and still_open(latest_shown.current, i, place["day"])), ids[0]))

    # elements that are placed elsewhere; gaps between them would leave a blank strip at the top of the page
    with solara.Column(gap="0px"):
        solara.Title("cogov · 共治")
        solara.Style(STYLE)
        solara.Style(fonts.serve_fonts())
        Address.element(query=replace(state, day=day).link() + (f"&{link(walk)}" if walk else ""))
        with solara.AppBar():
            solara.Button(
                translate(lang, "language"),
                text=True,
                on_click=lambda: change(lang="zh" if lang == "en" else "en"),
                classes=["co-language"],
            )
        with solara.AppBarTitle():
            solara.Text(translate(lang, "title"))
        if walk is None:
            with solara.Sidebar():
                Lessons(walk, set_walk, lang)
                Controls(replace(state, day=day), latest_shown.current, change, alter, reopen)
    with solara.Column(gap="12px", style={"padding": "12px"}):
        if wrong:
            solara.Error(translate(lang, "wrong", why=wrong))
        if simulation.error:
            why = (
                words.translate_exception(lang, simulation.exception)
                if isinstance(simulation.exception, UserError)
                else translate(lang, "wrong.inside", why=error_number)
            )
            solara.Error(why)
        solara.ProgressLinear(simulation.pending)
        if walk is None:
            solara.Text(
                translate(
                    lang,
                    "start",
                    **{
                        side: title(setting.on, lang)
                        for side, setting in zip(page_state.SIDES, state.settings)
                    },
                ),
                classes=["co-quiet"],
            )
        else:
            with solara.ColumnsResponsive([12], medium=[4, 8], gutters_dense=True):
                with solara.Column(gap="6px"):
                    Lessons(walk, set_walk, lang)
                    Lesson(walk, set_walk, lang, lambda: set_walk(None), lambda *what: set_playing(what))
                if latest_shown.current is not None and setup is not None:
                    with solara.Div(classes=["co-stays"]):
                        Neighbourhood(state, latest_shown.current, select, set_day, setup, playing)
        if latest_shown.current is not None and walk is None:
            Neighbourhood(state, latest_shown.current, select, set_day, setup, playing)
            Inside(state, latest_shown.current, day, picked, issue, set_issue)
            Replicates(state, latest_shown.current)
            Charts(state, latest_shown.current, day)
            Budget(state, latest_shown.current)
        elif latest_shown.current is None:
            solara.Text(translate(lang, "computing"))


@solara.component
def Neighbourhood(state, shown, select, set_day, setup, playing) -> None:
    """Play both recordings; a lesson's `setup` sets the view, and `playing` the days to play."""
    lang = state.lang
    town = solara.use_memo(Town, [])

    def show() -> None:
        with town.hold_sync():
            town.words = words.town(
                lang, shown.films[0].header["compounds"], page_state.read_case(state.case)
            )
            town.titles = [
                translate(lang, "side", side=translate(lang, side), what=title(film.header["on"], lang))
                for side, film in zip(page_state.SIDES, shown.films)
            ]
            town.layer, town.families = (setup.layer, list(setup.families)) if setup else (state.layer, [])
            town.left, town.right = shown.packed
            if setup:
                town.day, town.playing = setup.day, False
            else:
                town.day = min(town.day, shown.films[0].run.days)

    def jump() -> None:
        town.day = state.day or FIRST  # on day 0 no issue exists yet, so there is nothing to see

    def play() -> None:
        if playing:
            with town.hold_sync():
                town.day, town.speed, town.playing = playing[0], playing[2], True

    def listen() -> Callable:
        def on_picked(change) -> None:
            select(change["new"])

        def on_stopped(change) -> None:
            if not town.playing:  # while it plays, the charts would be redrawn several times a second
                set_day(town.day)

        town.observe(on_picked, "picked")
        town.observe(on_stopped, ["day", "playing"])
        return town.unobserve_all

    solara.use_effect(jump, [state.day])
    solara.use_effect(show, [id(shown), state.layer, lang])
    solara.use_effect(play, [playing])
    solara.use_effect(listen, [])
    with solara.Card(margin=0, classes=["co-card"]):
        solara.display(town)


def title(on: Iterable[str], lang: str) -> str:
    """Return the title of a side: the mechanisms that are on."""
    return (
        translate(lang, "story.comma").join(words.mechanism(lang, name) for name in on)
        if on
        else translate(lang, "nothing on")
    )


@solara.component
def Lessons(walk, set_walk, lang) -> None:
    """Select a lesson, or none."""
    lessons = shipped_lessons()
    names = {getattr(lesson.title, lang): lesson for lesson in lessons}
    with solara.Column(gap="0px", style={"padding": "12px 12px 0"}):
        current_title = getattr(walk.lesson.title, lang) if walk else None
        solara.Select(
            words.translate(lang, "lessons"),
            value=current_title,
            values=list(names),
            on_value=lambda v: set_walk(Walk(names[v]) if v else None),
        )
