"""The room of lessons: a list of them, and one lesson beside the towns that it speaks of."""

import solara

from ..i18n.words import translate
from ..lessons.progress import Walk, setup_of
from ..lessons.reader import shipped_lessons
from . import page_state
from .lesson_panel import Lesson
from .neighbourhood import Neighbourhood, SimulationError, use_simulation


@solara.component
def LessonsRoom(state, walk, set_walk, leave) -> None:
    """Show the lesson of `walk`, or the list of lessons if it is None."""
    with solara.Column(gap="12px", style={"padding": "12px"}):
        if walk is None:
            LessonList(set_walk, state.lang, leave)
        else:
            LessonAndTown(state, walk, set_walk, leave)


@solara.component
def LessonList(set_walk, lang, leave) -> None:
    """List the lessons."""
    for lesson in shipped_lessons():
        solara.Button(
            getattr(lesson.title, lang),
            text=True,
            on_click=lambda lesson=lesson: set_walk(Walk(lesson)),
            classes=["co-lesson-card"],
        )
    solara.Button(translate(lang, "lesson.leave"), text=True, on_click=leave)


@solara.component
def LessonAndTown(state, walk, set_walk, leave) -> None:
    """Show one step of a lesson, and the two towns of its latest setup."""
    at = setup_of(walk)
    setup = walk.lesson.steps[at] if at >= 0 else None
    playing, set_playing = solara.use_state(None)  # (from, to, days per second)
    key = (walk.lesson.name, at)

    def simulate(check) -> page_state.SimulatedSides | None:
        if setup is None:
            return None
        keys = [(*key, side) for side in page_state.SIDES]
        return page_state.simulate_sides(setup.arms(), setup.seed, keys, check)

    shown, task, number = use_simulation(simulate, key)
    SimulationError(task, number, state.lang)
    with solara.ColumnsResponsive([12], medium=[4, 8], gutters_dense=True):
        Lesson(walk, set_walk, state.lang, leave, lambda *what: set_playing(what))
        if shown is not None and setup is not None:
            with solara.Div(classes=["co-stays"]):
                Neighbourhood(state, shown, lambda place: None, lambda day: None, setup, playing)
