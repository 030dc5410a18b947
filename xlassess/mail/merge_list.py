"""A list for a mail merge: whoever sends with Word and Outlook gets a row for each person."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.contract.own_files import OWN_FILE_PROPERTY
from xlassess.mail.message import Letter, greeting_of, subject_of
from xlassess.model.assessment import Assessment
from xlassess.sheet import formats, palette
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.values import CellRange
from xlassess.sheet.words import Words
from xlassess.sheet.writer import WorkbookWriter

_COLUMNS = (
    ("Name", 28.0), ("Greeting", 28.0), ("Address", 36.0), ("Copies to", 36.0), ("Subject", 60.0),
    ("References", 24.0), ("Files", 60.0),
)  # fmt: skip


def merge_list(letters: Sequence[Letter], assessment: Assessment, words: Words) -> bytes:
    """Return an Excel workbook with a named table: a row for each message.

    Args:
        letters: what is to be sent, and to whom.
        assessment: the assessment's settings.
        words: the words of the subjects and greetings.
    """
    title = f"{assessment.partnership}: messages of round {assessment.round}"
    book = WorkbookWriter({"title": title, "subject": assessment.marking})
    book.own_property(OWN_FILE_PROPERTY, "messages")
    sheet = book.sheet("Messages", palette.NAVY)
    for column, (heading, width) in enumerate(_COLUMNS):
        sheet.raw.set_column(column, column, width)
        sheet.text(0, column, heading, formats.HEADER)
    for row, letter in enumerate(letters, 1):
        texts = (
            letter.greeted, greeting_of(letter, words), "; ".join((letter.address, *letter.also)),
            "; ".join(letter.copies),
            subject_of(letter, assessment, words), ", ".join(letter.references),
            "; ".join(letter.names),
        )  # fmt: skip
        for column, text in enumerate(texts):
            sheet.text(row, column, text, formats.PLAIN)
    last = max(len(letters), 1)
    head = book.format(formats.HEADER)
    columns = [{"header": heading, "header_format": head} for heading, _ in _COLUMNS]
    box = CellRange(0, 0, last, len(_COLUMNS) - 1)
    sheet.raw.add_table(
        0, 0, last, len(_COLUMNS) - 1,
        {"name": "Messages", "columns": columns, "style": None, "autofilter": True},
    )  # fmt: skip
    show(sheet, (1, 0))
    set_page(sheet, PageSetup(title, "Messages", assessment.marking, True, box, repeat=(0, 0)))
    return book.close()
