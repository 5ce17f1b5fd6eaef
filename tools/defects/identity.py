"""Planted defects of identity: digests, names of files, what counts as the same run."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "random numbers depend on the position of a category",
        "model/issues/categories.py",
        '"code": np.array([encode_category(name) for name in categories], np.int64)',
        '"code": np.arange(len(categories))',
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[wuzi_yard]",
        plain=True,
        short=True,
    ),
    mutant(
        "a later threshold goes by the category's place",
        "model/issues/arrivals.py",
        "derive_key(derive_key(key_of(w.seed, ARISE, 0), w.buildings.key[b]), cats.code[j])",
        "derive_key(derive_key(key_of(w.seed, ARISE, 0), w.buildings.key[b]), j)",
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[storm]",
    ),
    mutant(
        "where initial issues are goes by the category's place",
        "model/resources/calendar.py",
        (
            "\n                uniforms(np.uint64(derive_key(key, "
            "encode_category(begin.category))), buildings.key[can]),\n                "
            'kind="stable",\n            '
        ),
        'uniforms(np.uint64(derive_key(key, j)), buildings.key[can]), kind="stable"',
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[yiduan]",
        plain=True,
        short=True,
    ),
    mutant(
        "a department goes by the category's place",
        "model/mechanisms/whistle.py",
        "return w.cats.code[issue.category] % k.departments",
        "return issue.category % k.departments",
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[called]",
        short=True,
    ),
    mutant(
        "organisations serve where nothing arises",
        "model/mechanisms/social_organisations.py",
        " & (often[fields] > 0.0)",
        "",
        "contract/test_metamorphic.py::test_categories_that_never_arise_change_no_bit[storm]",
        plain=True,
        short=True,
    ),
    mutant(
        "categories stand as they are written",
        "model/scenarios/scenario.py",
        "dict(sorted(self.issues.items()))",
        "dict(self.issues)",
        "contract/test_metamorphic.py::test_the_order_in_which_categories_are_written_means_nothing",
        plain=True,
        short=True,
    ),
    mutant(
        "random numbers depend on the row of a building",
        "model/places.py",
        "keys[n] = derive_key(key, member)",
        "keys[n] = derive_key(np.uint64(1), n)",
        (
            "contract/test_metamorphic.py::"
            "test_a_compound_more_or_in_another_order_leaves_every_buildings_clocks_its_own[annex]"
        ),
        plain=True,
        short=True,
    ),
    mutant(
        "what an issue takes goes by its row",
        "model/issues/arrivals.py",
        "derive_key(derive_key(w.buildings.key[b], cats.code[j]), number)",
        "derive_key(derive_key(np.uint64(b), cats.code[j]), number)",
        (
            "contract/test_metamorphic.py::"
            "test_a_compound_more_or_in_another_order_leaves_every_buildings_clocks_its_own[annex]"
        ),
    ),
    mutant(
        "two categories of one code pass",
        "model/scenarios/scenario.py",
        "            if other != name:\n",
        "            if False:\n",
        "model/test_identity.py::test_two_categories_with_the_same_random_numbers_are_refused",
        plain=True,
        short=True,
    ),
    mutant(
        "a community with more buildings than ids have room for",
        "model/scenarios/scenario.py",
        "        elif buildings > BUILDINGS:\n",
        "        elif False:\n",
        "model/test_identity.py::test_a_community_has_no_more_buildings_than_ids_have_room_for",
        plain=True,
        short=True,
    ),
    mutant(
        "an id loses a bit",
        "model/issues/issue_table.py",
        "return (building << 43) + (code << 20) + number",
        "return (building << 43) + (code << 20) + (number & ~1)",
        "model/test_identity.py::test_an_id_says_which_building_category_and_number",
        short=True,
    ),
    mutant(
        "a film rounds ids",
        "experiments/narrative/recording.py",
        '"id": (i["id"], "i8")',
        '"id": (i["id"], "f8")',
        "model/test_identity.py::test_a_recording_keeps_ids_to_the_last_digit",
        short=True,
    ),
    mutant(
        "what stands nowhere is found out too late",
        "model/scenarios/scenario.py",
        "            elif not self.has(self.issues[begin.category].unit):\n",
        "            elif False:\n",
        "model/test_identity.py::test_an_initial_issue_that_can_be_nowhere_is_refused_before_anything_begins",
        plain=True,
        short=True,
    ),
    mutant(
        "an initial issue needs a rate",
        "model/resources/calendar.py",
        "can = np.flatnonzero(units[:, j] > 0)",
        "can = np.flatnonzero((units[:, j] > 0) & (scenario.issues[begin.category].rate > 0))",
        (
            "contract/test_metamorphic.py::"
            "test_an_initial_issue_of_a_category_that_no_longer_arises_is_there_and_no_other"
        ),
        plain=True,
        short=True,
    ),
]
