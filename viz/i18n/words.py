"""Look up texts of the page in English and Chinese: `translate(lang, key, **values)`.

Texts of the page stand in the catalogues of `engine/texts`, under a key of their own; those of another
section under "section.key". What is declared elsewhere is taken from there: names of mechanisms, knobs,
measures and categories from the model, titles and stories from the case files. What users added and did not
name in Chinese is shown under its own name.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import Field
from functools import cache, lru_cache

from ...engine.parameters import paths
from ...engine.texts import sections
from ...engine.texts.errors import Namer, UserError
from ...model import mechanisms
from ...model.activities import format_amount
from ...model.issues.categories import CATEGORIES
from ...model.measures import MEASURES
from ...model.scenarios.cases import list_cases, read_case
from ...model.scenarios.scenario import Scenario

# Chinese names and names of knobs in parentheses, in the English text of a mechanism's file
ASIDE = re.compile(r" ?\([^()]*[\u4e00-\u9fff`][^()]*\)")


def plain(name: str) -> str:
    """Replace underscores with spaces."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """Capitalise the first letter."""
    return text[:1].upper() + text[1:]


def declared(lang: str) -> Iterator[tuple[str, str]]:
    """Yield the texts that are declared in the model: key, text."""
    zh = lang == "zh"
    for name, kind in CATEGORIES.items():
        yield f"category.{name}", kind.zh if zh else plain(name)
    for name, measure in MEASURES.items():
        yield f"measure.{name}", measure.zh if zh else measure.en
    for name in mechanisms.shipped_names():
        yield f"mechanism.{name}", mechanism(lang, name)


@cache
def all_texts(lang: str) -> dict[str, str]:
    """Return all texts of the page: key -> text."""
    catalogue = {
        key if section == "page" else f"{section}.{key}": text
        for section, texts in sections(lang).items()
        for key, text in texts.items()
    }
    return catalogue | dict(declared(lang))


def translate(lang: str, key: str, **values: object) -> str:
    """Return the text of a key, with `values` filled in.

    A missing key raises KeyError: that is a defect of cogov, which the tests find.
    """
    text = all_texts(lang)[key]
    return text.format(**values) if values else text


def mechanism(lang: str, name: str, part: str = "") -> str:
    """Return the name of a mechanism, or its `part` "does" or "disappoints", from its file."""
    kind = mechanisms.load_class(name)
    if not part:
        return (kind.zh if lang == "zh" else kind.en) or capital(plain(name))
    chinese = kind.zh_does if part == "does" else kind.zh_disappoints
    if lang == "zh" and chinese:
        return chinese
    english = mechanisms.describe(name)[part == "disappoints"]
    return ASIDE.sub("", english) if mechanisms.is_shipped(kind) else english


def arm(lang: str, on: Sequence[str]) -> str:
    """Return a short name of an arm: the one mechanism that is on, or how many are."""
    if not on:
        return translate(lang, "nothing on")
    name = mechanism(lang, on[0])
    return name[:1].lower() + name[1:] if len(on) == 1 else translate(lang, "many on", n=len(on))


def amount(lang: str, count: mechanisms.Count, value: float) -> str:
    """Return what is counted and how much of it, with its unit where the words do not say it."""
    text, unit = (count.zh, count.unit_zh) if lang == "zh" and count.zh else (count.en, count.unit)
    number = format_amount(value)
    return f"{text} {number}" if unit in text else f"{text} {number} {unit}"


def letters(lang: str, name: str) -> str:
    """Return the letters that label a mechanism's helpers in the town: "BC" for "building_captains"."""
    kind = mechanisms.load_class(name)
    initials = kind.letters or "".join(word[0] for word in name.split("_")).upper()[:2]
    return kind.zh_letter or initials if lang == "zh" else initials


@lru_cache(maxsize=64)
def knob_fields(chosen: tuple[str, ...]) -> dict[str, Field]:
    """Map the path of every knob to its field, with the mechanisms `chosen`."""
    return paths(Scenario(mechanisms={name: mechanisms.load_class(name)() for name in chosen}))


def knob(lang: str, path: str) -> tuple[str, str]:
    """Return (label, unit) of the knob at a path of a scenario.

    In English the unit is "", because the knob itself declares it.
    """
    part, _, rest = path.partition(".")
    owner, _, name = rest.rpartition(".")
    known = part != "mechanisms" or not mechanisms.explain_unusable(owner)
    f = knob_fields((owner,) if part == "mechanisms" and known else ()).get(
        f"issues.{next(iter(CATEGORIES))}.{name}" if part == "issues" else path
    )
    label, zh, unit_zh = f.metadata.get("words", ("", "", "")) if f else ("", "", "")
    label = label or capital(plain(path.rpartition(".")[2]))
    return (zh or label, unit_zh) if lang == "zh" else (label, "")


def case(lang: str, name: str, part: str = "", scenario: Scenario | None = None) -> str:
    """Return the short title of a case, or its "story"; of a user's own from its `scenario`, if given.

    A case without a short title is called by its name.
    """
    scenario = scenario or (read_case(name) if name in list_cases() else None)
    if scenario is None:
        return "" if part else name
    if part:
        return scenario.story_zh or scenario.story if lang == "zh" else scenario.story
    return (scenario.short_title_zh if lang == "zh" else "") or scenario.short_title or scenario.name


def category(lang: str, name: str, scenario: Scenario | None = None) -> str:
    """Return the name of a category of issues, one that ships or one of `scenario`."""
    kind = scenario.issues.get(name) if scenario else CATEGORIES.get(name)
    return kind.zh if kind and kind.zh and lang == "zh" else plain(name)


@cache
def shipped_compounds() -> dict[str, str]:
    """Map the name of every compound of a shipped case to its Chinese name."""
    return {kind.name: kind.zh for name in list_cases() for kind in read_case(name).compound if kind.zh}


def compound(lang: str, name: str, scenario: Scenario | None = None) -> str:
    """Return the name of a compound ("old yards 3"); without a Chinese name it is returned unchanged."""
    base, _, number = name.rpartition(" ") if name[-1:].isdecimal() else (name, "", "")
    own = {kind.name: kind.zh for kind in scenario.compound} if scenario else {}
    zh = own.get(base) or shipped_compounds().get(base)
    return zh + number if lang == "zh" and zh else name


def town(lang: str, compounds: Iterable[str] = (), scenario: Scenario | None = None) -> dict[str, str]:
    """Return all texts of the town, by its own keys; `compounds` are names from a recording."""
    texts = all_texts(lang)
    of_model = {
        key: text
        for key, text in texts.items()
        if re.match(r"(layer|state|family|scope|category)\.|mechanism\.\w+$", key)
    }
    if scenario:
        of_model |= {f"category.{name}": category(lang, name, scenario) for name in scenario.issues}
    of_model |= {f"mechanism.{name}": mechanism(lang, name) for name in mechanisms.list_mechanisms()}
    helpers = {f"letters.{name}": letters(lang, name) for name in mechanisms.list_mechanisms()}
    named = {f"compound.{name}": compound(lang, name, scenario) for name in compounds}
    return of_model | helpers | named | sections(lang)["town"]


def translate_exception(lang: str, wrong: Exception) -> str:
    """Return the message of an exception; that of a UserError in the language, with names in it."""
    return wrong.message.in_language(lang, namer(lang)) if isinstance(wrong, UserError) else str(wrong)


def namer(lang: str) -> Namer | None:
    """Return what names knobs and mechanisms in Chinese errors; None for English."""

    def name_of(kind: str, name: str) -> str:
        try:
            label = knob(lang, name)[0] if kind == "knob" else mechanism(lang, name)
        except UserError:  # the mechanism cannot be used: that may be the error
            return name
        return name if label.isascii() else label  # a field of a file has no Chinese name

    return name_of if lang == "zh" else None
