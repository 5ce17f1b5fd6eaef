"""Planted defects of random numbers."""

from .declaration import TWIN, mutant

MUTANTS = [
    mutant(
        "one stream of random numbers used for two decisions",
        "model/issues/consent.py",
        'decision("lean")',
        'decision("in")',
        "engine/test_randomness.py::test_every_decision_of_the_engine_is_listed",
        plain=True,
        short=True,
    ),
    mutant(
        "random numbers of evenings are the same every week",
        "agents/residents.py",
        "key_of(w.seed, GIVE, w.day)",
        "key_of(w.seed, GIVE, 0)",
        TWIN,
    ),
    mutant(
        "the hash loses a round",
        "engine/randomness.py",
        "    x = (x ^ (x >> np.uint64(27))) * B\n",
        "",
        "engine/test_randomness.py::test_known_answers",
        plain=True,
        short=True,
    ),
    mutant(
        "random numbers from another generator",
        "bench/forkserver_preload.py",
        'run a month."""\n\n',
        'run a month."""\n\nimport random\n\n',
        "engine/test_randomness.py::test_random_numbers_are_made_in_one_file",
        short=True,
    ),
]
