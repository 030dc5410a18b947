"""Filling in the register on a page, or taking over a file: read as any register is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from xlassess.assessment.register import (
    HEADINGS,
    RegisterError,
    read_register,
    register_table,
)
from xlassess.assessment.settings import REGISTER, REGISTER_ENDINGS, AssessmentFolder
from xlassess.assessment.starter import filled_register
from xlassess.files.problems import Problem
from xlassess.ledger import Ledger
from xlassess.model.assessment import Respondent
from xlassess.model.errors import UsageError
from xlassess.services.common.opening import still_open
from xlassess.services.common.outbox import sha256_of, write_whole

MOST_ROWS = 300
"""So many rows are filled in on a page; longer registers are, in Excel."""


@dataclass(frozen=True, slots=True)
class RegisterSays:
    """What a register says: who is asked, what is worth a second look, and what is wrong.

    ``file`` is its name, ``digest`` stands for what is in it. ``headings`` and ``rows`` are what
    stands in it, where it can be filled in on a page.
    """

    file: str
    respondents: tuple[Respondent, ...]
    remarks: tuple[str, ...]
    problems: tuple[Problem, ...]
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    digest: str = ""

    @property
    def partners(self) -> int:
        """How many organisations are asked."""
        return len({one.partner_id for one in self.respondents})


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row that was typed in: its place, from 0, the heading, and what."""

    row: int
    heading: str
    message: str


def register_says(folder: AssessmentFolder) -> RegisterSays:
    """Return what the register of the round says.

    Raises:
        UsageError: there is no register.
        XlassessError: the settings cannot be used.
    """
    path = folder.register_file
    try:
        source = path.read_bytes()
    except OSError:
        source = b""
    said = _says(folder, source, path.name) if source else RegisterSays(path.name, (), (), ())
    said = replace(said, digest=sha256_of(source), headings=() if source else HEADINGS)
    table = _as_table(source) if source else None
    if table is None or not table.plain or len(table.rows) > MOST_ROWS:
        return said
    problems = said.problems if table.rows else ()  # nothing but examples
    return replace(said, problems=problems, headings=table.headings, rows=table.rows)


_as_table = lru_cache(maxsize=4)(register_table)


def _says(folder: AssessmentFolder, source: bytes, name: str) -> RegisterSays:
    return _read(source, name, folder.assessment().toolkits)


@lru_cache(maxsize=4)
def _read(source: bytes, name: str, toolkits: tuple[str, ...]) -> RegisterSays:
    """What a register says; kept, because one of thousands takes most of a second to be read."""
    try:
        read = read_register(source, name, toolkits)
    except RegisterError as wrong:
        return RegisterSays(name, (), (), wrong.problems)
    return RegisterSays(name, read.respondents, read.remarks, ())


def take_register(
    folder: AssessmentFolder, source: bytes, name: str, *, now: datetime
) -> RegisterSays:
    """Make a file the register of the round, unless something is wrong with it.

    The register before is kept beside it, under a name that says when it was replaced.

    Args:
        folder: the assessment.
        source: the file's bytes.
        name: its name; the ending tells the kind.
        now: the present moment.

    Raises:
        UsageError: it is no kind of file that a register can be, or the round is closed.
        OSError: it cannot be written.
    """
    ending = Path(name).suffix.lower()
    if ending not in REGISTER_ENDINGS:
        raise UsageError(
            f"A register cannot be a file such as {name}.",
            f"Use one that ends in {', '.join(REGISTER_ENDINGS)}.",
        )
    said = _says(folder, source, name)
    if not said.problems:
        _replace(folder, source, f"{Path(REGISTER).stem}{ending}", now)
    return said


def fill_register(
    folder: AssessmentFolder,
    headings: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    *,
    now: datetime,
) -> tuple[RowFault, ...]:
    """Write these rows as the register; nothing is written where something is wrong.

    Args:
        folder: the assessment.
        headings: the columns, those that every register has first.
        rows: a text for each column; rows in which nothing stands are left out.
        now: the present moment.

    Returns:
        All that is wrong.

    Raises:
        UsageError: the round is closed.
        OSError: the register cannot be written.
    """
    kept = [(place, row) for place, row in enumerate(rows) if any(text.strip() for text in row)]
    source = filled_register(headings, [row for _, row in kept])
    said = _says(folder, source, REGISTER)
    if said.problems:
        places = [place for place, _ in kept]
        return tuple(_fault(one, headings, places) for one in said.problems)
    _replace(folder, source, REGISTER, now)
    return ()


def _fault(problem: Problem, headings: Sequence[str], places: Sequence[int]) -> RowFault:
    """A problem at the row and the column in which it stands."""
    message = f"{problem.message} {problem.hint}".strip()
    cell = re.fullmatch(r"([A-Z]+)(\d+)", problem.cell)
    if cell is None:
        return RowFault(0, "", message)
    column = sum((ord(char) - 64) * 26**at for at, char in enumerate(reversed(cell[1]))) - 1
    row = int(cell[2]) - 2
    heading = headings[column] if column < len(headings) else ""
    return RowFault(places[row] if 0 <= row < len(places) else 0, heading, message)


def _replace(folder: AssessmentFolder, source: bytes, name: str, now: datetime) -> None:
    if Ledger.is_at(folder.ledger):
        with Ledger(folder.ledger) as ledger:
            still_open(ledger, folder.assessment().round)
    stem = Path(REGISTER).stem
    before = [
        path for path in sorted(folder.home.iterdir())
        if path.stem.casefold() == stem and path.suffix.lower() in REGISTER_ENDINGS
    ]  # fmt: skip
    aside = {
        path: path.with_name(f"{stem} until {now.astimezone():%Y-%m-%d %H%M%S}{path.suffix}")
        for path in before
    }
    home = folder.home / name
    if home in aside:
        if home.read_bytes() == source:
            return
        write_whole(aside.pop(home), home.read_bytes())
    write_whole(home, source)
    for path, to in aside.items():
        path.rename(to)
