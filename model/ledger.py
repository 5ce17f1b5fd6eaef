"""The ledger: whose hours and yuan went where. Every hour granted has a mechanism, or a desk, that used it."""

from dataclasses import dataclass

import numpy as np

from .hours import YUAN
from .pull import POOLS, ROLES

PAYERS = (*ROLES, "departments")


@dataclass
class Ledger:
    """Sums since day 0. The last row is the desks themselves, which no mechanism sent."""

    hours: np.ndarray     # (mechanisms + 1, 6) float64  by PAYERS
    fen: np.ndarray       # (mechanisms + 1,) int64      spent by mechanisms; the last is what issues cost
    supplied: np.ndarray  # (6,) float64                 hours there were, by PAYERS

    def desk(self, spent):
        """Book what the desks spent on issues today, (compounds + 2,) hours."""
        self.hours[-1, 0] += spent[:-2].sum()
        self.hours[-1, 1] += spent[-2]
        self.hours[-1, 5] += spent[-1]


def opened(mechanisms):
    """An empty ledger for so many mechanisms."""
    return Ledger(np.zeros((mechanisms + 1, len(PAYERS))), np.zeros(mechanisms + 1, np.int64), np.zeros(len(PAYERS)))


def booked(world, have, asks, shares, scenario):
    """Book what was granted; return what is left for the desks today, (compounds + 2,) hours: crews, committee, departments.

    A role asked for as one number is granted by the mechanism's smallest share; one asked for by compound, compound by
    compound. Yuan leave the community's fund at once, rounded down to the fen.
    """
    ledger, compounds = world.ledger, len(world.crews)
    crews, pools = have["property"].copy(), {role: 0.0 for role in POOLS}
    for name in sorted(asks):
        row = world.names.index(name)
        for role, ask in asks[name].items():
            got = shares[name] * ask if role == "property" or np.ndim(ask) else shares[name].min() * ask
            if role == YUAN:
                fen = int(np.sum(np.floor(np.asarray(got) * 100)))
                world.funds[-1] -= fen
                world.spending[-1] += fen
                ledger.fen[row] += fen
                continue
            ledger.hours[row, ROLES.index(role)] += np.sum(got)
            if role == "property":
                crews -= got
            else:
                pools[role] += float(np.sum(got))
    for i, role in enumerate(("member", "volunteer")):
        world.used[i] = pools[role] / have[role] if have[role] > 0 else 0.0
    ledger.supplied[0] += have["property"].sum()
    ledger.supplied[1:5] += [have[role] for role in POOLS]
    ledger.supplied[5] += scenario.departments.hours
    left = np.empty(compounds + 2)
    left[:compounds] = np.maximum(crews, 0.0)
    left[compounds:] = max(have["committee"] - pools["committee"], 0.0), scenario.departments.hours
    return left
