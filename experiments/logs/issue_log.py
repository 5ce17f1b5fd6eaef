"""Read a community's own issue log, check it row by row, and write it without personal data.

A log says when each issue was opened and closed, its category, and perhaps its place. A row that cannot be
true is rejected with its line number and the reason, never corrected. An issue without a closing date is
still open: it is right-censored on the day the log was extracted (`drawn`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.texts.errors import Message, Translated, UserError
from ...engine.toml_reader import show_value
from ..files.case_writer import toml
from ..files.csv_tables import escape_cell, write_csv
from .categories import Proposal, compact, map_categories, propose_all
from .closings import LONELY, read_closings
from .column_names import ROLES
from .dates import EMPTY, Days, normal, read_days, said_of_ways
from .log_mapping import NONE, LogMapping, mapping_beside, read_mapping
from .log_rows import LogRows, Progress, read_rows
from .personal import check_columns
from .questions import LogQuestion

USELESS = 0.5  # share of rejected rows from which on a log is refused

Columns = dict[str, np.ndarray]  # role -> (rows,) text, or days


@dataclass
class IssueLog:
    """An issue log after import."""

    path: str
    mapping: LogMapping  # as given and as recognised
    # one row per issue used: line, opened and closed (datetime64; NaT open), category; place and id if mapped
    issues: pd.DataFrame
    rejected: pd.DataFrame  # one row per rejected row: line, reason, mapped columns as text
    drawn: pd.Timestamp  # day of extraction
    kinds: dict  # category of the log -> names of cogov's categories, sorted; only mapped ones
    said: list[Message]  # what was recognised, dropped or assumed, as sentences
    proposals: dict[str, Proposal | None] = field(default_factory=dict)  # of categories that are not mapped
    reasons: dict[Translated, int] = field(default_factory=dict)  # why rows were rejected -> rows, most first
    header: tuple[str, ...] = ()  # names of all columns of the file
    tables: tuple[str, ...] = ()  # names of all sheets of a workbook

    @property
    def rows(self) -> int:
        """Return the number of rows read: used and rejected."""
        return len(self.issues) + len(self.rejected)

    def times(self) -> tuple[np.ndarray, np.ndarray]:
        """Return days from opening to closing or extraction, and whether closed: ((n,) float, (n,) bool)."""
        return times(self.issues, self.drawn)

    def accept(self) -> "IssueLog":
        """Return the log with all proposals accepted, and said."""
        taken = {theirs: proposal for theirs, proposal in self.proposals.items() if proposal}
        categories = {**self.mapping.categories, **{theirs: it.ours for theirs, it in taken.items()}}
        kinds = map_categories(categories, sorted(set(self.issues["category"])), self.path)
        said = [
            Message(
                "{theirs} is taken for {ours}, because of {why}.",
                theirs=show_value(theirs),
                ours=it.ours if isinstance(it.ours, str) else " + ".join(it.ours),
                why=it.because,
            )
            for theirs, it in taken.items()
        ]
        return replace(
            self,
            mapping=replace(self.mapping, categories=categories),
            kinds=kinds,
            said=[*self.said, *said],
            proposals={theirs: it for theirs, it in self.proposals.items() if not it},
        )


def times(issues: pd.DataFrame, drawn: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
    """Return days open, and whether closed by `drawn`: ((n,) float, (n,) bool).

    An issue closed after `drawn` was still open on that day.
    """
    closed = issues["closed"].notna() & (issues["closed"] <= drawn)
    end = issues["closed"].where(closed, drawn)
    return (end - issues["opened"]).dt.days.to_numpy(float), closed.to_numpy(bool)


def read_log(
    path: str | Path,
    mapping: LogMapping | str | Path | None = None,
    progress: Progress | None = None,
    **overrides: Any,
) -> IssueLog:
    """Read the issue log at `path`: delimited text, .xlsx, .xls or .ods.

    `mapping` is a LogMapping, the path of a TOML file, or None: then `NAME.toml` in the folder of `NAME.csv`,
    if it exists. `overrides` replace single entries of it, such as opened=, closed=, category=, dates=,
    drawn=, open=("9999-12-31",), categories={theirs: ours}. Entries not given are recognised if only one
    reading is possible. `progress` is called with the rows read, and the rows of the file as far as known.
    Raises UserError; LogQuestion, which is one, where only the owner of the log knows the answer.
    """
    notes: list[Message] = []
    if mapping is None:
        mapping, notes = mapping_beside(path)
    if isinstance(mapping, LogMapping):
        mapping = replace(mapping, **overrides)
    else:
        mapping = read_mapping(mapping, **overrides)
    rows = read_rows(path, mapping, progress)
    mapping, names = rows.mapping, {role: getattr(rows.mapping, role) for role in ROLES}
    by_status = not mapping.closed and bool(mapping.changed)
    if by_status:
        names["closed"] = mapping.changed
        rows.cells["closed"] = rows.cells.pop("changed")
    _refuse_no_rows(rows)
    dropped, said = check_columns(rows.cells, names, rows.guessed, rows.path)
    for role in dropped:
        del rows.cells[role]
    mapping = replace(mapping, **dict.fromkeys(dropped, NONE))
    found = read_days(
        {role: rows.cells[role] for role in ("opened", "closed")},
        dates=mapping.dates,
        year=mapping.year or rows.year,
        path=rows.path,
        names=names,
        lines=rows.lines,
    )
    day = {role: found[role].day for role in found}
    _turn_the_year(found, day)
    _refuse_unreadable(rows, day, names, mapping)
    closings = read_closings(
        rows.cells["closed"],
        day["closed"],
        day["opened"],
        rows.cells.get("status"),
        names=names,
        means_open=mapping.open,
        means_closed=mapping.closed_value,
        lines=rows.lines,
        path=rows.path,
        by_status=by_status,
    )
    day["closed"] = closings.day
    drawn = extraction_day(rows, names, mapping, day, closings.wrong)
    notes += [*rows.said, *said, *said_of_ways(found, names), *closings.said]
    if any(each.yearless is not None and each.yearless.any() for each in found.values()) and not mapping.year:
        notes.append(Message("Dates without a year: {year}, as the title or the name says.", year=rows.year))
    if not mapping.drawn:
        notes.append(
            Message(
                "Extracted on {drawn:%Y-%m-%d}, the last date in the log (--drawn overrides it); open "
                "issues are "
                "censored on that day.",
                drawn=drawn,
            )
        )
    reasons = reject_reasons(rows, day, closings.wrong, drawn, names)
    _refuse_useless(rows, reasons)
    return assemble_log(rows, day, reasons, replace(mapping, drawn=f"{drawn:%Y-%m-%d}"), drawn, notes)


def _refuse_no_rows(rows: LogRows) -> None:
    if len(rows.lines):
        return
    if not rows.broken:
        raise UserError("{path}: has a header and no rows", path=rows.path)
    line, _, reason = rows.broken[0]
    raise UserError(
        "{path}:{line}: no row can be used; this one {reason}", path=rows.path, line=line, reason=reason
    )


def _turn_the_year(found: dict[str, Days], day: Columns) -> None:
    """Put closings without a year that lie before the opening into the next year."""
    yearless = found["closed"].yearless
    if yearless is not None and yearless.any():
        before = yearless & (day["closed"] < day["opened"])
        month = day["closed"][before].astype("M8[M]")
        day["closed"][before] = (month + 12).astype("M8[D]") + (day["closed"][before] - month.astype("M8[D]"))


def _refuse_unreadable(rows: LogRows, day: Columns, names: dict[str, str], mapping: LogMapping) -> None:
    """Raise UserError if most cells of a column that should hold dates hold none."""
    for role in ("opened", "closed"):
        cells = rows.cells[role]
        filled = np.array([text.lower() not in EMPTY for text in cells], bool)
        readable = filled & ~np.isnat(day[role])
        if role == "opened" and not filled.any():
            raise UserError(
                "{path}: column {column} has no date that can be read",
                path=rows.path,
                column=show_value(names[role]),
            )
        # what recurs in the closing column is asked about later
        different = len({normal(text) for text in cells[filled & ~readable]})
        if (
            not filled.any()
            or readable.sum() >= USELESS * filled.sum()
            or (role == "closed" and different <= 20)
        ):
            continue
        n = int(np.flatnonzero(filled & ~readable)[0])
        if mapping.dates:
            raise UserError(
                "{path}:{line}: column {column}: --dates {dates} reads only {count} of {filled} dates, "
                "not {example}; "
                "leave out --dates to have them recognised",
                path=rows.path,
                line=rows.lines[n],
                column=show_value(names[role]),
                dates=show_value(mapping.dates),
                count=f"{readable.sum():,}",
                filled=f"{filled.sum():,}",
                example=show_value(str(cells[n])[:40]),
            )
        raise UserError(
            "{path}:{line}: column {column}: only {count} of {filled} cells are dates that can be read, "
            "not {example}; "
            "choose another column with --{role} COLUMN, or give the format with --dates, e.g. --dates "
            "'%d/%m/%Y'",
            path=rows.path,
            line=rows.lines[n],
            column=show_value(names[role]),
            count=f"{readable.sum():,}",
            filled=f"{filled.sum():,}",
            example=show_value(str(cells[n])[:40]),
            role=role,
        )


def extraction_day(
    rows: LogRows, names: dict[str, str], mapping: LogMapping, day: Columns, wrong: np.ndarray
) -> pd.Timestamp:
    """Return the day the log was extracted: as given, or the last date in the log.

    Raises UserError if the last one is more than LONELY days after all others.
    """
    if mapping.drawn:
        try:
            return pd.Timestamp(date.fromisoformat(mapping.drawn))
        except ValueError:
            raise UserError(
                "--drawn {drawn} is not a date; write one such as 2025-01-09", drawn=show_value(mapping.drawn)
            ) from None
    all_dates = np.concatenate([day["opened"], day["closed"][wrong == ""]])
    known = np.sort(all_dates[~np.isnat(all_dates)])
    if len(known) > 2 and known[-1] - known[-2] > np.timedelta64(LONELY, "D"):
        role, n = next(
            (role, int(np.flatnonzero(when == known[-1])[0]))
            for role, when in day.items()
            if (when == known[-1]).any()
        )
        raise LogQuestion(
            Message(
                "{path}:{line}: column {column}: {latest} is more than {days} days after every other date",
                path=rows.path,
                line=rows.lines[n],
                column=show_value(names[role]),
                latest=known[-1],
                days=LONELY,
            ),
            Message(
                "if it means that the issue is open, say --open {latest}; if it is a mistake, give the "
                "day on which "
                "the log was extracted, e.g. --drawn {second_latest}",
                latest=known[-1],
                second_latest=known[-2],
            ),
            "open",
            [(str(known[-1]), Message("still open")), (f"!{known[-1]}", Message("closed"))],
        )
    return pd.Timestamp(known[-1].astype("M8[s]"))


def reject_reasons(
    rows: LogRows, day: Columns, wrong: np.ndarray, drawn: pd.Timestamp, names: dict[str, str]
) -> np.ndarray:
    """Return the reason why each row is rejected: (rows,) object, empty if the row is used."""

    def blank(role: str) -> np.ndarray:
        return np.array([value.lower() in EMPTY for value in rows.cells[role]], bool)

    opened, closed, no_opening = day["opened"], day["closed"], blank("opened")
    last = np.datetime64(drawn, "D")
    reasons = np.full(len(rows.lines), "", object)
    column = {role: show_value(name) for role, name in names.items()}
    for here, why in (
        (no_opening, Message("has no date in {column}", column=column["opened"])),
        (
            ~no_opening & np.isnat(opened),
            Message("has an unreadable date in {column}", column=column["opened"]),
        ),
        (closed < opened, Message("was closed before it was opened")),
        (opened > last, Message("was opened after the log was extracted on {drawn:%Y-%m-%d}", drawn=drawn)),
        (closed > last, Message("was closed after the log was extracted on {drawn:%Y-%m-%d}", drawn=drawn)),
        (blank("category"), Message("has no category in {column}", column=column["category"])),
    ):
        reasons[here & (reasons == "")] = why.as_word()
    unclear = (reasons == "") & (wrong != "")
    reasons[unclear] = wrong[unclear]
    if "id" in rows.cells:
        fine = np.flatnonzero((reasons == "") & ~blank("id"))
        again = pd.Series(rows.cells["id"][fine]).duplicated().to_numpy()
        first = dict(zip(rows.cells["id"][fine[~again]], rows.lines[fine[~again]]))
        for n in fine[again]:
            reasons[n] = Message("has the id of line {line}", line=first[rows.cells["id"][n]]).as_word()
    return reasons


def _refuse_useless(rows: LogRows, reasons: np.ndarray) -> None:
    """Raise UserError if no row can be used, or most cannot: then something was misread."""
    bad = reasons != ""
    if bad.sum() <= USELESS * len(reasons) or (len(reasons) < 4 and not bad.all()):
        return
    common = pd.Series(reasons[bad]).value_counts().index[0]
    n = int(np.flatnonzero(reasons == common)[0])
    if bad.all():
        raise UserError(
            "{path}:{line}: no row can be used; this one {reason}",
            path=rows.path,
            line=rows.lines[n],
            reason=reasons[n],
        )
    raise UserError(
        "{path}:{line}: {count} of {rows} rows cannot be used, so something was misread; most of them "
        "are like this one, "
        "which {reason}",
        path=rows.path,
        line=rows.lines[n],
        count=f"{bad.sum():,}",
        rows=f"{len(reasons):,}",
        reason=reasons[n],
    )


def assemble_log(
    rows: LogRows,
    day: Columns,
    reasons: np.ndarray,
    mapping: LogMapping,
    drawn: pd.Timestamp,
    notes: list[Message],
) -> IssueLog:
    """Build the IssueLog: rows used, and rejected rows with their reasons, in the order of their lines."""
    fine = reasons == ""
    place: Columns = {"line": rows.lines} | ({"sheet": rows.sheets} if rows.sheets is not None else {})
    issues = pd.DataFrame(
        {name: column[fine] for name, column in place.items()}
        | {role: day[role][fine].astype("M8[s]") for role in ("opened", "closed")}
        | {role: rows.cells[role][fine] for role in ("category", "place", "id") if role in rows.cells}
    )
    bad = pd.DataFrame(
        {name: column[~fine] for name, column in place.items()}
        | {"reason": reasons[~fine]}
        | {role: column[~fine] for role, column in rows.cells.items()}
    )
    broken = pd.DataFrame(rows.broken, columns=["line", "sheet", "reason"])
    broken = broken if rows.sheets is not None else broken.drop(columns="sheet")
    rejected = pd.concat([frame for frame in (bad, broken) if len(frame)] or [bad])
    rejected = rejected.sort_values(
        [*rejected.columns.intersection(["sheet"]), "line"], kind="stable", ignore_index=True
    )
    names = sorted(set(issues["category"]))
    mapped = map_categories(mapping.categories, names, rows.path)
    if len(issues) and issues["closed"].notna().all():
        notes.append(
            Message(
                "Every issue of the log is closed. If it holds only closed ones, those that are still "
                "open are missing, "
                "and times look shorter than they are."
            )
        )
    why = Counter(reasons[~fine]) + Counter(reason for _, _, reason in rows.broken)
    return IssueLog(
        rows.path,
        mapping,
        issues,
        rejected,
        drawn,
        mapped,
        notes,
        propose_all(names, mapped),
        dict(why.most_common()),
        rows.header,
        rows.tables,
    )


def write_log(log: IssueLog, folder: str | Path) -> Path:
    """Write log.csv, log.toml (the mapping of log.csv) and rejected.csv into `folder`.

    Returns the path of log.csv.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    clean = log.issues.drop(columns=["line", "sheet"], errors="ignore")
    write_csv(
        clean.assign(**{role: clean[role].dt.strftime("%Y-%m-%d") for role in ("opened", "closed")}),
        folder / "log.csv",
        index=False,
    )
    write_csv(log.rejected, folder / "rejected.csv", index=False)
    entries = {role: role for role in ("opened", "closed", "category", "place", "id") if role in clean} | {
        "dates": "%Y-%m-%d",
        "drawn": f"{log.drawn:%Y-%m-%d}",
        "encoding": "utf-8",
        "delimiter": ",",
    }
    lines = [
        "# Meaning of the columns of log.csv in this folder; docs/logs.md describes the entries.",
        *(f"{name} = {toml(value)}" for name, value in entries.items()),
    ]
    lines += [f"residents = {log.mapping.residents:.10g}"] if log.mapping.residents else []
    (folder / "log.toml").write_text("\n".join([*lines, "", *category_lines(log)]) + "\n", encoding="utf-8")
    return folder / "log.csv"


def category_lines(log: IssueLog) -> Iterable[str]:
    """Yield the table of categories of a mapping file: what is mapped, and what is not, with its proposal."""
    count = log.issues["category"].value_counts()
    yield '[categories]  # category of the log = category of cogov, a family, several, or "": cogov has none'
    for theirs, ours in log.kinds.items():
        yield f"{toml(escape_cell(theirs))} = {toml(compact(ours))}  # {count[theirs]:,} issues"
    if log.proposals:
        yield ""
        yield "# Not mapped, so not used. Take the # away where a proposal is right, or write what is."
    for theirs, proposal in sorted(log.proposals.items(), key=lambda item: -count[item[0]]):
        why = f"; {proposal.because}" if proposal else "; no proposal"
        value = toml(proposal.ours if proposal else "")
        yield f"# {toml(escape_cell(theirs))} = {value}  # {count[theirs]:,} issues{why}"
