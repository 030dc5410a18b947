"""The portfolio's workbook: a page to read, a line for each partnership, and what they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from xlassess.consolidate.figures.portfolio import Portfolio, ToolkitAcross
from xlassess.consolidate.figures.thresholds import PEERS_LEAST
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    SheetColumn,
    SheetTable,
    in_lines,
    put_row,
    write_table,
)
from xlassess.consolidate.wording.portfolio_words import (
    decisions_in_words,
    lead_in_words,
    left_out_in_words,
    line_in_words,
    order_in_words,
    profile_of,
    register_in_words,
    rests_in_words,
    shared_in_words,
    words,
)
from xlassess.consolidate.wording.terms import day
from xlassess.contract.own_files import OWN_FILE_PROPERTY
from xlassess.score import score_range
from xlassess.sheet import charts, formats, metrics, palette
from xlassess.sheet.charts import ChartCells, Frame, Series
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.writer import CellRange, PlacedChart, SheetWriter, WorkbookWriter

_TOP = cells.TOP_CELL
_DAY = cells.DAY.but(valign="top")
_MIDDLE = cells.MIDDLE.but(valign="top")
_LINE_WIDTHS = (25, 10, 13, 46, 22, 40, 14, 16)
_REGISTER_WIDTHS = (25, 34, 20, 10, 20, 12, 13, 13, 13, 34, 13)
_ITEM_WIDTHS = (8, 52, 22, 9, 10, 10, 44, 18)
_PAGE_WIDTH = 100.0
_HEADER = 5
"""The row of the headings of a table; a note stands above it."""

_ACROSS, _CHART, _CHART_ROWS = 3, (300, 250), 17
"""Small charts beside each other, their size in pixels, and the rows that each takes."""


def portfolio_bytes(portfolio: Portfolio) -> bytes:
    """Return the portfolio as a workbook; the same values always give the same bytes.

    Raises:
        SheetError: a text does not fit into a workbook.
    """
    book = WorkbookWriter({
        "title": portfolio.programme.title,
        "subject": portfolio.marking,
        "author": portfolio.program,
        "created": portfolio.made_at.replace(tzinfo=None),
    })  # fmt: skip
    book.own_property(OWN_FILE_PROPERTY, "portfolio")
    _Book(book, portfolio).write()
    return book.close()


class _Book:
    """The workbook being written."""

    def __init__(self, book: WorkbookWriter, portfolio: Portfolio) -> None:
        self._book, self._portfolio = book, portfolio

    def write(self) -> None:
        """Write every sheet."""
        self._page()
        self._lines()
        self._register()
        names = _sheet_names(self._portfolio.across)
        for across, name in zip(self._portfolio.across, names, strict=True):
            if across.items and across.read >= PEERS_LEAST:
                self._items(across, f"Items {name}")
            if any(each.score.mean is not None
                   for part in across.parts.values() for each in part.sections):  # fmt: skip
                self._profiles(across, f"Profiles {name}")

    def _page(self) -> None:
        """Write the page that a committee reads."""
        say, whole = words().say, self._portfolio
        sheet = self._book.sheet("Portfolio", palette.NAVY)
        sheet.widths({0: _PAGE_WIDTH})
        sheet.text(0, 0, whole.programme.title, formats.TITLE.but(wrap=True))
        sheet.fit(0, ((whole.programme.title, _PAGE_WIDTH, formats.TITLE),), least=28)
        quiet = formats.PLAIN.but(colour=palette.MUTED)
        row = _prose(sheet, 1, [say("about", whole.programme, whole.made_at)], quiet)
        row = _prose(sheet, row + 1, [lead_in_words(whole)], formats.PROSE.but(bold=True, size=12))
        asked = [f"{n}. {text}" for n, text in enumerate(decisions_in_words(whole), start=1)]
        for title, texts, look in (
            ("title_decisions", asked, formats.PROSE),
            ("title_shared", shared_in_words(whole), formats.PROSE),
            ("title_left_out", left_out_in_words(whole), formats.PROSE),
            ("title_rests", rests_in_words(whole), formats.PROSE.but(size=9)),
        ):
            if texts:
                sheet.text(row + 1, 0, say(title), formats.HEADING)
                sheet.height(row + 1, 22)
                row = _prose(sheet, row + 2, texts, look)
        set_page(sheet, self._setup(CellRange(0, 0, row - 1, 0), landscape=False))
        show(sheet)

    def _lines(self) -> None:
        """Write a line for each partnership."""
        heads = words().headings("lines_heads")
        rows = [line_in_words(self._portfolio, line) for line in self._portfolio.lines]
        looks = (_TOP.but(bold=True), _TOP, _TOP, _TOP, _TOP, _TOP, _TOP, _TOP)
        columns = _columns(heads, _LINE_WIDTHS, looks)
        sheet = self._open("Partnerships", words().say("title_lines"), _LINE_WIDTHS, self._order())
        self._table(sheet, columns, rows, "Partnerships")

    def _order(self) -> str:
        """What the order is, and what it means: it stands wherever the order can be seen."""
        return " ".join(order_in_words(self._portfolio))

    def _register(self) -> None:
        """Write the register of partnerships."""
        heads = words().headings("register_heads")
        looks = (_TOP.but(bold=True), *[_TOP] * 5, _DAY, _DAY, _DAY, _TOP, _DAY)
        columns = _columns(heads, _REGISTER_WIDTHS, looks)
        title = words().say("title_register")
        sheet = self._open("Register", title, _REGISTER_WIDTHS, self._order())
        rows = [
            (*register_in_words(line), line.checklist, line.evaluated, line.due,
             line.entry.decision, line.entry.decided)
            for line in self._portfolio.lines
        ]  # fmt: skip
        self._table(sheet, columns, rows, "Register")

    def _items(self, across: ToolkitAcross, name: str) -> None:
        """Write each question with the partnerships in which it is a concern or a strength."""
        say = words().say
        looks = (_TOP, _TOP, _TOP, _MIDDLE, _MIDDLE, _MIDDLE, _TOP, _TOP)
        columns = _columns(words().headings("items_heads"), _ITEM_WIDTHS, looks)
        note = say("items_note", across.read)
        title = say("title_items", across.label)
        sheet = self._open(name, title, _ITEM_WIDTHS, note)
        rows = [
            (item.figures.item.id, item.figures.item.ask, item.figures.section.name,
             len(item.read), len(item.weak), len(item.strong), ", ".join(item.weak),
             say("stands_out", item))
            for item in across.items
        ]  # fmt: skip
        self._table(sheet, columns, rows, _plain(name))

    def _profiles(self, across: ToolkitAcross, name: str) -> None:
        """Write the sections of each partnership beside each other, and a small chart of each."""
        say, scoring = words().say, across.toolkit.scoring
        # The same questions have the same sections, in the same order.
        profiles = {who: profile_of(part) for who, part in across.parts.items() if part.sections}
        heads = _distinct(["Partnership", *(each for each, _, _ in next(iter(profiles.values())))])
        sections = len(heads) - 1
        number = _MIDDLE.but(number="0%" if _in_shares(across) else "0.0")
        looks = (_TOP.but(bold=True), *[number] * sections)
        widths = (25, *[max(11, min(18, 110 // sections))] * sections)
        note = say("profiles_note", scoring.rule, scoring.no_overall_because)
        sheet = self._open(name, say("title_profiles", across.label), widths, note)
        rows = [
            (who, *(said if mean is None else mean for _, said, mean in own))
            for who, own in profiles.items()
        ]
        columns = _columns(heads, widths, looks)
        last = self._table(sheet, columns, rows, _plain(name), finish=False)
        if sections > 1:
            said = [(who, [(each, text) for each, text, _ in own]) for who, own in profiles.items()]
            last = self._charts(sheet, across, said, sections, last)
        beside = min(len(profiles), _ACROSS)
        drawn = _column_at(sheet, (beside + 0.5) * _CHART[0])
        area = CellRange(0, 0, last, max(len(columns), drawn) - 1)
        set_page(sheet, replace(self._setup(area, landscape=True), single=True))

    def _charts(
        self,
        sheet: SheetWriter,
        across: ToolkitAcross,
        profiles: Sequence[tuple[str, Sequence[tuple[str, str]]]],
        sections: int,
        last: int,
    ) -> int:
        """Draw the profile of each partnership, all on one scale; return the last row."""
        shares = _in_shares(across)
        axis = (0.0, 1.0) if shares else _range(across)
        for place, (who, said) in enumerate(profiles):
            row = _HEADER + 1 + place
            names = ChartCells(sheet.name, CellRange(_HEADER, 1, _HEADER, sections))
            values = ChartCells(sheet.name, CellRange(row, 1, row, sections))
            form = "0%" if shares else "0.0"
            chart = charts.bars(
                self._book, names, Series(who, values), axis, "", number_format=form,
                step=_step(*axis),
            )  # fmt: skip
            charts.titled(chart, Frame(*_CHART, who))
            down, side = divmod(place, _ACROSS)
            top, left = last + 2 + down * _CHART_ROWS, _column_at(sheet, side * _CHART[0])
            alt = words().say("profile_alt", who, said)
            sheet.chart(chart, PlacedChart(top, left, *_CHART, alt))
        return last + 2 + -(-len(profiles) // _ACROSS) * _CHART_ROWS

    def _open(self, name: str, title: str, widths: Sequence[float], note: str) -> SheetWriter:
        sheet = self._book.sheet(name, palette.BLUE)
        sheet.widths(dict(enumerate(widths)))
        sheet.text(0, 0, title, formats.TITLE)
        sheet.height(0, 28)
        look = formats.PROSE.but(colour=palette.MUTED, wrap=False)
        wide = sheet.span_width(0, len(widths) - 1)
        for row, line in enumerate(in_lines(note, wide, look, _HEADER - 2), start=1):
            sheet.text(row, 0, line, look)
            sheet.height(row, metrics.line_height(formats.FONT_SIZE) + 3)
        show(sheet, (_HEADER + 1, 1))
        return sheet

    def _table(
        self,
        sheet: SheetWriter,
        columns: tuple[SheetColumn, ...],
        rows: Sequence[Sequence[object]],
        name: str,
        *,
        finish: bool = True,
    ) -> int:
        """Write a named table; return its last row."""
        write_table(self._book, sheet, SheetTable(_HEADER, columns, len(rows), name, sheet.name))
        for row, values in enumerate(rows, start=_HEADER + 1):
            put_row(sheet, row, columns, values)
        last = _HEADER + max(len(rows), 1)
        if finish:
            area = CellRange(0, 0, last, len(columns) - 1)
            set_page(sheet, self._setup(area, landscape=True, repeat=(_HEADER, _HEADER)))
        return last

    def _setup(
        self, area: CellRange, *, landscape: bool, repeat: tuple[int, int] | None = None
    ) -> PageSetup:
        whole = self._portfolio
        return PageSetup(
            left=whole.programme.title,
            right=f"Portfolio of {day(whole.made_at)}",
            marking=whole.marking,
            landscape=landscape,
            area=area,
            repeat=repeat,
        )


def _columns(
    heads: Iterable[str], widths: Sequence[float], looks: Sequence[CellFormat]
) -> tuple[SheetColumn, ...]:
    return tuple(
        SheetColumn(head, width, look)
        for head, width, look in zip(heads, widths, looks, strict=True)
    )


def _prose(sheet: SheetWriter, row: int, texts: Iterable[str], look: CellFormat) -> int:
    """Write paragraphs below each other; return the row after them."""
    for text in texts:
        sheet.text(row, 0, text, look)
        sheet.fit(row, ((text, _PAGE_WIDTH, look),), least=metrics.line_height(look.size) + 4)
        row += 1
    return row


def _in_shares(across: ToolkitAcross) -> bool:
    """True where a section is told by the share of its answers, and not by a score."""
    return across.toolkit.scoring.rule in ("share", "levels")


def _distinct(heads: Iterable[str]) -> tuple[str, ...]:
    """The headings of a table, of which Excel takes no two alike, small letters or capitals."""
    often: Counter[str] = Counter()
    found = []
    for head in heads:
        often[head.casefold()] += 1
        number = often[head.casefold()]
        found.append(f"{head} ({number})" if number > 1 else head)
    return tuple(found)


def _step(low: float, high: float) -> float:
    """How far marks are apart so that both ends have one: a third where that is a whole number."""
    third = (high - low) / 3
    return third if third.is_integer() else (high - low) / 4


def _range(across: ToolkitAcross) -> tuple[float, float]:
    """The least and the greatest score that a section can have."""
    ends = [
        limits
        for part in across.parts.values()
        for each in part.sections
        if (limits := score_range(across.toolkit, each.section))
    ]
    return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else (0.0, 1.0)


def _column_at(sheet: SheetWriter, pixels: float) -> int:
    """The first column that begins no further left than so many pixels."""
    column = 0
    while pixels > 0:
        pixels -= sheet.width(column) * metrics.DIGIT_PIXELS + metrics.PADDING_PIXELS
        column += 1
    return column


def _sheet_names(every: Sequence[ToolkitAcross]) -> tuple[str, ...]:
    """Short names for the sheets of toolkits, told apart where two versions were used."""
    names: list[str] = []
    for across in every:
        name = across.toolkit.id[:18]
        names.append(f"{name} {names.count(name) + 1}" if name in names else name)
    return tuple(names)


def _plain(name: str) -> str:
    """A name as a table may have it."""
    return "".join(char if char.isalnum() else "_" for char in name)
