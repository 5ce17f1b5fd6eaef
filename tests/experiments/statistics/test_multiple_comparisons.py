"""The choice of an arm is safe under common random numbers, and cheaper because of them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cogov.engine.texts.errors import UserError
from cogov.experiments.statistics.multiple_comparisons import (
    compare_with_best,
    intervals_with_best,
    margins,
    replicates_needed,
)


def make_runs(x, arms="abcdefgh", case="yard"):
    rows = [(case, arms[k], r, "done", x[r, k]) for k in range(x.shape[1]) for r in range(len(x))]
    return pd.DataFrame(rows, columns=["case", "arm", "replicate", "status", "rate"])


def draw_correlated(rng, n, means, sd, r=0.9):
    """Draw arms of unequal spread whose normal scores are strongly correlated."""
    return means + sd * (
        np.sqrt(r) * rng.normal(size=(n, 1)) + np.sqrt(1 - r) * rng.normal(size=(n, len(means)))
    )


def test_three_arms_by_hand():
    """Differences b - a: 1, 3; c - a: 5, 7; c - b: 4, 4.

    Means of a, b, c: 0, 2, 6; t at 0.975 with one degree is 12.706.
    """
    told = compare_with_best(
        make_runs(np.array([[0.0, 1.0, 5.0], [0.0, 3.0, 7.0]])), "rate", matters=0.5
    ).loc["yard"]
    w = stats.t.ppf(0.975, 1)  # the sd of both, root 2, over root 2
    assert told["mean"].tolist() == [0, 2, 6] and told["chosen"].tolist() == [False, False, True]
    # a lies 6 +- 12.7 below c, b lies 4 below it in every pair
    assert told["may_be_best"].tolist() == [
        True,
        False,
        True,
    ]
    assert told["high"].tolist() == pytest.approx([w - 6, 0, 4]) and told["low"].tolist() == pytest.approx(
        [-6 - w, 2 - w, 6 - w]
    )
    assert told["asked"].iloc[0] == np.ceil(2 * (w / 0.5) ** 2)


def test_smaller_is_better_where_it_is_said_so():
    x = draw_correlated(np.random.default_rng(1), 40, np.array([3.0, 1.0, 2.0]), 1.0)
    up, down = (
        compare_with_best(make_runs(-x), "rate").loc["yard"],
        compare_with_best(make_runs(x), "rate", larger=False).loc["yard"],
    )
    assert down["chosen"].tolist() == up["chosen"].tolist() == [False, True, False]
    np.testing.assert_allclose(down[["low", "high"]], -up[["high", "low"]])
    assert down.loc["b", "high"] <= down.loc["b", "low"] + 4 and down.loc["a", "low"] >= 0


def test_twins_may_both_be_best_and_neither_is_better():
    x = np.random.default_rng(2).normal(size=(20, 1))
    told = compare_with_best(make_runs(np.hstack([x, x, x - 1.0])), "rate", matters=0.0).loc["yard"]
    assert told["may_be_best"].tolist() == [True, True, False] and told["good_enough"].tolist() == [
        True,
        True,
        False,
    ]


def test_a_replicate_that_an_arm_lacks_is_left_out_of_all_and_a_dead_arm_takes_no_part():
    runs = make_runs(draw_correlated(np.random.default_rng(3), 20, np.array([0.0, 1.0, 2.0]), 1.0))
    runs.loc[(runs.arm == "a") & (runs.replicate < 4), "status"] = "failed"
    told = compare_with_best(runs, "rate").loc["yard"]
    assert told["replicates"].eq(16).all() and told["lost"].eq(4).all()
    runs.loc[runs.arm == "c", "status"] = "failed"
    told = compare_with_best(runs, "rate").loc["yard"]
    assert (
        np.isnan(told.loc["c", "mean"])
        and not told.loc["c", ["chosen", "may_be_best", "good_enough"]].any()
        and told.loc["b", "chosen"]
    )


@pytest.mark.filterwarnings("error")
def test_one_replicate_chooses_nothing_for_sure():
    told = compare_with_best(make_runs(np.array([[0.0, 1.0, 2.0]])), "rate", matters=0.5)
    assert (
        told["may_be_best"].all()
        and not told["good_enough"].any()
        and told[["low", "high", "asked"]].isna().all(axis=None)
    )


def test_all_intervals_hold_at_once_whatever_the_spreads():
    rng, means, sd = (
        np.random.default_rng(4),
        np.array([0.0, 0.1, 0.2, 0.3, 0.3]),
        np.array([0.5, 1.0, 2.0, 1.0, 3.0]),
    )
    others = np.array([np.delete(means, i).max() for i in range(5)])
    lowest = stats.binom.ppf(0.001, 2000, 0.95) / 2000  # the rule is conservative: no upper bound is promised
    for r in (0.0, 0.95):
        x = np.array([draw_correlated(rng, 20, means, sd, r) for _ in range(2000)])
        low, high = intervals_with_best(x)
        assert np.mean(((low <= means - others) & (means - others <= high)).all(axis=1)) >= lowest


def test_the_second_stage_chooses_rightly_and_common_random_numbers_make_it_cheap():
    """The best is ahead of all others by exactly what matters: the hardest case.

    Formulas for independent arms hold too, at many times the cost.
    """
    rng, sd, matters = np.random.default_rng(5), np.array([1.0, 2.0, 1.0, 1.5, 1.2]), 0.5
    means, right, ours, theirs = np.array([matters, 0.0, 0.0, 0.0, 0.0]), 0, [], []
    for _ in range(1000):
        first = draw_correlated(rng, 20, means, sd, 0.95)
        asked = int(replicates_needed(first, matters))
        right += (
            np.argmax(np.vstack([first, draw_correlated(rng, asked - 20, means, sd, 0.95)]).mean(axis=0)) == 0
        )
        s2 = first.var(axis=0, ddof=1)
        ours.append(asked)
        theirs.append(
            stats.t.ppf(1 - 0.05 / 4, 19) ** 2
            * max(s2[i] + s2[j] for i in range(5) for j in range(i))
            / matters**2
        )
    assert right / 1000 >= stats.binom.ppf(0.001, 1000, 0.95) / 1000
    assert np.mean(theirs) > 2.5 * np.mean(ours)


def test_after_the_second_stage_every_margin_is_what_matters():
    x = draw_correlated(np.random.default_rng(6), 20, np.zeros(4), np.array([1.0, 2.0, 3.0, 4.0]))
    assert margins(x)[1].max() * np.sqrt(20 / replicates_needed(x, 0.3)) == pytest.approx(0.3, rel=0.01)
    assert replicates_needed(x, 0.0) == np.inf and replicates_needed(x, 1e9) == 20


def test_choosing_needs_two_arms():
    with pytest.raises(UserError, match="needs 2 or more"):
        compare_with_best(make_runs(np.zeros((3, 1))), "rate")
