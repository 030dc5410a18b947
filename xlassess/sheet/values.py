"""What is written onto sheets, and how texts and sheets are named in formulas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula (without the leading ``=``) and the value it has as written."""

    text: str
    value: str | float


@dataclass(frozen=True, slots=True)
class CellRange:
    """A block of cells, counted from 0, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class PlacedChart:
    """Where a chart goes: its cell, its size in pixels, and the text read out in its place."""

    row: int
    column: int
    width: int
    height: int
    description: str


def quoted(text: str) -> str:
    """Return a text as a literal in a formula; one over Excel's 255 characters in pieces."""
    pieces = [text[i : i + 200] for i in range(0, len(text), 200)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def sheet_prefix(sheet: str) -> str:
    """Return a sheet's name as it stands before a cell in a formula, with its ``!``."""
    return "'" + sheet.replace("'", "''") + "'!"


def serial(moment: date | datetime) -> float:
    """Return a day or moment as the number a spreadsheet counts it by."""
    if isinstance(moment, datetime):
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        return (moment.date() - _EPOCH).days + seconds / 86400
    return float((moment - _EPOCH).days)


def moment_of(number: float) -> datetime:
    """Return the moment that a spreadsheet counts by this number, to the minute."""
    midnight = datetime.combine(_EPOCH, datetime.min.time())
    return midnight + timedelta(minutes=round(number * 1440))
