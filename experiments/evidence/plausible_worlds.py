"""Plausible worlds of a scenario: what nobody knows, drawn anew in each, and the same in all of its arms.

In a world every uncertain number has one value. Numbers that were fitted to measured facts come from a member
of the ensemble that ships, all others from their priors (`grades.prior_of`). What a case tells of its people,
staff, money and mechanisms stays, and so does what a user sets; within these totals people are drawn anew.
Arms of one world share all of its numbers and people, as they share their random numbers: their difference is
due to the mechanisms.

A file of worlds of one's own (`own_worlds.py`) takes the place of the ensemble that ships. What it was fitted
to says more of a community than its case does, and holds in its place, but not in place of what a user sets.

The members are taken in an order that depends on the seed, and again from the first after the last one. A
world whose numbers contradict each other is replaced by its next draw.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import Field, dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from ...engine.parameters import set_parameters, split_paths
from ...engine.randomness import RandomNumbers
from ...engine.texts.errors import UserError
from ...engine.toml_reader import table_of
from ...model.mechanisms import Mechanism
from ...model.scenarios.scenario import Scenario
from .grades import prior_of
from .knobs import iter_knobs, numbers_of_rules
from .own_worlds import WorldsFile, check_worlds_file, members_of
from .priors import Prior
from .sampling import ATTEMPTS, default_values, inside, is_whole, told_by, within_range

WORLDS = 60  # in which an answer is tried, if nothing else is asked
IN_MEMORY = 64  # worlds whose numbers a process keeps: those of the arms that it is about to run


@dataclass(frozen=True)
class PlausibleWorlds:
    """Worlds of a scenario that has every mechanism of every arm; they are numbered from 0.

    `held` are the paths that a user or an arm sets: they are not drawn.
    """

    scenario: Scenario = field(compare=False, repr=False)
    held: frozenset[str] = frozenset()
    seed: int = 0
    every_rule: bool = False  # the numbers of all rules are drawn, not of those chosen only
    digest: str = ""  # of the scenario and of the ensemble; computed
    file: str = ""  # of worlds of one's own; "": those that ship

    def __post_init__(self) -> None:
        text = json.dumps([table_of(self.scenario), members_digest(self.file)], sort_keys=True)
        object.__setattr__(self, "digest", blake2b(text.encode(), digest_size=16).hexdigest())

    def numbers(self, world: int) -> Mapping[str, float]:
        """Return the uncertain numbers of a world: path -> value. Raises UserError if every draw fails."""
        return draw_world(self, world).numbers

    def apply(self, arm: Scenario, world: int, people: int | None = None) -> Scenario:
        """Return an arm with the numbers of a world, and its people or those of another. Raises UserError.

        People and homes are drawn by the name of a scenario, within the totals that the case tells.
        """
        drawn = draw_world(self, world)
        name = f"{arm.name[:50]} {world if people is None else people}"
        changes = {
            part: set_as_in(
                getattr(arm, part), getattr(self.scenario, part), getattr(drawn.scenario, part), settings
            )
            for part, settings in drawn.parts.items()
        }
        return replace(arm, **changes, name=name)


class World(NamedTuple):
    """What is drawn in a plausible world."""

    numbers: Mapping[str, float]  # path -> value
    scenario: Scenario  # with these numbers, and every mechanism of every arm
    # part of a scenario -> the rest of the path -> value; of dicts item -> the rest of the path -> value
    parts: dict[str, dict[str, Any]]


def set_as_in(part: Any, original: Any, altered: Any, settings: dict[str, Any]) -> Any:
    """Return a part of a scenario with knobs set, as in `World.parts`.

    `altered` is the `original` with the same settings: what `part` shares with the original is taken from
    there. Items that a dict lacks are left out.
    """
    if part is original:
        return altered
    if "" in settings:  # the part is a number
        return settings[""]
    if isinstance(part, dict):
        return part | {
            head: altered[head]
            if part[head] is original.get(head) or head in original and is_same(part[head], original[head])
            else set_parameters(part[head], inner)
            for head, inner in settings.items()
            if head in part
        }
    return set_parameters(part, settings)


def is_same(mechanism: Any, other: Any) -> bool:
    """Whether two mechanisms are of one class and have the same numbers; other parts are never the same."""
    return isinstance(mechanism, Mechanism) and mechanism == other


def worlds_of_arms(
    arms: Collection[Scenario], held: Collection[str] = (), seed: int = 0, file: str = ""
) -> PlausibleWorlds:
    """Return the plausible worlds of arms that differ in their mechanisms only. Raises UserError.

    `file` has worlds of one's own, which are checked; "": those that ship.
    """
    first, *others = arms
    if file:
        check_worlds_file(file, first)
    union = {name: mechanism for arm in (*others, first) for name, mechanism in arm.mechanisms.items()}
    return PlausibleWorlds(set_parameters(first, {"mechanisms": union}), frozenset(held), seed, file=file)


def members(file: str = "") -> tuple[dict[str, float], ...]:
    """Return the members of the ensemble of a file, or of the one that ships: path -> value each."""
    return members_of(file).members


def members_digest(file: str = "") -> str:
    """Return the digest of the members of the ensemble of a file, or of the one that ships."""
    return members_of(file).digest


def knobs_of(worlds: PlausibleWorlds) -> Iterator[tuple[str, Field, Any]]:
    """Yield (path, field, value) of every knob that a world may draw."""
    yield from iter_knobs(worlds.scenario)
    yield from numbers_of_rules(worlds.scenario.structure, worlds.every_rule)


@lru_cache(maxsize=16)
def uncertain_numbers(worlds: PlausibleWorlds) -> dict[str, tuple[Prior, bool]]:
    """Return what is drawn: path -> its prior, and whether a member of the ensemble may say it."""
    told, defaults = told_by(worlds.scenario) | worlds.held, default_values()
    source: WorldsFile = members_of(worlds.file)
    in_worlds, from_log = set(source.members[0]), source.fitted - worlds.held
    drawn = {}
    for path, f, value in knobs_of(worlds):
        prior = prior_of(path, f.metadata, value, is_whole(f))
        if path in from_log:
            drawn[path] = prior, True
        elif path not in told and prior.shape != "point":
            drawn[path] = prior, path in in_worlds and value == defaults.get(path)
    return drawn


@lru_cache(maxsize=16)
def fields_of(worlds: PlausibleWorlds) -> dict[str, Field]:
    """Return path -> field of every knob that a world may draw."""
    return {path: f for path, f, _ in knobs_of(worlds)}


@lru_cache(maxsize=IN_MEMORY)
def draw_world(worlds: PlausibleWorlds, world: int) -> World:
    """Draw a world. Raises UserError if every draw contradicts itself."""
    source = members(worlds.file)
    order = np.argsort(RandomNumbers("plausible order", worlds.seed)("member", np.arange(len(source))))
    random_numbers = RandomNumbers("plausible", worlds.seed, world)
    fields, problem = fields_of(worlds), None
    for attempt in range(ATTEMPTS):
        member = source[order[(world + attempt) % len(order)]]
        numbers = {
            path: within_range(fields[path], member[path])
            if fitted
            else prior.quantile(inside(float(random_numbers(path, [attempt])[0])))
            for path, (prior, fitted) in uncertain_numbers(worlds).items()
        }
        try:
            scenario = set_parameters(worlds.scenario, numbers)
        except UserError as error:
            problem = error
            continue
        parts = split_paths(numbers)
        for name in (name for name in parts if isinstance(getattr(scenario, name), dict)):
            parts[name] = split_paths(parts[name])
        return World(numbers, scenario, parts)
    assert problem
    raise problem
