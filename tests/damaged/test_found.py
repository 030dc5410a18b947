"""Files by which a fault of the reader was found once, kept as they were; each gives its code.

They are as small as they can be made: what is wrong is told before anybody asks whose they are.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factory import a_context, issue
from tests.ingest.small import every_kind
from xlassess.ingest import ReturnedFile, collect, read_all

FOUND = Path(__file__).with_name("found")
CODES = {
    # a cell stood there twice, and the answer read was not the one another program showed
    "cells-in-two-tables.xlsx": "G17",
    "cell-written-twice.xlsx": "G17",
    "row-written-twice.xlsx": "G17",
    "row-twice-without-addresses.xlsx": "G17",
    # the same written once is a workbook like any other
    "once.xlsx": "I01",
    # encrypted parts were taken for markup in another encoding
    "password.ods": "G04",
    "password.xls": "G04",
}


def test_found__every_file_has_its_code() -> None:
    assert {path.name for path in FOUND.iterdir()} == CODES.keys()


@pytest.mark.parametrize("name", CODES)
def test_found__gives_its_code(name: str, tmp_path: Path) -> None:
    context = a_context(issue(every_kind()))
    (source,) = collect([FOUND / name], tmp_path)
    assert isinstance(source, ReturnedFile)
    ((_, ret),) = read_all([source], context, workers=1)
    assert ([finding.code for finding in ret.findings], ret.answers) == ([CODES[name]], ())
