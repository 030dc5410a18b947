"""Makes query workbooks for tests: a return with doubts, and the workbook that asks about them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.workbook.workbook import Workbook as Book

from tests.factory import RECEIVED_AT, SECRET, Entry, Workbook, a_context, filled
from xlassess.contract.seal import asks_digest, reference_for, seal, sheet_password
from xlassess.generate import Asking, Personal, build_query, doubts_of
from xlassess.ingest import Context, ReturnedFile, read_return
from xlassess.model.answer import Return
from xlassess.model.query import Query, Slot
from xlassess.model.toolkit import Toolkit


def came_back(workbook: Workbook, book: Book, folder: Path, name: str = "first.xlsx") -> Return:
    """Save a workbook, read it as a return, and number it as the ledger does."""
    path = folder / name
    book.save(path)
    ret = read_return(ReturnedFile(path, name), a_context(workbook))
    return numbered(ret)


def numbered(ret: Return) -> Return:
    """Return a return with numbers as the ledger gives them."""
    findings = enumerate(ret.findings, start=1)
    marked = tuple(replace(finding, number=f"1.{at}") for at, finding in findings)
    return replace(ret, number=1, received_at=RECEIVED_AT, findings=marked)


def opened(workbook: Workbook, given: tuple[Entry, ...]) -> Book:
    """Return the workbook with these entries, open for changes."""
    return openpyxl.load_workbook(io.BytesIO(filled(workbook, given)))


def asking(workbook: Workbook, ret: Return) -> Asking:
    """Return what is asked about a return."""
    toolkit = workbook.toolkit
    doubts = doubts_of(toolkit, ret)
    return Asking(toolkit, workbook.assessment, workbook.issued, ret, doubts, date(2026, 5, 8))


def issued_query(workbook: Workbook, ret: Return) -> tuple[Query, bytes]:
    """Return the query workbook about a return, and its record."""
    asked = asking(workbook, ret)
    doubts = asked.doubts
    identity = replace(
        workbook.issued.identity,
        of=workbook.issued.reference,
        asks=asks_digest(ret.sha256, doubts.asked, doubts.free),
    )
    reference, sealed = reference_for(identity, SECRET), seal(identity, SECRET)
    person = workbook.respondent
    personal = Personal(reference, sealed, identity, person.partner, person.name, person.level)
    data = build_query(asked, personal, sheet_password(SECRET))
    numbers = tuple(finding.number for finding in doubts.findings)
    query = Query(
        reference, identity, 1, numbers, doubts.asked, doubts.free, asked.return_by,
        "query.xlsx", "", sealed, RECEIVED_AT,
    )  # fmt: skip
    return query, data


def context(workbook: Workbook, query: Query) -> Context:
    """Return the context in which an answer to this query is read."""
    return replace(a_context(workbook), queries={query.reference: query})


def spoil(toolkit: Toolkit, given: tuple[Entry, ...], book: Book) -> set[Slot]:
    """Spoil some answers of a filled workbook; return the places that are then in doubt."""
    choices = [e for e in given if e.field.startswith("answer")]
    picked = [e for e in choices if not toolkit.item(e.item).is_free]
    wrong, formula, missing = picked[0], picked[2], picked[4]
    book[wrong.sheet][wrong.cell].value = "Neither this nor that"
    book[formula.sheet][formula.cell].value = "=1+1"
    book[missing.sheet][missing.cell].value = None
    asked = {Slot(e.item, e.field) for e in (wrong, formula)}
    if toolkit.item(missing.item).required:
        asked.add(Slot(missing.item, missing.field))
    return asked
