"""Where the summary's figures stand, so that one sheet's formulas can point at another's.

Only this module knows rows and columns that more than one sheet uses; they count from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.consolidate.summary import Part, SectionFigures, Summary
from xlassess.contract.layout import cell_name, column_name
from xlassess.sheet.checked import Box, sheet_prefix

SUMMARY, RESPONSES, COMMENTS = "Summary", "Responses", "Comments"
ACTIONS, DATA, METHOD = "Action plan", "Data", "Method"

TITLE_ROW, NOTE_ROW, HEADER_ROW = 0, 1, 3
"""Every sheet has its title and a note on how to read it first; headings follow on row 3."""

DATA_FIRST = HEADER_ROW + 1

DATA_NAMES = {
    "return": 0, "level": 3, "toolkit": 4, "section": 5, "item": 8, "field": 9, "counts": 10,
    "choice": 11, "score": 13,
}  # fmt: skip
"""Columns of the Data sheet that formulas use, by the end of their defined name (``data_...``)."""

TALLY_NAMES = {
    "toolkit": 0, "section": 1, "item": 4, "field": 5, "counts": 6, "choice": 7, "score": 9,
    "number": 10,
}  # fmt: skip
"""The same where Data holds only how often each choice was picked."""

_TOTALS = ("n", "mean", "low", "high", "spread", "band")
_FIRST_SCORE_COLUMN = 5


def response_header_row(summary: Summary) -> int:
    """The heading row of the register on the Responses sheet, below the response rates."""
    return HEADER_ROW + len(summary.parts) + 2


def sheet_name(kind: str, part: Part, parts: Sequence[Part]) -> str:
    """The name of a toolkit's sheet: ``Scores``, or ``Scores pat`` where there are several."""
    if len(parts) == 1:
        return kind
    names = [f"{kind} {each.key}"[:31] for each in parts]
    index = parts.index(part)
    same = names[:index].count(names[index])
    return names[index] if not same else f"{names[index][:28]} {same + 1}"


@dataclass(frozen=True, slots=True)
class ScoresPlace:
    """Where the Scores sheet of a toolkit has its totals and its rows.

    ``rows`` is the number of returns shown; without any, there are totals only.
    """

    sheet: str
    sections: tuple[SectionFigures, ...]
    views: tuple[str, ...]
    rows: int

    first_row = HEADER_ROW + len(_TOTALS) + 3

    @property
    def last_row(self) -> int:
        """The last return's row."""
        return self.first_row + max(self.rows, 1) - 1

    def column(self, index: int) -> int:
        """The column of a section."""
        return _FIRST_SCORE_COLUMN + index

    def overall_column(self, index: int) -> int:
        """The column of the score over all sections, by view."""
        return _FIRST_SCORE_COLUMN + len(self.sections) + index

    @property
    def last_column(self) -> int:
        """The last column in use."""
        return self.overall_column(len(self.views)) - 1

    def total_row(self, what: str) -> int:
        """The row of a total: ``n``, ``mean``, ``low``, ``high``, ``spread`` or ``band``."""
        return HEADER_ROW + 1 + _TOTALS.index(what)

    def total(self, what: str, column: int) -> str:
        """A total as it is named in a formula of another sheet."""
        return sheet_prefix(self.sheet) + cell_name(self.total_row(what), column)

    def cells(self, column: int) -> str:
        """The cells of all returns in a column, as a formula on the same sheet names them."""
        letter = column_name(column)
        return f"{letter}${self.first_row + 1}:{letter}${self.last_row + 1}"

    def cells_from_outside(self, column: int) -> str:
        """The same as a formula on another sheet names them."""
        letter = column_name(column)
        first, last = self.first_row + 1, self.last_row + 1
        return f"{sheet_prefix(self.sheet)}${letter}${first}:${letter}${last}"


def scores_place(summary: Summary, part: Part) -> ScoresPlace:
    """Return where a toolkit's scores stand."""
    return ScoresPlace(
        sheet=sheet_name("Scores", part, summary.parts),
        sections=part.sections,
        views=tuple(each.view for each in part.overall),
        rows=len(part.rows),
    )


@dataclass(frozen=True, slots=True)
class ProfilePlace:
    """Where the Profile sheet of a toolkit has its tables and the cells of its dartboard.

    ``columns`` names the columns of the table of scores, which is empty where there are none;
    ``wholes`` is the number of rows for scores over all sections; ``choices`` that of the
    choices in the table of answers below it.
    """

    sheet: str
    sections: int
    columns: tuple[str, ...]
    wholes: int
    choices: int

    grid_column, whisker_column = 30, 45

    @property
    def first_row(self) -> int:
        """The first section's row in the table of scores."""
        return HEADER_ROW + 1

    @property
    def counts_header(self) -> int:
        """The heading row of the table of answers."""
        if not self.columns:
            return HEADER_ROW
        return self.first_row + self.sections + self.wholes + 2

    @property
    def last_row(self) -> int:
        """The last row of the tables."""
        return self.counts_header + max(self.sections, 1)

    def box(self, column: str) -> Box:
        """The cells of all sections in a column of the table of scores."""
        index = self.columns.index(column)
        return Box(self.first_row, index, self.first_row + self.sections - 1, index)

    def counts_box(self, choice: int) -> Box:
        """The cells of all sections in a choice's column of the table of answers."""
        first = self.counts_header + 1
        return Box(first, 2 + choice, first + self.sections - 1, 2 + choice)

    def names_box(self) -> Box:
        """The cells of the sections' names beside the answers."""
        first = self.counts_header + 1
        return Box(first, 1, first + self.sections - 1, 1)

    def whiskers(self, side: int) -> Box:
        """The cells of how far the range goes above (0) and below (1) each mean."""
        column = self.whisker_column + side
        return Box(self.first_row, column, self.first_row + self.sections - 1, column)

    def cell(self, row: int, column: str) -> str:
        """A score (row from 0, past the sections for the whole) as another sheet names it."""
        index = self.columns.index(column)
        return sheet_prefix(self.sheet) + cell_name(self.first_row + row, index)


def profile_place(summary: Summary, part: Part) -> ProfilePlace:
    """Return where a toolkit's profile stands."""
    columns: tuple[str, ...] = ()
    if part.toolkit.scoring.rule in ("sum", "mean", "share"):
        columns = ("number", "section", "n", "mean", "low", "high", "spread")
        if any(each.section.bands for each in part.sections):
            columns += ("band", "reading")
        if any(item.weighs for item in part.toolkit.items()):
            columns += ("significance",)
    return ProfilePlace(
        sheet=sheet_name("Profile", part, summary.parts),
        sections=len(part.sections),
        columns=columns,
        wholes=len(part.overall),
        choices=len(part.scored_choices),
    )
