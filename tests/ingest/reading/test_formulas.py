"""Formulas of conditional formats: worked out as spreadsheet programs do, or not at all."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from xlassess.ingest.reading.cells.formulas import is_true

CELLS = {
    (0, 0): "Agree", (0, 1): 4.0, (0, 2): True, (1, 0): "  ", (1, 1): 0, (2, 0): "",
    (3, 0): date(2026, 3, 31), (4, 0): datetime(2026, 3, 31, 12), (5, 0): "a*b",
}  # fmt: skip


def cells(row: int, column: int) -> object:
    if (row, column) == (9, 9):
        raise ValueError("not certain")
    return CELLS.get((row, column), "")


@pytest.mark.parametrize(
    ("formula", "truth"),
    [
        ("TRUE", True), ("=FALSE()", False), ("1", True), ("0", False), ("-1", True), ("1=1", True),
        ('A1="AGREE"', True), ('$A$1<>"agree"', False), ("LEN(A1)=5", True), ("B1>=4", True),
        ("B1<>(4)", False), ('A3=""', True), ("A3=0", True), ("A3=FALSE", True), ("B2=A3", True),
        ('"a"<"B"', True), ('B1<"a"', True), ("C1>B1", True), ("C1=TRUE", True), ("A1", False),
        ("AND(A1<>\"\",NOT(ISBLANK(A1)))", True), ("OR(B1=1;B1=4)", True), ("NOT(0)", True),
        ("LEN(TRIM(A2))>0", False), ("ISBLANK(A3)", True), ("ISTEXT(A1)", True), ("A4=46112", True),
        ("A5>A4", True), ("ISNUMBER(B1)", True), ("ISNUMBER(C1)", False), ("LEN(B1)=1", True),
        ('NOT(ISERROR(SEARCH("GRE",A1)))', True), ('ISNUMBER(SEARCH("x",A1))', False),
        ('SEARCH("x",A1)=1', False), ('LEFT(A1,2)="ag"', True), ('RIGHT(A1)="e"', True),
        ('LOWER(A1)=UPPER("agree")', True), ('[.A1]="Agree"', True), ('A1="say ""x"""', False),
        ("$A1=[.$A$1]", True), ("-B1<-3", True), ("(((B1)))=4", True), ('A3<>"x"', True),
    ],
)  # fmt: skip
def test_formula__that_is_worked_out(formula: str, truth: bool) -> None:
    assert is_true(formula, (0, 0), cells) is truth


@pytest.mark.parametrize(
    "formula",
    [
        "", "COUNTIF(A:A,A1)>1", "Sheet2!A1=1", "A1:A3=1", "name>1", "J10=1", "B1+1=5", "B1&1",
        "1 2", "AND(", "LEN(", "LEN()", "LEN(1,2,3)", 'AND("x")', 'NOT("x")', "=", ")", "A1=",
        "LEFT(A1,-1)", 'SEARCH("a*",A6)=1', "MOD(ROW(),2)=0", 'LEFT(A1,"x")=""',
        "(" * 200 + "1" + ")" * 200, "-" * 250 + "1", "LEN(A1)>0" * 60, "{1}", "A1#", "AND",
        '-"x"', "LOG10(1)=0", "R1C1=1",
    ],
)  # fmt: skip
def test_formula__that_is_not_worked_out(formula: str) -> None:
    assert is_true(formula, (0, 0), cells) is None


def test_formula__its_cells_move_unless_they_are_fixed() -> None:
    assert is_true('A1=""', (2, 0), cells) is True
    assert is_true('A$1=""', (2, 0), cells) is False
    assert is_true("A1=4", (0, 1), cells) is True
    assert is_true("$A1=4", (0, 1), cells) is False
