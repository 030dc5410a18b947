"""E-mail messages handed over: the workbooks in them, and what they say."""

from __future__ import annotations

import binascii
import mailbox
import tempfile
import time
import zipfile
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest

from tests.ingest.cfb import a_message, outlook, tree
from tests.services.small import LATER, MONDAY, a_folder, answer
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ingest.intake.mail import ReadMail, read_message
from xlassess.ingest.intake.mail_files import messages_of
from xlassess.ledger import Ledger
from xlassess.model.answer import Return
from xlassess.services.common.received import Ingested
from xlassess.services.ingest import ingest

EXCEL = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


SENT = MONDAY + timedelta(days=1)


def messages_in(content: bytes) -> list[ReadMail]:
    """The messages in a file of Outlook's own kind."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "a.msg")
        path.write_bytes(content)
        return list(messages_of(path, "outlook"))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[AssessmentFolder, bytes]:
    """An assessment, and a workbook of it filled in."""
    root = tmp_path_factory.mktemp("made")
    folder = a_folder(root / "small")
    return folder, answer(folder, "Ada Ash", root / "ada.xlsx").read_bytes()


@pytest.fixture
def folder(prepared: tuple[AssessmentFolder, bytes], tmp_path: Path) -> AssessmentFolder:
    import shutil

    shutil.copytree(prepared[0].root, tmp_path / "small")
    return AssessmentFolder(tmp_path / "small")


@pytest.fixture
def book(prepared: tuple[AssessmentFolder, bytes]) -> bytes:
    return prepared[1]


def a_mail(text: str = "", **files: bytes) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@ash.example>", "x@y.example", "Return"
    mail.set_content(text)
    for name, content in files.items():
        main, sub = EXCEL
        mail.add_attachment(content, maintype=main, subtype=sub, filename=f"{name}.xlsx")
    return mail


def handed(folder: AssessmentFolder, tmp_path: Path, name: str, content: bytes) -> Ingested:
    path = tmp_path / "inbox" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return ingest(folder, [path], now=LATER, workers=1)


def only(result: Ingested) -> Return:
    (file,) = result.files
    return file.ret


def codes(ret: Return) -> list[str]:
    return [finding.code for finding in ret.findings]


def test_message__its_workbook_is_read_and_its_words_are_told(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    said = "For 1B please read Agree.\n\nBest, Ada\n\nOn Monday Cora wrote:\n> please return"
    ret = only(handed(folder, tmp_path, "Our return.eml", a_mail(said, back=book).as_bytes()))
    assert (ret.file, ret.state) == ("Our return.eml/back.xlsx", "accepted with notes")
    assert [(a.item, a.value) for a in ret.answers][:2] == [("1A", "high"), ("1B", "low")]
    assert codes(ret) == ["I14"]
    assert "“For 1B please read Agree. Best, Ada”" in ret.findings[0].message


def test_message__is_kept_beside_the_workbook(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    content = a_mail("See 1B.", back=book).as_bytes()
    handed(folder, tmp_path, "a.eml", content)
    assert [path.read_bytes() for path in folder.returns.rglob("*.eml")] == [content]


def test_message__that_says_nothing_gives_no_note(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    ret = only(handed(folder, tmp_path, "a.eml", a_mail("", back=book).as_bytes()))
    assert (ret.state, codes(ret)) == ("accepted", [])


def test_message__forwarded_in_a_forwarded_one_and_zipped(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Ours/return.xlsx", book)
    inner = a_mail("Here it is.")
    inner.add_attachment(
        packed.getvalue(), maintype="application", subtype="zip", filename="ours.zip"
    )
    outer = a_mail("Forwarded.")
    outer.add_attachment(inner)
    ret = only(handed(folder, tmp_path, "fw.eml", outer.as_bytes()))
    assert ret.file == "fw.eml/ours.zip/Ours/return.xlsx"
    assert codes(ret) == ["I14"]
    assert "Forwarded." in ret.findings[0].message


def test_message__forwarded_its_writer_has_a_say() -> None:
    first = a_mail("For 1A please read Disagree.\n\nOn Monday Cora wrote:\n> Please answer.")
    ours = a_mail("Dear Ada")
    ours["Message-ID"] = "<xlassess.0123456789abcdef0123456789abcdef@y.example>"
    first.add_attachment(ours)
    second = a_mail("See below")
    second.add_attachment(first)
    outer = a_mail("FYI")
    outer.add_attachment(second)
    assert read_message(outer.as_bytes()).text == "FYI / See below / For 1A please read Disagree."


PASSED_ON = (
    "From: Ada <ada@ash.example>\nSent: Monday\nTo: Pat\nSubject: RE: Your view\n\nSee 1B.\n"
)
QUOTED = "\n-----Original Message-----\nFrom: Cora\nSubject: Your view\n\nPlease answer.\n"


@pytest.mark.parametrize(
    ("subject", "text", "said"),
    [
        ("FW: RE: Your view", f"FYI\n\n-----Original Message-----\n{PASSED_ON}{QUOTED}", "FYI / "),
        ("Fwd: Your view", f"---------- Forwarded message ---------\n{PASSED_ON}{QUOTED}", ""),
        ("Our return", "\n> ".join(("Begin forwarded message:", *PASSED_ON.splitlines())), ""),
        ("FW: FW: Your view", f"FYI\n{PASSED_ON.replace('RE:', 'FW:', 1)}\n{PASSED_ON}", "FYI / 2"),
    ],
)
def test_text__of_what_was_forwarded(subject: str, text: str, said: str) -> None:
    mail = a_mail(text)
    mail.replace_header("Subject", subject)
    once = "From: Ada <ada@ash.example> / See 1B."
    twice = said.endswith("2")
    wanted = said.removesuffix("2") + (f"{once} / {once}" if twice else once)
    assert read_message(mail.as_bytes()).text == wanted


def test_text__of_a_reply_is_without_what_it_answers_to() -> None:
    mail = a_mail(f"See 1A.\n\n-----Original Message-----\n{PASSED_ON}")
    assert read_message(mail.as_bytes()).text == "See 1A."


@pytest.mark.parametrize(
    ("named", "written"),
    [
        ("utf-8", "cp1252"),
        ("us-ascii", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("us-ascii", "utf-8"),
        ("iso-8859-1", "utf-8"),
        ("utf-16", "utf-8"),
        ("no-such-letters", "utf-8"),
        ("rot13", "utf-8"),
        ("punycode", "utf-8"),
    ],
)
def test_text__in_other_letters_than_named(named: str, written: str) -> None:
    said = "Don’t change 1A. It cost £500."
    head = HEAD + f"Content-Type: text/plain; charset={named}\r\n\r\n".encode()
    assert read_message(head + said.encode(written)).text == said


def test_text__cut_within_a_letter_is_still_read() -> None:
    mail = read_message(
        HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\nx" + "é".encode() * 30_000
    )
    assert set(mail.text.removesuffix(" ...")) == {"x", "é"}


def test_mailbox__a_sentence_that_begins_like_a_message_is_none(
    book: bytes, tmp_path: Path
) -> None:
    said = (
        "Hello\n\nFrom here on we answer:\n\nFrom Ada\nDate: 3 March\n\nFrom 9:30 we meet.\n3B: no"
    )
    path = tmp_path / "box"
    first, last = (a_mail(text, back=book).as_bytes() for text in (said, "The last."))
    path.write_bytes(b"From - Mon Mar  2 09:00:00 2026\n" + first + b"\nFrom a@b\n" + last)
    both = list(messages_of(path, "mailbox"))
    assert [len(mail.files) for mail in both] == [1, 1]
    assert both[0].text.startswith("Hello From here on we answer: From Ada")


@pytest.mark.parametrize(
    "first", ["Date: x\r\n", "List-Id: a\r\n b\r\nSubject: x\r\n", "Precedence: x\r\n"]
)
@pytest.mark.parametrize(
    "line",
    [
        "From c@d.e Thu Oct  1 10:00:00 2026",
        "From c@d.e Thu Oct 1 10:00:00 2026",
        "From c@d.e Thu Oct 01 9:00:00 2026",
        "From c@d.e Thu, 1 Oct 2026 10:00:00 +0000",
        "From c@d.e",
    ],
)
def test_mailbox__whatever_its_programs_write_between_messages(
    line: str, first: str, tmp_path: Path
) -> None:
    mails = [first.encode() + a_mail("x", back=b"PK").as_bytes() for _ in range(2)]
    path = tmp_path / "box"
    path.write_bytes(b"".join(f"{line}\n".encode() + mail + b"\n\n" for mail in mails))
    assert [len(mail.files) for mail in messages_of(path, "mailbox")] == [1, 1]


def test_mailbox__a_long_head_across_two_blocks_begins_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlassess.ingest.intake.mail_files._BLOCK", 20_000)
    folded = b"List-Id: a" + (b"\r\n " + b"b" * 900) * 8 + b"\r\n"
    mails = [folded + a_mail("x " * length).as_bytes() for length in range(3_000, 9_000, 1_000)]
    path = tmp_path / "box"
    path.write_bytes(b"".join(b"From c@d.e\r\n" + mail + b"\r\n" for mail in mails))
    assert len(list(messages_of(path, "mailbox"))) == len(mails)


def test_mailbox__answers_below_a_sentence_begin_no_message(tmp_path: Path) -> None:
    said = (
        "Hi\n\nFrom my side all is well.\n\nFrom us\n3A: Agree\n3B: no\n\nFrom Q\nName: x\nRole: y"
    )
    path = tmp_path / "box"
    path.write_bytes(b"From a@b\n" + a_mail(said, back=b"PK").as_bytes())
    (mail,) = messages_of(path, "mailbox")
    assert len(mail.files) == 1


def test_mailbox__what_nearly_begins_messages_takes_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "box"
    for piece in (b"\n\nFrom a\nB-c: d\n e", b"\n\nFrom a Thu Oct 1", b"\nx: y\n z", b"From a "):
        path.write_bytes(b"From a@b\n" + piece * 100_000)
        before = time.process_time()
        list(messages_of(path, "mailbox"))
        assert time.process_time() - before < 5


def _parted(kind: str, *parts: bytes) -> bytes:
    """Parts of a message as programs write them."""
    mark = str(len(b"".join(parts))).encode()
    body = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
    head = b"Content-Type: multipart/" + kind.encode() + b"; boundary=" + mark + b"\r\n\r\n"
    return head + body + b"--" + mark + b"--\r\n"


def _said(text: str, kind: str = "plain") -> bytes:
    return f"Content-Type: text/{kind}; charset=utf-8\r\n\r\n{text}".encode()


FILE = b"Content-Type: application/x; name=a.xlsx\r\nContent-Disposition: inline\r\n\r\nPK"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            _parted("mixed", _said("Here it is."), FILE, _said("3B is wrong.")),
            "Here it is. 3B is wrong.",
        ),
        (_parted("mixed", FILE, _said("3B is wrong.")), "3B is wrong."),
        (
            _parted("mixed", _said("\r\n"), FILE, _said("<p>3B is wrong.</p>", "html")),
            "3B is wrong.",
        ),
        (
            _parted(
                "alternative",
                _said("Here it is. 3B is wrong."),
                _parted("mixed", _said("<p>Here", "html"), FILE, _said("3B</p>", "html")),
            ),
            "Here it is. 3B is wrong.",
        ),
        (
            _parted(
                "alternative",
                _said(" "),
                _parted("mixed", _said("<p>Here</p>", "html"), FILE, _said("3B", "html")),
            ),
            "Here 3B",
        ),
        (
            _parted(
                "mixed",
                _parted("alternative", _said("Here"), _said("<p>Here</p>", "html")),
                FILE,
                _parted("alternative", _said("3B"), _said("<p>3B</p>", "html")),
            ),
            "Here 3B",
        ),
        (_parted("mixed", _said("Yes.\r\n> Will you?"), FILE, _said("> Dana")), "Yes."),
    ],
)
def test_text__goes_on_after_a_file(message: bytes, said: str) -> None:
    mail = read_message(HEAD + b"MIME-Version: 1.0\r\n" + message)
    assert mail.text == said
    assert [one.name for one in mail.files] == ["a.xlsx"]


def test_text__behind_an_attached_message_is_the_writers_own() -> None:
    ours = a_mail("Dear Ada")
    ours["Message-ID"] = "<xlassess.0123456789abcdef0123456789abcdef@y.example>"
    other = a_mail("I was asked.")
    for attached, said in ((ours, ""), (other, " / I was asked.")):
        outer = EmailMessage(policy=policy.SMTP)
        outer["From"] = "ada@ash.example"
        outer.make_mixed()
        outer.add_attachment(attached)
        last = EmailMessage(policy=policy.SMTP)
        last.set_content("I have left. Please change 3B to agree.")
        outer.attach(last)
        text = read_message(outer.as_bytes()).text
        assert text == f"I have left. Please change 3B to agree.{said}"


def test_message__encrypted_by_pgp_within_its_text_or_as_a_file() -> None:
    inside = a_mail("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    beside = a_mail("see the file")
    beside.add_attachment(
        b"\x85\x01", maintype="application", subtype="octet-stream", filename="return.xlsx.pgp"
    )
    for mail in (inside, beside):
        read = read_message(mail.as_bytes())
        assert (read.files, read.problem) == ((), "it is encrypted")


@pytest.mark.parametrize(
    "entry",
    [
        b"text/calendar; method=REPLY\r\n\r\nx",
        b"application/ics; name=a.ics\r\nContent-Disposition: attachment; filename=a.ics\r\n\r\n"
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n",
    ],
)
def test_message__that_answers_a_calendar_entry(entry: bytes) -> None:
    mail = read_message(HEAD + b"Subject: Accepted: Your view\r\nContent-Type: " + entry)
    assert (mail.files, mail.problem) == ((), "it answers a calendar entry")


def test_message__with_a_link_behind_words() -> None:
    page = '<p>Our <a href="https://ash.sharepoint.com/x">return</a></p>'
    quoted = '<div class="gmail_quote"><a href="https://ash.sharepoint.com/x">x</a></div>'
    for shown, is_told in ((page, True), (quoted, False)):
        mail = a_mail("Our return")
        mail.add_alternative(shown, subtype="html")
        assert ("kept elsewhere" in read_message(mail.as_bytes()).problem) is is_told


SAFE = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2F"


@pytest.mark.parametrize(
    ("link", "is_told"),
    [
        ("https://protect-eu.mimecast.com/s/Ab3C?domain=ash.example", False),
        ("https://protect-eu.mimecast.com/s/Ab3C?domain=ash.sharepoint.com", True),
        ("https://url.uk.m.mimecast.com/s/Ab3C", False),
        ("https://www.mimecast.com/products", False),
        ("https://files-uk.mimecast.com/u/lfs/1", True),
        ("https://www.egress.com/secure", False),
        ("https://egress.com/", False),
        ("https://switch.egress.com/f/1", True),
        (f"{SAFE}switch.egress.com%2Ff%2F1", True),
        ("https://www.icloud.com.example/x", False),
        ("https://www.icloud.com/", False),
        ("https://www.icloud.com/attachment/?u=1", True),
        ("https://box.com", False),
        ("https://app.box.com/s/1", True),
        (f"{SAFE}app.box.com%2Fs%2F1", True),
        ("https://inbox.com/x", False),
        ("https://my-dropbox.com/x", False),
        ("https://dropbox.com.example/x", False),
        ("https://www.dropbox.com/scl/1", True),
        ("our folder, https://ash.sharepoint.com.", True),
        (f"{SAFE}ash.sharepoint.com%2Fx", True),
    ],
)
def test_message__links_to_a_file_or_to_something_else(link: str, is_told: bool) -> None:
    read = read_message(a_mail(f"Hello, see {link}").as_bytes())
    assert ("kept elsewhere" in read.problem) is is_told


def test_message__brought_back_by_a_report_is_told_to_be_unread(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    report = HEAD.replace(b"ada@", b"postmaster@") + (
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="r"\r\n\r\n--r\r\n'
        b"Content-Type: text/plain\r\n\r\nMailbox full\r\n"
        b"--r\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    content = report + a_mail("Here", back=book).as_bytes() + b"\r\n--r--\r\n"
    ret = only(handed(folder, tmp_path, "a.eml", content))
    assert codes(ret) == ["G21"]
    assert ret.findings[0].message.endswith("that it brings back was not read.")


def test_message__logos_cards_and_signatures_are_passed_over(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    mail = a_mail("", back=book)
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", cid="<logo>", filename="l.png")
    mail.add_attachment(b"BEGIN:VCARD", maintype="text", subtype="vcard", filename="ada.vcf")
    mail.add_attachment(
        b"0", maintype="application", subtype="pkcs7-signature", filename="smime.p7s"
    )
    assert only(handed(folder, tmp_path, "a.eml", mail.as_bytes())).state == "accepted"


def test_message__other_files_are_told_each(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    mail = a_mail("", back=book)
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="scan.pdf")
    found = {
        file.ret.file: file.ret for file in handed(folder, tmp_path, "a.eml", mail.as_bytes()).files
    }
    assert found["a.eml/back.xlsx"].state == "accepted"
    assert codes(found["a.eml/scan.pdf"]) == ["G03"]


@pytest.mark.parametrize(
    ("headers", "text", "said"),
    [
        ({}, "We have nothing to report.", "without a workbook. It says: “We have nothing"),
        ({}, "See https://ash.sharepoint.com/x/1", ": it links to a file that is kept elsewhere."),
        ({"Auto-Submitted": "auto-replied"}, "Away until 4 May.", ": it is an automatic reply."),
        ({"X-Autoreply": "yes"}, "", ": it is an automatic reply. It says nothing."),
    ],
)
def test_message__without_a_file(
    folder: AssessmentFolder, tmp_path: Path, headers: dict[str, str], text: str, said: str
) -> None:
    mail = a_mail(text)
    for name, value in headers.items():
        mail[name] = value
    ret = only(handed(folder, tmp_path, "a.eml", mail.as_bytes()))
    assert (ret.state, codes(ret)) == ("refused", ["G21"])
    assert "from ada@ash.example, about “Return”, without" in ret.findings[0].message
    assert said in ret.findings[0].message


def test_message__that_could_not_be_delivered(folder: AssessmentFolder, tmp_path: Path) -> None:
    content = (
        b"From: mailer@ash.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n\r\n--b--\r\n"
    )
    ret = only(handed(folder, tmp_path, "bounce.eml", content))
    assert codes(ret) == ["G21"]
    assert ": it says that a message could not be delivered." in ret.findings[0].message


def test_message__that_is_encrypted(folder: AssessmentFolder, tmp_path: Path) -> None:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = "ada@ash.example"
    mail.set_content(
        b"\x30\x80", maintype="application", subtype="pkcs7-mime", filename="smime.p7m"
    )
    ret = only(handed(folder, tmp_path, "a.eml", mail.as_bytes()))
    assert ": it is encrypted." in ret.findings[0].message


def test_mailbox__every_message_of_it(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "inbox.mbox"
    box = mailbox.mbox(path)
    box.add(a_mail("From us, as promised.\n\nFrom all of us.", back=book).as_bytes())
    box.add(a_mail("Nothing to report.").as_bytes())
    box.close()
    files = ingest(folder, [path], now=LATER, workers=1).files
    assert [(one.ret.file, one.ret.state) for one in files] == [
        ("inbox.mbox/00001/back.xlsx", "accepted with notes"), ("inbox.mbox/00002", "refused"),
    ]  # fmt: skip
    assert "From all of us." in files[0].ret.findings[0].message
    again = ingest(folder, [path], now=LATER, workers=1)
    assert again.new == ()


def test_mailbox__is_kept_once_and_not_once_for_each_message(
    folder: AssessmentFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of thousands of messages, each would take as long as all of them."""
    from xlassess.ledger import Kept
    from xlassess.ledger.keeping.in_folder import FolderFiles

    kept, keep = [], FolderFiles.keep

    def counted(files: FolderFiles, path: Path, kind: str = "") -> Kept:
        kept.append(path)
        return keep(files, path, kind)

    monkeypatch.setattr(FolderFiles, "keep", counted)
    path = tmp_path / "inbox.mbox"
    box = mailbox.mbox(path)
    for number in range(3):
        box.add(a_mail("", back=b"no workbook %d" % number).as_bytes())
    box.close()
    assert len(ingest(folder, [path], now=LATER, workers=1).files) == 3
    assert kept.count(path) == 1
    assert len(kept) == 4


def test_maildir__every_message_of_it(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    box = mailbox.Maildir(tmp_path / "Maildir")
    box.add(a_mail("", back=book).as_bytes())
    ret = only(ingest(folder, [tmp_path / "Maildir"], now=LATER, workers=1))
    assert ret.state == "accepted"


def test_outlook__a_message_as_outlook_saves_it(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    content = outlook("Our return", "See 1B.", "ada@ash.example", "back.xlsx", book)
    ret = only(handed(folder, tmp_path, "Our return.msg", content))
    assert (ret.file, ret.state) == ("Our return.msg/back.xlsx", "accepted with notes")
    assert "“See 1B.”" in ret.findings[0].message


@pytest.mark.parametrize(
    ("times", "received"),
    [
        ({"delivered": SENT, "submitted": MONDAY}, SENT),
        ({"submitted": SENT}, SENT),
        ({}, LATER),
    ],
)
def test_outlook__says_when_it_came(
    folder: AssessmentFolder, book: bytes, tmp_path: Path, times: dict[str, datetime],
    received: datetime,
) -> None:  # fmt: skip
    content = outlook("Our return", "Hello", "ada@ash.example", "back.xlsx", book, **times)
    ret = only(handed(folder, tmp_path, "a.msg", content))
    assert ret.received_at == received


@pytest.mark.parametrize(
    ("kind", "text", "notice"),
    [
        ("IPM.Note.Rules.OofTemplate.Microsoft", "I am away until 4 May 2026.", "away"),
        ("REPORT.IPM.Note.NDR", "ada@ash.example: user unknown", "no such address"),
        ("REPORT.IPM.Note.IPNRN", "Your message was read.", "read"),
        ("IPM.Note", "Here it comes.", None),
    ],
)
def test_outlook__what_no_person_wrote(kind: str, text: str, notice: str | None) -> None:
    content = outlook(
        "About it", text, "ada@ash.example", "", bytes(5000), kind=kind, delivered=SENT
    )
    (mail,) = messages_in(content)
    assert (mail.notice.kind if mail.notice else None) == notice
    assert mail.received == SENT
    assert mail.files == ()


def test_outlook__a_picture_that_is_no_logo_is_kept() -> None:
    content = outlook("Our return", "See the photo.", "ada@ash.example", "page.png", bytes(5000))
    (mail,) = messages_in(content)
    assert [one.name for one in mail.files] == ["page.png"]


def test_outlook__a_message_attached_to_it_is_opened(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    inner = a_message("Our return", "See 1B.", {"back.xlsx": book}, attached=True)
    content = tree(a_message("Fw: Our return", "From Ada.", messages=[inner]))
    ret = only(handed(folder, tmp_path, "a.msg", content))
    assert (ret.file, ret.state) == ("a.msg/back.xlsx", "accepted with notes")
    (mail,) = messages_in(content)
    assert (mail.text, mail.problem) == ("From Ada. / See 1B.", "")
    (mail,) = messages_in(tree(a_message("Fw", "", messages=[inner])))
    assert mail.text == "See 1B."


@pytest.mark.parametrize(("levels", "files"), [(2, 1), (50, 1), (51, 0)])
def test_outlook__messages_in_messages_are_opened_as_deep_as_others(
    levels: int, files: int
) -> None:
    inner = a_message("In", "x", {"a.xlsx": b"PK" * 3000}, attached=True)
    for _ in range(levels - 2):
        inner = a_message("Fw", "x", messages=[inner], attached=True)
    (mail,) = messages_in(tree(a_message("Fw", "x", messages=[inner])))
    assert (len(mail.files), mail.problem == "") == (files, bool(files))


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"0\x82" + b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "signed"), (b"0", "encrypted")],
)
def test_outlook__what_is_encrypted_or_sealed_is_told(content: bytes, problem: str) -> None:
    made = a_message("a", "", {"smime.p7m": content}, kind="application/pkcs7-mime")
    (mail,) = messages_in(tree(made))
    assert (mail.files, problem in mail.problem) == ((), True)


def test_outlook__what_is_signed_is_read(book: bytes) -> None:
    whole = a_mail("", back=book).as_bytes()
    made = a_message("a", "", {"smime.p7m": whole}, kind="multipart/signed")
    (mail,) = messages_in(tree(made))
    assert [one.content for one in mail.files] == [book]


def test_mailbox__a_message_that_is_too_large_is_told_and_the_next_is_read(
    book: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlassess.ingest.intake.mail_files._MOST_MESSAGE", 100_000)
    path = tmp_path / "box"
    large = b"From: a@b.example\n\n" + b"x\n" * 100_000
    last = a_mail("", back=book).as_bytes()
    path.write_bytes(b"From a\n" + large + b"\nFrom b\n" + last)
    first, second = messages_of(path, "mailbox")
    assert (first.problem.startswith("it is larger than"), len(second.files)) == (True, 1)


def test_outlook__another_message_attached_is_told() -> None:
    content = outlook("Fw", "Here.", "ada@ash.example", "Our return", b"", embedded=True)
    (mail,) = messages_in(content)
    assert mail.files == ()
    assert mail.problem.startswith("a message that is attached to it was not opened")


def test_outlook__a_damaged_one_is_told(folder: AssessmentFolder, tmp_path: Path) -> None:
    content = outlook("Our return", "See 1B.", "ada@ash.example", "back.xlsx", b"PK" * 4000)
    name = "__substg1.0_37010102".encode("utf-16-le")
    assert name in content
    lost = content.replace(name, "__substg1.0_37FF0102".encode("utf-16-le"))
    ret = only(handed(folder, tmp_path, "a.msg", lost))
    assert codes(ret) == ["G21"]
    assert ": it is damaged." in ret.findings[0].message


def test_name__of_an_attachment_decides_nothing(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    content = a_mail("", back=book).as_bytes()
    name = b"=?utf-8?q?=2E=2E/=2E=2E/etc/p=C3=A4ss.xlsx?="
    content = content.replace(b'filename="back.xlsx"', b'filename="' + name + b'"')
    ret = only(handed(folder, tmp_path, "a.eml", content))
    assert ret.file == "a.eml/etc/päss.xlsx"
    assert not list(tmp_path.rglob("p*ss.xlsx"))


HEAD = b"From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
HOSTILE = {
    "nested": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 100_000,
    "nested mixed": HEAD + b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n)
        for n in range(20_000)
    ),
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 300_000,
    "head": HEAD + b"X-A: b\r\n" * 500_000 + b"\r\nx",
    "lines": HEAD + b"\r\n" + b"\r\n" * 5_000_000,
    "encoded words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 10_000 + b"\r\n\r\nx",
    "tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<style" * 1_000_000,
    "quotes": HEAD + b"\r\n" + b"On " * 1_000_000,
    "charset": HEAD + b'Content-Type: text/plain; charset="\xff\xfe"\r\n\r\nx',
    "comments": b"From: " + b"(" * 100_000 + b"\r\nSubject: x\r\n\r\nx",
    "lone returns": HEAD + b"\r\n" + b"\r" * 10_000_000,
    "deliveries": HEAD + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 200_000,
    "uuencoded": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n"
    + b"M!\r\n" * 300_000,
    "parameters": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + (b"--b\r\nContent-Type: text/plain" + b"; a=b" * 40_000 + b"\r\n\r\nx\r\n") * 50,
    "names in parts": HEAD + b"Content-Disposition: attachment"
    + b"".join(b";\r\n filename*%d*=%%41" % n for n in range(9_000)) + b"\r\n\r\nx",
    "styles": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<style>" * 6_000 + b"</style" * 9,
    "base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile__is_done_with_at_once(kind: str) -> None:
    before = time.process_time()
    mail = read_message(HOSTILE[kind])
    assert time.process_time() - before < 5
    assert mail.files == () or kind == "base64"


def test_hostile__all_in_one_mailbox_and_the_last_is_read(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    some = ("comments", "deliveries", "uuencoded", "names in parts", "charset", "nested mixed")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for kind in some:
        (inbox / f"{kind}.eml").write_bytes(HOSTILE[kind])
    (inbox / "z.eml").write_bytes(a_mail("", back=book).as_bytes())
    files = ingest(folder, [inbox], now=LATER, workers=1).files
    assert len(files) == len(some) + 1
    assert [one.ret.state for one in files if one.answers] == ["accepted"]


def test_uuencoded__a_file_as_old_programs_send_it(book: bytes) -> None:
    lines = [binascii.b2a_uu(book[at : at + 45]) for at in range(0, len(book), 45)]
    lines[0] = lines[0].rstrip(b"\n") + b"zz\n"  # some write more than the line holds
    head = HEAD + b"Content-Disposition: attachment; filename=a.xlsx\r\n"
    head += b"Content-Transfer-Encoding: x-uuencode\r\n\r\n"
    mail = read_message(head + b"begin 644 a.xlsx\n" + b"".join(lines) + b"`\nend\n")
    assert [file.content for file in mail.files] == [book]


def test_text__of_styles_and_heads_in_any_letters() -> None:
    page = "<HEAD>no</head><p>\u0130 say</p><style>no</STYLE> yes<script>left open"
    mail = read_message(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page.encode())
    assert mail.text == "\u0130 say yesleft open"


def test_text__of_scripts_is_not_the_partners() -> None:
    mail = read_message(
        HEAD + b"Content-Type: text/html\r\n\r\n<head><title>x</title></head>"
        b"<script>alert(1)</script><p>Only <b>this</b> &amp; that</p>"
    )
    assert mail.text == "Only this & that"


@pytest.mark.parametrize("around", ["mail", "zip", "mail in zip in mail"])
def test_message__attached_as_a_file_is_opened(
    folder: AssessmentFolder, book: bytes, tmp_path: Path, around: str
) -> None:
    """Outlook on the web attaches messages as application/octet-stream."""
    content = a_mail("For 1B please read Agree.", back=book).as_bytes()
    for kind in reversed(around.split(" in ")):
        if kind == "zip":
            packed = BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr("inner.eml", content)
            content, name = packed.getvalue(), "all.zip"
        else:
            outer, name = a_mail("Passed on."), "outer.eml"
            outer.add_attachment(
                content, maintype="application", subtype="octet-stream",
                filename="inner.zip" if content.startswith(b"PK") else "inner.eml",
            )  # fmt: skip
            content = outer.as_bytes()
    ret = only(handed(folder, tmp_path, name, content))
    assert len(ret.answers) == 3
    assert "For 1B please read Agree." in ret.findings[0].message


def test_message__in_more_messages_than_are_opened(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    content = a_mail("", back=book).as_bytes()
    for _ in range(8):
        outer = a_mail("")
        outer.add_attachment(
            content, maintype="application", subtype="octet-stream", filename="inner.eml"
        )
        content = outer.as_bytes()
    ret = only(handed(folder, tmp_path, "outer.eml", content))
    assert codes(ret) == ["G21"]
    assert "more messages and zip files than are opened" in ret.findings[0].message


@pytest.mark.parametrize("packed", [False, True])
def test_too_large__is_told_alike_however_it_came(
    folder: AssessmentFolder, tmp_path: Path, packed: bool
) -> None:
    large = bytes(20 * 1024 * 1024 + 1)
    if packed:
        held = BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("large.xlsx", large)
        result = handed(folder, tmp_path, "all.zip", held.getvalue())
    else:
        result = handed(folder, tmp_path, "large.xlsx", large)
    (finding,) = only(result).findings
    assert finding.code == "G02"
    assert finding.details["size"] == "21"


def test_message__what_it_says_about_a_workbook_read_before_is_not_lost(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    handed(folder, tmp_path, "back.xlsx", book)
    content = a_mail("For 1B please read Agree.", back=book).as_bytes()
    result = handed(folder, tmp_path, "a.eml", content)
    assert result.words == (("a.eml/back.xlsx", "For 1B please read Agree."),)
    assert handed(folder, tmp_path, "a.eml", content).words == ()
    with Ledger(folder.ledger) as ledger:
        (event,) = [one for one in ledger.events() if one.what == "words came"]
        assert event.reason == "For 1B please read Agree."
        assert ledger.audit().faults == ()


def test_message__what_was_told_with_its_workbook_is_not_told_again(
    folder: AssessmentFolder, book: bytes, tmp_path: Path
) -> None:
    content = a_mail("For 1B please read Agree.", back=book).as_bytes()
    handed(folder, tmp_path, "a.eml", content)
    assert handed(folder, tmp_path, "b.eml", content).words == ()
