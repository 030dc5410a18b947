"""Document properties: the identity as stamped into them, and when the file was saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from xlassess.contract.layout import PROPERTY_PREFIX
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
            root = tree(package.get(name))
        except UnsafePartError as unsafe:
            unsafe.tolerate()
            continue
        except MARKUP_FAULTS:
            continue
        for element in root.iter() if root is not None else ():
            tag = local(element.tag)
            if tag in ("property", "user-defined"):
                key = attribute(element, "name")
                if key.startswith(PROPERTY_PREFIX):
                    text = "".join(element.itertext()).strip()
                    identity[key.removeprefix(PROPERTY_PREFIX)] = text
            elif tag.casefold() in ("application", "generator"):
                program = (element.text or "").strip()[:_MOST_PROGRAM]
            elif tag == "modified" or (tag == "date" and name == "meta.xml"):
                saved = _moment(element.text or "")
    return Properties(identity, as_trusted(saved, program), program)


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
