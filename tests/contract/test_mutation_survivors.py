"""What planted defects (tools/mutants.py) showed that no other test detected."""

import ast
import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scenarios import ESTATE, STORM, with_mechanisms
from test_invariants import Story, needs

import cogov
from cogov.bench import fault_injection
from cogov.experiments.narrative.recording import record_year
from cogov.model import mechanisms
from cogov.model.issues.issue_table import (
    AROSE,
    MONEY,
    ON_THE_SPOT,
    PAID,
    REPORTED_AGAIN,
    STATES,
    WHAT,
    WORK,
)
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.model.simulate import build_community


def test_a_recording_shows_every_state_on_the_way_and_not_only_the_last():
    """Replay the history of the run line by line: each event leads to the state of the recording."""
    scenario = replace(with_mechanisms(STORM, *mechanisms.list_mechanisms()), days=150)
    film = record_year(scenario, 1)
    first, lists, run = film.arrays["issue_first"], list(scenario.issues.values()), film.run
    seen = set()
    for n, issue in enumerate(run.issues):
        lines = run.history[(run.history["issue"] == issue["id"]) & (run.history["what"] != REPORTED_AGAIN)]
        shown = film.arrays["event_state"][first[n] : first[n + 1]]
        story, states = Story(int(issue["arose_day"])), []
        for line in lines:
            if line["what"] != AROSE:
                story.goes_on(line, needs(issue, lists[issue["category"]]))
            # begun, and done the same day
            states.append(int(WORK if line["what"] == ON_THE_SPOT else story.state))
        assert [STATES[state] for state in shown] == [STATES[state] for state in states], [
            WHAT[what] for what in lines["what"]
        ]
        seen |= set(states)
    assert MONEY in seen and (run.history["what"] == PAID).any()


@pytest.mark.parametrize(
    "scenario", [ESTATE, *map(read_case, list_cases())], ids=lambda scenario: scenario.name
)
def test_a_year_brings_each_fund_what_its_case_says(scenario):
    """Twelve fees of each home that pays, and the budget: to half a fen a day, for income is whole fen."""
    community, knobs = build_community(scenario), scenario.property_managers
    homes = np.bincount(
        community.buildings.compound[community.households.building], minlength=len(community.crews)
    )
    year = np.append(
        np.where(community.compounds.company, homes * knobs.repair_fee_yuan * knobs.fees_paid * 12, 0.0),
        scenario.committee.budget_yuan,
    )
    assert (np.abs(365 * community.income - 100 * year) <= 365 / 2 + 1e-6).all() and (
        community.income > 0
    ).any()
    begin = [kind.maintenance_fund_yuan for kind in scenario.compound for _ in range(kind.count)] + [
        scenario.committee.fund_yuan
    ]
    assert (np.abs(community.funds - 100 * np.array(begin)) <= 0.5).all()


@pytest.mark.parametrize("replicates, shards", [(12, 5), (3, 7), (7, 1)])
def test_each_run_falls_to_one_shard(replicates, shards):
    """A merge silently accepts a run that several shards did: only the time spent would show it."""
    plan = fault_injection.tiny(replicates)
    keys = [
        order.key for k in range(1, shards + 1) for order in plan.orders_in_shard(0, replicates, (k, shards))
    ]
    assert (
        sorted(keys) == sorted(order.key for order in plan.orders(0, replicates))
        and len(set(keys)) == replicates
    )


def planted_defects():
    """Return the defects that tools/mutants.py plants, and the folder that they are in."""
    root = Path(cogov.__file__).parent
    sys.path.insert(0, str(root / "tools"))
    try:
        return importlib.import_module("defects").MUTANTS, root
    finally:
        sys.path.remove(str(root / "tools"))


def test_every_planted_defect_still_applies():
    """Where code moved, tools/mutants.py would only say so after half an hour."""
    planted, root = planted_defects()
    texts = {file: (root / file).read_text("utf-8") for file in {defect.file for defect in planted}}
    assert len(planted) > 300
    assert [defect.name for defect in planted if texts[defect.file].count(defect.old) != 1] == []


def test_every_planted_defect_names_tests_that_there_are():
    """A test that got another name detects nothing."""
    planted, root = planted_defects()
    tests = {test.partition("[")[0] for defect in planted for test in defect.tests}
    named = {
        f"{file}::{function.name}"
        for file in {test.partition("::")[0] for test in tests}
        for function in ast.walk(ast.parse((root / file).read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
    }
    assert {test for test in tests if "::" in test and test not in named} == set()
