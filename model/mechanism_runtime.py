"""The mechanisms that act in a world, each with its hand: rows of arrays that the day owns.

What a mechanism does is called from Python one after the other, not compiled into one kernel, so that each is compiled
once and by itself, whatever the mix, and a plain Python one can stand among them; a call costs 1.3 us.
"""

import numpy as np

from ..engine.jit import outer_kernel, specialise, struct
from .mechanism_guard import ReadOnly, guard_step
from .mechanisms import ships
from .resources.levers import LEVERS, OF_ISSUES, Levers, MechanismHand, Stack, shapes


class ActiveMechanism:
    """One mechanism at work."""

    def __init__(self, name, mechanism, hand, world):
        self.name, self.mechanism, self.hand, self.world, self.tested = (
            name,
            mechanism,
            hand,
            world,
            ships(type(mechanism)),
        )
        self.handed = struct(hand._replace(lever=struct(hand.lever))), world.live
        self.plain = hand._replace(knobs=(mechanism,)), world if self.tested else ReadOnly(world)

    def calls(self, step):
        """The function of a step and what it is called with; none if it does not take that step."""
        function = getattr(type(self.mechanism), step)
        if function is None:
            return
        handed = self.handed if hasattr(function, "py_func") else self.plain
        if not self.tested:
            yield guard_step(self, step, function), *handed
        else:
            yield specialise(function, *handed) if handed is self.handed else function, *handed


def knobs(mechanism):
    """A mechanism's numbers as an array of one row, for kernels: field names are its knobs, decimals f8 and whole numbers i8."""
    numbers = {name: value for name, value in vars(mechanism).items() if isinstance(value, (int, float))}
    kinds = [
        (name, "i8" if type(mechanism).__annotations__.get(name) in (int, bool, "int", "bool") else "f8")
        for name in numbers
    ]
    return np.array([tuple(numbers.values())], kinds)


def stacks(mechanisms, names, room, buildings, compounds):
    """What is pulled on each lever, nothing so far: lever -> Stack, with rows for those mechanisms that say they pull it."""
    size = {lever: int(np.prod(shape)) for lever, shape in shapes(room, buildings, compounds).items()}
    here = sorted(mechanisms)
    who = {lever: [m for m, name in enumerate(here) if lever in mechanisms[name].pulls] for lever in LEVERS}

    def stack(lever):
        codes = [names.index(here[m]) for m in who[lever]]
        return Stack(
            np.array(who[lever], np.int64),
            np.array(codes, np.int8),
            np.zeros((len(codes), size[lever])),
            np.zeros(size[lever]),
        )

    return Levers(*map(stack, LEVERS))


def sums(pulls, buildings, compounds):
    """What all pull on each lever together, in the lever's own shape: views of the stacks' sums."""
    shape = shapes(len(pulls.sight.sum), buildings, compounds)
    return Levers(*(stack.sum.reshape(shape[lever]) for lever, stack in zip(LEVERS, pulls)))


def hands(state, mechanisms, own):
    """(name, mechanism, Hand) of each, in the order of their names; what it pulls without saying so goes where nobody looks."""
    shape = shapes(state.pulls.sight.sum.size, len(state.buildings.compound), len(state.crews))
    nowhere = {lever: np.zeros(shape[lever]) for lever in LEVERS}
    for m, name in enumerate(sorted(mechanisms)):
        rows = {
            lever: stack.rows[list(stack.who).index(m)].reshape(shape[lever])
            for lever, stack in zip(LEVERS, state.pulls)
            if m in stack.who
        }
        yield (
            name,
            mechanisms[name],
            MechanismHand(
                knobs(mechanisms[name]), own[name], state.wants[m], state.shares[m], Levers(**nowhere | rows)
            ),
        )


def grow_stacks(pulls, room):
    """The same stacks with room for so many issues."""

    def longer(index, stack):
        return (
            stack._replace(rows=np.zeros((len(stack.who), room)), sum=np.zeros(room))
            if index in OF_ISSUES
            else stack
        )

    return Levers(*(longer(index, stack) for index, stack in enumerate(pulls)))


@outer_kernel
def regrow_pulls(w, pulls, lever):
    """Put larger stacks in the place of those that have become too short."""
    w.pulls, w.lever = pulls, lever


def pointers(state):
    """A `State` as kernels are handed it: each tuple of columns a struct of its own, one pointer."""
    parts = {
        name: struct(part)
        for name, part in zip(state._fields, state)
        if isinstance(part, tuple) and name != "pulls"
    }
    return state._replace(**parts, pulls=Levers(*map(struct, state.pulls)))
