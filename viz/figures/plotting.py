"""Load matplotlib and set it up, in this file only.

Figures do not depend on a matplotlibrc, and show users' text as it was written.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ...engine.output import printable
from ...engine.texts.errors import UserError

try:
    import matplotlib
except (ValueError, OSError, RuntimeError) as error:  # its settings: unknown backend, file that is not text
    raise UserError(
        "matplotlib cannot be loaded with this machine's settings: {error}; correct or "
        "remove the matplotlibrc or the variable MPLBACKEND",
        error=printable(error),
    ) from None

from matplotlib import colors, figure, font_manager, lines, patches, text, ticker

__all__ = [
    "colors",
    "figure",
    "font_manager",
    "label",
    "lines",
    "matplotlib",
    "patches",
    "settings",
    "text",
    "ticker",
]


@contextmanager
def settings(changes: dict | None = None) -> Iterator[None]:
    """Use matplotlib's own defaults, without mathtext, and restore the previous settings afterwards.

    Create and save figures within this context; it also works as a decorator. `changes` sets further
    rcParams.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"text.parse_math": False} | (changes or {}))
        yield


def label(name: str) -> str:
    """Return a name as the label of a line or tick.

    A zero-width space precedes a leading underscore, because legends omit labels that start with one. Control
    characters, which no font has, are escaped.
    """
    name = printable(name)
    return f"\u200b{name}" if name.startswith("_") else name
