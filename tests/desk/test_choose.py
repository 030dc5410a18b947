"""Choosing: a decision settles which return counts, and is refused where nothing is meant."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.desk.small import LATER, MONDAY, a_folder, answer, unclear_pair
from xlassess.desk.choose import choose
from xlassess.desk.generate import generate
from xlassess.desk.ingest import ingest
from xlassess.desk.status import Line, status
from xlassess.folder.assessment import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    """Ada's workbook came back twice, and the order is not clear."""
    folder = a_folder(tmp_path / "small")
    unclear_pair(folder, tmp_path / "inbox")
    ingest(folder, [tmp_path / "inbox"], now=LATER, workers=1)
    return folder


def adas(folder: AssessmentFolder) -> Line:
    return status(folder, today=date(2026, 3, 3)).lines[0]


def test_status__shows_what_is_contested(folder: AssessmentFolder) -> None:
    line = adas(folder)
    assert (line.state, line.file) == ("query open", "first.xlsx")
    assert [(finding.code, finding.file) for finding in line.queries] == [("L01", "second.xlsx")]


@pytest.mark.parametrize("name", ["first.xlsx", "second.xlsx"])
def test_choose__settles_it(folder: AssessmentFolder, name: str) -> None:
    result = choose(folder, name, because="Confirmed by telephone", now=LATER)
    assert result.ret.file == name
    assert result.issued.respondent == "Ada Ash"
    line = adas(folder)
    assert (line.state, line.file, line.queries) == ("returned", name, ())
    with Ledger(folder.ledger_file) as ledger:
        states = {ret.file: ret.state for ret in ledger.history("2026")}
    assert sorted(states.values()) == ["accepted", "superseded"]
    assert states[name] == "accepted"


def test_choose__by_hash_and_by_path(folder: AssessmentFolder, tmp_path: Path) -> None:
    with Ledger(folder.ledger_file) as ledger:
        (digest,) = [r.sha256 for r in ledger.history("2026") if r.file == "second.xlsx"]
    assert choose(folder, digest[:8], because="x", now=LATER).ret.file == "second.xlsx"
    path = tmp_path / "inbox" / "first.xlsx"
    assert choose(folder, str(path), because="y", now=LATER).ret.file == "first.xlsx"


def test_choose__needs_one_meaning(folder: AssessmentFolder, tmp_path: Path) -> None:
    answer(folder, "Abe Ash", tmp_path / "other" / "first.xlsx")
    ingest(folder, [tmp_path / "other"], now=LATER, workers=1)
    with pytest.raises(UsageError) as caught:
        choose(folder, "first.xlsx", because="x", now=LATER)
    assert caught.value.remedy.count(",") == 1


@pytest.mark.parametrize(("which", "because"), [("nothing.xlsx", "x"), ("first.xlsx", " ")])
def test_choose__refuses_what_means_nothing(
    folder: AssessmentFolder, which: str, because: str
) -> None:
    with pytest.raises(UsageError):
        choose(folder, which, because=because, now=LATER)
    assert adas(folder).state == "query open"


def test_choose__before_anything_was_issued(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "new")
    with pytest.raises(UsageError):
        choose(folder, "first.xlsx", because="x", now=MONDAY)
    assert not folder.ledger_file.exists()
    generate(folder, now=MONDAY)
    with pytest.raises(UsageError):
        choose(folder, "first.xlsx", because="x", now=MONDAY)
