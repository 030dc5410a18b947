"""Messages as Outlook saves them, and mailbox files, that ask for more than there is."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from tests.ingest.cfb import SECTOR, Folder, a_message, outlook, tree

_FILE = {"a.xlsx": b"PK" * 3000}
_MANY = 30_000


def _nested(levels: int) -> Folder:
    """A message within a message, and so on; the innermost has a file."""
    inner = a_message("In", "x", _FILE, attached=True)
    for _ in range(levels - 2):
        inner = a_message("Fw", "x", messages=[inner], attached=True)
    return a_message("Fw", "x", messages=[inner])


def _over_each_other() -> bytes:
    """Many streams that all lie in the same room on disk, each read in full."""
    few = {f"s{number:05d}": b"" for number in range(1_000)}
    made = bytearray(tree({"big": b"x" * 8_000_000} | a_message("a", "b") | few))
    for name in re.finditer(rb"s\0(?:\d\0){5}", bytes(made)):
        at = name.start()
        made[at + 116 : at + 124] = struct.pack("<II", 0, 8_000_000)
    return bytes(made)


def _turned(find: bytes, offset: int, value: int) -> bytes:
    """A usual message with one number of its directory or table changed."""
    made = bytearray(outlook("a", "b", "c@d.example", "e.xlsx", b"PK" * 3000))
    at = made.find(find) + offset
    made[at : at + 4] = struct.pack("<I", value)
    return bytes(made)


def _header(offset: int, value: int) -> bytes:
    made = bytearray(outlook("a", "b", "c@d.example", "e.xlsx", b"PK" * 3000))
    made[offset : offset + 4] = struct.pack("<I", value)
    return bytes(made)


def _rounds() -> bytes:
    """A table in which every sector follows itself."""
    made = bytearray(outlook("a", "b", "c@d.example", "e.xlsx", b"PK" * 3000))
    (table,) = struct.unpack_from("<I", made, 76)
    at = (table + 1) * SECTOR
    made[at : at + SECTOR] = struct.pack("<128I", *range(128))
    return bytes(made)


def _properties(rows: int) -> Folder:
    found = b"".join(struct.pack("<HHIQ", 0x0003, n % 0x8000, 6, n) for n in range(rows))
    return {**a_message("a", "b", _FILE), "__properties_version1.0": bytes(32) + found}


_NAME = "__substg1.0_0037001F".encode("utf-16-le")
OUTLOOK: dict[str, Callable[[], bytes]] = {
    "nested": lambda: tree(_nested(150)),
    "nested as deep as goes": lambda: tree(_nested(50)),
    "attached": lambda: tree(a_message("a", "b", {f"{n}.xlsx": b"PK" for n in range(900)})),
    "too much attached": lambda: tree(
        a_message("a", "b") | {f"__attach_version1.0_#{n:08X}": {} for n in range(_MANY)}
    ),
    "a list": lambda: tree(
        a_message("a", "b") | {f"{n}": b"" for n in range(5_000)}, as_list=True
    ),
    "over each other": _over_each_other,
    "properties": lambda: tree(_properties(600_000)),
    "head": lambda: tree(a_message("a", "b", more={0x007D: "X-A: b\r\n" * 500_000})),
    "folded head": lambda: tree(
        a_message("a", "b", more={0x007D: "Subject: " + "=?utf-8?q?a?=\r\n " * 9_000})
    ),
    "body": lambda: tree(a_message("a", "On " * 2_000_000)),
    "tags": lambda: tree(a_message("a", " ", html=b"<style" * 2_000_000)),
    "words": lambda: tree(a_message("=?utf-8?q?a?= " * 200_000, "b")),
    "signed": lambda: tree(
        a_message("a", "b", {"smime.p7m": b"Content-Type: message/rfc822\r\n\r\n" * 9_000},
                  kind="multipart/signed")
    ),
    "size": lambda: _turned(_NAME, 120, 0x7FFFFFFF),
    "itself": lambda: _turned(_NAME, 68, 1),
    "start": lambda: _turned(_NAME, 116, 0x7FFFFFF0),
    "tables": lambda: _header(44, 0x7FFFFFFF),
    "further tables": lambda: _header(72, 0x7FFFFFFF),
    "sector": lambda: _header(30, 0x00060014),
    "rounds": _rounds,
}  # fmt: skip
"""Hostile messages of Outlook's, each made when it is wanted."""

_FROM = b"From a@b.example Mon Mar  2 09:00:00 2026\n"
_HEAD = b"From: a@b.example\nSubject: x\n\n"
MAILBOXES: dict[str, Callable[[], bytes]] = {
    "empty ones": lambda: (_FROM + b"\n") * 30_000,
    "one without an end": lambda: _FROM + _HEAD + b"x" * 60_000_000,
    "one too large": lambda: _FROM + _HEAD + (b"x" * 70 + b"\n") * 900_000,
    "lines": lambda: _FROM + _HEAD + b"\n" * 20_000_000,
    "quoted": lambda: _FROM + _HEAD + b"\n" + b">From \n" * 2_000_000,
    "beginnings": lambda: b"From \n\n" * 2_000_000,
    "blanks": lambda: _FROM + _HEAD + (b"\n" + b" " * 80) * 500_000,
}
"""Hostile mailbox files."""
