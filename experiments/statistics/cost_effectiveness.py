"""What an arm costs: yuan and hours for each additional issue resolved in time, and the arms nobody should pay for.

A ratio of two means has no interval of the usual kind; Fieller's (1954) is exact for normal means, and says honestly
when there is none: an effect that may be zero has a price that may be anything.
"""

import numpy as np
import pandas as pd
from scipy import stats

from .paired import against, half_width, in_range, samples, to_frame

EFFECT = "resolved_in_time"
UNITS = {"yuan": "yuan", "hours": "hours of work"}


def price(runs, reference, effect=EFFECT, level=0.95):
    """Every other arm of a case against its arm `reference`: what it does more, what it costs more, and the one per the other.

    One row per (case, arm), over replicates in which effect, yuan and hours exist in both arms. For each of `effect`, yuan and
    hours: NAME (mean paired difference), NAME_low, NAME_high (Student). For yuan and hours: NAME_each (per additional issue),
    NAME_each_low, NAME_each_high (Fieller; -inf and inf where the effect may be zero), NAME_quadrant (see `quadrant`) and
    NAME_words. Also pairs and lost. Each interval holds by itself with probability `level`. Raises UserError.
    """
    in_range("level", level, 0.5, 1.0)
    rows = {}
    for case, values, _ in samples(runs, effect, *UNITS):
        for arm in against(reference, values[effect].columns, case):
            d = pd.DataFrame({name: wide[arm] - wide[reference] for name, wide in values.items()})
            lost, d = int(d.isna().any(axis=1).sum()), d.dropna()
            rows[case, arm] = one = {"pairs": len(d), "lost": lost}
            for name in d:
                mean, half = d[name].mean(), half_width(d[name].to_numpy(), level)
                one |= {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}
            for name, unit in UNITS.items():
                each = ratio(one[name], one[effect])
                low, high, _ = (
                    float(bound) for bound in fieller(d[name].to_numpy(), d[effect].to_numpy(), level)
                )
                where = quadrant(
                    one[f"{effect}_low"], one[f"{effect}_high"], one[f"{name}_low"], one[f"{name}_high"]
                )
                one |= {
                    f"{name}_each": each,
                    f"{name}_each_low": low,
                    f"{name}_each_high": high,
                    f"{name}_quadrant": where,
                }
                one[f"{name}_words"] = words(each, low, high, where, unit)
    return to_frame(rows, "case", "arm")


def ratio(above, below):
    """above / below, NaN where there is nothing to divide by."""
    return above / below if below else np.nan


def fieller(cost, effect, level=0.95):
    """Fieller's set for mean(cost) / mean(effect), from pairs along the first axis (n, ...): low, high, and its shape.

    Shape 0: the interval low .. high. Shape 1: the effect may be zero, and all is possible *but* what lies within some
    interval, so low = -inf, high = inf; 2: everything is possible, likewise. NaN where n < 2, or where both are always zero.
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


def quadrant(effect_low, effect_high, cost_low, cost_high):
    """Where an arm lies on the plane of effect and cost, as far as the intervals tell.

    >>> quadrant(1, 2, -9, -3), quadrant(-2, -1, 3, 9), quadrant(1, 2, -3, 3)
    ('more for less: dominant', 'fewer for more: dominated', 'more for about as much')
    """
    effect = "more" if effect_low > 0 else "fewer" if effect_high < 0 else "about as many"
    cost = "more" if cost_low > 0 else "less" if cost_high < 0 else "about as much"
    known = {("more", "less"): ": dominant", ("fewer", "more"): ": dominated"}
    if not np.isfinite([effect_low, effect_high, cost_low, cost_high]).all():
        return "no interval"
    return f"{effect} for {cost}{known.get((effect, cost), '')}"


def words(each, low, high, where, unit):
    """A price in words, or why there is none."""
    if where == "no interval":
        return "fewer than two pairs: no price can be given"
    if where == "more for less: dominant":
        return f"more issues in time and fewer {unit}: nothing is paid for them"
    if where == "fewer for more: dominated":
        return f"fewer issues in time and more {unit}: not worth having"
    if not np.isfinite(low) or not np.isfinite(high):
        return f"no finite price in {unit}: the effect may be zero"
    said, *ends = (f"{x:,.1f}" if abs(x) >= 10 else f"{x:.2g}" for x in (each, low, high))
    said = f"{said} {unit} ({ends[0]} to {ends[1]})"
    return (
        f"{said} saved per issue no longer resolved in time"
        if where.startswith("fewer")
        else f"{said} per additional issue in time"
    )


def frontier(runs, cost="yuan", effect=EFFECT):
    """Which arms are worth their cost at some willingness to pay: one row per (case, arm), from the cheapest to the dearest.

    Columns: effect, cost (means per run over replicates in which every arm has both), status, by, each. Status "frontier";
    "dominated" (another arm, `by`, does as much or more for as little or less); "extendedly dominated" (a mix of the two arms
    in `by` does more for as little); "no value" (never finished). `each`: cost per additional issue, from the arm before on
    the frontier; it rises along it (Johannesson & Weinstein 1993). Of means: intervals are `price`'s. Raises UserError.
    """
    rows = {}
    for case, values, _ in samples(runs, effect, cost):
        alive = [
            arm
            for arm in values[effect]
            if values[effect][arm].notna().any() and values[cost][arm].notna().any()
        ]
        whole = pd.concat([values[effect][alive], values[cost][alive]], axis=1).notna().all(axis=1)
        e, c = values[effect][whole].mean(), values[cost][whole].mean()
        told = hull({arm: (e[arm], c[arm]) for arm in alive}) if whole.any() else {}
        for arm in [*told, *(arm for arm in values[effect] if arm not in told)]:
            status, by, each = told.get(arm, ("no value", "", np.nan))
            rows[case, arm] = {
                "effect": e[arm] if arm in told else np.nan,
                "cost": c[arm] if arm in told else np.nan,
                "status": status,
                "by": by,
                "each": each,
            }
    return to_frame(rows, "case", "arm")


def hull(arms):
    """Arm -> (effect, cost), to arm -> (status, by, each), in order of cost; of two equals the first stays.

    >>> hull({"nothing": (0, 0), "a": (10, 100), "b": (11, 400), "c": (20, 500), "d": (9, 120)})["b"]
    ('extendedly dominated', 'a, c', nan)
    """
    order = sorted(arms, key=lambda arm: (arms[arm][1], -arms[arm][0]))
    told, kept = {}, []
    for arm in order:
        if kept and arms[arm][0] <= arms[kept[-1]][0]:
            told[arm] = ("dominated", str(kept[-1]), np.nan)
            continue
        while len(kept) > 1 and slope(arms, kept[-2], kept[-1]) >= slope(arms, kept[-1], arm):
            told[kept.pop()] = ("extendedly dominated", "", np.nan)
        kept.append(arm)
    for n, arm in enumerate(kept):
        told[arm] = ("frontier", "", slope(arms, kept[n - 1], arm) if n else np.nan)
    for arm in order:
        if told[arm][0] == "extendedly dominated":
            below, above = (
                [k for k in kept if arms[k][0] < arms[arm][0]][-1],
                next(k for k in kept if arms[k][0] > arms[arm][0]),
            )
            told[arm] = ("extendedly dominated", f"{below}, {above}", np.nan)
    return {arm: told[arm] for arm in order}


def slope(arms, a, b):
    """Cost per additional issue from arm a to arm b."""
    return float((arms[b][1] - arms[a][1]) / (arms[b][0] - arms[a][0]))
