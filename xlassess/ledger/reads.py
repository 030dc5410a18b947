"""What the ledger is asked: queries, each within the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select, true

from xlassess.ledger.tables import digests, events, followed, rows
from xlassess.ledger.tables.events import WRITING
from xlassess.ledger.tables.order import UNCLEAR, UNSEALED, same_answers
from xlassess.ledger.tables.replay import WAIVING, Replay
from xlassess.ledger.tables.schema import ANSWERS, EVENTS, ISSUED, QUERIES, RETURNS, RUNS, TOOLKITS
from xlassess.model.answer import Issued, Return, State
from xlassess.model.finding import Finding
from xlassess.model.query import Query
from xlassess.model.record import EntryCopy, Output, Register
from xlassess.model.toolkit import Toolkit

_CHUNK = 500
"""References asked for at once; databases limit the parameters of a statement."""

T = TypeVar("T")

_READING = select(RETURNS.c.id, RETURNS.c.state, RETURNS.c.standing, RETURNS.c.reading)
_CLAIMED = RETURNS.c.standing != "unclaimed"
"""Not what was read for a decision that was taken back: then it is as if it had not been read."""

_BY_HASH = (
    _READING.where(RETURNS.c.sha256 == bindparam("sha256"), _CLAIMED)
    .order_by(RETURNS.c.reading.desc())
    .limit(1)
)
_BY_NAME = (
    _READING.where(RETURNS.c.sha256.is_(None), RETURNS.c.file == bindparam("file"))
    .order_by(RETURNS.c.id.desc())
    .limit(1)
)

_ISSUED = select(ISSUED).order_by(ISSUED.c.number)
_PARTNERS = ISSUED.c.kind == ""
"""Workbooks that partners fill in; joint ones (`xlassess.model.plan`) are not summed up."""


def toolkits(db: Connection) -> dict[str, Toolkit]:
    """Return every toolkit kept, by digest."""
    found = db.execute(select(TOOLKITS.c.digest, TOOLKITS.c.body).order_by(TOOLKITS.c.kept_at))
    return {digest: rows.toolkit_of(body) for digest, body in found}


def rounds(db: Connection) -> dict[int, str]:
    """Return the round of the run that each return came in, by the return's number."""
    together = select(RETURNS.c.id, RUNS.c.round).join(RUNS, RETURNS.c.run == RUNS.c.number)
    return {row.id: row.round for row in db.execute(together)}


def issued(db: Connection, round_name: str | None, *, joint: bool = False) -> tuple[Issued, ...]:
    """Return the workbooks issued in a round, or all, in the order of issue.

    Args:
        db: the transaction.
        round_name: the round; None for all.
        joint: the joint workbooks, and not those that partners fill in.
    """
    query = _ISSUED.where(~_PARTNERS if joint else _PARTNERS)
    if round_name is not None:
        query = query.where(ISSUED.c.round == round_name)
    return tuple(rows.issued_of(row) for row in db.execute(query))


def issued_by_reference(db: Connection, references: Sequence[str]) -> dict[str, Issued]:
    """Return those of the references that were issued before."""
    found: dict[str, Issued] = {}
    for some in lots(references):
        for row in db.execute(select(ISSUED).where(ISSUED.c.reference.in_(some))):
            found[row.reference] = rows.issued_of(row)
    return found


def last_reading(db: Connection, sha256: str, file: str = "") -> Any | None:
    """Return id, state, standing and number of the last reading of these bytes, or None.

    What has no bytes to be hashed is known by its name.
    """
    if sha256:
        return db.execute(_BY_HASH, {"sha256": sha256}).first()
    return db.execute(_BY_NAME, {"file": file}).first()


def readings(db: Connection, sha256: str) -> int:
    """Return how often these bytes were read, whatever became of it."""
    mine = select(func.max(RETURNS.c.reading)).where(RETURNS.c.sha256 == sha256)
    return db.scalar(mine) or 0


def is_told_now(db: Connection, ret: Return) -> bool:
    """True for a refused file whose workbook is known now, and was not when it came before.

    A PDF may come once more with a message that names the workbook, or be looked at by a later
    version of this program.
    """
    if ret.state != "refused" or not (ret.reference and ret.sha256):
        return False
    mine = and_(RETURNS.c.sha256 == ret.sha256, RETURNS.c.reference == ret.reference)
    return db.scalar(select(RETURNS.c.id).where(mine).limit(1)) is None


def with_same_answers(db: Connection, ret: Return) -> Return | None:
    """Return the first return that says what this one says, if any; whatever became of it.

    Compared is with what came in for the same workbook, even where that was reassigned since.
    """
    if ret.state == "refused" or not ret.reference:
        return None
    came = select(EVENTS.c.return_id).where(
        EVENTS.c.reference == ret.reference, EVENTS.c.what == "received"
    )
    earlier = returns(db, and_(RETURNS.c.id.in_(came), RETURNS.c.standing != "refused"))
    proven = _is_sealed(ret)
    for one in earlier:
        if same_answers(ret, one) and (_is_sealed(one) or not proven):
            return one
    return None


def _is_sealed(ret: Return) -> bool:
    return not any(finding.code == UNSEALED for finding in ret.findings)


def of_round(round_name: str | None) -> ColumnElement[bool]:
    """Select the returns of a round: of its workbooks, and what came in its runs.

    What came in a run without a round and belongs to no workbook is of every round.
    """
    if round_name is None:
        return true()
    ours = select(ISSUED.c.reference).where(ISSUED.c.round == round_name, _PARTNERS)
    runs = select(RUNS.c.number).where(RUNS.c.round == round_name)
    loose = select(RUNS.c.number).where(RUNS.c.round == "")
    nobodys = RETURNS.c.reference.not_in(select(ISSUED.c.reference))
    of_partners = RETURNS.c.reference.not_in(select(ISSUED.c.reference).where(~_PARTNERS))
    came = or_(
        RETURNS.c.reference.in_(ours),
        and_(RETURNS.c.run.in_(runs), of_partners),
        and_(RETURNS.c.run.in_(loose), nobodys),
    )
    return and_(came, _CLAIMED)


def of_joint(db: Connection, round_name: str) -> ColumnElement[bool]:
    """Select what came back of the joint workbooks of a round."""
    joint = select(ISSUED.c.reference).where(ISSUED.c.round == round_name, ~_PARTNERS)
    few = db.scalars(joint.limit(_CHUNK)).all()
    # Databases find what has one of a few names at once, and go through all else.
    return RETURNS.c.reference.in_(few if len(few) < _CHUNK else joint)


def current(db: Connection, round_name: str) -> dict[str, Return]:
    """Return, by reference, the return that counts for each workbook of a round.

    Of several workbooks issued one after the other to the same respondent, only one counts.
    """
    instead = replaced(db)
    return {
        ret.reference: ret
        for ret in returns(db, _counting(round_name))
        if ret.reference not in instead
    }


def _counting(round_name: str) -> ColumnElement[bool]:
    ours = select(ISSUED.c.reference).where(ISSUED.c.round == round_name, _PARTNERS)
    return and_(RETURNS.c.standing == "current", RETURNS.c.reference.in_(ours))


def counting(db: Connection, round_name: str) -> dict[str, int]:
    """Return, by reference, the number of the return that counts for each workbook of a round."""
    instead = replaced(db)
    found = db.execute(select(RETURNS.c.reference, RETURNS.c.id).where(_counting(round_name)))
    return {row.reference: row.id for row in found if row.reference not in instead}


def counting_of(db: Connection, references: Sequence[str]) -> dict[str, int]:
    """Return, by reference, the number of the return that counts for each of these workbooks."""
    instead, wanted = replaced(db), {*references}
    found = [
        row
        for some in lots([*wanted - instead.keys()])
        for row in db.execute(
            select(RETURNS.c.reference, RETURNS.c.id).where(
                RETURNS.c.standing == "current", RETURNS.c.reference.in_(some)
            )
        )
    ]
    return {row.reference: row.id for row in found}


def states(db: Connection) -> dict[int, State]:
    """Return the state of every return by its number, as it counts."""
    instead = replaced(db)
    found = db.execute(select(RETURNS.c.id, RETURNS.c.state, RETURNS.c.reference))
    return {
        row.id: "superseded"
        if row.reference in instead and row.state in _MAY_COUNT
        else cast("State", row.state)
        for row in found
    }


def replaced(db: Connection) -> dict[str, str]:
    """Return the workbooks that another counts in place of, each with that other's reference.

    Where a respondent was issued several for one toolkit and round, the last of those that
    came back (or for which a nil return or a refusal is recorded) counts. Before any has, none
    is replaced yet: whichever comes back first is as good.
    """
    who = (ISSUED.c.round, ISSUED.c.partner_id, ISSUED.c.respondent_id, ISSUED.c.toolkit)
    several = select(*who).group_by(*who).having(func.count() > 1).subquery()
    same = and_(*(column == several.c[column.name] for column in who))
    found = db.execute(
        select(ISSUED.c.reference, *who).join(several, same).order_by(ISSUED.c.number)
    ).all()
    if not found:
        return {}
    counting = select(RETURNS.c.reference).where(RETURNS.c.standing == "current")
    settled = {*db.scalars(counting), *followed.register(db).outcomes}
    last = {tuple(row[1:]): row.reference for row in found if row.reference in settled}
    return {
        row.reference: last[tuple(row[1:])]
        for row in found
        if last.get(tuple(row[1:]), row.reference) != row.reference
    }


def as_they_count(given: Iterable[Return], instead: Mapping[str, str]) -> tuple[Return, ...]:
    """Return returns in their states, those of replaced workbooks as superseded.

    Args:
        given: the returns.
        instead: the workbooks replaced, as `replaced` gives them.
    """
    return tuple(
        replace(ret, state="superseded")
        if ret.reference in instead and ret.state in _MAY_COUNT
        else ret
        for ret in given
    )


_MAY_COUNT = ("accepted", "accepted with notes", "query")


def returns(
    db: Connection,
    which: ColumnElement[bool],
    decided: Replay | None = None,
    parts_wanted: Sequence[rows.Part] = rows.PARTS,
) -> tuple[Return, ...]:
    """Return the returns selected, in the order of receipt.

    Args:
        db: the transaction.
        which: which of them.
        decided: which findings are waived or settled; by default as on record.
        parts_wanted: what they are to hold. Of thousands, answers are read only where needed:
            they are most of what a ledger holds.
    """
    found = db.execute(select(RETURNS).where(which).order_by(RETURNS.c.id)).all()
    if not found:
        return ()
    parts = _parts(db, select(RETURNS.c.id).where(which), parts_wanted)
    decided = waivers(db) if decided is None else decided
    return tuple(with_waivers(rows.return_of(row, parts.get(row.id, {})), decided) for row in found)


def returns_by_number(db: Connection, numbers: Sequence[int]) -> tuple[Return, ...]:
    """Return the returns with these numbers, in their order."""
    decided = waivers(db)
    return tuple(
        ret for lot in lots(numbers) for ret in returns(db, RETURNS.c.id.in_(lot), decided)
    )


def returns_of(db: Connection, references: Sequence[str]) -> tuple[Return, ...]:
    """Return what came back of these workbooks, in the order of receipt."""
    decided = waivers(db)
    found = [
        ret
        for lot in lots(references)
        for ret in returns(db, RETURNS.c.reference.in_(lot), decided)
    ]
    return tuple(sorted(found, key=lambda ret: ret.number))


def lots(names: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield these in so small lots that a database takes each."""
    return (names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK))


def _parts(
    db: Connection, ids: Select[tuple[int]], wanted: Sequence[rows.Part]
) -> dict[int, dict[str, list[Any]]]:
    """What these returns hold, by their numbers and the names of the parts."""
    parts: dict[int, dict[str, list[Any]]] = {}
    for part in wanted:
        table = part.table
        columns = rows.ANSWER_COLUMNS if table is ANSWERS else (table,)
        query = select(*columns).where(table.c.return_id.in_(ids))
        found = db.execute(query.order_by(table.c.return_id, table.c.position))
        if table is ANSWERS:
            # Straight from the driver: making a row object of each takes as long as reading it.
            for number, answers in rows.answers_of(cast("Iterable[Any]", found.cursor)).items():
                parts.setdefault(number, {})[part.name] = answers
            continue
        for row in found:
            parts.setdefault(row.return_id, {}).setdefault(part.name, []).append(part.value(row))
    return parts


@dataclass(frozen=True, slots=True)
class RoundOverview:
    """Where the workbooks of a round stand, without what was answered in them.

    ``current`` holds, by reference, the return that counts, ``history`` every return of the
    round, newest last; both with findings only. ``answered`` counts the answers of each return
    that counts, by its number; ``asked`` the query workbooks issued about a workbook, and
    ``asked_of`` has the numbers of the returns that one was issued about.
    ``titles`` are those of the toolkits issued, by their ids; ``review_years``
    after how many years these ask for the next review. ``read_since`` are the hashes of
    files, of any round, that were refused and could be read later, or told to be somebody's.
    ``instead`` is as `replaced` gives it, and ``last`` the number of the last event by then.
    """

    issued: tuple[Issued, ...] = ()
    current: Mapping[str, Return] = field(default_factory=dict)
    history: tuple[Return, ...] = ()
    register: Register = field(default_factory=Register)
    answered: Mapping[int, int] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    asked_of: frozenset[int] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    review_years: Mapping[str, int | None] = field(default_factory=dict)
    read_since: frozenset[str | None] = frozenset()
    instead: Mapping[str, str] = field(default_factory=dict)
    last: int = 0

    @property
    def returned(self) -> frozenset[str]:
        """The references of workbooks that came back with something in them."""
        return frozenset(ref for ref, ret in self.current.items() if not ret.is_blank)

    @property
    def back(self) -> frozenset[str]:
        """The references of workbooks that count as returned: with answers, or nil returns."""
        nil = (ref for ref, said in self.register.outcomes.items() if said.kind == "nil return")
        return self.returned.union(nil)


def overview(db: Connection, round_name: str, known: RoundOverview | None = None) -> RoundOverview:
    """Return where the workbooks of a round stand.

    Args:
        db: the transaction.
        round_name: the round.
        known: where they stood before, of this ledger and round: only what has changed since is
            read, which of thousands is mostly little.
    """
    if known is not None and events.head(db)[0] == known.last:
        return known
    instead, happened = replaced(db), _since(db, known)
    anew = known is None or known.instead != instead or "issued" in {e.what for e in happened}
    known = RoundOverview(issued=issued(db, round_name)) if anew or known is None else known
    changed = None if anew else _moved(db, happened)
    if changed is not None and len(changed) > _CHUNK:
        # Naming each takes more parameters than a statement may have, and longer than reading all.
        changed = None
    history, counting, answered = _standing(db, round_name, known, changed)
    history = as_they_count(history, instead)
    about = select(QUERIES.c.about, func.count()).group_by(QUERIES.c.about)
    placed = or_(RETURNS.c.state != "refused", RETURNS.c.reference != "")
    again = and_(RETURNS.c.reading > 1, placed)
    bodies = _bodies(db)
    return RoundOverview(
        issued=known.issued,
        current={
            ret.reference: ret
            for ret in history
            if ret.number in counting and ret.reference not in instead
        },
        history=history,
        register=followed.register(db),
        answered=answered,
        titles={name: body["title"] for name, body in bodies.items()},
        review_years={name: body.get("review_years") for name, body in bodies.items()},
        asked={row.about: row[1] for row in db.execute(about)},
        asked_of=frozenset(db.scalars(select(QUERIES.c.base))),
        read_since=frozenset(db.scalars(select(RETURNS.c.sha256).where(again))),
        instead=instead,
        last=events.head(db)[0],
    )


def _since(db: Connection, known: RoundOverview | None) -> tuple[events.Event, ...]:
    """What happened since a round was known."""
    return events.read(db, EVENTS.c.number > known.last) if known else ()


def _moved(db: Connection, happened: Iterable[events.Event]) -> frozenset[int]:
    """The numbers of the returns that events may have changed, also by taking another back."""
    happened = tuple(happened)
    undone = [event.undoes for event in happened if event.undoes is not None]
    found = (events.read(db, EVENTS.c.number.in_(lot)) for lot in lots(undone))
    back = [event for some in found for event in some]
    return frozenset(
        number
        for event in (*happened, *back)
        for number in (*event.statuses, *event.settled, event.return_id)
        if number
    )


def _standing(
    db: Connection, round_name: str, known: RoundOverview, changed: frozenset[int] | None
) -> tuple[tuple[Return, ...], frozenset[int], dict[int, int]]:
    """The returns of a round, the numbers of those that count, and how many answers these give.

    Args:
        db: the transaction.
        round_name: the round.
        known: all this as it was.
        changed: the returns to be read again; None for all.
    """
    some = RETURNS.c.id.in_(changed) if changed is not None else true()
    counts = and_(_counting(round_name), some)
    findings = [rows.FINDINGS_PART]
    found = returns(db, and_(of_round(round_name), some), parts_wanted=findings)
    counting = frozenset(db.scalars(select(RETURNS.c.id).where(counts)))
    answered = _answered(db, counts)
    if changed is None:
        return found, counting, answered
    kept = [ret for ret in known.history if ret.number not in changed]
    before = {ret.number for ret in known.current.values()} - changed
    return (
        tuple(sorted((*kept, *found), key=lambda ret: ret.number)),
        counting | before,
        {**{number: of for number, of in known.answered.items() if number in before}, **answered},
    )


def _bodies(db: Connection) -> dict[str, dict[str, Any]]:
    """The toolkits as they were kept last, by their ids."""
    found = db.execute(select(TOOLKITS.c.id, TOOLKITS.c.body).order_by(TOOLKITS.c.kept_at))
    return {row.id: json.loads(row.body) for row in found}


def _answered(db: Connection, which: ColumnElement[bool]) -> dict[int, int]:
    """How many answers the returns selected give, comments and evidence not counted."""
    field_is = ANSWERS.c.field
    query = (
        select(ANSWERS.c.return_id, func.count())
        .where(ANSWERS.c.return_id.in_(select(RETURNS.c.id).where(which)))
        .where(or_(field_is == "answer", field_is.like("answer:%")))
        .group_by(ANSWERS.c.return_id)
    )
    return {row.return_id: row[1] for row in db.execute(query)}


def outputs(db: Connection, round_name: str) -> tuple[Output, ...]:
    """Return what was written from a round so far, oldest first."""
    return Replay().follow(events.read(db, EVENTS.c.what.in_(WRITING.values()))).outputs(round_name)


def waivers(db: Connection) -> Replay:
    """Return which findings are waived or settled, and by which event."""
    return Replay().follow(events.read(db, EVENTS.c.what.in_(WAIVING)))


def with_waivers(ret: Return, decided: Replay) -> Return:
    """Return a return whose findings bear their numbers and waivers."""
    if not ret.findings:
        return ret
    findings = enumerate(ret.findings, start=1)
    return replace(ret, findings=tuple(_decided(ret, at, one, decided) for at, one in findings))


def _decided(ret: Return, position: int, finding: Finding, decided: Replay) -> Finding:
    waiver = decided.waiver(ret.number, position, unclear=finding.code in UNCLEAR)
    return replace(finding, number=f"{ret.number}.{position}", waiver=waiver)


def queries(db: Connection, about_one: str = "") -> tuple[Query, ...]:
    """Return every query workbook, or those about one workbook, in the order of issue."""
    which = QUERIES.c.about == about_one if about_one else true()
    found = db.execute(select(QUERIES).where(which).order_by(QUERIES.c.number)).all()
    about = issued_by_reference(db, list(dict.fromkeys(row.about for row in found)))
    return tuple(rows.query_of(row, about[row.about]) for row in found if row.about in about)


def entries(db: Connection) -> tuple[EntryCopy, ...]:
    """Return every copy for typing in, the oldest first."""
    made = events.read(db, EVENTS.c.what == "entry made")
    about = issued_by_reference(db, [event.reference for event in made])
    # Where a workbook is missing, the audit says so; what is left of the ledger stays in use.
    known = [event for event in made if event.reference in about]
    return tuple(digests.entry_of(event, about[event.reference]) for event in known)


def references(db: Connection) -> frozenset[str]:
    """Return every reference given out so far, also those of copies for typing in."""
    copies = events.read(db, EVENTS.c.what == "entry made")
    return frozenset((
        *db.scalars(select(ISSUED.c.reference)),
        *db.scalars(select(QUERIES.c.reference)),
        *(event.details["entry"] for event in copies),
    ))  # fmt: skip


def stands_on(db: Connection, query: Query) -> int:
    """Return the number of the return that an answer to a query workbook stands on.

    It is the one asked about; or where a coordinator has since corrected answers of that one which
    the query workbook leaves alone, the correction that counts. Where both are about the same
    item, they contradict each other, and the answer stands on what was asked about.
    """
    number, corrected = query.base, set[str]()
    made = and_(EVENTS.c.what == "corrected", EVENTS.c.reference == query.of)
    for event in events.read(db, made):
        came = and_(EVENTS.c.what == "received", EVENTS.c.return_id == event.return_id)
        gave_way = (one.statuses.get(number) for one in events.read(db, came))
        if event.return_id and any(one and one.standing == "superseded" for one in gave_way):
            number = event.return_id
            corrected.add(event.details["item"])
    counts = db.scalar(select(RETURNS.c.standing).where(RETURNS.c.id == number)) == "current"
    apart = corrected.isdisjoint(slot.item for slot in query.open)
    return number if counts and apart else query.base
