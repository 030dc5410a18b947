"""A round by e-mail from end to end: true servers, a true spreadsheet program, all encrypted.

Each message goes over SMTP into a mailbox and is fetched from there over IMAP, by partners and by
xlassess alike.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from tests.clients.office import Office, Typed
from tests.mail.correspondents import Correspondent, attached
from tests.mail.dovecot import MailServerBox, dovecot, token
from tests.mail.post_office import PASSWORD, USER, post_office
from tests.mail.postfix import GONE, postfix
from tests.services.small import a_folder, answer, change_settings, with_addresses
from xlassess.assessment.register import SHEET
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.contract.layout import cell_name, layout
from xlassess.generate.query.letter import slot_cells
from xlassess.ledger import Ledger
from xlassess.model.query import Slot
from xlassess.toolkits.load import find_toolkit

PEOPLE = ("Ash", "Birch", "Cedar", "Damson")
SETTINGS = """\
mail:
  host: 127.0.0.1
  port: {port}
  user: {user}
  from: assessments@council.example
  reply_to: cora@council.example
  pace: 0
"""


@dataclass(frozen=True)
class Setting:
    """An assessment of four people, and the servers between them and the coordinator."""

    folder: AssessmentFolder
    box: MailServerBox
    people: dict[str, Correspondent]

    def run(self, *words: str, ends: int = 0) -> str:
        result = CliRunner().invoke(cli, ["-C", str(self.folder.root), *words])
        assert result.exit_code == ends, result.output
        return result.stdout

    def collected(self, *, ends: int = 0) -> dict[str, Any]:
        words = ("ingest", "--mailbox", self.box.url, "--workers", "1", "--json")
        told: dict[str, Any] = json.loads(self.run(*words, ends=ends))
        return told

    def lines(self) -> dict[str, dict[str, Any]]:
        told = json.loads(self.run("status", "--json"))
        return {line["partner"]: line for line in told["workbooks"]}


def an_assessment(root: Path, port: int, user: str = USER) -> AssessmentFolder:
    """Four people with addresses, and this server in the settings."""
    folder = a_folder(root, with_addresses(PEOPLE))
    until = date.today() + timedelta(days=14)
    change_settings(folder, "return_by: 2026-03-13\n", f"return_by: {until}\n")
    text = folder.settings_file.read_text(encoding="utf-8")
    mail = SETTINGS.format(port=port, user=user)
    folder.settings_file.write_text(text + mail, encoding="utf-8")
    return folder


def known_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *certificates: Path) -> Path:
    """Let this computer know the servers' certificates; passwords are in the environment."""
    known = tmp_path / "known.pem"
    known.write_bytes(b"".join(one.read_bytes() for one in certificates))
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    monkeypatch.setenv("XLASSESS_SMTP_PASSWORD", PASSWORD)
    monkeypatch.setenv("XLASSESS_IMAP_PASSWORD", PASSWORD.replace(" ", ""))
    return known


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setting]:
    with dovecot() as box, post_office(tmp_path) as office:
        office.deliver = lambda to, data: box.deliver(data, user=to.partition("@")[0])
        own = tmp_path / "certificate.pem"
        known = known_here(tmp_path, monkeypatch, own, box.home / "certificate.pem")
        people = {
            name: Correspondent(f"{name.lower()}@example.org", box, office.port, known)
            for name in PEOPLE
        }
        yield Setting(an_assessment(tmp_path / "small", office.port), box, people)


def filled_in(
    office: Office, folder: AssessmentFolder, book: Path, answers: tuple[str, ...], kind: str
) -> Path:
    """What a partner does: type into the cells, and save the workbook."""
    (table,) = layout(find_toolkit("tiny", folder.toolkits)).sections[0].tables
    column = table.column("answer")
    assert column is not None
    cells = [cell_name(row.index, column.index) for row in table.rows]
    typed = [Typed("1 Basics", cell, said) for cell, said in zip(cells, answers, strict=True)]
    saved = book.with_name(f"{book.stem} filled in.{kind}")
    assert office.work(book, typed, save=[saved]).locked == ()
    return saved


@pytest.mark.clients("libreoffice", "dovecot")
def test_round__sent_filled_in_replied_collected_queried_answered_and_summed_up(
    setting: Setting, office: Office, tmp_path: Path
) -> None:
    folder, people = setting.folder, setting.people
    setting.run("generate")
    references = {name: line["reference"] for name, line in setting.lines().items()}
    assert "4 messages sent" in setting.run("send", "--via", "smtp")
    assert {line["state"] for line in setting.lines().values()} == {"sent"}

    # Ash answers well, Birch writes a word that is no choice, Cedar writes only, Damson is away.
    mails = {name: person.inbox()[-1] for name, person in people.items()}
    for name, said, kind in (
        ("Ash", ("Agree", "Disagree", "Agree"), "xlsx"),
        ("Birch", ("Agree", "Perhaps", "Disagree"), "ods"),
    ):
        assert references[name] in mails[name]["Subject"]
        book = attached(mails[name], tmp_path / name)
        saved = filled_in(office, folder, book, said, kind)
        people[name].answer(mails[name], "Here it is.", [saved])
    people["Cedar"].answer(mails["Cedar"], "We have nothing to report this year.")
    people["Damson"].answer(
        mails["Damson"], "I am on leave until 4 May.", Auto_Submitted="auto-replied"
    )
    told = setting.collected(ends=1)
    assert (told["mailbox"]["taken"], told["mailbox"]["left"]) == (4, 0)
    lines = setting.lines()
    assert {name: (line["state"], line["answers"]) for name, line in lines.items()} == {
        "Ash": ("returned", 3), "Birch": ("query open", 2),
        "Cedar": ("sent", 0), "Damson": ("sent", 0),
    }  # fmt: skip
    assert [one["item"] for one in lines["Birch"]["queries"]] == ["1B"]
    assert lines["Damson"]["notice"]["kind"] == "away"
    assert setting.collected()["mailbox"]["taken"] == 0  # the second run finds nothing new

    # Birch is asked about that cell, and answers in the query workbook.
    setting.run("query")
    assert "1 message sent" in setting.run("send", "--queries", "--via", "smtp")
    question = people["Birch"].inbox()[-1]
    assert "Perhaps" in question.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    asked = attached(question, tmp_path / "asked")
    saved = asked.with_name("answered.xlsx")
    sheet, cell = slot_cells(find_toolkit("tiny", folder.toolkits))[Slot("1B", "answer")]
    assert office.work(asked, [Typed(sheet, cell, "Disagree")], save=[saved]).locked == ()
    people["Birch"].answer(question, "Sorry: now it is clear.", [saved])
    assert setting.collected()["mailbox"]["taken"] == 1
    setting.run("nil", references["Cedar"], "--reason", "Said so by e-mail.")
    assert "2 messages sent" in setting.run("send", "--thanks", "--via", "smtp")
    assert "3 answers" in people["Birch"].inbox()[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]

    states = {name: line["state"] for name, line in setting.lines().items()}
    assert states == {
        "Ash": "returned", "Birch": "returned", "Cedar": "nil return", "Damson": "sent",
    }  # fmt: skip
    setting.run("consolidate")
    rows = openpyxl.load_workbook(folder.summary_file("2026"))["Data"].iter_rows(values_only=True)
    told_of = [(row[0], row[7], row[11]) for row in rows if row[9] == "answer"]
    assert [one for one in told_of if one[0] == references["Birch"]] == [
        (references["Birch"], "1A", "agreement:high"),
        (references["Birch"], "1B", "agreement:low"),
        (references["Birch"], "1C", "agreement:low"),
    ]
    assert len(told_of) == 6
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()
        sent = [event.what for event in ledger.events()].count("message ended")
        current = ledger.current("2026")
    assert sent == 4 + 1 + 2
    assert {
        name: [answer.value for answer in current[references[name]].answers]
        for name in ("Ash", "Birch")
    } == {"Ash": ["high", "low", "high"], "Birch": ["high", "low", "low"]}
    assert [len(person.inbox()) for person in people.values()] == [2, 3, 1, 1]


def until_there(person: Correspondent, wanted: int) -> EmailMessage:
    """The last message of an inbox, once so many are in it: servers deliver in their own time."""
    for _ in range(100):
        mails = person.inbox()
        if len(mails) >= wanted:
            return mails[-1]
        time.sleep(0.1)
    raise AssertionError(f"{person.address} has {len(mails)} messages.")


@pytest.mark.thorough
@pytest.mark.clients("dovecot", "postfix")
def test_postfix__takes_delivers_and_sends_back_what_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A true exchange: its own encryption, signing in, queue, delivery and delivery report."""
    plain = PASSWORD.replace(" ", "")
    users = ("cora", "assessments", *(name.lower() for name in PEOPLE))
    with dovecot() as box, postfix(box, users) as (port, own):
        known = known_here(tmp_path, monkeypatch, own, box.home / "certificate.pem")
        monkeypatch.setenv("XLASSESS_SMTP_PASSWORD", plain)
        folder = an_assessment(tmp_path / "small", port, user="cora")
        rows = openpyxl.load_workbook(folder.register_file)
        rows[SHEET]["D3"] = f"{GONE}@example.org"  # Birch
        rows[SHEET]["D4"] = "nobody@example.org"  # Cedar
        rows.save(folder.register_file)
        change_settings(folder, "from: assessments@", "from: cora@")
        people = {
            name: Correspondent(f"{name.lower()}@example.org", box, port, known, plain)
            for name in (*PEOPLE, "Cora")
        }
        setting = Setting(folder, box, people)
        setting.run("generate")
        told = setting.run("send", "--via", "smtp", ends=1)
        assert "3 messages sent" in told
        assert "Refused by the mail server (1)" in told
        assert "nobody@example.org" in told

        # By a token in place of the password; one that is over is told, and is not said again.
        monkeypatch.delenv("XLASSESS_SMTP_PASSWORD")
        for until, ends in ((None, 0), (1.0, 3)):
            monkeypatch.setenv("XLASSESS_SMTP_TOKEN", token("cora", until))
            told = setting.run("send", "--again", "--test", "ash@example.org", ends=ends)
            assert ("was sent to ash@example.org" in told) == (ends == 0)
        mail = until_there(people["Ash"], 2)
        assert "by post.example (Postfix)" in mail["Received"]
        book = answer(folder, "Jo Ash", tmp_path / "ash.xlsx")
        people["Ash"].answer(mail, "Here it is.", [book])
        bounced = until_there(people["Cora"], 2)
        assert {one.get_content_type() for one in people["Cora"].inbox()} >= {"multipart/report"}
        assert bounced is not None
        told = setting.collected(ends=0)
        assert told["mailbox"]["taken"] == 2
        lines = setting.lines()
        assert {name: line["state"] for name, line in lines.items()} == {
            "Ash": "returned", "Birch": "sent", "Cedar": "not sent", "Damson": "sent",
        }  # fmt: skip
        assert lines["Birch"]["notice"]["kind"] == "no such address"
        assert lines["Ash"]["answers"] == 3
