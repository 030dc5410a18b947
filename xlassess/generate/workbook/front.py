"""What the first sheet of every workbook has: its banner, whose it is, and paragraphs.

Nothing on it is merged: prose stands in the wide first column, where a screen reader meets it once
and in order, and the figures of a table stand in the narrow columns beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import quote

from xlassess.contract.layout import ABOUT_ROW
from xlassess.generate.workbook.draft import Draft, PersonalField
from xlassess.model.days import written_day
from xlassess.sheet import formats, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.metrics import text_width, usable_width
from xlassess.sheet.writer import Formula, SheetWriter

WIDTHS = {0: 77.0, 1: 10.0, 2: 9.5, 3: 17.0, 4: 10.0}
"""Some ninety letters a line, and narrow enough to print at eight points."""
LAST = max(WIDTHS)

STATE = CellFormat(size=11, bold=True, indent=1, fill=palette.PALE, colour=palette.NAVY)
_BANNER = CellFormat(size=18, bold=True, colour=palette.WHITE, fill=palette.NAVY, indent=1)
_BANNER_SMALL = CellFormat(size=11, colour=palette.WHITE, fill=palette.NAVY, indent=1)
_DETAIL = formats.PLAIN.but(indent=1)
_LABEL = formats.SMALL_PROSE.but(indent=1)
_STEP = formats.PROSE.but(indent=1)
_REFERENCE = _DETAIL.but(bold=True, size=14, colour=palette.NAVY)
BEGIN = formats.LINK.but(size=12, bold=True, indent=1)

_PERSONAL: tuple[tuple[str, PersonalField], ...] = (
    ("label_reference", "reference"), ("label_partner", "partner"),
    ("label_respondent", "respondent"), ("label_level", "level"),
)  # fmt: skip


def write_across(
    sheet: SheetWriter, row: int, text: str | Formula, look: CellFormat, least: float = 0
) -> None:
    """Write a line that is shaded across the sheet, without merging anything.

    Args:
        sheet: the first sheet.
        row: the row.
        text: what stands in its first cell.
        look: the look of the whole row.
        least: the least height of the row in points.
    """
    shown = str(text.value) if isinstance(text, Formula) else text
    room = usable_width(sheet.span_width(0, LAST), look.indent)
    if text_width(shown, look.size, look.bold) < room:
        # One line runs on over the empty cells beside it; a longer text wraps in the first cell.
        look, shown = look.but(wrap=False), ""
    if isinstance(text, Formula):
        sheet.formula(row, 0, text, look.but(wrap=True))
        shown = str(text.value)
    else:
        sheet.text(row, 0, text, look)
    for column in range(1, LAST + 1):
        sheet.blank(row, column, look)
    sheet.fit(row, ((shown, WIDTHS[0], look),), least=least)


def write_banner(draft: Draft, sheet: SheetWriter, title: str) -> None:
    """Write the title of the workbook, and partnership and round below it."""
    write_across(sheet, 0, title, _BANNER, least=34)
    partnership = draft.words.say("partnership_and_round", draft.assessment)
    write_across(sheet, ABOUT_ROW, partnership, _BANNER_SMALL)


def write_details(
    draft: Draft,
    sheet: SheetWriter,
    row: int,
    return_by: date | None,
    more: Sequence[str] = (),
) -> int:
    """Write who answers, for whom and by when; return the row after.

    Args:
        draft: the workbook being built.
        sheet: its first sheet.
        row: where to begin.
        return_by: the day by which the workbook is wanted, if any is named.
        more: lines that follow the reference.
    """
    say = draft.words.say
    for label, name in _PERSONAL:
        look = _REFERENCE if name == "reference" else _DETAIL.but(bold=name == "partner")
        # A name stands in a cell of its own: whoever looks for one finds it whole, and no other.
        alone = name in ("partner", "respondent")
        if alone:
            sheet.text(row, 0, say(label), _LABEL)
            row += 1
        draft.personal.add(sheet, (row, 0), name, look, "" if alone else f"{say(label)}: ")
        # Names are filled in later, and may take two lines.
        sheet.height(row, {"reference": 22, "level": 16}.get(name, 30))
        row += 1
        if name == "reference":
            row = write_paragraphs(sheet, row, more, _DETAIL)
    lines = [say("coordinator", draft.assessment.coordinator)]
    if return_by:
        lines.insert(0, f"{say('label_return_by')}: {written_day(return_by)}")
    return write_paragraphs(sheet, row, lines, _DETAIL)


def write_heading(
    sheet: SheetWriter, row: int, text: str, look: CellFormat = formats.HEADING
) -> int:
    """Write a heading across the sheet; return the row after."""
    sheet.text(row, 0, text, look)
    sheet.height(row, 22)
    return row + 1


def write_paragraphs(
    sheet: SheetWriter, row: int, paragraphs: Iterable[str], look: CellFormat = formats.PROSE
) -> int:
    """Write paragraphs, one below the other; return the row after."""
    for paragraph in paragraphs:
        sheet.text(row, 0, paragraph, look)
        sheet.fit(row, ((paragraph, WIDTHS[0], look),))
        row += 1
    return row


def write_steps(sheet: SheetWriter, row: int, steps: Iterable[str]) -> int:
    """Write the steps to take, one below the other; return the row after."""
    return write_paragraphs(sheet, row, steps, _STEP)


def write_mail_link(draft: Draft, sheet: SheetWriter, row: int) -> int:
    """Write a link that opens an e-mail to the coordinator, if there is an address."""
    coordinator = draft.assessment.coordinator
    if not coordinator.email:
        return row
    subject = quote(draft.words.say("mail_subject", draft.toolkit, draft.assessment))
    sheet.link(
        row, 0, f"mailto:{coordinator.email}?subject={subject}",
        draft.words.say("mail_link", coordinator), formats.LINK, tip=draft.words.say("mail_tip"),
    )  # fmt: skip
    return row + 1
