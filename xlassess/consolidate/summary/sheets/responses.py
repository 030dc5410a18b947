"""The Responses sheet: the response rate, and the register of issued workbooks."""

from __future__ import annotations

from collections import Counter

from xlassess.consolidate.figures.values import STILL_OUT, RegisterEntry, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    Live,
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    put,
)
from xlassess.consolidate.summary.layout import HEADER_ROW, response_header_row
from xlassess.consolidate.wording.terms import RESPONSES, day, words
from xlassess.contract.layout import cell_name
from xlassess.sheet.formats import MARK_CHECK, MARK_TO_DO
from xlassess.sheet.writer import CellRange, SheetWriter, quoted

RATE_COLUMNS = (
    "Issued", "Returned", "Nil return", "Response rate", "Query open", "Declined", "Refused",
    "Still out",
)  # fmt: skip
"""Headings of the response rates, from `FIRST_RATE` on."""

FIRST_RATE = 1

_COLUMNS = (
    SheetColumn("Return", 18), SheetColumn("Toolkit", 20), SheetColumn("Partner", 32),
    SheetColumn("Respondent", 24), SheetColumn("Level", 20),
    SheetColumn("State", 13, cells.MIDDLE), SheetColumn("Received", 17, cells.MOMENT),
    SheetColumn("Late", 10, cells.MIDDLE), SheetColumn("Answered", 12, cells.MIDDLE),
    SheetColumn("Queries", 10, cells.MIDDLE), SheetColumn("Notes", 10, cells.MIDDLE),
    SheetColumn("Values read as meant", 13, cells.MIDDLE),
    SheetColumn("Remarks", 52, cells.SMALL_CELL),
)  # fmt: skip
_STATE = 5


def rate_column(name: str) -> int:
    """Return the index of the column in which this response figure stands, counted from 0."""
    return FIRST_RATE + RATE_COLUMNS.index(name)


def write_responses(writer: SummaryWriter) -> None:
    """Write the Responses sheet."""
    summary = writer.summary
    rows = summary.participants.shows_rows
    note = "responses_note" if rows else "responses_note_aggregated"
    said = words().say(note, summary.assessment, day(summary.made_at))
    header = response_header_row(summary)
    widths = tuple(
        column.width
        for column in (_COLUMNS if rows else _COLUMNS[: FIRST_RATE + len(RATE_COLUMNS)])
    )
    repeat = (header, header) if rows else (HEADER_ROW, HEADER_ROW)
    # Two tables: rows frozen over both would be the headings of neither.
    frozen = (0, 1) if rows else (0, 0)
    setup = SheetSetup(RESPONSES, RESPONSES, said, widths, frozen, repeat)
    sheet = writer.open(setup)
    entries = [entry for part in summary.parts for entry in part.entries]
    _rates(writer, sheet, header + 1, len(entries))
    last = HEADER_ROW + len(summary.parts)
    if rows:
        writer.table(sheet, SheetTable(header, _COLUMNS, len(entries), "Responses", RESPONSES))
        labels = {part.key: part.label for part in summary.parts}
        for row, entry in enumerate(entries, header + 1):
            _entry(sheet, row, entry, labels[entry.part])
        last = header + max(len(entries), 1)
        _mark(sheet, CellRange(header + 1, _STATE, last, _STATE))
    writer.finish(sheet, setup, last)


def _rates(writer: SummaryWriter, sheet: SheetWriter, first: int, count: int) -> None:
    """Write the response rate of each toolkit, counted from the register below it."""
    rates = [
        SheetColumn(heading, column.width, cells.MIDDLE)
        for heading, column in zip(RATE_COLUMNS, _COLUMNS[FIRST_RATE:], strict=False)
    ]
    columns = (SheetColumn("Toolkit", _COLUMNS[0].width), *rates)
    count_of = len(writer.summary.parts)
    grid = SheetTable(HEADER_ROW, columns, count_of, "Response_rates", "Response rates",
                      filtered=False)  # fmt: skip
    writer.table(sheet, grid)
    last = first + max(count, 1)
    for row, part in enumerate(writer.summary.parts, HEADER_ROW + 1):
        sheet.text(row, 0, part.label, cells.CELL)
        cells.fit_row(sheet, row, [(part.label, _COLUMNS[0].width, cells.CELL)])
        _rate_row(writer, sheet, row, part, (first, last))


def _rate_row(
    writer: SummaryWriter, sheet: SheetWriter, row: int, part: ToolkitResults, span: tuple[int, int]
) -> None:
    toolkits = f"$B${span[0] + 1}:$B${span[1]}"
    states = f"$F${span[0] + 1}:$F${span[1]}"

    def counted(*wanted: str) -> str:
        if not writer.summary.participants.shows_rows:
            return ""
        mine = f"({toolkits}={quoted(part.label)})"
        of_state = "+".join(f'({states}="{each}")' for each in wanted)
        return f"SUMPRODUCT({mine}*({of_state}))" if wanted else f"SUMPRODUCT({mine}*1)"

    standing: Counter[str] = Counter(entry.standing for entry in part.entries)
    issued, came = len(part.entries), standing["Returned"] + standing["Query open"]
    cell = {name: cell_name(row, rate_column(name)) for name in RATE_COLUMNS}
    rate = f"({cell['Returned']}+{cell['Nil return']})/{cell['Issued']}" if issued else ""
    figures = (
        (counted(), issued),
        (counted("Returned", "Query open"), came),
        (counted("Nil return"), standing["Nil return"]),
        (rate, part.response_rate),
        (counted("Query open"), standing["Query open"]),
        (counted("Declined"), standing["Declined"]),
        (counted("Refused"), standing["Refused"]),
        (counted(*STILL_OUT), sum(standing[each] for each in STILL_OUT)),
    )  # fmt: skip
    for column, (formula, value) in enumerate(figures, FIRST_RATE):
        look = (
            cells.MIDDLE.but(number="0%")
            if column == rate_column("Response rate")
            else cells.MIDDLE
        )
        writer.figure(sheet, row, column, Live(formula, value), look)


def _entry(sheet: SheetWriter, row: int, entry: RegisterEntry, label: str) -> None:
    person = entry.person
    came = entry.standing in ("Returned", "Query open")
    seen = came or entry.standing in ("Refused", "Blank")
    values = (
        person.code, label, person.partner, person.respondent, person.level, entry.standing,
        entry.received_at, "late" if entry.late else "",
        f"{entry.answered} of {entry.asked}" if came else None,
        entry.queries if seen else None, entry.notes if seen else None,
        entry.put_right if seen else None, entry.remarks,
    )  # fmt: skip
    for index, (column, value) in enumerate(zip(_COLUMNS, values, strict=True)):
        put(sheet, row, index, value, column.look)
    wide = [(str(v), c.width, c.look) for c, v in zip(_COLUMNS, values, strict=True) if c.look.wrap]
    cells.fit_row(sheet, row, wide)


def _mark(sheet: SheetWriter, box: CellRange) -> None:
    first = f"$F{box.first_row + 1}"
    sheet.highlight(box, f'OR({first}="Refused",{first}="Blank",{first}="Overdue")', MARK_CHECK)
    sheet.highlight(box, f'{first}="Query open"', MARK_TO_DO)
