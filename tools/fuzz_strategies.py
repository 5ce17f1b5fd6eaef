"""How files come to be nearly right: tables with a few values changed or at the ends of what is allowed, bytes torn, logs changed cell by cell."""

import json
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache

from hypothesis import strategies as st

from cogov.experiments.calibration.issue_log import LogMapping
from cogov.experiments.sweep.experiment import Experiment, Factor
from cogov.model import mechanisms
from cogov.model.resources.calendar import InitialIssues, Shock
from cogov.model.scenario import Compound, ReportedOutcome, Scenario
from cogov.viz.lessons.steps import STEPS, Choice, Lesson, Option, Par


@dataclass(frozen=True)
class Raw:
    """A value that is written as it stands here, whatever the format makes of it."""

    text: str


def with_ends(part):
    """(name, (its ends, numbers beyond them)) of every knob below a dataclass, an instance or a dict of them."""
    inside = (
        part.items()
        if isinstance(part, dict)
        else ((f.name, f.type if isinstance(part, type) else getattr(part, f.name)) for f in fields(part))
    )
    if not isinstance(part, dict):
        for f in (f for f in fields(part) if "low" in f.metadata):
            low, high, tiny = f.metadata["low"], f.metadata["high"], 1 if f.type in (int, "int") else 1e-9
            yield f.name, ((low, high), (low - tiny, high + tiny, float(low), float(high), -low, 10 * high))
    for _, value in inside:
        if isinstance(value, dict) or is_dataclass(value):
            yield from with_ends(value)


@cache
def ends(beyond=True):
    """name of a knob -> numbers at its ends and beyond, wherever it is."""
    told = {}
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
            told.setdefault(name, set()).update(sum(numbers, ()) if beyond else numbers[0])
    return {name: sorted(numbers) for name, numbers in told.items()}


@cache
def names():
    """Keys that mean something somewhere, and some that mean nothing."""
    tables = (Scenario, Experiment, LogMapping, Lesson, Factor, *STEPS.values())
    sections = [f.name for table in tables for f in fields(table)]
    paths = [
        "committee.staff",
        "mechanisms.whistle",
        "mechanisms.whistle.strength",
        "issues.litter.rate",
        "compound.0.age",
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
    return sorted({*sections, *mechanisms.names(), *ends(), *paths, *odd})


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
    st.deferred(lambda: st.sampled_from(mechanisms.names())),
    st.builds(list),
    st.builds(dict),
)


def places(tree, path=()):
    """Every path below a table or an array."""
    for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def copied(tree):
    return (
        {k: copied(v) for k, v in tree.items()}
        if isinstance(tree, dict)
        else [copied(v) for v in tree]
        if isinstance(tree, list)
        else tree
    )


@st.composite
def extreme(draw, trees):
    """A table as a file has it, with a few numbers at the ends of what is allowed: it can be right all the same."""
    tree = copied(draw(st.sampled_from(trees)))
    known = [
        path for path in places(tree) if path[-1] in ends(False) and type(at(tree, path)) in (int, float)
    ]
    for path in draw(st.lists(st.sampled_from(known), min_size=1, max_size=8)) if known else ():
        at(tree, path[:-1])[path[-1]] = draw(st.sampled_from(ends(False)[path[-1]]))
    return tree


@st.composite
def grown(draw, trees):
    """A table as a file has it, with a few of its values changed, moved, taken away or added."""
    tree = copied(draw(st.sampled_from(trees)))
    for _ in range(draw(st.integers(1, 4))):
        where = list(places(tree))
        path = draw(st.sampled_from(where)) if where else ()
        inside, key = at(tree, path[:-1]), path[-1] if path else ""
        change = draw(
            st.sampled_from(
                ("end", "end", "value", "value", "add", "add", "add end", "gone", "moved", "renamed", "again")
            )
        )
        if change == "end":
            known = [p for p in where if p[-1] in ends()]
            path = draw(st.sampled_from(known)) if known else path
            if known:
                at(tree, path[:-1])[path[-1]] = draw(st.sampled_from(ends()[path[-1]]))
        elif change == "add end":
            below = [p for p in ((), *where) if isinstance(at(tree, p), dict)]
            name = draw(st.sampled_from(sorted(ends())))
            at(tree, draw(st.sampled_from(below)))[name] = draw(st.sampled_from(ends()[name]))
        elif change == "add":
            below = [p for p in ((), *where) if isinstance(at(tree, p), dict | list)]
            target = at(tree, draw(st.sampled_from(below)))
            new = draw(value)
            target.append(new) if isinstance(target, list) else target.update(
                {draw(st.sampled_from(names())): new}
            )
        elif path and change == "value":
            inside[key] = draw(value)
        elif path and change == "gone":
            del inside[key]
        elif path and change == "moved":
            inside[key] = copied(
                at(tree, draw(st.sampled_from([p for p in where if p[: len(path)] != path] or [path])))
            )
        elif path and change == "renamed" and isinstance(inside, dict):
            inside[draw(st.sampled_from(names()))] = inside.pop(key)
        elif path and change == "again" and isinstance(inside, list):
            inside.extend(copied(inside[key]) for _ in range(draw(st.sampled_from((1, 2, 50)))))
    return tree


def as_toml(tree):
    """A tree as TOML: tables below headers, arrays of tables below theirs, what is deeper on one line."""
    lines, tables = [], []
    for key, inner in tree.items():
        if isinstance(inner, dict):
            tables += [f"[{word(key)}]", *(f"{word(k)} = {one_line(v)}" for k, v in inner.items())]
        elif isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
            for one in inner:
                tables += [f"[[{word(key)}]]", *(f"{word(k)} = {one_line(v)}" for k, v in one.items())]
        else:
            lines.append(f"{word(key)} = {one_line(inner)}")
    return "\n".join(lines + tables) + "\n"


def word(key):
    return key if key.isascii() and key.isidentifier() else one_line(key)


def one_line(told):
    if isinstance(told, Raw):
        return told.text
    if isinstance(told, dict):
        return "{ " + ", ".join(f"{word(str(k))} = {one_line(v)}" for k, v in told.items()) + " }"
    if isinstance(told, list):
        return "[" + ", ".join(map(one_line, told)) + "]"
    return (
        json.dumps(told, ensure_ascii=False).replace("\x7f", "\\u007f")
        if isinstance(told, str | bool)
        else str(told)
    )


def as_json(told):
    if isinstance(told, Raw):
        return told.text
    if isinstance(told, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {as_json(v)}" for k, v in told.items()) + "}"
    if isinstance(told, list):
        return "[" + ", ".join(map(as_json, told)) + "]"
    return json.dumps(told)


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


@st.composite
def torn(draw, raws):
    """The bytes of a file, a few of them cut out and others put in, lines twice or swapped; perhaps saved as other editors save."""
    raw = draw(st.sampled_from(raws))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from((0, 0, 1, 2, 5, 20, 200))))
        put = draw(
            st.one_of(
                st.sampled_from(LETTERS),
                st.binary(max_size=4),
                st.just(raw[end : end + 60]),
                st.just(raw[end : end + 7] * 40),
            )
        )
        raw = raw[:start] + put + raw[end:]
    saved = draw(st.sampled_from(("", "", "", "", "crlf", "cr", "mark", "utf-16", "gbk", "latin-1")))
    if saved in ("utf-16", "gbk", "latin-1"):
        return raw.decode("utf-8", "replace").encode(saved, "replace")
    return {
        "crlf": raw.replace(b"\n", b"\r\n"),
        "cr": raw.replace(b"\n", b"\r"),
        "mark": b"\xef\xbb\xbf" + raw,
    }.get(saved, raw)


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


@st.composite
def tables(draw, texts):
    """A log, cell by cell: some changed, rows longer and shorter, lines again; in some encoding and with some delimiter."""
    rows = [line.split(",") for line in draw(st.sampled_from(texts)).splitlines()]
    for _ in range(draw(st.integers(1, 5))):
        row = draw(st.sampled_from(rows))
        n = draw(st.integers(0, max(len(row) - 1, 0)))
        change = draw(st.sampled_from(("cell", "cell", "cell", "column", "more", "less", "again", "first")))
        if change == "cell" and row:
            row[n] = draw(st.sampled_from(CELLS) | st.text(max_size=10))
        elif change == "column":
            new = draw(st.sampled_from(CELLS))
            for one in rows[1:]:
                one[n : n + 1] = [new]
        elif change == "more":
            row.append(draw(st.sampled_from(CELLS)))
        elif change == "less":
            del row[n:]
        elif change == "again":
            rows += [list(row) for _ in range(draw(st.sampled_from((1, 5, 300))))]
        elif change == "first":
            rows.insert(0, draw(st.sampled_from((["sep=;"], [""], ["title"], ["a", "b"]))))
    mark, end = draw(st.sampled_from(",,,;\t|")), draw(st.sampled_from(("\n", "\n", "\r\n", "\r", "\n\n")))
    text = end.join(mark.join(row) for row in rows) + end
    return text.encode(
        draw(
            st.sampled_from(
                ("utf-8", "utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "big5", "cp1252")
            )
        ),
        "replace",
    )
