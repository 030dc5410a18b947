"""A round as the ledger tells it: all that a summary is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Assessment
from xlassess.model.toolkit import Toolkit


@dataclass(frozen=True, slots=True)
class Round:
    """One round of an assessment.

    ``toolkits`` are keyed by question digest, so that workbooks issued under an older
    version keep their own questions. ``current`` maps a reference to the return that
    counts for it; ``history`` holds every return, newest last.
    """

    assessment: Assessment
    toolkits: Mapping[str, Toolkit]
    issued: tuple[Issued, ...]
    current: Mapping[str, Return]
    history: tuple[Return, ...]
