"""A recording shows what was simulated: the same states, places and numbers, however it is sent."""

import numpy as np
import pytest

from cogov.engine.codes import DESK_NONE
from cogov.experiments.narrative.recording import (
    pack_recording,
    record_year,
    unpack_recording,
)
from cogov.model.issues import issue_table as of
from cogov.model.scenarios.cases import alter_scenario, list_cases, read_case
from cogov.model.simulate import build_community, simulate

CASES = [alter_scenario(read_case(name), days=90) for name in list_cases()]
every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@every_case
def test_the_last_state_of_an_issue_is_its_state(case):
    film = record_year(case, 3)
    a, first = film.arrays, film.arrays["issue_first"].astype(int)
    assert len(film.run.issues) and np.array_equal(a["event_state"][first[1:] - 1], film.run.issues["state"])


@every_case
def test_a_recording_counts_open_issues_as_the_run_does(case):
    """On every day, states at the end of the day say how many are open and how many are unknown."""
    film = record_year(case, 3)
    a, first = film.arrays, film.arrays["issue_first"].astype(int)
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    for day in (1, 17, 60, 90):
        then = np.flatnonzero(a["event_day"] <= day)
        state = np.full(len(first) - 1, 255)
        state[owner[then]] = a["event_state"][then]  # the last one counts: events stand in order
        state = state[film.run.issues["desk"] != DESK_NONE]
        assert np.count_nonzero(state < of.RESOLVED) == a["day_open"][day]
        assert np.count_nonzero(state == of.UNKNOWN) == a["day_unknown"][day]


@every_case
def test_every_flat_has_a_window_of_its_own(case):
    a = record_year(alter_scenario(case, days=1), 0).arrays
    windows = np.stack([a["flat_building"], a["flat_stairwell"], a["flat_floor"], a["flat_slot"]])
    assert len(np.unique(windows, axis=1).T) == len(a["flat_building"]) == case.community.households
    assert (a["flat_floor"] >= 1).all() and (
        a["flat_floor"] <= a["building_floors"][a["flat_building"]]
    ).all()


def test_recording_changes_nothing():
    case = CASES[0]
    film, run = record_year(case, 5), simulate(case, 5)
    np.testing.assert_array_equal(film.run.issues, run.issues)
    np.testing.assert_array_equal(film.run.history, run.history)
    for name, column in run.series.items():
        np.testing.assert_array_equal(film.arrays[f"day_{name}"][1:], column.astype(np.float32))


def test_layers_are_means_of_buildings():
    case = alter_scenario(read_case("wuzi_yard"), days=14)
    film = record_year(case, 5)
    there = build_community(case)
    last = film.run.series["trust_committee"][-1]
    weights = np.bincount(there.households.building[there.residents.home[there.residents.band > 0]])
    assert np.average(film.arrays["layer_trust_committee"][-1] / 255, weights=weights) == pytest.approx(
        last, abs=0.003
    )
    assert film.arrays["layer_satisfaction"].shape == (3, 5)


def test_two_arms_have_the_same_place_and_the_same_issues_by_name():
    case = alter_scenario(read_case("wuzi_yard"), days=60)
    one, other = record_year(case, 5), record_year(alter_scenario(case, on=["grid_patrol"]), 5)
    for name in one.arrays:
        if name.startswith(("building_", "flat_")):
            np.testing.assert_array_equal(one.arrays[name], other.arrays[name])
    assert len(np.intersect1d(one.arrays["issue_id"], other.arrays["issue_id"])) > 10


@every_case
def test_what_is_packed_is_unpacked(case):
    film = record_year(alter_scenario(case, days=20), 1)
    raw = pack_recording(film)
    header, arrays = unpack_recording(raw)
    assert (
        header == film.header
        and arrays.keys() == film.arrays.keys()
        and (int.from_bytes(raw[:4], "little") + 4) % 8 == 0
    )
    for name, array in film.arrays.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)
