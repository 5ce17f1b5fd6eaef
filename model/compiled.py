"""How kernels are compiled: once, kept on disk, free of Python's lock; division as in NumPy.

Kernels are small and take everything as arguments. Plain loops, not slices: a slice assignment costs a second of
compilation for its error messages, a loop a tenth.
"""

from numba import njit

compiled = njit(cache=True, nogil=True, error_model="numpy")
