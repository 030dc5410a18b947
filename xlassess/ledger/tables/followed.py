"""What the log comes to, as far as this process has followed it before: only the rest is read.

Events are only ever added, and the hash of each stands on all before it. So what was followed up to
an event holds as long as that event is on record as it was; a ledger that was put back from a copy
has another there.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, and_, func, or_, select

from xlassess.ledger.tables import events
from xlassess.ledger.tables.events import Event
from xlassess.ledger.tables.replay import MARKS, MESSAGES, OUTCOMES, Replay
from xlassess.ledger.tables.schema import EVENTS
from xlassess.model.record import Register

_MOST = 4
"""So many ledgers are kept in mind: a team's desk works on several by turns."""

_LONGEST = 100_000
"""A log of more events is not kept in mind: it would take most of the memory of a command."""

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Followed:
    """How far a log was followed, and what it came to by then; it is never changed.

    ``log`` is what was followed, where that is the whole of it; ``register`` what the coordinator
    recorded, where somebody asked for it.
    """

    last: tuple[int, str]
    replay: Replay
    log: tuple[Event, ...] = ()
    register: Register | None = None


T = TypeVar("T")


def read_whole(db: Connection) -> tuple[Event, ...]:
    """Return the whole log; what this process has read of it before is not read again."""
    return _whole(db).log


def replay_of_whole(db: Connection) -> Replay:
    """Return what the whole log comes to, to go on from."""
    return _whole(db).replay.copy()


def whole(db: Connection) -> tuple[tuple[Event, ...], Replay]:
    """Return the whole log and what it comes to; one too long to be kept in mind is read once."""
    found = _whole(db)
    return found.log, found.replay.copy()


def register(db: Connection) -> Register:
    """Return what the coordinator recorded about workbooks.

    Returns matter here only because one that comes in ends a nil return or a refusal to take
    part, so that the log need be followed from the first of those alone.
    """
    key, last = _key(db), events.head(db)
    known = _held(db, _MARKED, key, last)
    if known.last == last and known.register is not None:
        return known.register
    said = EVENTS.c.what.in_((*MARKS, *MESSAGES, "undone"))
    first = select(func.min(EVENTS.c.number)).where(EVENTS.c.what.in_(OUTCOMES))
    which = or_(said, EVENTS.c.number >= first.scalar_subquery())
    new = events.read(db, and_(EVENTS.c.number > known.last[0], which))
    replay = known.replay.copy().follow(new) if new else known.replay
    same = None if new else known.register
    found = same if same is not None else replay.register()
    _keep(db, _MARKED, key, _Followed(last, replay, register=found))
    return found


def _whole(db: Connection) -> _Followed:
    key, last = _key(db), events.head(db)
    known = _held(db, _WHOLE, key, last)
    if known.last == last:
        return known
    new = events.read(db, EVENTS.c.number > known.last[0])
    found = _Followed(last, known.replay.copy().follow(new), (*known.log, *new))
    _keep(db, _WHOLE, key, found)
    return found


def _key(db: Connection) -> _Key:
    """Where a ledger is, and how it begins: one database may hold several."""
    first = db.scalar(select(EVENTS.c.hash).where(EVENTS.c.number == 1)) or ""
    return str(db.engine.url), first


def _held(
    db: Connection, held: OrderedDict[_Key, _Followed], key: _Key, last: tuple[int, str]
) -> _Followed:
    """What is known of a ledger and holds still; else what is known before the first event."""
    known = held.get(key)
    if known is not None and known.last != last:
        number, then = known.last
        now = db.scalar(select(EVENTS.c.hash).where(EVENTS.c.number == number))
        known = known if now == then else None
    return known or _Followed((0, events.START), Replay())


def _keep(db: Connection, held: OrderedDict[_Key, _Followed], key: _Key, found: _Followed) -> None:
    """Keep what was found, unless some of it may yet be taken back with the transaction."""
    if events.has_added(db) or found.last[0] > _LONGEST:
        return
    held[key] = found
    held.move_to_end(key)
    while len(held) > _MOST:
        held.popitem(last=False)


_WHOLE: OrderedDict[_Key, _Followed] = OrderedDict()
_MARKED: OrderedDict[_Key, _Followed] = OrderedDict()
"""What is known of each ledger: of its whole log, and of what its register stands on."""
