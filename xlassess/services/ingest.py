"""Ingesting: whatever is handed over is kept, read, and recorded; nothing is guessed or lost."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path, PurePosixPath
from typing import cast

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ingest import (
    Context,
    CoveringMail,
    MailClock,
    MailNotice,
    NoticedMail,
    PrintedWorkbook,
    ReturnedFile,
    collect,
    fingerprint,
    merge,
    origin_of,
    read_all,
    read_printed,
    says_another_answers,
)
from xlassess.ledger import Kept, Ledger
from xlassess.ledger.archive import KeptFiles, kept_files, sweep
from xlassess.ledger.tables.order import SAYS, UNSEALED, once_chosen
from xlassess.model.answer import ENTERED, Issued, Return, State
from xlassess.model.assessment import Respondent
from xlassess.model.catalogue import found
from xlassess.model.errors import UsageError
from xlassess.model.query import Query
from xlassess.model.record import Notice, SentMessage
from xlassess.services.common.earlier import earlier_rounds, present_toolkits
from xlassess.services.common.last_time import (
    LastAnswers,
    about_facts,
    as_blank,
    earlier_returns,
    is_untouched,
    same_judgements,
)
from xlassess.services.common.offers import Offer, clock_of, offers, said_in, sender_of
from xlassess.services.common.opening import own_secret, still_open
from xlassess.services.common.other_round import of_other_rounds
from xlassess.services.common.progress import Watch, silent
from xlassess.services.common.received import Displaced, Ingested, Noticed, Received
from xlassess.services.common.workbooks.asked import (
    people_now,
    request_of,
    whose_addresses,
)
from xlassess.services.common.workbooks.outbox import QUERIES, REPLACED, holds
from xlassess.workers import Workers

_UNPACKED = "xlassess-unpacked-"

_TOGETHER, _SECONDS = 100, 1.0
"""So many returns, or those of so long, are recorded at once. A run that is broken off loses no
more than these, and the next run reads them again."""


_OLDEST = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""Nothing is received before this, whatever a message says."""


def ingest(
    folder: AssessmentFolder,
    paths: Sequence[Path],
    *,
    now: datetime,
    workers: Workers = None,
    passwords: Sequence[str] = (),
    arrived: Mapping[str, datetime] | None = None,
    watch: Watch = silent,
    tell: Callable[[Received], None] = lambda file: None,
    by: str = "",
    still: Callable[[Ledger], None] | None = None,
) -> Ingested:
    """Keep, read and record every file at these paths (files, folders, zip files).

    Args:
        folder: the assessment.
        paths: what was handed over.
        now: the time of receipt, in UTC.
        workers: how many files are read at once, or who reads them; None lets the program choose.
        passwords: tried on files that need one to open; not kept.
        arrived: when messages came, by the names of their files, where they do not say so; and when
            files came that were taken out of messages, by their own names.
        watch: told how many files are done.
        tell: given each file as soon as it is on record; files that come later may still take
            its place.
        by: who reads them; the user of the computer, where empty.
        still: called in the transaction in which the first returns are recorded, before that. What
            it raises keeps them from being recorded.

    Raises:
        UsageError: a path does not exist, or lies in the assessment's own records.
        XlassessError: the assessment cannot be used.
        OSError: a file cannot be kept.
    """
    _check_paths(folder, paths)
    assessment = folder.assessment()
    folder.secret()
    sweep(Path(tempfile.gettempdir()), (_UNPACKED,))
    with (
        tempfile.TemporaryDirectory(prefix=_UNPACKED) as unpacked,
        kept_files(folder.files) as files_kept,
        Ledger(folder.ledger, lambda: now, by) as ledger,
    ):
        files_kept.sweep()
        still_open(ledger, assessment.round)
        before = ledger.last_event(), ledger.counting(assessment.round)
        context = read_against(folder, ledger, now.astimezone().date())
        context = replace(context, passwords=tuple(passwords))
        last = _before(folder, ledger, context)
        run = _Run(files_kept, ledger, context, round_name=assessment.round, now=now, before=last)
        run.arrived, run.tell = arrived or {}, tell
        run.people, run.still = people_now(folder), still
        run.collect(paths, Path(unpacked))
        context = replace(context, beside=_beside(last, context, run.in_line))
        run.read(context, workers, watch)
        files = run.files(ledger.states(), ledger.replaced())
        again = [file.ret for file in files if file.known and not file.repeats]
        ledger.came_again([(ret.sha256, ret.file) for ret in again if ret.sha256])
        run.end()
        displaced = tuple(_displaced(ledger, context.issued, assessment.round, *before))
        noted, said = run.noted(), run.said()
        spoken = said or noted or any(_says_something(file.ret) for file in files)
        offered = _offered(folder, ledger, files, before[0]) if spoken else ()
        elsewhere = of_other_rounds(ledger, (file.ret for file in files), assessment.round)
        untouched = tuple(run.untouched)
        return Ingested(files, displaced, noted, said, untouched, offered, elsewhere)


def _says_something(ret: Return) -> bool:
    """True for what came with a message that says something, or is one."""
    return any(one.code in (SAYS, "G21") for one in ret.findings)


def _offered(
    folder: AssessmentFolder, ledger: Ledger, files: Iterable[Received], last: int
) -> tuple[Offer, ...]:
    """What messages of this run seem to ask for.

    Args:
        folder: the assessment.
        ledger: the ledger, after the run.
        files: the files of the run.
        last: the last event before it.
    """
    assessment = folder.assessment()
    numbers = {file.ret.number for file in files if file.ret.number}
    overview, people = ledger.overview(assessment.round), people_now(folder)
    return offers(ledger, overview, assessment, people, (numbers, last)).offers


def context_of(folder: AssessmentFolder, ledger: Ledger) -> Context:
    """Return what returned files are read against.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    assessment, issued = folder.assessment(), (*ledger.issued(), *ledger.joint())
    toolkits = ledger.toolkits()
    # of other items a toolkit's file says nothing more that reading goes by
    dated = {
        digest: toolkit for digest, toolkit in toolkits.items()
        if any(item.answer == "date" for item in toolkit.items())
    }  # fmt: skip
    return Context(
        assessment=assessment.id,
        round=assessment.round,
        secret=own_secret(folder, issued),
        toolkits={**toolkits, **present_toolkits(dated, folder)},
        issued={item.reference: item for item in issued},
        queries={query.reference: query for query in ledger.queries()},
        entries={one.reference: one for one in ledger.entries()},
        senders=whose_addresses(people_now(folder), ledger.issued()),
        printed=_printed(folder.outbox, issued),
        query_files=dict(_query_files(folder.outbox / QUERIES, ledger.queries())),
    )


def read_against(folder: AssessmentFolder, ledger: Ledger, today: date) -> Context:
    """Return what files that come in today are read against, those of the plan included.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    round_name = folder.assessment().round
    return replace(
        context_of(folder, ledger),
        today=today,
        deadlines=_deadlines(ledger, round_name),
        decided=ledger.decided_at_issue(round_name),
    )


def _before(folder: AssessmentFolder, ledger: Ledger, context: Context) -> LastAnswers:
    """What those whose workbooks may come back answered last time."""
    assessment = folder.assessment()
    ours = {
        one.reference: request_of(one)
        for one in context.issued.values()
        if one.identity.round == context.round and not one.identity.kind
    }
    asked = {
        place: context.toolkits[context.issued[reference].identity.digest]
        for reference, place in ours.items()
    }
    gave = earlier_returns(folder, assessment, ledger, asked)
    return LastAnswers(
        {name: gave[place] for name, place in ours.items() if place in gave},
        lambda: earlier_rounds(folder, assessment, ledger),
    )


_FEW = 20
"""Of so many workbooks one has to come back for it to pay to work out what all of them show."""


def _beside(last: LastAnswers, context: Context, coming: int) -> dict[str, dict[str, str]]:
    """What workbooks show of last time beside their cells, where that is known.

    For a few files it is worked out as they are read: for thousands of workbooks it takes seconds.
    """
    showing = [
        one
        for one in context.issued.values()
        if one.identity.round == context.round and one.identity.given.startswith("all ")
    ]
    if coming * _FEW < len(showing):
        return {}
    told = {one.reference: last.beside(one, context.toolkits[one.identity.digest])
            for one in showing}  # fmt: skip
    return {reference: texts for reference, texts in told.items() if texts}


def _deadlines(ledger: Ledger, round_name: str) -> frozenset[tuple[str, date]]:
    """The deadlines of the round's plan, by the number of the action."""
    plan = ledger.plans().get(round_name)
    actions = plan.actions if plan else ()
    return frozenset((one.number, one.deadline) for one in actions if one.deadline)


def _displaced(
    ledger: Ledger, issued: Mapping[str, Issued], round_name: str, last: int,
    counted: Mapping[str, int],
) -> Iterator[Displaced]:  # fmt: skip
    """Yield the returns that gave way to others in this run.

    Args:
        ledger: the ledger, after the run.
        issued: every workbook, by reference.
        round_name: the round.
        last: the last event before the run.
        counted: the returns that counted before the run, by reference.
    """
    instead = ledger.replaced()
    counts = ledger.counting(round_name)
    gone = {reference for reference, new in instead.items() if new in counts}
    pairs = [
        (number, event.return_id)
        for event in ledger.events(after=last)
        if event.what == "received" and event.return_id and event.reference not in gone
        for number, now in event.statuses.items()
        if number != event.return_id and now.standing == "superseded"
    ]
    # The return of a workbook that was issued anew gives way to that of the new one.
    pairs += [
        (number, counts[instead[reference]])
        for reference, number in counted.items()
        if reference in instead and instead[reference] in counts
    ]
    for number, by in pairs:
        was, other = ledger.numbered(number), ledger.numbered(by)
        if was and other and was.reference in issued:
            yield Displaced(issued[was.reference], was, other, older=_seems_older(other, was))


def _seems_older(one: Return, other: Return) -> bool:
    """True when by what the files state, whatever the time zone, the first was saved first."""
    if one.saved_at is None or other.saved_at is None:
        return False
    return one.saved_at.replace(tzinfo=None) < other.saved_at.replace(tzinfo=None)


def _printed(outbox: Path, issued: Iterable[Issued]) -> dict[str, PrintedWorkbook]:
    """What we print in the workbooks of each toolkit, read from copies that wait to be sent.

    One copy for somebody with a name and one for nobody in particular tell all there is, for each
    promise: what was issued anew under another may still come back as it was.
    """
    copies: dict[str, dict[tuple[bool, str], tuple[Issued, bytes]]] = {}
    for book in issued:
        known = copies.setdefault(book.identity.digest, {})
        shows, _, _ = book.identity.given.partition(" ")
        kind = bool(book.respondent), f"{book.identity.promise} {shows}"
        home = outbox / book.identity.kind
        for path in (home / book.file_name, home / REPLACED / book.file_name):
            if kind not in known and holds(path, book.sha256):
                known[kind] = book, path.read_bytes()
    return {digest: read_printed(known.values()) for digest, known in copies.items()}


def _query_files(home: Path, queries: Iterable[Query]) -> Iterator[tuple[str, Path]]:
    """The reference of each query workbook that lies where it was issued, and where."""
    for query in queries:
        for path in (home / query.file_name, home / REPLACED / query.file_name):
            if path.is_file():
                yield query.reference, path
                break


def _check_paths(folder: AssessmentFolder, paths: Sequence[Path]) -> None:
    if not paths:
        raise UsageError(
            "There is nothing to read.", "Give the files, folders or zip files that came back."
        )
    # One path that is not there does not keep the others from being read: it is told as a
    # finding. Where none is there, it is the command that is wrong.
    if not any(path.exists() or path.is_symlink() for path in paths):
        raise UsageError(
            f"There is no file or folder {paths[0]}.",
            "Check the name. Put names with spaces in quotes.",
        )
    homes = (folder.root, *folder.root.glob("rounds/*"))
    filled = [home / name for home in homes for name in ("outbox", "drafts")]
    own = [place.resolve() for place in (folder.returns, *filled)]
    for path in paths:
        handed = path.resolve()
        if any(handed in (kept, *kept.parents) for kept in own):
            raise UsageError(
                f"{path} is one of this assessment's own folders.",
                "Give the files or the folder that came back from the partners.",
            )


class _Run:
    """The files of one run in the order they came, each with its return once it is there."""

    def __init__(
        self,
        kept: KeptFiles,
        ledger: Ledger,
        context: Context,
        *,
        round_name: str,
        now: datetime,
        before: LastAnswers,
    ) -> None:
        self._before = before
        self._kept, self._ledger, self._context = kept, ledger, context
        self._round, self._now = round_name, now
        self._as_made = {one.sha256 for one in context.entries.values()}
        self.untouched: list[str] = []
        self._run: str | None = None
        self._names: list[tuple[str, str]] = []
        self._done: dict[str, Received] = {}
        self._waiting: dict[str, ReturnedFile] = {}
        self._refused: dict[str, Return] = {}
        self._origins: dict[str, Kept] = {}
        self._came_in: dict[str, Kept] = {}
        self._came_again: list[Kept] = []
        self._looked_into: set[Path] = set()
        self.arrived: Mapping[str, datetime] = {}
        self.tell: Callable[[Received], None] = lambda file: None
        self.people: Sequence[Respondent] = ()
        self.still: Callable[[Ledger], None] | None = None
        self._words: list[tuple[str, str, CoveringMail]] = []
        self._notices: list[tuple[NoticedMail, tuple[str, ...], Notice, str]] = []
        self._sent: tuple[SentMessage, ...] | None = None

    def files(
        self, states: Mapping[int, State], instead: Mapping[str, str]
    ) -> tuple[Received, ...]:
        """Every file with what came of it.

        Args:
            states: those of returns, by number.
            instead: the workbooks that others count in place of, with those others.
        """
        files: list[Received] = []
        told: set[str] = set()
        for name, key in self._names:
            held = self._done[key]
            if key in told:
                ret = replace(held.ret, file=name, state="duplicate")
                files.append(replace(held, ret=ret, known=True))
            else:
                ret = _as_it_stands(held.ret, states)
                replaced_by = instead.get(ret.reference, "") if ret.state == "superseded" else ""
                files.append(replace(held, ret=ret, instead=replaced_by))
            told.add(key)
        return tuple(files)

    def collect(self, paths: Sequence[Path], unpacked: Path) -> None:
        """Keep all that was handed over, and put it in line.

        Args:
            paths: what was handed over.
            unpacked: a folder for what is in zip files and messages.
        """
        for item in map(self._dated, collect(paths, unpacked)):
            # A message is kept beside the files in it: what it says may matter.
            if isinstance(item, NoticedMail):
                self.keep_origin(paths, item.ret.file)
                self.notice(item)
                continue
            if item.sha256 if isinstance(item, Return) else item.mail:
                self.keep_origin(paths, item.file if isinstance(item, Return) else item.name)
            self.take(item)
        self._secure()

    def _dated(
        self, item: ReturnedFile | Return | NoticedMail
    ) -> ReturnedFile | Return | NoticedMail:
        """Return it with when its message came, and by whose clock, where no server says so."""
        if isinstance(item, ReturnedFile):
            mail = item.mail
            if mail is None or mail.received:
                return item
            came, clock = self._came(item.name, mail.sent)
            return replace(item, mail=replace(mail, received=came, clock=clock))
        if isinstance(item, NoticedMail):
            return replace(item, ret=self._dated_remark(item.ret))
        return self._dated_remark(item)

    def _dated_remark(self, ret: Return) -> Return:
        said = next((one for one in ret.findings if one.code == "G21"), None)
        if said is None or ret.received_at:
            return ret
        sent = said.details.get("sent", "")
        came, clock = self._came(ret.file, datetime.fromisoformat(sent) if sent else None)
        told = replace(said, details={**said.details, "clock": clock})
        return replace(ret, received_at=came, findings=(told,))

    def _arrived_with(self, name: str) -> datetime | None:
        """When a file came, by its own name or that of its message."""
        return self.arrived.get(name) or self.arrived.get(name.partition("/")[0])

    def _came(self, name: str, sent: datetime | None) -> tuple[datetime | None, MailClock]:
        """When a message came of which no server says it: by the mailbox, or by its sender.

        What was sent before any workbook was issued, or in the future, was not sent then.
        """
        if arrived := self._arrived_with(name):
            return arrived, ""
        books = self._context.issued.values()
        first = min((one.issued_at for one in books), default=_OLDEST)
        if sent and first.date() <= sent.date() and sent <= self._now:
            return sent, "sender"
        return None, "reader"

    def take(self, item: ReturnedFile | Return) -> None:
        """Keep a file and put it in line; one refused while collecting is not read."""
        if isinstance(item, Return):
            self._refuse(item)
            return
        if self._as_made and _hash_of(item.path) in self._as_made:
            self.untouched.append(item.name)
            return
        try:
            kept = self._kept.keep(item.path, _ending(item.name))
        except UsageError as error:
            self._refuse(_unreadable(item.name, error))
            return
        self._names.append((item.name, kept.sha256))
        if kept.sha256 not in self._waiting and kept.sha256 not in self._done:
            self._queue(kept, replace(item, path=kept.path))
        if item.mail and item.mail.text:
            self._words.append((item.name, kept.sha256, item.mail))

    def notice(self, item: NoticedMail) -> None:
        """Put a message in line that no person wrote; one about nobody known is refused.

        What comes back about a message that another was sent after is not told: the address may
        have been corrected in between.
        """
        known = [one for one in self._sent_messages() if one.id in item.notice.ids]
        references = self._about(item, known)
        if not references and not known:
            self._refuse(item.ret)
            return
        told, when = item.notice, self._when(item.ret)
        failed = self._failed(told, references)
        address = self._other_address(failed, references)
        notice = Notice(told.kind, when, told.until, address, failed)
        if references:
            said = said_in(item.ret)
            issued = self._context.issued
            partners = " ".join({issued[one].partner for one in references if one in issued})
            text = said if says_another_answers(said, partners) else ""
            self._notices.append((item, references, notice, text))

    def _failed(self, notice: MailNotice, references: Sequence[str]) -> tuple[str, ...]:
        """The addresses that a message did not reach.

        Where it names none that we know, it was passed on from the respondents' own.
        """
        if notice.kind not in ("no such address", "not delivered", "delayed"):
            return ()
        known = tuple(one for one in notice.addresses if one in self._context.senders)
        return known or tuple(sorted(self._own(references)))

    def _other_address(self, failed: Sequence[str], references: Sequence[str]) -> str:
        """The address a report is about, where that is not one of the respondent's own."""
        return failed[0] if failed and self._own(references).isdisjoint(failed) else ""

    def _own(self, references: Sequence[str]) -> set[str]:
        """The addresses that the respondents of these workbooks are written to, in small letters.

        That of the register as it is now, or where it has none, the one it had at the time.
        """
        now = {one.id: one.email for one in self.people}
        books = [self._context.issued[ref] for ref in references]
        found = {(now.get(one.identity.respondent, "") or one.email).casefold() for one in books}
        return found - {""}

    def _sent_messages(self) -> tuple[SentMessage, ...]:
        """The messages that were sent, or may have been, oldest first."""
        if self._sent is None:  # looked for once, and not for each of many notices
            messages = self._ledger.register().messages
            self._sent = tuple(one for one in messages if one.outcome in ("sent", "uncertain"))
        return self._sent

    def _about(self, item: NoticedMail, known: Sequence[SentMessage]) -> tuple[str, ...]:
        """The workbooks that the messages were about of which this one tells, or its addresses."""
        if not known:
            books = self._context.issued.values()
            ours = [one for one in books if one.identity.round == self._round]
            told = map(self._context.senders.get, item.notice.addresses)
            whose = frozenset[str]().union(*filter(None, told))
            named = [one.reference for one in ours if one.identity.respondent in whose]
            return tuple(dict.fromkeys(named))
        last = {ref: one.id for one in self._sent_messages() for ref in self._books_of(one)}
        # Somebody who is away says so once, whatever is sent to them after.
        away = item.notice.kind in ("away", "automatic reply")
        named = [ref for one in known for ref in self._books_of(one) if away or last[ref] == one.id]
        return tuple(dict.fromkeys(named))

    def _books_of(self, one: SentMessage) -> Iterator[str]:
        """Yield the workbooks that a message is about; of a query those it asks about."""
        for ref in one.references:
            query = self._context.queries.get(ref)
            yield query.of if query else ref

    def said(self) -> tuple[tuple[str, str], ...]:
        """Record what messages say whose files came before; return file and words."""
        return tuple(
            (file, mail.text) for file, key, mail in self._words if self._is_said_anew(key, mail)
        )

    def _is_said_anew(self, key: str, mail: CoveringMail) -> bool:
        """Record what a message says, unless it is on record: as a rule it is, with its file."""
        file = self._done[key]
        if not file.known and any(mail.text in one.message for one in file.ret.findings):
            return False  # seen without asking the ledger, as thousands may come at once
        ret = self._ledger.known_file(key)
        return ret is not None and self._ledger.messages.words_came(ret, mail.text, _whence(mail))

    def noted(self) -> tuple[Noticed, ...]:
        """Record what came back about messages, and return what was not on record."""
        issued = self._context.issued
        return tuple(
            Noticed(item.ret.file, notice, tuple(issued[ref] for ref in about if ref in issued))
            for item, about, notice, text in self._notices
            if self._ledger.messages.came(
                item.sha256,
                about,
                notice,
                text,
                {"sender": sender_of(item.ret), "clock": clock_of(item.ret)},
            )
        )

    def _refuse(self, ret: Return) -> None:
        key = ret.sha256 or ret.file
        self._names.append((ret.file, key))
        if key not in self._done:
            self._refused.setdefault(key, ret)

    def keep_origin(self, paths: Sequence[Path], name: str) -> None:
        """Keep the file on disk that a refused file came in, such as a zip not unpacked.

        ``name`` is the name it is shown under: below the folder handed over, or in a zip file.
        """
        for path in paths:
            origin = origin_of(path, name)
            # A mailbox file is read once for all of its messages, not once for each.
            if origin and origin[1] not in self._looked_into:
                shown, file = origin
                self._looked_into.add(file)
                self._origins[shown] = self._kept.keep(file, file.suffix[1:].lower() or "bin")

    def _secure(self) -> None:
        """Wait once for all files kept, before the first of them is recorded.

        A record must not speak of a file that a power cut takes away again. What came again may
        be missing from where it was kept, and is put back.
        """
        self._kept.secure([*self._came_in.values(), *self._came_again, *self._origins.values()])

    @property
    def in_line(self) -> int:
        """How many files are to be read."""
        return len(self._waiting)

    def read(self, context: Context, workers: Workers, watch: Watch) -> None:
        """Read every file in line and record it, in the order the files came.

        Those without a seal come last, and what somebody typed in for a respondent: of two that
        come together, the respondent's own counts that proves whose it is, and the other waits
        for a decision.
        """
        keys = {source: key for key, source in self._waiting.items()}
        with self._ledger.together():
            for name, kept in self._origins.items():
                self._ledger.kept(name, kept.sha256)
        self._settle(self._refused.items())
        some: list[tuple[str, Return]] = []
        last: list[tuple[str, Return]] = []
        since = time.monotonic()
        try:
            for done, (source, one) in enumerate(read_all(tuple(keys), context, workers), start=1):
                ret = self._read_beside(source, one, context)
                lesser = any(one.code in (UNSEALED, ENTERED) for one in ret.findings)
                (last if lesser else some).append((keys[source], ret))
                if len(some) >= _TOGETHER or time.monotonic() - since > _SECONDS:
                    self._settle(some)
                    some, since = [], time.monotonic()
                watch(done, len(keys))
        finally:
            # Also when somebody stops the run: what was read is kept.
            self._settle([*some, *last])

    def _read_beside(self, source: ReturnedFile, ret: Return, context: Context) -> Return:
        """A return read once more with what its workbook shows beside its cells, if need be."""
        book = context.issued.get(ret.reference)
        known = ret.reference in context.beside or ret.query or ret.state == "refused"
        if known or book is None or book.identity.round != context.round:
            return ret
        texts = self._before.beside(book, context.toolkits[book.identity.digest])
        if not texts:
            return ret
        context = replace(context, beside={ret.reference: texts})
        ((_, again),) = read_all((source,), context, 1)
        return again

    def end(self) -> None:
        """Record that the run is done."""
        self._ledger.end_run(self._run)

    def _queue(self, kept: Kept, source: ReturnedFile) -> None:
        """Put a file in line unless it was read before; one refused then is tried again."""
        key = kept.sha256
        before = self._ledger.known_file(key)
        if before is None or (before.state == "refused" and not self._is_of_before(before)):
            # Saved from its message and unlocked, it came from whoever sent it then.
            mail = source.mail or (_came_with(before) if before else None)
            self._waiting[key] = replace(source, mail=mail)
            self._came_in[key] = kept
        else:
            self._came_again.append(kept)
            self._done[key] = self._received(replace(before, file=source.name), known=True)
            self.tell(self._done[key])

    def _is_of_before(self, ret: Return) -> bool:
        """True for a scan that stands with a workbook of another round: there is nothing to try."""
        book = self._context.issued.get(ret.reference) if ret.is_evidence else None
        return book is not None and book.identity.round != self._round

    def _settle(self, some: Iterable[tuple[str, Return]]) -> None:
        """Record some returns at once: the disk is waited for once, not for each.

        What depends on nothing that others may be recording is worked out before, so that they
        wait no longer than they must.
        """
        settled: list[str] = []
        waiting = {key: self._stamped(ret) for key, ret in some if key not in self._done}
        if not waiting:
            return
        with self._ledger.together(coming=waiting.values()):
            if self.still is not None:
                self._check_still(self.still)
                self.still = None
            for key, ret in waiting.items():
                self._settle_one(key, ret)
                settled.append(key)
        for key in settled:
            self.tell(self._done[key])

    def _stamped(self, ret: Return) -> Return:
        """Return it as it is recorded; an answer to a query is yet to be joined with its return."""
        stamped = replace(ret, received_at=self._when(ret))
        return stamped if ret.query else self._beside_last_time(stamped)

    def _check_still(self, still: Callable[[Ledger], None]) -> None:
        """Ask whether these are to be recorded; where not, files kept for that alone go again."""
        try:
            still(self._ledger)
        except Exception:
            for key in self._waiting:
                if self._ledger.known_file(key) is None:
                    self._kept.discard(self._came_in[key])
            raise

    def _settle_one(self, key: str, ret: Return) -> None:
        if self._ledger.refused_before(ret):
            self._done[key] = self._received(ret, known=True)
            return
        if self._run is None:
            self._run = self._ledger.begin_run(self._round, to_end=True)
        asked = self._asked_about(ret) if ret.query else None
        stamped = self._beside_last_time(self._joined(ret, asked)) if ret.query else ret
        recorded = self._ledger.record_return(stamped, self._run)
        known = recorded.state == "duplicate"
        if asked and not known:
            recorded = self._ledger.decisions.waive_again(asked, recorded)
        repeats = known and recorded.sha256 != stamped.sha256
        earlier = self._ledger.numbered(recorded.number) if repeats else None
        self._done[key] = replace(self._received(recorded, known=known), repeats=earlier)

    def _when(self, ret: Return) -> datetime:
        """When it was received: with a message when that was, and otherwise now."""
        # A clock that is ahead, or a line that somebody made up, does not come from the future.
        told = (ret.received_at, self._arrived_with(ret.file))
        return next((came for came in told if came and _OLDEST < came <= self._now), self._now)

    def _asked_about(self, ret: Return) -> Return | None:
        """Return what an answer to a query stands on, its findings under the numbers asked by."""
        query = self._context.queries.get(ret.query)
        base = self._ledger.numbered(query.base) if query else None
        if not query or not base:
            return None
        later = self._ledger.numbered(self._ledger.stands_on(query))
        return _as_asked(later, base) if later else base

    def _joined(self, ret: Return, asked: Return | None) -> Return:
        """Return what came in a query workbook joined with the return it asked about."""
        query = self._context.queries.get(ret.query)
        if not query or not asked:
            return ret
        toolkit = self._context.toolkits.get(query.identity.digest)
        return merge(ret, once_chosen(asked), query, toolkit)

    def _beside_last_time(self, ret: Return) -> Return:
        """Return it with notes on facts that were filled in, and on judgements as last time.

        Where nothing but the facts stands in it that we filled in ourselves, it is blank.
        """
        book = self._context.issued.get(ret.reference)
        if book is None or ret.state == "refused":
            return ret
        toolkit, notes = self._context.toolkits[book.identity.digest], []
        shown = self._before.shown_in(book, toolkit)
        if ret.entered:
            shown = None  # nothing was filled in in a copy for typing in
        if shown and is_untouched(toolkit, shown, ret):
            return as_blank(ret)
        if shown and (about := about_facts(toolkit, shown, ret)):
            notes.append(about)
        before = self._before.of(ret.reference)
        if before and before.own and (count := same_judgements(toolkit, before, ret)):
            notes.append(found("L07", count=str(count), round=before.round).in_file(ret.file))
        # An answer to a query brings those of the return it asked about.
        rest = [one for one in ret.findings if one.code not in ("L07", "L09")]
        state = "accepted with notes" if notes and ret.state == "accepted" else ret.state
        return replace(ret, findings=(*rest, *notes), state=state)

    def _received(self, ret: Return, *, known: bool = False) -> Received:
        book, query = self._context.issued.get(ret.reference), self._context.queries.get(ret.query)
        as_issued = query or book
        return Received(ret, book, known, issued_as=as_issued.file_name if as_issued else "")


def _as_asked(later: Return, base: Return) -> Return:
    """Return a correction of a return with its findings under the numbers they had there."""
    if later.number == base.number:
        return base
    numbers = {(one.code, one.sheet, one.cell, one.item): one.number for one in base.findings}
    findings = tuple(
        replace(one, number=numbers.get((one.code, one.sheet, one.cell, one.item), one.number))
        for one in later.findings
    )
    return replace(later, findings=findings)


def _came_with(ret: Return) -> CoveringMail | None:
    """The message that a file came with, as far as it is on record with it."""
    said = next((one.details for one in ret.findings if one.code == SAYS), None)
    sender = sender_of(ret)
    if said is None and not sender:
        return None
    clock = cast("MailClock", clock_of(ret))
    return CoveringMail(sender, said["text"] if said else "", ret.received_at, clock=clock)


def _whence(mail: CoveringMail) -> dict[str, str]:
    """From whom a message came, when, and by whose clock."""
    received = mail.received.isoformat() if mail.received else ""
    return {"sender": mail.sender, "received": received, "clock": mail.clock}


def _hash_of(path: Path) -> str:
    """The hash of a file, empty where it cannot be read: that is told when it is kept."""
    try:
        return fingerprint(path)[0]
    except OSError:
        return ""


_ENDINGS = (
    ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff",
    ".heic",
)  # fmt: skip


def _ending(name: str) -> str:
    """The ending under which a file is kept, for whoever opens it later; empty for others."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix[1:] if suffix in _ENDINGS else ""


def _unreadable(name: str, error: UsageError) -> Return:
    finding = found("G13", problem=error.message).in_file(name)
    return Return(name, sha256="", size=0, kind="", state="refused", findings=(finding,))


def _as_it_stands(ret: Return, states: Mapping[int, State]) -> Return:
    """Return a return with the state it has now that all files of the run are recorded."""
    return (
        ret if ret.state == "duplicate" else replace(ret, state=states.get(ret.number, ret.state))
    )
