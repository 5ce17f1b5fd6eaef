"""`cogov new case`: from what anybody knows to a case that runs, with a picture; damage gives a sentence."""

import io
import json
import re
import tomllib
from xml.etree import ElementTree

import pytest
from cli_runner import typist

from cogov.experiments.narrative.community_draft import FIELDS
from cogov.model.scenarios.cases import read_case

CHINESE = re.compile(r"[\u4e00-\u9fff]")
X, Y = 104.06, 30.65


@pytest.fixture
def cogov(monkeypatch, capsys, tmp_path):
    """Type a command in an empty folder; returns (exit status, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COGOV_LANG", "en")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return typist(monkeypatch, capsys)


def corners(n=0, long=6e-4, wide=1.2e-4):
    """Return the corners of building n: some 57 by 13 metres."""
    x, y = X + 1e-3 * (n % 3), Y + 4e-4 * (n // 3)
    return [[x, y], [x + long, y], [x + long, y + wide], [x, y + wide], [x, y]]


def feature(ring, **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


ESTATE = collection(*(feature(corners(n), **{"building:levels": "6"}) for n in range(6)))
CELLS = "building,row,column,floors,households,lift\n1,0,0,6,36,no\n2,0,1,6,36,no\n3,2,0,6,36,no\n"


def test_flags_become_a_case_that_runs_and_a_picture(cogov, tmp_path):
    status, out, err = cogov(
        *("new", "case", "north_yard", "--name", "North yard", "--buildings", 12, "--floors", 6),
        *("--households", "430", "--elders", "1.5万".replace("1.5万", "200"), "--no-company"),
    )
    assert status == 0 and "12 buildings, 6 floors, 430 homes" in out and "Filled as in" in err
    assert "6  6  6  6" in out, "a plan of numbers"
    text = (tmp_path / "north_yard.toml").read_text("utf-8")
    case = tomllib.loads(text)
    assert (case["name"], case["title"]) == ("north_yard", "North yard")
    assert case["community"]["households"] == 430 and case["compound"][0]["buildings"] == 12
    assert set(case["community"]["given"]) == {"households", "elders"}
    assumed = re.findall(r"^(\w+) = .*# assumed: (.+)$", text, re.MULTILINE)
    assert {"residents", "stairwells", "age_years", "lifts", "staff"} <= {name for name, _ in assumed}
    assert not {"households", "elders", "buildings", "floors"} & {name for name, _ in assumed}
    assert all(len(rule) > 4 for _, rule in assumed)
    assert cogov("check", "case", "north_yard.toml")[0] == 0
    assert cogov("run", "north_yard.toml", "--days", 5)[0] == 0
    picture = ElementTree.parse(tmp_path / "north_yard.svg").getroot()
    shapes = [shape for shape in picture.iter() if shape.tag.endswith("polygon")]
    assert len(shapes) == 12 and "North yard" in "".join(picture.itertext())


def test_an_option_wins_over_the_file_of_totals_and_a_case_can_be_chosen(cogov, tmp_path):
    (tmp_path / "cells.csv").write_text(CELLS, encoding="utf-8")
    (tmp_path / "totals.toml").write_text(
        'name = "幸福里"\nresidents = "1,200"\nelders = 150\ncompany = true\nlike = "guiyuan"\n'
        'cells = "cells.csv"\n',
        encoding="utf-8",
    )
    status, _, err = cogov("new", "case", "yard", "--from", "totals.toml", "--elders", 160, "--lang", "zh")
    assert status == 0 and "按您的要求，参照guiyuan补齐" in err
    scenario = read_case(tmp_path / "yard.toml")
    assert scenario.short_title == "幸福里" and scenario.name == "yard"
    assert (scenario.community.residents, scenario.community.elders) == (1200, 160)
    assert scenario.community.households == 108, "the sum of the table"
    assert scenario.place.cells == ("0,0", "1,0", "0,2") and scenario.compound[0].company
    assert "假设：" in (tmp_path / "yard.toml").read_text("utf-8")
    assert "楼里的数字是户数" in (tmp_path / "yard.svg").read_text("utf-8")


def test_footprints_are_drawn_in_true_proportions(cogov, tmp_path):
    (tmp_path / "estate.geojson").write_text(ESTATE, encoding="utf-8")
    assert cogov("new", "case", "yard", "--footprints", "estate.geojson", "--compounds", 2)[0] == 0
    scenario = read_case(tmp_path / "yard.toml")
    assert [(kind.count, kind.buildings, kind.floors) for kind in scenario.compound] == [(2, 3, 6)]
    picture = (tmp_path / "yard.svg").read_text("utf-8")
    shape = re.findall(r'<polygon points="([^"]+)"', picture)[0]
    points = [tuple(map(float, point.split(","))) for point in shape.split()]
    wide, high = (max(axis) - min(axis) for axis in zip(*points))
    assert 4.1 < wide / high < 4.5, "57.4 by 13.4 metres"
    assert re.search(r">\d+ m<", picture), "a scale"


def test_buildings_of_other_floors_become_compounds_of_their_own(cogov, tmp_path):
    (tmp_path / "mixed.csv").write_text(
        "building,row,column,floors,lift\nA,0,0,18,2\nB,0,2,18,2\nC,2,1,6,no\n", encoding="utf-8"
    )
    status, _, err = cogov("new", "case", "mean", "--cells", "mixed.csv")
    assert status == 0 and "6 to 18 floors" in err and "--by-floors" in err
    assert cogov("new", "case", "apart", "--cells", "mixed.csv", "--by-floors")[0] == 0
    scenario = read_case(tmp_path / "apart.toml")
    kinds = [(kind.buildings, kind.floors, kind.lifts) for kind in scenario.compound]
    assert kinds == [(1, 6, 0), (2, 18, 2)]
    assert scenario.place.cells == ("1,2", "0,0", "2,0"), "in the order of the compounds"
    assert cogov("check", "case", "apart.toml")[0] == 0


def test_what_is_rare_is_written_and_warned_of(cogov):
    status, _, err = cogov(
        *("new", "case", "odd", "--buildings", 4, "--stairwells", 2, "--floors", 12, "--lifts", 0),
        *("--residents", 900, "--elders", 600),
    )
    assert status == 0 and "Check Elders: 600 to 900 (Residents)" in err
    assert "12 floors and no lift" in err


def test_with_nothing_to_compare_a_case_is_filled_all_the_same(cogov, tmp_path):
    assert cogov("new", "case", "few", "--buildings", 3)[0] == 0
    assert "as in guiyuan" in (tmp_path / "few.toml").read_text("utf-8")


def test_the_skeleton_is_still_written(cogov, tmp_path):
    assert cogov("new", "case", "plain", "--skeleton")[0] == 0
    assert (tmp_path / "plain.toml").read_text("utf-8").startswith("# A case of your own")
    assert not (tmp_path / "plain.svg").exists()


# ------------------------------------------------------------------------------------------------ questions


@pytest.fixture
def asked(cogov, monkeypatch):
    """Answer the questions of `cogov new case` on a terminal, line by line."""

    def answer(*lines, lang="en"):
        terminal = io.StringIO("".join(f"{line}\n" for line in lines))
        terminal.isatty = lambda: True
        monkeypatch.setattr("sys.stdin", terminal)
        return cogov("new", "case", "yard", "--lang", lang)

    return answer


def test_questions_take_what_is_proposed_and_mark_it(asked, tmp_path):
    answers = ["幸福里", "", "12", "", "6", *[""] * (len(FIELDS) - 4)]
    status, _, err = asked(*answers)
    assert status == 0, err
    assert err.count("[") == len(FIELDS) + 1, "one question for each field, and for the compounds"
    assert "Buildings (buildings, 1 to 500)" in err
    scenario = read_case(tmp_path / "yard.toml")
    assert scenario.short_title == "幸福里" and scenario.compound[0].buildings == 12
    text = (tmp_path / "yard.toml").read_text("utf-8")
    assert "buildings = 12\n" in text and re.search(r"stairwells = \d+  # assumed", text)


def test_a_wrong_answer_is_asked_again_and_one_can_go_back(asked, tmp_path):
    answers = ["", "", "many", "0", "?", "12", "2", "6", "<", "7", "", "", "", "900", "950", "90"]
    status, _, err = asked(*answers, *[""] * 11)
    assert status == 0, err
    assert "'many' is not a number" in err and "0 is out of range" in err
    assert "all of them, up to 500" in err, "the hint"
    assert "950 elders are more than the 900 residents" in err
    scenario = read_case(tmp_path / "yard.toml")
    assert scenario.compound[0].floors == 7
    assert (scenario.community.residents, scenario.community.elders) == (900, 90)


def test_questions_in_chinese_and_an_end_before_the_last(asked, tmp_path):
    status, _, err = asked("", "", "12", "也许", lang="zh")
    assert status == 2 and "楼栋数（栋，1到500）" in err and "什么都没有写" in err
    assert "不是数字" in err and not list(tmp_path.iterdir())


# --------------------------------------------------------------------------------------------------- damage

SWAPPED = collection(feature([[y, x] for x, y in corners()]))
BOW = [corners()[n] for n in (0, 2, 1, 3, 0)]
NAN = collection(feature(corners())).replace(str(corners()[1][0]), "NaN", 1)
TABLE = "building,row,column\n"
# what is damaged: (options, files, what the sentence names)
DAMAGED = {
    "nothing given": ([], {}, "nothing is known of yard"),
    "a word for a number": (["--buildings", "many"], {}, "--buildings: 'many' is not a number"),
    "not a number": (["--floors", "nan"], {}, "--floors: 'nan' is not a number"),
    "a negative number": (["--households", "-5"], {}, "1 to 40,000 homes"),
    "half a building": (["--buildings", "2.5"], {}, "not a whole number"),
    "too many floors": (["--floors", "61"], {}, "1 to 60 floors"),
    "more elders than residents": (["--residents", "10", "--elders", "12"], {}, "lower the elders"),
    "staff and no company": (["--no-company", "--property-staff", "3", "--floors", "6"], {}, "enter 0"),
    "more compounds than buildings": (["--buildings", "2", "--compounds", "3"], {}, "lower the compounds"),
    "compounds that are none": (["--buildings", "2", "--compounds", "x"], {}, "--compounds = 'x'"),
    "an unknown case": (["--floors", "6", "--like", "guiyan"], {}, "guiyuan"),
    "a picture of nothing": (["--box", "1,2,3,4", "--floors", "6"], {}, "--box"),
    "a skeleton with numbers": (["--skeleton", "--floors", "6"], {}, "--skeleton"),
    "totals that are no TOML": (["--from", "t.toml"], {"t.toml": "buildings = = 3"}, "t.toml:1"),
    "totals with an unknown name": (["--from", "t.toml"], {"t.toml": "building = 3"}, "did you mean"),
    "totals of a wrong type": (["--from", "t.toml"], {"t.toml": "floors = [6]"}, "t.toml:1: floors"),
    "totals with NaN": (["--from", "t.toml"], {"t.toml": "\nfloors = nan"}, "t.toml:2: floors"),
    "totals that contradict each other": (
        ["--from", "t.toml"],
        {"t.toml": "residents = 100\nhouseholds = 300\nelders = 400"},
        "t.toml:3: elders: 400 elders are more than the 100 residents",
    ),
    "empty totals": (["--from", "t.toml"], {"t.toml": "# none"}, "is empty"),
    "no totals": (["--from", "t.toml"], {}, "cannot be read"),
    "totals in Latin-1": (["--from", "t.toml"], {"t.toml": 'name = "Straße"'.encode("latin-1")}, "UTF-8"),
    "giant totals": (["--from", "t.toml"], {"t.toml": "#" * 300_000}, "larger than 256 KiB"),
    "a table in Latin-1": (
        ["--cells", "c.csv"],
        {"c.csv": "Gebäude".encode("latin-1")},
        "c.csv:1: is not UTF",
    ),
    "a table without a column": (
        ["--cells", "c.csv"],
        {"c.csv": "building,row\n1,0\n"},
        "has no column column",
    ),
    "a table with an unknown column": (["--cells", "c.csv"], {"c.csv": "building,rwo\n"}, "'rwo' is unknown"),
    "an empty table": (["--cells", "c.csv"], {"c.csv": TABLE}, "has no buildings"),
    "an empty file": (["--cells", "c.csv"], {"c.csv": ""}, "has no column"),
    "the same building twice": (
        ["--cells", "c.csv"],
        {"c.csv": TABLE + "1,0,0\n1,0,1\n"},
        "c.csv:3: building",
    ),
    "the same cell twice": (["--cells", "c.csv"], {"c.csv": TABLE + "1,0,0\n2,0,0\n"}, "c.csv:3: row 0"),
    "a negative row": (["--cells", "c.csv"], {"c.csv": TABLE + "1,-1,0\n"}, "row = '-1'"),
    "a column that is no number": (["--cells", "c.csv"], {"c.csv": TABLE + "1,0,NaN\n"}, "column = 'NaN'"),
    "a building that nobody entered": (
        ["--cells", "c.csv", "--buildings", "2"],
        {"c.csv": CELLS},
        "2 buildings are entered, but the plan has 3",
    ),
    "a giant table": (["--cells", "c.csv"], {"c.csv": TABLE + "1,0,0\n" * 60_000}, "larger than 256 KiB"),
    "a table as footprints": (["--footprints", "c.csv"], {"c.csv": CELLS}, "--cells"),
    "footprints as a table": (["--cells", "f.geojson"], {"f.geojson": ESTATE}, "--footprints"),
    "both": (["--cells", "c.csv", "--footprints", "f.geojson"], {}, "one of the two"),
    "a file of another kind": (["--footprints", "f.pdf"], {"f.pdf": "%PDF"}, "neither a table of cells"),
    "no file": (["--footprints", "f.geojson"], {}, "cannot be read"),
    "no JSON": (["--footprints", "f.geojson"], {"f.geojson": "{"}, "f.geojson:1: is not JSON"),
    "JSON nested too deep": (["--footprints", "f.geojson"], {"f.geojson": "[" * 200_000}, "is not GeoJSON"),
    "JSON of something else": (["--footprints", "f.geojson"], {"f.geojson": '{"a": 1}'}, "is not GeoJSON"),
    "an empty collection": (["--footprints", "f.geojson"], {"f.geojson": collection()}, "has no features"),
    "a collection of no list": (
        ["--footprints", "f.geojson"],
        {"f.geojson": '{"type": "FeatureCollection", "features": 3}'},
        "not an array",
    ),
    "points only": (
        ["--footprints", "f.geojson"],
        {"f.geojson": json.dumps({"type": "Point", "coordinates": [X, Y]})},
        "export polygons",
    ),
    "longitude and latitude swapped": (["--footprints", "f.geojson"], {"f.geojson": SWAPPED}, "swapped"),
    "metres for degrees": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(feature([[0, 0], [300, 0], [300, 200], [0, 0]]))},
        "is not in degrees",
    ),
    "a corner that is not a number": (
        ["--footprints", "f.geojson"],
        {"f.geojson": NAN},
        "has NaN, which is not a number",
    ),
    "a corner of text": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(feature([["a", "b"], *corners()[1:]]))},
        'has the corner ["a", "b"]',
    ),
    "an outline that crosses itself": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(feature(corners(1)), feature(BOW, name="No. 7"))},
        "features[1] (No. 7) crosses itself",
    ),
    "an outline that is not closed": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(feature(corners()[:-1]))},
        "is not closed",
    ),
    "an outline without corners": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(feature([]))},
        "is not closed",
    ),
    "buildings like sheds": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(feature(corners(long=2e-5, wide=2e-5)))},
        "smaller than 20 square metres",
    ),
    "buildings in two cities": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(feature(corners()), feature([[x + 9, y] for x, y in corners()]))},
        "km apart",
    ),
    "negative floors": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(feature(corners(), **{"building:levels": "-3"}))},
        "building:levels = '-3'",
    ),
    "more buildings than fit": (
        ["--footprints", "f.geojson"],
        {"f.geojson": collection(*(feature(corners(n)) for n in range(501)))},
        "allowed is 1 to 500",
    ),
    "giant footprints": (
        ["--footprints", "f.geojson"],
        {"f.geojson": " " * (8 * 1024 * 1024 + 1)},
        "larger than 8 MiB",
    ),
    "an extract that is none": (["--footprints", "f.osm"], {"f.osm": "<osm"}, "not an OpenStreetMap extract"),
    "a wrong box": (
        ["--footprints", "f.geojson", "--box", "1,2,3"],
        {"f.geojson": ESTATE},
        "west,south,east,north",
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_gives_a_sentence_and_writes_nothing(cogov, tmp_path, damage):
    options, files, words = DAMAGED[damage]
    if damage.startswith("an extract"):
        pytest.importorskip("osmium")
    for name, text in files.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    status, out, err = cogov("new", "case", "yard", *options)
    assert status == 2 and words in err and out == "", err
    assert "Traceback" not in err and all(line.startswith("cogov: ") for line in err.splitlines())
    assert {path.name for path in tmp_path.iterdir()} == set(files)
    status, _, chinese = cogov("new", "case", "yard", *options, "--lang", "zh")
    assert status == 2 and (CHINESE.search(chinese) or "is not TOML" in chinese), chinese


def test_all_contradictions_are_said_at_once(cogov):
    status, _, err = cogov("new", "case", "yard", "--residents", 10, "--elders", 12, "--members", 40)
    assert status == 2
    assert [line.split(":")[1].strip() for line in err.splitlines()] == ["--elders", "--members"]


def test_nothing_is_overwritten(cogov, tmp_path):
    (tmp_path / "yard.svg").write_text("mine", encoding="utf-8")
    status, _, err = cogov("new", "case", "yard", "--floors", 6)
    assert status == 2 and "yard.svg exists" in err and not (tmp_path / "yard.toml").exists()
