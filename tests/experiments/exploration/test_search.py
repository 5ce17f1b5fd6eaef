"""A search loses no trial, depends on its seed only, and keeps its limits.

Its front is confirmed with new random numbers.
"""

import importlib
import json
from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison import runs
from cogov.experiments.comparison.plausible_pairs import run_in_world
from cogov.experiments.evidence.plausible_worlds import worlds_of_arms
from cogov.experiments.exploration import pareto as front
from cogov.experiments.exploration import search as searching
from cogov.experiments.exploration.front_worlds import front_sentences, try_front
from cogov.experiments.exploration.pareto import confirm_front, pareto
from cogov.experiments.exploration.search import search, simulate_design
from cogov.experiments.exploration.search_space import describe_design, design_scenario
from cogov.model.measures import summary
from cogov.model.scenarios.cases import read_case

pytest.importorskip("optuna")
SHORT = replace(read_case("wuzi_yard"), days=60)
ASKED = {
    "mechanisms": ["building_captains", "party_volunteers", "grid_patrol"],
    "knobs": {"mechanisms.grid_patrol.strength": (0.2, 1.0), "committee.staff": (0.2, 2.0)},
    "limits": {"hours": 40.0},
    "trials": 20,
    "replicates": 2,
    "confirm": 3,
    "off": ["incubation", "consent_campaign"],
}
AIMS = {"reported": "maximise", "hours": "minimise"}


@pytest.fixture(scope="module")
def result():
    return search(SHORT, AIMS, **ASKED)


def check_same(one, two):
    pd.testing.assert_frame_equal(one.trials, two.trials)
    pd.testing.assert_frame_equal(one.front, two.front)


def design_of(trial):
    """Return the design of a row of the table of trials."""
    on = [name for name in ASKED["mechanisms"] if trial[f"mechanisms.{name}"]]
    return {"on": on, "knobs": {path: trial[path] for path in ASKED["knobs"] if np.isfinite(trial[path])}}


def test_the_front_is_tried_in_plausible_worlds_against_the_unchanged_case():
    """Each mix and the case in the same worlds, with the same luck; what the search varies is not drawn."""
    room = searching.build_search_space(
        SHORT, ("grid_patrol",), {"committee.staff": (0.2, 2.0)}, AIMS, {}, None, 30, {"on": ["grid_patrol"]}
    )
    designs = [{"on": ["grid_patrol"], "knobs": knobs} for knobs in ({}, {"committee.staff": 1.5})]
    table = try_front(room, designs, 10, lambda job, numbers: ((n, job(n)) for n in numbers))
    assert {*table.index.get_level_values("mix")} == {"grid_patrol", "grid_patrol with committee.staff 1.5"}
    assert (table.loc["grid_patrol", ["p5", "p95", "better"]] == 0.0).all(axis=None), (
        "it is the unchanged case"
    )
    drawn = worlds_of_arms([room.scenario], room.knobs, room.seed)
    assert "committee.staff" not in drawn.numbers(0)
    values = [
        summary(run_in_world(drawn, scenario, world), 30)["hours"]
        for world in range(10)
        for scenario in (room.base, design_scenario(room, designs[1]))
    ]
    change = np.subtract(values[1::2], values[::2])
    row = table.loc["grid_patrol with committee.staff 1.5", :].loc["hours"]
    assert row["median"] == pytest.approx(np.median(change)) and row["better"] == np.mean(change < 0.0)
    assert any("of 10 plausible worlds" in line for line in front_sentences(table))


def test_every_trial_is_in_the_table_and_the_two_ends_stand_first(result):
    t = result.trials
    assert list(t.index) == list(range(20)) and (t.status == "done").all()
    assert t.mix[0] == "nothing with committee.staff 0.4" and t.mix[1].startswith(
        "building_captains + party_volunteers + grid_patrol (strength 1)"
    )
    assert (
        t["committee.staff"].between(0.2, 2.0).all()
        and t.loc[~t["mechanisms.grid_patrol"], "mechanisms.grid_patrol.strength"].isna().all()
    )


def test_a_trial_is_the_result_of_simulating_its_mix(result):
    t = result.trials.iloc[5]
    scenario = design_scenario(result.room, design_of(t))
    assert set(scenario.mechanisms) == set(design_of(t)["on"])
    told = [summary(runs.replicate(scenario, "search", 0, number)) for number in range(2)]
    assert (t.reported, t.hours) == pytest.approx(
        (np.mean([one["reported"] for one in told]), np.mean([one["hours"] for one in told]))
    )


def test_the_front_is_of_those_within_the_limits_that_none_of_them_beats(result):
    t = result.trials
    assert (t.within_limits == (t["beyond.hours"] <= 40)).all() and 0 < t.within_limits.sum() < 20
    able = t[t.within_limits]
    for n, row in t.iterrows():
        beaten = (
            (able.reported >= row.reported)
            & (able.hours <= row.hours)
            & ((able.reported > row.reported) | (able.hours < row.hours))
        ).any()
        assert row.front == (row.within_limits and not beaten), n


def test_the_front_is_shown_on_new_random_numbers_with_those_that_drop_out(result):
    front, row = result.front, result.front.iloc[0]
    assert set(front.trial) == set(result.trials["first"][result.trials.front])
    scenario = design_scenario(result.room, design_of(result.trials.loc[row.trial]))
    fresh = [summary(runs.replicate(scenario, "search", 0, number))["reported"] for number in (2, 3, 4)]
    assert (
        row.reported == pytest.approx(np.mean(fresh)) and row.reported_low < row.reported < row.reported_high
    )
    assert front.share_on_front.between(0, 1).all() and (front.status.eq("confirmed") == front.front).all()
    text = list(result.sentences())
    assert (
        text[0].startswith("20 trials")
        and len(text) == 4 + len(front)
        and "in addition to the unchanged case" in text[1]
        and "new random numbers" in text[2]
    )


def test_what_is_beaten_or_too_dear_on_new_random_numbers_drops_out(result):
    """Three mixes by hand; the case as it stands spends 80 hours.

    Measures are reported, hours, hours beyond, yuan.
    """
    assert result.room.measures_to_keep == ("reported", "hours", "beyond.hours", "yuan")
    noise = np.random.default_rng(1).normal(scale=1.0, size=(30, 1))
    mixes = [
        np.array([told, hours, hours - 80, 0.0])
        + noise * [1, 1, 1, 0]
        + np.random.default_rng(int(told)).normal(scale=0.5, size=(30, 4)) * [1, 1, 1, 0]
        for told, hours in ((50, 100), (40, 110), (90, 900))
    ]
    table = confirm_front(
        result.room, pd.DataFrame({"mix": ["good", "beaten", "dear"]}), [("", values) for values in mixes]
    ).set_index("mix")
    assert table.status.to_dict() == {
        "good": "confirmed",
        "beaten": "not confirmed: dominated by another mix with new random numbers",
        "dear": "not confirmed: exceeds the limits with new random numbers",
    }
    assert table.share_on_front.to_dict() == {"good": 1.0, "beaten": 0.0, "dear": 0.0}


@pytest.mark.parametrize("sampler", ["nsga2", pytest.param("tpe", marks=pytest.mark.slow)])
def test_the_same_seed_searches_the_same_and_another_does_not(result, sampler):
    one = search(SHORT, AIMS, **ASKED, sampler=sampler)
    check_same(one, search(SHORT, AIMS, **ASKED, sampler=sampler) if sampler == "tpe" else result)
    assert not search(SHORT, AIMS, **ASKED, sampler=sampler, seed=1).trials.mix.equals(one.trials.mix)


@pytest.mark.slow
def test_more_workers_change_nothing(result):
    check_same(result, search(SHORT, AIMS, **ASKED, workers=2))


def reverse_pool(workers):
    """Return the results of the last design first."""
    return searching.contextmanager(
        lambda: (yield lambda job, many: ((n, job(many[n])) for n in reversed(range(len(many)))))
    )()


def test_the_order_in_which_designs_are_done_changes_nothing(result, monkeypatch):
    monkeypatch.setattr(searching, "worker_pool", reverse_pool)
    check_same(result, search(SHORT, AIMS, **ASKED))


def test_no_trial_is_lost_when_a_search_is_cut_off(result, tmp_path, monkeypatch):
    """It is interrupted after eleven designs, in the middle of a line.

    Resumed, it simulates only the others.
    """
    count, path = [0], tmp_path / "out" / "trials.csv"

    def breaking(*args):
        count[0] += 1
        if count[0] == 12:
            raise KeyboardInterrupt
        return simulate_design(*args)

    with monkeypatch.context() as m, pytest.raises(KeyboardInterrupt):
        m.setattr(searching, "simulate_design", breaking)
        search(SHORT, AIMS, **ASKED, record=path)
    assert len(path.read_text().splitlines()) == 12
    with path.open("a") as file:
        file.write('abc,"{""on"": [')
    again = []
    with monkeypatch.context() as m:
        m.setattr(
            searching,
            "simulate_design",
            lambda room, numbers, design: (
                again.append(json.dumps(design)) or simulate_design(room, numbers, design)
            ),
        )
        check_same(result, search(SHORT, AIMS, **ASKED, record=path))
    different = result.trials["first"].nunique()
    assert len(again) == different - 11 + len(result.front)
    lines = path.read_text().splitlines()
    assert len(lines) == 1 + different
    monkeypatch.setattr(
        searching,
        "simulate_design",
        lambda room, numbers, design: (
            simulate_design(room, numbers, design) if numbers.start else pytest.fail("known already")
        ),
    )
    check_same(result, search(SHORT, AIMS, **ASKED, record=path))


def test_a_record_of_something_else_is_not_written_on(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("name,age\n")
    with pytest.raises(UserError, match="is not a record of this search"):
        search(SHORT, AIMS, **ASKED, record=path)
    assert path.read_text() == "name,age\n"


def test_a_mix_that_cannot_be_is_a_failed_trial_and_not_the_end(monkeypatch):
    def grumpy(room, design):
        if "grid_patrol" in design["on"]:
            raise UserError("no patrols here")
        return design_scenario(room, design)

    monkeypatch.setattr(searching, "design_scenario", grumpy)
    t = search(SHORT, AIMS, **ASKED).trials
    assert ((t.status == "failed") == t["mechanisms.grid_patrol"]).all() and len(t) == 20
    assert (t.why[t.status == "failed"] == "no patrols here").all() and not t.front[
        t.status == "failed"
    ].any()


def test_limits_that_nothing_keeps_leave_an_empty_front_and_say_so():
    result = search(SHORT, AIMS, **{**ASKED, "limits": {"hours": -1e6}, "trials": 4})
    said = list(result.sentences())
    assert (
        not len(result.front)
        and "hours at most -1,000,000" in said[1]
        and said[2].startswith("No mix is within the limits")
    )


PLANTED = {  # mechanism -> hours of the committee, of members, and its effect on the rate
    "building_captains": (500.0, 0.0, 0.1),  # the case has it
    "grid_patrol": (150.0, 0.0, 0.3),
    "whistle": (400.0, 0.0, 0.45),
    "mediation_room": (0.0, 300.0, 0.2),
    "chat_groups": (300.0, 900.0, 0.6),
}


def planted_result(scenario, seed, number, within):
    """Return a replicate whose truth is known: effects add up, and all spend 1000 hours besides."""
    own = [PLANTED[name] for name in PLANTED if name in scenario.mechanisms]
    committee, member, rate = np.sum([(1000.0, 0.0, 0.0), *own], axis=0)
    shift = 10.0 * number  # the same in the case as it stands
    return {
        "resolution_rate": rate,
        "hours": committee + member + shift,
        "hours.committee": committee + shift,
        "hours.member": member,
        "yuan": 0.0,
    }


class AllSets:
    """Replaces a study: proposes every set of mechanisms once."""

    def __init__(self, names):
        self.sets = enumerate(product([False, True], repeat=len(names)))
        self.names = names

    def ask(self):
        number, switches = next(self.sets)
        told = dict(zip(self.names, switches))
        return SimpleNamespace(
            number=number,
            suggest_categorical=lambda name, choices: told[name.removeprefix("mechanisms.")],
            set_constraint=lambda name, value: None,
        )

    def tell(self, *told, **more):
        pass


@pytest.mark.parametrize(
    ("limits", "most", "best"),
    [
        ({"hours.committee": 200}, None, {"building_captains", "grid_patrol", "mediation_room"}),
        ({"hours.committee": 200, "hours.member": 100}, None, {"building_captains", "grid_patrol"}),
        ({"hours": 460}, None, {"building_captains", "grid_patrol", "mediation_room"}),
        ({"hours.committee": 1000}, 1, {"building_captains", "chat_groups"}),
        ({"hours.committee": 700}, 2, {"building_captains", "chat_groups", "whistle"}),
        ({"hours.committee": 0}, None, {"building_captains", "mediation_room"}),
        ({}, 0, {"building_captains"}),
    ],
)
def test_a_budget_is_of_what_is_spent_beyond_the_case_as_it_stands(monkeypatch, limits, most, best):
    """The best design by the planted truth.

    Counted in total, no limit would leave any design, and each limit leaves another one.
    """
    monkeypatch.setattr(searching, "simulate_outcome", planted_result)
    monkeypatch.setattr(front, "RESAMPLES", 20)
    case = replace(SHORT, mechanisms={"building_captains": SHORT.mechanisms["building_captains"]})
    may = [name for name in PLANTED if name != "building_captains"]
    monkeypatch.setattr(searching, "create_study", lambda *_: AllSets(may))
    done = search(
        case,
        {"resolution_rate": "maximise"},
        mechanisms=may,
        limits=limits,
        most=most,
        trials=16,
        replicates=2,
        confirm=2,
    )
    assert {"building_captains", *done.front.mix[0].split(" + ")} - {"nothing"} == best
    assert done.front.status[0] == "confirmed"


def test_what_a_mix_leaves_out_of_the_case_pays_for_something_else(monkeypatch):
    """The captains of the case may be dropped: their 500 hours are then available for the whistle."""
    monkeypatch.setattr(searching, "simulate_outcome", planted_result)
    monkeypatch.setattr(front, "RESAMPLES", 20)
    case = replace(SHORT, mechanisms={"building_captains": SHORT.mechanisms["building_captains"]})
    done = search(
        case,
        {"resolution_rate": "maximise"},
        mechanisms=["building_captains", "whistle"],
        limits={"hours": 0},
        most=1,
        trials=12,
        replicates=2,
        confirm=2,
    )
    assert (
        done.room.given == ("building_captains",)
        and done.front.mix[0] == "whistle"
        and done.front["beyond.hours"][0] == -100
    )


def test_no_mix_has_more_mechanisms_than_may_be_added(result):
    may = ["grid_patrol", "whistle", "mediation_room", "chat_groups", "building_captains"]
    t = search(
        SHORT, {"reported": "maximise"}, mechanisms=may, most=2, trials=24, replicates=2, confirm=2
    ).trials
    added = t[[f"mechanisms.{name}" for name in may[:-1]]].sum(axis=1)
    # by chance, two of all designs keep the captains of the case
    assert added.max() == 2 and t["mechanisms.building_captains"][1] and added[1] == 2
    assert (
        len({tuple(row) for row in t.loc[added == 2, [f"mechanisms.{name}" for name in may[:-1]]].to_numpy()})
        > 1
    )


def test_hours_of_roles_add_up_to_all_hours():
    one = searching.simulate_outcome(SHORT, 0, 0, 30)
    assert (
        sum(one[name] for name in one if name.startswith("hours.")) == pytest.approx(one["hours"])
        and one["hours.committee"] > 0
    )


def test_the_front_of_points():
    draw = np.random.default_rng(2).random((40, 3))
    beaten = [any((other >= one).all() and (other > one).any() for other in draw) for one in draw]
    assert (pareto(draw) == ~np.array(beaten)).all()
    assert pareto(np.zeros((0, 2))).shape == (0,)


def test_whole_numbers_stay_whole():
    t = search(
        SHORT,
        {"reported": "maximise"},
        knobs={"committee.check_after_days": (2, 20)},
        trials=6,
        replicates=2,
        confirm=2,
    ).trials
    assert (t["committee.check_after_days"] % 1 == 0).all() and t["committee.check_after_days"].nunique() > 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mechanisms": ["grid_patrole"]}, "did you mean"),
        ({"knobs": {"committee.staf": (0, 1)}}, "no knob is called 'committee.staf'"),
        ({"knobs": {"mechanisms.whistle.strength": (0, 1)}}, "name it among the mechanisms"),
        ({"knobs": {"committee.staff": (-1, 1)}}, "is not a range within the allowed"),
        ({"limits": {"yuans": 1}}, "no measure is called 'yuans'"),
        ({"limits": {"hours.comittee": 1}}, "did you mean 'hours.committee'"),
        ({"most": -1}, "most = -1 mechanisms is out of range; allowed is 0 to"),
        ({"mechanisms": [], "most": 3}, "no mechanism may vary"),
        ({"objectives": {"hours": "less"}}, "allowed are maximise, minimise"),
        ({"objectives": {}}, "no objective"),
        ({"mechanisms": [], "knobs": {}}, "nothing may vary"),
        ({"trials": 0}, "trials = 0 is out of range"),
        ({"sampler": "luck"}, "allowed are nsga2, tpe"),
    ],
)
def test_what_cannot_be_searched_is_refused(change, words):
    with pytest.raises(UserError, match=words):
        search(SHORT, **{"objectives": AIMS, **ASKED, **change})


def test_without_optuna_the_way_to_install_it_is_shown(monkeypatch):
    monkeypatch.setattr(searching, "import_module", lambda name: importlib.import_module(f"nowhere_{name}"))
    with pytest.raises(UserError, match=r"pip install 'cogov\[search\]'"):
        search(SHORT, AIMS, **ASKED)


def test_a_mix_is_described_in_words():
    assert (
        describe_design({"on": ["whistle", "grid_patrol"], "knobs": {"mechanisms.whistle.strength": 0.25}})
        == "whistle (strength 0.25) + grid_patrol"
    )
