"""Print to the terminal exactly what was written, because output contains names given by users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from ...engine.output import printable

if TYPE_CHECKING:
    from rich.status import Status


class PlainConsole(Console):
    """A console without markup: square brackets and :names: are printed as they are.

    Control characters are escaped. Style is given as `style=` or as a rich.text.Text.
    """

    def render_str(self, text: str, **more) -> Text:
        """Render text without markup and emoji codes, and with control characters escaped."""
        return super().render_str(printable(text), **more | {"markup": False, "emoji": False})

    def status(self, status: str, **more) -> Status:
        """Show a status line with a spinner, without markup."""
        return super().status(Text(printable(status)), **more)
