"""A file is read strictly: what is right arrives, what is wrong is refused with its line, its value and the way out."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogov.model.knobs import ScenarioError, check, knob, turned
from cogov.model.reading import At, build, load, parse_setting


@dataclass(frozen=True)
class People:
    memory: float = knob(0.5, 0.0, 1.0, unit="per day", source="assumed")
    meals: int = knob(3, 1, 6, unit="meals", source="assumed")


@dataclass(frozen=True)
class Compound:
    buildings: int = field(metadata=dict(low=1, high=40, unit="buildings", source="assumed"))
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
    return {"grid_patrol": Patrol(sight=3.0), "joint_council": Council(notice=9, rooms=People(meals=6))}


@dataclass(frozen=True)
class Case:
    name: str = field(metadata={"text": 12})
    order: str = field(default="random", metadata={"choices": ("random", "by_need", "by_age")})
    quiet: bool = False
    days: int = knob(100, 1, 400, unit="days", source="assumed")
    people: People = People()
    compound: tuple = field(default=(), metadata={"each": Compound})
    mechanisms: dict = field(default_factory=dict, metadata={"named": mechanisms})
    reported: dict = field(default_factory=dict, metadata={"free": True})
    secret: int = 0  # says nothing of how it is read, so no file may set it

    def __post_init__(self):
        check(self)

    def contradictions(self):
        if self.quiet and self.mechanisms:
            yield "quiet", "= true, but there are mechanisms"


GOOD = """\
# 社区
name = "龙湖湾"
order = "by_need"
days = 30

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
        return build(cls, *load(path))

    return read


@pytest.fixture
def refused(read, tmp_path):
    def refused(raw):
        with pytest.raises(ScenarioError) as e:
            read(raw)
        return str(e.value).removeprefix(f"{tmp_path / 'case.toml'}:")

    return refused


def test_a_file_becomes_dataclasses(read):
    assert read(GOOD) == Case(
        name="龙湖湾", order="by_need", days=30, people=People(memory=1.0),
        compound=(Compound(3, True), Compound(9, people=People(memory=0.25, meals=2))),
        mechanisms={"grid_patrol": Patrol(sight=0.5), "joint_council": Council(notice=9, rooms=People(memory=0.1, meals=6))},
        reported={"text": "900+ attendances", "counts": [1, 2.5, {"yes": True}]},
    )  # fmt: skip


def test_a_whole_number_becomes_a_decimal_where_one_is_declared(read):
    people = read(GOOD).people
    assert isinstance(people.memory, float) and isinstance(people.meals, int)


def test_a_mechanism_that_is_only_named_is_as_registered(read):
    assert read('name="a"\n[mechanisms.grid_patrol]').mechanisms == {"grid_patrol": Patrol(sight=3.0)}


@pytest.mark.parametrize("raw", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.rstrip("\n")], ids=["mark", "crlf", "no last newline"])
def test_how_an_editor_saves_it_makes_no_difference(read, raw):
    assert read(raw) == read(GOOD)


def test_lines_are_counted_the_same_after_a_byte_order_mark_and_with_crlf(refused):
    assert refused("\ufeffname = 'a'\r\n# b\r\ndays = 0\r\n").startswith("3: days = 0 ")


BAD = {  # what is written -> line, what the error says
    # a number
    "days = 401": (2, "days = 401 is out of range; allowed is 1 to 400 days"),
    "days = 2.5": (2, "days = 2.5 is a decimal number; allowed is a whole number, 1 to 400 days"),
    "days = true": (2, "days = True is a boolean; allowed is a whole number, 1 to 400 days"),
    "days = 'ten'": (2, "days = 'ten' is text; allowed is a whole number, 1 to 400 days"),
    "days = 2024-05-01": (2, "days = 2024-05-01 is a date or time; allowed is a whole number"),
    "days = 07:30:00": (2, "days = 07:30:00 is a date or time; allowed is a whole number"),
    "[days]": (2, "days = {} is a table; allowed is a whole number"),
    f"days = {'[1],' * 9}": (2, "is not TOML at column 11: "),
    f"days = [{'10, ' * 99}]": (2, f"days = {str([10] * 99)[:57]}... is an array; allowed is"),
    f"days = {'9' * 5000}": (2, "a word or number is longer than 100 characters"),
    f"days = 0x{'f' * 5000}": (2, "a word or number is longer than 100 characters"),
    f"days = {'9' * 99}": (2, "is out of range; allowed is 1 to 400 days"),
    "[people]\nmemory = nan": (3, "people.memory = nan is out of range; allowed is 0 to 1 per day"),
    "[people]\nmemory = -inf": (3, "people.memory = -inf is out of range; allowed is 0 to 1 per day"),
    "[people]\n\nmemory = false": (4, "people.memory = False is a boolean; allowed is a number, 0 to 1 per day"),
    # words and switches
    "name = 'b'": (2, "name is there twice; the first is on line 1"),
    "order = 'by_nede'": (2, "order = 'by_nede' is unknown; did you mean 'by_need'? there are: random, by_need, by_age"),
    "order = 'xxxxxxx'": (2, "order = 'xxxxxxx' is unknown; there are: random, by_need, by_age"),
    "order = 3": (2, "order = 3 is a whole number; allowed is one of random, by_need, by_age"),
    "quiet = 1": (2, "quiet = 1 is a whole number; allowed is true or false"),
    # names
    "dyas = 3": (2, "dyas is unknown; did you mean 'days'? there are: name, order, quiet, days, people, compound, mechanisms, reported"),
    "secret = 3": (2, "secret is unknown; there are: name, order"),
    "[people]\nmeals = 2\nmemroy = 3": (4, "people.memroy is unknown; did you mean 'memory'? there are: memory, meals"),
    "['\\u001b[31m']": (2, "\\\\u001b[31m is unknown; there are"),
    '"\\u001b[31m" = 1': (1, "'\\x1b[31m' is unknown; there are"),
    f"{'kk.' * 3}'{'k' * 200}' = 1": (2, "kk is unknown"),
    f"'{'k' * 200}' = 1": (2, f"{'k' * 117}... is unknown"),
    # tables
    "people = 3": (2, "people = 3 is a whole number; allowed is a table"),
    "[[people]]": (2, "people = [{}] is an array; allowed is a table"),
    "[compound]\nbuildings = 2": (2, "compound = {'buildings': 2} is a table; allowed is tables, each below its own [[header]]"),
    "compound = [\n  {buildings = 2},\n  3,\n]": (2, "compound.1 = 3 is a whole number; allowed is a table"),
    "compound = [\n  {buildings = 2},\n  {buildings = 41},\n]": (4, "compound.1.buildings = 41 is out of range; allowed is 1 to 40 buildings"),
    "[[compound]]\nbuildings = 2\n[[compound]]\nlifts = true": (4, "compound.1.buildings is missing; allowed is a whole number, 1 to 40 buildings"),
    "[[compound]]\nbuildings = 2\n[compound.people]\nmeals = 9": (5, "compound.0.people.meals = 9 is out of range; allowed is 1 to 6 meals"),
    "mechanisms = ['grid_patrol']": (2, "mechanisms = ['grid_patrol'] is an array; allowed is a table"),
    "[mechanisms]\ngrid_patrol = true": (3, "mechanisms.grid_patrol = True is a boolean; allowed is a table"),
    "[mechanisms.grid_patroll]": (2, "mechanisms.grid_patroll is unknown; did you mean 'grid_patrol'? there are: grid_patrol, joint_council"),
    "[mechanisms.grid_patrol]\nsihgt = 1": (3, "mechanisms.grid_patrol.sihgt is unknown; did you mean 'sight'? there are: sight, walk"),
    "[mechanisms.grid_patrol]\nsight = 4.5": (3, "mechanisms.grid_patrol.sight = 4.5 is out of range; allowed is 0 to 4 logit"),
    # plain data
    "reported = 'much'": (2, "reported = 'much' is text; allowed is a table or an array"),
    "[reported]\n\na = {b = [1, inf]}": (4, "reported.a.b.1 = inf is not finite"),
    "[reported]\nwhen = 2024-05-01": (3, "reported.when = 2024-05-01 is a date or time; allowed is numbers, text"),
    # contradictions
    "[mechanisms.joint_council]\nnotice = 20": (3, "mechanisms.joint_council.notice = 20 is longer than the 14 days between councils"),
    "[mechanisms.joint_council]\nevery = 2": (2, "mechanisms.joint_council.notice = 9 is longer than the 2 days between councils"),
    "quiet = true\n[mechanisms.grid_patrol]": (2, "quiet = true, but there are mechanisms"),
    # not TOML
    "days = 0,5": (2, "is not TOML at column 9: "),
    "days": (2, "is not TOML at column 5: Expected '='"),
    "days =": (2, "is not TOML at column 7: Invalid value"),
    "\n[people": (3, "is not TOML at column 8: Expected ']'"),
    "order = 'by_need": (2, "is not TOML at column "),
    "order = '''by_need\n\n# end": (2, "is not TOML, it never ends: "),
    'order = """by_need\n\n# end\\"""': (2, "is not TOML, it never ends: "),
    "reported = [1,\n2,": (2, "is not TOML, it never ends: "),
    "days = 1\x00": (2, "is not TOML at column 9: "),
    b"\ndays = 'a\xff'": (3, "byte 10 of the line, 0xff, is not UTF-8"),
    # twice
    "[people]\nmeals = 2\n[reported]\n[people]": (5, "people is there twice; the first is on line 2"),
    "[people]\nmeals = 2\nmemory = 0.5\nmeals = 3": (5, "people.meals is there twice; the first is on line 3"),
    "people = {meals = 2, meals = 3}": (2, "people.meals is there twice; the first is on line 2"),
    "people = {meals = 2}\n[people]": (3, "people is there twice; the first is on line 2"),
    "people = {meals = 2}\npeople.memory = 1": (3, "people is there twice; the first is on line 2"),
    "[reported]\na.b = 1\na.b.c = 2": (4, "reported.a.b is there twice; the first is on line 3"),
    "people.meals = 2\n[people]": (3, "people is there twice; the first is on line 2"),
    "[[compound]]\nbuildings = 2\n[[compound]]\nbuildings = 3\nbuildings = 4": (6, "compound.1.buildings is there twice; the first is on line 5"),
    # too deep
    f"\nreported = {'[' * 9}{']' * 9}": (3, "is nested deeper than 8 tables or arrays"),
    "[reported.a.b.c]\nd = {e.f.g.h.i.j = 1}": (3, "is nested deeper than 8 tables or arrays"),
    "[reported.b.c.d.e.f.g.h.i]": (2, "is nested deeper than 8 tables or arrays"),
    f"reported = {'[' * 100_000}": (2, "is nested deeper than 8 tables or arrays"),
    f"reported = {'{a = ' * 50_000}": (2, "is nested deeper than 8 tables or arrays"),
    f"reported{'.a' * 100_000} = 1": (2, "is nested deeper than 8 tables or arrays"),
    f"[reported{'.a' * 100_000}]": (2, "is nested deeper than 8 tables or arrays"),
}


@pytest.mark.parametrize(("raw", "line", "says"), [(raw, *rest) for raw, rest in BAD.items()], ids=lambda x: repr(x)[:40])
def test_what_is_wrong_is_refused_with_its_line(refused, raw, line, says):
    first, raw = b"name = 'a'\n", raw if isinstance(raw, bytes) else raw.encode()
    assert refused(first + raw).startswith(f"{line}: {says}") or says in refused(first + raw) and refused(first + raw).startswith(f"{line}: ")
