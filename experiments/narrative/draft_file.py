"""Write a draft as a case file that says which numbers are assumed, and read a case file as a draft."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from operator import attrgetter
from typing import Any

from ...engine.parameters import LeftOut, paths
from ...engine.texts import translate
from ...engine.texts.errors import UserError
from ...engine.toml_reader import LARGEST, parse_text
from ...model.scenarios.cases import scenario_of_table
from ...model.scenarios.scenario import Compound, Scenario
from ..files.case_writer import write_case
from .community_draft import FIELDS, Draft, find_problems
from .draft_scenario import CENSUS, HIDDEN, PATHS, PLAIN, Layout, read_scenario, scenario_of_draft


def draft_to_toml(
    draft: Draft,
    assumed: Collection[str] = (),
    base: Scenario | None = None,
    lang: str = "en",
    layout: Layout = PLAIN,
    like: str = "",
    title: str = "",
) -> str:
    """Return the text of a case file, which `cogov run FILE` accepts. Raises DraftRefused.

    `assumed` are the fields that were filled, from the case `like`; these, and the empty ones, are marked by
    a comment with the rule. `title` is what the community is called, if that is not the name of its file.
    """
    scenario = scenario_of_draft(draft, base, lang, layout)
    values, _ = find_problems(draft)
    comment = {
        field: assumed_by(field, field in values, lang, like)
        for field in FIELDS
        if field in assumed or field not in values
    }
    notes = {path: comment[field] for path, field in PATHS.items() if field in comment and path != "name"}
    if scenario.compound == (base.compound if base else None):
        notes = {path: note for path, note in notes.items() if not path.startswith("compound.")}
    elif len(scenario.compound) > 1:
        first = {path: note for path, note in notes.items() if path.startswith("compound.0.")}
        for n in range(len(scenario.compound)):
            notes |= {path.replace(".0.", f".{n}.", 1): note for path, note in first.items()}
        notes = {path: note for path, note in notes.items() if not path.endswith(".buildings")}
    if not any(kind.company for kind in scenario.compound):
        notes.pop("property_managers.households_per_worker", None)
    if not base:
        lowered = [name for name in HIDDEN if not isinstance(getattr(scenario.community, name), LeftOut)]
        notes |= {f"community.{name}": translate(lang, "community_form", "toml.left_out") for name in lowered}
    given = tuple(name for name in scenario.community.given if PATHS.get(f"community.{name}") not in comment)
    scenario = replace(scenario, community=replace(scenario.community, given=given))
    if not base:
        scenario = _with_words(scenario, title or values["name"], lang, bool(layout.kinds))
    if scenario.place.cells and layout.plan is not None:
        source = f" ({layout.source})" if layout.source else ""
        notes["place.cells"] = translate(lang, "community_form", "toml.cells", source=source)
        if scenario.place.outlines:
            notes["place.outlines"] = translate(lang, "community_form", "toml.outlines")
    header = translate(lang, "community_form", "toml.header", name=title or values["name"])
    return write_case(scenario, notes, header)


def _with_words(scenario: Scenario, title: str, lang: str, by_floors: bool) -> Scenario:
    """Return a scenario of a draft with the texts that a case has, in both languages."""

    def named(kind: Compound, language: str) -> str:
        """Return the name of a compound in a language, with its floors if these set it apart."""
        key = "toml.kind" if by_floors else "toml.compound"
        return translate(language, "community_form", key, title=title[:50], floors=kind.floors)

    sizes = {
        "buildings": f"{sum(kind.count * kind.buildings for kind in scenario.compound):,}",
        "residents": f"{scenario.community.residents:,}",
    }
    return replace(
        scenario,
        title=title,
        short_title=title,
        short_title_zh=title,
        story=translate("en", "community_form", "toml.story", **sizes),
        story_zh=translate("zh", "community_form", "toml.story", **sizes),
        provenance=translate(lang, "community_form", "toml.provenance"),
        compound=tuple(
            replace(kind, name=named(kind, "en"), zh=named(kind, "zh")) for kind in scenario.compound
        ),
    )


def assumed_by(field: str, filled: bool, lang: str, like: str = "") -> str:
    """Return by which rule a field was filled from a case, or left to the model, as "assumed: ..."."""
    if field == "lifts":
        return translate(lang, "community_form", "toml.lifts")
    if not filled:
        return translate(lang, "community_form", "toml.left_out")
    case = like or translate(lang, "community_form", "toml.case")
    return translate(
        lang,
        "community_form",
        "toml.filled",
        rule=translate(lang, "community_form", f"rule.{field}"),
        case=case,
    )


def draft_of_scenario(scenario: Scenario, lang: str = "en") -> tuple[dict[str, Any], list[str], list[str]]:
    """Return a scenario as (draft, fields that are assumed, what the form does not show, in words).

    A field that the file leaves out is None. Assumed are the numbers of the census that are not in `given`.
    """
    shown = read_scenario(scenario, lang)
    given = set(scenario.community.given)
    assumed = [
        field
        for field, name in (*CENSUS.items(), ("tenants", "owners"))
        if field in shown and given and name not in given
    ]
    return {field: shown.get(field) for field in FIELDS}, assumed, list(hidden_parts(scenario, lang))


def hidden_parts(scenario: Scenario, lang: str) -> Iterator[str]:
    """Yield what a scenario has and the form does not show, in words."""
    kinds = scenario.compound
    yards = sum(kind.count for kind in kinds)
    counted = {
        "compounds": yards if yards > 1 else 0,
        "mechanisms": len(scenario.mechanisms),
        "initial_issues": sum(begin.count for begin in scenario.initial_issues),
        "reported": len(scenario.reported),
        "shock": len(scenario.shock),
        "rollout": len(scenario.rollout),
        "numbers": _other_numbers(scenario),
    }
    for part, n in counted.items():
        if n:
            yield translate(lang, "community_form", f"hidden.{part}", n=n)


def _other_numbers(scenario: Scenario) -> int:
    """Count the numbers that a scenario sets and the form does not show."""
    plain = Scenario()
    known = [
        path for path in paths(plain) if path not in PATHS and not path.startswith(("mechanisms.", "issues."))
    ]
    differing = [
        path
        for path in known
        if attrgetter(path)(scenario) != attrgetter(path)(plain)
        and not isinstance(attrgetter(path)(scenario), LeftOut)
    ]
    issues = [name for name, kind in scenario.issues.items() if kind != plain.issues.get(name)]
    return len(differing) + len(issues)


def open_case_text(text: str, name: str) -> Scenario:
    """Read the text of a case file; `name` is what errors call it. Raises UserError with line."""
    if len(text.encode()) > LARGEST * 1024:
        raise UserError("{path}: is larger than {largest} KiB", path=name, largest=LARGEST)
    return scenario_of_table(*parse_text(text.removeprefix("\ufeff"), name))
