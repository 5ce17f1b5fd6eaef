"""A comparison may count some issues only; what both arms have in common is the same by its ids."""

import numpy as np
import pytest
from cli_runner import typist
from scenarios import STORM, with_mechanisms

from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison.compare import compare, count_groups
from cogov.experiments.comparison.issue_selection import ALL_ISSUES, IssueSelection, parse_selection
from cogov.model import measures
from cogov.model.issues.categories import FAMILIES, SCOPES
from cogov.model.simulate import simulate

RUNS = [simulate(arm, 4) for arm in (with_mechanisms(STORM), with_mechanisms(STORM, "acquaintance"))]
ISSUES = RUNS[0].issues
CODES = [FAMILIES.index("dispute"), FAMILIES.index("care")]


def test_all_issues_count_if_nothing_is_asked():
    assert all(mask.all() for mask in ALL_ISSUES.masks(RUNS)) and ALL_ISSUES.describe() == ""
    for run, mask in zip(RUNS, ALL_ISSUES.masks(RUNS)):
        one, other = measures.summary(run, chosen=mask), measures.summary(run)
        assert np.array_equal([*one.values()], [*other.values()], equal_nan=True)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (
            IssueSelection(("dispute", "care")),
            np.isin(ISSUES["family"], [FAMILIES.index("dispute"), FAMILIES.index("care")]),
        ),
        (IssueSelection(severity=2), ISSUES["severity"] >= 2),
        (IssueSelection(where=(("scope", "stairwell"),)), ISSUES["scope"] == SCOPES.index("stairwell")),
        (
            IssueSelection(where=(("category", "litter"),)),
            ISSUES["category"] == RUNS[0].categories.index("litter"),
        ),
    ],
    ids=["family", "severity", "scope", "category"],
)
def test_what_is_asked_for_is_counted_and_nothing_else(selection, expected):
    mask = selection.masks(RUNS)[0]
    assert (mask == expected).all() and 0 < mask.sum() < len(mask)


def test_tenure_is_that_of_the_home():
    owner, let = (IssueSelection(where=(("tenure", kind),)).mask(RUNS[0]) for kind in ("owner", "let"))
    home = ISSUES["household"] >= 0
    assert ((owner | let) == home).all() and not (owner & let).any() and owner.any() and let.any()
    assert RUNS[0].places["owner"][ISSUES["household"][owner]].all()


def test_common_issues_are_those_that_arose_in_both_arms():
    masks = IssueSelection(common=True).masks(RUNS)
    ids = [set(run.issues["id"][mask].tolist()) for run, mask in zip(RUNS, masks)]
    assert ids[0] == ids[1] == set(RUNS[0].issues["id"].tolist()) & set(RUNS[1].issues["id"].tolist())
    assert not all(mask.all() for mask in masks), "an arm prevents issues, or causes some"


def test_families_and_severities_sum_to_all():
    old, done = measures.in_time(ISSUES, RUNS[0].days)
    counts = count_groups(RUNS[0], 30, np.ones(len(ISSUES), bool))
    for kind in ("family", "severity"):
        parts = np.array([value for (of, _), value in counts.items() if of == kind])
        assert parts.sum(axis=0).tolist() == [old.sum(), done.sum()]


def test_a_comparison_says_what_it_counts():
    chosen = IssueSelection(severity=2, common=True)
    result = compare(STORM, "building_captains", replicates=3, worlds=0, selection=chosen, workers=0)
    arisen = result.rows["arisen"].unstack("arm")
    assert (arisen["without"] == arisen["with"]).all()
    assert result.verdict().startswith(
        "Counting only these issues: severity 2 or more; those that arose in both"
    )
    assert set(result.groups.loc["severity"].index) == {"2", "3"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--family", "disputes"), "dispute"),
        (("--where", "tenure"), "KEY=VALUE"),
        (("--where", "tenure=rented"), "owner, let"),
        (("--where", "colour=red"), "tenure, category, scope"),
        (("--where", "category=liter"), "litter"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_way_out(monkeypatch, capsys, tmp_path, words, said):
    monkeypatch.chdir(tmp_path)
    typed = typist(monkeypatch, capsys, "compare", "wuzi_yard", "--mechanism", "grid_patrol", "--fixed")
    status, _, err = typed("--replicates", "2", "--days", "30", "--workers", "0", *words)
    assert status == 2 and said in err and "\n" not in err.strip()


def test_options_are_parsed():
    parsed = parse_selection(["care"], 1, ["tenure = let"], True)
    assert parsed == IssueSelection(("care",), 1, (("tenure", "let"),), True)
    with pytest.raises(UserError, match="there is none"):
        IssueSelection(("carre",))
