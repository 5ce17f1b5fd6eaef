"""Which rows of a log can be used, and which logs cannot? Every row that is rejected has a reason.

A log most of whose rows cannot be used was misread, and is refused.
"""

from datetime import date

import numpy as np
import pandas as pd

from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import show_value
from .closings import LONELY
from .dates import EMPTY, Days, normal
from .log_mapping import NONE, LogMapping
from .log_rows import LogRows
from .questions import LogQuestion

MERGED = 0.2  # share of empty categories from which on it is asked what they mean
USELESS = 0.5  # share of rejected rows from which on a log is refused

Columns = dict[str, np.ndarray]  # role -> (rows,) text, or days


def refuse_no_rows(rows: LogRows) -> None:
    if len(rows.lines):
        return
    if not rows.broken:
        raise UserError("{path}: has a header and no rows", path=rows.path)
    line, _, reason = rows.broken[0]
    raise UserError(
        "{path}:{line}: no row can be used; this one {reason}", path=rows.path, line=line, reason=reason
    )


def turn_the_year(found: dict[str, Days], day: Columns) -> None:
    """Put closings without a year that lie before the opening into the next year."""
    yearless = found["closed"].yearless
    if yearless is not None and yearless.any():
        before = yearless & (day["closed"] < day["opened"])
        month = day["closed"][before].astype("M8[M]")
        day["closed"][before] = (month + 12).astype("M8[D]") + (day["closed"][before] - month.astype("M8[D]"))


def fill_categories(rows: LogRows, blank: str) -> list[Message]:
    """Give rows without a category that of the row above, if `blank` says so; return what to say of it.

    Raises LogQuestion if nothing is said, and many categories are empty, as where merged cells were exported.
    """
    cells = rows.cells["category"]
    empty = cells == ""
    if blank not in ("", "above", NONE):
        raise UserError("--blank {blank}: allowed are above and none", blank=show_value(blank))
    if blank == NONE or not empty.any() or empty[0] or empty.mean() < MERGED:
        return []
    column, count = show_value(rows.mapping.category), f"{empty.sum():,}"
    if blank == "above":
        cells[:] = cells[np.maximum.accumulate(np.where(empty, 0, np.arange(len(cells))))]
        return [Message("{count} rows have no {column}: that of the row above.", count=count, column=column)]
    raise LogQuestion(
        Message(
            "{path}:{line}: column {column} is empty in {count} of {rows} rows, as where merged cells were "
            "exported",
            path=rows.path,
            line=rows.lines[empty][0],
            column=column,
            count=count,
            rows=f"{len(cells):,}",
        ),
        Message(
            "if an empty cell means the category above it, say --blank above; to reject these rows, say "
            "--blank none"
        ),
        "blank",
        [("above", Message("the category above")), (NONE, Message("no category: reject these rows"))],
    )


def refuse_unreadable(rows: LogRows, day: Columns, names: dict[str, str], mapping: LogMapping) -> None:
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
                "{path}:{line}: column {column}: --dates {dates} reads only {count} of {filled} dates, not "
                "{example}; leave out --dates to have them recognised",
                path=rows.path,
                line=rows.lines[n],
                column=show_value(names[role]),
                dates=show_value(mapping.dates),
                count=f"{readable.sum():,}",
                filled=f"{filled.sum():,}",
                example=show_value(str(cells[n])[:40]),
            )
        raise UserError(
            "{path}:{line}: column {column}: only {count} of {filled} cells are dates that can be read, not "
            "{example}; choose another column with --{role} COLUMN, or give the format with --dates, e.g. "
            "--dates '%d/%m/%Y'",
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
    used = (wrong == "") & ~np.isnat(day["opened"])
    all_dates = np.concatenate([day["opened"], day["closed"][used]])
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
                "if it means that the issue is open, say --open {latest}; if it is a mistake, give the day "
                "on which the log was extracted, e.g. --drawn {second_latest}",
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


def refuse_useless(rows: LogRows, reasons: np.ndarray) -> None:
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
        "{path}:{line}: {count} of {rows} rows cannot be used, so something was misread; most of them are "
        "like this one, which {reason}",
        path=rows.path,
        line=rows.lines[n],
        count=f"{bad.sum():,}",
        rows=f"{len(reasons):,}",
        reason=reasons[n],
    )
