"""Find boxes by PRIM (Friedman & Fisher 1999) on numbers and categories: peel, choose, simplify, paste.

A peel removes the lowest or the highest slice of one numeric factor, about `alpha` of the worlds in the box
(equal values go together), or one category. The best peel is the slice with the lowest share of wins. Among
slices of one size that is Friedman & Fisher's criterion, the highest density of the rest; but a switch
removes half of the worlds at once, and by that criterion would always go before a thin slice (Kwakkel &
Jaxa-Rozen 2016 explain why that is impatient). The procedure is deterministic.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.texts.errors import UserError
from ..statistics.replicate_table import format_factor, join_names

# columns of a table of worlds that are not factors
OUTCOMES = ("difference", "low", "high", "pairs", "best", "lead")


@dataclass(frozen=True)
class BoxTerms:
    """Parameters of the search for a box."""

    # approximate shares of the worlds in a box that one peel removes; each is tried, because a thin slice may
    # be misled by noise
    alphas: tuple = (0.05, 0.1)
    mass: float = 0.05  # minimum share of all searched worlds in a box
    chance: float = 0.05  # a restriction is dropped if its quasi-p times the number of factors is larger
    # choose the box of the largest coverage with at least this density; None: of the largest gain
    density: float | None = None


@dataclass(frozen=True)
class Box:
    """A box: factor -> (low, high), both inclusive, infinite where open; or the frozenset of categories."""

    limits: dict = field(default_factory=dict)

    def words(self, name: str) -> str:
        """Describe the restriction of one factor."""
        limit = self.limits[name]
        if isinstance(limit, frozenset):
            return f"{name} is {' or '.join(sorted(map(format_factor, limit)))}"
        low, high = limit
        if np.isinf(low):
            return f"{name} is below {format_factor(high)}"
        return (
            f"{name} is above {format_factor(low)}"
            if np.isinf(high)
            else f"{name} is between {format_factor(low)} and {format_factor(high)}"
        )

    def __str__(self) -> str:
        return " and ".join(map(self.words, self.limits)) or "anything"

    def replace_limit(self, name: str, limit: tuple | frozenset | None = None) -> "Box":
        """Return a copy with another limit of one factor, or with none."""
        return Box(
            {k: v for k, v in self.limits.items() if k != name}
            if limit is None
            else {**self.limits, name: limit}
        )


@dataclass(frozen=True)
class Step:
    """One box of a peeling trajectory."""

    box: Box
    hits: int  # worlds in the box that win
    count: int  # worlds in the box
    factor: str  # peeled last; "" for the whole space


class Worlds:
    """Factors of n worlds by name: `numbers` (n,) floats, and `codes` (n,) of `categories`.

    Factors that do not vary are left out.
    """

    def __init__(self, frame: pd.DataFrame, factors: Iterable[str] | None = None):
        """Take `factors` from `frame`, by default all columns but OUTCOMES. Raises UserError."""
        names = [c for c in frame.columns if c not in OUTCOMES] if factors is None else list(factors)
        lost = [name for name in names if name not in frame]
        if lost:
            raise UserError(
                "the worlds have no column {lost}; there are: {columns}",
                lost=join_names(lost),
                columns=join_names(frame.columns, 20),
            )
        self.numbers: dict[str, np.ndarray] = {}
        self.codes: dict[str, np.ndarray] = {}
        self.categories: dict[str, Any] = {}
        for name in (name for name in names if frame[name].nunique(dropna=False) > 1):
            self.add(name, frame[name])
        if not (self.numbers or self.codes):
            raise UserError("no factor varies ({names}); there is only one world", names=join_names(names))
        self.order = {name: np.argsort(x, kind="stable") for name, x in self.numbers.items()}

    def add(self, name: str, column: pd.Series) -> None:
        """Add a factor, as numbers or as categories. Raises UserError for missing values."""
        if column.isna().any():
            raise UserError(
                "factor {name!r} has no value in {missing} of {worlds_count} worlds; leave out those "
                "worlds or the factor",
                name=name,
                missing=int(column.isna().sum()),
                worlds_count=len(column),
            )
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            self.numbers[name] = column.to_numpy(float)
        else:
            self.codes[name], self.categories[name] = pd.factorize(column, sort=True)

    @property
    def names(self) -> list[str]:
        """List the factors, numeric ones first."""
        return [*self.numbers, *self.codes]

    def within(self, name: str, limit: Any) -> np.ndarray:
        """Return which worlds are within a limit of one factor: (n,) bool."""
        if name in self.numbers:
            return (self.numbers[name] >= limit[0]) & (self.numbers[name] <= limit[1])
        return np.isin(
            self.codes[name], [c for c, value in enumerate(self.categories[name]) if value in limit]
        )

    def inside(self, box: Box) -> np.ndarray:
        """Return which worlds are in a box: (n,) bool."""
        return np.logical_and.reduce(
            [self.within(name, limit) for name, limit in box.limits.items()], initial=True, axis=0
        ) & np.ones(self.size, bool)

    @property
    def size(self) -> int:
        """Return the number of worlds, n."""
        return len(next(iter((self.numbers | self.codes).values())))


def low_limit(out: float, within: float) -> float:
    """Return the low limit between the largest value outside and the smallest within."""
    middle = out + (within - out) / 2
    return middle if middle > out else within


def high_limit(within: float, out: float) -> float:
    """Return the high limit between the largest value within and the smallest outside."""
    middle = within + (out - within) / 2
    return middle if middle < out else within


# --------------------------------------------------------------------------- peeling


def peel(space: Worlds, wins: np.ndarray, left: np.ndarray, terms: BoxTerms, alpha: float) -> list[Step]:
    """Return the peeling trajectory by slices of `alpha`, from the whole space to the smallest box allowed.

    `wins`, `left` (n,) bool: the worlds that win, and those to search.
    """
    inside, least = left.copy(), max(terms.mass * left.sum(), 2)
    orders = {name: order[left[order]] for name, order in space.order.items()}
    steps = [Step(Box(), int(wins[left].sum()), int(left.sum()), "")]
    while 0 < steps[-1].hits < steps[-1].count:
        now = steps[-1]
        candidates = [
            peel for peel in peels(space, wins, inside, orders, now, alpha) if now.count - peel[0] >= least
        ]
        if not candidates:
            break
        taken, hits, name, limit = min(candidates, key=lambda peel: (peel[1] / peel[0], -peel[0]))
        box = now.box.replace_limit(name, limit)
        inside &= space.within(name, limit)
        orders = {other: order[inside[order]] for other, order in orders.items()}
        steps.append(Step(box, now.hits - hits, now.count - taken, name))
    return steps


def peels(
    space: Worlds, wins: np.ndarray, inside: np.ndarray, orders: dict, now: Step, alpha: float
) -> Iterator[tuple[int, int, str, tuple | frozenset]]:
    """Yield every peel of the box of `now`: (worlds removed, wins among them, factor, its new limit).

    `inside` (n,) bool: the worlds in the box; `orders`: factor -> those worlds, sorted by its value.
    """
    k = max(int(alpha * now.count), 1)
    for name, order in orders.items():
        x, (low, high) = space.numbers[name], now.box.limits.get(name, (-np.inf, np.inf))
        values = x[order]
        n = int(np.searchsorted(values, values[k - 1], side="right"))
        m = int(np.searchsorted(values, values[-k], side="left"))
        if n < now.count:
            limit = (low_limit(values[n - 1], values[n]), high)
            yield n, int(np.count_nonzero(wins[order[:n]])), name, limit
        if m > 0:
            limit = (low, high_limit(values[m - 1], values[m]))
            yield now.count - m, int(np.count_nonzero(wins[order[m:]])), name, limit
    for name, codes in space.codes.items():
        in_box = codes[inside]
        counts, hits = np.bincount(in_box), np.bincount(in_box[wins[inside]], minlength=in_box.max() + 1)
        present = np.flatnonzero(counts)
        for c in present if len(present) > 1 else ():
            kept = frozenset(space.categories[name][d] for d in present if d != c)
            yield int(counts[c]), int(hits[c]), name, kept


# --------------------------------------------------------------------------- choosing, simplifying, pasting


def gain(hits: int, count: int, all_hits: int, all_count: int) -> float:
    """Return coverage minus mass: the share of wins in a box beyond that of a random box of its size.

    0 for the whole space, at most 1 minus the share of wins. Proportional to Youden's J and to weighted
    relative accuracy.
    """
    return hits / all_hits - count / all_count if all_hits else 0.0


def choose_step(steps: list[Step], terms: BoxTerms) -> int:
    """Choose the step of a trajectory with the largest gain, and return its index.

    With `terms.density`, choose the largest coverage among the steps that have this density, if there are
    any.
    """
    dense = [
        n for n, s in enumerate(steps) if terms.density is not None and s.hits >= terms.density * s.count
    ]
    if dense:
        return max(dense, key=lambda n: (steps[n].hits, -n))
    return max(
        range(len(steps)),
        key=lambda n: (round(gain(steps[n].hits, steps[n].count, steps[0].hits, steps[0].count), 12), -n),
    )


def quasi_p(hits: int | np.integer, count: int | np.integer, density: float) -> float:
    """Return Bryant & Lempert's quasi-p of a restriction.

    The probability of at least `hits` wins in `count` worlds if the restriction had no effect. `density` is
    that of the box without this restriction. One-sided binomial; "quasi" because the same worlds chose the
    restriction.

    >>> round(quasi_p(9, 10, 0.5), 4)
    0.0107
    """
    return float(stats.binom.sf(hits - 1, count, density))


def quasi_p_values(space: Worlds, wins: np.ndarray, left: np.ndarray, box: Box) -> dict[str, float]:
    """Return the quasi-p of every restriction of a box, by factor."""
    inside, values = space.inside(box) & left, {}
    for name in box.limits:
        without = space.inside(box.replace_limit(name)) & left
        values[name] = quasi_p(np.count_nonzero(wins[inside]), np.count_nonzero(inside), wins[without].mean())
    return values


def simplify_box(
    space: Worlds, wins: np.ndarray, left: np.ndarray, box: Box, terms: BoxTerms
) -> tuple[Box, dict[str, float]]:
    """Drop restrictions that noise could explain, the least certain first; return the box and its quasi-p."""
    values = quasi_p_values(space, wins, left, box)
    while values and max(values.values()) * len(space.names) > terms.chance:
        box = box.replace_limit(max(values, key=values.__getitem__))
        values = quasi_p_values(space, wins, left, box)
    return box, values


def paste(space: Worlds, wins: np.ndarray, left: np.ndarray, box: Box, alpha: float) -> Box:
    """Enlarge a box by slices of `alpha` as long as its density does not fall."""
    while True:
        inside = space.inside(box) & left
        hits, count = np.count_nonzero(wins[inside]), np.count_nonzero(inside)
        grown = []
        for name, limit in pastes(space, left, box, max(int(alpha * count), 1)):
            new = box.replace_limit(name, limit)
            now = space.inside(new) & left
            if np.count_nonzero(now) > count and np.count_nonzero(
                wins[now]
            ) * count >= hits * np.count_nonzero(now):
                grown.append((wins[now].mean(), np.count_nonzero(now), new))
        if not grown:
            return box
        box = max(grown, key=lambda candidate: candidate[:2])[2]


def pastes(
    space: Worlds, left: np.ndarray, box: Box, k: int
) -> Iterator[tuple[str, tuple | frozenset | None]]:
    """Yield every way to enlarge a box by k worlds or a category: (factor, its new limit; None if open)."""
    for name, limit in box.limits.items():
        beyond = space.inside(box.replace_limit(name)) & left & ~space.within(name, limit)
        if isinstance(limit, frozenset):
            for c in np.unique(space.codes[name][beyond]):
                new = limit | {space.categories[name][c]}
                yield name, None if len(new) == len(space.categories[name]) else new
            continue
        x, (low, high) = np.sort(space.numbers[name][beyond]), limit
        down, up = x[x < low], x[x > high]
        if len(down):
            n = int(np.searchsorted(down, down[max(len(down) - k, 0)], side="left"))
            yield name, limit_or_none(low_limit(down[n - 1], down[n]) if n else -np.inf, high)
        if len(up):
            n = int(np.searchsorted(up, up[min(k, len(up)) - 1], side="right"))
            yield name, limit_or_none(low, high_limit(up[n - 1], up[n]) if n < len(up) else np.inf)


def limit_or_none(low: float, high: float) -> tuple[float, float] | None:
    """Return (low, high), or None where both ends are open."""
    return None if np.isinf(low) and np.isinf(high) else (low, high)
