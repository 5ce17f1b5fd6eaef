"""Curves and means of waiting, with bands that account for shared random numbers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cogov.engine.texts.errors import UserError
from cogov.experiments.statistics.survival import survival
from cogov.model.measures import restricted_mean

# weeks in remission under 6-MP; + still in it
FREIREICH = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"


def make_issues(born, resolved, replicate, arm="nothing", case="yard"):
    return pd.DataFrame(
        {"case": case, "arm": arm, "replicate": replicate, "arose_day": born, "resolved_day": resolved}
    )


def draw_issues(rng, replicates, each, theta, days, shape=np.inf, arm="nothing", frailty=None):
    """Draw issues that arise at any time and take exponential times.

    The pace is the replicate's own (gamma of mean 1), or the same for all.
    """
    pace = (
        (np.ones(replicates) if shape == np.inf else rng.gamma(shape, 1 / shape, replicates))
        if frailty is None
        else frailty
    )
    who = np.repeat(np.arange(replicates), each)
    born = rng.uniform(0, days, len(who))
    done = born + rng.exponential(theta, len(who)) / pace[who]
    return make_issues(born, np.where(done < days, done, -1.0), who, arm)


def row_at(curves, day):
    """Return the row that holds on a day: the last at or before it."""
    return curves[curves.index <= day].iloc[-1]


def test_freireichs_patients_stay_in_remission_as_published():
    weeks = [int(one.rstrip("+")) for one in FREIREICH.split()]
    open_ = [one.endswith("+") for one in FREIREICH.split()]
    born = [100 - w if o else 0 for w, o in zip(weeks, open_)]
    told = survival(make_issues(born, [-1 if o else w for w, o in zip(weeks, open_)], range(21)), 35, 100)
    curve = told.curves.loc["yard", "nothing"]
    for week, share, at_risk in ((6, 0.8571, 21), (10, 0.7529, 15), (16, 0.6275, 11), (23, 0.4482, 6)):
        assert (
            curve.loc[week, "unresolved"] == pytest.approx(share, abs=5e-5)
            and curve.loc[week, "at_risk"] == at_risk
        )
    assert curve.loc[0].tolist() == [1.0, 1.0, 1.0, 21.0]


def test_exponential_waits_come_out_as_their_closed_form():
    rng, theta, days = np.random.default_rng(1), 40.0, 365
    told = survival(draw_issues(rng, 40, 500, theta, days), 180, days)
    curve = told.curves.loc["yard", "nothing"]
    for day in (10, 40, 100, 180):
        # three binomial errors of 20,000 issues
        assert row_at(curve, day).unresolved == pytest.approx(np.exp(-day / theta), abs=0.012)
    row = told.means.loc["yard", "nothing"]
    assert (
        row["mean"] == pytest.approx(theta * (1 - np.exp(-180 / theta)), rel=0.03)
        and row.low < row["mean"] < row.high
    )


def test_the_mean_is_that_of_measures_over_the_pooled_issues():
    issues = draw_issues(np.random.default_rng(2), 5, 40, 60.0, 200)
    resolved = issues["resolved_day"] >= 0
    time = np.where(resolved, issues["resolved_day"], 200) - issues["arose_day"]
    row = survival(issues, 90, 200).means.loc["yard", "nothing"]
    assert row["mean"] == restricted_mean(time, resolved, 90)
    assert row[["issues", "resolved", "replicates"]].tolist() == [200, resolved.sum(), 5]


def test_what_was_given_up_stays_at_risk_to_the_end_of_the_run():
    told = survival(make_issues([0, 0, 0, 50], [10, -1, -1, -1], [0, 0, 1, 1]), 100, 100)
    assert told.curves.loc["yard", "nothing"]["unresolved"].tolist() == [1.0, 0.75]
    assert told.means.loc[("yard", "nothing"), "mean"] == 10 + 90 * 0.75


@pytest.mark.parametrize("n", [60, pytest.param(400, marks=pytest.mark.slow)])
def test_band_and_mean_hold_when_issues_of_a_replicate_are_correlated(n):
    """A gamma pace per replicate: S(t) = (1 + t / (shape theta)) ** -shape.

    Treating issues as independent would cover half of the time.
    """
    rng, theta, shape, days = np.random.default_rng(3), 30.0, 4.0, 365
    share = (1 + 30 / (shape * theta)) ** -shape
    grid = np.linspace(0, 90, 9001)
    mean = np.trapezoid((1 + grid / (shape * theta)) ** -shape, grid)
    held = np.zeros(3)
    for _ in range(n):
        told = survival(draw_issues(rng, 20, 60, theta, days, shape), 90, days)
        row, point = told.means.iloc[0], row_at(told.curves.loc["yard", "nothing"], 30)
        # what a binomial error over issues would claim, at the least
        naive = 1.96 * np.sqrt(share * (1 - share) / 1200)
        held += [
            row.low <= mean <= row.high,
            point.low <= share <= point.high,
            abs(point.unresolved - share) <= naive,
        ]
    lowest = stats.binom.ppf(0.001, n, 0.95) / n
    assert (held[:2] / n >= lowest).all() and held[2] / n < 0.75


def test_a_difference_pairs_replicates_and_is_the_sharper_for_it():
    rng = np.random.default_rng(4)
    pace = rng.gamma(4.0, 0.25, 20)
    arms = [
        draw_issues(rng, 20, 100, theta, 365, arm=arm, frailty=pace)
        for arm, theta in (("nothing", 40.0), ("captains", 30.0))
    ]
    means = survival(pd.concat(arms), 90, 365, "nothing").means.loc["yard"]
    row = means.loc["captains"]
    assert row.difference == pytest.approx(row["mean"] - means.loc["nothing", "mean"]) and row.pairs == 20
    assert row.difference_high < 0
    assert row.difference_high - row.difference_low < 0.6 * np.hypot(
        row.high - row.low, means.loc["nothing", "high"] - means.loc["nothing", "low"]
    )


def test_the_same_issues_in_both_arms_differ_in_nothing():
    one = draw_issues(np.random.default_rng(5), 6, 20, 40.0, 200)
    row = survival(pd.concat([one, one.assign(arm="idle")]), 90, 200, "nothing").means.loc["yard", "idle"]
    assert (row.difference, row.difference_low, row.difference_high) == (0, 0, 0)


@pytest.mark.filterwarnings("error")
def test_one_replicate_has_a_curve_but_no_band():
    told = survival(make_issues([0, 0, 5], [3, -1, 9], [7, 7, 7]), 20, 20)
    curve, row = told.curves.loc["yard", "nothing"], told.means.iloc[0]
    assert curve["unresolved"].tolist() == pytest.approx([1, 2 / 3, 1 / 3]) and curve[
        "low"
    ].isna().tolist() == [False, True, True]
    assert row["mean"] > 0 and np.isnan(row.low)
    none = survival(make_issues([0, 3], [-1, -1], [0, 1]), 20, 20)
    assert none.curves["unresolved"].tolist() == [1.0] and none.means.iloc[0][
        ["mean", "low", "high"]
    ].tolist() == [20, 20, 20]
    at_once = survival(make_issues([0, 3], [0, -1], [0, 1]), 20, 20).curves
    assert at_once.index.get_level_values("day").tolist() == [0] and at_once["unresolved"].tolist() == [0.5]


def test_what_cannot_be_meant_is_an_error():
    one = make_issues([0], [3], [0])
    for asked, words in (((200, 100), "horizon = 200"), ((10, 100, "nobody"), "no arm 'nobody'")):
        with pytest.raises(UserError, match=words):
            survival(one, *asked)
    with pytest.raises(UserError, match="no column 'arose_day'"):
        survival(one.drop(columns="arose_day"), 10, 20)
