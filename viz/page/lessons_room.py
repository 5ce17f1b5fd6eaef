"""The room of lessons: a page of cards, and one lesson beside the towns that it speaks of.

A lesson is shown beside its towns, in large type for a wall, or as a sheet to print. In a classroom the
teacher's page leads, and the others follow (lessons/classroom.py).
"""

import threading
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anywidget
import solara
import solara.lab
import traitlets
from solara.server import kernel_context

from ...experiments.comparison.streaming_comparison import pair_seed
from ...experiments.narrative.lesson_films import record_signatures, select_categories
from ...experiments.narrative.lesson_runs import apply_purchases
from ...experiments.narrative.recording import pack_recording
from ..i18n import words
from ..i18n.words import translate
from ..lessons import handout, progress
from ..lessons.classroom import CLASS, Seat
from ..lessons.progress import Walk
from ..lessons.reader import picture, shipped_lessons
from ..lessons.steps import PlayStep, Result, Score, Setup
from . import page_state
from .lesson_panel import Around, Board, Lesson, Press, Words, measure
from .neighbourhood import SimulationError, use_simulation
from .town_widget import Town

NEWS = 2.0  # seconds after which a visit that hears nothing of its class greets it again
STYLE = (Path(__file__).parent / "static" / "lessons.css").read_text("utf-8")


class Keys(anywidget.AnyWidget):
    """Take the keys of a lesson, and put the browser into large type or print, as the page asks."""

    _esm = """export default { render({ model }) {
      const NAMES = { ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", p: "present" };
      const key = (event) => {
        const name = NAMES[event.key], wall = model.get("view") === "present";
        if (!name || event.ctrlKey || event.metaKey || event.altKey || (!wall && name !== "present")) return;
        if (event.target.closest?.(".cogov-town, input, textarea, select, [role=radiogroup]")) return;
        event.preventDefault();
        model.set("pressed", [name, model.get("pressed")[1] + 1]);
        model.save_changes();
      };
      const look = () => {
        for (const view of ["present", "handout"])
          document.documentElement.classList.toggle(`co-${view}`, model.get("view") === view);
      };
      const print = () => { if (model.get("printed")) window.print(); };
      addEventListener("keydown", key);
      model.on("change:view", look);
      model.on("change:printed", print);
      look();
      return () => {
        removeEventListener("keydown", key);
        document.documentElement.classList.remove("co-present", "co-handout");
      };
    } }"""
    view = traitlets.Unicode("").tag(sync=True)  # of the walk
    pressed = traitlets.List(["", 0]).tag(sync=True)  # browser -> Python: what for, and how often any
    printed = traitlets.Int(0).tag(sync=True)  # each rise prints the page


@solara.component
def LessonsRoom(state, walk, set_walk, leave) -> None:
    """Show the lesson of `walk`, or the cards of all lessons if it is None.

    `leave(state)` leads to the other rooms, with a state to go on with if one is given.
    """
    with solara.Div():
        solara.Style(STYLE)
        if walk is None:
            LessonCards(set_walk, state.lang, leave)
        else:
            LessonAndTown(state, walk, set_walk, leave)


@solara.component
def LessonCards(set_walk, lang, leave) -> None:
    """Show a card for every lesson: its picture, title, question, minutes, and what it is for."""
    with solara.Div(classes=["co-room", "co-cards-room"]):
        Words("h1", translate(lang, "lessons.title"))
        Words("p", translate(lang, "lessons.about"), ["co-lead"])
        with solara.Div(classes=["co-cards"]):
            for lesson in shipped_lessons():
                LessonCard(lesson, lambda lesson=lesson: set_walk(Walk(lesson)), lang)
        Press(translate(lang, "lesson.leave"), lambda: leave(None))


@solara.component
def LessonCard(lesson, start, lang) -> None:
    """Show one card; the whole of it starts the lesson."""
    card = solara.v.Html(
        tag="button",
        class_="co-lesson-card",
        attributes={"type": "button"},
        children=[
            solara.HTML("span", picture(lesson.name), classes=["co-picture"]),
            Words("strong", getattr(lesson.title, lang)),
            Words("span", getattr(lesson.question, lang), ["co-question-of"]),
            Words("span", getattr(lesson.aim, lang) if lesson.aim else "", ["co-aim"]),
            Words("span", translate(lang, "lesson.minutes", n=lesson.minutes), ["co-minutes"]),
        ],
    )
    solara.v.use_event(card, "click", lambda *_: start())


@solara.component
def LessonAndTown(state, walk, set_walk, leave) -> None:
    """Show one step of a lesson, and the two towns of its setup, in the view of the walk."""
    lang, (seat, news) = state.lang, use_class(walk.lesson.name)
    playing, set_playing = solara.use_state(False)
    printed, set_printed = solara.use_state(0)
    stored, walk = walk, seat.lead(walk)
    solara.use_effect(
        lambda: set_walk(lambda now: now and seat.lead(now)) if stored != walk else None,
        [seat.look(), stored.at],
    )
    at = progress.shown_setup(walk)
    design = last_design(walk)
    key = (walk.lesson.name, at, str(design))
    shown, task, number = use_simulation(lambda check: simulate(walk, at, key, check), key)
    town = solara.use_memo(lambda: Town(day=0), [])
    signed = solara.use_memo(lambda: signatures(walk, at), [walk.lesson.name, at])
    labels = side_labels(walk, at, design, lang)

    def look(view: str) -> None:
        """Look at the lesson in another of VIEWS."""
        set_walk(lambda now: now and replace(now, view=view))

    def press(name: str) -> None:
        """Do what a key is for."""
        if name == "present":
            look("" if walk.view == "present" else "present")
        elif seat.teacher:
            seat.steer(1 if name == "next" else -1)
        elif not seat.active and name == "back":
            set_walk(progress.back)
        elif not seat.active and not progress.missing_input(walk):
            set_walk(progress.forward)

    def play() -> None:
        """Play the days of the step from their begin, or pause."""
        if playing:
            town.playing = False
        elif isinstance(walk.step, PlayStep):
            town.lesson = town.lesson | {"plays": town.lesson.get("plays", 0) + 1}

    def commit(choice: int) -> None:
        asked = walk.at

        def predict(now: Walk) -> Walk:
            """Predict in the walk as it is by then: the class may have gone on, or this is a second click."""
            fits = now and now.at == asked and asked not in now.predicted
            return progress.predict(now, choice) if fits else now

        set_walk(predict)
        seat.predict(asked, choice)

    around = Around(
        labels=labels,
        playing=playing,
        play=play,
        go_on=lambda: leave(state_of(walk, state)),
        leave=lambda: set_walk(None),
        commit=None if seat.teacher else commit,
        signed=signed,
        days=shown.films[0].run.days if shown else 1,
        led=seat.active,
        open=seat.is_open(walk.at),
    )
    use_town(town, shown, walk, around, lang, set_playing)
    with solara.Div(classes=["co-sheet-room" if walk.view == "handout" else "co-room"]):
        Keys.element(view=walk.view, printed=printed, on_pressed=lambda pressed: press(pressed[0]))
        if walk.view == "handout":
            Handout(walk, lang, lambda: set_printed(printed + 1), lambda: look(""))
            return
        Top(walk, look, lambda: set_walk(None), lang, seat.follows)
        if seat.teacher:
            Board(seat, walk, lang, news)
        SimulationError(task, number, lang)
        with solara.Div(classes=["co-desk"]):
            with solara.Div(classes=["co-card-of", "co-lesson"]):
                Lesson(walk, set_walk, lang, around)
            with solara.Div(classes=["co-town-of"]):
                if shown is not None:
                    solara.display(town)


def use_class(lesson: str) -> tuple[Seat, tuple]:
    """Return this visit's seat in the class that takes a lesson, and news of it: the page follows them.

    A thread of the visit waits for news, and greets the class as long as a browser is connected.
    """
    presented = tuple((solara.lab.cookies.value or {}).values())
    seat = Seat(CLASS, lesson, solara.get_session_id(), presented)
    news, set_news = solara.use_state(())

    def follow() -> Callable:
        left, context = threading.Event(), kernel_context.get_current_context()

        def wait() -> None:
            version = -1
            while not left.is_set() and seat.active:
                here = kernel_context.PageStatus.CONNECTED in context.page_status.values()
                if here and seat.follows:
                    seat.room.greet(seat.visit)
                version = seat.room.wait(version, NEWS)
                if not left.is_set():
                    set_news((seat.look(), seat.room.count() if seat.teacher else 0))

        if seat.active:
            threading.Thread(target=wait, daemon=True).start()
        return left.set

    solara.use_effect(follow, [seat.active])
    return seat, news


@solara.component
def Top(walk, look, leave, lang, led) -> None:
    """Show the question of the lesson, its title, and what else can be done with it if none is `led`."""
    lesson = walk.lesson
    with solara.Div(classes=["co-top"]):
        with solara.Div():
            Words("p", getattr(lesson.title, lang), ["co-quiet-line", "co-lesson-title"])
            Words("h1", getattr(lesson.question, lang), ["co-question"])
        with solara.Div(classes=["co-buttons", "co-views"]):
            wall = walk.view == "present"
            Press(
                translate(lang, "lesson.desk" if wall else "lesson.present"),
                lambda: look("" if wall else "present"),
                ["co-present-button"],
            )
            if not wall and not led:
                Press(
                    translate(lang, "lesson.handout"),
                    lambda: look("handout"),
                    ["co-handout-button"],
                )
                Press(translate(lang, "lesson.others"), leave, ["co-others"])


@solara.component
def Handout(walk, lang, print_it, close) -> None:
    """Show the sheet of a lesson; its second page waits until all results are measured."""
    setups = [n for n, step in enumerate(walk.lesson.steps) if isinstance(step, Setup)]
    measured = solara.lab.use_task(
        lambda: dict(measure(walk.lesson, at) for at in setups),
        dependencies=[walk.lesson.name],
        prefer_threaded=True,
        raise_error=False,
    )
    with solara.Div(classes=["co-sheet-room"]):
        with solara.Div(classes=["co-buttons", "co-not-printed"]):
            Press(translate(lang, "lesson.print"), print_it, ["co-main", "co-print"], not measured.finished)
            Press(translate(lang, "lesson.desk"), close, ["co-close"])
            if not measured.finished:
                Words("span", translate(lang, "lesson.waits.facts"), ["co-waits"])
        facts = measured.value if measured.finished else None
        solara.HTML("div", handout.sheet(walk.lesson, facts, lang), classes=["co-sheet"])


def simulate(walk: Walk, at: int, key: tuple, check: Callable) -> page_state.SimulatedSides | None:
    """Simulate the two sides that a step shows: only the issues that it speaks of; None if it has none."""
    if at < 0:
        return None
    setup, design = walk.lesson.steps[at], last_design(walk)
    if design is None:
        arms = setup.arms()
    else:
        base = walk.step.scenario()
        arms = (base, apply_purchases(base, walk.step.option, design))
    keys = [(*key, side) for side in page_state.SIDES]
    sides = page_state.simulate_sides(arms, setup.seed, keys, check)
    films = [select_categories(film, setup.kinds if design is None else ()) for film in sides.films]
    return replace(sides, films=films, packed=[pack_recording(film) for film in films])


def last_design(walk: Walk) -> dict | None:
    """Return the design that was scored last in the current game; None if there is none."""
    tries = walk.scores.get(walk.at, []) if isinstance(walk.step, Score) else []
    return tries[-1][0] if tries else None


def signatures(walk: Walk, at: int) -> tuple:
    """Return for both sides the day on which each home signed; () if the setup is not about signatures."""
    setup = walk.lesson.steps[at] if at >= 0 else None
    if setup is None or not setup.signing:
        return ()
    return tuple(
        page_state.PAIRS.get(
            ("signatures", walk.lesson.name, at, side),
            lambda arm=arm: record_signatures(arm, pair_seed(arm, setup.seed), setup.kinds[0]),
        )
        for side, arm in enumerate(setup.arms())
    )


def side_labels(walk: Walk, at: int, design: dict | None, lang: str) -> tuple[str, str]:
    """Return what the two sides are called: by the lesson, or else by their mechanisms."""
    if at < 0:
        return "", ""
    if design is not None:
        return translate(lang, "game.before"), translate(lang, "game.after")
    setup = walk.lesson.steps[at]
    return tuple(
        getattr(side.label, lang) if side.label else words.arm(lang, sorted(arm.mechanisms))
        for side, arm in zip((setup.left, setup.right), setup.arms())
    )


def use_town(town, shown, walk, around, lang, set_playing) -> None:
    """Show in the town what the step of a walk shows; `set_playing` is told when it plays or stops."""
    covered = progress.is_covered(walk) or (isinstance(walk.step, Result) and not around.open)

    def show() -> None:
        if shown is None:
            return
        with town.hold_sync():
            setup = walk.lesson.steps[progress.shown_setup(walk)]
            town.words = words.town(
                lang, shown.films[0].header["compounds"], page_state.read_case(setup.case)
            )
            town.titles, town.layer = list(around.labels), setup.layer
            town.left, town.right = shown.packed

    def stand() -> None:
        if shown is None:
            return
        step, last = walk.step, shown.films[0].run.days
        town.lesson = {
            "step": f"{walk.at} {covered}",
            "stand": progress.day_to_stand_at(walk, last, covered),
            "covered": covered,
            "cover": translate(lang, "lesson.covered"),
            "plays": town.lesson.get("plays", 0),
            **days_to_play(step),
            "signed": [when.tolist() for when in around.signed],
            "sign": translate(lang, "lesson.signed"),
        }

    def listen() -> Callable:
        town.observe(lambda change: set_playing(change["new"]), "playing")
        return town.unobserve_all

    solara.use_effect(show, [id(shown), lang, str(around.labels)])
    solara.use_effect(stand, [id(shown), lang, walk.at, covered])
    solara.use_effect(listen, [])


def days_to_play(step) -> dict[str, float]:
    """Return what the town must know to play a step; {} if there is nothing to play."""
    if not isinstance(step, PlayStep):
        return {}
    return {"begin": step.begin, "until": step.to, "speed": step.speed}


def state_of(walk: Walk, state: page_state.PageState) -> page_state.PageState | None:
    """Return the state of the page with the two sides of the walk's latest setup; None if it has none."""
    at = progress.setup_of(walk)
    if at < 0:
        return None
    setup = walk.lesson.steps[at]
    settings = []
    for side, arm in zip((setup.left, setup.right), setup.arms()):
        texts = (*setup.set, *side.set)
        knobs = {path.strip(): value_of(value) for path, _, value in (text.partition("=") for text in texts)}
        settings.append(page_state.Setting(tuple(sorted(arm.mechanisms)), tuple(sorted(knobs.items()))))
    days = setup.days if setup.days else 0
    return replace(
        state, case=setup.case, seed=setup.seed, days=days, settings=tuple(settings), layer="", day=0
    )


def value_of(text: str) -> object:
    """Return the value of a setting as a TOML value; other text stays text."""
    try:
        return tomllib.loads(f"value = {text.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()
