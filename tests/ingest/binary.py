"""Writes the least .xlsb workbook there can be, since no library here writes one.

Records are those of [MS-XLSB] 2.4; strings stand in the cells (BrtCellSt).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests.ingest.packages import packed

CELL_BLANK, CELL_ERROR, CELL_REAL, CELL_TEXT, CELL_SHARED, FORMULA_TEXT = 1, 3, 5, 6, 7, 8
SHORT_BLANK = 12

Cell = tuple[int, object]
"""Record type and contents of a cell; cells follow each other down column A."""

_TYPES = (
    b'<?xml version="1.0" encoding="UTF-8"?><Types '
    b'xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="bin" '
    b'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    b'<Default Extension="rels" '
    b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsb(sheets: Mapping[str, Sequence[Cell]]) -> bytes:
    """Return a binary workbook with these sheets."""
    return packed(xlsb_parts(sheets))


def xlsb_parts(sheets: Mapping[str, Sequence[Cell]]) -> dict[str, bytes]:
    """Return the parts of a binary workbook with these sheets."""
    parts: dict[str, bytes] = {"[Content_Types].xml": _TYPES}
    main = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/>'
    parts["_rels/.rels"] = _RELATIONS.format(main).encode()
    bundle, targets = b"", ""
    for number, (name, cells) in enumerate(sheets.items(), start=1):
        bundle += record(156, struct.pack("<II", 0, number) + wide(f"rId{number}") + wide(name))
        targets += (
            f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{number}.bin"/>'
        )
        parts[f"xl/worksheets/sheet{number}.bin"] = _sheet(cells)
    parts["xl/workbook.bin"] = record(131) + record(143) + bundle + record(144) + record(132)
    parts["xl/_rels/workbook.bin.rels"] = _RELATIONS.format(targets).encode()
    return parts


def _sheet(cells: Sequence[Cell]) -> bytes:
    rows = b""
    for row, (kind, content) in enumerate(cells):
        rows += record(0, struct.pack("<IIHBBB", row, 0, 300, 0, 0, 0) + struct.pack("<I", 0))
        rows += record(kind, struct.pack("<II", 0, 0) + _content(kind, content))
    last = struct.pack("<IIII", 0, max(len(cells) - 1, 0), 0, 0)
    return record(129) + record(148, last) + record(145) + rows + record(146) + record(130)


def _content(kind: int, content: object) -> bytes:
    if kind == CELL_TEXT:
        return wide(str(content))
    if kind == FORMULA_TEXT:
        return wide(str(content)) + struct.pack("<HII", 0, 0, 0)
    if kind == CELL_SHARED:
        return struct.pack("<I", content)
    if kind == CELL_REAL:
        return struct.pack("<d", content)
    return bytes([int(str(content))]) if kind == CELL_ERROR else b""


def wide(text: str) -> bytes:
    """Return a counted text."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def record(kind: int, body: bytes = b"") -> bytes:
    """Return one record."""
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(body)
    while True:
        byte, size = size & 0x7F, size >> 7
        length += bytes([byte | (0x80 if size else 0)])
        if not size:
            return number + length + body
