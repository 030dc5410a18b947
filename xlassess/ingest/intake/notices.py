"""Messages that no person wrote: what they say about a message that was sent.

Sources: RFC 3464 for messages that could not be delivered, RFC 3463 for their status codes, RFC
3834 for automatic replies, RFC 8098 for read receipts; and the words of those that follow none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from email import message_from_string
from email.message import Message
from email.utils import parseaddr

from xlassess.ingest.reading.reading_plan import MailNotice
from xlassess.model.record import NoticeKind

_OURS = re.compile(rb"<xlassess\.[0-9a-f]{32}@[^>\s]{1,255}>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[A-Za-z0-9.-]{1,255}")
_MOST_ADDRESSES, _MOST_FIELDS = 20, 4_000
_ROBOT = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
_FAILED = re.compile(
    r"undeliver|delivery (?:status notification|has failed|failure)|returned mail"
    r"|mail delivery fail|failure notice|could not be delivered|message delayed|delayed mail",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\b(?:message|mail|delivery) (?:is |was |has been )?delayed|not (?:yet )?been delivered yet"
    r"|not yet been delivered|(?:will|keeps?) (?:be )?(?:retried|try(?:ing)?)",
    re.IGNORECASE,
)
_RECEIPT = re.compile(
    r"\s*Your message\b.{1,600}?\bwas (?:(?P<unread>deleted without being read)|read|displayed)\b",
    re.IGNORECASE,
)
"""How Outlook says it where the report itself was lost on the way."""

_AWAY = re.compile(
    r"out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|on leave"
    r"|away from",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox|address)|does not exist"
    r"|address (?:was )?not found|unknown (?:recipient|mailbox)|recipient ?not ?found"
    r"|(?:could not|couldn['’]t|cannot) be found|unroute?able address|invalid recipient"
    r"|(?:account|mailbox|user) (?:is |has been |was )?(?:disabled|deactivated|closed)"
    r"|no longer (?:exists|valid|in use)|\b5\.1\.(?:1|2|6|10)\b|\b5\.2\.1\b",
    re.IGNORECASE,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = r"(?P<month{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{{0,6}}"
_DAY, _YEAR = r"(?P<day{0}>\d{{1,2}})(?:st|nd|rd|th)?", r"(?:,?\s+(?P<year{0}>\d{{4}}))?"
_A_DAY = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?(?:\s+(?:of\s+)?[a-z]{3,9}(?:,?\s+\d{4})?)?"
    r"|[a-z]{3,9}\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?|\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{1,4})?)"
)
"""How days are written from which somebody is away; when they are back is what counts."""
_WHEN = re.compile(
    r"\b(?:until|till|through|up to(?: and including)?"
    r"|back (?:at (?:work|my desk)|in(?: the office| work)?)(?: on)?|back on"
    r"|return(?:s|ing)?(?: to (?:work|the office|my desk))?(?: on)?"
    rf"|(?:from|between)\s+(?:[a-z]{{3,9}}day,?\s+)?(?:the\s+)?{_A_DAY}\s+(?:to|and|[-–—])"
    r")\s+(?:(?:[a-z]{3,9}day|mon|tues?|wed|thu(?:rs)?|fri|sat|sun),?\s+)?(?:the\s+)?(?:"
    rf"{_DAY.format('')}\s+(?:of\s+)?{_MONTH.format('')}{_YEAR.format('')}"
    rf"|{_MONTH.format('_first')}\s+{_DAY.format('_after')}\b(?![/.-]\d){_YEAR.format('_after')}"
    r"|(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<slash>\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})\b))",
    re.IGNORECASE,
)


def notice_in(
    mail: Message, data: bytes, subject: str, text: str, came: datetime | None
) -> MailNotice | None:
    """Return what a message says about one that was sent; None for one that a person wrote.

    Args:
        mail: the message.
        data: its bytes.
        subject: its subject.
        text: what it says.
        came: when it was received, by which a day without a year is understood.
    """
    sender = parseaddr(str(mail.get("From", "")))[1].casefold()
    kind = _kind(mail, sender, subject, text)
    if kind is None:
        return None
    until = None
    if kind == "automatic reply":
        until = _until(f"{subject} {text}", came.date() if came else None)
        kind = "away" if until or _AWAY.search(f"{subject} {text}") else kind
    theirs = ("away", "automatic reply", "read", "unread")
    about = (sender,) if kind in theirs else _recipients(mail, text)
    ours = tuple(dict.fromkeys(one.decode("ascii", "replace") for one in _OURS.findall(data)))
    return MailNotice(kind, ours[:_MOST_ADDRESSES], about, until)


def _kind(mail: Message, sender: str, subject: str, text: str) -> NoticeKind | None:
    if receipt := _receipt(mail, subject, text):
        return receipt
    if mail.get_content_type() == "multipart/report":
        return _failure(mail, text)
    if _ROBOT.match(sender) and _FAILED.search(f"{subject} {text}"):
        return _failure(mail, text)
    automatic = str(mail.get("Auto-Submitted", "")).casefold().strip()
    told = mail.get("X-Autoreply") or mail.get("X-Autorespond")
    precedence = str(mail.get("Precedence", "")).casefold() == "auto_reply"
    if (automatic and automatic != "no") or told or precedence:
        return "automatic reply"
    # Some programs mark an absence by the subject alone.
    if re.match(r"\s*(?:automatic reply|out of office|auto(?:matic)? ?reply)\b", subject, re.I):
        return "automatic reply"
    return None


def _receipt(mail: Message, subject: str, text: str) -> NoticeKind | None:
    """What a receipt says of a message; None for what is none."""
    if mail.get_content_type() == "multipart/report":
        report = str(mail.get_param("report-type", "") or "").casefold()
        if report == "disposition-notification":
            return "unread" if _was_deleted(mail) else "read"
    elif re.match(r"\s*(?:not )?read:", subject, re.I) and (receipt := _RECEIPT.match(text)):
        return "unread" if receipt["unread"] else "read"
    return None


def _failure(mail: Message, text: str) -> NoticeKind:
    """How a message failed: RFC 3464, section 2.3.3, or by the words."""
    actions, codes = [], []
    for block in _blocks(mail):
        actions.append(str(block.get("Action", "")).casefold().strip())
        codes.append(f"{block.get('Status', '')} {block.get('Diagnostic-Code', '')}"[:1000])
    if actions and "failed" not in actions and "delayed" in actions:
        return "delayed"
    said = " ".join((*codes, text))
    if not actions and _DELAYED.search(said):
        return "delayed"
    return "no such address" if _UNKNOWN.search(said) else "not delivered"


def _was_deleted(mail: Message) -> bool:
    """True for a receipt that says that nobody opened the message: RFC 8098, section 3.2.6."""
    told = (
        block.get("Disposition", "").rpartition(";")[2].strip().casefold()
        for part in mail.walk()
        if part.get_content_type() == "message/disposition-notification"
        for block in _heads_in(part)
    )
    return any(one.startswith("deleted") for one in told)


def _heads_in(part: Message) -> Iterator[Message]:
    """Yield the fields of a part of a report, however the library took it apart."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))
    else:
        yield message_from_string(str(payload)[:_MOST_FIELDS])


def _blocks(mail: Message) -> Iterator[Message]:
    """Yield what a report says of each recipient."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (one for one in payload if isinstance(one, Message))


def _recipients(mail: Message, text: str) -> tuple[str, ...]:
    """The addresses that a message could not be delivered to."""
    stated = [
        str(block.get(name, "")).rpartition(";")[2].strip().casefold()
        for block in _blocks(mail)
        for name in ("Final-Recipient", "Original-Recipient")
    ]
    stated += str(mail.get("X-Failed-Recipients", "")).casefold().replace(",", " ").split()
    found = [one for one in stated if one]
    found = found or [one.casefold() for one in _ADDRESS.findall(text)]
    return tuple(dict.fromkeys(found))[:_MOST_ADDRESSES]


def _until(text: str, today: date | None) -> date | None:
    """The day until which somebody is away, or is back on; None where none is told for certain."""
    found = _WHEN.search(text)
    if found is None:
        return None
    day, year = (int(found[name] or found[f"{name}_after"] or 0) for name in ("day", "year"))
    said = (found["month"] or found["month_first"] or "?").lower()
    month = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(said)), 0)
    if found["slash"]:
        day, month, year = (int(one) for one in re.split(r"[/.]", found["slash"]))
        year += 2000 if year < 100 else 0
    if found["iso"]:
        year, month, day = (int(one) for one in found["iso"].split("-"))
    if not year and today:
        year = today.year + (month < today.month - 2)
    try:
        return date(year, month, day)
    except ValueError:
        return None
