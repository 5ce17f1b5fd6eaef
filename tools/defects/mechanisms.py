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
        "captains are in post on the first day",
        "model/mechanisms/building_captains.py",
        "< self.in_post_share",
        "< 1.0",
        "model/test_giving.py::test_captains_are_found_over_months",
    ),
    mutant(
        "who refused a post is asked again at once",
        "model/mechanisms/building_captains.py",
        "own.until[b, place] = day + k.refusal_days",
        "own.until[b, place] = day",
        "model/test_giving.py::test_who_refused_is_not_asked_again",
    ),
    mutant(
        "a captain never tires enough to step down",
        "model/mechanisms/building_captains.py",
        "tired = own.tired[b] >= k.fatigue_at_resignation",
        "tired = own.tired[b] >= 1e9",
        "model/test_giving.py::test_one_fatigue_for_all_duties",
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
]
