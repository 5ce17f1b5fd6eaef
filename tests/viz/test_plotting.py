"""A figure is the same on every machine, whatever its matplotlibrc says, and shows text as it was written."""

import inspect
import os
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as tree
from importlib import import_module

import matplotlib
import numpy as np
import pandas as pd
import pytest
from cli_runner import typist
from matplotlib.text import Text

from cogov.viz.figures import figures, plotting, sweep_figures
from cogov.viz.figures.fonts import Figure

HOSTILE = {
    "text.usetex": True,
    "font.family": ["nosuch"],
    "font.size": 30.0,
    "savefig.dpi": 17.0,
    "savefig.bbox": "tight",
    "axes.titlesize": 44.0,
    "lines.linewidth": 9.0,
    "svg.fonttype": "none",
    "axes.facecolor": "black",
    "axes.unicode_minus": False,
    "figure.autolayout": True,
    "text.parse_math": True,
}
NAMES = [
    "$x$ and $\\alpha$",
    "_hidden",
    "50 % & #1 ~ {a}^2_b\\",
    "<b>&amp;</b>",
    "[bold]t[/]",
    "caf\udce9 \x1b[1m",
]


def effects_table():
    """Return a small table of effects, as `figures.effects` draws it."""
    index = pd.MultiIndex.from_tuples(
        [(name.replace("\udce9", "é"), "resolution_rate") for name in NAMES], names=["mechanism", "measure"]
    )
    return pd.DataFrame(
        {"difference": np.linspace(-0.1, 0.1, len(NAMES)), "low": -0.2, "high": 0.2, "reported": True},
        index=index,
    )


def test_a_figure_is_the_same_whatever_the_matplotlibrc_says(tmp_path):
    pictures = []
    for settings in ({}, HOSTILE):
        with matplotlib.rc_context(settings), warnings.catch_warnings():
            warnings.simplefilter("error")
            pictures.append(
                figures.save(figures.effects(effects_table(), "title"), tmp_path, "f").read_bytes()
            )
    assert pictures[0] == pictures[1]


def test_text_is_no_formula_and_no_command_and_the_svg_is_whole(tmp_path):
    with plotting.settings():
        figure = Figure()
        axes = figure.subplots()
        for n, name in enumerate(NAMES):
            axes.plot([0, n], label=plotting.label(name))
        axes.set(
            title="\n".join(NAMES), xticks=range(len(NAMES)), xticklabels=list(map(plotting.label, NAMES))
        )
        sweep_figures.legend(axes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = figures.save(figure, tmp_path, "f")
    tree.parse(picture.with_suffix(".svg"))
    drawn = [text.get_text().lstrip("\u200b") for text in axes.get_legend().get_texts()]
    assert drawn == [*NAMES[:-1], "caf\\xe9 \\x1b[1m"]
    assert not any(text.get_parse_math() or text.get_usetex() for text in figure.findobj(Text))


@pytest.mark.parametrize(
    "room",
    [
        "figures",
        "analysis_figures",
        "discovery_figures",
        "log_figures",
        "city_figures",
        "model_diagrams",
        "sweep_figures",
    ],
)
def test_every_figure_is_made_within_the_settings(room):
    """By its decorator, or, for sweeps, by that of `every`, which makes them all."""
    module = import_module(f"cogov.viz.figures.{room}")
    makers = {
        name: one
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__
        and re.search(r"\b(Figure|sheet)\(", inspect.getsource(one))
        and name != "sheet"
    }
    assert makers and (room == "sweep_figures" or all(hasattr(one, "__wrapped__") for one in makers.values()))
    assert hasattr(sweep_figures.draw_figures, "__wrapped__") and hasattr(figures.save, "__wrapped__")


def test_a_backend_that_is_not_there_is_one_sentence():
    code = (
        "from cogov.engine.texts.errors import UserError\n"
        "try:\n"
        "    import cogov.viz.figures.plotting\n"
        "except UserError as error:\n"
        "    print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"MPLBACKEND": "nosuch"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "nosuch" in said and "MPLBACKEND" in said and said.count("\n") == 1


def test_the_command_line_asks_for_no_window(monkeypatch, capsys):
    monkeypatch.setenv("MPLBACKEND", "nosuch")
    assert typist(monkeypatch, capsys)("--version")[0] == 0 and os.environ["MPLBACKEND"] == "agg"
