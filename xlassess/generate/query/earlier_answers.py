"""A workbook filled with the answers read before, in which only doubtful cells are open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from xlassess.contract.layout import (
    HEADERS,
    ActionPlanLayout,
    Column,
    Layout,
    Role,
    SectionLayout,
    TableLayout,
    cell_name,
)
from xlassess.contract.query_layout import asked_in_row, plan_columns
from xlassess.generate.query.doubts import Doubts
from xlassess.generate.workbook.cells import AnswerCell, Contents
from xlassess.generate.workbook.lists import runs
from xlassess.generate.workbook.status import (
    CHECK,
    DONE,
    OPTIONAL,
    answered,
    any_of,
    finished,
    status_column,
    wrong,
)
from xlassess.model.answer import PROPOSAL, Action, Return, Value
from xlassess.model.days import written_day
from xlassess.model.finding import Finding
from xlassess.model.query import Slot, action_slot
from xlassess.model.toolkit import Choice, Item, Scale, Toolkit
from xlassess.sheet import formats, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.words import Words
from xlassess.sheet.writer import Formula, SheetWriter, quoted

WORDS = "query.j2"

PLEASE_CHECK = "Please check"
"""How the status of a place asked about begins until it is filled in."""

_LONGEST_SHOWN = 300
"""Characters of an earlier text that are shown beside the new one; enough to know it again."""
_LONGEST_MEASURED = 500
"""Characters of an answer by which the height of its row goes; a longer one can be scrolled."""
_DAY_ZERO = date(1899, 12, 30)
_HOLES = dict.fromkeys(range(0xE000, 0xE004), "\ufffd")
"""Characters by which a plate marks what is filled in; a partner's text must hold none."""


@dataclass(frozen=True)
class EarlierAnswers(Contents):
    """What a query workbook shows and which of its cells are open.

    Args:
        toolkit: the questions.
        ret: the return that is asked about.
        doubts: what is asked.
        words: the words of query workbooks.
    """

    toolkit: Toolkit
    ret: Return
    doubts: Doubts
    words: Words

    marks = ((PLEASE_CHECK, formats.MARK_TO_DO),)
    joint = False
    """True for the contents of a joint workbook, which has rows where others have questions."""

    @cached_property
    def asked(self) -> frozenset[Slot]:
        """The places to be filled in anew."""
        return frozenset(self.doubts.asked)

    @cached_property
    def _open(self) -> frozenset[Slot]:
        return self.asked | frozenset(self.doubts.free)

    @property
    def may_comment(self) -> bool:
        """True when a comment may be given."""
        return any(slot.field == "comment" for slot in self._open)

    @cached_property
    def values(self) -> Mapping[Slot, Value]:
        """What was read before, by place."""
        return {Slot(answer.item, answer.field): answer.value for answer in self.ret.answers}

    @cached_property
    def _actions(self) -> Mapping[int, Action]:
        return {action.row: action for action in self.ret.actions}

    def asked_rows(self, place: SectionLayout) -> list[int]:
        """Return the rows of a sheet in which something is asked."""
        items = {slot.item for slot in self.asked}
        return [row.index for table in place.tables for row in table.rows if row.item.id in items]

    def is_open(self, place: SectionLayout) -> bool:
        """True when something on the sheet may be changed."""
        items = {slot.item for slot in self._open}
        return any(item.id in items for item in place.section.items)

    @property
    def plan_is_open(self) -> bool:
        """True when something of the action plan may be changed."""
        return any(slot.plan_row or slot.item == PROPOSAL for slot in self._open)

    @property
    def has_plan(self) -> bool:
        """True when the action plan holds anything or may be changed."""
        proposal = Slot(PROPOSAL, "answer") in self.values
        return self.plan_is_open or proposal or bool(self.ret.actions)

    def asked_in_plan(self, place: ActionPlanLayout) -> list[int]:
        """Return the rows of the action plan, and of the proposal, in which something is asked."""
        rows = [place.first_row + s.plan_row - 1 for s in self.doubts.asked if s.plan_row]
        proposal = Slot(PROPOSAL, "answer") in self.asked and place.proposal is not None
        return [*rows, place.proposal] if proposal and place.proposal is not None else rows

    def asked_of_action(self, number: int) -> tuple[Role, ...]:
        """Return the columns of a row of the action plan that are to be filled in anew."""
        slot = action_slot(number)
        return asked_in_row(self.doubts.reasons[slot]) if slot in self.asked else ()

    def done(self, place: SectionLayout, rows: Iterable[int]) -> str:
        """Return the number of these rows that are done, as a term for formulas."""
        column = status_column(place.tables[0])
        return answered(runs(place.sheet, column.index, rows))

    def put(
        self, sheet: SheetWriter, row: int, item: Item, column: Column, entry: AnswerCell
    ) -> bool:
        """Write an answer read before, or leave the cell empty for a new one."""
        slot = Slot(item.id, column.field)
        is_open = slot in self._open
        look = entry.look if is_open else _locked(entry.look)
        value = None if slot in self.asked else self.values.get(slot)
        _write(sheet, row, column.index, self._shown(item, slot.field, value), look)
        return is_open

    def status(self, layout: Layout, table: TableLayout, row: int, item: Item) -> Formula | str:
        """Say whether the row is asked about, and whether it is done."""
        columns = [c for c in table.fields(item) if Slot(item.id, c.field) in self.asked]
        if not columns:
            free = any(Slot(item.id, c.field) in self._open for c in table.fields(item))
            return OPTIONAL if free else self.words.say("kept")
        cells = [cell_name(row, column.index) for column in columns]
        text = self.finished(table, row, item, columns)
        blank = any_of([f'TRIM({cell})=""' for cell in cells])
        text = f"IF({blank},{quoted(PLEASE_CHECK)},{text})"
        return Formula(f'IFERROR({text},"{CHECK} answer")', PLEASE_CHECK)

    def finished(self, table: TableLayout, row: int, item: Item, asked: Sequence[Column]) -> str:
        """Return what the status says once everything that is asked is filled in, as a term."""
        answers = [cell_name(row, c.index) for c in asked if c.role == "answer"]
        text = finished(self.toolkit, table, row, item) if answers else quoted(DONE)
        bad = any_of(one for one in (wrong(self.toolkit, item, cell) for cell in answers) if one)
        return f'IF({bad},"{CHECK} answer",{text})' if bad else text

    def statuses(self, item: Item) -> list[str]:
        """Return the longest things an item's status may say."""
        return [*super().statuses(item), PLEASE_CHECK]

    def answers(self, item: Item) -> list[str]:
        """Return the answers shown in the row, as far as its height goes by them."""
        mine = [(slot, value) for slot, value in self.values.items() if slot.item == item.id]
        texts = [self._shown(item, slot.field, value) for slot, value in mine]
        return [text[:_LONGEST_MEASURED] for text in texts if isinstance(text, str)]

    def beside(self, item: Item, column: Column) -> str:
        """Return what was read before, or why it is asked about."""
        slots = [slot for slot in self.doubts.reasons if slot.item == item.id]
        if column.role == "reason":
            return self._reason(item.id, slots)
        plain = len(slots) == 1 and slots[0].field == "answer"
        names = {slot: "" if plain else self._labelled(slot) for slot in slots}
        return "\n".join(dict.fromkeys(self._earlier(slot, names[slot]) for slot in slots))

    def hint(self, words: Words) -> str:
        """Return nothing: the open cell shows where to write."""
        del words
        return ""

    def progress(self, words: Words, place: SectionLayout) -> Formula | str:
        """Say how much of what is asked on the sheet is done."""
        rows = self.asked_rows(place)
        if not rows:
            return self.words.say("sheet_optional" if self.is_open(place) else "sheet_kept")
        before, after = self.words.say("sheet_progress", len(rows)).split("#")
        text = f"{quoted(before)}&({self.done(place, rows)})&{quoted(after)}"
        return Formula(text, f"{before}0{after}")

    def put_planned(
        self, sheet: SheetWriter, row: int, number: int, column: Column, look: CellFormat
    ) -> None:
        """Write a cell of an action read before; open where its row is asked about.

        What is to be filled in anew is left empty.
        """
        action = self._actions.get(number)
        kept = action and column.role not in self.asked_of_action(number)
        shown = self._planned(action, column.role) if action and kept else None
        is_open = action_slot(number) in self._open
        _write(sheet, row, column.index, shown, look if is_open else _locked(look))

    def put_beside_plan(self, sheet: SheetWriter, place: ActionPlanLayout) -> int:
        """Write what was read before in rows asked about, and why they are."""
        earlier, reason = plan_columns(place)
        for column in (earlier, reason):
            sheet.widths({column.index: column.width})
            sheet.text(place.header_row, column.index, column.header, formats.HEADER)
            for row in range(place.first_row, place.last_row + 1):
                sheet.blank(row, column.index, formats.CELL)
        for slot in self.doubts.reasons:
            if slot.plan_row:
                row = place.first_row + slot.plan_row - 1
                before, why = self._earlier(slot, ""), self._reason(slot.item, [slot])
                sheet.text(row, earlier.index, before, formats.CELL)
                sheet.text(row, reason.index, why, formats.CELL)
                texts = ((before, earlier.width, formats.CELL), (why, reason.width, formats.CELL))
                sheet.fit(row, texts, least=sheet.row_height(row))
        return reason.index

    def proposal(self, look: CellFormat) -> tuple[str, CellFormat]:
        """Return the proposal read before, open where it is asked about."""
        slot = Slot(PROPOSAL, "answer")
        text = "" if slot in self.asked else str(self.values.get(slot, ""))
        return text.translate(_HOLES), look if slot in self._open else _locked(look)

    def why(self, finding: Finding, item: str = "") -> str:
        """Return what is wrong and what to do, for one item where one is named."""
        details = {**finding.details, "items": item} if item else finding.details
        told = replace(finding, details=details)
        message, remedy = told.message, self.words.say("to_do", told.code, told.remedy)
        return f"{message} {remedy}".translate(_HOLES)

    def earlier(self, slot: Slot) -> str:
        """Return what stood in a place before."""
        return self._earlier(slot, "")

    def text(self, slot: Slot, takes: str = "") -> str:
        """Return what was read from a place, as text; empty where nothing was.

        Args:
            slot: the place.
            takes: the scale that it is answered on, or the kind of free answer; as the item
                says, where it is not given.
        """
        value = self.values.get(slot)
        if value is None or slot.item == PROPOSAL:
            return str(value or "")
        item = self.toolkit.item(slot.item)
        item = replace(item, answer=takes) if takes else item
        return _readable(self._shown(item, slot.field, value), item)

    def planned(self, row: int, role: str) -> str:
        """Return what was read from a cell of the action plan, as text; rows count from 1."""
        action = self._actions.get(row)
        value = self._planned(action, role) if action else None
        return written_day(value) if isinstance(value, date) else str(value or "")

    def _reason(self, item: str, slots: Iterable[Slot]) -> str:
        told = (self.why(f, item) for slot in slots for f in self.doubts.reasons[slot])
        return "\n".join(dict.fromkeys(told))

    def _earlier(self, slot: Slot, label: str) -> str:
        value = self.values.get(slot)
        if slot.item == PROPOSAL or slot.plan_row or value is None:
            said = (self._unused(slot, finding) for finding in self.doubts.reasons[slot])
            text = "; ".join(dict.fromkeys(said))
        else:
            shown = self._shown(self.toolkit.item(slot.item), slot.field, value)
            text = _readable(shown, self.toolkit.item(slot.item))
        text = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN].rstrip()} …"
        return (f"{label}: {text}" if label else text).translate(_HOLES)

    def _unused(self, slot: Slot, finding: Finding) -> str:
        """What stood in a place of which nothing was read, or in the cells of a row of the plan."""
        roles = asked_in_row([finding]) if slot.plan_row else ()
        read = [
            f"{HEADERS[role]}: {text}"
            for role in roles
            if (text := self.planned(slot.plan_row, role))
        ]
        heading = HEADERS.get(finding.field, "") if roles else ""
        said = self.words.say("earlier", finding.code, finding.details, heading)
        return "; ".join(read) or str(said)

    def _labelled(self, slot: Slot) -> str:
        """The name of a place among others of its item."""
        kind, _, view = slot.field.partition(":")
        return self.toolkit.view(view).label if view else HEADERS[kind]

    def _shown(self, item: Item, field: str, value: Value | None) -> Value | None:
        """Return a value as it stands in a cell."""
        if isinstance(value, str):
            scale = self.scale_of(item, field)
            return scale.by_code(value).label if scale else value.translate(_HOLES)
        return value

    def scale_of(self, item: Item, field: str) -> Scale | None:
        """Return the scale that a field of an item takes a choice of; None for anything else."""
        chosen = field.startswith("answer") and not item.is_free
        return self.toolkit.scales[item.answer] if chosen else None

    def _planned(self, action: Action, role: str) -> Value | None:
        plan = self.toolkit.action_plan
        shown: dict[str, Value | None] = {
            "item": action.item,
            "action": action.action.translate(_HOLES),
            "horizon": _label(plan.horizons if plan else (), action.horizon),
            "owner": action.owner.translate(_HOLES),
            "deadline": action.deadline,
            "measure": action.measure.translate(_HOLES),
            "progress": _label(plan.statuses if plan else (), action.status),
        }
        return shown[role]


def _label(choices: Iterable[Choice], code: str) -> str:
    return next((choice.label for choice in choices if choice.code == code), "")


def _locked(look: CellFormat) -> CellFormat:
    return look.but(locked=True, fill="", border=palette.LINE)


def _readable(value: Value | None, item: Item) -> str:
    """Return a value as text, for a cell of words."""
    if isinstance(value, date):
        return written_day(value)
    if isinstance(value, int | float):
        return f"{value:.10g}" if item.answer != "percent" else f"{value * 100:.10g}%"
    return value or ""


def _write(
    sheet: SheetWriter, row: int, column: int, value: Value | None, look: CellFormat
) -> None:
    """Write a value as what it is; text is always text."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        sheet.number(row, column, (value - _DAY_ZERO).days, look)
    elif isinstance(value, int | float):
        sheet.number(row, column, value, look)
    else:
        sheet.text(row, column, value or "", look)
