"""What every mechanism promises.

A new file in model/mechanisms is tested here without a new test.
"""

import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from importlib import import_module, invalidate_caches
from multiprocessing import get_context
from random import Random

import numpy as np
import pytest
from scenarios import (
    STORM,
    WORLDS,
    YARD,
    differing_names,
    digest,
    first_difference,
    measured_bytes,
    run_bytes,
    with_mechanisms,
)

from cogov.engine.parameters import paths, set_parameter
from cogov.engine.randomness import RandomNumbers
from cogov.engine.texts.errors import UserError
from cogov.model import mechanisms
from cogov.model.issues.categories import CATEGORIES, FAMILIES, Category
from cogov.model.measures import summary
from cogov.model.resources.levers import LEVERS, POOLS, PROPERTY
from cogov.model.scenarios.cases import read_case
from cogov.model.scenarios.scenario import Scenario
from cogov.model.scenarios.structure import READ_BY, Structure
from cogov.model.simulate import days, simulate
from cogov.model.world import REPLACED

NAMES = mechanisms.list_mechanisms()
BUSY = 2  # a seed with which each of them has something to do
SEEDS = range(1, 25)  # enough for what is rare, such as somebody who steps down
RARE = {"concurrent_posts": {"leaving_rate": 2.0}}  # with which rare events happen
EVERYBODY = with_mechanisms(STORM, *NAMES)
STARVED = replace(  # nobody has an hour, and there is no money
    STORM,
    committee=replace(STORM.committee, staff=0.0, budget_yuan=0.0, fund_yuan=0.0),
    party_members=replace(STORM.party_members, evening_hours=0.0),
    volunteers=replace(STORM.volunteers, evening_hours=0.0),
    grid_workers=replace(STORM.grid_workers, full_time=0, part_time=0),
    property_managers=replace(STORM.property_managers, shift_hours=0.0),
)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def mechanism(name):
    return mechanisms.load_class(name)()


def has_effect(ends):
    """Return whether two ends of a parameter differ in any measure, in some world and for some seed.

    `ends(world)` -> (low, high).
    """
    return any(first_difference(*ends(world), seed) for seed in SEEDS for world in WORLDS.values())


def ends_of_range(f):
    return f.metadata["low"], f.metadata["high"]


def arrays(part):
    """Yield every array in a tuple of columns, and in those within it."""
    if isinstance(part, np.ndarray):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from arrays(inner)


# --------------------------------------------------------------------------------------------- each by itself


def test_same_seed_same_days(name):
    assert not differing_names(
        run_bytes(simulate(with_mechanisms(STORM, name), 1)),
        run_bytes(simulate(with_mechanisms(STORM, name), 1)),
    )


def test_survives_a_pickle(name, mechanism):
    scenario = with_mechanisms(STORM, **{name: replace(mechanism, strength=0.8)})
    assert not differing_names(
        run_bytes(simulate(pickle.loads(pickle.dumps(scenario)), 1)), run_bytes(simulate(scenario, 1))
    )


def test_it_does_something(name):
    """Not only to the ledger: the issues have different outcomes."""
    without, with_ = run_bytes(simulate(STORM, BUSY)), run_bytes(simulate(with_mechanisms(STORM, name), BUSY))
    assert {"issues.state", "issues.resolved_day"} & {*differing_names(without, with_)}


@pytest.mark.parametrize(
    "knob",
    [pytest.param((n, f), id=f"{n}.{f.name}") for n in NAMES for f in fields(mechanisms.load_class(n))],
)
def test_every_parameter_has_an_effect(knob):
    name, f = knob
    one = mechanisms.load_class(name)(**RARE.get(name, {}))
    assert has_effect(
        lambda world: [
            with_mechanisms(world, **{name: replace(one, **{f.name: end})}) for end in ends_of_range(f)
        ]
    )


def test_every_parameter_says_where_it_comes_from(mechanism):
    assert [
        f.name for f in fields(mechanism) if not (f.metadata.get("unit") and f.metadata.get("source"))
    ] == []
    assert len(fields(mechanism)) > 1, "a mechanism without a knob of its own"


def test_its_file_says_what_it_does_and_how_it_disappoints(name, mechanism):
    first, _, rest = import_module(f"cogov.model.mechanisms.{name}").__doc__.partition("\n\n")
    assert first[0].isascii() and first[0].isalpha() and first.endswith(".") and "\n" not in first
    assert rest.startswith("Disappoints ")
    assert mechanism.zh and all("\u4e00" <= c <= "\u9fff" for c in mechanism.zh)
    assert [n for n in NAMES if mechanisms.load_class(n).zh == mechanism.zh] == [name]


def test_nothing_is_free(name):
    """On some day it requests hours or yuan, and the ledger records that it got them."""
    asked = 0.0
    for world in days(with_mechanisms(STORM, name), BUSY):
        asked += world.hands[name].want.sum()
    row = world.names.index(name)
    assert asked > 0
    assert world.ledger.hours[row].sum() + world.ledger.fen[row] > 0
    assert world.ledger.hours[:-1].sum() == world.ledger.hours[row].sum()


def test_unpaid_it_pulls_nothing(name):
    """Except at its own cost.

    It may tire people, and bring in hands, though no more than it requests for itself.
    """
    for world in days(with_mechanisms(STORM, name), 1):
        hand = world.hands[name]
        for a in (hand.want, *hand.lever):
            a.fill(0.0)
        world.run(("ask",))
        hand.share.fill(0.0)
        world.run(("pull",))
        assert np.all(hand.lever.wish <= 0)
        assert np.all(hand.lever.supply <= hand.want[1 : 1 + len(POOLS)].sum(axis=1))
        assert [
            lever
            for lever, part in hand.lever._asdict().items()
            if lever not in ("wish", "supply") and np.any(part)
        ] == [], f"day {world.day}"


def test_what_it_is_meant_for_exists(name, mechanism):
    assert {*mechanism.meant_for} <= {*FAMILIES, *CATEGORIES}
    assert mechanism.meant_for or not mechanisms.is_shipped(type(mechanism))


def test_it_pulls_the_levers_that_it_says_and_each_of_them(name, mechanism):
    """Nobody reads what it writes elsewhere; it must write nothing there."""
    assert set(mechanism.pulls) <= set(LEVERS)
    pulled, one = set(), mechanisms.load_class(name)(**RARE.get(name, {}))
    for seed, world_ in ((seed, world_) for seed in SEEDS for world_ in WORLDS.values()):
        for world in days(with_mechanisms(world_, **{name: one}), seed):
            lever = world.hands[name].lever
            pulled |= {each for each in LEVERS if np.any(getattr(lever, each))}
        if seed > 1 and pulled == set(mechanism.pulls):
            break
    assert pulled == set(mechanism.pulls)


def test_who_never_got_an_hour_never_helped(name):
    """Where nobody has an hour and there is no money.

    Captains bring their own evenings, and may use those.
    """
    for world in days(with_mechanisms(STARVED, name), 1):
        row = world.names.index(name)
        if world.ledger.hours[row].sum() + world.ledger.fen[row] == 0:
            helped = [
                lever
                for lever, part in world.hands[name].lever._asdict().items()
                if lever != "supply" and np.any(part)
            ]
            assert helped == [], f"day {world.day}"


def test_it_reads_the_world_and_never_writes_it(name, mechanism):
    """Asking and pulling write only to its own hand, learning only to its own columns and counts.

    Checked every eighth day: over the weeks, that covers every weekday.
    """
    draws = RandomNumbers(1)
    for world in days(with_mechanisms(STORM, name), 1):
        if world.day % 8:
            continue
        hand = world.hands[name]
        for act, may in (
            ("ask", [hand.want]),
            ("pull", [*hand.lever, hand.counts]),
            ("learn", [*arrays((hand.own,)), hand.counts]),
        ):
            others = visible_arrays(world, may)
            before = [a.tobytes() for a in others]
            mechanism.begin(world, draws)
            world.run((act,))
            assert [a.tobytes() for a in others] == before, f"day {world.day}: {act}"


def visible_arrays(world, leave):
    """Yield every array that a mechanism can see, but for those in `leave` and what shares their memory."""
    every = [
        *arrays(world.state),
        *(getattr(world, name) for name in REPLACED),
        *arrays((*world.hands.values(),)),
    ]
    return [a for a in every if not any(np.may_share_memory(a, b) for b in leave if b.size)]


# ----------------------------------------------------------------------------------------------- all together


def test_strength_zero_is_the_same_as_absent(name, mechanism):
    others = with_mechanisms(STORM, *(n for n in NAMES if n != name))
    absent, silent = (
        simulate(others, 1),
        simulate(replace(others, mechanisms=others.mechanisms | {name: replace(mechanism, strength=0.0)}), 1),
    )
    assert not differing_names(run_bytes(absent), run_bytes(silent))
    assert not silent.ledger.hours[silent.names.index(name)].any()


@dataclass(frozen=True)
class Chatter(mechanisms.Mechanism):
    """Draws many random numbers and does nothing with them."""

    def begin(self, world, random_numbers):
        np.random.seed(5)
        return random_numbers("chatter", np.arange(1_000_000)).mean()

    @staticmethod
    def learn(m, w):
        draws = RandomNumbers(1)
        draws("hear", np.arange(1000), w.day), draws("chatter", np.arange(1000), w.day), np.random.rand(10)


@pytest.mark.parametrize("called", ["a_chatter", "chatter", "z_chatter"])
def test_a_mechanism_that_only_draws_random_numbers_changes_nothing(called):
    """Wherever it stands in the alphabet, and however many random numbers it draws."""
    assert not differing_names(
        run_bytes(simulate(EVERYBODY, 1)),
        run_bytes(simulate(with_mechanisms(STORM, *NAMES, **{called: Chatter()}), 1)),
    )


@dataclass(frozen=True)
class Nudge(mechanisms.Mechanism):
    """Asks everybody for a little and helps everywhere a little: a third and a fourth term in every sum."""

    little: float = 0.1

    pulls = ("voice", "sight", "keep", "wish", "trust", "ties", "supply")

    @staticmethod
    def ask(m, w):
        m.want[1 : 1 + len(POOLS), -1] = m.knobs[0].little
        m.want[PROPERTY, :-1] = np.where(w.crews > 0, m.knobs[0].little, 0.0)

    @staticmethod
    def pull(m, w):
        little, n = m.knobs[0].little * m.share[-1], len(w.issues)
        m.lever.sight[:n], m.lever.keep[:n] = little, little
        for each in ("voice", "wish", "ties", "supply"):
            getattr(m.lever, each)[...] = little
        m.lever.trust[...] = little / 10


def test_order_does_not_matter():
    """No bit of any result changes, though floating-point sums of three and more terms depend on order."""
    everyone = {name: mechanisms.load_class(name)() for name in NAMES} | {
        f"nudge_{i}": Nudge(little=i / 10) for i in (1, 2, 3, 7)
    }

    def at_last(order):
        for world in days(replace(STORM, mechanisms={name: everyone[name] for name in order}), 1):
            pass
        return (
            *measured_bytes(world),
            *(column.tobytes() for part in (world.residents, world.mood) for column in part),
            world.used.tobytes(),
            world.wished.tobytes(),
        )

    orders = [list(everyone)[::-1]] + [Random(i).sample(list(everyone), len(everyone)) for i in range(4)]
    assert [order for order in orders if at_last(order) != at_last(list(everyone))] == []


@pytest.mark.slow
def test_another_process_with_other_threads_gives_the_same_days(monkeypatch):
    there = []
    for threads in ("1", "3"):
        monkeypatch.setenv("NUMBA_NUM_THREADS", threads)
        monkeypatch.setenv("PYTHONHASHSEED", threads)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            there.append(pool.submit(digest, EVERYBODY, 1).result())
    assert there == [digest(EVERYBODY, 1)] * 2


NIGHT_WATCH = '''"""Night watch (夜巡): somebody walks round with a lamp.

Disappoints by day.
"""

from dataclasses import dataclass
from typing import ClassVar

from ...engine.jit import kernel
from ...engine.parameters import knob
from ..resources.levers import ALL, COMMITTEE
from . import Mechanism


@dataclass(frozen=True)
class NightWatch(Mechanism):
    zh: ClassVar[str] = "夜巡"
    pulls: ClassVar[tuple] = ("sight",)
    lamp: float = knob(0.5, 0.0, 2.0, unit="1/day, of finding", source="assumed")

    @kernel
    def ask(m, w):
        m.want[COMMITTEE, ALL] = 1.0

    @kernel
    def pull(m, w):
        for i in range(len(w.issues)):
            if w.issues[i].scope > 0:
                m.lever.sight[i] = m.knobs[0].lamp * m.share[ALL]
'''


def test_to_add_a_mechanism_is_to_add_a_file(tmp_path, monkeypatch):
    (tmp_path / "night_watch.py").write_text(NIGHT_WATCH, "utf-8")
    case = tmp_path / "case.toml"
    case.write_text("days = 60\n[community]\n[[compound]]\n[mechanisms.night_watch]\nlamp = 1.5\n")
    with monkeypatch.context() as added:
        added.setattr(mechanisms, "__path__", [*mechanisms.__path__, str(tmp_path)])
        assert mechanisms.list_mechanisms() == sorted([*NAMES, "night_watch"])
        (registry,) = (f.metadata["named"] for f in fields(Scenario) if f.name == "mechanisms")
        assert registry()["night_watch"].zh == "夜巡"
        scenario = read_case(case)
        assert scenario.mechanisms["night_watch"].lamp == 1.5
        assert paths(scenario)["mechanisms.night_watch.lamp"].metadata["high"] == 2.0
        run = simulate(scenario, 1)
        assert run.ledger.hours[run.names.index("night_watch"), 1] > 10
        assert "night_watch" in {run.names[code] for code in run.issues["found_by"] if code >= 0}
    del sys.modules["cogov.model.mechanisms.night_watch"], mechanisms.night_watch
    invalidate_caches()
    assert mechanisms.list_mechanisms() == NAMES
    with pytest.raises(UserError, match="night_watch"):
        read_case(case)


@pytest.mark.parametrize(
    "line",
    [
        "[mechanisms.grid_patroll]",
        "[mechanisms.grid_patrol]\nsihgt = 1.0",
        "[mechanisms.grid_patrol]\ndetection_rate = 9.5",
    ],
)
def test_a_wrong_name_or_number_is_an_error(line, tmp_path):
    case = tmp_path / "case.toml"
    case.write_text(line)
    with pytest.raises(UserError, match="case.toml"):
        read_case(case)


def test_a_number_out_of_range_is_an_error_in_python_too(name, mechanism):
    for f in fields(mechanism):
        for end, out in zip(ends_of_range(f), (-1, 1)):
            with pytest.raises(UserError, match=f"mechanisms.{name}.{f.name}"):
                with_mechanisms(YARD, **{name: replace(mechanism, **{f.name: end + out})})
    with pytest.raises(UserError, match=f"{name}_"):
        mechanisms.load_class(f"{name}_")


# -------------------------------------------------------------------------------------- knobs of the scenario

PARTS = (
    "residents",
    "party_members",
    "volunteers",
    "property_managers",
    "grid_workers",
    "committee",
    "departments",
    "projects",
    "calendar",
    "all_issues",
)
PRICES = {  # they only value what happened: knob -> the measures that it changes
    "volunteers.shadow_wage_yuan": {"shadow_cost_yuan", "shadow_yuan_per_resolved"}
}
KNOBS = [pytest.param(path, f, id=path) for path, f in paths(EVERYBODY).items() if path.startswith(PARTS)]


@pytest.mark.parametrize("path, f", [knob for knob in KNOBS if knob.id not in PRICES])
def test_every_parameter_of_people_and_desks_has_an_effect(path, f):
    assert has_effect(
        lambda world: [set_parameter(with_mechanisms(world, *NAMES), path, end) for end in ends_of_range(f)]
    )


@pytest.mark.parametrize("path, f", [knob for knob in KNOBS if knob.id in PRICES])
def test_a_price_changes_its_measures_and_nothing_else(path, f):
    low, high = (set_parameter(EVERYBODY, path, end) for end in ends_of_range(f))
    before, after = (summary(simulate(one, 1)) for one in (low, high))
    assert first_difference(low, high) is None
    assert {name for name in before if before[name] != after[name]} == PRICES[path]


@pytest.mark.parametrize("f", [pytest.param(f, id=f.name) for f in fields(Category) if "low" in f.metadata])
def test_every_number_of_a_category_is_felt(f):
    """Where nobody governs or, as a lift's subsidy, where somebody asks the households."""
    # first those that set it
    used = sorted(STORM.issues, key=lambda name: getattr(STORM.issues[name], f.name) == f.default)
    assert any(
        first_difference(*(set_parameter(world, f"issues.{name}.{f.name}", end) for end in ends_of_range(f)))
        for world in (STORM, EVERYBODY)
        for name in used
    )


def test_every_part_of_a_scenario_that_holds_parameters_is_tested_here():
    """Census, compound and days say what there is, not how it behaves; numbers of rules are tested below."""
    heads = {path.partition(".")[0] for path in paths(EVERYBODY)}
    assert heads - {"days", "community", "issues", "mechanisms", "structure"} == set(PARTS)


@pytest.mark.parametrize("name", READ_BY)
def test_every_number_of_a_rule_is_felt_where_the_rule_is_chosen_and_nowhere_else(name):
    decision, rule = READ_BY[name]
    ends = ends_of_range(Structure.__dataclass_fields__[name])
    own, other = (
        [replace(EVERYBODY, structure=Structure(**{**chosen, name: end})) for end in ends]
        for chosen in ({}, {decision: rule})
    )
    assert first_difference(*other) and first_difference(*own) is None


OUTSIDE = '''"""Tea round: neighbours drink tea.

Disappoints by cold tea.
"""
from dataclasses import dataclass
from typing import ClassVar

from . import Mechanism


@dataclass(frozen=True)
class TeaRound(Mechanism):
    zh: ClassVar[str] = "茶会"
    pulls: ClassVar[tuple] = ("ties",)

    @staticmethod
    def pull(m, w):
        m.lever.ties[:] = 0.01
'''


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_mechanism_of_a_users_own_folder_is_swept_and_its_change_is_noticed(tmp_path, workers):
    """By worker processes too; and old and new runs are not mixed."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "tea_round.py").write_text(OUTSIDE, encoding="utf-8")
    (tmp_path / "e.toml").write_text(
        'cases = ["wuzi_yard"]\n'
        "days = 10\n"
        "replicates = 2\n"
        "keep = []\n"
        "[[arm]]\n"
        'name = "without"\n'
        "[[arm]]\n"
        'name = "with"\n'
        'on = ["tea_round"]\n',
        encoding="utf-8",
    )
    sweep = [sys.executable, "-m", "cogov", "sweep", "e.toml", "--out", "out", "--workers", workers]

    def swept(*more, folder="mine"):
        return subprocess.run(
            [*sweep, *more],
            cwd=tmp_path,
            env={**os.environ, "COGOV_MECHANISMS": folder},
            capture_output=True,
            text=True,
        )

    first = swept("--json")
    assert (
        first.returncode == 0
        and json.loads(first.stdout)["failed"] == 0
        and json.loads(first.stdout)["now"] == 4
    ), first.stderr
    (tmp_path / "mine" / "tea_round.py").write_text(OUTSIDE.replace("0.01", "0.02"), encoding="utf-8")
    again = swept()
    assert again.returncode == 2 and "another version of the model" in again.stderr
    lost = swept(folder="nowhere")
    assert (
        lost.returncode == 2
        and "COGOV_MECHANISMS names nowhere" in lost.stderr
        and lost.stderr.count("\n") == 1
    )
