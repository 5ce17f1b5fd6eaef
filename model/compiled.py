"""How kernels are compiled: once, kept on disk, free of Python's lock; division as in NumPy.

Kernels are small and take everything as arguments. Plain loops, not slices: a slice assignment costs a second of
compilation for its error messages, a loop a tenth.

Numba keeps a kernel for as long as the kernel's own file stays the same, even when a function or constant it takes from
another file has changed. So the kernels of each state of the sources are kept in a folder named by a digest of them all.
"""

import os
from hashlib import blake2b
from pathlib import Path

import numba

HOME = Path(__file__).parent.parent


def shelf():
    """The folder for kernels of these very sources: beside them where that can be written, else in the user's cache."""
    sources = sorted([*HOME.glob("model/*.py"), *HOME.glob("agents/*.py")])
    digest = blake2b(b"".join(path.read_bytes() for path in sources), digest_size=8).hexdigest()
    for folder in (HOME / "__pycache__", Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cogov"):
        try:
            (folder / f"kernels-{digest}").mkdir(parents=True, exist_ok=True)
            return folder / f"kernels-{digest}"
        except OSError:
            continue
    return None  # numba then finds a place of its own, or compiles anew in every process


def fresh():
    """Whether nothing has been compiled and kept for these sources yet."""
    kept = numba.config.CACHE_DIR
    return not kept or not any(Path(kept).rglob("*.nbc"))


if not numba.config.CACHE_DIR:  # a user's NUMBA_CACHE_DIR comes first
    numba.config.CACHE_DIR = str(shelf() or "")

compiled = numba.njit(cache=True, nogil=True, error_model="numpy")
