"""What the first screen is told once: its texts in both languages, and what there is to choose."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from ...engine import release
from ...engine.texts import LANGUAGES, sections
from ...experiments.comparison.arm_answers import LUCKS, WORLDS
from ...experiments.narrative.community_draft import describe_fields
from ...model import mechanisms
from ...model.issues.categories import SCOPES
from ...model.issues.issue_table import WHAT
from ...model.resources.calendar import PAYERS
from ...model.scenarios.cases import list_cases, list_examples
from ...model.scenarios.scenario import Scenario
from ..i18n import words
from ..text.evidence_words import describe_mechanism_grade
from .arms import DEFAULT, KNOBS
from .issue_list import catalogue
from .take_along import kinds_of_files


def page_data(
    communities: Sequence[Scenario],
    lang: str = "en",
    runs: tuple[int, int] = (LUCKS, WORLDS),
    form: bool = True,
) -> dict[str, Any]:
    """Return the data of the page, see `PageData` in static/words.js; the first community is shown first.

    `runs` are the years of luck and the plausible worlds that an answer has; `form`: whether visitors can
    enter a community of their own.
    """
    names = mechanisms.list_mechanisms()
    return {
        "texts": {language: texts(language, tuple(names)) for language in LANGUAGES},
        "what": list(WHAT),
        "scopes": list(SCOPES),
        "communities": [describe_community(scenario) for scenario in communities],
        "mechanisms": [{"name": name, "group": mechanisms.group_of(name)} for name in names],
        "groups": list(mechanisms.GROUPS),
        "payers": list(PAYERS),
        "version": release.project()[0],
        "runs": {"luck": runs[0], "worlds": runs[1]},
        "lang": lang,
        "first": {"a": "", "b": DEFAULT, "seed": 0},
        "briefs": kinds_of_files() if form else {},
        "form": {
            language: {
                "words": sections(language)["community_form"],
                "fields": describe_fields(language),
                "list": {"words": sections(language)["issue_list"], "families": catalogue(language)},
            }
            for language in (LANGUAGES if form else ())
        },
    }


@cache
def texts(lang: str, names: tuple[str, ...]) -> dict[str, str]:
    """Return the texts of the first screen in a language: key -> text."""
    parts = sections(lang)
    out = dict(parts["screen"])
    out |= {"other language": parts["page"]["language"], "comma": parts["story"]["comma"]}
    for section in ("trouble", "actor", "role", "group", "lever", "lever_short"):
        out |= {f"{section}.{key}": text for key, text in parts[section].items()}
    for name in names:
        out |= {
            f"mechanism.{name}": words.mechanism(lang, name),
            f"in_text.{name}": parts["in_text"].get(name) or words.mechanism(lang, name),
            f"does.{name}": without_name(words.mechanism(lang, name, "does")),
            f"disappoints.{name}": words.mechanism(lang, name, "disappoints").removeprefix("Disappoints "),
            f"grade.{name}": describe_mechanism_grade(lang, name),
            f"letters.{name}": words.letters(lang, name),
        }
        if lang == "en" and name.endswith("s"):
            out[f"plural.{name}"] = name
    return out


def without_name(does: str) -> str:
    """Drop the name before the colon of what a mechanism does, and begin with a capital."""
    _, colon, rest = does.partition(": ")
    return words.capital(rest if colon else does)


def usual_knobs(scenario: Scenario, name: str) -> dict[str, float]:
    """Return the strength and dates that a case gives to a mechanism, where they are not the model's own."""
    ours, plain = scenario.mechanisms[name], mechanisms.load_class(name)()
    return {knob: getattr(ours, knob) for knob in KNOBS if getattr(ours, knob) != getattr(plain, knob)}


def words_of_given(scenario: Scenario, lang: str) -> list[str]:
    """Return the numbers of the community that a report gives, each with its name."""
    people = scenario.community
    return [f"{words.knob(lang, f'community.{n}')[0]} {getattr(people, n):,}" for n in people.given]


def describe_community(scenario: Scenario, served: bool = True) -> dict[str, Any]:
    """Return what the page says of a community, see `Community` in static/words.js.

    `served`: whether other rooms of the page know it, too.
    """
    buildings = sum(kind.buildings * kind.count for kind in scenario.compound)
    return {
        "name": scenario.name,
        "title": {lang: words.case(lang, scenario.name, scenario=scenario) for lang in LANGUAGES},
        "size": {lang: sections(lang)["screen"]["size houses"].format(n=buildings) for lang in LANGUAGES},
        "reported": sorted(scenario.mechanisms),
        "usual": {name: usual_knobs(scenario, name) for name in sorted(scenario.mechanisms)},
        "yards": {lang: name_compounds(scenario, lang) for lang in LANGUAGES},
        "categories": {
            lang: {name: words.category(lang, name, scenario) for name in scenario.issues}
            for lang in LANGUAGES
        },
        "own": scenario.name not in (*list_cases(), *list_examples()),
        "served": served,
        "story": {lang: words.case(lang, scenario.name, "story", scenario) for lang in LANGUAGES},
        "provenance": scenario.provenance,
        "given": {lang: words_of_given(scenario, lang) for lang in LANGUAGES},
    }


def name_compounds(scenario: Scenario, lang: str) -> list[str]:
    """Name every compound; those that a case only counts get the name of a plant, each another one."""
    plants = iter(sections(lang)["screen"]["yards"].split(","))
    pattern, names = sections(lang)["screen"]["yard name"], []
    for kind in scenario.compound:
        own = words.capital(words.compound(lang, kind.name, scenario))
        for number in range(kind.count):
            plant = next(plants, "") if kind.count > 1 else ""
            counted = f"{own} {number + 1}" if kind.count > 1 else own
            names.append(pattern.format(plant=plant) if plant else counted)
    return names
