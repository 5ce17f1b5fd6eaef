"""Define what a mechanism is, and add up what mechanisms pull: each asks for hours, pulls levers, and learns.

A mechanism changes the world only by its pulls. Those that ship with cogov are in `mechanisms/NAME.py`, each
as a class `Twin`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..model.issues.categories import FAMILIES
from ..model.resources.levers import POOLS
from .arithmetic import add, times
from .issues import workable

if TYPE_CHECKING:
    from .world import World

ADDED = {}  # name -> class, for mechanisms that have no file in `mechanisms`


class Mechanism:
    """One mechanism in one world; its knobs are its attributes.

    A subclass has `ask(w)`, which returns the hours it wants today (role -> hours, or a list of hours by
    compound; "yuan" is a role too), and `pull(w, share)`, which returns lever -> number or list; `share` is
    the share of its wish that it gets, by compound. What it does not ask or pull is 0. The strength of a
    mechanism is applied by `day`. `pull` and `learn` also count what it does: they add to the totals in
    `counted`, and set its levels.
    """

    first_claim = False  # whether its requests come before those of others

    def __init__(self, w: World, knobs: Any) -> None:
        vars(self).update(vars(knobs))
        self.counted = {count.name: 0.0 for count in type(knobs).counts}
        self.begin(w)

    def begin(self, w: World) -> None:
        """Prepare on day 0."""

    def learn(self, w: World) -> None:
        """Update its own state at the end of a day."""


def spend_hours(budget: list[float], places: list[int], wants: list[float]) -> list[float]:
    """Spend the hours of each place on its issues, first come, first served.

    `budget` is by place; `places` and `wants` are by issue, as is the list of hours that is returned.
    """
    left, spent = list(budget), []
    for place, want in zip(places, wants):
        spent.append(min(want, left[place]))
        left[place] -= spent[-1]
    return spent


def hours_wanted(w: World, hands: str) -> list[float]:
    """List the hours that each issue still takes; 0 where `hands` cannot work on it, or not now."""
    return [i.hours_left if hands in w.kinds[i.category].done_by and workable(i) else 0.0 for i in w.issues]


def find_mechanism_class(name: str) -> type[Mechanism]:
    """Return the reference class of a mechanism."""
    return ADDED.get(name) or import_module(f".mechanisms.{name}", __package__).Twin


# ---- Levers.


def sum_levers(w: World, pulls: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Add up all pulls, each times the strength of its mechanism, in alphabetical order of the mechanisms."""
    b, c = len(w.buildings), len(w.compounds)
    lever = {
        "voice": [0.0] * b,
        "keep": [0.0] * len(w.issues),
        "reach": [0.0] * b,
        "consent": [0.0] * b,
        "ease": [[0.0] * len(FAMILIES)] * b,
        "wish": [[0.0] * 4] * c,
        "trust": [[0.0] * 3] * b,
        "ties": [0.0] * b,
        "serve": [0.0] * len(w.people),
        "supply": [0.0 for _ in POOLS],
        "money": 0.0,
        "hurry": [0.0] * len(w.issues),
    }
    for name, pull in pulls.items():
        for which in lever.keys() & pull.keys():
            lever[which] = add(lever[which], times(w.mechanisms[name].strength, pull[which]))
    return lever


def credit_levers(w: World, pulls: dict[str, dict[str, Any]], lever: str) -> list[tuple[int, list[float]]]:
    """List who pulls a lever whose effects are credited: (mechanism's number, pulls by issue or compound).

    The levers are `sight`, `accord`, `doors`, `work` and `hurry`.
    """
    return [
        (w.names.index(name), times(w.mechanisms[name].strength, pull[lever]))
        for name, pull in pulls.items()
        if lever in pull
    ]
