"""Simulations of the page, cached and one at a time, for all visitors of a server."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ...engine.texts.errors import UserError

QUEUE = 120  # simulations that may be waiting at once


class YearCache:
    """Cache of the latest `most` simulations, shared by all visitors.

    Simulations run one at a time over all caches: Python would not run two at once anyway, and the page
    must respond meanwhile. First come, first served, but caches with `can_wait` come after the others, so
    that a click does not wait for another visitor's twenty pairs.
    """

    turn, waiting, number, living = threading.Condition(), [], itertools.count(), []  # shared by all caches

    def __init__(self, most, can_wait=False):
        self.most, self.can_wait, self.there = most, can_wait, OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return the cached value of a key, else the result of `make()`, which is cached unless it raises.

        Raises UserError if too many simulations are waiting.
        """
        if (year := self.there.get(key)) is not None:
            return year
        if not self.can_wait and sum(not can_wait for can_wait, _ in tuple(self.waiting)) >= QUEUE:
            raise UserError("too many visitors are simulating at the same time; try again in a minute")
        with self.my_turn():
            if key not in self.there:
                self.there[key] = make()
            while len(self.there) > self.most:
                self.there.popitem(last=False)
            return self.there[key]

    def peek(self, key: Hashable) -> Any:
        """Return the cached value of a key, or None."""
        return self.there.get(key)

    @contextmanager
    def my_turn(self) -> Iterator[None]:
        """Wait until no other simulation is running and this one is first in the queue; a context manager."""
        ticket = self.can_wait, next(self.number)
        with self.turn:
            self.waiting.append(ticket)
            try:
                self.turn.wait_for(lambda: not self.living and min(self.waiting) == ticket)
                self.living.append(ticket)
            finally:
                self.waiting.remove(ticket)
        try:
            yield
        finally:
            with self.turn:
                self.living.remove(ticket)
                self.turn.notify_all()


# a recorded year of guiyuan takes about 5 MB, a pair a hundredth of that
YEARS, PAIRS = YearCache(40), YearCache(400, can_wait=True)
PACKED = YearCache(600)  # years as browsers read them, up to 0.1 MB each
RUNS = YearCache(20_000, can_wait=True)  # a run of the first screen takes about 2 kB


@contextmanager
def shared_turn() -> Iterator[Callable[[], None]]:
    """Wait for a turn among the simulations of the page; what is given lets the others go first."""
    turn: list[AbstractContextManager] = []

    def take() -> None:
        turn.append(RUNS.my_turn())
        turn[0].__enter__()

    def give_way() -> None:
        turn.pop().__exit__(None, None, None)
        take()

    take()
    try:
        yield give_way
    finally:
        if turn:
            turn.pop().__exit__(None, None, None)
