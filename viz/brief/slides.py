"""Build three slides (.pptx): the verdict with its figure; who gains and the price; what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from ...engine.texts.errors import UserError
from .office import (
    ACCENT,
    DARK,
    FONTS,
    LANGUAGE_TAGS,
    MONOSPACE,
    PALE,
    RULE,
    SOFT,
    column_widths,
    largest_size,
    without_dates,
)
from .parts import Claim, Content, Table, Tile

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.6  # inches: slide, and its margin
INNER = WIDTH - 2 * EDGE
COMMAND = 8.0  # points
SIZES = (20.0, 18.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0)
TITLE_ONLY = 5  # layout of the default template
GAP = 0.3


def build_slides(content: Content, figure: bytes) -> bytes:
    """Return the slides as .pptx; `figure` is a PNG. Raises UserError if python-pptx is not installed."""
    try:
        import pptx
    except ImportError:
        raise UserError(
            "slides need python-pptx, which is not installed; install it with: pip install 'cogov[brief]'"
        ) from None
    deck = Deck(pptx.Presentation(), content)
    deck.verdict(content, figure)
    deck.gains_and_price(content)
    deck.rests_on(content)
    file = BytesIO()
    deck.presentation.save(file)
    return without_dates(file.getvalue())


class Deck:
    """Writes slides in one look."""

    def __init__(self, presentation: Any, content: Content) -> None:
        from pptx.util import Inches

        self.presentation, self.lang, self.source = presentation, content.lang, content.source
        presentation.slide_width, presentation.slide_height = Inches(WIDTH), Inches(HEIGHT)
        properties = presentation.core_properties
        properties.title, properties.author = content.headline, "cogov"
        properties.language = LANGUAGE_TAGS[self.lang]
        properties.last_modified_by = ""
        properties.created = properties.modified = datetime(2000, 1, 1)

    def verdict(self, content: Content, figure: bytes) -> None:
        """Write the slide of the answer: large numbers, verdict, and the figure."""
        from pptx.util import Inches

        slide = self.slide(content.headline, content.question)
        self.tiles(slide, content.tiles, 1.75, 1.6)
        self.claims(slide, content.verdict[:3], (EDGE, 3.6, 4.6, 3.2))
        picture = slide.shapes.add_picture(BytesIO(figure), Inches(5.5), Inches(3.6), width=Inches(7.2))
        if picture.height > Inches(2.7):
            picture.width = int(picture.width * Inches(2.7) / picture.height)
            picture.height = Inches(2.7)
        picture._element.nvPicPr.cNvPr.set("descr", content.figure_note.text)
        bottom = picture.top / 914400 + picture.height / 914400
        self.text(slide, [(content.figure_note.text, 10.0, SOFT, "")], (5.5, bottom + 0.02, 7.2, 0.5))

    def gains_and_price(self, content: Content) -> None:
        """Write the slide of who gains and what it costs: tables at the left, sentences at the right."""
        slide = self.slide(f"{content.titles['gains']} · {content.titles['price']}", content.headline)
        left, gap = 8.4, 0.35
        right = (EDGE + left + gap, INNER - left - gap)
        below = 1.75
        if content.gains_table:
            below = self.table(slide, content.gains_table, (EDGE, below, left)) + 0.2
        height = max(1.5, below - 1.95)
        self.claims(slide, [content.gains], (right[0], 1.75, right[1], height))
        prices = replace(content.price_table, rows=content.price_table.rows[:5])
        self.table(slide, prices, (EDGE, max(below, 1.75 + height), left))
        self.claims(slide, [Claim(content.price.text)], (right[0], max(below, 1.75 + height), right[1], 1.8))

    def rests_on(self, content: Content) -> None:
        """Write the slide of what the answer hangs on, how well that is known, and how it can disappoint."""
        slide = self.slide(f"{content.titles['hangs_on']} · {content.titles['evidence']}", content.headline)
        half = (INNER - 0.5) / 2
        blocks = [
            ("hangs_on", content.hangs_on, EDGE, 1.8),
            ("evidence", content.evidence, EDGE + half + 0.5, 1.8),
            ("disappoints", [Claim(line) for line in content.disappoints], EDGE, 4.45),
            ("reading", [Claim(line) for line in content.reading], EDGE + half + 0.5, 4.45),
        ]
        for key, claims, x, y in blocks:
            self.text(slide, [(content.titles[key], 15.0, ACCENT, "")], (x, y, half, 0.35), bold=True)
            self.claims(slide, claims[:3], (x, y + 0.38, half, 2.1), most=14.0)

    # ---- pieces

    def slide(self, title: str, below: str) -> Any:
        """Add a slide with a title, a line below it, a rule, and the footer."""
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.util import Inches, Pt

        slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[TITLE_ONLY])
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = map(Inches, (EDGE, 0.35, INNER, 0.75))
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = 0
        size = largest_size([title], 72 * INNER, 44.0, (30.0, 26.0, 22.0, 18.0))
        self.run(frame.paragraphs[0], title, size, DARK, bold=True)
        frame.paragraphs[0].alignment = 1
        line = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(EDGE), Inches(1.12), Inches(INNER), Pt(2))
        self.fill(line, ACCENT)
        size = largest_size([below], 72 * INNER, 26.0, (14.0, 12.0, 10.0))
        self.text(slide, [(below, size, SOFT, "")], (EDGE, 1.18, INNER, 0.5))
        self.text(slide, [(self.source, 9.0, SOFT, "")], (EDGE, 7.0, INNER, 0.3))
        return slide

    def tiles(self, slide: Any, tiles: Sequence[Tile], top: float, height: float) -> None:
        """Write the large numbers side by side."""
        from pptx.enum.shapes import MSO_SHAPE
        from pptx.util import Inches

        width = (INNER - GAP * (len(tiles) - 1)) / len(tiles)
        commands = [max((tile.command for tile in tiles), key=len)]
        size = largest_size(commands, 72 * (width - 0.2), 36.0, (7.0, 6.0, 5.0, 4.0))
        for n, tile in enumerate(tiles):
            x = EDGE + n * (width + GAP)
            box = slide.shapes.add_shape(
                MSO_SHAPE.RECTANGLE, Inches(x), Inches(top), Inches(width), Inches(height)
            )
            self.fill(box, PALE)
            lines = [
                (tile.label, 12.0, SOFT, ""),
                (tile.value, 24.0, ACCENT, "bold"),
                (tile.spread, 11.0, DARK, ""),
                (tile.command, size, SOFT, MONOSPACE),
            ]
            frame = self.text(slide, lines, (x + 0.1, top + 0.05, width - 0.2, height - 0.1))
            if tile.unit:
                self.run(frame.paragraphs[1], f" {tile.unit}", 12.0, ACCENT)

    def claims(
        self, slide: Any, claims: Sequence[Claim], box: tuple[float, float, float, float], most: float = 16.0
    ) -> None:
        """Write sentences with their commands, as large as the box (inches) allows."""
        _, _, width, height = box
        commands = [line for claim in claims for line in claim.commands]
        left = 72 * height - sum(
            1.3 * COMMAND * -(-len(line) * 0.6 * COMMAND // (72 * width)) for line in commands
        )
        sizes = tuple(size for size in SIZES if size <= most)
        size = largest_size([claim.text for claim in claims], 72 * width, left, sizes)
        lines = []
        for claim in claims:
            lines.append((claim.text, size, DARK, ""))
            lines += [(line, COMMAND, SOFT, MONOSPACE) for line in claim.commands]
        self.text(slide, lines, box)

    def table(self, slide: Any, data: Table, place: tuple[float, float, float]) -> float:
        """Write a table at (left, top) as wide as told (inches), and its command; return where that ends."""
        from pptx.util import Inches, Pt

        x, y, width = place
        size, rows = 10.0, 1 + len(data.rows)
        height = 1.75 * size / 72
        shape = slide.shapes.add_table(
            rows, len(data.heads), Inches(x), Inches(y), Inches(width), Inches(height * rows)
        )
        shape._element.graphic.graphicData.tbl.tblPr.set("bandRow", "0")
        table = shape.table
        for column, share in zip(table.columns, column_widths(data, width, size / 72, 0.12)):
            column.width = Inches(share)
        for row, cells in enumerate((data.heads, *data.rows)):
            table.rows[row].height = Inches(height)
            for column, text in enumerate(cells):
                cell = table.cell(row, column)
                cell.margin_top = cell.margin_bottom = Pt(1)
                cell.margin_left = cell.margin_right = Pt(3)
                self.fill(cell, RULE if row == 0 else "FFFFFF")
                paragraph = cell.text_frame.paragraphs[0]
                self.run(paragraph, text, size if row else size - 1, DARK if row else SOFT)
                paragraph.alignment = 1 if column == 0 else 3
        below = y + height * rows + 0.06
        lines = [(data.command, COMMAND, SOFT, MONOSPACE)]
        lines += [(data.note, 9.0, SOFT, "")] if data.note else []
        self.text(slide, lines, (x, below, width, 0.4))
        return below + (0.4 if data.note else 0.2)

    def text(
        self,
        slide: Any,
        lines: Sequence[tuple[str, float, str, str]],
        box: tuple[float, float, float, float],
        bold: bool = False,
    ) -> Any:
        """Write paragraphs into a box (inches); each is (text, size, colour, font or "bold" or "")."""
        from pptx.util import Inches, Pt

        frame = slide.shapes.add_textbox(*map(Inches, box)).text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for n, (text, size, colour, font) in enumerate(lines):
            paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
            if n and font != MONOSPACE:
                paragraph.space_before = Pt(0.4 * size)
            self.run(paragraph, text, size, colour, bold or font == "bold", "" if font == "bold" else font)
        return frame

    def run(
        self, paragraph: Any, text: str, size: float, colour: str, bold: bool = False, font: str = ""
    ) -> None:
        """Add text to a paragraph, in the fonts of the language."""
        from pptx.dml.color import RGBColor
        from pptx.oxml.ns import qn
        from pptx.util import Pt

        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, RGBColor.from_string(colour)
        latin, chinese = FONTS[self.lang]
        run.font.name = font or latin
        properties = run.font._element
        properties.set("lang", LANGUAGE_TAGS[self.lang])
        east = properties.makeelement(qn("a:ea"), {"typeface": chinese})
        properties.find(qn("a:latin")).addnext(east)

    def fill(self, shape: Any, colour: str) -> None:
        """Fill a shape or a cell with one colour, without a line."""
        from pptx.dml.color import RGBColor
        from pptx.oxml.ns import qn

        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor.from_string(colour)
        if hasattr(shape, "line"):
            shape.line.fill.background()
            shape._element.remove(shape._element.find(qn("p:style")))  # of the theme: a shadow
