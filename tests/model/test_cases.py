"""The shipped cases match exactly what their reports give; reported outcomes are compared with the model."""

import re
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from cogov.engine.codes import CHILD, ELDER
from cogov.engine.texts.errors import UserError
from cogov.experiments.observation.pattern_measures import check_measure
from cogov.model.issues.categories import CATEGORIES
from cogov.model.scenarios.cases import alter_scenario, list_cases, read_case
from cogov.model.simulate import build_community, simulate

TEXT = {
    name: (resources.files("cogov") / "experiments" / "cases" / f"{name}.toml").read_text("utf-8")
    for name in list_cases()
}
every_case = pytest.mark.parametrize("case", [*map(read_case, list_cases())], ids=list_cases())


@every_case
def test_the_census_is_met_to_the_person(case):
    town, census = build_community(case), case.community
    people, homes = town.residents, town.households
    size = np.diff(homes.first)
    alone = (size == 1) & (people.band[homes.first[:-1]] == ELDER)
    found = {
        "residents": len(people.home),
        "households": len(homes.owner),
        "registered": people.registered.sum(),
        "children": (people.band == CHILD).sum(),
        "elders": (people.band == ELDER).sum(),
        "elders_alone": alone.sum(),
        "housebound": people.housebound.sum(),
        "members": people.member.sum(),
        "in_service": people.in_service.sum(),
        "volunteers": people.volunteer.sum(),
        "member_volunteers": (people.member & people.volunteer).sum(),
        "owners": homes.owner.sum(),
        "away": homes.away.sum(),
        "shops": town.buildings.shops.sum(),
    }
    assert {name: int(number) for name, number in found.items()} == {
        name: getattr(census, name) for name in found
    }
    assert set(census.given) <= set(found)


@every_case
def test_buildings_stand_as_the_case_says(case):
    town = build_community(case)
    assert len(town.buildings.compound) == sum(kind.count * kind.buildings for kind in case.compound)
    assert town.buildings.lifts.sum() == sum(
        kind.count * kind.buildings * kind.stairwells * kind.lifts for kind in case.compound
    )


@every_case
def test_it_says_where_it_comes_from_which_mechanisms_and_what_was_reported(case):
    assert case.provenance.startswith("Press reports") and "assum" in TEXT[case.name] and case.mechanisms
    assert case.reported and all(one.words and (one.low > -1e12 or one.high < 1e12) for one in case.reported)
    assert len({one.name for one in case.reported}) == len(case.reported)
    for one in case.reported:
        check_measure(one, case)
        assert {*one.off} <= {*case.mechanisms} and one.days <= case.days


@every_case
def test_what_a_case_changes_says_why(case):
    """A line that changes an assumed number of people, crews or categories has a comment, or its table."""
    table, why = "", True
    for line in TEXT[case.name].splitlines():
        if line.startswith("["):
            table, why = line, "#" in line
        elif table.startswith(("[residents]", "[property_managers]", "[issues.")) and "=" in line:
            assert why or "#" in line, f"{case.name}: {table} {line} says no reason"


@pytest.mark.parametrize(
    "three", [3, 3.0, np.int64(3), np.float32(3), np.uint8(3)], ids=lambda three: type(three).__name__
)
def test_a_parameter_takes_a_number_of_numpys(three):
    assert alter_scenario(read_case("wuzi_yard"), settings={"committee.staff": three}).committee.staff == 3


@pytest.mark.parametrize("name", ["wuzi", "my.own case v1.2"])
def test_what_is_wrong_in_a_case_has_its_line_whatever_the_case_is_called(tmp_path, name):
    path = tmp_path / "mine.toml"
    text = (
        TEXT["wuzi_yard"].replace('name = "wuzi_yard"', f'name = "{name}"')
        + '\n[[initial_issues]]\ncategory = "rain"\n'
    )
    path.write_text(text, "utf-8")
    with pytest.raises(
        UserError,
        match=rf"mine.toml:{text.count(chr(10))}: initial_issues.\d.category = 'rain' is not one of",
    ):
        read_case(path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": [None]},
        {"on": [1]},
        {"on": b"whistle"},
        {"off": 5},
        {"settings": {"committee.staff": float("nan")}},
        {"settings": {"committee.staff": np.inf}},
        {"settings": {"committee.staff": "3"}},
        {"days": True},
        {"days": "5"},
        {"days": 5.0},
    ],
    ids=str,
)
def test_what_is_no_name_and_no_number_is_refused_in_a_line(wrong):
    with pytest.raises(UserError, match=next(iter(wrong)) + "|committee.staff = (nan|inf|'3')") as error:
        alter_scenario(read_case("wuzi_yard"), **wrong)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("case", [None, 5, b"wuzi_yard"])
def test_what_is_no_case_is_refused_with_those_that_there_are(case):
    with pytest.raises(UserError, match="neither a name nor a path; there are: .*wuzi_yard"):
        read_case(case)


def test_an_initial_issue_says_what_it_is(tmp_path):
    (tmp_path / "mine.toml").write_text(TEXT["wuzi_yard"] + "\n[[initial_issues]]\ncount = 1\n", "utf-8")
    with pytest.raises(UserError, match=r"mine.toml:\d+: initial_issues.\d.category is missing"):
        read_case(tmp_path / "mine.toml")


def test_a_census_that_cannot_be_is_said_with_the_name_of_the_case(tmp_path):
    (tmp_path / "mine.toml").write_text(
        TEXT["wuzi_yard"]
        .replace('name = "wuzi_yard"', 'name = "mine"')
        .replace("members = 16", "members = 180"),
        "utf-8",
    )
    with pytest.raises(UserError, match="^mine: community.members"):
        build_community(read_case(tmp_path / "mine.toml"))


OWN = """name = "mine"
[community]
residents = 300
[[compound]]
name = "yard"
buildings = 4
[issues.drone_noise]
zh = "无人机噪音"
family = "environment"
unit = "building"
scope = "compound"
done_by = "property committee"
rate = 40.0
"""


def test_a_case_adds_a_category_of_issues_with_one_table(tmp_path):
    (tmp_path / "mine.toml").write_text(OWN, "utf-8")
    case = read_case(tmp_path / "mine.toml")
    assert case.issues["drone_noise"].rate == 40.0 and len(case.issues) == len(CATEGORIES) + 1
    run = simulate(replace(case, days=60), 1)
    assert (run.issues["category"] == run.categories.index("drone_noise")).any()


@pytest.mark.parametrize(
    ["old", "new", "words"],
    [
        ('zh = "无人机噪音"\n', "", "issues.drone_noise.zh is missing"),
        ("environment", "noise", "issues.drone_noise.family = 'noise' is unknown; there are: facility"),
        ("property committee", "robot", "issues.drone_noise.done_by = 'robot'; allowed are some of property"),
        (
            "[issues.drone_noise]",
            "[issues.litterr]\nrate = 1.0\n[issues.drone_noise]",
            "did you mean 'litter'",
        ),
    ],
)
def test_a_category_that_lacks_something_is_refused_with_the_way_out(tmp_path, old, new, words):
    (tmp_path / "mine.toml").write_text(OWN.replace(old, new), "utf-8")
    with pytest.raises(UserError, match=re.escape(words)):
        read_case(tmp_path / "mine.toml")


def test_the_file_of_categories_holds_what_its_fields_allow():
    assert all(not [*category.contradictions()] for category in CATEGORIES.values())
