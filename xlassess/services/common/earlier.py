"""The rounds before a round, as far as answers may be compared with theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from xlassess.assessment.rounds import round_names
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.seal import questions_digest
from xlassess.ledger import Ledger
from xlassess.ledger.tables.events import WRITING
from xlassess.model.assessment import Assessment
from xlassess.model.errors import XlassessError
from xlassess.model.plan import AgreedPlan, plans_up_to
from xlassess.model.record import Round
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.workbooks.asked import Request, in_force, requests
from xlassess.toolkits.load import find_toolkit


def standing_only(record: Round, named: Collection[Request]) -> Round:
    """Return the record with one workbook for each place of the register.

    A respondent whose workbook was issued anew must not be counted twice, nor must somebody
    who is no longer asked be counted as missing.

    Args:
        record: the round as the ledger tells it.
        named: the places of its register.
    """
    settled = record.current.keys() | record.register.outcomes.keys()
    issued = tuple(in_force(record.issued, settled, named).values())
    known = {item.reference for item in issued}
    current = {name: ret for name, ret in record.current.items() if name in known}
    former = tuple(item for item in record.issued if item.reference not in known)
    return replace(record, issued=issued, current=current, former=former)


def earlier_rounds(
    folder: AssessmentFolder, assessment: Assessment, ledger: Ledger
) -> tuple[Round, ...]:
    """Return the rounds before one that used any of its toolkits, the last one first.

    Args:
        folder: the assessment.
        assessment: the settings of the round.
        ledger: what is on record.

    Raises:
        XlassessError: the settings or the register of an earlier round have mistakes.
    """
    found: list[Round] = []
    name, seen = assessment.follows, {assessment.round}
    while name and name not in seen:
        seen.add(name)
        home = folder.of_round(name)
        settings = home.assessment()
        if {*settings.toolkits} & {*assessment.toolkits}:
            named = {place for place, _ in requests(settings, home.respondents())}
            record = standing_only(ledger.round_record(settings), named)
            if record.current:
                found.append(with_present_toolkits(record, folder))
        name = settings.follows
    before: list[Round] = []
    for record in reversed(found):
        before.insert(0, replace(record, earlier=tuple(before)))
    return tuple(before)


def plans_so_far(
    folder: AssessmentFolder, plans: Mapping[str, AgreedPlan], round_name: str
) -> dict[str, AgreedPlan]:
    """Return the agreed plans of a round and of those before it, in the assessment's order.

    Args:
        folder: the assessment.
        plans: the agreed plans of all rounds.
        round_name: the round.

    Raises:
        XlassessError: the rounds do not follow one another in one line.
    """
    return plans_up_to(plans, round_name, round_names(folder.root) if folder.round_name else ())


def was_followed(folder: AssessmentFolder, round_name: str, ledger: Ledger) -> bool:
    """True when papers of a later round were written, which may tell of this one."""
    names = round_names(folder.root) if folder.round_name else ()
    later = names[names.index(round_name) + 1 :] if round_name in names else ()
    return bool(later) and any(
        event.what in WRITING.values() and event.details.get("round") in later
        for event in ledger.events()
    )


def with_present_toolkits(record: Round, folder: AssessmentFolder) -> Round:
    """Return the record with what its toolkits say now of earlier versions."""
    return replace(record, toolkits=present_toolkits(record.toolkits, folder))


def present_toolkits(kept: Mapping[str, Toolkit], folder: AssessmentFolder) -> dict[str, Toolkit]:
    """Return toolkits with what their files say now and no respondent meets.

    That is no part of the questions, so that the ledger keeps it as it was first recorded; an
    author may say what a question follows, or that it is about something done, after workbooks
    have gone out.

    Args:
        kept: the toolkits as issued, by the digest of their questions.
        folder: the assessment, which may have toolkits of its own.
    """
    toolkits = dict(kept)
    for digest, toolkit in kept.items():
        try:
            present = find_toolkit(toolkit.id, folder.toolkits)
        except XlassessError:
            continue  # the toolkit's file is gone or has mistakes: what is kept is complete
        if present.version == toolkit.version and questions_digest(present) == digest:
            toolkits[digest] = present
    return toolkits
