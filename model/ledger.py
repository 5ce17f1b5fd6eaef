"""The ledger: whose hours and yuan went where. Every hour granted has a mechanism, or a desk, that used it."""

from dataclasses import dataclass

import numpy as np

from .hours import YUAN, amount
from .pull import POOLS, ROLES

PAYERS = (*ROLES, "departments")


@dataclass
class Ledger:
    """Sums since day 0. The last row is the desks themselves, which no mechanism sent."""

    hours: np.ndarray     # (mechanisms + 1, 7) float64  by PAYERS
    fen: np.ndarray       # (mechanisms + 1,) int64      spent by mechanisms; the last is what issues cost
    supplied: np.ndarray  # (7,) float64                 hours there were, by PAYERS

    def desk(self, spent, spending):
        """Book what the desks spent on issues: (compounds + 2,) hours today, and all (funds,) fen so far that no mechanism took."""
        self.fen[-1] = spending.sum() - self.fen[:-1].sum()
        self.hours[-1, 0] += spent[:-2].sum()
        self.hours[-1, 1] += spent[-2]
        self.hours[-1, -1] += spent[-1]


def opened(mechanisms):
    """An empty ledger for so many mechanisms."""
    return Ledger(np.zeros((mechanisms + 1, len(PAYERS))), np.zeros(mechanisms + 1, np.int64), np.zeros(len(PAYERS)))


def booked(world, have, asks, shares, scenario):
    """Book what was granted; return what is left for the desks today, (compounds + 2,) hours: crews, committee, departments.

    A role asked for as one number is granted by the mechanism's smallest share; one asked for by compound, compound by
    compound. Yuan leave the community's fund at once, rounded down to the fen.
    """
    ledger = world.ledger
    crews, pools = have["property"].copy(), dict.fromkeys(POOLS, 0.0)
    for name in sorted(asks):
        row, share = world.names.index(name), shares[name]
        least = share.min()
        for role, ask in asks[name].items():
            got = share * ask if isinstance(ask, np.ndarray) else least * ask
            if role == "property":
                crews -= got
            elif role == YUAN:
                fen = int(np.floor(np.asarray(got) * 100).sum())
                world.funds[-1] -= fen
                world.spending[-1] += fen
                ledger.fen[row] += fen
                continue
            else:
                pools[role] += amount(got)
            ledger.hours[row, ROLES.index(role)] += amount(got)
    for i, role in enumerate(("member", "volunteer")):
        world.used[i] = pools[role] / have[role] if have[role] > 0 else 0.0
    ledger.supplied += (have["property"].sum(), *(have[role] for role in POOLS), scenario.departments.hours)
    left = np.empty(len(crews) + 2)
    left[:-2] = np.maximum(crews, 0.0)
    left[-2], left[-1] = max(have["committee"] - pools["committee"], 0.0), scenario.departments.hours
    return left
