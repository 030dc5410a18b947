"""What machines are told: JSON of a documented, stable shape (docs/guide.md, "For other programs").

Every document names its shape in ``format``; fields may be added under the same number, and
none is renamed or removed without raising it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlassess.model.answer import Return
    from xlassess.model.finding import Finding


def dumps(value: dict[str, Any]) -> str:
    """Return JSON in ASCII, indented, so that nothing in it can steer a terminal."""
    return json.dumps(value, indent=2, ensure_ascii=True)


def put_right_as_json(ret: Return) -> list[dict[str, Any]]:
    """Return the values of a return that were put right."""
    return [
        {
            "item": value.item,
            "field": value.field,
            "sheet": value.sheet,
            "cell": value.cell,
            "before": value.before,
            "after": value.after,
            "how": value.how,
        }
        for value in ret.normalised
    ]


def finding_as_json(found: Finding) -> dict[str, Any]:
    """Return a finding: number, code, severity, where, what, what to do, and its waiver."""
    waiver = found.waiver
    return {
        "number": found.number,
        "code": found.code,
        "severity": found.severity,
        "sheet": found.sheet,
        "cells": [cell for cell in (found.cell, *found.cells) if cell],
        "item": found.item,
        "field": found.field,
        "message": found.message,
        "remedy": found.remedy,
        "waived": (
            {"by": waiver.by, "at": waiver.at.isoformat(), "reason": waiver.reason}
            if waiver
            else None
        ),
    }
