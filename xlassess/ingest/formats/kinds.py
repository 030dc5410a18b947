"""The guard: what a returned file is, by its content, and whether it may be parsed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from xlassess.ingest.formats.ods.scan_ods import scan_ods
from xlassess.ingest.formats.properties import Properties, as_trusted, read_properties
from xlassess.ingest.formats.relationships import content_type, workbook_part
from xlassess.ingest.formats.xls.scan_xls import scan_xls
from xlassess.ingest.formats.xlsb.scan_xlsb import scan_xlsb
from xlassess.ingest.formats.xlsx import scan_xlsx
from xlassess.ingest.guard.decrypt import decrypted
from xlassess.ingest.guard.foreign import PLAIN_ZIP, foreign_bytes, foreign_zip
from xlassess.ingest.guard.limits import MEGABYTE, MOST_BYTES
from xlassess.ingest.guard.markup import MARKUP_FAULTS
from xlassess.ingest.guard.notes import ExcessError, Scanned, SheetNotes
from xlassess.ingest.guard.ole import OLE_MAGIC, OldWorkbook, open_ole
from xlassess.ingest.guard.package import ZIP_MAGIC, Package, UnsafePartError, open_package
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

Kind = Literal["xlsx", "xlsm", "xlsb", "xls", "ods"]

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_MACRO_KIND = b"macroenabled"
_MACROS = ("xl/vbaproject.bin", "basic/", "scripts/", "xl/macrosheets/")
"""Parts that hold programs: of Excel, of LibreOffice (in two languages), of Excel 4."""
_USUAL = {
    "ods": (
        "mimetype", "content.xml", "styles.xml", "meta.xml", "settings.xml", "manifest.rdf",
        "meta-inf/", "configurations2/", "thumbnails/", "pictures/", "object ", "media/", "fonts/",
        "objectreplacements/", "layout-cache", "current.xml", "basic/", "scripts/", "dialogs/",
    ),
    "xlsx": (
        "[content_types].xml", "_rels/", "docprops/", "customxml/", "docmetadata/", "xl/",
        "customui/", "package/", "usercustomization/", "[trash]/", "_xmlsignatures/",
    ),
}  # fmt: skip
"""Beginnings of the names of parts that office programs write; SharePoint adds some of them."""
_LEAVINGS = ("__macosx/", ".ds_store")
_MOST_NAMED = 3
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
    if not isinstance(result, Finding) or result.code != "G04":
        return result
    if not data.startswith(OLE_MAGIC):
        problem = "as OpenDocument spreadsheets are"
        return found("G20", problem=problem) if passwords else result
    opened = decrypted(data, passwords)
    return opened if isinstance(opened, Finding) else _guard(opened)


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
    except UnsafePartError as unsafe:
        return unsafe.finding
    except _FAULTS:
        return found("G06", problem="a part of it cannot be read")


def _guard_ole(data: bytes) -> Guarded | Finding:
    opened = open_ole(data)
    if not isinstance(opened, OldWorkbook):
        return opened
    scanned = scan_xls(opened.stream)
    if isinstance(scanned, Finding):
        return scanned
    saved_at = as_trusted(opened.saved_at, opened.program)
    properties = Properties(saved_at=saved_at, program=opened.program)
    findings = _told(scanned, macros=opened.macros or scanned.macros)
    return Guarded(scanned.data or data, "xls", scanned.notes, properties, findings)


def _guard_package(data: bytes) -> Guarded | Finding:
    package = open_package(data)
    if isinstance(package, Finding):
        return package
    kind, part = _kind(package)
    if kind is None:
        mimetype, core = package.get("mimetype").strip(), package.get("docprops/core.xml")
        foreign = foreign_zip(package.names, mimetype, core)
        return (foreign or PLAIN_ZIP).finding()
    scanned = _scan(kind, package, part)
    if isinstance(scanned, Finding):
        return scanned
    macros = any(name.startswith(_MACROS) for name in package.names)
    properties = read_properties(package)
    findings = _told(scanned, _odd_parts(kind, package, part), macros=macros or scanned.macros)
    return Guarded(scanned.data or data, kind, scanned.notes, properties, findings)


def _told(
    scanned: Scanned, odd: Sequence[str] = (), *, macros: bool = False
) -> tuple[Finding, ...]:
    """What there is in a file that nobody reads answers from."""
    unread = (*scanned.unread, *odd)
    findings = [found("G16")] if macros else []
    if unread:
        named = ", ".join(unread[:_MOST_NAMED])
        more = f" and {len(unread) - _MOST_NAMED} more" if len(unread) > _MOST_NAMED else ""
        findings.append(found("G19", parts=named + more))
    return tuple(findings)


def _odd_parts(kind: Kind, package: Package, part: str) -> list[str]:
    """Parts that no office program is known to write, by their names.

    An OpenDocument file has a folder for each document in it; what is in that is told with the
    document itself. The parts of a workbook may be in any folder together.
    """
    usual = _USUAL["ods" if kind == "ods" else "xlsx"]
    if kind == "ods":
        inner = (name.rpartition("content.xml") for name in package.names)
        usual += tuple(folder for folder, found_, end in inner if found_ and not end and folder)
    elif "/" in part:
        usual += (part.rpartition("/")[0] + "/",)
    return [
        f"the part “{name[:60]}”"
        for name in sorted(package.names - package.parts.keys())
        if not name.startswith((*usual, *_LEAVINGS)) and not name.endswith(("/", *_LEAVINGS))
    ]


def _kind(package: Package) -> tuple[Kind | None, str]:
    """The kind of workbook a package is, by what it says of itself, and the workbook's part."""
    if package.get("mimetype").strip().startswith(_ODS) and "content.xml" in package.names:
        return "ods", "content.xml"
    part = workbook_part(package)
    if not part:
        return None, ""
    if part.endswith(".bin"):
        return "xlsb", part
    return ("xlsm" if _MACRO_KIND in content_type(package, part) else "xlsx"), part


def _scan(kind: Kind, package: Package, part: str) -> Scanned | Finding:
    if kind == "ods":
        return scan_ods(package)
    return scan_xlsb(package, part) if kind == "xlsb" else scan_xlsx(package, part)
