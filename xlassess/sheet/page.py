"""Print set-up, headers and footers, protection and panes: the same on every sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

from xlassess.sheet.validation import utf16_length, within
from xlassess.sheet.writer import CellRange, SheetWriter

LEAST_SCALE = 0.62
"""Ten-point type printed at this scale is a little over six points."""

_MOST_ROWS, _MOST_PAGES = 400, 4
"""Longer sheets are lists, on which a last page may be short."""

_STEP, _MOST_SHRINKING = 0.01, 0.85
_NEARLY_EMPTY = 0.4
"""Share of a page below which it is better to part the rows evenly."""

_SPARE = 0.92
"""Programs differ in how wide they print a column: LibreOffice by some five per cent more."""


@dataclass(frozen=True, slots=True)
class PageBreaks:
    """How a sheet is parted into pages.

    ``tall`` is the number of pages it is made to fit in height, 0 for as many as it takes.
    ``scale`` is a fixed scale in per cent, which alone heeds ``breaks`` (rows that begin a page);
    None where the sheet is made to fit.
    """

    tall: int = 0
    scale: int | None = None
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedRows:
    """What is to be printed: the width of the rows and the height of each, in points.

    ``repeated`` is the height of the rows printed again on every page after the first. Counted
    within ``heights``, ``starts`` are rows at which a page begins well, and ``whole`` first and
    last rows of what should stay on one page.
    """

    width: float
    heights: Sequence[float]
    repeated: float = 0.0
    starts: Sequence[int] = ()
    whole: Sequence[tuple[int, int]] = ()


def paging(rows: PrintedRows, across: float, down: float) -> PageBreaks:
    """Return how to part rows into pages.

    Args:
        rows: what is to be printed.
        across: points between the left and right margin of a page.
        down: points between its upper and lower margin.
    """
    if len(rows.heights) > _MOST_ROWS:
        return PageBreaks()
    scale = min(1.0, across / rows.width)
    pages = len(_pages(rows, down / scale))
    if pages == 1:
        return PageBreaks()
    fixed = floor(100 * scale * _SPARE)
    room = 100 * down / fixed
    if pages <= _MOST_PAGES:
        if _fits(rows, down, scale, pages - 1):
            return PageBreaks(tall=pages - 1)
        breaks = _good_breaks(rows, room, pages) or _even_breaks(rows, room)
        if breaks:
            return PageBreaks(scale=fixed, breaks=breaks)
    if any(_parts_a_whole(rows, down / (scale * less)) for less in (1.0, 0.97, _SPARE)):
        return PageBreaks(scale=fixed, breaks=tuple(_whole_pages(rows, room)[1:]))
    return PageBreaks()


def _pages(rows: PrintedRows, room: float, forced: Sequence[int] = ()) -> list[int]:
    """Return the first row of every page, filling each as far as it goes."""
    first, used = [0], 0.0
    for row, height in enumerate(rows.heights):
        if row and (used + height > room or row in forced):
            first.append(row)
            used = rows.repeated
        used += height
    return first


def _whole_pages(rows: PrintedRows, room: float) -> list[int]:
    """Return the first row of every page where nothing that should stay whole is parted."""
    breaks: list[int] = []
    while True:
        found = _pages(rows, room, breaks)
        moved = {at: _start(rows, at) for at in found[1:] if at not in breaks}
        parted = next((at for at, start in moved.items() if start not in (at, 0)), None)
        if parted is None or moved[parted] in found:
            return found
        breaks.append(moved[parted])


def _start(rows: PrintedRows, at: int) -> int:
    """The row at which to begin a page instead of this one, so that nothing whole is parted."""
    return min((first for first, last in rows.whole if first < at <= last), default=at)


def _parts_a_whole(rows: PrintedRows, room: float) -> bool:
    return any(_start(rows, at) != at for at in _pages(rows, room))


def _fits(rows: PrintedRows, down: float, scale: float, pages: int) -> bool:
    """True when the rows fit on so many pages at a scale that is a little smaller."""
    least = max(LEAST_SCALE, scale * _MOST_SHRINKING)
    tried = scale
    while tried >= least:
        room = down / tried
        if len(_pages(rows, room)) <= pages:
            return not _parts_a_whole(rows, room)
        tried -= _STEP
    return False


def _good_breaks(rows: PrintedRows, room: float, pages: int) -> tuple[int, ...]:
    """The rows at which a page begins well, where that takes no more pages."""
    starts = tuple(rows.starts)
    return starts if starts and len(_pages(rows, room, starts)) <= pages else ()


def _even_breaks(rows: PrintedRows, room: float) -> tuple[int, ...]:
    """Breaks that part the rows evenly, where the last page would else be nearly empty."""
    first = _pages(rows, room)
    pages = len(first)
    if sum(rows.heights[first[-1] :]) >= _NEARLY_EMPTY * room:
        return ()
    share = (sum(rows.heights) + rows.repeated * (pages - 1)) / pages
    breaks: list[int] = []
    used = 0.0
    for row, height in enumerate(rows.heights):
        if row and used + height / 2 > share and len(breaks) < pages - 1:
            breaks.append(row)
            used = rows.repeated
        used += height
    ends = (0, *breaks, len(rows.heights))
    fitting = all(sum(rows.heights[a:b]) + rows.repeated <= room for a, b in pairwise(ends))
    return tuple(breaks) if fitting and not any(_start(rows, b) != b for b in breaks) else ()


_A4, _A4_POINTS = 9, (842.0, 595.0)
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.5, 0.5, 0.8, 0.7
_NARROW = 0.35
_LONGEST_HEADER = 255


@dataclass(frozen=True, slots=True)
class PageSetup:
    """How a sheet is printed: on A4, one page wide.

    ``left`` heads the page on the left, ``marking`` (the protective marking) in the middle
    of head and foot, ``right`` on the right; ``repeat`` are the first and last row printed
    on every page. ``single`` puts all on one page if it can then still be read. ``starts`` are
    rows at which a page begins well, such as the headings of a second table; ``whole`` are the
    first and last rows of what should stay on one page, as charts always do. A ``narrow`` page has
    narrow margins on the left and right, for tables that would else be printed too small.
    """

    left: str
    right: str
    marking: str
    landscape: bool
    area: CellRange
    single: bool = False
    repeat: tuple[int, int] | None = None
    starts: tuple[int, ...] = ()
    whole: tuple[tuple[int, int], ...] = ()
    narrow: bool = False

    @property
    def sides(self) -> tuple[float, float]:
        """The margins on the left and on the right, in inches."""
        return (_NARROW, _NARROW) if self.narrow else (_LEFT, _RIGHT)

    @property
    def room(self) -> tuple[float, float]:
        """Width and height between the margins, in points."""
        across, down = _A4_POINTS if self.landscape else _A4_POINTS[::-1]
        return across - 72 * sum(self.sides), down - 72 * (_TOP + _BOTTOM)


def set_page(sheet: SheetWriter, page: PageSetup) -> None:
    """Set a sheet up for printing.

    Raises:
        SheetError: head or foot are longer than Excel takes.
    """
    raw = sheet.raw
    raw.set_paper(_A4)
    if page.landscape:
        raw.set_landscape()
    else:
        raw.set_portrait()
    left, right = page.sides
    raw.set_margins(left=left, right=right, top=_TOP, bottom=_BOTTOM)
    raw.center_horizontally()
    area = page.area
    _part(sheet, page)
    raw.print_area(area.first_row, area.first_column, area.last_row, area.last_column)
    if page.repeat:
        raw.repeat_rows(*page.repeat)
    head, foot = _head_and_foot(page)
    raw.set_header(within(head, _LONGEST_HEADER, "page header"), {"margin": 0.35})
    raw.set_footer(within(foot, _LONGEST_HEADER, "page footer"), {"margin": 0.3})


def _head_and_foot(page: PageSetup) -> tuple[str, str]:
    """Return the codes of head and foot, which together with their texts Excel limits.

    The marking is never cut. Where all does not fit, the fonts go first, then the end of what
    stands on the right and the left: both are said in full on the sheets themselves.
    """
    marking, lines = _plain(page.marking), 2 if _collides(page) else 1
    for font, strong in (('&"Arial,Regular"&8', '&"Arial,Bold"&9'), ("&8", "&9")):
        codes = f"&L{font}&C{strong}{marking}&R{font}{_EMPTY_LINE * 3 * (lines - 1)}"
        room = _LONGEST_HEADER - utf16_length(codes)
        left, right = _plain(page.left), _plain(page.right)
        if utf16_length(left + right) <= room:
            break
    else:
        left = _cut(page.left, room // 3)
        right = _cut(page.right, room - utf16_length(left))
    if lines == 1:
        middle = f"&C{strong}{marking}&R{font}"
        return f"&L{font}{left}{middle}{right}", f"&L{font}&A{middle}Page &P of &N"
    # A line of its own for what would run into the marking. All three parts have two lines, so
    # that it does not matter whether a program aligns them at the top or at the bottom.
    after, before = _EMPTY_LINE[::-1], _EMPTY_LINE
    if len(left) >= len(right):
        left, right = f"{before}{_cut_to(page, left)}", f"{right}{after}"
    else:
        left, right = f"{left}{after}", f"{before}{_cut_to(page, right)}"
    return (
        f"&L{font}{left}&C{strong}{marking}{after}&R{font}{right}",
        f"&L{font}&A{after}&C{strong}{before}{marking}&R{font}Page &P of &N{after}",
    )


_EMPTY_LINE = " \n"
_LETTER, _STRONG_LETTER = 4.4, 5.6
"""Points of width of a letter in head or foot, on average; of the marking, which is bold."""

_LONGEST_NAME = 31
"""Letters of the longest name of a sheet, which stands in the foot."""


def _collides(page: PageSetup) -> bool:
    """True where what stands on the left or right would run into the marking in the middle."""
    if not page.marking:
        return False
    beside = (page.room[0] - len(page.marking) * _STRONG_LETTER) / 2
    longest = max(len(page.left), len(page.right))
    # Sheets have shorter names than they may have; only a long marking leaves too little for one.
    return longest * _LETTER > beside or beside < _LONGEST_NAME * _LETTER


def _cut_to(page: PageSetup, text: str) -> str:
    """Return a text for a line of head or foot of its own, from margin to margin at most."""
    room = int(page.room[0] / _LETTER)
    return text if len(text) <= room else f"{text[: room - 1].rstrip('& ')}…"


def _cut(text: str, room: int) -> str:
    """Return a text for head or foot, its end left out where there is no room for it."""
    shown = _plain(text)
    while text and utf16_length(shown) > room:
        text = text[:-1].rstrip()
        shown = f"{_plain(text)}…"
    return shown


def _readable(sheet: SheetWriter, page: PageSetup) -> bool:
    """True when the area can be read after it has been made to fit on one page."""
    width, height = sheet.extent(page.area)
    across, down = page.room
    return min(across / width, down / height) >= LEAST_SCALE


def _part(sheet: SheetWriter, page: PageSetup) -> None:
    """Part the sheet into pages."""
    if page.single and _readable(sheet, page):
        sheet.raw.fit_to_pages(1, 1)
        return
    area = page.area
    heights = sheet.row_heights(area.first_row, area.last_row)
    repeated = sum(sheet.row_heights(*(page.repeat or (0, -1))))
    top = area.first_row
    starts = [row - top for row in page.starts]
    whole = [(a - top, b - top) for a, b in (*sheet.chart_rows(), *page.whole)]
    rows = PrintedRows(sheet.extent(area)[0], heights, repeated, starts, whole)
    found = paging(rows, *page.room)
    if found.scale is None:
        sheet.raw.fit_to_pages(1, found.tall)
        return
    sheet.raw.set_print_scale(found.scale)
    sheet.raw.set_h_pagebreaks([row + top for row in found.breaks])


def _plain(text: str) -> str:
    """Return a text in which ``&`` does not begin a code; a digit must not follow a font size."""
    doubled = text.replace("&", "&&")
    return f" {doubled}" if doubled[:1].isdigit() else doubled


def guard(sheet: SheetWriter, password: str) -> None:
    """Lock all cells of a sheet but those meant for answers.

    Row heights and column widths may still be changed, so that a long answer can be read.
    """
    sheet.raw.protect(password, {"format_rows": True, "format_columns": True})


def show(sheet: SheetWriter, freeze: tuple[int, int] | None = None) -> None:
    """Set what a reader sees first: no grid lines, cursor at A1, headings frozen."""
    sheet.raw.hide_gridlines(2)
    sheet.raw.set_selection(0, 0, 0, 0)
    if freeze:
        sheet.raw.freeze_panes(*freeze)
