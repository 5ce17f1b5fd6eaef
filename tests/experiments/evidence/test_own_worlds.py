"""Worlds of one's own: a strict reader, and what a log says holds in place of what the case says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scenarios import with_mechanisms

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison.compare import compare
from cogov.experiments.evidence import own_worlds
from cogov.experiments.evidence.plausible_worlds import members, worlds_of_arms
from cogov.experiments.robustness.weighing import robust_experiment
from cogov.experiments.sweep.sweep import plan_sweep
from cogov.model.scenarios.cases import alter_scenario, read_case

CASE = alter_scenario(read_case("guiyuan"), settings={"committee.staff": 9.0})
ROWS = [{"committee.staff": 2.0 + n, "issues.litter.rate": 0.1 + n / 100} for n in range(12)]


@pytest.fixture
def file(tmp_path):
    return own_worlds.write_worlds_file(tmp_path / "mine.parquet", ROWS, ["committee.staff"], "guiyuan")


def test_worlds_are_read_as_they_were_written(file):
    worlds = own_worlds.read_worlds_file(file)
    assert worlds.case == "guiyuan" and worlds.fitted == {"committee.staff"}
    for written, read in zip(ROWS, worlds.members, strict=True):
        assert read == pytest.approx(written, rel=1e-3)


def test_what_the_log_says_holds_in_place_of_the_case_but_not_of_what_a_user_sets(file):
    arms = with_mechanisms(CASE), with_mechanisms(CASE, "building_captains")
    drawn = [worlds_of_arms(arms, file=str(file)).numbers(world) for world in range(len(ROWS))]
    assert {round(one["committee.staff"]) for one in drawn} == set(range(2, 14))
    assert len({one["issues.litter.rate"] for one in drawn}) == len(ROWS)
    held = worlds_of_arms(arms, ["committee.staff"], file=str(file)).numbers(0)
    assert "committee.staff" not in held and "committee.staff" not in worlds_of_arms(arms).numbers(0)
    # all other numbers are drawn from their priors
    assert len(drawn[0]) > 300 and members()[0].keys() - {"issues.litter.rate"} & drawn[0].keys()


def test_a_changed_file_is_read_again(file, tmp_path):
    first = members(str(file))
    own_worlds.write_worlds_file(file, ROWS[:3], ["committee.staff"], "guiyuan")
    assert len(first) == len(ROWS) and len(members(str(file))) == 3


def damage(file, how, monkeypatch):
    if how == "no file":
        file.unlink()
    elif how == "no manifest":
        file.with_suffix(".toml").unlink()
    elif how == "other content":
        file.write_bytes(file.read_bytes() + b"x")
    elif how == "another case":
        own_worlds.write_worlds_file(file, ROWS, [], "lianhe")
    elif how == "no rows":
        monkeypatch.setattr(pd, "read_parquet", lambda path: pd.DataFrame(columns=["committee.staff"]))
    elif how == "out of range":
        own_worlds.write_worlds_file(file, [{"committee.staff": 1e6}], [], "guiyuan")
    elif how == "misspelt":
        own_worlds.write_worlds_file(file, [{"committee.staf": 1.0}], [], "guiyuan")
    elif how == "not finite":
        own_worlds.write_worlds_file(file, [{"committee.staff": np.nan}], [], "guiyuan")
    elif how == "not there":
        own_worlds.write_worlds_file(file, ROWS, ["committee.staff", "committee.budget_yuan"], "guiyuan")
    elif how == "a case":
        return file.with_suffix(".toml")
    return file


@pytest.mark.parametrize(
    ("how", "hint"),
    [
        ("no file", "cannot be read"),
        ("no manifest", "mine.toml beside it cannot be read"),
        ("other content", "is not the file that mine.toml describes"),
        ("another case", "fitted to a log of lianhe, and this is guiyuan"),
        ("no rows", "has no worlds"),
        ("out of range", "committee.staff = 999936 is out of range; allowed is 0 to 500"),
        ("misspelt", "nearest are committee.staff"),
        ("not finite", "world 0: committee.staff = nan"),
        ("not there", "has no column committee.budget_yuan, which mine.toml calls fitted"),
        ("a case", "ends in .parquet"),
    ],
)
def test_a_wrong_file_of_worlds_is_refused_with_the_way_out(file, how, hint, monkeypatch):
    with pytest.raises(UserError, match=hint.replace(".", r"\.")) as refused:
        compare(
            CASE,
            "building_captains",
            replicates=1,
            worlds=1,
            worlds_file=damage(file, how, monkeypatch),
            workers=0,
        )
    assert "--worlds-file" in str(refused.value)


def test_an_experiment_in_worlds_of_ones_own_has_other_runs_for_other_worlds(file):
    plain = plan_sweep(robust_experiment("guiyuan", ["building_captains"], worlds=10))
    mine = plan_sweep(
        replace(robust_experiment("guiyuan", ["building_captains"], worlds=10), worlds_file=str(file))
    )
    own_worlds.write_worlds_file(file, ROWS[:5], ["committee.staff"], "guiyuan")
    other = plan_sweep(
        replace(robust_experiment("guiyuan", ["building_captains"], worlds=10), worlds_file=str(file))
    )
    assert len({tuple(plan.stems) for plan in (plain, mine, other)}) == 3
    arm = mine.arms[0]
    assert mine.worlds["guiyuan"].numbers(0)["committee.staff"] in {round(r["committee.staff"]) for r in ROWS}
    assert arm.name == "none"
