"""What a return is read against, and where a returned file stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlassess.ingest.reading.printed import PrintedWorkbook
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model.answer import Issued
from xlassess.model.query import Query
from xlassess.model.toolkit import Toolkit


@dataclass(frozen=True, slots=True)
class ReturnedFile:
    """A file to read: where it stands, and the name it came under (with the path in a zip)."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Context:
    """The assessment as returns are read against it; can be sent to worker processes.

    ``toolkits`` are keyed by question digest, ``issued`` and ``queries`` (query workbooks) by
    reference. ``secret`` is the assessment's and never shown. ``passwords`` are tried on
    files that need one to open; they are neither shown nor kept. ``printed`` is what workbooks
    hold as issued, by question digest; where it is not known, less is told of what was added.
    """

    assessment: str
    round: str
    secret: bytes = field(repr=False)
    toolkits: Mapping[str, Toolkit]
    issued: Mapping[str, Issued]
    queries: Mapping[str, Query] = field(default_factory=dict)
    passwords: tuple[str, ...] = field(default=(), repr=False)
    printed: Mapping[str, PrintedWorkbook] = field(default_factory=dict)
    _plans: dict[tuple[str, bool], ReadingPlan] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def plan(self, digest: str, *, query: bool = False) -> ReadingPlan:
        """Return the reading plan of the toolkit with this digest; worked out once.

        Args:
            digest: the digest of its questions.
            query: the plan for query workbooks is wanted.

        Raises:
            KeyError: no such toolkit.
        """
        if (digest, query) not in self._plans:
            self._plans[digest, query] = ReadingPlan.of(self.toolkits[digest], query=query)
        return self._plans[digest, query]
