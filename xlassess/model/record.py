"""A round as the ledger tells it: all that a summary is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from xlassess.model.answer import Identity, Issued, Return
from xlassess.model.assessment import Assessment, Attribution
from xlassess.model.plan import AgreedPlan, Judgement
from xlassess.model.toolkit import Toolkit

OutcomeKind = Literal["nil return", "declined"]
"""How a workbook may be settled without a return that counts: the respondent has nothing to
report, or does not take part."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A coordinator's record that no return is to be awaited: what, who, when (UTC), why."""

    kind: OutcomeKind
    by: str
    at: datetime
    reason: str


EntrySource = Literal["phone", "paper", "pdf", "email", "meeting"]
"""By which way answers came that somebody types in for a respondent."""

ENTRY_SOURCES: Mapping[EntrySource, str] = {
    "phone": "by telephone", "paper": "on paper", "pdf": "in a PDF or a scan",
    "email": "in an e-mail message", "meeting": "in a meeting",
}  # fmt: skip
"""The same in words."""


@dataclass(frozen=True, slots=True)
class EntryCopy:
    """A copy of a respondent's workbook, made for somebody to type in answers that came elsewise.

    ``reference`` is its own and ``identity.of`` that of the workbook it stands for; ``source`` is
    how the answers came, ``day`` when the copy was made, ``by`` who types. ``sha256`` is that of
    the bytes as made.
    """

    reference: str
    identity: Identity
    file_name: str
    sha256: str
    seal: str

    @property
    def of(self) -> str:
        """The reference of the workbook it stands for."""
        return self.identity.of

    @property
    def source(self) -> str:
        """How the answers came, in words."""
        name = self.identity.entered.split(" ", 2)[0]
        return next((said for kind, said in ENTRY_SOURCES.items() if kind == name), name)

    @property
    def day(self) -> date:
        """The day on which it was made."""
        return date.fromisoformat(self.identity.entered.split(" ", 2)[1])

    @property
    def by(self) -> str:
        """Who types."""
        return self.identity.entered.split(" ", 2)[2]


def entered_as(source: EntrySource, day: date, by: str) -> str:
    """Return what a copy for typing in is sealed with: the source, the day, and who types."""
    return f"{source} {day.isoformat()} {by}"


DecisionKind = Literal["chosen", "set aside", "reassigned", "corrected"]
"""What may be decided about a return."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One answer changed by a coordinator: the item, and its answers before and after in words."""

    item: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A coordinator's decision about a return that is in force: what, who, when (UTC), why.

    ``reference`` is the workbook it is about, ``number`` and ``file`` the return.
    """

    kind: DecisionKind
    reference: str
    number: int
    file: str
    by: str
    at: datetime
    reason: str


MessageOutcome = Literal["uncertain", "sent", "refused", "not sent"]
"""What became of a message that was handed to a mail server.

uncertain: begun, and what became of it is not known; sent: the server took it over; refused: the
server never will; not sent: the server did not take it now, and may later.
"""


_RECORDED_AS: Mapping[str, str] = {
    **dict.fromkeys(("invitation", "plan", "workshop", "progress"), "sent"),
    **dict.fromkeys(("reminder", "firm", "last", "progress_reminder"), "reminded"),
}
"""What is recorded about workbooks with a message, by what that is for."""


def is_alike(purpose: str, other: str) -> bool:
    """True where messages for these purposes do the same: one stands in for the other."""
    return _RECORDED_AS.get(purpose, purpose) == _RECORDED_AS.get(other, other)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that was handed to a mail server, or was about to be.

    ``number`` counts the messages of the assessment, ``id`` is its Message-ID, ``purpose`` what
    it was for, ``references`` the workbooks it is about. ``reply`` is what the server said.
    ``settled`` says that what was uncertain no longer matters: somebody recorded that it was
    sent, or it was sent once more.
    """

    number: int
    id: str
    purpose: str
    references: tuple[str, ...]
    at: datetime
    outcome: MessageOutcome = "uncertain"
    reply: str = ""
    settled: bool = False

    @property
    def recorded_as(self) -> str:
        """What is recorded about its workbooks with it: sent, reminded, or nothing."""
        return _RECORDED_AS.get(self.purpose, "")


NoticeKind = Literal[
    "no such address", "not delivered", "delayed", "away", "automatic reply", "read", "unread"
]
"""What a message that no person wrote says about one that was sent."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What came back about a message: what, when (UTC), and until when somebody is away.

    ``address`` is there where it is about another address than the respondent's own, such as that
    of somebody who gets a copy. ``failed`` are the addresses, in small letters, that a message did
    not reach, as far as the notice names them.
    """

    kind: NoticeKind
    at: datetime
    until: date | None = None
    address: str = ""
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """What the coordinator recorded about workbooks, each by reference.

    ``sent`` and ``reminded`` hold the moment (UTC) of the last time, ``outcomes`` what is in
    force. ``reminders`` counts how often people were reminded. ``messages`` are those handed to a
    mail server, or recorded as sent by hand, oldest first. ``notices`` is what came back about the
    last message to somebody. ``asked`` holds the moment when a query workbook about them was sent,
    ``asked_again`` those about which a later one was issued that is not recorded as sent.
    """

    sent: Mapping[str, datetime] = field(default_factory=dict)
    reminded: Mapping[str, datetime] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    reminders: Mapping[str, int] = field(default_factory=dict)
    messages: tuple[SentMessage, ...] = ()
    notices: Mapping[str, Notice] = field(default_factory=dict)
    asked: Mapping[str, datetime] = field(default_factory=dict)
    asked_again: frozenset[str] = frozenset()

    @property
    def uncertain(self) -> tuple[SentMessage, ...]:
        """The messages of which nobody knows whether they were sent."""
        return tuple(one for one in self.messages if one.outcome == "uncertain" and not one.settled)


OutputKind = Literal[
    "summary", "report", "export", "frames", "plan", "workshop", "feedback", "portfolio",
    "progress paper",
]  # fmt: skip
"""What may be written from a round, or handed to a program."""


@dataclass(frozen=True, slots=True)
class Output:
    """Something that was written from a round: what, when (UTC), how, and what it stands on.

    ``base`` holds, for each set of questions by its digest, the workbooks that counted, by
    reference, with the number of the return. ``minimum_group`` is the one that was kept to.
    ``place`` is the file or folder that somebody named for it, as the assessment's folder leads
    to it; empty for the usual one.
    """

    kind: OutputKind
    at: datetime
    attribution: Attribution
    minimum_group: int
    base: Mapping[str, Mapping[str, int]]
    place: str = ""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Why figures stand on the returns of an earlier output and not on the present ones.

    ``people`` are those whose returns came in or changed since that output, which was made at
    ``since``; ``more`` is how many more it takes, at least. ``followed`` says that a later round
    has been set beside them since, so that no others are shown however many come.
    """

    kind: OutputKind
    since: datetime
    people: int
    more: int
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """One round of an assessment.

    ``toolkits`` are keyed by question digest, so that workbooks issued under an older
    version keep their own questions. ``current`` maps a reference to the return that
    counts for it; ``history`` holds every return, newest last. ``register`` is what was
    recorded about workbooks, ``decisions`` what was decided about returns, oldest first.
    ``events`` is how many events the ledger holds and ``head`` the hash of the last, which
    stands for them all. ``former`` are workbooks that stand for nobody any more: replaced ones,
    and those of people who are no longer asked. ``outputs`` were written from the round before,
    oldest first; ``held`` tells, by the digest of the questions, where returns are held back for
    the sake of one of them. ``plans`` are the agreed plans of all rounds, by name;
    ``judgements`` what workshops of this one agreed on. ``earlier`` are
    the rounds before it that answers may be compared with, the last one first; ``followed`` says
    that papers of a later round were written.
    """

    assessment: Assessment
    toolkits: Mapping[str, Toolkit]
    issued: tuple[Issued, ...]
    current: Mapping[str, Return]
    history: tuple[Return, ...]
    register: Register = field(default_factory=Register)
    decisions: tuple[Decision, ...] = ()
    events: int = 0
    head: str = ""
    former: tuple[Issued, ...] = ()
    outputs: tuple[Output, ...] = ()
    held: Mapping[str, HeldBack] = field(default_factory=dict)
    plans: Mapping[str, AgreedPlan] = field(default_factory=dict)
    judgements: tuple[Judgement, ...] = ()
    earlier: tuple[Round, ...] = ()
    followed: bool = False

    @property
    def plan(self) -> AgreedPlan | None:
        """The agreed plan of this round, if one came back."""
        return self.plans.get(self.assessment.round)

    @property
    def base(self) -> dict[str, dict[str, int]]:
        """What an output of the round stands on (see `Output`)."""
        found: dict[str, dict[str, int]] = {}
        for issued in self.issued:
            if issued.reference in self.current:
                mine = found.setdefault(issued.identity.digest, {})
                mine[issued.reference] = self.current[issued.reference].number
        return found

    @property
    def contested(self) -> frozenset[str]:
        """The references of workbooks of which it is not clear which return counts."""
        return frozenset(
            ret.reference
            for ret in self.history
            if ret.state == "query"
            and (
                ret.reference not in self.current
                or ret.number != self.current[ret.reference].number
            )
        )
