"""What a coordinator says was done by hand: workbooks and messages sent, respondents reminded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Literal

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import normalise
from xlassess.ledger import Ledger
from xlassess.ledger.recording.messages import BY_HAND
from xlassess.model.assessment import Respondent
from xlassess.model.errors import UsageError
from xlassess.model.record import MessageOutcome, Register, SentMessage
from xlassess.services.common.earlier import plans_so_far
from xlassess.services.common.offers import who_left
from xlassess.services.common.opening import still_open
from xlassess.services.common.pages import feedback_standing
from xlassess.services.common.workbooks.asked import (
    Request,
    in_force,
    requests,
)
from xlassess.services.common.workbooks.standing import (
    PartnersStanding,
    Standing,
    joint_standing,
)
from xlassess.services.decide.decision import (
    Decided,
    Why,
    decided_now,
    open_workbooks,
    recording,
)
from xlassess.services.post.due import partners_standing

Mark = Literal["sent", "reminded"]
"""What a coordinator may record about a workbook that is out."""

_BESIDE_WORKBOOKS = ("query", "thanks", "feedback")
"""The messages by which no workbook counts as sent, nor its respondent as reminded."""


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
    with recording(folder, why) as ledger:
        by_hand = _recorded_by_hand(ledger, references, what, undone=undone)
        named = [one for one in references if normalise(one) not in by_hand]
        books = [one.reference for one in open_workbooks(ledger, named)]
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
        done = decided_now(ledger, what, [], books, undone=undone)
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
    open_workbooks(ledger, [one for one in named if one not in asks])
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
    with recording(folder, why) as ledger:
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
        made = decided_now(ledger, "sent", [], books, undone=undone)
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
    with recording(folder, why) as ledger:
        assessment = folder.assessment()
        out = feedback_standing(ledger, assessment, folder.respondents())
        named = {one.reference for one in out.named(references)}
        if undone:
            done = _settled_messages(ledger, [*named], ("feedback",), undone=True)
        else:
            done = {one.reference for one in out.named(references) if not out.was_told(one)}
            certain = _settled_messages(ledger, [*done], ("feedback",), undone=False)
            ledger.messages.by_hand("feedback", sorted(done - certain))
        made = decided_now(ledger, "sent", [], [], undone=undone)
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
    gone = who_left(ledger, out.record, assessment, register)
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
