"""The front door of the command line: every group of commands, and how errors end it."""

import os
import sys

from ..engine.parameters import UserError
from . import (  # noqa: F401  their commands
    agents,
    analyse,
    bench,
    calibrate,
    city,
    compare,
    describe,
    docs,
    figure,
    run,
    serve,
    sweep,
)
from .options import app, err, safe_streams


def main():
    """Run the command line; what the user wrote wrongly is one line on standard error and exit status 2."""
    os.environ["MPLBACKEND"] = "agg"  # no window is opened, and a backend that is not there stops nothing
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # our matrices are small; starting threads for them costs a tenth of a second
    try:
        with safe_streams():
            app(standalone_mode=True)
    except (UserError, OSError) as error:
        words = (
            f"{error.filename}: {error.strerror}"
            if isinstance(error, OSError) and error.filename
            else str(error)
        )
        err.print(f"cogov: {words}", style="bold red", highlight=False, soft_wrap=True)
        sys.exit(2)
