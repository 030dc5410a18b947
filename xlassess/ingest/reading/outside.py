"""What stands outside the answer cells: told with its place, whatever it is, and never read.

Everything a person can see and we did not write is told: beside, above and below the tables, on
sheets of the partner's own, over our texts; notes, drawings, pictures and embedded files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from xlassess.contract.layout import (
    HEADERS,
    IDENTITY,
    LISTS,
    RESERVED_SHEETS,
    START,
    Role,
    cell_name,
    cell_place,
)
from xlassess.ingest.guard.notes import CHART
from xlassess.ingest.reading.action_tables import ActionTable
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.grid import Sheet
from xlassess.ingest.reading.cells.values import (
    as_quoted,
    brief,
    is_blank,
    is_heading,
    key,
    listed,
)
from xlassess.ingest.reading.identify import names_a_workbook
from xlassess.ingest.reading.locate import ItemRow, Located
from xlassess.ingest.reading.printed import (
    PrintedSheet,
    PrintedWorkbook,
    bare,
    foreign_cells,
    foreign_margins,
)
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model.answer import Issued
from xlassess.model.query import Query

_OUTSIDE = "R07"
_NOBODYS, _NUMBERS = "Export Summary", "This document was exported from Numbers"
"""The sheet that Numbers adds by itself, and how it begins."""
_TABLE = " - "
"""Stands between the name of a sheet and that of its table where Numbers made a sheet of each."""
_HEAD_ROWS = 40
_LAST_HEAD_COLUMN, _LAST_START_COLUMN = 3, 4
"""Beyond these columns we print nothing above the headings of a sheet, nor on Start."""
_MOST_QUOTED = 12
"""So many texts of an added sheet are quoted; a finding is not the place to copy it out."""
_TECHNICAL = (LISTS, IDENTITY)
"""Of what stands on these sheets, which nobody sees, nothing is told unless answers stand there."""
_ROW_TOLD = ("R05", "R09")
"""These say that a row as a whole was not read."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A workbook with all that was read of it, so that what is left can be told.

    ``beside`` is what stands there of last time by item, or None where that is not known.
    ``of_this_kind`` says that what is printed is known of this very kind of workbook: of a query
    workbook it may be known only what the one that it asks about has.
    """

    sheets: tuple[Sheet, ...]
    plan: ReadingPlan
    located: Located
    tables: tuple[ActionTable, ...]
    issued: Issued
    printed: PrintedWorkbook = field(default_factory=PrintedWorkbook)
    query: Query | None = None
    beside: Mapping[str, str] | None = None
    of_this_kind: bool = True
    _known: dict[str, PrintedSheet | None] = field(default_factory=dict, init=False, repr=False)

    def printed_on(self, sheet: Sheet) -> PrintedSheet | None:
        """Return what is printed on a sheet; None where that is none of ours."""
        if sheet.name not in self._known:
            self._known[sheet.name] = self.printed.of(sheet)
        return self._known[sheet.name]

    @property
    def rows(self) -> list[ItemRow]:
        """The rows of items."""
        return self.located.rows


def outside(around: Surroundings, told: Iterable[CellFinding]) -> Iterator[CellFinding]:
    """Yield a remark about everything that stands outside the answer cells.

    Args:
        around: the workbook.
        told: remarks that were made already; none is made again about their cells.
    """
    known = {(one.sheet, one.cell) for one in told}
    pictured = set(_cells(told, ("R15",)))
    rows = {(sheet, _row_of(cell)) for sheet, cell in _cells(told, _ROW_TOLD)}
    apart = (*_over_earlier(around), *_attached(around.sheets), *_placed(around))
    for remark in (*_beside_items(around), *apart):
        if (remark.sheet, remark.cell) in pictured:
            continue  # an answer is asked for in its place already
        known.add((remark.sheet, remark.cell))
        yield remark
    copies = {name for one in told if one.code in _COPIES for name in _sheets_told(one)}
    pages = _around_pages(around, copies)
    written = list(_in_cells(around, told, known, rows))
    known.update((one.sheet, one.cell) for one in written)
    looks = (*_linked(around, known), *_crossed(around, told, known))
    yield from _together([*pages, *written, *looks])


_COPIES = ("R01", "R02", "R16")


def _sheets_told(remark: CellFinding) -> Iterator[str]:
    """The sheets of which a remark says that they hold the same questions."""
    yield remark.sheet
    yield from remark.details.get("sheets", "").split(", ")
    yield remark.details.get("hidden", "")
    for told in remark.details.get("values", "").split("”, "):
        yield told.partition(": “")[0].rpartition(" ")[0]


def _in_cells(
    around: Surroundings,
    told: Iterable[CellFinding],
    known: Set[tuple[str, str]],
    rows: Set[tuple[str, int]],
) -> Iterator[CellFinding]:
    """What is written in cells of our sheets that are nobody's, and on added sheets."""
    unread = {one.sheet for one in told if one.code == "R06" and not one.cell}
    own = _own_cells(around)
    tables = _table_names(around.sheets)
    for sheet in around.sheets:
        if sheet.name in unread:
            continue
        if sheet.name not in own:
            if sheet.name in _TECHNICAL:
                continue
            if _is_added(sheet, around):
                yield from _added(sheet, around.plan)
                continue
        mine = own.get(sheet.name, set())
        if tables and _is_under_its_name(sheet, tables):
            mine = mine | {(0, 0)}
        for row, column in _foreign(sheet, around, mine):
            name = cell_name(row, column)
            if (sheet.name, name) not in known and (sheet.name, row) not in rows:
                yield _quoted(sheet, row, column)


def _around_pages(around: Surroundings, copies: Set[str]) -> Iterator[CellFinding]:
    """What heads or foots the pages of a sheet that is seen, and the names of renamed sheets.

    Of ``copies`` of a sheet it is told already that they are there.
    """
    margins = foreign_margins(around.sheets, around.printed)
    for sheet in around.sheets:
        if sheet.name in RESERVED_SHEETS and sheet.notes.hidden:
            continue
        for text in margins.get(sheet.name, ()):
            details = {"values": f"“{brief(text)}”, in the header or footer of the page"}
            yield CellFinding(_OUTSIDE, sheet.name, details=details)
        if sheet.name not in copies and _says_something(sheet, around):
            details = {"values": f"“{brief(sheet.name)}”, the name that the sheet was given"}
            yield CellFinding(_OUTSIDE, sheet.name, details=details)


_COPY = re.compile(r"\s*(?:\(\d{1,3}\)|_\d{1,3}|\d{1,3}|copy|…|\.\.\.)?", re.S | re.I)
"""What programs put behind the name of a sheet: a number to copies, a mark where they cut it."""
_OF_PROGRAMS = re.compile(r"(?:copy of .+|[^\W\d_]{4,8} ?\d{0,3})", re.S | re.I)
"""How programs name a sheet by themselves: one word of their language, and a number."""


def _says_something(sheet: Sheet, around: Surroundings) -> bool:
    """True for one of our sheets under a name that no program gives it."""
    names = around.printed.sheets
    if not names or sheet.name in names or sheet.name in RESERVED_SHEETS:
        return False
    holds = any(row.sheet is sheet for row in around.rows)
    if not holds and not any(table.sheet is sheet for table in around.tables):
        return False
    low = key(sheet.name)
    name, dash, table = sheet.name.rpartition(_TABLE)
    if dash and name in names and _names_a_table(table, name, around):
        return False
    return not _OF_PROGRAMS.fullmatch(sheet.name) and not any(
        (low.startswith(key(name)) and _COPY.fullmatch(sheet.name, len(name)))
        or key(name).startswith(low)
        for name in names
    )


def _names_a_table(words: str, name: str, around: Surroundings) -> bool:
    """True for what Numbers puts behind the name of a sheet: that of its table."""
    alike = sum(sheet.name.endswith(_TABLE + words) for sheet in around.sheets)
    return alike > 1 or key(words) == key(name) or bool(_OF_PROGRAMS.fullmatch(words))


_FEW_SHEETS = 3
"""On more sheets than this, the same words are told once."""


def _together(remarks: Sequence[CellFinding]) -> Iterator[CellFinding]:
    """One remark for the same words on several sheets: most often the line at their heads."""
    places: dict[str, list[CellFinding]] = {}
    for one in remarks:
        places.setdefault(one.details.get("values", ""), []).append(one)
    often = {
        said for said, found in places.items() if len({one.sheet for one in found}) > _FEW_SHEETS
    }
    told: set[str] = set()
    for one in remarks:
        said = one.details.get("values", "")
        if said not in often:
            yield one
        elif said not in told:
            told.add(said)
            others = listed([f"{each.sheet} {each.cell}".strip() for each in places[said][1:]])
            more = f"{said} (the same {len(places[said]) - 1} more times: {others})"
            yield replace(one, details={"values": more})


def _cells(told: Iterable[CellFinding], codes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((one.sheet, one.cell) for one in told if one.code in codes and one.cell)


def _row_of(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1


def _table_names(sheets: Iterable[Sheet]) -> Set[str]:
    """What Numbers calls its tables: it says so in the names of the sheets it makes of them."""
    return {sheet.name.rpartition(_TABLE)[2] for sheet in sheets if _TABLE in sheet.name}


def _is_under_its_name(sheet: Sheet, tables: Set[str]) -> bool:
    """True for a sheet over which Numbers put the name of its table, alone in the first row."""
    if str(sheet.at(0, 0)) not in tables or not sheet.rows:
        return False
    return all(is_blank(cell) for cell in sheet.rows[0][1:])


def _quoted(sheet: Sheet, row: int, column: int, item: str = "") -> CellFinding:
    details = {"values": as_quoted(sheet, row, column)}
    return CellFinding(_OUTSIDE, sheet.name, cell_name(row, column), item, details=details)


def _own_cells(around: Surroundings) -> dict[str, set[tuple[int, int]]]:
    """The cells of each sheet that are the partner's to fill in, or cannot be told apart."""
    own: dict[str, set[tuple[int, int]]] = {}
    known: dict[tuple[int, frozenset[int]], tuple[int, ...]] = {}
    for row in around.rows:
        cells = own.setdefault(row.sheet.name, set())
        which = id(row.columns), row.layout.looked_at
        if which not in known:  # worked out once for the rows of a table
            known[which] = tuple(row.columns.get(index, index) for index in which[1])
        # of numbers, questions and levels that changed more is said where they are read
        cells.update([(row.row, at) for at in known[which]])
        if row.unsure:
            cells.update([(row.row, at) for at in row.unsure])
        if around.issued.identity.given:
            cells.update((row.row, column) for column in _shown_again(row, around))
    for table in around.tables:
        own.setdefault(table.sheet.name, set()).update(table.own_cells())
    return own


def _over_earlier(around: Surroundings) -> Iterator[CellFinding]:
    """What stands where we show what somebody answered last time, and is something else."""
    for row in around.rows if around.beside is not None else ():
        ours = (around.beside or {}).get(row.layout.item.id, "")
        for at in _earlier_columns(row):
            cell = row.sheet.at(row.row, at)
            if not is_blank(cell) and str(cell).split() != ours.split():
                yield _quoted(row.sheet, row.row, at, row.layout.item.id)


def _earlier_columns(row: ItemRow) -> Iterator[int]:
    for at, head in enumerate(row.sheet.rows[row.heading]):
        if is_heading(head, HEADERS["earlier"]):
            yield at


def _shown_again(row: ItemRow, around: Surroundings) -> Iterator[int]:
    """The locked cells in which we show what somebody answered last time: it differs by person.

    Where it is known what stood there, it is told elsewhere what does not fit. Where not, it may be
    any of the choices.
    """
    if around.beside is not None:
        yield from _earlier_columns(row)
        return
    choices = around.plan.choices.get(row.layout.item.answer)
    for at in _earlier_columns(row):
        if choices:
            lines = str(row.sheet.at(row.row, at)).splitlines()
            # of several views each stands in a line of its own, after the view's name
            if all(line.rpartition(": ")[2] in choices.labels for line in lines):
                yield at


def _foreign(
    sheet: Sheet, around: Surroundings, own: set[tuple[int, int]]
) -> Iterable[tuple[int, int]]:
    """The cells of one of our sheets in which something else than ours stands."""
    if around.of_this_kind and (here := around.printed_on(sheet)) is not None:
        computes = any(one.notes.formulas for one in around.sheets)
        told = set(foreign_cells(sheet, here, around.issued, own, computes=computes))
        # what a query workbook shows again may be written in another of its cells, too
        return sorted(told | _foreign_by_form(sheet, around, own)) if around.query else sorted(told)
    return _foreign_by_form(sheet, around, own)


def _foreign_by_form(
    sheet: Sheet, around: Surroundings, own: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """The same where it is not known what was printed: by where we print anything at all."""
    found = set(_beside_answers(sheet, around))
    rows = [row.row for row in around.rows if row.sheet is sheet]
    heads = [table.header for table in around.tables if table.sheet is sheet]
    found.update(_beside_actions(sheet, around))
    above = min(rows, default=0) - 1 if rows else min(heads, default=0)
    last = _LAST_HEAD_COLUMN
    if sheet.name == START:
        above, last = len(sheet.rows), _LAST_START_COLUMN
    for at, cells in enumerate(sheet.rows[: max(0, above)]):
        found.update((at, column) for column in range(last + 1, len(cells)))
    return {
        (row, column)
        for row, column in found
        if not is_blank(sheet.at(row, column))
        and (row, column) not in own
        and cell_name(row, column) not in sheet.notes.formulas
    }


def _beside_answers(sheet: Sheet, around: Surroundings) -> Iterator[tuple[int, int]]:
    """Cells of item rows that we leave empty, compute, or print the same words in as elsewhere."""
    rows = [row for row in around.rows if row.sheet is sheet]
    if not rows:
        return
    asked = {slot.item for slot in around.query.open} if around.query else set()
    # where a program left only results of formulas, states differ as the answers do
    computed_away = around.query is None and not sheet.notes.formulas
    usual = frozenset() if computed_away else _usual_states(around, asked)
    printed = {text for one in around.printed.sheets.values() for text in one.texts}
    for row in rows:
        for column in _roles(row, ("earlier", "reason")):
            if row.layout.item.id not in asked:
                yield row.row, column
        for column in _roles(row, ("status",)):
            if row.layout.item.id not in asked and usual and _at(row, column) not in usual:
                yield row.row, column
        for column in _roles(row, ("why",)):
            if printed and _at(row, column) not in printed:
                yield row.row, column


def _usual_states(around: Surroundings, asked: Set[str]) -> frozenset[str]:
    """What stands more than once in the status column of rows that nothing is asked about.

    A query workbook prints the same words in all of them, and nobody can tell which from one.
    """
    states = Counter(
        _at(row, column)
        for row in around.rows
        if row.layout.item.id not in asked
        for column in _roles(row, ("status",))
    )
    return frozenset(state for state, times in states.items() if times > 1)


def _beside_actions(sheet: Sheet, around: Surroundings) -> Iterator[tuple[int, int]]:
    """Cells beside actions of which nothing is asked, in columns that tell what is asked."""
    asked = {slot.plan_row for slot in around.query.open} if around.query else set()
    for table in around.tables:
        if table.sheet is sheet:
            for row in range(table.header + 1, min(table.end, len(sheet.rows))):
                if table.said_number(row) not in asked:
                    yield from ((row, column) for column in table.beside)


def _roles(row: ItemRow, roles: tuple[Role, ...]) -> list[int]:
    columns = (column for column in row.layout.table.columns if column.role in roles)
    return [row.columns[column.index] for column in columns if column.index in row.columns]


def _at(row: ItemRow, column: int) -> str:
    return str(row.sheet.at(row.row, column))


def _beside_items(around: Surroundings) -> Iterator[CellFinding]:
    """Text in item rows, in columns in which the item takes nothing.

    In a table that mixes choices and free text, the same words are printed into the answer
    cells of all free-text items; what stands there most often is not a partner's.
    """
    expected: dict[tuple[int, frozenset[int]], Set[int]] = {}
    strays = [(row, at) for row in around.rows for at in _strays(row, expected)]
    printed = Counter(brief(row.sheet.at(row.row, at)) for row, at in strays if row.mixed)
    usual = printed.most_common(1)
    for row, at in strays:
        name, text = cell_name(row.row, at), brief(row.sheet.at(row.row, at))
        is_printed = row.mixed and usual and usual[0][1] > 1 and text == usual[0][0]
        if name not in row.sheet.notes.formulas and not is_printed:
            yield _quoted(row.sheet, row.row, at, row.layout.item.id)


def _strays(row: ItemRow, known: dict[tuple[int, frozenset[int]], Set[int]]) -> list[int]:
    """The filled cells of a row that are neither printed by us nor asked for.

    Of columns that cannot be told more is said than that something stands in them.

    Args:
        row: the row.
        known: where something is expected in the tables met before, by them and their columns.
    """
    which = id(row.columns), row.layout.expected
    if which not in known:
        places = {row.columns.get(index, -1) for index in row.layout.expected}
        known[which] = places | row.unsure
    expected = known[which]
    return [
        at
        for at, cell in enumerate(row.sheet.rows[row.row])
        if cell != "" and at not in expected and not is_blank(cell)
    ]


def _attached(sheets: Iterable[Sheet]) -> Iterator[CellFinding]:
    """Notes and drawings that somebody attached to cells or to a sheet."""
    for sheet in sheets:
        for cell, text in sheet.notes.attached.items():
            said = _of_a_thread(text)
            quoted = f", “{brief(said)}”" if said.strip() else ""
            what = "a note or drawing" if cell else "a drawing on the sheet"
            details = {"values": f"{what}{quoted}"}
            yield CellFinding(_OUTSIDE, sheet.name, cell, details=details)


_EXPLANATION = "linkid=870924"
"""The end of Excel's explanation, in any language, to programs that show no conversations."""


def _of_a_thread(text: str) -> str:
    """What was said in a conversation, without the explanation that Excel puts before it."""
    _, explained, rest = text.partition(_EXPLANATION)
    if not explained:
        return text
    label, colon, said = rest.strip().partition(":")
    return said if colon and " " not in label.strip() else rest


def _placed(around: Surroundings) -> Iterator[CellFinding]:
    """Pictures and embedded files, over a sheet or in one of its cells; charts beside ours."""
    for sheet in around.sheets:
        if not sheet.notes.objects and not sheet.notes.pictured:
            continue
        printed = around.printed_on(sheet)
        charts = printed.charts if printed else None if sheet.name in RESERVED_SHEETS else 0
        for one in sheet.notes.objects:
            if one.what == CHART and (charts is None or charts > 0):
                charts = charts and charts - 1
                continue
            name = f" “{brief(one.name)}”" if one.name.strip() else ""
            details = {"values": f"{one.what}{name}"}
            yield CellFinding(_OUTSIDE, sheet.name, one.cell, details=details)
        for cell in sorted(sheet.notes.pictured):
            yield CellFinding(_OUTSIDE, sheet.name, cell, details={"values": "a picture in a cell"})


def _linked(around: Surroundings, known: Set[tuple[str, str]]) -> Iterator[CellFinding]:
    """Addresses behind words that are not read as a text, which would keep them."""
    texts: set[tuple[str, str]] | None = None
    for sheet in around.sheets:
        printed = around.printed_on(sheet) if sheet.notes.links else None
        ours = printed.links if printed else frozenset[str]()
        for cell, address in sheet.notes.links.items():
            if bare(address) in ours or (sheet.name, cell) in known:
                continue
            if texts is None:
                texts = set(_cells_of_text(around))
            if (sheet.name, cell) in texts:
                continue
            plain = brief(bare(address).removeprefix("mailto:"))
            said = brief(sheet.at(*cell_place(cell)))
            if said and plain.casefold().rstrip("/") not in said.casefold():
                details = {"values": f"the address behind “{said}”, {plain}"}
                yield CellFinding(_OUTSIDE, sheet.name, cell, details=details)


def _cells_of_text(around: Surroundings) -> Iterator[tuple[str, str]]:
    """The cells that are read as texts, with the address behind their words."""
    for row in around.rows:
        for column in row.layout.fields:
            if not column.field.startswith("answer") or column.is_wide(row.layout.item):
                yield row.sheet.name, row.name(column)
    for table in around.tables:
        for row_, column_ in table.own_cells():
            yield table.sheet.name, cell_name(row_, column_)


def _crossed(
    around: Surroundings, told: Iterable[CellFinding], known: Set[tuple[str, str]]
) -> Iterator[CellFinding]:
    """Our own words that somebody crossed out; beside an answer more is said of it."""
    struck = [sheet for sheet in around.sheets if sheet.notes.struck]
    if not struck:
        return
    rows = {(sheet, _row_of(cell)) for sheet, cell in _cells(told, _CROSSED)}
    own = _own_cells(around)
    for sheet in struck:
        if around.printed_on(sheet) is None:
            continue
        for cell in sorted(sheet.notes.struck - sheet.notes.formulas, key=cell_place):
            row, column = cell_place(cell)
            place, said = (sheet.name, row), brief(sheet.at(row, column))
            theirs = (row, column) in own.get(sheet.name, ())
            if said and not theirs and (sheet.name, cell) not in known and place not in rows:
                details = {"values": f"“{said}”, crossed out"}
                yield CellFinding(_OUTSIDE, sheet.name, cell, details=details)


_CROSSED = ("R13", "R14", "R17")


def _is_added(sheet: Sheet, around: Surroundings) -> bool:
    """True for a sheet that is none of ours: one that we did not print, and holds no questions."""
    if sheet.name in RESERVED_SHEETS or _is_of_numbers(sheet):
        return False
    if any(row.sheet is sheet for row in around.rows):
        return False
    if any(table.sheet is sheet for table in around.tables):
        return False
    if around.printed_on(sheet) is not None or _is_technical(sheet, around.plan):
        return False
    head = (cell for cells in sheet.rows[:_HEAD_ROWS] for cell in cells)
    return not any(isinstance(cell, str) and names_a_workbook(cell) for cell in head)


def _is_of_numbers(sheet: Sheet) -> bool:
    """True for the sheet in which Numbers lists what it made of its tables."""
    return sheet.name == _NOBODYS and any(
        isinstance(cell, str) and cell.startswith(_NUMBERS) for cell in sheet.contents
    )


def _is_technical(sheet: Sheet, plan: ReadingPlan) -> bool:
    """True for the sheets of identity and of lists, whatever a program named them."""
    if {"seal", "digest"} <= sheet.contents:
        return True
    return any(
        sheet.contents.issuperset(one.labels)
        and any(isinstance(cell, str) and cell.startswith(f"{name}: ") for cell in sheet.contents)
        for name, one in plan.choices.items()
    )


def _added(sheet: Sheet, plan: ReadingPlan) -> Iterator[CellFinding]:
    """One remark for all that is written on an added sheet, but for questions quoted there."""
    written = [
        (row, column)
        for row, cells in enumerate(sheet.rows)
        for column, cell in enumerate(cells)
        if cell != "" and not is_blank(cell) and cell not in plan.asks
    ]
    if not written and sheet.notes.formulas:
        # a program that did not work them out left no results
        cell = min(sheet.notes.formulas, key=cell_place)
        yield CellFinding(_OUTSIDE, sheet.name, cell, details={"values": "a sheet of formulas"})
    if not written:
        return
    quoted = [f"“{brief(sheet.at(*place))}”" for place in written[: _MOST_QUOTED + 1]]
    said = listed(quoted, most=_MOST_QUOTED)
    if len(written) > _MOST_QUOTED:
        said = ", ".join(quoted[:_MOST_QUOTED]) + f" and {len(written) - _MOST_QUOTED} more cells"
    first = cell_name(*written[0])
    details = {"values": f"a sheet that begins {said}"}
    yield CellFinding(_OUTSIDE, sheet.name, first, details=details)
