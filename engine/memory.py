"""Keep freed memory for the next run, instead of returning it to the system and asking for it again."""

import ctypes

# options of glibc's mallopt
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT = 64 * 2**20  # bytes that are kept at most
LARGE = 32 * 2**20  # bytes of an array from which on its memory is returned as soon as it is freed


def keep_freed_memory() -> None:
    """Let glibc keep freed memory; do nothing where there is another C library.

    A run of 16,000 residents writes some megabytes of new arrays. When the system has to map these pages anew
    for every run, this takes ten times as long as filling them.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(M_TRIM_THRESHOLD, KEPT)
    mallopt(M_MMAP_THRESHOLD, LARGE)
