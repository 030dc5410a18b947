"""Messages to respondents, lists for a mail merge, and handing messages to a mail server."""

from xlassess.mail.imap import FetchedMail, Mailbox, MailboxError, MailboxPlace, place_of
from xlassess.mail.merge_list import merge_list
from xlassess.mail.message import (
    KINDS,
    AddressError,
    Attachment,
    Delegate,
    Kind,
    Letter,
    MailError,
    Sending,
    as_delivered,
    as_read,
    check_addresses,
    mailbox_of,
    message,
    message_id,
    own_words,
    standard_template,
    standard_words,
)
from xlassess.mail.smtp import Handover, ServerError, SmtpServer

__all__ = [
    "KINDS",
    "AddressError",
    "Attachment",
    "Delegate",
    "FetchedMail",
    "Handover",
    "Kind",
    "Letter",
    "MailError",
    "Mailbox",
    "MailboxError",
    "MailboxPlace",
    "Sending",
    "ServerError",
    "SmtpServer",
    "as_delivered",
    "as_read",
    "check_addresses",
    "mailbox_of",
    "merge_list",
    "message",
    "message_id",
    "own_words",
    "place_of",
    "standard_template",
    "standard_words",
]
