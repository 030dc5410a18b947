"""Text as people type it, made the same in time that grows with its length only."""

from __future__ import annotations

import time
import unicodedata

import pytest

from xlassess.ingest.reading.cells.values import tidy


@pytest.mark.parametrize("text", ["Cafe\u0301 Mu\u0308ller", "e\u0301" * 400, "x" * 400 + "\u0301"])
def test_tidy__composes_letters(text: str) -> None:
    assert tidy(text) == unicodedata.normalize("NFC", text)


def test_tidy__marks_upon_marks_take_no_time() -> None:
    marks = "a" + "\u0316\u0301" * 16_000
    began = time.process_time()
    assert len(tidy(marks)) > 30_000
    assert time.process_time() - began < 0.5
