"""Read a community's own issue log, check it row by row, and write it without personal data.

A log says when each issue was opened and closed, its category, and perhaps its place. A row that cannot be
true is rejected with its line number and the reason, never corrected. An issue without a closing date is
still open: it is right-censored on the day the log was extracted (`drawn`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.texts.errors import Message, Translated
from ...engine.toml_reader import show_value
from ..files.case_writer import toml
from ..files.csv_tables import escape_cell, write_csv
from .categories import Proposal, compact, map_categories, propose_all
from .closings import DatedCells, read_closings
from .column_names import ROLES
from .dates import read_days, said_of_ways
from .log_mapping import NONE, LogMapping, mapping_beside, read_mapping
from .log_rows import LogRows, Progress, read_rows
from .personal import check_columns
from .row_checks import (
    Columns,
    extraction_day,
    fill_categories,
    refuse_no_rows,
    refuse_unreadable,
    refuse_useless,
    reject_reasons,
    turn_the_year,
)


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
    refuse_no_rows(rows)
    notes += fill_categories(rows, mapping.blank)
    dropped, said = check_columns(rows.cells, names, rows.guessed, rows.path)
    for role in dropped:
        del rows.cells[role]
    unused: dict[str, Any] = dict.fromkeys(dropped, NONE)
    mapping = replace(mapping, **unused)
    found = read_days(
        {role: rows.cells[role] for role in ("opened", "closed")},
        dates=mapping.dates,
        year=mapping.year or rows.year,
        path=rows.path,
        names=names,
        lines=rows.lines,
    )
    day = {role: found[role].day for role in found}
    turn_the_year(found, day)
    refuse_unreadable(rows, day, names, mapping)
    cells = DatedCells(
        rows.path,
        rows.lines,
        names,
        rows.cells["closed"],
        day["closed"],
        day["opened"],
        rows.cells.get("status"),
    )
    closings = read_closings(cells, mapping.open, mapping.closed_value, by_status)
    day["closed"] = closings.day
    drawn = extraction_day(rows, names, mapping, day, closings.wrong)
    notes += [*rows.said, *said, *said_of_ways(found, names), *closings.said]
    if any(each.yearless is not None and each.yearless.any() for each in found.values()) and not mapping.year:
        notes.append(Message("Dates without a year: {year}, as the title or the name says.", year=rows.year))
    if not mapping.drawn:
        notes.append(
            Message(
                "Extracted on {drawn:%Y-%m-%d}, the last date in the log (--drawn overrides it); open issues "
                "are censored on that day.",
                drawn=drawn,
            )
        )
    reasons = reject_reasons(rows, day, closings.wrong, drawn, names)
    refuse_useless(rows, reasons)
    return assemble_log(rows, day, reasons, replace(mapping, drawn=f"{drawn:%Y-%m-%d}"), drawn, notes)


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
                "Every issue of the log is closed. If it holds only closed ones, those that are still open "
                "are missing, and times look shorter than they are."
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
