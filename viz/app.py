"""The page: two communities side by side under the same luck. `cogov serve`, or `solara run cogov.viz.app`.

Everything a visitor has is made inside `Page`, in memory of that visit alone: what stands in a module is shared by all visitors.
"""

import os
import threading
from dataclasses import replace

import anywidget
import numpy as np
import solara
import solara.lab
import traitlets

from ..experiments.runs import DESKS, ledger
from ..experiments.surprises import shown as called
from ..model.almanac import PAYERS
from ..model.issues import RESOLVED
from ..model.knobs import ScenarioError
from ..model.measures import summary
from . import curves, fonts, stories, web, words
from . import desk as desks
from .charts import WORDS as CHART
from .charts import Chart
from .controls import Controls
from .lesson_page import Lesson
from .lessons import lessons
from .phrases import FRAME
from .stories import say
from .town import Town
from .walk import Walk, setup_of
from .words import said

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
"""
FIRST = 60  # day that is shown first
PAIRS = 20  # that are lived behind the page at first


class Superseded(Exception):
    """Raised within a day of the visitor's having asked for something else."""


def begun(query):
    """(desk, what is wrong) when the page opens: what the link says, else what `cogov serve` was told."""
    own, lang = os.environ.get("COGOV_CASE", "guiyuan"), os.environ.get("COGOV_LANG", "en")
    try:
        return desks.linked(query, own, lang) or desks.opened(own, lang), ""
    except ScenarioError as error:
        return desks.opened(own, lang), words.error(lang, error)


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
    start = solara.use_memo(lambda: begun(router.search), [])
    desk, set_desk = solara.use_state(start[0])
    wrong, set_wrong = solara.use_state(start[1])
    picked, set_picked = solara.use_state({})
    issue, set_issue = solara.use_state("")
    day, set_day = solara.use_state(desk.day or FIRST)
    walk, set_walk = solara.use_state(None)
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
            return desks.shown(setup.arms(), setup.seed, [(*key, side) for side in desks.SIDES], still) if setup else desks.lived(desk, still)
        except Superseded:
            return None

    lived = solara.lab.use_task(live, dependencies=[key], prefer_threaded=True, raise_error=False)
    kept = solara.use_ref(None)
    noted = solara.use_memo(lambda: web.noted(lived.exception, "year") if lived.error and not isinstance(lived.exception, ScenarioError) else "", [id(lived.exception)])
    if lived.finished and lived.value is not None:
        kept.current = lived.value
    lang = desk.lang

    def change(**what):
        """The desk as a visitor wants it; what cannot be is said, and nothing is lost."""
        new = replace(desk, **what)
        try:
            for side in range(2):
                new.scenario(side)
        except ScenarioError as error:
            return set_wrong(words.error(lang, error))
        set_wrong("")
        set_desk(new)

    def reopen(raw):
        """The state that a file holds; what is wrong with it is said."""
        try:
            told = desks.restored(raw.decode("utf-8", errors="replace"), desk.case, lang)
            set_desk(told)
            set_day(told.day)
            set_wrong("")
        except ScenarioError as error:
            set_wrong(words.error(lang, error))

    def set_side(side, setting):
        change(settings=tuple(setting if n == side else one for n, one in enumerate(desk.settings)))

    def look(what):
        set_picked(what)
        ids = what.get("ids") or [""]
        set_issue(next((i for i in ids if i and still_open(kept.current, i, what["day"])), ids[0]))

    solara.Title("cogov · 共治")
    solara.Style(STYLE)
    solara.Style(fonts.served())
    Address.element(query=replace(desk, day=day).link())
    with solara.AppBar():
        solara.Button(said(lang, "language"), text=True, on_click=lambda: change(lang="zh" if lang == "en" else "en"), classes=["co-language"])
    with solara.AppBarTitle():
        solara.Text(said(lang, "title"))
    with solara.Sidebar():
        Lessons(walk, set_walk, lang)
        if walk is None:
            Controls(replace(desk, day=day), kept.current, change, set_side, reopen)
    with solara.Column(gap="12px", style={"padding": "12px"}):
        if wrong:
            solara.Error(said(lang, "wrong", why=wrong))
        if lived.error:
            why = words.error(lang, lived.exception) if isinstance(lived.exception, ScenarioError) else said(lang, "wrong.inside", why=noted)
            solara.Error(why)
        solara.ProgressLinear(lived.pending)
        if walk is None:
            solara.Text(said(lang, "start", **{side: title(setting.on, lang) for side, setting in zip(desks.SIDES, desk.settings)}), classes=["co-quiet"])
        if walk is not None:
            Lesson(walk, set_walk, lang, lambda: set_walk(None), lambda *what: set_playing(what))
        if kept.current is not None and (walk is None or setup is not None):
            Neighbourhood(desk, kept.current, look, set_day, setup, playing)
        if kept.current is not None and walk is None:
            Inside(desk, kept.current, day, picked, issue, set_issue)
            Replicates(desk, kept.current)
            Charts(desk, kept.current, day)
            Budget(desk, kept.current)
        elif kept.current is None:
            solara.Text(said(lang, "computing"))


@solara.component
def Neighbourhood(desk, shown, look, set_day, setup, playing):
    """Both films, playing; a lesson's `setup` says where to look, and `playing` from when to when."""
    lang = desk.lang
    town = solara.use_memo(Town, [])

    def show():
        with town.hold_sync():
            town.words = words.town(lang, shown.films[0].header["compounds"])
            town.titles = [said(lang, "side", side=said(lang, side), what=title(film.header["on"], lang)) for side, film in zip(desks.SIDES, shown.films)]
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
    return say(FRAME, "comma", lang).join(words.mechanism(lang, name) for name in on) if on else said(lang, "nothing on")


@solara.component
def Lessons(walk, set_walk, lang):
    """The lessons to choose from."""
    every = solara.use_memo(lessons, [])
    names = {getattr(one.title, lang): one for one in every}
    with solara.Column(gap="0px", style={"padding": "12px 12px 0"}):
        now = getattr(walk.lesson.title, lang) if walk else None
        solara.Select(words.said(lang, "lessons"), value=now, values=list(names), on_value=lambda v: set_walk(Walk(names[v]) if v else None))


@solara.component
def Replicates(desk, shown):
    """The verdict: what this one luck says, and what more of them say, as they come in behind."""
    lang = desk.lang
    count, set_count = solara.use_state(PAIRS)
    found, set_found = solara.use_state((0, None))

    def live():
        pairs = shown.pairs()

        def go():
            for told in pairs.until(count):
                set_found((id(shown), told))

        threading.Thread(target=go, daemon=True).start()
        return pairs.cancel

    solara.use_effect(live, [id(shown), count])
    solara.use_effect(lambda: set_count(PAIRS), [id(shown)])
    mine = found[1] if found[0] == id(shown) else None
    told = sides(lang)
    with solara.Card(margin=0, classes=["co-card"]), solara.Column(gap="6px"):
        if mine is None:
            solara.Text(said(lang, "replicates"))
            return
        solara.Text(mine.verdict(lang, (said(lang, "left"), said(lang, "right"))), classes=["co-title", "co-verdict"])
        solara.ProgressLinear(100 * len(mine.pairs) / count if len(mine.pairs) < count else False)
        if len(mine.pairs) > 1:
            with solara.ColumnsResponsive(12, medium=6):
                Drawn(curves.settling(mine, told), lang)
                for what in ("resolution", "backlog", "trust"):
                    Drawn(curves.difference(mine, what, told), lang)
        solara.Button(said(lang, "more pairs", n=count + PAIRS), text=True, on_click=lambda: set_count(count + PAIRS), disabled=len(mine.pairs) < count)


def sides(lang):
    """The words of charts, the two arms being the two sides."""
    left, right = said(lang, "left"), said(lang, "right")
    told = {key: text.replace("with − without", f"{right} − {left}").replace("有 − 没有", f"{right} − {left}") for key, text in curves.WORDS[lang].items()}
    return {**told, "chart_without": left, "chart_with": right}


@solara.component
def Drawn(spec, lang, day=-1):
    """One chart."""
    chart = solara.use_memo(Chart, [])

    def draw():
        with chart.hold_sync():
            chart.words, chart.spec, chart.day = CHART[lang], spec, day

    solara.use_effect(draw, [repr(spec), lang, day])
    with solara.Div(classes=["co-chart"]):
        solara.display(chart)


@solara.component
def Charts(desk, shown, day):
    """Both sides over the days."""
    lang, films, runs = desk.lang, shown.films, [film.run for film in shown.films]
    told = sides(lang)

    def made():
        kinds = [curves.families(film, said(lang, side), told) for film, side in zip(films, desks.SIDES)]
        return [curves.resolution(films, told), curves.survival(runs, told), curves.backlog(films, told), curves.trust(films, told), *kinds, curves.hours(runs, told)]

    specs = solara.use_memo(made, [id(shown), lang])
    with solara.Card(margin=0, classes=["co-card"]):
        with solara.ColumnsResponsive(12, medium=6):
            for spec in specs:
                Drawn(spec, lang, day if spec.get("cursor") else -1)


@solara.component
def Budget(desk, shown):
    """What this one luck came to on both sides; whose hours and whose money it took, of how many there were."""
    with solara.ColumnsResponsive(12, medium=6):
        for side, film in enumerate(shown.films):
            with solara.Card(margin=0, classes=["co-card", f"co-budget-{side}"]), solara.Column(gap="4px"):
                Spent(film, desk.lang, shown.seed)


@solara.component
def Spent(film, lang, luck):
    """One side of it."""
    run, told = film.run, summary(film.run)
    open_, set_open = solara.use_state(False)
    solara.Text(said(lang, "rate", rate=told["resolution_rate"], luck=luck), classes=["co-title"])
    solara.Text(said(lang, "cost", hours=told["hours"], yuan=told["yuan"], days=run.days))
    solara.Text(said(lang, "budget"), classes=["co-title"])
    for words_, used, there in meters(run, lang):
        with solara.Div(classes=["co-bar"]):
            solara.Text(words_, classes=["co-quiet"])
            solara.ProgressLinear(min(100.0, 100 * used / there), color="#000000" if used > 0.99 * there else "#0072B2")
    asked = film.effort.asked[:, :, :-1].sum()
    if asked:
        solara.Text(said(lang, "budget.granted", share=film.effort.got[:, :, :-1].sum() / asked), classes=["co-quiet"])
    solara.Button(("▾ " if open_ else "▸ ") + said(lang, "budget.by"), text=True, small=True, on_click=lambda: set_open(not open_), classes=["co-name"])
    for name, row in ledger(run).iterrows() if open_ else ():
        hours, yuan = row[[c for c in row.index if not c.startswith("yuan")]].sum(), row[[c for c in row.index if c.startswith("yuan")]].sum()
        solara.Text(said(lang, "hours of", name=said(lang, "desks") if name == DESKS else words.mechanism(lang, name), hours=hours, yuan=yuan), classes=["co-quiet"])


def meters(run, lang):
    """(in words, used, there was) of each role's hours and of both kinds of fund; none where there never was anything."""
    used = run.ledger.hours.sum(axis=0)
    rows = [(said(lang, "budget.of", who=said(lang, f"role.{role}"), used=u, there=had), u, had) for role, u, had in zip(PAYERS, used, run.ledger.supplied)]
    before, come, spent, _ = run.fen.T / 100
    for key, part in (("budget.fund", slice(-1, None)), ("budget.funds", slice(None, -1))):
        u, had = spent[part].sum(), (before + come)[part].sum()
        rows.append((said(lang, key, used=u, there=had), u, had))
    return [row for row in rows if row[2] > 0]


@solara.component
def Inside(desk, shown, day, picked, issue, set_issue):
    """Who lives where the visitor looked, what happened there, and its story on both sides."""
    lang, comma = desk.lang, say(FRAME, "comma", desk.lang)
    with solara.Card(margin=0, classes=["co-card", "co-inside"]):
        if not picked:
            solara.Text(said(lang, "look"))
            return
        with solara.ColumnsResponsive(12, medium=[4, 8]):
            with solara.Column(gap="4px", classes=["co-people"]):
                solara.Text(named_building(shown.films[0], picked["building"], lang), classes=["co-title"])
                for home in desks.homes(desk, picked["building"], picked.get("flat", -1)):
                    kind = comma.join(said(lang, name) for name in ("owner" if home.owner else "tenant", *(["away"] if home.away else ())))
                    solara.Text(f"{said(lang, 'flat', f=home.flat, floor=home.floor)}{say(FRAME, 'colon', lang)}{kind}", classes=["co-quiet"])
                    for band, traits, ties in home.people:
                        told = comma.join(said(lang, name) for name in (("child", "adult", "elder")[band], *traits))
                        solara.Text(f"· {told}{say(FRAME, 'semicolon', lang)}{said(lang, 'knows', n=ties)}", classes=["co-quiet"])
                solara.Text(said(lang, "made up"), classes=["co-quiet"])
            with solara.Column(gap="4px"):
                if not picked.get("ids"):
                    solara.Text(said(lang, "no issues"))
                    return
                open_ = [i for i in picked["ids"] if still_open(shown, i, day)]
                names = {i: named(shown, i, lang) for i in (*open_, *(i for i in picked["ids"] if i not in open_))}
                solara.Select(said(lang, "issues here", open=len(open_), settled=len(names) - len(open_), day=day), value=names.get(issue), values=list(names.values()), on_value=lambda v: set_issue(next(i for i, n in names.items() if n == v)))
                story = shown.story(int(issue)) if issue else None
                if story:
                    with solara.Columns([1, 1]):
                        for side, arm in zip(desks.SIDES, story.arms):
                            with solara.Column(gap="0px", classes=["co-story"]):
                                solara.Text(said(lang, side), classes=["co-title"])
                                if side == "right" and len({row["born"] for row in rows_of(shown, issue)}) > 1:
                                    solara.Text(said(lang, "another day"), classes=["co-quiet"])
                                for line in stories.told(arm, story, lang):
                                    solara.Text(line)


def named(shown, id_, lang):
    """An issue in a list: its kind, and since when."""
    _, category, _ = called(int(id_), shown.scenarios[0]).split("/")
    return said(lang, "issue", kind=stories.kind(category, lang), born=min(row["born"] for row in rows_of(shown, id_)))


def rows_of(shown, id_):
    """The issue on the sides where it arose."""
    found = ((film.run.issues, np.searchsorted(film.run.issues["id"], int(id_))) for film in shown.films)
    return [issues[n] for issues, n in found if n < len(issues) and issues[n]["id"] == int(id_)]


def still_open(shown, id_, day):
    """Whether an issue is open on a day, on either side."""
    for arrays in (film.arrays for film in shown.films):
        n = np.searchsorted(arrays["issue_id"], int(id_))
        if n < len(arrays["issue_id"]) and arrays["issue_id"][n] == int(id_):
            first, last = arrays["issue_first"][n : n + 2]
            states = arrays["event_state"][first:last][arrays["event_day"][first:last] <= day]
            if len(states) and states[-1] < RESOLVED:
                return True
    return False


def named_building(film, b, lang):
    """A building as the town calls it, and its number in all of the community."""
    compound = film.arrays["building_compound"]
    name = words.compound(lang, film.header["compounds"][compound[b]])
    return said(lang, "building", compound=name, n=b - int(np.argmax(compound == compound[b])) + 1, b=b)
