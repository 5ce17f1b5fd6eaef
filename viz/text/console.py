"""The console of the command line: what is printed is shown as it is written, for it holds names that users gave."""

from rich.console import Console
from rich.text import Text

from ...engine.output import printable


class PlainConsole(Console):
    """A console for which square brackets and :names: are no markup, and control characters no commands to the terminal.

    Style comes as `style=` or as a rich.text.Text.
    """

    def render_str(self, text, **more):
        return super().render_str(printable(text), **more | {"markup": False, "emoji": False})

    def status(self, status, **more):
        return super().status(Text(printable(status)), **more)
