"""Planted defects of the brief: its pages, its files, its numbers and the commands below them."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "a brief runs over its two pages",
        "viz/brief/pdf.py",
        "one=True))) == PAGES:\n",
        "one=True))) >= PAGES:\n",
        "viz/test_brief.py::test_it_never_overflows",
        plain=True,
    ),
    mutant(
        "what a user wrote is markup in a brief",
        "viz/brief/brief.typ",
        "strong-text(data.headline, 18.5",
        'strong-text(eval(data.headline, mode: "markup"), 18.5',
        "viz/test_brief.py::test_what_a_user_wrote_is_shown_as_text",
        plain=True,
    ),
    mutant(
        "a document carries the time at which it was written",
        "viz/brief/office.py",
        "zipfile.ZipInfo(name, MOMENT)",
        "name",
        "viz/test_brief.py::test_the_document_is_valid_and_carries_commands",
        plain=True,
    ),
    mutant(
        "a slide reaches beyond its edge",
        "viz/brief/slides.py",
        "INNER = WIDTH - 2 * EDGE",
        "INNER = WIDTH",
        "viz/test_brief.py::test_the_slides_are_valid_and_nothing_is_outside",
        plain=True,
    ),
    mutant(
        "the command below a number forgets the days",
        "viz/brief/findings.py",
        '            *given("--days", self.days),\n',
        "",
        "viz/test_brief.py::test_ten_numbers_at_random_are_printed_by_the_commands_below_them",
        plain=True,
    ),
    mutant(
        "a comparison leaves a world out of who gains",
        "experiments/comparison/compare.py",
        "gains=average_gains([homes for _, homes in in_worlds])",
        "gains=average_gains([homes for _, homes in in_worlds[1:]])",
        "viz/test_brief.py::test_a_comparison_says_who_gains_as_the_command_does",
        plain=True,
    ),
    mutant(
        "a stored comparison forgets which worlds it had",
        "experiments/comparison/stored_comparison.py",
        '        stored["seed"],\n',
        "        0,\n",
        "viz/test_brief.py::test_a_stored_comparison_is_what_was_computed",
        plain=True,
    ),
    mutant(
        "the command below a table of the report prints another",
        "viz/report.py",
        "{html(table)}{command_line(analysis, name)}",
        "{html(table)}{command_line(analysis)}",
        "viz/test_report_numbers.py::test_ten_numbers_of_the_report_are_printed_by_the_commands_below_them",
        plain=True,
    ),
    mutant(
        "a brief is written of a sweep as if it were a comparison",
        "viz/brief/reading.py",
        "    if (folder / manifest.LEDGER).exists():\n",
        "    if False:\n",
        "viz/test_brief.py::test_a_wrong_folder_names_what_to_run",
        plain=True,
    ),
]
