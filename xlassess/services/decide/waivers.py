"""Waivers: queries that are accepted as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.assessment.settings import AssessmentFolder
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import UsageError
from xlassess.model.finding import Finding
from xlassess.services.common.opening import opened
from xlassess.services.decide.decision import A_NUMBER, Why, still_open_for


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
            if A_NUMBER.fullmatch(number):
                still_open_for(ledger, int(number))
        decide = ledger.decisions.revoke if revoke else ledger.decisions.waive
        returns = decide(names, why.reason.strip())
        return tuple(Waived(ret, ledger.book(ret.reference), _named(ret, names)) for ret in returns)


def _named(ret: Return, names: Sequence[str]) -> tuple[Finding, ...]:
    return tuple(finding for finding in ret.findings if finding.number in names)
