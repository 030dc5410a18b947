"""Where the summary's figures stand, so that one sheet's formulas can point at another's.

Only this module knows rows and columns that more than one sheet uses; they count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures.compute import gap_share
from xlassess.consolidate.figures.values import ItemFigures, SectionFigures, Summary, ToolkitResults
from xlassess.contract.layout import cell_name, column_name
from xlassess.sheet import formats, metrics
from xlassess.sheet.writer import CellRange, sheet_prefix

TITLE_ROW, NOTE_ROW, HEADER_ROW = 0, 1, 3
"""Every sheet has its title and a note on how to read it first; headings follow on row 3."""

DATA_FIRST = HEADER_ROW + 1

ROW_PIXELS = round(metrics.line_height(formats.FONT_SIZE) / metrics.POINTS_PER_PIXEL)
"""Height of a row left as it is, in pixels."""

DATA_NAMES = {
    "return": 0, "level": 3, "toolkit": 4, "section": 5, "item": 8, "field": 9, "counts": 10,
    "choice": 11, "score": 12,
}  # fmt: skip
"""Columns of the Data sheet that formulas use, by the end of their defined name (``data_...``)."""

TALLY_NAMES = {
    "toolkit": 0, "section": 1, "item": 4, "field": 5, "counts": 6, "choice": 7, "score": 8,
    "number": 10,
}  # fmt: skip
"""The same where Data holds only how often each choice was picked."""

MOST_LEVELS = 5
"""Organisational levels a chart shows so that they are told apart."""

DOTS = ("place", "edge", "mean", "more", "less", "significance", "top", "gap",
        *(f"level {number}" for number in range(MOST_LEVELS)))  # fmt: skip
"""What the cells of dots hold: the height of the line and its left end; the mean of a section and
how far the range goes right and left of it; its significance; the highest level and how far the
lowest lies below it; then each level."""

_TABLE_GAP = 3
"""Rows between the tables of two scales: one empty, one with the scale's name."""

_TOTALS = ("n", "mean", "low", "high", "spread", "band")
_FIRST_SCORE_COLUMN = 5


def response_header_row(summary: Summary) -> int:
    """The heading row of the register on the Responses sheet, below the response rates."""
    return HEADER_ROW + len(summary.parts) + 2


def sheet_name(kind: str, part: ToolkitResults, parts: Sequence[ToolkitResults]) -> str:
    """The name of a toolkit's sheet: ``Scores``, or ``Scores pat`` where there are several."""
    if len(parts) == 1:
        return kind
    names = [f"{kind} {each.key}"[:31] for each in parts]
    index = parts.index(part)
    same = names[:index].count(names[index])
    return names[index] if not same else f"{names[index][:28]} {same + 1}"


@dataclass(frozen=True, slots=True)
class ScoresLayout:
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
        """The last column of the tables."""
        return self.overall_column(len(self.views)) - 1

    def dots(self, section: int) -> tuple[CellRange, CellRange]:
        """The cells of one dot for each return in a section: how far across, and how high."""
        column = self.last_column + 4 + 2 * section
        across, up = (
            CellRange(self.first_row, at, self.last_row, at) for at in (column, column + 1)
        )
        return across, up

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


def scores_layout(summary: Summary, part: ToolkitResults) -> ScoresLayout:
    """Return where a toolkit's scores stand."""
    return ScoresLayout(
        sheet=sheet_name("Scores", part, summary.parts),
        sections=part.sections,
        views=tuple(each.view for each in part.overall),
        rows=len(part.rows),
    )


@dataclass(frozen=True, slots=True)
class BarsLayout:
    """The cells that bars about a line are drawn from: a row for each bar, the worst first.

    The columns are the name, the empty space before the bar, a part for each choice from the worst
    to the best, the space behind it, and a part for each choice that stands apart.
    """

    sheet: str
    first_row: int
    first_column: int
    rows: int
    parts: int
    apart: int

    def names_box(self, first: int, last: int) -> CellRange:
        """The names, from one bar to another (from 0)."""
        return self._box(0, first, last)

    def before_box(self, first: int, last: int) -> CellRange:
        """The space before the bars."""
        return self._box(1, first, last)

    def part_box(self, part: int, first: int, last: int) -> CellRange:
        """A part of the bars, the worst choice first."""
        return self._box(2 + part, first, last)

    def between_box(self, first: int, last: int) -> CellRange:
        """The space between the bars and what stands apart."""
        return self._box(2 + self.parts, first, last)

    def apart_box(self, part: int, first: int, last: int) -> CellRange:
        """A part that stands apart."""
        return self._box(3 + self.parts + part, first, last)

    def _box(self, column: int, first: int, last: int) -> CellRange:
        at = self.first_column + column
        return CellRange(self.first_row + first, at, self.first_row + last, at)


@dataclass(frozen=True, slots=True)
class AnswersLayout:
    """A table of how answers on one scale fall: its heading row and its sections (by index)."""

    scale: str
    header: int
    sections: tuple[int, ...]
    choices: int

    bars_column = 52


@dataclass(frozen=True, slots=True)
class ProfileLayout:
    """Where the Profile sheet of a toolkit has its tables and the cells of its charts.

    ``columns`` names the columns of the first table, a row for each section; ``wholes`` is
    the number of rows below them for scores over all sections. ``answers`` are the tables of
    answers further down. ``leading`` is how many sections, from the first, the headline chart
    shows: all, or those with answers that can be marked.
    """

    sheet: str
    sections: int
    columns: tuple[str, ...]
    wholes: int
    answers: tuple[AnswersLayout, ...]
    leading: int

    grid_column, cross_column, dots_column = 30, 48, 70
    """The first columns of the cells of charts: the dartboard, two lines, and dots. Those of bars
    stand between them (`AnswersLayout.bars_column`)."""

    @property
    def first_row(self) -> int:
        """The first section's row in the first table."""
        return HEADER_ROW + 1

    @property
    def last_row(self) -> int:
        """The last row of the tables."""
        if self.answers:
            return self.answers[-1].header + len(self.answers[-1].sections)
        return HEADER_ROW + max(self.sections + self.wholes, 1)

    def box(self, column: str) -> CellRange:
        """The cells of the leading sections in a column of the first table."""
        index = self.columns.index(column)
        return CellRange(self.first_row, index, self.first_row + self.leading - 1, index)

    def every(self, column: str) -> CellRange:
        """The cells of all sections in a column of the first table."""
        index = self.columns.index(column)
        return CellRange(self.first_row, index, self.first_row + self.sections - 1, index)

    def dots(self, name: str) -> CellRange:
        """The cells of dots, one for each section: their name is one of `DOTS`, or a level's place.

        Raises:
            ValueError: there are none of that name.
        """
        column = self.dots_column + DOTS.index(name)
        return CellRange(self.first_row, column, self.first_row + self.sections - 1, column)

    def cell(self, row: int, column: str) -> str:
        """A figure (row from 0, past the sections for the whole) as another sheet names it."""
        index = self.columns.index(column)
        return sheet_prefix(self.sheet) + cell_name(self.first_row + row, index)


def profile_layout(summary: Summary, part: ToolkitResults) -> ProfileLayout:
    """Return where a toolkit's profile stands."""
    rule = part.toolkit.scoring.rule
    columns: tuple[str, ...] = ("number", "section")
    if rule in ("sum", "mean", "share"):
        columns += ("n", "mean", "low", "high", "spread")
        if any(each.section.bands for each in part.sections):
            columns += ("band", "reading")
        if any(item.weighs for item in part.toolkit.items()):
            columns += ("significance", "first")
    else:
        columns += ("answers", "flagged" if rule == "none" else "favourable")
    return ProfileLayout(
        sheet=sheet_name("Profile", part, summary.parts),
        sections=len(part.sections),
        columns=columns,
        wholes=len(part.overall),
        answers=tuple(_answers_layouts(part)),
        leading=_leading(part),
    )


def _leading(part: ToolkitResults) -> int:
    """How many sections the headline chart shows.

    Where nothing is scored, sections without answers that can be marked are left out if they
    come last; a chart takes its sections from one block of cells.
    """
    flagged = set(part.toolkit.scoring.flagged)
    marked = [
        any(
            _asks(item, each, item.scale_id) and flagged & set(item.agreement.counts)
            for item in part.items
        )
        for each in part.sections
    ]
    count = sum(marked)
    if part.toolkit.scoring.rule == "none" and count and all(marked[:count]):
        return count
    return len(part.sections)


def _answers_layouts(part: ToolkitResults) -> Iterator[AnswersLayout]:
    """One table for the scored scale, or one for each scale in use where nothing is scored."""
    scored = part.toolkit.scoring.scale
    used = {each.scale_id: None for each in part.items if each.scored}
    header = HEADER_ROW + max(len(part.sections) + len(part.overall), 1) + 3
    for scale in [scored] if scored else used:
        sections = tuple(
            index
            for index, each in enumerate(part.sections)
            if scored or any(_asks(item, each, scale) for item in part.items)
        )
        yield AnswersLayout(scale, header, sections, len(part.toolkit.scales[scale].choices))
        header += len(sections) + 3


def _asks(item: ItemFigures, section: SectionFigures, scale: str) -> bool:
    return (
        item.scale_id == scale
        and item.section.id == section.section.id
        and item.field == section.field
    )


@dataclass(frozen=True, slots=True)
class LevelsLayout:
    """Where the Levels sheet of a toolkit has its tables: the sections, then the items."""

    sheet: str
    levels: int
    sections: int

    first_row = HEADER_ROW + 1

    def level_box(self, level: int) -> CellRange:
        """The figures of all sections for a level, counted from 0."""
        last = self.first_row + self.sections - 1
        return CellRange(self.first_row, 1 + 2 * level, last, 1 + 2 * level)

    @property
    def items_header(self) -> int:
        """The heading row of the items, below a row with their title."""
        return self.first_row + max(self.sections, 1) + 2

    def remark(self, item: int) -> str:
        """The remark on an item (from 0) as a formula on another sheet names it."""
        row = self.items_header + 1 + item
        return sheet_prefix(self.sheet) + cell_name(row, 5 + 2 * self.levels)


def levels_layout(summary: Summary, part: ToolkitResults) -> LevelsLayout:
    """Return where a toolkit's levels stand."""
    sheet = sheet_name("Levels", part, summary.parts)
    return LevelsLayout(sheet, len(part.levels), len(part.sections))


def level_items(part: ToolkitResults) -> tuple[ItemFigures, ...]:
    """The items that are compared by level, those furthest apart first.

    They are the items that count and whose answers have an order.
    """
    if len(part.levels) < 2 or part.toolkit.scoring.rule == "none":
        return ()
    compared = (item for item in part.items if item.levels)
    return tuple(sorted(compared, key=lambda item: -(gap_share(item) or 0.0)))


@dataclass(frozen=True, slots=True)
class AgreementLayout:
    """A table of the Agreement sheet: its scale, heading row and items, a row for each."""

    sheet: str
    scale: str
    header: int
    items: tuple[ItemFigures, ...]

    first_choice, names_column = 3, 40
    """The column of the first choice, and the first of the cells that only charts use."""


def agreement_layouts(summary: Summary, part: ToolkitResults) -> tuple[AgreementLayout, ...]:
    """Return the tables of a toolkit's Agreement sheet, that of the scored scale first."""
    sheet = sheet_name("Agreement", part, summary.parts)
    scored = part.toolkit.scoring.scale
    used = dict.fromkeys(item.scale_id for item in part.items)
    found, header = [], HEADER_ROW
    for scale in sorted(used, key=lambda scale: scale != scored):
        items = tuple(item for item in part.items if item.scale_id == scale)
        found.append(AgreementLayout(sheet, scale, header, items))
        header += len(items) + _TABLE_GAP
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TrendLayout:
    """Where the Trend sheet of a toolkit has its table of lines over the rounds."""

    sheet: str
    pairs: str
    rounds: int

    first_round, header = 3, HEADER_ROW
    """The column of the first round's figures, after number, kind and name; the heading row."""

    @property
    def change(self) -> int:
        """The column of the change, after the rounds."""
        return self.first_round + self.rounds

    def row(self, line: int) -> int:
        """The row of a line (from 0)."""
        return self.header + 1 + line

    def figures(self, line: int, first: int) -> CellRange:
        """The figures of a line from a round (from 0) on."""
        row = self.row(line)
        return CellRange(row, self.first_round + first, row, self.change - 1)

    def names(self, first: int) -> CellRange:
        """The headings of the rounds from one (from 0) on."""
        return CellRange(self.header, self.first_round + first, self.header, self.change - 1)


def trend_layout(summary: Summary, part: ToolkitResults) -> TrendLayout:
    """Return where a toolkit's trend stands."""
    rounds = len(part.trend.rounds) if part.trend else 0
    sheet, pairs = (sheet_name(each, part, summary.parts) for each in ("Trend", "Trend pairs"))
    return TrendLayout(sheet, pairs, rounds)
