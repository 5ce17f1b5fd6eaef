"""A community of one's own is a draft that is checked together, and becomes a case file."""

import json
import re
from dataclasses import replace

import pytest
from cli_runner import typist
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogov.engine.texts import LANGUAGES
from cogov.experiments.files.case_writer import write_case
from cogov.experiments.narrative.community_draft import FIELDS, check_draft, describe_fields, read_values
from cogov.experiments.narrative.community_form import answer_form
from cogov.experiments.narrative.draft_file import draft_of_scenario, draft_to_toml, open_case_text
from cogov.experiments.narrative.draft_filling import fill_draft
from cogov.experiments.narrative.draft_scenario import (
    DraftRefused,
    file_name,
    read_scenario,
    scenario_of_draft,
)
from cogov.experiments.narrative.recording import PLACE
from cogov.model.scenarios.cases import list_cases, read_case
from cogov.model.simulate import build_community

CHINESE = re.compile(r"[\u4e00-\u9fff]")
YARD = {"name": "幸福里", "buildings": "12", "stairwells": 3, "floors": 6, "residents": "1,500"}
ONCE = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.mark.parametrize("name", list_cases())
def test_a_case_becomes_a_draft_and_a_community_of_the_same_size(name):
    draft, _, _ = draft_of_scenario(read_case(name))
    assert check_draft(draft, "en") == {} and None not in draft.values()
    scenario = scenario_of_draft(draft)
    assert read_scenario(scenario, "en") == draft
    community = build_community(scenario)
    assert len(community.buildings.compound) == draft["buildings"]
    assert len(community.residents.home) == draft["residents"]
    assert len(community.households.building) == draft["households"]
    assert (~community.households.owner).sum() == draft["tenants"]
    assert community.households.away.sum() == draft["absent"]


@pytest.mark.parametrize("name", list_cases())
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_opened_case_stays_as_it_is_until_something_is_changed(name, lang):
    case = read_case(name)
    draft, assumed, hidden = draft_of_scenario(case, lang)
    assert scenario_of_draft(draft, case, lang) == case
    assert open_case_text(draft_to_toml(draft, assumed, case, lang), "again.toml") == case
    more = scenario_of_draft({**draft, "members": draft["members"] + 1}, case, lang)
    assert more.community.members == case.community.members + 1 and "members" in more.community.given
    kept = replace(more, community=case.community)
    assert kept == case and hidden and draft["name"] == read_scenario(case, lang)["name"]


def test_an_opened_case_says_what_the_form_does_not_show():
    _, assumed, hidden = draft_of_scenario(read_case("guiyuan"))
    assert "residents" not in assumed and "elders" in assumed
    assert hidden[:3] == [
        "24 compounds, of which the form shows the mean",
        "mechanisms that are on: 8",
        "reported outcomes: 2",
    ]


def test_the_page_says_it_in_a_sentence():
    answer = answer_form({"open": write_case(read_case("wuzi_yard"))}, "zh")
    assert answer["hidden"].startswith("文件里还有表格上没有列出的内容，照原样保留：已启用的机制4项；")
    assert answer["title"] == "物资大院" and answer["ready"] and answer["counts"]["homes"] == 78


def test_what_is_not_shown_gives_way_to_what_was_entered():
    case = read_case("guiyuan")
    draft, _, _ = draft_of_scenario(case)
    small = {**draft, "residents": 8000, "elders": 1200, "households": 3200, "tenants": 900}
    scenario = scenario_of_draft(small, case)
    assert scenario.community.residents == 8000 and scenario.community.registered < 8000
    assert scenario.mechanisms == case.mechanisms and scenario.compound == case.compound


# field -> what is changed in a yard of 12 buildings, and what the sentence names
CONTRADICTIONS = {
    "households": ({"residents": 600, "households": 20}, ("20", "36")),
    "residents": ({"households": 40}, ("1,500", "40")),
    "elders": ({"elders": 1600}, ("1,600", "1,500")),
    "alone": ({"elders": 30, "alone": 31}, ("31", "30")),
    "tenants": ({"households": 640, "tenants": 641}, ("641", "640")),
    "absent": ({"households": 640, "tenants": 600, "absent": 41}, ("600", "41", "640")),
    "members": ({"members": 1501}, ("1,501", "1,500")),
    "volunteers": ({"volunteers": "２０００"}, ("2,000", "1,500")),
    "property_staff": ({"company": False, "property_staff": 3}, ("3",)),
    "floors": ({"floors": 61}, ("61", "60")),
    "built": ({"built": 2999}, ("2999", "1800")),
    "stairwells": ({"stairwells": 2.5}, ("2.5", "40")),
    "staff": ({"staff": "a few"}, ("a few", "500")),
    "name": ({"name": "x" * 61}, ("61", "60")),
    "company": ({"company": "perhaps"}, ("perhaps",)),
}
MORE = (
    ("households", {"residents": 600, "households": 640}, ("640", "600")),
    ("households", {"households": 4321, "residents": 9000}, ("4,321", "12", "3", "6")),
    ("residents", {"residents": 30}, ("30", "36")),
    ("residents", {"buildings": 1, "stairwells": 1, "residents": 4000}, ("4,000", "6")),
    ("tenants", {"tenants": 700}, ("700", "600")),
    ("households", {"stairwells": None, "households": 11, "residents": 300}, ("11", "12")),
    ("residents", {"stairwells": None, "residents": 11}, ("11", "12")),
    ("alone", {"households": 640, "elders": 700, "alone": 650}, ("650", "640")),
    ("alone", {"households": 640, "elders": 700, "alone": 640}, ("640",)),
    ("absent", {"households": 640, "absent": 641}, ("641", "640")),
    ("property_staff", {"company": True, "property_staff": 0}, ("0",)),
    ("property_staff", {"company": True, "property_staff": 20, "households": 640}, ("20", "640", "12")),
    ("absent", {"households": 640, "tenants": 300, "elders": 600, "alone": 400, "absent": 330}, ("330",)),
)


@pytest.mark.parametrize(
    "field, change, numbers", [(field, *what) for field, what in CONTRADICTIONS.items()] + list(MORE)
)
def test_a_contradiction_stands_with_its_field_and_names_the_numbers_and_the_way_out(field, change, numbers):
    said = {lang: answer_form({"fields": {**YARD, **change}}, lang)["problems"] for lang in LANGUAGES}
    assert list(said["en"]) == list(said["zh"]) == [field]
    for sentence in (said["en"][field], said["zh"][field]):
        assert all(number in sentence for number in numbers), sentence
    words = re.sub("perhaps|a few", "", said["zh"][field])
    assert CHINESE.search(words) and not re.search("[A-Za-z]{2,}", words)
    assert not CHINESE.search(said["en"][field])


def test_several_contradictions_are_said_together_and_nothing_is_thrown_away():
    typed = {**YARD, "households": "640", "elders": "１６００", "tenants": "700", "staff": "some"}
    answer = answer_form({"fields": typed}, "en")
    assert set(answer["problems"]) == {"elders", "tenants", "staff"} and not answer["ready"]
    assert {name: answer["fields"][name] for name in typed} == typed
    assert answer["counts"] == {"buildings": 12, "homes": 640, "residents": 1500}, "drawn from what is right"


def test_an_empty_field_is_no_problem_but_may_be_needed():
    answer = answer_form({"fields": {"floors": " "}}, "zh")
    assert answer["problems"] == {} and not answer["ready"] and answer["place"] is None
    assert answer["missing"] == ["name", "buildings", "stairwells", "floors", "residents"]
    with pytest.raises(DraftRefused, match="still needed"):
        scenario_of_draft({"floors": 3})
    ready = answer_form({"fields": YARD}, "en")
    assert ready["ready"] and ready["left_out"]["households"] == ready["counts"]["homes"] == 600
    assert set(ready["place"]) == set(PLACE) and len(ready["place"]["flat_building"]) == 600


@pytest.mark.parametrize(
    "typed, number",
    [("1.2万", 12_000), ("１２，０００", 12_000), ("12,000", 12_000), (" 12 000 ", 12_000), ("1,2", None)]
    + [(True, None), (float("nan"), None), (1 << 20_000, None), ("1e4", None), ("-3", None), ([], None)],
    ids=lambda value: repr(value) if isinstance(value, str) else "",
)
def test_numbers_are_read_as_people_write_them(typed, number):
    values, problems = read_values({"residents": typed})
    assert values.get("residents") == number and ("residents" in problems) == (number is None)


def test_the_age_is_a_number_of_years_or_the_year():
    years = [read_values({"built": typed})[0].get("built") for typed in (33, "0", 1700)]
    assert years == [33, 0, None] and read_values({"built": "1992"})[0]["built"] >= 33


NUMBERS = st.one_of(st.none(), st.integers(0, 60), st.integers(0, 3000), st.integers(-5, 10**6))
TYPED = st.one_of(
    NUMBERS, st.text(max_size=8), st.floats(), st.booleans(), st.sampled_from(["1.5万", "3,000"])
)


@ONCE
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, TYPED)), st.sampled_from(LANGUAGES))
def test_whatever_is_typed_gives_problems_or_a_community(typed, lang):
    for fill in (False, True):
        answer = answer_form({"fields": typed, "fill": fill}, lang)
        assert answer["ready"] == (not answer["problems"] and not answer["missing"])
        assert all(answer["problems"].values()) and answer["problems"].keys() <= {*FIELDS, ""}


def plausible(draw_residents):
    """Return drafts whose numbers are often possible together."""
    share = st.floats(0, 1.02)
    return st.builds(
        lambda size, of, shares: {
            "name": "x",
            "buildings": size[0],
            "stairwells": size[1],
            "floors": size[2],
            "residents": of,
            **{name: round(of * part) for name, part in shares.items()},
        },
        st.tuples(st.integers(1, 20), st.integers(1, 4), st.integers(1, 12)),
        draw_residents,
        st.fixed_dictionaries(
            {},
            optional={
                "households": share,
                "elders": share,
                "alone": st.floats(0, 0.4),
                "tenants": st.floats(0, 0.5),
                "absent": st.floats(0, 0.5),
                "members": share,
                "volunteers": share,
            },
        ),
    )


@ONCE
@given(plausible(st.integers(1, 900)))
def test_a_draft_without_problems_is_a_community_with_these_totals(draft):
    answer = answer_form({"fields": draft}, "zh")
    if answer["ready"]:
        scenario = open_case_text(answer["toml"], "x.toml")
        build_community(scenario)
        shown = read_scenario(scenario, "en")
        assert {name: shown[name] for name in draft} == draft
    for sentence in answer["problems"].values():
        assert CHINESE.search(sentence) and not re.search("[A-Za-z]{2,}", sentence), sentence
    assert "" not in answer["problems"], answer["problems"]


@ONCE
@given(plausible(st.integers(20, 900)), st.sets(st.sampled_from(sorted(set(FIELDS) - {"name"}))))
def test_filling_keeps_what_was_entered_and_adds_no_contradiction(draft, emptied):
    draft = {name: value for name, value in draft.items() if name not in emptied}
    filled = fill_draft(draft)
    assert {name: filled.draft[name] for name in draft} == draft
    homes_of = {"alone", "tenants", "absent"} & draft.keys()  # may need more homes than the buildings have
    if (
        "residents" in draft
        and ("households" in draft or not homes_of)
        and not answer_form({"fields": draft}, "en")["problems"]
    ):
        assert set(filled.draft) == set(FIELDS)
        assert check_draft(filled.draft, "en") == {}
        assert set(filled.fields) == set(FIELDS) - set(draft)


def test_the_rest_is_filled_from_the_case_that_is_most_alike_and_says_so():
    old = fill_draft({"name": "x", "residents": 250, "floors": 7, "built": 33, "company": False})
    assert old.case == "wuzi_yard" and old.draft["elders"] == round(250 * 92 / 190)
    assert old.why.startswith("Filled as in Wuzi yard: of the 11 cases") and "7 floors, yours 7" in old.why
    new = fill_draft({"name": "x", "buildings": 10, "floors": 18, "built": 8, "absent": 600}, "zh")
    assert new.case == "shuian" or new.why.startswith("参照"), new.why
    nothing = fill_draft({"name": "x"})
    assert (nothing.case, nothing.fields) == ("", ()) and nothing.why.startswith("Enter a number first")
    wrong = fill_draft({**YARD, "floors": 99})
    assert (wrong.case, wrong.fields) == ("", ()) and wrong.why.startswith("Correct what is marked first")


def test_filling_again_replaces_what_was_filled_and_nothing_else():
    first = answer_form({"fields": YARD, "fill": True}, "en")
    fields = {**first["fields"], "residents": 3000, "elders": 700}
    filled = [name for name in first["filled"] if name != "elders"]
    again = answer_form({"fields": fields, "filled": filled, "fill": True}, "en")
    assert again["fields"]["elders"] == 700 and again["fields"]["residents"] == 3000
    assert again["fields"]["households"] > first["fields"]["households"]
    assert "elders" not in again["filled"] and "households" in again["filled"]


def test_a_case_file_runs_says_what_is_assumed_and_opens_again(tmp_path, monkeypatch, capsys):
    answer = answer_form({"fields": YARD, "fill": True}, "en")
    lines = answer["toml"].splitlines()
    assert lines[0].startswith("# 幸福里: ") and "residents = 1500" in lines
    assert [line for line in lines if line.startswith("elders =")] == [
        f"elders = {answer['fields']['elders']}  # assumed: share of elders as in a case like this one"
    ]
    assert [line for line in lines if line.startswith("age_years")][0].endswith("like this one")
    path = tmp_path / "mine.toml"
    path.write_text(answer["toml"], encoding="utf-8")
    status, output, error = typist(monkeypatch, capsys)("run", path, "--days", 3, "--seed", 1)
    assert status == 0, error
    again = answer_form({"open": answer["toml"], "file_name": "mine.toml"}, "en")
    assert read_values(again["fields"])[0] == read_values(answer["fields"])[0]
    assert again["title"] == "幸福里" and again["file_name"] == "幸福里.toml" and again["hidden"] == ""
    assert set(again["filled"]) == set(answer["filled"]) - {
        *("lifts", "built", "company", "property_staff", "grid_workers", "staff", "fund")
    }


def test_a_case_file_marks_what_was_left_empty():
    text = draft_to_toml(YARD, lang="zh")
    assert "households = 600  # 假设：按通常比例" in text and "residents = 1500\n" in text
    few = {"name": "x", "buildings": 1, "stairwells": 1, "floors": 1, "residents": 12, "absent": 1}
    text = draft_to_toml({**few, "elders": 8, "members": 4})
    assert "in_service = 0  # assumed: a usual share" in text, (
        "a share of 4 members, of whom none can be at work"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_that_is_no_case_is_refused_with_its_line(lang):
    for text, words in (
        ("name = 3", "x.toml:1"),
        ("[community]\nelder = 3", "x.toml:2"),
        ("a" * 300_000, "256"),
        ("name = ", "x.toml"),
        ("days = 3", "[community]"),
    ):
        answer = answer_form({"open": text, "file_name": "x.toml"}, lang)
        assert list(answer) == ["refused"] and words in answer["refused"]
        assert bool(CHINESE.search(answer["refused"])) == (lang == "zh") or "TOML" in answer["refused"]
    assert "refused" in answer_form({"fields": YARD, "file": "name = 3"}, lang)


def test_a_title_is_made_a_name_that_every_system_allows():
    names = [file_name(title) for title in ("幸福里", "a/b:c", "..", "con", " -x. ")]
    assert names == ["幸福里", "a-b-c", "community", "community con", "x"]


def test_the_form_is_described_in_both_languages():
    for lang in LANGUAGES:
        described = describe_fields(lang)
        assert [field["name"] for field in described] == list(FIELDS)
        assert all(field[part] for field in described for part in ("label", "unit", "hint"))
        assert all(bool(CHINESE.search(field["label"])) == (lang == "zh") for field in described)


def footprints(count, floors):
    """Return GeoJSON of buildings in a row, 57 by 13 metres each."""
    features = [
        {
            "type": "Feature",
            "properties": {"building:levels": floors},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [104 + n * 1e-3 + x * 6e-4, 30 + y * 1.2e-4]
                        for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
                    ]
                ],
            },
        }
        for n in range(count)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_a_file_of_buildings_fills_the_draft_and_stays_with_it():
    typed = {"name": "幸福里", "stairwells": 3, "residents": 500, "floors": 11}
    asked = {
        "fields": typed,
        "filled": ["floors"],
        "place_file": footprints(4, "6"),
        "file_name": "a.geojson",
    }
    answer = answer_form(asked, "en")
    assert (answer["fields"]["buildings"], answer["fields"]["floors"], answer["filled"]) == (4, 6, [])
    assert answer["ready"] and answer["place"]["plan_first"].tolist() == [0, 4, 8, 12, 16]
    again = answer_form({"fields": answer["fields"], "plan": answer["plan"]}, "en")
    assert again["plan"] == answer["plan"] and again["toml"] == answer["toml"]
    opened = answer_form({"open": again["toml"]}, "en")
    assert opened["plan"] == answer["plan"] and open_case_text(again["toml"], "x").place.outlines
    kept = answer_form({"fields": opened["fields"], "file": again["toml"]}, "en")
    assert kept["plan"] == answer["plan"], "left out, it is that of the file"
    removed = answer_form({"fields": opened["fields"], "file": again["toml"], "plan": None}, "en")
    assert removed["plan"] is None and removed["ready"] and "[place]" not in removed["toml"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_that_does_not_fit_stands_with_the_buildings_and_a_broken_one_is_refused(lang):
    plan = {"cells": ["0,0", "1,0", "2,0"], "outlines": []}
    answer = answer_form({"fields": YARD, "plan": plan}, lang)
    assert list(answer["problems"]) == ["buildings"] and "12" in answer["problems"]["buildings"]
    assert answer["counts"]["buildings"] == 3 and not answer["ready"], "the plan is drawn all the same"
    for broken in ({"plan": {"cells": ["x"]}}, {"place_file": "{", "file_name": "a.geojson"}):
        answer = answer_form({"fields": YARD, **broken}, lang)
        assert list(answer) == ["refused"] and bool(CHINESE.search(answer["refused"])) == (lang == "zh")
    for odd in ({"cells": 3}, [], "x"):
        assert answer_form({"fields": YARD, "plan": odd}, lang)["plan"] is None
