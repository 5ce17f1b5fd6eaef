"""Recognise the formats of dates in the columns of a log."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.output import short
from ...engine.texts.errors import Translated, UserError
from ...engine.toml_reader import show_value
from .csv_tables import EMPTY, ENOUGH, SAMPLE

LONGEST_DAY = 100  # characters of a cell that may be a date
FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%y/%m/%d",
    "%y-%m-%d",
    "%y.%m.%d",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
)
CLOCK = (
    r"(?:T|\s+|(?<=日))(?:上午|下午)?\s*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:[.,]\d+)?)?秒?分?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d\d:?\d\d)?$"
)


def parse_dates(text: Any, pattern: str) -> np.ndarray:
    """Read a column of text as days, by one format: (n,) datetime64[s], NaT where it does not fit.

    The time of day is dropped.
    """
    codes, values = pd.factorize(np.asarray(text, object))
    values = pd.Series(values, dtype=object)
    values = values.where(values.str.len() <= LONGEST_DAY, "")
    if not re.search(r"%[HIMSp]", pattern):
        days, values = pd.factorize(values.str.replace(CLOCK, "", regex=True))
        codes, values = days[codes], pd.Series(values, dtype=object)
    if "%Y%m%d" in pattern:  # else it would read 2020113 as well
        values = values.where(values.str.fullmatch(r"\d{8}.*"), None)
    try:
        read = pd.to_datetime(values, format=pattern, errors="coerce").dt.normalize()
    except re.error:
        raise UserError(
            "--dates {pattern} has the same part of a date twice; write one such as %Y-%m-%d",
            pattern=short(pattern),
        ) from None
    return read.to_numpy("datetime64[s]")[codes]


def fitting_formats(text: np.ndarray) -> dict[str, np.ndarray]:
    """Return the formats that read nearly all of a column, and what they read: {format: (n,) datetime64}.

    Formats that read all of it exclude those that do not; of formats that read the same days, only the first
    is returned.
    """
    # a format that reads none of the sample does not read nearly all
    sample = pd.unique(text)[:: max(1, len(text) // SAMPLE)] if len(text) else text
    days_by_format = {
        pattern: parse_dates(text, pattern)
        for pattern in FORMATS
        if not np.isnat(parse_dates(sample, pattern)).all()
    }
    nearly_all = {
        pattern: when
        for pattern, when in days_by_format.items()
        if len(when) and np.mean(~np.isnat(when)) >= ENOUGH
    }
    complete = {pattern: when for pattern, when in nearly_all.items() if not np.isnat(when).any()}
    different: dict[str, np.ndarray] = {}
    for pattern, when in (complete or nearly_all).items():
        if not any(np.array_equal(when, other, equal_nan=True) for other in different.values()):
            different[pattern] = when
    return different


def recognise_date_formats(
    path: str | Path, names: Iterable[str], columns: Sequence[np.ndarray], lines: np.ndarray
) -> dict[str, str]:
    """Return the one format of each column of dates: {name: format}.

    `columns` are texts, "" where there is no date. A column that can be read in two ways takes the format
    that another column of the same log leaves. Raises UserError.
    """
    formats_by_column = {}
    for name, text in zip(names, columns):
        filled = np.array([value.lower() not in EMPTY for value in text], bool)
        formats_by_column[name] = fitting_formats(text[filled]) if filled.any() else {}
        if filled.any() and not formats_by_column[name]:
            value, line = text[filled][0], lines[filled][0]
            excel = Translated(
                "; these look like Excel's day numbers: format the column as dates and export again",
                "；这些像是Excel的日期序号：请把这一列设为日期格式，再导出一次",
            )
            raise UserError(
                "{path}:{line}: column {column}: no single format reads {share:.0%} of its dates, "
                "such as {example}; give it with --dates, e.g. --dates '%d/%m/%Y'{excel}",
                path=path,
                line=line,
                column=show_value(name),
                share=ENOUGH,
                example=show_value(value),
                excel=excel if re.fullmatch(r"[34]\d{4}(\.\d+)?", value) else "",
            )
    sure = {next(iter(formats)) for formats in formats_by_column.values() if len(formats) == 1}
    chosen = {}
    for (name, formats), text in zip(formats_by_column.items(), columns):
        candidates = (
            [pattern for pattern in formats if pattern in sure] if len(formats) > 1 else list(formats)
        )
        if formats and len(candidates) != 1:
            first, other = list(formats.items())[:2]
            n = int(np.flatnonzero(first[1] != other[1])[0])
            filled = np.flatnonzero([value.lower() not in EMPTY for value in text])[n]
            raise UserError(
                "{path}:{line}: column {column}: every date can be read in two ways: {text} is {day} "
                "by '{pattern}' or {other_day} by '{other_pattern}'; choose with --dates '{pattern}' "
                "or --dates '{other_pattern}'",
                path=path,
                line=lines[filled],
                column=show_value(name),
                text=show_value(text[filled]),
                day=first[1][n].astype("M8[D]"),
                pattern=first[0],
                other_day=other[1][n].astype("M8[D]"),
                other_pattern=other[0],
            )
        chosen[name] = candidates[0] if candidates else (sorted(sure) or ["%Y-%m-%d"])[0]
    return chosen
