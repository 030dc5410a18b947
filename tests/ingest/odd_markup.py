"""Writes the cells of a sheet as no usual program does, though some program might.

Each way takes the bytes of a sheet part and gives them back written differently: what stands in
the cells stays, or changes as anybody can see who reads the part by the book.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Way = Callable[[Random, bytes], bytes]
_ROW = re.compile(rb"<row\b.*?</row>", re.S)
_CELL = re.compile(rb"<c r=\"([A-Z]+)(\d+)\"[^>]*?(?:/>|>.*?</c>)", re.S)
_VALUES = (b"0", b"1", b"2.5", b"-1", b"1E2", b"46066", b"", b" ", b"x", b"99999", b"TRUE", b"#N/A")
_KINDS = (b"s", b"str", b"n", b"b", b"e", b"d", b"inlineStr", b"z", b"")


def _some(chance: Random, found: re.Pattern[bytes], part: bytes, work: Way) -> bytes:
    """Do something to a few of what is found."""
    places = [match.span() for match in found.finditer(part)]
    chosen = sorted(chance.sample(places, min(len(places), chance.choice((1, 2, 5)))), reverse=True)
    for start, end in chosen:
        part = part[:start] + work(chance, part[start:end]) + part[end:]
    return part


def without_addresses(chance: Random, part: bytes) -> bytes:
    """Leave the addresses out, of single cells, whole rows, or all."""
    cells = re.compile(rb'(<c) r="[A-Z]+\d+"')
    rows = re.compile(rb'(<row) r="\d+"')
    drop: Way = lambda _, text: cells.sub(rb"\1", text)  # noqa: E731
    if chance.random() < 0.3:
        return rows.sub(rb"\1", drop(chance, part))
    return _some(chance, _ROW if chance.random() < 0.5 else _CELL, part, drop)


def rows_out_of_order(chance: Random, part: bytes) -> bytes:
    rows = _ROW.findall(part)
    first, last = part.find(b"<row"), part.rfind(b"</row>") + len(b"</row>")
    chance.shuffle(rows)
    return part[:first] + b"".join(rows) + part[last:]


def cells_out_of_order(chance: Random, part: bytes) -> bytes:
    def shuffled(chance: Random, row: bytes) -> bytes:
        cells = [match.group() for match in _CELL.finditer(row)]
        head = row[: row.find(b">") + 1]
        chance.shuffle(cells)
        return head + b"".join(cells) + b"</row>"

    return _some(chance, _ROW, part, shuffled)


def row_twice(chance: Random, part: bytes) -> bytes:
    return _some(chance, _ROW, part, lambda _, row: row + row)


def row_at_another_number(chance: Random, part: bytes) -> bytes:
    number = str(chance.randrange(1, 30)).encode()
    return _some(
        chance,
        _ROW,
        part,
        lambda _, row: re.sub(rb'(<row) r="\d+"', rb'\1 r="' + number + b'"', row),
    )


def cell_twice(chance: Random, part: bytes) -> bytes:
    """Write a cell again behind itself, with something else in it."""

    def again(chance: Random, cell: bytes) -> bytes:
        name = _CELL.match(cell)
        assert name
        address = name[1] + name[2]
        return cell + b'<c r="' + address + b'" t="str"><v>Disagree</v></c>'

    return _some(chance, _CELL, part, again)


def cell_elsewhere(chance: Random, part: bytes) -> bytes:
    """Give a cell an address in another row or column than it stands in."""
    column, row = chance.choice(b"ABCDEFG"), chance.randrange(1, 15)
    address = bytes([column]) + str(row).encode()
    moved: Way = lambda _, cell: re.sub(rb'r="[A-Z]+\d+"', b'r="' + address + b'"', cell, count=1)  # noqa: E731
    return _some(chance, _CELL, part, moved)


def other_kind(chance: Random, part: bytes) -> bytes:
    """Give a cell another kind, and often another value."""

    def changed(chance: Random, cell: bytes) -> bytes:
        name = _CELL.match(cell)
        assert name
        kind, value = chance.choice(_KINDS), chance.choice(_VALUES)
        said = b' t="' + kind + b'"' if kind else b""
        inside = (
            b"<is><t>" + value + b"</t></is>" if kind == b"inlineStr" else b"<v>" + value + b"</v>"
        )
        return b'<c r="' + name[1] + name[2] + b'"' + said + b">" + inside + b"</c>"

    return _some(chance, _CELL, part, changed)


def small_letters(chance: Random, part: bytes) -> bytes:
    return _some(
        chance, _CELL, part, lambda _, c: re.sub(rb'r="[A-Z]+', lambda m: m[0].lower(), c, count=1)
    )


def remarks_between(chance: Random, part: bytes) -> bytes:
    """Put comments, processing instructions and blanks between and into cells."""
    extra = chance.choice((b"<!-- x -->", b"<?x y?>", b"\n  ", b"<!--<c r='C6'><v>1</v></c>-->"))
    place = chance.choice((b"<c ", b"</c>", b"<row ", b"<v>", b"</v>", b"<t>", b"</is>"))
    return part.replace(place, extra + place if chance.random() < 0.5 else place + extra)


def raw_text(chance: Random, part: bytes) -> bytes:
    found = re.compile(rb"(?<=<t>)[^<&]+(?=</t>)")
    return _some(chance, found, part, lambda _, text: b"<![CDATA[" + text + b"]]>")


def letters_by_number(chance: Random, part: bytes) -> bytes:
    found = re.compile(rb"(?<=<t>)[A-Za-z ]+(?=</t>)")
    return _some(chance, found, part, lambda _, t: b"".join(b"&#x%x;" % char for char in t))


def prefixed(chance: Random, part: bytes) -> bytes:
    """Write every tag with a prefix."""
    tags = re.sub(rb"<(/?)(?=[a-zA-Z])(?!mc:|x14|xm:|r:)", rb"<\1x:", part)
    return tags.replace(b"xmlns=", b"xmlns:x=", 1)


def single_quotes(chance: Random, part: bytes) -> bytes:
    return _some(chance, _CELL, part, lambda _, cell: re.sub(rb'="([^"\']*)"', rb"='\1'", cell))


def rich_text(chance: Random, part: bytes) -> bytes:
    """Part a text into runs, and add a reading aid, which is no part of it."""
    found = re.compile(rb"<t>([^<]{2,})</t>")

    def parted(_: Random, text: bytes) -> bytes:
        words = text[3:-4]
        middle = len(words) // 2
        if b"&" in words or words[middle : middle + 1] >= b"\x80":
            return text
        keep = b'<t xml:space="preserve">'
        runs = b"".join(
            b"<r>" + keep + one + b"</t></r>" for one in (words[:middle], words[middle:])
        )
        return runs + b'<rPh sb="0" eb="1"><t>aloud</t></rPh>'

    return _some(chance, found, part, parted)


def empty_rows_between(chance: Random, part: bytes) -> bytes:
    return part.replace(b"<row ", b"<row/><row ", chance.randrange(1, 4))


def second_table_of_cells(chance: Random, part: bytes) -> bytes:
    """Give the sheet its cells twice, the second time with another answer."""
    start, end = part.find(b"<sheetData>"), part.find(b"</sheetData>") + len(b"</sheetData>")
    return part[:end] + part[start:end].replace(b"Strongly agree", b"Agree") + part[end:]


WAYS: tuple[Way, ...] = (
    without_addresses, rows_out_of_order, cells_out_of_order, row_twice, row_at_another_number,
    cell_twice, cell_elsewhere, other_kind, other_kind, small_letters, remarks_between, raw_text,
    letters_by_number, prefixed, single_quotes, rich_text, empty_rows_between,
    second_table_of_cells,
)  # fmt: skip
