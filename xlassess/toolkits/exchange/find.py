"""Finding the tables and forms of a toolkit's workbook by their headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlassess.files.problems import did_you_mean, nearest
from xlassess.toolkits.exchange.cells import EMPTY, BookCell, Grid
from xlassess.toolkits.exchange.sheets import ENTRY, FIELD, ITEMS, LEVEL, NOTES, SHEETS, Block
from xlassess.toolkits.remarks import folded

_PUT_BACK = "Put it back as it is in a fresh export. It may be empty."


@dataclass(frozen=True, slots=True)
class CellAddress:
    """A cell of a workbook, counted from 0."""

    sheet: str
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class BookFault:
    """Something wrong in a cell, and what to do about it."""

    place: CellAddress
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class BlockEntry:
    """What stands in a cell, and where."""

    cell: BookCell
    place: CellAddress


Row = Mapping[str, BlockEntry]
"""The entries of a row by the fields of the model; of a form, all its entries."""


@dataclass(frozen=True, slots=True)
class FoundBlock:
    """A block as it stands on its sheet; ``place`` is the first cell of its headings."""

    block: Block
    place: CellAddress
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The rows of a sheet that belong to a block."""

    block: Block
    sheet: str
    grid: Grid
    first: int
    end: int

    def fault(self, row: int, column: int, message: str, hint: str) -> BookFault:
        return BookFault(CellAddress(self.sheet, row, column), message, hint)

    def cell(self, row: int, column: int) -> BookCell:
        cells = self.grid[row] if row < len(self.grid) else ()
        return cells[column] if column < len(cells) else EMPTY

    def headings(self, row: int) -> Iterator[tuple[int, str]]:
        """Yield column and text of what stands in a row."""
        for column, cell in enumerate(self.grid[row] if row < len(self.grid) else ()):
            if not cell.is_blank:
                yield column, cell.text


def find_blocks(grids: Mapping[str, Grid]) -> tuple[dict[Block, FoundBlock], tuple[BookFault, ...]]:
    """Return the blocks of a workbook, and what is wrong with its sheets and headings.

    Args:
        grids: the sheets by name.
    """
    faults: list[BookFault] = []
    found: dict[Block, FoundBlock] = {}
    names = {folded(name): name for name in grids}
    known = {folded(name) for name in SHEETS}
    for wanted, blocks in SHEETS.items():
        name = names.get(folded(wanted))
        if name is None:
            near = nearest(wanted, [n for key, n in names.items() if key not in known])
            hint = f"Is it the one named '{near}'? Rename that then." if near else _PUT_BACK
            faults.append(BookFault(CellAddress(wanted), f"There is no sheet '{wanted}'.", hint))
            continue
        for stretch in _stretches(name, grids[name], blocks, faults):
            block = _find(stretch, faults)
            if block is not None:
                found[stretch.block] = block
    return found, tuple(faults)


def _stretches(
    name: str, grid: Grid, blocks: Sequence[Block], faults: list[BookFault]
) -> list[_Stretch]:
    """Divide a sheet among its blocks; each but the first begins at its title."""
    starts = {0: blocks[0]}
    for block in blocks[1:]:
        row = next((i for i, cells in enumerate(grid) if i and _is_title(cells, block.title)), None)
        if row is None:
            message = f"There is no table '{block.title}' on this sheet."
            faults.append(BookFault(CellAddress(name), message, _PUT_BACK))
        else:
            starts[row] = block
    ends = [*sorted(starts)[1:], len(grid)]
    return [
        _Stretch(starts[first], name, grid, first, end)
        for first, end in zip(sorted(starts), ends, strict=True)
    ]


def _is_title(cells: Sequence[BookCell], title: str) -> bool:
    """True when a row holds this title and nothing else."""
    texts = [cell.text for cell in cells if not cell.is_blank]
    return len(texts) == 1 and folded(texts[0]) == folded(title)


def _find(stretch: _Stretch, faults: list[BookFault]) -> FoundBlock | None:
    block = stretch.block
    wanted = [FIELD, ENTRY] if block.form else [column.heading for column in block.columns]
    known = {folded(heading) for heading in wanted}
    for row in range(stretch.first, stretch.end):
        matches = [c for c, text in stretch.headings(row) if folded(text) in known]
        if len(matches) >= max(2, len(known) // 2):
            rows = (_form if block.form else _table)(stretch, row, faults)
            return FoundBlock(block, CellAddress(stretch.sheet, row, matches[0]), tuple(rows))
    message = f"There is no row of headings for '{block.title}'."
    hint = f"Put the headings in one row: {', '.join(wanted)}."
    faults.append(stretch.fault(stretch.first, 0, message, hint))
    return None


def _table(stretch: _Stretch, top: int, faults: list[BookFault]) -> Iterator[Row]:
    fields, headed = _columns(stretch, top, faults)
    for row in range(top + 1, stretch.end):
        entries = {
            field: BlockEntry(stretch.cell(row, column), CellAddress(stretch.sheet, row, column))
            for field, column in fields.items()
        }
        for column, text in stretch.headings(row):
            if column not in headed:
                message = f"'{text[:40]}' stands under no heading."
                hint = f"Move it, or head the column '{NOTES}' to keep it as a note of your own."
                faults.append(stretch.fault(row, column, message, hint))
        if not all(entry.cell.is_blank for entry in entries.values()):
            yield entries


def _columns(
    stretch: _Stretch, top: int, faults: list[BookFault]
) -> tuple[dict[str, int], frozenset[int]]:
    """Return the column of each field, and every column that has a heading."""
    by_heading = {folded(column.heading): column for column in stretch.block.columns}
    fields: dict[str, int] = {}
    headed = dict(stretch.headings(top))
    others: list[tuple[int, str]] = []
    for index, text in headed.items():
        column = by_heading.get(folded(text))
        field = column.field if column else _level_field(stretch.block, text)
        if field in fields:
            message = f"There are two columns '{text}'."
            faults.append(stretch.fault(top, index, message, "Rename or delete one of them."))
        elif field:
            fields[field] = index
        elif folded(text) != folded(NOTES):
            others.append((index, text))
    missing = [c.heading for c in stretch.block.columns if not c.spare and c.field not in fields]
    for index, text in others:
        hint = did_you_mean(text, missing) if missing else ""
        hint = hint or f"Head a column '{NOTES}' to keep notes of your own in it."
        faults.append(stretch.fault(top, index, f"There is no column '{text}' here.", hint))
    for heading in missing:
        message = f"There is no column '{heading}' in table '{stretch.block.title}'."
        faults.append(stretch.fault(top, 0, message, _PUT_BACK))
    return fields, frozenset(headed)


def _level_field(block: Block, text: str) -> str:
    begin, _, code = text.replace(":", " ").strip().partition(" ")
    is_level = block is ITEMS and folded(begin) == folded(LEVEL) and code.strip()
    return f"levels.{code.strip()}" if is_level else ""


def _form(stretch: _Stretch, top: int, faults: list[BookFault]) -> Iterator[Row]:
    heads = {folded(text): column for column, text in stretch.headings(top)}
    names, entries = heads.get(folded(FIELD), 0), heads.get(folded(ENTRY), 1)
    known = {folded(column.heading): column for column in stretch.block.columns}
    read: dict[str, BlockEntry] = {}
    for row in range(top + 1, stretch.end):
        name = stretch.cell(row, names).text
        entry = BlockEntry(stretch.cell(row, entries), CellAddress(stretch.sheet, row, entries))
        column = known.get(folded(name))
        if column is None:
            if not entry.cell.is_blank:
                message = f"There is no field '{name}'." if name else "This entry has no field."
                hint = did_you_mean(name, [c.heading for c in stretch.block.columns])
                faults.append(stretch.fault(row, names, message, hint))
        elif column.field in read:
            message = f"The field '{name}' appears twice."
            faults.append(stretch.fault(row, names, message, "Delete one of the two rows."))
        else:
            read[column.field] = entry
        for other, text in stretch.headings(row):
            if other not in (names, entries) and other not in heads.values():
                message = f"'{text[:40]}' stands under no heading."
                hint = f"Move it, or head the column '{NOTES}' to keep it as a note of your own."
                faults.append(stretch.fault(row, other, message, hint))
    for column in stretch.block.columns:
        if column.field not in read:
            message = f"There is no row for the field '{column.heading}'."
            faults.append(stretch.fault(top, names, message, _PUT_BACK))
    yield read
