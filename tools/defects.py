"""The defects that mutants.py plants: what is wrong, in words, where, and which tests ought to see it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A defect: what is wrong, where, the text that stands there once, what replaces it, and who sees it."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple  # ids of tests, the quickest that do
    plain: bool = (
        False  # only Python reads what is changed: of the kernels, only the file's own are compiled again
    )
    short: bool = False  # one of the quick ones


def mutant(name, file, old, new, *tests, **more):
    return Mutant(name, file, old, new, tuple(f"tests/{test}" for test in tests), **more)


TWIN = "contract/test_twin.py::test_a_year_is_told_alike[yard]"
MUTANTS = [
    # -------------------- luck
    mutant(
        "one stream of luck used for two decisions",
        "model/issues/consent.py",
        'decision("lean")',
        'decision("in")',
        "engine/test_randomness.py::test_every_decision_of_the_engine_is_listed",
        plain=True,
        short=True,
    ),
    mutant(
        "luck of evenings is the same every week",
        "agents/residents.py",
        "key_of(w.seed, GIVE, day)",
        "key_of(w.seed, GIVE, 0)",
        TWIN,
    ),
    mutant(
        "the hash loses a round",
        "engine/randomness.py",
        "    x = (x ^ (x >> np.uint64(27))) * B\n",
        "",
        "engine/test_randomness.py::test_known_answers",
        plain=True,
        short=True,
    ),
    mutant(
        "luck of another kind, in passing",
        "bench/forkserver_preload.py",
        'run a month."""\n\n',
        'run a month."""\n\nimport random\n\n',
        "engine/test_randomness.py::test_chance_lives_in_one_file",
        short=True,
    ),
    # -------------------- identity
    mutant(
        "luck knows a category by its place in the list",
        "model/issues/categories.py",
        '"code": np.array([encode_category(name) for name in categories], np.int64)',
        '"code": np.arange(len(categories))',
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[wuzi_yard]",
        plain=True,
        short=True,
    ),
    mutant(
        "a later threshold goes by the category's place",
        "model/issues/arrivals.py",
        "clock_key = derive_key(derive_key(key, places[i]), codes[j])\n                cells",
        "clock_key = derive_key(derive_key(key, places[i]), j)\n                cells",
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[storm]",
    ),
    mutant(
        "where initial issues are goes by the category's place",
        "model/resources/calendar.py",
        (
            "\n                uniforms(np.uint64(derive_key(key, "
            "encode_category(begin.category))), buildings.luck[can]),\n                "
            'kind="stable",\n            '
        ),
        'uniforms(np.uint64(derive_key(key, j)), buildings.luck[can]), kind="stable"',
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[yiduan]",
        plain=True,
        short=True,
    ),
    mutant(
        "a department goes by the category's place",
        "model/mechanisms/whistle.py",
        "return w.cats.code[issue.category] % k.departments",
        "return issue.category % k.departments",
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[called]",
        short=True,
    ),
    mutant(
        "organisations serve where nothing arises",
        "model/mechanisms/social_organisations.py",
        " & (often[fields] > 0.0)",
        "",
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[storm]",
        plain=True,
        short=True,
    ),
    mutant(
        "categories stand as they are written",
        "model/scenarios/scenario.py",
        "dict(sorted(self.issues.items()))",
        "dict(self.issues)",
        "contract/test_metamorphic.py::test_the_order_in_which_categories_are_written_means_nothing",
        plain=True,
        short=True,
    ),
    mutant(
        "luck knows a building by its row",
        "model/places.py",
        "out += [derive_key(compound, building) for building in range(size)]",
        "out += [derive_key(np.uint64(1), len(out) + building) for building in range(size)]",
        (
            "contract/test_metamorphic.py::test_a_compound_more_or_in_another_order_leaves_ev"
            "ery_buildings_clocks_its_own[annex]"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "what an issue takes goes by its row",
        "model/issues/arrivals.py",
        "derive_key(derive_key(w.buildings.luck[b], cats.code[j]), number)",
        "derive_key(derive_key(np.uint64(b), cats.code[j]), number)",
        (
            "contract/test_metamorphic.py::test_a_compound_more_or_in_another_order_leaves_ev"
            "ery_buildings_clocks_its_own[annex]"
        ),
    ),
    mutant(
        "two categories of one code pass",
        "model/scenarios/scenario.py",
        "            if other != name:\n",
        "            if False:\n",
        "model/test_identity.py::test_two_categories_that_luck_could_not_tell_apart_are_refused",
        plain=True,
        short=True,
    ),
    mutant(
        "a community with more buildings than ids have room for",
        "model/scenarios/scenario.py",
        "        elif buildings > BUILDINGS:\n",
        "        elif False:\n",
        "model/test_identity.py::test_a_community_has_no_more_buildings_than_ids_have_room_for",
        plain=True,
        short=True,
    ),
    mutant(
        "an id loses a bit",
        "model/issues/issue_table.py",
        "return (building << 43) + (code << 20) + number",
        "return (building << 43) + (code << 20) + (number & ~1)",
        "model/test_identity.py::test_an_id_says_which_building_category_and_number",
        short=True,
    ),
    mutant(
        "a film rounds ids",
        "experiments/narrative/recording.py",
        '"id": (i["id"], "i8")',
        '"id": (i["id"], "f8")',
        "model/test_identity.py::test_a_film_keeps_ids_to_the_last_digit",
        short=True,
    ),
    mutant(
        "what stands nowhere is found out too late",
        "model/scenarios/scenario.py",
        "            elif not self.has(self.issues[begin.category].unit):\n",
        "            elif False:\n",
        "model/test_identity.py::test_an_initial_issue_that_can_be_nowhere_is_refused_before_anything_begins",
        plain=True,
        short=True,
    ),
    mutant(
        "an initial issue needs a rate",
        "model/resources/calendar.py",
        "can = np.flatnonzero(units[:, j] > 0)",
        "can = np.flatnonzero((units[:, j] > 0) & (scenario.issues[begin.category].rate > 0))",
        (
            "contract/test_metamorphic.py::test_an_initial_issue_of_a_category_that_no_longer"
            "_arises_is_there_and_no_other"
        ),
        plain=True,
        short=True,
    ),
    # -------------------- issues and desks
    mutant(
        "issues arise 5 % more often",
        "model/issues/arrivals.py",
        "return cats.rate * unit_counts",
        "return 1.05 * cats.rate * unit_counts",
        "contract/test_limits.py::test_the_closed_form_holds[clocks]",
        plain=True,
        short=True,
    ),
    mutant(
        "work takes 5 % longer",
        "model/issues/arrivals.py",
        "issue.effort = cats.work[j]",
        "issue.effort = 1.05 * cats.work[j]",
        "contract/test_limits.py::test_the_closed_form_holds[backlog]",
    ),
    mutant(
        "issues lapse a day late",
        "model/issues/arrivals.py",
        "day + 1 + int(cats.lapse[j]",
        "day + 2 + int(cats.lapse[j]",
        "contract/test_limits.py::test_the_closed_form_holds[thinning]",
    ),
    mutant(
        "one gives up a day early",
        "model/issues/reporting.py",
        "issue.giveup = day + 1 + int(",
        "issue.giveup = day + int(",
        TWIN,
    ),
    mutant(
        "known issues are told of as readily as unknown ones",
        "model/issues/reporting.py",
        "            rate *= k.echo\n",
        "            rate *= 1.0\n",
        TWIN,
    ),
    mutant(
        "the least urgent goes first",
        "model/issues/issue_table.py",
        "return min(3, issue.severity + (1 if issue.voices >= 2 else 0))",
        "return 3 - min(3, issue.severity + (1 if issue.voices >= 2 else 0))",
        TWIN,
    ),
    mutant(
        "the youngest goes first",
        "model/issues/triage.py",
        "            out[count[r]] = i\n            count[r] += 1",
        (
            "            out[count[r] + 0] = i\n            count[r] += 1\n    out = "
            "out[::-1].copy() if state == TOLD else out"
        ),
        TWIN,
    ),
    mutant(
        "taking in costs no hours",
        "model/issues/triage.py",
        "            hours[desk] -= intake\n",
        "            hours[desk] -= 0.0\n",
        TWIN,
    ),
    mutant(
        "a desk works two pairs of hands on one job",
        "model/issues/work.py",
        "min(issue.left, pair[desk])",
        "min(issue.left, 2.0 * pair[desk])",
        "contract/test_limits.py::test_the_closed_form_holds[backlog]",
    ),
    mutant(
        "a fen is lost at every payment",
        "model/issues/payment.py",
        "            funds[last] -= rest\n",
        "            funds[last] -= rest + 1\n",
        "contract/test_invariants.py::test_money_to_the_cent[yard-nobody]",
    ),
    mutant(
        "bills are paid from a fund that lacks the money",
        "model/issues/payment.py",
        "if rest == 0 or funds[last] >= rest:",
        "if rest == 0 or funds[last] > 0:",
        "model/test_projects.py::test_what_its_own_fund_lacks_the_communitys_pays_and_not_a_fen_more",
    ),
    mutant(
        "disappointment is 5 % too strong",
        "model/issues/closing.py",
        "= t - w.knobs.residents.ignored * t",
        "= t - 1.05 * w.knobs.residents.ignored * t",
        TWIN,
    ),
    mutant(
        "redone work is done from the beginning",
        "model/issues/closing.py",
        "WORK, -1, w.knobs.redo * issue.effort",
        "WORK, -1, issue.effort",
        TWIN,
    ),
    mutant(
        "what was resolved never comes back",
        "model/issues/closing.py",
        "cats.recurs[j] * exp(",
        "0.0 * cats.recurs[j] * exp(",
        "contract/test_emergent_patterns.py::test_recurring_nuisances_return_unless_habits_change",
    ),
    mutant(
        "three fifths are enough for a rule that asks for three quarters",
        "model/issues/consent_rules.py",
        "return 4 * signed >= 3 * met and",
        "return 5 * signed >= 3 * met and",
        "contract/test_limits.py::test_the_closed_form_holds[committees]",
        plain=True,
        short=True,
    ),
    mutant(
        "a failed vote is tried again a day early",
        "model/issues/consent.py",
        "day + 1 + int(k.rest)",
        "day + int(k.rest)",
        "contract/test_twin.py::test_columns_tell_the_same_days_as_people",
    ),
    mutant(
        "an owner who lets signs like one who lives there",
        "model/issues/consent.py",
        "return x + k.letting",
        "return x",
        "contract/test_mechanisms.py::test_every_knob_of_people_and_desks_is_felt[projects.letting]",
    ),
    # -------------------- hours and money
    mutant(
        "granted hours are booked twice",
        "model/resources/allocation.py",
        "ledger.hours[row, role] += got",
        "ledger.hours[row, role] += 2.0 * got",
        "contract/test_invariants.py::test_nobody_works_longer_than_there_are_hours[storm-party_volunteers]",
    ),
    mutant(
        "what a mechanism spends leaves no fund",
        "model/resources/allocation.py",
        "            w.funds[ALL] -= fen\n",
        "",
        "contract/test_invariants.py::test_money_to_the_cent[storm-mediation_room]",
    ),
    mutant(
        "what is scarce is granted in full",
        "model/resources/allocation.py",
        "min(shares[m, c], have[role] / asked)",
        "min(shares[m, c], 1.0)",
        "contract/test_invariants.py::test_scarce_hours_are_all_given_out_and_in_proportion",
        plain=True,
        short=True,
    ),
    mutant(
        "the desks' own work is in nobody's books",
        "model/resources/ledger.py",
        "    ledger.hours[mechanisms, 1] +=",
        "    ledger.hours[mechanisms, 1] += 0.0 *",
        TWIN,
    ),
    mutant(
        "the committee works weekends in full",
        "model/resources/calendar.py",
        "np.where(rest | festival, scenario",
        "np.where(festival, scenario",
        (
            "model/test_calendar.py::test_offices_rest_on_weekends_and_in_festival_weeks_and_"
            "evenings_are_fewer_then"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "a shock lasts a day too long",
        "model/resources/calendar.py",
        "(day < shock.day + shock.days)",
        "(day <= shock.day + shock.days)",
        "model/test_calendar.py::test_a_shock_comes_for_its_days_and_only_for_what_it_names",
        plain=True,
        short=True,
    ),
    mutant(
        "a fee is paid twelve times in 360 days",
        "agents/property_managers.py",
        "knobs.paid * 12 / 365 * 100",
        "knobs.paid * 12 / 360 * 100",
        "contract/test_mutation_survivors.py::test_a_year_brings_each_fund_what_its_case_says[estate]",
        plain=True,
        short=True,
    ),
    # -------------------- mechanisms
    mutant(
        "a whistle is paid for and nobody comes",
        "model/mechanisms/whistle.py",
        "calls[i] * m.share[ALL]",
        "calls[i] * 0.0",
        "contract/test_mechanisms.py::test_it_does_something[whistle]",
        short=True,
    ),
    mutant(
        "a mediation room helps unpaid",
        "model/mechanisms/mediation_room.py",
        "float(count_listed(issues, w.day, own, k))) * m.share[ALL]",
        "float(count_listed(issues, w.day, own, k)))",
        "contract/test_mechanisms.py::test_unpaid_it_pulls_nothing[mediation_room]",
        short=True,
    ),
    mutant(
        "nothing reads the memory of captains",
        "model/mechanisms/building_captains.py",
        "keep[i] = k.memory * coverage[b]",
        "keep[i] = 1.5 * coverage[b]",
        "contract/test_mechanisms.py::test_every_knob_is_felt[building_captains.memory]",
    ),
    mutant(
        "captains open no doors",
        "model/mechanisms/building_captains.py",
        "m.lever.reach[b] = k.door * coverage[b]",
        "m.lever.reach[b] = 0.0",
        (
            "contract/test_mechanisms.py::test_it_pulls_the_levers_that_it_says_and_each_of_t"
            "hem[building_captains]"
        ),
    ),
    mutant(
        "nobody is persuaded by captains",
        "model/mechanisms/building_captains.py",
        "m.lever.consent[b] = k.word * coverage[b]",
        "m.lever.consent[b] = 0.0",
        "contract/test_effect_signs.py::test_with_captains_it_gets_there",
    ),
    mutant(
        "a patrol finds 5 % more",
        "model/mechanisms/grid_patrol.py",
        "sight[i] = walked[a] * (",
        "sight[i] = 1.05 * walked[a] * (",
        TWIN,
    ),
    mutant(
        "a mechanism writes the world",
        "model/mechanisms/grid_patrol.py",
        "k, walked = m.knobs[0], 0.0",
        "k, walked = m.knobs[0], 0.0\n        w.mood.ears[0] *= 1.01",
        "contract/test_mechanisms.py::test_it_reads_the_world_and_never_writes_it[grid_patrol]",
        short=True,
    ),
    mutant(
        "strength is taken for 1",
        "model/resources/levers.py",
        "scale = strength[who[m]]",
        "scale = 1.0 if strength[who[m]] > 0.0 else 0.0",
        "contract/test_twin.py::test_levers_that_no_mechanism_pulls_are_told_alike",
    ),
    mutant(
        "one compound pays with another's money",
        "model/issues/payment.py",
        "            funds[issue.compound] -= from_compound\n",
        "            funds[0] -= from_compound\n",
        "contract/test_metamorphic.py::test_two_communities_that_share_nothing_scarce_are_each_as_if_alone",
    ),
    mutant(
        "the committee keeps 100 yuan back",
        "model/issues/payment.py",
        "if rest == 0 or funds[last] >= rest:",
        "if rest == 0 or funds[last] >= rest + 10_000:",
        "contract/test_metamorphic.py::test_money_in_other_units_buys_the_same[nobody]",
    ),
    mutant(
        "a desk stops six minutes early",
        "model/issues/triage.py",
        "        if hours[desk] >= intake:\n",
        "        if hours[desk] >= intake + 0.1:\n",
        "contract/test_metamorphic.py::test_hours_in_other_units_do_the_same",
    ),
    mutant(
        "the more hands, the less each does at a job",
        "model/issues/work.py",
        "min(min(issue.left, pair[desk]), hours[desk])",
        "min(min(issue.left, pair[desk] / (1.0 + hours[desk])), hours[desk])",
        "contract/test_metamorphic.py::test_first_come_first_served_more_hands_resolve_each_no_later[0]",
    ),
    mutant(
        "the youngest job is worked on first",
        "model/issues/work.py",
        "    for i in by_urgency(issues, WORK):\n",
        "    for i in by_urgency(issues, WORK)[::-1]:\n",
        TWIN,
    ),
    mutant(
        "where there are more buildings each decays faster",
        "model/issues/arrivals.py",
        "passed[i, j] += rate[i, j] * eased[j]",
        "passed[i, j] += rate[i, j] * eased[j] * (1.0 + 0.001 * b)",
        (
            "contract/test_metamorphic.py::test_a_building_where_nothing_happens_changes_noth"
            "ing_elsewhere[storm]"
        ),
    ),
    mutant(
        "work depends on who is stored first",
        "model/issues/arrivals.py",
        "issue.left = issue.effort\n",
        "issue.effort *= 1.0 + 0.1 * w.residents.presence[w.stairwells.people[w.buildings.first[b]]]\n"
        "    issue.left = issue.effort\n",
        "contract/test_metamorphic.py::test_people_stored_in_another_order_change_nothing_of_what_arises",
    ),
    # -------------------- people and places
    mutant(
        "trust is forgotten 5 % faster",
        "agents/residents.py",
        "t + k.memory * (target - t) + drift",
        "t + 1.05 * k.memory * (target - t) + drift",
        TWIN,
    ),
    mutant(
        "a child too few",
        "agents/population.py",
        "child = choose_exactly(census.children,",
        "child = choose_exactly(max(census.children - 1, 0),",
        "model/test_cases.py::test_the_census_is_met_to_the_person[wuzi_yard]",
        plain=True,
        short=True,
    ),
    mutant(
        "volunteers are asked as neighbours",
        "agents/population.py",
        "STANDING_RETIRED_MEMBER, STANDING_VOLUNTEER],",
        "STANDING_RETIRED_MEMBER, STANDING_NEIGHBOUR],",
        "contract/test_twin.py::test_people_are_what_can_be[yard]",
        TWIN,
        plain=True,
    ),
    mutant(
        "two runs share what one of them writes",
        "model/world.py",
        (
            "\n        name: copy_arrays(part) if name in WRITTEN else part\n        for name, "
            'part in community._asdict().items()\n        if name not in ("units", "rate")\n   '
            " "
        ),
        'name: part for name, part in community._asdict().items() if name not in ("units", "rate")',
        "model/test_mesa.py::test_two_communities_share_nothing_that_a_day_writes",
        plain=True,
        short=True,
    ),
    mutant(
        "members' evenings are as short as volunteers'",
        "model/mesa/agents.py",
        "self.gives * self.model.case.party_members.evening",
        "self.gives * self.model.case.volunteers.evening",
        "model/test_mesa.py::test_evenings_and_duties_are_those_of_ones_standing",
        short=True,
    ),
    mutant(
        "Mesa's steps have a luck of their own",
        "model/mesa/model.py",
        'self.luck = RandomNumbers("run", self.seed)',
        'self.luck = RandomNumbers("mesa", self.seed)',
        "model/test_mesa.py::test_the_same_seed_lives_the_same_days_as_simulate",
        plain=True,
        short=True,
    ),
    mutant(
        "a pickle of another version is read",
        "model/simulate.py",
        "    if source != version():\n",
        "    if False:\n",
        "model/test_mesa.py::test_a_pickle_of_another_version_is_refused_in_a_sentence",
        plain=True,
        short=True,
    ),
    mutant(
        "a copy of a community shares its world",
        "model/mesa/model.py",
        "        return deepcopy(self)\n",
        (
            "        made = object.__new__(type(self))\n        "
            "vars(made).update(vars(self))\n        return made\n"
        ),
        "model/test_mesa.py::test_a_copy_shares_nothing_with_the_original[copy]",
        plain=True,
    ),
    mutant(
        "rng and seed may both be given",
        "model/mesa/model.py",
        "    if seed is not None and rng is not None:\n",
        "    if False:\n",
        "model/test_mesa.py::test_seed_and_rng_at_once_are_refused_as_mesa_refuses_them",
        plain=True,
        short=True,
    ),
    mutant(
        "a default moves and the description does not",
        "agents/grid_workers.py",
        "shift: float = knob(6.0,",
        "shift: float = knob(6.3,",
        "contract/test_documentation.py::test_parameters_are_those_of_the_code",
        plain=True,
        short=True,
    ),
    mutant(
        "a case file of any size is read",
        "engine/toml_reader.py",
        "    if len(raw) > LARGEST * 1024:\n",
        "    if False:\n",
        "engine/test_toml_reader.py::test_a_file_has_a_largest_size",
        plain=True,
        short=True,
    ),
    mutant(
        "the oldest of a street goes before the most urgent",
        "model/street.py",
        "np.lexsort((n, rows[:, 1], -rows[:, 0]))",
        "np.lexsort((n, -rows[:, 0], rows[:, 1]))",
        "experiments/comparing/test_city.py::test_the_most_urgent_of_the_street_goes_first",
        plain=True,
        short=True,
    ),
    mutant(
        "a damaged street counts",
        "experiments/city/city.py",
        'return path.stem.rpartition("-")[2] == digest_of(raw)',
        'return len(path.stem.rpartition("-")[2]) == len(digest_of(raw))',
        "experiments/comparing/test_city.py::test_what_is_missing_or_damaged_is_lived_again_and_is_the_same",
        short=True,
    ),
    mutant(
        "a baseline moves in silence",
        "model/issues/arrivals.py",
        "return cats.rate * unit_counts",
        "return 1.001 * cats.rate * unit_counts",
        "contract/test_baselines.py::test_a_case_comes_to_what_is_written[wuzi_yard]",
        plain=True,
    ),
    mutant(
        "numbers move without a line that says why",
        "tools/baselines.py",
        "if difference and len(lines) <= count:",
        "if difference and len(lines) < count:",
        "contract/test_baselines.py::test_other_numbers_are_written_only_after_a_line_that_says_why",
        short=True,
    ),
    mutant(
        "a hash that leaves people out",
        "bench/fingerprints.py",
        '    "residents",\n',
        "",
        "experiments/sweeping/test_determinism.py::test_a_hash_is_of_everything_that_a_run_leaves",
        short=True,
    ),
    mutant(
        "a saved world forgets the day",
        "model/world.py",
        'world.day = int(snapshot["day"])',
        'world.day = int(snapshot["day"]) - 1',
        (
            "experiments/sweeping/test_determinism.py::test_a_world_saved_and_gone_on_with_is"
            "_the_world_that_was_never_stopped"
        ),
        plain=True,
    ),
    mutant(
        "Python's own error escapes",
        "experiments/files/csv_tables.py",
        "if len(delimiter) != 1:",
        "if len(delimiter) < 1:",
        "tools/test_fuzz.py::test_what_escaped_once_escapes_no_more[a delimiter of two letters]",
        short=True,
    ),
    # -------------------- measures
    mutant(
        "what is open, withdrawn or lapsed counts as resolved in time",
        "model/measures.py",
        'old & (issues["resolved"] >= 0) & (issues',
        "old & (issues",
        (
            "experiments/comparing/test_compare.py::test_the_resolution_rate_counts_all_that_"
            "arose_and_are_old_enough"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "the censored count as events",
        "model/measures.py",
        "np.unique(time[event], return_counts=True)",
        "np.unique(time, return_counts=True)",
        "contract/test_limits.py::test_the_closed_form_holds[remission]",
        plain=True,
        short=True,
    ),
    mutant(
        "the mean runs a day beyond its horizon",
        "model/measures.py",
        "when[inside], [horizon]])",
        "when[inside], [horizon + 1.0]])",
        "contract/test_limits.py::test_the_restricted_mean_stops_at_its_horizon",
        plain=True,
        short=True,
    ),
    mutant(
        "survival takes the censored for resolved",
        "experiments/statistics/survival.py",
        "to_numpy(), resolved",
        "to_numpy(), np.ones(\n        len(issues), bool\n    )",
        "experiments/estimating/test_survival.py::test_what_was_given_up_stays_at_risk_to_the_end_of_the_run",
        short=True,
    ),
    # -------------------- statistics
    mutant(
        "an interval is a little too narrow",
        "experiments/statistics/paired.py",
        " / np.sqrt(n",
        " / np.sqrt(n + 1",
        "experiments/estimating/test_paired.py::test_one_arm_alone_has_the_interval_of_the_paired_t_test",
        short=True,
    ),
    mutant(
        "the luck of the arms is not in common",
        "experiments/comparison/compare.py",
        "[runs.replicate(arm, EXPERIMENT, seed, number) for arm in arms], within",
        (
            "\n        [runs.replicate(arm, EXPERIMENT, seed, number + 1000 * n) for n, arm "
            "in enumerate(arms)], within\n    "
        ),
        "experiments/comparing/test_compare.py::test_strength_zero_differs_in_nothing",
        short=True,
    ),
    mutant(
        "all arms are held to the level of one",
        "bench/coverage.py",
        "half_width(diffs, level_of_each(diffs, level))",
        "half_width(diffs, level)",
        "experiments/estimating/test_coverage.py::test_all_arms_are_right_at_once_and_not_by_caution",
        short=True,
    ),
    mutant(
        "intervals that hold together are not widened",
        "experiments/statistics/paired.py",
        "sure = level_of_each(wide[others].sub(wide[reference], axis=0), level)",
        "sure = level",
        (
            "experiments/estimating/test_paired.py::test_several_arms_are_held_to_more_than_o"
            "ne_and_less_than_bonferroni_asks"
        ),
        short=True,
    ),
    mutant(
        "mechanisms that come first get all",
        "experiments/exploration/attribution.py",
        "factorial(s) * factorial(k - s - 1) / factorial(k)",
        "float(s == 0)",
        "experiments/estimating/test_attribution.py::test_it_is_the_mean_over_all_orders",
        short=True,
    ),
    mutant(
        "the best is chosen at the level of one comparison",
        "experiments/statistics/multiple_comparisons.py",
        "1.0 - (1.0 - level) / (k - 1)",
        "level",
        (
            "experiments/estimating/test_multiple_comparisons.py::test_all_intervals_hold_at_"
            "once_whatever_the_spreads"
        ),
        "experiments/estimating/test_multiple_comparisons.py::test_three_arms_by_hand",
        short=True,
    ),
    mutant(
        "a price upside down",
        "experiments/statistics/cost_effectiveness.py",
        "each = ratio(row[name], row[effect])",
        "each = ratio(row[effect], row[name])",
        "experiments/estimating/test_cost_effectiveness.py::test_a_price_by_hand",
        short=True,
    ),
    mutant(
        "a sweep stops though a case lags behind",
        "experiments/statistics/sequential.py",
        "n = min(n, len(failed))",
        "n = len(failed)",
        "experiments/estimating/test_sequential.py::test_a_case_that_lags_behind_is_waited_for",
        short=True,
    ),
    mutant(
        "luck is read as sensitivity",
        "experiments/exploration/sensitivity.py",
        "(replicates - 1) / replicates)",
        "(replicates - 1) / replicates) * 0.0",
        "experiments/estimating/test_sensitivity.py::test_luck_is_not_read_as_sensitivity",
        short=True,
    ),
    mutant(
        "the largest box is the best one",
        "experiments/exploration/prim.py",
        "return hits / all_hits - count / all_count if all_hits else 0.0",
        "return hits / all_hits if all_hits else 0.0",
        "experiments/estimating/test_scenario_discovery.py::test_a_planted_box_is_found",
        short=True,
    ),
    mutant(
        "a mix beyond its limits is on the front",
        "experiments/exploration/search.py",
        "able = all(result[beyond(name)] <= most for",
        "able = all(result[beyond(name)] <= 9 * most for",
        (
            "experiments/estimating/test_search.py::test_the_front_is_of_those_within_the_lim"
            "its_that_none_of_them_beats"
        ),
        short=True,
    ),
    mutant(
        "what the case has already is charged to a mix",
        "experiments/exploration/search.py",
        "values[name] - room.spent[number][name]",
        "values[name] - 0.0 * room.spent[number][name]",
        (
            "experiments/estimating/test_search.py::test_a_budget_is_of_what_is_spent_beyond_"
            "the_case_as_it_stands"
        ),
        short=True,
    ),
    mutant(
        "a mix has a mechanism too many",
        "experiments/exploration/search.py",
        "order[: room.most]",
        "order[: room.most + 1]",
        "experiments/estimating/test_search.py::test_no_mix_has_more_mechanisms_than_may_be_added",
        short=True,
    ),
    mutant(
        "the loser heads the list",
        "experiments/exploration/world_questions.py",
        "ascending=[False, measure in SMALLER]",
        "ascending=[True, measure in SMALLER]",
        "experiments/estimating/test_sweep_analyses.py::test_the_winner_stands_first_and_is_named_as_such",
        short=True,
    ),
    mutant(
        "a manifest says nothing of a table",
        "experiments/files/manifest.py",
        "for name in tables}",
        "for name in tables[1:]}",
        "experiments/comparing/test_manifest.py::test_a_folder_says_what_made_it[run]",
        short=True,
    ),
    mutant(
        "the manifest of a sweep is written over",
        "experiments/files/manifest.py",
        "    if (Path(folder) / LEDGER).exists():\n",
        "    if False:\n",
        "experiments/comparing/test_manifest.py::test_the_folder_of_a_sweep_is_left_alone",
        short=True,
    ),
    mutant(
        "a mechanism of a case is measured from the day on which it began",
        "experiments/comparison/effects.py",
        "mechanisms.load_class(name)()), begins=0, ends=36_500)",
        "mechanisms.load_class(name)()), ends=36_500)",
        (
            "experiments/comparing/test_effects.py::test_a_mechanism_that_the_case_begins_lat"
            "e_is_on_all_the_time"
        ),
        short=True,
    ),
    mutant(
        "the upper end of a range is never tried",
        "experiments/sweep/factor_space.py",
        ".at(k / (count - 1))",
        ".at(k / count)",
        "experiments/sweeping/test_experiment.py::test_a_grid_crosses_its_factors_ends_among_them",
        short=True,
    ),
    mutant(
        "a fit looks into the part held out",
        "experiments/calibration/issue_log.py",
        'issues["closed"].notna() & (issues["closed"] <= drawn)',
        'issues["closed"].notna()',
        "experiments/calibrating/test_calibrate.py::test_the_fit_does_not_look_into_the_part_held_out",
    ),
    mutant(
        "a log's rows from the future are used",
        "experiments/calibration/issue_log.py",
        'closed > last, f"was closed after the day the log was drawn, {drawn:%Y-%m-%d}"',
        (
            '\n            closed > last + np.timedelta64(99999, "D"),\n            f"was '
            'closed after the day the log was drawn, {drawn:%Y-%m-%d}",\n        '
        ),
        (
            "experiments/calibrating/test_issue_log.py::test_rows_that_cannot_be_true_are_set"
            "_aside_with_line_and_reason_and_none_is_lost"
        ),
        short=True,
    ),
    mutant(
        "outside is called near",
        "experiments/calibration/reported_patterns.py",
        'else "outside"',
        'else "near"',
        (
            "experiments/calibrating/test_reported_patterns.py::test_each_outcome_has_its_row"
            "_and_an_outside_stays"
        ),
        "contract/test_architecture.py::test_examples_in_docstrings[experiments.patterns]",
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
        "experiments/estimating/test_sweep_analyses.py::test_a_switch_turned_by_morris_counts_as_turned_once",
    ),
    # -------------------- sweeps and stores
    mutant(
        "a hash that leaves out what the case is",
        "experiments/sweep/sweep.py",
        "case_texts[a.case]",
        "a.case",
        "experiments/sweeping/test_sweep.py::test_what_is_asked_otherwise_is_another_run",
        short=True,
    ),
    mutant(
        "a run is lost as it is handed in",
        "experiments/sweep/store.py",
        "o in outcomes",
        "o in outcomes[: max(1, len(outcomes) - 1)]",
        "experiments/sweeping/test_store.py::test_what_was_handed_in_is_read_back_bit_for_bit",
        short=True,
    ),
    mutant(
        "a flipped bit in the ledger is read in silence",
        "experiments/sweep/ledger.py",
        "    *fields, row_mark = row\n    if mark(*fields) != row_mark:",
        "    *fields, row_mark = row\n    if False:",
        (
            "experiments/sweeping/test_store.py::test_a_ledger_that_says_other_things_than_we"
            "re_written_is_damaged"
        ),
        short=True,
    ),
    mutant(
        "what was written is not read back",
        "experiments/sweep/parts.py",
        "        if temporary.read_bytes() != raw:\n",
        "        if False:\n",
        "experiments/sweeping/test_store.py::test_what_reads_back_otherwise_is_never_given_a_name",
        short=True,
    ),
    mutant(
        "luck knows how long the run will be",
        "model/simulate.py",
        "scenario, RandomNumbers(*seed))",
        "scenario, RandomNumbers(*seed, scenario.days))",
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
            "experiments/sweeping/test_swept_again.py::test_a_sweep_that_is_refused_changes_n"
            "o_byte_and_names_what_differs"
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
            "experiments/sweeping/test_swept_again.py::test_a_damaged_part_is_named_set_aside"
            "_and_its_runs_are_done_again"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "parts without their ledger are added to",
        "experiments/sweep/ledger.py",
        "    refuse_lost_ledger(folder)\n    for name in TEXTS:",
        "    for name in TEXTS:",
        "experiments/sweeping/test_swept_again.py::test_parts_without_their_ledger_are_never_added_to",
        plain=True,
        short=True,
    ),
    mutant(
        "a sampled run is known by how NumPy writes its numbers",
        "experiments/sweep/factor_space.py",
        "        u = float(u)  #",
        "        u = u  #",
        (
            "experiments/sweeping/test_sweep.py::test_runs_of_a_sampled_design_are_those_of_t"
            "he_design_that_is_read_back"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "strays are not seen by verify",
        "experiments/sweep/results.py",
        "    strays = stray_files(folder, set(parts))\n",
        "    strays = []\n",
        "experiments/sweeping/test_swept_again.py::test_a_stray_among_the_parts_is_seen_and_never_counted",
        plain=True,
        short=True,
    ),
    mutant(
        "a resume asks for the disk of the whole sweep",
        "experiments/sweep/sweep.py",
        "needed, free = guess.bytes * runs / guess.runs,",
        "needed, free = guess.bytes,",
        (
            "experiments/sweeping/test_swept_again.py::test_a_resume_asks_for_the_disk_that_t"
            "he_missing_runs_need"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "another command's manifest is overwritten",
        "experiments/sweep/ledger.py",
        "(folder / name).exists()",
        "False",
        "experiments/sweeping/test_swept_again.py::test_the_results_of_another_command_are_not_overwritten",
        plain=True,
        short=True,
    ),
    mutant(
        "a changed estimand was stated before the first run",
        "experiments/sweep/registration.py",
        "if all(entry[name] == now[name] for name in now)), log[-1])",
        "if True), log[-1])",
        (
            "experiments/sweeping/test_swept_again.py::test_an_estimand_that_was_changed_late"
            "r_is_not_said_to_be_stated_before_the_first_run"
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
            "experiments/sweeping/test_swept_again.py::test_a_change_is_told_with_its_date_an"
            "d_how_many_runs_were_there"
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
        "experiments/sweeping/test_swept_again.py::test_a_merge_keeps_what_each_shard_was_asked_when",
        plain=True,
        short=True,
    ),
    mutant(
        "a sweep whose runs failed is a success",
        "cli/sweep.py",
        "    if failed and not allowed:\n",
        "    if False:\n",
        (
            "experiments/sweeping/test_swept_again.py::test_a_sweep_whose_runs_failed_ends_wi"
            "th_status_1_and_says_what_failed"
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
            "experiments/sweeping/test_swept_again.py::test_results_with_a_mechanism_of_a_use"
            "rs_own_are_read_without_it_and_run_again_with_what_the_archive_has"
        ),
        plain=True,
    ),
    mutant(
        "an archive's sums leave files out",
        "experiments/sweep/archive.py",
        "            **{name: text.encode() for name, text in texts.items()},\n",
        "",
        "experiments/sweeping/test_report.py::test_an_archive_is_whole_described_and_opens_again",
        plain=True,
        short=True,
    ),
    mutant(
        "a figure is drawn of nothing",
        "viz/figures/sweep_figures.py",
        "        if len(analysis.convergence):\n",
        "        if True:\n",
        "experiments/sweeping/test_report_of_little.py::test_a_report_of_little_says_what_cannot_be_said",
        plain=True,
        short=True,
    ),
    mutant(
        "arms without a run are not told of",
        "experiments/sweep/report_statistics.py",
        "        absent = [arm for arm in self.found.plan.arms if (arm.case, arm.name) not in present]\n",
        "        absent = []\n",
        "experiments/sweeping/test_report_of_little.py::test_a_report_of_little_says_what_cannot_be_said",
        plain=True,
        short=True,
    ),
    mutant(
        "Methods take the case's mechanisms for those of all arms",
        "viz/report.py",
        "    always = set.intersection(*arms)\n",
        "    always = set(plan.cases[case].mechanisms)\n",
        (
            "experiments/sweeping/test_report_of_little.py::test_methods_say_which_mechanisms"
            "_are_on_in_every_arm_and_which_in_some"
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
        "experiments/sweeping/test_store.py::test_one_process_at_a_time_writes_to_a_folder",
        short=True,
    ),
    mutant(
        "an error is swallowed: a run that raised counts as done",
        "experiments/sweep/worker.py",
        'return RunOutcome(order, "failed",',
        'return RunOutcome(order, "done",',
        "experiments/sweeping/test_sweep.py::test_a_run_that_raises_is_named_and_is_data",
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
        "experiments/sweeping/test_job_scripts.py::test_whatever_a_file_is_called_it_stays_a_name",
        short=True,
    ),
    mutant(
        "an open line to a stranger's cluster",
        "experiments/execution/dask_cluster.py",
        "elif not insecure and not loopback(address):",
        "elif False:",
        (
            "experiments/sweeping/test_dask_cluster.py::test_an_open_line_beyond_this_machine"
            "_needs_the_users_word"
        ),
    ),
    # -------------------- what is told and shown
    mutant(
        "pairs on the page are not those of a comparison",
        "experiments/comparison/streaming_comparison.py",
        "return seed_of(EXPERIMENT, scenario.name, seed, number)",
        "return seed_of(EXPERIMENT, scenario.name, seed, number + 1)",
        "experiments/comparing/test_streaming_comparison.py::test_summaries_are_those_of_a_comparison",
        short=True,
    ),
    mutant(
        "a film forgets that bills were paid",
        "experiments/narrative/recording.py",
        "(of.MONEY, cost > 0)",
        '(of.MONEY, issue["cost"] > 0)',
        "contract/test_mutation_survivors.py::test_a_film_shows_every_state_on_the_way_and_not_only_the_last",
        short=True,
    ),
    mutant(
        "a film names another issue's state",
        "experiments/narrative/recording.py",
        "h, rank = h[order], rank[order]",
        "h, rank = h[order], rank[order[::-1]]",
        "experiments/comparing/test_recording.py::test_the_last_state_of_an_issue_is_its_state",
        short=True,
    ),
    mutant(
        "a story counts a day too few",
        "experiments/narrative/story.py",
        " day - since",
        " max(day - since - 1, 0)",
        (
            "experiments/comparing/test_story.py::test_states_and_days_between_the_lines_are_"
            "those_the_model_went_through"
        ),
        short=True,
    ),
    mutant(
        "what a user wrote is markup in the report",
        "viz/report.py",
        "<b>{escape(str(arm))}: {verdict}</b>",
        "<b>{arm}: {verdict}</b>",
        "experiments/sweeping/test_report.py::test_a_page_asks_for_nothing_and_runs_nothing",
        "experiments/sweeping/test_report.py::test_what_a_user_wrote_is_text",
        short=True,
    ),
    mutant(
        "a figure is two per cent too wide",
        "viz/figures/print_figures.py",
        "(look.one if columns == 1 else look.two) / MM",
        "(look.one if columns == 1 else look.two) * 1.02 / MM",
        "viz/test_print_figures.py::test_sizes_are_exact",
        short=True,
    ),
    mutant(
        "a character that the font lacks",
        "viz/figures/chart_specs.py",
        '"chart_day": "天"',
        '"chart_day": "龘天"',
        "viz/test_fonts.py::test_all_the_project_can_say_in_chinese_is_in_the_font",
        short=True,
    ),
    mutant(
        "a chart's word is missing in Chinese",
        "viz/page/chart_widget.py",
        '        "chart_empty": "还没有可显示的内容。",\n',
        "",
        "viz/test_charts.py::test_both_languages_are_complete",
        short=True,
    ),
    mutant(
        "a word of the page is empty in Chinese",
        "viz/i18n/words.py",
        '"自行消失")',
        '"")',
        "viz/test_words.py::test_both_languages_have_the_same_keys_and_say_something",
        short=True,
    ),
    mutant(
        "a lesson's right answer is wrong",
        "viz/lessons/lamp.toml",
        "answer = 2",
        "answer = 1",
        "viz/test_lessons.py::test_what_a_lesson_says_is_what_the_model_does[lamp]",
    ),
    mutant(
        "a knob stays turned when its mechanism is switched off",
        "viz/page/page_state.py",
        "       if on",
        "       if True",
        "viz/test_page_state.py::test_a_switch_takes_its_knobs_along",
        short=True,
    ),
    mutant(
        "sooner and later are swapped",
        "viz/page/static/town/marks.js",
        '? "sooner" : "later"',
        '? "later" : "sooner"',
        "viz/test_town.py::test_what_is_equal_has_no_mark_and_what_differs_has",
    ),
    mutant(
        "what is settled on the other side has no mark",
        "viz/page/static/town/marks.js",
        'there === "settled" ? "behind" : ""',
        'there === "open" ? "behind" : ""',
        "viz/test_town.py::test_what_is_equal_has_no_mark_and_what_differs_has",
    ),
    mutant(
        "a switch of one side turns both",
        "viz/page/app.py",
        "transform(setting) if side in sides else setting\n",
        "transform(setting) if sides else setting\n",
        "viz/test_page.py::test_a_switch_changes_its_own_side_only",
    ),
    mutant(
        "the page listens wherever HOST says",
        "cli/serve.py",
        "\n        return HERE",
        '\n        return os.environ.get("HOST", HERE)',
        "viz/test_sessions.py::test_only_this_machine_can_reach_it_whatever_host_says",
    ),
    mutant(
        "any page may ask",
        "viz/server/access_control.py",
        "not origins.issuperset(origin) or ",
        "",
        "viz/test_server.py::test_no_other_page_is_served",
        short=True,
    ),
    mutant(
        "the server goes by any name",
        "viz/server/access_control.py",
        "if len(host) != 1 or host[0] not in names:",
        "if len(host) != 1:",
        "viz/test_server.py::test_no_other_name_is_answered_to",
        short=True,
    ),
    mutant(
        "who is never drawn holds the others up",
        "viz/server/access_control.py",
        "self.clock = asyncio.get_running_loop().call_later(DRAWN, self.release)",
        "self.clock = asyncio.get_running_loop().call_later(1e6, self.release)",
        "viz/test_server.py::test_whoever_is_never_drawn_holds_nobody_up",
    ),
    mutant(
        "dropped visits fill the page",
        "viz/server/access_control.py",
        "len(self.sockets) >= SESSIONS\n\n",
        "len(self.visits()) >= SESSIONS\n\n",
        "viz/test_server.py::test_dropped_visits_fill_nothing_and_who_left_first_makes_room_first",
        short=True,
    ),
    mutant(
        "who left last makes room first",
        "viz/server/access_control.py",
        "key=lambda visit: order.get(visit, -1)",
        "key=lambda visit: -order.get(visit, -1)",
        "viz/test_server.py::test_dropped_visits_fill_nothing_and_who_left_first_makes_room_first",
        short=True,
    ),
    mutant(
        "who leaves while they wait is drawn all the same",
        "viz/server/access_control.py",
        "        return granted\n",
        "        return True\n",
        "viz/test_server.py::test_who_leaves_while_they_wait_for_their_turn_holds_no_place_and_is_not_drawn",
        short=True,
    ),
    mutant(
        "who says nothing stays",
        "viz/server/access_control.py",
        "asyncio.wait_for(self.next, SILENCE)",
        "asyncio.wait_for(self.next, 1e6)",
        "viz/test_server.py::test_who_connects_and_then_says_nothing_is_let_go",
    ),
    mutant(
        "every chart of every visitor is kept for good",
        "viz/page/chart_widget.py",
        'SCRIPT.read_text("utf-8")',
        "SCRIPT",
        "viz/test_server.py::test_a_widget_that_is_closed_is_freed",
        short=True,
    ),
    mutant(
        "a classroom's word may be left out",
        "viz/server/access_control.py",
        "if not hmac.compare_digest(",
        "if presented and not hmac.compare_digest(",
        "viz/test_server.py::test_in_a_classroom_only_those_with_the_word_come_in",
        short=True,
    ),
    mutant(
        "scripts may read cookies",
        "viz/server/responses.py",
        (
            'HttpOnly", "SameSite=Lax"] + (["Secure"] if scheme == "https" else [])\n        '
            'if parts[0].startswith("solara-")\n       '
        ),
        'SameSite=Lax"] + (["Secure"] if scheme == "https" else []) if parts[0].startswith("solara-")',
        "viz/test_server.py::test_solaras_cookie_is_out_of_reach_too",
        short=True,
    ),
    mutant(
        "what is pickled is read",
        "experiments/sweep/store.py",
        "import os\n",
        "import os\nimport pickle\n",
        "tools/test_supply_chain.py::test_no_line_of_ours_does_what_none_may",
        short=True,
    ),
    mutant(
        "a script writes markup into the page",
        "viz/page/static/chart.js",
        "this.title.textContent = this",
        "this.title.innerHTML = this",
        "tools/test_supply_chain.py::test_no_script_of_ours_does_what_none_may[chart.js]",
        short=True,
    ),
    mutant(
        "an auditor may be blind",
        "tools/audit.py",
        "if not all(canary):",
        "if not canary:",
        "tools/test_supply_chain.py::test_an_auditor_that_misses_the_canary_is_red",
        short=True,
    ),
    mutant(
        "an error ends with exit status 0",
        "cli/main.py",
        "        sys.exit(2)\n",
        "        sys.exit(0)\n",
        "cli/test_command.py::test_what_is_wrong_is_one_line_with_the_way_out",
        short=True,
    ),
    mutant(
        "browser tests are left out without a word",
        "tests/conftest.py",
        "if why.startswith(NO_BROWSER)).items():",
        "if not why).items():",
        "tools/test_left_out.py::test_the_last_line_counts_browser_tests_left_out_and_says_what_brings_them",
        short=True,
    ),
    mutant(
        "a build server leaves out what it likes",
        "tests/conftest.py",
        "    if CI and report.skipped",
        "    if False and report.skipped",
        "tools/test_left_out.py::test_on_a_build_server_what_is_left_out_unexplained_is_a_failure",
        short=True,
    ),
    mutant(
        "a browser without a driver counts as one",
        "tests/browser.py",
        "        start_playwright()\n",
        "",
        "tools/test_left_out.py::test_a_browser_that_cannot_be_driven_is_none",
        short=True,
    ),
    mutant(
        "a room is left out of the package",
        "pyproject.toml",
        '"cogov.viz.text",\n',
        "\n",
        "tools/test_packaging.py::test_every_folder_with_python_is_a_package",
        short=True,
    ),
    mutant(
        "a notebook that cannot run",
        "docs/notebooks/1-first-steps.ipynb",
        "from cogov.viz.text import stories",
        "from cogov.viz.text import tales",
        "contract/test_notebooks.py::test_a_notebook_runs_from_top_to_bottom_and_leaves_nothing_behind",
    ),
    # -------------------- compiled kernels
    mutant(
        "a kernel does not depend on what its file imports",
        "engine/source_digests.py",
        "        pending += [source for name in _imports(path, module) if (source := find_source(name))]\n",
        "",
        "engine/test_kernels.py::test_a_change_reaches_the_file_and_those_that_import_it_and_no_other",
        plain=True,
        short=True,
    ),
    mutant(
        "a number means as little as a comment",
        "engine/source_digests.py",
        "    return repr(node)\n",
        "    return type(node).__name__\n",
        "engine/test_kernels.py::test_everything_else_means_something",
        plain=True,
        short=True,
    ),
    mutant(
        "a docstring changes the version of the model",
        "engine/source_digests.py",
        (
            '\n                (name, value[1:] if name == "body" and _is_text(value[0]) else '
            "value)\n                for name, value in entries\n            "
        ),
        "(name, value) for name, value in entries",
        "engine/test_kernels.py::test_comments_docstrings_and_formatting_mean_nothing",
        plain=True,
        short=True,
    ),
    mutant(
        "a damaged kernel is loaded",
        "engine/kernel_store.py",
        "if checksum(name, raw[CHECK_BYTES:]) == raw[:CHECK_BYTES]:",
        "if True:",
        "engine/test_kernels.py::test_a_damaged_file_is_thrown_away_and_compiled_again",
        plain=True,
        short=True,
    ),
    mutant(
        "types that cannot be imported go into the store",
        "engine/kernel_cache.py",
        " if known else None",
        "",
        "engine/test_kernels.py::test_types_that_another_process_could_not_load_are_not_kept",
        plain=True,
        short=True,
    ),
    mutant(
        "a kernel under another's name is loaded",
        "engine/kernel_store.py",
        'name.encode("utf-8", "surrogatepass") + b"\\0" + raw',
        "raw",
        "engine/test_kernels.py::test_a_damaged_file_is_thrown_away_and_compiled_again",
        plain=True,
        short=True,
    ),
    mutant(
        "kernels go where numba keeps its own",
        "engine/kernel_store.py",
        'Path(os.environ["NUMBA_CACHE_DIR"]) / "cogov-kernels"',
        'Path(os.environ["NUMBA_CACHE_DIR"])',
        "engine/test_kernels.py::test_the_folders_are_our_own_and_never_numbas",
        plain=True,
        short=True,
    ),
    mutant(
        "whose a folder among temporary files is does not matter",
        "engine/kernel_store.py",
        "status.st_uid == os.getuid() and not folder.is_symlink() and not status.st_mode & 0o077",
        "True",
        "engine/test_kernels.py::test_among_temporary_files_only_a_folder_of_ones_own_is_taken",
        plain=True,
        short=True,
    ),
    mutant(
        "without a folder to write in nothing is said",
        "engine/kernel_store.py",
        "        return warn_once()\n",
        "        return None\n",
        "engine/test_kernels.py::test_without_a_home_or_a_folder_that_can_be_written_it_runs_and_says_so",
        plain=True,
        short=True,
    ),
    mutant(
        "a kernel is left out of the plan",
        "model/precompile.py",
        "            day.move_world,\n",
        "",
        "engine/test_kernels.py::test_the_plan_holds_every_kernel_that_a_run_calls",
        plain=True,
        short=True,
    ),
    # -------------------- what is printed and written
    mutant(
        "what a stream cannot hold ends it",
        "engine/output.py",
        "            stream.reconfigure(errors=ESCAPE)\n",
        "            pass\n",
        "engine/test_output.py::test_nothing_that_is_printed_fails_for_its_encoding",
        short=True,
    ),
    mutant(
        "a reader who has gone is an error",
        "engine/output.py",
        "        if isinstance(error, BrokenPipeError):\n",
        "        if False:\n",
        "engine/test_output.py::test_a_reader_who_has_gone_ends_it_quietly",
        short=True,
    ),
    mutant(
        "JSON holds NaN",
        "engine/output.py",
        "return value if isfinite(value) else None",
        "return value",
        "engine/test_output.py::test_json_has_no_number_that_is_none_and_no_text_that_is_a_number",
        short=True,
    ),
    mutant(
        "what a user wrote is markup on the terminal",
        "viz/text/console.py",
        ', **more | {"markup": False, "emoji": False})',
        ", **more)",
        "engine/test_output.py::test_the_console_shows_what_was_written",
        short=True,
    ),
    mutant(
        "a bench prints numbers as text",
        "bench/city_scaling.py",
        "         resident_count",
        '         f"{resident_count:,}"',
        "cli/test_json.py::test_json_is_one_strict_document_with_its_keys[bench city]",
    ),
    mutant(
        "a head of a CSV file is a formula",
        "experiments/files/csv_tables.py",
        "heads = list(map(escape_cell, frame.columns))",
        "heads = list(frame.columns)",
        "engine/test_output.py::test_no_cell_head_or_index_is_run_by_a_spreadsheet",
        short=True,
    ),
    mutant(
        "Excel guesses the encoding",
        "experiments/files/csv_tables.py",
        'to_csv(path, index=False, encoding="utf-8-sig")',
        "to_csv(path, index=False)",
        "engine/test_output.py::test_excel_sees_utf_8_and_pandas_reads_what_was_written",
        short=True,
    ),
    mutant(
        "a figure is drawn as a matplotlibrc says",
        "viz/figures/plotting.py",
        "        matplotlib.rcdefaults()\n",
        "",
        "viz/test_plotting.py::test_a_figure_is_the_same_whatever_the_matplotlibrc_says",
        short=True,
    ),
    mutant(
        "a part of a core is no core",
        "engine/cores.py",
        "ceil(min(",
        "int(min(",
        "engine/test_cores.py::test_a_quota_of_cpu_time_is_a_number_of_cores",
        plain=True,
        short=True,
    ),
    mutant(
        "1.0 is another seed than 1",
        "engine/randomness.py",
        "if isinstance(seed, bool) or not isinstance(seed, Integral):",
        "if False:",
        "engine/test_seed.py::test_what_is_hashed_is_a_name_or_a_whole_number",
        plain=True,
        short=True,
    ),
    mutant(
        "a command does not know -h",
        "cli/options.py",
        '["-h", "--help"]',
        '["--help"]',
        "cli/test_completion.py::test_every_command_takes_h",
        short=True,
    ),
    mutant(
        "a shell completes what is no mechanism",
        "cli/completion.py",
        '"[!_]*.py"',
        '"*.py"',
        "cli/test_completion.py::test_names_are_completed",
        short=True,
    ),
    mutant(
        "the version is that of another project",
        "engine/release.py",
        'if table["name"] == "cogov":',
        "if True:",
        "cli/test_completion.py::test_the_version_is_that_of_the_project",
        plain=True,
        short=True,
    ),
    # -------------------- cases, mechanisms and scripts of one's own
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
        "model/test_names.py::test_the_texts_of_a_case_are_no_knobs",
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
            "model/test_own_mechanisms.py::test_what_a_mechanism_may_not_do_is_found_in_a_run"
            "_and_named_with_its_file_and_day"
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
            "model/test_own_mechanisms.py::test_what_a_mechanism_may_not_do_is_found_in_a_run"
            "_and_named_with_its_file_and_day"
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
            "model/test_own_mechanisms.py::test_what_a_mechanism_may_not_do_is_found_in_a_run"
            "_and_named_with_its_file_and_day"
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
        '    except (Exception, SystemExit) as error:\n        return f"{locate_error',
        '    except KeyError as error:\n        return f"{locate_error',
        "model/test_own_mechanisms.py::test_a_broken_file_is_named_where_it_is_asked_for_and_nowhere_else",
        plain=True,
        short=True,
    ),
    mutant(
        "a file named like one that ships is ignored",
        "model/mechanisms/__init__.py",
        (
            '        if name in shipped:\n            problem = f"{path} has the name of a '
            'mechanism that ships; rename the file"'
        ),
        "        if name in shipped:\n            continue",
        (
            "model/test_own_mechanisms.py::test_a_file_named_like_a_mechanism_that_ships_is_r"
            "efused_and_not_ignored"
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
            "experiments/comparing/test_scripts.py::test_a_script_without_a_main_guard_runs_o"
            "nce_with_workers_and_says_nothing"
        ),
        plain=True,
    ),
    mutant(
        "no workers means all cores",
        "experiments/execution/supervisor.py",
        "return 0 if problem else count_cores() if workers is None else workers",
        "return 0 if problem else workers or count_cores()",
        "experiments/comparing/test_scripts.py::test_no_workers_means_none_everywhere",
        plain=True,
        short=True,
    ),
    mutant(
        "a worker of a pool starts workers",
        "experiments/execution/supervisor.py",
        "current_process().daemon or get_start_method",
        "get_start_method",
        (
            "experiments/comparing/test_scripts.py::test_a_worker_of_a_pool_goes_on_alone_and"
            "_says_so_only_where_workers_were_asked_for"
        ),
        plain=True,
    ),
]
