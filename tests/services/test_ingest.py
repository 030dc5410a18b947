"""Ingesting: everything is kept and recorded once, whatever it is."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timezone
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.damaged.builders import encrypted
from tests.services.rounds.test_last_time import FACTS, GIVEN, sent_back
from tests.services.small import (
    LATER,
    MONDAY,
    TOOLKIT,
    a_folder,
    answer,
    change_settings,
    made_once,
    unclear_pair,
    write_register,
    write_toolkit,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.answer import Return
from xlassess.model.errors import UsageError
from xlassess.services import ingest as desk
from xlassess.services.common.received import Ingested
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.export import export_round
from xlassess.services.papers.feedback import feedback
from xlassess.services.papers.report import report


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    return folder


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def history(folder: AssessmentFolder) -> tuple[Return, ...]:
    with Ledger(folder.ledger) as ledger:
        return ledger.history("2026")


def kept(folder: AssessmentFolder) -> set[str]:
    """The hashes of the files kept, each made sure to be that of its bytes."""
    found = set()
    for path in folder.returns.rglob("*"):
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert path.name.startswith(digest)
            found.add(digest)
    return found


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def states(result: Ingested) -> list[str]:
    return [file.ret.state for file in result.files]


def codes(result: Ingested) -> list[list[str]]:
    return [[finding.code for finding in file.ret.findings] for file in result.files]


def test_ingest__reads_and_records_a_return(folder: AssessmentFolder, inbox: Path) -> None:
    path = answer(folder, "Ada Ash", inbox / "from Ada.xlsx")
    result = ingest(folder, [path], now=LATER, workers=1)
    assert states(result) == ["accepted"]
    assert not result.needs_person
    (file,) = result.files
    assert file.issued is not None
    assert file.issued.respondent == "Ada Ash"
    assert [(a.item, a.value) for a in file.ret.answers] == [
        ("1A", "high"),
        ("1B", "low"),
        ("1C", "high"),
    ]
    assert kept(folder) == {sha256(path)}
    assert [(r.file, r.state, r.received_at) for r in history(folder)] == [
        ("from Ada.xlsx", "accepted", LATER)
    ]


def test_ingest__the_same_bytes_change_nothing(folder: AssessmentFolder, inbox: Path) -> None:
    answer(folder, "Ada Ash", inbox / "a.xlsx")
    ingest(folder, [inbox], now=LATER, workers=1)
    before, files = history(folder), kept(folder)
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert [file.known for file in result.files] == [True]
    assert result.new == ()
    assert not result.needs_person
    assert history(folder) == before
    assert kept(folder) == files


def test_ingest__one_file_under_two_names_is_read_once(
    folder: AssessmentFolder, inbox: Path
) -> None:
    path = answer(folder, "Ada Ash", inbox / "a.xlsx")
    (inbox / "b.xlsx").write_bytes(path.read_bytes())
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert states(result) == ["accepted", "duplicate"]
    assert len(result.new) == 1
    assert len(history(folder)) == 1


def test_ingest__unpacks_zip_files(folder: AssessmentFolder, inbox: Path, tmp_path: Path) -> None:
    one = answer(folder, "Ada Ash", tmp_path / "a.xlsx")
    two = answer(folder, "Bea Birch", tmp_path / "b.xlsx")
    with zipfile.ZipFile(inbox / "both.zip", "w") as archive:
        archive.write(one, "here/a.xlsx")
        archive.write(two, "b.xlsx")
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert sorted(file.ret.file for file in result.files) == [
        "both.zip/b.xlsx",
        "both.zip/here/a.xlsx",
    ]
    assert states(result) == ["accepted", "accepted"]
    assert kept(folder) == {sha256(one), sha256(two)}


@pytest.mark.parametrize("handed", ["", "odd"])
def test_ingest__a_zip_with_an_odd_name_that_cannot_be_unpacked_is_kept(
    folder: AssessmentFolder, inbox: Path, handed: str
) -> None:
    """Old sticks and zip programs leave names in the letters of their own country."""
    raw = inbox / os.fsdecode(b"odd") / os.fsdecode(b"r\xe9ponses.zip")
    raw.parent.mkdir()
    raw.write_bytes(b"PK\x03\x04 and no more" + bytes(30))
    (result,) = ingest(folder, [inbox / handed if handed else raw], now=LATER, workers=1).files
    assert (result.ret.file, result.ret.state) == ("réponses.zip", "refused")
    assert kept(folder) == {sha256(raw)}


def test_ingest__a_zip_that_cannot_be_unpacked_is_kept(
    folder: AssessmentFolder, inbox: Path
) -> None:
    with zipfile.ZipFile(inbox / "empty.zip", "w") as archive:
        archive.writestr("nothing/", b"")
    (inbox / "sub").mkdir()
    (inbox / "sub" / "cut.zip").write_bytes((inbox / "empty.zip").read_bytes()[:-9])
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert set(states(result)) == {"refused"}
    assert result.needs_person
    assert kept(folder) == {sha256(p) for p in inbox.rglob("*.zip")}


def test_ingest__refuses_what_is_not_ours_and_keeps_it(
    folder: AssessmentFolder, inbox: Path
) -> None:
    (inbox / "minutes.pdf").write_bytes(b"%PDF-1.7\n%made up\n")
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert states(result) == ["refused"]
    assert codes(result) == [["G03"]]
    assert result.needs_person
    assert kept(folder) == {sha256(inbox / "minutes.pdf")}
    again = ingest(folder, [inbox], now=LATER, workers=1)
    assert again.new == ()
    assert len(history(folder)) == 1


def test_ingest__what_we_wrote_ourselves_is_told_as_that(
    folder: AssessmentFolder, inbox: Path, tmp_path: Path
) -> None:
    """Also where another program has saved it anew, and a register that people wrote themselves."""
    path = answer(folder, "Ada Ash", inbox / "a.xlsx")
    ingest(folder, [path], now=LATER, workers=1)
    path.unlink()
    written = {
        consolidate(folder, now=LATER).path: "summary",
        feedback(folder, now=LATER).folder: "feedback",
        export_round(folder, "xlsx", tmp_path / "export", now=LATER).folder: "export",
        folder.register_file: "register",
    }
    for at, what in written.items():
        first = at if at.is_file() else next(at.glob("*.xlsx"))
        shutil.copy(first, inbox / f"{what}.xlsx")
        openpyxl.load_workbook(first).save(inbox / f"{what} anew.xlsx")
    report(folder, None, inbox / "report.docx", now=LATER)
    files = ingest(folder, [inbox], now=LATER, workers=1).files
    told = {file.ret.file: file.ret.findings[0] for file in files}
    assert "Word document that xlassess wrote" in told.pop("report.docx").message
    assert {one.code for one in told.values()} == {"I19"}
    for name, one in told.items():
        assert name.split()[0].removesuffix(".xlsx") in one.message
    assert len(told) == 2 * len(written)


def test_ingest__tries_a_refused_file_again(folder: AssessmentFolder, tmp_path: Path) -> None:
    path = answer(folder, "Ada Ash", tmp_path / "inbox" / "a.xlsx")
    change_settings(folder, 'round: "2026"', 'round: "2027"')
    assert states(ingest(folder, [path], now=LATER, workers=1)) == ["refused"]
    change_settings(folder, 'round: "2027"', 'round: "2026"')
    result = ingest(folder, [path], now=LATER, workers=1)
    assert states(result) == ["accepted"]
    assert len(result.new) == 1


def test_ingest__reports_a_value_outside_the_list(folder: AssessmentFolder, inbox: Path) -> None:
    answer(folder, "Ada Ash", inbox / "a.xlsx", ("Agree", "Perhaps", None))
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert states(result) == ["query"]
    assert codes(result) == [["C01", "C02"]]
    assert result.needs_person
    (file,) = result.files
    assert file.gravest == "query"
    assert [a.item for a in file.ret.answers] == ["1A"]


@pytest.mark.databases
def test_ingest__a_later_return_takes_the_place_of_the_earlier(
    folder: AssessmentFolder, inbox: Path
) -> None:
    answer(folder, "Ada Ash", inbox / "first.xlsx", ("Agree", None, None))
    ingest(folder, [inbox / "first.xlsx"], now=MONDAY, workers=1)
    answer(folder, "Ada Ash", inbox / "second.xlsx")
    result = ingest(folder, [inbox], now=LATER, workers=1)
    by_name = {file.ret.file: file for file in result.files}
    assert by_name["first.xlsx"].ret.state == "superseded"
    assert by_name["first.xlsx"].known
    assert by_name["second.xlsx"].ret.state == "accepted"
    assert not result.needs_person


def test_ingest__two_returns_without_a_clear_order_are_a_query(
    folder: AssessmentFolder, inbox: Path
) -> None:
    unclear_pair(folder, inbox)
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert states(result) == ["accepted", "query"]
    assert codes(result) == [[], ["L01"]]
    assert result.needs_person


def test_ingest__a_link_in_a_folder_is_refused_and_not_followed(
    folder: AssessmentFolder, inbox: Path, tmp_path: Path
) -> None:
    path = answer(folder, "Ada Ash", tmp_path / "elsewhere" / "a.xlsx")
    (inbox / "link.xlsx").symlink_to(path)
    (inbox / "other.xlsx").symlink_to(path)
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert codes(result) == [["G14"], ["G14"]]
    assert len(result.new) == 2
    assert kept(folder) == set()


def test_ingest__the_workbook_as_issued_is_a_query(folder: AssessmentFolder) -> None:
    (path, *_) = sorted(folder.outbox.iterdir())
    assert codes(ingest(folder, [path], now=LATER, workers=1)) == [["C13"]]


@pytest.mark.parametrize("name", [".", "returns", "outbox"])
def test_ingest__refuses_to_read_the_assessments_own_files(
    folder: AssessmentFolder, name: str
) -> None:
    folder.returns.mkdir(exist_ok=True)
    with pytest.raises(UsageError):
        ingest(folder, [folder.root / name], now=LATER)


def test_ingest__names_a_path_that_does_not_exist(folder: AssessmentFolder) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        ingest(folder, [folder.root / "nowhere"], now=LATER)


def test_ingest__a_missing_path_does_not_keep_the_others_out(
    folder: AssessmentFolder, inbox: Path
) -> None:
    path = answer(folder, "Ada Ash", inbox / "a.xlsx")
    result = ingest(folder, [inbox / "gone.xlsx", path], now=LATER, workers=1)
    told = {file.ret.file: file.ret.state for file in result.files}
    assert told == {"gone.xlsx": "refused", "a.xlsx": "accepted"}
    assert result.needs_person


def test_ingest__needs_a_path(folder: AssessmentFolder) -> None:
    with pytest.raises(UsageError):
        ingest(folder, [], now=LATER)


def test_ingest__leaves_nothing_unpacked_behind(
    folder: AssessmentFolder, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with zipfile.ZipFile(inbox / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    ingest(folder, [inbox], now=LATER, workers=1)
    assert list(temporary.iterdir()) == []


@pytest.mark.databases
def test_ingest__completes_a_run_that_was_broken_off(
    folder: AssessmentFolder, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(folder, "Ada Ash", inbox / "a.xlsx")
    answer(folder, "Bea Birch", inbox / "b.xlsx")
    read_all = desk.read_all

    def broken(*words: Any) -> Iterator[Any]:
        yield next(iter(read_all(*words)))
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(desk, "read_all", broken)
        with pytest.raises(SystemExit):
            ingest(folder, [inbox], now=LATER, workers=1)
    assert len(history(folder)) == 1
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert [(file.ret.file, file.known) for file in result.files] == [
        ("a.xlsx", True),
        ("b.xlsx", False),
    ]
    assert len(history(folder)) == 2


def test_ingest__broken_off_between_two_returns_without_a_clear_order(
    folder: AssessmentFolder, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second did not come later for being read later; what comes after that does."""
    unclear_pair(folder, inbox)
    read_all = desk.read_all

    def broken(*words: Any) -> Iterator[Any]:
        yield next(iter(read_all(*words)))
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(desk, "read_all", broken)
        with pytest.raises(SystemExit):
            ingest(folder, [inbox], now=LATER, workers=1)
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert [(file.ret.file, file.ret.state) for file in result.files] == [
        ("first.xlsx", "accepted"),
        ("second.xlsx", "query"),
    ]
    third = answer(folder, "Ada Ash", inbox / "third.xlsx", ("Agree", "Agree", "Disagree"))
    (last,) = ingest(folder, [third], now=LATER, workers=1).files
    assert last.ret.state == "accepted"


def test_ingest__broken_off_at_its_very_end(
    folder: AssessmentFolder, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = unclear_pair(folder, inbox)

    def stopped(*words: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(desk.Ledger, "end_run", stopped)
        with pytest.raises(SystemExit):
            ingest(folder, [first], now=LATER, workers=1)
    ingest(folder, [first], now=LATER, workers=1)
    (last,) = ingest(folder, [second], now=LATER, workers=1).files
    assert last.ret.state == "accepted"


def test_ingest__tells_how_far_it_is(folder: AssessmentFolder, inbox: Path) -> None:
    for number in range(3):
        (inbox / f"{number}.txt").write_text(f"{number}")
    told: list[tuple[int, int]] = []
    ingest(folder, [inbox], now=LATER, workers=1, watch=lambda d, t: told.append((d, t)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_ingest__opens_with_a_password_that_is_kept_nowhere(
    folder: AssessmentFolder, inbox: Path
) -> None:
    path = answer(folder, "Ada Ash", inbox / "a.xlsx")
    path.write_bytes(encrypted(path.read_bytes(), "open sesame 7"))
    assert codes(ingest(folder, [path], now=LATER, workers=1)) == [["G04"]]
    assert codes(ingest(folder, [path], now=LATER, workers=1, passwords=["x"])) == [["G18"]]
    result = ingest(folder, [path], now=LATER, workers=1, passwords=["x", "open sesame 7"])
    assert states(result) == ["accepted"]
    for file in folder.root.rglob("*"):
        if file.is_file():
            assert b"open sesame 7" not in file.read_bytes()


@pytest.mark.parametrize("said", ["Our workbook.", ""])
def test_ingest__unlocked_it_is_anothers_than_who_sent_it(
    folder: AssessmentFolder, tmp_path: Path, said: str
) -> None:
    """Also as a file saved from the message: by its bytes it is known whence it came."""
    people = (("Ash Council", "Ada Ash", "", "ada@ash.example"), ("Birch Trust", "Bea Birch"))
    write_register(folder, people)
    locked = answer(folder, "Bea Birch", tmp_path / "return.xlsx")
    locked.write_bytes(encrypted(locked.read_bytes(), "secret"))
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["Subject"] = "ada@ash.example", "Ours"
    mail["Received"] = "from a by b; Thu, 05 Mar 2026 10:00:00 +0000"
    mail.set_content(said)
    mail.add_attachment(
        locked.read_bytes(), maintype="application", subtype="octet-stream", filename="ours.xlsx"
    )
    (tmp_path / "mail.eml").write_bytes(mail.as_bytes())
    (sent,) = ingest(folder, [tmp_path / "mail.eml"], now=LATER, workers=1).files
    assert sent.ret.findings[0].code == "G04"
    (read,) = ingest(folder, [locked], now=LATER, workers=1, passwords=["secret"]).files
    assert [one.code for one in read.ret.findings] == (["I14", "I15"] if said else ["I15"])
    for name in ("Bea Birch", "Ada Ash", "ada@ash.example"):
        assert name in read.ret.findings[-1].message
    assert read.ret.received_at == datetime(2026, 3, 5, 10, tzinfo=timezone.utc)


def test_ingest__a_blank_copy_takes_no_answers_away(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    filled = answer(folder, "Ada Ash", tmp_path / "filled.xlsx")
    blank = next(folder.outbox.glob("*Ada*")).read_bytes()
    (tmp_path / "blank.xlsx").write_bytes(blank)
    ingest(folder, [filled], now=LATER, workers=1)
    result = ingest(folder, [tmp_path / "blank.xlsx"], now=LATER, workers=1)
    assert result.displaced == ()
    (file,) = result.files
    assert (file.ret.state, "L06" in [f.code for f in file.ret.findings]) == ("superseded", True)
    with Ledger(folder.ledger) as ledger:
        (counts,) = ledger.current("2026").values()
    assert counts.file == "filled.xlsx"


def test_ingest__what_did_not_count_before_is_not_said_to_count_no_longer(
    folder: AssessmentFolder, inbox: Path
) -> None:
    old = answer(folder, "Ada Ash", inbox / "old.xlsx")
    older = answer(folder, "Ada Ash", inbox / "older.xlsx", ("Disagree", "Agree", "Agree"))
    ingest(folder, [old], now=LATER, workers=1)
    change_settings(folder, "2026-03-13", "2026-03-20")
    generate(folder, now=LATER, reissue=True)
    new = answer(folder, "Ada Ash", inbox / "new.xlsx")
    result = ingest(folder, [new], now=LATER, workers=1)
    assert [(one.was.file, one.by.file) for one in result.displaced] == [("old.xlsx", "new.xlsx")]
    result = ingest(folder, [older], now=LATER, workers=1)
    assert (states(result), result.displaced) == (["superseded"], ())


def test_ingest__answers_take_the_place_of_a_blank_copy_whatever_the_order(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    filled = answer(folder, "Ada Ash", tmp_path / "z filled.xlsx")
    (tmp_path / "a blank.xlsx").write_bytes(next(folder.outbox.glob("*Ada*")).read_bytes())
    ingest(folder, [tmp_path / "a blank.xlsx", filled], now=LATER, workers=1)
    with Ledger(folder.ledger) as ledger:
        (counts,) = ledger.current("2026").values()
    assert (counts.file, counts.state) == ("z filled.xlsx", "accepted")


@pytest.mark.parametrize("name", ["outbox", "drafts", "returns"])
def test_ingest__its_own_folders_are_refused(folder: AssessmentFolder, name: str) -> None:
    generate(folder, now=MONDAY)
    (folder.root / name).mkdir(exist_ok=True)
    with pytest.raises(UsageError, match="one of this assessment's own folders"):
        ingest(folder, [folder.root / name], now=LATER, workers=1)


def test_ingest__goes_by_what_the_toolkit_says_now_of_days(tmp_path: Path) -> None:
    """That a day is of something done is no part of the question: it may be said later."""
    folder = a_folder(tmp_path / "small")
    facts = FACTS.replace("answer: date,", "answer: date, past: true,")
    assert facts != FACTS
    write_toolkit(folder, TOOLKIT.replace("sections:\n", FACTS, 1))
    generate(folder, now=MONDAY, reissue=True)
    write_toolkit(folder, TOOLKIT.replace("sections:\n", facts, 1))
    given = {**GIVEN, "D3": date(2040, 1, 2)}
    back = sent_back(folder, "Ada Ash", tmp_path / "ada.xlsx", given)
    (file,) = ingest(folder, [back], now=LATER, workers=1).files
    assert [(one.code, one.item) for one in file.ret.findings] == [("C38", "D3")]
