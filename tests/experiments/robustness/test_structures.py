"""Whether an answer survives other rules: all are tried in the same worlds, and the spread is split."""

from dataclasses import replace

import numpy as np
import pytest
from cli_runner import typist

from cogov.engine.texts.errors import UserError
from cogov.experiments.evidence.plausible_worlds import worlds_of_arms
from cogov.experiments.robustness import structures
from cogov.experiments.robustness.structures import (
    Question,
    all_structures,
    arms_against,
    mixtures_of_sample,
    question_of,
    try_structures,
)
from cogov.model.scenarios.cases import read_case
from cogov.model.scenarios.structure import DECISIONS, READ_BY, Structure, rules_named

CAPTAINS = arms_against(read_case("wuzi_yard"), ["building_captains"], on=(), off=(), settings=(), days=40)


FEW = [Structure(), Structure(reporting="word_of_mouth"), Structure(giving="habit")]


def question():
    return question_of(CAPTAINS, "trust_committee")


def test_there_is_a_structure_for_every_choice_of_rules_and_the_first_is_the_models_own():
    every = all_structures()
    assert len(every) == len({*every}) == np.prod([len(rules_named(name)) for name in DECISIONS])
    assert every[0] == Structure()


def test_every_number_of_a_rule_is_drawn_where_all_rules_are_tried_else_where_its_rule_is_chosen():
    drawn = question().worlds.numbers(0)
    assert {f"structure.{name}" for name in READ_BY} <= {*drawn}
    assert not any(path.startswith("structure.") for path in worlds_of_arms(CAPTAINS).numbers(0))
    habit = tuple(replace(arm, structure=Structure(giving="habit")) for arm in CAPTAINS)
    only = {path for path in worlds_of_arms(habit).numbers(0) if path.startswith("structure.")}
    assert only == {"structure.habit_logit"}
    others = {path: value for path, value in worlds_of_arms(habit).numbers(0).items() if path not in only}
    assert others == worlds_of_arms(CAPTAINS).numbers(0), "numbers of rules move no other number"


def test_a_mixture_has_the_draws_that_its_place_says():
    asked = question()
    values = mixtures_of_sample(asked, 10, 3)
    assert values.shape == (2, 2, 2, 2) and np.isfinite(values).all()
    drawn = []
    structure = all_structures()[5]

    class Seen(Question):
        def effect(self, *inputs):
            drawn.append(inputs)
            return 0.0

    mixtures_of_sample(Seen(asked.worlds, asked.arms, asked.measure), 10, 3)
    rules, numbers, people, luck = zip(*drawn)
    assert len({*drawn}) == 16 and {*numbers} == {*people} == {*luck} == {16, 17}
    assert values[0, 1, 0, 1] == asked.effect(rules[0], 17, 16, 17)
    assert asked.effect(structure, 0, 0, 0) != asked.effect(structure, 0, 0, 1)
    assert asked.effect(structure, 0, 0, 0) != asked.effect(structure, 0, 1, 0)


def test_workers_change_nothing_and_parts_sum(monkeypatch):
    monkeypatch.setattr(structures, "all_structures", lambda: [Structure(), Structure(giving="habit")])
    one = try_structures(question(), "captains", worlds=10, samples=3, workers=0)
    assert one.parts["share"].sum() == pytest.approx(1.0)
    assert one.effects.shape == (10, 2)
    again = try_structures(question(), "captains", worlds=10, samples=3, workers=0)
    assert one.effects.equals(again.effects) and one.parts.equals(again.parts)


@pytest.mark.slow
def test_two_workers_say_what_one_says():
    one, two = (
        try_structures(question(), "captains", worlds=10, samples=3, workers=workers) for workers in (0, 2)
    )
    assert one.effects.equals(two.effects) and one.parts.equals(two.parts)


def test_against_another_mechanism_both_arms_have_their_own():
    without, treated = arms_against(
        read_case("guiyuan"), ["building_captains"], ["grid_patrol"], on=(), off=(), settings=(), days=None
    )
    assert "grid_patrol" in without.mechanisms and "building_captains" not in without.mechanisms
    assert "building_captains" in treated.mechanisms and "grid_patrol" not in treated.mechanisms
    with pytest.raises(UserError, match="no mechanism is named"):
        arms_against(read_case("guiyuan"), [], ["grid_patrol"], on=(), off=(), settings=(), days=None)


def test_the_command_tells_rules_and_split_in_both_languages(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(structures, "all_structures", lambda: FEW)
    command = typist(monkeypatch, capsys, "structures")
    words = (
        "wuzi_yard",
        "--mechanism",
        "building_captains",
        "--days",
        "20",
        "--within",
        "5",
        "--workers",
        "0",
    )
    status, out, err = command(*words, "--samples", "2", "--out", "told")
    text = " ".join(out.split())
    assert status == 0, err
    assert "of 3 structures" in text and "Of the variance of the effect" in text and "word_of_mouth" in text
    assert {path.name for path in (tmp_path / "told").iterdir()} == {
        "structures.csv",
        "rules.csv",
        "split.csv",
        "structures.png",
        "structures.svg",
        "manifest.json",
    }
    status, out, _ = command(*words, "--samples", "0", "--lang", "zh")
    assert status == 0 and "3种结构" in out and "方差" not in out
