"""A report on few, failed or missing runs says in a sentence what cannot be said, and never fails."""

from functools import partial

import pytest
from cli_runner import typist

from cogov.experiments.sweep.experiment import (
    Design,
    Estimand,
    Experiment,
    Factor,
    NamedArm,
)
from cogov.experiments.sweep.report_statistics import analyse_sweep
from cogov.experiments.sweep.sweep import Execution, plan_sweep, sweep
from cogov.experiments.sweep.worker import RunOutcome, work
from cogov.viz import report
from cogov.viz.figures import sweep_figures as drawing

OFF = ("building_captains", "party_volunteers")
ARMS = (
    NamedArm("without"),
    NamedArm("captains", on=("building_captains",)),
    NamedArm("patrol", on=("grid_patrol",)),
)


def work_with_failures(which, terms, orders):
    """Do the work, but some runs fail."""
    return [
        RunOutcome(o, "failed", 0.0, failure="Trace\nOops: as asked") if which(o) else work(terms, [o])[0]
        for o in orders
    ]


def analyse(folder, *, fails=lambda _: False, stop=None, **fields):
    """Analyse a sweep of which some runs fail, or that is stopped after `stop` runs."""
    asked = Experiment(
        **{
            "name": "little",
            "cases": ("wuzi_yard",),
            "days": 31,
            "replicates": 2,
            "off": OFF,
            "arm": ARMS,
            **fields,
        }
    )

    def progress(done, *_):
        if done == stop:
            raise KeyboardInterrupt

    try:
        sweep(
            asked,
            folder,
            workers=0,
            limit=0,
            progress=progress,
            execution=Execution(chunk=1, job=partial(work_with_failures, fails)),
        )
    except KeyboardInterrupt:
        assert stop
    return analyse_sweep(folder)


def report_text(found):
    """Return the text of a report, its figures drawn and its tables made."""
    figures = drawing.draw_figures(found)
    for one in figures.values():
        one.draw_without_rendering()
    for table in found.tables().values():
        report.html(table)
    return report.page(found, dict.fromkeys(figures, b""))


LITTLE = {  # what is scarce -> (how it is swept, what the report says of it)
    "replicates": ({"replicates": 1}, "There is only one replicate"),
    "days": (
        {"days": 20},
        "wuzi_yard: 20 days are fewer than the 30 that count as in time (estimand.within)",
    ),
    "days of one case": (
        {"days": 20, "cases": ("wuzi_yard", "shuian"), "arm": ARMS[:2], "estimand": Estimand("reported")},
        "shuian: 20 days are fewer",
    ),
    "what is measured": (
        {"estimand": Estimand("trust_company")},
        "wuzi_yard: trust_company has no value in any run",
    ),
    "runs": (
        {"stop": 1},
        "2 arms cannot be evaluated, because no run is done: wuzi_yard, captains, wuzi_yard, patrol.",
    ),
    "replicates that are done": ({"stop": 4}, "The sweep is not finished"),
    "runs of the reference that did not fail": (
        {"fails": lambda o: o.arm.name == "without"},
        "1 arm cannot be evaluated, because all runs failed: wuzi_yard, without.",
    ),
    "runs of an arm that did not fail": (
        {"fails": lambda o: o.arm.name == "patrol"},
        "because all runs failed: wuzi_yard, patrol.",
    ),
    "runs that did not fail": (
        {"fails": lambda _: True},
        "All 6 runs failed, so no arm can be evaluated; the most common failure: Oops: as asked.",
    ),
    "runs of a case": (
        {"cases": ("wuzi_yard", "shuian"), "arm": ARMS[:2], "stop": 2},
        "2 arms cannot be evaluated, because no run is done: shuian, without, shuian, captains.",
    ),
    "tables": ({"keep": ()}, "one of these 3 arms is best: without, captains, patrol."),
    "arms": (
        {"arm": ARMS[:1]},
        "There is one arm only, so nothing is compared; its means are in the tables.",
    ),
    "arms, and none whose runs did not fail": (
        {"arm": ARMS[:1], "fails": lambda _: True},
        "There is one arm only, so nothing is compared.",
    ),
}


# much as those next to them
AS_ANOTHER = (
    "tables",
    "days of one case",
    "runs that did not fail",
    "runs of a case",
    "runs of the reference that did not fail",
    "replicates that are done",
)


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=pytest.mark.slow) if what in AS_ANOTHER else what for what in LITTLE]
)
def test_a_report_of_little_says_what_cannot_be_said(tmp_path, what):
    how, words = LITTLE[what]
    found = analyse(tmp_path / "out", **how)
    assert words in report_text(found).replace("&#x27;", "'")
    for _, arm, verdict, sentence in found.sentences():
        row = found.verdicts.xs(arm, level="arm").iloc[0]
        assert row.pairs > 1 or verdict == "undecided" and "nan" not in sentence


def test_a_sweep_that_was_stopped_before_any_run_came_in_is_reported_as_empty(tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(
            plan_sweep(Experiment(cases=("wuzi_yard",), days=31, replicates=2, arm=ARMS)),
            tmp_path / "out",
            workers=0,
            limit=0,
            execution=Execution(job=stop),
        )
    found = analyse_sweep(tmp_path / "out")
    assert "No run is done yet" in report_text(found) and drawing.draw_figures(found) == {}


def test_figures_of_an_earlier_report_do_not_stay_where_they_are_no_longer_true(tmp_path):
    found = analyse(tmp_path / "out", replicates=1, keep=())
    (tmp_path / "report" / "figures").mkdir(parents=True)
    (tmp_path / "report" / "figures" / "convergence.png").write_text("of another sweep")
    text = report.save(found, tmp_path / "report").read_text("utf-8")
    assert (
        not (tmp_path / "report" / "figures" / "convergence.png").exists()
        and "Not drawn, because too few pairs" in text
        and "convergence" in text
    )


DESIGNS = {
    "factorial": (
        "attribute",
        {"arm": (), "design": Design("factorial", mechanisms=("building_captains", "grid_patrol"))},
    ),
    "one_at_a_time": (
        "sensitivity",
        {
            "arm": (),
            "design": Design("one_at_a_time"),
            "factor": (Factor("committee.staff", range=(0.1, 1.0), levels=2),),
        },
    ),
    "morris": (
        "sensitivity",
        {
            "arm": (),
            "design": Design("morris", points=2),
            "factor": (Factor("committee.staff", range=(0.1, 1.0)),),
        },
    ),
    "sobol": (
        "discover",
        {
            "arm": ARMS[:2],
            "design": Design("sobol", points=4),
            "factor": (Factor("committee.staff", range=(0.1, 1.0)),),
        },
    ),
}
WHOLE = {
    "all fail": {"fails": lambda _: True},
    "some fail": {"fails": lambda o: o.replicate == o.arm.name.count("1")},
    "stopped": {"stop": 1},
    "short": {"days": 5},
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    "what",
    ["some fail", "stopped", *(pytest.param(what, marks=pytest.mark.slow) for what in ("all fail", "short"))],
)
def test_what_reads_a_design_that_is_not_whole_says_so_in_a_line(tmp_path, monkeypatch, capsys, design, what):
    name, fields = DESIGNS[design]
    report_text(analyse(tmp_path / "out", keep=(), **{**fields, **WHOLE[what]}))
    more = ("--mechanism", "building_captains") if name == "discover" else ()
    status, _, said = typist(monkeypatch, capsys)(name, tmp_path / "out", *more)
    assert status == 0 or status == 2 and said.startswith("cogov: ") and said.count("\n") == 1


def test_methods_say_which_mechanisms_are_on_in_every_arm_and_which_in_some(tmp_path):
    """Those that the design switches are not on in all arms, though the case has them."""
    on = ("building_captains", "joint_council")
    found = analyse(
        tmp_path / "out",
        cases=("guiyuan",),
        days=3,
        replicates=1,
        keep=(),
        off=("party_volunteers", "home_visits"),
        arm=(),
        design=Design("factorial", mechanisms=on),
    )
    words = report.institutions(found.results.plan, "guiyuan")
    always, _, some = words.partition("; on in some arms: ")
    assert some == "building_captains (2 of 4), joint_council (2 of 4)" and words in report.methods(found)
    rest = set(found.results.plan.cases["guiyuan"].mechanisms) - set(on)
    assert set(always.removeprefix("on in every arm: ").split(", ")) == rest and rest
