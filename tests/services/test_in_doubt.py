"""In doubt: every query that there can be, shown in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.damaged.builders import BUILDERS, Bench
from tests.damaged.test_damaged import QUERIES
from tests.factory import Workbook, issue
from tests.ingest.small import every_kind
from xlassess.ingest import ReturnedFile, read_return
from xlassess.ledger import UNCLEAR
from xlassess.services.in_doubt import Doubt, doubts_in

WITHOUT_PLACE = {"R05", "R08"}
"""Queries about what no cell of ours is for: rows of others, and a sheet that is not there."""
ABOUT_ANOTHER = {"C12", "C28", "C31"}
"""Queries that name the answer for which something else is asked."""


@pytest.fixture(scope="module")
def book() -> Workbook:
    return issue(every_kind())


def shown(code: str, book: Workbook, folder: Path) -> Doubt:
    damaged = BUILDERS[code](Bench(book, folder))
    ret = read_return(ReturnedFile(damaged.path, damaged.path.name), damaged.context)
    issued = damaged.context.issued[ret.reference]
    toolkit = damaged.context.toolkits[issued.identity.digest]
    return next(one for one in doubts_in(toolkit, issued, ret) if one.finding.code == code)


@pytest.mark.parametrize("code", QUERIES)
def test_query__is_shown_in_its_place(code: str, book: Workbook, tmp_path: Path) -> None:
    doubt = shown(code, book, tmp_path)
    rows = [row for part in doubt.parts for row in part.rows]
    doubtful = [cell for row in rows for cell in row.cells if cell.doubtful]
    if code in UNCLEAR:
        assert doubt.is_choice
        return
    assert bool(doubtful) == (code not in WITHOUT_PLACE)
    assert all(row.doubtful for row in rows if any(cell.doubtful for cell in row.cells))
    if (
        doubtful
        and not doubt.finding.item.startswith(("action", "proposal"))
        and doubt.finding.item
    ):
        assert doubt.finding.item in {row.item for row in rows if row.doubtful}
    for part in doubt.parts:
        assert all(len(row.cells) == len(part.headings) for row in part.rows)
    value = doubt.finding.details.get("value", "")
    if value and code not in ABOUT_ANOTHER:
        assert any(value[:50] in cell.text for cell in doubtful)
