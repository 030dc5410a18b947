"""Writes the least .xls workbook there can be, since no library here writes one.

The container is that of [MS-CFB] version 3 with one stream; records are those of [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
BOF, EOF, BOUNDSHEET, SST, CONTINUE, LABELSST = 0x0809, 0x000A, 0x0085, 0x00FC, 0x003C, 0x00FD
FILEPASS = 0x002F
_MOST_RECORD = 8224


def xls(text: str, places: list[tuple[int, int]]) -> bytes:
    """Return an old workbook that shows one text at all these places (row, column)."""
    cells = b"".join(
        record(LABELSST, struct.pack("<HHHI", row, column, 0, 0)) for row, column in places
    )
    first = record(BOF, struct.pack("<HH12x", 0x0600, 0x0005))
    sheet = record(BOF, struct.pack("<HH12x", 0x0600, 0x0010)) + cells + record(EOF)
    strings = _strings(text)
    bundle = len(record(BOUNDSHEET, bytes(9)))
    start = len(first) + bundle + len(strings) + len(record(EOF))
    name = struct.pack("<IBBBB", start, 0, 0, 1, 0) + b"S"
    return container(first + record(BOUNDSHEET, name) + strings + record(EOF) + sheet)


def record(kind: int, body: bytes = b"") -> bytes:
    """Return one record."""
    return struct.pack("<HH", kind, len(body)) + body


def _strings(text: str) -> bytes:
    """A table with one text, continued where it is longer than a record."""
    head = struct.pack("<IIHB", 1, 1, len(text), 0)
    data = text.encode("latin-1")
    fits = _MOST_RECORD - len(head)
    out = record(SST, head + data[:fits])
    for start in range(fits, len(data), _MOST_RECORD - 1):
        out += record(CONTINUE, b"\x00" + data[start : start + _MOST_RECORD - 1])
    return out


def container(
    stream: bytes, name: str = "Workbook", more: Mapping[str, bytes] | None = None
) -> bytes:
    """Return an OLE file that holds a stream, and perhaps some more."""
    streams = {name: stream} | dict(more or {})
    chain: list[int] = []
    body, folder = b"", _entry("Root Entry", 5, END, 0, child=1)
    for number, (title, content) in enumerate(streams.items(), start=1):
        padded = content + bytes(max(0, 4096 - len(content)))
        start, count = len(chain), -(-len(padded) // SECTOR)
        chain += [*range(start + 1, start + count), END]
        body += padded.ljust(count * SECTOR, b"\x00")
        following = number + 1 if number < len(streams) else FREE
        folder += _entry(title, 2, start, len(padded), following=following)
    data = len(chain)
    tables = -(-(data + 1) // (SECTOR // 4 - 1))
    chain += [END, *([FAT] * tables)]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, data, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *range(data + 1, data + 1 + tables), *[FREE] * (109 - tables))
    return header + body + folder.ljust(SECTOR, b"\x00") + fat


def _entry(
    name: str, kind: int, start: int, size: int, *, child: int = FREE, following: int = FREE,
    before: int = FREE,
) -> bytes:  # fmt: skip
    wide = name.encode("utf-16-le")
    head = wide.ljust(64, b"\x00") + struct.pack("<HBB", len(wide) + 2, kind, 1)
    return head + struct.pack("<III36xIII", before, following, child, start, size, 0)


def outlook(
    subject: str, body: str, sender: str, name: str, content: bytes, *,
    delivered: datetime | None = None, submitted: datetime | None = None, kind: str = "IPM.Note",
    embedded: bool = False,
) -> bytes:  # fmt: skip
    """Return a message with one file, or with none, as Outlook saves it ([MS-OXMSG]).

    ``embedded`` leaves the content of the file out, as where another message is attached.

    Without a name, what is attached is a picture, as the logo of a signature is.

    Streams are longer than 4 KB, so that the container needs no short sectors; texts are filled up
    with blanks.
    """
    texts = {0x001A: kind, 0x0037: subject, 0x1000: body, 0x0C1F: sender, 0x5D01: sender}
    times = {0x0E06: delivered, 0x0039: submitted}
    found = [(0x001F, pid, 0) for pid in texts]
    found += [(0x0040, pid, _file_time(at)) for pid, at in times.items() if at]
    message = _properties(32, found)
    about = [(0x001F, 0x3707, 0), (0x0102, 0x3701, 0), (0x0003, 0x3705, 1), (0x001F, 0x370E, 0)]
    file = {
        "__properties_version1.0": _properties(8, about),
        "__substg1.0_3707001F": _wide(name),
        "__substg1.0_370E001F": _wide(
            "image/png" if name.endswith(".png") or not name else "application/zip"
        ),
        "__substg1.0_37010102": content,
    }
    if not name:  # a logo, to which the text refers
        about.append((0x001F, 0x3712, 0))
        file["__properties_version1.0"] = _properties(8, about)
        file["__substg1.0_3712001F"] = _wide("logo@here")
    if embedded:  # as a message is that is attached to another: in a storage of its own
        del file["__substg1.0_37010102"]
        file["__properties_version1.0"] = _properties(8, [about[0], (0x0003, 0x3705, 5)])
    streams = {f"__substg1.0_{pid:04X}001F": _wide(text) for pid, text in texts.items()}
    return _nested({"__properties_version1.0": message} | streams, file)


Folder = Mapping[str, "bytes | Folder"]
"""What is in an OLE file: streams by their names, and folders of more of them."""


def a_message(
    subject: str, body: str, files: Mapping[str, bytes] | None = None, *,
    messages: Sequence[Folder] = (), attached: bool = False, kind: str = "application/zip",
    more: Mapping[int, str] | None = None, html: bytes = b"",
) -> Folder:  # fmt: skip
    """Return a message as Outlook keeps it, with files and with messages attached to it.

    ``attached`` is how it is kept within another; ``more`` are further texts by their property.
    """
    texts = {0x0037: subject, 0x1000: body, 0x0C1F: "ada@ash.example"} | dict(more or {})
    found = [(0x001F, pid, 0) for pid in texts] + ([(0x0102, 0x1013, 0)] if html else [])
    made: dict[str, bytes | Folder] = {
        "__properties_version1.0": _properties(24 if attached else 32, found),
        **{f"__substg1.0_{pid:04X}001F": _wide(text) for pid, text in texts.items()},
    }
    if html:
        made["__substg1.0_10130102"] = html.ljust(4096)
    by_value = [(0x001F, 0x3707, 0), (0x0102, 0x3701, 0), (0x0003, 0x3705, 1), (0x001F, 0x370E, 0)]
    inside: list[Folder] = [
        {
            "__properties_version1.0": _properties(8, by_value),
            "__substg1.0_3707001F": _wide(name), "__substg1.0_370E001F": _wide(kind),
            "__substg1.0_37010102": content.ljust(4096, b"\0"),
        }
        for name, content in (files or {}).items()
    ]  # fmt: skip
    inside += [
        {
            "__properties_version1.0": _properties(8, [by_value[0], (0x0003, 0x3705, 5)]),
            "__substg1.0_3707001F": _wide("Fw"), "__substg1.0_3701000D": message,
        }
        for message in messages
    ]  # fmt: skip
    names = (f"__attach_version1.0_#{number:08X}" for number in range(len(inside)))
    return made | dict(zip(names, inside, strict=False))


def tree(root: Folder, *, as_list: bool = False) -> bytes:
    """Return an OLE file with these streams and folders.

    Args:
        root: what is in it.
        as_list: each folder names what is in it one after the other, and not as a tree.
    """
    chain: list[int] = []
    body: list[bytes] = []
    entries: list[bytes] = [b""]

    def placed(folder: Folder) -> int:
        """Write what is in a folder; return the number of the entry that leads to it."""
        numbers: list[int] = []
        made: dict[int, tuple[str, int, int, int, int]] = {}
        for name, content in folder.items():
            numbers.append(len(entries))
            entries.append(b"")
            if isinstance(content, bytes):
                start, count = len(chain), -(-len(content) // SECTOR)
                chain.extend([*range(start + 1, start + count), END][:count])
                body.append(content.ljust(count * SECTOR, b"\x00"))
                made[numbers[-1]] = (name, 2, start, len(content), FREE)
            else:
                made[numbers[-1]] = (name, 1, END, 0, placed(content))

        def written(number: int, before: int, following: int) -> int:
            name, kind, start, size, child = made[number]
            entries[number] = _entry(
                name, kind, start, size, child=child, following=following, before=before
            )
            return number

        def joined(low: int, high: int) -> int:
            if low >= high:
                return FREE
            middle = (low + high) // 2
            return written(numbers[middle], joined(low, middle), joined(middle + 1, high))

        if as_list:
            for number, following in zip(numbers, [*numbers[1:], FREE], strict=True):
                written(number, FREE, following)
            return numbers[0]
        return joined(0, len(numbers))

    entries[0] = _entry("Root Entry", 5, END, 0, child=placed(root))
    return _filed(b"".join(body), chain, b"".join(entries))


def _filed(body: bytes, chain: list[int], folder: bytes) -> bytes:
    """Return an OLE file of these sectors, the way through them, and its directory."""
    data, rooms = len(chain), -(-len(folder) // SECTOR)
    chain = [*chain, *range(data + 1, data + rooms), END]
    tables = -(-(len(chain) + 1) // (SECTOR // 4 - 1))
    further = max(0, -(-(tables - 109) // (SECTOR // 4 - 1)))
    tables += -(-further // (SECTOR // 4 - 1)) if further else 0
    first = len(chain)
    chain += [FAT] * tables + [0xFFFFFFFC] * further
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    numbers = list(range(first, first + tables))
    more = b""
    for at in range(further):
        some = numbers[109 + at * 127 : 109 + (at + 1) * 127]
        some += [FREE] * (127 - len(some))
        more += struct.pack("<128I", *some, first + tables + at + 1 if at + 1 < further else END)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    begin = first + tables if further else END
    header += struct.pack("<IIIIIIIII", 0, tables, data, 0, 4096, END, 0, begin, further)
    header += struct.pack("<109I", *(numbers[:109] + [FREE] * max(0, 109 - tables)))
    return header + body + folder.ljust(rooms * SECTOR, b"\x00") + fat + more


def _file_time(at: datetime) -> int:
    """A moment as Windows counts it: in tenths of microseconds since 1601."""
    return int((at - datetime(1601, 1, 1, tzinfo=timezone.utc)).total_seconds()) * 10_000_000


def _wide(text: str) -> bytes:
    return text.ljust(2048).encode("utf-16-le")


def _properties(head: int, found: list[tuple[int, int, int]]) -> bytes:
    rows = b"".join(struct.pack("<HHIQ", kind, pid, 6, value) for kind, pid, value in found)
    return (bytes(head) + rows).ljust(head + 16 * 512, b"\x00")


def _nested(streams: Mapping[str, bytes], attached: Mapping[str, bytes]) -> bytes:
    """Return an OLE file with streams, and a storage of more of them for an attached file."""
    chain: list[int] = []
    body, folder = b"", _entry("Root Entry", 5, END, 0, child=1)
    storage = len(streams) + 1
    entries = [(title, content, number + 1) for number, (title, content)
               in enumerate(streams.items(), 1)]  # fmt: skip
    inside = [(title, content, storage + number + 1 if number < len(attached) else FREE)
              for number, (title, content) in enumerate(attached.items(), 1)]  # fmt: skip
    for place, (title, content, following) in enumerate([*entries, ("", b"", FREE), *inside], 1):
        if place == storage:
            folder += _entry("__attach_version1.0_#00000000", 1, END, 0, child=storage + 1)
            continue
        start, count = len(chain), -(-len(content) // SECTOR)
        chain += [*range(start + 1, start + count), END]
        body += content.ljust(count * SECTOR, b"\x00")
        folder += _entry(title, 2, start, len(content), following=following)
    data, rooms = len(chain), -(-len(folder) // SECTOR)
    chain += [*range(data + 1, data + rooms), END]
    tables = -(-(len(chain) + 1) // (SECTOR // 4 - 1))
    chain += [FAT] * tables
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, data, 0, 4096, END, 0, END, 0)
    first = data + rooms
    header += struct.pack("<109I", *range(first, first + tables), *[FREE] * (109 - tables))
    return header + body + folder.ljust(rooms * SECTOR, b"\x00") + fat
