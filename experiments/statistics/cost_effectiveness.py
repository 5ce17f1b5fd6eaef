"""Compute the cost per additional issue resolved in time, in yuan and in hours, and which arms are dominated.

A ratio of two means has no interval of the usual kind. Fieller's interval (1954) is exact for normal means,
and is unbounded where the effect may be zero: then the price may be anything.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from .paired import check_range, half_width, iter_samples, other_arms, to_frame

EFFECT = "resolved_in_time"
UNITS = {
    "yuan": "yuan",
    "hours": "hours of work",
    "shadow_cost_yuan": "yuan of unpaid work at its shadow wage",
}


def price_arms(runs: pd.DataFrame, reference: str, effect: str = EFFECT, level: float = 0.95) -> pd.DataFrame:
    """Compare every other arm with `reference`: additional effect, additional cost, and cost per effect.

    One row per (case, arm), over replicates in which effect and costs exist in both arms. Costs are those of
    UNITS; the shadow cost only where `runs` has it. For each of `effect` and costs: NAME (mean paired
    difference), NAME_low, NAME_high (Student). For costs: NAME_each (per additional issue), NAME_each_low,
    NAME_each_high (Fieller; -inf and inf where the effect may be zero), NAME_quadrant (see `quadrant`) and
    NAME_words. Also pairs and lost. Intervals are not joint: each holds separately with probability `level`.
    Raises UserError.
    """
    check_range("level", level, 0.5, 1.0)
    rows: dict[tuple, dict[str, Any]] = {}
    costs = [name for name in UNITS if name in runs or name != "shadow_cost_yuan"]
    for case, values, _ in iter_samples(runs, effect, *costs):
        for arm in other_arms(reference, values[effect].columns, case):
            d = pd.DataFrame({name: wide[arm] - wide[reference] for name, wide in values.items()})
            lost, d = int(d.isna().any(axis=1).sum()), d.dropna()
            row = rows[case, arm] = {"pairs": len(d), "lost": lost}
            for name in d:
                mean, half = d[name].mean(), half_width(d[name].to_numpy(), level)
                row |= {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}
            for name in costs:
                each = ratio(row[name], row[effect])
                low, high, _ = (
                    float(bound) for bound in fieller(d[name].to_numpy(), d[effect].to_numpy(), level)
                )
                position = quadrant(
                    row[f"{effect}_low"], row[f"{effect}_high"], row[f"{name}_low"], row[f"{name}_high"]
                )
                row |= {
                    f"{name}_each": each,
                    f"{name}_each_low": low,
                    f"{name}_each_high": high,
                    f"{name}_quadrant": position,
                }
                row[f"{name}_words"] = describe_price(each, low, high, position, UNITS[name])
    return to_frame(rows, "case", "arm")


def ratio(above: float, below: float) -> float:
    """Return above / below, NaN where `below` is 0."""
    return above / below if below else np.nan


def fieller(
    cost: np.ndarray, effect: np.ndarray, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return Fieller's confidence set for mean(cost) / mean(effect) as (low, high, shape).

    Pairs are along the first axis, (n, ...). Shape 0: the interval low .. high. Shape 1: the effect may be
    zero, and every ratio is possible *except* those within some interval, so low = -inf and high = inf. Shape
    2: every ratio is possible, low and high likewise. NaN where n < 2, or where both are always zero.
    """
    n = len(cost)
    if n < 2:
        return (np.full(np.shape(cost)[1:], np.nan),) * 3
    t2 = stats.t.ppf((1.0 + level) / 2.0, n - 1) ** 2 / n / (n - 1)
    x, y = np.mean(effect, axis=0), np.mean(cost, axis=0)
    dx, dy = effect - x, cost - y
    a, b, c = (
        x * x - t2 * (dx * dx).sum(axis=0),
        x * y - t2 * (dx * dy).sum(axis=0),
        y * y - t2 * (dy * dy).sum(axis=0),
    )
    root = np.sqrt(np.maximum(b * b - a * c, 0.0))
    bounded = a > 0
    shape = np.where(bounded, 0, np.where(b * b - a * c > 0, 1, 2)).astype(float)
    middle, half = b / np.where(bounded, a, 1.0), root / np.where(bounded, a, 1.0)
    nothing = (a == 0) & (b == 0) & (c == 0)
    low, high = np.where(bounded, middle - half, -np.inf), np.where(bounded, middle + half, np.inf)
    return np.where(nothing, np.nan, low), np.where(nothing, np.nan, high), np.where(nothing, np.nan, shape)


def quadrant(effect_low: float, effect_high: float, cost_low: float, cost_high: float) -> str:
    """Name the quadrant of the cost-effectiveness plane that the intervals place an arm in.

    >>> quadrant(1, 2, -9, -3), quadrant(-2, -1, 3, 9)
    ('more effect, lower cost: dominant', 'less effect, higher cost: dominated')
    >>> quadrant(1, 2, -3, 3)
    'more effect, no clear cost difference'
    """
    effect = "more" if effect_low > 0 else "less" if effect_high < 0 else "no clear"
    cost = "higher cost" if cost_low > 0 else "lower cost" if cost_high < 0 else "no clear cost difference"
    known = {("more", "lower cost"): ": dominant", ("less", "higher cost"): ": dominated"}
    if not np.isfinite([effect_low, effect_high, cost_low, cost_high]).all():
        return "no interval"
    return f"{effect} effect, {cost}{known.get((effect, cost), '')}"


def describe_price(each: float, low: float, high: float, position: str, unit: str) -> str:
    """Describe a price in words, or why there is none."""
    if position == "no interval":
        return "fewer than two pairs: no cost per issue can be computed"
    if position == "more effect, lower cost: dominant":
        return f"more issues resolved in time with fewer {unit}: no cost per issue"
    if position == "less effect, higher cost: dominated":
        return f"fewer issues resolved in time with more {unit}: dominated by the reference"
    if not np.isfinite(low) or not np.isfinite(high):
        return f"no finite cost per issue in {unit}: the effect may be zero"
    amount, *ends = (f"{x:,.1f}" if abs(x) >= 10 else f"{x:.2g}" for x in (each, low, high))
    amount = f"{amount} {unit} ({ends[0]} to {ends[1]})"
    return (
        f"{amount} saved per issue no longer resolved in time"
        if position.startswith("less")
        else f"{amount} per additional issue resolved in time"
    )


def classify_arms(runs: pd.DataFrame, cost: str = "yuan", effect: str = EFFECT) -> pd.DataFrame:
    """Classify arms as on the cost frontier or dominated: one row per (case, arm), cheapest first.

    Columns: effect, cost (means per run over replicates in which every arm has both), status, by, each.
    Status: "frontier"; "dominated" (another arm, `by`, has at least the effect for at most the cost);
    "extendedly dominated" (a mix of the two arms in `by` has more effect for the same cost); "no value"
    (never finished). `each`: cost per additional issue relative to the previous arm on the frontier; it rises
    along the frontier (Johannesson & Weinstein 1993). Only means are used; `price_arms` has the
    intervals. Raises UserError.
    """
    rows = {}
    for case, values, _ in iter_samples(runs, effect, cost):
        alive = [
            arm
            for arm in values[effect]
            if values[effect][arm].notna().any() and values[cost][arm].notna().any()
        ]
        whole = pd.concat([values[effect][alive], values[cost][alive]], axis=1).notna().all(axis=1)
        e, c = values[effect][whole].mean(), values[cost][whole].mean()
        verdicts = classify_by_frontier({arm: (e[arm], c[arm]) for arm in alive}) if whole.any() else {}
        for arm in [*verdicts, *(arm for arm in values[effect] if arm not in verdicts)]:
            status, by, each = verdicts.get(arm, ("no value", "", np.nan))
            rows[case, arm] = {
                "effect": e[arm] if arm in verdicts else np.nan,
                "cost": c[arm] if arm in verdicts else np.nan,
                "status": status,
                "by": by,
                "each": each,
            }
    return to_frame(rows, "case", "arm")


def classify_by_frontier(arms: dict) -> dict[str, tuple[str, str, float]]:
    """Map each arm, given its (effect, cost), to (status, by, each), in order of cost.

    Of two equal arms the first is on the frontier.

    >>> arms = {"nothing": (0, 0), "a": (10, 100), "b": (11, 400), "c": (20, 500), "d": (9, 120)}
    >>> classify_by_frontier(arms)["b"]
    ('extendedly dominated', 'a, c', nan)
    """
    order = sorted(arms, key=lambda arm: (arms[arm][1], -arms[arm][0]))
    verdicts: dict[str, tuple[str, str, float]] = {}
    front: list[str] = []
    for arm in order:
        if front and arms[arm][0] <= arms[front[-1]][0]:
            verdicts[arm] = ("dominated", str(front[-1]), np.nan)
            continue
        while len(front) > 1 and slope(arms, front[-2], front[-1]) >= slope(arms, front[-1], arm):
            verdicts[front.pop()] = ("extendedly dominated", "", np.nan)
        front.append(arm)
    for n, arm in enumerate(front):
        verdicts[arm] = ("frontier", "", slope(arms, front[n - 1], arm) if n else np.nan)
    for arm in order:
        if verdicts[arm][0] == "extendedly dominated":
            below, above = (
                [k for k in front if arms[k][0] < arms[arm][0]][-1],
                next(k for k in front if arms[k][0] > arms[arm][0]),
            )
            verdicts[arm] = ("extendedly dominated", f"{below}, {above}", np.nan)
    return {arm: verdicts[arm] for arm in order}


def slope(arms: dict, a: str, b: str) -> float:
    """Return the cost per additional issue from arm a to arm b."""
    return float((arms[b][1] - arms[a][1]) / (arms[b][0] - arms[a][0]))
