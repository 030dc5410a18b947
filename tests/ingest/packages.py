"""Takes packages apart and puts them together again, for tests that damage them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from html import unescape

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
