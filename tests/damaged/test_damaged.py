"""Every finding code has a damaged workbook, and that workbook gives it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.damaged.builders import BUILDERS, Bench, Damaged
from tests.damaged.joint_builders import JOINT
from tests.damaged.pairs import CASES
from tests.factory import Workbook, issue
from tests.ingest.small import every_kind
from tests.services.small import LATER, MONDAY, a_folder
from xlassess.ingest import collect, read_all
from xlassess.model.answer import Return
from xlassess.model.catalogue import CATALOGUE
from xlassess.model.findings_doc import page
from xlassess.services.common.opening import open_folder
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest

OF_THE_LEDGER = {code for code in CATALOGUE if code.startswith("L")}
QUERIES = [
    code
    for code, kind in CATALOGUE.items()
    if kind.severity == "query" and code not in OF_THE_LEDGER | {"C13"}
]
"""Queries about a workbook that holds answers."""
NOTED_BEFORE = {"L04": ("I09",), "L06": ("C13",), "L08": ("I16",)}
"""What is told of the same file before: that it has no seal, that nothing is filled in, or that it
was typed in."""
WITH_CONSEQUENCES = {"R06": {"R07"}, "R11": {"R07"}, "I18": {"I09", "R07"}}
"""Codes whose damage gives a note as well."""
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def book() -> Workbook:
    return issue(every_kind())


def _handed_over(damaged: Damaged, folder: Path) -> Return:
    """Return what becomes of the one file handed over, read in a worker process."""
    (one,) = collect([damaged.path], folder)
    if isinstance(one, Return):
        return one
    ((_, ret),) = read_all([one], damaged.context, workers=1)
    return ret


def test_catalogue__no_code_lacks_a_damaged_workbook() -> None:
    assert BUILDERS.keys() | CASES.keys() == CATALOGUE.keys()
    assert BUILDERS.keys() >= set(JOINT)
    assert CASES.keys() == OF_THE_LEDGER


@pytest.mark.parametrize("code", CASES)
def test_pair__gives_its_code_and_nothing_else(code: str, tmp_path: Path) -> None:
    folder, inbox = a_folder(tmp_path / "small"), tmp_path / "inbox"
    generate(folder, now=MONDAY)
    last = CASES[code](folder, inbox)
    result = ingest(open_folder(folder.root), [last], now=LATER, workers=1)
    found = [f.code for file in result.files for f in file.ret.findings]
    assert found == [*NOTED_BEFORE.get(code, ()), code]


@pytest.mark.parametrize("code", BUILDERS)
def test_damaged__gives_its_code_and_nothing_else(
    code: str, book: Workbook, tmp_path: Path
) -> None:
    if code in ("G13", "G14") and sys.platform == "win32":
        pytest.skip("Windows has no pipes among files, and links take privileges there")
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    ret = _handed_over(BUILDERS[code](Bench(book, tmp_path)), unpacked)
    told = {finding.code for finding in ret.findings}
    assert code in told
    assert told - {code} <= WITH_CONSEQUENCES.get(code, set())
    for finding in ret.findings:
        assert finding.message
        assert finding.remedy
        assert "…" not in finding.message + finding.remedy
        assert "{" not in finding.message + finding.remedy


@pytest.mark.parametrize("code", QUERIES)
def test_query__keeps_every_answer_that_was_read_exactly(
    code: str, book: Workbook, tmp_path: Path
) -> None:
    ret = _handed_over(BUILDERS[code](Bench(book, tmp_path)), tmp_path)
    assert ret.state == "query"
    assert len(ret.answers) >= 20


def test_documentation__is_written_from_the_catalogue() -> None:
    assert (_ROOT / "docs" / "findings.md").read_text(encoding="utf-8") == page()
