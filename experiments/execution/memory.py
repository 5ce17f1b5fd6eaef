"""How much memory processes held."""

import resource
import sys


def peak(who=resource.RUSAGE_SELF):
    """MiB that this process held at most; with RUSAGE_CHILDREN, the largest of those it has waited for."""
    return resource.getrusage(who).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
