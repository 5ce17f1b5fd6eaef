"""A worker process: how it begins, and how a run that takes too long is ended in it."""

import faulthandler
import os
import signal
import threading
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import connection, parent_process

GRACE = 2.0  # seconds beyond its limit after which a run that does not even hear the alarm takes its process with it


class TooLong(BaseException):
    """A run that did not end within its limit; nothing in a run may catch it by catching Exception."""


@contextmanager
def time_limit(seconds):
    """Raise TooLong in a run that takes longer; one that is stuck below Python ends its worker process instead."""
    if not seconds:
        yield
        return
    alarm = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    ours = parent_process() is not None  # never end the user's own process
    if alarm:
        before = signal.signal(signal.SIGALRM, lambda *_: too_long(seconds))
        signal.setitimer(signal.ITIMER_REAL, seconds)
    if ours:
        faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=silence())
    try:
        yield
    finally:
        if ours:
            faulthandler.cancel_dump_traceback_later()
        if alarm:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def too_long(seconds):
    raise TooLong(f"it did not end within {seconds:g} s")


@lru_cache(maxsize=1)
def silence():
    return open(os.devnull, "w")


def init_worker():
    """What a worker process does first: leave Ctrl-C to its parent, and go when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(
            target=lambda: (connection.wait([parent.sentinel]), os._exit(1)), daemon=True
        ).start()
