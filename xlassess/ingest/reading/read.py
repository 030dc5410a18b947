"""From located rows to readings: what stands in each answer, comment and evidence cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from xlassess.contract.layout import Column, cell_name
from xlassess.ingest.formats.display import ITSELF
from xlassess.ingest.guard.notes import CUT_AFTER
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.dates import read_date
from xlassess.ingest.reading.cells.grid import Cell, Sheet
from xlassess.ingest.reading.cells.numbers import is_shown, read_number
from xlassess.ingest.reading.cells.values import (
    Parsed,
    brief,
    is_blank,
    key,
    queried,
    read_text,
    shown,
    tidy,
)
from xlassess.ingest.reading.locate import ItemRow
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model.answer import Answer, Normalisation, Value
from xlassess.model.catalogue import USE_OF_COMMENTS
from xlassess.model.toolkit import FREE_ANSWERS, Item


class Reading(NamedTuple):
    """What one cell held: a value, or a remark why not, or nothing at all.

    One is made of every cell that is read; a frozen dataclass takes four times as long to make.
    """

    item: str
    field: str
    sheet: str
    cell: str
    value: Value | None = None
    before: str = ""
    how: str = ""
    remark: CellFinding | None = None

    @property
    def is_blank(self) -> bool:
        """True when nothing stands in the cell, or nothing but crossed-out words."""
        return self.value is None and (self.remark is None or self.remark.code in _STILL_BLANK)

    def answer(self) -> Answer:
        """Return the reading as an answer.

        Raises:
            ValueError: there is no value.
        """
        if self.value is None:
            raise ValueError(self.cell)
        return Answer(self.item, self.field, self.value, self.sheet, self.cell)

    def normalisation(self, plan: ReadingPlan | None = None) -> Normalisation | None:
        """Return how the value was put right; None when it stood there exactly so."""
        if not self.how or self.value is None:
            return None
        return Normalisation(
            self.item,
            self.field,
            self.sheet,
            self.cell,
            self.before,
            self.in_words(plan),
            self.how,
        )

    def in_words(self, plan: ReadingPlan | None = None) -> str:
        """Return the value as a person reads it: a choice by its label."""
        if plan and self.field.startswith("answer"):
            choices = plan.choices.get(plan.entry(self.item, self.field))
            if choices:
                return choices.names[str(self.value)]
        return "" if self.value is None else shown(self.value)


def read_rows(rows: list[ItemRow], plan: ReadingPlan) -> Iterator[Reading]:
    """Yield a reading for every cell in which an item takes something, in order."""
    for row in rows:
        crossed = _crossed_question(row) if row.sheet.notes.struck else ""
        for column, labels in zip(row.layout.fields, row.layout.labels, strict=True):
            if column.index in row.columns:
                read = _read_cell(row, column, labels, plan)
                read = _of_crossed_question(read, row, column, crossed) if crossed else read
                yield _with_comments(read, row) if read.remark else read


def _with_comments(read: Reading, row: ItemRow) -> Reading:
    """The reading with what the comments are good for, where the question has a place for them."""
    remark = read.remark
    use = USE_OF_COMMENTS.get(remark.code) if remark else None
    if remark is None or use is None or all(one.field != "comment" for one in row.layout.fields):
        return read
    return read._replace(remark=replace(remark, details={**remark.details, "comments": use}))


def _crossed_question(row: ItemRow) -> str:
    """The cell of the item's number or question that is crossed out, empty where neither is."""
    printed = (column for column in row.layout.table.columns if column.role in ("item", "ask"))
    cells = (row.name(column) for column in printed if column.index in row.columns)
    return next((cell for cell in cells if cell in row.sheet.notes.struck), "")


def _of_crossed_question(read: Reading, row: ItemRow, column: Column, crossed: str) -> Reading:
    """The reading of a cell beside a question that is crossed out: asked about, or told."""
    if read.remark or not read.field.startswith("answer"):
        return read
    quoted = f"“{brief(row.cell(column) if read.value is not None else row.layout.item.ask)}”"
    code, cell = ("R17", read.cell) if read.value is not None else (_LEFT_OUT, crossed)
    field = read.field if code == "R17" else ""
    remark = CellFinding(code, read.sheet, cell, read.item, field, {"values": quoted})
    return read._replace(value=None, how="", before="", remark=remark)


def _read_cell(
    row: ItemRow, column: Column, labels: Mapping[str, str] | None, plan: ReadingPlan
) -> Reading:
    """The reading of a cell; ``labels`` are those of its choices, where it takes one."""
    item, sheet, at = row.layout.item, row.sheet, row.columns[column.index]
    cell, name = sheet.at(row.row, at), cell_name(row.row, at)
    place = item.id, column.field, sheet.name, name
    if name in sheet.special:
        return _read_special(row, column, plan, Reading(*place))
    if cell == "" or is_blank(cell):
        return Reading(*place)
    if labels and isinstance(cell, str) and cell in labels:
        return Reading(*place, labels[cell])
    parsed = parse(cell, item, column, plan)
    if parsed.code or parsed.how:
        return reading(parsed, Reading(*place), cell)
    return Reading(*place, parsed.value)


def _read_special(row: ItemRow, column: Column, plan: ReadingPlan, blank: Reading) -> Reading:
    """Read a cell of which more is known than stands in it."""
    item, cell, name = row.layout.item, row.cell(column), blank.cell
    is_text = not column.field.startswith("answer") or column.is_wide(item)
    parsed = unusable(row.sheet, name, cell)
    if parsed is None and name in row.sheet.notes.covered:
        if is_blank(cell) and not column.field.startswith("answer"):
            return _with_another(row, column, blank)
        parsed = Parsed(code="R10")
    if parsed is None and name in row.sheet.notes.pictured:
        # what is no answer is told where the other pictures are
        parsed = Parsed(code="R15") if column.field.startswith("answer") else None
    parsed = parsed or masked_by_format(row.sheet, name, cell, is_text=is_text)
    if parsed is None:
        written = written_in(row.sheet, name, cell)
        if not is_text and written.struck:
            parsed = Parsed(code="R13", details={"values": f"“{brief(cell)}”"})
        elif column.field.startswith("answer") and is_text:
            return read_wide(row.sheet, cell, blank)
        elif is_text:
            return written.reading(blank)
        elif is_blank(cell):
            return blank
        else:
            parsed = parse(cell, item, column, plan, written.displayed)
    return reading(parsed, blank, cell)


def _with_another(row: ItemRow, column: Column, blank: Reading) -> Reading:
    """The blank reading of a comment cell that is merged with one above, if that is filled."""
    at, place = row.columns[column.index], row.row
    while place > row.heading and cell_name(place, at) in row.sheet.notes.covered:
        place -= 1
    if place == row.row or place <= row.heading or is_blank(row.sheet.at(place, at)):
        return blank
    remark = CellFinding(_WITH_ANOTHER, blank.sheet, cell_name(place, at), blank.item)
    return blank._replace(remark=remark)


@dataclass(frozen=True, slots=True)
class WrittenText:
    """What a cell says to a person who looks at it.

    ``cell`` is its value without crossed-out words, which are in ``struck``; ``displayed`` is
    how the number format shows it, ``link`` the address behind its words, each if any.
    """

    cell: Cell
    struck: str = ""
    displayed: str = ""
    link: str = ""

    def parsed(self) -> Parsed:
        """Return the text, with the address behind it.

        A person who clicks reads what it leads to; on paper it would be lost.
        """
        parsed = read_text(self.cell, self.displayed)
        address = self.link.removeprefix("mailto:")
        said = str(parsed.value or "").casefold()
        if parsed.value is None or not address or address.casefold().rstrip("/") in said:
            return parsed
        return Parsed(f"{parsed.value} ({address})", "address behind the words added")

    def reading(self, blank: Reading) -> Reading:
        """Return the reading of a text, with a remark about words that were left out."""
        remark = None
        if self.struck:
            details = {"values": f"“{brief(self.struck)}”"}
            remark = CellFinding(_LEFT_OUT, blank.sheet, blank.cell, blank.item, "", details)
        if is_blank(self.cell):
            return blank._replace(remark=remark)
        read = reading(self.parsed(), blank, self.cell)
        return read if read.remark else read._replace(remark=remark)


_LEFT_OUT, _WITH_ANOTHER = "R14", "R22"
_STILL_BLANK = (_LEFT_OUT, _WITH_ANOTHER)


def written_in(sheet: Sheet, name: str, cell: Cell) -> WrittenText:
    """Return what a cell says as it is shown; what is crossed out is apart."""
    notes = sheet.notes
    displayed, link = notes.shown.get(name, ""), notes.links.get(name, "")
    if name in notes.struck:
        return WrittenText("", "" if is_blank(cell) else displayed or shown(cell))
    if name in notes.partly_struck:
        parts = notes.partly_struck[name]
        return WrittenText(parts.kept.strip(), parts.struck, displayed, link)
    return WrittenText(cell, "", displayed, link)


def read_wide(sheet: Sheet, cell: Cell, blank: Reading) -> Reading:
    """Return the reading of a free-text answer; one that is crossed out whole is none."""
    written = written_in(sheet, blank.cell, cell)
    if written.struck and is_blank(written.cell):
        return reading(Parsed(code="R13", details={"values": f"“{brief(cell)}”"}), blank, cell)
    return written.reading(blank)


def reading(parsed: Parsed, place: Reading, cell: Cell) -> Reading:
    """Return the blank reading of a place with what was parsed from its cell."""
    if parsed.value is None:
        remark = CellFinding(
            parsed.code, place.sheet, place.cell, place.item, place.field, parsed.details
        )
        return place._replace(remark=remark)
    before = parsed.before or (shown(cell) if parsed.how else "")
    return Reading(
        place.item, place.field, place.sheet, place.cell, parsed.value, before, parsed.how
    )


def unusable(sheet: Sheet, name: str, cell: Cell) -> Parsed | None:
    """Return why a cell cannot hold an answer at all: an error, a formula, a text cut short.

    A formula that can have one result only, a truth value, is as good as that value.
    """
    if name in sheet.notes.errors:
        return Parsed(code="C11")
    if name in sheet.notes.cut:
        limit = str(CUT_AFTER)
        return Parsed(code="C03", details={"length": limit, "limit": limit})
    if name not in sheet.notes.formulas:
        return None
    constant = name in sheet.notes.truths and isinstance(cell, bool)
    return None if constant else Parsed(code="C10")


def masked_by_format(sheet: Sheet, name: str, cell: Cell, *, is_text: bool) -> Parsed | None:
    """Return what becomes of a cell that shows something else than what is in it.

    What a person sees of a text is what it says; an answer is asked about.
    """
    shows = sheet.notes.masked.get(name)
    if shows is None or is_blank(cell):
        return None
    seen = tidy(shows.replace(ITSELF, shown(cell)))
    if key(seen) == key(shown(cell)):
        return None
    if is_text and seen and isinstance(cell, str):
        return Parsed(shows.replace(ITSELF, cell), "text as its number format shows it")
    details = {"value": brief(cell), "shown": f"“{brief(seen)}”" if seen else "nothing"}
    return Parsed(code="R18", details=details)


def parse(cell: Cell, item: Item, column: Column, plan: ReadingPlan, displayed: str = "") -> Parsed:
    """Return what a cell says, read as the kind of answer that its item takes."""
    if column.role != "answer" or column.is_wide(item):
        return read_text(cell)
    entry = column.takes(item)
    if entry == "date":
        return read_date(cell, displayed)
    if entry in FREE_ANSWERS:
        return read_number(cell, item, displayed)
    choices = plan.choices[entry]
    parsed = choices.read(cell)
    if displayed and isinstance(cell, int | float) and not is_shown(cell, displayed):
        # the partner sees "4 - Poor", the cell holds 4
        seen = choices.read(displayed)
        if seen.value != parsed.value:
            return queried("R18", value=brief(cell), shown=f"“{brief(displayed)}”")
    return parsed


def settle(
    readings: list[Reading], plan: ReadingPlan | None = None, hidden: Set[str] = frozenset()
) -> tuple[list[Reading], list[CellFinding]]:
    """Settle items that stand in several places: one reading for each item and field.

    Where places contradict each other none of them is taken, but for what nobody sees: what can
    be seen is taken, and what a hidden sheet has instead is asked about.

    Args:
        readings: what was read.
        plan: tells the labels of choices; not needed for free text.
        hidden: the sheets that nobody sees.
    """
    if not hidden and len({(one.item, one.field) for one in readings}) == len(readings):
        return readings, []
    groups: dict[tuple[str, str], list[Reading]] = {}
    for one in readings:
        groups.setdefault((one.item, one.field), []).append(one)
    alone = (
        [group[0] for group in groups.values() if all(one.sheet in hidden for one in group)]
        if hidden
        else []
    )
    remarks = [
        CellFinding("R19", one.sheet)
        for one in {one.sheet: one for one in alone if not one.is_blank}.values()
    ]
    if len(groups) == len(readings):
        return readings, remarks
    settled: list[Reading] = []
    sheets: dict[str, None] = {}
    for group in groups.values():
        if len(group) > 1:
            sheets.update(dict.fromkeys(one.sheet for one in group))
        settled.append(_seen_first(group, plan, hidden))
    if not any(one.remark and one.remark.code in _APART for one in settled):
        first = next(group[0] for group in groups.values() if len(group) > 1)
        remarks.append(CellFinding("R02", first.sheet, details={"sheets": ", ".join(sheets)}))
    return settled, remarks


_APART = ("R01", "R16")


def _seen_first(group: list[Reading], plan: ReadingPlan | None, hidden: Set[str]) -> Reading:
    """The one reading of a group: of what can be seen, with a doubt where hidden cells differ."""
    seen = [one for one in group if one.sheet not in hidden]
    if not seen or len(seen) == len(group):
        return _settled(group, plan)
    taken = _settled(seen, plan)
    other = next(
        (
            one
            for one in group
            if one.sheet in hidden
            and not one.is_blank
            and (one.value != taken.value or one.value is None)
        ),
        None,
    )
    if other is None or (taken.remark and taken.remark.code not in _STILL_BLANK):
        return taken
    details = {"hidden": other.sheet}
    doubt = CellFinding("R16", taken.sheet, taken.cell, taken.item, taken.field, details)
    return taken._replace(remark=doubt)


def _settled(group: list[Reading], plan: ReadingPlan | None) -> Reading:
    """The one reading of a group that stands for all, or the contradiction."""
    filled = [one for one in group if not one.is_blank]
    if not filled:
        return group[0]
    first = filled[0]
    odd = next((one for one in filled if one.value is None), None)
    if odd or all(one.value == first.value for one in filled):
        return odd or first
    values = ", ".join(f"{one.sheet} {one.cell}: “{brief(one.in_words(plan))}”" for one in filled)
    remark = CellFinding(
        "R01", first.sheet, first.cell, first.item, first.field, {"values": values}
    )
    return Reading(first.item, first.field, first.sheet, first.cell, remark=remark)
