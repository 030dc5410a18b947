"""Sheets that list what is said in words: findings in full, judgements of areas, details."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from xlassess.consolidate.figures.points import area_judgements
from xlassess.consolidate.figures.values import DataRow, ItemFigures, SectionFigures, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import SheetColumn, SheetSetup, SheetTable, SummaryWriter
from xlassess.consolidate.summary.layout import HEADER_ROW, sheet_name
from xlassess.consolidate.wording.terms import NOTHING, WITHHELD, words
from xlassess.model.toolkit import Scale

FINDINGS, AREAS = "Findings", "Areas"

_DETAILS = (
    SheetColumn("Number", 9, cells.MIDDLE), SheetColumn("Question", 60), SheetColumn("Answer", 40),
    SheetColumn("Given by", 40),
)  # fmt: skip
_AREA_COLUMNS = (
    SheetColumn("Area", 34), SheetColumn("Judgement", 30), SheetColumn("Reasons", 62),
    SheetColumn("Given by", 34),
)  # fmt: skip
_READ = cells.TOP_CELL.but(size=10.5)
_FINDINGS = (
    SheetColumn("Under", 26, _READ), SheetColumn("What is found", 103, _READ),
)  # fmt: skip

_PAGES = 3
"""Pages of the print set that the findings of a toolkit have; one fewer beside a proposal, so that
a toolkit has six pages at most."""

_Lines = Sequence[tuple[str, ...]]


def _pages(part: ToolkitResults) -> int:
    plan = part.toolkit.action_plan
    return _PAGES - 1 if plan is not None and plan.proposal else _PAGES


def write_findings(writer: SummaryWriter, part: ToolkitResults) -> None:
    """List everything that is said of a toolkit's results; page one has the most important."""
    title = f"Findings: {part.toolkit.title}"
    lines = tuple(_findings(part))
    _list(writer, part, (FINDINGS, title, words().say("findings_note")), _FINDINGS, lines)


def _findings(part: ToolkitResults) -> Iterator[tuple[str, ...]]:
    told, say = part.narrative, words().say
    for text in (told.reading, *told.more, *told.unsure):
        yield say("title_finding"), text
    for number, text in enumerate(told.decisions, 1):
        yield say("title_decisions"), f"{number}.  {text}"
    for text in told.trend:
        yield told.trend_title, text
    for title, points in (
        (told.strengths_title, told.strengths),
        (told.concerns_title, told.concerns),
        (told.differences_title, told.disagreements),
        (told.levels_title, told.levels),
    ):
        for point in points:
            if text := f"{point.what}. {point.why}" if point.what else point.why:
                yield title, text
    scenario = (told.scenario, told.scenario_rule, told.scenario_here, told.scenario_advice)
    for text in filter(None, scenario):
        yield say("title_scenario"), text
    for text in filter(None, (told.context, told.caution)):
        yield say("title_rests_on"), text


def area_judgement(part: ToolkitResults, each: SectionFigures) -> ItemFigures | None:
    """Return the item that asks for the level of a whole area; None where there is none."""
    return area_judgements(part.toolkit, part.items).get(each.section.id)


def counted_judgements(item: ItemFigures | None) -> str:
    """Return how many find which level in an area as a whole, the best first."""
    if item is None:
        return NOTHING
    if item.withheld:
        return WITHHELD
    counts = item.agreement.counts
    found = [(c.label, counts[c.code]) for c in item.scale.choices if counts[c.code]]
    return words().say("areas_count", found) if found else NOTHING


def commonest_judgement(item: ItemFigures | None) -> str:
    """Return the level most find in an area as a whole, and how many of how many do."""
    if item is None or item.withheld or not item.agreement.n:
        return counted_judgements(item)
    counts = item.agreement.counts
    most = max(counts.values())
    labels = [choice.label for choice in item.scale.choices if counts[choice.code] == most]
    labels = [_brief(label, item.scale) for label in labels]
    return words().say("areas_most", most, item.agreement.n, labels)


def _brief(label: str, scale: Scale) -> str:
    """Return a label without a last word that several labels of its scale end in."""
    first, _, last = label.rpartition(" ")
    alike = sum(choice.label.endswith(f" {last}") for choice in scale.choices)
    return first if first and alike > 1 else label


def write_areas(writer: SummaryWriter, part: ToolkitResults) -> None:
    """List the overall judgement of each area with its reasons; nothing where none is asked."""
    items = [(each, area_judgement(part, each)) for each in part.sections]
    asked = [(each.name, item) for each, item in items if item is not None]
    if not asked:
        return
    rows = writer.summary.participants.shows_rows
    given = _given(writer, {item.key for _, item in asked}) if rows else {}
    lines = [
        line
        for name, item in asked
        for line in (
            _judged(given.get(item.key, ()), name, item)
            if rows
            else _counted(writer, part, name, item)
        )
    ]
    note = words().say("areas_note", rows)
    _list(writer, part, (AREAS, words().say("areas_title"), note), _AREA_COLUMNS, lines)


def _given(writer: SummaryWriter, keys: Collection[str]) -> Mapping[str, Sequence[DataRow]]:
    """The rows of data about these items, gathered in one reading."""
    found: dict[str, list[DataRow]] = {}
    for row in writer.summary.data:
        if row.answer.key in keys:
            found.setdefault(row.answer.key, []).append(row)
    return found


def _judged(own: Sequence[DataRow], name: str, item: ItemFigures) -> Iterator[tuple[str, ...]]:
    """A line for each return that judges the area."""
    if item.withheld:
        yield name, WITHHELD, NOTHING, NOTHING
        return
    pairs = [(row.person, row.answer) for row in own if row.person]
    reasons = {person.code: str(said.value) for person, said in pairs if said.field == "comment"}
    for person, said in pairs:
        if said.field == item.field:
            who = person.who or person.code
            yield name, str(said.value), reasons.get(person.code, NOTHING), who


def _counted(
    writer: SummaryWriter, part: ToolkitResults, name: str, item: ItemFigures
) -> Iterator[tuple[str, ...]]:
    """How many judge the area how, then the reasons without who gave them."""
    yield name, counted_judgements(item), NOTHING, NOTHING
    for remark in writer.summary.remarks:
        if remark.part == part.key and remark.item == item.item.id:
            yield name, NOTHING, remark.text, NOTHING


def write_details(writer: SummaryWriter, part: ToolkitResults) -> None:
    """List the facts of a toolkit's pages of details; nothing where it has none."""
    if part.details:
        title = f"Details: {part.toolkit.title}"
        lines = [(each.item, each.ask, each.answer, each.by) for each in part.details]
        _list(writer, part, ("Details", title, words().say("details_note")), _DETAILS, lines)


def _list(
    writer: SummaryWriter,
    part: ToolkitResults,
    what: tuple[str, str, str],
    columns: tuple[SheetColumn, ...],
    lines: _Lines,
) -> None:
    """Write a sheet (kind, title, note) with one table of texts."""
    kind, title, note = what
    name = sheet_name(kind, part, writer.summary.parts)
    widths = tuple(column.width for column in columns)
    setup = SheetSetup(name, title, note, widths, pages=_pages(part) if kind == FINDINGS else 0)
    sheet = writer.open(setup)
    table = f"{kind}_{writer.summary.parts.index(part)}"
    writer.table(sheet, SheetTable(HEADER_ROW, columns, len(lines), table, title))
    for row, texts in enumerate(lines, HEADER_ROW + 1):
        for index, (text, column) in enumerate(zip(texts, columns, strict=True)):
            sheet.text(row, index, text, column.look)
        fitted = [(t, c.width, c.look) for t, c in zip(texts, columns, strict=True)]
        cells.fit_row(sheet, row, fitted)
    writer.finish(sheet, setup, HEADER_ROW + max(len(lines), 1))
