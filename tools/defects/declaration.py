"""Declare planted defects: a text that occurs once in a file, its replacement, the tests that detect it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A defect: what is wrong, the file, a text that occurs there once, its replacement, and the tests."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple  # ids of tests, the quickest that do
    # only Python reads what is changed: of the kernels, only the file's own are compiled again
    plain: bool = False
    short: bool = False  # one of the quick ones


def mutant(name, file, old, new, *tests, **more):
    return Mutant(name, file, old, new, tuple(f"tests/{test}" for test in tests), **more)


TWIN = "contract/test_twin.py::test_a_year_is_the_same[yard]"
