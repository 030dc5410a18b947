"""One message to one respondent, as RFC 5322 and MIME have it.

Names and texts come from a register and from templates that an organisation may write itself. They
stand in headers as encoded words, in the text as they are and in the HTML part escaped: none can
become another header, markup or a link of ours.
"""

from __future__ import annotations

import mailbox
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

from xlassess.model.assessment import Assessment, is_office
from xlassess.model.days import written_day
from xlassess.model.errors import XlassessError
from xlassess.sheet.words import Words

Kind = Literal[
    "invitation", "reminder", "firm", "last", "thanks", "query",
    "plan", "workshop", "progress", "progress_reminder", "feedback",
]  # fmt: skip
"""What a message is for: the workbooks go out, or are asked for, each time more firmly; what came
is confirmed; or something is asked about an answer. The plan and workshop workbooks go to whoever
is to have them, the progress workbooks to the owners of actions, who are reminded of them, too.
Each respondent gets their own page of feedback."""

KINDS: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind != "query")
"""The kinds whose words stand in the template; a query has the text beside its workbook."""

_TO_DELEGATE = "\nYou get this message as the delegate of "
"""What stands below the greeting of a query's text that was written while somebody was away."""

_JOINT: tuple[Kind, ...] = ("plan", "workshop", "progress", "progress_reminder")

_LATER = frozenset({
    "subject_thanks", "letter_thanks", "received", "letter_thanks_more", "written_down", "delegate",
    *(f"{part}_{kind}" for part in ("subject", "letter") for kind in (*_JOINT, "feedback")),
})  # fmt: skip
"""Texts that templates saved from earlier versions lack; ours stand in for them."""

_EXCEL = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class MailError(XlassessError):
    """A message cannot be written, because its template has a mistake."""


class AddressError(MailError):
    """A message cannot be written, because its address cannot be one."""


@lru_cache(maxsize=1)
def standard_words() -> Words:
    """Return the words that come with xlassess."""
    return Words("mail.j2")


def standard_template() -> str:
    """Return the template of those words, as an organisation may begin its own with."""
    return resources.files("xlassess.templates").joinpath("mail.j2").read_text(encoding="utf-8")


def own_words(template: str, name: str) -> Words:
    """Return an organisation's own words.

    The template runs in a sandbox: it is a file that people pass on.

    Args:
        template: the text of the template.
        name: the file's name, for messages.

    Raises:
        MailError: the template has a mistake, or lacks a text.
    """
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    # Plain text, never HTML: what goes into the HTML part is escaped there.
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    try:
        words = Words.of(environment.from_string(template).module)
    except TemplateError as error:
        at = getattr(error, "lineno", None)
        line = f", line {at}" if at else ""
        raise MailError(
            f"{name}{line}: {error.message or error}.", "Correct it, or save ours again."
        ) from None
    missing = [macro for macro in _macros() if not words.has(macro) and macro not in _LATER]
    if missing:
        raise MailError(
            f"{name} lacks the text {missing[0]}.", "Save our template again and change that one."
        )
    return words


def _macros() -> Iterable[str]:
    return re.findall(r"macro (\w+)\(", standard_template())


@dataclass(frozen=True, slots=True)
class Attachment:
    """A workbook that goes with a message: its reference, file name and bytes."""

    reference: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Delegate:
    """Who gets a message for somebody who is away.

    ``name`` is the delegate's as far as it is known for the address, ``of`` the name of whoever
    is away, ``until`` the last day of that.
    """

    name: str
    of: str
    until: date


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says, and to whom: the facts, without a word of it.

    ``name`` is the respondent's as the register has it, ``until`` the day by which workbooks are
    wanted, ``references`` and ``names`` those of the workbooks it is about, and
    ``attachments`` those that go with it, which may be none. ``calendar`` lets the day go with it
    as an entry for a calendar. ``subject`` and ``text`` are there where the message was written
    before, such as that of a query workbook. ``also`` are further addresses it goes to, ``copies``
    those that get a copy. ``delegate`` is there where ``address`` is that of a delegate. ``typed``
    says, of each workbook whose answers were typed in, how they came; ``asked`` that something is
    still asked about what came.
    """

    kind: Kind
    address: str
    name: str
    until: date | None
    references: tuple[str, ...]
    names: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()
    calendar: bool = False
    subject: str = ""
    text: str = ""
    also: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    delegate: Delegate | None = None
    typed: tuple[str, ...] = ()
    asked: bool = False

    @property
    def greeted(self) -> str:
        """The name of whoever it goes to, where that is known."""
        return self.delegate.name if self.delegate else self.name

    @property
    def all_addresses(self) -> tuple[str, ...]:
        """Every address it goes to, the respondent's first."""
        return (self.address, *self.also, *self.copies)


@dataclass(frozen=True, slots=True)
class Sending:
    """What a message has that is sent from here, and not by a mail program.

    ``id`` is its Message-ID, ``at`` the moment it is dated, ``sender`` the address it comes from,
    ``reply_to`` the one answers go to.
    """

    id: str
    at: datetime
    sender: str
    reply_to: str


def _day(day: date | None) -> str:
    return written_day(day) if day else ""


def message(
    letter: Letter, assessment: Assessment, words: Words, sending: Sending | None = None
) -> bytes:
    """Return a message that mail programs open ready to be sent, or that a server takes.

    Args:
        letter: what it says, and to whom.
        assessment: the assessment's settings.
        words: the words it says it in.
        sending: what it has that is sent from here; a draft has nothing of it.

    Raises:
        AddressError: the address cannot be that of a mailbox.
        MailError: the template has a mistake.
    """
    subject = subject_of(letter, assessment, words)
    mail = EmailMessage(policy=policy.SMTP)
    try:
        further = [_mailbox("", one) for one in letter.also]
        mail["To"] = [_mailbox(letter.greeted, letter.address), *further]
        if letter.copies:
            mail["Cc"] = [_mailbox("", one) for one in letter.copies]
        _head(mail, assessment, subject, sending)
        text, html = _bodies(letter, assessment, words, subject)
        mail.set_content(text, charset="utf-8", cte="quoted-printable")
        mail.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
        for each in letter.attachments:
            mail.add_attachment(
                each.content, maintype="application", subtype=_EXCEL, filename=each.name
            )
        if letter.calendar and letter.until:
            entry = return_date(letter, assessment)
            mail.add_attachment(
                entry, maintype="text", subtype="calendar", filename="return-date.ics",
                params={"charset": "utf-8", "method": "PUBLISH"},
            )  # fmt: skip
        return mail.as_bytes()
    except (ValueError, MessageError, IndexError, AttributeError) as error:
        raise _no_address(letter, error) from None


_PLAIN = re.compile(r"[\w+-]+(?:\.[\w+-]+)*@[\w-]+(?:\.[\w-]+)+", re.ASCII)
"""Addresses that surely can be written to; to take one apart takes as long as all the rest."""


def check_addresses(letter: Letter) -> None:
    """See that a message can be written to its addresses, without writing it.

    Raises:
        AddressError: one cannot be that of a mailbox.
    """
    try:
        for one in letter.all_addresses:
            if not _PLAIN.fullmatch(one):
                _mailbox(letter.greeted if one == letter.address else "", one)
    except (ValueError, MessageError, IndexError, AttributeError) as error:
        raise _no_address(letter, error) from None


def _no_address(letter: Letter, error: Exception) -> AddressError:
    return AddressError(
        f"No message can be written to {letter.address or letter.name}: {error}.",
        "Correct the address in the register.",
    )


def _head(
    mail: EmailMessage, assessment: Assessment, subject: str, sending: Sending | None
) -> None:
    """Say who sends a message, about what, and when; or that it is to be sent."""
    who = assessment.coordinator
    sender = sending.sender if sending else who.email
    if sender:
        mail["From"] = _mailbox(who.name, sender)
    mail["Subject"] = subject
    if sending is None:
        # Outlook and Thunderbird open such a message as one to be sent, not as one received.
        mail["X-Unsent"] = "1"
        return
    if sending.reply_to and sending.reply_to != sender:
        mail["Reply-To"] = _mailbox(who.name, sending.reply_to)
    mail["Date"] = format_datetime(sending.at)
    mail["Message-ID"] = sending.id


def message_id(sender: str) -> str:
    """Return a Message-ID that no other message has: RFC 5322, section 3.6.4.

    Args:
        sender: the address of whoever sends; the right side of it makes it theirs.
    """
    return f"<xlassess.{secrets.token_hex(16)}@{as_delivered(sender).rpartition('@')[2]}>"


def as_delivered(address: str) -> str:
    """Return an address as servers know it: a domain in other letters as DNS has it.

    Raises:
        AddressError: no server can know it.
    """
    local, at, domain = address.rpartition("@")
    try:
        known = domain if domain.isascii() else domain.encode("idna").decode()
        return f"{local}{at}{known}".encode("ascii").decode()
    except UnicodeError:
        raise AddressError(
            f"{address} has letters that mail servers do not know.",
            "Correct the address in the register.",
        ) from None


@lru_cache(maxsize=16_384)
def _mailbox(name: str, address: str) -> Address:
    """Return an address as headers may hold it: a domain in other letters as DNS knows it."""
    return Address(_one_line(name), addr_spec=as_delivered(address))


def subject_of(letter: Letter, assessment: Assessment, words: Words) -> str:
    """Return the subject, with the references by which an answer can be told to belong to it."""
    if letter.subject:
        return _one_line(letter.subject)
    said = _said(words, f"subject_{letter.kind}", assessment, _day(letter.until))
    marking = f" [{assessment.marking}]" if assessment.marking else ""
    return _one_line(f"{said} [{', '.join(letter.references)}]{marking}")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a message says, part by part."""

    marking: str
    greeting: str
    paragraphs: tuple[str, ...]
    heading: str
    names: tuple[str, ...]
    closing: tuple[str, ...]


def _parts(letter: Letter, assessment: Assessment, words: Words) -> _Parts:
    count = len(letter.references)
    heading = "files" if letter.attachments else "awaited"
    about: tuple[Any, ...] = (assessment, _day(letter.until), count)
    text, typed = f"letter_{letter.kind}", len(letter.typed)
    if letter.kind == "thanks":
        heading = "received"
    if typed or letter.asked:
        ways = tuple(dict.fromkeys(letter.typed))
        text, about = "letter_thanks_more", (assessment, count, typed, ways, letter.asked)
    return _Parts(
        marking=assessment.marking,
        greeting=greeting_of(letter, words),
        paragraphs=(*_delegated(letter, words), *_paragraphs(words, text, *about)),
        heading=_said(words, "written_down", count, typed)
        if typed
        else _said(words, heading, count),
        names=letter.names,
        closing=(
            _said(words, "contact", assessment),
            f"{_said(words, 'regards')}\n{assessment.coordinator.name}",
            _said(words, "reference", letter.references),
        ),
    )


def greeting_of(letter: Letter, words: Words) -> str:
    """Return how whoever gets a message is greeted: by their name, or none."""
    name = "" if is_office(letter.greeted) else _one_line(letter.greeted)
    return _said(words, "greeting", name)


def _delegated(letter: Letter, words: Words) -> tuple[str, ...]:
    """What a delegate is told first: that they get the message as one, and for whom."""
    if letter.delegate is None:
        return ()
    who = letter.delegate
    return (_said(words, "delegate", _one_line(who.of), written_day(who.until)),)


def _said(words: Words, macro: str, *values: Any) -> str:
    return " ".join(_paragraphs(words, macro, *values))


def _paragraphs(words: Words, macro: str, *values: Any) -> tuple[str, ...]:
    if macro in _LATER and not words.has(macro):
        words = standard_words()
    try:
        return words.paragraphs(macro, *values)
    except Exception as error:
        raise MailError(
            f"The text {macro} of the template for messages cannot be made: {error}.",
            "Correct mail.j2 in the assessment's folder.",
        ) from None


def as_read(letter: Letter, assessment: Assessment, words: Words) -> str:
    """Return a message as people read it, its head and the names of its files with it."""
    attached = [f"Attached: {one.name}" for one in letter.attachments]
    whom = " ".join(filter(None, (_one_line(letter.greeted), f"<{letter.address}>")))
    head = [
        "; ".join([f"To: {whom}", *letter.also]),
        *([f"Cc: {'; '.join(letter.copies)}"] if letter.copies else []),
        f"Subject: {subject_of(letter, assessment, words)}", *attached,
    ]  # fmt: skip
    return "\n".join([*head, "", _bodies(letter, assessment, words, "")[0]])


def _bodies(letter: Letter, assessment: Assessment, words: Words, title: str) -> tuple[str, str]:
    """What a message says as plain text, and the same as HTML."""
    if not letter.text:
        parts = _parts(letter, assessment, words)
        return _text(parts), _html(_paragraphs_of(parts), title)
    said = letter.text.strip().split("\n\n")
    # The greeting comes first: to whoever is away now, or to the delegate of somebody who is back.
    if letter.delegate or _TO_DELEGATE in f"\n{said[0]}":
        greeted = [f"{greeting_of(letter, words)},", *_delegated(letter, words)]
        said[:1] = [*greeted, *_after_greeting(said[0])]
    blocks = [assessment.marking, *said]
    marked = [block for block in blocks if block]
    html = [f"<p>{_broken(block)}</p>" for block in marked]
    return "\n\n".join(marked) + "\n", _html(html, title)


_GREETING = re.compile(r"(?:Dear|Hello|Hi)\b.{0,200},", re.IGNORECASE)


def _after_greeting(first: str) -> list[str]:
    """What a first paragraph says beside a greeting and whose delegate gets it.

    Somebody may have changed the text that lies beside a query workbook: no word of theirs is lost.
    """
    lines = first.split("\n")
    kept = lines[1:] if _GREETING.fullmatch(lines[0].strip()) else lines
    kept = [line for line in kept if not line.startswith(_TO_DELEGATE.strip())]
    return ["\n".join(kept)] if any(line.strip() for line in kept) else []


def return_date(letter: Letter, assessment: Assessment) -> bytes:
    """Return the day by which workbooks are wanted as an entry for a calendar (RFC 5545).

    It takes the whole day and asks for nothing: whoever does not want it leaves it.

    Args:
        letter: the message it goes with, which names a day.
        assessment: the assessment's settings.
    """
    from icalendar import Calendar, Event

    day = letter.until
    if day is None:
        raise ValueError("the message names no day")
    entry, event = Calendar(), Event()
    entry.add("prodid", "-//xlassess//return date//EN")
    entry.add("version", "2.0")
    entry.add("method", "PUBLISH")
    event.add("uid", f"{'-'.join(letter.references)}@xlassess")
    event.add("dtstamp", datetime.combine(day, time(), timezone.utc))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    wanted = "report" if letter.kind in _JOINT else "view"
    what = f"{assessment.partnership}: your {wanted} is wanted today"
    event.add("summary", _one_line(what))
    event.add("description", _one_line(f"Reference: {', '.join(letter.references)}"))
    event.add("transp", "TRANSPARENT")
    entry.add_component(event)
    return bytes(entry.to_ical())


def _text(parts: _Parts) -> str:
    names = "\n".join(f"- {name}" for name in parts.names)
    blocks = (
        parts.marking, f"{parts.greeting},", *parts.paragraphs, f"{parts.heading}\n{names}",
        *parts.closing,
    )  # fmt: skip
    return "\n\n".join(block for block in blocks if block) + "\n"


def _paragraphs_of(parts: _Parts) -> list[str]:
    """The parts of a message as HTML that any program shows and any screen reader reads."""
    names = "".join(f"<li>{escape(name)}</li>" for name in parts.names)
    blocks = [
        f"<p><strong>{escape(parts.marking)}</strong></p>" if parts.marking else "",
        f"<p>{escape(parts.greeting)},</p>",
        *(f"<p>{escape(text)}</p>" for text in parts.paragraphs),
        f"<p>{escape(parts.heading)}</p><ul>{names}</ul>",
        *(f"<p>{_broken(text)}</p>" for text in parts.closing),
    ]
    return [block for block in blocks if block]


def _html(blocks: Sequence[str], title: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        "</title></head>\n<body>\n" + "\n".join(blocks) + "\n</body></html>\n"
    )


def _broken(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def _one_line(text: str) -> str:
    """A text as a header may hold it: in one line, without what nobody sees."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def mailbox_of(messages: Sequence[bytes], at: datetime) -> bytes:
    """Return messages as one mailbox file (mbox), which Thunderbird and others import.

    Args:
        messages: each as its bytes.
        at: the moment that the lines between them name.
    """
    with TemporaryDirectory() as place:
        path = Path(place, "drafts.mbox")
        box = mailbox.mbox(path)
        for one in messages:
            entry = mailbox.mboxMessage(one)
            entry.set_from("MAILER-DAEMON", at.timetuple())
            box.add(entry)
        box.close()
        return path.read_bytes()
