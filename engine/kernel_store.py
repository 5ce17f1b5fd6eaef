"""Read and write the folders in which compiled kernels are cached, without importing numba.

The name of a file contains a digest of all that its machine code depends on (`kernel_cache`). A file that is
looked up is therefore valid, whichever process wrote it, and one folder serves every version of cogov.
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
from .texts.errors import Message

FORM = 3  # version of the file format; increase it when `kernel_cache` writes something else
CHECK_BYTES = 16  # length of the checksum with which a file begins
SOURCES = "sources-2.json"  # what `source_digests` knows of the files that it has read
OLDEST_S = 60 * 86_400  # kernels of other sources are removed when they are older than this, in seconds


@lru_cache(maxsize=1)
def folders() -> tuple[Path, ...]:
    """List the folders from which kernels are read, in order: in the package, then in the user's cache.

    NUMBA_CACHE_DIR replaces both. If neither is writable, a private folder among the temporary files is used
    until the machine restarts.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return (Path(os.environ["NUMBA_CACHE_DIR"]) / "cogov-kernels",)
    user_cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    lasting = (
        source_digests.ROOT / "__pycache__" / "kernels",
        *([Path(user_cache) / "cogov" / "kernels"] if os.path.isabs(user_cache) else []),
    )
    return lasting if any(map(can_write, lasting)) else (*lasting, *temporary())


def temporary() -> tuple[Path, ...]:
    """Return the folder among the temporary files, if it is private to this user; else an empty tuple."""
    folder = Path(tempfile.gettempdir()) / f"cogov-kernels-{os.getuid()}"
    return (folder,) if is_own(folder) else ()


def is_own(folder: Path) -> bool:
    """Return whether a folder belongs to this user and is closed to others; create it if it is missing.

    In a folder for temporary files anybody could have created it.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        return status.st_uid == os.getuid() and not folder.is_symlink() and not status.st_mode & 0o077
    except OSError:
        return False


@lru_cache(maxsize=1)
def writable() -> Path | None:
    """Return the first folder in which a file can be created; None if there is none."""
    return next(filter(can_write, folders()), None)


def can_write(folder: Path) -> bool:
    """Return whether a file can be created in a folder; create the folder if it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        return True
    except OSError:
        return False


def read(name: str) -> bytes | None:
    """Read the bytes cached under a name; None if there are none, or if they are damaged."""
    for folder in folders():
        try:
            raw = (folder / name).read_bytes()
        except OSError:
            continue
        if checksum(name, raw[CHECK_BYTES:]) == raw[:CHECK_BYTES]:
            return raw[CHECK_BYTES:]
    return None


def checksum(name: str, raw: bytes) -> bytes:
    """Return the checksum with which a file begins.

    It includes the name: a kernel under the name of another would be run with the arguments of the other.
    """
    return blake2b(name.encode("utf-8", "surrogatepass") + b"\0" + raw, digest_size=CHECK_BYTES).digest()


def write(name: str, raw: bytes) -> None:
    """Cache bytes under a name, if a folder is writable; remove much older files of the same kernel."""
    folder = writable()
    if folder is None:
        return warn_once()
    try:
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(checksum(name, raw) + raw)
        os.chmod(file.name, 0o644)  # kernels that root compiled in an image serve all users
        os.replace(file.name, folder / name)
        for path in folder.glob(name.rpartition("-")[0] + "-*"):
            if path.stat().st_mtime < (folder / name).stat().st_mtime - OLDEST_S:
                path.unlink(missing_ok=True)
    except OSError:
        pass  # a full disk, or another process was faster: it is compiled again next time


def unwritable_message() -> Message:
    """Return the warning for users whose kernels cannot be cached."""
    return Message(
        "{folders} cannot be written to, so compiled kernels cannot be kept, and every start compiles them "
        "again (half a minute); set NUMBA_CACHE_DIR to a folder that can be written to",
        folders=", ".join(map(str, folders())),
    )


@lru_cache(maxsize=1)
def warn_once() -> None:
    """Warn that kernels cannot be cached, once per process."""
    warn(str(unwritable_message()), RuntimeWarning, stacklevel=2)


@lru_cache(maxsize=1)
def platform_digest() -> str:
    """Describe what compiled code depends on besides its sources, without importing numba."""
    return (
        f"form {FORM} python {sys.version_info[:2]} numba {version('numba')} numpy {version('numpy')} "
        f"{platform.machine()}"
    )


# ------------------------------------------------------------------------------------- digests of sources


@lru_cache(maxsize=1)
def _remember() -> None:
    source_digests.remember(folder / SOURCES for folder in folders())


def digest(path: str | Path, module: str) -> str | None:
    """Return `source_digests.kernel_digest`, using what earlier processes have saved about the sources."""
    _remember()
    kernel_digest = source_digests.kernel_digest(path, module)
    if source_digests.unsaved and (folder := writable()):
        try:
            source_digests.save(folder / SOURCES)
        except OSError:
            pass  # parsed again next time
    return kernel_digest


def is_marked(name: str, digest: str) -> bool:
    """Return whether all kernels of `name` are cached for sources with this digest."""
    return any((folder / _mark(name, digest)).exists() for folder in folders())


def mark(name: str, digest: str) -> None:
    """Record that all kernels of `name` are cached for sources with this digest."""
    if folder := writable():
        try:
            (folder / _mark(name, digest)).touch()
        except OSError:
            pass  # checked again next time


def _mark(name: str, digest: str) -> str:
    return f"{name}-{blake2b(f'{digest} {platform_digest()}'.encode(), digest_size=8).hexdigest()}.ready"
