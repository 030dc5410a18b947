"""Document properties: the identity as stamped into them, and when the file was saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from xlassess.contract.layout import PROPERTY_PREFIX
from xlassess.ingest.formats.relationships import remembered
from xlassess.ingest.guard.markup import MARKUP_FAULTS, attribute, local, tree
from xlassess.ingest.guard.package import Package, UnsafePartError

_MOST_PROGRAM = 100


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says of itself beside its sheets.

    ``identity`` maps identity keys to values as the properties have them. ``program`` is the
    program that saved the file last, in its own words ("Microsoft Excel",
    "LibreOffice/7.4.7.2$Linux"), empty where none is named. ``saved_at`` is without a zone where
    that program is not known to state it right.
    """

    identity: Mapping[str, str] = field(default_factory=dict)
    saved_at: datetime | None = None
    program: str = ""


def read_properties(package: Package) -> Properties:
    """Return what the properties say; nothing where they are missing or damaged.

    Raises:
        UnsafePartError: they declare entities.
    """
    identity: dict[str, str] = {}
    saved: datetime | None = None
    program = ""
    for name in ("docprops/custom.xml", "docprops/core.xml", "docprops/app.xml", "meta.xml"):
        try:
            said, programs, moments = remembered(_stated, package.get(name), name == "meta.xml")
        except UnsafePartError as unsafe:
            unsafe.tolerate()
            continue
        except MARKUP_FAULTS:
            continue
        identity.update(said)
        program = programs[-1] if programs else program
        saved = moments[-1] if moments else saved
    return Properties(identity, as_trusted(saved, program), program)


Stated = tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[datetime | None, ...]]


def _stated(part: bytes, of_document: bool) -> Stated:
    """What a part of properties states of the identity, the program and the time of saving.

    The part of an OpenDocument file, ``of_document``, has that time by another name.
    """
    root = tree(part)
    identity: list[tuple[str, str]] = []
    programs: list[str] = []
    moments: list[datetime | None] = []
    for element in root.iter() if root is not None else ():
        tag = local(element.tag)
        if tag in ("property", "user-defined"):
            key = attribute(element, "name")
            if key.startswith(PROPERTY_PREFIX):
                text = "".join(element.itertext()).strip()
                identity.append((key.removeprefix(PROPERTY_PREFIX), text))
        elif tag.casefold() in ("application", "generator"):
            programs.append((element.text or "").strip()[:_MOST_PROGRAM])
        elif tag == "modified" or (tag == "date" and of_document):
            moments.append(_moment(element.text or ""))
    return tuple(identity), tuple(programs), tuple(moments)


_KEEPS_UTC = "microsoft"
"""How the names of programs begin whose times of saving are in the time zone they state."""


def as_trusted(saved: datetime | None, program: str) -> datetime | None:
    """Return a time of saving without its zone, unless the program is known to state it right.

    LibreOffice writes local time, with a "Z" or without; of others it is not known.

    Args:
        saved: the time as it is written.
        program: the program that wrote it.
    """
    if saved and not program.casefold().startswith(_KEEPS_UTC):
        return saved.replace(tzinfo=None)
    return saved


def _moment(text: str) -> datetime | None:
    """Read a W3C date and time; one without a zone is local time, no one knows where."""
    written = text.strip()
    try:
        moment = datetime.fromisoformat(written[:19])
    except ValueError:
        return None
    return moment.replace(tzinfo=timezone.utc) if written.endswith("Z") else moment
