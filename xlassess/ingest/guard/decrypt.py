"""Files that need a password, opened with those given.

A password is right if it gives a workbook. The verifiers in the files are not asked: the library
compares those of older Excel with padding that does not belong to them (AES of 128 bits with
SHA-1), so that right passwords fail.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

import olefile

from xlassess.ingest.guard.limits import MOST_EXPANDED, MOST_RECORDS, MOST_SPINS
from xlassess.ingest.guard.markup import attribute, local, tree
from xlassess.ingest.guard.ole import OLE_MAGIC
from xlassess.ingest.guard.package import ZIP_MAGIC
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

_EXCELS_OWN = "VelvetSweatshop"
"""The password Excel itself uses when only the structure of an .xls workbook is protected;
it opens such files without asking ([MS-OFFCRYPTO] 2.3.7.1 and 4.1)."""
_MOST_INFO = 1 << 16
_MOST_KEY = 4096
"""Bytes of the particulars of an encryption, and bits of its key."""
_FILEPASS, _BOUNDSHEET, _CODEPAGE = 0x002F, 0x0085, 0x0042
_UNENCRYPTED = (0x0809, _FILEPASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138)
"""Records that stay as they are in an encrypted stream ([MS-XLS] 2.2.10)."""
_XOR, _RC4 = 0, 1
_UNICODE = b"\xb0\x04"
"""What the record of the code page holds in every .xls file of Excel 97 and later."""
_MOST_XOR_PASSWORD = 15
_HASHES = {"SHA1": 160, "SHA256": 256, "SHA384": 384, "SHA512": 512}
"""The bits of what each way of hashing gives."""
_KEYS, _SALT = (128, 256), 16
"""Bits of keys, and bytes of a salt, with which the library works."""
_LEFT = bytes((byte << 3 | byte >> 5) & 0xFF for byte in range(256))
"""Every byte turned left by three bits, which undoes the turn of the method ([MS-OFFCRYPTO]
2.3.7.3)."""


def decrypted(data: bytes, passwords: Sequence[str] = ()) -> bytes | Finding:
    """Decrypt an Office file with Excel's own password, or with one of those given.

    Args:
        data: the file.
        passwords: tried one after the other.

    Returns:
        The file as it would be without encryption, or the finding that says why not: a
        password is needed (G04), none of those given fits (G18), or the method of encryption
        is not supported here (G20).
    """
    problem = _unsupported(data)
    if problem:
        return found("G20", problem=problem) if passwords else found("G04")
    if not _is_soon_tried(data):
        return found("G18") if passwords else found("G04")
    for password in (_EXCELS_OWN, *passwords):
        opened = _opened(data, password)
        if opened is not None:
            return opened
    return found("G18") if passwords else found("G04")


def _opened(data: bytes, password: str) -> bytes | None:
    """The file without its encryption, or None if that is no workbook."""
    import msoffcrypto
    from msoffcrypto.format.ooxml import OOXMLFile

    opened = io.BytesIO()
    try:
        if _method(data) == _XOR:
            return _without_xor(data, password)
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=password)
        office.decrypt(opened)
    except Exception:  # a wrong password and a damaged file raise many things
        return None
    magic = ZIP_MAGIC if isinstance(office, OOXMLFile) else OLE_MAGIC
    return opened.getvalue() if opened.getvalue().startswith(magic) else None


def _unsupported(data: bytes) -> str:
    """Say in words how a file is encrypted if nobody here can undo that."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if not ole.exists("EncryptionInfo"):
                method = _file_pass(ole)[:2]
                known = method in (b"", b"\0\0", b"\1\0")
                return "" if known else "by a method that is not described anywhere"
            info = ole.openstream("EncryptionInfo").read(_MOST_INFO + 1)
    except Exception:  # olefile raises whatever its parsing runs into
        return ""
    major, minor = struct.unpack_from("<HH", info.ljust(4, b"\0"))
    if (major, minor) == (4, 4):
        return _unsupported_agile(info)
    if minor == 2 and major in (2, 3, 4):
        return ""
    return "by a method of another program’s making (extensible encryption)"


def _unsupported_agile(info: bytes) -> str:
    """The same for the method of Excel 2010 and later ([MS-OFFCRYPTO] 2.3.4.10)."""
    if len(info) > _MOST_INFO:
        return ""
    try:
        root = tree(info[8:])
    except Exception:  # markup that cannot be read is told as a file that cannot be opened
        return ""
    keys = (
        [one for one in root.iter() if local(one.tag) == "encryptedKey"] if root is not None else []
    )
    if not any(attribute(one, "spinCount") for one in keys):
        return "for a certificate, not for a password"
    said = (_unusual(one) for one in (root.iter() if root is not None else ()))
    return next((words for words in said if words), "")


def _unusual(element: Element) -> str:
    """Say what of the particulars of an encryption is not undone here."""
    cipher, mode, hash_ = (
        attribute(element, name) for name in ("cipherAlgorithm", "cipherChaining", "hashAlgorithm")
    )
    if cipher and (cipher, mode) != ("AES", "ChainingModeCBC"):
        return f"with {cipher[:20]} in {mode[:20] or 'no mode'}"
    if hash_ and hash_.replace("-", "") not in _HASHES:
        return f"with {hash_[:20]}"
    return _unusual_sizes(element, _HASHES[hash_.replace("-", "")]) if cipher and hash_ else ""


def _unusual_sizes(element: Element, hashed: int) -> str:
    """Say what of the sizes of an encryption the library does not work with."""
    key, salt = attribute(element, "keyBits"), attribute(element, "saltSize")
    bits = int(key) if key.isdecimal() and len(key) < 6 else 0
    if bits not in _KEYS:
        return f"with a key of {bits} bits"
    if bits > hashed:
        return f"with a key of {bits} bits from a hash of {hashed}"
    return "" if salt == str(_SALT) else f"with a salt of {salt[:6]} bytes"


def _file_pass(ole: Any) -> bytes:
    """What an .xls stream says of its encryption; empty if it says nothing."""
    name = "workbook" if ole.exists("workbook") else "book"
    stream = ole.openstream(name).read()
    return next((body for code, _, body in _records(stream) if code == _FILEPASS), b"")


def _method(data: bytes) -> int | None:
    """The method by which an .xls file is encrypted, None for other files."""
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        if ole.exists("EncryptionInfo"):
            return None
        said = _file_pass(ole)
    return int.from_bytes(said[:2], "little") if len(said) >= 2 else None


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield code, place and body of the records of a stream."""
    place = 0
    while place + 4 <= len(stream):
        code, length = struct.unpack_from("<HH", stream, place)
        yield code, place + 4, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _without_xor(data: bytes, password: str) -> bytes | None:
    """Undo the oldest method, which Excel 2003 still offers ([MS-OFFCRYPTO] 2.3.7.2).

    The key of a byte hangs on where it stands in the stream and how long its record is.
    """
    from msoffcrypto.method.xor_obfuscation import DocumentXOR

    letters = password.encode("cp1252").decode("latin-1")
    if not 0 < len(letters) <= _MOST_XOR_PASSWORD:
        return None
    keys = bytes(DocumentXOR.create_xor_array_method1(letters))
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        name = "workbook" if ole.exists("workbook") else "book"
        stream = bytearray(ole.openstream(name).read())
    looks_right = False
    for code, place, body in _records(bytes(stream)):
        if code in _UNENCRYPTED:
            if code == _FILEPASS:
                stream[place - 4 : place - 2] = b"\0\0"
            continue
        start = (place + len(body)) % 16
        key = (keys * (len(body) // 16 + 2))[start : start + len(body)]
        turned = (int.from_bytes(body, "big") ^ int.from_bytes(key, "big")).to_bytes(
            len(body), "big"
        )
        plain = turned.translate(_LEFT)
        if code == _BOUNDSHEET:  # where the sheet begins is not encrypted
            plain = body[:4] + plain[4:]
        looks_right |= code == _CODEPAGE and plain == _UNICODE
        stream[place : place + len(body)] = plain
    if not looks_right:
        return None
    out = io.BytesIO(data)
    with olefile.OleFileIO(out, write_mode=True) as ole:
        ole.write_stream(name, bytes(stream))
    return out.getvalue()


def _is_soon_tried(data: bytes) -> bool:
    """True if a password can be tried on a file in little time."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if ole.exists("EncryptionInfo"):
                return _is_soon_hashed(ole.openstream("EncryptionInfo").read(_MOST_INFO + 1))
            name = "workbook" if ole.exists("workbook") else "book"
            return ole.get_size(name) <= MOST_EXPANDED and _has_few(ole.openstream(name).read())
    except Exception:  # olefile raises whatever its parsing runs into
        return False


def _is_soon_hashed(info: bytes) -> bool:
    """Look how often a password is to be hashed, for keys of what size ([MS-OFFCRYPTO] 2.3.4.10).

    Raises:
        xml.etree.ElementTree.ParseError: the particulars are not well formed.
        defusedxml.common.DefusedXmlException: the particulars declare entities.
    """
    if len(info) > _MOST_INFO:
        return False
    root = tree(info[8:]) if info[:4] == b"\x04\x00\x04\x00" else None
    for element in root.iter() if root is not None else ():
        for name, value in element.attrib.items():
            most = {"spinCount": MOST_SPINS, "keyBits": _MOST_KEY}.get(local(name))
            if most is not None and int(value) > most:
                return False
    return True


def _has_few(stream: bytes) -> bool:
    """True for a stream of no more records than are looked at; these are not encrypted."""
    place = count = 0
    while place + 4 <= len(stream) and count <= MOST_RECORDS:
        place += 4 + int.from_bytes(stream[place + 2 : place + 4], "little")
        count += 1
    return count <= MOST_RECORDS
