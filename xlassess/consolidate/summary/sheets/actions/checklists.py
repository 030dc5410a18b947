"""The sheet of completed checklists: two printed pages each, never added up.

Paragraphs stand in rows of one line each, which run on over the empty cells beside them, so that
no cells need be merged above the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise
from math import floor

from xlassess.consolidate.figures.values import CompletedChecklist, Summary, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import SheetColumn, SheetTable, SummaryWriter
from xlassess.consolidate.summary.layout import sheet_name
from xlassess.consolidate.wording.facts import words
from xlassess.consolidate.wording.terms import SUMMARY, day, in_short
from xlassess.sheet import metrics, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.writer import CellRange, SheetWriter

_CELL = cells.TOP_CELL.but(size=11)
_COLUMNS = (
    SheetColumn("Question", 45, _CELL), SheetColumn("Item", 6.5, _CELL.but(align="center")),
    SheetColumn("Answer, with reason or remark", 52, _CELL),
)  # fmt: skip
_TEXT = CellFormat(size=11, valign="top", wrap=False)
_TITLE = _TEXT.but(size=16, bold=True, colour=palette.NAVY)
_HEADING = _TEXT.but(size=12, bold=True, colour=palette.NAVY, valign="bottom")
_MARKING, _KICKER = _TEXT.but(bold=True), _TEXT.but(size=10, colour=palette.MUTED)
_STRONG = _TEXT.but(bold=True)

_PIXELS, _POINTS = 665, 690.0
"""Width and height between the margins of an A4 page, with a little to spare."""

_PAGES = 2
"""Printed pages for a checklist."""

_LEAST, _MOST = 62, 100
"""Scales in per cent; eleven-point type is nine points at 82."""


def checklists_sheet(part: ToolkitResults, summary: Summary) -> str:
    """Return the name of the sheet of a toolkit's completed checklists."""
    alike = [each for each in summary.parts if each.checklists]
    name = f"{SUMMARY} of checklists"
    return name if len(alike) < _PAGES else sheet_name(name, part, summary.parts)


def write_checklists(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the completed checklists of a toolkit one below the other, if there are any."""
    if not part.checklists:
        return
    name = checklists_sheet(part, writer.summary)
    sheet = writer.book.sheet(name, palette.NAVY)
    sheet.widths({index: column.width for index, column in enumerate(_COLUMNS)})
    show(sheet)
    row, starts = 0, []
    for number, each in enumerate(part.checklists, 1):
        starts.append(row)
        row = _Checklist(writer, sheet, part, row).write(each, number)
    _set_page(writer, sheet, [*starts, row])


def _set_page(writer: SummaryWriter, sheet: SheetWriter, starts: list[int]) -> None:
    """Set up for printing: two pages a checklist, of about the same length."""
    assessment = writer.summary.assessment
    last = len(_COLUMNS) - 1
    page = PageSetup(
        left=f"{assessment.partnership}, {assessment.round}",
        right=f"Summary of {day(writer.summary.made_at)}",
        marking=assessment.marking,
        landscape=False,
        area=CellRange(0, 0, starts[-1] - 1, last),
    )
    set_page(sheet, page)
    pixels = (sheet.span_width(0, last) + 1) * metrics.DIGIT_PIXELS
    every = [[sheet.row_height(row) for row in range(*ends)] for ends in pairwise(starts)]
    tallest = max(map(sum, every))
    scale = floor(100 * min(_PAGES * _POINTS / tallest, _PIXELS / pixels))
    scale = min(_MOST, max(_LEAST, scale))
    sheet.raw.set_print_scale(scale)
    breaks = set(starts[1:-1])
    for first, heights in zip(starts, every, strict=False):
        if _POINTS < sum(heights) * scale / 100 <= _PAGES * _POINTS:
            sums = accumulate(heights)
            breaks.add(first + sum(height <= sum(heights) / 2 for height in sums))
    sheet.raw.set_h_pagebreaks(sorted(breaks))


class _Checklist:
    """One completed checklist, written from the top down."""

    def __init__(
        self, writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, row: int
    ) -> None:
        self._writer, self._sheet, self._part, self._row = writer, sheet, part, row

    def write(self, each: CompletedChecklist, number: int) -> int:
        """Write it and return the row after it."""
        say = words().say
        assessment = self._writer.summary.assessment
        if assessment.marking:
            self._lines(assessment.marking, _MARKING)
        self._lines(each.title, _TITLE)
        self._lines(f"{self._part.toolkit.title}. {say('checklist_by', each.by)}", _KICKER)
        self._lines(say("reading_checklist", each.title, each), _STRONG)
        self._heading(say("checklist_settle_title"))
        for text in _to_settle(each):
            self._lines(text)
        for name, lines in each.closing:
            self._heading(name)
            for line in lines:
                self._lines(say("checklist_closing", line))
        self._heading(say("checklist_answers_title"))
        self._answers(each, number)
        return self._row

    def _heading(self, text: str) -> None:
        self._lines(text, _HEADING)
        self._sheet.height(self._row - 1, 22)

    def _lines(self, text: str, look: CellFormat = _TEXT) -> None:
        """Write a paragraph in as many rows as it has lines."""
        for line in cells.in_lines(text, self._sheet.span_width(0, len(_COLUMNS) - 1), look):
            self._sheet.text(self._row, 0, line, look)
            self._sheet.height(self._row, metrics.line_height(look.size) + 1.5)
            self._row += 1

    def _answers(self, each: CompletedChecklist, number: int) -> None:
        index = self._writer.summary.parts.index(self._part)
        grid = SheetTable(
            self._row, _COLUMNS, len(each.lines), f"Checklist_{index}_{number}",
            words().say("checklist_table", in_short(each.title)), filtered=False,
        )  # fmt: skip
        self._writer.table(self._sheet, grid)
        for row, line in enumerate(each.lines, self._row + 1):
            said = f"{line.answer}. {line.remark}" if line.remark else line.answer
            texts = (line.ask, line.item, said)
            cells.put_row(self._sheet, row, _COLUMNS, texts)
        self._row += 1 + max(len(each.lines), 1)


def _to_settle(each: CompletedChecklist) -> Iterator[str]:
    say = words().say
    yield from (say("checklist_settle", line) for line in each.settle)
    yield from (say("checklist_missing", line) for line in each.missing)
    if not each.settle and not each.missing:
        yield say("checklist_nothing")
