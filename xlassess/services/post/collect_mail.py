"""Collecting: the messages of a mailbox on a server, read as if they were handed over as files."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import find_references
from xlassess.ingest import concerns
from xlassess.ledger import Ledger
from xlassess.ledger.archive import sweep
from xlassess.mail import FetchedMail, Mailbox, MailboxError, MailboxPlace, place_of
from xlassess.model.answer import Return
from xlassess.model.days import written_day
from xlassess.services.common.offers import sender_of, words_of
from xlassess.services.common.phrases import count
from xlassess.services.common.progress import Watch, silent
from xlassess.services.common.received import Ingested, Received, needs_password
from xlassess.services.common.workbooks.asked import people_now, whose_addresses
from xlassess.services.ingest import ingest
from xlassess.services.post.posting import password_of
from xlassess.workers import Workers

PASSWORD, TOKEN = "XLASSESS_IMAP_PASSWORD", "XLASSESS_IMAP_TOKEN"
"""The environment variables that may hold a password, or an OAuth 2.0 token."""

LARGEST = 60_000_000
"""Bytes of a message that are fetched: a file of the greatest size, in base64, twice over."""

TOGETHER, MOST_TOGETHER = 1000, 500_000_000
"""So many messages, or bytes of them, are fetched, read and recorded before the next are.

What one lot costs besides its messages is that of a run of ``ingest``.
"""

AT_ONCE = 20
"""Messages asked for at once; after each of these lots there may be enough."""

_ANOTHERS = {"I03", "I04"}
"""The refusals of workbooks that were not issued here."""

_OURS = re.compile(r"I(?!01|12)")
"""Other refusals of workbooks for what they say of themselves; these two say nothing of that."""

FETCHED = "xlassess-mailbox-"
"""How the names of folders begin that messages wait in to be read."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of the messages of a mailbox.

    ``taken`` counts the messages read now, ``left`` those that have nothing to do with the
    assessment, ``moved`` those put into another folder. ``large`` are the numbers of messages
    that are too large to be fetched, ``unread`` of those that the server did not give, ``locked``
    of those with a file that needs a password. None of these is done with: the next run asks for
    them again. ``broke`` is what ended the connection before all was done: what came before is on
    record, and some of it is told once. ``waiting`` are the numbers of messages told now that are
    not read, as the round is ``closed``, though they may be for it: they are not told again.
    """

    place: MailboxPlace
    ingested: Ingested
    taken: int
    left: int
    moved: int
    large: tuple[int, ...]
    unread: tuple[int, ...] = ()
    locked: tuple[int, ...] = ()
    broke: MailboxError | None = None
    waiting: tuple[int, ...] = ()
    closed: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Which messages were read, and which were not and why, in words."""
        moved = f" {count(self.moved, 'message')} moved." if self.moved else ""
        lines = [f"{count(self.taken, 'new message')} read in {self.place}.{moved}"]
        if self.left:
            lines.append(
                f"{count(self.left, 'other message')} left alone: no file, no reference, and not "
                "from anybody who is asked."
            )
        for uids, why in (
            (self.large, "too large to be read. Save the file in it, and read that."),
            (self.unread, "not given by the server. Do this again."),
            (self.locked, "with a file that needs a password. Do this again with the password."),
        ):
            if uids:
                lines.append(f"{count(len(uids), 'message')} {why}")
        if self.waiting:
            lines.append(unread_of_closed(len(self.waiting), self.closed))
        return tuple(lines)


def unread_of_closed(number: int, closed: str) -> str:
    """Return in words that messages were not read, as the round is closed."""
    was, they, wait = ("was", "It", "waits") if number == 1 else ("were", "They", "wait")
    return (
        f"{count(number, 'message')} {was} not read: the round is closed ({closed}). {they} may be "
        f"for this assessment, and {wait} in the mailbox. This is told once; status shows it."
    )


def closed_round(ledger: Ledger, round_name: str) -> str:
    """Return when and by whom a round was closed; empty while it is open."""
    closed = ledger.closed_rounds().get(round_name)
    return f"{written_day(closed.at.astimezone())}, by {closed.by}" if closed else ""


def collect_mail(
    folder: AssessmentFolder,
    mailbox: str,
    *,
    now: datetime,
    move_to: str = "",
    workers: Workers = None,
    passwords: Sequence[str] = (),
    watch: Watch = silent,
    tell: Callable[[Received], None] = lambda file: None,
    by: str = "",
) -> Collected:
    """Read the new messages of a mailbox, and record what is in them.

    Nothing is changed in the mailbox, unless messages are to be moved; then they are moved once
    what is in them is on record. A message that was read is not fetched again. Where a run was
    broken off between recording and taking note of that, the bytes tell that it was read.

    Args:
        folder: the assessment.
        mailbox: where it is: ``imaps://user@host/folder``.
        now: the time of receipt where a message does not say it, in UTC.
        move_to: the folder that messages are moved to, but for those that may be another
            assessment's; empty to leave all where they are.
        workers: how many files are read at once, or who reads them.
        passwords: tried on files that need one to open.
        watch: told how many files are done.
        tell: given each file as soon as it is on record.
        by: who reads them; the user of the computer, where empty.

    What may be for the assessment while its round is closed stays unread until that is opened
    again, or the next one is begun. It is told once.

    Raises:
        UsageError: there is no password.
        MailboxError: the mailbox cannot be opened.
        XlassessError: the assessment cannot be used.
    """
    place = place_of(mailbox)
    sweep(Path(tempfile.gettempdir()), (FETCHED,))
    run = _Collecting(
        folder,
        place,
        now,
        workers=workers,
        passwords=tuple(passwords),
        watch=watch,
        tell=tell,
        by=by,
    )
    with (
        opened(place) as box,
        Ledger(folder.ledger, lambda: now, by) as ledger,
    ):
        run.closed = closed_round(ledger, folder.assessment().round)
        run.know(ledger)
        there = box.uids()
        ledger.messages.not_there(str(place), box.validity, there)
        before = ledger.messages.read_before(str(place), box.validity)
        told = before.waiting if run.closed else frozenset()
        new = [uid for uid in there if uid not in before.taken | before.left | told]
        broke = run.all_of(box, new, ledger)
        # What may be another's stays where the other finds it.
        done = before.taken.union(run.taken) - before.doubtful.union(run.doubtful)
        moved, unmoved = moved_to(move_to, box, [uid for uid in there if uid in done], broke)
    return Collected(
        place, run.result, len(run.taken), run.left, moved, large=tuple(run.large),
        unread=tuple(run.unread), locked=tuple(run.locked), broke=unmoved,
        waiting=tuple(run.waiting), closed=run.closed,
    )  # fmt: skip


def moved_to(
    folder: str, box: Mailbox, uids: Sequence[int], broke: MailboxError | None
) -> tuple[int, MailboxError | None]:
    """Move messages, where they are to be and can be; return how many were, and what kept them.

    Args:
        folder: where to; empty to leave them where they are.
        box: the mailbox.
        uids: the numbers of those that are on record.
        broke: what ended the connection before.
    """
    if not folder or broke:
        return 0, broke
    try:
        box.move(uids, folder)
    except MailboxError as error:
        return 0, error
    return len(uids), None


def opened(place: MailboxPlace) -> Mailbox:
    """Return a mailbox to be entered, with the password or token that is at hand.

    Raises:
        UsageError: there is no password.
    """
    token = os.environ.get(TOKEN, "")
    password = "" if token else password_of("imaps", place.user, place.host, PASSWORD)
    return Mailbox(place, password, token)


@dataclass(slots=True)
class FetchedLot:
    """Messages that are fetched together; those that may concern us wait in a folder, to be read.

    ``ours`` tells these by their bytes. ``names`` are their numbers with the names of their files,
    which ``arrived`` when it says; ``rest`` are the numbers of others, ``large`` of those that were
    not fetched, ``unread`` of those that the server did not give. ``asked`` counts those asked for,
    and ``size`` is that of all together; ``broke`` is what ended the connection while they came.
    """

    folder: Path
    place: MailboxPlace
    ours: Callable[[bytes], bool]
    asked: int = 0
    size: int = 0
    names: dict[int, str] = field(default_factory=dict)
    arrived: dict[str, datetime] = field(default_factory=dict)
    rest: list[int] = field(default_factory=list)
    large: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    broke: MailboxError | None = None

    def fetch(self, box: Mailbox, uids: Sequence[int]) -> None:
        """Fetch the first of these messages, as many as go together, until a connection breaks."""
        while (
            self.asked < min(len(uids), TOGETHER) and self.size < MOST_TOGETHER and not self.broke
        ):
            wanted = uids[self.asked : self.asked + AT_ONCE]
            self.asked += len(wanted)
            try:
                for mail in box.fetch(wanted, LARGEST):
                    self._add(mail)
            except MailboxError as error:
                self.broke = error
        judged = {*self.names, *self.rest, *self.large}
        self.unread += [uid for uid in uids[: self.asked] if uid not in judged]

    def _add(self, mail: FetchedMail) -> None:
        """Take a message in, unless it is too large or nobody's business here."""
        if mail.content is None:
            self.large.append(mail.uid)
            return
        self.size += len(mail.content)
        if not self.ours(mail.content):
            self.rest.append(mail.uid)
            return
        name = self.names[mail.uid] = _name(self.place, mail.uid)
        (self.folder / name).write_bytes(mail.content)
        if mail.received:
            self.arrived[name] = mail.received


def _name(place: MailboxPlace, uid: int) -> str:
    """A message's name for show; in the order of these names they came."""
    shown = "".join(char if char.isalnum() or char in " -_" else "-" for char in place.folder)
    return f"{shown} {uid:07d}.eml"


class _Collecting:
    """The messages of one run, some of them at a time."""

    def __init__(
        self, folder: AssessmentFolder, place: MailboxPlace, now: datetime, *, watch: Watch,
        workers: Workers, passwords: tuple[str, ...], tell: Callable[[Received], None],
        by: str,
    ) -> None:  # fmt: skip
        self._folder, self._place, self._now = folder, place, now
        self._workers, self._passwords, self._watch, self._tell = workers, passwords, watch, tell
        self._by = by
        self.references: frozenset[str] = frozenset()
        self.addresses: frozenset[str] = frozenset()
        self.taken: list[int] = []
        self.doubtful: set[int] = set()
        self.left = 0
        self.large: list[int] = []
        self.unread: list[int] = []
        self.locked: list[int] = []
        self.waiting: list[int] = []
        self.closed = ""
        self.result = Ingested(())

    def know(self, ledger: Ledger) -> None:
        """Take note of whose messages are ours: the references issued, and who has them."""
        issued = (*ledger.issued(), *ledger.joint())
        self.references = frozenset(one.reference for one in issued)
        self.references |= {one.reference for one in ledger.queries()}
        self.references |= {one.reference for one in ledger.entries()}
        self.addresses = frozenset(one.email.casefold() for one in issued if one.email)
        self.addresses |= whose_addresses(people_now(self._folder), ()).keys()

    def all_of(self, box: Mailbox, uids: Sequence[int], ledger: Ledger) -> MailboxError | None:
        """Read these messages, some at a time, and take note of each lot once it is on record.

        Returns:
            what ended the connection, if that broke.
        """
        while uids:
            lot, taken = self._some(box, uids)
            waits = [*lot.names] if self.closed else []
            self.waiting += waits
            if taken or lot.rest or waits:
                ledger.messages.mailbox_read(
                    str(self._place), box.validity, taken, lot.rest,
                    [uid for uid in taken if uid in self.doubtful], waiting=waits,
                )  # fmt: skip
            if lot.broke:
                return lot.broke
            uids = uids[lot.asked :]
        return None

    def _some(self, box: Mailbox, uids: Sequence[int]) -> tuple[FetchedLot, list[int]]:
        """Fetch the first of these messages and read what is in them; say which were taken in.

        What came before a connection broke is read and recorded all the same. What may say more
        once there is a password is not taken in.
        """
        result = Ingested(())
        with tempfile.TemporaryDirectory(prefix=FETCHED) as room:
            lot = FetchedLot(Path(room), self._place, self._is_ours)
            lot.fetch(box, uids)
            if lot.names and not self.closed:
                result = self._read(lot.folder, lot.arrived)
        self.left += len(lot.rest)
        self.large += lot.large
        self.unread += lot.unread
        if self.closed:
            return lot, []
        closed, others = locked_in(result), self._perhaps_others(result)
        locked = [uid for uid, name in lot.names.items() if name in closed]
        taken = [uid for uid in lot.names if uid not in locked]
        self.doubtful.update(uid for uid in taken if lot.names[uid] in others)
        self.taken += taken
        self.locked += locked
        return lot, taken

    def _is_ours(self, content: bytes) -> bool:
        return concerns(content, self.references, self.addresses)

    def _perhaps_others(self, result: Ingested) -> set[str]:
        """The names of messages that may be another assessment's, as a whole or in part."""
        ours, others = set[str](), set[str]()
        for file in result.files:
            codes = _refused_as(file)
            if names_another(file):
                others.add(message_of(file))
            elif not codes or any(map(_OURS.match, codes)) or self._is_from_ours(file.ret):
                ours.add(message_of(file))
        return others | ({message_of(file) for file in result.files} - ours)

    def _is_from_ours(self, ret: Return) -> bool:
        """True for what comes from somebody who is asked here, or names a workbook of ours."""
        named = find_references(words_of(ret).upper())
        return sender_of(ret).casefold() in self.addresses or not self.references.isdisjoint(named)

    def _read(self, place: Path, arrived: dict[str, datetime]) -> Ingested:
        """Read these messages."""
        result = ingest(
            self._folder, [place], now=self._now, workers=self._workers,
            passwords=self._passwords, arrived=arrived, watch=self._watch, tell=self._tell,
            by=self._by,
        )  # fmt: skip
        self.result = both(self.result, result)
        return result


def both(one: Ingested, other: Ingested) -> Ingested:
    """Return what came of two runs, one after the other."""
    return Ingested(
        (*one.files, *other.files),
        (*one.displaced, *other.displaced),
        (*one.notices, *other.notices),
        (*one.words, *other.words),
        (*one.untouched, *other.untouched),
        (*one.offers, *other.offers),
    )


def locked_in(result: Ingested) -> set[str]:
    """Return the names of the messages with a file that did not open for want of a password."""
    return {message_of(file) for file in result.files if needs_password(file.ret)}


def _refused_as(file: Received) -> set[str]:
    return {one.code for one in file.ret.findings if one.severity == "refuse"}


def names_another(file: Received) -> bool:
    """True for a workbook that was not issued here, and so may be another assessment's."""
    return not _ANOTHERS.isdisjoint(_refused_as(file))


def message_of(file: Received) -> str:
    """The name of the message that a file came in."""
    return file.ret.file.partition("/")[0]
