"""Parts that come again are not worked out again, and no file tells of another."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

import pytest

from tests.factory import Workbook
from tests.ingest.packages import edited, parts_of, replacing, sheet_part
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.guard import remembered
from xlassess.ingest.guard.notes import SheetNotes
from xlassess.ingest.guard.package import Package, UnsafePartError, open_package
from xlassess.ingest.guard.remembered import RememberedParts

VIEWS = "1 Views"


def test_remembered__from_the_second_time_on() -> None:
    known: RememberedParts[str] = RememberedParts()
    known.keep(b"part", "told", lambda: 10)
    assert known.recall(b"part") is None
    known.keep(b"part", "told", lambda: 10)
    assert known.recall(b"part") == "told"
    assert known.recall(b"other") is None
    known.forget()
    assert known.recall(b"part") is None


def test_remembered__what_was_not_asked_for_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembered, "_MOST_KEPT", 30)
    monkeypatch.setattr(remembered, "_MOST_ENTRY", 20)
    known: RememberedParts[int] = RememberedParts()
    for number in (1, 2):
        for _ in range(2):
            known.keep(number, number, lambda: 15)
    assert known.recall(1) == 1
    for _ in range(2):
        known.keep(3, 3, lambda: 15)
    assert [known.recall(number) for number in (1, 2, 3)] == [1, None, 3]


def test_remembered__neither_what_takes_much_nor_all_that_came_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembered, "_MOST_ENTRY", 20)
    monkeypatch.setattr(remembered, "_MOST_ONCE", 2)
    known: RememberedParts[int] = RememberedParts()
    for _ in range(3):
        known.keep(b"large", 1, lambda: 21)
    assert known.recall(b"large") is None
    for number in (1, 2, 3, 1):
        known.keep(number, number, lambda: 1)
    assert known.recall(1) is None


def _struck(data: bytes) -> bytes:
    """The same sheets, with a line through every cell by the styles that they share."""
    return edited(data, {"xl/styles.xml": lambda part: part.replace(b"<font>", b"<font><strike/>")})


def _hidden(data: bytes) -> bytes:
    old = f'<sheet name="{VIEWS}"'.encode()
    return edited(data, {"xl/workbook.xml": replacing(old, old + b' state="hidden"')})


def _with_row_hidden(data: bytes) -> bytes:
    row = replacing(b'<row r="6"', b'<row r="6" hidden="1"')
    return edited(data, {sheet_part(data, VIEWS): row})


def test_parts_that_come_again__no_file_tells_of_another(kinds: Workbook) -> None:
    """Each is told as if it were the first, whatever was read between."""
    others = [make(kinds.data) for make in (_struck, _hidden, _with_row_hidden)]
    files = [kinds.data, *others]
    first = [_told(data) for data in files]
    sheets = [told[VIEWS] for told in first]
    assert [bool(one.struck) for one in sheets] == [False, True, False, False]
    assert [one.hidden for one in sheets] == [False, False, True, False]
    assert [5 in one.hidden_rows for one in sheets] == [False, False, False, True]
    for _ in range(3):
        assert [_told(data) for data in files] == first
    assert [_told(data) for data in reversed(files)] == first[::-1]


def _told(data: bytes) -> Mapping[str, SheetNotes]:
    result = guard(data)
    assert isinstance(result, Guarded), result
    return result.notes


def test_parser__is_given_the_parts_that_were_judged(kinds: Workbook) -> None:
    result = guard(kinds.data)
    assert isinstance(result, Guarded)
    parts, given = parts_of(kinds.data), parts_of(result.data)
    assert given == {name: parts[name] for name in given}
    assert {name for name in parts if "worksheets/sheet" in name} <= given.keys()
    with zipfile.ZipFile(io.BytesIO(result.data)) as archive:
        assert archive.testzip() is None
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}


def _package(packed: bytes, size: int, crc: int) -> Package:
    """A package with one part of which it says what it likes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xml", packed)
    data = out.getvalue()
    package = open_package(data)
    assert isinstance(package, Package)
    info = package.entries["a.xml"]
    info.compress_type, info.file_size, info.CRC = zipfile.ZIP_DEFLATED, size, crc
    return package


def test_part__that_lacks_only_its_end_is_unpacked() -> None:
    text = b"<a>" + bytes(range(97, 123)) * 40 + b"</a>"
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert _package(packed, len(text), zlib.crc32(text)).get("a.xml") == text


def test_part__larger_or_other_than_it_says_is_refused() -> None:
    text = b"<a>" + b"x" * 10_000 + b"</a>"
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(text) + packer.flush()
    for size, crc in ((10, zlib.crc32(text[:10])), (len(text), 1), (len(text) + 1, 1)):
        with pytest.raises(UnsafePartError) as unsafe:
            _package(packed, size, crc).get("a.xml")
        assert unsafe.value.finding.code == "G06"
