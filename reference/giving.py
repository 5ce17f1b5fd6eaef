"""What moves a resident to give an evening, beside duty, fatigue and character: one of three rules."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..engine.codes import TRUST_NEIGHBOURS
from .arithmetic import single
from .stages import COMMITTEE

if TYPE_CHECKING:
    from .world import World


def giving_logit(w: World, person: SimpleNamespace, helpers: float) -> float:
    """Return what the scenario's rule adds to the wish to give, a logit.

    `helpers` is how many residents of the building one sees help.
    """
    if w.scenario.structure.giving == "conditional":
        return conditional_logit(w, helpers)
    if w.scenario.structure.giving == "habit":
        return habitual_logit(w, person)
    return trusting_logit(w, person)


def trusting_logit(w: World, person: SimpleNamespace) -> float:
    """Return the wish of those who give by trust: 0 at a mean trust of one half."""
    both = single(person.trust[COMMITTEE] + person.trust[TRUST_NEIGHBOURS])
    return w.scenario.residents.trust_logit * (both - 1.0)


def conditional_logit(w: World, helpers: float) -> float:
    """Return the wish of those who give if others do: 0 at `helpers_half` of them."""
    share = helpers / (helpers + w.scenario.structure.helpers_half)
    return w.scenario.residents.trust_logit * (2.0 * share - 1.0)


def habitual_logit(w: World, person: SimpleNamespace) -> float:
    """Return the wish of those who give by habit: as at the trust of day 0, more after a week of giving."""
    k = w.scenario.residents
    usual = k.trust_logit * (k.trust_committee + k.trust_neighbours - 1.0)
    return usual + (w.scenario.structure.habit_logit if person.evenings > 0 else 0.0)


def seen_to_help(w: World, b: SimpleNamespace) -> float:
    """Return how many residents of a building had an evening of this week used."""
    return b.helpers[0] * w.used[0] + b.helpers[1] * w.used[1]
