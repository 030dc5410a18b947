"""A query workbook: what the coordinator asks a partner to look at again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from xlassess.model.answer import Identity
from xlassess.model.finding import Finding

_DETAIL = "places"
_ACTION = "action "


class Slot(NamedTuple):
    """A place of a workbook that takes something: an item's number and a field of it.

    The field is named as in an answer. A row of the action plan is one place: the item is
    ``action 3`` and the field ``action``.
    """

    item: str
    field: str

    @property
    def plan_row(self) -> int:
        """The number of the row of the action plan, from 1; 0 for any other place."""
        number = self.item.removeprefix(_ACTION)
        return int(number) if number != self.item and number.isdecimal() else 0


def action_slot(row: int) -> Slot:
    """Return the place of a row of the action plan, whose numbers count from 1."""
    return Slot(f"{_ACTION}{row}", "action")


def questions_in(asked: Iterable[Slot]) -> int:
    """Count the questions, and rows of an action plan, in which something is to be filled in."""
    return len({slot.item for slot in asked})


@dataclass(frozen=True, slots=True)
class Query:
    """An issued query workbook as the ledger knows it.

    ``reference`` is its own and ``identity.of`` that of the workbook it asks about; ``base`` is
    the number of the return in which the doubts were found, ``findings`` the numbers of those.
    ``asked`` are the places to be filled in anew, ``free`` further places that may be changed.
    ``sha256`` is that of the bytes issued; ``issued_at`` is in UTC.
    """

    reference: str
    identity: Identity
    base: int
    findings: tuple[str, ...]
    asked: tuple[Slot, ...]
    free: tuple[Slot, ...]
    return_by: date
    file_name: str
    sha256: str
    seal: str
    issued_at: datetime

    @property
    def of(self) -> str:
        """The reference of the workbook that is asked about."""
        return self.identity.of

    @property
    def open(self) -> frozenset[Slot]:
        """Every place that may be changed."""
        return frozenset((*self.asked, *self.free))


def concerned(finding: Finding) -> tuple[Slot, ...]:
    """Return the places a finding is about, as far as it was made about places."""
    listed = finding.details.get(_DETAIL)
    if listed:
        return tuple(Slot(*pair) for pair in json.loads(listed))
    if finding.item and finding.field:
        return (Slot(finding.item, finding.field),)
    return ()


def concerning(slots: Iterable[Slot], item: str, field: str) -> dict[str, str]:
    """Return the detail that tells `concerned` these places; none where item and field do."""
    places = list(dict.fromkeys(slots))
    if not places or places == [(item, field)]:
        return {}
    return {_DETAIL: json.dumps(places, ensure_ascii=False, separators=(",", ":"))}
