"""An auditor's walk: from a figure on the Summary to the cells of the returned workbooks."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cached_property

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

from tests.consolidate.rounds import MADE_AT, Wish, a_round
from xlassess.consolidate import Summary, summarise, summary_bytes
from xlassess.model.record import Round

REFERENCE = re.compile(r"(?:'([^']+)'!)?(\$?[A-Z]{1,2}\$?\d+(?::\$?[A-Z]{1,2}\$?\d+)?)(?![\w(])")
CRITERIA = re.compile(r"(COUNTIFS|SUMIFS|AVERAGEIFS)\(((?:\"(?:[^\"]|\"\")*\"|[^()\"])*)\)")
PAIR = re.compile(r"data_(\w+),(\"(?:[^\"]|\"\")*\"|[^,]+)")

Row = dict[str, object]


@dataclass(frozen=True)
class Papers:
    """A summary as written, and the round it was made from."""

    record: Round
    summary: Summary
    formulas: Workbook
    values: Workbook

    @cached_property
    def data(self) -> list[Row]:
        """The rows of Data by the names formulas have for its columns."""
        columns = {
            name.removeprefix("data_"): range_boundaries(defined.attr_text.split("!")[1])
            for name, defined in self.formulas.defined_names.items()
            if name.startswith("data_")
        }
        sheet = self.values["Data"]
        rows = []
        for number in range(5, sheet.max_row + 1):
            row: Row = {name: sheet.cell(number, box[0]).value for name, box in columns.items()}
            row |= {
                head: sheet.cell(number, column).value
                for column in range(1, sheet.max_column + 1)
                for head in (sheet.cell(4, column).value,)
            }
            rows.append(row)
        return rows

    def value(self, sheet: str, cell: str) -> object:
        return self.values[sheet][cell.replace("$", "")].value

    def trace(self, sheet: str, cell: str) -> list[Row]:
        """The answers a figure comes from, by following formulas down to Data."""
        found: dict[int, Row] = {}
        self._follow(sheet, cell.replace("$", ""), found, set())
        return list(found.values())

    def _follow(
        self, sheet: str, cell: str, found: dict[int, Row], been: set[tuple[str, str]]
    ) -> None:
        if (sheet, cell) in been:
            return
        been.add((sheet, cell))
        formula = self.formulas[sheet][cell].value
        if not isinstance(formula, str) or not formula.startswith("="):
            return
        for function, inside in CRITERIA.findall(formula):
            pairs = inside if function == "COUNTIFS" else inside.partition(",")[2]
            for index, row in enumerate(self.data):
                if all(self._meets(sheet, row, *pair) for pair in PAIR.findall(pairs)):
                    found[index] = row
        for other, area in REFERENCE.findall(re.sub(r'"[^"]*"', "", formula)):
            block = self.formulas[other or sheet][area.replace("$", "")]
            rows = block if isinstance(block, tuple) else ((block,),)
            for line in rows:
                for each in line if isinstance(line, tuple) else (line,):
                    self._follow(other or sheet, each.coordinate, found, been)

    def _meets(self, sheet: str, row: Row, name: str, wanted: str) -> bool:
        if not wanted.startswith('"'):
            return bool(row[name] == self.value(sheet, wanted))
        text = wanted.strip('"')
        return text.startswith(">") or row[name] == text


@pytest.fixture(scope="module")
def papers(pat) -> Papers:
    record = a_round([pat], 8, Wish(returned=7, query=(2,), gaps=0.02))
    summary = summarise(record, MADE_AT)
    data = summary_bytes(summary)
    return Papers(
        record, summary, openpyxl.load_workbook(io.BytesIO(data)),
        openpyxl.load_workbook(io.BytesIO(data), data_only=True),
    )  # fmt: skip


def row_of(papers: Papers, text: str) -> int:
    """The row of the Summary in which a cell says this."""
    return next(
        cell.row
        for row in papers.values["Summary"].iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(text)
    )


def assert_read_from_cells(papers: Papers, rows: list[Row]) -> None:
    """Each row of Data is an answer that was read from the very cell it names."""
    for row in rows:
        ret = papers.record.current[str(row["return"])]
        assert row["File"] == ret.file
        answer = next(a for a in ret.answers if (a.sheet, a.cell) == (row["Sheet"], row["Cell"]))
        assert answer.item == row["Item"]
        assert str(row["choice"]).endswith(f":{answer.value}")


def test_audit__mean_of_a_section(papers):
    row = row_of(papers, "1  ")
    mean = papers.value("Summary", f"J{row}")
    rows = papers.trace("Summary", f"J{row}")
    assert_read_from_cells(papers, rows)
    given = {}
    for each in rows:
        given.setdefault(each["return"], []).append(each["score"])
    complete = [sum(scores) for scores in given.values() if len(scores) == 6]
    assert len(complete) == papers.summary.parts[0].sections[0].score.n
    assert sum(complete) / len(complete) == pytest.approx(mean)


def test_audit__range_of_a_section(papers):
    row = row_of(papers, "5  ")
    rows = papers.trace("Summary", f"K{row}")
    given = {}
    for each in rows:
        given.setdefault(each["return"], []).append(each["score"])
    complete = [sum(scores) for scores in given.values() if len(scores) == 6]
    assert papers.value("Summary", f"K{row}") == f"{min(complete):g} to {max(complete):g}"
    assert_read_from_cells(papers, rows)


def test_audit__grand_total(papers):
    row = row_of(papers, "Grand total")
    rows = papers.trace("Summary", f"J{row}")
    assert_read_from_cells(papers, rows)
    given = {}
    for each in rows:
        given.setdefault(each["return"], []).append(each["score"])
    totals = [sum(scores) for scores in given.values() if len(scores) == 36]
    assert sum(totals) / len(totals) == pytest.approx(papers.value("Summary", f"J{row}"))


def test_audit__returned_and_open_queries(papers):
    row = row_of(papers, "workbooks returned") - 1
    sheet = papers.values["Responses"]
    states = [line[5].value for line in sheet.iter_rows(min_row=8) if line[0].value]
    assert len(states) == 8
    came = states.count("Returned") + states.count("Query open")
    assert papers.value("Summary", f"A{row}") == f"{came} of {len(states)}"
    assert papers.value("Summary", f"D{row}") == pytest.approx(came / len(states))
    assert papers.value("Summary", f"K{row}") == states.count("Query open")
    formula = papers.formulas["Summary"][f"A{row}"].value
    counted = [papers.value("Responses", cell) for _, cell in REFERENCE.findall(formula)]
    assert counted == [came, len(states)]


@pytest.mark.parametrize("title", ["Strengths", "Concerns"])
def test_audit__a_strength_and_a_concern(papers, title):
    row = row_of(papers, title)
    column = 1 if title == "Strengths" else 8
    sheet = papers.values["Summary"]
    item = sheet.cell(row + 2, column).value.split()[0]
    said = sheet.cell(row + 3, column).value
    agreement = papers.values["Agreement"]
    line = next(r for r in agreement.iter_rows(min_row=5) if r[0].value == item)
    heads = [cell.value for cell in agreement[4]]
    rows = papers.trace("Agreement", line[heads.index("Mean")].coordinate)
    assert_read_from_cells(papers, rows)
    assert {row["Item"] for row in rows} == {item}
    mean = sum(row["score"] for row in rows) / len(rows)
    assert f"mean {mean:.1f} of 4 from {len(rows)} answers" in said


def test_audit__method_names_the_files_of_the_answers(papers):
    text = {cell.value for row in papers.values["Method"].iter_rows() for cell in row}
    for ret in papers.record.current.values():
        assert {ret.file, ret.sha256} <= text
