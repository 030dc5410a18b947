"""The feedback workbook of one respondent: a page, and a second sheet with every question."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.wording.own_answers import OwnAnswers
from xlassess.consolidate.wording.terms import day, words
from xlassess.contract.own_files import OWN_FILE_PROPERTY
from xlassess.sheet import formats, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.saved import PROPERTIES, beginning_of
from xlassess.sheet.writer import CellRange, SheetWriter, WorkbookWriter

PAGE, ANSWERS = "Your page", "Your answers"

_PAGE_WIDTHS = {0: 54.0, 1: 19.0, 2: 14.0, 3: 12.0}
_ANSWER_WIDTHS = {0: 9.0, 1: 52.0, 2: 24.0, 3: 58.0, 4: 10.0}
_TITLE = formats.TITLE
_TEXT = formats.PLAIN.but(wrap=True, valign="top")
_MUTED = _TEXT.but(colour=palette.MUTED)
_HEADING = formats.HEADING


def feedback_page(summary: Summary, told: OwnAnswers) -> bytes:
    """Return one respondent's workbook.

    Args:
        summary: the summary of the round.
        told: what this respondent is told.
    """
    return _Page(summary, told).written()


def is_feedback_page(content: bytes) -> bool:
    """True for a page of ours, which is known by the name of its first sheet."""
    return f'<sheet name="{PAGE}"' in beginning_of(content, "xl/workbook.xml")


def is_page_of(content: bytes, reference: str, made_at: datetime) -> bool:
    """True for a page, in Excel or in Word, that was made for this workbook's respondent then.

    Programs keep for whom and when a file was made when somebody saves it again.
    """
    when = made_at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    facts = beginning_of(content, PROPERTIES)
    made = re.search(r"<dcterms:created[^>]*>([^<]*)", facts)
    is_theirs = f"<cp:keywords>{reference}</cp:keywords>" in facts
    return is_theirs and made is not None and made[1].startswith(when)


class _Page:
    """One respondent's workbook being written."""

    def __init__(self, summary: Summary, told: OwnAnswers) -> None:
        self._summary, self._told = summary, told
        self._row = 0

    def written(self) -> bytes:
        """Return the bytes of the workbook; the same page, the same bytes."""
        assessment = self._summary.assessment
        book = WorkbookWriter({
            "title": f"{assessment.partnership}: {self._told.title}",
            "subject": assessment.marking,
            "author": self._summary.program,
            "keywords": self._told.issued.reference,
            "created": self._summary.made_at.replace(tzinfo=None),
        })  # fmt: skip
        book.own_property(OWN_FILE_PROPERTY, "feedback")
        self._page(book.sheet(PAGE, palette.NAVY))
        self._answers(book.sheet(ANSWERS, palette.BLUE))
        return book.close()

    def _page(self, sheet: SheetWriter) -> None:
        assessment, say, told = self._summary.assessment, words().say, self._told
        sheet.widths(_PAGE_WIDTHS)
        show(sheet)
        if assessment.marking:
            self._line(sheet, assessment.marking, _TEXT.but(bold=True))
        self._line(sheet, told.title, _TITLE)
        self._line(sheet, told.toolkit, _TEXT.but(bold=True))
        self._line(sheet, told.about, _TEXT)
        self._line(sheet, told.note, _MUTED)
        self._heading(sheet, say("feedback_apart_title"))
        for text in told.apart:
            self._line(sheet, text, _TEXT)
        self._line(sheet, say("feedback_rule"), _MUTED)
        if told.sections:
            self._heading(sheet, say("feedback_sections_title"))
            self._line(sheet, told.figures, _MUTED)
            self._sections(sheet)
        self._heading(sheet, say("feedback_next_title"))
        for text in told.afterwards:
            self._line(sheet, text, _TEXT)
        self._set_page(sheet, landscape=False, single=True, last=(self._row - 1, 3))

    def _set_page(
        self, sheet: SheetWriter, *, landscape: bool, single: bool, last: tuple[int, int]
    ) -> None:
        assessment = self._summary.assessment
        set_page(
            sheet,
            PageSetup(
                left=f"{assessment.partnership}, {assessment.round}",
                right=day(self._summary.made_at),
                marking=assessment.marking,
                landscape=landscape,
                area=CellRange(0, 0, *last),
                single=single,
                repeat=None if single else (0, 0),
            ),
        )

    def _line(self, sheet: SheetWriter, text: str, look: CellFormat) -> None:
        """Write a paragraph over the columns of the page, which stay unmerged."""
        width = sheet.span_width(0, 3)
        lines = _wrapped(text, width, look)
        for line in lines:
            sheet.text(self._row, 0, line, look.but(wrap=False))
            sheet.height(self._row, 17.0 if look is not _TITLE else 28.0)
            self._row += 1

    def _heading(self, sheet: SheetWriter, text: str) -> None:
        sheet.height(self._row, 8.0)
        sheet.text(self._row + 1, 0, text, _HEADING)
        sheet.height(self._row + 1, 22.0)
        self._row += 2

    def _sections(self, sheet: SheetWriter) -> None:
        heads = words().headings("feedback_sections_heads")
        for column, text in enumerate(heads):
            sheet.text(self._row, column, text, formats.HEADER if not column else _HEAD_MIDDLE)
        first, rows = self._row, self._told.sections
        for place, cells in enumerate(rows, first + 1):
            for column, text in enumerate(cells):
                sheet.text(place, column, text, formats.CELL if not column else formats.CELL_MIDDLE)
            sheet.height(place, 19.0)
        self._row = first + len(rows) + 1
        options = {
            "name": "Sections", "title": words().say("feedback_sections_title"), "style": None,
            "autofilter": False, "columns": [{"header": text} for text in heads],
        }  # fmt: skip
        sheet.raw.add_table(first, 0, first + max(len(rows), 1), 3, options)
        # Headings keep their look: a table writes its own over them.
        for column, text in enumerate(heads):
            sheet.text(first, column, text, formats.HEADER if not column else _HEAD_MIDDLE)

    def _answers(self, sheet: SheetWriter) -> None:
        heads = words().headings("feedback_items_heads")
        sheet.widths(_ANSWER_WIDTHS)
        show(sheet, (1, 0))
        rows = self._told.items
        options = {
            "name": "Answers", "title": self._told.toolkit, "style": None,
            "autofilter": True, "columns": [{"header": text} for text in heads],
        }  # fmt: skip
        sheet.raw.add_table(0, 0, max(len(rows), 1), len(heads) - 1, options)
        for column, text in enumerate(heads):
            sheet.text(0, column, text, formats.HEADER)
        sheet.height(0, 24.0)
        looks = (formats.CELL_MIDDLE, *(formats.CELL,) * 3, formats.CELL_MIDDLE)
        for row, cells in enumerate(rows, 1):
            for column, (text, look) in enumerate(zip(cells, looks, strict=True)):
                sheet.text(row, column, text, look)
            fitted = zip(cells, _ANSWER_WIDTHS.values(), looks, strict=True)
            sheet.fit(row, tuple(fitted), least=18.0)
        self._set_page(sheet, landscape=True, single=False, last=(max(len(rows), 1), 4))


_HEAD_MIDDLE = formats.HEADER_MIDDLE


def _wrapped(text: str, width: float, look: CellFormat) -> list[str]:
    """Part a paragraph into lines that fit a width, at the ends of words."""
    from xlassess.sheet import metrics

    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        measured = metrics.MeasuredText(longer, width, look.size, look.bold)
        if metrics.line_count(measured) == 1 or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
