"""Values to put into files: numbers at the ends of what is allowed and beyond, odd texts, bytes and cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache

from hypothesis import strategies as st

from cogov.experiments.logs.log_mapping import LogMapping
from cogov.experiments.sweep.experiment import Experiment, Factor
from cogov.model import mechanisms
from cogov.model.resources.calendar import InitialIssues, Shock
from cogov.model.scenarios.scenario import Compound, ReportedOutcome, Scenario
from cogov.viz.lessons.steps import STEPS, Choice, Lesson, Option, Par


@dataclass(frozen=True)
class Raw:
    """A value that is written exactly as this text, whatever the file format."""

    text: str


def with_ends(part) -> Iterator[tuple[str, tuple]]:
    """Yield (name, (its ends, numbers beyond them)) of every knob below `part`.

    `part`: a dataclass, an instance of one, or a dict of them.
    """
    members = (
        part.items()
        if isinstance(part, dict)
        else ((f.name, f.type if isinstance(part, type) else getattr(part, f.name)) for f in fields(part))
    )
    if not isinstance(part, dict):
        for f in (f for f in fields(part) if "low" in f.metadata):
            low, high, tiny = f.metadata["low"], f.metadata["high"], 1 if f.type in (int, "int") else 1e-9
            yield f.name, ((low, high), (low - tiny, high + tiny, float(low), float(high), -low, 10 * high))
    for _, value in members:
        if isinstance(value, dict) or is_dataclass(value):
            yield from with_ends(value)


@cache
def ends(beyond: bool = True) -> dict[str, list]:
    """Return name of a knob -> numbers at its ends, and beyond them, over all parts where the name occurs."""
    by_name = {}
    everything = replace(Scenario(), mechanisms=mechanisms.all_mechanisms())
    for part in (
        everything,
        Compound,
        Shock,
        InitialIssues,
        ReportedOutcome,
        Experiment(cases=("a",), arm=({},)),
        Factor,
        LogMapping,
        Lesson,
        Choice,
        Option,
        Par,
        *STEPS.values(),
    ):
        for name, numbers in with_ends(part):
            by_name.setdefault(name, set()).update(sum(numbers, ()) if beyond else numbers[0])
    return {name: sorted(numbers) for name, numbers in by_name.items()}


@cache
def names() -> list[str]:
    """Return keys that are valid in some file, and some that are valid in none."""
    tables = (Scenario, Experiment, LogMapping, Lesson, Factor, *STEPS.values())
    sections = [f.name for table in tables for f in fields(table)]
    paths = [
        "committee.staff",
        "mechanisms.whistle",
        "mechanisms.whistle.strength",
        "issues.litter.rate",
        "compound.0.age_years",
        "days",
        "name",
        "community.households",
    ]
    odd = [
        "",
        " ",
        "a.b",
        "'",
        "#",
        "\n",
        "\x00",
        "社区",
        "ﬁ",
        "\u202e",
        "k" * 99,
        "k" * 101,
        "__class__",
        "__dict__",
        "cogov",
        "arm",
        "litter",
    ]
    return sorted({*sections, *mechanisms.list_mechanisms(), *ends(), *paths, *odd})


TEXTS = (
    "",
    " ",
    "\n",
    "a\nb",
    "\x00",
    "\x1b[31m",
    "\u202e",
    "\ufeff",
    "社区" * 3,
    "é",
    "𝒳",
    "%",
    "%%",
    "{0}",
    "{left.told:%}",
    "{left.told:lamp_out:%}",
    "{}",
    "*",
    "../../x.toml",
    "none.toml",
    "wuzi_yard",
    "guiyuan",
    ".",
    "/",
    ",",
    ";",
    "\t",
    "||",
    "utf-8",
    "utf-16",
    "gbk",
    "hex",
    "idna",
    "punycode",
    "unicode_escape",
    "undefined",
    "rot13",
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%Y %Y",
    "%Q",
    "%",
    "%s",
    "2020-01-31",
    "9999-12-31",
    "0001-01-01",
    "litter",
    "services",
    "committee.staff=1",
    "committee.staff=nan",
    "days=1e308",
    "days=-1e308",
    "committee.staff=inf",
    "days=1",
    "=",
    "a=b=c",
    "w" * 61,
    "w" * 1001,
    "w" * 70_000,
    "9" * 50,
    "gain:resolution_rate",
    "signed:litter",
    "rate:lamp_out",
    "rise:open",
    "signed:",
    ":",
)
NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    7,
    10,
    100,
    365,
    1000,
    10**6,
    2**31,
    2**53,
    2**53 + 1,
    2**63,
    2**64,
    10**30,
    10**99,
    0.0,
    -0.0,
    0.5,
    1.0,
    1e-9,
    5e-324,
    1e12,
    1e308,
    float("inf"),
    float("-inf"),
    float("nan"),
)
RAWS = tuple(
    map(
        Raw,
        (
            "9" * 5000,
            "0x" + "f" * 400,
            "0b2",
            "1e999",
            "-1e999",
            "1_0",
            "01",
            "+1",
            "2024-05-01",
            "2024-02-30",
            "07:30:00",
            "2024-05-01T07:30:00Z",
            "[[",
            "]",
            "{",
            "{}",
            "[]",
            "null",
            "NaN",
            "-Infinity",
            "True",
            "'",
            '"',
            '"""',
            "'''",
            "",
            "#",
            "=",
            "\x00",
            "\\ud800",
            '"\\ud800"',
            '"\\u0000"',
            "&a",
            "*a",
            "!!python/object",
            "[" * 60,
            "[" * 3000,
            "{a=" * 3000,
            "[" * 9 + "]" * 9,
        ),
    )
)

value = st.deferred(
    lambda: plain | st.lists(value, max_size=3) | st.dictionaries(st.sampled_from(names()), value, max_size=3)
)
plain = st.one_of(
    st.sampled_from(NUMBERS),
    st.sampled_from(TEXTS),
    st.sampled_from(RAWS),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.deferred(lambda: st.sampled_from(mechanisms.list_mechanisms())),
    st.builds(list),
    st.builds(dict),
)

PIECES = (
    "\x00",
    "\ufeff",
    "\r\n",
    "\r",
    "\n",
    "\u2028",
    "\x1a",
    '"',
    "'",
    '"""',
    "'''",
    "[",
    "]",
    "{",
    "}",
    "[[",
    "]]",
    "=",
    ",",
    ".",
    "#",
    "\\",
    "\\u",
    " ",
    "\t",
    "\t" * 500,
    ";",
    "|",
    "%",
    "+",
    "-",
    "nan",
    "inf",
    "true",
    "1e9",
    "99999999999999999999",
    "é",
    "里",
    "𝒳",
    "\u202e",
    "<<: *a\n",
    "[a]\n",
    "[a.b.c.d.e.f.g.h.i]\n",
    "[community]\n",
    "[mechanisms.whistle]\n",
    "days = 9\n",
    "x" * 150,
)
LETTERS = [piece.encode() for piece in PIECES] + [
    b"\xff",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\xc3",
    b"\x80",
    b"\xed\xa0\x80",
    b"\xb5\xc6",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
]
CELLS = (
    "",
    "-",
    "nan",
    "无",
    "2020-01-13",
    "2020/1/13",
    "13.01.2020",
    "13/01/20",
    "01/02/03",
    "2020-13-45",
    "2020-01-13 25:61",
    "2020-01-13T08:15:00+99:99",
    "20200113",
    "2020年1月3日",
    "0000-00-00",
    "9999-12-31",
    "1677-01-01",
    "2262-04-12",
    "300000-01-01",
    "43845",
    "1e9",
    "-1",
    "=1+1",
    "@a",
    "'x",
    '"',
    'a"b',
    "a,b",
    "a;b",
    "a\nb",
    "\x00",
    "litter",
    "lamp_out",
    "Litter",
    "楼道灯不亮",
    "é",
    "𝒳",
    "x" * 200,
    "x" * 70_000,
    "opened",
    "closed",
    "category",
    "created",
    "type",
    "id",
    "sep=;",
    "None",
)
