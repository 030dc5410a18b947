"""A workbook that shows its respondent what was answered last time.

Facts stand in their cells, to be confirmed or corrected; judgements are never filled in. Where
they are shown at all, they stand locked beside the cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from xlassess.contract.layout import Column, Layout, SectionLayout, TableLayout, cell_name
from xlassess.contract.seal import given_digest
from xlassess.generate.workbook.cells import AnswerCell, Contents
from xlassess.generate.workbook.status import progress_of, status_formula
from xlassess.model.answer import Value
from xlassess.model.days import written_day
from xlassess.model.toolkit import Item, Toolkit
from xlassess.sheet.values import serial
from xlassess.sheet.words import Words
from xlassess.sheet.writer import Formula, SheetWriter, quoted

_LONGEST_SHOWN = 300
_LONGEST_COMPARED = 200
"""Characters of a text that a formula compares; of a longer one it is the length."""
_HOLES = dict.fromkeys(range(0xE000, 0xE004), "\ufffd")
"""Characters by which a plate marks what is filled in; a partner's text must hold none."""


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """What a workbook shows of last time: the round, the answers, and which stand in the cells.

    ``answers`` are keyed by item and field as they are now; those to items in ``filled`` stand in
    their cells, all others beside them. ``apart`` are items whose number another question had then:
    beside them stands that they are not comparable.
    """

    round: str
    how: str
    answers: Mapping[tuple[str, str], Value] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()

    @property
    def given(self) -> str:
        """What the workbook is sealed with."""
        return given_digest(self.how, self.round, self.answers, self.filled, self.apart)

    @property
    def beside(self) -> bool:
        """True where answers stand beside the cells."""
        return self.how == "all"


@dataclass(frozen=True)
class LastTime(Contents):
    """The contents of a workbook that shows answers of last time.

    Args:
        toolkit: the questions.
        shown: what is shown.
        words: the words of workbooks.
    """

    toolkit: Toolkit
    shown: ShownAnswers
    words: Words

    @property
    def _confirm(self) -> str:
        return self.words.say("confirm", self.shown.round)

    def put(
        self, sheet: SheetWriter, row: int, item: Item, column: Column, entry: AnswerCell
    ) -> bool:
        """Fill in a fact, or leave the cell empty; all cells are open."""
        value = self._fact(item, column.field)
        if value is None:
            sheet.blank(row, column.index, entry.look)
        elif isinstance(value, str):
            sheet.text(row, column.index, value, entry.look)
        else:
            sheet.number(row, column.index, _number(value), entry.look)
        return True

    def _fact(self, item: Item, field_name: str) -> Value | None:
        if item.id not in self.shown.filled:
            return None
        value = self.shown.answers.get((item.id, field_name))
        return value.translate(_HOLES) if isinstance(value, str) else value

    def status(self, layout: Layout, table: TableLayout, row: int, item: Item) -> Formula | str:
        """Say that a fact is to be confirmed, as long as it stands as it did last time."""
        usual = status_formula(layout, table, row, item)
        alike = [
            _unchanged(cell_name(row, column.index), value)
            for column in table.fields(item)
            if column.role == "answer" and (value := self._fact(item, column.field)) is not None
        ]
        if not alike:
            return usual
        text = f"IF(AND({','.join(alike)}),{quoted(self._confirm)},{usual.text})"
        return Formula(text, self._confirm)

    def statuses(self, item: Item) -> list[str]:
        """Return the longest things an item's status may say."""
        more = [self._confirm] if item.id in self.shown.filled else []
        return [*super().statuses(item), *more]

    def answers(self, item: Item) -> list[str]:
        """Return the texts that stand in an item's answer cells."""
        own = (value for (name, _), value in self.shown.answers.items() if name == item.id)
        return [v for v in own if isinstance(v, str)] if item.id in self.shown.filled else []

    def beside(self, item: Item, column: Column) -> str:
        """Return what was answered last time, where it does not stand in the cell."""
        return _beside(self.toolkit, self.shown, item)

    def note(self, words: Words) -> tuple[str, ...]:
        """Say on the Start sheet what is shown of last time."""
        said = []
        if self.shown.filled:
            said.append(words.say("facts_filled", self.shown.round))
        if self.shown.beside:
            said.append(words.say("answers_beside", self.shown.round))
        return tuple(said)

    def begun(self, place: SectionLayout) -> int:
        """How many of the items that a sheet asks for are filled in as it is sent out."""
        optional = progress_of(place).optional
        items = (row.item for table in place.tables for row in table.rows)
        return sum(
            item.id in self.shown.filled and (item.required or optional) for item in items
        )  # fmt: skip


def printed_beside(toolkit: Toolkit, shown: ShownAnswers) -> dict[str, str]:
    """Return, by item, what stands beside its cells of last time.

    Args:
        toolkit: the questions.
        shown: what the workbook shows.
    """
    return {
        item.id: _beside(toolkit, shown, item)
        for section in toolkit.all_sections
        for item in section.items
    }


def _beside(toolkit: Toolkit, shown: ShownAnswers, item: Item) -> str:
    if item.id in shown.filled:
        return ""
    if item.id in shown.apart:
        return Words("workbook.j2").say("not_comparable", shown.round)
    told = []
    for name in item.answer_fields:
        value = shown.answers.get((item.id, name))
        if value is not None:
            _, _, view = name.partition(":")
            label = f"{toolkit.view(view).label}: " if view else ""
            told.append(f"{label}{_said(toolkit, item, value)}")
    text = "\n".join(told).translate(_HOLES)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN].rstrip()} …"


def _said(toolkit: Toolkit, item: Item, value: Value) -> str:
    if isinstance(value, date):
        return written_day(value)
    if isinstance(value, float):
        return f"{value * 100:.10g}%" if item.answer == "percent" else f"{value:.10g}"
    return value if item.is_free else toolkit.scales[item.answer].by_code(value).label


def _unchanged(cell: str, value: Value) -> str:
    """Return the condition under which a cell holds what was filled in."""
    if not isinstance(value, str):
        return f"{cell}={_number(value):.15g}"
    if len(value) <= _LONGEST_COMPARED and value.isprintable():
        return f"EXACT({cell},{quoted(value)})"
    return f"LEN({cell})={len(value.encode('utf-16-le')) // 2}"


def _number(value: float | date) -> float:
    return float(serial(value)) if isinstance(value, date) else float(value)
