"""Joint workbooks filled in and saved with other programs come back as they were meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.clients import gnumeric
from tests.clients.office import Office
from tests.clients.partner import typed
from tests.factory import Workbook, a_context
from tests.jointly import AT, a_plan, a_progress, a_workshop, cell_in
from xlassess.contract.layout import cell_name
from xlassess.ingest import ReturnedFile, read_return
from xlassess.model.answer import Value
from xlassess.model.toolkit import answer_field

TYPED: dict[str, dict[tuple[str, str], tuple[str | date, Value]]] = {
    "plan": {
        ("3", "decision"): ("Adopt reworded", "reword"),
        ("3", "wording"): ("=Meet - weekly", "=Meet - weekly"),
        ("3", "owner"): ("Nobody of the list", "Nobody of the list"),
        ("3", "deadline"): (date(2027, 4, 30), date(2027, 4, 30)),
        ("4", "decision"): ("Merge", "merge"),
        ("4", "into"): ("3", "3"),
    },
    "progress": {
        ("2", "state"): ("In progress", "in progress"),
        ("2", "new_deadline"): (date(2027, 4, 30), date(2027, 4, 30)),
        ("2", "because"): ("Nobody had time", "Nobody had time"),
    },
    "workshop": {
        ("1A", "judgement"): ("Disagree", "disagree"),
        ("1A", "grounds"): ("We talked it over", "We talked it over"),
    },
}
BOOKS = {"plan": a_plan, "progress": a_progress, "workshop": a_workshop}


def read(book: Workbook, path: Path) -> dict[tuple[str, str], Value]:
    """What is read from a file, without a finding."""
    context = replace(a_context(book), today=AT.date())
    ret = read_return(ReturnedFile(path, path.name), context)
    assert [(one.code, one.where, one.message) for one in ret.findings] == [], path.suffix
    return {(one.item, one.field): one.value for one in ret.answers}


@pytest.mark.clients("libreoffice")
@pytest.mark.parametrize("kind", BOOKS)
def test_roundtrip__joint_workbook_filled_in_and_saved_in_libreoffice(
    office: Office, kind: str, tmp_path: Path
) -> None:
    book = BOOKS[kind]()
    issued = tmp_path / "issued.xlsx"
    issued.write_bytes(book.data)
    as_issued = read(book, issued)
    todo = []
    for (number, name), (entry, _) in TYPED[kind].items():
        sheet, row, column = cell_in(book.toolkit, number, name)
        todo.append(typed(sheet, cell_name(row - 1, column - 1), entry))
    returned = [tmp_path / f"returned.{ending}" for ending in ("xlsx", "ods", "xls")]
    seen = office.work(issued, todo, save=returned)
    assert seen.locked == ()
    wanted = as_issued | {
        (number, answer_field(name)): value for (number, name), (_, value) in TYPED[kind].items()
    }
    for path in returned:
        assert read(book, path) == wanted, path.suffix


@pytest.mark.clients("gnumeric")
@pytest.mark.parametrize("kind", BOOKS)
def test_roundtrip__joint_workbook_saved_with_gnumeric(kind: str, tmp_path: Path) -> None:
    book = BOOKS[kind]()
    issued, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    issued.write_bytes(book.data)
    gnumeric.resave(issued, saved)
    assert read(book, saved) == read(book, issued)
