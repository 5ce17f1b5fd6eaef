"""Roll-out: a mechanism that begins in one group of buildings or compounds after another.

Which cluster is in which group is drawn by lot, as in a cluster-randomised trial: two groups of which one
never begins are a parallel trial, several are a stepped wedge (Hussey & Hughes 2007). Until a mechanism has
begun in a building, what it pulls there goes nowhere, and it asks for that share of its hours and yuan which
the buildings are in which it has begun. What it has learnt grows from its first day everywhere, except for
mechanisms that follow their roll-out by themselves (`own_pace`): captains are asked where they are to serve.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...engine.jit import inner_kernel, lean_kernel
from ...engine.parameters import knob
from ...engine.randomness import RandomNumbers
from .levers import LEVERS, OF_ISSUES, YUAN

if TYPE_CHECKING:
    from ..places import Buildings, Compounds

CLUSTERS = ("compound", "building")
OF_BUILDINGS = tuple(LEVERS.index(name) for name in ("voice", "reach", "consent", "ease", "trust", "ties"))
OF_COMPOUNDS = tuple(LEVERS.index(name) for name in ("doors", "wish"))
OF_RESIDENTS = tuple(LEVERS.index(name) for name in ("serve",))
NEVER = 2**40  # a day that does not come


@dataclass(frozen=True)
class RollOut:
    """One mechanism that begins in one group of clusters after another; switched off it begins nowhere."""

    mechanism: str = field(default="building_captains", metadata={"text": 60})
    clusters: str = field(default="compound", metadata={"choices": CLUSTERS})  # what begins as a whole
    groups: int = knob(4, 1, 200, unit="groups of clusters", source="a choice of the user")
    first_day: int = knob(
        31, 0, 36_500, unit="day on which the first group begins", source="a choice of the user"
    )
    step_days: int = knob(
        30, 1, 36_500, unit="days between the beginnings of two groups", source="a choice of the user"
    )
    taking_part: int = knob(
        0, 0, 1_000_000, unit="clusters that take part, drawn by lot; 0: all", source="a choice of the user"
    )
    lot: int = knob(0, 0, 2**31, unit="number of the lot", source="a choice of the user")


def cluster_of(clusters: str, buildings: "Buildings") -> np.ndarray:
    """Return the cluster of each building, (buildings,) int64, numbered from 0."""
    b = len(buildings.compound)
    return np.arange(b) if clusters == "building" else buildings.compound.astype(np.int64)


def draw_groups(rollout: RollOut, buildings: "Buildings", compounds: "Compounds") -> np.ndarray:
    """Draw the group of each cluster by lot, (clusters,) int64: 0 begins first, -1 takes no part.

    The random number of a cluster is keyed by its first building's key.
    """
    places = np.arange(len(buildings.compound)) if rollout.clusters == "building" else compounds.first[:-1]
    draw = RandomNumbers("roll-out", rollout.mechanism, rollout.lot)("lot", buildings.key[places])
    number = min(rollout.taking_part or len(places), len(places))
    groups = np.full(len(places), -1)
    groups[np.argsort(draw, kind="stable")[:number]] = np.arange(number) * rollout.groups // number
    return groups


def days_of_groups(rollout: RollOut, groups: np.ndarray) -> np.ndarray:
    """Return the day on which each of `groups` (n,) of `draw_groups` begins, (n,) int64, or NEVER."""
    return np.where(groups < 0, NEVER, rollout.first_day + groups * rollout.step_days)


def begin_days(rollout: RollOut, buildings: "Buildings", compounds: "Compounds") -> np.ndarray:
    """Return the day on which a mechanism begins in each building, (buildings,) int64, or NEVER."""
    days = days_of_groups(rollout, draw_groups(rollout, buildings, compounds))
    return days[cluster_of(rollout.clusters, buildings)]


@lean_kernel
def mark_begun(w) -> None:
    """Set where each mechanism that is rolled out has begun today: `here` (acting, buildings), 0 or 1.

    Twin: reference/mechanism.py, has_begun.
    """
    for r in range(len(w.rolls)):
        for b in range(w.begins.shape[1]):
            w.here[w.rolls[r], b] = 1.0 if w.begins[r, b] <= w.day else 0.0


@inner_kernel
def begun_shares(w, m) -> np.ndarray:
    """Share of the buildings of each compound, and last of all, in which mechanism `m` has begun.

    Twin: reference/mechanism.py, begun_shares.
    """
    compounds, first = len(w.crew), w.compounds.first
    out, total = np.zeros(compounds + 1), 0.0
    for c in range(compounds):
        begun = 0.0
        for b in range(first[c], first[c + 1]):
            begun += w.here[m, b]
        out[c] = begun / (first[c + 1] - first[c])
        total += begun
    out[compounds] = total / w.here.shape[1]
    return out


@inner_kernel
def scale_wants(w) -> None:
    """Scale what mechanisms that are rolled out ask for by the share of buildings in which they have begun.

    A mechanism that follows its roll-out by itself (`own_pace`) has asked accordingly.

    Twin: reference/mechanism.py, scale_asks.
    """
    for r in range(len(w.rolls)):
        if not w.own_pace[r]:
            m, part = w.rolls[r], begun_shares(w, w.rolls[r])
            for role in range(YUAN + 1):
                for c in range(len(part)):
                    w.wants[m, role, c] *= part[c]


@inner_kernel
def mask_pulls(w) -> None:
    """Set the pulls of mechanisms that are rolled out to 0 where they have not begun.

    Of levers over compounds, and of those of the whole community (unless the mechanism has its own pace),
    pulls are scaled by the share of buildings in which the mechanism has begun.

    Twin: reference/mechanism.py, mask_pulls.
    """
    for r in range(len(w.rolls)):
        m, part = w.rolls[r], begun_shares(w, w.rolls[r])
        here, buildings, compounds = w.here[m], w.here.shape[1], len(w.crew)
        for lever in range(len(w.pulls)):
            who, rows = w.pulls[lever].who, w.pulls[lever].rows
            for row in range(len(who)):
                if who[row] != m:
                    continue
                pulls = rows[row]
                if lever in OF_ISSUES:
                    for i in range(len(w.issues)):
                        pulls[i] *= here[w.issues[i].building]
                elif lever in OF_BUILDINGS:
                    for i in range(len(pulls)):
                        pulls[i] *= here[i // (len(pulls) // buildings)]
                elif lever in OF_COMPOUNDS:
                    for i in range(len(pulls)):
                        pulls[i] *= part[i // (len(pulls) // compounds)]
                elif lever in OF_RESIDENTS:
                    for i in range(len(pulls)):
                        pulls[i] *= here[w.residents.building[i]]
                elif not w.own_pace[r]:
                    for i in range(len(pulls)):
                        pulls[i] *= part[compounds]
