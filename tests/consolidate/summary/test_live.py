"""The summary in real programs: LibreOffice recalculates it, the Open XML SDK reads it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import openpyxl
import pytest

from tests.clients.office import Office
from tests.clients.validator import problems
from tests.consolidate.rounds import MADE_AT, Wish, a_round, over_rounds, respondents
from xlassess.consolidate import summarise, write_summary
from xlassess.toolkits.load import find_toolkit


@dataclass(frozen=True)
class Case:
    """A round to recalculate, of a kind that `tests/made.py` does not make."""

    name: str
    toolkits: tuple[str, ...]
    people: int
    returned: int
    changes: dict[str, object] = field(default_factory=dict)
    rounds: bool = False


CASES = (
    Case("one return", ("pat",), 1, 1),
    Case("no return", ("pat", "melton-evaluation"), 2, 0),
    Case("several", ("pat", "melton-evaluation", "bv-partnership"), 5, 4),
    Case("lettered", ("pat", "rochford-hallmarks"), 9, 8, {"attribution": "lettered"}),
    Case("aggregated", ("pat", "rochford-hallmarks"), 9, 8, {"attribution": "aggregated"}),
    Case("rounds", ("pat", "bv-organisation"), 9, 9, {}, rounds=True),
    Case("rounds of levels", ("bv-partnership",), 9, 9, {"attribution": "partner"}, rounds=True),
    Case(
        "rounds aggregated",
        ("rochford-hallmarks",),
        9,
        9,
        {"attribution": "aggregated"},
        rounds=True,
    ),
    Case("views", ("working-better-together",), 6, 5),
    Case("views aggregated", ("working-better-together",), 6, 6, {"attribution": "aggregated"}),
    Case("withheld", ("pat",), 4, 2, {"attribution": "aggregated"}),
)
_HABIT = ("several", "rounds aggregated", "views")
_PARAMS = [
    pytest.param(case, marks=[] if case.name in _HABIT else pytest.mark.thorough, id=case.name)
    for case in CASES
]


@pytest.fixture(scope="module", params=_PARAMS)
def written(request, tmp_path_factory: pytest.TempPathFactory):
    case = request.param
    made = over_rounds if case.rounds else a_round
    record = made(
        [find_toolkit(each) for each in case.toolkits],
        case.people,
        Wish(returned=case.returned, gaps=0.06, query=(1,)),
        **case.changes,
    )
    path = tmp_path_factory.mktemp("written") / "summary.xlsx"
    summary = summarise(record, MADE_AT)
    write_summary(summary, path)
    return summary, path


def same(written: object, found: object) -> bool:
    """True when a recalculated value is the one that was written."""
    if isinstance(written, int | float) and isinstance(found, int | float):
        return math.isclose(written, found, rel_tol=1e-9, abs_tol=1e-9)
    return (written or "") == (found or "")


@pytest.mark.clients("libreoffice")
def test_libreoffice__recalculates_every_figure_to_what_was_written(written, office: Office):
    """Where the decimal sign is a comma: no formula depends on the country.

    In Britain, tests/clients/test_workbooks.py recalculates the summary of every toolkit.
    """
    summary, path = written
    seen = office.work(path, recalculate=True, read=True, pages=True, locale="de-DE")
    formulas = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)
    compared, wrong = 0, []
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                compared += 1
                kept = values[sheet.title][cell.coordinate].value
                found = seen.values[sheet.title].get(cell.coordinate)
                if not same(kept, found):
                    wrong.append((sheet.title, cell.coordinate, kept, found))
    assert wrong == []
    assert compared > 50
    assert seen.errors() == {}
    assert seen.pages["Summary"] <= len(summary.parts) + (len(summary.parts) > 1)


@pytest.mark.clients("libreoffice")
def test_libreoffice__shows_every_text_in_full(office: Office, pat, melton, tmp_path: Path):
    people = [
        replace(
            person,
            partner=f"Integrated Community Health and Social Care Partnership of {person.partner}",
            name=f"Dr {person.name} of the Office for Joint Working",
        )
        for person in respondents(9)
    ]
    path = tmp_path / "summary.xlsx"
    record = a_round([pat, melton], people, Wish(talk=0.4, query=(1,)))
    write_summary(summarise(record, MADE_AT), path)
    sheets = openpyxl.load_workbook(path, read_only=True).sheetnames[1:]
    seen = office.work(path, heights=sheets)
    cut = [
        (sheet, row, has, needs)
        for sheet in sheets
        for row, (has, needs) in enumerate(seen.heights[sheet], 1)
        if needs > has + 0.5
    ]
    assert cut == []


@pytest.mark.clients("libreoffice")
@pytest.mark.parametrize(("locale", "text"), [("en-GB", "2.8"), ("de-DE", "03")])
def test_libreoffice__is_in_the_country_it_is_told_to_be_in(office, tmp_path, locale, text):
    """The comparison above can fail: a formula that depends on the country shows it there."""
    book = openpyxl.Workbook()
    book.active["A1"] = '=TEXT(2.8,"0.0")'
    book.save(tmp_path / "book.xlsx")
    seen = office.work(tmp_path / "book.xlsx", recalculate=True, read=True, locale=locale)
    assert seen.values["Sheet"]["A1"] == text


@pytest.mark.clients("validator")
def test_validator__finds_nothing_wrong(written):
    _, path = written
    assert problems(path) == []
