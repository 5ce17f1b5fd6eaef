"""Planted defects of sweeps and their files."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "a hash that leaves out what the case is",
        "experiments/sweep/sweep.py",
        "case_texts[a.case]",
        "a.case",
        "experiments/sweep/test_sweep.py::test_what_is_asked_otherwise_is_another_run",
        short=True,
    ),
    mutant(
        "a run is lost as it is handed in",
        "experiments/sweep/store.py",
        "o in outcomes",
        "o in outcomes[: max(1, len(outcomes) - 1)]",
        "experiments/sweep/test_store.py::test_what_was_handed_in_is_read_back_bit_for_bit",
        short=True,
    ),
    mutant(
        "a flipped bit in the ledger is read in silence",
        "experiments/sweep/ledger.py",
        "    *fields, row_mark = row\n    if mark(*fields) != row_mark:",
        "    *fields, row_mark = row\n    if False:",
        (
            "experiments/sweep/test_store.py::"
            "test_a_ledger_that_says_other_things_than_were_written_is_damaged"
        ),
        short=True,
    ),
    mutant(
        "what was written is not read back",
        "experiments/sweep/parts.py",
        "        if temporary.read_bytes() != raw:\n",
        "        if False:\n",
        "experiments/sweep/test_store.py::test_what_reads_back_otherwise_is_never_given_a_name",
        short=True,
    ),
    mutant(
        "random numbers depend on the length of the run",
        "model/simulate.py",
        "scenario, RandomNumbers(*seed))\n    for",
        "scenario, RandomNumbers(*seed, scenario.days))\n    for",
        "contract/test_metamorphic.py::test_the_first_half_of_a_run_twice_as_long_is_the_run[yard]",
        plain=True,
        short=True,
    ),
    mutant(
        "a store that is opened again keeps its old sums",
        "experiments/sweep/store.py",
        "        if (self.folder / SUMS).exists():\n            (self.folder / SUMS).unlink()",
        "        if False:\n            (self.folder / SUMS).unlink()",
        "contract/test_stateful.py::test_a_store_as_a_state_machine",
        short=True,
    ),
    mutant(
        "a refused sweep takes the sums away",
        "experiments/sweep/sweep.py",
        "        refuse_other(store, plan)\n",
        "        store.prepare()\n        refuse_other(store, plan)\n",
        (
            "experiments/sweep/test_swept_again.py::"
            "test_a_sweep_that_is_refused_changes_no_byte_and_names_what_differs"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "a damaged part is given new sums",
        "experiments/sweep/store.py",
        "            if not damaged.keys() & set(files):\n",
        "            if True:\n",
        (
            "experiments/sweep/test_swept_again.py::"
            "test_a_damaged_part_is_named_set_aside_and_its_runs_are_done_again"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "parts without their ledger are added to",
        "experiments/sweep/ledger.py",
        "    refuse_lost_ledger(folder)\n    for name in TEXTS:",
        "    for name in TEXTS:",
        "experiments/sweep/test_swept_again.py::test_parts_without_their_ledger_are_never_added_to",
        plain=True,
        short=True,
    ),
    mutant(
        "a sampled run is known by how NumPy writes its numbers",
        "experiments/sweep/factor_space.py",
        "        u = float(u)  #",
        "        u = u  #",
        (
            "experiments/sweep/test_sweep.py::"
            "test_runs_of_a_sampled_design_are_those_of_the_design_that_is_read_back"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "strays are not seen by verify",
        "experiments/sweep/results.py",
        "    strays = stray_files(folder, set(parts))\n",
        "    strays = []\n",
        "experiments/sweep/test_swept_again.py::test_a_stray_among_the_parts_is_seen_and_never_counted",
        plain=True,
        short=True,
    ),
    mutant(
        "a resume asks for the disk of the whole sweep",
        "experiments/sweep/sweep.py",
        "needed, free = guess.bytes * runs / guess.runs,",
        "needed, free = guess.bytes,",
        ("experiments/sweep/test_swept_again.py::test_a_resume_asks_for_the_disk_that_the_missing_runs_need"),
        plain=True,
        short=True,
    ),
    mutant(
        "another command's manifest is overwritten",
        "experiments/sweep/ledger.py",
        "(folder / name).exists()",
        "False",
        "experiments/sweep/test_swept_again.py::test_the_results_of_another_command_are_not_overwritten",
        plain=True,
        short=True,
    ),
    mutant(
        "a changed estimand was stated before the first run",
        "experiments/sweep/registration.py",
        "if all(entry[name] == now[name] for name in now)), log[-1])",
        "if True), log[-1])",
        (
            "experiments/sweep/test_swept_again.py::"
            "test_an_estimand_that_was_changed_later_is_not_said_to_be_stated_before_the_first_run"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "dropped arms pass without a word",
        "experiments/sweep/registration.py",
        (
            '\n        ("added", [name for name in new if name not in old]),\n        '
            '("dropped", [name for name in old if name not in new]),\n    '
        ),
        '("added", [name for name in new if name not in old]), ("dropped", [])',
        (
            "experiments/sweep/test_swept_again.py::"
            "test_a_change_is_reported_with_its_date_and_how_many_runs_were_there"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "a merge forgets what another shard was asked",
        "experiments/sweep/merge.py",
        (
            '\n        **manifests[0],\n        "begun": begun,\n        "last": last,\n        '
            '"registered": join_logs([m["registered"] for m in manifests]),\n    '
        ),
        '**manifests[0], "begun": begun, "last": last, "registered": manifests[-1]["registered"][:1]',
        "experiments/sweep/test_swept_again.py::test_a_merge_keeps_what_each_shard_was_asked_when",
        plain=True,
        short=True,
    ),
    mutant(
        "a sweep whose runs failed is a success",
        "cli/sweep.py",
        "    if failed and not allowed:\n",
        "    if False:\n",
        (
            "experiments/sweep/test_swept_again.py::"
            "test_a_sweep_whose_runs_failed_ends_with_status_1_and_says_what_failed"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "results with a mechanism of one's own need its file",
        "experiments/sweep/results.py",
        "    stand_in(facts.get(OWN), ",
        "    (lambda *_: None)(facts.get(OWN), ",
        (
            "experiments/sweep/test_swept_again.py::"
            "test_results_with_a_mechanism_of_a_users_own_are_read_without_it_and_run_again_with_"
            "what_the_archive_has"
        ),
        plain=True,
    ),
    mutant(
        "an archive's sums leave files out",
        "experiments/sweep/archive.py",
        "            **{name: text.encode() for name, text in texts.items()},\n",
        "",
        "experiments/sweep/test_report.py::test_an_archive_is_whole_described_and_opens_again",
        plain=True,
        short=True,
    ),
    mutant(
        "a figure is drawn of nothing",
        "viz/figures/sweep_figures.py",
        "        if len(analysis.convergence):\n",
        "        if True:\n",
        "experiments/sweep/test_report_of_little.py::test_a_report_of_little_says_what_cannot_be_said",
        plain=True,
        short=True,
    ),
    mutant(
        "arms without a run are not reported",
        "experiments/sweep/report_statistics.py",
        "        absent = [arm for arm in self.results.plan.arms if (arm.case, arm.name) not in present]\n",
        "        absent = []\n",
        "experiments/sweep/test_report_of_little.py::test_a_report_of_little_says_what_cannot_be_said",
        plain=True,
        short=True,
    ),
    mutant(
        "Methods take the case's mechanisms for those of all arms",
        "viz/report.py",
        "    always = set.intersection(*arms)\n",
        "    always = set(plan.cases[case].mechanisms)\n",
        (
            "experiments/sweep/test_report_of_little.py::"
            "test_methods_say_which_mechanisms_are_on_in_every_arm_and_which_in_some"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "what a kill left is never swept up",
        "experiments/sweep/store.py",
        '        for path in (path for path in (self.folder / "tmp").glob("*.*") if path.is_file()):\n',
        "        for path in ():\n",
        "contract/test_stateful.py::test_a_store_as_a_state_machine",
        short=True,
    ),
    mutant(
        "two processes may write to one folder",
        "experiments/sweep/store.py",
        "            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "",
        "experiments/sweep/test_store.py::test_one_process_at_a_time_writes_to_a_folder",
        short=True,
    ),
    mutant(
        "an error is swallowed: a run that raised counts as done",
        "experiments/sweep/worker.py",
        'return RunOutcome(order, "failed",',
        'return RunOutcome(order, "done",',
        "experiments/sweep/test_sweep.py::test_a_run_that_raises_is_named_and_is_data",
        short=True,
    ),
    mutant(
        "shards overlap",
        "experiments/sweep/sweep.py",
        "% m == k - 1)",
        "% m <= k - 1)",
        "contract/test_mutation_survivors.py::test_each_run_falls_to_one_shard",
        short=True,
    ),
    mutant(
        "a file's name is not quoted for the shell",
        "experiments/execution/job_scripts.py",
        "file={shlex.quote(job.file)}",
        "file={job.file}",
        "experiments/execution/test_job_scripts.py::test_whatever_a_file_is_called_it_stays_a_name",
        short=True,
    ),
    mutant(
        "an open line to a stranger's cluster",
        "experiments/execution/dask_cluster.py",
        "elif not insecure and not loopback(address):",
        "elif False:",
        (
            "experiments/execution/test_dask_cluster.py::"
            "test_an_open_line_beyond_this_machine_needs_the_users_word"
        ),
    ),
    mutant(
        "a sweep stores nothing of what mechanisms did",
        "experiments/sweep/worker.py",
        "zlib.compress(json.dumps(sum_activities(run)).encode())",
        "zlib.compress(json.dumps({}).encode())",
        "experiments/sweep/test_sweep.py::test_what_mechanisms_did_in_each_run_is_stored_whoever_runs_it",
        plain=True,
    ),
]
