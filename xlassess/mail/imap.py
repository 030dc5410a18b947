"""Reading a mailbox on a server, encrypted, without changing anything in it.

Messages are fetched with BODY.PEEK from a folder that was opened to be read only, so that not even
"read" is set. Sources: RFC 9051 (IMAP), RFC 8314 for encryption, RFC 6851 for moving.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from xlassess.mail.message import MailError

_SECONDS = 120
_TOGETHER = 20
"""Messages fetched with one command."""

_SEARCHED = 50_000
"""Messages searched with one command: each number takes a dozen letters of the one line that the
server answers, and a longer line than a million is not read."""

_FOLDER = "INBOX"
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
"""Looked for one by one: a server may say both in any order, and flags with them."""


class MailboxError(MailError):
    """A mailbox cannot be read."""


@dataclass(frozen=True, slots=True)
class MailboxPlace:
    """Where a mailbox is: ``imaps://user@host:port/folder``."""

    user: str
    host: str
    port: int
    folder: str

    def __str__(self) -> str:
        """Return it as it is written, without anything secret."""
        return f"imaps://{self.user}@{self.host}/{self.folder}"


def place_of(text: str) -> MailboxPlace:
    """Return where a mailbox is.

    Args:
        text: ``imaps://user@host/folder``; without a folder the inbox.

    Raises:
        MailboxError: this is no such place, or it holds a password.
    """
    # As it was typed: a password may hold what ends the name of a host, such as "/".
    _, _, typed = text.partition("//")
    if ":" in (typed or text).rpartition("@")[0]:
        raise MailboxError(
            "A mailbox is named without its password.",
            "Keep it in the keyring (keyring set xlassess imaps://USER@HOST), or in the "
            "environment variable XLASSESS_IMAP_PASSWORD.",
        )
    try:
        parts = urlsplit(text)
        port = parts.port or 993
    except ValueError:
        parts, port = urlsplit(""), 0
    # An address as the user's name makes two "@": the last one is the host's.
    name, _, _ = parts.netloc.rpartition("@")
    if parts.scheme != "imaps" or not name or not parts.hostname:
        raise MailboxError(
            "This does not name a mailbox.",  # what was typed may hold a password: not said again
            "Write it as imaps://user@host/FOLDER. There is no way without encryption.",
        )
    folder = unquote(parts.path.strip("/"))
    if not folder or folder.upper() == _FOLDER:  # in any case: RFC 9051, section 5.1
        folder = _FOLDER
    return MailboxPlace(unquote(name), parts.hostname, port, folder)


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A message as it is in the mailbox: its number there, its bytes, and when it came.

    ``content`` is None where the message is larger than was asked for.
    """

    uid: int
    content: bytes | None
    received: datetime | None
    size: int


class Mailbox:
    """A mailbox on a server; use it as a context manager.

    Args:
        place: where it is.
        password: the password.
        token: an OAuth 2.0 token, which is used in place of a password.

    Raises:
        MailboxError: the server cannot be reached, is not the one it should be, or does not let
            us in; or there is no such folder.
    """

    def __init__(self, place: MailboxPlace, password: str = "", token: str = "") -> None:
        from imap_tools import MailBox
        from imap_tools.errors import ImapToolsError

        self._place = place
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        server = f"The mail server {place.host}"
        try:
            self._box = MailBox(place.host, place.port, _SECONDS, ssl_context=context)
        except ssl.SSLCertVerificationError as error:
            raise MailboxError(
                f"{server} does not prove that it is the one: {error.verify_message}.",
                "Nothing was read. Check the name of the server.",
            ) from None
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(
                f"{server} cannot be reached ({error}).", "Check its name, and the network."
            ) from None
        try:
            if token:
                self._box.xoauth2(place.user, token, initial_folder=None)
            else:
                self._box.login(place.user, password, initial_folder=None)
        except (ImapToolsError, imaplib.IMAP4.error, OSError, UnicodeError) as error:
            self._leave()
            raise MailboxError(
                f"{server} does not let {place.user} in ({_said(error)}).",
                "Check the user and the password. Some providers want a password made for this "
                "program, or a token (XLASSESS_IMAP_TOKEN).",
            ) from None
        self._open(writing=False)

    def _open(self, *, writing: bool) -> None:
        from imap_tools.errors import ImapToolsError

        try:
            self._box.folder.set(self._place.folder, readonly=not writing)
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            self._leave()
            raise MailboxError(
                f"The folder {self._place.folder} cannot be opened ({_said(error)}).",
                "Check its name: imaps://user@host/FOLDER",
            ) from None
        _, held = self._box.client.response("EXISTS")
        self._held = int(held[-1] or b"0") if held else 0  # every server says it: RFC 9051, 6.3.2
        _, validity = self._box.client.response("UIDVALIDITY")
        first: Any = validity[0] if validity else b""
        self.validity = first.decode() if isinstance(first, bytes) else str(first or "")

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        try:
            self._box.client.logout()
        except (OSError, imaplib.IMAP4.error):
            self._box.client.shutdown()

    def uids(self) -> tuple[int, ...]:
        """Return the numbers of all messages in the folder, in the order they came.

        They stay the same as long as `validity` does (RFC 9051, section 2.3.1.1).

        Raises:
            MailboxError: the connection broke.
        """
        from imap_tools.errors import ImapToolsError

        ends = range(_SEARCHED, self._held, _SEARCHED)
        starts = range(1, self._held + 1, _SEARCHED)
        some = [f"{start}:{end}" for start, end in zip(starts, (*ends, "*"), strict=False)]
        try:
            return tuple(sorted({int(one) for each in some for one in self._box.uids(each)}))
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            raise self._broken(error) from None

    def fetch(self, uids: Sequence[int], largest: int) -> Iterator[FetchedMail]:
        """Yield messages, as they are and without a mark that they were read.

        One of which the server does not tell the size, or that it does not give, is left out.

        Args:
            uids: their numbers.
            largest: how many bytes one may have to be fetched.

        Raises:
            MailboxError: the connection broke.
        """
        for start in range(0, len(uids), _TOGETHER):
            some = uids[start : start + _TOGETHER]
            sizes = self._sizes(some)
            for uid in some:
                if sizes.get(uid, 0) > largest:
                    yield FetchedMail(uid, None, None, sizes[uid])
            small = [uid for uid in some if sizes.get(uid, largest + 1) <= largest]
            for few in _together(small, sizes, largest):
                yield from self._contents(few, sizes)

    def _sizes(self, uids: Sequence[int]) -> dict[int, int]:
        sizes = {}
        for line in self._asked(uids, "(UID RFC822.SIZE)"):
            told = line if isinstance(line, bytes) else b" ".join(line or ())
            uid, size = _UID.search(told), _SIZE.search(told)
            if uid and size:
                sizes[int(uid[1])] = int(size[1])
        return sizes

    def _contents(self, uids: Sequence[int], sizes: dict[int, int]) -> Iterator[FetchedMail]:
        found: dict[int, tuple[bytes, bytes]] = {}
        lines = self._asked(uids, "(UID INTERNALDATE BODY.PEEK[])")
        for at, line in enumerate(lines):
            if not isinstance(line, tuple):
                continue
            rest = lines[at + 1] if at + 1 < len(lines) else b""
            told = line[0] + b" " + (rest if isinstance(rest, bytes) else b"")
            if number := _UID.search(told):
                found[int(number[1])] = line[1], told
        for uid in uids:
            if uid in found:
                content, told = found[uid]
                yield FetchedMail(uid, content, _moment(told), sizes.get(uid, len(content)))

    def _asked(self, uids: Sequence[int], parts: str) -> list[Any]:
        wanted = ",".join(map(str, uids))
        try:
            state, lines = self._box.client.uid("FETCH", wanted, parts)
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._broken(error) from None
        if state != "OK":
            raise MailboxError(f"{self._place.host} does not give its messages.", "Try again.")
        return list(lines)

    def _broken(self, error: BaseException) -> MailboxError:
        return MailboxError(
            f"The connection to {self._place.host} broke ({_said(error)}).",
            "Run this again: what was read is kept, and the rest follows.",
        )

    def move(self, uids: Collection[int], folder: str) -> None:
        """Move messages to another folder of the mailbox; it is made where it is missing.

        Raises:
            MailboxError: the server cannot move messages, or does not.
        """
        from imap_tools.errors import ImapToolsError
        from imap_tools.utils import encode_folder

        if not uids:
            return
        # What a server can do it says anew after somebody has signed in.
        try:
            _, told = self._box.client.capability()
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._broken(error) from None
        if b"MOVE" not in b" ".join(one for one in told if isinstance(one, bytes)).split():
            raise MailboxError(
                f"{self._place.host} cannot move messages.",
                "Leave out --move-to. What was read is recorded and is not read again.",
            )
        self._open(writing=True)
        try:
            if not self._box.folder.exists(folder):
                self._box.folder.create(folder)
            wanted: Any = encode_folder(folder)
            for some in _chunks(sorted(uids)):
                state, said = self._box.client.uid("MOVE", some, wanted)
                if state != "OK":
                    raise imaplib.IMAP4.error(str(said))
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(
                f"Messages cannot be moved to {folder} ({_said(error)}).",
                "What was read is recorded. Run this again to move it.",
            ) from None


def _together(uids: Sequence[int], sizes: Mapping[int, int], most: int) -> Iterator[Sequence[int]]:
    """Yield messages that are fetched together: no more bytes than the largest may have alone.

    Each answer of the server is in memory whole.
    """
    some: list[int] = []
    for uid in uids:
        if some and sum(sizes[one] for one in some) + sizes[uid] > most:
            yield some
            some = []
        some.append(uid)
    if some:
        yield some


def _chunks(uids: Sequence[int]) -> Iterator[str]:
    """Numbers as a command takes them, so many that its line is not too long."""
    for start in range(0, len(uids), 100):
        yield ",".join(map(str, uids[start : start + 100]))


def _moment(told: bytes) -> datetime | None:
    """When the server received a message."""
    stated = re.search(rb'INTERNALDATE "([^"]{20,30})"', told)
    if stated is None:
        return None
    try:
        moment = datetime.strptime(stated[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
    return moment.astimezone(timezone.utc)


def _said(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return "".join(char if char.isprintable() else "?" for char in text)[:200] or "no reason given"
