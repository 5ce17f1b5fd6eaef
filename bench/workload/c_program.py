"""Compile the reference workload in C, where there is a compiler, and call it. See rules.py."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from . import rules

OPTIONS = ("-O3", "-march=native")
# No multiplication and addition in one step, which would round once instead of twice.
STRICT = ("-std=c11", "-ffp-contract=off", "-shared", "-fPIC")


def compile_workload(folder: Path) -> Callable[[int, int, int], np.ndarray] | None:
    """Compile workload.c in `folder`; return its `simulate(seed, residents, days)`, as that of columns.py.

    Returns None if there is no compiler. Raises subprocess.CalledProcessError if it fails.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library, source = folder / "workload.so", Path(__file__).with_name("workload.c")
    numbers = [
        f"-D{name}={value!r}" for name, value in vars(rules).items() if isinstance(value, (int, float))
    ]
    subprocess.run([compiler, *OPTIONS, *STRICT, *numbers, "-o", library, source], check=True)
    function = ctypes.CDLL(str(library)).simulate
    function.argtypes = (ctypes.c_uint64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)

    def simulate(seed: int, residents: int, days: int) -> np.ndarray:
        totals = np.zeros((days, len(rules.TOTALS)), np.int64)
        if function(seed, residents, days, totals.ctypes.data):
            raise MemoryError
        return totals

    return simulate
