"""What the guard notes about a sheet while it measures it: cells no answer is taken from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xlassess.contract.layout import cell_name, column_name
from xlassess.ingest.guard.colours import Colour
from xlassess.ingest.guard.limits import (
    MOST_AREA,
    MOST_NOTED,
    MOST_RECORDS,
    MOST_REFERRED,
    MOST_SHEETS,
    MOST_TEXTS,
)
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

CUT_AFTER = 255
"""Characters after which the short text record of an .xls file ends ([MS-XLS] 2.4.148)."""
MOST_NOTES = 200
"""More notes than this on one sheet are not told one by one; nobody reads as many."""


_NOTE_LENGTH = 1000
"""Characters of the notes at one cell after which no more are kept: their beginning is quoted."""


class ExcessError(ValueError):
    """Raised where a file holds more than is read, with the problem in words."""


@dataclass(slots=True)
class Budget:
    """How many more records of a workbook are looked at."""

    left: int = MOST_RECORDS

    def spend(self) -> None:
        """Count one record.

        Raises:
            ExcessError: that is one too many.
        """
        self.left -= 1
        if self.left < 0:
            raise ExcessError(f"it has more than {MOST_RECORDS:,} records")


@dataclass(frozen=True, slots=True)
class CrossedOut:
    """A cell some of whose words are crossed out: the words that stand, and those that do not."""

    kept: str
    struck: str


@dataclass(frozen=True, slots=True)
class PlacedObject:
    """Something put on a sheet that is no text: a picture, a scan, an embedded file.

    ``what`` says it in words with an article ("a picture", "an embedded Word document"),
    ``name`` is what a person or program called it (with a description for the blind, where
    there is one), ``cell`` the cell under its corner, each empty if not known.
    """

    what: str
    name: str = ""
    cell: str = ""


Area = tuple[int, int, int, int]
"""The first row and column of some cells and the last, counted from 0."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a conditional format makes cells look; what it leaves as it is, is None.

    ``struck`` is about the whole cell; ``code`` is a number format.
    """

    letters: Colour | None = None
    behind: Colour | None = None
    struck: bool | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionalRule:
    """A rule of a conditional format: where it applies, and how cells look for which it holds.

    ``formula`` is as Excel writes it, for the cell ``base`` (row and column); it is empty for
    rules of a kind that is not worked out. Where one holds that ``stops``, none after it counts.
    """

    look: Look
    areas: tuple[Area, ...]
    formula: str
    base: tuple[int, int]
    stops: bool = False

    def is_about(self, row: int, column: int) -> bool:
        """True for a cell to which the rule applies."""
        return any(
            top <= row <= bottom and left <= column <= right
            for top, left, bottom, right in self.areas
        )


CONTROL = "a button, field or box to tick"
CHART = "a chart"
"""What a chart is called in words: we place some ourselves."""
MORE_OBJECTS = PlacedObject("more notes, drawings or pictures, which are not told one by one")
"""Stands after `MOST_NOTES` of them."""


@dataclass(frozen=True, slots=True)
class SheetNotes:
    """What the parser does not tell about the cells (A1) of one sheet.

    The parser shows a formula by its last result and an error as an empty cell; OpenDocument
    truth values it shows as numbers. LibreOffice turns a truth value that was typed in into
    a formula, which is among the truths and the formulas. Covered cells lie under a merged
    cell that begins elsewhere, so that nobody sees what they hold. Cut cells hold a text of
    `CUT_AFTER` characters in a record that takes no longer ones. ``attached`` are the texts of
    notes and drawings, by the cell they are attached to, if any; ``numbers`` what the parser
    takes for days, ``texts`` what it reads with letters lost.

    ``struck`` cells are crossed out from end to end, ``partly_struck`` ones in part.
    ``links`` are the addresses behind the words of cells, unless they lead to a place in the
    same file. ``pictured`` cells hold a picture instead of a value. ``objects`` stand on the
    sheet over its cells. ``shown`` says how a number or day is displayed, where its number
    format makes something else of it than its bare digits ("50%", "Apr-26", "£2,000").

    ``masked`` cells show something else than the text or number that stands in them, by a number
    format of words: what they show, empty where nothing is seen. ``margins`` are the words of
    headers and footers, which are seen on paper. Nobody sees a ``hidden`` sheet, nor what stands
    in ``hidden_rows`` and ``hidden_columns`` (counted from 0); letters of ``pale`` cells have the
    colour of what is behind them, and so have the words in ``partly_pale``. ``conditions`` are the
    rules of conditional formats in their order, where one of them can hide something or cross it
    out; ``looks`` are the colours, of letters and behind them, that the cells of such rules have
    of their own.

    ``area`` is the most cells that the rectangle from A1 to the last cell can have.
    """

    formulas: frozenset[str] = frozenset()
    errors: frozenset[str] = frozenset()
    truths: frozenset[str] = frozenset()
    covered: frozenset[str] = frozenset()
    cut: frozenset[str] = frozenset()
    attached: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    area: int = field(default=0, compare=False)
    texts: Mapping[str, str] = field(default_factory=dict)
    struck: frozenset[str] = frozenset()
    partly_struck: Mapping[str, CrossedOut] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    pictured: frozenset[str] = frozenset()
    objects: tuple[PlacedObject, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    masked: Mapping[str, str] = field(default_factory=dict)
    margins: tuple[str, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    pale: frozenset[str] = frozenset()
    partly_pale: Mapping[str, str] = field(default_factory=dict)
    conditions: tuple[ConditionalRule, ...] = ()
    looks: Mapping[str, tuple[Colour, Colour]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a look through a file gives: notes by sheet name, and what else is worth telling.

    ``data`` is the file as the parser reads it without loss, None where it does so already;
    ``unread`` says in words what else there is that nobody reads answers from.
    """

    notes: dict[str, SheetNotes]
    data: bytes | None = None
    unread: tuple[str, ...] = ()
    macros: bool = False


@dataclass(slots=True)
class Tally:
    """The running measure of one sheet, cell by cell; rows and columns counted from 0."""

    last_row: int = -1
    last_column: int = -1
    formulas: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    truths: set[str] = field(default_factory=set)
    covered: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    attached: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    struck: set[str] = field(default_factory=set)
    partly_struck: dict[str, CrossedOut] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    pictured: set[str] = field(default_factory=set)
    objects: list[PlacedObject] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    masked: dict[str, str] = field(default_factory=dict)
    margins: list[str] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    pale: set[str] = field(default_factory=set)
    partly_pale: dict[str, str] = field(default_factory=dict)
    conditions: list[ConditionalRule] = field(default_factory=list)
    looks: dict[str, tuple[Colour, Colour]] = field(default_factory=dict)
    spread: int = 0
    more: bool = False

    def reach(self, row: int, column: int) -> None:
        """Take note that there is a cell here."""
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)

    def formula_area(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Take note that one formula fills this rectangle of (row, column), ends included."""
        self.reach(*last)
        if _area(first, last) > MOST_AREA:
            return
        self.spend(_area(first, last))
        if len(self.formulas) + _area(first, last) > MOST_NOTED:
            self.formulas |= near(first, last)
        else:
            self.formulas.update(rectangle(first, last))

    def error(self, row: int, column: int) -> None:
        """Take note that a cell holds an error."""
        self.errors.add(cell_name(row, column))

    def merged(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Take note of a merged cell over this rectangle of (row, column), ends included."""
        before = cell_name(*first) in self.covered
        self.cover(first, last)
        if not before:
            self.covered.discard(cell_name(*first))

    def cover(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        """Take note that these cells, ends included, are under another."""
        self.spend(_area(first, (min(last[0], _LAST_ROW), min(last[1], _LAST_COLUMN))))
        self.covered |= near(first, last)

    def fade(self, cell: str, words: str | bool) -> None:
        """Take note of the words of a cell that nobody sees; True stands for all of them."""
        if words is True:
            self.pale.add(cell)
        elif words:
            self.partly_pale[cell] = str(words)

    def cross_out(self, cell: str, words: CrossedOut | bool) -> None:
        """Take note of the words of a cell that are crossed out; True stands for all of them."""
        if isinstance(words, CrossedOut):
            self.partly_struck[cell] = words
        elif words:
            self.struck.add(cell)

    def mask(self, cell: str, shows: str | None) -> None:
        """Take note of what a cell shows instead of what is in it; of None there is nothing."""
        if shows is not None:
            self.masked[cell] = shows

    def spend(self, cells: int) -> None:
        """Count cells that are gone through one by one.

        Raises:
            ExcessError: those of all areas together are more than any workbook needs.
        """
        self.spread += cells
        if self.spread > MOST_REFERRED:
            raise ExcessError(f"merged cells or formulas cover {self.spread:,} cells of a sheet")

    @property
    def area(self) -> int:
        """How many cells the rectangle from A1 to the last cell has."""
        return (self.last_row + 1) * (self.last_column + 1)

    def oversize(self) -> Finding | None:
        """Refuse a sheet whose cells reach further than `MOST_AREA` allows."""
        if self.area <= MOST_AREA:
            return None
        cell = cell_name(self.last_row, self.last_column)
        return found("G10", problem=f"a sheet reaches as far as cell {cell}")

    def place(self, placed: PlacedObject) -> None:
        """Take note of something put on the sheet; of many only that there are more."""
        if len(self.objects) < MOST_NOTES:
            self.objects.append(placed)
        else:
            self.more = True

    def attach(self, cell: str, text: str, between: str = " / ") -> None:
        """Keep the beginning of the texts of notes and drawings at a cell.

        Args:
            cell: the cell; empty for the sheet as a whole.
            text: what one of them says, or a piece of it.
            between: stands between it and what came before.
        """
        before = self.attached.get(cell)
        if before is None and len(self.attached) >= MOST_NOTES:
            self.more = True
        elif len(before or "") < _NOTE_LENGTH:
            self.attached[cell] = f"{before}{between}{text}" if before else text

    def notes(self) -> SheetNotes:
        """Return what was noted.

        Raises:
            ExcessError: that is more than any workbook needs.
        """
        noted = len(self.formulas) + len(self.errors) + len(self.truths)
        if noted > MOST_NOTED:
            raise ExcessError(f"formulas or errors stand in {noted:,} cells of a sheet")
        return SheetNotes(
            frozenset(self.formulas),
            frozenset(self.errors),
            frozenset(self.truths),
            frozenset(self.covered),
            frozenset(self.cut),
            dict(self.attached),
            dict(self.numbers),
            self.area,
            dict(self.texts),
            frozenset(self.struck),
            dict(self.partly_struck),
            dict(self.links),
            frozenset(self.pictured),
            (*self.objects, *([MORE_OBJECTS] if self.more else ())),
            dict(self.shown),
            dict(self.masked),
            tuple(self.margins),
            self.hidden,
            frozenset(self.hidden_rows),
            frozenset(self.hidden_columns),
            frozenset(self.pale),
            dict(self.partly_pale),
            tuple(self.conditions),
            dict(self.looks),
        )


def by_name(named: Sequence[tuple[str, SheetNotes]]) -> dict[str, SheetNotes] | Finding:
    """Return the notes by the sheets' names, unless there are too many, or two of one name."""
    if excess := _beyond([notes for _, notes in named]):
        return excess
    sheets = dict(named)
    if len(sheets) < len(named):
        return found("G07", problem="two sheets bear the same name")
    return sheets


def _beyond(sheets: Collection[SheetNotes]) -> Finding | None:
    """Refuse sheets that are too many, or together too large."""
    if len(sheets) > MOST_SHEETS:
        return found("G10", problem=f"it has {len(sheets):,} sheets")
    cells = sum(notes.area for notes in sheets)
    if cells > MOST_AREA:
        return found("G10", problem=f"its sheets together reach over {cells:,} cells")
    return None


def too_much(sheets: Mapping[str, SheetNotes], texts: int = 0) -> Finding | None:
    """Refuse a workbook whose sheets together hold more than any filled-in workbook.

    Args:
        sheets: the notes of each sheet.
        texts: the size of all texts together, each as often as it is shown, in bytes.
    """
    if excess := _beyond(sheets.values()):
        return excess
    if texts > MOST_TEXTS:
        return found("G10", problem=f"its texts together have some {texts:,} characters")
    return None


def rectangle(first: tuple[int, int], last: tuple[int, int]) -> Iterator[str]:
    """Yield the A1 names of a rectangle of (row, column), ends included."""
    columns = [column_name(column) for column in range(first[1], last[1] + 1)]
    for row in range(first[0] + 1, last[0] + 2):
        for column in columns:
            yield f"{column}{row}"


_LAST_ROW, _LAST_COLUMN = 998, 103
"""Beyond this row and column no answer is looked for, so that no cell there is noted."""


def near(first: tuple[int, int], last: tuple[int, int]) -> set[str]:
    """Return the cells of a rectangle, ends included, as far as answers may stand there."""
    return set(rectangle(first, (min(last[0], _LAST_ROW), min(last[1], _LAST_COLUMN))))


def covered_by(first: tuple[int, int], last: tuple[int, int]) -> set[str]:
    """Return the cells under a merged cell without the one it shows."""
    return near(first, last) - {cell_name(*first)}


def _area(first: tuple[int, int], last: tuple[int, int]) -> int:
    return max(0, last[0] - first[0] + 1) * max(0, last[1] - first[1] + 1)
