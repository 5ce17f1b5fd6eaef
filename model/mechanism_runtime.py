"""The mechanisms that act in a world, each with its `MechanismHand`: rows of arrays of the world.

The steps of mechanisms are not compiled into one kernel: each is compiled once, whatever the combination, and
some can be in plain Python. Compiled steps that follow each other are called by their addresses, which costs
a few nanoseconds each; a call from Python would cost half a microsecond, some 70 times a day.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import groupby
from math import prod
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from ..engine.jit import Kernel, address, call_step, outer_kernel, specialise, struct
from .mechanism_guard import ReadOnly, guard_step
from .mechanisms import Mechanism, is_shipped
from .resources.levers import LEVERS, OF_ISSUES, Levers, MechanismHand, Stack, shapes

if TYPE_CHECKING:
    from .state import InitialCommunity, State
    from .world import World


class ActiveMechanism:
    """One mechanism in a world, with its `MechanismHand`."""

    def __init__(self, name: str, mechanism: "Mechanism", hand: MechanismHand, world: "World"):
        kind: type = type(mechanism)
        self.name, self.mechanism, self.hand, self.shipped = name, mechanism, hand, is_shipped(kind)
        # a cycle of references would keep the arrays of a finished run until Python collects garbage
        self.world_reference = ref(world)
        self.kernel_arguments = struct(hand._replace(lever=struct(hand.lever))), world.live

    @property
    def world(self) -> "World":
        """The world, as long as it exists."""
        world = self.world_reference()
        assert world is not None, self.name
        return world

    @cached_property
    def python_arguments(self) -> tuple[MechanismHand, Any]:
        """The arguments of a step in plain Python: the hand, whose knobs are the mechanism, and the world."""
        hand = self.hand._replace(knobs=(self.mechanism,))
        return hand, self.world if self.shipped else ReadOnly(self.world)

    def calls(self, step: str) -> Iterator[tuple]:
        """Yield the function of a step and its two arguments; nothing if the mechanism lacks that step.

        The function is a kernel only if cogov ships the mechanism: a user's is wrapped in a guard.
        """
        function = getattr(type(self.mechanism), step)
        if function is None:
            return
        arguments = self.kernel_arguments if hasattr(function, "py_func") else self.python_arguments
        yield function if self.shipped else guard_step(self, step, function), *arguments


@outer_kernel
def run_steps(steps: np.ndarray, w: Any) -> None:
    """Call kernels one after the other; `steps` (n, 2) uint64 are the address of each, and of its hand or 0.

    It takes the hand and the world, or the world alone.
    """
    for n in range(len(steps)):
        call_step(steps[n, 0], steps[n, 1], w)


@outer_kernel
def room_lacking(w: Any) -> int:
    """Return the number of issues that levers need room for; 0 if they have it."""
    return len(w.rows) if len(w.rows) > len(w.lever.sight) else 0


@outer_kernel
def keep_counts(w: Any, series: np.ndarray, counts: np.ndarray) -> None:
    """Keep today's counts in the row of today, if there are rows."""
    today = w.day - 1
    for n in range(series.shape[1] if len(series) else 0):
        series[today, n] = w.count[n]
    for m in range(counts.shape[1] if len(counts) else 0):
        for n in range(counts.shape[2]):
            counts[today, m, n] = w.counts[m, n]


@outer_kernel
def run_days(
    day: np.ndarray, late: np.ndarray, w: Any, last: int, series: np.ndarray, counts: np.ndarray
) -> int:
    """Simulate the days up to `last`, of which all steps are compiled; return the room lacking.

    `day` and `late` are as `run_steps` takes them. If room is lacking, the late steps of today are to follow.
    """
    while w.day < last:
        run_steps(day, w)
        lacking = room_lacking(w)
        if lacking:
            return lacking
        run_steps(late, w)
        keep_counts(w, series, counts)
    return 0


def link_steps(calls: list[tuple], live: Any) -> list[tuple]:
    """Replace kernels that follow each other in `calls` by one call of `run_steps`; return the calls left.

    A call is a function and its arguments; those of a kernel are the world `live`, or a hand and the world.
    """
    linked: list[tuple] = []
    for compiled, group in groupby(calls, lambda call: isinstance(call[0], Kernel)):
        if compiled:
            steps = [(address(*call), call[1].address if len(call) == 3 else 0) for call in group]
            table = np.array(steps, np.uint64)
            linked.append((specialise(run_steps, table, live), table, live))
        else:
            linked += group
    return linked


def tables_of(*programs: list[tuple]) -> list[np.ndarray]:
    """Return the steps of each program of `link_steps` as a table; none if a step is in plain Python."""
    compiled = all(len(calls) == 1 and isinstance(calls[0][1], np.ndarray) for calls in programs)
    return [calls[0][1] for calls in programs] if compiled else []


def knobs(mechanism: Any) -> np.ndarray:
    """Return a mechanism's numbers as an array of one row, for kernels.

    Field names are its knobs; decimals are f8 and whole numbers i8.
    """
    numbers = {name: value for name, value in vars(mechanism).items() if isinstance(value, (int, float))}
    kind: Any = type(mechanism)
    return np.array([tuple(numbers.values())], kind_of_knobs(kind, tuple(numbers)))


@lru_cache(maxsize=256)
def kind_of_knobs(kind: type, names: tuple[str, ...]) -> np.dtype:
    """Return the type of the array that holds the numbers `names` of a class of mechanisms."""
    whole = (int, bool, "int", "bool")
    return np.dtype([(name, "i8" if kind.__annotations__.get(name) in whole else "f8") for name in names])


def new_stacks(mechanisms: dict, names: list[str], room: int, places: tuple[int, int, int]) -> Levers:
    """Allocate the pulls on each lever, all 0: lever -> Stack, with a row per mechanism that declares it.

    `names` are those of all mechanisms, `room` is the number of issues there is room for, `places` are the
    numbers of buildings, compounds and residents.
    """
    size = {lever: prod(shape) for lever, shape in shapes(room, *places).items()}
    active = sorted(mechanisms)
    who: dict[str, list[int]] = {lever: [] for lever in LEVERS}
    for m, name in enumerate(active):
        for lever in who.keys() & set(mechanisms[name].pulls):
            who[lever].append(m)

    def stack(lever: str) -> Stack:
        codes = [names.index(active[m]) for m in who[lever]]
        rows = np.zeros((len(codes), size[lever]))
        return Stack(np.array(who[lever], np.int64), np.array(codes, np.int8), rows, room_for_sum(rows))

    return Levers(*map(stack, LEVERS))


def room_for_sum(rows: np.ndarray) -> np.ndarray:
    """Return the array for the sum of `rows` (m, size): of a single one it is that row itself."""
    return rows[0] if len(rows) == 1 else np.zeros(rows.shape[1])


def count_places(community: "InitialCommunity | State") -> tuple[int, int, int]:
    """Count the buildings, compounds and residents that levers are over."""
    return len(community.buildings.compound), len(community.crews), len(community.residents.home)


def lever_sums(pulls: Levers, places: tuple[int, int, int]) -> Levers:
    """Return the sum of all pulls on each lever, in the lever's own shape: views of the stacks' sums.

    `places` are the numbers of buildings, compounds and residents.
    """
    shape = shapes(len(pulls.sight.sum), *places)
    return Levers(*(stack.sum.reshape(shape[lever]) for lever, stack in zip(LEVERS, pulls)))


def iter_hands(state: "State", mechanisms: dict, own: dict) -> Iterator[tuple[str, Any, MechanismHand]]:
    """Yield (name, mechanism, hand) of each, in the order of their names.

    Pulls on levers that a mechanism does not declare go into an array that is never read.
    """
    sizes = shapes(state.pulls.sight.sum.size, *count_places(state))
    shape = [sizes[lever] for lever in LEVERS]
    ignored = [np.zeros(size) for size in shape]
    rows: dict[int, list[tuple[int, np.ndarray]]] = {m: [] for m in range(len(mechanisms))}
    for lever, stack in enumerate(state.pulls):
        for m, row in zip(stack.who.tolist(), stack.rows):
            rows[m].append((lever, row.reshape(shape[lever])))
    for m, name in enumerate(sorted(mechanisms)):
        levers = ignored.copy()
        for lever, row in rows[m]:
            levers[lever] = row
        yield (
            name,
            mechanisms[name],
            MechanismHand(
                knobs(mechanisms[name]),
                own[name],
                state.wants[m],
                state.shares[m],
                Levers(*levers),
                state.counts[m, : len(mechanisms[name].counts)],
                state.here[m],
            ),
        )


def grow_stacks(pulls: Levers, room: int) -> Levers:
    """Return the same stacks with today's pulls, those of levers over issues with room for `room` issues."""

    def longer(index: int, stack: Stack) -> Stack:
        if index not in OF_ISSUES:
            return stack
        size = stack.sum.size
        rows = np.zeros((len(stack.rows), room))
        total = room_for_sum(rows)
        rows[:, :size], total[:size] = stack.rows, stack.sum
        return stack._replace(rows=rows, sum=total)

    return Levers(*(longer(index, stack) for index, stack in enumerate(pulls)))


@outer_kernel
def regrow_pulls(w: Any, pulls: Levers, lever: Levers) -> None:
    """Replace stacks that have become too short by larger ones."""
    w.pulls, w.lever = pulls, lever


def to_structs(state: "State") -> "State":
    """Return a `State` as kernels take it: each tuple of columns is a struct of its own, one pointer."""
    parts = {
        name: struct(part)
        for name, part in zip(state._fields, state)
        if isinstance(part, tuple) and name != "pulls"
    }
    return state._replace(**parts, pulls=Levers(*map(struct, state.pulls)))
