"""Where rounds stand, kept as long as nothing changes: pages ask for it with every click."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.status import Status, status

_State = tuple[object, ...]


@dataclass(slots=True)
class KnownRounds:
    """Where the rounds of an assessment stand, as last worked out.

    It holds as long as settings, register, toolkits, day and the last event on record are the same.
    """

    _known: dict[Path, tuple[_State, Status]] = field(default_factory=dict)
    _working: threading.Lock = field(default_factory=threading.Lock)

    def status(self, folder: AssessmentFolder, today: date) -> Status:
        """Return where a round stands.

        Raises:
            XlassessError: settings, register or ledger cannot be used.
        """
        with self._working:  # two who ask at once wait for one answer
            state = (today, *_state(folder))
            held = self._known.get(folder.home)
            if held is None or held[0] != state:
                held = self._known[folder.home] = (state, status(folder, today=today))
            return held[1]


def _state(folder: AssessmentFolder) -> _State:
    """What a change of what a round stands on shows in."""
    last = 0
    if folder.ledger_file.exists():
        with Ledger(folder.ledger_file) as ledger:
            last = ledger.last_event()
    files = [folder.settings_file, folder.round_file, folder.register_file]
    return (last, *map(_stamp, [*files, *sorted(folder.toolkits.glob("*"))]))


def _stamp(path: Path) -> _State:
    try:
        found = path.stat()
    except OSError:
        return (path.name,)
    return path.name, found.st_mtime_ns, found.st_size, found.st_ino
