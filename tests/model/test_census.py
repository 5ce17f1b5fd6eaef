"""A user's case has the population that it gives; what it leaves out is filled in as shares, and shown."""

import json
from dataclasses import replace
from random import Random

import pytest
from cli_runner import typist

from cogov.agents.committee import CommitteeParameters
from cogov.engine.texts.errors import UserError
from cogov.model.scenarios.cases import alter_scenario, list_cases, read_case
from cogov.model.scenarios.census import Census, counts
from cogov.model.scenarios.scenario import Compound, Scenario, census_of
from cogov.model.simulate import build_community

MINE = 'name = "north_gate"\n[community]\n{}\n[[compound]]\nbuildings = 12\ncompany = true\n'


@pytest.fixture
def write_case(tmp_path):
    def made(*lines):
        (tmp_path / "mine.toml").write_text(MINE.format("\n".join(lines)), encoding="utf-8")
        return read_case(tmp_path / "mine.toml")

    return made


def test_what_is_left_out_is_a_share_of_what_is_given(write_case):
    census = write_case("residents = 2400", "households = 900").community
    assert census == Census(
        2400,
        900,
        registered=1800,
        children=300,
        elders=600,
        elders_alone=80,
        housebound=40,
        members=160,
        in_service=60,
        volunteers=200,
        member_volunteers=40,
        owners=656,
        away=56,
        shops=40,
    )


def test_parts_of_a_part_follow_the_part(write_case):
    census = write_case(
        "residents = 2400", "households = 900", "elders = 300", "members = 16", "owners = 90"
    ).community
    assert (
        census.elders_alone,
        census.housebound,
        census.in_service,
        census.member_volunteers,
        census.away,
    ) == (40, 20, 6, 4, 8)


@pytest.mark.parametrize(
    ("lines", "residents", "households"),
    [
        (("residents = 2400",), 2400, 960),
        (("households = 900",), 2250, 900),
        ((), 720, 288),  # 12 buildings of 3 stairwells: like the 4 of the plain case, 8 homes to a stairwell
        (("residents = 50",), 50, 36),  # a home in every stairwell
        (("members = 900",), 900, 288),  # there are enough residents to be members
        (
            ("residents = 100", "households = 100"),
            100,
            100,
        ),  # all live alone: no child, and no elder who shares a home
    ],
)
def test_residents_households_or_neither_is_enough(write_case, lines, residents, households):
    census = write_case(*lines).community
    assert (census.residents, census.households) == (residents, households)


def test_the_default_is_its_own_share_and_shipped_cases_give_every_number():
    assert Scenario().community == Census(240, 96, 180, 30, 60, 8, 4, 16, 6, 20, 4, 70, 6, 4)
    assert [name for name in list_cases() if census_of(read_case(name))[1]] == []


def test_what_is_set_is_kept_and_the_rest_follows_it(write_case):
    case = alter_scenario(
        write_case("residents = 2400", "households = 900"),
        settings={"community.residents": 1200, "community.children": 7},
    )
    assert (case.community.children, case.community.elders, case.community.owners, case.days) == (
        7,
        300,
        656,
        365,
    )
    case = replace(case, compound=(Compound(buildings=6),))
    assert (case.community.children, case.community.registered) == (7, 900)


def test_a_large_community_has_more_than_the_committee_of_a_small_one(write_case):
    staff, budget, fund = (
        getattr(write_case("residents = 16000", "households = 6400").committee, name)
        for name in ("staff", "budget_yuan", "fund_yuan")
    )
    # the planning norm of 18 people per 10,000 residents, and money as in guiyuan
    assert (staff, budget, fund) == (pytest.approx(28.8), 300_000.0, 50_000.0)
    assert Scenario().committee == CommitteeParameters(staff=2.0, budget_yuan=20_000.0, fund_yuan=5000.0)
    given = replace(
        write_case("residents = 16000", "households = 6400"), committee=CommitteeParameters(staff=3.0)
    ).committee
    assert (given.staff, given.fund_yuan) == (3.0, 50_000.0)


def test_a_census_that_is_filled_in_can_be_simulated():
    """Whatever plausible part of it is given."""
    for number in range(60):
        rng = Random(number)
        homes = rng.randint(40, 900)
        people = int(homes * rng.uniform(1.8, 3.5))
        full = {
            "residents": people,
            "households": homes,
            "registered": rng.randint(0, people),
            "children": rng.randint(0, (people - homes) // 2),
            "elders": rng.randint(0, people // 3),
            "members": rng.randint(0, people // 10),
            "volunteers": rng.randint(0, people // 8),
            "owners": rng.randint(homes // 4, homes),
            "shops": rng.randint(0, 50),
        }
        given = {name: value for name, value in full.items() if name == "residents" or rng.random() < 0.4}
        census = build_community(
            Scenario(community=Census(**given), compound=(Compound(buildings=2),))
        ).residents
        assert len(census.home) == people
        for name in given.keys() & {"registered", "volunteers"}:
            assert getattr(census, name.removesuffix("s")).sum() == given[name]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ("residents = 10",),
            (
                "households = 10 is less than the 36 stairwells: every stairwell has at least one household; "
                "the case does not give households"
            ),
        ),
        (
            ("residents = 400", "households = 100", "elders_alone = 300"),
            "elders_alone = 300 is more than households = 100",
        ),
        (
            ("residents = 400", "households = 100", "children = 301"),
            "children = 301 leaves no adult for each of 100 households: at most 300",
        ),
    ],
)
def test_numbers_that_contradict_each_other_once_filled_in_are_reported_with_what_was_left_out(
    write_case, lines, words
):
    with pytest.raises(UserError, match="mine.toml") as reported:
        write_case(*lines)
    assert words in str(reported.value)


def test_people_that_cannot_be_placed_are_reported_with_what_was_left_out(write_case):
    with pytest.raises(
        UserError,
        match=(
            r"at most \d+ are possible; not given by the case, "
            r"so default shares were used: community.households = "
        ),
    ):
        build_community(write_case("residents = 400", "children = 200", "volunteers = 300"))


def test_a_run_and_a_comparison_show_the_census_they_used(monkeypatch, capsys, tmp_path, write_case):
    monkeypatch.chdir(tmp_path)
    write_case("residents = 300", "households = 120")
    cogov = typist(monkeypatch, capsys)
    _, out, err = cogov("run", "mine.toml", "--days", "9")
    assert (
        "Census numbers given by the case: residents 300, households 120." in " ".join(out.split())
        and "registered 225" in out
        and "committee.staff 2" in out
    )
    told = json.loads(cogov("run", "mine.toml", "--days", "9", "--json")[1])
    assert (
        told["census"]["community.registered"] == 225
        and "community.registered" in told["left_out"]
        and "community.residents" not in told["left_out"]
    )
    words = (
        "compare",
        "mine.toml",
        "--mechanism",
        "grid_patrol",
        "--replicates",
        "2",
        "--worlds",
        "10",
        "--days",
        "9",
        "--out",
        "o",
    )
    assert "Not given by the case, so derived in proportion to the rest: registered 225" in " ".join(
        cogov(*words)[1].split()
    )
    made = json.loads((tmp_path / "o" / "manifest.json").read_text(encoding="utf-8"))
    assert (
        made["census"] == told["census"]
        and made["left_out"] == told["left_out"] == json.loads(cogov(*words, "--json")[1])["left_out"]
    )
    assert (
        "not given by the case"
        in cogov("story", "mine.toml", "--surprising", "1", "--mechanism", "grid_patrol", "--days", "9")[2]
    )


def test_every_share_has_a_whole():
    assert {f.name for f in counts(Census)} - {f.name for f in counts(Census) if "of" in f.metadata} == {
        "residents",
        "households",
    }


def test_numbers_that_cannot_be_are_refused_while_the_rest_is_filled_in(write_case):
    with pytest.raises(UserError, match="households.* = 10000 is more than .*residents = 1"):
        write_case("residents = 1", "elders_alone = 10_000")
