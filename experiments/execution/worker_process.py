"""Initialise a worker process, and end a run in it that takes too long."""

import faulthandler
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import connection, parent_process
from typing import NoReturn, TextIO

# seconds beyond its limit after which a run that does not react to the alarm ends its process
GRACE = 2.0


class TooLong(BaseException):
    """A run exceeded its time limit.

    Derived from BaseException, so that code in a run does not catch it with `except Exception`.
    """


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooLong in a run that takes longer than `seconds`; 0 sets no limit.

    A run that is stuck below Python (in compiled code) ends its worker process instead.
    """
    if not seconds:
        yield
        return
    alarm = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    in_worker = parent_process() is not None  # never end the user's process
    if alarm:
        before = signal.signal(signal.SIGALRM, lambda *_: raise_too_long(seconds))
        signal.setitimer(signal.ITIMER_REAL, seconds)
    if in_worker:
        faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=open_devnull())
    try:
        yield
    finally:
        if in_worker:
            faulthandler.cancel_dump_traceback_later()
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def raise_too_long(seconds: float) -> NoReturn:
    raise TooLong(f"it did not end within {seconds:g} s")


@lru_cache(maxsize=1)
def open_devnull() -> TextIO:
    return open(os.devnull, "w")


def init_worker() -> None:
    """Initialise a worker: ignore SIGINT, and exit when the parent process exits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(
            target=lambda: (connection.wait([parent.sentinel]), os._exit(1)), daemon=True
        ).start()
