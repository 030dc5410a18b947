"""The oracle that judges damaged returns sees what it is there to see."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font

from tests.factory import Workbook
from tests.ingest.bases import Base, base
from tests.ingest.oracle import judge
from tests.ingest.small import read, read_bytes, returned
from xlassess.model.answer import Answer, Return


def _wrong_value(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    return (replace(answers[0], value="disagree"), *answers[1:])


def _wrong_item(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    return (replace(answers[0], item="1B"),)


def _wrong_field(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    one = next(answer for answer in answers if answer.field == "comment")
    return (replace(one, field="answer"), *answers)


def _lost(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    return answers[1:]


def _twice(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    return (*answers, answers[0])


def _read(book: Workbook, folder: Path) -> tuple[Return, bytes]:
    data = returned(book)
    return read(data, folder, book), data


def test_judge__finds_nothing_wrong_with_an_exact_return(kinds: Workbook, tmp_path: Path) -> None:
    ret, data = _read(kinds, tmp_path)
    assert judge(ret, kinds, data) == []


@pytest.mark.parametrize("harm", [_wrong_value, _wrong_item, _wrong_field, _lost, _twice])
def test_judge__sees_harm(
    kinds: Workbook, tmp_path: Path, harm: Callable[[tuple[Answer, ...]], tuple[Answer, ...]]
) -> None:
    ret, data = _read(kinds, tmp_path)
    assert judge(replace(ret, answers=harm(ret.answers)), kinds, data)


def _planned() -> tuple[Base, Return]:
    whole = base(0)
    return whole, read_bytes(whole.data, "return.xlsx", whole.context)


def test_judge__finds_nothing_wrong_with_an_exact_plan() -> None:
    whole, ret = _planned()
    assert len(ret.actions) == 2
    assert judge(ret, whole.book, whole.data) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "Ada"},
        {"deadline": date(2026, 9, 29)},
        {"horizon": "long"},
        {"item": "1B"},
        {"action": "Agree"},
        {"status": "not-started"},
        {"measure": ""},
    ],
)
def test_judge__sees_harm_to_an_action(changes: dict[str, Any]) -> None:
    whole, ret = _planned()
    first, *others = ret.actions
    harmed = replace(ret, actions=(replace(first, **changes), *others))
    assert judge(harmed, whole.book, whole.data)


def test_judge__sees_an_action_lost() -> None:
    whole, ret = _planned()
    assert judge(replace(ret, actions=ret.actions[1:]), whole.book, whole.data)


def test_judge__sees_a_proposal_misread_or_lost() -> None:
    whole, ret = _planned()
    kept = [answer for answer in ret.answers if answer.item != "proposal"]
    (told,) = [answer for answer in ret.answers if answer.item == "proposal"]
    for answers in (kept, [*kept, replace(told, value="Never meet.")]):
        assert judge(replace(ret, answers=tuple(answers)), whole.book, whole.data)


def _spoilt(data: bytes, spoil: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    spoil(book["1 Views"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Any) -> None:
    sheet["J3"] = "We see this otherwise"


def _link(sheet: Any) -> None:
    sheet["E7"].hyperlink = "https://strategy.example"


def _strike(sheet: Any) -> None:
    sheet["C7"].font = Font(strike=True)


def _fade(sheet: Any) -> None:
    white = TextBlock(InlineFont(color="FFFFFFFF"), " never")
    sheet["E7"] = CellRichText(str(sheet["E7"].value), white)


def _hide_by_rule(sheet: Any) -> None:
    rule = FormulaRule(formula=["LEN(C7)>0"], font=Font(color="FFFFFFFF"))
    sheet.conditional_formatting.add("C7", rule)


@pytest.mark.parametrize("spoil", [_write, _link, _strike, _fade, _hide_by_rule])
def test_judge__sees_what_the_reader_kept_to_itself(spoil: Callable[[Any], None]) -> None:
    whole = base(1)
    data = _spoilt(whole.data, spoil)
    told = read_bytes(data, "return.xlsx", whole.context)
    silent = read_bytes(whole.data, "return.xlsx", whole.context)
    assert judge(told, whole.book, data, whole.data) == []
    assert judge(silent, whole.book, data, whole.data)


def test_judge__sees_an_answer_under_the_heading_of_another_column() -> None:
    whole = base(1)
    data = _spoilt(whole.data, lambda sheet: sheet.__setitem__("C5", "Last year’s answer"))
    told = read_bytes(data, "return.xlsx", whole.context)
    assert judge(told, whole.book, data, whole.data) == []
    assert judge(read_bytes(whole.data, "r", whole.context), whole.book, data)


def test_judge__sees_what_is_told_not_to_be_seen_although_it_is() -> None:
    whole = base(1)
    data, faded = whole.data, _spoilt(whole.data, _fade)
    told = read_bytes(faded, "return.xlsx", whole.context)
    shown = _spoilt(data, lambda sheet: sheet.__setitem__("E7", f"{sheet['E7'].value} never"))
    assert judge(told, whole.book, shown, whole.data)
