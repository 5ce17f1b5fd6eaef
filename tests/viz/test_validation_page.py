"""The page that a reviewer reads first says which version made its tables, and hides nothing that failed."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import validation
from scenarios import STORM, with_mechanisms

import cogov
from cogov.experiments.calibration import reported_patterns
from cogov.experiments.evidence.facts import all_facts, choose_facts
from cogov.experiments.exploration.sweep_analyses import sensitivities
from cogov.experiments.validation import scores
from cogov.experiments.validation.general_parameters import FITTED_DAYS
from cogov.experiments.validation.pattern_scores import PatternScores
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.model.scenarios.scenario import ReportedOutcome
from cogov.viz.text import validation_page

PAGE = (Path(cogov.__file__).parent / "docs" / "validation.md").read_text("utf-8")


def test_the_page_says_when_with_which_version_and_with_how_many_runs_it_was_made():
    words = validation_page.part_of(PAGE, "version")
    assert re.search(
        r"on 20\d\d-\d\d-\d\d with version `[0-9a-f]{16,}` of the model", words.replace("\n", " ")
    )
    assert len(re.findall(r"\d+ replicates and \d+ random worlds", words.replace("\n", " "))) == 2


def test_every_fact_is_on_the_page_and_those_held_out_are_apart():
    fitted, rest = validation_page.part_of(PAGE, "facts").split("**Facts held out**")
    held_out, slow = rest.split("**Facts measured in runs of several years")
    for name, fact in all_facts().items():
        right = slow if fact.days > FITTED_DAYS else held_out if fact.is_held_out else fitted
        assert [f"| `{name}` |" in part for part in (fitted, held_out, slow)] == [
            part is right for part in (fitted, held_out, slow)
        ]


def test_every_reported_outcome_is_on_the_page():
    rows = validation_page.part_of(PAGE, "patterns").splitlines()
    for case in map(read_case, list_cases()):
        assert sum(row.startswith(f"| {case.name} |") for row in rows) == len(case.reported)


def test_every_headline_has_its_numbers_on_the_page():
    words = validation_page.part_of(PAGE, "sensitivity")
    assert all(f"**{headline}**" in words for _, _, headline in validation.HEADLINES)


def test_a_part_is_replaced_and_nothing_else():
    page = PAGE
    for name in validation_page.PARTS:
        page = validation_page.replace_part(page, name, f"new {name} \\1")
        assert validation_page.part_of(page, name) == f"new {name} \\1"
    assert "**To forecast levels" in page and page.count("written by `make validation`") == 4
    assert validation_page.replace_part(page, "version", validation_page.part_of(page, "version")) == page


def test_what_failed_is_named():
    facts = choose_facts(["resolved_same_day", "requests_china", "lifts_added"])
    values = np.array([[[fact.value for fact in facts]] * 6] * 3)
    values[0, :, 1] *= 100.0
    values[0, :, 2] = np.nan
    text = validation_page.facts_part(scores.summarise(facts, values))
    assert "Outside: requests_china.\n" in text and "No value: lifts_added.\n" in text
    assert "Too wide: none.\n" in text


def test_an_outcome_that_is_nothing_by_definition_is_marked():
    outcomes = (
        ReportedOutcome("own", "it settles some", "settled_by:grid_patrol", low=0.05),
        ReportedOutcome("all", "much is resolved", "resolution_rate", low=0.5),
    )
    case = replace(with_mechanisms(STORM, "grid_patrol"), reported=outcomes)
    table = reported_patterns.tabulate(case, [{"own": (0.5, 0.0), "all": (0.9, 0.1)}] * 3)
    own, everything = map(validation_page.pattern_row, table.itertuples())
    assert own[-1] == "only with grid_patrol" and own[4] == "-"
    assert everything[-1] == "yes" and everything[4].startswith("0.1")
    assert "1 more are 0 by definition" in validation_page.patterns_part(PatternScores(table, [], 3))


def test_the_numbers_of_a_headline_are_set_to_both_ends_of_their_priors(tmp_path):
    chosen = [e for e in validation.factors("wuzi_yard", "grid_patrol") if e.path.endswith("detection_rate")]
    assert [e.path for e in chosen if "patrol.detection" in e.path] == [
        "mechanisms.grid_patrol.detection_rate"
    ]
    text = validation.experiment_of("wuzi_yard", "grid_patrol", 2, chosen[:1])
    (tmp_path / "e.toml").write_text(text.replace("replicates", "days = 60\nreplicates"), "utf-8")
    cogov.sweep(tmp_path / "e.toml", tmp_path / "runs", workers=0)
    (analysis,) = sensitivities(cogov.read_results(tmp_path / "runs"), effect="grid_patrol").values()
    assert [value for _, value in analysis.table.index] == sorted(chosen[0].prior.interval)


def test_only_numbers_that_matter_beyond_noise_are_listed():
    index = pd.MultiIndex.from_tuples([("a", 1.0), ("b", 2.0)], names=["factor", "value"])
    table = pd.DataFrame(
        {"outcome": [0.3, 0.1], "difference": [0.2, 0.0], "low": [0.1, -0.1], "high": [0.3, 0.1]}, index
    )
    text = validation_page.sensitivity_part("Effect", table, 5, 3)
    assert (
        "1 change the effect" in text and "| `a` | 1 | +30.0 points | +20.0 |" in text and "`b`" not in text
    )
