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
    mutant(
        "what is counted is not that of the mechanism's strength",
        "model/activities.py",
        "count.name: doer.strength * np.where(",
        "count.name: np.where(",
        "model/test_activities.py::test_half_the_strength_counts_for_half",
        plain=True,
        short=True,
    ),
    mutant(
        "a level outlasts its mechanism",
        "model/activities.py",
        "on | (not count.level)",
        "on | True",
        "model/test_activities.py::test_a_level_is_nothing_on_days_on_which_its_mechanism_is_not_on",
        plain=True,
    ),
    mutant(
        "what any mechanism achieves counts for each of them",
        "model/activities.py",
        "table[int(event), row]",
        "table[int(event)].sum()",
        "model/test_activities.py::test_what_levers_achieve_is_counted_from_the_history",
        plain=True,
    ),
    mutant(
        "a pattern takes a count of another mechanism",
        "experiments/observation/pattern_measures.py",
        "amounts.get((mechanism, name), 0.0)",
        "sum(value for (_, other), value in amounts.items() if other == name)",
        "experiments/calibration/test_reported_patterns.py::test_a_count_is_that_of_its_mechanism",
        plain=True,
    ),
]
