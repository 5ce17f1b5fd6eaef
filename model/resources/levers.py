"""The levers. A mechanism moves the community only by pulling on these.

Each lever has the coarsest resolution that is still correct; the day expands it once. There are two levers,
not a single logit of noticing: `sight` adds an observer, `voice` makes those who see an issue readier to
report it. The rates of competing observers add up, so each report has an owner; with a logit, issues that no
neighbour ever sees could not be reported, and reports would have no owner. `reach` and `doors` are separate,
so that a captain can help to meet the household that a campaign calls upon, and the campaign needs to know
nothing of captains.

What a mechanism asks for, gets and pulls are rows of arrays that the day owns; `MechanismHand` holds those
of one mechanism.
"""

from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from ...engine.jit import lean_kernel
from ..issues.categories import FAMILIES

POOLS = ("committee", "grid", "member", "volunteer", "captain")  # hands of the whole community
ROLES = ("property", *POOLS)  # property: the crew of each compound
# rows of `want`; yuan come from the community's fund
PROPERTY, COMMITTEE, GRID, MEMBER, VOLUNTEER, CAPTAIN, YUAN = range(7)
ALL = (
    -1
)  # column of `want` for the whole community, after the compounds; in `share`, the least of all compounds
# in which evenings are asked for: neighbour, listed volunteer, retired member, in-service member
STANDINGS = 4
Own = TypeVar("Own")
L = TypeVar("L")  # what there is of each lever: an array, or the stack of all mechanisms' pulls


class Levers(NamedTuple, Generic[L]):
    """The amounts added to each lever today; 0 leaves a lever alone."""

    sight: L  # (issues,) 1/day           rate at which an observer finds an unknown issue
    voice: L  # (buildings,) log rate     how much more readily neighbours report
    # (issues,) log rate: how much less readily a known issue is forgotten, or a resolved one left unanswered
    keep: L
    work: L  # (issues,) hours           done on issues that can be worked on
    accord: L  # (issues,) sittings        held with parties who must agree
    hurry: L  # (issues,) days            by which a department's answer comes earlier
    doors: L  # (compounds,) visits/day   made for a project's signatures
    reach: L  # (buildings,) logit        chance that a household called upon is met
    consent: L  # (buildings,) logit        willingness to sign, for each talk held
    ease: L  # (buildings, families) log rate  how readily problems arise
    wish: L  # (compounds, standings) logit    wish to give an evening; its mean over a week counts
    # (buildings, 3) share of distrust in committee, company, neighbours that goes/day; below 0: of trust
    trust: L
    ties: L  # (buildings,) per person and day  new acquaintances
    serve: L  # (residents,) hours       that each works in a post today; tires as evenings do
    supply: L  # (5,) hours                hands of each of POOLS that become available tomorrow
    money: L  # (1,) yuan                 into the community's fund, tomorrow


LEVERS = Levers._fields
# levers that may be pulled below 0
SIGNED = ("voice", "keep", "hurry", "reach", "consent", "ease", "wish", "trust")
OF_ISSUES = tuple(LEVERS.index(lever) for lever in ("sight", "keep", "work", "accord", "hurry"))


def shapes(issues: int, buildings: int, compounds: int, residents: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each lever's array for one mechanism; `issues` is the number there is room for."""
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
        | {"doors": c, "wish": (*c, STANDINGS), "serve": (residents,), "supply": (len(POOLS),), "money": (1,)}
    )


class MechanismHand(NamedTuple, Generic[Own]):
    """The interface of one mechanism: its knobs and columns, what it asks for and gets, and the levers."""

    knobs: Any  # (1,) its knobs, by name
    own: Own  # its own columns: an array, or a NamedTuple of them
    want: np.ndarray  # (7, compounds + 1) hours or yuan it asks for today, by role
    share: np.ndarray  # (compounds + 1,) 0..1 share of its wish that it got
    lever: Levers[np.ndarray]  # its pulls today
    counts: np.ndarray  # (counts it declares,) float64  what it has done, before its strength
    here: np.ndarray  # (buildings,) float64  1 where it has begun, 0 where its roll-out comes later


class Stack(NamedTuple):
    """The pulls on one lever: a row for each mechanism that declares it, in the order of their names."""

    who: np.ndarray  # (m,) int64  row of the mechanism among the acting ones
    by: np.ndarray  # (m,) int8   its code: a row in the world's `names`
    rows: np.ndarray  # (m, size) float64  its pulls, the lever's array flattened
    # (size,) float64    sum over mechanisms, from the day's reports on; of a single one it is its row itself
    sum: np.ndarray


@lean_kernel
def reset_levers(stacks: "Levers[Stack]", issues: int) -> None:
    """Set all pulls to 0. Of levers over issues only the first `issues` places are in use."""
    for lever in range(len(stacks)):
        rows = stacks[lever].rows
        size = issues if lever in OF_ISSUES else rows.shape[1]
        for m in range(len(rows)):
            for i in range(size):
                rows[m, i] = 0.0


@lean_kernel
def sum_levers(stacks: "Levers[Stack]", strength: np.ndarray, issues: int) -> None:
    """Scale each pull by its mechanism's `strength` (acting,), and sum those of a lever in order of names.

    Twin: reference/mechanism.py, sum_levers.
    """
    for lever in range(len(stacks)):
        who, rows, total = stacks[lever].who, stacks[lever].rows, stacks[lever].sum
        size = issues if lever in OF_ISSUES else rows.shape[1]
        for m in range(len(who)):
            scale = strength[who[m]]
            for i in range(0 if scale == 1.0 else size):
                rows[m, i] *= scale
            # a sum without pulls stays 0, and that of one row is the row itself: `room_for_sum`
            for i in range(size if m == 0 and len(who) > 1 else 0):
                total[i] = rows[m, i]
            for i in range(size if m > 0 else 0):
                total[i] += rows[m, i]
