"""Every word of the page in English and Chinese: `said(lang, key, **values)`. One dict per language, with the same keys.

What is said elsewhere already is taken from there: stories and states from `phrases`, names of measures from `tables`, Chinese
names from the model. A mechanism, case or number that somebody else has added is called by its own name, in English.
"""

import re

from ...model import mechanisms
from ...model.issues.categories import CATEGORIES, FAMILIES, FAMILIES_ZH
from ...model.issues.issue_table import WHAT
from . import phrases
from .measure_names import NAMES
from .phrases import LANGUAGES
from .words_errors import translate_error
from .words_knobs import EVERY, KNOBS
from .words_model import (
    CASES,
    COMPOUNDS,
    FAMILIES_EN,
    GROUPS,
    LETTERS,
    LEVERS,
    MEASURES,
    MECHANISMS,
    ROLES,
    SCOPES,
)
from .words_numbers import ISSUE, NUMBERS
from .words_page import PAGE, TOWN

ASIDE = re.compile(
    r" ?\([^()]*[\u4e00-\u9fff`][^()]*\)"
)  # Chinese names and names of knobs, in the English of a mechanism's file


def plain(name):
    return name.replace("_", " ")


def capital(text):
    return text[:1].upper() + text[1:]


def mechanism_pairs():
    """Names of the mechanisms, what each does and how it disappoints: key -> (English, Chinese)."""
    for name, (_, does, disappoints) in MECHANISMS.items():
        does_en, disappoints_en = (ASIDE.sub("", text) for text in mechanisms.describe(name))
        yield f"mechanism.{name}", (capital(plain(name)), mechanisms.mechanism_class(name).zh)
        yield f"mechanism.{name}.does", (does_en, does)
        yield f"mechanism.{name}.disappoints", (disappoints_en, disappoints)


def pairs():
    """Everything that is said: key -> (English, Chinese)."""
    return {
        **PAGE,
        **{f"town.{key}": pair for key, pair in TOWN.items()},
        **dict(mechanism_pairs()),
        **{f"group.{name}": (en, zh) for name, (en, zh, _) in GROUPS.items()},
        **{f"category.{name}": (plain(name), one.zh) for name, one in CATEGORIES.items()},
        **{
            f"family.{name}": pair
            for name, pair in zip(FAMILIES, zip((FAMILIES_EN[name] for name in FAMILIES), FAMILIES_ZH))
        },
        **{f"scope.{name}": pair for name, pair in SCOPES.items()},
        **{f"state.{name}": pair for name, pair in phrases.STATE.items() if name},
        **{f"role.{name}": pair for name, pair in ROLES.items()},
        **{f"lever.{name}": pair for name, pair in LEVERS.items()},
        **{f"what.{name}": WHAT_SAID[name] for name in WHAT},
        **{f"measure.{name}": (en, MEASURES[name]) for name, en in NAMES.items()},
        **{f"case.{name}": (en[0], zh[0]) for name, (en, zh) in CASES.items()},
        **{f"case.{name}.story": (en[1], zh[1]) for name, (en, zh) in CASES.items()},
        **{f"trait.{name}": pair for name, pair in phrases.TRAIT.items()},
    }


WHAT_SAID = {  # what may happen to an issue, in a word
    "arose": ("arose", "发生"),
    "told": ("told", "反映"),
    "seconded": ("told again", "再次反映"),
    "taken in": ("taken in", "受理"),
    "agreed": ("agreed", "谈妥"),
    "consented": ("signed for", "签名够了"),
    "paid": ("paid for", "付款"),
    "answered by a department": ("answered by a department", "部门答复"),
    "begun on the spot": ("begun on the spot", "当场着手"),
    "resolved": ("resolved", "办好"),
    "verified": ("checked", "核实"),
    "reopened": ("reopened", "重新办理"),
    "forgotten": ("forgotten", "遗忘"),
    "withdrawn": ("given up", "放弃"),
    "lapsed": ("ceased by itself", "自行消失"),
    "left alone": ("left alone", "搁下"),
    "voted down": ("voted down", "表决未过"),
}
WORDS = {language: {key: pair[n] for key, pair in pairs().items()} for n, language in enumerate(LANGUAGES)}


def translate(lang, key, **values):
    """What stands under a key, values in their places. KeyError where nothing does: that is a fault of ours, which the tests find."""
    text = WORDS[lang][key]
    return text.format(**values) if values else text


def mechanism(lang, name, part=""):
    """A mechanism's name, or its `part` "does" or "disappoints"; of one that is not ours, as its own file says."""
    key = f"mechanism.{name}.{part}" if part else f"mechanism.{name}"
    if key in WORDS[lang]:
        return WORDS[lang][key]
    if part:
        return mechanisms.describe(name)[part == "disappoints"]
    return (
        mechanisms.mechanism_class(name).zh or capital(plain(name)) if lang == "zh" else capital(plain(name))
    )


def group(name):
    """What a mechanism is there for, one of GROUPS; of one that is not ours, by the first lever it pulls."""
    if name in MECHANISMS:
        return MECHANISMS[name][0]
    pulls = mechanisms.mechanism_class(name).pulls
    return next(
        (one for lever in pulls for one, (_, _, levers) in GROUPS.items() if lever in levers), "works"
    )


def knob(lang, path):
    """(label, unit or "") of the number at a path of a scenario; the unit in English is the knob's own, and "" here."""
    part, _, rest = path.partition(".")
    n = LANGUAGES.index(lang)
    owner, _, name = rest.partition(".")
    if part == "mechanisms":
        told = KNOBS.get(owner, {}).get(name) or EVERY.get(name)
    elif part == "issues":
        told = ISSUE.get(name)
    else:
        told = NUMBERS.get(path)
    if told is None:
        return capital(plain(path.rpartition(".")[2])), ""
    return told[n], told[2] if lang == "zh" else ""


def error(lang, wrong):
    """What a UserError says; in Chinese where there are words for it."""
    return (
        str(wrong)
        if lang == "en"
        else translate_error(str(wrong), lambda path: knob("zh", path)[0], lambda name: mechanism("zh", name))
    )


def initials(name):
    """What stands on the chest of a mechanism's helpers: 'building_captains' is 'BC'."""
    return {"consent_campaign": "SG"}.get(name) or "".join(word[0] for word in name.split("_")).upper()[:2]


def case(lang, name, part=""):
    """A case's short title, or its "story"; "" for a story that is not ours, and its own name for a title."""
    key = f"case.{name}.{part}" if part else f"case.{name}"
    return WORDS[lang].get(key, "" if part else name)


def category(lang, name):
    return WORDS[lang].get(f"category.{name}", plain(name))


def compound(lang, name):
    """A compound's name, "old yards 3"; of a case that is not ours, as its file has it."""
    base, _, number = name.rpartition(" ") if name[-1:].isdecimal() else (name, "", "")
    return COMPOUNDS[base] + number if lang == "zh" and base in COMPOUNDS else name


def town(lang, compounds=()):
    """Every text of the town, by its own keys; `compounds` by the names that a film gives them."""
    words = WORDS[lang]
    of_model = {
        key: text
        for key, text in words.items()
        if re.match(r"(layer|state|family|scope|category)\.|mechanism\.\w+$", key)
    }
    letters = {
        f"letters.{name}": LETTERS[name] if lang == "zh" and name in LETTERS else initials(name)
        for name in mechanisms.names()
    }
    letters |= {f"compound.{name}": compound(lang, name) for name in compounds}
    return (
        of_model
        | letters
        | {key.removeprefix("town."): text for key, text in words.items() if key.startswith("town.")}
    )
