"""What somebody knows of a community: options, a file of totals and one of buildings, checked together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import At, expect, load, refuse_unknown
from ...experiments.files.survey_files import TABLES, read_box, read_survey
from ...experiments.files.survey_totals import (
    Kind,
    divide_by_floors,
    notes_of_survey,
    values_of_survey,
)
from ...experiments.narrative.community_draft import FIELDS, read_values
from ...experiments.narrative.draft_filling import Filled, fill_draft
from ...experiments.narrative.draft_scenario import Layout
from ...model.scenarios.ground_plan import NO_PLAN
from ..options import err

NOTHING_ALIKE = "guiyuan"  # from which a case is filled if nothing can be compared
MOST_COMPOUNDS = 200
OPTIONS = ("compounds", "like", "cells", "footprints", "box")  # of a file of totals, besides the fields


@dataclass(frozen=True)
class Known:
    """What is known of a community, before the rest is filled."""

    name: str  # of the case and its file
    title: str
    draft: Mapping[str, Any] = field(default_factory=dict)  # field -> what was given; without the name
    layout: Layout = Layout(NO_PLAN)
    like: str = ""  # case from which the rest is filled; "": the one most alike
    notes: tuple[Message, ...] = ()  # on the file of buildings
    at: Mapping[str, str] = field(default_factory=dict)  # field -> option or line where it was given

    @property
    def is_known(self) -> bool:
        """Return whether anything is known from which a community can be filled."""
        return bool(self.draft or self.layout.on_plan or self.like)

    def fill(self, lang: str) -> Filled:
        """Fill what is not known; a draft with contradictions is returned as it is."""
        draft = {"name": self.name, **self.draft}
        filled = fill_draft(draft, lang, self.like, self.layout.compounds)
        if not filled.fields and len(self.draft) < len(FIELDS) - 1:
            filled = fill_draft(draft, lang, NOTHING_ALIKE, self.layout.compounds)
        return filled

    def refuse(self, problems: Mapping[str, Message], case: str = "") -> UserError:
        """Print all problems but the last, and return the last as an error.

        Fields that were not given were filled from `case`.
        """
        errors = [
            UserError("{where}: {problem}", where=self.at.get(name, option_of(name)), problem=problem)
            if name in self.at or not case or not name
            else UserError(
                "{option} (filled as in {case}): {problem}",
                option=option_of(name),
                case=case,
                problem=problem,
            )
            for name, problem in problems.items()
        ]
        for error in errors[:-1]:
            from ..main import word_error

            err.print(f"cogov: {word_error(error)}", style="bold red", highlight=False, soft_wrap=True)
        return errors[-1]


def option_of(name: str) -> str:
    """Return the option of a field; "" is the whole community."""
    return f"--{name.replace('_', '-')}" if name else "cogov new case"


def gather(
    given: Mapping[str, Any],
    asked: Mapping[str, Any],
    totals: Path | None,
    name: str,
    by_floors: bool = False,
) -> Known:
    """Return what options and a file of totals say; an option wins over the file. Raises UserError.

    `given` are fields, `asked` are OPTIONS; both hold what was typed. `by_floors`: whether a compound is made
    of each number of floors in the file of buildings.
    """
    draft: dict[str, Any] = {}
    options: dict[str, Any] = {}
    at = {option: option_of(option) for option in (*given, *asked)}
    if totals is not None:
        table, lines = load(totals)
        draft, options = _read_totals(table, lines, totals)
        at = {key: f"{lines.file}:{lines.line(key)}: {key}" for key in table} | at
        if "compounds" not in asked and "compounds" in options:
            at["compounds"] = f"{lines.file}:{lines.line('compounds')}: compounds"
    draft, options = {**draft, **given}, {**options, **asked}
    title = draft.pop("name", None) or name.replace("_", " ").capitalize()
    _, problems = read_values({"name": title, **draft})
    known = Known(name, str(title).strip(), draft, like=str(options.get("like", "")), at=at)
    if problems:
        raise known.refuse(problems)
    compounds = _compounds(options.get("compounds", 1), at.get("compounds", "--compounds"))
    known = replace(known, layout=Layout(NO_PLAN, compounds))
    return _with_survey(known, options, by_floors)


def _read_totals(table: dict, at: At, path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields and the options of a file of totals. Raises UserError."""
    refuse_unknown((*FIELDS, *OPTIONS), table, at, "")
    if not table:
        raise UserError("{file}: is empty: give totals such as buildings = 12, floors = 6", file=path)
    draft: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for key, raw in table.items():
        if key in ("like", "cells", "footprints", "box"):
            expect((str,), Message("text of at most {most} characters", most=200), raw, at, key)
        else:
            expect((str, int, float, bool), Message("a number, text, true or false"), raw, at, key)
        if key in ("cells", "footprints"):
            options[key] = path.parent / raw
        elif key in OPTIONS:
            options[key] = raw
        else:
            draft[key] = raw
    return draft, options


def _compounds(raw: Any, where: str) -> int:
    """Return the number of compounds. Raises UserError."""
    values, _ = read_values({"buildings": raw})  # read as the form reads a whole number
    if not 1 <= values.get("buildings", 0) <= MOST_COMPOUNDS:
        raise UserError(
            "{where} = {value!r}; allowed is a whole number from 1 to {most}",
            where=where,
            value=str(raw)[:20],
            most=MOST_COMPOUNDS,
        )
    return values["buildings"]


def _with_survey(known: Known, options: Mapping[str, Any], by_floors: bool) -> Known:
    """Return what is known with the file of buildings, if there is one. Raises UserError."""
    box = read_box(options["box"]) if "box" in options else None
    if "cells" in options and "footprints" in options:
        raise UserError("--cells and --footprints both say where the buildings are: give one of the two")
    if box and "footprints" not in options:
        raise UserError("--box cuts out a part of --footprints: give both")
    if "cells" not in options and "footprints" not in options:
        if by_floors:
            raise UserError("--by-floors needs the floors of each building: give --cells or --footprints")
        return known
    path = Path(options.get("cells", options.get("footprints")))
    is_table = path.suffix.lower() in TABLES
    if "cells" in options and not is_table:
        raise UserError(
            "--cells {file}: is not a .csv table; outlines of buildings go with --footprints", file=path
        )
    if "footprints" in options and is_table:
        raise UserError("--footprints {file}: is a table of cells, which goes with --cells", file=path)
    survey = read_survey(path, box)
    notes = tuple(notes_of_survey(survey))
    kinds: tuple[Kind, ...] = ()
    if by_floors:
        if known.layout.compounds > 1:
            raise UserError("--by-floors and --compounds both divide the buildings: give one of the two")
        survey, kinds = divide_by_floors(survey)
        notes = survey.notes
        if not kinds:
            raise UserError("{file}: gives no number of floors, which --by-floors needs", file=path)
    draft = {**values_of_survey(survey), **known.draft}
    at = {name: f"{path}: {name}" for name in values_of_survey(survey)} | dict(known.at)
    return replace(
        known,
        draft=draft,
        layout=known.layout._replace(
            plan=survey.plan,
            source=path.name,
            kinds=kinds,
            compounds=len(kinds) or known.layout.compounds,
        ),
        notes=notes,
        at=at,
    )
