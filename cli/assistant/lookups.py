"""Tools that look something up: cases, mechanisms, knobs, whether a case is right. They take a moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...engine.parameters import format_range, paths
from ...engine.renamed import suggest_names
from ...engine.texts import translate
from ...engine.texts.errors import UserError
from ...experiments.evidence.grades import Evidence as KnobEvidence
from ...experiments.evidence.grades import all_evidence, grade_of_mechanism
from ...model import mechanisms
from ...model.precompile import ensure_compiled
from ...model.scenarios.cases import list_cases, list_examples, read_case
from ...model.scenarios.scenario import Scenario, census_of
from ...model.simulate import simulate
from ...viz.i18n import words
from .inputs import CaseInput, read_input
from .quantities import (
    Answer,
    Evidence,
    Quantity,
    census_quantities,
    command_line,
    evidence_of_grade,
)
from .requests import CheckCase, ListCases, ListKnobs, ListMechanisms
from .storage import ResultFolder

PLAUSIBLE = 0.9  # probability of a prior between its ends
FEW = 50  # names that an error may list
MONTH = 31  # days of the run that tries a case
TEXTS = ("title", "short_title", "short_title_zh", "story", "story_zh", "provenance")


def list_all_cases(request: ListCases, lang: str) -> Answer:
    """Return every case that ships, with its people and the mechanisms of the reports."""
    names = [*list_cases(), *list_examples()]
    command = "cogov cases --json"
    items = []
    for name in names:
        case = read_case(name)
        items.append(
            {
                "name": name,
                "title": words.case(lang, name, scenario=case),
                "story": words.case(lang, name, "story", case),
                "provenance": case.provenance,
                "mechanisms": sorted(case.mechanisms),
                "numbers": census_quantities(case, lang, f"cogov run {name} --json"),
            }
        )
    verdict = translate(lang, "assistant", "cases", count=len(items), reports=len(list_cases()))
    return Answer(verdict, command, items=items)


def list_all_mechanisms(request: ListMechanisms, lang: str) -> Answer:
    """Return the mechanisms whose texts contain what is asked for."""
    items = []
    for name in mechanisms.list_mechanisms():
        texts = {
            "title": words.mechanism(lang, name),
            "does": words.mechanism(lang, name, "does"),
            "disappoints": words.mechanism(lang, name, "disappoints"),
        }
        if not contains(request.contains, name, *texts.values(), *mechanisms.describe(name)):
            continue
        grade = grade_of_mechanism(name)
        evidence = evidence_of_grade(grade, lang)
        items.append({"name": name, **texts, "evidence": vars(evidence), "remark": evidence.words})
    if not items:
        raise no_match(request.contains, mechanisms.list_mechanisms())
    names = [item["name"] for item in items] if request.contains else []
    return Answer(
        translate(lang, "assistant", "mechanisms", count=len(items)),
        command_line(["mechanisms", *names], {"json": True}),
        items=items,
    )


def list_all_knobs(request: ListKnobs, lang: str) -> Answer:
    """Return a page of the knobs whose path, name or source contains what is asked for."""
    fields = paths(Scenario(mechanisms=mechanisms.all_mechanisms()))
    known = list(all_evidence())
    chosen = [
        row
        for row in known
        if contains(
            request.contains,
            row.path,
            words.knob("en", row.path)[0],
            words.knob("zh", row.path)[0],
            row.source,
        )
    ]
    if not chosen:
        raise no_match(request.contains, [row.path for row in known])
    page = chosen[request.first - 1 : request.first - 1 + request.most]
    if not page:
        raise UserError(
            "first = {first} is beyond the last knob; allowed is 1 to {count}",
            first=request.first,
            count=len(chosen),
        )
    items = [
        {
            "name": row.path,
            "title": words.knob(lang, row.path)[0],
            "allowed": format_range(fields[row.path].metadata).in_language(lang),
            "source": row.source,
            "numbers": [knob_quantity(row, lang)],
        }
        for row in page
    ]
    last = request.first + len(page) - 1
    verdict = translate(lang, "assistant", "knobs", count=len(chosen), first=request.first, last=last)
    notes = [translate(lang, "assistant", "next page", first=last + 1)] if last < len(chosen) else []
    return Answer(verdict, command_line(["evidence"], {"json": True}), items=items, notes=notes)


def knob_quantity(row: KnobEvidence, lang: str) -> Quantity:
    """Return the default of a knob with the range of its plausible values."""
    low, high = row.prior.interval
    label, unit_zh = words.knob(lang, row.path)
    return Quantity(
        row.path,
        label,
        row.value,
        low,
        high,
        PLAUSIBLE if low < high else None,
        translate(lang, "assistant", "plausible" if low < high else "choice"),
        unit_zh or row.unit,
        0,
        evidence_of_grade(row.grade, lang),
        command_line(["evidence", row.path], {"json": True}),
    )


def check_one_case(
    request: CheckCase, lang: str, folder: ResultFolder, advance: Callable[[], object]
) -> Answer:
    """Check a case: it is read, runs for a month, and has its texts. Raises UserError."""
    given = read_input(request, folder)
    case = given.scenario
    command = command_line(["check", "case", given.named], {})
    ensure_compiled(list(case.mechanisms))
    run = simulate(replace(case, days=min(case.days, MONTH)), 0, progress=advance)
    missing = [name for name in TEXTS if not getattr(case, name)]
    missing += [f"compound {kind.name}: zh" for kind in case.compound if not kind.zh]
    numbers = [
        *census_quantities(case, lang, command),
        issues_of_month(given, len(run.issues), run.days, lang),
    ]
    notes = []
    if left_out := census_of(case)[1]:
        listed = ", ".join(path.removeprefix("community.") for path in left_out)
        notes.append(translate(lang, "assistant", "left out", names=listed))
    if missing:
        notes.append(translate(lang, "assistant", "texts missing", names=", ".join(missing)))
    return Answer(
        translate(
            lang, "assistant", "case runs" if len(run.issues) else "no issues", case=case.name, days=run.days
        ),
        command,
        numbers=numbers,
        notes=notes,
    )


def issues_of_month(given: CaseInput, issues: int, days: int, lang: str) -> Quantity:
    """Return how many issues arose in the run that tried the case: one run, without a range."""
    nan = float("nan")
    return Quantity(
        "issues",
        translate(lang, "assistant", "issues arose", days=days),
        issues,
        nan,
        nan,
        None,
        translate(lang, "assistant", "one run"),
        translate(lang, "assistant", "unit.issues"),
        1,
        Evidence(None, translate(lang, "assistant", "one run")),
        command_line(["run", given.named], {"days": days, "json": True}),
    )


def contains(part: str, *texts: str) -> bool:
    """Return whether each word of a part is in one of the texts, in capitals or not."""
    joined = "\n".join(texts).lower()
    return all(word in joined for word in part.lower().split())


def no_match(part: str, known: list[str]) -> UserError:
    """Return the error of a search that finds nothing."""
    return UserError(
        "contains = {part!r}: nothing contains this{hint}; leave it empty for all",
        part=part,
        hint=suggest_names(part, known) if len(known) <= FEW else "",
    )
