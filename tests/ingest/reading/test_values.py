"""Cells to values: read exactly, put right where certain, questioned otherwise."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from xlassess.ingest.reading.cells.dates import day_readings, read_date
from xlassess.ingest.reading.cells.numbers import read_number
from xlassess.ingest.reading.cells.values import read_text
from xlassess.ingest.reading.reading_plan import Choices
from xlassess.model.toolkit import Choice, Item
from xlassess.toolkits.load import builtin_ids, find_toolkit

AGREEMENT = Choices.of(
    (
        Choice("sa", "Strongly agree", 4),
        Choice("a", "Agree", 3),
        Choice("d", "Disagree", 2),
        Choice("sd", "Strongly disagree", 1),
    )
)
POINTS = Choices.of(
    (
        Choice("p3", "3 - Very good", 3),
        Choice("p2", "2 - Yes, sometimes", 2),
        Choice("p1", "1 - No or don't know", 1),
    )
)
YES_NO = Choices.of(
    (
        Choice("yes", "Yes"),
        Choice("no", "No"),
        Choice("dk", "Don't know", apart=True),
        Choice("na", "Not applicable", apart=True),
    )
)


@pytest.mark.parametrize(
    ("choices", "cell", "code"),
    [
        (AGREEMENT, "Agree", "a"),
        (AGREEMENT, "  strongly\u00a0AGREE ", "sa"),
        (AGREEMENT, "Ag\u200bree", "a"),
        (AGREEMENT, "agree.", "a"),
        (AGREEMENT, "'Agree", "a"),
        (POINTS, "3 – Very good", "p3"),
        (POINTS, 3.0, "p3"),
        (POINTS, 3, "p3"),
        (POINTS, "3", "p3"),
        (POINTS, "very good", "p3"),
        (POINTS, "yes, sometimes", "p2"),
        (POINTS, "1 - No or don’t know", "p1"),
        (YES_NO, "Y", "yes"),
        (YES_NO, True, "yes"),
        (YES_NO, False, "no"),
        (YES_NO, "Non", "no"),
        (YES_NO, "Sí", "yes"),
        (YES_NO, "Si\u0301", "yes"),
        (YES_NO, "dont know", "dk"),
        (YES_NO, "Don’t know", "dk"),
        (YES_NO, "n/a", "na"),
        (YES_NO, "N.A.", "na"),
    ],
)
def test_choice__certain(choices: Choices, cell: object, code: str) -> None:
    parsed = choices.read(cell)  # type: ignore[arg-type]
    assert parsed.value == code
    assert bool(parsed.how) == (cell not in choices.labels)


@pytest.mark.parametrize(
    ("choices", "cell", "code"),
    [
        (AGREEMENT, "Agre", "C01"),
        (AGREEMENT, "Yes", "C01"),
        (AGREEMENT, 4.0, "C01"),
        (AGREEMENT, "4", "C01"),
        (AGREEMENT, "Agree, but only in parts", "C01"),
        (AGREEMENT, "Agree / Disagree", "C14"),
        (AGREEMENT, "agree or strongly agree", "C14"),
        (POINTS, "2-3", "C14"),
        (POINTS, "2 and 3", "C14"),
        (POINTS, 2.5, "C01"),
        (POINTS, 4.0, "C01"),
        (POINTS, "Yes", "C01"),
        (POINTS, date(2026, 3, 2), "C01"),
        (YES_NO, 1.0, "C01"),
        (YES_NO, "x", "C01"),
        (YES_NO, "yes & no", "C14"),
    ],
)
def test_choice__not_certain(choices: Choices, cell: object, code: str) -> None:
    parsed = choices.read(cell)  # type: ignore[arg-type]
    assert parsed.value is None
    assert parsed.code == code


def test_choice__nearest_is_suggested_and_nothing_far_off() -> None:
    assert "Agree”" in AGREEMENT.read("Agre").details["suggestion"]
    assert "Strongly disagree" in AGREEMENT.read("strongly disagre").details["suggestion"]
    assert AGREEMENT.read("quux").details["suggestion"] == ""
    assert AGREEMENT.read(4.0).details["suggestion"] == ""


def test_choice__numbers_must_be_each_labels_own() -> None:
    doubled = Choices.of((Choice("a", "1 - one"), Choice("b", "1 - uno"), Choice("c", "2 - two")))
    ranges = Choices.of((Choice("a", "1-2 meetings"), Choice("b", "3-4 meetings")))
    partly = Choices.of((Choice("a", "1 - one"), Choice("b", "Two")))
    assert doubled.read(1.0).code == "C01"
    assert ranges.read(1.0).code == "C01"
    assert partly.read(1.0).code == "C01"


@pytest.mark.parametrize("toolkit_id", builtin_ids())
def test_choice__every_label_of_every_toolkit_is_read_as_itself(toolkit_id: str) -> None:
    for scale in find_toolkit(toolkit_id).scales.values():
        choices = Choices.of(scale.choices)
        for choice in scale.choices:
            assert choices.read(choice.label).value == choice.code
            assert choices.read(choice.label.upper() + " ").value == choice.code


def _item(answer: str, low: float | None = None, high: float | None = None) -> Item:
    return Item("1", "How much?", answer, minimum=low, maximum=high)


@pytest.mark.parametrize(
    ("answer", "cell", "value"),
    [
        ("number", 12.0, 12.0),
        ("number", 12, 12.0),
        ("number", "12", 12.0),
        ("number", "'12", 12.0),
        ("number", " -3.5 ", -3.5),
        ("number", "−3.5", -3.5),
        ("number", "1 234 567", 1234567.0),
        ("number", "1\u00a0234", 1234.0),
        ("number", "1,234,567", 1234567.0),
        ("number", "1,234.50", 1234.5),
        ("money", "£1,234", 1234.0),
        ("money", "£ 12.50", 12.5),
        ("money", "-£5", -5.0),
        ("money", "- GBP 1,234.50", -1234.5),
        ("money", "12.50 GBP", 12.5),
        ("percent", 0.25, 0.25),
        ("percent", "25%", 0.25),
        ("percent", "12.5 %", 0.125),
        ("percent", "0.25", 0.25),
        ("percent", "150%", 1.5),
    ],
)
def test_number__certain(answer: str, cell: object, value: float) -> None:
    assert read_number(cell, _item(answer)).value == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "cell", "code"),
    [
        ("number", "1,234", "C07"),
        ("number", "12,5", "C06"),
        ("number", "1.234.567", "C06"),
        ("number", "12,34,567", "C06"),
        ("number", "about 5", "C06"),
        ("number", "5%", "C06"),
        ("number", "£5", "C06"),
        ("number", "1e5", "C06"),
        ("number", "٣", "C06"),
        ("number", True, "C06"),
        ("number", date(2026, 1, 2), "C06"),
        ("money", "$5", "C06"),
        ("percent", 25.0, "C07"),
        ("percent", "25", "C07"),
    ],
)
def test_number__not_certain(answer: str, cell: object, code: str) -> None:
    parsed = read_number(cell, _item(answer))  # type: ignore[arg-type]
    assert (parsed.value, parsed.code) == (None, code)


def test_number__range() -> None:
    item = _item("number", 0, 10)
    assert read_number(0.0, item).value == 0.0
    assert read_number("10", item).value == 10.0
    assert read_number(10.5, item).code == "C08"
    assert read_number(-1, item).details["range"] == "at least 0 and at most 10"
    assert read_number(-1, _item("number", 0)).details["range"] == "at least 0"
    share = read_number(-0.05, _item("percent", 0, 1)).details
    assert share == {"value": "-5%", "range": "at least 0% and at most 100%"}
    assert read_number("-7%", _item("percent", 0)).details["value"] == "-7%"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2026, 2, 13), date(2026, 2, 13)),
        (datetime(2026, 2, 13, 9, 30), date(2026, 2, 13)),
        ("2026-02-13", date(2026, 2, 13)),
        ("2026-02-13 00:00:00", date(2026, 2, 13)),
        ("2026-02-13T00:00:00", date(2026, 2, 13)),
        ("2026-02-13T00:00:00.000Z", date(2026, 2, 13)),
        ("2026-02-13Z", date(2026, 2, 13)),
        ("13/02/2026 10:30", date(2026, 2, 13)),
        ("13 February 2026, 9:30 am", date(2026, 2, 13)),
        ("'13/02/2026", date(2026, 2, 13)),
        ("13/02/2026", date(2026, 2, 13)),
        ("13.2.2026", date(2026, 2, 13)),
        ("02/13/2026", date(2026, 2, 13)),
        ("05/05/2026", date(2026, 5, 5)),
        ("3 April 2026", date(2026, 4, 3)),
        ("3rd of Apr 2026", date(2026, 4, 3)),
        ("Friday, 3 April 2026", date(2026, 4, 3)),
        ("Sept 9, 2026", date(2026, 9, 9)),
        ("03-Apr-2026", date(2026, 4, 3)),
    ],
)
def test_date__certain(cell: object, day: date) -> None:
    assert read_date(cell).value == day  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("03/04/2026", "C05"),
        ("13/02/26", "C05"),
        ("31/02/2026", "C04"),
        ("April 2026", "C04"),
        ("soon", "C04"),
        ("10:30", "C04"),
        ("03/04/2026 10:30", "C05"),
        ("3 Ju 2026", "C04"),
        ("2026", "C04"),
        (46066.0, "C04"),
        (True, "C04"),
    ],
)
def test_date__not_certain(cell: object, code: str) -> None:
    parsed = read_date(cell)  # type: ignore[arg-type]
    assert (parsed.value, parsed.code) == (None, code)


def test_date__readings_british_first() -> None:
    assert day_readings("03/04/2026") == (date(2026, 4, 3), date(2026, 3, 4))


@pytest.mark.parametrize("text", ["=1+1", "  two\n lines ", "+44 20 7946", "'quoted", "a" * 32_766])
def test_text__is_kept_to_the_letter(text: str) -> None:
    parsed = read_text(text)
    assert (parsed.value, parsed.how) == (text, "")


def test_text__what_is_not_text() -> None:
    assert (read_text(5.0).value, bool(read_text(5.0).how)) == ("5", True)
    assert read_text(0.1).value == "0.1"
    assert read_text(True).value == "TRUE"
    assert read_text(date(2026, 4, 3)).value == "3 April 2026"
    assert read_text("a" * 32_767).code == "C03"
    assert read_text("\U0001f642" * 16_384).code == "C03"  # two units of a cell each
    assert read_text("\U0001f642" * 16_383).value == "\U0001f642" * 16_383


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("kind", ["number", "money", "percent"])
def test_number__without_end_is_none(cell: float, kind: str) -> None:
    assert read_number(cell, Item("1", "How many?", kind)).code == "C06"


@pytest.mark.parametrize("typed", ["2.000", "12.500", "1.200", "£12.500", "-3.250", "999.999 £"])
def test_three_figures_after_a_lone_point__can_be_read_two_ways(typed: str) -> None:
    parsed = read_number(typed, Item("1", "How much?", "money"))
    assert (parsed.value, parsed.code) == (None, "C07")


@pytest.mark.parametrize(
    ("typed", "value"),
    [("£12,500", 12500.0), ("0.125", 0.125), ("1234.567", 1234.567), ("12.50", 12.5),
     ("1,234.500", 1234.5), ("12.5000", 12.5)],
)  # fmt: skip
def test_points_that_part_no_thousands__are_read(typed: str, value: float) -> None:
    assert read_number(typed, Item("1", "How much?", "money")).value == value


def test_number_shown_in_hundredths__is_asked_about_where_no_percentage_is_asked_for() -> None:
    assert read_number(0.5, Item("1", "How many?", "number"), "50%").code == "C07"
    assert read_number(0.5, Item("1", "What share?", "percent"), "50%").value == 0.5


@pytest.mark.parametrize(
    ("cell", "shown"), [(0.5, "50%"), (datetime(2026, 4, 1), "Apr 26"), (2000.0, "£2,000")]
)
def test_text__is_read_as_it_was_shown(cell: float | datetime, shown: str) -> None:
    assert read_text(cell, shown).value == shown


def test_text_with_lost_characters__is_asked_about() -> None:
    parsed = read_text("We agree \ufffd\ufffd, see below")
    assert (parsed.value, parsed.code) == (None, "C21")
    assert "agree" in parsed.details["value"]


@pytest.mark.parametrize("text", ["Monday 3 April 2026", "Tue 03/04/2026", "Sun, 4 June 2026"])
def test_weekday_of_another_day__is_asked_about(text: str) -> None:
    parsed = read_date(text)
    assert (parsed.value, parsed.code) == (None, "C20")


def test_weekday__decides_between_two_readings() -> None:
    assert read_date("Friday 3 April 2026").value == date(2026, 4, 3)
    assert read_date("Mon 06/04/2026").value == date(2026, 4, 6)
    assert read_date("06/04/2026").code == "C05"


@pytest.mark.parametrize("text", ["31-Mar-26", "3 Apr 26", "1st of May '27", "Fri 3 April 26"])
def test_year_in_two_figures__is_asked_for_in_four(text: str) -> None:
    parsed = read_date(text)
    assert (parsed.value, parsed.code) == (None, "C22")


@pytest.mark.parametrize(
    ("choices", "typed"),
    [
        (AGREEMENT, "Mostly agree"),
        (AGREEMENT, "Agree (Jo), Disagree (Al)"),
        (AGREEMENT, "Agree somewhat"),
        (AGREEMENT, "Strongly"),
        (AGREEMENT, "Neither"),
        (YES_NO, "Now"),
        (YES_NO, "Not yet"),
        (POINTS, "2 - Very good"),
    ],
)
def test_another_choice_or_a_mixed_one__is_never_suggested(choices: Choices, typed: str) -> None:
    assert choices.read(typed).details.get("suggestion", "") == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Agre", "Agree"), ("Strongly dsiagree", "Strongly disagree"), ("Stongly agree", "Strongly")],
)
def test_misspelling__is_suggested(typed: str, meant: str) -> None:
    assert meant in AGREEMENT.read(typed).details["suggestion"]


@pytest.mark.parametrize(
    ("cell", "shown", "code"),
    [
        (5.0, "5k", "C06"),
        (2.5, "2.5 m", "C06"),
        (2500.0, "€ 2,500", "C06"),
        (1500.0, "USD 1500", "C06"),
        (5.0, "5E+03", "C06"),
        (5.0, "£5E+03", "C06"),
        (17.0, "17 1/2", "C06"),
        (5.0, "£5 1/2", "C06"),
        (3.0, "-3 1/4", "C06"),
        (8.0, "8/10", "C06"),
        (50.0, "50%", "C06"),
        (5.0, "(£5k)", "C06"),
        (-5.0, "000-05", "C06"),
        (3.0, "1 : 3", "C06"),
        (2.0, "2.000", "C07"),
        (12.5, "£12.500", "C07"),
    ],
)
def test_money_shown_in_another_unit_or_way__is_asked_about(
    cell: float, shown: str, code: str
) -> None:
    parsed = read_number(cell, Item("1", "How much?", "money"), shown)
    assert (parsed.value, parsed.code) == (None, code)
    assert parsed.details["value"] == shown


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (2500.0, "£2,500.00"),
        (2500.0, "2.500"),  # as Germany writes thousands: the cell holds what was meant
        (2500.0, "2 500,00"),
        (1234.5, "1,235"),
        (1.2, "1.20"),
        (1500.0, "GBP 1,500"),
    ],
)
def test_money_shown_as_money__is_read(cell: float, shown: str) -> None:
    parsed = read_number(cell, Item("1", "How much?", "money"), shown)
    assert (parsed.value, parsed.code) == (cell, "")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [(120.0, "0"), (3_000_000.0, "3,000"), (-120.0, "120"), (120.0, "(120)"), (2.4, "£24")],
)
def test_number_seen_as_another__is_asked_about(cell: float, shown: str) -> None:
    parsed = read_number(cell, Item("1", "How much?", "money"), shown)
    assert (parsed.value, parsed.code) == (None, "C07")


def test_number_shown_without_end__is_asked_about() -> None:
    assert read_number(8.0, Item("1", "How many?", "number"), 5000 * "8").code == "C06"


@pytest.mark.parametrize(
    ("cell", "shown"), [(-120.0, "(120)"), (-120.0, "-120.00"), (0.505, "0.51"), (12.4, "12.")]
)
def test_number_that_is_only_rounded__is_read(cell: float, shown: str) -> None:
    assert read_number(cell, Item("1", "How many?", "number"), shown).value == cell


@pytest.mark.parametrize(
    ("answer", "cell", "shown", "first", "second"),
    [
        ("percent", 50.0, "50%", "50%", "5000%"),
        ("percent", 50.0, "50 %", "50%", "5000%"),
        ("number", 0.5, "50 %", "0.5", "50"),
    ],
)
def test_number_beside_a_percent_sign__may_mean_two_different_things(
    answer: str, cell: float, shown: str, first: str, second: str
) -> None:
    parsed = read_number(cell, _item(answer), shown)
    assert (parsed.code, parsed.details["first"], parsed.details["second"]) == (
        "C07", first, second,
    )  # fmt: skip


@pytest.mark.parametrize("answer", ["number", "percent"])
def test_nought_beside_a_percent_sign__is_nought(answer: str) -> None:
    assert read_number(0.0, _item(answer), "0%").value == 0


@pytest.mark.parametrize("shown", ["Apr 26", "April 2026", "2026", "Wednesday"])
def test_day_that_is_not_shown__is_asked_about(shown: str) -> None:
    parsed = read_date(datetime(2026, 4, 1), shown)
    assert (parsed.value, parsed.code, parsed.details["value"]) == (None, "C04", shown)


@pytest.mark.parametrize("shown", ["", "01/04/2026", "1 April 2026", "1. April", "2026年4月1日"])
def test_day_that_is_shown__is_read(shown: str) -> None:
    assert read_date(datetime(2026, 4, 1), shown).value == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (119.6, "120"), (0.4, "0"), (1999.5, "£2,000"), (3.75, "3.8"), (1234.56, "1.2E+03"),
        (1250.0, "1.3E+03"), (0.34, "1/3"), (-0.34, "-1/3"), (2.53, "2 1/2"), (5.3, "£11/2"),
        (12345.6, "12,3E+3"),
    ],
)  # fmt: skip
def test_number_shown_rounded__is_read_and_told(cell: float, shown: str) -> None:
    parsed = read_number(cell, Item("1", "How much?", "money"), shown)
    assert (parsed.value, parsed.before) == (cell, shown)
    assert parsed.how


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (2000.0, "£2,000.00"), (0.1 + 0.2, "0.3"), (0, "0"), (2000.0, "2.00E+03"), (2.5, "2 1/2"),
        (123456.0, "12-34-56"), (-5.0, "-000-05"), (-5.0, "\u2212000-05"), (1 / 3, "1/3"),
        (-2.5, "(2 1/2)"), (2.5, "£2 1/2"), (1234.5, "1,234 1/2"), (0.0001, "1.00E-04"),
        (-5.0, "-£5.00"), (-5.0, "(£5)"), (-1234.5, "-GBP 1,234.50"), (-5.0, "- £ 5"),
        (-1500.0, "-1,5E+3"), (2.5, "5 / 2"), (1e200, "1E+200"), (3.0, "3 : 1"), (0.05, "0.05"),
    ],
)  # fmt: skip
def test_number_shown_in_full__has_nothing_to_tell(cell: float, shown: str) -> None:
    parsed = read_number(cell, Item("1", "How much?", "money"), shown)
    assert (parsed.value, parsed.how) == (cell, "")
