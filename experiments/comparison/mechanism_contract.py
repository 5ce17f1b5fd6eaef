"""Check that a mechanism keeps the promises of all mechanisms: `cogov check mechanism NAME`.

The tests hold the mechanisms that ship to the same promises in more communities and with more seeds
(`tests/contract/test_mechanisms.py`). This is what an author needs: which promise is not kept, and why.
"""

from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, fields, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from ...engine.texts.errors import UserError
from ...model import mechanisms
from ...model.activities import count_today
from ...model.mechanism_guard import try_out
from ...model.mechanisms import Mechanism
from ...model.precompile import ensure_compiled
from ...model.resources.levers import LEVERS, POOLS, MechanismHand
from ...model.scenarios.cases import SHIPPED, list_cases, read_case
from ...model.scenarios.scenario import Scenario, census_of
from ...model.simulate import Run, days, simulate
from ...model.world import World
from .busy_communities import WORLDS, with_mechanisms

SEEDS = range(1, 9)  # enough for most of what is rare
UNFILLED = (
    "WHAT LIMITS IT",
    "FORMULAS",
    "what it does, in one sentence",
    "中文名",
    "一句话",
)  # words of the skeleton
UNFILLED_CASE = ("one line for tables", "One or two sentences", "一两句话", "Where these numbers come from")
OF_EVERY = ("strength", "first_day", "last_day")  # parameters that every mechanism has


@dataclass(frozen=True)
class Promise:
    """One promise of a mechanism, and whether it is kept."""

    words: str
    kept: bool
    remark: str = ""  # what is missing, or what was found


def outcome(run: Run) -> tuple[bytes, ...]:
    """Return what a run leaves behind, as bytes, except which mechanism did it."""
    rows, lines = run.issues, run.history
    columns = [rows[name] for name in rows.dtype.names or () if name not in ("found_by", "resolved_by")]
    columns += [lines[name] for name in ("issue", "day", "who", "what")]
    return (*(np.ascontiguousarray(c).tobytes() for c in (*columns, *run.series.values(), run.fen)),)


def check_words(name: str) -> Iterator[Promise]:
    """Check that a mechanism says what it is, in both languages, and that every parameter has its words."""
    kind = mechanisms.load_class(name)
    does, disappoints = mechanisms.describe(name)
    rules = mechanisms.describe_rules(name)
    texts = {"what it does": does, "how it disappoints": disappoints, "its rules": rules} | {
        field: getattr(kind, field) for field in ("zh", "zh_letter", "zh_does", "zh_disappoints")
    }
    missing = [what for what, text in texts.items() if not text or any(word in text for word in UNFILLED)]
    yield Promise(
        "it says in both languages what it does and how it disappoints", not missing, ", ".join(missing)
    )
    same = [other for other in mechanisms.list_mechanisms() if other != name]
    taken = [
        other for other in same if kind.zh_letter and mechanisms.load_class(other).zh_letter == kind.zh_letter
    ]
    yield Promise("its Chinese letter is its own", not taken, ", ".join(taken))
    own = [f for f in fields(kind) if f.name not in OF_EVERY]
    yield Promise("it has a parameter of its own", bool(own))
    lacking = [
        f.name for f in own if not (f.metadata["unit"] and f.metadata["source"] and all(f.metadata["words"]))
    ]
    yield Promise(
        "every parameter has a unit, a source and words in both languages", not lacking, ", ".join(lacking)
    )


def check_runs(name: str, progress: Callable[[], object]) -> Iterator[Promise]:
    """Check what a mechanism does in runs of busy communities. `progress` is called after every few runs."""
    kind, communities = mechanisms.load_class(name), [*WORLDS.values()]
    mechanism = kind()
    if name not in mechanisms.shipped_names():
        try:
            try_out(name, mechanism)
            yield Promise("it reads the world and never writes it", True)
        except UserError as error:
            yield Promise("it reads the world and never writes it", False, str(error))
            return
    governed = {name: mechanism}
    again = not differ(communities[:1], SEEDS[0], governed, governed)
    progress()
    yield Promise("the same seed gives the same run", again)
    changes = any(differ(communities, seed, {}, {name: mechanism}) for seed in SEEDS)
    yield Promise("it changes what happens", changes)
    silent = replace(mechanism, strength=0.0)
    same = not differ(communities[:1], SEEDS[0], {}, {name: silent})
    counted = simulate(with_mechanisms(communities[0], **{name: silent}), SEEDS[0]).counts[name]
    same &= not any(counted.values())
    yield Promise("with strength 0 it is the same as absent, bit for bit, and counts nothing", same)
    progress()
    yield from check_pulls(name, kind, communities)
    progress()
    idle = [f.name for f in fields(kind) if not has_effect(name, f, communities)]
    progress()
    remark = f"none found with {len(SEEDS)} seeds: {', '.join(idle)}" if idle else ""
    yield Promise("every parameter has an effect", not idle, remark)


def differ(communities: list[Scenario], seed: int, one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two sets of mechanisms, name -> mechanism, differ in any of the communities."""
    return any(
        outcome(simulate(with_mechanisms(scenario, **one), seed))
        != outcome(simulate(with_mechanisms(scenario, **other), seed))
        for scenario in communities
    )


def variants(kind: type[Mechanism]) -> list[Mechanism]:
    """Return a mechanism as it is, and with every rate at its highest, so that what is rare happens."""
    plain = kind()
    rates = {f.name: f.metadata["high"] for f in fields(kind) if f.name.endswith("_rate")}
    return [plain, *([replace(plain, **rates)] if rates else [])]


def check_pulls(name: str, kind: type[Mechanism], communities: list[Scenario]) -> Iterator[Promise]:
    """Check what a mechanism asks for, and which levers it pulls, with and without its share."""
    asked, pulled, declared, idle = 0.0, set(), set(kind.pulls), {count.name for count in kind.counts}
    for seed, scenario, one in product(SEEDS, communities, variants(kind)):
        for world in days(with_mechanisms(scenario, **{name: one}), seed):
            hand = world.hands[name]
            asked += float(hand.want.sum())
            pulled |= {lever for lever in LEVERS if np.any(getattr(hand.lever, lever))}
        idle -= {count for count, amount in count_today(world)[name].items() if amount}
        if seed > SEEDS[0] and asked and pulled >= declared and not idle:
            break
    free = {
        lever
        for world in days(with_mechanisms(communities[0], name), SEEDS[0])
        for lever in pulls_without_share(world, world.hands[name])
    }
    yield Promise("it asks for hours or money", asked > 0)
    wrong = [*sorted(declared - pulled), *(f"{lever} (not declared)" for lever in sorted(pulled - declared))]
    yield Promise("it pulls each lever that it declares, and no other", not wrong, ", ".join(wrong))
    yield Promise("everything that it counts happens", not idle, ", ".join(sorted(idle)))
    yield Promise("without a share of what it asks for it pulls nothing", not free, ", ".join(sorted(free)))


def pulls_without_share(world: World, hand: MechanismHand) -> set[str]:
    """Return the levers that a mechanism pulls today if it gets nothing of what it asks for.

    It may tire people, and bring in hands, though no more than it asks for itself.
    """
    for array in (hand.want, *hand.lever):
        array.fill(0.0)
    world.run(("ask",))
    hand.share.fill(0.0)
    world.run(("pull",))
    pulled = {lever for lever in LEVERS if np.any(getattr(hand.lever, lever))}
    if np.all(hand.lever.wish <= 0):
        pulled -= {"wish"}
    if np.all(hand.lever.supply <= hand.want[1 : 1 + len(POOLS)].sum(axis=1)):
        pulled -= {"supply"}
    return pulled


def has_effect(name: str, f: Field, communities: list[Scenario]) -> bool:
    """Return whether the two ends of a parameter's range differ in any community, for any seed."""
    ends = [
        [{name: replace(one, **{f.name: f.metadata[end]})} for end in ("low", "high")]
        for one in variants(mechanisms.load_class(name))
    ]
    return any(differ(communities, seed, low, high) for seed in SEEDS for low, high in ends)


def check_mechanism(name: str, progress: Callable[[], object] = lambda: None) -> list[Promise]:
    """Check the promises of a mechanism. Raises UserError if it cannot be loaded.

    `progress` is called four times.
    """
    if problem := mechanisms.explain_unusable(name):
        raise UserError(problem)
    ensure_compiled([name])
    return [*check_words(name), *check_runs(name, progress)]


def check_case(path: str) -> list[Promise]:
    """Check a case file: it can be read, runs for a month, and has its words.

    Raises UserError if it cannot be read.
    """
    scenario = read_case(path)
    texts = ("title", "short_title", "short_title_zh", "story", "story_zh", "provenance")
    missing = [
        name
        for name in texts
        if not (text := getattr(scenario, name)) or any(word in text for word in (*UNFILLED, *UNFILLED_CASE))
    ]
    nameless = [kind.name for kind in scenario.compound if not kind.zh]
    ensure_compiled(list(scenario.mechanisms))
    run = simulate(replace(scenario, days=min(scenario.days, 31)), 0)
    shipped = path in list_cases() or Path(path).resolve().parent == SHIPPED.resolve()
    return [
        Promise("the file is read, and every number is within its range", True),
        Promise("it runs, and issues arise", len(run.issues) > 0, f"{len(run.issues)} in {run.days} days"),
        Promise("it has a title, a story and a source, in both languages", not missing, ", ".join(missing)),
        Promise("every compound has a Chinese name", not nameless, ", ".join(nameless)),
        *(check_shipped_case(scenario) if shipped else ()),
    ]


def check_shipped_case(scenario: Scenario) -> list[Promise]:
    """Check what a case that ships has beyond one of the user's own: it comes from press reports."""
    left_out, provenance = census_of(scenario)[1], scenario.provenance.startswith("Press reports")
    lacks = [name for name in ("mechanisms", "reported") if not getattr(scenario, name)]
    return [
        Promise("it ships, so it gives every number of its census", not left_out, ", ".join(left_out)),
        Promise("it ships, so its provenance begins with Press reports", provenance),
        Promise("it ships, so it has mechanisms and reported outcomes", not lacks, ", ".join(lacks)),
    ]
