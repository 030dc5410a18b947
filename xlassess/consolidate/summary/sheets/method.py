"""The Method sheet: how every figure comes about, and from which files."""

from __future__ import annotations

from collections.abc import Iterator

from xlassess.consolidate.figures import thresholds
from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    put,
)
from xlassess.consolidate.summary.layout import HEADER_ROW
from xlassess.consolidate.wording.method_words import _pairs, method_blocks, words
from xlassess.consolidate.wording.terms import METHOD, day
from xlassess.consolidate.wording.terms import words as sheet_words
from xlassess.model.assessment import Assessment
from xlassess.sheet import formats
from xlassess.sheet.writer import SheetWriter

_WIDTHS = (27.0, 100.0, 22.0, 19.0, 12.0, 70.0)
_TOPIC = formats.PLAIN.but(bold=True, valign="top")
_TEXT = formats.PROSE

_FILES = (
    SheetColumn("Return", 27), SheetColumn("File", 100), SheetColumn("State", 22, cells.MIDDLE),
    SheetColumn("Received", 19, cells.MOMENT), SheetColumn("Bytes", 12, cells.WHOLE),
    SheetColumn("SHA-256", 70, cells.KEY),
)  # fmt: skip

_PUT_RIGHT = (
    SheetColumn("Return", 27),
    SheetColumn("File", 100),
    SheetColumn("Where", 22),
    SheetColumn("As typed", 19),
    SheetColumn("How", 12),
    SheetColumn("Read as", 70),
)
_MOST_PUT_RIGHT = 1000
"""Values read as meant that are listed; those of answers stand on the Data sheet besides."""


def write_method(writer: SummaryWriter) -> None:
    """Write the Method sheet."""
    summary = writer.summary
    note = sheet_words().say("method_note")
    setup = SheetSetup(METHOD, METHOD, note, _WIDTHS, (0, 0), None)
    sheet = writer.open(setup)
    row = HEADER_ROW
    for heading, pairs in _blocks(writer.summary):
        sheet.text(row, 0, heading, formats.HEADING)
        sheet.height(row, cells.HEADING_ROW)
        row += 1
        for topic, text in pairs:
            sheet.text(row, 0, topic, _TOPIC)
            sheet.text(row, 1, text, _TEXT)
            width = _WIDTHS[1]
            sheet.fit(row, ((topic, _WIDTHS[0], _TOPIC), (text, width, _TEXT)))
            row += 1
        row += 1
    sheet.text(row, 0, "Files received", formats.HEADING)
    sheet.height(row, cells.HEADING_ROW)
    header = row + 1
    writer.table(sheet, SheetTable(header, _FILES, len(summary.files), "Files", "Files received"))
    last = _put_right(writer, sheet, _files(writer, sheet, header) + 2)
    writer.finish(sheet, setup, last)


def _put_right(writer: SummaryWriter, sheet: SheetWriter, row: int) -> int:
    """List the values that were read as meant, if there are any; return the last row."""
    values = writer.summary.put_right[:_MOST_PUT_RIGHT]
    if not values:
        return row - 2
    sheet.text(row, 0, "Values read as meant", formats.HEADING)
    sheet.height(row, cells.HEADING_ROW)
    header = row + 1
    title = "Values read as meant"
    writer.table(sheet, SheetTable(header, _PUT_RIGHT, len(values), "Values_read_as_meant", title))
    for at, one in enumerate(values, header + 1):
        texts = (one.code, one.file, one.where, one.before, one.how, one.after)
        for column, (layout, text) in enumerate(zip(_PUT_RIGHT, texts, strict=True)):
            put(sheet, at, column, text, layout.look)
        wide = [(t, c.width, c.look) for t, c in zip(texts, _PUT_RIGHT, strict=True)]
        cells.fit_row(sheet, at, wide)
    left = len(writer.summary.put_right) - len(values)
    if left:
        after = header + len(values) + 1
        sheet.text(after, 0, sheet_words().say("put_right_more", left), _TEXT.but(wrap=False))
        return after
    return header + len(values)


def _files(writer: SummaryWriter, sheet: SheetWriter, header: int) -> int:
    files = writer.summary.files
    for row, file in enumerate(files, header + 1):
        size = file.size or None
        values = (file.code, file.name, file.state, file.received_at, size, file.sha256)
        for column, value in enumerate(values):
            put(sheet, row, column, value, _FILES[column].look)
        cells.fit_row(sheet, row, [(file.name, _FILES[1].width, _FILES[1].look)])
    return header + max(len(files), 1)


def _blocks(summary: Summary) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Headings with their paragraphs, each a topic and a text."""
    yield "This summary", _about(summary)
    yield "This workbook", _pairs(words().paragraphs("workbook", summary, thresholds.LIVE_ROWS))
    yield from method_blocks(summary)


def _agreed(assessment: Assessment) -> Iterator[tuple[str, str]]:
    """What the partners agreed before the round, as far as they did."""
    agreed = assessment.preparation
    topics = (
        ("Kind of round", agreed.kind), ("Contributions", agreed.contributions),
        ("Facilitator", agreed.facilitator), ("What will follow", agreed.afterwards),
    )  # fmt: skip
    yield from (pair for pair in topics if pair[1])


def _about(summary: Summary) -> list[tuple[str, str]]:
    assessment: Assessment = summary.assessment
    contact = ", ".join(filter(None, (assessment.coordinator.name, assessment.coordinator.email)))
    marking = assessment.marking or "none"
    return [
        ("Partnership", assessment.partnership),
        ("Round", assessment.round),
        ("Purpose", assessment.purpose or "not stated"),
        *_agreed(assessment),
        ("Made", f"{day(summary.made_at)}, {summary.made_at:%H:%M} {summary.made_at:%Z}".strip()),
        ("Made with", summary.program),
        (
            "Coordinator",
            contact if summary.participants.attribution == "named" else "known to partners",
        ),
        ("Marking", marking),
        ("Event log", words().say("event_log", summary.noted)),
    ]
