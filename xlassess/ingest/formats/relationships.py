"""How the parts of an Office package hang together: followed as Excel does, whatever their names.

A package says in ``_rels/.rels`` which part is the workbook, and the workbook in a part beside it
which are its sheets, texts and styles ([ECMA-376] part 2, 6.5). Most programs use the same names;
Office itself does not for some files from the web (``xl/workbook2.xml``).
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.ingest.guard.markup import attribute, tree
from xlassess.ingest.guard.package import Package

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
"""Where kinds of relationships are named."""
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "officedocument"
_USUAL = ("xl/workbook.xml", "xl/workbook.bin")
_SPREADSHEET = (
    b"spreadsheetml.sheet.main",
    b"sheet.main+xml",
    b"ms-excel",
    b"spreadsheetml.template",
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship of a part: its id, its kind in one word, and what it leads to.

    ``part`` is the name of a part in lower case, ``address`` the target as it is written;
    ``external`` is true where that leads out of the file.
    """

    id: str
    kind: str
    part: str
    address: str
    external: bool = False


def relations(package: Package, part: str) -> list[Relation]:
    """Return the relationships of a part, in their order.

    Raises:
        xml.etree.ElementTree.ParseError: they are not well formed.
        defusedxml.common.DefusedXmlException: they declare entities.
        UnsafePartError: they cannot be read safely.
    """
    folder, name = posixpath.split(part)
    root = tree(package.get(posixpath.join(folder, "_rels", f"{name}.rels")))
    found: list[Relation] = []
    for element in root if root is not None else ():
        target = attribute(element, "Target")
        external = attribute(element, "TargetMode").lower() == "external"
        found.append(
            Relation(
                attribute(element, "Id"),
                attribute(element, "Type").lower().rpartition("/")[2],
                "" if external else _resolved(package, folder, target),
                target,
                external,
            )
        )
    return found


def _resolved(package: Package, folder: str, target: str) -> str:
    """The part a target names; some programs name it from the top without saying so."""
    plain = target.replace("\\", "/").lower()
    strict = posixpath.normpath(posixpath.join("/", folder, plain)).lstrip("/")
    lenient = posixpath.normpath(posixpath.join("/", plain)).lstrip("/")
    return lenient if strict not in package.names and lenient in package.names else strict


def workbook_part(package: Package) -> str:
    """Return the name of the workbook part of a package, empty where it is no workbook.

    Raises:
        xml.etree.ElementTree.ParseError: the relationships are not well formed.
        defusedxml.common.DefusedXmlException: they declare entities.
        UnsafePartError: they cannot be read safely.
    """
    main = [one.part for one in relations(package, "") if one.kind == _MAIN]
    if main and main[0] in package.names and main[0] not in _USUAL:
        return main[0] if _is_spreadsheet(package, main[0]) else ""
    return next((name for name in _USUAL if name in package.names), "")


def is_found_by_letter(package: Package, part: str) -> bool:
    """True where the package names its workbook once and by its plain name, as parsers take it.

    Args:
        package: the file.
        part: the workbook's part.
    """
    main = [one.address.lower().lstrip("/") for one in relations(package, "") if one.kind == _MAIN]
    return main == [part]


def content_type(package: Package, part: str) -> bytes:
    """Return the content type of a part as the package states it, in lower case."""
    root = tree(package.get("[content_types].xml"))
    for element in root if root is not None else ():
        if attribute(element, "PartName").replace("\\", "/").lower() == f"/{part}":
            return attribute(element, "ContentType").lower().encode()
    return b""


def _is_spreadsheet(package: Package, part: str) -> bool:
    kind = content_type(package, part)
    if kind:
        return any(name in kind for name in _SPREADSHEET)
    return posixpath.basename(part).startswith("workbook")


def first_of(related: Sequence[Relation], kind: str, usual: str) -> str:
    """Return the part of the first relationship of a kind, or the usual name of such a part."""
    return next((one.part for one in related if one.kind == kind.lower()), usual)


def related_as_xml(related: str) -> bytes:
    """Return relationships, each written as a tag, as a part."""
    return f'<Relationships xmlns="{_PACKAGE}">{related}</Relationships>'.encode()


def root_of(part: str) -> dict[str, bytes]:
    """Return the parts by which a package says which part is the workbook."""
    main = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="{part}"/>'
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return {"_rels/.rels": related_as_xml(main), "[Content_Types].xml": types.encode()}
