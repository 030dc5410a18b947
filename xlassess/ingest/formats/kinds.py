"""The guard: what a returned file is, by its content, and whether it may be parsed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from xlassess.ingest.formats.ods import made_plain, scan_ods
from xlassess.ingest.formats.properties import Properties, read_properties
from xlassess.ingest.formats.xls import scan_xls
from xlassess.ingest.formats.xlsb import WORKBOOK as BINARY_WORKBOOK
from xlassess.ingest.formats.xlsb import scan_xlsb
from xlassess.ingest.formats.xlsx import WORKBOOK, scan_xlsx
from xlassess.ingest.guard.foreign import PLAIN_ZIP, foreign_bytes, foreign_zip
from xlassess.ingest.guard.limits import MEGABYTE, MOST_BYTES
from xlassess.ingest.guard.markup import MARKUP_FAULTS
from xlassess.ingest.guard.notes import ExcessError, SheetNotes
from xlassess.ingest.guard.ole import OLE_MAGIC, OldWorkbook, decrypted, open_ole
from xlassess.ingest.guard.package import ZIP_MAGIC, Package, open_package
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

Kind = Literal["xlsx", "xlsm", "xlsb", "xls", "ods"]

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_MACRO_KIND = b"sheet.macroEnabled.main+xml"
_MACROS = "xl/vbaproject.bin"
_FAULTS = (*MARKUP_FAULTS, struct.error, IndexError, KeyError)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A file that may be parsed: its bytes, kind, notes by sheet name, and properties."""

    data: bytes
    kind: Kind
    notes: Mapping[str, SheetNotes]
    properties: Properties = field(default_factory=Properties)
    findings: tuple[Finding, ...] = ()


def guard(data: bytes, passwords: Sequence[str] = ()) -> Guarded | Finding:
    """Return a file's bytes as safe to parse, or the reason why they are not.

    An Excel file encrypted with Excel's own well-known password (as structure protection
    leaves old .xls files), or with one of the passwords given, is opened and guarded as what
    is inside.
    """
    result = _guard(data)
    if isinstance(result, Finding) and result.code == "G04" and data.startswith(OLE_MAGIC):
        opened = decrypted(data, passwords)
        if opened is None:
            return found("G18") if passwords else result
        return _guard(opened)
    return result


def _guard(data: bytes) -> Guarded | Finding:
    if not data.strip(b"\x00\r\n\t "):
        return found("G01")
    if len(data) > MOST_BYTES:
        limit = str(MOST_BYTES // MEGABYTE)
        return found("G02", size=str(-(-len(data) // MEGABYTE)), limit=limit)
    for magic, look in ((ZIP_MAGIC, _guard_package), (OLE_MAGIC, _guard_ole)):
        if data.startswith(magic):
            return _looked_into(data, look)
    return foreign_bytes(data).finding()


def _looked_into(data: bytes, look: Callable[[bytes], Guarded | Finding]) -> Guarded | Finding:
    try:
        return look(data)
    except ExcessError as excess:
        return found("G10", problem=str(excess))
    except _FAULTS:
        return found("G06", problem="a part of it cannot be read")


def _guard_ole(data: bytes) -> Guarded | Finding:
    opened = open_ole(data)
    if not isinstance(opened, OldWorkbook):
        return opened
    notes = scan_xls(opened.stream)
    if isinstance(notes, Finding):
        return notes
    return Guarded(data, "xls", notes, Properties(saved_at=opened.saved_at))


def _guard_package(data: bytes) -> Guarded | Finding:
    package = open_package(data)
    if isinstance(package, Finding):
        return package
    kind = _kind(package)
    if kind is None:
        foreign = foreign_zip(package.names, package.get("mimetype").strip())
        return (foreign or PLAIN_ZIP).finding()
    notes = _scan(kind, package)
    if isinstance(notes, Finding):
        return notes
    data = made_plain(data, package) if kind == "ods" else data
    macros = (found("G16"),) if _MACROS in package.names else ()
    return Guarded(data, kind, notes, read_properties(package), macros)


def _kind(package: Package) -> Kind | None:
    if WORKBOOK in package.names:
        return "xlsm" if _MACRO_KIND in package.get("[content_types].xml") else "xlsx"
    if BINARY_WORKBOOK in package.names:
        return "xlsb"
    if package.get("mimetype").strip().startswith(_ODS) and "content.xml" in package.names:
        return "ods"
    return None


def _scan(kind: Kind, package: Package) -> dict[str, SheetNotes] | Finding:
    if kind == "ods":
        return scan_ods(package)
    return scan_xlsb(package) if kind == "xlsb" else scan_xlsx(package)
