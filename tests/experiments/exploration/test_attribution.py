"""An effect is attributed completely and fairly, with intervals that keep their level."""

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest

from cogov.engine.randomness import RandomNumbers
from cogov.engine.texts.errors import UserError
from cogov.experiments.exploration.attribution import (
    attribute,
    interaction,
    rank_additions,
    rank_next,
    shapley,
    shares_of_effect,
)
from cogov.experiments.exploration.attribution_sentences import describe_next
from cogov.experiments.statistics.replicate_table import interval

NAMES = ("captains", "patrol", "council")


def make_runs(values, names=NAMES):
    """Return a frame of runs from (replicates, 2^k) values."""
    rows = [
        {
            "case": "yard",
            "arm": f"arm{m}",
            "replicate": r,
            "status": "done",
            **{f"mechanisms.{n}": bool(m >> i & 1) for i, n in enumerate(names)},
            "rate": v,
        }
        for r, row in enumerate(values)
        for m, v in enumerate(row)
    ]
    return pd.DataFrame(rows)


def draw_games(seed, n, k=3):
    """Draw random games in which replicates share random numbers."""
    draw = np.random.default_rng(seed)
    return draw.normal(size=(n, 1)) + draw.normal(size=(n, 2**k)) + np.arange(2**k)


def shapley_by_orders(row, k):
    """Return Shapley values by their definition: the mean over all orders of arriving."""
    out = np.zeros(k)
    orders = list(permutations(range(k)))
    for order in orders:
        here = 0
        for i in order:
            out[i] += row[here | 1 << i] - row[here]
            here |= 1 << i
    return out / len(orders)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_it_is_the_mean_over_all_orders(k):
    values = draw_games(k, 4, k)
    assert shapley(values) == pytest.approx(np.array([shapley_by_orders(row, k) for row in values]))


@pytest.mark.parametrize("k", [1, 3, 8])
def test_shares_add_up_to_the_effect_in_every_replicate(k):
    values = draw_games(k, 20, k)
    assert np.abs(shapley(values).sum(axis=1) - (values[:, -1] - values[:, 0])).max() < 1e-9


def test_who_does_the_same_gets_the_same_and_who_does_nothing_gets_nothing():
    on = np.arange(8)
    value = np.array([0.0, 2.0, 3.0])[(on & 1) + (on >> 1 & 1)]  # the third never counts, the first two alike
    assert shapley(value) == pytest.approx([1.5, 1.5, 0.0])
    assert interaction(value) == pytest.approx([-1.0, 0.0, 0.0])


def test_the_interaction_is_the_mean_of_second_differences_over_orders_of_the_pair_as_one():
    """Grabisch & Roubens: an average over coalitions of the others.

    By size, as if the pair arrived as one player.
    """
    row = draw_games(3, 1, 4)[0]
    expected = []
    for i, j in combinations(range(4), 2):
        others, total = [p for p in range(4) if p not in (i, j)], 0.0
        for order in permutations([*others, "pair"]):
            s = sum(1 << p for p in order[: order.index("pair")])
            total += row[s | 1 << i | 1 << j] - row[s | 1 << i] - row[s | 1 << j] + row[s]
        expected.append(total / 6)
    assert interaction(row) == pytest.approx(expected)


def test_a_frame_of_runs_in_any_order_is_read_by_its_switches():
    values = draw_games(1, 6)
    found = attribute(make_runs(values).sample(frac=1.0, random_state=1), "rate")
    assert found.names == NAMES and found.replicates == 6 and found.left_out == 0
    assert found.shares["value"].to_numpy() == pytest.approx(shapley(values).mean(axis=0))
    assert found.shares["alone"].to_numpy() == pytest.approx(
        (values[:, [1, 2, 4]] - values[:, [0]]).mean(axis=0)
    )
    assert found.shares["last"].to_numpy() == pytest.approx(
        (values[:, [7]] - values[:, [6, 5, 3]]).mean(axis=0)
    )
    assert found.effect.difference == pytest.approx(found.shares["value"].sum())
    assert found.shares["part"].sum() == pytest.approx(1.0)


def test_missing_arms_are_named():
    runs = make_runs(draw_games(2, 4))
    with pytest.raises(
        UserError, match=r"2 of 8 arms are missing: captains\+patrol, captains\+patrol\+council"
    ):
        attribute(runs[~runs.arm.isin(["arm3", "arm7"])], "rate")


def test_a_replicate_that_an_arm_lacks_is_left_out_of_all_and_counted():
    runs = make_runs(draw_games(2, 5))
    runs.loc[(runs.arm == "arm3") & (runs.replicate == 2), ["status", "rate"]] = "failed", np.nan
    assert (attribute(runs, "rate").replicates, attribute(runs, "rate").left_out) == (4, 1)
    runs.loc[runs.arm == "arm3", "rate"] = np.nan
    with pytest.raises(UserError, match="3 lacks 5 of 5"):
        attribute(runs, "rate")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda runs: runs.assign(**{"committee.staff": runs.replicate * 1.0}), "committee.staff varies too"),
        (lambda runs: runs.assign(case=["a", "b"] * (len(runs) // 2)), "2 cases"),
        (lambda runs: pd.concat([runs, runs[:1]]), "twice"),
        (lambda runs: runs.drop(columns="rate"), "no column 'rate'"),
        (
            lambda runs: runs.drop(columns=[f"mechanisms.{n}" for n in NAMES]),
            "no switch differs between arms",
        ),
    ],
)
def test_what_is_no_factorial_is_refused(change, words):
    with pytest.raises(UserError, match=words):
        attribute(change(make_runs(draw_games(2, 4))), "rate")


def test_synergy_and_substitution_are_described_in_words():
    quiet = np.random.default_rng(3).normal(size=(8, 1)) + np.random.default_rng(4).normal(
        scale=0.01, size=(8, 8)
    )
    a, b, c = (np.arange(8) >> i & 1 for i in range(3))
    found = attribute(make_runs(quiet + a + b + c + 2.0 * a * b - 0.8 * b * c), "rate")
    assert found.interactions["kind"].to_list() == ["synergy", "not significant", "substitution"]
    text = "\n".join(found.sentences())
    assert "captains and patrol add more together than separately: synergy, interaction index +2" in text
    assert "patrol and council partly replace each other: substitution, interaction index -0.79" in text


# Nominal 95 %: over 2,000 independent experiments the share that holds has a standard error of 0.49 points.
# Within three of them, 93.5 to 96.5 %, is a correct interval for all but 0.3 % of seeds (fixed here).
MANY, FAIR = 2000, (0.935, 0.965)


def coverage_of(low, high, truth):
    return ((low <= truth) & (truth <= high)).mean(axis=0)


@pytest.mark.parametrize("n", [5, 10, 30])
def test_intervals_hold_the_truth_as_often_as_they_say(n):
    draw = np.random.default_rng(n)
    truth = np.array([0.0, 1.0, 2.0, 2.5])
    values = truth + draw.normal(size=(n, MANY, 1)) + draw.normal(size=(n, MANY, 4)) * [0.5, 1.0, 1.5, 2.0]
    for index in (shapley, interaction):
        share = coverage_of(*interval(index(values))[1:], index(truth))
        assert (share > FAIR[0]).all() and (share < FAIR[1]).all(), share


def test_the_percentile_bootstrap_of_few_replicates_holds_less_which_is_why_it_is_not_used():
    draw = np.random.default_rng(1)
    values = shapley(draw.normal(size=(10, MANY, 4)))[..., 0]
    chosen = (
        (RandomNumbers("test", "bootstrap")("which", np.arange(400 * 10)) * 10).astype(int).reshape(400, 10)
    )
    means = np.stack([values[rows].mean(axis=0) for rows in chosen])
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    assert coverage_of(low, high, 0.0) < 0.92
    assert FAIR[0] < coverage_of(*interval(values)[1:], 0.0) < FAIR[1]


def test_the_interval_of_a_part_of_the_effect_holds_too():
    draw, truth = np.random.default_rng(2), np.array([0.0, 1.0, 2.0, 4.0])
    hit = []
    for _ in range(MANY):
        values = truth + draw.normal(size=(12, 1)) + draw.normal(size=(12, 4)) * 0.7
        _, low, high = shares_of_effect(shapley(values), values[:, -1] - values[:, 0])
        hit.append((low[0] <= 0.375) & (0.375 <= high[0]))
    assert FAIR[0] < np.mean(hit) < FAIR[1]


def test_a_part_of_nothing_is_not_reported():
    values = np.random.default_rng(5).normal(size=(6, 4))
    assert np.isnan(shares_of_effect(shapley(values), values[:, -1] - values[:, 0])).all()


def test_what_to_add_next_comes_with_what_cannot_be_distinguished_from_it():
    draw = np.random.default_rng(6)
    a, b, c = (np.arange(8) >> i & 1 for i in range(3))
    runs = make_runs(
        draw.normal(size=(10, 1))
        + draw.normal(scale=0.1, size=(10, 8))
        + 2.0 * a
        + 1.0 * b
        + 0.98 * c
        - 1.5 * a * b
    )
    table = rank_next(runs, "rate", ["captains"])
    assert list(table.index) == ["council", "patrol"] and list(table.may_be_best) == [True, False]
    assert table.loc["patrol", "low"] < -0.5 < table.loc["patrol", "high"]
    assert list(rank_next(runs, "rate", ["captains"], maximise=False).index) == ["patrol", "council"]
    assert "council changes rate most favourably" in describe_next(table, ["captains"], "rate")
    assert set(rank_next(runs, "rate", ["captains", "patrol", "council"][1:2]).index) == {
        "captains",
        "council",
    }
    with pytest.raises(UserError, match="no mechanism is left to add"):
        rank_next(runs, "rate", NAMES)
    with pytest.raises(UserError, match="no run has exactly captains"):
        rank_next(runs[runs.arm != "arm3"], "rate", ["captains"])


@pytest.mark.parametrize(
    ("many", "fair"), [(400, 0.917), pytest.param(MANY, FAIR[0], marks=pytest.mark.slow)]
)  # three standard errors below 95 %
def test_simultaneous_intervals_hold_all_at_once_and_the_best_is_seldom_ruled_out(many, fair):
    draw, truth, all_held, best_kept = np.random.default_rng(7), np.array([1.0, 0.9, 0.5, 0.0]), [], []
    for _ in range(many):
        table = rank_additions(truth + draw.normal(size=(8, 1)) + draw.normal(size=(8, 4)), list("abcd"))
        real = truth["abcd".index(table.index[0])] - truth
        named = table.loc[list("abcd")]
        all_held.append(((named.low <= truth) & (truth <= named.high)).all())
        best_kept.append(
            named.may_be_best["a"] and ((named.behind_low <= real) & (real <= named.behind_high)).all()
        )
    assert np.mean(all_held) > fair and np.mean(best_kept) > fair
