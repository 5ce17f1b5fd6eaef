"""The console of the command line: what is printed is shown as it is written, for it holds names that users gave."""

from rich.console import Console
from rich.progress import TextColumn
from rich.text import Text

from .output import printable


class PlainConsole(Console):
    """A console for which square brackets and :names: are no markup, and control characters no commands to the terminal.

    Style comes as `style=` or as a rich.text.Text.
    """

    def render_str(self, text, **more):
        return super().render_str(printable(text), **more | {"markup": False, "emoji": False})

    def status(self, status, **more):
        return super().status(Text(printable(status)), **more)


class PlainColumn(TextColumn):
    """A column of text in a progress bar, shown as it is written."""

    def __init__(self, text):
        super().__init__(text, markup=False)

    def render(self, task):
        text = super().render(task)
        text.plain = printable(text.plain)
        return text
