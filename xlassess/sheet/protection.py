"""Protection of a workbook's structure, which XlsxWriter does not write.

A guard rail against slips (a sheet deleted, renamed or moved), not security: the hash is
sixteen bits long.
"""

from __future__ import annotations

from xlassess.model.errors import XlassessError

_MARK = b"<bookViews>"


def legacy_hash(password: str) -> str:
    """Return the sixteen-bit hash of a password as sheets and workbooks carry it, in hex.

    Source: ECMA-376 part 4, 14.7.1 (legacy password hash), as XlsxWriter applies it to sheets.
    """
    digest = 0
    for char in reversed(password):
        digest = _rotate(digest) ^ ord(char)
    return f"{_rotate(digest) ^ len(password) ^ 0xCE4B:04X}"


def _rotate(digest: int) -> int:
    """Rotate a fifteen-bit number left by one."""
    return (digest >> 14) & 1 | (digest << 1) & 0x7FFF


def lock_structure(workbook_xml: bytes, password: str) -> bytes:
    """Return ``xl/workbook.xml`` with its sheets locked against moving, adding and deleting.

    Args:
        workbook_xml: the part as XlsxWriter wrote it.
        password: the password that opens it; empty for none.

    Raises:
        XlassessError: the part is not one XlsxWriter writes.
    """
    if workbook_xml.count(_MARK) != 1 or b"<workbookProtection" in workbook_xml:
        raise XlassessError(
            "The workbook's structure could not be locked: its parts are not as expected.",
            "Report this with the version of XlsxWriter in use.",
        )
    # Excel wants the element before the views, and calls the file damaged where it comes later
    secret = f' workbookPassword="{legacy_hash(password)}"' if password else ""
    element = f'<workbookProtection{secret} lockStructure="1"/>'.encode()
    return workbook_xml.replace(_MARK, element + _MARK)
