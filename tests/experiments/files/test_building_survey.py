"""A file of buildings becomes a ground plan in true proportions, or is refused with a sentence."""

import json
from math import cos, hypot, radians

import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.files.building_survey import TOLERANCE, cells_of_centres, simplify
from cogov.experiments.files.survey_files import read_box, read_survey, read_survey_text
from cogov.model.scenarios.ground_plan import CORNERS, area_of, centre_of, crosses_itself

EAST, NORTH = 104.06, 30.65
METRE = (1 / (111_320 * cos(radians(NORTH))), 1 / 111_320)  # in degrees


def at(x, y):
    """Return a position that is so many metres to the east and north."""
    return [EAST + x * METRE[0], NORTH + y * METRE[1]]


def ring(*corners):
    return [at(*corner) for corner in (*corners, corners[0])]


def block(x, y, long=50, wide=12):
    return ring((x, y), (x + long, y), (x + long, y + wide), (x, y + wide))


def polygon(corners, **properties):
    geometry = {"type": "Polygon", "coordinates": [corners]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features})


def geojson(*features, **options):
    return read_survey_text(collection(*features), "estate.geojson", **options)


def test_footprints_keep_their_proportions_and_their_numbers():
    survey = geojson(
        polygon(block(0, 100), **{"building:levels": "6", "building:flats": 36}),
        polygon(block(80, 100), **{"building:levels": 6.0, "building:flats": "36"}),
        polygon(block(0, 0, 60), **{"building:levels": "7"}),
    )
    assert (survey.floors, survey.homes) == ((6, 6, 7), (36, 36, None))
    assert survey.plan.cells == ("0,0", "1,0", "0,1") and list(survey.plan.contradictions()) == []
    first, second, third = survey.plan.corners()
    assert abs(area_of(first) - 600) < 6 and abs(area_of(third) - 720) < 7
    middle, beside = centre_of(first), centre_of(second)
    assert abs(hypot(beside[0] - middle[0], beside[1] - middle[1]) - 80) < 0.2
    assert min(min(corner) for corner in third) == 0, "the corner of the plan is that of the buildings"


def test_of_several_parts_the_largest_is_the_building_and_a_courtyard_is_left_out():
    parts = [[block(0, 0, 8, 8)], [block(20, 0, 40, 40), block(30, 10, 10, 10)]]
    geometry = {"type": "MultiPolygon", "coordinates": parts}
    survey = geojson({"type": "Feature", "properties": None, "geometry": geometry})
    assert survey.buildings == 1 and abs(area_of(survey.plan.corners()[0]) - 1600) < 10


def test_what_is_no_building_is_left_out_and_said():
    survey = geojson(
        polygon(block(0, 0), building="yes"),
        polygon(block(0, 50), landuse="grass"),
        polygon(block(0, 90), building="garages"),
        polygon(block(0, 130, 3, 3), building="yes"),
        polygon(block(80, 0), building="yes", **{"building:levels": "four"}),
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": at(0, 0)}},
        {"type": "Feature", "properties": {}, "geometry": None},
    )
    assert survey.buildings == 2
    said = [str(note) for note in survey.notes]
    assert [words.split()[0] for words in said] == ["4", "1", "1"] and "'four'" in said[1]


def test_a_box_cuts_out_a_part():
    features = [polygon(block(100 * n, 0)) for n in range(5)]
    west, south = at(-10, -10)
    east, north = at(290, 50)
    assert geojson(*features, box=(west, south, east, north)).buildings == 3
    with pytest.raises(UserError, match="none of the 5 footprints is in the box"):
        geojson(*features, box=(0.0, 0.0, 1.0, 1.0))


def test_an_outline_with_many_corners_is_simplified_and_still_one():
    wavy = [(n / 4, 20 + 0.1 * (n % 2)) for n in range(400)] + [(100, 0), (0, 0)]
    simple = simplify(wavy, TOLERANCE)
    assert len(simple) == 4 and not crosses_itself(simple)
    comb = [(2 * n + (m in (1, 2)), 20.0 * (m in (0, 1))) for n in range(60) for m in range(4)]
    simple = simplify([*comb, (120.0, -9.0), (0.0, -9.0)], TOLERANCE)
    assert len(simple) <= CORNERS and not crosses_itself(simple), "a comb with more teeth than corners"


def test_each_building_has_a_cell_of_its_own_in_the_order_of_the_compass():
    cells = cells_of_centres([(0, 0), (10, 0), (20, 0), (0, 10), (0, 10.1), (0, 40)])
    assert len(set(cells)) == 6 and min(min(cell) for cell in cells) == 0
    assert cells[0][0] < cells[1][0] < cells[2][0] and cells[5][1] == 0 < cells[3][1] < cells[0][1]
    assert cells_of_centres([(5, 5)]) == [(0, 0)]
    far = cells_of_centres([(0, 0), (1, 0), (15_000, 9_000), (15_001, 9_000)])
    assert len(set(far)) == 4 and max(max(cell) for cell in far) < 256


def test_a_table_is_read_in_both_languages_and_with_any_separator():
    english = read_survey_text(
        "Building,Row,Column,Floors,Households,Lift\nA,3,7,6,36,no\nB,3,9,18,144,2\n", "a.csv"
    )
    assert english.plan.cells == ("0,0", "2,0") and english.plan.outlines == ()
    assert (english.floors, english.homes, english.lifts) == ((6, 18), (36, 144), (0, 2))
    chinese = read_survey_text(
        "﻿楼栋；行".replace("；", ";") + ";列;户数;电梯\n1号;１;1;36;无\n2号;2;1;;有\n", "a.csv"
    )
    assert chinese.plan.cells == ("0,0", "0,1") and chinese.homes == (36, None) and chinese.lifts == (0, 1)


def test_an_extract_gives_the_same_as_geojson(tmp_path):
    pytest.importorskip("osmium")
    blocks = [block(0, 100), block(80, 100), block(0, 0, 60)]
    nodes, ways = [], []
    for way, corners in enumerate(blocks, 1):
        ids = [10 * way + n for n in range(len(corners) - 1)]
        nodes += [
            f'<node id="{n}" version="1" lon="{x:.7f}" lat="{y:.7f}"/>' for n, (x, y) in zip(ids, corners)
        ]
        tags = '<tag k="building" v="yes"/><tag k="building:levels" v="6"/><tag k="building:flats" v="2-3"/>'
        refs = "".join(f'<nd ref="{n}"/>' for n in (*ids, ids[0]))
        ways.append(f'<way id="{way}" version="1">{refs}{tags}</way>')
    path = tmp_path / "estate.osm"
    path.write_text(f"<osm version='0.6'>{''.join(nodes + ways)}</osm>", encoding="utf-8")
    survey, plain = read_survey(path), geojson(*map(polygon, blocks))
    assert survey.plan.cells == plain.plan.cells and survey.floors == (6, 6, 6)
    for ours, theirs in zip(survey.plan.corners(), plain.plan.corners()):
        assert abs(area_of(ours) - area_of(theirs)) < 10
    assert "'2-3'" in str(survey.notes[0])
    west, south = at(-5, 90)
    assert read_survey(path, (west, south, west + 1, south + 1)).buildings == 2


def test_without_the_library_an_extract_is_refused_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "osmium", None)
    (tmp_path / "a.osm.pbf").write_bytes(b"x")
    with pytest.raises(UserError, match=r"pip install 'cogov\[places\]'"):
        read_survey(tmp_path / "a.osm.pbf")


def test_a_box_is_read():
    assert read_box("104.06, 30.65, 104.07, 30.66") == (104.06, 30.65, 104.07, 30.66)
    for text in ("1,2,3", "a,b,c,d", "2,1,1,2", "nan,0,1,1", "0,-91,1,1"):
        with pytest.raises(UserError, match="west,south,east,north"):
            read_box(text)
