"""Run the command line in this process, as a user types it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from cogov.cli import main as command


def typist(monkeypatch, capsys, *before) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs `cogov` with the words `before` and its own.

    It returns (exit status, standard output, standard error).
    """

    def run_command(*words) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cogov", *before, *map(str, words)])
        with pytest.raises(SystemExit) as exited:
            command.main()
        output = capsys.readouterr()
        return exited.value.code or 0, output.out, output.err

    return run_command
