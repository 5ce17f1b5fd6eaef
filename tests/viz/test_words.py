"""The page speaks both languages, about everything there is."""

import re
from pathlib import Path
from string import Formatter

import pytest

import cogov
from cogov.engine.parameters import paths
from cogov.engine.texts import LANGUAGES, sections
from cogov.engine.texts.errors import UserError
from cogov.experiments.narrative.recording import LAYERS, UNKNOWN
from cogov.experiments.narrative.resource_use import WHAT as WHAT_IS_ASKED
from cogov.model import mechanisms
from cogov.model.issues.categories import CATEGORIES, FAMILIES, SCOPES
from cogov.model.issues.issue_table import STATES, WHAT
from cogov.model.measures import SUMMARY
from cogov.model.resources.calendar import PAYERS
from cogov.model.resources.levers import LEVERS
from cogov.model.scenarios.cases import alter_scenario, list_cases, read_case
from cogov.model.simulate import build_community
from cogov.viz.figures.model_diagrams import PULLED
from cogov.viz.i18n import words
from cogov.viz.page.controls import OWNERS

CHINESE = re.compile(r"[\u4e00-\u9fff]")
OTHER_TONGUE = {"language"}  # names the language that one may switch to
# no word in it
CODE = {"town.value", "side", "chart.png", "chart.svg", "chart.csv", "chart.locale", "story.comma"} | {
    "story.colon",
    "story.semicolon",
    "story.title",
    "side named",
    "finding.subtitle",
    "story.took",
    "patterns.p",
    "screen.event arose",
    "results.subtitle",
    "results.factor is",
    "brief.quoted",
    "brief.to",
    "community_form.toml.compound",
    "issue_list.fit.unknown_of",
    "screen.take.pdf",
    "screen.take.docx",
    "assistant.percent",
    "assistant.progress",
}


def slots_of(text):
    return sorted(name for _, name, *_ in Formatter().parse(text) if name is not None)


def test_both_languages_have_the_same_keys_and_say_something():
    en, zh = (words.all_texts(language) for language in LANGUAGES)
    assert en.keys() == zh.keys()
    assert [key for key in en if not en[key].strip() or not zh[key].strip()] == []


def test_each_language_is_itself():
    en, zh = (words.all_texts(language) for language in LANGUAGES)
    assert [key for key, text in en.items() if CHINESE.search(text) and key not in OTHER_TONGUE] == []
    assert [
        key for key, text in zh.items() if not CHINESE.search(text) and key not in OTHER_TONGUE | CODE
    ] == []


def test_both_languages_leave_the_same_places_for_values():
    en, zh = (words.all_texts(language) for language in LANGUAGES)
    assert [key for key in en if slots_of(en[key]) != slots_of(zh[key])] == []


def test_both_catalogues_have_the_same_sections_and_keys():
    en, zh = (sections(language) for language in LANGUAGES)
    assert {name: list(texts) for name, texts in en.items()} == {
        name: list(texts) for name, texts in zh.items()
    }


def test_values_stand_in_their_places():
    assert words.translate("en", "town.day", day=3, days=365) == "Day 3 of 365"
    assert words.translate("zh", "town.day", day=3, days=365) == "第3天，共365天"
    with pytest.raises(KeyError):
        words.translate("en", "no such thing")


KINDS = {
    "mechanism.{}": mechanisms.list_mechanisms(),
    "category.{}": CATEGORIES,
    "family.{}": FAMILIES,
    "scope.{}": SCOPES,
    "state.{}": STATES,
    "event.{}": WHAT,
    "lever.{}": LEVERS,
    "lever_short.{}": LEVERS,
    "lever_group.{}": PULLED,
    "group.{}": mechanisms.GROUPS,
    "measure.{}": SUMMARY,
    "layer.{}": (*LAYERS, UNKNOWN),
    "role.{}": (*PAYERS, *WHAT_IS_ASKED),
    "owner.{}": OWNERS,
    "town.layer.{}": (),
}


@pytest.mark.parametrize("key", KINDS)
def test_everything_there_is_has_its_words(key):
    assert [name for name in KINDS[key] if key.format(name) not in words.all_texts("zh")] == []


@pytest.mark.parametrize("name", list_cases())
def test_a_case_has_a_title_and_a_story_in_both_languages(name):
    for part in ("", "story"):
        english, chinese = words.case("en", name, part), words.case("zh", name, part)
        assert english and not CHINESE.search(english) and CHINESE.search(chinese)


@pytest.mark.parametrize("name", mechanisms.list_mechanisms())
def test_a_mechanism_says_in_both_languages_what_it_does_and_how_it_disappoints(name):
    for part in ("", "does", "disappoints"):
        english, chinese = words.mechanism("en", name, part), words.mechanism("zh", name, part)
        assert english and not CHINESE.search(english) and CHINESE.search(chinese)
    assert CHINESE.fullmatch(words.letters("zh", name)) and re.fullmatch(
        "[A-Z]{1,2}", words.letters("en", name)
    )


def test_the_letters_of_mechanisms_differ():
    for lang in LANGUAGES:
        letters = [words.letters(lang, name) for name in mechanisms.list_mechanisms()]
        assert len(set(letters)) == len(letters), lang


def test_every_compound_that_ships_has_a_chinese_name():
    names = {one.name for name in list_cases() for one in read_case(name).compound}
    assert {
        name: words.compound("zh", name) for name in names if not CHINESE.search(words.compound("zh", name))
    } == {}
    assert (
        words.compound("zh", "old yards 12") == "老院落12"
        and words.compound("en", "old yards 12") == "old yards 12"
        and words.compound("zh", "my yard 2") == "my yard 2"
    )


def test_no_words_for_what_is_not_there():
    source = "".join(
        path.read_text(encoding="utf-8") for path in (Path(cogov.__file__).parent / "viz").rglob("*.py")
    )
    composed = ("role.", "owner.", "layer.", "preset.", "mechanism.", "lesson.waits.")  # keys made of a name
    assert [
        key
        for key in sections("en")["page"]
        if f'"{key}"' not in source and f"'{key}'" not in source and not key.startswith(composed)
    ] == []


def all_paths():
    """Return the paths of all numbers of all that ships, mechanisms included."""
    found = {
        path for name in list_cases() for path in paths(read_case(name)) if not path.startswith("mechanisms.")
    }
    return found | {f"mechanisms.{path}" for path in paths(mechanisms.all_mechanisms())}


def test_every_number_has_a_label_and_a_unit():
    """In both languages, and short enough to stand beside a slider."""
    every = all_paths()
    for path in every:
        english, chinese = words.knob("en", path), words.knob("zh", path)
        assert english[0] and not CHINESE.search(english[0]) and len(english[0]) <= 42, path
        assert CHINESE.search(chinese[0]) and len(chinese[0]) <= 16, path
        assert chinese[1] and CHINESE.search(chinese[1] + "级"), path


@pytest.mark.parametrize("name", mechanisms.list_mechanisms())
def test_labels_of_one_mechanism_differ(name):
    for lang in LANGUAGES:
        labels = [
            words.knob(lang, f"mechanisms.{name}.{knob}")[0] for knob in paths(mechanisms.load_class(name)())
        ]
        assert len(set(labels)) == len(labels), lang


@pytest.mark.parametrize("name", mechanisms.list_mechanisms())
def test_a_mechanism_pulls_what_its_group_is_about(name):
    assert set(mechanisms.load_class(name).pulls) & set(mechanisms.GROUPS[mechanisms.group_of(name)])


def test_a_mechanism_of_ones_own_is_called_by_its_own_name(tmp_path, monkeypatch):
    source = (
        '"""Tea: neighbours drink tea.\n'
        "\n"
        "Disappoints by cold tea.\n"
        '"""\n'
        "from dataclasses import dataclass\n"
        "from cogov.model.mechanisms import Mechanism\n"
        "@dataclass(frozen=True)\n"
        "class Tea(Mechanism):\n"
        '    pulls = ("ties",)\n'
    )
    (tmp_path / "tea_round.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(mechanisms, "__path__", [*mechanisms.__path__, str(tmp_path)])
    assert (
        words.mechanism("zh", "tea_round") == "Tea round"
        and words.mechanism("zh", "tea_round", "disappoints") == "Disappoints by cold tea."
    )
    assert mechanisms.group_of("tea_round") == "together" and words.knob(
        "zh", "mechanisms.tea_round.sugar_lumps"
    ) == ("Sugar lumps", "")
    assert words.case("zh", "my_yard") == "my_yard" and words.case("en", "my_yard", "story") == ""


REFUSED = {
    "children": 16_000,
    "residents": 200,
    "households": 10,
    "elders": 20_000,
    "elders_alone": 9000,
    "housebound": 9999,
    "members": 19_000,
    "in_service": 5000,
    "volunteers": 20_000,
    "member_volunteers": 5000,
    "owners": 30_000,
    "away": 300_000,
    "registered": 30_000,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_community_refuses_is_said_in_chinese(name):
    with pytest.raises(UserError) as refused:
        alter_scenario(read_case("guiyuan"), settings={f"community.{name}": REFUSED[name]})
    said = words.translate_exception("zh", refused.value)
    assert (
        CHINESE.search(said)
        and not re.search("[A-Za-z]{2,}", said)
        and f"{REFUSED[name]}"[:3] in said
        or name == "residents"
    )
    assert words.translate_exception("en", refused.value) == str(refused.value)


def test_an_error_found_while_building_a_community_is_said_in_chinese():
    with pytest.raises(
        UserError, match="^wuzi_yard: community.residents leaves residents without a household"
    ) as refused:
        build_community(
            alter_scenario(
                read_case("wuzi_yard"), settings={"community.elders_alone": 78, "community.elders": 92}
            )
        )
    assert CHINESE.search(said := words.translate_exception("zh", refused.value)) and not re.search(
        "[A-Za-z]{2,}", said
    )


def test_a_mechanism_that_is_unknown_is_said_in_chinese():
    with pytest.raises(
        UserError, match="no mechanism is called 'whistel'; did you mean 'whistle'"
    ) as refused:
        alter_scenario(read_case("wuzi_yard"), on="whistel")
    assert words.translate_exception("zh", refused.value) == "没有名为'whistel'的机制；是不是'whistle'？"


def test_what_any_number_refuses_is_said_in_chinese():
    for path, value in (
        ("committee.staff", -1),
        ("mechanisms.grid_patrol.patrol_hours", 5),
        ("issues.lamp_out.rate", -3),
        ("committee.staff", "9 9"),
    ):
        with pytest.raises(UserError) as refused:
            alter_scenario(read_case("guiyuan"), on=["whistle"], settings={path: value})
        assert CHINESE.search(words.translate_exception("zh", refused.value)) and not re.search(
            "[A-Za-z]{2,}", words.translate_exception("zh", refused.value)
        ), words.translate_exception("zh", refused.value)
    assert words.translate_exception("zh", UserError("no such thing")) == "no such thing"


def test_the_town_speaks_chinese():
    assert all(CHINESE.search(text) for key, text in words.town("zh").items() if key != "value")
    assert words.town("en").keys() <= words.town("zh").keys()
