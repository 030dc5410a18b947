"""Messages: what any parser reads in them, whatever stands in a register."""

from __future__ import annotations

import mailbox
from datetime import date, datetime, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.mail import (
    KINDS,
    Attachment,
    Delegate,
    Kind,
    Letter,
    MailError,
    mailbox_of,
    message,
    own_words,
    standard_template,
    standard_words,
)
from xlassess.model.assessment import Assessment, Coordinator, is_office

AT = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
SETTINGS = Assessment(
    id="small", partnership="Ash & Birch", round="2026", toolkits=("pat",),
    coordinator=Coordinator("Cora Coordinator", "cora@ash.example", "01632 960 471"),
)  # fmt: skip
BOOK = Attachment("K7M4-9QX3", "2026 PAT - Ash - K7M4-9QX3.xlsx", b"PK the workbook")


def a_letter(kind: Kind = "invitation", name: str = "Jo Bell", **other: object) -> Letter:
    fields = {
        "address": "jo@ash.example", "until": date(2026, 3, 31), "references": ("K7M4-9QX3",),
        "names": (BOOK.name,), "attachments": (BOOK,), **other,
    }  # fmt: skip
    return Letter(kind, name=name, **fields)  # type: ignore[arg-type]


def read(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return " ".join(part.get_content().split())


def test_message__invitation_has_what_a_partner_needs() -> None:
    mail = read(message(a_letter(), SETTINGS, standard_words()))
    assert mail["To"].addresses[0].addr_spec == "jo@ash.example"
    assert mail["From"].addresses[0].display_name == "Cora Coordinator"
    assert mail["X-Unsent"] == "1"
    assert "K7M4-9QX3" in mail["Subject"]
    assert "31 March 2026" in mail["Subject"]
    for kind in ("plain", "html"):
        said = body(mail, kind)
        assert "Dear Jo Bell," in said
        assert "31 March 2026" in said
        assert BOOK.name in said
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == (BOOK.name, BOOK.content)


@pytest.mark.parametrize("kind", KINDS)
def test_message__every_kind_without_a_day_names_none(kind: Kind) -> None:
    mail = read(message(a_letter(kind, until=None), SETTINGS, standard_words()))
    assert " by " not in mail["Subject"]
    assert "None" not in body(mail)
    assert " by ." not in body(mail)


OFFICES = ("The Chair", "Head of Service", "Partnerships team", "", "12", "Chairman Mao")
PEOPLE = ("Jo Bell", "Ann Head", "Dr Anita Rao", "\u00c5sa \u00d6berg", "Person A")


@pytest.mark.parametrize(
    ("name", "office"), [*((name, True) for name in OFFICES), *((name, False) for name in PEOPLE)]
)
def test_greeting__nobody_is_called_dear_the_chair(name: str, office: bool) -> None:
    assert is_office(name) == office
    said = body(read(message(a_letter(name=name), SETTINGS, standard_words())))
    assert f"Dear {'colleague' if office else name}," in said


TEXTS = st.text(min_size=0, max_size=60)


@given(name=TEXTS, partnership=TEXTS, purpose=TEXTS, file=st.text(min_size=1, max_size=40))
def test_message__no_text_becomes_a_header_a_part_or_markup(
    name: str, partnership: str, purpose: str, file: str
) -> None:
    settings = Assessment(
        id="a", partnership=f"{partnership}\r\nBcc: all@evil.example", round="2026",
        toolkits=(), coordinator=Coordinator(name or "C", "c@ash.example"), purpose=purpose,
    )  # fmt: skip
    letter = a_letter(name=f"{name}\nBcc: all@evil.example", names=(f"<b>{file}</b>",))
    try:
        content = message(letter, settings, standard_words())
    except MailError:
        return
    mail = read(content)
    heads = ["To", "From", "Subject", "X-Unsent", "MIME-Version", "Content-Type"]
    assert mail.keys() == heads
    assert [one.addr_spec for one in mail["To"].addresses] == ["jo@ash.example"]
    assert len(list(mail.iter_attachments())) == 1
    part = mail.get_body(("html",))
    assert part is not None
    assert "<b>" not in part.get_content()


@given(address=st.text(max_size=40))
def test_message__an_address_is_one_mailbox_or_refused(address: str) -> None:
    try:
        content = message(a_letter(address=address), SETTINGS, standard_words())
    except MailError:
        return
    found = read(content)["To"].addresses
    assert len(found) == 1
    assert "\n" not in found[0].addr_spec


def test_message__a_domain_in_other_letters_is_written_as_dns_knows_it() -> None:
    content = message(a_letter(address="zo@\u00fcmlaut.example"), SETTINGS, standard_words())
    assert b"zo@xn--mlaut-jva.example" in content


def test_mailbox__holds_every_message_whole(tmp_path: Path) -> None:
    settings = Assessment(
        id="a", partnership="P", round="1", toolkits=(), purpose="First.\n\nFrom here on, second.",
        coordinator=Coordinator("C", "c@ash.example"),
    )  # fmt: skip
    contents = [message(a_letter(name=name), settings, standard_words()) for name in "AB"]
    (tmp_path / "all.mbox").write_bytes(mailbox_of(contents, AT))
    box = mailbox.mbox(tmp_path / "all.mbox", create=False)
    try:
        found = [read(one.as_bytes()) for one in box]
    finally:
        box.close()
    assert [one["Subject"] for one in found] == [read(one)["Subject"] for one in contents]
    for one in found:
        (file,) = one.iter_attachments()
        assert file.get_content() == BOOK.content


def test_words__an_organisation_may_have_its_own() -> None:
    template = standard_template().replace("With kind regards", "Yours")
    said = body(read(message(a_letter(), SETTINGS, own_words(template, "mail.j2"))))
    assert "Yours Cora Coordinator" in said


@pytest.mark.parametrize(("old", "new", "said"), [
    ("{% macro regards() %}", "{% macro regrads() %}", "mail.j2 lacks the text regards."),
    ("{% macro regards() %}", "{% macro regards( %}", "mail.j2, line"),
    ("With kind regards", "{{ nobody }}", "The text regards of the template"),
    ("With kind regards", "{{ ''.__class__.__mro__ }}", "The text regards of the template"),
])  # fmt: skip
def test_words__mistakes_in_a_template_are_told(old: str, new: str, said: str) -> None:
    assert old in standard_template()
    with pytest.raises(MailError) as caught:
        message(a_letter(), SETTINGS, own_words(standard_template().replace(old, new), "mail.j2"))
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize(
    ("first", "kept"),
    [
        ("Dear Carla Diaz,", ""),
        ("Dear Carla Diaz,\nYou get this message as the delegate of Bo, who is away.", ""),
        ("Dear Carla Diaz,\nplease call me first.", "please call me first."),
        ("Please call me first.", "Please call me first."),
    ],
)
def test_message__a_query_to_a_delegate_keeps_what_somebody_wrote_into_its_text(
    first: str, kept: str
) -> None:
    who = Delegate("Dee Ely", "Carla Diaz", date(2026, 3, 12))
    letter = a_letter("query", text=f"{first}\n\nOne point.", subject="Check", delegate=who)
    said = body(read(message(letter, SETTINGS, standard_words())))
    assert said.startswith("OFFICIAL Dear Dee Ely, You get this message as the delegate of Carla")
    assert said.endswith(f"12 March 2026. {kept} One point." if kept else "2026. One point.")
    assert said.count("delegate") == 1


def test_message__a_template_of_before_knows_nothing_of_delegates_or_typing_in() -> None:
    template = standard_template()
    for later in ("delegate", "written_down", "letter_thanks_more"):
        template = template.replace(f"macro {later}(", f"macro un{later}(")
    who = Delegate("", "Carla Diaz", date(2026, 3, 12))
    letter = a_letter("thanks", typed=("by telephone",), delegate=who)
    said = body(read(message(letter, SETTINGS, own_words(template, "mail.j2"))))
    assert "as the delegate of Carla Diaz, who is away until 12 March 2026." in said
    assert "written down the answers that you gave us by telephone" in said
