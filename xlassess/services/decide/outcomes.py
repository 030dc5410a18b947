"""How a workbook ended without a return that counts: a nil return, or a refusal to take part."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued
from xlassess.model.errors import UsageError
from xlassess.model.record import OutcomeKind
from xlassess.services.common.workbooks.asked import (
    people_now,
    withdrawn,
)
from xlassess.services.decide.decision import (
    Decided,
    Why,
    decided_now,
    deciding,
    open_workbook,
    open_workbooks,
)


def settle(folder: AssessmentFolder, reference: str, kind: OutcomeKind, why: Why) -> Decided:
    """Record a nil return or a refusal to take part; what came back no longer counts.

    Raises:
        UsageError: there is no such workbook, that was recorded already, it was withdrawn, or no
            reason is given.
    """
    with deciding(folder, why) as ledger:
        book = open_workbook(ledger, reference)
        _refuse_withdrawn(folder, ledger, [book], kind)
        aside = ledger.decisions.settle(book.reference, kind, why.reason.strip())
        return decided_now(ledger, kind, [ret.number for ret in aside], [book.reference])


def settle_all(
    folder: AssessmentFolder, references: Sequence[str], kind: OutcomeKind, why: Why, *,
    undone: bool = False,
) -> Decided:  # fmt: skip
    """Record the same of many workbooks, or take it back: of all of them, or of none.

    Raises:
        UsageError: there is no such workbook, for one of them it was recorded already (or there is
            no record to take back), one was withdrawn, or no reason is given.
    """
    with deciding(folder, why) as ledger:
        named_here = open_workbooks(ledger, [*dict.fromkeys(references)])
        if not undone:
            _refuse_withdrawn(folder, ledger, named_here, kind)
        books = [one.reference for one in named_here]
        with ledger.together():
            for reference in books:
                if undone:
                    ledger.decisions.undo(kind, reference, why.reason.strip())
                else:
                    ledger.decisions.settle(reference, kind, why.reason.strip())
        return decided_now(ledger, kind, [], books, undone=undone)


def _refuse_withdrawn(
    folder: AssessmentFolder, ledger: Ledger, books: Sequence[Issued], kind: OutcomeKind
) -> None:
    """Refuse to record an outcome for people whom the register no longer names.

    They are out of the response rate, and would come back into it: as not returned where they
    declined, and as a response where they have nothing to report.
    """
    assessment, people = folder.assessment(), people_now(folder)
    for book in withdrawn(books, assessment, people, ledger.register().outcomes):
        raise UsageError(
            f"“{kind}” cannot be recorded for {book.reference}: the register does not name "
            f"{book.who} for {book.identity.toolkit} any more, so that nothing is awaited from "
            "there.",
            "If they do take part, put their row back into the register first. If a return "
            'that came back is not to count: xlassess set-aside RETURN --reason "..."',
        )
