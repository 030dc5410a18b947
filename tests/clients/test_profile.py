"""The Profile that a partner sees while typing says what the scoring rules say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.office import CellValue, Offices, Seen
from tests.clients.partner import read, typed, typing
from tests.factory import Entry, entries, issue
from xlassess.contract.layout import PROFILE, START, cell_name, column_name, layout
from xlassess.generate.workbook.status import status_column
from xlassess.model.answer import Answer, Return, Value
from xlassess.model.toolkit import Item, Toolkit
from xlassess.score import Scorecard, SectionScore, reported_sections, scorecard
from xlassess.toolkits.load import find_toolkit

pytestmark = pytest.mark.clients("libreoffice")

KEY_HEADINGS = {"No.", "Section", "Asked"}
FIGURES = re.compile(r"Score|Mean|Share of .+")
GIVEN = re.compile(r"Answered|Filled in")
TOTALS = re.compile(r"Grand total.*|All sections")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the Profile's table, by heading."""

    number: str
    label: str
    cells: Mapping[str, CellValue]

    def matching(self, pattern: re.Pattern[str]) -> list[CellValue]:
        """What stands under the headings that match."""
        return [value for heading, value in self.cells.items() if pattern.fullmatch(heading)]


def table(seen: Seen) -> Iterator[Line]:
    """Yield the rows of the Profile's table, found by its headings."""
    cells = seen.values[PROFILE]
    heading_row = next(
        row for row in range(1, 100) if set(across(cells, row).values()) >= KEY_HEADINGS
    )
    headings = across(cells, heading_row)
    for row in range(heading_row + 1, heading_row + 100):
        found = across(cells, row)
        if "B" not in found:
            return
        yield Line(
            str(found.get("A", "")),
            str(found["B"]),
            {str(heading): found.get(letter, "") for letter, heading in headings.items()},
        )


def across(cells: Mapping[str, CellValue], row: int) -> dict[str, CellValue]:
    """The cells of a row that are not empty, by column letter."""
    found = {column_name(i): cells.get(f"{column_name(i)}{row}", "") for i in range(30)}
    return {letter: value for letter, value in found.items() if value != ""}


@dataclass(frozen=True, slots=True)
class Filled:
    """What is seen of a workbook while it is typed into, and what is read from it later."""

    seen: Seen
    ret: Return


# tests/generate/test_live.py fills workbooks in completely by habit
_WAYS = ["gaps", *(pytest.param(way, marks=pytest.mark.thorough)
                   for way in ("complete", "best", "worst", "untouched"))]  # fmt: skip


@pytest.fixture(scope="module", params=_WAYS)
def filled(
    request: pytest.FixtureRequest,
    offices: Offices,
    builtin_toolkit: Toolkit,
    tmp_path_factory: pytest.TempPathFactory,
) -> Filled:
    """Each way to fill each workbook in, without a full recalculation."""
    workbook, folder = issue(builtin_toolkit), tmp_path_factory.mktemp("filled")
    given = answers(builtin_toolkit, request.param)
    work = typing(builtin_toolkit, given) if given else ()
    saved = folder / "saved.xlsx"
    seen = offices.get().work(workbook.write(folder), work, save=[saved], read=True)
    return Filled(seen, read(workbook, saved))


def test_profile__shows_the_scorecard(builtin_toolkit: Toolkit, filled: Filled) -> None:
    seen, answered = filled.seen, filled.ret.answers
    lines = list(table(seen))
    if builtin_toolkit.scoring.rule == "none":
        assert_progress(builtin_toolkit, lines, answered)
        return
    card = scorecard(builtin_toolkit, answered)
    sections = [line for line in lines if not TOTALS.fullmatch(line.label)]
    assert len(sections) == len(card.sections)
    for line, score in zip(sections, card.sections, strict=True):
        assert_same(builtin_toolkit, line, score)
        assert_flags(card, score, line)
    totals = [line for line in lines if TOTALS.fullmatch(line.label)]
    assert len(totals) == len(card.overall)
    for line, overall in zip(totals, card.overall, strict=True):
        assert line.matching(GIVEN) == [overall.answered]
        assert line.cells["Asked"] == overall.asked
        assert line.matching(FIGURES) == [shown(overall.score)]


def test_start__counts_what_is_needed_before_returning(
    builtin_toolkit: Toolkit, filled: Filled
) -> None:
    needed = progress(builtin_toolkit.items(), filled.ret.answers)
    start = filled.seen.values[START]
    (row,) = (cell[1:] for cell, value in start.items() if value == "Needed before returning")
    numbers = [value for value in across(start, int(row)).values() if isinstance(value, float)]
    assert numbers == list(needed)


@pytest.mark.parametrize("filled", ["untouched"], indirect=True)
def test_untouched__saved_by_libreoffice_has_no_answers(
    builtin_toolkit: Toolkit, filled: Filled
) -> None:
    assert filled.ret.reference == issue(builtin_toolkit).issued.reference
    assert filled.ret.answers == ()
    assert filled.ret.actions == ()


def test_status__what_an_answer_leads_to_is_still_open_until_it_is_there(
    offices: Offices, tmp_path: Path
) -> None:
    """The leading question may stand in another table: P9 is a choice, P9a free text."""
    toolkit = find_toolkit("melton-checklist")
    codes = {"P5": "takes-it-on", "P9": "none-there", "R1": "minutes"}
    places = {entry.item: entry for entry in entries(toolkit) if entry.item in codes}
    todo = [
        typed(one.sheet, one.cell, toolkit.scales[toolkit.item(item).answer].by_code(code).label)
        for item, code in codes.items()
        if (one := places[item])
    ]
    seen = offices.get().work(issue(toolkit).write(tmp_path), todo, read=True)
    assert {item: status_of(seen, toolkit, item) for item in ("P5", "P5a", "P9a", "R2", "R3")} == {
        "P5": "Done",
        "P5a": "Still open: no answer, and P5 calls for one",
        "P9a": "Optional",
        "R2": "Still open: no answer, and R1 calls for one",
        "R3": "Optional",
    }
    start = seen.values[START]
    (row,) = (int(cell[1:]) for cell, value in start.items() if value == "Decision")
    assert across(start, row)["B"] == 1.0


def status_of(seen: Seen, toolkit: Toolkit, item: str) -> CellValue:
    """What the Status column says of an item."""
    return next(
        seen.values[section.sheet].get(cell_name(row.index, status_column(table).index), "")
        for section in layout(toolkit).sections
        for table in section.tables
        for row in table.rows
        if row.item.id == item
    )


def answers(toolkit: Toolkit, case: str) -> list[Entry]:
    """Everything answered, only some of it, everything with the best or worst, or nothing."""
    everything = list(entries(toolkit))
    if case == "complete":
        return everything
    if case == "gaps":
        return [entry for i, entry in enumerate(everything) if i % 3]
    if case == "untouched":
        return []
    extreme = []
    for entry in everything:
        item = toolkit.item(entry.item)
        if entry.field.startswith("answer") and not item.is_free:
            choice = toolkit.scales[item.answer].substantive[0 if case == "best" else -1]
            extreme.append(
                Entry(entry.item, entry.field, entry.sheet, entry.cell, choice.label, choice.code)
            )
    return extreme


def progress(items: Iterable[Item], answered: Iterable[Answer]) -> tuple[int, int]:
    """How many of the required items are done, and how many there are.

    An item is done when it is answered from every view, and commented on where the answer
    asks for that.
    """
    given = {(answer.item, answer.field): answer.value for answer in answered}
    required = [item for item in items if item.required]
    return sum(is_done(item, given) for item in required), len(required)


def is_done(item: Item, given: Mapping[tuple[str, str], Value]) -> bool:
    found = [given.get((item.id, field)) for field in item.answer_fields]
    asked = item.follow_up
    explained = (
        asked is None
        or not asked.required
        or not set(found) & set(asked.when)
        or (item.id, "comment") in given
    )
    return None not in found and explained


def assert_progress(toolkit: Toolkit, lines: Iterable[Line], answered: Iterable[Answer]) -> None:
    """Where nothing is scored, the table says how far each section is filled in."""
    sections = {section.id: section for section in reported_sections(toolkit)}
    assert [line.number for line in lines] == list(sections)
    for line in lines:
        done, asked = progress(sections[line.number].items, answered)
        assert (line.matching(GIVEN), line.cells["Asked"]) == ([done], asked)


def shown(score: float | None) -> object:
    """How the Profile shows a score; no score is an empty cell, never a nought."""
    return "" if score is None else pytest.approx(score)


def assert_same(toolkit: Toolkit, line: Line, score: SectionScore) -> None:
    """A row of the table says what the section's score says."""
    assert line.number == score.section
    assert line.matching(GIVEN) == [score.answered]
    assert line.cells["Asked"] == score.asked
    for figure in line.matching(FIGURES):
        assert figure == shown(score.score)
    if score.score is not None:
        assert line.matching(FIGURES), "a score that is not shown"
    if score.band is not None:
        assert line.cells["Band"] == score.band.name
        assert line.cells["What it says"] == score.band.reading
    if toolkit.scoring.rule in ("mean", "levels", "share"):
        scale = toolkit.scales[toolkit.scoring.scale]
        counts = {choice.label: score.counts[choice.code] for choice in scale.choices}
        assert {label: line.cells[label] for label in counts} == counts


def assert_flags(card: Scorecard, score: SectionScore, line: Line) -> None:
    """The items listed beside a section are those the rules flag, view by view."""
    field = f"answer:{score.view}" if score.view else "answer"
    flagged = [f.item for f in card.flagged if (f.section, f.field) == (score.section, field)]
    for listed in line.matching(re.compile(r"Items: .*")):
        assert listed == ", ".join(flagged)
