"""A copy is a sound package that holds exactly the texts it was given."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.generate.plate import CopiedPackage, FilledPart, cell_text, xml_text
from xlassess.sheet.validation import SheetError

HOLES = {"@one@": "one", "@two@": "two"}
PARTS = [("first.xml", b"<a/>" * 100), ("empty.bin", b"")]


def copies() -> CopiedPackage:
    blanks = [
        FilledPart.cut(
            "text.xml", "<t>" + "head " * 500 + "@one@|@two@|@one@</t>", HOLES, in_cells=True
        ),
        FilledPart.cut("more.xml", "@two@", HOLES, in_cells=False),
    ]
    return CopiedPackage(PARTS, blanks)


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


@given(one=st.text(max_size=200), two=st.text(max_size=200))
def test_copy__is_sound_and_holds_the_texts(one: str, two: str) -> None:
    with opened(copies().copy({"one": one, "two": two})) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["first.xml", "empty.bin", "text.xml", "more.xml"]
        assert archive.read("first.xml") == PARTS[0][1]
        text = archive.read("text.xml").decode()
        assert text == f"<t>{'head ' * 500}{cell_text(one)}|{cell_text(two)}|{cell_text(one)}</t>"
        assert archive.read("more.xml").decode() == xml_text(two)


@given(text=st.text())
def test_xml_text__can_always_be_parsed(text: str) -> None:
    ET.fromstring(f"<t>{cell_text(text)}</t>")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("bell\x07 and \ud800 and \ufffe", "bell and  and "),
        ("_x0041_ and _x_", "_x005F_x0041_ and _x_"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_cell_text__escapes(text: str, written: str) -> None:
    assert cell_text(text) == written


def test_copy__text_longer_than_a_cell_raises() -> None:
    with pytest.raises(SheetError):
        copies().copy({"one": "x" * 32_768, "two": ""})


def test_copy__missing_text_raises() -> None:
    with pytest.raises(KeyError):
        copies().copy({"one": ""})


def test_copy__same_texts_give_the_same_bytes() -> None:
    values = {"one": "Ünï", "two": "code"}
    assert copies().copy(values) == copies().copy(values)
