"""A sweep stops when its intervals are narrow enough, or when it has cost enough, and says which."""

import numpy as np
import pandas as pd
import pytest

from cogov.bench import coverage
from cogov.engine.texts.errors import UserError
from cogov.experiments.statistics.sequential import Rule, decide


def make_runs(n, own=1.0, scale=10.0, arms=("nothing", "captains", "patrol"), seed=0):
    """Return runs of two cases; arms share random numbers and have a part of their own."""
    rng, rows = np.random.default_rng(seed), []
    for case in ("yard", "town"):
        shared, parts = rng.normal(size=1000), rng.normal(size=(len(arms), 1000))
        rows += [
            (case, arm, r, "done", scale * (shared[r] + own * part[r]))
            for arm, part in zip(arms, parts)
            for r in range(n)
        ]
    return pd.DataFrame(rows, columns=["case", "arm", "replicate", "status", "x"])


def test_nobody_looks_before_the_first_look():
    told = decide(make_runs(29), Rule("x", 1e9), "nothing")
    assert told.go_on and told.why == "first look" and told.until == 30 and told.replicates == 29
    assert decide(make_runs(5)[:0], Rule("x", 1.0), "nothing").until == 50  # of nothing, it might be a share


def test_shares_are_looked_at_later():
    assert decide(make_runs(30, scale=0.1), Rule("x", 1e9), "nothing").until == 50
    assert not decide(make_runs(50, scale=0.1), Rule("x", 1e9), "nothing").go_on
    assert not decide(make_runs(20, scale=0.1), Rule("x", 1e9, first=20), "nothing").go_on


def test_it_goes_on_until_the_widest_of_all_intervals_is_narrow_enough():
    wide = decide(make_runs(40), Rule("x", 4.0), "nothing")
    assert wide.go_on and wide.why == "half-width" and wide.until == 50 and wide.widest > 4.0
    enough = decide(make_runs(40), Rule("x", wide.widest), "nothing")
    assert not enough.go_on and enough.why == "reached" and "half-width reached" in enough.words
    assert decide(make_runs(40), Rule("x", wide.widest * 0.999), "nothing").go_on
    assert wide.contrast[0] in wide.words and wide.contrast[1] in wide.words


def test_at_the_cap_it_stops_in_any_case_and_says_so():
    told = decide(make_runs(60), Rule("x", 1e-6, most=60), "nothing")
    assert not told.go_on and told.why == "cap" and "cap of 60" in told.words
    assert decide(make_runs(55), Rule("x", 1e-6, most=60, step=20), "nothing").until == 60


def test_failures_are_counted_and_make_nothing_narrower():
    runs = make_runs(40)
    whole = decide(runs, Rule("x", 1.0), "nothing")
    runs.loc[(runs.arm == "captains") & (runs.replicate % 2 == 0), ["status", "x"]] = ["failed", np.nan]
    told = decide(runs, Rule("x", 1.0), "nothing")
    assert told.widest > whole.widest and "40 of 160 pairs are lost" in told.words
    runs.loc[runs.arm == "captains", ["status", "x"]] = ["failed", np.nan]
    dead = decide(runs, Rule("x", 1.0), "nothing")
    assert not dead.go_on and dead.why == "failures" and "'captains'" in dead.words


def test_arms_that_are_alike_have_no_width_and_this_is_said():
    told = decide(make_runs(40, own=0.0), Rule("x", 1.0), "nothing")
    assert told.why == "reached" and "4 arms do not differ from the reference in any pair" in told.words


def test_a_case_that_lags_behind_is_waited_for():
    runs = make_runs(40)
    for ready in ("yard", "town"):
        assert (
            decide(runs[(runs.case == ready) | (runs.replicate < 10)], Rule("x", 1e9), "nothing").why
            == "first look"
        )


def test_what_cannot_be_meant_is_an_error():
    for bad in (
        {"half_width": 0.0},
        {"half_width": 1.0, "first": 1},
        {"half_width": 1.0, "step": 0},
        {"half_width": 1.0, "level": 1.5},
    ):
        with pytest.raises(UserError):
            Rule("x", **bad)
    with pytest.raises(UserError, match="is the only arm"):
        decide(make_runs(30, arms=("nothing",)), Rule("x", 1.0), "nothing")


def test_the_coverage_that_is_measured_is_that_of_this_rule():
    """The vectorised twin in `coverage` stops where calling `decide` at each look stops."""
    x, truth = coverage.draw_sweeps(coverage.draw_lognormal, 4, 200)
    x = 10.0 * x
    d = x[..., 1] - x[..., 0] - 10.0 * (truth[1] - truth[0])
    rule = Rule("x", 1.959964 * d.std() / np.sqrt(coverage.WORTH), most=200)
    _, used = coverage.stop_sequentially(x, 10.0 * truth, 0.95)
    for e in range(4):
        n, told = 0, None
        while told is None or told.go_on:
            n = 1 if told is None else told.until
            rows = [
                ("yard", arm, r, x[e, r, k])
                for k, arm in enumerate(("nothing", "captains"))
                for r in range(n)
            ]
            told = decide(pd.DataFrame(rows, columns=["case", "arm", "replicate", "x"]), rule, "nothing")
        assert told.replicates == used[e]
    assert len(set(used)) > 2
