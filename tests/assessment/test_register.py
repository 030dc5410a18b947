"""The register: read whatever way the coordinator arranged it, every problem with its cell."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.assessment.register import HEADINGS, RegisterError, read_register
from xlassess.assessment.slugs import LONGEST, slug, tidy
from xlassess.assessment.starter import register_book
from xlassess.model.assessment import Respondent

TOOLKITS = ("pat", "bv-organisation")
Rows = Sequence[Sequence[object]]


def book(rows: Rows, sheet: str = "Respondents", first: str | None = None) -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    if first:
        page.title = first
        page["A1"] = "Nothing here"
        page = made.create_sheet(sheet)
    page.title = sheet
    for row in rows:
        page.append([*row])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(rows: Rows) -> tuple[Respondent, ...]:
    return read_register(book(rows), "partners.xlsx", TOOLKITS).respondents


def problems(rows: Rows) -> list[tuple[str, str]]:
    with pytest.raises(RegisterError) as caught:
        read(rows)
    return [(problem.cell, problem.hint) for problem in caught.value.problems]


def test_read__plain() -> None:
    found = read([HEADINGS, ("Riverside Council", "Jo Bell", "Board", "jo@council.example", "pat")])
    assert found == (
        Respondent(
            id="riverside-council_jo-bell",
            partner_id="riverside-council",
            partner="Riverside Council",
            name="Jo Bell",
            email="jo@council.example",
            level="board",
            toolkits=("pat",),
        ),
    )


def test_read__headings_in_any_order_and_case_below_a_title() -> None:
    found = read(
        [
            ("Our register", None, None),
            (None, None, None),
            (" EMAIL ", "Notes", "person", "partner :"),
            ("jo@council.example", "ring first", "Jo", "Council"),
        ]
    )
    assert [(one.partner, one.name, one.email) for one in found] == [
        ("Council", "Jo", "jo@council.example")
    ]


def test_read__blank_rows_and_blanks() -> None:
    found = read(
        [
            HEADINGS,
            (None, "  ", None, None, None),
            (
                "  Riverside\u00a0 Council\u200b ",
                " Jo  Bell ",
                " front LINE ",
                " jo@c.example ",
                " ",
            ),
            (),
            ("Riverside Council", "Ali Khan", "senior", None, "PAT; bv-organisation, pat"),
        ]
    )
    assert [one.partner for one in found] == ["Riverside Council"] * 2
    assert [one.level for one in found] == ["front", "senior"]
    assert [one.toolkits for one in found] == [(), ("pat", "bv-organisation")]


def test_read__names_that_are_numbers() -> None:
    (found,) = read([HEADINGS, (101, 7.0, None, None, None)])
    assert (found.partner, found.name, found.id) == ("101", "7", "101_7")


def test_read__text_like_a_formula_stays_text() -> None:
    made = openpyxl.load_workbook(io.BytesIO(register_book()))
    page = made["Respondents"]
    page.delete_rows(2, 3)
    page["A2"].value = "=cmd|' /C calc'!A0"
    page["A2"].data_type = "s"
    out = io.BytesIO()
    made.save(out)
    (found,) = read_register(out.getvalue(), "partners.xlsx", TOOLKITS).respondents
    assert found.partner == "=cmd|' /C calc'!A0"


def test_read__other_sheet_first_or_sheet_renamed() -> None:
    rows = [HEADINGS, ("Council", "Jo", None, None, None)]
    for source in (book(rows, first="Notes"), book(rows, sheet="Sheet1", first="Notes")):
        assert len(read_register(source, "partners.xlsx", TOOLKITS).respondents) == 1


def test_read__nobody_yet() -> None:
    assert read([HEADINGS]) == ()


PROBLEMS: list[tuple[Rows, list[str], str]] = [
    ([("Council", "Jo", "Bord", None, None)], ["C2"], "'Board'"),
    ([("Council", "Jo", None, "jo at council", None)], ["D2"], ""),
    ([("Council", "Jo", None, "a@b.example, nobody", None)], ["D2"], ""),
    ([("Council", "Jo", None, None, "patt")], ["E2"], "'pat'"),
    ([(None, "Jo", None, None, None)], ["A2"], ""),
    ([(None, None, None, "jo@council.example", None)], ["A2"], ""),
    ([("Council", "Jo"), (), ("Council", "JO ")], ["B4"], ""),
    ([("Council", None), ("Council", None)], ["B3"], ""),
    ([("Council", "Jo-Ann"), ("Council", "Jo Ann")], ["B3"], ""),
    ([("A & B", "Jo"), ("A and B", "Al")], ["A3"], ""),
    ([("Council", "Jo"), ("COUNCIL", "Al")], ["A3"], ""),
    ([("example: Council", "Jo")], ["A2"], ""),
    ([("x" * 121, "Jo")], ["A2"], ""),
    ([("=A9", "Jo")], ["A2"], ""),
    ([("Council", "Jo", "x", "y", "z")], ["D2", "C2", "E2"], ""),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "cells", "hint"), PROBLEMS)
def test_problem__cell(rows: Rows, cells: list[str], hint: str) -> None:
    found = problems([HEADINGS, *rows])
    assert [cell for cell, _ in found] == cells
    assert hint in found[0][1]


def test_problem__headings() -> None:
    assert problems([("Partner", "Respondent", "Levle", "E-mail", "Toolkits")])[0][0] == "C1"
    assert problems([("Partner", "Respondent", "Organisation")])[0][0] == "C1"
    with pytest.raises(RegisterError):
        read([("Who", "What"), ("Council", "Jo")])


@pytest.mark.parametrize("source", [b"", b"\0\0\0\0", b"Who,What\n", b"PK\x03\x04broken"])
def test_problem__not_a_workbook(source: bytes) -> None:
    with pytest.raises(RegisterError) as caught:
        read_register(source, "partners.xlsx", TOOLKITS)
    assert len(caught.value.problems) == 1


def test_problem__error_value() -> None:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.append([*HEADINGS])
    page["A2"].value = "#REF!"
    page["A2"].data_type = "e"
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(RegisterError) as caught:
        read_register(out.getvalue(), "partners.xlsx", TOOLKITS)
    assert "A2" in {problem.cell for problem in caught.value.problems}


def test_book__is_ready_to_fill_in() -> None:
    made = openpyxl.load_workbook(io.BytesIO(register_book()))
    assert made.sheetnames == ["Respondents", "How to"]
    page = made["Respondents"]
    assert tuple(cell.value for cell in page[1]) == HEADINGS
    assert page.freeze_panes == "B2"
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert rules["C2:C1001"].formula1 == "levels"
    (cells,) = made.defined_names["levels"].destinations
    sheet, area = cells
    labels = [cell.value for (cell,) in made[sheet][area]]
    assert labels == ["Board", "Senior management", "Front line"]
    for row, partner in enumerate(("Riverside Council", "Harbour Housing"), start=2):
        page.cell(row, 1).value = partner
    page.delete_rows(4)
    out = io.BytesIO()
    made.save(out)
    found = read_register(out.getvalue(), "partners.xlsx", TOOLKITS).respondents
    assert [one.level for one in found] == ["senior", "front"]


def test_slug__known() -> None:
    assert slug("  Ørsted & Söhne GmbH ") == "orsted-and-sohne-gmbh"
    assert slug("Zażółć") == "zazolc"
    assert slug("日本語") != slug("日本")
    assert slug("a" * 100) != slug("a" * 101)


@given(st.text())
def test_slug__shape(text: str) -> None:
    made = slug(text)
    assert 1 <= len(made) <= LONGEST
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert slug(tidy(text)) == made
