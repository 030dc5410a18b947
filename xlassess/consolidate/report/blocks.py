"""What a Word template is built from: paragraphs with tags, tables with repeated rows, fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xlassess.consolidate.report.styles import TABLE, TEXT_WIDTH

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell, _Row
    from docx.text.paragraph import Paragraph


AUTHOR = "xlassess"
"""Who is named as the author, and by whom a report was last changed unless a person changed it."""

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters XML 1.0 cannot hold (W3C, section 2.2)."""


def fit(text: str) -> str:
    """Return a text as a Word file can hold it, its lines divided in one way."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_of(
    document: Document,
    text: str,
    style: str = "Normal",
    *,
    new_page: bool = False,
    keep: bool = False,
) -> Paragraph:
    """Add a paragraph; what stands between ``**`` is bold.

    Args:
        document: the template.
        text: the text with its tags.
        style: the name of its style.
        new_page: begin a new page with it.
        keep: keep it on one page with the paragraph after it.
    """
    from docx.shared import Pt

    paragraph = document.add_paragraph(style=style)
    if new_page:
        paragraph.paragraph_format.page_break_before = True
        paragraph.paragraph_format.space_before = Pt(0)
    if keep:
        paragraph.paragraph_format.keep_with_next = True
    for place, part in enumerate(text.split("**")):
        if part:
            paragraph.add_run(part).bold = True if place % 2 else None
    return paragraph


def tags(document: Document, *tags: str) -> None:
    """Add paragraphs that only say what is repeated or left out; they leave no trace."""
    for tag in tags:
        document.add_paragraph(f"{{%p {tag} %}}")


def columns_of(row: _Row, name: str, cells: str, style: str, strong: str = "") -> None:
    """A row of a name and as many cells as there are."""
    centred = {"Table heading": "Table heading centred", "Table text": "Table figure"}[style]
    fill(row.cells[0], f"{strong}{{{{ {name} }}}}{strong}", style)
    fill(row.cells[1], f"{{%tc for cell in {cells} %}}", centred)
    fill(row.cells[2], f"{strong}{{{{ cell }}}}{strong}", centred)
    fill(row.cells[3], "{%tc endfor %}", centred)
    unbroken(row)


def tag_row(row: _Row, tag: str) -> None:
    """A row that only says what is repeated; it leaves no trace."""
    fill(row.cells[0], f"{{%tr {tag} %}}", "Table text")


def listed(
    document: Document,
    title: str,
    columns: tuple[str, Sequence[float]],
    rows: str,
    cells: Sequence[Sequence[tuple[str, str]]],
) -> None:
    """A table with a row for each of many.

    Args:
        document: the template.
        title: what is read out for the table.
        columns: the field that has the headings, and the widths in millimetres.
        rows: what is repeated, as in "action in actions".
        cells: for each column its paragraphs, each a text and a style.
    """
    headings, widths = columns
    table = table_of(document, TABLE, widths, 4, title)
    for place, paragraphs in enumerate(cells):
        centred = paragraphs[0][1] == "Table figure"
        style = "Table heading centred" if centred else "Table heading"
        fill(table.cell(0, place), f"{{{{ {headings}[{place}] }}}}", style)
        for number, (text, own) in enumerate(paragraphs):
            fill(table.cell(2, place), text, own, more=bool(number))
    heading_row(table.rows[0])
    tag_row(table.rows[1], f"for {rows}")
    unbroken(table.rows[2])
    tag_row(table.rows[3], "endfor")


def right_tab(paragraph: Paragraph) -> None:
    """Give the paragraph's style one tab stop, at the right margin."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm

    stops = paragraph.style.paragraph_format.tab_stops if paragraph.style else None
    if stops is not None:
        stops.clear_all()
        stops.add_tab_stop(Mm(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)


def field(paragraph: Paragraph, code: str) -> None:
    """Add a field that the program fills in itself."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" {code} ")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def table_of(
    document: Document, style: str, widths: Sequence[float], rows: int, title: str, *,
    fixed: bool = True,
) -> Any:  # fmt: skip
    """Add a table of these widths in millimetres; ``title`` is read out by screen readers."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    table = document.add_table(rows, len(widths))
    table.style = document.styles[style]
    table.autofit = not fixed
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        if fixed:
            for cell in column.cells:
                cell.width = Mm(width)
    properties = table._tbl.tblPr
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), title)
    properties.append(caption)
    return table


def fill(cell: _Cell, text: str, style: str, *, more: bool = False) -> None:
    """Write a cell's paragraph, or one more; what stands between ``**`` is bold."""
    paragraph = cell.add_paragraph() if more else cell.paragraphs[0]
    paragraph.style = style
    for place, part in enumerate(text.split("**")):
        if part:
            paragraph.add_run(part).bold = True if place % 2 else None


def heading_row(row: _Row) -> None:
    """Repeat the row on every page the table goes on to, and tell screen readers it is a head."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def with_next(row: _Row) -> None:
    """Keep a row on one page with the row after it."""
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def unbroken(row: _Row) -> None:
    """Keep a row on one page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
