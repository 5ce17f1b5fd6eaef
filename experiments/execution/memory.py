"""Measure the memory that processes held."""

import resource
import sys


def peak_memory_mib(who: int = resource.RUSAGE_SELF) -> float:
    """Return the peak memory of this process in MiB; with RUSAGE_CHILDREN, of its largest ended child."""
    return resource.getrusage(who).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
