"""Handing messages to the mail server, each at most once, whatever they are about.

A message is on record before it is handed over, and what became of it after: whatever interrupts a
run, nothing is sent twice, and nothing that may have been sent counts as sent or as not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from xlassess.ledger import Ledger
from xlassess.ledger.tables.events import What
from xlassess.mail import (
    Handover,
    Letter,
    Sending,
    ServerError,
    SmtpServer,
    as_delivered,
    message,
    message_id,
)
from xlassess.model.assessment import Assessment, MailServer
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.common.progress import Watch, silent
from xlassess.sheet.words import Words

PASSWORD = "XLASSESS_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
"""The environment variable that may hold the password of the mail server."""

TOKEN = "XLASSESS_SMTP_TOKEN"  # noqa: S105
"""The environment variable that may hold an OAuth 2.0 token in place of a password."""

KEYRING = "xlassess"
"""The name under which passwords are kept in the keyring of the computer."""


@dataclass(frozen=True, slots=True)
class Post:
    """A message that is to be handed over.

    ``partner`` is the organisation, ``person`` the id of the respondent it goes to. ``mark`` is
    what is recorded about its workbooks once it was sent.
    """

    partner: str
    person: str
    letter: Letter
    mark: What | None


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """A message that was handed over, and what became of it."""

    post: Post
    handover: Handover


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of messages, in the order they were handed over.

    ``left`` counts those that were not begun, ``why`` says what ended the run before them.
    ``elsewhere`` counts those that another program began meanwhile.
    """

    messages: tuple[PostedMessage, ...]
    left: int = 0
    why: str = ""
    elsewhere: int = 0

    @property
    def needs_person(self) -> bool:
        """True when a message was not sent, or not to every address."""
        unsent = any(one.handover.taken != "sent" or one.handover.without for one in self.messages)
        return unsent or bool(self.left)


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a mail server: where it is, the password or token, whom messages come from."""

    server: MailServer
    password: str
    sender: str
    reply_to: str
    token: str = ""

    def opened(self) -> SmtpServer:
        """The server, to be used as a context manager."""
        return SmtpServer(self.server, self.password, self.token)


def way_of(assessment: Assessment) -> Way:
    """Return the way to the mail server of the settings.

    Raises:
        UsageError: the settings name none, or nobody whom messages could come from, or there is no
            password.
    """
    server = assessment.mail
    if server is None or not server.host:
        raise UsageError(
            "There is no mail server in assessment.yaml.",
            "Enter one under mail: (docs/guide.md shows how), or leave out --via smtp to get "
            "drafts.",
        )
    own = assessment.coordinator.email
    sender = server.sender or own
    if not sender:
        raise UsageError(
            "There is no address that messages could come from.",
            "Enter the coordinator's e-mail, or from under mail, in assessment.yaml.",
        )
    user = server.user
    token = os.environ.get(TOKEN, "") if user else ""
    needed = user and not token
    password = password_of("smtp", user, server.host, PASSWORD) if needed else ""
    return Way(server, password, sender, server.reply_to or own or sender, token)


def password_of(scheme: str, user: str, host: str, variable: str) -> str:
    """Return a password from the environment, or from the keyring of this computer.

    Args:
        scheme: what it is for: ``smtp`` or ``imaps``.
        user: the name to sign in with.
        host: the server.
        variable: the environment variable that may hold it.

    Raises:
        UsageError: there is none.
    """
    import keyring
    from keyring.errors import KeyringError

    if given := os.environ.get(variable):
        return given
    name = f"{scheme}://{user}@{host}"
    try:
        kept = keyring.get_password(KEYRING, name)
    except (KeyringError, RuntimeError):
        kept = None
    if kept:
        return kept
    raise UsageError(
        f"There is no password for {user} on {host}.",
        f"Keep it in the keyring of this computer: keyring set {KEYRING} {name}\nOr put it into "
        f"the environment variable {variable}.",
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """Hands messages to the mail server of an assessment.

    Args:
        assessment: the assessment's settings.
        words: the words of the messages.
        way: the way to the server.
        clock: gives the present moment.
        watch: told how many messages are done.
    """

    assessment: Assessment
    words: Words
    way: Way
    clock: Callable[[], datetime]
    watch: Watch = silent

    def send(self, ledger: Ledger, post: Sequence[Post], planned: int) -> Posted:
        """Hand these messages over, one after the other.

        Args:
            ledger: where they are recorded.
            post: the messages.
            planned: the last event there was when it was decided to send them.

        Raises:
            ServerError: the server cannot be used; nothing was sent.
        """
        done: list[PostedMessage] = []
        elsewhere = 0
        if not post:
            return Posted(())
        with self.way.opened() as server:
            for number, one in enumerate(post):
                try:
                    server.ready()
                    handover = self._one(server, ledger, one, planned)
                except ServerError as error:
                    if not done:
                        raise
                    return Posted(tuple(done), len(post) - number, error.message, elsewhere)
                if handover is None:
                    elsewhere += 1
                else:
                    done.append(PostedMessage(one, handover))
                self.watch(number + 1, len(post))
        return Posted(tuple(done), elsewhere=elsewhere)

    def _one(self, server: SmtpServer, ledger: Ledger, one: Post, planned: int) -> Handover | None:
        """Hand one message over; None where another program has begun it."""
        letter = one.letter
        known = message_id(self.way.sender)
        content = self._written(letter, known)
        messages, about = ledger.messages, letter.references
        if not messages.begin(known, letter.kind, about, planned=planned):
            return None
        try:
            handover = self._handed(server, letter, content)
        except ServerError as error:
            messages.end(known, "not sent", error.message, mark=None, references=about)
            raise
        mark = one.mark if handover.taken == "sent" else None
        messages.end(known, handover.taken, handover.reply, mark=mark, references=about)
        return handover

    def _written(self, letter: Letter, known: str) -> bytes:
        sending = Sending(known, self.clock(), self.way.sender, self.way.reply_to)
        return message(letter, self.assessment, self.words, sending)

    def _handed(self, server: SmtpServer, letter: Letter, content: bytes) -> Handover:
        return server.hand_over(
            as_delivered(self.way.sender), list(map(as_delivered, letter.all_addresses)), content
        )

    def try_out(self, one: Post) -> None:
        """Send a message without recording anything.

        Raises:
            XlassessError: the server does not take it.
        """
        content = self._written(one.letter, message_id(self.way.sender))
        with self.way.opened() as server:
            server.ready()
            handover = self._handed(server, one.letter, content)
        if handover.taken != "sent":
            raise XlassessError(
                f"The mail server did not take the message: {handover.reply}.",
                "Check the address, and mail in assessment.yaml.",
            )
