"""Drafts as others open them: a second parser, and a mail program that sends what is in them."""

from __future__ import annotations

import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clients.mail_programs import (
    copied_by_neomutt,
    read_by_postal_mime,
    sent_by_neomutt,
)
from tests.mail.test_message import SETTINGS, a_letter
from tests.services.small import MONDAY, a_folder
from xlassess.assessment.register import SHEET
from xlassess.assessment.settings import AssessmentFolder
from xlassess.mail import message, standard_words
from xlassess.services.generate import generate
from xlassess.services.post.send import Ask, Drafted, draft

PEOPLE = (
    ("Ash & Søn “Council”", "Zoë O'Brien, deputy", "zoe@ash.example; office@ash.example",
     "lead@bücher.example"),
    ("Бирч =?utf-8?q?x?=", "Бирюк Ада", "ada.b@birch.example", None),
    ("Cedar " * 12, "Jo \"Jojo\" Bell <jo@else.example>", "jo@cedar.example", None),
)  # fmt: skip
"""Names as registers have them, each with addresses and the one that gets a copy."""


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    rows = tuple((partner, name, "", addresses) for partner, name, addresses, _ in PEOPLE)
    folder = a_folder(tmp_path_factory.mktemp("drafts") / "small", rows)
    book = openpyxl.load_workbook(folder.register_file)
    for row, said in enumerate(("Copies to", *(copy for *_, copy in PEOPLE)), start=1):
        book[SHEET].cell(row, 6).value = said
    book.save(folder.register_file)
    generate(folder, now=MONDAY)
    return draft(folder, Ask("invitation"), now=MONDAY)


def files_of(content: bytes) -> dict[str, str]:
    """The workbooks of a message, by name, with the hash of each."""
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return {
        str(part.get_filename()): hashlib.sha256(part.get_payload(decode=True)).hexdigest()  # type: ignore[arg-type]
        for part in mail.iter_attachments()
        if str(part.get_filename()).endswith(".xlsx")
    }


def issued_files(drafted: Drafted, references: tuple[str, ...]) -> dict[str, str]:
    # each kind of draft has a folder of its own in that of all drafts
    outbox = AssessmentFolder(drafted.folder.parent.parent).outbox
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in outbox.glob("*.xlsx")
        if any(reference in path.name for reference in references)
    }


@pytest.mark.clients("postal-mime")
def test_drafts__a_second_parser_reads_what_was_meant(drafted: Drafted) -> None:
    assert len(drafted.drafts) == 3
    people = {person[2].partition(";")[0]: person for person in PEOPLE}
    for one in drafted.drafts:
        _, name, addresses, copy = people[one.address]
        told = read_by_postal_mime(one.path)
        assert [each["address"] for each in told["to"]] == addresses.split("; ")
        assert told["to"][0]["name"] == name
        # a domain in other letters stands there as servers know it
        copies = ["lead@xn--bcher-kva.example"] if copy else []
        assert [each["address"] for each in told["cc"]] == copies
        assert one.references[0] in told["subject"]
        assert told["headers"].count("x-unsent") == 1
        files = {each["name"]: each["sha256"] for each in told["files"]}
        calendar = files.pop("return-date.ics", None)
        assert calendar is not None
        assert files == issued_files(drafted, one.references)
        for said in (told["text"], told["html"]):
            assert one.references[0] in said


@pytest.mark.clients("neomutt")
def test_drafts__a_mail_program_opens_and_sends_them(drafted: Drafted, tmp_path: Path) -> None:
    for number, one in enumerate(drafted.drafts):
        handed = sent_by_neomutt(one.path, tmp_path / str(number))
        before = message_from_bytes(one.path.read_bytes(), policy=policy.default)
        after = message_from_bytes(handed.content, policy=policy.default)
        for head in ("To", "Cc"):
            assert _addresses(after, head) == _addresses(before, head)
        assert {*handed.addresses} == {*_addresses(before, "To"), *_addresses(before, "Cc")}
        assert " ".join(after["Subject"].split()) == " ".join(before["Subject"].split())
        assert files_of(handed.content) == issued_files(drafted, one.references)


def _addresses(mail: object, head: str) -> list[str]:
    assert isinstance(mail, EmailMessage)
    return [one.addr_spec for one in mail[head].addresses] if mail[head] else []


@pytest.mark.clients("neomutt")
def test_drafts__a_mail_program_opens_the_mailbox_of_all(drafted: Drafted, tmp_path: Path) -> None:
    copies = copied_by_neomutt(drafted.folder / "drafts.mbox", tmp_path / "home")
    found = {tuple(sorted(files_of(one).items())) for one in copies}
    wanted = {
        tuple(sorted(issued_files(drafted, one.references).items())) for one in drafted.drafts
    }
    assert len(copies) == 3
    assert found == wanted


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80)
_LOCAL = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=30).filter(
    lambda text: not text.startswith(".") and not text.endswith(".") and ".." not in text
)


@pytest.mark.clients("postal-mime")
@given(name=_TEXT, subject=_TEXT, local=_LOCAL)
def test_drafts__no_name_or_subject_becomes_anything_else(
    tmp_path_factory: pytest.TempPathFactory, name: str, subject: str, local: str
) -> None:
    """Whatever stands in them, a second parser finds the same heads, one address, one file."""
    address = f"{local}@ash.example"
    plain = a_letter(name="Jo Bell", address="jo@ash.example")
    path = tmp_path_factory.mktemp("one") / "draft.eml"
    path.write_bytes(message(plain, SETTINGS, standard_words()))
    usual = read_by_postal_mime(path)
    letter = a_letter(name=name, address=address, subject=subject, text="Hello\n\nThe text")
    path.write_bytes(message(letter, SETTINGS, standard_words()))
    told = read_by_postal_mime(path)
    assert told["headers"] == usual["headers"]
    assert [one["address"] for one in told["to"]] == [address]
    assert told["cc"] == []
    assert [one["name"] for one in told["files"]] == [one["name"] for one in usual["files"]]
