"""A log is refused where it cannot tell what is asked; what it cannot see or does not teach is named."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_calibrate import FAMILY, FIT, PLACE, true_scenario, write_model_log

from cogov.engine.texts.errors import Message, UserError
from cogov.experiments.calibration import calibrate as C
from cogov.experiments.calibration import log_checks, own_ensemble, verdicts
from cogov.experiments.evidence.own_worlds import check_worlds_file
from cogov.experiments.evidence.plausible_worlds import worlds_of_arms
from cogov.experiments.evidence.worlds import settings_of_worlds
from cogov.model.scenarios.cases import read_case

QUICK = {"fit": FIT[:2], "trials": 60, "replicates": 1, "workers": 1, "method": "sobol", "own_worlds": 24}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Return a log with twice the nuisances and half the staff of the place, without one dispute in it."""
    log = write_model_log(true_scenario(staff=0.5, often=2.0), tmp_path_factory.mktemp("log") / "mine.csv")
    theirs = {name for name in log.kinds if FAMILY[name] != "dispute"}
    return replace(
        log,
        issues=log.issues[log.issues["category"].isin(theirs)],
        kinds={name: ours for name, ours in log.kinds.items() if name in theirs},
    )


@pytest.fixture(scope="module")
def fitted(log):
    """Return the place fitted to the log in the worlds of the ensemble, as the command does it."""
    return C.calibrate(PLACE, log, worlds=settings_of_worlds(PLACE), **QUICK)


def test_a_family_that_is_absent_is_said_to_be_unseen(fitted):
    hidden = fitted.visible[fitted.visible["seen"] == "not mapped"]
    assert set(hidden["family"]) == {"dispute", "project"} and "neighbour_noise" in hidden.index
    assert 0.0 < hidden["share"].sum() < 0.3 and fitted.visible["share"].sum() == pytest.approx(1.0)
    words = fitted.unseen_words().in_language("en")
    assert words.startswith(f"The log cannot see {len(hidden)} of") and "dispute 1/1" in words
    assert "纠纷 1/1" in fitted.unseen_words().in_language("zh")
    assert fitted.visible.loc["litter", "seen"] == "together"  # mapped to its family: not told apart


def test_what_the_log_fixes_only_with_other_numbers_is_told_from_what_it_teaches(fitted):
    """How many nuisances arise is not known from how many are reported, but it is if all else is known."""
    row = fitted.parameters.loc["issues.environment.rate"]
    assert row.in_one_world > C.IN_ONE_WORLD and row.answer in ("together", "learned")
    assert row.p5 <= 2.0 <= row.p95 and fitted.parameters.loc["committee.staff", "p5"] <= 0.5
    assert set(fitted.learned) | set(fitted.together) | set(fitted.not_learned) == set(
        fitted.parameters.index
    )


def test_worlds_of_ones_own_meet_the_log_better_than_those_that_ship(fitted):
    rates = fitted.rates.query("part == 'fitted to'").set_index("kind")
    kind = next(name for name in rates.index if "litter" in name)
    assert rates.low[kind] <= rates.log[kind] <= rates.high[kind]
    middle = (rates.low[kind] + rates.high[kind]) / 2
    assert abs(middle - rates.log[kind]) < abs(rates.default[kind] - rates.log[kind])
    scores = fitted.scores["distance"]
    assert scores["fitted to", "own worlds"] < scores["fitted to", "default"]
    assert (
        fitted.own.weights.sum() == pytest.approx(1.0) and fitted.own.effective >= len(fitted.own.weights) / 3
    )


def test_the_file_of_worlds_can_be_used_and_holds_what_was_moved(fitted, tmp_path):
    case = read_case(fitted.save(tmp_path, "cogov calibrate place"))
    worlds = check_worlds_file(tmp_path / "worlds.parquet", case)
    moved = {knob for name in (*fitted.learned, *fitted.together) for knob in fitted.free[name].moves}
    assert worlds.fitted == moved and worlds.case == "place" and len(worlds.members) == 24
    numbers = worlds_of_arms([case], file=str(tmp_path / "worlds.parquet")).numbers(0)
    assert numbers["issues.litter.rate"] != case.issues["litter"].rate
    drawn = {round(member["issues.litter.rate"], 9) for member in worlds.members}
    assert 5 < len(drawn) <= 24, "worlds are drawn by weight"


def test_closings_that_are_noise_teach_nothing_about_those_who_close(log):
    issues = log.issues.copy()
    days = np.random.default_rng(0).permutation(np.linspace(0, 120, len(issues))).round()
    closed = issues["opened"] + pd.to_timedelta(days, unit="D")
    noise = replace(log, issues=issues.assign(closed=closed.where(closed <= log.drawn)))
    fit = ("committee.staff", "issues.facility.work_hours", "committee.forgetting_rate")
    done = C.calibrate(PLACE, noise, worlds=settings_of_worlds(PLACE), **{**QUICK, "fit": fit})
    assert not done.learned and "Of no number by itself was anything learned" in done.verdict()
    for name in done.not_learned:
        assert done.parameters.loc[name, "best"] == done.parameters.loc[name, "default"]


def test_it_is_said_when_the_logs_own_averages_do_better(fitted):
    def verdict(null, before):
        scores = fitted.scores.copy()
        scores.loc[("held out", ["fitted", verdicts.NULL, "default"]), "log_score"] = [-10.0, null, before]
        return replace(fitted, scores=scores).verdict()

    assert verdict(-5.0, -30.0).startswith("The log's own averages predict better than the fitted model")
    assert verdict(-11.0, -30.0).startswith("The fitted model predicts about as well as")
    assert verdict(-20.0, -30.0).startswith("The fitted model predicts better")
    assert "the fit did not help" in verdict(-20.0, -11.0) and "the fit did harm" in verdict(-20.0, -5.0)
    row = pd.Series({"low": 0.25, "high": 4.0, "best": 1.0})
    assert [verdicts.is_at_end(row.replace(1.0, best)) for best in (0.25, 0.3, 3.9)] == [True, False, True]
    chinese = fitted.verdict("zh")
    assert "台账" in chinese and "The " not in chinese


def short(log, days):
    """Return the first days of a log."""
    return replace(
        log, issues=log.issues[log.issues["opened"] < log.issues["opened"].min() + pd.Timedelta(days, "D")]
    )


def test_a_log_that_is_too_short_or_has_too_few_closings_is_refused_with_the_way_out(log):
    crowded = pd.concat([short(log, 20).issues] * 9, ignore_index=True)
    with pytest.raises(UserError, match=r"only \d+ days.*fitting needs 28.*export a longer log"):
        C.calibrate(PLACE, replace(log, issues=crowded), **QUICK)
    few = log.issues.assign(closed=log.issues["closed"].where(np.arange(len(log.issues)) < 9))
    with pytest.raises(UserError, match=r"only \d of the mapped issues were closed.*20 closings.*--held-out"):
        C.calibrate(PLACE, replace(log, issues=few), **QUICK)


def test_a_log_that_lost_its_open_issues_is_refused_and_one_that_was_emptied_is_not(log):
    closed_only = replace(log, issues=pd.concat([log.issues[log.issues["closed"].notna()]] * 4))
    with pytest.raises(UserError, match="not one issue is open.*Export the open ones"):
        C.calibrate(PLACE, closed_only, **QUICK)
    later = replace(closed_only, drawn=log.drawn + pd.Timedelta(365, "D"))
    assert log_checks.expected_open(later) < 1.0 and log_checks.expected_open(log) == 0.0


def test_what_was_set_aside_is_said_with_its_reasons(log):
    why = Message("was closed before it was opened").as_word()
    rejected = pd.DataFrame({"line": range(2, 42), "reason": [why] * 40})
    damaged = replace(log, rejected=rejected, reasons={why: 40})
    said = [one.in_language("zh") for one in log_checks.said_of_rejected(damaged)]
    assert said == [f"{len(log.issues) + 40}行中有40行被剔除：", "40行：办结早于受理"] or "40行" in said[1]
    assert any("were set aside (" in str(one) for one in log_checks.warnings_of(damaged))


def test_progress_is_told_to_the_last_step_and_a_fit_can_be_stopped(log):
    told = []
    C.calibrate(PLACE, log, progress=lambda done, of: told.append((done, of)), **{**QUICK, "trials": 24})
    assert told[-1] == (24 + 3 * 24, 24 + 3 * 24) and told == sorted(told)
    with pytest.raises(C.Cancelled):
        C.calibrate(PLACE, log, cancelled=lambda: True, **QUICK)


def test_steps_meet_the_log_in_a_model_that_is_a_straight_line():
    """With one number and one statistic, members are draws of the known posterior, world by world."""
    random = np.random.default_rng(0)
    n, error = 4000, np.array([0.2])
    aim = replace_target(np.array([1.5]), error)
    slope = np.array([[1.0]])
    step = own_ensemble.Step((), aim, error, slope, own_ensemble.gain_of(slope, error, 1.0))
    prior, noise = random.normal(size=(n, 1)), random.normal(size=(n, 1)) * error
    z = step.move(prior, prior, noise, prior)
    precision = 1 + 1 / error[0] ** 2
    assert z.mean() == pytest.approx(1.5 / error[0] ** 2 / precision, abs=0.02)
    assert z.std() == pytest.approx(precision**-0.5, rel=0.05)
    elsewhere = prior + 1.0  # on a straight line a step ends in the same place, wherever it begins
    assert step.move(elsewhere, prior, noise, elsewhere) == pytest.approx(z)


def replace_target(numbers, error):
    from cogov.experiments.calibration.distance import Target

    return Target((("k", ()),), (1,), 0.0, numbers, error, (9,), 1.0, 1.0)


def test_slopes_are_found_and_chance_is_none():
    random = np.random.default_rng(1)
    z = random.normal(size=(200, 3))
    numbers = z[:, [0]] * [1.0, -0.5] + random.normal(size=(200, 2)) * 0.3
    slope = own_ensemble.slopes(z, numbers, np.zeros(200), 1.0)
    assert slope[0] == pytest.approx([1.0, -0.5], abs=0.1) and (np.abs(slope[1:]) < 0.03).all()


@pytest.mark.slow
def test_over_many_logs_worlds_of_ones_own_hold_what_made_them(tmp_path):
    """Eight logs of places in other worlds: 90 % intervals hold most of what made the logs."""
    held, worlds = [], settings_of_worlds(PLACE)
    for number in range(8):
        staff, often = np.exp(np.random.default_rng(number).uniform(-0.7, 0.7, 2))
        made = write_model_log(true_scenario(0.7 * staff, often), tmp_path / f"{number}.csv", number)
        done = C.calibrate(
            PLACE, made, worlds=worlds, seed=number, **{**QUICK, "trials": 120, "own_worlds": 40}
        )
        for path, known in (("committee.staff", 0.7 * staff), ("issues.environment.rate", often)):
            held.append(done.parameters.p5[path] <= known <= done.parameters.p95[path])
    assert sum(held) >= 12, held  # of sixteen; a binomial of 0.9 has fewer one time in sixty


def test_of_an_implausible_log_nothing_is_called_learned(log, tmp_path):
    """A log of a province: the case would need far fewer issues than the range allows."""
    many = replace(log, mapping=replace(log.mapping, residents=60_000_000.0))
    done = C.calibrate(PLACE, many, **{**QUICK, "fit": ("issues.environment.rate", "issues.facility.rate")})
    assert done.is_misspecified and not done.learned and not done.has_worlds
    assert set(done.parameters["answer"]) == {verdicts.NO_RESULT} and not done.parameters["identified"].any()
    text = done.save(tmp_path).read_text("utf-8")
    assert "not a result: the log is implausible" in text and not (tmp_path / "worlds.parquet").exists()
