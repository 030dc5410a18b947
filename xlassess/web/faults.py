"""Telling of faults of ours where the desk runs: in full, or at a team's desk without words."""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import datetime, timezone

BRIEFLY = "XLASSESS_FAULTS_BRIEFLY"
"""The variable that is set for the processes of a team's desk: the words of an error may quote what
partners wrote, and a server's log is read by others than coordinators."""


def tell_fault(error: BaseException) -> None:
    """Tell of a fault on standard error: all of it, or a line of JSON where only its place may be.

    Args:
        error: the fault.
    """
    if not os.environ.get(BRIEFLY):
        traceback.print_exception(error)
        return
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    said = {"time": now, "event": "fault", "kind": type(error).__name__, "where": places_of(error)}
    sys.stderr.write(json.dumps(said) + "\n")


def places_of(error: BaseException) -> str:
    """Return where in the program a fault came about, without what it says."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{one.filename}:{one.lineno}" for one in frames[-12:])
