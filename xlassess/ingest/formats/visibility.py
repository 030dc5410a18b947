"""The rows and columns of a sheet that are there and that nobody sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from xlassess.ingest.guard.markup import tags

_LONGEST = 10_000
"""Bytes of what is said of columns that are remembered; more would take memory for little."""
_LAST_ROW, _LAST_COLUMN = 998, 103
"""Beyond this row and column no answer is looked for."""
_ROW = re.compile(rb"<(?:[\w.-]{1,40}:)?row(?=\s)([^<>]*)>")
_COLUMN = re.compile(rb"<(?:[\w.-]{1,40}:)?col(?=\s)([^<>]*)>")
_NO_HEIGHT = re.compile(rb"""ht=["']0(?:\.0{1,9})?["']""")
_MAY_HIDE = re.compile(rb"""h(?:idden=["'](?:1|true|on)|t=["']0(?:\.0{1,9})?)["']""")
_MAY_HIDE_COLUMN = re.compile(rb"""(?:hidden=["'](?:1|true|on)|width=["']0(?:\.0{1,9})?)["']""")
"""What rows and columns that are hidden, or of no height or width, say of themselves."""
_FIELD = re.compile(rb"""\s(hidden|r|ht|min|max|width)=["']([^"'<>]{1,20})["']""")
_TRUE = (b"1", b"true", b"on")
_NOUGHT = re.compile(rb"0(?:\.0{1,9})?")


def hidden_rows(part: bytes) -> frozenset[int]:
    """Return the hidden rows (counted from 0) of an Open XML sheet, or of its rows alone."""
    within = _MAY_HIDE if b"hidden=" in part else _NO_HEIGHT
    fields = (dict(_FIELD.findall(match[1])) for match in tags(part, within, _ROW))
    return frozenset(
        int(said[b"r"]) - 1
        for said in fields
        if said.get(b"r", b"").isdigit() and len(said[b"r"]) < 8 and _is_hidden(said, b"ht")
    )


def hidden_columns(part: bytes) -> frozenset[int]:
    """Return the hidden columns (counted from 0) of an Open XML sheet."""
    end = max(part.find(b"sheetData"), 0)
    start = part.find(b"col", 0, end)
    if start < 0:
        return frozenset()
    columns = part[max(part.rfind(b"<", 0, start), 0) : end]
    return _among(columns) if len(columns) < _LONGEST else _among.__wrapped__(columns)


@lru_cache(maxsize=64)
def _among(columns: bytes) -> frozenset[int]:
    """The hidden ones of columns; of a sheet they are the same in all returns but few."""
    return frozenset(
        at for match in tags(columns, _MAY_HIDE_COLUMN, _COLUMN) for at in _columns(match[1])
    )


def _columns(attributes: bytes) -> Iterator[int]:
    said = dict(_FIELD.findall(attributes))
    first, last = said.get(b"min", b""), said.get(b"max", b"")
    if _is_hidden(said, b"width") and first.isdigit() and last.isdigit():
        yield from lines(int(first) - 1, int(last) - 1, _LAST_COLUMN)


def lines(first: int, last: int, most: int = _LAST_ROW) -> range:
    """Return rows or columns from the first to the last, as far as answers may stand there."""
    return range(max(first, 0), min(last, most) + 1)


def _is_hidden(said: dict[bytes, bytes], size: bytes) -> bool:
    return said.get(b"hidden") in _TRUE or _NOUGHT.fullmatch(said.get(size, b"1")) is not None
