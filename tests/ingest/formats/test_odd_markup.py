"""Sheets written as hardly anybody writes them are read as openpyxl reads them, or not at all."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.bases import base
from tests.ingest.odd_markup import WAYS
from tests.ingest.oracle import judge
from tests.ingest.packages import packed, parts_of, sheet_part
from tests.ingest.small import read_bytes
from xlassess.ingest.formats import xlsx
from xlassess.ingest.guard.notes import SheetNotes


@given(
    ways=st.lists(st.sampled_from(WAYS), min_size=1, max_size=3),
    sheet=st.sampled_from(("1 Views", "2 Facts", "3 Standpoints", "4 In your words")),
    chance=st.randoms(use_true_random=False),
)
def test_odd_markup__no_answer_is_read_wrongly(
    ways: list[object], sheet: str, chance: Random
) -> None:
    whole = base(0)
    parts = parts_of(whole.data)
    name = sheet_part(whole.data, sheet)
    for way in ways:
        parts[name] = way(chance, parts[name])  # type: ignore[operator]
    data = packed(parts)
    ret = read_bytes(data, "odd.xlsx", whole.context)
    try:
        wrong = judge(ret, whole.book, data)
    except LookupError:
        return
    assert wrong == []


def test_sheet_as_gnumeric_and_sheetjs_write_it__is_measured_the_quick_way() -> None:
    """Line ends between tags and a word on spaces are no reason to go from tag to tag."""
    part = (
        b'<worksheet>\n<sheetData>\n<row r="1">\n<c r="A1" t="b">\n<f>TRUE()</f>\n<v>1</v>\n</c>\n'
        b'<c r="B1" t="str"><v xml:space="preserve"> said </v></c>\n<c r="C1" t="e">\n'
        b"<f>1/0</f>\n<v>#DIV/0!</v></c></row></sheetData></worksheet>"
    )
    cells = part[part.find(b"<sheetData") : part.rfind(b"</sheetData>")]
    tags = xlsx._TAGS.findall(cells, 1)
    assert [(cell, bool(formula)) for cell, formula, _ in tags] == [
        (b"A1", True), (b"B1", False), (b"C1", True),
    ]  # fmt: skip
    quick = xlsx._scan_sheet(part)
    assert quick == xlsx._scan_by_tag(part, set())
    assert isinstance(quick, SheetNotes)
    assert (quick.formulas, quick.truths, quick.errors) == ({"A1", "C1"}, {"A1"}, {"C1"})
