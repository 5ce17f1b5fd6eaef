"""Planted defects of mechanisms."""

from .declaration import TWIN, mutant

PATROLS = "model/test_sittings_and_patrols.py::"

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
        "left = count_sittings(w, own, k) * m.share[ALL]",
        "left = count_sittings(w, own, k)",
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
        "sight[i] = walked[a] * detection_rate(issue, k)",
        "sight[i] = 1.05 * walked[a] * detection_rate(issue, k)",
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
        "a patrol sees a fault as soon as litter",
        "model/mechanisms/grid_patrol.py",
        "if issue.family in OPEN_TO_VIEW else k.fault_detection_rate",
        "if issue.family in OPEN_TO_VIEW else k.detection_rate",
        PATROLS + "test_a_patrol_finds_most_of_what_lies_open_and_few_faults_or_troubles_at_home",
    ),
    mutant(
        "a patrol finishes nothing when it finds it",
        "model/mechanisms/grid_patrol.py",
        "issue.hours_left <= min(k.spot_hours, left[a])",
        "issue.hours_left < 0.0",
        PATROLS + "test_a_patrol_settles_some_of_its_finds_at_once_and_only_small_ones",
        short=True,
    ),
    mutant(
        "a desk takes in what is finished on the spot",
        "model/issues/triage.py",
        "if is_finished_today(issue, i, done):",
        "if False and is_finished_today(issue, i, done):",
        PATROLS + "test_a_patrol_settles_some_of_its_finds_at_once_and_only_small_ones",
    ),
    mutant(
        "a captain works as much for a tower as for a house",
        "model/mechanisms/building_captains.py",
        "left[b] = k.captain_hours * coverage[b]",
        "left[b] = k.captain_hours * got",
        PATROLS + "test_a_captain_of_twice_as_many_homes_gives_each_half_the_work",
        short=True,
    ),
    mutant(
        "a council that takes up a hard matter stays with it all evening",
        "model/issues/issue_table.py",
        "return float(wanted) if 1 <= wanted <= most else 1.0",
        "return float(min(max(wanted, 1), most))",
        PATROLS + "test_a_hard_matter_is_heard_once_an_evening_and_an_easy_one_until_it_is_settled",
    ),
    mutant(
        "a council meets over an empty table",
        "model/mechanisms/joint_council.py",
        "or own.matters[compound] == 0.0:",
        "or own.matters[compound] < 0.0:",
        PATROLS + "test_with_an_empty_table_no_council_meets",
        short=True,
    ),
    mutant(
        "an evening of a council has room for every matter",
        "model/mechanisms/joint_council.py",
        "return min(k.evening_hours, k.sitting_hours",
        "return max(k.evening_hours, k.sitting_hours",
        PATROLS + "test_a_council_settles_several_matters_in_an_evening",
        short=True,
    ),
    mutant(
        "a lawyer is paid by the sitting",
        "model/mechanisms/mediation_room.py",
        "                k.lawyer_yuan,\n",
        "                k.lawyer_yuan * hears,\n",
        PATROLS + "test_a_mediation_room_is_paid_by_the_evening_and_mediators_by_the_sitting",
        short=True,
    ),
    mutant(
        "an alliance has time for every matter",
        "model/mechanisms/five_party_alliance.py",
        "room[c] = k.items_per_sitting * k.push_sittings",
        "room[c] = 100.0 * k.push_sittings",
        PATROLS + "test_an_alliance_goes_on_to_a_third_matter_when_two_need_little",
        short=True,
    ),
    mutant(
        "parking arises from compounds",
        "model/issues/categories.toml",
        'zh = "乱停车"\nfamily = "safety"\nunit = "household"',
        'zh = "乱停车"\nfamily = "safety"\nunit = "compound"',
        PATROLS + "test_parking_arises_from_homes_not_from_compounds",
        plain=True,
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
]
