"""Figures for print have exactly the requested size, hold all their text, and embed their fonts."""

import json
import re
import zlib
from itertools import product

import matplotlib
import pytest
from cli_runner import typist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from cogov.experiments.comparison.compare import arms_of
from cogov.experiments.comparison.streaming_comparison import StreamingComparison
from cogov.model.scenarios.cases import read_case
from cogov.viz.figures import chart_specs, print_figures


@pytest.fixture(scope="module")
def summary():
    *_, last = StreamingComparison(
        arms_of(read_case("wuzi_yard"), ["building_captains"], on=(), off=(), settings=(), days=200),
        workers=0,
    ).until(3)
    return last


def draw_figure(found, which, journal, columns=None, lang="en"):
    look = print_figures.look_of(journal, len(print_figures.CHARTS[which]))
    with print_figures.journal_settings(look, lang):
        figure = print_figures.draw_chart(found, which, look, columns, lang)
        figure.draw_without_rendering()
        return figure


def list_texts(figure, monkeypatch):
    """Return every text that is drawn, with its box."""
    told, draw = [], Text.draw

    def noted(text, renderer):
        draw(text, renderer)
        if text.get_visible() and text.get_text().strip():
            told.append((text, text.get_window_extent(renderer)))

    with monkeypatch.context() as patch:
        patch.setattr(Text, "draw", noted)
        FigureCanvasAgg(figure).draw()
    return told


@pytest.mark.parametrize(
    ("which", "journal"),
    [
        one if n % 4 == 0 else pytest.param(*one, marks=pytest.mark.slow)
        for n, one in enumerate(product(("comparison", "hours", "pairs"), print_figures.JOURNALS))
    ],
)
def test_nothing_said_is_cut_off_or_too_small(summary, journal, which, monkeypatch):
    for lang in ("en", "zh"):
        figure = draw_figure(summary, which, journal, lang=lang)
        whole, told = figure.bbox, list_texts(figure, monkeypatch)
        assert len(told) > 8
        for text, box in told:
            assert (
                box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= whole.x1 + 0.5 and box.y1 <= whole.y1 + 0.5
            ), (text, box, whole.extents)
            assert text.get_fontsize() >= 6
        for n, (text, box) in enumerate(told):  # nor does one cover another
            over = [
                other.get_text()
                for other, its in told[n + 1 :]
                if min(box.x1, its.x1) - max(box.x0, its.x0) > 1
                and min(box.y1, its.y1) - max(box.y0, its.y0) > 0.35 * min(box.height, its.height)
            ]
            assert over == [], (text.get_text(), lang)
        for axes in figure.axes:  # the room that is left for the content
            assert axes.get_window_extent().height > 0.15 * whole.height


@pytest.mark.parametrize("journal", print_figures.JOURNALS)
@pytest.mark.parametrize("columns", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_sizes_are_exact(summary, journal, columns, tmp_path):
    figure = draw_figure(summary, "backlog", journal, columns)
    look = print_figures.JOURNALS[journal]
    assert figure.get_figwidth() * 25.4 == pytest.approx(look.one if columns == 1 else look.two, abs=1e-6)
    if look.high:
        assert figure.get_figheight() * 25.4 == pytest.approx(look.high)
    with print_figures.journal_settings(look, "en"):
        png, svg, pdf = print_figures.save(figure, tmp_path, "backlog", ("png", "svg", "pdf"))
    wide, high = Image.open(png).size
    assert wide == pytest.approx(figure.get_figwidth() * look.dpi, abs=1) and high == pytest.approx(
        figure.get_figheight() * look.dpi, abs=1
    )
    points = float(re.search(rb'<svg [^>]*width="([\d.]+)pt"', svg.read_bytes(), re.S)[1])
    assert points == pytest.approx(72 * figure.get_figwidth(), abs=0.01)
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf.read_bytes())
    assert float(box[1]) == pytest.approx(72 * figure.get_figwidth(), abs=0.01)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_fonts_are_embedded(summary, lang, tmp_path):
    look = print_figures.look_of("nature")
    with print_figures.journal_settings(look, lang):
        (path,) = print_figures.save(
            print_figures.draw_chart(summary, "backlog", look, lang=lang), tmp_path, "f", ("pdf",)
        )
    raw = path.read_bytes()
    raw += b"".join(
        zlib.decompress(stream)
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.S)
        if stream[:1] == b"x"
    )
    assert b"/FontFile2" in raw or b"/CharProcs" in raw
    # the names of fonts that a viewer would have to have
    assert b"/Type1" not in raw.replace(b"/Type1C", b"")


def test_the_settings_of_matplotlib_are_left_as_they_were(summary):
    before = dict(matplotlib.rcParams)
    draw_figure(summary, "backlog", "nature")
    assert dict(matplotlib.rcParams) == before


def test_print_shows_what_the_page_shows(summary):
    """Lines, colours and names of the spec."""
    figure = draw_figure(summary, "backlog", "nature")
    spec = chart_specs.backlog_of(summary)
    lines = list(figure.axes[0].lines)
    assert [line.get_color() for line in lines] == [line["colour"] for line in spec["lines"]]
    assert [line.get_ydata().tolist() for line in lines] == [line["y"] for line in spec["lines"]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["without", "with"]


def test_the_command_draws_and_says_where(monkeypatch, capsys, tmp_path):
    typed = typist(monkeypatch, capsys, "figure")
    common = (
        "wuzi_yard",
        "--mechanism",
        "building_captains",
        "--days",
        "90",
        "--replicates",
        "2",
        "--workers",
        "0",
        "--out",
        str(tmp_path),
    )
    status, out, _ = typed(
        *common, "--chart", "survival", "--journal", "plos", "--format", "png,pdf", "--json"
    )
    told = json.loads(out)
    assert status == 0 and "pairs with common random numbers" in told["verdict"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "survival_plos_en.png",
        "survival_plos_en.pdf",
        "manifest.json",
    } and len(told["figures"]) == 2
    for wrong in (("--chart", "pie"), ("--journal", "cell"), ("--lang", "fr"), ("--format", "gif")):
        status, _, err = typed(*common, *wrong)
        assert status == 2 and wrong[1] in err and "there are" in err
