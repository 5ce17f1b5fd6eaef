"""Planted defects of people and places."""

from .declaration import TWIN, mutant

MUTANTS = [
    mutant(
        "trust is forgotten 5 % faster",
        "agents/residents.py",
        "t + k.trust_update_rate * (target - t) + drift",
        "t + 1.05 * k.trust_update_rate * (target - t) + drift",
        TWIN,
    ),
    mutant(
        "a child too few",
        "agents/population.py",
        "child = choose_exactly(census.children,",
        "child = choose_exactly(max(census.children - 1, 0),",
        "model/test_cases.py::test_the_census_is_met_to_the_person[wuzi_yard]",
        plain=True,
        short=True,
    ),
    mutant(
        "volunteers are asked as neighbours",
        "agents/population.py",
        "STANDING_RETIRED_MEMBER, STANDING_VOLUNTEER],",
        "STANDING_RETIRED_MEMBER, STANDING_NEIGHBOUR],",
        "contract/test_twin.py::test_people_are_what_can_be[yard]",
        TWIN,
        plain=True,
    ),
    mutant(
        "two runs share what one of them writes",
        "model/world.py",
        (
            "\n        name: copy_arrays(part) if name in WRITTEN else part\n        for name, "
            'part in community._asdict().items()\n        if name not in ("units", "rate")\n   '
            " "
        ),
        'name: part for name, part in community._asdict().items() if name not in ("units", "rate")',
        "model/test_mesa.py::test_two_communities_share_nothing_that_a_day_writes",
        plain=True,
        short=True,
    ),
    mutant(
        "members' evenings are as short as volunteers'",
        "model/mesa/agents.py",
        "self.gives * self.model.case.party_members.evening_hours",
        "self.gives * self.model.case.volunteers.evening_hours",
        "model/test_mesa.py::test_evenings_and_duties_are_those_of_ones_standing",
        short=True,
    ),
    mutant(
        "Mesa's steps use other random numbers",
        "model/mesa/model.py",
        'self.random_numbers = RandomNumbers("run", self.seed)',
        'self.random_numbers = RandomNumbers("mesa", self.seed)',
        "model/test_mesa.py::test_the_same_seed_gives_the_same_days_as_simulate",
        plain=True,
        short=True,
    ),
    mutant(
        "a pickle of another version is read",
        "model/simulate.py",
        "    if source != version():\n",
        "    if False:\n",
        "model/test_mesa.py::test_a_pickle_of_another_version_is_refused_in_a_sentence",
        plain=True,
        short=True,
    ),
    mutant(
        "a copy of a community shares its world",
        "model/mesa/model.py",
        "        return deepcopy(self)\n",
        (
            "        made = object.__new__(type(self))\n        "
            "vars(made).update(vars(self))\n        return made\n"
        ),
        "model/test_mesa.py::test_a_copy_shares_nothing_with_the_original[copy]",
        plain=True,
    ),
    mutant(
        "rng and seed may both be given",
        "model/mesa/model.py",
        "    if seed is not None and rng is not None:\n",
        "    if False:\n",
        "model/test_mesa.py::test_seed_and_rng_at_once_are_refused_as_mesa_refuses_them",
        plain=True,
        short=True,
    ),
    mutant(
        "a default moves and the description does not",
        "agents/grid_workers.py",
        "shift_hours: float = knob(\n        6.0,",
        "shift_hours: float = knob(\n        6.3,",
        "contract/test_documentation.py::test_parameters_are_those_of_the_code",
        plain=True,
        short=True,
    ),
    mutant(
        "a case file of any size is read",
        "engine/toml_reader.py",
        "    if len(raw) > LARGEST * 1024:\n",
        "    if False:\n",
        "engine/test_toml_reader.py::test_a_file_has_a_largest_size",
        plain=True,
        short=True,
    ),
    mutant(
        "the oldest of a street goes before the most urgent",
        "model/street.py",
        "np.lexsort((n, rows[:, 1], -rows[:, 0]))",
        "np.lexsort((n, -rows[:, 0], rows[:, 1]))",
        "experiments/city/test_city.py::test_the_most_urgent_of_the_street_goes_first",
        plain=True,
        short=True,
    ),
    mutant(
        "a damaged street counts",
        "experiments/city/city.py",
        'return path.stem.rpartition("-")[2] == digest_of(raw)',
        'return len(path.stem.rpartition("-")[2]) == len(digest_of(raw))',
        "experiments/city/test_city.py::test_what_is_missing_or_damaged_is_run_again_and_is_the_same",
        short=True,
    ),
    mutant(
        "a baseline moves in silence",
        "model/issues/arrivals.py",
        "return cats.rate * unit_counts",
        "return 1.001 * cats.rate * unit_counts",
        "contract/test_baselines.py::test_a_case_comes_to_what_is_written[wuzi_yard]",
        plain=True,
    ),
    mutant(
        "numbers move without a line that says why",
        "tools/baselines.py",
        "if difference and len(lines) <= count:",
        "if difference and len(lines) < count:",
        "contract/test_baselines.py::test_other_numbers_are_written_only_after_a_line_that_says_why",
        short=True,
    ),
    mutant(
        "a hash that leaves people out",
        "bench/fingerprints.py",
        '    "residents",\n',
        "",
        "experiments/execution/test_determinism.py::test_a_hash_is_of_everything_that_a_run_leaves",
        short=True,
    ),
    mutant(
        "a saved world forgets the day",
        "model/world.py",
        'world.day = int(snapshot["day"])',
        'world.day = int(snapshot["day"]) - 1',
        (
            "experiments/execution/test_determinism.py::"
            "test_a_world_saved_and_gone_on_with_is_the_world_that_was_never_stopped"
        ),
        plain=True,
    ),
    mutant(
        "Python's own error escapes",
        "experiments/files/csv_tables.py",
        "if len(delimiter) != 1:",
        "if len(delimiter) < 1:",
        "tools/test_fuzz.py::test_what_escaped_once_escapes_no_more[a delimiter of two letters]",
        short=True,
    ),
    mutant(
        "an evening counts though there was no work",
        "agents/residents.py",
        "given[i] += used[pool]",
        "given[i] += 1.0",
        TWIN,
    ),
    mutant(
        "newcomers have given the evenings of those who left",
        "agents/relocation.py",
        "people.evenings[i] = 0.0",
        "people.evenings[i] = people.evenings[i]",
        "model/test_activities.py::"
        "test_evenings_are_given_only_by_those_who_promised_and_newcomers_have_given_none",
    ),
]
