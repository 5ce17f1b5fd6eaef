"""Add up what mechanisms pull on each lever. A mechanism changes the world only by its pulls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..model.issues.categories import FAMILIES
from ..model.resources.levers import POOLS
from .arithmetic import add, times

if TYPE_CHECKING:
    from .world import World


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

    The levers are `sight`, `accord`, `doors` and `work`.
    """
    return [
        (w.names.index(name), times(w.mechanisms[name].strength, pull[lever]))
        for name, pull in pulls.items()
        if lever in pull
    ]
