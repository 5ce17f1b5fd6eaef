"""Planted defects of fitting to a user's own log, of worlds of one's own, and of the page about the fit."""

from .declaration import mutant

OWN = "experiments/evidence/test_own_worlds.py"
TELLS = "experiments/calibration/test_what_a_log_tells.py"
PAGE = "viz/test_fit_page.py"

MUTANTS = [
    mutant(
        "worlds of one's own give way to the case",
        "experiments/evidence/plausible_worlds.py",
        "if path in from_log:",
        "if False:",
        f"{OWN}::test_what_the_log_says_holds_in_place_of_the_case_but_not_of_what_a_user_sets",
        plain=True,
        short=True,
    ),
    mutant(
        "worlds of one's own move what a user set",
        "experiments/evidence/plausible_worlds.py",
        "set(source.members[0]), source.fitted - worlds.held",
        "set(source.members[0]), source.fitted",
        f"{OWN}::test_what_the_log_says_holds_in_place_of_the_case_but_not_of_what_a_user_sets",
        plain=True,
    ),
    mutant(
        "worlds of another case are used",
        "experiments/evidence/own_worlds.py",
        "if worlds.case and worlds.case != scenario.name:",
        "if False:",
        f"{OWN}::test_a_wrong_file_of_worlds_is_refused_with_the_way_out",
        plain=True,
    ),
    mutant(
        "a sweep goes on in other worlds",
        "experiments/sweep/sweep.py",
        "members_digest(e.worlds_file)",
        "members_digest()",
        f"{OWN}::test_an_experiment_in_worlds_of_ones_own_has_other_runs_for_other_worlds",
        plain=True,
    ),
    mutant(
        "an absent family counts as seen",
        "experiments/calibration/visibility.py",
        "if k is None\n            else NO_ROWS",
        "if False\n            else NO_ROWS",
        f"{TELLS}::test_a_family_that_is_absent_is_said_to_be_unseen",
    ),
    mutant(
        "a log without open issues is fitted",
        "experiments/calibration/log_checks.py",
        "if missing > LOST:",
        "if False:",
        f"{TELLS}::test_a_log_that_lost_its_open_issues_is_refused_and_one_that_was_emptied_is_not",
    ),
    mutant(
        "three weeks are a log",
        "experiments/calibration/log_checks.py",
        "if days < SHORT:",
        "if days < 1:",
        f"{TELLS}::test_a_log_that_is_too_short_or_has_too_few_closings_is_refused_with_the_way_out",
    ),
    mutant(
        "averages that do better are kept quiet",
        "experiments/calibration/verdicts.py",
        "if better[NULL] < -CLEARLY:",
        "if better[NULL] > 999:",
        f"{TELLS}::test_it_is_said_when_the_logs_own_averages_do_better",
    ),
    mutant(
        "members step past the log",
        "experiments/calibration/own_ensemble.py",
        "- numbers + (z - prior) @ self.slope",
        "- numbers - (z - prior) @ self.slope",
        f"{TELLS}::test_worlds_of_ones_own_meet_the_log_better_than_those_that_ship",
    ),
    mutant(
        "members do not know the log's errors",
        "experiments/calibration/own_ensemble.py",
        "self.target.numbers + noise - numbers",
        "self.target.numbers - numbers",
        f"{TELLS}::test_steps_meet_the_log_in_a_model_that_is_a_straight_line",
        plain=True,
    ),
    mutant(
        "chance slopes move numbers",
        "experiments/calibration/own_ensemble.py",
        "return slope * np.clip(1.0 - by_chance * CHANCE**2 / np.maximum(slope**2, 1e-300), 0.0, 1.0)",
        "return slope",
        f"{TELLS}::test_slopes_are_found_and_chance_is_none",
        plain=True,
    ),
    mutant(
        "a fit cannot be stopped",
        "experiments/calibration/steps.py",
        "if self.cancelled and self.cancelled():",
        "if False:",
        f"{TELLS}::test_progress_is_told_to_the_last_step_and_a_fit_can_be_stopped",
    ),
    mutant(
        "names of a log are markup",
        "viz/fit_page.py",
        "shown = content if isinstance(content, Markup) else escape(str(content))",
        "shown = str(content)",
        f"{PAGE}::test_it_is_one_file_without_requests_in_which_names_of_a_log_are_text",
        plain=True,
        short=True,
    ),
    mutant(
        "the page is silent about rows set aside",
        "viz/fit_page.py",
        "*said_of_rejected(result.log), ",
        "",
        f"{PAGE}::test_it_says_the_verdict_what_was_set_aside_what_is_unseen_and_what_was_learned",
        plain=True,
    ),
    mutant(
        "what was fitted to an implausible log is learned",
        "experiments/calibration/calibrate.py",
        "if is_implausible(done.widened):",
        "if False:",
        f"{TELLS}::test_of_an_implausible_log_nothing_is_called_learned",
    ),
    mutant(
        "a name that looks like a meter is markup",
        "viz/fit_page.py",
        "content if isinstance(content, Markup) else",
        'content if str(content).startswith("<meter") else',
        f"{PAGE}::test_a_name_that_looks_like_a_meter_is_text",
        plain=True,
    ),
]
