"""A mixed inbox over a programme: each file to its assessment, and to no other."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import datetime, timezone
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.services.programmes.made_up import a_programme, an_assessment_in
from tests.services.small import answer, change_settings
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ledger import Ledger, kept_files


def run(root: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(
        cli, ["programme", "run", "-C", str(root), "ingest", *map(str, words)]
    )


def read(folder: AssessmentFolder) -> list[str]:
    """The names of the files that an assessment has on record."""
    if not Ledger.is_at(folder.ledger):
        return []
    with Ledger(folder.ledger) as ledger:
        return sorted(ret.file for ret in ledger.history())


@pytest.fixture
def three(tmp_path: Path) -> dict[str, AssessmentFolder]:
    """A programme of three, and below ``inbox`` a workbook that came back to each."""
    found = {name: an_assessment_in(tmp_path, name) for name in ("one", "two", "far")}
    for name, folder in found.items():
        answer(folder, "Bea Birch", tmp_path / "inbox" / "sub" / f"{name}.xlsx")
    a_programme(tmp_path, "".join(f"  - folder: {name}\n" for name in ("one", "two")))
    return found


def a_zip(path: Path, *files: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.write(file, file.name)
    return path


def a_mail(path: Path, *files: Path) -> Path:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "bea@birch.example", "Our answers"
    mail.set_content("Please find our answers.")
    for file in files:
        mail.add_attachment(
            file.read_bytes(), maintype="application", subtype="octet-stream", filename=file.name
        )
    path.write_bytes(mail.as_bytes())
    return path


def test_mixed__each_file_goes_where_it_belongs_and_the_rest_is_told(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "letter.txt").write_text("Dear colleagues")
    # with the slash that the shell completes the name of a folder by
    result = run(tmp_path, f"{inbox}/", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [one["folder"] for one in told["partnerships"]] == ["one", "two"]
    unplaced = {one["file"]: one["why"] for one in told["unplaced"]}
    assert set(unplaced) == {"letter.txt", "sub/far.xlsx"}
    assert "not in this programme" in unplaced["sub/far.xlsx"]
    assert [read(three[name]) for name in ("one", "two", "far")] == [
        ["sub/one.xlsx"], ["sub/two.xlsx"], [],
    ]  # fmt: skip
    for name in ("one", "two"):
        with kept_files(three[name].files) as files:
            assert len(list(files.every())) == 1
    again = run(tmp_path, inbox)
    assert (again.exit_code, "letter.txt\n" in again.stdout) == (1, True)
    assert read(three["one"]) == ["sub/one.xlsx"]


def test_mixed__what_files_come_in_is_kept_by_one_only_where_all_is_its_own(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    sub, inbox = tmp_path / "inbox" / "sub", tmp_path / "packed"
    inbox.mkdir()
    picture = tmp_path / "logo.pdf"
    picture.write_bytes(b"%PDF-1.4 nothing")
    a_zip(inbox / "both.zip", sub / "one.xlsx", sub / "two.xlsx")
    result = run(tmp_path, inbox)
    assert "both.zip was taken apart" in result.stdout
    assert [read(three[name]) for name in ("one", "two")] == [
        ["both.zip/one.xlsx"], ["both.zip/two.xlsx"],
    ]  # fmt: skip
    (inbox / "both.zip").unlink()
    answer(three["two"], "Ada Ash", sub / "ada.xlsx")
    a_mail(inbox / "mail.eml", sub / "ada.xlsx", picture)
    assert run(tmp_path, inbox).exit_code <= 1
    with kept_files(three["two"].files) as files:
        kept = sorted(one.name.partition(".")[2] for one in files.every())
    assert kept == ["eml", "pdf", "xlsx", "xlsx"], "the message goes with the workbook in it"
    with kept_files(three["one"].files) as files:
        assert len(list(files.every())) == 1


def test_mixed__of_two_with_one_name_none_is_lost(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    """Saved from two mails: the same name, in folders of their own."""
    sub = tmp_path / "inbox" / "sub"
    answer(three["one"], "Ada Ash", sub / "ada.xlsx")
    handed = []
    for place, files in (("a", ["one"]), ("b", ["ada"]), ("c", ["two", "ada"])):
        (tmp_path / place).mkdir()
        packed = a_zip(tmp_path / place / "back.zip", *(sub / f"{name}.xlsx" for name in files))
        handed.append(packed)
    result = run(tmp_path, *handed[:2])
    assert read(three["one"]) == ["2/back.zip/ada.xlsx", "back.zip/one.xlsx"], result.output
    answer(three["one"], "Abe Ash", sub / "abe.xlsx")
    whole = a_zip(tmp_path / "a" / "back.zip", sub / "abe.xlsx")
    result = run(tmp_path, whole, handed[2])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert read(three["two"]) == ["back.zip/two.xlsx"], result.output


def test_mixed__out_of_a_message_files_keep_the_day_it_came(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    """Of two with one name as well; and of a message in a folder."""
    sub = tmp_path / "inbox" / "sub"
    for number, name in enumerate(("one", "two"), start=1):
        sub.joinpath(f"{name}.xlsx").rename(sub / f"{number}.xlsx")
    answer(three["one"], "Ada Ash", sub / "3.xlsx")
    mail = a_mail(tmp_path / "mail.eml", *(sub / f"{number}.xlsx" for number in (1, 2, 3)))
    came = b"Received: from a.example by b.example; Tue, 3 Mar 2026 10:00:00 +0000\r\n"
    for number in b"123":
        text = mail.read_bytes().replace(b'"%c.xlsx"' % number, b'"ours.xlsx"')
        mail.write_bytes(text)
    (tmp_path / "handed").mkdir()
    (tmp_path / "handed" / "mail.eml").write_bytes(came + mail.read_bytes())
    result = run(tmp_path, tmp_path / "handed")
    assert "mail.eml was taken apart" in result.stdout
    assert read(three["one"]) == ["mail.eml/2/ours.xlsx", "mail.eml/ours.xlsx"], result.output
    for name in ("one", "two"):
        with Ledger(three[name].ledger) as ledger:
            days = {ret.received_at for ret in ledger.history()}
        assert days == {datetime(2026, 3, 3, 10, tzinfo=timezone.utc)}


def test_mixed__with_a_zip_file_that_is_not_unpacked_a_message_is_still_one_senders(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    packed = a_zip(tmp_path / "notes.zip")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("notes/", "")
    mail = a_mail(tmp_path / "mail.eml", tmp_path / "inbox" / "sub" / "one.xlsx", packed)
    result = run(tmp_path, mail)
    assert "taken apart" not in result.stdout
    assert read(three["one"]) == ["mail.eml/notes.zip", "mail.eml/one.xlsx"]


def test_mixed__an_assessment_that_cannot_be_used_keeps_nothing(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    change_settings(three["far"], "id: far", "id: two")
    a_programme(tmp_path, "".join(f"  - folder: {name}\n" for name in ("one", "two", "far")))
    result = run(tmp_path, tmp_path / "inbox" / "sub" / "two.xlsx")
    assert (result.exit_code, "cannot be used" in result.stdout) == (1, True)
    assert read(three["two"]) == []


def test_mixed__an_assessment_that_cannot_be_opened_may_be_the_one(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    """Its id is not known: that it is none of the programme's was said of its own workbooks."""
    shutil.rmtree(three["two"].root)
    found = json.loads(run(tmp_path, "inbox", "--json").stdout)["unplaced"]
    assert [each["file"] for each in found] == ["sub/far.xlsx", "sub/two.xlsx"]
    for each in found:
        assert "not in this programme" not in each["why"]
        assert each["remedy"].startswith("Put right two, ")
    shown = run(tmp_path, "inbox").stdout
    assert shown.count("Put right two, ") == 2


def test_mixed__what_could_be_meant_in_two_ways_or_is_nowhere_is_refused(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    (three["one"].root / "inbox").mkdir()
    both = run(tmp_path, "inbox")
    assert (both.exit_code, "another name" in both.stderr) == (2, True)
    for words in (["nowhere"], [], [tmp_path / "inbox", "nowhere"], ["--mailbox", "imaps://a@b/I"]):
        assert run(tmp_path, *words).exit_code == 2, words
    assert read(three["one"]) == []


def test_mixed__a_workbook_known_by_its_reference_only(
    tmp_path: Path, three: dict[str, AssessmentFolder]
) -> None:
    """A printed workbook that was scanned names its reference in the file's name."""
    with Ledger(three["two"].ledger) as ledger:
        reference = ledger.issued()[0].reference
    scan = tmp_path / f"scan {reference}.pdf"
    scan.write_bytes(b"%PDF-1.4 nothing")
    run(tmp_path, scan)
    assert (read(three["one"]), read(three["two"])) == ([], [scan.name])
