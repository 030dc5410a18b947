"""The sheet that explains a toolkit's workbook to its author."""

from __future__ import annotations

from xlassess.model.toolkit import Toolkit
from xlassess.sheet.formats import (
    CELL,
    CELL_LINK,
    CELL_STRONG,
    HEADER,
    HEADING,
    PROSE,
    TITLE,
    CellFormat,
)
from xlassess.sheet.page import show
from xlassess.sheet.writer import SheetWriter, sheet_prefix
from xlassess.toolkits.exchange.sheets import NOTES, SHEETS

FORMS = {
    "statements": "A question a row, with the guidance beside it.",
    "matrix": "A maturity matrix: what each choice looks like in practice stands side by side.",
    "checklist": "A compact list of short questions.",
    "text": "Questions answered in words, with room to write.",
}
"""The forms of a section, in a sentence each; `xlassess.model.toolkit.Form`."""

RULES = {
    "sum": "Scores of the answers are added up; a section with gaps has no total.",
    "mean": "The mean of the scores of the answers given.",
    "levels": "How many items stand at each choice; nothing is added up.",
    "share": "Which share of the answers given is the scale's first choice.",
    "none": "Nothing is scored.",
}
"""The scoring rules, in a sentence each; `xlassess.model.toolkit.Rule`."""

ANSWERS = {
    "text": "A line of text.",
    "long-text": "Text with room to write.",
    "date": "A day.",
    "number": "A number.",
    "money": "An amount of money.",
    "percent": "A percentage.",
}
"""Answers that are typed in, in a sentence each; `xlassess.model.toolkit.FREE_ANSWERS`."""

_STEPS = (
    "Change what you like on the other sheets. Above each column stands what goes there; what is "
    "marked as needed must be filled in.",
    "Before you change a question that has been sent out, raise the version on sheet Toolkit: an "
    "answer counts for the question as it was asked. For an instrument of your own, change the id.",
    "Save the workbook as an Excel workbook (.xlsx) and close it.",
    "Run in the assessment's folder:  xlassess toolkits import FILE.xlsx  Whatever is not in "
    "order is reported with its sheet and cell, all of it at once; nothing is written until it is.",
)

_RULES_OF_WRITING = (
    "Ids, codes and item numbers are text, so that 1.10 is not 1.1. The cells are formatted for "
    "it; a number that came in from elsewhere is reported, not guessed at.",
    "Rows may be inserted, moved and deleted, and columns moved. Sections, items and choices "
    "keep the order of their rows. Leave the headings and the names of sheets as they are.",
    "Columns of sheet Items that this toolkit does not use are folded away; the + above the "
    "columns opens them.",
    "A row or cell that stays empty says nothing; in yes-or-no columns it means what is usual.",
    "A line break inside a cell (Alt+Enter) begins a new line, and on sheet Items a new prompt.",
    f"Notes of your own may stand in a column headed {NOTES}, or on a sheet that you add.",
    "For a matrix, each choice that is described has a column on sheet Items; its heading is the "
    "word Level and the choice's code.",
)

_WIDTHS = {0: 24.0, 1: 96.0}
_CODE = CELL_STRONG.but(wrap=False)


def write_guide(sheet: SheetWriter, toolkit: Toolkit) -> None:
    """Write the sheet: what to do, how to write, and the words that can be used."""
    sheet.widths(_WIDTHS)
    sheet.text(0, 0, "How to edit this toolkit", TITLE)
    sheet.height(0, 30)
    sheet.prose(1, 0, 1, f"{toolkit.title}, version {toolkit.version}", PROSE)
    row = _numbered(sheet, 3, _STEPS)
    row = _heading(sheet, row + 1, "Writing")
    row = _numbered(sheet, row, _RULES_OF_WRITING)
    row = _sheets(sheet, row + 1)
    row = _words(sheet, row + 1, "Forms of a section", ("Form", "How the sheet looks"), FORMS)
    row = _words(sheet, row + 1, "Answers that are typed in", ("Answer", "What it is"), ANSWERS)
    row = _words(sheet, row + 1, "Scoring rules", ("Rule", "What is worked out"), RULES)
    raw = sheet.raw
    raw.set_paper(9)
    raw.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    raw.fit_to_pages(1, 1)
    raw.set_footer('&L&"Arial,Regular"&8&A&R&"Arial,Regular"&8Page &P of &N')
    raw.repeat_rows(0)
    show(sheet, (1, 0))


def _numbered(sheet: SheetWriter, row: int, sentences: tuple[str, ...]) -> int:
    for number, sentence in enumerate(sentences, start=1):
        sheet.prose(row + number - 1, 0, 1, f"{number}. {sentence}", PROSE)
    return row + len(sentences)


def _heading(sheet: SheetWriter, row: int, text: str) -> int:
    sheet.text(row, 0, text, HEADING)
    sheet.height(row, 24)
    return row + 1


def _sheets(sheet: SheetWriter, row: int) -> int:
    row = _heading(sheet, row, "Sheets")
    row = _heads(sheet, row, ("Sheet", "What stands there"))
    for name, blocks in SHEETS.items():
        about = " ".join(block.about for block in blocks)
        target = f"internal:{sheet_prefix(name)}A1"
        sheet.link(row, 0, target, name, CELL_LINK, tip=f"Go to sheet {name}")
        row = _pair(sheet, row, name, about, None)
    return row


def _words(
    sheet: SheetWriter, row: int, title: str, heads: tuple[str, str], words: dict[str, str]
) -> int:
    row = _heads(sheet, _heading(sheet, row, title), heads)
    for word, meaning in words.items():
        row = _pair(sheet, row, word, meaning, _CODE)
    return row


def _heads(sheet: SheetWriter, row: int, heads: tuple[str, str]) -> int:
    for column, head in enumerate(heads):
        sheet.text(row, column, head, HEADER)
    sheet.height(row, 20)
    return row + 1


def _pair(sheet: SheetWriter, row: int, word: str, meaning: str, look: CellFormat | None) -> int:
    """Write a row of two cells, the first unless it is there already; return the next row."""
    if look:
        sheet.text(row, 0, word, look)
    sheet.text(row, 1, meaning, CELL)
    sheet.fit(row, ((meaning, sheet.width(1), CELL),), least=18)
    return row + 1
