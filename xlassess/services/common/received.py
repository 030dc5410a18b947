"""What came of files that were handed over, and the words for it.

The command line and the desk both tell results in these words. What can be done about something is
not among them: the one names a command there, the other has a button.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Literal

from xlassess.ledger import UNCLEAR
from xlassess.model.answer import Issued, Return, State, state_of
from xlassess.model.finding import SEVERITIES, Finding, Severity
from xlassess.model.record import Notice
from xlassess.services.common.offers import Offer
from xlassess.services.common.other_round import OfOtherRound
from xlassess.services.common.phrases import capital, count, listed, named, noticed, refusal, whose
from xlassess.services.common.workbooks.asked import answered

_LOCKED = {"G04", "G18"}
"""The findings of files that need a password: any, or another than those given."""

_NO_RETURN: tuple[State, ...] = ("refused", "duplicate")
"""The states of files that are no return of a workbook."""


def needs_password(ret: Return) -> bool:
    """True for a file that did not open for want of a password."""
    return ret.state == "refused" and any(one.code in _LOCKED for one in ret.findings)


@dataclass(frozen=True, slots=True)
class Received:
    """One file handed over: what was read from it, and whose workbook it is if that is known.

    ``known`` says that the same bytes or answers were read before, so that nothing was changed;
    ``repeats`` is the return with the same answers where they came in other bytes. ``instead``
    is the workbook that counts in place of this one, where a later one was issued and came back.
    ``issued_as`` is the name of the file as it was issued: of a query workbook its own.
    """

    ret: Return
    issued: Issued | None
    known: bool = False
    repeats: Return | None = None
    instead: str = ""
    issued_as: str = ""

    @property
    def is_renamed(self) -> bool:
        """True for a workbook that came under another name than it was issued under."""
        name = self.ret.file.rpartition("/")[2]
        return bool(self.issued_as) and not self.ret.entered and name != self.issued_as

    @property
    def told(self) -> Return:
        """The return with what is told of this file.

        An answer to a query brings along what was noted, and put right, in the file it asked
        about. That was told of that file, and is not in this one: nor is it a reason to say that
        this one has notes.
        """
        here, ret = ("", self.ret.file), self.ret
        if self.known or not ret.query:
            return ret
        findings = tuple(one for one in ret.findings if one.severity != "note" or one.file in here)
        normalised = tuple(one for one in ret.normalised if one.file in here)
        notes = ret.state == "accepted with notes"
        state = state_of(findings, normalised) if notes else ret.state
        return replace(ret, findings=findings, normalised=normalised, state=state)

    def findings(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of this file that have this severity, in the order they were made."""
        return tuple(one for one in self.told.findings if one.severity == severity)

    @property
    def answers(self) -> int:
        """How many answers were read, comments and evidence not counted."""
        return answered(self.ret)

    @property
    def gravest(self) -> Severity | None:
        """The gravest severity among the findings."""
        made = {finding.severity for finding in self.ret.findings}
        return next((severity for severity in SEVERITIES if severity in made), None)


@dataclass(frozen=True, slots=True)
class Noticed:
    """What came back about a message that was sent, and whose workbooks it is about."""

    file: str
    notice: Notice
    issued: tuple[Issued, ...]


@dataclass(frozen=True, slots=True)
class Displaced:
    """A return that no longer counts because another came, and that other.

    ``older`` says that the other seems to have been saved before it: the times that files state
    are not certain enough to ask, but worth telling.
    """

    issued: Issued
    was: Return
    by: Return
    older: bool


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of the files handed over, in the order they were found.

    ``displaced`` are the returns whose place others took; ``notices`` what came back about
    messages that were sent; ``words``, by file, what messages say whose workbook was read before.
    ``offers`` are what messages seem to ask for, with the commands that record it. ``untouched``
    are copies for typing in that nobody has typed in yet. ``other_rounds`` says of files of another
    round what can be done, by the number of the return.
    """

    files: tuple[Received, ...]
    displaced: tuple[Displaced, ...] = ()
    notices: tuple[Noticed, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    untouched: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    other_rounds: Mapping[int, OfOtherRound] = field(default_factory=dict)

    @property
    def strangers(self) -> tuple[int, ...]:
        """The numbers of the files, where none of several was recognised as one of ours.

        Somebody may have handed over a wrong folder. Nothing where a file was read, was so before,
        belongs to a workbook or another round, or where messages say something.
        """
        others = (self.notices, self.words, self.offers, self.untouched)
        ours = any(map(_may_be_ours, self.files)) or any(others)
        numbers = tuple(file.ret.number for file in self.new if file.ret.number)
        return () if ours or len(numbers) < 2 else numbers

    @property
    def new(self) -> tuple[Received, ...]:
        """The files that had not been read before."""
        return tuple(file for file in self.files if not file.known)

    @property
    def pairs(self) -> tuple[tuple[Received, ...], ...]:
        """Different files of this run for one workbook, two or more together."""
        mine: dict[str, list[Received]] = {}
        for file in self.new:
            if file.ret.reference and file.ret.number and file.ret.state not in _NO_RETURN:
                mine.setdefault(file.ret.reference, []).append(file)
        return tuple(tuple(files) for files in mine.values() if len(files) > 1)

    @property
    def states(self) -> dict[State, int]:
        """How many new files are in each state."""
        return dict(Counter(file.told.state for file in self.new))

    @property
    def needs_person(self) -> bool:
        """True when a file read now was refused, or has queries, or a message asks for something.

        What a message asks for is a decision of the coordinator's.
        """
        return bool(self.offers) or any(file.ret.state in ("refused", "query") for file in self.new)


_NOT_OURS = {"I01", "I02", "I03", "I04"}
"""Of the findings about whose a file is, those that find nothing of ours in it."""


def _may_be_ours(file: Received) -> bool:
    """True for a file that was read, or of which something is known."""
    ret, codes = file.ret, {one.code for one in file.ret.findings}
    known = {code for code in codes if code.startswith("I")} - _NOT_OURS
    return ret.state not in _NO_RETURN or bool(ret.reference or file.repeats or known)


def strangers_told(numbers: Sequence[int]) -> str:
    """Return in a sentence that none of these files is one of ours."""
    return f"None of these {count(len(numbers), 'file')} was recognised as one of this assessment."


STATE_WORDS: Mapping[State, str] = {
    "refused": "refused",
    "query": "with queries",
    "accepted with notes": "accepted with notes",
    "accepted": "accepted",
    "superseded": "superseded by a later return",
    "set aside": "set aside",
    "duplicate": "duplicate",
}
"""What became of a file, in words, in the order in which people are told."""

_COUNTING: tuple[State, ...] = ("accepted", "accepted with notes", "query")


def totals(result: Ingested) -> str:
    """Return in one line how many files there were, and what became of them."""
    states = result.states
    parts = [f"{states[state]} {word}" for state, word in STATE_WORDS.items() if states.get(state)]
    known = len(result.files) - len(result.new)
    before = f"{count(known, 'file')} had been read before; nothing changed."
    if not parts:
        return f"Nothing new: {before}" if known else "There were no files to read."
    text = f"{count(len(result.new), 'new file')}: {listed(parts)}."
    return f"{text} {before}" if known else text


def put_right(ret: Return) -> str:
    """Return in a sentence which values were put right; empty where none were."""
    if not ret.normalised:
        return ""
    # a number typed where words are asked for says the same in words: not the best example
    first = next((one for one in ret.normalised if one.before != one.after), ret.normalised[0])
    how = f"read as “{first.after}”" if first.before != first.after else "taken as words"
    return (
        f"{count(len(ret.normalised), 'value')} put right, because the meaning was clear. The "
        f"first is {first.sheet}, {first.cell}: “{first.before}” {how}."
    )


@dataclass(frozen=True, slots=True)
class ReceivedRemark:
    """One thing that came out beside what was read, in lines of words.

    ``remedy`` is what can be done about it, as the beginning of a sentence that ends in a command,
    and ``by`` the kind of that. ``reference`` and ``number`` are the workbook and the return that
    it is about; no number, where it is one of several.
    """

    lines: tuple[str, ...]
    remedy: str = ""
    by: Literal["", "choose", "send again"] = ""
    reference: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class ReceivedGroup:
    """Things of one kind that came out beside what was read; ``long`` where they may be many."""

    title: str
    remarks: tuple[ReceivedRemark, ...]
    long: bool = False


def beside(result: Ingested) -> Iterator[ReceivedGroup]:
    """Yield what came out beside what was read, group by group."""
    if result.words:
        yield ReceivedGroup(
            "Messages with files that came before",
            tuple(ReceivedRemark((f"{file}: “{text}”",)) for file, text in result.words),
        )
    if result.notices:
        title = f"About messages sent: {count(len(result.notices), 'notice')}"
        yield ReceivedGroup(title, tuple(map(_notice, result.notices)))
    pairs = tuple(_pair(files) for files in result.pairs if files[0].issued)
    if pairs:
        title = f"Different files for one workbook: {count(len(pairs), 'workbook')}"
        yield ReceivedGroup(title, pairs)
    if result.displaced:
        title = f"No longer counted: {count(len(result.displaced), 'return')}"
        yield ReceivedGroup(title, tuple(map(_displaced, result.displaced)))
    yield from _not_counted(result)
    yield from _read_before(result)


def _notice(one: Noticed) -> ReceivedRemark:
    books = one.issued
    who = books[0].who if books else ""
    references = ", ".join(book.reference for book in books)
    lines = [f"{who} ({references}): {noticed(one.notice)}. {one.file}"]
    if one.notice.address:
        lines.append("Correct this address in the register.")
    elif one.notice.kind == "no such address":
        lines.append("Correct the address in the register, and write the workbooks anew.")
        again = " ".join(book.reference for book in books)
        return ReceivedRemark(tuple(lines), "To send them again", "send again", again)
    return ReceivedRemark(tuple(lines))


def _pair(files: Sequence[Received]) -> ReceivedRemark:
    """Files that one person sent for one workbook, and which of them counts."""
    issued = files[0].issued
    assert issued is not None  # noqa: S101 - only workbooks that were issued have pairs
    names = [f"{named(file.ret)}: {file.ret.state}" for file in files]
    unclear = any(one.code in UNCLEAR for file in files for one in file.findings("query"))
    lines = (f"{issued.who}, {issued.reference}", capital(listed(names)))
    if not unclear:
        return ReceivedRemark(lines)
    numbers = " or ".join(str(file.ret.number) for file in files)
    return ReceivedRemark(lines, f"Ask which counts, {numbers}", "choose", issued.reference)


def _displaced(one: Displaced) -> ReceivedRemark:
    was, by = one.was, one.by
    lines = [
        one.issued.who,
        f"Return {by.number} ({by.file}) replaces return {was.number} ({was.file}).",
    ]
    if not one.older:
        return ReceivedRemark(tuple(lines))
    lines.append("By the times in the two files, it may have been saved earlier.")
    remedy = "To count the first one"
    return ReceivedRemark(tuple(lines), remedy, "choose", was.reference, was.number)


def _not_counted(result: Ingested) -> Iterator[ReceivedGroup]:
    """Yield what is kept and does not count: of workbooks replaced, and about what is set aside."""
    replaced = [file for file in result.new if file.instead]
    if replaced:
        yield ReceivedGroup(
            f"Of a workbook that was replaced: {count(len(replaced), 'file')}",
            tuple(
                ReceivedRemark((
                    f"{file.ret.file}: {file.instead} was issued to replace it and has come back, "
                    "so that one counts.",
                ))
                for file in replaced
            ),
        )  # fmt: skip
    aside = [file for file in result.new if file.ret.reference and file.ret.state == "set aside"]
    if aside:
        yield ReceivedGroup(
            f"Kept, but not counted: {count(len(aside), 'file')}",
            tuple(
                ReceivedRemark(
                    (f"{file.ret.file} answers a query about a return that was set aside.",),
                    "To count it", "choose", file.issued.reference if file.issued else "",
                    file.ret.number,
                )
                for file in aside
            ),
        )  # fmt: skip


def _read_before(result: Ingested) -> Iterator[ReceivedGroup]:
    """Yield the files that brought nothing new."""
    same = [file for file in result.files if file.repeats]
    twice = [
        file.ret
        for file in result.files
        if file.ret.state == "duplicate" and file.ret.sha256 and not file.repeats
    ]
    firsts = {file.ret.sha256: file.ret.file for file in reversed(result.files)}
    refused = [file.ret for file in result.files if file.known and file.ret.state == "refused"]
    left = [file.ret for file in result.files if file.known and file.ret.state == "set aside"]
    for title, lines in (
        (
            f"Left out before, and so again: {count(len(left), 'file')}",
            [f"{named(ret)}: it was set aside, and counts for nobody" for ret in left],
        ),
        (f"Still refused: {count(len(refused), 'file')}", [refusal(ret) for ret in refused]),
        (
            f"The same answers again, in another file: {count(len(same), 'file')}",
            [_repeated(file) for file in same],
        ),
        (
            f"Given twice: {count(len(twice), 'file')}",
            [f"{ret.file}: the same as {firsts[ret.sha256]}" for ret in twice],
        ),
        (
            f"Nothing typed in yet: {count(len(result.untouched), 'copy', 'copies')}",
            list(result.untouched),
        ),
    ):
        if lines:
            yield ReceivedGroup(title, tuple(ReceivedRemark((line,)) for line in lines), long=True)


def _repeated(file: Received) -> str:
    first = file.repeats
    if first is None:
        return file.ret.file
    stands = "" if first.state in _COUNTING else f", which is {first.state}"
    return f"{file.ret.file}: as return {first.number} ({first.file}){stands}; nothing changed"


def told_of(file: Received) -> tuple[str, str, str]:
    """Return a file by its name, what became of it, and what was read, as it is told at once."""
    return file.ret.file, capital(STATE_WORDS[file.told.state]), _read_in_words(file)


def _read_in_words(file: Received) -> str:
    """What was read from a file, or why nothing was."""
    if file.ret.state == "refused":
        return next((one.kind.title for one in file.findings("refuse")), "")
    if file.issued is None:
        return ""
    doubts = len(file.findings("query"))
    read = f"{file.issued.who}, {file.issued.identity.toolkit}: {count(file.answers, 'answer')}"
    known = "; read before" if file.known else ""
    return f"{read}{known}" + (f"; {count(doubts, 'query', 'queries')}" if doubts else "")


def in_plain_values(result: Ingested, names: Sequence[str] = ()) -> dict[str, Any]:
    """Return what came of files as plain values, to be kept and shown.

    Args:
        result: what came of them.
        names: the files as they were handed over: of those that nothing is told of, it is said
            why.
    """
    return {
        "files": [_plain(file) for file in result.files],
        "offers": [{"lines": list(one.lines)} for one in result.offers],
        "groups": [asdict(group) for group in beside(result)],
        "passed": _passed_over(result, names),
        "mailbox": [],
        "strangers": strangers_told(result.strangers) if names and result.strangers else "",
    }


def _plain(file: Received) -> dict[str, Any]:
    name, state, read = told_of(file)
    issued = file.issued
    return {
        "name": name,
        "state": file.told.state,
        "told": state,
        "read": read,
        "known": file.known,
        "reference": file.ret.reference,
        "number": file.ret.number,
        "joint": issued.identity.kind if issued else "",
        "whose": whose(issued) if issued else "",
        "put_right": put_right(file.told),
        "findings": [
            {
                "number": one.number, "code": one.code, "severity": one.severity,
                "title": one.kind.title, "where": capital(one.where), "message": one.message,
                "remedy": one.remedy,
            }
            for one in file.told.findings
        ],
    }  # fmt: skip


def _passed_over(result: Ingested, names: Sequence[str]) -> list[str]:
    """The files handed over of which nothing is told: hidden ones, and locks of open workbooks."""
    told = {file.ret.file for file in result.files}
    told.update(one.file for one in result.notices)
    told.update(result.untouched)
    opened = {str(above) for name in told for above in PurePosixPath(name).parents}
    return [name for name in names if name not in told and name not in opened]
