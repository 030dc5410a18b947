"""The ledger: one assessment's record of everything issued, returned and decided."""

from __future__ import annotations

import getpass
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timezone
from functools import cached_property
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from xlassess.ledger import reads
from xlassess.ledger.archive import UNFINISHED
from xlassess.ledger.audit import Audit, audit
from xlassess.ledger.database import copying
from xlassess.ledger.database.engine import exists, making, open_engine, prepare, reading, writing
from xlassess.ledger.reads import RoundOverview
from xlassess.ledger.recording import joint, lot, writes
from xlassess.ledger.recording.decisions import Decisions
from xlassess.ledger.recording.messages import Messages
from xlassess.ledger.tables import digests, events, followed, replay, rows
from xlassess.ledger.tables.events import Entry, Event, What
from xlassess.ledger.tables.schema import EVENTS, ISSUED, RETURNS, TOOLKITS
from xlassess.model.answer import Issued, Return, State
from xlassess.model.assessment import Assessment, LedgerDatabase
from xlassess.model.errors import UsageError, XlassessError
from xlassess.model.plan import AgreedPlan
from xlassess.model.query import Query
from xlassess.model.record import EntryCopy, Output, Register, Round
from xlassess.model.toolkit import Toolkit


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(timezone.utc)


def user_name() -> str:
    """The name of the user as the operating system gives it, or "unknown"."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


_JOINT = (
    select(TOOLKITS.c.body)
    .join(ISSUED, ISSUED.c.digest == TOOLKITS.c.digest)
    .where(ISSUED.c.reference == bindparam("workbook"), ISSUED.c.kind != "")
)
_READ_STATES = ("accepted", "accepted with notes", "query", "refused")


class Ledger:
    """The ledger of one assessment; use it as a context manager.

    Every method is one transaction: wholly done or not at all, whatever happens meanwhile.
    Several programs may use a ledger at once. Whatever changes the record is told to the event
    log (`xlassess.ledger.tables.events`) in the same transaction.

    Args:
        place: the SQLite file (made when missing), or a database that holds many ledgers.
        now: the clock; gives the present moment.
        by: who is at work; without a name, whoever the operating system says.

    Raises:
        UsageError: the place cannot hold a ledger.
        XlassessError: what is there is not a ledger, or one of a newer program.
    """

    def __init__(
        self,
        place: str | Path | LedgerDatabase,
        now: Callable[[], datetime] = utc_now,
        by: str = "",
    ) -> None:
        self._now, self._by = now, by or user_name()
        self._run: int | None = None
        self._lot: lot.Lot | None = None
        self._kept: set[str] | None = None
        self._again: dict[int, set[tuple[str, str]]] = {}
        self._engine = open_engine(place)
        try:
            prepare(self._engine)
        except BaseException:
            self._engine.dispose()
            raise

    @staticmethod
    def is_at(place: Path | LedgerDatabase) -> bool:
        """True when there is a ledger in this place: the file is there, or the tables are.

        Raises:
            XlassessError: the database cannot be asked.
        """
        if isinstance(place, Path):
            return place.exists()
        engine = open_engine(place)
        try:
            return exists(engine)
        finally:
            engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def together(self, coming: Iterable[Return] = ()) -> Iterator[None]:
        """Do what is done within as one transaction: all of it is recorded, or nothing.

        The disk is waited for once instead of each time; other programs wait meanwhile, so that
        it should not be held for long.

        Args:
            coming: returns that will be recorded within, just as they are here: they are made
                ready before others have to wait.
        """
        dialect = self._engine.dialect
        made = [lot.ready(ret, self._received(ret), dialect) for ret in coming]
        with self._forgetting(), writing(self._engine) as db:
            self._lot = lot.Lot(db, made, self._log_all)
            try:
                yield
                self._lot.settle()
            finally:
                self._lot = None

    @contextmanager
    def _forgetting(self) -> Iterator[None]:
        """Where nothing is recorded after all, nothing was told either, and no run begun."""
        run = self._run
        try:
            yield
        except BaseException:
            self._again.clear()
            self._kept, self._run = None, run
            raise

    @contextmanager
    def _writing(self, *, compared: bool = False) -> Iterator[Connection]:
        """A transaction that writes, or the one that everything else is done in.

        Args:
            compared: what is written is a return, or nothing that one is compared with.
        """
        if self._lot is None:
            with self._forgetting(), writing(self._engine) as db:
                yield db
            return
        if compared:
            self._lot.settle()
        else:
            self._lot.forget()
        yield self._lot.db

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        if self._lot is None:
            with reading(self._engine) as db:
                yield db
            return
        self._lot.settle()
        yield self._lot.db

    def copy_to(self, place: Path | LedgerDatabase) -> copying.LedgerCopied:
        """Copy the whole ledger to another place, as it stands, or nothing of it.

        The copy has the same events with the same hashes, so that it is the same ledger; nothing
        keeps the two together afterwards.

        Args:
            place: a file that is not there yet, or a database in which there is nothing of it.

        Raises:
            UsageError: there is a ledger already.
            XlassessError: the copy cannot be written, or is not the same.
        """
        if not isinstance(place, Path):
            return self._copied(place)
        if place.exists():
            raise UsageError(f"There is already a file {place}.", "Name another one.")
        unfinished = place.with_name(f"{UNFINISHED}{place.name}")
        unfinished.unlink(missing_ok=True)  # of a run that was broken off
        try:
            copied = self._copied(unfinished)
            unfinished.rename(place)
        finally:
            for ending in ("", "-wal", "-shm"):
                unfinished.with_name(f"{unfinished.name}{ending}").unlink(missing_ok=True)
        return copied

    def _copied(self, place: Path | LedgerDatabase) -> copying.LedgerCopied:
        engine = open_engine(place)
        try:
            with reading(self._engine) as source, making(engine) as target:
                return copying.copy(source, target)
        finally:
            engine.dispose()

    def keep_toolkit(self, toolkit: Toolkit, digest: str) -> None:
        """Keep a toolkit as issued; one whose questions are kept already is left as it is.

        Args:
            toolkit: the toolkit.
            digest: the digest of its questions (`xlassess.contract.seal.questions_digest`).
        """
        with self._writing() as db:
            if db.scalar(select(TOOLKITS.c.digest).where(TOOLKITS.c.digest == digest)):
                return
            body = rows.toolkit_body(toolkit)
            row = {
                "digest": digest,
                "id": toolkit.id,
                "version": toolkit.version,
                "body": body,
                "kept_at": rows.to_utc(self._now()),
            }
            db.execute(insert(TOOLKITS), row)
            self._log(db, digests.toolkit_kept(toolkit, digest, body))

    def toolkits(self) -> dict[str, Toolkit]:
        """Return every toolkit ever issued, by the digest of its questions."""
        with self._reading() as db:
            return reads.toolkits(db)

    def record_issued(self, items: Sequence[Issued]) -> None:
        """Record workbooks as issued, all or none; those known already change nothing.

        An e-mail address, which the workbook itself does not hold, is brought up to date.

        Raises:
            XlassessError: a reference was issued before with other contents.
        """
        with self._writing() as db:
            known = reads.issued_by_reference(db, [one.reference for one in items])
            new: dict[str, Issued] = {}
            for one in items:
                earlier = known.get(one.reference) or new.setdefault(one.reference, one)
                if earlier.sha256 != one.sha256:
                    raise _other_contents(one)
            if new:
                db.execute(insert(ISSUED), [rows.issued_row(one) for one in new.values()])
                self._log(db, *(digests.issued(one) for one in new.values()))
            moved = [
                {"workbook": one.reference, "mail": one.email}
                for one in items
                if one.reference in known and known[one.reference].email != one.email
            ]
            if moved:
                change = update(ISSUED).where(ISSUED.c.reference == bindparam("workbook"))
                db.execute(change.values(email=bindparam("mail")), moved)

    def issued(self, round_name: str | None = None) -> tuple[Issued, ...]:
        """Return the workbooks issued to partners in a round, or all, in the order of issue."""
        with self._reading() as db:
            return reads.issued(db, round_name)

    def joint(self, round_name: str | None = None) -> tuple[Issued, ...]:
        """Return the joint workbooks issued in a round, or all, in the order of issue."""
        with self._reading() as db:
            return reads.issued(db, round_name, joint=True)

    def book(self, reference: str) -> Issued | None:
        """Return the workbook issued under a reference, to a partner or a joint one; or None."""
        return self.books([reference]).get(reference)

    def books(self, references: Sequence[str]) -> dict[str, Issued]:
        """Return the workbooks issued under these references, to partners and joint ones."""
        with self._reading() as db:
            return reads.issued_by_reference(db, references)

    def returns_of(self, references: Sequence[str]) -> tuple[Return, ...]:
        """Return what came back of these workbooks, as it counts, newest last."""
        with self._reading() as db:
            return reads.as_they_count(reads.returns_of(db, references), reads.replaced(db))

    def counting_of(self, references: Sequence[str]) -> dict[str, int]:
        """Return, by reference, the number of the return that counts for each of these."""
        with self._reading() as db:
            return reads.counting_of(db, references)

    def joint_returns(self, round_name: str) -> tuple[Return, ...]:
        """Return what came back of a round's joint workbooks, newest last."""
        with self._reading() as db:
            found = reads.returns(db, reads.of_joint(db, round_name))
            return reads.as_they_count(found, reads.replaced(db))

    def joint_current(self, round_name: str) -> dict[str, Return]:
        """Return, by reference, the return that counts for each joint workbook of a round."""
        with self._reading() as db:
            instead = reads.replaced(db)
            which = and_(reads.of_joint(db, round_name), RETURNS.c.standing == "current")
            found = reads.returns(db, which)
        return {ret.reference: ret for ret in found if ret.reference not in instead}

    def plans(self, up_to: int | None = None) -> dict[str, AgreedPlan]:
        """Return the agreed plans by round; as they were after an event where one is given."""
        with self._reading() as db:
            some = EVENTS.c.what.in_(joint.STEPS.values())
            if db.scalar(select(EVENTS.c.number).where(some).limit(1)) is None:
                return {}
            return joint.plans(followed.read_whole(db), up_to)

    def decided_at_issue(self, round_name: str) -> dict[str, frozenset[str]]:
        """Return the rows in which a decision stood as plan workbooks of a round were issued.

        By reference; workbooks in which none stood are left out.
        """
        with self._reading() as db:
            books = reads.issued(db, round_name, joint=True)
            ours = {one.reference for one in books if one.identity.kind == "plan"}
            if not ours:
                return {}
            return joint.decided_at_issue(followed.read_whole(db), ours, round_name)

    def record_paper(self, round_name: str, sha256: str) -> None:
        """Record that a progress paper was written in a round, with the hash of its bytes."""
        details = {"round": round_name, "sha256": sha256}
        with self._writing() as db:
            self._log(db, Entry("progress written", details=details))

    def papers(self) -> tuple[Event, ...]:
        """Return the events by which progress papers were written, the oldest first."""
        with self._reading() as db:
            return events.read(db, EVENTS.c.what == "progress written")

    def references(self) -> frozenset[str]:
        """Return every reference given out so far, whatever kind of workbook it stands for."""
        with self._reading() as db:
            return reads.references(db)

    def record_queries(self, items: Sequence[Query]) -> None:
        """Record query workbooks as issued, all or none; those known already change nothing."""
        with self._writing() as db:
            known = {one.reference for one in reads.queries(db)}
            new = [one for one in items if one.reference not in known]
            writes.record_queries(db, new)
            self._log(db, *(digests.query_issued(one) for one in new))

    def queries(self, about: str = "") -> tuple[Query, ...]:
        """Return the query workbooks issued, all or about one workbook, in the order of issue."""
        with self._reading() as db:
            return reads.queries(db, about)

    def record_entries(self, items: Sequence[EntryCopy]) -> None:
        """Record copies for typing in as made, all or none."""
        with self._writing() as db:
            self._log(db, *(digests.entry_made(one) for one in items))

    def entries(self) -> tuple[EntryCopy, ...]:
        """Return every copy for typing in, the oldest first."""
        with self._reading() as db:
            return reads.entries(db)

    def stands_on(self, query: Query) -> int:
        """Return the number of the return that an answer to a query workbook stands on."""
        with self._reading() as db:
            return reads.stands_on(db, query)

    def begin_run(self, round_name: str = "", *, to_end: bool = False) -> str:
        """Begin a run of receiving returns and return its id, for `record_return`.

        Returns of a later run follow those of an earlier one. A file that does not say which
        workbook it is counts to the run's round; without a name it is shown in every round.
        A run begun ``to_end`` waits for `end_run`: until then it counts as broken off, and
        what a later run receives as having come together with its returns.
        """
        with self._writing(compared=True) as db:
            return str(writes.begin_run(db, round_name, self._now(), to_end=to_end))

    def end_run(self, run: str | None) -> None:
        """Record that a run begun ``to_end`` is done, and with it those broken off before.

        Args:
            run: what `begin_run` gave; None when there was nothing to begin one for.
        """
        with self._writing() as db:
            writes.end_run(db, None if run is None else int(run))

    def record_return(self, ret: Return, run: str | None = None, *, claimed: bool = True) -> Return:
        """Record a return and return it in its final state.

        The same bytes or the same answers again (`xlassess.ledger.tables.order`) change nothing:
        the earlier return is given back in state ``duplicate``, under the name the file came with
        now. Only where they were refused before, and are not now or are told to be of another
        workbook now, is the new reading recorded as well. A later return of a
        workbook supersedes the earlier, unless the later is refused; where the order is not
        clear (`xlassess.ledger.tables.order`), the earlier goes on counting and the new one becomes
        a query with finding L01.

        Args:
            ret: the return as read; without ``received_at`` it is received now.
            run: what `begin_run` gave; without one, this opened ledger is one run.
            claimed: it is a return of the workbook it was filled in on. If not, it is recorded as
                nobody's: a decision gives it to somebody, and where that is taken back, it is as if
                the file had not been read again.

        Raises:
            ValueError: the return has a state that reading does not give.
        """
        if ret.state not in _READ_STATES:
            raise ValueError(f"a return as read cannot be {ret.state}")
        if self._lot is not None and run is not None:
            new = self._lot.take(ret, int(run)) if claimed else None
            if new is not None:
                return new
            self._lot.note(ret)
        received = self._received(ret)
        with self._writing(compared=True) as db:
            known = reads.last_reading(db, ret.sha256, ret.file)
            refused_again = ret.state == "refused" and not reads.is_told_now(db, ret)
            if known and (known.state != "refused" or refused_again):
                (earlier,) = reads.returns(db, RETURNS.c.id == known.id)
                self._log(db, *self._came_again(db, earlier, ret.file))
                return replace(earlier, file=ret.file, state="duplicate")
            if (same := reads.with_same_answers(db, received)) is not None:
                self._log(db, *self._came_again(db, same, ret.file, ret.sha256))
                return replace(same, file=ret.file, state="duplicate")
            number = int(run) if run is not None else self._own_run(db)
            reading = reads.readings(db, ret.sha256) + 1
            received = received if claimed else replace(received, reference="")
            final, entry = writes.record(db, received, number, reading)
            self._log(db, entry, *self._brought(db, final))
        if run is None:
            self._run = number
        return final

    def _received(self, ret: Return) -> Return:
        """The return with its time of receipt, as it is kept."""
        moment = ret.received_at or self._now()
        return replace(ret, received_at=rows.from_utc(rows.to_utc(moment)))

    def came_again(self, files: Sequence[tuple[str, str]]) -> None:
        """Record that files came again whose bytes were read before.

        Only a name under which the bytes were not received before is worth recording.

        Args:
            files: hash (hex) and name of each.
        """
        names: dict[str, list[str]] = {}
        for sha256, file in files:
            names.setdefault(sha256, []).append(file)
        with self._writing() as db:
            for sha256, came in names.items():
                known = reads.last_reading(db, sha256)
                if known is not None:
                    (earlier,) = reads.returns(db, RETURNS.c.id == known.id)
                    told = (self._came_again(db, earlier, file) for file in came)
                    self._log(db, *itertools.chain.from_iterable(told))

    def kept(self, file: str, sha256: str) -> None:
        """Record that a file was kept that is no return itself, such as a zip file of them."""
        with self._writing() as db:
            if self._kept is None:  # once: a mailbox holds thousands of messages
                told = events.read(db, EVENTS.c.what == "kept")
                self._kept = {event.details["sha256"] for event in told}
            if sha256 not in self._kept:
                self._kept.add(sha256)
                self._log(db, Entry("kept", details={"file": file, "sha256": sha256}))

    def _came_again(
        self, db: Connection, earlier: Return, file: str, other_bytes: str = ""
    ) -> tuple[Entry, ...]:
        """What is to be told of a return that came again: nothing of a name told before.

        What was told is read once: a folder may hold thousands of copies of one file.
        """
        known = self._again.get(earlier.number)
        if known is None:
            again = and_(EVENTS.c.what == "came again", EVENTS.c.return_id == earlier.number)
            told = (event.details for event in events.read(db, again))
            known = {(one.get("file", ""), one.get("sha256", "")) for one in told}
            known.add((earlier.file, ""))
            self._again[earlier.number] = known
        if (file, other_bytes) in known:
            return ()
        known.add((file, other_bytes))
        return (digests.came_again(earlier, file, other_bytes),)

    @property
    def decisions(self) -> Decisions:
        """The coordinator's decisions, to be made or taken back."""
        return Decisions(self._writing, self._now, self._by)

    @cached_property
    def messages(self) -> Messages:
        """The messages handed to a mail server: begun, and what became of them."""
        return Messages(self._reading, self._writing, self._now, self._by)

    def record_output(
        self, round_name: str, output: Output, sha256: str = "", because: str = ""
    ) -> None:
        """Record that something was written from a round, before anybody can read it.

        Args:
            round_name: the round.
            output: what was written, and what it stands on.
            sha256: that of a summary's bytes, in hex; of pages of feedback, that of what they say
                besides answers.
            because: why it was written although it may give single answers away.
        """
        with self._writing() as db:
            self._log(db, digests.written(round_name, output, sha256, because))

    def round_closed(
        self, round_name: str, archive: str, manifest: str, reason: str = "",
        left: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """Record that a round is closed.

        Args:
            round_name: the round.
            archive: the name of its archive's folder.
            manifest: the SHA-256 of the archive's list of files, in hex.
            reason: what the coordinator says of it; may be empty.
            left: how many things of each kind were still open.
        """
        details: dict[str, object] = {
            "round": round_name, "archive": archive, "manifest": manifest,
        }  # fmt: skip
        if left:
            details["left"] = dict(left)
        with self._writing() as db:
            self._log(db, Entry("round closed", reason=reason, details=details))

    def round_reopened(self, round_name: str, reason: str) -> None:
        """Record that a round that was closed is open again, and why."""
        with self._writing() as db:
            self._log(db, Entry("round reopened", reason=reason, details={"round": round_name}))

    def round_begun(self, round_name: str, follows: str, return_by: date) -> None:
        """Record that a round has begun, after which one, and by when its workbooks are wanted."""
        details = {"round": round_name, "follows": follows, "return_by": return_by.isoformat()}
        with self._writing() as db:
            self._log(db, Entry("round begun", details=details))

    def settings_changed(self, round_name: str, changed: Mapping[str, Sequence[str]]) -> None:
        """Record that settings were changed.

        Args:
            round_name: the round for which they were looked at.
            changed: the names of fields, each with what stood there before and what stands there
                now; with nothing, where it is about people or their words.
        """
        details = {"round": round_name, "changed": {one: [*both] for one, both in changed.items()}}
        with self._writing() as db:
            self._log(db, Entry("settings changed", details=details))

    def marked_by_hand(self, what: What) -> dict[str, datetime]:
        """Return the workbooks of which this was recorded last, and by a person, and when.

        Args:
            what: that they were sent, or their respondents reminded.
        """
        with self._reading() as db:
            marks = followed.replay_of_whole(db).marks
        last = {ref: of[-1] for (kind, ref), of in marks.items() if kind == what and of}
        return {ref: event.at for ref, event in last.items() if "id" not in event.details}

    def closed_rounds(self) -> dict[str, Event]:
        """Return the rounds that are closed, each with the event that closed it."""
        with self._reading() as db:
            found = events.read(db, EVENTS.c.what.in_(("round closed", "round reopened")))
        last = {event.details["round"]: event for event in found}
        return {name: event for name, event in last.items() if event.what == "round closed"}

    def summaries(self) -> frozenset[str]:
        """Return the hashes of all summaries written so far, of any round."""
        with self._reading() as db:
            found = events.read(db, EVENTS.c.what == "consolidated")
        return frozenset(event.details["sha256"] for event in found)

    def events(self, after: int = 0, up_to: int | None = None) -> tuple[Event, ...]:
        """Return all that has happened, oldest first, or only what came after an event.

        Args:
            after: the number of that event.
            up_to: the number of the last event wanted; without one, all that came.
        """
        which = EVENTS.c.number > after
        if up_to is not None:
            which = and_(which, EVENTS.c.number <= up_to)
        with self._reading() as db:
            return events.read(db, which)

    def events_naming(self, references: Sequence[str], also: Collection[What]) -> tuple[Event, ...]:
        """Return the events in which one of these references stands, and those of some kinds.

        Args:
            references: those of workbooks, query workbooks too.
            also: the kinds of events that are wanted whatever stands in them.
        """
        inside = [EVENTS.c.details.contains(one, autoescape=True) for one in references]
        which = or_(EVENTS.c.reference.in_(references), EVENTS.c.what.in_(also), *inside)
        with self._reading() as db:
            return events.read(db, which)

    def issued_like(self, one: Issued) -> tuple[Issued, ...]:
        """Return the workbooks of a round issued to the same respondent for the same toolkit."""
        who = one.identity
        same = and_(
            ISSUED.c.round == who.round, ISSUED.c.partner_id == who.partner,
            ISSUED.c.respondent_id == who.respondent, ISSUED.c.toolkit == who.toolkit,
        )  # fmt: skip
        with self._reading() as db:
            found = db.execute(select(ISSUED).where(same).order_by(ISSUED.c.number))
            return tuple(rows.issued_of(row) for row in found)

    def about(self, reference: str) -> tuple[Event, ...]:
        """Return what happened to a workbook by its name, oldest first."""
        with self._reading() as db:
            return events.read(db, EVENTS.c.reference == reference)

    def last_event(self) -> int:
        """Return the number of the last event; 0 before the first."""
        with self._reading() as db:
            return events.head(db)[0]

    def head(self) -> tuple[int, str]:
        """Return number and hash of the last event; the hash stands on all events before."""
        with self._reading() as db:
            return events.head(db)

    def head_but_for(self, kinds: Collection[What]) -> tuple[int, str]:
        """Return number and hash of the last event that is of none of these kinds."""
        last = select(EVENTS.c.number, EVENTS.c.hash).where(EVENTS.c.what.not_in(kinds))
        with self._reading() as db:
            found = db.execute(last.order_by(EVENTS.c.number.desc()).limit(1)).first()
        return (found.number, found.hash) if found else (0, "")

    def goes_on_from(self, number: int, hash_then: str) -> bool:
        """True where an event is on record as it was: all before it is as it was then.

        It is not where the ledger was put back from a copy, and something else happened since.
        """
        with self._reading() as db:
            return db.scalar(select(EVENTS.c.hash).where(EVENTS.c.number == number)) == hash_then

    def outputs(self, round_name: str) -> tuple[Output, ...]:
        """Return what was written from a round so far, oldest first."""
        with self._reading() as db:
            return reads.outputs(db, round_name)

    def register(self) -> Register:
        """Return what the coordinator recorded about workbooks."""
        with self._reading() as db:
            return followed.register(db)

    def overview(self, round_name: str, known: RoundOverview | None = None) -> RoundOverview:
        """Return where the workbooks of a round stand, without what was answered in them.

        Where it is known how they stood before, only what has changed since is read.
        """
        with self._reading() as db:
            return reads.overview(db, round_name, known)

    def audit(self) -> Audit:
        """Check the event log, and every record against it."""
        with self._reading() as db:
            return audit(db)

    def known_file(self, sha256: str) -> Return | None:
        """Return what was last read from these bytes, or None."""
        with self._reading() as db:
            known = reads.last_reading(db, sha256)
            return reads.returns(db, RETURNS.c.id == known.id)[0] if known else None

    def refused_before(self, ret: Return) -> bool:
        """True for a refused file that came before, and of which nothing is known but then."""
        if ret.state != "refused" or not ret.sha256:
            return False
        with self._reading() as db:
            known = reads.last_reading(db, ret.sha256)
            return known is not None and not reads.is_told_now(db, ret)

    def numbered(self, number: int) -> Return | None:
        """Return the return with this number, or None."""
        with self._reading() as db:
            return next(iter(reads.returns(db, RETURNS.c.id == number)), None)

    def by_number(self, numbers: Iterable[int]) -> dict[int, Return]:
        """Return the returns with these numbers, as they count."""
        with self._reading() as db:
            found = reads.returns_by_number(db, sorted(numbers))
            return {ret.number: ret for ret in reads.as_they_count(found, reads.replaced(db))}

    def with_answers(self, some: Iterable[Return]) -> tuple[Return, ...]:
        """Return these returns as they are on record, with what was answered, oldest first."""
        with self._reading() as db:
            return reads.returns_by_number(db, sorted(ret.number for ret in some))

    def history(self, round_name: str | None = None) -> tuple[Return, ...]:
        """Return every return of a round (or of all), newest last.

        To a round belong the returns of its workbooks, and what came in its runs.
        """
        with self._reading() as db:
            found = reads.returns(db, reads.of_round(round_name))
            return reads.as_they_count(found, reads.replaced(db))

    def replaced(self) -> dict[str, str]:
        """Return the workbooks that another counts in place of, with that other's reference."""
        with self._reading() as db:
            return reads.replaced(db)

    def counting(self, round_name: str) -> dict[str, int]:
        """Return, by reference, the number of the return that counts for each workbook."""
        with self._reading() as db:
            return reads.counting(db, round_name)

    def current(self, round_name: str) -> dict[str, Return]:
        """Return, by reference, the return that counts for each workbook of a round."""
        with self._reading() as db:
            return reads.current(db, round_name)

    def states(self) -> dict[int, State]:
        """Return the state of every return, by its number."""
        with self._reading() as db:
            return reads.states(db)

    def round_record(self, assessment: Assessment) -> Round:
        """Return all that a summary of the assessment's round is built from."""
        name = assessment.round
        with self._reading() as db:
            issued = reads.issued(db, name)
            used = {one.identity.digest for one in issued}
            kept = reads.toolkits(db)
            number, head = events.head(db)
            happened, log = followed.whole(db)
            register, outputs, decided = log.register(), log.outputs(name), log.decided()
            plans, judgements = joint.plans(happened), joint.judgements(happened, name)
            # The log of a large round takes as much memory as its answers, which come now.
            del happened, log
            found = reads.returns(db, reads.of_round(name))
            history = reads.as_they_count(found, reads.replaced(db))
            # What counts is among what came: read a second time, it would take as long again.
            by_number = {ret.number: ret for ret in found}
            counting = reads.counting(db, name)
            return Round(
                assessment=assessment,
                toolkits={digest: kept[digest] for digest in kept if digest in used},
                issued=issued,
                current={name: by_number[number] for name, number in counting.items()},
                history=history,
                register=register,
                decisions=replay.decisions(decided, history),
                outputs=outputs,
                plans=plans,
                judgements=judgements,
                events=number,
                head=head if number else "",
            )

    def _brought(self, db: Connection, ret: Return) -> tuple[Entry, ...]:
        """What a return brought that is one of a joint workbook; nothing for any other."""
        if ret.state == "refused" or not ret.reference:
            return ()
        known = db.execute(_JOINT, {"workbook": ret.reference}).first()
        if known is None:
            return ()
        issued = reads.issued_by_reference(db, [ret.reference])[ret.reference]
        return tuple(joint.entries(ret, issued, rows.toolkit_of(known.body)))

    def _log(self, db: Connection, *happened: Entry) -> None:
        self._log_all(db, happened)

    def _log_all(self, db: Connection, happened: Iterable[Entry]) -> None:
        events.append(db, self._now(), self._by, tuple(happened))

    def _own_run(self, db: Connection) -> int:
        if self._run is not None:
            return self._run
        return writes.begin_run(db, "", self._now())


def _other_contents(issued: Issued) -> XlassessError:
    return XlassessError(
        f"Workbook {issued.reference} ({issued.partner}) has already been issued with "
        "different contents.",
        "Send the workbook that was issued. A changed one needs a new round or a new version "
        "of the toolkit.",
    )
