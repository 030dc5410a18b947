"""An assessment: one partnership assessing itself in one round, and who is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal

Level = Literal["", "board", "senior", "front"]
"""Organisational level of a respondent; seed 003, "how can the assessment tool help you?"."""

LEVELS: dict[str, str] = {
    "board": "Board",
    "senior": "Senior management",
    "front": "Front line",
    "": "Not stated",
}
"""How levels are shown, in the order they are reported."""

Attribution = Literal["named", "partner", "lettered", "aggregated"]
"""How answers are shown: with names of people and partners, with those of partners alone, under
letters, or only in figures over several respondents. Each shows less than the one before."""

ATTRIBUTIONS: tuple[Attribution, ...] = ("named", "partner", "lettered", "aggregated")
"""All of them, in this order."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a workbook told its respondent about who will see what; no later setting shows more.

    ``minimum_group`` is the number of respondents under which a figure is withheld; 1 where the
    workbook says nothing of it.
    """

    attribution: Attribution
    minimum_group: int = 1

    def __str__(self) -> str:
        """Return the promise as it is sealed into a workbook and kept."""
        few = f" {self.minimum_group}" if self.minimum_group > 1 else ""
        return f"{self.attribution}{few}"

    @classmethod
    def read(cls, text: str) -> Promise:
        """Return the promise that a workbook was sealed with.

        Workbooks of earlier versions hold none. They said that answers are shown with the
        organisation's name, and did not speak of the respondent's.

        Raises:
            ValueError: this is no promise.
        """
        if not text:
            return cls("partner")
        name, _, few = text.partition(" ")
        known = next((each for each in ATTRIBUTIONS if each == name), None)
        if known is None or (few and not few.isdecimal()):
            raise ValueError(text)
        return cls(known, int(few or 1))

    @classmethod
    def under(cls, attribution: Attribution, minimum_group: int) -> Promise:
        """Return what is promised where answers are shown so: names are withheld for no minimum.

        Args:
            attribution: how answers are shown.
            minimum_group: the number of respondents under which a figure is withheld, if any is.
        """
        withholds = attribution in ("lettered", "aggregated")
        return cls(attribution, minimum_group if withholds else 1)

    def shows_more_than(self, other: Promise) -> bool:
        """True when this would show anything that the other promised not to show."""
        return self != strictest((self, other))


def strictest(promises: Iterable[Promise]) -> Promise:
    """Return what keeps all of these promises: the least shown, and the highest minimum."""
    given = tuple(promises)
    return Promise(
        max((one.attribution for one in given), key=ATTRIBUTIONS.index),
        max(one.minimum_group for one in given),
    )


LastTimeShown = Literal["no", "facts", "all"]
"""What a workbook shows of its respondent's answers of last time: nothing, facts filled in to be
confirmed, or judgements as well, locked beside the cells."""

RoundKind = Literal["", "developmental", "routine audit", "diagnostic"]
"""Why a round is held; seed 003, "Preparation": to develop a partnership, as a routine check, or
to find out what is wrong."""

_STRICT: Any = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Coordinator:
    """The person who runs the assessment and whom partners may ask."""

    __pydantic_config__ = _STRICT
    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioChoice:
    """The coordinator's choice of an action-planning scenario over the rule's suggestion.

    ``scenario`` is the scenario's id; ``because`` is the reason, shown with it.
    """

    __pydantic_config__ = _STRICT
    scenario: str
    because: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """What partners agree before a round; all may be left empty.

    ``kind`` is why the round is held, ``contributions`` who contributes what to it,
    ``facilitator`` who leads the discussion of its findings, ``afterwards`` what will follow.
    Source: seed 003, stage "Preparation".
    """

    __pydantic_config__ = _STRICT
    kind: RoundKind = ""
    contributions: str = ""
    facilitator: str = ""
    afterwards: str = ""


Security = Literal["starttls", "tls"]
"""How the way to a mail server is encrypted: after the greeting, or from the first byte."""

_USUAL_PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465}
"""RFC 6409 and RFC 8314, section 3.3."""


def _as_written(name: str) -> str:
    """The name that a field has in the settings."""
    return "from" if name == "sender" else name


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that messages are handed to, for who sends with ``--via smtp``.

    There is no password here: it is in the keyring of the computer, or in an environment
    variable. ``sender`` is the address messages come from, ``reply_to`` the one answers go to;
    where they are empty, both are the coordinator's. ``pace`` is how many messages are handed
    over in a minute, ``size_limit`` how many megabytes one may have; 0 is no limit of ours.
    ``mailbox`` is where answers come in, as ``ingest --mailbox`` is given it.
    """

    # "from" is a word of Python and cannot be the name of a field here.
    __pydantic_config__: ClassVar[Any] = {**_STRICT, "alias_generator": _as_written}
    host: str = ""
    user: str = ""
    security: Security = "starttls"
    port: int = 0
    sender: str = ""
    reply_to: str = ""
    pace: int = 30
    size_limit: int = 20
    mailbox: str = ""

    @property
    def door(self) -> int:
        """The port, or the one that is usual for this way of encryption."""
        return self.port or _USUAL_PORTS[self.security]


@dataclass(frozen=True, slots=True)
class LedgerDatabase:
    """A database that holds the ledgers of many assessments, and the assessment that is meant.

    ``url`` says where it is, without a password: postgresql+psycopg://user@host/database.
    ``assessment`` is the assessment's id.
    """

    url: str
    assessment: str

    @property
    def schema(self) -> str:
        """The schema of the assessment's tables in the database."""
        return f"xlassess_{self.assessment.replace('-', '_')}"

    def __str__(self) -> str:
        """Return the place as people read it."""
        return f"of {self.assessment} in {self.url}"


@dataclass(frozen=True, slots=True)
class FilesBucket:
    """A bucket that keeps the received files of many assessments, and the one that is meant.

    ``url`` says where, without a key: s3://bucket or s3://bucket/prefix. ``assessment`` is the
    assessment's id; its files are below it.
    """

    url: str
    assessment: str

    @property
    def path(self) -> str:
        """The bucket and what the names of the assessment's objects begin with."""
        return f"{self.url.removeprefix('s3://').rstrip('/')}/{self.assessment}"

    @property
    def bucket(self) -> str:
        """The name of the bucket."""
        return self.path.partition("/")[0]

    def __str__(self) -> str:
        """Return the place as people read it."""
        return f"s3://{self.path}"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One partnership assessing itself in one round with chosen toolkits.

    ``id`` is a short slug; ``toolkits`` are toolkit ids; ``return_by`` is the day by which
    workbooks are wanted; ``marking`` is the protective marking printed on every page;
    ``minimum_group`` is the number of respondents under which a figure is withheld when
    answers are not attributed by name. ``scenarios`` are scenarios chosen by the coordinator,
    by toolkit id. ``shared`` says that a group works in the folder, and not one person alone.
    ``preparation`` is what was agreed before the round, ``follows`` the round before it, empty
    for the first. ``show_last_time`` is what workbooks show of last time, by toolkit; facts, where
    nothing is said. ``show_successors`` says that whoever follows somebody at a partner is shown
    that person's answers. ``mail`` is the server that messages are handed to, if xlassess sends
    them. ``ledger`` is the URL of the database with the ledger; empty for a file in the folder.
    ``files`` is the URL of the bucket with the received files; empty for the folder ``returns/``.
    ``programme`` is the folder of the programme that settings are taken from, if they are.
    """

    __pydantic_config__ = _STRICT
    id: str
    partnership: str
    round: str
    toolkits: tuple[str, ...]
    coordinator: Coordinator
    return_by: date | None = None
    purpose: str = ""
    marking: str = "OFFICIAL"
    attribution: Attribution = "named"
    minimum_group: int = 3
    scenarios: Mapping[str, ScenarioChoice] = field(default_factory=dict, hash=False)
    shared: bool = False
    preparation: Preparation = Preparation()
    follows: str = ""
    mail: MailServer | None = None
    show_last_time: Mapping[str, LastTimeShown] = field(default_factory=dict, hash=False)
    show_successors: bool = False
    ledger: str = ""
    files: str = ""
    programme: str = ""

    @property
    def promise(self) -> Promise:
        """What a workbook issued under these settings tells its respondent."""
        return Promise.under(self.attribution, self.minimum_group)


_OFFICES = frozenset({
    "assistant", "board", "chair", "chairman", "chairperson", "chairwoman", "chief", "clerk",
    "committee", "councillors", "department", "deputy", "director", "executive", "group", "manager",
    "of", "office", "officer", "partnership",
    "representative", "secretary", "service", "services", "team", "the", "unit", "vice",
})  # fmt: skip
"""Words by which something is the name of an office, and not that of a person."""


def is_office(name: str) -> bool:
    """True for the name of an office, such as "The chair", which nobody is greeted by."""
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return not words or any(word in _OFFICES for word in words)


@dataclass(frozen=True, slots=True)
class Respondent:
    """A person (or office) answering for a partner.

    ``id`` and ``partner_id`` are slugs that stay the same from run to run; ``toolkits``
    are the ids this respondent is asked to fill in, empty for all of the assessment. ``others``
    are further addresses of theirs, ``copies`` those that get a copy of every message.
    ``delegate`` is the address of whoever deals with messages while they are away, up to and
    including the day ``away``.
    """

    id: str
    partner_id: str
    partner: str
    name: str = ""
    email: str = ""
    level: Level = ""
    toolkits: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    delegate: str = ""
    away: date | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address from which their workbook may come, in small letters."""
        known = (self.email, *self.others, *self.copies, self.delegate)
        return tuple(dict.fromkeys(one.casefold() for one in known if one))

    def is_away(self, today: date) -> bool:
        """True while they are on leave."""
        return self.away is not None and today <= self.away

    def is_away_until(self, return_by: date | None, today: date) -> bool:
        """True while they are on leave up to a return date, and nobody stands in for them."""
        if return_by is None or self.delegate:
            return False
        return self.is_away(max(return_by, today))

    def written_to(self, known: str, *, away: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Every address that messages to them go to, and those that get a copy.

        Args:
            known: their address as it was, where the register has none.
            away: they are on leave: whoever stands in for them comes first.
        """
        own = tuple(filter(None, (self.email or known, *self.others)))
        to = (self.delegate, *own) if away and self.delegate else own
        return to, tuple(one for one in self.copies if one not in to)

    @property
    def shown(self) -> str:
        """Partner and person in one line, as a coordinator reads them."""
        return f"{self.partner}, {self.name}" if self.name else self.partner
