"""What was read from a returned workbook: answers, actions, and the return they came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from xlassess.model.assessment import Promise
from xlassess.model.finding import Finding

Value = str | float | date
"""A value as read: the choice code for a scale, text, a number, or a day."""

State = Literal[
    "accepted", "accepted with notes", "query", "refused", "superseded", "duplicate", "set aside"
]
"""What became of a return.

superseded: a later one of the same workbook counts instead; set aside: it does not count by a
decision of the coordinator; duplicate: the same bytes were received before.
"""


PROPOSAL = "proposal"
"""The item under which an action plan's proposal is kept as an answer; it is never scored."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One value and where it was read from.

    ``field`` is ``answer``, ``answer:VIEW``, ``comment`` or ``evidence``; ``cell`` is in A1.
    ``file`` names the file where that is another than the return's own: a return with answers
    to queries stands on the file that was asked about.
    """

    item: str
    field: str
    value: Value
    sheet: str
    cell: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One row of a respondent's action plan; ``horizon`` and ``status`` are choice codes.

    ``deadline`` is None where none was given. ``cell`` is that of the action's text; ``file``
    is as in `Answer`.
    """

    row: int
    item: str
    action: str
    horizon: str
    owner: str
    deadline: date | None
    measure: str
    status: str
    sheet: str
    cell: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Normalisation:
    """A value put right because it was certain what was meant: where, before and after.

    ``file`` is as in `Answer`.
    """

    item: str
    field: str
    sheet: str
    cell: str
    before: str
    after: str
    how: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose workbook it is and with which questions: what the seal covers.

    A query workbook also says of which workbook it asks (``of``, its reference) and what
    (``asks``, a digest); both are empty in any other. ``promise`` is what the workbook says
    about who will see what (`xlassess.model.assessment.Promise`); it is empty in workbooks of
    versions that sealed none. ``kind`` says what a joint workbook is for
    (`xlassess.model.plan`); it is empty in a workbook that a partner fills in. ``given`` is what
    a workbook shows of last time: how much, and a digest; it is empty where nothing is shown.
    ``entered`` says of a copy for typing in (`xlassess.model.record.EntryCopy`) where the answers
    come from, on which day it was made, and who types; ``of`` is then the workbook it stands for.
    """

    contract: int
    assessment: str
    round: str
    partner: str
    respondent: str
    toolkit: str
    version: str
    digest: str
    of: str = ""
    asks: str = ""
    promise: str = ""
    kind: str = ""
    given: str = ""
    entered: str = ""


def in_full(partner: str, respondent: str) -> str:
    """Return an organisation and whoever answers for it, as far as each is named."""
    return ", ".join(filter(None, (partner, respondent)))


@dataclass(frozen=True, slots=True)
class Issued:
    """One issued workbook as the ledger knows it.

    ``sha256`` is that of the bytes issued; ``issued_at`` is in UTC. ``return_by`` is the day by
    which a joint workbook says that it is wanted; partners' say what the settings of the round do.
    """

    reference: str
    identity: Identity
    partner: str
    respondent: str
    email: str
    level: str
    file_name: str
    sha256: str
    seal: str
    issued_at: datetime
    return_by: date | None = None

    @property
    def who(self) -> str:
        """The organisation and the respondent it is for."""
        return in_full(self.partner, self.respondent)

    @property
    def promise(self) -> Promise:
        """What the workbook told its respondent about who will see what."""
        return Promise.read(self.identity.promise)


NOTHING_FILLED_IN = "C13"
"""The finding of a workbook that came back without a single answer."""

ENTERED = "I16"
"""The finding of a return whose answers somebody typed in for the respondent."""


EVIDENCE = "I17"
"""The finding of a PDF or a picture that may hold a respondent's answers, and names a workbook."""


@dataclass(frozen=True, slots=True)
class Return:
    """A file that came back, and what was read from it.

    ``file`` is the name it came under (with the path inside a zip), ``sha256`` that of its
    bytes, ``kind`` the sniffed file kind (``xlsx`` ...) or empty, ``reference`` that of the
    issued workbook or empty when it could not be told; ``query`` that of the query workbook it
    came in, or empty. ``saved_at`` is when the program that saved the file says it did, if it
    does; without a zone where that is local time, or may be. ``number`` is the ledger's number
    of the return, from 1, and 0 until it is recorded.
    """

    file: str
    sha256: str
    size: int
    kind: str
    state: State
    reference: str = ""
    answers: tuple[Answer, ...] = ()
    actions: tuple[Action, ...] = ()
    findings: tuple[Finding, ...] = ()
    normalised: tuple[Normalisation, ...] = ()
    saved_at: datetime | None = None
    received_at: datetime | None = None
    query: str = ""
    number: int = field(default=0, compare=False)

    @property
    def is_evidence(self) -> bool:
        """True for a PDF or a picture that may hold a respondent's answers."""
        return any(finding.code == EVIDENCE for finding in self.findings)

    @property
    def is_blank(self) -> bool:
        """True when nothing was filled in; that this was accepted as it is does not change it."""
        codes = [each.kind.code for each in self.findings]  # asked thousands of times
        return NOTHING_FILLED_IN in codes

    @property
    def entered(self) -> Finding | None:
        """The remark that somebody typed the answers in; None where nobody did."""
        return next((each for each in self.findings if each.code == ENTERED), None)


def state_of(findings: tuple[Finding, ...], normalised: tuple[Normalisation, ...] = ()) -> State:
    """Return the state a return has by its findings, the gravest deciding.

    A waived finding holds nothing up; it still counts as a note.
    """
    severities = {"note" if finding.waiver else finding.severity for finding in findings}
    if "refuse" in severities:
        return "refused"
    if "query" in severities:
        return "query"
    return "accepted with notes" if severities or normalised else "accepted"
