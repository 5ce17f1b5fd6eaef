"""Planted defects of statistics."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "an interval is a little too narrow",
        "experiments/statistics/paired.py",
        " / np.sqrt(n",
        " / np.sqrt(n + 1",
        "experiments/statistics/test_paired.py::test_one_arm_alone_has_the_interval_of_the_paired_t_test",
        short=True,
    ),
    mutant(
        "the arms do not share their random numbers",
        "experiments/comparison/compare.py",
        "[runs.replicate(arm, EXPERIMENT, seed, number) for arm in arms], within",
        (
            "\n        [runs.replicate(arm, EXPERIMENT, seed, number + 1000 * n) for n, arm "
            "in enumerate(arms)], within\n    "
        ),
        "experiments/comparison/test_compare.py::test_strength_zero_differs_in_nothing",
        short=True,
    ),
    mutant(
        "all arms are held to the level of one",
        "bench/coverage.py",
        "half_width(diffs, level_of_each(diffs, level))",
        "half_width(diffs, level)",
        "experiments/statistics/test_coverage.py::test_all_arms_are_right_at_once_and_not_by_caution",
        short=True,
    ),
    mutant(
        "intervals that hold together are not widened",
        "experiments/statistics/paired.py",
        "sure = level_of_each(wide[others].sub(wide[reference], axis=0), level)",
        "sure = level",
        (
            "experiments/statistics/test_paired.py::"
            "test_several_arms_are_held_to_more_than_one_and_less_than_bonferroni_asks"
        ),
        short=True,
    ),
    mutant(
        "mechanisms that come first get all",
        "experiments/exploration/attribution.py",
        "factorial(s) * factorial(k - s - 1) / factorial(k)",
        "float(s == 0)",
        "experiments/exploration/test_attribution.py::test_it_is_the_mean_over_all_orders",
        short=True,
    ),
    mutant(
        "the best is chosen at the level of one comparison",
        "experiments/statistics/multiple_comparisons.py",
        "1.0 - (1.0 - level) / (k - 1)",
        "level",
        (
            "experiments/statistics/test_multiple_comparisons.py::"
            "test_all_intervals_hold_at_once_whatever_the_spreads"
        ),
        "experiments/statistics/test_multiple_comparisons.py::test_three_arms_by_hand",
        short=True,
    ),
    mutant(
        "a price upside down",
        "experiments/statistics/cost_effectiveness.py",
        "each = ratio(row[name], row[effect])",
        "each = ratio(row[effect], row[name])",
        "experiments/statistics/test_cost_effectiveness.py::test_a_price_by_hand",
        short=True,
    ),
    mutant(
        "a sweep stops though a case lags behind",
        "experiments/statistics/sequential.py",
        "n = min(n, len(failed))",
        "n = len(failed)",
        "experiments/statistics/test_sequential.py::test_a_case_that_lags_behind_is_waited_for",
        short=True,
    ),
    mutant(
        "noise counts as sensitivity",
        "experiments/exploration/sensitivity.py",
        "(replicates - 1) / replicates)",
        "(replicates - 1) / replicates) * 0.0",
        "experiments/exploration/test_sensitivity.py::test_noise_is_not_reported_as_sensitivity",
        short=True,
    ),
    mutant(
        "the largest box is the best one",
        "experiments/exploration/prim.py",
        "return hits / all_hits - count / all_count if all_hits else 0.0",
        "return hits / all_hits if all_hits else 0.0",
        "experiments/exploration/test_scenario_discovery.py::test_a_planted_box_is_found",
        short=True,
    ),
    mutant(
        "a mix beyond its limits is on the front",
        "experiments/exploration/search.py",
        "able = all(result[beyond(name)] <= most for",
        "able = all(result[beyond(name)] <= 9 * most for",
        (
            "experiments/exploration/test_search.py::"
            "test_the_front_is_of_those_within_the_limits_that_none_of_them_beats"
        ),
        short=True,
    ),
    mutant(
        "what the case has already is charged to a mix",
        "experiments/exploration/search.py",
        "values[name] - room.spent[number][name]",
        "values[name] - 0.0 * room.spent[number][name]",
        (
            "experiments/exploration/test_search.py::"
            "test_a_budget_is_of_what_is_spent_beyond_the_case_as_it_stands"
        ),
        short=True,
    ),
    mutant(
        "a mix has a mechanism too many",
        "experiments/exploration/search.py",
        "order[: room.most]",
        "order[: room.most + 1]",
        "experiments/exploration/test_search.py::test_no_mix_has_more_mechanisms_than_may_be_added",
        short=True,
    ),
    mutant(
        "the loser heads the list",
        "experiments/exploration/world_questions.py",
        "ascending=[False, measure in SMALLER]",
        "ascending=[True, measure in SMALLER]",
        "experiments/exploration/test_sweep_analyses.py::test_the_winner_stands_first_and_is_named_as_such",
        short=True,
    ),
    mutant(
        "a manifest says nothing of a table",
        "experiments/files/manifest.py",
        "for name in tables}",
        "for name in tables[1:]}",
        "experiments/files/test_manifest.py::test_a_folder_says_what_made_it[run]",
        short=True,
    ),
    mutant(
        "the manifest of a sweep is written over",
        "experiments/files/manifest.py",
        "    if (Path(folder) / LEDGER).exists():\n",
        "    if False:\n",
        "experiments/files/test_manifest.py::test_the_folder_of_a_sweep_is_left_alone",
        short=True,
    ),
    mutant(
        "a mechanism of a case is measured from the day on which it began",
        "experiments/comparison/effects.py",
        "first_day=0, last_day=36_500",
        "last_day=36_500",
        (
            "experiments/comparison/test_effects.py::"
            "test_a_mechanism_that_the_case_begins_late_is_on_all_the_time"
        ),
        short=True,
    ),
    mutant(
        "the upper end of a range is never tried",
        "experiments/sweep/factor_space.py",
        ".at(k / (count - 1))",
        ".at(k / count)",
        "experiments/sweep/test_experiment.py::test_a_grid_crosses_its_factors_ends_among_them",
        short=True,
    ),
    mutant(
        "a fit looks into the part held out",
        "experiments/logs/issue_log.py",
        'issues["closed"].notna() & (issues["closed"] <= drawn)',
        'issues["closed"].notna()',
        "experiments/calibration/test_calibrate.py::test_the_fit_does_not_look_into_the_part_held_out",
    ),
    mutant(
        "a log's rows from the future are used",
        "experiments/logs/row_checks.py",
        '(closed > last, Message("was closed after',
        '(closed > last + np.timedelta64(99999, "D"), Message("was closed after',
        (
            "experiments/logs/test_issue_log.py::"
            "test_rows_that_cannot_be_true_are_set_aside_with_line_and_reason_and_none_is_lost"
        ),
        short=True,
    ),
    mutant(
        "an import against the arrows",
        "experiments/statistics/survival.py",
        "restricted_mean\n",
        "restricted_mean\nfrom ..sweep import results\n",
        "contract/test_architecture.py::test_imports_point_down[experiments.statistics.survival]",
        short=True,
    ),
    mutant(
        "a switch turned by a part of a step counts as a part",
        "experiments/exploration/sweep_analyses.py",
        "return space.values.index(space.at(u)) / max(len(space.values) - 1, 1)",
        "return u",
        "experiments/exploration/test_sweep_analyses.py::"
        "test_a_switch_changed_by_morris_counts_as_changed_once",
    ),
    mutant(
        "a mechanism's own issues are all issues",
        "experiments/comparison/effects.py",
        " | (not meant)\n",
        " | True\n",
        "experiments/comparison/test_effects.py::"
        "test_a_mechanism_is_also_measured_over_the_issues_that_it_is_meant_for",
        plain=True,
    ),
]
