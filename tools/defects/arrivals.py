"""Planted defects of arrivals: when buildings look ahead, and from when on neglect invites."""

from .declaration import mutant

KEPT_APART = (
    "contract/test_neglect.py"
    "::test_what_neglect_invites_counts_from_the_evening_on_which_its_building_looks_ahead"
)
FIRST_DAY = (
    "model/test_calendar.py::test_on_the_first_day_all_buildings_look_ahead_to_the_eve_of_their_weekday"
)

MUTANTS = [
    mutant(
        "what neglect invites counts at once",
        "model/issues/closing.py",
        "            invited[b, j] += each[j]\n",
        "            w.clocks.coming[b, j] += each[j]\n",
        KEPT_APART,
    ),
    mutant(
        "what neglect invited counts every week again",
        "model/issues/arrivals.py",
        "            invited[b, j] = 0.0\n",
        "",
        KEPT_APART,
    ),
    mutant(
        "an issue that is to lapse today invites others once more",
        "model/issues/closing.py",
        "(issue.lapse_day > day)",
        "(issue.lapse_day >= day)",
        "contract/test_neglect.py"
        "::test_on_the_day_of_its_lapsing_an_issue_invites_nothing_even_if_it_is_answered_then",
    ),
    mutant(
        "on the first day only the buildings of its weekday look ahead",
        "model/issues/arrivals.py",
        "    if w.day == 1:\n",
        "    if w.day == 0:\n",
        FIRST_DAY,
    ),
    mutant(
        "on the first day buildings look ahead to their weekday, which then counts twice",
        "model/issues/arrivals.py",
        "look_ahead(w, weekday % 7, weekday - 1)",
        "look_ahead(w, weekday % 7, weekday)",
        FIRST_DAY,
    ),
]
