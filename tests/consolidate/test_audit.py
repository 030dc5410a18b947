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


def sums_of_complete_returns(rows: list[Row], asked: int) -> list[float]:
    """The scores of each return that answers all that is asked, added up."""
    given: dict[object, list[float]] = {}
    for each in rows:
        given.setdefault(each["return"], []).append(each["score"])
    return [sum(scores) for scores in given.values() if len(scores) == asked]


def column_of(papers: Papers, heading: str) -> str:
    """The letter of the column with this heading in the Summary's table of sections."""
    head = papers.values["Summary"][row_of(papers, "Section")]
    return next(cell.column_letter for cell in head if cell.value == heading)


def paragraph_with(papers: Papers, pattern: str) -> re.Match[str]:
    """What a pattern finds in the one paragraph of the Summary that has it."""
    texts = [str(cell.value) for cell in papers.values["Summary"]["A"] if cell.value]
    [found] = [match for text in texts if (match := re.search(pattern, text))]
    return found


def test_audit__mean_of_a_section(papers):
    cell = f"{column_of(papers, 'Mean')}{row_of(papers, '1  ')}"
    rows = papers.trace("Summary", cell)
    assert_read_from_cells(papers, rows)
    complete = sums_of_complete_returns(rows, 6)
    assert len(complete) == papers.summary.parts[0].sections[0].score.n
    assert sum(complete) / len(complete) == pytest.approx(papers.value("Summary", cell))


@pytest.mark.parametrize(("heading", "end"), [("Lowest", min), ("Highest", max)])
def test_audit__range_of_a_section(papers, heading, end):
    cell = f"{column_of(papers, heading)}{row_of(papers, '5  ')}"
    rows = papers.trace("Summary", cell)
    assert_read_from_cells(papers, rows)
    assert papers.value("Summary", cell) == end(sums_of_complete_returns(rows, 6))


def test_audit__grand_total(papers):
    cell = f"{column_of(papers, 'Mean')}{row_of(papers, 'Grand total')}"
    rows = papers.trace("Summary", cell)
    assert_read_from_cells(papers, rows)
    totals = sums_of_complete_returns(rows, 36)
    assert sum(totals) / len(totals) == pytest.approx(papers.value("Summary", cell))
    those = (
        r"^The mean total of the (\d+) returns that answer every scored question is ([\d.]+) of 144"
    )
    said = paragraph_with(papers, those)
    assert said.groups() == (str(len(totals)), f"{sum(totals) / len(totals):.1f}")


def test_audit__returned_and_open_queries(papers):
    """Page one says these in sentences; the formulas behind them stand on Responses."""
    sheet = papers.formulas["Responses"]
    heads = {cell.value: cell.column_letter for cell in sheet[4] if cell.value}
    states = [line[5].value for line in sheet.iter_rows(min_row=8) if line[0].value]
    assert len(states) == 8
    queries = states.count("Query open")
    came = states.count("Returned") + queries
    for heading, figure in (("Issued", 8), ("Returned", came), ("Query open", queries)):
        formula = sheet[f"{heads[heading]}5"].value
        assert formula.startswith("=")
        assert papers.value("Responses", f"{heads[heading]}5") == figure
        areas = [area for _, area in REFERENCE.findall(re.sub(r'"[^"]*"', "", formula))]
        wanted = ["$B$8:$B$15"] if heading == "Issued" else ["$B$8:$B$15", "$F$8:$F$15"]
        assert sorted(set(areas)) == wanted
    rate = sheet[f"{heads['Response rate']}5"].value
    counted = [papers.value("Responses", cell) for _, cell in REFERENCE.findall(rate)]
    assert rate.startswith("=")
    assert counted == [came, states.count("Nil return"), len(states)]
    assert papers.value("Responses", f"{heads['Response rate']}5") == pytest.approx(came / 8)
    said = paragraph_with(papers, r"(\d+) of (\d+) workbooks issued have come back \((\d+)%\)")
    assert said.groups() == (str(came), str(len(states)), f"{came / len(states):.0%}"[:-1])
    assert paragraph_with(papers, r"(\d+) returns? ha(?:s|ve) an open query")[1] == str(queries)


@pytest.mark.parametrize("title", ["Strengths", "Concerns"])
def test_audit__a_strength_and_a_concern(papers, title):
    said = papers.value("Summary", f"A{row_of(papers, title) + 1}")
    item = re.search(r"\((\w+)\)\. ", said)[1]
    agreement = papers.values["Agreement"]
    line = next(r for r in agreement.iter_rows(min_row=5) if r[0].value == item)
    heads = [cell.value for cell in agreement[4]]
    rows = papers.trace("Agreement", line[heads.index("Mean")].coordinate)
    assert_read_from_cells(papers, rows)
    assert {row["Item"] for row in rows} == {item}
    mean = sum(row["score"] for row in rows) / len(rows)
    assert line[heads.index("Mean")].value == pytest.approx(mean)
    end = re.search(r"(\d+) of (\d+) answer “(.+)” or “(.+)”, mean ([\d.]+) of 4\.$", said)
    named = [
        row["return"]
        for label in end.group(3, 4)
        for row in papers.trace("Agreement", line[heads.index(label)].coordinate)
    ]
    assert end.group(1, 2, 5) == (str(len(named)), str(len(rows)), f"{mean:.1f}")


def test_audit__method_names_the_files_of_the_answers(papers):
    text = {cell.value for row in papers.values["Method"].iter_rows() for cell in row}
    for ret in papers.record.current.values():
        assert {ret.file, ret.sha256} <= text
