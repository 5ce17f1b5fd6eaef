"""With the same hands a mechanism is compared with as many hours of committee staff."""

from dataclasses import replace

import pytest
from cli_runner import typist

from cogov.experiments.robustness.same_hands import STAFF, hours_of_one, staff_to_add, with_same_hands
from cogov.experiments.robustness.weighing import robust_experiment, weigh
from cogov.experiments.sweep.results import read_results
from cogov.experiments.sweep.sweep import plan_sweep, sweep
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.model.simulate import simulate

COMMITTEE = 1  # row of the hours that are supplied


def test_the_hours_of_one_are_what_one_more_brings():
    case = alter_scenario(read_case("shuian"), days=400)
    case = replace(case, calendar=replace(case.calendar, staff_leaving_rate=0.0), mechanisms={})
    more = replace(case, committee=replace(case.committee, staff=case.committee.staff + 1.0))
    brought = [simulate(one, 1).ledger.supplied[COMMITTEE] for one in (case, more)]
    assert brought[1] - brought[0] == pytest.approx(hours_of_one(case))


def test_every_arm_gets_what_it_lacks_to_the_one_that_took_most(tmp_path):
    experiment = robust_experiment("shuian", ["grid_patrol"], worlds=10, days=60)
    sweep(plan_sweep(experiment, "test"), tmp_path / "first", workers=0)
    (first,) = weigh(read_results(tmp_path / "first")).values()
    added, hours = staff_to_add(first), first.by_world("hours").mean()
    assert min(added.values()) == 0.0 and max(added.values()) > 0.0
    most = hours.idxmax()
    least = next(arm for arm in added if arm != most)
    case = alter_scenario(read_case("shuian"), days=60)
    assert added[least] == pytest.approx((hours[most] - hours[least]) / hours_of_one(case), abs=0.01)
    again = with_same_hands(experiment, first, added)
    staff = {arm.name: arm.set[STAFF] for arm in again.arm}
    assert staff[least] - staff[most] == pytest.approx(added[least], abs=1e-3)
    assert staff[most] == pytest.approx(case.committee.staff, abs=1e-3)
    plan_sweep(again, "test")


def test_the_command_says_whose_hands_were_added_and_continues(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    command = typist(monkeypatch, capsys, "robust")
    words = ("wuzi_yard", "--mechanism", "grid_patrol", "--worlds", "10", "--days", "30", "--within", "5")
    status, out, err = command(*words, "--same-hours", "--workers", "0", "--out", "told")
    assert status == 0, err
    assert "committee staff added to each arm: none +" in " ".join(out.split())
    assert (tmp_path / "told" / "same-hours").is_dir() and (tmp_path / "told" / "runs").is_dir()
    words += ("--same-hours", "--workers", "0", "--lang", "zh", "--out", "told")
    assert "居委会人手" in command(*words)[1]
