"""The page: two communities side by side under the same luck. `cogov serve`, or `solara run cogov.viz.page.app`.

Everything a visitor has is made inside `Page`, in memory of that visit alone: what stands in a module is shared by all visitors.
"""

import os
from dataclasses import replace

import anywidget
import solara
import solara.lab
import traitlets

from ...engine.parameters import UserError
from ..figures import fonts
from ..i18n import words
from ..i18n.phrases import FRAME
from ..i18n.words import translate
from ..lessons.progress import Walk, link, setup_of, walk_from_link
from ..lessons.reader import shipped_lessons
from ..server import responses
from ..text.stories import say
from . import page_state as desks
from .controls import Controls
from .details_panel import Inside, still_open
from .lesson_panel import Lesson
from .results_panel import Budget, Charts, Replicates
from .town_widget import Town

STYLE = """
.v-btn { text-transform: none !important; letter-spacing: 0 !important }
.co-quiet { color: #666; font-size: .85rem } .co-card { border-radius: 10px !important } .co-on { border-left: 4px solid #0072B2 !important }
.co-mechanism { border-left: 4px solid transparent; padding-left: 4px } .co-name { flex: 1; justify-content: flex-start !important; min-width: 0 !important }
.co-name .v-btn__content { white-space: normal; text-align: left; justify-content: flex-start } .co-mechanism .v-input--checkbox { margin: 0 !important; padding: 0 !important }
.co-mechanism .v-messages { display: none } .co-mechanism .v-label { font-size: .75rem } .co-mechanism .v-input__slot { margin: 0 } .co-mechanism .v-input--selection-controls__input { margin-right: 2px }
.co-head { margin-top: 8px } .co-group { margin-top: 4px } .co-side { min-width: 3rem } .co-about { padding: 2px 4px 10px 10px } .co-account { font-variant-numeric: tabular-nums }
.co-presets-0 .v-btn, .co-presets-1 .v-btn { padding: 0 6px !important; font-size: .8rem } .co-knob { line-height: 1.1 } .co-bar { line-height: 1.3 } .co-bar .v-progress-linear { max-width: 22rem }
.v-navigation-drawer { max-width: 85vw !important } .co-presets-0 .v-btn, .co-presets-1 .v-btn { border: 1px solid #ccc; margin: 2px } .co-field { max-width: 6.5rem; flex: none !important } .co-field input { text-align: right; padding: 0 !important }
.co-line { line-height: 1.55 } .co-line > * { display: inline } .co-lesson { border-left: 6px solid #E69F00 !important } .co-choice .v-btn__content { white-space: normal; text-align: left }
.co-people { max-height: 26rem; overflow-y: auto } .co-story { font-size: .9rem; line-height: 1.5 } .co-title { font-weight: 600 }
.co-stays { position: sticky; top: 4px }
"""
FIRST = 60  # day that is shown first


class Superseded(Exception):
    """Raised within a day of the visitor's having asked for something else."""


def open_page(query):
    """(desk, walk, what is wrong) when the page opens: what the link says, else what `cogov serve` was told."""
    own, lang = os.environ.get("COGOV_CASE", "guiyuan"), os.environ.get("COGOV_LANG", "en")
    desk, walk, wrong, lesson = None, None, "", os.environ.get("COGOV_LESSON")
    query = query or (f"lesson={lesson}" if lesson else "")
    try:
        desk = desks.desk_from_link(query, own, lang)
        walk = walk_from_link(query, shipped_lessons(), desk.lang if desk else lang)
    except UserError as error:
        wrong = words.error(lang, error)
    return desk or desks.open_desk(own, lang), walk, wrong


@solara.component
def Layout(children):
    """The frame: what stands at the side is open where there is room for it."""
    return solara.AppLayout(children=children, sidebar_open=None)


class Address(anywidget.AnyWidget):
    """Keeps the page's state in the browser's line of address, so that it can be copied, and survives a reload."""

    _esm = """export default { render({ model }) {
      const put = () => history.replaceState(history.state, "", "?" + model.get("query"));
      model.on("change:query", put); put();
    } }"""
    query = traitlets.Unicode("").tag(sync=True)


@solara.component
def Page():
    router = solara.use_router()
    start = solara.use_memo(lambda: open_page(router.search), [])
    desk, set_desk = solara.use_state(start[0])
    wanted = solara.use_ref(desk)  # by now: a click may come before what the last one asked for is drawn
    wrong, set_wrong = solara.use_state(start[2])
    picked, set_picked = solara.use_state({})
    issue, set_issue = solara.use_state("")
    day, set_day = solara.use_state(desk.day or FIRST)
    walk, set_walk = solara.use_state(start[1])
    playing, set_playing = solara.use_state(None)  # (from, to, days a second) that a lesson asks for
    setup = walk.lesson.steps[setup_of(walk)] if walk and setup_of(walk) >= 0 else None
    key = desk.key() if setup is None else (walk.lesson.name, setup_of(walk))
    latest = solara.use_ref(key)
    latest.current = key

    def live():
        def still():
            if latest.current != key:
                raise Superseded

        try:
            return (
                desks.simulate_sides(setup.arms(), setup.seed, [(*key, side) for side in desks.SIDES], still)
                if setup
                else desks.simulate_desk(desk, still)
            )
        except Superseded:
            return None

    lived = solara.lab.use_task(live, dependencies=[key], prefer_threaded=True, raise_error=False)
    kept = solara.use_ref(None)
    noted = solara.use_memo(
        lambda: (
            responses.log_error(lived.exception, "year")
            if lived.error and not isinstance(lived.exception, UserError)
            else ""
        ),
        [id(lived.exception)],
    )
    if lived.finished and lived.value is not None:
        kept.current = lived.value
    lang = desk.lang

    def change(**what):
        """The desk as a visitor wants it; what cannot be is said, and nothing is lost."""
        new = replace(wanted.current, **what)
        try:
            for side in range(2):
                new.scenario(side)
        except UserError as error:
            return set_wrong(words.error(lang, error))
        set_wrong("")
        wanted.current = new
        set_desk(new)

    def reopen(raw):
        """The state that a file holds; what is wrong with it is said."""
        try:
            told = desks.desk_from_text(raw.decode("utf-8", errors="replace"), desk.case, lang)
            wanted.current = told
            set_desk(told)
            set_day(told.day)
            set_wrong("")
        except UserError as error:
            set_wrong(words.error(lang, error))

    def alter(sides, how):
        """The settings of some sides as `how` makes them of what they are."""
        change(
            settings=tuple(
                how(one) if side in sides else one for side, one in enumerate(wanted.current.settings)
            )
        )

    def look(what):
        set_picked(what)
        ids = what.get("ids") or [""]
        set_issue(next((i for i in ids if i and still_open(kept.current, i, what["day"])), ids[0]))

    with solara.Column(
        gap="0px"
    ):  # what stands elsewhere; with a gap each the page would begin with a blank strip
        solara.Title("cogov · 共治")
        solara.Style(STYLE)
        solara.Style(fonts.serve_fonts())
        Address.element(query=replace(desk, day=day).link() + (f"&{link(walk)}" if walk else ""))
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
                Controls(replace(desk, day=day), kept.current, change, alter, reopen)
    with solara.Column(gap="12px", style={"padding": "12px"}):
        if wrong:
            solara.Error(translate(lang, "wrong", why=wrong))
        if lived.error:
            why = (
                words.error(lang, lived.exception)
                if isinstance(lived.exception, UserError)
                else translate(lang, "wrong.inside", why=noted)
            )
            solara.Error(why)
        solara.ProgressLinear(lived.pending)
        if walk is None:
            solara.Text(
                translate(
                    lang,
                    "start",
                    **{side: title(setting.on, lang) for side, setting in zip(desks.SIDES, desk.settings)},
                ),
                classes=["co-quiet"],
            )
        else:
            with solara.ColumnsResponsive([12], medium=[4, 8], gutters_dense=True):
                with solara.Column(gap="6px"):
                    Lessons(walk, set_walk, lang)
                    Lesson(walk, set_walk, lang, lambda: set_walk(None), lambda *what: set_playing(what))
                if kept.current is not None and setup is not None:
                    with solara.Div(classes=["co-stays"]):
                        Neighbourhood(desk, kept.current, look, set_day, setup, playing)
        if kept.current is not None and walk is None:
            Neighbourhood(desk, kept.current, look, set_day, setup, playing)
            Inside(desk, kept.current, day, picked, issue, set_issue)
            Replicates(desk, kept.current)
            Charts(desk, kept.current, day)
            Budget(desk, kept.current)
        elif kept.current is None:
            solara.Text(translate(lang, "computing"))


@solara.component
def Neighbourhood(desk, shown, look, set_day, setup, playing):
    """Both films, playing; a lesson's `setup` says where to look, and `playing` from when to when."""
    lang = desk.lang
    town = solara.use_memo(Town, [])

    def show():
        with town.hold_sync():
            town.words = words.town(lang, shown.films[0].header["compounds"])
            town.titles = [
                translate(lang, "side", side=translate(lang, side), what=title(film.header["on"], lang))
                for side, film in zip(desks.SIDES, shown.films)
            ]
            town.layer, town.families = (setup.layer, list(setup.families)) if setup else (desk.layer, [])
            town.left, town.right = shown.packed
            if setup:
                town.day, town.playing = setup.day, False
            else:
                town.day = min(town.day, shown.films[0].run.days)

    def jump():
        town.day = desk.day or FIRST  # on day 0 nothing has gone wrong yet, and there is nothing to see

    def play():
        if playing:
            with town.hold_sync():
                town.day, town.speed, town.playing = playing[0], playing[2], True

    def listen():
        def picked(change):
            look(change["new"])

        def stopped(change):
            if not town.playing:  # while it plays, the charts would be drawn anew several times a second
                set_day(town.day)

        town.observe(picked, "picked")
        town.observe(stopped, ["day", "playing"])
        return town.unobserve_all

    solara.use_effect(jump, [desk.day])
    solara.use_effect(show, [id(shown), desk.layer, lang])
    solara.use_effect(play, [playing])
    solara.use_effect(listen, [])
    with solara.Card(margin=0, classes=["co-card"]):
        solara.display(town)


def title(on, lang):
    """What stands above a side: the mechanisms that are on there."""
    return (
        say(FRAME, "comma", lang).join(words.mechanism(lang, name) for name in on)
        if on
        else translate(lang, "nothing on")
    )


@solara.component
def Lessons(walk, set_walk, lang):
    """The lessons to choose from."""
    every = shipped_lessons()
    names = {getattr(one.title, lang): one for one in every}
    with solara.Column(gap="0px", style={"padding": "12px 12px 0"}):
        now = getattr(walk.lesson.title, lang) if walk else None
        solara.Select(
            words.translate(lang, "lessons"),
            value=now,
            values=list(names),
            on_value=lambda v: set_walk(Walk(names[v]) if v else None),
        )
