"""What a cell shows of a number under its format."""

from __future__ import annotations

import pytest

from xlassess.ingest.formats.display import BUILT_IN, displayed


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.5, "0%", "50%"),
        (0.125, "0.0%", "12.5%"),
        (46_113.0, "mmm-yy", "Apr-26"),
        (46_113.0, "mmm\\ yy", "Apr 26"),
        (46_113.0, "d mmmm yyyy;@", "1 April 2026"),
        (46_113.0, "[$-F800]dddd, mmmm dd, yyyy", "Wednesday, April 01, 2026"),
        (46_113.5625, "dd/mm/yyyy hh:mm", "01/04/2026 13:30"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (0.001, "mm:ss", "01:26"),
        (2000.0, '"£"#,##0', "£2,000"),
        (3_000_000.0, "0,", "3000"),
        (2_500_000.0, '0.0,,"m"', "2.5m"),
        (2_000.0, "0.000,", "2.000"),
        (120.0, "#,##0,", "0"),
        (1234.5, "[$€-2] #,##0.00", "€ 1,234.50"),
        (-3.0, "0;(0)", "(3)"),
        (-3.0, "0.0", "-3.0"),
        (7.0, "000", "007"),
        (1.5, "0.##", "1.5"),
        (2.5, '0.0" of 4"', "2.5 of 4"),
        (7_946_000.0, "00000 000000", "00007 946000"),
        (123_456.0, "00-00-00", "12-34-56"),
        (0.0001, "0.00E+00", "1.00E-04"),
        (0.25, "# ?/?", "1/4"),
        (-2.5, "# ??/??", "-2 1/2"),
        (3.0, "# ?/?", "3"),
        (17.0, '0" 1/2"', "17 1/2"),
        (5.0, '0"E+03"', "5E+03"),
        (-5.0, "000-00", "-000-05"),
        (2.0, '0" of "0', "0 of 2"),
    ],
)
def test_displayed__as_excel_shows_it(value: float, code: str, shown: str) -> None:
    assert displayed(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (3.0, "General"),
        (1e300, "#,##0.00"),
        (-1e300, "0%"),
        (float("nan"), "0"),
        (3.0, "@"),
        (3.0, ""),
        (3.25, "# ?/8"),
        (3.0, "##0.0E+00"),
        (3.5, "00-00"),
        (3.0, "[>2]0;0.0"),
        (-1.0, "d mmm yyyy"),
        (1e300, "d mmm yyyy"),
        (float("inf"), "0"),
        (3.0, "0" * 500),
        (3.0, "[h]:mm"),
    ],
)
def test_displayed__nothing_where_it_is_not_certain(value: float, code: str) -> None:
    assert displayed(value, code) == ""


def test_displayed__days_from_1904() -> None:
    assert displayed(0.0, "d mmm yyyy", from_1904=True) == "1 Jan 1904"


def test_built_in__every_format_is_understood() -> None:
    assert all(displayed(45_000.25, code) for code in BUILT_IN.values())
