"""Issued workbooks and returns for tests, by number: the same call gives the same value."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from xlassess.model.answer import Action, Answer, Identity, Issued, Normalisation, Return
from xlassess.model.catalogue import found

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
DIGEST = "d" * 64


def clock() -> datetime:
    """A clock that stands still."""
    return NOON


def later(seconds: float) -> datetime:
    """The moment this long after noon."""
    return NOON + timedelta(seconds=seconds)


def sha(text: str) -> str:
    """The hash of some bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def an_issued(number: int, round_name: str = "2026", **changes: object) -> Issued:
    """Return the issued workbook with this number."""
    identity = Identity(
        contract=1,
        assessment="riverside",
        round=round_name,
        partner=f"partner-{number}",
        respondent=f"person-{number}",
        toolkit="pat",
        version="1.0",
        digest=DIGEST,
    )
    made = Issued(
        reference=f"R{number:03}",
        identity=identity,
        partner=f"Partner {number}",
        respondent=f"Person {number}",
        email=f"p{number}@partner.example",
        level="board",
        file_name=f"{number}.xlsx",
        sha256=sha(f"issued {number}"),
        seal="5" * 64,
        issued_at=NOON,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_return(number: int, version: str = "a", count: int = 3, **changes: object) -> Return:
    """Return what came back for the workbook with this number, in one of its versions."""
    finding = found("C01", sheet="1 Need", cells=("E6", "E7"), item="1A", value=version)
    made = Return(
        file=f"{number}{version}.xlsx",
        sha256=sha(f"{number}{version}"),
        size=1000 + number,
        kind="xlsx",
        state="query",
        reference=f"R{number:03}",
        answers=tuple(
            Answer(f"{n}A", "answer", f"code-{version}{n}", "1 Need", f"E{n + 6}")
            for n in range(count)
        ),
        actions=(
            Action(
                1, "1A", "Do it", "quick", "Zoë", date(2026, 9, 30), "", "open", "Action plan", "C6"
            ),
        ),
        findings=(finding.in_file(f"{number}{version}.xlsx"),),
        normalised=(Normalisation("1A", "answer", "1 Need", "E6", "agree ", "agree", "blanks"),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def refused(number: int, version: str = "a", **changes: object) -> Return:
    """Return a file that could not be used."""
    kept = {"answers": (), "actions": (), "normalised": (), "findings": (found("G01"),)}
    return a_return(number, version, state="refused", **(kept | changes))
