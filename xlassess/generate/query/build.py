"""Query workbooks: the workbook a partner knows, with only the doubtful cells open.

A query workbook differs from a first issue in what stands in its cells and which of them are
open, not in how it is built; so both are built here by the same writers. Sheets on which
something is asked come first, and nothing is scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlassess.contract.layout import ACTION_PLAN, START, ActionPlanLayout, Layout, SectionLayout
from xlassess.contract.query_layout import query_layout
from xlassess.contract.seal import questions_digest
from xlassess.generate.plate import Personal, begin, finish
from xlassess.generate.query.doubts import Doubts
from xlassess.generate.query.filling import QueryFilling
from xlassess.generate.query.start import write_query_start
from xlassess.generate.workbook.action_plan import write_action_plan
from xlassess.generate.workbook.build import common_identity, write_hidden
from xlassess.generate.workbook.job import Job
from xlassess.generate.workbook.lists import add_choices
from xlassess.generate.workbook.sections import write_section
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Assessment
from xlassess.model.toolkit import Toolkit
from xlassess.sheet import palette
from xlassess.sheet.words import Words

WORDS = "query.j2"


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

    def filling(self) -> QueryFilling:
        """What stands in the workbook's cells."""
        return QueryFilling(self.toolkit, self.ret, self.doubts, Words(WORDS))


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
    filling, where = asking.filling(), _in_order(asking)
    job = begin(asking.toolkit, asking.assessment, where, password, filling)
    identity = personal.identity
    common = common_identity(
        job, questions_digest(asking.toolkit), of=asking.issued.reference, asks=identity.asks
    )
    add_choices(job.lists, job.toolkit)
    start = job.book.sheet(START, palette.NAVY)
    names = [place.sheet for place in where.sections if filling.asked_rows(place)]
    if where.action_plan is not None and filling.asked_in_plan(where.action_plan):
        names.append(ACTION_PLAN)
    write_query_start(job, start, filling, asking)
    for place in where.sections:
        _write_section(job, place, filling, [*names, START])
    if where.action_plan is not None and filling.has_plan:
        _write_plan(job, where.action_plan, filling)
    write_hidden(job, common)
    start.raw.activate()
    return finish(job, common, filling.words).stamp(personal)


def _in_order(asking: Asking) -> Layout:
    """Return the workbook's layout with the sheets first that something is asked on."""
    where, filling = query_layout(asking.toolkit), asking.filling()

    def turn(place: SectionLayout) -> int:
        return 0 if filling.asked_rows(place) else 1 if filling.is_open(place) else 2

    sections = tuple(sorted(where.sections, key=turn))
    return Layout(where.toolkit, sections, where.action_plan)


def _write_section(
    job: Job, place: SectionLayout, filling: QueryFilling, following: list[str]
) -> None:
    asked = bool(filling.asked_rows(place))
    sheet = job.book.sheet(place.sheet, palette.TO_DO if asked else palette.LINE)
    after = following[following.index(place.sheet) + 1] if asked else following[0]
    write_section(job, sheet, place, after)


def _write_plan(job: Job, place: ActionPlanLayout, filling: QueryFilling) -> None:
    plan = job.toolkit.action_plan
    if plan is not None:
        colour = palette.TO_DO if filling.plan_is_open else palette.LINE
        write_action_plan(job, job.book.sheet(ACTION_PLAN, colour), place, plan)
