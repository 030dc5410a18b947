"""The look of the report's own Word template: page, styles, tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xlassess.sheet import formats, palette

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle

TABLE = "Assessment table"
TILES = "Assessment tiles"

MARGIN, TEXT_WIDTH = 20.0, 170.0
"""Millimetres of an A4 page at the sides, and between them."""

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style: sizes and spaces in points, indents in millimetres, colours in hex.

    ``box`` is the colour behind the paragraph, ``line`` that of a line below it.
    """

    size: float = 10.5
    bold: bool = False
    italic: bool = False
    colour: str = palette.INK
    before: float = 0.0
    after: float = 6.0
    indent: float = 0.0
    hanging: float = 0.0
    centred: bool = False
    keep: bool = False
    box: str = ""
    line: str = ""
    based_on: str = "Normal"


STYLES: Mapping[str, Style] = {
    "Normal": Style(),
    "Title": Style(24, bold=True, colour=palette.NAVY, after=2),
    "Subtitle": Style(13, colour=palette.MUTED, after=2),
    "Heading 1": Style(17, bold=True, colour=palette.NAVY, before=18, after=8, keep=True),
    "Heading 2": Style(
        12.5, bold=True, colour=palette.NAVY, before=14, after=6, keep=True, line=palette.NAVY
    ),
    "Heading 3": Style(11, bold=True, colour=palette.NAVY, before=10, after=4, keep=True),
    "Heading 4": Style(10.5, bold=True, before=8, after=2, keep=True),
    "Fact": Style(indent=32, hanging=32, after=3),
    "Lead": Style(
        12.5, bold=True, colour=palette.NAVY, before=12, after=12, indent=4, box=palette.PALE
    ),
    "List Bullet": Style(after=4, indent=6, hanging=6),
    "Decision": Style(after=4, indent=8, hanging=8),
    "Caption": Style(9.5, bold=True, colour=palette.MUTED, before=8, after=2, keep=True),
    "Picture": Style(centred=True, after=4),
    "Note": Style(9, colour=palette.MUTED),
    "Quote": Style(indent=5, before=1, after=5),
    "Quote with source": Style(indent=5, before=1, after=1, keep=True),
    "Attribution": Style(9, colour=palette.MUTED, indent=5, after=6),
    "Table text": Style(9, after=0),
    "Table figure": Style(9, after=0, centred=True),
    "Table note": Style(8, colour=palette.MUTED, after=0),
    "Table heading": Style(9, bold=True, colour=palette.WHITE, after=0, keep=True),
    "Table heading centred": Style(
        9, bold=True, colour=palette.WHITE, after=0, keep=True, centred=True
    ),
    "Tile figure": Style(17, bold=True, colour=palette.NAVY, before=4, after=0, centred=True),
    "Tile label": Style(9, colour=palette.MUTED, after=4, centred=True),
    "Header": Style(9, colour=palette.MUTED, after=0),
    "Footer": Style(9, colour=palette.MUTED, after=0),
}  # fmt: skip
"""Every style of the template; a template of your own may give them another look."""


def set_styles(document: Document) -> None:
    """Give the document our styles, and none of those that come with python-docx but unused."""
    for name, style in STYLES.items():
        _set(_paragraph_style(document, name), style)
    for each in list(document.styles):
        if each.type is not None and each.type.name == "TABLE" and each.name != "Normal Table":
            each.delete()
    _one_font(document)
    for made in (_table_style(), _tiles_style()):
        document.styles.element.append(made)


def _paragraph_style(document: Document, name: str) -> Any:
    from docx.enum.style import WD_STYLE_TYPE

    known = {each.name for each in document.styles}
    if name in known:
        return document.styles[name]
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    return style


def _set(style: ParagraphStyle, wanted: Style) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt, RGBColor

    font, shape = style.font, style.paragraph_format
    for old in list(style.element.get_or_add_rPr()):
        style.element.rPr.remove(old)
    font.size, font.bold, font.italic = Pt(wanted.size), wanted.bold, wanted.italic
    font.color.rgb = RGBColor.from_string(wanted.colour.removeprefix("#"))
    shape.space_before, shape.space_after = Pt(wanted.before), Pt(wanted.after)
    shape.line_spacing = 1.12
    shape.left_indent = Mm(wanted.indent)
    shape.first_line_indent = Mm(-wanted.hanging)
    shape.keep_with_next = wanted.keep
    shape.widow_control = True
    if wanted.centred:
        shape.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _frame(style, wanted)
    style.quick_style, style.hidden = True, False


def _frame(style: ParagraphStyle, wanted: Style) -> None:
    """Put a box behind the paragraph or a line below it, in the order the format asks for."""
    from docx.oxml import parse_xml

    own = style.element.get_or_add_pPr()
    for tag in ("pBdr", "shd"):
        for old in own.findall(f"{{{_namespace()}}}{tag}"):
            own.remove(old)
    if not (wanted.box or wanted.line):
        return
    lines = [_line("bottom", wanted.line, 6, 2)]
    if wanted.box:
        lines = [
            _line("top", wanted.box, 4, 5), _line("left", palette.NAVY, 36, 8),
            _line("bottom", wanted.box, 4, 5),
        ]  # fmt: skip
    border = parse_xml(f"<w:pBdr {_W}>{''.join(lines)}</w:pBdr>")
    after = ("shd", "tabs", "suppressAutoHyphens", "spacing", "ind", "contextualSpacing", "jc",
             "outlineLvl")  # fmt: skip
    own.insert_element_before(border, *(f"w:{name}" for name in after))
    if wanted.box:
        shade = parse_xml(f'<w:shd {_W} w:val="clear" w:color="auto" w:fill="{wanted.box[1:]}"/>')
        own.insert_element_before(shade, *(f"w:{name}" for name in after[1:]))


def _line(side: str, colour: str, size: int, space: int) -> str:
    """A line beside a paragraph: its width in eighths of a point, its distance in points."""
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour[1:]}"/>'


def _namespace() -> str:
    return _W.partition('"')[2].rstrip('"')


def _one_font(document: Document) -> None:
    """One font everywhere, in British English; theme fonts would come before it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    root = document.styles.element
    for fonts in root.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), formats.FONT)
    for language in root.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    normal = document.styles["Normal"].element.get_or_add_rPr()
    if normal.find(qn("w:rFonts")) is None:
        fonts = OxmlElement("w:rFonts")
        fonts.set(qn("w:ascii"), formats.FONT)
        fonts.set(qn("w:hAnsi"), formats.FONT)
        normal.insert(0, fonts)


def _table_style() -> Any:
    """Lines below the rows, a dark row of headings, nothing else."""
    from docx.oxml import parse_xml

    line = f'w:val="single" w:sz="4" w:space="0" w:color="{palette.LINE[1:]}"'
    head = f'<w:shd w:val="clear" w:color="auto" w:fill="{palette.NAVY[1:]}"/>'
    return parse_xml(
        f'<w:style {_W} w:type="table" w:customStyle="1" w:styleId="AssessmentTable">'
        f'<w:name w:val="{TABLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="1"/>'
        f"<w:qFormat/>"
        f"<w:tblPr><w:tblBorders><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
        f"{_cell_margins(50, 90)}</w:tblPr>"
        f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="FFFFFF"/></w:rPr>'
        f"<w:tcPr>{head}</w:tcPr></w:tblStylePr></w:style>"
    )


def _tiles_style() -> Any:
    """Figures on a faint ground, with white between them."""
    from docx.oxml import parse_xml

    white = 'w:val="single" w:sz="48" w:space="0" w:color="FFFFFF"'
    return parse_xml(
        f'<w:style {_W} w:type="table" w:customStyle="1" w:styleId="AssessmentTiles">'
        f'<w:name w:val="{TILES}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="1"/>'
        f"<w:qFormat/>"
        f"<w:tblPr><w:tblBorders><w:insideV {white}/></w:tblBorders>{_cell_margins(0, 60)}"
        f'</w:tblPr><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{palette.FAINT[1:]}"/>'
        f"</w:tcPr></w:style>"
    )


def _cell_margins(high: int, wide: int) -> str:
    """Space round the text of cells, in twentieths of a point."""
    sides = (("top", high), ("left", wide), ("bottom", high), ("right", wide))
    inside = "".join(f'<w:{side} w:w="{size}" w:type="dxa"/>' for side, size in sides)
    return f"<w:tblCellMar>{inside}</w:tblCellMar>"
