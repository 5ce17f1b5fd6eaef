"""Read days out of cells, however they are written; several ways in one column are told apart cell by cell.

A way of writing either has one meaning, such as 2023-01-06, 2023年1月6日 or 44932 of Excel, or three numbers
whose order must be known: 7/1/2023. The order that reads all cells of both columns is taken; if two do, it is
asked.
"""

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...engine.output import short
from ...engine.texts.errors import Message, Translated, UserError, join
from ...engine.toml_reader import show_value
from .questions import LogQuestion

LONGEST_DAY = 60  # characters of a cell that may be a date
ENOUGH = 0.9  # share of cells that an order must read to be considered
NO_DAY = np.datetime64("NaT", "D")
EXCEL = np.datetime64("1899-12-30")  # day 0 of Excel, as its day numbers count from March 1900 on
OLDEST, NEWEST = 1900, 2100  # years of eight digits; others are numbers
REPUBLIC = 1911  # year 0 of the Republic's calendar (民国), as Taiwan counts

EMPTY = set("- -- --- — —— / \\ n/a na nan nat nil none null (null) #n/a 无 暂无 空 0 00:00:00".split()) | {
    "",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "0000/00/00",
}
CLOCK = (
    r"(?:(?:\s*[T,]\s*|\s+|(?<=[日号]))(?:\(?(?:星期|周|週)[一二三四五六日天]\)?\s*)?(?:上午|下午|晚上|凌晨|中午)?\s*"
    r"(?:\d{1,2}(?:[:时時点]\d{1,2}(?:[:分]\d{1,2}(?:[.,]\d+)?)?)?秒?分?\s*(?:[ap]\.?m\.?)?)?"
    r"\s*(?:Z|UTC|GMT|[A-Z]{2,4}T|[+-]\d\d:?\d\d)?)?$"
)
MONTH_NAMES = (
    "jan january januar janvier",
    "feb february februar fevrier",
    "mar march mär märz maerz mars",
    "apr april avril",
    "may mai",
    "jun june juni juin",
    "jul july juli juillet",
    "aug august aout",
    "sep sept september septembre",
    "oct okt october oktober octobre",
    "nov november novembre",
    "dec dez december dezember decembre",
)
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names.split()}
NAME = r"([^\W\d_]{3,9})\.?"
WEEKDAY = r"(?:[^\W\d_]{2,9}\.?,?\s+)?"
WAYS = {  # way of writing -> pattern of year, month and day; other numbers have rules of their own below
    way: re.compile(pattern, re.I)
    for way, pattern in {
        "year-month-day": r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?" + CLOCK,
        "digits": r"(\d{4})(\d\d)(\d\d)(?:T?\d{4}|T?\d{6}|\s+\d{1,2}:\d\d.*)?$",
        "republic": (
            r"(?:(?:中华|中華)?民[国國]\s*(\d{1,3})|(\d{3}))\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
            + CLOCK
        ),
        "short year": r"(\d\d)年\s*(\d{1,2})月\s*(\d{1,2})[日号]?" + CLOCK,
        "serial": r"(\d{5})(?:\.\d+)?$",
        "epoch": r"(\d{10})(?:\d{3})?(?:\.\d+)?$",
        "day name year": WEEKDAY
        + r"(\d{1,2})(?:st|nd|rd|th)?\.?[\s-]+"
        + NAME
        + r"[\s,-]+(\d{4}|\d\d)"
        + CLOCK,
        "name day year": WEEKDAY + NAME + r"\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + CLOCK,
        "name day clock year": WEEKDAY + NAME + r"\s+(\d{1,2})\s+[\d:.]+\s+(?:\S+\s+)?(\d{4})$",
        "no year": r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?" + CLOCK + r"|(\d{1,2})[-/](\d{1,2})$",
        "three numbers": r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d\d)" + CLOCK,
    }.items()
}
SAID = {
    "year-month-day": Translated("year, month, day", "年月日"),
    "digits": Translated("digits without signs", "纯数字"),
    "republic": Translated("years of the Republic (民国), + 1911", "民国纪年，加1911"),
    "short year": Translated("two figures for the year, + 2000", "两位年份，加2000"),
    "serial": Translated("day numbers of Excel", "Excel日期序号"),
    "epoch": Translated("seconds since 1970, in UTC", "1970年以来的秒数（UTC）"),
    "day name year": Translated("day, name of the month, year", "日、月名、年"),
    "name day year": Translated("name of the month, day, year", "月名、日、年"),
    "name day clock year": Translated("name of the month, day, clock, year", "月名、日、时刻、年"),
    "no year": Translated("month and day without a year", "只有月日"),
    "three numbers": Translated("three numbers", "三个数字"),
}
ORDERS = {
    "dmy": Translated("day, month, year", "日月年"),
    "mdy": Translated("month, day, year", "月日年"),
    "ymd": Translated("year, month, day", "年月日"),
}


@dataclass
class Days:
    """The days of one column."""

    day: np.ndarray  # (n,) datetime64[D], NaT where there is none
    ways: dict[str, int] = field(default_factory=dict)  # way of writing -> cells
    order: str = ""  # of three numbers, if there are any
    yearless: np.ndarray | None = None  # (n,) bool  the year was not in the cell


def read_days(
    columns: dict[str, np.ndarray],
    *,
    dates: str = "",
    year: int = 0,
    path: str = "",
    names: dict[str, str] | None = None,
    lines: np.ndarray | None = None,
) -> dict[str, Days]:
    """Read the days of the columns of a log: {role: Days}.

    `columns` are cells as text, (n,) each. `dates` is dmy, mdy, ymd or a format such as %d/%m/%Y; ""
    recognises. `year` is that of days without one. `names` and `lines` are for messages. Raises UserError if
    the order of three numbers cannot be told, or a year is needed and missing.
    """
    names = names or {role: role for role in columns}
    if dates and dates not in ORDERS:
        return {role: Days(read_format(cells, dates), {}, dates) for role, cells in columns.items()}
    found = {role: _Column(cells) for role, cells in columns.items()}
    order = dates or _choose_order(found, path, names, lines)
    for role, column in found.items():
        if column.ways.get("no year") and not year:
            n = int(np.flatnonzero(column.codes == np.flatnonzero(column.way == "no year")[0])[0])
            raise LogQuestion(
                Message(
                    "{path}:{line}: column {column}: {text} has no year, and none is above the header or in "
                    "the name of the file",
                    path=path,
                    line=lines[n] if lines is not None else n + 1,
                    column=show_value(names[role]),
                    text=show_value(str(columns[role][n])),
                ),
                Message("give it with --year, e.g. --year 2023"),
                "year",
            )
    return {role: column.days(order, year) for role, column in found.items()}


def read_format(cells: np.ndarray, pattern: str) -> np.ndarray:
    """Read a column of text as days, by one format of strptime: (n,) datetime64[D]. Raises UserError."""
    codes, values = pd.factorize(np.asarray(cells, object))
    series = pd.Series(values, dtype=object)
    series = series.where(series.str.len() <= LONGEST_DAY, "")
    if not re.search(r"%[HIMSp]", pattern):
        series = series.str.replace(CLOCK, "", regex=True)
    try:
        read = pd.to_datetime(series, format=pattern, errors="coerce").dt.normalize()
    except (re.error, ValueError) as e:
        raise UserError(
            "--dates {dates} is not a date format ({error}); write dmy, mdy, ymd, or one such as '%d/%m/%Y'",
            dates=short(pattern),
            error=e,
        ) from None
    return read.to_numpy("datetime64[D]")[codes]


class _Column:
    """The different cells of a column, each with the way it is written and its three numbers."""

    def __init__(self, cells: np.ndarray) -> None:
        self.codes, values = pd.factorize(np.asarray(cells, object))
        self.texts = [normal(str(value)) for value in values]
        self.count = np.bincount(self.codes, minlength=len(values)) if len(values) else np.zeros(0, int)
        self.way = np.full(len(values), "", object)
        self.numbers = np.zeros((len(values), 3), np.int64)  # year, month, day; or the three as they stand
        last = ""
        for n, text in enumerate(self.texts):
            if text.lower() in EMPTY or len(text) > LONGEST_DAY:
                continue
            for way in (last, *WAYS) if last else WAYS:
                if (match := WAYS[way].match(text)) and (numbers := _numbers(way, match)):
                    self.way[n], self.numbers[n], last = way, numbers, way
                    break
        self.ways = {way: int(self.count[self.way == way].sum()) for way in WAYS if (self.way == way).any()}

    def days(self, order: str, year: int) -> Days:
        """Return the days, with three numbers in an order and `year` for days without one."""
        ymd = self.numbers.copy()
        three = self.way == "three numbers"
        if three.any():
            ymd[three] = arrange(self.numbers[three], order)
        none = self.way == "no year"
        ymd[none, 0] = year
        day = calendar_days(ymd)
        day[self.way == ""] = NO_DAY
        serial, epoch = self.way == "serial", self.way == "epoch"
        day[serial] = EXCEL + self.numbers[serial, 0].astype("m8[D]")
        day[epoch] = self.numbers[epoch, 0].astype("M8[s]").astype("M8[D]")
        return Days(day[self.codes], self.ways, order if three.any() else "", none[self.codes])

    def orders(self) -> dict[str, np.ndarray]:
        """Return the orders that read nearly all triples of numbers: {order: their days}.

        Orders that read all of them exclude those that do not; of orders with the same days one is returned.
        """
        three = self.way == "three numbers"
        if not three.any():
            return {}
        numbers, count = self.numbers[three], self.count[three]
        read = {order: calendar_days(arrange(numbers, order)) for order in ORDERS}
        share = {order: np.average(~np.isnat(day), weights=count) for order, day in read.items()}
        best = max(share.values())
        fits: dict[str, np.ndarray] = {}
        for order, day in read.items():
            if share[order] >= (1.0 if best == 1.0 else ENOUGH) and not any(
                np.array_equal(day, other, equal_nan=True) for other in fits.values()
            ):
                fits[order] = day
        return fits or {
            max(share, key=lambda order: share[order]): read[max(share, key=lambda order: share[order])]
        }


def _choose_order(
    found: dict[str, _Column], path: str, names: dict[str, str], lines: np.ndarray | None
) -> str:
    """Return the order of three numbers, "" without any. Raises UserError if it cannot be told."""
    fits = {role: column.orders() for role, column in found.items()}
    fits = {role: orders for role, orders in fits.items() if orders}
    if not fits:
        return ""
    sure = {next(iter(orders)) for orders in fits.values() if len(orders) == 1}
    if len(sure) == 1 and all(sure <= orders.keys() for orders in fits.values()):
        return sure.pop()
    both = set.intersection(*(set(orders) for orders in fits.values()))
    if len(both) == 1:
        return both.pop()
    role, orders = next(iter(fits.items()))
    column = found[role]
    first, other = (
        list(orders.items())[:2] if len(orders) > 1 else (*orders.items(), *list(fits.values())[1].items())
    )
    three = np.flatnonzero(column.way == "three numbers")
    k = int(np.flatnonzero(first[1] != other[1])[0]) if len(first[1]) == len(other[1]) else 0
    n = int(np.flatnonzero(column.codes == three[k])[0])
    text = column.texts[three[k]]
    raise LogQuestion(
        Message(
            "{path}:{line}: column {column}: every date can be read in two ways: {text} is {day} "
            "({meaning}) or "
            "{other_day} ({other_meaning})",
            path=path,
            line=lines[n] if lines is not None else n + 1,
            column=show_value(names[role]),
            text=show_value(text),
            day=first[1][k],
            meaning=ORDERS[first[0]],
            other_day=other[1][k],
            other_meaning=ORDERS[other[0]],
        ),
        Message("choose with --dates {order} or --dates {other}", order=first[0], other=other[0]),
        "dates",
        [(order, Message("{meaning}", meaning=ORDERS[order])) for order in (first[0], other[0])],
    )


def normal(text: str) -> str:
    """Return a cell with full-width figures and signs as ASCII, and Chinese numerals of a date as figures.

    >>> normal("２０２３．１．６"), normal("二〇二三年十二月六日"), normal("'2023-01-06")
    ('2023.1.6', '2023年12月6日', '2023-01-06')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("時", "时").replace("號", "号").replace("。", ".")
        if re.match(r"[〇○零一二三四五六七八九]{2,4}年", text):
            text = re.sub(r"[〇○零一二三四五六七八九十]+", lambda match: _figures(match[0]), text)
    return text.strip().removeprefix("'").strip()


def _figures(numeral: str) -> str:
    """Return a Chinese numeral of a year, a month or a day in figures."""
    digits = {sign: str(n) for n, signs in enumerate(("〇○零", *"一二三四五六七八九")) for sign in signs}
    if "十" in numeral:
        tens, _, ones = numeral.partition("十")
        return str(10 * int(digits.get(tens, "1")) + int(digits.get(ones, "0")))
    return "".join(digits[sign] for sign in numeral)


def _numbers(way: str, match: re.Match) -> tuple[int, int, int] | None:
    """Return year, month and day of a cell; None if it cannot be meant. Three numbers stay as they stand."""
    part = match.groups()
    if way == "republic":
        before = int(part[0] or part[1])
        return (REPUBLIC + before, int(part[2]), int(part[3])) if part[0] or 60 <= before <= 200 else None
    if way == "short year":
        return 2000 + int(part[0]), int(part[1]), int(part[2])
    if way == "serial":
        return (int(part[0]), 0, 0) if 20_000 <= int(part[0]) <= 73_000 else None
    if way == "epoch":
        return (int(part[0]), 0, 0) if int(part[0]) < 4_200_000_000 else None
    if way == "day name year":
        month = MONTHS.get(_plain(part[1]))
        return (_whole(part[2]), month, int(part[0])) if month else None
    if way in ("name day year", "name day clock year"):
        month = MONTHS.get(_plain(part[0]))
        return (int(part[2]), month, int(part[1])) if month else None
    if way == "no year":
        month, day = (part[0], part[1]) if part[0] else (part[2], part[3])
        return (0, int(month), int(day)) if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 else None
    if way == "three numbers":
        return int(part[0]), int(part[2]), int(part[3]) + 10_000 * (len(part[3]) == 4)
    year, month, day = map(int, part[:3])
    if way == "digits" and not (OLDEST <= year <= NEWEST or year == 9999):
        return None
    return year, month, day


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode() or name.lower()


def _whole(year: str) -> int:
    """Return a year of two figures as one of this century, or of the last from 70 on, as strptime does."""
    return int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 69 else 1900)


def arrange(numbers: np.ndarray, order: str) -> np.ndarray:
    """Return triples of numbers as year, month, day: (n, 3). A year of four figures has 10,000 added to
    it."""
    a, b, c = numbers.T
    whole = np.where(c >= 10_000, c - 10_000, np.where(c < 69, 2000 + c, 1900 + c))
    if order == "ymd":
        year = np.where(c >= 10_000, 0, np.where(a < 69, 2000 + a, 1900 + a))
        return np.stack([year, b, np.where(c >= 10_000, 0, c)], axis=1)
    day, month = (a, b) if order == "dmy" else (b, a)
    return np.stack([whole, month, day], axis=1)


def calendar_days(ymd: np.ndarray) -> np.ndarray:
    """Return years, months and days as days: (n,) datetime64[D], NaT where the calendar has no such day.

    >>> calendar_days(np.array([[2023, 2, 28], [2023, 2, 29], [9999, 12, 31]]))
    array(['2023-02-28',        'NaT', '9999-12-31'], dtype='datetime64[D]')
    """
    year, month, day = ymd.T
    fine = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = (np.where(fine, year, 1970) - 1970) * 12 + np.where(fine, month, 1) - 1
    when = months.astype("M8[M]").astype("M8[D]") + (np.where(fine, day, 1) - 1)
    fine &= when.astype("M8[M]") == months.astype("M8[M]")
    when[~fine] = NO_DAY
    return when


def said_of_ways(found: dict[str, Days], names: dict[str, str]) -> list[Message]:
    """Return how the dates of the columns were read, in sentences."""
    notes = []
    for role, days in found.items():
        if days.ways:
            parts = [
                Message(
                    "{way} ({count})",
                    way=ORDERS[days.order] if way == "three numbers" else SAID[way],
                    count=f"{n:,}",
                )
                for way, n in sorted(days.ways.items(), key=lambda item: -item[1])
            ]
            notes.append(
                Message(
                    "Dates in {column}: {ways}.", column=show_value(names[role]), ways=join(parts, comma=True)
                )
            )
    return notes
