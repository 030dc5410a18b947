"""Returns that are recorded in one transaction, as many of them at once as can be.

Writers of one ledger take turns, so that as little as possible is done within a turn. What a
return is recorded as is made ready before (`ready`). Within the turn it is asked once for all of
them of which anything is on record: those come one by one and are compared with it. The others
need no comparing, and are put on record together, in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Dialect, select

from xlassess.ledger.reads import lots, with_waivers
from xlassess.ledger.recording import writes
from xlassess.ledger.tables import bulk, digests, rows
from xlassess.ledger.tables.events import Entry
from xlassess.ledger.tables.order import Standing
from xlassess.ledger.tables.replay import Replay
from xlassess.ledger.tables.schema import EVENTS, ISSUED, RETURNS
from xlassess.model.answer import Return


@dataclass(frozen=True, slots=True)
class ReadyReturn:
    """A return as it is recorded where nothing is on record that it has to be compared with.

    ``given`` is what was handed over, ``final`` what it becomes, ``record`` the digest of that,
    and ``parts`` the rows of what it holds, in the order of `rows.PARTS`.
    """

    given: Return
    final: Return
    standing: Standing
    record: str
    parts: tuple[tuple[bulk.ReadyRow, ...], ...]


def ready(given: Return, received: Return, dialect: Dialect) -> ReadyReturn:
    """Make a return ready to be recorded.

    Args:
        given: the return as it will be handed over.
        received: the same with its time of receipt.
        dialect: that of the database.
    """
    rank = writes.alone(received)
    final = writes.in_state(received, rank)
    parts = tuple(
        bulk.ready(dialect, part.table, part.rows(0, getattr(final, part.name)))
        for part in rows.PARTS
    )
    return ReadyReturn(given, final, rank.standing, digests.digest_of_return(final), parts)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A return that has its number and is put on record with others; the run it came in."""

    kept: Return
    ready: ReadyReturn
    run: int


class Lot:
    """What is recorded in one transaction that has its turn.

    Args:
        db: the transaction.
        coming: the returns that will be handed over, made ready.
        log: records what happened.
    """

    def __init__(
        self,
        db: Connection,
        coming: Sequence[ReadyReturn],
        log: Callable[[Connection, Iterable[Entry]], None],
    ) -> None:
        self.db, self._log = db, log
        self._coming: Mapping[int, ReadyReturn] = {id(one.given): one for one in coming}
        self._known: set[str] | None = None
        self._waiting: list[_Waiting] = []
        self._next = 0

    def take(self, ret: Return, run: int) -> Return | None:
        """Record a return together with others; None where it is to be compared with some.

        It has its number at once, and is on record at the latest after `settle`.
        """
        one = self._coming.get(id(ret))
        if one is None or ret.query or not ret.sha256:
            return None
        if self._known is None:
            self._known = self._on_record()
        if not self._known.isdisjoint((ret.sha256, ret.reference)):
            return None
        self.note(ret)
        self._next = self._next or bulk.next_number(self.db, RETURNS)
        kept = with_waivers(replace(one.final, number=self._next), Replay())
        self._waiting.append(_Waiting(kept, one, run))
        self._next += 1
        return kept

    def note(self, ret: Return) -> None:
        """What comes from now on is compared with this one, where it is of the same workbook."""
        if self._known is not None:
            self._known |= {ret.sha256, ret.reference} - {""}

    def forget(self) -> None:
        """Something else is written: from now on, every return is compared with what is there."""
        self.settle()
        self._coming = {}

    def settle(self) -> None:
        """Put on record what waits."""
        some, self._waiting, self._next = self._waiting, [], 0
        if not some:
            return
        rounds = writes.rounds_of(self.db, {one.run for one in some})
        writes.put_returns(self.db, [(one.kept, one.ready.standing, one.run, 1) for one in some])
        for place, part in enumerate(rows.PARTS):
            numbered = [(one.kept.number, row) for one in some for row in one.ready.parts[place]]
            bulk.put(self.db, part.table, numbered)
        told = (
            digests.received(one.kept, one.ready.standing, {}, rounds[one.run], one.ready.record)
            for one in some
        )
        self._log(self.db, told)

    def _on_record(self) -> set[str]:
        """Of what is coming, the bytes and the workbooks of which anything is on record.

        Joint workbooks are among them: what they brought is told to the log besides.
        """
        given = [one.given for one in self._coming.values()]
        found: set[str] = set()
        for some in lots([*{ret.sha256 for ret in given} - {""}]):
            found.update(
                self.db.scalars(select(RETURNS.c.sha256).where(RETURNS.c.sha256.in_(some)))
            )
        for some in lots([*{ret.reference for ret in given} - {""}]):
            came = select(EVENTS.c.reference).where(
                EVENTS.c.reference.in_(some), EVENTS.c.what == "received"
            )
            held = select(RETURNS.c.reference).where(RETURNS.c.reference.in_(some))
            joint = select(ISSUED.c.reference).where(
                ISSUED.c.reference.in_(some), ISSUED.c.kind != ""
            )
            for each in (came, held, joint):
                found.update(self.db.scalars(each))
        return found
