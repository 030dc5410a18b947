"""The register: what was issued, what came of it, and every file received."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from xlassess.consolidate.figures.privacy.attribution import (
    NOT_USABLE,
    Participants,
    Person,
    participants_of,
    usable_returns,
)
from xlassess.consolidate.figures.values import (
    FileUsed,
    FindingRow,
    RegisterEntry,
    ScoreRow,
    Standing,
)
from xlassess.consolidate.wording.decisions import (
    contested,
    decided_about,
    finding_in_words,
    outcome_in_words,
)
from xlassess.model.answer import Issued, Return, state_of
from xlassess.model.days import local_day
from xlassess.model.finding import Finding
from xlassess.model.record import Round
from xlassess.model.toolkit import Toolkit


@dataclass(frozen=True, slots=True)
class ToolkitGroup:
    """The workbooks of one toolkit version: its key and label in the summary, what was issued."""

    key: str
    label: str
    digest: str
    toolkit: Toolkit
    issued: tuple[Issued, ...]


@dataclass(frozen=True, slots=True)
class RoundInputs:
    """The round as every step of the summary needs it.

    ``usable`` are the returns whose answers count. ``unusable`` is, by reference, what came back
    instead: the workbook that counts and is blank, or the last refused file. A PDF that waits to be
    typed in is none: nothing was refused, and an answer is awaited as before.
    """

    record: Round
    made_at: datetime
    participants: Participants
    usable: Mapping[str, Return]
    unusable: Mapping[str, Return]


def round_inputs(record: Round, made_at: datetime) -> RoundInputs:
    """Prepare a round for its summary."""
    participants = participants_of(record)
    named = participants.attribution == "named"
    found = _untold(record, COORDINATORS if named else COORDINATORS | OVER_ROUNDS | OTHER_WAYS)
    refused = {
        told.reference: told
        for ret, told in zip(record.history, found.history, strict=True)
        if told.state == "refused" and not ret.is_evidence
    }
    blank = {ref: ret for ref, ret in found.current.items() if ret.is_blank}
    return RoundInputs(found, made_at, participants, usable_returns(found), refused | blank)


OVER_ROUNDS = frozenset({"L07"})
"""The finding that a return says what its respondent said last time: told under a letter or a
reference, it would lead from one round to the other."""

OTHER_WAYS = frozenset({"I16", "I17", "L08"})
"""The findings that answers came by telephone, on paper or in a PDF. People know whom they rang up
or who sent a scan: told under a letter, the letter would be theirs."""

COORDINATORS = frozenset({"L09"})
"""The finding of what became of details that were filled in: no paper is about last time's."""


def _untold(record: Round, codes: Set[str]) -> Round:
    """The round without findings that are no matter of its papers."""

    def told(ret: Return) -> Return:
        if not any(finding.code in codes for finding in ret.findings):
            return ret
        left = tuple(finding for finding in ret.findings if finding.code not in codes)
        plain = ret.state == "accepted with notes"
        state = state_of(left, ret.normalised) if plain else ret.state
        return replace(ret, findings=left, state=state)

    return replace(
        record,
        current={name: told(ret) for name, ret in record.current.items()},
        history=tuple(map(told, record.history)),
    )


def entries_of(
    inputs: RoundInputs, group: ToolkitGroup, rows: Sequence[ScoreRow]
) -> tuple[RegisterEntry, ...]:
    """Return the register of a toolkit's workbooks, in the order of partners.

    Args:
        inputs: the round.
        group: the workbooks.
        rows: the scores of the returns that count.
    """
    cards = {row.person.issued.reference: row.card for row in rows}
    entries = []
    people = inputs.participants.people
    named = inputs.participants.attribution == "named"
    unclear = contested(inputs.record)
    outcomes = inputs.record.register.outcomes
    for issued in sorted(group.issued, key=lambda each: people[each.reference].place):
        ret = inputs.usable.get(issued.reference)
        outcome = outcomes.get(issued.reference)
        seen = ret or (None if outcome else inputs.unusable.get(issued.reference))
        card = cards.get(issued.reference)
        findings = (*(seen.findings if seen else ()), *unclear.get(issued.reference, ()))
        said = [finding_in_words(each, inputs.participants) for each in findings]
        if outcome:
            said.append(outcome_in_words(outcome, inputs.participants))
        if named:
            said += decided_about(inputs.record, issued.reference, inputs.participants)
        entries.append(
            RegisterEntry(
                person=people[issued.reference],
                part=group.key,
                standing=_standing(inputs, issued, ret, issued.reference in unclear),
                received_at=seen.received_at if seen and named else None,
                late=named and _late(inputs, seen),
                answered=card.answered if card else 0,
                asked=card.asked if card else _required(group.toolkit),
                queries=sum(each.is_open for each in findings),
                notes=sum(each.severity == "note" or bool(each.waiver) for each in findings),
                put_right=len(seen.normalised) if seen else 0,
                remarks="\n".join(said),
            )
        )
    return tuple(entries)


def findings_of(inputs: RoundInputs, group: ToolkitGroup) -> Iterator[FindingRow]:
    """Yield every finding about the returns of a toolkit, in the order of partners.

    Nothing where single returns are not shown: a finding is about one of them.
    """
    participants = inputs.participants
    if not participants.shows_rows:
        return
    named = participants.attribution == "named"
    unclear = contested(inputs.record)
    people = participants.people
    for issued in sorted(group.issued, key=lambda each: people[each.reference].place):
        name = issued.reference
        seen = inputs.usable.get(name)
        if seen is None and name not in inputs.record.register.outcomes:
            seen = inputs.unusable.get(name)
        for finding in (*(seen.findings if seen else ()), *unclear.get(name, ())):
            yield FindingRow(
                part=group.key,
                person=people[name],
                code=finding.code,
                severity=finding.severity,
                title=finding.kind.title,
                message=finding.message if named else finding.kind.title,
                standing=_settled(finding),
                item=finding.item,
                field=finding.field,
                sheet=finding.sheet,
                cell=finding.cell or ", ".join(finding.cells),
            )


def _settled(finding: Finding) -> Literal["open", "waived", "note", "refusal"]:
    if finding.waiver:
        return "waived"
    if finding.severity == "query":
        return "open"
    return "refusal" if finding.severity == "refuse" else "note"


def last_received(inputs: RoundInputs, group: ToolkitGroup) -> datetime | None:
    """Return when the last return that counts came in."""
    counting = (inputs.usable.get(issued.reference) for issued in group.issued)
    moments = (ret.received_at for ret in counting if ret)
    return max((moment for moment in moments if moment), default=None)


def _required(toolkit: Toolkit) -> int:
    return sum(len(item.answer_fields) for item in toolkit.items() if item.required)


def _standing(inputs: RoundInputs, issued: Issued, ret: Return | None, unclear: bool) -> Standing:
    if ret:
        return "Query open" if ret.state == "query" or unclear else "Returned"
    outcome = inputs.record.register.outcomes.get(issued.reference)
    if outcome:
        return "Declined" if outcome.kind == "declined" else "Nil return"
    if came := inputs.unusable.get(issued.reference):
        return "Blank" if came.is_blank else "Refused"
    due = inputs.record.assessment.return_by
    return "Overdue" if due and local_day(inputs.made_at) > due else "Awaited"


def _late(inputs: RoundInputs, ret: Return | None) -> bool:
    due = inputs.record.assessment.return_by
    return bool(ret and ret.received_at and due and local_day(ret.received_at) > due)


def files_of(inputs: RoundInputs) -> tuple[FileUsed, ...]:
    """Every file that came in; without names under the code, in an order that tells nothing.

    None where single returns are not shown: whoever has a copy of a file could work out its hash,
    and so read what became of it.
    """
    participants = inputs.participants
    if not participants.shows_rows:
        return ()
    used = []
    # Worked out once: it looks through the whole history, and queries are a tenth of it.
    contested_ones = inputs.record.contested
    for ret in inputs.record.history:
        person = participants.people.get(ret.reference)
        state = ret.state
        current = inputs.usable.get(ret.reference)
        replaced = current and current.sha256 != ret.sha256
        unclear = ret.state == "query" and ret.reference in contested_ones
        if state not in NOT_USABLE and replaced and not unclear:
            state = "superseded"
        used.append(_file(participants, ret, person, state))
    if participants.attribution == "named":
        return tuple(used)
    return tuple(sorted(used, key=lambda file: (file.code, file.state)))


def _file(participants: Participants, ret: Return, person: Person | None, state: str) -> FileUsed:
    """A file as it may be shown; others may know when it came, how large it was, and its hash."""
    if participants.attribution == "named":
        return FileUsed(ret.reference, ret.file, ret.sha256, ret.size, state, ret.received_at)
    if person:
        return FileUsed(person.code, person.file, "", 0, state, None)
    return FileUsed("", "", "", 0, state, None)
