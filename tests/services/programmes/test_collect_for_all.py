"""One mailbox for all partnerships: each message to the assessment it is for, and to no other."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.mail.dovecot import MailServerBox
from tests.services.programmes.made_up import a_programme, an_assessment_in
from tests.services.small import PEOPLE, answer, change_settings, write_register
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ledger import Ledger

CAME = b"Received: from partner.example by mx.example; Tue, 3 Mar 2026 10:00:00 +0000\r\n"


@pytest.fixture
def two(tmp_path: Path) -> dict[str, AssessmentFolder]:
    """A programme of two, to each of which a workbook came back, and one outside it."""
    found = {name: an_assessment_in(tmp_path, name) for name in ("one", "two", "far")}
    for name, folder in found.items():
        answer(folder, "Bea Birch", tmp_path / "back" / f"{name}.xlsx")
    a_programme(tmp_path, "".join(f"  - folder: {name}\n" for name in ("one", "two")))
    return found


def a_mail(subject: str, *files: Path, sender: str = "bea@birch.example", said: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "all@council.example", subject
    mail.set_content(said or "Here it is.")
    for file in files:
        mail.add_attachment(
            file.read_bytes(), maintype="application", subtype="octet-stream", filename=file.name
        )
    return CAME + mail.as_bytes()


def run(root: Path, box: MailServerBox, *words: str) -> Result:
    line = ["programme", "run", "-C", str(root), "ingest", "--mailbox", box.url, *words]
    return CliRunner().invoke(cli, line)


def told(root: Path, box: MailServerBox, *words: str, code: int = 1) -> dict[str, Any]:
    result = run(root, box, "--json", *words)
    assert result.exit_code in (0, code), result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def held(folder: AssessmentFolder) -> list[str]:
    """The names of the files that an assessment has on record."""
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()
        return [ret.file.rpartition("/")[2] for ret in ledger.history()]


def test_mailbox__each_message_goes_where_it_belongs_and_the_rest_is_told_once(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    back = tmp_path / "back"
    for name in ("one", "two", "far"):
        box.deliver(a_mail(f"Ours: {name}", back / f"{name}.xlsx"))
    box.deliver(a_mail("Lunch on Friday?", sender="friend@home.example"))
    result = run(tmp_path, box)
    assert result.exit_code == 1
    assert "3 new messages" not in result.stdout
    assert "2 new messages read" in result.stdout
    assert "One Partnership: done. Read: 1 file" in result.stdout
    assert "“Ours: far” from bea@birch.example: far.xlsx" in result.stdout
    assert "Lunch" not in result.stdout
    assert (held(two["one"]), held(two["two"])) == (["one.xlsx"], ["two.xlsx"])
    with Ledger(two["one"].ledger) as ledger:
        (ret,) = ledger.history()
        assert ret.received_at is not None
        assert (ret.received_at.month, ret.file[:5]) == (3, "INBOX")
    # the letter to another is kept in no folder that it is none of
    assert not any(b"two.xlsx" in one.read_bytes() for one in two["one"].returns.rglob("*.eml"))
    again = told(tmp_path, box)
    assert (again["partnerships"], again["unplaced"]) == ([], [])
    assert (again["mailbox"]["taken"], again["mailbox"]["left"]) == (0, 0)


def test_mailbox__without_a_workbook_it_is_theirs_who_alone_ask_the_sender(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    people = (("Ash Council", "Ada Ash", "Board", "ada@ash.example"), *PEOPLE[1:])
    write_register(two["two"], people)
    box.deliver(a_mail("A word", sender="Ada@ash.example", said="I cannot take part."))
    found = told(tmp_path, box)
    assert [one["name"] for one in found["partnerships"]] == ["Two Partnership"]
    assert found["mailbox"]["taken"] == 1
    # asked in both, it is nobody's, and told once
    write_register(two["one"], people)
    box.deliver(a_mail("Another word", sender="ada@ash.example", said="Which of the two?"))
    found = told(tmp_path, box)
    assert (found["partnerships"], found["mailbox"]["left"]) == ([], 1)
    assert [one["file"][:14] for one in found["unplaced"]] == ["“Another word”"]
    assert told(tmp_path, box)["unplaced"] == []


def test_mailbox__who_is_added_or_opened_later_gets_what_was_meant_for_it(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    for name in ("one", "two", "far"):
        box.deliver(a_mail(f"Ours: {name}", tmp_path / "back" / f"{name}.xlsx"))
    settings = two["two"].settings_file
    text = settings.read_text()
    settings.write_text("id: [")
    found = told(tmp_path, box)
    assert found["mailbox"]["taken"] == 1
    assert len(found["unplaced"]) == 2
    assert len(told(tmp_path, box)["unplaced"]) == 2  # they wait for it: told until it is put right
    settings.write_text(text)
    found = told(tmp_path, box)
    assert (found["mailbox"]["taken"], len(found["unplaced"])) == (1, 1)
    assert told(tmp_path, box)["unplaced"] == []
    a_programme(tmp_path, "".join(f"  - folder: {name}\n" for name in ("one", "two", "far")))
    found = told(tmp_path, box)
    assert (found["mailbox"]["taken"], found["unplaced"]) == (1, [])
    assert held(two["far"]) == ["far.xlsx"]
    assert told(tmp_path, box)["mailbox"]["taken"] == 0


def test_mailbox__one_that_cannot_read_its_own_keeps_the_others_from_nothing(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from xlassess.services.programmes import collect_for_all

    back = tmp_path / "back"
    box.deliver(a_mail("Both", back / "one.xlsx", back / "two.xlsx"))
    box.deliver(a_mail("Ours", back / "two.xlsx"))
    whole = collect_for_all.ingest

    def full(folder: AssessmentFolder, *words: Any, **given: Any) -> Any:
        if folder.root.name == "one":
            raise OSError(28, "No space left on device")
        return whole(folder, *words, **given)

    with monkeypatch.context() as patch:
        patch.setattr(collect_for_all, "ingest", full)
        result = run(tmp_path, box)
    assert result.exit_code == 3
    assert "One Partnership: not done" in result.stdout
    assert "was taken apart" in result.stdout
    assert held(two["two"]) == ["two.xlsx"]
    # what one of them could not read comes again for it, and the other knows it
    found = told(tmp_path, box, "--move-to", "Done")
    assert held(two["one"]) == ["one.xlsx"]
    assert held(two["two"]) == ["two.xlsx"]
    assert (found["mailbox"]["taken"], found["mailbox"]["moved"]) == (1, 2)
    assert len(box.held(".Done")) == 2


def test_mailbox__of_a_closed_round_is_told_and_comes_again(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    root = str(two["one"].root)
    assert CliRunner().invoke(cli, ["-C", root, "round", "close", "2026", "--yes"]).exit_code == 0
    box.deliver(a_mail("Ours", tmp_path / "back" / "one.xlsx"))
    found = told(tmp_path, box, code=3)
    assert (found["mailbox"]["taken"], found["partnerships"][0]["exit_code"]) == (0, 3)
    reopened = ["-C", root, "round", "reopen", "2026", "--reason", "Late."]
    assert CliRunner().invoke(cli, reopened).exit_code == 0
    assert told(tmp_path, box)["mailbox"]["taken"] == 1


def test_mailbox__of_two_with_one_id_neither_takes_it_and_it_comes_again(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    change_settings(two["two"], "id: two", "id: one")
    box.deliver(a_mail("Ours", tmp_path / "back" / "one.xlsx"))
    found = told(tmp_path, box)  # two have one id: neither is used, and nothing is lost
    assert (found["mailbox"]["taken"], len(found["unplaced"])) == (0, 1)
    assert "cannot be used" in found["unplaced"][0]["why"]


def test_mailbox__files_beside_it_or_no_mailbox_are_wrong_use(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    assert run(tmp_path, box, str(tmp_path / "back")).exit_code == 2
    line = ["programme", "run", "-C", str(tmp_path), "ingest", "--mailbox", "imaps://nowhere"]
    result = CliRunner().invoke(cli, line)
    assert (result.exit_code, "does not name a mailbox" in result.stderr) == (3, True)
