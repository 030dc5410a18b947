"""Collecting: the messages of a mailbox on a server, read as if they were handed over as files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ingest import concerns
from xlassess.ledger import Ledger
from xlassess.ledger.archive import sweep
from xlassess.mail import Mailbox, MailboxPlace, place_of
from xlassess.services.common.asked import people_now, whose_addresses
from xlassess.services.common.opening import still_open
from xlassess.services.common.posting import password_of
from xlassess.services.common.progress import Watch, silent
from xlassess.services.ingest import Ingested, ingest

PASSWORD, TOKEN = "XLASSESS_IMAP_PASSWORD", "XLASSESS_IMAP_TOKEN"
"""The environment variables that may hold a password, or an OAuth 2.0 token."""

LARGEST = 60_000_000
"""Bytes of a message that are fetched: a file of the greatest size, in base64, twice over."""

_TOGETHER = 200
"""Messages that are fetched, read and recorded before the next are."""

_LOCKED = {"G04", "G18"}
"""The findings of files that need a password: another than those given, or any."""

_FETCHED = "xlassess-mailbox-"


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of the messages of a mailbox.

    ``taken`` counts the messages read now, ``left`` those that have nothing to do with the
    assessment, ``moved`` those put into another folder. ``large`` are the numbers of messages
    that are too large to be fetched, ``unread`` of those that the server did not give, ``locked``
    of those with a file that needs a password. None of these is done with: the next run asks for
    them again.
    """

    place: MailboxPlace
    ingested: Ingested
    taken: int
    left: int
    moved: int
    large: tuple[int, ...]
    unread: tuple[int, ...] = ()
    locked: tuple[int, ...] = ()


def collect_mail(
    folder: AssessmentFolder,
    mailbox: str,
    *,
    now: datetime,
    move_to: str = "",
    workers: int | None = None,
    passwords: Sequence[str] = (),
    watch: Watch = silent,
) -> Collected:
    """Read the new messages of a mailbox, and record what is in them.

    Nothing is changed in the mailbox, unless messages are to be moved; then they are moved once
    what is in them is on record. A message that was read is not fetched again. Where a run was
    broken off between recording and taking note of that, the bytes tell that it was read.

    Args:
        folder: the assessment.
        mailbox: where it is: ``imaps://user@host/folder``.
        now: the time of receipt where a message does not say it, in UTC.
        move_to: the folder that messages are moved to; empty to leave them where they are.
        workers: how many files are read at once.
        passwords: tried on files that need one to open.
        watch: told how many files are done.

    Raises:
        UsageError: there is no password, or the round is closed.
        MailboxError: the mailbox cannot be read.
        XlassessError: the assessment cannot be used.
    """
    place = place_of(mailbox)
    token = os.environ.get(TOKEN, "")
    password = "" if token else password_of("imaps", place.user, place.host, PASSWORD)
    sweep(Path(tempfile.gettempdir()), (_FETCHED,))
    run = _Collecting(folder, place, now, workers=workers, passwords=tuple(passwords), watch=watch)
    with Mailbox(place, password, token) as box, Ledger(folder.ledger_file, lambda: now) as ledger:
        still_open(ledger, folder.assessment().round)
        issued = (*ledger.issued(), *ledger.joint())
        run.references = frozenset(one.reference for one in issued)
        run.references |= {one.reference for one in ledger.queries()}
        run.addresses = frozenset(one.email.casefold() for one in issued if one.email)
        run.addresses |= whose_addresses(people_now(folder), ()).keys()
        taken, left = ledger.messages.read_before(str(place), box.validity)
        there = box.uids()
        new = [uid for uid in there if uid not in taken and uid not in left]
        for start in range(0, len(new), _TOGETHER):
            some = new[start : start + _TOGETHER]
            mine, rest = run.some(box, some)
            if mine or rest:
                ledger.messages.mailbox_read(str(place), box.validity, mine, rest)
        to_move = [uid for uid in there if uid in taken or uid in run.taken] if move_to else []
        if to_move:
            box.move(to_move, move_to)
    result = run.result
    return Collected(
        place, result, len(run.taken), run.left, len(to_move),
        large=tuple(run.large), unread=tuple(run.unread), locked=tuple(run.locked),
    )  # fmt: skip


class _Collecting:
    """The messages of one run, some of them at a time."""

    def __init__(
        self, folder: AssessmentFolder, place: MailboxPlace, now: datetime, *, watch: Watch,
        workers: int | None, passwords: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._folder, self._place, self._now = folder, place, now
        self._workers, self._passwords, self._watch = workers, passwords, watch
        self.references: frozenset[str] = frozenset()
        self.addresses: frozenset[str] = frozenset()
        self.taken: list[int] = []
        self.left = 0
        self.large: list[int] = []
        self.unread: list[int] = []
        self.locked: list[int] = []
        self.result = Ingested(())

    def some(self, box: Mailbox, uids: Sequence[int]) -> tuple[list[int], list[int]]:
        """Fetch these messages and read what is in them.

        Returns:
            The numbers of those taken in, and of those that have nothing to do with us. Others
            are in neither: they were not judged, or may say more once there is a password.
        """
        mine: dict[int, str] = {}
        rest: list[int] = []
        large: list[int] = []
        arrived: dict[str, datetime] = {}
        with tempfile.TemporaryDirectory(prefix=_FETCHED) as place:
            for mail in box.fetch(uids, LARGEST):
                if mail.content is None:
                    large.append(mail.uid)
                elif concerns(mail.content, self.references, self.addresses):
                    name = mine[mail.uid] = self._name(mail.uid)
                    Path(place, name).write_bytes(mail.content)
                    if mail.received:
                        arrived[name] = mail.received
                else:
                    rest.append(mail.uid)
            closed = self._read(Path(place), arrived) if mine else set()
        locked = [uid for uid, name in mine.items() if name in closed]
        taken = [uid for uid in mine if uid not in locked]
        judged = {*mine, *rest, *large}
        self.taken += taken
        self.left += len(rest)
        self.large += large
        self.locked += locked
        self.unread += [uid for uid in uids if uid not in judged]
        return taken, rest

    def _name(self, uid: int) -> str:
        """A message's name for show; in the order of these names they came."""
        folder = self._place.folder
        shown = "".join(char if char.isalnum() or char in " -_" else "-" for char in folder)
        return f"{shown} {uid:07d}.eml"

    def _read(self, place: Path, arrived: dict[str, datetime]) -> set[str]:
        """Read these messages; return the names of those with a file that did not open."""
        result = ingest(
            self._folder, [place], now=self._now, workers=self._workers,
            passwords=self._passwords, arrived=arrived, watch=self._watch,
        )  # fmt: skip
        self.result = Ingested(
            (*self.result.files, *result.files),
            (*self.result.displaced, *result.displaced),
            (*self.result.notices, *result.notices),
            (*self.result.words, *result.words),
            (*self.result.untouched, *result.untouched),
            (*self.result.offers, *result.offers),
        )
        return {
            file.ret.file.partition("/")[0]
            for file in result.files
            if file.ret.state == "refused" and _LOCKED & {one.code for one in file.ret.findings}
        }
