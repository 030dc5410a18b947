"""Remarks gathered while reading, and told as findings: one for each cause."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from xlassess.ingest.reading.cells.values import listed
from xlassess.model.catalogue import CATALOGUE
from xlassess.model.finding import SEVERITIES, Finding
from xlassess.model.query import Slot, concerning


@dataclass(frozen=True, slots=True)
class CellFinding:
    """One remark about one cell.

    ``slots`` are the places concerned where they are others than item and field say.
    """

    code: str
    sheet: str = ""
    cell: str = ""
    item: str = ""
    field: str = ""
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    slots: tuple[Slot, ...] = ()

    @property
    def concerned(self) -> tuple[Slot, ...]:
        """The places the remark is about; none where it is about no single one."""
        if self.slots or not (self.item and self.field):
            return self.slots
        return (Slot(self.item, self.field),)


_MOST_STRAYS = 5
"""More writings than this on one sheet are told together."""


def findings_of(remarks: list[CellFinding]) -> tuple[Finding, ...]:
    """Return remarks as findings: the gravest first, equal ones of a sheet as one.

    A row of the action plan is one place, so that of it only the column says what is asked.
    """
    groups: dict[tuple[str, str, str, tuple[tuple[str, str], ...]], list[CellFinding]] = {}
    for remark in _strays_together(remarks):
        column = remark.field if any(slot.plan_row for slot in remark.concerned) else ""
        cause = (remark.code, remark.sheet, column, tuple(sorted(remark.details.items())))
        groups.setdefault(cause, []).append(remark)
    findings = [_finding(group) for group in groups.values()]
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


def _strays_together(remarks: list[CellFinding]) -> list[CellFinding]:
    """Give what is written outside the answer cells of a sheet one wording where it is much."""
    written: dict[str, dict[str, None]] = {}
    for one in remarks:
        if one.code == "R07":
            written.setdefault(one.sheet, {})[one.details.get("values", "")] = None
    much = {
        sheet: listed(list(values), most=3)
        for sheet, values in written.items()
        if len(values) > _MOST_STRAYS
    }
    return [
        dataclasses.replace(one, details={"values": much[one.sheet]})
        if one.code == "R07" and one.sheet in much
        else one
        for one in remarks
    ]


def _finding(group: list[CellFinding]) -> Finding:
    first = group[0]
    cells = tuple(dict.fromkeys(remark.cell for remark in group if remark.cell))
    items = list(dict.fromkeys(remark.item for remark in group if remark.item))
    fields = {remark.field for remark in group}
    item = items[0] if len(items) == 1 else ""
    field = first.field if len(fields) == 1 else ""
    slots = [slot for remark in group for slot in remark.concerned]
    return Finding(
        CATALOGUE[first.code],
        sheet=first.sheet,
        cell=cells[0] if cells else "",
        item=item,
        field=field,
        details={
            **({"items": listed(items)} if items else {}),
            **concerning(slots, item, field),
            **first.details,
        },
        cells=cells[1:],
    )
