"""Reading a mailbox on a true server: nothing changed, nothing read twice, nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.damaged.builders import encrypted
from tests.mail.dovecot import MailServerBox, token
from tests.mail.keyring_of_tests import keyring_with
from tests.mail.post_office import PASSWORD
from tests.services.small import LATER, MONDAY, PEOPLE, a_folder, answer, made_once, write_register
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.contract.reference import make_reference
from xlassess.ledger import Ledger
from xlassess.mail import FetchedMail, Mailbox, MailboxError, place_of
from xlassess.mail.imap import _together
from xlassess.model.errors import UsageError
from xlassess.services.generate import generate
from xlassess.services.post.collect_mail import Collected, collect_mail
from xlassess.services.status import status

CAME = "Received: from partner.example by mx.example; Tue, 3 Mar 2026 10:00:00 +0000\r\n"


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    return folder


def a_mail(book: Path | None, said: str = "Here it is.", received: str = CAME) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "p@partner.example", "c@x.example", "Our view"
    mail.set_content(said)
    if book:
        mail.add_attachment(
            book.read_bytes(), maintype="application", subtype="octet-stream", filename=book.name
        )
    return received.encode() + mail.as_bytes()


def collect(folder: AssessmentFolder, box: MailServerBox, move_to: str = "") -> Collected:
    return collect_mail(folder, box.url, now=LATER, move_to=move_to, workers=1)


def test_collect__reads_without_changing_anything_and_once(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    box.deliver(a_mail(answer(folder, "Ada Ash", tmp_path / "ada.xlsx")))
    box.deliver(a_mail(None, "Lunch on Friday?"))
    result = collect(folder, box)
    assert (result.taken, result.left) == (1, 1)
    (file,) = result.ingested.files
    assert file.answers == 3
    assert file.ret.file.startswith("INBOX 00000")
    # received is when the mail was, not when it was read
    assert file.ret.received_at == datetime(2026, 3, 3, 10, tzinfo=timezone.utc)
    assert all(not path.name.endswith("S") for path in box.held())  # S: seen
    again = collect(folder, box)
    assert (again.taken, again.left, again.ingested.files) == (0, 0, ())
    kept = [path.read_bytes() for path in folder.returns.rglob("*.eml")]
    assert [b"Lunch" in one for one in kept] == [False]
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()


def test_collect__for_a_closed_round_is_told_once_and_read_when_it_is_open(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    place = ["-C", str(folder.root)]
    assert CliRunner().invoke(cli, [*place, "round", "close", "2026", "--yes"]).exit_code == 0
    reading = [*place, "ingest", "--mailbox", box.url]
    assert CliRunner().invoke(cli, reading).exit_code == 0  # there is nothing to be told of
    box.deliver(a_mail(book))
    box.deliver(a_mail(None, "A newsletter."))
    first, second = (CliRunner().invoke(cli, reading) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (1, 0)
    assert "1 message was not read: the round is closed" in first.stdout
    assert " It may be for this assessment" in " ".join(first.stdout.split())
    assert "xlassess round reopen" in first.stdout
    assert "closed" not in second.stdout
    assert status(folder, today=LATER.date()).mail_waiting == {str(place_of(box.url)): 1}
    shown = CliRunner().invoke(cli, [*place, "status"]).stdout
    assert f"Not read, as a round was closed: 1 message in {place_of(box.url)}" in " ".join(
        shown.split()
    )
    opened = CliRunner().invoke(cli, [*place, "round", "reopen", "2026", "--reason", "Late."])
    assert opened.exit_code == 0
    result = collect(folder, box)
    assert (result.taken, result.waiting, result.ingested.files[0].answers) == (1, (), 3)
    assert status(folder, today=LATER.date()).mail_waiting == {}


def test_collect__what_is_no_longer_in_the_mailbox_waits_no_more(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    """Deleted while the round is closed, or moved into a mailbox with other numbers."""
    for who in ("Ada Ash", "Bea Birch"):
        box.deliver(a_mail(answer(folder, who, tmp_path / f"{who[:3].lower()}.xlsx")))
    closing = ["-C", str(folder.root), "round", "close", "2026", "--yes"]
    assert CliRunner().invoke(cli, closing).exit_code == 0

    def waiting() -> list[int]:
        return [*status(folder, today=LATER.date()).mail_waiting.values()]

    uids = collect(folder, box).waiting
    assert (len(uids), waiting()) == (2, [2])
    gone = next(path for path in box.held() if b"ada.xlsx" in path.read_bytes())
    gone.unlink()
    assert (collect(folder, box).waiting, waiting()) == ((), [1])
    with Ledger(folder.ledger) as ledger:
        where = str(place_of(box.url))
        events = len(ledger.events())
        ledger.messages.not_there("imaps://another@mail.example/INBOX", "1", [])
        assert (waiting(), len(ledger.events())) == ([1], events)
        ledger.messages.not_there(where, "another validity", uids)  # as after it was built anew
        assert waiting() == []
        ledger.messages.not_there(where, "another validity", uids)
        assert (len(ledger.events()), ledger.audit().faults) == (events + 1, ())
    # none is left alone for good, should it be there after all
    assert (len(collect(folder, box).waiting), waiting()) == (1, [1])


def test_collect__without_a_line_of_a_server_the_mailbox_says_when(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    path = box.deliver(a_mail(book, received=""))
    then = (MONDAY + timedelta(days=2)).timestamp()
    os.utime(path, (then, then))
    (file,) = collect(folder, box).ingested.files
    assert file.ret.received_at == MONDAY + timedelta(days=2)


def test_collect__moves_what_is_on_record_and_nothing_else(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    box.deliver(a_mail(answer(folder, "Ada Ash", tmp_path / "ada.xlsx")))
    box.deliver(a_mail(None, "Lunch on Friday?"))
    collect(folder, box)
    box.deliver(a_mail(answer(folder, "Bea Birch", tmp_path / "bea.xlsx")))
    result = collect(folder, box, move_to="Done")
    assert (result.taken, result.moved) == (1, 2)
    assert [b"Lunch" in path.read_bytes() for path in box.held()] == [True]
    assert len(box.held(".Done")) == 2


def test_collect__the_same_mail_in_another_folder_is_known(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    content = a_mail(answer(folder, "Ada Ash", tmp_path / "ada.xlsx"))
    box.deliver(content)
    collect(folder, box)
    box.deliver(content)
    (file,) = collect(folder, box).ingested.files
    assert file.known
    with Ledger(folder.ledger) as ledger:
        assert len(ledger.history("2026")) == 1


def test_collect__what_was_not_read_is_asked_for_again(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(a_mail(answer(folder, "Ada Ash", tmp_path / "ada.xlsx")))
    monkeypatch.setattr("xlassess.services.post.collect_mail.LARGEST", 100)
    result = collect(folder, box)
    assert (result.taken, result.left, len(result.large)) == (0, 0, 1)
    monkeypatch.undo()
    monkeypatch.setenv("SSL_CERT_FILE", str(box.home / "certificate.pem"))
    monkeypatch.setenv("XLASSESS_IMAP_PASSWORD", PASSWORD.replace(" ", ""))
    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "_contents", lambda self, uids, sizes: iter(()))
        result = collect(folder, box, move_to="Done")
    assert (result.taken, result.left, result.moved, len(result.unread)) == (0, 0, 0, 1)
    line = ["-C", str(folder.root), "ingest", "--mailbox", box.url, "--json"]
    told = json.loads(CliRunner().invoke(cli, line).stdout)
    assert told["mailbox"]["taken"] == told["new"] == 1
    assert told["mailbox"]["unread"] == told["mailbox"]["large"] == []
    assert told["notices"] == told["words"] == told["displaced"] == []


def test_collect__what_came_before_the_connection_broke_is_recorded(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ada Ash", "Bea Birch"):
        box.deliver(a_mail(answer(folder, name, tmp_path / f"{name}.xlsx")))
    monkeypatch.setattr("xlassess.services.post.collect_mail.AT_ONCE", 1)
    whole, asked = Mailbox._contents, []

    def breaking(self: Mailbox, uids: list[int], sizes: dict[int, int]) -> Iterator[FetchedMail]:
        asked.append(uids)
        if len(asked) == 2:
            raise MailboxError("It broke.", "Again.")
        return whole(self, uids, sizes)

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "_contents", breaking)
        result = collect(folder, box, move_to="Done")
    # what came is told: some of it only this once
    assert (str(result.broke), result.taken, result.moved) == ("It broke. Again.", 1, 0)
    assert len(result.ingested.new) == 1
    with Ledger(folder.ledger) as ledger:
        assert len(ledger.current("2026")) == 1
    assert collect(folder, box).taken == 1  # the other one alone
    with Ledger(folder.ledger) as ledger:
        assert len(ledger.current("2026")) == len(ledger.history("2026")) == 2


def test_collect__where_messages_cannot_be_moved_what_was_read_is_told(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(a_mail(answer(folder, "Ada Ash", tmp_path / "ada.xlsx")))

    def refused(self: Mailbox, uids: list[int], to: str) -> None:
        raise MailboxError(f"The server cannot move messages to {to}.", "Leave out --move-to.")

    monkeypatch.setattr(Mailbox, "move", refused)
    line = ["-C", str(folder.root), "ingest", "--mailbox", box.url, "--move-to", "Done"]
    result = CliRunner().invoke(cli, line)
    assert (result.exit_code, "cannot move messages to Done" in result.stderr) == (3, True)
    assert "1 new message read" in result.stdout
    assert "Read: 1 file" in result.stdout


def test_collect__a_connection_that_is_gone_is_told_in_a_sentence(
    folder: AssessmentFolder, box: MailServerBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imaplib import IMAP4

    from imap_tools import BaseMailBox

    def gone(self: BaseMailBox, *words: str) -> list[str]:
        raise IMAP4.abort("socket error: EOF")

    box.deliver(a_mail(None))
    monkeypatch.setattr(BaseMailBox, "uids", gone)
    with pytest.raises(MailboxError, match=r"The connection to 127.0.0.1 broke \(socket error"):
        collect(folder, box)


@pytest.mark.parametrize(
    "head",
    [
        b">From p@partner.example Tue Mar  3 10:00:00 2026\r\n", b"\r\n", b"\xef\xbb\xbf",
        b"X-Filter: yes\r\n>From p@partner.example Tue Mar  3 10:00:00 2026\r\n",
        b"X-Filter : yes\r\n", b"X-One: yes\r\nX-Filter \t: yes\r\n",
    ],
    ids=["a line of a mailbox file", "empty", "mark of Unicode", "later", "space", "later space"],
)  # fmt: skip
def test_collect__a_head_that_servers_left_lines_in_hides_no_file(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path, head: bytes
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    content = head + a_mail(book, "Here it is.").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    box.deliver(content)
    result = collect(folder, box)
    assert (result.taken, [file.answers for file in result.ingested.files]) == (1, [3])
    assert result.ingested.files[0].ret.received_at == datetime(2026, 3, 3, 10, tzinfo=timezone.utc)


def test_collect__a_file_in_what_cannot_be_taken_apart_is_told(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    """It is not left alone as a letter without a file."""
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    long = b"X-Long: " + b"\r\n ".join([b"y" * 70] * 5000) + b"\r\n"
    box.deliver(long + a_mail(book))
    box.deliver(long + a_mail(None))
    result = collect(folder, box)
    assert (result.taken, result.left) == (1, 1)
    (file,) = result.ingested.files
    assert "its head is longer" in file.ret.findings[0].message


def test_collect__where_its_head_cannot_be_believed_the_mailbox_says_when(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    path = box.deliver(a_mail(book, received=CAME.replace("2026", "2046").replace("Tue, ", "")))
    then = (MONDAY + timedelta(days=2)).timestamp()
    os.utime(path, (then, then))
    (file,) = collect(folder, box).ingested.files
    assert file.ret.received_at == MONDAY + timedelta(days=2)


@pytest.mark.parametrize("limit", ["TOGETHER", "MOST_TOGETHER"])
def test_collect__no_more_together_than_there_is_room_for(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    limit: str,
) -> None:  # fmt: skip
    for name in ("Ada Ash", "Bea Birch"):
        box.deliver(a_mail(answer(folder, name, tmp_path / f"{name}.xlsx")))
    monkeypatch.setattr("xlassess.services.post.collect_mail.AT_ONCE", 1)
    monkeypatch.setattr(f"xlassess.services.post.collect_mail.{limit}", 1)
    assert collect(folder, box).taken == 2
    with Ledger(folder.ledger) as ledger:
        read = [one for one in ledger.events() if one.what == "mailbox read"]
        assert [len(one.details["taken"]) for one in read] == [1, 1]


def test_together__never_more_than_the_largest_may_have_alone() -> None:
    sizes = {1: 60, 2: 30, 3: 30, 4: 1, 5: 60}
    assert list(_together([1, 2, 3, 4, 5], sizes, 60)) == [[1], [2, 3], [4], [5]]
    assert list(_together([], sizes, 60)) == []


def as_smime(directory: Path, content: bytes) -> dict[str, bytes]:
    """A message signed, sealed whole with its signature, and encrypted, each by OpenSSL."""
    inner, key, own = (directory / name for name in ("in.eml", "key.pem", "own.pem"))
    inner.write_bytes(content)
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=ada", "-keyout", key]
    heads = ["-from", "ada@ash.example", "-to", "cora@x.example", "-subject", "Our return"]
    signer = ["-signer", own, "-inkey", key]
    made = {}
    subprocess.run(["openssl", *request, "-out", own], check=True, capture_output=True)
    for name, words in (
        ("signed", ["-sign", *signer]), ("sealed", ["-sign", "-nodetach", *signer]),
        ("encrypted", ["-encrypt", "-aes256"]),
    ):  # fmt: skip
        line = ["openssl", "smime", *words, "-in", inner, *heads]
        line += [own] if name == "encrypted" else []
        made[name] = subprocess.run(line, check=True, capture_output=True).stdout
    return made


def test_collect__what_brings_no_file_that_can_be_read_is_told(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    plain = EmailMessage()
    plain.set_content("Here it is.")
    plain.add_attachment(
        book.read_bytes(), maintype="application", subtype="octet-stream", filename=book.name
    )
    mails = as_smime(tmp_path, plain.as_bytes())
    with Ledger(folder.ledger) as ledger:
        reference = ledger.issued()[1].reference
    head = f"From: a@b.example\nSubject: {reference}\nMIME-Version: 1.0\n".encode()
    mails["pgp"] = head + (
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"\n\n'
        b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\n"
        b"Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\n--b--\n"
    )
    mails["link"] = head + b"\nPlease see https://contoso.sharepoint.com/:x:/s/ours/abc\n"
    mails["winmail"] = head + (
        b"Content-Type: application/ms-tnef; name=winmail.dat\n"
        b"Content-Disposition: attachment; filename=winmail.dat\n"
        b"Content-Transfer-Encoding: base64\n\neJ8+IgAAAAAAAAAA\n"
    )
    # Of what is encrypted nobody can tell what it is about: only those asked are known by it.
    mails["stranger's"] = mails["encrypted"].replace(b"ada@ash.example", b"bob@elm.example")
    mails["answer"] = mails["stranger's"].replace(
        b"\nSubject:", b"\nIn-Reply-To: <xlassess." + b"a" * 32 + b"@x.example>\nSubject:", 1
    )
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "ada@ash.example"), *PEOPLE[1:]))
    for content in mails.values():
        box.deliver(content)
    result = collect(folder, box)
    assert (result.taken, result.left) == (len(mails) - 1, 1)
    assert not any(
        b"bob@elm.example" in path.read_bytes() and b"In-Reply-To" not in path.read_bytes()
        for path in folder.returns.rglob("*.eml")
    )
    told = [
        "read" if one.answers == 3 else one.ret.findings[0].message for one in result.ingested.files
    ]
    for said in (
        "read", "signed with S/MIME as one sealed piece", "it links to a file", "winmail.dat",
    ):  # fmt: skip
        assert sum(said in text for text in told) == 1, (said, told)
    assert sum("it is encrypted" in text for text in told) == 3


def test_collect__a_file_that_needs_a_password_is_asked_for_again(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    book.write_bytes(encrypted(book.read_bytes(), "secret"))
    box.deliver(a_mail(book))
    result = collect(folder, box, move_to="Done")
    assert (result.taken, result.left, result.moved, len(result.locked)) == (0, 0, 0, 1)
    result = collect_mail(folder, box.url, now=LATER, workers=1, passwords=("secret",))
    assert (result.taken, result.locked) == (1, ())
    assert [file.answers for file in result.ingested.files] == [3]


def test_collect__names_a_joint_workbook(
    folder: AssessmentFolder, box: MailServerBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(folder.ledger) as ledger:
        book = replace(ledger.issued()[0], reference=make_reference(b"joint"), email="")
    monkeypatch.setattr(Ledger, "joint", lambda self: (book,))
    box.deliver(a_mail(None, f"About {book.reference}: we agree."))
    assert collect(folder, box).taken == 1


@pytest.mark.parametrize(
    "told",
    [
        b"1 (UID 5 RFC822.SIZE 123)",
        b"1 (RFC822.SIZE 123 UID 5)",
        rb"1 (UID 5 FLAGS (\Seen) RFC822.SIZE 123)",
        rb"1 (RFC822.SIZE 123 FLAGS (\Seen $X) UID 5)",
    ],
)
def test_sizes__in_any_order_and_with_flags(told: bytes) -> None:
    class Server:
        def uid(self, *args: str) -> tuple[str, list[bytes]]:
            return "OK", [told, rb"2 (FLAGS (\Seen))"]

    box = Mailbox.__new__(Mailbox)
    box._box = SimpleNamespace(client=Server())  # type: ignore[assignment]
    (mail,) = box.fetch([5], 100)
    assert (mail.uid, mail.size, mail.content) == (5, 123, None)


KILLED = """
import os, signal, sys
from xlassess.ledger import store
from xlassess.ledger.recording import messages
from xlassess.mail import imap

owner, name, when = {
    "fetched": (imap.Mailbox, "fetch", "after"), "recorded": (messages.Messages, "mailbox_read",
    "before"), "noted": (messages.Messages, "mailbox_read", "after"),
    "moving": (imap.Mailbox, "move", "before"), "some": (store.Ledger, "record_return", "after"),
}[sys.argv[1]]
whole = getattr(owner, name)

def instead(*args, **kinds):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = whole(*args, **kinds)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, instead)
from xlassess.cli.app import main
sys.argv[:] = ["xlassess", *sys.argv[2:]]
main()
"""


@pytest.mark.thorough
@pytest.mark.parametrize("place", ["fetched", "some", "recorded", "noted", "moving"])
def test_collect__killed_at_any_point_nothing_twice_and_nothing_lost(
    folder: AssessmentFolder, box: MailServerBox, tmp_path: Path, place: str
) -> None:
    for name in ("Ada Ash", "Bea Birch"):
        box.deliver(a_mail(answer(folder, name, tmp_path / f"{name}.xlsx")))
    line = [sys.executable, "-c", KILLED, place, "-C", str(folder.root), "ingest", "--workers", "1"]
    done = subprocess.run(
        [*line, "--mailbox", box.url, "--move-to", "Done"], capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert len(box.held()) == 2
    collect(folder, box, move_to="Done")
    assert len(box.held(".Done")) == 2
    with Ledger(folder.ledger) as ledger:
        assert len(ledger.history("2026")) == 2
        assert len(ledger.current("2026")) == 2
        assert ledger.audit().faults == ()


def test_collect__of_more_messages_than_are_searched_at_once_none_is_missed(
    folder: AssessmentFolder, box: MailServerBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlassess.mail.imap._SEARCHED", 2)
    assert collect(folder, box).left == 0
    for number in (1, 2, 3, 4, 5):
        box.deliver(a_mail(None, f"Lunch on Friday, the {number}th?"))
        assert collect(folder, box).left == 1


def test_collect__wrong_password_folder_and_certificate(
    folder: AssessmentFolder, box: MailServerBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MailboxError, match="The folder Nowhere cannot be opened"):
        collect_mail(folder, box.url.replace("INBOX", "Nowhere"), now=LATER)
    monkeypatch.setenv("SSL_CERT_FILE", str(box.home / "nothing.pem"))
    with pytest.raises(MailboxError, match="does not prove that it is the one"):
        collect(folder, box)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("imap://cora@host/INBOX", "does not name a mailbox"),
        ("imaps://host", "does not name a mailbox"),
        ("imaps://cora:secret@host", "named without its password"),
        ("imaps://cora:secret@host:99x/INBOX", "named without its password"),
        ("imaps://cora:/secret@host/INBOX", "named without its password"),
        ("imaps://cora:?secret@host", "named without its password"),
        ("imaps://cora:#secret@host", "named without its password"),
        ("cora:secret@host", "named without its password"),
        ("imaps:/cora:secret@host", "named without its password"),
        ("imaps://cora:secret", "does not name a mailbox"),
        ("imaps://cora@host:x", "does not name a mailbox"),
        ("inbox", "does not name a mailbox"),
    ],
)
def test_place_of__others_are_refused(text: str, said: str) -> None:
    with pytest.raises(MailboxError, match=said) as raised:
        place_of(text)
    assert "secret" not in str(raised.value)


def test_place_of__an_address_as_the_name() -> None:
    place = place_of("imaps://cora@council.example@imap.example/Assess%20ments")
    assert (place.user, place.host, place.port) == ("cora@council.example", "imap.example", 993)
    assert place.folder == "Assess ments"
    # which messages were read is on record under this: one place has one name
    for written in ("imaps://a@imap.example", "imaps://a@IMAP.example/inbox/"):
        assert str(place_of(written)) == "imaps://a@imap.example/INBOX"


def test_collect__the_password_is_in_the_keyring(
    folder: AssessmentFolder, box: MailServerBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(a_mail(None, "Lunch on Friday?"))
    monkeypatch.delenv("XLASSESS_IMAP_PASSWORD")
    for password, lets_in in ((PASSWORD.replace(" ", ""), True), ("another", False)):
        with keyring_with({("xlassess", "imaps://cora@127.0.0.1"): password}):
            if lets_in:
                assert collect(folder, box).left == 1
            else:
                with pytest.raises(MailboxError, match="does not let cora in"):
                    collect(folder, box)


def test_collect__by_a_token(
    folder: AssessmentFolder, box: MailServerBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.deliver(a_mail(None, "Lunch on Friday?"))
    monkeypatch.delenv("XLASSESS_IMAP_PASSWORD")
    monkeypatch.setenv("XLASSESS_IMAP_TOKEN", token("cora"))
    assert collect(folder, box).left == 1
    for wrong in (token("cora", until=1.0), token("someone.else"), token("cora")[:-4]):
        monkeypatch.setenv("XLASSESS_IMAP_TOKEN", wrong)
        with pytest.raises(MailboxError, match="does not let cora in") as raised:
            collect(folder, box)
        assert wrong not in f"{raised.value} {raised.value.remedy}"


def test_collect__no_password(folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLASSESS_IMAP_PASSWORD", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with pytest.raises(UsageError, match="There is no password for cora on host"):
        collect_mail(folder, "imaps://cora@host", now=LATER)
