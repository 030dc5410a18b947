"""Copying a ledger between a file and a database: everything or nothing, and never over another."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.ledger.raw import behind
from tests.services.small import (
    LATER,
    MONDAY,
    a_folder,
    answer,
    change_settings,
    made_once,
    unclear_pair,
)
from xlassess.assessment.settings import AssessmentFileError, AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ledger import Ledger
from xlassess.ledger.database import copying
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.common.opening import open_folder
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.setup.copy_ledger import copy_ledger
from xlassess.services.setup.rounds import close_round
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

pytestmark = pytest.mark.sqlite


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    """Ada's workbook came back twice, and the order is not clear."""
    folder = a_folder(tmp_path / "small")
    unclear_pair(folder, tmp_path / "inbox")
    ingest(folder, [tmp_path / "inbox"], now=LATER, workers=1)
    return folder


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """A database in which there is nothing yet."""
    running = request.getfixturevalue("cluster")
    running.clear()
    return str(running.url())


def use(folder: AssessmentFolder, url: str) -> None:
    text = folder.settings_file.read_text(encoding="utf-8")
    folder.settings_file.write_text(f"{text}ledger: {url}\n", encoding="utf-8")


@pytest.mark.clients("postgresql")
def test_copy__there_and_back_is_the_same_ledger(
    folder: AssessmentFolder, url: str, tmp_path: Path
) -> None:
    with Ledger(folder.ledger) as ledger:
        before, told, issued = ledger.events(), ledger.history(), ledger.issued()
    there = copy_ledger(folder, str(folder.ledger_file), url)
    assert (there.copied.events, there.copied.head) == (len(before), before[-1].hash)
    assert not there.in_use
    with Ledger(LedgerDatabase(url, "small")) as ledger:
        assert (ledger.events(), ledger.history(), ledger.issued()) == (before, told, issued)
    back = copy_ledger(folder, url, str(tmp_path / "back.db"))
    assert back.copied == there.copied
    assert _dump(tmp_path / "back.db") == _dump(folder.ledger_file)
    assert sorted(path.name for path in tmp_path.glob("*back.db*")) == ["back.db"]


def _dump(path: Path) -> list[str]:
    """All that an SQLite file holds, tables in the order of their names."""
    with closing(sqlite3.connect(path)) as db:
        return sorted(db.iterdump())


@pytest.mark.clients("postgresql")
def test_copy__work_goes_on_in_the_database(
    folder: AssessmentFolder, url: str, tmp_path: Path
) -> None:
    before = status(folder, today=date(2026, 3, 3)).lines
    copy_ledger(folder, str(folder.ledger_file), url)
    use(folder, url)
    folder.ledger_file.unlink()
    folder = open_folder(folder.root)
    assert status(folder, today=date(2026, 3, 3)).lines == before
    book = answer(folder, "Bea Birch", tmp_path / "bea.xlsx")
    (read,) = ingest(folder, [book], now=LATER, workers=1).files
    assert (read.ret.number, read.ret.state) == (3, "accepted"), "numbers go on"
    assert verify(folder).faults == ()


@pytest.mark.clients("postgresql")
def test_verify__sees_work_that_was_done_in_the_file_after_it_was_copied(
    folder: AssessmentFolder, url: str, tmp_path: Path
) -> None:
    file = folder.ledger_file
    copy_ledger(folder, str(file), url)
    plain = folder.settings_file.read_text(encoding="utf-8")
    use(folder, url)
    found = verify(folder)
    assert found.faults == ()
    assert any("ledger.db is a copy" in remark for remark in found.remarks)
    folder.settings_file.write_text(plain, encoding="utf-8")
    book = answer(folder, "Bea Birch", tmp_path / "bea.xlsx")
    ingest(folder, [book], now=LATER, workers=1)
    use(folder, url)
    assert "ledger.db" in {fault.about for fault in verify(folder).faults}


@pytest.mark.clients("postgresql")
def test_round__archive_has_the_ledger_as_a_file(folder: AssessmentFolder, url: str) -> None:
    copy_ledger(folder, str(folder.ledger_file), url)
    use(folder, url)
    folder.ledger_file.unlink()
    closed = close_round(folder, now=LATER)
    (kept,) = folder.root.rglob("ledger.db")
    assert "archive" in str(kept)
    with Ledger(folder.ledger) as ledger, Ledger(kept) as copy:
        # the last one says that the round was closed
        assert copy.events() == ledger.events()[:-1]
    assert closed
    assert verify(folder).faults == ()


@pytest.mark.clients("postgresql")
def test_copy__never_over_a_ledger(folder: AssessmentFolder, url: str, tmp_path: Path) -> None:
    copy_ledger(folder, str(folder.ledger_file), url)
    with pytest.raises(UsageError):
        copy_ledger(folder, str(folder.ledger_file), url)
    with pytest.raises(UsageError):
        copy_ledger(folder, url, str(folder.ledger_file))
    with pytest.raises(UsageError):
        copy_ledger(folder, str(tmp_path / "none.db"), url)
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()


@pytest.mark.clients("postgresql")
def test_copy__that_fails_leaves_nothing(
    folder: AssessmentFolder, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = LedgerDatabase(url, "small")
    with monkeypatch.context() as patch:
        patch.setattr(copying, "_hash_of", lambda *_: "another")
        for to in (url, str(tmp_path / "back.db")):
            with pytest.raises(XlassessError, match="not the same"):
                copy_ledger(folder, str(folder.ledger_file), to)
    assert not Ledger.is_at(place)
    assert not [*tmp_path.glob("*back.db*")]


@pytest.mark.clients("postgresql")
def test_copy__of_a_ledger_that_does_not_hold(folder: AssessmentFolder, url: str) -> None:
    with behind(folder.ledger_file, guarded=False) as run:
        run("update events set reason = 'x' where number = 2")
    with pytest.raises(XlassessError, match="does not hold"):
        copy_ledger(folder, str(folder.ledger_file), url)
    assert not Ledger.is_at(LedgerDatabase(url, "small"))


@pytest.mark.clients("postgresql")
def test_lost__a_database_without_the_ledger_of_these_files(
    folder: AssessmentFolder, url: str
) -> None:
    use(folder, url)
    with pytest.raises(XlassessError) as caught:
        open_folder(folder.root)
    assert "xlassess ledger copy ledger.db" in caught.value.remedy
    change_settings(folder, "id: small", "id: another")
    with pytest.raises(XlassessError):
        open_folder(folder.root)


@pytest.mark.clients("postgresql")
def test_secret__lost_where_the_ledger_is_in_a_database(folder: AssessmentFolder, url: str) -> None:
    copy_ledger(folder, str(folder.ledger_file), url)
    use(folder, url)
    folder.ledger_file.unlink()
    folder.secret_file.unlink()
    with Ledger(folder.ledger) as ledger:
        before = ledger.last_event()
        with pytest.raises(XlassessError, match="secret"):
            generate(folder, now=LATER)
        assert ledger.last_event() == before


@pytest.mark.clients("postgresql")
def test_command__copies_and_says_what_to_do_next(folder: AssessmentFolder, url: str) -> None:
    done = CliRunner().invoke(cli, ["-C", str(folder.root), "ledger", "copy", "ledger.db", url])
    assert done.exit_code == 0, done.output
    with Ledger(folder.ledger) as ledger:
        assert ledger.events()[-1].hash in done.stdout
    assert f"ledger: {url}" in done.stdout.replace("\n", "")
    again = CliRunner().invoke(cli, ["-C", str(folder.root), "ledger", "copy", "ledger.db", url])
    assert again.exit_code == 2


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("postgresql+psycopg://a:geheim@h/d", "password"),
        ("postgresql+psycopg://a@h/d?password=geheim", "password"),
        ("postgresql+psycopg://a:@h/d", "password"),
        ("mysql://a@h/d", "mysql"),
        ("postgresql+psycopg://a@h", "database"),
        ("postgresql+psycopg://a@h:port/d", "URL"),
        ("ledger.db", "URL"),
    ],
)
def test_settings__refuse_what_can_be_no_ledger(tmp_path: Path, written: str, wrong: str) -> None:
    folder = a_folder(tmp_path / "small")
    use(folder, f'"{written}"')
    for work in (folder.assessment, lambda: folder.ledger, lambda: generate(folder, now=MONDAY)):
        with pytest.raises(AssessmentFileError) as caught:
            work()
        (problem,) = caught.value.problems
        assert problem.line == 8
        assert wrong in problem.message
        assert "geheim" not in str(caught.value)
    assert not folder.outbox.exists()


def test_command__refuses_a_password_on_the_command_line(folder: AssessmentFolder) -> None:
    with pytest.raises(UsageError) as caught:
        copy_ledger(folder, "ledger.db", "postgresql+psycopg://a:geheim@h/d")
    assert "geheim" not in str(caught.value)


def test_copy__needs_the_assessment_to_know_whose_ledger(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        copy_ledger(AssessmentFolder(tmp_path), "ledger.db", "postgresql+psycopg://a@h/d")


def test_copy__from_file_to_file_needs_no_server(folder: AssessmentFolder, tmp_path: Path) -> None:
    done = copy_ledger(folder, str(folder.ledger_file), str(tmp_path / "copy.db"))
    assert _dump(tmp_path / "copy.db") == _dump(folder.ledger_file)
    shutil.move(tmp_path / "copy.db", folder.ledger_file)
    assert done.copied.rows > 0
    assert verify(folder).faults == ()
