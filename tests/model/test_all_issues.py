"""Factors on all categories of issues do what the same change of every category does."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import digest

from cogov.model.issues.all_issues import AllIssues
from cogov.model.scenarios.cases import read_case
from cogov.model.simulate import simulate

YARD = replace(read_case("wuzi_yard"), days=200)
FACTORS = {"rate": 2.0, "report": 0.5, "appointment": 3.0}
FIELDS = {"rate": "rate", "report": "report_rate", "appointment": "appointment_days"}


@pytest.mark.parametrize("what", FACTORS)
def test_a_factor_is_the_same_change_of_every_category(what):
    factor, field = FACTORS[what], FIELDS[what]
    at_once = replace(YARD, all_issues=AllIssues(**{f"{what}_factor": factor}))
    one_by_one = {n: replace(c, **{field: factor * getattr(c, field)}) for n, c in YARD.issues.items()}
    assert digest(at_once, 1) == digest(replace(YARD, issues=one_by_one), 1) != digest(YARD, 1)


def test_the_spread_of_appointments_keeps_their_mean_and_lengthens_their_tail():
    often = YARD.issues | {"home_repair": replace(YARD.issues["home_repair"], rate=10.0)}
    days = {}
    for spread in (0.5, 1.0, 2.0):
        yard = replace(YARD, issues=often, all_issues=AllIssues(appointment_spread=spread))
        issues = simulate(yard, 1).issues
        kind = list(YARD.issues).index("home_repair")
        days[spread] = issues["appointment_days"][issues["category"] == kind] + 0.5  # whole days, cut off
    assert min(map(len, days.values())) > 300
    mean = YARD.issues["home_repair"].appointment_days
    for spread, drawn in days.items():
        error = drawn.std() / np.sqrt(len(drawn))
        assert drawn.mean() == pytest.approx(mean, abs=4.0 * error + 0.1), spread
    tails = [np.quantile(drawn, 0.95) / np.median(drawn) for drawn in days.values()]
    assert tails == sorted(tails) and tails[-1] > 2.0 * tails[0]
