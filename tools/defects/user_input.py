"""Planted defects of a user's own cases, mechanisms and scripts."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "what the system says of a file stays English",
        "engine/texts/errors.py",
        "return Translated(error.strerror, REASONS[error.errno])",
        "return error.strerror",
        "engine/test_errors.py::test_what_the_system_says_of_a_file_is_translated",
        plain=True,
    ),
    mutant(
        "what stands in an error stays English",
        "engine/texts/errors.py",
        'return (value.zh if lang == "zh" else "") or str(value)',
        "return str(value)",
        "engine/test_errors.py",
        plain=True,
    ),
    mutant(
        "a broken promise is no failure",
        "cli/own_community/author.py",
        "    if broken:\n",
        "    if not broken:\n",
        "cli/test_author.py",
        short=True,
        plain=True,
    ),
    mutant(
        "a name that leaves its folder",
        "engine/parameters.py",
        """FORBIDDEN = '/\\\\:*?"<>|'""",
        """FORBIDDEN = '\\\\:*?"<>|'""",
        "model/test_names.py::test_a_name_that_leaves_its_folder_or_names_no_file_is_refused_with_its_line",
        plain=True,
        short=True,
    ),
    mutant(
        "a case's name is a knob",
        "engine/settings.py",
        'if "choices" in f.metadata or f.type is bool]',
        'if "choices" in f.metadata or "text" in f.metadata or f.type is bool]',
        "model/test_names.py::test_the_texts_of_a_case_are_no_parameters",
        plain=True,
        short=True,
    ),
    mutant(
        "a fitted case overwrites the case",
        "experiments/calibration/calibration_result.py",
        "if path.exists() and not path.read_bytes()",
        "if False and not path.read_bytes()",
        "model/test_names.py::test_no_command_overwrites_what_it_reads",
        short=True,
    ),
    mutant(
        "an import overwrites the log",
        "cli/options.py",
        "if path.exists() and Path(source).exists() and path.samefile(source):",
        "if False:",
        "model/test_names.py::test_no_command_overwrites_what_it_reads",
        short=True,
    ),
    mutant(
        "a census of 240, whoever lives there",
        "model/scenarios/census.py",
        'default[f.name] / default[f.metadata["of"]] * totals[f.metadata["of"]]',
        "default[f.name]",
        "model/test_census.py::test_what_is_left_out_is_a_share_of_what_is_given",
        plain=True,
        short=True,
    ),
    mutant(
        "a committee of two for a town",
        "agents/committee.py",
        "SIZED[name][1] * residents)",
        "0.0 * residents)",
        "model/test_census.py::test_a_large_community_has_more_than_the_committee_of_a_small_one",
        plain=True,
        short=True,
    ),
    mutant(
        "a comparison hides its census",
        "experiments/comparison/compare.py",
        "            **runs.census(self.case),\n",
        "",
        "model/test_census.py::test_a_run_and_a_comparison_show_the_census_they_used",
        short=True,
    ),
    mutant(
        "hours that are no number are granted",
        "model/mechanism_guard.py",
        "if not 0.0 <= wants[m, role, c] < np.inf:",
        "if wants[m, role, c] < 0.0:",
        (
            "model/test_own_mechanisms.py::"
            "test_what_a_mechanism_may_not_do_is_found_in_a_run_and_named_with_its_file_and_day"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "a pull without end is added up",
        "model/mechanism_guard.py",
        "if not least[lever] <= rows[m, i] <= most[lever]:",
        "if rows[m, i] < least[lever]:",
        (
            "model/test_own_mechanisms.py::"
            "test_what_a_mechanism_may_not_do_is_found_in_a_run_and_named_with_its_file_and_day"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "plain Python writes the world",
        "model/mechanism_guard.py",
        "        part.flags.writeable = False\n",
        "",
        (
            "model/test_own_mechanisms.py::"
            "test_what_a_mechanism_may_not_do_is_found_in_a_run_and_named_with_its_file_and_day"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "a kernel is trusted untried",
        "model/mechanism_guard.py",
        "    if kind not in TRIED:\n",
        "    if False:\n",
        "model/test_own_mechanisms.py::test_a_kernel_of_a_users_own_is_tried_before_it_is_trusted",
        plain=True,
    ),
    mutant(
        "a broken file stops every command",
        "model/mechanisms/__init__.py",
        "    except (Exception, SystemExit) as error:\n        return Message(",
        "    except KeyError as error:\n        return Message(",
        "model/test_own_mechanisms.py::test_a_broken_file_is_named_where_it_is_asked_for_and_nowhere_else",
        plain=True,
        short=True,
    ),
    mutant(
        "a file named like one that ships is ignored",
        "model/mechanisms/__init__.py",
        (
            '        if name in shipped:\n            problem = Message("{path} has the name of a '
            'mechanism of cogov; rename the file", path=path)'
        ),
        "        if name in shipped:\n            continue",
        (
            "model/test_own_mechanisms.py::"
            "test_a_file_named_like_a_mechanism_that_ships_is_refused_and_not_ignored"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "workers run the script again",
        "experiments/execution/supervisor.py",
        "    if needs_main_script(main):\n        yield\n        return\n",
        "    if True:\n        yield\n        return\n",
        (
            "experiments/execution/test_scripts.py::"
            "test_a_script_without_a_main_guard_runs_once_with_workers_and_says_nothing"
        ),
        plain=True,
    ),
    mutant(
        "no workers means all cores",
        "experiments/execution/supervisor.py",
        "return 0 if problem else count_cores() if workers is None else workers",
        "return 0 if problem else workers or count_cores()",
        "experiments/execution/test_scripts.py::test_no_workers_means_none_everywhere",
        plain=True,
        short=True,
    ),
    mutant(
        "a worker of a pool starts workers",
        "experiments/execution/supervisor.py",
        "current_process().daemon or get_start_method",
        "get_start_method",
        (
            "experiments/execution/test_scripts.py::"
            "test_a_worker_of_a_pool_goes_on_alone_and_says_so_only_where_workers_were_asked_for"
        ),
        plain=True,
    ),
    mutant(
        "more elders than residents are no contradiction",
        "experiments/narrative/draft_contradictions.py",
        'if _above(v, "elders", "residents"):',
        "if False:",
        (
            "experiments/narrative/test_community_draft.py::"
            "test_several_contradictions_are_said_together_and_nothing_is_thrown_away"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "an opened case loses what the form does not show",
        "experiments/narrative/draft_scenario.py",
        "compose(values, base or Scenario(), shown, hidden, layout)",
        "compose(values, Scenario(), {}, hidden, layout)",
        (
            "experiments/narrative/test_community_draft.py::"
            "test_an_opened_case_stays_as_it_is_until_something_is_changed"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "the rest is filled from the case that is least alike",
        "experiments/narrative/draft_filling.py",
        "nearest = min(",
        "nearest = max(",
        (
            "experiments/narrative/test_community_draft.py::"
            "test_the_rest_is_filled_from_the_case_that_is_most_alike_and_says_so"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "a case file does not say what is assumed",
        "experiments/narrative/draft_file.py",
        "return write_case(scenario, notes, header)",
        "return write_case(scenario, {}, header)",
        (
            "experiments/narrative/test_community_draft.py::"
            "test_a_case_file_runs_says_what_is_assumed_and_opens_again"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "numbers that cannot be end in a traceback",
        "model/scenarios/census.py",
        'max(census["residents"] - census["households"], 0)',
        'census["residents"] - census["households"]',
        "model/test_census.py::test_numbers_that_cannot_be_are_refused_while_the_rest_is_filled_in",
        plain=True,
        short=True,
    ),
]
