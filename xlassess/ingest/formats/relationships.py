"""How the parts of an Office package hang together: followed as Excel does, whatever their names.

A package says in ``_rels/.rels`` which part is the workbook, and the workbook in a part beside it
which are its sheets, texts and styles ([ECMA-376] part 2, 6.5). Most programs use the same names;
Office itself does not for some files from the web (``xl/workbook2.xml``).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

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


def relations(package: Package, part: str) -> tuple[Relation, ...]:
    """Return the relationships of a part, in their order.

    Raises:
        xml.etree.ElementTree.ParseError: they are not well formed.
        defusedxml.common.DefusedXmlException: they declare entities.
        UnsafePartError: they cannot be read safely.
    """
    folder, beside = _beside(part)
    written = package.get(beside)
    return remembered(_written, written, folder, package.names) if written else ()


@lru_cache(maxsize=64)  # names of parts are mostly the same
def _beside(part: str) -> tuple[str, str]:
    """The folder of a part, and the part beside it that states its relationships."""
    folder, name = posixpath.split(part)
    return folder, posixpath.join(folder, "_rels", f"{name}.rels")


_LONGEST_REMEMBERED = 1 << 14
"""Parts longer than this are no usual ones, and are parsed anew each time."""


def remembered(
    parsed: Callable[..., tuple[Any, ...]], part: bytes, *also: Hashable
) -> tuple[Any, ...]:
    """Parse a part unless just these bytes were parsed before.

    The parts that hold a package together are the same in all returns that came from one
    program, byte for byte, and making trees of them takes a tenth of the time of a file.

    Args:
        parsed: gives what is told of a part; by nothing but its arguments.
        part: the part.
        also: its other arguments.
    """
    known = _keep if len(part) <= _LONGEST_REMEMBERED else _anew
    return known(parsed, part, *also)


def _anew(parsed: Callable[..., tuple[Any, ...]], part: bytes, *also: Hashable) -> tuple[Any, ...]:
    return parsed(part, *also)


_keep = lru_cache(maxsize=256)(_anew)


def _written(part: bytes, folder: str, names: frozenset[str]) -> tuple[Relation, ...]:
    """The relationships that a part states, of a part in this folder of a package."""
    root = tree(part)
    related: list[Relation] = []
    for element in root if root is not None else ():
        target = attribute(element, "Target")
        external = attribute(element, "TargetMode").lower() == "external"
        kind = attribute(element, "Type").lower().rpartition("/")[2]
        to = "" if external else _resolved(names, folder, target)
        related.append(Relation(attribute(element, "Id"), kind, to, target, external))
    return tuple(related)


def _stated_types(part: bytes) -> tuple[tuple[str, str], ...]:
    """The names of parts, spelt out, and their content types as a package states them."""
    root = tree(part)
    return tuple(
        (
            _spelt_out(attribute(element, "PartName").replace("\\", "/").lower()),
            attribute(element, "ContentType").lower(),
        )
        for element in (root if root is not None else ())
    )


def _resolved(names: frozenset[str], folder: str, target: str) -> str:
    """The part a target names; some programs name it from the top without saying so.

    A target is an address, so that "%20" stands for a space in it; the name of the part may be
    written either way ([ECMA-376] part 2, 6.2.2).
    """
    plain = target.replace("\\", "/").lower()
    strict = posixpath.normpath(posixpath.join("/", folder, plain)).lstrip("/")
    lenient = posixpath.normpath(posixpath.join("/", plain)).lstrip("/")
    for wanted in (strict, lenient):
        if wanted in names:
            return wanted
    spelt = _by_spelling(names)
    for wanted in (strict, lenient):
        if _spelt_out(wanted) in spelt:
            return spelt[_spelt_out(wanted)]
    return strict


@lru_cache(maxsize=4)
def _by_spelling(names: frozenset[str]) -> dict[str, str]:
    """The names of parts by how they read without "%20" and the like."""
    return {_spelt_out(name): name for name in names}


def _spelt_out(name: str) -> str:
    return posixpath.normpath(unquote(name)).lower()


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
    types = remembered(_stated_types, package.get("[content_types].xml"))
    wanted = _spelt_out(f"/{part}")
    return next((kind.encode() for name, kind in types if name == wanted), b"")


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
