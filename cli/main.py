"""Entry point of the command line: load all commands, run one, and turn user errors into exit status 2."""

import os
import sys

from ..engine.output import safe_streams
from ..engine.texts.errors import UserError
from . import analyse, city, compare, explain, facts, look, maintain, robust, search, serve, sweep
from .assistant import command as assistant
from .options import LANGUAGE, app, err
from .own_community import author, brief, fit, logs, new_case

# importing a module registers its commands
COMMANDS = (
    analyse,
    assistant,
    author,
    brief,
    city,
    compare,
    explain,
    facts,
    fit,
    logs,
    look,
    maintain,
    new_case,
    robust,
    search,
    serve,
    sweep,
)


def main() -> None:
    """Run the command line.

    A UserError or OSError prints one line on standard error and ends the process with exit status 2.
    """
    # agg opens no window, and a missing interactive backend cannot stop a command
    os.environ["MPLBACKEND"] = "agg"
    # our matrices are small; starting threads for them costs a tenth of a second
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        with safe_streams():
            app(standalone_mode=True)
    except (UserError, OSError) as error:
        err.print(f"cogov: {word_error(error)}", style="bold red", highlight=False, soft_wrap=True)
        sys.exit(2)


def word_error(error: UserError | OSError) -> str:
    """Return the message of an error, in the language that COGOV_LANG or --lang asks for."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    asked = next((after for word, after in zip(sys.argv, sys.argv[1:]) if word == "--lang"), "")
    if (asked or os.environ.get(LANGUAGE)) != "zh":
        return str(error)
    from ..viz.i18n.words import translate_exception

    return translate_exception("zh", error)
