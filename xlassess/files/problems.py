"""Problems in files that people write: where, what is wrong, and what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlassess.model.errors import XlassessError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file.

    ``line`` counts from 1; 0 means that no line can be named. ``cell`` (A1) takes its place
    in a workbook, with its ``sheet`` where there are several. ``hint`` is what to do, or an
    empty text. ``missing`` says that something is not filled in, and not that it is wrong.
    """

    file: str
    line: int
    message: str
    hint: str = ""
    cell: str = ""
    sheet: str = ""
    missing: bool = False

    @property
    def where(self) -> str:
        """File and line (or sheet and cell) in one phrase."""
        if self.sheet:
            cell = f", cell {self.cell}" if self.cell else ""
            return f"{self.file}, sheet {self.sheet}{cell}"
        if self.cell:
            return f"{self.file}, cell {self.cell}"
        return f"{self.file}, line {self.line}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.where}: {self.message} {self.hint}".rstrip()


class FileError(XlassessError):
    """A file that people write has problems; exit code 2, as for what they type.

    Args:
        problems: every problem found, at least one, in the order of the file.
    """

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        rest = len(self.problems) - 1
        more = f" ({rest} more in this file.)" if rest else ""
        super().__init__(f"{first.where}: {first.message}", f"{first.hint}{more}".strip())

    def __reduce__(self) -> tuple[type[FileError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like a word; empty where none is much like it."""
    from rapidfuzz import fuzz, process, utils

    near = process.extractOne(
        word, list(known), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=65
    )
    return near[0] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the nearest known word, else the list of known words.

    Args:
        word: what was written.
        known: what could have been written.
    """
    words = list(known)
    if near := nearest(word, words):
        return f"Did you mean '{near}'?"
    if not words:
        return ""
    return f"It can be: {', '.join(words)}."
