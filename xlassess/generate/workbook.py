"""Writes a whole workbook, sheet by sheet."""

from __future__ import annotations

from xlassess.contract.layout import ACTION_PLAN, IDENTITY, LISTS, PROFILE, START
from xlassess.generate.action_plan import write_action_plan
from xlassess.generate.hidden import Common, write_identity
from xlassess.generate.job import Job
from xlassess.generate.lists import add_choices
from xlassess.generate.profile import write_profile
from xlassess.generate.sections import write_section
from xlassess.generate.start import write_start
from xlassess.sheet import palette
from xlassess.sheet.page import guard

_PLAN_TAB = "#8A6D1B"


def write_workbook(job: Job, common: Common) -> None:
    """Write every sheet of the workbook, the personal texts last.

    Args:
        job: the plate being built.
        common: the identity shared by all copies.
    """
    places = job.layout.sections
    start = job.book.sheet(START, palette.NAVY)
    sheets = [job.book.sheet(place.sheet, palette.BLUE) for place in places]
    profile = job.book.sheet(PROFILE, palette.TEAL)
    add_choices(job.lists, job.toolkit)
    write_start(job, start)
    following = [*(place.sheet for place in places[1:]), PROFILE]
    for sheet, place, after in zip(sheets, places, following, strict=True):
        write_section(job, sheet, place, after)
    write_profile(job, profile)
    plan = job.layout.action_plan
    if plan is not None and job.toolkit.action_plan is not None:
        sheet = job.book.sheet(ACTION_PLAN, _PLAN_TAB)
        write_action_plan(job, sheet, plan, job.toolkit.action_plan)
    write_hidden(job, common)
    start.raw.activate()


def write_hidden(job: Job, common: Common) -> None:
    """Write the technical sheets and the personal texts, which come last.

    Args:
        job: the workbook with all its other sheets.
        common: the identity shared by all copies.
    """
    lists, identity = job.book.sheet(LISTS), job.book.sheet(IDENTITY)
    job.lists.write(job.book, lists)
    write_identity(job, identity, common)
    for hidden in (lists, identity):
        guard(hidden, job.password)
        hidden.raw.very_hidden()
    job.personal.write()
