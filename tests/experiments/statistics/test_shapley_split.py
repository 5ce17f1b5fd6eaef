"""A variance is split among groups of inputs: parts sum to it, and are those of the closed form."""

import numpy as np
import pytest

from cogov.engine.randomness import RandomNumbers
from cogov.experiments.statistics.shapley_split import split_variance


def mixtures(answer, samples=4000, groups=3):
    """Return the answers of all mixtures of two standard normal draws of every group."""
    u = RandomNumbers("split")("u", np.arange(samples * 2 * groups)).reshape(samples, 2, groups)
    v = RandomNumbers("split")("v", np.arange(samples * 2 * groups)).reshape(samples, 2, groups)
    z = np.sqrt(-2.0 * np.log1p(-u)) * np.cos(2.0 * np.pi * v)
    grid = np.stack(np.meshgrid(*[[0, 1]] * groups, indexing="ij"))
    return answer(*(z[:, grid[g], g] for g in range(groups)))


def test_what_adds_up_is_split_by_its_squares():
    split = split_variance(mixtures(lambda a, b, c: 3.0 * a + 2.0 * b + 0.0 * c))
    assert split.variance == pytest.approx(13.0, rel=0.03)
    assert np.all(np.abs(split.part - [9.0, 4.0, 0.0]) <= 4.0 * split.error + 1e-9)
    assert split.share.sum() == pytest.approx(1.0, abs=1e-12)
    assert split.part[2] == 0.0


def test_what_groups_explain_only_together_is_divided_among_them():
    """Var(ab) = 1, and neither explains any of it alone."""
    split = split_variance(mixtures(lambda a, b, c: a * b + c))
    assert np.all(np.abs(split.part - [0.5, 0.5, 1.0]) <= 4.0 * split.error)


def test_the_standard_error_is_that_of_the_estimate():
    parts = np.array([split_variance(mixtures(lambda a, b, c: a + a * b)[n::40]).part for n in range(40)])
    said = split_variance(mixtures(lambda a, b, c: a + a * b)[::40]).error
    assert parts.std(axis=0, ddof=1)[:2] == pytest.approx(said[:2], rel=0.6)


def test_nothing_is_split_of_nothing_and_one_sample_is_refused():
    assert np.isnan(split_variance(np.ones((5, 2, 2))).share).all()
    with pytest.raises(ValueError, match="at least two"):
        split_variance(np.ones((1, 2, 2)))
