"""Print set-up, headers and footers, protection and panes: the same on every sheet."""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.paging import LEAST_SCALE, Rows, paging
from xlassess.sheet.validation import within

_A4, _A4_POINTS = 9, (842.0, 595.0)
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.5, 0.5, 0.8, 0.7
_LONGEST_HEADER = 255


@dataclass(frozen=True, slots=True)
class Page:
    """How a sheet is printed: on A4, one page wide.

    ``left`` heads the page on the left, ``marking`` (the protective marking) in the middle
    of head and foot, ``right`` on the right; ``repeat`` are the first and last row printed
    on every page. ``single`` puts all on one page if it can then still be read. ``starts`` are
    rows at which a page begins well, such as the headings of a second table; ``whole`` are the
    first and last rows of what should stay on one page, as charts always do.
    """

    left: str
    right: str
    marking: str
    landscape: bool
    area: Box
    single: bool = False
    repeat: tuple[int, int] | None = None
    starts: tuple[int, ...] = ()
    whole: tuple[tuple[int, int], ...] = ()

    @property
    def room(self) -> tuple[float, float]:
        """Width and height between the margins, in points."""
        across, down = _A4_POINTS if self.landscape else _A4_POINTS[::-1]
        return across - 72 * (_LEFT + _RIGHT), down - 72 * (_TOP + _BOTTOM)


def set_page(sheet: Sheet, page: Page) -> None:
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
    raw.set_margins(left=_LEFT, right=_RIGHT, top=_TOP, bottom=_BOTTOM)
    raw.center_horizontally()
    area = page.area
    _part(sheet, page)
    raw.print_area(area.first_row, area.first_column, area.last_row, area.last_column)
    if page.repeat:
        raw.repeat_rows(*page.repeat)
    left, right, marking = (_plain(t) for t in (page.left, page.right, page.marking))
    font = '&"Arial,Regular"&8'
    strong = '&"Arial,Bold"&9'
    header = f"&L{font}{left}&C{strong}{marking}&R{font}{right}"
    footer = f"&L{font}&A&C{strong}{marking}&R{font}Page &P of &N"
    raw.set_header(within(header, _LONGEST_HEADER, "page header"), {"margin": 0.35})
    raw.set_footer(within(footer, _LONGEST_HEADER, "page footer"), {"margin": 0.3})


def _readable(sheet: Sheet, page: Page) -> bool:
    """True when the area can be read after it has been made to fit on one page."""
    width, height = sheet.extent(page.area)
    across, down = page.room
    return min(across / width, down / height) >= LEAST_SCALE


def _part(sheet: Sheet, page: Page) -> None:
    """Part the sheet into pages."""
    if page.single and _readable(sheet, page):
        sheet.raw.fit_to_pages(1, 1)
        return
    area = page.area
    heights = [sheet.row_height(row) for row in range(area.first_row, area.last_row + 1)]
    first, last = page.repeat or (0, -1)
    repeated = sum(map(sheet.row_height, range(first, last + 1)))
    top = area.first_row
    starts = [row - top for row in page.starts]
    whole = [(a - top, b - top) for a, b in (*sheet.chart_rows(), *page.whole)]
    rows = Rows(sheet.extent(area)[0], heights, repeated, starts, whole)
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


def guard(sheet: Sheet, password: str) -> None:
    """Lock all cells of a sheet but those meant for answers.

    Row heights and column widths may still be changed, so that a long answer can be read.
    """
    sheet.raw.protect(password, {"format_rows": True, "format_columns": True})


def show(sheet: Sheet, freeze: tuple[int, int] | None = None) -> None:
    """Set what a reader sees first: no grid lines, cursor at A1, headings frozen."""
    sheet.raw.hide_gridlines(2)
    sheet.raw.set_selection(0, 0, 0, 0)
    if freeze:
        sheet.raw.freeze_panes(*freeze)
