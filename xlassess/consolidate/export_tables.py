"""The tables of an export, each defined in one place: name, columns, meanings, values.

Which tables an export has follows from the assessment's attribution. Where single returns may
be shown they are `DATA`, `ACTIONS` and `RETURNS`. In aggregate no row stands for a respondent's
answers: `COUNTS` has how often each choice was picked, `COMMENTS` what was said, without the
answer it goes with, `ACTIONS_UNNAMED` what is proposed, and `RESPONSE` how many came back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from xlassess.consolidate.attribution import Person
from xlassess.consolidate.export_columns import Cell, Column, Line, Setting, Spec, people, where
from xlassess.consolidate.summary import (
    DataRow,
    Entry,
    ItemFigures,
    Part,
    PlannedAction,
    Remark,
    Summary,
)
from xlassess.model.toolkit import Choice

Row = TypeVar("Row")


class _Pick(NamedTuple):
    """One choice of one item, with the item's figures."""

    figures: ItemFigures
    choice: Choice


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to be written: what it is, and its rows."""

    spec: Spec[Any]
    rows: tuple[tuple[Cell, ...], ...]




def _kind(line: Line[DataRow]) -> str:
    row = line.row
    if row.choice:
        return "choice"
    if isinstance(row.value, date):
        return "day"
    return "text" if isinstance(row.value, str) else "number"
