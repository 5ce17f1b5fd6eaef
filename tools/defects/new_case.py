"""Planted defects of a new case, of files of buildings and of ground plans."""

from .declaration import mutant

MUTANTS = [
    mutant(
        "what is filled from a case is not marked",
        "experiments/narrative/draft_file.py",
        "if field in assumed or field not in values",
        "if field not in values",
        "cli/test_new_case.py::test_flags_become_a_case_that_runs_and_a_picture",
        plain=True,
        short=True,
    ),
    mutant(
        "the file of totals wins over the options",
        "cli/own_community/known_totals.py",
        "{**draft, **given}, {**options, **asked}",
        "{**given, **draft}, {**asked, **options}",
        "cli/test_new_case.py::test_an_option_wins_over_the_file_of_totals_and_a_case_can_be_chosen",
        plain=True,
    ),
    mutant(
        "of several contradictions one is said",
        "cli/own_community/known_totals.py",
        "for error in errors[:-1]:",
        "for error in errors[:0]:",
        "cli/test_new_case.py::test_all_contradictions_are_said_at_once",
        plain=True,
    ),
    mutant(
        "a wrong answer is taken",
        "cli/own_community/questions.py",
        "return problems.get(f.name) or next(iter(problems.values()), None)",
        "return None",
        "cli/test_new_case.py::test_a_wrong_answer_is_asked_again_and_one_can_go_back",
        plain=True,
    ),
    mutant(
        "a picture that is wider than it is true",
        "viz/place_picture.py",
        "return left + (point[0] - float(low[0])) * scale,",
        "return left + (point[0] - float(low[0])) * scale * 0.8,",
        "cli/test_new_case.py::test_footprints_are_drawn_in_true_proportions",
        plain=True,
    ),
    mutant(
        "the cells of a plan are lost",
        "model/initial_community.py",
        "if scenario.place.cells:",
        "if False:",
        "model/test_ground_plan.py::test_cells_are_those_of_the_community_and_of_mesa",
        short=True,
    ),
    mutant(
        "a community is built once for all plans",
        "model/simulate.py",
        "            s.place.cells,\n",
        "",
        "model/test_ground_plan.py::test_cells_change_only_what_depends_on_distance",
    ),
    mutant(
        "two buildings on one cell",
        "model/scenarios/ground_plan.py",
        "if other != n:",
        "if False:",
        "model/test_ground_plan.py::test_a_plan_that_cannot_be_is_refused_with_its_line",
        plain=True,
    ),
    mutant(
        "an outline may cross itself",
        "model/scenarios/ground_plan.py",
        "range(i + 2, n)",
        "range(i + 3, n)",
        "model/test_ground_plan.py::test_a_crossing_is_seen",
        plain=True,
    ),
    mutant(
        "degrees of longitude are as long as those of latitude",
        "experiments/files/building_survey.py",
        "max(cos(radians(middle)), 1e-6)",
        "1.0",
        "experiments/files/test_building_survey.py::test_footprints_keep_their_proportions_and_their_numbers",
        plain=True,
        short=True,
    ),
    mutant(
        "north is where the south is",
        "experiments/files/building_survey.py",
        "north - points[:, 1]",
        "points[:, 1] - points[:, 1].min()",
        (
            "experiments/files/test_building_survey.py::"
            "test_each_building_has_a_cell_of_its_own_in_the_order_of_the_compass"
        ),
        plain=True,
    ),
    mutant(
        "NaN is a corner",
        "experiments/files/footprint_files.py",
        "parse_constant=refuse",
        "parse_constant=float",
        "cli/test_new_case.py::test_damage_gives_a_sentence_and_writes_nothing",
        plain=True,
    ),
    mutant(
        "swapped coordinates are said to be metres",
        "experiments/files/building_survey.py",
        "if abs(north) > 90 >= abs(east):",
        "if False:",
        "cli/test_new_case.py::test_damage_gives_a_sentence_and_writes_nothing",
        plain=True,
    ),
    mutant(
        "a building may be in a table twice",
        "experiments/files/cell_table.py",
        "(first := buildings.setdefault(building, line)) != line",
        "(first := buildings.setdefault(building, line)) < 0",
        "cli/test_new_case.py::test_damage_gives_a_sentence_and_writes_nothing",
        plain=True,
    ),
    mutant(
        "the plan of a file stays beside another number of buildings",
        "experiments/narrative/draft_contradictions.py",
        'if on_plan and v.get("buildings", on_plan) != on_plan:',
        "if False:",
        (
            "experiments/narrative/test_community_draft.py::"
            "test_a_plan_that_does_not_fit_stands_with_the_buildings_and_a_broken_one_is_refused"
        ),
        plain=True,
    ),
    mutant(
        "the plan on the page is upside down",
        "viz/screen/static/site_plan.js",
        "corners.push([corner[2 * k], -corner[2 * k + 1]]);",
        "corners.push([corner[2 * k], corner[2 * k + 1]]);",
        "viz/test_site_plan.py::test_the_plan_has_the_outlines_in_true_proportions_and_leads_to_a_house",
        plain=True,
    ),
    mutant(
        "the houses of a row stand in the order of the file",
        "viz/screen/static/site_plan.js",
        "part.sort((a, b) => column[a.n] - column[b.n] || row[a.n] - row[b.n]);",
        "part.sort((a, b) => column[b.n] - column[a.n]);",
        "viz/test_site_plan.py::test_houses_stand_in_the_rows_and_columns_of_their_cells",
        plain=True,
    ),
]
