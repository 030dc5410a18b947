"""What the first sheet of every workbook has: its banner, whose it is, and paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import quote

from xlassess.contract.layout import ABOUT_ROW
from xlassess.generate.workbook.draft import Draft, PersonalField
from xlassess.sheet import looks, palette
from xlassess.sheet.checked import Sheet
from xlassess.sheet.looks import Look

WIDTHS = {0: 31.0, 1: 12.0, 2: 12.0, 3: 21.0, 4: 20.0}
LAST = max(WIDTHS)

STATE = Look(size=12, bold=True, indent=1, fill=palette.PALE, colour=palette.NAVY)
_BANNER = Look(size=18, bold=True, colour=palette.WHITE, fill=palette.NAVY, indent=1)
_BANNER_SMALL = Look(size=11, colour=palette.WHITE, fill=palette.NAVY, indent=1)
_LABEL = looks.CELL.but(colour=palette.MUTED, fill=palette.FAINT)
_VALUE = looks.CELL.but(bold=True)
_REFERENCE = looks.CELL.but(bold=True, size=20, colour=palette.NAVY)

_PERSONAL: tuple[tuple[str, PersonalField], ...] = (
    ("label_reference", "reference"), ("label_partner", "partner"),
    ("label_respondent", "respondent"), ("label_level", "level"),
)  # fmt: skip

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def british(day: date) -> str:
    """Return a day as British readers write it, the same on every computer."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def write_banner(draft: Draft, sheet: Sheet, title: str) -> None:
    """Write the title of the workbook, and partnership and round below it."""
    sheet.prose(0, 0, LAST, title, _BANNER)
    sheet.height(0, max(sheet.row_height(0), 34))
    partnership = draft.words.say("partnership_and_round", draft.assessment)
    sheet.prose(ABOUT_ROW, 0, LAST, partnership, _BANNER_SMALL)


def write_details(
    draft: Draft,
    sheet: Sheet,
    row: int,
    return_by: date | None,
    more: Sequence[tuple[str, str]] = (),
) -> int:
    """Write who answers, for whom and by when; return the row after.

    Args:
        draft: the workbook being built.
        sheet: its first sheet.
        row: where to begin.
        return_by: the day by which the workbook is wanted, if any is named.
        more: labels and values that follow the reference.
    """
    say = draft.words.say
    for label, name in _PERSONAL:
        look = _REFERENCE if name == "reference" else _VALUE
        sheet.text(row, 0, say(label), _LABEL)
        sheet.merged(row, 1, LAST, "", look)
        draft.personal.add(sheet, row, 1, name, look)
        sheet.height(row, 20 if name == "level" else 32)
        row += 1
        if name == "reference":
            row = _rows(sheet, row, more)
    if return_by:
        sheet.text(row, 0, say("label_return_by"), _LABEL)
        sheet.merged(row, 1, LAST, british(return_by), _VALUE)
        sheet.height(row, 20)
        row += 1
    coordinator = say("coordinator", draft.assessment.coordinator)
    sheet.text(row, 0, say("label_questions"), _LABEL)
    sheet.merged(row, 1, LAST, coordinator, looks.CELL)
    sheet.fit(row, ((coordinator, 60, looks.CELL),), least=20)
    return row + 1


def _rows(sheet: Sheet, row: int, more: Iterable[tuple[str, str]]) -> int:
    for label, value in more:
        sheet.text(row, 0, label, _LABEL)
        sheet.merged(row, 1, LAST, value, looks.CELL)
        sheet.fit(row, ((value, 60, looks.CELL),), least=20)
        row += 1
    return row


def write_heading(sheet: Sheet, row: int, text: str, look: Look = looks.HEADING) -> int:
    """Write a heading across the sheet; return the row after."""
    sheet.text(row, 0, text, look)
    sheet.height(row, 22)
    return row + 1


def write_paragraphs(sheet: Sheet, row: int, paragraphs: Iterable[str]) -> int:
    """Write paragraphs across the sheet; return the row after."""
    for paragraph in paragraphs:
        sheet.prose(row, 0, LAST, paragraph, looks.PROSE)
        row += 1
    return row


def write_mail_link(draft: Draft, sheet: Sheet, row: int) -> int:
    """Write a link that opens an e-mail to the coordinator, if there is an address."""
    coordinator = draft.assessment.coordinator
    if not coordinator.email:
        return row
    subject = quote(draft.words.say("mail_subject", draft.toolkit, draft.assessment))
    sheet.link(
        row, 0, f"mailto:{coordinator.email}?subject={subject}",
        draft.words.say("mail_link", coordinator), looks.LINK, tip=draft.words.say("mail_tip"),
    )  # fmt: skip
    return row + 1
