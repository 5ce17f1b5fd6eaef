"""The defects that mutants.py plants: what is wrong, in words, where, and which tests ought to see it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A defect: what is wrong, in words; where; the text that stands there, once, and what is put in its place; who ought to see it."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple         # ids of tests, the quickest that do
    plain: bool = False  # only Python reads what is changed: of the kernels, only the file's own are compiled again
    short: bool = False  # one of the quick ones


def mutant(name, file, old, new, *tests, **more):
    return Mutant(name, file, old, new, tuple(f"tests/test_{test}" for test in tests), **more)


TWIN = "twin.py::test_a_year_is_told_alike[yard]"
MUTANTS = [
    # ---------------------------------------------------------------------------------------------------- luck
    mutant("one stream of luck used for two decisions", "model/day.py", 'decision("lean")', 'decision("in")', "luck.py::test_every_decision_of_the_engine_is_listed", plain=True, short=True),
    mutant("luck of evenings is the same every week", "model/day.py", "key(seed, GIVE, day)", "key(seed, GIVE, 0)", TWIN),
    mutant("the hash loses a round", "model/luck.py", "    x = (x ^ (x >> np.uint64(27))) * B\n", "", "luck.py::test_known_answers", plain=True, short=True),
    mutant("luck of another kind, in passing", "experiments/nursery.py", "import pyarrow.parquet  # noqa: F401\n", "import random\n\nimport pyarrow.parquet  # noqa: F401\n", "luck.py::test_chance_lives_in_one_file", short=True),
    # ------------------------------------------------------------------------------------------- issues and desks
    mutant("issues arise 5 % more often", "model/arising.py", "return cats.rate * unit", "return 1.05 * cats.rate * unit", "limits.py::test_the_closed_form_holds[clocks]", plain=True, short=True),
    mutant("work takes 5 % longer", "model/arising.py", "issue.effort = cats.work[j]", "issue.effort = 1.05 * cats.work[j]", "limits.py::test_the_closed_form_holds[backlog]"),
    mutant("issues lapse a day late", "model/arising.py", "day + 1 + int(cats.lapse[j]", "day + 2 + int(cats.lapse[j]", "limits.py::test_the_closed_form_holds[thinning]"),
    mutant("one gives up a day early", "model/telling.py", "issue.giveup = day + 1 + int(", "issue.giveup = day + int(", TWIN),
    mutant("known issues are told of as readily as unknown ones", "model/telling.py", "            rate *= k.echo\n", "            rate *= 1.0\n", TWIN),
    mutant("the least urgent goes first", "model/issues.py", "return min(3, issue.severity + (1 if issue.voices >= 2 else 0))", "return 3 - min(3, issue.severity + (1 if issue.voices >= 2 else 0))", TWIN),
    mutant("the youngest goes first", "model/settling.py", "            out[count[r]] = i\n            count[r] += 1", "            out[count[r] + 0] = i\n            count[r] += 1\n    out = out[::-1].copy() if state == TOLD else out", TWIN),
    mutant("taking in costs no hours", "model/settling.py", "            hours[desk] -= intake\n", "            hours[desk] -= 0.0\n", TWIN),
    mutant("a desk works two pairs of hands on one job", "model/settling.py", "min(issue.left, pair[desk])", "min(issue.left, 2.0 * pair[desk])", "limits.py::test_the_closed_form_holds[backlog]"),
    mutant("a fen is lost at every payment", "model/settling.py", "            funds[last] -= rest\n", "            funds[last] -= rest + 1\n", "invariants.py::test_money_to_the_cent[yard-nobody]"),
    mutant("bills are paid from a fund that lacks the money", "model/settling.py", "if rest == 0 or funds[last] >= rest:", "if rest == 0 or funds[last] > 0:", "projects.py::test_what_its_own_fund_lacks_the_communitys_pays_and_not_a_fen_more"),
    mutant("disappointment is 5 % too strong", "model/settling.py", "= t - ignored * t", "= t - 1.05 * ignored * t", TWIN),
    mutant("redone work is done from the beginning", "model/settling.py", "WORK, -1, redo * issue.effort", "WORK, -1, issue.effort", TWIN),
    mutant("what was resolved never comes back", "model/settling.py", "cats.recurs[j] * exp(", "0.0 * cats.recurs[j] * exp(", "shapes.py::test_recurring_nuisances_return_unless_habits_change"),
    mutant("three fifths are enough for a rule that asks for three quarters", "model/rules.py", "return 4 * signed >= 3 * met and", "return 5 * signed >= 3 * met and", "limits.py::test_the_closed_form_holds[committees]", plain=True, short=True),
    mutant("a failed vote is tried again a day early", "model/signing.py", "day + 1 + int(k.rest)", "day + int(k.rest)", "twin.py::test_columns_tell_the_same_days_as_people"),
    mutant("an owner who lets signs like one who lives there", "model/signing.py", "return x + k.letting", "return x", "mechanisms.py::test_every_knob_of_people_and_desks_is_felt[projects.letting]"),
    # --------------------------------------------------------------------------------------------- hours and money
    mutant("granted hours are booked twice", "model/hours.py", "ledger.hours[row, role] += got", "ledger.hours[row, role] += 2.0 * got", "invariants.py::test_nobody_works_longer_than_there_are_hours[storm-party_volunteers]"),
    mutant("what a mechanism spends leaves no fund", "model/hours.py", "            w.funds[ALL] -= fen\n", "", "invariants.py::test_money_to_the_cent[storm-mediation_room]"),
    mutant("what is scarce is granted in full", "model/hours.py", "min(shares[m, c], have[role] / asked)", "min(shares[m, c], 1.0)", "invariants.py::test_scarce_hours_are_all_given_out_and_in_proportion", plain=True, short=True),
    mutant("the desks' own work is in nobody's books", "model/ledger.py", "    ledger.hours[mechanisms, 1] +=", "    ledger.hours[mechanisms, 1] += 0.0 *", TWIN),
    mutant("the committee works weekends in full", "model/almanac.py", "np.where(rest | festival, scenario", "np.where(festival, scenario", "almanac.py::test_offices_rest_on_weekends_and_in_festival_weeks_and_evenings_are_fewer_then", plain=True, short=True),
    mutant("a shock lasts a day too long", "model/almanac.py", "(day < shock.day + shock.days)", "(day <= shock.day + shock.days)", "almanac.py::test_a_shock_comes_for_its_days_and_only_for_what_it_names", plain=True, short=True),
    mutant("a fee is paid twelve times in 360 days", "model/world.py", "knobs.fee * knobs.paid * 12 / 365 * 100", "knobs.fee * knobs.paid * 12 / 360 * 100", "holes.py::test_a_year_brings_each_fund_what_its_case_says[estate]", plain=True, short=True),
    # -------------------------------------------------------------------------------------------------- mechanisms
    mutant("a whistle is paid for and nobody comes", "model/mechanisms/whistle.py", "calls[i] * m.share[ALL]", "calls[i] * 0.0", "mechanisms.py::test_it_does_something[whistle]", short=True),
    mutant("a mediation room helps unpaid", "model/mechanisms/mediation_room.py", "float(waiting(issues, w.day, own, k))) * m.share[ALL]", "float(waiting(issues, w.day, own, k)))", "mechanisms.py::test_unpaid_it_pulls_nothing[mediation_room]", short=True),
    mutant("nothing reads the memory of captains", "model/mechanisms/building_captains.py", "keep[i] = k.memory * here[b]", "keep[i] = 1.5 * here[b]", "mechanisms.py::test_every_knob_is_felt[building_captains.memory]"),
    mutant("captains open no doors", "model/mechanisms/building_captains.py", "m.lever.reach[b] = k.door * here[b]", "m.lever.reach[b] = 0.0", "mechanisms.py::test_it_pulls_the_levers_that_it_says_and_each_of_them[building_captains]"),
    mutant("nobody is persuaded by captains", "model/mechanisms/building_captains.py", "m.lever.consent[b] = k.word * here[b]", "m.lever.consent[b] = 0.0", "signs.py::test_with_captains_it_gets_there"),
    mutant("a patrol finds 5 % more", "model/mechanisms/grid_patrol.py", "sight[i] = walked[a] * (", "sight[i] = 1.05 * walked[a] * (", TWIN),
    mutant("a mechanism writes the world", "model/mechanisms/grid_patrol.py", "k, walked = m.knobs[0], 0.0", "k, walked = m.knobs[0], 0.0\n        w.mood.ears[0] *= 1.01", "mechanisms.py::test_it_reads_the_world_and_never_writes_it[grid_patrol]", short=True),
    mutant("strength is taken for 1", "model/pull.py", "scale = strength[who[m]]", "scale = 1.0 if strength[who[m]] > 0.0 else 0.0", "twin.py::test_levers_that_no_mechanism_pulls_are_told_alike"),
    mutant("one compound pays with another's money", "model/settling.py", "            funds[issue.compound] -= own\n", "            funds[0] -= own\n", "metamorphic.py::test_two_communities_that_share_nothing_scarce_are_each_as_if_alone"),
    mutant("the committee keeps 100 yuan back", "model/settling.py", "if rest == 0 or funds[last] >= rest:", "if rest == 0 or funds[last] >= rest + 10_000:", "metamorphic.py::test_money_in_other_units_buys_the_same[nobody]"),
    mutant("a desk stops six minutes early", "model/settling.py", "        if hours[desk] >= intake:\n", "        if hours[desk] >= intake + 0.1:\n", "metamorphic.py::test_hours_in_other_units_do_the_same"),
    mutant("the more hands, the less each does at a job", "model/settling.py", "min(min(issue.left, pair[desk]), hours[desk])", "min(min(issue.left, pair[desk] / (1.0 + hours[desk])), hours[desk])", "metamorphic.py::test_first_come_first_served_more_hands_resolve_each_no_later[0]"),
    mutant("the youngest job is worked on first", "model/settling.py", "    for i in urgent(issues, WORK):\n", "    for i in urgent(issues, WORK)[::-1]:\n", TWIN),
    mutant("where there are more buildings each decays faster", "model/arising.py", "passed[i, j] += rate[i, j] * eased[j]", "passed[i, j] += rate[i, j] * eased[j] * (1.0 + 0.001 * b)", "metamorphic.py::test_a_building_where_nothing_happens_changes_nothing_elsewhere[storm]"),
    mutant("work depends on who is stored first", "model/arising.py", "issue.left = issue.effort\n", "issue.effort *= 1.0 + 0.1 * people.presence[stairwells.people[first]]\n        issue.left = issue.effort\n", "metamorphic.py::test_people_stored_in_another_order_change_nothing_of_what_arises"),
    # ------------------------------------------------------------------------------------------- people and places
    mutant("trust is forgotten 5 % faster", "agents/residents.py", "t + memory * (goal - t) + drift", "t + 1.05 * memory * (goal - t) + drift", TWIN),
    mutant("a child too few", "agents/residents.py", "child = chosen(census.children,", "child = chosen(max(census.children - 1, 0),", "cases.py::test_the_census_is_met_to_the_person[wuzi_yard]", plain=True, short=True),
    mutant("volunteers are asked as neighbours", "agents/residents.py", "IN_SERVICE_MEMBER, RETIRED_MEMBER, VOLUNTEER], NEIGHBOUR)", "IN_SERVICE_MEMBER, RETIRED_MEMBER, NEIGHBOUR], NEIGHBOUR)", "twin.py::test_people_are_what_can_be[yard]", TWIN, plain=True),
    mutant("two runs share what one of them writes", "model/world.py", "copied(part) if name in WRITTEN else part", "part", "mesa.py::test_two_communities_share_nothing_that_a_day_writes", plain=True, short=True),
    mutant("members' evenings are as short as volunteers'", "agents/views.py", "self.gives * self.model.case.party_members.evening", "self.gives * self.model.case.volunteers.evening", "mesa.py::test_evenings_and_duties_are_those_of_ones_standing", short=True),
    mutant("Mesa's steps have a luck of their own", "model/community.py", 'self.luck = Luck("run", self.seed)', 'self.luck = Luck("mesa", self.seed)', "mesa.py::test_the_same_seed_lives_the_same_days_as_simulate", plain=True, short=True),
    mutant("a pickle of another version is read", "model/simulate.py", "    if source != version():\n", "    if False:\n", "mesa.py::test_a_pickle_of_another_version_is_refused_in_a_sentence", plain=True, short=True),
    mutant("a copy of a community shares its world", "model/community.py", "        return deepcopy(self)\n", "        made = object.__new__(type(self))\n        vars(made).update(vars(self))\n        return made\n", "mesa.py::test_a_copy_shares_nothing_with_the_original[copy]", plain=True),
    mutant("rng and seed may both be given", "model/community.py", "    if seed is not None and rng is not None:\n", "    if False:\n", "mesa.py::test_seed_and_rng_at_once_are_refused_as_mesa_refuses_them", plain=True, short=True),
    mutant("a default moves and the description does not", "agents/grid_workers.py", "shift: float = knob(6.0,", "shift: float = knob(6.3,", "odd.py::test_parameters_are_those_of_the_code", plain=True, short=True),
    mutant("a case file of any size is read", "model/reading.py", "    if len(raw) > LARGEST * 1024:\n", "    if False:\n", "reading.py::test_a_file_has_a_largest_size", plain=True, short=True),
    mutant("the oldest of a street goes before the most urgent", "model/street.py", "np.lexsort((n, rows[:, 1], -rows[:, 0]))", "np.lexsort((n, -rows[:, 0], rows[:, 1]))", "city.py::test_the_most_urgent_of_the_street_goes_first", plain=True, short=True),
    mutant("a damaged street counts", "experiments/city.py", 'return path.stem.rpartition("-")[2] == mark(raw)', 'return len(path.stem.rpartition("-")[2]) == len(mark(raw))', "city.py::test_what_is_missing_or_damaged_is_lived_again_and_is_the_same", short=True),
    mutant("a baseline moves in silence", "model/arising.py", "return cats.rate * unit", "return 1.001 * cats.rate * unit", "baselines.py::test_a_case_comes_to_what_is_written[wuzi_yard]", plain=True),
    mutant("numbers move without a line that says why", "tests/baselines.py", "if difference and len(lines) <= count:", "if difference and len(lines) < count:", "baselines.py::test_other_numbers_are_written_only_after_a_line_that_says_why", short=True),
    mutant("a hash that leaves people out", "experiments/hashes.py", '"households", "residents", "mood"', '"households", "mood"', "determinism.py::test_a_hash_is_of_everything_that_a_run_leaves", short=True),
    mutant("a saved world forgets the day", "model/world.py", 'world.day = int(snapshot["day"])', 'world.day = int(snapshot["day"]) - 1', "determinism.py::test_a_world_saved_and_gone_on_with_is_the_world_that_was_never_stopped", plain=True),
    mutant("Python's own error escapes", "experiments/spreadsheets.py", "if len(delimiter) != 1:", "if len(delimiter) < 1:", "fuzz.py::test_what_escaped_once_escapes_no_more[a delimiter of two letters]", short=True),
    # ---------------------------------------------------------------------------------------------------- measures
    mutant("what is open, withdrawn or lapsed counts as resolved in time", "model/measures.py", 'old & (issues["resolved"] >= 0) & (issues', "old & (issues", "compare.py::test_the_resolution_rate_counts_all_that_arose_and_are_old_enough", plain=True, short=True),
    mutant("the censored count as events", "model/measures.py", "np.unique(time[event], return_counts=True)", "np.unique(time, return_counts=True)", "limits.py::test_the_closed_form_holds[remission]", plain=True, short=True),
    mutant("the mean runs a day beyond its horizon", "model/measures.py", "when[inside], [horizon]])", "when[inside], [horizon + 1.0]])", "limits.py::test_the_restricted_mean_stops_at_its_horizon", plain=True, short=True),
    mutant("survival takes the censored for resolved", "experiments/survival.py", 'issues["born"].to_numpy(), resolved', 'issues["born"].to_numpy(), np.ones(len(issues), bool)', "survival.py::test_what_was_given_up_stays_at_risk_to_the_end_of_the_run", short=True),
    # -------------------------------------------------------------------------------------------------- statistics
    mutant("an interval is a little too narrow", "experiments/statistics.py", "ddof=1) / np.sqrt(n) if n > 1", "ddof=1) / np.sqrt(n + 1) if n > 1", "statistics.py::test_one_arm_alone_has_the_interval_of_the_paired_t_test", short=True),
    mutant("the luck of the arms is not in common", "experiments/compare.py", "[runs.replicate(arm, EXPERIMENT, seed, number) for arm in arms]", "[runs.replicate(arm, EXPERIMENT, seed, number + 1000 * n) for n, arm in enumerate(arms)]", "compare.py::test_strength_zero_differs_in_nothing", short=True),
    mutant("all arms are held to the level of one", "experiments/coverage.py", "level_of_each(one, level)", "level", "coverage.py::test_all_arms_are_right_at_once_and_not_by_caution", short=True),
    mutant("intervals that hold together are not widened", "experiments/statistics.py", "sure = level_of_each(wide[others].sub(wide[reference], axis=0), level)", "sure = level", "statistics.py::test_several_arms_are_held_to_more_than_one_and_less_than_bonferroni_asks", short=True),
    mutant("mechanisms that come first get all", "experiments/attribute.py", "factorial(s) * factorial(k - s - 1) / factorial(k)", "float(s == 0)", "attribute.py::test_it_is_the_mean_over_all_orders", short=True),
    mutant("the best is chosen at the level of one comparison", "experiments/best.py", "1.0 - (1.0 - level) / (k - 1)", "level", "best.py::test_all_intervals_hold_at_once_whatever_the_spreads", "best.py::test_three_arms_by_hand", short=True),
    mutant("a price upside down", "experiments/price.py", "each = ratio(one[name], one[effect])", "each = ratio(one[effect], one[name])", "price.py::test_a_price_by_hand", short=True),
    mutant("a sweep stops though a case lags behind", "experiments/sequential.py", "n = min(n, len(failed))", "n = len(failed)", "sequential.py::test_a_case_that_lags_behind_is_waited_for", short=True),
    mutant("luck is read as sensitivity", "experiments/sensitivity.py", "(replicates - 1) / replicates)", "(replicates - 1) / replicates) * 0.0", "sensitivity.py::test_luck_is_not_read_as_sensitivity", short=True),
    mutant("the largest box is the best one", "experiments/boxes.py", "return hits / all_hits - count / all_count if all_hits else 0.0", "return hits / all_hits if all_hits else 0.0", "discover.py::test_a_planted_box_is_found", short=True),
    mutant("a mix beyond its limits is on the front", "experiments/search.py", "able = all(found[beyond(name)] <= most for", "able = all(found[beyond(name)] <= 9 * most for", "search.py::test_the_front_is_of_those_within_the_limits_that_none_of_them_beats", short=True),
    mutant("what the case has already is charged to a mix", "experiments/search.py", "one[name] - room.spent[number][name]", "one[name] - 0.0 * room.spent[number][name]", "search.py::test_a_budget_is_of_what_is_spent_beyond_the_case_as_it_stands", short=True),
    mutant("a mix has a mechanism too many", "experiments/search.py", "order[: room.most]", "order[: room.most + 1]", "search.py::test_no_mix_has_more_mechanisms_than_may_be_added", short=True),
    mutant("the loser heads the list", "experiments/readings.py", "ascending=[False, measure in SMALLER]", "ascending=[True, measure in SMALLER]", "insights.py::test_the_winner_stands_first_and_is_named_as_such", short=True),
    mutant("a manifest says nothing of a table", "experiments/manifest.py", "for name in tables}", "for name in tables[1:]}", "manifest.py::test_a_folder_says_what_made_it[run]", short=True),
    mutant("the manifest of a sweep is written over", "experiments/manifest.py", "    if (Path(folder) / LEDGER).exists():\n", "    if False:\n", "manifest.py::test_the_folder_of_a_sweep_is_left_alone", short=True),
    mutant("a mechanism of a case is measured from the day on which it began", "experiments/effects.py", "begins=0, ends=36_500", "ends=36_500", "effects.py::test_a_mechanism_that_the_case_begins_late_is_on_all_the_time", short=True),
    mutant("the upper end of a range is never tried", "experiments/design.py", ".at(k / (count - 1))", ".at(k / count)", "experiment.py::test_a_grid_crosses_its_factors_ends_among_them", short=True),
    mutant("a fit looks into the part held out", "experiments/logs.py", 'issues["closed"].notna() & (issues["closed"] <= drawn)', 'issues["closed"].notna()', "calibrate.py::test_the_fit_does_not_look_into_the_part_held_out"),
    mutant("a log's rows from the future are used", "experiments/logs.py", "(closed > last, f", "(closed > last + np.timedelta64(99999, 'D'), f", "logs.py::test_rows_that_cannot_be_true_are_set_aside_with_line_and_reason_and_none_is_lost", short=True),
    mutant("outside is called near", "experiments/patterns.py", 'else "outside"', 'else "near"', "patterns.py::test_each_outcome_has_its_row_and_an_outside_stays", "house.py::test_examples_in_docstrings[experiments.patterns]", short=True),
    mutant("an import against the arrows", "experiments/nursery.py", "from . import faults  # noqa: F401\n", "from ..viz import words  # noqa: F401\nfrom . import faults  # noqa: F401\n", "house.py::test_arrows_point_down[experiments.nursery]", short=True),
    mutant("a switch turned by a part of a step counts as a part", "experiments/readings.py", "return space.values.index(space.at(u)) / max(len(space.values) - 1, 1)", "return u", "insights.py::test_a_switch_turned_by_morris_counts_as_turned_once"),
    # ---------------------------------------------------------------------------------------------- sweeps and stores
    mutant("a hash that leaves out what the case is", "experiments/sweep.py", "repr((self.source, told[a.case], a.name", "repr((self.source, a.case, a.name", "sweep.py::test_what_is_asked_otherwise_is_another_run", short=True),
    mutant("a run is lost as it is handed in", "experiments/store.py", "}} for o in outcomes\n", "}} for o in outcomes[: max(1, len(outcomes) - 1)]\n", "store.py::test_what_was_handed_in_is_read_back_bit_for_bit", short=True),
    mutant("a flipped bit in the ledger is read in silence", "experiments/store.py", "    *told, found = row\n    if mark(*told) != found:", "    *told, found = row\n    if False:", "store.py::test_a_ledger_that_says_other_things_than_were_written_is_damaged", short=True),
    mutant("what was written is not read back", "experiments/store.py", "        if aside.read_bytes() != raw:\n", "        if False:\n", "store.py::test_what_reads_back_otherwise_is_never_given_a_name", short=True),
    mutant("luck knows how long the run will be", "model/simulate.py", "scenario, Luck(*seed))", "scenario, Luck(*seed, scenario.days))", "metamorphic.py::test_the_first_half_of_a_run_twice_as_long_is_the_run[yard]", plain=True, short=True),
    mutant("a store that is opened again keeps its old sums", "experiments/store.py", "        if (self.folder / SUMS).exists():\n            (self.folder / SUMS).unlink()", "        if False:\n            (self.folder / SUMS).unlink()", "stateful.py::test_a_store_as_a_state_machine", short=True),
    mutant("what a kill left is never swept up", "experiments/store.py", "            self.swept(parts)\n", "", "stateful.py::test_a_store_as_a_state_machine", short=True),
    mutant("two processes may write to one folder", "experiments/store.py", "            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)\n", "", "store.py::test_one_process_at_a_time_writes_to_a_folder", short=True),
    mutant("an error is swallowed: a run that raised counts as done", "experiments/work.py", 'return Outcome(order, "failed",', 'return Outcome(order, "done",', "sweep.py::test_a_run_that_raises_is_named_and_is_data", short=True),
    mutant("shards overlap", "experiments/sweep.py", "% m == k - 1)", "% m <= k - 1)", "holes.py::test_each_run_falls_to_one_shard", short=True),
    mutant("a file's name is not quoted for the shell", "experiments/jobs.py", "file={shlex.quote(job.file)}", "file={job.file}", "cluster.py::test_whatever_a_file_is_called_it_stays_a_name", short=True),
    mutant("an open line to a stranger's cluster", "experiments/cluster.py", "elif not insecure and not loopback(address):", "elif False:", "dask.py::test_an_open_line_beyond_this_machine_needs_the_users_word"),
    # ------------------------------------------------------------------------------------------ what is told and shown
    mutant("pairs on the page are not those of a comparison", "experiments/pairs.py", "return seed_of(EXPERIMENT, scenario.name, seed, number)", "return seed_of(EXPERIMENT, scenario.name, seed, number + 1)", "pairs.py::test_summaries_are_those_of_a_comparison", short=True),
    mutant("a film forgets that bills were paid", "experiments/film.py", "(of.MONEY, cost > 0)", '(of.MONEY, issue["cost"] > 0)', "holes.py::test_a_film_shows_every_state_on_the_way_and_not_only_the_last", short=True),
    mutant("a film names another issue's state", "experiments/film.py", "h, rank = h[order], rank[order]", "h, rank = h[order], rank[order[::-1]]", "film.py::test_the_last_state_of_an_issue_is_its_state", short=True),
    mutant("a story counts a day too few", "experiments/story.py", "of.STATES[state], day - since))", "of.STATES[state], max(day - since - 1, 0)))", "story.py::test_states_and_days_between_the_lines_are_those_the_model_went_through", short=True),
    mutant("what a user wrote is markup in the report", "viz/report.py", "<b>{escape(str(arm))}: {verdict}</b>", "<b>{arm}: {verdict}</b>", "report.py::test_a_page_asks_for_nothing_and_runs_nothing", "report.py::test_what_a_user_wrote_is_text", short=True),
    mutant("a figure is two per cent too wide", "viz/prints.py", "(look.one if columns == 1 else look.two) / MM", "(look.one if columns == 1 else look.two) * 1.02 / MM", "prints.py::test_sizes_are_exact", short=True),
    mutant("a character that the font lacks", "viz/curves.py", '"chart_day": "天"', '"chart_day": "龘天"', "fonts.py::test_all_the_project_can_say_in_chinese_is_in_the_font", short=True),
    mutant("a chart's word is missing in Chinese", "viz/charts.py", '        "chart_empty": "还没有可显示的内容。",\n', "", "charts.py::test_both_languages_are_complete", short=True),
    mutant("a word of the page is empty in Chinese", "viz/words.py", '"自行消失")', '"")', "words.py::test_both_languages_have_the_same_keys_and_say_something", short=True),
    mutant("a lesson's right answer is wrong", "viz/lessons/lamp.toml", "answer = 2", "answer = 1", "lessons.py::test_what_a_lesson_says_is_what_the_model_does[lamp]"),
    mutant("a knob stays turned when its mechanism is switched off", "viz/desk.py", "self.knobs if on else tuple(pair for pair in self.knobs if not pair[0]", "self.knobs if True else tuple(pair for pair in self.knobs if not pair[0]", "desk.py::test_a_switch_takes_its_knobs_along", short=True),
    mutant("sooner and later are swapped", "viz/static/town.js", '? "sooner" : "later"', '? "later" : "sooner"', "town.py::test_what_is_equal_has_no_mark_and_what_differs_has"),
    mutant("what is settled on the other side has no mark", "viz/static/town.js", 'there === "settled" ? "behind" : ""', 'there === "open" ? "behind" : ""', "town.py::test_what_is_equal_has_no_mark_and_what_differs_has"),
    mutant("a switch of one side turns both", "viz/app.py", "how(one) if side in sides else one for", "how(one) if sides else one for", "page.py::test_a_switch_changes_its_own_side_only"),
    mutant("the page listens wherever HOST says", "serving.py", '--bind {bind}` does")\n        return HERE\n', '--bind {bind}` does")\n        return os.environ.get("HOST", HERE)\n', "sessions.py::test_only_this_machine_can_reach_it_whatever_host_says"),
    mutant("any page may ask", "viz/door.py", "not origins.issuperset(origin) or ", "", "web.py::test_no_other_page_is_served", short=True),
    mutant("the server goes by any name", "viz/door.py", "if len(host) != 1 or host[0] not in names:", "if len(host) != 1:", "web.py::test_no_other_name_is_answered_to", short=True),
    mutant("who is never drawn holds the others up", "viz/door.py", "self.clock = asyncio.get_running_loop().call_later(DRAWN, self.release)", "self.clock = asyncio.get_running_loop().call_later(1e6, self.release)", "web.py::test_whoever_is_never_drawn_holds_nobody_up"),
    mutant("dropped visits fill the page", "viz/door.py", "len(self.sockets) >= SESSIONS\n\n", "len(self.visits()) >= SESSIONS\n\n", "web.py::test_dropped_visits_fill_nothing_and_who_left_first_makes_room_first", short=True),
    mutant("who left last makes room first", "viz/door.py", "key=lambda visit: order.get(visit, -1)", "key=lambda visit: -order.get(visit, -1)", "web.py::test_dropped_visits_fill_nothing_and_who_left_first_makes_room_first", short=True),
    mutant("who leaves while they wait is drawn all the same", "viz/door.py", "        return here\n", "        return True\n", "web.py::test_who_leaves_while_they_wait_for_their_turn_holds_no_place_and_is_not_drawn", short=True),
    mutant("who says nothing stays", "viz/door.py", "asyncio.wait_for(self.next, SILENCE)", "asyncio.wait_for(self.next, 1e6)", "web.py::test_who_connects_and_then_says_nothing_is_let_go"),
    mutant("every chart of every visitor is kept for good", "viz/charts.py", 'SCRIPT.read_text("utf-8")', "SCRIPT", "web.py::test_a_widget_that_is_closed_is_freed", short=True),
    mutant("a classroom's word may be left out", "viz/door.py", "if not hmac.compare_digest(", "if told and not hmac.compare_digest(", "web.py::test_in_a_classroom_only_those_with_the_word_come_in", short=True),
    mutant("scripts may read cookies", "viz/answers.py", '"HttpOnly", "SameSite=Lax"', '"SameSite=Lax"', "web.py::test_solaras_cookie_is_out_of_reach_too", short=True),
    mutant("what is pickled is read", "experiments/store.py", "import os\n", "import os\nimport pickle\n", "supply.py::test_no_line_of_ours_does_what_none_may", short=True),
    mutant("a script writes markup into the page", "viz/static/chart.js", "this.title.textContent = this", "this.title.innerHTML = this", "supply.py::test_no_script_of_ours_does_what_none_may[chart.js]", short=True),
    mutant("an auditor may be blind", "tests/audit.py", "if not all(canary):", "if not canary:", "supply.py::test_an_auditor_that_misses_the_canary_is_red", short=True),
    mutant("an error ends with exit status 0", "__main__.py", "        sys.exit(2)\n", "        sys.exit(0)\n", "command.py::test_what_is_wrong_is_one_line_with_the_way_out", short=True),
    mutant("a room is left out of the package", "pyproject.toml", '"cogov.experiments", "cogov.viz"]', '"cogov.experiments"]', "packaging.py::test_every_folder_with_python_is_a_package", short=True),
    mutant("a notebook that cannot run", "docs/notebooks/1-first-steps.ipynb", "from cogov.viz import figures, stories", "from cogov.viz import figures, tales", "notebooks.py::test_a_notebook_runs_from_top_to_bottom_and_leaves_nothing_behind"),
    # ---------------------------------------------------------------------------------------------------- compiled kernels
    mutant("a kernel does not depend on what its file imports", "model/sources.py", "        pending += [found for name in _imports(path, module) if (found := find(name))]\n", "", "kernels.py::test_a_change_reaches_the_file_and_those_that_import_it_and_no_other", plain=True, short=True),
    mutant("a number means as little as a comment", "model/sources.py", "    return repr(node)\n", "    return type(node).__name__\n", "kernels.py::test_everything_else_means_something", plain=True, short=True),
    mutant("a docstring changes the version of the model", "model/sources.py", "value[1:] if name == \"body\" and _is_text(value[0]) else value", "value", "kernels.py::test_comments_docstrings_and_formatting_mean_nothing", plain=True, short=True),
    mutant("a damaged kernel is loaded", "model/kernel_store.py", "digest_size=CHECK_BYTES).digest() == raw[:CHECK_BYTES]:", "digest_size=CHECK_BYTES).digest() is not None:", "kernels.py::test_a_damaged_file_is_thrown_away_and_compiled_again", plain=True, short=True),
    mutant("types that cannot be imported go into the store", "model/kernel_cache.py", "if known else None", "", "kernels.py::test_types_that_another_process_could_not_load_are_not_kept", plain=True, short=True),
    mutant("kernels go where numba keeps its own", "model/kernel_store.py", 'Path(os.environ["NUMBA_CACHE_DIR"]) / "cogov-kernels"', 'Path(os.environ["NUMBA_CACHE_DIR"])', "kernels.py::test_the_folders_are_our_own_and_never_numbas", plain=True, short=True),
    mutant("whose a folder among temporary files is does not matter", "model/kernel_store.py", "found.st_uid == os.getuid() and not folder.is_symlink() and not found.st_mode & 0o077", "True", "kernels.py::test_among_temporary_files_only_a_folder_of_ones_own_is_taken", plain=True, short=True),
    mutant("without a folder to write in nothing is said", "model/kernel_store.py", "        return warn_once()\n", "        return None\n", "kernels.py::test_without_a_home_or_a_folder_that_can_be_written_it_runs_and_says_so", plain=True, short=True),
    mutant("a kernel is left out of the plan", "model/precompile.py", "day.morning, day.share_out, day.the_rest,", "day.morning, day.share_out,", "kernels.py::test_the_plan_holds_every_kernel_that_a_run_calls", plain=True, short=True),
]
