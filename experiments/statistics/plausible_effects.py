"""What a decision between arms looks like over plausible worlds: ranges, shares of worlds, and regret.

All functions take values (worlds, arms) of one measure, one row per world; values of several lucks of a world
are averaged first. A range over worlds is a range of what may be true, not a confidence interval of a mean:
more worlds do not make it narrower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...engine.texts import translate
from ...engine.texts.errors import UserError
from ...model.measures import MEASURES, SHARES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

NONE = "none"  # the arm without any of the mechanisms that are weighed
WATCHED = ("resolution_rate", "resolution_rate_of_serious", "burden")  # a verdict says if these disagree
RANGES = (0.05, 0.25, 0.5, 0.75, 0.95)  # nine of ten worlds lie between the ends, half in the middle
LEAST = 10  # worlds with a value in both arms, below which no range is given


def values_by_world(runs: pd.DataFrame, measure: str, lucks: int = 1) -> pd.DataFrame:
    """Return the mean of a measure over the lucks of each world: one row per world, one column per arm.

    `runs` has the columns arm, replicate and `measure`; replicate r is in world r // lucks. NaN where no
    replicate of a world has a value; arms are in the order of their first appearance.
    """
    arms = list(dict.fromkeys(runs["arm"]))
    table = runs.assign(world=runs["replicate"] // lucks).groupby(["world", "arm"], observed=True)[measure]
    return table.mean().unstack("arm").astype(float)[arms]


def effects_by_world(values: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return the difference of every other arm to the arm `reference`, in each world."""
    return values.drop(columns=reference).sub(values[reference], axis=0)


def describe_ranges(effects: pd.DataFrame, matters: float = 0.0, smaller: bool = False) -> pd.DataFrame:
    """Describe the effects (worlds, arms) of each arm: one row per arm.

    Columns: worlds (that have a value), median, p5, p25, p75, p95, better, worse (shares of worlds in which
    the arm is better or worse than the reference at all), matters and harms (better or worse by more than
    `matters`). `smaller`: less of the measure is better. Ranges are NaN with fewer than LEAST worlds.
    """
    rows = {}
    for arm, column in effects.items():
        d = column.dropna().to_numpy(float)
        gain = -d if smaller else d
        p5, p25, median, p75, p95 = quantiles(d) if len(d) >= LEAST else [np.nan] * 5
        rows[arm] = {
            "worlds": len(d),
            "median": median,
            "p5": p5,
            "p25": p25,
            "p75": p75,
            "p95": p95,
            "better": share_of(gain > 0.0),
            "worse": share_of(gain < 0.0),
            "matters": share_of(gain > matters),
            "harms": share_of(gain < -matters),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("arm")


def quantiles(d: np.ndarray) -> np.ndarray:
    """Return the RANGES of values (worlds,), such that a further world lies within with their probability.

    Weibull's quantiles: the expected share of further values below them is exact, with any distribution.
    """
    return np.quantile(d, RANGES, method="weibull")


def nine_of_ten(d: np.ndarray) -> tuple[float, float]:
    """Return the ends of the range of nine of ten worlds, of values (worlds,)."""
    low, *_, high = quantiles(np.asarray(d, float))
    return float(low), float(high)


def share_of(which: np.ndarray) -> float:
    """Return the share that is True; NaN of nothing."""
    return float(np.mean(which)) if len(which) else np.nan


def compare_pairs(values: pd.DataFrame, smaller: bool = False) -> pd.DataFrame:
    """Return in which share of worlds the arm of a row is better than the arm of a column.

    Ties count half; NaN on the diagonal.
    """
    table = pd.DataFrame(np.nan, index=values.columns, columns=values.columns)
    for one in values:
        for other in values:
            d = (values[one] - values[other]).dropna().to_numpy()
            if one != other and len(d):
                table.loc[one, other] = share_of((-d if smaller else d) > 0.0) + share_of(d == 0.0) / 2.0
    return table.rename_axis(index="better", columns="than")


def regrets(values: pd.DataFrame, smaller: bool = False) -> pd.DataFrame:
    """Return what each choice loses against the best choice of the same world: (worlds, arms), 0 or more.

    Worlds in which an arm has no value are left out. Raises UserError if fewer than LEAST are left.
    """
    whole = values.dropna()
    if len(whole) < LEAST:
        raise UserError(
            "{worlds} worlds have a value in every arm, and {least} are needed; simulate more worlds, or "
            "more days, or count fewer days as in time",
            worlds=len(whole),
            least=LEAST,
        )
    gain = -whole if smaller else whole
    return gain.rsub(gain.max(axis=1), axis=0)


def describe_choices(
    values: pd.DataFrame, matters: float = 0.0, enough: float | None = None, smaller: bool = False
) -> pd.DataFrame:
    """Describe each arm as a choice: one row per arm.

    Columns: mean, regret (expected, that is the mean over worlds), most_regret (in the worst world), best
    (share of worlds in which no other arm is better; ties count for each), good_enough (share of worlds in
    which the measure reaches `enough`, or, without it, in which the regret is at most `matters`).
    Raises UserError as `regrets` does.
    """
    loss = regrets(values, smaller)
    whole = values.loc[loss.index]
    good = (
        loss <= matters + 1e-12
        if enough is None
        else whole.le(enough + 1e-12)
        if smaller
        else whole.ge(enough - 1e-12)
    )
    return pd.DataFrame(
        {
            "mean": whole.mean(),
            "regret": loss.mean(),
            "most_regret": loss.max(),
            "best": (loss <= 1e-12).mean(),
            "good_enough": good.mean(),
        }
    ).rename_axis("arm")


def ratio_of_means(effect: Sequence[float], cost: Sequence[float]) -> float:
    """Return the mean effect per mean cost, over worlds that have both; NaN unless the mean cost is positive.

    It is what a decision maker who must pay before the world is known gets for the money: the mean of the
    ratios of single worlds does not exist where a cost may be zero.
    """
    both = pd.DataFrame({"effect": np.asarray(effect), "cost": np.asarray(cost)}).dropna()
    mean = both.mean()
    return float(mean["effect"] / mean["cost"]) if len(both) and mean["cost"] > 0.0 else np.nan


def sentence_of_effect(arm: str, reference: str, row: Any, measure: str, lang: str = "en") -> str:
    """Return in how many worlds an arm is better than the reference, and by how much, in a sentence.

    `row` is one of `describe_ranges`.
    """
    if not np.isfinite(row["median"]):
        return translate(lang, "robust", "no range", arm=arm, worlds=int(row["worlds"]))
    worlds = int(row["worlds"])
    more, less = round(row["better"] * worlds), round(row["worse"] * worlds)
    ends = {name: amount(measure, row[name], "+") for name in ("median", "p5", "p25", "p75", "p95")}
    kind = "better" if more > less else "worse" if less > more else "either"
    return translate(
        lang,
        "robust",
        kind,
        arm=arm,
        against="" if reference == NONE else translate(lang, "robust", "against", reference=reference),
        measure=getattr(MEASURES[measure], lang),
        unit=unit_of(measure, lang),
        count=max(more, less),
        worlds=worlds,
        **ends,
    )


def sentence_of_disagreement(arm: str, ranges: pd.DataFrame, measure: str, lang: str = "en") -> str:
    """Say which measures of WATCHED go the other way than `measure` in most worlds; "" if none does.

    `ranges` has a row of `describe_ranges` per measure.
    """
    ours = ranges.loc[measure]
    helps = ours["better"] > ours["worse"]
    against = []
    for name in WATCHED:
        row = ranges.loc[name]
        share = row["worse" if helps else "better"]
        if name != measure and ours["better"] != ours["worse"] and share > 0.5:
            words = translate(
                lang,
                "robust",
                "against_worse" if helps else "against_better",
                measure=getattr(MEASURES[name], lang),
                count=round(share * row["worlds"]),
                worlds=int(row["worlds"]),
            )
            against.append(words)
    return translate(lang, "robust", "disagree", arm=arm, words="; ".join(against)) if against else ""


def unit_of(measure: str, lang: str) -> str:
    """Return the unit of a difference of a measure, to follow its number: of shares points, else nothing."""
    return translate(lang, "robust", "points") if measure in SHARES else ""


def amount(measure: str, value: float, sign: str = "") -> str:
    """Format a difference of a measure: points of a share, else the measure's own unit."""
    if measure in SHARES:
        return f"{100 * value:{sign}.1f}"
    return f"{value:{sign},.0f}" if abs(value) >= 100 else f"{value:{sign}.2f}"
