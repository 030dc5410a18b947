"""What the coordinator decided, as the summary may tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from xlassess.consolidate.figures.privacy.attribution import Participants, Person
from xlassess.consolidate.wording.terms import day
from xlassess.model.answer import Return
from xlassess.model.finding import Finding
from xlassess.model.record import Decision, Outcome, Round

_ORDER = "L"
"""The group of findings about how a return fits those that came before."""


def finding_in_words(finding: Finding, participants: Participants) -> str:
    """Return a finding with its waiver; without names what may quote a partner stays out."""
    named = participants.attribution == "named"
    where = f" ({finding.where})" if finding.where else ""
    said = f"{finding.code}: {finding.message if named else finding.kind.title}{where}"
    if finding.waiver is None:
        return said
    verb = "Settled" if finding.code.startswith(_ORDER) else "Waived"
    if not named:
        return f"{said}. {verb} {day(finding.waiver.at)}."
    full = said if said.endswith((".", ")")) else f"{said}."
    return (
        f"{full} {verb} by {finding.waiver.by}, {day(finding.waiver.at)}: {finding.waiver.reason}"
    )


def outcome_in_words(outcome: Outcome, participants: Participants) -> str:
    """Return how a workbook was settled without a return."""
    kind = f"{outcome.kind[:1].upper()}{outcome.kind[1:]}"
    if participants.attribution == "named":
        return f"{kind}, recorded by {outcome.by}, {day(outcome.at)}: {outcome.reason}"
    return f"{kind}, recorded {day(outcome.at)}"


def contested(record: Round) -> dict[str, list[Finding]]:
    """Return, by reference, the open findings that it is not clear which return counts."""
    found: dict[str, list[Finding]] = {}
    waiting = record.contested
    for ret in record.history:
        if ret.reference in waiting and ret.state == "query":
            mine = [one for one in ret.findings if one.is_open and one.code.startswith(_ORDER)]
            found.setdefault(ret.reference, []).extend(mine)
    return found


def waivers(
    record: Round, usable: Mapping[str, Return], participants: Participants
) -> tuple[str, ...]:
    """Return the waivers in force as the Method sheet lists them, one sentence each.

    Unless names are shown, their order does not follow the register. In an aggregated summary
    there is a sentence for each that says nothing of whose it is.
    """
    order = sorted(record.issued, key=lambda issued: participants.people[issued.reference].place)
    found = tuple(
        sentence
        for issued in order
        if issued.reference in usable
        for sentence in _sentences(
            participants.people[issued.reference], usable[issued.reference], participants
        )
    )
    return found if participants.shows_rows else tuple(sorted(found))


def decisions(record: Round, participants: Participants) -> tuple[str, ...]:
    """Return what was decided about returns as the Method sheet lists it, one sentence each.

    Unless names are shown, neither by whom is told nor about which file, and in an aggregated
    summary no more than how often what was decided.
    """
    if not participants.shows_rows:
        kinds = Counter(one.kind for one in record.decisions)
        return tuple(f"{kind}: {count}" for kind, count in sorted(kinds.items()))
    return tuple(
        _decided(one, participants.people[one.reference], participants)
        for one in record.decisions
        if one.reference in participants.people
    )


def typed_in(record: Round, usable: Collection[str], participants: Participants) -> str:
    """Return which returns somebody typed in for their respondents, as the Method sheet says it.

    The rule: of the returns that count, those with finding I16. Without names no more is told than
    how many: people know whom they rang up. Empty where there are none.

    Args:
        record: the round as the ledger has it, with all findings.
        usable: the references of the workbooks whose answers count.
        participants: how everyone is shown.
    """
    order = sorted(usable, key=lambda name: participants.people[name].place)
    typed = [(name, said) for name in order if (said := record.current[name].entered)]
    if not typed:
        return ""
    were = "was" if len(typed) == 1 else "were"
    text = (
        f"{len(typed)} of the {len(order)} returns that count {were} typed in by somebody else, "
        "as the respondent answered by another way."
    )
    if participants.attribution != "named":
        return text
    told = (
        f"{participants.people[name].code}: {said.details['source']}, by {said.details['by']}, "
        f"{said.details['day']}"
        for name, said in typed
    )
    return f"{text} {'. '.join(told)}."


def decided_about(record: Round, reference: str, participants: Participants) -> tuple[str, ...]:
    """Return what was decided about returns of one workbook, where names are shown."""
    mine = [one for one in record.decisions if one.reference == reference]
    return (
        tuple(_decided(one, participants.people[reference], participants) for one in mine)
        if mine
        else ()
    )


def _decided(one: Decision, person: Person, participants: Participants) -> str:
    named = participants.attribution == "named"
    what = f"Return {one.number} ({one.file})" if named else "A return"
    by = f"by {one.by}, " if named else ""
    verb = {
        "chosen": "chosen to count for", "set aside": "of", "reassigned": "reassigned to",
        "corrected": "made as a correction for",
    }  # fmt: skip
    tail = " set aside" if one.kind == "set aside" else ""
    said = participants.tidy(one.reason)
    text = f"{what} {verb[one.kind]} {person.code}{tail}: {by}{day(one.at)}: {said}"
    return " ".join(text.split())


def _sentences(person: Person, ret: Return, participants: Participants) -> Iterator[str]:
    for finding in ret.findings:
        if not finding.waiver or finding.code.startswith(_ORDER) or finding.severity == "note":
            continue
        what = f"{finding.code} ({finding.kind.title.lower()})"
        if not participants.shows_rows:
            yield what
            continue
        by = f"by {finding.waiver.by}, " if participants.attribution == "named" else ""
        where = f", {finding.where}" if finding.where else ""
        said = " ".join(participants.tidy(finding.waiver.reason).split())
        yield f"{what} of return {person.code}{where}: {by}{day(finding.waiver.at)}: {said}"
