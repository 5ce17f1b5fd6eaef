"""The levers. A mechanism moves the community only by pulling on these.

Each is at the coarsest grain at which it is true; the day expands it once. Two changes against a single logit of notice:
`sight` adds somebody who looks, `voice` makes those who see readier to tell. Rates of competing eyes add up, so each
telling has an owner; a logit could neither find what no neighbour ever sees nor say who found it. `reach` and `doors`
let a captain find the household that a campaign, which knows nothing of captains, calls upon.
"""

from dataclasses import dataclass, fields

import numpy as np

POOLS = ("committee", "grid", "member", "volunteer")  # hands of the whole community
ROLES = ("property", *POOLS)                          # property: the crew of each compound


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
    consent: np.ndarray | float = 0.0  # (buildings,) logit        willingness to sign
    ease: np.ndarray | float = 0.0     # (buildings, families) log rate  how readily problems arise
    wish: np.ndarray | float = 0.0     # (compounds, standings) logit    wish to give an evening; its mean over a week counts
    trust: np.ndarray | float = 0.0    # (buildings, 3) per day    trust in committee, company, neighbours
    ties: np.ndarray | float = 0.0     # (buildings,) per person and day  new acquaintances
    supply: np.ndarray | float = 0.0   # (4,) hours                hands of each of POOLS that become available tomorrow
    money: float = 0.0                 # yuan                      into the community's fund, tomorrow


LEVERS = tuple(f.name for f in fields(Pull))



def shapes(world):
    """The full shape of every lever that is only added up."""
    b, c = len(world.buildings.compound), len(world.compounds.company)
    return {
        "voice": (b,), "keep": (len(world.issues),), "reach": (b,), "consent": (b,), "ease": (b, world.families),
        "wish": (c, 4), "trust": (b, 3), "ties": (b,), "supply": (len(POOLS),), "money": (),
    }  # fmt: skip


def total(pulls, strengths, world):
    """The sum of all pulls, each scaled by its strength, in the order of their names; lever -> full array."""
    added = {}
    for lever, shape in shapes(world).items():
        added[lever] = sum_ = np.zeros(shape)
        for name in sorted(pulls):
            part = getattr(pulls[name], lever)
            if np.ndim(part) or part:
                sum_ += strengths[name] * part
    return added


def owned(pulls, strengths, lever, n, names):
    """Who pulls how hard on which issue: (codes (m,) int8 into `names`, parts (m, n)); m is the number who pull at all."""
    who = [name for name in sorted(pulls) if np.ndim(getattr(pulls[name], lever)) or getattr(pulls[name], lever)]
    parts = np.zeros((len(who), n))
    for row, name in zip(parts, who):
        row += strengths[name] * getattr(pulls[name], lever)
    return np.array([names.index(name) for name in who], np.int8), parts
