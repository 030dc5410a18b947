"""What machines are told: JSON of a documented, stable shape (docs/guide.md, "For machines").

Every document names its shape in ``format``; fields may be added under the same number, and
none is renamed or removed without raising it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xlassess.model.answer import Return
from xlassess.model.finding import Finding
from xlassess.model.toolkit import Toolkit

if TYPE_CHECKING:
    from xlassess.services.ingest import Ingested, Received
    from xlassess.services.status import Line, Status
    from xlassess.services.toolkits import Listed


def dumps(value: dict[str, Any]) -> str:
    """Return JSON in ASCII, indented, so that nothing in it can steer a terminal."""
    return json.dumps(value, indent=2, ensure_ascii=True)


def put_right(ret: Return) -> list[dict[str, Any]]:
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


def finding(found: Finding) -> dict[str, Any]:
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


def ingested(result: Ingested) -> dict[str, Any]:
    """Return what came of each file, and how many new files are in each state."""
    return {
        "format": "xlassess-ingest/1",
        "files": [_received(file) for file in result.files],
        "new": len(result.new),
        "states": result.states,
        "needs_person": result.needs_person,
    }


def _received(file: Received) -> dict[str, Any]:
    issued = file.issued
    return {
        "number": file.ret.number,
        "file": file.ret.file,
        "sha256": file.ret.sha256,
        "state": file.ret.state,
        "known": file.known,
        "reference": file.ret.reference,
        "query": file.ret.query,
        "partner": issued.partner if issued else "",
        "respondent": issued.respondent if issued else "",
        "toolkit": issued.identity.toolkit if issued else "",
        "answers": file.answers,
        "actions": len(file.ret.actions),
        "put_right": put_right(file.ret),
        "findings": [finding(found) for found in file.ret.findings],
    }


def status(result: Status) -> dict[str, Any]:
    """Return the register with states, the response rates, and refused files of nobody."""
    until = result.assessment.return_by
    return {
        "format": "xlassess-status/1",
        "assessment": result.assessment.id,
        "partnership": result.assessment.partnership,
        "round": result.assessment.round,
        "return_by": until.isoformat() if until else None,
        "workbooks": [_line(line) for line in result.lines],
        "response": [
            {
                "toolkit": rate.toolkit,
                "issued": rate.issued,
                "returned": rate.answered,
                "with_open_queries": rate.with_queries,
                "rate": rate.share,
                "nil_returns": rate.nil,
                "declined": rate.declined,
            }
            for rate in result.rates
        ],
        "unplaced": [
            {
                "file": ret.file,
                "sha256": ret.sha256,
                "findings": [finding(found) for found in ret.findings],
                "perhaps": line.reference if (line := result.perhaps(ret)) else "",
            }
            for ret in result.unplaced
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "toolkit": line.toolkit,
        "partner": line.partner,
        "respondent": line.respondent,
        "level": line.level,
        "reference": line.reference,
        "state": line.state,
        "file": line.file,
        "answers": line.answers,
        "in_register": line.in_register,
        "queries": [finding(found) for found in line.queries],
        "waived": [finding(found) for found in line.waived],
        "number": line.number,
        "sent": line.sent.isoformat() if line.sent else None,
        "reminded": line.reminded.isoformat() if line.reminded else None,
        "outcome": (
            {
                "kind": line.outcome.kind,
                "by": line.outcome.by,
                "at": line.outcome.at.isoformat(),
                "reason": line.outcome.reason,
            }
            if line.outcome
            else None
        ),
        "query_workbooks": line.asked,
    }


def toolkits(found: Sequence[Listed]) -> dict[str, Any]:
    """Return the toolkits that can be used."""
    return {
        "format": "xlassess-toolkits/1",
        "toolkits": [{**_toolkit(entry.toolkit), "own": entry.own} for entry in found],
    }


def toolkit(found: Toolkit) -> dict[str, Any]:
    """Return one toolkit with its sections and items."""
    return {
        "format": "xlassess-toolkit/1",
        **_toolkit(found),
        "about": found.about,
        "rights": found.rights,
        "contents": [
            {
                "id": section.id,
                "title": section.title,
                "sheet": section.tab,
                "items": [
                    {"id": item.id, "ask": item.ask, "answer": item.answer}
                    for item in section.items
                ],
            }
            for section in found.all_sections
        ],
        "scales": {
            name: [
                {"code": choice.code, "label": choice.label, "score": choice.score}
                for choice in scale.choices
            ]
            for name, scale in found.scales.items()
        },
    }


def _toolkit(found: Toolkit) -> dict[str, Any]:
    return {
        "id": found.id,
        "version": found.version,
        "title": found.title,
        "publisher": found.publisher,
        "year": found.year,
        "source": found.source,
        "sections": len(found.all_sections),
        "items": sum(1 for _ in found.items()),
        "rule": found.scoring.rule,
    }
