"""The page speaks both languages, about everything there is."""

import re
from string import Formatter

import pytest

from cogov.experiments.film import LAYERS
from cogov.model import mechanisms
from cogov.model.cases import read, shipped
from cogov.model.categories import CATEGORIES, FAMILIES, SCOPES
from cogov.model.issues import STATES, WHAT
from cogov.model.knobs import paths
from cogov.model.measures import SUMMARY
from cogov.model.pull import LEVERS as PULLED
from cogov.viz import words
from cogov.viz.words_knobs import KNOBS
from cogov.viz.words_model import GROUPS, LETTERS, MECHANISMS
from cogov.viz.words_numbers import ISSUE, NUMBERS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
OTHER_TONGUE = {"language"}  # names the language that one may switch to
CODE = {"town.value"}        # no word in it


def slots(text):
    return sorted(name for _, name, *_ in Formatter().parse(text) if name is not None)


def test_both_languages_have_the_same_keys_and_say_something():
    en, zh = (words.WORDS[language] for language in words.LANGUAGES)
    assert en.keys() == zh.keys()
    assert [key for key in en if not en[key].strip() or not zh[key].strip()] == []


def test_each_language_is_itself():
    en, zh = (words.WORDS[language] for language in words.LANGUAGES)
    assert [key for key, text in en.items() if CHINESE.search(text) and key not in OTHER_TONGUE] == []
    assert [key for key, text in zh.items() if not CHINESE.search(text) and key not in OTHER_TONGUE | CODE] == []


def test_both_languages_leave_the_same_places_for_values():
    en, zh = (words.WORDS[language] for language in words.LANGUAGES)
    assert [key for key in en if slots(en[key]) != slots(zh[key])] == []


def test_values_stand_in_their_places():
    assert words.said("en", "day", day=3, days=365) == "Day 3 of 365"
    assert words.said("zh", "day", day=3, days=365) == "第3天，共365天"
    with pytest.raises(KeyError):
        words.said("en", "no such thing")


KINDS = {
    "mechanism.{}": mechanisms.names(), "mechanism.{}.does": mechanisms.names(), "mechanism.{}.disappoints": mechanisms.names(), "category.{}": CATEGORIES, "family.{}": FAMILIES,
    "scope.{}": SCOPES, "state.{}": STATES, "what.{}": WHAT, "lever.{}": PULLED, "measure.{}": SUMMARY, "case.{}": shipped(), "case.{}.story": shipped(), "layer.{}": (*LAYERS, "unknown"),
    "town.layer.{}": (),
}  # fmt: skip


@pytest.mark.parametrize("key", KINDS)
def test_everything_there_is_has_its_words(key):
    assert [name for name in KINDS[key] if key.format(name) not in words.WORDS["zh"]] == []


def test_no_words_for_what_is_not_there():
    assert MECHANISMS.keys() == KNOBS.keys() == LETTERS.keys() == set(mechanisms.names())
    assert len(set(LETTERS.values())) == len(LETTERS)


def every_path():
    """The paths of all numbers of all that ships, mechanisms included."""
    found = {path for name in shipped() for path in paths(read(name)) if not path.startswith("mechanisms.")}
    return found | {f"mechanisms.{path}" for path in paths(mechanisms.every())}


def test_every_number_has_a_label_and_a_unit():
    """In both languages, and short enough to stand beside a slider."""
    every = every_path()
    for path in every:
        english, chinese = words.knob("en", path), words.knob("zh", path)
        assert english[0] and not CHINESE.search(english[0]) and len(english[0]) <= 42, path
        assert CHINESE.search(chinese[0]) and len(chinese[0]) <= 16, path
        assert chinese[1] and CHINESE.search(chinese[1] + "级"), path
    assert {path for path in NUMBERS} <= every
    assert {name for name in ISSUE} == {path.rpartition(".")[2] for path in every if path.startswith("issues.")}
    own = {f"mechanisms.{name}.{knob}" for name, known in KNOBS.items() for knob in known}
    assert own == {path for path in every if path.startswith("mechanisms.") and path.rpartition(".")[2] not in ("strength", "begins", "ends")}


def test_labels_of_one_mechanism_differ():
    for name, known in KNOBS.items():
        for n in (0, 1):
            labels = [label[n] for label in known.values()]
            assert len(set(labels)) == len(labels), name


@pytest.mark.parametrize("name", mechanisms.names())
def test_a_mechanism_pulls_what_its_group_is_about(name):
    assert set(mechanisms.named(name).pulls) & set(GROUPS[words.group(name)][2])


def test_a_mechanism_of_ones_own_is_called_by_its_own_name(tmp_path, monkeypatch):
    source = '"""Tea: neighbours drink tea.\n\nDisappoints by cold tea.\n"""\nfrom dataclasses import dataclass\nfrom cogov.model.mechanisms import Mechanism\n@dataclass(frozen=True)\nclass Tea(Mechanism):\n    pulls = ("ties",)\n'
    (tmp_path / "tea_round.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(mechanisms, "__path__", [*mechanisms.__path__, str(tmp_path)])
    assert words.mechanism("zh", "tea_round") == "Tea round" and words.mechanism("zh", "tea_round", "disappoints") == "Disappoints by cold tea."
    assert words.group("tea_round") == "together" and words.knob("zh", "mechanisms.tea_round.sugar_lumps") == ("Sugar lumps", "")
    assert words.case("zh", "my_yard") == "my_yard" and words.case("en", "my_yard", "story") == ""


def row(left, right, half, pairs=20.0):
    return {"without": left, "with": right, "difference": right - left, "low": right - left - half, "high": right - left + half, "pairs": pairs}


def test_a_verdict_in_both_languages():
    cost = {"hours": row(100.0, 1334.0, 5.0), "yuan": row(5000.0, 4000.0, 5.0)}
    up, down, unclear = ({"resolution_rate": row(0.5, right, 0.05), **cost} for right in (0.8, 0.2, 0.51))
    assert "rises by 30.0 points, from 50.0% to 80.0% (95 % interval 25.0 to 35.0; 20 pairs). In 365 days it changes hours of work by +1,234" in words.verdict("en", ["Whistle"], up, 30, 365)
    assert "降低30.0个百分点" in words.verdict("zh", ["楼长", "网格吹哨"], down, 30, 365) and "楼长、网格吹哨" in words.verdict("zh", ["楼长", "网格吹哨"], down, 30, 365)
    assert "no clear change" in words.verdict("en", ["Whistle"], unclear, 30, 365)
    nan = float("nan")
    assert "anecdote" in words.verdict("en", ["Whistle"], {"resolution_rate": row(0.5, 0.6, nan, 1.0), **cost}, 30, 365)


def test_the_town_speaks_chinese():
    assert all(CHINESE.search(text) for key, text in words.town("zh").items() if key != "value")
    assert words.town("en").keys() <= words.town("zh").keys()
