"""Verifying: every file, seal and toolkit that is not as it was recorded is named."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.raw import behind
from tests.services.small import LATER, a_folder, answer, change_settings, made_once
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger, keep_file
from xlassess.model.errors import XlassessError
from xlassess.services.enter import enter
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.export import export_round
from xlassess.services.papers.report import report
from xlassess.services.query import query
from xlassess.services.setup.verify import Verified, verify


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    """One return read, one file refused."""
    folder = a_folder(tmp_path / "small")
    inbox = tmp_path / "inbox"
    answer(folder, "Ada Ash", inbox / "a.xlsx")
    (inbox / "c.pdf").write_bytes(b"%PDF-1.7\n")
    ingest(folder, [inbox], now=LATER, workers=1)
    return folder


def kept(folder: AssessmentFolder, ending: str) -> Path:
    (path,) = folder.returns.rglob(f"*.{ending}")
    return path


def sql(folder: AssessmentFolder, statement: str) -> None:
    with behind(folder.ledger, guarded=False) as run:
        run(statement)


def abouts(result: Verified) -> list[str]:
    return [fault.about for fault in result.faults]


def test_verify__what_holds(folder: AssessmentFolder) -> None:
    result = verify(folder)
    assert result.holds
    assert result.remarks == ()
    assert (result.workbooks, result.returns, result.files, result.toolkits) == (3, 2, 2, 1)


DEEDS: dict[str, tuple[Callable[[AssessmentFolder], object], int]] = {
    "a file received changed": (lambda f: kept(f, "xlsx").write_bytes(b"other"), 2),
    "a file received cut short": (lambda f: kept(f, "pdf").write_bytes(b""), 2),
    "a file received removed": (lambda f: kept(f, "xlsx").unlink(), 1),
    "a refused file removed": (lambda f: kept(f, "pdf").unlink(), 1),
    "a workbook changed": (
        lambda f: next(f.outbox.glob("*.xlsx")).write_bytes(b"other"),
        1,
    ),
    "the secret lost": (lambda f: f.secret_file.unlink(), 1),
    "the secret another": (lambda f: f.secret_file.write_bytes(b"0" * 64), 1),
    "a file received renamed": (lambda f: kept(f, "xlsx").rename(f.returns / "a.xlsx"), 2),
    "a file put in by hand": (lambda f: (f.returns / "b.xlsx").write_bytes(b"other"), 1),
    "every file received lost": (lambda f: shutil.rmtree(f.returns), 1),
}


@pytest.mark.parametrize("what", DEEDS)
def test_verify__names_what_does_not_hold(folder: AssessmentFolder, what: str) -> None:
    deed, faults = DEEDS[what]
    deed(folder)
    result = verify(folder)
    assert not result.holds
    assert len(result.faults) == faults, abouts(result)
    assert all(fault.message.endswith(".") for fault in result.faults)


def test_verify__questions_that_are_not_those_issued(folder: AssessmentFolder) -> None:
    sql(folder, "update toolkits set body = replace(body, 'trust', 'distrust')")
    assert set(abouts(verify(folder))) >= {"toolkit tiny"}
    assert len(verify(folder).faults) == 1 + 1


def test_verify__a_ledger_that_cannot_be_read_in_full(folder: AssessmentFolder) -> None:
    sql(folder, "update findings set details = '{'")
    sql(folder, "update answers set type = 'n'")
    assert set(abouts(verify(folder))) == {"return 1", "return 2"}


TAMPERED: dict[str, str] = {
    "update issued set issued_at = 'x' where number = 1": "workbook ",
    "update issued set partner = 'Other' where number = 1": "workbook ",
    "update toolkits set version = '9'": "toolkit tiny",
    "update toolkits set id = 'other'": "toolkit other",
    "delete from returns where id = 2": "return 2",
    "delete from runs": "table returns",
    "update runs set round = '2025'": "return 1",
    "update returns set standing = 'set aside' where id = 1": "return 1",
    "update answers set value = 'low'": "return 1",
    "delete from findings": "return 2",
    "delete from issued": "workbook ",
    "update meta set value = '1:0' where key != 'schema'": "event 1",
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_verify__names_what_was_changed_in_the_ledger(
    folder: AssessmentFolder, statement: str
) -> None:
    sql(folder, statement)
    found = abouts(verify(folder))
    assert any(about.startswith(TAMPERED[statement]) for about in found), found
    assert len(found) == len(set(found))


@pytest.mark.parametrize("where", ["number = 2", "number = (select max(number) from events)"])
@pytest.mark.parametrize("deed", ["delete from events", "update events set reason = 'x'"])
def test_verify__names_the_event_that_was_changed(
    folder: AssessmentFolder, deed: str, where: str
) -> None:
    sql(folder, f"{deed} where {where}")
    result = verify(folder)
    assert {about.partition(" ")[0] for about in abouts(result)} == {"event"}
    assert len(result.remarks) == 1


def test_verify__ledger_without_its_version(folder: AssessmentFolder) -> None:
    sql(folder, "delete from meta where key = 'schema'")
    with pytest.raises(XlassessError, match="damaged"):
        verify(folder)


def test_verify__tells_of_strange_workbooks_in_the_outbox(folder: AssessmentFolder) -> None:
    (folder.outbox / "old.xlsx").write_bytes(b"other")
    assert verify(folder).holds
    assert len(verify(folder).remarks) == 1


def test_verify__what_is_only_worth_knowing(folder: AssessmentFolder, tmp_path: Path) -> None:
    next(folder.outbox.glob("*.xlsx")).unlink()
    consolidate(folder, now=LATER)
    assert len(verify(folder).remarks) == 1
    summary = folder.summary_file("2026")
    summary.write_bytes(summary.read_bytes() + b"x")
    result = verify(folder)
    assert result.holds
    assert len(result.remarks) == 2


def test_verify__workbooks_put_aside(folder: AssessmentFolder) -> None:
    change_settings(folder, "2026-03-13", "2026-03-20")
    generate(folder, now=LATER, reissue=True)
    assert verify(folder).holds
    assert verify(folder).remarks == ()
    (path, *_) = (folder.outbox / "replaced").glob("*.xlsx")
    path.write_bytes(b"other")
    assert len(verify(folder).faults) == 1


def test_verify__query_workbooks(folder: AssessmentFolder, tmp_path: Path) -> None:
    path = answer(folder, "Abe Ash", tmp_path / "b.xlsx", ("Agree", "Perhaps", "Agree"))
    ingest(folder, [path], now=LATER, workers=1)
    (asked,) = query(folder, now=LATER).workbooks
    result = verify(folder)
    assert result.holds
    assert (result.workbooks, result.remarks) == (4, ())
    asked.path.write_bytes(b"other")
    assert len(verify(folder).faults) == 1
    asked.path.unlink()
    assert verify(folder).holds
    folder.secret_file.write_bytes(b"0" * 64)
    assert abouts(verify(folder)) == ["secret"]
    sql(folder, "update queries set asks = 'x'")
    assert "query workbook " + asked.query.reference in abouts(verify(folder))
    sql(folder, "update queries set asked = '{'")
    assert "query workbooks" in abouts(verify(folder))


def test_verify__copies_for_typing_in(folder: AssessmentFolder) -> None:
    with Ledger(folder.ledger) as ledger:
        reference = ledger.issued()[0].reference
    enter(folder, reference, "phone", now=LATER, by="Cora")
    assert verify(folder).holds
    with Ledger(folder.ledger) as ledger:
        (copy,) = ledger.entries()
        ledger.record_entries([replace(copy, reference="K7M4-9QX3", seal="0" * len(copy.seal))])
    assert "copy for typing in K7M4-9QX3" in abouts(verify(folder))


def test_verify__changes_nothing(folder: AssessmentFolder) -> None:
    before = {
        p: p.read_bytes() for p in folder.root.rglob("*") if p.is_file() and ".db" not in p.name
    }
    first = verify(folder)
    assert verify(folder) == first
    after = {
        p: p.read_bytes() for p in folder.root.rglob("*") if p.is_file() and ".db" not in p.name
    }
    assert after == before


@pytest.mark.sqlite
def test_verify__older_ledger_put_back(folder: AssessmentFolder, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    shutil.copy(folder.ledger_file, older)
    consolidate(folder, now=LATER)
    consolidate(folder, now=LATER)
    assert verify(folder).holds
    shutil.copy(older, folder.ledger_file)
    result = verify(folder)
    assert abouts(result) == ["ledger"]
    assert "older" in result.faults[0].message
    assert not any("edited" in remark for remark in result.remarks)


@pytest.mark.sqlite
def test_verify__summary_of_another_log(folder: AssessmentFolder, tmp_path: Path) -> None:
    other = a_folder(tmp_path / "other")
    ingest(other, [answer(other, "Bea Birch", tmp_path / "b.xlsx")], now=LATER, workers=1)
    consolidate(folder, now=LATER)
    consolidate(other, now=LATER)
    shutil.copy(other.summary_file("2026"), folder.summary_file("2026"))
    assert abouts(verify(folder)) == ["ledger"]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "name",
    [
        "ledger-ROBINS-LAPTOP.db",
        "ledger (Robin's conflicted copy 2026-05-01).db",
        "Copy of ledger.db",
    ],
)
def test_verify__conflict_copy_with_work_of_its_own(
    folder: AssessmentFolder, tmp_path: Path, name: str
) -> None:
    copy = folder.root / name
    shutil.copy(folder.ledger_file, copy)
    result = verify(folder)
    assert result.holds
    assert [name in remark for remark in result.remarks] == [True]
    shutil.copy(folder.ledger_file, tmp_path / "mine.db")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "b.xlsx")], now=LATER, workers=1)
    shutil.copy(folder.ledger_file, copy)
    shutil.copy(tmp_path / "mine.db", folder.ledger_file)
    assert name in abouts(verify(folder))


def test_verify__file_of_another_coordinator(folder: AssessmentFolder, tmp_path: Path) -> None:
    strange = keep_file(folder.returns, answer(folder, "Bea Birch", tmp_path / "b.xlsx"), "xlsx")
    result = verify(folder)
    assert [strange.sha256 in about for about in abouts(result)] == [True]


def test_verify__zip_that_files_came_in_is_on_record(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    packed = tmp_path / "returns.zip"
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("../out.xlsx", b"climbs out of the folder")
    ingest(folder, [packed], now=LATER, workers=1)
    assert abouts(verify(folder)) == []


@pytest.mark.sqlite
def test_verify__papers_of_which_an_older_ledger_knows_nothing(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    shutil.copy(folder.ledger_file, older)
    report(folder, None, None, now=LATER)
    export_round(folder, "csv", None, now=LATER)
    assert verify(folder).remarks == ()
    shutil.copy(older, folder.ledger_file)
    written = [remark for remark in verify(folder).remarks if "older copy" in remark]
    assert ["report.docx" in remark for remark in written] == [True, False]
