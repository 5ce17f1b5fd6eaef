"""Planted defects in how a user's own issue log is read."""

from .declaration import mutant

LAYOUTS = "experiments/logs/test_layouts.py"

MUTANTS = [
    mutant(
        "a word that recurs among closings is never asked about",
        "experiments/logs/closings.py",
        "        elif n > 1:\n            also =",
        "        elif n > len(closed):\n            also =",
        f"{LAYOUTS}::test_a_word_that_recurs_among_closings_is_asked_about_and_both_answers_hold",
        short=True,
        plain=True,
    ),
    mutant(
        "what means open is closed on that day",
        "experiments/logs/closings.py",
        "            out.day[here] = NO_DAY\n            decided |= here",
        "            decided |= here",
        f"{LAYOUTS}::test_a_file_that_was_misread_once_is_read_right",
        f"{LAYOUTS}::test_every_day_is_the_day_that_was_written",
        plain=True,
    ),
    mutant(
        "a log that lost its open issues is fitted",
        "experiments/logs/closings.py",
        "LOST = 0.1 ",
        "LOST = 1.0 ",
        f"{LAYOUTS}::test_a_log_that_would_lose_its_open_issues_is_refused",
        short=True,
        plain=True,
    ),
    mutant(
        "a total is an issue",
        "experiments/logs/layout.py",
        "if any(TOTAL.fullmatch(cell) for cell in filled[:3]):",
        "if any(TOTAL.fullmatch(cell) for cell in filled[:0]):",
        f"{LAYOUTS}::test_a_layout_is_read_without_a_flag_or_with_the_one_that_the_message_names",
        plain=True,
    ),
    mutant(
        "a closing without a year stays before its opening",
        "experiments/logs/row_checks.py",
        "(month + 12)",
        "(month + 0)",
        f"{LAYOUTS}::test_closings_without_a_year_fall_into_the_next_one",
        short=True,
        plain=True,
    ),
    mutant(
        "telephone numbers are kept as ids",
        "experiments/logs/personal.py",
        "        if kind:\n            dropped.append(role)",
        "        if kind:\n            dropped.extend(())",
        f"{LAYOUTS}::test_columns_with_personal_data_are_dropped_by_what_they_hold",
        short=True,
        plain=True,
    ),
    mutant(
        "a proposal is used without being accepted",
        "experiments/logs/issue_log.py",
        "    why = Counter(reasons[~fine])",
        "    mapped = mapped | {n: (p.ours,) for n, p in propose_all(names, mapped).items() if p}\n"
        "    why = Counter(reasons[~fine])",
        f"{LAYOUTS}::test_the_words_of_a_category_propose_and_decide_nothing",
        short=True,
        plain=True,
    ),
    mutant(
        "a case beside a log is its mapping",
        "experiments/logs/log_mapping.py",
        "return bool(OF_A_CASE & raw.keys()) and not",
        "return not raw.keys() and not",
        f"{LAYOUTS}::test_a_case_beside_a_log_is_no_mapping",
        short=True,
        plain=True,
    ),
    mutant(
        "a dry run writes",
        "cli/own_community/logs.py",
        "written = {} if dry_run else write_import",
        "written = {} if not dry_run else write_import",
        f"{LAYOUTS}::test_a_dry_run_says_what_is_understood_and_writes_nothing",
        short=True,
        plain=True,
    ),
]
