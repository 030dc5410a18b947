"""How the ledger records a return, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Connection,
    CursorResult,
    bindparam,
    delete,
    insert,
    select,
    union,
    update,
)

from xlassess.ledger.reads import queries, stands_on, with_waivers
from xlassess.ledger.tables import bulk, digests, rows
from xlassess.ledger.tables.events import Entry, ReturnStatus
from xlassess.ledger.tables.order import (
    NAMES_ANOTHER,
    OPEN,
    UNSEALED,
    Arrival,
    Ranked,
    Standing,
    believable,
    ranked,
)
from xlassess.ledger.tables.replay import Replay
from xlassess.ledger.tables.schema import (
    ACTIONS,
    ANSWERS,
    FINDINGS,
    ISSUED,
    META,
    QUERIES,
    RETURNS,
    RUNS,
)
from xlassess.model.answer import ENTERED, NOTHING_FILLED_IN, Return, State
from xlassess.model.catalogue import CATALOGUE
from xlassess.model.finding import Finding
from xlassess.model.query import Query

_UNDER_WAY = "under way:"
"""Begins the key of what META holds for a run that is not done. A run that does the rest of one
that was broken off goes on in its place: their returns came together."""

_INSERT_RUN = insert(RUNS)

_ISSUED_AT = select(ISSUED.c.issued_at).where(ISSUED.c.reference == bindparam("workbook"))
_SOME: BindParameter[int] = bindparam("returns", expanding=True)
_NAMES_ANOTHER = select(FINDINGS.c.return_id).where(
    FINDINGS.c.return_id.in_(_SOME), FINDINGS.c.code == NAMES_ANOTHER
)
_UNSEALED = select(FINDINGS.c.return_id).where(
    FINDINGS.c.return_id.in_(_SOME), FINDINGS.c.code == UNSEALED
)
_BLANK = select(FINDINGS.c.return_id).where(
    FINDINGS.c.return_id.in_(_SOME), FINDINGS.c.code == NOTHING_FILLED_IN
)
_TYPED_IN = select(FINDINGS.c.return_id).where(
    FINDINGS.c.return_id.in_(_SOME), FINDINGS.c.code == ENTERED
)
_FILLED = union(
    select(ANSWERS.c.return_id).where(
        ANSWERS.c.return_id.in_(_SOME), ANSWERS.c.return_id.not_in(_BLANK)
    ),
    select(ACTIONS.c.return_id).where(ACTIONS.c.return_id.in_(_SOME)),
    select(RETURNS.c.id).where(RETURNS.c.id.in_(_SOME), RETURNS.c.query != ""),
)
"""Of some returns those with anything filled in; an answered query stands on what it asks about.
Facts that we filled in ourselves, and that stand as they were, are nothing that was filled in."""

_OPEN = select(
    RETURNS.c.id, RETURNS.c.run, RETURNS.c.saved_at, RETURNS.c.received_at, RETURNS.c.standing
).where(RETURNS.c.reference == bindparam("workbook"), RETURNS.c.standing.in_(OPEN))
_MOVE = (
    update(RETURNS)
    .where(RETURNS.c.id == bindparam("which"))
    .values(reference=bindparam("to"), standing=bindparam("placed"), state=bindparam("becomes"))
)


_BASE = (
    select(RETURNS.c.id, RETURNS.c.standing)
    .join(QUERIES, QUERIES.c.base == RETURNS.c.id)
    .where(QUERIES.c.reference == bindparam("query"))
)
_COUNTS = select(RETURNS.c.id, RETURNS.c.query).where(
    RETURNS.c.reference == bindparam("workbook"), RETURNS.c.standing == "current"
)


def begin_run(db: Connection, round_name: str, moment: datetime, *, to_end: bool = False) -> int:
    """Record that a run of receiving returns begins, and return its number."""
    row = {"round": round_name, "began_at": rows.to_utc(moment)}
    number = _inserted(db.execute(_INSERT_RUN, row))
    if to_end:
        db.execute(insert(META), {"key": f"{_UNDER_WAY}{number}", "value": ""})
    return number


def end_run(db: Connection, run: int | None) -> None:
    """Record that a run has come to its end, and with it those begun before and broken off."""
    numbers = [number for number in _under_way(db) if run is None or number <= run]
    db.execute(delete(META).where(META.c.key.in_([f"{_UNDER_WAY}{one}" for one in numbers])))


def _under_way(db: Connection) -> set[int]:
    """The numbers of the runs that have not come to their end."""
    keys = db.scalars(select(META.c.key).where(META.c.key.startswith(_UNDER_WAY)))
    return {int(key.removeprefix(_UNDER_WAY)) for key in keys}


def move(db: Connection, statuses: Mapping[int, ReturnStatus]) -> None:
    """Put returns where they stand from now on.

    Those that are to count give way first, so that at no moment two count for one workbook.
    """
    counting = [number for number, place in statuses.items() if place.standing == "current"]
    if counting:
        db.execute(update(RETURNS).where(RETURNS.c.id.in_(counting)).values(standing="contested"))
    for number, place in sorted(statuses.items(), key=lambda each: each[0] in counting):
        values = {"to": place.reference, "placed": place.standing, "becomes": place.state}
        db.execute(_MOVE, {"which": number, **values})


def record(db: Connection, ret: Return, run: int, reading: int) -> tuple[Return, Entry]:
    """Record a return whose bytes are new; return it in its final state, and what happened.

    Args:
        db: the transaction.
        ret: the return as read, with its time of receipt.
        run: the number of the run it came in.
        reading: which reading of the same bytes this is, from 1.
    """
    rank, others = _rank(db, ret, run)
    if ret.query:
        rank = replace(rank, standing=_answering(db, ret, rank.standing))
    final, place = in_state(ret, rank), rank.standing
    gave_way: dict[int, ReturnStatus] = {}
    if place == "current":
        gave_way = {one: ReturnStatus(ret.reference, "superseded", "superseded") for one in others}
        move(db, gave_way)
    number = bulk.next_number(db, RETURNS)
    kept = with_waivers(replace(final, number=number), Replay())
    put_returns(db, [(kept, place, run, reading)])
    for part in rows.PARTS:
        values = part.rows(number, getattr(final, part.name))
        bulk.put(
            db, part.table, [(number, row) for row in bulk.ready(db.dialect, part.table, values)]
        )
    return kept, digests.received(kept, place, gave_way, rounds_of(db, {run})[run])


def put_returns(db: Connection, some: Sequence[tuple[Return, Standing, int, int]]) -> None:
    """Put returns into their table, without what they hold.

    Args:
        db: the transaction.
        some: each with its number, how it stands, its run, and which reading of its bytes it is.
    """
    values = [
        {
            "sha256": ret.sha256 or None,
            "reading": reading,
            "run": run,
            "file": ret.file,
            "kind": ret.kind,
            "reference": ret.reference,
            "query": ret.query,
            "size": ret.size,
            "state": ret.state,
            "standing": standing,
            "saved_at": rows.stamp(ret.saved_at),
            "received_at": rows.to_utc(ret.received_at) if ret.received_at else None,
        }
        for ret, standing, run, reading in some
    ]
    numbers = [ret.number for ret, *_ in some]
    ready = bulk.ready(db.dialect, RETURNS, values)
    bulk.put(db, RETURNS, [*zip(numbers, ready, strict=True)])
    bulk.numbered_up_to(db, RETURNS, max(numbers))


def rounds_of(db: Connection, runs: Collection[int]) -> dict[int, str]:
    """Return the round of each run; empty where it has none."""
    found = db.execute(select(RUNS.c.number, RUNS.c.round).where(RUNS.c.number.in_(runs)))
    return dict.fromkeys(runs, "") | {row.number: row.round or "" for row in found}


def _inserted(result: CursorResult[Any]) -> int:
    """The number that the database gave the row just inserted."""
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 - every single-row insert has one
    return int(key[0])


def alone(ret: Return) -> Ranked:
    """Return how a new return stands of whose workbook nothing else is open."""
    if ret.state == "refused":
        return Ranked("refused")
    if not ret.reference:
        return Ranked("unclaimed")
    return Ranked("contested", NAMES_ANOTHER) if _names_another(ret) else Ranked("current")


def _names_another(ret: Return) -> bool:
    return any(finding.code == NAMES_ANOTHER for finding in ret.findings)


def _rank(db: Connection, ret: Return, run: int) -> tuple[Ranked, list[int]]:
    """Return how a new return stands, and the numbers of those that are still open."""
    takes_part = ret.reference and ret.state != "refused"
    others = db.execute(_OPEN, {"workbook": ret.reference}).all() if takes_part else []
    if not others:
        return alone(ret), []
    another = _names_another(ret)
    together = {one for one in _under_way(db) if one < run}
    issued = db.scalar(_ISSUED_AT, {"workbook": ret.reference})
    unsealed = set(db.scalars(_UNSEALED, {"returns": [row.id for row in others]}))

    def saved(stated: datetime | None, received: datetime) -> datetime | None:
        return believable(stated, rows.from_utc(issued), received) if issued else stated

    elsewhere = set(db.scalars(_NAMES_ANOTHER, {"returns": [row.id for row in others]}))
    typed_in = set(db.scalars(_TYPED_IN, {"returns": [row.id for row in others]}))
    filled = set(db.scalars(_FILLED, {"returns": [row.id for row in others]}))
    arrivals = [
        Arrival(
            run if row.run in together else row.run,
            saved(rows.stamp_of(row.saved_at), rows.from_utc(row.received_at)),
            sealed=row.id not in unsealed,
            empty=row.id not in filled,
            entered=row.id in typed_in,
            # once it was chosen, it is as good as any
            names_another=row.id in elsewhere and row.standing == "contested",
        )
        for row in others
    ]
    sealed = not any(finding.code == UNSEALED for finding in ret.findings)
    assert ret.received_at is not None  # noqa: S101 - recording sets it
    filled_in = ret.actions or (ret.answers and not ret.is_blank)
    empty = not (filled_in or ret.query)
    when, typed = saved(ret.saved_at, ret.received_at), ret.entered is not None
    new = Arrival(run, when, sealed, empty, typed, another)
    return ranked(new, arrivals), [row.id for row in others]


def in_state(ret: Return, place: Ranked) -> Return:
    """Return the return with the state that its place gives it."""
    state = "query" if place.standing == "contested" else ret.state
    if place.standing in ("superseded", "set aside"):
        state = cast("State", place.standing)
    if place.standing == "unclaimed":  # of no use as it stands
        state = "refused"
    told_already = place.doubt == NAMES_ANOTHER
    if told_already or (place.standing != "contested" and place.doubt != "L06"):
        return replace(ret, state=state)
    kind = CATALOGUE[place.doubt]
    remark = Finding(kind, file=ret.file, details={"reference": ret.reference})
    return replace(ret, state=state, findings=(*ret.findings, remark))


def record_queries(db: Connection, items: Sequence[Query]) -> None:
    """Record query workbooks."""
    if items:
        db.execute(insert(QUERIES), [rows.query_row(one) for one in items])


def _answering(db: Connection, ret: Return, place: Standing) -> Standing:
    """Return how a return stands that came in a query workbook.

    It stands on the return that was asked about. Where that was set aside, it is too. Where
    another return counts meanwhile, which the query workbook knows nothing of, the order is not
    clear; but a query workbook sent in again takes the place of what it brought before, and a
    correction made since of what it does not ask about is no contradiction (`reads.stands_on`).

    Args:
        db: the transaction.
        ret: the return.
        place: how it would stand by the order of arrival alone.
    """
    base = db.execute(_BASE, {"query": ret.query}).first()
    if base is not None and base.standing == "set aside":
        return "set aside"
    if place != "current" or base is None:
        return place
    counts = db.execute(_COUNTS, {"workbook": ret.reference}).first()
    known = counts is None or counts.id == base.id or counts.query == ret.query
    if not known and counts is not None:
        asked = next(one for one in queries(db) if one.reference == ret.query)
        known = counts.id == stands_on(db, asked)
    return "current" if known else "contested"
