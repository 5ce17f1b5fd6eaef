"""Chinese is readable on a machine without a Chinese font: every character used is in the shipped fonts."""

import re
import struct
import warnings
from pathlib import Path

import matplotlib
import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from cogov.model.scenarios.cases import list_cases, read_case
from cogov.viz.figures import figures, fonts, log_figures, print_figures
from cogov.viz.i18n import words
from cogov.viz.lessons import reader

ROOT = fonts.ROOT
HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
HELD = {chr(code) for code in FT2Font(str(fonts.PRINT)).get_charmap()}


@pytest.fixture
def bare_machine(monkeypatch):
    """Imitate a machine with DejaVu, which matplotlib brings, and nothing else."""
    own = str(Path(matplotlib.get_data_path()))
    monkeypatch.setattr(
        font_manager.fontManager,
        "ttflist",
        [font for font in font_manager.fontManager.ttflist if font.fname.startswith(own)],
    )
    font_manager.fontManager._findfont_cached.cache_clear()
    yield
    font_manager.fontManager._findfont_cached.cache_clear()


def chinese_letters(told):
    return {letter for letter in told if HAN.match(letter)}


def test_all_the_project_can_say_in_chinese_is_in_the_font():
    assert "".join(sorted(chinese_letters(fonts.characters_in_use()) - HELD)) == "", "make fonts"


def test_nothing_that_is_said_is_overlooked():
    """The words, lessons and cases as they are loaded, against the files that were read for the font."""
    told = [
        *words.all_texts("zh").values(),
        *map(repr, reader.read_lessons()),
        *(words.case("zh", name, what) for name in list_cases() for what in ("", "story") if what or name),
        *(repr(read_case(name)) for name in list_cases()),
    ]
    assert len(chinese_letters("".join(told))) > 500
    assert chinese_letters("".join(told)) - fonts.characters_in_use() == set()


def test_the_commonest_hanzi_and_what_estates_are_called_are_in_the_font():
    assert fonts.commonest() | set(fonts.NAMES) <= HELD
    assert set("深圳亳州硚口温馨苑翡翠玺，。、；：？！“”‘’（）《》【】…—０９ＡＺａｚ￥％〇①·℃㎡") <= HELD
    assert set(map(chr, range(0x20, 0x7F))) <= HELD


def test_the_pages_font_is_the_same_as_that_of_figures():
    """Its header gives the unpacked length of each table; both were written by one run."""
    raw, other = fonts.PAGE.read_bytes(), fonts.PRINT.read_bytes()
    assert raw[:4] == b"wOF2" and other[:4] == b"OTTO" == raw[4:8]
    assert struct.unpack(">I", raw[8:12]) == (len(raw),)
    assert struct.unpack(">H", raw[12:14]) == struct.unpack(">H", other[4:6])
    assert struct.unpack(">I", raw[16:20]) == (len(other),)


def test_the_licence_is_next_to_the_fonts_and_no_name_is_taken():
    told = (fonts.FOLDER / "OFL.txt").read_text("utf-8")
    assert (
        "SIL OPEN FONT LICENSE Version 1.1" in told
        and "Copyright 2014-2021 Adobe" in told
        and "Noto Sans CJK SC" in told
    )
    assert FT2Font(str(fonts.PRINT)).family_name == fonts.FAMILY and fonts.FAMILY in told
    assert not re.search("noto|source|adobe", fonts.FAMILY, re.I)


def test_what_comes_along_is_not_heavy():
    assert sum(path.stat().st_size for path in fonts.FOLDER.iterdir()) < 3_000_000


@pytest.mark.parametrize("family", [["DejaVu Sans"], ["sans-serif"]])
def test_a_figure_says_chinese_where_no_font_is_installed(bare_machine, tmp_path, family):
    with matplotlib.rc_context({"font.family": family}), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = fonts.Figure(layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], label="楼长")
        axes.set(title="归元社区：days", xticks=[0, 1], xticklabels=["漏水", "noise"])
        axes.legend()
        figures.save(figure, tmp_path, "f")
        figure.savefig(tmp_path / "f.pdf")
    assert axes.xaxis.get_label().get_fontfamily() == family  # what is not Chinese is set as before


def test_without_ours_there_would_be_boxes(bare_machine, tmp_path):
    """So that the test above would notice."""
    plain = fonts.Figure.__base__()
    plain.text(0.5, 0.5, "楼长")
    with pytest.warns(UserWarning, match="Glyph .* missing"):
        plain.savefig(tmp_path / "f.png")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_figure_for_print_says_chinese_where_no_font_is_installed(bare_machine, tmp_path, lang):
    """And in an English one a Chinese name is readable."""
    with print_figures.journal_settings(print_figures.look_of("nature"), lang), warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = print_figures.Figure()
        figure.text(0.1, 0.5, "楼长与居民议事会：−3% → 5–7 ≥ 2")
        paths = print_figures.save(figure, tmp_path, "f", print_figures.FORMATS)
    assert all(path.stat().st_size > 1000 for path in paths)


@pytest.mark.parametrize("room", ["figures", "sweep_figures", "log_figures", "print_figures"])
def test_no_figure_is_made_that_cannot(room):
    assert not re.search(
        r"^from matplotlib\.figure import", (ROOT / "viz" / "figures" / f"{room}.py").read_text("utf-8"), re.M
    )
    assert issubclass(fonts.Figure, fonts.figure.Figure) and log_figures.Figure is fonts.Figure


def test_the_pages_font_is_answered_for():
    pytest.importorskip("solara")
    from solara.server import settings, starlette

    told = fonts.serve_fonts()
    assert fonts.serve_fonts() == told and settings.assets.extra_locations.count(str(fonts.FOLDER)) == 1
    addresses = set(re.findall(r'url\("static/assets/([^"]+)"\)', told))
    assert len(addresses) == 1 and told.count("url(") == 2
    for address in (*addresses, "OFL.txt"):
        found, _ = starlette.StaticAssets().lookup_path(address)
        assert Path(found).samefile(fonts.FOLDER / address)


@pytest.mark.parametrize("path", ["static/town/constants.js", "static/chart.js", "static/fonts/fonts.css"])
def test_all_that_the_page_draws_names_the_font(path):
    """Under the name that the style sheet gives it."""
    (name,) = set(re.findall(r'font-family: "([^"]+)"; font-weight', fonts.STYLE.read_text("utf-8")))
    (stack,) = re.findall(
        r"const FONT = (.*)|^[^@]+\{ font-family: (.*sans-serif)",
        (ROOT / "viz" / "page" / path).read_text("utf-8"),
        re.M,
    )
    assert name in "".join(stack)


def test_the_page_takes_in_the_style_sheet():
    assert "solara.Style(fonts.serve_fonts())" in (ROOT / "viz" / "page" / "app.py").read_text("utf-8")
