"""The ledger: hours and yuan by who used them; every hour granted is charged to a mechanism or a desk."""

from typing import NamedTuple

import numpy as np

from ...engine.jit import lean_kernel
from .calendar import PAYERS
from .levers import COMMITTEE, GRID, PROPERTY

UNPAID = [PAYERS.index(role) for role in ("member", "volunteer", "captain")]  # who work without pay


class Ledger(NamedTuple):
    """Sums since day 0. The last row is that of the desks themselves."""

    hours: np.ndarray  # (mechanisms + 1, 7) float64  by PAYERS
    fen: np.ndarray  # (mechanisms + 1,) int64      spent by mechanisms; the last is what issues cost
    supplied: np.ndarray  # (7,) float64                 hours that were available, by PAYERS


def new_ledger(mechanisms: int) -> Ledger:
    """Return an empty ledger for a number of mechanisms."""
    return Ledger(
        np.zeros((mechanisms + 1, len(PAYERS))), np.zeros(mechanisms + 1, np.int64), np.zeros(len(PAYERS))
    )


@lean_kernel
def charge_desks(ledger, given, hours, lent, spending) -> None:
    """Charge the desks with what they spent on issues.

    These are the `given` (compounds + 2,) hours less those left in `hours`, and all fen in `spending`
    (funds,) that are not charged to a mechanism. The committee's desk uses its own hours first, then those
    `lent` (1,) by grid workers.

    Twin: reference/resources.py, charge_desks.
    """
    compounds, mechanisms = len(given) - 2, len(ledger.fen) - 1
    crews = 0.0
    for c in range(compounds):
        crews += given[c] - hours[c]
    ledger.hours[mechanisms, PROPERTY] += crews
    committee = min(given[compounds] - hours[compounds], given[compounds] - lent[0])
    ledger.hours[mechanisms, COMMITTEE] += committee
    ledger.hours[mechanisms, GRID] += given[compounds] - hours[compounds] - committee
    ledger.hours[mechanisms, -1] += given[compounds + 1] - hours[compounds + 1]
    fen = 0
    for fund in range(len(spending)):
        fen += spending[fund]
    for m in range(mechanisms):
        fen -= ledger.fen[m]
    ledger.fen[mechanisms] = fen
