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
SENT = (
    "experiments/city/test_city.py"
    "::test_a_week_of_departments_hours_is_sent_within_the_street_and_none_is_lost"
)

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
        "for day in range(w.day + 1, w.day + 8):",
        "for day in range(w.day, w.day + 7):",
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
        "departments have the same hours of their own, whatever the street sends",
        "model/resources/allocation.py",
        "own + w.sent[w.day % len(w.sent)]",
        "own + 0.0 * w.sent[w.day % len(w.sent)]",
        "experiments/city/test_city.py::test_departments_that_have_hours_help_those_that_lack_them",
    ),
]
