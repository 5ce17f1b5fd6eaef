"""Boxes: peeling, choosing, simplifying and pasting, as PRIM does it (Friedman & Fisher 1999), on numbers and categories.

A peel takes the lowest or the highest slice of one number, about `alpha` of the worlds in the box (all that are equal go
together), or one category. The best peel is the slice whose worlds win least. Among slices of one size that is Friedman &
Fisher's greatest density of what stays; but a switch takes half of the worlds at once, and by that measure would always
go before a thin slice (Kwakkel & Jaxa-Rozen 2016 say why that is impatient). All choices are made by the data; no chance
is in here.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.parameters import UserError
from ..statistics.replicate_table import format_factor, some

OUTCOMES = (
    "difference",
    "low",
    "high",
    "pairs",
    "best",
    "lead",
)  # columns of a table of worlds that are no factors


@dataclass(frozen=True)
class BoxTerms:
    """How a box is looked for."""

    alphas: tuple = (
        0.05,
        0.1,
    )  # of the worlds in a box that one peel takes away, about; each is tried, for a thin slice may meet bad luck
    mass: float = 0.05  # of all worlds looked at that a box has at least
    chance: float = 0.05  # a restriction is dropped whose quasi-p, times the number of factors, is larger
    density: float | None = (
        None  # take the box of the largest coverage with this density; None: of the largest gain
    )


@dataclass(frozen=True)
class Box:
    """Limits: factor -> (low, high), both ends in, infinite where it is open; or the frozenset of categories that are in."""

    limits: dict = field(default_factory=dict)

    def words(self, name):
        """One restriction in words."""
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

    def __str__(self):
        return " and ".join(map(self.words, self.limits)) or "anything"

    def but(self, name, limit=None):
        """The same box with another limit of one factor, or without any."""
        return Box(
            {k: v for k, v in self.limits.items() if k != name}
            if limit is None
            else {**self.limits, name: limit}
        )


@dataclass(frozen=True)
class Step:
    """A box on the way, and how many worlds and wins it has."""

    box: Box
    hits: int
    count: int
    factor: str  # that was peeled last; "" for the whole space


class Worlds:
    """The factors of n worlds: numbers (n,) floats and categories (n,) codes, by name. Those that do not vary are left out."""

    def __init__(self, frame, factors=None):
        names = [c for c in frame.columns if c not in OUTCOMES] if factors is None else list(factors)
        lost = [name for name in names if name not in frame]
        if lost:
            raise UserError(f"the worlds have no column {some(lost)}; there are: {some(frame.columns, 20)}")
        self.numbers, self.codes, self.categories = {}, {}, {}
        for name in (name for name in names if frame[name].nunique(dropna=False) > 1):
            self.add(name, frame[name])
        if not (self.numbers or self.codes):
            raise UserError(f"no factor varies of: {some(names)}; there is one world only")
        self.order = {name: np.argsort(x, kind="stable") for name, x in self.numbers.items()}

    def add(self, name, column):
        if column.isna().any():
            raise UserError(
                f"factor {name!r} has no value in {int(column.isna().sum())} of {len(column)} worlds; leave "
                "those out, or the factor"
            )
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            self.numbers[name] = column.to_numpy(float)
        else:
            self.codes[name], self.categories[name] = pd.factorize(column, sort=True)

    @property
    def names(self):
        return [*self.numbers, *self.codes]

    def within(self, name, limit):
        """(n,) bool: the worlds within a limit of one factor."""
        if name in self.numbers:
            return (self.numbers[name] >= limit[0]) & (self.numbers[name] <= limit[1])
        return np.isin(
            self.codes[name], [c for c, value in enumerate(self.categories[name]) if value in limit]
        )

    def inside(self, box):
        """(n,) bool: the worlds in a box."""
        return np.logical_and.reduce(
            [self.within(name, limit) for name, limit in box.limits.items()], initial=True, axis=0
        ) & np.ones(self.size, bool)

    @property
    def size(self):
        return len(next(iter((self.numbers | self.codes).values())))


def above(out, in_):
    """The low limit between the largest value out and the smallest in."""
    middle = out + (in_ - out) / 2
    return middle if middle > out else in_


def beneath(in_, out):
    """The high limit between the largest value in and the smallest out."""
    middle = in_ + (out - in_) / 2
    return middle if middle < out else in_


# --------------------------------------------------------------------------- peeling


def peel(space, wins, left, terms, alpha):
    """The peeling trajectory among the worlds `left` (n,) bool, by slices of `alpha`: a list of `Step`, from the whole space to the smallest box allowed."""
    inside, least = left.copy(), max(terms.mass * left.sum(), 2)
    orders = {name: order[left[order]] for name, order in space.order.items()}
    steps = [Step(Box(), int(wins[left].sum()), int(left.sum()), "")]
    while 0 < steps[-1].hits < steps[-1].count:
        now = steps[-1]
        found = [
            peel for peel in peels(space, wins, inside, orders, now, alpha) if now.count - peel[0] >= least
        ]
        if not found:
            break
        taken, hits, name, limit = min(found, key=lambda peel: (peel[1] / peel[0], -peel[0]))
        box = now.box.but(name, limit)
        inside &= space.within(name, limit)
        orders = {other: order[inside[order]] for other, order in orders.items()}
        steps.append(Step(box, now.hits - hits, now.count - taken, name))
    return steps


def peels(space, wins, inside, orders, now, alpha):
    """Every peel of a box: (worlds taken, wins among them, factor, its new limit)."""
    k = max(int(alpha * now.count), 1)
    for name, order in orders.items():
        x, low, high = space.numbers[name], *now.box.limits.get(name, (-np.inf, np.inf))
        values = x[order]
        n = int(np.searchsorted(values, values[k - 1], side="right"))
        m = int(np.searchsorted(values, values[-k], side="left"))
        if n < now.count:
            yield n, int(np.count_nonzero(wins[order[:n]])), name, (above(values[n - 1], values[n]), high)
        if m > 0:
            yield (
                now.count - m,
                int(np.count_nonzero(wins[order[m:]])),
                name,
                (low, beneath(values[m - 1], values[m])),
            )
    for name, codes in space.codes.items():
        here = codes[inside]
        counts, hits = np.bincount(here), np.bincount(here[wins[inside]], minlength=here.max() + 1)
        present = np.flatnonzero(counts)
        for c in present if len(present) > 1 else ():
            yield (
                int(counts[c]),
                int(hits[c]),
                name,
                frozenset(space.categories[name][d] for d in present if d != c),
            )


# --------------------------------------------------------------------------- choosing, simplifying, pasting


def gain(hits, count, all_hits, all_count):
    """Coverage minus mass: the share of wins that a box holds beyond what as large a box anywhere would; 0 for the whole space.

    At most 1 minus the share of wins. In proportion to Youden's J and to weighted relative accuracy.
    """
    return hits / all_hits - count / all_count if all_hits else 0.0


def choose_step(steps, terms):
    """Which step of a trajectory is the box: the largest gain; or the largest coverage among those that have the density asked for."""
    dense = [
        n for n, s in enumerate(steps) if terms.density is not None and s.hits >= terms.density * s.count
    ]
    if dense:
        return max(dense, key=lambda n: (steps[n].hits, -n))
    return max(
        range(len(steps)),
        key=lambda n: (round(gain(steps[n].hits, steps[n].count, steps[0].hits, steps[0].count), 12), -n),
    )


def quasi_p(hits, count, density):
    """Bryant & Lempert's quasi-p of a restriction: that so many of `count` worlds win by chance if it did nothing.

    `density` is that of the box without this restriction. One-sided binomial; "quasi", for the restriction was chosen by the same worlds.

    >>> round(quasi_p(9, 10, 0.5), 4)
    0.0107
    """
    return float(stats.binom.sf(hits - 1, count, density))


def quasi(space, wins, left, box):
    """Quasi-p of every restriction of a box: factor -> number."""
    inside, found = space.inside(box) & left, {}
    for name in box.limits:
        without = space.inside(box.but(name)) & left
        found[name] = quasi_p(np.count_nonzero(wins[inside]), np.count_nonzero(inside), wins[without].mean())
    return found


def simplify_box(space, wins, left, box, terms):
    """The box without the restrictions that chance could explain, the least certain first; (box, quasi-p of those that stay)."""
    found = quasi(space, wins, left, box)
    while found and max(found.values()) * len(space.names) > terms.chance:
        box = box.but(max(found, key=found.get))
        found = quasi(space, wins, left, box)
    return box, found


def paste(space, wins, left, box, alpha):
    """The box grown, by slices of `alpha`, wherever its density does not fall."""
    while True:
        inside = space.inside(box) & left
        hits, count = np.count_nonzero(wins[inside]), np.count_nonzero(inside)
        grown = []
        for name, limit in pastes(space, left, box, max(int(alpha * count), 1)):
            new = box.but(name, limit)
            now = space.inside(new) & left
            if np.count_nonzero(now) > count and np.count_nonzero(
                wins[now]
            ) * count >= hits * np.count_nonzero(now):
                grown.append((wins[now].mean(), np.count_nonzero(now), new))
        if not grown:
            return box
        box = max(grown, key=lambda one: one[:2])[2]


def pastes(space, left, box, k):
    """Every way to grow a box by a slice of k worlds or a category: (factor, its new limit, None where it is open then)."""
    for name, limit in box.limits.items():
        beyond = space.inside(box.but(name)) & left & ~space.within(name, limit)
        if isinstance(limit, frozenset):
            for c in np.unique(space.codes[name][beyond]):
                new = limit | {space.categories[name][c]}
                yield name, None if len(new) == len(space.categories[name]) else new
            continue
        x, (low, high) = np.sort(space.numbers[name][beyond]), limit
        down, up = x[x < low], x[x > high]
        if len(down):
            n = int(np.searchsorted(down, down[max(len(down) - k, 0)], side="left"))
            yield name, open_limit(above(down[n - 1], down[n]) if n else -np.inf, high)
        if len(up):
            n = int(np.searchsorted(up, up[min(k, len(up)) - 1], side="right"))
            yield name, open_limit(low, beneath(up[n - 1], up[n]) if n < len(up) else np.inf)


def open_limit(low, high):
    return None if np.isinf(low) and np.isinf(high) else (low, high)
