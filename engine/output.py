"""Write text that any stream can encode, names that any terminal can show, JSON that any parser can read."""

import codecs
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from typing import Any, TextIO

ESCAPE = "cogov.escape"  # the name of `escape_unencodable` among Python's error handlers


def escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    r"""Handle encoding errors: write a character that cannot be encoded as an escape such as \u5171.

    A byte of a file name that is not UTF-8, which Python represents as a lone surrogate, is written as \xe9.
    """
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    escapes = (
        rf"\x{ord(c) - 0xDC00:02x}"
        if "\udc80" <= c <= "\udcff"
        else c.encode("ascii", "backslashreplace").decode()
        for c in text
    )
    return "".join(escapes), error.end


codecs.register_error(ESCAPE, escape_unencodable)


def readable(text: object) -> str:
    r"""Escape what UTF-8 cannot encode: a byte 0xe9 in a path that is not UTF-8 becomes \xe9.

    >>> readable("caf\udce9.csv")
    'caf\\xe9.csv'
    """
    return str(text).encode("utf-8", ESCAPE).decode("utf-8")


def printable(text: object) -> str:
    """Escape control characters, except for line ends and tabs.

    >>> print(printable("a\\x1b[2Jb"))
    a\\x1b[2Jb
    """
    return "".join(
        c if c >= " " and not "\x7f" <= c < "\xa0" or c in "\n\t" else c.encode("unicode_escape").decode()
        for c in readable(str(text))
    )


@contextmanager
def safe_streams() -> Iterator[None]:
    """Escape what a stream cannot encode; exit with status 1 when the reader closes the pipe (`| head`)."""
    for stream in (sys.stdout, sys.stderr):
        if getattr(stream, "errors", None) in ("strict", "surrogateescape") and hasattr(
            stream, "reconfigure"
        ):
            stream.reconfigure(errors=ESCAPE)
    try:
        yield
    finally:
        closed = [stream for stream in (sys.stdout, sys.stderr) if stream and not flush_stream(stream)]
        if closed:
            sys.exit(1)


def flush_stream(stream: TextIO) -> bool:
    """Flush a stream; return False if its reader has closed the pipe. What cannot be written is dropped.

    Raises OSError for any other reason.
    """
    try:
        stream.flush()
        return True
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # else Python tries again at exit
        if isinstance(error, BrokenPipeError):
            return False
        raise


# --------------------------------------------------------------------------- JSON


def to_json(value: Any, indent: int | None = 2) -> str:
    """Write `value` as JSON that any parser reads.

    NaN and infinity become null, numbers of NumPy become numbers, and text holds only what UTF-8 can encode.
    """
    return json.dumps(plain(value), ensure_ascii=False, indent=indent, allow_nan=False)


def print_json(value: Any) -> None:
    """Print `value` as one JSON document, in ASCII if the stream cannot encode the text."""
    text = to_json(value)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text), indent=2)
    print(text)


def plain(value: Any) -> Any:
    """Convert `value` to dicts, lists, text, numbers, booleans and None."""
    if isinstance(value, dict):
        return {readable(name): plain(inner) for name, inner in value.items()}
    if hasattr(value, "tolist"):  # an array or a number of NumPy
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, (bool, int)):
        return value
    return None if type(value).__name__ in ("NaTType", "NAType") else readable(value)


def short(text: str, most: int = 120) -> str:
    """Shorten a text to `most` characters, and escape it if it cannot be printed."""
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= most else text[: most - 3] + "..."
