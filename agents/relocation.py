"""Relocation: households move away, and others of the same kind move in, without acquaintances."""

from math import exp

import numpy as np

from ..engine.jit import lean_kernel
from ..engine.randomness import decision, exponential, key_of, uniform
from .acquaintances import clear_acquaintances

MOVE, MOVERS, NEWCOMERS = decision("move"), decision("movers"), decision("newcomers")


@lean_kernel
def draw_leaving_household(w, b, day) -> int:
    """Draw the household that leaves building `b` in the evening of a day; -1 for none.

    At most one, with chance 1 - exp(-`moving`), where `moving` (buildings,) is in households a week. Owners
    and tenants race at the rates of their parameters.

    Twin: reference/people.py, draw_leaving_household.
    """
    u, rate = uniform(key_of(w.seed, MOVE, day), b), w.moving[b]
    if u >= rate or u >= 1.0 - exp(-rate):  # a chance is never more than its rate, which most draws exceed
        return -1
    k, first, owner, which = (
        w.knobs.residents,
        w.stairwells.first,
        w.households.owner,
        key_of(w.seed, MOVERS, day),
    )
    best, h = np.inf, -1
    for home in range(first[w.buildings.first[b]], first[w.buildings.first[b + 1]]):
        rate = k.owner_moving_rate if owner[home] else k.tenant_moving_rate
        # -log(1 - u) is never less than u, so most homes need no logarithm
        if rate > 0.0 and uniform(which, home) < best * rate:
            time = exponential(which, home) / rate
            if time < best:
                best, h = time, home
    return h


@lean_kernel
def relocate(w) -> None:
    """Draw which households leave the buildings that are updated this evening, and refill their homes.

    `left` (buildings,) is the household that left each building today, -1 for none. The mean trust of
    newcomers is `newcomers` (buildings, 3). They have no acquaintances, and new owners have signed nothing.

    Twin: reference/people.py, move_house.
    """
    people, households, k, key = (
        w.residents,
        w.households,
        w.knobs.residents,
        key_of(w.seed, NEWCOMERS, w.day),
    )
    first, left = households.first, w.left
    left.fill(-1)
    for b in range(w.day % 7, len(left), 7):
        h = draw_leaving_household(w, b, w.day)
        left[b] = h
        if h < 0:
            continue
        if households.owner[h]:
            households.stance[h], households.knocks[h], households.talks[h] = 0, 0, 0
        for i in range(first[h], first[h + 1]):
            clear_acquaintances(i, people)
            for kind in range(3):
                noise = k.trust_spread * (uniform(key, i * 3 + kind) - 0.5)
                people.trust[i, kind] = min(1.0, max(0.0, w.newcomers[b, kind] + noise))
            people.satisfaction[i], people.fatigue[i] = 0.5, 0.0
            people.evenings[i], people.evenings_given[i], people.post_hours[i] = 0, 0.0, 0.0
            people.voice[i] = people.usual_voice[i]
