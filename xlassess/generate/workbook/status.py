"""The status of an item, said in words by a formula as the form is filled in.

Words begin alike so that they can be counted: ``Done``, ``Still open``, ``To do``, ``Check``,
``Optional``. An answer is still open when it calls for reasons that are not required and are not
given: it counts as answered, but it does not say ``Done``. A question is still open too, and does
not count as answered, when the answer to another one leads to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlassess.contract.layout import (
    Column,
    Layout,
    SectionLayout,
    TableLayout,
    cell_name,
    list_name,
)
from xlassess.generate.workbook.lists import Range, added, runs
from xlassess.model.toolkit import Item, Toolkit
from xlassess.sheet.values import sheet_prefix
from xlassess.sheet.writer import Formula, quoted

DONE, OPEN, TO_DO, CHECK, OPTIONAL = "Done", "Still open", "To do", "Check", "Optional"
UNANSWERED = f"{OPEN}: no answer"
"""What a status begins with where the answer to another question leads to one without answer."""


def status_formula(layout: Layout, table: TableLayout, row: int, item: Item) -> Formula:
    """Return the status of one item's row.

    Args:
        layout: where everything is in the workbook.
        table: the item's table.
        row: the item's row.
        item: the item.
    """
    answers = [column for column in table.fields(item) if column.role == "answer"]
    empty = TO_DO if item.required else OPTIONAL
    cells = [cell_name(row, column.index) for column in answers]
    blank = [f'TRIM({cell})=""' for cell in cells]
    doubtful = [wrong(layout.toolkit, item, cell) for cell in cells]
    text = finished(layout.toolkit, table, row, item)
    bad = any_of(expression for expression in doubtful if expression)
    if bad:
        text = f'IF({bad},"{CHECK} answer",{text})'
    if len(cells) > 1:
        for column, condition in zip(answers, blank, strict=True):
            text = f"IF({condition},{quoted(f'{empty}: {column.header}')},{text})"
        text = f'IF(AND({",".join(blank)}),"{empty}",{text})'
    else:
        text = f"IF({blank[0]},{_without_answer(layout, item, empty)},{text})"
    return Formula(f'IFERROR({text},"{CHECK} answer")', empty)


def _without_answer(layout: Layout, item: Item, empty: str) -> str:
    """Return what the status says while there is no answer."""
    condition = item.only_when
    if condition is None:
        return f'"{empty}"'
    scale = layout.toolkit.scales[layout.toolkit.item(condition.item).answer]
    cell = _answer_cell(layout, condition.item)
    picked = any_of(f"{cell}={quoted(scale.by_code(code).label)}" for code in condition.choices)
    return f'IF({picked},{quoted(led_to(item))},"{empty}")'


def _answer_cell(layout: Layout, item: str) -> str:
    """Return where the answer to an item stands, with its sheet."""
    return next(
        sheet_prefix(section.sheet) + cell_name(row.index, column.index)
        for section in layout.sections
        for table in section.tables
        for row in table.rows
        if row.item.id == item
        for column in table.fields(row.item)
        if column.role == "answer"
    )


def led_to(item: Item) -> str:
    """Return what the status says where the answer to another question leads to this one."""
    return f"{UNANSWERED}, and {item.only_when.item} calls for one" if item.only_when else ""


def wrong(toolkit: Toolkit, item: Item, cell: str) -> str:
    """Return the condition under which an answer that is there cannot be right."""
    if not item.is_free:
        return f"{times_listed(item.answer, cell)}=0"
    if item.is_wide:
        return ""
    bounds = [f"NOT(ISNUMBER({cell}))"]
    if item.minimum is not None:
        bounds.append(f"{cell}<{item.minimum:.15g}")
    if item.maximum is not None:
        bounds.append(f"{cell}>{item.maximum:.15g}")
    return any_of(bounds)


def times_listed(choices: str, cell: str) -> str:
    """Return how often what a cell holds is among these choices, which are named by their id."""
    # Not COUNTIF, for which an answer such as "< 1 year" would be a comparison.
    return f'SUMPRODUCT(--({list_name(choices)}&""={cell}&""))'


def any_of(conditions: Iterable[str]) -> str:
    """Return the condition that one of these is true; none for none."""
    found = list(conditions)
    return found[0] if len(found) == 1 else f"OR({','.join(found)})" if found else ""


def finished(toolkit: Toolkit, table: TableLayout, row: int, item: Item) -> str:
    """Return what the status says once the answer is there: done, or what to comment on."""
    follow_up, comment = item.follow_up, table.column("comment")
    if follow_up is None or item.is_free or comment is None or not item.comment:
        return f'"{DONE}"'
    labels = [toolkit.scales[item.answer].by_code(code).label for code in follow_up.when]
    columns = [column for column in table.fields(item) if column.role == "answer"]
    picked = any_of(
        f"{cell_name(row, column.index)}={quoted(label)}" for column in columns for label in labels
    )
    word = TO_DO if follow_up.required else OPEN
    missing = f'TRIM({cell_name(row, comment.index)})=""'
    return f'IF(AND({picked},{missing}),{quoted(f"{word}: {follow_up.ask}")},"{DONE}")'


def answered(ranges: Iterable[Range]) -> str:
    """Return how many of the statuses in these ranges say that the answer is there."""
    return added(
        f'SUMPRODUCT((LEFT({cells.text},{len(DONE)})="{DONE}")'
        f'+(LEFT({cells.text},{len(OPEN)})="{OPEN}")'
        f'-(LEFT({cells.text},{len(UNANSWERED)})="{UNANSWERED}"))'
        for cells in ranges
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a section is filled in, as terms for formulas.

    ``asked`` is the number of required items, or of all where none is required;
    ``optional`` is True in the latter case.
    """

    layout: SectionLayout
    asked: int
    optional: bool
    column: Column

    @property
    def statuses(self) -> Range:
        """The status cells of the whole sheet."""
        first = self.layout.tables[0].rows[0].index
        return Range(self.layout.sheet, self.column.index, first, self.layout.last_row)

    @property
    def items(self) -> Range:
        """The cells of the item numbers, beside the statuses."""
        status = self.statuses
        return Range(status.sheet, 0, status.first, status.last)

    @property
    def done(self) -> str:
        """The number of items done among those asked."""
        rows = (
            row.index
            for table in self.layout.tables
            for row in table.rows
            if row.item.required or self.optional
        )
        return answered(runs(self.layout.sheet, self.column.index, rows))

    @property
    def still_open(self) -> str:
        """The number of answers whose reasons, or the answer they lead to, are still wanted."""
        return f'SUMPRODUCT(--(LEFT({self.statuses.text},{len(OPEN)})="{OPEN}"))'

    @property
    def to_check(self) -> str:
        """The number of answers that cannot be right as they stand."""
        return f'SUMPRODUCT(--(LEFT({self.statuses.text},5)="{CHECK}"))'

    @property
    def next_item(self) -> Formula:
        """The number of the first item that is still to do or to check."""
        status, items = self.statuses.text, self.items.text
        found = (f'INDEX({items},MATCH("{word}*",{status},0))' for word in (TO_DO, CHECK))
        first, second = found
        empty = next(
            (row.item.id for t in self.layout.tables for row in t.rows if row.item.required), ""
        )
        return Formula(f'IFERROR({first},IFERROR({second},""))', empty)


def progress_of(layout: SectionLayout) -> Progress:
    """Return how far a section is filled in."""
    items = [row.item for table in layout.tables for row in table.rows]
    required = sum(item.required for item in items)
    column = status_column(layout.tables[0])
    return Progress(layout, required or len(items), not required, column)


def status_column(table: TableLayout) -> Column:
    """Return the status column, which every table of items has."""
    return next(column for column in table.columns if column.role == "status")
