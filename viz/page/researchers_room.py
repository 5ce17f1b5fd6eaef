"""The room for researchers: every knob of both sides, the two towns, and all charts."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import solara

from ...engine.texts.errors import UserError
from ..i18n import words
from ..i18n.words import translate
from . import page_state
from .controls import Controls
from .details_panel import Inside, still_open
from .neighbourhood import FIRST, Neighbourhood, SimulationError, titles, use_simulation
from .results_panel import Budget, Charts, Replicates


@solara.component
def ResearchersRoom(state, set_state, set_day, wrong, open_lessons) -> None:
    """Show both sides of a state. `wrong` is the error text of a link that could not be opened."""
    wanted = solara.use_ref(state)  # the newest: a click may come before the last one is rendered
    wanted.current = state
    wrong, set_wrong = solara.use_state(wrong)
    picked, set_picked = solara.use_state({})
    issue, set_issue = solara.use_state("")
    day = state.day or FIRST
    shown, task, number = use_simulation(lambda check: page_state.simulate_state(state, check), state.key())
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
        set_issue(next((i for i in ids if i and still_open(shown, i, place["day"])), ids[0]))

    with solara.Sidebar():
        solara.Button(translate(lang, "lessons"), text=True, on_click=open_lessons, classes=["co-lessons"])
        Controls(state, shown, change, alter, reopen)
    with solara.Column(gap="12px", style={"padding": "12px"}):
        if wrong:
            solara.Error(translate(lang, "wrong", why=wrong))
        SimulationError(task, number, lang)
        solara.Text(translate(lang, "start", **titles(state.settings, lang)), classes=["co-quiet"])
        if shown is None:
            solara.Text(translate(lang, "computing"))
            return
        Neighbourhood(state, shown, select, set_day)
        Inside(state, shown, day, picked, issue, set_issue)
        Replicates(state, shown)
        Charts(state, shown, day)
        Budget(state, shown)
