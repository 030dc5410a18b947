"""Handing messages to a mail server, encrypted or not at all, and what it answers.

Sources: RFC 5321 (SMTP) for what an answer means; RFC 3207 and RFC 8314 for encryption, RFC 1870
for sizes, RFC 6409 for ports. No answer of a server is taken for another: what was accepted was
accepted at the end of the data, and what was cut off there may have been.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Literal

from xlassess.mail.message import MailError
from xlassess.model.assessment import MailServer

Taken = Literal["sent", "refused", "not sent", "uncertain"]
"""What became of a message: taken over, refused for good, not taken for now, or nobody knows."""

_SECONDS = 300
"""How long an answer is waited for; RFC 5321, section 4.5.3.2, has 5 minutes for most commands,
and 10 for the end of the data."""

_AFTER_DATA = 600
_LONGEST_REPLY = 300
_CLOSES = "421"
"""The server closes the connection: RFC 5321, section 3.8."""
_NOT_SIGNED_IN = (530, 535)
_BROKEN = (OSError, smtplib.SMTPServerDisconnected)
"""What comes of a connection that is cut; smtplib's own errors are kinds of OSError too."""


class ServerError(MailError):
    """No message can be handed to the mail server."""


@dataclass(frozen=True, slots=True)
class Handover:
    """What became of one message, and the server's answer as it gave it.

    ``without`` are further addresses of a message that was sent which the server did not take.
    """

    taken: Taken
    reply: str = ""
    without: tuple[str, ...] = ()


class SmtpServer:
    """A mail server that messages are handed to; use it as a context manager.

    Args:
        settings: where it is, and how the way to it is encrypted.
        password: for the name to sign in with.
        token: an OAuth 2.0 token, which is used in place of a password.
        sleep: waits, so that no more messages a minute are handed over than the pace allows.
    """

    def __init__(
        self, settings: MailServer, password: str, token: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._settings, self._password, self._token = settings, password, token
        self._sleep = sleep
        self._smtp: smtplib.SMTP | None = None
        self._last = 0.0

    def __enter__(self) -> SmtpServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def ready(self) -> None:
        """See that the server is there and listens, before a message is begun.

        Raises:
            ServerError: it is not, it is not the one it should be, or it lets us not in.
        """
        if self._smtp is not None:
            with suppress(*_BROKEN):
                if self._smtp.noop()[0] == 250:
                    return
            self._hang_up()
        self._connect()

    def hand_over(self, sender: str, to: Sequence[str], data: bytes) -> Handover:
        """Hand over one message, once `ready` has seen that the server listens.

        Args:
            sender: the address that what cannot be delivered goes back to.
            to: whom it goes to, the first of them being whom it is for: where that address is
                refused, the message is. One of the others that is does not keep it from the rest.
            data: the message.

        Returns:
            What became of it. A server that is asked too much, or that puts off whoever it does
            not know (greylisting), takes it later: then it is not sent.
        """
        handover = self._try(sender, to, data)
        if not handover.reply.startswith(_CLOSES):
            return handover
        # A server that takes so many messages and no more over one connection.
        self._hang_up()
        try:
            self.ready()
        except ServerError:
            return handover
        return self._try(sender, to, data)

    def _try(self, sender: str, to: Sequence[str], data: bytes) -> Handover:
        smtp = self._smtp
        if smtp is None:
            return Handover("not sent", "There is no connection.")
        if limit := self._too_large(smtp, len(data)):
            return Handover("refused", f"The message is larger than {limit}.")
        self._keep_pace()
        without: list[str] = []
        try:
            refused = _envelope(smtp, sender, to, len(data), without)
        except _BROKEN as error:
            self._hang_up()
            return Handover("not sent", _in_words(error))
        if refused is not None:
            self._reset(smtp)
            return refused
        handover = self._data(smtp, data)
        return replace(handover, without=tuple(without)) if handover.taken == "sent" else handover

    def _data(self, smtp: smtplib.SMTP, data: bytes) -> Handover:
        """Hand over the text; only its end, a point by itself, makes it a message."""
        body = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r?\n|\r", b"\r\n", data))
        try:
            smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        except _BROKEN as error:
            self._hang_up()
            return Handover("not sent", _in_words(error))
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(_AFTER_DATA)
            smtp.send(b".\r\n")
            code, said = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(_SECONDS)
        except _BROKEN as error:
            self._hang_up()
            return Handover("uncertain", _in_words(error))
        if code != 250 and not 400 <= code <= 599:
            # No answer to a message (a broken line gives -1): it may have been taken.
            self._hang_up()
            return Handover("uncertain", _reply(code, said))
        return _judged(code, said, accepted=(250,))

    def _connect(self) -> None:
        place = f"The mail server {self._settings.host}"
        try:
            smtp = self._opened()
        except ssl.SSLCertVerificationError as error:
            raise ServerError(
                f"{place} does not prove that it is the one: {error.verify_message}.",
                "Nothing was sent. Check host in assessment.yaml, or ask who looks after your "
                "e-mail.",
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise ServerError(
                f"{place} offers no encryption (STARTTLS), so nothing was sent.",
                "Try security: tls in assessment.yaml, or ask who looks after your e-mail.",
            ) from None
        except _BROKEN as error:
            raise ServerError(
                f"{place} cannot be reached ({_in_words(error)}).",
                "Check host, port and security under mail in assessment.yaml, and the network.",
            ) from None
        self._smtp = smtp
        self._sign_in(smtp)

    def _opened(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.door, timeout=_SECONDS, context=context
            )
        else:
            smtp = smtplib.SMTP(settings.host, settings.door, timeout=_SECONDS)
        try:
            if settings.security == "starttls":
                # No name, no password and no message before the way is encrypted.
                smtp.ehlo()
                smtp.starttls(context=context)
            smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        user = self._settings.user
        if not user:
            return
        try:
            if self._token:
                smtp.auth("XOAUTH2", self._bearer)
            else:
                smtp.login(user, self._password)
        except (smtplib.SMTPException, UnicodeError) as error:
            self._hang_up()
            said = _in_words(error)
            raise ServerError(
                f"The mail server {self._settings.host} does not let {user} in ({said}).",
                "Check user under mail in assessment.yaml, and the password. Some providers want "
                "a password made for this program, or a token (XLASSESS_SMTP_TOKEN), which holds "
                "for an hour or so.",
            ) from None

    def _bearer(self, challenge: bytes | None = None) -> str:
        """What is said to sign in by a token; to what a server says against it, nothing."""
        said = f"user={self._settings.user}\x01auth=Bearer {self._token}\x01\x01"
        return said if challenge is None else ""

    def _too_large(self, smtp: smtplib.SMTP, size: int) -> str:
        """The limit that a message of this size is over, in words; empty where it is not."""
        said = smtp.esmtp_features.get("size", "")
        theirs = int(said) if said.isdecimal() else 0
        ours = self._settings.size_limit * 1_000_000
        if ours and size > ours:
            return f"{self._settings.size_limit} MB, which size_limit in assessment.yaml allows"
        return f"{theirs / 1e6:.1f} MB, which the server takes" if theirs and size > theirs else ""

    def _keep_pace(self) -> None:
        pace = self._settings.pace
        if pace and self._last:
            self._sleep(max(0.0, self._last + 60 / pace - time.monotonic()))
        self._last = time.monotonic()

    def _reset(self, smtp: smtplib.SMTP) -> None:
        """Forget a message that was begun; a server that closes is asked anew for the next."""
        try:
            smtp.rset()
        except _BROKEN:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._smtp is not None:
            with suppress(*_BROKEN):
                self._smtp.quit()
            self._smtp.close()
            self._smtp = None


def _envelope(
    smtp: smtplib.SMTP, sender: str, to: Sequence[str], size: int, without: list[str]
) -> Handover | None:
    """Say who sends, to whom, and that the text follows; None when the server waits for it.

    Args:
        smtp: the server.
        sender: who sends.
        to: the addresses, that of whom it is for being the first.
        size: bytes of the message.
        without: takes up the addresses that the server does not take.
    """
    sized = [f"SIZE={size}"] if smtp.has_extn("size") else []
    code, said = smtp.mail(sender, sized)
    if code in _NOT_SIGNED_IN:
        raise ServerError(
            f"The mail server wants to know who sends ({_reply(code, said)}).",
            "Enter user under mail in assessment.yaml, and keep the password in the keyring.",
        )
    if code != 250:
        return _judged(code, said)
    answers = [_judged(*smtp.rcpt(one), accepted=(250, 251, 252)) for one in to]
    # The first is whom the message is for: a copy alone would count as if they had it.
    if answers[0].taken != "sent":
        return answers[0]
    pairs = zip(to, answers, strict=True)
    without += [f"{one}: {answer.reply}" for one, answer in pairs if answer.taken != "sent"]
    code, said = smtp.docmd("DATA")
    return None if code == 354 else _judged(code, said)


def _judged(code: int, said: bytes, accepted: Sequence[int] = ()) -> Handover:
    """What an answer means: RFC 5321, section 4.2.1."""
    reply = _reply(code, said)
    if code in accepted:
        return Handover("sent", reply)
    if 500 <= code <= 599:
        return Handover("refused", reply)
    return Handover("not sent", reply)


def _reply(code: int, said: bytes) -> str:
    text = " ".join(said.decode("utf-8", "replace").split())
    shown = "".join(char if char.isprintable() else "?" for char in text)
    return f"{code} {shown}"[:_LONGEST_REPLY].strip()


def _in_words(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _reply(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:_LONGEST_REPLY]
