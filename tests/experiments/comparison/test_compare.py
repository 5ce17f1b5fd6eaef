"""A comparison is the paired difference under common random numbers.

It is given as tables, a sentence and a figure.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scenarios import YARD, pool_of_threads
from scipy import stats

import cogov
from cogov.experiments.comparison import parallel_jobs
from cogov.experiments.comparison.compare import compare, difference
from cogov.experiments.execution import supervisor
from cogov.model import measures
from cogov.model.issues.issue_table import ISSUE
from cogov.viz.figures import figures

SHORT = replace(YARD, days=90)


@pytest.fixture(scope="module")
def result():
    return compare(SHORT, "building_captains", replicates=6, worlds=12, workers=1)


def test_the_interval_is_that_of_the_paired_t_test():
    a, b = pd.Series([0.2, 0.3, 0.25, 0.4, np.nan]), pd.Series([0.5, 0.45, 0.6, 0.5, 0.7])
    found = difference(a, b)
    theirs = stats.ttest_rel(b[:4], a[:4]).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
    assert found.pairs == 4 and found.difference == pytest.approx(found["with"] - found["without"])
    assert found.correlation == pytest.approx(np.corrcoef(a[:4], b[:4])[0, 1])


def test_one_pair_has_no_interval_and_the_verdict_says_so():
    alone = compare(SHORT, "grid_patrol", replicates=1, worlds=0)
    assert np.isnan(alone.table.loc["resolution_rate"].low)
    assert "one pair gives no interval" in alone.verdict()


def test_strength_zero_differs_in_nothing():
    idle = compare(
        SHORT,
        "grid_patrol",
        replicates=3,
        worlds=10,
        settings={"mechanisms.grid_patrol.strength": 0.0},
        on=["grid_patrol"],
    )
    assert (idle.table["difference"].dropna() == 0).all()
    assert len(idle.table["difference"].dropna()) > 15
    assert (idle.ranges[["p5", "p95", "better", "worse"]].dropna() == 0).all(axis=None)


@pytest.mark.parametrize(
    "pool",
    [pool_of_threads, pytest.param(supervisor.start_checked_pool, marks=pytest.mark.slow)],
    ids=["threads", "processes"],
)
def test_more_workers_change_nothing(result, monkeypatch, pool):
    monkeypatch.setattr(parallel_jobs, "start_checked_pool", pool)
    shared = compare(SHORT, "building_captains", replicates=6, worlds=12, workers=2)
    pd.testing.assert_frame_equal(result.worlds, shared.worlds)
    pd.testing.assert_frame_equal(result.rows, shared.rows)
    pd.testing.assert_frame_equal(result.table, shared.table)


def test_the_verdict_begins_with_the_range_over_worlds(result):
    wide = result.ranges.loc["resolution_rate"]
    assert wide.worlds == 12 and wide.p5 <= wide.p25 <= wide["median"] <= wide.p75 <= wide.p95
    words = result.verdict()
    assert words.startswith("In ") and "of 12 plausible worlds building_captains" in words
    assert words.index("plausible worlds") < words.index("interval of luck")
    assert f"{100 * wide.p5:+.1f}" in words and f"{100 * wide.p95:+.1f}" in words


def test_without_worlds_only_luck_is_in_the_verdict(tmp_path):
    plain = compare(SHORT, "grid_patrol", replicates=3, worlds=0)
    assert "plausible" not in plain.verdict() and "interval of luck" in plain.verdict()
    files = {path.name for path in plain.save(tmp_path).iterdir()}
    assert "table.csv" in files and not {"ranges.csv", "worlds.csv"} & files


def test_replicates_differ_and_arms_share_the_community(result):
    arisen = result.rows["arisen"].unstack("arm")
    assert arisen["without"].nunique() > 1
    assert result.table.loc["arisen"].correlation > 0.5


def test_every_number_in_the_verdict_is_in_the_table(result):
    rate = result.table.loc["resolution_rate"]
    for number in (abs(rate.difference), abs(rate.low), abs(rate.high)):
        assert f"{100 * number:.1f}" in result.verdict()


def test_what_is_saved_can_be_read_again(result, tmp_path):
    folder = result.save(tmp_path / "a" / "b", "cogov compare ...")
    rows = pd.read_csv(folder / "rows.csv", index_col=["replicate", "arm"])
    pd.testing.assert_frame_equal(rows, result.rows, check_exact=False)
    picture = figures.save(figures.comparison(result), folder, "compare")
    assert picture.read_bytes().startswith(b"\x89PNG") and (folder / "compare.svg").stat().st_size > 10_000


def test_what_is_granted_to_a_mechanism_is_its_own_row(result):
    ledger = result.ledger.loc["with"]
    assert ledger.loc["building_captains", "captain"] > 0
    assert "building_captains" not in result.ledger.loc["without"].index


def test_nothing_to_compare_is_an_error():
    for bad in (
        {"mechanism": ()},
        {"mechanism": "grid_patroll"},
        {"mechanism": "grid_patrol", "replicates": 0},
        {"mechanism": "grid_patrol", "off": ["grid_patrol"]},
    ):
        with pytest.raises(cogov.UserError):
            compare(SHORT, **bad)


def make_issues(*rows):
    """Return issues of (born, reported, resolved), as after a run of 100 days."""
    table = np.zeros(len(rows), ISSUE)
    for row, (born, told, resolved) in zip(table, rows):
        row["arose_day"], row["reported_day"], row["resolved_day"] = born, told, resolved
    return table


def test_the_resolution_rate_counts_all_that_arose_and_are_old_enough():
    told = make_issues((0, 1, 30), (0, 1, 31), (0, -1, -1), (70, 71, 100), (71, 72, 73))
    old, done = measures.in_time(told, 100)
    assert old.tolist() == [True, True, True, True, False]  # the last is too recent to count
    # on the thirtieth day is in time, unknown is not resolved
    assert done.tolist() == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_giving_up_does_not_pass_for_speed():
    when, share = measures.kaplan_meier([10, 50, 50, 50], [True, False, False, False])
    assert when.tolist() == [10] and share.tolist() == [0.75]
    assert measures.restricted_mean([10, 50, 50, 50], [True, False, False, False], 40) == 10 + 30 * 0.75


def test_tables_of_a_run_agree_with_its_measures():
    run = cogov.simulate(SHORT, seed=2, on=["party_volunteers"])
    assert run.measures.arisen == len(run.issues) == (run.history.what == "arose").sum()
    assert (
        run.measures.backlog
        == run.series["open"].iloc[-1]
        == run.issues.state.isin(
            ["unknown", "reported", "at the table", "signatures", "money", "passed upward", "in work"]
        ).sum()
    )
    assert run.measures.hours == pytest.approx(
        run.ledger.drop(columns=["yuan: community", "yuan: compounds"]).to_numpy().sum()
    )
    assert run.measures.yuan == pytest.approx(
        run.ledger[["yuan: community", "yuan: compounds"]].to_numpy().sum()
    )
