"""What respondents answered last time, as far as they may be shown it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from xlassess.assessment.settings import AssessmentFolder
from xlassess.generate import ShownAnswers, printed_beside
from xlassess.ledger import Ledger
from xlassess.model.answer import NOTHING_FILLED_IN, Issued, Return, Value, state_of
from xlassess.model.assessment import Assessment
from xlassess.model.catalogue import found
from xlassess.model.days import written_day
from xlassess.model.finding import Finding
from xlassess.model.query import concerned
from xlassess.model.record import Round
from xlassess.model.toolkit import Item, Section, Toolkit
from xlassess.services.common.earlier import earlier_rounds
from xlassess.services.common.workbooks.asked import Request, request_of
from xlassess.toolkits.comparing import earlier_items

_UNUSABLE = ("refused", "superseded", "duplicate", "set aside")


@dataclass(frozen=True, slots=True)
class EarlierReturn:
    """What somebody answered in an earlier round, by item and field as they are now.

    ``own`` is False where it is the answer of the person before. ``apart`` are the items whose
    number another question had then, to which they gave an answer.
    """

    round: str
    answers: Mapping[tuple[str, str], Value]
    own: bool = True
    apart: frozenset[str] = frozenset()


def is_fact(section: Section, item: Item, toolkit: Toolkit) -> bool:
    """True for what is no judgement: free answers on a page of details, rankings aside.

    Partnership Protocol of Melton Borough Council, Appendix C, "Partnership details".
    """
    return (
        toolkit.subject != "proposal"
        and section in toolkit.sections
        and not section.scored
        and item.is_free
        and not item.ranks
    )


def facts_of(toolkit: Toolkit) -> frozenset[str]:
    """Return the items of a toolkit that are facts."""
    return frozenset(
        item.id
        for section in toolkit.all_sections
        for item in section.items
        if is_fact(section, item, toolkit)
    )


def shown_to(
    assessment: Assessment, toolkit: Toolkit, before: EarlierReturn | None
) -> ShownAnswers | None:
    """Return what a workbook shows of last time; None where it shows nothing.

    Checklists are about one proposal each, so that nothing of another is shown.

    Args:
        assessment: the settings, which say how much.
        toolkit: the questions.
        before: what was answered last time, if anything.
    """
    how = assessment.show_last_time.get(toolkit.id, "facts")
    if before is None or how == "no" or toolkit.subject == "proposal":
        return None
    return _shown(how, toolkit, before)


def _shown(how: str, toolkit: Toolkit, before: EarlierReturn) -> ShownAnswers | None:
    facts = facts_of(toolkit)
    filled = frozenset(item for item, _ in before.answers if item in facts)
    answers = {
        place: value
        for place, value in before.answers.items()
        if how == "all" or place[0] in filled
    }
    apart = before.apart if how == "all" else frozenset()
    return ShownAnswers(before.round, how, answers, filled, apart) if answers else None


_OF_GAPS = ("C02", "C12", "C18", "C24", "C25", "C26", "C27")
"""The findings that are not told of a workbook in which nothing is filled in: of what is missing,
and of answers that do not go together."""


def is_untouched(toolkit: Toolkit, before: EarlierReturn, ret: Return) -> bool:
    """True for a return that says nothing but facts that stood in its cells when it was sent.

    Args:
        toolkit: the questions.
        before: what was answered last time, which the workbook shows.
        ret: what came back.
    """
    facts = facts_of(toolkit)
    if _has_facts_only(toolkit, facts):
        return False  # to confirm them is all that is asked for
    unread = any(
        finding.code.startswith("C") and finding.severity == "query"
        for finding in ret.findings
        if finding.code not in _OF_GAPS
    )
    if not ret.answers or ret.actions or ret.query or unread:
        return False
    return all(
        answer.item in facts
        and (answer.item, answer.field) in before.answers
        and _alike(answer.value, before.answers[answer.item, answer.field])
        for answer in ret.answers
    )


def _has_facts_only(toolkit: Toolkit, facts: Set[str]) -> bool:
    return all(item.id in facts for section in toolkit.all_sections for item in section.items)


def _alike(one: Value, other: Value) -> bool:
    """True for what reads alike: programs change how lines of a text end."""
    if isinstance(one, str) and isinstance(other, str):
        return one.split() == other.split()
    return one == other


def as_blank(ret: Return) -> Return:
    """Return an untouched return as what it is: one in which nothing is filled in."""
    rest = (finding for finding in ret.findings if finding.code not in _OF_GAPS)
    findings = (*rest, found(NOTHING_FILLED_IN).in_file(ret.file))
    return replace(ret, findings=findings, state=state_of(findings, ret.normalised))


def about_facts(toolkit: Toolkit, shown: EarlierReturn, ret: Return) -> Finding | None:
    """Return the note on what became of the facts that were filled in; None where none were.

    Args:
        toolkit: the questions.
        shown: what the workbook showed of last time.
        ret: what came back.
    """
    facts = facts_of(toolkit)
    filled = {place: value for place, value in shown.answers.items() if place[0] in facts}
    if not filled:
        return None
    now = {(answer.item, answer.field): answer.value for answer in ret.answers}
    unread = {(slot.item, slot.field) for finding in ret.findings for slot in concerned(finding)}
    changed, same = [], 0
    for place, value in filled.items():
        if place in now and _alike(now[place], value):
            same += 1
        elif place in now:
            changed.append(f"{place[0]} ({_brief(value)}, now {_brief(now[place])})")
        elif place not in unread:
            changed.append(f"{place[0]} ({_brief(value)}, now empty)")
    told = f" Changed: {'; '.join(changed[:_MOST_TOLD])}." if changed else ""
    if len(changed) > _MOST_TOLD:
        told = f"{told[:-1]}; and {len(changed) - _MOST_TOLD} more."
    note = found("L09", count=str(len(filled)), same=str(same), round=shown.round, changed=told)
    return note.in_file(ret.file)


_MOST_TOLD = 20
_LONGEST_TOLD = 60


def _brief(value: Value) -> str:
    if isinstance(value, date):
        return written_day(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    text = " ".join(value.split())
    return f"“{text if len(text) <= _LONGEST_TOLD else f'{text[:_LONGEST_TOLD].rstrip()} …'}”"


_FEWEST_ALIKE = 3
"""Fewest judgements of which it is worth telling that all are those of last time."""


def same_judgements(toolkit: Toolkit, before: EarlierReturn, ret: Return) -> int:
    """Return how many judgements a return gives, where each is that of last time; else 0.

    Args:
        toolkit: the questions.
        before: what was answered last time.
        ret: what came back.
    """
    chosen = {item.id for item in toolkit.items() if not item.is_free}
    now = {
        (answer.item, answer.field): answer.value
        for answer in ret.answers
        if answer.item in chosen and answer.field.startswith("answer")
    }
    then = {place: value for place, value in before.answers.items() if place[0] in chosen}
    return len(now) if now == then and len(now) >= _FEWEST_ALIKE else 0


class LastAnswers:
    """What those who are asked answered last time, and what their workbooks show of it.

    The two differ where a return of last time was put right after a workbook went out.

    Args:
        gave: what they answered, by the reference of the workbook they have now.
        rounds: gives the earlier rounds; asked for where something was put right alone.
    """

    def __init__(
        self, gave: Mapping[str, EarlierReturn], rounds: Callable[[], Sequence[Round]]
    ) -> None:
        self._gave, self._rounds = gave, rounds
        self._came: dict[tuple[str, str], list[tuple[Round, Issued, Return]]] | None = None

    def of(self, reference: str) -> EarlierReturn | None:
        """Return what the respondent of a workbook answered last time."""
        return self._gave.get(reference)

    def shown_in(self, book: Issued, toolkit: Toolkit) -> EarlierReturn | None:
        """Return what a workbook shows of last time, whatever came in since; None for nothing."""
        how, _, digest = book.identity.given.partition(" ")
        gave = self._gave.get(book.reference)
        if not digest:
            return None
        if gave and _is_shown(book, how, toolkit, gave):
            return gave
        for record, issued, ret in self._all_of(book):
            own = issued.identity.respondent == book.identity.respondent
            before = _mapped(record, issued, ret, toolkit, own=own)
            if _is_shown(book, how, toolkit, before):
                return before
        return gave

    def beside(self, book: Issued, toolkit: Toolkit) -> dict[str, str]:
        """Return, by item, what a workbook shows beside its cells; nothing where not known."""
        if not book.identity.given.startswith("all "):
            return {}
        gave = self._gave.get(book.reference)
        shown = _shown("all", toolkit, gave) if gave else None
        if shown is None or shown.given != book.identity.given:
            before = self.shown_in(book, toolkit)
            shown = _shown("all", toolkit, before) if before else None
        if shown is None or shown.given != book.identity.given:
            return {}
        return printed_beside(toolkit, shown)

    def _all_of(self, book: Issued) -> Sequence[tuple[Round, Issued, Return]]:
        """All that ever came from the same partner to the same toolkit, the newest first."""
        if self._came is None:
            self._came = {}
            for record in self._rounds():
                books = {one.reference: one for one in (*record.issued, *record.former)}
                for ret in reversed(record.history):
                    issued = books.get(ret.reference)
                    if issued and ret.state != "refused":
                        place = (issued.identity.partner, issued.identity.toolkit)
                        self._came.setdefault(place, []).append((record, issued, ret))
        return self._came.get((book.identity.partner, book.identity.toolkit), ())


def _is_shown(book: Issued, how: str, toolkit: Toolkit, before: EarlierReturn) -> bool:
    shown = _shown(how, toolkit, before)
    return shown is not None and shown.given == book.identity.given


def earlier_returns(
    folder: AssessmentFolder,
    assessment: Assessment,
    ledger: Ledger,
    asked: Mapping[Request, Toolkit],
) -> dict[Request, EarlierReturn]:
    """Return what each who is asked answered the last time that they did.

    Args:
        folder: the assessment.
        assessment: the settings of the round.
        ledger: what is on record.
        asked: the places of the register, each with its toolkit.
    """
    if not assessment.follows:
        return {}
    last: dict[Request, EarlierReturn] = {}
    rounds = earlier_rounds(folder, assessment, ledger)
    for record in rounds:
        gave = dict(_by_place(record))
        for place, toolkit in asked.items():
            if place in gave and place not in last:
                issued, ret = gave[place]
                last[place] = _mapped(record, issued, ret, toolkit)
    if assessment.show_successors and rounds:
        last = {**dict(_successors(rounds[0], asked)), **last}
    return last


def _by_place(record: Round) -> Iterator[tuple[Request, tuple[Issued, Return]]]:
    for issued in record.issued:
        ret = record.current.get(issued.reference)
        if ret is not None and ret.state not in _UNUSABLE and not ret.is_blank:
            yield request_of(issued), (issued, ret)


def _successors(
    record: Round, asked: Mapping[Request, Toolkit]
) -> Iterator[tuple[Request, EarlierReturn]]:
    """Yield for who is new at a partner the answers of the one person who is no longer asked.

    Only where that person was promised no more than to be named: a name may be known then.
    """
    gave = dict(_by_place(record))
    for place, toolkit in asked.items():
        same = (place.partner, place.toolkit)
        gone = [each for each in gave if (each.partner, each.toolkit) == same and each not in asked]
        before = {one.identity.respondent for one in record.issued}
        new = [
            each
            for each in asked
            if (each.partner, each.toolkit) == same and each.respondent not in before
        ]
        if len(gone) == 1 and new == [place]:
            issued, ret = gave[gone[0]]
            if issued.promise.attribution == "named":
                yield place, _mapped(record, issued, ret, toolkit, own=False)


def _mapped(
    record: Round, issued: Issued, ret: Return, toolkit: Toolkit, *, own: bool = True
) -> EarlierReturn:
    """An earlier return under the numbers that its questions have now, as far as comparable."""
    then = record.toolkits[issued.identity.digest]
    matches = earlier_items(toolkit, then)
    now = {match.item.id: item for item, match in matches.items() if match.item is not None}
    answered = {answer.item for answer in ret.answers if answer.value != ""}
    apart = {item for item, match in matches.items() if match.item is None and item in answered}
    answers = {
        (now[answer.item], answer.field): answer.value
        for answer in ret.answers
        if answer.item in now and answer.field.startswith("answer") and answer.value != ""
    }
    return EarlierReturn(record.assessment.round, answers, own, frozenset(apart))
