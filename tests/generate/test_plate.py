"""One plate, many copies: the same questions byte for byte, and nothing personal elsewhere."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from tests.factory import SECRET, a_respondent, an_assessment, issue
from tests.generate.conftest import a_toolkit
from xlassess.contract.layout import (
    IDENTITY,
    IDENTITY_KEYS,
    PROPERTY_PREFIX,
    REFERENCE_ROW,
    START,
    cell_name,
    layout,
)
from xlassess.contract.reference import find_references
from xlassess.contract.seal import questions_digest, seal
from xlassess.generate import Personal, Plate, build_plate
from xlassess.generate.workbook.front import WIDTHS
from xlassess.model.answer import Identity
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Toolkit
from xlassess.sheet import formats
from xlassess.sheet.metrics import merged_width, text_width, usable_width

TOOLKIT = a_toolkit("sum")
PERSONAL_PARTS = {"xl/sharedStrings.xml", "docProps/core.xml", "docProps/custom.xml"}
HOSTILE = '=HYPERLINK("http://x","y") & <b>Söhne</b> \x07 _x0041_ 🙂'


def plate() -> Plate:
    assessment = an_assessment(TOOLKIT)
    return build_plate(TOOLKIT, assessment, questions_digest(TOOLKIT), "password")


def personal(**changes: str) -> Personal:
    identity = Identity(
        1, "riverside", "2026", "partner-1", "person-1", TOOLKIT.id, TOOLKIT.version,
        questions_digest(TOOLKIT), promise="named",
    )  # fmt: skip
    made = Personal("K7M4-9QX3", seal(identity, SECRET), identity, "Partner", "Person", "board")
    return replace(made, **changes)  # type: ignore[arg-type]


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_stamp__same_values_give_the_same_bytes_from_plates_built_twice() -> None:
    assert plate().stamp(personal()) == plate().stamp(personal())


def test_stamp__only_three_parts_differ_between_partners() -> None:
    made = plate()
    one = parts(made.stamp(personal()))
    other = parts(made.stamp(personal(partner="Another", respondent="", level="front")))
    assert list(one) == list(other)
    assert {name for name in one if one[name] != other[name]} <= PERSONAL_PARTS
    assert next(iter(one)) == "[Content_Types].xml"


def test_stamp__no_placeholder_and_no_date_is_left() -> None:
    for name, content in parts(plate().stamp(personal())).items():
        assert not any(0xE000 <= ord(char) <= 0xF8FF for char in content.decode()), name
    assert b"dcterms" not in parts(plate().stamp(personal()))["docProps/core.xml"].split(b">", 2)[2]


def test_stamp__names_are_text_whatever_they_hold() -> None:
    data = plate().stamp(personal(partner=HOSTILE, respondent="=1+1"))
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [c for row in book[START].iter_rows() for c in row if c.value]
    shown = {c.value: c.data_type for c in cells}
    kept = HOSTILE.replace("\x07", "").replace("  ", " ")
    assert shown["=1+1"] == "s"
    assert any(str(value).replace("  ", " ") == kept for value in shown)


def test_stamp__names_stand_on_one_line() -> None:
    data = plate().stamp(personal(partner=" Two\nlines\t here "))
    values = [c.value for row in openpyxl.load_workbook(io.BytesIO(data))[START] for c in row]
    assert "Two lines here" in values


@pytest.mark.parametrize(
    "field", ["contract", "assessment", "round", "toolkit", "version", "digest"]
)
def test_stamp__identity_of_another_plate_raises(field: str) -> None:
    other = personal()
    changed = replace(other.identity, **{field: 99 if field == "contract" else "other"})
    with pytest.raises(XlassessError):
        plate().stamp(replace(other, identity=changed))


def test_stamp__head_of_every_sheet_names_the_reference(any_toolkit: Toolkit) -> None:
    made = issue(any_toolkit)
    book = openpyxl.load_workbook(io.BytesIO(made.data))
    for name in layout(any_toolkit).sheets[:-2]:
        text = book[name][cell_name(REFERENCE_ROW, 0)].value
        assert find_references(text) == (made.issued.reference,), name


def test_stamp__identity_stands_on_its_sheet_and_in_the_properties(any_toolkit: Toolkit) -> None:
    made = issue(any_toolkit, a_respondent(3))
    book = openpyxl.load_workbook(io.BytesIO(made.data))
    rows = [[c.value for c in row] for row in book[IDENTITY].iter_rows()]
    identity = made.issued.identity
    expected = {
        "contract": str(identity.contract), "reference": made.issued.reference,
        "assessment": identity.assessment, "round": identity.round, "partner": identity.partner,
        "respondent": identity.respondent, "toolkit": identity.toolkit,
        "version": identity.version, "digest": identity.digest, "seal": made.issued.seal,
        "promise": "named",
    }  # fmt: skip
    assert rows == [[key, expected[key]] for key in (*IDENTITY_KEYS, "promise")]
    found = {p.name: p.value for p in book.custom_doc_props.props}
    assert found == {PROPERTY_PREFIX + key: value for key, value in expected.items()}


def test_stamp__long_names_leave_room_for_what_follows_them_on_the_page() -> None:
    partner = "Bwrdd Iechyd Prifysgol Betsi Cadwaladr a Chyngor Gwasanaethau Gwirfoddol " * 2
    data = plate().stamp(personal(partner=partner.strip(), respondent="Ann Lee"))
    book = openpyxl.load_workbook(io.BytesIO(data))
    start = book[START]
    carrier = start[cell_name(REFERENCE_ROW, 0)].value
    assert text_width(carrier, formats.SMALL.size) <= usable_width(merged_width(WIDTHS.values()))
    assert "…, Ann Lee · " in carrier
    assert ", round 2026" in carrier
    assert partner.strip() in [c.value for row in start for c in row]


def test_stamp__respondent_without_a_name_and_level() -> None:
    data = plate().stamp(personal(respondent="", level=""))
    book = openpyxl.load_workbook(io.BytesIO(data))
    carrier = book[START][cell_name(REFERENCE_ROW, 0)].value
    assert "Partner ·" in carrier
    assert "Level: Not stated" in [c.value for row in book[START] for c in row]
