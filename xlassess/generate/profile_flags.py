"""The list of answers that make their items matters to act on, as far as they go."""

from __future__ import annotations

from xlassess.contract.layout import LISTS, cell_name
from xlassess.generate.job import Job
from xlassess.generate.ranges import Range, added
from xlassess.generate.scored import Flaggable, flaggable
from xlassess.sheet import looks, palette
from xlassess.sheet.checked import Box, Formula, Sheet, quoted
from xlassess.sheet.looks import Look, Mark

_MOST_LISTED, _MOST_WITHOUT_NUMBERS = 15, 25
"""Matters listed by name; the table above gives the numbers of all, except where the toolkit
scores nothing."""

_TIGHT = 2.75
"""Points by which the lines of a list may be lower than the rows of a table."""

_LINE = looks.Look(indent=1)
_NUMBER = looks.Look(align="center", number=looks.TEXT_FORMAT)


def write_flags(job: Job, sheet: Sheet, row: int) -> int:
    """List the matters to act on; return the next free row."""
    flags = flaggable(job.layout)
    if not flags:
        return row
    scoring = job.toolkit.scoring
    columns = _Columns(job, flags)
    sheet.text(row, 0, job.words.say("heading_flagged", scoring), looks.HEADING)
    sheet.height(row, 26)
    before, after = job.words.say("flagged_count", scoring, len(flags)).split("#")
    count = Formula(f"{quoted(before)}&{columns.total}&{quoted(after)}", f"{before}0{after}")
    sheet.formula(row + 1, 0, count, looks.PLAIN.but(wrap=False))
    for column, header in enumerate(job.words.headings("flagged_headers")):
        sheet.text(row + 2, column, header, looks.HEADER if column else looks.HEADER_MIDDLE)
    sheet.height(row + 2, 24)
    first, listed = row + 3, min(len(flags), _most(job))
    for k in range(1, listed + 1):
        _line(sheet, first + k - 1, k, columns)
    box = Box(first, 0, first + listed - 1, 2)
    sheet.highlight(box, f'${cell_name(first, 0)}<>""', Mark(border=palette.LINE))
    row = first + listed
    if len(flags) > listed:
        text = job.words.say("flagged_more", listed)
        more = f'IF({columns.total}>{listed},{quoted(text)},"")'
        sheet.formula(row, 0, Formula(more, ""), looks.PLAIN.but(wrap=False))
        row += 1
    return row + 1


def _most(job: Job) -> int:
    return _MOST_WITHOUT_NUMBERS if job.toolkit.scoring.rule == "none" else _MOST_LISTED


class _Columns:
    """The columns on the lists sheet that the list draws on."""

    def __init__(self, job: Job, flags: tuple[Flaggable, ...]) -> None:
        running = Range(LISTS, job.lists.next_column(), 1, len(flags))
        counts = [_count(flag, running, i) for i, flag in enumerate(flags)]
        self.running = job.lists.add("flagged so far", counts)
        self.items = job.lists.add("item", [flag.item.id for flag in flags])
        names = [matter(flag) for flag in flags]
        self.names = job.lists.add("matter", names)
        answers = [Formula(f'{flag.cell.text}&""', "") for flag in flags]
        self.answers = job.lists.add("answer", answers)
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


def _line(sheet: Sheet, row: int, k: int, columns: _Columns) -> None:
    """Write the line of the k-th matter."""
    found: tuple[tuple[Range, Look], ...] = (
        (columns.items, _NUMBER), (columns.names, _LINE), (columns.answers, _LINE),
    )  # fmt: skip
    for column, (cells, look) in enumerate(found):
        text = f'IFERROR(INDEX({cells.text},MATCH({k},{columns.running.text},0)),"")'
        sheet.formula(row, column, Formula(text, ""), look)
    shown = (
        (columns.longest_name, sheet.width(1), _LINE),
        (columns.longest_answer, sheet.width(2), _LINE),
    )
    sheet.fit(row, shown)
    sheet.height(row, sheet.row_height(row) - _TIGHT)
