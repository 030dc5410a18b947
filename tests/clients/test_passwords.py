"""Returns that LibreOffice saved with a password."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.clients.office import Office
from tests.clients.partner import typing
from tests.factory import Workbook, a_context, entries, issue
from tests.ingest.small import every_kind
from xlassess.ingest import ReturnedFile, read_return
from xlassess.model.answer import Return

pytestmark = pytest.mark.clients("libreoffice")
PASSWORD = "drei Wörter!"
"""Old Excel files take no more than fifteen characters."""


def _read(workbook: Workbook, path: Path, *passwords: str) -> Return:
    context = replace(a_context(workbook), passwords=passwords)
    return read_return(ReturnedFile(path, path.name), context)


@pytest.mark.parametrize(
    ("kind", "without", "wrong"), [("xls", "G04", "G18"), ("ods", "G04", "G20")]
)
def test_libreoffice__password_to_open(
    office: Office, tmp_path: Path, kind: str, without: str, wrong: str
) -> None:
    workbook = issue(every_kind())
    given, saved = entries(workbook.toolkit), tmp_path / f"saved.{kind}"
    work = typing(workbook.toolkit, given)
    office.work(workbook.write(tmp_path), work, save=[saved], password=PASSWORD)
    assert [f.code for f in _read(workbook, saved).findings] == [without]
    assert [f.code for f in _read(workbook, saved, "another").findings] == [wrong]
    if kind == "xls":
        ret = _read(workbook, saved, "another", PASSWORD)
        assert {(a.item, a.field): a.value for a in ret.answers if a.item != "proposal"} == {
            (entry.item, entry.field): entry.value for entry in given
        }
