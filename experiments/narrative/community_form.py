"""Answer the form "My community": what a page sends while somebody types, and what it gets back.

Without state: a request holds the draft, which of its fields were filled, and the text of an opened file.
"""

from typing import Any

from ...engine.parameters import LeftOut, check
from ...engine.texts import translate
from ...engine.texts.errors import Message, UserError
from ...model.scenarios.ground_plan import NO_PLAN, GroundPlan
from ...model.scenarios.scenario import Scenario
from ...model.simulate import build_community
from ..files.survey_files import read_survey_text
from ..files.survey_totals import notes_of_survey, values_of_survey
from .community_draft import FIELDS, Draft, field_words, find_problems, missing_fields
from .draft_contradictions import Values
from .draft_file import draft_of_scenario, draft_to_toml, open_case_text
from .draft_filling import fill_draft
from .draft_scenario import (
    CENSUS,
    PATHS,
    DraftRefused,
    Layout,
    compose,
    file_name,
    read_scenario,
    scenario_of_draft,
)
from .recording import place_arrays

TOWN = ("buildings", "stairwells", "floors", "lifts", "built")  # without problems here, a town can be drawn
MOST_DRAWN = 60_000  # homes


def answer_form(request: dict[str, Any], lang: str) -> dict[str, Any]:
    """Answer a request of the form; every value is JSON, except `place`, which holds NumPy arrays.

    The request: `fields` (name -> what was typed), `filled` (names of fields that were filled before), `fill`
    (whether to fill the rest), `file` (text of an opened case file, or ""), `plan` (the ground plan: `cells`
    and `outlines`; None: none; left out: that of the file). With `place_file` (text of a table of cells or of
    GeoJSON) and `file_name`, the plan is read from it. Or `open` (text of a case file) and `file_name`. The
    answer:

    - fields, filled: the draft, and which of its fields are assumed
    - from: which case was taken and why, if the rest was to be filled
    - problems: field -> sentence, "" for the whole; missing: names of required fields that are empty
    - ready: whether it can be used; then toml (the case file) and file_name
    - left_out: field -> what the model takes for an empty field
    - place: arrays of `recording.PLACE`, or None; counts: buildings, homes and residents of it
    - plan: the ground plan, or None; notes: sentences on the file that it was read from
    - title: what the community is called; hidden: what an opened file has besides, in a sentence
    - refused: why a file cannot be opened; then nothing else
    """
    if "open" in request:
        return _open(str(request["open"]), str(request.get("file_name") or "case.toml"), lang)
    text = str(request.get("file") or "")
    try:
        base = open_case_text(text, "case.toml") if text else None
    except UserError as error:
        return {"refused": word(error.message, lang)}
    draft = {name: request.get("fields", {}).get(name) for name in FIELDS}
    filled = [name for name in request.get("filled", ()) if name in FIELDS]
    try:
        plan = _plan_of(request, base)
        if "place_file" in request:
            return _survey(request, draft, filled, base, lang)
    except UserError as error:
        return {"refused": word(error.message, lang)}
    if not request.get("fill"):
        return _answer(draft, filled, base, lang, plan)
    result = fill_draft({name: None if name in filled else raw for name, raw in draft.items()}, lang)
    if not result.fields:
        return {**_answer(draft, filled, base, lang, plan), "from": result.why}
    return {**_answer(result.draft, list(result.fields), base, lang, plan), "from": result.why}


def _plan_of(request: dict[str, Any], base: Scenario | None) -> GroundPlan:
    """Return the ground plan of a request. Raises UserError."""
    if "plan" not in request:
        return base.place if base else NO_PLAN
    raw = request["plan"] if isinstance(request["plan"], dict) else {}
    parts = (raw.get(name) for name in ("cells", "outlines"))
    plan = GroundPlan(*(tuple(map(str, part)) if isinstance(part, list) else () for part in parts))
    check(plan, "place")
    return plan


def _survey(
    request: dict[str, Any], draft: dict[str, Any], filled: list[str], base: Scenario | None, lang: str
) -> dict[str, Any]:
    """Answer with the draft and the ground plan of a file of buildings. Raises UserError."""
    survey = read_survey_text(str(request["place_file"]), str(request.get("file_name") or "plan.geojson"))
    values = values_of_survey(survey)
    filled = [name for name in filled if name not in values]
    notes = [word(note, lang) for note in notes_of_survey(survey)]
    return {**_answer({**draft, **values}, filled, base, lang, survey.plan), "notes": notes}


def _open(text: str, name: str, lang: str) -> dict[str, Any]:
    """Answer with the draft of a case file."""
    try:
        base = open_case_text(text, name)
        draft, assumed, hidden = draft_of_scenario(base, lang)
        what = translate(lang, "story", "semicolon").join(hidden)
        said = translate(lang, "community_form", "hidden", what=what) if hidden else ""
        return {**_answer(draft, assumed, base, lang, base.place), "hidden": said}
    except UserError as error:
        return {"refused": word(error.message, lang)}


def _answer(
    draft: Draft, filled: list[str], base: Scenario | None, lang: str, plan: GroundPlan
) -> dict[str, Any]:
    """Answer with everything that is known of a draft."""
    layout = Layout(plan)
    values, problems = find_problems(draft, layout.on_plan)
    missing = [name for name in missing_fields(values) if name not in problems]
    answer: dict[str, Any] = {
        "fields": dict(draft),
        "filled": [name for name in filled if draft.get(name) not in (None, "")],
        "from": "",
        "plan": {"cells": [*plan.cells], "outlines": [*plan.outlines]} if plan.cells else None,
        "missing": missing,
        "left_out": {},
        "toml": "",
        "title": values.get("name", ""),
        "file_name": f"{file_name(values.get('name', ''))}.toml",
    }
    scenario = None
    if not problems and not missing:
        try:
            scenario = scenario_of_draft(draft, base, lang, layout)
            answer["toml"] = draft_to_toml(draft, filled, base, lang, layout)
            answer["left_out"] = _left_out(scenario, values)
        except DraftRefused as refused:
            problems = refused.problems
    answer["ready"] = scenario is not None
    answer["problems"] = {field: word(problem, lang) for field, problem in problems.items()}
    shown = scenario or _town_of(values, set(problems), base, lang, layout)
    answer["place"], answer["counts"] = None, {}
    if shown and shown.community.households <= MOST_DRAWN:
        community = build_community(shown)
        answer["place"] = place_arrays(community, shown.place)
        answer["counts"] = {
            "buildings": len(community.buildings.compound),
            "homes": len(community.households.building),
            "residents": len(community.residents.home),
        }
    return answer


def _left_out(scenario: Scenario, values: Values) -> dict[str, float]:
    """Return what the model takes for the fields that are empty: field -> number."""
    census = scenario.community
    taken = {field: getattr(census, name) for field, name in CENSUS.items()}
    taken |= {
        "tenants": census.households - census.owners,
        "lifts": scenario.compound[0].lifts,
        "staff": scenario.committee.staff,
        "fund": scenario.committee.budget_yuan,
        "grid_workers": scenario.grid_workers.full_time,
    }
    return {
        field: float(number) if isinstance(number, float) else int(number)
        for field, number in taken.items()
        if field not in values
        and (isinstance(number, LeftOut) or field in ("tenants", "grid_workers", "lifts"))
    }


def _town_of(
    values: Values, wrong: set[str], base: Scenario | None, lang: str, layout: Layout
) -> Scenario | None:
    """Return the community of what is right in a draft, to be drawn while the rest is not; None without."""
    sound = {name: value for name, value in values.items() if name not in wrong}
    if layout.on_plan:
        sound["buildings"] = layout.on_plan  # it is drawn while another number is typed
    if not {"buildings", "stairwells", "floors"} <= sound.keys():
        return None
    sound.setdefault("name", "my community")
    shown = read_scenario(base, lang) if base else {}
    for kept in (sound, {name: value for name, value in sound.items() if name in (*TOWN, "name")}):
        try:
            scenario = compose(kept, base or Scenario(), shown, {}, layout)
            if scenario.community.households <= MOST_DRAWN:
                build_community(scenario)
            return scenario
        except UserError:
            continue
    return None


def word(message: Message, lang: str) -> str:
    """Return a message in a language, with fields called by their labels."""

    def named(kind: str, path: str) -> str:
        field = PATHS.get(path)
        return field_words(lang, field, "label") if kind == "knob" and field else path

    return message.in_language(lang, named)
