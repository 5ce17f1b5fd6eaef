"""Statistics of a sweep: every arm against a reference under the same luck, with intervals that hold one by one and all together.

A sweep's `runs` has one row per run: `case`, `arm`, `replicate` (the same number is the same luck in every arm of a case),
`status` ("done" or "failed"), and one column per measure. A pair is one replicate of two arms.
"""

import numpy as np
import pandas as pd
from scipy import stats

from ...engine.parameters import UserError
from ...engine.toml_reader import guess
from .simultaneous import level_of_each

ABSENT = "absent"  # status of a row that only says that an arm has no run
CAP = 1_000_000  # further pairs beyond which a question counts as one that pairs cannot settle


def difference(without, with_, level=0.95):
    """The paired difference of two samples of the same lucks; pairs in which a measure does not exist are left out."""
    both = without.notna() & with_.notna()
    a, b = without[both].to_numpy(), with_[both].to_numpy()
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


def samples(runs, *measures):
    """Case by case: (case, {measure: its frame of replicates x arms}, frame of which runs failed).

    Arms stand as they first come. NaN where a run failed, is not there, or has no finite value. Raises UserError.
    """
    for column in ("case", "arm", "replicate", *measures):
        if column not in runs:
            raise UserError(f"runs have no column {column!r}{guess(column, list(map(str, runs.columns)))}")
    twice = runs[runs.duplicated(["case", "arm", "replicate"])]
    if len(twice):
        case, arm, number = twice.iloc[0][["case", "arm", "replicate"]]
        raise UserError(f"runs have case {case!r}, arm {arm!r}, replicate {number} twice; give each run once")
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


def against(reference, arms, case):
    """The other arms of a case. Raises UserError when the reference is not among them."""
    if reference not in arms:
        raise UserError(
            f"case {case!r} has no arm {reference!r} to compare "
            f"with{guess(str(reference), list(map(str, arms)))}"
        )
    return [arm for arm in arms if arm != reference]


def in_range(name, value, low, high):
    """The number itself, if low <= value and value < high. Raises UserError."""
    if not low <= value < high:
        raise UserError(f"{name} = {value} is out of range; allowed is {low} to below {high}")
    return value


def contrasts(runs, measure, reference, matters=0.0, level=0.95):
    """Every other arm of a case against its arm `reference`, pair by pair; one row per (case, arm).

    Columns: reference, mean (of the two arms, over the pairs that count), difference, low, high (Student, this one contrast),
    low_all, high_all (all contrasts of the case hold together with probability `level`), correlation (of the two arms:
    what the same luck achieved), ratio (variance of the difference with other luck in each arm over that with the same),
    pairs, failed (pairs left out because a run failed), missing (pairs left out because the measure does not exist, or a
    run is not there), verdict (see `verdict`; undecided where `too_few` differ), further (see `pairs_needed`) and differ (pairs that do). Raises UserError.
    """
    in_range("matters", matters, 0.0, np.inf)
    in_range("level", level, 0.5, 1.0)
    rows = {}
    for case, values, failed in samples(runs, measure):
        wide = values[measure]
        others = against(reference, wide.columns, case)
        sure = level_of_each(wide[others].sub(wide[reference], axis=0), level)
        for arm in others:
            told = difference(wide[reference], wide[arm], level)
            d = (wide[arm] - wide[reference]).dropna().to_numpy()
            half = half_width(d, sure)
            low, high = told.difference - half, told.difference + half
            word = (
                "alike"
                if len(d) > 1 and not d.any()
                else "undecided"
                if too_few(d)
                else verdict(low, high, matters)
            )
            lost = int((failed[reference] | failed[arm]).sum())
            rows[case, arm] = {
                "reference": told["without"],
                "mean": told["with"],
                "difference": told.difference,
                "low": told.low,
                "high": told.high,
                "low_all": low,
                "high_all": high,
                "correlation": told.correlation,
                "ratio": variance_ratio(wide[reference], wide[arm]),
                "pairs": len(d),
                "failed": lost,
                "missing": len(wide) - len(d) - lost,
                "verdict": word,
                "further": pairs_needed(d, matters, sure) if word == "undecided" else 0.0,
                "differ": int(np.count_nonzero(d)),
            }
    return to_frame(rows, "case", "arm")


EVENTS = 10  # pairs that must differ before a mean is judged where many do not


def too_few(d):
    """Whether the paired differences (n,) are of an event too rare for Student's interval: few of them differ from zero, and the rest are zero.

    With 30 replicates and chances of a few per cent the interval covers 71 % instead of 95 (`cogov bench coverage`).
    """
    return 0 < np.count_nonzero(d) < min(EVENTS, len(d))


def half_width(d, level=0.95):
    """Half of Student's interval of the mean along the first axis of `d` (n, ...); NaN where n < 2."""
    n = len(d)
    return (
        stats.t.ppf((1.0 + level) / 2.0, n - 1) * np.std(d, axis=0, ddof=1) / np.sqrt(n)
        if n > 1
        else np.full(np.shape(d)[1:], np.nan)[()]
    )


def verdict(low, high, matters=0.0):
    """What an interval says of a difference, when less than `matters` either way is of no account.

    "larger" and "smaller" claim a difference *that matters*: the whole interval lies beyond it, not just beyond zero. An
    interval within -matters .. matters is "equivalent", though it may leave zero out (two one-sided tests, Schuirmann
    1987). With matters = 0 only the sign is asked, and nothing can be equivalent. Else, or without an interval: "undecided".
    (`contrasts` says "alike" where no pair differs at all: an idle mechanism, or an event too rare for so few pairs.)

    >>> verdict(0.1, 0.3), verdict(0.1, 0.3, 0.2), verdict(0.1, 0.3, 0.5), verdict(-0.4, -0.3, 0.2), verdict(-0.1, 0.1)
    ('larger', 'undecided', 'equivalent', 'smaller', 'undecided')
    """
    if low > matters:
        return "larger"
    if high < -matters:
        return "smaller"
    return "equivalent" if matters and -matters <= low and high <= matters else "undecided"


def pairs_needed(d, matters=0.0, level=0.95):
    """How many further pairs would settle an undecided difference, if its mean and spread stay what they are.

    `d` (n,): the paired differences. So many pairs bring the half-width down to the distance between the mean and the nearest
    boundary (-matters or matters). Means move: read it as an order of magnitude; half of the time it takes more. Infinite where
    the mean sits on the boundary, or so near that more than CAP pairs are asked; NaN where fewer than two pairs are there.
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


def variance_ratio(a, b):
    """Variance of the difference with other luck in each arm, over that with the same: so many times fewer pairs are needed."""
    both = a.notna() & b.notna()
    if both.sum() < 2:
        return np.nan
    apart, own = a[both].var() + b[both].var(), (b - a)[both].var()
    return apart / own if own > 0 else np.inf if apart > 0 else np.nan


def sentence(row, matters=0.0, share=False):
    """A row of `contrasts` in words; of a share, in percentage points."""
    lost = f" Left out because a run failed: {row.failed}." if row.failed else ""
    lost += (
        f" Left out because the measure does not exist or a run is not there: {row.missing}."
        if row.missing
        else ""
    )
    number, unit = (lambda x: f"{100 * x:+.1f}", " points") if share else (lambda x: f"{x:+.4g}", "")
    found = (
        f"{number(row.difference)}{unit} ({number(row.low_all)} to {number(row.high_all)}, {row.pairs} pairs)"
    )
    least = number(matters).lstrip("+") + unit
    if row.pairs < 2:
        if not row.pairs:
            return (
                "undecided: there is no pair of runs in which both arms have a value, so nothing can be "
                f"said of their difference.{lost}"
            )
        return f"undecided: one pair is an anecdote; no interval can be given. Ask for more replicates.{lost}"
    beyond = f" by more than {least}, which matters" if matters else ""
    said = {
        "larger": f"larger{beyond}: {found}.",
        "smaller": f"smaller{beyond}: {found}.",
        "equivalent": f"equivalent: {found}, nowhere more than the {least} that "
        f"matter{'' if share else 's'}.",
        "alike": f"alike: in none of {row.pairs} pairs is there any difference.",
        "undecided": f"undecided: {found}; some {row.further:,.0f} further pairs would settle it, if the "
        "mean stays where it is.",
    }[row.verdict]
    if row.verdict == "undecided" and row.differ < min(EVENTS, row.pairs):
        said = (
            f"undecided: {found}; only {row.differ} of {row.pairs} pairs differ at all, too few to judge the "
            f"interval by; some {EVENTS} are needed."
        )
    elif row.verdict == "undecided" and not np.isfinite(row.further):
        said = (
            f"undecided: {found}; the mean sits on the boundary of what matters, and no affordable number of "
            "pairs promises to settle it."
        )
    return said + lost


def table(runs, measures, reference, matters=0.0, level=0.95):
    """`contrasts` of several measures, one row per (measure, case, arm); `matters` one number, or measure -> number (else 0).

    Intervals are joint over the arms of one case and measure, not over measures: for m questions asked at once, give
    level = 1 - (1 - level) / m. Equity is a matter of measures: spread_between_buildings, owners_minus_tenants ...
    """
    if not measures:
        raise UserError("no measure is named to tabulate; name one or more columns of the runs")
    least = matters if isinstance(matters, dict) else dict.fromkeys(measures, matters)
    unknown = [name for name in least if name not in measures]
    if unknown:
        raise UserError(
            f"matters names {unknown[0]!r}, which is not asked for{guess(unknown[0], list(measures))}"
        )
    return pd.concat(
        {name: contrasts(runs, name, reference, least.get(name, 0.0), level) for name in measures},
        names=["measure"],
    )


def convergence(runs, measure, reference, level=0.95):
    """How the estimate settles: one row per (case, arm, pairs), for the first 2, 3, ... pairs in the order of replicates.

    Columns: replicate (the last that is in), difference, half_width (Student, this one contrast), error (Monte Carlo standard
    error), lost (pairs left out so far: failed or missing). Raises UserError.
    """
    parts = {}
    for case, values, _ in samples(runs, measure):
        wide = values[measure]
        for arm in against(reference, wide.columns, case):
            d = (wide[arm] - wide[reference]).sort_index()
            lost = d.isna().cumsum()[d.notna()].to_numpy()
            d = d.dropna()
            n = np.arange(1, len(d) + 1)
            away = d.to_numpy() - (
                d.iloc[0] if len(d) else 0.0
            )  # from the first, so that sums of squares keep their digits
            mean = away.cumsum() / n
            error = np.sqrt(np.maximum((away**2).cumsum() - n * mean**2, 0.0) / np.maximum(n - 1, 1) / n)
            half = stats.t.ppf((1.0 + level) / 2.0, np.maximum(n - 1, 1)) * error
            told = {
                "replicate": d.index,
                "difference": mean + d.to_numpy() - away,
                "half_width": half,
                "error": error,
                "lost": lost,
            }
            parts[case, arm] = pd.DataFrame(told, index=pd.Index(n, name="pairs"))[1:]
    return pd.concat(parts, names=["case", "arm"]) if parts else to_frame({}, "case", "arm", "pairs")


def failures(runs):
    """Runs, and how many of them failed, by (case, arm)."""
    lost = runs["status"] != "done" if "status" in runs else pd.Series(False, runs.index)
    told = (
        lost.groupby([runs["case"], runs["arm"]], sort=False)
        .agg(["size", "sum"])
        .set_axis(["runs", "failed"], axis=1)
    )
    return told.assign(share=told["failed"] / told["runs"])


def to_frame(rows, *index):
    """Rows by key as a table whose columns keep their kinds."""
    return pd.DataFrame(
        list(rows.values()),
        index=pd.MultiIndex.from_tuples(rows, names=index)
        if rows
        else pd.MultiIndex.from_arrays([[]] * len(index), names=index),
    )
