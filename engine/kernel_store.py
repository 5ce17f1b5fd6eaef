"""The folders that compiled kernels are kept in. It loads no numba.

A file's name holds a digest of all that its machine code depends on (`kernel_cache`), so it is either right or not asked
for, whoever wrote it, and one folder serves every version of cogov.
"""

import os
import platform
import sys
import tempfile
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from warnings import warn

from . import source_digests

FORM = 3  # of what is in a file; another number where `kernel_cache` writes something else
CHECK_BYTES = 16  # of the checksum that a file begins with
SOURCES = "sources.json"  # what `sources` knows of the files it has read
OLDEST_S = 60 * 86_400  # what is kept of other sources is removed when it is older, in seconds


@lru_cache(maxsize=1)
def folders():
    """The folders that kernels are read from, in this order: beside the package, then the user's own cache.

    NUMBA_CACHE_DIR names another one instead. Where there is neither a home nor a writable package, a folder of the
    user's own among the temporary files serves until the machine starts again.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return (Path(os.environ["NUMBA_CACHE_DIR"]) / "cogov-kernels",)
    own = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    lasting = (
        source_digests.ROOT / "__pycache__" / "kernels",
        *([Path(own) / "cogov" / "kernels"] if os.path.isabs(own) else []),
    )
    return lasting if any(map(can_write, lasting)) else (*lasting, *temporary())


def temporary():
    """The folder among the temporary files, if there is one that is this user's."""
    folder = Path(tempfile.gettempdir()) / f"cogov-kernels-{os.getuid()}"
    return (folder,) if is_own(folder) else ()


def is_own(folder):
    """Whether a folder that anybody could have made is this user's, and closed to others; made if it is not there."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        return found.st_uid == os.getuid() and not folder.is_symlink() and not found.st_mode & 0o077
    except OSError:
        return False


@lru_cache(maxsize=1)
def writable():
    """The first folder that a file can be made in; None where there is none."""
    return next(filter(can_write, folders()), None)


def can_write(folder):
    """Whether a file can be made in a folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return True
    except OSError:
        return False


def read(name):
    """The bytes kept under a name; None where there are none, or they are damaged."""
    for folder in folders():
        try:
            raw = (folder / name).read_bytes()
        except OSError:
            continue
        if checksum(name, raw[CHECK_BYTES:]) == raw[:CHECK_BYTES]:
            return raw[CHECK_BYTES:]
    return None


def checksum(name, raw):
    """What a file begins with: of its name too, for one kernel under another's name would be run with that one's arguments."""
    return blake2b(name.encode("utf-8", "surrogatepass") + b"\0" + raw, digest_size=CHECK_BYTES).digest()


def write(name, raw):
    """Keep bytes under a name, where anything can be kept; what is there of much older sources is removed."""
    folder = writable()
    if folder is None:
        return warn_once()
    try:
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(checksum(name, raw) + raw)
        os.chmod(file.name, 0o644)  # kernels that root compiled in an image serve everybody
        os.replace(file.name, folder / name)
        for path in folder.glob(name.rpartition("-")[0] + "-*"):
            if path.stat().st_mtime < (folder / name).stat().st_mtime - OLDEST_S:
                path.unlink(missing_ok=True)
    except OSError:
        pass  # a full disk, or another process was faster: compiled again next time


def unwritable():
    """What to tell a user where nothing can be kept."""
    tried = ", ".join(map(str, folders()))
    return (
        f"nothing can be written to {tried}, so compiled kernels cannot be kept and every start compiles them again, half a"
        " minute; set NUMBA_CACHE_DIR to a folder that can be written"
    )


@lru_cache(maxsize=1)
def warn_once():
    warn(unwritable(), RuntimeWarning, stacklevel=2)


@lru_cache(maxsize=1)
def platform_digest():
    """What compiled code hangs on beside its sources, as far as it is known without loading numba."""
    return f"form {FORM} python {sys.version_info[:2]} numba {version('numba')} numpy {version('numpy')} {platform.machine()}"


# ------------------------------------------------------------------------------------------------ what is known of sources


@lru_cache(maxsize=1)
def _remember():
    source_digests.remember(folder / SOURCES for folder in folders())


def digest(path, module):
    """`sources.kernel_digest`, with what earlier processes have read of the sources."""
    _remember()
    found = source_digests.kernel_digest(path, module)
    if source_digests.unsaved and writable():
        try:
            source_digests.save(writable() / SOURCES)
        except OSError:
            pass  # read again next time
    return found


def is_marked(name, digest):
    """Whether the kernels of `name` are all there, of sources with that digest."""
    return any((folder / _mark(name, digest)).exists() for folder in folders())


def mark(name, digest):
    """Note that the kernels of `name` are all there."""
    if folder := writable():
        try:
            (folder / _mark(name, digest)).touch()
        except OSError:
            pass  # looked for again next time


def _mark(name, digest):
    return f"{name}-{blake2b(f'{digest} {platform_digest()}'.encode(), digest_size=8).hexdigest()}.ready"
