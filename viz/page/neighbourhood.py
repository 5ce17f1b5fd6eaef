"""The two towns side by side, and the simulation that they show; lessons use the simulation, too."""

from collections.abc import Callable, Sequence

import solara
import solara.lab

from ...engine.texts.errors import UserError
from ..i18n import words
from ..i18n.words import translate
from ..server import responses
from . import page_state
from .input_widgets import Bar
from .town_widget import Town

FIRST = 60  # day shown first: on day 0 no issue exists yet, so there is nothing to see


class Superseded(Exception):
    """Raised to stop a simulation when the visitor has asked for another."""


def use_simulation(
    simulate: Callable[[Callable], page_state.SimulatedSides], key: tuple
) -> tuple[page_state.SimulatedSides | None, solara.lab.Task, str]:
    """Simulate both sides whenever `key` changes: (the latest sides, the task, the number of an error).

    `simulate(check)` calls `check` every day, which stops it once the visitor has asked for another key.
    """
    latest, shown = solara.use_ref(key), solara.use_ref(None)
    latest.current = key

    def run() -> page_state.SimulatedSides | None:
        def check_current() -> None:
            if latest.current != key:
                raise Superseded

        try:
            return simulate(check_current)
        except Superseded:
            return None

    task = solara.lab.use_task(run, dependencies=[key], prefer_threaded=True, raise_error=False)
    number = solara.use_memo(
        lambda: (
            responses.log_error(task.exception, "year")
            if task.error and not isinstance(task.exception, UserError)
            else ""
        ),
        [id(task.exception)],
    )
    if task.finished and task.value is not None:
        shown.current = task.value
    return shown.current, task, number


@solara.component
def SimulationError(task, number, lang) -> None:
    """Show why a simulation failed, if it did, and that one is running, if it is."""
    if task.error:
        solara.Error(
            words.translate_exception(lang, task.exception)
            if isinstance(task.exception, UserError)
            else translate(lang, "wrong.inside", why=number)
        )
    Bar(translate(lang, "computing"), task.pending)


@solara.component
def Neighbourhood(state, shown, select, set_day) -> None:
    """Play both recordings."""
    lang = state.lang
    town = solara.use_memo(lambda: Town(day=state.day or FIRST), [])

    def show() -> None:
        with town.hold_sync():
            town.words = words.town(
                lang, shown.films[0].header["compounds"], page_state.read_case(state.case)
            )
            town.titles = [
                translate(lang, "side", side=translate(lang, side), what=words.arm(lang, film.header["on"]))
                for side, film in zip(page_state.SIDES, shown.films)
            ]
            town.layer = state.layer
            town.left, town.right = shown.packed
            town.day = min(town.day, shown.films[0].run.days)

    def jump() -> None:
        town.day = state.day or town.day

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
    solara.use_effect(listen, [])
    with solara.Card(margin=0, classes=["co-card"]):
        solara.display(town)


def titles(settings: Sequence[page_state.Setting], lang: str) -> dict[str, str]:
    """Return the titles of both sides by their names, "left" and "right"."""
    return {side: words.arm(lang, setting.on) for side, setting in zip(page_state.SIDES, settings)}
