"""The value of information agrees with closed forms, and noise is worth nothing."""

import numpy as np
import pytest
from scipy.stats import norm

from cogov.experiments.statistics.information_value import (
    FEW,
    partial_information,
    perfect_information,
    pilot_information,
)

WORLDS = 200_000


def closed_form(mean, deviation):
    """Return E[max(0, N(mean, deviation))] - max(0, mean)."""
    return deviation * norm.pdf(mean / deviation) - abs(mean) * norm.cdf(-abs(mean) / deviation)


@pytest.fixture(scope="module")
def draw():
    return np.random.default_rng(3)


@pytest.mark.parametrize("mean", [-0.5, 0.2, 1.0])
def test_perfect_partial_and_pilot_information_agree_with_the_normal_closed_form(draw, mean):
    """The benefit of an arm against nothing is a number's effect plus what else is not known."""
    number, rest, error = draw.standard_normal((3, WORLDS))
    gain = mean + 1.0 * number + 0.7 * rest
    benefit = np.column_stack([np.zeros(WORLDS), gain])
    total = np.hypot(1.0, 0.7)
    assert perfect_information(benefit) == pytest.approx(closed_form(mean, total), rel=0.02)
    assert partial_information(benefit, number) == pytest.approx(closed_form(mean, 1.0), rel=0.02)
    noise = 1.5
    told = total**2 / np.hypot(total, noise)  # standard deviation of the posterior mean
    assert pilot_information(benefit, gain, noise, error) == pytest.approx(closed_form(mean, told), rel=0.02)


def test_a_curved_effect_of_a_number_is_found(draw):
    number = draw.standard_normal(WORLDS)
    gain = number**2 - 1.0
    benefit = np.column_stack([np.zeros(WORLDS), gain])
    exact = 2.0 * norm.pdf(1.0)  # E[max(0, z^2 - 1)]
    assert partial_information(benefit, number) == pytest.approx(exact, rel=0.02)


def test_noise_is_worth_nothing_and_more_noise_less(draw):
    gain, noise, error = draw.standard_normal((3, 4000))
    benefit = np.column_stack([np.zeros(4000), 0.1 + gain])
    assert abs(partial_information(benefit, noise)) < 0.03
    values = [pilot_information(benefit, gain, sd, error) for sd in (0.0, 1.0, 5.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(perfect_information(benefit), abs=0.03)


def test_chance_in_few_worlds_is_not_taken_for_information(draw):
    values = []
    for _ in range(300):
        gain, noise = draw.standard_normal((2, 40))
        values.append(partial_information(np.column_stack([0.0 * gain, gain]), noise))
    assert np.mean(values) < 0.05


def test_few_worlds_and_certainty_give_no_value(draw):
    gain = draw.standard_normal(FEW - 1)
    assert np.isnan(partial_information(np.column_stack([0.0 * gain, gain]), gain))
    sure = np.column_stack([np.zeros(100), np.linspace(1.0, 2.0, 100)])
    assert perfect_information(sure) == 0.0 == partial_information(sure, np.arange(100.0))
