"""Planted defects of measures."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "captains' hours count as paid",
        "model/resources/ledger.py",
        '("member", "volunteer", "captain")',
        '("member", "volunteer")',
        "model/test_giving.py::test_unpaid_hours_have_a_shadow_wage",
        plain=True,
        short=True,
    ),
    mutant(
        "what is open, withdrawn or lapsed counts as resolved in time",
        "model/measures.py",
        'old & (issues["resolved_day"] >= 0) & (issues',
        "old & (issues",
        (
            "experiments/comparison/test_compare.py::"
            "test_the_resolution_rate_counts_all_that_arose_and_are_old_enough"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "the censored count as events",
        "model/measures.py",
        "np.unique(time[event], return_counts=True)",
        "np.unique(time, return_counts=True)",
        "contract/test_limits.py::test_the_closed_form_holds[remission]",
        plain=True,
        short=True,
    ),
    mutant(
        "the mean runs a day beyond its horizon",
        "model/measures.py",
        "when[inside], [horizon]])",
        "when[inside], [horizon + 1.0]])",
        "contract/test_limits.py::test_the_restricted_mean_stops_at_its_horizon",
        plain=True,
        short=True,
    ),
    mutant(
        "survival takes the censored for resolved",
        "experiments/statistics/survival.py",
        "to_numpy(), resolved",
        "to_numpy(), np.ones(\n        len(issues), bool\n    )",
        "experiments/statistics/test_survival.py::test_what_was_given_up_stays_at_risk_to_the_end_of_the_run",
        short=True,
    ),
    mutant(
        "the top tenth is of those who gave",
        "model/measures.py",
        "given = np.sort(r.run.evenings.astype(float))",
        "given = np.sort(r.run.evenings[r.run.evenings > 0].astype(float))",
        "model/test_activities.py::test_the_spread_of_evenings_is_that_of_all_grown_ups",
        plain=True,
    ),
]
