"""Planted defects of hours and money."""

from .declaration import TWIN, mutant

MUTANTS = [
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
        "min(shares[m, c], left / asked)",
        "min(shares[m, c], 1.0)",
        "contract/test_invariants.py::test_scarce_hours_are_all_given_out_and_in_proportion",
        plain=True,
        short=True,
    ),
    mutant(
        "what is promised to somebody is granted with the rest",
        "model/resources/allocation.py",
        "            left = max(0.0, left - asked)\n",
        "",
        "contract/test_invariants.py::test_what_is_promised_to_somebody_is_granted_first",
        plain=True,
    ),
    mutant(
        "the desks' own work is in nobody's books",
        "model/resources/ledger.py",
        "    ledger.hours[mechanisms, COMMITTEE] +=",
        "    ledger.hours[mechanisms, COMMITTEE] += 0.0 *",
        TWIN,
    ),
    mutant(
        "the committee works weekends in full",
        "model/resources/calendar.py",
        "at_work[rest | festival, PAYERS",
        "at_work[festival, PAYERS",
        (
            "model/test_calendar.py::"
            "test_offices_rest_on_weekends_and_in_festival_weeks_and_evenings_are_fewer_then"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "the week after a year's end has the weather of its beginning",
        "model/resources/calendar.py",
        "day = year * YEAR + np.arange(ROWS)",
        "day = year * YEAR + np.arange(ROWS) % YEAR",
        "model/test_calendar.py::test_the_last_rows_of_an_almanac_are_the_first_of_the_next_year",
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
        "knobs.fees_paid * 12 / 365 * 100",
        "knobs.fees_paid * 12 / 360 * 100",
        "contract/test_mutation_survivors.py::test_a_year_brings_each_fund_what_its_case_says[estate]",
        plain=True,
        short=True,
    ),
]
