"""Planted defects of the room for researchers: its charts, their titles, its inputs."""

from .declaration import mutant

CHARTS, TOWN = "viz/test_charts.py::", "viz/test_town.py::"

MUTANTS = [
    mutant(
        "a family has nearly the colour of a side",
        "viz/figures/chart_specs.py",
        '"safety": "#C4A000"',
        '"safety": "#E06010"',
        f"{CHARTS}test_no_family_has_a_colour_like_a_sides",
        short=True,
        plain=True,
    ),
    mutant(
        "a chart of families shows one side",
        "viz/figures/chart_specs.py",
        "        for name, look, count in name_sides(counts, words)\n",
        "        for name, look, count in name_sides(counts[:1], words)\n",
        f"{CHARTS}test_families_and_trust_share_one_scale_and_show_both_sides",
        plain=True,
    ),
    mutant(
        "the legend's dashes are its own",
        "viz/page/static/chart.js",
        '"stroke-width": line.dash ? 2 : 3, "stroke-dasharray": line.dash }',
        '"stroke-width": 3, "stroke-dasharray": line.dash && "6 3" }',
        f"{CHARTS}test_the_legend_shows_the_dashes_of_the_lines",
    ),
    mutant(
        "days without a value are rows of the table",
        "viz/page/static/chart.js",
        "rows.filter(([, ...values]) => values.some((value) => value !== null))",
        "rows",
        f"{CHARTS}test_a_source_goes_along_and_days_without_values_do_not",
    ),
    mutant(
        "a saved chart does not say where it comes from",
        "viz/page/static/chart.js",
        "for (const text of [spec.note, spec.source].filter(Boolean))",
        "for (const text of [spec.note].filter(Boolean))",
        f"{CHARTS}test_a_source_goes_along_and_days_without_values_do_not",
    ),
    mutant(
        "a title praises the wrong side",
        "viz/i18n/findings.py",
        "    more = round(100 * (b - a))\n",
        "    more = round(100 * (a - b))\n",
        "viz/test_findings.py::test_a_title_says_what_the_numbers_show",
        short=True,
        plain=True,
    ),
    mutant(
        "a difference that may be none is a finding",
        "viz/i18n/findings.py",
        "low > 0 or high < 0\n",
        "d != 0\n",
        "viz/test_findings.py::test_a_title_says_what_the_numbers_show",
        short=True,
        plain=True,
    ),
    mutant(
        "the number of a compound is cut off",
        "viz/page/static/town/draw_pane.js",
        "`${head.slice(0, n).trimEnd()}…${number}`",
        "`${head.slice(0, n).trimEnd()}…`",
        f"{TOWN}test_a_long_name_is_shortened_in_the_middle_and_keeps_its_number",
    ),
    mutant(
        "sentences that are spoken end twice",
        "viz/page/static/town/widget.js",
        'text.replace(/[.。]+$/, "") + stop',
        "text + stop",
        f"{TOWN}test_what_is_spoken_has_one_full_stop_after_each_sentence",
    ),
]
