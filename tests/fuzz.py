"""Files that are nearly right, thrown at everything that reads one: what may come of them is what they mean, or one line that says what is wrong.

    python tests/fuzz.py --minutes 5                          # everything there is, in turn
    python tests/fuzz.py --minutes 5 --only lesson            # one kind of file
    python tests/fuzz.py --minutes 5 --only case --atheris    # led by coverage; needs `pip install atheris`

Prints for each kind of file how many were tried, read and refused, the most seconds (of processor) and megabytes that one took,
and each error that escaped with the smallest file that lets it out. Exit status 1 if one escaped or took more than MOST_SECONDS
or MOST_MEGABYTES.
"""

import argparse
import json
import multiprocessing
import os
import re
import resource
import signal
import sys
import time
import tomllib
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FunctionType

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import cogov
from cogov.experiments.casefiles import written
from cogov.experiments.experiment import Experiment, Factor, read_experiment
from cogov.experiments.logs import Mapping, read_log, save
from cogov.model import mechanisms
from cogov.model.almanac import Outset, Shock
from cogov.model.cases import SHIPPED, read, shipped
from cogov.model.day import live
from cogov.model.knobs import ScenarioError
from cogov.model.luck import Luck
from cogov.model.reading import At, build, table_of
from cogov.model.scenario import Compound, Reported, Scenario
from cogov.model.world import begun, found
from cogov.viz.desk import linked, opened, restored
from cogov.viz.lessons import SHIPPED as LESSONS
from cogov.viz.lessons import read_lesson
from cogov.viz.steps import STEPS, Choice, Lesson, Option, Par

MOST_SECONDS, MOST_MEGABYTES = 2.0, 200.0
PATIENCE = 10          # seconds of processor after which an example is stopped
SMALL = 5000           # residents of a community that is founded
ROOT = Path(cogov.__file__).parent
EXPERIMENTS = ROOT / "docs" / "experiments"


# ---------------------------------------------------------------------------------------------- what is thrown at them


@dataclass(frozen=True)
class Raw:
    """A value that is written as it stands here, whatever the format makes of it."""

    text: str


def with_ends(part):
    """(name, (its ends, numbers beyond them)) of every knob below a dataclass, an instance or a dict of them."""
    inside = part.items() if isinstance(part, dict) else ((f.name, f.type if isinstance(part, type) else getattr(part, f.name)) for f in fields(part))
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
    everything = replace(Scenario(), mechanisms=mechanisms.every())
    for part in (everything, Compound, Shock, Outset, Reported, Experiment(cases=("a",), arm=({},)), Factor, Mapping, Lesson, Choice, Option, Par, *STEPS.values()):
        for name, numbers in with_ends(part):
            told.setdefault(name, set()).update(sum(numbers, ()) if beyond else numbers[0])
    return {name: sorted(numbers) for name, numbers in told.items()}


@cache
def names():
    """Keys that mean something somewhere, and some that mean nothing."""
    tables = (Scenario, Experiment, Mapping, Lesson, Factor, *STEPS.values())
    sections = [f.name for table in tables for f in fields(table)]
    paths = ["committee.staff", "mechanisms.whistle", "mechanisms.whistle.strength", "issues.litter.rate", "compound.0.age", "days", "name", "community.households"]
    odd = ["", " ", "a.b", "'", "#", "\n", "\x00", "社区", "ﬁ", "\u202e", "k" * 99, "k" * 101, "__class__", "__dict__", "cogov", "arm", "litter"]
    return sorted({*sections, *mechanisms.names(), *ends(), *paths, *odd})


TEXTS = ("", " ", "\n", "a\nb", "\x00", "\x1b[31m", "\u202e", "\ufeff", "社区" * 3, "é", "𝒳", "%", "%%", "{0}", "{left.told:%}", "{left.told:lamp_out:%}", "{}", "*", "../../x.toml",
         "none.toml", "wuzi_yard", "guiyuan", ".", "/", ",", ";", "\t", "||", "utf-8", "utf-16", "gbk", "hex", "idna", "punycode", "unicode_escape", "undefined", "rot13", "%Y-%m-%d",
         "%d/%m/%Y", "%Y %Y", "%Q", "%", "%s", "2020-01-31", "9999-12-31", "0001-01-01", "litter", "services", "committee.staff=1", "committee.staff=nan", "days=1e308", "days=-1e308",
         "committee.staff=inf", "days=1", "=", "a=b=c", "w" * 61, "w" * 1001, "w" * 70_000, "9" * 50, "gain:resolution_rate", "signed:litter", "rate:lamp_out", "rise:open", "signed:", ":")  # fmt: skip
NUMBERS = (0, 1, -1, 2, 3, 7, 10, 100, 365, 1000, 10**6, 2**31, 2**53, 2**53 + 1, 2**63, 2**64, 10**30, 10**99, 0.0, -0.0, 0.5, 1.0, 1e-9, 5e-324, 1e12, 1e308, float("inf"), float("-inf"), float("nan"))
RAWS = tuple(map(Raw, ("9" * 5000, "0x" + "f" * 400, "0b2", "1e999", "-1e999", "1_0", "01", "+1", "2024-05-01", "2024-02-30", "07:30:00", "2024-05-01T07:30:00Z", "[[", "]", "{", "{}", "[]",
                       "null", "NaN", "-Infinity", "True", "'", '"', '"""', "'''", "", "#", "=", "\x00", "\\ud800", '"\\ud800"', '"\\u0000"', "&a", "*a", "!!python/object", "[" * 60, "[" * 3000,
                       "{a=" * 3000, "[" * 9 + "]" * 9)))  # fmt: skip

value = st.deferred(lambda: plain | st.lists(value, max_size=3) | st.dictionaries(st.sampled_from(names()), value, max_size=3))
plain = st.one_of(
    st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.sampled_from(RAWS), st.booleans(), st.integers(-(10**6), 10**6), st.integers(), st.floats(), st.text(max_size=20),
    st.deferred(lambda: st.sampled_from(mechanisms.names())), st.builds(list), st.builds(dict),
)  # fmt: skip


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
    return {k: copied(v) for k, v in tree.items()} if isinstance(tree, dict) else [copied(v) for v in tree] if isinstance(tree, list) else tree


@st.composite
def extreme(draw, trees):
    """A table as a file has it, with a few numbers at the ends of what is allowed: it can be right all the same."""
    tree = copied(draw(st.sampled_from(trees)))
    known = [path for path in places(tree) if path[-1] in ends(False) and type(at(tree, path)) in (int, float)]
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
        change = draw(st.sampled_from(("end", "end", "value", "value", "add", "add", "add end", "gone", "moved", "renamed", "again")))
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
            target.append(new) if isinstance(target, list) else target.update({draw(st.sampled_from(names())): new})
        elif path and change == "value":
            inside[key] = draw(value)
        elif path and change == "gone":
            del inside[key]
        elif path and change == "moved":
            inside[key] = copied(at(tree, draw(st.sampled_from([p for p in where if p[: len(path)] != path] or [path]))))
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
    return json.dumps(told, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(told, str | bool) else str(told)


def as_json(told):
    if isinstance(told, Raw):
        return told.text
    if isinstance(told, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {as_json(v)}" for k, v in told.items()) + "}"
    if isinstance(told, list):
        return "[" + ", ".join(map(as_json, told)) + "]"
    return json.dumps(told)


PIECES = ("\x00", "\ufeff", "\r\n", "\r", "\n", "\u2028", "\x1a", '"', "'", '"""', "'''", "[", "]", "{", "}", "[[", "]]", "=", ",", ".", "#", "\\", "\\u", " ", "\t", "\t" * 500, ";", "|", "%", "+",
          "-", "nan", "inf", "true", "1e9", "99999999999999999999", "é", "里", "𝒳", "\u202e", "<<: *a\n", "[a]\n", "[a.b.c.d.e.f.g.h.i]\n", "[community]\n", "[mechanisms.whistle]\n", "days = 9\n", "x" * 150)  # fmt: skip
LETTERS = [piece.encode() for piece in PIECES] + [b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xc3", b"\x80", b"\xed\xa0\x80", b"\xb5\xc6", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"]


@st.composite
def torn(draw, raws):
    """The bytes of a file, a few of them cut out and others put in, lines twice or swapped; perhaps saved as other editors save."""
    raw = draw(st.sampled_from(raws))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from((0, 0, 1, 2, 5, 20, 200))))
        put = draw(st.one_of(st.sampled_from(LETTERS), st.binary(max_size=4), st.just(raw[end : end + 60]), st.just(raw[end : end + 7] * 40)))
        raw = raw[:start] + put + raw[end:]
    saved = draw(st.sampled_from(("", "", "", "", "crlf", "cr", "mark", "utf-16", "gbk", "latin-1")))
    if saved in ("utf-16", "gbk", "latin-1"):
        return raw.decode("utf-8", "replace").encode(saved, "replace")
    return {"crlf": raw.replace(b"\n", b"\r\n"), "cr": raw.replace(b"\n", b"\r"), "mark": b"\xef\xbb\xbf" + raw}.get(saved, raw)


CELLS = ("", "-", "nan", "无", "2020-01-13", "2020/1/13", "13.01.2020", "13/01/20", "01/02/03", "2020-13-45", "2020-01-13 25:61", "2020-01-13T08:15:00+99:99", "20200113", "2020年1月3日", "0000-00-00",
         "9999-12-31", "1677-01-01", "2262-04-12", "300000-01-01", "43845", "1e9", "-1", "=1+1", "@a", "'x", '"', 'a"b', "a,b", "a;b", "a\nb", "\x00", "litter", "lamp_out", "Litter", "楼道灯不亮", "é", "𝒳",
         "x" * 200, "x" * 70_000, "opened", "closed", "category", "created", "type", "id", "sep=;", "None")  # fmt: skip


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
    return text.encode(draw(st.sampled_from(("utf-8", "utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "big5", "cp1252"))), "replace")


# --------------------------------------------------------------------------------------------------- what they are thrown at


def case(folder):
    """A case file: what is read comes back from either way to write it, and founds a community that lives through its first day."""
    scenario = read(folder / "case.toml")
    assert build(Scenario, table_of(scenario), At("table", {})) == scenario, "table_of and build make another scenario"
    (folder / "again.toml").write_text(written(scenario, header="again"), encoding="utf-8")
    assert read(folder / "again.toml") == scenario, "written and read make another scenario"
    if scenario.community.residents < SMALL:
        live(begun(found(scenario), scenario, Luck("fuzz")))


def experiment(folder):
    """An experiment file, with the list of arms and the case beside it."""
    _, cases, arms = read_experiment(folder / "experiment.toml")
    assert {arm.case for arm in arms} <= set(cases)


def log(folder):
    """An issue log with what its columns mean beside it: what is kept of it reads as the same log."""
    one = read_log(folder / "mine.csv")
    again = read_log(save(one, folder / "kept"))
    assert again.issues[["opened", "closed"]].equals(one.issues[["opened", "closed"]]) and again.drawn == one.drawn, "save and read_log make another log"


def lesson(folder):
    """A lesson."""
    read_lesson(folder / "lesson.toml")


def state(folder):
    """A saved state of the page: what is opened is saved and linked as the same."""
    desk = restored((folder / "state.json").read_bytes().decode("utf-8", "replace"))
    assert restored(desk.saved()) == desk, "saved and restored make another desk"
    assert linked("?" + desk.link()) == desk, "link and linked make another desk"


def link(folder):
    """What stands behind an address's question mark."""
    linked((folder / "link.txt").read_bytes().decode("utf-8", "surrogateescape"))


@dataclass(frozen=True)
class Target:
    """Something that reads files."""

    name: str
    reads: object                            # a folder -> whatever; raises
    files: object                            # () -> a strategy of {name of a file: its bytes}
    right: object                            # () -> files that can be read
    beside: dict = field(default_factory=dict)  # files that are always there
    heavy: object = tuple                    # () -> files that ask for much


def bytes_of(paths):
    return [path.read_bytes() for path in paths]


@cache
def whole_case():
    """A small case that spells out every number of every mechanism and of every kind of issue."""
    return as_toml(table_of(replace(read("wuzi_yard"), mechanisms=mechanisms.every()))).encode()


def like(name, raws, share=st.binary(max_size=200), write=as_toml, parse=lambda raw: tomllib.loads(raw.decode())):
    """Files of one name, like those in `raws`."""
    trees = [parse(raw) for raw in raws]
    changed = [one(trees).map(write).map(lambda text: text.encode("utf-8", "replace")) for one in (grown, extreme)]
    return st.fixed_dictionaries({name: st.one_of(*changed, *changed, torn(raws), share)})


def case_files():
    small = [name for name in shipped() if name in ("wuzi_yard", "shuian", "yiduan")]
    return like("case.toml", [*bytes_of(SHIPPED / f"{name}.toml" for name in (*small, "guiyuan", "lianhe")), whole_case(), *bytes_of([SHIPPED / "wuzi_yard.toml"] * 3)])


def experiment_files():
    raws = bytes_of(sorted(EXPERIMENTS.glob("*.toml")))
    raws += [re.sub(rb"replicates = \d+", b"replicates = 1", raw) for raw in raws]  # so that there may be as many arms as can be
    lists = bytes_of([EXPERIMENTS / "list.csv"])
    plain_, torn_ = like("experiment.toml", raws), torn(lists) | tables([raw.decode() for raw in lists])
    return plain_ | st.fixed_dictionaries({"experiment.toml": st.just((EXPERIMENTS / "list.toml").read_bytes()), "list.csv": torn_})


LOG = "id,opened,closed,category,phone\n1,2020-01-13,2020-01-14,lamp_out,555\n2,2020-01-15,,litter,556\n3,2020-02-20,2020-03-01,litter,557\n"
CHINESE = "工单编号,受理时间,办结时间,问题类别,居民姓名\n甲1,2021年3月4日 8:05,2021年3月14日,楼道灯不亮,张三\n甲2,2021年3月5日 9:00,,纠纷,李四\n甲3,2021年3月25日 9:00,2021年3月26日,纠纷,李四\n"
MAPPING = b'opened = "opened"\nclosed = "closed"\ncategory = "category"\nid = "id"\ndates = "%Y-%m-%d"\ndrawn = "2020-06-30"\nencoding = "utf-8"\ndelimiter = ","\nresidents = 500\n[categories]\nlitter = ["litter", "lamp_out"]\n'


def log_files():
    logs = tables([LOG, LOG, CHINESE, LOG.replace("-", "/"), LOG + LOG[32:] * 50]) | torn([LOG.encode(), CHINESE.encode("gbk")])
    mapped = like("mine.toml", [MAPPING])
    return st.one_of(st.fixed_dictionaries({"mine.csv": logs}), st.builds(lambda a: a | {"mine.csv": LOG.encode()}, mapped), st.builds(lambda a, b: a | {"mine.csv": b}, mapped, logs))


BOTH = 'en = "Why {left.backlog:0}?", zh = "{left.backlog:0}"'
LITTLE = f"""name = "own"
title = {{ en = "Own", zh = "自己的" }}
question = {{ en = "Why?", zh = "为什么？" }}
reference = {{ en = "None", zh = "无" }}
[[step]]
kind = "setup"
case = "wuzi_yard"
text = {{ en = "Look.", zh = "看。" }}
days = 100
day = 3
replicates = 2
right = {{ on = ["whistle"], set = ["committee.staff=1"] }}
[[step]]
kind = "run"
text = {{ {BOTH} }}
to = 50
speed = 5
"""


def lesson_files():
    return like("lesson.toml", [*bytes_of(sorted(LESSONS.glob("*.toml"))), *[LITTLE.encode()] * 6])


@cache
def states():
    one = opened("wuzi_yard")
    one = replace(one, settings=(one.settings[0].switched("grid_patrol", True).turned("mechanisms.grid_patrol.walk", 1.5), one.settings[1].turned("committee.staff", 2.5)))
    return [one.saved().encode(), opened("shuian", "zh").saved().encode()]


def state_files():
    return like("state.json", states(), write=as_json, parse=json.loads)


def as_link(raw, broken):
    import base64
    import zlib

    told = base64.urlsafe_b64encode(zlib.compress(raw)).rstrip(b"=")
    at_, put = broken
    return b"?x=1&state=" + told[: at_ % (len(told) + 1)] + put + told[at_ % (len(told) + 1) + len(put) :]


def link_files():
    raws = st.one_of(torn(states()), state_files().map(lambda files: files["state.json"]), st.sampled_from((b"", b"1" * 10**6, b"[" * 60_000)))
    broken = st.tuples(st.integers(0, 2000), st.sampled_from((b"", b"", b"A", b"=", b"%", b"&", b"\xff", "é".encode())))
    return st.fixed_dictionaries({"link.txt": st.one_of(st.builds(as_link, raws, broken), st.binary(max_size=200).map(lambda raw: b"state=" + raw))})


def beside():
    return {"list.csv": (EXPERIMENTS / "list.csv").read_bytes(), "cases/my_yard.toml": (EXPERIMENTS / "cases" / "my_yard.toml").read_bytes()}


def heavy_cases():
    yard = (SHIPPED / "wuzi_yard.toml").read_bytes()
    yield {"case.toml": yard + b'[[outset]]\ncategory = "litter"\ncount = 100000\n' * 100}
    yield {"case.toml": yard + b"[[shock]]\ndays = 3650\n" * 9000}


def heavy_experiments():
    def asked(design, *factors):
        return {"experiment.toml": "\n".join(['name = "x"', 'cases = ["wuzi_yard"]', "replicates = 1", "[design]", design, *(f'[[factor]]\npath = "{path}"\nlevels = 300' for path in factors)]).encode()}

    yield asked('kind = "latin"\npoints = 1000000', "committee.staff")
    yield asked('kind = "sobol"\npoints = 524288', "committee.staff")
    yield asked('kind = "saltelli"\npoints = 262144', "committee.staff")
    yield asked('kind = "morris"\npoints = 100000', "committee.staff")
    yield asked('kind = "grid"', "committee.staff", "committee.shift")
    yield asked('kind = "one_at_a_time"', "committee.staff", "committee.shift")
    yield asked(f'kind = "factorial"\nmechanisms = {json.dumps(mechanisms.names()[:16])}')
    yield asked('kind = "list"\ntable = "list.csv"') | {"list.csv": b"arm,committee.staff\n" + b"".join(b"a%d,1\n" % n for n in range(90_000))}


def heavy_logs():
    yield {"mine.csv": LOG.encode() + b"".join(b"%d,2020-01-13,2020-01-14,c%d,555\n" % (n, n) for n in range(10, 50_000))}
    yield {"mine.csv": ("id,opened,closed,category," + ",".join(f"c{n}" for n in range(20_000)) + "\n").encode() + (b"1,2020-01-13,2020-01-14,litter" + b"," * 20_000 + b"\n") * 20}
    yield {"mine.csv": LOG.replace("2020-01-13", "2020-01-13" + " " * 50_000 + "x").encode()}


TARGETS = {
    "case": Target("case", case, case_files, lambda: {"case.toml": whole_case()}, heavy=heavy_cases),
    "experiment": Target("experiment", experiment, experiment_files, lambda: {"experiment.toml": (EXPERIMENTS / "arms.toml").read_bytes()}, beside(), heavy_experiments),
    "log": Target("log", log, log_files, lambda: {"mine.csv": LOG.encode(), "mine.toml": MAPPING}, heavy=heavy_logs),
    "lesson": Target("lesson", lesson, lesson_files, lambda: {"lesson.toml": (LESSONS / "lamp.toml").read_bytes()}),
    "state": Target("state", state, state_files, lambda: {"state.json": states()[0]}),
    "link": Target("link", link, link_files, lambda: {"link.txt": as_link(states()[0], (0, b""))}),
}


# ------------------------------------------------------------------------------------------------------- what comes of them


def tried(target, files):
    """"read" or "refused"; what escapes is told as a sentence: the kind of error, and where in cogov."""
    with TemporaryDirectory() as folder:
        for name, raw in {**target.beside, **files}.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_bytes(raw)
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("error", module="cogov")
                target.reads(Path(folder))
        except ScenarioError as error:
            return "refused" if str(error).isprintable() and len(str(error)) < 20_000 else f"a ScenarioError that is not one line at {where(error)}"
        except Exception as error:  # whatever it is: that is the question
            return f"{type(error).__name__} at {where(error)}: {first_line(error)}"
        return "read"


def first_line(error):
    return (str(error).splitlines() or [""])[0][:100]


def where(error):
    """file:line (function) of the last step within cogov, else of this file."""
    steps = [step for step in traceback.extract_tb(error.__traceback__) if Path(step.filename).is_relative_to(ROOT) and "site-packages" not in step.filename]
    step = next((step for step in reversed(steps) if "tests" not in Path(step.filename).relative_to(ROOT).parts), steps[-1])
    return f"{Path(step.filename).relative_to(ROOT).as_posix()}:{step.lineno} ({step.name})"


def kind_of(verdict):
    """What two verdicts share that are of one fault: all but the words."""
    return verdict.partition("): ")[0].rstrip(")") + ")" if " at " in verdict else verdict


def smaller(target, files, kind):
    """The same fault from fewer lines, then fewer bytes of a line, as far as a second pass finds them."""
    def still(name, raw):
        return kind_of(tried(target, {**files, name: raw})) == kind

    begin = time.monotonic()
    for name in files:
        for split in (lambda raw: raw.splitlines(keepends=True), lambda raw: [raw[n : n + 1] for n in range(len(raw))]):
            parts = split(files[name])
            size = max(len(parts) // 2, 1)
            while size and len(parts) < 4000 and time.monotonic() < begin + 20:
                n = 0
                while n < len(parts) and time.monotonic() < begin + 20:
                    fewer = parts[:n] + parts[n + size :]
                    if still(name, b"".join(fewer)):
                        parts = fewer
                    else:
                        n += size
                files = {**files, name: b"".join(parts)}
                size //= 2
    return files


class Stopped(Exception):
    """An example took longer than anybody waits."""


def stop(*_):
    raise Stopped(f"still running after {PATIENCE} s")


def megabytes():
    """(resident now, the most so far)."""
    now = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() if Path("/proc/self/statm").exists() else 0
    return now / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


class Tally:
    """What came of the files of one kind."""

    def __init__(self, target):
        self.target, self.count, self.worst, self.slowest, self.largest, self.over = target, Counter(), {}, (0.0, {}), (0.0, {}), []

    def one(self, files):
        """Try some files, with a clock, a limit of time, and an eye on memory."""
        before, cpu = megabytes()[0], time.process_time()
        peak = megabytes()[1]
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        try:
            verdict = tried(self.target, files)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        seconds, after = time.process_time() - cpu, megabytes()[1]
        self.slowest = max(self.slowest, (seconds, files), key=lambda pair: pair[0])
        if after > peak:  # else it took less than an earlier one
            self.largest = max(self.largest, (after - before, files), key=lambda pair: pair[0])
        if seconds > MOST_SECONDS or (after > peak and after - before > MOST_MEGABYTES):
            self.over.append((seconds, max(after - before, 0) if after > peak else 0.0, verdict, files))
        kind = kind_of(verdict)
        self.count[kind] += 1
        if kind not in ("read", "refused"):
            size, _, _ = self.worst.get(kind, (10**12, "", {}))
            new = sum(map(len, files.values()))
            if new < size:
                self.worst[kind] = new, verdict, files


def thrown(name, minutes, first, pipe):
    """Throw files at one target for so many minutes; send what came of it."""
    signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    target, until, batch = TARGETS[name], time.monotonic() + 60 * minutes, first
    tally = Tally(target)
    first_of_all = tried(target, target.right())  # what is loaded and compiled once
    assert first_of_all == "read", f"{name}: a file that is right cannot be read: {first_of_all}"
    files = target.files()
    while time.monotonic() < until:
        @seed(batch)
        @settings(max_examples=200, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(files)
        def throw(one):
            if time.monotonic() < until:
                tally.one(one)

        throw()
        batch += 1
    for files in target.heavy():
        tally.one(files)
    least = {kind: (verdict, files if kind.startswith("Stopped") else smaller(target, files, kind)) for kind, (_, verdict, files) in tally.worst.items()}
    pipe.send((dict(tally.count), least, tally.slowest, tally.largest, tally.over))


LED = ("tomllib._parser", "cogov.model.reading", "cogov.model.knobs", "cogov.experiments.experiment", "cogov.experiments.design", "cogov.experiments.logs",
       "cogov.experiments.spreadsheets", "cogov.experiments.classroom", "cogov.viz.lessons", "cogov.viz.desk")  # fmt: skip


def led(name, minutes):
    """The same, led by coverage: atheris changes the bytes of the files it began with."""
    import atheris

    for module in (sys.modules[called] for called in LED):  # all of cogov would take longer than the run
        for function in vars(module).values():
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                atheris.instrument_func(function)
    signal.signal(signal.SIGPROF, stop)
    target = TARGETS[name]
    file, raws = {"case": ("case.toml", bytes_of(SHIPPED.glob("*.toml"))), "experiment": ("experiment.toml", bytes_of(EXPERIMENTS.glob("*.toml"))),
                  "lesson": ("lesson.toml", bytes_of(LESSONS.glob("*.toml"))), "log": ("mine.csv", [LOG.encode(), CHINESE.encode(), CHINESE.encode("gbk")]),
                  "state": ("state.json", states()), "link": ("link.txt", [as_link(raw, (0, b"")) for raw in states()])}[name]  # fmt: skip
    tally, until = Tally(target), time.monotonic() + 60 * minutes

    def one(raw):
        if time.monotonic() > until:
            told(name, dict(tally.count), {kind: (verdict, files) for kind, (_, verdict, files) in tally.worst.items()}, tally.slowest, tally.largest, tally.over)
            sys.stdout.flush()
            os._exit(bool(tally.worst))
        tally.one({file: raw})

    with TemporaryDirectory() as corpus:
        for n, raw in enumerate(raws):
            (Path(corpus) / str(n)).write_bytes(raw)
        words = Path(corpus).parent / f"{Path(corpus).name}.words"
        words.write_text("".join(f'"{word_}"\n' for word_ in names() if word_.isascii() and word_.isidentifier()))
        atheris.Setup([sys.argv[0], corpus, f"-dict={words}", "-max_len=20000", "-len_control=0", "-timeout=60", "-rss_limit_mb=4000", "-verbosity=0"], one)
        atheris.Fuzz()


def told(name, count, least, slowest, largest, over):
    """Print what came of one target; returns whether all was well."""
    escaped = sum(n for kind, n in count.items() if kind not in ("read", "refused"))
    print(f"{name:12}{sum(count.values()):9,}{count.get('read', 0):9,}{count.get('refused', 0):9,}{escaped:9,}{slowest[0]:10.2f}{largest[0]:10.0f}")
    for kind, (verdict, files) in least.items():
        print(f"  {count[kind]} x {verdict}")
        for file, raw in files.items():
            print(f"    {file}: {raw[:1500]!r}{f' ... {len(raw)} bytes' if len(raw) > 1500 else ''}")
    for seconds, more, verdict, files in sorted(over, key=lambda one: -one[0])[:12]:
        print(f"  {seconds:.1f} s and {more:.0f} MB, {verdict[:120]}:")
        for file, raw in files.items():
            print(f"    {file}: {raw[:400]!r}{f' ... {len(raw)} bytes' if len(raw) > 400 else ''}")
    return not escaped and not over


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--only", choices=TARGETS, action="append", help="repeatable")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="led by coverage; one target only")
    told_ = parser.parse_args()
    chosen = told_.only or list(TARGETS)
    print(f"{'':12}{'tried':>9}{'read':>9}{'refused':>9}{'escaped':>9}{'seconds':>10}{'MB':>10}", flush=True)
    if told_.atheris:
        led(chosen[0], told_.minutes)
    fine = True
    context = multiprocessing.get_context("spawn")
    for name in chosen:  # each in a process of its own: the most memory is a process's for life
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=thrown, args=(name, told_.minutes / len(chosen), 1000 * told_.seed, theirs))
        worker.start()
        theirs.close()
        try:
            fine &= told(name, *ours.recv())
        except EOFError:
            print(f"{name:12}its process was lost")
            fine = False
        worker.join()
        sys.stdout.flush()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
