"""Query workbooks: the workbook a partner knows, with only the doubtful cells open.

A query workbook differs from a first issue in what stands in its cells and which of them are
open, not in how it is built; so both are built here by the same writers. Sheets on which
something is asked come first, and nothing is scored.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.contract.layout import (
    ACTION_PLAN,
    PROGRESS_ROW,
    REFERENCE_ROW,
    START,
    ActionPlanLayout,
    Layout,
    SectionLayout,
    cell_name,
)
from xlassess.contract.query_layout import asked_cells, query_layout
from xlassess.contract.seal import questions_digest
from xlassess.generate.joint.questions import kind_of
from xlassess.generate.joint.workbook import write_joint_details, write_joint_hidden
from xlassess.generate.partner_workbook import common_identity, write_hidden
from xlassess.generate.plate import Personal, begin, finish
from xlassess.generate.query.asking import Asking
from xlassess.generate.query.earlier_answers import PLEASE_CHECK, EarlierAnswers
from xlassess.generate.workbook.action_plan import PROPOSAL_COLUMN, filled_in, write_action_plan
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.front import (
    LAST,
    STATE,
    WIDTHS,
    write_across,
    write_banner,
    write_details,
    write_heading,
    write_mail_link,
    write_paragraphs,
)
from xlassess.generate.workbook.lists import add_choices
from xlassess.generate.workbook.sections import mark_status, write_section
from xlassess.generate.workbook.status import DONE
from xlassess.model.answer import PROPOSAL
from xlassess.model.days import written_day
from xlassess.model.query import Slot
from xlassess.sheet import formats, palette
from xlassess.sheet.writer import CellRange, Formula, SheetWriter, quoted, sheet_prefix


@dataclass(frozen=True, slots=True)
class _Part:
    """One sheet on which something is asked: its first cell, how much, and the term for done."""

    sheet: str
    cell: str
    count: int
    done: str
    items: str


def write_query_start(
    draft: Draft, sheet: SheetWriter, contents: EarlierAnswers, asking: Asking
) -> None:
    """Write the Start sheet of a query workbook."""
    words, parts = contents.words, _parts(draft, contents)
    sheet.widths(WIDTHS)
    count = sum(part.count for part in parts)
    write_banner(draft, sheet, words.say("banner", draft.toolkit, count, contents.joint))
    draft.carrier(sheet)
    row = REFERENCE_ROW + 1
    write_across(sheet, PROGRESS_ROW, _state(contents, parts, row + 2), STATE, least=26)
    row = _table(sheet, row, parts, contents) + 1 if parts else row + 1
    row = write_heading(sheet, row, draft.words.say("heading_details"))
    about = words.say("about", asking.issued.reference, asking.received, asking.typed)
    about = f"{words.say('label_about')}: {about}"
    kind = kind_of(draft.toolkit)
    if kind:
        by = asking.return_by
        row = write_joint_details(draft, sheet, row, kind, return_by=by, more=(about,))
    else:
        row = write_details(draft, sheet, row, asking.return_by, (about,))
    last = _texts(draft, sheet, row, contents, asking)
    draft.finish(sheet, (last, LAST), landscape=False, single=True)


def _parts(draft: Draft, contents: EarlierAnswers) -> list[_Part]:
    found = [
        _section_part(contents, place, rows)
        for place in draft.layout.sections
        if (rows := contents.asked_rows(place))
    ]
    plan = draft.layout.action_plan
    if plan and contents.asked_in_plan(plan):
        found.append(_plan_part(contents, plan))
    return found


def _plan_part(contents: EarlierAnswers, plan: ActionPlanLayout) -> _Part:
    """The action plan: a row of it is done when all is filled in that is asked about in it."""
    asked = [slot for slot in contents.doubts.asked if slot.plan_row or slot.item == PROPOSAL]
    cells: list[list[tuple[str, str]]] = []
    for slot in asked:
        if slot.plan_row:
            named = asked_cells(plan, slot.plan_row, contents.doubts.reasons[slot])
            cells.append([*zip(contents.asked_of_action(slot.plan_row), named, strict=True)])
        elif plan.proposal is not None:
            cells.append([("", cell_name(plan.proposal, PROPOSAL_COLUMN))])
    prefix = sheet_prefix(ACTION_PLAN)
    done = "+".join(
        f"IFERROR(1*{'*'.join(filled_in(role, prefix + cell) for role, cell in row)},0)"
        for row in cells
    )
    names = ", ".join(contents.words.say("plan_item", slot) for slot in asked)
    return _Part(ACTION_PLAN, cells[0][0][1], len(cells), done, names)


def _section_part(contents: EarlierAnswers, place: SectionLayout, rows: list[int]) -> _Part:
    asked = set(contents.doubts.asked)
    cells = [
        cell_name(row.index, column.index)
        for table in place.tables
        for row in table.rows
        for column in table.fields(row.item)
        if Slot(row.item.id, column.field) in asked
    ]
    items = [row.item.id for table in place.tables for row in table.rows if row.index in rows]
    return _Part(place.sheet, cells[0], len(rows), contents.done(place, rows), ", ".join(items))


def _table(sheet: SheetWriter, row: int, parts: list[_Part], contents: EarlierAnswers) -> int:
    """Write the table of sheets on which something is asked; return the row after."""
    say = contents.words.say
    row = write_heading(sheet, row, say("heading_parts"))
    for column, header in enumerate(contents.words.headings("parts_headers")):
        look = formats.HEADER if column in (0, 3, 4) else formats.HEADER_MIDDLE
        sheet.text(row, column, header, look)
    sheet.height(row, 30)
    first = row + 1
    for at, part in enumerate(parts, start=first):
        target = f"internal:{sheet_prefix(part.sheet)}{part.cell}"
        sheet.link(at, 0, target, part.sheet, formats.CELL_LINK, tip=say("part_tip", part.sheet))
        sheet.number(at, 1, part.count, formats.CELL_MIDDLE)
        sheet.formula(at, 2, Formula(part.done, 0), formats.CELL_MIDDLE)
        state = Formula(f'IF(C{at + 1}=B{at + 1},"{DONE}","{PLEASE_CHECK}")', PLEASE_CHECK)
        sheet.formula(at, 3, state, formats.CELL)
        sheet.text(at, 4, part.items, formats.CELL)
        texts = ((part.sheet, WIDTHS[0], formats.CELL), (part.items, WIDTHS[4], formats.CELL))
        sheet.fit(at, texts, least=20)
    last = first + len(parts) - 1
    mark_status(sheet, CellRange(first, 3, last, 3), contents.marks)
    return last + 1


def _state(contents: EarlierAnswers, parts: list[_Part], first: int) -> Formula | str:
    """Return how much is still to be done, or that the workbook is ready."""
    say = contents.words.say
    if not parts:
        return say("nothing_asked")
    count, last = sum(part.count for part in parts), first + len(parts)
    left = f"SUM(B{first + 1}:B{last})-SUM(C{first + 1}:C{last})"
    before, after = say("still_to_check", count, contents.joint).split("#")
    text = f"IF({left}=0,{quoted(say('ready'))},{quoted(before)}&({left})&{quoted(after)})"
    return Formula(text, f"{before}{count}{after}")


def _texts(
    draft: Draft, sheet: SheetWriter, row: int, contents: EarlierAnswers, asking: Asking
) -> int:
    """Write the paragraphs below the table; return the last row."""
    words, count = contents.words, len(asking.doubts.asked)
    file = asking.ret.file.rpartition("/")[2]
    row = write_heading(sheet, row, words.say("heading_why"))
    if asking.ret.answers or asking.ret.actions:
        states, joint = asking.doubts.states, contents.joint
        why = words.paragraphs("why_asked", file, count, asking.typed, states, joint)
    else:  # nothing else was read, and nobody is to be told that it was
        why = words.paragraphs("why_asked_when_empty", file, asking.typed)
    row = write_paragraphs(sheet, row, why)
    if asking.doubts.loose:
        row = write_heading(sheet, row, words.say("heading_loose"))
        told = dict.fromkeys(contents.why(finding) for finding in asking.doubts.loose)
        row = write_paragraphs(sheet, row, told)
    comments, planned = contents.may_comment, any(one.plan_row for one in contents.asked)
    row = write_heading(sheet, row, words.say("heading_how"))
    way = words.paragraphs("how_to", count, contents.joint, comments, planned)
    row = write_paragraphs(sheet, row, way)
    row = write_heading(sheet, row, words.say("heading_return"))
    until = written_day(asking.return_by)
    how = words.paragraphs("how_to_return", draft.assessment, until, comments)
    row = write_paragraphs(sheet, row, how)
    return write_mail_link(draft, sheet, row) - 1


def build_query(asking: Asking, personal: Personal, password: str) -> bytes:
    """Return a query workbook; the same values always give the same bytes.

    Args:
        asking: what is asked.
        personal: reference, seal and identity of the query workbook, and whom it is for.
        password: opens sheet and structure protection.

    Raises:
        SheetError: a text does not fit into a workbook.
        XlassessError: the identity is not that of this query.
    """
    contents, where = asking.contents(), _in_order(asking)
    draft = begin(asking.toolkit, asking.assessment, where, password, contents)
    identity = personal.identity
    common = common_identity(
        draft,
        questions_digest(asking.toolkit),
        identity.promise,
        of=asking.issued.reference,
        asks=identity.asks,
        kind=identity.kind,
    )
    add_choices(draft.lists, draft.toolkit)
    start = draft.book.sheet(START, palette.NAVY)
    names = [place.sheet for place in where.sections if contents.asked_rows(place)]
    if where.action_plan is not None and contents.asked_in_plan(where.action_plan):
        names.append(ACTION_PLAN)
    write_query_start(draft, start, contents, asking)
    for place in where.sections:
        _write_section(draft, place, contents, [*names, START])
    if where.action_plan is not None and contents.has_plan:
        _write_plan(draft, where.action_plan, contents)
    (write_joint_hidden if contents.joint else write_hidden)(draft, common)
    start.raw.activate()
    return finish(draft, common, contents.words).stamp(personal)


def _in_order(asking: Asking) -> Layout:
    """Return the workbook's layout with the sheets first that something is asked on."""
    where, contents = query_layout(asking.toolkit), asking.contents()

    def turn(place: SectionLayout) -> int:
        return 0 if contents.asked_rows(place) else 1 if contents.is_open(place) else 2

    sections = tuple(sorted(where.sections, key=turn))
    return Layout(where.toolkit, sections, where.action_plan)


def _write_section(
    draft: Draft, place: SectionLayout, contents: EarlierAnswers, following: list[str]
) -> None:
    asked = bool(contents.asked_rows(place))
    sheet = draft.book.sheet(place.sheet, palette.TO_DO if asked else palette.LINE)
    after = following[following.index(place.sheet) + 1] if asked else following[0]
    write_section(draft, sheet, place, after)


def _write_plan(draft: Draft, place: ActionPlanLayout, contents: EarlierAnswers) -> None:
    plan = draft.toolkit.action_plan
    if plan is not None:
        colour = palette.TO_DO if contents.plan_is_open else palette.LINE
        write_action_plan(draft, draft.book.sheet(ACTION_PLAN, colour), place, plan)
