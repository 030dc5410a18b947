"""Deciding about one thing: what each button of its page does, and how that is undone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Event, Ledger
from xlassess.model.answer import Return
from xlassess.model.errors import UsageError
from xlassess.model.record import EntrySource
from xlassess.services import decide
from xlassess.services.common.offers import Offer
from xlassess.services.common.phrases import capital, named
from xlassess.services.enter import enter
from xlassess.services.in_doubt import AnswerPlace, Doubt, InDoubt, in_doubt
from xlassess.services.query import query
from xlassess.web.request.forms import FieldError, FormErrors, refuse
from xlassess.web.request.visit import Visit
from xlassess.web.unsettled import Unsettled

ONE_AT_A_TIME = threading.Lock()
"""Held from looking whether anything was recorded meanwhile until the decision is recorded."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to be settled, with all that is known of it.

    ``one`` is None where it is settled already; ``found`` where it is about no workbook.
    """

    one: Unsettled | None
    found: InDoubt | None
    doubt: Doubt | None

    @property
    def reference(self) -> str:
        """The reference of the workbook that it is about; empty where it is about none."""
        return self.found.issued.reference if self.found else ""

    @property
    def offer(self) -> Offer | None:
        """What a message seems to ask for, if it is that."""
        return self.one.offer if self.one else None

    @property
    def ret(self) -> Return | None:
        """The file that it is about, if it is about a file as a whole."""
        return self.one.ret if self.one else None

    @property
    def returned(self) -> int:
        """The number of the return that it is about; 0 where it is about none."""
        if self.ret:
            return self.ret.number
        return self.doubt.number if self.doubt else 0

    @property
    def mark(self) -> str:
        """Something short that is no longer the same once anything was recorded about this."""
        state = f"-{self.ret.number}-{self.ret.state}" if self.ret else ""
        return f"{self.found.mark if self.found else ''}{state}"


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done, in words, and what undoes it; ``stays`` on a page that has more to do."""

    said: str
    undo: str = ""
    stays: bool = False


def settle(visit: Visit, case: Case, what: str) -> Settled:
    """Carry out what somebody decided.

    Args:
        visit: the form.
        case: what it is about.
        what: the button that was pressed.

    Raises:
        FormErrors: something is missing or cannot be done.
        UsageError: the service does not do it.
    """
    step = _STEPS.get(what)
    if step is None:
        raise FormErrors(FieldError("", "Choose what is to be done."))
    return step(visit, case)


WHO_SAID_SO = "Who said so, when and how"
"""What stands above the field for the reason where an answer is corrected."""

WHYS = {
    "waive": "Why it is accepted", "correct": WHO_SAID_SO, "aside": "Why it is left out",
    "reassign": "How you know", "choose": "Why this one counts", "nil": "How you know",
    "decline": "How you know", "follow": "Reason", "away": "Reason",
}  # fmt: skip
"""What stands above the field for the reason, by the button below it."""


def _why(visit: Visit, what: str, *missing: FieldError) -> decide.Why:
    """The reason of a decision, unless that or anything else is missing."""
    name = f"{what}-reason"
    refuse(*missing, *visit.form.missing_reason(name, WHYS[what]))
    return decide.Why(visit.now, visit.form.text(name), visit.user.name)


def answers_given(visit: Visit, places: Sequence[AnswerPlace]) -> list[tuple[str, str]]:
    """Return the answers that were filled in for these places, with the names of those.

    Args:
        visit: the form.
        places: where answers are asked for, as they stand on the page.
    """
    given = ((one.name, visit.form.text(f"answer-{at}")) for at, one in enumerate(places))
    return [(name, text) for name, text in given if text]


def missing_answer(
    places: Sequence[AnswerPlace], filled: Sequence[tuple[str, str]]
) -> tuple[FieldError, ...]:
    """Return what is to be said where none of these places was given an answer.

    Args:
        places: where answers are asked for, as they stand on the page.
        filled: what was given.
    """
    if filled:
        return ()
    does = "Choose" if places and places[0].choices else "Enter"
    what = f"the answer to {places[0].name}" if len(places) == 1 else "at least one answer"
    return (FieldError("answer-0", f"{does} {what}."),)


def _waive(visit: Visit, case: Case) -> Settled:
    doubt = _doubt(case)
    decide.waive(visit.folder, [doubt.finding.number], _why(visit, "waive"))
    return Settled(
        f"Accepted as it is: {doubt.finding.kind.title}.", f"waived:{doubt.finding.number}"
    )


def _correct(visit: Visit, case: Case) -> Settled:
    places = _doubt(case).answers
    filled = answers_given(visit, places)
    why = _why(visit, "correct", *missing_answer(places, filled))
    done = decide.correct_all(visit.folder, case.reference, filled, why)
    numbers = ",".join(str(ret.number) for ret in reversed(done.returns))
    names = ", ".join(name for name, _ in filled)
    return Settled(f"Corrected: {names}.", f"corrected:{numbers}")


def _set_aside(visit: Visit, case: Case) -> Settled:
    number = case.returned
    decide.set_aside(visit.folder, number, _why(visit, "aside"))
    return Settled(f"Return {number} is left out.", f"set aside:{number}")


def _reassign(visit: Visit, case: Case) -> Settled:
    number, to = case.returned, visit.form.text("reassign-to")
    instead = visit.form.text("reassign-instead")
    wrong = []
    if not to:
        nobody = "Give the reference of the workbook it belongs to."
        wrong.append(FieldError("reassign-to", nobody))
    if instead and not (instead.isascii() and instead.isdigit()):
        wrong.append(FieldError("reassign-instead", "Give the number of a return, such as 13."))
    why = _why(visit, "reassign", *wrong)
    done = decide.reassign(visit.folder, number, to, why, instead=int(instead or 0))
    number = done.returns[0].number if done.returns else number
    gone = "".join(f" {capital(named(ret))} gave way to it." for ret in done.gave_way)
    gone += f" {done.ended_told}" if done.ended else ""
    return Settled(f"Return {number} now belongs to {to}.{gone}", f"reassigned:{number}")


def _choose(visit: Visit, case: Case) -> Settled:
    found, which = case.found, visit.form.text("which")
    returns = [one.ret for one in found.rivals] if found else []
    if found and found.counts:
        returns.append(found.counts)
    chosen = next((ret for ret in returns if str(ret.number) == which), None)
    if chosen is None:
        raise FormErrors(FieldError("choose-reason", "Choose the return that counts."))
    done = decide.choose(visit.folder, case.reference, which, _why(visit, "choose"))
    gone = f" {done.ended_told}" if done.ended else ""
    return Settled(f"Return {which} counts.{gone}", f"chosen:{case.reference}/{which}")


def _nil(visit: Visit, case: Case) -> Settled:
    decide.settle(visit.folder, case.reference, "nil return", _why(visit, "nil"))
    return Settled("Recorded: a nil return.", f"nil return:{case.reference}")


def _decline(visit: Visit, case: Case) -> Settled:
    decide.settle(visit.folder, case.reference, "declined", _why(visit, "decline"))
    return Settled("Recorded: declined.", f"declined:{case.reference}")


def _follow(visit: Visit, case: Case) -> Settled:
    """Record what a message seems to ask for."""
    offer, why = case.offer, _why(visit, "follow")
    if offer is None or offer.step not in ("correct", "nil return", "declined"):
        raise FormErrors(FieldError("", "This cannot be recorded here."))
    reference = offer.issued.reference
    if offer.step == "nil return":
        decide.settle(visit.folder, reference, "nil return", why)
        return Settled("Recorded: a nil return.", f"nil return:{reference}")
    if offer.step == "declined":
        decide.settle(visit.folder, reference, "declined", why)
        return Settled("Recorded: declined.", f"declined:{reference}")
    done = decide.correct(visit.folder, reference, offer.hint.item, offer.hint.label, why)
    return Settled(f"Corrected: {offer.hint.item}.", f"corrected:{done.returns[0].number}")


def _put_away(visit: Visit, case: Case) -> Settled:
    """Record that nothing is to be done about what a message says."""
    offer, why = case.offer, _why(visit, "away")
    if offer is None:
        raise FormErrors(FieldError("", "This cannot be put away here."))
    said = "Put away: what the message says."
    if offer.finding:
        decide.waive(visit.folder, [offer.finding], why)
        return Settled(said, f"waived:{offer.finding}")
    if offer.event:
        decide.set_message_aside(visit.folder, offer.event, why)
        return Settled(said, f"message:{offer.event}")
    decide.set_aside(visit.folder, offer.number, why)
    return Settled(said, f"set aside:{offer.number}")


def _ask(visit: Visit, case: Case) -> Settled:
    made = query(visit.folder, now=visit.now, only=case.reference, by=visit.user.name)
    if not made.workbooks:
        raise FormErrors(FieldError("", "There is nothing here that the partner can be asked."))
    return Settled(
        "The query workbook is written. Save it here, and send it to the partner.", stays=True
    )


def _asked(visit: Visit, case: Case) -> Settled:
    """Record that the query workbook was sent."""
    if case.found is None or not case.found.asked:
        raise FormErrors(FieldError("", "There is no query workbook yet. Write it first."))
    reference = case.found.asked[-1].reference
    why = decide.Why(visit.now, by=visit.user.name)
    decide.mark(visit.folder, [reference], "sent", why)
    return Settled(f"Recorded as sent: query workbook {reference}.")


def _enter(visit: Visit, case: Case) -> Settled:
    source: EntrySource = "email" if case.offer else "pdf"
    made = enter(visit.folder, case.reference, source, now=visit.now, by=visit.user.name)
    return Settled(f"The copy is written: {made.path.name}. Save it here.", stays=True)


_STEPS: dict[str, Callable[[Visit, Case], Settled]] = {
    "waive": _waive, "correct": _correct, "aside": _set_aside, "reassign": _reassign,
    "choose": _choose, "nil": _nil, "decline": _decline, "follow": _follow, "away": _put_away,
    "ask": _ask, "asked": _asked, "enter": _enter,
}  # fmt: skip


PLAIN = frozenset(("ask", "asked", "enter"))
"""The buttons beside which there is nothing to fill in."""


def _doubt(case: Case) -> Doubt:
    if case.doubt is None:
        raise FormErrors(FieldError("", "This is settled already."))
    return case.doubt


TAKEN_BACK = "Taken back on the desk."
"""The reason of what takes a decision back."""


def undo_key(event: Event) -> str:
    """Name the decision that an event records, for `take_back`; empty where it cannot be."""
    if event.what == "waived":
        return f"waived:{event.return_id}.{event.finding}"
    if event.what in ("set aside", "reassigned", "corrected"):
        return f"{event.what}:{event.return_id}"
    if event.what == "chosen":
        return f"chosen:{event.reference}/{event.return_id}"
    if event.what in ("nil return", "declined", "sent", "reminded"):
        return f"{event.what}:{event.reference}"
    if event.what == "message set aside":
        return f"message:{event.details['message']}"
    return ""


def take_back(visit: Visit, key: str) -> None:
    """Take a decision back.

    Args:
        visit: the form.
        key: the decision: its kind and what it was about.

    Raises:
        FormErrors: this names no decision.
        UsageError: there is none any more, or something that came later stands on it.
    """
    kind, _, about = key.partition(":")
    folder, why = visit.folder, decide.Why(visit.now, TAKEN_BACK, visit.user.name)
    numbers = [int(one) for one in about.split(",") if one.isascii() and one.isdigit()]
    if kind == "waived":
        decide.waive(folder, about.split(","), why, revoke=True)
    elif kind == "message" and numbers:
        decide.set_message_aside(folder, numbers[0], why, undone=True)
    elif kind == "corrected" and numbers:
        # the last correction comes first: each stands on the one before
        _refuse_stood_on(folder, max(numbers))
        decide.set_all_aside(folder, numbers, why)
    elif kind == "set aside" and numbers:
        decide.set_all_aside(folder, numbers, why, undone=True)
    elif kind == "reassigned" and numbers:
        decide.undo(folder, "reassigned", numbers[0], why)
    elif kind in ("nil return", "declined"):
        settled: Literal["nil return", "declined"] = (
            "nil return" if kind == "nil return" else "declined"
        )
        decide.settle_all(folder, about.split(","), settled, why, undone=True)
    elif kind == "chosen":
        _undo_choice(folder, *about.partition("/")[::2], why)
    elif kind in ("sent", "reminded"):
        marked: decide.Mark = "sent" if kind == "sent" else "reminded"
        decide.mark(folder, about.split(","), marked, why, undone=True)
    else:
        raise FormErrors(FieldError("", "There is nothing here to be taken back."))


def _undo_choice(folder: AssessmentFolder, reference: str, number: str, why: decide.Why) -> None:
    """Take back the choice of a return, unless somebody has chosen another one since."""
    made = [one for one in in_doubt(folder, reference).in_force if one.what == "chosen"]
    if not made or str(made[-1].return_id) != number:
        raise UsageError(
            "This return is no longer the one that was chosen last, so nothing was done.",
            "The history of the workbook says what was decided since.",
        )
    decide.undo(folder, "chosen", reference, why)


def _refuse_stood_on(folder: AssessmentFolder, number: int) -> None:
    """Refuse to take a correction back where what counts was corrected further from it.

    The later one has its answer as well: leaving this return out would change nothing.
    """
    with Ledger(folder.ledger) as ledger:
        ret = ledger.numbered(number)
        about = [ret.reference] if ret else []
        counts = max(ledger.counting_of(about).values(), default=0)
        since = [one for one in ledger.returns_of(about) if number < one.number <= counts]
    if since and all(one.kind == "json" for one in since):
        raise UsageError(
            "A later correction stands on this one, so nothing was done.",
            "Take that back first, or correct the answer once more.",
        )
