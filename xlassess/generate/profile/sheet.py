"""The Profile sheet: live scores by the toolkit's rule, or how judgements fall where none is."""

from __future__ import annotations

from functools import cached_property

from xlassess.contract.layout import (
    ABOUT_ROW,
    PROGRESS_ROW,
    REFERENCE_ROW,
    START,
    TITLE_ROW,
    cell_name,
)
from xlassess.generate.profile.counts import CountsTable, write_flags
from xlassess.generate.profile.panel import Panel
from xlassess.generate.profile.scored import Scored, scored_parts, scored_places
from xlassess.generate.profile.sums import SumTable
from xlassess.generate.profile.table import ProfileColumn, ProfileTable, prose_end
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.start import overall_state
from xlassess.generate.workbook.status import progress_of
from xlassess.model.toolkit import Choice, Rule
from xlassess.sheet import formats
from xlassess.sheet.charts import ChartCells, Series, stacked_bars
from xlassess.sheet.writer import CellRange, Formula, PlacedChart, SheetWriter, quoted, sheet_prefix

_NAME_WIDTH, _COUNT_WIDTH, _STATE_WIDTH = 60.0, 15.0, 18.0
_JUDGED, _ASKED, _COUNTS = 2, 3, 4
_CHART_WIDTH, _BAR_HEIGHT, _CHART_FRAME = 900, 30, 110


class ProgressTable(ProfileTable):
    """One row a section; then, where the toolkit has views, one row a section and view."""

    @cached_property
    def _parts(self) -> tuple[Scored, ...]:
        """What is judged from a view, section by section."""
        return tuple(part for part in scored_parts(self.draft.layout) if part.view)

    @cached_property
    def _choices(self) -> tuple[Choice, ...]:
        """The choices of all scales on which something is judged from a view."""
        toolkit = self.draft.toolkit
        scales = dict.fromkeys(item.answer for item in toolkit.items() if item.views)
        found = {c.label: c for name in scales for c in toolkit.scales[name].choices}
        ordered = sorted(found.values(), key=lambda choice: choice.apart)
        return tuple(ordered)

    def headings(self) -> tuple[ProfileColumn, ...]:
        """The columns, which set the widths of the whole sheet; the last have no heading here."""
        number, section, filled, asked, state = self.draft.words.headings("progress_table_headers")
        further = max(len(self._choices) - 1, 0) if self._parts else 0
        own = (
            ProfileColumn(number, 8), ProfileColumn(section, _NAME_WIDTH, middle=False),
            ProfileColumn(filled, 13), ProfileColumn(asked, 11),
            ProfileColumn(state, _STATE_WIDTH),
        )  # fmt: skip
        return (*own, *[ProfileColumn("", _COUNT_WIDTH)] * further)

    def write(self, row: int) -> int:
        """Write tables and chart from this row on; return the next free row."""
        self.head(row, [heading for heading in self.headings() if heading.text])
        self.mark(row, row + len(scored_places(self.draft.layout)))
        complete, open_ = self.draft.words.say("complete"), self.draft.words.say("not_complete")
        for place in scored_places(self.draft.layout):
            row += 1
            progress = progress_of(place)
            section = place.section
            number = formats.CELL_MIDDLE.but(number=formats.TEXT_FORMAT)
            self.sheet.text(row, 0, section.id, number)
            self.sheet.text(row, 1, section.title, formats.CELL)
            self.sheet.formula(
                row,
                2,
                Formula(progress.done, self.draft.contents.begun(place)),
                formats.CELL_MIDDLE,
            )
            self.sheet.number(row, 3, progress.asked, formats.CELL_MIDDLE)
            state = f"IF(C{row + 1}=D{row + 1},{quoted(complete)},{quoted(open_)})"
            self.sheet.formula(row, 4, Formula(state, open_), formats.CELL_MIDDLE)
            self.sheet.fit(row, ((section.title, _NAME_WIDTH, formats.CELL),), least=22, whole=True)
        return self._spread(row + 2) if self._parts else row + 2

    def _spread(self, row: int) -> int:
        """Write how often each choice was picked from each view, and draw it."""
        words = self.draft.words
        self.sheet.text(row, 0, words.say("heading_spread"), formats.HEADING)
        self.sheet.height(row, 26)
        number, section, judged, asked = words.headings("spread_headers")
        labels = [choice.label for choice in self._choices]
        named = [ProfileColumn(number, 0), ProfileColumn(section, 0, middle=False)]
        counted = [ProfileColumn(text, 0) for text in (judged, asked, *labels)]
        head = row + 1
        self.head(head, [*named, *counted])
        row = head
        for part in self._parts:
            row += 1
            self._part(row, part, head)
        last = len(named) + len(counted) - 1
        self.sheet.book.title_region(self.sheet.name, CellRange(head, 0, row, last))
        return self._chart(row + 2, head + 1, row)

    def _part(self, row: int, part: Scored, head: int) -> None:
        sheet = self.sheet
        sheet.text(row, 0, part.section.id, formats.CELL_MIDDLE.but(number=formats.TEXT_FORMAT))
        sheet.text(row, 1, part.label, formats.CELL)
        last = _COUNTS + sum(not choice.apart for choice in self._choices) - 1
        judged = f"SUM({cell_name(row, _COUNTS)}:{cell_name(row, last)})"
        sheet.formula(row, _JUDGED, Formula(judged, 0), formats.CELL_MIDDLE)
        sheet.number(row, _ASKED, part.asked, formats.CELL_MIDDLE)
        for column in range(_COUNTS, _COUNTS + len(self._choices)):
            picked = part.picked(cell_name(head, column))
            sheet.formula(row, column, Formula(picked, 0), formats.CELL_MIDDLE)
        sheet.fit(row, ((part.label, _NAME_WIDTH, formats.CELL),), least=18, whole=True)

    def _chart(self, row: int, first: int, last: int) -> int:
        """Draw the spread, least first; what is counted apart stands in the table only."""
        words = self.draft.words
        name = self.sheet.name
        parts = [
            Series(choice.label, ChartCells(name, CellRange(first, column, last, column)))
            for column, choice in enumerate(self._choices, _COUNTS)
            if not choice.apart
        ]
        names = ChartCells(name, CellRange(first, 1, last, 1))
        title = words.say("spread_title")
        chart = stacked_bars(self.sheet.book, names, parts[::-1], title)
        height = _CHART_FRAME + _BAR_HEIGHT * (last - first + 1)
        views = [view.label for view in self.draft.toolkit.views]
        self.sheet.chart(
            chart, PlacedChart(row, 0, _CHART_WIDTH, height, words.say("spread_alt", views))
        )
        return self.below(row, height, row)


_TABLES: dict[Rule, type[ProfileTable]] = {
    "sum": SumTable,
    "mean": CountsTable,
    "levels": CountsTable,
    "share": CountsTable,
    "none": ProgressTable,
}


def write_profile(draft: Draft, sheet: SheetWriter) -> None:
    """Write the Profile sheet."""
    table = _TABLES[draft.toolkit.scoring.rule](draft, sheet)
    headings = table.headings()
    sheet.widths({i: heading.width for i, heading in enumerate(headings)})
    _head(draft, sheet, headings)
    row = table.write(REFERENCE_ROW + 2)
    if draft.toolkit.scoring.rule != "sum":
        row = Panel(draft, sheet, 2, 1).success(row) + 1
    notes = row
    row = _notes(draft, sheet, row, prose_end(headings))
    whole = ((notes, row), (row + 1, write_flags(draft, sheet, row + 1) - 1))
    row = whole[-1][1]
    last = len(headings) - 1
    sheet.raw.ignore_errors({"number_stored_as_text": f"A1:{cell_name(row, last)}"})
    draft.finish(sheet, (row, last), landscape=True, single=True, whole=whole)


def _head(draft: Draft, sheet: SheetWriter, headings: tuple[ProfileColumn, ...]) -> None:
    say = draft.words.say
    end = prose_end(headings)
    sheet.text(TITLE_ROW, 0, say("profile_title"), formats.TITLE)
    sheet.height(TITLE_ROW, 27)
    sheet.prose(ABOUT_ROW, 0, end, say("profile_about", draft.toolkit), formats.PROSE)
    strong = formats.PLAIN.but(bold=True)
    state = overall_state(draft).value
    formula = Formula(f"{sheet_prefix(START)}{cell_name(PROGRESS_ROW, 0)}", state)
    sheet.merged(PROGRESS_ROW, 0, end, formula, strong)
    sheet.fit(PROGRESS_ROW, ((str(state), sheet.span_width(0, end), strong),), least=20, whole=True)
    draft.carrier(sheet)
    sheet.height(REFERENCE_ROW, 13.5)
    sheet.link(
        REFERENCE_ROW + 1, 0, f"internal:'{START}'!A1", say("back_to_start"), formats.LINK,
        tip=say("back_to_start_tip"),
    )  # fmt: skip
    sheet.height(REFERENCE_ROW + 1, 18)


def _notes(draft: Draft, sheet: SheetWriter, row: int, end: int) -> int:
    """Write how the figures come about; return the last row written."""
    sheet.text(row, 0, draft.words.say("heading_notes"), formats.HEADING)
    sheet.height(row, 26)
    for line in draft.words.paragraphs("profile_notes", draft.toolkit):
        row += 1
        sheet.prose(row, 0, end, line, formats.PROSE)
    return row
