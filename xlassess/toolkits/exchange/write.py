"""A toolkit written as a workbook that people edit in Excel, with a sheet that explains it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import get_args

from xlassess.contract.own_files import OWN_FILE_PROPERTY
from xlassess.model.toolkit import FREE_ANSWERS, Subject, Toolkit
from xlassess.sheet.formats import (
    CELL,
    CELL_LINK,
    CELL_STRONG,
    HEADER,
    HEADING,
    PLAIN,
    PROSE,
    SMALL_PROSE,
    TEXT_FORMAT,
    TITLE,
    CellFormat,
)
from xlassess.sheet.metrics import TALLEST_ROW, MeasuredText, row_height
from xlassess.sheet.page import show
from xlassess.sheet.palette import FAINT, LINE, MUTED, NAVY
from xlassess.sheet.validation import FromList, Message
from xlassess.sheet.writer import CellRange, SheetWriter, WorkbookWriter, sheet_prefix
from xlassess.toolkits.exchange.rows import Shown, columns_of, records, shown
from xlassess.toolkits.exchange.sheets import (
    ENTRY,
    FIELD,
    HOW_TO,
    ITEMS,
    LISTS,
    MEANING,
    NOTES,
    OVERALL,
    SHEETS,
    Block,
    BookColumn,
)

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


_MADE = datetime(2026, 1, 1)
"""A fixed date, so that the same toolkit always makes the same bytes."""

_SPARE_ROWS, _SPARE_BETWEEN = 5, 2
"""Empty rows drawn below a table that has its sheet to itself, and below one of several."""

_CHECKED = 1_000
"""Rows in which entries are picked from lists."""

_LEAST = 18.0
"""Height of a row in points, at least."""

_FORM_WIDTHS = (22.0, 70.0, 50.0)

_TYPED = CELL.but(number=TEXT_FORMAT, locked=False)
_KEY = _TYPED.but(bold=True)
_NUMBER = _TYPED.but(number="", align="right")
_BELOW = CellFormat(number=TEXT_FORMAT, indent=1)
_BELOW_NUMBER = CellFormat(align="right", indent=1)
_ABOUT = SMALL_PROSE.but(fill=FAINT, border=LINE, valign="vcenter", indent=1)
_HELP = SMALL_PROSE.but(border=LINE, size=9, valign="vcenter", indent=1)


def toolkit_book(toolkit: Toolkit) -> bytes:
    """Return a toolkit as a workbook.

    Raises:
        SheetError: a text is longer than a cell takes.
    """
    book = WorkbookWriter(
        {
            "title": f"Toolkit: {toolkit.title}",
            "subject": f"{toolkit.id}, version {toolkit.version}",
            "comments": "Edit it, then read it back with: xlassess toolkits import",
            "created": _MADE,
        }
    )
    book.own_property(OWN_FILE_PROPERTY, "toolkit")
    guide = book.sheet(HOW_TO, NAVY)
    sheets = {name: book.sheet(name) for name in SHEETS}
    lists = book.sheet(LISTS)
    _lists(book, lists, toolkit)
    write_guide(guide, toolkit)
    for name, sheet in sheets.items():
        _sheet(sheet, SHEETS[name], toolkit)
    return book.close()


def _sheet(sheet: SheetWriter, blocks: tuple[Block, ...], toolkit: Toolkit) -> None:
    columns = {block: columns_of(block, toolkit) for block in blocks}
    _widths(sheet, columns, _unused(toolkit, columns[ITEMS]) if ITEMS in columns else frozenset())
    row = 0
    for block in blocks:
        write = _form if block.form else _table
        row = write(sheet, row, block, columns[block], toolkit) + 1
    _page(sheet, blocks)


def _unused(toolkit: Toolkit, columns: tuple[BookColumn, ...]) -> frozenset[int]:
    """Return the columns of the items, among those that may be, that no item fills."""
    rows = list(records(ITEMS, toolkit))
    empty = (i for i, c in enumerate(columns) if all(shown(c, row) == "" for row in rows))
    return frozenset(i for i in empty if not columns[i].about.startswith("Needed"))


def _widths(
    sheet: SheetWriter, columns: dict[Block, tuple[BookColumn, ...]], folded: frozenset[int]
) -> None:
    """Set widths, and the format of what is typed below the tables."""
    widths: dict[int, float] = {}
    numbers: dict[int, bool] = {}
    for block, own in columns.items():
        wide = _FORM_WIDTHS if block.form else [column.width for column in own]
        for index, width in enumerate(wide):
            widths[index] = max(width, widths.get(index, 0.0))
            number = not block.form and own[index].kind == "number"
            numbers[index] = number and numbers.get(index, True)
    sheet.widths(widths)
    for index, width in widths.items():
        below = sheet.book.format(_BELOW_NUMBER if numbers[index] else _BELOW)
        fold = {"level": 1, "hidden": True} if index in folded else {}
        sheet.raw.set_column(index, index, width, below, fold)


def _title(sheet: SheetWriter, row: int, block: Block) -> int:
    """Write the title of a block and what it is for; return the row after them."""
    first = row == 0
    sheet.text(row, 0, block.title, TITLE if first else HEADING)
    sheet.height(row, 30 if first else 24)
    sheet.text(row + 1, 0, block.about, PLAIN.but(wrap=False, valign="top", colour=MUTED))
    sheet.height(row + 1, 20)
    return row + 2


def _form(
    sheet: SheetWriter, row: int, block: Block, columns: tuple[BookColumn, ...], toolkit: Toolkit
) -> int:
    row = _title(sheet, row, block)
    for index, heading in enumerate((FIELD, ENTRY, MEANING)):
        sheet.text(row, index, heading, HEADER)
    sheet.height(row, 22)
    sheet.book.title_region(sheet.name, CellRange(row, 0, row + len(columns), 2))
    (record,) = records(block, toolkit)
    for row, column in enumerate(columns, start=row + 1):  # noqa: B020
        entry = shown(column, record)
        sheet.text(row, 0, column.heading, CELL_STRONG)
        look = _NUMBER.but(align="left") if column.kind == "number" else _TYPED
        _put(sheet, row, 1, entry, look)
        sheet.text(row, 2, column.about, _HELP)
        _fit(sheet, row, ((1, entry, _TYPED), (2, column.about, _HELP)))
        _pick(sheet, CellRange(row, 1, row, 1), column)
    return row + 1


def _table(
    sheet: SheetWriter, row: int, block: Block, columns: tuple[BookColumn, ...], toolkit: Toolkit
) -> int:
    row = _title(sheet, row, block)
    for index, column in enumerate(columns):
        sheet.text(row, index, column.about, _ABOUT)
        sheet.text(row + 1, index, column.heading, HEADER)
    _fit(sheet, row, [(index, column.about, _ABOUT) for index, column in enumerate(columns)])
    headings = [(index, column.heading, HEADER) for index, column in enumerate(columns)]
    _fit(sheet, row + 1, headings, least=22)
    first = row = row + 2
    for record in records(block, toolkit):
        cells = [(index, shown(column, record)) for index, column in enumerate(columns)]
        for index, entry in cells:
            _put(sheet, row, index, entry, _look(block, index, columns[index]))
        _fit(sheet, row, [(index, entry, _TYPED) for index, entry in cells])
        row += 1
    alone = SHEETS[block.sheet] == (block,)
    end = row + (_SPARE_ROWS if alone else _SPARE_BETWEEN)
    for spare in range(row, end):
        sheet.height(spare, _LEAST)
        for index, column in enumerate(columns):
            sheet.blank(spare, index, _look(block, index, column))
    sheet.book.title_region(sheet.name, CellRange(first - 1, 0, end - 1, len(columns) - 1))
    last = _CHECKED if alone else end - 1
    for index, column in enumerate(columns):
        _pick(sheet, CellRange(first, index, last, index), column)
    return end


def _look(block: Block, index: int, column: BookColumn) -> CellFormat:
    if block is ITEMS and index == 1:
        return _KEY
    if index == 0:
        return _KEY
    return _NUMBER if column.kind == "number" else _TYPED


def _put(sheet: SheetWriter, row: int, column: int, entry: Shown, look: CellFormat) -> None:
    if isinstance(entry, str):
        sheet.text(row, column, entry, look)
    else:
        sheet.number(row, column, entry, look)


def _fit(
    sheet: SheetWriter,
    row: int,
    cells: Iterable[tuple[int, Shown, CellFormat]],
    least: float = _LEAST,
) -> None:
    """Make a row as high as its texts need, as far as Excel has rows that high."""
    texts = (
        MeasuredText(str(entry), sheet.width(column), look.size, look.bold, look.indent)
        for column, entry, look in cells
    )
    sheet.height(row, min(row_height(texts, least), TALLEST_ROW))


def _pick(sheet: SheetWriter, box: CellRange, column: BookColumn) -> None:
    """Let entries be picked from a list; only where nothing else can be right is it enforced."""
    closed = column.kind in ("yes-no", "word")
    name = "yes_no" if column.kind == "yes-no" else column.listed
    if name:
        error = Message("Not one of the words", "Pick a word from the list, or clear the cell.")
        sheet.validate(box, FromList(name), error, None, strict=closed)


def _lists(book: WorkbookWriter, sheet: SheetWriter, toolkit: Toolkit) -> None:
    """Write what can be picked, each list under a name."""
    sections = [section.id for section in toolkit.all_sections]
    lists: dict[str, Iterable[str]] = {
        "yes_no": ("yes", "no"),
        "forms": FORMS,
        "rules": RULES,
        "subjects": get_args(Subject),
        "answers": (*toolkit.scales, *FREE_ANSWERS),
        "scales": tuple(toolkit.scales) or ("",),
        "sections": sections,
        "banded": (*sections, OVERALL),
    }
    for column, (name, words) in enumerate(lists.items()):
        sheet.text(0, column, name, HEADER)
        row = 0
        for row, word in enumerate(words, start=1):
            sheet.text(row, column, word, CELL.but(number=TEXT_FORMAT))
        book.define(name, LISTS, CellRange(1, column, max(row, 1), column))
    sheet.raw.hide()


def _page(sheet: SheetWriter, blocks: tuple[Block, ...]) -> None:
    """Set up printing and the frozen headings."""
    raw = sheet.raw
    headings = 2 if blocks[0].form else 3
    # No print area: what is entered below the tables is printed too.
    raw.set_paper(9)
    raw.set_landscape()
    raw.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    alone = len(blocks) == 1
    raw.fit_to_pages(1, 0 if alone else 1)
    raw.set_footer('&L&"Arial,Regular"&8&A&R&"Arial,Regular"&8Page &P of &N')
    if alone:
        raw.repeat_rows(headings)
    key = 2 if blocks == (ITEMS,) else 1
    show(sheet, (headings + 1, key) if alone else None)
