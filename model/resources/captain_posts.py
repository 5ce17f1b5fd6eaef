"""Posts of building, alley and street captains: who holds and leads which, and the hours that they take."""

from typing import NamedTuple

import numpy as np

from ...engine.jit import inner_kernel, lean_kernel, outer_kernel
from .levers import ALL


class Posts(NamedTuple):
    """The captains' posts: one per building; alley and street captains hold one of these, too."""

    who: np.ndarray  # (buildings,) int64    the captain; -1 where the post is vacant
    since: np.ndarray  # (buildings,) float64  first day of the captain in post
    tired: np.ndarray  # (buildings,) float64  the captain's fatigue of yesterday; 0 on the first day
    # share of a captain that the post has today, 0..1; a covered vacancy counts in part
    filled: np.ndarray  # (buildings,) float64
    ready: np.ndarray  # (buildings, 8) int64  candidates, the best first; -1 where there are fewer
    until: np.ndarray  # (buildings, 8) float64  day until which each may not be asked
    asked: np.ndarray  # (buildings,) int64    which of them is asked today; -1 for none
    width: np.ndarray  # (buildings,) float64  homes
    alley: np.ndarray  # (buildings,) int64    alley that it belongs to
    street: np.ndarray  # (buildings,) int64    street that it belongs to
    alley_head: np.ndarray  # (alleys,) int64  building whose captain is the alley's; -1 for none
    street_head: np.ndarray  # (streets,) int64  the same of the street's


@outer_kernel
def fill_posts(own, cover, tiers, here) -> None:
    """Set who leads alleys and streets tomorrow, and in `own.filled` the state of all posts.

    1 for a captain, a share where an alley captain covers a vacancy; 0 where captains come later (`here`
    (buildings,) is 0). The longest-serving leads, of those who serve as long the first.

    Twin: reference/mechanisms/building_captains.py, fill_posts.
    """
    who, since, alley, street = own.who, own.since, own.alley, own.street
    vacancies = np.zeros(len(own.alley_head))
    own.alley_head[:], own.street_head[:] = -1, -1
    for b in range(len(who)):
        own.filled[b] = 1.0 if who[b] >= 0 and here[b] > 0.0 else 0.0
        vacancies[alley[b]] += here[b] - own.filled[b]
        if own.filled[b] > 0.0 and tiers >= 2:
            lead = own.alley_head[alley[b]]
            if lead < 0 or since[b] < since[lead]:
                own.alley_head[alley[b]] = b
    for a in range(len(own.alley_head)):
        b = own.alley_head[a]
        if b >= 0 and tiers >= 3:
            lead = own.street_head[street[b]]
            if lead < 0 or since[b] < since[lead]:
                own.street_head[street[b]] = b
    for b in range(len(who)):
        if who[b] < 0 and here[b] > 0.0 and own.alley_head[alley[b]] >= 0:
            own.filled[b] = cover / vacancies[alley[b]]


@inner_kernel
def captain_hours(own, k) -> float:
    """Return the hours that all captains give today.

    Twin: reference/mechanisms/building_captains.py, fill_posts.
    """
    posts, above = 0.0, np.sum(own.alley_head >= 0) + np.sum(own.street_head >= 0)
    for b in range(len(own.filled)):
        posts += own.filled[b]
    return k.captain_hours * posts + k.upper_tier_hours * above


@lean_kernel
def tire_captains(own, load, k, share, serve) -> None:
    """Add to `serve` (residents,) what each captain works today; `load` (buildings,) are known open issues.

    Whoever covers a vacancy, or leads an alley or a street, does so besides the own building. All hours are
    times the community's share.

    Twin: reference/mechanisms/building_captains.py, duties.
    """
    for b in range(len(own.who)):
        if own.who[b] >= 0 and own.filled[b] > 0.0:
            serve[own.who[b]] += (k.captain_hours + k.strain_hours * load[b]) * share[ALL]
        elif own.filled[b] > 0.0:
            serve[own.who[own.alley_head[own.alley[b]]]] += k.captain_hours * own.filled[b] * share[ALL]
    for a in range(len(own.alley_head)):
        if own.alley_head[a] >= 0:
            serve[own.who[own.alley_head[a]]] += k.upper_tier_hours * share[ALL]
    for s in range(len(own.street_head)):
        if own.street_head[s] >= 0:
            serve[own.who[own.street_head[s]]] += k.upper_tier_hours * share[ALL]
