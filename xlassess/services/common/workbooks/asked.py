"""The register: who was asked for which workbook, and which issued workbook stands for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import RoundOverview
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Assessment, Respondent
from xlassess.model.errors import XlassessError
from xlassess.model.query import concerned
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit


class Request(NamedTuple):
    """One place of the register: a respondent and a toolkit, by their ids."""

    partner: str
    respondent: str
    toolkit: str


def request_of(issued: Issued) -> Request:
    """Return the place an issued workbook fills."""
    identity = issued.identity
    return Request(identity.partner, identity.respondent, identity.toolkit)


def requests(
    assessment: Assessment, respondents: Sequence[Respondent]
) -> tuple[tuple[Request, Respondent], ...]:
    """Return every place of the register, toolkit by toolkit in the assessment's order.

    Raises:
        XlassessError: nobody is asked, or somebody is asked for a toolkit that the
            assessment does not use.
    """
    if not respondents:
        raise XlassessError(
            "There are no respondents in partners.xlsx yet.",
            "Enter one row for each person you ask. Save the file and run the command again.",
        )
    for respondent in respondents:
        for toolkit in respondent.toolkits:
            if toolkit not in assessment.toolkits:
                raise XlassessError(
                    f"{respondent.shown} is asked for the toolkit {toolkit!r}, which this "
                    "assessment does not use.",
                    "Add it under toolkits in assessment.yaml, or correct partners.xlsx.",
                )
    return tuple(
        (Request(respondent.partner_id, respondent.id, toolkit), respondent)
        for toolkit in assessment.toolkits
        for respondent in respondents
        if not respondent.toolkits or toolkit in respondent.toolkits
    )


def toolkits_of(folder: AssessmentFolder, assessment: Assessment) -> dict[str, Toolkit]:
    """Return the assessment's toolkits by id, the folder's own coming first.

    Raises:
        XlassessError: a toolkit is not known, or its file has mistakes.
    """
    return {name: find_toolkit(name, folder.toolkits) for name in assessment.toolkits}


def in_force(
    issued: Iterable[Issued], settled: Collection[str], named: Collection[Request]
) -> dict[Request, Issued]:
    """Return the one issued workbook that counts for each place.

    Where a place had several (its questions or settings changed while the round ran), the last
    one that came back counts, and before any came back the last one issued. Workbooks of people
    the register no longer names count only if they came back.

    Args:
        issued: every workbook of the round, in the order of issue as the ledger has it: clocks
            may be put right between two runs.
        settled: the references of those that came back, or for which a nil return or a
            refusal to take part is recorded.
        named: the places of the register as it is now.
    """
    counts: dict[Request, Issued] = {}
    for item in issued:
        place = request_of(item)
        back = item.reference in settled
        held = counts.get(place)
        if (place in named or back) and (held is None or back or held.reference not in settled):
            counts[place] = item
    return counts


def people_now(folder: AssessmentFolder) -> tuple[Respondent, ...]:
    """Return who the register names; nobody where it cannot be read, which others tell."""
    try:
        return folder.respondents()
    except XlassessError:
        return ()


def withdrawn(
    books: Iterable[Issued], assessment: Assessment, people: Sequence[Respondent],
    settled: Collection[str],
) -> tuple[Issued, ...]:  # fmt: skip
    """Return the workbooks of this round of which nothing is awaited any more.

    The register no longer names the person for the toolkit, and nothing else settled the workbook.

    Args:
        books: the workbooks to choose from.
        assessment: the settings of the round.
        people: the register; without anybody in it, nothing is taken for withdrawn.
        settled: the references for which a nil return or a refusal to take part is recorded.

    Raises:
        XlassessError: somebody is asked for a toolkit that the assessment does not use.
    """
    if not people:
        return ()
    asked = {place for place, _ in requests(assessment, people)}
    return tuple(
        book
        for book in books
        if book.identity.round == assessment.round
        and not book.identity.kind
        and book.reference not in settled
        and request_of(book) not in asked
    )


def whose_addresses(
    respondents: Iterable[Respondent], issued: Iterable[Issued]
) -> dict[str, frozenset[str]]:
    """Return every address in small letters, with the ids of the respondents whose it is.

    One box may be that of several. An address that a workbook was issued to stays its respondent's.

    Args:
        respondents: the register as it is now.
        issued: the workbooks.
    """
    found: dict[str, set[str]] = {}
    for person in respondents:
        for address in person.addresses:
            found.setdefault(address, set()).add(person.id)
    for book in issued:
        if book.email and not book.identity.kind:
            found.setdefault(book.email.casefold(), set()).add(book.identity.respondent)
    return {address: frozenset(ids) for address, ids in found.items()}


def open_evidence(overview: RoundOverview) -> dict[str, tuple[Return, ...]]:
    """Return the PDFs and pictures that nobody has typed in yet, by the workbook's reference.

    Once a return of the workbook counts, or that there will be none is on record, there is
    nothing left to be typed in.
    """
    found: dict[str, tuple[Return, ...]] = {}
    settled = overview.returned | overview.register.outcomes.keys()
    for ret in overview.history:
        waits = ret.state == "refused" and ret.is_evidence
        if waits and ret.reference not in settled:
            found[ret.reference] = (*found.get(ret.reference, ()), ret)
    return found


def later_evidence(overview: RoundOverview) -> dict[str, tuple[Return, ...]]:
    """Return the PDFs and pictures that came after what is on record, by the workbook's reference.

    They may hold corrections of the return that counts, or answers of somebody for whom a nil
    return or a refusal to take part is recorded.
    """
    found: dict[str, tuple[Return, ...]] = {}
    outcomes, back = overview.register.outcomes, overview.returned
    for ret in overview.history:
        if ret.state != "refused" or not ret.is_evidence:
            continue
        if ret.reference in back:
            later = ret.number > overview.current[ret.reference].number
        else:
            outcome = outcomes.get(ret.reference)
            later = bool(outcome and ret.received_at and ret.received_at > outcome.at)
        if later:
            found[ret.reference] = (*found.get(ret.reference, ()), ret)
    return found


def answered(ret: Return) -> int:
    """Return how many answers a return gives, comments and evidence not counted."""
    return sum(answer.field.partition(":")[0] == "answer" for answer in ret.answers)


_MISSING = "C02"
"""The finding of answers that are missing."""


class SaidWhy(NamedTuple):
    """What comments say where answers are missing: the finding's number, and item with comment.

    ``whole`` is True where there is a comment for every answer that the finding is about.
    """

    finding: str
    comments: tuple[tuple[str, str], ...]
    whole: bool


def misses_answers(ret: Return) -> bool:
    """True where it is an open question why answers are missing."""
    return any(finding.code == _MISSING and finding.is_open for finding in ret.findings)


def said_why(ret: Return) -> tuple[SaidWhy, ...]:
    """Return the comments that may say why answers are missing, by finding; open ones only.

    Whether a comment is a reason is for a person to judge: it is shown, and never taken for one.
    """
    comments = {
        one.item: str(one.value).strip()
        for one in ret.answers
        if one.field == "comment" and str(one.value).strip()
    }
    found = []
    for finding in ret.findings:
        if finding.code == _MISSING and finding.is_open:
            items = list(dict.fromkeys(slot.item for slot in concerned(finding)))
            told = tuple((item, comments[item]) for item in items if item in comments)
            if told:
                found.append(SaidWhy(finding.number, told, len(told) == len(items)))
    return tuple(found)
