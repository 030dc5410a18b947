"""Where rounds stand, kept as long as nothing changes: pages ask for it with every click."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.status import Status, status
from xlassess.web.unsettled import Unsettled, unsettled

_State = tuple[object, ...]


@dataclass(slots=True)
class KnownRounds:
    """Where the rounds of an assessment stand, as last worked out.

    It holds as long as settings, register, toolkits, day and the last event on record are the same.
    Where only events were added, only what they changed is read.
    """

    _known: dict[Path, tuple[int, _State, Status]] = field(default_factory=dict)
    _listed: tuple[Status, tuple[Unsettled, ...]] | None = None
    _working: threading.Lock = field(default_factory=threading.Lock)

    def status(self, folder: AssessmentFolder, today: date) -> Status:
        """Return where a round stands.

        Raises:
            XlassessError: settings, register or ledger cannot be used.
        """
        with self._working:  # two who ask at once wait for one answer
            last, files = _last(folder), (today, *_files(folder))
            number, before, held = self._known.get(folder.home, (0, (), None))
            if held is None or before != files or number > last:
                held = status(folder, today=today)
            elif number < last and held.basis:
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


def _last(folder: AssessmentFolder) -> int:
    """The number of the last event on record."""
    if not Ledger.is_at(folder.ledger):
        return 0
    with Ledger(folder.ledger) as ledger:
        return ledger.last_event()


def _files(folder: AssessmentFolder) -> _State:
    """What a change of the files that a round stands on shows in."""
    files = [folder.settings_file, folder.round_file, folder.register_file]
    ledger = _stamp(folder.ledger_file)[-1:]  # another ledger, put back from a copy
    return (ledger, *map(_stamp, [*files, *sorted(folder.toolkits.glob("*"))]))


def _stamp(path: Path) -> _State:
    try:
        found = path.stat()
    except OSError:
        return (path.name,)
    return path.name, found.st_mtime_ns, found.st_size, found.st_ino
