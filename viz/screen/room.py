"""The first room of the page: one community, twice; see widget.py."""

from __future__ import annotations

import os
from collections.abc import Callable

import solara

from .communities import checked_view, communities
from .widget import ScreenWidget


@solara.component
def CompareRoom(view: dict, set_view: Callable[[dict], None], go: Callable[[str], None]) -> None:
    """Show the first screen. `set_view` is told what is shown, `go` which room is asked for."""
    lang = view.get("lang") or os.environ.get("COGOV_LANG", "en")
    widget = solara.use_memo(lambda: ScreenWidget(communities(), lang, view={"lang": lang, **view}), [])

    def listen() -> Callable:
        widget.observe(lambda change: set_view(checked_view(change["new"])), "view")
        widget.observe(lambda change: go(change["new"]), "room")
        return widget.close

    def show() -> None:
        if checked_view(widget.view) != view:
            widget.asked = {"view": view, "turn": widget.asked.get("turn", 0) + 1}

    solara.use_effect(listen, [])
    solara.use_effect(show, [view])
    solara.display(widget)
