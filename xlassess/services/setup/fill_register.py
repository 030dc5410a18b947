"""Filling in the register on a page, or taking over a file: read as any register is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import count
from pathlib import Path

from xlassess.assessment.register import (
    HEADINGS,
    RegisterError,
    read_register,
    register_table,
)
from xlassess.assessment.settings import REGISTER, REGISTER_ENDINGS, AssessmentFolder
from xlassess.assessment.starter import filled_register
from xlassess.files.locks import holding
from xlassess.files.problems import Problem
from xlassess.ledger import Ledger
from xlassess.model.assessment import Respondent
from xlassess.model.errors import UsageError
from xlassess.services.common.opening import still_open
from xlassess.services.common.workbooks.outbox import sha256_of, write_whole

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
    path, source = folder.register_file, _source(folder)
    said = _says(folder, source, path.name) if source else RegisterSays(path.name, (), (), ())
    said = replace(said, digest=sha256_of(source), headings=() if source else HEADINGS)
    table = _as_table(source) if source else None
    if table is None or not table.plain or len(table.rows) > MOST_ROWS:
        return said
    problems = said.problems if table.rows else ()  # nothing but examples
    return replace(said, problems=problems, headings=table.headings, rows=table.rows)


def register_digest(folder: AssessmentFolder) -> str:
    """Return what stands for what is in the register now."""
    return sha256_of(_source(folder))


def _refuse_changed(folder: AssessmentFolder, seen: str | None) -> None:
    if seen is not None and register_digest(folder) != seen:
        raise RegisterChangedError(
            "Somebody changed the register after you opened the page.", "Look at what it says now."
        )


def _source(folder: AssessmentFolder) -> bytes:
    try:
        return folder.register_file.read_bytes()
    except OSError:
        return b""


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


class RegisterChangedError(UsageError):
    """The register is no longer what somebody saw who wants to put another in its place."""


def take_register(
    folder: AssessmentFolder, source: bytes, name: str, *, now: datetime, seen: str | None = None
) -> RegisterSays:
    """Make a file the register of the round, unless something is wrong with it.

    The register before is kept beside it, under a name that says when it was replaced.

    Args:
        folder: the assessment.
        source: the file's bytes.
        name: its name; the ending tells the kind.
        now: the present moment.
        seen: what stands for the register as it was seen (`RegisterSays.digest`); None where
            nobody looked.

    Raises:
        RegisterChangedError: the register is another than was seen.
        UsageError: it is no kind of file that a register can be, or the round is closed.
        OSError: it cannot be written.
    """
    ending = Path(name).suffix.lower()
    if ending not in REGISTER_ENDINGS:
        raise UsageError(
            f"A register cannot be a file such as {name}.",
            f"Use one that ends in {', '.join(REGISTER_ENDINGS)}.",
        )
    _refuse_changed(folder, seen)
    said = _says(folder, source, name)
    if not said.problems:
        _replace(folder, source, f"{Path(REGISTER).stem}{ending}", now, seen)
    return said


def fill_register(
    folder: AssessmentFolder,
    headings: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    *,
    now: datetime,
    seen: str | None = None,
) -> tuple[RowFault, ...]:
    """Write these rows as the register; nothing is written where something is wrong.

    Args:
        folder: the assessment.
        headings: the columns, those that every register has first.
        rows: a text for each column; rows in which nothing stands are left out.
        now: the present moment.
        seen: what stands for the register as it was seen (`RegisterSays.digest`); None where
            nobody looked.

    Returns:
        All that is wrong.

    Raises:
        RegisterChangedError: the register is another than was seen.
        UsageError: the round is closed.
        OSError: the register cannot be written.
    """
    _refuse_changed(folder, seen)
    kept = [(place, row) for place, row in enumerate(rows) if any(text.strip() for text in row)]
    source = filled_register(headings, [row for _, row in kept])
    said = _says(folder, source, REGISTER)
    if said.problems:
        places = [place for place, _ in kept]
        return tuple(_fault(one, headings, places) for one in said.problems)
    _replace(folder, source, REGISTER, now, seen)
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


_LOCK = ".register.lock"
"""The file that stands for the lock held from looking at the register until another stands in its
place: the desks of several people may be at work in one shared folder."""


def _replace(
    folder: AssessmentFolder, source: bytes, name: str, now: datetime, seen: str | None
) -> None:
    """Put a register in the place of the one that is there, of which a copy is kept.

    At no moment is there none. The copies are made first, then the new one stands there, and last
    those of other kinds go, which would else be taken for it.
    """
    if Ledger.is_at(folder.ledger):
        with Ledger(folder.ledger) as ledger:
            still_open(ledger, folder.assessment().round)
    stem, home = Path(REGISTER).stem, folder.home / name
    with holding(folder.home / _LOCK):
        _refuse_changed(folder, seen)
        before = [
            path for path in sorted(folder.home.iterdir())
            if path.stem.casefold() == stem and path.suffix.lower() in REGISTER_ENDINGS
        ]  # fmt: skip
        if before == [home] and home.read_bytes() == source:
            return
        with _kept_aside(before, now):
            was = home.read_bytes() if home in before else None
            write_whole(home, source, lasting=True)
            try:
                for path in before:
                    if path != home:
                        path.unlink()
            except OSError:
                # It is open in another program: the register stays as it was.
                if was is None:
                    home.unlink()
                else:
                    write_whole(home, was, lasting=True)
                raise


@contextmanager
def _kept_aside(before: Sequence[Path], now: datetime) -> Iterator[None]:
    """Keep copies of registers beside them under the time, unless they stay as they were."""
    copies: list[Path] = []
    try:
        for path in before:
            aside = f"{Path(REGISTER).stem} until {now.astimezone():%Y-%m-%d %H%M%S}"
            copy = path.with_name(f"{aside}{path.suffix}")
            for number in count(2):
                if not copy.exists():
                    break
                copy = path.with_name(f"{aside} ({number}){path.suffix}")
            write_whole(copy, path.read_bytes(), lasting=True)
            copies.append(copy)
        yield
    except BaseException:
        for copy, path in zip(copies, before, strict=False):
            if path.exists() and path.read_bytes() == copy.read_bytes():
                copy.unlink()
        raise
