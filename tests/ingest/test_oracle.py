"""The oracle that judges damaged returns sees what it is there to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factory import Workbook
from tests.ingest.oracle import judge
from tests.ingest.small import read, returned
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
