"""Planted defects of benches: what they measure, and how they print it."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "Mesa agents of the reference workload meet those who have met already",
        "bench/workload/agents.py",
        "        self.evening = s + MOVE",
        "        self.satisfaction = self.evening = s + MOVE",
        "bench/test_workload.py::test_agents_do_the_same_as_columns",
        short=True,
    ),
    mutant(
        "the last fault reported is resolved first in C",
        "bench/workload/workload.c",
        "w->queue[e * ESTATE + w->head[e]]",
        "w->queue[e * ESTATE + (w->head[e] + w->length[e] - 1) % ESTATE]",
        "bench/test_workload.py::test_a_program_in_c_does_the_same_as_columns",
        short=True,
    ),
    mutant(
        "programs that differ on the last day are equal",
        "bench/workload/rounds.py",
        "days = min(len(expected), len(found))",
        "days = min(len(expected), len(found), 3)",
        "bench/test_workload.py::test_the_bench_notices_a_program_that_does_something_else",
        short=True,
    ),
    mutant(
        "a header of a table is broken though there is room",
        "bench/tables.py",
        "    for lines in range(1, 5):",
        "    for lines in range(2, 5):",
        "bench/test_tables.py::test_headers_have_one_line_where_there_is_room",
        short=True,
    ),
]
