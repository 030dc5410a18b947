"""The progress paper: what came of the agreed actions, on one page, with every action behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xlassess.consolidate.figures.plan_counts import (
    ActionChange,
    PlanCounts,
    action_changes,
    plan_counts,
)
from xlassess.consolidate.wording.agreed import (
    change_in_words,
    state_in_words,
)
from xlassess.consolidate.wording.agreed import (
    words as plan_words,
)
from xlassess.consolidate.wording.terms import day
from xlassess.model.assessment import Assessment
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


@dataclass(frozen=True, slots=True)
class ProgressPaper:
    """What a progress paper is written from.

    ``actions`` are those of all plans up to the present round; ``before`` are the same as they
    stood in the paper before, which was made at ``since`` (None for the first).
    """

    assessment: Assessment
    made_at: datetime
    actions: tuple[AgreedAction, ...]
    since: datetime | None
    before: tuple[AgreedAction, ...]

    @property
    def counts(self) -> PlanCounts:
        """How far the actions have come on the day of the paper."""
        return plan_counts(self.actions, self.made_at.astimezone().date())

    @property
    def changes(self) -> tuple[ActionChange, ...]:
        """Which actions changed since the paper before."""
        return action_changes(self.actions, self.before)


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
    page, every = book.sheet("Progress", palette.NAVY), book.sheet("Actions", palette.BLUE)
    _first_page(paper, page)
    _every_action(paper, every)
    page.raw.activate()
    return book.close()


def _first_page(paper: ProgressPaper, sheet: SheetWriter) -> None:
    words, counts = plan_words(), paper.counts
    sheet.widths({0: _TEXT, 1: 11.0, 2: 11.0})
    _title(paper, sheet, words.say("progress_title", paper.assessment))
    row = _prose(sheet, 3, (words.say("progress_reading", counts, paper.assessment),))
    row = _counts(sheet, row + 1, counts)
    row = _heading(sheet, row + 1, words.say("progress_changed"))
    row = _prose(sheet, row, _changes(paper))
    row = _heading(sheet, row + 1, words.say("progress_overdue_title"))
    today = paper.made_at.astimezone().date()
    late = [one for one in paper.actions if one.overdue(today)]
    said = [words.say("progress_overdue", _number(paper, one), one, _by(one)) for one in late]
    row = _prose(sheet, row, said or (words.say("progress_overdue_none"),))
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
    labels = words.headings("progress_counts")
    in_time = counts.open - counts.overdue
    figures = (
        (counts.on_time, counts.agreed), (counts.late, counts.agreed),
        (counts.undated, counts.agreed),
        (in_time, counts.agreed), (counts.overdue, counts.agreed),
        (counts.stopped, counts.agreed), (counts.moved, counts.agreed),
    )  # fmt: skip
    for at, (label, (number, of)) in enumerate(zip(labels, figures, strict=True), row + 1):
        sheet.text(at, 0, label, formats.CELL)
        sheet.number(at, 1, number, formats.CELL_MIDDLE)
        sheet.number(at, 2, of, formats.CELL_MIDDLE)
    box = CellRange(row, 0, row + len(labels), len(heads) - 1)
    _as_table(sheet, box, "Progress", heads)
    return row + len(labels) + 1


def _as_table(sheet: SheetWriter, box: CellRange, name: str, heads: Sequence[str]) -> None:
    """Name a table, so that screen readers find its headings."""
    options = {
        "name": name, "style": None, "autofilter": False,
        "columns": [
            {"header": head, "header_format": sheet.book.format(formats.HEADER)} for head in heads
        ],
    }  # fmt: skip
    sheet.raw.add_table(box.first_row, box.first_column, box.last_row, box.last_column, options)


def _changes(paper: ProgressPaper) -> list[str]:
    words = plan_words()
    if paper.since is None:
        return [words.say("progress_first")]
    told = [change_in_words(one, paper.assessment.round) for one in paper.changes]
    if not told:
        return [words.say("progress_nothing", paper.since)]
    return [words.say("progress_since", paper.since, len(told), _of_all(paper)), *told]


def _of_all(paper: ProgressPaper) -> int:
    """How many actions there are or were: what may have changed."""
    return len({action.key for action in (*paper.actions, *paper.before)})


def _every_action(paper: ProgressPaper, sheet: SheetWriter) -> None:
    words = plan_words()
    sheet.widths({column: width for column, (_, width, _) in enumerate(_COLUMNS)})
    _title(paper, sheet, words.say("progress_actions_title"))
    heads = [head for head, _, _ in _COLUMNS]
    for column, head in enumerate(heads):
        sheet.text(3, column, head, formats.HEADER)
    sheet.height(3, 30)
    today = paper.made_at.astimezone().date()
    for row, action in enumerate(paper.actions, 4):
        first = action.moves[0].old if action.moves else action.deadline
        late = words.say("progress_on_time", action, action.overdue(today))
        values = (
            _number(paper, action), action.action, action.owner, action.deadline, first,
            len(action.moves) or "", state_in_words(action), late, _said(action),
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


def _said(action: AgreedAction) -> str:
    return " ".join(filter(None, (action.done, action.because)))


def _number(paper: ProgressPaper, action: AgreedAction) -> str:
    return action_number(action, paper.assessment.round)


def _by(action: AgreedAction) -> str:
    return f"{action.deadline.day} {action.deadline:%B %Y}" if action.deadline else ""


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
