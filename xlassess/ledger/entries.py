"""What the event log says of things issued, received and kept."""

from __future__ import annotations

from collections.abc import Mapping

from xlassess.ledger.digests import (
    digest_of_body,
    digest_of_issued,
    digest_of_query,
    digest_of_return,
)
from xlassess.ledger.events import Entry, Place
from xlassess.model.answer import Issued, Return
from xlassess.model.query import Query
from xlassess.model.toolkit import Toolkit


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
    """A workbook was issued."""
    details = {"sha256": one.sha256, "record": digest_of_issued(one)}
    return Entry("issued", one.reference, details=details)


def query_issued(one: Query) -> Entry:
    """A query workbook was issued, about a return."""
    details = {"query": one.reference, "sha256": one.sha256, "record": digest_of_query(one)}
    return Entry("query issued", one.of, one.base, details=details)


def received(ret: Return, standing: str, gave_way: Mapping[int, Place], round_name: str) -> Entry:
    """A file came in and was read in a round; others of its workbook may have given way to it."""
    details = {
        "sha256": ret.sha256,
        "size": ret.size,
        "record": digest_of_return(ret),
        "round": round_name,
    }
    places = {**gave_way, ret.number: Place(ret.reference, standing, ret.state)}
    return Entry("received", ret.reference, ret.number, details=details, places=places)


def came_again(ret: Return, file: str) -> Entry:
    """The bytes of a return came again, under this name."""
    return Entry("came again", ret.reference, ret.number, details={"file": file})
