"""Collecting for a programme: the messages of one mailbox, each to the assessment it is for.

Who looks after many partnerships has one address to which all of them answer. Messages are fetched
once and sorted as files are that are handed over; each assessment reads its own. Which were read is
on record in the ledgers, and nowhere else: a message is done with once one assessment has taken it
in, or once all that there are have it on record as none of theirs. So an assessment that is added
later, or that could not be opened, gets what was meant for it, even beside what another took in.
What one took in from the mailbox by itself is looked at again where it may be another's.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ingest import concerns, head_of
from xlassess.ledger import Ledger
from xlassess.ledger.archive import sweep
from xlassess.mail import Mailbox, MailboxError, MailboxPlace, place_of
from xlassess.services.common.opening import open_folder
from xlassess.services.common.received import Ingested
from xlassess.services.post.collect_mail import (
    FETCHED,
    Collected,
    FetchedLot,
    both,
    closed_round,
    locked_in,
    message_of,
    moved_to,
    names_another,
    opened,
    unread_of_closed,
)
from xlassess.services.programmes.issued_by_all import IssuedByAll, issued_by_all
from xlassess.services.programmes.programme import PartnershipStanding
from xlassess.services.programmes.sort_returns import (
    FilesForOne,
    ReadForOne,
    UnplacedFile,
    read_for_one,
    sort_returns,
)
from xlassess.workers import Workers


@dataclass(frozen=True, slots=True)
class CollectedForAll:
    """What came of a mailbox of many partnerships.

    ``results`` are by the place of the partnership in the lines that were given. ``unplaced`` is
    what came with a file or from somebody known and belongs to none, each told once; ``apart``
    are messages with files of several. ``collected`` has the counts, as for one assessment.
    """

    collected: Collected
    results: Mapping[int, ReadForOne]
    unplaced: tuple[UnplacedFile, ...]
    apart: tuple[str, ...]


def collect_for_all(
    lines: Sequence[PartnershipStanding],
    mailbox: str,
    *,
    now: datetime,
    move_to: str = "",
    workers: Workers = None,
    passwords: Sequence[str] = (),
    tell: Callable[[CollectedForAll], None] = lambda found: None,
) -> CollectedForAll:
    """Read the new messages of a mailbox, each in the assessment it is for.

    Args:
        lines: the partnerships that have an assessment.
        mailbox: where it is: ``imaps://user@host/folder``.
        now: the time of receipt where a message does not say it, in UTC.
        move_to: the folder that messages are moved to, but for those with something of an
            assessment outside the programme or of a closed round; empty to leave all where they
            are.
        workers: how many files are read at once, or who reads them.
        passwords: tried on files that need one to open.
        tell: given what came of it. What belongs to none is told once: it is on record as none's
            after that, so that a run that is broken off leaves it to the next.

    Raises:
        UsageError: there is no password.
        MailboxError: the mailbox cannot be opened.
    """
    place = place_of(mailbox)
    sweep(Path(tempfile.gettempdir()), (FETCHED,))
    run = _ForAll(lines, place, now, workers, tuple(passwords))
    with opened(place) as box:
        there = box.uids()
        run.know(box.validity, there)
        broke = run.all_of(box, [uid for uid in there if not run.is_done(uid)])
        moved, unmoved = moved_to(move_to, box, [uid for uid in there if uid in run.taken], broke)
    result = run.result(moved, unmoved)
    tell(result)
    run.told()
    return result


@dataclass(slots=True)
class _SortedLot(FetchedLot):
    """Messages that are fetched together and then sorted.

    ``waiting`` are the names of those that are to be looked at again: they could not be read now.
    ``locked`` are those among them with a file that needs a password. Of those ``told``, something
    belongs to none; ``doubtful`` are those with something of an assessment outside the programme,
    or of one whose round is closed.
    """

    waiting: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)


class _ForAll:
    """One run over a mailbox, some messages at a time."""

    def __init__(
        self, lines: Sequence[PartnershipStanding], place: MailboxPlace, now: datetime,
        workers: Workers, passwords: tuple[str, ...],
    ) -> None:  # fmt: skip
        self._lines, self._place, self._now = lines, place, now
        self._workers, self._passwords = workers, passwords
        self._known: IssuedByAll = issued_by_all(lines)
        self._validity = ""
        self._folders: dict[int, AssessmentFolder] = {}
        self._left: dict[int, set[int]] = {}
        self._had: dict[int, frozenset[int]] = {}
        self.taken: set[int] = set()
        self._new: set[int] = set()
        self._results: dict[int, ReadForOne] = {}
        self._unplaced: list[UnplacedFile] = []
        self._apart: list[str] = []
        self._large: list[int] = []
        self._unread: list[int] = []
        self._locked: list[int] = []
        self._others = 0
        self._untold: dict[int, set[int]] = {}
        self._closed: dict[int, str] = {}
        self._waits: dict[int, set[int]] = {}
        self._held: dict[int, set[int]] = {}
        self._doubtful: set[int] = set()

    def know(self, validity: str, there: Sequence[int]) -> None:
        """Look up in each assessment which messages were read before, of all that are there."""
        self._validity = validity
        for number in self._known.ids.values():
            place = self._lines[number].place
            folder = open_folder(place) if place else None
            if folder is None or not Ledger.is_at(folder.ledger):
                continue  # it has issued nothing that could come back
            with Ledger(folder.ledger, lambda: self._now) as ledger:
                ledger.messages.not_there(str(self._place), validity, there)
                before = ledger.messages.read_before(str(self._place), validity)
                if closed := closed_round(ledger, folder.assessment().round):
                    self._closed[number] = closed
                    self._waits[number] = set(before.waiting)
            self._folders[number], self._left[number] = folder, set(before.left)
            self._had[number] = before.taken
            self.taken |= before.taken - before.doubtful

    def is_done(self, uid: int) -> bool:
        """True for a message that nobody has to look at again."""
        # What waits for one may have a part that another did not have yet.
        return uid in self.taken or (
            bool(self._left)
            and all(uid in left | self._waits.get(one, set()) for one, left in self._left.items())
        )

    def all_of(self, box: Mailbox, uids: Sequence[int]) -> MailboxError | None:
        """Read these messages, some at a time, and take note of each lot once it is on record.

        Returns:
            what ended the connection, if that broke.
        """
        while uids:
            with tempfile.TemporaryDirectory(prefix=FETCHED) as room:
                mails, sorted_into = Path(room, "mails"), Path(room, "sorted")
                mails.mkdir()
                sorted_into.mkdir()
                lot = _SortedLot(mails, self._place, self._is_ours)
                lot.fetch(box, uids)
                self._large += lot.large
                self._unread += lot.unread
                self._read(lot, sorted_into)
            if lot.broke:
                return lot.broke
            uids = uids[lot.asked :]
        return None

    def _is_ours(self, content: bytes) -> bool:
        return concerns(content, self._known.owners.keys(), self._known.addresses.keys())

    def _read(self, lot: _SortedLot, room: Path) -> None:
        """Sort a lot, have each assessment read its own, and record what is done with."""
        owners: dict[str, set[int]] = defaultdict(set)
        if lot.names:
            found = sort_returns(
                self._lines, [lot.folder], room, workers=self._workers, passwords=self._passwords,
                known=self._known,
            )  # fmt: skip
            for number, files in sorted(found.places.items()):
                names = {each.name for each in files.folder.iterdir()}
                for name in names:
                    owners[name].add(number)
                self._read_by(number, files, names, lot)
            lot.waiting |= {_message(one) for one in found.unplaced if one.later}
            lot.locked |= {_message(one) for one in found.unplaced if one.locked}
            lot.told |= {_message(one) for one in found.unplaced}
            lot.doubtful |= {_message(one) for one in found.unplaced if one.anothers}
            self._tell(found.unplaced, lot)
            self._apart += [_shown(name, lot) for name in found.apart]
        self._locked += [uid for uid, name in lot.names.items() if name in lot.locked]
        self._record(lot, owners)

    def _read_by(self, number: int, files: FilesForOne, names: set[str], lot: _SortedLot) -> None:
        """Have one assessment read its messages.

        Where it cannot read them, that is told, and the others are read all the same.

        Args:
            number: the assessment.
            files: what is its own.
            names: the messages that this came in.
            lot: all messages.
        """
        if number in self._closed:
            self._hold(number, names, lot)
            return
        before = self._results.get(number, ReadForOne(Ingested(())))
        read = read_for_one(
            self._folders[number].root, files, now=self._now, workers=self._workers,
            passwords=self._passwords,
            arrived={name: at for name, at in lot.arrived.items() if name in names},
        )  # fmt: skip
        if read.trouble:
            lot.waiting |= names
        else:
            closed = locked_in(read.ingested)
            lot.waiting |= closed
            lot.locked |= closed
            others = filter(names_another, read.ingested.files)
            lot.doubtful |= {message_of(file) for file in others}
        self._results[number] = ReadForOne(
            both(before.ingested, read.ingested),
            read.trouble or before.trouble,
            read.remedy or before.remedy,
        )

    def _hold(self, number: int, names: set[str], lot: _SortedLot) -> None:
        """Leave messages unread that are for a closed round: it is told, and once.

        The others have their parts of them all the same, and it stays open whether that was all.
        """
        lot.doubtful |= names
        held = self._held.setdefault(number, set())
        held |= {uid for uid, name in lot.names.items() if name in names}
        new = held - self._waits[number]
        if not new:
            return
        said = unread_of_closed(len(new), self._closed[number])
        remedy = (
            "To read what waits, open the round again, or begin the next one; then do this again."
        )
        self._results[number] = ReadForOne(Ingested(()), said, remedy)

    def _tell(self, unplaced: Sequence[UnplacedFile], lot: _SortedLot) -> None:
        """Say of what belongs to none what it is, once: as people find it in their mailbox."""
        uids = {name: uid for uid, name in lot.names.items()}
        for one in unplaced:
            message = _message(one)
            if not any(uids[message] in left for left in self._left.values()):
                rest = one.name.removeprefix(message).strip("/")
                shown = _shown(message, lot) + (f": {rest}" if rest else "")
                remedy = one.remedy
                if not one.later:
                    remedy = "If you know whose it is, save the message, and read it there: "
                    remedy += "xlassess ingest FILE -C FOLDER"
                self._unplaced.append(replace(one, name=shown, remedy=remedy))

    def _record(self, lot: _SortedLot, owners: Mapping[str, set[int]]) -> None:
        """Record what is done with, but for messages of which something is yet to be told.

        Args:
            lot: the messages.
            owners: the assessments that took them in, by their names.
        """
        whose = {
            uid: owners.get(name, set()) - self._closed.keys()
            for uid, name in lot.names.items()
            if name not in lot.waiting
        }
        self._untold |= {uid: those for uid, those in whose.items() if lot.names[uid] in lot.told}
        self._doubtful |= {uid for uid in whose if lot.names[uid] in lot.doubtful}
        self._new |= {
            uid for uid, those in whose.items() if any(uid not in self._had[one] for one in those)
        }
        self._others += len(lot.rest)
        rest = {uid: set[int]() for uid in lot.rest}
        self._note({uid: those for uid, those in whose.items() if uid not in self._untold} | rest)

    def told(self) -> None:
        """Record the messages of which something was told."""
        self._note(self._untold)
        for number, held in self._held.items():
            if new := sorted(held - self._waits[number]):
                with Ledger(self._folders[number].ledger, lambda: self._now) as ledger:
                    ledger.messages.mailbox_read(
                        str(self._place), self._validity, [], [], waiting=new
                    )

    def _note(self, whose: Mapping[int, set[int]]) -> None:
        """Record by whom messages were taken in: in all other assessments as none of theirs.

        So that none fetches the letters of another when it reads the mailbox by itself. Of what is
        doubtful, the rest is none of theirs either: only one that is added later looks at it again.
        """
        for number, folder in self._folders.items():
            taken = sorted(uid for uid, those in whose.items() if number in those)
            doubtful = self._doubtful.intersection(taken)
            others = whose.keys() - self._held.get(number, set())
            left = sorted(others - self._left[number] - set(taken) | doubtful)
            if taken or left:
                with Ledger(folder.ledger, lambda: self._now) as ledger:
                    ledger.messages.mailbox_read(
                        str(self._place), self._validity, taken, left, sorted(doubtful)
                    )
            self._left[number].update(left)
        self.taken |= {uid for uid, those in whose.items() if those} - self._doubtful

    def result(self, moved: int, broke: MailboxError | None) -> CollectedForAll:
        """Return what came of the whole mailbox.

        Args:
            moved: how many messages were moved.
            broke: what ended the connection, if that broke.
        """
        counts = Collected(
            self._place, Ingested(()), len(self._new), self._others, moved,
            large=tuple(self._large), unread=tuple(self._unread), locked=tuple(self._locked),
            broke=broke,
        )  # fmt: skip
        return CollectedForAll(counts, self._results, tuple(self._unplaced), tuple(self._apart))


def _message(one: UnplacedFile) -> str:
    """The name of the message that a file came in."""
    return PurePosixPath(one.name).parts[0]


def _shown(message: str, lot: _SortedLot) -> str:
    """A message as people find it in their mailbox."""
    subject, sender = head_of((lot.folder / message).read_bytes())
    return f"“{subject or '(no subject)'}” from {sender or 'nobody named'}"
