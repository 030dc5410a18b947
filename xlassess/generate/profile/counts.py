"""The Profile by mean, by levels or by share: how often each choice was picked, section by section.

Every figure stands beside the number of answers it rests on. A mean or share is that of the
answers given; "don't know" and "not applicable" have columns of their own and count in neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from xlassess.contract.layout import LISTS, cell_name, column_name
from xlassess.generate.profile.panel import add_bands
from xlassess.generate.profile.scored import (
    Flaggable,
    Scored,
    flaggable,
    scored_parts,
    scoring_scale,
)
from xlassess.generate.profile.table import ProfileColumn, ProfileTable
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.lists import Range, added
from xlassess.model.toolkit import Band, Choice
from xlassess.score import affirmative, score_range
from xlassess.sheet import formats, palette
from xlassess.sheet.charts import ChartCells, Series, bars, stacked_bars
from xlassess.sheet.formats import CellFormat, ConditionalFormat
from xlassess.sheet.writer import CellRange, Formula, PlacedChart, SheetWriter, quoted

_ANSWERED, _ASKED, _FIGURE = 2, 3, 4
_NAME_WIDTH, _NUMBERS_WIDTH = 42.0, 30.0
_MATTER_WIDTH, _LISTED_WIDTH = 52.0, 18.0
"""Widths of the columns that the list of flagged answers shares: matter, and what was answered."""
_CHART_WIDTH, _BAR_HEIGHT, _CHART_FRAME = 900, 42, 110


class CountsTable(ProfileTable):
    """One row a section (and view): answers given, mean or share, and a count per choice."""

    @cached_property
    def _parts(self) -> tuple[Scored, ...]:
        return scored_parts(self.draft.layout)

    @cached_property
    def _flags(self) -> tuple[Flaggable, ...]:
        return flaggable(self.draft.layout)

    @cached_property
    def _choices(self) -> tuple[Choice, ...]:
        """The choices in the order of their columns: least first for levels, else as offered."""
        scale = scoring_scale(self.draft.toolkit)
        apart = tuple(choice for choice in scale.choices if choice.apart)
        order = scale.substantive
        return (*(reversed(order) if self._rule == "levels" else order), *apart)

    @property
    def _names(self) -> float:
        """Width of the column of names."""
        return _MATTER_WIDTH if self._flags else _NAME_WIDTH

    @property
    def _rule(self) -> str:
        return self.draft.toolkit.scoring.rule

    @property
    def _has_figure(self) -> bool:
        """True where the rule gives a figure, which takes a column before the counts."""
        return self._rule in ("mean", "share")

    @property
    def _has_bands(self) -> bool:
        """True where the figure is read by bands, which take the column after it."""
        banded = any(part.section.bands for part in self._parts)
        return self._has_figure and (banded or bool(self.draft.toolkit.scoring.bands))

    @property
    def _counts(self) -> int:
        """The first column of the counts."""
        return _FIGURE + self._has_figure + self._has_bands

    @property
    def _numbers(self) -> int:
        """The column of the numbers of flagged items, after the counts."""
        return self._counts + len(self._choices)

    @property
    def _number_format(self) -> str:
        return "0%" if self._rule == "share" else "0.0"

    @property
    def _yes(self) -> str:
        return affirmative(self.draft.toolkit).label if self._rule == "share" else ""

    def headings(self) -> tuple[ProfileColumn, ...]:
        """The table's columns, which set the widths of the whole sheet."""
        words, toolkit = self.draft.words, self.draft.toolkit
        number, section, answered, asked = words.headings("counts_headers")
        found = [
            ProfileColumn(number, 8), ProfileColumn(section, self._names, middle=False),
            ProfileColumn(answered, _LISTED_WIDTH if self._flags else 13), ProfileColumn(asked, 11),
        ]  # fmt: skip
        if self._has_figure:
            found.append(ProfileColumn(words.say("figure_header", toolkit, self._yes), 11))
        if self._has_bands:
            found.append(ProfileColumn(words.say("band_header"), 22, middle=False))
        found += [ProfileColumn(choice.label, 15) for choice in self._choices]
        if self._flags:
            header = words.say("flagged_numbers", toolkit.scoring)
            found.append(ProfileColumn(header, _NUMBERS_WIDTH, middle=False))
        return tuple(found)

    def write(self, row: int) -> int:
        """Write table and chart from this row on; return the next free row."""
        self.head(row)
        first = row + 1
        for part in self._parts:
            row += 1
            self._section(row, part, head=first - 1)
        last = row
        if self.draft.toolkit.scoring.overall:
            for view in dict.fromkeys(part.view for part in self._parts):
                row += 1
                self._overall(row, view, first)
        self.mark(first - 1, row)
        return self._chart(row + 2, first, last)

    def _section(self, row: int, part: Scored, head: int) -> None:
        sheet = self.sheet
        sheet.text(row, 0, part.section.id, formats.CELL_MIDDLE.but(number=formats.TEXT_FORMAT))
        sheet.text(row, 1, part.label, formats.CELL)
        sheet.formula(row, _ANSWERED, Formula(part.answered, 0), formats.CELL_MIDDLE)
        sheet.number(row, _ASKED, part.asked, formats.CELL_MIDDLE)
        self._figure(row, part.total, formats.CELL_MIDDLE)
        self._band(row, part.section.bands, formats.CELL)
        for column in range(self._counts, self._numbers):
            label = f"{column_name(column)}${head + 1}"
            sheet.formula(row, column, Formula(part.picked(label), 0), formats.CELL_MIDDLE)
        texts = [(part.label, self._names, formats.CELL)]
        if self._flags:
            columns = {(cells.sheet, cells.column) for cells in part.cells}
            mine = [f for f in self._flags if (f.cell.sheet, f.cell.column) in columns]
            sheet.formula(row, self._numbers, _flagged_numbers(mine), formats.CELL)
            texts.append((", ".join(f.item.id for f in mine), _NUMBERS_WIDTH, formats.CELL))
        sheet.fit(row, tuple(texts), least=22, whole=True)

    def _figure(self, row: int, total: str, look: CellFormat) -> None:
        """Write mean or share as of the answers given, or nothing where none is."""
        if not self._has_figure:
            return
        answered = cell_name(row, _ANSWERED)
        if self._rule == "share":
            yes = self._choices.index(affirmative(self.draft.toolkit))
            total = cell_name(row, self._counts + yes)
        formula = Formula(f'IF({answered}>0,({total})/{answered},"")', "")
        style = look.but(bold=True, number=self._number_format)
        self.sheet.formula(row, _FIGURE, formula, style)

    def _band(self, row: int, bands: Sequence[Band], look: CellFormat) -> None:
        """Write the band the figure is read by, where there are bands."""
        if self._has_bands and bands:
            figure = cell_name(row, _FIGURE)
            name = add_bands(self.draft.lists, "figure", bands).name(figure)
            formula = Formula(f'IF({figure}="","",{name})', "")
            self.sheet.formula(row, _FIGURE + 1, formula, look.but(bold=True))
        elif self._has_bands:
            self.sheet.blank(row, _FIGURE + 1, look)

    def _overall(self, row: int, view: str, first: int) -> None:
        """Write the row over all sections from one view, where the publication gives one."""
        sheet, toolkit = self.sheet, self.draft.toolkit
        mine = [part for part in self._parts if part.view == view]
        rows = [first + i for i, part in enumerate(self._parts) if part.view == view]
        shown = toolkit.view(view).label if view else ""
        sheet.blank(row, 0, formats.TOTAL)
        sheet.text(row, 1, self.draft.words.say("all_sections", shown), formats.TOTAL)
        for column in (_ANSWERED, _ASKED, *range(self._counts, self._numbers)):
            cells = ",".join(cell_name(each, column) for each in rows)
            value = sum(part.asked for part in mine) if column == _ASKED else 0
            sheet.formula(row, column, Formula(f"SUM({cells})", value), formats.TOTAL_MIDDLE)
        self._figure(row, "+".join(part.total for part in mine), formats.TOTAL_MIDDLE)
        self._band(row, toolkit.scoring.bands, formats.TOTAL)
        if self._flags:
            sheet.blank(row, self._numbers, formats.TOTAL)
        sheet.height(row, 22)

    def _chart(self, row: int, first: int, last: int) -> int:
        """Draw the chart of the figures or counts; return the first row below it."""
        words, toolkit = self.draft.words, self.draft.toolkit
        names = self._cells(first, last, 1)
        title = words.say("chart_title", toolkit, self._yes)
        if self._has_figure:
            figures = Series(title, self._cells(first, last, _FIGURE))
            limits = score_range(toolkit, toolkit.scored_sections[0]) or (0.0, 1.0)
            chart = bars(
                self.sheet.book, names, figures, limits, title, number_format=self._number_format
            )
        else:
            parts = [
                Series(choice.label, self._cells(first, last, self._counts + i))
                for i, choice in enumerate(self._choices)
                if not choice.apart
            ]
            chart = stacked_bars(self.sheet.book, names, parts, title)
        height = _CHART_FRAME + _BAR_HEIGHT * (last - first + 1)
        alt = words.say("chart_alt", toolkit, self._yes)
        self.sheet.chart(chart, PlacedChart(row, 0, _CHART_WIDTH, height, alt))
        return self.below(row, height, row)

    def _cells(self, first: int, last: int, column: int) -> ChartCells:
        return ChartCells(self.sheet.name, CellRange(first, column, last, column))


def _flagged_numbers(flags: Iterable[Flaggable]) -> Formula:
    """Return the numbers of the flagged items of a section, one after the other."""
    terms = [f'IF({_picked(flag)},{quoted(", " + flag.item.id)},"")' for flag in flags]
    return Formula(f"MID({'&'.join(terms)},3,999)" if terms else '""', "")


def _picked(flag: Flaggable) -> str:
    tests = [f"{flag.cell.text}={quoted(label)}" for label in flag.labels]
    return f"OR({','.join(tests)})" if len(tests) > 1 else tests[0]


_MOST_LISTED, _MOST_WITHOUT_NUMBERS = 15, 25
"""Matters listed by name; the table above gives the numbers of all, except where the toolkit
scores nothing."""

_TIGHT = 2.75
"""Points by which the lines of a list may be lower than the rows of a table."""

_LINE = formats.CellFormat(indent=1)
_NUMBER = formats.CellFormat(align="center", number=formats.TEXT_FORMAT)


def write_flags(draft: Draft, sheet: SheetWriter, row: int) -> int:
    """List the matters to act on; return the next free row."""
    flags = flaggable(draft.layout)
    if not flags:
        return row
    scoring = draft.toolkit.scoring
    columns = _Columns(draft, flags)
    sheet.text(row, 0, draft.words.say("heading_flagged", scoring), formats.HEADING)
    sheet.height(row, 26)
    before, after = draft.words.say("flagged_count", scoring, len(flags)).split("#")
    count = Formula(f"{quoted(before)}&{columns.total}&{quoted(after)}", f"{before}0{after}")
    sheet.formula(row + 1, 0, count, formats.PLAIN.but(wrap=False))
    for column, header in enumerate(draft.words.headings("flagged_headers")):
        sheet.text(row + 2, column, header, formats.HEADER if column else formats.HEADER_MIDDLE)
    sheet.height(row + 2, 24)
    first, listed = row + 3, min(len(flags), _most(draft))
    for k in range(1, listed + 1):
        _line(sheet, first + k - 1, k, columns)
    box = CellRange(first, 0, first + listed - 1, 2)
    sheet.highlight(box, f'${cell_name(first, 0)}<>""', ConditionalFormat(border=palette.LINE))
    sheet.book.title_region(sheet.name, CellRange(first - 1, 0, first + listed - 1, 2))
    row = first + listed
    if len(flags) > listed:
        text = draft.words.say("flagged_more", listed)
        more = f'IF({columns.total}>{listed},{quoted(text)},"")'
        sheet.formula(row, 0, Formula(more, ""), formats.PLAIN.but(wrap=False))
        row += 1
    return row + 1


def _most(draft: Draft) -> int:
    return _MOST_WITHOUT_NUMBERS if draft.toolkit.scoring.rule == "none" else _MOST_LISTED


class _Columns:
    """The columns on the lists sheet that the list draws on."""

    def __init__(self, draft: Draft, flags: tuple[Flaggable, ...]) -> None:
        running = Range(LISTS, draft.lists.next_column(), 1, len(flags))
        counts = [_count(flag, running, i) for i, flag in enumerate(flags)]
        self.running = draft.lists.add("flagged so far", counts)
        self.items = draft.lists.add("item", [flag.item.id for flag in flags])
        names = [matter(flag) for flag in flags]
        self.names = draft.lists.add("matter", names)
        answers = [Formula(f'{flag.cell.text}&""', "") for flag in flags]
        self.answers = draft.lists.add("answer", answers)
        self.total = self.running.cell(len(flags) - 1)
        self.longest_name = max(names, key=len)
        self.longest_answer = max((label for f in flags for label in f.labels), key=len)


def matter(flag: Flaggable) -> str:
    """Return the name of a matter to act on: its section, and its short name or its question."""
    return f"{flag.place.section.name}: {flag.item.short or flag.item.ask}"


def _count(flag: Flaggable, running: Range, i: int) -> Formula:
    """Return how many of the answers up to this one are flagged."""
    picked = added(f"({flag.cell.text}={quoted(label)})" for label in flag.labels)
    before = f"{running.cell(i - 1)}+" if i else ""
    return Formula(f"{before}IF({picked}>0,1,0)", 0)


def _line(sheet: SheetWriter, row: int, k: int, columns: _Columns) -> None:
    """Write the line of the k-th matter."""
    found: tuple[tuple[Range, CellFormat], ...] = (
        (columns.items, _NUMBER), (columns.names, _LINE), (columns.answers, _LINE),
    )  # fmt: skip
    for column, (cells, look) in enumerate(found):
        text = f'IFERROR(INDEX({cells.text},MATCH({k},{columns.running.text},0)),"")'
        sheet.formula(row, column, Formula(text, ""), look)
    shown = (
        (columns.longest_name, sheet.width(1), _LINE),
        (columns.longest_answer, sheet.width(2), _LINE),
    )
    sheet.fit(row, shown, whole=True)
    sheet.height(row, sheet.row_height(row) - _TIGHT)
