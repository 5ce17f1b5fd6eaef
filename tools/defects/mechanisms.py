"""Planted defects of mechanisms."""

from .declaration import TWIN, mutant

MUTANTS = [
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
        "the reminder rate of captains is not read",
        "model/mechanisms/building_captains.py",
        "keep[i] = k.reminder_log_rate * coverage[b]",
        "keep[i] = 1.5 * coverage[b]",
        "contract/test_mechanisms.py::"
        "test_every_parameter_has_an_effect[building_captains.reminder_log_rate]",
    ),
    mutant(
        "captains open no doors",
        "model/mechanisms/building_captains.py",
        "m.lever.reach[b] = k.contact_logit * coverage[b]",
        "m.lever.reach[b] = 0.0",
        (
            "contract/test_mechanisms.py::"
            "test_it_pulls_the_levers_that_it_says_and_each_of_them[building_captains]"
        ),
    ),
    mutant(
        "captains persuade no household",
        "model/mechanisms/building_captains.py",
        "m.lever.consent[b] = k.persuasion_logit * coverage[b]",
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
        "contract/test_twin.py::test_levers_that_no_mechanism_pulls_are_the_same",
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
        "min(min(issue.hours_left, pair[desk]), hours[desk])",
        "min(min(issue.hours_left, pair[desk] / (1.0 + hours[desk])), hours[desk])",
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
            "contract/test_metamorphic.py::"
            "test_a_building_where_nothing_happens_changes_nothing_elsewhere[storm]"
        ),
    ),
    mutant(
        "work depends on who is stored first",
        "model/issues/arrivals.py",
        "issue.hours_left = issue.work_hours\n",
        "issue.work_hours *= 1.0 + 0.1 * w.residents.presence[w.stairwells.people[w.buildings.first[b]]]\n"
        "    issue.hours_left = issue.work_hours\n",
        "contract/test_metamorphic.py::test_people_stored_in_another_order_change_nothing_of_what_arises",
    ),
    mutant(
        "a council that lacks its quorum is counted as held",
        "model/mechanisms/joint_council.py",
        "SITTINGS if present[c] > 0.0 else CANCELLED",
        "SITTINGS",
        "model/test_activities.py::test_every_mechanism_counts_what_it_does_and_all_of_it_happens[joint_council]",
        short=True,
    ),
    mutant(
        "hours of errands count as hours on patrol",
        "model/mechanisms/grid_patrol.py",
        "m.counts[PATROL_HOURS] += walked[a] * m.own.size[a]",
        "m.counts[PATROL_HOURS] += walked[a] * m.own.size[a] + left[a]",
        "model/test_activities.py::test_a_patrol_walks_the_hours_that_paperwork_and_errands_leave",
    ),
    mutant(
        "study evenings count as visits to homes",
        "model/mechanisms/home_visits.py",
        "m.counts[VISITS] += visited[b] * own.homes[b]",
        "m.counts[VISITS] += reached * own.homes[b]",
        "model/test_activities.py::test_study_evenings_are_attended_by_at_most_the_homes_that_take_part",
    ),
    mutant(
        "what is counted is not that of the mechanism's strength",
        "model/activities.py",
        "count.name: doer.strength * np.where(",
        "count.name: np.where(",
        "model/test_activities.py::test_half_the_strength_counts_for_half",
        plain=True,
        short=True,
    ),
    mutant(
        "a level outlasts its mechanism",
        "model/activities.py",
        "on | (not count.level)",
        "on | True",
        "model/test_activities.py::test_a_level_is_nothing_on_days_on_which_its_mechanism_is_not_on",
        plain=True,
    ),
    mutant(
        "what any mechanism achieves counts for each of them",
        "model/activities.py",
        "table[int(event), row]",
        "table[int(event)].sum()",
        "model/test_activities.py::test_what_levers_achieve_is_counted_from_the_history",
        plain=True,
    ),
    mutant(
        "a pattern takes a count of another mechanism",
        "experiments/calibration/reported_patterns.py",
        "amounts.get((mechanism, name), 0.0)",
        "sum(value for (_, other), value in amounts.items() if other == name)",
        "experiments/calibration/test_reported_patterns.py::test_a_count_is_that_of_its_mechanism",
        plain=True,
    ),
    mutant(
        "a page shows the counts of the last day on every day",
        "viz/page/mechanism_controls.py",
        "float(daily[count.name][day - 1])",
        "float(daily[count.name][-1])",
        "viz/test_page_state.py::"
        "test_the_panel_of_a_mechanism_says_what_was_done_by_the_day_shown_and_in_the_whole_run",
        plain=True,
    ),
    mutant(
        "a mechanism that never counts keeps its promises",
        "experiments/comparison/mechanism_contract.py",
        'yield Promise("everything that it counts happens", not idle',
        'yield Promise("everything that it counts happens", True',
        "cli/test_author.py::test_a_broken_promise_is_named",
        plain=True,
    ),
]
