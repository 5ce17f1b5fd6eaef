"""Compare every arm of a sweep with a reference arm, pair by pair, with separate and with joint intervals.

A sweep's `runs` has one row per run: `case`, `arm`, `replicate` (the same number means the same random
numbers in every arm of a case), `status` ("done" or "failed"), and one column per measure. A pair is one
replicate of two arms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.renamed import suggest_names
from ...engine.texts.errors import UserError
from .simultaneous import level_of_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ABSENT = "absent"  # status of a row that only states that an arm has no run
CAP = 1_000_000  # more further pairs than this count as infinitely many: pairs cannot settle the question


def difference(without: pd.Series, treated: pd.Series, level: float = 0.95) -> pd.Series:
    """Return the paired difference of two samples by replicate.

    Pairs in which the measure does not exist are left out. Entries: without, with (means), difference, low,
    high (Student), correlation, pairs.
    """
    both = without.notna() & treated.notna()
    a, b = without[both].to_numpy(), treated[both].to_numpy()
    d, n = b - a, len(a)
    half = half_width(d, level)
    varies = n > 2 and a.std() > 0 and b.std() > 0
    mean = d.mean() if n else np.nan
    return pd.Series(
        {
            "without": a.mean() if n else np.nan,
            "with": b.mean() if n else np.nan,
            "difference": mean,
            "low": mean - half,
            "high": mean + half,
            "correlation": np.corrcoef(a, b)[0, 1] if varies else np.nan,
            "pairs": n,
        }
    )


def iter_samples(
    runs: pd.DataFrame, *measures: str
) -> Iterator[tuple[str, dict[str, pd.DataFrame], pd.DataFrame]]:
    """Yield for each case: (case, measure -> frame of replicates x arms, frame of which runs failed).

    Arms are in the order of their first appearance. NaN where a run failed, is missing, or has no finite
    value. Raises UserError.
    """
    for column in ("case", "arm", "replicate", *measures):
        if column not in runs:
            raise UserError(
                "runs have no column {column!r}{hint}",
                column=column,
                hint=suggest_names(column, list(map(str, runs.columns))),
            )
    twice = runs[runs.duplicated(["case", "arm", "replicate"])]
    if len(twice):
        case, arm, number = twice.iloc[0][["case", "arm", "replicate"]]
        raise UserError(
            "runs have case {case!r}, arm {arm!r}, replicate {number} twice; give each run once",
            case=case,
            arm=arm,
            number=number,
        )
    for case, part in runs.groupby("case", sort=False, observed=True):
        arms = list(dict.fromkeys(part["arm"]))
        lost = ~part["status"].isin(["done", ABSENT]) if "status" in part else pd.Series(False, part.index)
        wide = (
            part[["arm", "replicate", *dict.fromkeys(measures)]]
            .assign(lost=lost)
            .pivot(index="replicate", columns="arm")
        )
        failed = wide["lost"][arms].eq(True)
        values = {name: wide[name][arms].astype(float).mask(failed) for name in measures}
        yield case, {name: frame.where(np.isfinite(frame)) for name, frame in values.items()}, failed


def other_arms(reference: str, arms: Iterable[str], case: str) -> list[str]:
    """List the arms of a case other than `reference`. Raises UserError unless `reference` is in `arms`."""
    if reference not in arms:
        raise UserError(
            "case {case!r} has no arm {reference!r} to compare with{hint}",
            case=case,
            reference=reference,
            hint=suggest_names(str(reference), list(map(str, arms))),
        )
    return [arm for arm in arms if arm != reference]


def check_range(name: str, value: float, low: float, high: float) -> float:
    """Return `value` if low <= value < high. Raises UserError otherwise."""
    if not low <= value < high:
        raise UserError(
            "{name} = {value} is out of range; allowed is {low} to below {high}",
            name=name,
            value=value,
            low=low,
            high=high,
        )
    return value


def contrasts(
    runs: pd.DataFrame, measure: str, reference: str, matters: float = 0.0, level: float = 0.95
) -> pd.DataFrame:
    """Compare every other arm of a case with the arm `reference`, pair by pair; one row per (case, arm).

    Columns: reference, mean (of the two arms, over the complete pairs), difference, low, high (Student, this
    contrast only), low_all, high_all (the contrasts of the case hold jointly with probability `level`),
    correlation (between the arms over replicates: higher means more variance reduction from common random
    numbers), ratio (variance of the difference with independent random numbers in each arm over that with
    common ones), pairs, failed (pairs left out because a run failed), missing (pairs left out because the
    measure does not exist, or a run is missing), verdict (see `verdict`; undecided where `is_too_rare` pairs
    differ), further (see `pairs_needed`) and differ (number of pairs that differ). Raises UserError.
    """
    check_range("matters", matters, 0.0, np.inf)
    check_range("level", level, 0.5, 1.0)
    rows = {}
    for case, values, failed in iter_samples(runs, measure):
        wide = values[measure]
        others = other_arms(reference, wide.columns, case)
        sure = level_of_each(wide[others].sub(wide[reference], axis=0), level)
        for arm in others:
            estimate = difference(wide[reference], wide[arm], level)
            d = (wide[arm] - wide[reference]).dropna().to_numpy()
            half = half_width(d, sure)
            low, high = estimate.difference - half, estimate.difference + half
            word = (
                "identical"
                if len(d) > 1 and not d.any()
                else "undecided"
                if is_too_rare(d)
                else verdict(low, high, matters)
            )
            lost = int((failed[reference] | failed[arm]).sum())
            rows[case, arm] = {
                "reference": estimate["without"],
                "mean": estimate["with"],
                "difference": estimate.difference,
                "low": estimate.low,
                "high": estimate.high,
                "low_all": low,
                "high_all": high,
                "correlation": estimate.correlation,
                "ratio": variance_ratio(wide[reference], wide[arm]),
                "pairs": len(d),
                "failed": lost,
                "missing": len(wide) - len(d) - lost,
                "verdict": word,
                "further": pairs_needed(d, matters, sure) if word == "undecided" else 0.0,
                "differ": int(np.count_nonzero(d)),
            }
    return to_frame(rows, "case", "arm")


EVENTS = 10  # pairs that must differ before a mean is judged, where many pairs do not differ


def is_too_rare(d: np.ndarray) -> bool:
    """Return whether the paired differences (n,) are of an event too rare for Student's interval.

    That is: few of them differ from zero, and the rest are zero. With 30 replicates and probabilities of a
    few per cent the interval covers 71 % instead of 95 (`cogov bench coverage`).
    """
    return bool(0 < np.count_nonzero(d) < min(EVENTS, len(d)))


def half_width(d: np.ndarray, level: float = 0.95) -> np.ndarray:
    """Return the half-width of Student's interval of the mean over axis 0 of `d` (n, ...); NaN for n < 2."""
    n = len(d)
    return (
        stats.t.ppf((1.0 + level) / 2.0, n - 1) * np.std(d, axis=0, ddof=1) / np.sqrt(n)
        if n > 1
        else np.full(np.shape(d)[1:], np.nan)[()]
    )


def verdict(low: float, high: float, matters: float = 0.0) -> str:
    """Classify a difference by its interval; less than `matters` either way is negligible.

    "larger" and "smaller" claim a difference *that matters*: the whole interval lies beyond `matters`, not
    just beyond zero. An interval within -matters .. matters is "equivalent", even if it excludes zero (two
    one-sided tests, Schuirmann 1987). With matters = 0 only the sign is asked, and nothing can be equivalent.
    Otherwise, or without an interval: "undecided". (`contrasts` returns "identical" where no pair differs:
    an idle mechanism, or an event too rare for so few pairs.)

    >>> verdict(0.1, 0.3), verdict(0.1, 0.3, 0.2), verdict(0.1, 0.3, 0.5), verdict(-0.4, -0.3, 0.2)
    ('larger', 'undecided', 'equivalent', 'smaller')
    >>> verdict(-0.1, 0.1)
    'undecided'
    """
    if low > matters:
        return "larger"
    if high < -matters:
        return "smaller"
    return "equivalent" if matters and -matters <= low and high <= matters else "undecided"


def pairs_needed(d: np.ndarray, matters: float = 0.0, level: float = 0.95) -> float:
    """Return how many further pairs would settle an undecided difference with this mean and spread.

    `d` (n,): the paired differences. That many pairs bring the half-width down to the distance between the
    mean and the nearest boundary (-matters or matters). Means move: this is an order of magnitude, and half
    of the time more pairs are needed. Infinite where the mean is on the boundary, or so near that more than
    CAP pairs are needed; NaN for fewer than two pairs.
    """
    n = len(d)
    if n < 2:
        return np.nan
    distance, sd = abs(abs(d.mean()) - matters), d.std(ddof=1)
    if distance * np.sqrt(CAP) <= 2.0 * sd:
        return np.inf
    needed = float(n)
    for _ in range(50):  # the quantile falls as pairs are added
        needed, before = (
            max((stats.t.ppf((1.0 + level) / 2.0, max(needed, 2.0) - 1.0) * sd / distance) ** 2, 2.0),
            needed,
        )
        if abs(needed - before) < 0.5:
            break
    return max(float(np.floor(needed)) + 1.0 - n, 1.0)


def variance_ratio(a: pd.Series, b: pd.Series) -> float:
    """Return the variance of b - a with independent random numbers over that with common random numbers.

    The factor by which common random numbers reduce the number of pairs needed.
    """
    both = a.notna() & b.notna()
    if both.sum() < 2:
        return np.nan
    independent, paired = a[both].var() + b[both].var(), (b - a)[both].var()
    return independent / paired if paired > 0 else np.inf if independent > 0 else np.nan


def describe_contrast(row: pd.Series, matters: float = 0.0, share: bool = False) -> str:
    """Describe a row of `contrasts` in words; a share in percentage points."""
    lost = f" Left out because a run failed: {row.failed}." if row.failed else ""
    lost += (
        f" Left out because the measure does not exist or a run is missing: {row.missing}."
        if row.missing
        else ""
    )
    number, unit = (lambda x: f"{100 * x:+.1f}", " points") if share else (lambda x: f"{x:+.4g}", "")
    estimate = (
        f"{number(row.difference)}{unit} ({number(row.low_all)} to {number(row.high_all)}, {row.pairs} pairs)"
    )
    least = number(matters).lstrip("+") + unit
    if row.pairs < 2:
        if not row.pairs:
            return f"undecided: there is no pair of runs in which both arms have a value.{lost}"
        return f"undecided: one pair gives no interval; run more replicates.{lost}"
    beyond = f" by more than {least}, the smallest effect that matters" if matters else ""
    text = {
        "larger": f"larger{beyond}: {estimate}.",
        "smaller": f"smaller{beyond}: {estimate}.",
        "equivalent": f"equivalent: {estimate}, within ± {least}, the smallest effect that matters.",
        "identical": f"identical: no difference in any of {row.pairs} pairs.",
        "undecided": f"undecided: {estimate}; about {row.further:,.0f} further pairs would decide it, if the "
        "mean does not change.",
    }[row.verdict]
    if row.verdict == "undecided" and row.differ < min(EVENTS, row.pairs):
        text = (
            f"undecided: {estimate}; only {row.differ} of {row.pairs} pairs differ, too few for a "
            f"reliable interval; about {EVENTS} are needed."
        )
    elif row.verdict == "undecided" and not np.isfinite(row.further):
        text = (
            f"undecided: {estimate}; the mean is too close to the boundary of what matters for any "
            "feasible number of pairs to decide it."
        )
    return text + lost


def tabulate_contrasts(
    runs: pd.DataFrame,
    measures: Sequence[str],
    reference: str,
    matters: float | dict[str, float] = 0.0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compute `contrasts` of several measures: one row per (measure, case, arm).

    `matters` is one number, or measure -> number (0 for the others). Intervals are joint over the arms of one
    case and measure, not over measures: for m questions at once, pass level = 1 - (1 - level) / m. For
    equity, choose measures such as spread_between_buildings and owners_minus_tenants.
    """
    if not measures:
        raise UserError("no measure is named to tabulate; name one or more columns of the runs")
    least = matters if isinstance(matters, dict) else dict.fromkeys(measures, matters)
    unknown = [name for name in least if name not in measures]
    if unknown:
        raise UserError(
            "matters names {measure!r}, which is not one of the measures{hint}",
            measure=unknown[0],
            hint=suggest_names(unknown[0], list(measures)),
        )
    return pd.concat(
        {name: contrasts(runs, name, reference, least.get(name, 0.0), level) for name in measures},
        names=["measure"],
    )


def convergence(runs: pd.DataFrame, measure: str, reference: str, level: float = 0.95) -> pd.DataFrame:
    """Return the estimate from the first 2, 3, ... pairs by replicate: one row per (case, arm, pairs).

    Columns: replicate (the last one included), difference, half_width (Student, this contrast only), error
    (Monte Carlo standard error), lost (pairs left out so far: failed or missing). Raises UserError.
    """
    parts = {}
    for case, values, _ in iter_samples(runs, measure):
        wide = values[measure]
        for arm in other_arms(reference, wide.columns, case):
            d = (wide[arm] - wide[reference]).sort_index()
            lost = d.isna().cumsum()[d.notna()].to_numpy()
            d = d.dropna()
            n = np.arange(1, len(d) + 1)
            # relative to the first difference, so that sums of squares do not lose digits
            shifted = d.to_numpy() - (d.iloc[0] if len(d) else 0.0)
            mean = shifted.cumsum() / n
            error = np.sqrt(np.maximum((shifted**2).cumsum() - n * mean**2, 0.0) / np.maximum(n - 1, 1) / n)
            half = stats.t.ppf((1.0 + level) / 2.0, np.maximum(n - 1, 1)) * error
            columns = {
                "replicate": d.index,
                "difference": mean + d.to_numpy() - shifted,
                "half_width": half,
                "error": error,
                "lost": lost,
            }
            parts[case, arm] = pd.DataFrame(columns, index=pd.Index(n, name="pairs"))[1:]
    return pd.concat(parts, names=["case", "arm"]) if parts else to_frame({}, "case", "arm", "pairs")


def failures(runs: pd.DataFrame) -> pd.DataFrame:
    """Count runs and failed runs by (case, arm). Columns: runs, failed, share (failed / runs)."""
    lost = runs["status"] != "done" if "status" in runs else pd.Series(False, runs.index)
    counts = (
        lost.groupby([runs["case"], runs["arm"]], sort=False)
        .agg(["size", "sum"])
        .set_axis(["runs", "failed"], axis=1)
    )
    return counts.assign(share=counts["failed"] / counts["runs"])


def to_frame(rows: dict, *index: str) -> pd.DataFrame:
    """Build a frame from rows by key, with index levels named `index`; every column has its own dtype."""
    return pd.DataFrame(
        list(rows.values()),
        index=pd.MultiIndex.from_tuples(rows, names=index)
        if rows
        else pd.MultiIndex.from_arrays([[]] * len(index), names=index),
    )
