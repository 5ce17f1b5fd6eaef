"""The state of a visitor's page can be kept and opened again, and what cannot be is named."""

import json
import threading
import time
from dataclasses import replace

import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison.compare import compare
from cogov.model import mechanisms
from cogov.model.activities import format_amount
from cogov.model.scenarios.cases import list_cases
from cogov.viz.i18n import words
from cogov.viz.page import page_state as desks
from cogov.viz.page.homes import homes
from cogov.viz.page.mechanism_controls import describe_account
from cogov.viz.page.page_state import Setting, open_state, preset, simulate_state, state_from_text
from cogov.viz.screen import year_cache

SMALL = replace(open_state("wuzi_yard"), days=40)


@pytest.mark.parametrize("case", list_cases())
def test_a_state_comes_back_as_it_was(case):
    one = replace(open_state(case), seed=7, day=12, lang="zh", layer="satisfaction")
    one = replace(
        one,
        settings=(
            one.settings[0]
            .with_switch("grid_patrol", True)
            .with_parameter("mechanisms.grid_patrol.patrol_hours", 1.5),
            one.settings[1].with_parameter("committee.staff", 2.5),
        ),
    )
    assert state_from_text(one.to_text()) == one


def test_the_panel_of_a_mechanism_says_what_was_done_by_the_day_shown_and_in_the_whole_run():
    state = replace(
        SMALL, settings=(SMALL.settings[0].with_switch("grid_patrol", True), SMALL.settings[1]), day=20
    )
    recording = simulate_state(state).films[0]
    walked = recording.run.daily["grid_patrol"]["patrol_hours"]
    assert 0.0 < walked[19] < walked[39]
    for lang, by_day, in_all, words_of in (
        ("en", "Done by day 20: ", "Done in the whole run: ", "hours walked on patrol"),
        ("zh", "到第20天：", "全程：巡查时间", "巡查时间"),
    ):
        lines = list(describe_account("grid_patrol", recording, 20, lang))
        (day_line,) = (line for line in lines if line.startswith(by_day))
        (run_line,) = (line for line in lines if line.startswith(in_all))
        assert f"{words_of} {format_amount(walked[19])}" in day_line
        assert f"{words_of} {format_amount(walked[39])}" in run_line


WRONG = {
    "not JSON": ("{", "not JSON"),
    "not a state": ("[]", "not a saved state"),
    "of another version": ('{"cogov": 99}', "not a saved state"),
    "too long": ("1" * 100_000, "not a saved state"),
    "a case that is none": (
        json.dumps({**json.loads(SMALL.to_text()), "case": "wuzi_yart"}),
        "did you mean 'wuzi_yard'",
    ),
    "a file of this machine": (
        json.dumps({**json.loads(SMALL.to_text()), "case": "/etc/passwd.toml"}),
        "does not exist here",
    ),
    "a mechanism that is none": (
        json.dumps({**json.loads(SMALL.to_text()), "left": {"on": ["captains"], "knobs": {}}}),
        "captains",
    ),
    "a knob out of range": (
        json.dumps({**json.loads(SMALL.to_text()), "left": {"on": [], "knobs": {"committee.staff": -1}}}),
        "0 to 500",
    ),
    "a knob that is none": (
        json.dumps({**json.loads(SMALL.to_text()), "left": {"on": [], "knobs": {"committee.stuff": 1}}}),
        "committee.staff",
    ),
    "a knob that brings a value along": (
        json.dumps({**json.loads(SMALL.to_text()), "left": {"on": [], "knobs": {"committee.staff=2 #": 1}}}),
        "left is not",
    ),
    "a day that no year has": (json.dumps({**json.loads(SMALL.to_text()), "day": -3}), "day = -3"),
    "no setting": (json.dumps({**json.loads(SMALL.to_text()), "right": 3}), "right"),
    "a seed that is text": (json.dumps({**json.loads(SMALL.to_text()), "seed": "one"}), "whole number"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_state_is_said_in_a_sentence(wrong):
    text, words = WRONG[wrong]
    with pytest.raises(UserError, match=words):
        state_from_text(text)


def test_both_sides_have_the_random_numbers_of_the_first_pair_of_compare():
    shown = simulate_state(replace(SMALL, settings=(Setting(), Setting(("grid_patrol",)))))
    both = compare(
        "wuzi_yard",
        "grid_patrol",
        replicates=1,
        worlds=0,
        days=40,
        off=[name for name in mechanisms.list_mechanisms() if name != "grid_patrol"],
    )
    for side, arm in enumerate(("without", "with")):
        assert float(both.rows.loc[(0, arm), "arisen"]) == len(shown.films[side].run.issues)
        assert float(both.rows.loc[(0, arm), "hours"]) == shown.films[side].run.ledger.hours.sum()


def test_a_page_simulates_no_more_than_it_can():
    huge = replace(open_state("guiyuan"), days=3650)
    with pytest.raises(UserError, match="too many for a page") as refused:
        huge.scenario(0)
    assert "3,650天" in words.translate_exception("zh", refused.value)


def test_a_year_is_simulated_once_for_all_who_ask_and_too_many_are_sent_away(monkeypatch):
    kept, made = year_cache.YearCache(2), []
    for key in (1, 2, 1, 3, 2):
        kept.get(key, lambda key=key: made.append(key) or key)
    assert made == [1, 2, 3] and list(kept.there) == [2, 3]  # the latest two are kept
    with pytest.raises(ZeroDivisionError):
        kept.get(4, lambda: 1 / 0)
    assert kept.get(4, lambda: 5) == 5 and kept.waiting == kept.living == []  # what failed is not kept
    monkeypatch.setattr(year_cache, "QUEUE", 0)
    assert kept.get(4, lambda: 6) == 5
    with pytest.raises(UserError, match="too many visitors"):
        kept.get(6, lambda: 6)


def test_who_asked_first_is_first_but_what_can_wait_comes_last():
    years, pairs = year_cache.YearCache(9), year_cache.YearCache(9, can_wait=True)
    made, begun = [], threading.Event()

    def slow():
        begun.set()
        while len(years.waiting) < 5:
            time.sleep(0.01)
        made.append("slow")
        return "slow"

    def ask(kept, key, make):
        threads.append(threading.Thread(target=kept.get, args=(key, make)))
        threads[-1].start()

    threads = []
    ask(pairs, "slow", slow)
    assert begun.wait(10)
    for n, (kept, key) in enumerate(
        [(pairs, "pair 1"), (years, "year 1"), (pairs, "pair 2"), (years, "year 2"), (years, "year 3")]
    ):
        ask(kept, key, lambda key=key: made.append(key) or key)
        while len(years.waiting) < min(n + 1, 5) and threads[0].is_alive():
            time.sleep(0.01)
    for thread in threads:
        thread.join(10)
    assert made == ["slow", "year 1", "year 2", "year 3", "pair 1", "pair 2"]


def test_strength_zero_is_no_difference():
    weak = Setting(("grid_patrol",)).with_parameter("mechanisms.grid_patrol.strength", 0.0)
    left, right = simulate_state(replace(SMALL, settings=(Setting(), weak))).films
    assert all(
        (left.arrays[name] == right.arrays[name]).all()
        for name in left.arrays
        if name.startswith(("issue_", "event_", "layer_"))
    )


def test_a_switch_takes_its_parameters_along():
    one = (
        Setting(("grid_patrol",))
        .with_parameter("mechanisms.grid_patrol.patrol_hours", 1.5)
        .with_parameter("committee.staff", 2.0)
    )
    assert one.with_switch("grid_patrol", False) == Setting((), (("committee.staff", 2.0),))
    assert one.with_parameter("committee.staff", None).knobs == (
        ("mechanisms.grid_patrol.patrol_hours", 1.5),
    )


def test_presets_are_nothing_the_report_and_everything():
    assert preset("guiyuan", "nothing") == Setting()
    assert set(preset("guiyuan", "reported").on) == set(desks.read_case("guiyuan").mechanisms)
    assert preset("guiyuan", "everything").on == tuple(mechanisms.list_mechanisms())


def test_a_story_is_shown_for_both_sides():
    shown = simulate_state(SMALL)
    id_ = int(shown.films[0].run.issues["id"][0])
    assert shown.story(id_).id == id_ and len(shown.story(id_).arms) == 2 and shown.story(2**40) is None


def test_a_flat_says_who_lives_there():
    every = [home for b in range(5) for home in homes(SMALL, building=b)]
    (one,) = homes(SMALL, building=2, flat=every[0].flat)
    assert one == every[0] and len(one.people) >= 1
