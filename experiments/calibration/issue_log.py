"""Read a community's own issue log, check it row by row, and write it without personal data.

A log says when each issue was opened and closed, its category, and perhaps its place. A row that cannot be
true is rejected with its line number and the reason, never corrected. An issue without a closing date is
still open: it is right-censored on the day the log was extracted (`drawn`).
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.parameters import describe_problem, knob
from ...engine.texts import sections
from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import build_dataclass, load, show_value, suggest_names
from ...model.issues.categories import CATEGORIES, FAMILIES
from ..files.case_writer import toml
from ..files.csv_tables import (
    EMPTY,
    Sheet,
    escape_cell,
    parse_dates,
    read_sheet,
    recognise_date_formats,
    write_csv,
)
from .column_names import NEEDED, ROLES, USUAL

COLUMN = {"text": 200}
LONELY = 365  # days; a last date further from all others is not taken for the day of extraction


@dataclass(frozen=True)
class LogMapping:
    """The meaning of the columns and categories of a log; can be read from a TOML file."""

    opened: str = field(default="", metadata=COLUMN)  # column with the day an issue was reported
    closed: str = field(default="", metadata=COLUMN)  # day it was resolved; empty while open
    category: str = field(default="", metadata=COLUMN)
    place: str = field(default="", metadata=COLUMN)  # never guessed: may be an address
    id: str = field(default="", metadata=COLUMN)
    dates: str = field(default="", metadata=COLUMN)  # format of dates, as %d/%m/%Y
    drawn: str = field(default="", metadata=COLUMN)  # day of extraction, as 2025-01-09
    encoding: str = field(default="", metadata=COLUMN)
    delimiter: str = field(default="", metadata=COLUMN)
    residents: float = knob(
        0.0, 0.0, 1e10, unit="people whose issues the log holds; 0 unknown", source="given by the log's owner"
    )
    # category of the log -> one of cogov's, a family, or several
    categories: dict = field(default_factory=dict, metadata={"free": True})


Columns = dict[str, np.ndarray]  # role -> (rows,) text, or days


@dataclass
class IssueLog:
    """An issue log after import."""

    path: str
    mapping: LogMapping  # as given and as guessed
    # one row per issue used: line, opened and closed (datetime64; NaT open), category; place and id if mapped
    issues: pd.DataFrame
    rejected: pd.DataFrame  # one row per rejected row: line, reason, mapped columns as text
    drawn: pd.Timestamp  # day of extraction
    kinds: dict  # category of the log -> names of cogov's categories, sorted; only mapped ones
    said: list  # what was guessed, dropped or assumed, as sentences

    @property
    def rows(self) -> int:
        """Return the number of rows read: used and rejected."""
        return len(self.issues) + len(self.rejected)

    def times(self) -> tuple[np.ndarray, np.ndarray]:
        """Return days from opening to closing or extraction, and whether closed: ((n,) float, (n,) bool)."""
        return times(self.issues, self.drawn)


def times(issues: pd.DataFrame, drawn: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
    """Return days open, and whether closed by `drawn`: ((n,) float, (n,) bool).

    An issue closed after `drawn` was still open on that day.
    """
    closed = issues["closed"].notna() & (issues["closed"] <= drawn)
    end = issues["closed"].where(closed, drawn)
    return (end - issues["opened"]).dt.days.to_numpy(float), closed.to_numpy(bool)


def read_mapping(path: str | Path | None = None, **overrides: Any) -> LogMapping:
    """Read a LogMapping from a TOML file, with `overrides` applied to it.

    Raises UserError with file and line.
    """
    base = build_dataclass(LogMapping, *load(path)) if path else LogMapping()
    entries = {name: value for name, value in overrides.items() if value not in (None, "")}
    if "residents" in entries:
        entries["residents"] = float(entries["residents"])
        problem = describe_problem(LogMapping.__dataclass_fields__["residents"], entries["residents"])
        if problem:
            raise UserError("residents {problem}", problem=problem)
    return replace(base, **entries)


def read_log(path: str | Path, mapping: LogMapping | str | Path | None = None, **overrides: Any) -> IssueLog:
    """Read the issue log at `path`, a CSV file.

    `mapping` is a LogMapping, the path of a TOML file, or None: then `NAME.toml` in the folder of `NAME.csv`,
    if it exists. `overrides` replace single entries of it: opened=, closed=, category=, place=, id= (names of
    columns), dates=, drawn=, residents=, encoding=, delimiter=, categories= {theirs: ours}. Entries not given
    are guessed if the guess is unambiguous. Raises UserError.
    """
    notes = []
    mapping_file = Path(path).with_suffix(".toml")
    if mapping is None and mapping_file.exists():
        mapping = mapping_file
        notes.append(f"Columns as described in {mapping_file}.")
    if isinstance(mapping, LogMapping):
        mapping = replace(mapping, **overrides)
    else:
        mapping = read_mapping(mapping, **overrides)
    text = read_sheet(path, mapping.encoding or None, mapping.delimiter or None)
    if text.guessed:
        name = "GBK (GB18030)" if text.encoding == "gb18030" else text.encoding
        notes.append(f"Encoding: {name}, guessed from the bytes; use --encoding if that is wrong.")
    mapping, guessed = assign_columns(text, mapping)
    notes += [
        f"Column {show_value(getattr(mapping, role))} used as {role}, because of its name."
        for role in guessed
    ]
    table = {role: text.column(getattr(mapping, role)) for role in ROLES if getattr(mapping, role)}
    dropped = [name for name in text.header if name not in {getattr(mapping, role) for role in ROLES}]
    if dropped:
        notes.append(
            "Columns dropped, because their meaning is unknown and they may be personal: "
            f"{', '.join(map(show_value, dropped))}."
        )
    formats = detect_date_formats(text, mapping, table)
    if not mapping.dates:
        notes.append(
            "Dates read as "
            + ", ".join(f"{pattern} ({getattr(mapping, role)})" for role, pattern in formats.items())
            + ", the only format that fits the whole column."
        )
    day = {role: parse_dates(table[role], formats[role]) for role in ("opened", "closed")}
    drawn = extraction_day(text, mapping, day)
    if not mapping.drawn:
        notes.append(
            f"Extracted on {drawn:%Y-%m-%d}, the last date in the log (--drawn overrides it); "
            "open issues are censored on that day."
        )
    reasons = reject_reasons(text, table, day, drawn, mapping)
    log = assemble_log(text, table, day, reasons, replace(mapping, drawn=f"{drawn:%Y-%m-%d}"), drawn, notes)
    assert log.rows == len(text.rows) + len(text.broken), "every row is used or rejected"
    if not len(log.issues):
        if not len(log.rejected):
            raise UserError("{path}: has a header and no rows", path=path)
        first = log.rejected.iloc[0]
        raise UserError(
            "{path}:{line}: no row can be used; this one {reason}",
            path=path,
            line=first.line,
            reason=next(
                (why for why in (*reasons, *(why for _, why in text.broken)) if why == first.reason), ""
            ),
        )
    return log


def assign_columns(text: Sheet, mapping: LogMapping) -> tuple[LogMapping, list[str]]:
    """Check the columns of a mapping and guess the missing ones by their names.

    Returns the mapping and the roles that were guessed. Raises UserError.
    """
    for role in ROLES:
        name = getattr(mapping, role)
        if name and name not in text.header:
            raise UserError(
                "{path}:1: has no column {column} for --{role}{hint}",
                path=text.path,
                column=show_value(name),
                role=role,
                hint=suggest_names(name, text.header),
            )
    guesses = {}
    unassigned = [name for name in text.header if name not in {getattr(mapping, role) for role in ROLES}]
    for role, usual in USUAL.items():
        candidates = [name for name in unassigned if re.sub(r"[\W_]", "", name).lower() in usual]
        if not getattr(mapping, role) and len(candidates) == 1:
            guesses[role] = candidates[0]
        elif not getattr(mapping, role) and role in NEEDED:
            if candidates:
                raise UserError(
                    "{path}:1: {candidates} could each be the {role}; choose with --{role} COLUMN",
                    path=text.path,
                    candidates=", ".join(map(show_value, candidates)),
                    role=role,
                )
            raise UserError(
                "{path}:1: no column has a usual name for the {role}; name it with --{role} COLUMN; there "
                "are: {header}",
                path=text.path,
                role=role,
                header=", ".join(map(show_value, text.header)),
            )
    names = [name for name in (getattr(replace(mapping, **guesses), role) for role in ROLES) if name]
    if len(set(names)) < len(names):
        raise UserError(
            "{path}:1: column {column} is used for two roles; name another column for one of them",
            path=text.path,
            column=show_value(max(names, key=names.count)),
        )
    return replace(mapping, **guesses), list(guesses)


def detect_date_formats(text: Sheet, mapping: LogMapping, table: Columns) -> dict[str, str]:
    """Return the date formats of the columns opened and closed. Raises UserError."""
    if not mapping.dates:
        recognised = recognise_date_formats(
            text.path, [mapping.opened, mapping.closed], [table["opened"], table["closed"]], text.lines
        )
        return {"opened": recognised[mapping.opened], "closed": recognised[mapping.closed]}
    filled = [n for n, value in enumerate(table["opened"]) if value.lower() not in EMPTY]
    try:
        parsed = parse_dates(table["opened"][filled], mapping.dates)
    except ValueError as e:
        raise UserError(
            "--dates {dates} is not a date format ({error}); write one such as '%d/%m/%Y'",
            dates=show_value(mapping.dates),
            error=e,
        ) from None
    if filled and np.isnat(parsed).all():
        raise UserError(
            "{path}:{line}: column {column}: --dates {dates} matches none of its dates, such as "
            "{example}; leave out --dates to have the format detected",
            path=text.path,
            line=text.lines[filled[0]],
            column=show_value(mapping.opened),
            dates=show_value(mapping.dates),
            example=show_value(table["opened"][filled[0]]),
        )
    return {"opened": mapping.dates, "closed": mapping.dates}


def extraction_day(text: Sheet, mapping: LogMapping, day: Columns) -> pd.Timestamp:
    """Return the day the log was extracted: as given, or the last date in the log.

    Raises UserError if there is no date, or if the last one is more than LONELY days after all others.
    """
    if mapping.drawn:
        try:
            return pd.Timestamp(date.fromisoformat(mapping.drawn))
        except ValueError:
            raise UserError(
                "--drawn {drawn} is not a date; write one such as 2025-01-09", drawn=show_value(mapping.drawn)
            ) from None
    all_dates = np.concatenate([day["opened"], day["closed"]])
    known = np.sort(all_dates[~np.isnat(all_dates)])
    if not len(known):
        raise UserError(
            "{path}: column {column} has no date that can be read",
            path=text.path,
            column=show_value(mapping.opened),
        )
    if len(known) > 2 and known[-1] - known[-2] > np.timedelta64(LONELY, "D"):
        role, n = next(
            (role, int(np.flatnonzero(when == known[-1])[0]))
            for role, when in day.items()
            if (when == known[-1]).any()
        )
        raise UserError(
            "{path}:{line}: column {column}: {latest} is more than {days} days after every other "
            "date; if it is a mistake, give the day on which the log was extracted, e.g. --drawn "
            "{second_latest}",
            path=text.path,
            line=text.lines[n],
            column=show_value(getattr(mapping, role)),
            latest=known[-1].astype("M8[D]"),
            days=LONELY,
            second_latest=known[-2].astype("M8[D]"),
        )
    return pd.Timestamp(known[-1])


def reject_reasons(
    text: Sheet, table: Columns, day: Columns, drawn: pd.Timestamp, mapping: LogMapping
) -> np.ndarray:
    """Return the reason why each row is rejected: (rows,) object, empty if the row is used."""

    def blank(role: str) -> np.ndarray:
        return np.array([value.lower() in EMPTY for value in table[role]], bool)

    opened, closed, no_opening, no_closing = day["opened"], day["closed"], blank("opened"), blank("closed")
    last = np.datetime64(drawn, "s")
    reasons = np.full(len(text.rows), "", object)
    for wrong, why in (
        (no_opening, Message("has no date in {column}", column=show_value(mapping.opened))),
        (
            ~no_opening & np.isnat(opened),
            Message("has an unreadable date in {column}", column=show_value(mapping.opened)),
        ),
        (
            ~no_closing & np.isnat(closed),
            Message("has an unreadable date in {column}", column=show_value(mapping.closed)),
        ),
        (closed < opened, Message("was closed before it was opened")),
        (opened > last, Message("was opened after the log was extracted on {drawn:%Y-%m-%d}", drawn=drawn)),
        (closed > last, Message("was closed after the log was extracted on {drawn:%Y-%m-%d}", drawn=drawn)),
        (blank("category"), Message("has no category in {column}", column=show_value(mapping.category))),
    ):
        reasons[wrong & (reasons == "")] = why.as_word()
    if mapping.id:
        fine = np.flatnonzero((reasons == "") & ~blank("id"))
        again = pd.Series(table["id"][fine]).duplicated().to_numpy()
        first = dict(zip(table["id"][fine[~again]], text.lines[fine[~again]]))
        for n in fine[again]:
            reasons[n] = Message("has the id of line {line}", line=first[table["id"][n]]).as_word()
    return reasons


def assemble_log(
    text: Sheet,
    table: Columns,
    day: Columns,
    reasons: np.ndarray,
    mapping: LogMapping,
    drawn: pd.Timestamp,
    notes: list[str],
) -> IssueLog:
    """Build the IssueLog: rows used, and rejected rows with their reasons, in the order of their lines."""
    fine = reasons == ""
    used: dict[str, np.ndarray] = {
        "line": text.lines[fine],
        **{role: day[role][fine] for role in day},
        **{role: table[role][fine] for role in ("category", "place", "id") if role in table},
    }
    bad = {
        "line": text.lines[~fine],
        "reason": reasons[~fine],
        **{role: column[~fine] for role, column in table.items()},
    }
    broken = pd.DataFrame(text.broken, columns=["line", "reason"])
    rejected = pd.concat(
        [frame for frame in (pd.DataFrame(bad), broken) if len(frame)] or [pd.DataFrame(bad)]
    ).sort_values("line", kind="stable", ignore_index=True)
    issues = pd.DataFrame(used)
    mapped = map_categories(mapping, sorted(set(issues["category"])), text.path)
    return IssueLog(text.path, mapping, issues, rejected, drawn, mapped, notes)


def map_categories(mapping: LogMapping, names: list[str], path: str) -> dict[str, tuple[str, ...]]:
    """Map each category of the log to cogov's: {theirs: (ours, ...)}.

    The mapping decides; categories it does not contain are matched by name. Raises UserError.
    """
    chinese = sections("zh")["family"]
    families = {chinese[name]: name for name in FAMILIES} | {name: name for name in FAMILIES}
    chinese = {c.zh: name for name, c in CATEGORIES.items()} | {name: name for name in CATEGORIES}
    kinds_of = {}
    if not isinstance(mapping.categories, dict):
        raise UserError(
            "{path}: the mapping's categories are an array; allowed is a table, theirs = ours", path=path
        )
    for theirs, ours in mapping.categories.items():
        if not isinstance(ours, str) and not (
            isinstance(ours, (list, tuple)) and all(isinstance(name, str) for name in ours)
        ):
            raise UserError(
                "{path}: category {theirs} is mapped to {ours}; allowed is text, or an array of texts",
                path=path,
                theirs=show_value(theirs),
                ours=show_value(ours),
            )
    for theirs in names:
        mapped = mapping.categories.get(theirs, [])
        mapped = [mapped] if isinstance(mapped, str) else list(mapped)
        ours = (
            mapped
            if theirs in mapping.categories
            else [
                name
                for name in (theirs, theirs.lower().replace(" ", "_"))
                if name in chinese or name in families
            ][:1]
        )
        categories = set()
        for name in ours:
            if name not in chinese and name not in families:
                raise UserError(
                    "{path}: category {theirs} is mapped to {name}, which is not a category of cogov{hint}",
                    path=path,
                    theirs=show_value(theirs),
                    name=show_value(name),
                    hint=suggest_names(str(name), [*FAMILIES, *CATEGORIES]),
                )
            categories |= (
                {c for c, it in CATEGORIES.items() if it.family == families[name]}
                if name in families
                else {chinese[name]}
            )
        if categories:
            kinds_of[theirs] = tuple(sorted(categories))
    unknown = [theirs for theirs in mapping.categories if theirs not in names]
    if unknown:
        raise UserError(
            "{path}: the mapping names a category {category} that is not in the log{hint}",
            path=path,
            category=show_value(unknown[0]),
            hint=suggest_names(unknown[0], names),
        )
    return kinds_of


def write_log(log: IssueLog, folder: str | Path) -> Path:
    """Write log.csv, log.toml (the mapping of log.csv) and rejected.csv into `folder`.

    Returns the path of log.csv.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    clean = log.issues.drop(columns="line")
    write_csv(
        clean.assign(**{role: clean[role].dt.strftime("%Y-%m-%d") for role in ("opened", "closed")}),
        folder / "log.csv",
        index=False,
    )
    write_csv(log.rejected, folder / "rejected.csv", index=False)
    ours = {escape_cell(theirs): toml(value) for theirs, value in compact(log).items()}
    entries = {role: role for role in ROLES if getattr(log.mapping, role)} | {
        "dates": "%Y-%m-%d",
        "drawn": f"{log.drawn:%Y-%m-%d}",
        "encoding": "utf-8",
        "delimiter": ",",
    }
    lines = [
        "# Meaning of the columns of log.csv in this folder.",
        *(f"{name} = {toml(value)}" for name, value in entries.items()),
    ]
    lines += [f"residents = {log.mapping.residents:.10g}"] if log.mapping.residents else []
    lines += [
        "",
        "[categories]  # category of the log = category of cogov, a family, or several",
        *(f"{toml(theirs)} = {value}" for theirs, value in ours.items()),
    ]
    (folder / "log.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "log.csv"


def compact(log: IssueLog) -> dict[str, str | tuple[str, ...]]:
    """Return {theirs: ours}, with the name of a family in place of all its categories."""
    family_of = {
        tuple(sorted(c for c, it in CATEGORIES.items() if it.family == family)): family for family in FAMILIES
    }
    return {
        theirs: family_of.get(ours, ours[0] if len(ours) == 1 else ours) for theirs, ours in log.kinds.items()
    }
