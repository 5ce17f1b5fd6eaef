"""The parts of an effect sum to it in every world, and a lever that is off moves nothing."""

import json

import numpy as np
import pytest
from cli_runner import typist
from scenarios import ESTATE, with_mechanisms

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison import lever_paths
from cogov.experiments.comparison.lever_paths import (
    HOURS,
    MEANS,
    TOGETHER,
    TOTAL,
    levers_of,
    path_effects,
    paths_in_world,
    without_levers,
)
from cogov.experiments.comparison.plausible_pairs import run_in_world
from cogov.experiments.evidence.plausible_worlds import worlds_of_arms
from cogov.model import measures
from cogov.model.simulate import simulate

ARMS = with_mechanisms(ESTATE), with_mechanisms(ESTATE, "building_captains")
WORLDS = worlds_of_arms(ARMS)


def test_parts_sum_to_the_effect_in_every_world():
    for world in (0, 1):
        table = paths_in_world(WORLDS, ARMS, "building_captains", "resolution_rate", world)
        assert list(table.index) == [HOURS, *levers_of("building_captains"), TOGETHER, TOTAL]
        rates = [measures.summary(run_in_world(WORLDS, arm, world))["resolution_rate"] for arm in ARMS]
        assert table["part"].drop(TOTAL).sum() == pytest.approx(rates[1] - rates[0])
        assert table.loc[TOTAL, "part"] == pytest.approx(rates[1] - rates[0])


def test_a_lever_that_is_off_does_nothing_and_the_hours_are_still_spent():
    full = simulate(ARMS[1], 3)
    blind = simulate(without_levers(ARMS[1], "building_captains", ["sight"]), 3)
    code = full.names.index("building_captains")
    assert np.count_nonzero(full.issues["found_by"] == code) > 0
    assert np.count_nonzero(blind.issues["found_by"] == code) == 0
    idle = simulate(without_levers(ARMS[1], "building_captains", levers_of("building_captains")), 3)
    assert np.count_nonzero(idle.issues["resolved_by"] == code) == 0
    assert idle.ledger.hours[code].sum() > 0.0


def test_switching_no_lever_off_changes_nothing():
    plain, same = simulate(ARMS[1], 3), simulate(without_levers(ARMS[1], "building_captains", []), 3)
    assert (plain.issues == same.issues).all() and (plain.history == same.history).all()
    assert "sight" in ARMS[1].mechanisms["building_captains"].pulls, "the original declares its levers still"


def test_means_are_not_switched_off_and_a_mechanism_of_means_alone_is_refused(monkeypatch):
    assert not set(levers_of("building_captains")) & set(MEANS)
    monkeypatch.setattr(lever_paths, "MEANS", lever_paths.load_class("whistle").pulls)
    with pytest.raises(UserError, match="pulls no lever"):
        levers_of("whistle")


def test_means_over_worlds_sum_too():
    table = path_effects(ARMS, "building_captains", "burden", worlds=10, workers=0)
    assert table["part"].drop(TOTAL).sum() == pytest.approx(table.loc[TOTAL, "part"])
    assert (table["low"] <= table["part"]).all() and (table["part"] <= table["high"]).all()
    assert table["lost"].notna().sum() == len(levers_of("building_captains"))


def test_the_command_takes_an_effect_apart_in_both_languages(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    typed = typist(monkeypatch, capsys, "paths")
    words = ("wuzi_yard", "--mechanism", "chat_groups", "--worlds", "10", "--days", "60", "--workers", "0")
    status, out, _ = typed(*words)
    assert status == 0 and "chat_groups works most by this" in out and "together" in out
    status, out, _ = typed(*words, "--lang", "zh")
    assert status == 0 and "chat_groups主要靠" in out
    told = json.loads(typed(*words, "--json")[1])
    assert told["parts"][-1]["lever"] == "total"
    status, _, err = typed(*words[:2], "grid_patroll")
    assert status == 2 and "grid_patrol" in err and err.count("\n") == 1
    status, _, err = typed(*words[:5], "--days", "9", "--workers", "0")
    assert status == 2 and "no value in any world" in err and "\n" not in err.strip()
