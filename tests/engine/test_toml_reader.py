"""A file is read strictly: what is right is taken.

What is wrong is refused with its line, its value and a remedy.
"""

import tomllib
from dataclasses import dataclass, field, make_dataclass
from math import inf
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogov.engine.parameters import check, knob, set_parameter
from cogov.engine.settings import parse_setting
from cogov.engine.texts.errors import UserError
from cogov.engine.toml_reader import At, build_dataclass, load


@dataclass(frozen=True)
class People:
    memory: float = knob(0.5, 0.0, 1.0, unit="per day", source="assumed")
    meals: int = knob(3, 1, 6, unit="meals", source="assumed")


@dataclass(frozen=True)
class Compound:
    buildings: int = field(metadata={"low": 1, "high": 40, "unit": "buildings", "source": "assumed"})
    lifts: bool = False
    people: People = People(meals=2)


@dataclass(frozen=True)
class Patrol:
    sight: float = knob(2.0, 0.0, 4.0, unit="logit", source="assumed")
    walk: float = knob(1.0, 0.5, 3.0, unit="hours", source="assumed")


@dataclass(frozen=True)
class Council:
    every: int = knob(14, 1, 90, unit="days", source="assumed")
    notice: int = knob(7, 1, 90, unit="days", source="assumed")
    rooms: People = People()

    def contradictions(self):
        if self.notice > self.every:
            yield "notice", f"= {self.notice} is longer than the {self.every} days between councils"


def mechanisms():
    """Return mechanisms with defaults of their own, other than their classes' defaults."""
    return {"grid_patrol": Patrol(sight=3.0), "joint_council": Council(notice=9, rooms=People(meals=6))}


def issues():
    return {"leak": Patrol(sight=1.0), "noise": Patrol(sight=1.5)}


@dataclass(frozen=True)
class Case:
    name: str = field(metadata={"text": 12})
    order: str = field(default="random", metadata={"choices": ("random", "by_need", "by_age")})
    quiet: bool = False
    days: int = knob(100, 1, 400, unit="days", source="assumed")
    people: People = People()
    compound: tuple = field(default=(), metadata={"each": Compound})
    mechanisms: dict = field(default_factory=dict, metadata={"named": mechanisms})
    issues: dict = field(default_factory=issues, metadata={"named": issues})
    given: tuple = field(default=(), metadata={"names": True})
    reported: dict = field(default_factory=dict, metadata={"free": True})
    secret: int = 0  # says nothing of how it is read, so no file may set it

    def __post_init__(self):
        check(self, f"the case {self.name}")

    def contradictions(self):
        if self.quiet and self.mechanisms:
            yield "quiet", "= true, but there are mechanisms"
        if self.days < 3 and self.people.meals > 4:
            yield "people.meals", "are too many for so few days"


GOOD = """\
# 社区
name = "龙湖湾"
order = "by_need"
days = 30
given = ["days", "order"]

[people]
memory = 1

[[compound]]
buildings = 3
lifts = true

[[compound]]
buildings = 9
people = {memory = 0.25}

[mechanisms.grid_patrol]
sight = 0.5
[mechanisms.joint_council.rooms]
memory = 0.1

[reported]
text = "900+ attendances"
counts = [1, 2.5, {yes = true}]
"""


@pytest.fixture
def read(tmp_path):
    def read(raw, cls=Case):
        path = tmp_path / "case.toml"
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        return build_dataclass(cls, *load(path))

    return read


@pytest.fixture
def refuse(read, tmp_path):
    def refused(raw):
        with pytest.raises(UserError) as e:
            read(raw)
        return str(e.value).removeprefix(f"{tmp_path / 'case.toml'}:")

    return refused


def test_a_file_becomes_dataclasses(read):
    assert read(GOOD) == Case(
        name="龙湖湾",
        order="by_need",
        days=30,
        given=("days", "order"),
        people=People(memory=1.0),
        compound=(Compound(3, True), Compound(9, people=People(memory=0.25, meals=2))),
        mechanisms={
            "grid_patrol": Patrol(sight=0.5),
            "joint_council": Council(notice=9, rooms=People(memory=0.1, meals=6)),
        },
        reported={"text": "900+ attendances", "counts": [1, 2.5, {"yes": True}]},
    )


def test_a_whole_number_becomes_a_decimal_where_one_is_declared(read):
    people = read(GOOD).people
    assert isinstance(people.memory, float) and isinstance(people.meals, int)


def test_a_mechanism_that_is_only_named_is_as_registered(read):
    assert read('name="a"\n[mechanisms.grid_patrol]').mechanisms == {"grid_patrol": Patrol(sight=3.0)}


def test_what_is_there_without_being_named_stays_there(read):
    assert read('name="a"\n[issues.leak]\nwalk = 2').issues == {
        "leak": Patrol(sight=1.0, walk=2.0),
        "noise": Patrol(sight=1.5),
    }


@pytest.mark.parametrize(
    "raw",
    ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.rstrip("\n")],
    ids=["mark", "crlf", "no last newline"],
)
def test_how_an_editor_saves_it_makes_no_difference(read, raw):
    assert read(raw) == read(GOOD)


def test_lines_are_counted_the_same_after_a_byte_order_mark_and_with_crlf(refuse):
    assert refuse("\ufeffname = 'a'\r\n# b\r\ndays = 0\r\n").startswith("3: days = 0 ")


BAD = {  # text -> line, what the error says
    # a number
    "days = 401": (2, "days = 401 is out of range; allowed is 1 to 400 days"),
    "days = 2.5": (2, "days = 2.5 is a decimal number; allowed is a whole number, 1 to 400 days"),
    "days = true": (2, "days = True is a boolean; allowed is a whole number, 1 to 400 days"),
    "days = 'ten'": (2, "days = 'ten' is text; allowed is a whole number, 1 to 400 days"),
    "days = 2024-05-01": (2, "days = 2024-05-01 is a date or time; allowed is a whole number"),
    "days = 07:30:00": (2, "days = 07:30:00 is a date or time; allowed is a whole number"),
    "[days]": (2, "days = {} is a table; allowed is a whole number"),
    f"days = {'[1],' * 9}": (2, "is not TOML at column 11: "),
    "days = [1]]]\n[people]\nmeals = [[1": (2, "is not TOML at column 11: "),
    f"days = [{'10, ' * 99}]": (2, f"days = {str([10] * 99)[:57]}... is an array; allowed is"),
    f"days = {'9' * 5000}": (2, "a word or number is longer than 100 characters"),
    f"days = 0x{'f' * 5000}": (2, "a word or number is longer than 100 characters"),
    f"days = {'9' * 99}": (2, f"days = {'9' * 99} is out of range; allowed is 1 to 400 days"),
    "[people]\nmemory = nan": (3, "people.memory = nan is out of range; allowed is 0 to 1 per day"),
    "[people]\nmemory = -inf": (3, "people.memory = -inf is out of range; allowed is 0 to 1 per day"),
    "[people]\n\nmemory = false": (
        4,
        "people.memory = False is a boolean; allowed is a number, 0 to 1 per day",
    ),
    # words and switches
    "name = 'b'": (2, "name is there twice; the first is on line 1"),
    "order = 'by_nede'": (
        2,
        "order = 'by_nede' is unknown; did you mean 'by_need'?",
    ),
    "order = 'xxxxxxx'": (2, "order = 'xxxxxxx' is unknown; there are: random, by_need, by_age"),
    "order = 3": (2, "order = 3 is a whole number; allowed is one of random, by_need, by_age"),
    "quiet = 1": (2, "quiet = 1 is a whole number; allowed is true or false"),
    # names
    "dyas = 3": (
        2,
        ("dyas is unknown; did you mean 'days'?"),
    ),
    "secret = 3": (2, "secret is unknown; there are: name, order"),
    "[people]\nmeals = 2\nmemroy = 3": (
        4,
        "people.memroy is unknown; did you mean 'memory'?",
    ),
    '"\\u001b[31m" = 1': (1, "'\\x1b[31m' is unknown; there are"),
    f"'{'k' * 200}' = 1": (2, f"{'k' * 117}... is unknown"),
    # tables
    "people = 3": (2, "people = 3 is a whole number; allowed is a table"),
    "[[people]]": (2, "people = [{}] is an array; allowed is a table"),
    "[compound]\nbuildings = 2": (
        2,
        "compound = {'buildings': 2} is a table; allowed is tables, each below its own [[compound]]",
    ),
    "compound = [\n  {buildings = 2},\n  3,\n]": (2, "compound.1 = 3 is a whole number; allowed is a table"),
    "compound = [\n  {buildings = 2},\n  {buildings = 41},\n]": (
        4,
        "compound.1.buildings = 41 is out of range; allowed is 1 to 40 buildings",
    ),
    "[[compound]]\nbuildings = 2\n[[compound]]\nlifts = true": (
        4,
        "compound.1.buildings is missing; allowed is a whole number, 1 to 40 buildings",
    ),
    "[[compound]]\nbuildings = 2\n[compound.people]\nmeals = 9": (
        5,
        "compound.0.people.meals = 9 is out of range; allowed is 1 to 6 meals",
    ),
    "mechanisms = ['grid_patrol']": (2, "mechanisms = ['grid_patrol'] is an array; allowed is a table"),
    "[mechanisms]\ngrid_patrol = true": (3, "mechanisms.grid_patrol = True is a boolean; allowed is a table"),
    "[mechanisms.grid_patroll]": (
        2,
        ("mechanisms.grid_patroll is unknown; did you mean 'grid_patrol'?"),
    ),
    "[mechanisms.grid_patrol]\nsihgt = 1": (
        3,
        "mechanisms.grid_patrol.sihgt is unknown; did you mean 'sight'?",
    ),
    "[mechanisms.grid_patrol]\nsight = 4.5": (
        3,
        "mechanisms.grid_patrol.sight = 4.5 is out of range; allowed is 0 to 4 logit",
    ),
    "given = 'days'": (2, "given = 'days' is text; allowed is an array of names"),
    "given = ['days', 3]": (2, "given.1 = 3 is a whole number; allowed is a name"),
    # plain data
    "reported = 'much'": (2, "reported = 'much' is text; allowed is a table or an array"),
    "[reported]\n\na = {b = [1, inf]}": (4, "reported.a.b.1 = inf is not finite"),
    "[reported]\nwhen = 2024-05-01": (
        3,
        "reported.when = 2024-05-01 is a date or time; allowed is numbers, text",
    ),
    # contradictions
    "[mechanisms.joint_council]\nnotice = 20": (
        3,
        "mechanisms.joint_council.notice = 20 is longer than the 14 days between councils",
    ),
    "[mechanisms.joint_council]\nevery = 2": (
        2,
        "mechanisms.joint_council.notice = 9 is longer than the 2 days between councils",
    ),
    "days = 2\n[people]\nmemory = 0\nmeals = 5": (5, "people.meals are too many for so few days"),
    "quiet = true\n[mechanisms.grid_patrol]": (2, "quiet = true, but there are mechanisms"),
    # not TOML
    "days = 0,5": (2, "is not TOML at column 9: "),
    "days": (2, "is not TOML at column 5: Expected '='"),
    "days =": (2, "is not TOML at column 7: Invalid value"),
    "\n[people": (3, "is not TOML at column 8: Expected ']'"),
    "order = 'by_need\ndays = 3": (2, "is not TOML at column "),
    'order = "by_need\ndays = 3': (2, "is not TOML at column "),
    "order = '''by_need\ndays = 3": (2, "is not TOML, it never ends: "),
    'order = """by_need\n\\""" = 3\ndays = 3': (2, "is not TOML, it never ends: "),
    "reported = [1,\n2,": (2, "is not TOML, it never ends: "),
    "days = 1\x00": (2, "is not TOML at column 9: "),
    b"\ndays = 'a\xff'": (3, "byte 10 of the line, 0xff, is not UTF-8"),
    # twice
    "name = 'b'\ndays = 3": (2, "name is there twice; the first is on line 1"),
    "given = ['days']\ngiven = ['order']": (3, "given is there twice; the first is on line 2"),
    "people = {meals = 2, meals = 3, memory = 1}": (2, "people.meals is there twice; the first is on line 2"),
    "[people]\nmeals = 2\n[reported]\n[people]": (5, "people is there twice; the first is on line 2"),
    "[people]\nmeals = 2\nmemory = 0.5\nmeals = 3": (
        5,
        "people.meals is there twice; the first is on line 3",
    ),
    "people = {meals = 2}\n[people]": (3, "people is there twice; the first is on line 2"),
    "people = {meals = 2}\npeople.memory = 1": (3, "people is there twice; the first is on line 2"),
    "[reported]\na.b = 1\na.b.c = 2": (4, "reported.a.b is there twice; the first is on line 3"),
    "people.meals = 2\n[people]": (3, "people is there twice; the first is on line 2"),
    "[[compound]]\nbuildings = 2\n[[compound]]\nbuildings = 3\nbuildings = 4": (
        6,
        "compound.1.buildings is there twice; the first is on line 5",
    ),
    # too deep
    f"\nreported = {'[' * 9}{']' * 9}": (3, "is nested deeper than 8 tables or arrays"),
    "[reported.a.b.c]\nd = {e.f.g.h.i.j = 1}": (3, "is nested deeper than 8 tables or arrays"),
    "[reported.b.c.d.e.f.g.h.i]": (2, "is nested deeper than 8 tables or arrays"),
    f"reported = {'[' * 100_000}": (2, "is nested deeper than 8 tables or arrays"),
    f"reported = {'{a = ' * 50_000}": (2, "is nested deeper than 8 tables or arrays"),
    f"reported{'.a' * 100_000} = 1": (2, "is nested deeper than 8 tables or arrays"),
    f"[reported{'.a' * 100_000}]": (2, "is nested deeper than 8 tables or arrays"),
}


@pytest.mark.parametrize(
    ("raw", "line", "says"), [(raw, *rest) for raw, rest in BAD.items()], ids=lambda x: repr(x)[:40]
)
def test_what_is_wrong_is_refused_with_its_line(refuse, raw, line, says):
    raw = raw if isinstance(raw, bytes) else raw.encode()
    assert refuse(b"name = 'a'\n" + raw).startswith(f"{line}: {says}")


def test_a_file_must_tell_what_has_no_default(refuse):
    assert refuse("") == "1: name is missing; allowed is text of at most 12 characters"


def test_infinity_is_refused_even_where_the_range_has_no_end(read):
    endless = make_dataclass(
        "Endless", [("far", float, knob(1.0, 0.0, inf, unit="km", source="assumed"))], frozen=True
    )
    assert read("far = 1e300", endless).far == 1e300
    with pytest.raises(UserError, match="1: far = inf is not finite"):
        read("far = inf", endless)


def test_text_has_a_longest_length(read, refuse):
    assert read(f"name = '{'里' * 12}'").name == "里" * 12
    assert refuse(f"\nname = '{'里' * 13}'").startswith(
        f"2: name = '{'里' * 13}' has 13 characters; allowed is text of at most 12"
    )
    assert len(refuse(f"name = '{'里' * 1300}'")) < 150


def test_what_is_no_file_is_refused_by_name(tmp_path):
    for path, why in [
        (tmp_path, "Is a directory"),
        (tmp_path / "none.toml", "No such file or directory"),
        ("a\0b", "embedded null byte"),
    ]:
        with pytest.raises(UserError) as e:
            load(path)
        assert str(e.value) == f"{path}: cannot be read: {why}"


def test_a_file_has_a_largest_size(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text("#" * 256 * 1024)
    assert load(path)[0] == {}
    path.write_text("#" * (256 * 1024 + 1))
    with pytest.raises(UserError, match=r"case.toml: is larger than 256 KiB"):
        load(path)


@pytest.mark.parametrize("failure", [RecursionError("too deep"), ValueError("too many digits")])
def test_whatever_else_tomllib_may_raise_is_a_scenario_error(failure, tmp_path, monkeypatch):
    def loads(text):
        raise failure

    (tmp_path / "case.toml").write_text("")
    monkeypatch.setattr(tomllib, "loads", loads)
    with pytest.raises(UserError, match=rf"case.toml: cannot be parsed: {failure}"):
        load(tmp_path / "case.toml")


@pytest.mark.parametrize("piece", ['\\"', '"', "'", "'''", "[", "a.", "= ", "[[a.", "\n[", ", ", " ", "1."])
def test_a_file_that_closes_nothing_is_still_read_in_one_pass(piece, tmp_path):
    """Many passes over this would take minutes."""
    (tmp_path / "case.toml").write_text('a = [\n"' + piece * (200_000 // len(piece)))
    with pytest.raises(UserError):
        load(tmp_path / "case.toml")


def test_eight_tables_and_arrays_inside_one_another_are_not_too_many(read):
    assert read("name = 'a'\nreported.a.b.c.d.e = [{f = 1}]").reported == {
        "a": {"b": {"c": {"d": {"e": [{"f": 1}]}}}}
    }
    assert read(f"name = 'a'\nreported = {'[' * 8}{']' * 8}").reported == [[[[[[[[]]]]]]]]
    assert read("name = 'a'\n[reported.b.c.d.e.f.g.h]\ni = 1").reported["b"]["c"]["d"]["e"]["f"]["g"][
        "h"
    ] == {"i": 1}


TRICKY = """a = 1
b.c = 2 # d = 9
"d" = 3
'e.f' . "g" = 4
text = '''
a = 9
[a]
'''''
more = \"\"\"x = 9
\\\"\"\" = 9 \"\"\"
h = 11
[no] # \"\"\"
\ti = 13
[ j . "k" ]
l = 15
  [[m]]
  n = 17
  [m.o]
  p = 19
  [[m.q]]
  r = 21
  [[m.q]]
  r = 23
[[m]]
n = 25
[[m.q]]
r = 27
[y]
r = [
  [0, "]", '["', [0]], # ]
  [{s = 31}, {s = 31, t = {u.v = [{w = 31}, {w = 31}]}}],
  {x = \"\"\" = {
  \"\"\"\", y = 33, z = ''''''', u = 33},
]
z = [ "a" , 'b=9',
  0.0 ]
[last]
day = 2024-05-01
one-2_3 = 39"""


def test_every_number_of_a_tricky_file_is_the_number_of_its_line(tmp_path):
    (tmp_path / "tricky.toml").write_text(TRICKY)
    table, at = load(tmp_path / "tricky.toml")
    told = {path: value for path, value in iter_leaves(table) if type(value) is int and value}
    assert {path: at.line(path) for path in told} == told
    assert len(told) == 20
    assert at.line("y.r.0.3.0") == 29  # bare elements stand where their array does


def iter_leaves(part, prefix=""):
    """Yield every (path, value) below a table or array that is neither."""
    for name, value in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(value, dict | list):
            yield from iter_leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def test_what_has_no_line_has_that_of_the_nearest_table_around_it(tmp_path):
    (tmp_path / "case.toml").write_text("a = 1\n\n[b.c]\nd = 4\n[[b.e]]\n[b]\n[f.g]\n[f.h]\n")
    at = load(tmp_path / "case.toml")[1]
    lines = {
        "b.c.d": 4,
        "b.c.x.y": 3,
        "b.c": 3,
        "b": 6,
        "b.x": 6,
        "b.e.0": 5,
        "b.e": 5,
        "f": 7,
        "x": 1,
        "": 1,
    }
    assert {path: at.line(path) for path in lines} == lines
    assert str(at.error("b.c.d", "is odd")) == f"{tmp_path / 'case.toml'}:4: b.c.d is odd"
    assert str(At("here", {}).error("b", "is odd")) == "here: b is odd"


def test_an_owner_that_contradicts_itself_is_refused_without_a_file_too():
    with pytest.raises(UserError, match=r"^Council.notice = 20 is longer than the 14 days between councils$"):
        check(Council(notice=20))
    with pytest.raises(UserError, match=r"^council.notice = 20 is longer"):
        check(Council(notice=20), "council")
    check(Council())


# ------------------------------------------------------------------------------------------- the command line

SCENARIO = Case(name="a", mechanisms=mechanisms())


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("mechanisms.grid_patrol.sight=0.5", "mechanisms.grid_patrol.sight", 0.5),
        ("mechanisms.joint_council.rooms.meals = 2", "mechanisms.joint_council.rooms.meals", 2),
        ("people.memory=1", "people.memory", 1.0),
        ("days=1_0 # short", "days", 10),
        ("quiet=false", "quiet", False),
        ("order=by_age", "order", "by_age"),
        ('order="by_age"', "order", "by_age"),
    ],
)
def test_a_setting_is_read_as_a_file_would_read_it(text, path, value):
    assert parse_setting(SCENARIO, text) == (path, value)
    assert type(parse_setting(SCENARIO, text)[1]) is type(value)
    assert set_parameter(SCENARIO, path, value) != SCENARIO or path == "quiet"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("days", "has no '='; write path=value"),
        ("dyas=3", "dyas is unknown; nearest are days, "),
        ("sight=3", "sight is unknown; nearest are mechanisms.grid_patrol.sight"),
        ("__class__.days=3", "__class__.days is unknown; nearest are "),
        ("secret=3", "secret is unknown; nearest are "),
        ("people=3", "people is unknown; nearest are "),
        ("days=401", "days = 401 is out of range; allowed is 1 to 400 days"),
        ("days=ten", "days = 'ten' is text; allowed is a whole number, 1 to 400 days"),
        ("days='10'", "days = '10' is text; allowed is a whole number, 1 to 400 days"),
        ("days=true", "days = True is a boolean; allowed is a whole number, 1 to 400 days"),
        ("days=", "days = '' is text; allowed is a whole number, 1 to 400 days"),
        ("days=1\nname='b'", "days = \"1\\nname='b'\" is text; allowed is a whole number, 1 to 400 days"),
        ("people.memory=nan", "people.memory = nan is out of range; allowed is 0 to 1 per day"),
        ("quiet=yes", "quiet = 'yes' is text; allowed is true or false"),
        (
            "order=by_nede",
            "order = 'by_nede' is unknown; did you mean 'by_need'?",
        ),
        (
            "name=abcdefghijklm",
            "name is text that names or describes a case, not a knob",
        ),
        ("name=2024", "name is text that names or describes a case, not a knob"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_with_the_way_out(text, says):
    with pytest.raises(UserError) as e:
        parse_setting(SCENARIO, text)
    assert str(e.value).startswith(f"--set {text if text.isprintable() else repr(text)}: {says}")


@pytest.mark.parametrize("value", ["9" * 5000, "0x" + "f" * 5000, "[" * 5000, "{a=" * 5000, "\0", "\ud800"])
def test_a_setting_of_any_length_is_refused_in_a_few_words(value):
    with pytest.raises(UserError) as e:
        parse_setting(SCENARIO, f"days={value}")
    assert len(str(e.value)) < 300 and str(e.value).isprintable()


# ----------------------------------------------------------------------------------- whatever is thrown at it

KEYS = [
    "name",
    "order",
    "days",
    "people",
    "memory",
    "compound",
    "buildings",
    "mechanisms",
    "grid_patrol",
    "issues",
    "reported",
]
LINES = [
    "[a]\n",
    "[[a]]\n",
    "[a.b]\n",
    "[[a.b]]\n",
    "a = 1\n",
    "b = [\n",
    "c.d = {e = 'x'}\n",
    "{f = 2},\n",
    "'y',\n",
    "]\n",
    "# [g\n",
    "h = '''\n",
    "'''\n",
]
VALUES = [
    "1e999",
    "nan",
    "-1",
    "0x",
    "2024-05-01",
    "07:30",
    "true",
    "9" * 5000,
    "[[",
    "]]",
    '"""',
    "'''",
    "\r\n",
]
CHARACTERS = list("[]{}=,.#'\"\n\r\t -_0aé里\\\0\x1b")
soup = st.lists(st.sampled_from(KEYS + VALUES + CHARACTERS), max_size=40).map("".join)
lines = st.lists(
    st.one_of(st.sampled_from(LINES), st.integers(0, 99).map("k{} = 1\n".format)), max_size=20
).map("".join)


@st.composite
def draw_mutation(draw):
    """Return GOOD with a few slices cut out and others put in."""
    raw = GOOD.encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = start + draw(st.integers(0, 12))
        raw = (
            raw[:start]
            + draw(st.one_of(soup.map(str.encode), st.binary(max_size=4), st.just(raw[end : end + 40])))
            + raw[end:]
        )
    return raw


@settings(max_examples=300, deadline=None)
@given(
    raw=st.one_of(
        draw_mutation(), st.binary(max_size=80), st.one_of(soup, lines, st.text(max_size=80)).map(str.encode)
    )
)
def test_whatever_the_bytes_only_a_scenario_error_escapes(raw, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(raw)
    try:
        assert isinstance(build_dataclass(Case, *load(path)), Case)
    except UserError as e:
        assert str(e).startswith(f"{path}:") and str(e).isprintable()


@settings(max_examples=300, deadline=None)
@given(text=lines)
def test_what_tomllib_reads_is_read_the_same_and_every_key_has_its_line(text, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text)
    try:
        plainly = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(UserError, match=r"any.toml:\d+: .*(is not TOML|is there twice|is nested deeper)"):
            load(path)
        return
    table, at = load(path)
    assert table == plainly
    for name, _ in iter_leaves(table):
        key = [part for part in name.split(".") if not part.isdigit()][-1]
        assert key in text.split("\n")[at.line(name) - 1]


@settings(max_examples=200, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.builds("{}={}".format, st.sampled_from(["days", "name", "order", "quiet", "people.memory"]), soup),
    )
)
def test_whatever_the_setting_only_a_scenario_error_escapes(text):
    try:
        path, value = parse_setting(SCENARIO, text)
        assert attrgetter(path)(set_parameter(SCENARIO, path, value)) == value
    except UserError as e:
        assert str(e).startswith(("--set ", "the case "))
