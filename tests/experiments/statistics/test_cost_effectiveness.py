"""The cost per issue, with an interval where there is one, and a plain word where there is none."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cogov.engine.texts.errors import UserError
from cogov.experiments.statistics.cost_effectiveness import (
    classify_arms,
    classify_by_frontier,
    fieller,
    price_arms,
    quadrant,
)


def make_runs(arms):
    """Return runs from arm -> (resolved_in_time, yuan, hours) by replicate."""
    rows = [("yard", arm, r, "done", *told) for arm, rows in arms.items() for r, told in enumerate(rows)]
    return pd.DataFrame(
        rows, columns=["case", "arm", "replicate", "status", "resolved_in_time", "yuan", "hours"]
    )


BY_HAND = make_runs(
    {
        "nothing": [(10, 100, 50), (12, 110, 50), (14, 120, 50)],
        "captains": [
            (19, 300, 48),
            (22, 310, 47),
            (25, 350, 49),
        ],  # 9, 10, 11 more; 200, 200, 230 yuan more; 2, 3, 1 hours fewer
        "talk": [(10, 300, 60), (13, 320, 60), (13, 310, 60)],  # 0, 1, -1 more
        "waste": [(5, 200, 60), (8, 210, 60), (9, 220, 60)],  # 5, 4, 5 fewer; 100 yuan and 10 hours more
    }
)


def test_a_price_by_hand():
    told = price_arms(BY_HAND, "nothing").loc[("yard", "captains")]
    assert (told.resolved_in_time, told.yuan, told.hours, told.pairs, told.lost) == (10, 210, -2, 3, 0)
    assert told.yuan_each == 21 and told.hours_each == -0.2
    # effect: mean 10, variance of the mean 1/3; yuan: 210, 100; covariance of the means 5; t with 2
    # degrees: 4.3027, its square 18.513
    t2 = 18.5128
    a, b, c = 100 - t2 / 3, 2100 - t2 * 5, 44100 - t2 * 100
    root = np.sqrt(b * b - a * c)
    assert (told.yuan_each_low, told.yuan_each_high) == pytest.approx(
        ((b - root) / a, (b + root) / a), rel=1e-5
    )
    assert told.yuan_quadrant == "more effect, higher cost" and told.yuan_words.startswith("21.0 yuan (")
    assert told.hours_quadrant == "more effect, no clear cost difference"  # -2 hours, give or take 2.5


def test_an_effect_that_may_be_zero_has_no_finite_price():
    told = price_arms(BY_HAND, "nothing").loc[("yard", "talk")]
    assert np.isnan(told.yuan_each) and (told.yuan_each_low, told.yuan_each_high) == (-np.inf, np.inf)
    assert (
        told.yuan_words == "no finite cost per issue in yuan: the effect may be zero"
        and told.yuan_quadrant == "no clear effect, higher cost"
    )


def test_fewer_for_more_is_dominated_and_has_no_price():
    told = price_arms(BY_HAND, "nothing").loc[("yard", "waste")]
    assert told.yuan_quadrant == "less effect, higher cost: dominated" and "dominated by" in told.yuan_words


def test_at_the_ends_of_fiellers_interval_the_t_test_just_rejects():
    rng = np.random.default_rng(1)
    effect = 5 + rng.normal(size=12)
    cost = 40 + 3 * effect + rng.normal(size=12)
    low, high, shape = fieller(cost, effect)
    assert shape == 0 and low < cost.mean() / effect.mean() < high
    for end in (low, high):
        assert stats.ttest_1samp(cost - end * effect, 0.0).pvalue == pytest.approx(0.05)


def test_fieller_tells_the_three_shapes_apart():
    wobble = np.array([-1.0, 1.0, -2.0, 2.0, 0.5, -0.5])
    assert fieller(10 + wobble, 10 + wobble[::-1])[2] == 0
    # the cost is clear, the effect is not: anything but prices near zero
    assert fieller(10 + wobble, 0.1 + wobble[::-1])[2] == 1
    assert fieller(0.1 + wobble, 0.1 + wobble[::-1])[2] == 2
    assert (
        np.isnan(fieller(np.zeros(3), np.zeros(3))).all() and np.isnan(fieller(np.ones(1), np.ones(1))).all()
    )


@pytest.mark.filterwarnings("error")
def test_one_pair_and_none_have_no_price():
    for rows in (BY_HAND[BY_HAND.replicate == 0], BY_HAND.assign(status="failed")):
        told = price_arms(rows, "nothing")
        assert (
            told["yuan_words"].eq("fewer than two pairs: no cost per issue can be computed").all()
            and told["yuan_each_low"].isna().all()
        )
    assert classify_arms(BY_HAND.assign(status="failed"))["status"].eq("no value").all()


def test_a_pair_lacking_any_of_the_three_is_lost():
    runs = BY_HAND.copy()
    runs.loc[(runs.arm == "captains") & (runs.replicate == 1), "hours"] = np.nan
    told = price_arms(runs, "nothing").loc[("yard", "captains")]
    assert (told.pairs, told.lost, told.yuan) == (2, 1, 215)


def test_quadrants_are_decided_by_intervals_not_by_points():
    assert quadrant(1, 2, -9, -3) == "more effect, lower cost: dominant"
    assert quadrant(-2, -1, -9, -3) == "less effect, lower cost"
    assert quadrant(-1, 2, 3, 9) == "no clear effect, higher cost"
    assert quadrant(np.nan, np.nan, 3, 9) == "no interval"


def test_the_frontier_by_hand():
    """From nothing to a 10 yuan an issue; c is beyond b's 100 an issue at 40; d does less than a for more."""
    told = classify_by_frontier(
        {"c": (20, 500), "nothing": (0, 0), "d": (9, 120), "b": (11, 400), "a": (10, 100), "e": (22, 900)}
    )
    assert list(told) == ["nothing", "a", "d", "b", "c", "e"]
    assert [told[arm][0] for arm in told] == [
        "frontier",
        "frontier",
        "dominated",
        "extendedly dominated",
        "frontier",
        "frontier",
    ]
    assert [told[arm][2] for arm in ("a", "c", "e")] == [10, 40, 200]
    assert told["d"][1] == "a" and told["b"][1] == "a, c"


def test_the_frontier_is_convex_and_nobody_on_it_is_beaten():
    rng = np.random.default_rng(2)
    for _ in range(50):
        arms = {k: tuple(rng.integers(0, 12, 2).tolist()) for k in range(8)}
        told = classify_by_frontier(arms)
        kept = [arm for arm in told if told[arm][0] == "frontier"]
        each = [told[arm][2] for arm in kept[1:]]
        assert each == sorted(set(each)) and all(one > 0 for one in each)
        for pay in rng.uniform(0, 10, 20):  # at any price per issue, the best arm is on the frontier
            worth = {arm: pay * e - c for arm, (e, c) in arms.items()}
            assert max(worth.values()) == pytest.approx(max(worth[arm] for arm in kept))


def test_the_frontier_of_runs_uses_what_all_arms_have():
    runs = BY_HAND.copy()
    runs.loc[(runs.arm == "waste") & (runs.replicate == 2), "status"] = "failed"
    told = classify_arms(runs).loc["yard"]
    assert (
        told.loc["nothing"].tolist()[:3] == [11, 105, "frontier"]
        and told.loc["captains", "each"] == 200 / 9.5
    )
    assert told["status"].to_dict() == {
        "nothing": "frontier",
        "waste": "dominated",
        "captains": "frontier",
        "talk": "dominated",
    }


def test_a_cost_that_runs_do_not_have_is_an_error():
    with pytest.raises(UserError, match="no column 'yen'"):
        classify_arms(BY_HAND, "yen")
