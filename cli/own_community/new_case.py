"""The command that writes a case from what somebody knows: `cogov new case`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...engine.texts.errors import UserError
from ..options import Lang, check_language, complete_case, err, out
from .author import Folder, new, write_skeleton

if TYPE_CHECKING:
    from ...experiments.narrative.draft_filling import Filled
    from ...model.scenarios.scenario import Scenario
    from .known_totals import Known


def number(name: str, words: str) -> Any:
    """Declare an option for a number, which is read as the form reads it: 1,200 and 1.2万 are numbers too."""
    return typer.Option(f"--{name}", metavar="N", help=words, rich_help_panel="What you know")


@new.command("case")
def new_case(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the case, e.g. north_yard.")],
    title: Annotated[
        str | None, typer.Option("--name", help="What the community is called; default: NAME.")
    ] = None,
    compounds: Annotated[
        str | None, number("compounds", "Compounds; the buildings are divided among them; default: 1.")
    ] = None,
    buildings: Annotated[str | None, number("buildings", "Buildings in all, up to 500.")] = None,
    stairwells: Annotated[str | None, number("stairwells", "Stairwells in each building.")] = None,
    floors: Annotated[str | None, number("floors", "Floors, in most buildings.")] = None,
    lifts: Annotated[str | None, number("lifts", "Lifts in each stairwell.")] = None,
    built: Annotated[str | None, number("built", "Year built, or age in years.")] = None,
    households: Annotated[str | None, number("households", "Occupied homes.")] = None,
    residents: Annotated[str | None, number("residents", "All who live there, tenants too.")] = None,
    elders: Annotated[str | None, number("elders", "People of 60 and older.")] = None,
    alone: Annotated[str | None, number("alone", "Elders who live alone.")] = None,
    tenants: Annotated[str | None, number("tenants", "Homes that are let.")] = None,
    absent: Annotated[str | None, number("absent", "Homes of owners who are mostly away.")] = None,
    members: Annotated[str | None, number("members", "Party members who live there.")] = None,
    volunteers: Annotated[str | None, number("volunteers", "Volunteers.")] = None,
    company: Annotated[
        bool | None,
        typer.Option(
            "--company/--no-company",
            help="Whether a property company is there.",
            rich_help_panel="What you know",
        ),
    ] = None,
    property_staff: Annotated[str | None, number("property-staff", "Staff of the property company.")] = None,
    grid_workers: Annotated[str | None, number("grid-workers", "Full-time grid workers.")] = None,
    staff: Annotated[str | None, number("staff", "Committee staff; half a post is 0.5.")] = None,
    fund: Annotated[str | None, number("fund", "Yuan that the committee may spend in a year.")] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="CASE",
            help="Case from which the rest is filled; default: the one most like yours.",
            autocompletion=complete_case,
        ),
    ] = None,
    totals: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE.toml", help="File with totals: buildings = 12, floors = 6, ..."),
    ] = None,
    cells: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Where the buildings are: building,row,column[,floors,households,lift]."
        ),
    ] = None,
    footprints: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Outlines of the buildings: .geojson, or .osm and .osm.pbf."),
    ] = None,
    box: Annotated[
        str | None,
        typer.Option(metavar="W,S,E,N", help="Part of --footprints, in degrees: west,south,east,north."),
    ] = None,
    by_floors: Annotated[
        bool,
        typer.Option("--by-floors", help="A compound of each number of floors in the file of buildings."),
    ] = False,
    skeleton: Annotated[
        bool, typer.Option("--skeleton", help="Write a commented example instead, to be filled in.")
    ] = False,
    folder: Folder = Path("."),
    lang: Lang = "en",
) -> None:
    """Write NAME.toml, a case that runs, from what you know, and NAME.svg, its picture from above.

    Without options it asks, on a terminal. The rest is filled from a case like yours and marked as assumed.
    """
    from ...engine.parameters import complain_about_name
    from . import known_totals

    check_language(lang)
    if problem := complain_about_name(name):
        raise UserError("name {problem}", problem=problem)
    paths = folder / f"{name}.toml", folder / f"{name}.svg"
    for path in paths:
        if path.exists():
            raise UserError("{path} exists; choose another name or folder", path=path)
    given = {
        "name": title,
        "buildings": buildings,
        "stairwells": stairwells,
        "floors": floors,
        "lifts": lifts,
        "built": built,
        "households": households,
        "residents": residents,
        "elders": elders,
        "alone": alone,
        "tenants": tenants,
        "absent": absent,
        "members": members,
        "volunteers": volunteers,
        "company": company,
        "property_staff": property_staff,
        "grid_workers": grid_workers,
        "staff": staff,
        "fund": fund,
    }
    given = {field: value for field, value in given.items() if value is not None}
    asked = {"compounds": compounds, "like": like, "cells": cells, "footprints": footprints, "box": box}
    asked = {option: value for option, value in asked.items() if value is not None}
    if skeleton:
        if given or asked or totals:
            raise UserError("--skeleton cannot be used with numbers: leave out one of the two")
        write_skeleton("case", paths[0], {"NAME": name, "TITLE": name.replace("_", " ").capitalize()})
        show_next_steps(paths[0], lang)
        return
    known = known_totals.gather(given, asked, totals, name, by_floors)
    if not known.is_known:
        if not sys.stdin.isatty():
            raise UserError(
                "nothing is known of {name}: give numbers (cogov new case {name} --buildings 12 --floors 6 "
                "--residents 1500), --from FILE.toml, --cells or --footprints; or --skeleton for an example "
                "to fill in",
                name=name,
            )
        from .questions import ask_all

        known = ask_all(known, lang)
    write_case_of(known, paths[0], paths[1], lang)


def write_case_of(known: "Known", path: Path, picture: Path, lang: str) -> None:
    """Fill, check and write a case and its picture, and say what was assumed. Raises UserError."""
    from ...experiments.narrative.draft_file import draft_to_toml, open_case_text
    from ...experiments.narrative.draft_scenario import DraftRefused
    from ...model.simulate import build_community
    from ...viz import place_picture

    filled = known.fill(lang)
    try:
        text = draft_to_toml(filled.draft, filled.fields, None, lang, known.layout, filled.case, known.title)
    except DraftRefused as refused:
        raise known.refuse(refused.problems, filled.case) from None
    scenario = open_case_text(text, str(path))
    community = build_community(scenario)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    picture.write_text(place_picture.picture_of(scenario, community, known.title, lang), encoding="utf-8")
    out.print(place_picture.text_plan(scenario, community, lang), highlight=False, soft_wrap=True)
    out.print(place_picture.summary_of(scenario, community, lang), highlight=False, soft_wrap=True)
    for sentence in remarks(known, filled, scenario, lang):
        err.print(sentence, style="yellow", highlight=False, soft_wrap=True)
    tell(lang, "written", path=path, n=len(filled.fields), of=len(filled.draft) - 1)
    tell(lang, "picture", path=picture)
    show_next_steps(path, lang)


def remarks(known: "Known", filled: "Filled", scenario: "Scenario", lang: str) -> list[str]:
    """Return what should be checked, and what the model takes differently, in sentences."""
    from ...engine.texts import translate
    from ...experiments.narrative.community_draft import field_words, read_values
    from ...experiments.narrative.community_form import word
    from ...experiments.narrative.draft_contradictions import oddities
    from ...experiments.narrative.draft_scenario import read_scenario

    values, _ = read_values(filled.draft)
    notes = [filled.why, *(word(note, lang) for note in known.notes)]
    taken = read_scenario(scenario, lang)["property_staff"] if values.get("company") else 0
    if values.get("company") and taken != values["property_staff"]:
        notes.append(translate(lang, "new_case", "staff", given=values["property_staff"], taken=f"{taken:,}"))
    if scenario.place.cells:
        notes.append(translate(lang, "new_case", "positions"))
    warnings = [
        translate(
            lang,
            "new_case",
            "warning",
            field=field_words(lang, field, "label"),
            problem=word(problem, lang),
        )
        for field, problem in oddities(values)
    ]
    return [*warnings, *(translate(lang, "new_case", "note", note=note) for note in notes)]


def tell(lang: str, key: str, **values: object) -> None:
    """Print a sentence of the section new_case."""
    from ...engine.texts import translate

    out.print(translate(lang, "new_case", key, **values), highlight=False, soft_wrap=True)


def show_next_steps(path: Path, lang: str) -> None:
    """Print the commands that go on from a case file."""
    tell(lang, "next", path=path, name=path.stem)
