"""A story gives the whole history of one issue in both arms of a comparison, and nothing else.

In English and in Chinese.
"""

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from cli_runner import typist
from scenarios import STORM, WORLDS, with_mechanisms

import cogov
from cogov.engine.codes import ADULT, CHILD, DESK_DEPARTMENT, DESK_NONE, ELDER
from cogov.engine.texts import LANGUAGES, sections
from cogov.experiments.comparison import compare
from cogov.experiments.narrative import divergence, story
from cogov.model import mechanisms
from cogov.model.issues.issue_table import ALLOWED, STATES, WHAT
from cogov.model.scenarios.cases import read_case
from cogov.viz.text import stories

GOVERNED = with_mechanisms(
    STORM, "building_captains", "joint_council", "party_volunteers", "consent_campaign"
)


@cache
def compare_world(name="storm"):
    """Return both arms of a world as they are compared: (names, scenarios, runs, ids)."""
    names, arms = divergence.choose_arms(
        GOVERNED if name == "storm" else with_mechanisms(WORLDS[name], "joint_council"),
        None,
        None,
        (),
        (),
        (),
    )
    done = divergence.simulate_pair(arms, 0)
    return names, arms, done, sorted({int(i) for run in done for i in run.issues["id"]})


def iter_histories(name="storm"):
    """Yield every arm of every issue as `story` gives it, with its row and the lines of its history."""
    _, arms, done, _ = compare_world(name)
    there = story.build_community(arms[1])
    for run in done:
        for i in range(len(run.issues)):
            row = run.issues[i : i + 1]
            yield (
                story.tell_arm("without", run, row, arms[1], there),
                row[0],
                run.history[run.history["issue"] == row["id"][0]],
                run,
            )


def test_a_story_tells_every_line_of_history_in_order():
    for arm, _row, lines, run in iter_histories():
        told = [(step.day, step.what, step.by) for step in arm.steps]
        assert told == [
            (line["day"], WHAT[line["what"]], run.names[line["by"]] if line["by"] >= 0 else "")
            for line in lines
        ]


@pytest.mark.parametrize("name", ["storm", "forum"])
def test_states_and_days_between_the_lines_are_those_the_model_went_through(name):
    """What a story infers agrees with the model.

    The state at the end, whose it is, and that every step was allowed.
    """
    following = {STATES[a]: {STATES[b] for b in after} for a, after in ALLOWED.items()}
    for arm, row, _, run in iter_histories(name):
        moved = [step for step in arm.steps if step.what != "reported again"]
        states = [step.was for step in moved[1:]] + [arm.state]
        assert states[0] == STATES[0] and arm.state == STATES[row["state"]]
        assert all(b in following[a] for a, b in pairwise(states))
        assert sum(step.waited for step in moved) + arm.waited == run.days - row["arose_day"]
        assert (row["desk"] == DESK_DEPARTMENT) == ("passed upward" in states)
        if row["desk"] != DESK_DEPARTMENT:
            assert {step.whose for step in moved} - {"compound", "community", "both"} == {
                story.DESKS[row["desk"]]
            }


def test_talks_are_reported_as_the_columns_count_them():
    agreed = 0
    _, arms, done, _ = compare_world("forum")
    there = story.build_community(arms[1])
    for run in done:
        for row in run.issues[run.issues["sittings_needed"] > 0]:
            told = [
                step
                for step in story.tell_arm("", run, row[None], arms[1], there).steps
                if step.what == "agreed"
            ]
            assert all(step.amount == row["sittings_held"] >= row["sittings_needed"] for step in told)
            agreed += len(told)
    assert agreed > 0


def test_the_arms_agree_up_to_the_day_they_part_and_differ_on_it():
    *_, ids = compare_world()
    parted = 0
    for id_ in ids[:: len(ids) // 25]:
        told = cogov.tell_story(GOVERNED, issue=id_)
        if told.parting is None:
            assert told.arms[0].steps == told.arms[1].steps
            continue
        parted += 1
        before, then = (
            [[step for step in arm.steps if when(step.day)] for arm in told.arms]
            for when in (told.parting.day.__gt__, told.parting.day.__eq__)
        )
        assert before[0] == before[1] and then[0] != then[1]
        assert all(step is None or step in then[arm] for arm, step in enumerate(told.parting.steps)) and any(
            told.parting.steps
        )
    assert parted > 5


def test_a_story_belongs_to_the_first_pair_of_its_comparison():
    *_, done, ids = compare_world()
    names = tuple(GOVERNED.mechanisms)
    theirs = compare.simulate_pair(
        compare.arms_of(GOVERNED, names, on=(), off=(), settings=(), days=None), 0, 30, 0
    )
    at_desks = [run.issues["id"][run.issues["desk"] != DESK_NONE] for run in done]  # measures count no others
    assert [len(mine) for mine in at_desks] == [told["arisen"] for told in theirs["measures"]]
    both = cogov.surprising_issues(GOVERNED)
    assert both.sooner + both.later + both.alike + sum(both.only) == len(ids)
    assert len(ids) - both.only[1] == len(done[0].issues) > len(at_desks[0]) and both.mechanisms == names


def test_strength_zero_never_parts():
    idle = with_mechanisms(
        STORM, joint_council=replace(mechanisms.load_class("joint_council")(), strength=0.0)
    )
    found = cogov.surprising_issues(idle, "joint_council", 50)
    assert found.sooner == found.later == 0 == sum(found.only) and found.most == ()
    _, arms = divergence.choose_arms(idle, "joint_council", None, (), (), ())
    ids = divergence.simulate_pair(arms, 0)[0].issues["id"]
    assert all(
        cogov.tell_story(idle, "joint_council", issue=id_).parting is None for id_ in ids[:: len(ids) // 10]
    )


def test_a_person_named_is_the_one_of_the_community():
    _, arms, _, _ = compare_world()
    there = story.build_community(arms[1])
    people = there.residents
    assert [story.BANDS[code] for code in (CHILD, ADULT, ELDER)] == [
        "child",
        "adult",
        "elder",
    ]
    for i in range(len(people.home)):
        person = story.describe_person(there, i)
        assert ("party member" in person.traits) == people.member[i] and (
            "migrant" in person.traits
        ) != people.registered[i]
        assert (
            ("owner" in person.traits)
            == there.households.owner[people.home[i]]
            != ("tenant" in person.traits)
        )
        assert person.traits[0] == story.BANDS[people.band[i]] and person.place.household == people.home[i]
        assert (
            there.stairwells.building[
                there.buildings.first[person.place.building] + person.place.stairwell - 1
            ]
            == people.building[i]
        )


def test_the_surprising_ones_are_described_from_either_side_and_later_is_called_later():
    """In turns, as long as there are any of both sides."""
    found = cogov.surprising_issues(GOVERNED, count=12, seed=10)  # with other seeds few are later
    turns = min(found.later, 6)
    assert turns >= 2 and found.sooner >= 6 and found.only == (0, 0)
    assert [one.difference > 0 for one in found.most] == [False, True] * turns + [False] * (12 - 2 * turns)
    for one in found.most:
        told = cogov.tell_story(GOVERNED, issue=one.issue, seed=10)
        assert (told.id, tuple(arm.state for arm in told.arms), tuple(arm.days for arm in told.arms)) == (
            one.id,
            one.states,
            one.days,
        )
    slow = divergence.Surprise("0/litter/0", 0, (3, 9), (True, True), ("verified", "verified"), 6)
    assert "LATER" in stories.describe_difference(slow, "en") and "更慢" in stories.describe_difference(
        slow, "zh"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_line_and_state_and_name_has_its_words(lang):
    """In both languages; in Chinese with no English left over but identifiers."""
    texts = sections(lang)
    assert {what.partition(",")[0] for what in texts["said"]} == set(WHAT) <= set(texts["said"])
    assert set(texts["waited"]) == {STATES[state] for state in ALLOWED}
    assert set(texts["ended"]) == set(texts["state"]) == {"never", *STATES}
    assert set(texts["place"]) == set(story.SCOPES) and set(texts["trait"]) == {*story.BANDS, *story.TRAITS}
    assert set(texts["whose"]) == {*story.DESKS, "compound", "community", "both"}
    assert all(stories.mechanism_name(name, lang) for name in mechanisms.list_mechanisms())
    *_, ids = compare_world()
    for id_ in ids[:: len(ids) // 25]:
        lines = list(stories.sentences(cogov.tell_story(GOVERNED, issue=id_), lang))
        assert not any("{" in line or "None" in line for line in lines)
        if lang == "zh":
            assert not any(letter.isascii() and letter.isalpha() for line in lines[2:] for letter in line)


def test_neighbours_who_say_the_same_are_one_sentence_and_all_else_has_its_own():
    def again_and_again(life):
        """Return whether neighbours repeat a report more than once, after another event; and how often.

        The latter is less the number of other events.
        """
        seconds = [step.what == "reported again" for step in life[0].steps]
        return sum(b and not a for a, b in pairwise(seconds)) > 1, 2 * sum(seconds) - len(seconds)

    _, row, *_ = max(iter_histories(), key=again_and_again)
    told = cogov.tell_story(GOVERNED, issue=row["id"])
    arm = max(told.arms, key=lambda arm: len(arm.steps))
    days = [line for line in stories.tell_arm(arm, told, "en") if line.startswith("Day ")]
    whats = [step.what for step in arm.steps]
    assert whats.count("reported again") > len(days) - len(set(whats)) > 0
    assert len(days) == sum(
        a != "reported again" or b != "reported again" for a, b in zip(whats, [None, *whats])
    )


def test_an_issue_goes_by_its_number_or_by_its_name():
    *_, ids = compare_world()
    for id_ in ids[::50]:
        name = divergence.issue_path(id_, GOVERNED)
        assert divergence.parse_issue(name, GOVERNED) == divergence.parse_issue(str(id_), GOVERNED) == id_


WRONG = {
    "no issue": ([], ["--issue", "--surprising"]),
    "two questions": (["--issue", "1/litter/0", "--surprising", "3"], ["--issue", "--surprising"]),
    "no id": (["--issue", "lamp"], ["'lamp'", "7/lamp_out/2", "--surprising"]),
    "no category": (["--issue", "1/lamp_ou/0"], ["'lamp_out'"]),
    "no such building": (["--issue", "99/litter/0"], ["99/litter/0", "0 to 4", "--surprising"]),
    "never arose": (["--issue", "1/litter/900000"], ["1/litter/900000", "neither", "--surprising"]),
    "a huge number": (["--issue", "9" * 5000], ["neither an id"]),
    "no language": (["--surprising", "3", "--lang", "fr"], ["available in en, zh"]),
    "nothing to compare": (
        [
            "--surprising",
            "3",
            *(word for name in read_case("wuzi_yard").mechanisms for word in ("--off", name)),
        ],
        ["grid_patrol"],
    ),
}


def type_story(monkeypatch, capsys, *words):
    return typist(monkeypatch, capsys, "story", "wuzi_yard")(*words)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_one_line_with_the_way_out(monkeypatch, capsys, wrong):
    words, hints = WRONG[wrong]
    status, out, err = type_story(monkeypatch, capsys, "--days", "60", *words)
    assert (
        status == 2
        and out == ""
        and err.startswith("cogov: ")
        and err.count("\n") == 1
        and all(hint in err for hint in hints)
    )


def test_the_command_line_tells_both_arms(monkeypatch, capsys):
    status, out, _ = type_story(monkeypatch, capsys, "--surprising", "4", "--json")
    one = json.loads(out)["most"][0]
    assert status == 0
    for lang, heads in (
        ("en", ("Without building captains", "With building captains", "first differ")),
        ("zh", ("没有楼长", "有楼长", "起不同")),
    ):
        status, out, _ = type_story(monkeypatch, capsys, "--issue", one["issue"], "--lang", lang)
        assert status == 0 and out.startswith(one["issue"]) and all(head in out for head in heads)
        status, out, _ = type_story(monkeypatch, capsys, "--surprising", "4", "--lang", lang)
        assert status == 0 and one["issue"] in out
    status, out, _ = type_story(
        monkeypatch, capsys, "--issue", str(one["id"]), "--mechanism", "grid_patrol", "--json"
    )
    told = json.loads(out)
    assert (
        status == 0
        and told["mechanisms"] == ["grid_patrol"]
        and [arm["name"] for arm in told["arms"]] == list(compare.ARMS)
    )
