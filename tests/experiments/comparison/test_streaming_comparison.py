"""Pairs arrive one by one, with the same random numbers and summaries as elsewhere.

A cancelled comparison ends at once.
"""

import multiprocessing
import threading
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cogov.engine.texts import LANGUAGES
from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison import streaming_comparison
from cogov.experiments.comparison.compare import arms_of, compare
from cogov.experiments.comparison.streaming_comparison import (
    StreamingComparison,
    pair_seed,
    rate_by_day,
    stream_worlds,
)
from cogov.experiments.narrative.recording import record_year
from cogov.model import measures
from cogov.model.scenarios.cases import alter_scenario, read_case

NAME = "building_captains"


@pytest.fixture(scope="module")
def arms():
    return arms_of(read_case("wuzi_yard"), [NAME], on=(), off=(), settings=(), days=120)


@pytest.fixture(scope="module")
def last_summary(arms):
    *_, last = StreamingComparison(arms, workers=0).until(4)
    return last


def test_summaries_are_those_of_a_comparison(arms, last_summary):
    theirs = compare("wuzi_yard", NAME, replicates=4, days=120, workers=1)
    assert last_summary.rows.equals(theirs.rows.reset_index())
    assert (
        last_summary.table.equals(theirs.table)
        and last_summary.series.equals(theirs.series)
        and last_summary.curves.equals(theirs.curves)
        and last_summary.ledger.equals(theirs.ledger)
    )


def test_the_first_pair_is_the_one_on_show(arms):
    """Recordings of the same seed stand in for the first pair.

    No number differs, and it is there before anything runs.
    """
    films = [record_year(arm, pair_seed(arm)) for arm in arms]
    first = next(StreamingComparison(arms, workers=0, first=[film.run for film in films]).until(20))
    pair = next(StreamingComparison(arms, workers=0).until(1))
    assert len(first.pairs) == 1 and first.of == 20
    assert first.rows.equals(pair.rows) and first.series.equals(pair.series)
    assert all(
        np.array_equal(a, b, equal_nan=True)
        for name in first.pairs[0]["daily"]
        for a, b in zip(first.pairs[0]["daily"][name], pair.pairs[0]["daily"][name])
    )


def test_summaries_come_after_1_2_5_and_go_on_from_there(arms, last_summary):
    one = StreamingComparison(arms, workers=0)
    assert [len(s.pairs) for s in one.until(3)] == [1, 2, 3]
    assert [len(s.pairs) for s in one.until(6)] == [3, 5, 6]
    assert one.summary().rows[:8].equals(last_summary.rows)


@pytest.mark.slow
def test_processes_change_nothing_and_leave_with_a_cancel(arms, last_summary):
    one = StreamingComparison(arms, workers=2)
    *_, last = one.until(4)
    assert last.rows.equals(last_summary.rows) and last.series.equals(last_summary.series)
    assert no_child_left()
    for after in (0.3, 4.0):  # at the start, and at work
        done, _ = cancel(StreamingComparison([replace(arm, days=3000) for arm in arms], workers=2), after)
        assert done < 1.0 and no_child_left()


def cancel(one, after):
    """Return (seconds from the cancel until the iteration ended, summaries it gave)."""
    told = []
    began = []
    stop = threading.Timer(after, lambda: (began.append(time.monotonic()), one.cancel()))
    stop.start()
    told.extend(one.until(10_000))
    return time.monotonic() - began[0], told


def no_child_left(within=1.0):
    """Return whether no child process is left."""
    end = time.monotonic() + within
    while multiprocessing.active_children() and time.monotonic() < end:
        time.sleep(0.02)
    return not multiprocessing.active_children()


def test_where_no_process_can_be_started_it_goes_on_alone_and_says_so(arms, last_summary, monkeypatch):
    def refused(workers):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(streaming_comparison, "start_pool", refused)
    with pytest.warns(RuntimeWarning, match="in this process, without workers: .*temporarily unavailable"):
        *_, last = StreamingComparison(arms, workers=2).until(4)
    assert last.rows.equals(last_summary.rows)


def test_without_processes_a_cancel_is_heard_within_a_day(arms):
    one = StreamingComparison([replace(arm, days=3000) for arm in arms], workers=0)
    done, told = cancel(one, after=0.3)
    assert done < 0.5 and one.cancelled
    assert list(one.until(10_000)) == []


def test_who_stops_listening_leaves_nothing_behind(arms):
    stream = StreamingComparison(arms, workers=0).until(50)
    next(stream)
    stream.close()
    assert no_child_left()


def test_any_two_settings_of_one_case_are_a_pair_and_nothing_else(arms):
    with_knob = alter_scenario(arms[0], settings={"committee.staff": 9})
    *_, last = StreamingComparison((arms[0], with_knob), workers=0).until(2)
    assert last.classify() in ("open", "raises", "lowers", "alike")
    for other in (replace(arms[1], days=60), read_case("guiyuan")):
        with pytest.raises(UserError, match="cannot be paired"):
            StreamingComparison((arms[0], other))
    with pytest.raises(UserError, match="out of range"):
        next(StreamingComparison(arms).until(0))


def test_arms_that_are_the_same_differ_in_nothing(arms):
    *_, last = StreamingComparison((arms[0], arms[0]), workers=0).until(3)
    assert last.classify() == "alike" and not last.differences("backlog").to_numpy().any()
    assert "none of 3 pairs" in last.verdict() and "no clear change in hours" in last.verdict()


def test_the_running_share_ends_at_the_resolution_rate(arms):
    run = record_year(arms[1], pair_seed(arms[1])).run
    for within in (7, 30):
        share = rate_by_day(run, within)
        assert len(share) == run.days + 1 and np.isnan(share[:within]).all()
        assert share[-1] == measures.summary(run, within)["resolution_rate"]


def test_daily_differences_are_those_of_the_pairs(last_summary):
    band = last_summary.series
    told = last_summary.differences("backlog")
    a, b = (np.mean([both["open"][k] for both in last_summary.pairs], axis=0) for k in (0, 1))
    assert (
        np.allclose(told["difference"], b - a)
        and (told["low"] <= told["high"]).all()
        and len(told) == len(band) / 2
    )
    last = last_summary.settling().iloc[-1]
    rate = last_summary.table.loc["resolution_rate"]
    assert np.allclose(last.to_numpy(float), rate[["difference", "low", "high"]].to_numpy(float))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_verdict_is_a_sentence_in_both_languages(arms, last_summary, lang):
    first = next(StreamingComparison(arms, workers=0).until(1))
    none = next(StreamingComparison([replace(arm, days=20) for arm in arms], workers=0).until(1))
    for summary in (last_summary, first, none):
        said = summary.verdict(lang, arms=("A", "B"))
        assert said and "{" not in said and "nan" not in said
    assert last_summary.classify() == "raises" and first.classify() == "one" and none.classify() == "none"


def test_worlds_stream_as_pairs_do_and_are_those_of_compare(arms):
    *_, one = stream_worlds(arms, workers=0).until(10)
    *_, other = stream_worlds(arms, workers=2).until(10)
    pd.testing.assert_frame_equal(one.rows, other.rows)
    both = compare(read_case("wuzi_yard"), NAME, replicates=1, worlds=10, days=120, workers=0)
    pd.testing.assert_frame_equal(one.ranges, both.ranges)
    words = one.sentence_of_worlds("en", ("Left", "Right"))
    assert "of 10 plausible worlds" in words and "Right" in words and "against Left" in words
    assert "个可信世界" in one.sentence_of_worlds("zh", ("左边", "右边"))
    assert replace(one, wide="Wide first.").verdict().startswith("Wide first. ")
