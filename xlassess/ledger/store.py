"""The ledger: one assessment's record of everything issued, returned and decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, bindparam, insert, select, update

from xlassess.ledger import reads, rows, writes
from xlassess.ledger.engine import open_engine, prepare, reading, writing
from xlassess.ledger.schema import DECISIONS, ISSUED, RETURNS, TOOLKITS
from xlassess.model.answer import Issued, Return, state_of
from xlassess.model.assessment import Assessment
from xlassess.model.errors import UsageError, XlassessError
from xlassess.model.record import Round
from xlassess.model.toolkit import Toolkit

_READ_STATES = ("accepted", "accepted with notes", "query", "refused")


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(timezone.utc)


class Ledger:
    """The ledger of one assessment; use it as a context manager.

    Every method is one transaction: wholly done or not at all, whatever happens meanwhile.
    Several programs may use a ledger at once.

    Args:
        url: the SQLite file (made when missing), or a database URL.
        now: the clock; gives the present moment.

    Raises:
        UsageError: the place cannot hold a ledger.
        XlassessError: what is there is not a ledger, or one of a newer program.
    """

    def __init__(self, url: str | Path, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._run: int | None = None
        self._engine = open_engine(url)
        try:
            prepare(self._engine)
        except BaseException:
            self._engine.dispose()
            raise

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

    def keep_toolkit(self, toolkit: Toolkit, digest: str) -> None:
        """Keep a toolkit as issued; one whose questions are kept already is left as it is.

        Args:
            toolkit: the toolkit.
            digest: the digest of its questions (`xlassess.contract.seal.questions_digest`).
        """
        with writing(self._engine) as db:
            if db.scalar(select(TOOLKITS.c.digest).where(TOOLKITS.c.digest == digest)):
                return
            row = {
                "digest": digest,
                "id": toolkit.id,
                "version": toolkit.version,
                "body": rows.toolkit_body(toolkit),
                "kept_at": rows.to_utc(self._now()),
            }
            db.execute(insert(TOOLKITS), row)

    def toolkits(self) -> dict[str, Toolkit]:
        """Return every toolkit ever issued, by the digest of its questions."""
        with reading(self._engine) as db:
            return reads.toolkits(db)

    def record_issued(self, items: Sequence[Issued]) -> None:
        """Record workbooks as issued, all or none; those known already change nothing.

        An e-mail address, which the workbook itself does not hold, is brought up to date.

        Raises:
            XlassessError: a reference was issued before with other contents.
        """
        with writing(self._engine) as db:
            known = reads.issued_by_reference(db, [one.reference for one in items])
            new: dict[str, Issued] = {}
            for one in items:
                earlier = known.get(one.reference) or new.setdefault(one.reference, one)
                if earlier.sha256 != one.sha256:
                    raise _other_contents(one)
            if new:
                db.execute(insert(ISSUED), [rows.issued_row(one) for one in new.values()])
            moved = [
                {"workbook": one.reference, "mail": one.email}
                for one in items
                if one.reference in known and known[one.reference].email != one.email
            ]
            if moved:
                change = update(ISSUED).where(ISSUED.c.reference == bindparam("workbook"))
                db.execute(change.values(email=bindparam("mail")), moved)

    def issued(self, round_name: str | None = None) -> tuple[Issued, ...]:
        """Return the workbooks issued in a round, or all, in the order of issue."""
        with reading(self._engine) as db:
            return reads.issued(db, round_name)

    def begin_run(self, round_name: str = "") -> str:
        """Begin a run of receiving returns and return its id, for `record_return`.

        Returns of a later run follow those of an earlier one. A file that does not say which
        workbook it is counts to the run's round; without a name it is shown in every round.
        """
        with writing(self._engine) as db:
            return str(writes.begin_run(db, round_name, self._now()))

    def record_return(self, ret: Return, run: str | None = None) -> Return:
        """Record a return and return it in its final state.

        The same bytes again change nothing: the earlier return is given back in state
        ``duplicate``, under the name the file came with now. Only where they were refused
        before and are not now is the new reading recorded as well. A later return of a
        workbook supersedes the earlier, unless the later is refused; where the order is not
        clear (`xlassess.ledger.order`), the earlier goes on counting and the new one becomes
        a query with finding L01.

        Args:
            ret: the return as read; without ``received_at`` it is received now.
            run: what `begin_run` gave; without one, this opened ledger is one run.

        Raises:
            ValueError: the return has a state that reading does not give.
        """
        if ret.state not in _READ_STATES:
            raise ValueError(f"a return as read cannot be {ret.state}")
        moment = ret.received_at or self._now()
        received = replace(ret, received_at=rows.from_utc(rows.to_utc(moment)))
        with writing(self._engine) as db:
            known = reads.last_reading(db, ret.sha256, ret.file)
            if known and (known.state != "refused" or ret.state == "refused"):
                (earlier,) = reads.returns(db, RETURNS.c.id == known.id)
                return replace(earlier, file=ret.file, state="duplicate")
            number = int(run) if run is not None else self._own_run(db)
            final = writes.record(db, received, number, known.reading + 1 if known else 1)
        if run is None:
            self._run = number
        return final

    def choose(self, sha256: str, made_by: str, reason: str) -> Return:
        """Record the coordinator's decision that this return counts for its workbook.

        The others of the same workbook are superseded.

        Args:
            sha256: the return's, as in `history`.
            made_by: who decided.
            reason: why.

        Raises:
            UsageError: there is no such return, or it was refused or is nobody's.
        """
        with writing(self._engine) as db:
            known = reads.last_reading(db, sha256)
            if known is None or known.standing in ("refused", "unclaimed"):
                raise UsageError(
                    f"There is no usable return with the hash {sha256}.",
                    "Choose one of the returns that were recorded for the workbook.",
                )
            (chosen,) = reads.returns(db, RETURNS.c.id == known.id)
            writes.supersede(db, chosen.reference)
            findings = tuple(one for one in chosen.findings if one.code != writes.UNCLEAR)
            state = state_of(findings, chosen.normalised)
            change = update(RETURNS).where(RETURNS.c.id == known.id)
            db.execute(change.values(state=state, standing="current"))
            decision = {"return_id": known.id, "made_by": made_by, "reason": reason}
            db.execute(insert(DECISIONS), {**decision, "made_at": rows.to_utc(self._now())})
            return replace(chosen, state=state)

    def known_file(self, sha256: str) -> Return | None:
        """Return what was last read from these bytes, or None."""
        with reading(self._engine) as db:
            known = reads.last_reading(db, sha256)
            return reads.returns(db, RETURNS.c.id == known.id)[0] if known else None

    def history(self, round_name: str | None = None) -> tuple[Return, ...]:
        """Return every return of a round (or of all), newest last.

        To a round belong the returns of its workbooks, and what came in its runs.
        """
        with reading(self._engine) as db:
            return reads.returns(db, reads.of_round(round_name))

    def current(self, round_name: str) -> dict[str, Return]:
        """Return, by reference, the return that counts for each workbook of a round."""
        with reading(self._engine) as db:
            return reads.current(db, round_name)

    def round_record(self, assessment: Assessment) -> Round:
        """Return all that a summary of the assessment's round is built from."""
        name = assessment.round
        with reading(self._engine) as db:
            issued = reads.issued(db, name)
            used = {one.identity.digest for one in issued}
            kept = reads.toolkits(db)
            return Round(
                assessment=assessment,
                toolkits={digest: kept[digest] for digest in kept if digest in used},
                issued=issued,
                current=reads.current(db, name),
                history=reads.returns(db, reads.of_round(name)),
            )

    def _own_run(self, db: Connection) -> int:
        if self._run is not None:
            return self._run
        return writes.begin_run(db, "", self._now())


def _other_contents(issued: Issued) -> XlassessError:
    return XlassessError(
        f"Workbook {issued.reference} ({issued.partner}) was issued before with other contents.",
        "Send the workbook that was issued; a changed one needs a new round or toolkit version.",
    )
