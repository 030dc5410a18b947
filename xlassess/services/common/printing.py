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

_SECONDS = 180
"""A summary of three hundred returns is printed in a minute; longer is a program that hangs."""

_SHEET = re.compile(rb'<sheet name="([^"]*)"')
_NAMED = re.compile(
    rb'(<definedName name="_xlnm\.(Print_Area|Print_Titles)" localSheetId="(\d+)">)'
    rb"(.*?)(</definedName>)"
)
_EMPTY = b"$ZZ$9999"
"""A cell with nothing in it: LibreOffice prints no empty page, though it prints hidden sheets."""


def office() -> str | None:
    """Return the path of LibreOffice's program, None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def pdf_of(content: bytes, printed: Collection[str]) -> bytes | None:
    """Return a workbook's sheets of these names as a PDF file.

    It never fails: what comes of it is an extra, and the workbook is the record.

    Args:
        content: the workbook.
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


def only(content: bytes, printed: Collection[str]) -> bytes:
    """Return the workbook with nothing to print on all other sheets; their charts' data stay."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        for each in given.infolist():
            data = given.read(each)
            if each.filename == "xl/workbook.xml":
                data = _only_in(data, printed)
            kept.writestr(each, data)
    return out.getvalue()


def _only_in(book: bytes, printed: Collection[str]) -> bytes:
    names = [unescape(found.decode()) for found in _SHEET.findall(book)]

    def kept(found: re.Match[bytes]) -> bytes:
        head, what, sheet, where, tail = found.groups()
        if names[int(sheet)] in printed:
            return found[0]
        if what == b"Print_Titles":
            return b""
        return head + where.rpartition(b"!")[0] + b"!" + _EMPTY + tail

    return _NAMED.sub(kept, book)
