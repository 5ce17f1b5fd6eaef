"""A ground plan is read strictly; outlines change no result, and cells only what depends on distance."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import column_bytes

from cogov.engine.texts.errors import UserError
from cogov.experiments.files.case_writer import write_case
from cogov.experiments.narrative.draft_file import open_case_text
from cogov.experiments.narrative.recording import PLAN, place_arrays, record_year
from cogov.experiments.narrative.recording_difference import pack_difference, pack_reference
from cogov.model.mechanisms import load_class
from cogov.model.mesa.model import Community
from cogov.model.scenarios.ground_plan import (
    CORNERS,
    GroundPlan,
    area_of,
    centre_of,
    corners_of,
    crosses_itself,
    write_outline,
)
from cogov.model.scenarios.scenario import Compound, Scenario
from cogov.model.simulate import build_community, simulate

YARD = Scenario(name="yard", days=60, compound=(Compound(buildings=6, stairwells=2, floors=6),))
GRID = ("0,0", "1,0", "2,0", "0,1", "1,1", "2,1")  # what a yard of six has without a plan
BLOCK = "0,0 48,0 48,12.5 0,12.5"
APART = ("0,0", "1,0", "40,0", "41,0", "40,1", "0,1")


def with_plan(cells, outlines=()):
    return replace(YARD, place=GroundPlan(tuple(cells), tuple(outlines)))


def life_of(scenario):
    """Return what happened in a run."""
    run = simulate(scenario, 3)
    return column_bytes(run.issues), column_bytes(run.history)


def test_without_a_plan_buildings_are_on_a_square_grid():
    places = build_community(YARD).buildings
    assert [f"{x},{y}" for x, y in zip(places.x, places.y)] == list(GRID)
    assert "[place]" not in write_case(YARD) and not set(PLAN) & set(place_arrays(build_community(YARD)))


def test_the_grid_as_a_plan_and_outlines_change_no_result():
    assert life_of(YARD) == life_of(with_plan(GRID)) == life_of(with_plan(GRID, [BLOCK] * 6))


def test_cells_change_only_what_depends_on_distance():
    assert life_of(YARD) == life_of(with_plan(APART))
    centre = {"service_centre": load_class("service_centre")(stations=1)}
    near, far = (replace(scenario, mechanisms=centre) for scenario in (YARD, with_plan(APART)))
    assert life_of(near) != life_of(far), "guests come less often from afar"


def test_cells_are_those_of_the_community_and_of_mesa():
    scenario = with_plan(APART)
    places = build_community(scenario).buildings
    assert list(zip(places.x.tolist(), places.y.tolist())) == scenario.place.columns_and_rows()
    community = Community(scenario, rng=1)
    assert community.building_cell(2).coordinate == (40, 0)


def test_a_case_file_keeps_its_plan_and_a_recording_shows_it():
    scenario = with_plan(APART, [BLOCK] * 5 + ["0,0 9,0 9,9"])
    again = open_case_text(write_case(scenario), "yard.toml")
    assert again.place == scenario.place
    arrays = place_arrays(build_community(again), again.place)
    assert arrays["plan_first"].tolist() == [0, 4, 8, 12, 16, 20, 23]
    assert arrays["plan_corner"][40:].tolist() == [0, 0, 9, 0, 9, 9]
    cells_only = place_arrays(build_community(YARD), GroundPlan(GRID))
    assert cells_only["plan_first"].tolist() == [0] * 7 and cells_only["plan_corner"].size == 0


def test_every_arm_of_a_page_has_the_same_plan():
    scenario = replace(with_plan(GRID, [BLOCK] * 6), days=10)
    reference = record_year(scenario, 1)
    arm = record_year(replace(scenario, mechanisms={"whistle": load_class("whistle")()}), 1)
    assert b"plan_corner" not in pack_difference(arm, reference)
    assert len(pack_reference(reference)) > len(pack_reference(record_year(replace(YARD, days=10), 1)))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ('cells = ["0,0"]', "has 1 cells, but there are 6 buildings"),
        ('cells = ["0,0", "x"]', "= 'x' is not a cell"),
        ('cells = ["0,0", "-1,0"]', "is not a cell"),
        ('cells = ["0,0", "256,0"]', "each 0 to 255"),
        ('cells = ["1,1", "01,1"]', "is the cell of building 1 already"),
        ("cells = [3]", "is a whole number"),
        ("cells = 3", "an array of names"),
        ("corner = 3", "corner is unknown"),
        (f'outlines = ["{BLOCK}"]', "has 1 outlines, but there are 0 cells"),
        ('cells = ["0,0"]\noutlines = ["0,0 1,1"]', "is not an outline"),
        ('cells = ["0,0"]\noutlines = ["0,0 nan,1 1,1"]', "is not an outline"),
        ('cells = ["0,0"]\noutlines = ["0,0 9,9 9,0 0,9"]', "crosses itself"),
        ('cells = ["0,0"]\noutlines = ["0,0 5,5 9,9"]', "crosses itself or has no area"),
        ('cells = ["0,0"]\noutlines = ["0,0 30000,0 9,9"]', "more than 20,000 metres"),
        (f'cells = ["0,0"]\noutlines = ["{" ".join(["1,1"] * (CORNERS + 1))}"]', "is not an outline"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_line(place, said):
    with pytest.raises(UserError, match=r"yard.toml:\d+: place\.") as refused:
        open_case_text(f"{write_case(YARD)}\n[place]\n{place}\n", "yard.toml")
    assert said in str(refused.value)


def test_more_corners_than_a_file_holds_are_refused():
    ring = " ".join(f"{x},{y}" for x, y in [*((n, 0) for n in range(20)), *((19 - n, 9) for n in range(20))])
    count = 201
    plan = GroundPlan(tuple(f"{n % 200},{n // 200}" for n in range(count)), (ring,) * count)
    assert [field for field, _ in plan.contradictions()] == ["outlines"]


@pytest.mark.parametrize(
    ("corners", "crosses"),
    [
        ([(0, 0), (4, 0), (4, 4), (0, 4)], False),
        ([(0, 0), (4, 4), (4, 0), (0, 4)], True),
        ([(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)], True),  # a corner on another side
        ([(0, 0), (4, 0), (4, 4), (1, 4), (1, 1), (0, 1)], False),
        ([(0, 0), (4, 0), (0, 0), (0, 4)], True),
    ],
)
def test_a_crossing_is_seen(corners, crosses):
    assert crosses_itself(corners) == crosses


def test_area_and_centre_of_an_angle():
    corners = [(100.0, 100.0), (170.0, 100.0), (170.0, 112.0), (114.0, 112.0), (114.0, 140.0), (100.0, 140.0)]
    assert area_of(corners) == area_of(corners[::-1]) == 70 * 12 + 14 * 28
    parts = ((135.0, 106.0, 840.0), (107.0, 126.0, 392.0))
    expected = [sum(part[axis] * part[2] for part in parts) / 1232 for axis in (0, 1)]
    assert np.allclose(centre_of(corners), expected) and np.allclose(centre_of(corners[::-1]), expected)
    assert corners_of(write_outline(corners)) == corners
