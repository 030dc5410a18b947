"""A joint workbook as a whole, built by the writers of every other workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xlassess.contract.layout import (
    IDENTITY,
    IDENTITY_KEYS,
    LISTS,
    PROGRESS_ROW,
    REFERENCE_ROW,
    START,
    SectionLayout,
    cell_name,
    layout,
)
from xlassess.contract.seal import questions_digest
from xlassess.generate.joint.contents import JointContents
from xlassess.generate.joint.questions import WORDS, may_stay_empty
from xlassess.generate.partner_workbook import CommonIdentity, common_identity, write_identity
from xlassess.generate.plate import Personal, begin, finish
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.front import (
    LAST,
    STATE,
    WIDTHS,
    write_across,
    write_banner,
    write_heading,
    write_mail_link,
    write_paragraphs,
    write_steps,
)
from xlassess.generate.workbook.lists import add_choices
from xlassess.generate.workbook.sections import write_section
from xlassess.model.answer import Value
from xlassess.model.assessment import Assessment
from xlassess.model.days import written_day
from xlassess.model.plan import JointKind
from xlassess.model.query import Slot
from xlassess.model.toolkit import Toolkit
from xlassess.sheet import formats, palette
from xlassess.sheet.page import guard
from xlassess.sheet.words import Words
from xlassess.sheet.writer import CellRange, Formula, SheetWriter, quoted, sheet_prefix


@dataclass(frozen=True, slots=True)
class JointWorkbook:
    """What a joint workbook is made from.

    ``questions`` are its rows and columns (`xlassess.generate.joint.questions`), ``values`` what
    stands in its open cells as issued, ``return_by`` the day by which it is wanted, if any.
    """

    kind: JointKind
    questions: Toolkit
    assessment: Assessment
    values: Mapping[Slot, Value]
    return_by: date | None = None


def build_joint(book: JointWorkbook, personal: Personal, password: str) -> bytes:
    """Return a joint workbook; the same values always give the same bytes.

    Args:
        book: what it is made from.
        personal: reference, seal and identity, and whom it is for.
        password: opens sheet and structure protection.

    Raises:
        SheetError: a text does not fit into a workbook.
        XlassessError: the identity is not that of these questions.
    """
    words = Words(WORDS)
    contents = JointContents(book.questions, book.kind, book.values, words)
    where = layout(book.questions)
    draft = begin(book.questions, book.assessment, where, password, contents)
    common = common_identity(
        draft, questions_digest(book.questions), personal.identity.promise, kind=book.kind
    )
    add_choices(draft.lists, draft.toolkit)
    start = draft.book.sheet(START, palette.NAVY)
    names = [place.sheet for place in where.sections]
    sheets = [draft.book.sheet(name, palette.BLUE) for name in names]
    _write_start(draft, start, book, contents)
    for sheet, place, after in zip(sheets, where.sections, [*names[1:], START], strict=True):
        write_section(draft, sheet, place, after)
    write_joint_hidden(draft, common)
    start.raw.activate()
    return finish(draft, common, words).stamp(personal)


def write_joint_hidden(draft: Draft, common: CommonIdentity) -> None:
    """Write the technical sheets; who it is for stands there in full, on Start in short.

    Args:
        draft: the workbook with all its other sheets.
        common: its identity.
    """
    lists, identity = draft.book.sheet(LISTS), draft.book.sheet(IDENTITY)
    draft.lists.write(draft.book, lists)
    write_identity(draft, identity, common)
    below = len(IDENTITY_KEYS) + 8
    draft.personal.add(identity, (below, 1), "respondent", formats.PLAIN)
    draft.personal.add(identity, (below + 1, 1), "level", formats.PLAIN)
    for hidden in (lists, identity):
        guard(hidden, draft.password)
        hidden.raw.very_hidden()
    draft.personal.write()


def _write_start(
    draft: Draft, sheet: SheetWriter, book: JointWorkbook, contents: JointContents
) -> None:
    words = contents.words
    sheet.widths(WIDTHS)
    write_banner(draft, sheet, draft.toolkit.title)
    draft.carrier(sheet)
    row = write_heading(sheet, REFERENCE_ROW + 1, words.say("heading_about"))
    row = write_paragraphs(sheet, row, words.paragraphs(f"{book.kind}_what_for", book.assessment))
    row = write_heading(sheet, row, words.say("heading_steps"))
    until = written_day(book.return_by) if book.return_by else ""
    steps = words.paragraphs(f"{book.kind}_steps", book.assessment, until)
    row = write_steps(sheet, row, steps)
    row = _table(draft, sheet, row, contents)
    row = write_heading(sheet, row + 1, words.say("heading_details"))
    row = write_joint_details(draft, sheet, row, book.kind, return_by=book.return_by)
    row = write_heading(sheet, row, words.say("heading_notes"))
    row = write_paragraphs(sheet, row, words.paragraphs(f"{book.kind}_notes", book.assessment))
    last = write_mail_link(draft, sheet, row)
    draft.finish(sheet, (last, LAST), landscape=False, single=True)


def write_joint_details(
    draft: Draft, sheet: SheetWriter, row: int, kind: JointKind, *, return_by: date | None,
    more: Sequence[str] = (),
) -> int:  # fmt: skip
    """Write whose workbook it is and by when it is wanted; return the row after.

    Args:
        draft: the workbook being built.
        sheet: its first sheet.
        row: where to begin.
        kind: what the workbook is for.
        return_by: the day by which it is wanted, if any is named.
        more: lines that follow the reference.
    """
    words = Words(WORDS)
    detail = formats.PLAIN.but(indent=1)
    strong = detail.but(bold=True, size=14, colour=palette.NAVY)
    label = formats.SMALL_PROSE.but(indent=1)
    draft.personal.add(sheet, (row, 0), "reference", strong, f"{words.say('label_reference')}: ")
    sheet.height(row, 22)
    row = write_paragraphs(sheet, row + 1, more, detail) - 1 if more else row
    sheet.text(row + 1, 0, words.say(f"{kind}_label_whose"), label)
    draft.personal.add(sheet, (row + 2, 0), "partner", detail.but(bold=True))
    sheet.height(row + 2, 30)
    lines = [draft.words.say("coordinator", draft.assessment.coordinator)]
    if return_by:
        lines.insert(0, f"{draft.words.say('label_return_by')}: {written_day(return_by)}")
    return write_paragraphs(sheet, row + 3, lines, detail)


def _table(draft: Draft, sheet: SheetWriter, row: int, contents: JointContents) -> int:
    """Write the table of sheets, and the state of the whole at the head; return the row after."""
    words = contents.words
    row = write_heading(sheet, row, words.say("heading_progress"))
    for column, header in enumerate(words.headings("progress_headers")):
        look = formats.HEADER if column == 0 else formats.HEADER_MIDDLE
        sheet.text(row, column, header, look)
    sheet.height(row, 30)
    first, places = row + 1, draft.layout.sections
    asked = done = 0
    for at, place in enumerate(places, start=first):
        rows = sum(not may_stay_empty(one.item) for one in place.tables[0].rows)
        finished = contents.done(place)
        target = f"internal:{sheet_prefix(place.sheet)}{_first_cell(place)}"
        tip = draft.words.say("section_tip", place.section.title)
        sheet.link(at, 0, target, place.sheet, formats.CELL_LINK, tip=tip)
        sheet.number(at, 1, rows, formats.CELL_MIDDLE)
        sheet.formula(at, 2, finished, formats.CELL_MIDDLE)
        sheet.height(at, 20)
        asked, done = asked + rows, done + int(finished.value)
    last = first + len(places) - 1
    sheet.book.title_region(sheet.name, CellRange(row, 0, last, 2))
    left = f"SUM(B{first + 1}:B{last + 1})-SUM(C{first + 1}:C{last + 1})"
    say = words.say
    ready = say(f"{contents.kind}_ready")
    before, after = say(f"{contents.kind}_still_to_do", asked).split("#")
    text = f"IF({left}<=0,{quoted(ready)},{quoted(before)}&({left})&{quoted(after)})"
    value = ready if asked <= done else f"{before}{asked - done}{after}"
    write_across(sheet, PROGRESS_ROW, Formula(text, value), STATE, least=26)
    return last + 1


def _first_cell(place: SectionLayout) -> str:
    table = place.tables[0]
    column = min(column.index for column in table.fields(table.rows[0].item))
    return cell_name(table.rows[0].index, column)
