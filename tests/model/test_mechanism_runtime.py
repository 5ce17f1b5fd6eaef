"""Steps are called in their order, compiled ones in groups; what mechanisms pull is summed where it lies."""

from types import SimpleNamespace

import numpy as np
import pytest

from cogov.engine.jit import outer_kernel, struct
from cogov.model.mechanism_runtime import grow_stacks, link_steps, new_stacks
from cogov.model.places import Compounds


def make_list():
    """Return a column whose first place is the length of the list that follows, and its struct."""
    column = np.zeros(20, np.int32)
    return column, struct(Compounds(column, np.ones(1, bool), np.zeros(1)))


@outer_kernel
def add_nine(world):
    """Append 9 to the list of the world, which alone it is given."""
    world.first[0] += 1
    world.first[world.first[0]] = 9


@outer_kernel
def add_own(hand, world):
    """Append the first number of the hand to the list of the world."""
    world.first[0] += 1
    world.first[world.first[0]] = hand.first[0]


def test_steps_are_called_in_their_order_and_compiled_ones_that_follow_each_other_at_once():
    """Steps in plain Python stay where they are, between two groups of compiled ones."""
    column, world = make_list()
    numbers, hands = zip(make_list(), make_list())
    numbers[0][0], numbers[1][0] = 1, 2

    def add(number, world):
        column[0] += 1
        column[column[0]] = number

    one, two = ((add_own, hand, world) for hand in hands)
    steps = [two, (add_nine, world), one, (add, 5, world), (add, 4, world), (add_nine, world), two]
    calls = link_steps(steps, world)
    assert column[0] == 0, "linking calls nothing"
    lengths = []
    for function, *arguments in calls:
        function(*arguments)
        lengths.append(int(column[0]))
    assert column[1:8].tolist() == [2, 9, 1, 5, 4, 9, 2]
    assert lengths == [3, 4, 5, 7]
    assert link_steps([], world) == [] and link_steps([(add, 5, world)], world) == [(add, 5, world)]


@pytest.mark.parametrize("room", [4, 9])
def test_the_sum_of_one_row_is_that_row_and_of_others_an_array_of_its_own(room):
    """Also after there are more issues than there was room for; today's pulls and their sums stay."""
    mechanisms = {
        "a": SimpleNamespace(pulls=("sight", "ease")),
        "b": SimpleNamespace(pulls=("sight", "keep")),
    }
    stacks = new_stacks(mechanisms, ["a", "b"], 4, (3, 1, 10))
    stacks.keep.rows[0], stacks.sight.rows[:], stacks.sight.sum[:] = 0.5, 1.0, 2.0
    if room > 4:
        stacks = grow_stacks(stacks, room)
    for stack in stacks:
        assert stack.sum.shape == stack.rows.shape[1:]
        assert np.shares_memory(stack.sum, stack.rows) == (len(stack.rows) == 1)
    assert [len(stacks.keep.rows), len(stacks.ease.rows), len(stacks.sight.rows)] == [1, 1, 2]
    rest = [0.0] * (room - 4)
    assert stacks.keep.sum.tolist() == [0.5] * 4 + rest and stacks.sight.sum.tolist() == [2.0] * 4 + rest
    assert stacks.sight.rows.tolist() == [[1.0] * 4 + rest] * 2
    stacks.keep.rows[0, 1] = 0.25
    assert stacks.keep.sum[1] == 0.25 and not stacks.voice.sum.any()
