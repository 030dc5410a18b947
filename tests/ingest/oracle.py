"""Judges what was read from a damaged workbook against what openpyxl sees in the same file.

Nothing of the reader under test is used: cells are looked up anew, and what a cell may mean is
written down a second time, as narrowly as an auditor would accept it.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import openpyxl

from tests.factory import Workbook
from xlassess.contract.layout import HEADERS, layout
from xlassess.model.answer import PROPOSAL, Answer, Return
from xlassess.model.toolkit import Item

_INVISIBLE = re.compile("[\u200b\u00ad\ufeff]")


def judge(ret: Return, book: Workbook, data: bytes) -> list[str]:
    """Return what is wrong with a return, in words; nothing if all is right.

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
    judge_ = _Judge(ret, book, cells)
    return [*judge_.wrong(), *judge_.lost()]


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
        self.asks = {item.ask: item.id for item in self.items.values()}

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
        row = [one.value for one in self.cells[answer.sheet][cell.row] if one is not cell]
        others = {self.asks[v] for v in row if isinstance(v, str) and v in self.asks}
        told = self.ret.state == "query"
        if answer.item not in others and others and not self._is_told(answer.sheet, cell.row):
            yield f"{answer} stands beside the question {others}"
        if not others and not told:
            yield f"{answer} stands beside no question and nothing is said"
        heading = self._heading(answer.sheet, cell)
        wanted = self.headers[answer.item, answer.field]
        names = {_plain(name) for name in self.headers.values()}
        if _plain(heading) != _plain(wanted) and _plain(heading) in names:
            yield f"{answer} stands under {heading!r}"

    def _is_told(self, sheet: str, row: int) -> bool:
        """True if a query names a cell of this row."""
        rows = {
            (finding.sheet, cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            for finding in self.ret.findings
            if finding.severity == "query"
            for cell in (finding.cell, *finding.cells)
        }
        return (sheet, str(row)) in rows

    def _heading(self, sheet: str, cell: Any) -> object:
        """What stands over a cell in the nearest row of headings above."""
        for row in range(cell.row - 1, 0, -1):
            texts = {_plain(one.value) for one in self.cells[sheet][row]}
            if {_plain(HEADERS["item"]), _plain(HEADERS["ask"])} <= texts:
                return self.cells[sheet].cell(row, cell.column).value
        return None

    def lost(self) -> Iterator[str]:
        """Cells under an answer's heading, beside its question, that were not read nor told."""
        if self.ret.state not in ("accepted", "accepted with notes"):
            return
        read = {(answer.sheet, answer.cell) for answer in self.ret.answers}
        told = {
            (finding.sheet, cell)
            for finding in self.ret.findings
            for cell in (finding.cell, *finding.cells)
        }
        repeated = any(finding.code == "R02" for finding in self.ret.findings)
        fields: dict[str, set[str]] = {}
        for (item, _), header in self.headers.items():
            fields.setdefault(item, set()).add(_plain(header))
        for sheet in self.cells.worksheets:
            for row in sheet.iter_rows():
                items = [cell.value for cell in row if cell.value in self.items]
                asks = [self.asks[c.value] for c in row if c.value in self.asks]
                if len(asks) != 1 or items[:1] != asks:
                    continue
                for cell in row:
                    blank = cell.value is None or not _visible(str(cell.value))
                    place = sheet.title, cell.coordinate
                    heading = _plain(self._heading(sheet.title, cell))
                    if blank or heading not in fields[asks[0]] or repeated:
                        continue
                    if place not in read | told:
                        yield f"{place} with {cell.value!r} was neither read nor told"

    def _means(self, answer: Answer, cell: Any) -> bool:
        content = cell.value
        if cell.data_type == "f":
            return str(content).upper() in ("=TRUE()", "=FALSE()")
        if cell.data_type == "e" or content is None:
            return False
        item = self.items[answer.item]
        if not answer.field.startswith("answer") or item.is_wide:
            return _is_text(content, answer.value)
        if item.answer == "date":
            return _is_day(content, answer.value)
        if item.is_free:
            return _is_number(content, answer.value)
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
        if _plain(content) == _plain(label):
            return True
        if _plain(content).isdecimal():
            return bool(re.match(rf"{_plain(content)}\b", label))
        short = {"y": "Yes", "n": "No"}
        return short.get(_plain(content)) == label


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", text).strip()


def _plain(text: object) -> str:
    """Text without case, marks at its ends, and kinds of spaces and quotes."""
    folded = unicodedata.normalize("NFKC", _visible(str(text))).casefold().replace("’", "'")
    return re.sub(r"\s+", " ", folded).strip(" .!:;,'“”\"")


def _is_text(content: object, value: object) -> bool:
    if isinstance(content, str):
        return content == value
    if isinstance(content, bool):
        return value == str(content).upper()
    if isinstance(content, int | float):
        return isinstance(value, str) and float(value) == content
    return isinstance(value, str) and isinstance(content, date) and str(content.year) in value


_FORMS = ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d %B %Y")


def _is_day(content: object, value: object) -> bool:
    if isinstance(content, datetime):
        return content.date() == value
    if not isinstance(content, str):
        return content == value
    days = set()
    for form in _FORMS:
        try:
            days.add(datetime.strptime(content.strip(), form).date())
        except ValueError:
            continue
    return days == {value}


def _is_number(content: object, value: object) -> bool:
    if isinstance(content, str):
        text = _visible(content).replace("£", "").replace(" ", "")
        if not re.fullmatch(r"-?\d+(,\d{3})*(\.\d+)?%?", text):
            return False
        if re.fullmatch(r"\d{1,3},\d{3}", text) and "£" not in content:
            return False
        number = float(text.rstrip("%").replace(",", ""))
        return value == (number / 100 if text.endswith("%") else number)
    return not isinstance(content, bool) and isinstance(content, int | float) and content == value
