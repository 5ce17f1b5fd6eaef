"""Build a brief as a Word document (.docx) of two pages; lines have exact heights, whatever font there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

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
    without_dates,
)
from .parts import Claim, Content, Table, Tile

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

LEADING = {"en": 1.28, "zh": 1.42}  # height of a line, of the size of its font
MARGINS = {"left_margin": 21, "right_margin": 21, "top_margin": 17, "bottom_margin": 16}  # mm
TEXT, SMALL, COMMAND, INDENT = 9.8, 8.2, 6.0, 9.0  # points, at scale 1
INK = "1E2529"
SLACK = 0.92  # other programs set text a little wider than Typst does
WIDTH = 210 - 42  # mm of text
MM_PER_POINT = 25.4 / 72
CELL_MARGIN = 108  # twentieths of a point, of Word's tables


def build_document(content: Content, figure: bytes, scale: float) -> bytes:
    """Return the brief as .docx; `figure` is a PNG. Raises UserError if python-docx is not installed."""
    try:
        import docx
    except ImportError:
        raise UserError(
            "a brief as .docx needs python-docx, which is not installed; install it with: pip install "
            "'cogov[brief]'"
        ) from None
    page = Page(docx.Document(), content.lang, SLACK * scale)
    page.set_up(content)
    page.first(content, figure)
    page.second(content)
    file = BytesIO()
    page.document.save(file)
    return without_dates(file.getvalue())


@dataclass(frozen=True)
class Look:
    """How a paragraph looks; lengths in points, at scale 1."""

    size: float
    colour: str = INK
    bold: bool = False
    font: str = ""
    before: float = 0.0
    after: float = 0.0
    indent: bool = False


class Page:
    """Writes paragraphs and tables to a document, all in one look."""

    def __init__(self, document: Document, lang: str, scale: float) -> None:
        self.document, self.lang, self.scale = document, lang, scale

    def set_up(self, content: Content) -> None:
        """Set paper, margins, fonts, headings, the footer and the properties of the document."""
        from docx.oxml.ns import qn
        from docx.shared import Mm

        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        for name, size in MARGINS.items():
            setattr(section, name, Mm(size))
        section.footer_distance = Mm(8)
        latin, chinese = FONTS[self.lang]
        for name in ("Normal", "Title", "Heading 1"):
            style = self.document.styles[name]
            style.font.name = latin
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{kind}"), None)
            fonts.set(qn("w:eastAsia"), chinese)
            fonts.set(qn("w:hAnsi"), latin)
            borders = style.element.get_or_add_pPr().find(qn("w:pBdr"))
            if borders is not None:
                style.element.pPr.remove(borders)
        tag = LANGUAGE_TAGS[self.lang]
        element = self.document.styles["Normal"].element.get_or_add_rPr()
        element.append(new_element("w:lang", {"w:val": tag, "w:eastAsia": tag}))
        footer = section.footer.paragraphs[0]
        self.write(content.source, Look(SMALL - 1.2, SOFT), into=footer)
        properties = self.document.core_properties
        properties.title, properties.author, properties.language = content.headline, "cogov", tag
        properties.comments = ""
        properties.created = properties.modified = datetime(2000, 1, 1)

    def first(self, content: Content, figure: bytes) -> None:
        """Write the page of the answer."""
        from docx.shared import Mm

        self.write(content.kicker, Look(SMALL, ACCENT, after=2))
        self.rule_below(self.write(content.headline, Look(19, DARK, bold=True, after=5), "Title"))
        self.write(content.question, Look(10.8, after=4))
        for line in content.does:
            self.write(line, Look(TEXT, after=3))
        self.write(content.scope.text, Look(SMALL, SOFT, after=1))
        self.commands(content.scope.commands, after=5)
        self.tiles(content.tiles)
        self.heading(content.titles["verdict"])
        for claim in content.verdict:
            self.claim(claim)
        self.heading(content.titles["overview"])
        self.table(content.overview)
        picture = self.document.add_paragraph()
        picture.paragraph_format.space_before = picture.paragraph_format.space_after = self.points(3)
        shape = picture.add_run().add_picture(BytesIO(figure), width=Mm(WIDTH - 2))
        shape._inline.docPr.set("descr", content.figure_note.text)
        self.write(content.figure_note.text, Look(SMALL - 0.6, SOFT, after=1))
        self.commands(content.figure_note.commands)

    def second(self, content: Content) -> None:
        """Write the page of what stands behind the answer."""
        self.heading(content.titles["gains"], new_page=True)
        self.claim(content.gains, mark=False)
        if content.gains_table:
            self.table(content.gains_table)
        self.heading(content.titles["price"])
        self.write(content.price.text, Look(TEXT, after=3))
        self.table(content.price_table)
        for key in ("hangs_on", "evidence"):
            self.heading(content.titles[key])
            for claim in getattr(content, key):
                self.claim(claim)
        for key in ("disappoints", "reading"):
            self.heading(content.titles[key])
            for line in getattr(content, key):
                self.write(f"•  {line}", Look(TEXT, after=2, indent=True))

    # ---- pieces

    def points(self, number: float) -> Any:
        """Return a length in points, at the scale of the document."""
        from docx.shared import Pt

        return Pt(round(2 * number * self.scale) / 2)

    def write(
        self, text: str, look: Look, style: str | None = None, into: Paragraph | None = None
    ) -> Paragraph:
        """Write a paragraph, or into one that is there."""
        from docx.enum.text import WD_LINE_SPACING

        paragraph = self.document.add_paragraph(style=style) if into is None else into
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after = self.points(look.before), self.points(look.after)
        shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        shape.line_spacing = self.points(look.size * LEADING[self.lang])
        if look.indent:
            shape.left_indent, shape.first_line_indent = self.points(INDENT), self.points(-INDENT)
        self.run(paragraph, text, look)
        return paragraph

    def rule_below(self, paragraph: Paragraph) -> None:
        """Draw a line below a paragraph."""
        borders = new_element("w:pBdr", {})
        line = {"w:val": "single", "w:sz": "10", "w:space": "4", "w:color": ACCENT}
        borders.append(new_element("w:bottom", line))
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")

    def run(self, paragraph: Paragraph, text: str, look: Look) -> None:
        """Add text to a paragraph."""
        from docx.shared import RGBColor

        run = paragraph.add_run(text)
        run.font.size, run.font.bold = self.points(look.size), look.bold
        run.font.color.rgb = RGBColor.from_string(look.colour)
        if look.font:
            run.font.name = look.font

    def heading(self, text: str, new_page: bool = False) -> None:
        """Write the heading of a section."""
        look = Look(12, ACCENT, bold=True, before=0 if new_page else 9, after=3)
        paragraph = self.write(text, look, "Heading 1")
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.page_break_before = new_page

    def commands(
        self, lines: Sequence[str], after: float = 3.0, indent: bool = False, into: Any = None
    ) -> None:
        """Write commands as small lines."""
        for n, line in enumerate(lines):
            last = after if n == len(lines) - 1 else 0.0
            paragraph = into.add_paragraph() if into is not None else None
            written = self.write(line, Look(COMMAND, SOFT, font=MONOSPACE, after=last), into=paragraph)
            if indent:
                written.paragraph_format.left_indent = self.points(INDENT)

    def claim(self, claim: Claim, mark: bool = True) -> None:
        """Write a sentence with the commands that print its numbers."""
        paragraph = self.write(f"•  {claim.text}" if mark else claim.text, Look(TEXT, after=1, indent=mark))
        paragraph.paragraph_format.keep_with_next = bool(claim.commands)
        self.commands(claim.commands, indent=mark)

    def add_table(self, rows: int, columns: int) -> Any:
        """Add a table whose edges are those of the text."""
        table = self.document.add_table(rows, columns)
        table.autofit = False
        properties = table._tbl.tblPr
        indent = new_element("w:tblInd", {"w:w": str(CELL_MARGIN), "w:type": "dxa"})
        properties.insert(list(properties).index(properties.find(qualified("w:tblLayout"))), indent)
        return table

    def tiles(self, tiles: Sequence[Tile]) -> None:
        """Write the large numbers side by side."""
        table = self.add_table(1, len(tiles))
        for cell, tile in zip(table.rows[0].cells, tiles):
            set_width(cell, WIDTH / len(tiles))
            properties = cell._tc.get_or_add_tcPr()
            properties.append(borders_of({"top": (12, ACCENT)}))
            properties.append(new_element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": PALE}))
            self.write(tile.label, Look(SMALL - 0.4, SOFT, before=3, after=2), into=cell.paragraphs[0])
            value = self.write(tile.value, Look(15.5, ACCENT, bold=True, after=2), into=cell.add_paragraph())
            if tile.unit:
                self.run(value, f" {tile.unit}", Look(SMALL, ACCENT))
            self.write(tile.spread, Look(SMALL - 0.6, after=2), into=cell.add_paragraph())
            self.commands((tile.command,), into=cell)

    def table(self, data: Table) -> None:
        """Write a table, its first column to the left, the others to the right, and its command."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm

        table = self.add_table(1 + len(data.rows), len(data.heads))
        widths = column_widths(data, WIDTH, self.scale * (SMALL + 0.4) * MM_PER_POINT, 4.0)
        for column, width in zip(table.columns, widths):
            column.width = Mm(width)
        for y, row in enumerate((data.heads, *data.rows)):
            for x, (cell, text) in enumerate(zip(table.rows[y].cells, row)):
                set_width(cell, widths[x])
                line = (8, ACCENT) if y == 0 else (3, RULE)
                cell._tc.get_or_add_tcPr().append(borders_of({"bottom": line}))
                size, colour = (SMALL - 0.4, SOFT) if y == 0 else (SMALL + 0.4, INK)
                paragraph = self.write(text, Look(size, colour, before=1, after=1), into=cell.paragraphs[0])
                paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if x == 0 else WD_ALIGN_PARAGRAPH.RIGHT
        head = table.rows[0]._tr.get_or_add_trPr()
        head.append(new_element("w:tblHeader", {"w:val": "true"}))
        self.commands((data.command,), after=2)
        if data.note:
            self.write(data.note, Look(SMALL - 0.8, SOFT, after=2))


def qualified(name: str) -> str:
    """Return the full name of an element of WordprocessingML."""
    from docx.oxml.ns import qn

    return qn(name)


def set_width(cell: Any, millimetres: float) -> None:
    """Set the width of a cell."""
    from docx.shared import Mm

    cell.width = Mm(millimetres)


def borders_of(lines: dict[str, tuple[int, str]]) -> Any:
    """Return the borders of a cell: side -> (eighths of a point, colour)."""
    borders = new_element("w:tcBorders", {})
    for side, (width, colour) in lines.items():
        borders.append(
            new_element(
                f"w:{side}", {"w:val": "single", "w:sz": str(width), "w:space": "0", "w:color": colour}
            )
        )
    return borders


def new_element(name: str, attributes: dict[str, str]) -> Any:
    """Return an element of WordprocessingML."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element
