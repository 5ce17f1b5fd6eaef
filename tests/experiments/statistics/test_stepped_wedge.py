"""A trial is analysed as its statistician would: the effect is found, nothing is found in nothing."""

import numpy as np
import pytest

from cogov.engine.randomness import RandomNumbers
from cogov.experiments.statistics.stepped_wedge import FAILED, analyse_cells, power_of

CLUSTERS, PERIODS, TRIALS = 12, 6, 120
TREATED = np.arange(PERIODS) > (np.arange(CLUSTERS) * (PERIODS - 1) // CLUSTERS)[:, None]


def normal(name, shape, number):
    """Return standard normal numbers."""
    places = np.arange(int(np.prod(shape)))
    u, v = (RandomNumbers(name, part)("z", places, number) for part in ("u", "v"))
    return (np.sqrt(-2.0 * np.log1p(-u)) * np.cos(2.0 * np.pi * v)).reshape(shape)


def cells(effect, number, noise=0.1):
    """Return the cells of a trial: clusters differ, periods trend, and cells are noisy."""
    between = 0.2 * normal("clusters", (CLUSTERS, 1), number)
    return (
        0.3
        + between
        + 0.05 * np.arange(PERIODS)
        + effect * TREATED
        + noise * normal("cells", TREATED.shape, number)
    )


@pytest.fixture(scope="module")
def trials():
    """Effects of nothing and of something, in TRIALS trials each."""
    return [[analyse_cells(cells(effect, n), TREATED) for n in range(TRIALS)] for effect in (0.0, 0.1)]


def test_the_effect_is_estimated_without_bias_and_intervals_hold_it_as_often_as_they_say(trials):
    for effect, said in zip((0.0, 0.1), trials):
        estimates = np.array([trial.effect for trial in said])
        error = estimates.std() / np.sqrt(len(said))
        assert abs(estimates.mean() - effect) < 4.0 * error
        assert np.mean([trial.error for trial in said]) == pytest.approx(estimates.std(), rel=0.15)
        held = np.mean([trial.interval()[0] <= effect <= trial.interval()[1] for trial in said])
        assert abs(held - 0.95) <= 3.0 * np.sqrt(0.95 * 0.05 / TRIALS)


def test_in_nothing_a_twentieth_finds_something(trials):
    assert np.mean([trial.p < 0.05 for trial in trials[0]]) <= 0.05 + 3.0 * np.sqrt(0.05 * 0.95 / TRIALS)


def test_power_is_that_of_brute_force_within_its_monte_carlo_error(trials):
    said = trials[1]
    counted = np.mean([trial.p < 0.05 and trial.effect > 0.0 for trial in said])
    computed = power_of(
        np.full(TRIALS, 0.1), np.array([t.error for t in said]), np.array([t.freedom for t in said])
    )
    assert abs(computed.mean() - counted) < 4.0 * np.sqrt(counted * (1.0 - counted) / TRIALS)
    assert 0.3 < counted < 0.95, "else this says nothing"


def test_what_cannot_be_analysed_says_so():
    values = cells(0.1, 0)
    assert analyse_cells(values, np.zeros_like(TREATED)) == FAILED or np.isnan(
        analyse_cells(values, np.zeros_like(TREATED)).p
    )
    assert np.isnan(analyse_cells(np.full(TREATED.shape, 0.5), TREATED).p)
    assert np.isnan(analyse_cells(values[:2], TREATED[:2]).p)
    holes = values.copy()
    holes[3, 2], holes[5] = np.nan, np.nan
    assert analyse_cells(holes, TREATED).freedom == CLUSTERS - 3
