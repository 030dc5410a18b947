"""The progress paper: what came of the agreed actions, on one page, with every action behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from xlassess.consolidate.figures.plan_counts import PlanCounts
from xlassess.consolidate.wording.agreed import (
    ProgressPaper,
    changes_in_words,
    count_lines,
    overdue_in_words,
    reading_in_words,
    said_of,
    state_in_words,
)
from xlassess.consolidate.wording.agreed import (
    words as plan_words,
)
from xlassess.consolidate.wording.terms import day
from xlassess.contract.own_files import OWN_FILE_PROPERTY
from xlassess.model.days import local_day
from xlassess.model.plan import AgreedAction, action_number
from xlassess.sheet import formats, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.values import serial
from xlassess.sheet.writer import CellRange, SheetWriter, WorkbookWriter

_TOP = formats.CELL.but(valign="top")
_DAY = _TOP.but(number=formats.DATE_FORMAT)
_COLUMNS: tuple[tuple[str, float, CellFormat], ...] = (
    ("No.", 9, _TOP), ("Action", 40, _TOP), ("Owner", 18, _TOP), ("Deadline", 13, _DAY),
    ("First agreed", 13, _DAY), ("Moved", 8, _TOP), ("State", 13, _TOP),
    ("On time", 11, _TOP), ("What was done, or why not", 44, _TOP),
)  # fmt: skip
_LAST = len(_COLUMNS) - 1
_TEXT = 76.0
"""Some ninety letters a line."""


def progress_paper_bytes(paper: ProgressPaper) -> bytes:
    """Return the progress paper as a workbook; the same values always give the same bytes.

    Raises:
        SheetError: a text does not fit into a workbook.
    """
    words = plan_words()
    assessment = paper.assessment
    book = WorkbookWriter({
        "title": words.say("progress_title", assessment),
        "author": assessment.partnership,
        "category": assessment.marking,
        "created": datetime(2000, 1, 1),
    })  # fmt: skip
    book.own_property(OWN_FILE_PROPERTY, "progress")
    page, every = book.sheet("Progress", palette.NAVY), book.sheet("Actions", palette.BLUE)
    _first_page(paper, page)
    _every_action(paper, every)
    page.raw.activate()
    return book.close()


def _first_page(paper: ProgressPaper, sheet: SheetWriter) -> None:
    words, counts = plan_words(), paper.counts
    sheet.widths({0: _TEXT, 1: 11.0, 2: 11.0})
    _title(paper, sheet, words.say("progress_title", paper.assessment))
    row = _prose(sheet, 3, reading_in_words(paper))
    row = _counts(sheet, row + 1, counts)
    row = _heading(sheet, row + 1, words.say("progress_changed"))
    row = _prose(sheet, row, changes_in_words(paper))
    row = _heading(sheet, row + 1, words.say("progress_overdue_title"))
    row = _prose(sheet, row, overdue_in_words(paper))
    row = _heading(sheet, row + 1, words.say("progress_rules_title"))
    row = _prose(sheet, row, words.paragraphs("progress_rules"), formats.SMALL_PROSE)
    _finish(paper, sheet, (row - 1, 2), landscape=False)


def _title(paper: ProgressPaper, sheet: SheetWriter, title: str) -> None:
    sheet.text(0, 0, title, formats.TITLE)
    sheet.height(0, 28)
    about = f"{paper.assessment.partnership}, {day(paper.made_at)}"
    sheet.text(1, 0, about, formats.PLAIN.but(colour=palette.MUTED, wrap=False))


def _heading(sheet: SheetWriter, row: int, text: str) -> int:
    sheet.text(row, 0, text, formats.HEADING)
    sheet.height(row, 22)
    return row + 1


def _prose(
    sheet: SheetWriter, row: int, texts: Sequence[str], look: CellFormat = formats.PROSE
) -> int:
    for text in texts:
        sheet.text(row, 0, text, look)
        sheet.fit(row, ((text, _TEXT, look),))
        row += 1
    return row


def _counts(sheet: SheetWriter, row: int, counts: PlanCounts) -> int:
    """Write the table of figures: every number with what it is out of."""
    words = plan_words()
    heads = words.headings("progress_counts_heads")
    for column, head in enumerate(heads):
        sheet.text(row, column, head, formats.HEADER if not column else formats.HEADER_MIDDLE)
    sheet.height(row, 24)
    lines = count_lines(counts)
    for at, (label, number) in enumerate(lines, row + 1):
        sheet.text(at, 0, label, formats.CELL)
        sheet.number(at, 1, number, formats.CELL_MIDDLE)
        sheet.number(at, 2, counts.agreed, formats.CELL_MIDDLE)
    box = CellRange(row, 0, row + len(lines), len(heads) - 1)
    _as_table(sheet, box, "Progress", heads)
    return row + len(lines) + 1


def _as_table(sheet: SheetWriter, box: CellRange, name: str, heads: Sequence[str]) -> None:
    """Name a table, so that screen readers find its headings."""
    options = {
        "name": name, "style": None, "autofilter": False,
        "columns": [
            {"header": head, "header_format": sheet.book.format(formats.HEADER)} for head in heads
        ],
    }  # fmt: skip
    sheet.raw.add_table(box.first_row, box.first_column, box.last_row, box.last_column, options)


def _every_action(paper: ProgressPaper, sheet: SheetWriter) -> None:
    words = plan_words()
    sheet.widths({column: width for column, (_, width, _) in enumerate(_COLUMNS)})
    _title(paper, sheet, words.say("progress_actions_title"))
    heads = [head for head, _, _ in _COLUMNS]
    for column, head in enumerate(heads):
        sheet.text(3, column, head, formats.HEADER)
    sheet.height(3, 30)
    today = local_day(paper.made_at)
    for row, action in enumerate(paper.actions, 4):
        first = action.moves[0].old if action.moves else action.deadline
        late = words.say("progress_on_time", action, action.overdue(today))
        values = (
            _number(paper, action), action.action, action.owner, action.deadline, first,
            len(action.moves) or "", state_in_words(action), late, said_of(action),
        )  # fmt: skip
        _row(sheet, row, values)
    last = 3 + max(len(paper.actions), 1)
    _as_table(sheet, CellRange(3, 0, last, _LAST), "Actions", heads)
    _finish(paper, sheet, (last, _LAST), landscape=True)


def _row(sheet: SheetWriter, row: int, values: Sequence[object]) -> None:
    texts = []
    for column, (value, (_, width, look)) in enumerate(zip(values, _COLUMNS, strict=True)):
        if value is None or value == "":
            sheet.blank(row, column, look)
        elif isinstance(value, int):
            sheet.number(row, column, value, look)
        elif isinstance(value, str):
            sheet.text(row, column, value, look)
            texts.append((value, width, look))
        else:
            sheet.number(row, column, serial(value), look)  # type: ignore[arg-type]
    sheet.fit(row, tuple(texts), least=20)


def _number(paper: ProgressPaper, action: AgreedAction) -> str:
    return action_number(action, paper.assessment.round)


def _finish(
    paper: ProgressPaper, sheet: SheetWriter, last: tuple[int, int], *, landscape: bool
) -> None:
    assessment = paper.assessment
    set_page(
        sheet,
        PageSetup(
            left=f"{assessment.partnership}, {assessment.round}",
            right=f"Progress of {day(paper.made_at)}",
            marking=assessment.marking,
            landscape=landscape,
            area=CellRange(0, 0, *last),
            repeat=(3, 3) if landscape else None,
        ),
    )
    show(sheet, (4, 0) if landscape else None)
