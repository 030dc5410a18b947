"""One mailbox for all partnerships: each message to the assessment it is for, and to no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from tests.damaged.builders import encrypted
from tests.ingest.small import reworked
from tests.mail.dovecot import MailServerBox
from tests.services.programmes.made_up import a_programme, an_assessment_in
from tests.services.small import PEOPLE, answer, change_settings, write_register
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.contract.layout import IDENTITY
from xlassess.ledger import Ledger
from xlassess.mail import FetchedMail, Mailbox, MailboxError

CAME = b"Received: from partner.example by mx.example; Tue, 3 Mar 2026 10:00:00 +0000\r\n"


@pytest.fixture
def two(tmp_path: Path) -> dict[str, AssessmentFolder]:
    """A programme of two, to each of which a workbook came back, and one outside it."""
    found = {name: an_assessment_in(tmp_path, name) for name in ("one", "two", "far")}
    for name, folder in found.items():
        answer(folder, "Bea Birch", tmp_path / "back" / f"{name}.xlsx")
    programme_of(tmp_path, "one", "two")
    return found


def programme_of(root: Path, *names: str) -> None:
    a_programme(root, "".join(f"  - folder: {name}\n" for name in names))


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
    # nor does one that reads the mailbox by itself fetch the letters of another
    line = ["-C", str(two["one"].root), "ingest", "--mailbox", box.url, "--json"]
    assert json.loads(CliRunner().invoke(cli, line).stdout)["mailbox"]["taken"] == 0


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
    # it is told below, and so not counted among those that are left alone
    assert (found["partnerships"], found["mailbox"]["left"]) == ([], 0)
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
    programme_of(tmp_path, "one", "two", "far")
    found = told(tmp_path, box)
    assert (found["mailbox"]["taken"], found["unplaced"]) == (1, [])
    assert held(two["far"]) == ["far.xlsx"]
    assert told(tmp_path, box)["mailbox"]["taken"] == 0


def test_mailbox__one_that_cannot_read_its_own_keeps_the_others_from_nothing(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from xlassess.services.programmes import sort_returns

    back = tmp_path / "back"
    box.deliver(a_mail("Both", back / "one.xlsx", back / "two.xlsx"))
    box.deliver(a_mail("Ours", back / "two.xlsx"))
    whole = sort_returns.ingest

    def full(folder: AssessmentFolder, *words: Any, **given: Any) -> Any:
        if folder.root.name == "one":
            raise OSError(28, "No space left on device")
        return whole(folder, *words, **given)

    with monkeypatch.context() as patch:
        patch.setattr(sort_returns, "ingest", full)
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


def test_mailbox__with_a_workbook_of_one_that_cannot_be_used_a_message_waits(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    """What is sure goes where it belongs; nothing of the other's is kept there, or lost."""
    box.deliver(a_mail("Both", *(tmp_path / "back" / f"{name}.xlsx" for name in ("one", "two"))))
    settings = two["two"].settings_file
    text = settings.read_text()
    settings.write_text(text + "nonsense: [")
    found = told(tmp_path, box)
    assert (held(two["one"]), found["mailbox"]["taken"]) == (["one.xlsx"], 0)
    assert [one["file"] for one in found["unplaced"]] == ["“Both” from bea@birch.example: two.xlsx"]
    assert found["taken_apart"] == ["“Both” from bea@birch.example"]
    assert list(two["one"].returns.rglob("*.eml")) == []
    settings.write_text(text)
    found = told(tmp_path, box)
    assert (found["mailbox"]["taken"], found["unplaced"]) == (1, [])
    for name in ("one", "two"):
        with Ledger(two[name].ledger) as ledger:
            (ret,) = ledger.history()
        assert ret.received_at == datetime(2026, 3, 3, 10, tzinfo=timezone.utc)
    assert told(tmp_path, box)["mailbox"]["taken"] == 0


def test_mailbox__a_workbook_of_an_assessment_outside_goes_to_nobody(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    note = tmp_path / "note.pdf"
    note.write_bytes(b"%PDF-1.4 nothing")
    box.deliver(a_mail("Ours", tmp_path / "back" / "one.xlsx", note))
    box.deliver(a_mail("Mixed", *(tmp_path / "back" / f"{name}.xlsx" for name in ("one", "far"))))
    found = told(tmp_path, box)
    assert found["mailbox"]["taken"] == 2
    assert [one["file"] for one in found["unplaced"]] == [
        "“Mixed” from bea@birch.example: far.xlsx"
    ]
    # what is nobody's goes with the workbook
    assert sorted(held(two["one"])) == ["note.pdf", "one.xlsx"]
    assert told(tmp_path, box)["unplaced"] == []


@pytest.mark.parametrize("members", [("one",), ("one", "two")], ids=["one", "two"])
def test_mailbox__who_joins_later_gets_what_came_beside_anothers_workbook(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox, members: tuple[str, ...]
) -> None:
    """Until then it is told once, read once, and left where it is found."""
    programme_of(tmp_path, *members)
    box.deliver(a_mail("Mixed", *(tmp_path / "back" / f"{name}.xlsx" for name in ("one", "far"))))
    found = told(tmp_path, box, "--move-to", "Done")
    assert (found["mailbox"]["taken"], len(found["unplaced"])) == (1, 1)
    for _ in range(2):
        found = told(tmp_path, box, "--move-to", "Done", code=0)
        assert (found["mailbox"]["taken"], found["mailbox"]["moved"]) == (0, 0)
        assert (found["partnerships"], found["unplaced"]) == ([], [])
    line = ["-C", str(two["one"].root), "ingest", "--mailbox", box.url, "--move-to", "Done"]
    assert CliRunner().invoke(cli, line).exit_code == 0
    assert (len(box.held()), held(two["one"])) == (1, ["one.xlsx"])
    programme_of(tmp_path, *members, "far")
    found = told(tmp_path, box, "--move-to", "Done")
    assert [one["result"]["new"] for one in found["partnerships"]] == [0, 1]
    assert (held(two["one"]), held(two["far"])) == (["one.xlsx"], ["far.xlsx"])
    assert (found["mailbox"]["moved"], found["unplaced"], len(box.held())) == (1, [], 0)


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a workbook"])
def test_mailbox__who_joins_later_gets_its_workbook_that_lost_its_identity(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox, *, beside: bool
) -> None:
    """Until then nobody knows its reference: it goes with the message, or by its sender."""

    def bare(book: Workbook) -> None:
        del book[IDENTITY]
        for name in list(book.custom_doc_props.names):
            del book.custom_doc_props[name]

    back, far = tmp_path / "back", tmp_path / "bare.xlsx"
    far.write_bytes(reworked((back / "far.xlsx").read_bytes(), bare))
    write_register(
        two["one"], (("Ash Council", "Ada Ash", "Board", "ada@ash.example"), *PEOPLE[1:])
    )
    files = [far, *([back / "one.xlsx"] if beside else [])]
    box.deliver(a_mail("Ours", *files, sender="ada@ash.example"))
    for taken, names in ((1, ("one",)), (0, ("one",)), (0, ("one", "two"))):
        programme_of(tmp_path, *names)
        assert told(tmp_path, box, "--move-to", "Done")["mailbox"]["taken"] == taken
    programme_of(tmp_path, "one", "far")
    told(tmp_path, box, "--move-to", "Done")
    assert (held(two["far"]), len(box.held())) == (["bare.xlsx"], 0)


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a workbook"])
def test_mailbox__what_needs_a_password_comes_again_with_it(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox, *, beside: bool
) -> None:
    """From somebody nobody asks: without its password nobody can tell whose it is."""
    back, locked = tmp_path / "back", tmp_path / "locked.xlsx"
    locked.write_bytes(encrypted((back / "two.xlsx").read_bytes(), "secret"))
    box.deliver(a_mail("Locked", locked, *([back / "one.xlsx"] if beside else [])))
    for words in ([], ["--password", "wrong"]):
        found = told(tmp_path, box, *words)
        assert (found["mailbox"]["taken"], len(found["mailbox"]["locked"])) == (0, 1)
        assert [one["remedy"] for one in found["unplaced"]] == [
            "Do this again with its password: --password TEXT"
        ]
    assert "1 message with a file that needs a password" in run(tmp_path, box).stdout
    found = told(tmp_path, box, "--password", "secret")
    assert (found["mailbox"]["taken"], found["mailbox"]["locked"]) == (1, [])
    assert (held(two["one"]), held(two["two"])) == (["one.xlsx"] * beside, ["locked.xlsx"])
    assert told(tmp_path, box)["mailbox"]["locked"] == []


def test_mailbox__by_an_address_alone_nothing_is_placed_while_one_cannot_be_used(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    people = (("Ash Council", "Ada Ash", "Board", "ada@ash.example"), *PEOPLE[1:])
    for name in ("one", "two"):
        write_register(two[name], people)
    note = tmp_path / "note.pdf"
    note.write_bytes(b"%PDF-1.4 nothing")
    with Ledger(two["two"].ledger) as ledger:
        reference = ledger.issued()[0].reference
    box.deliver(a_mail("A word", sender="ada@ash.example", said="I cannot take part."))
    box.deliver(a_mail("Ours", tmp_path / "back" / "one.xlsx", note, sender="ada@ash.example"))
    scan = tmp_path / f"{reference}.pdf"
    scan.write_bytes(b"%PDF-1.4 nothing")
    box.deliver(a_mail("Scan", scan, sender="ada@ash.example"))
    settings = two["two"].settings_file
    text = settings.read_text()
    settings.write_text("id: [")
    found = told(tmp_path, box)
    assert [one["file"].partition("”")[0] for one in found["unplaced"]] == ["“A word", "“Scan"]
    assert all("two, which cannot be used" in one["why"] for one in found["unplaced"])
    # beside a workbook it is no guess: a message is one sender's
    assert (found["mailbox"]["taken"], sorted(held(two["one"]))) == (1, ["note.pdf", "one.xlsx"])
    settings.write_text(text)
    found = told(tmp_path, box)
    assert [one["file"].partition("”")[0] for one in found["unplaced"]] == ["“A word"]
    assert (held(two["two"]), found["mailbox"]["taken"]) == ([scan.name], 1)


@pytest.mark.parametrize("way", ["gone", "unreadable"])
def test_mailbox__one_that_is_over_and_cannot_be_used_keeps_nothing_from_the_others(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox, way: str
) -> None:
    people = (("Ash Council", "Ada Ash", "Board", "ada@ash.example"), *PEOPLE[1:])
    write_register(two["one"], people)
    a_programme(tmp_path, "  - folder: one\n  - {folder: two, membership: left}\n")
    box.deliver(a_mail("A word", sender="ada@ash.example", said="I cannot take part."))
    box.deliver(a_mail("Ours", tmp_path / "back" / "two.xlsx"))
    settings, away = two["two"].settings_file, tmp_path / "away"
    text = settings.read_text()
    if way == "gone":
        two["two"].root.rename(away)
    else:
        settings.write_text("id: [")
    found = told(tmp_path, box, code=1)
    assert [one["name"] for one in found["partnerships"]] == ["One Partnership"]
    (unplaced,) = found["unplaced"]
    assert "may be two, which cannot be opened" in unplaced["why"]
    assert told(tmp_path, box, code=0)["unplaced"] == []
    # should it be needed after all, its workbook is found
    if way == "gone":
        away.rename(two["two"].root)
    else:
        settings.write_text(text)
    assert told(tmp_path, box, code=0)["mailbox"]["taken"] == 1
    assert held(two["two"]) == ["two.xlsx"]


def test_mailbox__what_one_took_in_by_itself_may_be_anothers(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    """Both ways are used side by side: what is surely its own is done with, and nothing else."""
    back = tmp_path / "back"
    people = (("Ash Council", "Ada Ash", "Board", "ada@ash.example"), *PEOPLE[1:])
    write_register(two["one"], people)
    write_register(two["two"], (("Elm Club", "Eva Elm", "Board", "eva@elm.example"), *people[1:]))
    answered = b"In-Reply-To: <xlassess." + b"a" * 32 + b"@x.example>\r\n"
    box.deliver(a_mail("Ours", back / "one.xlsx"))
    box.deliver(a_mail("A word", sender="ada@ash.example"))
    box.deliver(a_mail("Both", back / "one.xlsx", back / "two.xlsx"))
    box.deliver(answered + a_mail("Re: yours", sender="eva@elm.example", said="I am late."))
    line = ["-C", str(two["one"].root), "ingest", "--mailbox", box.url, "--move-to", "Done"]
    assert CliRunner().invoke(cli, line).exit_code == 1
    assert (len(box.held()), len(box.held(".Done"))) == (2, 2)
    found = told(tmp_path, box)
    assert [one["name"] for one in found["partnerships"]] == ["One Partnership", "Two Partnership"]
    assert [one["result"]["new"] for one in found["partnerships"]] == [0, 2]
    assert ("two.xlsx" in held(two["two"]), found["mailbox"]["taken"]) == (True, 2)
    assert told(tmp_path, box)["partnerships"] == []


def test_mailbox__where_some_cannot_be_read_what_the_others_brought_is_told(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from xlassess.services.programmes import sort_returns

    box.deliver(a_mail("Ours", tmp_path / "back" / "one.xlsx"))
    box.deliver(a_mail("More", answer(two["one"], "Ada Ash", tmp_path / "back" / "ada.xlsx")))
    box.deliver(a_mail("Ours: far", tmp_path / "back" / "far.xlsx"))
    monkeypatch.setattr("xlassess.services.post.collect_mail.AT_ONCE", 1)
    monkeypatch.setattr("xlassess.services.post.collect_mail.TOGETHER", 1)
    whole, runs = sort_returns.ingest, []

    def full(*words: Any, **given: Any) -> Any:
        runs.append(given)
        if len(runs) == 1:
            raise OSError(28, "No space left on device")
        return whole(*words, **given)

    with monkeypatch.context() as patch:
        patch.setattr(sort_returns, "ingest", full)
        (one,) = told(tmp_path, box, code=3)["partnerships"]
        assert ("disk is full" in one["trouble"], one["exit_code"]) == (True, 3)
        assert [file["file"][-8:] for file in one["result"]["files"]] == ["ada.xlsx"]
        runs.clear()
        box.deliver(a_mail("More", answer(two["one"], "Abe Ash", tmp_path / "back" / "abe.xlsx")))
        shown = run(tmp_path, box).stdout
        assert "One Partnership: not done. The disk is full." in shown
        assert "  Read: 1 file\n" in shown
    assert held(two["one"]) == ["ada.xlsx", "abe.xlsx"]


def test_mailbox__what_was_read_before_the_connection_broke_is_told(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What is nobody's is told once: then, and not never."""
    box.deliver(a_mail("Ours", tmp_path / "back" / "one.xlsx"))
    box.deliver(a_mail("Ours: far", tmp_path / "back" / "far.xlsx"))
    box.deliver(a_mail("Ours", tmp_path / "back" / "two.xlsx"))
    monkeypatch.setattr("xlassess.services.post.collect_mail.AT_ONCE", 1)
    whole, asked = Mailbox._contents, []

    def breaking(self: Mailbox, uids: list[int], sizes: dict[int, int]) -> Iterator[FetchedMail]:
        asked.append(uids)
        if len(asked) == 3:
            raise MailboxError("It broke.", "Again.")
        return whole(self, uids, sizes)

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "_contents", breaking)
        result = run(tmp_path, box, "--move-to", "Done")
    assert (result.exit_code, "It broke." in result.stderr) == (3, True)
    assert "One Partnership: done. Read: 1 file" in result.stdout
    assert "“Ours: far”" in result.stdout
    assert len(box.held()) == 3
    assert told(tmp_path, box)["unplaced"] == []
    assert held(two["two"]) == ["two.xlsx"]


def test_mailbox__what_is_nobodys_is_on_record_once_it_was_told(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A run that is broken off before it said so leaves it to the next."""
    from xlassess.cli.commands.programmes import ingest_for_all

    back = tmp_path / "back"
    box.deliver(a_mail("Ours: far", back / "far.xlsx"))
    box.deliver(a_mail("Mixed", back / "far.xlsx", back / "one.xlsx"))
    box.deliver(a_mail("Ours", back / "two.xlsx"))

    def stopped(*words: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ingest_for_all, "show_collected", stopped)
        assert "far" not in run(tmp_path, box).stdout
    found = told(tmp_path, box)
    assert (held(two["one"]), held(two["two"])) == (["one.xlsx"], ["two.xlsx"])
    assert found["mailbox"]["taken"] == 1
    assert [one["file"] for one in found["unplaced"]] == [
        "“Ours: far” from bea@birch.example: far.xlsx",
        "“Mixed” from bea@birch.example: far.xlsx",
    ]
    assert told(tmp_path, box)["unplaced"] == []


def test_mailbox__of_a_closed_round_is_told_once_and_read_when_it_is_open(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    root = str(two["one"].root)
    assert CliRunner().invoke(cli, ["-C", root, "round", "close", "2026", "--yes"]).exit_code == 0
    box.deliver(a_mail("Ours", tmp_path / "back" / "one.xlsx"))
    found = told(tmp_path, box, code=3)
    assert (found["mailbox"]["taken"], found["partnerships"][0]["exit_code"]) == (0, 3)
    assert "1 message was not read: the round is closed" in found["partnerships"][0]["trouble"]
    again = told(tmp_path, box)
    assert (again["mailbox"]["taken"], again["partnerships"]) == (0, [])
    with Ledger(two["one"].ledger) as ledger:
        assert [*ledger.messages.waiting().values()] == [1]
        box.deliver(next(path.read_bytes() for path in box.held()))
        box.held()[0].unlink()  # as another program puts it back under another number
        assert told(tmp_path, box, code=3)["partnerships"][0]["exit_code"] == 3
        assert [*ledger.messages.waiting().values()] == [1]
    reopened = ["-C", root, "round", "reopen", "2026", "--reason", "Late."]
    assert CliRunner().invoke(cli, reopened).exit_code == 0
    assert told(tmp_path, box)["mailbox"]["taken"] == 1


def test_mailbox__for_a_closed_round_and_another_the_other_has_its_part(
    tmp_path: Path, two: dict[str, AssessmentFolder], box: MailServerBox
) -> None:
    """Whatever kept it from that at first; and the first has its own once it is open again."""
    back, root = tmp_path / "back", str(two["one"].root)
    assert CliRunner().invoke(cli, ["-C", root, "round", "close", "2026", "--yes"]).exit_code == 0
    locked = back / "locked.xlsx"
    book = answer(two["two"], "Ada Ash", tmp_path / "ada.xlsx", ("Disagree", "Agree", "Agree"))
    locked.write_bytes(encrypted(book.read_bytes(), "secret"))
    settings = two["two"].settings_file
    whole = settings.read_text(encoding="utf-8")
    settings.write_text("id: [", encoding="utf-8")
    box.deliver(a_mail("Both", back / "one.xlsx", back / "two.xlsx"))
    box.deliver(a_mail("And locked", back / "one.xlsx", locked))
    assert "not read" in told(tmp_path, box, code=3)["partnerships"][0]["trouble"]
    settings.write_text(whole, encoding="utf-8")
    found = told(tmp_path, box, "--move-to", "Done")
    assert [one["name"] for one in found["partnerships"]] == ["Two Partnership"]  # one: told once
    assert (held(two["one"]), held(two["two"])) == ([], ["two.xlsx"])
    assert (found["mailbox"]["taken"], len(found["mailbox"]["locked"])) == (1, 1)
    words = ("--password", "secret")
    assert told(tmp_path, box, *words)["mailbox"]["taken"] == 1
    assert held(two["two"]) == ["two.xlsx", "locked.xlsx"]
    again = told(tmp_path, box)
    assert (again["partnerships"], again["mailbox"]["taken"]) == ([], 0)
    reopened = ["-C", root, "round", "reopen", "2026", "--reason", "Late."]
    assert CliRunner().invoke(cli, reopened).exit_code == 0
    found = told(tmp_path, box, *words, "--move-to", "Done")
    assert held(two["one"]) == ["one.xlsx"]
    assert (found["mailbox"]["moved"], box.held()) == (2, [])


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
