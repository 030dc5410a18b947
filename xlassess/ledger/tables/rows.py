"""Values as rows of the ledger, and rows as the same values again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, Text, type_coerce

from xlassess.ledger.tables.schema import ACTIONS, ANSWERS, FINDINGS, NORMALISED, as_it_was
from xlassess.model.answer import (
    Action,
    Answer,
    Identity,
    Issued,
    Normalisation,
    Return,
    State,
    Value,
)
from xlassess.model.assessment import Promise
from xlassess.model.catalogue import CATALOGUE
from xlassess.model.finding import Finding, Kind
from xlassess.model.query import Query, Slot
from xlassess.model.toolkit import Toolkit

if TYPE_CHECKING:
    from pydantic import TypeAdapter


Row = dict[str, Any]

once = sys.intern
"""Of texts that thousands of records have alike, each is kept once."""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing a return holds: its field, its table, and the way there and back."""

    name: str
    table: Table
    rows: Callable[[int, Any], list[Row]]
    value: Callable[[Any], Any]


def to_utc(moment: datetime) -> str:
    """Return a moment as text in UTC that sorts as it reads; one without a zone is UTC."""
    known = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return known.astimezone(timezone.utc).isoformat(timespec="microseconds")


def from_utc(text: str) -> datetime:
    """Return the moment that `to_utc` wrote."""
    return datetime.fromisoformat(text)


def stamp(saved: datetime | None) -> str | None:
    """Return when a file was saved as it is stored: without a zone where it states none."""
    if saved is None or saved.tzinfo:
        return to_utc(saved) if saved else None
    return saved.isoformat(timespec="microseconds")


def stamp_of(text: str | None) -> datetime | None:
    """Return the moment that `stamp` stored, without a zone where it has none."""
    return datetime.fromisoformat(text) if text else None


def value_row(value: Value) -> tuple[str, str]:
    """Return the type letter and the text under which a value is stored.

    Raises:
        TypeError: the value is of a type that no answer has.
    """
    if isinstance(value, str):
        return "t", value
    if isinstance(value, bool):
        raise TypeError("an answer is text, a number or a day, not a truth value")
    if isinstance(value, float):
        return "n", repr(value)
    if isinstance(value, int):
        return "i", str(value)
    if isinstance(value, datetime):
        return "m", value.isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    raise TypeError(f"an answer cannot be {type(value).__name__}")


def value_of(letter: str, text: str) -> Value:
    """Return the value that `value_row` stored, of the same type."""
    if letter == "t":
        return text
    if letter == "n":
        return float(text)
    if letter == "i":
        return int(text)
    return datetime.fromisoformat(text) if letter == "m" else date.fromisoformat(text)


def answer_rows(return_id: int, answers: Iterable[Answer]) -> list[Row]:
    """Return the rows of a return's answers."""
    rows = []
    for position, answer in enumerate(answers):
        letter, text = value_row(answer.value)
        rows.append(
            {
                "return_id": return_id,
                "position": position,
                "item": answer.item,
                "field": answer.field,
                "type": letter,
                "value": text,
                "sheet": answer.sheet,
                "cell": answer.cell,
                "file": answer.file,
            }
        )
    return rows


def answer_of(row: Any) -> Answer:
    """Return the answer a row holds."""
    value = value_of(row.type, row.value)
    return Answer(row.item, row.field, value, row.sheet, row.cell, row.file)


class _Texts(dict[str, str]):
    """Texts as they were, by how they are stored; equal ones are one and the same object."""

    def __missing__(self, stored: str) -> str:
        text = self[stored] = as_it_was(stored)
        return text


class _Answers(dict[tuple[str, ...], Answer]):
    """Answers by the columns they are stored in; equal ones are one and the same object."""

    def __init__(self) -> None:
        super().__init__()
        self._text = _Texts()

    def __missing__(self, stored: tuple[str, ...]) -> Answer:
        answer = self[stored] = self.once(stored, self._text[stored[3]])
        return answer

    def once(self, stored: tuple[str, ...], value: str) -> Answer:
        """Return an answer that is not kept; only its place is."""
        text = self._text
        item, name, letter, _, sheet, cell, file = stored
        return Answer(
            text[item], text[name], value_of(letter, value), text[sheet], text[cell], text[file]
        )


_RECURS = 30
"""Characters up to which comments are often the same, as "none" and "see above" are. Of longer
ones hardly two are: kept, each would take its room twice."""


def answers_of(found: Iterable[Any]) -> dict[int, list[Answer]]:
    """Return the answers of many returns by their numbers, in the order they come.

    Answers are nine tenths of what a ledger holds, and mostly the same few: one of the choices
    of an item, in its cell. Each different one is made ready and kept once, which takes a
    third of the time and of the memory of reading them row by row.

    Args:
        found: the columns of `ANSWER_COLUMNS`, as they are stored.
    """
    answers: dict[int, list[Answer]] = {}
    known = _Answers()
    for row in found:
        place, free = row[1:], row[2] == "comment" and len(row[4]) > _RECURS
        answer = known.once(place, as_it_was(row[4])) if free else known[place]
        answers.setdefault(row[0], []).append(answer)
    return answers


ANSWER_COLUMNS = tuple(
    type_coerce(ANSWERS.c[name], Text) if name != "return_id" else ANSWERS.c[name]
    for name in ("return_id", "item", "field", "type", "value", "sheet", "cell", "file")
)
"""What `answers_of` is given. Texts come as they are stored: `Exact` would look at each alone."""


def action_rows(return_id: int, actions: Iterable[Action]) -> list[Row]:
    """Return the rows of a return's actions."""
    return [
        {
            "return_id": return_id,
            "position": position,
            "row": action.row,
            "item": action.item,
            "action": action.action,
            "horizon": action.horizon,
            "owner": action.owner,
            "deadline": action.deadline.isoformat() if action.deadline else None,
            "measure": action.measure,
            "status": action.status,
            "sheet": action.sheet,
            "cell": action.cell,
            "file": action.file,
        }
        for position, action in enumerate(actions)
    ]


def action_of(row: Any) -> Action:
    """Return the action a row holds."""
    return Action(
        row=row.row,
        item=row.item,
        action=row.action,
        horizon=row.horizon,
        owner=row.owner,
        deadline=date.fromisoformat(row.deadline) if row.deadline else None,
        measure=row.measure,
        status=row.status,
        sheet=row.sheet,
        cell=row.cell,
        file=row.file,
    )


def finding_rows(return_id: int, findings: Iterable[Finding]) -> list[Row]:
    """Return the rows of a return's findings."""
    return [
        {
            "return_id": return_id,
            "position": position,
            "code": finding.code,
            "severity": finding.severity,
            "file": finding.file,
            "sheet": finding.sheet,
            "cell": finding.cell,
            "item": finding.item,
            "field": finding.field,
            "details": _json(dict(finding.details)) if finding.details else "{}",
            "cells": _json(finding.cells) if finding.cells else "[]",
        }
        for position, finding in enumerate(findings)
    ]


def finding_of(row: Any) -> Finding:
    """Return the finding a row holds, in today's words and with the gravity it had then."""
    return Finding(
        kind=_kind(row.code, row.severity),
        file=row.file,
        sheet=row.sheet,
        cell=row.cell,
        item=row.item,
        field=row.field,
        details=json.loads(row.details),
        cells=tuple(json.loads(row.cells)),
    )


def _json(value: object) -> str:
    """JSON that keeps unpaired surrogates apart, which escapes would join."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=256)
def _kind(code: str, severity: Any) -> Kind:
    kind = CATALOGUE.get(code)
    if kind is None:
        says = f"This was recorded under code {code}, which this version does not know."
        return Kind(code, severity, f"Code {code}", says, "Update xlassess to read it in full.")
    return kind if kind.severity == severity else replace(kind, severity=severity)


def normalised_rows(return_id: int, normalised: Iterable[Normalisation]) -> list[Row]:
    """Return the rows of the values a return had put right."""
    return [
        {
            "return_id": return_id,
            "position": position,
            "item": one.item,
            "field": one.field,
            "sheet": one.sheet,
            "cell": one.cell,
            "before": one.before,
            "after": one.after,
            "how": one.how,
            "file": one.file,
        }
        for position, one in enumerate(normalised)
    ]


def normalised_of(row: Any) -> Normalisation:
    """Return the normalisation a row holds."""
    return Normalisation(
        row.item, row.field, row.sheet, row.cell, row.before, row.after, row.how, row.file
    )


FINDINGS_PART = Part("findings", FINDINGS, finding_rows, finding_of)

PARTS = (
    Part("answers", ANSWERS, answer_rows, answer_of),
    Part("actions", ACTIONS, action_rows, action_of),
    FINDINGS_PART,
    Part("normalised", NORMALISED, normalised_rows, normalised_of),
)
"""Everything a return holds, under the names of its fields."""


def return_of(row: Any, parts: Mapping[str, Iterable[Any]]) -> Return:
    """Return the return a row holds, with its parts by name."""
    whole: dict[str, Any] = {name: tuple(values) for name, values in parts.items()}
    return Return(
        file=row.file,
        sha256=row.sha256 or "",
        size=row.size,
        kind=once(row.kind),
        state=cast("State", once(row.state)),
        reference=row.reference,
        query=row.query,
        saved_at=stamp_of(row.saved_at),
        received_at=from_utc(row.received_at),
        number=row.id,
        **whole,
    )


def issued_row(issued: Issued) -> Row:
    """Return the row of an issued workbook."""
    identity = issued.identity
    return {
        "reference": issued.reference,
        "contract": identity.contract,
        "assessment": identity.assessment,
        "round": identity.round,
        "partner_id": identity.partner,
        "respondent_id": identity.respondent,
        "toolkit": identity.toolkit,
        "version": identity.version,
        "digest": identity.digest,
        "partner": issued.partner,
        "respondent": issued.respondent,
        "email": issued.email,
        "level": issued.level,
        "file_name": issued.file_name,
        "sha256": issued.sha256,
        "seal": issued.seal,
        "issued_at": to_utc(issued.issued_at),
        "promise": identity.promise,
        "kind": identity.kind,
        "given": identity.given,
        "return_by": issued.return_by.isoformat() if issued.return_by else "",
    }


def issued_of(row: Any) -> Issued:
    """Return the issued workbook a row holds."""
    identity = Identity(
        contract=row.contract,
        assessment=once(row.assessment),
        round=once(row.round),
        partner=once(row.partner_id),
        respondent=row.respondent_id,
        toolkit=once(row.toolkit),
        version=once(row.version),
        digest=once(row.digest),
        promise=once(row.promise),
        kind=once(row.kind),
        given=once(row.given),
    )
    Promise.read(identity.promise)  # what cannot be kept must not be taken for none
    return Issued(
        reference=row.reference,
        identity=identity,
        partner=once(row.partner),
        respondent=row.respondent,
        email=row.email,
        level=once(row.level),
        file_name=row.file_name,
        sha256=row.sha256,
        seal=row.seal,
        issued_at=from_utc(row.issued_at),
        return_by=date.fromisoformat(row.return_by) if row.return_by else None,
    )


def query_row(one: Query) -> Row:
    """Return the row of a query workbook."""
    return {
        "reference": one.reference,
        "about": one.of,
        "base": one.base,
        "contract": one.identity.contract,
        "asks": one.identity.asks,
        "findings": json.dumps(one.findings),
        "asked": json.dumps(one.asked, ensure_ascii=False),
        "free": json.dumps(one.free, ensure_ascii=False),
        "return_by": one.return_by.isoformat(),
        "file_name": one.file_name,
        "sha256": one.sha256,
        "seal": one.seal,
        "issued_at": to_utc(one.issued_at),
    }


def query_of(row: Any, about: Issued) -> Query:
    """Return the query workbook a row holds, about this workbook."""
    return Query(
        reference=row.reference,
        identity=replace(
            about.identity, contract=row.contract, of=row.about, asks=row.asks, given=""
        ),
        base=row.base,
        findings=tuple(json.loads(row.findings)),
        asked=_slots(row.asked),
        free=_slots(row.free),
        return_by=date.fromisoformat(row.return_by),
        file_name=row.file_name,
        sha256=row.sha256,
        seal=row.seal,
        issued_at=from_utc(row.issued_at),
    )


def _slots(text: str) -> tuple[Slot, ...]:
    return tuple(Slot(*pair) for pair in json.loads(text))


@lru_cache(maxsize=1)
def _toolkit() -> TypeAdapter[Toolkit]:
    from pydantic import TypeAdapter

    return TypeAdapter(Toolkit)


def toolkit_body(toolkit: Toolkit) -> str:
    """Return a toolkit as JSON."""
    return _toolkit().dump_json(toolkit).decode()


def toolkit_of(body: str) -> Toolkit:
    """Return the toolkit that `toolkit_body` wrote."""
    return _toolkit().validate_json(body)
