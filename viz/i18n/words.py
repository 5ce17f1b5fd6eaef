"""Look up texts of the page in English and Chinese: `translate(lang, key, **values)`.

WORDS has one dict per language, with the same keys. Texts defined elsewhere are taken from there: stories and
states from `phrases`, names of measures and Chinese names from the model. A mechanism, case
or number that users added is shown under its own name, in English.
"""

import re
from collections.abc import Iterator

from ...model import mechanisms
from ...model.issues.categories import CATEGORIES, FAMILIES, FAMILIES_ZH
from ...model.issues.issue_table import WHAT
from ...model.measures import MEASURES
from . import phrases
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
    MECHANISMS,
    ROLES,
    SCOPES,
)
from .words_numbers import ISSUE, NUMBERS
from .words_page import PAGE, TOWN

# Chinese names and names of knobs in parentheses, in the English text of a mechanism's file
ASIDE = re.compile(r" ?\([^()]*[\u4e00-\u9fff`][^()]*\)")


def plain(name: str) -> str:
    """Replace underscores with spaces."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """Capitalise the first letter."""
    return text[:1].upper() + text[1:]


def mechanism_pairs() -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield names, effects and disappointments of the mechanisms: key, (English, Chinese)."""
    for name, (_, does, disappoints) in MECHANISMS.items():
        does_en, disappoints_en = (ASIDE.sub("", text) for text in mechanisms.describe(name))
        yield f"mechanism.{name}", (capital(plain(name)), mechanisms.load_class(name).zh)
        yield f"mechanism.{name}.does", (does_en, does)
        yield f"mechanism.{name}.disappoints", (disappoints_en, disappoints)


def pairs() -> dict[str, tuple[str, str]]:
    """Return all texts: key -> (English, Chinese)."""
    return {
        **PAGE,
        **{f"town.{key}": pair for key, pair in TOWN.items()},
        **dict(mechanism_pairs()),
        **{f"group.{name}": (en, zh) for name, (en, zh, _) in GROUPS.items()},
        **{f"category.{name}": (plain(name), kind.zh) for name, kind in CATEGORIES.items()},
        **{
            f"family.{name}": pair
            for name, pair in zip(FAMILIES, zip((FAMILIES_EN[name] for name in FAMILIES), FAMILIES_ZH))
        },
        **{f"scope.{name}": pair for name, pair in SCOPES.items()},
        **{f"state.{name}": pair for name, pair in phrases.STATE.items() if name},
        **{f"role.{name}": pair for name, pair in ROLES.items()},
        **{f"lever.{name}": pair for name, pair in LEVERS.items()},
        **{f"what.{name}": WHAT_SAID[name] for name in WHAT},
        **{f"measure.{name}": (m.en, m.zh) for name, m in MEASURES.items()},
        **{f"case.{name}": (en[0], zh[0]) for name, (en, zh) in CASES.items()},
        **{f"case.{name}.story": (en[1], zh[1]) for name, (en, zh) in CASES.items()},
        **{f"trait.{name}": pair for name, pair in phrases.TRAIT.items()},
    }


WHAT_SAID = {  # events of an issue, in a word
    "arose": ("arose", "发生"),
    "reported": ("reported", "反映"),
    "reported again": ("reported again", "再次反映"),
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


def translate(lang: str, key: str, **values) -> str:
    """Return the text of a key, with `values` filled in.

    A missing key raises KeyError: that is a defect of cogov, which the tests find.
    """
    text = WORDS[lang][key]
    return text.format(**values) if values else text


def mechanism(lang: str, name: str, part: str = "") -> str:
    """Return the name of a mechanism, or its `part` "does" or "disappoints".

    For a mechanism that users added, the texts come from its own file.
    """
    key = f"mechanism.{name}.{part}" if part else f"mechanism.{name}"
    if key in WORDS[lang]:
        return WORDS[lang][key]
    if part:
        return mechanisms.describe(name)[part == "disappoints"]
    return mechanisms.load_class(name).zh or capital(plain(name)) if lang == "zh" else capital(plain(name))


def group(name: str) -> str:
    """Return the purpose of a mechanism, one of GROUPS.

    For a mechanism that users added, the first lever that it pulls decides.
    """
    if name in MECHANISMS:
        return MECHANISMS[name][0]
    pulls = mechanisms.load_class(name).pulls
    return next(
        (purpose for lever in pulls for purpose, (_, _, levers) in GROUPS.items() if lever in levers), "works"
    )


def knob(lang: str, path: str) -> tuple[str, str]:
    """Return (label, unit) of the number at a path of a scenario.

    In English the unit is "", because the knob itself declares it.
    """
    part, _, rest = path.partition(".")
    n = LANGUAGES.index(lang)
    owner, _, name = rest.partition(".")
    if part == "mechanisms":
        texts = KNOBS.get(owner, {}).get(name) or EVERY.get(name)
    elif part == "issues":
        texts = ISSUE.get(name)
    else:
        texts = NUMBERS.get(path)
    if texts is None:
        return capital(plain(path.rpartition(".")[2])), ""
    return texts[n], texts[2] if lang == "zh" else ""


def translate_exception(lang: str, wrong: Exception) -> str:
    """Return the message of a UserError; in Chinese if there is a translation."""
    return (
        str(wrong)
        if lang == "en"
        else translate_error(str(wrong), lambda path: knob("zh", path)[0], lambda name: mechanism("zh", name))
    )


def initials(name: str) -> str:
    """Return the letters shown on the helpers of a mechanism: "BC" for "building_captains"."""
    return {"consent_campaign": "SG"}.get(name) or "".join(word[0] for word in name.split("_")).upper()[:2]


def case(lang: str, name: str, part: str = "") -> str:
    """Return the short title of a case, or its "story".

    A case that users added has its own name as title, and "" as story.
    """
    key = f"case.{name}.{part}" if part else f"case.{name}"
    return WORDS[lang].get(key, "" if part else name)


def category(lang: str, name: str) -> str:
    """Return the name of a category of issues."""
    return WORDS[lang].get(f"category.{name}", plain(name))


def compound(lang: str, name: str) -> str:
    """Return the name of a compound ("old yards 3"); unknown names are returned unchanged."""
    base, _, number = name.rpartition(" ") if name[-1:].isdecimal() else (name, "", "")
    return COMPOUNDS[base] + number if lang == "zh" and base in COMPOUNDS else name


def town(lang: str, compounds=()) -> dict[str, str]:
    """Return all texts of the town, by its own keys; `compounds` are names from a recording."""
    words = WORDS[lang]
    of_model = {
        key: text
        for key, text in words.items()
        if re.match(r"(layer|state|family|scope|category)\.|mechanism\.\w+$", key)
    }
    letters = {
        f"letters.{name}": LETTERS[name] if lang == "zh" and name in LETTERS else initials(name)
        for name in mechanisms.list_mechanisms()
    }
    letters |= {f"compound.{name}": compound(lang, name) for name in compounds}
    return (
        of_model
        | letters
        | {key.removeprefix("town."): text for key, text in words.items() if key.startswith("town.")}
    )
