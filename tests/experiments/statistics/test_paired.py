"""Contrasts of a sweep: paired, and joint over the arms of a case.

Failed runs and undecided contrasts are reported as such.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison import compare
from cogov.experiments.statistics.paired import (
    contrasts,
    convergence,
    describe_contrast,
    difference,
    failures,
    half_width,
    pairs_needed,
    tabulate_contrasts,
    verdict,
)
from cogov.experiments.statistics.simultaneous import critical, level_of_each


def make_runs(arms, case="yard", replicates=None):
    """Return runs of one case from arm -> values by replicate."""
    rows = [
        (case, arm, r, "done", float(x))
        for arm, values in arms.items()
        for r, x in zip(replicates or range(len(values)), values)
    ]
    return pd.DataFrame(rows, columns=["case", "arm", "replicate", "status", "rate"])


def draw_paired_runs(seed, gains, n=30, own=0.5):
    """Draw arms with common random numbers: a common part, a gain, a part of their own."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=n)
    return make_runs(
        {"nothing": shared, **{arm: shared + gain + own * rng.normal(size=n) for arm, gain in gains.items()}}
    )


def test_the_comparison_of_two_arms_uses_the_same_difference():
    assert compare.difference is difference


def test_one_arm_alone_has_the_interval_of_the_paired_t_test():
    runs = draw_paired_runs(1, {"captains": 0.4})
    row = contrasts(runs, "rate", "nothing").loc["yard", "captains"]
    wide = runs.pivot(index="replicate", columns="arm", values="rate")
    theirs = stats.ttest_rel(wide["captains"], wide["nothing"]).confidence_interval(0.95)
    assert (row.low, row.high) == pytest.approx((theirs.low, theirs.high))
    assert (row.low_all, row.high_all) == pytest.approx((theirs.low, theirs.high))
    assert row.ratio == pytest.approx(
        (wide["captains"].var() + wide["nothing"].var()) / (wide["captains"] - wide["nothing"]).var()
    )
    assert row.correlation == pytest.approx(wide.corr().iloc[0, 1]) and row.pairs == 30


def test_pairs_are_made_by_replicate_whatever_the_order_of_rows():
    runs = draw_paired_runs(2, {"captains": 0.4, "patrol": 0.1})
    mixed = contrasts(runs.sample(frac=1.0, random_state=3), "rate", "nothing")
    pd.testing.assert_frame_equal(mixed.sort_index(), contrasts(runs, "rate", "nothing").sort_index())


def test_several_arms_are_held_to_more_than_one_and_less_than_bonferroni_asks():
    row = contrasts(draw_paired_runs(3, dict.fromkeys("abcd", 0.0)), "rate", "nothing").loc["yard", "a"]
    alone, joint = row.high - row.difference, row.high_all - row.difference
    bonferroni = alone * stats.t.ppf(1 - 0.025 / 4, 29) / stats.t.ppf(0.975, 29)
    assert 1.05 * alone < joint < bonferroni


@pytest.mark.parametrize(("k", "dunnett"), [(2, 2.21), (3, 2.35), (4, 2.44), (5, 2.51)])
def test_with_arms_that_share_a_reference_the_critical_value_is_dunnetts(k, dunnett):
    """Two-sided 5 % points for infinite degrees of freedom (Dunnett 1964, table II)."""
    assert critical(np.full((k, k), 0.5) + 0.5 * np.eye(k), 10**6) == pytest.approx(dunnett, abs=0.006)


@pytest.mark.parametrize(("k", "df"), [(2, 9), (4, 29), (8, 15)])
def test_independent_differences_ask_for_sidaks_level(k, df):
    """Each with a standard deviation of its own.

    Then all are right at once with the product of their levels (Sidak 1967).
    """
    assert 2 * stats.t.sf(critical(np.eye(k), df), df) == pytest.approx(1 - 0.95 ** (1 / k), rel=0.02)


def test_in_small_samples_the_critical_value_is_that_of_a_plain_simulation():
    rng, n, k = np.random.default_rng(5), 6, 3
    correlation = np.array([[1.0, 0.8, -0.3], [0.8, 1.0, 0.1], [-0.3, 0.1, 1.0]])
    z = rng.normal(size=(100_000, n, k)) @ np.linalg.cholesky(correlation).T
    t = np.abs(z.mean(axis=1)) / z.std(axis=1, ddof=1) * np.sqrt(n)
    assert np.mean(t.max(axis=1) <= critical(correlation, n - 1)) == pytest.approx(0.95, abs=0.003)


def test_differences_in_step_are_one_question_and_constant_ones_are_none():
    one = np.random.default_rng(6).normal(size=(400, 1))
    assert level_of_each(np.hstack([one, 2 * one, -one])) < 0.957
    assert level_of_each(np.hstack([one, np.ones((400, 3))])) == pytest.approx(0.95)
    assert level_of_each(np.full((5, 2), np.nan)) == 0.95


def test_two_pairs_always_look_correlated_and_are_not_believed():
    assert level_of_each(np.random.default_rng(7).normal(size=(2, 3))) == pytest.approx(1 - 0.05 / 3)


def test_a_crowd_of_arms_is_held_to_bonferroni():
    assert level_of_each(np.random.default_rng(8).normal(size=(30, 60))) == pytest.approx(1 - 0.05 / 60)


@pytest.mark.parametrize(
    ("low", "high", "matters", "word"),
    [
        (0.01, 0.5, 0.0, "larger"),
        (-0.5, -0.01, 0.0, "smaller"),
        (-0.1, 0.1, 0.0, "undecided"),
        (0.0, 0.1, 0.0, "undecided"),
        (0.0, 0.0, 0.0, "undecided"),
        (0.11, 0.5, 0.1, "larger"),
        (0.09, 0.5, 0.1, "undecided"),
        (0.01, 0.1, 0.1, "equivalent"),
        (-0.1, 0.1, 0.1, "equivalent"),
        (-0.5, -0.11, 0.1, "smaller"),
        (-0.11, 0.05, 0.1, "undecided"),
        (np.nan, np.nan, 0.1, "undecided"),
    ],
)
def test_a_verdict_claims_what_the_whole_interval_claims(low, high, matters, word):
    assert verdict(low, high, matters) == word


@pytest.mark.parametrize(("mean", "matters"), [(0.1, 0.0), (0.3, 0.2), (-0.3, 0.2), (0.05, 0.2)])
def test_so_many_further_pairs_settle_it_and_one_fewer_does_not(mean, matters):
    d = stats.zscore(np.random.default_rng(9).normal(size=40), ddof=1) + mean
    n, distance = 40 + pairs_needed(d, matters), abs(abs(mean) - matters)
    assert (
        stats.t.ppf(0.975, n - 1) / np.sqrt(n)
        <= distance * (1 + 1e-6)
        < stats.t.ppf(0.975, n - 2) / np.sqrt(n - 1) * (1 + 2e-6)
    )


def test_on_the_boundary_no_number_of_pairs_settles_it_and_the_sentence_says_so():
    d = stats.zscore(np.random.default_rng(10).normal(size=20), ddof=1)
    assert pairs_needed(d + 0.2 - d.mean(), 0.2) == np.inf
    row = contrasts(
        make_runs({"nothing": np.zeros(20), "a": d + 0.2 - d.mean()}), "rate", "nothing", matters=0.2
    ).iloc[0]
    assert row.verdict == "undecided" and row.further == np.inf and "boundary" in describe_contrast(row, 0.2)


def test_what_failed_and_what_is_missing_is_left_out_and_counted():
    runs = draw_paired_runs(11, {"captains": 0.4, "patrol": 0.1}, n=10)
    runs.loc[(runs.arm == "captains") & (runs.replicate == 2), ["status", "rate"]] = ["failed", np.nan]
    runs.loc[(runs.arm == "captains") & (runs.replicate == 3), "rate"] = np.nan
    runs.loc[(runs.arm == "captains") & (runs.replicate == 6), "rate"] = np.inf
    runs = runs[~((runs.arm == "captains") & (runs.replicate == 4))]
    # its number is not believed
    runs.loc[(runs.arm == "patrol") & (runs.replicate == 5), ["status", "rate"]] = [
        "failed",
        99.0,
    ]
    told = contrasts(runs, "rate", "nothing").loc["yard"]
    assert told.loc["captains", ["pairs", "failed", "missing"]].tolist() == [6, 1, 3]
    assert told.loc["patrol", ["pairs", "failed", "missing"]].tolist() == [9, 1, 0]
    assert told.loc["patrol", "mean"] < 9 and "run failed: 1" in describe_contrast(told.loc["patrol"])
    whole = runs.pivot(index="replicate", columns="arm", values="rate").drop(index=5)
    assert told.loc["patrol", "reference"] == pytest.approx(whole["nothing"].mean())
    assert failures(runs).loc[("yard", "patrol")].tolist() == [10, 1, 0.1]


@pytest.mark.filterwarnings("error")
def test_samples_that_say_nothing_are_reported_as_such():
    nan = np.full(3, np.nan)
    for arms, word, low, further_ in (
        ({"nothing": [1.0], "a": [2.0]}, "undecided", np.nan, np.nan),
        ({"nothing": nan, "a": nan}, "undecided", np.nan, np.nan),
        ({"nothing": [1.0, 2.0, 4.0], "a": [1.0, 2.0, 4.0]}, "identical", 0.0, 0.0),
        ({"nothing": [1.0, 2.0, 4.0], "a": [3.0, 4.0, 6.0]}, "larger", 2.0, 0.0),
    ):
        row = contrasts(make_runs(arms), "rate", "nothing").iloc[0]
        assert row.verdict == word and describe_contrast(row)
        np.testing.assert_equal((row.low_all, row.further), (low, further_))
    empty = make_runs({"nothing": [1.0, 2.0]})
    assert (
        len(contrasts(empty, "rate", "nothing"))
        == len(convergence(empty, "rate", "nothing"))
        == len(contrasts(empty[:0], "rate", "nothing"))
        == 0
    )


def test_cases_are_judged_apart():
    a, b = draw_paired_runs(12, {"captains": 0.4}), draw_paired_runs(13, {"captains": -0.4, "patrol": 0.0})
    both = contrasts(pd.concat([a, b.assign(case="town")]), "rate", "nothing")
    pd.testing.assert_series_equal(
        both.loc["yard", "captains"], contrasts(a, "rate", "nothing").loc["yard", "captains"]
    )
    assert (
        both.loc[("yard", "captains"), "verdict"] == "larger"
        and both.loc[("town", "captains"), "verdict"] == "smaller"
    )


def test_a_table_asks_of_several_measures_what_matters_to_each():
    runs = draw_paired_runs(14, {"captains": 0.4}).assign(spread_between_buildings=lambda t: t.rate / 10)
    told = tabulate_contrasts(runs, ["rate", "spread_between_buildings"], "nothing", matters={"rate": 5.0})
    assert told.index.names == ["measure", "case", "arm"]
    assert told["verdict"].tolist() == ["equivalent", "larger"]


def test_convergence_is_the_interval_of_the_first_pairs_at_every_length():
    runs = draw_paired_runs(15, {"captains": 0.4}, n=12)
    runs.loc[runs.arm == "captains", "rate"] += 1e8  # sums of squares must not lose their digits
    runs.loc[(runs.arm == "captains") & (runs.replicate == 4), "rate"] = np.nan
    told = convergence(runs, "rate", "nothing").loc["yard", "captains"]
    wide = runs.pivot(index="replicate", columns="arm", values="rate")
    d = (wide["captains"] - wide["nothing"]).dropna()
    assert told.index.tolist() == list(range(2, 12)) and told["replicate"].iloc[-1] == 11
    assert told["lost"].tolist() == [0, 0, 0] + [1] * 7
    for n in told.index:
        assert told.loc[n, ["difference", "half_width", "error"]].tolist() == pytest.approx(
            [d[:n].mean(), half_width(d[:n].to_numpy()), d[:n].sem()], rel=1e-5
        )


@pytest.mark.parametrize(
    ("change", "asked", "words"),
    [
        ({}, {"reference": "nothin"}, "did you mean 'nothing'"),
        ({}, {"measure": "rat"}, "did you mean 'rate'"),
        ({}, {"matters": -1.0}, "matters = -1.0 is out of range"),
        ({}, {"level": 1.0}, "level = 1.0"),
        ({"replicate": 0}, {}, "twice"),
    ],
)
def test_what_cannot_be_meant_is_an_error(change, asked, words):
    with pytest.raises(UserError, match=words):
        contrasts(
            draw_paired_runs(16, {"a": 0.0}).assign(**change),
            **{"measure": "rate", "reference": "nothing", **asked},
        )


def test_an_event_too_rare_for_its_pairs_is_left_undecided():
    """Three of thirty pairs differ, all in one direction.

    Student's interval would be above zero; it is not used.
    """
    without = pd.DataFrame({"case": "a", "arm": "without", "replicate": range(30), "x": 0.0})
    rare = without.assign(arm="with", x=[1.0] * 4 + [0.0] * 26)
    table = contrasts(pd.concat([without, rare]), "x", "without")
    row = table.loc[("a", "with")]
    assert row.low > 0 and row.verdict == "undecided" and row.differ == 4
    assert "only 4 of 30 pairs differ" in describe_contrast(row)
    common = without.assign(arm="with", x=[1.0] * 12 + [0.0] * 18)
    assert contrasts(pd.concat([without, common]), "x", "without").loc[("a", "with")].verdict == "larger"
