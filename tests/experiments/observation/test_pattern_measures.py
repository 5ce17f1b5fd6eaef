"""Measures of reported outcomes treat what did not end as censored, and mechanisms that are off as absent."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import STORM, with_mechanisms

from cogov.experiments.observation import pattern_measures as M
from cogov.experiments.observation.observed_run import simulate_with_seed

CASE = replace(with_mechanisms(STORM, "grid_patrol"), days=60)


@pytest.fixture(scope="module")
def observed():
    return simulate_with_seed(CASE, 3)


def test_the_median_of_censored_times_is_that_of_kaplan_and_meier():
    """Of times 2, 4+, 6, 8+, 10 (+: censored) the curve is at 0.53 after 6 and falls below a half at 10."""
    time, ended = np.array([2, 4, 6, 8, 10]), np.array([True, False, True, False, True])
    assert M.median_time(time, ended) == 10.0
    assert M.median_time(time, np.ones(5, bool)) == 6.0


def test_a_median_that_is_not_reached_is_beyond_what_was_observed():
    assert M.median_time(np.array([1, 9, 9]), np.array([True, False, False])) == np.inf
    assert np.isnan(M.median_time(np.zeros(0), np.zeros(0, bool)))


def test_days_do_not_count_unresolved_issues_as_resolved_at_the_end(observed):
    for category in CASE.issues:
        issues = observed.of(category)
        days = M.median_days_to_resolution(observed, category)
        if not len(issues):
            assert np.isnan(days)
        elif 2 * np.count_nonzero(issues["resolved_day"] >= 0) < len(issues) and np.isinf(days):
            assert (issues["resolved_day"] < 0).any()
        else:
            assert days in issues["resolved_day"] - issues["arose_day"]
    nothing = replace(observed, run=replace(observed.run, issues=observed.run.issues.copy()))
    nothing.run.issues["resolved_day"] = -1
    assert M.median_days_to_resolution(nothing, "litter") == np.inf
    assert M.median_days_after(nothing, "grid_patrol", "litter") == np.inf


def test_days_since_a_mechanism_began_are_counted_from_the_same_day_without_it(observed):
    """Without the mechanism, from the first day that the other arm gives."""
    late = replace(observed, scenario=replace(CASE, mechanisms={}), starts={"grid_patrol": 40})
    early = replace(late, starts={"grid_patrol": 0})
    assert [arm.first_day("grid_patrol") for arm in (observed, early, late)] == [
        CASE.mechanisms["grid_patrol"].first_day,
        0,
        40,
    ]
    assert len(M.issues_met(late, "litter", "grid_patrol")) < len(
        M.issues_met(early, "litter", "grid_patrol")
    )
    assert M.median_days_after(early, "grid_patrol", "litter") == M.median_days_to_resolution(early, "litter")


def test_what_a_mechanism_does_is_nothing_where_it_is_off(observed):
    assert M.share_credited(observed, "whistle") == 0.0 < M.share_credited(observed, "grid_patrol")


def test_measures_of_one_mechanism_are_known_as_such():
    assert M.only_with("found_mix:grid_patrol:litter") == "grid_patrol"
    assert not any(
        map(M.only_with, ("after:whistle:litter", "done:litter:whistle", "gain:hours", "answered"))
    )
    assert set(M.OF_MECHANISM) - {"count"} <= set(M.MEASURES)
