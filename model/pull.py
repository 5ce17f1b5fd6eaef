"""The levers. A mechanism moves the community only by pulling on these.

Each is at the coarsest grain at which it is true; the day expands it once. Two changes against a single logit of notice:
`sight` adds somebody who looks, `voice` makes those who see readier to tell. Rates of competing eyes add up, so each
telling has an owner; a logit could neither find what no neighbour ever sees nor say who found it. `reach` and `doors`
let a captain find the household that a campaign, which knows nothing of captains, calls upon.
"""

from dataclasses import dataclass, fields

import numpy as np

from .categories import FAMILIES

POOLS = ("committee", "grid", "member", "volunteer", "captain")  # hands of the whole community
ROLES = ("property", *POOLS)                                     # property: the crew of each compound


@dataclass(frozen=True)
class Pull:
    """What one mechanism adds to each lever today; zero leaves a lever alone. A scalar means: the same everywhere."""

    sight: np.ndarray | float = 0.0    # (issues,) 1/day           chance rate that someone who looks finds an unknown issue
    voice: np.ndarray | float = 0.0    # (buildings,) log rate     how much more readily neighbours tell
    keep: np.ndarray | float = 0.0     # (issues,) log rate        how much less readily a known issue is forgotten
    work: np.ndarray | float = 0.0     # (issues,) hours           done on issues that can be worked on
    accord: np.ndarray | float = 0.0   # (issues,) sittings        held with parties who must agree
    doors: np.ndarray | float = 0.0    # (compounds,) visits/day   made for a project's signatures
    reach: np.ndarray | float = 0.0    # (buildings,) logit        chance that a household called upon is found
    consent: np.ndarray | float = 0.0  # (buildings,) logit        willingness to sign, for each talk held
    ease: np.ndarray | float = 0.0     # (buildings, families) log rate  how readily problems arise
    wish: np.ndarray | float = 0.0     # (compounds, standings) logit    wish to give an evening; its mean over a week counts
    trust: np.ndarray | float = 0.0    # (buildings, 3) per day    trust in committee, company, neighbours
    ties: np.ndarray | float = 0.0     # (buildings,) per person and day  new acquaintances
    supply: np.ndarray | float = 0.0   # (5,) hours                hands of each of POOLS that become available tomorrow
    money: float = 0.0                 # yuan                      into the community's fund, tomorrow


LEVERS = tuple(f.name for f in fields(Pull))


def total(pulls, strengths, world):
    """The sum of all pulls, each scaled by its strength, in the order of their names; lever -> full array.

    Levers whose effects are credited to whoever pulled are not added up here: see `owned`.
    """
    b, c = len(world.buildings.compound), len(world.compounds.company)
    shapes = {
        "voice": b, "keep": len(world.issues), "reach": b, "consent": b, "ease": (b, len(FAMILIES)), "wish": (c, 4), "trust": (b, 3), "ties": b,
        "supply": len(POOLS), "money": 1,
    }  # fmt: skip
    added = {lever: np.zeros(shape) for lever, shape in shapes.items()}
    for name in sorted(pulls):
        for lever, part in vars(pulls[name]).items():
            if lever in added and pulled(part):
                added[lever] += strengths[name] * part
    return added


def owned(pulls, strengths, lever, n, names):
    """Who pulls how hard on each of `n`: (codes (m,) int8 into `names`, parts (m, n)); m is how many pull at all."""
    who = [name for name in sorted(pulls) if pulled(getattr(pulls[name], lever))]
    parts = np.empty((len(who), n))
    for row, name in zip(parts, who):
        row[:] = strengths[name] * getattr(pulls[name], lever)
    return np.array([names.index(name) for name in who], np.int8), parts


def pulled(part):
    """Whether a lever was touched: not left at its plain zero."""
    return part.__class__ is not float or part != 0.0
