"""Passwords: of older Excel, of the oldest method, and of methods that are not undone here."""

from __future__ import annotations

import base64
import io
import struct
from hashlib import sha1

import olefile
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted
from msoffcrypto.method.xor_obfuscation import DocumentXOR

from tests.damaged.builders import encrypted
from tests.factory import Workbook
from tests.ingest.cfb import container, record
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.guard.decrypt import decrypted
from xlassess.model.finding import Finding

_SALT, _SPIN = bytes(range(16)), 50_000


def _key(password: str, block: bytes) -> bytes:
    digest = sha1(_SALT + password.encode("utf-16-le")).digest()
    for number in range(_SPIN):
        digest = sha1(struct.pack("<I", number) + digest).digest()
    return sha1(digest + block).digest()[:16]


def _aes(key: bytes, start: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return encryptor.update(data + bytes(-len(data) % 16)) + encryptor.finalize()


def _as_excel_2010(
    data: bytes, password: str, cipher: str = "AES", sizes: tuple[str, str] = ("", "")
) -> bytes:
    """Return a workbook encrypted with AES of 128 bits and SHA-1 ([MS-OFFCRYPTO] 2.3.4.10)."""
    secret = bytes(range(100, 116))
    body = struct.pack("<Q", len(data))
    for number, at in enumerate(range(0, len(data), 4096)):
        start = sha1(_SALT + struct.pack("<I", number)).digest()[:16]
        body += _aes(secret, start, data[at : at + 4096])
    value = _aes(_key(password, bytes.fromhex("146e0be7abacd0d6")), _SALT, secret)
    known = _aes(_key(password, bytes.fromhex("fea7d2763b4b9e79")), _SALT, _SALT)
    check = sha1(_SALT).digest()
    check = _aes(_key(password, bytes.fromhex("d7aa0f6d3061344e")), _SALT, check)
    said = {"saltSize": 16, "blockSize": 16, "keyBits": 128, "hashSize": 20}
    common = " ".join(f'{name}="{size}"' for name, size in said.items())
    common += f' cipherAlgorithm="{cipher}" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA1"'
    salt, value64, known64, check64 = (
        base64.b64encode(one).decode() for one in (_SALT, value, known, check)
    )
    place = "http://schemas.microsoft.com/office/2006/"
    xml = (
        f'<?xml version="1.0"?><encryption xmlns="{place}encryption" '
        f'xmlns:p="{place}keyEncryptor/password"><keyData {common} saltValue="{salt}"/>'
        f'<dataIntegrity encryptedHmacKey="{salt}" encryptedHmacValue="{salt}"/><keyEncryptors>'
        f'<keyEncryptor uri="{place}keyEncryptor/password"><p:encryptedKey {common} '
        f'spinCount="{_SPIN}" saltValue="{salt}" encryptedVerifierHashInput="{known64}" '
        f'encryptedVerifierHashValue="{check64}" encryptedKeyValue="{value64}"/></keyEncryptor>'
        "</keyEncryptors></encryption>"
    )
    out = io.BytesIO()
    info = struct.pack("<HHI", 4, 4, 0x40) + xml.replace(*sizes).encode()
    ECMA376Encrypted(body, info).write_to(out)
    return out.getvalue()


def _code(result: object) -> str:
    assert isinstance(result, Finding), result
    return result.code


def test_excel_2010__right_password_opens(kinds: Workbook) -> None:
    result = guard(_as_excel_2010(kinds.data, "Tür 7"), ("wrong", "Tür 7"))
    assert isinstance(result, Guarded)
    assert result.properties.identity["reference"] == kinds.issued.reference


def test_excel_2010__wrong_or_no_password(kinds: Workbook) -> None:
    data = _as_excel_2010(kinds.data, "secret")
    assert _code(guard(data, ("Secret",))) == "G18"
    assert _code(guard(data)) == "G04"


def test_usual_encryption__wrong_password_is_no_workbook(kinds: Workbook) -> None:
    data = encrypted(kinds.data, "secret")
    assert _code(guard(data, ("Secret",))) == "G18"
    assert isinstance(guard(data, ("secret",)), Guarded)


def test_other_cipher__cannot_be_decrypted_here(kinds: Workbook) -> None:
    data = _as_excel_2010(kinds.data, "secret", cipher="DES3")
    result = guard(data, ("secret",))
    assert _code(result) == "G20"
    assert isinstance(result, Finding)
    assert "DES3" in result.message
    assert _code(guard(data)) == "G04"


@pytest.mark.parametrize(
    ("usual", "other", "said"),
    [
        ('keyBits="128"', 'keyBits="192"', "192 bits"),
        ('keyBits="128"', 'keyBits="256"', "256 bits from a hash of 160"),
        ('keyBits="128"', 'keyBits="many"', "0 bits"),
        ('saltSize="16"', 'saltSize="32"', "32 bytes"),
    ],
)
def test_other_sizes__are_not_called_a_wrong_password(
    kinds: Workbook, usual: str, other: str, said: str
) -> None:
    data = _as_excel_2010(kinds.data, "secret", sizes=(usual, other))
    result = guard(data, ("secret",))
    assert _code(result) == "G20"
    assert isinstance(result, Finding)
    assert said in result.message


def _with_xor(stream: bytes, password: str) -> bytes:
    """Encrypt a stream by the oldest method, byte by byte as it is described."""
    keys = DocumentXOR.create_xor_array_method1(password)
    out, place = bytearray(stream), 0
    while place < len(stream):
        code, length = struct.unpack_from("<HH", stream, place)
        start = place + 4
        for at in range(start, start + length):
            if code in (0x0809, 0x002F) or (code == 0x0085 and at < start + 4):
                continue
            byte = stream[at]
            turned = (byte << 5 | byte >> 3) & 0xFF
            out[at] = turned ^ keys[(at + length) % 16]
        place = start + length
    return bytes(out)


def _old_stream() -> bytes:
    begin = record(0x0809, struct.pack("<HH12x", 0x0600, 5))
    locked = record(0x002F, struct.pack("<HHH", 0, 0x1234, 0x5678))
    page = record(0x0042, b"\xb0\x04")
    end = record(0x000A)
    start = len(begin + locked + page + end) + 4 + 9
    sheet = record(0x0085, struct.pack("<IBBBB", start, 0, 0, 1, 0) + b"S")
    cells = record(0x0204, struct.pack("<HHHHB", 0, 0, 0, 5, 0) + b"Agree")
    first = record(0x0809, struct.pack("<HH12x", 0x0600, 16))
    return begin + locked + page + sheet + end + first + cells + end


@pytest.mark.parametrize("password", ["a", "secret", "fifteen letters"])
def test_oldest_method__right_password_opens(password: str) -> None:
    plain = _old_stream()
    data = container(_with_xor(plain, password))
    opened = decrypted(data, ("wrong", password))
    assert isinstance(opened, bytes)
    with olefile.OleFileIO(io.BytesIO(opened)) as ole:
        stream = ole.openstream("Workbook").read()[: len(plain)]
    at = plain.index(b"\x2f\x00\x06\x00")
    assert stream == plain[:at] + b"\0\0" + plain[at + 2 :]


@pytest.mark.parametrize("password", ["wrong", "", "more than fifteen letters", "日本"])
def test_oldest_method__wrong_password(password: str) -> None:
    assert _code(decrypted(container(_with_xor(_old_stream(), "secret")), (password,))) == "G18"
