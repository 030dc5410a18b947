"""Answers that came in a PDF or a picture: whose they are, so that somebody types them in.

Nothing is read from such a file but a reference. It is looked for in the file's name, in the
message that it came with and in the text of a PDF; a picture has no text. A file that names the
workbooks of several is nobody's. What a reference in it proves is only whom to ask.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator

from xlassess.contract.reference import find_references
from xlassess.ingest.reading.reading_plan import Context, CoveringMail
from xlassess.model.answer import Issued
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

_PDF = b"%PDF-"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1")
_MOST_PAGES, _MOST_TEXT, _MOST_SECONDS = 40, 200_000, 3.0
"""Of a PDF so much is looked at: more than any workbook prints. Time is taken between pages; the
process ends where a single page takes longer than a file may."""
_HYPHENS = re.compile(r" ?[-\u00ad\u2010-\u2015] ?")


def evidence(data: bytes, name: str, mail: CoveringMail | None, context: Context) -> Finding | None:
    """Return the remark that a file may hold the answers of somebody; None where it may not.

    Args:
        data: the bytes of a file that is no workbook.
        name: the name it came under.
        mail: the message it came with, if it came with one.
        context: the assessment.
    """
    what = _what(data)
    if not what:
        return None
    said = (mail.subject, mail.text) if mail else ()
    for text, how in (
        (name, "its name"),
        *((each, "the message that it came with") for each in said),
        *((page, "its text") for page in ([_text_of(data)] if what == "a PDF document" else [])),
    ):
        book = _named(text, context)
        if book:
            source = "pdf" if what == "a PDF document" else "paper"
            return found(
                "I17", what=what, owner=book.who, reference=book.reference, how=how, source=source
            )
    return None


def _what(data: bytes) -> str:
    if data.startswith(_PDF):
        return "a PDF document"
    return "a picture" if data.startswith(_PICTURES) or data[4:12] in _HEIC else ""


def _named(text: str, context: Context) -> Issued | None:
    """The one workbook of the round that a text names, by its reference or one that is about it."""
    whose: dict[str, Issued] = {}
    for reference in find_references(_HYPHENS.sub("-", text.upper())):
        about = context.queries.get(reference) or context.entries.get(reference)
        book = context.issued.get(about.of if about else reference)
        if book and book.identity.round == context.round and not book.identity.kind:
            whose[book.reference] = book
    return next(iter(whose.values())) if len(whose) == 1 else None


def _text_of(data: bytes) -> str:
    """The text of a PDF, as far as it is looked at; empty where it cannot be read."""
    return "\n".join(_pages(data))[:_MOST_TEXT]


def _pages(data: bytes) -> Iterator[str]:
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    until, left = time.monotonic() + _MOST_SECONDS, _MOST_TEXT
    try:
        reader = PdfReader(io.BytesIO(data))
        for number in range(min(len(reader.pages), _MOST_PAGES)):
            if left <= 0 or time.monotonic() > until:
                return
            text = reader.pages[number].extract_text()[:left]
            left -= len(text)
            yield text
    except MemoryError:
        raise
    except Exception:  # pypdf raises many kinds over damaged, encrypted and hostile files
        return
