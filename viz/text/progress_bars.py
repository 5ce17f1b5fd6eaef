"""The bars of the command line; loaded with the first of them, for short commands show none."""

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from ...engine.output import printable


class PlainColumn(TextColumn):
    """A column of text in a progress bar, shown as it is written."""

    def __init__(self, text):
        super().__init__(text, markup=False)

    def render(self, task):
        text = super().render(task)
        text.plain = printable(text.plain)
        return text


def bar(console, *more):
    """A bar that is gone when done; `more` texts of columns stand before the time that is left."""
    columns = (
        SpinnerColumn(),
        PlainColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        *map(PlainColumn, more),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True)
