"""Conditional formats held against the values of a sheet: what people see of its cells.

Only what is certain is told: nothing that depends on a rule which is not worked out, or which looks
at the result of a formula (docs/decisions/conditional-formats.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import islice

from xlassess.contract.layout import cell_name, cell_place
from xlassess.ingest.formats.display import displayed, masked
from xlassess.ingest.guard.colours import Colour, is_pale
from xlassess.ingest.guard.notes import ConditionalRule, CrossedOut, Look, SheetNotes
from xlassess.ingest.reading.cells.formulas import Cells, is_true

_ASPECTS = tuple(one.name for one in fields(Look))
_MOST_READ = 200_000
"""Characters of formulas that are worked out for a sheet, each as often as for a cell: some twenty
rules for some hundred cells take a tenth of it, and more would take seconds."""
_COLOURS = {"letters", "behind"}


def with_conditions(notes: SheetNotes, rows: Sequence[Sequence[object]]) -> SheetNotes:
    """Return the notes of a sheet with what its conditional formats hide, show or cross out.

    Args:
        notes: what is known without them.
        rows: the cells of the sheet from A1 on.
    """
    uncertain = notes.formulas | notes.errors

    def cells(row: int, column: int) -> object:
        if row < 0 or column < 0 or cell_name(row, column) in uncertain:
            raise ValueError("before the first cell, an error or the result of a formula")
        return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""

    sight = _Sight.of(notes)
    size = max(1, sum(len(rule.formula) for rule in notes.conditions))
    for name, colours in islice(notes.looks.items(), _MOST_READ // size):
        place = cell_place(name)
        if name not in uncertain and cells(*place) != "":
            look, unsure = _look(notes.conditions, place, cells)
            sight.take(name, look, None if unsure & _COLOURS else colours)
            if look.code:
                sight.format(name, cells(*place), look.code)
    return sight.over(notes)


def _look(
    rules: Sequence[ConditionalRule], place: tuple[int, int], cells: Cells
) -> tuple[Look, set[str]]:
    """What the rules make of a cell, and of what that is not certain.

    The first rule that holds decides of each thing it says. One that may hold or not leaves nothing
    certain of what it says, nor, where it may be the last, of what those behind it say.
    """
    look, unsure = Look(), set[str]()
    for rule in rules:
        if not rule.is_about(*place):
            continue
        moved = place[0] - rule.base[0], place[1] - rule.base[1]
        holds = is_true(rule.formula, moved, cells) if rule.formula else None
        if holds is False:
            continue
        open_ = [name for name in _ASPECTS if getattr(look, name) is None and name not in unsure]
        said = {name: getattr(rule.look, name) for name in open_}
        if holds:
            look = replace(look, **{name: one for name, one in said.items() if one is not None})
        else:
            unsure |= {name for name, one in said.items() if one is not None or rule.stops}
        if rule.stops:
            break
    return look, unsure


@dataclass(slots=True)
class _Sight:
    """What is seen of cells, as it is put right."""

    struck: set[str]
    partly_struck: dict[str, CrossedOut]
    pale: set[str]
    partly_pale: dict[str, str]
    shown: dict[str, str]
    masked: dict[str, str]

    @classmethod
    def of(cls, notes: SheetNotes) -> _Sight:
        return cls(
            set(notes.struck),
            dict(notes.partly_struck),
            set(notes.pale),
            dict(notes.partly_pale),
            dict(notes.shown),
            dict(notes.masked),
        )

    def take(self, cell: str, look: Look, own: tuple[Colour, Colour] | None) -> None:
        """Take in the look of a cell; ``own`` are its colours, None where none are certain."""
        if look.struck:
            self.struck.add(cell)
            self.partly_struck.pop(cell, None)
        elif look.struck is False:
            self.struck.discard(cell)
        if own is None or (look.letters is None and look.behind is None):
            return
        has_own = cell in self.partly_pale or (cell in self.pale) != is_pale(*own)
        if has_own and look.letters is None:
            # its words have colours of their own, which are known on their own paper only
            if not is_pale(look.behind or own[1], own[1]):
                self.pale.discard(cell)
                self.partly_pale.pop(cell, None)
            return
        self.pale.discard(cell)
        if look.letters is not None:
            self.partly_pale.pop(cell, None)
        if is_pale(look.letters or own[0], look.behind or own[1]):
            self.partly_pale.pop(cell, None)
            self.pale.add(cell)

    def format(self, cell: str, value: object, code: str) -> None:
        """Take in the number format of a cell."""
        number = float(value) if isinstance(value, int | float) else None
        number = 1.0 if isinstance(value, date) else number
        self.shown.pop(cell, None)
        self.masked.pop(cell, None)
        if isinstance(value, int | float) and (text := displayed(float(value), code)):
            self.shown[cell] = text
        if (mask := masked(code, number)) is not None:
            self.masked[cell] = mask

    def over(self, notes: SheetNotes) -> SheetNotes:
        """Return notes with these in the place of the same."""
        return replace(
            notes,
            struck=frozenset(self.struck),
            partly_struck=self.partly_struck,
            pale=frozenset(self.pale),
            partly_pale=self.partly_pale,
            shown=self.shown,
            masked=self.masked,
        )
