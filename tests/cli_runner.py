"""The command line, as tests type it."""

import sys

import pytest

from cogov.cli import main as command


def typist(monkeypatch, capsys, *before):
    """A function that types `cogov`, the words `before` and its own; it returns (exit status, standard output, standard error)."""

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["cogov", *before, *map(str, words)])
        with pytest.raises(SystemExit) as left:
            command.main()
        told = capsys.readouterr()
        return left.value.code or 0, told.out, told.err

    return typed
