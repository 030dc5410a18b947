"""The Method sheet: how every figure comes about, and from which files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from xlassess.consolidate.figures import thresholds
from xlassess.consolidate.figures.values import Part, Summary
from xlassess.consolidate.narrative import day, percent, short
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import Column, Grid, Opening, Out, put
from xlassess.consolidate.summary.cells import words as sheet_words
from xlassess.consolidate.summary.places import HEADER_ROW, METHOD
from xlassess.model.assessment import Assessment
from xlassess.sheet import looks
from xlassess.sheet.checked import Sheet
from xlassess.sheet.words import Words

_WIDTHS = (27.0, 48.0, 22.0, 19.0, 12.0, 70.0)
_LAST = len(_WIDTHS) - 1
_TOPIC = looks.PLAIN.but(bold=True, valign="top")
_TEXT = looks.PROSE

_FILES = (
    Column("Return", 27), Column("File", 48), Column("State", 22, cells.MIDDLE),
    Column("Received", 19, cells.MOMENT), Column("Bytes", 12, cells.WHOLE),
    Column("SHA-256", 70, cells.KEY),
)  # fmt: skip

_PUT_RIGHT = (
    Column("Return", 27), Column("File", 48), Column("Where", 22), Column("As typed", 19),
    Column("How", 12), Column("Read as", 70),
)  # fmt: skip
_MOST_PUT_RIGHT = 1000
"""Values put right that are listed; those of answers stand on the Data sheet besides."""


@lru_cache(maxsize=1)
def words() -> Words:
    """The sentences of the Method sheet."""
    return Words("summary_method.j2")


def write_method(out: Out) -> None:
    """Write the Method sheet."""
    summary = out.summary
    note = sheet_words().say("method_note")
    opening = Opening(METHOD, METHOD, note, _WIDTHS, (0, 0), None)
    sheet = out.open(opening)
    row = HEADER_ROW
    for heading, pairs in _blocks(out.summary):
        sheet.text(row, 0, heading, looks.HEADING)
        sheet.height(row, cells.HEADING_ROW)
        row += 1
        for topic, text in pairs:
            sheet.text(row, 0, topic, _TOPIC)
            sheet.merged(row, 1, _LAST, text, _TEXT)
            width = sheet.span_width(1, _LAST)
            sheet.fit(row, ((topic, _WIDTHS[0], _TOPIC), (text, width, _TEXT)))
            row += 1
        row += 1
    sheet.text(row, 0, "Files received", looks.HEADING)
    sheet.height(row, cells.HEADING_ROW)
    header = row + 1
    out.table(sheet, Grid(header, _FILES, len(summary.files), "Files", "Files received"))
    last = _put_right(out, sheet, _files(out, sheet, header) + 2)
    out.finish(sheet, opening, last)


def _put_right(out: Out, sheet: Sheet, row: int) -> int:
    """List the values put right, if there are any; return the last row."""
    values = out.summary.put_right[:_MOST_PUT_RIGHT]
    if not values:
        return row - 2
    sheet.text(row, 0, "Values put right", looks.HEADING)
    sheet.height(row, cells.HEADING_ROW)
    header = row + 1
    title = "Values put right"
    out.table(sheet, Grid(header, _PUT_RIGHT, len(values), "Values_put_right", title))
    for at, one in enumerate(values, header + 1):
        texts = (one.code, one.file, one.where, one.before, one.how, one.after)
        for column, (place, text) in enumerate(zip(_PUT_RIGHT, texts, strict=True)):
            put(sheet, at, column, text, place.look)
        wide = [(t, c.width, c.look) for t, c in zip(texts, _PUT_RIGHT, strict=True)]
        cells.fit_row(sheet, at, wide)
    return header + len(values)


def _files(out: Out, sheet: Sheet, header: int) -> int:
    files = out.summary.files
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


def method_blocks(summary: Summary) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield how every figure comes about, whatever paper shows it.

    Yields:
        A heading and its paragraphs, each a topic and a text.
    """
    general = words().paragraphs("general", summary)
    yield "Figures", [*_pairs(general), *_pairs(words().paragraphs("attribution", summary.cast))]
    yield "Rules for what is pointed out", _pairs(words().paragraphs("thresholds", _rules()))
    for part in summary.parts:
        yield f"Toolkit: {part.label}", list(_toolkit(part))


def _pairs(paragraphs: Sequence[str]) -> list[tuple[str, str]]:
    """Split paragraphs of the form ``topic | text``."""
    split = (paragraph.partition(" | ") for paragraph in paragraphs)
    return [(topic, text) for topic, _, text in split]


def _rules() -> dict[str, str]:
    """The thresholds as they are read."""
    return {
        "listed": str(thresholds.LISTED),
        "strength": "two thirds",
        "concern": "half",
        "high": short(thresholds.HIGH_AGREEMENT),
        "low": short(thresholds.LOW_AGREEMENT),
        "high_two": short(thresholds.HIGH_AGREEMENT_TWO),
        "low_two": short(thresholds.LOW_AGREEMENT_TWO),
        "gap": percent(thresholds.LEVEL_GAP),
        "item_gap": percent(thresholds.ITEM_LEVEL_GAP),
        "far_apart": str(thresholds.FAR_APART),
        "level_least": str(thresholds.LEVEL_LEAST),
    }


def _about(summary: Summary) -> list[tuple[str, str]]:
    assessment: Assessment = summary.assessment
    contact = ", ".join(filter(None, (assessment.coordinator.name, assessment.coordinator.email)))
    marking = assessment.marking or "none"
    return [
        ("Partnership", assessment.partnership),
        ("Round", assessment.round),
        ("Purpose", assessment.purpose or "not stated"),
        ("Made", f"{day(summary.made_at)}, {summary.made_at:%H:%M} {summary.made_at:%Z}".strip()),
        ("Made with", summary.program),
        ("Coordinator", contact if summary.cast.attribution == "named" else "known to partners"),
        ("Marking", marking),
        ("Event log", words().say("event_log", summary.noted)),
    ]


def _toolkit(part: Part) -> Iterator[tuple[str, str]]:
    toolkit, scoring = part.toolkit, part.toolkit.scoring
    yield "Title", f"{toolkit.title}, version {toolkit.version} of the toolkit file"
    yield "Source", toolkit.source
    yield "Rights", toolkit.rights
    yield "Questions", f"SHA-256 {part.digest}"
    rule = words().say("rule", toolkit)
    yield "Scoring rule", f"{rule} {scoring.note}".strip()
    yield "Source of the rule", scoring.source
    if scoring.no_overall_because:
        yield "No overall score", scoring.no_overall_because
    for scale in toolkit.scales.values():
        if scale.addition:
            yield f"Scale “{scale.title}”", scale.addition
    for scenario in toolkit.action_plan.scenarios if toolkit.action_plan else ():
        yield f"Scenario {scenario.id}: {scenario.title}", words().say("scenario", scenario)
    if part.onward.because:
        yield "Scenario chosen", words().say("scenario_choice", part.onward)
    standing = [entry.standing for entry in part.entries]
    group = {
        "issued": part.issued,
        "count": part.issued - part.returned,
        "refused": standing.count("Refused"),
        "nil": standing.count("Nil return"),
        "declined": standing.count("Declined"),
        "out": standing.count("Overdue") + standing.count("Awaited"),
    }
    yield "Left out", words().say("exclusions", group)
