"""Judges what was read from a damaged workbook against what openpyxl sees in the same file.

Nothing of the reader under test is used: cells are looked up anew, and what a cell may mean is
written down a second time, as narrowly as an auditor would accept it.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell

from tests.factory import Workbook
from tests.ingest.appearances import CROSSED, MASKED, PALE, UNSURE, seen
from tests.ingest.oracle_plan import PlanJudge
from tests.ingest.plainly import is_day, is_number, is_text, plain, visible
from xlassess.contract.layout import ACTION_PLAN, HEADERS, layout
from xlassess.model.answer import PROPOSAL, Answer, Return
from xlassess.model.query import Slot, concerned
from xlassess.model.toolkit import Item


def judge(ret: Return, book: Workbook, data: bytes, before: bytes = b"") -> list[str]:
    """Return what is wrong with a return, in words; nothing if all is right.

    Of an answer to queries only what was read is judged: most of what it shows is not asked.

    Args:
        ret: what was read.
        book: the workbook as issued.
        data: the bytes it was read from.
        before: those from which they were made without moving anything, if they were: whatever
            differs must have been read or told then.

    Raises:
        LookupError: openpyxl cannot open the file, so that nothing can be compared.
    """
    if ret.state == "refused":
        return ["refused with answers"] if ret.answers or not ret.findings else []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cells = openpyxl.load_workbook(io.BytesIO(data))
    except (Exception, zipfile.BadZipFile) as fault:
        raise LookupError(str(fault)) from None
    judges = _Judge(ret, book, cells), PlanJudge(ret, book, cells)
    wrong = [text for one in judges for text in one.wrong()]
    if before and not ret.query:
        wrong += _unseen(ret, openpyxl.load_workbook(io.BytesIO(before)), cells)
        wrong += _looks(ret, openpyxl.load_workbook(io.BytesIO(data), rich_text=True))
    return wrong if ret.query else [*wrong, *(text for one in judges for text in one.lost())]


def _unseen(ret: Return, before: Any, cells: Any) -> Iterator[str]:
    """What a person wrote, crossed out or linked, and what was neither read nor told of it."""
    read = {(one.sheet, one.cell): one for one in ret.answers}
    told = {(one.sheet, cell) for one in ret.findings for cell in (one.cell, *one.cells)}
    rows = {(sheet, _row(cell)) for sheet, cell in told if cell}
    whole = {one.sheet for one in ret.findings if one.sheet and not one.cell}
    # a column whose heading is not its own is asked for as a whole
    columns = {
        (one.sheet, one.cell.rstrip("0123456789")) for one in ret.findings if one.code == "R06"
    }
    for sheet in cells.worksheets:
        if sheet.sheet_state != "visible" or sheet.title in whole:
            continue
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            at = sheet.title, cell.coordinate
            if cell.value is None or not visible(str(cell.value)):
                continue
            if (sheet.title, cell.column_letter) in columns:
                continue
            was = before[sheet.title][cell.coordinate].value
            if is_crossed(cell) and at in read:
                yield f"{read[at]} is crossed out"
            is_action = sheet.title == ACTION_PLAN and (sheet.title, cell.row) in {
                (one.sheet, int(_row(one.cell))) for one in ret.actions
            }
            known = is_action or at in read or at in told or (sheet.title, _row(at[1])) in rows
            if not known and (cell.value != was or is_crossed(cell)):
                yield f"{at} with {cell.value!r} was neither read nor told"
            link = cell.hyperlink.target if cell.hyperlink else None
            if link and at in read and link not in str(read[at].value) and at not in told:
                yield f"{at} has a link to {link}, of which nothing is told"


def _looks(ret: Return, cells: Any) -> Iterator[str]:
    """Answers that look otherwise than they were read, and looks that were told of others."""
    told: dict[tuple[str, str], set[str]] = {}
    for one in ret.findings:
        for cell in (one.cell, *one.cells):
            told.setdefault((one.sheet, cell), set()).add(one.code)
    read = {(answer.sheet, answer.cell) for answer in ret.answers}
    crossed = {"R13", "R14"}
    for at in sorted(read | {at for at, codes in told.items() if at[1] and codes & crossed}):
        sheet = cells[at[0]]
        found, codes = seen(sheet, sheet[at[1]]), told.get(at, set())
        if UNSURE in found or sheet.sheet_state != "visible":
            continue
        if (CROSSED in found) != bool(codes & crossed):
            yield f"{at} is {found}, and {codes} are told of it"
        elif at in read and (PALE in found) != ("R21" in codes):
            yield f"{at} is {found}, read, and {codes} are told of it"
        elif at in read and MASKED in found and "R18" not in codes:
            yield f"{at} shows something else, is read, and {codes} are told of it"


def is_crossed(cell: Any) -> bool:
    """True for a cell whose letters are struck through, or that a line runs across."""
    border = cell.border
    ways = border.diagonalUp or border.diagonalDown
    return bool(cell.font.strike or (ways and border.diagonal and border.diagonal.style))


def _without_link(value: object, cell: Any) -> object:
    """A text as read without the address behind it, which is added to its words."""
    link = cell.hyperlink.target if cell.hyperlink else None
    return value.removesuffix(f" ({link})") if link and isinstance(value, str) else value


def _row(cell: str) -> str:
    return cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class _Judge:
    def __init__(self, ret: Return, book: Workbook, cells: Any) -> None:
        self.ret, self.book, self.cells = ret, book, cells
        self.items = {item.id: item for item in book.toolkit.items()}
        self.headers = {
            (row.item.id, column.field): column.header
            for section in layout(book.toolkit).sections
            for table in section.tables
            for row in table.rows
            for column in table.fields(row.item)
        }
        self.asks: dict[str, set[str]] = {}
        for item in self.items.values():
            self.asks.setdefault(item.ask, set()).add(item.id)

    def wrong(self) -> Iterator[str]:
        """Answers that are not what stands in their cell, or not that item's."""
        seen = [(answer.item, answer.field) for answer in self.ret.answers]
        if len(seen) != len(set(seen)):
            yield "an item answered twice"
        for answer in self.ret.answers:
            if answer.item == PROPOSAL:
                continue
            cell = self.cells[answer.sheet][answer.cell]
            if not self._means(answer, cell):
                yield f"{answer} where the cell has {cell.value!r} ({cell.data_type})"
            yield from self._misplaced(answer, cell)

    def _misplaced(self, answer: Answer, cell: Any) -> Iterator[str]:
        row = [one for one in self.cells[answer.sheet][cell.row] if one is not cell]
        texts = [one.value.strip() for one in row if isinstance(one.value, str)]
        others = {one for text in texts for one in self.asks.get(text, ())}
        told = self.ret.state == "query" or self.ret.query
        if answer.item not in others and others and not self._is_told(answer.sheet, cell.row):
            yield f"{answer} stands beside the question {others}"
        covered = any(isinstance(one, MergedCell) for one in row)  # openpyxl sees nothing there
        if not others and not told and not covered:
            yield f"{answer} stands beside no question and nothing is said"
        heading = self._heading(answer.sheet, cell)
        wanted = self.headers[answer.item, answer.field]
        names = self._fields(answer.item).keys()
        other = plain(heading) in names or (isinstance(heading, str) and plain(heading))
        if plain(heading) != plain(wanted) and other:
            yield f"{answer} stands under {heading!r}"

    def _is_told(self, sheet: str, row: int) -> bool:
        """True if a query names a cell of this row."""
        rows = {
            (finding.sheet, _row(cell))
            for finding in self.ret.findings
            if finding.severity == "query"
            for cell in (finding.cell, *finding.cells)
        }
        return (sheet, str(row)) in rows

    def _heading(self, sheet: str, cell: Any) -> object:
        """What stands over a cell in the nearest row of headings above."""
        for row in range(cell.row - 1, 0, -1):
            texts = {plain(one.value) for one in self.cells[sheet][row]}
            if {plain(HEADERS["item"]), plain(HEADERS["ask"])} <= texts:
                return self.cells[sheet].cell(row, cell.column).value
        return None

    def lost(self) -> Iterator[str]:
        """Cells under an answer's heading, beside its question, that were not read nor told.

        Items that stand there twice are passed over: which of them was read is not told.
        """
        if self.ret.state == "refused":
            return
        known = {(answer.sheet, answer.cell) for answer in self.ret.answers}
        for finding in self.ret.findings:
            known |= {(finding.sheet, cell) for cell in (finding.cell, *finding.cells)}
        asked = {slot for finding in self.ret.findings for slot in concerned(finding)}
        rows = list(self._item_rows())
        cells = [[c.value for c in row] for one in self.cells.worksheets for row in one.iter_rows()]
        asks = Counter(value for row in cells for value in row if value in self.asks)
        first = Counter(next(filter(None, row), None) for row in cells)
        for item, sheet, row in rows:
            ask = self.items[item].ask
            alone = asks[ask] <= len(self.asks[ask]) and first[item] == 1
            for cell in row if alone else ():
                blank = cell.value is None or not visible(str(cell.value))
                field = self._fields(item).get(plain(self._heading(sheet, cell)))
                if blank or field is None or (sheet, cell.coordinate) in known:
                    continue
                if Slot(item, field) not in asked:
                    yield f"{cell} with {cell.value!r} was neither read nor told"

    def _item_rows(self) -> Iterator[tuple[str, str, Any]]:
        """Every row with an item's number and its own question alone: item, sheet, cells."""
        for sheet in self.cells.worksheets:
            for row in sheet.iter_rows():
                items = [cell.value for cell in row if cell.value in self.items]
                asks = [self.asks[c.value] for c in row if c.value in self.asks]
                if len(asks) == 1 and items and items[0] in asks[0]:
                    yield items[0], sheet.title, row

    def _fields(self, item: str) -> dict[str, str]:
        """The fields of an item by their headings."""
        return {
            plain(header): field for (one, field), header in self.headers.items() if one == item
        }

    def _means(self, answer: Answer, cell: Any) -> bool:
        content = cell.value
        if cell.data_type == "f":
            return str(content).upper() in ("=TRUE()", "=FALSE()")
        if cell.data_type == "e" or content is None:
            return False
        item = self.items[answer.item]
        if not answer.field.startswith("answer") or item.is_wide:
            return is_text(content, _without_link(answer.value, cell))
        if item.answer == "date":
            return is_day(content, answer.value)
        if item.is_free:
            return is_number(content, answer.value)
        return self._is_choice(content, answer.value, item)

    def _is_choice(self, content: object, value: object, item: Item) -> bool:
        choices = {
            choice.code: choice.label for choice in self.book.toolkit.scales[item.answer].choices
        }
        label = choices.get(str(value), "")
        if isinstance(content, bool):
            return label == ("Yes" if content else "No")
        if isinstance(content, int | float):
            return bool(re.match(rf"{content:g}\b", label))
        if plain(content) == plain(label):
            return True
        if plain(content).isdecimal():
            return bool(re.match(rf"{plain(content)}\b", label))
        short = {"y": "Yes", "n": "No"}
        return short.get(plain(content)) == label
