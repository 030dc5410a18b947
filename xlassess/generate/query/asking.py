"""What a query workbook is made from, be it about a partner's workbook or a joint one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from xlassess.contract.layout import Column, TableLayout
from xlassess.generate.joint.contents import JointContents
from xlassess.generate.joint.questions import WORDS as JOINT_WORDS
from xlassess.generate.joint.questions import kind_of
from xlassess.generate.query.doubts import Doubts
from xlassess.generate.query.earlier_answers import PLEASE_CHECK, WORDS, EarlierAnswers
from xlassess.generate.workbook.cells import AnswerCell
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Assessment
from xlassess.model.days import written_day
from xlassess.model.plan import ENTRIES
from xlassess.model.toolkit import Item, Scale, Toolkit
from xlassess.sheet.words import Words


@dataclass(frozen=True)
class EarlierEntries(EarlierAnswers):
    """The same of a joint workbook: its cells take, and its rows say, what they do in the first."""

    joint = True

    @cached_property
    def _joint(self) -> JointContents:
        kind = kind_of(self.toolkit)
        if kind is None:
            raise ValueError("these are not the questions of a joint workbook")
        kept = {slot: value for slot, value in self.values.items() if slot not in self.asked}
        return JointContents(self.toolkit, kind, kept, Words(JOINT_WORDS))

    def entry(self, toolkit: Toolkit, item: Item, column: Column, words: Words) -> AnswerCell:
        """Return what a cell takes, by its column."""
        return self._joint.entry(toolkit, item, column, words)

    def scale_of(self, item: Item, field: str) -> Scale | None:
        """Return the scale that a column takes a choice of; None for anything else."""
        taken = ENTRIES[self._joint.kind].get(field.partition(":")[2], "") or item.answer
        return self.toolkit.scales.get(taken)

    def finished(self, table: TableLayout, row: int, item: Item, asked: Sequence[Column]) -> str:
        """Return what the status says once everything that is asked is filled in, as a term."""
        del asked
        return self._joint.row_status(table, row, item).text

    def statuses(self, item: Item) -> list[str]:
        """Return the longest things an item's status may say."""
        return [*self._joint.statuses(item), PLEASE_CHECK]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a query workbook is made from.

    ``issued`` is the workbook asked about and ``ret`` what came back of it; ``return_by`` is the
    day by which the answers are wanted.
    """

    toolkit: Toolkit
    assessment: Assessment
    issued: Issued
    ret: Return
    doubts: Doubts
    return_by: date

    @property
    def typed(self) -> str:
        """By which way the answers came, where somebody typed them in; else empty."""
        return self.ret.entered.details["source"] if self.ret.entered else ""

    @property
    def received(self) -> str:
        """The day on which the workbook came, as far as it is known; of typed answers it is not."""
        if self.ret.entered:
            return ""
        return written_day(self.ret.received_at.date()) if self.ret.received_at else ""

    def contents(self) -> EarlierAnswers:
        """What stands in the workbook's cells."""
        return query_answers(self.toolkit, self.ret, self.doubts)


def query_answers(toolkit: Toolkit, ret: Return, doubts: Doubts) -> EarlierAnswers:
    """Return what was read from a return, place by place, as a query workbook shows it."""
    of = EarlierEntries if kind_of(toolkit) else EarlierAnswers
    return of(toolkit, ret, doubts, Words(WORDS))
