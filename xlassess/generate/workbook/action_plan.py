"""The Action plan sheet: a table of empty rows, and the proposal where the toolkit asks for one."""

from __future__ import annotations

from xlassess.contract.layout import (
    ABOUT_ROW,
    FIRST_DAY,
    HEADER_ROW,
    HORIZONS,
    LAST_DAY,
    PLAN_ITEMS,
    PROGRESS_ROW,
    REFERENCE_ROW,
    START,
    STATUSES,
    TITLE_ROW,
    ActionPlanLayout,
    cell_name,
    list_name,
)
from xlassess.generate.workbook.cells import LONGEST_ANSWER, LONGEST_COMMENT
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.status import times_listed
from xlassess.model.toolkit import ActionPlan
from xlassess.sheet import formats
from xlassess.sheet.validation import Allowed, DateBetween, FromList, Message, TextUpTo
from xlassess.sheet.writer import CellRange, Formula, SheetWriter

_ROW_HEIGHT = 32.0
_PROPOSAL_HEIGHT = 240.0
PROPOSAL_COLUMN = 2
"""Where the text of the proposal stands."""


def write_action_plan(
    draft: Draft, sheet: SheetWriter, place: ActionPlanLayout, plan: ActionPlan
) -> None:
    """Write the Action plan sheet."""
    say = draft.words.say
    last = place.columns[-1].index
    sheet.widths({0: 5.0} | {column.index: column.width for column in place.columns})
    sheet.text(TITLE_ROW, 0, say("plan_title"), formats.TITLE)
    sheet.height(TITLE_ROW, 27)
    about = "\n".join(draft.words.paragraphs("plan_about", plan))
    sheet.prose(ABOUT_ROW, 0, last, about, formats.PROSE)
    _progress(draft, sheet, place)
    draft.carrier(sheet)
    sheet.height(REFERENCE_ROW, 13.5)
    _table(draft, sheet, place)
    end, right = place.last_row, draft.contents.put_beside_plan(sheet, place)
    if place.proposal is not None:
        _proposal(draft, sheet, place.proposal, last, plan.proposal)
        end = place.proposal
    sheet.raw.ignore_errors({"number_stored_as_text": f"A1:{cell_name(end, last)}"})
    draft.finish(
        sheet,
        (end, right),
        landscape=True,
        repeat=(REFERENCE_ROW, HEADER_ROW),
        freeze=(place.first_row, 0),
    )


def _progress(draft: Draft, sheet: SheetWriter, place: ActionPlanLayout) -> None:
    column = place.column("action").index
    first, last = cell_name(place.first_row, column), cell_name(place.last_row, column)
    before, after = draft.words.say("plan_progress").split("#")
    text = f'"{before}"&SUMPRODUCT(--(LEN({first}:{last})>0))&"{after}"'
    formula = Formula(text, f"{before}0{after}")
    sheet.merged(PROGRESS_ROW, 0, 2, formula, formats.PLAIN.but(bold=True))
    sheet.link(
        PROGRESS_ROW, 3, f"internal:'{START}'!A1", draft.words.say("back_to_start"), formats.LINK,
        tip=draft.words.say("back_to_start_tip"),
    )  # fmt: skip
    sheet.height(PROGRESS_ROW, 20)


def _table(draft: Draft, sheet: SheetWriter, place: ActionPlanLayout) -> None:
    sheet.text(place.header_row, 0, draft.words.say("plan_number"), formats.HEADER_MIDDLE)
    for column in place.columns:
        sheet.text(place.header_row, column.index, column.header, formats.HEADER)
    sheet.height(place.header_row, 24)
    right = max(column.index for column in place.columns)
    sheet.book.title_region(sheet.name, CellRange(place.header_row, 0, place.last_row, right))
    for number, row in enumerate(range(place.first_row, place.last_row + 1), start=1):
        sheet.number(row, 0, number, formats.CELL_MIDDLE)
        sheet.height(row, _ROW_HEIGHT)
        for column in place.columns:
            is_date = column.role == "deadline"
            shown_as = formats.DATE_FORMAT if is_date else formats.INPUT.number
            look = formats.INPUT.but(number=shown_as, valign="top")
            draft.contents.put_planned(sheet, row, number, column, look)
    for column in place.columns:
        box = CellRange(place.first_row, column.index, place.last_row, column.index)
        prompt = Message(column.header, draft.words.say("plan_prompt", column.role))
        error = Message(column.header, draft.words.say("plan_error", column.role))
        sheet.validate(box, _allowed(column.role), error, prompt)
        cell = cell_name(box.first_row, column.index)
        sheet.highlight(box, f"LEN({cell})>0", formats.MARK_FILLED)


_LISTED = {"item": PLAN_ITEMS, "horizon": HORIZONS, "progress": STATUSES}


def _allowed(role: str) -> Allowed:
    if role in _LISTED:
        return FromList(list_name(_LISTED[role]))
    if role == "deadline":
        return DateBetween(FIRST_DAY, LAST_DAY)
    return TextUpTo(LONGEST_COMMENT)


def filled_in(role: str, cell: str) -> str:
    """Return the condition that a cell of the plan holds what its column takes.

    Args:
        role: what the column is for.
        cell: the cell, with its sheet where the formula stands on another.
    """
    conditions = [f'TRIM({cell})<>""']
    if role in _LISTED:
        conditions.append(f"{times_listed(_LISTED[role], cell)}>0")
    if role == "deadline":
        conditions.append(f"ISNUMBER({cell})")
    return f"AND({','.join(conditions)})"


def _proposal(draft: Draft, sheet: SheetWriter, row: int, last: int, ask: str) -> None:
    """Write the question in the row above and a wide box for the text."""
    sheet.prose(row - 1, 0, last, ask, formats.PROSE.but(bold=True, valign="bottom"))
    sheet.height(row - 1, sheet.row_height(row - 1) + 12)
    sheet.merged(row, 0, PROPOSAL_COLUMN - 1, draft.words.say("proposal"), formats.CELL_STRONG)
    sheet.merged(
        row, PROPOSAL_COLUMN, last, *draft.contents.proposal(formats.INPUT.but(valign="top"))
    )
    box = CellRange(row, PROPOSAL_COLUMN, row, PROPOSAL_COLUMN)
    say = draft.words.say
    sheet.validate(
        box,
        TextUpTo(LONGEST_ANSWER),
        Message(say("long_title"), say("long_error", LONGEST_ANSWER)),
        Message(say("text_title"), say("text_prompt", LONGEST_ANSWER)),
    )
    sheet.highlight(box, f"LEN({cell_name(row, PROPOSAL_COLUMN)})>0", formats.MARK_FILLED)
    sheet.height(row, _PROPOSAL_HEIGHT)
