"""Playing a round by e-mail in folders, without a server: drafts go out, saved messages come in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.demo.answers import BlankCell, EntriesByPerson, made_up_entries
from xlassess.demo.correspondence import (
    CORRESPONDENCE,
    SAVED,
    MailFolder,
    Writes,
    answer_of,
    bounced,
    scan_of,
)
from xlassess.demo.filling import fill_in_cells
from xlassess.demo.partnership import BUNDLED, ISSUED, TOOLKITS
from xlassess.demo.returns import BUNDLE, zipped
from xlassess.demo.run import INBOX, SENT, Partners, SentBack, clear, set_up
from xlassess.generate import slot_cells
from xlassess.model.assessment import Respondent
from xlassess.model.record import Notice
from xlassess.services.common.progress import Watch, silent
from xlassess.services.common.received import Ingested, Received
from xlassess.services.common.workbooks.asked import toolkits_of
from xlassess.services.decide import Why, mark, mark_queries
from xlassess.services.generate import Workbook, generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import Consolidated, consolidate
from xlassess.services.post.send import Ask, Drafted, draft
from xlassess.services.query import Queried, query
from xlassess.services.status import Status, status

COLLECTED = datetime(2026, 3, 23, 16, 0, tzinfo=timezone.utc)
"""When the messages that came are read, and the queries go out."""

ANSWERED = COLLECTED + timedelta(days=2)
"""When an answer to a query is read, and the reminders are written."""

ASKED = "Karen Doyle"
"""Who answers a query."""


@dataclass(frozen=True, slots=True)
class CameByMail:
    """Something unusual that came by e-mail: from whom, what, and what was made of it.

    ``states`` are those of the files that came, ``notice`` is what a message says that nobody
    wrote, and ``offers`` counts what messages seem to ask for. ``typed_in`` says that answers
    are to be typed in from a PDF.
    """

    who: str
    partner: str
    what: str
    states: tuple[str, ...]
    notice: Notice | None
    offers: int
    typed_in: bool


@dataclass(frozen=True, slots=True)
class PostPlayed:
    """A round that was played by e-mail: where everything is, and what came of it.

    ``ingested`` is what came first, ``answered`` what came back about the ``queried`` workbooks.
    ``reminded`` are the drafts that are left, not sent yet.
    """

    root: Path
    replaced: bool
    invited: Drafted
    ingested: Ingested
    queried: Queried
    answered: Ingested
    reminded: Drafted
    consolidated: Consolidated
    status: Status
    unusual: tuple[CameByMail, ...]


def run_post(
    root: Path, *, toolkits: Sequence[str] = TOOLKITS, watch: Watch = silent
) -> PostPlayed:
    """Play a round by e-mail in this folder, which must be new, empty, or an earlier demo.

    Args:
        root: the folder.
        toolkits: the ids of the built-in toolkits to play, in this order.
        watch: told how many workbooks are filled in.

    Raises:
        UsageError: the folder holds something else.
        OSError: a file cannot be written.
    """
    replaced = clear(root)
    folder = set_up(root, toolkits)
    generated = generate(folder, now=ISSUED)
    invited = draft(folder, Ask("invitation"), now=ISSUED)
    _sent(root, invited, "invitations")
    mark(folder, (), "sent", Why(ISSUED), everyone=True)
    entries = made_up_entries(toolkits_of(folder, folder.assessment()))
    inbox = MailFolder(root / INBOX)
    back = Partners(folder, generated, lambda _: entries).sent_back(watch)
    _write(inbox, folder.respondents(), [*back], generated.workbooks)
    ingested = ingest(folder, [root / INBOX], now=COLLECTED)
    queried = query(folder, now=COLLECTED)
    _sent(root, draft(folder, Ask("query"), now=COLLECTED), "queries")
    mark_queries(folder, Why(COLLECTED))
    _answer(inbox, folder, queried, entries)
    answered = ingest(folder, [root / INBOX / SAVED], now=ANSWERED)
    reminded = draft(folder, Ask("reminder", by_turn=True), now=ANSWERED)
    return PostPlayed(
        root=root,
        replaced=replaced,
        invited=invited,
        ingested=ingested,
        queried=queried,
        answered=answered,
        reminded=reminded,
        consolidated=consolidate(folder, now=ANSWERED),
        status=status(folder, today=ANSWERED.date()),
        unusual=tuple(_unusual(folder.respondents(), ingested)),
    )


def _sent(root: Path, drafted: Drafted, name: str) -> None:
    """Move drafts where a mail program keeps what was sent."""
    place = root / SENT / name
    place.mkdir(parents=True)
    for one in drafted.drafts:
        shutil.move(one.path, place / one.path.name)


def _write(
    inbox: MailFolder, people: Sequence[Respondent], back: Sequence[SentBack],
    books: Sequence[Workbook],
) -> None:  # fmt: skip
    """Write the messages of everybody who writes, and put them where they are kept."""
    for person in people:
        writes = CORRESPONDENCE.get(person.name)
        if writes is None:
            continue
        about = [one.reference for one in books if one.respondent == person.name]
        if writes.sends == "bounce":
            inbox.add(writes.kept, f"Undelivered, {person.name}", bounced(person, ISSUED), ISSUED)
            continue
        for number, (at, files) in enumerate(_parcels(person, writes, back, about), start=1):
            name = person.name if number == 1 else f"{person.name} {number}"
            inbox.add(writes.kept, name, answer_of(person, about, writes, files, at), at)


_Parcel = tuple[datetime, list[tuple[str, bytes]]]
"""What comes with one message: when it was sent, and the files by name."""


def _parcels(
    person: Respondent, writes: Writes, back: Sequence[SentBack], about: Sequence[str]
) -> Iterator[_Parcel]:
    """Yield what somebody sends, message by message; what comes a second time comes apart."""
    sent_at = ISSUED + timedelta(days=9)
    if writes.sends == "scan":
        yield sent_at, [("scan.pdf", scan_of(about[0]))]
    elif writes.sends in ("words", "absence"):
        yield (ISSUED if writes.sends == "absence" else sent_at), []
    elif writes.sends == "passed on":
        mine = [one for one in back if one.person.partner == BUNDLED]
        if mine:
            at = max(one.saved_at for one in mine)
            yield at, [(BUNDLE, zipped([(one.name, one.content) for one in mine], at))]
    else:
        mine = [one for one in back if one.person.name == person.name]
        first = {one.book.reference: one for one in reversed(mine)}
        again = [one for one in mine if one not in first.values()]
        for some in (list(reversed(first.values())), again):
            if some:
                at = max(one.saved_at for one in some)
                yield at, [(one.name, one.content) for one in some]


def _answer(
    inbox: MailFolder, folder: AssessmentFolder, queried: Queried, entries: EntriesByPerson
) -> None:
    """Answer the query about one workbook with what was meant from the beginning."""
    asked = next((one for one in queried.workbooks if one.issued.respondent == ASKED), None)
    if asked is None:
        return
    name, at = asked.issued.identity.toolkit, COLLECTED + timedelta(days=1)
    cells = slot_cells(toolkits_of(folder, folder.assessment())[name])
    meant = entries[name, ASKED].cells
    typed = {
        cells[slot]: meant[BlankCell(slot.item, slot.field)]
        for slot in asked.query.asked
        if BlankCell(slot.item, slot.field) in meant
    }
    person = next(one for one in folder.respondents() if one.name == ASKED)
    content = fill_in_cells(asked.path.read_bytes(), typed, at)
    writes = Writes(SAVED, "Sorry about that. It is clear now.")
    mail = answer_of(person, [asked.query.reference], writes, [(asked.path.name, content)], at)
    inbox.add(SAVED, f"{person.name}, about the query", mail, at)


def _unusual(people: Sequence[Respondent], result: Ingested) -> Iterator[CameByMail]:
    """Yield what came that was not just a message with workbooks, and what was made of it."""
    for person in people:
        writes = CORRESPONDENCE.get(person.name)
        if writes is None or not writes.unusual:
            continue
        files = [one for one in result.files if _is_from(one, person)]
        notices = [
            one.notice
            for one in result.notices
            if person.name in {b.respondent for b in one.issued}
        ]
        yield CameByMail(
            who=person.name,
            partner=person.partner,
            what=writes.unusual,
            states=tuple(dict.fromkeys(one.ret.state for one in files)),
            notice=notices[-1] if notices else None,
            offers=sum(one.issued.respondent == person.name for one in result.offers),
            typed_in=any(one.ret.is_evidence for one in files),
        )


def _is_from(file: Received, person: Respondent) -> bool:
    """True for a file of somebody, or a message without one that names them as its sender."""
    if file.issued:
        return file.issued.respondent == person.name
    return any(person.email in one.details.get("sender", "") for one in file.ret.findings)
