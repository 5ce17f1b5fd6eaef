"""Planted defects of the steps of mechanisms: how they are called, and where their pulls are summed."""

from .declaration import mutant

ORDER = (
    "model/test_mechanism_runtime.py"
    "::test_steps_are_called_in_their_order_and_compiled_ones_that_follow_each_other_at_once"
)
SUM = "model/test_mechanism_runtime.py::test_the_sum_of_one_row_is_that_row_and_of_others_an_array_of_its_own"
GROUPS = "in groupby(calls, lambda call: isinstance(call[0], Kernel)):"

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
]
