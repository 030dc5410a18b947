"""What the event log says of a record's content: one hash over all of it.

The form of what is hashed never changes, whatever becomes of the tables: old events must go on
fitting their records. A field that is added to a record goes into a new digest of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from xlassess.ledger.tables.events import WRITING, Entry, Event, ReturnStatus
from xlassess.ledger.tables.rows import to_utc, value_row
from xlassess.model.answer import Issued, Return
from xlassess.model.query import Query
from xlassess.model.record import EntryCopy, Output
from xlassess.model.toolkit import Toolkit


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of_return(ret: Return) -> str:
    """Return the SHA-256 (hex) of all that was read from a file, and of how it came.

    Leaves out whose workbook it is and what became of it, which decisions may change.
    """
    saved = to_utc(ret.saved_at) if ret.saved_at else None
    received = to_utc(ret.received_at) if ret.received_at else None
    return _digest(
        [
            [ret.file, ret.sha256, ret.size, ret.kind, saved, received, ret.query],
            [[a.item, a.field, *value_row(a.value), a.sheet, a.cell, a.file] for a in ret.answers],
            [
                [
                    a.row, a.item, a.action, a.horizon, a.owner,
                    a.deadline.isoformat() if a.deadline else None,
                    a.measure, a.status, a.sheet, a.cell, a.file,
                ]
                for a in ret.actions
            ],
            [
                [
                    f.code, f.severity, f.file, f.sheet, f.cell, f.item, f.field,
                    sorted(f.details.items()), list(f.cells),
                ]
                for f in ret.findings
            ],
            [
                [n.item, n.field, n.sheet, n.cell, n.before, n.after, n.how, n.file]
                for n in ret.normalised
            ],
        ]
    )  # fmt: skip


def digest_of_issued(issued: Issued) -> str:
    """Return the SHA-256 (hex) of a record of issue, without the e-mail address, which may move."""
    who = issued.identity
    return _digest(
        [
            issued.reference,
            [
                who.contract, who.assessment, who.round, who.partner, who.respondent,
                who.toolkit, who.version, who.digest,
            ],
            [issued.partner, issued.respondent, issued.level, issued.file_name],
            [issued.sha256, issued.seal, to_utc(issued.issued_at)],
        ]
    )  # fmt: skip


def digest_of_query(query: Query) -> str:
    """Return the SHA-256 (hex) of a record of issue of a query workbook."""
    return _digest(
        [
            [query.reference, query.of, query.base, query.identity.contract, query.identity.asks],
            [list(query.findings), query.asked, query.free, query.return_by.isoformat()],
            [query.file_name, query.sha256, query.seal, to_utc(query.issued_at)],
        ]
    )


def digest_of_body(body: str) -> str:
    """Return the SHA-256 (hex) of a toolkit as it is kept, publisher's details and all."""
    return hashlib.sha256(body.encode()).hexdigest()


def toolkit_kept(toolkit: Toolkit, digest: str, body: str) -> Entry:
    """A toolkit was kept as issued, as this text; ``digest`` is that of its questions."""
    details = {
        "toolkit": toolkit.id,
        "version": toolkit.version,
        "questions": digest,
        "record": digest_of_body(body),
    }
    return Entry("toolkit kept", details=details)


def issued(one: Issued) -> Entry:
    """A workbook was issued; what it promised stands by itself, where it promised anything."""
    details = {"sha256": one.sha256, "record": digest_of_issued(one)}
    if one.identity.promise:
        details["promise"] = one.identity.promise
    if one.identity.kind:
        details["kind"] = one.identity.kind
    if one.identity.given:
        details["given"] = one.identity.given
    if one.return_by:
        details["return_by"] = one.return_by.isoformat()
    return Entry("issued", one.reference, details=details)


def query_issued(one: Query) -> Entry:
    """A query workbook was issued, about a return."""
    details = {"query": one.reference, "sha256": one.sha256, "record": digest_of_query(one)}
    return Entry("query issued", one.of, one.base, details=details)


def entry_made(one: EntryCopy) -> Entry:
    """A copy for typing in was made; the event is all the record there is of it."""
    identity = one.identity
    details = {
        "entry": one.reference, "contract": identity.contract, "entered": identity.entered,
        "promise": identity.promise, "file": one.file_name, "sha256": one.sha256,
        "seal": one.seal,
    }  # fmt: skip
    return Entry("entry made", one.of, details=details)


def entry_of(event: Event, about: Issued) -> EntryCopy:
    """Return the copy for typing in that an event tells of.

    Args:
        event: the event.
        about: the workbook it stands for.
    """
    told = event.details
    identity = replace(
        about.identity, contract=told["contract"], promise=told["promise"], given="",
        of=about.reference, entered=told["entered"],
    )  # fmt: skip
    return EntryCopy(told["entry"], identity, told["file"], told["sha256"], told["seal"])


def received(
    ret: Return,
    standing: str,
    gave_way: Mapping[int, ReturnStatus],
    round_name: str,
    record: str = "",
) -> Entry:
    """A file came in and was read in a round; others of its workbook may have given way to it.

    ``record`` is the digest of the return, where it is known.
    """
    details = {
        "sha256": ret.sha256,
        "size": ret.size,
        "record": record or digest_of_return(ret),
        "round": round_name,
    }
    statuses = {**gave_way, ret.number: ReturnStatus(ret.reference, standing, ret.state)}
    return Entry("received", ret.reference, ret.number, details=details, statuses=statuses)


def written(round_name: str, output: Output, sha256: str, because: str) -> Entry:
    """Something was written from a round, and what it stands on."""
    details = {
        "round": round_name,
        "returns": sum(map(len, output.base.values())),
        "attribution": output.attribution,
        "minimum_group": output.minimum_group,
        "base": {digest: dict(counted) for digest, counted in output.base.items()},
    }
    if sha256:
        details["sha256"] = sha256
    if output.place:
        details["place"] = output.place
    return Entry(WRITING[output.kind], details=details, reason=because)


def came_again(ret: Return, file: str, other_bytes: str = "") -> Entry:
    """A return came again under this name, in the same bytes or in others with this hash."""
    details = {"file": file, "sha256": other_bytes} if other_bytes else {"file": file}
    return Entry("came again", ret.reference, ret.number, details=details)
