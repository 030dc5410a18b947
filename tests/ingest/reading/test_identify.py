"""Whose workbook it is: three places say it, and none is believed against another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from tests.damaged.builders import nameless
from tests.factory import Workbook, a_context, a_respondent, issue
from tests.ingest.packages import edited, packed, parts_of
from tests.ingest.small import codes, read, returned, reworked, written
from xlassess.contract.layout import IDENTITY, IDENTITY_KEYS


def _without_properties(book: openpyxl.Workbook) -> None:
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]


def _without_identity(book: openpyxl.Workbook) -> None:
    del book[IDENTITY]


def _without_references(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets:
        if sheet.title != IDENTITY:
            for row in sheet.iter_rows(max_row=6):
                for cell in row:
                    if isinstance(cell.value, str) and "-" in cell.value:
                        cell.value = None


MARKS = {
    "properties": _without_properties,
    "identity": _without_identity,
    "references": _without_references,
}


@pytest.mark.parametrize("kept", MARKS)
def test_any_one_mark__is_enough(kinds: Workbook, tmp_path: Path, kept: str) -> None:
    def work(book: openpyxl.Workbook) -> None:
        for mark, remove in MARKS.items():
            if mark != kept:
                remove(book)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert ret.reference == kinds.issued.reference
    assert codes(ret) == (["I09"] if kept == "references" else [])


def test_identity_sheet__is_found_by_content(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        _without_properties(book)
        sheet = book[IDENTITY]
        sheet.title = "Sheet99"
        sheet.sheet_state = "visible"
        sheet.insert_rows(1, 3)
        sheet.insert_cols(1, 2)

    assert codes(read(reworked(returned(kinds), work), tmp_path, kinds)) == []


@pytest.mark.parametrize("name", [n for n in IDENTITY_KEYS if n not in ("contract", "reference")])
def test_identity__any_change_is_refused(kinds: Workbook, tmp_path: Path, name: str) -> None:
    row = IDENTITY_KEYS.index(name) + 1
    ret = read(written(kinds.data, {(IDENTITY, f"B{row}"): "other"}), tmp_path, kinds)
    assert ret.state == "refused"
    assert codes(ret) == [{"assessment": "I04", "round": "I05"}.get(name, "I06")]
    assert ret.answers == ()


def test_properties__changed_are_refused(kinds: Workbook, tmp_path: Path) -> None:
    def edit(part: bytes) -> bytes:
        return part.replace(b"person-1", b"person-2")

    ret = read(edited(kinds.data, {"docProps/custom.xml": edit}), tmp_path, kinds)
    assert codes(ret) == ["I06"]


def test_properties__of_another_workbook_disagree(kinds: Workbook, tmp_path: Path) -> None:
    other = issue(kinds.toolkit, a_respondent(2))
    name = "docProps/custom.xml"
    data = packed(parts_of(kinds.data) | {name: parts_of(other.data)[name]})
    assert codes(read(data, tmp_path, kinds, other)) == ["I07"]


def test_sealed_by_another_secret__is_refused(kinds: Workbook, tmp_path: Path) -> None:
    context = replace(a_context(kinds), secret=bytes(32))
    assert codes(read(kinds.data, tmp_path, context=context)) == ["I06"]


def test_references_of_two__without_identity(kinds: Workbook, tmp_path: Path) -> None:
    other = issue(kinds.toolkit, a_respondent(2))

    def work(book: openpyxl.Workbook) -> None:
        _without_identity(book)
        _without_properties(book)
        for row in book["1 Views"].iter_rows(max_row=5):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace(kinds.issued.reference, other.issued.reference)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds, other)
    assert codes(ret) == ["I08"]
    assert kinds.issued.reference in ret.findings[0].message


def test_reference_in_a_comment__is_no_identity(kinds: Workbook, tmp_path: Path) -> None:
    other = issue(kinds.toolkit, a_respondent(2))
    said = f"See {other.issued.reference}."
    ret = read(returned(kinds, i1A__comment=said), tmp_path, kinds, other)
    assert ret.state == "accepted"
    assert ret.reference == kinds.issued.reference


@pytest.mark.parametrize(
    ("sheet", "cell", "expected"),
    [("1 Views", "H2", ["R07"]), ("Start", "G3", ["R07"]), ("Start", "B6", ["I08"])],
)
def test_reference_alone_in_a_cell__is_one_only_where_we_print_it(
    kinds: Workbook, tmp_path: Path, sheet: str, cell: str, expected: list[str]
) -> None:
    other = issue(kinds.toolkit, a_respondent(2))
    data = written(returned(kinds), {(sheet, cell): other.issued.reference})
    ret = read(data, tmp_path, kinds, other)
    assert [(f.code, f.cell) for f in ret.findings if f.severity == "note"] == [
        (code, cell) for code in expected if code == "R07"
    ]
    assert codes(ret) == expected


def test_properties__numbers_that_programs_made_of_texts_are_texts_again(
    kinds: Workbook, tmp_path: Path
) -> None:
    assert kinds.issued.identity.version == "1.0"

    def edit(part: bytes) -> bytes:
        assert part.count(b">1.0<") == 1
        return part.replace(b">1.0<", b">1<")

    data = edited(returned(kinds), {"docProps/custom.xml": edit})
    assert codes(read(data, tmp_path, kinds)) == []


def test_nameless__a_stranger_and_one_of_ours(kinds: Workbook, tmp_path: Path) -> None:
    assert codes(read(nameless(kinds.data), tmp_path, kinds)) == ["I02"]
    other = replace(a_context(kinds), toolkits={})
    assert codes(read(nameless(kinds.data), tmp_path, context=other)) == ["I01"]


def test_reference_only__of_an_earlier_round(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        _without_identity(book)
        _without_properties(book)

    context = replace(a_context(kinds), round="2027")
    data = reworked(returned(kinds), work)
    assert codes(read(data, tmp_path, context=context)) == ["I05"]


def test_refused__says_nothing_secret(kinds: Workbook, tmp_path: Path) -> None:
    row = IDENTITY_KEYS.index("partner") + 1
    ret = read(written(kinds.data, {(IDENTITY, f"B{row}"): "other"}), tmp_path, kinds)
    context = a_context(kinds)
    assert context.secret.hex() not in str(ret)
    assert "secret" not in repr(context)


def test_without_seal__another_respondents_name_on_start_is_asked_about(
    kinds: Workbook, tmp_path: Path
) -> None:
    other = replace(kinds.issued, reference="2222-2222", respondent="Bea Long")
    context = a_context(kinds)
    context = replace(context, issued={**context.issued, other.reference: other})

    def work(book: openpyxl.Workbook) -> None:
        _without_properties(book)
        _without_identity(book)

    bare = reworked(returned(kinds), work)
    assert codes(read(bare, tmp_path, kinds, context=context)) == ["I09"]
    named = written(bare, {("Start", "B8"): "Bea Long"})
    assert "I18" in codes(read(named, tmp_path, kinds, context=context))
