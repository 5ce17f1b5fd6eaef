"""The levers. A mechanism moves the community only by pulling on these.

Each is at the coarsest grain at which it is true; the day expands it once. Two changes against a single logit of notice:
`sight` adds somebody who looks, `voice` makes those who see readier to tell. Rates of competing eyes add up, so each
telling has an owner; a logit could neither find what no neighbour ever sees nor say who found it. `reach` and `doors`
let a captain find the household that a campaign, which knows nothing of captains, calls upon.

What a mechanism asks for, gets and pulls are rows of arrays that the day owns: `MechanismHand` is what one mechanism is handed.
"""

from typing import NamedTuple

import numpy as np

from ...engine.jit import inner_kernel
from ..issues.categories import FAMILIES

POOLS = ("committee", "grid", "member", "volunteer", "captain")  # hands of the whole community
ROLES = ("property", *POOLS)  # property: the crew of each compound
PROPERTY, COMMITTEE, GRID, MEMBER, VOLUNTEER, CAPTAIN, YUAN = range(
    7
)  # rows of `want`; yuan come from the community's fund
ALL = -1  # in `want`, the whole community's beside each compound's; in `share`, the least of all compounds
STANDINGS = (
    4  # in which evenings are asked for: neighbour, listed volunteer, retired member, in-service member
)


class Levers(NamedTuple):
    """What is added to each lever today; zero leaves a lever alone."""

    sight: np.ndarray  # (issues,) 1/day           chance rate that someone who looks finds an unknown issue
    voice: np.ndarray  # (buildings,) log rate     how much more readily neighbours tell
    keep: np.ndarray  # (issues,) log rate        how much less readily a known issue is forgotten
    work: np.ndarray  # (issues,) hours           done on issues that can be worked on
    accord: np.ndarray  # (issues,) sittings        held with parties who must agree
    hurry: np.ndarray  # (issues,) days            by which a department's answer comes nearer today
    doors: np.ndarray  # (compounds,) visits/day   made for a project's signatures
    reach: np.ndarray  # (buildings,) logit        chance that a household called upon is found
    consent: np.ndarray  # (buildings,) logit        willingness to sign, for each talk held
    ease: np.ndarray  # (buildings, families) log rate  how readily problems arise
    wish: np.ndarray  # (compounds, standings) logit    wish to give an evening; its mean over a week counts
    trust: np.ndarray  # (buildings, 3) per day    trust in committee, company, neighbours
    ties: np.ndarray  # (buildings,) per person and day  new acquaintances
    supply: np.ndarray  # (5,) hours                hands of each of POOLS that become available tomorrow
    money: np.ndarray  # (1,) yuan                 into the community's fund, tomorrow


LEVERS = Levers._fields
OWNED = tuple(
    LEVERS.index(lever) for lever in ("sight", "work", "accord", "doors")
)  # whoever pulled is credited: never summed
SIGNED = (
    "voice",
    "keep",
    "hurry",
    "reach",
    "consent",
    "ease",
    "wish",
    "trust",
)  # levers that go either way; of the others nothing below 0 is pulled
OF_ISSUES = tuple(LEVERS.index(lever) for lever in ("sight", "keep", "work", "accord", "hurry"))


def shapes(issues, buildings, compounds):
    """What each lever is an array over, for one mechanism: name -> shape; `issues` is for how many there is room."""
    b, c = (buildings,), (compounds,)
    of_buildings = {
        "voice": b,
        "reach": b,
        "consent": b,
        "ease": (*b, len(FAMILIES)),
        "trust": (*b, 3),
        "ties": b,
    }
    return (
        {LEVERS[lever]: (issues,) for lever in OF_ISSUES}
        | of_buildings
        | {"doors": c, "wish": (*c, STANDINGS), "supply": (len(POOLS),), "money": (1,)}
    )


class MechanismHand(NamedTuple):
    """What one mechanism is handed: its knobs and columns, what it asks for, what it got, and the levers."""

    knobs: np.ndarray  # (1,) its numbers, by name
    own: object  # its own columns: an array, or a NamedTuple of them
    want: np.ndarray  # (7, compounds + 1) hours or yuan it asks for today, by role
    share: np.ndarray  # (compounds + 1,) 0..1 share of its wish that it got
    lever: Levers  # what it pulls today


class Stack(NamedTuple):
    """All that is pulled on one lever: a row for each mechanism that says it pulls there, in the order of their names."""

    who: np.ndarray  # (m,) int64  which of the acting mechanisms
    by: np.ndarray  # (m,) int8   its code: a row in the world's `names`
    rows: np.ndarray  # (m, size) float64  what it pulls, over the lever's places in a row
    sum: np.ndarray  # (size,) float64    all of it


@inner_kernel
def reset_levers(stacks, issues):
    """Nothing is pulled today. Of levers over issues only the first so many are in use."""
    for lever in range(len(stacks)):
        rows = stacks[lever].rows
        size = issues if lever in OF_ISSUES else rows.shape[1]
        for m in range(len(rows)):
            for i in range(size):
                rows[m, i] = 0.0


@inner_kernel
def sum_levers(stacks, strength, issues):
    """Each pull is scaled by its mechanism's `strength` (acting,), and all of a lever are added up in the order of names.

    Not those whose effects have owners.
    """
    for lever in range(len(stacks)):
        who, rows, sum_ = stacks[lever].who, stacks[lever].rows, stacks[lever].sum
        size = issues if lever in OF_ISSUES else rows.shape[1]
        for i in range(0 if len(who) == 0 or lever in OWNED else size):  # what nobody pulls stays at nothing
            sum_[i] = 0.0
        for m in range(len(who)):
            scale = strength[who[m]]
            for i in range(0 if scale == 1.0 else size):
                rows[m, i] *= scale
            for i in range(0 if lever in OWNED else size):
                sum_[i] += rows[m, i]
