"""The first screen: what a file holds, what its scripts say of it, and how it behaves in a browser."""

import base64
import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cogov.engine.texts import LANGUAGES, sections
from cogov.engine.texts.errors import UserError
from cogov.experiments.comparison.arm_answers import worlds_of_case, year_in_world, year_of_luck
from cogov.experiments.comparison.compare import compare
from cogov.experiments.comparison.streaming_comparison import pair_seed
from cogov.experiments.narrative.recording import record_year, unpack_recording
from cogov.experiments.narrative.recording_difference import pack_difference, pack_reference
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.model.simulate import build_community, simulate
from cogov.viz.screen import page_data, scripts
from cogov.viz.screen.arms import held_by, key_of_names, parse_key, scenario_of
from cogov.viz.screen.communities import checked_view
from cogov.viz.screen.early import FRAME
from cogov.viz.screen.single_file import FilePlan, build_file, keys_of_file

CASE = replace(read_case("wuzi_yard"), days=150)
ARM = "building_captains"


@pytest.fixture(scope="module")
def years():
    """Return the recorded years without any mechanism, and with captains."""
    arms = [scenario_of(CASE, key) for key in ("", ARM)]
    return [record_year(arm, pair_seed(CASE)) for arm in arms]


@pytest.fixture(scope="module")
def file_text():
    """Return the file of a short year, with two arms."""
    return build_file(FilePlan(CASE, keys_of_file(CASE, [ARM]), 0, 6, 12), "en", workers=0)


@pytest.fixture(scope="module")
def yard(file_text, tmp_path_factory):
    """Return the path of the file."""
    path = tmp_path_factory.mktemp("yard") / "yard.html"
    path.write_text(file_text, encoding="utf-8")
    return path


def in_file(text, name):
    """Return the JSON of a script element of the file."""
    return json.loads(
        re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.S)[1]
    )


def unpacked(raw):
    return unpack_recording(gzip.decompress(raw))


def lives(arrays, first):
    """Return the events of every issue: id -> list of (day, state, what, by, who)."""
    events = np.stack([arrays[f"event_{name}"] for name in ("day", "state", "what", "by", "who")], axis=1)
    return {
        int(i): events[a:b].tolist() for i, a, b in zip(arrays["issue_id"], first[:-1], first[1:]) if b > a
    }


def put_together(reference, difference):
    """Return the lives of an arm from the packed reference and what differs, as a page does."""
    _, base = unpacked(reference)
    _, own = unpacked(difference)
    assert own["row"].max() < len(base["issue_id"]) + len(own["issue_id"])
    ids = np.r_[base["issue_id"], own["issue_id"]][own["row"]]
    again = lives({**own, "issue_id": ids}, np.r_[0, own["events"].cumsum()])
    gone = {int(i) for i, count in zip(ids, own["events"]) if not count}
    kept = lives(base, np.r_[0, base["events"].cumsum()])
    return {i: life for i, life in kept.items() if i not in gone} | again


@pytest.mark.parametrize("one, other", [("", ARM), ("", "self_management"), ("self_management", "")])
def test_a_year_comes_back_from_what_differs_in_it(one, other):
    """An issue may arise in both arms, in the reference only, or in the other arm only."""
    first, second = (record_year(scenario_of(CASE, key), pair_seed(CASE)) for key in (one, other))
    ids = [{*recording.arrays["issue_id"].tolist()} for recording in (first, second)]
    assert (ids[0] == ids[1]) == (other == ARM)
    again = put_together(pack_reference(first), pack_difference(second, first))
    assert again == lives(second.arrays, second.arrays["issue_first"])


def test_a_difference_is_much_smaller_than_a_year(years):
    case = read_case("guiyuan")
    arms = [record_year(scenario_of(case, key), pair_seed(case)) for key in ("", "study_visits")]
    assert len(pack_difference(arms[1], arms[0])) < 0.25 * len(pack_reference(arms[1]))


def test_years_of_two_places_are_not_compared(years):
    other = record_year(replace(read_case("shuian"), days=20), 1)
    with pytest.raises(ValueError, match="different places"):
        pack_difference(other, years[0])


def test_a_recording_tells_who_lives_in_a_home_and_who_reported(years):
    arrays, people = (
        years[0].arrays,
        build_community(scenario_of(CASE, "")),
    )
    r = people.residents
    for band, name in enumerate(("children", "adults", "elders")):
        assert arrays[f"flat_{name}"].sum() == np.count_nonzero(r.band == band)
    assert np.count_nonzero(arrays["flat_traits"] & 1) == len({*r.home[np.asarray(r.member) > 0]})
    told = arrays["event_who"] > 0
    names = np.array(years[0].header["what"])[arrays["event_what"]]
    assert told.any() and set(names[told]) <= {"reported", "withdrawn"}
    assert arrays["event_who"].max() <= 24
    at_home = arrays["event_who"] > 12
    issue = np.repeat(np.arange(len(arrays["issue_id"])), np.diff(arrays["issue_first"]))
    assert at_home.any() and (arrays["issue_flat"][issue[at_home]] >= 0).all()


def test_the_year_on_show_has_the_issues_of_the_simulated_year(file_text):
    film = in_file(file_text, "films")["wuzi_yard"]
    run = simulate(scenario_of(CASE, ""), pair_seed(CASE))
    _, arrays = unpacked(base64.b64decode(film["reference"]))
    assert sorted(arrays["issue_id"].tolist()) == sorted(run.issues["id"].tolist())
    last = arrays["event_state"][arrays["events"].cumsum() - 1]
    assert dict(zip(arrays["issue_id"].tolist(), last.tolist())) == dict(
        zip(run.issues["id"].tolist(), run.issues["state"].tolist())
    )


def test_the_runs_of_a_file_are_those_of_the_command_line(file_text):
    film = in_file(file_text, "films")["wuzi_yard"]
    plain = alter_scenario(CASE, off=[name for name in CASE.mechanisms if name != ARM])
    result = compare(plain, [ARM], replicates=6, worlds=12, workers=0)
    rates = {
        arm: result.rows.xs(arm, level="arm")["resolution_rate"].to_numpy()
        if "arm" in result.rows.index.names
        else result.rows[result.rows["arm"] == arm]["resolution_rate"].to_numpy()
        for arm in ("without", "with")
    }
    for key, arm in (("", "without"), (ARM, "with")):
        ours = [run["resolution_rate"] for run in film["runs"][key]["luck"]]
        assert np.allclose(ours, rates[arm], atol=1e-5)
    effect = np.array(
        [
            b["resolution_rate"] - a["resolution_rate"]
            for a, b in zip(film["runs"][""]["worlds"], film["runs"][ARM]["worlds"])
        ]
    )
    assert np.median(effect) == pytest.approx(result.ranges.loc["resolution_rate", "median"], abs=1e-4)


def test_a_world_is_the_same_for_every_arm():
    worlds = worlds_of_case(CASE)
    a, b = (year_in_world(worlds, scenario_of(CASE, key), 3) for key in ("", "whistle"))
    assert a["resolution_rate"] is not None and a != year_of_luck(scenario_of(CASE, ""), 0, 3)
    assert b["hours"] >= a["hours"]


@pytest.mark.parametrize("key", ["", ARM, "grid_patrol:strength=0.5+whistle:first_day=30:last_day=90"])
def test_an_arm_is_told_by_its_key(key):
    names, settings = parse_key(key)
    arm = scenario_of(CASE, key)
    assert sorted(arm.mechanisms) == sorted(names) and held_by(key) == {*settings}
    if "strength" in key:
        assert arm.mechanisms["grid_patrol"].strength == 0.5
        assert (arm.mechanisms["whistle"].first_day, arm.mechanisms["whistle"].last_day) == (30, 90)


def test_what_a_case_tells_of_a_mechanism_is_kept():
    case = read_case("wuzi_yard")
    assert scenario_of(case, ARM).mechanisms[ARM] == case.mechanisms[ARM]
    assert scenario_of(case, key_of_names(case.mechanisms)) == case


@pytest.mark.parametrize(
    "key",
    ["nothing", "whistle:strength=2", "whistle:hours=3", "+", "whistle:strength=1.2.3", "../x", "a" * 9000],
)
def test_a_wrong_key_is_refused_in_words(key):
    with pytest.raises(UserError):
        scenario_of(CASE, key)


@pytest.mark.parametrize("view", [None, 3, [], {"place": "nowhere"}, {"b": "nothing"}, {"a": 3, "day": "x"}])
def test_a_view_that_cannot_be_shown_is_left_out(view):
    shown = checked_view(view)
    assert "b" not in shown and "a" not in shown and "day" not in shown


def test_every_text_of_the_screen_is_used_by_a_script():
    files = [path for path in scripts.STATIC.iterdir() if path.suffix in (".js", ".html")]
    used = "".join(path.read_text("utf-8") for path in (*files, scripts.STATIC.parent / "page_data.py"))
    families = tuple(re.findall(r"`(\w+[ .])\$\{", used))  # say(`light.${light}`)
    counted = {f"{count} {key}" for key in ("elder", "adult", "child") for count in ("one", "n")}
    unused = [
        key
        for key in sections("en")["screen"]
        if f'"{key}"' not in used and key not in counted and not key.startswith(families)
    ]
    assert unused == [] and "finding " in families


def test_every_text_that_a_script_asks_for_is_there():
    texts = {lang: page_data.texts(lang, tuple(page_data.mechanisms.list_mechanisms())) for lang in LANGUAGES}
    for path in scripts.STATIC.glob("*.js"):
        for key in re.findall(r'\bsay\("([^"$]+)"', path.read_text("utf-8")):
            assert all(key in texts[lang] for lang in LANGUAGES), f"{path.name}: {key}"


def test_modules_become_one_script_in_the_order_of_need():
    text = scripts.script()
    assert "import {" not in text and text.count("const module_") == len(
        re.findall(r"const module_\w+ = \(\(\)", text)
    )
    order = re.findall(r"const module_(\w+) = \(\(\)", text)
    assert order.index("words") < order.index("screen") < order.index("start")
    assert {path.stem for path in scripts.STATIC.glob("*.js")} == set(order)


def test_the_file_asks_for_nothing_and_says_what_it_is(file_text):
    assert not re.search(r'(?:src|href)="(?!#)', file_text) and "http://" not in file_text.replace(
        "http://www.w3.org", ""
    )
    data = in_file(file_text, "data")
    assert data["first"] == {"a": "", "b": ARM, "seed": 0}
    assert [c["name"] for c in data["communities"]] == ["wuzi_yard"] and data["runs"] == {
        "luck": 6,
        "worlds": 12,
    }


def test_every_text_of_solaras_frame_that_is_replaced_is_there():
    import solara.server

    folder = Path(solara.server.__file__).parent / "templates"
    frame = "".join(path.read_text("utf-8") for path in sorted(folder.glob("*.j2")))
    shown = frame.replace("{{ title }}", "Solara ☀️")
    missing = [text for text in FRAME if text not in shown and "Solara ☀️" not in text]
    assert missing == []
