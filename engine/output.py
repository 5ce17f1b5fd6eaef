"""What leaves the program as text: streams that never fail for their encoding, names that can be shown, JSON for any parser."""

import codecs
import json
import os
import sys
from contextlib import contextmanager
from math import isfinite

ESCAPE = "cogov.escape"  # the name of `escape_unencodable` among Python's error handlers


def escape_unencodable(error):
    r"""An error handler of encodings: a character that cannot be written is written as its escape, such as \u5171.

    A byte of a file name that is not UTF-8, which Python keeps as a lone surrogate, is written as \xe9.
    """
    text = error.object[error.start : error.end]
    escapes = (
        rf"\x{ord(c) - 0xDC00:02x}"
        if "\udc80" <= c <= "\udcff"
        else c.encode("ascii", "backslashreplace").decode()
        for c in text
    )
    return "".join(escapes), error.end


codecs.register_error(ESCAPE, escape_unencodable)


def readable(text):
    r"""The same text with nothing in it that UTF-8 cannot hold: a path with a byte 0xe9 that is not UTF-8 reads \xe9.

    >>> readable("caf\udce9.csv")
    'caf\\xe9.csv'
    """
    return str(text).encode("utf-8", ESCAPE).decode("utf-8")


def printable(text):
    """The same text with control characters escaped, but for line ends and tabs.

    >>> print(printable("a\\x1b[2Jb"))
    a\\x1b[2Jb
    """
    return "".join(
        c if c >= " " and not "\x7f" <= c < "\xa0" or c in "\n\t" else c.encode("unicode_escape").decode()
        for c in readable(str(text))
    )


@contextmanager
def safe_streams():
    """Print within this: nothing fails for its encoding, and a reader who has gone (`| head`) ends it quietly with status 1."""
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


def flush_stream(stream):
    """Write out what is left in a stream; False when its reader has gone. What cannot be written is dropped. Raises OSError."""
    try:
        stream.flush()
        return True
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # else Python tries again as it ends
        if isinstance(error, BrokenPipeError):
            return False
        raise


# --------------------------------------------------------------------------- JSON


def to_json(value, indent=2):
    """`value` as JSON that any parser reads: no NaN or infinity (null instead), numbers of NumPy as numbers, text that UTF-8 can hold."""
    return json.dumps(plain(value), ensure_ascii=False, indent=indent, allow_nan=False)


def print_json(value):
    """Print `value` as one JSON document, escaped where the stream could not hold it."""
    text = to_json(value)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text), indent=2)
    print(text)


def plain(value):
    """`value` made of dicts, lists, text, numbers, booleans and None only."""
    if isinstance(value, dict):
        return {readable(name): plain(one) for name, one in value.items()}
    if hasattr(value, "tolist"):  # an array or a number of NumPy
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, (bool, int)):
        return value
    return None if type(value).__name__ in ("NaTType", "NAType") else readable(value)
