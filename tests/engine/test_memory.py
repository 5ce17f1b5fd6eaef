"""Freed memory is kept for the next run where the C library is glibc; elsewhere nothing is done."""

from types import SimpleNamespace

import pytest

from cogov.engine import kernel_structs
from cogov.engine.kernel_structs import keep_freed_memory

TRIM, MAPPED = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h


def test_glibc_is_asked_to_keep_what_is_freed_and_arrays_of_some_megabytes_with_it(monkeypatch):
    """Larger arrays are returned as soon as they are freed, so that no memory is kept for the largest."""
    asked = {}
    library = SimpleNamespace(mallopt=asked.__setitem__)
    monkeypatch.setattr(kernel_structs.ctypes, "CDLL", lambda name: library)
    keep_freed_memory()
    assert asked.keys() == {TRIM, MAPPED}
    assert 2**23 <= asked[MAPPED] <= 2**25, "glibc's manual names 32 MB as the limit"
    assert asked[TRIM] >= asked[MAPPED]


@pytest.mark.parametrize("refusal", [OSError, TypeError, None])
def test_where_there_is_another_c_library_nothing_is_done_and_nothing_fails(monkeypatch, refusal):
    """There is no library, Windows takes no None for one, or the library has no such function."""
    loaded = []

    def load(name):
        loaded.append(name)
        if refusal:
            raise refusal("no C library")
        return SimpleNamespace()

    monkeypatch.setattr(kernel_structs.ctypes, "CDLL", load)
    assert keep_freed_memory() is None and loaded == [None]
