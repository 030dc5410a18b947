"""Messages to respondents, and lists for a mail merge: values in, bytes out; nothing is sent."""

from xlassess.mail.merge_list import merge_list
from xlassess.mail.message import (
    KINDS,
    AddressError,
    Attachment,
    Kind,
    Letter,
    MailError,
    mailbox_of,
    message,
    own_words,
    standard_template,
    standard_words,
)

__all__ = [
    "KINDS",
    "AddressError",
    "Attachment",
    "Kind",
    "Letter",
    "MailError",
    "mailbox_of",
    "merge_list",
    "message",
    "own_words",
    "standard_template",
    "standard_words",
]
