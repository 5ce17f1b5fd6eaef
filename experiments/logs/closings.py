"""Which issues are closed, when, and which are still open? What the closing column and the status say.

An empty cell is an issue that is open. A word or a date that stands for "open" is never guessed: the status
column says so, or the owner of the log does (`--open`); else it is asked. A log whose open issues would be
lost is refused.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import show_value
from .column_names import WORDS
from .dates import EMPTY, NO_DAY, normal, read_days
from .questions import LogQuestion

LONELY = 365  # days; dates further from all others do not belong to the log
CROWDED = 0.05  # share of the closings that may fall on the last day, where no issue is open
CROWD = 5  # closings on that day that are asked about, at least
LOST = 0.1  # share of closings that may be unreadable where no issue is open, or closed without a day
FLAGS = ("open", "closed-value")
UNREADABLE = ("####", "#ref!", "#value!", "#name?", "#div/0!", "#num!")  # a spreadsheet's, where a date was
# word in a status column -> whether it says closed
STATUS = {word: says == "closed" for says, words in WORDS["status"].items() for word in words}


@dataclass(frozen=True)
class DatedCells:
    """What the rows of a log say of time: one element per row."""

    path: str
    lines: np.ndarray  # (n,) int64
    names: dict[str, str]  # role -> its column
    closed: np.ndarray  # (n,) object  cells of the closing column
    day: np.ndarray  # (n,) datetime64[D]  their days
    opened: np.ndarray  # (n,) datetime64[D]
    status: np.ndarray | None  # (n,) object  cells of the status column


@dataclass
class Closings:
    """What was understood of the closings: one element per row."""

    day: np.ndarray  # (n,) datetime64[D], NaT while open
    wrong: np.ndarray  # (n,) object  why a row cannot be used, "" if it can
    said: list[Message] = field(default_factory=list)


def read_closings(
    cells: DatedCells, means_open: Sequence[str], means_closed: Sequence[str], by_status: bool = False
) -> Closings:
    """Say of every row whether and when its issue was closed.

    `means_open` and `means_closed` are values of the closing column and of the status. `by_status`: the
    closing column is the day of the last change, and counts where the status says closed.
    Raises UserError, and LogQuestion where something must be answered.
    """
    names, closed = cells.names, cells.closed
    state, column = _states(cells.status, means_open, means_closed), show_value(names["closed"])
    empty = np.array([text.lower() in EMPTY for text in closed], bool)
    out = Closings(cells.day.copy(), np.full(len(closed), "", object))
    if by_status:
        _check_states(cells.status, state, names)
        out.day[state == 0] = NO_DAY
        out.wrong[np.isnan(state) & ~empty] = Message(
            "has a status that says neither open nor closed"
        ).as_word()
        out.said.append(
            Message(
                "No column has the day of closing: {column}, the day of the last change, is taken where the "
                "status is closed.",
                column=column,
            )
        )
        return out
    known = _answered(closed, out, means_open, means_closed, column)
    _ask_about_words(cells, out, empty | known, state)
    _ask_about_days(cells, out, known, empty, state)
    _compare(out, state, names)
    return out


def _answered(
    closed: np.ndarray, out: Closings, means_open: Sequence[str], means_closed: Sequence[str], column: str
) -> np.ndarray:
    """Apply what was answered; return which rows it decides: (n,) bool."""
    decided = np.zeros(len(closed), bool)
    if not means_open and not means_closed:
        return decided
    texts = np.array([normal(text).lower() for text in closed], object)
    for value in means_open:
        day = _day_of(value)
        here = (texts == normal(value).lower()) | (~np.isnat(day) & (out.day == day))
        if here.any():
            out.day[here] = NO_DAY
            decided |= here
            out.said.append(
                Message(
                    "{count} rows have {value} in {column}: open.",
                    count=f"{here.sum():,}",
                    value=show_value(value),
                    column=column,
                )
            )
    for value in means_closed:
        here = (texts == normal(value).lower()) & np.isnat(out.day)
        out.wrong[here] = Message("is closed, on a day that is not said").as_word()
        day = _day_of(value)
        decided |= here | (~np.isnat(day) & (out.day == day))
    return decided


def _day_of(value: str) -> np.datetime64:
    """Return the day that an answer is, NaT if it is none."""
    return read_days({"x": np.array([value], object)}, dates="ymd", year=1)["x"].day[0]


def _states(status: np.ndarray | None, means_open: Sequence[str], means_closed: Sequence[str]) -> np.ndarray:
    """Return what the status says: (n,) float, 1 closed, 0 open, NaN neither; all NaN without a status."""
    words = (
        STATUS
        | {value.lower(): False for value in means_open}
        | {value.lower(): True for value in means_closed}
    )
    cells = status if status is not None else ()
    said = {text: words.get(_plain_status(text)) for text in set(cells)}
    return np.array([np.nan if said[text] is None else float(bool(said[text])) for text in cells], float)


def _plain_status(text: str) -> str:
    """Return the word of a status: `Fixed - User` is fixed."""
    text = normal(text).lower()
    return text if text in STATUS else text.partition(" - ")[0].strip()


def _check_states(status: np.ndarray | None, state: np.ndarray, names: dict[str, str]) -> None:
    """Raise LogQuestion if a status word is not known, and the status decides what is open."""
    unknown = Counter(
        text for text, says in zip(status if status is not None else (), state) if np.isnan(says) and text
    )
    if unknown:
        word, count = unknown.most_common(1)[0]
        raise _question(names["status"], word, count)


def _ask_about_words(cells: DatedCells, out: Closings, fine: np.ndarray, state: np.ndarray) -> None:
    """Decide about closing cells that are no dates. Raises LogQuestion for a word that recurs."""
    closed, names, lines, path = cells.closed, cells.names, cells.lines, cells.path
    odd = np.isnat(out.day) & ~fine
    unreadable = Message("has an unreadable date in {column}", column=show_value(names["closed"])).as_word()
    spoilt = np.array([text.lower().startswith(UNREADABLE) for text in closed], bool) & odd
    out.wrong[spoilt] = unreadable
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(odd & ~spoilt):
        rows_of.setdefault(normal(closed[row]), []).append(int(row))
    for word, here in sorted(rows_of.items(), key=lambda item: -len(item[1])):
        n = len(here)
        if len(state) and (state[here] == 0).all():
            out.said.append(_said_by_status(show_value(word), n, names))
        elif n > 1:
            also = [other for other, rows in rows_of.items() if len(rows) > 1 and other != word]
            raise _question(names["closed"], word, n, int(lines[here][0]), path, also)
        else:
            out.wrong[here] = unreadable
    lost = odd & (out.wrong != "")
    is_open = fine & np.isnat(out.day) & (out.wrong == "")
    if lost.sum() > LOST * max((~np.isnat(out.day)).sum(), 1) and not is_open.any():
        n = int(np.flatnonzero(lost)[0])
        raise UserError(
            "{path}:{line}: column {column}: {count} closings such as {example} cannot be read, and no other "
            "issue is open: without them the log would have lost its open issues. Write dates there, or "
            "leave the cell empty where an issue is open",
            path=path,
            line=int(lines[n]),
            column=show_value(names["closed"]),
            count=f"{lost.sum():,}",
            example=show_value(str(closed[n])[:40]),
        )


def _ask_about_days(
    cells: DatedCells, out: Closings, known: np.ndarray, empty: np.ndarray, state: np.ndarray
) -> None:
    """Raise LogQuestion for a closing day that recurs and may stand for "open".

    That is a day before all openings or far from all other days; and, in a log where no cell is empty, a last
    day with much more closings than any other.
    """
    names, lines, path, opened = cells.names, cells.lines, cells.path, cells.opened
    has_day = ~np.isnat(out.day) & ~known
    begun = np.sort(opened[~np.isnat(opened)])
    if not has_day.any() or not len(begun):
        return
    days, counts = np.unique(out.day[has_day], return_counts=True)
    others = np.sort(np.concatenate([days, np.unique(begun)]))
    crowd = max(CROWD, int(CROWDED * has_day.sum()))
    second = np.sort(counts)[-2] if len(counts) > 1 else 0
    for day, n in sorted(zip(days, counts), key=lambda item: -item[1]):
        before = day < begun[0]
        around = others[others != day]
        lonely = not len(around) or np.abs(around - day).min() > np.timedelta64(LONELY, "D")
        crowded = day == days[-1] and not empty.any() and n >= crowd and n > 3 * second and len(counts) > 3
        if not (n > 1 and (before or lonely)) and not crowded:
            continue
        here = has_day & (out.day == day)
        if len(state) and (state[here] == 0).all():
            out.day[here] = NO_DAY
            out.said.append(_said_by_status(str(day), int(n), names))
        elif not (len(state) and (state[here] == 1).all() and not before and not lonely):
            raise _question(names["closed"], str(day), int(n), int(lines[here][0]), path)


def _said_by_status(value: str, count: int, names: dict[str, str]) -> Message:
    """Return that rows whose closing column has a value are open, because their status says so."""
    return Message(
        "{count} rows have {value} in {column}: open, as {status} says.",
        count=f"{count:,}",
        value=value,
        column=show_value(names["closed"]),
        status=show_value(names["status"]),
    )


def _question(
    column: str, value: str, count: int, line: int = 0, path: str = "", also: Sequence[str] = ()
) -> LogQuestion:
    """Return the question what a value that recurs means; the remedy names those that recur `also`."""
    named = {"column": show_value(column), "value": show_value(value), "count": f"{count:,}"}
    flags = [" ".join(f"--{flag} {show_value(each)}" for each in (value, *also)) for flag in FLAGS]
    question = (
        Message(
            "{path}:{line}: column {column} has {value} in {count} rows, which may mean that they are still "
            "open",
            path=path,
            line=line,
            **named,
        )
        if line
        else Message(
            "column {column} has {value} in {count} rows, which may mean that they are still open", **named
        )
    )
    return LogQuestion(
        question,
        Message("if so, say {open}; if they were closed, say {closed}", open=flags[0], closed=flags[1]),
        "open",
        [(value, Message("still open")), (f"!{value}", Message("closed"))],
    )


def _compare(out: Closings, state: np.ndarray, names: dict[str, str]) -> None:
    """Set rows aside whose status and closing day contradict each other."""
    if not len(state):
        return
    has_day = ~np.isnat(out.day)
    status, column = show_value(names["status"]), show_value(names["closed"])
    early = has_day & (state == 0) & (out.wrong == "")
    late = ~has_day & (state == 1) & (out.wrong == "")
    if late.sum() > LOST * len(state):
        raise LogQuestion(
            Message(
                "{count} rows are closed by {status} and have no day in {column}, so how long they took is "
                "not known",
                count=f"{late.sum():,}",
                status=status,
                column=column,
            ),
            Message("to go by {column} alone, and take them as open, say --status none", column=column),
            "status",
            [("none", Message("go by {column} alone, and take them as open", column=column))],
        )
    out.wrong[late] = Message(
        "is closed by {status}, without a day in {column}", status=status, column=column
    ).as_word()
    out.wrong[early] = Message(
        "has a day in {column}, and is open by {status}", status=status, column=column
    ).as_word()
