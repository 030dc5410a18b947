"""Several addresses, copies, delegates and leave: as the register has them, in all that is sent."""

from __future__ import annotations

import re
import shlex
from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.services.post.test_offers import handed
from tests.services.small import LATER, MONDAY, a_folder, answer, made_once
from xlassess.assessment.register import (
    AWAY,
    COPIES,
    DELEGATE,
    HEADINGS,
    SHEET,
    RegisterError,
    read_register,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.starter import register_book
from xlassess.cli.app import cli
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued
from xlassess.services.decide import Why, mark, set_message_aside
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.post.mail_report import unwritten
from xlassess.services.post.send import Ask, draft, preview
from xlassess.services.query import query
from xlassess.services.status import status

LEAVE = LATER.date() + timedelta(days=3)
Row = tuple[str, str, str, str, "date | None"]
ADA: Row = ("Ada Ash", "ada@ash.example; office@ash.example", "lead@ash.example", "", None)
BEA: Row = ("Bea Birch", "bea@birch.example", "", "", LEAVE)
CY: Row = ("Cy Cedar", "shared@cedar.example", "", "deputy@cedar.example", LEAVE)
DI: Row = ("Di Cedar", "shared@cedar.example", "", "", None)


def write(folder: AssessmentFolder, *people: Row) -> None:
    """Write the register: name, addresses, copies, delegate, until when somebody is away."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append((*HEADINGS[:2], "E-mail", COPIES, DELEGATE, AWAY))
    for name, *rest in people:
        sheet.append((name.split()[1], name, *rest))
    book.save(folder.register_file)


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    made = a_folder(tmp_path / "small")
    write(made, ADA, BEA, CY, DI)
    generate(made, now=MONDAY)
    return made


def heads(folder: AssessmentFolder, ask: Ask) -> dict[str, tuple[list[str], list[str]]]:
    """The addresses that each draft goes to, and those that get a copy, by the name of the file."""
    draft(folder, ask, now=LATER)
    found = {}
    for path in sorted(folder.drafts.glob("*/*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        to, copies = (
            [one.addr_spec for one in mail[name].addresses] if mail[name] else []
            for name in ("To", "Cc")
        )
        found[path.stem] = to, copies
    return found


def test_send__goes_to_every_address_with_copies(folder: AssessmentFolder) -> None:
    told = heads(folder, Ask("invitation"))
    assert told["ash_ada-ash"] == (["ada@ash.example", "office@ash.example"], ["lead@ash.example"])
    assert told["birch_bea-birch"] == (["bea@birch.example"], [])
    # who is away is written to all the same, and so is the delegate
    assert told["cedar_cy-cedar"] == (["deputy@cedar.example", "shared@cedar.example"], [])
    assert told["cedar_di-cedar"] == (["shared@cedar.example"], [])  # one box for two people


def test_remind__nobody_on_leave_before_they_are_back(folder: AssessmentFolder) -> None:
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    composed, _ = preview(folder, Ask("reminder"), now=LATER)
    day = f"{LEAVE.day} March 2026"
    assert composed.away == (f"Birch, Bea Birch: until {day}",)
    assert [one.letter.address for one in composed.post] == [
        "ada@ash.example", "deputy@cedar.example", "shared@cedar.example"
    ]  # fmt: skip
    after, _ = preview(folder, Ask("reminder"), now=LATER + timedelta(days=4))
    assert after.away == ()
    assert [one.letter.address for one in after.post] == [
        "ada@ash.example", "bea@birch.example", "shared@cedar.example", "shared@cedar.example"
    ]  # fmt: skip
    named, _ = preview(folder, Ask("reminder", ("Bea Birch",), again=True), now=LATER)
    assert [one.partner for one in named.post] == ["Birch"]


def test_remind__who_says_so_in_an_automatic_reply_is_on_leave(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    text = f"I am out of the office until {LEAVE:%d} March 2026."
    heads_of = {"Subject": "Automatic reply", "Auto_Submitted": "auto-replied"}
    handed(folder, tmp_path / "away.eml", text, None, "office@ash.example", **heads_of)
    composed, _ = preview(folder, Ask("reminder"), now=LATER)
    assert [one.split(":")[0] for one in composed.away] == ["Ash, Ada Ash", "Birch, Bea Birch"]


def test_remind__nobody_who_wrote_that_they_have_left(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """They are named with their words, until the register is corrected or the message put away."""
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    text = "I have left the council and now work elsewhere."
    heads_of = {"Subject": "Automatic reply", "Auto_Submitted": "auto-replied"}
    handed(folder, tmp_path / "left.eml", text, None, "ada@ash.example", **heads_of)
    stranger = "Please note: I no longer work here."
    handed(folder, tmp_path / "other.eml", stranger, None, "who@else.example")
    composed, _ = preview(folder, Ask("reminder"), now=LATER)
    assert composed.left == (f"Ash, Ada Ash: “{text}”",)
    assert composed.needs_person
    assert "ada@ash.example" not in [one.letter.address for one in composed.post]
    (told,) = [one for one in unwritten(composed) if "have left" in one.title]
    assert "register" in told.remedy
    done = mark(folder, [], "reminded", Why(LATER), everyone=True)
    assert any("Ada Ash" in one for one in done.left_out)
    named, _ = preview(folder, Ask("reminder", ("Ada Ash",), again=True), now=LATER)
    assert [one.partner for one in named.post] == ["Ash"]
    (offer,) = status(folder, today=LATER.date()).offers
    set_message_aside(folder, offer.event, Why(LATER, "She is back"))
    after, _ = preview(folder, Ask("reminder"), now=LATER)
    assert after.left == ()
    assert "ada@ash.example" in [one.letter.address for one in after.post]


def test_remind__says_who_is_left_out(folder: AssessmentFolder) -> None:
    write(folder, (*BEA[:4], date(2999, 1, 1)))
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "remind", "--preview"]).stdout
    assert "On leave, so not reminded (1)" in said
    assert "Birch, Bea Birch: until 1 January 2999" in said


def test_reminded__leaves_out_whom_remind_leaves_out(folder: AssessmentFolder) -> None:
    write(folder, ADA, (*BEA[:4], date(2999, 1, 1)))
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    book = {one.respondent: one.reference for one in issued_in(folder)}
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "remind"]).stdout
    assert f"xlassess reminded {book['Ada Ash']}" in " ".join(said.split())
    assert book["Bea Birch"] not in said
    assert "reminded --all" not in said
    done = CliRunner().invoke(cli, ["-C", str(folder.root), "reminded", "--all"]).stdout
    assert "Recorded: 1 workbook reminded." in done
    assert f"Birch, Bea Birch, {book['Bea Birch']}" in done.partition("Recorded")[0]
    with Ledger(folder.ledger) as ledger:
        assert dict(ledger.register().reminders) == {book["Ada Ash"]: 1}


def test_remind__where_all_have_answered_says_so(folder: AssessmentFolder, tmp_path: Path) -> None:
    write(folder, ADA)
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "ada.xlsx")], now=LATER)
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "remind"]).stdout
    assert "There is nobody to write to." in said
    assert "Nothing is awaited" in said
    assert "xlassess sent" not in said


def test_remind__where_everybody_left_is_away_names_no_other_reason(
    folder: AssessmentFolder,
) -> None:
    write(folder, (*BEA[:4], date(2999, 1, 1)))
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "remind"]).stdout
    assert "On leave, so not reminded (1)" in said
    assert "Nothing is awaited" not in said
    assert "xlassess sent" not in said


def test_generate_and_send__say_who_is_away_until_the_return_date(folder: AssessmentFolder) -> None:
    last = date(2026, 3, 13)  # the return date itself is a day of leave
    write(folder, (*BEA[:4], last), (*CY[:4], last), (*ADA[:4], last - timedelta(days=1)))
    assert generate(folder, now=MONDAY).absent == ("Birch, Bea Birch",)
    composed, _ = preview(folder, Ask("invitation"), now=MONDAY)
    assert composed.absent == ("Birch, Bea Birch",)
    assert generate(folder, now=LATER + timedelta(days=9)).absent == ()
    write(folder, (*BEA[:4], date(2999, 1, 1)))
    for command in ("generate", "send"):
        said = CliRunner().invoke(cli, ["-C", str(folder.root), command]).stdout
        assert "On leave until the return date or later (1)" in said


def test_query__the_text_has_every_address_and_copies(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    doubtful = answer(folder, "Ada Ash", tmp_path / "ada.xlsx", ("Agree", "Mostly", "Agree"))
    ingest(folder, [doubtful], now=LATER)
    before = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert "To ask the partners: xlassess query" in before
    (asked,) = query(folder, now=LATER).workbooks
    heads = asked.letter.read_text(encoding="utf-8").split("\n")
    assert heads[0] == "To: ada@ash.example, office@ash.example"
    assert heads[1] == "Cc: lead@ash.example"
    after = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert "To ask the partners: xlassess query" not in after
    assert "xlassess send --queries" in after
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "send", "--queries"]).stdout
    assert "1 message written" in said
    assert "record it: xlassess sent --queries" in said


def issued_in(folder: AssessmentFolder) -> tuple[Issued, ...]:
    with Ledger(folder.ledger) as ledger:
        return tuple(ledger.issued())


@pytest.mark.parametrize(
    ("sender", "other"),
    [
        ("OFFICE@ash.example", ""),
        ("lead@ash.example", ""),
        ("bea@birch.example", "Bea Birch"),
        ("deputy@cedar.example", "Cy Cedar"),
    ],
)
def test_ingest__a_workbook_may_come_from_any_address_of_theirs(
    folder: AssessmentFolder, tmp_path: Path, sender: str, other: str
) -> None:
    """Of one that came from another's address, the command that counts it for them is told."""
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    (file,) = handed(folder, tmp_path / "m.eml", "", book, sender).files
    assert [one.code for one in file.ret.findings] == ["I15"] * bool(other)
    for note in file.ret.findings:
        _, *words = shlex.split(note.remedy.partition("workbooks: ")[2])
        done = CliRunner().invoke(cli, ["-C", str(folder.root), *words])
        assert done.exit_code == 0, done.output
        counts = {one.respondent: one.number for one in status(folder, today=LATER.date()).lines}
        assert (counts[other], counts["Ada Ash"]) == (1, 0)


@pytest.mark.parametrize("settled", ["reassign", "waive", "set-aside", "gives way", "register"])
def test_status__whose_workbook_it_is_until_it_is_settled(
    folder: AssessmentFolder, tmp_path: Path, settled: str
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    handed(folder, tmp_path / "m.eml", "", book, "BEA@birch.example")
    where = ["-C", str(folder.root)]
    said = CliRunner().invoke(cli, [*where, "status"]).stdout
    (ret,) = status(folder, today=LATER.date()).from_others
    assert "Sent from another address: 1 workbook" in said
    told = re.findall(r"xlassess ((?:reassign \S+ --to|waive) \S+)", " ".join(said.split()))
    commands = {one.split()[0]: one.split() for one in told}
    if settled == "gives way":
        later = answer(folder, "Ada Ash", tmp_path / "two.xlsx", ("Agree", "Agree", "Disagree"))
        handed(folder, tmp_path / "n.eml", "", later, "ada@ash.example")
        CliRunner().invoke(cli, [*where, "choose", ret.reference, "2", "--reason", "x"])
    elif settled == "register":
        write(folder, (ADA[0], f"{ADA[1]}; bea@birch.example", *ADA[2:]), BEA, CY, DI)
    else:
        words = commands.get(settled, ["set-aside", str(ret.number)])
        done = CliRunner().invoke(cli, [*where, *words, "--reason", "They said so"])
        assert done.exit_code == 0, done.output
    assert {"reassign", "waive"} <= commands.keys()
    assert status(folder, today=LATER.date()).from_others == ()
    assert "another address" not in CliRunner().invoke(cli, [*where, "status"]).stdout


def test_ingest__one_box_for_two_people_is_no_contradiction(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    for name in ("Cy Cedar", "Di Cedar"):
        book = answer(folder, name, tmp_path / "book.xlsx")
        file = handed(folder, tmp_path / "m.eml", "", book, "shared@cedar.example").files[0]
        assert file.ret.findings == ()


def test_generate__brings_an_address_up_to_date(folder: AssessmentFolder) -> None:
    write(folder, ("Ada Ash", "new@ash.example", "", "", None), BEA, CY, DI)
    assert heads(folder, Ask("invitation"))["ash_ada-ash"][0] == ["new@ash.example"]
    generate(folder, now=LATER)
    with Ledger(folder.ledger) as ledger:
        assert ledger.issued()[0].email == "new@ash.example"
        assert ledger.audit().faults == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("A", "a@b.example; nobody", "", "", ""), "is not an e-mail address"),
        (("A", "", "Jo <jo@b.example", "", ""), "is not an e-mail address"),
        (("A", "", "", "a@b.example, c@d.example", ""), "more than one address of a delegate"),
        (("A", "", "", "", "soon"), "'soon' is not a day"),
    ],
)
def test_register__what_cannot_be_is_told_with_its_cell(row: tuple[str, ...], said: str) -> None:
    head = ("Partner", "E-mail", "Cc", "Delegate", "On leave until")
    text = "\n".join("\t".join(line) for line in (head, row)).encode()
    with pytest.raises(RegisterError) as caught:
        read_register(text, "partners.csv", ("pat",))
    assert said in str(caught.value.problems[0].message)
    assert caught.value.problems[0].cell


def test_register__the_next_round_begins_with_addresses_copies_and_delegates(
    folder: AssessmentFolder,
) -> None:
    people = read_register(register_book(folder.respondents()), "next.xlsx", ("tiny",)).respondents
    ada, _, cy, _ = people
    assert (ada.email, ada.others, ada.copies) == (
        "ada@ash.example", ("office@ash.example",), ("lead@ash.example",)
    )  # fmt: skip
    assert (cy.delegate, cy.away) == ("deputy@cedar.example", None)


def test_send__a_delegate_is_told_for_whom_and_until_when(folder: AssessmentFolder) -> None:
    day = f"{LEAVE.day} March 2026"
    _, texts = preview(folder, Ask("invitation", ("Cy Cedar",)), now=LATER)
    (text,) = texts
    assert "Dear colleague,\n" in text
    assert f"You get this message as the delegate of Cy Cedar, who is away until {day}." in text
    assert "Cy Cedar <deputy" not in text
    write(folder, ("Cy Cedar", "cy@cedar.example", "", "ada@ash.example", LEAVE), ADA)
    generate(folder, now=MONDAY)
    _, (known,) = preview(folder, Ask("invitation", ("Cy Cedar",)), now=LATER)
    assert "To: Ada Ash <ada@ash.example>; cy@cedar.example" in known
    assert "Dear Ada Ash,\n" in known
    _, (back,) = preview(folder, Ask("invitation", ("Cy Cedar",)), now=LATER + timedelta(days=9))
    assert "Dear Cy Cedar,\n" in back
    assert "delegate" not in back


def test_send__a_query_to_a_delegate_greets_the_delegate(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    back = answer(folder, "Cy Cedar", tmp_path / "cy.xlsx", ("Agree", "Perhaps", "Agree"))
    ingest(folder, [back], now=MONDAY, workers=1)
    query(folder, now=MONDAY)
    _, (text,) = preview(folder, Ask("query"), now=LATER)
    assert "Dear Cy Cedar" not in text
    assert text.index("Dear colleague,") < text.index("as the delegate of Cy Cedar") < text.index(
        "Thank you for returning your workbook"
    )  # fmt: skip


def test_query__the_text_is_to_the_delegate_of_whoever_says_to_be_away(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """The text beside a query workbook knows of leave by the register and by automatic replies."""
    write(folder, ADA, BEA, ("Cy Cedar", "cy@cedar.example", "", "ada@ash.example", None), DI)
    generate(folder, now=MONDAY)
    back = answer(folder, "Cy Cedar", tmp_path / "cy.xlsx", ("Agree", "Perhaps", "Agree"))
    ingest(folder, [back], now=MONDAY, workers=1)
    leave = f"I am on leave until {LEAVE.isoformat()}."
    heads = {"Auto-Submitted": "auto-replied"}
    (notice,) = handed(
        folder, tmp_path / "m.eml", leave, sender="cy@cedar.example", **heads
    ).notices
    assert notice.notice.until == LEAVE
    (asked,) = query(folder, now=LATER).workbooks
    text = asked.letter.read_text(encoding="utf-8")
    assert text.startswith("To: ada@ash.example, cy@cedar.example\n")
    until = f"{LEAVE.day} March 2026"
    told = f"You get this message as the delegate of Cy Cedar, who is away until {until}."
    assert f"\n\nDear Ada Ash,\n{told}\n\n" in text
    _, (sent,) = preview(folder, Ask("query"), now=LATER)
    assert sent.count(told) == 1
    assert sent.count("Dear Ada Ash,") == 1
    _, (later,) = preview(folder, Ask("query"), now=LATER + timedelta(days=9))
    assert (
        "delegate" not in later
    )  # back again: greeted in person, though the text was written then
    assert "Dear Cy Cedar,\n" in later


def test_draft__the_list_for_a_mail_merge_keeps_copies_apart(folder: AssessmentFolder) -> None:
    made = draft(folder, Ask("invitation", ("Ada Ash",)), now=LATER)
    head, row = openpyxl.load_workbook(made.folder / "mail-merge.xlsx").active.iter_rows(  # type: ignore[union-attr]
        values_only=True
    )
    told = dict(zip(head, row, strict=True))
    assert told["Address"] == "ada@ash.example; office@ash.example"
    assert told["Copies to"] == "lead@ash.example"


def failed(folder: AssessmentFolder, path: Path, *addresses: str) -> str:
    """Hand over a report that messages to these addresses failed; return what it is about."""
    blocks = "".join(f"\nFinal-Recipient: rfc822; {one}\nAction: failed\nStatus: 5.1.1\n"
                     for one in addresses)  # fmt: skip
    path.write_text(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: message/delivery-status\n{blocks}\n--b--\n"
    )
    (noticed,) = ingest(folder, [path], now=LATER, workers=1).notices
    return noticed.notice.address


def test_ingest__a_report_about_the_address_of_a_copy_says_so(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    assert failed(folder, tmp_path / "1.eml", "lead@ash.example") == "lead@ash.example"
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status", "--full"]).stdout
    assert "lead@ash.example: address does not exist" in said
    assert failed(folder, tmp_path / "2.eml", "ada@ash.example", "lead@ash.example") == ""
    # what is known of their own address is not covered by that of another
    assert failed(folder, tmp_path / "3.eml", "office@ash.example") == "office@ash.example"
    with Ledger(folder.ledger) as ledger:
        (notice,) = {*ledger.register().notices.values()}
    assert (notice.kind, notice.address) == ("no such address", "")


def test_remind__on_the_day_of_sending_is_told(folder: AssessmentFolder) -> None:
    mark(folder, [], "sent", Why(LATER), everyone=True)
    ask = Ask("reminder")
    assert (
        draft(folder, ask, now=LATER + timedelta(hours=2)).composed.fresh == 3
    )  # but Bea, who is away
    assert draft(folder, ask, now=LATER + timedelta(days=2)).composed.fresh == 0
    assert draft(folder, Ask("invitation", again=True), now=LATER).composed.fresh == 0


def test_remind__to_an_address_that_does_not_exist_is_told_and_not_sent_again(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    failed(folder, tmp_path / "1.eml", "ada@ash.example")
    failed(folder, tmp_path / "2.eml", "deputy@cedar.example")
    ask = Ask("reminder")
    composed, texts = preview(folder, ask, now=LATER)
    assert [one.partition(" (")[0] for one in composed.unreachable] == [
        "Ash, Ada Ash: ada@ash.example", "Cedar, Cy Cedar: deputy@cedar.example"
    ]  # fmt: skip
    assert (len(texts), composed.needs_person) == (1, True)
    ran = CliRunner().invoke(cli, ["-C", str(folder.root), "remind", "--preview"])
    assert "The address does not exist, so nothing is sent there (1)" in ran.output
    assert "Correct the address in the register" in ran.output
    assert ran.exit_code == 1
    # nor is it recorded that they were reminded
    done = mark(folder, [], "reminded", Why(LATER), everyone=True)
    assert not {book.issued.respondent for book in done.books} & {"Ada Ash"}
    # who is named once more is written to, and so is a corrected address
    named, _ = preview(folder, Ask("reminder", ("Ada Ash",), again=True), now=LATER)
    assert (named.unreachable, len(named.post)) == ((), 1)
    write(folder, ("Ada Ash", "ada@new.example", "", "", None), BEA, CY, DI)
    composed, _ = preview(folder, Ask("reminder", ("Ada Ash",)), now=LATER)
    assert [post.letter.address for post in composed.post] == ["ada@new.example"]


def test_remind__leaves_out_a_copy_that_does_not_exist_and_says_so(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    mark(folder, [], "sent", Why(MONDAY), everyone=True)
    failed(folder, tmp_path / "1.eml", "lead@ash.example", "office@ash.example")
    composed, _ = preview(folder, Ask("reminder", ("Ada Ash",)), now=LATER)
    assert [post.letter.all_addresses for post in composed.post] == [("ada@ash.example",)]
    assert len(composed.dropped) == 2
    mark(folder, [], "reminded", Why(LATER), everyone=True)  # something was sent since
    composed, _ = preview(folder, Ask("reminder", ("Ada Ash",)), now=LATER)
    assert composed.dropped == ()


def test_remind__to_where_a_passed_on_message_failed_is_told(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """The report names an address that we never wrote to, and our message by its Message-ID."""
    with Ledger(folder.ledger, lambda: MONDAY) as ledger:
        book = next(one for one in ledger.issued() if one.respondent == "Bea Birch")
        known = f"<xlassess.{'a' * 32}@x.example>"
        ledger.messages.begin(known, "invitation", [book.reference], planned=99)
        ledger.messages.end(known, "sent", "", mark="sent", references=[book.reference])
    path = tmp_path / "1.eml"
    path.write_text(
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; gone@far.example\n"
        f"Action: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\n"
        f"Message-ID: {known}\n\n--b--\n"
    )
    ingest(folder, [path], now=LATER, workers=1)
    later = LATER + timedelta(days=9)  # she is back
    composed, texts = preview(folder, Ask("reminder", ("Bea Birch",)), now=later)
    assert (len(composed.unreachable), texts) == (1, [])
