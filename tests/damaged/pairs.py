"""Files that give a finding only beside what came before: one case for each of the ledger's codes.

Each case takes an assessment folder and an empty one, hands over what comes first, and returns
what gives the finding.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import openpyxl

from tests.services.rounds.test_last_time import FACTS, GIVEN, sent_back
from tests.services.small import LATER, TOOLKIT, answer, unclear_pair, write_toolkit
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import cell_name, layout
from xlassess.generate.query.letter import slot_cells
from xlassess.model.query import Slot
from xlassess.services.common.opening import open_folder
from xlassess.services.enter import enter
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.query import query
from xlassess.services.setup.rounds import begin_round
from xlassess.toolkits.load import find_toolkit

Case = Callable[[AssessmentFolder, Path], Path]
CASES: dict[str, Case] = {}
NOTE = Slot("1C", "comment")


def gives(code: str) -> Callable[[Case], Case]:
    """Register a case under the code of the finding that its last file must give."""

    def register(case: Case) -> Case:
        assert code not in CASES, code
        CASES[code] = case
        return case

    return register


@gives("L01")
def two_that_do_not_say_when_they_were_saved(folder: AssessmentFolder, inbox: Path) -> Path:
    unclear_pair(folder, inbox)
    return inbox


@gives("L02")
def asked_about_and_left_empty(folder: AssessmentFolder, inbox: Path) -> Path:
    return _back(folder, inbox, {Slot("1B", "answer"): "Agree"})


@gives("L03")
def changed_where_nothing_was_asked(folder: AssessmentFolder, inbox: Path) -> Path:
    given = {"1A": "Disagree", "1B": "Agree"}
    return _back(folder, inbox, {NOTE: "Yes"} | {Slot(i, "answer"): v for i, v in given.items()})


@gives("L08")
def typed_in_beside_one_of_their_own(folder: AssessmentFolder, inbox: Path) -> Path:
    own = answer(folder, "Ada Ash", inbox / "first.xlsx")
    (file,) = ingest(folder, [own], now=LATER, workers=1).files
    copy = enter(folder, file.ret.reference, "phone", now=LATER, by="Cora")
    (table,) = layout(find_toolkit("tiny", folder.toolkits)).sections[0].tables
    column = table.column("answer")
    assert column is not None
    given = {("1 Basics", cell_name(row.index, column.index)): "Agree" for row in table.rows}
    return _write(copy.path, inbox / "typed.xlsx", given)


@gives("L06")
def blank_after_one_that_is_filled_in(folder: AssessmentFolder, inbox: Path) -> Path:
    first = answer(folder, "Ada Ash", inbox / "first.xlsx")
    ingest(folder, [first], now=LATER, workers=1)
    return answer(folder, "Ada Ash", inbox / "blank.xlsx", (None, None, None))


@gives("L04")
def without_a_seal_beside_one_that_has_it(folder: AssessmentFolder, inbox: Path) -> Path:
    first = answer(folder, "Ada Ash", inbox / "first.xlsx")
    ingest(folder, [first], now=LATER, workers=1)
    book = openpyxl.load_workbook(answer(folder, "Ada Ash", inbox / "a.xlsx", ("Agree",) * 3))
    # Only the visible reference is left: anybody could have typed it.
    for name in [sheet.title for sheet in book if sheet.sheet_state != "visible"]:
        del book[name]
    for name in book.custom_doc_props.names:
        del book.custom_doc_props[name]
    book.save(inbox / "unsealed.xlsx")
    return inbox / "unsealed.xlsx"


@gives("L05")
def handed_over_later_and_saved_earlier(folder: AssessmentFolder, inbox: Path) -> Path:
    first = answer(folder, "Ada Ash", inbox / "first.xlsx")
    _saved(first, "2026-03-11T12:00:00Z")
    ingest(folder, [first], now=LATER, workers=1)
    second = answer(folder, "Ada Ash", inbox / "second.xlsx", ("Agree", "Agree", "Agree"))
    return _saved(second, "2026-03-05T12:00:00Z")


@gives("L07")
def the_same_as_last_time(folder: AssessmentFolder, inbox: Path) -> Path:
    first = answer(folder, "Ada Ash", inbox / "first.xlsx", ("Agree", "Disagree", "Agree"))
    ingest(folder, [first], now=LATER, workers=1)
    begin_round(folder, "2027", date(2027, 4, 30), now=LATER)
    second = open_folder(folder.root)
    return answer(second, "Ada Ash", inbox / "second.xlsx", ("Agree", "Disagree", "Agree"))


@gives("L09")
def details_of_last_time(folder: AssessmentFolder, inbox: Path) -> Path:
    write_toolkit(folder, TOOLKIT.replace("sections:\n", FACTS, 1))
    generate(folder, now=LATER, reissue=True)
    first = sent_back(folder, "Ada Ash", inbox / "first.xlsx", GIVEN)
    ingest(folder, [first], now=LATER, workers=1)
    begin_round(folder, "2027", date(2027, 4, 30), now=LATER)
    second = open_folder(folder.root)
    return sent_back(
        second, "Ada Ash", inbox / "second.xlsx", dict.fromkeys(("1A", "1B", "1C"), "Agree")
    )


def _saved(path: Path, moment: str) -> Path:
    """Let Excel have saved a workbook at this time."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    when = f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified>'
    end = b"</cp:coreProperties>"
    core = parts["docProps/core.xml"].replace(end, when.encode() + end)
    assert core.count(b"</dcterms:modified>") == 1, "as issued, it says no time"
    app = re.sub(rb"<Application>[^<]*<", b"<Application>Microsoft Excel<",
                 parts["docProps/app.xml"])  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (parts | {"docProps/core.xml": core, "docProps/app.xml": app}).items():
            archive.writestr(name, data)
    return path


def _back(folder: AssessmentFolder, inbox: Path, given: Mapping[Slot, str]) -> Path:
    """Ask about a doubtful answer and a doubtful comment; return the query workbook filled in."""
    first = answer(folder, "Ada Ash", inbox / "first.xlsx", ("Agree", "Perhaps", "Agree"))
    toolkit = find_toolkit("tiny", folder.toolkits)
    (table,) = layout(toolkit).sections[0].tables
    row, column = table.rows[2].index, table.column("comment")
    assert column is not None
    _write(first, first, {("1 Basics", cell_name(row, column.index)): "=1+1"})
    ingest(folder, [first], now=LATER, workers=1)
    (asked,) = query(folder, now=LATER).workbooks
    cells = slot_cells(toolkit)
    return _write(asked.path, inbox / "back.xlsx", {cells[slot]: v for slot, v in given.items()})


def _write(path: Path, to: Path, cells: Mapping[tuple[str, str], str]) -> Path:
    book = openpyxl.load_workbook(path)
    for (sheet, cell), value in cells.items():
        book[sheet][cell].value = value
    book.save(to)
    return to
