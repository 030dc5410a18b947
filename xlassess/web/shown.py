"""How answers are shown: what each way is called, and which way a paper was written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from xlassess.model.assessment import Attribution
from xlassess.model.record import Output, OutputKind
from xlassess.web.jobs import Job

SHOWN: Mapping[Attribution, str] = {
    "named": "With names of partners and people",
    "partner": "With names of partners only",
    "lettered": "Under letters",
    "aggregated": "In figures only",
}
"""How each way of showing answers is called."""

_KINDS: Mapping[str, OutputKind] = {
    "summary.xlsx": "summary", "summary.pdf": "summary", "report.docx": "report",
    "export-csv": "export",
}  # fmt: skip

_AFTER = timedelta(seconds=2)
"""Clocks of file systems are coarser than that of the record, which is made first."""


def written_as(path: Path, moment: datetime, outputs: Sequence[Output]) -> str:
    """Return how a paper shows answers; empty where that is not on record.

    The file name does not tell, and a paper may have been written in another way since.

    Args:
        path: the paper.
        moment: when it was written.
        outputs: what was written from the round, oldest first.
    """
    kind = _KINDS.get(path.name)
    made = [one for one in outputs if one.kind == kind and one.at <= moment + _AFTER]
    return SHOWN[made[-1].attribution] if made else ""


def told_of_papers(jobs: Iterable[Job]) -> tuple[str, ...]:
    """Return what was said of the papers that were written last, one of each kind.

    Args:
        jobs: those that wrote them, the newest first.
    """
    told: dict[str, None] = {}
    seen = set[str]()
    for job in jobs:
        kind = str(job.given.get("what", job.work))
        if job.state == "done" and kind not in seen:
            told |= dict.fromkeys(job.came.get("told", ()))
            seen.add(kind)
    return tuple(told)
