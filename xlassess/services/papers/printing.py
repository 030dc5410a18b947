"""The summary's print set as a PDF file, made by LibreOffice where it is installed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Collection
from html import unescape
from pathlib import Path
from typing import IO

_SECONDS = 180
"""A summary of three hundred returns is printed in a minute; longer is a program that hangs."""

_SHEET = re.compile(rb'<sheet name="([^"]*)"')
_NAMED = re.compile(
    rb'(<definedName name="_xlnm\.(Print_Area|Print_Titles)" localSheetId="(\d+)">)'
    rb"(.*?)(</definedName>)"
)
_CHARTED = re.compile(rb"<c:f>([^<]*)![^<!]*</c:f>")
_FORMULA = re.compile(rb"<f[ >]")
_ROWS, _ROWS_END = b"<sheetData>", b"</sheetData>"
_AT_ONCE = 1_000_000
"""Bytes of a sheet that are read together; before its rows there are some thousand."""

_BOOK, _SHEETS = "xl/workbook.xml", [f"xl/worksheets/sheet{n}.xml" for n in range(1, 1000)]
_EMPTY = b"$ZZ$9999"
"""A cell with nothing in it: LibreOffice prints no empty page, though it prints hidden sheets."""


def office() -> str | None:
    """Return the path of LibreOffice's program, None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def pdf_of(content: bytes | Path, printed: Collection[str]) -> bytes | None:
    """Return a workbook's sheets of these names as a PDF file.

    It never fails: what comes of it is an extra, and the workbook is the record.

    Args:
        content: the workbook, or where it is.
        printed: the sheets that are printed; what stands on others is not in the file.

    Returns:
        The file, None where LibreOffice is not there or does not make one in time.
    """
    program = office()
    if program is None:
        return None
    # A profile of its own: LibreOffice opens no second time with the one that is in use.
    with tempfile.TemporaryDirectory(prefix="xlassess-print-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, made = folder / "summary.xlsx", folder / "summary.pdf"
        source.write_bytes(only(content, printed))
        command = [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
            "--norestore", "--convert-to", "pdf", "--outdir", str(folder), str(source),
        ]  # fmt: skip
        try:
            subprocess.run(  # noqa: S603
                command, timeout=_SECONDS, check=True, stdin=subprocess.DEVNULL,
                capture_output=True,
            )  # fmt: skip
            data = made.read_bytes()
        except (OSError, subprocess.SubprocessError):
            return None
    return data if data.startswith(b"%PDF-") else None


def only(content: bytes | Path, printed: Collection[str]) -> bytes:
    """Return the workbook with nothing to print on all other sheets.

    Rows that nothing printed is drawn or worked out from are left out: of thousands of returns,
    they are nearly all that LibreOffice would read.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        unused = _unused(given, printed)
        for each in given.infolist():
            with given.open(each) as part:
                data = _without_rows(part) if each.filename in unused else part.read()
            kept.writestr(each, _only_in(data, printed) if each.filename == _BOOK else data)
    return out.getvalue()


def _without_rows(sheet: IO[bytes]) -> bytes:
    """What a sheet's part holds beside its rows, which may take more memory than all the rest."""
    head, rows, rest = sheet.read(_AT_ONCE).partition(_ROWS)
    while rows and _ROWS_END not in rest and (more := sheet.read(_AT_ONCE)):
        rest = rest[-len(_ROWS_END) :] + more
    return head + rows + rest[max(rest.find(_ROWS_END), 0) :] + sheet.read()


def _unused(book: zipfile.ZipFile, printed: Collection[str]) -> frozenset[str]:
    """The parts of sheets that are not printed and that no chart or printed formula reads."""
    parts = dict(zip(_names(book.read(_BOOK)), _SHEETS, strict=False))
    if any(_FORMULA.search(book.read(part)) for name, part in parts.items() if name in printed):
        return frozenset()
    charts = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
    read = {found.decode() for name in charts for found in _CHARTED.findall(book.read(name))}
    drawn = {unescape(name).strip("'").replace("''", "'") for name in read}
    return frozenset(part for name, part in parts.items() if name not in {*printed, *drawn})


def _names(book: bytes) -> list[str]:
    return [unescape(found.decode()) for found in _SHEET.findall(book)]


def _only_in(book: bytes, printed: Collection[str]) -> bytes:
    names = _names(book)

    def kept(found: re.Match[bytes]) -> bytes:
        head, what, sheet, where, tail = found.groups()
        if names[int(sheet)] in printed:
            return found[0]
        if what == b"Print_Titles":
            return b""
        return head + where.rpartition(b"!")[0] + b"!" + _EMPTY + tail

    return _NAMED.sub(kept, book)
