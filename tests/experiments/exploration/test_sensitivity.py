"""Indices agree with functions of known indices, and noise is not reported as sensitivity."""

import importlib

import numpy as np
import pandas as pd
import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.exploration import sensitivity
from cogov.experiments.exploration.sensitivity import (
    arrange_outcomes,
    describe_tornado,
    morris,
    noise_variance,
    sobol,
    tornado,
)
from cogov.experiments.sweep import sampling
from cogov.experiments.sweep.sampling import morris_points, saltelli_points

pytest.importorskip("SALib")
ISHIGAMI = dict.fromkeys(("x1", "x2", "x3"), (-np.pi, np.pi))


def ishigami(x):
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def add_noise(y, noise, replicates=8, shared=0.0):
    """Add noise of each point's own, and noise that all points share."""
    draw = np.random.default_rng(1)
    return y[:, None] + noise * draw.normal(size=(len(y), replicates)) + shared * draw.normal(size=replicates)


def make_runs(points, y):
    """Return a frame of runs from outcomes (points, replicates)."""
    return pd.DataFrame(
        [
            {
                "case": "yard",
                "arm": f"p{i}",
                "replicate": r,
                **{f"a.x{j}": v for j, v in enumerate(point)},
                "rate": y[i, r],
            }
            for i, point in enumerate(points)
            for r in range(y.shape[1])
        ]
    )


def test_ishigami_has_the_indices_that_are_known():
    """With a = 7, b = 0.1 (Ishigami & Homma 1990): V = 1/2 + a^2/8 + b pi^4/5 + b^2 pi^8/18."""
    a, b = 7.0, 0.1
    v1, v2, v13 = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    v = v1 + v2 + v13
    found = sobol(ISHIGAMI, ishigami(saltelli_points(ISHIGAMI, 1024)))
    assert found.table["S1"].to_numpy() == pytest.approx([v1 / v, v2 / v, 0.0], abs=0.03)
    assert found.table["ST"].to_numpy() == pytest.approx([(v1 + v13) / v, v2 / v, v13 / v], abs=0.03)
    for name, truth in (("S1", [v1 / v, v2 / v, 0.0]), ("ST", [(v1 + v13) / v, v2 / v, v13 / v])):
        assert (found.table[f"{name}_low"] <= truth).all() and (truth <= found.table[f"{name}_high"]).all()
    assert found.variance == pytest.approx(v, rel=0.05)


def test_designs_lie_in_their_ranges_and_are_the_same_for_a_seed():
    ranges = {"a": (0.0, 1.0), "b": (-5.0, 20.0)}
    for made in (
        lambda seed: morris_points(ranges, 6, 4, seed),
        lambda seed: saltelli_points(ranges, 8, seed),
    ):
        points = made(0)
        assert (points >= [0, -5]).all() and (points <= [1, 20]).all()
        assert np.array_equal(points, made(0)) and not np.array_equal(points, made(1))
    assert morris_points(["a", "b", "c"], 5).shape == (20, 3) and saltelli_points(
        ["a", "b", "c"], 8
    ).shape == (40, 3)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_outcomes_give_the_same_intervals(seed):
    y = ishigami(saltelli_points(ISHIGAMI, 64))
    pd.testing.assert_frame_equal(sobol(ISHIGAMI, y, seed=seed).table, sobol(ISHIGAMI, y, seed=seed).table)


def test_morris_of_a_known_function():
    """4a - 2b has elementary effects 4 and -2 everywhere; (c - 1/2)^2 has both signs; d does nothing.

    Ranges do not matter.
    """
    ranges = {"a": (0.0, 1.0), "b": (0.0, 10.0), "c": (-1.0, 3.0), "d": (5.0, 6.0)}
    points = morris_points(ranges, 20)
    a, b, c = points[:, 0], points[:, 1] / 10, (points[:, 2] + 1) / 4
    found = morris(ranges, points, 4 * a - 2 * b + (c - 0.5) ** 2).table
    assert found["mu"].to_numpy()[[0, 1, 3]] == pytest.approx([4, -2, 0])
    assert found["mu_star"].to_numpy()[[0, 1, 3]] == pytest.approx([4, 2, 0])
    assert found["sigma"].to_numpy()[[0, 1, 3]] == pytest.approx([0, 0, 0], abs=1e-12)
    assert (
        found.loc["c", "mu_star"] == pytest.approx(1 / 3)
        and abs(found.loc["c", "mu"]) < 0.3
        and found.loc["c", "sigma"] > 0.25
    )


def test_morris_is_what_salib_makes_of_it():
    points = morris_points(ISHIGAMI, 12)
    theirs = importlib.import_module("SALib.analyze.morris").analyze(
        sensitivity.problem(ISHIGAMI), points, ishigami(points), seed=1
    )
    found = morris(ISHIGAMI, points, ishigami(points)).table
    for name in ("mu", "mu_star", "sigma"):
        assert found[name].to_numpy() == pytest.approx(np.asarray(theirs[name], float))


def test_noise_is_not_reported_as_sensitivity():
    points = morris_points(["a", "b", "c"], 10)
    found = morris(["a", "b", "c"], points, add_noise(3 * points[:, 0], 0.5))
    assert list(found.table.beyond_noise) == [True, False, False]
    assert found.table.loc["b", "mu_star"] == pytest.approx(found.table.loc["b", "noise"], rel=0.6)
    assert "Not distinguishable from noise: b, c." in list(found.sentences())
    points = saltelli_points(["a", "b", "c"], 512)
    found = sobol(["a", "b", "c"], add_noise(points[:, 0], 0.3))
    assert list(found.table.beyond_noise) == [True, False, False]
    assert found.noise_share == pytest.approx(0.3**2 / 8 / (1 / 12 + 0.3**2 / 8), rel=0.1)
    assert found.table.loc["b", "ST"] == pytest.approx(found.noise_share, rel=0.2)
    assert "noise in the mean of 8 replicates; total indices of that size are not meaningful" in next(
        found.sentences()
    )


def test_an_effect_that_is_large_here_and_nothing_there_is_distinguished_from_noise():
    """Noise is small; the interval of mu* contains the large spread over trajectories, which is not noise."""
    points = morris_points(["a", "b"], 6)
    found = morris(
        ["a", "b"], points, add_noise(np.maximum(points[:, 0], 1 / 3) * (points[:, 1] > 0.5), 0.005, 4)
    )
    assert found.table.beyond_noise.all()


def test_few_points_are_said_to_be_too_few_to_rank():
    few, many = (
        list(sobol(ISHIGAMI, ishigami(saltelli_points(ISHIGAMI, n))).sentences())[-1] for n in (16, 4096)
    )
    assert "too wide to rank" in few and "too wide to rank" not in many


def test_noise_that_all_points_share_does_no_harm():
    y = np.random.default_rng(2).normal(size=300)
    assert noise_variance(add_noise(y, 0.4, 6)) == pytest.approx(0.4**2 / 6, rel=0.1)
    assert noise_variance(add_noise(y, 0.4, 6, shared=50.0)) == pytest.approx(
        noise_variance(add_noise(y, 0.4, 6)), rel=1e-6
    )
    assert noise_variance(add_noise(y, 0.0, 6, shared=50.0)) == pytest.approx(0.0, abs=1e-20)


def test_one_replicate_says_that_noise_cannot_be_estimated():
    y = ishigami(saltelli_points(ISHIGAMI, 32))
    assert "With one replicate" in next(sobol(ISHIGAMI, y).sentences())
    points = morris_points(ISHIGAMI, 4)
    assert "one replicate" in list(morris(ISHIGAMI, points, ishigami(points)).sentences())[-1]


def test_mu_holds_the_truth_over_other_trajectories_and_other_random_numbers():
    """2,000 designs of 8 trajectories and 6 replicates in which the effect itself depends on random numbers.

    95 % is promised; the actual level is higher, for the two are added.
    """
    draw, hit, told = np.random.default_rng(3), 0, sensitivity.problem(["a", "b"])
    designs = [morris_points(["a", "b"], 8, seed=s) for s in range(40)]
    for n in range(2000):
        points = designs[n % 40]
        slope = 1.0 + 0.5 * draw.normal(size=6)
        y = points[:, [0]] * slope + 0.3 * draw.normal(size=(len(points), 6))
        _, low, high = sensitivity.interval_over_both(sensitivity.elementary_effects(told, points, y))
        hit += low[0] <= 1.0 <= high[0]
    assert 0.935 < hit / 2000


def test_a_constant_outcome_has_no_indices():
    found = sobol(ISHIGAMI, np.full(5 * 16, 0.25))
    assert (found.table["ST"] == 0).all() and not found.table.beyond_noise.any()
    assert "no factor has an effect" in next(found.sentences())


def test_a_frame_in_design_order_is_read_as_the_design():
    points = morris_points(["a", "b"], 3)
    y = add_noise(points @ [1.0, -2.0], 0.1, 4)
    runs = make_runs(points, y)
    assert arrange_outcomes(runs, "rate") == pytest.approx(y)
    assert arrange_outcomes(
        runs.sample(frac=1.0, random_state=1), "rate", [f"p{i}" for i in range(len(points))]
    ) == pytest.approx(y)
    runs.loc[(runs.arm == "p4") & (runs.replicate == 1), "rate"] = np.nan
    assert arrange_outcomes(runs, "rate") == pytest.approx(y[:, [0, 2, 3]])
    runs.loc[runs.arm == "p4", "rate"] = np.nan
    with pytest.raises(UserError, match="p4 lacks 4 of 4"):
        arrange_outcomes(runs, "rate")


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (lambda: morris_points(["a"], 1), "2 trajectories or more"),
        (lambda: saltelli_points(["a"], 12), "power of 2"),
        (lambda: saltelli_points({"a": (2, 1)}, 8), "low end must be below"),
        (lambda: sobol(["a", "b"], np.arange(9.0)), "n x 4 points"),
        (lambda: sobol(["a", "b"], np.array([1.0, np.nan] * 8)), "8 of 16 points have no outcome"),
        (lambda: morris(["a", "b"], np.zeros((6, 2)), np.zeros(6)), "exactly one factor must change"),
        (lambda: morris(["a", "b"], np.zeros((7, 2)), np.zeros(7)), "3 points per trajectory"),
    ],
)
def test_what_is_no_design_is_refused(job, words):
    with pytest.raises(UserError, match=words):
        job()


def test_without_salib_the_way_to_install_it_is_shown(monkeypatch):
    def missing(name, *_):
        raise ImportError(name)

    monkeypatch.setattr(sampling, "import_module", missing)
    with pytest.raises(UserError, match=r"pip install 'cogov\[sensitivity\]'"):
        saltelli_points(["a"], 8)


def star_sweep():
    """Return a one-at-a-time sweep round (1, 1, True) with outcome staff + 3 captains."""
    points = [(1.0, 1.0, True), (0.5, 1.0, True), (2.0, 1.0, True), (1.0, 4.0, True), (1.0, 1.0, False)]
    names = ("committee.staff", "residents.volunteering_threshold_logit", "mechanisms.captains")
    lucky = np.random.default_rng(4).normal(size=5)
    return pd.DataFrame(
        [
            {
                "arm": f"p{i}",
                "replicate": r,
                **dict(zip(names, p)),
                "rate": p[0] + 3.0 * p[2] + lucky[r] + 0.01 * (i * r % 3),
            }
            for i, p in enumerate(points)
            for r in range(5)
        ]
    ), names


def test_a_tornado_has_the_widest_first_and_pairs_by_replicate():
    runs, names = star_sweep()
    table = tornado(runs, "rate", names)
    assert list(dict.fromkeys(table.index.get_level_values("factor"))) == [
        "mechanisms.captains",
        "committee.staff",
        "residents.volunteering_threshold_logit",
    ]
    assert table.loc[("committee.staff", 2.0), "difference"] == pytest.approx(1.0, abs=0.02)
    assert table.loc[("committee.staff", 2.0), "swing"] == pytest.approx(1.5, abs=0.03)
    assert table.loc[("committee.staff", 2.0), "high"] - table.loc[("committee.staff", 2.0), "low"] < 0.1
    assert next(describe_tornado(table, "rate")).startswith("mechanisms.captains = off: rate -")
    assert "not significant" in list(describe_tornado(table, "rate"))[-1]


def test_a_tornado_without_a_base_asks_for_it():
    runs, names = star_sweep()
    few = runs[runs.arm.isin(["p0", "p4"])]
    with pytest.raises(UserError, match="name it with base="):
        tornado(few, "rate", names)
    assert len(tornado(few, "rate", names, base="p0")) == 1


def test_an_arm_off_in_two_factors_is_no_part_of_a_tornado():
    runs, names = star_sweep()
    corner = runs[runs.arm == "p1"].assign(arm="corner", **{"mechanisms.captains": False}, rate=-9.0)
    pd.testing.assert_frame_equal(
        tornado(pd.concat([runs, corner]), "rate", names, base="p0"), tornado(runs, "rate", names)
    )
