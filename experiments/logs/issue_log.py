"""Read a community's own issue log, check it row by row, and write it without personal data.

A log says when each issue was opened and closed, its category, and perhaps its place. A row that cannot be
true is rejected with its line number and the reason, never corrected. An issue without a closing date is
still open: it is right-censored on the day the log was extracted (`drawn`).
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import show_value
from ...model.issues.categories import CATEGORIES, FAMILIES
from ..files.case_writer import toml
from ..files.csv_tables import EMPTY, Sheet, escape_cell, read_sheet, write_csv
from ..files.dates import parse_dates, recognise_date_formats
from .column_names import ROLES
from .log_mapping import LogMapping, assign_columns, map_categories, read_mapping

LONELY = 365  # days; a last date further from all others is not taken for the day of extraction


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
