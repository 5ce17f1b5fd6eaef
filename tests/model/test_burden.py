"""Burden counts how long people live with what is broken, and serious issues for more."""

import numpy as np
import pytest
from scenarios import STORM

from cogov.model import measures
from cogov.model.issues.issue_table import LAPSED
from cogov.model.measures import issue_times
from cogov.model.simulate import simulate

RUN = simulate(STORM, 3)


def test_an_issue_is_there_until_it_is_resolved_or_lapses_or_to_the_end():
    days, issues = issue_times.days_open(RUN), RUN.issues
    assert (days >= 0).all() and (days <= RUN.days).all()
    done = issues["resolved_day"] >= 0
    assert (days[done] == (issues["resolved_day"] - issues["arose_day"])[done]).all()
    lapsed = issues["state"] == LAPSED
    assert lapsed.any() and (days[lapsed] < RUN.days - issues["arose_day"][lapsed]).any()
    still = ~done & ~lapsed
    assert still.any() and (days[still] == RUN.days - issues["arose_day"][still]).all()


def test_burden_weighs_an_issue_of_severity_s_one_plus_s_times():
    issues, days = RUN.issues, issue_times.days_open(RUN)
    mine = issue_times.is_at_desk(issues)
    total = sum((1 + severity) * days[mine & (issues["severity"] == severity)].sum() for severity in range(4))
    assert measures.summary(RUN)["burden"] == pytest.approx(total / RUN.places["adults"])


def test_the_rate_of_serious_issues_leaves_out_the_others():
    old, done = issue_times.in_time(RUN.issues, RUN.days)
    serious = RUN.issues["severity"] >= 2
    found = measures.summary(RUN)["resolution_rate_of_serious"]
    assert found == np.count_nonzero(done & serious) / np.count_nonzero(old & serious)
    assert found != measures.summary(RUN)["resolution_rate"]
