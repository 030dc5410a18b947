"""Which returns count: chosen, set aside, or reassigned to another workbook."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ingest import ReturnedFile, read_all
from xlassess.ledger import Ledger
from xlassess.ledger.archive import kept_files
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import UsageError
from xlassess.services.common.opening import still_open
from xlassess.services.common.other_round import OTHER_ROUND
from xlassess.services.common.phrases import capital, count, named
from xlassess.services.common.workbooks.asked import (
    answered,
)
from xlassess.services.common.workbooks.outbox import sha256_of
from xlassess.services.decide.decision import (
    A_NUMBER,
    Decided,
    Why,
    concerned,
    decided_now,
    deciding,
    open_workbook,
    still_open_for,
    taken_back,
)
from xlassess.services.ingest import context_of

_HASH = re.compile(r"[0-9a-f]{6,64}")


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
    with deciding(folder, why) as ledger:
        book = open_workbook(ledger, reference)
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
        made = decided_now(ledger, "chosen", [ret.number], [book.reference])
        return replace(made, ended=before)


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
    if A_NUMBER.fullmatch(which):
        yield [ret for ret in returns if ret.number == int(which)]
    yield [ret for ret in returns if which in (ret.file, ret.file.rpartition("/")[2])]
    path = Path(which)
    if path.is_file():
        sha256 = sha256_of(path.read_bytes())
        yield [ret for ret in returns if ret.sha256 == sha256]
    if _HASH.fullmatch(which):
        yield [ret for ret in returns if ret.sha256.startswith(which)]


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
    with deciding(folder, why) as ledger:
        references: list[str] = []
        with ledger.together():
            for number in reversed(numbers) if undone else numbers:  # the last stands on the first
                still_open_for(ledger, number)
                if undone:
                    references += concerned(taken_back(ledger, "set aside", number, reason))
                else:
                    references.append(ledger.decisions.set_aside(number, reason).reference)
        return decided_now(ledger, "set aside", numbers, references, undone=undone)


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
    with deciding(folder, why) as ledger:
        still_open(ledger, folder.assessment().round)
        decisions, reason = ledger.decisions, why.reason.strip()
        if undone:
            decisions.undo("message set aside", number, reason)
        else:
            decisions.set_message_aside(number, reason)
        return replace(decided_now(ledger, "set aside", [], [], undone=undone), message=number)


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
    with deciding(folder, why) as ledger:
        book = open_workbook(ledger, to)
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
        made = decided_now(ledger, "reassigned", [number], references)
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
