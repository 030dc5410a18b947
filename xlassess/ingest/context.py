"""What a return is read against, and where a returned file stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlassess.ingest.plan import Plan
from xlassess.model.answer import Issued
from xlassess.model.toolkit import Toolkit


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: where it stands, and the name it came under (with the path in a zip)."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Context:
    """The assessment as returns are read against it; can be sent to worker processes.

    ``toolkits`` are keyed by question digest, ``issued`` by reference. ``secret`` is the
    assessment's and never shown.
    """

    assessment: str
    round: str
    secret: bytes = field(repr=False)
    toolkits: Mapping[str, Toolkit]
    issued: Mapping[str, Issued]
    _plans: dict[str, Plan] = field(default_factory=dict, init=False, repr=False, compare=False)

    def plan(self, digest: str) -> Plan:
        """Return the reading plan of the toolkit with this digest; worked out once.

        Raises:
            KeyError: no such toolkit.
        """
        if digest not in self._plans:
            self._plans[digest] = Plan.of(self.toolkits[digest])
        return self._plans[digest]
