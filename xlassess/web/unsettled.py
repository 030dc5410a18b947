"""What is to be settled in a round, as a list: one thing after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlassess.ledger import UNCLEAR
from xlassess.model.answer import Return, in_full
from xlassess.model.finding import Finding
from xlassess.services.common.offers import Offer
from xlassess.services.common.phrases import Matter, seeming
from xlassess.services.in_doubt import key_of
from xlassess.services.status import Line, Status

KINDS: tuple[Matter, ...] = (
    "queries", "joint", "offers", "evidence", "later", "other round", "asked", "nobody",
)  # fmt: skip
"""What is settled here, the most pressing first."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Something to be settled: where it is dealt with, whose it is, and what it is.

    ``finding`` is the number of the finding, where it can be accepted as it is.
    """

    kind: Matter
    key: str
    reference: str
    who: str
    toolkit: str
    said: str
    where: str = ""
    asked: bool = False
    finding: str = ""
    offer: Offer | None = None
    ret: Return | None = None

    @property
    def ticked(self) -> str:
        """What a box beside it says: this finding, and none of a return that comes later."""
        return f"{self.key}.{self.finding}"

    @property
    def may_be_ticked(self) -> bool:
        """True where many are dealt with at once: queries, and files of nobody."""
        return bool(self.finding) or self.kind == "nobody"

    def is_at(self, reference: str, key: str) -> bool:
        """True when an address names this."""
        return (self.reference, self.key) == (reference, key)


def unsettled(found: Status) -> Iterator[Unsettled]:
    """Yield what is to be settled, kind by kind."""
    yield from _queries(found)
    for offer in found.offers:
        book, said = offer.issued, f"{seeming(offer.hint)}: “{offer.hint.words}”"
        toolkit = book.identity.toolkit
        key = _offer_key(offer)
        yield Unsettled("offers", key, book.reference, book.who, toolkit, said, offer=offer)
    yield from _files(found)


def _queries(found: Status) -> Iterator[Unsettled]:
    """Yield the open queries, of partners' workbooks and of joint ones."""
    for line in found.with_queries:
        whole = Unsettled("queries", "", line.reference, who_of(line), line.toolkit, "")
        for finding in line.queries:
            yield replace(_query(whole, finding), asked=line.asked_now)
    for one in found.joint:
        about = one.issued
        whole = Unsettled("joint", "", about.reference, about.who, about.identity.kind, "")
        for finding in one.queries:
            yield _query(whole, finding)


def _query(whole: Unsettled, finding: Finding) -> Unsettled:
    where = f"{finding.file}: {finding.where}" if finding.code in UNCLEAR else finding.where
    key = key_of(whole.reference, finding)
    accepted = "" if finding.code in UNCLEAR else finding.number
    said, where = finding.kind.title, where.strip(": ")
    return replace(whole, key=key, said=said, where=where, finding=accepted)


def _files(found: Status) -> Iterator[Unsettled]:
    """Yield the files that somebody has to look at."""
    for line in found.with_evidence:
        for ret in line.evidence:
            yield _file("evidence", ret, line.reference, who_of(line), line.toolkit)
    for line in found.with_later:
        for ret in line.later:
            yield _file("later", ret, line.reference, who_of(line), line.toolkit)
    refused: tuple[tuple[Matter, Sequence[Return]], ...] = (
        ("other round", found.of_other_round), ("asked", found.of_people_asked),
        ("nobody", found.of_nobody),
    )  # fmt: skip
    for kind, returns in refused:
        for ret in returns:
            yield _file(kind, ret, "", found.senders.get(ret.number, ""))


def who_of(line: Line) -> str:
    """Return whose workbook a line is about."""
    return in_full(line.partner, line.respondent)


def _file(kind: Matter, ret: Return, reference: str, who: str, toolkit: str = "") -> Unsettled:
    said = ret.findings[0].kind.title if ret.findings else ""
    return Unsettled(kind, f"r{ret.number}", reference, who, toolkit, said, ret.file, ret=ret)


def _offer_key(offer: Offer) -> str:
    hint = offer.hint
    about = (offer.issued.reference, hint.kind, hint.item, hint.label, str(offer.number),
             str(offer.event))  # fmt: skip
    return f"o{hashlib.sha256(chr(0).join(about).encode()).hexdigest()[:16]}"
