"""Names of files as people wrote them, from the bytes that disks and zip files hold.

A name that is not UTF-8 is kept by Python as half a letter per byte, which can be shown nowhere
and stops whatever writes it; so names are repaired at the door.
"""

from __future__ import annotations

import os
import struct
import unicodedata
import zipfile
import zlib

_UNICODE_PATH = 0x7075
"""The extra field in which a zip file keeps a name in UTF-8 (APPNOTE 4.6.9)."""
_UTF8_FLAG = 0x800
_MOST_NAME = 1000
_MARKS = frozenset("–—‘’“”…•€£°·§")


def legible(name: str) -> str:
    """Return a name from disk with letters only, whatever bytes it was written in."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return decoded(os.fsencode(name))
    return name


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a file in a zip file, in composed letters.

    A Mac writes UTF-8 without the flag that says so, older programs the letters of their own
    country.
    """
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG and not name.isascii():
        raw = info.orig_filename.encode("cp437", "replace")
        name = _unicode_path(info.extra, raw) or decoded(raw)
    # a longer name is no one's, and putting its marks in order could take long
    return unicodedata.normalize("NFC", name) if len(name) <= _MOST_NAME else name


def decoded(raw: bytes) -> str:
    """Return a name from its bytes: UTF-8 if they are, else the first encoding that fits.

    Of DOS (cp437), Windows (cp1252) and Western Europe under DOS (cp850) the first counts in
    which every letter beyond ASCII is one of Western Europe.
    """
    for encoding in ("utf-8", "cp437", "cp1252", "cp850"):
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or all(_is_western(char) for char in name):
            return name
    return raw.decode("cp1252", "replace")


def _is_western(char: str) -> bool:
    if char.isascii() or char in _MARKS:
        return True
    return char.isalpha() and "\xc0" <= char <= "\xff"


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name that an extra field gives, if it was made for this name."""
    place = 0
    while place + 9 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == _UNICODE_PATH and length > 5:
            (checksum,) = struct.unpack_from("<I", extra, place + 5)
            if checksum == zlib.crc32(raw):
                return extra[place + 9 : place + 4 + length].decode("utf-8", "replace")
        place += 4 + length
    return ""
