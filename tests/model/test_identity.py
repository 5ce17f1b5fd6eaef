"""Random numbers, ids and stories know a category and a compound by name, never by its place in a list."""

from dataclasses import replace

import numpy as np
import pytest
from scenarios import ESTATE, STORM, YARD

from cogov.engine.texts.errors import UserError
from cogov.experiments.narrative import divergence, story
from cogov.experiments.narrative.recording import (
    pack_recording,
    record_year,
    unpack_recording,
)
from cogov.model.issues.categories import CATEGORIES, encode_category
from cogov.model.issues.issue_table import make_id, unpack_id
from cogov.model.places import BUILDINGS
from cogov.model.resources.calendar import InitialIssues
from cogov.model.scenarios.cases import read_case
from cogov.model.scenarios.scenario import Compound
from cogov.model.simulate import simulate
from cogov.viz.text import stories

OWN = replace(CATEGORIES["litter"], zh="鸽子", rate=9.0)
PIGEONS = replace(STORM, issues=STORM.issues | {"pigeons": OWN}, days=60)
TWIN_OF_SQUARE_NOISE = "own_98314"  # hashed, it has the same 23 bits


@pytest.mark.parametrize("building", [0, 7, BUILDINGS - 1])
@pytest.mark.parametrize("number", [0, 1, 2**20 - 1])
def test_an_id_says_which_building_category_and_number(building, number):
    """And is never negative, nor another's."""
    ids = {make_id.py_func(building, encode_category(one), number): one for one in CATEGORIES}
    assert len(ids) == len(CATEGORIES) and 0 <= min(ids) and max(ids) < 2**63
    assert all(unpack_id(id_, CATEGORIES) == (building, one, number) for id_, one in ids.items())


def test_issues_of_a_run_are_called_what_their_columns_say():
    run = simulate(PIGEONS, 1)
    called = [unpack_id(id_, run.categories) for id_ in run.issues["id"]]
    assert [building for building, _, _ in called] == run.issues["building"].tolist()
    assert [category for _, category, _ in called] == [
        run.categories[j] for j in run.issues["category"]
    ] and "pigeons" in {category for _, category, _ in called}
    assert len(set(called)) == len(called) == len(np.unique(run.issues["key"]))


def test_two_categories_with_the_same_random_numbers_are_refused():
    assert encode_category(TWIN_OF_SQUARE_NOISE) == encode_category("square_noise")
    with pytest.raises(
        UserError,
        match=(
            f"{TWIN_OF_SQUARE_NOISE}.*'square_noise'.*rename|square_noise.*'{TWIN_OF_SQUARE_NOISE}'.*rename"
        ),
    ):
        replace(YARD, issues=YARD.issues | {TWIN_OF_SQUARE_NOISE: OWN})


@pytest.mark.parametrize("bad", ["", "a/b", "a.b", "/"])
def test_a_category_that_no_story_could_name_is_refused(bad):
    with pytest.raises(UserError, match="issues has a category .* must not be empty or contain '.' or '/'"):
        replace(YARD, issues=YARD.issues | {bad: OWN})


def test_a_community_has_no_more_buildings_than_ids_have_room_for():
    most = replace(YARD.community, households=2_000_000, residents=2_000_000, children=0)
    full = Compound(count=512, buildings=2000, stairwells=1)
    replace(YARD, community=most, compound=(full,))
    with pytest.raises(UserError, match="compound has 1,050,000 buildings; allowed is 1,048,576 in all"):
        replace(YARD, community=most, compound=(replace(full, count=525),))


NOWHERE = {  # category of an initial issue -> the community that has nothing it could arise from
    "lift_stopped": YARD,
    "garage_flood": YARD,
    "hawkers": replace(YARD, community=replace(YARD.community, shops=0)),
    "child_holiday": replace(YARD, community=replace(YARD.community, children=0)),
    "elder_alone": replace(YARD, community=replace(YARD.community, elders_alone=0)),
    "haircut": replace(YARD, community=replace(YARD.community, housebound=0)),
    "home_repair": replace(YARD, community=replace(YARD.community, elders=0, elders_alone=0, housebound=0)),
    "lift_adding": replace(ESTATE, compound=ESTATE.compound[1:]),
}


@pytest.mark.parametrize("category", NOWHERE)
def test_an_initial_issue_that_can_be_nowhere_is_refused_before_anything_begins(category):
    with pytest.raises(
        UserError,
        match=rf"initial_issues\.1\.category = '{category}' can occur nowhere: .* this community has none",
    ):
        replace(NOWHERE[category], initial_issues=(InitialIssues("litter", 1), InitialIssues(category, 1)))


def test_in_a_file_it_is_refused_with_its_line(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[community]\nshops = 0\n[[compound]]\n[[initial_issues]]\ncategory = "hawkers"\n')
    with pytest.raises(
        UserError, match=r"mine\.toml:5: initial_issues\.0\.category = 'hawkers' can occur nowhere"
    ):
        read_case(path)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_category_of_ones_own_has_its_stories(lang):
    _, arms = divergence.choose_arms(PIGEONS, "party_volunteers", None, (), (), ())
    run = divergence.simulate_pair(arms, 0)[1]
    id_ = int(run.issues["id"][run.issues["category"] == run.categories.index("pigeons")][0])
    told = story.tell_story(PIGEONS, "party_volunteers", issue=id_)
    assert told == story.tell_story(PIGEONS, "party_volunteers", issue=told.issue) and (
        told.id,
        told.category,
    ) == (id_, "pigeons")
    assert any("pigeons" in line for line in stories.sentences(told, lang))


@pytest.mark.parametrize("issue", [12345, 2**63 - 1, 10**19 - 1])
def test_an_id_of_no_category_is_refused(issue):
    with pytest.raises(UserError, match=f"issue {issue}: no issue of this case has this id"):
        story.tell_story(PIGEONS, "party_volunteers", issue=issue)


def test_a_recording_keeps_ids_to_the_last_digit():
    film = record_year(replace(PIGEONS, days=20), 1)
    _, arrays = unpack_recording(pack_recording(film))
    # a float has 53 bits, an id 63
    assert (
        arrays["issue_id"].tolist() == film.run.issues["id"].tolist() and arrays["issue_id"].dtype == np.int64
    )
