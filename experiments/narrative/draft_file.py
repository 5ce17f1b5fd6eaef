"""Write a draft as a case file that says which of its numbers are assumed, and read a case file's text."""

from collections.abc import Collection
from dataclasses import replace

from ...engine.parameters import LeftOut
from ...engine.texts import translate
from ...engine.texts.errors import UserError
from ...engine.toml_reader import LARGEST, parse_text
from ...model.scenarios.cases import scenario_of_table
from ...model.scenarios.scenario import Scenario
from ..files.case_writer import write_case
from .community_draft import FIELDS, Draft, find_problems
from .draft_place import PLAIN, Layout
from .draft_scenario import HIDDEN, PATHS, scenario_of_draft


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
        notes |= {
            path.replace(".0.", ".1."): note for path, note in notes.items() if path.startswith("compound.0.")
        }
        notes = {path: note for path, note in notes.items() if not path.endswith(".buildings")}
    if not any(kind.company for kind in scenario.compound):
        notes.pop("property_managers.households_per_worker", None)
    if not base:
        lowered = [name for name in HIDDEN if not isinstance(getattr(scenario.community, name), LeftOut)]
        notes |= {f"community.{name}": translate(lang, "community_form", "toml.left_out") for name in lowered}
    given = tuple(name for name in scenario.community.given if PATHS.get(f"community.{name}") not in comment)
    scenario = replace(scenario, community=replace(scenario.community, given=given))
    if not base:
        scenario = _with_words(scenario, title or values["name"], lang)
    if scenario.place.cells and layout.plan is not None:
        source = f" ({layout.source})" if layout.source else ""
        notes["place.cells"] = translate(lang, "community_form", "toml.cells", source=source)
        if scenario.place.outlines:
            notes["place.outlines"] = translate(lang, "community_form", "toml.outlines")
    header = translate(lang, "community_form", "toml.header", name=title or values["name"])
    return write_case(scenario, notes, header)


def _with_words(scenario: Scenario, title: str, lang: str) -> Scenario:
    """Return a scenario of a draft with the texts that a case has, in both languages."""
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
        compound=tuple(replace(kind, name=title, zh=title) for kind in scenario.compound),
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


def open_case_text(text: str, name: str) -> Scenario:
    """Read the text of a case file; `name` is what errors call it. Raises UserError with line."""
    if len(text.encode()) > LARGEST * 1024:
        raise UserError("{path}: is larger than {largest} KiB", path=name, largest=LARGEST)
    return scenario_of_table(*parse_text(text.removeprefix("\ufeff"), name))
