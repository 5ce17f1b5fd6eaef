"""The notebooks in docs/notebooks run from top to bottom.

They are committed without outputs, and write only into a temporary folder.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import cogov

NOTEBOOKS = sorted((Path(cogov.__file__).parent / "docs" / "notebooks").glob("*.ipynb"))
RUN = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(colors="nocolor")
for number, cell in enumerate(json.load(open(sys.argv[1], encoding="utf-8"))["cells"], 1):
    if cell["cell_type"] == "code" and not shell.run_cell("".join(cell["source"])).success:
        sys.exit(f"RED: {sys.argv[2]}, cell {number}")
"""  # as Jupyter runs them, without its server and kernel: IPython and nbformat come with the page

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind=None):
    return [
        cell for cell in json.loads(path.read_text("utf-8"))["cells"] if kind in (None, cell["cell_type"])
    ]


def run_notebook(path, folder):
    """Run a notebook in a Python and a folder of its own; return (its output, the files it left there)."""
    here, scratch = folder / "here", folder / "scratch"
    here.mkdir(), scratch.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    env |= {"IPYTHONDIR": str(folder / "ipython"), "TMPDIR": str(scratch), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path), path.name],
        cwd=here,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=280,
    )
    assert done.returncode == 0, f"{done.stderr[-300:]}\n{done.stdout[-4000:]}"
    return done.stdout, [*here.iterdir()]


def test_there_are_notebooks():
    assert [path.name[:2] for path in NOTEBOOKS] == ["1-", "2-", "3-", "4-"]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom_and_leaves_nothing_behind(path, tmp_path):
    before = sorted(path.parent.iterdir())
    said, left = run_notebook(path, tmp_path)
    assert said and not left and sorted(path.parent.iterdir()) == before


def test_a_cell_that_fails_is_named(tmp_path):
    """Otherwise the test above would pass whatever happens."""
    book = tmp_path / "red.ipynb"
    sources = ["# words"], ["1 + 1\n", "2 + 2"], ["undefined_name"], ["3"]
    book.write_text(
        json.dumps(
            {
                "cells": [
                    {"cell_type": "markdown" if n == 0 else "code", "source": source}
                    for n, source in enumerate(sources)
                ]
            }
        )
    )
    with pytest.raises(AssertionError, match=r"(?s)RED: red.ipynb, cell 3.*NameError.*undefined_name"):
        run_notebook(book, tmp_path)


@every_notebook
def test_a_notebook_is_committed_without_outputs(path):
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells(path, "code"))
    assert all(cell["metadata"] == {} for cell in cells(path)) and len(
        {cell["id"] for cell in cells(path)}
    ) == len(cells(path))
    assert set(json.loads(path.read_text("utf-8"))["metadata"]) == {"kernelspec", "language_info"}


@every_notebook
def test_a_notebook_is_one(path):
    nbformat.validate(nbformat.read(path, as_version=4))


@every_notebook
def test_a_notebook_names_no_machine(path):
    assert (
        re.findall(
            r"(?:/(?:home|Users|tmp|work|root|mnt|var)/|[A-Z]:\\\\|localhost|127\.0\.0\.1)[^\s\"]*",
            path.read_text("utf-8"),
        )
        == []
    )


@every_notebook
def test_a_notebook_begins_with_its_purpose_in_one_sentence(path):
    title, _, purpose = "".join(cells(path)[0]["source"]).split("\n")[:3]
    assert title.startswith("# ") and re.fullmatch(r"This notebook [^.!?]+\.", purpose)
    assert any(
        "\u4e00" <= sign <= "\u9fff" for cell in cells(path, "markdown") for sign in "".join(cell["source"])
    )
