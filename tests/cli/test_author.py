"""An author gets a skeleton that runs, and hears what is missing."""

import json
from zlib import crc32

import pytest
from cli_runner import typist

from cogov.experiments.comparison import mechanism_contract
from cogov.model import mechanisms


@pytest.fixture
def cogov(monkeypatch, capsys, tmp_path):
    """Type a command; returns (exit status, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mechanisms, "__path__", [*mechanisms.__path__])  # to which a folder is added
    return typist(monkeypatch, capsys)


@pytest.fixture
def mechanism(cogov, tmp_path):
    """Return the path of a new mechanism, to be read and written."""
    assert cogov("new", "mechanism", "night_walk")[0] == 0
    return tmp_path / "mechanisms" / "night_walk.py"


def fill_in(path, name):
    """Write a mechanism of another name, with the words of a skeleton replaced; return its path."""
    text = path.read_text("utf-8")
    for was, becomes in (
        ("what it does, in one sentence", "two neighbours walk at night"),
        ("WHAT LIMITS IT", "it rains"),
        ("The rules, with the FORMULAS in terms of its parameters; s", "s"),
        ("中文名", "夜巡"),
        ("一句话：它做什么。", "邻居夜里巡逻。"),
        ("一句话：它可能怎样落空。", "下雨就没人去。"),
        ('"新"', '"夜"'),
    ):
        assert was in text
        text = text.replace(was, becomes)
    path.with_name(name).write_text(text, encoding="utf-8")
    path.unlink()
    return path.with_name(name)


def promises_of(cogov, *words):
    status, out, _ = cogov("check", *words, "--json")
    found = json.loads(out)
    assert (status == 0) == found["kept"] == all(promise["kept"] for promise in found["promises"])
    return {promise["words"]: promise for promise in found["promises"]}


def test_a_new_mechanism_keeps_every_promise_but_for_its_words(cogov, mechanism):
    broken = [
        promise for promise in promises_of(cogov, "mechanism", mechanism).values() if not promise["kept"]
    ]
    assert [promise["words"] for promise in broken] == [
        "it says in both languages what it does and how it disappoints"
    ]
    assert cogov("check", "mechanism", fill_in(mechanism, "watch_one.py"))[0] == 0


@pytest.mark.parametrize(
    ("was", "becomes", "promise", "remark"),
    [
        ("* share", "", "without a share of what it asks for it pulls nothing", "voice"),
        ('("voice",)', '("voice", "keep")', "it pulls each lever that it declares, and no other", "keep"),
        (
            "m.knobs[0].committee_hours",
            "0.5",
            "every parameter has an effect",
            "none found with 8 seeds: committee_hours",
        ),
        (
            'words=("Easier to report", "更愿意反映", "对数率"),',
            "",
            "every parameter has a unit, a source and words in both languages",
            "report_log_rate",
        ),
        ('"新"', '"楼"', "its Chinese letter is its own", "building_captains"),
        ("m.counts[0] += share", "m.counts[0] = 0.0", "everything that it counts happens", "contacts"),
    ],
)
def test_a_broken_promise_is_named(cogov, mechanism, was, becomes, promise, remark):
    text = mechanism.read_text("utf-8")
    assert was in text
    path = mechanism.with_name(f"watch_{crc32(was.encode())}.py")  # a module is imported once
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    mechanism.unlink()
    found = promises_of(cogov, "mechanism", path)[promise]
    assert not found["kept"] and found["remark"] == remark


def test_a_mechanism_that_cannot_be_read_is_an_error(cogov, mechanism):
    mechanism.write_text("class", encoding="utf-8")
    status, _, err = cogov("check", "mechanism", mechanism)
    assert status == 2 and "night_walk.py:1" in err and "Traceback" not in err


def test_a_new_mechanism_among_those_of_cogov_is_one_of_them(cogov, monkeypatch, tmp_path):
    monkeypatch.setattr(mechanisms, "__path__", [str(tmp_path / "shipped"), *mechanisms.__path__[:1]])
    (tmp_path / "shipped").mkdir()
    status, out, _ = cogov("new", "mechanism", "night_stroll", "--folder", "shipped")
    assert status == 0 and "COGOV_MECHANISMS" not in out
    lines = (tmp_path / "shipped" / "night_stroll.py").read_text("utf-8").splitlines()
    assert not any(line.startswith("from cogov") for line in lines) and max(map(len, lines)) <= 110
    assert mechanisms.is_shipped(mechanisms.load_class("night_stroll"))


def test_a_new_case_runs_and_says_which_words_it_lacks(cogov, tmp_path):
    assert cogov("new", "case", "north_yard", "--skeleton")[0] == 0
    found = promises_of(cogov, "case", "north_yard.toml")
    assert [promise["words"] for promise in found.values() if not promise["kept"]] == [
        "it has a title, a story and a source, in both languages"
    ]
    assert cogov("run", "north_yard.toml", "--days", "5")[0] == 0


def test_a_case_that_ships_has_more_to_keep(cogov, monkeypatch, tmp_path):
    assert len(promises_of(cogov, "case", "wuzi_yard")) == 7
    assert cogov("new", "case", "north_yard", "--skeleton")[0] == 0
    monkeypatch.setattr(mechanism_contract, "SHIPPED", tmp_path)
    found = promises_of(cogov, "case", "north_yard.toml")
    broken = [promise for words, promise in found.items() if words.startswith("it ships")]
    assert len(broken) == 3 and not any(promise["kept"] for promise in broken)
    assert "community.elders" in broken[0]["remark"]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["mechanism", "Night"], "lower-case"),
        (["mechanism", "whistle"], "choose another name"),
        (["case", "a/b"], "contains /"),
    ],
)
def test_a_name_that_cannot_be_is_refused(cogov, words, remedy):
    status, _, err = cogov("new", *words)
    assert status == 2 and remedy in err


def test_nothing_is_overwritten(cogov, mechanism):
    before = mechanism.read_text("utf-8")
    status, _, err = cogov("new", "mechanism", "night_walk")
    assert status == 2 and "exists" in err and mechanism.read_text("utf-8") == before
