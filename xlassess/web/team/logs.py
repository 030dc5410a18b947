"""What the server tells whoever runs it: one line of JSON for each thing, without anybody's texts.

Lines name who did what, by account and by the pattern of an address. They never hold what is in an
address, a form or a file, nor the words of an error, which may quote them.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TextIO

from xlassess.web.faults import places_of


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True, slots=True)
class TeamLog:
    """Writes lines, each with the moment and what happened."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], datetime] = field(default=_now)

    def tell(self, event: str, **said: str | int | float) -> None:
        """Write a line.

        Args:
            event: what happened.
            said: more about it; nothing that others wrote.
        """
        time = self.clock().isoformat(timespec="milliseconds")
        self.stream.write(json.dumps({"time": time, "event": event, **said}) + "\n")
        self.stream.flush()

    def fault(self, error: BaseException) -> None:
        """Write of which kind a fault is, and where it came about."""
        self.tell("fault", kind=type(error).__name__, where=places_of(error))


class JsonHandler(logging.Handler):
    """Writes what libraries log as lines of the same kind, without their words."""

    def __init__(self, log: TeamLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line: which library, where, and the fault, if there is one."""
        error = record.exc_info[1] if record.exc_info else None
        where = f"{record.pathname}:{record.lineno}"
        self._log.tell("library", name=record.name, level=record.levelname, where=where)
        if error is not None:
            self._log.fault(error)
