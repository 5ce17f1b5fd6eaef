"""Provide a Chinese font for figures and for the page: a subset of Noto Sans CJK SC that ships with cogov.

`make fonts` regenerates both font files from Debian's package fonts-noto-cjk. This is needed when a text of
cogov uses a character that was not used before and is not among the 3,755 most common ones;
`tests/viz/test_fonts.py` reports it.
"""

import sys
from pathlib import Path

from ...engine.output import printable, safe_streams
from .plotting import figure, font_manager
from .plotting import text as texts

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "viz" / "page" / "static" / "fonts"
FAMILY = "Cogov Sans SC"  # its own name, so that an installed complete Noto is not confused with this subset
PRINT, PAGE = (FOLDER / f"CogovSansSC-Regular.{kind}" for kind in ("otf", "woff2"))
STYLE = FOLDER / "fonts.css"
ORIGIN = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"  # its path on Debian and Ubuntu
ELSEWHERE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Noto Sans CJK JP",
)
# beyond the most common characters: names of places, estates and people, and of things that break in a house
NAMES = (
    "亳儋冼圩圳坳垱垸塆婺岷嵊沌泗泸泾浔浜淇滕漕漯潼濮瞿硚盱眙綦莞蔺衢覃谌邕"
    "邬邸郄郗郜郦郓闫闵陂隗鄢仝佘佟阙亓庹禤訾逄逯裘臧胥竺窦缪荀蒯璧湟渑"
    "妍姝娴婕婧婷嫣奕宸岚彧旸旻昊昕晖曦榭樾檐沣泓湄溆"
    "滢潇瀚玥玺珂珏珑琪瑜瑾璇璋璐璞璟皓祉祺禧翡芷芸茗茜荟蕙菁钰鑫颢馨骊窨甬畈嬉螂蟑汈汊芙庵"
)


def register_chinese_fonts() -> list[str]:
    """Register the shipped font with matplotlib, and return the names of fonts with Chinese characters.

    The second name, if any, is a font of this machine, for characters that the shipped one lacks.
    """
    installed = {font.name for font in font_manager.fontManager.ttflist}
    if FAMILY not in installed:
        font_manager.fontManager.addfont(PRINT)
    return [FAMILY, *[name for name in ELSEWHERE if name in installed][:1]]


class Figure(figure.Figure):
    """A matplotlib Figure whose text may be Chinese, whatever font is set; control characters are escaped."""

    def draw(self, renderer) -> None:
        """Escape control characters and add a Chinese font where text needs it, then draw."""
        for text in self.findobj(texts.Text):
            if text.get_text() != (escaped := printable(text.get_text())):
                text.set_text(escaped)
            if any(letter > "\u2e7f" for letter in text.get_text()) and FAMILY not in (
                family := text.get_fontfamily()
            ):
                text.set_fontfamily([*family, *register_chinese_fonts()])
        super().draw(renderer)


def serve_fonts() -> str:
    """Return the page's style sheet for Chinese text.

    Side effect: adds the folder of the fonts to Solara's extra asset locations, so that Solara serves the
    font files.
    """
    from solara.server import settings

    if str(FOLDER) not in settings.assets.extra_locations:
        settings.assets.extra_locations.append(str(FOLDER))
    return STYLE.read_text("utf-8")


def characters_in_use() -> set[str]:
    """Collect all non-ASCII characters in the project's own source files."""
    rooms = ("engine", "agents", "model", "experiments", "viz")
    files = [
        *ROOT.glob("*.py"),
        *(
            path
            for room in rooms
            for path in (ROOT / room).rglob("*")
            if path.suffix in (".py", ".toml", ".js", ".css")
        ),
    ]
    return {letter for path in files for letter in path.read_text("utf-8") if ord(letter) > 0x7F}


def commonest() -> set[str]:
    """Return the 3,755 hanzi of the first level of GB 2312.

    >>> len(commonest())
    3755
    """
    rows = (
        bytes((row, cell)).decode("gb2312", "ignore")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF)
    )
    return {letter for letter in rows if letter}


def characters_wanted() -> set[str]:
    """Return every character that the font should contain, if the original font has it."""
    blocks = (
        (0x20, 0x7F),
        (0xA0, 0x100),
        (0x2010, 0x2028),
        (0x2030, 0x203C),
        (0x2190, 0x2194),
        (0x2460, 0x2474),
        (0x3000, 0x3018),
        (0xFF01, 0xFF5F),
        (0xFFE0, 0xFFE6),
    )
    marks = "…※℃№×÷±−≈≠≤≥∞√■□▲△▶▷▸▼▽▾◀◆◇○◎●★☆㎡"
    return (
        characters_in_use()
        | commonest()
        | set(NAMES)
        | set(marks)
        | {chr(code) for first, end in blocks for code in range(first, end)}
    )


def build_fonts(origin: str = ORIGIN) -> None:
    """Write both font files from the Noto Sans CJK collection at `origin`.

    The file for the page (WOFF2) needs the package brotli.
    """
    from fontTools import subset
    from fontTools.ttLib import TTCollection

    font = next(
        member
        for member in TTCollection(origin).fonts
        if member["name"].getDebugName(4) == "Noto Sans CJK SC"
    )
    font.recalcTimestamp = False
    options = subset.Options(
        layout_features=["kern", "ccmp", "locl"],
        hinting=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14],
        name_languages=[0x409],
        notdef_outline=True,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, characters_wanted()))
    subsetter.subset(font)
    names = font["name"]
    version = names.getDebugName(5).partition(";")[0]
    entries = {
        1: FAMILY,
        3: f"{FAMILY}; {version} of Noto Sans CJK SC",
        4: FAMILY,
        6: PRINT.stem,
        10: f"The commonest characters of Noto Sans CJK SC, {version}. {names.getDebugName(10)}",
    }
    for number, text in entries.items():
        names.setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [PRINT.stem]
    cff.topDictIndex[0].FullName = cff.topDictIndex[0].FamilyName = FAMILY
    for path, flavour in ((PRINT, None), (PAGE, "woff2")):
        font.flavor = flavour
        font.save(path)
        print(f"{path}: {len(font.getBestCmap()):,} characters, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    with safe_streams():
        build_fonts(*sys.argv[1:])
