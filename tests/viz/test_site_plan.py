"""A community whose buildings have places is drawn so: rows by cells, and a plan in true proportions."""

from dataclasses import replace

import pytest
from test_screen_page import SHADOW, open_file

from cogov.model.scenarios.cases import read_case
from cogov.model.scenarios.ground_plan import GroundPlan
from cogov.viz.screen.single_file import FilePlan, build_file

CELLS = ("0,2", "3,2", "0,0", "3,0", "1,1")  # the first two are in the south
OUTLINES = (
    "0,0 48,0 48,12 0,12",
    "120,0 168,0 168,12 120,12",
    "0,80 48,80 48,92 0,92",
    "120,80 168,80 168,92 120,92",
    "60,30 80,30 80,60 60,60",
)
YARD = read_case("wuzi_yard")
CASE = replace(
    YARD,
    days=60,
    compound=(replace(YARD.compound[0], count=1, buildings=5, stairwells=2),),
    place=GroundPlan(CELLS, OUTLINES),
)
HOUSES = "window.cogovScreen.place.houses.map((h) => [h.x, h.y, h.w * h.s, h.row])"


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Write files of the community with outlines, with cells, and without; return their addresses."""
    folder, addresses = tmp_path_factory.mktemp("plan"), {}
    places = {"outlines": CASE.place, "cells": GroundPlan(CELLS), "none": GroundPlan()}
    for name, place in places.items():
        plan = FilePlan(replace(CASE, place=place), ("whistle",), 0, 2, 10)
        (folder / f"{name}.html").write_text(build_file(plan, "en", workers=0), encoding="utf-8")
        addresses[name] = (folder / f"{name}.html").as_uri()
    return addresses


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_plan_has_the_outlines_in_true_proportions_and_leads_to_a_house(browser, addresses, size):
    page = open_file(browser, addresses["outlines"], size)
    boxes = [shape.bounding_box() for shape in page.locator(".plan polygon").all()]
    assert len(boxes) == 5
    assert abs(boxes[0]["width"] / boxes[0]["height"] - 4) < 0.3 and boxes[4]["height"] > boxes[4]["width"]
    assert boxes[2]["y"] < boxes[4]["y"] < boxes[0]["y"] and boxes[0]["x"] < boxes[1]["x"], "north is up"
    assert page.locator(".plan polygon.here").count() == 1
    page.click(".plan")
    assert page.locator(".plan").get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.locator(".plan polygon").nth(4).click()
    page.wait_for_function("window.cogovScreen.camera.house === 4")
    assert page.locator(".plan.large").count() == 0 and page.wrong == []
    page.close()


@pytest.mark.slow
def test_houses_stand_in_the_rows_and_columns_of_their_cells(browser, addresses):
    page = open_file(browser, addresses["cells"])
    houses = page.evaluate(HOUSES)
    rows = [row for _, _, _, row in houses]
    assert rows == [2, 2, 0, 0, 1] and houses[2][1] < houses[4][1] < houses[0][1]
    assert houses[0][0] + houses[0][2] < houses[1][0] and houses[2][0] < houses[4][0] < houses[3][0]
    assert page.locator(".plan polygon").count() == 5, "squares on their cells"
    assert page.wrong == []
    page.close()


@pytest.mark.slow
def test_without_places_there_is_no_plan(browser, addresses):
    page = open_file(browser, addresses["none"])
    assert page.locator(".plan").count() == 0 and page.wrong == []
    assert page.evaluate(f"{SHADOW}.querySelectorAll('.pane').length") == 2
    page.close()
