"""matplotlib, loaded and set in one place: a figure depends on no matplotlibrc, and shows what users wrote as they wrote it."""

from contextlib import contextmanager

from ...engine.output import printable
from ...engine.parameters import UserError

try:
    import matplotlib
except (
    ValueError,
    OSError,
    RuntimeError,
) as error:  # of its settings: an unknown backend, a file that is no text
    raise UserError(
        f"matplotlib cannot be loaded with this machine's settings: {printable(error)}; mend the matplotlibrc or the variable MPLBACKEND, or take it away"
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
def settings(changes=None):
    """matplotlib's own defaults, and no mathematics in text; afterwards its settings are as they were. Also a decorator.

    A figure is made and saved within this. `changes` sets further parameters.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"text.parse_math": False} | (changes or {}))
        yield


def label(name):
    """A name as the label of a line or a tick: legends leave out what begins with an underscore, and no font has control characters."""
    name = printable(name)
    return f"\u200b{name}" if name.startswith("_") else name
