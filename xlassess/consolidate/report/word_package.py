"""A template as Word saves a document by default, whatever saved it and as what."""

from __future__ import annotations

import io
import re
import zipfile

_ROOT, _TYPES = "_rels/.rels", "[Content_Types].xml"
_CORE = re.compile(rb'"http://[^"]{0,120}/metadata/core-properties"', re.I)
_USUAL_CORE = (
    b'"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"'
)
_AS_TEMPLATE = b"wordprocessingml.template.main+xml"
_AS_DOCUMENT = b"wordprocessingml.document.main+xml"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/([A-Za-z]{1,40})/([A-Za-z]{1,40})")
"""Names of the strict kind of Office Open XML (ISO/IEC 29500-1) begin so."""
_USUAL_NAMES = {
    b"extendedProperties": b"extended-properties",
    b"customProperties": b"custom-properties",
}
"""What the usual kind (ISO/IEC 29500-4) writes otherwise, but for the year in all its names."""


def as_word_saves(template: bytes) -> bytes:
    """Return a template as a document of the usual kind, with its properties where they belong.

    A template in the narrow sense (.dotx) and one saved as “Strict Open XML” differ from a
    document in names only. LibreOffice names the relationship of the properties in a way of its
    own: python-docx then takes it that there are none and adds some, so that the part stands in
    the file twice.

    Args:
        template: the file.

    Raises:
        KeyError: the file does not say what is in it.
        zipfile.BadZipFile: it is no package.
    """
    with zipfile.ZipFile(io.BytesIO(template)) as source:
        is_usual = _part(source, _ROOT) == source.read(_ROOT)
        if is_usual and _part(source, _TYPES) == source.read(_TYPES):
            return template
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in dict.fromkeys(source.namelist()):
                target.writestr(name, _part(source, name))
    return out.getvalue()


def _part(source: zipfile.ZipFile, name: str) -> bytes:
    """One part with the names of the usual kind."""
    data = source.read(name)
    if name == _TYPES:
        return data.replace(_AS_TEMPLATE, _AS_DOCUMENT)
    if not name.endswith((".xml", ".rels")):
        return data
    data = _STRICT.sub(_usual, data).replace(b' w:conformance="strict"', b"")
    return _CORE.sub(_USUAL_CORE, data) if name == _ROOT else data


def _usual(name: re.Match[bytes]) -> bytes:
    group, what = name[1], name[2]
    return b"http://schemas.openxmlformats.org/" + group + b"/2006/" + _USUAL_NAMES.get(what, what)
