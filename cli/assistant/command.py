"""The command that starts the server for an assistant: `cogov mcp`."""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from ...engine.texts.errors import UserError
from ..options import COMMUNITY, Lang, Workers, app, check_language


@app.command(rich_help_panel=COMMUNITY)
def mcp(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="DIR",
            help="Folder for results, and for case files to read; without it nothing is written.",
        ),
    ] = None,
    workers: Workers = None,
    lang: Lang = "en",
) -> None:
    """Serve cogov to an assistant: the Model Context Protocol over standard input and output.

    Not to be typed: an assistant's program starts it, see docs/assistant.md.
    """
    check_language(lang)
    try:
        with redirect_stdout(sys.stderr):  # a user's own mechanisms and measures may print as they are loaded
            from .server import Assistant, serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "anyio"):
            raise
        raise UserError(
            "the server for assistants needs the SDK of the Model Context Protocol, which is not installed; "
            "install it with: pip install 'cogov[mcp]'"
        ) from None
    serve(Assistant(folder, lang, workers))
