"""What is there already under the name of a paper, in whatever state."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.consolidate.rounds import MADE_AT, a_round
from xlassess.consolidate import is_feedback_page, is_page_of, summarise, summary_bytes
from xlassess.consolidate.report import is_feedback_in_word, report_bytes, untouched
from xlassess.model.errors import UsageError
from xlassess.services.common.noted_event import event_noted
from xlassess.sheet.saved import PROPERTIES, beginning_of, is_as_written
from xlassess.toolkits.load import find_toolkit

STARTS = ("docProps/core.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "word/document.xml",
          "[Content_Types].xml")  # fmt: skip


def written_anew(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with the parts that are looked at changed, and packed as it should be."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w") as kept:
        for each in given.infolist():
            part = given.read(each)
            kept.writestr(each, change(part) if each.filename in STARTS else part)
    return out.getvalue()


def in_headers(content: bytes, at: int, value: int) -> bytes:
    """The same file with a number in the headers of every part replaced (APPNOTE 4.3.7, 4.3.12)."""
    changed = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        place = given.start_dir
        for each in given.infolist():
            struct.pack_into("<H", changed, each.header_offset + at, value)
            struct.pack_into("<H", changed, place + at + 2, value)
            place += 46 + len(each.filename) + len(each.extra) + len(each.comment)
    return bytes(changed)


def spoilt(content: bytes) -> bytes:
    """The same file with the packed bytes of every part overwritten."""
    changed = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        for each in given.infolist():
            start = each.header_offset + 30 + len(each.filename)
            changed[start : start + each.compress_size] = b"\xff" * each.compress_size
    return bytes(changed)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "parts that cannot be unpacked": spoilt,
    "encrypted": lambda content: in_headers(content, 6, 1),
    "packed in a way of others": lambda content: in_headers(content, 8, 99),
    "packed as lzma": lambda content: in_headers(content, 8, 14),
    "cut off": lambda content: content[: len(content) // 2],
    "no letters": lambda content: written_anew(content, lambda part: b"\xff" * len(part)),
    "markup cut off": lambda content: written_anew(content, lambda part: part[: len(part) // 2]),
    "another document": lambda content: written_anew(content, lambda part: b"<a/>"),
    "nothing": lambda content: b"",
}


@pytest.fixture(scope="module")
def book() -> bytes:
    return summary_bytes(summarise(a_round([find_toolkit("pat")], 4), MADE_AT))


@pytest.fixture(scope="module")
def word() -> bytes:
    return report_bytes(summarise(a_round([find_toolkit("pat")], 4), MADE_AT))


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_papers__that_are_damaged_are_not_as_written(
    book: bytes, word: bytes, damage: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    assert is_as_written(book)
    assert untouched(word)
    book, word = damage(book), damage(word)
    path = tmp_path / "summary.xlsx"
    path.write_bytes(book)
    assert not is_as_written(book)
    assert not untouched(word)
    assert not is_feedback_page(book)
    assert not is_feedback_in_word(word)
    assert not is_page_of(book, "", MADE_AT)
    assert event_noted(path) is None


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_report__a_damaged_template_is_told(word: bytes, damage: Callable[[bytes], bytes]) -> None:
    told = summarise(a_round([find_toolkit("pat")], 4), MADE_AT)
    with pytest.raises(UsageError, match=r"^Mine\.docx (is not a Word file|names no field)"):
        report_bytes(told, damage(word), "Mine.docx")


def test_beginning_of__is_short_however_long_the_part_is() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(PROPERTIES, b"<" + bytes(50_000_000))
    begins = beginning_of(out.getvalue(), PROPERTIES)
    assert begins.startswith("<")
    assert len(begins) < 100_000
    assert beginning_of(out.getvalue(), "another") == ""
