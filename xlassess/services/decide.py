"""Deciding: what a coordinator records about returns and workbooks, and how it is taken back.

Nothing is ever deleted: a decision says who made it, when and why, and the event log keeps it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import normalise
from xlassess.ingest import ReturnedFile, corrected, read_all
from xlassess.ledger import Event, Ledger
from xlassess.ledger.archive import kept_files
from xlassess.ledger.recording.messages import BY_HAND
from xlassess.ledger.tables.events import What
from xlassess.ledger.tables.order import SAYS
from xlassess.model.answer import Issued, Return, state_of
from xlassess.model.assessment import Respondent
from xlassess.model.days import written_day
from xlassess.model.errors import UsageError
from xlassess.model.finding import Finding
from xlassess.model.record import MessageOutcome, Outcome, OutcomeKind, Register, SentMessage
from xlassess.services.common.earlier import plans_so_far
from xlassess.services.common.offers import who_left
from xlassess.services.common.opening import opened, still_open
from xlassess.services.common.other_round import OTHER_ROUND
from xlassess.services.common.pages import feedback_standing
from xlassess.services.common.phrases import capital, count, named
from xlassess.services.common.workbooks.asked import (
    Request,
    answered,
    in_force,
    people_now,
    request_of,
    requests,
)
from xlassess.services.common.workbooks.outbox import sha256_of
from xlassess.services.common.workbooks.standing import (
    PartnersStanding,
    Standing,
    joint_standing,
)
from xlassess.services.ingest import context_of
from xlassess.services.post.due import partners_standing

Mark = Literal["sent", "reminded"]
"""What a coordinator may record about a workbook that is out."""

_BESIDE_WORKBOOKS = ("query", "thanks", "feedback")
"""The messages by which no workbook counts as sent, nor its respondent as reminded."""

_HASH = re.compile(r"[0-9a-f]{6,64}")
_COUNT = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Why:
    """Who decides (whoever the operating system says, if not given), when (UTC), and why."""

    now: datetime
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook and what counts for it now: a return, an outcome, or nothing."""

    issued: Issued
    counts: Return | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was recorded.

    ``what`` names it as the event log does; ``undone`` says that it was taken back. ``returns``
    are the returns it was about, ``books`` the workbooks concerned as they stand now. ``arrived``
    are the references in messages of which it is certain now that they arrived. ``left_out`` are
    people who are not recorded as reminded because ``remind`` writes to none of them. ``message``
    is the number of the message it was about, if it was about one. ``gave_way`` are the returns
    that no longer count, or no longer wait, because another took their place. ``ended`` is the
    nil return or the refusal on record until now, which no longer holds as a return counts.
    """

    what: str
    undone: bool
    returns: tuple[Return, ...]
    books: tuple[Book, ...]
    arrived: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    message: int = 0
    gave_way: tuple[Return, ...] = ()
    ended: Outcome | None = None

    @property
    def ended_told(self) -> str:
        """In a sentence, that a nil return or a refusal no longer holds; empty where none did."""
        if self.ended is None:
            return ""
        since = written_day(self.ended.at.astimezone())
        return f"“{self.ended.kind}”, recorded on {since}, no longer holds."


def choose(folder: AssessmentFolder, reference: str, which: str, why: Why) -> Decided:
    """Record that this return counts for its workbook; others of it no longer do.

    Args:
        folder: the assessment.
        reference: the workbook's.
        which: the return: its number, the name it came under, a file on disk, or the beginning
            of its hash.
        why: who decides, when and why.

    Raises:
        UsageError: no return of the workbook is meant by this, or several are, it cannot
            count, or no reason is given.
    """
    with _deciding(folder, why) as ledger:
        book = _workbook(ledger, reference)
        ret = _meant(ledger, book, which)
        instead = ledger.replaced().get(book.reference)
        if instead:
            raise UsageError(
                f"{book.reference} was replaced by {instead}, which counts.",
                f"To let return {ret.number} count instead: xlassess reassign {ret.number} --to "
                f'{instead} --reason "..."',
            )
        before = ledger.register().outcomes.get(book.reference)
        ledger.decisions.choose(ret.number, why.reason.strip())
        made = _decided(ledger, "chosen", [ret.number], [book.reference])
        return replace(made, ended=before)


def set_aside(folder: AssessmentFolder, number: int, why: Why) -> Decided:
    """Record that a return does not count, for anybody.

    Raises:
        UsageError: there is no such return, it was set aside already, or no reason is given.
    """
    return set_all_aside(folder, [number], why)


def set_all_aside(
    folder: AssessmentFolder, numbers: Sequence[int], why: Why, *, undone: bool = False
) -> Decided:
    """Record that returns do not count, or take that back, one after the other: all, or none.

    Raises:
        UsageError: there is no such return, it was set aside already (or there is no such decision
            to take back), or no reason is given.
    """
    numbers, reason = tuple(dict.fromkeys(numbers)), why.reason.strip()
    with _deciding(folder, why) as ledger:
        references: list[str] = []
        with ledger.together():
            for number in reversed(numbers) if undone else numbers:  # the last stands on the first
                _still_open_for(ledger, number)
                if undone:
                    references += _concerned(_taken_back(ledger, "set aside", number, reason))
                else:
                    references.append(ledger.decisions.set_aside(number, reason).reference)
        return _decided(ledger, "set aside", numbers, references, undone=undone)


def set_message_aside(
    folder: AssessmentFolder, number: int, why: Why, *, undone: bool = False
) -> Decided:
    """Record that nothing is to be done about what a message says, or take that back.

    Args:
        folder: the assessment.
        number: the number of the message on record, without the m that stands before it.
        why: who decides, when and why.
        undone: take it back.

    Raises:
        UsageError: there is no such message, it was set aside already, or no reason is given.
    """
    with _deciding(folder, why) as ledger:
        still_open(ledger, folder.assessment().round)
        decisions, reason = ledger.decisions, why.reason.strip()
        if undone:
            decisions.undo("message set aside", number, reason)
        else:
            decisions.set_message_aside(number, reason)
        return replace(_decided(ledger, "set aside", [], [], undone=undone), message=number)


def reassign(
    folder: AssessmentFolder, number: int, to: str, why: Why, *, instead: int = 0
) -> Decided:
    """Record that a return counts for another workbook than the one it was filled in on.

    Args:
        folder: the assessment.
        number: the number of the return.
        to: the reference of the workbook it counts for.
        why: who decides, when and why.
        instead: the number of the return that counts for that workbook now, and no longer will.
            Nothing gives way that nobody has named.

    Raises:
        UsageError: there is no such return or workbook, the workbook asks other questions,
            another return counts for it than the one named, or no reason is given.
        XlassessError: a file that is to be read again cannot be.
    """
    with _deciding(folder, why) as ledger:
        book = _workbook(ledger, to)
        ret = ledger.numbered(number)
        anew = _of_another_round(folder, ledger, ret) if ret else None
        own = anew.reference if anew else ret.reference if ret else ""
        with ledger.together():
            again = _recorded(ledger, anew, ret, book.identity.round) if anew else None
            if ret and own != book.reference:
                _check_named(ledger, number, book, instead)
            number, of = (again.number, own) if again else (number, "")
            before = ledger.register().outcomes.get(book.reference)
            gone = ledger.decisions.reassign(number, book, why.reason.strip(), of=of)
        # Of a workbook of another round nothing is changed.
        references = [book.reference] if anew else [book.reference, own]
        made = _decided(ledger, "reassigned", [number], references)
        return replace(made, gave_way=tuple(ledger.by_number(gone).values()), ended=before)


def _check_named(ledger: Ledger, number: int, to: Issued, instead: int) -> None:
    """Refuse to let a return give way that nobody has named: somebody's answers would be lost.

    Args:
        ledger: the ledger.
        number: the return that is to count.
        to: the workbook it is to count for.
        instead: the return that was named as the one to give way.
    """
    counts = ledger.counting_of([to.reference]).get(to.reference, 0)
    if counts == instead:
        return
    if not counts:
        raise UsageError(
            f"No return counts for {to.reference}, so none can give way.",
            "Leave out the number of the other return.",
        )
    held = ledger.by_number([counts])[counts]
    raise UsageError(
        f"{capital(named(held))} counts for {to.reference} already, with "
        f"{count(answered(held), 'answer')}.",
        "Look at both first. To let this one count in its place, name that one: xlassess reassign "
        f'{number} --to {to.reference} --instead-of {counts} --reason "..."',
    )


def correct(folder: AssessmentFolder, reference: str, item: str, value: str, why: Why) -> Decided:
    """Change one answer of the return that counts, as the partner said by another way.

    The return stays as it was read. A new one takes its place, with one answer changed; both values
    and the reason are on record, and in a file of their own in returns/. Set the new one aside to
    take the correction back.

    Args:
        folder: the assessment.
        reference: the workbook's.
        item: the number of the item.
        value: the answer, as it would be written in the workbook.
        why: who decides, when and why.

    Raises:
        UsageError: nothing counts for the workbook, there is no such item, this cannot be its
            answer, or no reason is given.
    """
    return correct_all(folder, reference, [(item, value)], why)


def correct_all(
    folder: AssessmentFolder, reference: str, answers: Sequence[tuple[str, str]], why: Why
) -> Decided:
    """Change several answers of the return that counts: all of them, or none.

    Each is a correction of its own, which stands on the one before.

    Args:
        folder: the assessment.
        reference: the workbook's.
        answers: the number of each item, and its answer as it would be written in the workbook.
        why: who decides, when and why.

    Raises:
        UsageError: nothing counts for the workbook, there is no such item, this cannot be its
            answer, or no reason is given.
    """
    with _deciding(folder, why) as ledger:
        # What counts is looked at in the same transaction: a return that comes in between is not
        # given way to what was read before it.
        with ledger.together():
            book = _workbook(ledger, reference)
            made = [_corrected(ledger, book, item, value, why) for item, value in answers]
            # Only what is recorded is kept, and before that record holds.
            for _, record in made:
                _keep_record(folder, record)
        numbers = [number for number, _ in made]
        return _decided(ledger, "corrected", numbers, [book.reference])


def _corrected(ledger: Ledger, book: Issued, item: str, value: str, why: Why) -> tuple[int, bytes]:
    """Record one correction; return the number of its return, and the record to be kept."""
    ret = _to_correct(ledger, book)
    toolkit = ledger.toolkits()[book.identity.digest]
    day = written_day(why.now.astimezone())
    name = f"Correction of {item.strip()} in {book.reference}, recorded on {day}"
    anew, change = corrected(ret, toolkit, item, value, name)
    details = {"item": change.item, "before": change.before, "after": change.after}
    record = json.dumps(
        {"reference": book.reference, "return": ret.number, **details,
         "reason": why.reason.strip(), "at": why.now.isoformat()}, indent=2
    ).encode()  # fmt: skip
    # Received when the return was: nobody is thanked twice for it, or called late by it.
    anew = replace(
        anew, sha256=sha256_of(record), size=len(record), kind="json", number=0,
        received_at=ret.received_at,
        findings=tuple(replace(one, waiver=None, number="") for one in anew.findings),
        state=state_of(anew.findings, anew.normalised),
    )  # fmt: skip
    said = f"Item {change.item}: “{change.before}” became “{change.after}”."
    reason = f"{said} {why.reason.strip()}"
    final = ledger.record_return(anew, ledger.begin_run(book.identity.round))
    if final.state == "duplicate" and final.reference == book.reference:
        # A correction that is taken back says what an earlier return said: that counts.
        ledger.decisions.choose(final.number, reason)
    if ledger.counting_of([book.reference]).get(book.reference) != final.number:
        raise UsageError(
            f"It is not clear which return of {book.reference} counts.",
            f'Choose first: xlassess choose {book.reference} RETURN --reason "..."',
        )
    _waive_again(ledger, ret, final)
    ledger.decisions.corrected(final.number, details, reason)
    return final.number, record


def _to_correct(ledger: Ledger, book: Issued) -> Return:
    """Return the return whose answers may be corrected: the one that counts.

    Raises:
        UsageError: nothing counts for the workbook, or it is no partner's own.
    """
    if book.identity.kind:
        raise UsageError(
            f"{book.reference} is a {book.identity.kind} workbook. Only answers in partners' own "
            "workbooks are corrected like this.",
            "Correct it in the file, and read it again: xlassess ingest",
        )
    number = ledger.counting_of([book.reference]).get(book.reference)
    ret = ledger.numbered(number) if number else None
    if ret is None:
        raise UsageError(
            f"No return of {book.reference} counts, so there is nothing to correct.",
            "Read the workbook that came back first: xlassess ingest",
        )
    return ret


def _keep_record(folder: AssessmentFolder, record: bytes) -> None:
    """Keep the record of a correction beside the files that came in."""
    with tempfile.TemporaryDirectory() as place, kept_files(folder.files) as files:
        path = Path(place, "correction.json")
        path.write_bytes(record)
        files.secure([files.keep(path, "json")])


def _waive_again(ledger: Ledger, before: Return, after: Return) -> None:
    """What was accepted in the return before is accepted in the one that takes its place.

    So are the words of a message that were put away.
    """
    waived = {(one.code, one.sheet, one.cell, one.item): one.waiver for one in before.findings}
    for position, one in enumerate(after.findings, start=1):
        waiver = waived.get((one.code, one.sheet, one.cell, one.item))
        may_be = one.severity == "query" or one.code == SAYS
        if waiver and one.waiver is None and may_be:
            ledger.decisions.waive([f"{after.number}.{position}"], waiver.reason)


def _of_another_round(folder: AssessmentFolder, ledger: Ledger, ret: Return) -> Return | None:
    """Read a file again that was refused because its workbook is of another round.

    Somebody may have filled in last year's workbook this year. Its answers are read as those of
    the round it was issued in; None where it was not refused for that.

    Raises:
        UsageError: the file is not kept any more, or cannot be read.
    """
    reason = next((one for one in ret.findings if one.code == OTHER_ROUND), None)
    if ret.state != "refused" or reason is None:
        return None
    context = replace(context_of(folder, ledger), round=reason.details["found"])
    with tempfile.TemporaryDirectory() as room, kept_files(folder.files) as files:
        kept = files.at_hand(ret.sha256, Path(room))
        if kept is None:
            raise UsageError(
                f"The file of return {ret.number} is not in {files.where} any more.",
                "Put it back from a copy.",
            )
        ((_, anew),) = read_all((ReturnedFile(kept, ret.file),), context, 1)
    if anew.state == "refused":
        raise UsageError(
            f"Return {ret.number} cannot be used: {anew.findings[0].message}",
            anew.findings[0].remedy,
        )
    if anew.query:
        raise UsageError(
            f"Return {ret.number} is the answer to a query of round {context.round}. It has only "
            "the cells that were asked about.",
            "Ask the partner to fill in the workbook of this round.",
        )
    return anew


def _recorded(ledger: Ledger, anew: Return, before: Return | None, round_name: str) -> Return:
    """Record the second reading of a file as it came in then.

    It is recorded for nobody: in the round of its own workbook, which may be closed, it changes
    nothing.
    """
    received = before.received_at if before else None
    run = ledger.begin_run(round_name)
    recorded = ledger.record_return(replace(anew, received_at=received), run, claimed=False)
    if recorded.state == "duplicate":
        held = ledger.numbered(recorded.number)
        if held and held.reference != anew.reference:
            number = recorded.number
            raise UsageError(
                f"It was taken over before, as return {number}, for {held.reference}.",
                f"To give it to another workbook, name that return: xlassess reassign {number}",
            )
        raise UsageError(
            f"It says what return {recorded.number} ({recorded.file}) said then, no more.",
            "If the answers are still the same, ask the partner to enter them anew.",
        )
    return recorded


def settle(folder: AssessmentFolder, reference: str, kind: OutcomeKind, why: Why) -> Decided:
    """Record a nil return or a refusal to take part; what came back no longer counts.

    Raises:
        UsageError: there is no such workbook, that was recorded already, it was withdrawn, or no
            reason is given.
    """
    with _deciding(folder, why) as ledger:
        book = _workbook(ledger, reference)
        _refuse_withdrawn(folder, ledger, [book], kind)
        aside = ledger.decisions.settle(book.reference, kind, why.reason.strip())
        return _decided(ledger, kind, [ret.number for ret in aside], [book.reference])


def settle_all(
    folder: AssessmentFolder, references: Sequence[str], kind: OutcomeKind, why: Why, *,
    undone: bool = False,
) -> Decided:  # fmt: skip
    """Record the same of many workbooks, or take it back: of all of them, or of none.

    Raises:
        UsageError: there is no such workbook, for one of them it was recorded already (or there is
            no record to take back), one was withdrawn, or no reason is given.
    """
    with _deciding(folder, why) as ledger:
        named_here = _workbooks(ledger, [*dict.fromkeys(references)])
        if not undone:
            _refuse_withdrawn(folder, ledger, named_here, kind)
        books = [one.reference for one in named_here]
        with ledger.together():
            for reference in books:
                if undone:
                    ledger.decisions.undo(kind, reference, why.reason.strip())
                else:
                    ledger.decisions.settle(reference, kind, why.reason.strip())
        return _decided(ledger, kind, [], books, undone=undone)


def _refuse_withdrawn(
    folder: AssessmentFolder, ledger: Ledger, books: Sequence[Issued], kind: OutcomeKind
) -> None:
    """Refuse to record an outcome for people whom the register no longer names.

    They are out of the response rate, and would come back into it: as not returned where they
    declined, and as a response where they have nothing to report.
    """
    assessment, people = folder.assessment(), people_now(folder)
    if not people:
        return
    asked = {place for place, _ in requests(assessment, people)}
    settled = ledger.register().outcomes
    for book in books:
        one = book.identity
        here = one.round == assessment.round and not one.kind and book.reference not in settled
        if here and request_of(book) not in asked:
            raise UsageError(
                f"“{kind}” cannot be recorded for {book.reference}: the register does not name "
                f"{book.who} for {one.toolkit} any more, so that nothing is awaited from there.",
                "If they do take part, put their row back into the register first. If a return "
                'that came back is not to count: xlassess set-aside RETURN --reason "..."',
            )


def undo(
    folder: AssessmentFolder, what: Literal["chosen", "set aside", "reassigned", "nil return",
    "declined"], key: str | int, why: Why,
) -> Decided:  # fmt: skip
    """Take back the last decision of this kind about a workbook or a return.

    Args:
        folder: the assessment.
        what: the kind of decision.
        key: the workbook's reference, or the return's number.
        why: who takes it back, when and why.

    Raises:
        UsageError: there is none, something that came later stands on it, it would change a round
            that is closed, or no reason is given.
    """
    with _deciding(folder, why) as ledger:
        if isinstance(key, int):
            _still_open_for(ledger, key)
        made_about = _workbook(ledger, key).reference if isinstance(key, str) else key
        with ledger.together():
            event = _taken_back(ledger, what, made_about, why.reason.strip())
        about = [event.return_id] if event.return_id else sorted(event.statuses)
        return _decided(ledger, what, about, _concerned(event), undone=True)


def _taken_back(ledger: Ledger, what: What, key: str | int, reason: str) -> Event:
    """Take back the last decision of this kind within a transaction, and return it.

    Raises:
        UsageError: a return would go back to a workbook of a round that is closed.
    """
    event = ledger.decisions.undo(what, key, reason)
    for moved in event.statuses:
        _still_open_for(ledger, moved)
    return event


def mark(
    folder: AssessmentFolder, references: Sequence[str], what: Mark, why: Why, *,
    everyone: bool = False, progress: bool = False, undone: bool = False,
    since: datetime | None = None,
) -> Decided:  # fmt: skip
    """Record that workbooks were sent, or their respondents reminded, or take that back.

    Args:
        folder: the assessment.
        references: the workbooks'.
        what: what was done.
        why: who did it and when; no reason is needed.
        everyone: all workbooks of the round for which nothing has come back; with ``sent`` only
            those not sent yet, with ``reminded`` those that reminders are written about.
        progress: the same, of the progress workbooks of owners.
        undone: take the last such record of each back.
        since: when the messages were written that were sent. Workbooks of which somebody recorded
            it after that are left out: it is of the same messages.

    Raises:
        UsageError: there is no such workbook, none is named, or there is no record to take back.
    """
    with _ledger(folder, why) as ledger:
        by_hand = _recorded_by_hand(ledger, references, what, undone=undone)
        named = [one for one in references if normalise(one) not in by_hand]
        books = [one.reference for one in _workbooks(ledger, named)]
        left_out: list[str] = []
        before = _last_marks(ledger, what)
        # All of them or none; and of two who record it at once the second finds it on record.
        with ledger.together():
            if everyone or progress:
                all_of = _owners if progress else _everyone
                found, left_out = all_of(folder, ledger, what, why.now, undone=undone)
                books += found
            books = _of_one_message(ledger, books, what, undone=undone)
            if not (books or everyone or progress or by_hand):
                raise UsageError(
                    "There is no workbook to record this for.",
                    "Give the reference of each workbook. xlassess status shows them.",
                )
            if since:
                marked = ledger.marked_by_hand(what)
                books = [one for one in books if marked.get(one, since) <= since]
            for reference in books if undone else ():
                ledger.decisions.undo(what, reference)
            if not undone:
                now = _last_marks(ledger, what)
                books = [one for one in books if now.get(one) in (None, before.get(one))]
            if books and not undone:
                ledger.decisions.mark(books, what)
        done = _decided(ledger, what, [], books, undone=undone)
        return replace(done, arrived=tuple(sorted(by_hand)), left_out=tuple(left_out))


def _last_marks(ledger: Ledger, what: Mark) -> Mapping[str, datetime]:
    """When this was last so for workbooks, by reference."""
    register = ledger.register()
    return register.sent if what == "sent" else register.reminded


def _of_one_message(ledger: Ledger, books: Sequence[str], what: Mark, *, undone: bool) -> list[str]:
    """These workbooks, each once, with those of which the same messages are: sent all or none."""
    found = list(books)
    for one in () if undone else ledger.register().uncertain:
        if one.recorded_as == what and not set(found).isdisjoint(one.references):
            found += one.references
    return list(dict.fromkeys(found))


def _recorded_by_hand(
    ledger: Ledger, references: Sequence[str], what: Mark, *, undone: bool
) -> set[str]:
    """Record what is said of messages, and return the references in them; or record nothing.

    Raises:
        UsageError: one of the references is of no workbook and no query workbook, or there is no
            record of one to take back.
    """
    asks, named = {one.reference for one in ledger.queries()}, [*map(normalise, references)]
    _workbooks(ledger, [one for one in named if one not in asks])
    if what == "sent" and undone:
        told = {ref for one in _told_by_hand(ledger.register()) for ref in one.references}
        never = next((one for one in named if one in asks - told), "")
        if never:
            raise UsageError(
                f"Query workbook {never} is not recorded as sent by hand.", "Nothing needs doing."
            )
    if what == "reminded":  # it answers no message but a reminder, which `mark` itself settles
        return set()
    done = _settled_messages(ledger, references, _BESIDE_WORKBOOKS, undone=undone)
    if not undone:
        questions = [one for one in dict.fromkeys(named) if one in asks - done]
        ledger.messages.by_hand("query", questions)
        done |= {*questions}
    return done


def _told_by_hand(register: Register) -> list[SentMessage]:
    """The messages that somebody says were sent."""
    return [one for one in register.messages if one.outcome == "sent" and one.reply == BY_HAND]


def _settled_messages(
    ledger: Ledger, references: Sequence[str], purposes: Sequence[str], *, undone: bool
) -> set[str]:
    """Record that messages arrived of which that was not certain, or take that back.

    They are not what workbooks are sent with: nothing is recorded about the workbooks themselves.
    What a server said that it took is certain, and not taken back.

    Args:
        ledger: the ledger.
        references: the workbooks they are about.
        purposes: what they were for.
        undone: take it back.
    """
    named, register = {normalise(one) for one in references}, ledger.register()
    arrived = [
        one
        for one in (_told_by_hand(register) if undone else register.uncertain)
        if one.purpose in purposes and named & {*one.references}
    ]
    reply = f"{BY_HAND}, and taken back" if undone else BY_HAND
    for one in arrived:
        # Of what no server was given, nothing is uncertain: it was not sent after all.
        before: MessageOutcome = "not sent" if one.id.startswith(BY_HAND) else "uncertain"
        outcome: MessageOutcome = before if undone else "sent"
        ledger.messages.end(one.id, outcome, reply, mark=None, references=one.references)
    return {reference for one in arrived for reference in one.references}


def mark_queries(
    folder: AssessmentFolder, why: Why, *, among: Collection[str] | None = None,
    undone: bool = False,
) -> Decided:  # fmt: skip
    """Record that all query workbooks that are to go out were sent by hand, or take that back.

    Args:
        folder: the assessment.
        why: who did it and when; no reason is needed.
        among: the only ones to record, by reference, where somebody saw these and no others.
        undone: take every such record of the round back.

    Raises:
        XlassessError: settings, register or ledger cannot be used.
    """
    with _ledger(folder, why) as ledger:
        assessment = folder.assessment()
        people = folder.register(assessment).respondents
        # Of two who record it at once the second finds it on record.
        with ledger.together():
            still_open(ledger, assessment.round)
            out = partners_standing(ledger, assessment, people)
            asked = {one.reference: one.of for one in ledger.queries() if one.of in out.books}
            if undone:
                done = _settled_messages(ledger, [*asked], ("query",), undone=True) & asked.keys()
            else:
                open_now = out.open_queries(ledger.queries(), (), again=False)
                done = {one.reference for one in open_now}
                done = done if among is None else done & {*among}
                certain = _settled_messages(ledger, [*done], ("query",), undone=False)
                ledger.messages.by_hand("query", sorted(done - certain))
        books = sorted({asked[one] for one in done})
        made = _decided(ledger, "sent", [], books, undone=undone)
        return replace(made, books=(), arrived=tuple(sorted(done)))


def mark_feedback(
    folder: AssessmentFolder, references: Sequence[str], why: Why, *, undone: bool = False
) -> Decided:
    """Record that pages of feedback were sent or given by hand, or take that back.

    A round may be closed by then: nothing that counts in it changes.

    Args:
        folder: the assessment.
        references: the workbooks whose pages, people, organisations or addresses; all if none.
        why: who did it and when; no reason is needed.
        undone: take such records back.

    Raises:
        UsageError: no pages were written, or somebody is not known.
        XlassessError: settings, register or ledger cannot be used.
    """
    with _ledger(folder, why) as ledger:
        assessment = folder.assessment()
        out = feedback_standing(ledger, assessment, folder.respondents())
        named = {one.reference for one in out.named(references)}
        if undone:
            done = _settled_messages(ledger, [*named], ("feedback",), undone=True)
        else:
            done = {one.reference for one in out.named(references) if not out.was_told(one)}
            certain = _settled_messages(ledger, [*done], ("feedback",), undone=False)
            ledger.messages.by_hand("feedback", sorted(done - certain))
        made = _decided(ledger, "sent", [], [], undone=undone)
        return replace(made, arrived=tuple(sorted(done)))


def _everyone(
    folder: AssessmentFolder, ledger: Ledger, what: Mark, now: datetime, *, undone: bool
) -> tuple[list[str], list[str]]:
    """The workbooks of the round that this is to be recorded for, and who is left out of it.

    Recorded as reminded are those whom ``remind`` writes to: not people on leave or who left, nor
    those whose address does not exist or whose answers wait in a PDF or a picture. Else the first
    reminder they get would be a second one.
    """
    assessment = folder.assessment()
    still_open(ledger, assessment.round)
    register = folder.register(assessment).respondents
    asked = requests(assessment, register)
    places = [place for place, _ in asked]
    if what == "sent" or undone:
        return _waiting(ledger, places, assessment.round, what, undone=undone), []
    out = PartnersStanding(ledger.overview(assessment.round), places, assessment.return_by)
    people = {person.id: person for _, person in asked}
    gone = who_left(ledger, out.record, register)
    awaited = filter(out.is_awaited, out.named(()))
    left = {one.reference for one in awaited if one.identity.respondent in gone}
    return _to_be_reminded(out, people, now.astimezone().date(), out.waiting | left)


def _to_be_reminded(
    out: Standing, people: Mapping[str, Respondent], today: date, waiting: Collection[str] = ()
) -> tuple[list[str], list[str]]:
    """The workbooks that reminders are written about, and who is left out of it."""
    books: list[str] = []
    left: list[str] = []
    for book in filter(out.has_it, out.named(())):
        person = people.get(book.identity.respondent)
        address = (person.email if person else "") or book.email
        away = out.on_leave(book, person, today) is not None
        unreached = away or address.casefold() in out.unreachable
        if book.reference in waiting or (unreached and out.is_awaited(book)):
            left.append(f"{book.who}, {book.reference}")
        elif out.is_awaited(book):
            books.append(book.reference)
    return books, left


def _owners(
    folder: AssessmentFolder, ledger: Ledger, what: Mark, now: datetime, *, undone: bool
) -> tuple[list[str], list[str]]:
    """The progress workbooks that this is to be recorded for, and who is left out of it."""
    assessment = folder.assessment()
    still_open(ledger, assessment.round)
    plans = plans_so_far(folder, ledger.plans(), assessment.round)
    people = folder.register(assessment).respondents
    out = joint_standing(ledger, assessment, "progress", people=people, plans=plans, to=None)
    if what == "reminded" and not undone:
        return _to_be_reminded(out, {one.id: one for one in people}, now.astimezone().date())
    marked = ledger.marked_by_hand(what)
    awaited = [one for one in out.named(()) if out.is_awaited(one)]
    due = [one for one in awaited if (one.reference in marked if undone else not out.has_it(one))]
    return [one.reference for one in due], []


def _waiting(
    ledger: Ledger, asked: Sequence[Request], round_name: str, what: Mark, *, undone: bool
) -> list[str]:
    """The workbooks that nothing has come back for, as far as this has to be recorded.

    Of several issued to one respondent, the one that is out now; none of people who are no
    longer asked. To be taken back is what was recorded by hand last, and not by sending a message.
    """
    register, back = ledger.register(), ledger.counting(round_name)
    settled = back.keys() | register.outcomes.keys()
    out_now = in_force(ledger.issued(round_name), settled, set(asked)).values()
    marked = ledger.marked_by_hand(what) if undone else register.sent
    return [
        one.reference
        for one in out_now
        if one.reference not in back
        and one.reference not in register.outcomes
        and (one.reference in marked) == undone
    ]


@contextmanager
def _deciding(folder: AssessmentFolder, why: Why) -> Iterator[Ledger]:
    if not why.reason.strip():
        raise UsageError("A decision needs a reason.", 'Give it with --reason "...".')
    with _ledger(folder, why) as ledger:
        yield ledger


@contextmanager
def _ledger(folder: AssessmentFolder, why: Why) -> Iterator[Ledger]:
    with opened(folder, lambda: why.now, why.by.strip()) as ledger:
        yield ledger


def _workbooks(ledger: Ledger, texts: Sequence[str]) -> list[Issued]:
    """Return the workbooks that are named, in one look for thousands of them.

    Raises:
        UsageError: one was not issued, or its round is closed.
    """
    known = ledger.books([normalise(one) for one in texts])
    found = [known.get(normalise(one)) or _workbook(ledger, one) for one in texts]
    for round_name in {one.identity.round for one in found}:
        still_open(ledger, round_name)
    return found


def _workbook(ledger: Ledger, text: str) -> Issued:
    issued = ledger.book(normalise(text))
    if issued is None:
        about = asked_about(ledger, text)
        if about:
            raise UsageError(
                f"{normalise(text)} is a query workbook about {about}.", f"Name {about} instead."
            )
        issued = workbook((*ledger.issued(), *ledger.joint()), text)
    still_open(ledger, issued.identity.round)
    return issued


def _still_open_for(ledger: Ledger, number: int) -> None:
    """Refuse to decide about a return of a round that is closed."""
    ret = ledger.numbered(number)
    issued = ledger.book(ret.reference) if ret else None
    if issued:
        still_open(ledger, issued.identity.round)


def asked_about(ledger: Ledger, text: str) -> str:
    """Return the reference of the workbook that a query workbook asks about, or nothing."""
    asked = {query.reference: query.of for query in ledger.queries()}
    return asked.get(normalise(text), "")


def workbook(issued: Sequence[Issued], text: str) -> Issued:
    """Return the issued workbook that somebody names by its reference.

    Raises:
        UsageError: none was issued under it.
    """
    from difflib import get_close_matches

    reference = normalise(text)
    known = {one.reference: one for one in issued}
    if reference in known:
        return known[reference]
    near = get_close_matches(reference, known, n=1)
    hint = f" Did you mean {near[0]} ({known[near[0]].partner})?" if near else ""
    raise UsageError(
        f"No workbook was issued under the reference {text}.{hint}",
        "The reference is in the workbook's file name, and xlassess status shows it.",
    )


def _meant(ledger: Ledger, book: Issued, which: str) -> Return:
    returns = [ret for ret in ledger.returns_of([book.reference]) if ret.state != "refused"]
    for found in _readings(returns, which):
        if len(found) == 1:
            return found[0]
        if found:
            numbers = ", ".join(str(ret.number) for ret in found)
            raise UsageError(
                f"More than one return of {book.reference} matches “{which}”.",
                f"Give the number of the one that counts: {numbers}.",
            )
    names = "; ".join(f"{ret.number} ({ret.file})" for ret in returns) or "none has come back yet"
    raise UsageError(
        f"No usable return of {book.reference} matches “{which}”.",
        f"The returns of this workbook are: {names}.",
    )


def _readings(returns: Sequence[Return], which: str) -> Iterator[list[Return]]:
    """The returns that may be meant: by number, by name, by content, by hash."""
    if _COUNT.fullmatch(which):
        yield [ret for ret in returns if ret.number == int(which)]
    yield [ret for ret in returns if which in (ret.file, ret.file.rpartition("/")[2])]
    path = Path(which)
    if path.is_file():
        sha256 = sha256_of(path.read_bytes())
        yield [ret for ret in returns if ret.sha256 == sha256]
    if _HASH.fullmatch(which):
        yield [ret for ret in returns if ret.sha256.startswith(which)]


def _concerned(event: Event) -> list[str]:
    """The workbooks that a decision was about."""
    moved = [place.reference for place in event.statuses.values()]
    return [event.reference, *filter(None, [event.details.get("from")]), *moved]


def _decided(
    ledger: Ledger, what: str, numbers: Sequence[int], references: Sequence[str], *,
    undone: bool = False,
) -> Decided:  # fmt: skip
    """Return a decision with everything concerned as it stands now."""
    wanted = [*dict.fromkeys(references)]
    issued = ledger.books(wanted)
    outcomes = ledger.register().outcomes
    came = {ret.number: ret for ret in ledger.returns_of(wanted)}
    counts = ledger.counting_of(wanted)
    return Decided(
        what=what,
        undone=undone,
        returns=tuple(
            ret for number in numbers if (ret := came.get(number) or ledger.numbered(number))
        ),
        books=tuple(
            Book(issued[ref], came.get(counts.get(ref, 0)), outcomes.get(ref))
            for ref in wanted
            if ref in issued
        ),
    )


@dataclass(frozen=True, slots=True)
class Waived:
    """A return after findings of it were waived or no longer so, and whose workbook it is.

    ``findings`` are those the decision was about.
    """

    ret: Return
    issued: Issued | None
    findings: tuple[Finding, ...]


def waive(
    folder: AssessmentFolder, findings: Sequence[str], why: Why, *, revoke: bool = False
) -> tuple[Waived, ...]:
    """Record that queries are accepted as they are, or that they no longer are; all or none.

    A waived query holds nothing up, but is shown wherever the return is. Answers that were left
    out stay left out.

    Args:
        folder: the assessment.
        findings: their numbers, such as ``12.2``.
        why: who decides, when and why.
        revoke: take waivers back.

    Raises:
        UsageError: there is no such finding, it cannot be waived, or no reason is given.
    """
    if not why.reason.strip():
        raise UsageError("A waiver needs a reason.", 'Give it with --reason "...".')
    names = tuple(dict.fromkeys(findings))
    with opened(folder, lambda: why.now, why.by.strip()) as ledger:
        for name in names:
            number = name.partition(".")[0]
            if _COUNT.fullmatch(number):
                _still_open_for(ledger, int(number))
        decide = ledger.decisions.revoke if revoke else ledger.decisions.waive
        returns = decide(names, why.reason.strip())
        return tuple(Waived(ret, ledger.book(ret.reference), _named(ret, names)) for ret in returns)


def _named(ret: Return, names: Sequence[str]) -> tuple[Finding, ...]:
    return tuple(finding for finding in ret.findings if finding.number in names)
