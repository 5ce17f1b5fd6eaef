"""Planted defects of the first screen: its recordings, its file, its scripts, its session."""

from .declaration import mutant

FILE = "viz/test_screen.py::"
DISK = "viz/test_screen_page.py::"
SERVED = "viz/test_screen_served.py::"

MUTANTS = [
    mutant(
        "houses of a low window have a negative size, and drawing fails",
        "viz/screen/static/place.js",
        "const sky = Math.min(SKY * height, Math.max(this.head, height * (few ? 0.2 : 0.12)));",
        "const sky = Math.max(this.head, height * (few ? 0.2 : 0.12));",
        f"{DISK}test_a_window_as_low_as_a_phone_on_its_side_shows_the_place",
    ),
    mutant(
        "an issue that only one arm has is not sent",
        "experiments/narrative/recording_difference.py",
        'new = np.flatnonzero(~np.isin(ours["issue_id"], known))',
        'new = np.flatnonzero(~np.isin(ours["issue_id"], ours["issue_id"]))',
        f"{FILE}test_a_year_comes_back_from_what_differs_in_it",
        short=True,
    ),
    mutant(
        "an issue that never arose in an arm keeps its life of the reference",
        "experiments/narrative/recording_difference.py",
        "        if not there[row] or not _same_life(",
        "        if there[row] and not _same_life(",
        f"{FILE}test_a_year_comes_back_from_what_differs_in_it",
        short=True,
    ),
    mutant(
        "neighbours are taken for somebody at home",
        "experiments/narrative/recording.py",
        '(issue["household"] >= 0) & (issue["household"] == home)',
        '(issue["household"] < 0) | (issue["household"] == home)',
        f"{FILE}test_a_recording_tells_who_lives_in_a_home_and_who_reported",
        short=True,
    ),
    mutant(
        "the runs of a file have another luck than those of the command line",
        "experiments/comparison/arm_answers.py",
        "simulate(arm, pair_seed(arm, seed, number), progress=progress)",
        "simulate(arm, pair_seed(arm, seed + 1, number), progress=progress)",
        f"{FILE}test_the_runs_of_a_file_are_those_of_the_command_line",
        short=True,
    ),
    mutant(
        "the file takes runs of luck for plausible worlds",
        "viz/screen/single_file.py",
        "year_in_world(worlds, arm, number - lucks)",
        "year_of_luck(arm, seed, number - lucks)",
        f"{FILE}test_the_runs_of_a_file_are_those_of_the_command_line",
    ),
    mutant(
        "how strongly a mechanism works is not heard",
        "viz/screen/arms.py",
        "[name for name in case.mechanisms if name not in names], settings)",
        "[name for name in case.mechanisms if name not in names], {})",
        f"{FILE}test_an_arm_is_told_by_its_key",
    ),
    mutant(
        "a view in an address is believed",
        "viz/screen/communities.py",
        "known.pop(side)",
        "pass",
        f"{FILE}test_a_view_that_cannot_be_shown_is_left_out",
    ),
    mutant(
        "a script is joined before those that it needs",
        "viz/screen/scripts.py",
        "    ordered.append(name)\n",
        "    ordered.insert(0, name)\n",
        f"{FILE}test_modules_become_one_script_in_the_order_of_need",
    ),
    mutant(
        "a name becomes an element of the page",
        "viz/screen/static/markup.js",
        "return String(value).replace(",
        "return String(value) || String(value).replace(",
        f"{DISK}test_what_a_case_is_called_is_shown_as_text",
        plain=True,
    ),
    mutant(
        "the headline shows the first year instead of the mean",
        "viz/screen/static/answers.js",
        "rateA = 100 * mean(valuesOf(a.luck.slice(0, common), RATE))",
        "rateA = 100 * valuesOf(a.luck, RATE)[0]",
        f"{DISK}test_the_headline_has_the_means_of_the_runs",
        plain=True,
    ),
    mutant(
        "the home that shows most is followed",
        "viz/screen/static/homes.js",
        "Math.floor((list.length - 1) / 2)",
        "0",
        f"{DISK}test_the_home_that_is_followed_is_the_one_in_the_middle",
        plain=True,
    ),
    mutant(
        "Back changes the address only",
        "viz/screen/static/start.js",
        'addEventListener("popstate", () => screen.show(viewOfHash()));',
        'addEventListener("popstate", () => {});',
        f"{DISK}test_another_mechanism_changes_headline_panes_and_address",
        plain=True,
    ),
    mutant(
        "an export does not say what it shows",
        "viz/screen/static/export.js",
        "`# ${screen.source()}`",
        '"#"',
        f"{DISK}test_an_export_names_the_case_the_sides_the_seed_and_the_version",
        plain=True,
    ),
    mutant(
        "a mechanism that begins later works from the first day",
        "viz/screen/arms.py",
        '"first_day": int, "last_day": int}',
        '"first_day": lambda day: 0, "last_day": int}',
        f"{SERVED}test_the_end_of_a_bar_is_dragged_and_the_year_is_run_again",
        plain=True,
    ),
    mutant(
        "Back is not told to the first screen",
        "viz/screen/room.py",
        "        if checked_view(widget.view) != view:\n",
        "        if False:\n",
        f"{SERVED}test_any_mechanism_can_be_chosen_and_back_leads_to_the_one_before",
        plain=True,
    ),
]
