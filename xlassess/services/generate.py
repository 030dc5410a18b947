"""Generating: the outbox holds one sealed workbook for every place of the register.

Workbooks are recorded in the ledger before they are written. Whatever interrupts a run, no
workbook can leave the outbox that the ledger does not know, and the next run writes what is
missing: a workbook's reference and bytes follow from who is asked what, so they come out the
same again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.seal import questions_digest
from xlassess.ledger import Ledger
from xlassess.ledger.archive import sweep
from xlassess.model.answer import Issued
from xlassess.services.issuing import UNDECIDED, Clerk, Deed, Kit, Outcome, Press, Workbook
from xlassess.services.opening import own_secret
from xlassess.services.outbox import holds, put_aside, write_whole
from xlassess.services.progress import Watch, silent
from xlassess.services.standing import asked, place_of, toolkits_of


@dataclass(frozen=True, slots=True)
class Generated:
    """What a run of generate did."""

    outbox: Path
    workbooks: tuple[Workbook, ...]

    def having(self, *outcomes: Outcome) -> tuple[Workbook, ...]:
        """The workbooks with one of these outcomes."""
        return tuple(book for book in self.workbooks if book.outcome in outcomes)

    @property
    def needs_person(self) -> bool:
        """True when a workbook was left as it was and somebody has to decide."""
        return bool(self.having(*UNDECIDED))


def generate(
    folder: AssessmentFolder, *, now: datetime, reissue: bool = False, watch: Watch = silent
) -> Generated:
    """Bring the outbox up to date with the register.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        reissue: issue workbooks again whose questions, names or settings changed.
        watch: told how many workbooks are done.

    Raises:
        XlassessError: settings, register or a toolkit cannot be used.
        OSError: a file cannot be written.
    """
    assessment = folder.assessment()
    places = asked(assessment, folder.respondents())
    kits = {
        name: Kit(toolkit, questions_digest(toolkit))
        for name, toolkit in toolkits_of(folder, assessment).items()
    }
    secret = folder.secret()
    folder.outbox.mkdir(parents=True, exist_ok=True)
    sweep(folder.outbox)
    with Ledger(folder.ledger_file, lambda: now) as ledger:
        earlier = ledger.issued()
        own_secret(folder, earlier)
        clerk = Clerk(
            folder.outbox,
            assessment,
            secret,
            Press(assessment, secret, ledger.toolkits()),
            issued=earlier,
            now=now,
            reissue=reissue,
        )
        deeds = [clerk.deed(place, person, kits[place.toolkit]) for place, person in places]
        for kit in kits.values():
            ledger.keep_toolkit(kit.toolkit, kit.digest)
        ledger.record_issued([deed.record for deed in deeds if deed.record])
    for done, deed in enumerate(deeds, start=1):
        if deed.write:
            write_whole(deed.book.path, deed.write.data())
        watch(done, len(deeds))
    same_round = (item for item in earlier if item.identity.round == assessment.round)
    _put_aside(folder.outbox, same_round, deeds)
    return Generated(folder.outbox, tuple(deed.book for deed in deeds))


def _put_aside(outbox: Path, earlier: Iterable[Issued], deeds: Iterable[Deed]) -> None:
    """Move workbooks that later ones stand in for out of the way, if nobody touched them."""
    counts = {deed.place: deed.book.reference for deed in deeds}
    for item in earlier:
        path = outbox / item.file_name
        instead = counts.get(place_of(item), item.reference)
        if instead != item.reference and holds(path, item.sha256):
            put_aside(path)
