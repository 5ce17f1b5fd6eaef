"""The page: two communities side by side under the same luck. `cogov serve`, or `solara run cogov.viz.app`.

Everything a visitor has is made inside `Page`, in memory of that visit alone: what stands in a module is shared by all visitors.
"""

import os
import threading
from dataclasses import replace

import ipywidgets
import solara
import solara.lab

from ..experiments.pairs import Pairs
from ..experiments.runs import DESKS, ledger
from ..model import mechanisms
from ..model.cases import shipped
from ..model.knobs import ScenarioError, paths
from ..model.measures import summary
from . import curves, fonts, stories, words
from . import desk as desks
from .app_words import t
from .charts import WORDS as CHART
from .charts import Chart
from .lesson_page import Lesson
from .lessons import lessons
from .phrases import FRAME
from .stories import say
from .walk import Walk, setup_of
from .town import LAYERS, UNKNOWN, Town

STYLE = """
.v-application { font-family: system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif !important }
.v-btn { text-transform: none !important; letter-spacing: 0 !important }
.co-quiet { color: #666; font-size: .85rem } .co-card { border-radius: 10px !important } .co-on { border-left: 4px solid #0072B2 !important }
.co-mechanism { border-left: 4px solid transparent; padding-left: 4px } .co-name { flex: 1; justify-content: flex-start !important; min-width: 0 !important }
.co-name .v-btn__content { white-space: normal; text-align: left; justify-content: flex-start } .co-mechanism .v-input--checkbox { margin: 0 !important; padding: 0 !important }
.co-mechanism .v-messages { display: none } .co-mechanism .v-label { font-size: .75rem } .co-mechanism .v-input__slot { margin: 0 } .co-mechanism .v-input--selection-controls__input { margin-right: 2px }
.co-line { line-height: 1.55 } .co-line > * { display: inline } .co-lesson { border-left: 6px solid #E69F00 !important } .co-choice .v-btn__content { white-space: normal; text-align: left }
.co-story { font-size: .9rem; line-height: 1.5 } .co-title { font-weight: 600 }
"""
FIRST = 60  # day that is shown first
PAIRS = 20  # that are lived behind the page at first


@solara.component
def Page():
    desk, set_desk = solara.use_state(desks.opened(os.environ.get("COGOV_CASE", "guiyuan"), os.environ.get("COGOV_LANG", "en")))
    wrong, set_wrong = solara.use_state("")
    picked, set_picked = solara.use_state({})
    issue, set_issue = solara.use_state("")
    day, set_day = solara.use_state(0)
    walk, set_walk = solara.use_state(None)
    playing, set_playing = solara.use_state(None)  # (from, to, days a second) that a lesson asks for
    setup = walk.lesson.steps[setup_of(walk)] if walk and setup_of(walk) >= 0 else None
    lived = solara.lab.use_task(lambda: desks.shown(setup.arms(), setup.seed) if setup else desks.lived(desk), dependencies=[desk.key() if setup is None else (walk.lesson.name, setup_of(walk))], prefer_threaded=True)
    kept = solara.use_ref(None)
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
            return set_wrong(str(error))
        set_wrong("")
        set_desk(new)

    def reopen(raw):
        """The state that a file holds; what is wrong with it is said."""
        try:
            set_desk(desks.restored(raw.decode("utf-8", errors="replace"), desk.case))
            set_wrong("")
        except ScenarioError as error:
            set_wrong(str(error))

    def set_side(side, setting):
        change(settings=tuple(setting if n == side else one for n, one in enumerate(desk.settings)))

    def look(what):
        set_picked(what)
        set_issue(what["ids"][0] if what.get("ids") else "")

    solara.Title("cogov · 共治")
    solara.Style(STYLE)
    solara.Style(fonts.served())
    with solara.AppBar():
        solara.Button(t(lang, "language"), text=True, on_click=lambda: change(lang="zh" if lang == "en" else "en"), classes=["co-language"])
    with solara.AppBarTitle():
        solara.Text(t(lang, "title"))
    with solara.Sidebar():
        Lessons(walk, set_walk, lang)
        if walk is None:
            Controls(desk, change, set_side, reopen)
    with solara.Column(gap="12px", style={"padding": "12px"}):
        if wrong:
            solara.Error(t(lang, "wrong", why=wrong))
        if lived.error:
            solara.Error(str(lived.exception) if isinstance(lived.exception, ScenarioError) else type(lived.exception).__name__)
        solara.ProgressLinear(lived.pending)
        if walk is not None:
            Lesson(walk, set_walk, lang, lambda: set_walk(None), lambda *what: set_playing(what))
        if kept.current is not None and (walk is None or setup is not None):
            Neighbourhood(desk, kept.current, look, set_day, setup, playing)
        if kept.current is not None and walk is None:
            Inside(desk, kept.current, picked, issue, set_issue)
            Replicates(desk, kept.current)
            Charts(desk, kept.current, day)
            Costs(desk, kept.current)
        else:
            solara.Text(t(lang, "computing"))


@solara.component
def Neighbourhood(desk, shown, look, set_day, setup, playing):
    """Both films, playing; a lesson's `setup` says where to look, and `playing` from when to when."""
    lang = desk.lang
    town = solara.use_memo(Town, [])

    def show():
        with town.hold_sync():
            town.words = words.town(lang)
            town.titles = [title(film.header["on"], lang) for film in shown.films]
            town.layer, town.families = (setup.layer, list(setup.families)) if setup else (desk.layer, [])
            town.left, town.right = shown.packed
            if setup:
                town.day, town.playing = setup.day, False
            elif not town.day:
                town.day = min(FIRST, shown.films[0].run.days)  # on day 0 nothing has gone wrong yet, and there is nothing to see

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

    solara.use_effect(show, [id(shown), desk.layer, lang])
    solara.use_effect(play, [playing])
    solara.use_effect(listen, [])
    with solara.Card(margin=0, classes=["co-card"]):
        solara.display(town)


def title(on, lang):
    """What stands above a side: the mechanisms that are on there."""
    return say(FRAME, "comma", lang).join(words.mechanism(lang, name) for name in on) if on else t(lang, "nothing")


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
        pairs = Pairs(shown.scenarios, seed=desk.seed, first=[film.run for film in shown.films], workers=0)  # starting processes takes longer than 20 pairs

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
            solara.Text(t(lang, "replicates"))
            return
        solara.Text(mine.verdict(lang, (t(lang, "left"), t(lang, "right"))), classes=["co-title", "co-verdict"])
        solara.ProgressLinear(100 * len(mine.pairs) / count if len(mine.pairs) < count else False)
        if len(mine.pairs) > 1:
            with solara.Columns([1, 1]):
                Drawn(curves.settling(mine, told), lang)
                Drawn(curves.difference(mine, "backlog", told), lang)
        solara.Button(t(lang, "more pairs", n=count + PAIRS), text=True, on_click=lambda: set_count(count + PAIRS), disabled=len(mine.pairs) < count)


def sides(lang):
    """The words of charts, the two arms being the two sides."""
    return {**curves.WORDS[lang], "chart_without": t(lang, "left"), "chart_with": t(lang, "right")}


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
    specs = solara.use_memo(lambda: [make(what, sides(lang)) for make, what in ((curves.resolution, films), (curves.backlog, films), (curves.survival, runs), (curves.trust, films))], [id(shown), lang])
    with solara.Card(margin=0, classes=["co-card"]):
        with solara.Columns([1, 1]):
            for column in (specs[:2], specs[2:]):
                with solara.Column(gap="8px"):
                    for spec in column:
                        Drawn(spec, lang, day if spec.get("cursor") else -1)


@solara.component
def Costs(desk, shown):
    """What this one luck came to on both sides, and who paid."""
    lang = desk.lang
    told = [summary(film.run) for film in shown.films]
    with solara.Columns([1, 1]):
        for one, film in zip(told, shown.films):
            with solara.Card(margin=0, classes=["co-card"]), solara.Column(gap="2px"):
                solara.Text(t(lang, "rate", rate=one["resolution_rate"]), classes=["co-title"])
                solara.Text(t(lang, "cost", hours=one["hours"], yuan=one["yuan"], days=film.run.days))
                for name, row in ledger(film.run).iterrows():
                    hours, yuan = row[[c for c in row.index if not c.startswith("yuan")]].sum(), row[[c for c in row.index if c.startswith("yuan")]].sum()
                    solara.Text(t(lang, "hours of", name=t(lang, "desks") if name == DESKS else words.mechanism(lang, name), hours=hours, yuan=yuan), classes=["co-quiet"])


@solara.component
def Inside(desk, shown, picked, issue, set_issue):
    """Who lives where the visitor looked, what happened there, and its story on both sides."""
    lang = desk.lang
    with solara.Card(margin=0, classes=["co-card", "co-inside"]):
        if not picked:
            solara.Text(t(lang, "look"))
            return
        with solara.Columns([1, 2]):
            with solara.Column(gap="4px"):
                solara.Text(t(lang, "building", b=picked["building"]), classes=["co-title"])
                for home in desks.homes(desk, picked["building"], picked.get("flat", -1)):
                    kind = t(lang, "owner" if home.owner else "tenant") + (f", {t(lang, 'away')}" if home.away else "")
                    solara.Text(f"{t(lang, 'flat', f=home.flat, floor=home.floor)}: {kind}", classes=["co-quiet"])
                    for band, traits, ties in home.people:
                        told = ", ".join(t(lang, name) for name in (("child", "adult", "elder")[band], *traits))
                        solara.Text(f"· {told}; {t(lang, 'knows', n=ties)}", classes=["co-quiet"])
                solara.Text(t(lang, "made up"), classes=["co-quiet"])
            with solara.Column(gap="4px"):
                if not picked.get("ids"):
                    solara.Text(t(lang, "no issues"))
                    return
                names = {i: named(shown, i, lang) for i in picked["ids"]}
                solara.Select(t(lang, "issues here"), value=names.get(issue), values=list(names.values()), on_value=lambda v: set_issue(next(i for i, n in names.items() if n == v)))
                story = shown.story(int(issue)) if issue else None
                if story:
                    with solara.Columns([1, 1]):
                        for side, arm in zip(("left", "right"), story.arms):
                            with solara.Column(gap="0px", classes=["co-story"]):
                                solara.Text(t(lang, side), classes=["co-title"])
                                for line in stories.told(arm, story, lang):
                                    solara.Text(line)


def named(shown, id_, lang):
    """An issue in a list: its kind, and its number there."""
    from ..experiments.surprises import shown as called

    building, category, number = called(int(id_), shown.scenarios[0]).split("/")
    return f"{stories.kind(category, lang)} {building}/{number}"


@solara.component
def Controls(desk, change, set_side, reopen):
    """Case, luck, layer; then the mechanisms of both sides, and their numbers; save, and open again."""
    lang = desk.lang
    case = desks.opened_case(desk.case)
    with solara.Column(gap="8px", style={"padding": "12px", "min-width": "20rem"}):
        cases = shipped() if desk.case in shipped() else [desk.case, *shipped()]

        def other(name):
            fresh = desks.opened(name, lang)
            change(case=name, settings=fresh.settings, days=0, day=0)

        names = {words.case(lang, name): name for name in cases}
        solara.Select(t(lang, "case"), value=words.case(lang, desk.case), values=list(names), on_value=lambda v: other(names[v]))
        with solara.Details(t(lang, "source")):
            solara.Text(words.case(lang, desk.case, "story") or case.provenance, classes=["co-quiet"])
        solara.InputInt(t(lang, "luck"), value=desk.seed, on_value=lambda v: change(seed=max(0, int(v or 0))))
        layers = {"": t(lang, "layer none"), **{name: t(lang, name) for name in (UNKNOWN, *LAYERS)}}
        solara.Select(t(lang, "layer"), value=layers[desk.layer], values=list(layers.values()), on_value=lambda v: change(layer=next(k for k, n in layers.items() if n == v)))
        for side, name in enumerate(("left", "right")):
            with solara.Row(gap="4px", style={"align-items": "center"}):
                solara.Text(t(lang, name), classes=["co-title"])
                for kind in ("nothing", "reported", "everything"):
                    solara.Button(t(lang, kind), text=True, small=True, on_click=lambda side=side, kind=kind: set_side(side, desks.preset(desk.case, kind)))
        solara.Text(t(lang, "mechanisms"), classes=["co-title"])
        for group in words.GROUPS:
            solara.Text(words.said(lang, f"group.{group}"), classes=["co-quiet"])
            for name in (name for name in mechanisms.names() if words.group(name) == group):
                Mechanism(name, desk, set_side)
        solara.FileDownload(desk.saved, filename=f"cogov-{desk.case.rpartition('/')[2]}.json", label=t(lang, "save state"))
        solara.Text(t(lang, "open state"), classes=["co-quiet"])
        ipywidgets.FileUpload.element(accept=".json", multiple=False, description="", icon="", on_value=lambda files: files and reopen(bytes(files[0]["content"])))


@solara.component
def Mechanism(name, desk, set_side):
    """One mechanism: on or off on either side, what it does, how it disappoints, and its numbers."""
    lang = desk.lang
    on = [name in setting.on for setting in desk.settings]
    open_, set_open = solara.use_state(False)
    with solara.Column(gap="0px", classes=["co-mechanism", *(["co-on"] if any(on) else [])]):
        with solara.Row(gap="0px", style={"align-items": "center"}):
            solara.Button(("▾ " if open_ else "▸ ") + words.mechanism(lang, name), text=True, on_click=lambda: set_open(not open_), classes=["co-name"])
            for side in range(2):
                with solara.Div(classes=[f"co-{name}-{side}"]):
                    solara.Checkbox(label=t(lang, ("left", "right")[side]), value=on[side], on_value=lambda v, side=side: set_side(side, desk.settings[side].switched(name, v)))
        if open_:
            solara.Text(words.mechanism(lang, name, "does"), classes=["co-quiet"])
            solara.Text(f"{t(lang, 'disappoints')}: {words.mechanism(lang, name, 'disappoints')}", classes=["co-quiet"])
            for side in range(2):
                if on[side]:
                    solara.Text(t(lang, ("left", "right")[side]), classes=["co-title"])
                    for path, f in knobs_of(name).items():
                        Knob(f"mechanisms.{name}.{path}", f, dict(desk.settings[side].knobs), lambda p, v, side=side: set_side(side, desk.settings[side].turned(p, v)), lang)


def knobs_of(name):
    """The knobs of one mechanism: name -> its field."""
    return paths(mechanisms.named(name)())


@solara.component
def Knob(path, f, turned, set_value, lang):
    """A slider from a knob's lowest to its highest value, finer about its default."""
    m, whole = f.metadata, f.type in (int, "int")
    now = turned.get(path, f.default)
    name, unit = words.knob(lang, path)
    label = f"{name}: {now:g} {unit or m['unit']}"

    def moved(u):
        value = at(u / 100, m["low"], f.default, m["high"])
        set_value(path, None if u == 50 and m["low"] < f.default < m["high"] else int(round(value)) if whole else value)

    solara.SliderInt(label, value=round(100 * where(now, m["low"], f.default, m["high"])), min=0, max=100, on_value=moved, thumb_label=False)


def at(u, low, default, high):
    """The value at `u` in 0..1 of a scale whose middle is the default; beyond it in equal ratios, where it has any.

    >>> at(0.0, 0, 2, 500), at(0.5, 0, 2, 500), round(at(1.0, 0, 2, 500)), at(0.5, 0, 0, 10)
    (0.0, 2.0, 500, 5.0)
    """
    if not low < default < high:
        return low + u * (high - low)
    if u <= 0.5:
        return low + 2 * u * (default - low)
    return default * (high / default) ** (2 * u - 1) if default > 0 else default + (2 * u - 1) * (high - default)


def where(value, low, default, high):
    """The place of a value on that scale: the inverse of `at`.

    >>> [round(where(at(u, 0, 2, 500), 0, 2, 500), 3) for u in (0.0, 0.2, 0.5, 0.9)]
    [0.0, 0.2, 0.5, 0.9]
    """
    from math import log

    if not low < default < high:
        return (value - low) / (high - low)
    if value <= default:
        return 0.5 * (value - low) / (default - low)
    return 0.5 + 0.5 * (log(value / default) / log(high / default) if default > 0 else (value - default) / (high - default))
