"""Takes packages apart and puts them together again, for tests that damage them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from html import escape, unescape

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

Edit = Callable[[bytes], bytes]


def edited(data: bytes, edits: Mapping[str, Edit]) -> bytes:
    """Return a package with the named parts changed; every named part must be there."""
    parts = parts_of(data)
    missing = edits.keys() - parts.keys()
    assert not missing, f"no such parts: {missing}"
    return packed({n: edits.get(n, bytes)(part) for n, part in parts.items()}, level=1)


def parts_of(data: bytes) -> dict[str, bytes]:
    """Return the parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(
    parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, level: int | None = None
) -> bytes:
    """Return parts as a package; at level 1, large ones are squeezed in a third of the time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=level) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def replacing(old: bytes, new: bytes) -> Edit:
    """Return an edit that replaces the first of these bytes, which must be there."""

    def edit(part: bytes) -> bytes:
        assert old in part, old
        return part.replace(old, new, 1)

    return edit


def sheet_part(data: bytes, sheet: str) -> str:
    """Return the name of the part that holds a sheet, as XlsxWriter numbers them."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    names = book.sheetnames
    book.close()
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def typed_in(data: bytes, sheet: str, values: Mapping[str, object]) -> bytes:
    """Return a workbook with these values in cells of a sheet, each by its name (A1).

    Only these cells are written anew. To have openpyxl read and write all takes twenty times as
    long, and says no more where a test is not about what a program makes of a workbook.
    """

    def edit(xml: bytes) -> bytes:
        for name, value in values.items():
            cell = rb'<c r="%s"( s="\d+")?[^>]*?(?:/>|>.*?</c>)' % name.encode()
            xml, count = re.subn(cell, partial(_cell, name, value), xml)
            assert count == 1, (sheet, name)
        return xml

    # XlsxWriter numbers the parts of sheets in the order of the sheets
    names = re.findall(rb'<sheet name="([^"]*)"', parts_of(data)["xl/workbook.xml"])
    number = [unescape(one.decode()) for one in names].index(sheet) + 1
    return edited(data, {f"xl/worksheets/sheet{number}.xml": edit})


def _cell(name: str, value: object, was: re.Match[bytes]) -> bytes:
    """Return a cell with this value and the format it had."""
    text = escape(str(value)).encode()
    start = b'<c r="%s"%s' % (name.encode(), was[1] or b"")
    if value is None:
        return start + b"/>"
    if isinstance(value, str):
        return start + b' t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % text
    if isinstance(value, date):
        text = str((value - date(1899, 12, 30)).days).encode()
    return start + b"><v>%s</v></c>" % text


def opened(data: bytes, *names: str, values: bool = False) -> openpyxl.Workbook:
    """Return a workbook opened with these sheets alone: most of the time goes to all the others.

    ``values`` has the values of formulas, as openpyxl's ``data_only``.
    """

    def only_these(xml: bytes) -> bytes:
        def kept(sheet: re.Match[bytes]) -> bytes:
            return sheet[0] if unescape(sheet[1].decode()) in names else b""

        xml = re.sub(rb'<sheet name="([^"]*)"[^>]*/>', kept, xml)
        return re.sub(rb'<definedNames>.*</definedNames>| activeTab="\d+"', b"", xml)

    book = edited(data, {"xl/workbook.xml": only_these})
    return openpyxl.load_workbook(io.BytesIO(book), data_only=values)


def sheet_of(data: bytes, name: str, *, values: bool = False) -> Worksheet:
    """Return a sheet of a workbook, opened alone (see `opened`)."""
    return opened(data, name, values=values)[name]
