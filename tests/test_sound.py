"""Every workbook xlassess makes keeps the limits of Excel that no validator looks at."""

from __future__ import annotations

import re
import zipfile
from itertools import combinations

from tests.made import Made

FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        """
        ABS AND AVERAGE AVERAGEIF AVERAGEIFS CHOOSE COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS DATE
        EXACT FIND HYPERLINK IF IFERROR INDEX INT ISBLANK ISERROR ISNUMBER ISTEXT LEFT LEN LOG
        LOWER MATCH MAX MEDIAN MID MIN MOD N NOT OR RANK REPT RIGHT ROUND ROUNDDOWN ROUNDUP ROW ROWS
        SEARCH SUBSTITUTE SUBTOTAL SUM SUMIF SUMIFS SUMPRODUCT TEXT TRIM UPPER VALUE
        """,
    )
)
"""Functions that Excel 2010, Excel online, Google Sheets and LibreOffice all know. INDIRECT and
OFFSET are not among them: they break in other programs or recalculate without end."""

MAX_TEXT = 32_767
MAX_FORMULA = 8_192


def test_package__is_the_same_kind_of_file_throughout(made: Made) -> None:
    """No macro, no link to another file, no part twice."""
    with zipfile.ZipFile(made.path) as package:
        names = package.namelist()
        assert package.testzip() is None
    assert len(names) == len({name.lower() for name in names})
    assert [n for n in names if "vba" in n.lower() or "externalLink" in n] == []


def test_names__of_sheets_fit_excel(made: Made) -> None:
    names = made.book.sheetnames
    assert [n for n in names if len(n) > 31 or re.search(r"[\[\]:*?/\\]", n)] == []
    assert len({name.casefold() for name in names}) == len(names)


def test_names__of_tables_are_unique_and_cover_no_other_table(made: Made) -> None:
    tables = [t for s in made.book.worksheets for t in s.tables.values()]
    assert len({table.displayName.casefold() for table in tables}) == len(tables)
    assert len({table.id for table in tables}) == len(tables)


def test_names__defined_names_point_at_cells_that_exist(made: Made) -> None:
    book = made.book
    for name in book.defined_names.values():
        for sheet, area in name.destinations:
            assert sheet in book.sheetnames, name.name
            assert "#REF" not in area, name.name


def test_validation__texts_fit_excel(made: Made) -> None:
    for sheet in made.book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            where = f"{sheet.title}!{rule.sqref}"
            assert len(rule.promptTitle or "") <= 32, where
            assert len(rule.prompt or "") <= 255, where
            assert len(rule.errorTitle or "") <= 32, where
            assert len(rule.error or "") <= 255, where
            assert len(rule.formula1 or "") <= 255, where
            assert len(rule.formula2 or "") <= 255, where


def test_validation__no_cell_has_two_rules(made: Made) -> None:
    for sheet in made.book.worksheets:
        ranges = [
            area for rule in sheet.data_validations.dataValidation for area in rule.sqref.ranges
        ]
        overlaps = [
            f"{sheet.title}: {one} and {other}"
            for one, other in combinations(ranges, 2)
            if not one.isdisjoint(other)
        ]
        assert overlaps == []


def test_merged__ranges_do_not_overlap(made: Made) -> None:
    for sheet in made.book.worksheets:
        overlaps = [
            f"{sheet.title}: {one} and {other}"
            for one, other in combinations(sheet.merged_cells.ranges, 2)
            if not one.isdisjoint(other)
        ]
        assert overlaps == []


def test_formulas__only_functions_every_program_knows(made: Made) -> None:
    used: dict[str, str] = {}
    for sheet in made.book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    bare = re.sub(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'', "", str(cell.value))
                    for function in re.findall(r"([A-Z][A-Z0-9._]*)\(", bare):
                        used.setdefault(function, f"{sheet.title}!{cell.coordinate}")
    assert {name: where for name, where in used.items() if name not in FUNCTIONS} == {}


def test_formulas__and_texts_fit_excel(made: Made) -> None:
    for sheet in made.book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                limit = MAX_FORMULA if cell.data_type == "f" else MAX_TEXT
                assert len(str(cell.value)) <= limit, f"{sheet.title}!{cell.coordinate}"


def test_formulas__as_issued_hold_values_and_no_errors(made: Made) -> None:
    formulas = made.book
    values = made.values
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                cached = values[sheet.title][cell.coordinate]
                where = f"{sheet.title}!{cell.coordinate}"
                assert cached.data_type != "e", f"{where} holds {cached.value}"
