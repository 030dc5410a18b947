"""How answers are shown: what each way is called, and which way a paper was written in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from xlassess.model.record import Output, OutputKind
from xlassess.services.common.phrases import SHOWN
from xlassess.services.common.showing_more import CLOCKS_DIFFER
from xlassess.web.jobs import Job

_KINDS: Mapping[str, OutputKind] = {
    "summary.xlsx": "summary", "summary.pdf": "summary", "report.docx": "report",
    "export-csv": "export",
}  # fmt: skip


def written_as(path: Path, moment: datetime, outputs: Sequence[Output]) -> str:
    """Return how a paper shows answers; empty where that is not on record.

    The file name does not tell, and a paper may have been written in another way since.

    Args:
        path: the paper.
        moment: when it was written.
        outputs: what was written from the round, oldest first.
    """
    kind = _KINDS.get(path.name)
    made = [one for one in outputs if one.kind == kind and one.at <= moment + CLOCKS_DIFFER]
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
