"""Query workbooks: the workbook a partner knows, with only the doubtful cells open.

A query workbook differs from a first issue in what stands in its cells and which of them are
open, not in how it is built; so both are built here by the same writers. Sheets on which
something is asked come first, and nothing is scored.
"""

from __future__ import annotations

from xlassess.contract.layout import ACTION_PLAN, START, ActionPlanLayout, Layout, SectionLayout
from xlassess.contract.query_layout import query_layout
from xlassess.contract.seal import questions_digest
from xlassess.generate.partner_workbook import common_identity, write_hidden
from xlassess.generate.plate import Personal, begin, finish
from xlassess.generate.query.earlier_answers import Asking, EarlierAnswers
from xlassess.generate.query.query_start import write_query_start
from xlassess.generate.workbook.action_plan import write_action_plan
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.lists import add_choices
from xlassess.generate.workbook.sections import write_section
from xlassess.sheet import palette


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
        draft, questions_digest(asking.toolkit), of=asking.issued.reference, asks=identity.asks
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
    write_hidden(draft, common)
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
