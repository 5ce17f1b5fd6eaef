"""Planted defects of issues and the desks that take them."""

from .declaration import TWIN, mutant

MUTANTS = [
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
        "        cats.work_scale_hours[j] * exponential(",
        "        1.05 * cats.work_scale_hours[j] * exponential(",
        "contract/test_limits.py::test_the_closed_form_holds[backlog]",
    ),
    mutant(
        "issues lapse a day late",
        "model/issues/arrivals.py",
        "day + 1 + int(cats.lapse_days[j]",
        "day + 2 + int(cats.lapse_days[j]",
        "contract/test_limits.py::test_the_closed_form_holds[thinning]",
    ),
    mutant(
        "one gives up a day early",
        "model/issues/reporting.py",
        "issue.give_up_day = day + 1 + int(",
        "issue.give_up_day = day + int(",
        TWIN,
    ),
    mutant(
        "known issues are reported as often as unknown ones",
        "model/issues/reporting.py",
        "            rate *= k.repeat_report_factor\n",
        "            rate *= 1.0\n",
        TWIN,
    ),
    mutant(
        "the least urgent goes first",
        "model/issues/issue_table.py",
        "return min(3, issue.severity + (1 if issue.reports >= 2 else 0))",
        "return 3 - min(3, issue.severity + (1 if issue.reports >= 2 else 0))",
        TWIN,
    ),
    mutant(
        "the youngest goes first",
        "model/issues/triage.py",
        "            out[count[r]] = i\n            count[r] += 1",
        (
            "            out[count[r] + 0] = i\n            count[r] += 1\n    out = "
            "out[::-1].copy() if state == REPORTED else out"
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
        "min(issue.hours_left, pair[desk])",
        "min(issue.hours_left, 2.0 * pair[desk])",
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
        "= t - w.knobs.residents.trust_loss_failed * t",
        "= t - 1.05 * w.knobs.residents.trust_loss_failed * t",
        TWIN,
    ),
    mutant(
        "redone work is done from the beginning",
        "model/issues/closing.py",
        "WORK, -1, w.knobs.rework_share * issue.work_hours",
        "WORK, -1, issue.work_hours",
        TWIN,
    ),
    mutant(
        "what was resolved never comes back",
        "model/issues/closing.py",
        "cats.recurrence[j] * exp(",
        "0.0 * cats.recurrence[j] * exp(",
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
        "day + 1 + int(k.retry_after_days)",
        "day + int(k.retry_after_days)",
        "contract/test_twin.py::test_columns_tell_the_same_days_as_people",
    ),
    mutant(
        "an owner who lets signs like one who lives there",
        "model/issues/consent.py",
        "return x + k.absentee_owner_logit",
        "return x",
        "contract/test_mechanisms.py::"
        "test_every_parameter_of_people_and_desks_has_an_effect[projects.absentee_owner_logit]",
    ),
    mutant(
        "an answer is credited to whoever hurried it last",
        "model/issues/closing.py",
        "elif days > issue.hurried_days:",
        "elif days > 0.0:",
        "model/test_activities.py::test_of_two_who_hurry_an_answer_the_one_that_brings_more_days_is_credited",
    ),
    mutant(
        "answers of departments are credited to nobody",
        "model/issues/closing.py",
        "ANSWERED, issue.hurried_by, -1)",
        "ANSWERED, -1, -1)",
        "model/test_activities.py::"
        "test_answers_of_departments_are_credited_to_the_whistle_and_to_nobody_without_it",
        short=True,
    ),
]
