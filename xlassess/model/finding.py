"""A finding: one coded remark about a return, with where, what and what to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Severity = Literal["refuse", "query", "note"]
"""refuse: the file cannot be used; query: the partner must look again; note: put right, or
worth knowing."""

SEVERITIES: tuple[Severity, ...] = ("refuse", "query", "note")
"""From the gravest to the least."""

_FOR_COORDINATOR = ("L01",)
"""Queries that only the coordinator can settle."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An entry of the catalogue: what a code means and what to do about it.

    ``says`` and ``do`` are `str.format` templates over the finding's details.
    """

    code: str
    severity: Severity
    title: str
    says: str
    do: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A coordinator's recorded decision to accept a finding: who, when (in UTC), and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about a return.

    ``sheet``, ``cell`` (A1) and ``item`` are empty where they do not apply. ``cells`` lists
    further cells when one cause repeats. ``details`` fill the kind's templates. ``number`` is
    the ledger's short name for it, such as ``12.2`` (the second finding of return 12), and
    empty until it is recorded. ``waiver`` is the decision by which it was accepted, if it was.
    """

    kind: Kind
    file: str = ""
    sheet: str = ""
    cell: str = ""
    item: str = ""
    field: str = ""
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    cells: tuple[str, ...] = ()
    number: str = dataclasses.field(default="", compare=False)
    waiver: Waiver | None = None

    @property
    def is_open(self) -> bool:
        """True for a query that nobody has waived."""
        return self.severity == "query" and self.waiver is None

    @property
    def is_for_partner(self) -> bool:
        """True for one that is open and that the partner can settle."""
        return self.is_open and self.code not in _FOR_COORDINATOR

    @property
    def code(self) -> str:
        """The catalogue code."""
        return self.kind.code

    @property
    def severity(self) -> Severity:
        """The gravity of the finding."""
        return self.kind.severity

    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
        return self.kind.says.format_map(_Details(self.details))

    @property
    def remedy(self) -> str:
        """What to do, in one sentence; with the number of its return, once that is recorded."""
        number = self.number.partition(".")[0]
        mine = {"return": number} if number else {}
        return self.kind.do.format_map(_Details({**mine, **self.details}))

    @property
    def where(self) -> str:
        """Sheet, cells and item in one phrase, as much of it as is known."""
        cells = tuple(filter(None, (self.cell, *self.cells)))
        action = self.item.startswith("action ")
        parts = (
            f"sheet {self.sheet}" if self.sheet else "",
            f"{'cell' if len(cells) == 1 else 'cells'} {cells_in_words(cells)}" if cells else "",
            self.item if action else f"item {self.item}" if self.item else "",
        )
        return ", ".join(filter(None, parts))

    def in_file(self, file: str) -> Finding:
        """Return the finding with the file it was made in."""
        return replace(self, file=file)


def cells_in_words(cells: Sequence[str]) -> str:
    """Return A1 addresses as people say them; three and more below each other as a range."""
    runs: list[list[str]] = []
    for cell in cells:
        if runs and _below(runs[-1][-1]) == cell:
            runs[-1].append(cell)
        else:
            runs.append([cell])
    told = [[f"{run[0]} to {run[-1]}"] if len(run) > 2 else run for run in runs]
    return ", ".join(word for run in told for word in run)


def _below(cell: str) -> str:
    """The address of the cell below this one."""
    column = cell.rstrip("0123456789")
    row = cell[len(column) :]
    return f"{column}{int(row) + 1}" if row else ""


class _Details(dict[str, str]):
    """Details of a finding; a name the finding does not give is shown as an ellipsis.

    Findings of earlier versions do without what was added since.
    """

    def __missing__(self, key: str) -> str:
        return ADDED.get(key, "…")


ADDED: Mapping[str, str] = {"whom": "", "comments": "", "to": "REF", "return": "RETURN"}
"""Details that not every finding has, and what stands in their place: nothing where a sentence does
without it, and in a command what is to be put there."""
