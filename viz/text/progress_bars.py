"""Progress bars of the command line, in a file of their own because short commands need not load them."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ...engine.output import printable


class PlainColumn(TextColumn):
    """A text column of a progress bar, without markup and with control characters escaped."""

    def __init__(self, text: str) -> None:
        super().__init__(text, markup=False)

    def render(self, task: Task) -> Text:
        """Render the text of a task, with control characters escaped."""
        text = super().render(task)
        text.plain = printable(text.plain)
        return text


def bar(console: Console, *more: str) -> Progress:
    """Return a progress bar that disappears when it is done; without a terminal, one that shows nothing.

    `more` are templates of further text columns, placed before the remaining time.
    """
    columns = (
        SpinnerColumn(),
        PlainColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        *map(PlainColumn, more),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
