"""Define what a mechanism is, and add up what mechanisms pull: each asks for hours, pulls levers, and learns.

A mechanism changes the world only by its pulls. Those that ship with cogov are in `mechanisms/NAME.py`, each
as a class `Twin`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..model.issues.categories import FAMILIES
from ..model.resources.levers import POOLS
from .arithmetic import add, sum_in_order, times
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
    own_pace = False  # whether its own state and what it asks for follow its roll-out

    def __init__(self, w: World, knobs: Any, begins: list[int] | None = None) -> None:
        vars(self).update(vars(knobs))
        self.begins = begins  # the day on which it begins in each building; None for all on its first day
        self.counted = {count.name: 0.0 for count in type(knobs).counts}
        self.begin(w)

    def begin(self, w: World) -> None:
        """Prepare on day 0."""

    def has_begun(self, w: World) -> list[float]:
        """Return 1.0 for each building in which it has begun, 0.0 for the others; on day 0 as on day 1."""
        return [float(day <= max(w.day, 1)) for day in self.begins or [0] * len(w.buildings)]

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


# ---- Roll-out: a mechanism does nothing where it has not begun.


def begun_shares(w: World, mechanism: Mechanism) -> list[float]:
    """Return the share of the buildings of each compound, and last of all, in which a mechanism has begun."""
    here = mechanism.has_begun(w)
    parts = [[here[b.id] for b in compound.parts] for compound in w.compounds] + [here]
    return [sum_in_order(part) / len(part) for part in parts]


def scale_asks(w: World, mechanism: Mechanism, ask: dict[str, Any]) -> dict[str, Any]:
    """Return what a mechanism asks for, scaled by the share of buildings in which it has begun."""
    if mechanism.begins is None or mechanism.own_pace:
        return ask
    *compounds, everywhere = begun_shares(w, mechanism)
    return {
        role: [hours * part for hours, part in zip(hours, compounds)]
        if isinstance(hours, list)
        else hours * everywhere
        for role, hours in ask.items()
    }


def mask_pulls(w: World, mechanism: Mechanism, pulls: dict[str, Any]) -> dict[str, Any]:
    """Return the pulls of a mechanism: 0 where it has not begun.

    Levers of compounds and of the whole community are scaled by the share of buildings in which it has.
    """
    if mechanism.begins is None:
        return pulls
    here, (*compounds, everywhere) = mechanism.has_begun(w), begun_shares(w, mechanism)
    rest = 1.0 if mechanism.own_pace else everywhere
    of = {
        **dict.fromkeys(
            ("sight", "keep", "work", "accord", "hurry"), [here[issue.building] for issue in w.issues]
        ),
        **dict.fromkeys(("voice", "reach", "consent", "ease", "trust", "ties"), here),
        **dict.fromkeys(("doors", "wish"), compounds),
        "serve": [here[person.building] for person in w.people],
        "supply": [rest for _ in POOLS],
    }
    return {
        lever: times(rest, pull)
        if lever == "money"
        else [times(part, each) for part, each in zip(of[lever], pull)]
        for lever, pull in pulls.items()
    }


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
