"""Ranges, shares of worlds and regrets are those that one counts by hand, whichever way is better."""

import numpy as np
import pandas as pd
import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.statistics.plausible_effects import (
    NONE,
    compare_pairs,
    describe_choices,
    describe_ranges,
    effects_by_world,
    ratio_of_means,
    regrets,
    sentence_of_disagreement,
    sentence_of_effect,
    values_by_world,
)

VALUES = pd.DataFrame({NONE: [0.5] * 20, "a": [0.6] * 15 + [0.4] * 5, "b": [0.52] * 20})


def test_lucks_of_a_world_are_averaged():
    runs = pd.DataFrame(
        {
            "arm": ["none", "a"] * 4,
            "replicate": [0, 0, 1, 1, 2, 2, 3, 3],
            "rate": [0.1, 0.5, 0.3, 0.7, 0.2, np.nan, 0.4, 0.9],
        }
    )
    table = values_by_world(runs, "rate", lucks=2)
    assert list(table.columns) == ["none", "a"]
    assert table.to_numpy() == pytest.approx(np.array([[0.2, 0.6], [0.3, 0.9]]))


def test_a_range_holds_half_and_nine_tenths_of_the_worlds():
    effects = pd.DataFrame({"a": np.arange(101) - 25.0})
    row = describe_ranges(effects, matters=10.0).loc["a"]
    ends = (row.p5, row.p25, row["median"], row.p75, row.p95)
    assert ends == pytest.approx((-20.9, -0.5, 25.0, 50.5, 70.9))
    assert (row.better, row.worse) == pytest.approx((75 / 101, 25 / 101))
    assert (row.matters, row.harms) == pytest.approx((65 / 101, 15 / 101))
    other = describe_ranges(effects, matters=10.0, smaller=True).loc["a"]
    assert (other.better, other.harms) == (row.worse, row.matters)


def test_a_further_world_lies_within_a_range_as_often_as_the_range_says():
    draw = np.random.default_rng(1)
    held = []
    for _ in range(800):
        d = np.exp(draw.standard_normal(60))
        row = describe_ranges(pd.DataFrame({"a": d[:59]})).loc["a"]
        held.append([row.p25 <= d[59] <= row.p75, row.p5 <= d[59] <= row.p95])
    assert np.mean(held, axis=0) == pytest.approx([0.5, 0.9], abs=0.05)


def test_few_worlds_give_no_range():
    row = describe_ranges(pd.DataFrame({"a": [1.0] * 9 + [np.nan] * 9})).loc["a"]
    assert row.worlds == 9 and np.isnan(row.p5) and row.better == 1.0
    assert "too few" in sentence_of_effect("a", NONE, row, "resolution_rate")


def test_regret_is_what_the_best_choice_of_the_same_world_has_more():
    loss = regrets(VALUES)
    assert loss.min(axis=None) == 0.0
    assert loss["a"].tolist() == pytest.approx([0.0] * 15 + [0.12] * 5)
    assert loss["b"].tolist() == pytest.approx([0.08] * 15 + [0.0] * 5)
    table = describe_choices(VALUES, matters=0.05)
    assert table.loc["a", "regret"] == pytest.approx(0.03)
    assert table.loc["b", "most_regret"] == pytest.approx(0.08)
    assert table["best"].tolist() == pytest.approx([0.0, 0.75, 0.25])
    assert table["good_enough"].tolist() == pytest.approx([0.25, 0.75, 0.25])
    assert describe_choices(VALUES, enough=0.52)["good_enough"].tolist() == pytest.approx([0.0, 0.75, 1.0])
    less = describe_choices(VALUES, enough=0.5, smaller=True)
    assert less["best"].tolist() == pytest.approx([0.75, 0.25, 0.0])
    assert less["good_enough"].tolist() == pytest.approx([1.0, 0.25, 0.0])


def test_regret_needs_worlds_in_which_every_arm_has_a_value():
    values = VALUES.copy()
    values.loc[5:, "b"] = np.nan
    with pytest.raises(UserError, match="5 worlds have a value in every arm, and 10 are needed"):
        regrets(values)


def test_pairs_are_compared_world_by_world_and_ties_count_half():
    pairs = compare_pairs(VALUES)
    assert pairs.loc["a", "b"] == 0.75 and pairs.loc["b", "a"] == 0.25
    assert np.isnan(pairs.loc["a", "a"])
    assert compare_pairs(VALUES, smaller=True).loc["a", "b"] == 0.25
    assert compare_pairs(VALUES.assign(b=VALUES["a"])).loc["a", "b"] == 0.5


def test_a_price_is_the_ratio_of_means_and_does_not_exist_without_a_cost():
    assert ratio_of_means([0.1, 0.3], [1.0, 3.0]) == pytest.approx(0.1)
    assert ratio_of_means([0.1, 0.3, np.nan], [0.0, 4.0, 9.0]) == pytest.approx(0.1)
    assert np.isnan(ratio_of_means([0.1, 0.3], [-1.0, 1.0]))


def test_a_sentence_counts_the_worlds_and_names_both_ranges():
    effects = effects_by_world(VALUES.assign(a=np.linspace(0.45, 0.7, 20)), NONE)
    table = describe_ranges(effects)
    words = sentence_of_effect("a", NONE, table.loc["a"], "resolution_rate")
    assert words.startswith("In 16 of 20 plausible worlds a improves")
    row = table.loc["a"]
    assert all(f"{100 * row[name]:+.1f}" in words for name in ("p5", "p25", "p75", "p95", "median"))
    worse = describe_ranges(-effects)
    assert "In 16 of 20 plausible worlds a worsens" in sentence_of_effect(
        "a", NONE, worse.loc["a"], "resolution_rate"
    )
    assert "在20个可信世界中，a在16个里改善了" in sentence_of_effect("a", NONE, row, "resolution_rate", "zh")


def test_a_verdict_warns_when_measures_disagree_on_the_sign():
    up, down = pd.DataFrame({"a": [0.1] * 20}), pd.DataFrame({"a": [-0.1] * 12 + [0.1] * 8})

    def ranges(serious, burden):
        parts = {
            "resolution_rate": describe_ranges(up).loc["a"],
            "resolution_rate_of_serious": describe_ranges(serious).loc["a"],
            "burden": describe_ranges(burden, smaller=True).loc["a"],
        }
        return pd.DataFrame(parts).T

    assert sentence_of_disagreement("a", ranges(up, -up), "resolution_rate") == ""
    words = sentence_of_disagreement("a", ranges(down, up), "resolution_rate")
    assert "serious ones” worsens in 12 of 20 worlds" in words
    assert "burden per adult” worsens in 20 of 20 worlds" in words
    assert "看法不一" in sentence_of_disagreement("a", ranges(down, up), "resolution_rate", "zh")
