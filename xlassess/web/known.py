"""Where rounds stand, kept as long as nothing changes: pages ask for it with every click."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.common.opening import files_stand, head_of
from xlassess.services.status import Status, status
from xlassess.web.unsettled import Unsettled, unsettled

_State = tuple[object, ...]


@dataclass(slots=True)
class KnownRounds:
    """Where the rounds of an assessment stand, as last worked out.

    It holds as long as settings, registers, toolkits, day and the last event on record are the
    same. Where only events were added, only what they changed is read.
    """

    _known: dict[Path, tuple[tuple[int, str], _State, Status]] = field(default_factory=dict)
    _listed: tuple[Status, tuple[Unsettled, ...]] | None = None
    _working: threading.Lock = field(default_factory=threading.Lock)

    def status(self, folder: AssessmentFolder, today: date) -> Status:
        """Return where a round stands.

        Raises:
            XlassessError: settings, register or ledger cannot be used.
        """
        with self._working:  # two who ask at once wait for one answer
            # What it is worked out from is looked at first: what comes in meanwhile is seen then.
            last, files = head_of(folder), (today, *files_stand(folder))
            known, before, held = self._known.get(folder.home, ((0, ""), (), None))
            if held is None or before != files or not _goes_on(folder, known, last):
                held = status(folder, today=today)
            elif known != last and held.basis:
                basis = held.basis
                held = status(folder, today=today, known=basis, register=basis.register)
            self._known[folder.home] = (last, files, held)
            return held

    def unsettled(self, found: Status) -> tuple[Unsettled, ...]:
        """Return what is to be settled in a round, as a list."""
        held = self._listed
        if held is None or held[0] is not found:
            held = self._listed = (found, tuple(unsettled(found)))
        return held[1]


def _goes_on(folder: AssessmentFolder, known: tuple[int, str], last: tuple[int, str]) -> bool:
    """True where nothing but more events came since; not where the ledger was put back."""
    if known == last or known[0] == 0:
        return known == last
    if known[0] >= last[0]:
        return False
    with Ledger(folder.ledger) as ledger:
        return ledger.goes_on_from(*known)
