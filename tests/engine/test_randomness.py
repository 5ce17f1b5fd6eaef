"""Random numbers are uniform, common to all arms for the same person, and independent between people."""

import ast
from collections import defaultdict
from dataclasses import replace
from hashlib import blake2b
from math import log
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from scenarios import WORLDS, column_bytes, with_mechanisms

import cogov
from cogov.agents import residents
from cogov.agents.population import Residents
from cogov.engine.codes import ADULT, CHILD, STANDING_CHILD, STANDING_NEIGHBOUR
from cogov.engine.randomness import (
    RandomNumbers,
    derive_key,
    exponential,
    mix,
    seed_of,
    uniform,
    uniforms,
)
from cogov.model import mechanisms
from cogov.model.day import simulate_day
from cogov.model.initial_community import count_units
from cogov.model.issues import arrivals
from cogov.model.simulate import build_community
from cogov.model.world import start_run

ROOT = Path(cogov.__file__).parent
WHO = np.arange(200_000)
MASK = (1 << 64) - 1
GOLD = 0x9E3779B97F4A7C15

# ---------------------------------------------------------------------------------------------- the same hash


def mix_in_python(x):
    """The finaliser of splitmix64, in integers of any size."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


def narrow_key(key, *whos):
    for who in whos:
        key = mix_in_python(key + GOLD * (who + 1) & MASK)
    return key


def key_of_seed(*parts):
    told = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(blake2b(told.encode(), digest_size=8).digest(), "little")


def test_known_answers():
    """Never change these numbers: a change would alter every result of the model."""
    assert [int(mix(np.uint64(x))) for x in (1, GOLD, MASK)] == [
        0x5692161D100B05E5,
        0xE220A8397B1DCDAF,
        0xB4D055FCF2CBBD7B,
    ]
    # the first number of splitmix64 from 0, in Vigna's own listing
    assert int(derive_key(np.uint64(0), 0)) == 0xE220A8397B1DCDAF
    assert int(derive_key(np.uint64(0), 1)) == 0x6E789E6AA1B965F4  # and the second
    assert seed_of("run", 1) == 0x518C1E3DEE94D27D
    assert int(RandomNumbers("run", 1).key("hear")) == 0x5D5375151C7AE27E
    assert int(RandomNumbers("run", 1).key("give", 7)) == 0x75B56EEB17BC156B
    assert RandomNumbers("run", 1)("give", [0, 1, 12345], 7).tolist() == [
        0.2712744409928973,
        0.862050795688407,
        0.12883346286589414,
    ]


def test_the_hash_computed_again_in_whole_numbers():
    for seed in (0, 1, "lianhe"):
        draws = RandomNumbers("run", seed)
        for decision in ("hear", "give"):
            for day in (0, 1, 366, 36_500):
                key = narrow_key(key_of_seed("run", seed), crc32(decision.encode()), day)
                assert int(draws.key(decision, day)) == key
                for who in (0, 1, 15_999, (1 << 40) + 7):
                    bits = narrow_key(key, who)
                    assert int(derive_key(np.uint64(key), who)) == bits
                    assert uniform(np.uint64(key), who) == (bits >> 11) / 2**53
                    assert exponential(np.uint64(key), who) == pytest.approx(
                        -log(1 - (bits >> 11) / 2**53), rel=1e-14
                    )


def test_one_at_a_time_is_as_all_at_once():
    draws, some = RandomNumbers(1), np.array([0, 3, 2**31, 2**40, 2**62])
    key = draws.key("coin", 3)
    assert (
        draws("coin", some, 3).tolist() == uniforms(key, some).tolist() == [uniform(key, who) for who in some]
    )


def test_random_numbers_do_not_depend_on_earlier_draws():
    fresh, asked = RandomNumbers(1), RandomNumbers(1)
    for day in range(50):
        asked("coin", WHO[:10], day), asked("dice", WHO[:10], day)
    assert fresh("coin", WHO[:10], 7).tolist() == asked("coin", WHO[:10], 7).tolist()
    assert int(asked.key("coin", 0)) == int(fresh.key("coin")) != int(fresh.key("coin", 1))


def test_random_numbers_belong_to_the_one_who_draws_them():
    everyone = RandomNumbers(1)("coin", WHO)
    assert np.array_equal(everyone[[7, 3, 199_999]], RandomNumbers(1)("coin", [7, 3, 199_999]))
    assert np.array_equal(everyone[::-1], RandomNumbers(1)("coin", WHO[::-1]))


# --------------------------------------------------------------------------------------------- fair and apart


@pytest.mark.parametrize("seed", range(4))
def test_fair(seed):
    u = RandomNumbers(seed)("coin", WHO)
    assert 0 <= u.min() and u.max() < 1
    assert abs(u.mean() - 0.5) < 4 / np.sqrt(12 * len(WHO))
    counts = np.bincount((u * 100).astype(int), minlength=100)
    assert 50 < chi_square(counts) < 160  # 99 degrees: 5 standard deviations above, and not suspiciously even
    # nor are the lowest bits biased
    assert chi_square(np.bincount((u * 2**53).astype(np.int64) & 63, minlength=64)) < 125


def test_fair_from_day_to_day():
    """One person, many days: the hash is as uniform in the other direction."""
    draws = RandomNumbers(1)
    u = np.array([draws("coin", [5], day)[0] for day in range(20_000)])
    assert 50 < chi_square(np.bincount((u * 100).astype(int), minlength=100)) < 160


def chi_square(counts):
    expected = counts.sum() / len(counts)
    return ((counts - expected) ** 2 / expected).sum()


def test_waiting_is_exponential():
    key = RandomNumbers(1).key("wait")
    w = np.array([exponential(key, who) for who in WHO[:50_000]])
    assert w.mean() == pytest.approx(1, abs=4 / np.sqrt(len(w)))
    assert chi_square(np.bincount((np.exp(-w) * 100).astype(int).clip(0, 99), minlength=100)) < 160


OTHERS = {
    "another seed": lambda: RandomNumbers(2)("coin", WHO),
    "another decision": lambda: RandomNumbers(1)("dice", WHO),
    "the next day": lambda: RandomNumbers(1)("coin", WHO, 1),
    "a week later": lambda: RandomNumbers(1)("coin", WHO, 7),
    "the next neighbour": lambda: np.roll(RandomNumbers(1)("coin", WHO), 1),
    "sixteen doors on": lambda: np.roll(RandomNumbers(1)("coin", WHO), 16),
    "one's own issue, a key below": lambda: np.array(
        [uniform(np.uint64(derive_key(RandomNumbers(1).key("coin"), who)), 0) for who in WHO[:20_000]]
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_nothing_leans_on_anything(other):
    v = OTHERS[other]()
    u = RandomNumbers(1)("coin", WHO)[: len(v)]
    assert abs(np.corrcoef(u, v)[0, 1]) < 5 / np.sqrt(len(v))
    table = np.bincount((u * 10).astype(int) * 10 + (v * 10).astype(int), minlength=100)
    assert chi_square(table) < 160  # nor jointly, in any corner


def test_no_number_is_met_on_two_roads():
    """A key below a key is another key.

    Draws for somebody's first, second or third decision differ from those for a neighbour.
    """
    key = RandomNumbers(1).key("coin")
    below_ = [np.uint64(derive_key(key, who)) for who in range(2000)]
    met = [
        uniforms(key, WHO),
        RandomNumbers(1)("coin", WHO, 1),
        RandomNumbers(2)("coin", WHO),
        RandomNumbers(1)("dice", WHO),
        *(uniforms(k, np.arange(20)) for k in below_),
    ]
    assert len(np.unique(np.concatenate(met))) == 4 * len(WHO) + 2000 * 20


def test_replicates_have_seeds_of_their_own():
    seeds = {
        seed_of(experiment, scenario, i)
        for experiment in ("compare", "sweep")
        for scenario in ("guiyuan", "lianhe")
        for i in range(10_000)
    }
    assert len(seeds) == 40_000
    assert seed_of("a", "b") != seed_of("ab") != seed_of("b", "a") and seed_of(1) != seed_of("1")


# ----------------------------------------------------------------------------------------- names of decisions

RESIDENT, HOUSEHOLD, ISSUE, BUILDING, CELL, SEAT, POST = (
    "resident",
    "household",
    "issue",
    "building",
    "building and category",
    "one to be housed",
    "post",
)
DECISIONS = {  # each name is for one purpose, and always meets one kind of who
    "born alone": HOUSEHOLD,
    "born area": HOUSEHOLD,
    "born away": HOUSEHOLD,
    "born owner": HOUSEHOLD,
    "born into": SEAT,
    "born child": RESIDENT,
    "born elder": RESIDENT,
    "born helping": RESIDENT,
    "born housebound": RESIDENT,
    "born in service": RESIDENT,
    "born member": RESIDENT,
    "born migrant": RESIDENT,
    "born presence": RESIDENT,
    "born serving": RESIDENT,
    "born skill": RESIDENT,
    "born trust": RESIDENT,
    "born ready": RESIDENT,
    "born zeal": RESIDENT,
    "meet on day 0": RESIDENT,
    "whom on day 0": RESIDENT,
    "arise": CELL,
    "work": ISSUE,
    "stubborn": ISSUE,
    "sit": ISSUE,
    "lead": ISSUE,
    "lapse": ISSUE,
    "appointment": ISSUE,
    "answer": ISSUE,
    "strike": ISSUE,
    "hear": ISSUE,
    "find": ISSUE,
    "tell": ISSUE,
    "door": ISSUE,
    "wait": ISSUE,
    "in": ISSUE,
    "lean": ISSUE,
    "pay": ISSUE,
    "reopen": ISSUE,
    "forget": ISSUE,
    "give": RESIDENT,
    "meet": RESIDENT,
    "whom": RESIDENT,
    "move": BUILDING,
    "movers": HOUSEHOLD,
    "newcomers": RESIDENT,
    "lot": BUILDING,
    "stay": BUILDING,
    "outset": BUILDING,
    "leave": POST,
}
# the first threshold is drawn where clocks are set and issues are filled in, the next ones where they are
# passed
TWICE = {"arise", "hear"}
KIND_OF = {  # what is drawn together, in the words of the source
    "np.arange(b)": BUILDING,
    "vacated": BUILDING,
}


def list_decisions(tree):
    """Return the constants of a file that are decisions: name of the constant -> name of the decision."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, values = (
                x.elts if isinstance(x, ast.Tuple) else [x] for x in (node.targets[0], node.value)
            )
            for target, value in zip(targets, values):
                if isinstance(value, ast.Call) and ast.unparse(value.func) == "decision":
                    yield target.id, value.args[0].value


def list_draws():
    """Return where random numbers are drawn: (file, name of the decision, who as written or None)."""
    for path in sorted([*(ROOT / "model").rglob("*.py"), *(ROOT / "agents").rglob("*.py")]):
        tree = ast.parse(path.read_text("utf-8"))
        constants = dict(list_decisions(tree))
        for node in (
            node for node in ast.walk(tree) if isinstance(node, ast.Call) and path.name != "randomness.py"
        ):
            how = ast.unparse(node.func)
            if how in ("random_numbers", "random_numbers.key", "draw", "draw.key"):
                decision, *rest = node.args
                assert isinstance(decision, ast.Constant), (
                    f"{path.name}:{node.lineno}: a decision is a name that can be read in the source"
                )
                yield (
                    path.relative_to(ROOT),
                    decision.value,
                    None if how.endswith("key") else ast.unparse(rest[0]),
                )
            elif how == "key_of":
                yield path.relative_to(ROOT), constants[ast.unparse(node.args[1])], None


def test_every_decision_of_the_engine_is_listed():
    found = defaultdict(list)
    for path, decision, who in list_draws():
        found[decision].append(path)
        if who and "mechanisms" not in path.parts:
            assert KIND_OF[who] == DECISIONS[decision], f"{path}: {decision!r} is asked for {who}"
    engine = {
        decision for decision, paths in found.items() if not any("mechanisms" in path.parts for path in paths)
    }
    assert engine == set(DECISIONS)
    assert {decision for decision, paths in found.items() if len(paths) > 1} == TWICE, (
        "one name, two purposes"
    )


def test_no_two_decisions_share_a_number():
    names = {decision for _, decision, _ in list_draws()}
    assert len(names) > 35
    assert len({crc32(name.encode()) for name in names}) == len(names)


def test_random_numbers_are_made_in_one_file():
    """There is no generator anywhere else.

    A seed for who gives none is made in one place, and so is the access token of the page.
    """
    strangers = {"random", "secrets", "uuid", "numpy.random", "scipy.stats"}
    for folder in ("engine", "agents", "model", "reference", "experiments", "viz", "bench", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
            drawn = {
                name
                for name in called
                if ".random." in f".{name}" or name.endswith(("default_rng", "urandom", ".rvs"))
            }
            told = {
                alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
            }
            told |= {
                node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level
            }
            # for low-discrepancy points, which a seed scrambles
            allowed = {
                "model/mesa/model.py": {"secrets"},
                "viz/server/responses.py": {"secrets"},
                "cli/serve.py": {"secrets"},
                "bench/page/page.py": {"random"},
                "bench/page/page_visitors.py": {"uuid"},
            } | dict.fromkeys(
                (
                    "experiments/sweep/factor_space.py",
                    "experiments/calibration/importance_sampling.py",
                    "experiments/statistics/simultaneous.py",
                ),
                {"scipy.stats"},
            )
            assert not drawn and not (told & strangers) - allowed.get(
                path.relative_to(ROOT).as_posix(), set()
            ), f"{path.relative_to(ROOT)}: {drawn or told & strangers}"


# ------------------------------------------------------------------------------------------------- collisions


def mix_many(x):
    """`mix_in_python` for many at once, in place; (n,) uint64."""
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


@pytest.mark.slow
def test_no_two_streams_of_a_large_sweep_share_a_key():
    """10,000 runs, every decision, 366 days: some 140 million keys, and no two alike."""
    names = sorted({decision for _, decision, _ in list_draws()})
    seeds = np.array([seed_of("run", i) for i in range(10_000)], np.uint64)
    days = np.uint64(GOLD) * np.arange(1, 367, dtype=np.uint64)
    decisions = [mix_many(seeds + np.uint64(GOLD * (crc32(name.encode()) + 1) & MASK)) for name in names]
    assert int(mix_many(decisions[3] + days[5])[17]) == int(RandomNumbers("run", 17).key(names[3], 5))
    total = 0
    for part in range(16):  # the keys whose first four bits are `part`, sorted
        held = []
        for base in decisions:
            for day in days:
                keys = mix_many(base + day)
                held.append(keys[keys >> np.uint64(60) == part])
        keys = np.sort(np.concatenate(held))
        total += len(keys)
        assert not np.any(keys[1:] == keys[:-1])
    assert total == len(seeds) * len(names) * len(days) > 1.3e8


# --------------------------------------------------------------------------------------------- one more of us


def add_resident(world, band):
    """Return the same community with one more resident in the last household.

    That resident is never at home, and never reports anything.
    """
    people, homes, stairs = world.residents, world.households, world.stairwells
    row = {name: getattr(people, name)[-1:].copy() for name in people._fields}
    standing = STANDING_CHILD if band == CHILD else STANDING_NEIGHBOUR
    nobody = {
        "standing": standing,
        "presence": 0,
        "band": band,
        "voice": 1,
        "zeal": 9,
        "member": False,
        "in_service": False,
        "volunteer": False,
        "housebound": False,
    }
    for name, value in (nobody | {"ties": 0, "known": -1, "evenings": 0}).items():
        row[name][:] = value
    people = Residents(*(np.concatenate([getattr(people, name), row[name]]) for name in people._fields))
    homes = homes._replace(first=np.append(homes.first[:-1], homes.first[-1] + np.int32(1)))
    stairs = stairs._replace(people=np.append(stairs.people[:-1], stairs.people[-1] + np.int32(1)))
    mood, rate = (
        residents.sum_mood(people, stairs, world.buildings),
        arrivals.arrival_rates(
            world.cats,
            count_units(world.cats, people, homes, world.buildings, world.compounds),
            world.buildings,
            world.compounds,
        ),
    )
    return world._replace(residents=people, households=homes, stairwells=stairs, mood=mood, rate=rate)


def simulate_year(world, scenario):
    draws = RandomNumbers(1)
    world = start_run(world, scenario, draws)
    for _ in range(365):
        simulate_day(world)
    return world


def differing_columns(a, b):
    """Return which columns differ, of what happened and of everybody but the last resident of `b`."""
    tables = {
        "issues": (a.issues, b.issues),
        "ended": (a.ended[: a.gone[0]], b.ended[: b.gone[0]]),
        "history": (a.history(), b.history()),
    }
    yield from (name for name, (one, other) in tables.items() if column_bytes(one) != column_bytes(other))
    yield from (
        name
        for name in a.residents._fields
        if getattr(a.residents, name).tobytes() != getattr(b.residents, name)[:-1].tobytes()
    )


def rename_until_shared(scenario):
    """Rename the census until the last household has more than one member.

    One more in a household of one would turn an elder who lives alone into another kind of resident.
    """
    for i in range(20):
        scenario = replace(scenario, name=f"{scenario.name} {i}")
        first = build_community(scenario).households.first
        if first[-1] - first[-2] > 1:
            return scenario
    raise AssertionError("no such settlement")


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("band", [CHILD, ADULT])
def test_one_more_resident_who_never_reports_anything_changes_no_random_numbers(world, band):
    """Bit for bit, whether adult or not."""
    scenario = rename_until_shared(with_mechanisms(WORLDS[world], *mechanisms.list_mechanisms()))
    here = build_community(scenario)
    a, b = simulate_year(here, scenario), simulate_year(add_resident(here, band), scenario)
    assert len(a.history()) > 200
    assert list(differing_columns(a, b)) == []
