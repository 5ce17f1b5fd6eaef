"""Planted defects of the steps of mechanisms: how they are called, and where their pulls are summed."""

from .declaration import mutant

ORDER = (
    "model/test_mechanism_runtime.py"
    "::test_steps_are_called_in_their_order_and_compiled_ones_that_follow_each_other_at_once"
)
SUM = "model/test_mechanism_runtime.py::test_the_sum_of_one_row_is_that_row_and_of_others_an_array_of_its_own"
GROUPS = "in groupby(calls, lambda call: isinstance(call[0], Kernel)):"

DAYS = "model/test_days_at_once.py::test_days_at_once_are_the_same_as_one_by_one"
AHEAD = "model/test_days_at_once.py::test_who_moves_away_is_known_a_week_ahead"
CITY = "experiments/city/test_city.py"
SENT = f"{CITY}::test_a_week_of_departments_hours_is_sent_within_the_street_and_none_is_lost"
LACKED = f"{CITY}::test_what_departments_lack_is_counted_and_what_is_sent_is_sent_for_one_week"
NEW_YEAR = f"{CITY}::test_over_new_year_departments_have_the_hours_of_the_calendar_and_no_more"
NEWCOMERS = f"{CITY}::test_newcomers_of_another_week_are_as_anybody_again_and_flats_are_assigned_by_lot"

MUTANTS = [
    mutant(
        "compiled steps are called before those in plain Python",
        "model/mechanism_runtime.py",
        GROUPS,
        (
            "in groupby(\n        sorted(calls, key=lambda call: not isinstance(call[0], Kernel)),\n"
            "        lambda call: isinstance(call[0], Kernel),\n    ):"
        ),
        ORDER,
        plain=True,
        short=True,
    ),
    mutant(
        "compiled steps are called one by one",
        "model/mechanism_runtime.py",
        GROUPS,
        "in ((isinstance(call[0], Kernel), [call]) for call in calls):",
        ORDER,
        plain=True,
        short=True,
    ),
    mutant(
        "steps in plain Python are left out",
        "model/mechanism_runtime.py",
        "            linked += group\n",
        "            linked += []\n",
        ORDER,
        plain=True,
        short=True,
    ),
    mutant(
        "a lever that one mechanism pulls has a sum of its own, which stays 0",
        "model/mechanism_runtime.py",
        "return rows[0] if len(rows) == 1 else np.zeros(rows.shape[1])",
        "return np.zeros(rows.shape[1])",
        SUM,
        plain=True,
        short=True,
    ),
    mutant(
        "the sum of many rows is the first of them",
        "model/mechanism_runtime.py",
        "return rows[0] if len(rows) == 1 else",
        "return rows[0] if len(rows) >= 1 else",
        SUM,
        plain=True,
        short=True,
    ),
    mutant(
        "with more issues the sum of one row is no longer that row",
        "model/mechanism_runtime.py",
        "        total = room_for_sum(rows)\n",
        "        total = np.zeros(room)\n",
        SUM,
        plain=True,
        short=True,
    ),
    mutant(
        "where room for issues was made, mechanisms do not learn",
        "model/world.py",
        "            self.run(late_steps)\n",
        "",
        DAYS,
        plain=True,
        short=True,
    ),
    mutant(
        "mechanisms begin and end when days that run at once are over",
        "model/world.py",
        "return min(end, min(turns) - 1)",
        "return end",
        DAYS,
        plain=True,
        short=True,
    ),
    mutant(
        "the calendar of a new year is loaded when days that run at once are over",
        "model/world.py",
        "turns = self.day + YEAR - self.day % YEAR, *(",
        "turns = end + 1, *(",
        DAYS,
        plain=True,
        short=True,
    ),
    mutant(
        "days that run at once are counted in the row of the day before",
        "model/mechanism_runtime.py",
        "    today = w.day - 1\n",
        "    today = w.day - 2\n",
        DAYS,
    ),
    mutant(
        "who moves away is drawn for a day too early",
        "model/street.py",
        "for day in range(w.day + 1, w.day + WEEK + 1):",
        "for day in range(w.day, w.day + WEEK):",
        AHEAD,
    ),
    mutant(
        "departments' hours are sent within the street and stay where they were",
        "model/street.py",
        "part * own.sum(axis=0) - hours",
        "part * own.sum(axis=0)",
        SENT,
        plain=True,
        short=True,
    ),
    mutant(
        "departments' hours that no issue waits for are shared out anew",
        "model/street.py",
        "spare = np.maximum(own - got, 0.0)",
        "spare = own",
        "experiments/city/test_city.py::test_the_most_urgent_of_the_street_goes_first",
        plain=True,
        short=True,
    ),
    mutant(
        "departments have the same hours of their own, whatever the street sends",
        "model/resources/allocation.py",
        "own + w.sent[w.day % len(w.sent)]",
        "own + 0.0 * w.sent[w.day % len(w.sent)]",
        "experiments/city/test_city.py::test_departments_that_have_hours_help_those_that_lack_them",
    ),
    mutant(
        "flats are assigned in the order of communities",
        "model/street.py",
        "np.lexsort((lots, left[:, 0]))",
        "np.argsort(left[:, 0])",
        NEWCOMERS,
        plain=True,
        short=True,
    ),
    mutant(
        "newcomers of all weeks trust as those who came from within the street did",
        "model/street.py",
        "            world.newcomers[:] = trust\n",
        "            pass\n",
        NEWCOMERS,
        plain=True,
        short=True,
    ),
    mutant(
        "in the last days of a street households leave who would later",
        "model/street.py",
        "n, left = n[left[:, 0] <= days[-1]], left[left[:, 0] <= days[-1]]",
        "n, left = n, left",
        f"{CITY}::test_in_the_last_days_only_who_leaves_within_them_is_counted",
        plain=True,
        short=True,
    ),
    mutant(
        "departments of a street are at work as in the first year",
        "model/street.py",
        "coming = self.day % YEAR + days - self.day",
        "coming = (days - 1) % (YEAR + 1)",
        NEW_YEAR,
        plain=True,
        short=True,
    ),
    mutant(
        "what departments of a street lack is not counted",
        "model/street.py",
        "self.lacked += max(",
        "self.lacked += 0.0 * max(",
        LACKED,
        plain=True,
        short=True,
    ),
    mutant(
        "hours that were sent in one week are sent in the next",
        "model/street.py",
        "            world.sent[:] = 0.0\n",
        "",
        LACKED,
        plain=True,
        short=True,
    ),
    mutant(
        "hours are kept for an answer of months ahead",
        "model/street.py",
        " and issue.due_day < day + WEEK",
        "",
        f"{CITY}::test_hours_are_kept_for_what_can_be_done_within_the_week",
    ),
    mutant(
        "counts of days that have no row are written",
        "model/world.py",
        "if 0 < len(rows) < end:",
        "if 0 > len(rows):",
        "model/test_days_at_once.py::test_counts_have_a_row_for_every_day",
        plain=True,
        short=True,
    ),
    mutant(
        "inner kernels are compiled without the words of their errors",
        "engine/kernel_structs.py",
        "            compiled.library.codegen.set_env(environment.env_name, environment)\n",
        "            pass\n",
        "engine/test_lean_kernels.py::test_an_inner_kernel_can_say_what_is_wrong_when_it_is_first_compiled",
        plain=True,
        short=True,
    ),
    mutant(
        "where a day fails, the world is on the day on which Python called",
        "model/world.py",
        "                finally:  # also where a day fails or is interrupted\n",
        "                except ZeroDivisionError:\n                    pass\n                else:\n",
        "model/test_days_at_once.py::test_where_a_day_fails_the_world_is_on_that_day",
        plain=True,
        short=True,
    ),
]
