"""Planted defects of the page of a stored sweep."""

from .declaration import mutant

PAGE = "viz/test_results.py::"

MUTANTS = [
    mutant(
        "what matters for one measure is taken to matter for another",
        "viz/results/tables.py",
        "replace(analysis.estimand, measure=measure, matters=0.0)",
        "replace(analysis.estimand, measure=measure)",
        f"{PAGE}test_arms_have_the_numbers_of_the_report",
        short=True,
        plain=True,
    ),
    mutant(
        "the page shows intervals of single contrasts for joint ones",
        "viz/results/tables.py",
        'one.verdicts[["difference", "low_all", "high_all", "verdict"]]',
        'one.verdicts[["difference", "low", "high", "verdict"]].add_suffix("_all").rename('
        'columns={"difference_all": "difference", "verdict_all": "verdict"})',
        f"{PAGE}test_arms_have_the_numbers_of_the_report",
        plain=True,
    ),
    mutant(
        "the range over worlds is that of their lucks",
        "viz/results/tables.py",
        "values_by_world(runs, measure, lucks)",
        "values_by_world(runs, measure, 2 * lucks)",
        f"{PAGE}test_worlds_have_the_ranges_of_the_robust_answer",
        plain=True,
    ),
    mutant(
        "a tornado shows no fall",
        "viz/results/specs.py",
        "times * grouped.min().clip(upper=0.0)",
        "times * grouped.min().clip(lower=0.0)",
        f"{PAGE}test_the_tornado_is_that_of_the_command",
        short=True,
        plain=True,
    ),
    mutant(
        "a crossed factor is compared at one point of the others",
        "viz/results/tables.py",
        "wide[part.index].mean(axis=1)",
        "wide[part.index[0]]",
        f"{PAGE}test_values_of_crossed_factors_are_averaged_over_all_others",
        plain=True,
    ),
    mutant(
        "a box leaves out a run",
        "viz/results/specs.py",
        'box["dots"] = [plain(values) for values in runs.values()]',
        'box["dots"] = [plain(values[1:]) for values in runs.values()]',
        f"{PAGE}test_boxes_hold_every_run",
        plain=True,
    ),
    mutant(
        "dots of a sampled design stand at another point",
        "viz/results/specs.py",
        'dots = line(say(lang, "point"), LUCK, rows[measure])',
        'dots = line(say(lang, "point"), LUCK, points[measure])',
        f"{PAGE}test_points_of_a_sampled_design_are_dots_over_each_factor",
        plain=True,
    ),
    mutant(
        "a file does not say which measure it is of",
        "viz/results/specs.py",
        "        measure=one.estimand.measure,\n        model=",
        '        measure="",\n        model=',
        f"{PAGE}test_every_design_has_charts_that_name_sweep_measure_and_version[en]",
        plain=True,
    ),
    mutant(
        "differences of shares are not in points",
        "viz/results/arm_table.py",
        'f"{100 * number:+.1f}" if is_difference',
        'f"{number:+.1f}" if is_difference',
        f"{PAGE}test_the_table_is_saved_with_its_names_and_shown_in_the_words_of_the_page",
        plain=True,
    ),
    mutant(
        "any measure of an address is believed",
        "viz/results/app.py",
        "measure if measure in tables.measures_with_values(analysis) else analysis.estimand.measure",
        "measure or analysis.estimand.measure",
        f"{PAGE}test_a_view_comes_from_the_address_and_is_checked",
        plain=True,
    ),
    mutant(
        "a folder hides the case of its name",
        "viz/results/stored.py",
        "if given in list_cases() or not Path(given).is_dir():",
        "if not Path(given).is_dir():",
        f"{PAGE}test_a_folder_without_a_sweep_is_refused_with_what_to_give",
        plain=True,
    ),
    mutant(
        "a range is drawn without its dot",
        "viz/page/static/chart.js",
        'r: line.wide ? 3.5 : 5, fill: colour, class: "cg-dot"',
        'r: 0, fill: colour, class: "cg-no"',
        f"{PAGE}test_a_stored_sweep_is_read_and_saved_in_a_browser",
        plain=True,
    ),
]
